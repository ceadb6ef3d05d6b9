//! A file mapped read-only whose unreadable pages do not kill the process.
//!
//! The kernel answers a read of a mapped page that the disk cannot give (or that lies behind a truncated
//! end) with SIGBUS. The handler below replaces that page by a page of zeros, marks the mapping and
//! returns; the reader's checksum then fails and [`Mapping::damaged`] tells why. Faults outside our
//! mappings go to the handler that was there before.
#![allow(unsafe_code)]

use std::ops::{Deref, Range};
use std::os::fd::RawFd;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::files::Mapping;

/// Most files mapped at once in the process: readers are few, and the table must be fixed for a signal
/// handler.
pub const MAPPINGS_MAX: usize = 256;
const PAGE_BYTES: usize = 4096;

/// What the signal handler may look at. `start == 0` means free, `start == 1` means being set up.
struct Slot {
    start: AtomicUsize,
    length: AtomicUsize,
    damaged_start: AtomicUsize,
    damaged_end: AtomicUsize,
}

static SLOTS: [Slot; MAPPINGS_MAX] = [const {
    Slot {
        start: AtomicUsize::new(0),
        length: AtomicUsize::new(0),
        damaged_start: AtomicUsize::new(usize::MAX),
        damaged_end: AtomicUsize::new(0),
    }
}; MAPPINGS_MAX];

static INSTALL: Once = Once::new();
/// Address of the previous `sigaction`, leaked on purpose: the handler needs it for ever.
static PREVIOUS: AtomicUsize = AtomicUsize::new(0);

/// A read-only mapping of the start of a file.
pub(crate) struct RealMapping {
    start: usize,
    length: usize,
    slot: usize,
}

impl RealMapping {
    pub(crate) fn new(descriptor: RawFd, length: usize) -> Result<Self, i32> {
        INSTALL.call_once(install_handler);
        let slot = claim_slot().ok_or(libc::EMFILE)?;
        // SAFETY: a fresh shared read-only mapping chosen by the kernel touches no existing memory.
        let address = unsafe {
            libc::mmap(std::ptr::null_mut(), length, libc::PROT_READ, libc::MAP_SHARED, descriptor, 0)
        };
        if address == libc::MAP_FAILED {
            let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::ENOMEM);
            SLOTS[slot].start.store(0, Ordering::Release);
            return Err(errno);
        }
        // SAFETY: the range was just mapped; advice changes no content. A refusal costs speed only.
        unsafe { libc::madvise(address, length, libc::MADV_SEQUENTIAL) };
        let start = address as usize;
        assert!(start > 1 && start.is_multiple_of(PAGE_BYTES), "mmap gave no page");
        SLOTS[slot].length.store(length, Ordering::Release);
        SLOTS[slot].start.store(start, Ordering::Release);
        Ok(Self { start, length, slot })
    }
}

impl Deref for RealMapping {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: mapped readable until drop. The bytes are those of a sealed segment, which nobody writes
        // while it is mapped; readers check checksums and never trust them for memory safety.
        unsafe { std::slice::from_raw_parts(self.start as *const u8, self.length) }
    }
}

impl Mapping for RealMapping {
    fn damaged(&self) -> Option<Range<usize>> {
        let slot = &SLOTS[self.slot];
        let start = slot.damaged_start.load(Ordering::Acquire);
        let end = slot.damaged_end.load(Ordering::Acquire);
        (start < end).then(|| start..end.min(self.length))
    }

    fn drop_behind(&self, offset: usize) {
        let bytes = offset.min(self.length) / PAGE_BYTES * PAGE_BYTES;
        if bytes > 0 {
            // SAFETY: within our own mapping of a file: dropped pages are read from the file again when
            // touched.
            unsafe { libc::madvise(self.start as *mut libc::c_void, bytes, libc::MADV_DONTNEED) };
        }
    }
}

impl Drop for RealMapping {
    fn drop(&mut self) {
        SLOTS[self.slot].start.store(1, Ordering::Release);
        // SAFETY: our own mapping; the borrow of `deref` cannot outlive `self`.
        let result = unsafe { libc::munmap(self.start as *mut libc::c_void, self.length) };
        assert_eq!(result, 0, "munmap of our own mapping failed");
        SLOTS[self.slot].start.store(0, Ordering::Release);
    }
}

fn claim_slot() -> Option<usize> {
    SLOTS.iter().position(|slot| {
        let claimed = slot.start.compare_exchange(0, 1, Ordering::AcqRel, Ordering::Relaxed).is_ok();
        if claimed {
            slot.damaged_start.store(usize::MAX, Ordering::Release);
            slot.damaged_end.store(0, Ordering::Release);
        }
        claimed
    })
}

fn install_handler() {
    // SAFETY: all-zero is a valid `sigaction`; the handler has the signature that SA_SIGINFO asks for and
    // touches only atomics and one mmap system call.
    unsafe {
        let previous: &'static mut libc::sigaction = Box::leak(Box::new(std::mem::zeroed()));
        let mut action: libc::sigaction = std::mem::zeroed();
        let handler: extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void) = on_bus_error;
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_NODEFER | libc::SA_ONSTACK;
        let result = libc::sigaction(libc::SIGBUS, &raw const action, previous);
        assert_eq!(result, 0, "cannot install the handler for SIGBUS");
        PREVIOUS.store(std::ptr::from_mut(previous) as usize, Ordering::Release);
    }
}

extern "C" fn on_bus_error(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the kernel passes a valid siginfo for SIGBUS.
    let address = unsafe { (*info).si_addr() } as usize;
    for slot in &SLOTS {
        let start = slot.start.load(Ordering::Acquire);
        let length = slot.length.load(Ordering::Acquire);
        if start <= 1 || address < start || address >= start + length {
            continue;
        }
        let page = address / PAGE_BYTES * PAGE_BYTES;
        slot.damaged_start.fetch_min(page - start, Ordering::AcqRel);
        slot.damaged_end.fetch_max(page - start + PAGE_BYTES, Ordering::AcqRel);
        // SAFETY: replaces one page inside our own mapping by zeros; mmap is a plain system call here.
        let mapped = unsafe {
            libc::mmap(
                page as *mut libc::c_void,
                PAGE_BYTES,
                libc::PROT_READ,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED,
                -1,
                0,
            )
        };
        if mapped != libc::MAP_FAILED {
            return;
        }
    }
    pass_on(signal, info, context);
}

/// Not ours: the previous handler decides; without one, the default action ends the process.
fn pass_on(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let previous = PREVIOUS.load(Ordering::Acquire) as *const libc::sigaction;
    // SAFETY: `previous` is null or leaked in `install_handler`; its handler was installed with these flags.
    unsafe {
        if !previous.is_null() && (*previous).sa_sigaction > libc::SIG_IGN {
            let handler = (*previous).sa_sigaction;
            if (*previous).sa_flags & libc::SA_SIGINFO != 0 {
                let handler: extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void) =
                    std::mem::transmute(handler);
                return handler(signal, info, context);
            }
            let handler: extern "C" fn(i32) = std::mem::transmute(handler);
            return handler(signal);
        }
        libc::signal(libc::SIGBUS, libc::SIG_DFL);
    }
}
