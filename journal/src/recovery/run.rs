//! Drives recovery over the files of a directory. Blocking: for the start, or a helper thread.

use std::path::{Path, PathBuf};

use tidemill_core::io::{Files, IoError, OpenOptions};

use super::judge::{Input, Place, judge};
use super::report::{DamageCause, RecoveryReport};
use super::scan::{Gap, SegmentScan, scan_segment};
use super::{generation_of, segment_name};
use crate::error::OpenError;
use crate::layout::{SEGMENT_HEADER_BYTES, SegmentHeader, chain_start};
use crate::options::Options;
use crate::shared::SparseIndex;

/// A segment with its live entries.
#[derive(Debug, Clone)]
pub struct RecoveredSegment {
    /// Its generation.
    pub generation: u64,
    /// Length of the file.
    pub bytes: u64,
    /// Index of the entry before its first.
    pub base_index: u64,
    /// Position of its first record.
    pub base_position: i64,
    /// Last live index.
    pub last_index: u64,
    /// Byte behind its last block.
    pub end_offset: u64,
    /// Where to start reading.
    pub sparse: SparseIndex,
}

/// A segment that was prepared and not used.
#[derive(Debug, Clone)]
pub struct Spare {
    /// Its generation.
    pub generation: u64,
    /// Its length.
    pub bytes: u64,
}

/// What recovery hands to the journal.
#[derive(Debug)]
pub struct Recovered {
    /// Where the log stands; the chain value is known.
    pub last: Place,
    /// Segments in order, the dead ones left out.
    pub segments: Vec<RecoveredSegment>,
    /// Files in which nothing lives: half-prepared ones, dropped tails and truncated ends.
    pub removable: Vec<PathBuf>,
    /// Prepared segments that can be used at once.
    pub spares: Vec<Spare>,
    /// Lowest generation not yet used.
    pub next_generation: u64,
    /// For the operator.
    pub report: RecoveryReport,
}

struct Scanned {
    generation: u64,
    path: PathBuf,
    bytes: u64,
    scan: SegmentScan,
}

/// Reads the directory, scans and judges. Changes nothing; [`settle`] does.
pub fn recover(files: &dyn Files, directory: &Path, options: &Options) -> Result<Recovered, OpenError> {
    let (mut scanned, mut leftovers) = (Vec::new(), Vec::new());
    let mut next_generation = 1;
    let mut scanned_bytes = 0;
    let entries = match files.list(directory) {
        Err(error) if error.is_not_found() => Vec::new(),
        entries => entries?,
    };
    for entry in entries {
        let path = directory.join(&entry.name);
        if entry.name.ends_with(".tmp") {
            leftovers.push(path);
            continue;
        }
        let Some(generation) = generation_of(&entry.name) else { continue };
        next_generation = next_generation.max(generation + 1);
        scanned_bytes += entry.length;
        let scan = scan_file(files, &path, entry.length, generation, options)?;
        scanned.push(Scanned { generation, path, bytes: entry.length, scan });
    }
    scanned.sort_by_key(|segment| segment.generation);
    let is_spare = |segment: &Scanned| {
        let scan = &segment.scan;
        scan.header.is_none() && scan.blocks.is_empty() && scan.gaps.is_empty()
    };
    let (unused, used): (Vec<_>, Vec<_>) = scanned.into_iter().partition(is_spare);
    let mut recovered = judge_all(&used, directory, options)?;
    let newest = used.last().map_or(0, |segment| segment.generation);
    for segment in unused {
        // One that stands before a used segment was never filled to its end: of no use.
        if segment.generation > newest && segment.bytes >= options.segment_bytes_min {
            recovered.spares.push(Spare { generation: segment.generation, bytes: segment.bytes });
        } else {
            leftovers.push(segment.path);
        }
    }
    leftovers.append(&mut recovered.removable);
    recovered.removable = leftovers;
    recovered.next_generation = next_generation;
    recovered.report.scanned_bytes = scanned_bytes;
    Ok(recovered)
}

/// Brings the directory into the state that recovery found: what was read is made durable, files in which
/// nothing lives go.
pub(crate) fn settle(files: &dyn Files, directory: &Path, recovered: &Recovered) -> Result<(), IoError> {
    files.create_directories(directory)?;
    if let Some(segment) = recovered.segments.last() {
        // What was read may still be in the disk's cache only.
        let path = directory.join(segment_name(segment.generation));
        let file = files.open(&path, OpenOptions { write: true, ..OpenOptions::default() })?;
        files.sync_data(&file)?;
    }
    for path in &recovered.removable {
        files.unlink(path)?;
    }
    files.sync_directory(directory)
}

