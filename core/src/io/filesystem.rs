//! What lies under a directory: filesystem and disk, as the kernel tells in /proc and /sys.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Filesystem and disk of a directory; what is not known is empty or `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilesystemInfo {
    /// Type, e.g. `ext4`.
    pub kind: String,
    /// Mount options, e.g. `rw,relatime`.
    pub mount_options: String,
    /// Major and minor number of the device.
    pub device: String,
    /// `write back` or `write through`.
    pub write_cache: String,
    /// Whether the disk takes forced-unit-access writes, which need no flush behind them.
    pub has_fua: Option<bool>,
}

/// Looks up the mount that holds `path`, and the queue of its disk.
///
/// # Errors
/// The path does not exist.
pub fn filesystem_of(path: &Path) -> Result<FilesystemInfo, super::IoError> {
    let metadata = path.metadata().map_err(|error| super::IoError::from_std("stat", path, &error))?;
    let number = metadata.dev();
    // The kernel's encoding of device numbers: see makedev(3).
    let major = (number >> 8 & 0xfff) | (number >> 32 & !0xfff);
    let minor = (number & 0xff) | (number >> 12 & !0xff & 0xffff_ffff);
    let device = format!("{major}:{minor}");
    let mut info = FilesystemInfo { device: device.clone(), ..FilesystemInfo::default() };
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    if let Some(line) = mounts.lines().rev().find(|line| line.split(' ').nth(2) == Some(device.as_str())) {
        info.mount_options = line.split(' ').nth(5).unwrap_or_default().to_owned();
        let (_, behind) = line.split_once(" - ").unwrap_or_default();
        info.kind = behind.split(' ').next().unwrap_or_default().to_owned();
    }
    // A partition has no queue of its own: its parent has.
    for queue in ["queue", "../queue"] {
        let read =
            |name: &str| std::fs::read_to_string(format!("/sys/dev/block/{device}/{queue}/{name}")).ok();
        if let Some(cache) = read("write_cache") {
            info.write_cache = cache.trim().to_owned();
            info.has_fua = read("fua").map(|fua| fua.trim() == "1");
            break;
        }
    }
    Ok(info)
}
