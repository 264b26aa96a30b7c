//! Why a job that must be done has no place: each reason tried.
//!
//! # How
//! The job is placed alone, and beside the others where they are. What gives it a place when it alone is looked away from is a
//! reason: a deadline, days on which the law opens no mode, a closure, a trade of which there never is enough, others that hold
//! a dock. Where no single thing does, that is said.

use std::collections::BTreeSet;

use crate::board::{Board, Relaxed, Still};
use crate::carry::mapped;
use crate::place::{Scratch, Visit};
use crate::problem::{Day, Problem};
use crate::reasons::fill;
use crate::search::cheapest_place;

/// Why a job has no place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nowhere {
    /// The job, by its place.
    pub job: usize,
    /// What is in the way.
    pub what: Lack,
}

/// What a job without a place lacks. It would have one without this alone, but for the first, which says what is shut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// A task of which every mode is shut, by its place in the job.
    Mode(usize),
    /// A rule of the law, by id.
    Rule(String),
    /// Time: the deadline.
    Deadline,
    /// A day on which a mode may begin, under the law or because work has begun.
    Days,
    /// A trade of which there is too little even with nobody else.
    Trade(usize),
    /// A dock while it is shut.
    Closure(usize),
    /// A site while it is shut.
    Site(usize),
    /// A dock that others hold.
    Dock(usize),
    /// A trade that others use.
    UsedTrade(usize),
    /// Its asset, away for another job.
    Asset,
    /// Several of these at once.
    Several,
}

/// Returns why each job that must be done and has no place in `visits` has none, in order of the jobs; `lifted` are the problems
/// read without one rule each.
#[must_use]
pub fn nowhere(
    problem: &Problem,
    visits: &[Option<Visit>],
    lifted: &[(String, Problem)],
) -> Vec<Nowhere> {
    let mut all = Vec::new();
    for (job, data) in problem.jobs.iter().enumerate() {
        if visits[job].is_some() || data.deferral_cost.is_some() {
            continue;
        }
        let shut = data.tasks.iter().enumerate();
        let mut found: Vec<Lack> = shut
            .filter(|(_, task)| task.options.is_empty())
            .map(|(task, _)| Lack::Mode(task))
            .collect();
        for (rule, other) in lifted {
            let others = mapped(problem, other, visits);
            if others.is_some_and(|others| fits(other, job, &others, None)) {
                found.push(Lack::Rule(rule.clone()));
            }
        }
        if data.tasks.iter().all(|task| !task.options.is_empty()) {
            let nobody = vec![None; visits.len()];
            if fits(problem, job, &nobody, None) {
                found.extend(held(problem, job, visits));
            } else {
                found.extend(alone(problem, job, &nobody));
            }
            if found.is_empty() {
                found.push(Lack::Several);
            }
        }
        all.extend(found.into_iter().map(|what| Nowhere { job, what }));
    }
    all
}

fn fits(problem: &Problem, job: usize, visits: &[Option<Visit>], relaxed: Option<Relaxed>) -> bool {
    let still = Still::of(problem);
    let mut board: Board<'_> = fill(problem, &still, visits);
    board.relaxed = relaxed;
    cheapest_place(&board, job, 0, &mut Scratch::default()).is_some()
}

/// What others have that it lacks.
fn held(problem: &Problem, job: usize, visits: &[Option<Visit>]) -> Vec<Lack> {
    let (docks, trades) = uses(problem, job);
    let docks = docks
        .into_iter()
        .map(|dock| (Relaxed::Dock(dock), Lack::Dock(dock)));
    let trades = trades
        .into_iter()
        .map(|trade| (Relaxed::Resource(trade), Lack::UsedTrade(trade)));
    docks
        .chain(trades)
        .chain([(Relaxed::Asset, Lack::Asset)])
        .filter(|(relaxed, _)| fits(problem, job, visits, Some(*relaxed)))
        .map(|(_, lack)| lack)
        .collect()
}

/// What it lacks even with nobody else there.
fn alone(problem: &Problem, job: usize, nobody: &[Option<Visit>]) -> Vec<Lack> {
    let tried = |change: &dyn Fn(&mut Problem)| {
        let mut other = problem.clone();
        change(&mut other);
        fits(&other, job, nobody, None)
    };
    let mut found = Vec::new();
    if tried(&|other| other.jobs[job].deadline = None) {
        found.push(Lack::Deadline);
    }
    let last = Day::try_from(problem.days).unwrap_or(Day::MAX);
    let always = |other: &mut Problem| {
        let tasks = other.jobs[job].tasks.iter_mut();
        for option in tasks.flat_map(|task| &mut task.options) {
            option.windows = vec![(0, last)];
        }
    };
    if tried(&always) {
        found.push(Lack::Days);
    }
    let (docks, trades) = uses(problem, job);
    for trade in trades {
        if tried(&|other| other.resources[trade].regular.fill(i64::MAX / 4)) {
            found.push(Lack::Trade(trade));
        }
    }
    for dock in docks {
        let open = |other: &mut Problem| {
            other.docks[dock].closed.clear();
            other.docks[dock].parts.clear();
        };
        if tried(&open) {
            found.push(Lack::Closure(dock));
        }
    }
    let options = problem.jobs[job]
        .tasks
        .iter()
        .flat_map(|task| &task.options);
    let sites: BTreeSet<usize> = options.map(|option| option.site).collect();
    for site in sites {
        if tried(&|other| other.closed_sites[site].clear()) {
            found.push(Lack::Site(site));
        }
    }
    found
}

/// Docks and trades that a job can use.
fn uses(problem: &Problem, job: usize) -> (BTreeSet<usize>, BTreeSet<usize>) {
    let options = || {
        problem.jobs[job]
            .tasks
            .iter()
            .flat_map(|task| &task.options)
    };
    let trades = options().flat_map(|option| option.uses.iter().map(|(trade, _)| *trade));
    (
        options().filter_map(|option| option.dock).collect(),
        trades.collect(),
    )
}
