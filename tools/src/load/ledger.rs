//! What was acknowledged and what became of it. Exactly once means: every acknowledged instance is seen completed, none
//! twice, and no job is completed with OK twice. A job that is given out again before it was completed is counted,
//! not an error.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use serde_json::json;

use super::LoadError;

/// The record of one run. Bounded by the run's length: two numbers per instance, one per job.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Acknowledged instances and how often each was seen completed.
    instances: HashMap<i64, u32>,
    /// Jobs completed with OK.
    jobs: HashSet<i64>,
    /// Jobs given to us, to count redeliveries.
    given: HashSet<i64>,
    /// Failed requests by what was asked and gRPC code.
    errors: BTreeMap<String, u64>,
    /// One message per kind of error, for people.
    samples: BTreeMap<String, String>,
    redelivered: u64,
    completed_twice: u64,
    unknown_outcomes: u64,
}

impl Ledger {
    /// The gateway acknowledged this instance.
    pub fn acknowledged(&mut self, instance_key: i64) {
        self.instances.entry(instance_key).or_default();
    }

    /// This instance was seen completed.
    pub fn completed(&mut self, instance_key: i64) {
        *self.instances.entry(instance_key).or_default() += 1;
    }

    /// A job was given to us; false when it was before.
    pub fn given(&mut self, job_key: i64) -> bool {
        let new = self.given.insert(job_key);
        self.redelivered += u64::from(!new);
        new
    }

    /// A job was completed with OK.
    pub fn job_completed(&mut self, job_key: i64) {
        let new = self.jobs.insert(job_key);
        self.completed_twice += u64::from(!new);
    }

    /// A request failed; the outcome of a create is unknown then, unless it was refused.
    pub fn failed(&mut self, what: &str, status: &tonic::Status) {
        let kind = format!("{what} {:?}", status.code());
        *self.errors.entry(kind.clone()).or_default() += 1;
        self.samples.entry(kind).or_insert_with(|| status.message().to_owned());
        let refused = matches!(status.code(), tonic::Code::ResourceExhausted | tonic::Code::InvalidArgument);
        self.unknown_outcomes += u64::from(what == "create" && !refused);
    }

    /// Acknowledged instances that were not seen completed.
    pub fn incomplete(&self) -> usize {
        self.instances.values().filter(|completions| **completions == 0).count()
    }

    /// Instances seen completed more than once.
    pub fn twice(&self) -> usize {
        self.instances.values().filter(|completions| **completions > 1).count()
    }

    /// Failed requests of all kinds.
    pub fn error_count(&self) -> u64 {
        self.errors.values().sum()
    }

    /// What went against exactly-once; empty when all is well.
    pub fn violations(&self) -> Vec<String> {
        let counts = [
            (self.incomplete() as u64, "acknowledged instances were not seen completed"),
            (self.twice() as u64, "instances were seen completed twice"),
            (self.completed_twice, "jobs were completed with OK twice"),
        ];
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect()
    }

    /// For the JSON report.
    pub fn to_json(&self) -> serde_json::Value {
        json!({
            "acknowledged": self.instances.len(), "incomplete": self.incomplete(), "completed_twice": self.twice(),
            "jobs_completed": self.jobs.len(), "jobs_completed_twice": self.completed_twice,
            "jobs_redelivered": self.redelivered, "unknown_outcomes": self.unknown_outcomes,
            "errors": self.errors, "error_samples": self.samples, "exactly_once": self.violations().is_empty(),
        })
    }

    /// Writes the keys of acknowledged instances and completed jobs.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), LoadError> {
        let mut text = String::new();
        for key in self.instances.keys() {
            text.push_str(&format!("instance {key}\n"));
        }
        for key in &self.jobs {
            text.push_str(&format!("job {key}\n"));
        }
        let unusable =
            |error: std::io::Error| LoadError::File { path: path.to_path_buf(), message: error.to_string() };
        std::fs::write(path, text).map_err(unusable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violations_are_seen() {
        let mut ledger = Ledger::default();
        ledger.acknowledged(1);
        assert_eq!(ledger.violations(), ["1 acknowledged instances were not seen completed"]);
        ledger.completed(1);
        assert!(ledger.violations().is_empty());
        ledger.completed(1);
        ledger.job_completed(5);
        ledger.job_completed(5);
        assert_eq!(
            ledger.violations(),
            ["1 instances were seen completed twice", "1 jobs were completed with OK twice"]
        );
    }

    #[test]
    fn redelivery_is_counted_and_no_violation() {
        let mut ledger = Ledger::default();
        assert!(ledger.given(5));
        assert!(!ledger.given(5));
        assert!(ledger.violations().is_empty());
        assert_eq!(ledger.to_json()["jobs_redelivered"], 1);
    }
}
