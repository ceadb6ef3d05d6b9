//! Answers that promise something wait here until it is durable: votes for the hard state, acknowledgements
//! for the log as well. So no driver can let them leave too early.

use std::collections::VecDeque;

use tidemill_core::ids::{Index, Term};

use crate::ids::NodeId;
use crate::limits::REPLY_COUNT_MAX;
use crate::message::{Body, Message};
use crate::raft::Raft;

#[derive(Debug, Clone, Copy)]
struct Reply {
    version: u64,
    log: Index,
    message: Message,
}

/// Answers that wait for the disk.
#[derive(Debug)]
pub(crate) struct Replies {
    waiting: VecDeque<Reply>,
}

impl Replies {
    pub(crate) fn new() -> Self {
        Self { waiting: VecDeque::with_capacity(64) }
    }

    /// Entries behind `last` are gone: they never become durable.
    pub(crate) fn forget_behind(&mut self, last: Index) {
        self.waiting.retain(|reply| reply.log <= last);
    }
}

impl Raft {
    /// Answers once the hard state as it is now and the log up to `log` are durable.
    pub(crate) fn reply(&mut self, to: NodeId, term: Term, body: Body, log: Index) {
        assert!(to != self.id && log <= self.log.last(), "answers go to others, about what there is");
        let version = self.version_to_wait_for(&body);
        if self.replies.waiting.len() == REPLY_COUNT_MAX {
            // As if it got lost on the way: whoever waits asks again.
            self.replies.waiting.pop_front();
        }
        let message = Message { from: self.id, to, term, body };
        self.replies.waiting.push_back(Reply { version, log, message });
        self.release_replies();
    }

    #[cfg(not(feature = "sabotage"))]
    fn version_to_wait_for(&self, _body: &Body) -> u64 {
        self.hard_state_version
    }

    #[cfg(feature = "sabotage")]
    fn version_to_wait_for(&self, body: &Body) -> u64 {
        let skipped = self.options.sabotage == crate::options::Sabotage::SkipDurableVote;
        if skipped && matches!(body, Body::VoteReply { .. }) { 0 } else { self.hard_state_version }
    }

    pub(crate) fn release_replies(&mut self) {
        let (version, log) = (self.hard_state_durable, self.log.durable);
        let messages = &mut self.output.messages;
        self.replies.waiting.retain(|reply| {
            let waits = reply.version > version || reply.log > log;
            if !waits {
                messages.push(reply.message);
            }
            waits
        });
    }
}
