//! A decision requirements graph: decisions with their logic parsed, and what they need.

use std::collections::HashMap;
use std::sync::Arc;
use tidemill_feel::{Expression, UnaryTests};

/// Position of a decision in [`DecisionRequirements::decisions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DecisionIndex(pub u32);

/// Everything one DMN resource defines.
#[derive(Debug)]
pub struct DecisionRequirements {
    /// Name the resource was deployed under.
    pub resource_name: Arc<str>,
    /// Id of the `definitions`.
    pub id: Arc<str>,
    /// Name of the `definitions`.
    pub name: Arc<str>,
    /// Target namespace.
    pub namespace: Arc<str>,
    /// Decisions in document order.
    pub decisions: Vec<Decision>,
    /// Business knowledge models in document order.
    pub knowledge_models: Vec<KnowledgeModel>,
    /// Decision services in document order.
    pub services: Vec<DecisionService>,
    /// Input data in document order.
    pub input_data: Vec<InputData>,
    /// Item definitions at the top level.
    pub item_definitions: Vec<ItemDefinition>,
    /// Decisions by id.
    pub(super) by_id: HashMap<Arc<str>, DecisionIndex>,
}

impl DecisionRequirements {
    /// The decision at that index; panics when it belongs to another graph.
    pub fn decision(&self, index: DecisionIndex) -> &Decision {
        &self.decisions[index.0 as usize]
    }

    /// The decision with that id.
    pub fn find(&self, id: &str) -> Option<&Decision> {
        self.by_id.get(id).map(|index| self.decision(*index))
    }
}

/// Name and type of a result or parameter.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Name under which the value is bound.
    pub name: Arc<str>,
    /// Type name without `feel:` prefix, if given.
    pub type_ref: Option<Arc<str>>,
}

/// A decision.
#[derive(Debug)]
pub struct Decision {
    /// Id.
    pub id: Arc<str>,
    /// Name, the id when absent.
    pub name: Arc<str>,
    /// Result: its own name, else the decision's.
    pub variable: Variable,
    /// Decisions to evaluate first, in document order.
    pub required_decisions: Vec<DecisionIndex>,
    /// Positions of the input data it names.
    pub required_inputs: Vec<usize>,
    /// Positions of the knowledge models it may call.
    pub required_knowledge: Vec<usize>,
    /// Type that the logic itself is given.
    pub logic_type: Option<Arc<str>>,
    /// How it decides.
    pub logic: Logic,
}

/// A function that decisions can call.
#[derive(Debug)]
pub struct KnowledgeModel {
    /// Id.
    pub id: Arc<str>,
    /// Name, the id when absent.
    pub name: Arc<str>,
    /// Name under which it is called, and the type of its result.
    pub variable: Variable,
    /// Parameters in order.
    pub parameters: Vec<Variable>,
    /// Positions of the knowledge models it may call.
    pub required_knowledge: Vec<usize>,
    /// Type that the body itself is given.
    pub logic_type: Option<Arc<str>>,
    /// Body.
    pub logic: Logic,
}

/// A decision service; ids as written, without `#`.
#[derive(Debug)]
pub struct DecisionService {
    /// Id.
    pub id: Arc<str>,
    /// Name, the id when absent.
    pub name: Arc<str>,
    /// Name under which it is called, and the type of its result.
    pub variable: Variable,
    /// Decisions whose results are the answer.
    pub output_decisions: Vec<Arc<str>>,
    /// Decisions evaluated inside.
    pub encapsulated_decisions: Vec<Arc<str>>,
    /// Decisions whose results come from the caller.
    pub input_decisions: Vec<Arc<str>>,
    /// Input data that comes from the caller.
    pub input_data: Vec<Arc<str>>,
}

/// Input data.
#[derive(Debug)]
pub struct InputData {
    /// Id.
    pub id: Arc<str>,
    /// Name and type.
    pub variable: Variable,
}

