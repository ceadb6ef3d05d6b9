//! Scratch memory that is taken and given back, so that nothing allocates per record after warm-up.

use tidemill_record::ListBuffer;

use crate::limits::SCRATCH_BYTES_RETAINED;
use crate::state::Collection;

/// Stacks of buffers.
#[derive(Debug, Default)]
pub struct Buffers {
    free: Vec<Vec<u8>>,
    lists: Vec<ListBuffer>,
    /// For collecting variables.
    pub collection: Collection,
}

impl Buffers {
    /// An empty buffer; give it back with [`Self::give`].
    pub fn take(&mut self) -> Vec<u8> {
        self.free.pop().unwrap_or_default()
    }

    /// An empty list; give it back with [`Self::give_list`].
    pub fn take_list(&mut self) -> ListBuffer {
        self.lists.pop().unwrap_or_default()
    }

    /// Takes a list back. Large ones are freed.
    pub fn give_list(&mut self, mut list: ListBuffer) {
        if list.byte_count() <= SCRATCH_BYTES_RETAINED && self.lists.len() < 64 {
            list.clear();
            self.lists.push(list);
        }
    }

    /// A buffer that holds a copy.
    pub fn copy(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut buffer = self.take();
        buffer.extend_from_slice(bytes);
        buffer
    }

    /// Takes a buffer back. Large ones are freed.
    pub fn give(&mut self, mut buffer: Vec<u8>) {
        buffer.clear();
        // One without memory would only stand in the way of those that have some.
        if (1..=SCRATCH_BYTES_RETAINED).contains(&buffer.capacity()) && self.free.len() < 64 {
            self.free.push(buffer);
        }
    }
}
