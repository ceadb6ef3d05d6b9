//! Reading variables: one scope, or up through the scopes.

use tidemill_record::message_pack;

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
        self.variables
            .range_from((scope_key, 0))
            .take_while(move |((scope, _), _)| *scope == scope_key)
            .map(|(_, bytes)| {
                tidemill_record::value::Value::take(bytes).expect("rows hold what appliers put")
            })
    }

    /// Appends the MessagePack map of what is seen from a scope, ordered by length of the name, then by name; with
    /// `names` only those. `found` is scratch for places in `out`'s scratch and comes back empty.
    pub fn collect_variables(&self, scope_key: i64, names: &[&str], local_only: bool, out: &mut Vec<u8>) {
        if !names.is_empty() {
            return self.collect_named(scope_key, names, local_only, out);
        }
        let mut seen: Vec<VariableRow<'_>> = Vec::new();
        let mut scope = Some(scope_key);
        for _ in 0..SCOPE_DEPTH_MAX {
            let Some(key) = scope else { break };
            let outer_start = seen.len();
            for row in self.local_variables(key) {
                if !seen[..outer_start].iter().any(|inner| inner.name == row.name) {
                    seen.push(row);
                }
            }
            scope = if local_only { None } else { self.parent_scope(key) };
        }
        seen.sort_unstable_by(|a, b| (a.name.len(), a.name).cmp(&(b.name.len(), b.name)));
        message_pack::put_map_head(out, seen.len());
        for row in seen {
            message_pack::put_text(out, row.name);
            out.extend_from_slice(row.value.0);
        }
    }

    fn collect_named(&self, scope_key: i64, names: &[&str], local_only: bool, out: &mut Vec<u8>) {
        let look = |name: &str| {
            if local_only { self.local_variable(scope_key, name) } else { self.variable(scope_key, name) }
        };
        let wanted = |at: usize| !names[..at].contains(&names[at]) && look(names[at]).is_some();
        let mut order: Vec<usize> = (0..names.len()).filter(|at| wanted(*at)).collect();
        order.sort_unstable_by(|a, b| (names[*a].len(), names[*a]).cmp(&(names[*b].len(), names[*b])));
        message_pack::put_map_head(out, order.len());
        for at in order {
            message_pack::put_text(out, names[at]);
            out.extend_from_slice(look(names[at]).expect("found before").value.0);
        }
    }
}
