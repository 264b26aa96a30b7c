//! Broken scenarios: each gives exactly the findings it should, and none a panic.
//!
//! A case in `broken/` says what is wrong in its first line, then how it differs from `base/`, then what is
//! found. Run with `DARSENA_BLESS=1` to write down what is found now, and read the difference.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

use darsena_scenario::{Package, Severity, read_memory};

type Files = BTreeMap<String, Vec<u8>>;

fn here(name: &str) -> PathBuf {
    PathBuf::from("tests").join(name)
}

fn base() -> Files {
    let mut files = Files::new();
    for entry in fs::read_dir(here("base")).expect("there is a base") {
        let entry = entry.expect("it can be listed");
        let name = entry.file_name().into_string().expect("names are plain");
        files.insert(name, fs::read(entry.path()).expect("it can be read"));
    }
    files
}

/// What is found: severity, code and the lines people read.
fn found(package: &Package) -> String {
    let mut text = String::new();
    let checked = package.check();
    for finding in &checked.findings {
        writeln!(
            text,
            "{} {}\n{finding}",
            finding.severity.as_str(),
            finding.code
        )
        .expect("fits");
    }
    for finding in &checked.findings {
        assert!(finding.help.is_some(), "no remedy: {finding}");
    }
    let stopped = checked
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    assert_eq!(
        checked.scenario.is_none(),
        stopped,
        "a scenario comes of it unless there is an error"
    );
    text
}

/// Changes the files as a part of a case says: the whole file, a row, more rows, a piece, or no file.
fn change(files: &mut Files, title: &str, body: &str) {
    let (name, how) = title.split_once(' ').unwrap_or((title, ""));
    let old = files
        .get(name)
        .map(|bytes| String::from_utf8(bytes.clone()).expect("base is text"));
    let old = || {
        old.clone()
            .unwrap_or_else(|| panic!("the base has no {name}"))
    };
    let new = if how.is_empty() {
        body.to_string()
    } else if how == "missing" {
        files.remove(name);
        return;
    } else if how == "more" {
        old() + body
    } else if let Some(row) = how.strip_prefix("row ") {
        let row: usize = row.parse().expect("a row is a number");
        let mut lines: Vec<String> = old().lines().map(str::to_string).collect();
        lines[row - 1] = body.trim_end_matches('\n').to_string();
        lines.join("\n") + "\n"
    } else if let Some(piece) = how.strip_prefix("instead of ") {
        assert!(old().contains(piece), "{name} has no {piece}");
        old().replacen(piece, body.trim_end_matches('\n'), 1)
    } else {
        panic!("no change is written `{how}`");
    };
    files.insert(name.to_string(), new.into_bytes());
}

#[test]
fn the_base_is_without_a_flaw() {
    assert_eq!(found(&read_memory(&base())), "");
}

#[test]
fn broken_scenarios_give_their_findings() {
    let mut cases: Vec<PathBuf> = fs::read_dir(here("broken"))
        .expect("there are cases")
        .map(|entry| entry.expect("it can be listed").path())
        .collect();
    cases.sort();
    assert!(cases.len() >= 40, "only {} cases", cases.len());
    let mut wrong = String::new();
    for path in cases {
        let text = fs::read_to_string(&path).expect("a case is text");
        let (story, expected) = text
            .split_once("--- finds\n")
            .expect("a case says what it finds");
        let mut files = base();
        for part in story.split("--- ").skip(1) {
            let (title, body) = part.split_once('\n').expect("a part has a title");
            change(&mut files, title, body);
        }
        let found = found(&read_memory(&files));
        if env::var_os("DARSENA_BLESS").is_some() {
            fs::write(&path, format!("{story}--- finds\n{found}")).expect("it can be written");
        } else if found != expected {
            let name = path
                .file_stem()
                .expect("a case has a name")
                .to_string_lossy();
            writeln!(wrong, "== {name}\nexpected:\n{expected}\nfound:\n{found}").expect("fits");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
