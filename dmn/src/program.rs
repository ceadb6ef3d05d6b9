//! A requirements graph prepared for evaluation.

use std::collections::HashMap;
use std::sync::Arc;
use tidemill_feel::{Expression, SimpleTest};
use tidemill_model::DecisionRequirements;
use tidemill_model::dmn::{DecisionTable, ItemDefinition, Logic};

/// How types of variables, parameters and results are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeRules {
    /// As the reference engine does: the built-in types of decisions and parameters are checked and a
    /// mismatch fails the decision; item definitions, input data and context entries are not looked at.
    Reference,
    /// As the standard says: item definitions count, values are converted to and from lists of one item, and
    /// what does not conform is null.
    Standard,
}

/// A requirements graph prepared for evaluation: immutable, and shared between threads at will.
#[derive(Debug)]
pub struct Program {
    graph: Arc<DecisionRequirements>,
    type_rules: TypeRules,
    /// By the address of the table, which the graph keeps in place.
    tables: HashMap<usize, Tests>,
    types: HashMap<Arc<str>, usize>,
    /// Names with dots that expressions use as if they were one name.
    dotted: Vec<String>,
}

/// The input entries of a table, rule by rule. `None` stands for an entry that has to be evaluated.
#[derive(Debug)]
pub(crate) struct Tests(pub Box<[Option<SimpleTest>]>);

impl Program {
    /// Prepares a graph. Graphs that the reference engine would refuse get the type rules of the standard.
    pub fn new(graph: impl Into<Arc<DecisionRequirements>>) -> Program {
        let graph = graph.into();
        let mut survey =
            Survey { tables: HashMap::new(), is_refused: !graph.services.is_empty(), dotted: Vec::new() };
        for decision in &graph.decisions {
            survey.logic(&decision.logic);
        }
        for model in &graph.knowledge_models {
            survey.logic(&model.logic);
        }
        let types = graph.item_definitions.iter().enumerate();
        let types = types.map(|(at, definition)| (Arc::clone(&definition.name), at)).collect();
        let type_rules = if survey.is_refused { TypeRules::Standard } else { TypeRules::Reference };
        Program { graph, type_rules, tables: survey.tables, types, dotted: survey.dotted }
    }

    /// The graph.
    pub fn graph(&self) -> &DecisionRequirements {
        &self.graph
    }

    /// The type rules in force.
    pub fn type_rules(&self) -> TypeRules {
        self.type_rules
    }

    /// Puts other type rules in force.
    pub fn set_type_rules(&mut self, type_rules: TypeRules) {
        self.type_rules = type_rules;
    }

    pub(crate) fn tests(&self, table: &DecisionTable) -> &Tests {
        let Some(tests) = self.tables.get(&std::ptr::from_ref(table).addr()) else {
            unreachable!("every table of the graph was prepared")
        };
        assert!(tests.0.len() == table.rules.len() * table.inputs.len(), "one test a rule and input");
        tests
    }

    pub(crate) fn dotted(&self) -> &[String] {
        &self.dotted
    }

    pub(crate) fn item_definition(&self, name: &str) -> Option<&ItemDefinition> {
        self.types.get(name).map(|at| &self.graph.item_definitions[*at])
    }
}

struct Survey {
    tables: HashMap<usize, Tests>,
    is_refused: bool,
    dotted: Vec<String>,
}

impl Survey {
    /// Recursion is bounded by the depth limit of XML.
    fn logic(&mut self, logic: &Logic) {
        match logic {
            Logic::None => self.is_refused = true,
            Logic::Literal(expression) => self.expression(expression),
            Logic::Table(table) => self.table(table),
            Logic::Invocation { function, bindings } => {
                self.expression(function);
                bindings.iter().for_each(|(_, logic)| self.logic(logic));
            }
            Logic::Context(entries) => entries.iter().for_each(|(_, logic)| self.logic(logic)),
            Logic::List(items) => items.iter().for_each(|logic| self.logic(logic)),
            Logic::Relation { rows, .. } => rows.iter().flatten().for_each(|logic| self.logic(logic)),
            Logic::Function { body, .. } => self.logic(body),
            Logic::Conditional { condition, then, otherwise } => self.refused(&[condition, then, otherwise]),
            Logic::Filter { input, matches } => self.refused(&[input, matches]),
            Logic::Iteration { input, body, .. } => self.refused(&[input, body]),
        }
    }

    fn refused(&mut self, parts: &[&Logic]) {
        self.is_refused = true;
        parts.iter().for_each(|logic| self.logic(logic));
    }

    fn expression(&mut self, expression: &Expression) {
        expression.references().for_each(|name| self.reference(name));
    }

    fn reference(&mut self, name: &str) {
        self.is_refused |= has_blank_or_operator(name);
        if name.contains('.') && !self.dotted.iter().any(|known| known == name) {
            self.dotted.push(name.to_string());
        }
    }

    fn table(&mut self, table: &DecisionTable) {
        for input in &table.inputs {
            self.expression(&input.expression);
        }
        for rule in &table.rules {
            rule.outputs.iter().for_each(|output| self.expression(output));
            rule.inputs.iter().flat_map(|tests| tests.references()).for_each(|name| self.reference(name));
        }
        let tests = table.rules.iter().flat_map(|rule| &rule.inputs).map(|tests| tests.simple()).collect();
        self.tables.insert(std::ptr::from_ref(table).addr(), Tests(tests));
    }
}

fn has_blank_or_operator(name: &str) -> bool {
    name.contains(|c: char| !c.is_alphanumeric() && c != '_' && c != '$')
}

const fn shared_between_threads<T: Send + Sync>() {}
const _: () = shared_between_threads::<Program>();
