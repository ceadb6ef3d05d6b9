//! What an operator can set: by flag, by environment (`TIDEMILL_...`), by a TOML file, in that order of precedence.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Deserialize;
use thiserror::Error;
use tidemill_core::limits;

/// Which way disk and wake-ups go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IoChoice {
    /// io_uring where it works, else portable with a loud line.
    Auto,
    /// io_uring, or no start at all.
    Uring,
    /// System calls on helper threads; works where io_uring is denied.
    Portable,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The flags of `tidemill start`. Each can stand in the TOML file under its long name and in the environment.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// TOML file with any of these settings, keys named like the flags
    #[arg(long, env = "TIDEMILL_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// Where everything durable lives [default: ./tidemill-data]
    #[arg(long, env = "TIDEMILL_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Where Zeebe clients connect [default: 127.0.0.1:26500]
    #[arg(long, env = "TIDEMILL_GRPC_ADDR", value_name = "ADDR")]
    pub grpc_addr: Option<SocketAddr>,
    /// Health, metrics and the record stream over HTTP [default: 127.0.0.1:9600]
    #[arg(long, env = "TIDEMILL_HTTP_ADDR", value_name = "ADDR")]
    pub http_addr: Option<SocketAddr>,
    /// Partitions, fixed at the first start [default: one per core]
    #[arg(long, env = "TIDEMILL_PARTITIONS", value_name = "N")]
    pub partitions: Option<u32>,
    /// Shards: pinned threads that own the partitions [default: one per core, at most one per partition]
    #[arg(long, env = "TIDEMILL_SHARDS", value_name = "N")]
    pub shards: Option<usize>,
    /// Threads that serve clients [default: one per two cores]
    #[arg(long, env = "TIDEMILL_GATEWAY_THREADS", value_name = "N")]
    pub gateway_threads: Option<usize>,
    /// How to reach disk and network [default: auto]
    #[arg(long, env = "TIDEMILL_IO", value_enum)]
    pub io: Option<IoChoice>,
    /// Answer up to this many milliseconds before the disk has the data: a crash of the machine may lose that much
    /// of acknowledged work [default: 0, every batch is durable before it is answered]
    #[arg(long, env = "TIDEMILL_FLUSH_MAY_LOSE_MS", value_name = "MS")]
    pub flush_may_lose_ms: Option<u64>,
    /// How log lines look [default: text]
    #[arg(long, env = "TIDEMILL_LOG_FORMAT", value_enum)]
    pub log_format: Option<LogFormat>,
    /// What is logged: error, warn, info, debug, or per module like `info,tidemill_journal=debug` [default: info]
    #[arg(long, env = "TIDEMILL_LOG", value_name = "FILTER")]
    pub log: Option<String>,
}

/// Settings with everything decided.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where everything durable lives.
    pub data_dir: PathBuf,
    /// Where Zeebe clients connect.
    pub grpc_addr: SocketAddr,
    /// Where HTTP is served.
    pub http_addr: SocketAddr,
    /// The wanted partition count; `None` takes what the data directory says, or one per core.
    pub partitions: Option<u32>,
    /// The wanted shard count.
    pub shards: Option<usize>,
    /// Threads that serve clients.
    pub gateway_threads: usize,
    /// How to reach the disk.
    pub io: IoChoice,
    /// 0: every batch is durable before it is answered.
    pub flush_may_lose_ms: u64,
    /// How log lines look.
    pub log_format: LogFormat,
    /// What is logged.
    pub log: String,
}

/// Settings that cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {path}: {source}; check --config")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no usable TOML.
    #[error("the configuration file {path} is not usable: {message}")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// What and where.
        message: String,
    },
    /// A setting is out of its range.
    #[error("{setting} is {value}, but has to be {range}")]
    OutOfRange {
        /// Which setting.
        setting: &'static str,
        /// What it is.
        value: String,
        /// What it may be.
        range: String,
    },
}

/// Processors of this machine that the process may use.
pub fn core_count() -> usize {
    std::thread::available_parallelism().map_or(1, |count| count.get())
}

