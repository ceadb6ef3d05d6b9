//! Reading the state as JSON, for people and monitors: bounded answers, in the order of keys.

use std::fmt::Write;

use tidemill_model::ElementIndex;
use tidemill_record::value::{IncidentValue, Value};
use tidemill_record::{escape_json, message_pack_to_json};

use super::Engine;
use crate::definition::{Definition, Definitions};
use crate::state::{ElementRow, JobRow};

/// Entries of one list in an answer.
const ENTRIES_MAX: usize = 1_000;

impl Engine {
    /// Answers a question about the state as JSON: `instance` with its key, `incidents` of all instances (key
    /// -1) or of one, `digest`. False when there is nothing to tell.
    pub fn query(&self, question: &str, key: i64, out_json: &mut String) -> bool {
        match question {
            "instance" => self.query_instance(key, out_json),
            "incidents" => {
                self.put_incidents(key, out_json);
                true
            }
            "digest" => write!(out_json, "{{\"digest\":\"{:016x}\"}}", self.digest()).is_ok(),
            _ => false,
        }
    }

    fn query_instance(&self, key: i64, out: &mut String) -> bool {
        let Some(row) = self.state.element(key) else { return false };
        let Some(definition) = Definitions::default().get(&self.state, row.process_definition_key) else {
            return false;
        };
        let instance_key = row.process_instance_key;
        let state =
            if self.state.banned.contains(&instance_key) { "SET_ASIDE" } else { row.element_state().name() };
        put(out, format_args!("{{\"processInstanceKey\":{instance_key},\"bpmnProcessId\":"));
        escape_json(&definition.process.id, out);
        put(
            out,
            format_args!(",\"version\":{},\"processDefinitionKey\":{}", definition.version, definition.key),
        );
        put(out, format_args!(",\"state\":\"{state}\",\"elements\":["));
        let mut scopes = Vec::new();
        self.put_elements(&definition, instance_key, &mut scopes, out);
        out.push_str("],\"variables\":[");
        self.put_variables(&scopes, out);
        out.push_str("],\"incidents\":");
        self.put_incidents(instance_key, out);
        out.push('}');
        true
    }

    /// The instances of an instance's elements, scopes before what is in them.
    fn put_elements(&self, definition: &Definition, root: i64, seen: &mut Vec<i64>, out: &mut String) {
        let mut open = vec![root];
        while let Some(key) = open.pop() {
            let Some(row) = self.state.element(key).filter(|_| seen.len() < ENTRIES_MAX) else { continue };
            if !seen.is_empty() {
                out.push(',');
            }
            seen.push(key);
            self.put_element(definition, key, &row, out);
            let children = self.state.children.range_from((key, i64::MIN));
            let children = children.take_while(|(scope, _)| *scope == key).take(ENTRIES_MAX);
            let first = open.len();
            open.extend(children.map(|(_, child)| child));
            open[first..].reverse();
        }
    }

    fn put_element(&self, definition: &Definition, key: i64, row: &ElementRow, out: &mut String) {
        let index = ElementIndex(row.element_index as u32);
        let value = definition.value(index, row.process_instance_key, row.flow_scope_key);
        put(
            out,
            format_args!(
                "{{\"elementInstanceKey\":{key},\"flowScopeKey\":{},\"elementId\":",
                row.flow_scope_key
            ),
        );
        escape_json(value.element_id, out);
        put(
            out,
            format_args!(
                ",\"bpmnElementType\":\"{}\",\"state\":\"{}\"",
                value.bpmn_element_type.name(),
                row.element_state().name()
            ),
        );
        if let Some(job) = self.state.job(row.job_key) {
            put_job(row.job_key, &job, out);
        }
        out.push('}');
    }

    fn put_variables(&self, scopes: &[i64], out: &mut String) {
        let mut count = 0;
        for scope in scopes {
            for row in self.state.local_variables(*scope).take(ENTRIES_MAX) {
                out.push_str(if count == 0 { "{\"scopeKey\":" } else { ",{\"scopeKey\":" });
                put(out, format_args!("{scope},\"name\":"));
                escape_json(row.name, out);
                out.push_str(",\"value\":");
                message_pack_to_json(row.value.0, out);
                out.push('}');
                count += 1;
            }
        }
    }

    fn put_incidents(&self, instance_key: i64, out: &mut String) {
        out.push('[');
        let mut count = 0;
        for (key, bytes) in self.state.incidents.range_from(i64::MIN) {
            let incident = IncidentValue::take(bytes).expect("rows hold what appliers put");
            if instance_key >= 0 && incident.process_instance_key != instance_key {
                continue;
            }
            out.push_str(if count == 0 { "{\"key\":" } else { ",{\"key\":" });
            put(out, format_args!("{key},\"incident\":"));
            incident.print(out);
            out.push('}');
            count += 1;
            if count == ENTRIES_MAX {
                break;
            }
        }
        out.push(']');
    }
}

fn put_job(key: i64, row: &JobRow<'_>, out: &mut String) {
    put(out, format_args!(",\"job\":{{\"key\":{key},\"state\":\"{}\",\"type\":", row.job_state().name()));
    escape_json(row.job.job_type, out);
    put(out, format_args!(",\"retries\":{},\"worker\":", row.job.retries));
    escape_json(row.job.worker, out);
    put(out, format_args!(",\"deadline\":{}}}", row.job.deadline));
}

fn put(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    out.write_fmt(arguments).expect("a String takes everything");
}
