//! Visits of one problem in another of the same jobs: what a changed scenario, or another law, leaves of a schedule.

use crate::board::{Board, Cost, Still};
use crate::place::{Scratch, Visit};
use crate::problem::{Day, OptionData, Problem};
use crate::reasons::fill;
use crate::search::cheapest_place;

/// The same visits where `to` opens no less than `from` does; none where an option is not in it.
#[must_use]
pub fn mapped(
    from: &Problem,
    to: &Problem,
    visits: &[Option<Visit>],
) -> Option<Vec<Option<Visit>>> {
    let each = visits.iter().enumerate();
    each.map(|(job, visit)| match visit {
        Some(visit) => Some(Some(in_other(from, to, job, visit)?)),
        None => Some(None),
    })
    .collect()
}

/// The visits that fit in `to` as well, taken in order of their jobs, and the cheapest place left for each of the others; none
/// where leaving it out is cheaper, or nothing fits.
#[must_use]
pub fn carried(from: &Problem, to: &Problem, visits: &[Option<Visit>]) -> Vec<Option<Visit>> {
    carried_after(from, to, visits, None)
}

/// The same where one job has its place before all others.
pub(crate) fn carried_after(
    from: &Problem,
    to: &Problem,
    visits: &[Option<Visit>],
    first: Option<usize>,
) -> Vec<Option<Visit>> {
    let still = Still::of(to);
    let mut board = fill(to, &still, &fitting(from, to, visits, first));
    let mut scratch = Scratch::default();
    for job in first.into_iter().chain(0..to.jobs.len()) {
        if board.visits[job].is_none()
            && let Some((_, visit)) = cheapest_place(&board, job, 0, &mut scratch)
        {
            board.place(job, visit);
        }
    }
    board.visits
}

/// The visits that fit in `to` as well, taken in order of their jobs, one of them first; none for the others.
fn fitting(
    from: &Problem,
    to: &Problem,
    visits: &[Option<Visit>],
    first: Option<usize>,
) -> Vec<Option<Visit>> {
    let wanted: Vec<Option<Visit>> = { visits.iter().enumerate() }
        .map(|(job, visit)| in_other(from, to, job, visit.as_ref()?))
        .collect();
    // A job that is held to its days and docks has one place, or none.
    let mut held = to.clone();
    for (data, visit) in held.jobs.iter_mut().zip(&wanted) {
        let stays = visit.iter().flat_map(|visit| &visit.tasks);
        for (task, (option, start)) in data.tasks.iter_mut().zip(stays) {
            let mut only = task.options[*option].clone();
            let open = { only.windows.iter() }.any(|(from, until)| (*from..*until).contains(start));
            only.windows = if open {
                vec![(*start, start + 1)]
            } else {
                Vec::new()
            };
            task.options = vec![only];
        }
    }
    let still = Still::of(&held);
    let mut board = Board::new(&held, &still);
    let mut scratch = Scratch::default();
    for job in first.into_iter().chain(0..wanted.len()) {
        if wanted[job].is_some()
            && board.visits[job].is_none()
            && let Some((_, visit)) = cheapest_place(&board, job, 0, &mut scratch)
        {
            board.place(job, visit);
        }
    }
    let pairs = wanted.into_iter().zip(board.visits);
    pairs
        .map(|(wanted, placed)| {
            let Visit { out, back, .. } = placed?;
            let tasks = wanted?.tasks;
            Some(Visit { out, back, tasks })
        })
        .collect()
}

/// Whether a job could be done in `to` as in a visit of `from`, were nobody else there.
#[must_use]
pub fn is_open(from: &Problem, to: &Problem, job: usize, visit: &Visit) -> bool {
    let Some(visit) = in_other(from, to, job, visit) else {
        return false;
    };
    let mut tasks = to.jobs[job].tasks.iter().zip(&visit.tasks);
    tasks.all(|(task, (option, start))| {
        let option = &task.options[*option];
        let end = start + option.days;
        let shut = option
            .dock
            .map_or(&to.closed_sites[option.site], |dock| &to.docks[dock].closed);
        let length = to.assets[to.jobs[job].asset].size[0];
        let short = option.dock.is_some_and(|dock| {
            let mut parts = to.docks[dock].parts.iter();
            parts.any(|part| part.length < length && part.from < end && *start < part.until)
        });
        !short
            && option
                .windows
                .iter()
                .any(|(from, until)| (*from..*until).contains(start))
            && !shut
                .iter()
                .any(|(from, until)| *from < end && *start < *until)
    })
}

