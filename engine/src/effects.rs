//! What leaves a partition because of an entry: answers, pushed jobs, notices, commands for other partitions.
//!
//! The pipeline holds them until the entry is committed. One reusable buffer; no allocation once it has
//! grown.

use tidemill_record::frame::FrameKind;
use tidemill_record::value::{Value, record_value};

record_value! {
    /// A command for another partition: a whole record as it would stand in a log, positions unset.
    SendFrame {
        /// The partition meant.
        shown partition_id: i32 = -1, "partitionId";
        /// The encoded record.
        shown record: &'a [u8] = &[], "record";
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Frame(FrameKind),
    Send,
}

/// One effect, in place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect<'a> {
    /// A frame for a gateway thread.
    Frame(FrameKind, &'a [u8]),
    /// A command for another partition.
    Send(SendFrame<'a>),
}

/// Effects of one entry, in order.
#[derive(Debug, Default)]
pub struct Effects {
    bytes: Vec<u8>,
    items: Vec<(Kind, u32, u32)>,
}

impl Effects {
    /// Forgets all effects and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.items.clear();
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The effects in order.
    pub fn iter(&self) -> impl Iterator<Item = Effect<'_>> {
        self.items.iter().map(|(kind, start, end)| {
            let bytes = &self.bytes[*start as usize..*end as usize];
            match kind {
                Kind::Frame(frame) => Effect::Frame(*frame, bytes),
                Kind::Send => Effect::Send(SendFrame::take(bytes).expect("encoded by this buffer")),
            }
        })
    }

    pub(crate) fn frame<'a>(&mut self, kind: FrameKind, value: &impl Value<'a>) {
        self.put(Kind::Frame(kind), value);
    }

    pub(crate) fn send(&mut self, frame: &SendFrame<'_>) {
        assert!(frame.partition_id > 0, "commands go to partitions, which are numbered from 1");
        self.put(Kind::Send, frame);
    }

    fn put<'a>(&mut self, kind: Kind, value: &impl Value<'a>) {
        let start = self.bytes.len();
        value.put(&mut self.bytes);
        assert!(self.bytes.len() <= u32::MAX as usize, "effects of one entry are bounded by its bytes");
        self.items.push((kind, start as u32, self.bytes.len() as u32));
    }

    /// A place to come back to.
    pub(crate) fn mark(&self) -> (usize, usize) {
        (self.items.len(), self.bytes.len())
    }

    /// Takes back what came after a mark.
    pub(crate) fn truncate(&mut self, mark: (usize, usize)) {
        assert!(mark.0 <= self.items.len() && mark.1 <= self.bytes.len(), "cannot truncate forward");
        self.items.truncate(mark.0);
        self.bytes.truncate(mark.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidemill_record::frame::JobInterestFrame;

    #[test]
    fn effects_come_in_order_and_can_be_taken_back() {
        let mut effects = Effects::default();
        effects.frame(FrameKind::JobsAvailable, &JobInterestFrame { job_type: "a" });
        let mark = effects.mark();
        effects.send(&SendFrame { partition_id: 2, record: b"record" });
        assert_eq!(effects.len(), 2);
        assert_eq!(
            effects.iter().nth(1),
            Some(Effect::Send(SendFrame { partition_id: 2, record: b"record" }))
        );
        effects.truncate(mark);
        assert_eq!(effects.len(), 1);
        effects.clear();
        assert!(effects.is_empty());
    }
}
