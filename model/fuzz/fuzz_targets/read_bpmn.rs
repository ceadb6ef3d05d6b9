//! Any bytes as a BPMN resource: a graph or violations, never a panic. Accepted graphs are walked.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tidemill_model::{read_bpmn, render, supported};

fuzz_target!(|bytes: &[u8]| match read_bpmn("fuzz.bpmn", bytes) {
    Ok(definitions) => {
        for process in &definitions.processes {
            let _ = supported::unsupported_elements(process);
            for element in &process.elements {
                assert!(process.scopes(element.index).count() <= process.elements.len());
                let target = element.flow.as_ref().map_or(0, |flow| flow.target.index());
                assert!(target < process.elements.len());
            }
        }
    }
    Err(violations) => {
        assert!(!violations.is_empty());
        assert!(!render("fuzz.bpmn", &violations).is_empty());
    }
});
