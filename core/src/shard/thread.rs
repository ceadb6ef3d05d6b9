//! The threads of the product: each one is supervised. A panic or a fatal result in one ends the whole
//! process with a reason and an exit code, because the others cannot know what the broken one left behind.

use super::pin::{PinError, pin_current_thread};
use crate::exit::{ExitCode, Fatal};
use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{Builder, JoinHandle};

/// How pinning went: the core, none asked for, or why not. The thread's body logs it.
pub type Pinned = Result<Option<usize>, PinError>;

/// Starts a supervised thread, bound to `cpu` if one is given. `body` gets to know how that went.
///
/// When `body` returns an error or panics, the process ends at once with the error's code or
/// [`ExitCode::Panic`]; so the handle's `join` gives the result of a body that ended well, or never returns.
/// Errors: the system gives no thread.
pub fn spawn_pinned<R, F>(name: &str, cpu: Option<usize>, body: F) -> io::Result<JoinHandle<R>>
where
    R: Send + 'static,
    F: FnOnce(Pinned) -> Result<R, Fatal> + Send + 'static,
{
    let thread_name = name.to_owned();
    Builder::new().name(name.to_owned()).spawn(move || {
        // Nothing is used after an unwind: the process ends.
        let ended = catch_unwind(AssertUnwindSafe(|| {
            let pinned = cpu.map(|cpu| pin_current_thread(cpu).map(|()| cpu)).transpose();
            body(pinned)
        }));
        match ended {
            Ok(Ok(result)) => result,
            Ok(Err(fatal)) => {
                Fatal::new(fatal.code, format!("thread {thread_name}: {}", fatal.reason)).exit()
            }
            Err(panic) => panicked(&thread_name, &*panic).exit(),
        }
    })
}

/// The place of the panic was printed by the panic hook before this.
fn panicked(thread: &str, panic: &(dyn Any + Send)) -> Fatal {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Fatal::new(ExitCode::Panic, format!("thread {thread} panicked: {}", text.unwrap_or("without a message")))
}
