//! Equal questions have equal answers, in every form and with any number of threads.

use std::fs;
use std::path::Path;

use crate::{darsena, names, real, workplace};

const FORMS: [(&str, &str); 5] = [
    ("table", "plan.txt"),
    ("json", "plan.json"),
    ("csv", "plan-csv"),
    ("parquet", "plan-parquet"),
    ("xlsx", "plan.xlsx"),
];

/// Every byte that was written to `path`, a file or a folder.
fn bytes(path: &Path) -> Vec<(String, Vec<u8>)> {
    if path.is_dir() {
        let read = |name: String| {
            (
                name.clone(),
                fs::read(path.join(name)).expect("it was written"),
            )
        };
        names(path).into_iter().map(read).collect()
    } else {
        vec![(String::new(), fs::read(path).expect("it was written"))]
    }
}

#[test]
fn equal_questions_have_equal_bytes_in_every_form() {
    let (place, _) = workplace();
    for (form, name) in FORMS {
        let ask = |threads: &str, folder: &str| {
            let out = format!("{folder}/{name}");
            fs::create_dir_all(place.path().join(folder)).expect("there is room");
            let came = darsena(
                place.path(),
                &[
                    "plan",
                    "starter",
                    "--format",
                    form,
                    "--out",
                    &out,
                    "--threads",
                    threads,
                ],
            );
            assert_eq!((came.code, came.out.as_str()), (0, ""), "{came:?}");
            bytes(&place.path().join(out))
        };
        let first = ask("1", "first");
        assert!(first.iter().all(|(_, bytes)| !bytes.is_empty()));
        assert!(
            first == ask("1", "again"),
            "{form} differs between two runs"
        );
        assert!(
            first == ask("2", "two"),
            "{form} differs between one and two threads"
        );
    }
}

#[test]
fn the_real_scenario_has_one_answer() {
    let real = real();
    let real = real.to_str().expect("a plain path");
    let place = tempfile::tempdir().expect("there is room");
    let ask = |threads| {
        let came = darsena(
            place.path(),
            &["plan", real, "--format", "json", "--threads", threads],
        );
        assert_eq!(came.code, 0, "{}", came.err);
        came.out
    };
    let first = ask("1");
    assert!(first == ask("2"), "one and two threads differ");
    assert!(first == ask("2"), "two runs differ");
    let answer: serde_json::Value = serde_json::from_str(&first).expect("JSON");
    assert_eq!(answer["status"], "optimal");
    assert_eq!(answer["seconds"], serde_json::Value::Null);
    let binding = &answer["tables"]["binding"][0];
    assert_eq!(binding["id"], "seeker-line");
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let (place, starter) = workplace();
    let ask = || darsena(place.path(), &["plan", "starter", "--format", "json"]);
    let before = ask();
    for name in names(&starter) {
        let path = starter.join(&name);
        if let Some(text) = name
            .ends_with(".csv")
            .then(|| fs::read_to_string(&path).expect("text"))
        {
            let mut lines = text.lines();
            let mut turned = vec![lines.next().unwrap_or_default()];
            turned.extend(lines.rev());
            fs::write(&path, turned.join("\n") + "\n").expect("there is room");
        }
    }
    let after = ask();
    assert_eq!(before.code, 0);
    assert!(before.out == after.out);
}

#[test]
fn every_form_says_the_same() {
    let (place, _) = workplace();
    let json = darsena(place.path(), &["plan", "starter", "--format", "json"]).json();
    let demands = json["tables"]["demands"].as_array().expect("a table");
    let csv = darsena(
        place.path(),
        &["plan", "starter", "--table", "demands", "--format", "csv"],
    );
    let mut reader = csv.out.lines();
    let header: Vec<&str> = reader.next().expect("a header").split(',').collect();
    let columns: Vec<&String> = demands[0].as_object().expect("a row").keys().collect();
    assert_eq!(header, columns);
    assert_eq!(reader.count(), demands.len());
    let readable = darsena(place.path(), &["plan", "starter"]);
    assert!(
        readable
            .out
            .starts_with("plan of `starter`: optimal (lexicographic)")
    );
    let folder = darsena(
        place.path(),
        &["plan", "starter", "--format", "csv", "-o", "tables"],
    );
    assert_eq!(folder.code, 0);
    let written = names(&place.path().join("tables"));
    let mut expected: Vec<String> = json["tables"]
        .as_object()
        .expect("tables")
        .keys()
        .map(|name| format!("{name}.csv"))
        .collect();
    expected.push("answer.json".into());
    expected.sort();
    assert_eq!(written, expected);
}

