//! The same objective as an independent program found on the same tables, by two methods.

use std::fs;
use std::path::PathBuf;

use darsena_milp::{Method, Status};
use darsena_plan::{Measure, Reasons};
use darsena_scenario::{Objective, load};

use crate::tables::{asked, planned, sound};

#[test]
fn objectives_agree_with_an_independent_program() {
    let reference = PathBuf::from("tests/reference");
    let mut compared = 0;
    let mut folders: Vec<_> = fs::read_dir(reference)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    for folder in folders
        .into_iter()
        .filter(|folder| folder.join("objective.txt").is_file())
    {
        let expected: f64 = fs::read_to_string(folder.join("objective.txt"))
            .unwrap()
            .trim()
            .parse()
            .unwrap();
        let scenario = sound(load(&folder).unwrap());
        for method in [Method::DualSimplex, Method::InteriorPoint] {
            let mut options = asked(Objective::Weighted);
            options.solver.method = method;
            options.reasons = Reasons::None;
            let plan = planned(&scenario, &options).unwrap();
            let cost = plan.levels.last().unwrap();
            assert_eq!(
                (plan.status, cost.measure),
                (Status::Optimal, Measure::Cost)
            );
            let off = (cost.value - expected) / expected;
            println!(
                "{} by {}: {} instead of {expected}, off by {off:e}",
                folder.display(),
                method.as_str(),
                cost.value
            );
            assert!(
                off.abs() <= 1e-6,
                "{}: {} instead of {expected}",
                folder.display(),
                cost.value
            );
            compared += 1;
        }
    }
    assert!(compared >= 2);
}
