//! Functions as values.

use super::Binding;
use crate::expression::Expression;
use crate::syntax::{NodeId, Syntax};
use std::fmt;
use std::rc::Rc;

/// A function that an expression or a decision model defines.
#[derive(Clone, Debug)]
pub struct Function<'a>(pub(crate) Rc<Closure<'a>>);

#[derive(Debug)]
pub(crate) struct Closure<'a> {
    pub parameters: Vec<&'a str>,
    pub body: Body<'a>,
}

#[derive(Debug)]
pub(crate) enum Body<'a> {
    Syntax {
        syntax: &'a Syntax,
        root: NodeId,
        /// The names around the definition; `None` stands for the scope given to the evaluation.
        captured: Option<Vec<Binding<'a>>>,
    },
    /// The host of the evaluation knows the function by this id.
    Hosted(u32),
}

impl<'a> Function<'a> {
    /// A function whose body is an expression. Its free names are those of the scope that the
    /// evaluation is given, so functions of one scope may call each other.
    pub fn new(parameters: Vec<&'a str>, body: &'a Expression) -> Function<'a> {
        let syntax = body.syntax();
        let body = Body::Syntax { syntax, root: syntax.root(), captured: None };
        Function(Rc::new(Closure { parameters, body }))
    }

    /// A function that the [`super::Host`] of the evaluation calls by id.
    pub fn hosted(parameters: Vec<&'a str>, id: u32) -> Function<'a> {
        Function(Rc::new(Closure { parameters, body: Body::Hosted(id) }))
    }

    /// The id of a function made by [`Self::hosted`].
    pub fn hosted_id(&self) -> Option<u32> {
        match self.0.body {
            Body::Hosted(id) => Some(id),
            Body::Syntax { .. } => None,
        }
    }

    /// The names of the parameters.
    pub fn parameters(&self) -> &[&'a str] {
        &self.0.parameters
    }
}

impl fmt::Display for Function<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "function({})", self.0.parameters.join(", "))
    }
}
