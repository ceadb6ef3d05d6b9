//! DECISION and DECISION_REQUIREMENTS, and how they stand in a deployment.

use super::{nested_value, record_value};
use crate::DEFAULT_TENANT;

record_value! {
    /// A version of a decision; its entry in a deployment has the same fields.
    DecisionValue {
        /// Its id.
        shown decision_id: &'a str = "", "decisionId";
        /// Its name.
        shown decision_name: &'a str = "", "decisionName";
        /// Its version, from 1.
        shown version: i32 = -1, "version";
        /// Its version tag; empty for none.
        shown version_tag: &'a str = "", "versionTag";
        /// Its key.
        shown decision_key: i64 = -1, "decisionKey";
        /// Id of the requirements graph that it stands in.
        shown decision_requirements_id: &'a str = "", "decisionRequirementsId";
        /// Key of the graph.
        shown decision_requirements_key: i64 = -1, "decisionRequirementsKey";
        /// Whether it was there already.
        shown is_duplicate: bool = false, "duplicate";
        /// The deployment that brought it.
        shown deployment_key: i64 = -1, "deploymentKey";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}
nested_value!(DecisionValue);

record_value! {
    /// A decision requirements graph that a deployment brought or found.
    DecisionRequirementsMetadata {
        /// Its id.
        shown decision_requirements_id: &'a str = "", "decisionRequirementsId";
        /// Its name.
        shown decision_requirements_name: &'a str = "", "decisionRequirementsName";
        /// Its version, from 1.
        shown decision_requirements_version: i32 = -1, "decisionRequirementsVersion";
        /// Its key.
        shown decision_requirements_key: i64 = -1, "decisionRequirementsKey";
        /// Its namespace.
        shown namespace: &'a str = "", "namespace";
        /// The file that it stands in.
        shown resource_name: &'a str = "", "resourceName";
        /// MD5 of the file.
        shown checksum: &'a [u8] = &[], "checksum";
        /// Whether it was there already.
        shown is_duplicate: bool = false, "duplicate";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}
nested_value!(DecisionRequirementsMetadata);

record_value! {
    /// A version of a decision requirements graph.
    DecisionRequirementsValue {
        /// Its id.
        shown decision_requirements_id: &'a str = "", "decisionRequirementsId";
        /// Its name.
        shown decision_requirements_name: &'a str = "", "decisionRequirementsName";
        /// Its version, from 1.
        shown decision_requirements_version: i32 = -1, "decisionRequirementsVersion";
        /// Its key.
        shown decision_requirements_key: i64 = -1, "decisionRequirementsKey";
        /// Its namespace.
        shown namespace: &'a str = "", "namespace";
        /// The file that it stands in.
        shown resource_name: &'a str = "", "resourceName";
        /// MD5 of the file.
        shown checksum: &'a [u8] = &[], "checksum";
        /// The file itself.
        shown resource: &'a [u8] = &[], "resource";
        /// Always false here; kept because exporters print it.
        shown is_duplicate: bool = false, "duplicate";
        /// Whose it is.
        shown tenant_id: &'a str = DEFAULT_TENANT, "tenantId";
    }
}