/// A type definition.
#[derive(Debug)]
pub struct ItemDefinition {
    /// Name.
    pub name: Arc<str>,
    /// Type it restricts, if any.
    pub type_ref: Option<Arc<str>>,
    /// Values of that type are lists of it.
    pub is_collection: bool,
    /// Allowed values.
    pub allowed_values: Option<UnaryTests>,
    /// Type of the results, if values are functions.
    pub function_result: Option<Arc<str>>,
    /// Components of a context type.
    pub components: Vec<ItemDefinition>,
}

/// Any boxed expression.
#[derive(Debug)]
pub enum Logic {
    /// No logic given.
    None,
    /// An expression.
    Literal(Expression),
    /// A decision table.
    Table(Box<DecisionTable>),
    /// A call of a function by name with bound arguments.
    Invocation {
        /// The function.
        function: Expression,
        /// Arguments by parameter name.
        bindings: Vec<(Variable, Logic)>,
    },
    /// Entries in order, each seeing those before; a last one without name is the result.
    Context(Vec<(Option<Variable>, Logic)>),
    /// Items in order.
    List(Vec<Logic>),
    /// Rows of named columns.
    Relation {
        /// Columns.
        columns: Vec<Variable>,
        /// Rows, one cell a column.
        rows: Vec<Vec<Logic>>,
    },
    /// A function; `kind` is `FEEL`, `Java` or `PMML`.
    Function {
        /// Kind.
        kind: Arc<str>,
        /// Parameters in order.
        parameters: Vec<Variable>,
        /// Body.
        body: Box<Logic>,
    },
    /// Boxed conditional (DMN 1.4).
    Conditional {
        /// Condition.
        condition: Box<Logic>,
        /// Value when true.
        then: Box<Logic>,
        /// Value otherwise.
        otherwise: Box<Logic>,
    },
    /// Boxed filter (DMN 1.4).
    Filter {
        /// List filtered.
        input: Box<Logic>,
        /// Predicate or index.
        matches: Box<Logic>,
    },
    /// Boxed for, some or every (DMN 1.4).
    Iteration {
        /// Which.
        kind: IterationKind,
        /// Variable of the current item.
        variable: Arc<str>,
        /// List iterated.
        input: Box<Logic>,
        /// `return` or `satisfies`.
        body: Box<Logic>,
    },
}

/// Kinds of boxed iteration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the documentation")]
pub enum IterationKind {
    For,
    Some,
    Every,
}

/// A decision table.
#[derive(Debug)]
pub struct DecisionTable {
    /// Hit policy.
    pub hit_policy: HitPolicy,
    /// Input columns.
    pub inputs: Vec<Input>,
    /// Output columns.
    pub outputs: Vec<Output>,
    /// Rules in order.
    pub rules: Vec<Rule>,
}

/// How matching rules make the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of DMN")]
pub enum HitPolicy {
    Unique,
    First,
    Any,
    Priority,
    OutputOrder,
    RuleOrder,
    Collect(Aggregation),
}

/// Aggregation of the hit policy COLLECT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of DMN")]
pub enum Aggregation {
    List,
    Sum,
    Min,
    Max,
    Count,
}

/// An input column.
#[derive(Debug)]
pub struct Input {
    /// Id, empty when absent.
    pub id: Arc<str>,
    /// Label, else the text of the expression: the name in answers.
    pub name: Arc<str>,
    /// Type name of the expression.
    pub type_ref: Option<Arc<str>>,
    /// The value tested.
    pub expression: Expression,
    /// Allowed values.
    pub values: Option<UnaryTests>,
}

/// An output column.
#[derive(Debug)]
pub struct Output {
    /// Id, empty when absent.
    pub id: Arc<str>,
    /// Name; may be empty when it is the only output.
    pub name: Arc<str>,
    /// Label, else the name.
    pub label: Arc<str>,
    /// Type name.
    pub type_ref: Option<Arc<str>>,
    /// Listed values in order of priority, as written between the commas.
    pub values: Vec<Expression>,
    /// Value when no rule matches.
    pub default: Option<Expression>,
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Id, empty when absent.
    pub id: Arc<str>,
    /// One test an input column.
    pub inputs: Vec<UnaryTests>,
    /// One expression an output column.
    pub outputs: Vec<Expression>,
}
