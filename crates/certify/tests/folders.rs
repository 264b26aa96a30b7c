//! Certificates as files: given for what is so, withheld for what is not, refused when damaged, and whole or not there.

use std::fs;
use std::path::Path;

use darsena_certify::{
    CertifyError, Options, Outcome, Refusal, Withheld, certify, check_folder, check_proof,
};
use darsena_schedule::{Options as Search, Schedule, Status, Watch, psplib, solve};

const SINGLE: &[u8] = include_bytes!("../../schedule/tests/instances/j601_8.sm");
const MULTI: &[u8] = include_bytes!("../../schedule/tests/instances/J5037_4.mm");

/// Three tasks no two of which go side by side, two of them slow or quick; the budget pays for one quick way: 5 + 3 + 3 or
/// 5 + 2 + 4 periods.
const SMALL: &[u8] = b"\
jobs (incl. supersource/sink ):  5
  - renewable                 :  2   R
  - nonrenewable              :  1   N
  - doubly constrained        :  0   D
PRECEDENCE RELATIONS:
   1  1  3  2 3 4
   2  2  1  5
   3  2  1  5
   4  1  1  5
   5  1  0
REQUESTS/DURATIONS:
   1  1  0  0 0 0
   2  1  3  2 0 1
      2  2  2 1 5
   3  1  4  1 1 2
      2  3  2 1 4
   4  1  5  1 1 0
   5  1  0  0 0 0
RESOURCEAVAILABILITIES:
   2  1  7
";

fn shortest(bytes: &[u8]) -> Schedule {
    let project = psplib::read(bytes).expect("it is one");
    let options = Search {
        step_limit: Some(400_000_000),
        ..Search::default()
    };
    let outcome = solve(&project, &options, &mut Watch::nobody()).expect("it is a project");
    assert_eq!(outcome.status, Status::Optimal);
    outcome.schedule.expect("it has one")
}

fn ask(file: &str, bytes: &[u8], schedule: &Schedule, options: &Options, into: &Path) -> Outcome {
    certify(file, bytes, schedule, options, &|| false, into).expect("the folder can be written")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("it is a folder");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("it can be read").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_certificate_is_given_accepted_and_the_same_every_time() {
    for (file, bytes, makespan) in [("j601_8.sm", SINGLE, 75), ("small.mm", SMALL, 11)] {
        let place = tempfile::tempdir().expect("a place");
        let schedule = shortest(bytes);
        let mut all = Vec::new();
        for again in ["a", "b"] {
            let into = place.path().join(again);
            let Outcome::Given(given) = ask(file, bytes, &schedule, &Options::default(), &into)
            else {
                panic!("`{file}` is proved");
            };
            assert_eq!(given.makespan, makespan);
            assert_eq!(names(&into), [file]);
            let folder = into.join(file);
            let expected = [
                "README.md",
                "model.fzn",
                "project.psplib",
                "proof.drcp.gz",
                "schedule.csv",
            ];
            assert_eq!(names(&folder), expected);
            let checked = check_folder(&folder).expect("it is sound");
            assert_eq!(
                (checked.makespan, checked.checked),
                (makespan, given.checked)
            );
            let files = expected.map(|name| fs::read(folder.join(name)).expect("it is there"));
            all.push(files);
        }
        assert_eq!(all[0], all[1]);
    }
}

#[test]
fn a_wrong_claim_gets_none() {
    let schedule = shortest(SINGLE);
    let project = psplib::read(SINGLE).expect("it is one");
    let options = Options::default();
    let place = tempfile::tempdir().expect("a place");
    // One longer than it has to be.
    let mut later = schedule.clone();
    *later.starts.last_mut().expect("it has tasks") += 1;
    assert_eq!(later.makespan(&project), 76);
    let withheld = ask("j601_8.sm", SINGLE, &later, &options, place.path());
    assert_eq!(withheld, Outcome::Withheld(Withheld::Shorter(75)));
    // One shorter than it can be: then something is broken.
    let mut earlier = schedule.clone();
    *earlier.starts.last_mut().expect("it has tasks") -= 1;
    let withheld = ask("j601_8.sm", SINGLE, &earlier, &options, place.path());
    assert!(matches!(withheld, Outcome::Withheld(Withheld::Schedule(_))));
    assert_eq!(names(place.path()), [""; 0]);
}

#[test]
fn what_is_cut_short_leaves_nothing_behind() {
    let place = tempfile::tempdir().expect("a place");
    let schedule = shortest(MULTI);
    let few = Options {
        step_limit: 200,
        ..Options::default()
    };
    let withheld = ask("J5037_4.mm", MULTI, &schedule, &few, place.path());
    assert_eq!(withheld, Outcome::Withheld(Withheld::Steps(200)));
    let short = Options {
        cpu_limit: Some(0.0),
        ..Options::default()
    };
    let withheld = ask("J5037_4.mm", MULTI, &schedule, &short, place.path());
    assert_eq!(withheld, Outcome::Withheld(Withheld::Time));
    let small = Options {
        most_bytes: 1000,
        ..Options::default()
    };
    let withheld = ask("J5037_4.mm", MULTI, &schedule, &small, place.path());
    assert_eq!(withheld, Outcome::Withheld(Withheld::Large));
    let options = Options::default();
    let stopped = certify(
        "J5037_4.mm",
        MULTI,
        &schedule,
        &options,
        &|| true,
        place.path(),
    );
    assert_eq!(
        stopped.expect("it could be written"),
        Outcome::Withheld(Withheld::Stopped)
    );
    assert_eq!(names(place.path()), [""; 0]);
    // What is there stays as it is.
    fs::write(place.path().join("small.mm"), "mine").expect("it can be written");
    let schedule = shortest(SMALL);
    let there = certify(
        "small.mm",
        SMALL,
        &schedule,
        &options,
        &|| false,
        place.path(),
    );
    assert!(matches!(there, Err(CertifyError::Exists(_))));
    assert_eq!(names(place.path()), ["small.mm"]);
}

#[test]
fn a_damaged_folder_is_refused() {
    let place = tempfile::tempdir().expect("a place");
    let schedule = shortest(SINGLE);
    let given = ask(
        "j601_8.sm",
        SINGLE,
        &schedule,
        &Options::default(),
        place.path(),
    );
    assert!(matches!(given, Outcome::Given(_)));
    let folder = place.path().join("j601_8.sm");
    let damaged = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let path = folder.join(name);
        let before = fs::read(&path).expect("it is there");
        let mut after = before.clone();
        change(&mut after);
        assert_ne!(before, after);
        fs::write(&path, after).expect("it can be written");
        let refusal = check_folder(&folder).expect_err("it is damaged");
        fs::write(&path, before).expect("it can be written");
        refusal
    };
    let swap = |bytes: &mut Vec<u8>, from: &str, to: &str| {
        let text = String::from_utf8(bytes.clone()).expect("plain text");
        *bytes = text.replacen(from, to, 1).into_bytes();
    };
    // Another project, another schedule, another makespan: not what the proof is about.
    let refusal = damaged("project.psplib", &|bytes| {
        swap(bytes, "10       0    9", "11       0    9")
    });
    assert!(
        matches!(refusal, Refusal::OtherModel(_) | Refusal::Schedule(_)),
        "{refusal}"
    );
    let refusal = damaged("schedule.csv", &|bytes| swap(bytes, "1,1,0", "1,1,5"));
    assert!(matches!(refusal, Refusal::Schedule(_)), "{refusal}");
    let refusal = damaged("schedule.csv", &|bytes| swap(bytes, "62,1,75", "62,1,76"));
    assert_eq!(refusal, Refusal::OtherModel(76));
    let refusal = damaged("schedule.csv", &|bytes| swap(bytes, "\n2,", "\n3,"));
    assert!(matches!(refusal, Refusal::File(..)), "{refusal}");
    let refusal = damaged("model.fzn", &|bytes| {
        swap(bytes, "start0],74", "start0],73")
    });
    assert_eq!(refusal, Refusal::OtherModel(75));
    // Any byte of the proof: the form of compression has a sum over all of them.
    for at in [30, 500, 1000] {
        damaged("proof.drcp.gz", &|bytes| bytes[at] ^= 1);
    }
    damaged("proof.drcp.gz", &|bytes| bytes.truncate(1500));
    damaged("proof.drcp.gz", &Vec::clear);
    for name in [
        "project.psplib",
        "schedule.csv",
        "model.fzn",
        "proof.drcp.gz",
    ] {
        let path = folder.join(name);
        let bytes = fs::read(&path).expect("it is there");
        fs::remove_file(&path).expect("it was there");
        check_folder(&folder).expect_err("a file is missing");
        fs::write(&path, bytes).expect("it can be written");
    }
    check_folder(&folder).expect("all is as it was");
}

