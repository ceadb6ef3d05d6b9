//! Values from MessagePack.

use super::{Context, List, Text, Value};
use crate::decimal::Decimal;
use crate::message_pack::{self, Token};

impl<'a> Value<'a> {
    /// Reads an encoded value. Strings, lists and contexts stay where they are. Binary data and
    /// bytes that are not MessagePack read as null.
    pub fn from_message_pack(bytes: &'a [u8]) -> Value<'a> {
        message_pack::read(bytes).map_or(Value::Null, |(token, _)| Value::from_token(token))
    }

    pub(crate) fn from_token(token: Token<'a>) -> Value<'a> {
        match token {
            Token::Nil | Token::Opaque => Value::Null,
            Token::Boolean(value) => Value::Boolean(value),
            Token::Integer(value) => Value::Number(Decimal::small(value, 0)),
            Token::Float(value) => Decimal::from_f64(value).map_or(Value::Null, Value::Number),
            Token::String(text) => Value::String(Text::Borrowed(text)),
            Token::Array(packed) => Value::List(List::packed(packed)),
            Token::Map(packed) => Value::Context(Context::packed(packed)),
        }
    }
}
