//! What the command says of itself, and of what it cannot do.

use std::fs;

use crate::{darsena, root, workplace};

const COMMANDS: [&str; 15] = [
    "plan",
    "repair",
    "work-package",
    "prices",
    "permit",
    "laws",
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
    assert_eq!(tables.lines().count(), 28);
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
    assert_eq!(found["sound"], false);
    let finding = &found["tables"]["findings"][0];
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
    let refused: [&[&str]; 13] = [
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
        &[
            "plan",
            "starter",
            "--peg",
            "navy-2025",
            "--against",
            "starter",
        ],
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

#[test]
fn what_cannot_be_carried_out_is_said_once_with_a_remedy() {
    let (place, _) = workplace();
    let failing: [&[&str]; 8] = [
        &["plan", "nowhere"],
        &["check", "starter/items.csv"],
        &["brief", "starter", "-o", "brief.pdf"],
        &["plan", "starter", "--solver-option", "no_such_option=1"],
        &["plan", "starter", "--solver-option", "solver=pdlp"],
        &["plan", "starter", "--format", "xlsx"],
        &["describe", "starter", "--table", "nothing"],
        &["convert", "starter", "starter"],
    ];
    for arguments in failing {
        let came = darsena(place.path(), arguments);
        assert_eq!(came.code, 2, "{arguments:?}: {came:?}");
        assert!(came.err.starts_with("error: "), "{}", came.err);
        let helps: Vec<&str> = came
            .err
            .lines()
            .filter(|line| line.starts_with("help: "))
            .collect();
        assert_eq!(helps.len(), 1, "{arguments:?}: {}", came.err);
        assert!(!helps[0].contains("darsena --help"), "{}", came.err);
        let told = came.err.matches("the solver failed").count();
        assert!(
            told <= 1,
            "{arguments:?} says it {told} times: {}",
            came.err
        );
    }
}

#[test]
fn a_brief_takes_the_options_of_a_plan() {
    let (place, _) = workplace();
    let brief = |more: &[&str]| {
        let arguments = [&["brief", "starter", "-o", "brief.html"], more].concat();
        let came = darsena(place.path(), &arguments);
        assert_eq!((came.code, came.err.as_str()), (0, ""), "{arguments:?}");
        fs::read_to_string(place.path().join("brief.html")).expect("a page")
    };
    let plain = brief(&[]);
    for option in ["--objective=weighted", "--fair", "--unconfirmed"] {
        assert!(plain != brief(&[option]), "{option} changes nothing");
    }
    brief(&["--whole"]);
    let help = |command| darsena(place.path(), &[command, "--help"]).out;
    for option in ["--objective", "--whole", "--fair", "--unconfirmed"] {
        for command in ["plan", "brief"] {
            assert!(help(command).contains(option), "{command} {option}");
        }
    }
}

#[test]
fn warnings_are_left_out_of_a_quiet_check() {
    let (place, starter) = workplace();
    let items = starter.join("items.csv");
    let text = fs::read_to_string(&items).expect("text");
    let width = text.lines().next().expect("a header").split(',').count();
    let idle = format!("idle,Idle{}\n", ",".repeat(width - 2));
    fs::write(&items, text + &idle).expect("there is room");
    let loud = darsena(place.path(), &["check", "starter"]).out;
    let quiet = darsena(place.path(), &["check", "starter", "--quiet"]).out;
    assert!(loud.contains("warning: items.csv"), "{loud}");
    assert_eq!(quiet, "0 findings, 1 warning\n");
}

#[test]
fn a_rule_that_no_law_has_is_named_with_the_nearest() {
    let case = root().join("docs/cases/back-fill");
    let case = case.to_str().expect("a path of words");
    let place = tempfile::tempdir().expect("there is room");
    let came = darsena(place.path(), &["prices", case, "--rule", "JP-2l"]);
    assert_eq!((came.code, came.out.as_str()), (1, ""));
    assert!(came.err.contains("no rule `JP-2l` in the law"), "{came:?}");
    assert!(
        came.err.contains("help: the nearest id is `JP-2"),
        "{came:?}"
    );
    let one = [
        "prices",
        case,
        "--law",
        "2024-06-30",
        "--rule",
        "JP-21",
        "--format",
        "json",
    ];
    let told = darsena(place.path(), &one).json();
    assert_eq!(told["tables"]["rules"][0]["rule"], "JP-21");
    assert_eq!(told["tables"]["rules"].as_array().map(Vec::len), Some(1));
    assert_eq!(told["tables"]["rules"][0]["deliveries"], 2.0);
    assert_eq!(told["tables"]["pairs"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_comparison_of_law_says_what_opens() {
    let case = root().join("docs/cases/back-fill");
    let case = case.to_str().expect("a path of words");
    let place = tempfile::tempdir().expect("there is room");
    let days = [
        "plan",
        case,
        "--law",
        "2023-12-01",
        "--against-law",
        "2024-06-30",
        "--format",
        "json",
    ];
    let told = darsena(place.path(), &days);
    for threads in ["1", "2", "2"] {
        let again: Vec<&str> = days.iter().copied().chain(["--threads", threads]).collect();
        let again = darsena(place.path(), &again);
        assert_eq!(again.out, told.out, "the same answer every time");
    }
    let told = told.json();
    assert_eq!(told["question"], "plan --against-law");
    let arcs = told["tables"]["arcs"].as_array().expect("a table");
    let change = |id: &str| {
        arcs.iter()
            .find(|arc| arc["id"] == id)
            .map(|arc| arc["change"].clone())
    };
    assert_eq!(change("back-fill"), Some("opens".into()));
    assert_eq!(change("help"), Some("shuts".into()));
    let same = darsena(
        place.path(),
        &[
            "plan",
            case,
            "--law",
            "2024-06-30",
            "--against-law",
            "2024-06-30",
            "--format",
            "json",
        ],
    );
    assert_eq!(
        same.json()["tables"]["arcs"].as_array().map(Vec::len),
        Some(0)
    );
}

#[test]
fn permit_hears_no_words_and_says_what_it_assumes() {
    let place = tempfile::tempdir().expect("there is room");
    let ask = |more: &[&str]| {
        let mut arguments = vec![
            "permit",
            "--act",
            "export",
            "--class",
            "us-mde",
            "--origins",
            "us",
            "--from",
            "us",
            "--to",
            "sa",
            "--value",
            "8000000000",
            "--fact",
            "channel=fms",
            "--on",
            "2024-05-24",
        ];
        arguments.extend(more);
        darsena(place.path(), &arguments)
    };
    let words = ask(&[
        "--user",
        "forces",
        "--purpose",
        "emergency medical training",
    ]);
    assert_eq!(words.code, 0);
    assert!(words.out.contains("\nNEEDS "), "{}", words.out);
    assert!(
        words.out.contains("disapproval_enacted=no"),
        "{}",
        words.out
    );
    assert!(
        words.out.contains("rests on what is assumed"),
        "{}",
        words.out
    );
    let told = ask(&["--user", "forces", "--fact", "emergency=yes"]);
    assert!(told.out.contains("\nALLOW"), "{}", told.out);
    let json = ask(&["--user", "not a government", "--format", "json"]).out;
    assert!(!json.contains("\"government_user\": true"), "{json}");
    assert!(json.contains("\"assumed\""), "{json}");
}

#[test]
fn permit_does_not_add_up_alternatives() {
    let place = tempfile::tempdir().expect("there is room");
    let ask = |more: &[&str]| {
        let mut arguments = vec![
            "permit",
            "--act",
            "export",
            "--class",
            "us-u",
            "--flags",
            "component",
            "--origins",
            "us",
            "--made-in",
            "us",
            "--from",
            "us",
            "--to",
            "jp",
            "--value",
            "1000000",
            "--on",
            "2025-03-01",
        ];
        arguments.extend(more);
        darsena(place.path(), &arguments).out
    };
    let open = ask(&[]);
    let both = "\nNEEDS up to 2 approvals; 15/45/90 days (min/typical/max) the shortest way, 60/135/240 if all were needed\n";
    assert!(open.contains(both), "{open}");
    let told = ask(&["--fact", "channel=commercial"]);
    let one = "\nNEEDS 1 approval; 15/45/90 days in all (min/typical/max)\n";
    assert!(told.contains(one), "{told}");
    let paths = ask(&["--why-not"]);
    let path = "channel=commercial: then needs us-dsp5 (15/45/90 days)";
    assert!(paths.contains(path), "{paths}");
    assert!(!paths.contains("us-dsp5, us-fms-offer ("), "{paths}");
}

#[test]
fn permit_refuses_what_it_would_not_do() {
    let place = tempfile::tempdir().expect("there is room");
    let ask = |more: &[&str]| {
        let mut arguments = vec![
            "permit",
            "--act",
            "export",
            "--class",
            "jp-w",
            "--origins",
            "jp",
            "--from",
            "jp",
            "--to",
            "au",
        ];
        arguments.extend(more);
        darsena(place.path(), &arguments)
    };
    let timeline = ask(&["--timeline", "--receipt", "r.json"]);
    assert_eq!(timeline.code, 2, "{}", timeline.err);
    let flag = ask(&["--on", "2026-05-01", "--flags", "amunition"]);
    assert_ne!(flag.code, 0);
    assert!(
        flag.err.contains("did you mean `ammunition`?"),
        "{}",
        flag.err
    );
    let path = ask(&["--on", "2026-05-01", "--receipt", "no/where/r.json"]);
    assert_ne!(path.code, 0);
    assert!(path.err.contains("no/where/r.json"), "{}", path.err);
    let span = ask(&[
        "--timeline",
        "--since",
        "2026-01-01",
        "--until",
        "2025-01-01",
    ]);
    assert_ne!(span.code, 0);
    assert!(span.err.contains("is not after"), "{}", span.err);
    for (more, says) in [
        (["--record", "jp:nsx:granted"], "did you mean `nsc`?"),
        (["--with", "JP-27"], "no proposal"),
        (["--to", "jp"], "`--act retransfer`"),
        (["--value", "-1"], "-1"),
    ] {
        let more = ["--on", "2026-05-01", more[0], more[1]];
        let refused = if more[2] == "--to" {
            let inside = [
                "permit",
                "--act",
                "export",
                "--class",
                "jp-w",
                "--origins",
                "jp",
                "--from",
                "jp",
                "--to",
                "jp",
                "--on",
                "2026-05-01",
            ];
            darsena(place.path(), &inside)
        } else {
            ask(&more)
        };
        assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{more:?}");
        assert!(refused.err.contains(says), "{}", refused.err);
    }
    let unheard = ask(&["--on", "2026-05-01", "--record", "pl:licence:granted"]);
    let says = "\nrecord-1 answers nothing that is asked for\n";
    assert!(unheard.out.contains(says), "{}", unheard.out);
    let heard = ask(&["--on", "2026-05-01", "--record", "jp:nsc:granted"]);
    assert!(!heard.out.contains("answers nothing"), "{}", heard.out);
    // What is read otherwise than by the law of the day says so.
    let law = ask(&[
        "--on",
        "2024-06-01",
        "--law",
        "2026-05-01",
        "--without",
        "JP-06c",
    ]);
    assert!(
        law.out.contains(
            "\nthe law of 2026-05-01, whatever the day of the transfer\nwithout JP-06c\n"
        ),
        "{}",
        law.out
    );
}
