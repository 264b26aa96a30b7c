//! What once went wrong: each a small scenario that a search and its checker did not agree on, or that lost a
//! cheaper schedule.

use darsena_repair::check::check;
use darsena_repair::emergency::Emergency;
use darsena_repair::nowhere::{Lack, nowhere};
use darsena_repair::{Modes, Problem, Schedule, Windows};
use darsena_scenario::Scenario;
use jiff::civil::date;

use crate::tables::{Tables, breaches, scheduled, searched, to_the_end};

const MODES: &str = "task,mode,site,days,dock,cost";

#[test]
fn nothing_is_done_at_a_closed_site_even_without_a_dock() {
    let tables = Tables::one_ship(3).with(
        "closures",
        "what,id,from,until",
        &["site,port,2024-07-03,2024-07-08"],
    );
    let (_, _, outcome) = scheduled(&tables);
    assert_eq!(outcome.visits[0].as_ref().unwrap().out, 7);
}

#[test]
fn an_asset_that_stays_in_a_dock_needs_no_set_up() {
    let tables = Tables::one_ship(3)
        .with("docks", "dock,site,ships,set_up_days", &["d,port,1,2"])
        .with("tasks", "task,job,after", &["a1,a,", "a2,a,a1"])
        .with("modes", MODES, &["a1,m,port,3,d,0", "a2,m,port,4,d,0"]);
    let (_, _, outcome) = scheduled(&tables);
    assert_eq!(outcome.cost.not_ready, 70.0);
}

#[test]
fn set_up_is_between_one_asset_and_the_next() {
    let mut tables = Tables::one_ship(3)
        .with("docks", "dock,site,ships,set_up_days", &["d,port,1,2"])
        .with("tasks", "task,job,after", &["a1,a,", "b1,b,"])
        .with("modes", MODES, &["a1,m,port,3,d,0", "b1,m,port,4,d,0"])
        .and("assets", "beta,Beta,k,ship,us,port,100");
    tables
        .rows("jobs")
        .push("b,beta,refit,2024-07-01,2024-07-01,,1,1,,".into());
    let (_, _, outcome) = scheduled(&tables);
    // The one that is due first goes first where it is dear: `a` is due on day 10, `b` on day 0.
    let days: Vec<i32> = outcome
        .visits
        .iter()
        .map(|visit| visit.as_ref().unwrap().out)
        .collect();
    assert_eq!(days, [6, 0]);
}

#[test]
fn a_divided_dock_holds_what_fits_in_line_or_abreast() {
    let together = |length: &str, beam: &str| {
        let tables = Tables::one_ship(3)
            .with(
                "docks",
                "dock,site,length_m,beam_m,ships,set_up_days",
                &[&format!("d,port,{length},{beam},2,0")],
            )
            .with("tasks", "task,job,after", &["a1,a,", "b1,b,"])
            .with("modes", MODES, &["a1,m,port,3,d,0", "b1,m,port,4,d,0"])
            .with(
                "assets",
                "asset,name,class,kind,party,home_site,length_m,beam_m",
                &[
                    "alpha,Alpha,k,ship,us,port,100,20",
                    "beta,Beta,k,ship,us,port,90,25",
                ],
            )
            .and("jobs", "b,beta,refit,2024-07-01,2024-07-01,,1,1,,");
        let (_, _, outcome) = scheduled(&tables);
        let days = outcome
            .visits
            .iter()
            .map(|visit| visit.as_ref().unwrap().out);
        days.eq([0, 0])
    };
    assert!(together("190", "30"), "one after the other");
    assert!(together("110", "45"), "side by side");
    assert!(together("", "30") && together("110", ""), "without a limit");
    assert!(!together("189", "44"), "neither");
}

