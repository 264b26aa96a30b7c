//! Sweeps: killed at any moment, asked for in parts, with broken tables.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::{command, darsena, workplace};

/// Writes a table of cases: one resource or another out for some time.
fn cases(folder: &Path, count: usize) {
    let resources = ["seeker-line", "north-line", "north-test", "south-line"];
    let mut text = String::from("change,kind,table,id,from,until\n");
    for n in 0..count {
        let id = resources[n % resources.len()];
        let (first, last) = (1 + n % 9, 2 + n % 9 + n % 3);
        let day = 1 + n / 36 % 28;
        text.push_str(&format!(
            "c{n:05},disruption,resources,{id},2025-{first:02}-{day:02},2025-{last:02}-{day:02}\n"
        ));
    }
    fs::write(folder.join("cases.csv"), text).expect("written");
}

const ASKED: [&str; 9] = [
    "sweep",
    "starter",
    "--changes",
    "cases.csv",
    "--table",
    "outcomes",
    "--format",
    "csv",
    "--quiet",
];

fn asked<'a>(more: &[&'a str]) -> Vec<&'a str> {
    ASKED.iter().copied().chain(more.iter().copied()).collect()
}

fn number(name: &str, otherwise: usize) -> usize {
    let told = std::env::var(name).ok();
    told.and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// `DARSENA_SWEEP_CASES` and `DARSENA_SWEEP_KILLS` make it longer.
#[test]
fn a_sweep_killed_again_and_again_gives_what_a_clean_run_gives() {
    let (place, _) = workplace();
    let folder = place.path();
    let (count, kills) = (
        number("DARSENA_SWEEP_CASES", 400),
        number("DARSENA_SWEEP_KILLS", 8),
    );
    cases(folder, count);
    let clean = darsena(folder, &asked(&["--out", "clean.csv"]));
    assert_eq!(clean.code, 0, "{clean:?}");
    let clean = fs::read(folder.join("clean.csv")).expect("the outcomes");
    assert_eq!(
        clean.iter().filter(|byte| **byte == b'\n').count(),
        count + 1
    );
    assert!(
        !folder.join("clean.csv.part").exists(),
        "it goes at the end"
    );

    let part = folder.join("killed.csv.part");
    let kept = || fs::read(&part).map_or(0, |bytes| bytes.iter().filter(|b| **b == b'\n').count());
    let (mut killed, mut before, mut state) = (0, 0, 11_u64);
    while killed < kills {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let share = 1 + count / (2 * kills.max(1));
        // Killed once some more cases are kept than the time before, and a while after that.
        let mut child = command(folder, &asked(&["--out", "killed.csv"]))
            .stdout(Stdio::null())
            .spawn()
            .expect("it can be run");
        let wanted = before + 1 + (state >> 33) as usize % share;
        while kept() < wanted && child.try_wait().expect("a child").is_none() {
            std::thread::sleep(Duration::from_millis(2));
        }
        std::thread::sleep(Duration::from_micros(state >> 40 & 0x3fff));
        let ended = child.try_wait().expect("a child").is_some();
        child.kill().expect("it is killed");
        child.wait().expect("it ends");
        assert!(!ended, "it ended before kill {killed}");
        killed += 1;
        assert!(
            !folder.join("killed.csv").exists(),
            "nothing is half written"
        );
        let now = kept();
        assert!(now >= before, "{now} outcomes after {before}");
        before = now;
    }
    let last = darsena(folder, &asked(&["--out", "killed.csv"]));
    assert_eq!(last.code, 0, "{last:?}");
    assert!(fs::read(folder.join("killed.csv")).expect("the outcomes") == clean);
    assert!(!part.exists(), "it goes at the end");
}

#[test]
fn parts_make_up_the_whole() {
    let (place, _) = workplace();
    let folder = place.path();
    cases(folder, 20);
    let whole = darsena(folder, &asked(&[]));
    let mut rows: Vec<String> = Vec::new();
    for part in ["1/3", "2/3", "3/3"] {
        let came = darsena(folder, &asked(&["--part", part, "--threads", "1"]));
        assert_eq!(came.code, 0, "{came:?}");
        rows.extend(came.out.lines().skip(1).map(str::to_string));
    }
    rows.sort();
    let mut expected: Vec<&str> = whole.out.lines().skip(1).collect();
    expected.sort_unstable();
    assert_eq!(rows, expected);
    assert_eq!(rows.len(), 20);
}

#[test]
fn an_outcome_is_that_of_stress() {
    let (place, _) = workplace();
    let folder = place.path();
    cases(folder, 12);
    let came = darsena(
        folder,
        &[
            "sweep",
            "starter",
            "--changes",
            "cases.csv",
            "--format",
            "json",
        ],
    );
    let swept = came.json();
    fs::copy(folder.join("cases.csv"), folder.join("starter/changes.csv")).expect("copied");
    let came = darsena(folder, &["stress", "starter", "--format", "json"]);
    let stressed = came.json();
    let of = |answer: &serde_json::Value, table: &str, name: &str| {
        let rows = answer["tables"][table].as_array().expect("rows").clone();
        let mut rows: Vec<(String, [f64; 3])> = { rows.iter() }
            .map(|row| {
                let number = |name: &str| {
                    let x = row[name].as_f64().expect("a number");
                    (x * 1e6).round() / 1e6
                };
                let id = row[name].as_str().expect("an id").to_string();
                (id, ["late", "unmet", "cost"].map(number))
            })
            .collect();
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        rows
    };
    let swept = of(&swept, "outcomes", "case");
    assert_eq!(swept, of(&stressed, "failures", "failure"));
    assert!(swept.iter().any(|(_, [late, ..])| *late > 1.0), "{swept:?}");
}

#[test]
fn what_is_wrong_with_the_table_is_said_with_its_name() {
    let (place, _) = workplace();
    let folder = place.path();
    let text = "change,kind,table,id,from,until\na,disruption,resources,seeker-lin,2025-01-01,\n";
    fs::write(folder.join("cases.csv"), text).expect("written");
    let came = darsena(folder, &ASKED);
    assert_eq!(came.code, 1, "{came:?}");
    assert!(came.err.contains("cases.csv:2: column `id`"), "{came:?}");
    assert!(came.err.contains("did you mean `seeker-line`?"), "{came:?}");

    cases(folder, 3);
    fs::write(folder.join("kept"), "something else\n").expect("written");
    let came = darsena(folder, &asked(&["--checkpoint", "kept"]));
    assert_eq!(came.code, 2, "{came:?}");
    assert!(
        came.err.contains("holds outcomes of another sweep"),
        "{came:?}"
    );
    assert!(came.err.contains("help:"), "{came:?}");
    let text = fs::read_to_string(folder.join("kept")).expect("still there");
    assert_eq!(text, "something else\n", "it is not touched");

    let came = darsena(folder, &asked(&["--part", "4/3"]));
    assert_eq!(came.code, 2, "{came:?}");
    let came = darsena(folder, &["sweep", "starter", "--changes", "no.csv"]);
    assert_eq!(came.code, 2, "{came:?}");
    assert!(came.err.contains("cannot read `no.csv`"), "{came:?}");
}
