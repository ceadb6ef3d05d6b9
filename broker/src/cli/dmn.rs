//! `tidemill dmn`: decisions at a terminal, and the corpus that holds them against the standard.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tidemill_dmn::corpus::Corpus;
use tidemill_dmn::{DecisionEvaluator, Program, report};
use tidemill_feel::MessagePackMap;

use super::feel::{Surroundings, answer_lines};
use super::{CliError, output};

/// Flags of the verb.
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    verb: DmnVerb,
}

#[derive(Subcommand, Debug)]
enum DmnVerb {
    /// Evaluate a decision of a DMN file
    Eval(Eval),
    /// Read corpus lines on stdin, write answer lines
    Corpus {
        /// Where the models of the corpus lie, in it or in its folder dmn-tck
        #[arg(long, value_name = "DIR")]
        root: PathBuf,
    },
}

#[derive(Args, Debug)]
struct Eval {
    /// The DMN file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Id of the decision
    #[arg(value_name = "DECISION")]
    decision: String,
    #[command(flatten)]
    surroundings: Surroundings,
}

/// Runs the verb.
pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    match &arguments.verb {
        DmnVerb::Eval(eval) => evaluate(eval),
        DmnVerb::Corpus { root } => {
            let mut corpus = Corpus::new(|model: &str| {
                let path = root.join(model);
                let path = if path.exists() { path } else { root.join("dmn-tck").join(model) };
                std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
            });
            answer_lines(|line| corpus.answer_line(line))
        }
    }
}

fn evaluate(eval: &Eval) -> Result<(), CliError> {
    let name = eval.file.display().to_string();
    let bytes =
        std::fs::read(&eval.file).map_err(|error| CliError::Other(format!("cannot read {name}: {error}")))?;
    let graph = tidemill_model::read_dmn(&name, &bytes)
        .map_err(|violations| CliError::Other(tidemill_model::render(&name, &violations)))?;
    let program = Program::new(graph);
    let (environment, document) = (eval.surroundings.environment()?, eval.surroundings.document()?);
    let mut evaluator = DecisionEvaluator::new();
    let variables = MessagePackMap(&document);
    let outcome = evaluator.evaluate(&program, &eval.decision, &variables, &environment);
    output::line(&report(&outcome));
    Ok(())
}
