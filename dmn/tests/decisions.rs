//! Decisions with what they require, boxed expressions, types, audit and bounds.

mod common;
use common::{bare_table, evaluate, model};

fn literal(id: &str, variable: &str, requires: &str, text: &str) -> String {
    format!(
        "<decision id=\"{id}\" name=\"{id}\"><variable {variable}/>{requires}<literalExpression><text>{text}\
         </text></literalExpression></decision>"
    )
}

fn decision(id: &str, requires: &str, logic: &str) -> String {
    format!("<decision id=\"{id}\" name=\"{id}\">{requires}{logic}</decision>")
}

fn boxed(text: &str) -> String {
    format!("<literalExpression><text>{text}</text></literalExpression>")
}

fn needs(id: &str) -> String {
    format!("<informationRequirement><requiredDecision href=\"#{id}\"/></informationRequirement>")
}

fn knows(id: &str) -> String {
    format!("<knowledgeRequirement><requiredKnowledge href=\"#{id}\"/></knowledgeRequirement>")
}

fn check(content: &str, decision: &str, variables: &str, expected: &str) {
    let (result, report) = evaluate(&model(content), decision, variables);
    assert_eq!(result, expected, "{content}\n{report}");
}

#[test]
fn required_decisions_come_first_and_hide_variables() {
    let content =
        literal("a", "name=\"result\"", "", "x + 1") + &literal("b", "name=\"b\"", &needs("a"), "result * 2");
    check(&content, "b", "{\"x\": 4, \"result\": 100}", "10");
    check(
        &content,
        "none",
        "{}",
        "failure in none: Expected to evaluate decision 'none', but no decision found \
        with id 'none'",
    );
}

#[test]
fn a_failure_names_the_decision_that_failed() {
    let content = literal("a", "name=\"a\" typeRef=\"feel:number\"", "", "x")
        + &literal("b", "name=\"b\"", &needs("a"), "a");
    check(
        &content,
        "b",
        "{\"x\": \"y\"}",
        "failure in a: Expected to evaluate decision 'b', but expected 'number' \
        but found '\"y\"'",
    );
    check(&content, "b", "{}", "null");
    let content = literal("a", "name=\"a\"", "", "assert(x, x != 1)");
    check(
        &content,
        "a",
        "{\"x\": 1}",
        "failure in a: Expected to evaluate decision 'a', but Assertion failure on \
        evaluate the expression 'assert(x, x != 1)': The condition is not fulfilled",
    );
}

#[test]
fn built_in_types_are_checked_and_others_ignored() {
    for (type_ref, value, expected) in [
        ("string", "\"a\"", "\"a\""),
        ("string", "[\"a\"]", "\"a\""),
        ("string", "null", "null"),
        ("number", "1", "1"),
        (
            "number",
            "[1, 2]",
            "failure in a: Expected to evaluate decision 'a', but expected 'number' but found '[1, 2]'",
        ),
        (
            "boolean",
            "1",
            "failure in a: Expected to evaluate decision 'a', but expected 'boolean' but found '1'",
        ),
        ("date", "date(\"2020-01-02\")", "\"2020-01-02\""),
        ("time", "1", "failure in a: Expected to evaluate decision 'a', but expected 'time' but found '1'"),
        ("dateTime", "date and time(\"2020-01-02T03:04:05\")", "\"2020-01-02T03:04:05\""),
        ("dayTimeDuration", "duration(\"P1D\")", "\"P1D\""),
        (
            "yearMonthDuration",
            "duration(\"P1D\")",
            "failure in a: Expected to evaluate decision 'a', but expected \
          'yearMonthDuration' but found 'P1D'",
        ),
        ("tSomething", "1", "1"),
        ("context", "1", "1"),
    ] {
        check(&literal("a", &format!("name=\"a\" typeRef=\"{type_ref}\""), "", value), "a", "{}", expected);
    }
}

const ITEM: &str = "<itemDefinition name=\"tAge\"><typeRef>number</typeRef>\
    <allowedValues><text>[0..150]</text></allowedValues></itemDefinition>\
    <itemDefinition name=\"tAges\" isCollection=\"true\"><typeRef>tAge</typeRef>\
    </itemDefinition><itemDefinition name=\"tPerson\"><itemComponent name=\"age\"><typeRef>tAge</typeRef>\
    </itemComponent></itemDefinition>";
/// Makes a graph one that the reference engine refuses.
const SERVICE: &str = "<decisionService id=\"s\" name=\"s\"><outputDecision href=\"#a\"/></decisionService>";

