//! Files of PSPLIB and MMLIB: what is read, what is refused with which words, and no panic on junk.

use darsena_schedule::{Budget, Options, Resource, Status, Task, Watch, check, psplib, solve};
use proptest::prelude::*;

const SINGLE: &[u8] = include_bytes!("instances/j601_8.sm");
const MULTI: &[u8] = include_bytes!("instances/J5037_4.mm");

fn flaw(from: &str, to: &str) -> (usize, String, String) {
    let text = String::from_utf8(SINGLE.to_vec()).expect("plain text");
    let changed = text.replacen(from, to, 1);
    assert_ne!(text, changed, "`{from}` is in the file");
    let flaw = psplib::read(changed.as_bytes()).expect_err("a flaw");
    (flaw.line, flaw.found, flaw.help)
}

#[test]
fn both_forms_are_read() {
    let single = psplib::read(SINGLE).expect("it is one");
    assert_eq!(
        (single.tasks(), single.resources(), single.budgets()),
        (62, 4, 0)
    );
    assert_eq!(single.modes(Task(1))[0].duration, 10);
    assert_eq!(single.modes(Task(1))[0].usage, [(Resource(1), 9)]);
    assert_eq!(
        single
            .precedence()
            .iter()
            .filter(|arc| arc.before == Task(0))
            .count(),
        3
    );
    let multi = psplib::read(MULTI).expect("it is one");
    assert_eq!(
        (multi.tasks(), multi.resources(), multi.budgets()),
        (52, 2, 2)
    );
    assert_eq!(multi.modes(Task(1)).len(), 3);
    assert!(multi.limit(Budget(0)) > 0);
}

#[test]
fn optima_that_are_known_are_found_and_proved() {
    for (bytes, best) in [(SINGLE, 75), (MULTI, 40)] {
        let project = psplib::read(bytes).expect("it is one");
        let options = Options {
            threads: 2,
            step_limit: Some(400_000_000),
            ..Options::default()
        };
        let outcome = solve(&project, &options, &mut Watch::nobody()).expect("it is a project");
        assert_eq!(
            (outcome.status, outcome.makespan, outcome.bound),
            (Status::Optimal, Some(best), best)
        );
        assert_eq!(check(&project, &outcome.schedule.expect("it has one")), []);
    }
}

#[test]
fn a_flaw_is_said_with_its_line_and_what_would_be_right() {
    assert_eq!(
        flaw(
            "jobs (incl. supersource/sink ):  62",
            "jobs (incl. supersource/sink ):  62000000"
        ),
        (
            6,
            "`jobs (incl. supersource/sink ):  6200000`".to_owned(),
            "`jobs (incl. supersource/sink) : N` with a whole number N of at most 100000"
                .to_owned()
        )
    );
    assert_eq!(
        flaw(
            "doubly constrained        :  0",
            "doubly constrained        :  1"
        )
        .1,
        "doubly constrained resources"
    );
    assert_eq!(
        flaw(
            "   2        1          1          61",
            "   2        1          1          63"
        ),
        (
            20,
            "successor 63 of job 2".to_owned(),
            "another job from 1 to 62".to_owned()
        )
    );
    assert_eq!(
        flaw(
            "   2        1          1          61",
            "   2        1          2          61"
        ),
        (
            20,
            "1 successors".to_owned(),
            "2, as the third number says".to_owned()
        )
    );
    assert_eq!(
        flaw(
            "   2        1          1          61",
            "   3        1          1          61"
        )
        .1,
        "job 3"
    );
    assert_eq!(
        flaw("  2      1    10 ", "  2      1   -10 ").1,
        "`-10` in mode 1 of job 2"
    );
    assert_eq!(
        flaw("  2      1    10 ", "  2      2    10 ").1,
        "mode 2 of job 2"
    );
    assert_eq!(
        flaw("RESOURCEAVAILABILITIES", "NOTHING").1,
        "the file ends without `AVAILABILIT`"
    );
    let shown = psplib::read(b"").expect_err("nothing").to_string();
    assert_eq!(
        shown,
        "line 1: the file ends without `jobs `\nhelp: a head with `jobs (incl. supersource/sink): N`"
    );
}

#[test]
fn a_file_cut_short_anywhere_is_no_panic() {
    for bytes in [SINGLE, MULTI] {
        for end in 0..bytes.len() {
            let _ = psplib::read(&bytes[..end]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damaged_files_are_no_panic(places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20), multi in any::<bool>()) {
        let mut bytes = if multi { MULTI } else { SINGLE }.to_vec();
        for (place, byte) in places {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(project) = psplib::read(&bytes) {
            let options = Options { step_limit: Some(1), ..Options::default() };
            if let Ok(outcome) = solve(&project, &options, &mut Watch::nobody())
                && let Some(schedule) = &outcome.schedule
            {
                prop_assert_eq!(check(&project, schedule), []);
            }
        }
    }

    #[test]
    fn junk_is_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = psplib::read(&bytes);
    }
}
