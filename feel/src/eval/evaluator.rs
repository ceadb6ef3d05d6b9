//! The reusable part of evaluations.

use super::run::{INPUT_NAME, Outcome, Run, or_null};
use super::variables::Variables;
use super::warning::{Warning, WarningKind, Warnings};
use super::{Binding, Environment, Failure, Function, Host, Scope, Surroundings};
use crate::builtins::{RandomState, RegexCache};
use crate::expression::{Expression, UnaryTests};
use crate::limits::{EVALUATION_DEPTH_MAX, EVALUATION_STEPS_MAX};
use crate::syntax::Syntax;
use crate::value::{Text, Value};

/// Keeps the seeds of neighbouring evaluations apart (a multiplier of the MCG family, Steele and Vigna 2021).
const DRAW_SPREAD: u64 = 0xd134_2543_de82_ef95;

/// Evaluates expressions, one at a time. Keeps buffers and compiled patterns between them.
#[derive(Debug, Default)]
pub struct Evaluator {
    warnings: Warnings,
    regexes: RegexCache,
    /// What several evaluations share, when they belong together.
    shared: Option<Budget>,
}

/// What is left of the bounds of evaluations that belong together.
#[derive(Debug)]
pub(crate) struct Budget {
    pub depth: u32,
    pub steps_left: u64,
    /// Makes each evaluation draw other random numbers.
    pub draws: u64,
}

/// What is evaluated, and against what.
struct Task<'a, 's> {
    source: &'a str,
    syntax: &'a Syntax,
    variables: &'a dyn Variables,
    scope: &'s [Binding<'a>],
    environment: &'s Environment,
    host: Option<&'s dyn Host<'a>>,
}

