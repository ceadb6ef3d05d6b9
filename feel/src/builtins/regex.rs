//! Compiled patterns, kept for the next evaluation.

use super::regex_dialect::translate;
use crate::limits::{REGEX_BACKTRACK_MAX, REGEX_CACHE_MAX, REGEX_SIZE_BYTES_MAX};
use fancy_regex::{Regex, RegexBuilder};
use std::rc::Rc;

/// The patterns used last.
#[derive(Debug, Default)]
pub(crate) struct RegexCache {
    /// Pattern, flags and result, oldest first.
    entries: Vec<(String, String, Option<Rc<Regex>>)>,
}

impl RegexCache {
    /// The compiled pattern; `None` if it is invalid.
    pub fn get(&mut self, pattern: &str, flags: &str) -> Option<Rc<Regex>> {
        if let Some((_, _, regex)) = self.entries.iter().find(|(p, f, _)| p == pattern && f == flags) {
            return regex.clone();
        }
        let regex = compile(pattern, flags).map(Rc::new);
        if self.entries.len() >= REGEX_CACHE_MAX {
            self.entries.remove(0);
        }
        self.entries.push((pattern.to_string(), flags.to_string(), regex.clone()));
        regex
    }
}

fn compile(pattern: &str, flags: &str) -> Option<Regex> {
    // Nesting in a pattern is recursion in its compiler.
    const NESTING_MAX: usize = 100;
    const PATTERN_BYTES_MAX: usize = 64 * 1024;
    if pattern.matches('(').count() > NESTING_MAX && deepest(pattern) > NESTING_MAX {
        return None;
    }
    if pattern.len() > PATTERN_BYTES_MAX {
        return None;
    }
    let known: String = ['s', 'm', 'i', 'x'].iter().filter(|flag| flags.contains(**flag)).collect();
    let translated = translate(pattern, flags.contains('x'))?;
    let text = if known.is_empty() { translated } else { format!("(?{known}){translated}") };
    RegexBuilder::new(&text)
        .backtrack_limit(REGEX_BACKTRACK_MAX)
        .delegate_size_limit(REGEX_SIZE_BYTES_MAX)
        .delegate_dfa_size_limit(REGEX_SIZE_BYTES_MAX)
        .build()
        .ok()
}

fn deepest(pattern: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in pattern.bytes() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}
