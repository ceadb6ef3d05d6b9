//! Style as a test: what every file of the project has to look like.
//!
//! Checked: each crate is on the map of ARCHITECTURE.md; file and line lengths; a head line in every file; `unsafe`
//! only in
//! core and journal and never without its SAFETY line; no clock but `core/src/time`; no leftovers.

use std::fs;
use std::path::{Path, PathBuf};

const FILE_LINES_MAX: usize = 400;
const LINE_CHARACTERS_MAX: usize = 120;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tools lies in the workspace").to_path_buf()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() && name != "target" && name != "node_modules" && !name.starts_with('.') {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Runs `rule` over every Rust file and reports all complaints together.
fn check(rule: impl Fn(&str, &str) -> Vec<String>) {
    let mut files = Vec::new();
    rust_files(&root(), &mut files);
    assert!(files.len() > 20, "the sources were not found");
    let mut complaints = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("sources are UTF-8");
        let name = file.strip_prefix(root()).expect("it lies below the root").display().to_string();
        complaints.extend(rule(&name, &text).into_iter().map(|complaint| format!("{name}: {complaint}")));
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_crate_is_on_the_map() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is there");
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml is there");
    let members = manifest.lines().find_map(|line| line.strip_prefix("members = [")).expect("the members");
    for member in members.trim_end_matches(']').split(',') {
        let name = member.trim().trim_matches('"');
        assert!(map.contains(&format!("| `{name}/` |")), "{name} is not in the table of rooms");
    }
}

#[test]
fn files_and_lines_are_short() {
    check(|_, text| {
        let mut complaints = Vec::new();
        if text.lines().count() > FILE_LINES_MAX {
            complaints.push(format!("{} lines; split it", text.lines().count()));
        }
        for (number, line) in text.lines().enumerate() {
            if line.chars().count() > LINE_CHARACTERS_MAX {
                complaints.push(format!("line {} is too long", number + 1));
            }
        }
        complaints
    });
}

#[test]
fn every_file_says_what_it_is_for() {
    check(|_, text| {
        let says = text.starts_with("//!") || text.starts_with("#!");
        if says { vec![] } else { vec!["no //! head line".into()] }
    });
}

#[test]
fn unsafe_is_rare_and_explained() {
    check(|name, text| {
        let allowed = ["core/", "journal/"].iter().any(|room| name.starts_with(room));
        let lines: Vec<&str> = text.lines().collect();
        let mut complaints = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let keyword = ["unsafe {", "unsafe impl", "unsafe extern"].iter().any(|form| code.contains(form));
            if !keyword {
                continue;
            }
            let above = &lines[number.saturating_sub(8)..=number];
            if name.ends_with("tests/tidy.rs") {
                continue;
            }
            if !allowed {
                complaints.push(format!("line {}: unsafe outside core and journal", number + 1));
            } else if !above.iter().any(|line| line.contains("SAFETY")) {
                complaints.push(format!("line {}: unsafe without a SAFETY line", number + 1));
            }
        }
        complaints
    });
}

#[test]
fn clocks_and_leftovers_stay_out() {
    let banned = [
        ("SystemTime::now", "only core/src/time reads clocks"),
        ("Instant::now", "only core/src/time reads clocks"),
        ("todo!(", "nothing is left to do later"),
        ("unimplemented!(", "say what is missing with an error"),
        ("dbg!(", "left over"),
    ];
    // Benchmarks, examples, tests and the client side measure real time; what runs inside the broker does not.
    // Gateway threads set the timers of their own runtime, and calibration measures the disk.
    let measures = [
        "core/src/time",
        "bench/",
        "tools/",
        "broker/src/cli",
        "gateway/src/server",
        "gateway/src/here.rs",
        "journal/src/calibrate.rs",
        "journal/src/doctor.rs",
    ];
    check(|name, text| {
        let free = measures.iter().any(|room| name.starts_with(room))
            || ["/tests/", "/examples/", "/fuzz/", "/benches/"].iter().any(|part| name.contains(part))
            || name.ends_with("tests.rs");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let mut complaints = Vec::new();
        for (call, why) in banned {
            let clock = call.ends_with("now");
            if code.contains(call) && !(free && clock) && !name.ends_with("tidy.rs") {
                complaints.push(format!("{call}: {why}"));
            }
        }
        complaints
    });
}
