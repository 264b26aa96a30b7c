//! What becomes of a schedule when work grows: honest dates instead of planned ones.
//!
//! # Formula
//! Work of a job turns out to be `median * exp(spread * z)` times what was planned, z normal and one for the
//! whole job: what is found when a ship is opened shows in all that follows. A task begins on its planned day, or as soon
//! after it as the tasks it waits for, the asset, and those before it in its dock are done. Sampled with a seed.
//!
//! # Limits
//! Nobody re-plans: orders in docks stay, no job is sent elsewhere, trades stretch with the work. So the
//! dates are on the safe side, as far as re-planning would help.

use std::collections::BTreeMap;

use crate::place::Visit;
use crate::problem::{Day, Problem};
use crate::search::Dice;

/// How often a schedule is played.
#[derive(Debug, Clone, Copy)]
pub struct GrowthOptions {
    /// Seed of the draws.
    pub seed: u64,
    /// Draws.
    pub draws: u32,
}

impl Default for GrowthOptions {
    fn default() -> Self {
        GrowthOptions {
            seed: 1,
            draws: 2000,
        }
    }
}

/// What becomes of a schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct Growth {
    /// By job that is placed, in order of the table.
    pub jobs: Vec<Promise>,
    /// Pairs that follow each other in a dock.
    pub conflicts: Vec<Conflict>,
    /// Share of jobs that are back by their planned day, over all draws.
    pub on_time: f64,
    /// Mean days behind plan of the jobs that are late.
    pub late_days: f64,
    /// Draws.
    pub draws: u32,
}

/// When a job can honestly be promised.
#[derive(Debug, Clone, PartialEq)]
pub struct Promise {
    /// Place of the job.
    pub job: usize,
    /// Planned day back.
    pub planned: Day,
    /// Day by which it is back in half of the draws.
    pub p50: Day,
    /// Day by which it is back in four of five draws.
    pub p80: Day,
    /// Share of draws in which it is back by its planned day.
    pub on_time: f64,
    /// Share of draws in which it is back by its due date.
    pub by_due: f64,
}

/// Two jobs that follow each other in a dock.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// Place of the dock.
    pub dock: usize,
    /// Who is in it.
    pub before: usize,
    /// Who comes next.
    pub after: usize,
    /// Planned first day of the next.
    pub planned: Day,
    /// Share of draws in which the dock is not free on that day.
    pub probability: f64,
    /// Mean days the next waits in those draws.
    pub wait_days: f64,
}

/// One task of a schedule, and what it waits for.
struct Piece {
    job: usize,
    start: Day,
    days: Day,
    growth: (f64, f64),
    /// Pieces before it, and the days between.
    after: Vec<(usize, Day)>,
    /// The piece that leaves its dock for it, and the days of set-up; the place of the pair.
    dock: Option<(usize, Day, usize)>,
    home: Day,
}

/// Returns what becomes of the schedule that `visits` are.
#[must_use]
pub fn grow(problem: &Problem, visits: &[Option<Visit>], options: GrowthOptions) -> Growth {
    let (pieces, mut conflicts) = pieces(problem, visits);
    let placed: Vec<(usize, &Visit)> = { visits.iter().enumerate() }
        .filter_map(|(job, visit)| visit.as_ref().map(|visit| (job, visit)))
        .collect();
    let mut backs: BTreeMap<usize, Vec<Day>> =
        placed.iter().map(|(job, _)| (*job, Vec::new())).collect();
    let mut waits = vec![(0u32, 0i64); conflicts.len()];
    let mut dice = Dice(options.seed);
    let mut factor = vec![0.0f64; problem.jobs.len()];
    let mut ends = vec![0; pieces.len()];
    for _ in 0..options.draws {
        for (job, _) in &placed {
            factor[*job] = normal(&mut dice);
        }
        let mut back: BTreeMap<usize, Day> = BTreeMap::new();
        for (n, piece) in pieces.iter().enumerate() {
            let mut start = piece.start;
            for (before, days) in &piece.after {
                start = start.max(ends[*before] + days);
            }
            if let Some((before, set_up, pair)) = piece.dock {
                let free: Day = ends[before] + set_up;
                if free > piece.start {
                    waits[pair].0 += 1;
                    waits[pair].1 += i64::from(free - piece.start);
                }
                start = start.max(free);
            }
            let grown =
                f64::from(piece.days) * piece.growth.0 * (piece.growth.1 * factor[piece.job]).exp();
            #[expect(clippy::cast_possible_truncation, reason = "days of work are small")]
            let days = grown.round().clamp(0.0, 1e6) as Day;
            ends[n] = start + days;
            let home = back.entry(piece.job).or_insert(Day::MIN);
            *home = (*home).max(ends[n] + piece.home);
        }
        for (job, day) in back {
            if let Some(days) = backs.get_mut(&job) {
                days.push(day);
            }
        }
    }
    let draws = f64::from(options.draws.max(1));
    for (conflict, (count, days)) in conflicts.iter_mut().zip(waits) {
        conflict.probability = f64::from(count) / draws;
        conflict.wait_days = if count > 0 {
            crate::board::amount(days) / f64::from(count)
        } else {
            0.0
        };
    }
    conflicts.sort_by(|a, b| {
        b.probability
            .total_cmp(&a.probability)
            .then((a.dock, a.planned).cmp(&(b.dock, b.planned)))
    });
    let (mut on_time, mut late, mut late_days) = (0u64, 0u64, 0i64);
    let mut jobs = Vec::new();
    for (job, visit) in placed {
        let mut days = backs.remove(&job).unwrap_or_default();
        days.sort_unstable();
        let at = |share: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a place in the list"
            )]
            let n = (share * draws).ceil().max(1.0) as usize - 1;
            days.get(n).copied().unwrap_or(visit.back)
        };
        let by = |day: Day| days.partition_point(|back| *back <= day);
        let in_time = by(visit.back);
        on_time += in_time as u64;
        for back in &days[in_time..] {
            late += 1;
            late_days += i64::from(back - visit.back);
        }
        let share = |count: usize| crate::board::amount(i64::try_from(count).unwrap_or(0)) / draws;
        jobs.push(Promise {
            job,
            planned: visit.back,
            p50: at(0.5),
            p80: at(0.8),
            on_time: share(in_time),
            by_due: share(by(problem.jobs[job].due)),
        });
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of draws are small")]
    let ratio = |part: u64, whole: u64| {
        if whole == 0 {
            0.0
        } else {
            part as f64 / whole as f64
        }
    };
    #[expect(clippy::cast_precision_loss, reason = "counts of days are small")]
    let late_days = if late == 0 {
        0.0
    } else {
        late_days as f64 / late as f64
    };
    Growth {
        jobs,
        conflicts,
        on_time: ratio(on_time, on_time + late),
        late_days,
        draws: options.draws,
    }
}

