//! `permit` and `laws`: what they refuse, how they end, and that nothing flawed looks like an answer.

use std::fs;
use std::path::Path;

use crate::{Came, darsena, real, root};

const QUESTION: [&str; 11] = [
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

/// A question about a weapon from Japan to Australia, and more.
fn ask(place: &Path, more: &[&str]) -> Came {
    darsena(place, &[&QUESTION[..], more].concat())
}

/// The same on a day.
fn on(place: &Path, more: &[&str]) -> Came {
    ask(place, &[&["--on", "2026-05-01"], more].concat())
}

fn example(place: &Path) {
    for file in [
        "facts.csv",
        "groups.csv",
        "regimes.csv",
        "states.csv",
        "members/guild.csv",
        "ruritania/clockwork.cedar",
    ] {
        let to = place.join("law").join(file);
        fs::create_dir_all(to.parent().expect("a folder")).expect("there is room");
        fs::copy(root().join("docs/law/example").join(file), to).expect("it is there");
    }
}

#[track_caller]
fn refused(came: &Came, says: &[&str]) {
    assert_eq!((came.code, came.out.as_str()), (2, ""), "{came:?}");
    for says in says {
        assert!(came.err.contains(says), "`{says}` is not in {}", came.err);
    }
}

#[test]
fn a_broken_law_or_scenario_does_not_end_like_a_denial() {
    let place = tempfile::tempdir().expect("there is room");
    example(place.path());
    let sound = on(place.path(), &["--laws", "law"]);
    assert_eq!(sound.code, 0, "{sound:?}");
    let regimes = place.path().join("law/regimes.csv");
    let text = fs::read_to_string(&regimes).expect("text");
    fs::write(&regimes, text.replace(",zz,", ",qq,")).expect("there is room");
    let broken = on(place.path(), &["--laws", "law"]);
    let says = "regimes.csv:2: column `state`: `qq` is not in states\nhelp: ";
    refused(&broken, &[says, "1 finding; no law was read"]);
    let laws = darsena(place.path(), &["laws", "--laws", "law"]);
    assert_eq!(laws.code, 1, "findings are what is asked for: {laws:?}");
    assert!(laws.err.contains(says), "{laws:?}");
    let nowhere = on(place.path(), &["--laws", "nowhere"]);
    refused(&nowhere, &["cannot read `nowhere`", "\nhelp: "]);

    assert_eq!(darsena(place.path(), &["new", "starter"]).code, 0);
    fs::write(place.path().join("starter/demands.csv"), "demand\n").expect("there is room");
    let more = [
        "starter",
        "--from",
        "jp",
        "--to",
        "us",
        "--on",
        "2026-05-01",
    ];
    let scenario = darsena(place.path(), &[&["permit"], &more[..]].concat());
    refused(&scenario, &["demands.csv"]);
}

#[test]
fn a_fact_is_not_told_in_two_ways() {
    let place = tempfile::tempdir().expect("there is room");
    let cases: [(&[&str], [&str; 2]); 6] = [
        (
            &[
                "--fact",
                "joint_development=yes",
                "--fact",
                "joint_development=no",
            ],
            [
                "`--fact joint_development=yes`",
                "`--fact joint_development=no`",
            ],
        ),
        (
            &[
                "--flags",
                "joint-development",
                "--fact",
                "joint_development=no",
            ],
            [
                "`--flags joint-development`",
                "`--fact joint_development=no`",
            ],
        ),
        (
            &["--flags", "weapon", "--fact", "category=component"],
            ["`--flags weapon`", "`--fact category=component`"],
        ),
        (
            &["--flags", "material", "--fact", "defence=yes"],
            ["`--flags material`", "`--fact defence=yes`"],
        ),
        (
            &["--user", "government", "--fact", "government_user=no"],
            ["`--user government`", "`--fact government_user=no`"],
        ),
        (
            &["--value", "5", "--fact", "value=6"],
            ["`--value 5`", "`--fact value=6`"],
        ),
    ];
    for (more, says) in cases {
        refused(&on(place.path(), more), &says);
    }
    for more in [
        &[
            "--fact",
            "joint_development=no",
            "--fact",
            "joint_development=no",
        ][..],
        &["--flags", "weapon", "--fact", "category=weapon"],
        &["--flags", "component,weapon", "--fact", "category=weapon"],
        &["--user", "government", "--fact", "government_user=yes"],
        &["--value", "5", "--fact", "value=5"],
    ] {
        assert_ne!(on(place.path(), more).code, 2, "{more:?}");
    }
}

#[test]
fn lists_of_the_law_have_every_form() {
    let place = tempfile::tempdir().expect("there is room");
    for (list, table, first) in [
        (
            "--facts",
            "facts",
            "fact,type,options,of_item,default,plain\n",
        ),
        ("--classes", "classes", "class,regime,code,flags,plain\n"),
        (
            "--approvals",
            "approvals",
            "approval,grantor,body,name,after,kinds\n",
        ),
    ] {
        let laws = |more: &[&str]| darsena(place.path(), &[&["laws", list], more].concat());
        let json = laws(&["--format", "json"]).json();
        assert_eq!(json["question"], format!("laws {list}"));
        let rows = json["tables"][table].as_array().expect("a table").len();
        assert!(rows > 10, "{list}");
        let csv = laws(&["--format", "csv"]);
        assert!(csv.out.starts_with(first), "{}", csv.out);
        assert_eq!(csv.out.lines().count(), rows + 1, "{list}");
        assert_eq!(laws(&[]).out.lines().count(), rows, "{list}");
        let xlsx = laws(&["--format", "xlsx", "--out", &format!("{table}.xlsx")]);
        assert_eq!(xlsx.code, 0, "{xlsx:?}");
        assert!(place.path().join(format!("{table}.xlsx")).is_file());
    }
    let nope = darsena(place.path(), &["laws", "--regime", "eurofigter"]);
    refused(
        &nope,
        &["no regime `eurofigter`\nhelp: did you mean `eurofighter`?"],
    );
    let nope = darsena(place.path(), &["laws", "--regime", "nope"]);
    refused(&nope, &["no regime `nope`\nhelp: one of jp, us-itar"]);
}

/// Every example of the help is carried out; the first has an answer that helps.
#[test]
fn examples_of_the_help_are_answered() {
    let place = tempfile::tempdir().expect("there is room");
    let scenarios = place.path().join("scenarios");
    fs::create_dir_all(&scenarios).expect("there is room");
    #[cfg(unix)]
    std::os::unix::fs::symlink(real(), scenarios.join("us-japan-2024")).expect("links can be made");
    let help = darsena(place.path(), &["permit", "--help"]).out;
    // Long lines are wrapped.
    let (_, listed) = help
        .split_once("\nExamples:\n")
        .expect("there are examples");
    let (listed, _) = listed.split_once("\n\n").expect("they end");
    let listed = listed.split_whitespace().collect::<Vec<_>>().join(" ");
    let examples: Vec<&str> = listed.split("darsena permit").skip(1).collect();
    assert!(examples.len() > 7, "{help}");
    for (n, example) in examples.iter().enumerate() {
        let words: Vec<&str> = ["permit"]
            .into_iter()
            .chain(example.split_whitespace())
            .collect();
        let came = darsena(place.path(), &words);
        assert_ne!(came.code, 2, "{example}: {}", came.err);
        assert!(!came.out.contains("UNKNOWN"), "{example}: {}", came.out);
        if n == 0 {
            assert!(came.out.contains("\nNEEDS "), "{example}: {}", came.out);
        }
        // No day of the matrix is after what the scenario knows of the law.
        if example.contains("--matrix") {
            let known = "2024-06-30";
            let days = words[1 + words.iter().position(|word| *word == "--on").expect("days")];
            assert!(days.split(',').all(|day| day <= known), "{example}");
        }
    }
}

#[test]
fn what_make_is_not_told_is_missing_where_the_answer_turns_on_it() {
    let place = tempfile::tempdir().expect("there is room");
    let question = [
        "permit",
        "--act",
        "export",
        "--class",
        "jp-w,us-mde",
        "--origins",
        "us",
        "--from",
        "jp",
        "--to",
        "us",
        "--on",
        "2023-12-22",
    ];
    let open = darsena(place.path(), &question);
    assert_eq!(open.code, 1);
    assert!(
        open.out.contains("made it") || open.out.contains("--made-in STATE"),
        "{}",
        open.out
    );
    let help = darsena(place.path(), &["permit", "--help"]).out;
    assert!(!help.contains("without it where it leaves"), "{help}");
    // Of its own design it is taken as made where it leaves.
    assert_eq!(on(place.path(), &[]).code, 0);
}

#[test]
fn every_refusal_says_what_to_do() {
    let place = tempfile::tempdir().expect("there is room");
    let real = real();
    let real = real.to_str().expect("a plain path");
    let permit = |more: &[&str]| darsena(place.path(), &[&["permit"], more].concat());
    let way = ["--class", "jp-w", "--from", "jp", "--to", "us"];
    let day = ["--on", "2024-05-01"];
    let item = ["--from", "jp", "--to", "us", "--on", "2024-05-01"];
    for (came, says) in [
        (
            permit(&[
                "--class",
                "jp-w",
                "--from",
                "jp",
                "--to",
                "atlantis",
                "--on",
                "2024-05-01",
            ]),
            "no state `atlantis`\nhelp: tell its id of two letters",
        ),
        (
            permit(&[
                "--class",
                "jp-w",
                "--from",
                "Japn",
                "--to",
                "us",
                "--on",
                "2024-05-01",
            ]),
            "no state `Japn`\nhelp: did you mean `japan`?",
        ),
        (
            permit(&["--class", "jp-w", "--to", "us", "--on", "2024-05-01"]),
            "`--from` is missing\nhelp: name a state",
        ),
        (
            permit(&way),
            "`--on` is missing\nhelp: tell the day as YYYY-MM-DD",
        ),
        (
            permit(&[&[real, "--item", "nope"], &item[..]].concat()),
            "no item `nope` in the scenario\nhelp: its table `items` lists them",
        ),
        (
            permit(&[&[real, "--item", "pac3-mze"], &item[..]].concat()),
            "no item `pac3-mze` in the scenario\nhelp: did you mean `pac3-mse`?",
        ),
        (
            permit(&[&way[..], &day, &["--flags", "amunition"]].concat()),
            "no rule knows the flag `amunition`\nhelp: did you mean `ammunition`?",
        ),
        (
            permit(&[&way[..], &["--on", "tomorrow"]].concat()),
            "YYYY-MM-DD",
        ),
        (
            permit(&[&way[..], &["--on", "2024-13-01"]].concat()),
            "YYYY-MM-DD",
        ),
        (
            permit(&[&way[..], &day, &["--law", "soon"]].concat()),
            "YYYY-MM-DD",
        ),
        (
            permit(&[&way[..], &day, &["--record", "jp:nsc:granted:soon"]].concat()),
            "help: write it as YYYY-MM-DD",
        ),
        (
            permit(&[&way[..], &day, &["--value", "-5"]].concat()),
            "must be at least 0",
        ),
        (
            permit(&[&way[..], &day, &["--quantity", "0"]].concat()),
            "must be more than 0",
        ),
        (
            permit(&[&way[..], &day, &["--quantity", "nan"]].concat()),
            "must be more than 0",
        ),
        (permit(&["--replay", "r.json"]), "cannot read `r.json`"),
        (
            permit(&["--replay", "r.json", "--to", "de"]),
            "cannot be used with '--to <STATE>'",
        ),
        (
            permit(&["--replay", "r.json", "--fact", "un=yes"]),
            "cannot be used with '--fact",
        ),
        (
            permit(&[real, "--replay", "r.json"]),
            "'[SCENARIO]' cannot be used with '--replay <FILE>'",
        ),
        (permit(&day), "help: name a state"),
    ] {
        refused(&came, &[says, "help"]);
    }
}

#[test]
fn an_unknown_says_why_it_is_one() {
    let place = tempfile::tempdir().expect("there is room");
    let before = ask(place.path(), &["--on", "1900-01-01"]);
    assert_eq!(before.code, 1);
    assert!(
        before
            .out
            .contains("\nUNKNOWN: the day is before the law that is held here\n"),
        "{}",
        before.out
    );
    assert!(!before.out.contains("missing"), "{}", before.out);
    assert!(
        before
            .out
            .contains("\nnot held here\n  What was the law before "),
        "{}",
        before.out
    );
}

#[test]
fn a_flaw_of_the_law_is_not_called_a_missing_fact() {
    let place = tempfile::tempdir().expect("there is room");
    example(place.path());
    let file = place.path().join("law/ruritania/clockwork.cedar");
    let text = fs::read_to_string(&file).expect("text");
    // Sound to the eye of the validator; it fails when it is asked.
    let more = "@id(\"ZZ-3\")\n@kind(\"deny\")\n@from(\"2020-01-01\")\n@cite(\"c\")\n@confidence(\"I\")\n@plain(\"p\")\n\
        forbid (principal, action, resource)\nwhen { context.exporting && 9223372036854775807 + 1 > 3 };\n";
    fs::write(&file, format!("{text}\n{more}")).expect("there is room");
    let question = [
        "permit",
        "--laws",
        "law",
        "--act",
        "export",
        "--class",
        "jp-x",
        "--flags",
        "clockwork",
        "--origins",
        "zz",
        "--from",
        "zz",
        "--to",
        "ch",
        "--on",
        "2024-06-01",
    ];
    let came = darsena(place.path(), &question);
    assert_eq!(came.code, 1, "{came:?}");
    assert!(
        came.out
            .contains("\nUNKNOWN: the law has a flaw, told below, and cannot be applied\n"),
        "{}",
        came.out
    );
    assert!(
        came.out.contains("\nflaw of the law: ZZ-3: "),
        "{}",
        came.out
    );
    assert!(!came.out.contains("missing"), "{}", came.out);
}
