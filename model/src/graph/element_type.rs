//! Element types under the names and numbers they have on records.

use std::fmt;

/// Kind of an element, as `bpmnElementType` of a process instance record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names are the documentation")]
pub enum ElementType {
    Unspecified = 0,
    Process,
    SubProcess,
    EventSubProcess,
    AdHocSubProcess,
    AdHocSubProcessInnerInstance,
    StartEvent,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    BoundaryEvent,
    EndEvent,
    ServiceTask,
    ReceiveTask,
    UserTask,
    ManualTask,
    Task,
    ExclusiveGateway,
    ParallelGateway,
    EventBasedGateway,
    InclusiveGateway,
    SequenceFlow,
    MultiInstanceBody,
    CallActivity,
    BusinessRuleTask,
    ScriptTask,
    SendTask,
}

impl ElementType {
    /// Every type, in the order of its number.
    pub const ALL: [Self; 26] = {
        use ElementType::*;
        [
            Unspecified,
            Process,
            SubProcess,
            EventSubProcess,
            AdHocSubProcess,
            AdHocSubProcessInnerInstance,
            StartEvent,
            IntermediateCatchEvent,
            IntermediateThrowEvent,
            BoundaryEvent,
            EndEvent,
            ServiceTask,
            ReceiveTask,
            UserTask,
            ManualTask,
            Task,
            ExclusiveGateway,
            ParallelGateway,
            EventBasedGateway,
            InclusiveGateway,
            SequenceFlow,
            MultiInstanceBody,
            CallActivity,
            BusinessRuleTask,
            ScriptTask,
            SendTask,
        ]
    };

    /// Name on records (`SERVICE_TASK`).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Process => "PROCESS",
            Self::SubProcess => "SUB_PROCESS",
            Self::EventSubProcess => "EVENT_SUB_PROCESS",
            Self::AdHocSubProcess => "AD_HOC_SUB_PROCESS",
            Self::AdHocSubProcessInnerInstance => "AD_HOC_SUB_PROCESS_INNER_INSTANCE",
            Self::StartEvent => "START_EVENT",
            Self::IntermediateCatchEvent => "INTERMEDIATE_CATCH_EVENT",
            Self::IntermediateThrowEvent => "INTERMEDIATE_THROW_EVENT",
            Self::BoundaryEvent => "BOUNDARY_EVENT",
            Self::EndEvent => "END_EVENT",
            Self::ServiceTask => "SERVICE_TASK",
            Self::ReceiveTask => "RECEIVE_TASK",
            Self::UserTask => "USER_TASK",
            Self::ManualTask => "MANUAL_TASK",
            Self::Task => "TASK",
            Self::ExclusiveGateway => "EXCLUSIVE_GATEWAY",
            Self::ParallelGateway => "PARALLEL_GATEWAY",
            Self::EventBasedGateway => "EVENT_BASED_GATEWAY",
            Self::InclusiveGateway => "INCLUSIVE_GATEWAY",
            Self::SequenceFlow => "SEQUENCE_FLOW",
            Self::MultiInstanceBody => "MULTI_INSTANCE_BODY",
            Self::CallActivity => "CALL_ACTIVITY",
            Self::BusinessRuleTask => "BUSINESS_RULE_TASK",
            Self::ScriptTask => "SCRIPT_TASK",
            Self::SendTask => "SEND_TASK",
        }
    }

    /// Type with that number; `None` for numbers that name none.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(number as usize).copied()
    }

    /// Whether elements of this type contain others (flow scopes).
    pub const fn is_scope(self) -> bool {
        matches!(
            self,
            Self::Process
                | Self::SubProcess
                | Self::EventSubProcess
                | Self::AdHocSubProcess
                | Self::AdHocSubProcessInnerInstance
                | Self::MultiInstanceBody
        )
    }

    /// Whether it is a gateway of any kind.
    pub const fn is_gateway(self) -> bool {
        matches!(
            self,
            Self::ExclusiveGateway | Self::ParallelGateway | Self::EventBasedGateway | Self::InclusiveGateway
        )
    }
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_positions() {
        for (number, element_type) in ElementType::ALL.iter().enumerate() {
            assert_eq!(*element_type as usize, number);
            assert_eq!(ElementType::from_number(number as u8), Some(*element_type));
        }
        assert_eq!(ElementType::from_number(26), None);
    }
}
