//! The search against brute force, and what holds of every schedule.

use darsena_repair::check::check;
use darsena_repair::{Modes, Options, Problem, Schedule, Windows};

use crate::brute::{self, Looked};
use crate::drawn::{Jobs, day, drawn, drawn_windows};
use crate::tables::{Tables, breaches, searched, to_the_end};

/// A drawn scenario whose search is checked: cost, bound, and the cheapest schedule there is.
struct Tried {
    problem: Problem,
    cost: f64,
    bound: f64,
    unplaced: usize,
    /// None where there are too many to look at.
    best: Option<f64>,
}

fn tried(seed: u64, jobs: Jobs) -> Tried {
    let tables = drawn(seed, jobs);
    let scenario = tables.scenario();
    let windows = drawn_windows(seed, &scenario);
    let problem = Problem::new(&scenario, &windows, Modes::All);
    let outcome = searched(&problem, &to_the_end(12));
    let found = breaches(&scenario, &windows, &problem, &outcome);
    assert!(
        found.is_empty(),
        "seed {seed}: {found:#?}\n{:#?}",
        outcome.visits
    );
    let cost = outcome.cost.total();
    let again = brute::cost(&problem, &outcome.visits).total();
    assert!(
        (cost - again).abs() < 1e-6,
        "seed {seed}: {cost} is {again}"
    );
    let most = if outcome.cost.unplaced > 0 {
        f64::INFINITY
    } else {
        cost - 1e-6
    };
    let best = match brute::cheaper(&problem, most) {
        Looked::None => Some(cost),
        Looked::TooMany => None,
        Looked::Cheaper(cheapest, visits) => {
            // What brute force finds is a schedule for the checker too.
            let schedule = Schedule::of(&problem, &visits);
            let found = check(
                &scenario,
                &windows,
                &schedule,
                &brute::cost(&problem, &visits),
            );
            assert!(found.is_empty(), "seed {seed}: {found:#?}\n{visits:#?}");
            Some(cheapest)
        }
    };
    Tried {
        problem,
        cost,
        bound: outcome.bound,
        unplaced: outcome.cost.unplaced,
        best,
    }
}

#[test]
fn no_schedule_of_a_small_scenario_is_cheaper() {
    let (mut worse, mut proved, mut looked, mut gaps) = (Vec::new(), 0, 0, 0.0);
    for seed in 0..120 {
        let tried = tried(seed, Jobs::Chains);
        assert!(tried.problem.jobs.iter().all(|job| job.chain));
        let Some(best) = tried.best else { continue };
        looked += 1;
        if tried.unplaced > 0 {
            if best != tried.cost {
                worse.push((seed, f64::INFINITY, best));
            }
            continue;
        }
        assert!(
            tried.bound <= best + 1e-6,
            "seed {seed}: bound {} above {best}",
            tried.bound
        );
        if best < tried.cost {
            worse.push((seed, tried.cost, best));
        }
        if tried.bound >= tried.cost - 1e-3 * tried.cost {
            proved += 1;
        }
        gaps += (tried.cost - tried.bound) / tried.cost.max(1.0);
    }
    println!(
        "{looked} looked at, {proved} proved, mean gap {:.3}",
        gaps / f64::from(u32::try_from(looked).unwrap())
    );
    // A search is no proof: one in a hundred may be a little dearer than the best.
    assert!(
        worse.len() <= looked / 100,
        "{} worse: {worse:#?}",
        worse.len()
    );
    assert!(looked > 100, "{looked} looked at");
    assert!(proved > 40, "{proved} proved");
}

#[test]
fn the_bound_holds_where_tasks_go_side_by_side() {
    let (mut worse, mut looked) = (0, 0);
    for seed in 1000..1050 {
        let tried = tried(seed, Jobs::Any);
        let Some(best) = tried.best.filter(|_| tried.unplaced == 0) else {
            continue;
        };
        looked += 1;
        assert!(
            tried.bound <= best + 1e-6,
            "seed {seed}: bound {} above {best}",
            tried.bound
        );
        if best < tried.cost {
            worse += 1;
        }
    }
    println!("{looked} looked at, {worse} worse");
    assert!(worse < looked / 3, "{worse} of {looked} worse");
}

#[test]
fn threads_and_the_order_of_rows_change_nothing() {
    for seed in 0..20 {
        let mut tables = drawn(seed, Jobs::Any);
        let scenario = tables.scenario();
        let options = Options {
            rounds: 6,
            gap: 0.0,
            threads: 1,
            ..Options::default()
        };
        let problem = Problem::new(&scenario, &Windows::open(&scenario), Modes::All);
        let one = searched(&problem, &options);
        let two = searched(
            &problem,
            &Options {
                threads: 4,
                ..options.clone()
            },
        );
        let same = |a: &darsena_repair::Outcome, b: &darsena_repair::Outcome| {
            assert_eq!(a.visits, b.visits, "seed {seed}");
            assert_eq!(a.bound.to_bits(), b.bound.to_bits(), "seed {seed}");
            assert_eq!(
                (a.cost, a.status, a.rounds),
                (b.cost, b.status, b.rounds),
                "seed {seed}"
            );
            assert_eq!(
                (&a.dock_prices, &a.resource_prices),
                (&b.dock_prices, &b.resource_prices),
                "seed {seed}"
            );
        };
        same(&one, &two);
        for (_, rows) in tables.tables.values_mut() {
            rows.reverse();
        }
        let scenario = tables.scenario();
        let problem = Problem::new(&scenario, &Windows::open(&scenario), Modes::All);
        same(&one, &searched(&problem, &options));
    }
}

#[test]
fn a_task_waits_for_the_day_on_which_the_law_opens() {
    // At home ten days at 10 each; abroad 2 + 3 + 2 = 7, from day 24 on, once an approval is there. Due on day 10, at 1 a day late.
    let tables = Tables::one_ship(10);
    let tables = tables.with(
        "modes",
        "task,mode,site,days,dock,cost",
        &["a1,home,port,10,,0", "a1,away,yard,3,,0"],
    );
    let mut tables = tables;
    tables.set("jobs", 0, "tardiness_cost", 1);
    let begun = |opens: u64, tables: &Tables| {
        let scenario = tables.scenario();
        // Modes are in order of their ids: `away`, then `home`.
        let windows = Windows::given(vec![vec![(day(opens), None)], vec![(day(0), None)]]);
        let problem = Problem::new(&scenario, &windows, Modes::All);
        let outcome = searched(&problem, &to_the_end(10));
        assert!(breaches(&scenario, &windows, &problem, &outcome).is_empty());
        (
            outcome.visits[0].as_ref().unwrap().tasks[0].1,
            outcome.cost.total(),
        )
    };
    // It leaves two days before, back on day 29: 19 days late and 7 away, 89 against 100.
    assert_eq!(begun(24, &tables), (24, 89.0));
    // Twelve days later it stays at home.
    assert_eq!(begun(36, &tables), (0, 100.0));
    // Free from day 1 on, and open from day 3 on: at once.
    tables.set("jobs", 0, "release", "2024-07-02");
    assert_eq!(begun(3, &tables), (3, 70.0));
}
