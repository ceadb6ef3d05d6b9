//! How the process ends: a panic or a fatal result in any thread ends all of it with a reason and a code,
//! signals ask first and force afterwards. Each case runs this test binary again as a child and looks at it
//! from outside.

#![cfg(not(loom))]
#![allow(unsafe_code, clippy::print_stderr)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use tidemill_core::exit::{ExitCode, Fatal};
use tidemill_core::shard::spawn_pinned;
use tidemill_core::signal::{StopSignal, StopSignals};

const CASE: &str = "TIDEMILL_TEST_CASE";

/// Not a test of its own: what the child does.
#[test]
fn child() {
    let Ok(case) = std::env::var(CASE) else { return };
    match case.as_str() {
        "panic" => {
            let broken: Option<u8> = None;
            let thread = spawn_pinned("shard-3", None, move |_| {
                assert!(broken.is_some(), "an invariant of {} is broken", "this test");
                Ok(())
            });
            thread.unwrap().join().unwrap();
        }
        "fatal" => {
            let fatal = Fatal::new(ExitCode::IoFailure, "fdatasync of 1/journal/4: EIO");
            spawn_pinned("shard-0", None, move |_| Err::<(), _>(fatal)).unwrap().join().unwrap();
        }
        "signal" => {
            let signals = StopSignals::install().unwrap();
            assert_eq!(signals.received(), None);
            eprintln!("ready");
            match signals.wait() {
                StopSignal::Terminate => eprintln!("asked to stop"),
                StopSignal::Interrupt => eprintln!("interrupted"),
            }
            std::thread::sleep(std::time::Duration::from_secs(60));
        }
        other => panic!("no case {other}"),
    }
    unreachable!("the process goes on after {case}");
}

fn start(case: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child", "--nocapture", "--test-threads=1"]).env(CASE, case);
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn check_end(case: &str, code: ExitCode, reason: &str) {
    let mut child = start(case);
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(i32::from(code.code())), "{text}");
    assert!(text.lines().any(|line| line == reason), "{reason:?} is not in {text:?}");
}

#[test]
fn a_panic_in_a_thread_ends_the_process() {
    let reason =
        "tidemill: fatal: panic (exit code 70): thread shard-3 panicked: an invariant of this test is broken";
    check_end("panic", ExitCode::Panic, reason);
}

#[test]
fn a_fatal_result_of_a_thread_ends_the_process() {
    let reason = "tidemill: fatal: io failure (exit code 20): thread shard-0: fdatasync of 1/journal/4: EIO";
    check_end("fatal", ExitCode::IoFailure, reason);
}

fn check_signals(first: i32, expected: &str) {
    let mut child = start("signal");
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let send = |signal: i32| {
        // SAFETY: our own child, which has not been waited for, so the id is still its.
        assert_eq!(unsafe { libc::kill(child.id() as i32, signal) }, 0);
    };
    assert!(lines.any(|line| line == "ready"));
    send(first);
    assert_eq!(lines.next().as_deref(), Some(expected));
    send(libc::SIGTERM);
    assert_eq!(child.wait().unwrap().code(), Some(i32::from(ExitCode::Forced.code())));
}

#[test]
fn the_first_signal_asks_the_second_forces() {
    check_signals(libc::SIGTERM, "asked to stop");
    check_signals(libc::SIGINT, "interrupted");
}
