//! `tidemill feel`: expressions at a terminal, and the corpora that hold the language against its references.

use std::io::{self, BufRead, IsTerminal, Write};

use clap::{Args, Subcommand};
use tidemill_core::time::Clock;
use tidemill_feel::{Environment, Evaluator, Expression, MessagePackMap, Zone};

use super::{CliError, output};

/// Flags of the verb.
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    verb: FeelVerb,
}

#[derive(Subcommand, Debug)]
enum FeelVerb {
    /// Evaluate one expression
    Eval(Eval),
    /// Evaluate expressions as they are typed, one a line
    Repl(Repl),
    /// Read corpus lines on stdin, write answer lines
    Corpus,
}

#[derive(Args, Debug)]
struct Eval {
    /// The expression, with or without a leading `=`
    #[arg(value_name = "EXPRESSION", allow_hyphen_values = true)]
    expression: String,
    #[command(flatten)]
    surroundings: Surroundings,
}

#[derive(Args, Debug)]
struct Repl {
    #[command(flatten)]
    surroundings: Surroundings,
}

/// What expressions see.
#[derive(Args, Debug)]
pub struct Surroundings {
    /// Variables, a JSON object
    #[arg(long, default_value = "{}", value_name = "JSON")]
    variables: String,
    /// Zone of now() and today(): an offset or a region
    #[arg(long, default_value = "Z", value_name = "ZONE")]
    zone: String,
}

impl Surroundings {
    /// The clock, the zone and a seed of this moment.
    ///
    /// # Errors
    /// The zone is none.
    pub fn environment(&self) -> Result<Environment, CliError> {
        let zone = Zone::parse(&self.zone);
        let zone = zone.ok_or_else(|| CliError::Other(format!("--zone {}: no such zone", self.zone)))?;
        let now_ms = Clock::system().wall().ms();
        Ok(Environment { now_ms, zone, seed: now_ms as u64 })
    }

    /// The variables as MessagePack.
    ///
    /// # Errors
    /// They are no JSON object.
    pub fn document(&self) -> Result<Vec<u8>, CliError> {
        let mut document = Vec::new();
        tidemill_record::json_to_message_pack(&self.variables, &mut document)
            .map_err(|error| CliError::Other(format!("--variables: {error}")))?;
        if tidemill_record::message_pack::is_document(&document) {
            Ok(document)
        } else {
            Err(CliError::Other("--variables has to be a JSON object".into()))
        }
    }
}

/// Runs the verb.
pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    match &arguments.verb {
        FeelVerb::Eval(eval) => {
            let (environment, document) = (eval.surroundings.environment()?, eval.surroundings.document()?);
            let value = evaluate(&eval.expression, &document, &environment).map_err(CliError::Other)?;
            output::line(&value);
            Ok(())
        }
        FeelVerb::Repl(repl) => run_repl(&repl.surroundings),
        FeelVerb::Corpus => corpus(),
    }
}

/// The value as FEEL prints it, behind the warnings; or what is wrong, pointing at the character.
fn evaluate(text: &str, document: &[u8], environment: &Environment) -> Result<String, String> {
    let text = text.strip_prefix('=').unwrap_or(text);
    let expression = Expression::parse(text).map_err(|error| error.rendering())?;
    let mut evaluator = Evaluator::new();
    let variables = MessagePackMap(document);
    let printed = match evaluator.evaluate(&expression, &variables, environment) {
        Ok(value) => value.to_string(),
        Err(failure) => return Err(failure.to_string()),
    };
    for warning in evaluator.warnings() {
        output::note(&format!("warning: {warning}"));
    }
    Ok(printed)
}

fn run_repl(surroundings: &Surroundings) -> Result<(), CliError> {
    let (environment, document) = (surroundings.environment()?, surroundings.document()?);
    let person = io::stdin().is_terminal();
    let prompt = || {
        if person {
            let _ = write!(io::stderr(), "feel> ");
        }
    };
    prompt();
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|error| CliError::Other(format!("cannot read stdin: {error}")))?;
        if !line.trim().is_empty() {
            match evaluate(&line, &document, &environment) {
                Ok(value) => output::line(&value),
                Err(problem) => output::note(&problem),
            }
        }
        prompt();
    }
    Ok(())
}

fn corpus() -> Result<(), CliError> {
    answer_lines(tidemill_feel::corpus::answer_line)
}

/// Answers each line of stdin with a line on stdout.
pub fn answer_lines(mut answer: impl FnMut(&str) -> String) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|error| CliError::Other(format!("cannot read stdin: {error}")))?;
        if writeln!(out, "{}", answer(&line)).and_then(|()| out.flush()).is_err() {
            output::note("nobody reads the answers any more");
            return Ok(());
        }
    }
    Ok(())
}