fn scan_file(
    files: &dyn Files,
    path: &Path,
    bytes: u64,
    generation: u64,
    options: &Options,
) -> Result<SegmentScan, OpenError> {
    if bytes < SEGMENT_HEADER_BYTES as u64 {
        return Ok(SegmentScan::default());
    }
    let length = usize::try_from(bytes).map_err(|_| IoError::new("map", path, libc_overflow()))?;
    let file = files.open(path, OpenOptions::default())?;
    let mapping = files.map(&file, length)?;
    if let Some(header) = SegmentHeader::decode(&mapping) {
        let found = header.identity;
        if header.generation == generation && found != options.identity {
            let path = path.to_owned();
            return Err(OpenError::ForeignSegment {
                path,
                cluster: found.cluster,
                partition: found.partition,
            });
        }
    }
    let mut scan = scan_segment(&mapping, generation, options.identity);
    if let Some(unreadable) = mapping.damaged() {
        mark_unreadable(&mut scan, unreadable);
    }
    Ok(scan)
}

/// `EOVERFLOW`: a file longer than this machine can map.
fn libc_overflow() -> i32 {
    75
}

fn mark_unreadable(scan: &mut SegmentScan, range: std::ops::Range<usize>) {
    let mut covered = false;
    for gap in &mut scan.gaps {
        if gap.offset < range.end && range.start < gap.offset + gap.bytes {
            gap.cause = DamageCause::Unreadable;
            covered = true;
        }
    }
    if !covered {
        let cause = DamageCause::Unreadable;
        scan.gaps.push(Gap { offset: range.start, bytes: range.len(), indices: None, watermark: 0, cause });
    }
}

fn judge_all(used: &[Scanned], directory: &Path, options: &Options) -> Result<Recovered, OpenError> {
    let inputs: Vec<Input<'_>> =
        used.iter().map(|segment| Input { path: segment.path.clone(), scan: &segment.scan }).collect();
    let first = used.iter().find_map(|segment| segment.scan.header);
    let start = Place {
        index: first.map_or(0, |header| header.base_index),
        chain: Some(first.map_or(chain_start(options.identity), |header| header.base_chain)),
        term: first.map_or(0, |header| header.base_term),
        next_position: first.map_or(1, |header| header.base_position),
    };
    let verdict = judge(&inputs, start);
    if !verdict.damaged.is_empty() {
        return Err(OpenError::Damaged { directory: directory.to_owned(), damaged: verdict.damaged });
    }
    assert!(verdict.last.chain.is_some(), "an undamaged log has a chain value");
    let (mut segments, mut dead) = (Vec::new(), Vec::new());
    for (segment, last_index) in used.iter().zip(&verdict.last_live) {
        let header = match segment.scan.header {
            Some(header) if header.base_index <= *last_index => header,
            _ => {
                dead.push(segment.path.clone());
                continue;
            }
        };
        let live = segment.scan.blocks.iter().filter(|block| block.header.first_index <= *last_index);
        let mut sparse = SparseIndex::default();
        let mut end_offset = SEGMENT_HEADER_BYTES as u64;
        for block in live {
            sparse.note(block.header.offset, block.header.first_index, block.header.first_position);
            end_offset = block.header.offset + u64::from(block.header.length);
        }
        segments.push(RecoveredSegment {
            generation: segment.generation,
            bytes: segment.bytes,
            base_index: header.base_index,
            base_position: header.base_position,
            last_index: *last_index,
            end_offset,
            sparse,
        });
    }
    let report = RecoveryReport {
        first_index: start.index + 1,
        last_index: verdict.last.index,
        watermark: verdict.watermark,
        segment_count: segments.len(),
        scanned_bytes: 0,
        torn_bytes: verdict.torn_bytes,
        maybe_acknowledged: verdict.maybe_acknowledged,
        damaged: Vec::new(),
        buffered: false,
    };
    Ok(Recovered {
        last: verdict.last,
        segments,
        removable: dead,
        spares: Vec::new(),
        next_generation: 1,
        report,
    })
}
