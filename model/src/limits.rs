//! Every bound of the room in one place. Deployment input is untrusted: whatever crosses one of these
//! limits is rejected with a message, never processed partially.

/// Largest resource accepted, in bytes (the gateway's own message limit is 4 MB).
pub const RESOURCE_BYTES_MAX: usize = 16 << 20;
/// Deepest nesting of XML elements; real models stay below 30.
pub const XML_DEPTH_MAX: usize = 128;
/// Most XML elements in one resource.
pub const XML_NODES_MAX: usize = 400_000;
/// Most attributes (namespace declarations included) on one XML element.
pub const XML_ATTRIBUTES_MAX: usize = 256;
/// Deepest nesting of flow scopes (sub-processes) in a process.
pub const SCOPE_DEPTH_MAX: usize = 64;
/// Most elements of one process, sequence flows and multi-instance bodies included.
pub const PROCESS_ELEMENTS_MAX: usize = 100_000;
/// Most processes in one resource.
pub const PROCESSES_MAX: usize = 1_000;
/// Most violations reported for one resource; the rest is counted only.
pub const VIOLATIONS_MAX: usize = 1_000;
/// Longest element id, in characters. The reference engine stores ids in bounded keys.
pub const ID_CHARS_MAX: usize = 1_024;
/// Longest element or process name, in characters.
pub const NAME_CHARS_MAX: usize = 1_024;
/// Longest static job type, in characters.
pub const JOB_TYPE_CHARS_MAX: usize = 1_024;
/// Longest timer text (date, duration, cycle or cron), in bytes.
pub const TIMER_TEXT_BYTES_MAX: usize = 1_024;

const _: () = assert!(SCOPE_DEPTH_MAX <= XML_DEPTH_MAX);
const _: () = assert!(RESOURCE_BYTES_MAX < u32::MAX as usize, "node offsets are u32");
const _: () = assert!(PROCESS_ELEMENTS_MAX < u32::MAX as usize, "element indexes are u32");
