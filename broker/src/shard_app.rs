//! What runs on a shard: its partitions, frames in, frames out.
//!
//! Rings into a shard: first one from each gateway thread, then one from each shard (itself included) for commands
//! between partitions.

use tidemill_core::exit::Fatal;
use tidemill_core::io::Completion;
use tidemill_core::limits;
use tidemill_core::ring::Frame;
use tidemill_core::shard::{Context, Next, RingIndex, ShardApp, TimerToken};
use tidemill_engine::Command;
use tidemill_record::RecordView;
use tidemill_record::frame::{
    CommandFrame, FrameKind, QueryAnswerFrame, QueryFrame, RefusalFrame, StreamCreditFrame, StreamOpenFrame,
};
use tidemill_record::value::Value;

use crate::disk_space::DiskSpace;
use crate::partition::{
    Outgoing, Partition, PartitionSettings, RESOURCE_EXHAUSTED, SEND_FRAME_KIND, global_id,
};
use crate::stream_credits::{self, StreamCredits};

/// gRPC's UNAVAILABLE.
const UNAVAILABLE: i32 = 14;

/// Called once when a shard's partitions are replayed.
pub type Ready = Box<dyn FnOnce(&[Partition]) + Send>;

/// One shard's application.
pub struct BrokerShard {
    settings: Vec<PartitionSettings>,
    partitions: Vec<Partition>,
    outgoing: Outgoing,
    gateway_count: usize,
    /// Where entries are encoded before they are copied into a journal's write buffer.
    scratch: Vec<u8>,
    encoded: Vec<u8>,
    disk_space: DiskSpace,
    credits: StreamCredits,
    /// Told when everything is replayed, with readers of the journals.
    ready: Option<Ready>,
    waits_for_rings: bool,
}

impl BrokerShard {
    /// A shard that opens its partitions when it starts and then calls `ready`.
    pub fn new(
        settings: Vec<PartitionSettings>,
        outgoing: Outgoing,
        gateway_count: usize,
        disk_space: DiskSpace,
        ready: Ready,
    ) -> Self {
        Self {
            settings,
            partitions: Vec::new(),
            outgoing,
            gateway_count,
            scratch: vec![0; limits::BATCH_BYTES_MAX],
            encoded: Vec::new(),
            disk_space,
            credits: StreamCredits::default(),
            ready: Some(ready),
            waits_for_rings: false,
        }
    }

    fn place_of(&self, partition_id: i64) -> Option<usize> {
        self.partitions.iter().position(|partition| i64::from(partition.id()) == partition_id)
    }

    fn refuse(&mut self, gateway: usize, request_id: i64, code: i32, message: &str) {
        self.encoded.clear();
        RefusalFrame { request_id, code, message }.put(&mut self.encoded);
        self.outgoing.send_direct(gateway, FrameKind::Refusal, &self.encoded);
    }

    fn on_command(&mut self, context: &mut Context<'_>, gateway: usize, bytes: &[u8]) {
        let frame = CommandFrame::take(bytes).expect("gateway threads encode frames");
        let place = self.place_of(i64::from(frame.partition_id));
        let (Some(place), Some(intent)) = (place, frame.intent()) else {
            let message = format!("partition {} is not here", frame.partition_id);
            return self.refuse(gateway, frame.request_id, UNAVAILABLE, &message);
        };
        let command = Command {
            value_type: frame.value_type,
            intent,
            key: frame.key,
            operation_reference: frame.operation_reference,
            request_id: if frame.request_id < 0 { -1 } else { global_id(gateway, frame.request_id) },
            value: frame.value,
        };
        let partition = &mut self.partitions[place];
        if let Some(reason) = partition.refusal(&command, context.now) {
            return self.refuse(gateway, frame.request_id, RESOURCE_EXHAUSTED, reason);
        }
        partition.process(&command, context.now, frame.sent_ns, &mut self.scratch);
    }

    /// Streams are open on all partitions of the shard.
    fn on_stream_open(&mut self, gateway: usize, bytes: &[u8]) {
        let frame = StreamOpenFrame::take(bytes).expect("gateway threads encode frames");
        let credit = stream_credits::share(frame.credit, self.partitions.len());
        let frame = StreamOpenFrame { stream_id: global_id(gateway, frame.stream_id), credit, ..frame };
        self.credits.open(frame.stream_id);
        for partition in &mut self.partitions {
            if !partition.engine_mut().open_stream(&frame) {
                tracing::warn!(
                    partition = partition.id(),
                    "too many job streams: one more is served by polling only"
                );
            }
        }
    }

    fn on_stream_change(&mut self, gateway: usize, kind: FrameKind, bytes: &[u8]) {
        let frame = StreamCreditFrame::take(bytes).expect("gateway threads encode frames");
        let stream_id = global_id(gateway, frame.stream_id);
        if kind == FrameKind::StreamClose {
            self.credits.close(stream_id);
            self.partitions.iter_mut().for_each(|partition| partition.engine_mut().close_stream(stream_id));
            return;
        }
        let partitions = &mut self.partitions;
        self.credits.returned(stream_id, frame.credit, |partition_id| {
            if let Some(partition) = partitions.iter_mut().find(|partition| partition.id() == partition_id) {
                partition.engine_mut().add_credit(stream_id, 1);
            }
        });
    }

