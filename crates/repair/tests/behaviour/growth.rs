//! Growth of work against what can be said in closed form.

use darsena_repair::growth::{GrowthOptions, grow};

use crate::tables::{Tables, scheduled};

const MODES: &str = "task,mode,site,days,dock,cost,growth,growth_spread";

fn one(days: u32, growth: f64, spread: f64) -> Tables {
    Tables::one_ship(days).with(
        "modes",
        MODES,
        &[format!("a1,m,port,{days},,0,{growth},{spread}")],
    )
}

#[test]
fn one_job_grows_as_the_log_normal_says() {
    // 1000 days, median 1.2, spread 0.3: half are back after 1200 days, four of five after 1200 e^(0.3 * 0.8416) = 1545.
    let (_, problem, outcome) = scheduled(&one(1000, 1.2, 0.3));
    let growth = grow(
        &problem,
        &outcome.visits,
        GrowthOptions {
            seed: 3,
            draws: 20_000,
        },
    );
    let promise = &growth.jobs[0];
    assert!((promise.p50 - 1200).abs() < 12, "{promise:?}");
    assert!((promise.p80 - 1545).abs() < 20, "{promise:?}");
    // On time where 1.2 e^(0.3 z) <= 1: z <= -0.6077, in 27.2 of 100 draws.
    assert!((promise.on_time - 0.272).abs() < 0.012, "{promise:?}");
    assert!((growth.on_time - promise.on_time).abs() < 1e-12);
    // The mean of a late one: (E[1.2 e^(0.3 z) | z > -0.6077] - 1) * 1000 = (1.2 e^0.045 * 0.8182 / 0.7283 - 1) * 1000.
    assert!(
        (growth.late_days - 410.0).abs() < 12.0,
        "{}",
        growth.late_days
    );
}

#[test]
fn what_does_not_spread_is_certain() {
    let (_, problem, outcome) = scheduled(&one(10, 1.5, 0.0));
    let growth = grow(
        &problem,
        &outcome.visits,
        GrowthOptions {
            seed: 3,
            draws: 100,
        },
    );
    let promise = &growth.jobs[0];
    assert_eq!((promise.p50, promise.p80, promise.on_time), (15, 15, 0.0));
    // Due on day 10.
    assert_eq!(promise.by_due, 0.0);
    assert_eq!(growth.late_days, 5.0);
}

#[test]
fn the_next_in_a_dock_waits() {
    // Two ships, one dock, two days of set-up: the first takes 15 days for 10, so the second waits five.
    let tables = one(10, 1.5, 0.0)
        .with("docks", "dock,site,set_up_days", &["d,port,2"])
        .with(
            "modes",
            MODES,
            &["a1,m,port,10,d,0,1.5,0", "b1,m,port,4,d,0,1,0"],
        )
        .with("tasks", "task,job,after", &["a1,a,", "b1,b,"])
        .and("assets", "beta,Beta,k,ship,us,port,100")
        .and("jobs", "b,beta,refit,2024-07-01,2024-09-11,,100,1,,");
    let (_, problem, outcome) = scheduled(&tables);
    let growth = grow(
        &problem,
        &outcome.visits,
        GrowthOptions { seed: 3, draws: 10 },
    );
    let conflict = &growth.conflicts[0];
    assert_eq!(
        (conflict.before, conflict.after, conflict.planned),
        (0, 1, 12)
    );
    assert_eq!((conflict.probability, conflict.wait_days), (1.0, 5.0));
    assert_eq!(growth.jobs[1].p80, 12 + 5 + 4);
}

#[test]
fn equal_seeds_give_equal_draws() {
    let (_, problem, outcome) = scheduled(&one(100, 1.2, 0.3));
    let play = |seed| {
        grow(
            &problem,
            &outcome.visits,
            GrowthOptions { seed, draws: 500 },
        )
    };
    assert_eq!(play(1), play(1));
    assert_ne!(play(1), play(2));
}
