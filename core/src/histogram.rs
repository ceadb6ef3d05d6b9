//! Latency histograms of fixed size: recording allocates nothing and takes two relaxed additions, any thread
//! may read at any time.
//!
//! Buckets are log-linear: below 32 ns one each; above, each power of two is cut into 32 equal parts, so a
//! bucket is at most 1/32 (3.1 %) of its value wide. Values from 2^40 ns (18 minutes) on share the last
//! bucket.
//!
//! A reader sees each bucket whole, but not all buckets of one instant: a snapshot may miss what is being
//! recorded, and `sum` may be a value ahead of or behind the counts. Nothing here is used to decide anything.

use std::sync::atomic::{AtomicU64, Ordering};

/// Parts of a power of two, as a power of two.
const PART_BITS: u32 = 5;
const PARTS: usize = 1 << PART_BITS;
/// Values at or above `1 << VALUE_BITS` are counted as the largest below.
const VALUE_BITS: u32 = 40;
const BUCKETS: usize = (VALUE_BITS - PART_BITS + 1) as usize * PARTS;

/// Counts durations in nanoseconds. About 9 KiB.
#[derive(Debug)]
pub struct Histogram {
    counts: Box<[AtomicU64; BUCKETS]>,
    sum_ns: AtomicU64,
}

/// A copy that stands still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistogramSnapshot {
    counts: Box<[u64; BUCKETS]>,
    sum_ns: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

impl Histogram {
    /// An empty one. Allocates its buckets, once.
    pub fn new() -> Self {
        let counts: Box<[AtomicU64]> = (0..BUCKETS).map(|_| AtomicU64::new(0)).collect();
        let Ok(counts) = counts.try_into() else { unreachable!("as many as were asked for") };
        Self { counts, sum_ns: AtomicU64::new(0) }
    }

    /// Counts one duration.
    #[inline]
    pub fn record(&self, ns: u64) {
        self.counts[bucket_of(ns)].fetch_add(1, Ordering::Relaxed);
        self.sum_ns.fetch_add(ns, Ordering::Relaxed);
    }

    /// What was counted up to about now.
    pub fn snapshot(&self) -> HistogramSnapshot {
        let mut snapshot = HistogramSnapshot::default();
        self.add_to(&mut snapshot);
        snapshot
    }

    /// Adds what was counted to a snapshot: the sum over shards, without an allocation.
    pub fn add_to(&self, snapshot: &mut HistogramSnapshot) {
        for (sum, count) in snapshot.counts.iter_mut().zip(self.counts.iter()) {
            *sum += count.load(Ordering::Relaxed);
        }
        snapshot.sum_ns = snapshot.sum_ns.wrapping_add(self.sum_ns.load(Ordering::Relaxed));
    }
}

impl Default for HistogramSnapshot {
    fn default() -> Self {
        Self { counts: Box::new([0; BUCKETS]), sum_ns: 0 }
    }
}

impl HistogramSnapshot {
    /// Adds another one's counts.
    pub fn merge(&mut self, other: &Self) {
        for (sum, count) in self.counts.iter_mut().zip(other.counts.iter()) {
            *sum += count;
        }
        self.sum_ns = self.sum_ns.wrapping_add(other.sum_ns);
    }

    /// What came since `earlier`, a snapshot of the same histogram.
    pub fn since(&self, earlier: &Self) -> Self {
        let mut difference = self.clone();
        for (count, before) in difference.counts.iter_mut().zip(earlier.counts.iter()) {
            *count = count.saturating_sub(*before);
        }
        difference.sum_ns = self.sum_ns.wrapping_sub(earlier.sum_ns);
        difference
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Their sum.
    pub fn sum_ns(&self) -> u64 {
        self.sum_ns
    }

    /// Their mean; 0 when there is none.
    pub fn mean_ns(&self) -> u64 {
        self.sum_ns.checked_div(self.count()).unwrap_or(0)
    }

    /// The value that a share (0 to 1) of the durations do not exceed, rounded up to the end of its bucket; 0
    /// when there is none.
    pub fn percentile_ns(&self, share: f64) -> u64 {
        assert!((0.0..=1.0).contains(&share), "a share of {share}");
        let wanted = ((self.count() as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return highest_in(bucket);
            }
        }
        0
    }

    /// The largest, rounded up to the end of its bucket; 0 when there is none.
    pub fn max_ns(&self) -> u64 {
        self.counts.iter().rposition(|count| *count > 0).map_or(0, highest_in)
    }

    /// How many do not exceed `ns`, to the width of a bucket: the `le` lines of Prometheus.
    pub fn count_up_to(&self, ns: u64) -> u64 {
        self.counts[..=bucket_of(ns)].iter().sum()
    }
}

#[inline]
fn bucket_of(ns: u64) -> usize {
    let ns = ns.min((1 << VALUE_BITS) - 1);
    if ns < PARTS as u64 {
        return ns as usize;
    }
    let power = ns.ilog2();
    let part = (ns >> (power - PART_BITS)) as usize - PARTS;
    (power - PART_BITS + 1) as usize * PARTS + part
}

/// The largest value of a bucket.
fn highest_in(bucket: usize) -> u64 {
    assert!(bucket < BUCKETS, "bucket {bucket} of {BUCKETS}");
    let (group, part) = (bucket / PARTS, (bucket % PARTS) as u64);
    if group == 0 {
        return part;
    }
    ((PARTS as u64 + part + 1) << (group - 1)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_follow_each_other_without_gaps() {
        for bucket in 0..BUCKETS {
            let highest = highest_in(bucket);
            assert_eq!(bucket_of(highest), bucket);
            if bucket + 1 < BUCKETS {
                assert_eq!(bucket_of(highest + 1), bucket + 1, "{highest}");
            }
        }
        assert_eq!(highest_in(BUCKETS - 1), (1 << VALUE_BITS) - 1);
        assert_eq!(bucket_of(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn percentiles_are_within_a_bucket() {
        let histogram = Histogram::new();
        (1..=10_000).for_each(|value| histogram.record(value * 100));
        let snapshot = histogram.snapshot();
        let check = |share: f64, exact: u64| {
            let found = snapshot.percentile_ns(share);
            assert!(found >= exact && found <= exact + exact / 32 + 1, "{share}: {found}, exactly {exact}");
        };
        check(0.0, 100);
        check(0.5, 500_000);
        check(0.99, 990_000);
        check(0.999, 999_000);
        check(1.0, 1_000_000);
        assert_eq!((snapshot.count(), snapshot.mean_ns()), (10_000, 500_050));
        assert!(snapshot.max_ns() >= 1_000_000);
        assert_eq!(HistogramSnapshot::default().percentile_ns(0.5), 0);
    }

    #[test]
    fn snapshots_add_and_subtract() {
        let (one, two) = (Histogram::new(), Histogram::new());
        one.record(10);
        let before = one.snapshot();
        one.record(5000);
        two.record(20);
        let mut sum = one.snapshot().since(&before);
        assert_eq!((sum.count(), sum.sum_ns()), (1, 5000));
        sum.merge(&two.snapshot());
        two.add_to(&mut sum);
        assert_eq!((sum.count(), sum.sum_ns()), (3, 5040));
        assert_eq!((sum.count_up_to(19), sum.count_up_to(20), sum.count_up_to(1 << 20)), (0, 2, 3));
    }
}
