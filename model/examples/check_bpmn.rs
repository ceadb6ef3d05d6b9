//! Checks BPMN files and prints the verdict on each: `cargo run --example check_bpmn FILE...`.

#![allow(clippy::print_stdout, reason = "a command line program")]

use tidemill_model::{read_bpmn, render, supported};

fn main() -> std::io::Result<()> {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path)?;
        let name = path.rsplit('/').next().unwrap_or(&path);
        match read_bpmn(name, &bytes) {
            Err(violations) => println!("{path}: rejected\n{}", render(name, &violations)),
            Ok(definitions) => {
                println!("{path}: accepted");
                for process in definitions.executable_processes() {
                    for violation in supported::unsupported_elements(process) {
                        println!("    {}: {}", process.id, violation.message);
                    }
                }
            }
        }
    }
    Ok(())
}