/// Whether whatever can be done in `narrow` can be done in `wide` at no more cost: it has the same jobs, and no mode, day of a
/// dock or unit of a trade less.
#[must_use]
pub fn is_within(narrow: &Problem, wide: &Problem) -> bool {
    bare(narrow) == bare(wide)
        && modes_within(narrow, wide)
        && docks_within(narrow, wide)
        && trades_within(narrow, wide)
}

/// A problem without what may be more or less.
fn bare(problem: &Problem) -> Problem {
    let mut bare = problem.clone();
    bare.shut.clear();
    for task in bare.jobs.iter_mut().flat_map(|job| &mut job.tasks) {
        task.options.clear();
    }
    for dock in &mut bare.docks {
        dock.closed.clear();
    }
    for resource in &mut bare.resources {
        resource.regular.clear();
        resource.overtime.clear();
    }
    bare
}

fn modes_within(narrow: &Problem, wide: &Problem) -> bool {
    let whenever = |option: &OptionData| OptionData {
        windows: Vec::new(),
        ..option.clone()
    };
    let jobs = narrow.jobs.iter().zip(&wide.jobs);
    let mut tasks = jobs.flat_map(|(few, many)| few.tasks.iter().zip(&many.tasks));
    tasks.all(|(few, many)| {
        few.options.iter().all(|option| {
            many.options.iter().any(|other| {
                whenever(option) == whenever(other) && covered(&option.windows, &other.windows)
            })
        })
    })
}

fn docks_within(narrow: &Problem, wide: &Problem) -> bool {
    let mut pairs = narrow.docks.iter().zip(&wide.docks);
    pairs.all(|(narrow, wide)| covered(&wide.closed, &narrow.closed))
}

fn trades_within(narrow: &Problem, wide: &Problem) -> bool {
    let mut pairs = narrow.resources.iter().zip(&wide.resources);
    pairs.all(|(few, many)| {
        let few = few.regular.iter().zip(&few.overtime);
        let many = many.regular.iter().zip(&many.overtime);
        few.len() == many.len()
            && few
                .zip(many)
                .all(|((few, over), (many, more))| few <= many && few + over <= many + more)
    })
}

/// Whether every day of some spans is in one of others.
fn covered(days: &[(Day, Day)], by: &[(Day, Day)]) -> bool {
    let mut by = by.to_vec();
    by.sort_unstable();
    days.iter().all(|(from, until)| {
        let reached = by.iter().fold(*from, |reached, (begins, ends)| {
            if *begins <= reached {
                reached.max(*ends)
            } else {
                reached
            }
        });
        reached >= *until
    })
}

/// What visits cost.
#[must_use]
pub fn cost(problem: &Problem, visits: &[Option<Visit>]) -> Cost {
    fill(problem, &Still::of(problem), visits).cost()
}

/// A visit by the places that its options have in another problem.
fn in_other(from: &Problem, to: &Problem, job: usize, visit: &Visit) -> Option<Visit> {
    let tasks = from.jobs[job].tasks.iter().zip(&to.jobs[job].tasks);
    let tasks: Option<Vec<(usize, Day)>> = tasks
        .zip(&visit.tasks)
        .map(|((old, new), (option, start))| {
            let was = &old.options[*option];
            let same = |other: &OptionData| other.row == was.row && other.dock == was.dock;
            Some((new.options.iter().position(same)?, *start))
        })
        .collect();
    Some(Visit {
        out: visit.out,
        back: visit.back,
        tasks: tasks?,
    })
}
