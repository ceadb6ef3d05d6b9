//! Completions of a simulated disk, in an order drawn from its seed.

use std::sync::Arc;
use std::time::Duration;

use super::disk::{Flying, SimDisk};
use super::files::inode_of;
use crate::io::blocking::{execute, zeros};
use crate::io::check::assert_well_formed;
use crate::io::{
    Backend, BackendError, Completion, Durability, DurableMethod, Files, Io, IoError, Operation, Outcome,
    Token, Waited, Waker,
};

struct Pending {
    due_ns: u64,
    sequence: u64,
    token: Token,
    operation: Operation,
}

/// The completion-based view of a simulated disk.
pub struct SimIo {
    disk: SimDisk,
    pending: Vec<Pending>,
    sequence: u64,
    waker: Waker,
    depth_max: usize,
}

impl SimIo {
    pub(super) fn new(disk: SimDisk, depth_max: usize) -> Self {
        assert!(depth_max > 0, "a backend needs room for one operation");
        Self { disk, pending: Vec::new(), sequence: 0, waker: Waker::simulated(), depth_max }
    }

    fn complete(&mut self, at: usize) -> Completion {
        let Pending { sequence, token, operation, due_ns } = self.pending.swap_remove(at);
        {
            let mut state = self.disk.lock();
            state.now_ns = state.now_ns.max(due_ns);
        }
        let (result, buffer) = match operation {
            Operation::Write { file, offset, buffer, range, durability } => {
                let is_durable = match durability {
                    Durability::Volatile => file.options().dsync,
                    Durability::Durable(method) => method != DurableMethod::OpenDsync || file.options().dsync,
                };
                let name = if is_durable { "durable write" } else { "write" };
                let mut state = self.disk.lock();
                let bytes = &buffer[range];
                let result = if state.inodes.contains_key(&inode_of(&file)) {
                    state.write(name, file.path(), inode_of(&file), offset as usize, bytes, is_durable)
                } else {
                    Err(IoError::new(name, file.path(), libc::ESTALE))
                };
                (result.map(|()| Outcome::Bytes(bytes.len())), None)
            }
            operation => execute(&self.disk, operation),
        };
        let mut state = self.disk.lock();
        if !state.is_crashed {
            // At a crash it stays under way: any part of it may be stored.
            state.flying.remove(&sequence);
        }
        Completion { token, result, buffer }
    }

    fn next_due(&self) -> Option<usize> {
        let key = |at: &usize| (self.pending[*at].due_ns, self.pending[*at].sequence);
        (0..self.pending.len()).min_by_key(key)
    }
}

impl Io for SimIo {
    fn backend(&self) -> Backend {
        Backend::Sim
    }

    fn files(&self) -> Arc<dyn Files> {
        self.disk.files()
    }

    fn submit(&mut self, token: Token, operation: Operation) -> Result<(), Operation> {
        assert_well_formed(&operation);
        if self.pending.len() >= self.depth_max {
            return Err(operation);
        }
        let mut state = self.disk.lock();
        let sequence = self.sequence + (state.index << 20);
        self.sequence += 1;
        let flying = match &operation {
            Operation::Write { file, offset, buffer, range, .. } => Some(Flying {
                inode: inode_of(file),
                offset: *offset as usize,
                buffer: Arc::clone(buffer),
                range: range.clone(),
            }),
            Operation::Zero { file, offset, length } => {
                let (inode, offset) = (inode_of(file), *offset as usize);
                Some(Flying { inode, offset, buffer: zeros(), range: 0..*length })
            }
            _ => None,
        };
        if let Some(flying) = flying {
            state.flying.insert(sequence, flying);
        }
        let latency_ns = 20_000 + state.random.below(180_000);
        let due_ns = state.now_ns + latency_ns;
        drop(state);
        self.pending.push(Pending { due_ns, sequence, token, operation });
        Ok(())
    }

    fn depth_max(&self) -> usize {
        self.depth_max
    }

    fn in_flight(&self) -> usize {
        self.pending.len()
    }

    /// Moves the simulated clock instead of sleeping. Fails once the disk has crashed.
    fn wait(
        &mut self,
        timeout: Option<Duration>,
        completions: &mut Vec<Completion>,
    ) -> Result<Waited, BackendError> {
        let failed = |errno| BackendError { backend: "sim", operation: "wait", errno };
        if self.disk.is_crashed() {
            return Err(failed(super::CRASHED_ERRNO));
        }
        let woken = self.waker.take();
        let now_ns = self.disk.now_ns();
        let limit_ns = match timeout {
            _ if woken => now_ns,
            Some(timeout) => now_ns.saturating_add(u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX)),
            None => u64::MAX,
        };
        match self.next_due() {
            Some(at) if self.pending[at].due_ns <= limit_ns => {
                let completion = self.complete(at);
                completions.push(completion);
                Ok(Waited { completion_count: 1, woken })
            }
            None if limit_ns == u64::MAX => Err(failed(libc::EDEADLK)),
            _ => {
                let mut state = self.disk.lock();
                state.now_ns = state.now_ns.max(limit_ns);
                Ok(Waited { completion_count: 0, woken })
            }
        }
    }

    fn waker(&self) -> Waker {
        self.waker.clone()
    }
}