#[test]
fn a_proof_of_something_else_is_none() {
    let model = "var 0..2: a;\nvar 0..2: b;\nconstraint int_lin_le([1,1],[a,b],1);\n\
                 constraint int_lin_le([-1,-1],[a,b],-2);\nsolve satisfy;\n";
    let proof = "a 1 [a >= 1]\na 2 [b >= 1]\ni 3 1 0 -2 c:1 l:linear_bounds\n\
                 i 4 1 -2 0 c:2 l:linear_bounds\nn 5 0\nc UNSAT\n";
    let refused = |proof: &str| check_proof(model, proof.as_bytes()).expect_err("it is none");
    // `a = 2, b = 0` breaks the first, so this does not follow.
    assert_eq!(refused(proof), Refusal::Inference { line: 4, id: 4 });
    let proof = "n 3 0\nc UNSAT\n";
    assert_eq!(refused(proof), Refusal::Deduction { line: 1, id: 3 });
    assert_eq!(refused("c UNSAT\n"), Refusal::Conclusion { line: 1 });
    assert_eq!(refused(""), Refusal::NoConclusion { line: 0 });
    assert_eq!(refused("i 3 0 c:1 l:magic\n"), Refusal::NoStep { line: 1 });
    // An initial domain is what the model says and nothing narrower.
    let narrow = "a 1 [a >= 1]\ni 3 0 1 l:initial_domain\n";
    assert_eq!(refused(narrow), Refusal::Inference { line: 2, id: 3 });
    let hole = "a 1 [a != 0]\ni 3 0 1 l:initial_domain\n";
    assert_eq!(refused(hole), Refusal::Inference { line: 2, id: 3 });
    // a + b <= 1 and a + b >= 2 can't both be; this says why.
    let model = "var 0..2: a;\nconstraint int_lin_le([1],[a],0);\n\
                 constraint int_lin_le([-1],[a],-1);\nsolve satisfy;\n";
    let proof = "a 1 [a >= 1]\ni 3 0 -1 c:1 l:linear_bounds\ni 4 0 1 c:2 l:linear_bounds\n\
                 n 5 0 3 4\nc UNSAT\n";
    let checked = check_proof(model, proof.as_bytes()).expect("it is one");
    assert_eq!((checked.inferences, checked.deductions), (2, 1));
}
