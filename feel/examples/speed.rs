//! Times expressions: parsed once, evaluated many times over MessagePack.

use std::hint::black_box;
use std::io::Write;
use tidemill_feel::{Environment, Evaluator, Expression, MessagePackMap};

/// `{a: 5, b: 7, c: "x", items: [1, 2, 3], order: {price: 10}}`
const VARIABLES: &[u8] =
    b"\x85\xa1a\x05\xa1b\x07\xa1c\xa1x\xa5items\x93\x01\x02\x03\xa5order\x81\xa5price\x0a";

const EXPRESSIONS: [&str; 8] = [
    "a",
    "a + b * 2 > 10 and c = \"x\"",
    "order.price * 1.19",
    "if a > 3 then \"big\" else \"small\"",
    "sum(items) + count(items)",
    "for i in items return i * 2",
    "items[item > 1]",
    "matches(c, \"^[a-z]+$\")",
];

fn main() -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    let variables = MessagePackMap(VARIABLES);
    let environment = Environment::default();
    let mut evaluator = Evaluator::new();
    for source in EXPRESSIONS {
        let expression = Expression::parse(source).map_err(std::io::Error::other)?;
        let mut best = f64::INFINITY;
        for _ in 0..3 {
            const COUNT: u32 = 500_000;
            let start = processor_ns();
            for _ in 0..COUNT {
                let value = evaluator.evaluate(black_box(&expression), black_box(&variables), &environment);
                let _ = black_box(value.map_err(std::io::Error::other)?);
            }
            best = best.min((processor_ns() - start) as f64 / f64::from(COUNT));
        }
        let start = processor_ns();
        for _ in 0..20_000 {
            let _ = black_box(Expression::parse(black_box(source)));
        }
        let parse_ns = (processor_ns() - start) / 20_000;
        writeln!(output, "{best:8.1} ns evaluate {parse_ns:8} ns parse   {source}")?;
    }
    Ok(())
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