#[test]
fn a_time_is_given_only_when_asked_for() {
    let (place, _) = workplace();
    let timed = darsena(
        place.path(),
        &["plan", "starter", "--format", "json", "--timing"],
    )
    .json();
    assert!(
        timed["seconds"]
            .as_f64()
            .is_some_and(|seconds| seconds > 0.0)
    );
}

#[test]
fn objectives_and_reasons_are_what_was_asked_for() {
    let (place, _) = workplace();
    let weighted = darsena(
        place.path(),
        &[
            "plan",
            "starter",
            "--objective",
            "weighted",
            "--format",
            "json",
            "--reasons",
            "none",
            "--no-prices",
        ],
    )
    .json();
    let tables = &weighted["tables"];
    assert_eq!(tables["levels"].as_array().map(Vec::len), Some(2));
    for empty in ["reasons", "prices", "binding"] {
        assert_eq!(tables[empty].as_array().map(Vec::len), Some(0), "{empty}");
    }
    let unconfirmed = darsena(
        place.path(),
        &["plan", "starter", "--unconfirmed", "--format", "json"],
    )
    .json();
    let plain = darsena(place.path(), &["plan", "starter", "--format", "json"]).json();
    let late = |answer: &serde_json::Value| {
        let rows = answer["tables"]["demands"]
            .as_array()
            .expect("a table")
            .clone();
        rows.iter()
            .filter_map(|row| row["late_unit_periods"].as_f64())
            .sum::<f64>()
    };
    assert!(
        late(&unconfirmed) <= late(&plain),
        "a receipt more makes nobody wait longer here"
    );
}

#[test]
fn fair_shares_are_a_stage_of_each_priority() {
    let (place, _) = workplace();
    let plain = darsena(
        place.path(),
        &["plan", "starter", "--table", "levels", "--format", "csv"],
    );
    let fair = darsena(
        place.path(),
        &[
            "plan", "starter", "--fair", "--table", "levels", "--format", "csv",
        ],
    );
    assert_eq!((plain.code, fair.code), (0, 0));
    let shares = |came: &crate::Came| {
        came.out
            .lines()
            .filter(|line| line.starts_with("largest share"))
            .count()
    };
    assert_eq!((shares(&plain), shares(&fair)), (0, 2), "{}", fair.out);
}

#[test]
fn pegs_add_up_to_what_was_delivered() {
    let (place, _) = workplace();
    let answer = darsena(
        place.path(),
        &["plan", "starter", "--peg", "south-2026", "--format", "json"],
    )
    .json();
    let of = |pegs: &serde_json::Value| {
        let pegs = pegs.as_array().expect("a list").clone();
        pegs.iter()
            .filter_map(|peg| peg["quantity"].as_f64())
            .sum::<f64>()
    };
    let delivered = answer["tables"]["demands"][0]["delivered"]
        .as_f64()
        .expect("a number");
    assert!((of(&answer["peg"]) - delivered).abs() < 1e-6);
    let first = &answer["peg"][0];
    assert_eq!(first["kind"], "shipment");
    assert!((of(&first["from"]) - first["quantity"].as_f64().expect("a number")).abs() < 1e-6);
}

