//! The checker catches each kind of flaw, says where, and finds nothing in a sound schedule.

use darsena_schedule::{Mode, Precedence, Project, Resource, Schedule, Task, Violation, check};

fn mode(duration: u32, usage: u32, draw: u32) -> Mode {
    Mode {
        duration,
        usage: vec![(Resource(0), usage)],
        draw: vec![(darsena_schedule::Budget(0), draw)],
    }
}

/// Two tasks in a row on a crew of 3 that is 1 from day 6 on, and a third released on day 2.
fn project() -> Project {
    let mut project = Project::new();
    project.add_resource_with_steps("crew", &[(0, 3), (6, 1)]);
    project.add_budget("money", 11);
    for (name, release) in [("dock", 0), ("trials", 0), ("paint", 2)] {
        let task = project.add_task(name, release);
        project.add_mode(task, mode(2, 2, 3));
        project.add_mode(task, mode(3, 1, 4));
    }
    project.add_precedence(Task(0), Task(1), 1);
    project
}

fn flaws(starts: [u32; 3], modes: [u32; 3]) -> Vec<Violation> {
    check(
        &project(),
        &Schedule {
            starts: starts.to_vec(),
            modes: modes.to_vec(),
        },
    )
}

#[test]
fn a_sound_schedule_has_no_flaw() {
    assert_eq!(flaws([0, 3, 2], [0, 0, 1]), []);
    assert_eq!(flaws([0, 9, 6], [0, 1, 1]), []);
}

#[test]
fn a_missing_start_is_the_only_flaw_said() {
    let short = Schedule {
        starts: vec![0, 3],
        modes: vec![0, 0, 0],
    };
    assert_eq!(
        check(&project(), &short),
        [Violation::Length {
            tasks: 3,
            starts: 2,
            modes: 3
        }]
    );
}

#[test]
fn an_unknown_mode() {
    assert_eq!(
        flaws([0, 3, 2], [0, 2, 1]),
        [Violation::Mode {
            task: Task(1),
            mode: 2
        }]
    );
}

#[test]
fn a_start_before_release() {
    assert_eq!(
        flaws([0, 4, 1], [0, 0, 1]),
        [Violation::Release {
            task: Task(2),
            start: 1,
            release: 2
        }]
    );
}

#[test]
fn a_start_before_another_has_ended_and_the_lag_has_passed() {
    assert_eq!(
        flaws([0, 2, 4], [0, 0, 1])[0],
        Violation::Precedence {
            precedence: Precedence {
                before: Task(0),
                after: Task(1),
                lag: 1
            },
            end: 2,
            start: 2
        }
    );
}

#[test]
fn more_used_than_there_is_and_when() {
    assert_eq!(
        flaws([0, 3, 3], [0, 0, 0]),
        [Violation::Capacity {
            resource: Resource(0),
            from: 3,
            until: 5,
            used: 4,
            capacity: 3
        }]
    );
    // Two flaws in a row: less is used, then less is there.
    assert_eq!(
        flaws([0, 3, 5], [0, 1, 0]),
        [Violation::Capacity {
            resource: Resource(0),
            from: 6,
            until: 7,
            used: 2,
            capacity: 1
        }]
    );
}

#[test]
fn more_drawn_than_a_budget_holds() {
    assert_eq!(
        flaws([0, 4, 2], [1, 1, 1]),
        [Violation::Budget {
            budget: darsena_schedule::Budget(0),
            drawn: 12,
            limit: 11
        }]
    );
}

#[test]
fn a_task_of_no_duration_uses_nothing() {
    let mut project = Project::new();
    let crew = project.add_resource("crew", 1);
    for duration in [0, 4] {
        let task = project.add_task("task", 0);
        project.add_mode(
            task,
            Mode {
                duration,
                usage: vec![(crew, 1)],
                ..Mode::default()
            },
        );
    }
    assert_eq!(
        check(
            &project,
            &Schedule {
                starts: vec![2, 0],
                modes: vec![0, 0]
            }
        ),
        []
    );
}

#[test]
fn what_is_told_of_a_flaw_names_numbers() {
    let said: Vec<String> = flaws([0, 2, 0], [0, 0, 0])
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        said,
        [
            "task 2 starts at 0, released at 2",
            "task 1 starts at 2, though task 0 ends at 2 and 1 must pass",
            "resource 0 is used 4 from 0 until 2, and there is 3",
        ]
    );
}
