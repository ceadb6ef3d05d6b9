//! Calibration and doctor on this machine, and the choice of backend where io_uring is denied.

mod common;

use common::{Directory, Driver, options, read_all};
use tidemill_core::io::{Backend, BackendChoice, open_io, probe};
use tidemill_journal::Journal;
use tidemill_journal::calibrate::{FILE_NAME, load_or_calibrate};
use tidemill_journal::doctor::examine;

#[test]
fn the_choice_is_kept() {
    let directory = Directory::new("calibrate");
    let mut io = open_io(BackendChoice::Auto, 32).expect("a backend").0;
    let first = load_or_calibrate(&mut *io, &directory.0).expect("it can be measured");
    assert!(!first.measured.is_empty());
    assert!(directory.0.join(FILE_NAME).exists());
    let second = load_or_calibrate(&mut *io, &directory.0).expect("it can be read");
    assert!(second.measured.is_empty(), "measured again without need");
    assert_eq!((first.method, first.depth, first.direct), (second.method, second.depth, second.direct));
    let files: Vec<_> = std::fs::read_dir(&directory.0).expect("listable").collect();
    assert_eq!(files.len(), 1, "only the choice is left: {files:?}");
}

#[test]
fn the_doctor_finds_the_machine() {
    let directory = Directory::new("doctor");
    let diagnosis = examine(&directory.0, BackendChoice::Portable).expect("it can be examined");
    assert_eq!(diagnosis.backend, "portable");
    assert!(diagnosis.flush_latency.count() > 0);
    assert!(diagnosis.to_text().contains("flush 4 KiB"));
    assert!(diagnosis.to_json().starts_with("{\"backend\":\"portable\""));
}

/// Denies io_uring to this process for good, as container runtimes do: `errno` for `io_uring_setup`.
#[allow(unsafe_code)]
fn deny_io_uring(errno: u16) {
    use libc::{BPF_ABS, BPF_JEQ, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W, sock_filter, sock_fprog};
    let statement = |code: u32, k: u32| sock_filter { code: code as u16, jt: 0, jf: 0, k };
    let jump = |code: u32, k: u32, jt: u8, jf: u8| sock_filter { code: code as u16, jt, jf, k };
    let filter = [
        statement(BPF_LD | BPF_W | BPF_ABS, 0),
        jump(BPF_JMP | BPF_JEQ | BPF_K, libc::SYS_io_uring_setup as u32, 0, 1),
        statement(BPF_RET | BPF_K, libc::SECCOMP_RET_ERRNO | u32::from(errno)),
        statement(BPF_RET | BPF_K, libc::SECCOMP_RET_ALLOW),
    ];
    let program = sock_fprog { len: filter.len() as u16, filter: filter.as_ptr().cast_mut() };
    // SAFETY: plain numbers; the filter lives through the calls.
    unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0, "no_new_privs");
        let result = libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const program);
        assert_eq!(result, 0, "seccomp: {}", std::io::Error::last_os_error());
    }
}

/// The half of the test below that runs in a process of its own.
#[test]
#[ignore = "run by io_uring_denied_means_portable, under a filter that cannot be taken off again"]
fn child_under_seccomp() {
    deny_io_uring(libc::EPERM as u16);
    let probe = probe();
    assert_eq!(probe.uring, Err(libc::EPERM));
    assert_eq!(probe.seccomp_mode, 2);
    assert!(probe.diagnosis.contains("seccomp"), "{}", probe.diagnosis);
    assert!(open_io(BackendChoice::Uring, 8).is_err());
    let (mut io, _) = open_io(BackendChoice::Auto, 32).expect("portable is left");
    assert_eq!(io.backend(), Backend::Portable);
    let directory = Directory::new("seccomp");
    let (journal, _) = Journal::open(&mut *io, &directory.0, options()).expect("the journal opens");
    let mut driver = Driver::new(&mut *io, journal);
    for _ in 0..20 {
        driver.append_and_wait(1, 1000).expect("durable");
    }
    assert_eq!(read_all(driver.journal.handle().reader(), 1).len(), 20);
}

#[test]
fn io_uring_denied_means_portable() {
    let program = std::env::current_exe().expect("this test");
    let output = std::process::Command::new(program)
        .args(["--ignored", "--exact", "child_under_seccomp", "--nocapture"])
        .output()
        .expect("this test runs again");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("1 passed"), "{text}");
}
