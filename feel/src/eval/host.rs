//! Functions that an expression can call although their bodies are no expressions: those of a decision model.

use super::{Environment, Evaluator, Scope, Variables};
use crate::value::Value;

/// Calls the functions made by [`super::Function::hosted`].
pub trait Host<'a> {
    /// The value of the function with that id. What it evaluates goes through `evaluator`, which shares
    /// steps, depth and warnings with the evaluation that called.
    ///
    /// # Errors
    /// Whether the call yields null and a warning, or ends the evaluation.
    fn call(
        &self,
        id: u32,
        arguments: Vec<Value<'a>>,
        evaluator: &mut Evaluator,
    ) -> Result<Value<'a>, HostFailure>;

    /// Whether the value is an instance of a type that the model defines.
    fn is_instance(&self, type_name: &str, value: &Value<'a>) -> bool;
}

/// Why a hosted function has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostFailure {
    /// Null, and a warning with this cause.
    Refused(String),
    /// The whole evaluation ends with this cause.
    Ended(String),
}

/// What an expression sees.
#[derive(Clone, Copy)]
pub struct Surroundings<'a, 's> {
    /// Variables, asked for by name.
    pub variables: &'a dyn Variables,
    /// Values and functions that hide variables.
    pub scope: &'s Scope<'a>,
    /// Clock, zone and seed.
    pub environment: &'s Environment,
    /// Who calls hosted functions; without one they are refused.
    pub host: Option<&'s dyn Host<'a>>,
}
