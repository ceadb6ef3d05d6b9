//! The values of records: one borrowed view per value type, with the fields that Zeebe's exporters print.
//!
//! Every view has the same shape: `put` encodes, `take` decodes in place, `print` writes exporter JSON, `put_json`
//! encodes a JSON object (fields may be missing, unknown ones are ignored). Fields marked `hidden` travel in the
//! encoding and are read from JSON, but exporters do not print them.

mod decision;
mod decision_evaluation;
mod deployment;
mod distribution;
mod incident;
mod job;
mod message;
mod process_instance;
mod timer;
mod variable;

pub use decision::{DecisionRequirementsMetadata, DecisionRequirementsValue, DecisionValue};
pub use decision_evaluation::{
    DecisionEvaluationValue, EvaluatedDecisionValue, EvaluatedInputValue, EvaluatedOutputValue,
    MatchedRuleValue,
};
pub use deployment::{DeploymentResource, DeploymentValue, ProcessMetadata, ProcessValue};
pub use distribution::{CommandDistributionValue, DeploymentDistributionValue, ErrorValue};
pub use incident::IncidentValue;
pub use job::{JobBatchValue, JobValue};
pub use message::{
    MessageBatchValue, MessageStartEventSubscriptionValue, MessageSubscriptionValue, MessageValue,
    ProcessMessageSubscriptionValue,
};
pub use process_instance::{
    ProcessEventValue, ProcessInstanceBatchValue, ProcessInstanceCreationValue, ProcessInstanceResultValue,
    ProcessInstanceValue, StartInstruction,
};
pub use timer::TimerValue;
pub use variable::{VariableDocumentValue, VariableValue};

use crate::{Input, Malformed, Out};

/// A value type's view.
pub trait Value<'a>: Copy + Default {
    /// Appends the encoding.
    fn put<O: Out>(&self, out: &mut O);
    /// Decodes in place.
    ///
    /// # Errors
    /// [`Malformed`] where the bytes are not this value; bytes missing at the end read as defaults.
    fn take(bytes: &'a [u8]) -> Result<Self, Malformed>;
    /// Appends the JSON object that exporters print.
    fn print(&self, out: &mut String);
    /// Appends the encoding of a JSON object.
    ///
    /// # Errors
    /// The name of the field that is unusable and what it should be.
    fn put_json(json: &serde_json::Value, out: &mut Vec<u8>) -> Result<(), String>;
}

/// Takes a field, or its default where an older encoding ends before it.
pub fn take_or<'a, T: crate::Field<'a>>(input: &mut Input<'a>, default: T) -> Result<T, Malformed> {
    if input.is_empty() { Ok(default) } else { T::take(input) }
}

/// Declares a value: a borrowed view with `put`, `take`, `print` and `put_json`. State rows use it as well, so that
/// one encoding serves the log, the tables and queries.
#[macro_export]
macro_rules! record_value {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$field_doc:meta])* $mark:ident $field:ident: $type:ty = $default:expr, $json:literal;)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name<'a> { $($(#[$field_doc])* pub $field: $type),+ }

        impl<'a> Default for $name<'a> {
            fn default() -> Self {
                Self { $($field: $default),+ }
            }
        }

        impl<'a> $crate::value::Value<'a> for $name<'a> {
            fn put<O: $crate::Out>(&self, out: &mut O) {
                $($crate::Field::put(&self.$field, out);)+
            }

            fn take(bytes: &'a [u8]) -> Result<Self, $crate::Malformed> {
                let mut input = $crate::Input::new(bytes);
                Ok(Self { $($field: $crate::value::take_or::<$type>(&mut input, $default)?),+ })
            }

            fn print(&self, out: &mut String) {
                let start = out.len();
                $($crate::record_value!(@print $mark self $field $json out);)+
                if out.len() == start { out.push('{'); }
                out.replace_range(start..=start, "{");
                out.push('}');
            }

            fn put_json(json: &$crate::serde_json::Value, out: &mut Vec<u8>) -> Result<(), String> {
                let object = json.as_object().ok_or("the value should be an object")?;
                $(match object.get($json) {
                    None | Some($crate::serde_json::Value::Null) => {
                        let default: $type = $default;
                        $crate::Field::put(&default, out);
                    }
                    Some(json) => if !<$type as $crate::Field<'a>>::put_json(json, out) {
                        return Err(format!("'{}' should be {}", $json, <$type as $crate::Field<'a>>::EXPECTED));
                    },
                })+
                Ok(())
            }
        }
    };
    (@print shown $self:ident $field:ident $json:literal $out:ident) => {
        $out.push_str(concat!(",\"", $json, "\":"));
        $crate::Field::print(&$self.$field, $out);
    };
    (@print hidden $self:ident $field:ident $json:literal $out:ident) => {};
}
pub use record_value;

