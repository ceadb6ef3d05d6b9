//! PROCESS_INSTANCE and what surrounds it: creation, result, batches, process events.

use super::{nested_value, record_value};
use crate::{BpmnElementType, BpmnEventType, DEFAULT_TENANT, Document, List};

record_value! {
    /// An instance of a BPMN element; the process itself is one.
    ProcessInstanceValue {
        /// The process.
        shown bpmn_process_id: &'a str = "", "bpmnProcessId";
        /// Its version.
        shown version: i32 = -1, "version";
        /// Its key.
        shown process_definition_key: i64 = -1, "processDefinitionKey";
        /// The instance of the process.
        shown process_instance_key: i64 = -1, "processInstanceKey";
        /// The element.
        shown element_id: &'a str = "", "elementId";
        /// The element instance around it; -1 for the process.
        shown flow_scope_key: i64 = -1, "flowScopeKey";
        /// What the element is.
        shown bpmn_element_type: BpmnElementType = BpmnElementType::Unspecified, "bpmnElementType";
        /// What it waits for or throws.
        shown bpmn_event_type: BpmnEventType = BpmnEventType::Unspecified, "bpmnEventType";
        /// The calling process instance; -1 for none.
        shown parent_process_instance_key: i64 = -1, "parentProcessInstanceKey";
        /// The call activity's instance; -1 for none.
        shown parent_element_instance_key: i64 = -1, "parentElementInstanceKey";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}

record_value! {
    /// Where an instance starts instead of at its none start event.
    StartInstruction {
        /// The element to start at.
        shown element_id: &'a str = "", "elementId";
    }
}
nested_value!(StartInstruction);

record_value! {
    /// A request for a new instance.
    ProcessInstanceCreationValue {
        /// By id ...
        shown bpmn_process_id: &'a str = "", "bpmnProcessId";
        /// ... and version, -1 for the latest ...
        shown version: i32 = -1, "version";
        /// ... or by key.
        shown process_definition_key: i64 = -1, "processDefinitionKey";
        /// The new instance.
        shown process_instance_key: i64 = -1, "processInstanceKey";
        /// Its first variables.
        shown variables: Document<'a> = Document::EMPTY, "variables";
        /// Where it starts.
        shown start_instructions: List<'a, StartInstruction<'a>> = List::EMPTY, "startInstructions";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
        /// Which variables the awaited result has; empty for all.
        hidden fetch_variables: List<'a, &'a str> = List::EMPTY, "fetchVariables";
    }
}

record_value! {
    /// What an awaited instance ended with.
    ProcessInstanceResultValue {
        /// The process.
        shown bpmn_process_id: &'a str = "", "bpmnProcessId";
        /// Its version.
        shown version: i32 = -1, "version";
        /// Its key.
        shown process_definition_key: i64 = -1, "processDefinitionKey";
        /// The instance.
        shown process_instance_key: i64 = -1, "processInstanceKey";
        /// The variables of its root scope.
        shown variables: Document<'a> = Document::EMPTY, "variables";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}

record_value! {
    /// An event that reached a scope and will trigger an element.
    ProcessEventValue {
        /// The element instance that waits, or the process definition of a start event.
        shown scope_key: i64 = -1, "scopeKey";
        /// The element to trigger.
        shown target_element_id: &'a str = "", "targetElementId";
        /// Variables of the event.
        shown variables: Document<'a> = Document::EMPTY, "variables";
        /// The process.
        shown process_definition_key: i64 = -1, "processDefinitionKey";
        /// The instance.
        shown process_instance_key: i64 = -1, "processInstanceKey";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}

record_value! {
    /// A step of a long activation or termination.
    ProcessInstanceBatchValue {
        /// The instance.
        shown process_instance_key: i64 = -1, "processInstanceKey";
        /// The scope whose children are meant.
        shown batch_element_instance_key: i64 = -1, "batchElementInstanceKey";
        /// Where to go on.
        shown index: i64 = -1, "index";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}