#[test]
fn tasks_side_by_side_share_trades() {
    let tables = Tables::one_ship(3)
        .with("tasks", "task,job,after", &["a1,a,", "a2,a,"])
        .with("modes", MODES, &["a1,m,port,3,,0", "a2,m,port,4,,0"])
        .with("resources", "resource,site", &["crew,port"])
        .with(
            "capacity",
            "resource,from,capacity",
            &["crew,2024-07-01,10"],
        )
        .with(
            "mode_usage",
            "task,mode,resource,usage",
            &["a1,m,crew,6", "a2,m,crew,6"],
        );
    let (_, _, outcome) = scheduled(&tables);
    assert_eq!(outcome.cost.not_ready, 70.0);
}

#[test]
fn tasks_side_by_side_in_one_dock_are_one_asset() {
    let tables = Tables::one_ship(3)
        .with("docks", "dock,site,ships,set_up_days", &["d,port,1,2"])
        .with("tasks", "task,job,after", &["a1,a,", "a2,a,"])
        .with("modes", MODES, &["a1,m,port,3,d,0", "a2,m,port,4,d,0"]);
    let (_, _, outcome) = scheduled(&tables);
    assert_eq!(outcome.cost.not_ready, 40.0);
}

#[test]
fn a_passage_may_be_longer_than_the_way_round() {
    // From the port to `far` 20 days, to the yard 2, and from there to `far` 1: the tables say so.
    let tables = Tables::one_ship(3)
        .with(
            "sites",
            "site,name,state",
            &["port,Port,us", "yard,Yard,jp", "far,Far,jp"],
        )
        .with(
            "transits",
            "from_site,to_site,days",
            &["port,yard,2", "port,far,20", "yard,far,1", "far,port,3"],
        )
        .with("tasks", "task,job,after", &["a1,a,", "a2,a,a1"])
        .with("modes", MODES, &["a1,m,yard,3,,0", "a2,m,far,4,,0"]);
    let (_, _, outcome) = scheduled(&tables);
    let visit = outcome.visits[0].as_ref().unwrap();
    assert_eq!((visit.out, visit.back), (0, 2 + 3 + 1 + 4 + 3));
}

#[test]
fn a_task_may_wait_for_two_in_a_row_over_a_way_round() {
    let tables = Tables::one_ship(3)
        .with(
            "sites",
            "site,name,state",
            &["port,Port,us", "yard,Yard,jp", "far,Far,jp"],
        )
        .with(
            "transits",
            "from_site,to_site,days",
            &["port,yard,1", "port,far,20", "yard,far,1"],
        )
        .with(
            "tasks",
            "task,job,after",
            &["a1,a,", "a2,a,a1", "a3,a,a1;a2"],
        )
        .with(
            "modes",
            MODES,
            &["a1,m,port,1,,0", "a2,m,yard,1,,0", "a3,m,far,1,,0"],
        );
    let (_, _, outcome) = scheduled(&tables);
    let visit = outcome.visits[0].as_ref().unwrap();
    assert_eq!((visit.out, visit.back), (0, 25));
}

#[test]
fn a_task_of_no_days_may_fall_into_a_closure() {
    // The day of a hand-over is no day of work.
    let tables = Tables::one_ship(0)
        .with("docks", "dock,site", &["d,port"])
        .with("modes", MODES, &["a1,m,port,0,d,0"])
        .with(
            "closures",
            "what,id,from,until",
            &["dock,d,2024-06-20,2024-07-08"],
        );
    let (_, _, outcome) = scheduled(&tables);
    assert_eq!(outcome.cost.total(), 0.0);
}