fn in_range(setting: &'static str, value: usize, most: usize) -> Result<usize, ConfigError> {
    let range = || format!("between 1 and {most}");
    if (1..=most).contains(&value) {
        Ok(value)
    } else {
        Err(ConfigError::OutOfRange { setting, value: value.to_string(), range: range() })
    }
}

impl Settings {
    fn from_file(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_path_buf(), source })?;
        toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            let message = format!("line {line}: {}", error.message().lines().next().unwrap_or_default());
            ConfigError::Malformed { path: path.to_path_buf(), message }
        })
    }

    /// Fills what is not set by flag or environment from the file and the defaults.
    ///
    /// # Errors
    /// [`ConfigError`] naming the file or the setting.
    pub fn resolve(self) -> Result<Config, ConfigError> {
        let file = self.config.as_deref().map(Self::from_file).transpose()?.unwrap_or_default();
        let cores = core_count();
        let partitions = self.partitions.or(file.partitions);
        if let Some(count) = partitions {
            in_range("partitions", count as usize, limits::PARTITION_COUNT_MAX)?;
        }
        let shards = self.shards.or(file.shards);
        if let Some(count) = shards {
            in_range("shards", count, limits::SHARD_COUNT_MAX)?;
        }
        let gateway_threads = self.gateway_threads.or(file.gateway_threads);
        let gateway_threads = gateway_threads.unwrap_or((cores / 2).clamp(1, limits::GATEWAY_COUNT_MAX));
        Ok(Config {
            data_dir: self.data_dir.or(file.data_dir).unwrap_or_else(|| PathBuf::from("tidemill-data")),
            grpc_addr: self.grpc_addr.or(file.grpc_addr).unwrap_or(([127, 0, 0, 1], 26_500).into()),
            http_addr: self.http_addr.or(file.http_addr).unwrap_or(([127, 0, 0, 1], 9_600).into()),
            partitions,
            shards,
            gateway_threads: in_range("gateway-threads", gateway_threads, limits::GATEWAY_COUNT_MAX)?,
            io: self.io.or(file.io).unwrap_or(IoChoice::Auto),
            flush_may_lose_ms: self.flush_may_lose_ms.or(file.flush_may_lose_ms).unwrap_or(0),
            log_format: self.log_format.or(file.log_format).unwrap_or(LogFormat::Text),
            log: self.log.or(file.log).unwrap_or_else(|| "info".into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> (tempdir::Folder, PathBuf) {
        let folder = tempdir::Folder::new();
        let path = folder.path().join("tidemill.toml");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    mod tempdir {
        //! A folder that goes with its owner.
        pub struct Folder(std::path::PathBuf);
        impl Folder {
            pub fn new() -> Self {
                use std::sync::atomic::{AtomicU32, Ordering};
                static COUNT: AtomicU32 = AtomicU32::new(0);
                let number = COUNT.fetch_add(1, Ordering::Relaxed);
                let path =
                    std::env::temp_dir().join(format!("tidemill-config-{}-{number}", std::process::id()));
                std::fs::create_dir_all(&path).unwrap();
                Self(path)
            }
            pub fn path(&self) -> &std::path::Path {
                &self.0
            }
        }
        impl Drop for Folder {
            fn drop(&mut self) {
                let _ = std::fs::remove_dir_all(&self.0);
            }
        }
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let (_folder, path) = file("partitions = 3\ndata-dir = \"/elsewhere\"\nio = \"portable\"\n");
        let settings = Settings { config: Some(path), partitions: Some(2), ..Settings::default() };
        let config = settings.resolve().unwrap();
        assert_eq!(config.partitions, Some(2));
        assert_eq!(config.data_dir, PathBuf::from("/elsewhere"));
        assert_eq!(config.io, IoChoice::Portable);
        assert_eq!(config.grpc_addr.port(), 26_500);
    }

    #[test]
    fn unusable_settings_are_named() {
        let (_folder, path) = file("partitoins = 3\n");
        let error = Settings { config: Some(path), ..Settings::default() }.resolve().unwrap_err();
        assert!(error.to_string().contains("partitoins"), "{error}");
        let error = Settings { partitions: Some(0), ..Settings::default() }.resolve().unwrap_err();
        assert_eq!(error.to_string(), "partitions is 0, but has to be between 1 and 4095");
    }
}
