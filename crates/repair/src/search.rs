//! A first schedule at once, and better ones while steps and time last.
//!
//! A first schedule places the jobs one after the other, each at its best ([`crate::place`]). Then some jobs
//! are taken out, such as those that share a dock at the same time, and placed again in another order; what
//! comes out is kept if it is cheaper, or dearer by no more than a shrinking allowance. In between the prices of
//! the bound tell an order to begin anew with.
//!
//! Rounds are equal pieces of work: in each, two searches run side by side with the bound, and the best of
//! them goes on. So the outcome depends on the seed and the count of rounds, never on threads or the clock, unless
//! a time limit cuts the rounds short.

use std::time::{Duration, Instant};

use crate::board::{Board, Cost, Still};
use crate::bound::{Bound, first_window};
use crate::place::{Scratch, Visit, best};
use crate::problem::{Day, Problem};

/// How long to search.
#[derive(Debug, Clone)]
pub struct Options {
    /// Seed of every choice left to chance.
    pub seed: u64,
    /// Rounds of search.
    pub rounds: u32,
    /// Time after which no further round begins; none: all rounds.
    pub time_limit: Option<Duration>,
    /// Gap at which the search stops.
    pub gap: f64,
    /// Threads, which change nothing but the time it takes.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            seed: 1,
            rounds: 20,
            time_limit: None,
            gap: 0.001,
            threads: 2,
        }
    }
}

/// Told about the search while it runs, and asked whether to go on.
pub struct Watch<'a> {
    /// Whether somebody wants the best so far now.
    pub stop: &'a (dyn Fn() -> bool + Sync),
    /// Called after each round with its number, the cost and the bound.
    pub progress: &'a mut dyn FnMut(Progress),
}

/// Where the search stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Rounds done; none after the first schedule.
    pub round: u32,
    /// Rounds in all.
    pub rounds: u32,
    /// Cost of the best schedule.
    pub cost: f64,
    /// What no schedule can be cheaper than.
    pub bound: f64,
}

/// How sure an outcome is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// No schedule is cheaper by more than the gap asked for.
    Optimal,
    /// All rounds are done.
    Feasible,
    /// Time was up.
    TimeLimit,
    /// Somebody stopped it.
    Stopped,
    /// Some job that must be done has no place.
    Infeasible,
}

impl Status {
    /// The word of the status.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Optimal => "optimal",
            Status::Feasible => "feasible",
            Status::TimeLimit => "time-limit",
            Status::Stopped => "stopped",
            Status::Infeasible => "infeasible",
        }
    }
}

/// The best schedule found.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Where each job is placed, by place in its table; none is left out.
    pub visits: Vec<Option<Visit>>,
    /// What it costs.
    pub cost: Cost,
    /// What no schedule can be cheaper than.
    pub bound: f64,
    /// How sure it is.
    pub status: Status,
    /// Rounds done.
    pub rounds: u32,
    /// What one more asset in a dock is worth, by dock and day.
    pub dock_prices: Vec<Vec<f64>>,
    /// What the capacity of a day is worth as a whole, by resource and day.
    pub resource_prices: Vec<Vec<f64>>,
    /// Time until the first schedule was there.
    pub first_after: Duration,
}

impl Outcome {
    /// How much cheaper a schedule may be at most, as a share of the cost.
    #[must_use]
    pub fn gap(&self) -> f64 {
        gap(self.cost.total(), self.bound)
    }
}

fn gap(cost: f64, bound: f64) -> f64 {
    if cost <= bound || cost.abs() < 1e-12 {
        return 0.0;
    }
    (cost - bound) / cost.abs()
}

/// Steps of one search in a round.
const STEPS: u32 = 60;
/// Steps of the bound in a round.
const BOUND_STEPS: u32 = 12;
/// Jobs up to which what a step may cost is a share of the cost of all; of more jobs it is that share of so many.
const SHARE_OF: f64 = 200.0;
/// Searches side by side.
const SEARCHES: usize = 2;

