//! Reads the structure tables once, and answers types, particles and attributes with inheritance flattened.

use crate::xml::Namespace;
use std::collections::HashMap;
use std::sync::OnceLock;

/// One place in a sequence of children.
#[derive(Debug, Clone)]
pub(super) struct Particle {
    /// Elements that may stand here: namespace, name, type.
    pub(super) elements: Vec<(Namespace, &'static str, &'static str)>,
    /// `%any` or `%other`.
    pub(super) wildcard: Option<Wildcard>,
    /// Fewest occurrences.
    pub(super) min: usize,
    /// Whether more than one may follow each other.
    pub(super) repeats: bool,
}

/// What a wildcard lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wildcard {
    /// Everything.
    Any,
    /// Every namespace but the schema's own, and none.
    Other,
}

/// A type with everything it inherits.
#[derive(Debug, Default)]
pub(super) struct Type {
    pub(super) is_abstract: bool,
    pub(super) mixed: bool,
    /// Name, value type, required.
    pub(super) attributes: Vec<(&'static str, &'static str, bool)>,
    /// Foreign attributes are welcome.
    pub(super) any_attribute: bool,
    pub(super) particles: Vec<Particle>,
    /// The type itself and all it extends.
    pub(super) lineage: Vec<&'static str>,
}

/// Both tables.
pub(super) struct Table {
    types: HashMap<&'static str, Type>,
    enums: HashMap<&'static str, Vec<&'static str>>,
}

impl Table {
    /// The table, read at first use.
    pub(super) fn get() -> &'static Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(|| {
            Self::read(&[
                (Namespace::Bpmn, include_str!("semantic.txt")),
                (Namespace::Di, include_str!("diagram.txt")),
            ])
        })
    }

    /// A complex type; `None` for simple ones.
    pub(super) fn complex(&self, name: &str) -> Option<&Type> {
        self.types.get(name)
    }

    /// Values of an enumeration.
    pub(super) fn values(&self, name: &str) -> Option<&[&'static str]> {
        self.enums.get(name).map(Vec::as_slice)
    }

    fn read(sources: &[(Namespace, &'static str)]) -> Self {
        let mut raw = Raw::default();
        for (namespace, source) in sources {
            for line in logical_lines(source) {
                raw.line(*namespace, &line);
            }
        }
        let names: Vec<&'static str> = raw.types.keys().copied().collect();
        let types = names.into_iter().map(|name| (name, raw.flatten(name))).collect();
        Self { types, enums: raw.enums }
    }
}

/// Joins indented continuation lines, drops comments.
fn logical_lines(source: &'static str) -> Vec<Vec<&'static str>> {
    let mut lines: Vec<Vec<&'static str>> = Vec::new();
    for line in source.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let words = line.split_whitespace();
        match lines.last_mut() {
            Some(last) if line.starts_with(' ') => last.extend(words),
            _ => lines.push(words.collect()),
        }
    }
    lines
}

struct RawType {
    namespace: Namespace,
    base: Option<&'static str>,
    is_abstract: bool,
    mixed: bool,
    attributes: Vec<&'static str>,
    particles: Vec<&'static str>,
}

#[derive(Default)]
struct Raw {
    enums: HashMap<&'static str, Vec<&'static str>>,
    /// Global elements: namespace, type, head of the substitution group.
    elements: HashMap<&'static str, (Namespace, &'static str, Option<&'static str>)>,
    types: HashMap<&'static str, RawType>,
}

impl Raw {
    fn line(&mut self, namespace: Namespace, words: &[&'static str]) {
        match words[0] {
            "enum" => drop(self.enums.insert(words[1], words[2..].to_vec())),
            "element" => {
                let namespace = element_namespace(namespace, words[1]);
                self.elements.insert(words[1], (namespace, words[2], words.get(3).copied()));
            }
            _ => {
                let mut parts = words.split(|word| *word == "|");
                // An alternative is written without blanks, so a lone bar only separates the three parts.
                let head = parts.next().unwrap_or_default();
                let base = head.iter().position(|word| *word == ":").map(|at| head[at + 1]);
                let raw = RawType {
                    namespace,
                    base,
                    is_abstract: head.contains(&"abstract"),
                    mixed: head.contains(&"mixed"),
                    attributes: parts.next().unwrap_or_default().to_vec(),
                    particles: parts.next().unwrap_or_default().to_vec(),
                };
                self.types.insert(head[1], raw);
            }
        }
    }

    fn flatten(&self, name: &'static str) -> Type {
        let raw = &self.types[name];
        let mut flat = raw.base.map(|base| self.flatten(base)).unwrap_or_default();
        flat.is_abstract = raw.is_abstract;
        flat.mixed |= raw.mixed;
        flat.lineage.push(name);
        for attribute in &raw.attributes {
            match attribute.split_once(':') {
                Some((name, kind)) => {
                    flat.attributes.push((name, kind.trim_end_matches('!'), kind.ends_with('!')));
                }
                None => flat.any_attribute = true,
            }
        }
        flat.particles.extend(raw.particles.iter().map(|text| self.particle(raw.namespace, text)));
        flat
    }

    fn particle(&self, namespace: Namespace, text: &'static str) -> Particle {
        let names = text.trim_end_matches(['?', '*', '+']);
        let (min, repeats) = match &text[names.len()..] {
            "?" => (0, false),
            "*" => (0, true),
            "+" => (1, true),
            "++" => (2, true),
            _ => (1, false),
        };
        let wildcard = match names {
            "%any" => Some(Wildcard::Any),
            "%other" => Some(Wildcard::Other),
            _ => None,
        };
        let mut elements = Vec::new();
        for name in names.split('|').filter(|_| wildcard.is_none()) {
            match name.split_once('=') {
                Some((name, kind)) => elements.push((namespace, name, kind)),
                None => self.substitutes(name, &mut elements),
            }
        }
        Particle { elements, wildcard, min, repeats }
    }

    /// A global element and all that can stand in its place.
    fn substitutes(&self, name: &'static str, found: &mut Vec<(Namespace, &'static str, &'static str)>) {
        let (namespace, kind, _) = self.elements[name];
        found.push((namespace, name, kind));
        let mut heads: Vec<_> =
            self.elements.iter().filter(|(_, (_, _, head))| *head == Some(name)).collect();
        heads.sort_unstable_by_key(|(name, _)| **name);
        for (substitute, _) in heads {
            self.substitutes(substitute, found);
        }
    }
}

/// Diagram elements live in three namespaces.
fn element_namespace(table: Namespace, name: &str) -> Namespace {
    match name {
        _ if table == Namespace::Bpmn => Namespace::Bpmn,
        "Bounds" | "Font" | "Point" => Namespace::Dc,
        _ if name.starts_with("BPMN") => Namespace::BpmnDi,
        _ => Namespace::Di,
    }
}
