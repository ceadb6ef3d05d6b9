//! Any text as a timer of each kind; what parses has a due time or none, never a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tidemill_model::graph::TimerKind;
use tidemill_model::timer;

fuzz_target!(|input: (i64, &str)| {
    let (from, text) = input;
    for kind in [TimerKind::Date, TimerKind::Duration, TimerKind::Cycle] {
        if let Ok(timer) = timer::parse(kind, text) {
            let _ = timer.next_due(from);
        }
    }
});
