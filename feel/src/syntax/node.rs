//! The arena: nodes refer to each other by index, so a tree is a handful of vectors that can be
//! shared between threads and dropped without recursion.

use crate::builtins::BuiltinName;
use crate::decimal::Decimal;
use crate::temporal::Temporal;

/// Index of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NodeId(pub u32);

/// Index of a name or string literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TextId(pub u32);

/// A run of entries of one of the side tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slice {
    pub start: u32,
    pub length: u32,
}

impl Slice {
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..(self.start + self.length) as usize
    }
}

/// One expression. Side tables hold what does not fit in a few words.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Node {
    Null,
    Boolean(bool),
    Number(u32),
    Text(TextId),
    Temporal(u32),
    /// `?`
    Input,
    Variable(TextId),
    /// A bracketed variable, so that paths on it do not join its name.
    Group(NodeId),
    List(Slice),
    Context(Slice),
    Range(u32),
    /// Operators of one precedence from left to right, or paths and filters on a value.
    Chain {
        base: NodeId,
        links: Slice,
    },
    Negate(NodeId),
    Compare {
        operator: Comparison,
        left: NodeId,
        right: NodeId,
    },
    Between {
        value: NodeId,
        low: NodeId,
        high: NodeId,
    },
    InstanceOf {
        value: NodeId,
        type_name: u32,
    },
    In {
        value: NodeId,
        test: NodeId,
    },
    And(Slice),
    Or(Slice),
    /// Conditions and branches in turn, the last one the `else` branch.
    If(Slice),
    /// The list of results so far is bound only if the body asks for it.
    For {
        iterators: Slice,
        body: NodeId,
        uses_partial: bool,
    },
    Some {
        iterators: Slice,
        body: NodeId,
    },
    Every {
        iterators: Slice,
        body: NodeId,
    },
    Call(u32),
    /// A call of what an expression yields.
    Invoke {
        callee: NodeId,
        call: u32,
    },
    /// A call of a function that is an entry of a context.
    CallEntry {
        base: NodeId,
        call: u32,
    },
    Function {
        parameters: Slice,
        body: NodeId,
    },
    /// A bare `true` or `false` as a unary test.
    InputIs(bool),
    InputCompare {
        operator: Comparison,
        operand: NodeId,
    },
    InputInRange(u32),
    /// An expression as a unary test.
    Test(NodeId),
    /// Unary tests of which one suffices.
    AnyOf(Slice),
    Not(NodeId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// Whether values in that order compare so.
    pub fn holds(self, found: std::cmp::Ordering) -> bool {
        use std::cmp::Ordering;
        match self {
            Comparison::Less => found == Ordering::Less,
            Comparison::LessOrEqual => found != Ordering::Greater,
            Comparison::Greater => found == Ordering::Greater,
            Comparison::GreaterOrEqual => found != Ordering::Less,
            Comparison::Equal => found == Ordering::Equal,
            Comparison::NotEqual => found != Ordering::Equal,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChainOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    /// The operand is the index of a name.
    Path,
    Filter,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub operator: ChainOperator,
    pub operand: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub key: TextId,
    pub value: NodeId,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Iterator {
    pub name: TextId,
    pub list: NodeId,
    /// The end of `list..end`.
    pub end: Option<NodeId>,
    /// Whether the list names a variable of an earlier iterator of the same loop.
    pub dependent: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct RangeNode {
    pub start_closed: bool,
    pub start: NodeId,
    pub end: NodeId,
    pub end_closed: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Argument {
    pub name: Option<TextId>,
    pub value: NodeId,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub name: TextId,
    pub arguments: Slice,
    pub named: bool,
    pub builtin: Option<BuiltinName>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypeName {
    Any,
    Null,
    Number,
    String,
    Boolean,
    Date,
    Time,
    DateTime,
    DaysTime,
    YearsMonths,
    List,
    Context,
    Function,
    Range,
    /// A name that this crate does not know; the host of the evaluation may.
    Unknown,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct TypeNode {
    pub name: TypeName,
    /// The name itself if it is [`TypeName::Unknown`].
    pub written: Option<TextId>,
    /// Element type of lists and ranges, parameter types of functions: indices into `types`.
    pub members: Slice,
    /// Whether brackets were given: `function<>` differs from `function`.
    pub generic: bool,
}

/// A parsed expression.
#[derive(Debug, Default)]
pub(crate) struct Syntax {
    pub nodes: Vec<Node>,
    pub lists: Vec<NodeId>,
    pub links: Vec<Link>,
    pub entries: Vec<Entry>,
    pub iterators: Vec<Iterator>,
    pub ranges: Vec<RangeNode>,
    pub arguments: Vec<Argument>,
    pub calls: Vec<Call>,
    pub types: Vec<TypeNode>,
    /// Members of generic types: a name for context entries, and a type.
    pub type_members: Vec<(Option<TextId>, u32)>,
    pub numbers: Vec<Decimal>,
    pub temporals: Vec<Temporal>,
    pub texts: Vec<Box<str>>,
    /// Names of free variables, each once, in order of appearance.
    pub references: Vec<TextId>,
    pub root: u32,
}

impl Syntax {
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id.0 as usize]
    }

    pub fn text(&self, id: TextId) -> &str {
        &self.texts[id.0 as usize]
    }

    pub fn list(&self, slice: Slice) -> &[NodeId] {
        &self.lists[slice.range()]
    }

    pub fn root(&self) -> NodeId {
        NodeId(self.root)
    }
}