#[test]
fn thirds_of_a_unit_are_counted_alike_by_search_and_checker() {
    let mut tables = Tables::days(60)
        .with("assets", "asset,name,class,party,home_site", &[] as &[&str])
        .with(
            "jobs",
            "job,asset,kind,release,due,tardiness_cost,not_ready_cost",
            &[] as &[&str],
        )
        .with("tasks", "task,job", &[] as &[&str])
        .with("modes", "task,mode,site,days", &[] as &[&str])
        .with("mode_usage", "task,mode,resource,usage", &[] as &[&str])
        .with(
            "resources",
            "resource,site,overtime_cost,peak_cost",
            &["crew,port,100000,1000"],
        )
        .with(
            "capacity",
            "resource,from,capacity,overtime",
            &["crew,2024-07-01,1.9998,5"],
        );
    for n in 0..12 {
        tables.rows("assets").push(format!("s{n:02},S,k,us,port"));
        tables.rows("jobs").push(format!(
            "j{n:02},s{n:02},refit,2024-07-01,2024-07-04,5000000,10"
        ));
        tables.rows("tasks").push(format!("t{n:02},j{n:02}"));
        tables.rows("modes").push(format!("t{n:02},m,port,3"));
        tables
            .rows("mode_usage")
            .push(format!("t{n:02},m,crew,0.3333"));
    }
    scheduled(&tables);
}

#[test]
fn months_and_whole_crews_are_counted_alike_by_search_and_checker() {
    // 91.3 a month are 2.9996 a day: three, in thousandths.
    let mut tables = Tables::one_ship(3)
        .with(
            "resources",
            "resource,site,overtime_cost",
            &["crew,port,100000"],
        )
        .with(
            "capacity",
            "resource,from,capacity,overtime",
            &["crew,2024-07-01,91.3,50"],
        )
        .with("mode_usage", "task,mode,resource,usage", &["a1,m,crew,3"]);
    tables.head = tables
        .head
        .replace("\"day\"", "\"month\"")
        .replace("60", "2");
    scheduled(&tables);
}

#[test]
fn a_group_of_one_pays_for_its_span() {
    let tables = Tables::one_ship(3)
        .with("groups", "group,span_cost", &["g,50"])
        .with(
            "jobs",
            "job,asset,kind,release,due,not_ready_cost,group",
            &["a,alpha,refit,2024-07-01,2024-07-31,10,g"],
        )
        .with(
            "modes",
            MODES,
            &["a1,fast,port,2,,100", "a1,slow,port,6,,0"],
        );
    let (_, _, outcome) = scheduled(&tables);
    assert_eq!(outcome.cost.total(), 100.0 + 2.0 * 60.0);
}

#[test]
fn a_later_place_may_be_cheaper_where_being_late_costs_nothing() {
    // Agreed for a day two hundred days after the due date.
    let tables = Tables {
        head: Tables::days(400).head,
        ..Tables::one_ship(3)
    }
    .with(
        "jobs",
        "job,asset,kind,release,due,not_ready_cost",
        &["a,alpha,refit,2024-07-01,2024-07-11,10"],
    )
    .with(
        "agreed",
        "task,mode,start,move_cost",
        &["a1,m,2025-01-27,1"],
    );
    let (_, _, outcome) = scheduled(&tables);
    assert_eq!(outcome.visits[0].as_ref().unwrap().out, 210);
}

#[test]
fn a_fleet_without_end_is_asked_for_within_the_horizon() {
    let tables = Tables::one_ship(3).with(
        "ready_fleet",
        "class,home_site,from,until,minimum,shortage_cost",
        &["k,port,2024-07-01,2100-01-01,2,5"],
    );
    let (_, _, outcome) = scheduled(&tables);
    // One short on each of 60 days, and one more while it is away.
    assert_eq!(outcome.cost.shortage, 5.0 * 63.0);
}

#[test]
fn absurd_days_are_no_panic() {
    let mut tables = Tables::one_ship(3)
        .with(
            "sites",
            "site,name,state",
            &["port,Port,us", "yard,Yard,jp"],
        )
        .with("transits", "from_site,to_site,days", &["port,yard,1000000"])
        .with("docks", "dock,site,set_up_days", &["d,port,1000000"])
        .with("tasks", "task,job,after", &[] as &[&str])
        .with("modes", MODES, &[] as &[&str]);
    for n in 0..3000 {
        let after = if n == 0 {
            String::new()
        } else {
            format!("t{:04}", n - 1)
        };
        tables.rows("tasks").push(format!("t{n:04},a,{after}"));
        tables
            .rows("modes")
            .push(format!("t{n:04},m,yard,1000000,,0"));
    }
    let (_, _, outcome) = scheduled(&tables);
    assert_eq!(outcome.cost.unplaced, 1);
}

