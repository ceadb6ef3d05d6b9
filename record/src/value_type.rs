//! The value types of records, with the names and numbers of Zeebe's record protocol
//! (`io.camunda:zeebe-protocol` 8.9.0-rc2), which tools around the broker match on.

/// What a record speaks of; the number is stable on disk and on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names are the protocol's own")]
pub enum ValueType {
    Job = 0,
    Deployment = 4,
    ProcessInstance = 5,
    Incident = 6,
    Message = 10,
    MessageSubscription = 11,
    ProcessMessageSubscription = 12,
    JobBatch = 14,
    Timer = 15,
    MessageStartEventSubscription = 16,
    Variable = 17,
    VariableDocument = 18,
    ProcessInstanceCreation = 19,
    Error = 20,
    ProcessInstanceResult = 21,
    Process = 22,
    DeploymentDistribution = 23,
    ProcessEvent = 24,
    Decision = 25,
    DecisionRequirements = 26,
    DecisionEvaluation = 27,
    ProcessInstanceModification = 28,
    Escalation = 29,
    SignalSubscription = 30,
    Signal = 31,
    ResourceDeletion = 32,
    CommandDistribution = 33,
    ProcessInstanceBatch = 34,
    MessageBatch = 35,
    Form = 36,
    UserTask = 37,
    ProcessInstanceMigration = 38,
    CompensationSubscription = 39,
    MessageCorrelation = 40,
    User = 41,
    Clock = 42,
    Authorization = 43,
    Resource = 44,
    Tenant = 45,
    Group = 46,
    MappingRule = 47,
    IdentitySetup = 48,
    Role = 49,
    BatchOperationCreation = 50,
    BatchOperationExecution = 51,
    BatchOperationChunk = 52,
    AdHocSubProcessInstruction = 53,
    BatchOperationLifecycleManagement = 54,
    BatchOperationPartitionLifecycle = 55,
    AsyncRequest = 56,
    UsageMetric = 57,
    MultiInstance = 58,
    RuntimeInstruction = 59,
    BatchOperationInitialization = 60,
    ClusterVariable = 61,
    HistoryDeletion = 62,
    ConditionalSubscription = 63,
    ConditionalEvaluation = 64,
    GlobalListenerBatch = 65,
    Expression = 66,
    JobMetricsBatch = 67,
    GlobalListener = 68,
    Scale = 253,
    Checkpoint = 254,
}