/// Makes a value usable as an item of a list inside another value: encoded behind its length.
macro_rules! nested_value {
    ($name:ident) => {
        impl<'a> crate::Field<'a> for $name<'a> {
            const EXPECTED: &'static str = "an object";
            fn put<O: crate::Out>(&self, out: &mut O) {
                // The length is known only afterwards: four bytes are kept for it.
                let start = out.position();
                out.put(&[0; 4]);
                crate::value::Value::put(self, out);
                let length = (out.position().saturating_sub(start + 4)) as u32;
                out.patch(start, &length.to_le_bytes());
            }
            fn take(input: &mut crate::Input<'a>) -> Result<Self, crate::Malformed> {
                let length = input.take(4)?.try_into().expect("four bytes were taken");
                let bytes = input.take(u32::from_le_bytes(length) as usize)?;
                <Self as crate::value::Value>::take(bytes)
            }
            fn print(&self, out: &mut String) {
                crate::value::Value::print(self, out);
            }
            fn put_json(json: &serde_json::Value, out: &mut Vec<u8>) -> bool {
                let start = out.len();
                out.extend_from_slice(&[0; 4]);
                let done = <Self as crate::value::Value>::put_json(json, out).is_ok();
                let length = (out.len() - start - 4) as u32;
                out[start..start + 4].copy_from_slice(&length.to_le_bytes());
                done
            }
        }
    };
}
pub(crate) use nested_value;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, ListBuffer};

    fn check<'a, V: Value<'a> + PartialEq + std::fmt::Debug>(value: V, bytes: &'a mut Vec<u8>) {
        value.put(bytes);
        let bytes = &*bytes;
        assert_eq!(V::take(bytes).unwrap(), value);
        let mut json = String::new();
        value.print(&mut json);
        let parsed: serde_json::Value =
            serde_json::from_str(&json).unwrap_or_else(|error| panic!("{json}: {error}"));
        let mut again = Vec::new();
        V::put_json(&parsed, &mut again).unwrap();
        assert_eq!(&again, bytes, "{json}");
        for length in 0..bytes.len() {
            let _ = V::take(&bytes[..length]);
        }
    }

    #[test]
    fn values_survive_bytes_and_json() {
        let job = JobValue {
            job_type: "bench",
            retries: 3,
            variables: Document(&[0x81, 0xa1, b'a', 1]),
            ..JobValue::default()
        };
        check(job, &mut Vec::new());
        check(ProcessInstanceValue { element_id: "task", version: 2, ..Default::default() }, &mut Vec::new());
        let mut inputs = ListBuffer::default();
        inputs.push(&EvaluatedInputValue { input_id: "i", ..Default::default() });
        let mut decisions = ListBuffer::default();
        decisions.push(&EvaluatedDecisionValue {
            decision_output: crate::PackedValue(&[0x92, 1, 0xc3]),
            evaluated_inputs: inputs.as_list(),
            ..Default::default()
        });
        check(
            DecisionEvaluationValue { evaluated_decisions: decisions.as_list(), ..Default::default() },
            &mut Vec::new(),
        );
        let mut metadata = ListBuffer::default();
        metadata.push(&DecisionValue { decision_id: "d", version: 3, ..Default::default() });
        check(
            DeploymentValue { decisions_metadata: metadata.as_list(), ..Default::default() },
            &mut Vec::new(),
        );
        let mut jobs = ListBuffer::default();
        let mut keys = ListBuffer::default();
        jobs.push(&job);
        jobs.push(&job);
        keys.push(&5i64);
        check(
            JobBatchValue { jobs: jobs.as_list(), job_keys: keys.as_list(), ..Default::default() },
            &mut Vec::new(),
        );
        check(IncidentValue { error_message: "a \"quoted\" one", ..Default::default() }, &mut Vec::new());
        check(
            VariableValue { name: "x", value: crate::PackedValue(&[0x93, 1, 2, 3]), ..Default::default() },
            &mut Vec::new(),
        );
    }

    #[test]
    fn unusable_json_names_the_field() {
        let json = serde_json::json!({"retries": "three"});
        let error = JobValue::put_json(&json, &mut Vec::new()).unwrap_err();
        assert_eq!(error, "'retries' should be a 32-bit integer");
    }
}
