//! Answers lines of a conformance corpus of decisions.
//!
//! A line is a JSON object with `id`, `model` (which the loader turns into bytes), `kind` (`decision`,
//! `decisionService` or `bkm`), `invocable` (the name of the service or knowledge model), `decision` (the name
//! of the result) and `inputs` in the typed form of [`tidemill_feel::corpus`]. The answer is
//! `{"id", "result", "error"?}`.

use crate::evaluator::DecisionEvaluator;
use crate::limits::CORPUS_MODELS_MAX;
use crate::program::Program;
use std::collections::VecDeque;
use std::rc::Rc;
use tidemill_feel::corpus::{NOW_MS, answer, decode, rendered};
use tidemill_feel::{Context, Environment, NoVariables, Scope, Text, Value};
use tidemill_model::read_dmn_without_logic;

/// Answers lines, and keeps the models of the last ones.
pub struct Corpus<L> {
    load: L,
    /// Models that were read, or why they could not be; the latest is last.
    models: VecDeque<(String, Rc<Result<Program, String>>)>,
    evaluator: DecisionEvaluator,
}

/// The answer to one line. `load` gives the bytes of a model by its path in the corpus.
pub fn answer_line(load: impl Fn(&str) -> Result<Vec<u8>, String>, line: &str) -> String {
    Corpus::new(load).answer_line(line)
}

impl<L: Fn(&str) -> Result<Vec<u8>, String>> Corpus<L> {
    /// `load` gives the bytes of a model by its path in the corpus.
    pub fn new(load: L) -> Corpus<L> {
        Corpus { load, models: VecDeque::new(), evaluator: DecisionEvaluator::new() }
    }

    /// The answer to one line, as one line of JSON. A line that cannot be understood gets an error.
    pub fn answer_line(&mut self, line: &str) -> String {
        let Some(Value::Context(case)) = Value::from_json(line) else {
            return answer("", &Value::Null, Err("not a JSON object".into()), &[]);
        };
        let id = case.get("id").unwrap_or_default();
        let result = self.evaluate(&case);
        answer("", &id, result, &[])
    }

    fn evaluate(&mut self, case: &Context<'static>) -> Result<String, String> {
        let text = |key: &str| -> Result<Text<'static>, String> {
            match case.get(key) {
                Some(Value::String(text)) => Ok(text),
                _ => Err(format!("the line has no '{key}'")),
            }
        };
        let program = self.model(&text("model")?);
        let program = Result::as_ref(&program).map_err(String::clone)?;
        let inputs = case.get("inputs").unwrap_or_default();
        let inputs = inputs.as_context().map(Context::entries).unwrap_or_default();
        let inputs: Vec<_> = inputs.iter().map(|(name, value)| (name.to_string(), decode(value))).collect();
        let mut scope = Scope::new();
        for (name, value) in &inputs {
            scope.bind(name, value.clone());
        }
        let environment = Environment { now_ms: NOW_MS, ..Environment::default() };
        let name = text("decision")?;
        let graph = program.graph();
        let outcome = if *text("kind")? == *"decisionService" {
            let service = text("invocable")?;
            let Some(service) = graph.services.iter().find(|known| *known.name == *service) else {
                return Err(format!("no decision service found with name '{}'", &*service));
            };
            self.evaluator.evaluate_service(program, &service.id, &NoVariables, &scope, &environment)
        } else {
            let Some(decision) = graph.decisions.iter().find(|decision| *decision.name == *name) else {
                return Err(format!("no decision found with name '{}'", &*name));
            };
            self.evaluator.evaluate_in(program, &decision.id, &NoVariables, &scope, &environment)
        };
        let value = outcome.result.map_err(|failure| failure.to_string())?;
        // A service with several outputs answers a context of them.
        let several = |service: &&tidemill_model::dmn::DecisionService| service.output_decisions.len() > 1;
        let is_service = *text("kind")? == *"decisionService";
        let invocable = case.get("invocable").unwrap_or_default();
        let of_service = graph.services.iter().find(|known| invocable.as_str() == Some(&*known.name));
        Ok(match &value {
            Value::Context(outputs) if is_service && of_service.as_ref().is_some_and(several) => {
                rendered(&outputs.get(&name).unwrap_or_default())
            }
            value => rendered(value),
        })
    }

    fn model(&mut self, path: &str) -> Rc<Result<Program, String>> {
        if let Some((_, model)) = self.models.iter().find(|(known, _)| known == path) {
            return Rc::clone(model);
        }
        let model = (self.load)(path).and_then(|bytes| {
            read_dmn_without_logic(path, &bytes).map(Program::new).map_err(|violations| {
                let texts: Vec<&str> = violations.iter().map(|violation| &*violation.message).collect();
                texts.join("\n")
            })
        });
        let model = Rc::new(model);
        self.models.push_back((path.to_string(), Rc::clone(&model)));
        if self.models.len() > CORPUS_MODELS_MAX {
            self.models.pop_front();
        }
        model
    }
}
