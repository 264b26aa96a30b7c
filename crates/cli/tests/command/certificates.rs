//! Certificates from end to end: written, accepted, withheld, refused.

use std::fs;

use crate::{darsena, names, root};

fn instance(name: &str) -> String {
    let path = root().join("crates/schedule/tests/instances").join(name);
    path.to_str().expect("a plain path").to_owned()
}

#[test]
fn a_certificate_is_written_accepted_and_refused_once_damaged() {
    let place = tempfile::tempdir().expect("there is room");
    let file = instance("j601_8.sm");
    let ask = [
        "repair",
        "--psplib",
        &file,
        "--certificate",
        "proofs",
        "--quiet",
    ];
    let answer = darsena(place.path(), &[&ask[..], &["--format", "json"]].concat()).json();
    let row = &answer["tables"]["certificates"][0];
    assert_eq!(row["certified"], true, "{answer}");
    assert_eq!(row["makespan"], 75);
    assert_eq!(names(place.path()), ["proofs"]);
    assert_eq!(names(&place.path().join("proofs")), ["j601_8.sm"]);

    let check = ["certificate", "proofs", "--format", "json"];
    let answer = darsena(place.path(), &check).json();
    assert_eq!(answer["tables"]["certificates"][0]["certified"], true);
    let one = darsena(place.path(), &["certificate", "proofs/j601_8.sm"]);
    assert_eq!(one.code, 0, "{one:?}");

    // What is there stays.
    let again = darsena(place.path(), &ask);
    assert_eq!(again.code, 2, "{again:?}");
    assert!(again.err.contains("is there already"), "{again:?}");
    assert!(again.err.contains("help: "), "{again:?}");

    let model = place.path().join("proofs/j601_8.sm/model.fzn");
    let text = fs::read_to_string(&model).expect("it was written");
    fs::write(&model, text.replacen("],74)", "],73)", 1)).expect("it can be written");
    let refused = darsena(place.path(), &["certificate", "proofs"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.out.contains("0 of 1 accepted"), "{refused:?}");
    assert!(refused.out.contains("`model.fzn`"), "{refused:?}");
}

#[test]
fn what_is_not_proved_gets_none_and_leaves_nothing() {
    let place = tempfile::tempdir().expect("there is room");
    let file = instance("J5037_4.mm");
    let ask = |more: &[&str]| {
        let asked = [
            "repair",
            "--psplib",
            &file,
            "--certificate",
            "proofs",
            "--quiet",
        ];
        let came = darsena(place.path(), &[&asked[..], more].concat());
        let proofs = place.path().join("proofs");
        assert!(!proofs.exists() || names(&proofs).is_empty(), "{came:?}");
        came
    };
    let came = ask(&["--certificate-steps", "50"]);
    assert_eq!(came.code, 1, "{came:?}");
    assert!(
        came.out.contains("not proved by Pumpkin in 50 steps"),
        "{came:?}"
    );
    let came = ask(&["--steps", "1"]);
    assert_eq!(came.code, 1, "{came:?}");
    assert!(
        came.out
            .contains("the schedule is not proved to be the shortest"),
        "{came:?}"
    );
    let twice = darsena(
        place.path(),
        &[
            "repair",
            "--psplib",
            &file,
            &file,
            "--certificate",
            "proofs",
        ],
    );
    assert_eq!(twice.code, 2, "{twice:?}");
    assert!(twice.err.contains("two files are named"), "{twice:?}");
    let none = darsena(place.path(), &["certificate", "."]);
    assert_eq!(none.code, 2, "{none:?}");
    assert!(none.err.contains("no certificate in `.`"), "{none:?}");
}
