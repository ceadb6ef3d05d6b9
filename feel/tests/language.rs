//! The language and the interface to it, example by example.

use tidemill_feel::{
    Environment, Evaluator, Expression, Function, MessagePackMap, NoVariables, Property, ResultType, Scope,
    UnaryTests, Value, Zone, unexpected_type_message, with_warnings,
};

/// `{a: 5, b: -7, c: "x", f: 1.5, items: [1, 2], order: {price: 10, "net price": 8}}`
const VARIABLES: &[u8] =
    b"\x86\xa1a\x05\xa1b\xf9\xa1c\xa1x\xa1f\xcb\x3f\xf8\0\0\0\0\0\0\xa5items\x92\x01\x02\
\xa5order\x82\xa5price\x0a\xa9net price\x08";

fn evaluated(source: &str) -> (String, Vec<String>) {
    let expression = match Expression::parse(source) {
        Ok(expression) => expression,
        Err(error) => return (error.to_string(), Vec::new()),
    };
    let mut evaluator = Evaluator::new();
    let variables = MessagePackMap(VARIABLES);
    let text = match evaluator.evaluate(&expression, &variables, &Environment::default()) {
        Ok(value) => value.to_string(),
        Err(failure) => failure.to_string(),
    };
    (text, evaluator.warnings().iter().map(ToString::to_string).collect())
}

#[track_caller]
fn check(source: &str, expected: &str) {
    assert_eq!(evaluated(source).0, expected, "{source}");
}

#[track_caller]
fn check_warnings(source: &str, expected: &[&str]) {
    assert_eq!(evaluated(source).1, expected, "{source}");
}

#[test]
fn expressions() {
    for (source, expected) in [
        ("a + b * 2 > 10 and c = \"x\"", "false"),
        ("a - b", "12"),
        ("-2 ** 2", "4"),
        ("2 ** 3 ** 2", "64"),
        ("0.1 + 0.2 = 0.3", "true"),
        ("10 / 4", "2.5"),
        ("f * 2", "3.0"),
        ("order.price * 1.10", "11.00"),
        ("order.`net price`", "8"),
        ("items[-1]", "2"),
        ("items[item > 1]", "[2]"),
        ("{a b: 1, c: `a b` + 1}", "{a b:1, c:2}"),
        ("{a b: 1, c: a b + 1}.c", "2"),
        ("for x in 1..3, y in x..3 return x * y", "[1, 2, 3, 4, 6, 9]"),
        ("for x in 1..5 return if x < 3 then 1 else partial[-1] + partial[-2]", "[1, 1, 2, 3, 5]"),
        ("some x in items satisfies x > 1", "true"),
        ("every x in [] satisfies false", "true"),
        ("5 in (< 3, [5..7))", "true"),
        ("5 in items or true", "true"),
        ("a between 1 and 5", "true"),
        ("string(@\"2020-01-01T10:00:00@Europe/Berlin\")", "2020-01-01T10:00:00@Europe/Berlin"),
        ("duration(\"PT1H\") * 1.5", "PT1H"),
        ("@\"2020-01-31\" + @\"P1M\"", "2020-02-29"),
        ("now()", "1970-01-01T00:00:00Z"),
        ("cycle(3, duration(\"PT10M\"))", "R3/PT10M"),
        ("cycle(null, duration(\"P1M\"))", "R/P1M"),
        ("fromAi(a, \"what\", \"number\")", "5"),
        ("replace(\"hello world\", \"(\\w+) (\\w+)\", \"$2 $1\")", "world hello"),
        ("matches(\"foobar\", \"^fo*b(?=a)\")", "true"),
        ("split(\"a;;b;\", \";\")", "[\"a\", \"\", \"b\", \"\"]"),
        ("(function(x, y) x + y)(1, 2)", "3"),
        ("{f: function(x) x * a}.f(3)", "15"),
        ("sort([3, 1, 2], function(x, y) x < y)", "[1, 2, 3]"),
        ("list replace([1, 2, 3], 2, 9)", "[1, 9, 3]"),
        ("[1, [2]] instance of list<number>", "false"),
        ("range(\"[1..3]\").end", "3"),
        ("1e3 + 1", "1001"),
        ("to json({a: [1, \"x\", null], d: @\"PT25H\"})", "{\"a\":[1,\"x\",null],\"d\":\"PT25H\"}"),
        ("from json(\"{\\\"a\\\": [1, 2.50]}\").a", "[1, 2.5]"),
        ("string length(\"🐎\")", "2"),
        ("assert(a, a = 5)", "5"),
    ] {
        check(source, expected);
    }
}