const TABLE: &[(ValueType, &str)] = &[
    (ValueType::Job, "JOB"),
    (ValueType::Deployment, "DEPLOYMENT"),
    (ValueType::ProcessInstance, "PROCESS_INSTANCE"),
    (ValueType::Incident, "INCIDENT"),
    (ValueType::Message, "MESSAGE"),
    (ValueType::MessageSubscription, "MESSAGE_SUBSCRIPTION"),
    (ValueType::ProcessMessageSubscription, "PROCESS_MESSAGE_SUBSCRIPTION"),
    (ValueType::JobBatch, "JOB_BATCH"),
    (ValueType::Timer, "TIMER"),
    (ValueType::MessageStartEventSubscription, "MESSAGE_START_EVENT_SUBSCRIPTION"),
    (ValueType::Variable, "VARIABLE"),
    (ValueType::VariableDocument, "VARIABLE_DOCUMENT"),
    (ValueType::ProcessInstanceCreation, "PROCESS_INSTANCE_CREATION"),
    (ValueType::Error, "ERROR"),
    (ValueType::ProcessInstanceResult, "PROCESS_INSTANCE_RESULT"),
    (ValueType::Process, "PROCESS"),
    (ValueType::DeploymentDistribution, "DEPLOYMENT_DISTRIBUTION"),
    (ValueType::ProcessEvent, "PROCESS_EVENT"),
    (ValueType::Decision, "DECISION"),
    (ValueType::DecisionRequirements, "DECISION_REQUIREMENTS"),
    (ValueType::DecisionEvaluation, "DECISION_EVALUATION"),
    (ValueType::ProcessInstanceModification, "PROCESS_INSTANCE_MODIFICATION"),
    (ValueType::Escalation, "ESCALATION"),
    (ValueType::SignalSubscription, "SIGNAL_SUBSCRIPTION"),
    (ValueType::Signal, "SIGNAL"),
    (ValueType::ResourceDeletion, "RESOURCE_DELETION"),
    (ValueType::CommandDistribution, "COMMAND_DISTRIBUTION"),
    (ValueType::ProcessInstanceBatch, "PROCESS_INSTANCE_BATCH"),
    (ValueType::MessageBatch, "MESSAGE_BATCH"),
    (ValueType::Form, "FORM"),
    (ValueType::UserTask, "USER_TASK"),
    (ValueType::ProcessInstanceMigration, "PROCESS_INSTANCE_MIGRATION"),
    (ValueType::CompensationSubscription, "COMPENSATION_SUBSCRIPTION"),
    (ValueType::MessageCorrelation, "MESSAGE_CORRELATION"),
    (ValueType::User, "USER"),
    (ValueType::Clock, "CLOCK"),
    (ValueType::Authorization, "AUTHORIZATION"),
    (ValueType::Resource, "RESOURCE"),
    (ValueType::Tenant, "TENANT"),
    (ValueType::Group, "GROUP"),
    (ValueType::MappingRule, "MAPPING_RULE"),
    (ValueType::IdentitySetup, "IDENTITY_SETUP"),
    (ValueType::Role, "ROLE"),
    (ValueType::BatchOperationCreation, "BATCH_OPERATION_CREATION"),
    (ValueType::BatchOperationExecution, "BATCH_OPERATION_EXECUTION"),
    (ValueType::BatchOperationChunk, "BATCH_OPERATION_CHUNK"),
    (ValueType::AdHocSubProcessInstruction, "AD_HOC_SUB_PROCESS_INSTRUCTION"),
    (ValueType::BatchOperationLifecycleManagement, "BATCH_OPERATION_LIFECYCLE_MANAGEMENT"),
    (ValueType::BatchOperationPartitionLifecycle, "BATCH_OPERATION_PARTITION_LIFECYCLE"),
    (ValueType::AsyncRequest, "ASYNC_REQUEST"),
    (ValueType::UsageMetric, "USAGE_METRIC"),
    (ValueType::MultiInstance, "MULTI_INSTANCE"),
    (ValueType::RuntimeInstruction, "RUNTIME_INSTRUCTION"),
    (ValueType::BatchOperationInitialization, "BATCH_OPERATION_INITIALIZATION"),
    (ValueType::ClusterVariable, "CLUSTER_VARIABLE"),
    (ValueType::HistoryDeletion, "HISTORY_DELETION"),
    (ValueType::ConditionalSubscription, "CONDITIONAL_SUBSCRIPTION"),
    (ValueType::ConditionalEvaluation, "CONDITIONAL_EVALUATION"),
    (ValueType::GlobalListenerBatch, "GLOBAL_LISTENER_BATCH"),
    (ValueType::Expression, "EXPRESSION"),
    (ValueType::JobMetricsBatch, "JOB_METRICS_BATCH"),
    (ValueType::GlobalListener, "GLOBAL_LISTENER"),
    (ValueType::Scale, "SCALE"),
    (ValueType::Checkpoint, "CHECKPOINT"),
];

impl ValueType {
    /// The protocol's name, as exporters print it.
    pub fn name(self) -> &'static str {
        TABLE.iter().find(|(value_type, _)| *value_type == self).map_or("UNKNOWN", |(_, name)| name)
    }

    /// The type with this number, if the protocol has one.
    pub fn from_number(number: u8) -> Option<Self> {
        TABLE.iter().map(|(value_type, _)| *value_type).find(|value_type| *value_type as u8 == number)
    }

    /// The type with this name, as exporters print it.
    pub fn from_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|(_, other)| *other == name).map(|(value_type, _)| *value_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_go_both_ways() {
        for (value_type, name) in TABLE {
            assert_eq!(ValueType::from_name(name), Some(*value_type));
            assert_eq!(ValueType::from_number(*value_type as u8), Some(*value_type));
            assert_eq!(value_type.name(), *name);
        }
        assert_eq!(ValueType::from_number(255), None);
    }
}
