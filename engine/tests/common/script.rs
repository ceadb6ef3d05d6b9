//! Short forms, so that tests read like a script.

use super::harness::Harness;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

pub const KEY_BASE: i64 = 1 << 51;

impl Harness {
    pub fn deploy(&mut self, files: &[&str]) -> Vec<Value> {
        let resources: Vec<(String, Vec<u8>)> =
            files.iter().map(|file| (file.to_string(), super::process(file))).collect();
        self.deploy_bytes(&resources)
    }

    pub fn deploy_bytes(&mut self, resources: &[(String, Vec<u8>)]) -> Vec<Value> {
        let resources: Vec<Value> = resources
            .iter()
            .map(|(name, bytes)| json!({"resourceName": name, "resource": STANDARD.encode(bytes)}))
            .collect();
        self.command("DEPLOYMENT", "CREATE", -1, &json!({ "resources": resources }))
    }

    /// Creates an instance; its key, -1 when it was rejected.
    pub fn create(&mut self, process: &str, variables: Value) -> i64 {
        let value = json!({"bpmnProcessId": process, "variables": variables});
        let caused = self.command("PROCESS_INSTANCE_CREATION", "CREATE", -1, &value);
        find(&caused, "PROCESS_INSTANCE_CREATION", "CREATED")
            .map_or(-1, |record| record["value"]["processInstanceKey"].as_i64().unwrap())
    }

    /// Activates jobs; their keys.
    pub fn activate(&mut self, job_type: &str, max: i64) -> Vec<i64> {
        let value = json!({"type": job_type, "worker": "worker", "timeout": 600_000,
            "maxJobsToActivate": max, "tenantIds": ["<default>"]});
        let caused = self.command("JOB_BATCH", "ACTIVATE", -1, &value);
        let keys = find(&caused, "JOB_BATCH", "ACTIVATED").map(|record| record["value"]["jobKeys"].clone());
        keys.into_iter()
            .flat_map(|keys| keys.as_array().unwrap().clone())
            .map(|key| key.as_i64().unwrap())
            .collect()
    }

    pub fn complete(&mut self, job: i64, variables: Value) -> Vec<Value> {
        self.command("JOB", "COMPLETE", job, &json!({ "variables": variables }))
    }

    pub fn fail(&mut self, job: i64, retries: i64, backoff_ms: i64) -> Vec<Value> {
        let value = json!({"retries": retries, "retryBackoff": backoff_ms, "errorMessage": "failed"});
        self.command("JOB", "FAIL", job, &value)
    }

    pub fn publish(
        &mut self,
        name: &str,
        correlation_key: &str,
        ttl_ms: i64,
        variables: Value,
    ) -> Vec<Value> {
        let value = json!({"name": name, "correlationKey": correlation_key, "timeToLive": ttl_ms,
            "variables": variables});
        self.command("MESSAGE", "PUBLISH", -1, &value)
    }

    pub fn set_variables(&mut self, scope: i64, variables: Value, local: bool) -> Vec<Value> {
        let semantics = if local { "LOCAL" } else { "PROPAGATE" };
        let value = json!({"scopeKey": scope, "updateSemantics": semantics, "variables": variables});
        self.command("VARIABLE_DOCUMENT", "UPDATE", -1, &value)
    }

    pub fn cancel(&mut self, instance: i64) -> Vec<Value> {
        self.command("PROCESS_INSTANCE", "CANCEL", instance, &json!({ "processInstanceKey": instance }))
    }

    pub fn resolve(&mut self, incident: i64) -> Vec<Value> {
        self.command("INCIDENT", "RESOLVE", incident, &json!({}))
    }

    /// Whether the process instance has ended.
    pub fn is_completed(&self, instance: i64) -> bool {
        self.keys_of("PROCESS_INSTANCE", "ELEMENT_COMPLETED").contains(&instance)
    }
}

/// The first record of a kind.
pub fn find<'a>(records: &'a [Value], value_type: &str, intent: &str) -> Option<&'a Value> {
    records.iter().find(|record| record["valueType"] == value_type && record["intent"] == intent)
}

/// A short line for a record: type, value type, intent and the element it is about.
pub fn line(record: &Value) -> String {
    let letter = match record["recordType"].as_str().unwrap() {
        "EVENT" => "E",
        "COMMAND" => "C",
        _ => "R",
    };
    let text = |name: &str| record[name].as_str().unwrap();
    let element = record["value"]["elementId"].as_str().unwrap_or_default();
    format!("{letter} {} {} {element}", text("valueType"), text("intent")).trim_end().to_owned()
}

/// The caused records must be these lines.
pub fn expect(caused: &[Value], lines: &str) {
    let expected: Vec<&str> = lines.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let actual: Vec<String> = caused.iter().map(line).collect();
    assert_eq!(actual, expected, "\n{}", actual.join("\n"));
}
