//! The checker is checked: a good schedule, changed in one thing, breaks the rule that forbids it.

use darsena_repair::check::check;
use darsena_repair::{Cost, Problem, Schedule, Windows};
use darsena_scenario::Scenario;

use crate::drawn::day;
use crate::tables::{Tables, scheduled};

/// Two ships of one class, a dock for one at home, a yard abroad, a crew, a fleet that should be ready.
fn two_ships() -> Tables {
    Tables::days(90)
        .with(
            "docks",
            "dock,site,length_m,ships,set_up_days,until",
            &[
                "big,port,,1,2,2024-10-20",
                "small,port,50,1,0,",
                "far,yard,,1,0,",
            ],
        )
        .with(
            "closures",
            "what,id,from,until",
            &[
                "dock,big,2024-07-20,2024-07-25",
                "site,yard,2024-08-20,2024-09-30",
            ],
        )
        .with(
            "resources",
            "resource,site,overtime_cost,peak_cost",
            &["crew,port,2,3"],
        )
        .with(
            "capacity",
            "resource,from,capacity,overtime",
            &["crew,2024-07-01,4,2"],
        )
        .with(
            "assets",
            "asset,name,class,party,home_site,length_m",
            &["alpha,Alpha,k,us,port,100", "beta,Beta,k,us,port,100"],
        )
        .with("groups", "group,span_cost", &["g,1"])
        .with(
            "ready_fleet",
            "class,home_site,from,minimum,shortage_cost",
            &["k,port,2024-07-01,1,7"],
        )
        .with(
            "jobs",
            "job,asset,kind,release,due,deadline,tardiness_cost,not_ready_cost,deferral_cost,group",
            &[
                "a,alpha,refit,2024-07-03,2024-07-09,2024-09-20,20,10,,g",
                "b,beta,refit,2024-07-01,2024-07-20,,20,10,,g",
                "c,beta,refit,2024-07-01,2024-07-20,,20,1000,5,",
            ],
        )
        .with(
            "tasks",
            "task,job,after",
            &["a1,a,", "a2,a,a1", "b1,b,", "c1,c,"],
        )
        .with(
            "modes",
            "task,mode,site,days,dock,cost",
            &[
                "a1,home,port,5,any,0",
                "a1,away,yard,4,far,900",
                "a2,home,port,3,,0",
                "b1,home,port,6,big,10",
                "c1,home,port,6,big,10",
            ],
        )
        .with(
            "mode_usage",
            "task,mode,resource,usage",
            &["a1,home,crew,3", "a2,home,crew,3", "b1,home,crew,5"],
        )
        .with(
            "agreed",
            "task,mode,start,move_cost,change_cost",
            &["a1,away,2024-07-05,1,4"],
        )
}

struct Good {
    scenario: Scenario,
    windows: Windows,
    schedule: Schedule,
    cost: Cost,
}

fn good() -> Good {
    let (scenario, problem, outcome): (Scenario, Problem, _) = scheduled(&two_ships());
    let windows = Windows::given(
        scenario
            .modes()
            .iter()
            .map(|_| vec![(day(0), Some(day(40)))])
            .collect(),
    );
    let schedule = Schedule::of(&problem, &outcome.visits);
    assert_eq!(schedule.deferred, ["c"]);
    assert!(check(&scenario, &windows, &schedule, &outcome.cost).is_empty());
    Good {
        scenario,
        windows,
        schedule,
        cost: outcome.cost,
    }
}

