//! Deployments: reading resources, deciding versions and keys.

mod plan;
mod read;

pub use plan::{metadata, plan};
pub use read::{ReadResource, read_all};