/// The tasks of a schedule in an order in which each comes after all it waits for.
fn pieces(problem: &Problem, visits: &[Option<Visit>]) -> (Vec<Piece>, Vec<Conflict>) {
    let mut order: Vec<(Day, usize, usize)> = Vec::new();
    for (job, visit) in visits.iter().enumerate() {
        let tasks = visit
            .iter()
            .flat_map(|visit| visit.tasks.iter().enumerate());
        order.extend(tasks.map(|(task, (_, start))| (*start, job, task)));
    }
    order.sort_unstable();
    let mut place: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut in_dock: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut last_of_asset: BTreeMap<usize, Vec<(usize, Day)>> = BTreeMap::new();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut conflicts = Vec::new();
    // Tasks of no days may share a first day with what they wait for: those that wait come later.
    order.sort_by_key(|(start, job, task)| (*start, *job, *task));
    for (start, job, task) in order {
        let data = &problem.jobs[job];
        let Some(visit) = &visits[job] else { continue };
        let row = &data.tasks[task];
        let option = &row.options[visit.tasks[task].0];
        let home = problem.assets[data.asset].home;
        let mut after: Vec<(usize, Day)> = Vec::new();
        for before in &row.after {
            let site = data.tasks[*before].options[visit.tasks[*before].0].site;
            if let Some(n) = place.get(&(job, *before)) {
                after.push((*n, problem.transit[site][option.site]));
            }
        }
        if row.after.is_empty() {
            // The asset must be home from its visit before.
            for (n, days) in last_of_asset.get(&data.asset).into_iter().flatten() {
                if pieces[*n].job != job {
                    after.push((*n, days + problem.transit[home][option.site]));
                }
            }
        }
        let n = pieces.len();
        let dock = option.dock.and_then(|dock| {
            let set_up = problem.docks[dock].set_up;
            let inside = in_dock.entry(dock).or_default();
            let ships = usize::try_from(problem.docks[dock].ships).unwrap_or(usize::MAX);
            // The place it takes is that of the one planned to leave first among the last that hold it.
            let before = if inside.len() >= ships {
                let soonest = inside
                    .iter()
                    .copied()
                    .min_by_key(|m| (pieces[*m].start + pieces[*m].days, *m));
                inside.retain(|m| Some(*m) != soonest);
                soonest
            } else {
                None
            };
            inside.push(n);
            let before = before.filter(|m| pieces[*m].job != job)?;
            conflicts.push(Conflict {
                dock,
                before: pieces[before].job,
                after: job,
                planned: start,
                probability: 0.0,
                wait_days: 0.0,
            });
            Some((before, set_up, conflicts.len() - 1))
        });
        let back = problem.transit[option.site][home];
        pieces.push(Piece {
            job,
            start,
            days: option.days,
            growth: option.growth,
            after,
            dock,
            home: back,
        });
        place.insert((job, task), n);
        last_of_asset.entry(data.asset).or_default().push((n, back));
    }
    (pieces, conflicts)
}

/// A draw of the normal distribution (Box and Muller).
fn normal(dice: &mut Dice) -> f64 {
    let (u, v) = (1.0 - dice.share(), dice.share());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}
