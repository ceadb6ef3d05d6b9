//! Decision services: decisions evaluated apart, with their inputs as parameters.

use crate::evaluation::{Evaluation, Failed, Outcome};
use tidemill_feel::{Context, Entries, Evaluator, Scope, Text, Value};
use tidemill_model::dmn::{Decision, DecisionIndex, DecisionService, Variable};

impl<'a> Evaluation<'a, '_> {
    /// Input data first, then input decisions.
    pub fn service_parameters(&self, service: &'a DecisionService) -> impl Iterator<Item = &'a Variable> {
        let graph = self.program.graph();
        let data = service.input_data.iter();
        let data = data.filter_map(|id| graph.input_data.iter().find(|data| data.id == *id));
        let decisions = service.input_decisions.iter().filter_map(|id| graph.find(id));
        data.map(|data| &data.variable).chain(decisions.map(|decision| &decision.variable))
    }

    /// Evaluates a service with its inputs looked up by name; what is absent is null.
    pub fn service_by_names(
        &self,
        feel: &mut Evaluator,
        service: &'a DecisionService,
        scope: &Scope<'a>,
    ) -> Outcome<'a> {
        let parameters = self.service_parameters(service);
        let arguments = parameters.map(|v| self.find(scope, &v.name).unwrap_or_default()).collect();
        self.service(feel, service, arguments)
    }

    /// Evaluates a service. Arguments that do not conform to their types fail it; a result that does not is
    /// null.
    pub fn service(
        &self,
        feel: &mut Evaluator,
        service: &'a DecisionService,
        arguments: Vec<Value<'a>>,
    ) -> Outcome<'a> {
        // The type of a service is that of a function, or directly that of its result.
        let type_ref = service.variable.type_ref.as_deref();
        let function = type_ref.and_then(|name| self.program.item_definition(name));
        let type_ref = function.and_then(|function| function.function_result.as_deref()).or(type_ref);
        let mut scope = Scope::new();
        for (parameter, argument) in self.service_parameters(service).zip(arguments) {
            let value = match &parameter.type_ref {
                Some(type_ref) => self.conform(feel, argument, type_ref).map_err(Failed)?,
                None => argument,
            };
            scope.bind(&parameter.name, value);
        }
        let graph = self.program.graph();
        let is_given = |decision: &Decision| service.input_decisions.contains(&decision.id);
        let positions = graph.decisions.iter().enumerate().filter(|(_, decision)| is_given(decision));
        let given: Vec<_> = positions.map(|(at, _)| DecisionIndex(at as u32)).collect();
        let mut outputs = Entries::default();
        for decision in service.output_decisions.iter().filter_map(|id| graph.find(id)) {
            let value = self.decision(feel, decision, &scope, &given)?;
            if service.output_decisions.len() == 1 {
                return self.result(feel, value, type_ref);
            }
            outputs.insert(Text::Borrowed(&decision.variable.name), value);
        }
        let result = Value::Context(Context::from(outputs));
        self.result(feel, result, type_ref)
    }
}