impl<'a, 's> Task<'a, 's> {
    fn of(source: &'a str, syntax: &'a Syntax, surroundings: Surroundings<'a, 's>) -> Task<'a, 's> {
        let Surroundings { variables, scope, environment, host } = surroundings;
        Task { source, syntax, variables, scope: &scope.bindings, environment, host }
    }
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
        self.run(Task { source, syntax, variables, scope: &[], environment, host: None }, None)
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
        self.run(Task { source, syntax, variables, scope: &scope.bindings, environment, host: None }, None)
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
        self.run(
            Task { source, syntax, variables, scope: &scope.bindings, environment, host: None },
            Some(input),
        )
    }

    /// What the last evaluation forgave, in order.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings.list
    }

    /// Makes all evaluations until [`Self::end_shared`] share that many steps and one depth, and add up their
    /// warnings.
    pub fn begin_shared(&mut self, steps: u64) {
        self.warnings.list.clear();
        self.shared = Some(Budget { depth: 0, steps_left: steps, draws: 0 });
    }

    /// Ends what [`Self::begin_shared`] began.
    pub fn end_shared(&mut self) {
        self.shared = None;
    }

    /// Goes some levels deeper in shared evaluation, and pays as many steps; `false` and no change when that
    /// is too deep or too much. [`Self::ascend`] comes back up.
    pub fn descend(&mut self, levels: u32) -> bool {
        let Some(budget) = &mut self.shared else { return true };
        let depth = budget.depth.saturating_add(levels);
        match budget.steps_left.checked_sub(u64::from(levels)) {
            Some(left) if depth <= EVALUATION_DEPTH_MAX => {
                (budget.depth, budget.steps_left) = (depth, left);
                true
            }
            _ => false,
        }
    }

    /// Comes back from [`Self::descend`].
    pub fn ascend(&mut self, levels: u32) {
        if let Some(budget) = &mut self.shared {
            assert!(budget.depth >= levels, "every ascent has its descent");
            budget.depth -= levels;
        }
    }

    /// Pays for work of the caller; `false` when there are not so many steps left.
    pub fn spend(&mut self, steps: u64) -> bool {
        let Some(budget) = &mut self.shared else { return true };
        match budget.steps_left.checked_sub(steps) {
            Some(left) => {
                budget.steps_left = left;
                true
            }
            None => false,
        }
    }

    pub(crate) fn nested(warnings: Warnings, regexes: RegexCache, budget: Budget) -> Evaluator {
        Evaluator { warnings, regexes, shared: Some(budget) }
    }

    pub(crate) fn end_nested(self) -> (Warnings, RegexCache, Budget) {
        let Some(budget) = self.shared else { unreachable!("a nested evaluation shares its bounds") };
        (self.warnings, self.regexes, budget)
    }

    /// The value of an expression that may call hosted functions; errors as [`Self::evaluate`].
    pub fn evaluate_within<'a>(
        &mut self,
        expression: &'a Expression,
        surroundings: Surroundings<'a, '_>,
    ) -> Result<Value<'a>, Failure> {
        self.run(Task::of(expression.source(), expression.syntax(), surroundings), None)
    }

    /// The answer of unary tests that may call hosted functions.
    pub fn tests_within<'a>(
        &mut self,
        tests: &'a UnaryTests,
        input: Value<'a>,
        surroundings: Surroundings<'a, '_>,
    ) -> Result<Value<'a>, Failure> {
        self.run(Task::of(tests.source(), tests.syntax(), surroundings), Some(input))
    }

    /// The value of an expression for one item of a list, which it sees as `item`, and by their keys the
    /// entries of an item that is a context.
    pub fn item_within<'a>(
        &mut self,
        expression: &'a Expression,
        item: &Value<'a>,
        surroundings: Surroundings<'a, '_>,
    ) -> Result<Value<'a>, Failure> {
        let mut scope = surroundings.scope.clone();
        scope.bind("item", item.clone());
        if let Value::Context(context) = item {
            scope.bind_entries(context.clone());
        }
        self.evaluate_within(expression, Surroundings { scope: &scope, ..surroundings })
    }

    /// The value of a function, given one argument a parameter. What it refuses is null.
    pub fn call_within<'a>(
        &mut self,
        function: &Function<'a>,
        arguments: Vec<Value<'a>>,
        surroundings: Surroundings<'a, '_>,
    ) -> Result<Value<'a>, Failure> {
        static NONE: std::sync::LazyLock<Syntax> = std::sync::LazyLock::new(Syntax::default);
        self.run_with(Task::of("", &NONE, surroundings), None, |run| or_null(run.apply(function, arguments)))
    }

    fn run<'a>(&mut self, task: Task<'a, '_>, input: Option<Value<'a>>) -> Result<Value<'a>, Failure> {
        self.run_with(task, input, |run| run.eval(run.syntax.root()))
    }

    fn run_with<'a>(
        &mut self,
        task: Task<'a, '_>,
        input: Option<Value<'a>>,
        body: impl FnOnce(&mut Run<'a, '_>) -> Outcome<'a>,
    ) -> Result<Value<'a>, Failure> {
        let (depth, steps_left, draws) = match &mut self.shared {
            Some(budget) => {
                budget.draws = budget.draws.wrapping_add(1);
                (budget.depth, budget.steps_left, budget.draws)
            }
            None => {
                self.warnings.list.clear();
                (0, EVALUATION_STEPS_MAX, 0)
            }
        };
        let seed = task.environment.seed ^ draws.wrapping_mul(DRAW_SPREAD);
        let mut run = Run {
            syntax: task.syntax,
            variables: task.variables,
            environment: task.environment,
            bindings: task.scope.to_vec(),
            scope: task.scope,
            warnings: &mut self.warnings,
            regexes: &mut self.regexes,
            random: RandomState::new(seed),
            host: task.host,
            assertion: None,
            depth,
            steps_left,
        };
        if let Some(input) = input {
            run.bindings.push(Binding::Name(Text::Borrowed(INPUT_NAME), input));
        }
        let outcome = body(&mut run);
        assert!(run.depth == depth, "every level that was entered was left");
        let (assertion, steps_left) = (run.assertion.take(), run.steps_left);
        if let Some(budget) = &mut self.shared {
            budget.steps_left = steps_left;
        }
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
