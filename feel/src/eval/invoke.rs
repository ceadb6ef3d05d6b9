//! Calls: of functions in scope, of built-ins, of entries of contexts.

use super::bindings::{Binding, lookup_function};
use super::evaluator::Budget;
use super::function::{Body, Closure};
use super::run::{Outcome, Raised, Run, or_null, shown};
use super::warning::WarningKind;
use super::{Evaluator, Function, HostFailure};
use crate::builtins::{Refusal, Signature};
use crate::syntax::{Argument, Call, NodeId};
use crate::value::{Text, Value};

impl<'a> Run<'a, '_> {
    pub(super) fn call(&mut self, call: u32) -> Outcome<'a> {
        let syntax = self.syntax;
        let call = syntax.calls[call as usize];
        let name = syntax.text(call.name);
        let arguments = &syntax.arguments[call.arguments.range()];
        if !self.bindings.is_empty() {
            let accepts = |value: &Value<'a>| self.accepts(value, &call, arguments);
            if let Some(Value::Function(function)) = lookup_function(&self.bindings, name, accepts) {
                return or_null(self.call_closure(&function.0, call, arguments));
            }
        }
        let signature = call.builtin.and_then(|builtin| {
            builtin.signatures().iter().find(|signature| self.fits(signature, &call, arguments))
        });
        match signature {
            Some(signature) => or_null(self.call_builtin(name, signature, call, arguments)),
            None => {
                self.no_function(name, &call, arguments);
                Ok(Value::Null)
            }
        }
    }

    fn accepts(&self, value: &Value<'a>, call: &Call, arguments: &[Argument]) -> bool {
        let Value::Function(function) = value else { return false };
        let parameters = function.parameters();
        if call.named {
            arguments.iter().filter_map(|a| a.name).all(|name| parameters.contains(&self.syntax.text(name)))
        } else {
            parameters.len() == arguments.len()
        }
    }

    fn fits(&self, signature: &Signature, call: &Call, arguments: &[Argument]) -> bool {
        if call.named {
            let known = |name| signature.parameters.contains(&self.syntax.text(name));
            return arguments.iter().filter_map(|a| a.name).all(known);
        }
        let (expected, given) = (signature.parameters.len(), arguments.len());
        expected == given || (signature.variadic && expected < given)
    }

    fn no_function(&mut self, name: &str, call: &Call, arguments: &[Argument]) -> String {
        let message = if call.named {
            let names: Vec<&str> =
                arguments.iter().filter_map(|a| a.name).map(|n| self.syntax.text(n)).collect();
            format!("No function found with name '{name}' and parameters: {}", names.join(","))
        } else {
            format!("No function found with name '{name}' and {} parameters", arguments.len())
        };
        self.warn(WarningKind::NoFunctionFound, message.clone());
        message
    }

    fn call_builtin(
        &mut self,
        name: &str,
        signature: &'static Signature,
        call: Call,
        arguments: &[Argument],
    ) -> Outcome<'a> {
        let mut values = self.arguments(signature.parameters, call, arguments)?;
        if signature.variadic && !call.named {
            collect_rest(&mut values, signature.parameters.len() - 1);
        }
        match (signature.function)(self, &values) {
            Ok(value) => Ok(value),
            Err(Refusal::Raised(raised)) => Err(raised),
            Err(Refusal::Assertion(cause)) => {
                self.warn(WarningKind::AssertFailure, cause.clone());
                self.assertion.get_or_insert(cause);
                Ok(Value::Null)
            }
            Err(refusal) => {
                let cause = match refusal {
                    Refusal::Message(message) => message,
                    _ => {
                        let shown: Vec<String> = values.iter().map(|v| format!("'{}'", shown(v))).collect();
                        format!("Illegal arguments: {}", shown.join(", "))
                    }
                };
                let message = format!("Failed to invoke function '{name}': {cause}");
                self.warn(WarningKind::FunctionInvocationFailure, message);
                Ok(Value::Null)
            }
        }
    }

    /// The values in the order of the parameters; a named one that is not given is null.
    fn arguments(
        &mut self,
        parameters: &[&str],
        call: Call,
        arguments: &[Argument],
    ) -> Result<Vec<Value<'a>>, Box<Raised>> {
        if !call.named {
            let mut values = Vec::with_capacity(arguments.len());
            for argument in arguments {
                values.push(self.eval(argument.value)?);
            }
            return Ok(values);
        }
        let mut values = Vec::with_capacity(parameters.len());
        for parameter in parameters {
            let syntax = self.syntax;
            let is_named = |a: &&Argument| a.name.is_some_and(|name| syntax.text(name) == *parameter);
            values.push(match arguments.iter().find(is_named) {
                Some(argument) => self.eval(argument.value)?,
                None => Value::Null,
            });
        }
        Ok(values)
    }

    fn call_closure(&mut self, closure: &Closure<'a>, call: Call, arguments: &[Argument]) -> Outcome<'a> {
        let values = self.arguments(&closure.parameters, call, arguments)?;
        self.apply_closure(closure, values)
    }

    /// Calls a function with values.
    pub(crate) fn apply(&mut self, function: &Function<'a>, values: Vec<Value<'a>>) -> Outcome<'a> {
        self.apply_closure(&function.0, values)
    }

    fn apply_closure(&mut self, closure: &Closure<'a>, values: Vec<Value<'a>>) -> Outcome<'a> {
        assert!(values.len() == closure.parameters.len(), "a call gives each parameter a value");
        let (syntax, root, captured) = match &closure.body {
            Body::Syntax { syntax, root, captured } => (*syntax, *root, captured),
            Body::Hosted(id) => return self.call_host(*id, values),
        };
        let mut inside = match captured {
            Some(captured) => captured.clone(),
            None => self.scope.to_vec(),
        };
        self.spend(1 + inside.len() as u64 / 4)?;
        let named = closure.parameters.iter().zip(values);
        inside.extend(named.map(|(name, value)| Binding::Name(Text::Borrowed(name), value)));
        let outside = std::mem::replace(&mut self.bindings, inside);
        let syntax = std::mem::replace(&mut self.syntax, syntax);
        let outcome = self.eval(root);
        self.syntax = syntax;
        self.bindings = outside;
        outcome
    }

    /// The host evaluates within what is left of steps and depth.
    fn call_host(&mut self, id: u32, values: Vec<Value<'a>>) -> Outcome<'a> {
        self.spend(1)?;
        let Some(host) = self.host else {
            let message = "Failed to invoke function: it belongs to a decision model".to_string();
            self.warn(WarningKind::FunctionInvocationFailure, message.clone());
            return Err(Box::new(Raised::Error(message)));
        };
        let budget = Budget { depth: self.depth, steps_left: self.steps_left, draws: self.random.next_u64() };
        let (warnings, regexes) = (std::mem::take(self.warnings), std::mem::take(self.regexes));
        let mut evaluator = Evaluator::nested(warnings, regexes, budget);
        let outcome = host.call(id, values, &mut evaluator);
        let left = evaluator.end_nested();
        (*self.warnings, *self.regexes) = (left.0, left.1);
        assert!(left.2.depth == self.depth, "the host left every level that it entered");
        assert!(left.2.steps_left <= self.steps_left, "steps are only spent");
        self.steps_left = left.2.steps_left;
        match outcome {
            Ok(value) => Ok(value),
            Err(HostFailure::Ended(cause)) => Err(Box::new(Raised::Fatal(cause))),
            Err(HostFailure::Refused(cause)) => {
                let message = format!("Failed to invoke function: {cause}");
                self.warn(WarningKind::FunctionInvocationFailure, message.clone());
                Err(Box::new(Raised::Error(message)))
            }
        }
    }

    /// `base.name(…)`: only functions of the context count.
    pub(super) fn call_entry(&mut self, base: NodeId, call: u32) -> Outcome<'a> {
        let syntax = self.syntax;
        let call = syntax.calls[call as usize];
        let name = syntax.text(call.name);
        let arguments = &syntax.arguments[call.arguments.range()];
        let base = self.eval(base)?;
        let Value::Context(context) = &base else {
            let message = format!("Expected context but found '{}'", shown(&base));
            self.warn(WarningKind::InvalidType, message.clone());
            return Err(Box::new(Raised::Error(message)));
        };
        match context.function(name, |value| self.accepts(value, &call, arguments)) {
            Some(Value::Function(function)) => self.call_closure(&function.0, call, arguments),
            _ => {
                let message = self.no_function(name, &call, arguments);
                Err(Box::new(Raised::Error(message)))
            }
        }
    }

    /// A call of what an expression yields.
    pub(super) fn invoke_value(&mut self, callee: NodeId, call: u32) -> Outcome<'a> {
        let syntax = self.syntax;
        let call = syntax.calls[call as usize];
        let arguments = &syntax.arguments[call.arguments.range()];
        let callee = or_null(self.eval(callee))?;
        match &callee {
            Value::Function(function) if self.accepts(&callee, &call, arguments) => {
                or_null(self.call_closure(&function.0, call, arguments))
            }
            other => {
                let message = format!("Expected function but found '{}'", shown(other));
                self.warn(WarningKind::InvalidType, message);
                Ok(Value::Null)
            }
        }
    }
}

/// The arguments from `fixed` on become one list, unless they are one list already.
fn collect_rest<'a>(values: &mut Vec<Value<'a>>, fixed: usize) {
    if fixed == 0 && matches!(values[..], [Value::List(_)]) {
        return;
    }
    let rest = values.split_off(fixed.min(values.len()));
    values.push(Value::list(rest));
}
