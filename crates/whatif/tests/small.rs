//! Small scenarios: what a failure costs is what planning the closed scenario from nothing says.

mod drawn;

use std::sync::Arc;

use darsena_milp::{Stop, Watch};
use darsena_plan::again::Way;
use darsena_plan::{Arcs, Options, Reasons};
use darsena_scenario::{Edit, Scenario};
use darsena_whatif::{Every, StressOptions, every, stress};
use drawn::scenario;
use proptest::prelude::*;

fn options(objective: darsena_scenario::Objective, foreseen: bool) -> StressOptions {
    StressOptions {
        plan: Options {
            objective: Some(objective),
            reasons: Reasons::None,
            prices: false,
            threads: 2,
            ..Options::default()
        },
        foreseen,
        survive: false,
        pairs: false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_shortcut_says_what_planning_from_nothing_says(
        numbers in prop::collection::vec(0u32..1000, 8),
        month in 1u32..9,
        days in prop::sample::select(vec![31u32, 62, 120]),
        weighted in any::<bool>(),
    ) {
        use darsena_scenario::Objective::{Lexicographic, Weighted};
        let scenario = scenario(&numbers);
        let objective = if weighted { Weighted } else { Lexicographic };
        let from = jiff::civil::date(2024, i8::try_from(month).unwrap(), 1);
        let mut failures = every(&scenario, Every::Site, from, days);
        failures.extend(every(&scenario, Every::Resource, from, days));
        failures.extend(every(&scenario, Every::Lane, from, days));
        failures.extend(every(&scenario, Every::Recipe, from, days));
        let options = options(objective, true);
        let open = |scenario: &Scenario, _: Option<&_>| Arc::new(Arcs::open(scenario));
        let found = stress(&scenario, &open, &failures, &options, &Stop::new(), &|_, _| ()).unwrap();
        prop_assert!(found.complete);
        for fate in &found.fates {
            let changed = scenario.with(&failures[fate.failure].change.edits).unwrap();
            let cold = darsena_plan::plan(&changed, &Arcs::open(&changed), &options.plan, &mut Watch::nobody()).unwrap();
            prop_assert!(fate.way != Way::Cold);
            let base = &found.base.levels;
            for ((level, base), more) in cold.levels.iter().zip(base).zip(&fate.by_priority) {
                if !weighted {
                    prop_assert!((level.value - base.value - more.1).abs() < 1e-5, "{:?} {:?}", fate, cold.levels);
                }
            }
            let cost = cold.levels.last().unwrap().value - base.last().unwrap().value;
            prop_assert!((cost - fate.cost).abs() < 1e-5 * cost.abs().max(100.0), "{cost} {fate:?}");
        }
    }

    #[test]
    fn the_worst_pairs_are_those_of_planning_every_pair_from_nothing(
        numbers in prop::collection::vec(0u32..1000, 8),
        month in 1u32..9,
    ) {
        let scenario = scenario(&numbers);
        let from = jiff::civil::date(2024, i8::try_from(month).unwrap(), 1);
        let mut failures = every(&scenario, Every::Site, from, 62);
        failures.extend(every(&scenario, Every::Recipe, from, 62));
        let options = StressOptions {
            pairs: true,
            ..options(darsena_scenario::Objective::Lexicographic, true)
        };
        let open = |scenario: &Scenario, _: Option<&_>| Arc::new(Arcs::open(scenario));
        let found = stress(&scenario, &open, &failures, &options, &Stop::new(), &|_, _| ()).unwrap();
        prop_assert!(found.complete);
        prop_assert_eq!(found.pairs.len(), failures.len() * (failures.len() - 1) / 2);
        let late = |levels: &[darsena_plan::Level]| -> f64 {
            let late = levels.iter().filter(|l| matches!(l.measure, darsena_plan::Measure::Late { .. }));
            late.map(|level| level.value).sum()
        };
        let mut last = f64::INFINITY;
        for pair in &found.pairs {
            let edits = pair.failures.map(|n| failures[n].change.edits.clone()).concat();
            let changed = scenario.with(&edits).unwrap();
            let cold = darsena_plan::plan(&changed, &Arcs::open(&changed), &options.plan, &mut Watch::nobody()).unwrap();
            let more = late(&cold.levels) - late(&found.base.levels);
            prop_assert!((more - pair.fate.late_unit_periods).abs() < 1e-5, "{more} {pair:?}");
            prop_assert!(pair.fate.late_unit_periods <= last + 1e-5);
            last = pair.fate.late_unit_periods;
        }
    }

    #[test]
    fn what_was_decided_stands_and_foresight_never_costs(
        numbers in prop::collection::vec(0u32..1000, 8),
        month in 2u32..9,
    ) {
        let scenario = scenario(&numbers);
        let from = jiff::civil::date(2024, i8::try_from(month).unwrap(), 1);
        let failures = every(&scenario, Every::Site, from, 90);
        let open = |scenario: &Scenario, _: Option<&_>| Arc::new(Arcs::open(scenario));
        let of = |foreseen| {
            let options = options(darsena_scenario::Objective::Weighted, foreseen);
            stress(&scenario, &open, &failures, &options, &Stop::new(), &|_, _| ()).unwrap()
        };
        let (known, struck) = (of(true), of(false));
        for fate in &struck.fates {
            let before = known.fates.iter().find(|other| other.failure == fate.failure).unwrap();
            prop_assert!(before.cost <= fate.cost + 1e-6, "{before:?} {fate:?}");
            prop_assert!(fate.cost >= -1e-6);
        }
    }
}

#[test]
fn the_time_to_survive_is_the_longest_failure_without_loss() {
    let scenario = scenario(&[5, 3, 5, 11, 4, 1, 1, 1]);
    let from = jiff::civil::date(2024, 3, 1);
    let failures = every(&scenario, Every::Site, from, 30);
    let open = |scenario: &Scenario, _: Option<&_>| Arc::new(Arcs::open(scenario));
    let options = StressOptions {
        survive: true,
        ..options(darsena_scenario::Objective::Lexicographic, false)
    };
    let found = stress(
        &scenario,
        &open,
        &failures,
        &options,
        &Stop::new(),
        &|_, _| (),
    )
    .unwrap();
    for fate in &found.fates {
        let survives = fate.survives.unwrap();
        let periods = scenario.head().horizon().len() - 2;
        for length in [survives, survives + 1] {
            if length == 0 || length > periods {
                continue;
            }
            let until = if length < periods {
                scenario.head().horizon().start_of(2 + length)
            } else {
                scenario.head().horizon().end()
            };
            let mut failure = failures[fate.failure].clone();
            for edit in &mut failure.change.edits {
                if let Edit::Out { span, .. } = edit {
                    span.until = Some(until);
                }
            }
            let options = StressOptions {
                survive: false,
                ..options.clone()
            };
            let again = stress(
                &scenario,
                &open,
                &[failure],
                &options,
                &Stop::new(),
                &|_, _| (),
            )
            .unwrap();
            let harmless = again.fates[0]
                .by_priority
                .iter()
                .all(|(_, more)| *more <= 1e-6);
            assert_eq!(harmless, length == survives, "{fate:?} for {length}");
        }
    }
}
