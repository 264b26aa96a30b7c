//! What to change first, asked through the command.

use std::fs;

use crate::{darsena, real, workplace};

/// The real scenario's levers of these ids, without failures.
fn asked(more: &[&str]) -> crate::Came {
    let place = tempfile::tempdir().expect("there is room");
    let scenario = real();
    let scenario = scenario.to_str().expect("a plain path");
    darsena(
        place.path(),
        &[&["levers", scenario, "--quiet"], more].concat(),
    )
}

const FEW: [&str; 8] = [
    "--failures",
    "0",
    "--lever",
    "camden-750",
    "--lever",
    "seeker-expansion-again",
    "--lever",
    "wider-recipients",
];

#[test]
fn what_cannot_be_asked_is_refused_with_what_would_be_right() {
    for (more, code, told) in [
        (
            &["--budget", "-1"][..],
            2,
            "expected an amount of money, 0 or more",
        ),
        (
            &["--budget", "much"],
            2,
            "expected an amount of money, 0 or more",
        ),
        (&["--steps", "-1"], 2, "unexpected argument '-1'"),
        (
            &["--lever", "camden-75"],
            2,
            "no lever `camden-75` in the table `changes`\nhelp: did you mean `camden-750`?",
        ),
        (
            &["--lever", "nagoya-fighter-bay"],
            2,
            "the lever `nagoya-fighter-bay` touches repair alone\nhelp: ask `darsena repair --change nagoya-fighter-bay`",
        ),
        (
            &["--lever", "seeker-line-stop"],
            2,
            "no lever `seeker-line-stop` in the table",
        ),
    ] {
        let came = asked(more);
        assert_eq!((came.code, came.out.as_str()), (code, ""), "{more:?}");
        assert!(came.err.contains(told), "{more:?}: {}", came.err);
    }
}

#[test]
fn a_scenario_without_levers_has_none_to_rank() {
    let (place, starter) = workplace();
    fs::write(starter.join("changes.csv"), "change,kind,table,id\n").expect("it can be written");
    let came = darsena(place.path(), &["levers", "starter"]);
    assert_eq!((came.code, came.out.as_str()), (1, ""));
    assert!(
        came.err
            .contains("the scenario tells no lever of production"),
        "{}",
        came.err
    );
    assert!(came.err.contains("help: "), "{}", came.err);
}

#[test]
fn a_budget_and_steps_keep_to_the_best_within_them() {
    let of = |more: &[&str]| asked(&[&FEW[..], more, &["--format", "json"]].concat()).json();
    let best = |answer: &serde_json::Value| answer["tables"]["portfolios"][0]["levers"].clone();
    let (free, poor, none) = (of(&[]), of(&["--budget", "120"]), of(&["--budget", "0"]));
    assert_eq!(best(&free), "camden-750; seeker-expansion-again");
    assert_eq!(best(&poor), "seeker-expansion-again");
    assert!(best(&none).is_null());
    assert_eq!(free["status"], "optimal");
    assert_eq!(free["gap"], 0.0);
    // Those of repair are named where all were asked for, and nobody asked for all.
    assert!(!free["remarks"].to_string().contains("nagoya-fighter-bay"));
    let levers = free["tables"]["levers"].as_array().expect("a table");
    let law = levers.iter().find(|row| row["lever"] == "wider-recipients");
    let law = law.expect("it is one of them");
    assert_eq!((&law["steps"], &law["states"]), (&1.into(), &"jp".into()));
    assert!(
        law["anchor"]
            .as_str()
            .is_some_and(|text| text.starts_with("JP-27: "))
    );
    assert!(
        levers
            .iter()
            .all(|row| row["lever"] == "wider-recipients" || row["steps"] == 0)
    );
}

#[test]
fn a_rule_that_was_in_the_way_is_worth_what_it_held_back() {
    // Before the revision of December 2023 JP-27 held back 36 missiles.
    let lifted = [
        "--failures",
        "0",
        "--lever",
        "wider-recipients",
        "--law",
        "2023-12-21",
        "--format",
        "json",
    ];
    let answer = asked(&lifted).json();
    let row = &answer["tables"]["levers"][0];
    assert_eq!(row["units"], 36.0, "{row}");
    assert_eq!(answer["law"]["as_of"], "2023-12-21");
    assert_eq!(
        answer["tables"]["portfolios"][0]["levers"],
        "wider-recipients"
    );
    let none = asked(&[&lifted[..], &["--steps", "0"]].concat()).json();
    assert!(none["tables"]["portfolios"][0]["levers"].is_null());
}

#[test]
fn answers_are_the_same_with_any_number_of_threads_and_in_every_form() {
    let of = |more: &[&str]| asked(&[&FEW[..], more].concat());
    let one = of(&["--threads", "1", "--format", "json"]);
    let two = of(&["--threads", "2", "--format", "json"]);
    assert_eq!(one.out, two.out);
    let table = of(&["--table", "shares", "--format", "csv"]);
    assert!(
        table
            .out
            .starts_with("kind,id,share,percent,error,receives\n"),
        "{table:?}"
    );
}
