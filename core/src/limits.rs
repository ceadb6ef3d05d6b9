//! Every bound of the product, named once, with the relations between them checked when it compiles.
//!
//! Over a bound the client gets RESOURCE_EXHAUSTED or a clear rejection: never an endless loop, never a dead
//! partition. Figures that operators may change are defaults here and are checked against the same relations
//! when the configuration is read.

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

// ── the machine ──────────────────────────────────────────────────────────────────────────────────

/// Shards of one process. A token of `Io` names its tenant in one byte; peers name shards in two.
pub const SHARD_COUNT_MAX: usize = 256;
/// Gateway threads of one process; each has two rings with each shard.
pub const GATEWAY_COUNT_MAX: usize = 16;
/// Partitions of one cluster: what a key has room for.
pub const PARTITION_COUNT_MAX: usize = 4095;
/// Partitions on one shard.
pub const PARTITIONS_PER_SHARD_MAX: usize = 256;
/// Partitions when nothing is configured.
pub const PARTITION_COUNT_DEFAULT: usize = 1;
/// What an idle broker stays under.
pub const IDLE_BYTES_MAX: usize = 50 * MIB;

// ── messages and frames ──────────────────────────────────────────────────────────────────────────

/// The largest request or answer of a client, and the largest record body: gRPC's default.
pub const MESSAGE_BYTES_MAX: usize = 4 * MIB;
/// What a frame adds to a message: request id, kind, routing, authorizations.
pub const FRAME_OVERHEAD_BYTES_MAX: usize = 64 * KIB;
/// The largest frame between threads, and between peers.
pub const FRAME_BYTES_MAX: usize = MESSAGE_BYTES_MAX + FRAME_OVERHEAD_BYTES_MAX;
/// Buffer of one ring. Small, so that it stays in a core's cache; frames above half of it go over the heap.
pub const RING_BYTES: usize = 256 * KIB;
/// Inbound rings of one shard: gateways, the other shards, helpers (timers of tests, snapshots, exporters).
pub const RINGS_PER_SHARD_MAX: usize = GATEWAY_COUNT_MAX + SHARD_COUNT_MAX + 16;
/// Variables of one scope or command, as MessagePack.
pub const VARIABLES_BYTES_MAX: usize = MESSAGE_BYTES_MAX - 64 * KIB;
/// Depth of nested values in variables.
pub const VALUE_DEPTH_MAX: usize = 128;
/// Length of names and ids that clients choose (job types, message names, correlation keys, tenant ids).
pub const NAME_BYTES_MAX: usize = 32 * KIB;
/// One XML resource.
pub const RESOURCE_BYTES_MAX: usize = MESSAGE_BYTES_MAX;
/// Depth of elements in an XML resource.
pub const XML_DEPTH_MAX: usize = 256;

// ── one turn of a shard ──────────────────────────────────────────────────────────────────────────

/// Frames taken from all rings in one turn.
pub const TURN_FRAME_COUNT_MAX: usize = 512;
/// Frames taken from one ring before the next one has its turn.
pub const TURN_FRAME_COUNT_PER_RING_MAX: usize = 64;
/// Payload taken from all rings in one turn; the last frame may go over it.
pub const TURN_FRAME_BYTES_MAX: usize = MIB;
/// How long a turn may take frames, so that completions are reaped and deadlines are seen.
pub const TURN_NS_MAX: u64 = 500_000;
/// Timers of the shard that fire in one turn.
pub const TURN_TIMER_COUNT_MAX: usize = 64;
/// Timers of one shard: a dozen per partition and some of its own.
pub const TIMERS_PER_SHARD_MAX: usize = 12 * PARTITIONS_PER_SHARD_MAX + 64;
/// Longest sleep of a shard. It looks at its deadlines at least so often, for clocks that jump.
pub const SLEEP_NS_MAX: u64 = 1_000_000_000;

// ── processing ───────────────────────────────────────────────────────────────────────────────────

