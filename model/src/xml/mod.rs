//! XML text to a small owned tree. The tree keeps what validation needs (namespace, attributes, order of
//! children, character data, source position) and nothing else. No DTD, no external entity, no network.
//!
//! Fault model: any bytes may come. Everything is bounded by [`crate::limits`]; every error names line and
//! column of the place where reading stopped.

mod decode;
mod parse;
mod position;

pub use parse::parse;
pub use position::Position;

use std::collections::HashSet;
use std::fmt;

/// The namespaces this room gives meaning to; all others are foreign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Namespace {
    /// No namespace.
    None,
    /// `http://www.omg.org/spec/BPMN/20100524/MODEL`
    Bpmn,
    /// `http://www.omg.org/spec/BPMN/20100524/DI`
    BpmnDi,
    /// `http://www.omg.org/spec/DD/20100524/DC`
    Dc,
    /// `http://www.omg.org/spec/DD/20100524/DI`
    Di,
    /// `http://camunda.org/schema/zeebe/1.0`
    Zeebe,
    /// `http://www.w3.org/2001/XMLSchema-instance`
    Xsi,
    /// Any version of DMN's model namespace.
    Dmn,
    /// Anything else.
    Foreign,
}

impl Namespace {
    /// Maps a namespace URI.
    pub fn of(uri: &str) -> Self {
        match uri {
            "" => Self::None,
            "http://www.omg.org/spec/BPMN/20100524/MODEL" => Self::Bpmn,
            "http://www.omg.org/spec/BPMN/20100524/DI" => Self::BpmnDi,
            "http://www.omg.org/spec/DD/20100524/DC" => Self::Dc,
            "http://www.omg.org/spec/DD/20100524/DI" => Self::Di,
            "http://camunda.org/schema/zeebe/1.0" => Self::Zeebe,
            "http://www.w3.org/2001/XMLSchema-instance" => Self::Xsi,
            "http://www.omg.org/spec/DMN/20151101/dmn.xsd"
            | "http://www.omg.org/spec/DMN/20180521/MODEL/"
            | "http://www.omg.org/spec/DMN/20191111/MODEL/"
            | "https://www.omg.org/spec/DMN/20191111/MODEL/"
            | "https://www.omg.org/spec/DMN/20211108/MODEL/"
            | "https://www.omg.org/spec/DMN/20230324/MODEL/" => Self::Dmn,
            _ => Self::Foreign,
        }
    }
}

/// Index of a node within its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

/// One attribute; namespace declarations are not kept.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Namespace, `None` for the usual unprefixed attribute.
    pub namespace: Namespace,
    /// Local name.
    pub name: Box<str>,
    /// Name as written, prefix included (for messages).
    pub written: Box<str>,
    /// Unescaped value.
    pub value: Box<str>,
}

/// One XML element.
#[derive(Debug)]
pub struct Node {
    /// Namespace of the element's name.
    pub namespace: Namespace,
    /// Local name.
    pub name: Box<str>,
    /// Name as written, prefix included (for messages).
    pub written: Box<str>,
    /// Attributes in order.
    pub attributes: Vec<Attribute>,
    /// The element around it; `None` for the root.
    pub parent: Option<NodeId>,
    /// Child elements in order.
    pub children: Vec<NodeId>,
    /// All character data directly inside, concatenated.
    pub text: String,
    /// Where the start tag begins.
    pub position: Position,
}

/// A parsed document; the root is node 0.
#[derive(Debug)]
pub struct Document {
    nodes: Vec<Node>,
    /// Namespace prefixes declared anywhere; where exactly is not kept.
    prefixes: HashSet<Box<str>>,
}

impl Document {
    /// The root element.
    pub fn root(&self) -> NodeId {
        assert!(!self.nodes.is_empty(), "a parsed document has a root");
        NodeId(0)
    }

    /// Whether a namespace prefix is declared anywhere in the document.
    pub fn declares_prefix(&self, prefix: &str) -> bool {
        prefix == "xml" || self.prefixes.contains(prefix)
    }

    /// The node with that id.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// All nodes in document order.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// Value of an attribute without namespace.
    pub fn attribute(&self, id: NodeId, name: &str) -> Option<&str> {
        let found =
            self.node(id).attributes.iter().find(|a| a.namespace == Namespace::None && *a.name == *name);
        found.map(|a| &*a.value)
    }

    /// Whether the node has that namespace and local name.
    pub fn is(&self, id: NodeId, namespace: Namespace, name: &str) -> bool {
        let node = self.node(id);
        node.namespace == namespace && *node.name == *name
    }

    /// Children with that namespace and local name, in order.
    pub fn children<'a>(
        &'a self,
        id: NodeId,
        namespace: Namespace,
        name: &'a str,
    ) -> impl Iterator<Item = NodeId> + 'a {
        self.node(id).children.iter().copied().filter(move |c| self.is(*c, namespace, name))
    }

    /// First child with that namespace and local name.
    pub fn child(&self, id: NodeId, namespace: Namespace, name: &str) -> Option<NodeId> {
        self.children(id, namespace, name).next()
    }

    /// Character data directly inside, trimmed.
    pub fn text(&self, id: NodeId) -> &str {
        self.node(id).text.trim()
    }
}

/// Why XML could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlError {
    /// Where reading stopped.
    pub position: Position,
    /// What was wrong there.
    pub message: String,
}

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position;
        write!(f, "Error: Line={line} Column={column}: {}", self.message)
    }
}

impl std::error::Error for XmlError {}