#[test]
fn item_definitions_count_by_the_standard_only() {
    for (type_ref, value, reference, standard) in [
        ("tAge", "20", "20", "20"),
        ("tAge", "200", "200", "null"),
        ("tAge", "[20]", "[20]", "20"),
        ("tAges", "20", "20", "[20]"),
        ("tAges", "[20, 30]", "[20,30]", "[20,30]"),
        ("tAges", "[20, 300]", "[20,300]", "null"),
        ("tPerson", "{age: 20, name: \"x\"}", "{\"age\":20,\"name\":\"x\"}", "{\"age\":20,\"name\":\"x\"}"),
        ("tPerson", "{name: \"x\"}", "{\"name\":\"x\"}", "null"),
        ("tPerson", "{age: [20]}", "{\"age\":[20]}", "{\"age\":20}"),
    ] {
        let content =
            ITEM.to_string() + &literal("a", &format!("name=\"a\" typeRef=\"{type_ref}\""), "", value);
        check(&content, "a", "{}", reference);
        check(&(content + SERVICE), "a", "{}", standard);
    }
}

fn knowledge(id: &str, parameter: &str, logic: &str) -> String {
    format!(
        "<businessKnowledgeModel id=\"{id}\" name=\"{id}\"><encapsulatedLogic>\
         <formalParameter {parameter}/>{logic}\
         </encapsulatedLogic></businessKnowledgeModel>"
    )
}

#[test]
fn knowledge_models_are_functions() {
    let twice = knowledge("twice", "name=\"n\" typeRef=\"number\"", &boxed("n * 2"));
    check(
        &(twice.clone() + &decision("a", &knows("twice"), &boxed("twice(x) + twice(n: 1)"))),
        "a",
        "{\"x\": 4}",
        "10",
    );
    check(&(twice.clone() + &decision("a", &knows("twice"), &boxed("[twice(\"y\")]"))), "a", "{}", "[null]");
    let call = |value: &str, name: &str| {
        let logic = format!(
            "<invocation>{}<binding><parameter name=\"{name}\"/>{}</binding></invocation>",
            boxed("twice"),
            boxed(value)
        );
        twice.clone() + &decision("a", &knows("twice"), &logic)
    };
    check(&call("x", "n"), "a", "{\"x\": 4}", "8");
    check(
        &call("\"y\"", "n"),
        "a",
        "{}",
        "failure in a: Expected to evaluate decision 'a', but expected 'number' \
        but found '\"y\"'",
    );
    check(
        &call("1", "m"),
        "a",
        "{}",
        "failure in a: Expected to evaluate decision 'a', but no parameter found with \
        name 'n'",
    );
    let rate = bare_table("", &["n"], "<output id=\"o\" name=\"r\"/>", &[&["< 10", "n + base"]]);
    let table = knowledge("rate", "name=\"n\"", &rate)
        + &decision("a", &knows("rate"), &boxed("for i in [1, 20] return rate(i)"));
    check(&table, "a", "{\"base\": 5}", "[6,null]");
}

#[test]
fn boxed_expressions_of_the_reference() {
    let context = "<context><contextEntry><variable name=\"a\"/>\
        <literalExpression><text>x</text></literalExpression></contextEntry>\
        <contextEntry><variable name=\"b\"/>\
        <literalExpression><text>a + 1</text></literalExpression></contextEntry>END</context>";
    check(&decision("d", "", &context.replace("END", "")), "d", "{\"x\": 1}", "{\"a\":1,\"b\":2}");
    let end = "<contextEntry><literalExpression><text>a + b</text></literalExpression></contextEntry>";
    check(&decision("d", "", &context.replace("END", end)), "d", "{\"x\": 1}", "3");
    let list = format!("<list>{}{}</list>", boxed("x"), boxed("\"b\""));
    check(&decision("d", "", &list), "d", "{\"x\": 1}", "[1,\"b\"]");
    let relation = format!(
        "<relation><column name=\"n\"/><column name=\"m\"/><row>{}{}</row><row>{}{}</row></relation>",
        boxed("x"),
        boxed("2"),
        boxed("3"),
        boxed("null")
    );
    check(&decision("d", "", &relation), "d", "{\"x\": 1}", "[{\"n\":1,\"m\":2},{\"n\":3,\"m\":null}]");
    let function = format!(
        "<context><contextEntry><variable name=\"f\"/><functionDefinition><formalParameter name=\"n\"/>{}\
         </functionDefinition></contextEntry><contextEntry>{}</contextEntry></context>",
        boxed("n * x"),
        boxed("f(3)")
    );
    check(&decision("d", "", &function), "d", "{\"x\": 5}", "15");
}

