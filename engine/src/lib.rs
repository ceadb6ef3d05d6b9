//! The workflow state machine: commands in, records and effects out, all state in tables.
//!
//! Sans-io and deterministic: time comes in as epoch ms, nothing here knows disks, sockets, threads or
//! chance. The same appliers run live, on replay and on followers; the way back is the tables' undo log.

mod applier;
mod awaiting;
mod behavior;
mod bpmn;
mod buffers;
mod command;
mod context;
mod definition;
mod deployment;
mod effects;
mod engine;
mod expression;
mod keys;
pub mod limits;
mod log;
mod processor;
pub mod state;
mod streams;
pub mod table;

pub use command::{Command, Processed};
pub use effects::{Effect, Effects, SendFrame};
pub use engine::{ApplyError, Engine, EngineConfig};
