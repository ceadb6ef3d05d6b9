//! The doors: gRPC for Zeebe clients.

pub mod proto;
