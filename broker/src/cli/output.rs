//! What verbs print: tables for people, JSON for programs, one line of complaint on stderr.

use std::io::{self, Write};
use std::process::ExitCode;

use serde_json::Value;
use thiserror::Error;

/// Why a verb did not do its work.
#[derive(Debug, Error)]
pub enum CliError {
    /// The broker refused or could not be reached.
    #[error("{doing}: {} ({:?})", status.message(), status.code())]
    Refused {
        /// What was tried.
        doing: String,
        /// What came back.
        status: Box<tonic::Status>,
    },
    /// Anything else, said in a line.
    #[error("{0}")]
    Other(String),
}

impl CliError {
    /// A refusal of what `doing` names.
    pub fn refused(doing: impl Into<String>) -> impl FnOnce(tonic::Status) -> Self {
        let doing = doing.into();
        move |status| Self::Refused { doing, status: Box::new(status) }
    }
}

/// Prints a complaint and gives the exit code of verbs that failed.
pub fn complain(error: &CliError) -> ExitCode {
    let _ = writeln!(io::stderr(), "tidemill: {error}");
    ExitCode::FAILURE
}

/// Prints a line; a reader that went away ends the program quietly.
pub fn line(text: &str) {
    if writeln!(io::stdout(), "{text}").is_err() {
        std::process::exit(0);
    }
}

/// Prints a note that is no data.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints rows under heads, columns as wide as their widest cell.
pub fn table(heads: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([heads[column].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let print = |cells: Vec<&str>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        line(padded.collect::<Vec<_>>().join("  ").trim_end());
    };
    print(heads.to_vec());
    for row in rows {
        assert_eq!(row.len(), heads.len(), "a row has a cell under each head");
        print(row.iter().map(String::as_str).collect());
    }
}

/// A JSON value as a cell: strings bare, everything else as JSON.
pub fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
