//! TIMER TRIGGERED and CANCELED: nothing waits for that point in time any more.

use super::Applying;

pub fn apply(applying: &mut Applying<'_, '_>) {
    let key = applying.key();
    let state = &mut *applying.state;
    let timer = state.timer(key).expect("a timer ends once");
    let (due_date, element_instance_key) = (timer.due_date, timer.element_instance_key);
    state.timers.remove(&mut state.undo, &key);
    state.due_timers.remove(&mut state.undo, (due_date, key));
    state.element_timers.remove(&mut state.undo, (element_instance_key, key));
}
