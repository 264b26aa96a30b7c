//! What must hold between scenarios: more of anything, or a rule less, never makes the best schedule dearer.

use darsena_repair::carry::{carried, cost as price, is_within};
use darsena_repair::check::check;
use darsena_repair::{Modes, Problem, Schedule, Visit, Windows};
use darsena_scenario::{Edit, Scenario, Span, TableName};
use jiff::civil::date;

use crate::drawn::{Jobs, drawn, drawn_windows};
use crate::tables::{Tables, searched, to_the_end};

/// Cost and bound of a search; none where a job has no place.
fn cost(tables: &Tables, windows: impl Fn(&Scenario) -> Windows) -> Option<(f64, f64)> {
    let scenario = tables.scenario();
    let problem = Problem::new(&scenario, &windows(&scenario), Modes::All);
    let outcome = searched(&problem, &to_the_end(12));
    (outcome.cost.unplaced == 0).then(|| (outcome.cost.total(), outcome.bound))
}

/// The bound of the richer scenario is never above the cost of the poorer one, nor its proven optimum above that one.
fn never_dearer(seed: u64, what: &str, before: Option<(f64, f64)>, after: Option<(f64, f64)>) {
    let Some(before) = before else { return };
    let Some(after) = after else {
        panic!("seed {seed}: {what} leaves a job without a place")
    };
    assert!(
        after.1 <= before.0 + 1e-6,
        "seed {seed}: {what}: bound {} above {}",
        after.1,
        before.0
    );
    let proven = |(cost, bound): (f64, f64)| cost - bound < 1e-6 * cost.max(1.0);
    if proven(before) && proven(after) {
        assert!(
            after.0 <= before.0 * (1.0 + 1e-6) + 1e-6,
            "seed {seed}: {what}: {} above {}",
            after.0,
            before.0
        );
    }
}

#[test]
fn more_of_anything_never_costs_more() {
    for seed in 0..25 {
        let tables = drawn(seed, Jobs::Chains);
        let windows = |scenario: &Scenario| drawn_windows(seed, scenario);
        let before = cost(&tables, windows);
        let with_dock = tables.clone().and("docks", "d9,north,,2,0,,,");
        never_dearer(seed, "one more dock", before, cost(&with_dock, windows));
        let mut larger = tables.clone();
        for row in 0..larger.rows("capacity").len() {
            let cells: Vec<String> = larger.rows("capacity")[row]
                .split(',')
                .map(String::from)
                .collect();
            larger.set(
                "capacity",
                row,
                "capacity",
                cells[3].parse::<u32>().unwrap() + 2,
            );
        }
        never_dearer(seed, "more trades", before, cost(&larger, windows));
        let mut open = tables.clone();
        open.rows("closures").clear();
        never_dearer(seed, "no closures", before, cost(&open, windows));
        never_dearer(seed, "no law", before, cost(&tables, Windows::open));
        let longer = |scenario: &Scenario| {
            let given = drawn_windows(seed, scenario);
            let each = (0..scenario.modes().len()).map(|mode| {
                let open = given.of(mode).unwrap();
                vec![(open[0].0, None)]
            });
            Windows::given(each.collect())
        };
        never_dearer(seed, "longer windows", before, cost(&tables, longer));
        let mut free = tables.clone();
        for row in 0..free.rows("jobs").len() {
            free.set("jobs", row, "deadline", "");
        }
        never_dearer(seed, "no deadlines", before, cost(&free, windows));
    }
}

/// The scenario without a dock for six days.
fn without_dock(scenario: &Scenario) -> Scenario {
    let lost = Edit::Out {
        table: TableName::Docks,
        id: "d0".into(),
        span: Span::days(date(2024, 7, 3), date(2024, 7, 9)),
    };
    scenario.with(&[lost]).expect("there is such a dock")
}

#[test]
fn a_dock_lost_for_some_days_never_saves() {
    for seed in 0..25 {
        let stands = drawn(seed, Jobs::Chains).scenario();
        let of = |scenario: &Scenario| {
            let problem = Problem::new(scenario, &drawn_windows(seed, scenario), Modes::All);
            let outcome = searched(&problem, &to_the_end(12));
            (outcome.cost.unplaced == 0).then(|| (outcome.cost.total(), outcome.bound))
        };
        let lost = of(&without_dock(&stands));
        never_dearer(seed, "a dock that is not lost", lost, of(&stands));
    }
}

#[test]
fn a_schedule_carried_over_fits_and_is_kept_where_it_can_be() {
    let rank = |problem: &Problem, visits: &[Option<Visit>]| {
        let cost = price(problem, visits);
        (cost.unplaced, cost.total())
    };
    let no_worse = |(jobs, cost): (usize, f64), (others, most): (usize, f64)| {
        jobs < others || (jobs == others && cost <= most + 1e-9)
    };
    for seed in 0..40 {
        let stands = drawn(seed, Jobs::Chains).scenario();
        let lost = without_dock(&stands);
        let read = |scenario: &Scenario| {
            let windows = drawn_windows(seed, scenario);
            let problem = Problem::new(scenario, &windows, Modes::All);
            (windows, problem)
        };
        let (wide, narrow) = (read(&stands).1, read(&lost));
        let (windows, narrow) = narrow;
        assert!(is_within(&narrow, &wide), "seed {seed}");
        assert!(
            wide.is_same(&narrow) || !is_within(&wide, &narrow),
            "seed {seed}"
        );
        let best = searched(&wide, &to_the_end(4)).visits;
        let same = carried(&wide, &wide, &best);
        assert!(
            no_worse(rank(&wide, &same), rank(&wide, &best)),
            "seed {seed}"
        );
        // Checked from the tables alone, with the dock lost.
        let visits = carried(&wide, &narrow, &best);
        let schedule = Schedule::of(&narrow, &visits);
        let found = check(&lost, &windows, &schedule, &price(&narrow, &visits));
        assert!(
            found.is_empty() || rank(&narrow, &visits).0 > 0,
            "seed {seed}: {found:?}"
        );
        let back = carried(&narrow, &wide, &visits);
        assert!(
            no_worse(rank(&wide, &back), rank(&narrow, &visits)),
            "seed {seed}"
        );
    }
}

#[test]
fn the_status_quo_is_never_cheaper() {
    for seed in 0..40 {
        let scenario = drawn(seed, Jobs::Chains).scenario();
        let windows = Windows::open(&scenario);
        let all = searched(
            &Problem::new(&scenario, &windows, Modes::All),
            &to_the_end(12),
        );
        let home = searched(
            &Problem::new(&scenario, &windows, Modes::Home),
            &to_the_end(12),
        );
        if home.cost.unplaced == 0 {
            assert_eq!(all.cost.unplaced, 0, "seed {seed}");
            assert!(all.bound <= home.cost.total() + 1e-6, "seed {seed}");
        }
    }
}

#[test]
fn a_seed_gives_one_answer() {
    let scenario = drawn(5, Jobs::Any).scenario();
    let problem = Problem::new(&scenario, &drawn_windows(5, &scenario), Modes::All);
    let one = searched(&problem, &to_the_end(4));
    let two = searched(&problem, &to_the_end(4));
    assert_eq!(
        (one.visits, one.cost, one.bound.to_bits()),
        (two.visits, two.cost, two.bound.to_bits())
    );
}
