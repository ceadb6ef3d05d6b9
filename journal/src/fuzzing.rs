//! What the fuzz targets and their tests drive: hostile bytes with checksums made right, so that they get
//! further than the first comparison.

use std::path::Path;

use tidemill_core::ids::Term;
use tidemill_core::io::sim::SimDisk;
use tidemill_core::io::{Io, Token};

use crate::layout::{BLOCK_HEADER_BYTES, Identity, SEGMENT_HEADER_BYTES, checksum};
use crate::{Journal, Options};

const IDENTITY: Identity = Identity { cluster: 1, partition: 1 };
const DIRECTORY: &str = "/log";

/// Bytes of input that make the head of one page; the rest of the page is zeros.
const HEAD_BYTES: usize = 256;

/// Spreads the input over pages, gives each the magic numbers and checksums of a block with one entry, and
/// scans them.
pub fn scan_repaired(input: &[u8]) {
    let mut bytes = vec![0; SEGMENT_HEADER_BYTES];
    for head in input.chunks(HEAD_BYTES).take(64) {
        let start = bytes.len();
        bytes.extend_from_slice(head);
        bytes.resize(start + SEGMENT_HEADER_BYTES, 0);
    }
    let length = bytes.len();
    for (number, page) in bytes.chunks_mut(SEGMENT_HEADER_BYTES).enumerate().skip(1) {
        page[..8].copy_from_slice(b"TMBK\x01\0\0\0");
        page[16..24].copy_from_slice(&1u64.to_le_bytes());
        page[24..32].copy_from_slice(&((number * SEGMENT_HEADER_BYTES) as u64).to_le_bytes());
        let entry = &mut page[BLOCK_HEADER_BYTES..];
        entry[..4].copy_from_slice(b"TMEN");
        let entry_bytes = u32::from_le_bytes(entry[4..8].try_into().expect("four bytes")) as usize;
        if (64..=entry.len()).contains(&entry_bytes) {
            let sum = checksum(&entry[16..entry_bytes]);
            entry[8..16].copy_from_slice(&sum.to_le_bytes());
        }
        let sum = checksum(&page[16..BLOCK_HEADER_BYTES]);
        page[8..16].copy_from_slice(&sum.to_le_bytes());
    }
    assert_eq!(bytes.len(), length, "repair changes no length");
    crate::scan_for_fuzzing(&bytes, 1, IDENTITY);
}

/// Writes a small log, lays `bytes` over it in pieces (segment, page, offset, length, then content), and
/// starts again.
pub fn recover_overwritten(bytes: &[u8]) {
    let disk = SimDisk::new(1);
    let mut io = disk.io(16);
    let mut options = Options::new(IDENTITY, Token::new(1, 0));
    options.segment_bytes_min = 16 * 1024;
    options.segment_bytes_max = 16 * 1024;
    options.batch_bytes = 4096;
    let (journal, _) = Journal::open(&mut io, Path::new(DIRECTORY), options.clone()).expect("an empty disk");
    append(&mut io, journal, 8);
    let mut rest = bytes;
    let paths = disk.paths();
    while let [segment, page, offset, length, content @ ..] = rest {
        let content_bytes = usize::from(*length).min(content.len());
        let path = &paths[usize::from(*segment) % paths.len()];
        let at = usize::from(*page) % 4 * 4096 + usize::from(*offset);
        disk.overwrite(path, at, &content[..content_bytes]);
        rest = &content[content_bytes..];
    }
    let mut io = disk.io(16);
    if let Ok((journal, report)) = Journal::open(&mut io, Path::new(DIRECTORY), options) {
        let mut reader = journal.handle().reader();
        let mut last = report.first_index - 1;
        while let Ok(Some(entry)) = reader.next() {
            last = entry.header.index;
        }
        assert_eq!(last, report.last_index, "what recovery accepts can be read");
        append(&mut io, journal, 2);
    }
}

fn append(io: &mut dyn Io, mut journal: Journal, count: u64) {
    let mut completions = Vec::new();
    let term = Term::new(journal.last_term().get().max(1));
    for _ in 0..count {
        let Ok(mut writer) = journal.begin_entry(term, journal.next_position()) else { return };
        writer.put(&[7; 700]);
        writer.finish(1).expect("a small entry");
        while !journal.is_idle() {
            journal.submit(io, 0).expect("submits");
            if io.in_flight() > 0 {
                io.wait(None, &mut completions).expect("no crash here");
            }
            for completion in completions.drain(..) {
                journal.on_completion(io, completion).expect("no fault here");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidemill_core::io::sim::SimRandom;

    /// The fuzzer's work in small, for builds without it.
    #[test]
    fn random_bytes_never_panic() {
        let mut random = SimRandom::new(9);
        for round in 0..300 {
            let mut bytes = vec![0; 200 + random.below(4) as usize * 4096];
            bytes.iter_mut().for_each(|byte| *byte = random.next_u64() as u8);
            if round % 2 == 0 {
                bytes.truncate(random.below(64) as usize);
            }
            scan_repaired(&bytes);
            crate::scan_for_fuzzing(&bytes, 1, IDENTITY);
            recover_overwritten(&bytes);
        }
    }
}
