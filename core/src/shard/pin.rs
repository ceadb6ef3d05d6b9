//! Binding a thread to a core.
#![allow(unsafe_code)]

use std::io;

/// Why a thread is not pinned. The broker goes on unpinned and says so: containers may forbid it.
#[derive(Debug, thiserror::Error)]
#[error("thread not pinned to cpu {cpu}: {source}")]
pub struct PinError {
    /// Which core was asked for.
    pub cpu: usize,
    /// The kernel's answer.
    pub source: io::Error,
}

/// The cores this thread may run on (of a container or a `taskset`, not of the machine), ascending.
pub fn allowed_cpus() -> io::Result<Vec<usize>> {
    let mut set = empty();
    // SAFETY: a live cpu_set_t and its size; 0 is this thread.
    let got = unsafe { libc::sched_getaffinity(0, size_of_val(&set), &raw mut set) };
    if got != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the index is below the size of the set.
    Ok((0..libc::CPU_SETSIZE as usize).filter(|cpu| unsafe { libc::CPU_ISSET(*cpu, &set) }).collect())
}

/// Binds the calling thread to one core.
pub fn pin_current_thread(cpu: usize) -> Result<(), PinError> {
    if cpu >= libc::CPU_SETSIZE as usize {
        return Err(PinError { cpu, source: io::Error::from_raw_os_error(libc::EINVAL) });
    }
    let mut set = empty();
    // SAFETY: the index is below the size of the set, checked above.
    unsafe { libc::CPU_SET(cpu, &mut set) };
    // SAFETY: a live cpu_set_t and its size; 0 is this thread.
    match unsafe { libc::sched_setaffinity(0, size_of_val(&set), &raw const set) } {
        0 => Ok(()),
        _ => Err(PinError { cpu, source: io::Error::last_os_error() }),
    }
}

fn empty() -> libc::cpu_set_t {
    // SAFETY: an array of bits; all zero is the empty set.
    unsafe { std::mem::zeroed() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_pinned_where_it_may_run_and_nowhere_else() {
        let last = *allowed_cpus().unwrap().last().unwrap();
        let pinned = move || {
            pin_current_thread(last).unwrap();
            assert_eq!(allowed_cpus().unwrap(), [last]);
        };
        std::thread::spawn(pinned).join().unwrap();
        let absent = pin_current_thread(1023).unwrap_err().to_string();
        assert!(absent.starts_with("thread not pinned to cpu 1023: "), "{absent}");
        pin_current_thread(usize::MAX).unwrap_err();
    }
}
