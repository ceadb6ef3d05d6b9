//! Type names behind `instance of`, generic ones included.

use super::characters::is_name_part;
use super::cursor::{Parsed, Parser};
use super::node::{Slice, TextId, TypeName, TypeNode};

/// Longer names first, so that none hides behind its own beginning.
const NAMES: [(&str, TypeName); 19] = [
    ("years and months duration", TypeName::YearsMonths),
    ("days and time duration", TypeName::DaysTime),
    ("year-month-duration", TypeName::YearsMonths),
    ("day-time-duration", TypeName::DaysTime),
    ("date and time", TypeName::DateTime),
    ("date time", TypeName::DateTime),
    ("dateTime", TypeName::DateTime),
    ("function", TypeName::Function),
    ("context", TypeName::Context),
    ("boolean", TypeName::Boolean),
    ("number", TypeName::Number),
    ("string", TypeName::String),
    ("range", TypeName::Range),
    ("date", TypeName::Date),
    ("time", TypeName::Time),
    ("list", TypeName::List),
    ("null", TypeName::Null),
    ("Null", TypeName::Null),
    ("Any", TypeName::Any),
];

impl Parser<'_> {
    /// The index of the type that is next.
    pub(super) fn type_name(&mut self) -> Parsed<u32> {
        self.enter()?;
        let result = self.type_name_inner();
        self.leave();
        result
    }

    fn type_name_inner(&mut self) -> Parsed<u32> {
        self.skip_blanks();
        let rest = self.rest();
        let ends = |name: &str| rest.strip_prefix(name).is_some_and(|after| !after.starts_with(is_name_part));
        let mut written = None;
        let name = match NAMES.iter().find(|(name, _)| ends(name)) {
            Some((text, name)) => {
                self.at += text.len();
                *name
            }
            None => {
                written = Some(self.unknown_type()?);
                TypeName::Unknown
            }
        };
        let mut members = Vec::new();
        let generic =
            matches!(name, TypeName::List | TypeName::Range | TypeName::Context | TypeName::Function)
                && self.take("<");
        if generic {
            self.type_members(name, &mut members)?;
        }
        let start = self.syntax.type_members.len() as u32;
        self.syntax.type_members.extend_from_slice(&members);
        let members = Slice { start, length: members.len() as u32 };
        self.syntax.types.push(TypeNode { name, written, members, generic });
        Ok(self.syntax.types.len() as u32 - 1)
    }

    fn unknown_type(&mut self) -> Parsed<TextId> {
        self.skip_blanks();
        let start = self.at;
        self.name()?;
        while self.take(".") {
            self.name()?;
        }
        let source = self.source;
        Ok(self.push_text(&source[start..self.at]))
    }

    fn type_members(&mut self, name: TypeName, members: &mut Vec<(Option<TextId>, u32)>) -> Parsed<()> {
        if !self.take(">") {
            loop {
                let key = if name == TypeName::Context {
                    let key = self.name_with_blanks()?;
                    self.expect(":")?;
                    Some(key)
                } else {
                    None
                };
                members.push((key, self.type_name()?));
                if !self.take(",") {
                    break;
                }
            }
            self.expect(">")?;
        }
        if name == TypeName::Function {
            self.expect("->")?;
            // The result type of a function cannot be known without calling it.
            self.type_name()?;
        }
        if matches!(name, TypeName::List | TypeName::Range) && members.len() != 1 {
            return Err(self.mismatch("one element type"));
        }
        Ok(())
    }
}
