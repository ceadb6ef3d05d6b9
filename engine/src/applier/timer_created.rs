//! TIMER CREATED: something waits for a point in time.

use tidemill_record::value::TimerValue;

use super::Applying;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let (key, timer): (i64, TimerValue<'_>) = (applying.key(), applying.value());
    let state = &mut *applying.state;
    state.timers.put(&mut state.undo, key, &timer);
    state.due_timers.insert(&mut state.undo, (timer.due_date, key));
    state.element_timers.insert(&mut state.undo, (timer.element_instance_key, key));
}
