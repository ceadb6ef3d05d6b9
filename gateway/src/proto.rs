//! The wire protocol: messages, client and server stubs, generated from `proto/*.proto` when the crate is
//! built.
#![allow(missing_docs)]

/// `gateway_protocol`: what Zeebe clients speak.
#[allow(clippy::all, clippy::pedantic)]
pub mod gateway {
    tonic::include_proto!("gateway_protocol");
}

/// `grpc.health.v1`: the standard health check.
#[allow(clippy::all, clippy::pedantic)]
pub mod health {
    tonic::include_proto!("grpc.health.v1");
}

pub use gateway::gateway_client::GatewayClient;
pub use gateway::gateway_server::{Gateway as GatewayService, GatewayServer};
pub use health::health_client::HealthClient;
pub use health::health_server::{Health as HealthService, HealthServer};
