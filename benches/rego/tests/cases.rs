//! Every worked case of the law by both engines: the same ruling, to the last citation.

#[allow(dead_code, reason = "the cases are read, not checked, here")]
#[path = "../../../crates/law/tests/casebook/mod.rs"]
mod casebook;

use std::collections::BTreeMap;

use darsena_bench_rego::{Way, book, stand_in};
use darsena_law::{Law, Question, ReadingOptions, Ruling};

#[test]
fn every_policy_has_a_translation() {
    let law = Law::embedded();
    for place in 0..law.rules().len() {
        book(&law, &[place]).unwrap_or_else(|why| panic!("{why}"));
    }
}

#[test]
fn every_case_is_ruled_alike_by_both_engines() {
    let law = Law::embedded();
    let mut cases: BTreeMap<Vec<String>, Vec<Question>> = BTreeMap::new();
    for case in casebook::cases(&law) {
        cases.entry(case.with).or_default().push(case.question);
    }
    assert!(cases.values().map(Vec::len).sum::<usize>() > 100);
    for (with, questions) in cases {
        let options = ReadingOptions {
            with: with.into_iter().collect(),
            ..ReadingOptions::default()
        };
        let cedar = law.read(options.clone());
        let rulings: Vec<Ruling> = questions.iter().map(|one| cedar.rule(one)).collect();
        for way in [Way::Interpreter, Way::Machine] {
            let rego = law.read_by(options.clone(), stand_in(&law, way));
            for (question, ruling) in questions.iter().zip(&rulings) {
                assert_eq!(*ruling, rego.rule(question), "{way:?} on {question:#?}");
            }
        }
    }
}
