//! Looking into a journal that nobody writes, without changing anything.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use tidemill_core::io::Files;

use super::Journal;
use super::open::view_of;
use crate::error::OpenError;
use crate::options::Options;
use crate::recovery::RecoveryReport;
use crate::shared::{JournalHandle, Shared};

impl Journal {
    /// A handle for readers, and what recovery says; nothing on disk is changed.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn inspect(
        files: Arc<dyn Files>,
        directory: &Path,
        options: &Options,
    ) -> Result<(JournalHandle, RecoveryReport), OpenError> {
        let recovered = Self::recover(&*files, directory, options)?;
        let segments = recovered.segments.into_iter().map(|segment| view_of(directory, segment)).collect();
        let shared = Shared {
            identity: options.identity,
            durable_index: AtomicU64::new(recovered.last.index),
            segments: Mutex::new(segments),
            tail: Mutex::new(VecDeque::new()),
        };
        Ok((JournalHandle { shared: Arc::new(shared), files }, recovered.report))
    }
}