#[test]
fn absurd_amounts_are_no_panic() {
    let tables = Tables::one_ship(30)
        .with(
            "resources",
            "resource,site,overtime_cost,peak_cost",
            &["crew,port,1000,1000"],
        )
        .with(
            "capacity",
            "resource,from,capacity,overtime",
            &["crew,2024-07-01,1e12,1e12"],
        )
        .with("mode_usage", "task,mode,resource,usage", &["a1,m,crew,1e6"]);
    scheduled(&tables);
}

#[test]
fn a_far_due_date_takes_no_more_room() {
    let mut tables = Tables::one_ship(3);
    tables.set("jobs", 0, "due", "9999-12-31");
    let (_, problem, _) = scheduled(&tables);
    assert!(problem.days < 10_000, "{} days", problem.days);
}

#[test]
fn a_checker_counts_tasks_one_by_one() {
    let tables = Tables::one_ship(3)
        .with("tasks", "task,job,after", &["a1,a,", "a2,a,"])
        .with("modes", MODES, &["a1,m,port,3,,0", "a2,m,port,3,,0"]);
    let (scenario, problem, outcome) = scheduled(&tables);
    let windows = Windows::open(&scenario);
    let mut schedule = Schedule::of(&problem, &outcome.visits);
    schedule.jobs[0].tasks[1] = schedule.jobs[0].tasks[0].clone();
    let found = check(&scenario, &windows, &schedule, &outcome.cost);
    assert!(
        found.iter().any(|breach| breach.rule == "task"),
        "{found:?}"
    );
}

/// The same tables with a job `e` of ship `alpha` from a day on.
fn with_damage(tables: Tables, day: &str) -> (Scenario, Problem) {
    let scenario = tables
        .and("jobs", &format!("e,alpha,refit,{day},2024-08-20,,100,10,,"))
        .and("tasks", "e1,e,")
        .and("modes", "e1,m,port,3,,0,1,0")
        .scenario();
    let problem = Problem::new(&scenario, &Windows::open(&scenario), Modes::All);
    (scenario, problem)
}

#[test]
fn what_was_left_out_is_not_done_in_the_past_when_work_emerges() {
    // `b` is left out, for the crew is too dear; damage on day 20 must not send it back to day 0.
    let tables = Tables::one_ship(3)
        .and("assets", "beta,Beta,k,ship,us,port,100")
        .and("jobs", "b,beta,refit,2024-07-01,2024-07-04,,1000,10,200,")
        .and("tasks", "b1,b,")
        .and("modes", "b1,m,port,3,,0,1,0");
    let scenario = tables.scenario();
    let windows = Windows::open(&scenario);
    let problem = Problem::new(&scenario, &windows, Modes::All);
    let mut visits = searched(&problem, &to_the_end(3)).visits;
    visits[1] = None;
    let (_, damaged) = with_damage(tables, "2024-07-21");
    let planned = Schedule::of(&problem, &visits);
    let emergency = Emergency::new(&damaged, "e", &planned, 20).expect("it has the new job");
    let outcome = searched(&emergency.problem, &to_the_end(3));
    for (job, visit) in outcome.visits.iter().enumerate() {
        let out = visit.as_ref().map_or(20, |visit| visit.out);
        assert!(
            out >= 20 || emergency.before[job].is_some(),
            "job {job} on day {out}"
        );
    }
}

