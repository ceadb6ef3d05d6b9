//! VARIABLE and VARIABLE_DOCUMENT.

use super::record_value;
use crate::message_pack::NIL;
use crate::{DEFAULT_TENANT, Document, PackedValue, VariableDocumentUpdateSemantic};

record_value! {
    /// One variable of one scope.
    VariableValue {
        /// Its name.
        shown name: &'a str = "", "name";
        /// Its value.
        shown value: PackedValue<'a> = PackedValue(NIL), "value";
        /// The element instance that it belongs to.
        shown scope_key: i64 = -1, "scopeKey";
        /// The instance.
        shown process_instance_key: i64 = -1, "processInstanceKey";
        /// The process.
        shown process_definition_key: i64 = -1, "processDefinitionKey";
        /// Its id.
        shown bpmn_process_id: &'a str = "", "bpmnProcessId";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}

record_value! {
    /// Variables set from outside.
    VariableDocumentValue {
        /// The element instance to start at.
        shown scope_key: i64 = -1, "scopeKey";
        /// Whether they are set there or where they are found.
        shown update_semantics: VariableDocumentUpdateSemantic =
            VariableDocumentUpdateSemantic::Propagate, "updateSemantics";
        /// The variables.
        shown variables: Document<'a> = Document::EMPTY, "variables";
        /// Whose they are.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}
