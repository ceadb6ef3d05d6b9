//! Types of variables, parameters and results.

use crate::evaluation::{Evaluation, Failed, Outcome};
use crate::limits::{MESSAGE_VALUE_CHARS_MAX, TYPE_DEPTH_MAX};
use tidemill_feel::temporal::{LocalDateTime, LocalTime, Temporal};
use tidemill_feel::{Context, Entries, Evaluator, List, Scope, Text, Value, Zone};
use tidemill_model::dmn::ItemDefinition;

/// What a value has to be.
#[derive(Clone, Copy)]
enum Expected {
    String,
    Number,
    Boolean,
    Date,
    Time,
    DateTime,
    DaysTime,
    YearsMonths,
    Context,
    List,
    Function,
}

/// Names that the reference engine checks.
const REFERENCE: [(&str, Expected); 8] = [
    ("string", Expected::String),
    ("number", Expected::Number),
    ("boolean", Expected::Boolean),
    ("time", Expected::Time),
    ("date", Expected::Date),
    ("dateTime", Expected::DateTime),
    ("dayTimeDuration", Expected::DaysTime),
    ("yearMonthDuration", Expected::YearsMonths),
];

/// Other names of the standard.
const STANDARD: [(&str, Expected); 6] = [
    ("date and time", Expected::DateTime),
    ("days and time duration", Expected::DaysTime),
    ("years and months duration", Expected::YearsMonths),
    ("context", Expected::Context),
    ("list", Expected::List),
    ("function", Expected::Function),
];

impl Expected {
    fn accepts(self, value: &Value<'_>) -> bool {
        match (self, value) {
            (Expected::String, Value::String(_))
            | (Expected::Number, Value::Number(_))
            | (Expected::Boolean, Value::Boolean(_))
            | (Expected::Context, Value::Context(_))
            | (Expected::List, Value::List(_))
            | (Expected::Function, Value::Function(_)) => true,
            (_, Value::Temporal(temporal)) => matches!(
                (self, temporal),
                (Expected::Date, Temporal::Date(_))
                    | (Expected::Time, Temporal::LocalTime(_) | Temporal::ZonedTime(_))
                    | (Expected::DateTime, Temporal::LocalDateTime(_) | Temporal::ZonedDateTime(_))
                    | (Expected::DaysTime, Temporal::DaysTime(_))
                    | (Expected::YearsMonths, Temporal::YearsMonths(_))
            ),
            _ => false,
        }
    }
}

impl<'a> Evaluation<'a, '_> {
    /// A result as its type wants it. What does not conform fails, or is null by the standard.
    pub fn result(&self, feel: &mut Evaluator, value: Value<'a>, type_ref: Option<&str>) -> Outcome<'a> {
        let Some(type_ref) = type_ref else { return Ok(value) };
        match self.conform(feel, value, type_ref) {
            Err(_) if self.is_standard() => Ok(Value::Null),
            conformed => conformed.map_err(Failed),
        }
    }

    /// A result of logic whose type the reference engine does not look at.
    pub fn result_of_logic(
        &self,
        feel: &mut Evaluator,
        value: Value<'a>,
        type_ref: Option<&str>,
    ) -> Outcome<'a> {
        self.result(feel, value, type_ref.filter(|_| self.is_standard()))
    }

    /// The value, converted if the standard says so, or the reason why it does not conform. Null conforms.
    pub fn conform(
        &self,
        feel: &mut Evaluator,
        value: Value<'a>,
        type_ref: &str,
    ) -> Result<Value<'a>, String> {
        self.conform_at(feel, value, type_ref, 0)
    }

    fn conform_at(
        &self,
        feel: &mut Evaluator,
        value: Value<'a>,
        type_ref: &str,
        depth: u32,
    ) -> Result<Value<'a>, String> {
        if value.is_null() || depth > TYPE_DEPTH_MAX {
            return Ok(value);
        }
        let standard = if self.is_standard() { &STANDARD[..] } else { &[] };
        let mut known = REFERENCE.iter().chain(standard);
        if let Some((_, expected)) = known.find(|(name, _)| *name == type_ref) {
            return basic(*expected, value).map_err(|found| mismatch(type_ref, &found));
        }
        match self.program.item_definition(type_ref) {
            Some(definition) if self.is_standard() => self.conform_item(feel, value, definition, depth + 1),
            _ => Ok(value),
        }
    }

    fn conform_item(
        &self,
        feel: &mut Evaluator,
        value: Value<'a>,
        definition: &'a ItemDefinition,
        depth: u32,
    ) -> Result<Value<'a>, String> {
        if value.is_null() || depth > TYPE_DEPTH_MAX {
            return Ok(value);
        }
        if !definition.is_collection {
            return match &value {
                Value::List(list) if list.len() == 1 && !self.is_list(definition, depth) => {
                    let item = list.items()[0].clone();
                    self.conform_member(feel, item, definition, depth)
                }
                _ => self.conform_member(feel, value, definition, depth),
            };
        }
        let items = match &value {
            Value::List(list) => list.items(),
            // A single value stands for the list of it.
            _ => vec![value].into(),
        };
        if !feel.spend(items.len() as u64) {
            return Err("the value takes too many steps".into());
        }
        let members = items.iter().map(|item| self.conform_member(feel, item.clone(), definition, depth));
        let members: Result<Vec<_>, _> = members.collect();
        Ok(Value::List(List::from(members?)))
    }

    /// Whether values of the type are lists.
    fn is_list(&self, definition: &ItemDefinition, depth: u32) -> bool {
        let inner = definition.type_ref.as_deref();
        definition.is_collection
            || inner == Some("list")
            || (depth <= TYPE_DEPTH_MAX
                && inner
                    .and_then(|name| self.program.item_definition(name))
                    .is_some_and(|inner| self.is_list(inner, depth + 1)))
    }

    /// One value of the type, whether or not there is a list around it.
    fn conform_member(
        &self,
        feel: &mut Evaluator,
        value: Value<'a>,
        definition: &'a ItemDefinition,
        depth: u32,
    ) -> Result<Value<'a>, String> {
        if value.is_null() {
            return Ok(value);
        }
        let value = match &definition.type_ref {
            Some(type_ref) => self.conform_at(feel, value, type_ref, depth + 1)?,
            None if definition.components.is_empty() => value,
            None => self.conform_components(feel, value, definition, depth)?,
        };
        let Some(allowed) = &definition.allowed_values else { return Ok(value) };
        let answer = feel.tests_within(allowed, value.clone(), self.see(&Scope::new()));
        match answer {
            Ok(Value::Boolean(true)) => Ok(value),
            _ => Err(mismatch(&definition.name, &value)),
        }
    }

    /// A context with every component; other entries are kept.
    fn conform_components(
        &self,
        feel: &mut Evaluator,
        value: Value<'a>,
        definition: &'a ItemDefinition,
        depth: u32,
    ) -> Result<Value<'a>, String> {
        let Value::Context(context) = &value else { return Err(mismatch(&definition.name, &value)) };
        let mut entries = Entries::default();
        for (key, entry) in context.entries() {
            entries.insert(key, entry);
        }
        for component in &definition.components {
            let Some(entry) = context.get(&component.name) else {
                return Err(mismatch(&definition.name, &value));
            };
            let entry = self.conform_item(feel, entry, component, depth + 1)?;
            entries.insert(Text::Borrowed(&component.name), entry);
        }
        Ok(Value::Context(Context::from(entries)))
    }
}