    fn on_query(&mut self, gateway: usize, bytes: &[u8]) {
        let frame = QueryFrame::take(bytes).expect("gateway threads encode frames");
        match self.place_of(i64::from(frame.partition_id)) {
            Some(place) => {
                let request_id = global_id(gateway, frame.request_id);
                self.partitions[place].query(request_id, frame.question, frame.key);
            }
            None => {
                self.encoded.clear();
                QueryAnswerFrame { request_id: frame.request_id, found: false, json: "" }
                    .put(&mut self.encoded);
                self.outgoing.send_direct(gateway, FrameKind::QueryAnswer, &self.encoded);
            }
        }
    }

    /// A command from another partition: a whole record behind the number of the partition it is for.
    fn on_sent(&mut self, context: &mut Context<'_>, bytes: &[u8]) {
        let (partition_id, record) = bytes.split_at(4);
        let partition_id = u32::from_le_bytes(partition_id.try_into().expect("split at four"));
        let place =
            self.place_of(i64::from(partition_id)).expect("sent to the shard that owns the partition");
        let (record, _) = RecordView::read(record).expect("shards encode records");
        self.partitions[place].process(&Command::from_record(&record), context.now, -1, &mut self.scratch);
    }

    fn release(&mut self, now_ns: u64) {
        self.waits_for_rings = false;
        for partition in &mut self.partitions {
            let (outgoing, credits) = (&mut self.outgoing, &mut self.credits);
            self.waits_for_rings |= partition.release(outgoing, credits, now_ns);
        }
        self.waits_for_rings |= !self.outgoing.flush();
    }

    fn submit(&mut self, context: &mut Context<'_>) -> Result<(), Fatal> {
        let now = context.now;
        self.partitions.iter_mut().try_for_each(|partition| partition.submit(context.io, now))
    }

    fn next_deadline_ns(&self, context: &Context<'_>) -> Option<u64> {
        let due = self.partitions.iter().filter_map(Partition::next_due_ms).min();
        let due = due.map(|due| context.clock.monotonic_ns_at(tidemill_core::time::Timestamp(due)));
        let flush = self.partitions.iter().filter_map(Partition::next_flush_ns).min();
        due.into_iter().chain(flush).chain([self.disk_space.next_look_ns()]).min()
    }
}

impl ShardApp for BrokerShard {
    fn on_start(&mut self, context: &mut Context<'_>) -> Result<(), Fatal> {
        for settings in self.settings.drain(..) {
            self.partitions.push(Partition::open(context.io, settings)?);
        }
        let ready = self.ready.take().expect("a shard starts once");
        ready(&self.partitions);
        Ok(())
    }

    fn accepts(&self, _: RingIndex) -> bool {
        self.partitions.iter().all(Partition::has_room)
    }

    fn on_frame(
        &mut self,
        context: &mut Context<'_>,
        ring: RingIndex,
        frame: &Frame<'_>,
    ) -> Result<(), Fatal> {
        let gateway = usize::from(ring.0);
        if gateway >= self.gateway_count {
            assert_eq!(frame.kind(), SEND_FRAME_KIND, "shards send commands only");
            self.on_sent(context, frame);
            return Ok(());
        }
        let kind = FrameKind::from_tag(frame.kind()).expect("gateway threads send known kinds");
        match kind {
            FrameKind::Command => self.on_command(context, gateway, frame),
            FrameKind::StreamOpen => self.on_stream_open(gateway, frame),
            FrameKind::StreamCredit | FrameKind::StreamClose => self.on_stream_change(gateway, kind, frame),
            FrameKind::Query => self.on_query(gateway, frame),
            // Every gateway thread hears of every type: a notice costs less than the books about who asked.
            FrameKind::JobInterest => {}
            other => panic!("gateway threads do not send {other:?}"),
        }
        Ok(())
    }

    fn on_timer(&mut self, _: &mut Context<'_>, token: TimerToken) -> Result<(), Fatal> {
        panic!("no timer was set, but {token} came");
    }

    fn on_turn(&mut self, context: &mut Context<'_>) -> Result<Next, Fatal> {
        if let Some(full) = self.disk_space.look(context.now.monotonic_ns) {
            self.partitions.iter_mut().for_each(|partition| partition.set_disk_full(full));
        }
        let mut busy = false;
        if !context.stopping {
            for partition in &mut self.partitions {
                busy |= partition.work(context.now, &mut self.scratch);
            }
        }
        self.submit(context)?;
        self.release(context.clock.monotonic_ns());
        if context.stopping
            && !busy
            && !self.waits_for_rings
            && self.partitions.iter().all(Partition::is_idle)
        {
            return Ok(Next::Stopped);
        }
        if busy {
            return Ok(Next::Busy);
        }
        Ok(Next::Idle { deadline_ns: self.next_deadline_ns(context) })
    }

    fn on_completion(&mut self, context: &mut Context<'_>, completion: Completion) -> Result<(), Fatal> {
        let owner = self.partitions.iter_mut().find(|partition| partition.owns(&completion));
        let partition = owner.expect("every operation belongs to a journal");
        partition.on_completion(context.io, completion, context.clock.monotonic_ns())
    }

    fn after_completions(&mut self, context: &mut Context<'_>) -> Result<(), Fatal> {
        self.submit(context)?;
        self.release(context.clock.monotonic_ns());
        Ok(())
    }
}
