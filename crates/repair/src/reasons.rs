//! Why a job is done when it is: what stands in its way, each reason tried.
//!
//! # How
//! The other jobs stay where they are, one thing is looked away from, and the job is placed again at its best
//! ([`crate::place`]), which is exact. What it gains is what that thing costs it. A rule of the law is tried by
//! reading the problem again without it.

use std::collections::BTreeSet;

use crate::board::{Board, Relaxed, Still};
use crate::carry::mapped;
use crate::place::{Scratch, Visit};
use crate::problem::{Day, Problem};
use crate::search::cheapest_place;

/// What stands in the way of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The job, by its place.
    pub job: usize,
    /// What it is.
    pub what: Obstacle,
    /// What the job would gain without it, in the currency of the scenario.
    pub gain: f64,
    /// By how many days it would be back sooner.
    pub days_sooner: Day,
    /// By how many days less it would be away.
    pub days_regained: Day,
}

/// Something in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// A dock that others hold: the dock, the job in it, and the day it is free.
    Dock {
        /// Its place.
        dock: usize,
        /// Who holds it when the job would want it.
        holder: Option<usize>,
        /// Day on which that one is out, set-up included.
        until: Option<Day>,
    },
    /// A dock that is shut.
    Closure(usize),
    /// A trade or team that others use.
    Trades(usize),
    /// Another visit of the same asset.
    Asset,
    /// The fleet that should stay ready.
    Fleet,
    /// The other jobs of its group.
    Group,
    /// A rule of the law, by id.
    Rule(String),
    /// No single thing: with all other jobs away it would be better.
    Several,
}

/// Returns what stands in the way of each job that pays more than it would alone, dearest first within a job;
/// `lifted` are the problems read without one rule each.
#[must_use]
pub fn reasons(
    problem: &Problem,
    visits: &[Option<Visit>],
    lifted: &[(String, Problem)],
) -> Vec<Reason> {
    let still = Still::of(problem);
    let mut scratch = Scratch::default();
    let mut board = fill(problem, &still, visits);
    let mut reasons = Vec::new();
    for (job, visit) in visits.iter().enumerate() {
        let Some(visit) = visit else { continue };
        board.take(job);
        let now = cheapest_place(&board, job, 0, &mut scratch);
        // Equal costs have other places: the one of the schedule is compared. None is found where leaving it out is cheaper.
        let Some(cost) = now
            .map(|(cost, _)| cost)
            .or(problem.jobs[job].deferral_cost)
        else {
            board.place(job, visit.clone());
            continue;
        };
        let mut found = Vec::new();
        let mut tried: BTreeSet<Relaxed> = BTreeSet::new();
        for option in problem.jobs[job]
            .tasks
            .iter()
            .flat_map(|task| &task.options)
        {
            tried.extend(
                option
                    .dock
                    .iter()
                    .flat_map(|dock| [Relaxed::Dock(*dock), Relaxed::Closure(*dock)]),
            );
            tried.extend(
                option
                    .uses
                    .iter()
                    .map(|(resource, _)| Relaxed::Resource(*resource)),
            );
        }
        tried.extend([Relaxed::Asset, Relaxed::Fleet, Relaxed::Group]);
        for relaxed in tried.iter().copied() {
            let Some((gain, better)) = gained(&mut board, job, relaxed, cost, &mut scratch) else {
                continue;
            };
            let what = match relaxed {
                Relaxed::Dock(dock) => {
                    let holder = holder(problem, visits, job, dock, &better);
                    Obstacle::Dock {
                        dock,
                        holder: holder.map(|(job, _)| job),
                        until: holder.map(|(_, until)| until),
                    }
                }
                Relaxed::Closure(dock) => Obstacle::Closure(dock),
                Relaxed::Resource(resource) => Obstacle::Trades(resource),
                Relaxed::Asset => Obstacle::Asset,
                Relaxed::Fleet => Obstacle::Fleet,
                Relaxed::Group => Obstacle::Group,
                Relaxed::Others => Obstacle::Several,
            };
            found.push(reason(job, what, gain, visit, &better));
        }
        for (rule, other) in lifted {
            let mine = other.jobs[job].tasks.iter().zip(&problem.jobs[job].tasks);
            // Options that the rule shuts, or opens later.
            if mine.clone().all(|(without, with)| {
                without.options.len() == with.options.len()
                    && without
                        .options
                        .iter()
                        .zip(&with.options)
                        .all(|(a, b)| a.windows == b.windows)
            }) {
                continue;
            }
            let still = Still::of(other);
            let Some(mapped) = mapped(problem, other, visits) else {
                continue;
            };
            let mut without = fill(other, &still, &mapped);
            without.take(job);
            if let Some((least, better)) = cheapest_place(&without, job, 0, &mut scratch)
                && least < cost - tolerance(cost)
            {
                found.push(reason(
                    job,
                    Obstacle::Rule(rule.clone()),
                    cost - least,
                    visit,
                    &better,
                ));
            }
        }
        if found.is_empty()
            && let Some((gain, better)) =
                gained(&mut board, job, Relaxed::Others, cost, &mut scratch)
        {
            found.push(reason(job, Obstacle::Several, gain, visit, &better));
        }
        found.sort_by(|a, b| b.gain.total_cmp(&a.gain));
        reasons.extend(found);
        board.place(job, visit.clone());
    }
    reasons
}

