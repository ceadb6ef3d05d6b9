//! The load generator: deploys a process, creates instances, works their jobs, measures, and checks that every
//! acknowledged instance completed exactly once. It speaks the Zeebe gateway protocol, so any such gateway can be
//! measured with it.
//!
//! ```text
//!  pacer (thread, open loop) ─ due times ─▶ creator ─ CreateProcessInstance[WithResult] ─▶ gateway
//!                                             ▲ latency from the due time                     │
//!  ledger: acknowledged, completed, twice ◀───┴───────── worker ◀── jobs (stream or poll) ────┘
//! ```
//!
//! Everything runs on one thread (`tokio` current-thread), so the tool costs little and needs no locks.

mod creator;
mod error;
mod latency;
mod ledger;
mod options;
mod pacer;
mod process_time;
mod report;
mod run;
mod variables;
mod worker;

pub use error::LoadError;
pub use options::{LoadOptions, Mode, WorkerMode};
pub use report::Report;
pub use run::run;
