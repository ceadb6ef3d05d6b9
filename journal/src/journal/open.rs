//! Start: recovery, then a segment to go on in.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tidemill_core::io::{DurableMethod, Files, Io, IoError, OpenOptions};

use super::buffers::Buffers;
use super::prepare::Preparer;
use super::{Journal, JournalStatus};
use crate::error::OpenError;
use crate::options::Options;
use crate::recovery::{Recovered, RecoveredSegment, RecoveryReport, recover, segment_name, settle};
use crate::shared::{SegmentView, Shared};

/// `EINVAL`: what filesystems say to O_DIRECT that they do not support.
const REFUSED: i32 = 22;

impl Journal {
    /// Recovers the log in `directory` (created when absent) and makes a segment ready to go on in.
    /// Blocking: call at the start; to keep the shard free, run [`Journal::recover`] on a helper thread and
    /// then [`Journal::start`].
    ///
    /// # Errors
    /// See [`OpenError`]. With [`OpenError::Damaged`] nothing on disk was changed.
    pub fn open(
        io: &mut dyn Io,
        directory: &Path,
        options: Options,
    ) -> Result<(Self, RecoveryReport), OpenError> {
        let files = io.files();
        let recovered = Self::recover(&*files, directory, &options)?;
        Self::start(files, directory, options, recovered)
    }

    /// The first half of [`Journal::open`]; changes nothing on disk.
    pub fn recover(files: &dyn Files, directory: &Path, options: &Options) -> Result<Recovered, OpenError> {
        options.assert_sound();
        recover(files, directory, options)
    }

    /// The second half of [`Journal::open`].
    pub fn start(
        files: Arc<dyn Files>,
        directory: &Path,
        options: Options,
        recovered: Recovered,
    ) -> Result<(Self, RecoveryReport), OpenError> {
        settle(&*files, directory, &recovered)?;
        let mut open_options = OpenOptions {
            write: true,
            direct: options.direct,
            dsync: options.method == DurableMethod::OpenDsync,
            ..OpenOptions::default()
        };
        let mut report = recovered.report;
        let mut preparer = preparer_of(directory, open_options, recovered.next_generation, &options);
        match add_spares(&mut preparer, &*files, directory, open_options, &recovered.spares) {
            Err(error) if options.direct && error.errno == REFUSED => {
                open_options.direct = false;
                report.buffered = true;
                let next_generation = recovered.next_generation + 1;
                preparer = preparer_of(directory, open_options, next_generation, &options);
                add_spares(&mut preparer, &*files, directory, open_options, &recovered.spares)?;
            }
            result => result?,
        }
        let last = recovered.last;
        let segments = recovered.segments.into_iter().map(|segment| view_of(directory, segment)).collect();
        let shared = Shared {
            identity: options.identity,
            durable_index: AtomicU64::new(last.index),
            segments: Mutex::new(segments),
            tail: Mutex::new(VecDeque::with_capacity(options.buffer_count)),
        };
        let status = JournalStatus { buffered: !open_options.direct, ..JournalStatus::default() };
        let journal = Self {
            buffers: Buffers::new(options.buffer_count, options.batch_bytes),
            directory: directory.to_owned(),
            files,
            shared: Arc::new(shared),
            gathering: None,
            waiting: VecDeque::new(),
            under_way: VecDeque::new(),
            write_sequence: 0,
            last,
            durable_index: last.index,
            synced_index: last.index,
            current: None,
            preparer,
            recyclable: Vec::new(),
            removals: super::compact::Removals::default(),
            dying: Vec::new(),
            delayed: super::complete::Delayed::default(),
            status,
            options,
        };
        Ok((journal, report))
    }
}

fn preparer_of(directory: &Path, open: OpenOptions, next_generation: u64, options: &Options) -> Preparer {
    let (bytes_min, bytes_max) = (options.segment_bytes_min, options.segment_bytes_max);
    Preparer::new(directory, open, next_generation, bytes_min, bytes_max)
}

/// Takes over what was prepared before the start, or prepares one now.
fn add_spares(
    preparer: &mut Preparer,
    files: &dyn Files,
    directory: &Path,
    open_options: OpenOptions,
    spares: &[crate::recovery::Spare],
) -> Result<(), IoError> {
    for spare in spares {
        let file = files.open(&directory.join(segment_name(spare.generation)), open_options)?;
        preparer.add_ready(spare.generation, spare.bytes, file, false);
    }
    if spares.is_empty() { preparer.prepare_blocking(files) } else { Ok(()) }
}

pub(super) fn view_of(directory: &Path, segment: RecoveredSegment) -> Arc<SegmentView> {
    let path = directory.join(segment_name(segment.generation));
    let view =
        SegmentView::new(segment.generation, path, segment.bytes, segment.base_index, segment.base_position);
    view.durable_end.store(segment.end_offset, Ordering::Release);
    view.last_index.store(segment.last_index, Ordering::Release);
    view.sealed.store(true, Ordering::Release);
    *view.sparse.lock().expect("fresh") = segment.sparse;
    Arc::new(view)
}
