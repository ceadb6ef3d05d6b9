//! Reads entries in order, on threads that may block.
//!
//! Sealed segments are mapped (front to back, pages dropped behind); of the open one the last blocks come
//! from the writer's memory, those before from the file, up to the durable mark. Every block is checked
//! before an entry of it is handed out: header, place, generation, entry checksums, chain.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tidemill_core::io::{AlignedBuffer, File, Mapping, OpenOptions};

use crate::error::ReadError;
use crate::layout::{BLOCK_HEADER_BYTES, BlockHeader, EntryHeader, SEGMENT_HEADER_BYTES};
use crate::recovery::{DamageCause, DamagedRange};
use crate::shared::{JournalHandle, SegmentUse, SegmentView, TailBlock};

/// Mapped bytes after which the pages behind are dropped.
const DROP_BEHIND_BYTES: usize = 1024 * 1024;

/// An entry, valid until the next call on its reader.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Its header.
    pub header: EntryHeader,
    /// Header and records: what is replicated.
    pub bytes: &'a [u8],
}

impl<'a> Entry<'a> {
    /// The records.
    pub fn records(&self) -> &'a [u8] {
        &self.bytes[crate::layout::ENTRY_HEADER_BYTES..]
    }
}

/// Where the bytes of the present block come from.
enum Source {
    Mapped(Box<dyn Mapping>),
    Opened(File),
}

struct Open {
    hold: SegmentUse,
    source: Source,
    /// Offset of the next block.
    offset: usize,
    dropped: usize,
}

/// The present block.
enum Block {
    None,
    /// In `Open`'s mapping, at this offset.
    Mapped {
        start: usize,
        end: usize,
    },
    /// In `Reader::buffer`.
    Read {
        end: usize,
    },
    /// In the writer's memory.
    Tail(TailBlock),
}

/// Reads entries in ascending order of index.
pub struct Reader {
    journal: JournalHandle,
    open: Option<Open>,
    block: Block,
    /// Where in the block the next entry starts.
    at: usize,
    next_index: u64,
    chain: Option<u64>,
    buffer: AlignedBuffer,
}

impl Reader {
    pub(crate) fn new(journal: JournalHandle) -> Self {
        let buffer = AlignedBuffer::new(SEGMENT_HEADER_BYTES);
        let next_index = journal.first_index();
        Self { journal, open: None, block: Block::None, at: 0, next_index, chain: None, buffer }
    }

    /// Index of the entry that [`Reader::next`] gives.
    pub fn next_index(&self) -> u64 {
        self.next_index
    }

    /// Goes to an entry. It need not exist yet.
    ///
    /// # Errors
    /// [`ReadError::Compacted`] when it is not there any more.
    pub fn seek_index(&mut self, index: u64) -> Result<(), ReadError> {
        assert!(index >= 1, "indices count from 1");
        self.reset();
        self.next_index = index;
        if index < self.journal.first_index() { Err(self.compacted()) } else { Ok(()) }
    }

    /// Goes to the entry that holds the record at `position`, or to the end when it does not exist yet.
    pub fn seek_position(&mut self, position: i64) -> Result<(), ReadError> {
        self.reset();
        let segment = {
            let segments = self.journal.shared.lock_segments();
            let after = segments.partition_point(|segment| segment.base_position <= position);
            match after.checked_sub(1) {
                Some(at) => Arc::clone(&segments[at]),
                None if segments.is_empty() => return Ok(()),
                None => {
                    drop(segments);
                    return Err(self.compacted());
                }
            }
        };
        self.next_index = segment.base_index + 1;
        let sparse = segment.sparse.lock().expect("no holder panics").seek_position(position);
        if let Some(offset) = sparse {
            self.enter(segment)?;
            self.open.as_mut().expect("just entered").offset = offset as usize;
            self.skip_to_block_start()?;
        }
        loop {
            let before = (self.next_index, self.at);
            let Some(entry) = self.next()? else { return Ok(()) };
            let behind = entry.header.next_position().is_some_and(|next| next > position);
            let chain = entry.header.chain_before;
            if behind {
                (self.next_index, self.at) = before;
                self.chain = Some(chain);
                // A fresh block moved `at`: go back to the entry's start.
                return self.seek_index(before.0);
            }
        }
    }

