//! Repair of single damaged entries, from whoever has them: an entry is known by its chain value, so no
//! leader and no term is needed. Ranges are repaired from their end, because the entry behind knows the chain
//! value of the one before.

use tidemill_core::ids::Index;

use crate::entry::EntryMeta;
use crate::ids::{Chain, NodeId};
use crate::limits::DAMAGE_COUNT_MAX;
use crate::message::{Append, Body};
use crate::options::Damage;
use crate::output::LogOperation;
use crate::raft::Raft;

impl Raft {
    /// Entries that cannot be read any more, found by whoever read them. `false` when there are too many
    /// ranges, or the end of the log is among them: restart with it as doubt.
    pub fn damage_found(&mut self, damage: Damage) -> bool {
        let sound = damage.first <= damage.last && damage.first > self.log.base().index;
        assert!(sound, "a range of the log");
        if self.recovery.damages.len() == DAMAGE_COUNT_MAX || damage.last >= self.log.last() {
            return false;
        }
        if self.recovery.damages.iter().any(|known| known.first <= damage.last && damage.first <= known.last)
        {
            return true;
        }
        self.recovery.damages.push(damage);
        true
    }

    /// Ranges that are not repaired yet.
    pub fn damages(&self) -> &[Damage] {
        &self.recovery.damages
    }

    pub(crate) fn is_damaged(&self) -> bool {
        !self.recovery.damages.is_empty()
    }

    pub(crate) fn is_damaged_at(&self, index: Index) -> bool {
        self.damage_at(index).is_some()
    }

    fn damage_at(&self, index: Index) -> Option<&Damage> {
        self.recovery.damages.iter().find(|damage| damage.first <= index && index <= damage.last)
    }

    /// The chain value at `index`, where it is known and believed.
    pub(crate) fn known_chain(&self, index: Index) -> Option<Chain> {
        match self.damage_at(index) {
            Some(damage) => (damage.last == index).then_some(damage.chain_of_last),
            None => self.log.chain(index),
        }
    }

    /// Whether an append begins or ends among damaged entries: then nobody can tell whether it fits, until
    /// they are repaired.
    pub(crate) fn hangs_on_damage(&self, append: &Append) -> bool {
        let (previous, last) = (append.previous_index, append.last_index());
        let inside = |index: Index| self.damage_at(index).is_some_and(|damage| damage.last != index);
        inside(previous) || inside(last)
    }

    /// Where a conflict at `index` begins: a damaged range whose last entry is another one is another one
    /// altogether.
    pub(crate) fn start_of_damage(&self, index: Index) -> Index {
        self.damage_at(index).map_or(index, |damage| damage.first)
    }

    pub(crate) fn forget_damage_behind(&mut self, last: Index) {
        self.recovery.damages.retain(|damage| damage.last <= last);
    }

    pub(crate) fn tick_repairs(&mut self) {
        let Some(damage) = self.recovery.damages.last().copied() else { return };
        self.recovery.repair_ticks += 1;
        if self.recovery.repair_ticks < self.options.heartbeat_ticks || self.progress.is_empty() {
            return;
        }
        self.recovery.repair_ticks = 0;
        // One after the other: who has it answers.
        self.recovery.repair_peer = (self.recovery.repair_peer + 1) % self.progress.len();
        let to = self.progress[self.recovery.repair_peer].id;
        if to != self.id {
            self.ask_for(to, damage);
        }
    }

    fn ask_for(&mut self, to: NodeId, damage: Damage) {
        self.send(to, Body::RepairRequest { index: damage.last, chain: damage.chain_of_last });
    }

    pub(crate) fn on_repair_request(&mut self, from: NodeId, index: Index, chain: Chain) {
        let in_log = index > self.log.base().index && index <= self.log.durable;
        // Where the chain value is forgotten, the asker finds out by itself whether it is the right one.
        let fits = self.log.chain(index).is_none_or(|own| own == chain);
        if in_log && fits && !self.is_damaged_at(index) {
            self.send(from, Body::RepairReply { index, chain });
        }
    }

    pub(crate) fn on_repair_reply(&mut self, index: Index, chain: Chain, entries: &[EntryMeta]) {
        let [entry] = entries else { return };
        let wanted = |damage: &Damage| damage.last == index && damage.chain_of_last == chain;
        let Some(at) = self.recovery.damages.iter().position(wanted) else { return };
        if entry.index != index || entry.chain != chain {
            return;
        }
        self.log.repair(entry);
        self.output.log.push(LogOperation::Repair { index, chain });
        let damage = &mut self.recovery.damages[at];
        if damage.first == index {
            self.recovery.damages.swap_remove(at);
            return;
        }
        damage.last = Index::new(index.get() - 1);
        damage.chain_of_last = entry.chain_before;
    }
}
