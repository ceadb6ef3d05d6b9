//! What an evaluation may know about the world. All of it is input, so that a replay agrees.

use crate::temporal::Zone;

/// Clock, zone and seed of one evaluation.
#[derive(Clone, Copy, Debug)]
pub struct Environment {
    /// The time of `now()`, in milliseconds since 1970-01-01T00:00Z.
    pub now_ms: i64,
    /// The zone of `now()` and `today()`.
    pub zone: Zone,
    /// What `uuid()` and `random number()` draw from.
    pub seed: u64,
}

impl Default for Environment {
    fn default() -> Environment {
        Environment { now_ms: 0, zone: Zone::Offset(0), seed: 0 }
    }
}
