//! What must hold of every project: more of anything never makes it longer, names and order do not
//! matter, limits and threads do not change what is said, only how much.

use darsena_schedule::{
    Budget, Mode, Options, Outcome, Project, Resource, Status, Stop, Task, Watch, check, solve,
};
use proptest::prelude::*;

/// A task: modes as (duration, usage of each resource, draw), whom it waits for as a mask of the tasks before, a lag.
type TaskPlan = (Vec<(u32, [u32; 2], u32)>, u8, u32);

fn build(tasks: &[TaskPlan], order: &[usize], capacity: [u32; 2], budget: u64) -> Project {
    let mut project = Project::new();
    for (k, amount) in capacity.into_iter().enumerate() {
        project.add_resource(&format!("r{k}"), amount);
    }
    project.add_budget("n", budget);
    let mut place = vec![Task(0); tasks.len()];
    for &k in order {
        place[k] = project.add_task(&format!("t{k}"), 0);
        for &(duration, usage, draw) in &tasks[k].0 {
            let mode = Mode {
                duration,
                usage: vec![(Resource(0), usage[0]), (Resource(1), usage[1])],
                draw: vec![(Budget(0), draw)],
            };
            project.add_mode(place[k], mode);
        }
    }
    for (k, (_, mask, lag)) in tasks.iter().enumerate() {
        for before in (0..k.min(8)).filter(|before| mask & (1 << before) != 0) {
            project.add_precedence(place[before], place[k], *lag);
        }
    }
    project
}

fn answer(project: &Project) -> Outcome {
    let outcome =
        solve(project, &Options::default(), &mut Watch::nobody()).expect("it is a project");
    if let Some(schedule) = &outcome.schedule {
        assert_eq!(check(project, schedule), []);
        assert_eq!(outcome.makespan, Some(schedule.makespan(project)));
        assert_eq!((outcome.status, outcome.gap), (Status::Optimal, 0.0));
    } else {
        assert_eq!(outcome.status, Status::Infeasible);
    }
    outcome
}

