//! Verdicts on the conformance corpus of BPMN files, each once deployed to a real broker. Read in place,
//! next to the repository; skipped where it is absent.

use std::path::PathBuf;
use tidemill_model::{read_bpmn, render};

/// Files whose verdict differs, with the reason. Empty is the goal.
const KNOWN_DIFFERENCES: &[(&str, &str)] = &[];

#[test]
#[allow(clippy::print_stderr, reason = "says that it did not run")]
fn verdicts_match_the_real_broker() {
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance/bpmn");
    let Ok(manifest) = std::fs::read_to_string(corpus.join("manifest.tsv")) else {
        eprintln!("skipped: the conformance corpus of BPMN files is absent");
        return;
    };
    let mut differences = Vec::new();
    let mut count = 0;
    for line in manifest.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let (file, expected) = (columns[0], columns[2]);
        let bytes = std::fs::read(corpus.join(file)).expect("the manifest lists files that exist");
        let name = file.rsplit("--").next().unwrap_or(file);
        let result = read_bpmn(name, &bytes);
        count += 1;
        if result.is_ok() != (expected == "accept") {
            let answer = result.map_or_else(|v| render(name, &v), |_| "accepted".into());
            differences.push((file, format!("expected {expected} of {file} ({}), but {answer}", columns[5])));
        }
    }
    let known = |file: &str| KNOWN_DIFFERENCES.iter().any(|(known, _)| *known == file);
    let unknown: Vec<&String> =
        differences.iter().filter(|(file, _)| !known(file)).map(|(_, text)| text).collect();
    let gone: Vec<_> =
        KNOWN_DIFFERENCES.iter().filter(|(k, _)| !differences.iter().any(|(f, _)| f == k)).collect();
    assert!(count > 0, "the manifest lists files");
    assert!(gone.is_empty(), "no longer different, remove from the list: {gone:?}");
    assert!(unknown.is_empty(), "{} of {count} verdicts differ:\n{}", unknown.len(), {
        let texts: Vec<&str> = unknown.iter().map(|text| text.as_str()).collect();
        texts.join("\n")
    });
}
