//! One evaluation: decisions with what they require.

use crate::audit::{DecisionKind, EvaluatedElement};
use crate::callable::Callable;
use crate::limits::{EVALUATED_ELEMENTS_MAX, LEVELS_OF_ONE_STEP_IN};
use crate::program::{Program, TypeRules};
use crate::table::TableTrace;
use std::cell::RefCell;
use std::rc::Rc;
use tidemill_feel::{Environment, Evaluator, Expression, Scope, Surroundings, Value, Variables};
use tidemill_model::dmn::{Decision, DecisionIndex, InputData, Logic};

/// The reason why something has no value.
#[derive(Debug)]
pub(crate) struct Failed(pub String);

pub(crate) type Outcome<'a> = Result<Value<'a>, Failed>;

pub(crate) struct Evaluation<'a, 'e> {
    pub program: &'a Program,
    pub variables: &'a dyn Variables,
    pub environment: &'e Environment,
    /// Functions made so far; their positions are their ids.
    pub functions: RefCell<Vec<Rc<Callable<'a>>>>,
    audit: RefCell<Vec<EvaluatedElement<'a>>>,
}

impl<'a, 'e> Evaluation<'a, 'e> {
    pub fn new(program: &'a Program, variables: &'a dyn Variables, environment: &'e Environment) -> Self {
        let (functions, audit) = (RefCell::default(), RefCell::default());
        Evaluation { program, variables, environment, functions, audit }
    }

    pub fn into_audit(self) -> Vec<EvaluatedElement<'a>> {
        self.audit.into_inner()
    }

    pub fn is_standard(&self) -> bool {
        self.program.type_rules() == TypeRules::Standard
    }

    /// What expressions see.
    pub fn see<'s>(&'s self, scope: &'s Scope<'a>) -> Surroundings<'a, 's> {
        let Evaluation { variables, environment, .. } = *self;
        Surroundings { variables, scope, environment, host: Some(self) }
    }

    pub fn expression(
        &self,
        feel: &mut Evaluator,
        expression: &'a Expression,
        scope: &Scope<'a>,
    ) -> Outcome<'a> {
        feel.evaluate_within(expression, self.see(scope)).map_err(|failure| Failed(failure.to_string()))
    }

    /// Runs `body` one step further in.
    pub fn deeper<T>(
        &self,
        feel: &mut Evaluator,
        body: impl FnOnce(&mut Evaluator) -> Result<T, Failed>,
    ) -> Result<T, Failed> {
        if !feel.descend(LEVELS_OF_ONE_STEP_IN) {
            return Err(Failed("the decision is nested too deep or takes too many steps".into()));
        }
        let result = body(feel);
        feel.ascend(LEVELS_OF_ONE_STEP_IN);
        result
    }

    /// The value of a decision, after all that it requires; decisions that are `given` are bound already.
    pub fn decision(
        &self,
        feel: &mut Evaluator,
        decision: &'a Decision,
        outer: &Scope<'a>,
        given: &[DecisionIndex],
    ) -> Outcome<'a> {
        self.deeper(feel, |feel| {
            let mut scope = outer.clone();
            if self.is_standard() {
                self.bind_inputs(feel, decision, &mut scope);
            }
            for index in &decision.required_decisions {
                if given.contains(index) {
                    continue;
                }
                let required = self.program.graph().decision(*index);
                let value = self.decision(feel, required, outer, given)?;
                scope.bind(&required.variable.name, value);
            }
            if self.is_standard() {
                self.bind_dotted(&mut scope);
            }
            self.bind_services(&mut scope)?;
            self.bind_knowledge(feel, &decision.required_knowledge, &mut scope)?;
            let (outcome, trace) = self.traced(feel, &decision.logic, &mut scope);
            self.audit(&decision.id, &decision.name, Some(decision), &decision.logic, &outcome, trace)?;
            let value = self.result_of_logic(feel, outcome?, decision.logic_type.as_deref())?;
            self.result(feel, value, decision.variable.type_ref.as_deref())
        })
    }

    /// Input data that does not conform to its type is null.
    fn bind_inputs(&self, feel: &mut Evaluator, decision: &'a Decision, scope: &mut Scope<'a>) {
        for at in &decision.required_inputs {
            let InputData { variable, .. } = &self.program.graph().input_data[*at];
            let Some(type_ref) = &variable.type_ref else { continue };
            if let Some(value) = self.find(scope, &variable.name) {
                let value = self.conform(feel, value, type_ref).unwrap_or_default();
                scope.bind(&variable.name, value);
            }
        }
    }

    /// A parameter of some function may be called `person.age`, which makes this one name everywhere in the
    /// model; where no such name is bound it means the path.
    fn bind_dotted(&self, scope: &mut Scope<'a>) {
        for dotted in self.program.dotted() {
            let mut parts = dotted.split('.');
            let first = parts.next().unwrap_or_default();
            let path = |value: Value<'a>, key: &str| value.as_context().and_then(|context| context.get(key));
            if self.find(scope, dotted).is_none()
                && let Some(start) = self.find(scope, first)
                && let Some(value) = parts.try_fold(start, path)
            {
                scope.bind(dotted, value);
            }
        }
    }

    /// The value of a name in scope or of a variable.
    pub fn find(&self, scope: &Scope<'a>, name: &str) -> Option<Value<'a>> {
        scope.find(name).or_else(|| self.variables.get(name).map(Value::from_message_pack))
    }

    /// The value of a logic, and what happened in it if it is a table.
    pub fn traced(
        &self,
        feel: &mut Evaluator,
        logic: &'a Logic,
        scope: &mut Scope<'a>,
    ) -> (Outcome<'a>, TableTrace<'a>) {
        match logic {
            Logic::Table(table) => {
                let mut trace = TableTrace::default();
                let outcome = self.table(feel, table, scope, &mut trace);
                (outcome, trace)
            }
            other => (self.logic(feel, other, scope), TableTrace::default()),
        }
    }

    pub fn audit(
        &self,
        id: &'a str,
        name: &'a str,
        decision: Option<&'a Decision>,
        logic: &'a Logic,
        outcome: &Outcome<'a>,
        trace: TableTrace<'a>,
    ) -> Result<(), Failed> {
        let output = outcome.as_ref().cloned().unwrap_or_default();
        let TableTrace { inputs, matched_rules } = trace;
        let mut audit = self.audit.borrow_mut();
        if audit.len() >= EVALUATED_ELEMENTS_MAX {
            return Err(Failed(format!("it requires more than {EVALUATED_ELEMENTS_MAX} evaluations")));
        }
        let kind = DecisionKind::of(logic);
        audit.push(EvaluatedElement { id, name, decision, kind, output, inputs, matched_rules });
        Ok(())
    }
}