#[test]
fn boxed_expressions_of_the_standard() {
    let conditional = format!(
        "<conditional><if>{}</if><then>{}</then><else>{}</else></conditional>",
        boxed("x > 1"),
        boxed("1"),
        boxed("2")
    );
    check(&decision("d", "", &conditional), "d", "{\"x\": 2}", "1");
    check(&decision("d", "", &conditional), "d", "{\"x\": null}", "2");
    let filter = |condition: &str| {
        decision(
            "d",
            "",
            &format!("<filter><in>{}</in><match>{}</match></filter>", boxed("x"), boxed(condition)),
        )
    };
    check(&filter("item > 1"), "d", "{\"x\": [1, 2, 3]}", "[2,3]");
    check(&filter("a > 1"), "d", "{\"x\": [{\"a\": 1}, {\"a\": 2}]}", "[{\"a\":2}]");
    check(&filter("-1"), "d", "{\"x\": [1, 2, 3]}", "3");
    check(&filter("\"y\""), "d", "{\"x\": [1, 2, 3]}", "null");
    let iteration = |kind: &str, end: &str, body: &str| {
        decision(
            "d",
            "",
            &format!(
                "<{kind} iteratorVariable=\"i\"><in>{}</in><{end}>{}</{end}></{kind}>",
                boxed("x"),
                boxed(body)
            ),
        )
    };
    check(&iteration("for", "return", "i * 2"), "d", "{\"x\": [1, 2]}", "[2,4]");
    check(&iteration("for", "return", "i"), "d", "{\"x\": null}", "null");
    check(&iteration("some", "satisfies", "i > 1"), "d", "{\"x\": [1, 2]}", "true");
    check(&iteration("some", "satisfies", "i > 1"), "d", "{\"x\": [1, \"a\"]}", "null");
    check(&iteration("every", "satisfies", "i > 1"), "d", "{\"x\": [1, 2]}", "false");
    check(&iteration("every", "satisfies", "i > 1"), "d", "{\"x\": []}", "true");
}

#[test]
fn names_with_blanks_and_decision_services() {
    let inputs = "<inputData id=\"i\" name=\"Full Name\"/>";
    let greeting = literal("a", "name=\"Greeting Text\"", "", "\"Hi \" + Full Name");
    let loud = literal("b", "name=\"b\"", &needs("a"), "Greeting Text + \"!\"");
    check(&format!("{inputs}{greeting}{loud}"), "b", "{\"Full Name\": \"Jo\"}", "\"Hi Jo!\"");
    let service = "<decisionService id=\"s\" name=\"Shout\">\
        <outputDecision href=\"#b\"/><inputDecision href=\"#a\"/></decisionService>";
    let caller = decision("c", &knows("s"), &boxed("Shout(\"Ho\")"));
    check(&format!("{inputs}{greeting}{loud}{service}{caller}"), "c", "{}", "\"Ho!\"");
}

#[test]
fn the_audit_lists_what_was_evaluated() {
    let base = literal("base", "name=\"base\"", "", "5");
    let outputs = "<output id=\"o\" name=\"r\" label=\"the rate\"/>";
    let table =
        bare_table("hitPolicy=\"COLLECT\"", &["x"], outputs, &[&["1", "base"], &["2", "7"], &["> 0", "9"]]);
    let content = base + &decision("rate", &needs("base"), &table);
    let (_, report) = evaluate(&model(&content), "rate", "{\"x\": 1}");
    let expected = "{\"output\":[5,9],\"evaluatedDecisions\":[\
        {\"decisionId\":\"base\",\"decisionName\":\"base\",\"decisionType\":\"LITERAL_EXPRESSION\",\
        \"decisionOutput\":5,\"evaluatedInputs\":[],\"matchedRules\":[]},\
        {\"decisionId\":\"rate\",\"decisionName\":\"rate\",\"decisionType\":\"DECISION_TABLE\",\
        \"decisionOutput\":[5,9],\"evaluatedInputs\":[{\"inputId\":\"in-x\",\"inputName\":\"the x\",\
        \"inputValue\":1}],\"matchedRules\":[{\"ruleId\":\"rule1\",\"ruleIndex\":1,\"evaluatedOutputs\":[\
        {\"outputId\":\"o\",\"outputName\":\"the rate\",\"outputValue\":5}]},{\"ruleId\":\"rule3\",\
        \"ruleIndex\":3,\"evaluatedOutputs\":[{\"outputId\":\"o\",\"outputName\":\"the rate\",\
        \"outputValue\":9}]}]}]}";
    assert_eq!(report, expected);
}

#[test]
fn what_asks_for_too_much_fails() {
    // Each decision requires the one before it twice, so the last asks for 2^40 evaluations.
    let mut content = literal("d0", "name=\"d0\"", "", "1");
    for at in 1..40 {
        let before = format!("d{}", at - 1);
        content.push_str(&literal(&format!("d{at}"), "name=\"d\"", &needs(&before).repeat(2), "1"));
    }
    let (result, _) = evaluate(&model(&content), "d39", "{}");
    assert!(result.contains("it requires more than 10000 evaluations"), "{result}");
    let mut content = literal("d0", "name=\"d0\"", "", "1");
    for at in 1..2_000 {
        let before = format!("d{}", at - 1);
        content.push_str(&literal(&format!("d{at}"), "name=\"d\"", &needs(&before), "1"));
    }
    let (result, _) = evaluate(&model(&content), "d1999", "{}");
    assert!(result.contains("nested too deep"), "{result}");
    // A knowledge model that gets itself as an argument.
    let content = knowledge("f", "name=\"g\"", &boxed("g(g)")) + &decision("a", &knows("f"), &boxed("f(f)"));
    let (result, _) = evaluate(&model(&content), "a", "{}");
    assert!(result == "null" || result.contains("deep") || result.contains("steps"), "{result}");
}
