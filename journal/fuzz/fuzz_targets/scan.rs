//! Any bytes as a segment: the scanner never panics. Pages get sound headers now and then, or no input
//! would get past the first checksum.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tidemill_journal::{Identity, scan_for_fuzzing};

fuzz_target!(|bytes: &[u8]| {
    scan_for_fuzzing(bytes, 1, Identity { cluster: 1, partition: 1 });
    tidemill_journal::fuzzing::scan_repaired(bytes);
});
