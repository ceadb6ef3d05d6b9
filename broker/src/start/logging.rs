//! Structured log lines on stderr.

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Installs the log for the whole process.
///
/// # Errors
/// The filter cannot be understood.
pub fn install(config: &Config) -> Result<(), String> {
    let filter = EnvFilter::try_new(&config.log).map_err(|error| format!("--log {}: {error}", config.log))?;
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false);
    let installed = match config.log_format {
        LogFormat::Text => lines.with_target(false).try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
    installed.map_err(|error| error.to_string())
}