/// Returns the best schedule found for `problem`.
#[must_use]
pub fn schedule(problem: &Problem, options: &Options, watch: &mut Watch<'_>) -> Outcome {
    schedule_from(problem, None, options, watch)
}

/// The same, beginning with visits that are known to fit.
#[must_use]
pub fn schedule_from(
    problem: &Problem,
    known: Option<&[Option<Visit>]>,
    options: &Options,
    watch: &mut Watch<'_>,
) -> Outcome {
    let begun = Instant::now();
    let still = Still::of(problem);
    let mut scratch = Scratch::default();
    let mut board = first(problem, &still, &mut scratch);
    if let Some(known) = known {
        let mut other = Board::new(problem, &still);
        for (job, visit) in known.iter().enumerate() {
            if let Some(visit) = visit {
                other.place(job, visit.clone());
            }
        }
        for job in 0..problem.jobs.len() {
            if other.visits[job].is_none() {
                insert(&mut other, job, &mut scratch);
            }
        }
        if Rank::of(&other.cost()) <= Rank::of(&board.cost()) {
            board = other;
        }
    }
    let first_after = begun.elapsed();
    let mut bound = Bound::new(problem, &still);
    let mut searches: Vec<Search<'_>> = (0..SEARCHES)
        .map(|n| {
            Search::new(
                board.clone(),
                options.seed.wrapping_mul(2).wrapping_add(n as u64),
            )
        })
        .collect();
    bound.improve(1, board.cost().total(), &mut scratch, || true);
    let mut status = Status::Feasible;
    let mut done = 0;
    let tell = |round: u32, searches: &[Search<'_>], bound: &Bound<'_>, watch: &mut Watch<'_>| {
        (watch.progress)(Progress {
            round,
            rounds: options.rounds,
            cost: winner(searches).best_rank.total,
            bound: bound.value,
        });
    };
    tell(0, &searches, &bound, watch);
    for round in 1..=options.rounds {
        let cost = winner(&searches).best_rank.total;
        if gap(cost, bound.value) <= options.gap && winner(&searches).best_rank.unplaced == 0 {
            status = Status::Optimal;
            break;
        }
        if (watch.stop)() {
            status = Status::Stopped;
            break;
        }
        if options
            .time_limit
            .is_some_and(|limit| begun.elapsed() >= limit)
        {
            status = Status::TimeLimit;
            break;
        }
        let heat = 1.0 - f64::from(round) / f64::from(options.rounds.max(1));
        // The search without a bound beside it does as much more as the bound takes.
        let alone = 2 * STEPS + u32::try_from(problem.jobs.len() / 2).unwrap_or(STEPS);
        let stop = watch.stop;
        let over = || {
            stop()
                || options
                    .time_limit
                    .is_some_and(|limit| begun.elapsed() >= limit)
        };
        let bounding = |bound: &mut Bound<'_>| {
            bound.improve(BOUND_STEPS, cost, &mut Scratch::default(), || !over())
        };
        if options.threads > 1 {
            std::thread::scope(|scope| {
                let (one, two) = searches.split_at_mut(1);
                let aside = scope.spawn(|| {
                    one[0].steps(STEPS, heat, &over);
                    bounding(&mut bound);
                });
                two[0].steps(alone, heat, &over);
                let _ = aside.join();
            });
        } else {
            searches[0].steps(STEPS, heat, &over);
            bounding(&mut bound);
            searches[1].steps(alone, heat, &over);
        }
        done = round;
        // The prices say when each job would like to leave: an order to begin anew with.
        if round % 8 == 1 {
            let order = { bound.relaxed.iter().enumerate() }
                .map(|(job, out)| (out.unwrap_or(Day::MAX), job));
            let mut order: Vec<(Day, usize)> = order.collect();
            order.sort_unstable();
            let mut anew = Board::new(problem, &still);
            for (_, job) in order {
                insert(&mut anew, job, &mut scratch);
            }
            searches[0].offer(&anew);
        }
        let best = winner(&searches).best.clone();
        let rank = winner(&searches).best_rank;
        for search in &mut searches {
            if search.best_rank > rank {
                search.adopt(&best, rank);
            }
        }
        tell(round, &searches, &bound, watch);
    }
    let best = winner(&searches);
    let visits = best.best.clone();
    let mut board = Board::new(problem, &still);
    for (job, visit) in visits.iter().enumerate() {
        if let Some(visit) = visit {
            board.place(job, visit.clone());
        }
    }
    let cost = board.cost();
    // What rounding may have added to the bound.
    let value = bound.value - 1e-9 * bound.value.abs();
    if cost.unplaced > 0 {
        status = if status == Status::Feasible || status == Status::Optimal {
            Status::Infeasible
        } else {
            status
        };
    } else if status != Status::Stopped && gap(cost.total(), value) <= options.gap {
        status = Status::Optimal;
    }
    Outcome {
        visits,
        cost,
        bound: value.min(cost.total()),
        status,
        rounds: done,
        dock_prices: bound.best.docks,
        resource_prices: bound.best.resources,
        first_after,
    }
}