#[test]
fn plans_of_two_scenarios_are_compared() {
    let (place, _) = workplace();
    let same = darsena(
        place.path(),
        &[
            "plan",
            "starter",
            "--against",
            "starter",
            "--format",
            "json",
        ],
    )
    .json();
    assert_eq!(same["tables"]["demands"], serde_json::json!([]));
    assert_eq!(
        darsena(place.path(), &["convert", "starter", "more"]).code,
        0
    );
    let capacity = place.path().join("more/capacity.csv");
    let text = fs::read_to_string(&capacity).expect("text");
    let more = text.replace("north-line,2025-01-01,,15,", "north-line,2025-01-01,,30,");
    assert_ne!(text, more);
    fs::write(&capacity, more).expect("there is room");
    let other = darsena(
        place.path(),
        &["plan", "starter", "--against", "more", "--format", "json"],
    )
    .json();
    assert_ne!(other["tables"]["demands"], serde_json::json!([]));
    let changed = darsena(place.path(), &["diff", "starter", "more"]);
    assert_eq!(changed.code, 1);
    assert!(
        changed.out.contains("capacity: 15 -> 30"),
        "{}",
        changed.out
    );
    assert_eq!(
        darsena(place.path(), &["diff", "starter", "starter"]).code,
        0
    );
}

#[test]
fn a_scenario_goes_through_every_form_and_back() {
    let (place, _) = workplace();
    let steps: [&[&str]; 3] = [
        &["convert", "starter", "book.xlsx"],
        &["convert", "book.xlsx", "columns", "--parquet-from", "1"],
        &["convert", "columns", "tables"],
    ];
    for step in steps {
        let came = darsena(place.path(), step);
        assert_eq!(came.code, 0, "{came:?}");
        let back = darsena(place.path(), &["diff", "starter", step[2]]);
        assert_eq!(
            (back.code, back.out.as_str()),
            (0, "no difference\n"),
            "{step:?}"
        );
    }
    let hash = |scenario: &str| {
        darsena(place.path(), &["plan", scenario, "--format", "json"]).json()["scenario"].clone()
    };
    assert_eq!(hash("starter"), hash("columns"));
    assert_eq!(hash("starter"), hash("book.xlsx"));
}

#[test]
fn the_brief_is_one_page() {
    let (place, _) = workplace();
    let came = darsena(
        place.path(),
        &[
            "brief",
            "starter",
            "-o",
            "brief.html",
            "--title",
            "Two states",
        ],
    );
    assert_eq!((came.code, came.out.as_str()), (0, ""), "{came:?}");
    let page = fs::read_to_string(place.path().join("brief.html")).expect("a page");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Two states"));
    assert!(!page.contains("<script"));
}

#[test]
fn findings_description_and_difference_have_every_form() {
    let (place, starter) = workplace();
    assert_eq!(
        darsena(place.path(), &["convert", "starter", "other"]).code,
        0
    );
    let items = starter.join("items.csv");
    let text = fs::read_to_string(&items).expect("text");
    fs::write(&items, text.replace("3500000", "3600000")).expect("there is room");
    let asked: [(&[&str], i32, &str); 3] = [
        (&["check", "starter"], 0, "findings"),
        (&["describe", "starter"], 0, "items"),
        (&["diff", "other", "starter"], 1, "cells"),
    ];
    for (question, code, table) in asked {
        for (form, name) in FORMS {
            let out = format!("{}-{name}", question[0]);
            let arguments = [question, &["--format", form, "--out", &out]].concat();
            let came = darsena(place.path(), &arguments);
            assert_eq!((came.code, came.out.as_str()), (code, ""), "{came:?}");
            let written = bytes(&place.path().join(&out));
            assert!(written.iter().all(|(_, bytes)| !bytes.is_empty()), "{out}");
            let plain = darsena(place.path(), question);
            if form == "table" {
                assert_eq!(written[0].1, plain.out.as_bytes());
            }
        }
        let one = [question, &["--format", "csv", "--table", table]].concat();
        let came = darsena(place.path(), &one);
        assert_eq!(came.code, code, "{came:?}");
        let json = fs::read_to_string(place.path().join(format!("{}-plan.json", question[0])));
        let json: serde_json::Value =
            serde_json::from_str(&json.expect("it was written")).expect("JSON");
        assert_eq!(json["question"], question[0]);
        let rows = json["tables"][table].as_array().expect("a table").len();
        assert_eq!(came.out.lines().count(), 1 + rows);
    }
    let cells = darsena(
        place.path(),
        &[
            "diff", "other", "starter", "--format", "csv", "--table", "cells",
        ],
    );
    assert!(
        cells
            .out
            .contains(",changed,interceptor,value,3500000,3600000"),
        "{}",
        cells.out
    );
}
