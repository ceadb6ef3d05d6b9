//! Reading variables: one scope, or up through the scopes.

use tidemill_record::{List, message_pack};

use super::{State, VariableRow};
use crate::limits::SCOPE_DEPTH_MAX;
use crate::table::text_hash_wide;

impl State {
    /// A variable of exactly this scope.
    pub fn local_variable(&self, scope_key: i64, name: &str) -> Option<VariableRow<'_>> {
        let row: VariableRow<'_> = self.variables.row(&(scope_key, text_hash_wide(name)))?;
        assert_eq!(row.name, name, "two variable names share a hash");
        Some(row)
    }

    /// The scope around; `None` for a process instance or an unknown key.
    pub fn parent_scope(&self, scope_key: i64) -> Option<i64> {
        self.element(scope_key).map(|row| row.flow_scope_key).filter(|parent| *parent >= 0)
    }

    /// A variable seen from a scope: the innermost of that name.
    pub fn variable(&self, scope_key: i64, name: &str) -> Option<VariableRow<'_>> {
        let mut scope_key = scope_key;
        for _ in 0..SCOPE_DEPTH_MAX {
            if let Some(row) = self.local_variable(scope_key, name) {
                return Some(row);
            }
            scope_key = self.parent_scope(scope_key)?;
        }
        None
    }

    /// The variables of exactly this scope, in no order that means anything.
    pub fn local_variables(&self, scope_key: i64) -> impl Iterator<Item = VariableRow<'_>> {
        self.variables.range_from((scope_key, 0)).take_while(move |((scope, _), _)| *scope == scope_key).map(
            |(_, bytes)| tidemill_record::value::Value::take(bytes).expect("rows hold what appliers put"),
        )
    }

    /// Appends the MessagePack map of what is seen from a scope: the inner scope's variables first, those of one
    /// scope by length of the name, then by name; with `names` only those.
    pub fn collect_variables(
        &self,
        scope_key: i64,
        names: List<'_, &str>,
        local_only: bool,
        found: &mut Collection,
        out: &mut Vec<u8>,
    ) {
        found.clear();
        let mut scope = Some(scope_key);
        for _ in 0..SCOPE_DEPTH_MAX {
            let Some(key) = scope else { break };
            let inner_count = found.places.len();
            if names.is_empty() {
                self.local_variables(key).for_each(|row| found.push_unless_inner(&row, inner_count));
            } else {
                let rows = names.iter().filter_map(|name| self.local_variable(key, name));
                // A name may be asked for twice.
                rows.for_each(|row| {
                    let count = found.places.len();
                    found.push_unless_inner(&row, count);
                });
            }
            found.sort_from(inner_count);
            scope = if local_only { None } else { self.parent_scope(key) };
        }
        found.write(out);
    }
}

/// Where one collected variable stands in the scratch bytes.
#[derive(Clone, Copy, Debug)]
struct Place {
    start: usize,
    name_end: usize,
    end: usize,
}

/// Scratch memory for collecting variables; its content means nothing between calls.
#[derive(Debug, Default)]
pub struct Collection {
    bytes: Vec<u8>,
    places: Vec<Place>,
}

impl Collection {
    fn clear(&mut self) {
        self.bytes.clear();
        self.places.clear();
    }

    /// Adds a variable unless one of the first `count` hides it.
    fn push_unless_inner(&mut self, row: &VariableRow<'_>, count: usize) {
        if self.contains(row.name, count) {
            return;
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(row.name.as_bytes());
        let name_end = self.bytes.len();
        self.bytes.extend_from_slice(row.value.0);
        self.places.push(Place { start, name_end, end: self.bytes.len() });
    }

    /// Whether one of the first `count` variables has this name.
    fn contains(&self, name: &str, count: usize) -> bool {
        self.places[..count].iter().any(|place| self.bytes[place.start..place.name_end] == *name.as_bytes())
    }

    /// Orders the variables from the one at `count` on.
    fn sort_from(&mut self, count: usize) {
        let bytes = &self.bytes;
        let name = |place: &Place| &bytes[place.start..place.name_end];
        self.places[count..].sort_unstable_by(|a, b| (name(a).len(), name(a)).cmp(&(name(b).len(), name(b))));
    }

    fn write(&self, out: &mut Vec<u8>) {
        let bytes = &self.bytes;
        let name = |place: &Place| &bytes[place.start..place.name_end];
        message_pack::put_map_head(out, self.places.len());
        for place in &self.places {
            let name = std::str::from_utf8(name(place)).expect("names are texts");
            message_pack::put_text(out, name);
            out.extend_from_slice(&bytes[place.name_end..place.end]);
        }
    }
}
