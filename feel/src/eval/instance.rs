//! `instance of`.

use super::Host;
use super::run::{Outcome, Run};
use crate::syntax::{NodeId, Syntax, TypeName};
use crate::temporal::Temporal;
use crate::value::Value;

impl<'a> Run<'a, '_> {
    /// Null is an instance of nothing but its own type.
    pub(super) fn instance_of(&mut self, value: NodeId, type_name: u32) -> Outcome<'a> {
        let value = self.eval(value)?;
        let syntax = self.syntax;
        let type_is_null = syntax.types[type_name as usize].name == TypeName::Null;
        if value.is_null() {
            return Ok(Value::Boolean(type_is_null));
        }
        Ok(Value::Boolean(conforms(syntax, &value, type_name, self.host)))
    }
}

/// Inside of structures null conforms to every type. The depth of the type bounds the recursion.
fn conforms<'a>(syntax: &Syntax, value: &Value<'a>, type_index: u32, host: Option<&dyn Host<'a>>) -> bool {
    let node = syntax.types[type_index as usize];
    if let (Some(written), Some(host)) = (node.written, host) {
        return host.is_instance(syntax.text(written), value);
    }
    if !has_type(value, node.name) {
        return false;
    }
    let members = &syntax.type_members[node.members.range()];
    let member = |value: &Value<'a>, index: u32| value.is_null() || conforms(syntax, value, index, host);
    match value {
        Value::List(list) if node.generic => list.items().iter().all(|item| member(item, members[0].1)),
        Value::Range(range) if node.generic => {
            member(&range.start, members[0].1) && member(&range.end, members[0].1)
        }
        Value::Context(context) if node.generic => members.iter().all(|(key, index)| {
            let entry = key.and_then(|key| context.get(syntax.text(key)));
            entry.is_some_and(|entry| member(&entry, *index))
        }),
        Value::Function(function) if node.generic => function.parameters().len() == members.len(),
        _ => true,
    }
}

fn has_type(value: &Value<'_>, name: TypeName) -> bool {
    if name == TypeName::Any {
        return true;
    }
    let actual = match value {
        Value::Null => TypeName::Null,
        Value::Boolean(_) => TypeName::Boolean,
        Value::Number(_) => TypeName::Number,
        Value::String(_) => TypeName::String,
        Value::List(_) => TypeName::List,
        Value::Context(_) => TypeName::Context,
        Value::Range(_) => TypeName::Range,
        Value::Function(_) => TypeName::Function,
        Value::Temporal(temporal) => match temporal {
            Temporal::Date(_) => TypeName::Date,
            Temporal::LocalTime(_) | Temporal::ZonedTime(_) => TypeName::Time,
            Temporal::LocalDateTime(_) | Temporal::ZonedDateTime(_) => TypeName::DateTime,
            Temporal::DaysTime(_) => TypeName::DaysTime,
            Temporal::YearsMonths(_) => TypeName::YearsMonths,
        },
    };
    actual == name
}
