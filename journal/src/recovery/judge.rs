//! Tells the torn tail of a crash from damage. Pure.
//!
//! Segments are judged in the order of their generations. `limit` of a segment is the lowest base of the
//! segments behind it: what lies above is dead (a truncation, or a tail that an earlier recovery dropped).
//! What is missing at or below the limit is *damage* if a watermark written in this segment or a later one
//! covers it, else the log ends before it. Watermarks of earlier segments do not count: they may speak of
//! entries truncated since.

use std::path::PathBuf;

use super::report::{DamageCause, DamagedRange};
use super::scan::SegmentScan;

/// A segment as judged.
#[derive(Debug)]
pub(crate) struct Input<'a> {
    pub(crate) path: PathBuf,
    pub(crate) scan: &'a SegmentScan,
}

/// Where the log stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Last index.
    pub index: u64,
    /// Its chain value; `None` where damage hides it.
    pub chain: Option<u64>,
    /// Its term.
    pub term: u64,
    /// Position behind its last record.
    pub next_position: i64,
}

/// The verdict.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// Last whole entry that is connected to all before it.
    pub(crate) last: Place,
    pub(crate) damaged: Vec<DamagedRange>,
    pub(crate) torn_bytes: u64,
    pub(crate) maybe_acknowledged: Option<(u64, u64)>,
    pub(crate) watermark: u64,
    /// Last live index of each segment; below its first one when nothing in it lives.
    pub(crate) last_live: Vec<u64>,
}

struct Judge<'a> {
    segments: &'a [Input<'a>],
    limits: Vec<u64>,
    watermarks: Vec<u64>,
    verdict: Verdict,
}

fn base_of(scan: &SegmentScan) -> Option<u64> {
    scan.header.map(|header| header.base_index)
}

fn watermark_of(scan: &SegmentScan) -> u64 {
    let blocks = scan.blocks.iter().map(|block| block.header.watermark);
    let gaps = scan.gaps.iter().map(|gap| gap.watermark);
    let header = scan.header.map_or(0, |header| header.watermark);
    blocks.chain(gaps).fold(header, u64::max)
}

