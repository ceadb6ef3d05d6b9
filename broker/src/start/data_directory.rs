//! The data directory: who owns it, what it was made with.
//!
//! ```text
//! <data-dir>/lock            held by the running broker (flock)
//!            tidemill.toml   format, cluster id, partition count: written once, at the first start
//!            io-method.toml  the durable step that calibration chose (journal)
//!            partitions/<id>/journal/...
//! ```

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The layout that this version writes and reads.
const FORMAT: u32 = 1;

/// Why a data directory cannot be used; each message says what to do.
#[derive(Debug, Error)]
pub enum DataDirectoryError {
    /// Not to be created, read or written.
    #[error(
        "cannot {action} {path}: {source}; choose another place with --data-dir or make this one writable"
    )]
    Unusable {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// Another broker runs on it.
    #[error("the data directory {0} is in use by another broker; stop that one or choose another --data-dir")]
    InUse(PathBuf),
    /// The notes of the first start cannot be understood.
    #[error("{path} is damaged or of another version ({message}); restore it or choose another --data-dir")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// The partition count differs from the first start's.
    #[error(
        "the data directory {path} was made with {stored} partitions, but --partitions says {wanted}; \
         start with --partitions {stored} or choose another --data-dir"
    )]
    OtherPartitionCount {
        /// Which directory.
        path: PathBuf,
        /// What it was made with.
        stored: u32,
        /// What is asked for now.
        wanted: u32,
    },
}

/// What is fixed at the first start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Identity {
    /// Layout version.
    pub format: u32,
    /// Names this cluster's log entries.
    pub cluster_id: u64,
    /// How many partitions there are.
    pub partitions: u32,
}

/// An owned data directory; the lock goes with it.
#[derive(Debug)]
pub struct DataDirectory {
    path: PathBuf,
    identity: Identity,
    _lock: File,
}

fn unusable(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DataDirectoryError {
    let path = path.to_path_buf();
    move |source| DataDirectoryError::Unusable { action, path, source }
}

/// Makes a folder and those above it that are missing, each name durable: a folder whose name was never flushed is
/// lost in a crash with everything that was flushed in it. What exists is flushed as well, since an earlier start may
/// have ended between making and flushing.
fn make_durable(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !parent.exists() {
        make_durable(parent)?;
    }
    match fs::create_dir(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        Err(error) => return Err(error),
    }
    match File::open(parent).and_then(|folder| folder.sync_all()) {
        // A parent that may not be read is somebody else's and older than this directory.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        done => done,
    }
}

impl DataDirectory {
    /// Takes the directory, making it when it is new.
    ///
    /// `wanted` is the partition count that was asked for, `fallback` the one for a new directory, `cluster_id` the
    /// id for a new one.
    ///
    /// # Errors
    /// [`DataDirectoryError`]; nothing is changed then.
    pub fn open(
        path: &Path,
        wanted: Option<u32>,
        fallback: u32,
        cluster_id: u64,
    ) -> Result<Self, DataDirectoryError> {
        make_durable(path).map_err(unusable("create the data directory", path))?;
        let lock = Self::lock(path)?;
        let notes = path.join("tidemill.toml");
        let identity = match fs::read_to_string(&notes) {
            Ok(text) => Self::parse(&notes, &text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let identity =
                    Identity { format: FORMAT, cluster_id, partitions: wanted.unwrap_or(fallback) };
                Self::write(path, &notes, &identity)?;
                identity
            }
            Err(error) => return Err(unusable("read", &notes)(error)),
        };
        if let Some(wanted) = wanted.filter(|wanted| *wanted != identity.partitions) {
            let stored = identity.partitions;
            return Err(DataDirectoryError::OtherPartitionCount { path: path.to_path_buf(), stored, wanted });
        }
        assert!(identity.partitions >= 1, "a directory has at least one partition");
        let directory = Self { path: path.to_path_buf(), identity, _lock: lock };
        for partition_id in 1..=directory.identity.partitions {
            let folder = directory.partition_path(partition_id).join("journal");
            make_durable(&folder).map_err(unusable("create", &folder))?;
        }
        Ok(directory)
    }

    fn lock(path: &Path) -> Result<File, DataDirectoryError> {
        let name = path.join("lock");
        let lock = File::options().create(true).truncate(false).write(true).open(&name);
        let lock = lock.map_err(unusable("write to", &name))?;
        match lock.try_lock() {
            Ok(()) => Ok(lock),
            Err(TryLockError::WouldBlock) => Err(DataDirectoryError::InUse(path.to_path_buf())),
            Err(TryLockError::Error(error)) => Err(unusable("lock", &name)(error)),
        }
    }

    fn parse(notes: &Path, text: &str) -> Result<Identity, DataDirectoryError> {
        let damaged = |message: String| DataDirectoryError::Damaged { path: notes.to_path_buf(), message };
        let identity: Identity = toml::from_str(text).map_err(|error| damaged(error.message().to_owned()))?;
        if identity.format != FORMAT {
            return Err(damaged(format!("format {}, this version reads {FORMAT}", identity.format)));
        }
        if identity.partitions == 0 {
            return Err(damaged("it names no partitions".into()));
        }
        Ok(identity)
    }

    /// Written aside, flushed, then renamed, so that a crash leaves all of it or nothing.
    fn write(path: &Path, notes: &Path, identity: &Identity) -> Result<(), DataDirectoryError> {
        let aside = notes.with_extension("new");
        let text = format!(
            "format = {}\ncluster-id = {}\npartitions = {}\n",
            identity.format, identity.cluster_id, identity.partitions
        );
        let written = File::create(&aside).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&aside, notes)?;
            File::open(path)?.sync_all()
        });
        written.map_err(unusable("write", notes))
    }

    /// What was fixed at the first start.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where a partition's files lie.
    pub fn partition_path(&self, partition_id: u32) -> PathBuf {
        self.path.join("partitions").join(partition_id.to_string())
    }
}

