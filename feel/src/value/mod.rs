//! What an expression yields.
//!
//! A value borrows from the variables and the expression it came from; what the evaluation itself
//! creates is shared by reference count. Scalars need no allocation.

mod access;
mod context;
mod display;
mod equality;
mod list;
mod read;
mod text;
mod write;

pub use access::ResultType;
pub use context::{Context, Entries};
pub(crate) use display::Inner;
pub(crate) use equality::{Equality, comparable, compare};
pub use list::List;
pub use text::Text;

use crate::decimal::Decimal;
use crate::eval::Function;
use crate::temporal::Temporal;
use std::rc::Rc;

/// A FEEL value.
///
/// The tag takes a whole word: with a byte beside a one-byte payload, the compiler moves values in
/// unaligned pieces, and loads of what was just stored stall.
#[derive(Clone, Debug, Default)]
#[repr(u64)]
pub enum Value<'a> {
    /// No value.
    #[default]
    Null,
    /// True or false.
    Boolean(bool),
    /// A decimal number.
    Number(Decimal),
    /// A text.
    String(Text<'a>),
    /// A date, time, date-time or duration.
    Temporal(Temporal),
    /// A list.
    List(List<'a>),
    /// Named values.
    Context(Context<'a>),
    /// Everything between two values.
    Range(Rc<Range<'a>>),
    /// Something that can be called.
    Function(Function<'a>),
}

/// Everything between two values of one type.
#[derive(Clone, Debug)]
pub struct Range<'a> {
    /// The lower end.
    pub start: Value<'a>,
    /// Whether the lower end belongs to it.
    pub start_closed: bool,
    /// The upper end.
    pub end: Value<'a>,
    /// Whether the upper end belongs to it.
    pub end_closed: bool,
}

impl<'a> Value<'a> {
    pub(crate) fn string(text: impl Into<Rc<str>>) -> Value<'a> {
        Value::String(Text::Shared(text.into()))
    }

    pub(crate) fn list(items: Vec<Value<'a>>) -> Value<'a> {
        Value::List(List::from(items))
    }

    pub(crate) fn number(value: impl Into<Decimal>) -> Value<'a> {
        Value::Number(value.into())
    }
}
