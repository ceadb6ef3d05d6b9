//! The doors: gRPC for Zeebe clients, HTTP for people, monitors and tests.
//!
//! A gateway has some threads, each with a current-thread runtime, a listening socket of its own on the
//! shared address, and a pair of byte rings with every shard; they share nothing else. A thread is built from
//! a [`GatewayThread`]: the [`Sleeper`](tidemill_core::wake::Sleeper) that shards wake it with, and a
//! [`ShardLink`] per shard.
//!
//! ```ignore
//! // for each gateway thread g and shard s (frame kinds and values: tidemill_record::frame):
//! let (sleeper, waker) = tidemill_core::wake::waker()?;                      // one per gateway thread
//! let (to_shard, shard_end) = ring(RING_BYTES, FRAME_BYTES_MAX, shard_waker, Some(waker.clone()));
//! let (shard_start, from_shard) = ring(RING_BYTES, FRAME_BYTES_MAX, waker.clone(), Some(shard_waker));
//! let link = ShardLink { producer: to_shard, consumer: from_shard, partitions: vec![1, 2] };
//!
//! let threads = vec![GatewayThread { sleeper, links: vec![link] }];
//! let gateway = Gateway::start(config, threads, topology, Some(http), &registry)?;
//! println!("{}", gateway.address());
//! gateway.shutdown()?;                                                       // blocks, at most five seconds
//! ```
//!
//! What a shard has to do for it:
//! - answer every [`Command`](tidemill_record::frame::FrameKind::Command) that has a request id (not -1) with
//!   one `Answer` or one `Refusal` on the ring back to the gateway thread that sent it. Request and stream
//!   ids carry the number of the gateway thread in their top 16 bits. A `Refusal` says that nothing was
//!   appended: with RESOURCE_EXHAUSTED or UNAVAILABLE the gateway tries the next partition where any will do.
//!   A rejection's `intent` and `value_type` are the command's;
//! - keep one `JobInterest` per gateway thread and job type, and send one `JobsAvailable` when a job of the
//!   type becomes activatable; at once, when there are some already;
//! - push no more jobs to a stream than it has credit, and forget the stream at `StreamClose`. Jobs that the
//!   client did not get come back as JOB YIELD commands without a request id;
//! - answer `Query` with `QueryAnswer`: `incidents` with a JSON array, `instance` and `digest` with an
//!   object.
//!
//! What is wire-compatible: RPCs, messages, status codes and texts, routing by key and by correlation hash,
//! long polling. What other RPCs get is UNIMPLEMENTED with a text that says so.
//!
//! Fault model: clients are anybody (sizes, counts and time are bounded, nothing panics on input); shards are
//! our own process (frames that cannot be read are logged and dropped; a shard that is gone turns open
//! requests into ABORTED).
//!
//! Request logic is in plain synchronous state machines: [`rpc`] maps messages to commands and answers to
//! messages, the desk keeps requests, polls and streams; `server` and [`http`] only move bytes and wait.

mod desk;
mod gateway;
mod here;
pub mod http;
pub mod metrics;
pub mod proto;
pub mod route;
pub mod rpc;
mod server;
pub mod status;
pub mod tenant;
pub mod topology;
pub mod variables;

pub use gateway::{Gateway, GatewayConfig, GatewayHandle, GatewayThread, ShardLink};
pub use http::{HttpAnswer, HttpParts, HttpRequest, HttpRoutes, RecordRequest, RecordSource};
pub use topology::{Topology, TopologySource};
