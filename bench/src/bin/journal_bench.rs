//! `journal-bench DIRECTORY [--rounds N] [--round-ms N] [--sizes 256,4096] [--in-flight 1,64,1024] [--only
//! a,b] [--method NAME] [--json] [--recovery-bytes N]`
//!
//! Tables to stderr and stdout: the report to stdout, as text or JSON.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use tidemill_bench::journal::{Settings, measure_recovery, run};
use tidemill_core::io::DurableMethod;

fn value(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}

fn list(name: &str) -> Option<Vec<usize>> {
    value(name).map(|text| text.split(',').filter_map(|number| number.parse().ok()).collect())
}

fn main() -> ExitCode {
    match work() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("journal-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn work() -> Result<(), String> {
    let directory = std::env::args().nth(1).filter(|argument| !argument.starts_with('-'));
    let directory =
        directory.ok_or("usage: journal-bench DIRECTORY [options]; see the head of its source")?;
    let directory = Path::new(&directory);
    if let Some(bytes) = value("--recovery-bytes") {
        let bytes = bytes.parse().map_err(|_| format!("--recovery-bytes {bytes}: not a number"))?;
        for entry_bytes in [1024, 65_536] {
            let result = measure_recovery(directory, bytes, entry_bytes)?;
            let speed = |time: Duration| result.bytes as f64 / 1e6 / time.as_secs_f64();
            println!(
                "recovery of {} MB, {} entries of {entry_bytes} B: {:.0} MB/s; reading alone {:.0} MB/s; \
                ratio {:.2}",
                result.bytes / 1_000_000,
                result.entry_count,
                speed(result.recovery_time),
                speed(result.read_time),
                result.ratio()
            );
        }
        return Ok(());
    }
    let mut settings = Settings::new(directory);
    settings.record_bytes = list("--sizes").unwrap_or(settings.record_bytes);
    settings.in_flight = list("--in-flight").unwrap_or(settings.in_flight);
    if let Some(rounds) = value("--rounds") {
        settings.rounds = rounds.parse().map_err(|_| format!("--rounds {rounds}: not a number"))?;
    }
    if let Some(time) = value("--round-ms") {
        let time = time.parse().map_err(|_| format!("--round-ms {time}: not a number"))?;
        settings.round_time = Duration::from_millis(time);
    }
    settings.only =
        value("--only").map(|names| names.split(',').map(str::to_owned).collect()).unwrap_or_default();
    if let Some(name) = value("--method") {
        settings.method = Some(DurableMethod::from_name(&name).ok_or(format!("--method {name}: unknown"))?);
    }
    let report = run(&settings)?;
    let is_json = std::env::args().any(|argument| argument == "--json");
    println!("{}", if is_json { report.to_json() } else { report.to_text() });
    Ok(())
}
