//! What can end a load run before it has measured.

use std::path::PathBuf;

use thiserror::Error;

/// A load run that could not be made.
#[derive(Debug, Error)]
pub enum LoadError {
    /// A file is not readable or not what it should be.
    #[error("cannot use {path}: {message}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// An option makes no sense.
    #[error("{0}")]
    Option(String),
    /// The gateway cannot be reached or refused.
    #[error("{doing} at {address}: {message}")]
    Gateway {
        /// What was tried.
        doing: &'static str,
        /// Where.
        address: String,
        /// What came back.
        message: String,
    },
}
