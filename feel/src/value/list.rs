//! Lists: encoded ones are decoded when their items are wanted, one level at a time.

use super::Value;
use crate::message_pack::{self, Packed};
use std::rc::Rc;

/// A list.
#[derive(Clone, Debug)]
pub struct List<'a>(Form<'a>);

#[derive(Clone, Debug)]
enum Form<'a> {
    Packed(Packed<'a>),
    Items(Rc<Vec<Value<'a>>>),
}

impl<'a> List<'a> {
    pub(crate) fn packed(packed: Packed<'a>) -> List<'a> {
        List(Form::Packed(packed))
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Form::Packed(packed) => packed.count as usize,
            Form::Items(items) => items.len(),
        }
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All items.
    pub fn items(&self) -> Rc<Vec<Value<'a>>> {
        match &self.0 {
            Form::Items(items) => Rc::clone(items),
            Form::Packed(packed) => Rc::new(decode(*packed)),
        }
    }

    pub(crate) fn from_shared(items: Rc<Vec<Value<'a>>>) -> List<'a> {
        List(Form::Items(items))
    }

    /// The encoded form, if the list came from a variable.
    pub(crate) fn encoded(&self) -> Option<&'a [u8]> {
        match &self.0 {
            Form::Packed(packed) => Some(packed.bytes),
            Form::Items(_) => None,
        }
    }
}

impl<'a> From<Vec<Value<'a>>> for List<'a> {
    fn from(items: Vec<Value<'a>>) -> List<'a> {
        List(Form::Items(Rc::new(items)))
    }
}

fn decode(packed: Packed<'_>) -> Vec<Value<'_>> {
    // The count was checked against the bytes when the list was read.
    let mut items = Vec::with_capacity(packed.count as usize);
    let mut rest = packed.body;
    while let Some((token, after)) = message_pack::read(rest) {
        items.push(Value::from_token(token));
        rest = after;
    }
    items
}
