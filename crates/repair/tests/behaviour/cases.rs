//! Small cases worked out by hand, a folder each in `tests/cases/`: tables, a README with the arithmetic, and
//! `expected.csv` with one expected thing a row.
//!
//! | what | which | value |
//! |---|---|---|
//! | `status` | | of the schedule |
//! | `cost` | blank, or a part: `not_ready`, `tardiness`, `modes` ... | what it comes to |
//! | `start`, `mode`, `dock` | task | date, mode, dock |
//! | `out`, `back` | job | dates |
//! | `deferred`, `unplaced` | job | `yes` |
//! | `shut` | task mode | `fit`, `foreign`, or the rule of the law that shuts it |
//! | `waits` | task mode | the approval it waits for |
//! | `reason` | job thing | what it would gain without it; blank: any |
//!
//! The run is `all`, `home` (the status quo) or `law` (as it stood on `law_as_of`).

use std::fs;
use std::path::{Path, PathBuf};

use darsena_law::{AsOf, Law, ReadingOptions};
use darsena_repair::check::check;
use darsena_repair::reasons::{Obstacle, reasons};
use darsena_repair::{Modes, Outcome, Problem, Schedule, ShutWhy, Windows};
use darsena_scenario::{Scenario, load};

use crate::tables::{searched, sound, to_the_end};

#[test]
fn cases_come_out_as_worked_by_hand() {
    let cases = PathBuf::from("tests/cases");
    let mut folders: Vec<PathBuf> = fs::read_dir(cases)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    assert!(!folders.is_empty());
    let wrong: Vec<String> = folders
        .iter()
        .flat_map(|folder| differences(folder))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Everything in which the schedules of a case differ from what is expected.
fn differences(folder: &Path) -> Vec<String> {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    assert!(
        folder.join("README.md").is_file(),
        "{name} is not worked out"
    );
    let text = fs::read_to_string(folder.join("expected.csv")).unwrap();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect())
        .collect();
    assert!(
        rows.iter().all(|row| row.len() == 4),
        "{name}: four cells a row"
    );
    let mut runs: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    runs.dedup();
    let scenario = sound(load(folder).unwrap());
    let mut wrong = Vec::new();
    for run in runs {
        let answer = Answer::of(&scenario, run);
        for row in rows.iter().filter(|row| row[0] == run) {
            let found = answer.found(row[1], row[2]);
            let value = row[3];
            let as_expected = match (&found, value.parse::<f64>()) {
                (Some(_), _) if value.is_empty() => true,
                (Some(found), Ok(number)) => found
                    .parse::<f64>()
                    .is_ok_and(|found| (found - number).abs() <= 1e-6 * number.abs().max(1.0)),
                (Some(found), Err(_)) => found == value,
                (None, _) => false,
            };
            if !as_expected {
                let found = found.unwrap_or_else(|| "none".into());
                wrong.push(format!(
                    "{name}: {run}: {} {}: expected {value}, found {found}",
                    row[1], row[2]
                ));
            }
        }
    }
    wrong
}

struct Answer<'a> {
    scenario: &'a Scenario,
    windows: Windows,
    problem: Problem,
    outcome: Outcome,
    schedule: Schedule,
}

impl<'a> Answer<'a> {
    fn of(scenario: &'a Scenario, run: &str) -> Self {
        let law = Law::embedded();
        let windows = match run {
            "law" => {
                let as_of = AsOf::Known(scenario.head().law_as_of);
                let reading = law.read(ReadingOptions {
                    as_of,
                    ..ReadingOptions::default()
                });
                Windows::of_law(scenario, &law, &reading)
            }
            _ => Windows::open(scenario),
        };
        let modes = if run == "home" {
            Modes::Home
        } else {
            Modes::All
        };
        let problem = Problem::new(scenario, &windows, modes);
        let outcome = searched(&problem, &to_the_end(20));
        let schedule = Schedule::of(&problem, &outcome.visits);
        let found = check(scenario, &windows, &schedule, &outcome.cost);
        assert!(found.is_empty(), "{found:#?}");
        Answer {
            scenario,
            windows,
            problem,
            outcome,
            schedule,
        }
    }

    fn date(&self, day: i32) -> String {
        self.problem.date(day).to_string()
    }

    fn mode(&self, which: &str) -> usize {
        let (task, mode) = which.split_once(' ').unwrap();
        let rows = self.scenario.modes();
        rows.iter()
            .position(|row| row.task.as_str() == task && row.mode.as_str() == mode)
            .expect("a mode of the case")
    }

    /// What the schedule has for a row of `expected.csv`, as text; none where it has nothing.
    fn found(&self, what: &str, which: &str) -> Option<String> {
        let task = || {
            self.schedule
                .jobs
                .iter()
                .flat_map(|job| &job.tasks)
                .find(|task| task.task == which)
        };
        let job = || self.schedule.jobs.iter().find(|job| job.job == which);
        let listed = |list: &[String]| list.iter().any(|id| id == which).then(|| "yes".to_string());
        let cost = &self.outcome.cost;
        match what {
            "status" => Some(self.outcome.status.as_str().into()),
            "cost" => {
                let cost = match which {
                    "" => cost.total(),
                    "not_ready" => cost.not_ready,
                    "tardiness" => cost.tardiness,
                    "modes" => cost.modes,
                    "overtime" => cost.overtime,
                    "peaks" => cost.peaks,
                    "shortage" => cost.shortage,
                    "groups" => cost.groups,
                    "changes" => cost.changes,
                    "deferral" => cost.deferral,
                    other => panic!("nothing is paid for `{other}`"),
                };
                Some(cost.to_string())
            }
            "start" => Some(self.date(task()?.start)),
            "mode" => Some(task()?.mode.clone()),
            "dock" => task()?.dock.clone(),
            "out" => Some(self.date(job()?.out)),
            "back" => Some(self.date(job()?.back)),
            "deferred" => listed(&self.schedule.deferred),
            "unplaced" => listed(&self.schedule.unplaced),
            "shut" => {
                let row = self.mode(which);
                self.problem
                    .shut
                    .iter()
                    .find(|shut| shut.row == row)
                    .map(|shut| match &shut.why {
                        ShutWhy::Law(shut) => shut
                            .rules
                            .iter()
                            .map(|rule| rule.id.as_str())
                            .collect::<Vec<_>>()
                            .join(" "),
                        ShutWhy::Fit(_) => "fit".into(),
                        ShutWhy::Foreign => "foreign".into(),
                    })
            }
            "waits" => {
                let approvals = self
                    .windows
                    .waits(self.mode(which))
                    .iter()
                    .map(|approval| approval.id.clone());
                Some(approvals.collect::<Vec<_>>().join(" "))
            }
            "reason" => {
                let (job, thing) = which.split_once(' ').unwrap();
                let reasons = reasons(&self.problem, &self.outcome.visits, &[]);
                let reason = reasons.iter().find(|reason| {
                    self.problem.jobs[reason.job].id == job && self.thing(&reason.what) == thing
                })?;
                Some(reason.gain.to_string())
            }
            other => panic!("nothing is known of `{other}`"),
        }
    }

    fn thing(&self, what: &Obstacle) -> String {
        match what {
            Obstacle::Dock { dock, .. } => format!("dock {}", self.problem.docks[*dock].id),
            Obstacle::Closure(dock) => format!("closure {}", self.problem.docks[*dock].id),
            Obstacle::Trades(resource) => {
                format!("trades {}", self.problem.resources[*resource].id)
            }
            Obstacle::Rule(rule) => format!("rule {rule}"),
            other => format!("{other:?}").to_lowercase(),
        }
    }
}
