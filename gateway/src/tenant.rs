//! Tenants while multi-tenancy is off: none, or the default one.

use tidemill_record::DEFAULT_TENANT;
use tonic::Status;

use crate::status::invalid;

/// Whether a request may name this tenant.
///
/// # Errors
/// INVALID_ARGUMENT, in the words of a Zeebe gateway.
pub fn check_tenant(rpc: &str, tenant_id: &str) -> Result<(), Status> {
    if tenant_id.is_empty() || tenant_id == DEFAULT_TENANT {
        return Ok(());
    }
    let shown: String = tenant_id.chars().take(100).collect();
    Err(invalid(format!(
        "Expected to handle gRPC request {rpc} with tenant identifier '{shown}', \
         but multi-tenancy is disabled"
    )))
}

/// As [`check_tenant`], for several.
///
/// # Errors
/// As there.
pub fn check_tenants(rpc: &str, tenant_ids: &[String]) -> Result<(), Status> {
    tenant_ids.iter().try_for_each(|tenant_id| check_tenant(rpc, tenant_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_default_tenant_passes() {
        assert!(check_tenants("ActivateJobs", &[String::new(), "<default>".to_owned()]).is_ok());
        let status = check_tenant("DeployResource", "abc").unwrap_err();
        assert_eq!(
            status.message(),
            "Expected to handle gRPC request DeployResource with tenant identifier 'abc', \
             but multi-tenancy is disabled"
        );
    }
}
