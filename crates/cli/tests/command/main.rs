//! The command from end to end: what it prints, what it writes, and how it ends.

mod answers;
mod broken;
mod certificates;
mod levers;
mod otherwise;
mod permit;
mod stopped;
mod sweep;
mod told;
mod written;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The folder of the repository.
fn root() -> PathBuf {
    PathBuf::from("../..")
        .canonicalize()
        .expect("the repository is there")
}

/// The scenario made of public figures.
fn real() -> PathBuf {
    root().join("scenarios/us-japan-2024")
}

/// A folder of its own with the starter scenario in `starter`.
fn workplace() -> (TempDir, PathBuf) {
    let place = tempfile::tempdir().expect("there is room");
    let starter = place.path().join("starter");
    let made = darsena(place.path(), &["new", "starter"]);
    assert_eq!(made.code, 0, "{made:?}");
    (place, starter)
}

/// What a command came to.
#[derive(Debug)]
struct Came {
    code: i32,
    out: String,
    err: String,
}

impl Came {
    fn of(output: Output) -> Self {
        let came = Came {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        for text in [&came.out, &came.err] {
            assert!(!text.contains("panicked at"), "{text}");
        }
        came
    }

    #[track_caller]
    fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.out).expect("an answer in JSON")
    }
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_darsena"));
    command.current_dir(folder).args(arguments);
    command
}

/// Runs the command in `folder`.
fn darsena(folder: &Path, arguments: &[&str]) -> Came {
    Came::of(command(folder, arguments).output().expect("it can be run"))
}

/// Runs the command behind a shell that first does `before`, e.g. sets a limit.
#[cfg(unix)]
fn limited(folder: &Path, before: &str, arguments: &[&str]) -> Came {
    let mut shell = Command::new("sh");
    let line = format!("{before}; exec \"$0\" \"$@\"");
    shell
        .arg("-c")
        .arg(line)
        .arg(env!("CARGO_BIN_EXE_darsena"))
        .args(arguments)
        .current_dir(folder);
    Came::of(shell.output().expect("there is a shell"))
}

/// Names in a folder, sorted; those of unfinished files too.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("it can be listed");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("it can be listed").file_name())
        .map(|name| name.into_string().expect("names are plain"))
        .collect();
    names.sort();
    names
}
