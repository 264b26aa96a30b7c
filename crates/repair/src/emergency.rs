//! Emergent work: damage nobody planned for. Who is bumped, at what price, and what else could be done?
//!
//! The new job is like one of the same kind of the same asset, or of its class. What has begun by then stays as it is;
//! everything else may move, at a price for each day moved.

use crate::place::Visit;
use crate::problem::{Day, Problem};
use crate::schedule::Schedule;
use crate::search::{Options, Outcome, Watch, schedule_from};

/// Days not ready that a job elsewhere than planned costs; a day moved costs one.
pub const CHANGE_DAYS: f64 = 14.0;

/// A schedule that is disturbed on a day by a new job.
#[derive(Debug, Clone)]
pub struct Emergency {
    /// The problem with the new job, what has begun held as it is.
    pub problem: Problem,
    /// What was planned, in its terms.
    pub before: Vec<Option<Visit>>,
    /// Place of the new job.
    pub job: usize,
}

impl Emergency {
    /// `problem` has the new job `job`; `planned` is the schedule it disturbs on `day`. None where `problem` lacks the
    /// new job, or something that is planned.
    #[must_use]
    pub fn new(problem: &Problem, job: &str, planned: &Schedule, day: Day) -> Option<Self> {
        let mut problem = problem.clone();
        let mut before = Vec::new();
        let new = problem.jobs.iter().position(|data| data.id == job)?;
        for data in &mut problem.jobs {
            let Some(done) = planned.jobs.iter().find(|done| done.job == data.id) else {
                // What is left out, and the new job, is not done in the past.
                data.release = data.release.max(day);
                before.push(None);
                continue;
            };
            let begun = done.out < day;
            let mut tasks = Vec::new();
            for task in &mut data.tasks {
                let planned = done.tasks.iter().find(|planned| planned.task == task.id)?;
                let same = task.options.iter().position(|option| {
                    let dock = option.dock.map(|dock| problem.docks[dock].id.as_str());
                    option.mode == planned.mode && dock == planned.dock.as_deref()
                })?;
                if begun {
                    let mut only = task.options[same].clone();
                    only.windows = vec![(planned.start, planned.start + 1)];
                    task.options = vec![only];
                    tasks.push((0, planned.start));
                } else {
                    tasks.push((same, planned.start));
                }
            }
            if !begun {
                // Nobody leaves in the past.
                data.release = data.release.max(day);
            }
            before.push(Some(Visit {
                out: done.out,
                back: done.back,
                tasks,
            }));
        }
        Some(Emergency {
            problem,
            before,
            job: new,
        })
    }

    /// The best answer to it.
    #[must_use]
    pub fn answer(&self, options: &Options, watch: &mut Watch<'_>) -> Outcome {
        schedule_from(&self.problem, Some(&self.before), options, watch)
    }

    /// Docks the new job could use.
    #[must_use]
    pub fn docks(&self) -> Vec<usize> {
        let options = self.problem.jobs[self.job]
            .tasks
            .iter()
            .flat_map(|task| &task.options);
        let mut docks: Vec<usize> = options.filter_map(|option| option.dock).collect();
        docks.sort_unstable();
        docks.dedup();
        docks
    }

    /// The same with the new job held to one dock; none where it cannot be done there.
    #[must_use]
    pub fn in_dock(&self, dock: usize) -> Option<Self> {
        let mut held = self.clone();
        let tasks = &mut held.problem.jobs[self.job].tasks;
        for task in tasks
            .iter_mut()
            .filter(|task| task.options.iter().any(|option| option.dock.is_some()))
        {
            task.options.retain(|option| option.dock == Some(dock));
        }
        tasks
            .iter()
            .all(|task| !task.options.is_empty())
            .then_some(held)
    }

    /// Jobs that are elsewhere, or at another time, than planned: place, then and now.
    #[must_use]
    pub fn bumped<'a>(
        &'a self,
        outcome: &'a Outcome,
    ) -> Vec<(usize, Option<&'a Visit>, Option<&'a Visit>)> {
        let pairs = self.before.iter().zip(&outcome.visits).enumerate();
        let pairs = pairs.filter(|(job, (then, now))| *job != self.job && then != now);
        pairs
            .map(|(job, (then, now))| (job, then.as_ref(), now.as_ref()))
            .collect()
    }
}
