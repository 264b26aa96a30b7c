//! Emergent work: damage nobody planned for. Who is bumped, at what price, and what else could be done?
//!
//! The new job is like one of the same kind of the same asset, or of its class. What has begun by then stays, everything
//! else may move, and moving what was planned has a price: each day as much as a tenth of a day not ready.

use crate::place::Visit;
use crate::problem::{AgreedData, Day, JobData, Problem};
use crate::search::{Options, Outcome, Watch, schedule_from};

/// Share of a day not ready that a day moved costs.
const MOVE_SHARE: f64 = 0.1;

/// Why there is no emergency to plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EmergencyError {
    /// The asset is not in the tables.
    #[error("asset `{0}` is not in assets")]
    UnknownAsset(String),
    /// No job tells what work of that kind is.
    #[error("no job of kind `{kind}` of `{asset}` or its class tells what is to be done; there are {known}")]
    UnknownKind {
        /// The asset.
        asset: String,
        /// The kind asked for.
        kind: String,
        /// Kinds there are.
        known: String,
    },
    /// The day is not in the horizon.
    #[error("day {0} is outside the horizon")]
    OutsideHorizon(Day),
}

/// The problem with the new job, the schedule it disturbs in its terms, and the place of the job.
#[derive(Debug, Clone)]
pub struct Emergency {
    /// The problem with the new job.
    pub problem: Problem,
    /// What was planned.
    pub before: Vec<Option<Visit>>,
    /// Place of the new job, the last.
    pub job: usize,
    /// Id of the job it is like.
    pub like: String,
    /// The day it is needed.
    pub day: Day,
}

impl Emergency {
    /// A job like `like` for `asset` from `day` on, in a schedule that `visits` are.
    ///
    /// # Errors
    /// Fails where the day is outside the horizon.
    pub fn new(problem: &Problem, visits: &[Option<Visit>], asset: usize, like: usize, day: Day) -> Result<Self, EmergencyError> {
        if day < 0 || day >= problem.horizon {
            return Err(EmergencyError::OutsideHorizon(day));
        }
        let mut changed = problem.clone();
        let mut before = visits.to_vec();
        for (job, visit) in visits.iter().enumerate() {
            let data = &mut changed.jobs[job];
            let Some(visit) = visit else {
                // What is left out is not done in the past.
                data.release = data.release.max(day);
                continue;
            };
            let begun = visit.out < day;
            let mut tasks = Vec::new();
            for (task, (option, start)) in data.tasks.iter_mut().zip(&visit.tasks) {
                if begun {
                    // What has begun stays as it is.
                    let mut only = task.options[*option].clone();
                    only.windows = vec![(*start, start + 1)];
                    task.options = vec![only];
                    tasks.push((0, *start));
                } else {
                    task.agreed = Some(AgreedData {
                        mode: task.options[*option].mode.clone(),
                        start: *start,
                        move_cost: MOVE_SHARE * data.not_ready_cost,
                        change_cost: 0.0,
                    });
                    tasks.push((*option, *start));
                }
            }
            if !begun {
                data.release = data.release.max(day.min(visit.out));
            }
            before[job] = Some(Visit { tasks, ..visit.clone() });
        }
        let job = changed.jobs.len();
        let template = problem.jobs[like].clone();
        let work: Day = { template.tasks.iter() }
            .map(|task| task.options.iter().map(|option| option.days).min().unwrap_or(0))
            .sum();
        let id = format!("{}-emergency", problem.assets[asset].id);
        let tasks: Vec<_> = { template.tasks.iter() }.map(|task| {
            let mut task = task.clone();
            task.id = format!("{id}-{}", task.id);
            task.agreed = None;
            task
        }).collect();
        changed.jobs.push(JobData {
            id,
            asset,
            release: day,
            due: day + work,
            deadline: None,
            deferral_cost: None,
            group: None,
            tasks,
            ..template.clone()
        });
        before.push(None);
        Ok(Emergency { problem: changed, before, job, like: template.id, day })
    }

    /// The best answer to it.
    #[must_use]
    pub fn answer(&self, options: &Options, watch: &mut Watch<'_>) -> Outcome {
        schedule_from(&self.problem, Some(&self.before), options, watch)
    }

    /// The same with the new job held to one dock, or to modes without a dock.
    #[must_use]
    pub fn in_dock(&self, dock: Option<usize>) -> Option<Self> {
        let mut held = self.clone();
        let tasks = &mut held.problem.jobs[self.job].tasks;
        let mut found = dock.is_none();
        for task in tasks.iter_mut() {
            if task.options.iter().any(|option| option.dock == dock && dock.is_some()) {
                task.options.retain(|option| option.dock == dock);
                found = true;
            } else if dock.is_none() {
                task.options.retain(|option| option.dock.is_none());
            }
        }
        let possible = tasks.iter().all(|task| !task.options.is_empty());
        (found && possible).then_some(held)
    }

    /// Jobs that are elsewhere, or at another time, than planned: place, then and now.
    #[must_use]
    pub fn bumped<'a>(&'a self, outcome: &'a Outcome) -> Vec<(usize, Option<&'a Visit>, Option<&'a Visit>)> {
        let pairs = self.before.iter().zip(&outcome.visits).enumerate();
        let pairs = pairs.filter(|(job, (then, now))| *job != self.job && then != now);
        pairs.map(|(job, (then, now))| (job, then.as_ref(), now.as_ref())).collect()
    }
}
