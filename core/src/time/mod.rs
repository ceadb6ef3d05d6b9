//! Time: reading it (here and nowhere else) and waiting for it.

mod clock;
mod timers;
mod timestamp;

pub use clock::{Clock, ClockControl, Now, SimulatedTime};
pub use timers::{TimerId, Timers, TimersFull};
pub use timestamp::Timestamp;