#[test]
fn warnings() {
    check_warnings("x.y.z", &["[NO_VARIABLE_FOUND] No variable found with name 'x'"]);
    check_warnings(
        "{k: 1, l: 2}.m",
        &["[NO_CONTEXT_ENTRY_FOUND] No context entry found with key 'm'. Available keys: 'k', 'l'"],
    );
    check_warnings("c + 1", &["[INVALID_TYPE] Can't add '1' to '\"x\"'"]);
    check_warnings("a = c", &["[NOT_COMPARABLE] Can't compare '5' with '\"x\"'"]);
    check_warnings("nope(1)", &["[NO_FUNCTION_FOUND] No function found with name 'nope' and 1 parameters"]);
    check_warnings(
        "modulo(1, 0)",
        &["[FUNCTION_INVOCATION_FAILURE] Failed to invoke function 'modulo': Division by zero"],
    );
}

#[test]
fn parse_errors_point_at_the_character() {
    let error = Expression::parse("a +\n é * )").expect_err("a bracket is missing");
    assert_eq!((error.offset, error.position()), (9, (2, 6)));
    assert!(error.rendering().ends_with("\n é * )\n     ^"), "{}", error.rendering());
    assert!(error.to_string().starts_with("failed to parse expression 'a +\n é * )': Expected"));
    for source in [
        "",
        " ",
        "{",
        "1 +",
        "if a then b",
        "a b",
        "f(",
        "\"x",
        "in",
        "a.1",
        "/* x",
        "function(x) external {java: {}}",
    ] {
        assert!(Expression::parse(source).is_err(), "{source:?}");
    }
}

#[test]
fn properties() {
    let kind = |text: &str| {
        let property = Property::parse(text).expect("it parses");
        let mut evaluator = Evaluator::new();
        let value = property.evaluate(&mut evaluator, &NoVariables, &Environment::default());
        (property.is_static(), value.map(|value| value.kind()).expect("it evaluates"))
    };
    for (text, expected) in [
        ("=1 + 1", (false, ResultType::Number)),
        ("=\n\"x\"", (false, ResultType::String)),
        ("=", (true, ResultType::String)),
        ("", (true, ResultType::String)),
        ("null", (true, ResultType::Null)),
        ("true", (true, ResultType::Boolean)),
        ("1e3", (true, ResultType::Number)),
        ("+2", (true, ResultType::Number)),
        (" 1", (true, ResultType::String)),
        ("payment-service", (true, ResultType::String)),
    ] {
        assert_eq!(kind(text), expected, "{text:?}");
    }
    assert_eq!(
        Property::parse("x y").ok().and_then(|p| p.as_static_str().map(str::to_string)).as_deref(),
        Some("x y")
    );
    assert!(Property::parse("=a +").is_err());
    assert_eq!(
        unexpected_type_message("x", &[ResultType::String], ResultType::Null),
        "Expected result of the expression 'x' to be 'STRING', but was 'NULL'."
    );
    assert_eq!(
        unexpected_type_message("x", &[ResultType::Duration, ResultType::String], ResultType::Null),
        "Expected result of the expression 'x' to be one of '[DURATION, STRING]', but was 'NULL'."
    );
}

#[test]
fn results_encode() {
    for (source, expected) in [
        ("null", &b"\xc0"[..]),
        ("2.00", b"\x02"),
        ("-200", b"\xd1\xff\x38"),
        ("1.5", b"\xcb\x3f\xf8\0\0\0\0\0\0"),
        ("\"x\"", b"\xa1x"),
        ("@\"10:00:00\"", b"\xa510:00"),
        ("@\"10:00:00.5\"", b"\xac10:00:00.500"),
        ("@\"2020-01-01T10:00:00@Europe/Berlin\"", b"\xb92020-01-01T10:00:00+01:00"),
        ("@\"PT36H0.5S\"", b"\xa7P1DT12H"),
        ("{f: function(x) x, a: [function(x) x]}", b"\x81\xa1a\x91\xc0"),
        ("18446744073709551617", b"\x01"),
        ("order", b"\x82\xa5price\x0a\xa9net price\x08"),
    ] {
        let expression = Expression::parse(source).expect("it parses");
        let mut out = Vec::new();
        let mut evaluator = Evaluator::new();
        let variables = MessagePackMap(VARIABLES);
        let value = evaluator.evaluate(&expression, &variables, &Environment::default());
        value.expect("it evaluates").write_message_pack(&mut out);
        assert_eq!(out, expected, "{source}");
    }
}

