//! Tests that need no evaluation answer exactly what evaluation answers.

use tidemill_feel::{Environment, Evaluator, Expression, NoVariables, Probe, Scope, UnaryTests, Value};

const LITERALS: &[&str] = &[
    "0",
    "1",
    "-1",
    "2.5",
    "3",
    "3.0",
    "1e3",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "123456789012345678901234567890",
    "0.1",
    "\"\"",
    "\"a\"",
    "\"b\"",
    "\"Å\"",
    "true",
    "false",
    "null",
    "date(\"2020-01-02\")",
    "date(\"2021-01-02\")",
    "time(\"10:00:00\")",
    "date and time(\"2020-01-02T00:00:00\")",
    "duration(\"P1D\")",
    "duration(\"PT24H\")",
    "duration(\"P1M\")",
];
/// Inputs that no literal test denotes.
const OTHER_INPUTS: &[&str] = &["[1, 2]", "[]", "{a: 1}", "1 + 1", "\"a\" + \"b\"", "function(x) x"];

fn tests() -> Vec<String> {
    let mut tests = vec!["-".to_string(), String::new(), "not(-1)".into(), "not(\"a\", 1)".into()];
    for literal in LITERALS {
        for operator in ["", "< ", "<= ", "> ", ">= ", "= ", "!= "] {
            tests.push(format!("{operator}{literal}"));
            tests.push(format!("not({operator}{literal})"));
            tests.push(format!("\"b\", {operator}{literal}, 3"));
        }
        for other in LITERALS {
            for (open, close) in [("[", "]"), ("(", "]"), ("[", ")"), ("]", "[")] {
                tests.push(format!("{open}{literal}..{other}{close}"));
            }
        }
    }
    tests
}

#[test]
fn simple_tests_answer_like_evaluation() {
    let inputs: Vec<Expression> = LITERALS
        .iter()
        .chain(OTHER_INPUTS)
        .map(|source| Expression::parse(source).expect("inputs parse"))
        .collect();
    let (environment, scope) = (Environment::default(), Scope::new());
    let mut evaluator = Evaluator::new();
    let mut simple_count = 0;
    for source in tests() {
        let Ok(tests) = UnaryTests::parse(&source) else { continue };
        let Some(simple) = tests.simple() else { continue };
        simple_count += 1;
        for input in &inputs {
            let value = evaluator.evaluate(input, &NoVariables, &environment).expect("inputs have values");
            let evaluated =
                evaluator.evaluate_tests(&tests, value.clone(), &NoVariables, &scope, &environment);
            let expected = match evaluated.expect("literal tests do not fail") {
                Value::Boolean(answer) => Some(answer),
                Value::Null => None,
                other => panic!("{source} answers {other}"),
            };
            assert_eq!(simple.accepts(&Probe::of(&value)), expected, "'{source}' of {}", input.source());
        }
    }
    assert!(simple_count > 2_000, "most tests are simple, but only {simple_count} were");
}
