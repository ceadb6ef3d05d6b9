//! Any bytes over the segments of a real log: recovery reports or opens, and what it opens can be read and
//! extended.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| tidemill_journal::fuzzing::recover_overwritten(bytes));