#[test]
fn warnings_join_messages() {
    let expression = Expression::parse("x + 1").expect("it parses");
    let mut evaluator = Evaluator::new();
    let value = evaluator.evaluate(&expression, &NoVariables, &Environment::default()).expect("it evaluates");
    let message = unexpected_type_message("x + 1", &[ResultType::Number], value.kind());
    assert_eq!(
        with_warnings(&message, evaluator.warnings()),
        "Expected result of the expression 'x + 1' to be 'NUMBER', but was 'NULL'. The evaluation reported \
         the following warnings:\n[NO_VARIABLE_FOUND] No variable found with name 'x'\n\
         [INVALID_TYPE] Can't add '1' to 'null'"
    );
}

#[test]
fn scopes_carry_values_and_functions() {
    let names = ["Full Name", "pre-tax", "twice the", "again"];
    let body = Expression::parse_with_names("again(x) * 2", &names).expect("it parses");
    let again = Expression::parse("x + 1").expect("it parses");
    let source = "Full Name + string(pre-tax - 1) + string(twice the(x: 4))";
    let expression = Expression::parse_with_names(source, &names).expect("it parses");
    let mut scope = Scope::new();
    scope.bind("Full Name", Value::from_message_pack(b"\xa2Jo"));
    scope.bind("pre-tax", Value::from_message_pack(b"\x09"));
    scope.bind("twice the", Value::Function(Function::new(vec!["x"], &body)));
    scope.bind("again", Value::Function(Function::new(vec!["x"], &again)));
    let mut evaluator = Evaluator::new();
    let value = evaluator.evaluate_in(&expression, &NoVariables, &scope, &Environment::default());
    assert_eq!(value.map(|v| v.to_string()), Ok("Jo810".to_string()));
}

#[test]
fn tests_of_an_input() {
    for (source, input, expected) in [
        ("-", &b"\x01"[..], "true"),
        ("", b"\x01", "true"),
        ("< 5", b"\x01", "true"),
        ("[1..3), 7", b"\x07", "true"),
        ("not(1, 2)", b"\x01", "false"),
        ("\"a\", \"b\"", b"\xa1b", "true"),
        ("? > 3 and odd(?)", b"\x05", "true"),
        ("cellInput + 1 = 6", b"\x05", "true"),
        ("[1, 2]", b"\x02", "true"),
        ("false", b"\xc2", "true"),
        ("null", b"\xc0", "true"),
    ] {
        let tests = UnaryTests::parse(source).expect("it parses");
        let mut evaluator = Evaluator::new();
        let input = Value::from_message_pack(input);
        let answer =
            evaluator.evaluate_tests(&tests, input, &NoVariables, &Scope::new(), &Environment::default());
        assert_eq!(answer.map(|v| v.to_string()), Ok(expected.to_string()), "{source}");
    }
}

#[test]
fn references_are_the_free_names() {
    for (source, expected) in [
        ("a + b.c * a", vec!["a", "b"]),
        ("for x in xs return x + y", vec!["xs", "y"]),
        ("{p: q, r: p}", vec!["q"]),
        ("function(m) m + n", vec!["n"]),
        ("xs[item > limit]", vec!["xs", "limit"]),
        ("count(xs) > 0", vec!["xs"]),
    ] {
        let expression = Expression::parse(source).expect("it parses");
        assert_eq!(expression.references().collect::<Vec<_>>(), expected, "{source}");
    }
}

#[test]
fn chance_follows_from_the_seed() {
    let expression = Expression::parse("{u: uuid(), n: random number(), v: uuid()}").expect("it parses");
    let mut evaluator = Evaluator::new();
    let mut draw = |seed| {
        let environment = Environment { now_ms: 1_700_000_000_000, zone: Zone::Offset(3600), seed };
        evaluator.evaluate(&expression, &NoVariables, &environment).expect("it evaluates").to_string()
    };
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
    assert!(draw(7).starts_with("{u:\"018bcfe5-6800-7"), "{}", draw(7));
}

#[test]
fn timers_read_dates() {
    let at = |source: &str, zone| {
        let expression = Expression::parse(source).expect("it parses");
        let mut evaluator = Evaluator::new();
        let value =
            evaluator.evaluate(&expression, &NoVariables, &Environment::default()).expect("it evaluates");
        value.as_epoch_ms(zone)
    };
    assert_eq!(at("@\"1970-01-01T01:00:00\"", Zone::Offset(3600)), Some(0));
    assert_eq!(at("@\"1970-01-01T01:00:00Z\"", Zone::Offset(3600)), Some(3_600_000));
    assert_eq!(at("@\"1970-01-02\"", Zone::Offset(0)), Some(86_400_000));
    assert_eq!(at("\"1970-01-02\"", Zone::Offset(0)), None);
}
