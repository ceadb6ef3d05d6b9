//! Scratch memory that is taken and given back, so that nothing allocates per record after warm-up.

use crate::limits::SCRATCH_BYTES_RETAINED;

/// A stack of byte buffers.
#[derive(Debug, Default)]
pub struct Buffers {
    free: Vec<Vec<u8>>,
}

impl Buffers {
    /// An empty buffer; give it back with [`Self::give`].
    pub fn take(&mut self) -> Vec<u8> {
        self.free.pop().unwrap_or_default()
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
        if buffer.capacity() <= SCRATCH_BYTES_RETAINED && self.free.len() < 64 {
            self.free.push(buffer);
        }
    }
}
