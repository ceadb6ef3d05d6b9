//! Any bytes as a DMN resource: a graph or violations, never a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tidemill_model::read_dmn;

fuzz_target!(|bytes: &[u8]| match read_dmn("fuzz.dmn", bytes) {
    Ok(graph) => {
        for decision in &graph.decisions {
            assert!(graph.find(&decision.id).is_some());
            for required in &decision.required_decisions {
                assert!((required.0 as usize) < graph.decisions.len());
            }
        }
    }
    Err(violations) => assert!(!violations.is_empty()),
});