    /// The next entry, or `None` when it is not durable yet: try again later.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Entry<'_>>, ReadError> {
        if self.next_index > self.journal.durable_index() {
            return Ok(None);
        }
        loop {
            if self.at_block_end() && !self.next_block()? {
                return Ok(None);
            }
            let bytes = self.block_bytes();
            let Some(header) = EntryHeader::decode(&bytes[self.at..]) else {
                return Err(self.broken(DamageCause::Checksum));
            };
            let start = self.at;
            self.at += header.stride();
            if header.index < self.next_index {
                self.chain = Some(header.checksum);
                continue;
            }
            let follows = self.chain.is_none_or(|chain| chain == header.chain_before);
            if header.index != self.next_index || !follows {
                return Err(self.broken(DamageCause::Chain));
            }
            self.next_index += 1;
            self.chain = Some(header.checksum);
            let bytes = &self.block_bytes()[start..start + header.length as usize];
            return Ok(Some(Entry { header, bytes }));
        }
    }

    fn reset(&mut self) {
        self.open = None;
        self.block = Block::None;
        self.at = 0;
        self.chain = None;
    }

    fn compacted(&self) -> ReadError {
        let segments = self.journal.shared.lock_segments();
        let (index, position) =
            segments.first().map_or((1, 1), |segment| (segment.base_index + 1, segment.base_position));
        ReadError::Compacted { first_index: index, first_position: position }
    }

    /// The content of the present block: entries without block header and padding.
    fn block_bytes(&self) -> &[u8] {
        match &self.block {
            Block::None => &[],
            Block::Read { end } => &self.buffer[..*end],
            Block::Tail(block) => &block.buffer[block.range.clone()],
            Block::Mapped { start, end } => match &self.open.as_ref().expect("mapped").source {
                Source::Mapped(mapping) => &mapping[*start..*end],
                Source::Opened(_) => unreachable!("a mapped block of an opened file"),
            },
        }
    }

    fn at_block_end(&self) -> bool {
        self.at >= self.block_bytes().len()
    }

    /// Makes the block that holds the next entry, or one before it, the present one.
    fn next_block(&mut self) -> Result<bool, ReadError> {
        self.block = Block::None;
        let mut left = None;
        loop {
            if self.open.is_none() {
                if self.take_from_tail() {
                    return Ok(true);
                }
                let Some(segment) = self.segment_of(self.next_index)? else { return Ok(false) };
                if left == Some(segment.generation) {
                    return Ok(false);
                }
                let sparse = segment.sparse.lock().expect("no holder panics").seek_index(self.next_index);
                self.enter(segment)?;
                let open = self.open.as_mut().expect("just entered");
                open.offset = sparse.unwrap_or(SEGMENT_HEADER_BYTES as u64) as usize;
            }
            let open = self.open.as_ref().expect("entered above");
            let view = &open.hold.0;
            let is_last_block_behind = self.next_index > view.last_index.load(Ordering::Acquire);
            if is_last_block_behind {
                // It is durable, so a later segment has it.
                left = Some(view.generation);
                self.open = None;
                continue;
            }
            self.load_block()?;
            return Ok(true);
        }
    }

    /// The live tail, from the writer's memory.
    fn take_from_tail(&mut self) -> bool {
        let tail = self.journal.shared.lock_tail();
        let found = tail
            .iter()
            .rev()
            .find(|block| block.first_index <= self.next_index && self.next_index <= block.last_index);
        let Some(block) = found.cloned() else { return false };
        drop(tail);
        let header =
            BlockHeader::decode(&block.buffer[block.range.clone()]).expect("written by this process");
        let start = block.range.start + BLOCK_HEADER_BYTES;
        let range = start..start + header.content_bytes as usize;
        self.block = Block::Tail(TailBlock { range, ..block });
        self.at = 0;
        true
    }

    fn segment_of(&self, index: u64) -> Result<Option<Arc<SegmentView>>, ReadError> {
        let found = {
            let segments = self.journal.shared.lock_segments();
            if segments.first().is_some_and(|first| index <= first.base_index) {
                None
            } else {
                let live = segments.iter().rev().find(|segment| segment.base_index < index);
                Some(live.cloned())
            }
        };
        found.ok_or_else(|| self.compacted())
    }

    fn enter(&mut self, segment: Arc<SegmentView>) -> Result<(), ReadError> {
        let Some(hold) = segment.enter() else { return Err(self.compacted()) };
        let files = &self.journal.files;
        let file = files.open(&segment.path, OpenOptions::default())?;
        let source = if segment.sealed.load(Ordering::Acquire) {
            let length = usize::try_from(segment.bytes).expect("segments fit memory addresses");
            Source::Mapped(files.map(&file, length)?)
        } else {
            Source::Opened(file)
        };
        self.open = Some(Open { hold, source, offset: SEGMENT_HEADER_BYTES, dropped: 0 });
        self.block = Block::None;
        self.at = 0;
        Ok(())
    }

    /// After entering in the middle: takes the index of the block there as the next one.
    fn skip_to_block_start(&mut self) -> Result<(), ReadError> {
        self.load_block()?;
        let bytes = self.block_bytes();
        let Some(entry) = EntryHeader::decode(bytes) else { return Err(self.broken(DamageCause::Checksum)) };
        self.next_index = entry.index;
        Ok(())
    }

    fn load_block(&mut self) -> Result<(), ReadError> {
        let open = self.open.as_mut().expect("a segment is open");
        let offset = open.offset;
        let view = Arc::clone(&open.hold.0);
        let mut head = [0u8; BLOCK_HEADER_BYTES];
        let end = view.durable_end.load(Ordering::Acquire) as usize;
        let known = match &open.source {
            Source::Mapped(mapping) => {
                head.copy_from_slice(&mapping[offset..][..BLOCK_HEADER_BYTES]);
                BlockHeader::decode(&head)
            }
            Source::Opened(file) => {
                let read = self.journal.files.read_at(file, offset as u64, &mut head)?;
                if read == head.len() { BlockHeader::decode(&head) } else { None }
            }
        };
        let sound = |header: &BlockHeader| {
            header.generation == view.generation
                && header.offset == offset as u64
                && offset + header.length as usize <= end
        };
        let Some(header) = known else { return Err(self.broken(self.cause(offset, DamageCause::Checksum))) };
        if !sound(&header) {
            let cause =
                if header.offset == offset as u64 { DamageCause::Missing } else { DamageCause::Misdirected };
            return Err(self.broken(self.cause(offset, cause)));
        }
        let content = header.content_bytes as usize;
        let open = self.open.as_mut().expect("a segment is open");
        match &open.source {
            Source::Mapped(mapping) => {
                let start = offset + BLOCK_HEADER_BYTES;
                if start - open.dropped > DROP_BEHIND_BYTES {
                    mapping.drop_behind(offset);
                    open.dropped = offset;
                }
                self.block = Block::Mapped { start, end: start + content };
            }
            Source::Opened(file) => {
                if self.buffer.len() < content {
                    self.buffer = AlignedBuffer::new(content.next_power_of_two());
                }
                let start = (offset + BLOCK_HEADER_BYTES) as u64;
                let read = self.journal.files.read_at(file, start, &mut self.buffer[..content])?;
                self.block = Block::Read { end: read };
            }
        }
        open.offset = offset + header.length as usize;
        self.at = 0;
        Ok(())
    }

    fn cause(&self, offset: usize, otherwise: DamageCause) -> DamageCause {
        match self.open.as_ref().map(|open| &open.source) {
            Some(Source::Mapped(mapping)) if mapping.damaged().is_some_and(|range| range.end > offset) => {
                DamageCause::Unreadable
            }
            _ => otherwise,
        }
    }

    fn broken(&self, cause: DamageCause) -> ReadError {
        let (segment, offset) = match &self.open {
            Some(open) => (open.hold.0.path.clone(), open.offset as u64),
            None => (std::path::PathBuf::from("memory"), 0),
        };
        let index = self.next_index;
        ReadError::Damaged(DamagedRange {
            segment,
            offset,
            bytes: 4096,
            first_index: index,
            last_index: index,
            cause,
        })
    }
}
