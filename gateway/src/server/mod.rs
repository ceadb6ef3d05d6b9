//! What turns the desk into a server: sockets, connections, and the futures and streams of calls.

mod activate_jobs;
mod connection;
mod front;
mod health;
mod job_stream;
mod listen;
mod pending;
mod pump;
mod service;
mod thread;

pub(crate) use connection::{Shutdown, accept, close_or};
pub(crate) use listen::listeners;
pub(crate) use pending::PendingReply;
pub(crate) use thread::{ThreadPlan, run};
