//! Deployments: reading resources, deciding versions and keys.

mod decisions;
mod plan;
mod read;

pub use decisions::PlannedDecisions;
pub use plan::{checksum, metadata, plan};
pub use read::{ReadResource, read_all};
