//! Hit policies: what the matching rules of a table make.

mod common;
use common::{evaluate, table};

/// Rules `(input entry, output entries…)` over the input `x`, evaluated for `x`.
fn check(hit_policy: &str, outputs: &str, rules: &[&[&str]], x: &str, expected: &str) {
    let model = table(hit_policy, &["x"], outputs, rules);
    let (result, _) = evaluate(&model, "d", &format!("{{\"x\": {x}}}"));
    assert_eq!(result, expected, "{hit_policy} of {rules:?} for {x}");
}

const ONE: &str = "<output id=\"o\" name=\"r\"/>";
const LETTERS: &[&[&str]] = &[&["> 1", "\"a\""], &["> 2", "\"b\""], &["> 3", "\"a\""]];
const NUMBERS: &[&[&str]] = &[&["> 1", "10"], &["> 2", "2.5"], &["> 3", "30"]];

#[test]
fn unique_takes_one_rule() {
    check("hitPolicy=\"UNIQUE\"", ONE, LETTERS, "2", "\"a\"");
    check("", ONE, LETTERS, "1", "null");
    check(
        "",
        ONE,
        LETTERS,
        "3",
        "failure in d: Expected to evaluate decision 'd', but multiple values aren't allowed for UNIQUE hit \
         policy. found: 'List(Map(r -> \"a\"), Map(r -> \"b\"))'",
    );
}

#[test]
fn first_takes_the_first_rule() {
    check("hitPolicy=\"FIRST\"", ONE, LETTERS, "9", "\"a\"");
    check("hitPolicy=\"FIRST\"", ONE, LETTERS, "0", "null");
}

#[test]
fn any_wants_equal_outputs() {
    check("hitPolicy=\"ANY\"", ONE, &[&["> 1", "\"a\""], &["> 2", "\"a\""]], "3", "\"a\"");
    check(
        "hitPolicy=\"ANY\"",
        ONE,
        LETTERS,
        "3",
        "failure in d: Expected to evaluate decision 'd', but different values aren't allowed for ANY hit \
         policy. found: 'List(Map(r -> \"a\"), Map(r -> \"b\"))'",
    );
}

#[test]
fn priority_takes_the_value_listed_first() {
    let listed =
        "<output id=\"o\" name=\"r\"><outputValues><text>\"b\", \"a\"</text></outputValues></output>";
    check("hitPolicy=\"PRIORITY\"", listed, LETTERS, "9", "\"b\"");
    check("hitPolicy=\"PRIORITY\"", listed, LETTERS, "2", "\"a\"");
    let unlisted = &[&["> 1", "\"z\""][..], &["> 2", "\"a\""]];
    check("hitPolicy=\"PRIORITY\"", listed, unlisted, "9", "\"a\"");
    check("hitPolicy=\"PRIORITY\"", listed, unlisted, "2", "\"z\"");
}

#[test]
fn output_order_lists_by_priority() {
    let listed =
        "<output id=\"o\" name=\"r\"><outputValues><text>\"b\", \"a\"</text></outputValues></output>";
    check("hitPolicy=\"OUTPUT ORDER\"", listed, LETTERS, "9", "[\"b\",\"a\",\"a\"]");
    check("hitPolicy=\"OUTPUT ORDER\"", listed, LETTERS, "0", "null");
}

#[test]
fn priority_compares_columns_in_order() {
    let outputs = "<output id=\"o\" name=\"r\"><outputValues><text>\"b\", \"a\"</text></outputValues>\
        </output><output id=\"p\" name=\"s\"><outputValues><text>2, 1</text></outputValues></output>";
    let rules: &[&[&str]] = &[&["-", "\"a\"", "2"], &["-", "\"b\"", "1"], &["-", "\"b\"", "2"]];
    check("hitPolicy=\"PRIORITY\"", outputs, rules, "1", "{\"r\":\"b\",\"s\":2}");
    let ordered = "[{\"r\":\"b\",\"s\":2},{\"r\":\"b\",\"s\":1},{\"r\":\"a\",\"s\":2}]";
    check("hitPolicy=\"OUTPUT ORDER\"", outputs, rules, "1", ordered);
}

#[test]
fn rule_order_lists_in_the_order_of_rules() {
    check("hitPolicy=\"RULE ORDER\"", ONE, LETTERS, "9", "[\"a\",\"b\",\"a\"]");
    check("hitPolicy=\"RULE ORDER\"", ONE, LETTERS, "2", "[\"a\"]");
}

