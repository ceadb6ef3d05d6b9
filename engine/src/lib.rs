//! The workflow state machine: commands in, records and effects out, all state in tables.
//!
//! Sans-io and deterministic: time comes in as epoch ms, nothing here knows disks, sockets, threads or chance.
//! The same appliers run live, on replay and on followers; the way back is the tables' undo log.

mod awaiting;
mod command;
mod effects;
mod engine;
pub mod limits;
mod log;
mod streams;

pub use command::{Command, Processed};
pub use effects::{Effect, Effects, SendFrame};
pub use engine::{ApplyError, Engine, EngineConfig};
