//! Making a ring, its table of buffers, and its end.
#![allow(unsafe_code)]

use std::time::Duration;

use io_uring::IoUring;

use super::UringIo;
use crate::io::buffer::{AlignedBuffer, Registration};

/// The best ring that the kernel gives; whether it defers task work.
pub(super) fn build(entries: u32) -> std::io::Result<(IoUring, bool)> {
    let deferred = IoUring::builder()
        .dontfork()
        .setup_single_issuer()
        .setup_coop_taskrun()
        .setup_defer_taskrun()
        .setup_submit_all()
        .build(entries);
    match deferred {
        Ok(ring) => Ok((ring, true)),
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {
            let cooperative = IoUring::builder().dontfork().setup_coop_taskrun().build(entries);
            cooperative.or_else(|_| IoUring::builder().dontfork().build(entries)).map(|ring| (ring, false))
        }
        Err(error) => Err(error),
    }
}

impl UringIo {
    pub(super) fn add_buffer(&mut self, buffer: &mut AlignedBuffer) -> bool {
        assert!(buffer.registration().is_none(), "the buffer is registered already");
        let Some(slots) = &mut self.buffer_slots else { return false };
        let Some(slot) = slots.iter().position(|taken| !taken) else { return false };
        let vector = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
        // SAFETY: the kernel pins the pages, so it never touches freed memory; operations use the slot only
        // through a live buffer that carries this registration.
        let updated = unsafe { self.ring.submitter().register_buffers_update(slot as u32, &[vector], None) };
        if updated.is_ok() {
            slots[slot] = true;
            let slot = u16::try_from(slot).expect("table size");
            buffer.registration = Some(Registration { ring: self.identity, slot });
        }
        updated.is_ok()
    }

    pub(super) fn remove_buffer(&mut self, buffer: &mut AlignedBuffer) {
        let Some(at) = buffer.registration.take() else { return };
        assert_eq!(at.ring, self.identity, "a buffer of another ring");
        let nothing = libc::iovec { iov_base: std::ptr::null_mut(), iov_len: 0 };
        // SAFETY: an empty entry releases the slot's pages.
        let updated =
            unsafe { self.ring.submitter().register_buffers_update(u32::from(at.slot), &[nothing], None) };
        // Where the kernel refuses, the slot stays taken: wasted, never reused for other memory.
        if updated.is_ok() {
            self.buffer_slots.as_mut().expect("registered before")[usize::from(at.slot)] = false;
        }
    }
}

impl Drop for UringIo {
    /// The kernel must be done with our memory before it is freed.
    fn drop(&mut self) {
        let mut sink = Vec::new();
        for _ in 0..1000 {
            if self.free.len() == self.depth_max {
                break;
            }
            if self.enter(1, Some(Duration::from_millis(10))).is_err() {
                break;
            }
            self.reap(&mut sink);
        }
        if self.free.len() < self.depth_max {
            // Better to leak what the kernel may still write to than to free it.
            std::mem::forget(std::mem::take(&mut self.table));
        }
        if self.wake_armed {
            self.waker.wake();
            // The counter leaks in the worst case: eight bytes.
            let _ = self.enter(1, Some(Duration::from_millis(10)));
            self.reap(&mut sink);
            if self.wake_armed {
                std::mem::forget(std::mem::take(&mut self.wake_counter));
            }
        }
    }
}
