//! What the tests of the whole engine share: a partition driven by hand, and the record streams of the real broker.

#![allow(dead_code, reason = "each test program uses its part")]
#![allow(clippy::print_stdout, reason = "tests say what they skip and where streams differ")]

pub mod chance;
pub mod cluster;
pub mod compare;
pub mod golden;
pub mod harness;
pub mod normalise;
pub mod random;
pub mod script;

use std::path::PathBuf;

/// The folder of record scenarios; `None`, said aloud, where it is absent.
pub fn scenarios() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/records/scenarios");
    if !folder.is_dir() {
        println!("skipped: {} absent", folder.display());
        return None;
    }
    Some(folder)
}

/// A process of the record scenarios.
pub fn process(file: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/records/scenarios").join(file);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
