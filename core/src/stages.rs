//! Where a command's time goes: one histogram per stage of its life on a shard.
//!
//! A command carries the monotonic time of its latest stage; reaching the next one records the difference, so
//! the stages of one command add up to its whole time, which is recorded as well.

use crate::histogram::Histogram;
use crate::metrics::{Labels, Registry};
use std::sync::Arc;

/// What was reached. The histogram of a stage counts the time from the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Taken from its ring; counted from when the gateway sent it.
    Queued,
    /// Processed, and its entry in the write buffer.
    Appended,
    /// Its entry is on this disk.
    Durable,
    /// Its entry is on a majority's disks.
    Committed,
    /// Its answer is in the ring to the gateway.
    Answered,
}

impl Stage {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Appended, Self::Durable, Self::Committed, Self::Answered];

    /// The name in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Appended => "appended",
            Self::Durable => "durable",
            Self::Committed => "committed",
            Self::Answered => "answered",
        }
    }
}

/// The stages' histograms of one shard or partition.
#[derive(Debug, Clone)]
pub struct StageHistograms {
    stages: [Arc<Histogram>; 5],
    whole: Arc<Histogram>,
}

impl StageHistograms {
    /// Histograms that the registry shows as `tidemill_command_stage_seconds`, with a label for the stage.
    pub fn register(registry: &Registry, labels: Labels<'_>) -> Self {
        let histogram = |stage: &str| {
            let mut all = labels.to_vec();
            all.push(("stage", stage));
            let help = "Time of a command from one stage to the next, and whole.";
            registry.histogram("tidemill_command_stage_seconds", help, &all)
        };
        Self { stages: Stage::ALL.map(|stage| histogram(stage.name())), whole: histogram("whole") }
    }

    /// A stage was reached at `now_ns`, the one before at `before_ns` (monotonic). Gives `now_ns`, the next's
    /// before.
    #[inline]
    pub fn reached(&self, stage: Stage, before_ns: u64, now_ns: u64) -> u64 {
        // Two threads' readings of one clock may cross by a little; a difference below zero is none.
        self.stages[stage as usize].record(now_ns.saturating_sub(before_ns));
        now_ns
    }

    /// A command was answered at `now_ns` that the gateway had sent at `sent_ns`.
    #[inline]
    pub fn finished(&self, sent_ns: u64, now_ns: u64) {
        self.whole.record(now_ns.saturating_sub(sent_ns));
    }

    /// A stage's histogram.
    pub fn of(&self, stage: Stage) -> &Histogram {
        &self.stages[stage as usize]
    }

    /// The histogram of whole commands.
    pub fn whole(&self) -> &Histogram {
        &self.whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_add_up_and_are_shown() {
        let registry = Registry::new();
        let stages = StageHistograms::register(&registry, &[("shard", "0")]);
        let sent_ns = 1000;
        let mut at_ns = sent_ns;
        for (stage, now_ns) in Stage::ALL.into_iter().zip([1010, 1030, 1020, 1100, 1105]) {
            at_ns = stages.reached(stage, at_ns, now_ns);
        }
        stages.finished(sent_ns, at_ns);
        let sums = Stage::ALL.map(|stage| stages.of(stage).snapshot().sum_ns());
        assert_eq!(sums, [10, 20, 0, 80, 5]);
        assert_eq!(stages.whole().snapshot().sum_ns(), 105);
        let mut text = String::new();
        registry.render(&mut text);
        let line = "tidemill_command_stage_seconds_count{shard=\"0\",stage=\"durable\"} 1";
        assert!(text.contains(line), "{text}");
    }
}