fn winner<'a, 'b>(searches: &'a [Search<'b>]) -> &'a Search<'b> {
    let mut best = &searches[0];
    for search in searches {
        if search.best_rank < best.best_rank {
            best = search;
        }
    }
    best
}

/// What makes one schedule better than another: jobs without a place first.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
struct Rank {
    unplaced: usize,
    total: f64,
}

impl Rank {
    fn of(cost: &Cost) -> Self {
        Rank {
            unplaced: cost.unplaced,
            total: cost.total(),
        }
    }
}

/// A first schedule: the best of a few orders.
fn first<'a>(problem: &'a Problem, still: &'a Still, scratch: &mut Scratch) -> Board<'a> {
    let mut orders: Vec<Vec<usize>> = Vec::new();
    let sorted = |key: &dyn Fn(usize) -> f64| {
        let mut order: Vec<usize> = (0..problem.jobs.len()).collect();
        order.sort_by(|a, b| key(*a).total_cmp(&key(*b)).then(a.cmp(b)));
        order
    };
    orders.push(sorted(&|job| f64::from(problem.jobs[job].due)));
    // Many jobs: one order is quick enough, more are not.
    if problem.jobs.len() <= 400 {
        orders.push(sorted(&|job| f64::from(problem.jobs[job].release)));
        orders.push(sorted(&|job| {
            let data = &problem.jobs[job];
            f64::from(data.due) - 0.5 * still.floors[job] / data.not_ready_cost.max(1e-9)
        }));
    }
    let mut best: Option<(Rank, Board<'a>)> = None;
    for order in orders {
        let mut board = Board::new(problem, still);
        for job in order {
            insert(&mut board, job, scratch);
        }
        let rank = Rank::of(&board.cost());
        if best.as_ref().is_none_or(|(other, _)| rank < *other) {
            best = Some((rank, board));
        }
    }
    best.map_or_else(|| Board::new(problem, still), |(_, board)| board)
}

/// Places a job at its best, or leaves it out where that is cheaper.
fn insert(board: &mut Board<'_>, job: usize, scratch: &mut Scratch) {
    insert_from(board, job, 0, scratch);
}

/// The same, from a day on.
fn insert_from(board: &mut Board<'_>, job: usize, from: Day, scratch: &mut Scratch) {
    if let Some((_, visit)) = cheapest_place(board, job, from, scratch) {
        board.place(job, visit);
    }
}

/// The cheapest place of a job that is not placed, from a day on; none where leaving it out is cheaper, or nothing fits.
pub(crate) fn cheapest_place(
    board: &Board<'_>,
    job: usize,
    earliest: Day,
    scratch: &mut Scratch,
) -> Option<(f64, Visit)> {
    let problem = board.problem;
    let data = &problem.jobs[job];
    let mut found: Option<(f64, Visit)> = None;
    let floor = board.floor(job);
    for (from, end) in board.free(job) {
        let from = from.max(data.release).max(earliest);
        if end <= from {
            continue;
        }
        let mut until = first_window(problem, job).max(from + 64).min(end);
        loop {
            let most = match &found {
                Some((cost, _)) => *cost,
                None => data.deferral_cost.unwrap_or(f64::INFINITY),
            };
            // Whoever is back later pays at least this.
            let later = |until: Day| floor + crate::board::late(problem, job, until);
            if later(from) >= most {
                break;
            }
            if let Some(better) = best(problem, board, job, (from, until), most, scratch) {
                found = Some(better);
            }
            let most = found.as_ref().map_or(most, |(cost, _)| *cost);
            if until >= end || later(until) >= most {
                break;
            }
            until = (until + (until - from).max(64)).min(end);
        }
    }
    found
}

struct Search<'a> {
    board: Board<'a>,
    rank: Rank,
    best: Vec<Option<Visit>>,
    best_rank: Rank,
    scratch: Scratch,
    dice: Dice,
}

