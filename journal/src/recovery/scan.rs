//! Reads the bytes of a segment without trusting any of them. Pure; any input gives a result, none a panic.

use crate::layout::{
    BLOCK_HEADER_BYTES, BlockHeader, EntryHeader, Identity, SEGMENT_HEADER_BYTES, SegmentHeader,
};

use super::report::DamageCause;

const PAGE_BYTES: usize = 4096;

/// An intact block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScannedBlock {
    /// Its header.
    pub header: BlockHeader,
    /// Chain value that its first entry goes on from.
    pub chain_before: u64,
}

/// A stretch where no intact block lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// First byte.
    pub offset: usize,
    /// Length.
    pub bytes: usize,
    /// First and last index, where an intact header with broken content tells them.
    pub indices: Option<(u64, u64)>,
    /// Watermark of that header; 0 without one.
    pub watermark: u64,
    /// What it looks like.
    pub cause: DamageCause,
}

/// What a segment holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SegmentScan {
    /// The header, when it is intact and of this generation.
    pub header: Option<SegmentHeader>,
    /// Intact blocks in the order of their offsets.
    pub blocks: Vec<ScannedBlock>,
    /// Stretches between and behind them, empty pages at the end left out.
    pub gaps: Vec<Gap>,
}

/// Scans all of `bytes` for what was written under `generation`.
pub fn scan_segment(bytes: &[u8], generation: u64, identity: Identity) -> SegmentScan {
    let header = SegmentHeader::decode(bytes).filter(|header| header.generation == generation);
    let mut scan = SegmentScan { header, ..SegmentScan::default() };
    let mut offset = SEGMENT_HEADER_BYTES;
    let mut empty_since = None;
    while offset + PAGE_BYTES <= bytes.len() {
        let advance = match look(&bytes[offset..], offset, generation, identity) {
            Look::Block(block) => {
                close_empty(&mut scan, &mut empty_since, offset);
                scan.blocks.push(block);
                block.header.length as usize
            }
            Look::Broken(header) => {
                close_empty(&mut scan, &mut empty_since, offset);
                let bytes = header.length as usize;
                let indices = Some((header.first_index, header.last_index));
                let cause = DamageCause::Checksum;
                scan.gaps.push(Gap { offset, bytes, indices, watermark: header.watermark, cause });
                bytes
            }
            Look::Misdirected => {
                close_empty(&mut scan, &mut empty_since, offset);
                let cause = DamageCause::Misdirected;
                scan.gaps.push(Gap { offset, bytes: PAGE_BYTES, indices: None, watermark: 0, cause });
                PAGE_BYTES
            }
            Look::Empty(cause) => {
                if empty_since.is_none_or(|(_, before)| before != cause) {
                    close_empty(&mut scan, &mut empty_since, offset);
                    empty_since = Some((offset, cause));
                }
                PAGE_BYTES
            }
        };
        offset += advance;
    }
    if let Some((start, DamageCause::Checksum)) = empty_since {
        close_empty(&mut scan, &mut Some((start, DamageCause::Checksum)), bytes.len());
    }
    scan
}

enum Look {
    Block(ScannedBlock),
    Broken(BlockHeader),
    Misdirected,
    Empty(DamageCause),
}

fn close_empty(scan: &mut SegmentScan, since: &mut Option<(usize, DamageCause)>, end: usize) {
    if let Some((offset, cause)) = since.take() {
        scan.gaps.push(Gap { offset, bytes: end - offset, indices: None, watermark: 0, cause });
    }
}

fn look(bytes: &[u8], offset: usize, generation: u64, identity: Identity) -> Look {
    let Some(header) = BlockHeader::decode(bytes) else {
        // A damaged header of ours still shows its magic; anything else may be zeros or the inside of a
        // former block.
        let is_own = bytes.starts_with(b"TMBK") && bytes[16..24] == generation.to_le_bytes();
        return Look::Empty(if is_own { DamageCause::Checksum } else { DamageCause::Missing });
    };
    if header.generation != generation {
        return Look::Empty(DamageCause::Missing);
    }
    if header.offset != offset as u64 {
        return Look::Misdirected;
    }
    if header.length as usize > bytes.len() {
        return Look::Empty(DamageCause::Checksum);
    }
    match check_entries(&bytes[BLOCK_HEADER_BYTES..][..header.content_bytes as usize], &header, identity) {
        Some(chain_before) => Look::Block(ScannedBlock { header, chain_before }),
        None => Look::Broken(header),
    }
}

/// Checks every entry of a block against its header; returns the chain value before the first.
fn check_entries(content: &[u8], header: &BlockHeader, identity: Identity) -> Option<u64> {
    let mut at = 0;
    let mut index = header.first_index;
    let mut chain = None;
    let mut position = header.first_position;
    loop {
        let entry = EntryHeader::decode(content.get(at..)?)?;
        let follows = chain.is_none_or(|(_, chain)| chain == entry.chain_before);
        if entry.identity != identity || entry.index != index || !follows || entry.first_position != position
        {
            return None;
        }
        let before = chain.map_or(entry.chain_before, |(before, _)| before);
        chain = Some((before, entry.checksum));
        position = entry.next_position()?;
        at += entry.stride();
        if index == header.last_index {
            let whole = at == content.len().next_multiple_of(8)
                && entry.checksum == header.chain_after
                && entry.term == header.last_term
                && position == header.next_position;
            return whole.then_some(before);
        }
        index += 1;
    }
}
