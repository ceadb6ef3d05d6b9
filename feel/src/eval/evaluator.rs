//! The reusable part of evaluations.

use super::run::{INPUT_NAME, Run};
use super::variables::Variables;
use super::warning::{Warning, WarningKind, Warnings};
use super::{Binding, Environment, Failure, Scope};
use crate::builtins::{RandomState, RegexCache};
use crate::expression::{Expression, UnaryTests};
use crate::limits::EVALUATION_STEPS_MAX;
use crate::syntax::Syntax;
use crate::value::{Text, Value};

/// Evaluates expressions, one at a time. Keeps buffers and compiled patterns between them.
#[derive(Debug, Default)]
pub struct Evaluator {
    warnings: Warnings,
    regexes: RegexCache,
}

/// What is evaluated, and against what.
struct Task<'a, 's> {
    source: &'a str,
    syntax: &'a Syntax,
    variables: &'a dyn Variables,
    scope: &'s [Binding<'a>],
    environment: &'s Environment,
}

impl Evaluator {
    /// A new evaluator.
    pub fn new() -> Evaluator {
        Evaluator::default()
    }

    /// The value of an expression.
    ///
    /// Errors: an assertion that was not met, `?` outside of unary tests, a call of an entry that
    /// is no function, or a bound of [`crate::limits`] that was reached. Everything else yields
    /// null and warnings.
    pub fn evaluate<'a>(
        &mut self,
        expression: &'a Expression,
        variables: &'a dyn Variables,
        environment: &Environment,
    ) -> Result<Value<'a>, Failure> {
        let (source, syntax) = (expression.source(), expression.syntax());
        self.run(Task { source, syntax, variables, scope: &[], environment }, None)
    }

    /// The value of an expression that also sees a scope of values and functions.
    pub fn evaluate_in<'a>(
        &mut self,
        expression: &'a Expression,
        variables: &'a dyn Variables,
        scope: &Scope<'a>,
        environment: &Environment,
    ) -> Result<Value<'a>, Failure> {
        let (source, syntax) = (expression.source(), expression.syntax());
        self.run(Task { source, syntax, variables, scope: &scope.bindings, environment }, None)
    }

    /// The answer of unary tests about an input, which they also see as `cellInput` and `?`.
    pub fn evaluate_tests<'a>(
        &mut self,
        tests: &'a UnaryTests,
        input: Value<'a>,
        variables: &'a dyn Variables,
        scope: &Scope<'a>,
        environment: &Environment,
    ) -> Result<Value<'a>, Failure> {
        let (source, syntax) = (tests.source(), tests.syntax());
        self.run(Task { source, syntax, variables, scope: &scope.bindings, environment }, Some(input))
    }

    /// What the last evaluation forgave, in order.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings.list
    }

    fn run<'a>(&mut self, task: Task<'a, '_>, input: Option<Value<'a>>) -> Result<Value<'a>, Failure> {
        self.warnings.list.clear();
        let mut run = Run {
            syntax: task.syntax,
            variables: task.variables,
            environment: task.environment,
            bindings: task.scope.to_vec(),
            scope: task.scope,
            warnings: &mut self.warnings,
            regexes: &mut self.regexes,
            random: RandomState::new(task.environment.seed),
            assertion: None,
            depth: 0,
            steps_left: EVALUATION_STEPS_MAX,
        };
        if let Some(input) = input {
            run.bindings.push(Binding::Name(Text::Borrowed(INPUT_NAME), input));
        }
        let outcome = run.eval(task.syntax.root());
        assert!(run.depth == 0, "every level that was entered was left");
        let assertion = run.assertion.take();
        if let Some(cause) = assertion {
            return Err(Failure::Assertion { expression: task.source.to_string(), cause });
        }
        outcome.map_err(|raised| Failure::from_raised(task.source, *raised))
    }

    /// Adds a warning of the caller, such as one about a variable it could not read.
    pub fn add_warning(&mut self, kind: WarningKind, message: String) {
        self.warnings.add(kind, message);
    }
}
