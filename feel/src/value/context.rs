//! Contexts: encoded ones are searched in place.

use super::{Text, Value};
use crate::message_pack::{self, Packed, Token};
use std::collections::HashMap;
use std::rc::Rc;

/// Contexts beyond this size look entries up by hash.
const LINEAR_SEARCH_MAX: usize = 16;

/// Named values in order.
#[derive(Clone, Debug)]
pub struct Context<'a>(Form<'a>);

#[derive(Clone, Debug)]
enum Form<'a> {
    Packed(Packed<'a>),
    Entries(Rc<Entries<'a>>),
}

/// The entries of a context that an evaluation makes. Functions that a literal defines are kept
/// apart: they can be called but are not entries that can be read.
#[derive(Clone, Debug, Default)]
pub struct Entries<'a> {
    variables: Vec<(Text<'a>, Value<'a>)>,
    functions: Vec<(Text<'a>, Value<'a>)>,
    index: HashMap<Text<'a>, usize>,
}

impl<'a> Entries<'a> {
    /// Adds an entry or replaces the one of that name in its place.
    pub fn insert(&mut self, key: Text<'a>, value: Value<'a>) {
        if let Some(at) = self.position(&key) {
            self.variables[at].1 = value;
            return;
        }
        self.variables.push((key.clone(), value));
        if self.variables.len() == LINEAR_SEARCH_MAX + 1 {
            let named = self.variables.iter().enumerate();
            self.index = named.map(|(at, (key, _))| (key.clone(), at)).collect();
        } else if self.variables.len() > LINEAR_SEARCH_MAX {
            self.index.insert(key, self.variables.len() - 1);
        }
    }

    pub(crate) fn insert_function(&mut self, key: Text<'a>, function: Value<'a>) {
        self.functions.push((key, function));
    }

    fn position(&self, key: &str) -> Option<usize> {
        if self.variables.len() > LINEAR_SEARCH_MAX {
            return self.index.get(key).copied();
        }
        self.variables.iter().position(|(known, _)| **known == *key)
    }

    fn get(&self, key: &str) -> Option<&Value<'a>> {
        self.position(key).map(|at| &self.variables[at].1)
    }
}

impl<'a> Context<'a> {
    pub(crate) fn packed(packed: Packed<'a>) -> Context<'a> {
        Context(Form::Packed(packed))
    }

    /// The value of an entry.
    pub fn get(&self, key: &str) -> Option<Value<'a>> {
        match &self.0 {
            Form::Packed(packed) => message_pack::find(*packed, key).map(Value::from_message_pack),
            Form::Entries(entries) => entries.get(key).cloned(),
        }
    }

    /// The last function of that name, literal or entry, that `accepts` takes.
    pub(crate) fn function(&self, key: &str, accepts: impl Fn(&Value<'a>) -> bool) -> Option<Value<'a>> {
        let Form::Entries(entries) = &self.0 else { return None };
        let named = entries.functions.iter().rev().filter(|(name, _)| **name == *key).map(|(_, f)| f);
        named.chain(entries.get(key)).find(|f| accepts(f)).cloned()
    }

    /// The entries in order.
    pub fn entries(&self) -> Vec<(Text<'a>, Value<'a>)> {
        match &self.0 {
            Form::Entries(entries) => entries.variables.clone(),
            Form::Packed(packed) => decode(*packed),
        }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Form::Entries(entries) => entries.variables.len(),
            Form::Packed(packed) => packed.count as usize,
        }
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the context came from a variable.
    pub(crate) fn encoded(&self) -> Option<&'a [u8]> {
        match &self.0 {
            Form::Packed(packed) => Some(packed.bytes),
            Form::Entries(_) => None,
        }
    }

    /// The entries to change.
    pub(crate) fn to_entries(&self) -> Entries<'a> {
        match &self.0 {
            Form::Entries(entries) => Entries { functions: Vec::new(), ..Entries::clone(entries) },
            Form::Packed(packed) => {
                let mut entries = Entries::default();
                for (key, value) in decode(*packed) {
                    entries.insert(key, value);
                }
                entries
            }
        }
    }
}

impl<'a> From<Entries<'a>> for Context<'a> {
    fn from(entries: Entries<'a>) -> Context<'a> {
        Context(Form::Entries(Rc::new(entries)))
    }
}

fn decode(packed: Packed<'_>) -> Vec<(Text<'_>, Value<'_>)> {
    let mut entries = Vec::with_capacity(packed.count as usize);
    let mut rest = packed.body;
    while let Some((key, after_key)) = message_pack::read(rest) {
        let Some((value, after)) = message_pack::read(after_key) else { break };
        if let Token::String(key) = key {
            entries.push((Text::Borrowed(key), Value::from_token(value)));
        }
        rest = after;
    }
    entries
}
