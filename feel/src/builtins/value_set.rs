//! Values in order of insertion, found by hash.

use crate::limits::DOCUMENT_DEPTH_MAX;
use crate::value::Value;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A set under the equality of the language.
#[derive(Default)]
pub(super) struct ValueSet<'a> {
    values: Vec<Value<'a>>,
    by_hash: HashMap<u64, Vec<usize>>,
}

impl<'a> ValueSet<'a> {
    /// The position of the value, and whether it is new.
    pub fn insert(&mut self, value: Value<'a>) -> (usize, bool) {
        let mut hasher = DefaultHasher::new();
        hash(&value, &mut hasher, 0);
        let candidates = self.by_hash.entry(hasher.finish()).or_default();
        if let Some(known) = candidates.iter().find(|index| self.values[**index].equals(&value)) {
            return (*known, false);
        }
        candidates.push(self.values.len());
        self.values.push(value);
        (self.values.len() - 1, true)
    }

    pub fn into_values(self) -> Vec<Value<'a>> {
        self.values
    }
}

/// Equal values have equal hashes. The keys of contexts have no order.
fn hash(value: &Value<'_>, hasher: &mut DefaultHasher, depth: u32) {
    std::mem::discriminant(value).hash(hasher);
    if depth > DOCUMENT_DEPTH_MAX {
        return;
    }
    match value {
        Value::Boolean(value) => value.hash(hasher),
        Value::Number(value) => value.hash(hasher),
        Value::String(text) => text.hash(hasher),
        Value::Temporal(value) => value.to_string().hash(hasher),
        Value::List(list) => list.items().iter().for_each(|item| hash(item, hasher, depth + 1)),
        Value::Context(context) => context.len().hash(hasher),
        Value::Null | Value::Range(_) | Value::Function(_) => {}
    }
}
