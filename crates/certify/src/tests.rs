//! Drawn projects: the model says what the project says, and proofs that no schedule is shorter are accepted.

use darsena_schedule::{
    Mode, Options, Outcome, Project, Schedule, Status, Task, Watch, check, solve,
};
use flate2::bufread::MultiGzDecoder;

use crate::check::check_proof;
use crate::model::Model;
use crate::prove::{Found, search};
use crate::trim::trim;

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

/// Lags, releases, resources that change; modes and budgets for every second seed.
fn draw(seed: u64) -> Project {
    let mut next = scatter(seed);
    let mut project = Project::new();
    let resources: Vec<_> = (0..1 + next(2))
        .map(|k| {
            let name = format!("r{k}");
            if next(3) == 0 {
                let steps = [(0, next(5)), (1 + next(4), 1 + next(4)), (6, 2 + next(3))];
                project.add_resource_with_steps(&name, &steps)
            } else {
                project.add_resource(&name, 2 + next(4))
            }
        })
        .collect();
    let several = seed.is_multiple_of(2);
    let budgets: Vec<_> = (0..next(2))
        .map(|k| project.add_budget(&format!("n{k}"), u64::from(8 + next(10))))
        .collect();
    for k in 0..3 + next(4) {
        let task = project.add_task(&format!("t{k}"), if next(4) == 0 { next(4) } else { 0 });
        for _ in 0..if several { 1 + next(3) } else { 1 } {
            let mode = Mode {
                duration: next(6),
                usage: resources.iter().map(|&r| (r, next(4))).collect(),
                draw: budgets.iter().map(|&b| (b, next(5))).collect(),
            };
            project.add_mode(task, mode);
        }
        for before in 0..k {
            if next(4) == 0 {
                let lag = if next(3) == 0 { next(3) } else { 0 };
                project.add_precedence(Task(before), Task(k), lag);
            }
        }
    }
    project
}

fn shortest(project: &Project) -> Option<(Schedule, u64)> {
    let options = Options {
        step_limit: Some(100_000_000),
        ..Options::default()
    };
    let Outcome {
        status,
        schedule,
        makespan,
        ..
    } = solve(project, &options, &mut Watch::nobody()).expect("it is a project");
    assert!(matches!(status, Status::Optimal | Status::Infeasible));
    Some((schedule?, makespan?))
}