impl<'a> Search<'a> {
    fn new(board: Board<'a>, seed: u64) -> Self {
        let rank = Rank::of(&board.cost());
        Search {
            best: board.visits.clone(),
            best_rank: rank,
            rank,
            board,
            scratch: Scratch::default(),
            dice: Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1)),
        }
    }

    fn offer(&mut self, board: &Board<'a>) {
        let rank = Rank::of(&board.cost());
        if rank < self.best_rank {
            self.board = board.clone();
            self.best.clone_from(&board.visits);
            self.best_rank = rank;
            self.rank = rank;
        }
    }

    fn adopt(&mut self, best: &[Option<Visit>], rank: Rank) {
        for (job, visit) in best.iter().enumerate() {
            if self.board.visits[job] != *visit {
                self.board.take(job);
            }
        }
        for (job, visit) in best.iter().enumerate() {
            if let (None, Some(visit)) = (&self.board.visits[job], visit) {
                self.board.place(job, visit.clone());
            }
        }
        self.best = best.to_vec();
        self.best_rank = rank;
        self.rank = rank;
    }

    fn steps(&mut self, steps: u32, heat: f64, over: &impl Fn() -> bool) {
        if self.board.visits.is_empty() {
            return;
        }
        for _ in 0..steps {
            if over() {
                return;
            }
            self.step(heat);
        }
    }

    fn step(&mut self, heat: f64) {
        let mut out = self.choose();
        out.sort_unstable();
        let before: Vec<(usize, Option<Visit>)> = out
            .iter()
            .map(|job| (*job, self.board.take(*job)))
            .collect();
        match self.dice.below(3) {
            0 => self.dice.shuffle(&mut out),
            1 => {
                let jobs = &self.board.problem.jobs;
                let jitter: Vec<f64> = out.iter().map(|_| self.dice.share() * 60.0).collect();
                let mut keyed: Vec<(f64, usize)> = { out.iter().zip(jitter) }
                    .map(|(job, jitter)| (f64::from(jobs[*job].due) + jitter, *job))
                    .collect();
                keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                out = keyed.into_iter().map(|(_, job)| job).collect();
            }
            _ => {
                let problem = self.board.problem;
                let weight = |job: usize| {
                    -problem.jobs[job].tardiness_cost - problem.jobs[job].not_ready_cost
                };
                self.dice.shuffle(&mut out);
                out.sort_by(|a, b| weight(*a).total_cmp(&weight(*b)));
            }
        }
        // Each at its best, one after the other, is not always best for all: some are held back a little or left out.
        let nudge = self.dice.below(4) == 0;
        for job in &out {
            let from = if nudge { self.held_back(*job) } else { Some(0) };
            if let Some(from) = from {
                insert_from(&mut self.board, *job, from, &mut self.scratch);
            }
        }
        let rank = Rank::of(&self.board.cost());
        // What a step can win is a share of a few jobs: among many jobs the same share of the sum would drown it.
        let part = 0.004
            * (SHARE_OF / f64::from(u32::try_from(self.best.len()).unwrap_or(u32::MAX))).min(1.0);
        let allowed = self.best_rank.total.abs() * part * heat * heat * self.dice.share();
        let accept = rank.unplaced < self.rank.unplaced
            || (rank.unplaced == self.rank.unplaced
                && rank.total <= self.rank.total.max(self.best_rank.total + allowed)
                && rank.total <= self.rank.total + allowed);
        if accept {
            self.rank = rank;
            if rank < self.best_rank {
                self.best_rank = rank;
                self.best.clone_from(&self.board.visits);
            }
            return;
        }
        for job in &out {
            self.board.take(*job);
        }
        for (job, visit) in before {
            if let Some(visit) = visit {
                self.board.place(job, visit);
            }
        }
    }

    /// A day before which a job is not to be placed, mostly none; never where it is to be left out.
    fn held_back(&mut self, job: usize) -> Option<Day> {
        let data = &self.board.problem.jobs[job];
        match self.dice.below(8) {
            _ if data.damaged => Some(0),
            0 if data.deferral_cost.is_some() => None,
            0..=3 => {
                #[expect(clippy::cast_possible_truncation, reason = "at most 64 days")]
                let days = (6.0 * self.dice.share()).exp2() as Day;
                Some(data.release.saturating_add(days))
            }
            _ => Some(0),
        }
    }

    /// Some jobs to place anew: one and those that stand in its way, or that use the same docks near it.
    fn choose(&mut self) -> Vec<usize> {
        let problem = self.board.problem;
        let jobs = problem.jobs.len();
        let most = 3 + self.dice.below(8).min(jobs);
        let seed = if self.dice.below(2) == 0 {
            self.dice.below(jobs)
        } else {
            // Of a few, the one that is latest or longest away for what it needs.
            let mut worst = self.dice.below(jobs);
            for _ in 0..5 {
                let other = self.dice.below(jobs);
                if self.regret(other) > self.regret(worst) {
                    worst = other;
                }
            }
            worst
        };
        if self.dice.below(8) == 0 {
            let mut out = vec![seed];
            while out.len() < most.min(jobs) {
                let job = self.dice.below(jobs);
                if !out.contains(&job) {
                    out.push(job);
                }
            }
            return out;
        }
        let around = self.board.visits[seed].as_ref().map_or(
            (problem.jobs[seed].release, problem.jobs[seed].due),
            |visit| (visit.out, visit.back),
        );
        // Those it could meet in a dock or a trade, nearest in time first, by a little chance.
        let mut near: Vec<(f64, usize)> = Vec::new();
        for job in 0..jobs {
            if job == seed || !self.board.still.meets(problem, seed, job) {
                continue;
            }
            let span = self.board.visits[job].as_ref().map_or(
                (problem.jobs[job].release, problem.jobs[job].due),
                |visit| (visit.out, visit.back),
            );
            let apart = (span.0 - around.1).max(around.0 - span.1).max(0);
            near.push((f64::from(apart) + 150.0 * self.dice.share(), job));
        }
        near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut out = vec![seed];
        out.extend(near.into_iter().take(most - 1).map(|(_, job)| job));
        out
    }

    /// What a job pays beyond what it must.
    fn regret(&self, job: usize) -> f64 {
        let problem = self.board.problem;
        let data = &problem.jobs[job];
        let floor = self.board.floor(job);
        match &self.board.visits[job] {
            None => data.deferral_cost.unwrap_or(f64::INFINITY) - floor,
            Some(visit) => {
                f64::from(visit.back - visit.out) * data.not_ready_cost
                    + f64::from((visit.back - data.due).max(0)) * data.tardiness_cost
                    - floor
            }
        }
    }
}

/// Numbers by chance that are the same on every machine (SplitMix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 until `most`.
    pub(crate) fn below(&mut self, most: usize) -> usize {
        let most = u64::try_from(most.max(1)).unwrap_or(1);
        usize::try_from(self.next() % most).unwrap_or(0)
    }

    /// A number from 0 to 1, 1 excluded.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub(crate) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for n in (1..items.len()).rev() {
            items.swap(n, self.below(n + 1));
        }
    }
}
