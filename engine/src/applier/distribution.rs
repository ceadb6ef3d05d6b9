//! COMMAND_DISTRIBUTION: a command goes to the other partitions until each has acknowledged it.

use tidemill_record::CommandDistributionIntent as Intent;
use tidemill_record::value::CommandDistributionValue;

use super::Applying;

/// The applier of an intent.
pub fn applier(intent: Intent) -> Option<fn(&mut Applying<'_, '_>)> {
    match intent {
        Intent::Started => Some(started),
        Intent::Distributing => Some(distributing),
        Intent::Acknowledged => Some(acknowledged),
        Intent::Finished => Some(finished),
        _ => None,
    }
}

fn started(applying: &mut Applying<'_, '_>) {
    let (key, value): (i64, CommandDistributionValue<'_>) = (applying.key(), applying.value());
    let state = &mut *applying.state;
    state.distributions.put(&mut state.undo, key, &value);
}

fn distributing(applying: &mut Applying<'_, '_>) {
    let (key, value): (i64, CommandDistributionValue<'_>) = (applying.key(), applying.value());
    let state = &mut *applying.state;
    state.pending_distributions.insert(&mut state.undo, (key, i64::from(value.partition_id)));
}

fn acknowledged(applying: &mut Applying<'_, '_>) {
    let (key, value): (i64, CommandDistributionValue<'_>) = (applying.key(), applying.value());
    let state = &mut *applying.state;
    state.pending_distributions.remove(&mut state.undo, (key, i64::from(value.partition_id)));
}

fn finished(applying: &mut Applying<'_, '_>) {
    let key = applying.key();
    let state = &mut *applying.state;
    state.distributions.remove(&mut state.undo, &key);
}
