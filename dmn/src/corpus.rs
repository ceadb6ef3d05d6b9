//! Answers lines of a conformance corpus of decisions.
//!
//! A line is a JSON object with `id`, `model` (which the loader turns into bytes), `kind` (`decision`,
//! `decisionService` or `bkm`), `invocable` (the name of the service or knowledge model), `decision` (the
//! name of the result) and `inputs` in the typed form of [`tidemill_feel::corpus`]. The answer is
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
        let (evaluator, variables) = (&mut self.evaluator, &NoVariables);
        let (name, kind, graph) = (text("decision")?, text("kind")?, program.graph());
        let mut is_one_of_several = false;
        let outcome = match &*kind {
            "decisionService" => {
                let service = named(&graph.services, &text("invocable")?, |service| &service.name)?;
                is_one_of_several = service.output_decisions.len() > 1;
                evaluator.evaluate_service(program, &service.id, variables, &scope, &environment)
            }
            "bkm" => {
                let model = named(&graph.knowledge_models, &text("invocable")?, |model| &model.name)?;
                evaluator.evaluate_knowledge_model(program, &model.id, variables, &scope, &environment)
            }
            _ => {
                let decision = named(&graph.decisions, &name, |decision| &decision.name)?;
                evaluator.evaluate_in(program, &decision.id, variables, &scope, &environment)
            }
        };
        let value = outcome.result.map_err(|failure| failure.to_string())?;
        Ok(match &value {
            Value::Context(outputs) if is_one_of_several => rendered(&outputs.get(&name).unwrap_or_default()),
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

/// The element with that name.
fn named<'g, T>(elements: &'g [T], name: &str, name_of: impl Fn(&T) -> &str) -> Result<&'g T, String> {
    let found = elements.iter().find(|element| name_of(element) == name);
    found.ok_or_else(|| format!("the model has no element with name '{name}'"))
}