/// Rules broken by a schedule that is changed.
fn broken(change: impl Fn(&mut Schedule, &mut Cost)) -> Vec<&'static str> {
    let mut good = good();
    change(&mut good.schedule, &mut good.cost);
    let found = check(&good.scenario, &good.windows, &good.schedule, &good.cost);
    let mut rules: Vec<&str> = found.iter().map(|breach| breach.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// Moves a whole job by some days.
fn moved(schedule: &mut Schedule, job: usize, days: i32) {
    let done = &mut schedule.jobs[job];
    done.out += days;
    done.back += days;
    for task in &mut done.tasks {
        task.start += days;
        task.end += days;
    }
}

#[test]
fn jobs_are_done_once() {
    assert!(broken(|schedule, _| drop(schedule.jobs.remove(0))).contains(&"job"));
    assert!(broken(|schedule, _| schedule.jobs.push(schedule.jobs[1].clone())).contains(&"job"));
    assert!(broken(|schedule, _| schedule.jobs[0].job = "nobody".into()).contains(&"job"));
    assert!(broken(|schedule, _| schedule.deferred.push("nobody".into())).contains(&"job"));
    assert!(broken(|schedule, _| schedule.deferred.push("a".into())).contains(&"job"));
    assert!(broken(|schedule, _| schedule.deferred.clear()).contains(&"job"));
    // `a` has no price at which it may be left out.
    let left_out = |schedule: &mut Schedule, _: &mut Cost| {
        schedule.jobs.remove(0);
        schedule.deferred.push("a".into());
    };
    assert!(broken(left_out).contains(&"job"));
    assert!(broken(|schedule, _| schedule.jobs[0].asset = "beta".into()).contains(&"job"));
}

#[test]
fn tasks_are_done_once_in_a_mode_of_theirs() {
    assert!(broken(|schedule, _| drop(schedule.jobs[0].tasks.pop())).contains(&"task"));
    let other = good().schedule.jobs[1].tasks[0].clone();
    assert!(broken(|schedule, _| schedule.jobs[0].tasks.push(other.clone())).contains(&"task"));
    assert!(
        broken(|schedule, _| schedule.jobs[0].tasks[0].mode = "other".into()).contains(&"task")
    );
    assert!(broken(|schedule, _| schedule.jobs[0].tasks[0].end += 1).contains(&"task"));
}

#[test]
fn order_passage_and_release() {
    let earlier = |schedule: &mut Schedule, _: &mut Cost| {
        let task = &mut schedule.jobs[0].tasks[1];
        task.start -= 1;
        task.end -= 1;
        schedule.jobs[0].back -= 1;
    };
    assert!(broken(earlier).contains(&"order"));
    assert!(broken(|schedule, _| schedule.jobs[0].out += 1).contains(&"passage"));
    assert!(broken(|schedule, _| schedule.jobs[0].back -= 1).contains(&"passage"));
    // Abroad for the first task, and home the same day.
    let abroad = |schedule: &mut Schedule, _: &mut Cost| {
        let task = &mut schedule.jobs[0].tasks[0];
        task.mode = "away".into();
        task.dock = Some("far".into());
        task.end = task.start + 4;
        let (start, end) = (task.start, task.end);
        let task = &mut schedule.jobs[0].tasks[1];
        task.start = end;
        task.end = end + 3;
        schedule.jobs[0].out = start - 2;
        schedule.jobs[0].back = end + 3;
    };
    assert!(broken(abroad).contains(&"passage"));
    let out = good().schedule.jobs[0].out;
    assert!(broken(|schedule, _| moved(schedule, 0, 1 - out)).contains(&"release"));
    assert!(broken(|schedule, _| moved(schedule, 0, 80)).contains(&"deadline"));
    assert!(broken(|schedule, _| moved(schedule, 0, 45)).contains(&"law"));
}

#[test]
fn docks_hold_what_they_take() {
    assert!(
        broken(|schedule, _| schedule.jobs[0].tasks[0].dock = Some("small".into()))
            .contains(&"fit")
    );
    assert!(
        broken(|schedule, _| schedule.jobs[0].tasks[0].dock = Some("far".into())).contains(&"dock")
    );
    assert!(
        broken(|schedule, _| schedule.jobs[0].tasks[0].dock = Some("none".into()))
            .contains(&"dock")
    );
    assert!(broken(|schedule, _| schedule.jobs[0].tasks[0].dock = None).contains(&"dock"));
    assert!(
        broken(|schedule, _| schedule.jobs[0].tasks[1].dock = Some("big".into())).contains(&"dock")
    );
    let starts: Vec<i32> = good()
        .schedule
        .jobs
        .iter()
        .map(|job| job.tasks[0].start)
        .collect();
    // Both at once, then one as the other leaves, without the days of set-up.
    assert!(broken(|schedule, _| moved(schedule, 1, starts[0] - starts[1])).contains(&"dock"));
    assert!(broken(|schedule, _| moved(schedule, 1, starts[0] + 6 - starts[1])).contains(&"dock"));
    assert!(!broken(|schedule, _| moved(schedule, 1, starts[0] + 7 - starts[1])).contains(&"dock"));
    // Days 19 to 24 are shut; from day 111 on the dock is no longer used.
    assert!(broken(|schedule, _| moved(schedule, 1, 14 - starts[1])).contains(&"closure"));
    assert!(!broken(|schedule, _| moved(schedule, 1, 24 - starts[1])).contains(&"closure"));
    assert!(broken(|schedule, _| moved(schedule, 1, 106 - starts[1])).contains(&"closure"));
}

#[test]
fn trades_and_assets_are_not_used_twice() {
    // The crew is 4 and 2 more at overtime; 3 and 5 are asked for.
    let starts: Vec<i32> = good()
        .schedule
        .jobs
        .iter()
        .map(|job| job.tasks[0].start)
        .collect();
    assert!(broken(|schedule, _| moved(schedule, 1, starts[0] - starts[1])).contains(&"capacity"));
    let second = |schedule: &mut Schedule, _: &mut Cost| {
        let mut other = schedule.jobs[1].clone();
        other.job = "c".into();
        other.tasks[0].task = "c1".into();
        schedule.deferred.clear();
        schedule.jobs.push(other);
    };
    assert!(broken(second).contains(&"asset"));
}

#[test]
fn every_part_of_the_cost_is_counted_again() {
    let parts: [fn(&mut Cost) -> &mut f64; 9] = [
        |cost| &mut cost.not_ready,
        |cost| &mut cost.tardiness,
        |cost| &mut cost.modes,
        |cost| &mut cost.overtime,
        |cost| &mut cost.peaks,
        |cost| &mut cost.shortage,
        |cost| &mut cost.groups,
        |cost| &mut cost.changes,
        |cost| &mut cost.deferral,
    ];
    for part in parts {
        assert_eq!(broken(|_, cost| *part(cost) += 0.01), ["cost"]);
        assert_eq!(broken(|_, cost| *part(cost) = f64::NAN), ["cost"]);
    }
    assert_eq!(broken(|_, cost| cost.unplaced += 1), ["cost"]);
}
