//! Every bound of the engine, with the relations between them checked when compiling.

/// Commands processed in one batch unless configured otherwise, as in Zeebe.
pub const COMMANDS_IN_BATCH: usize = 100;
/// Largest message a client may get, bytes, unless configured otherwise.
pub const MESSAGE_BYTES: usize = 4 << 20;
/// Records that one batch may write.
pub const RECORDS_IN_BATCH_MAX: usize = 20_000;
/// Records that one command may write on top of a batch before the batch is cut.
pub const RECORDS_IN_BATCH_SOFT: usize = 4_000;
/// Bytes kept free in the output for what one more command writes; below it the batch is cut.
pub const BATCH_RESERVE_BYTES: usize = 64 << 10;
/// Due items (timers, jobs, messages, subscriptions) that one sweep takes.
pub const DUE_IN_SWEEP_MAX: usize = 50;
/// Messages that one sweep expires together.
pub const EXPIRED_IN_SWEEP_MAX: usize = 1_000;
/// Jobs in one activated batch, whatever the client asks for.
pub const JOBS_IN_ACTIVATION_MAX: usize = 1_000;
/// Bytes that an activated batch takes beside its variables, subtracted from the message size.
pub const ACTIVATION_RESERVE_BYTES: usize = 8 << 10;
/// Commands left over from batches that may wait; past it new commands are refused by the pipeline.
pub const PENDING_COMMANDS_MAX: usize = 1 << 20;
/// Creators that may wait for results at once.
pub const AWAITED_RESULTS_MAX: usize = 100_000;
/// Open job streams.
pub const STREAMS_MAX: usize = 10_000;
/// How long a subscription command to another partition may stay unanswered before it is sent again, ms.
pub const RESEND_INTERVAL_MS: i64 = 10_000;
/// Retained capacity of one scratch buffer, bytes; larger ones are freed after use.
pub const SCRATCH_BYTES_RETAINED: usize = 1 << 20;
/// Characters of an incident's or rejection's text.
pub const MESSAGE_TEXT_CHARS_MAX: usize = 10_000;
/// Children that one PROCESS_INSTANCE_BATCH TERMINATE terminates before it goes on in a further command.
pub const CHILDREN_IN_TERMINATE_BATCH: usize = 50;
/// Nesting of scopes that is walked upwards.
pub const SCOPE_DEPTH_MAX: usize = 1_000;

const _: () = assert!(RECORDS_IN_BATCH_SOFT < RECORDS_IN_BATCH_MAX);
const _: () = assert!(ACTIVATION_RESERVE_BYTES < MESSAGE_BYTES);
const _: () = assert!(DUE_IN_SWEEP_MAX <= COMMANDS_IN_BATCH);
const _: () = assert!(EXPIRED_IN_SWEEP_MAX * 4 < RECORDS_IN_BATCH_MAX);
const _: () = assert!(CHILDREN_IN_TERMINATE_BATCH < RECORDS_IN_BATCH_SOFT);
const _: () = assert!(BATCH_RESERVE_BYTES < MESSAGE_BYTES);

/// Jobs pushed in one entry when credit has come back.
pub const PUSHED_AT_ONCE_MAX: usize = 64;