/// The log of Pumpkin made short, where it finds nothing.
fn prove(model: &Model) -> Result<String, Vec<i64>> {
    let folder = tempfile::tempdir().expect("a place");
    let log = folder.path().join("log.drcp.gz");
    match search(model, 1, &log, &mut || false).expect("it is written") {
        Found::Values(values) => Err(values),
        Found::Nothing => {
            let bytes = std::fs::read(&log).expect("it is there");
            let reader = std::io::BufReader::new(MultiGzDecoder::new(&bytes[..]));
            let mut proof = Vec::new();
            trim(model, reader, usize::MAX, &mut || false, &mut proof).expect("it follows");
            Ok(String::from_utf8(proof).expect("plain text"))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_optimum_is_in_the_model_and_one_less_is_proved_not_to_be() {
    let (mut proofs, mut steps, mut modes) = (0, 0, 0);
    for seed in 0..300 {
        let project = draw(seed);
        let Some((_, makespan)) = shortest(&project) else {
            // Nothing to certify; but no model of it may have a solution.
            if let Some(model) = Model::of(&project, 40) {
                let proof = prove(&model).expect("no schedule, no values");
                check_proof(&model.flatzinc(), proof.as_bytes()).expect("it is a proof");
            }
            continue;
        };
        let model = Model::of(&project, makespan).expect("small numbers");
        let values = prove(&model).expect_err("the shortest schedule is a solution");
        assert!(model.holds(&values), "seed {seed}");
        // What the values say is a schedule of the project.
        let found = |name: String| {
            let place = model.variables.iter().position(|v| v.name == name);
            place.map(|place| values[place])
        };
        let tasks = 0..project.tasks();
        let starts = tasks.clone().map(|k| values[k] as u32).collect();
        let chosen = tasks.map(|k| {
            let modes = project.modes(Task(k as u32)).len();
            (0..modes)
                .find(|m| found(format!("done{k}_{m}")) == Some(1))
                .unwrap_or(0) as u32
        });
        let schedule = Schedule {
            starts,
            modes: chosen.collect(),
        };
        assert_eq!(check(&project, &schedule), [], "seed {seed}");
        assert_eq!(schedule.makespan(&project), makespan, "seed {seed}");

        if makespan == 0 {
            continue;
        }
        let shorter = Model::of(&project, makespan - 1).expect("small numbers");
        let proof = prove(&shorter).expect("nothing is shorter");
        let checked = check_proof(&shorter.flatzinc(), proof.as_bytes())
            .unwrap_or_else(|refusal| panic!("seed {seed}: {refusal}"));
        proofs += 1;
        steps += checked.inferences;
        modes += u32::from(seed.is_multiple_of(2));
        // The same proof proves nothing about a model that has a solution.
        check_proof(&model.flatzinc(), proof.as_bytes()).expect_err("it has a solution");
    }
    assert!(
        proofs > 150 && modes > 50 && steps > 5_000,
        "{proofs} {modes} {steps}"
    );
}

#[test]
fn no_damage_makes_a_proof_of_what_is_not_so() {
    let mut refused = 0;
    for seed in 0..60 {
        let project = draw(seed);
        let Some((_, makespan)) = shortest(&project).filter(|found| found.1 > 0) else {
            continue;
        };
        let text = Model::of(&project, makespan)
            .expect("small numbers")
            .flatzinc();
        let shorter = Model::of(&project, makespan - 1).expect("small numbers");
        let proof = prove(&shorter).expect("nothing is shorter");
        let lines: Vec<&str> = proof.lines().collect();
        let mut next = scatter(seed + 1000);
        for _ in 0..300 {
            let mut damaged: Vec<String> = lines.iter().map(ToString::to_string).collect();
            for _ in 0..1 + next(3) {
                let at = next(damaged.len() as u32) as usize;
                let other = next(damaged.len() as u32) as usize;
                match next(4) {
                    0 => damaged.swap(at, other),
                    1 => damaged[at] = damaged[other].clone(),
                    _ => {
                        let mut words: Vec<String> =
                            damaged[at].split(' ').map(str::to_string).collect();
                        let word = next(words.len() as u32) as usize;
                        let digits = words[word].trim_end_matches(']').parse::<i64>();
                        if let Ok(number) = digits {
                            let tail = if words[word].ends_with(']') { "]" } else { "" };
                            let changed = match next(3) {
                                0 => number + 1,
                                1 => number - 1,
                                _ => -number,
                            };
                            words[word] = format!("{changed}{tail}");
                        } else if words.len() > 3 {
                            words.remove(word);
                        }
                        damaged[at] = words.join(" ");
                    }
                }
            }
            let damaged = damaged.join("\n") + "\n";
            check_proof(&text, damaged.as_bytes()).expect_err("the model has a solution");
            refused += 1;
        }
    }
    assert!(refused > 5_000, "{refused}");
}

#[test]
fn every_line_of_a_proof_is_needed() {
    let (mut lines_seen, mut model) = (0, None);
    for seed in 0..40 {
        let project = draw(seed);
        let Some((_, makespan)) = shortest(&project).filter(|found| found.1 > 0) else {
            continue;
        };
        let shorter = Model::of(&project, makespan - 1).expect("small numbers");
        let text = shorter.flatzinc();
        let proof = prove(&shorter).expect("nothing is shorter");
        let lines: Vec<&str> = proof.lines().collect();
        for without in 0..lines.len() {
            let mut damaged = lines.clone();
            damaged.remove(without);
            let damaged = damaged.join("\n") + "\n";
            check_proof(&text, damaged.as_bytes()).expect_err("a line is missing");
            lines_seen += 1;
        }
        // Neither may anything follow, nor may the last line be cut.
        check_proof(&text, format!("{proof}c UNSAT\n").as_bytes()).expect_err("it goes on");
        check_proof(&text, proof.trim_end().as_bytes()).expect_err("it is cut");
        model = Some(text);
    }
    assert!(lines_seen > 500, "{lines_seen}");
    // Models that are none are refused and nothing panics.
    let text = model.expect("there was one");
    for end in 0..text.len() - 1 {
        check_proof(&text[..end], &b"c UNSAT\n"[..]).expect_err("no proof and no model");
    }
}
