//! Emergent work: damage nobody planned for. Who is bumped, at what price, and what else could be done?
//!
//! The new job is like one of the same kind of the same asset, or of its class; the asset is not ready from its damage on.
//! What has begun by then stays as it is; everything else may move, at a price for each day moved.

use crate::board::Still;
use crate::carry::{carried_after, cost, mapped};
use crate::place::{Scratch, Visit};
use crate::problem::{Day, Problem};
use crate::reasons::fill;
use crate::schedule::Schedule;
use crate::search::{Options, Outcome, Status, Watch, cheapest_place, schedule_from};

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
    /// Jobs that have begun.
    begun: Vec<bool>,
}

impl Emergency {
    /// `problem` has the new job `job`; `planned` is the schedule it disturbs on `day`. None where `problem` lacks the
    /// new job, or something that is planned.
    #[must_use]
    pub fn new(problem: &Problem, job: &str, planned: &Schedule, day: Day) -> Option<Self> {
        let mut problem = problem.clone();
        let mut before = Vec::new();
        let mut under_way = Vec::new();
        let new = problem.jobs.iter().position(|data| data.id == job)?;
        for data in &mut problem.jobs {
            let Some(done) = planned.jobs.iter().find(|done| done.job == data.id) else {
                // What is left out, and the new job, is not done in the past.
                data.release = data.release.max(day);
                before.push(None);
                under_way.push(false);
                continue;
            };
            let begun = done.out < day;
            under_way.push(begun);
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
            begun: under_way,
        })
    }

    /// The best answer to it.
    #[must_use]
    pub fn answer(&self, options: &Options, watch: &mut Watch<'_>) -> Outcome {
        let known = self.around(self.place(|_| true));
        schedule_from(&self.problem, Some(&known), options, watch)
    }

    /// The cheapest place of the new job beside what is planned of the jobs for which `stays` holds and that are of other assets,
    /// and beside all that has begun.
    fn place(&self, stays: impl Fn(usize) -> bool) -> Option<Visit> {
        let asset = self.problem.jobs[self.job].asset;
        let there = { self.before.iter().enumerate() }.map(|(job, visit)| {
            let other = self.problem.jobs[job].asset != asset;
            let kept = self.begun[job] || (other && stays(job));
            visit.clone().filter(|_| kept)
        });
        let there: Vec<Option<Visit>> = there.collect();
        let still = Still::of(&self.problem);
        let board = fill(&self.problem, &still, &there);
        let place = cheapest_place(&board, self.job, 0, &mut Scratch::default());
        place.map(|(_, visit)| visit)
    }

    /// What is planned around a place of the new job: what does not fit beside it is placed anew, each at its cheapest.
    fn around(&self, place: Option<Visit>) -> Vec<Option<Visit>> {
        let mut wanted = self.before.clone();
        wanted[self.job] = place;
        carried_after(&self.problem, &self.problem, &wanted, Some(self.job))
    }

    /// The answer in which everybody else stays: exact, so nothing is searched. None where the new job has no place so.
    #[must_use]
    pub fn untouched(&self) -> Option<Vec<Option<Visit>>> {
        let place = self.place(|_| true)?;
        Some(self.around(Some(place)))
    }

    /// The same with the new job where it would be if only what has begun were there, and everybody else around it; none where it
    /// has no place so.
    #[must_use]
    pub fn at_once(&self) -> Option<Self> {
        let place = self.place(|_| false)?;
        let mut held = self.clone();
        let tasks = held.problem.jobs[self.job].tasks.iter_mut();
        for (task, (option, start)) in tasks.zip(&place.tasks) {
            let mut only = task.options[*option].clone();
            only.windows = vec![(*start, start + 1)];
            task.options = vec![only];
        }
        Some(held)
    }

    /// What it costs at least to look like it with the new job held to a dock: beside all others as planned, or with the others
    /// placed anew around it, without a search.
    #[must_use]
    pub fn guess(&self) -> Option<f64> {
        let ways = [self.place(|_| true), self.place(|_| false)];
        let costs = ways.into_iter().flatten().map(|place| {
            let cost = cost(&self.problem, &self.around(Some(place)));
            (cost.unplaced, cost.total())
        });
        let least = costs.min_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        least.filter(|least| least.0 == 0).map(|least| least.1)
    }

    /// An outcome of a problem with the new job held, in terms of this one.
    #[must_use]
    pub fn freed(&self, held: &Self, outcome: Outcome) -> Option<Outcome> {
        let visits = mapped(&held.problem, &self.problem, &outcome.visits)?;
        Some(Outcome { visits, ..outcome })
    }

    /// Visits of this problem as an outcome, bounded by that of another.
    #[must_use]
    pub fn outcome(&self, visits: Vec<Option<Visit>>, bounded: &Outcome) -> Outcome {
        let cost = cost(&self.problem, &visits);
        Outcome {
            visits,
            cost,
            bound: bounded.bound.min(cost.total()),
            status: Status::Feasible,
            ..bounded.clone()
        }
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