#[test]
fn what_emerges_is_added_to_what_was_planned() {
    let (scenario, problem, outcome) = scheduled(&Tables::one_ship(3));
    let windows = Windows::open(&scenario);
    assert!(breaches(&scenario, &windows, &problem, &outcome).is_empty());
    let (_, damaged) = with_damage(Tables::one_ship(3), "2024-07-03");
    let planned = Schedule::of(&problem, &outcome.visits);
    let emergency = Emergency::new(&damaged, "e", &planned, 2).expect("it has the new job");
    let mut first = None;
    let options = to_the_end(2);
    let mut progress = |at: darsena_repair::Progress| first = first.or(Some(at.cost));
    let mut watch = darsena_repair::Watch {
        stop: &|| false,
        progress: &mut progress,
    };
    let answer = emergency.answer(&options, &mut watch);
    assert_eq!(answer.cost.unplaced, 0);
    assert!(emergency.bumped(&answer).is_empty());
}

/// Two ships with a job of three days each, one at the port, one at the yard, and a team of one.
fn two_places(team: &str) -> Tables {
    Tables::one_ship(3)
        .with("tasks", "task,job,after", &["a1,a,", "b1,b,"])
        .with("modes", MODES, &["a1,m,port,3,,0", "b1,m,yard,3,,0"])
        .and("assets", "beta,Beta,k,ship,us,yard,100")
        .and("jobs", "b,beta,refit,2024-07-01,2024-07-11,,100,10,,")
        .with("resources", "resource,site,mobile", &[team])
        .with("capacity", "resource,from,capacity", &["team,2024-07-01,1"])
        .with(
            "mode_usage",
            "task,mode,resource,usage",
            &["a1,m,team,1", "b1,m,team,1"],
        )
}

#[test]
fn a_team_that_travels_is_one_pool_for_several_sites() {
    let tables = two_places("team,port,yes");
    let (scenario, problem, outcome) = scheduled(&tables);
    let days = |visits: &[Option<darsena_repair::Visit>]| -> Vec<i32> {
        visits.iter().flatten().map(|visit| visit.out).collect()
    };
    let mut found = days(&outcome.visits);
    found.sort_unstable();
    assert_eq!(found, [0, 3]);
    // The checker counts both sites: the same day for both is too much.
    let mut schedule = Schedule::of(&problem, &outcome.visits);
    for job in &mut schedule.jobs {
        (job.out, job.back) = (0, 3);
        (job.tasks[0].start, job.tasks[0].end) = (0, 3);
    }
    let found = check(
        &scenario,
        &Windows::open(&scenario),
        &schedule,
        &outcome.cost,
    );
    assert!(
        found.iter().any(|breach| breach.rule == "capacity"),
        "{found:?}"
    );
    // While its own site is shut it works elsewhere.
    let shut = two_places("team,port,yes").with(
        "closures",
        "what,id,from,until",
        &["site,port,2024-07-01,2024-07-08"],
    );
    let (_, _, outcome) = scheduled(&shut);
    assert_eq!(days(&outcome.visits), [7, 0]);
    // What the team itself cannot do counts everywhere.
    let away = two_places("team,port,yes").with(
        "closures",
        "what,id,from,until",
        &["resource,team,2024-07-01,2024-07-08"],
    );
    let (_, _, outcome) = scheduled(&away);
    let mut found = days(&outcome.visits);
    found.sort_unstable();
    assert_eq!(found, [7, 10]);
}

