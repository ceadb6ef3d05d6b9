//! A running broker: its threads, and how they end.

use std::sync::mpsc;
use std::thread::JoinHandle;

use tidemill_core::exit::{ExitCode, Fatal};
use tidemill_core::ids::ShardId;
use tidemill_core::io::{Token, open_io};
use tidemill_core::limits;
use tidemill_core::metrics::Registry;
use tidemill_core::shard::{Shard, ShardConfig, ShardMetrics, StopHandle, allowed_cpus, spawn_pinned};
use tidemill_core::stages::StageHistograms;
use tidemill_core::time::Clock;
use tidemill_engine::EngineConfig;
use tidemill_gateway::GatewayHandle;
use tidemill_journal::{FlushPolicy, Identity, JournalHandle, Options};

use super::data_directory::DataDirectory;
use super::doors;
use super::machine::Machine;
use super::topology::Single;
use super::wiring::{ShardSide, wire};
use crate::config::{Config, core_count};
use crate::disk_space::{DiskSpace, disk_bytes};
use crate::partition::{Outgoing, Partition, PartitionSettings};
use crate::shard_app::BrokerShard;

/// Bytes written unflushed before a delayed flush follows, whatever the time.
const DELAYED_FLUSH_BYTES: u64 = 16 << 20;
/// Segments of each partition that the disk has to have room for before commands are taken: the one that is
/// prepared and
/// the one after it.
const SEGMENTS_RESERVED: u64 = 2;
/// What running instances may take of this machine's memory: a share of all, dealt out to the partitions.
const STATE_MEMORY_SHARE: f64 = 0.5;

/// All threads of a broker.
pub struct Running {
    shards: Vec<(StopHandle, JoinHandle<()>)>,
    doors: GatewayHandle,
    topology: Single,
}

/// What shards need to know.
struct Plan<'a> {
    config: &'a Config,
    directory: &'a DataDirectory,
    machine: &'a Machine,
    clock: Clock,
    registry: Registry,
    shard_count: usize,
}

impl Running {
    /// Starts everything; comes back when all partitions serve and the doors are open.
    ///
    /// # Errors
    /// Whatever keeps the broker from serving, with what to do about it.
    pub fn start(config: &Config, directory: &DataDirectory, machine: &Machine) -> Result<Self, Fatal> {
        let partition_count = directory.identity().partitions;
        let shard_count = config.shards.unwrap_or(core_count()).clamp(1, partition_count as usize);
        let (clock, registry) = (Clock::system(), Registry::default());
        let topology = Single::new(config.grpc_addr, partition_count);
        let (gateways, shard_sides) = wire(config.gateway_threads, shard_count)?;
        let plan = Plan {
            config,
            directory,
            machine,
            clock: clock.clone(),
            registry: registry.clone(),
            shard_count,
        };
        let mut shards = Vec::new();
        let mut replayed = Vec::new();
        for (number, side) in shard_sides.into_iter().enumerate() {
            let (sender, receiver) = mpsc::channel();
            shards.push(start_shard(&plan, number, side, sender)?);
            replayed.push(receiver);
        }
        let mut journals: Vec<(u32, JournalHandle)> = Vec::new();
        for receiver in replayed {
            // A shard that cannot start ends the process with its reason.
            journals.extend(
                receiver.recv().map_err(|_| Fatal::new(ExitCode::Panic, "a shard ended at its start"))?,
            );
        }
        let records = super::records::Records::new(clock.clone(), journals);
        let partitions_of = partitions_by_shard(partition_count, shard_count);
        let doors =
            doors::open(config, machine, gateways, &partitions_of, &topology, (&clock, &registry), records)?;
        topology.set_ready(true);
        Ok(Self { shards, doors, topology })
    }

    /// Stops in order: doors first, so that nothing new comes, then shards when all is flushed and answered.
    ///
    /// # Errors
    /// A thread that did not end as it should.
    pub fn stop(self) -> Result<(), Fatal> {
        self.topology.set_ready(false);
        if let Err(error) = self.doors.shutdown() {
            tracing::warn!("the doors did not close in order: {error}");
        }
        for (stop, _) in &self.shards {
            stop.stop();
        }
        for (_, thread) in self.shards {
            thread.join().map_err(|_| Fatal::new(ExitCode::Panic, "a shard did not end in order"))?;
        }
        Ok(())
    }
}

