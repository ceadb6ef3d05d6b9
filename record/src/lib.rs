//! The language of the log: what a record says, how it stands in bytes, how it reads as JSON.
//!
//! A record is a fixed [`RecordHeader`] and a body, the value. Values are borrowed views over their bytes
//! ([`value`]): encoding writes straight into a buffer, decoding copies nothing. The same bytes travel from the
//! gateway to a shard, into the journal, to peers and to exporters.
//!
//! Invariants
//! - The meaning of an encoded field never changes; a value may only grow at its end, and fields missing at the
//!   end of an older value read as their defaults.
//! - Decoding any bytes never panics: it gives a value or [`Malformed`].
//! - This crate knows nothing of disks, sockets, threads or time.

mod codec;
mod enums;
pub mod frame;
mod header;
mod intent;
mod json;
pub mod json_reader;
mod key;
mod list;
pub mod message_pack;
pub mod print;
pub mod value;
mod value_type;

pub use codec::{Field, Input, Malformed, Out, SliceOut};
pub use enums::{
    BpmnElementType, BpmnEventType, ErrorType, JobKind, JobListenerEventType, RecordType, RejectionType,
    VariableDocumentUpdateSemantic,
};
pub use header::{FLAG_PROCESSED, HEADER_BYTES, RecordHeader, RecordView, put_record, records};
pub use intent::*;
pub use json::{escape_json, json_to_message_pack, message_pack_to_json};
pub use key::{KEY_PARTITION_SHIFT, compose_key, partition_of_key};
pub use list::{List, ListBuffer};
pub use message_pack::{Document, PackedValue};
pub use value_type::ValueType;

#[doc(hidden)]
pub use serde_json;

/// The version that the record stream and Topology report: what this broker's behaviour is compatible with.
pub const COMPATIBLE_VERSION: &str = "8.6.0";

/// The tenant of everything while multi-tenancy is off.
pub const DEFAULT_TENANT: &str = "<default>";
