//! DMN reading: a small graph, what is rejected, and the models of the DMN compatibility kit, read in place.

use std::path::{Path, PathBuf};
use tidemill_model::dmn::{Aggregation, HitPolicy, Logic};
use tidemill_model::{DecisionRequirements, Violation, read_dmn};

fn model(content: &str) -> String {
    format!(
        "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" id=\"d\" name=\"D\" \
         namespace=\"n\">{content}</definitions>"
    )
}

fn read(content: &str) -> Result<DecisionRequirements, Vec<Violation>> {
    read_dmn("d.dmn", model(content).as_bytes())
}

const TABLE: &str = "<inputData id=\"i\" name=\"amount\"/>\
    <decision id=\"base\" name=\"Base rate\"><literalExpression><text>1 + \
        1</text></literalExpression></decision>\
    <decision id=\"rate\" name=\"Rate\"><variable name=\"rate\" typeRef=\"feel:number\"/>\
    <informationRequirement><requiredDecision href=\"#base\"/></informationRequirement>\
    <informationRequirement><requiredInput href=\"#i\"/></informationRequirement>\
    <decisionTable hitPolicy=\"COLLECT\" aggregation=\"SUM\">\
    <input id=\"in\" label=\"Amount\"><inputExpression \
        typeRef=\"number\"><text>amount</text></inputExpression></input>\
    <output id=\"out\" name=\"r\"><outputValues><text>\"a,b\", 2</text></outputValues></output>\
    <rule id=\"r1\"><inputEntry><text>&lt; \
        10</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>\
    <rule id=\"r2\"><inputEntry><text/></inputEntry><outputEntry><text>Base rate * \
        2</text></outputEntry></rule>\
    </decisionTable></decision>";

#[test]
fn a_graph_with_a_table() {
    let graph = read(TABLE).expect("it is valid");
    let rate = graph.find("rate").unwrap();
    assert_eq!(
        (&*rate.name, &*rate.variable.name, rate.variable.type_ref.as_deref()),
        ("Rate", "rate", Some("number"))
    );
    assert_eq!(&*graph.decision(rate.required_decisions[0]).id, "base");
    assert_eq!(rate.required_inputs, [0]);
    let Logic::Table(table) = &rate.logic else { panic!("a table: {:?}", rate.logic) };
    assert_eq!(table.hit_policy, HitPolicy::Collect(Aggregation::Sum));
    assert_eq!((&*table.inputs[0].name, table.rules.len(), table.outputs[0].values.len()), ("Amount", 2, 2));
    assert!(matches!(graph.find("base").unwrap().logic, Logic::Literal(_)));
}

fn check_rejected(content: &str, reason: &str) {
    let violations = read(content).expect_err(reason);
    assert!(violations.iter().any(|v| v.message.contains(reason)), "expected {reason:?} in {violations:?}");
}

#[test]
fn what_is_rejected() {
    assert!(read("").is_ok_and(|graph| graph.decisions.is_empty()), "the reference takes it");
    check_rejected(&TABLE.replace("1 + 1", "1 +"), "FEEL expression: failed to parse expression '1 +'");
    check_rejected(&TABLE.replace("&lt; 10", "&lt; &lt;"), "FEEL unary-tests: failed to parse");
    check_rejected(&TABLE.replace("#base", "#nothing"), "The required element '#nothing' does not exist");
    check_rejected(&TABLE.replace("#base", "#rate"), "requires itself");
    check_rejected(&TABLE.replace("COLLECT", "BEST"), "The hit policy 'BEST' is unknown");
    check_rejected(
        &TABLE.replace("<outputEntry><text>1</text></outputEntry>", ""),
        "A rule must have one entry",
    );
    check_rejected("<decision id=\"x\" name=\"x\"/>", "No logic is given");
    assert!(
        read_dmn("d.dmn", b"<definitions/>").unwrap_err()[0].message.contains("Expected the root element")
    );
}

fn models(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            models(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "dmn") {
            found.push(path);
        }
    }
}

/// Models with a decision that has no logic: the reference rejects them as well.
const NOT_READ: &[&str] = &["0087-chapter-11-example.dmn", "0088-no-decision-logic.dmn"];

#[test]
#[allow(clippy::print_stderr, reason = "says that it did not run")]
fn models_of_the_compatibility_kit_are_read() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance/feel/dmn-tck");
    let mut found = Vec::new();
    models(&folder, &mut found);
    found.sort();
    if found.is_empty() {
        eprintln!("skipped: the conformance corpus of DMN models is absent");
        return;
    }
    let mut rejected = Vec::new();
    for path in &found {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Err(violations) = read_dmn(&name, &std::fs::read(path).expect("it is listed")) {
            rejected.push((name, violations));
        }
    }
    let unknown: Vec<String> = rejected
        .iter()
        .filter(|(name, _)| !NOT_READ.contains(&&**name))
        .map(|(name, violations)| {
            format!("{name}: {} violations, first {:?}", violations.len(), violations[0])
        })
        .collect();
    assert!(unknown.is_empty(), "{} of {} are rejected:\n{}", unknown.len(), found.len(), unknown.join("\n"));
    assert_eq!(rejected.len(), NOT_READ.len(), "no longer rejected, remove from the list: {NOT_READ:?}");
}