/// For each segment, `combine` over `value` of the segments behind it (and itself, with `inclusive`).
fn from_behind(
    segments: &[Input<'_>],
    start: u64,
    inclusive: bool,
    value: impl Fn(&SegmentScan) -> Option<u64>,
    combine: impl Fn(u64, u64) -> u64,
) -> Vec<u64> {
    let mut result = vec![start; segments.len()];
    let mut running = start;
    for (slot, segment) in result.iter_mut().zip(segments).rev() {
        let next = value(segment.scan).map_or(running, |value| combine(running, value));
        *slot = if inclusive { next } else { running };
        running = next;
    }
    result
}

/// Judges the segments of a log that starts at `start`.
pub(crate) fn judge(segments: &[Input<'_>], start: Place) -> Verdict {
    let limits = from_behind(segments, u64::MAX, false, base_of, u64::min);
    let watermarks = from_behind(segments, 0, true, |scan| Some(watermark_of(scan)), u64::max);
    let watermark = watermarks.first().copied().unwrap_or(0);
    let verdict = Verdict {
        last: start,
        damaged: Vec::new(),
        torn_bytes: 0,
        maybe_acknowledged: None,
        watermark,
        last_live: vec![0; segments.len()],
    };
    let mut judge = Judge { segments, limits, watermarks, verdict };
    let ended_at = (0..segments.len()).find(|at| !judge.segment(*at));
    if let Some(at) = ended_at.or(segments.len().checked_sub(1)) {
        judge.drop_from(at);
    }
    let last = judge.verdict.last.index;
    for (live, limit) in judge.verdict.last_live.iter_mut().zip(&judge.limits) {
        *live = (*live).min(*limit).min(last);
    }
    judge.verdict
}

impl Judge<'_> {
    /// Walks one segment; `false` when the log ends in it though bytes or segments follow.
    fn segment(&mut self, at: usize) -> bool {
        let scan = self.segments[at].scan;
        let limit = self.limits[at];
        let first_block = scan.blocks.first().map(|block| block.header.first_index);
        let starts_behind = base_of(scan).or(first_block.map(|first| first - 1));
        if starts_behind.is_none_or(|base| base > limit) {
            // Nothing of it lives: all above the limit was truncated or dropped before.
            return true;
        }
        match scan.header {
            Some(header) if header.base_index > self.verdict.last.index => {
                // The end of an earlier segment is gone.
                let owner = at.saturating_sub(1);
                if !self.missing(owner, usize::MAX, header.base_index) {
                    return false;
                }
                self.go_on(
                    header.base_index,
                    Some(header.base_chain),
                    header.base_term,
                    header.base_position,
                );
            }
            Some(header) => {
                let same = header.base_index == self.verdict.last.index;
                let chain = self.verdict.last.chain;
                if same && chain.is_some_and(|chain| chain != header.base_chain) {
                    let index = header.base_index;
                    if !self.record(at, 0, 4096, (index, index), DamageCause::Chain) {
                        return false;
                    }
                }
                self.go_on(
                    header.base_index,
                    Some(header.base_chain),
                    header.base_term,
                    header.base_position,
                );
            }
            None => {
                let first = first_block.expect("a segment without header and blocks was skipped above");
                let next = self.verdict.last.index + 1;
                let range = if first > next { (next, first - 1) } else { (first, first) };
                if !self.record(at, 0, 4096, range, DamageCause::SegmentHeader) {
                    return false;
                }
                let last = self.verdict.last;
                self.go_on(first - 1, None, last.term, last.next_position);
            }
        }
        self.verdict.last_live[at] = self.verdict.last.index;
        for block in &scan.blocks {
            let header = block.header;
            if header.first_index > limit {
                break;
            }
            let next = self.verdict.last.index + 1;
            if header.first_index > next {
                if !self.missing(at, header.offset as usize, header.first_index - 1) {
                    return false;
                }
            } else if header.first_index < next
                || self.verdict.last.chain.is_some_and(|chain| chain != block.chain_before)
            {
                let (offset, bytes) = (header.offset, u64::from(header.length));
                let range = (header.first_index, header.last_index);
                if !self.record(at, offset, bytes, range, DamageCause::Chain) {
                    return false;
                }
            }
            self.go_on(header.last_index, Some(header.chain_after), header.last_term, header.next_position);
            self.verdict.last_live[at] = header.last_index;
        }
        if self.verdict.last.index < limit { self.tail(at) } else { true }
    }

    fn go_on(&mut self, index: u64, chain: Option<u64>, term: u64, next_position: i64) {
        self.verdict.last = Place { index, chain, term, next_position };
    }

    /// Broken blocks with intact headers behind the last intact one.
    fn tail(&mut self, at: usize) -> bool {
        for gap in &self.segments[at].scan.gaps {
            let next = self.verdict.last.index + 1;
            let Some((first, last)) = gap.indices else { continue };
            if last < next || first > self.limits[at] {
                continue;
            }
            let (offset, bytes) = (gap.offset as u64, gap.bytes as u64);
            if !self.record(at, offset, bytes, (next.max(first), last), gap.cause) {
                return false;
            }
            let place = self.verdict.last;
            self.go_on(last, None, place.term, place.next_position);
        }
        true
    }

    /// Entries from the next one up to `last` are not where they should be, before `end` in segment `at`.
    fn missing(&mut self, at: usize, end: usize, last: u64) -> bool {
        let first = self.verdict.last.index + 1;
        let scan = self.segments[at].scan;
        let start = scan
            .blocks
            .iter()
            .filter(|block| block.header.last_index < first && (block.header.offset as usize) < end)
            .map(|block| block.header.offset as usize + block.header.length as usize)
            .max()
            .unwrap_or(4096);
        let in_range = |gap: &&super::scan::Gap| gap.offset >= start && gap.offset < end;
        let cause = scan
            .gaps
            .iter()
            .filter(in_range)
            .map(|gap| gap.cause)
            .find(|cause| *cause != DamageCause::Missing)
            .unwrap_or(DamageCause::Missing);
        let gap_end = scan.gaps.iter().filter(in_range).map(|gap| gap.offset + gap.bytes).max();
        let end = if end == usize::MAX { gap_end.unwrap_or(start) } else { end };
        self.record(at, start as u64, (end - start.min(end)) as u64, (first, last), cause)
    }

    /// Notes a range that cannot be read: as damage where a watermark covers it (`true`: go on), else the
    /// log ends.
    fn record(&mut self, at: usize, offset: u64, bytes: u64, range: (u64, u64), cause: DamageCause) -> bool {
        assert!(range.0 <= range.1, "range of indices {range:?}");
        if self.watermarks[at] < range.0 {
            return false;
        }
        let segment = self.segments[at].path.clone();
        let (first_index, last_index) = range;
        self.verdict.damaged.push(DamagedRange { segment, offset, bytes, first_index, last_index, cause });
        true
    }

    /// The log ends; counts what is dropped behind it, in segment `at` and all later ones.
    fn drop_from(&mut self, at: usize) {
        let last = self.verdict.last.index;
        let mut highest = last;
        for segment in &self.segments[at..] {
            for block in segment.scan.blocks.iter().filter(|block| block.header.last_index > last) {
                self.verdict.torn_bytes += u64::from(block.header.length);
                highest = highest.max(block.header.last_index);
            }
            for gap in segment.scan.gaps.iter().filter(|gap| gap.cause == DamageCause::Checksum) {
                self.verdict.torn_bytes += gap.bytes as u64;
                highest = highest.max(gap.indices.map_or(0, |(_, last)| last));
            }
        }
        if highest > last {
            self.verdict.maybe_acknowledged = Some((last + 1, highest));
        }
    }
}
