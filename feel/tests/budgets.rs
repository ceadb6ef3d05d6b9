//! Expressions built to cost much: each ends with a value or a clear error, on a small stack.

use tidemill_feel::{Environment, Evaluator, Expression, NoVariables, UnaryTests};

/// What a thread of the smallest usual stack answers.
fn answer(source: String) -> String {
    const STACK_BYTES: usize = 2 * 1024 * 1024;
    let work = move || match Expression::parse(&source) {
        Err(error) => format!("parse error: {}", error.message),
        Ok(expression) => {
            let mut evaluator = Evaluator::new();
            match evaluator.evaluate(&expression, &NoVariables, &Environment::default()) {
                Ok(value) => value.kind().to_string(),
                Err(failure) => format!("failure: {}", failure.cause()),
            }
        }
    };
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work);
    thread.expect("a thread starts").join().expect("no panic")
}

#[track_caller]
fn check(source: impl Into<String>, expected: &str) {
    let answer = answer(source.into());
    assert!(answer.starts_with(expected), "expected {expected}, got {answer}");
}

#[test]
fn nesting_is_bounded() {
    const TOO_DEEP: &str = "parse error: The expression is nested deeper than";
    for (open, close) in
        [("(", ")"), ("[", "]"), ("{a:", "}"), ("not(", ")"), ("[1..", "]"), ("a[", "]"), ("f(x: ", ")")]
    {
        check(format!("{}1{}", open.repeat(10_000), close.repeat(10_000)), TOO_DEEP);
    }
    check("if ".repeat(10_000), TOO_DEEP);
    check(format!("1 instance of {}", "list<".repeat(10_000)), TOO_DEEP);
    check(format!("{}1", "function(x) ".repeat(10_000)), TOO_DEEP);
}

/// What the parser takes must not overflow the stack when it is evaluated.
#[test]
fn deepest_accepted_nesting_evaluates() {
    for (open, close, kind) in [
        ("(", ")", "NUMBER"),
        ("[", "]", "ARRAY"),
        ("{a:", "}", "OBJECT"),
        ("not(", ")", "NULL"),
        ("1 + (", ")", "NUMBER"),
        ("true and (", ")", "NULL"),
        ("if true then ", " else 0", "NUMBER"),
        ("for x in [1] return ", "", "ARRAY"),
        ("[1][", "]", "N"),
        ("1 in (", ")", "BOOLEAN"),
        ("sum(", ")", "NUMBER"),
    ] {
        check(format!("{}1{}", open.repeat(190), close.repeat(190)), kind);
    }
}

#[test]
fn long_chains_do_not_recurse() {
    check(format!("1{}", "+1".repeat(100_000)), "NUMBER");
    check(format!("true{}", " and true".repeat(100_000)), "BOOLEAN");
    check(format!("a{}", ".b".repeat(100_000)), "NULL");
    check(format!("2{}", " ** 1".repeat(100_000)), "NUMBER");
    check(format!("{}1", "if false then 1 else ".repeat(10_000)), "NUMBER");
    check(format!("[{}1]", "1,".repeat(100_000)), "ARRAY");
    check(format!("f{}", "(1)".repeat(10_000)), "failure: The evaluation is nested deeper");
}

#[test]
fn loops_are_bounded() {
    check("for x in 1..10000000 return x", "failure: A list of 10000000 items");
    check("for x in 1..1e30 return x", "failure: A list of");
    check("count(for x in 1..1000000 return x)", "NUMBER");
    check("for x in 1..3000, y in 1..3000 return x * y", "failure: The evaluation takes more than");
    check("for x in 1..3000 return for y in 1..3000 return y", "failure: The evaluation takes more than");
    check("for x in 1..20000 return partial", "failure: The evaluation takes more than");
    check("some x in 1..1000000, y in 1..1000000 satisfies false", "failure: The evaluation takes more than");
}

#[test]
fn recursion_is_bounded() {
    check("(function(f) f(f))(function(f) f(f))", "failure: The evaluation is nested deeper");
}

#[test]
fn patterns_are_bounded() {
    check("matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaa!\", \"(a+)+$\")", "BOOLEAN");
    check("matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\", \"(?=a)(a+)+\\\\1$\")", "NULL");
    check("matches(\"a\", \"((a{1000}){1000}){1000}\")", "NULL");
    check(format!("matches(\"a\", \"{}{}\")", "(".repeat(10_000), ")".repeat(10_000)), "NULL");
}

#[test]
fn numbers_and_strings_are_bounded() {
    check("1e900000000 + 1", "NULL");
    check("9.999999 ** 999999999", "N");
    check("round up(5.5, 2000000000)", "NULL");
    check("for x in 1..2000 return (1e9000 + x) * (1e9000 + x)", "failure: The evaluation takes more than");
    let doubled: String = (1..40).map(|i| format!(", a{i}: a{} + a{}", i - 1, i - 1)).collect();
    check(format!("{{a0: \"xxxxxxxx\"{doubled}}}"), "OBJECT");
    check(format!("from json(\"{}\")", "[".repeat(100_000)), "NULL");
}

#[test]
fn unary_tests_are_bounded() {
    assert!(UnaryTests::parse(&"not(".repeat(10_000)).is_err());
    assert!(UnaryTests::parse(&"[1..".repeat(10_000)).is_err());
    assert!(UnaryTests::parse(&"1 in (".repeat(10_000)).is_err());
}
