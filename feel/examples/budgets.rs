//! Times expressions that are built to cost much. Each must answer soon, with a value or an error.

use std::io::Write;
use tidemill_feel::{Environment, Evaluator, Expression, NoVariables};

fn main() -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    for (name, source) in bombs() {
        let start = processor_ns();
        let answer = match Expression::parse(&source) {
            Err(error) => format!("parse error: {}", error.message),
            Ok(expression) => {
                let mut evaluator = Evaluator::new();
                match evaluator.evaluate(&expression, &NoVariables, &Environment::default()) {
                    Ok(value) => format!("{}", value.kind()),
                    Err(failure) => format!("failure: {}", failure.cause()),
                }
            }
        };
        let shown: String = answer.chars().take(90).collect();
        writeln!(output, "{:9.2} ms  {name:28} {shown}", (processor_ns() - start) as f64 / 1e6)?;
    }
    Ok(())
}

fn bombs() -> Vec<(&'static str, String)> {
    let nested = |open: &str, close: &str| format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
    vec![
        ("brackets", nested("(", ")")),
        ("lists", nested("[", "]")),
        ("contexts", nested("{a:", "}")),
        ("calls", nested("not(", ")")),
        ("ranges", nested("[1..", "]")),
        ("ambiguous ranges", "[1..a[".repeat(3_000)),
        ("ifs", format!("{}1", "if ".repeat(10_000))),
        ("sum of 100,000", format!("1{}", "+1".repeat(100_000))),
        ("and of 100,000", format!("true{}", " and true".repeat(100_000))),
        ("path of 100,000", format!("a{}", ".b".repeat(100_000))),
        ("else if of 10,000", format!("{}1", "if false then 1 else ".repeat(10_000))),
        ("long loop", "for x in 1..10000000 return x".into()),
        ("loop of a million", "count(for x in 1..1000000 return x)".into()),
        ("nested loops", "for x in 1..3000, y in 1..3000 return x * y".into()),
        ("loop in loop", "for x in 1..3000 return for y in 1..3000 return y".into()),
        ("partial", "for x in 1..100000 return if x < 3 then 1 else partial[-1] + partial[-2]".into()),
        ("partial kept", "for x in 1..30000 return count(partial) + count(append(partial, 1))".into()),
        ("partial collected", "for x in 1..20000 return partial".into()),
        ("regex", "matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaa!\", \"(a+)+$\")".into()),
        (
            "regex backtracking",
            "matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\", \"(?=a)(a+)+\\\\1$\")".into(),
        ),
        ("regex size", "matches(\"a\", \"((a{1000}){1000}){1000}\")".into()),
        ("doubled strings", format!("({}).a", doubling())),
        ("power", "9.999999 ** 999999999".into()),
        ("power wide", "1234567890.123456789 ** 99999".into()),
        ("digits", "1e900000000 + 1".into()),
        ("digits squared", "for x in 1..2000 return (1e19000 + x)".into()),
        ("recursion", "(function(f, n) f(f, n + 1))(function(f, n) f(f, n + 1), 1)".into()),
        ("distinct", "count(distinct values(for x in 1..300000 return x))".into()),
        ("sort", "count(sort(for x in 1..200000 return -x, function(a, b) a < b))".into()),
        ("flatten", "count(flatten(for x in 1..1000 return for y in 1..500 return y))".into()),
        ("string join", "string length(string join(for x in 1..300000 return \"abcdefghij\", \"-\"))".into()),
        (
            "replace",
            "string length(replace(string join(for x in 1..200000 return \"ab\"), \"a\", \"$0$0$0\"))".into(),
        ),
        ("json", format!("from json(\"{}\")", "[".repeat(100_000))),
        ("list squares", "for x in 1..3000 return (for y in 1..300 return y)[item = x]".into()),
        ("string of lists", "string length(string(for x in 1..1000 return for y in 1..500 return y))".into()),
    ]
}

fn doubling() -> String {
    let mut entries = String::from("{a0: \"xxxxxxxx\"");
    for index in 1..40 {
        entries.push_str(&format!(", a{index}: a{} + a{}", index - 1, index - 1));
    }
    entries.push_str(", a: a39}");
    entries
}

/// Processor time of this process, which a busy machine does not stretch; the clock where the
/// kernel does not tell.
fn processor_ns() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let clock = || {
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos() as u64)
    };
    stat.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or_else(clock)
}
