//! The built-in functions.
//!
//! Each file holds one family: a table of names and signatures, and the functions. A call takes
//! the first signature that fits the number, or the names, of its arguments.

mod boolean;
mod context;
mod conversion;
mod convert_temporal;
mod engine;
mod list;
mod list_edit;
mod list_numbers;
mod list_order;
mod numeric;
mod random;
mod range;
mod range_literal;
mod regex;
mod regex_dialect;
mod string;
mod string_pattern;
mod temporal;
mod value_set;

pub(crate) use random::RandomState;
pub(crate) use regex::RegexCache;

use crate::eval::{Raised, Run};
use crate::value::Value;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Why a function gives no value.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// No case takes arguments of these types.
    IllegalArguments,
    /// What is wrong with them.
    Message(String),
    /// An assertion was not met, for this cause.
    Assertion(String),
    /// A function argument raised something.
    Raised(Box<Raised>),
}

impl From<Box<Raised>> for Refusal {
    fn from(raised: Box<Raised>) -> Refusal {
        Refusal::Raised(raised)
    }
}

pub(crate) type Answer<'a> = Result<Value<'a>, Refusal>;
pub(crate) type Builtin = for<'a, 'e, 'r, 'v> fn(&'r mut Run<'a, 'e>, &'v [Value<'a>]) -> Answer<'a>;

/// One way to call a function.
pub(crate) struct Signature {
    pub parameters: &'static [&'static str],
    /// Whether further arguments join the last parameter, which then is a list.
    pub variadic: bool,
    pub function: Builtin,
}

type Table = &'static [(&'static str, &'static [Signature])];

const fn fixed(parameters: &'static [&'static str], function: Builtin) -> Signature {
    Signature { parameters, variadic: false, function }
}

const fn variadic(parameters: &'static [&'static str], function: Builtin) -> Signature {
    Signature { parameters, variadic: true, function }
}

const TABLES: [Table; 13] = [
    boolean::TABLE,
    context::TABLE,
    conversion::TABLE,
    convert_temporal::TABLE,
    engine::TABLE,
    list::TABLE,
    list_edit::TABLE,
    list_numbers::TABLE,
    list_order::TABLE,
    numeric::TABLE,
    range::TABLE,
    string::TABLE,
    temporal::TABLE,
];

/// A built-in function that was found by its name.
#[derive(Clone, Copy)]
pub(crate) struct BuiltinName(&'static [Signature]);

impl std::fmt::Debug for BuiltinName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BuiltinName({} signatures)", self.0.len())
    }
}

impl BuiltinName {
    pub fn find(name: &str) -> Option<BuiltinName> {
        static INDEX: OnceLock<HashMap<&str, &[Signature]>> = OnceLock::new();
        let index = INDEX.get_or_init(|| {
            let rows = TABLES.iter().flat_map(|table| table.iter());
            let mut index = HashMap::new();
            for (name, signatures) in rows {
                assert!(index.insert(*name, *signatures).is_none(), "{name} is in one table only");
            }
            index
        });
        index.get(name).copied().map(BuiltinName)
    }

    pub fn signatures(self) -> &'static [Signature] {
        self.0
    }
}

fn refuse<'a>(message: impl Into<String>) -> Answer<'a> {
    Err(Refusal::Message(message.into()))
}