fn tolerance(cost: f64) -> f64 {
    1e-7 * cost.abs().min(1e12) + 1e-9
}

fn gained(
    board: &mut Board<'_>,
    job: usize,
    relaxed: Relaxed,
    cost: f64,
    scratch: &mut Scratch,
) -> Option<(f64, Visit)> {
    board.relaxed = Some(relaxed);
    let better = cheapest_place(board, job, 0, scratch);
    board.relaxed = None;
    let (least, better) = better?;
    (least < cost - tolerance(cost)).then_some((cost - least, better))
}

fn reason(job: usize, what: Obstacle, gain: f64, now: &Visit, better: &Visit) -> Reason {
    Reason {
        job,
        what,
        gain,
        days_sooner: now.back - better.back,
        days_regained: (now.back - now.out) - (better.back - better.out),
    }
}

/// Who holds a dock when a better place would want it, and until when.
fn holder(
    problem: &Problem,
    visits: &[Option<Visit>],
    job: usize,
    dock: usize,
    better: &Visit,
) -> Option<(usize, Day)> {
    let tasks = problem.jobs[job].tasks.iter().zip(&better.tasks);
    let stays = tasks.map(|(task, (option, start))| (&task.options[*option], *start));
    let (option, start) = { stays }.find(|(option, _)| option.dock == Some(dock))?;
    let set_up = problem.docks[dock].set_up;
    let mut found: Option<(usize, Day)> = None;
    for (other, visit) in visits.iter().enumerate().filter(|(other, _)| *other != job) {
        for (task, (chosen, begins)) in problem.jobs[other]
            .tasks
            .iter()
            .zip(visit.iter().flat_map(|visit| &visit.tasks))
        {
            let chosen = &task.options[*chosen];
            let until = begins + chosen.days + set_up;
            let meets = chosen.dock == Some(dock)
                && *begins < start + option.days + set_up
                && start < until;
            if meets && found.is_none_or(|(_, last)| until > last) {
                found = Some((other, until));
            }
        }
    }
    found
}

pub(crate) fn fill<'a>(
    problem: &'a Problem,
    still: &'a Still,
    visits: &[Option<Visit>],
) -> Board<'a> {
    let mut board = Board::new(problem, still);
    for (job, visit) in visits.iter().enumerate() {
        if let Some(visit) = visit {
            board.place(job, visit.clone());
        }
    }
    board
}
