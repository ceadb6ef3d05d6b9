//! What a run found out.

use serde_json::json;

use super::latency::Latency;
use super::ledger::Ledger;

/// The figures of one run.
#[derive(Debug)]
pub struct Report {
    /// Seconds measured.
    pub seconds: f64,
    /// Instances answered within the measured span.
    pub completed: u64,
    /// Latency of instances (or of the create command) in the measured span.
    pub latency: Latency,
    /// Latency of CompleteJob in the measured span.
    pub job_latency: Latency,
    /// This tool's own processor time in the measured span, seconds.
    pub cpu_seconds: f64,
    /// Whether latency is that of the create command only.
    pub create_only: bool,
    pub(super) ledger: Ledger,
}

impl Report {
    /// Instances per second.
    pub fn per_second(&self) -> f64 {
        self.completed as f64 / self.seconds
    }

    /// This tool's processor time per instance, microseconds.
    pub fn cpu_us_per_instance(&self) -> f64 {
        self.cpu_seconds * 1e6 / (self.completed.max(1) as f64)
    }

    /// What went against exactly-once; empty when all is well.
    pub fn violations(&self) -> Vec<String> {
        self.ledger.violations()
    }

    /// One object for programs.
    pub fn to_json(&self) -> serde_json::Value {
        json!({
            "seconds": self.seconds, "completed": self.completed, "completed_per_s": self.per_second(),
            "latency_of": if self.create_only { "create" } else { "instance" },
            "latency_ms": self.latency.to_json(), "job_latency_ms": self.job_latency.to_json(),
            "tool_cpu_s": self.cpu_seconds, "tool_cpu_us_per_instance": self.cpu_us_per_instance(),
            "ledger": self.ledger.to_json(),
        })
    }

    /// A few lines for people.
    pub fn to_text(&self) -> String {
        let what = if self.create_only { "creates" } else { "instances" };
        let ledger = self.ledger.to_json();
        let mut text = format!(
            "{:.0} {what}/s  ({} in {:.1} s; {:.1} us of processor time each for this tool)\n\
             {what:<9}  {}\njobs       {}\n",
            self.per_second(),
            self.completed,
            self.seconds,
            self.cpu_us_per_instance(),
            self.latency.to_text(),
            self.job_latency.to_text(),
        );
        for (kind, count) in ledger["errors"].as_object().into_iter().flatten() {
            text.push_str(&format!("error      {kind}: {count} ({})\n", ledger["error_samples"][kind]));
        }
        let violations = self.violations();
        if violations.is_empty() {
            text.push_str(&format!("exactly once: yes, {} acknowledged instances\n", ledger["acknowledged"]));
        } else {
            text.push_str(&format!("exactly once: NO, {}\n", violations.join(", ")));
        }
        text
    }
}
