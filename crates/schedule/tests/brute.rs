//! Tiny drawn projects: the optimum is that of trying everything.

use darsena_schedule::{Mode, Options, Project, Schedule, Status, Task, Watch, check, solve};

/// Numbers below `n` that look random and are the same everywhere.
fn scatter(seed: u64) -> impl FnMut(u32) -> u32 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1);
    move |n| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % u64::from(n)) as u32
    }
}

fn draw(seed: u64) -> Project {
    let mut next = scatter(seed);
    let mut project = Project::new();
    let resources: Vec<_> = (0..1 + next(2))
        .map(|k| {
            let name = format!("r{k}");
            if next(3) == 0 {
                let (a, b, c) = (next(5), 1 + next(4), 2 + next(3));
                project
                    .add_resource_with_steps(&name, &[(0, a), (1 + next(4), b), (6 + next(3), c)])
            } else {
                project.add_resource(&name, 1 + next(4))
            }
        })
        .collect();
    let budgets: Vec<_> = (0..next(3))
        .map(|k| project.add_budget(&format!("n{k}"), u64::from(3 + next(10))))
        .collect();
    let tasks = 2 + next(4);
    for k in 0..tasks {
        let task = project.add_task(&format!("t{k}"), if next(4) == 0 { next(4) } else { 0 });
        for _ in 0..1 + next(3) {
            let mode = Mode {
                duration: next(5),
                usage: resources.iter().map(|&r| (r, next(4))).collect(),
                draw: budgets.iter().map(|&b| (b, next(5))).collect(),
            };
            project.add_mode(task, mode);
        }
        for before in 0..k {
            if next(3) == 0 {
                project.add_precedence(
                    Task(before),
                    Task(k),
                    if next(3) == 0 { next(3) } else { 0 },
                );
            }
        }
    }
    project
}

/// The least makespan by trying all starts up to a horizon and all modes.
fn brute(project: &Project, horizon: u32) -> Option<u64> {
    fn go(project: &Project, horizon: u32, schedule: &mut Schedule, best: &mut Option<u64>) {
        let k = schedule.starts.len();
        if k == project.tasks() {
            if check(project, schedule).is_empty() {
                let makespan = schedule.makespan(project);
                if best.is_none_or(|best| makespan < best) {
                    *best = Some(makespan);
                }
            }
            return;
        }
        let task = Task(k as u32);
        let mut earliest = project.release(task);
        for arc in project.precedence() {
            if arc.after == task
                && let Some(end) = schedule.end(project, arc.before)
            {
                earliest = earliest.max(end as u32 + arc.lag);
            }
        }
        for place in 0..project.modes(task).len() {
            let mode = &project.modes(task)[place];
            let drawn = |b: darsena_schedule::Budget| -> u64 {
                let before = (0..k).flat_map(|other| {
                    &project.modes(Task(other as u32))[schedule.modes[other] as usize].draw
                });
                before
                    .chain(&mode.draw)
                    .filter(|draw| draw.0 == b)
                    .map(|draw| u64::from(draw.1))
                    .sum()
            };
            if mode.draw.iter().any(|&(b, _)| drawn(b) > project.limit(b)) {
                continue;
            }
            for start in earliest..=horizon {
                let end = start + mode.duration;
                if best.is_some_and(|best| u64::from(end) >= best) {
                    break;
                }
                let fits = (start..end).all(|t| {
                    mode.usage.iter().all(|&(r, amount)| {
                        let there = project
                            .capacity(r)
                            .iter()
                            .rev()
                            .find(|step| step.0 <= t)
                            .map_or(0, |step| step.1);
                        let used: u32 = (0..k)
                            .filter(|&other| {
                                let from = schedule.starts[other];
                                let mode = &project.modes(Task(other as u32))
                                    [schedule.modes[other] as usize];
                                from <= t && t < from + mode.duration
                            })
                            .flat_map(|other| {
                                &project.modes(Task(other as u32))[schedule.modes[other] as usize]
                                    .usage
                            })
                            .filter(|used| used.0 == r)
                            .map(|used| used.1)
                            .sum();
                        used + amount <= there
                    })
                });
                if fits {
                    schedule.starts.push(start);
                    schedule.modes.push(place as u32);
                    go(project, horizon, schedule, best);
                    schedule.starts.pop();
                    schedule.modes.pop();
                }
            }
        }
    }
    let mut best = None;
    go(project, horizon, &mut Schedule::default(), &mut best);
    best
}

#[test]
fn the_optimum_is_that_of_trying_everything() {
    let count = std::env::var("DARSENA_BRUTE")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(400);
    let mut solved = 0;
    for seed in 0..count {
        let project = draw(seed);
        let expected = brute(&project, 24);
        let options = Options {
            seed,
            threads: 1 + (seed % 2) as u32,
            ..Options::default()
        };
        let outcome = solve(&project, &options, &mut Watch::nobody()).expect("it is a project");
        assert_eq!(outcome.makespan, expected, "seed {seed}: {project:?}");
        match &outcome.schedule {
            Some(schedule) => {
                solved += 1;
                assert_eq!(check(&project, schedule), [], "seed {seed}");
                assert_eq!(schedule.makespan(&project), outcome.bound, "seed {seed}");
                assert_eq!(outcome.status, Status::Optimal);
            }
            None => assert_eq!(outcome.status, Status::Infeasible, "seed {seed}"),
        }
    }
    assert!(solved > count / 2, "{solved} of {count} have a schedule");
}
