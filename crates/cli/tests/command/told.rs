//! What the command says of itself, and of what it cannot do.

use std::fs;

use crate::{darsena, workplace};

const COMMANDS: [&str; 10] = [
    "plan",
    "brief",
    "check",
    "describe",
    "convert",
    "diff",
    "new",
    "manual",
    "schema",
    "completions",
];

#[test]
fn every_command_has_help() {
    let place = tempfile::tempdir().expect("there is room");
    let all = darsena(place.path(), &["--help"]);
    assert_eq!(all.code, 0);
    assert!(all.out.contains("Nothing darsena says is legal advice."));
    for command in COMMANDS {
        assert!(
            all.out.contains(&format!("\n  {command} ")),
            "{command} is listed"
        );
        let help = darsena(place.path(), &[command, "--help"]);
        assert_eq!((help.code, help.err.as_str()), (0, ""), "{command}");
        assert!(
            help.out.contains(&format!("Usage: darsena {command}")),
            "{command}"
        );
        if !["schema", "completions"].contains(&command) {
            assert!(help.out.contains("Example"), "{command} shows an example");
        }
    }
    assert_eq!(darsena(place.path(), &["--version"]).out, "darsena 0.1.0\n");
}

#[test]
fn demands_named_in_examples_exist() {
    let place = tempfile::tempdir().expect("there is room");
    let help = darsena(place.path(), &["plan", "--help"]).out;
    let demands = fs::read_to_string(crate::real().join("demands.csv")).expect("text");
    let named: Vec<&str> = help
        .lines()
        .filter_map(|line| Some(line.split_once("--peg ")?.1.trim()))
        .collect();
    for demand in named.into_iter().filter(|name| !name.starts_with('<')) {
        assert!(
            demands.contains(&format!("\n{demand},")),
            "no demand `{demand}`"
        );
    }
}

#[test]
fn shells_are_completed() {
    let place = tempfile::tempdir().expect("there is room");
    for shell in ["bash", "zsh", "fish"] {
        let script = darsena(place.path(), &["completions", shell]);
        assert_eq!(script.code, 0);
        for command in COMMANDS {
            assert!(script.out.contains(command), "{shell} completes {command}");
        }
    }
}

#[test]
fn the_manual_has_a_page_for_every_table() {
    let place = tempfile::tempdir().expect("there is room");
    let tables = darsena(place.path(), &["manual"]).out;
    assert_eq!(tables.lines().count(), 25);
    let all = darsena(place.path(), &["manual", "--all"]).out;
    for table in tables.lines() {
        let page = darsena(place.path(), &["manual", table]);
        assert_eq!(page.code, 0);
        assert!(
            page.out.starts_with(&format!("# `{table}`\n")) && all.contains(page.out.trim_end())
        );
    }
    let unknown = darsena(place.path(), &["manual", "demand"]);
    assert_eq!(unknown.code, 1);
    assert!(unknown.err.contains("\nhelp: "), "{}", unknown.err);
}

#[test]
fn the_schema_is_json() {
    let place = tempfile::tempdir().expect("there is room");
    let schema = darsena(place.path(), &["schema"]).json();
    assert_eq!(schema["$id"], "darsena-answer-1");
}

#[test]
fn findings_can_be_read_by_a_script() {
    let (place, starter) = workplace();
    let sound = darsena(place.path(), &["check", "starter", "--format", "json"]).json();
    assert_eq!(sound["sound"], true);
    let items = starter.join("items.csv");
    let text = fs::read_to_string(&items).expect("text");
    fs::write(&items, text.replace("3500000", "-3500000")).expect("there is room");
    let came = darsena(place.path(), &["check", "starter", "--format", "json"]);
    assert_eq!(came.code, 1);
    let found: serde_json::Value = serde_json::from_str(&came.out).expect("JSON");
    let finding = &found["findings"][0];
    assert_eq!(
        (
            &finding["file"],
            &finding["row"],
            &finding["column"],
            &finding["found"]
        ),
        (
            &"items.csv".into(),
            &2.into(),
            &"value".into(),
            &"-3500000".into()
        )
    );
}

#[test]
fn the_exit_code_says_what_came_of_it() {
    let (place, starter) = workplace();
    let code = |arguments: &[&str]| {
        let came = darsena(place.path(), arguments);
        assert!(
            came.code == 0 || !came.err.is_empty(),
            "{arguments:?} says why"
        );
        assert!(
            came.code == 0 || came.err.contains("help"),
            "{arguments:?} says what to do:\n{}",
            came.err
        );
        came.code
    };
    for answered in [
        &["check", "starter"][..],
        &["describe", "starter"],
        &["plan", "starter/datapackage.json"],
    ] {
        assert_eq!(code(answered), 0, "{answered:?}");
    }
    assert_eq!(
        code(&["plan", "starter", "--peg", "navy-2027"]),
        1,
        "no such demand"
    );
    let refused: [&[&str]; 12] = [
        &["plan"],
        &["plan", "nowhere"],
        &["plan", "starter/items.csv"],
        &["plan", "starter", "--objective", "both"],
        &["plan", "starter", "--threads", "0"],
        &["plan", "starter", "--time-limit", "-1"],
        &["plan", "starter", "--time-limit", "soon"],
        &["plan", "starter", "--solver-option", "presolve"],
        &["plan", "starter", "--solver-option", "no_such_option=1"],
        &["plan", "starter", "--table", "nothing"],
        &["brief", "starter", "-o", "brief.pdf"],
        &["launch", "starter"],
    ];
    for arguments in refused {
        assert_eq!(code(arguments), 2, "{arguments:?}");
    }
    fs::write(starter.join("demands.csv"), "demand\n").expect("there is room");
    for question in [
        &["plan", "starter"][..],
        &["describe", "starter"],
        &["brief", "starter", "-o", "brief.html"],
        &["convert", "starter", "copy"],
    ] {
        assert_eq!(code(question), 1, "{question:?}");
    }
    assert_eq!(
        crate::names(place.path()),
        ["starter"],
        "nothing was written"
    );
}

#[test]
fn nothing_goes_to_standard_error_when_all_is_well() {
    let (place, _) = workplace();
    let came = darsena(place.path(), &["plan", "starter"]);
    assert_eq!((came.code, came.err.as_str()), (0, ""));
}
