//! A journal that is crashed again and again on the simulated disk, and checked after each start.
//!
//! What must hold: no acknowledged entry is lost, none is invented, those found are what was appended, in
//! order.
#![allow(dead_code)]

use std::path::Path;

use tidemill_core::ids::{Index, Term};
use tidemill_core::io::sim::{SimDisk, SimIo, SimRandom};
use tidemill_core::io::{Completion, DurableMethod, Io, Token};
use tidemill_journal::{AppendError, Identity, Journal, Options};

const DIRECTORY: &str = "/data/journal";

/// What a run saw; counted so that a test can show that it tested something.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counts {
    pub crashes: u64,
    pub torn_tails: u64,
    pub appended: u64,
    pub acknowledged: u64,
    pub lost_unacknowledged: u64,
    pub segments: u64,
    pub recycled: u64,
    pub operations: u64,
}

/// How one run goes; all of it follows from the seed.
pub struct Plan {
    pub options: Options,
    pub entries: u64,
    pub compacts: bool,
    /// Whether writes are flushed; `false` shows that the checks can fail.
    pub flushes: bool,
}

impl Plan {
    pub fn new(random: &mut SimRandom) -> Self {
        let mut options = Options::new(Identity { cluster: 1, partition: 2 }, Token::new(3, 0));
        options.segment_bytes_min = (32 * 1024) << random.below(2);
        options.segment_bytes_max = 64 * 1024;
        options.batch_bytes = 4096 << random.below(3);
        options.depth = 1 + random.below(4) as usize;
        options.method = [DurableMethod::RwfDsync, DurableMethod::OpenDsync, DurableMethod::LinkedSync]
            [random.below(3) as usize];
        Self { options, entries: 10 + random.below(60), compacts: random.below(2) == 0, flushes: true }
    }
}

/// What was appended at each index, as far as it may still be there.
struct Model {
    /// Term and length of entry `index`, at `index - 1`.
    entries: Vec<(u64, usize)>,
    acknowledged: u64,
}

fn records_of(index: u64, term: u64, bytes: usize) -> Vec<u8> {
    (0..bytes).map(|at| (index * 31 + term * 101 + at as u64 * 7) as u8).collect()
}

/// One life of a journal: opens, checks, appends until done or crashed. `Ok(true)`: done without a crash.
fn live(
    disk: &SimDisk,
    random: &mut SimRandom,
    plan: &Plan,
    model: &mut Model,
    term: u64,
    counts: &mut Counts,
) -> Result<bool, String> {
    let mut io = disk.io(16);
    let opened = Journal::open(&mut io, Path::new(DIRECTORY), plan.options.clone());
    let (mut journal, report) = match opened {
        Ok(opened) => opened,
        Err(_) if disk.is_crashed() => return Ok(false),
        Err(error) => return Err(format!("the journal does not open: {error}")),
    };
    counts.torn_tails += u64::from(report.torn_bytes > 0);
    if let Err(error) = check(disk, &journal, model, counts) {
        return if disk.is_crashed() { Ok(false) } else { Err(error) };
    }
    let finished = work(disk, &mut io, random, plan, &mut journal, model, term, counts)?;
    counts.segments += journal.status().segment_count;
    counts.recycled += journal.status().recycled_count;
    Ok(finished)
}

fn check(disk: &SimDisk, journal: &Journal, model: &mut Model, counts: &mut Counts) -> Result<(), String> {
    let last = journal.last_index().get();
    if last < model.acknowledged {
        return Err(format!("acknowledged up to {}, found up to {last}", model.acknowledged));
    }
    if last > model.entries.len() as u64 {
        return Err(format!("appended up to {}, found up to {last}", model.entries.len()));
    }
    counts.lost_unacknowledged += model.entries.len() as u64 - last;
    model.entries.truncate(last as usize);
    model.acknowledged = last;
    let mut reader = journal.handle().reader();
    let first = journal.first_index().get();
    let mut index = first;
    loop {
        let entry = match reader.next() {
            Ok(Some(entry)) => entry,
            Ok(None) => break,
            Err(error) => return Err(format!("entry {index}: {error}")),
        };
        let (term, bytes) = model.entries[index as usize - 1];
        let expected = records_of(index, term, bytes);
        if entry.header.index != index || entry.header.term != term || entry.records() != expected {
            return Err(format!("entry {index} is not what was appended in term {term}"));
        }
        index += 1;
    }
    if index != last + 1 && !disk.is_crashed() {
        return Err(format!("entries {first}..={last} expected, read up to {}", index - 1));
    }
    Ok(())
}