/// Follow-up commands taken into one batch record.
pub const BATCH_COMMAND_COUNT_MAX: usize = 100;
/// Records of one batch record, commands and events.
pub const BATCH_RECORD_COUNT_MAX: usize = 16_384;
/// Bytes of one batch record: a message, its follow-ups and the answer's worth of events.
pub const BATCH_BYTES_MAX: usize = 8 * MIB;
/// From here on no further follow-up command is taken in.
pub const BATCH_BYTES_SOFT_MAX: usize = MIB;
/// How long one batch may be processed before the rest goes on in a later turn.
pub const BATCH_NS_MAX: u64 = 2_000_000;
/// Entries that may be processed ahead of the commit index.
pub const UNCOMMITTED_ENTRY_COUNT_MAX: usize = 4096;
/// Bytes of those entries.
pub const UNCOMMITTED_BYTES_MAX: usize = 32 * MIB;
/// Answers and pushes held until commit.
pub const HELD_OUTPUT_BYTES_MAX: usize = 32 * MIB;
/// Commands of clients waiting on one partition before they are refused.
pub const PENDING_COMMAND_COUNT_MAX: usize = 4096;
/// Rows that one sweep (due timers, job timeouts, message TTLs, retries) handles before others go on.
pub const SWEEP_ROW_COUNT_MAX: usize = 256;
/// Time that one sweep takes before others go on.
pub const SWEEP_NS_MAX: u64 = 500_000;
/// Time between two looks for due jobs, messages and retries, when no earlier one is known.
pub const SWEEP_INTERVAL_MS: u64 = 10_000;
/// Depth of call activities, and of embedded scopes.
pub const CALL_DEPTH_MAX: usize = 1000;
/// Steps of one FEEL evaluation.
pub const FEEL_STEP_COUNT_MAX: usize = 10_000_000;
/// Nesting of a FEEL expression and of its values.
pub const FEEL_DEPTH_MAX: usize = 128;

// ── jobs ─────────────────────────────────────────────────────────────────────────────────────────

/// Jobs that one ActivateJobs call gets from one partition.
pub const ACTIVATE_JOB_COUNT_MAX: usize = 1024;
/// Job streams open on one partition.
pub const JOB_STREAM_COUNT_MAX: usize = 16_384;
/// Jobs pushed to one stream and not yet taken by its client.
pub const JOB_STREAM_CREDIT_COUNT_MAX: usize = 256;
/// Long polls parked on one gateway.
pub const PARKED_POLL_COUNT_MAX: usize = 65_536;
/// Time that a poll is parked when the client names none.
pub const PARKED_POLL_MS_DEFAULT: u64 = 10_000;

// ── the gateway ──────────────────────────────────────────────────────────────────────────────────

/// Requests of one gateway thread that wait for an answer.
pub const OPEN_REQUEST_COUNT_MAX: usize = 65_536;
/// Connections of clients to one gateway thread.
pub const CLIENT_CONNECTION_COUNT_MAX: usize = 16_384;
/// Time after which an open request is answered DEADLINE_EXCEEDED when the client names none.
pub const REQUEST_TIMEOUT_MS_DEFAULT: u64 = 10_000;
/// Frames for one ring that wait outside of it while it is full.
pub const OUTBOX_FRAME_COUNT_MAX: usize = 16_384;
/// Bytes of those frames.
pub const OUTBOX_BYTES_MAX: usize = 32 * MIB;

// ── the journal ──────────────────────────────────────────────────────────────────────────────────

/// Unit of blocks, of direct writes and of buffer alignment.
pub const BLOCK_BYTES: usize = 4 * KIB;
/// One block: one write, one flush.
pub const JOURNAL_WRITE_BYTES_MAX: usize = 16 * MIB;
/// The write buffer that gathers while another one is being written.
pub const JOURNAL_BUFFER_BYTES: usize = MIB;
/// The first segment of a partition, small so that many partitions start fast.
pub const SEGMENT_BYTES_MIN: usize = 4 * MIB;
/// Segments double up to this.
pub const SEGMENT_BYTES_MAX: usize = 64 * MIB;
/// Segments of one partition, sealed ones included.
pub const SEGMENT_COUNT_MAX: usize = 65_536;
/// Zeros written by one background step, small so that a flush never waits long behind it.
pub const ZERO_FILL_STEP_BYTES: usize = 256 * KIB;
/// Segments kept for recycling.
pub const SEGMENT_SPARE_COUNT_MAX: usize = 2;
/// Bytes of a snapshot written in one slice.
pub const SNAPSHOT_SLICE_BYTES: usize = 256 * KIB;
/// Operations of one shard under way in `Io`.
pub const IO_DEPTH: usize = 256;
/// Below this much free space on the data directory's disk new commands are refused.
pub const DISK_FREE_BYTES_MIN: usize = 4 * SEGMENT_BYTES_MAX;

