//! Answers the lines of a conformance corpus on standard input, one line each.
//!
//! usage: corpus --root DIR, where DIR holds the models of the corpus, itself or in `dmn-tck`.

use std::io::{BufRead, BufWriter, Error, Write};
use std::path::PathBuf;
use tidemill_dmn::corpus::Corpus;

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [option, root] = &arguments[..] else { return Err(Error::other("usage: corpus --root DIR")) };
    if option != "--root" {
        return Err(Error::other(format!("unknown option '{option}'; usage: corpus --root DIR")));
    }
    let root = PathBuf::from(root);
    let load = |model: &str| {
        let path = root.join(model);
        let path = if path.exists() { path } else { root.join("dmn-tck").join(model) };
        std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let mut corpus = Corpus::new(load);
    let mut output = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        writeln!(output, "{}", corpus.answer_line(&line?))?;
        output.flush()?;
    }
    Ok(())
}
