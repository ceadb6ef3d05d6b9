//! Names bound inside of an evaluation.

use crate::value::{Context, Text, Value};

/// One name, or all entries of a context.
#[derive(Clone, Debug)]
pub(crate) enum Binding<'a> {
    Name(Text<'a>, Value<'a>),
    Entries(Context<'a>),
}

/// Values and functions that an evaluation sees besides its variables; later ones hide earlier
/// ones and variables.
#[derive(Clone, Debug, Default)]
pub struct Scope<'a> {
    pub(crate) bindings: Vec<Binding<'a>>,
}

impl<'a> Scope<'a> {
    /// An empty scope.
    pub fn new() -> Scope<'a> {
        Scope::default()
    }

    /// Binds a name to a value or function.
    pub fn bind(&mut self, name: &'a str, value: Value<'a>) {
        self.bindings.push(Binding::Name(Text::Borrowed(name), value));
    }

    /// How many bindings there are.
    pub fn len(&self) -> usize {
        self.bindings.len()
    }

    /// Whether nothing is bound.
    pub fn is_empty(&self) -> bool {
        self.bindings.is_empty()
    }

    /// Forgets the bindings beyond the first `length`.
    pub fn truncate(&mut self, length: usize) {
        self.bindings.truncate(length);
    }

    /// The innermost value bound to that name.
    pub fn find(&self, name: &str) -> Option<Value<'a>> {
        lookup(&self.bindings, name)
    }

    /// Binds all entries of a context.
    pub fn bind_entries(&mut self, context: Context<'a>) {
        self.bindings.push(Binding::Entries(context));
    }
}

/// The innermost value of that name.
pub(crate) fn lookup<'a>(bindings: &[Binding<'a>], name: &str) -> Option<Value<'a>> {
    bindings.iter().rev().find_map(|binding| match binding {
        Binding::Name(bound, value) if **bound == *name => Some(value.clone()),
        Binding::Name(..) => None,
        Binding::Entries(context) => context.get(name),
    })
}

/// The innermost function of that name that `accepts` takes.
pub(crate) fn lookup_function<'a>(
    bindings: &[Binding<'a>],
    name: &str,
    accepts: impl Fn(&Value<'a>) -> bool,
) -> Option<Value<'a>> {
    bindings.iter().rev().find_map(|binding| match binding {
        Binding::Name(bound, value) if **bound == *name && accepts(value) => Some(value.clone()),
        Binding::Name(..) => None,
        Binding::Entries(context) => context.function(name, &accepts),
    })
}
