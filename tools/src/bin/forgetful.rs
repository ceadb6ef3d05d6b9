//! Mounts the forgetful filesystem and takes orders on stdin: `forget` (unmount, lose what was not flushed, mount
//! again),
//! `quit`. Each order is answered by a line on stdout.

use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use tidemill_tools::forgetful::mount::Shared;

fn say(text: &str) {
    let mut out = io::stdout();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

fn run(path: PathBuf, megabytes: usize) -> io::Result<()> {
    let shared = Shared::new(megabytes << 20);
    let mut session = shared.mount(&path)?;
    say("mounted");
    for line in io::stdin().lock().lines() {
        match line?.as_str() {
            "forget" => {
                session.umount_and_join()?;
                let forgotten = shared.disk().forget();
                session = shared.mount(&path)?;
                say(&format!("forgot {} writes {} names", forgotten.writes, forgotten.names));
            }
            "quit" => break,
            other => say(&format!("unknown order {other}")),
        }
    }
    session.umount_and_join()
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), megabytes) = (arguments.next(), arguments.next()) else {
        say("usage: forgetful FOLDER [MEGABYTES]");
        return ExitCode::from(2);
    };
    let megabytes = megabytes.and_then(|text| text.parse().ok()).unwrap_or(2048);
    match run(PathBuf::from(path), megabytes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("failed: {error}"));
            ExitCode::FAILURE
        }
    }
}
