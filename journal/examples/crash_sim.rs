//! Crashes a journal on the simulated disk, seed after seed.
//!
//! `cargo run --release -p tidemill-journal --example crash_sim -- --seeds 10000 --seed 0`
#![allow(clippy::print_stdout, clippy::print_stderr)]

#[path = "../tests/common/crash.rs"]
mod crash;

use std::process::ExitCode;

fn argument(name: &str) -> Option<u64> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).and_then(|value| value.parse().ok())
}

fn main() -> ExitCode {
    let (seeds, first) = (argument("--seeds").unwrap_or(1000), argument("--seed").unwrap_or(0));
    let mut total = crash::Counts::default();
    let mut failed = 0;
    for seed in first..first + seeds {
        match crash::crash_often(seed, true) {
            Ok(counts) => total.add(counts),
            Err(error) => {
                failed += 1;
                eprintln!("seed {seed}: {error}");
                eprintln!(
                    "replay: cargo run -p tidemill-journal --example crash_sim -- --seeds 1 --seed {seed}"
                );
            }
        }
    }
    println!("{seeds} seeds from {first}, {failed} failed: {total:?}");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
