//! Broken and odd models: evaluation answers, whatever was deployed.

mod common;

use common::{bare_table, model};
use tidemill_dmn::{DecisionEvaluator, Program, TypeRules};
use tidemill_feel::{Environment, MessagePackMap};
use tidemill_model::read_dmn_without_logic;

/// `{x: 3, y: ["a"], z: {k: 1}}`
const VARIABLES: &[u8] = b"\x83\xa1x\x03\xa1y\x91\xa1a\xa1z\x81\xa1k\x01";

fn seed_model() -> String {
    let outputs =
        "<output id=\"o\" name=\"r\"><outputValues><text>\"b\", \"a\"</text></outputValues></output>";
    let rules: &[&[&str]] = &[&["< 5", "\"a\"", "\"a\""], &["[1..3]", "-", "\"b\""]];
    let table = bare_table("hitPolicy=\"PRIORITY\"", &["x", "y"], outputs, rules);
    model(&format!(
        "<itemDefinition name=\"tX\" isCollection=\"true\"><typeRef>tX</typeRef></itemDefinition>\
         <inputData id=\"i\" name=\"x\"><variable name=\"x\" typeRef=\"tX\"/></inputData>\
         <decision id=\"a\" name=\"a\"><variable name=\"a\" typeRef=\"string\"/><informationRequirement>\
         <requiredInput href=\"#i\"/></informationRequirement>{table}</decision>\
         <businessKnowledgeModel id=\"k\" name=\"k\"><encapsulatedLogic><formalParameter name=\"n\" \
         typeRef=\"number\"/><literalExpression><text>n / x</text></literalExpression></encapsulatedLogic>\
         </businessKnowledgeModel><decision id=\"b\" name=\"b\"><informationRequirement>\
         <requiredDecision href=\"#a\"/></informationRequirement><knowledgeRequirement>\
         <requiredKnowledge href=\"#k\"/></knowledgeRequirement><context><contextEntry>\
         <variable name=\"v\" typeRef=\"number\"/><literalExpression><text>k(z.k) + x</text>\
         </literalExpression></contextEntry><contextEntry><variable name=\"w\"/><for iteratorVariable=\"e\">\
         <in><literalExpression><text>y</text></literalExpression></in><return><literalExpression>\
         <text>e + a</text></literalExpression></return></for></contextEntry></context></decision>"
    ))
}

/// A generator of the xorshift family (Marsaglia 2003).
fn next(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 11) as usize
}

/// Drops, doubles or overwrites a few pieces of the text.
fn mutated(source: &str, state: &mut u64) -> String {
    const PIECES: [&str; 14] =
        ["x", "y", "a", "k", "null", "-", "[", "1", "\"a\"", "k(k)", "tX", "number", "COLLECT", "z.k"];
    let mut text: Vec<char> = source.chars().collect();
    for _ in 0..=next(state) % 3 {
        let at = next(state) % text.len();
        let end = (at + 1 + next(state) % 6).min(text.len());
        match next(state) % 3 {
            0 => drop(text.drain(at..end)),
            1 => {
                let piece = text[at..end].to_vec();
                text.splice(at..at, piece);
            }
            _ => {
                let piece = PIECES[next(state) % PIECES.len()];
                text.splice(at..end, piece.chars());
            }
        }
    }
    text.into_iter().collect()
}

#[test]
fn mutated_models_are_answered() {
    let source = seed_model();
    let mut state = 0x9e37_79b9_7f4a_7c15;
    let mut evaluator = DecisionEvaluator::new();
    let mut evaluated = 0;
    for _ in 0..6_000 {
        let text = mutated(&source, &mut state);
        let Ok(graph) = read_dmn_without_logic("m.dmn", text.as_bytes()) else { continue };
        let mut program = Program::new(graph);
        for rules in [TypeRules::Reference, TypeRules::Standard] {
            program.set_type_rules(rules);
            for decision in &program.graph().decisions {
                let variables = MessagePackMap(VARIABLES);
                let outcome = evaluator.evaluate(&program, &decision.id, &variables, &Environment::default());
                let mut output = Vec::new();
                outcome.write_output(&mut output);
                assert!(!output.is_empty(), "every outcome has an encoded output");
                evaluated += 1;
            }
        }
    }
    assert!(evaluated > 1_000, "only {evaluated} evaluations took place");
}
