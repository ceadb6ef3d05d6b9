//! Line and column of a byte offset, computed incrementally because offsets come in ascending order.

/// A place in a text; both count from one, columns in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in bytes, from 1.
    pub column: u32,
}

/// Walks a text once and answers positions of ascending offsets.
pub(super) struct Lines<'a> {
    text: &'a [u8],
    offset: usize,
    line: u32,
    line_start: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, offset: 0, line: 1, line_start: 0 }
    }

    /// Position of `offset`; offsets past the end answer the end.
    pub(super) fn position(&mut self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        if offset < self.offset {
            *self = Self::new(self.text);
        }
        for at in self.offset..offset {
            if self.text[at] == b'\n' {
                self.line += 1;
                self.line_start = at + 1;
            }
        }
        self.offset = offset;
        assert!(self.line_start <= offset);
        Position { line: self.line, column: (offset - self.line_start) as u32 + 1 }
    }
}
