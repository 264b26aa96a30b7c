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

/// The visits that fit in `to` as well, taken in order of their jobs; none for the others.
#[must_use]
pub fn carried(from: &Problem, to: &Problem, visits: &[Option<Visit>]) -> Vec<Option<Visit>> {
    let wanted: Vec<Option<Visit>> = { visits.iter().enumerate() }
        .map(|(job, visit)| in_other(from, to, job, visit.as_ref()?))
        .collect();
    // A job that is held to its days and docks has one place, or none.
    let mut held = to.clone();
    for (data, visit) in held.jobs.iter_mut().zip(&wanted) {
        for (task, (option, start)) in data
            .tasks
            .iter_mut()
            .zip(visit.iter().flat_map(|visit| &visit.tasks))
        {
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
    for (job, _) in wanted
        .iter()
        .enumerate()
        .filter(|(_, visit)| visit.is_some())
    {
        if let Some((_, visit)) = cheapest_place(&board, job, 0, &mut scratch) {
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
