//! A small reader of datadriven files (github.com/cockroachdb/datadriven): blocks of a command line, input
//! lines, a line of four dashes, and the expected output up to an empty line (or between double dash lines).

use std::path::{Path, PathBuf};

/// One command with what it should print.
#[derive(Debug)]
pub struct Case {
    pub line: usize,
    pub command: String,
    /// Bare words and `key=value`, the value's parentheses and commas taken apart.
    pub arguments: Vec<(String, Vec<String>)>,
    pub input: String,
    pub expected: String,
}

impl Case {
    pub fn values(&self, key: &str) -> Option<&[String]> {
        self.arguments.iter().find(|(name, _)| name == key).map(|(_, values)| values.as_slice())
    }

    pub fn value(&self, key: &str) -> Option<&str> {
        self.values(key).and_then(|values| values.first()).map(String::as_str)
    }

    /// Bare words that are numbers.
    #[allow(dead_code)]
    pub fn numbers(&self) -> Vec<u64> {
        let bare = self.arguments.iter().filter(|(_, values)| values.is_empty());
        bare.filter_map(|(name, _)| name.parse().ok()).collect()
    }
}

pub fn parse(text: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((at, line)) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (command, arguments) = parse_command(line);
        let mut input = Vec::new();
        for (_, line) in lines.by_ref() {
            if line == "----" {
                break;
            }
            input.push(line);
        }
        let mut expected = String::new();
        let doubled = lines.peek().is_some_and(|(_, line)| *line == "----");
        if doubled {
            lines.next();
        }
        for (_, line) in lines.by_ref() {
            if doubled && line == "----" {
                lines.next();
                break;
            }
            if !doubled && line.is_empty() {
                break;
            }
            expected.push_str(line);
            expected.push('\n');
        }
        cases.push(Case { line: at + 1, command, arguments, input: input.join("\n"), expected });
    }
    cases
}

fn parse_command(line: &str) -> (String, Vec<(String, Vec<String>)>) {
    let mut words: Vec<String> = vec![String::new()];
    let mut depth = 0;
    for letter in line.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ' ' if depth == 0 => {
                words.push(String::new());
                continue;
            }
            ' ' => continue,
            _ => {}
        }
        words.last_mut().unwrap().push(letter);
    }
    words.retain(|word| !word.is_empty());
    let command = words.remove(0);
    let arguments = words.into_iter().map(|word| match word.split_once('=') {
        None => (word, Vec::new()),
        Some((key, value)) => {
            let value = value.trim_start_matches('(').trim_end_matches(')');
            let values = value.split(',').filter(|value| !value.is_empty()).map(str::to_owned).collect();
            (key.to_owned(), values)
        }
    });
    (command, arguments.collect())
}

/// The `.txt` files of a folder of the reference's test data; `None` with a line that says so where it is
/// absent.
pub fn files(folder: &str) -> Option<Vec<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/peers/etcd-raft");
    let Ok(entries) = std::fs::read_dir(root.join(folder)) else {
        eprintln!("skipped: ../shared/peers/etcd-raft/{folder} absent");
        return None;
    };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    Some(files)
}
