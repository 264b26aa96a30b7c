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
}

#[test]
fn an_emergency_is_asked_otherwise_as_well() {
    let damage = ["--emergency", "ddg83:dsra:2025-03-01", "--format", "json"];
    let stands = repair(&damage).json();
    let asked = [
        &damage[..],
        &["--change", "yokosuka-dock-5-lost", "--with", "US-48"],
    ]
    .concat();
    let changed = repair(&asked).json();
    assert_eq!(changed["question"], "repair --emergency");
    let otherwise = changed["tables"]["otherwise"].as_array().map(Vec::len);
    assert_eq!(otherwise, Some(2));
    for answer in [stands, changed] {
        let choices = answer["tables"]["choices"]
            .as_array()
            .expect("there are some");
        assert_eq!(choices[0]["choice"], "best");
        assert!((1..=6).contains(&choices.len()), "{choices:?}");
        // The ship is not ready from the day of its damage on, whatever is done.
        for choice in choices {
            assert_eq!(choice["out"], "2025-03-01");
        }
        // Each is better than every cheaper one in something.
        let key = |choice: &serde_json::Value| {
            let back = choice["back"].as_str().expect("it is back").to_string();
            (back, choice["bumped"].as_i64().expect("a count"))
        };
        for (n, choice) in choices.iter().enumerate() {
            for cheaper in &choices[..n] {
                let (one, two) = (key(cheaper), key(choice));
                assert!(one.0 > two.0 || one.1 > two.1, "{one:?} {two:?}");
            }
        }
    }
}

#[test]
fn a_mode_that_no_known_rule_of_the_day_allows_says_so() {
    let answer = repair(&["--law", "1980-01-01", "--no-status-quo", "--format", "json"]);
    assert_eq!(answer.code, 1, "{}", answer.err);
    let answer: serde_json::Value = serde_json::from_str(&answer.out).expect("an answer in JSON");
    let shut = answer["tables"]["shut"].as_array().expect("there are some");
    for row in shut.iter().filter(|row| row["rules"].is_null()) {
        let because = row["because"].as_str().unwrap_or("");
        assert!(because.contains("no rule of that day is known"), "{row}");
    }
    // What must be done has no place: no cost is told of that, but why.
    assert_eq!(answer["status"], "infeasible");
    for key in ["objective", "bound", "gap"] {
        assert!(answer[key].is_null(), "{key}");
    }
    let nowhere = answer["tables"]["nowhere"]
        .as_array()
        .expect("there are some");
    assert!(!nowhere.is_empty());
    assert!(
        answer["remarks"]
            .to_string()
            .contains("which must be done: every mode of")
    );
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
