//! Questions asked otherwise than things stand: rules lifted, proposals in force, changes made.

use crate::{darsena, real};

/// `darsena repair` of the real scenario, searched as little as can be.
fn repair(arguments: &[&str]) -> crate::Came {
    let place = tempfile::tempdir().expect("there is room");
    let scenario = real();
    let scenario = scenario.to_str().expect("a plain path");
    let few = ["--rounds", "1", "--draws", "0", "--no-reasons", "--quiet"];
    let all = [&["repair", scenario], arguments, &few].concat();
    darsena(place.path(), &all)
}

#[test]
fn what_is_not_there_is_refused_with_the_nearest_id() {
    for (arguments, told) in [
        (
            ["--change", "yokosuka-dock-5-lst"],
            "no change `yokosuka-dock-5-lst` in the table `changes`; did you mean `yokosuka-dock-5-lost`?",
        ),
        (
            ["--change", "ssk-dock-3-opens"],
            "`ssk-dock-3-opens` is one row of the group `ssk-dock-3`, which is taken together: ask for `ssk-dock-3`",
        ),
        (
            ["--without", "US-3O"],
            "no rule `US-3O` in the law\nhelp: did you mean `US-3",
        ),
        (
            ["--with", "US-30"],
            "`--with US-30`: the rule is law on its own days and no proposal",
        ),
    ] {
        let came = repair(&arguments);
        assert_eq!((came.code, came.out.as_str()), (2, ""), "{arguments:?}");
        assert!(
            came.err.starts_with(&format!("error: {told}")),
            "{}",
            came.err
        );
    }
    let came = repair(&["--with", "US-37", "--no-law"]);
    assert_eq!(came.code, 2, "{}", came.err);
    let came = repair(&[
        "--change",
        "ssk-dock-3",
        "--emergency",
        "ddg83:dsra:2025-03-01",
    ]);
    assert_eq!(came.code, 2, "{}", came.err);
}

#[test]
fn a_change_that_repair_does_not_read_is_said_to_be_one() {
    let came = repair(&["--change", "seeker-line-stop", "--format", "json"]);
    let answer = came.json();
    let remarks = answer["remarks"].to_string();
    assert!(
        remarks.contains("nothing that could be scheduled is otherwise"),
        "{remarks}"
    );
    assert!(remarks.contains("alone it changes nothing"), "{remarks}");
    assert_eq!(answer["tables"]["otherwise"][0]["noticed"], false);
    assert_eq!(
        answer["tables"]["differences"].as_array().map(Vec::len),
        Some(0)
    );
}

#[test]
fn a_rule_of_the_law_is_lifted_as_permit_lifts_it() {
    let answer = repair(&["--without", "US-30", "--format", "json"]).json();
    let shut = answer["tables"]["shut"].to_string();
    assert!(!shut.contains("US-30"), "{shut}");
    assert_eq!(answer["tables"]["otherwise"][0]["what"], "without");
    // Whatever could be done can be done.
    let rows = &answer["tables"]["schedules"];
    let of = |n: usize, column: &str| rows[n][column].as_f64().expect("a number");
    assert!(of(1, "cost") <= of(0, "cost"), "{rows}");
    assert!(of(1, "bound") <= of(0, "bound"), "{rows}");
    let stands = repair(&["--format", "json"]).json();
    assert!(stands["tables"]["shut"].to_string().contains("US-30"));
    assert!(stands["tables"].get("otherwise").is_none());
    // The scenario is the one in the folder, whatever is made of it.
    assert_eq!(stands["scenario"]["hash"], answer["scenario"]["hash"]);
}

#[test]
fn stress_says_which_disruptions_it_does_not_look_at() {
    let place = tempfile::tempdir().expect("there is room");
    let scenario = real();
    let scenario = scenario.to_str().expect("a plain path");
    let came = darsena(
        place.path(),
        &[
            "stress", scenario, "--static", "--format", "json", "--quiet",
        ],
    );
    let answer = came.json();
    let remarks = answer["remarks"].to_string();
    for of_repair in [
        "yokosuka-dock-5-lost",
        "yokosuka-half-crew",
        "san-diego-dock-1-lost",
    ] {
        assert!(remarks.contains(of_repair), "{remarks}");
        assert!(!answer["tables"].to_string().contains(of_repair));
    }
}
