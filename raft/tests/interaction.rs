//! The interaction scripts of etcd/raft, run as they are: after each command the messages, hard states,
//! entries, commits, roles and progress are those of the reference. Its log lines are left out of the
//! comparison.

#![allow(clippy::print_stderr)]

#[path = "common/datadriven.rs"]
mod datadriven;
#[path = "common/describe.rs"]
mod describe;
#[path = "common/script.rs"]
mod script;
#[path = "common/script_node.rs"]
mod script_node;

/// Scripts about what this crate does in another way, with the reason.
const LEFT_OUT: [(&str, &str); 3] = [
    ("async_storage_writes.txt", "prints the reference's messages to its storage threads"),
    ("async_storage_writes_append_aba_race.txt", "the same; epochs of the log are tested in scenarios.rs"),
    ("confchange_disable_validation.txt", "validation cannot be disabled"),
];

fn essential(text: &str) -> Vec<String> {
    let chatter = ["INFO ", "DEBUG ", "WARN ", "ERROR ", "Ready MustSync"];
    let lines = text.lines().map(str::trim);
    let kept = lines.filter(|line| {
        !line.is_empty() && *line != "ok" && !chatter.iter().any(|word| line.starts_with(word))
    });
    kept.map(str::to_owned).collect()
}

#[test]
fn scripts_of_the_reference() {
    let Some(files) = datadriven::files("testdata") else { return };
    let only = std::env::var("SCRIPT").ok();
    let (mut command_count, mut failures) = (0, Vec::new());
    for file in &files {
        let name = file.file_name().unwrap().to_str().unwrap();
        let left_out = LEFT_OUT.iter().any(|(script, _)| *script == name);
        if left_out || only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let mut environment = script::Environment::default();
        for case in datadriven::parse(&std::fs::read_to_string(file).unwrap()) {
            let found = environment.run(&case);
            command_count += 1;
            if essential(&found) != essential(&case.expected) {
                let (found, expected) = (essential(&found).join("\n"), essential(&case.expected).join("\n"));
                failures
                    .push(format!("{name}:{}\n--- expected\n{expected}\n--- found\n{found}\n", case.line));
                break;
            }
        }
    }
    assert!(failures.is_empty(), "{} scripts differ:\n{}", failures.len(), failures.join("\n"));
    eprintln!("{} scripts with {command_count} commands agree", files.len() - LEFT_OUT.len());
}
