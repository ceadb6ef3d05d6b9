//! Reading jobs and timers.

use tidemill_record::value::TimerValue;

use super::{JobRow, JobState, State};

impl JobRow<'_> {
    /// How the job stands.
    pub fn job_state(&self) -> JobState {
        JobState::of(self.state)
    }
}

impl State {
    /// A job.
    pub fn job(&self, key: i64) -> Option<JobRow<'_>> {
        self.jobs.row(&key)
    }

    /// The first activatable job of a type from a key on.
    pub fn activatable_from(&self, job_type: u128, from: i64) -> Option<i64> {
        self.activatable
            .first_from((job_type, from))
            .filter(|(other, _)| *other == job_type)
            .map(|(_, key)| key)
    }

    /// A timer.
    pub fn timer(&self, key: i64) -> Option<TimerValue<'_>> {
        self.timers.row(&key)
    }

    /// The first timer of an element instance from a key on.
    pub fn timer_of_from(&self, element_instance_key: i64, from: i64) -> Option<i64> {
        let found = self.element_timers.first_from((element_instance_key, from))?;
        (found.0 == element_instance_key).then_some(found.1)
    }
}
