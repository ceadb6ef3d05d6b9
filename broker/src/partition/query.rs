//! Questions about the state: answered from the tables as they are now, released when all that they rest on is
//! committed.

use tidemill_record::frame::{FrameKind, QueryAnswerFrame};
use tidemill_record::value::Value;

use super::Partition;
use super::held::HeldKind;

impl Partition {
    /// Answers a question; the answer waits with the effects of the last entry.
    pub fn query(&mut self, request_id: i64, question: &str, key: i64) {
        let mut json = String::new();
        let found = self.engine.query(question, key, &mut json);
        let mut bytes = Vec::new();
        QueryAnswerFrame { request_id, found, json: &json }.put(&mut bytes);
        let index = self.journal.last_index().get();
        self.held.push(index, HeldKind::Frame(FrameKind::QueryAnswer as u32), &bytes);
    }
}
