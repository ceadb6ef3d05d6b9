//! Boxed expressions other than tables.

use crate::callable::CallableKind;
use crate::evaluation::{Evaluation, Failed, Outcome};
use crate::table::TableTrace;
use std::rc::Rc;
use tidemill_feel::{Context, Entries, Evaluator, Expression, Function, List, Scope, Text, Value};
use tidemill_model::dmn::{IterationKind, Logic, Variable};

impl<'a> Evaluation<'a, '_> {
    /// The value of a logic. The scope comes back as it was.
    pub fn logic(&self, feel: &mut Evaluator, logic: &'a Logic, scope: &mut Scope<'a>) -> Outcome<'a> {
        let bound = scope.len();
        let outcome = self.deeper(feel, |feel| self.logic_inside(feel, logic, scope));
        scope.truncate(bound);
        outcome
    }

    fn logic_inside(&self, feel: &mut Evaluator, logic: &'a Logic, scope: &mut Scope<'a>) -> Outcome<'a> {
        match logic {
            Logic::None if self.is_standard() => Ok(Value::Null),
            Logic::None => Err(Failed("it has no logic".into())),
            Logic::Literal(expression) => self.expression(feel, expression, scope),
            Logic::Table(table) => self.table(feel, table, scope, &mut TableTrace::default()),
            Logic::Invocation { function, bindings } => self.invocation(feel, function, bindings, scope),
            Logic::Context(entries) => self.context(feel, entries, scope),
            Logic::List(items) => {
                let items: Result<Vec<_>, _> =
                    items.iter().map(|item| self.logic(feel, item, scope)).collect();
                Ok(Value::List(List::from(items?)))
            }
            Logic::Relation { columns, rows } => self.relation(feel, columns, rows, scope),
            Logic::Function { kind, parameters, body } if **kind == *"FEEL" => {
                self.function(CallableKind::Boxed { parameters, body }, scope.clone())
            }
            Logic::Function { kind, .. } => {
                Err(Failed(format!("functions of kind '{kind}' are not supported")))
            }
            Logic::Conditional { condition, then, otherwise } => {
                let condition = self.logic(feel, condition, scope)?;
                let branch = if condition.as_bool() == Some(true) { then } else { otherwise };
                self.logic(feel, branch, scope)
            }
            Logic::Filter { input, matches } => self.filter(feel, input, matches, scope),
            Logic::Iteration { kind, variable, input, body } => {
                let Some(items) = self.items(feel, input, scope)? else { return Ok(Value::Null) };
                match kind {
                    IterationKind::For => self.for_each(feel, variable, &items, body, scope),
                    IterationKind::Some => self.quantified(feel, variable, &items, body, scope, true),
                    IterationKind::Every => self.quantified(feel, variable, &items, body, scope, false),
                }
            }
        }
    }

    /// Entries see the entries before them.
    fn context(
        &self,
        feel: &mut Evaluator,
        entries: &'a [(Option<Variable>, Logic)],
        scope: &mut Scope<'a>,
    ) -> Outcome<'a> {
        let mut context = Entries::default();
        for (variable, logic) in entries {
            let value = self.logic(feel, logic, scope)?;
            let Some(variable) = variable else { return Ok(value) };
            let value = self.entry(feel, value, variable);
            scope.bind(&variable.name, value.clone());
            context.insert(Text::Borrowed(&variable.name), value);
        }
        Ok(Value::Context(Context::from(context)))
    }

    /// A value under a name with a type: by the standard null if it does not conform.
    fn entry(&self, feel: &mut Evaluator, value: Value<'a>, variable: &'a Variable) -> Value<'a> {
        match &variable.type_ref {
            Some(type_ref) if self.is_standard() => self.conform(feel, value, type_ref).unwrap_or_default(),
            _ => value,
        }
    }

    fn relation(
        &self,
        feel: &mut Evaluator,
        columns: &'a [Variable],
        rows: &'a [Vec<Logic>],
        scope: &mut Scope<'a>,
    ) -> Outcome<'a> {
        let mut items = Vec::with_capacity(rows.len());
        for row in rows {
            let mut entries = Entries::default();
            for (column, cell) in columns.iter().zip(row) {
                let value = self.logic(feel, cell, scope)?;
                entries.insert(Text::Borrowed(&column.name), self.entry(feel, value, column));
            }
            items.push(Value::Context(Context::from(entries)));
        }
        Ok(Value::List(List::from(items)))
    }

    fn invocation(
        &self,
        feel: &mut Evaluator,
        function: &'a Expression,
        bindings: &'a [(Variable, Logic)],
        scope: &mut Scope<'a>,
    ) -> Outcome<'a> {
        let Value::Function(function) = self.expression(feel, function, scope)? else {
            return Err(Failed(format!("no function found with name '{}'", function.source())));
        };
        let mut values = Vec::with_capacity(bindings.len());
        for (parameter, logic) in bindings {
            let value = self.logic(feel, logic, scope)?;
            values.push((&*parameter.name, self.entry(feel, value, parameter)));
        }
        match self.call_by_names(feel, &function, &values, scope) {
            Err(_) if self.is_standard() => Ok(Value::Null),
            outcome => outcome,
        }
    }

    fn call_by_names(
        &self,
        feel: &mut Evaluator,
        function: &Function<'a>,
        values: &[(&str, Value<'a>)],
        scope: &Scope<'a>,
    ) -> Outcome<'a> {
        let mut arguments = Vec::with_capacity(function.parameters().len());
        for parameter in function.parameters() {
            let Some((_, value)) = values.iter().find(|(name, _)| name == parameter) else {
                return Err(Failed(format!("no parameter found with name '{parameter}'")));
            };
            arguments.push(value.clone());
        }
        match function.hosted_id() {
            Some(id) => self.call_function(feel, id, arguments),
            None => {
                let outcome = feel.call_within(function, arguments, self.see(scope));
                outcome.map_err(|failure| Failed(failure.cause().to_string()))
            }
        }
    }

    /// The items of a list; by the standard, another value is a list of itself. `None` for null.
    fn items(
        &self,
        feel: &mut Evaluator,
        input: &'a Logic,
        scope: &mut Scope<'a>,
    ) -> Result<Option<Rc<Vec<Value<'a>>>>, Failed> {
        Ok(match self.logic(feel, input, scope)? {
            Value::Null => None,
            Value::List(list) => Some(list.items()),
            other => Some(Rc::new(vec![other])),
        })
    }

    /// The match is an index if it is a number for the first item. Other answers than booleans make it null.
    fn filter(
        &self,
        feel: &mut Evaluator,
        input: &'a Logic,
        matches: &'a Logic,
        scope: &mut Scope<'a>,
    ) -> Outcome<'a> {
        let Some(items) = self.items(feel, input, scope)? else { return Ok(Value::Null) };
        let bound = scope.len();
        let mut kept = Vec::new();
        for (position, item) in items.iter().enumerate() {
            scope.bind("item", item.clone());
            if let Value::Context(context) = item {
                scope.bind_entries(context.clone());
            }
            let answer = self.logic(feel, matches, scope);
            scope.truncate(bound);
            match answer? {
                Value::Number(index) if position == 0 => return Ok(item_at(&items, index.to_i64())),
                Value::Boolean(true) => kept.push(item.clone()),
                Value::Boolean(false) | Value::Null => {}
                _ => return Ok(Value::Null),
            }
        }
        Ok(Value::List(List::from(kept)))
    }

    fn for_each(
        &self,
        feel: &mut Evaluator,
        variable: &'a str,
        items: &[Value<'a>],
        body: &'a Logic,
        scope: &mut Scope<'a>,
    ) -> Outcome<'a> {
        let bound = scope.len();
        let mut results = Vec::with_capacity(items.len());
        for item in items {
            scope.bind(variable, item.clone());
            let value = self.logic(feel, body, scope);
            scope.truncate(bound);
            results.push(value?);
        }
        Ok(Value::List(List::from(results)))
    }

    /// Three-valued: one `decisive` answer decides, else what is no boolean makes it null.
    fn quantified(
        &self,
        feel: &mut Evaluator,
        variable: &'a str,
        items: &[Value<'a>],
        body: &'a Logic,
        scope: &mut Scope<'a>,
        decisive: bool,
    ) -> Outcome<'a> {
        let bound = scope.len();
        let mut result = Value::Boolean(!decisive);
        for item in items {
            scope.bind(variable, item.clone());
            let value = self.logic(feel, body, scope);
            scope.truncate(bound);
            match value?.as_bool() {
                Some(answer) if answer == decisive => return Ok(Value::Boolean(decisive)),
                Some(_) => {}
                None => result = Value::Null,
            }
        }
        Ok(result)
    }
}

/// 1 is the first item, -1 the last.
fn item_at<'a>(items: &[Value<'a>], index: Option<i64>) -> Value<'a> {
    let count = items.len() as i64;
    let position = match index {
        Some(position) if position > 0 => position - 1,
        Some(position) if position < 0 => position.saturating_add(count),
        _ => return Value::Null,
    };
    usize::try_from(position).ok().and_then(|at| items.get(at)).cloned().unwrap_or_default()
}