fn plans() -> impl Strategy<Value = Vec<TaskPlan>> {
    let modes = prop::collection::vec((0u32..6, [0u32..4, 0u32..4], 0u32..5), 1..4);
    prop::collection::vec(
        (
            modes,
            any::<u8>().prop_map(|mask| mask & (mask >> 1)),
            0u32..3,
        ),
        1..8,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn more_capacity_or_budget_never_makes_it_longer(tasks in plans(), capacity in [1u32..5, 1u32..5], budget in 0u64..20) {
        let order: Vec<usize> = (0..tasks.len()).collect();
        let tight = answer(&build(&tasks, &order, capacity, budget));
        for (capacity, budget) in [([capacity[0] + 1, capacity[1]], budget), (capacity, budget + 2)] {
            let wide = answer(&build(&tasks, &order, capacity, budget));
            if let Some(makespan) = tight.makespan {
                prop_assert!(wide.makespan.is_some_and(|other| other <= makespan));
            }
        }
    }

    #[test]
    fn the_order_of_tasks_does_not_change_the_optimum(tasks in plans(), budget in 4u64..20, seed in any::<u64>()) {
        let order: Vec<usize> = (0..tasks.len()).collect();
        let mut other = order.clone();
        other.sort_by_key(|&k| (k as u64 + 1).wrapping_mul(seed | 1).rotate_left(17));
        let one = answer(&build(&tasks, &order, [3, 4], budget));
        let two = answer(&build(&tasks, &other, [3, 4], budget));
        prop_assert_eq!(one.makespan, two.makespan);
    }
}

/// Thirty tasks on two resources: too much for a proof in no time.
fn crowd() -> Project {
    let tasks: Vec<TaskPlan> = (0..30u32)
        .map(|k| {
            let x = k.wrapping_mul(2_654_435_761) >> 8;
            let modes = (0..3)
                .map(|m| {
                    (
                        2 + (x >> m) % 7,
                        [(x >> (3 + m)) % 4, (x >> (6 + m)) % 4],
                        (x >> (9 + m)) % 5,
                    )
                })
                .collect();
            (
                modes,
                (x >> 12) as u8 & (x >> 13) as u8 & (x >> 14) as u8,
                0,
            )
        })
        .collect();
    let order: Vec<usize> = (0..tasks.len()).collect();
    build(&tasks, &order, [5, 5], 45)
}

#[test]
fn the_same_seed_gives_the_same_schedule_on_one_thread_and_on_two() {
    let project = crowd();
    let with = |threads, seed| {
        let options = Options {
            threads,
            seed,
            step_limit: Some(3_000_000),
            ..Options::default()
        };
        solve(&project, &options, &mut Watch::nobody()).expect("it is a project")
    };
    for seed in [0, 7] {
        let one = with(1, seed);
        assert!(one.schedule.is_some());
        assert_eq!(one, with(2, seed));
        assert_eq!(one, with(1, seed));
    }
}

#[test]
fn a_stop_keeps_the_best_so_far() {
    let project = crowd();
    let stop = Stop::new();
    let flag = stop.clone();
    let mut calls = 0;
    let mut tell = |_: &darsena_schedule::Progress| {
        calls += 1;
        if calls == 2 {
            flag.stop();
        }
    };
    let mut watch = Watch {
        stop,
        progress: Some(&mut tell),
    };
    let outcome = solve(&project, &Options::default(), &mut watch).expect("it is a project");
    let schedule = outcome.schedule.expect("the first round found one");
    assert_eq!(check(&project, &schedule), []);
    assert!(matches!(outcome.status, Status::Stopped | Status::Optimal));
    assert!(outcome.bound <= schedule.makespan(&project));
}

#[test]
fn a_limit_of_no_time_is_kept() {
    let options = Options {
        time_limit: Some(0.0),
        ..Options::default()
    };
    let outcome = solve(&crowd(), &options, &mut Watch::nobody()).expect("it is a project");
    assert_eq!(
        (outcome.status, outcome.schedule),
        (Status::TimeLimit, None)
    );
    assert!(outcome.bound > 0 && outcome.gap.is_infinite());
}

#[test]
fn years_of_days_and_of_seconds_are_no_matter() {
    let mut project = Project::new();
    let dock = project.add_resource_with_steps("dock", &[(0, 1), (400, 0), (90_000_000, 1)]);
    for k in 0..6 {
        let task = project.add_task(&format!("ship {k}"), 0);
        project.add_mode(
            task,
            Mode {
                duration: 150 + k,
                usage: vec![(dock, 1)],
                ..Mode::default()
            },
        );
    }
    let options = Options {
        step_limit: Some(1_000_000),
        ..Options::default()
    };
    let outcome = solve(&project, &options, &mut Watch::nobody()).expect("it is a project");
    let schedule = outcome
        .schedule
        .expect("four ships wait until the dock opens again");
    assert_eq!(check(&project, &schedule), []);
    assert_eq!(outcome.makespan, Some(90_000_000 + 150 * 4 + 1 + 2 + 3));
}

#[test]
fn what_is_no_project_is_said() {
    let said = |project: &Project| {
        solve(project, &Options::default(), &mut Watch::nobody())
            .unwrap_err()
            .to_string()
    };
    let mut project = Project::new();
    let one = project.add_task("one", 0);
    assert_eq!(said(&project), "task `one` has no mode");
    project.add_mode(
        one,
        Mode {
            duration: 1,
            usage: vec![(Resource(3), 1)],
            ..Mode::default()
        },
    );
    assert_eq!(
        said(&project),
        "task `one` uses resource 3, and there are 0"
    );
    let mut project = Project::new();
    for name in ["a", "b", "c"] {
        let task = project.add_task(name, 0);
        project.add_mode(
            task,
            Mode {
                duration: 1,
                ..Mode::default()
            },
        );
    }
    for (before, after) in [(0, 1), (1, 2), (2, 1)] {
        project.add_precedence(Task(before), Task(after), 0);
    }
    assert_eq!(
        said(&project),
        "tasks wait for one another in a circle: c < b"
    );
    project.add_precedence(Task(0), Task(9), 0);
    assert_eq!(said(&project), "a precedence names task 9, and there are 3");
    assert_eq!(
        solve(&Project::new(), &Options::default(), &mut Watch::nobody()).map(|o| o.makespan),
        Ok(Some(0))
    );
}