/// The partition count that a directory was made with, for tools that only read.
pub fn stored_partitions(path: &Path) -> Option<u32> {
    let notes = path.join("tidemill.toml");
    let text = fs::read_to_string(&notes).ok()?;
    DataDirectory::parse(&notes, &text).ok().map(|identity| identity.partitions)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("tidemill-data-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        path
    }

    #[test]
    fn the_partition_count_of_the_first_start_stays() {
        let path = folder("count");
        let first = DataDirectory::open(&path, None, 2, 7).unwrap();
        assert_eq!(first.identity(), &Identity { format: FORMAT, cluster_id: 7, partitions: 2 });
        drop(first);
        let error = DataDirectory::open(&path, Some(3), 1, 8).unwrap_err();
        assert!(error.to_string().contains("made with 2 partitions"), "{error}");
        let again = DataDirectory::open(&path, Some(2), 1, 8).unwrap();
        assert_eq!(again.identity().cluster_id, 7);
        fs::remove_dir_all(&path).unwrap();
    }

    #[test]
    fn a_directory_has_one_owner() {
        let path = folder("owner");
        let first = DataDirectory::open(&path, None, 1, 7).unwrap();
        let error = DataDirectory::open(&path, None, 1, 7).unwrap_err();
        assert!(matches!(error, DataDirectoryError::InUse(_)), "{error}");
        drop(first);
        assert!(DataDirectory::open(&path, None, 1, 7).is_ok());
        fs::remove_dir_all(&path).unwrap();
    }

    #[test]
    fn damaged_notes_are_refused() {
        let path = folder("damaged");
        fs::create_dir_all(&path).unwrap();
        for text in [
            "",
            "format = 9\ncluster-id = 1\npartitions = 1\n",
            "format = 1\ncluster-id = 1\npartitions = 0\n",
        ] {
            fs::write(path.join("tidemill.toml"), text).unwrap();
            let error = DataDirectory::open(&path, None, 1, 7).unwrap_err();
            assert!(matches!(error, DataDirectoryError::Damaged { .. }), "{text}: {error}");
        }
        fs::remove_dir_all(&path).unwrap();
    }
}
