//! Every worked case from its data file, through one check; every rule hit; the law held to its own checks.

#[allow(dead_code, reason = "each test uses a part of the cases")]
mod casebook;

use std::collections::BTreeSet;

use darsena_law::{Law, ReadingOptions, Verdict};

#[test]
fn the_embedded_law_is_valid() {
    let law = Law::from_files(&Law::embedded_files());
    let law = law.unwrap_or_else(|findings| {
        let text: Vec<String> = findings.iter().map(ToString::to_string).collect();
        panic!("{} findings\n{}", text.len(), text.join("\n"))
    });
    assert_eq!(law.hash(), Law::embedded().hash());
}

#[test]
fn every_case_gives_what_is_expected() {
    let law = Law::embedded();
    let cases = casebook::cases(&law);
    let mut wrong = Vec::new();
    for (case, ruling) in cases.iter().zip(casebook::answers(&law, &cases)) {
        for what in casebook::check(case, &ruling) {
            wrong.push(format!("{} ({}): {what}", case.id, case.title));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} cases\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_rule_is_hit_by_a_case() {
    let law = Law::embedded();
    let mut hit = BTreeSet::new();
    for ruling in casebook::answers(&law, &casebook::cases(&law)) {
        hit.extend(ruling.rules.into_iter().map(|rule| rule.policy));
    }
    let missed: Vec<&str> = law
        .rules()
        .iter()
        .map(|rule| rule.policy.as_str())
        .filter(|id| !hit.contains(*id))
        .collect();
    assert!(
        missed.is_empty(),
        "{} of {} policies are hit by no case: {missed:?}",
        missed.len(),
        law.rules().len()
    );
}

#[test]
fn with_every_approval_granted_nothing_stands_in_the_way() {
    let law = Law::embedded();
    for case in casebook::cases(&law) {
        let with = case.with.iter().cloned().collect();
        let reading = law.read(ReadingOptions {
            with,
            ..ReadingOptions::default()
        });
        if reading.rule(&case.question).overall == Verdict::Needs {
            assert!(reading.holds_when_granted(&case.question), "{}", case.id);
        }
    }
}

/// Each rule on its first day, the day before, its last day and the day after, by a case that hits it.
#[test]
fn rules_hold_inside_their_window_and_nowhere_else() {
    let law = Law::embedded();
    let reading = law.read(ReadingOptions::default());
    let cases = casebook::cases(&law);
    let mut outside = Vec::new();
    for rule in law.rules() {
        let Some(from) = rule.from else { continue };
        let mut held = false;
        let on =
            |case: &casebook::Case, day| casebook::holds_on(&law, &reading, case, rule, day, false);
        let shown =
            |case: &casebook::Case, day| casebook::holds_on(&law, &reading, case, rule, day, true);
        let names = |case: &&casebook::Case| {
            case.rules.contains(&rule.policy) || case.rules.iter().any(|id| id == rule.id())
        };
        for case in cases.iter().filter(names) {
            let before = from.yesterday().expect("no rule begins with the calendar");
            assert!(
                !on(case, before),
                "{} holds on {before} in {}",
                rule.policy,
                case.id
            );
            if let Some(until) = rule.until {
                assert!(
                    !on(case, until),
                    "{} holds on {until} in {}",
                    rule.policy,
                    case.id
                );
            }
            let last = rule.until.and_then(|until| until.yesterday().ok());
            held = held || shown(case, from) || last.is_some_and(|last| shown(case, last));
        }
        if !held {
            outside.push(rule.policy.as_str());
        }
    }
    assert!(
        outside.is_empty(),
        "no case shows these on the first or last day of their window: {outside:?}"
    );
}