/// Which partitions each shard owns.
fn partitions_by_shard(partition_count: u32, shard_count: usize) -> Vec<Vec<u32>> {
    let mut owned = vec![Vec::new(); shard_count];
    for partition_id in 1..=partition_count {
        owned[Outgoing::shard_of(partition_id, shard_count).get()].push(partition_id);
    }
    owned
}

fn start_shard(
    plan: &Plan<'_>,
    number: usize,
    side: ShardSide,
    replayed: mpsc::Sender<Vec<(u32, JournalHandle)>>,
) -> Result<(StopHandle, JoinHandle<()>), Fatal> {
    let id = ShardId::new(number).expect("the shard count is within its bound");
    let partition_count = plan.directory.identity().partitions;
    let own = partitions_by_shard(partition_count, plan.shard_count).swap_remove(number);
    let settings: Vec<_> =
        own.iter().enumerate().map(|(place, partition)| settings(plan, place, *partition)).collect();
    let gateway_count = side.to_gateways.len();
    let ready = Box::new(move |partitions: &[Partition]| {
        let journals =
            partitions.iter().map(|partition| (partition.id(), partition.journal().handle())).collect();
        // The receiver waits for this; it is gone only when the start has failed already.
        let _ = replayed.send(journals);
    });
    let outgoing = Outgoing::new(side.to_gateways, side.to_shards);
    let reserved = SEGMENTS_RESERVED * segment_bytes_max(plan) * u64::from(partition_count);
    let disk_space = DiskSpace::new(plan.directory.path().to_path_buf(), reserved);
    let mut config = ShardConfig::new(id, plan.clock.clone(), side.sleeper, side.consumers);
    config.metrics = ShardMetrics::register(&plan.registry, id);
    let stop = config.stop.clone();
    let choice = plan.machine.choice;
    let cpus = allowed_cpus().unwrap_or_default();
    let cpu = (plan.shard_count <= cpus.len()).then(|| cpus[number]);
    let thread = spawn_pinned(&format!("shard-{number}"), cpu, move |pinned| {
        if let Err(error) = pinned {
            tracing::warn!(shard = number, "not pinned to a core: {error}");
        }
        let (io, _) =
            open_io(choice, limits::IO_DEPTH).map_err(|error| Fatal::new(ExitCode::Machine, error))?;
        let app = BrokerShard::new(settings, outgoing, gateway_count, disk_space, ready);
        Shard::new(config, io, app).run().map(drop)
    });
    thread.map(|thread| (stop, thread)).map_err(|error| Fatal::new(ExitCode::Machine, error))
}

fn settings(plan: &Plan<'_>, place: usize, partition: u32) -> PartitionSettings {
    let identity = plan.directory.identity();
    let tenant = u8::try_from(place).expect("partitions per shard are bounded");
    let journal_identity = Identity { cluster: identity.cluster_id, partition };
    let mut journal = Options::new(journal_identity, Token::new(tenant, 0));
    journal.method = plan.machine.method();
    journal.depth = plan.machine.calibration.depth;
    journal.direct = plan.machine.calibration.direct;
    journal.segment_bytes_max = segment_bytes_max(plan);
    if plan.config.flush_may_lose_ms > 0 {
        let time_ns = plan.config.flush_may_lose_ms * 1_000_000;
        journal.flush = FlushPolicy::DelayedLosesUpTo { bytes: DELAYED_FLUSH_BYTES, time_ns };
    }
    let labels = [("partition", partition.to_string())];
    let labels: Vec<(&str, &str)> = labels.iter().map(|(name, value)| (*name, value.as_str())).collect();
    PartitionSettings {
        engine: EngineConfig::new(partition, identity.partitions),
        directory: plan.directory.partition_path(partition),
        journal,
        stages: StageHistograms::register(&plan.registry, &labels),
        state_bytes_max: state_bytes_max(identity.partitions),
    }
}

/// Largest segment of a journal: small on a small disk, so that the room kept for the next ones stays a small part.
fn segment_bytes_max(plan: &Plan<'_>) -> u64 {
    let share = disk_bytes(plan.directory.path()) / u64::from(plan.directory.identity().partitions) / 64;
    let power = share.max(1).ilog2();
    (1 << power).clamp(limits::SEGMENT_BYTES_MIN as u64, limits::SEGMENT_BYTES_MAX as u64)
}

/// What one partition's state may take, bytes.
fn state_bytes_max(partition_count: u32) -> usize {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
    let bytes = kib.unwrap_or(4e6) * 1024.0 * STATE_MEMORY_SHARE;
    (bytes / f64::from(partition_count)) as usize
}
