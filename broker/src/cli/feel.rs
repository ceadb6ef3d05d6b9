//! `tidemill feel`: expressions at a terminal, and the corpora that hold the language against its references.

use std::io::{self, BufRead, Write};

use clap::{Args, Subcommand};

use super::{CliError, output};

/// Flags of the verb.
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    verb: FeelVerb,
}

#[derive(Subcommand, Debug)]
enum FeelVerb {
    /// Read corpus lines on stdin, write answer lines
    Corpus,
}

/// Runs the verb.
pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    match arguments.verb {
        FeelVerb::Corpus => corpus(),
    }
}

fn corpus() -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|error| CliError::Other(format!("cannot read stdin: {error}")))?;
        let answer = tidemill_feel::corpus::answer_line(&line);
        if writeln!(out, "{answer}").and_then(|()| out.flush()).is_err() {
            output::note("nobody reads the answers any more");
            return Ok(());
        }
    }
    Ok(())
}
