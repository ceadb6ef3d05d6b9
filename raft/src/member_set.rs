//! A sorted set of replicas in a fixed place: configurations are `Copy` and never allocate.

use std::fmt;

use crate::ids::NodeId;

/// Replicas in one set of a configuration, outgoing ones and learners each counted apart.
pub const MEMBER_COUNT_MAX: usize = 16;

/// A sorted set of at most [`MEMBER_COUNT_MAX`] replicas.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct MemberSet {
    ids: [NodeId; MEMBER_COUNT_MAX],
    count: u8,
}

impl MemberSet {
    /// No members.
    pub const EMPTY: Self = Self { ids: [NodeId::NONE; MEMBER_COUNT_MAX], count: 0 };

    /// The set of `ids`; `None` when they are too many.
    pub fn of(ids: &[u64]) -> Option<Self> {
        let mut set = Self::EMPTY;
        ids.iter().all(|id| set.insert(NodeId::new(*id))).then_some(set)
    }

    /// Puts `id` in; `false` when there is no room. Ids that are in stay in.
    #[must_use]
    pub fn insert(&mut self, id: NodeId) -> bool {
        assert!(id.is_some(), "nobody is no member");
        let Err(at) = self.as_slice().binary_search(&id) else { return true };
        let count = self.count as usize;
        if count == MEMBER_COUNT_MAX {
            return false;
        }
        self.ids.copy_within(at..count, at + 1);
        self.ids[at] = id;
        self.count += 1;
        true
    }

    /// Takes `id` out, if it is in.
    pub fn remove(&mut self, id: NodeId) {
        let Ok(at) = self.as_slice().binary_search(&id) else { return };
        let count = self.count as usize;
        self.ids.copy_within(at + 1..count, at);
        self.ids[count - 1] = NodeId::NONE;
        self.count -= 1;
    }

    /// Whether `id` is in.
    pub fn contains(&self, id: NodeId) -> bool {
        self.as_slice().binary_search(&id).is_ok()
    }

    /// The members in order.
    pub fn as_slice(&self) -> &[NodeId] {
        &self.ids[..self.count as usize]
    }

    /// The members in order.
    pub fn iter(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.as_slice().iter().copied()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl fmt::Display for MemberSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(")?;
        for (at, id) in self.iter().enumerate() {
            write!(formatter, "{}{id}", if at == 0 { "" } else { " " })?;
        }
        formatter.write_str(")")
    }
}

impl fmt::Debug for MemberSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_sorted_and_bounded() {
        let mut set = MemberSet::of(&[5, 1, 3, 1]).unwrap();
        assert_eq!(set.to_string(), "(1 3 5)");
        set.remove(NodeId::new(3));
        set.remove(NodeId::new(4));
        assert_eq!(set, MemberSet::of(&[1, 5]).unwrap());
        let many: Vec<u64> = (1..=17).collect();
        assert!(MemberSet::of(&many[..16]).is_some() && MemberSet::of(&many).is_none());
    }
}