/// `instance of` a type of the model: no conversion, and allowed values do not count.
impl<'a> Evaluation<'a, '_> {
    pub fn is_instance_at(&self, value: &Value<'a>, type_name: &str, depth: u32) -> bool {
        if type_name == "Any" {
            return true;
        }
        if let Some((_, expected)) = REFERENCE.iter().chain(&STANDARD).find(|(name, _)| *name == type_name) {
            return expected.accepts(value);
        }
        let Some(definition) = self.program.item_definition(type_name) else { return false };
        self.is_item(value, definition, depth + 1)
    }

    fn is_item(&self, value: &Value<'a>, definition: &ItemDefinition, depth: u32) -> bool {
        match value {
            _ if depth > TYPE_DEPTH_MAX => false,
            Value::List(list) if definition.is_collection => {
                list.items().iter().all(|item| item.is_null() || self.is_member(item, definition, depth))
            }
            _ if definition.is_collection => false,
            value => self.is_member(value, definition, depth),
        }
    }

    fn is_member(&self, value: &Value<'a>, definition: &ItemDefinition, depth: u32) -> bool {
        if let Some(type_ref) = &definition.type_ref {
            return self.is_instance_at(value, type_ref, depth + 1);
        }
        let Value::Context(context) = value else { return false };
        let has = |component: &ItemDefinition| {
            let entry = context.get(&component.name);
            entry.is_some_and(|entry| entry.is_null() || self.is_item(&entry, component, depth + 1))
        };
        !definition.components.is_empty() && definition.components.iter().all(has)
    }
}

/// The value as the type wants it, or the value back.
fn basic(expected: Expected, value: Value<'_>) -> Result<Value<'_>, Value<'_>> {
    if expected.accepts(&value) {
        return Ok(value);
    }
    match (&value, expected) {
        (Value::List(list), _) if list.len() == 1 => {
            let item = list.items()[0].clone();
            if expected.accepts(&item) { Ok(item) } else { Err(value) }
        }
        (_, Expected::List) => Ok(Value::List(List::from(vec![value]))),
        // A date is its midnight in UTC.
        (Value::Temporal(Temporal::Date(date)), Expected::DateTime) => {
            let midnight = LocalDateTime { date: *date, time: LocalTime::MIDNIGHT };
            midnight
                .at_zone(Zone::Offset(0))
                .map_or(Err(Value::Null), |zoned| Ok(Value::Temporal(Temporal::ZonedDateTime(zoned))))
        }
        _ => Err(value),
    }
}

fn mismatch(type_name: &str, found: &Value<'_>) -> String {
    format!("expected '{type_name}' but found '{}'", shown(found))
}

/// A value as messages show it: strings in quotes, long values cut.
pub(crate) fn shown(value: &Value<'_>) -> String {
    let text = match value {
        Value::String(text) => format!("\"{}\"", &**text),
        other => other.to_string(),
    };
    if text.chars().nth(MESSAGE_VALUE_CHARS_MAX).is_none() {
        return text;
    }
    text.chars().take(MESSAGE_VALUE_CHARS_MAX).chain("…".chars()).collect()
}
