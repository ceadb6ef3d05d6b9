//! Where variables come from.

use crate::message_pack;

/// Variables by name, encoded in MessagePack. Only names that an expression mentions are asked for.
pub trait Variables {
    /// The encoded value of a variable.
    fn get(&self, name: &str) -> Option<&[u8]>;
}

/// No variables at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoVariables;

impl Variables for NoVariables {
    fn get(&self, _name: &str) -> Option<&[u8]> {
        None
    }
}

/// The entries of one encoded map. Bytes that are not a map hold no variables.
#[derive(Clone, Copy, Debug)]
pub struct MessagePackMap<'d>(pub &'d [u8]);

impl Variables for MessagePackMap<'_> {
    fn get(&self, name: &str) -> Option<&[u8]> {
        message_pack::find_entry(self.0, name)
    }
}
