//! What parses evaluates to a value or a failure, twice the same, over any bytes as variables.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tidemill_feel::{Environment, Evaluator, Expression, MessagePackMap, Scope, UnaryTests, Value};

fuzz_target!(|input: (&str, &[u8])| {
    let (text, document) = input;
    let variables = MessagePackMap(document);
    let environment = Environment { now_ms: 1_700_000_000_000, ..Environment::default() };
    let mut evaluator = Evaluator::new();
    if let Ok(expression) = Expression::parse(text) {
        let mut encode = || {
            let mut out = Vec::new();
            if let Ok(value) = evaluator.evaluate(&expression, &variables, &environment) {
                value.write_message_pack(&mut out);
                let _ = value.to_string();
            }
            out
        };
        assert_eq!(encode(), encode());
    }
    if let Ok(tests) = UnaryTests::parse(text) {
        let input = Value::from_message_pack(document);
        let _ = evaluator.evaluate_tests(&tests, input, &variables, &Scope::new(), &environment);
    }
});
