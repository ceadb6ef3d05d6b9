//! The enumerations that stand in record values and headers, numbered for our encoding, named as exporters print.

use crate::{Field, Input, Malformed, Out};

macro_rules! named_enum {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $number:literal $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "the names are the protocol's own")]
        pub enum $name { $($variant = $number),+ }

        impl $name {
            /// The name that exporters print.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The variant with this number.
            pub fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)+ _ => None }
            }

            /// The variant with this name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl<'a> Field<'a> for $name {
            const EXPECTED: &'static str = concat!("the name of a ", stringify!($name));

            fn put<O: Out>(&self, out: &mut O) {
                out.put(&[*self as u8]);
            }

            fn take(input: &mut Input<'a>) -> Result<Self, Malformed> {
                let number = input.take(1)?[0];
                Self::from_number(number).ok_or(input.malformed(Self::EXPECTED))
            }

            fn print(&self, out: &mut String) {
                out.push('"');
                out.push_str(self.name());
                out.push('"');
            }

            fn put_json(json: &serde_json::Value, out: &mut Vec<u8>) -> bool {
                json.as_str().and_then(Self::from_name).map(|variant| out.push(variant as u8)).is_some()
            }
        }
    };
}

named_enum! {
    /// What kind of record this is.
    RecordType { Event = 0 "EVENT", Command = 1 "COMMAND", CommandRejection = 2 "COMMAND_REJECTION" }
}

named_enum! {
    /// Why a command was rejected; `NullVal` on everything that is no rejection.
    RejectionType {
        InvalidArgument = 0 "INVALID_ARGUMENT", NotFound = 1 "NOT_FOUND", AlreadyExists = 2 "ALREADY_EXISTS",
        InvalidState = 3 "INVALID_STATE", ProcessingError = 4 "PROCESSING_ERROR",
        ExceededBatchRecordSize = 5 "EXCEEDED_BATCH_RECORD_SIZE", Unauthorized = 6 "UNAUTHORIZED",
        Forbidden = 7 "FORBIDDEN", NullVal = 255 "NULL_VAL",
    }
}

named_enum! {
    /// The kind of a BPMN element, as on records.
    BpmnElementType {
        Unspecified = 0 "UNSPECIFIED", Process = 1 "PROCESS", SubProcess = 2 "SUB_PROCESS",
        EventSubProcess = 3 "EVENT_SUB_PROCESS", StartEvent = 4 "START_EVENT",
        IntermediateCatchEvent = 5 "INTERMEDIATE_CATCH_EVENT", IntermediateThrowEvent = 6 "INTERMEDIATE_THROW_EVENT",
        BoundaryEvent = 7 "BOUNDARY_EVENT", EndEvent = 8 "END_EVENT", ServiceTask = 9 "SERVICE_TASK",
        ReceiveTask = 10 "RECEIVE_TASK", UserTask = 11 "USER_TASK", ManualTask = 12 "MANUAL_TASK", Task = 13 "TASK",
        ExclusiveGateway = 14 "EXCLUSIVE_GATEWAY", ParallelGateway = 15 "PARALLEL_GATEWAY",
        EventBasedGateway = 16 "EVENT_BASED_GATEWAY", InclusiveGateway = 17 "INCLUSIVE_GATEWAY",
        SequenceFlow = 18 "SEQUENCE_FLOW", MultiInstanceBody = 19 "MULTI_INSTANCE_BODY",
        CallActivity = 20 "CALL_ACTIVITY", BusinessRuleTask = 21 "BUSINESS_RULE_TASK",
        ScriptTask = 22 "SCRIPT_TASK", SendTask = 23 "SEND_TASK", AdHocSubProcess = 24 "AD_HOC_SUB_PROCESS",
        AdHocSubProcessInnerInstance = 25 "AD_HOC_SUB_PROCESS_INNER_INSTANCE",
    }
}

named_enum! {
    /// The kind of event that an element waits for or throws.
    BpmnEventType {
        Unspecified = 0 "UNSPECIFIED", None = 1 "NONE", Message = 2 "MESSAGE", Timer = 3 "TIMER",
        Signal = 4 "SIGNAL", Error = 5 "ERROR", Escalation = 6 "ESCALATION", Link = 7 "LINK",
        Terminate = 8 "TERMINATE", Compensation = 9 "COMPENSATION", Conditional = 10 "CONDITIONAL",
    }
}

named_enum! {
    /// Why an incident was raised.
    ErrorType {
        Unknown = 0 "UNKNOWN", IoMappingError = 1 "IO_MAPPING_ERROR", JobNoRetries = 2 "JOB_NO_RETRIES",
        ConditionError = 3 "CONDITION_ERROR", ExtractValueError = 4 "EXTRACT_VALUE_ERROR",
        CalledElementError = 5 "CALLED_ELEMENT_ERROR", UnhandledErrorEvent = 6 "UNHANDLED_ERROR_EVENT",
        MessageSizeExceeded = 7 "MESSAGE_SIZE_EXCEEDED", CalledDecisionError = 8 "CALLED_DECISION_ERROR",
        DecisionEvaluationError = 9 "DECISION_EVALUATION_ERROR", FormNotFound = 10 "FORM_NOT_FOUND",
        ExecutionListenerNoRetries = 11 "EXECUTION_LISTENER_NO_RETRIES",
        TaskListenerNoRetries = 12 "TASK_LISTENER_NO_RETRIES",
        AdHocSubProcessNoRetries = 13 "AD_HOC_SUB_PROCESS_NO_RETRIES", ResourceNotFound = 14 "RESOURCE_NOT_FOUND",
    }
}

named_enum! {
    /// What a job was created for.
    JobKind {
        BpmnElement = 0 "BPMN_ELEMENT", ExecutionListener = 1 "EXECUTION_LISTENER",
        TaskListener = 2 "TASK_LISTENER", AdHocSubProcess = 3 "AD_HOC_SUB_PROCESS",
    }
}

named_enum! {
    /// Which listener event a job serves.
    JobListenerEventType {
        Unspecified = 0 "UNSPECIFIED", Start = 1 "START", End = 2 "END", Creating = 3 "CREATING",
        Assigning = 4 "ASSIGNING", Updating = 5 "UPDATING", Completing = 6 "COMPLETING", Canceling = 7 "CANCELING",
    }
}

named_enum! {
    /// Whether variables are set in the named scope only or where they are found.
    VariableDocumentUpdateSemantic { Local = 0 "LOCAL", Propagate = 1 "PROPAGATE" }
}

/// A value type as a field, by number; JSON shows its name.
impl<'a> Field<'a> for crate::ValueType {
    const EXPECTED: &'static str = "the name of a value type";

    fn put<O: Out>(&self, out: &mut O) {
        out.put(&[*self as u8]);
    }

    fn take(input: &mut Input<'a>) -> Result<Self, Malformed> {
        let number = input.take(1)?[0];
        Self::from_number(number).ok_or(input.malformed(Self::EXPECTED))
    }

    fn print(&self, out: &mut String) {
        out.push('"');
        out.push_str(self.name());
        out.push('"');
    }

    fn put_json(json: &serde_json::Value, out: &mut Vec<u8>) -> bool {
        json.as_str().and_then(Self::from_name).map(|value_type| out.push(value_type as u8)).is_some()
    }
}
