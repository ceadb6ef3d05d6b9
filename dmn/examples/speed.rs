//! Times decision tables of 1,000 rules and 5 inputs, and the preparation of one.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write;
use tidemill_dmn::{DecisionEvaluator, Program};
use tidemill_feel::{Environment, MessagePackMap};
use tidemill_model::read_dmn;

const RULES: usize = 1_000;
/// `{amount: 777, kind: "k7", days: 3, vip: true, code: "c999"}`
const VARIABLES: &[u8] = b"\x85\xa6amount\xcd\x03\x09\xa4kind\xa2k7\xa4days\x03\xa3vip\xc3\xa4code\xa4c999";

/// The entries of one rule.
type Rule = fn(usize) -> [String; 5];

fn main() -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    let tables: [(&str, &str, Rule); 5] = [
        ("all rules, first column decides", "UNIQUE", |at| {
            [format!("{at}"), "-".into(), "-".into(), "-".into(), "-".into()]
        }),
        ("all rules, all columns accept but the last", "UNIQUE", |at| {
            ["< 5000".into(), "\"k1\", \"k7\"".into(), "[1..9]".into(), "true".into(), format!("\"c{at}\"")]
        }),
        ("first match in the last rule", "FIRST", |at| {
            [format!("[{at}..{}]", at + 9), "\"k7\"".into(), "< 5".into(), "-".into(), format!("\"c{at}\"")]
        }),
        ("100 matches collected", "COLLECT", |at| {
            [
                format!("< {}", if at % 10 == 0 { 9_999 } else { 5 }),
                "-".into(),
                "-".into(),
                "-".into(),
                "-".into(),
            ]
        }),
        ("entries that must be evaluated", "UNIQUE", |at| {
            [format!("? * 1 = {at}"), "-".into(), "-".into(), "-".into(), "-".into()]
        }),
    ];
    for (name, hit_policy, rule) in tables {
        let source = table(hit_policy, rule);
        let start = processor_ns();
        let graph =
            read_dmn("speed.dmn", source.as_bytes()).map_err(|v| std::io::Error::other(format!("{v:?}")))?;
        let program = Program::new(graph);
        let prepare_ns = processor_ns() - start;
        let mut evaluator = DecisionEvaluator::new();
        let variables = MessagePackMap(VARIABLES);
        let mut best = f64::INFINITY;
        for _ in 0..5 {
            const COUNT: u32 = 10_000;
            let start = processor_ns();
            for _ in 0..COUNT {
                let outcome = evaluator.evaluate(
                    black_box(&program),
                    "d",
                    black_box(&variables),
                    &Environment::default(),
                );
                black_box(outcome.result.map_err(std::io::Error::other)?);
            }
            best = best.min((processor_ns() - start) as f64 / f64::from(COUNT));
        }
        writeln!(
            output,
            "{:8.2} us an evaluation, {:6.1} ms to read and prepare: {name}",
            best / 1e3,
            prepare_ns as f64 / 1e6
        )?;
    }
    Ok(())
}

fn table(hit_policy: &str, rule: Rule) -> String {
    let mut text = format!(
        "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" id=\"g\" name=\"g\" \
         namespace=\"n\">\
         <decision id=\"d\" name=\"d\"><decisionTable hitPolicy=\"{hit_policy}\">"
    );
    for name in ["amount", "kind", "days", "vip", "code"] {
        let _ = write!(
            text,
            "<input id=\"{name}\"><inputExpression><text>{name}</text></inputExpression></input>"
        );
    }
    text.push_str("<output id=\"o\" name=\"o\"/>");
    for at in 0..RULES {
        let _ = write!(text, "<rule id=\"r{at}\">");
        for entry in rule(at) {
            let _ = write!(text, "<inputEntry><text>{}</text></inputEntry>", entry.replace('<', "&lt;"));
        }
        let _ = write!(text, "<outputEntry><text>{at}</text></outputEntry></rule>");
    }
    text.push_str("</decisionTable></decision></definitions>");
    text
}

/// Processor time of this process, which a busy machine does not stretch; the clock where the kernel does not
/// tell.
fn processor_ns() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let clock = || {
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos() as u64)
    };
    stat.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or_else(clock)
}
