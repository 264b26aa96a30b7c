//! A schedule in the words of the tables: which task, in which mode and dock, from which day.

use crate::place::Visit;
use crate::problem::{Day, Problem};

/// Start, mode and dock of every task.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Schedule {
    /// The jobs that are done, in order of their table.
    pub jobs: Vec<DoneJob>,
    /// Jobs left out at their price.
    pub deferred: Vec<String>,
    /// Jobs that must be done and have no place.
    pub unplaced: Vec<String>,
}

/// A job that is done.
#[derive(Debug, Clone, PartialEq)]
pub struct DoneJob {
    /// Its id.
    pub job: String,
    /// Its asset.
    pub asset: String,
    /// Day on which the asset leaves its home.
    pub out: Day,
    /// Day on which it is back and ready.
    pub back: Day,
    /// Its tasks, in the order they wait for each other.
    pub tasks: Vec<DoneTask>,
}

/// A task that is done.
#[derive(Debug, Clone, PartialEq)]
pub struct DoneTask {
    /// Its id.
    pub task: String,
    /// The mode.
    pub mode: String,
    /// The dock.
    pub dock: Option<String>,
    /// First day.
    pub start: Day,
    /// First day no longer.
    pub end: Day,
}

impl Schedule {
    /// The schedule that `visits` of a problem are.
    #[must_use]
    pub fn of(problem: &Problem, visits: &[Option<Visit>]) -> Self {
        let mut schedule = Schedule::default();
        for (data, visit) in problem.jobs.iter().zip(visits) {
            let Some(visit) = visit else {
                match data.deferral_cost {
                    Some(_) => schedule.deferred.push(data.id.clone()),
                    None => schedule.unplaced.push(data.id.clone()),
                }
                continue;
            };
            let tasks = data
                .tasks
                .iter()
                .zip(&visit.tasks)
                .map(|(task, (option, start))| {
                    let option = &task.options[*option];
                    DoneTask {
                        task: task.id.clone(),
                        mode: option.mode.clone(),
                        dock: option.dock.map(|dock| problem.docks[dock].id.clone()),
                        start: *start,
                        end: start + option.days,
                    }
                });
            schedule.jobs.push(DoneJob {
                job: data.id.clone(),
                asset: problem.assets[data.asset].id.clone(),
                out: visit.out,
                back: visit.back,
                tasks: tasks.collect(),
            });
        }
        schedule
    }
}
