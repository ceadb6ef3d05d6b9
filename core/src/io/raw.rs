//! The floor: one write at a time through a bare ring, with nothing around it. For benchmarks, which
//! compare the journal with what the kernel and the disk give at best.
#![allow(unsafe_code)]

use io_uring::types::{Fd, FsyncFlags};
use io_uring::{IoUring, opcode, squeue};

use super::{AlignedBuffer, DurableMethod, File, Files, IoError, RealFiles};

/// A ring that is submitted to and waited for in one call.
pub struct RawRing {
    ring: IoUring,
}

impl RawRing {
    /// A ring with the same flags as the `uring` backend.
    ///
    /// # Errors
    /// The kernel's refusal.
    pub fn new() -> std::io::Result<Self> {
        let ring =
            IoUring::builder().setup_single_issuer().setup_coop_taskrun().setup_defer_taskrun().build(8)?;
        Ok(Self { ring })
    }

    /// Writes all of `buffer[..length]` durably and waits for it.
    ///
    /// # Errors
    /// The kernel's; `EIO` for a short write.
    pub fn write(
        &mut self,
        file: &File,
        offset: u64,
        buffer: &AlignedBuffer,
        length: usize,
        method: DurableMethod,
    ) -> Result<(), IoError> {
        assert!(length > 0 && length <= buffer.len(), "write of {length} bytes");
        let fd = Fd(file.descriptor());
        let count = u32::try_from(length).expect("writes are below 4 GiB");
        let flags = if method == DurableMethod::RwfDsync { libc::RWF_DSYNC } else { 0 };
        let write = opcode::Write::new(fd, buffer.as_ptr(), count).offset(offset).rw_flags(flags).build();
        let sync = opcode::Fsync::new(fd).flags(FsyncFlags::DATASYNC).build().user_data(1);
        match method {
            DurableMethod::RwfDsync | DurableMethod::OpenDsync => self.run(file, &[write], length),
            DurableMethod::LinkedSync => self.run(file, &[write.flags(squeue::Flags::IO_LINK), sync], length),
            DurableMethod::WriteThenSync => {
                self.run(file, &[write], length)?;
                self.run(file, &[sync], length)
            }
            DurableMethod::BlockingThread => {
                RealFiles.write_at(file, offset, &buffer[..length])?;
                RealFiles.sync_data(file)
            }
        }
    }

    fn run(&mut self, file: &File, entries: &[squeue::Entry], length: usize) -> Result<(), IoError> {
        for entry in entries {
            // SAFETY: the caller's borrow of the buffer lasts until all completions were seen below.
            let pushed = unsafe { self.ring.submission().push(entry) };
            assert!(pushed.is_ok(), "two entries fit eight");
        }
        let mut left = entries.len();
        let mut errno = 0;
        while left > 0 {
            match self.ring.submit_and_wait(left) {
                Err(error) if error.raw_os_error() != Some(libc::EINTR) => {
                    // The kernel may still use the buffer: there is no way on.
                    panic!("io_uring_enter failed under a write: {error}");
                }
                _ => {}
            }
            for entry in self.ring.completion() {
                left -= 1;
                if entry.result() < 0 {
                    errno = -entry.result();
                } else if entry.user_data() == 0 && entry.result() as usize != length {
                    errno = libc::EIO;
                }
            }
        }
        if errno == 0 { Ok(()) } else { Err(IoError::new("raw write", file.path(), errno)) }
    }
}

/// CPU time of all threads of this process, the kernel's workers for it included, nanoseconds.
pub fn process_cpu_ns() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a live local of the right type.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    assert_eq!(result, 0, "the process clock is always there");
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