#[test]
fn collect_lists_or_aggregates() {
    check("hitPolicy=\"COLLECT\"", ONE, NUMBERS, "9", "[10,2.5,30]");
    check("hitPolicy=\"COLLECT\"", ONE, NUMBERS, "0", "null");
    check("hitPolicy=\"COLLECT\" aggregation=\"SUM\"", ONE, NUMBERS, "9", "42.5");
    check("hitPolicy=\"COLLECT\" aggregation=\"MIN\"", ONE, NUMBERS, "9", "2.5");
    check("hitPolicy=\"COLLECT\" aggregation=\"MAX\"", ONE, NUMBERS, "9", "30");
    check("hitPolicy=\"COLLECT\" aggregation=\"COUNT\"", ONE, LETTERS, "3", "2");
    check("hitPolicy=\"COLLECT\" aggregation=\"SUM\"", ONE, NUMBERS, "0", "null");
    check(
        "hitPolicy=\"COLLECT\" aggregation=\"SUM\"",
        ONE,
        LETTERS,
        "2",
        "failure in d: Expected to evaluate decision 'd', but expected number but found '\"a\"'",
    );
}

#[test]
fn several_outputs_are_a_context() {
    let outputs = "<output id=\"o\" name=\"r\"/><output id=\"p\" name=\"s\"/>";
    let rules: &[&[&str]] = &[&["> 1", "1", "2"], &["> 2", "3", "4"]];
    check("", outputs, rules, "2", "{\"r\":1,\"s\":2}");
    check("hitPolicy=\"COLLECT\"", outputs, rules, "3", "[{\"r\":1,\"s\":2},{\"r\":3,\"s\":4}]");
}

#[test]
fn default_outputs_stand_in_when_no_rule_matches() {
    let default = |name: &str, value: &str| {
        format!(
            "<output id=\"{name}\" name=\"{name}\"><defaultOutputEntry>\
             <text>{value}</text></defaultOutputEntry>\
             </output>"
        )
    };
    check("", &default("r", "\"none\""), LETTERS, "1", "\"none\"");
    check("", &default("r", "\"none\""), LETTERS, "2", "\"a\"");
    let two = default("r", "1") + &default("s", "2");
    check("", &two, &[&["> 1", "5", "6"]], "0", "{\"r\":1,\"s\":2}");
    let half = default("r", "1") + "<output id=\"s\" name=\"s\"/>";
    check("", &half, &[&["> 1", "5", "6"]], "0", "1");
    check("hitPolicy=\"COLLECT\"", &default("r", "[]"), LETTERS, "0", "[]");
}

#[test]
fn input_entries_take_all_forms() {
    let case = |entry: &str, x: &str, expected: bool| {
        let expected = if expected { "1" } else { "null" };
        check("", ONE, &[&[entry, "1"]], x, expected);
    };
    for (entry, x, expected) in [
        ("-", "null", true),
        ("", "5", true),
        ("5", "5.0", true),
        ("5", "5.5", false),
        ("< 5", "4.9", true),
        ("< 5", "5", false),
        ("< 5", "\"4\"", false),
        ("< 5", "null", false),
        (">= 2.5", "2", false),
        (">= 2.5", "3", true),
        ("!= 5", "4", true),
        ("!= 5", "null", true),
        ("!= 5", "\"a\"", false),
        ("[1..3]", "3", true),
        ("[1..3)", "3", false),
        ("(1..3]", "1", false),
        ("]1..3[", "2", true),
        ("[1..3]", "2.5", true),
        ("(1..3)", "1.5", true),
        ("[1..3]", "\"2\"", false),
        ("1, 2, [5..7]", "6", true),
        ("1, 2, [5..7]", "4", false),
        ("not(1, 2)", "3", true),
        ("not(1, 2)", "2", false),
        ("not(1, 2)", "\"a\"", false),
        ("\"a\", \"b\"", "\"b\"", true),
        ("not(\"a\")", "\"b\"", true),
        ("true", "true", true),
        ("false", "false", true),
        ("true", "1", false),
        ("null", "null", true),
        ("null", "1", false),
        ("? > 2 and ? < 4", "3", true),
        ("cellInput + 1 = 4", "3", true),
        ("odd(?)", "3", true),
        ("[1, 2, 3]", "2", true),
        ("y", "3", false),
        ("9223372036854775807", "9223372036854775807", true),
        ("< -9223372036854775808", "-9223372036854775808", false),
    ] {
        case(entry, x, expected);
    }
}
