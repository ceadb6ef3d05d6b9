//! Finds out what this machine allows, in words that say what to do.
#![allow(unsafe_code)]

use std::path::Path;

use super::buffer::AlignedBuffer;
use super::files::Files;
use super::real_files::RealFiles;
use super::uring::UringIo;
use super::{Backend, BackendError, Io, OpenOptions, PortableIo};

/// Which backend to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BackendChoice {
    /// io_uring where it works, else portable, said loudly.
    #[default]
    Auto,
    /// io_uring or nothing.
    Uring,
    /// Helper threads, though io_uring may work.
    Portable,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Probe {
    /// Release of the kernel, e.g. `6.18.4`.
    pub kernel: String,
    /// Whether a ring can be made and used; else the error number of the refusal.
    pub uring: Result<UringFeatures, i32>,
    /// Limit of locked memory, bytes (`None`: unlimited).
    pub locked_memory_bytes_max: Option<u64>,
    /// Seccomp mode of the calling thread: 0 none, 1 strict, 2 filter.
    pub seccomp_mode: u8,
    /// One paragraph: what was found and, if something is amiss, what to do.
    pub diagnosis: String,
}

/// What the ring can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UringFeatures {
    /// SINGLE_ISSUER + DEFER_TASKRUN (6.1+).
    pub deferred_task_run: bool,
    /// A sleeping ring is not counted as waiting for disk (6.15+).
    pub no_iowait: bool,
    /// Buffers can be registered.
    pub registered_buffers: bool,
}

/// Tries io_uring by making a ring, and reads the limits that matter to it.
pub fn probe() -> Probe {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned();
    let uring = try_uring();
    let seccomp_mode = status_field("Seccomp").and_then(|mode| mode.parse().ok()).unwrap_or(0);
    let locked_memory_bytes_max = locked_memory_bytes_max();
    let diagnosis = match uring {
        Ok(_) => format!("io_uring works (kernel {kernel})"),
        Err(errno) => explain(errno, &kernel, seccomp_mode, locked_memory_bytes_max),
    };
    Probe { kernel, uring, locked_memory_bytes_max, seccomp_mode, diagnosis }
}

fn try_uring() -> Result<UringFeatures, i32> {
    let mut io = UringIo::new(4).map_err(|error| error.errno)?;
    // A filter may allow the setup and deny the rest: use the ring once.
    io.waker().wake();
    let mut completions = Vec::new();
    io.wait(None, &mut completions).map_err(|error| error.errno)?;
    io.wait(Some(std::time::Duration::from_micros(1)), &mut completions).map_err(|error| error.errno)?;
    let registered_buffers = io.register_buffer(&mut AlignedBuffer::new(4096));
    Ok(UringFeatures {
        deferred_task_run: io.is_deferred(),
        no_iowait: io.has_no_iowait(),
        registered_buffers,
    })
}

fn explain(errno: i32, kernel: &str, seccomp_mode: u8, locked: Option<u64>) -> String {
    let sysctl = std::fs::read_to_string("/proc/sys/kernel/io_uring_disabled").unwrap_or_default();
    let remedy = match errno {
        libc::ENOSYS if seccomp_mode == 2 => {
            "a seccomp filter hides it: allow io_uring_setup, io_uring_enter and io_uring_register in the \
             container's seccomp profile"
        }
        libc::ENOSYS => "the kernel has none: use Linux 5.19 or newer, built with CONFIG_IO_URING",
        libc::EPERM if sysctl.trim() == "2" => "set the sysctl kernel.io_uring_disabled to 0",
        libc::EPERM if sysctl.trim() == "1" => {
            "set the sysctl kernel.io_uring_disabled to 0, or add the user to kernel.io_uring_group"
        }
        libc::EPERM => {
            "a seccomp filter or security module denies it: allow io_uring_setup, io_uring_enter and \
             io_uring_register in the container's seccomp profile"
        }
        libc::ENOMEM => "raise the limit of locked memory (ulimit -l, LimitMEMLOCK= of systemd)",
        _ => "see the error above",
    };
    let locked = locked.map_or("unlimited".to_owned(), |bytes| format!("{} KiB", bytes / 1024));
    let error = std::io::Error::from_raw_os_error(errno);
    format!(
        "io_uring does not work: {error} (kernel {kernel}, seccomp mode {seccomp_mode}, locked memory \
        {locked}); \
         {remedy}. Until then the portable backend is used: same guarantees, higher latency"
    )
}

fn status_field(name: &str) -> Option<String> {
    let status = std::fs::read_to_string("/proc/thread-self/status").ok()?;
    let line = status.lines().find(|line| line.split(':').next() == Some(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

fn locked_memory_bytes_max() -> Option<u64> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is a live local of the right type.
    let result = unsafe { libc::getrlimit(libc::RLIMIT_MEMLOCK, &raw mut limit) };
    assert_eq!(result, 0, "getrlimit of our own process failed");
    (limit.rlim_cur != libc::RLIM_INFINITY).then_some(limit.rlim_cur)
}

/// Whether files in `directory` can be opened past the page cache and written in blocks of 4096.
///
/// # Errors
/// The directory cannot be written at all.
pub fn probe_direct_io(directory: &Path) -> Result<bool, super::IoError> {
    let path = directory.join(format!(".direct-io-probe-{}", std::process::id()));
    let options = OpenOptions { write: true, create: true, ..OpenOptions::default() };
    let direct = OpenOptions { direct: true, ..options };
    let supported = match RealFiles.open(&path, direct) {
        Ok(file) => RealFiles.write_at(&file, 0, &AlignedBuffer::new(4096)).is_ok(),
        Err(error) if error.errno == libc::EINVAL || error.errno == libc::EOPNOTSUPP => {
            RealFiles.open(&path, options)?;
            false
        }
        Err(error) => return Err(error),
    };
    RealFiles.unlink(&path)?;
    Ok(supported)
}

/// Opens the backend for the calling thread. The probe says why it is this one.
///
/// # Errors
/// The chosen backend cannot be had; with `Auto`, not even the portable one.
pub fn open_io(choice: BackendChoice, depth_max: usize) -> Result<(Box<dyn Io>, Probe), BackendError> {
    let probe = probe();
    let use_uring = match choice {
        BackendChoice::Auto => probe.uring.is_ok(),
        BackendChoice::Uring => true,
        BackendChoice::Portable => false,
    };
    let io: Box<dyn Io> =
        if use_uring { Box::new(UringIo::new(depth_max)?) } else { Box::new(PortableIo::new(depth_max)?) };
    assert!(io.backend() != Backend::Sim && io.depth_max() == depth_max, "wrong backend");
    Ok((io, probe))
}
