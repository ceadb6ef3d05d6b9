//! The doors: gRPC for Zeebe clients.

pub mod proto;
pub mod route;
pub mod rpc;
pub mod status;
pub mod tenant;
pub mod topology;
pub mod variables;
