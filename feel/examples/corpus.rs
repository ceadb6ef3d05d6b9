//! Answers the lines of a conformance corpus on standard input, one line each.

use std::io::{BufRead, BufWriter, Write};

fn main() -> std::io::Result<()> {
    let mut output = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        writeln!(output, "{}", tidemill_feel::corpus::answer_line(&line?))?;
        output.flush()?;
    }
    Ok(())
}
