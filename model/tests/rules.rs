//! Small models, each once deployed to the reference broker (8.6.0): verdict and reason. Named regressions.

use tidemill_model::{read_bpmn, render};

const JOB: &str = "<extensionElements><zeebe:taskDefinition type=\"x\"/></extensionElements>";

/// Wraps the content of one executable process, which gets a start event `s`, and what follows it.
fn model(content: &str, after: &str) -> String {
    format!(
        "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" \
         xmlns:zeebe=\"http://camunda.org/schema/zeebe/1.0\" id=\"d\" targetNamespace=\"t\">\
         <process id=\"p\" isExecutable=\"true\"><startEvent \
             id=\"s\"/>{content}</process>{after}</definitions>"
    )
}

fn flow(id: &str, source: &str, target: &str) -> String {
    format!("<sequenceFlow id=\"{id}\" sourceRef=\"{source}\" targetRef=\"{target}\"/>")
}

/// Expects acceptance (`""`) or a rejection whose text contains `reason`.
fn check(content: &str, after: &str, reason: &str) {
    let xml = model(content, after);
    let answer = match read_bpmn("p.bpmn", xml.as_bytes()) {
        Ok(_) => String::new(),
        Err(violations) => render("p.bpmn", &violations),
    };
    let fits = if reason.is_empty() { answer.is_empty() } else { answer.contains(reason) };
    assert!(fits, "expected {reason:?} but found {answer:?} for\n{content}");
}

fn check_timer(form: &str, text: &str, reason: &str) {
    let timer = format!("<timerEventDefinition><{form}>{text}</{form}></timerEventDefinition>");
    let event = format!("<intermediateCatchEvent id=\"c\">{timer}</intermediateCatchEvent>");
    check(&(event + &flow("f", "s", "c")), "", reason);
}

fn check_job(extensions: &str, reason: &str) {
    let job = JOB.replace("</extensionElements>", &format!("{extensions}</extensionElements>"));
    check(&format!("<serviceTask id=\"t\">{job}</serviceTask>{}", flow("f", "s", "t")), "", reason);
}

#[test]
fn static_timers_are_parsed() {
    check_timer("timeDuration", "PT1S", "");
    check_timer("timeDuration", "P1Y2M3W4DT5H6M7.8S", "");
    check_timer("timeDuration", "pt1s", "Invalid timer duration expression (Invalid duration format 'pt1s'");
    check_timer("timeDuration", "10", "to be one of '[DURATION, PERIOD, STRING]', but was 'NUMBER'");
    check_timer("timeDuration", "=wait", "");
    check_timer("timeDate", "2030-01-01T00:00:00+01:00[Europe/Berlin]", "");
    check_timer("timeDate", "2030-01-01T00:00:00+01:00[Foo/Bar]", "Invalid timer date expression");
    check_timer("timeDate", "2030-01-01T00:00:00", "Invalid timer date expression");
    check_timer("timeCycle", "R3/PT1S", "must have either a time duration or a time date");
}

#[test]
fn mappings_have_source_and_path() {
    let mapping =
        |attributes: &str| format!("<zeebe:ioMapping><zeebe:input {attributes}/></zeebe:ioMapping>");
    check_job(&mapping("source=\"=a\" target=\"a.null\""), "");
    check_job(&mapping("source=\"abc\" target=\"b\""), "");
    check_job(&mapping("target=\"b\""), "Expected expression but not found.");
    check_job(&mapping("source=\"=a\" target=\"null\""), "is one of the reserved words");
    check_job(&mapping("source=\"=a\" target=\"a-b\""), "doesn't match the pattern");
    check_job(&mapping("source=\"=a &amp;\" target=\"b\""), "failed to parse expression 'a &'");
    check_job(&mapping("source=\"=a\" target=\"b\"").repeat(2), "at most one 'zeebe:ioMapping'");
}

#[test]
fn headers_are_unique() {
    let headers = |items: &str| format!("<zeebe:taskHeaders>{items}</zeebe:taskHeaders>");
    check_job(&headers("<zeebe:header key=\"a\" value=\"b\"/>"), "");
    check_job(&headers(&"<zeebe:header key=\"a\" value=\"b\"/>".repeat(2)), "duplicate entries for key 'a'");
}

#[test]
fn loops_that_never_wait() {
    let two = "<task id=\"a\"/><task id=\"b\"/>".to_string() + &flow("f", "s", "a") + &flow("ab", "a", "b");
    check(&(two.clone() + &flow("ba", "b", "a")), "", "straight-through processing loop: a > b > a\n");
    check(&two, "", "");
    let one = "<task id=\"a\"/>".to_string() + &flow("f", "s", "a") + &flow("aa", "a", "a");
    check(
        &one,
        "",
        "`p.bpmn`: - Process: p\n    - ERROR: Processes are not allowed to contain a straight-through \
          processing loop: a > a\n",
    );
    let job =
        format!("<serviceTask id=\"a\">{JOB}</serviceTask>{}{}", flow("f", "s", "a"), flow("aa", "a", "a"));
    check(&job, "", "");
}

#[test]
fn structure_follows_the_schema() {
    check("<endEvent id=\"s\"/>", "", "cvc-id.2: There are multiple occurrences of ID value 's'.");
    check("<endEvent id=\"1\"/>", "", "is not a valid value for 'ID'");
    check(
        "<endEvent id=\"e\" colour=\"red\"/>",
        "",
        "cvc-complex-type.3.2.2: Attribute 'colour' is not allowed",
    );
    check("<endEvent id=\"e\" zeebe:colour=\"red\"/>", "", "");
    check(&flow("f", "s", "nowhere"), "", "cvc-id.1: There is no ID/IDREF binding for IDREF 'nowhere'.");
    check(
        "<sequenceFlow id=\"f\" sourceRef=\"s\"/>",
        "",
        "cvc-complex-type.4: Attribute 'targetRef' must appear",
    );
    check(
        "<laneSet id=\"l\"/>",
        "",
        "cvc-complex-type.2.4.a: Invalid content was found starting with element 'laneSet'",
    );
    check("stray", "", "cvc-complex-type.2.3");
    check("<endEvent/>", "", "Element id must be present and not empty.");
    check("<complexGateway id=\"g\"/>", "", "Elements of type 'ComplexGateway' are currently not supported");
}

#[test]
fn broken_xml_names_line_and_column() {
    let violations = read_bpmn("p.bpmn", b"<definitions>\n  <process></definitions>").unwrap_err();
    assert!(violations[0].message.starts_with("Error: Line=2 Column="), "{violations:?}");
    assert!(read_bpmn("p.bpmn", b"").unwrap_err()[0].message.contains("Premature end of file."));
    assert!(
        read_bpmn("p.bpmn", b"<!DOCTYPE x><x/>").unwrap_err()[0].message.contains("DOCTYPE is disallowed")
    );
}
