//! DEPLOYMENT and PROCESS.

use super::{DecisionRequirementsMetadata, DecisionValue, nested_value, record_value};
use crate::{DEFAULT_TENANT, List};

record_value! {
    /// A file of a deployment.
    DeploymentResource {
        /// Its name.
        shown resource_name: &'a str = "", "resourceName";
        /// Its bytes.
        shown resource: &'a [u8] = &[], "resource";
    }
}
nested_value!(DeploymentResource);

record_value! {
    /// A process that a deployment brought or found.
    ProcessMetadata {
        /// Its id.
        shown bpmn_process_id: &'a str = "", "bpmnProcessId";
        /// Its version, from 1.
        shown version: i32 = -1, "version";
        /// Its version tag; empty for none.
        shown version_tag: &'a str = "", "versionTag";
        /// Its key.
        shown process_definition_key: i64 = -1, "processDefinitionKey";
        /// The file that it stands in.
        shown resource_name: &'a str = "", "resourceName";
        /// MD5 of the file.
        shown checksum: &'a [u8] = &[], "checksum";
        /// Whether it was there already.
        shown is_duplicate: bool = false, "duplicate";
        /// The deployment that brought it.
        shown deployment_key: i64 = -1, "deploymentKey";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}
nested_value!(ProcessMetadata);

record_value! {
    /// Files deployed together and what they hold.
    DeploymentValue {
        /// The files.
        shown resources: List<'a, DeploymentResource<'a>> = List::EMPTY, "resources";
        /// The processes in them.
        shown processes_metadata: List<'a, ProcessMetadata<'a>> = List::EMPTY, "processesMetadata";
        /// The decisions in them.
        shown decisions_metadata: List<'a, DecisionValue<'a>> = List::EMPTY, "decisionsMetadata";
        /// The decision requirements in them.
        shown decision_requirements_metadata: List<'a, DecisionRequirementsMetadata<'a>> =
            List::EMPTY, "decisionRequirementsMetadata";
        /// The forms in them.
        shown form_metadata: List<'a, &'a str> = List::EMPTY, "formMetadata";
        /// The deployment.
        shown deployment_key: i64 = -1, "deploymentKey";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}

record_value! {
    /// A process definition.
    ProcessValue {
        /// Its id.
        shown bpmn_process_id: &'a str = "", "bpmnProcessId";
        /// Its version, from 1.
        shown version: i32 = -1, "version";
        /// Its version tag; empty for none.
        shown version_tag: &'a str = "", "versionTag";
        /// Its key.
        shown process_definition_key: i64 = -1, "processDefinitionKey";
        /// The file that it stands in.
        shown resource_name: &'a str = "", "resourceName";
        /// MD5 of the file.
        shown checksum: &'a [u8] = &[], "checksum";
        /// The file itself.
        shown resource: &'a [u8] = &[], "resource";
        /// Always false here; kept because exporters print it.
        shown is_duplicate: bool = false, "duplicate";
        /// The deployment that brought it.
        shown deployment_key: i64 = -1, "deploymentKey";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}
