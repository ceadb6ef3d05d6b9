//! What stands in the rows of tables, beside the record values that stand there as they are.

use tidemill_record::value::{JobValue, record_value};
use tidemill_record::{Document, PackedValue};

/// Declares a row that borrows nothing: numbers only.
macro_rules! number_row {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$field_doc:meta])* $field:ident: $type:ty = $default:expr, $json:literal;)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type),+ }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default),+ }
            }
        }

        impl<'a> tidemill_record::value::Value<'a> for $name {
            fn put<O: tidemill_record::Out>(&self, out: &mut O) {
                $(tidemill_record::Field::put(&self.$field, out);)+
            }

            fn take(bytes: &'a [u8]) -> Result<Self, tidemill_record::Malformed> {
                let mut input = tidemill_record::Input::new(bytes);
                Ok(Self { $($field: tidemill_record::value::take_or::<$type>(&mut input, $default)?),+ })
            }

            fn print(&self, out: &mut String) {
                let start = out.len();
                $(out.push_str(concat!(",\"", $json, "\":"));
                tidemill_record::Field::print(&self.$field, out);)+
                out.replace_range(start..=start, "{");
                out.push('}');
            }

            fn put_json(
                _json: &tidemill_record::serde_json::Value,
                _out: &mut Vec<u8>,
            ) -> Result<(), String> {
                Err(concat!(stringify!($name), " is no value of a record").to_owned())
            }
        }
    };
}

number_row! {
    /// An element instance. Its ids come from the definition: an element's index is its place in the graph
    /// that the resource's bytes give, so the numbering of elements is part of the data format.
    ElementRow {
        /// A [`super::ElementState`].
        state: i32 = 0, "state";
        /// The definition.
        process_definition_key: i64 = -1, "processDefinitionKey";
        /// The process instance.
        process_instance_key: i64 = -1, "processInstanceKey";
        /// The element's index in the definition.
        element_index: i32 = 0, "elementIndex";
        /// The instance around it; -1 for the process.
        flow_scope_key: i64 = -1, "flowScopeKey";
        /// Instances directly inside.
        child_count: i32 = 0, "childCount";
        /// Sequence flows taken inside whose targets are not activated yet.
        active_flows: i32 = 0, "activeFlows";
        /// Its job; -1 for none.
        job_key: i64 = -1, "jobKey";
        /// Index of the element that interrupted this scope; -1 for none.
        interrupted_by: i32 = -1, "interruptedBy";
    }
}

record_value! {
    /// A variable.
    VariableRow {
        /// Its key.
        shown key: i64 = -1, "key";
        /// Its name.
        shown name: &'a str = "", "name";
        /// Its value.
        shown value: PackedValue<'a> = PackedValue(tidemill_record::message_pack::NIL), "value";
    }
}

record_value! {
    /// A job and how it stands.
    JobRow {
        /// A [`super::JobState`].
        shown state: i32 = 0, "state";
        /// The job.
        shown job: JobValue<'a> = JobValue::default(), "job";
    }
}

record_value! {
    /// An event that reached a scope.
    TriggerRow {
        /// The element to trigger.
        shown element_index: i32 = 0, "elementIndex";
        /// What it brought.
        shown variables: Document<'a> = Document::EMPTY, "variables";
        /// The process instance.
        shown process_instance_key: i64 = -1, "processInstanceKey";
    }
}

number_row! {
    /// A number that counts.
    NumberRow {
        /// The number.
        number: i64 = 0, "number";
    }
}

record_value! {
    /// A piece of bytes.
    BytesRow {
        /// The bytes.
        shown bytes: &'a [u8] = &[], "bytes";
    }
}

record_value! {
    /// The latest version of a process id.
    LatestRow {
        /// The process id.
        shown bpmn_process_id: &'a str = "", "bpmnProcessId";
        /// Its latest version.
        shown version: i32 = 0, "version";
        /// The definition of that version.
        shown process_definition_key: i64 = -1, "processDefinitionKey";
    }
}

record_value! {
    /// The latest version of a decision or of decision requirements.
    LatestDecisionRow {
        /// The id.
        shown id: &'a str = "", "id";
        /// Its latest version.
        shown version: i32 = 0, "version";
        /// The key of that version.
        shown key: i64 = -1, "key";
    }
}

record_value! {
    /// A message subscription and how it stands.
    MessageSubscriptionRow {
        /// Its key.
        shown key: i64 = -1, "key";
        /// Whether a message is on its way to the instance.
        shown correlating: bool = false, "correlating";
        /// The encoded value.
        shown value: &'a [u8] = &[], "value";
    }
}

record_value! {
    /// A process message subscription and how it stands.
    ProcessMessageSubscriptionRow {
        /// Its key.
        shown key: i64 = -1, "key";
        /// A [`super::SubscriptionState`].
        shown state: i32 = 0, "state";
        /// The encoded value.
        shown value: &'a [u8] = &[], "value";
    }
}
