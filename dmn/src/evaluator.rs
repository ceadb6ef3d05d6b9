//! The reusable part of evaluations.

use crate::audit::{EvaluationFailure, Outcome};
use crate::evaluation::{Evaluation, Failed};
use crate::limits::EVALUATION_STEPS_MAX;
use crate::program::Program;
use tidemill_feel::{Environment, Evaluator, Scope, Value, Variables, Warning};

/// Evaluates decisions, one at a time. Keeps buffers between them.
#[derive(Debug, Default)]
pub struct DecisionEvaluator {
    feel: Evaluator,
}

impl DecisionEvaluator {
    /// A new evaluator.
    pub fn new() -> DecisionEvaluator {
        DecisionEvaluator::default()
    }

    /// Evaluates the decision with that id. Variables are asked for by name, when an expression names them.
    pub fn evaluate<'a>(
        &mut self,
        program: &'a Program,
        decision_id: &str,
        variables: &'a dyn Variables,
        environment: &Environment,
    ) -> Outcome<'a> {
        self.evaluate_in(program, decision_id, variables, &Scope::new(), environment)
    }

    /// Evaluates the decision with that id; values in the scope hide variables.
    pub fn evaluate_in<'a>(
        &mut self,
        program: &'a Program,
        decision_id: &str,
        variables: &'a dyn Variables,
        scope: &Scope<'a>,
        environment: &Environment,
    ) -> Outcome<'a> {
        self.run(program, decision_id, variables, environment, |evaluation, feel| {
            let Some(decision) = program.graph().find(decision_id) else {
                return Err(Failed(format!("no decision found with id '{decision_id}'")));
            };
            evaluation.decision(feel, decision, scope, &[])
        })
    }

    /// Evaluates the decision service with that id; its inputs are looked up by their names. A service with
    /// several output decisions yields a context by their names.
    pub fn evaluate_service<'a>(
        &mut self,
        program: &'a Program,
        service_id: &str,
        variables: &'a dyn Variables,
        scope: &Scope<'a>,
        environment: &Environment,
    ) -> Outcome<'a> {
        self.run(program, service_id, variables, environment, |evaluation, feel| {
            let Some(service) = program.graph().services.iter().find(|service| *service.id == *service_id)
            else {
                return Err(Failed(format!("no decision service found with id '{service_id}'")));
            };
            evaluation.service_by_names(feel, service, scope)
        })
    }

    /// Calls the knowledge model with that id; its parameters are looked up by their names.
    pub fn evaluate_knowledge_model<'a>(
        &mut self,
        program: &'a Program,
        model_id: &str,
        variables: &'a dyn Variables,
        scope: &Scope<'a>,
        environment: &Environment,
    ) -> Outcome<'a> {
        self.run(program, model_id, variables, environment, |evaluation, feel| {
            let mut models = program.graph().knowledge_models.iter();
            let Some(model) = models.find(|model| *model.id == *model_id) else {
                return Err(Failed(format!("no knowledge model found with id '{model_id}'")));
            };
            evaluation.knowledge_model_by_names(feel, model, scope)
        })
    }

    /// What the last evaluation forgave, in order.
    pub fn warnings(&self) -> &[Warning] {
        self.feel.warnings()
    }

    fn run<'a>(
        &mut self,
        program: &'a Program,
        id: &str,
        variables: &'a dyn Variables,
        environment: &Environment,
        body: impl FnOnce(&Evaluation<'a, '_>, &mut Evaluator) -> Result<Value<'a>, Failed>,
    ) -> Outcome<'a> {
        self.feel.begin_shared(EVALUATION_STEPS_MAX);
        let evaluation = Evaluation::new(program, variables, environment);
        let result = body(&evaluation, &mut self.feel);
        self.feel.end_shared();
        let evaluated = evaluation.into_audit();
        let result = result.map_err(|Failed(reason)| EvaluationFailure {
            failed_decision_id: evaluated.last().map_or(id, |element| element.id).to_string(),
            message: format!("Expected to evaluate decision '{id}', but {reason}"),
        });
        Outcome { result, evaluated }
    }
}