#[test]
fn one_place_of_a_divided_dock_may_be_closed() {
    let out = |closure: &str, length: &str| {
        let tables = Tables::one_ship(3)
            .with(
                "docks",
                "dock,site,length_m,ships,set_up_days",
                &[&format!("d,port,{length},2,0")],
            )
            .with("tasks", "task,job,after", &["a1,a,", "b1,b,"])
            .with("modes", MODES, &["a1,m,port,3,d,0", "b1,m,port,3,d,0"])
            .and("assets", "beta,Beta,k,ship,us,port,100")
            .and("jobs", "b,beta,refit,2024-07-01,2024-07-01,,1,1,,")
            .with("closures", "what,id,from,until,ships,length_m", &[closure]);
        let (scenario, problem, outcome) = scheduled(&tables);
        // Both at once: the checker knows which closures forbid that.
        let mut schedule = Schedule::of(&problem, &outcome.visits);
        for job in &mut schedule.jobs {
            (job.out, job.back) = (0, 3);
            (job.tasks[0].start, job.tasks[0].end) = (0, 3);
        }
        let found = check(
            &scenario,
            &Windows::open(&scenario),
            &schedule,
            &outcome.cost,
        );
        let closed = found.iter().any(|breach| breach.rule == "closure");
        let days = outcome.visits.iter().flatten().map(|visit| visit.out);
        let days: Vec<i32> = days.collect();
        assert_eq!(closed, days != [0, 0], "{found:?}");
        days
    };
    assert_eq!(out("dock,d,2024-07-08,2024-07-20,1,", "200"), [0, 0]);
    // The one that is late already goes first.
    assert_eq!(out("dock,d,2024-07-01,2024-07-20,1,", "200"), [3, 0]);
    // Only 90 m are left for a week: too short for either.
    assert_eq!(out("dock,d,2024-07-01,2024-07-08,1,110", "200"), [7, 7]);
    // Both places: closed whole.
    assert_eq!(out("dock,d,2024-07-01,2024-07-05,2,", "200"), [4, 4]);
}

#[test]
fn a_damaged_asset_is_not_ready_before_work_begins() {
    let mut tables = Tables::one_ship(3)
        .with("docks", "dock,site", &["d,port"])
        .with("modes", MODES, &["a1,m,port,3,d,0"])
        .with(
            "closures",
            "what,id,from,until",
            &["dock,d,2024-07-01,2024-07-06"],
        );
    let (_, _, outcome) = scheduled(&tables);
    assert_eq!(outcome.cost.not_ready, 30.0);
    tables
        .tables
        .get_mut("jobs")
        .unwrap()
        .0
        .push_str(",damaged");
    tables.rows("jobs")[0].push_str(",yes");
    let (scenario, problem, outcome) = scheduled(&tables);
    assert_eq!(outcome.cost.not_ready, 80.0);
    assert_eq!(outcome.visits[0].as_ref().unwrap().out, 0);
    // Days until work begins are counted by the checker as well.
    let mut schedule = Schedule::of(&problem, &outcome.visits);
    schedule.jobs[0].out = 5;
    let found = check(
        &scenario,
        &Windows::open(&scenario),
        &schedule,
        &outcome.cost,
    );
    assert!(
        found.iter().any(|breach| breach.rule == "passage"),
        "{found:?}"
    );
}

#[test]
fn what_has_begun_keeps_its_mode_and_day() {
    let tables = |begun: &str| {
        Tables::one_ship(3)
            .with("tasks", "task,job,after", &["a1,a,", "a2,a,a1"])
            .with(
                "modes",
                MODES,
                &["a1,dear,port,5,,50", "a1,cheap,port,3,,0", "a2,m,port,4,,0"],
            )
            .with(
                "agreed",
                "task,mode,start,begun",
                &[&format!("a1,dear,2024-07-09,{begun}")],
            )
    };
    let starts = |tables: &Tables| {
        let scenario = tables.scenario();
        // The law opens nothing but the second task.
        let windows = Windows::given(vec![vec![(date(2024, 7, 1), None)]; 3]);
        let problem = Problem::new(&scenario, &windows, Modes::All);
        let outcome = searched(&problem, &to_the_end(4));
        let found = breaches(&scenario, &windows, &problem, &outcome);
        assert!(found.is_empty(), "{found:#?}");
        let visit = outcome.visits[0].clone().unwrap();
        (
            visit.tasks[0].1,
            problem.jobs[0].tasks[0].options[visit.tasks[0].0]
                .mode
                .clone(),
        )
    };
    assert_eq!(starts(&tables("")), (0, "cheap".into()));
    assert_eq!(starts(&tables("yes")), (8, "dear".into()));
    // The checker holds it to that, and asks no law of it.
    let scenario = tables("yes").scenario();
    let shut = Windows::given(vec![Vec::new(), Vec::new(), vec![(date(2024, 7, 1), None)]]);
    let problem = Problem::new(&scenario, &shut, Modes::All);
    let outcome = searched(&problem, &to_the_end(4));
    assert!(breaches(&scenario, &shut, &problem, &outcome).is_empty());
    let mut schedule = Schedule::of(&problem, &outcome.visits);
    for task in &mut schedule.jobs[0].tasks {
        (task.start, task.end) = (task.start - 1, task.end - 1);
    }
    let found = check(&scenario, &shut, &schedule, &outcome.cost);
    assert!(
        found.iter().any(|breach| breach.rule == "begun"),
        "{found:?}"
    );
}

