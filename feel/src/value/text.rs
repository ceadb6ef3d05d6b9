//! Strings, borrowed where possible.

use std::ops::Deref;
use std::rc::Rc;

/// A text that is borrowed from a variable or literal, or shared.
#[derive(Clone, Debug)]
pub enum Text<'a> {
    /// Part of a variable or of the expression.
    Borrowed(&'a str),
    /// Made by the evaluation.
    Shared(Rc<str>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Borrowed(text) => text,
            Text::Shared(text) => text,
        }
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text<'_> {}

impl std::hash::Hash for Text<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl std::borrow::Borrow<str> for Text<'_> {
    fn borrow(&self) -> &str {
        self
    }
}
