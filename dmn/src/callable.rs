//! Functions that a model defines: knowledge models, decision services, boxed functions.

use crate::evaluation::{Evaluation, Failed, Outcome};
use crate::limits::FUNCTIONS_MAX;
use std::rc::Rc;
use tidemill_feel::{Evaluator, Function, Host, HostFailure, Scope, Value};
use tidemill_model::dmn::{DecisionService, KnowledgeModel, Logic, Variable};

/// A function with the names around it.
pub(crate) struct Callable<'a> {
    pub kind: CallableKind<'a>,
    scope: Scope<'a>,
}

#[derive(Clone, Copy)]
pub(crate) enum CallableKind<'a> {
    Model(&'a KnowledgeModel),
    Service(&'a DecisionService),
    Boxed { parameters: &'a [Variable], body: &'a Logic },
}

impl<'a> CallableKind<'a> {
    fn parameters(self) -> Option<&'a [Variable]> {
        match self {
            CallableKind::Model(model) => Some(&model.parameters),
            CallableKind::Boxed { parameters, .. } => Some(parameters),
            CallableKind::Service(_) => None,
        }
    }
}

impl<'a> Evaluation<'a, '_> {
    /// Binds the knowledge models at those positions as functions.
    pub fn bind_knowledge(
        &self,
        feel: &mut Evaluator,
        required: &'a [usize],
        scope: &mut Scope<'a>,
    ) -> Result<(), Failed> {
        for at in required {
            let model = &self.program.graph().knowledge_models[*at];
            let function = self.deeper(feel, |feel| {
                // A knowledge model sees those that it requires itself.
                let mut inner = scope.clone();
                self.bind_knowledge(feel, &model.required_knowledge, &mut inner)?;
                self.function(CallableKind::Model(model), inner)
            })?;
            scope.bind(&model.variable.name, function);
        }
        Ok(())
    }

    /// Calls a knowledge model with its parameters looked up by name; what is absent is null.
    pub fn knowledge_model_by_names(
        &self,
        feel: &mut Evaluator,
        model: &'a KnowledgeModel,
        scope: &Scope<'a>,
    ) -> Outcome<'a> {
        let mut inner = scope.clone();
        self.bind_services(&mut inner)?;
        self.bind_knowledge(feel, &model.required_knowledge, &mut inner)?;
        let arguments =
            model.parameters.iter().map(|v| self.find(scope, &v.name).unwrap_or_default()).collect();
        match self.function(CallableKind::Model(model), inner)? {
            Value::Function(function) => {
                let Some(id) = function.hosted_id() else { unreachable!("the function was made here") };
                self.call_function(feel, id, arguments)
            }
            other => unreachable!("a function, not {other}"),
        }
    }

    /// Binds all decision services as functions.
    pub fn bind_services(&self, scope: &mut Scope<'a>) -> Result<(), Failed> {
        for service in &self.program.graph().services {
            let function = self.function(CallableKind::Service(service), Scope::new())?;
            scope.bind(&service.name, function);
        }
        Ok(())
    }

    /// A function as a value.
    pub fn function(&self, kind: CallableKind<'a>, scope: Scope<'a>) -> Outcome<'a> {
        let parameters = match kind {
            CallableKind::Service(service) => self.service_parameters(service).map(|v| &*v.name).collect(),
            kind => kind.parameters().unwrap_or_default().iter().map(|v| &*v.name).collect(),
        };
        let mut functions = self.functions.borrow_mut();
        if functions.len() >= FUNCTIONS_MAX {
            return Err(Failed(format!("it makes more than {FUNCTIONS_MAX} functions")));
        }
        functions.push(Rc::new(Callable { kind, scope }));
        let id = functions.len() as u32 - 1;
        Ok(Value::Function(Function::hosted(parameters, id)))
    }

    /// Calls a function with its arguments in order.
    pub fn call_function(&self, feel: &mut Evaluator, id: u32, arguments: Vec<Value<'a>>) -> Outcome<'a> {
        let callable = self.functions.borrow().get(id as usize).map(Rc::clone);
        let Some(callable) = callable else {
            return Err(Failed("the function belongs to another evaluation".into()));
        };
        self.deeper(feel, |feel| {
            let mut scope = callable.scope.clone();
            match callable.kind {
                CallableKind::Service(service) => self.service(feel, service, arguments),
                CallableKind::Boxed { parameters, body } => {
                    self.bind_arguments(feel, parameters, arguments, &mut scope)?;
                    self.logic(feel, body, &mut scope)
                }
                CallableKind::Model(model) => {
                    self.bind_arguments(feel, &model.parameters, arguments, &mut scope)?;
                    let (outcome, trace) = self.traced(feel, &model.logic, &mut scope);
                    self.audit(&model.id, &model.name, None, &model.logic, &outcome, trace)?;
                    let value = self.result_of_logic(feel, outcome?, model.logic_type.as_deref())?;
                    self.result_of_logic(feel, value, model.variable.type_ref.as_deref())
                }
            }
        })
    }

    fn bind_arguments(
        &self,
        feel: &mut Evaluator,
        parameters: &'a [Variable],
        arguments: Vec<Value<'a>>,
        scope: &mut Scope<'a>,
    ) -> Result<(), Failed> {
        assert!(parameters.len() == arguments.len(), "a call gives each parameter a value");
        for (parameter, argument) in parameters.iter().zip(arguments) {
            let argument = match &parameter.type_ref {
                Some(type_ref) => self.conform(feel, argument, type_ref).map_err(Failed)?,
                None => argument,
            };
            scope.bind(&parameter.name, argument);
        }
        Ok(())
    }
}

impl<'a> Host<'a> for Evaluation<'a, '_> {
    fn call(
        &self,
        id: u32,
        arguments: Vec<Value<'a>>,
        evaluator: &mut Evaluator,
    ) -> Result<Value<'a>, HostFailure> {
        self.call_function(evaluator, id, arguments).map_err(|Failed(reason)| {
            // Without steps nothing that follows can succeed either.
            if evaluator.spend(1) { HostFailure::Refused(reason) } else { HostFailure::Ended(reason) }
        })
    }

    fn is_instance(&self, type_name: &str, value: &Value<'a>) -> bool {
        self.is_instance_at(value, type_name, 0)
    }
}