fn turn(
    io: &mut SimIo,
    journal: &mut Journal,
    completions: &mut Vec<Completion>,
    model: &mut Model,
) -> Result<(), ()> {
    io.wait(None, completions).map_err(drop)?;
    for completion in completions.drain(..) {
        if let Some(index) = journal.on_completion(io, completion).map_err(drop)? {
            assert!(index.get() > model.acknowledged, "the durable index grows");
            model.acknowledged = index.get();
        }
    }
    journal.submit(io, 0).map_err(drop)
}

#[allow(clippy::too_many_arguments)]
fn work(
    disk: &SimDisk,
    io: &mut SimIo,
    random: &mut SimRandom,
    plan: &Plan,
    journal: &mut Journal,
    model: &mut Model,
    term: u64,
    counts: &mut Counts,
) -> Result<bool, String> {
    let mut completions = Vec::new();
    let mut left = plan.entries;
    loop {
        let burst = random.below(4).min(left);
        for _ in 0..burst {
            let bytes = if random.below(8) == 0 { random.below(9000) } else { random.below(600) } as usize;
            let index = journal.last_index().get() + 1;
            let mut writer = match journal.begin_entry(Term::new(term), journal.next_position()) {
                Ok(writer) => writer,
                Err(AppendError::Full) => break,
                Err(error) => return Err(error.to_string()),
            };
            writer.put(&records_of(index, term, bytes));
            writer.finish(random.below(3) as u32).map_err(|error| error.to_string())?;
            assert_eq!(model.entries.len() as u64 + 1, index, "the model follows the journal");
            model.entries.push((term, bytes));
            counts.appended += 1;
            left -= 1;
        }
        let before = model.acknowledged;
        if plan.compacts && random.below(10) == 0 {
            journal.compact(Index::new(model.acknowledged));
        }
        let submitted = journal.submit(io, 0).is_ok();
        if !submitted || (io.in_flight() > 0 && turn(io, journal, &mut completions, model).is_err()) {
            assert!(disk.is_crashed(), "only a crash fails an operation here");
            return Ok(false);
        }
        counts.acknowledged += model.acknowledged - before;
        if left == 0 && journal.is_idle() && io.in_flight() == 0 {
            return Ok(true);
        }
    }
}

/// Crashes at operation `crash_at` of the first life, starts again, and checks; `Ok(None)` when it lasts
/// shorter.
pub fn crash_once(seed: u64, crash_at: u64) -> Result<Option<Counts>, String> {
    let mut random = SimRandom::new(seed);
    let plan = Plan::new(&mut random);
    let disk = SimDisk::new(random.next_u64());
    let mut model = Model { entries: Vec::new(), acknowledged: 0 };
    let mut counts = Counts::default();
    disk.crash_at(crash_at);
    let finished = live(&disk, &mut random, &plan, &mut model, 1, &mut counts)?;
    if finished {
        return Ok(None);
    }
    counts.crashes += 1;
    disk.restart(seed ^ crash_at.wrapping_mul(0x9E37_79B9));
    if !live(&disk, &mut random, &plan, &mut model, 2, &mut counts)? {
        return Err("the second life crashed by itself".to_owned());
    }
    Ok(Some(counts))
}

/// Several lives, each crashed at an index drawn from the seed, the last one to its end.
pub fn crash_often(seed: u64, is_flushing: bool) -> Result<Counts, String> {
    let mut random = SimRandom::new(seed);
    let mut plan = Plan::new(&mut random);
    plan.flushes = is_flushing;
    if !is_flushing {
        // Volatile writes that are acknowledged all the same: what the check must catch.
        plan.options.flush =
            tidemill_journal::FlushPolicy::DelayedLosesUpTo { bytes: u64::MAX, time_ns: u64::MAX };
    }
    let disk = SimDisk::new(random.next_u64());
    let mut model = Model { entries: Vec::new(), acknowledged: 0 };
    let mut counts = Counts::default();
    let lives = 2 + random.below(4);
    for life in 1..=lives {
        if life < lives {
            disk.crash_at(disk.index() + random.below(150));
        }
        let finished = live(&disk, &mut random, &plan, &mut model, life, &mut counts)?;
        if !finished {
            counts.crashes += 1;
        } else if life < lives {
            // It came to its end before the crash: pull the plug now.
            counts.crashes += 1;
        }
        if life < lives {
            disk.restart(random.next_u64());
        } else if !finished {
            return Err("the last life crashed by itself".to_owned());
        }
    }
    counts.operations = disk.index();
    Ok(counts)
}

impl Counts {
    pub fn add(&mut self, other: Self) {
        self.crashes += other.crashes;
        self.torn_tails += other.torn_tails;
        self.appended += other.appended;
        self.acknowledged += other.acknowledged;
        self.lost_unacknowledged += other.lost_unacknowledged;
        self.segments += other.segments;
        self.recycled += other.recycled;
        self.operations += other.operations;
    }
}