// ── relations ────────────────────────────────────────────────────────────────────────────────────

const _: () = {
    assert!(SHARD_COUNT_MAX <= 1 << 16, "shard ids have 16 bits");
    assert!(PARTITION_COUNT_MAX < 1 << 12, "a key has 12 positive bits for the partition");
    assert!(PARTITIONS_PER_SHARD_MAX <= 1 << 8, "a token names its tenant in one byte");
    assert!(RING_BYTES.is_power_of_two(), "offsets in a ring are masked");
    assert!(FRAME_BYTES_MAX < 1 << 31, "a frame's length has 31 bits");
    assert!(MESSAGE_BYTES_MAX < FRAME_BYTES_MAX, "every message fits a frame");
    assert!(
        VARIABLES_BYTES_MAX < MESSAGE_BYTES_MAX,
        "what was accepted can be activated, with its job around it"
    );
    assert!(NAME_BYTES_MAX * 4 <= MESSAGE_BYTES_MAX, "names leave room for the rest");
    assert!(TURN_FRAME_COUNT_PER_RING_MAX <= TURN_FRAME_COUNT_MAX, "one ring is a part of the turn");
    assert!(FRAME_BYTES_MAX <= BATCH_BYTES_MAX, "a batch holds any command");
    assert!(
        BATCH_BYTES_SOFT_MAX + MESSAGE_BYTES_MAX <= BATCH_BYTES_MAX,
        "room for the last command's events"
    );
    assert!(BATCH_COMMAND_COUNT_MAX <= BATCH_RECORD_COUNT_MAX, "each command is a record");
    assert!(BATCH_BYTES_MAX + 2 * BLOCK_BYTES <= JOURNAL_WRITE_BYTES_MAX, "any batch goes out in one write");
    assert!(BATCH_BYTES_MAX < UNCOMMITTED_BYTES_MAX, "the window holds more than one batch");
    assert!(MESSAGE_BYTES_MAX < HELD_OUTPUT_BYTES_MAX, "any answer can be held");
    assert!(FRAME_BYTES_MAX < OUTBOX_BYTES_MAX, "any frame can wait");
    assert!(JOURNAL_BUFFER_BYTES.is_multiple_of(BLOCK_BYTES), "buffers are whole blocks");
    assert!(JOURNAL_WRITE_BYTES_MAX.is_multiple_of(BLOCK_BYTES), "writes are whole blocks");
    assert!(SEGMENT_BYTES_MIN.is_power_of_two() && SEGMENT_BYTES_MAX.is_power_of_two(), "segments double");
    assert!(SEGMENT_BYTES_MIN <= SEGMENT_BYTES_MAX, "segments double up to their maximum");
    assert!(
        JOURNAL_WRITE_BYTES_MAX + BLOCK_BYTES <= SEGMENT_BYTES_MAX,
        "any write fits a segment with its header"
    );
    assert!(ZERO_FILL_STEP_BYTES.is_multiple_of(BLOCK_BYTES), "zeros come in whole blocks");
    assert!(ZERO_FILL_STEP_BYTES <= crate::io::ZERO_STEP_BYTES_MAX, "Io takes the step");
    assert!(BLOCK_BYTES == crate::io::BLOCK_BYTES, "Io aligns to blocks");
    assert!(SWEEP_ROW_COUNT_MAX < BATCH_RECORD_COUNT_MAX, "a sweep's commands fit one batch");
    assert!(ACTIVATE_JOB_COUNT_MAX < BATCH_RECORD_COUNT_MAX, "a JOB_BATCH and its jobs fit one batch");
    assert!(TURN_NS_MAX < SLEEP_NS_MAX, "a turn is shorter than a sleep");
    assert!(
        RING_BYTES * 4 * 4 <= IDLE_BYTES_MAX,
        "rings of two shards and two gateways are a part of idle memory"
    );
};
