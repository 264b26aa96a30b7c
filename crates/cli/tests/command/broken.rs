//! Broken scenarios through the command: exit code 1 or 2, every finding with its remedy, no panic.
//!
//! The cases are those of the scenario room, `crates/scenario/tests/broken/`: what is wrong, how the
//! scenario differs from `crates/scenario/tests/base/`, what is found. Hostile files that would not do as
//! text are made here.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::{Came, darsena, names, root};

type Files = BTreeMap<String, Vec<u8>>;

fn cases() -> PathBuf {
    root().join("crates/scenario/tests")
}

fn base() -> Files {
    let folder = cases().join("base");
    let read = |name: String| {
        (
            name.clone(),
            fs::read(folder.join(name)).expect("it can be read"),
        )
    };
    names(&folder).into_iter().map(read).collect()
}

/// Changes the files as one part of a case says: a whole file, a row, more rows, a piece, or no file.
fn change(files: &mut Files, part: &str) {
    let (title, body) = part.split_once('\n').expect("a part has a title");
    let (name, how) = title.split_once(' ').unwrap_or((title, ""));
    let old = files
        .get(name)
        .map(|bytes| String::from_utf8(bytes.clone()).expect("the base is text"));
    let old = old.unwrap_or_default();
    let new = match how.split_once(' ').unwrap_or((how, "")) {
        ("missing", _) => {
            files.remove(name);
            return;
        }
        ("", _) => body.to_string(),
        ("more", _) => old + body,
        ("row", row) => {
            let row: usize = row.parse().expect("a row is a number");
            let mut lines: Vec<&str> = old.lines().collect();
            lines[row - 1] = body.trim_end_matches('\n');
            lines.join("\n") + "\n"
        }
        ("instead", piece) => {
            let piece = piece.strip_prefix("of ").expect("instead of what");
            old.replacen(piece, body.trim_end_matches('\n'), 1)
        }
        (other, _) => panic!("no change is written `{other}`"),
    };
    files.insert(name.to_string(), new.into_bytes());
}

fn write(files: &Files, folder: &Path) {
    fs::create_dir(folder).expect("there is room");
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).expect("there is room");
    }
}

#[test]
fn every_broken_scenario_is_found_out_by_the_command() {
    let place = tempfile::tempdir().expect("there is room");
    let folder = cases().join("broken");
    let mut refused = 0;
    for case in names(&folder) {
        let text = fs::read_to_string(folder.join(&case)).expect("a case is text");
        let (story, finds) = text
            .split_once("--- finds\n")
            .expect("a case says what it finds");
        let mut files = base();
        story
            .split("--- ")
            .skip(1)
            .for_each(|part| change(&mut files, part));
        write(&files, &place.path().join(&case));

        let checked = darsena(place.path(), &["check", &case]);
        let findings = finds
            .lines()
            .filter(|line| !line.starts_with("error ") && !line.starts_with("warning "));
        for line in findings {
            assert!(
                checked.out.contains(line),
                "{case}: `check` does not say `{line}`:\n{}",
                checked.out
            );
        }
        let forbidden = finds.lines().any(|line| line.starts_with("error "));
        assert_eq!(checked.code, i32::from(forbidden), "{case}: {checked:?}");
        if !forbidden {
            continue;
        }
        refused += 1;
        let planned = darsena(
            place.path(),
            &["plan", &case, "--format", "json", "--out", "plan.json"],
        );
        assert_eq!(
            (planned.code, planned.out.as_str()),
            (1, ""),
            "{case}: {planned:?}"
        );
        assert!(
            planned.err.contains("\nhelp: "),
            "{case}: no remedy in\n{}",
            planned.err
        );
        assert!(
            !place.path().join("plan.json").exists(),
            "{case}: nothing is written"
        );
    }
    assert!(refused >= 40, "only {refused} broken scenarios");
}

/// `check` with at most 1 GiB of address space.
fn checked(folder: &Path, scenario: &str) -> Came {
    crate::limited(folder, "ulimit -v 1048576", &["check", scenario])
}

#[cfg(unix)]
#[test]
fn hostile_files_cost_little_memory() {
    let place = tempfile::tempdir().expect("there is room");
    let with = |name: &str, file: &str, bytes: &[u8]| {
        let mut files = base();
        files.insert(file.into(), bytes.to_vec());
        write(&files, &place.path().join(name));
    };
    let junk: Vec<u8> = (0..65_536_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    with("binary", "lanes.csv", &junk);
    with("binary-descriptor", "datapackage.json", &junk);
    with(
        "latin-1",
        "items.csv",
        b"item,name,value\nseeker,Seeker,70\nrocket,Rakete f\xfcr Japan,350\n",
    );
    with(
        "utf-16",
        "items.csv",
        b"\xff\xfei\0t\0e\0m\0,\0n\0a\0m\0e\0\n\0",
    );
    with("deep", "datapackage.json", "[".repeat(900_000).as_bytes());
    with("wide", "items.csv", ",".repeat(64 << 20).as_bytes());
    with(
        "long-line",
        "items.csv",
        format!("item,name\nseeker,{}\n", "x".repeat(40 << 20)).as_bytes(),
    );
    with("zeros", "items.csv", &[0; 4096]);
    with("huge", "items.csv", b"");
    File::create(place.path().join("huge/items.csv"))
        .and_then(|file| file.set_len(2 << 30))
        .expect("a sparse file");
    for scenario in [
        "binary",
        "binary-descriptor",
        "latin-1",
        "utf-16",
        "deep",
        "wide",
        "long-line",
        "zeros",
        "huge",
    ] {
        let came = checked(place.path(), scenario);
        assert_eq!(came.code, 1, "{scenario}: {came:?}");
        assert!(
            came.out.contains("\nhelp: "),
            "{scenario}: no remedy in\n{}",
            came.out
        );
        assert!(
            came.out.len() < 20_000,
            "{scenario}: {} bytes of findings",
            came.out.len()
        );
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_workbook_is_found_out() {
    let place = tempfile::tempdir().expect("there is room");
    let starter = darsena(place.path(), &["new", "starter"]);
    assert_eq!(starter.code, 0);
    assert_eq!(
        darsena(place.path(), &["convert", "starter", "whole.xlsx"]).code,
        0
    );
    let whole = fs::read(place.path().join("whole.xlsx")).expect("it was written");
    let mut flipped = whole.clone();
    flipped
        .iter_mut()
        .skip(300)
        .step_by(97)
        .for_each(|byte| *byte ^= 0x55);
    let books: [(&str, &[u8]); 5] = [
        ("empty.xlsx", b""),
        ("text.xlsx", b"item,name\nseeker,Seeker\n"),
        ("half.xlsx", &whole[..whole.len() / 2]),
        ("flipped.xlsx", &flipped),
        ("header.xlsx", b"PK\x03\x04 and then nothing"),
    ];
    for (name, bytes) in books {
        fs::write(place.path().join(name), bytes).expect("there is room");
        let came = checked(place.path(), name);
        assert_eq!(came.code, 1, "{name}: {came:?}");
        assert!(
            came.out.contains("\nhelp: "),
            "{name}: no remedy in\n{}",
            came.out
        );
    }
    File::create(place.path().join("huge.xlsx"))
        .and_then(|file| file.set_len(3 << 30))
        .expect("a sparse file");
    assert_eq!(checked(place.path(), "huge.xlsx").code, 2);
    assert_eq!(checked(place.path(), "nowhere").code, 2);
}