#[test]
fn a_job_without_a_place_says_why() {
    let why = |tables: &Tables, windows: &dyn Fn(&Scenario) -> Windows| -> Vec<Lack> {
        let scenario = tables.scenario();
        let problem = Problem::new(&scenario, &windows(&scenario), Modes::All);
        let outcome = searched(&problem, &to_the_end(2));
        assert!(outcome.cost.unplaced > 0);
        let found = nowhere(&problem, &outcome.visits, &[]);
        found.into_iter().map(|one| one.what).collect()
    };
    let mut late = Tables::one_ship(30);
    late.set("jobs", 0, "deadline", "2024-07-20");
    assert_eq!(why(&late, &Windows::open), [Lack::Deadline]);
    let never = |scenario: &Scenario| Windows::given(vec![Vec::new(); scenario.modes().len()]);
    assert_eq!(why(&Tables::one_ship(3), &never), [Lack::Days]);
    let crew = |units: u32| {
        Tables::one_ship(3)
            .with("resources", "resource,site", &["crew,port"])
            .with("capacity", "resource,from,capacity", &["crew,2024-07-01,2"])
            .with(
                "mode_usage",
                "task,mode,resource,usage",
                &[&format!("a1,m,crew,{units}")],
            )
    };
    assert_eq!(why(&crew(3), &Windows::open), [Lack::Trade(0)]);
    let dock = |until: &str| {
        let mut tables = Tables::one_ship(3)
            .with("docks", "dock,site", &["d,port"])
            .with("modes", MODES, &["a1,m,port,3,d,0"])
            .with(
                "closures",
                "what,id,from,until",
                &[&format!("dock,d,2024-07-01,{until}")],
            );
        tables.set("jobs", 0, "deadline", "2024-07-20");
        tables
    };
    assert_eq!(
        why(&dock("2024-07-19"), &Windows::open),
        [Lack::Deadline, Lack::Closure(0)]
    );
    let small = Tables::one_ship(3)
        .with("docks", "dock,site,length_m", &["d,port,80"])
        .with("modes", MODES, &["a1,m,port,3,d,0"]);
    assert_eq!(why(&small, &Windows::open), [Lack::Mode(0)]);
    // Two jobs want one dock until the same day.
    let mut two = Tables::one_ship(3)
        .with("docks", "dock,site", &["d,port"])
        .with("tasks", "task,job,after", &["a1,a,", "b1,b,"])
        .with("modes", MODES, &["a1,m,port,3,d,0", "b1,m,port,3,d,0"])
        .and("assets", "beta,Beta,k,ship,us,port,100")
        .and(
            "jobs",
            "b,beta,refit,2024-07-01,2024-07-05,2024-07-05,1,1,,",
        );
    two.set("jobs", 0, "due", "2024-07-05");
    two.set("jobs", 0, "deadline", "2024-07-05");
    assert_eq!(why(&two, &Windows::open), [Lack::Dock(0)]);
}
