//! The state of a schedule while it is made: which jobs are placed, and what they use each day.

use std::cell::Cell;

use crate::place::{Terms, Visit};
use crate::problem::{Day, FleetData, JobData, OptionData, Problem};

/// Jobs in their places, and what follows from them.
#[derive(Clone)]
pub(crate) struct Board<'a> {
    pub(crate) problem: &'a Problem,
    pub(crate) visits: Vec<Option<Visit>>,
    /// By dock and day: assets in it, set-up of the next included.
    docked: Vec<Vec<Docked>>,
    pub(crate) still: &'a Still,
    /// By resource and day, in thousandths.
    used: Vec<Vec<i64>>,
    /// By fleet and day: assets away.
    away: Vec<Vec<i64>>,
    /// By asset: its visits, in order of days.
    of_asset: Vec<Vec<(Day, Day, usize)>>,
    /// By resource: units beyond the regular in sum and the highest use, as long as nothing changes.
    sums: Vec<Cell<Option<(i64, i64)>>>,
    /// By fleet: assets short in sum, as long as nothing changes.
    short: Vec<Cell<Option<i64>>>,
    /// What is not looked at, to see what it costs.
    pub(crate) relaxed: Option<Relaxed>,
}

/// Something that stands in the way of a job, looked away from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Relaxed {
    /// The other jobs in a dock.
    Dock(usize),
    /// The days on which a dock is shut.
    Closure(usize),
    /// What the other jobs use of a resource.
    Resource(usize),
    /// Other visits of the asset itself.
    Asset,
    /// Every fleet that should be ready.
    Fleet,
    /// The other jobs of the group.
    Group,
    /// Everything of the other jobs.
    Others,
}

/// What follows from the problem alone, whatever is placed.
pub(crate) struct Still {
    /// By dock and day: whether it is shut.
    docks: Vec<Vec<bool>>,
    /// The same by site; empty where it never is.
    sites: Vec<Vec<bool>>,
    /// What each job costs at least.
    pub(crate) floors: Vec<f64>,
    /// By job: the sites where it can be done, if that takes a dock or a trade, and the trades it can use, a bit each.
    wants: Vec<Vec<u64>>,
}

impl Still {
    pub(crate) fn of(problem: &Problem) -> Self {
        let days = |spans: &[(Day, Day)]| {
            let mut closed = vec![false; problem.days];
            for (from, until) in spans {
                closed[range(*from, *until, problem.days)].fill(true);
            }
            closed
        };
        let sites = problem.closed_sites.iter();
        Still {
            docks: problem
                .docks
                .iter()
                .map(|dock| days(&dock.closed))
                .collect(),
            sites: sites
                .map(|spans| {
                    if spans.is_empty() {
                        Vec::new()
                    } else {
                        days(spans)
                    }
                })
                .collect(),
            floors: (0..problem.jobs.len())
                .map(|job| crate::place::alone(problem, job))
                .collect(),
            wants: problem.jobs.iter().map(|job| wants(problem, job)).collect(),
        }
    }

    /// Whether two jobs could want the same dock, trade, asset, fleet or group.
    pub(crate) fn meets(&self, problem: &Problem, one: usize, other: usize) -> bool {
        let (a, b) = (&problem.jobs[one], &problem.jobs[other]);
        let mut pairs = self.wants[one].iter().zip(&self.wants[other]);
        a.asset == b.asset
            || (a.group.is_some() && a.group == b.group)
            || pairs.any(|(a, b)| a & b != 0)
    }

    /// Days on which what an option needs is shut.
    #[inline]
    pub(crate) fn shut(&self, option: &OptionData) -> &[bool] {
        match option.dock {
            Some(dock) => &self.docks[dock],
            None => &self.sites[option.site],
        }
    }
}

/// A bit for each site and each trade that a job can use.
fn wants(problem: &Problem, job: &JobData) -> Vec<u64> {
    let sites = problem.transit.len();
    let mut bits = vec![0u64; (sites + problem.resources.len()).div_ceil(64)];
    let options = job.tasks.iter().flat_map(|task| &task.options);
    for option in options.filter(|option| option.dock.is_some() || !option.uses.is_empty()) {
        let trades = option.uses.iter().map(|(resource, _)| sites + resource);
        for place in trades.chain([option.site]) {
            bits[place / 64] |= 1 << (place % 64);
        }
    }
    bits
}

/// What is in a dock on a day.
#[derive(Debug, Clone, Copy, Default)]
struct Docked {
    ships: i32,
    /// Lengths and beams added up, in thousandths of a metre.
    size: [i64; 2],
}

impl Docked {
    /// Whether there is no place for another one of this size: several lie one after the other or side by side.
    fn is_full(&self, (ships, takes): (i64, [i64; 2]), size: [i64; 2]) -> bool {
        let fits = |n: usize| self.size[n] + size[n] <= takes[n];
        i64::from(self.ships) >= ships || (self.ships > 0 && !fits(0) && !fits(1))
    }
}

impl<'a> Board<'a> {
    pub(crate) fn new(problem: &'a Problem, still: &'a Still) -> Self {
        Board {
            problem,
            visits: vec![None; problem.jobs.len()],
            docked: vec![vec![Docked::default(); problem.days]; problem.docks.len()],
            still,
            used: vec![vec![0; problem.days]; problem.resources.len()],
            away: vec![vec![0; problem.days]; problem.fleets.len()],
            of_asset: vec![Vec::new(); problem.assets.len()],
            sums: vec![Cell::new(None); problem.resources.len()],
            short: vec![Cell::new(None); problem.fleets.len()],
            relaxed: None,
        }
    }

    pub(crate) fn place(&mut self, job: usize, visit: Visit) {
        self.count(job, &visit, 1);
        let asset = self.problem.jobs[job].asset;
        let visits = &mut self.of_asset[asset];
        let at = visits.partition_point(|one| one.0 < visit.out);
        visits.insert(at, (visit.out, visit.back, job));
        self.visits[job] = Some(visit);
    }

    pub(crate) fn take(&mut self, job: usize) -> Option<Visit> {
        let visit = self.visits[job].take()?;
        self.count(job, &visit, -1);
        let asset = self.problem.jobs[job].asset;
        self.of_asset[asset].retain(|one| one.2 != job);
        Some(visit)
    }

    fn count(&mut self, job: usize, visit: &Visit, sign: i32) {
        let problem = self.problem;
        let data = &problem.jobs[job];
        for (dock, from, until) in stays(problem, data, visit) {
            let size = problem.assets[data.asset].size;
            for day in &mut self.docked[dock][range(from, until, problem.days)] {
                day.ships += sign;
                day.size = [0, 1].map(|n| day.size[n] + i64::from(sign) * size[n]);
            }
        }
        for (task, (option, start)) in data.tasks.iter().zip(&visit.tasks) {
            let option = &task.options[*option];
            for (resource, usage) in &option.uses {
                self.sums[*resource].set(None);
                for day in
                    &mut self.used[*resource][range(*start, start + option.days, problem.days)]
                {
                    *day += i64::from(sign) * usage;
                }
            }
        }
        for fleet in &problem.assets[data.asset].fleets {
            self.short[*fleet].set(None);
            for day in &mut self.away[*fleet][range(visit.out, visit.back, problem.days)] {
                *day += i64::from(sign);
            }
        }
    }

    /// Stretches of days in which the asset of a job is not away for another one.
    pub(crate) fn free(&self, job: usize) -> Vec<(Day, Day)> {
        let end = Day::try_from(self.problem.days).unwrap_or(Day::MAX);
        let mut free = Vec::new();
        if self.looks_away(Relaxed::Asset) {
            return vec![(0, end)];
        }
        let mut from = 0;
        for (out, back, _) in &self.of_asset[self.problem.jobs[job].asset] {
            if from < *out {
                free.push((from, *out));
            }
            from = from.max(*back);
        }
        if from < end {
            free.push((from, end));
        }
        free
    }

    /// What a job costs at least.
    pub(crate) fn floor(&self, job: usize) -> f64 {
        self.still.floors[job]
    }

    /// What is paid in all, deferred jobs and what has no place included.
    pub(crate) fn cost(&self) -> Cost {
        let problem = self.problem;
        let mut cost = Cost::default();
        for (job, data) in problem.jobs.iter().enumerate() {
            match &self.visits[job] {
                None => match data.deferral_cost {
                    Some(price) => cost.deferral += price,
                    None => cost.unplaced += 1,
                },
                Some(visit) => {
                    cost.not_ready += f64::from(visit.back - visit.out) * data.not_ready_cost;
                    cost.tardiness +=
                        f64::from((visit.back - data.due).max(0)) * data.tardiness_cost;
                    for (task, (option, start)) in data.tasks.iter().zip(&visit.tasks) {
                        cost.modes += task.options[*option].cost;
                        if let Some(agreed) = &task.agreed {
                            cost.changes += agreed.cost(&task.options[*option], *start);
                        }
                    }
                }
            }
        }
        for (n, resource) in problem.resources.iter().enumerate() {
            let (beyond, peak) = self.sum(n);
            cost.overtime += amount(beyond) * resource.overtime_cost;
            cost.peaks += amount(peak) * resource.peak_cost;
        }
        for (n, fleet) in problem.fleets.iter().enumerate() {
            let short = self.short[n].get().unwrap_or_else(|| {
                let away = self.away[n][range(fleet.span.0, fleet.span.1, problem.days)].iter();
                away.map(|away| (away - fleet.spare).max(0)).sum()
            });
            self.short[n].set(Some(short));
            cost.shortage += amount(short) * fleet.shortage_cost;
        }
        for group in &problem.groups {
            if let Some((out, back)) = self.group_span(group.jobs.iter().copied()) {
                cost.groups += f64::from(back - out) * group.span_cost;
            }
        }
        cost
    }

    /// Units of a resource used beyond the regular, in sum over days, and its highest use; in thousandths.
    fn sum(&self, resource: usize) -> (i64, i64) {
        let sum = self.sums[resource].get().unwrap_or_else(|| {
            let days = self.used[resource]
                .iter()
                .zip(&self.problem.resources[resource].regular);
            days.fold((0, 0), |(beyond, peak), (used, regular)| {
                (beyond + (used - regular).max(0), peak.max(*used))
            })
        });
        self.sums[resource].set(Some(sum));
        sum
    }

    fn group_span(&self, jobs: impl Iterator<Item = usize>) -> Option<(Day, Day)> {
        let visits = jobs.filter_map(|job| self.visits[job].as_ref());
        visits.fold(None, |span, visit| {
            let (out, back) = span.unwrap_or((visit.out, visit.back));
            Some((out.min(visit.out), back.max(visit.back)))
        })
    }

    /// The span of the other jobs of a job's group, and what a day of it costs.
    fn others_span(&self, job: usize) -> Option<(Day, Day, f64)> {
        if self.looks_away(Relaxed::Group) {
            return None;
        }
        let group = &self.problem.groups[self.problem.jobs[job].group?];
        let others = group.jobs.iter().copied().filter(|other| *other != job);
        let (out, back) = self.group_span(others)?;
        Some((out, back, group.span_cost))
    }

    #[inline]
    fn looks_away(&self, from: Relaxed) -> bool {
        self.relaxed.is_some_and(|relaxed| {
            relaxed == from || (relaxed == Relaxed::Others && !matches!(from, Relaxed::Closure(_)))
        })
    }

    /// What the other jobs use of a resource on a day.
    #[inline]
    fn taken(&self, resource: usize, n: usize) -> i64 {
        if self.looks_away(Relaxed::Resource(resource)) {
            0
        } else {
            self.used[resource][n]
        }
    }
}

impl Terms for Board<'_> {
    fn starts(&self, job: usize, task: usize, option: usize, from: Day, costs: &mut [f64]) {
        let problem = self.problem;
        let row = &problem.jobs[job].tasks[task];
        let option = &row.options[option];
        base(row, option, from, costs);
        let first = usize::try_from(from).unwrap_or(0);
        let days = usize::try_from(option.days).unwrap_or(0);
        let length = (costs.len() + days.saturating_sub(1)).min(problem.days.saturating_sub(first));
        let span = first..first + length;
        let nothing = vec![
            0;
            if self.relaxed.is_some() {
                problem.days
            } else {
                0
            }
        ];
        for (resource, usage) in &option.uses {
            let row = &problem.resources[*resource];
            let used = if self.looks_away(Relaxed::Resource(*resource)) {
                &nothing
            } else {
                &self.used[*resource]
            };
            let (used, regular, overtime) = (
                &used[span.clone()],
                &row.regular[span.clone()],
                &row.overtime[span.clone()],
            );
            forbid(costs, days, |n| {
                n >= length || used[n] + usage > regular[n] + overtime[n]
            });
            let price = if self.looks_away(Relaxed::Resource(*resource)) {
                0.0
            } else {
                row.peak_cost
            };
            let beyond =
                |n: usize| (used[n] + usage - regular[n]).max(0) - (used[n] - regular[n]).max(0);
            if row.overtime_cost > 0.0 && (0..length).any(|n| beyond(n) > 0) {
                over_days(costs, days, row.overtime_cost, |n| {
                    if n < length { amount(beyond(n)) } else { 0.0 }
                });
            }
            if price > 0.0 {
                let room = self.sum(*resource).1 - usage;
                if used.iter().any(|used| *used > room) {
                    highest(costs, days, price, |n| {
                        if n < length {
                            (used[n] - room).max(0)
                        } else {
                            0
                        }
                    });
                }
            }
        }
    }

    fn dock(&self, job: usize, task: usize, option: usize, from: Day, costs: &mut [f64]) {
        let problem = self.problem;
        let option = &problem.jobs[job].tasks[task].options[option];
        let first = usize::try_from(from).unwrap_or(0);
        let days = usize::try_from(option.days).unwrap_or(0);
        let shut = self.still.shut(option);
        let open = option
            .dock
            .is_some_and(|dock| self.looks_away(Relaxed::Closure(dock)));
        let shut = if open { &[][..] } else { shut };
        if let Some(dock) = option.dock.filter(|_| !open) {
            too_short(problem, job, dock, (from, days), costs);
        }
        forbid(costs, days, |n| {
            first + n >= problem.days || shut.get(first + n).is_some_and(|shut| *shut)
        });
        if let Some(dock) = option
            .dock
            .filter(|dock| !self.looks_away(Relaxed::Dock(*dock)))
        {
            let data = &problem.docks[dock];
            let size = problem.assets[problem.jobs[job].asset].size;
            let set_up = usize::try_from(data.set_up).unwrap_or(0);
            let docked = &self.docked[dock];
            let whole = (data.ships, data.size);
            let takes = |n: usize| match open || data.parts.is_empty() {
                true => whole,
                false => data.on(Day::try_from(first + n).unwrap_or(Day::MAX)),
            };
            forbid(costs, days + set_up, |n| {
                docked
                    .get(first + n)
                    .is_some_and(|docked| docked.is_full(takes(n), size))
            });
        }
    }

    fn absent(&self, job: usize, from: Day, sums: &mut [f64]) {
        let problem = self.problem;
        let data = &problem.jobs[job];
        let fleets: Vec<(&FleetData, &Vec<i64>)> = { problem.assets[data.asset].fleets.iter() }
            .map(|fleet| (&problem.fleets[*fleet], &self.away[*fleet]))
            .filter(|(fleet, _)| fleet.shortage_cost > 0.0 && !self.looks_away(Relaxed::Fleet))
            .collect();
        // The only one of its group makes all of its span.
        let group = data
            .group
            .filter(|_| !self.looks_away(Relaxed::Group) && self.others_span(job).is_none());
        let each_day =
            data.not_ready_cost + group.map_or(0.0, |group| problem.groups[group].span_cost);
        let mut sum = 0.0;
        for (day, place) in (from..).zip(sums.iter_mut()) {
            *place = sum;
            sum += each_day;
            for (fleet, away) in &fleets {
                let n = usize::try_from(day).unwrap_or(usize::MAX);
                if fleet.span.0 <= day
                    && day < fleet.span.1
                    && away.get(n).is_some_and(|away| *away >= fleet.spare)
                {
                    sum += fleet.shortage_cost;
                }
            }
        }
    }

    fn room(&self, resource: usize, day: Day) -> i64 {
        let row = &self.problem.resources[resource];
        usize::try_from(day)
            .ok()
            .filter(|n| *n < row.regular.len())
            .map_or(0, |n| {
                row.regular[n] + row.overtime[n] - self.taken(resource, n)
            })
    }

    fn leave(&self, job: usize, day: Day) -> f64 {
        match self.others_span(job) {
            Some((out, _, cost)) => f64::from((out - day).max(0)) * cost,
            None => 0.0,
        }
    }

    fn back(&self, job: usize, day: Day) -> f64 {
        let late = late(self.problem, job, day);
        match self.others_span(job) {
            Some((_, back, cost)) => late + f64::from((day - back).max(0)) * cost,
            None => late,
        }
    }
}

/// What a visit takes of docks, set-up included: an asset that stays in a dock from task to task is in it once.
pub(crate) fn stays(problem: &Problem, data: &JobData, visit: &Visit) -> Vec<(usize, Day, Day)> {
    let mut stays: Vec<(usize, Day, Day)> = Vec::new();
    for (task, (option, start)) in data.tasks.iter().zip(&visit.tasks) {
        let option = &task.options[*option];
        if let Some(dock) = option.dock {
            stays.push((
                dock,
                *start,
                start + option.days + problem.docks[dock].set_up,
            ));
        }
    }
    if stays.len() > 1 {
        stays.sort_unstable();
        stays.dedup_by(|next, last| {
            let joined = next.0 == last.0 && next.1 <= last.2;
            if joined {
                last.2 = last.2.max(next.2);
            }
            joined
        });
    }
    stays
}

/// Cost of being back on a day: none until due, infinite past the deadline.
pub(crate) fn late(problem: &Problem, job: usize, day: Day) -> f64 {
    let data = &problem.jobs[job];
    if data.deadline.is_some_and(|deadline| day > deadline) {
        return f64::INFINITY;
    }
    f64::from((day - data.due).max(0)) * data.tardiness_cost
}

impl crate::problem::AgreedData {
    /// What it costs to begin on `start` in `option` instead of as agreed.
    pub(crate) fn cost(&self, option: &OptionData, start: Day) -> f64 {
        let moved = f64::from((start - self.start).abs()) * self.move_cost;
        if option.mode == self.mode {
            moved
        } else {
            moved + self.change_cost
        }
    }
}

/// What an option costs by itself on each day it may begin.
pub(crate) fn base(
    task: &crate::problem::TaskData,
    option: &OptionData,
    from: Day,
    costs: &mut [f64],
) {
    let mut windows = option.windows.iter().peekable();
    for (day, cost) in (from..).zip(costs.iter_mut()) {
        while windows.peek().is_some_and(|window| window.1 <= day) {
            windows.next();
        }
        *cost = match windows.peek() {
            Some(window) if window.0 <= day => {
                option.cost
                    + task
                        .agreed
                        .as_ref()
                        .map_or(0.0, |agreed| agreed.cost(option, day))
            }
            _ => f64::INFINITY,
        };
    }
}

/// Makes every start infinite from which what is left of a dock is too short for the asset on one of the days that follow.
pub(crate) fn too_short(
    problem: &Problem,
    job: usize,
    dock: usize,
    (from, days): (Day, usize),
    costs: &mut [f64],
) {
    let (dock, length) = (
        &problem.docks[dock],
        problem.assets[problem.jobs[job].asset].size[0],
    );
    if dock.parts.iter().any(|part| part.length < length) {
        forbid(costs, days, |n| {
            let day = from + Day::try_from(n).unwrap_or(Day::MAX / 2);
            dock.on(day).1[0] < length
        });
    }
}

/// Makes every start infinite from which one of the `days` that follow is bad.
#[inline]
pub(crate) fn forbid(costs: &mut [f64], days: usize, bad: impl Fn(usize) -> bool) {
    let mut next = usize::MAX;
    for n in (0..costs.len() + days.saturating_sub(1)).rev() {
        if bad(n) {
            next = n;
        }
        if n < costs.len() && next < n + days {
            costs[n] = f64::INFINITY;
        }
    }
}

/// Adds to every start the prices of the `days` that follow.
#[inline]
pub(crate) fn over_days(costs: &mut [f64], days: usize, by: f64, price: impl Fn(usize) -> f64) {
    let mut sum: f64 = (0..days).map(&price).sum();
    for (n, cost) in costs.iter_mut().enumerate() {
        // Sums of whole thousandths are exact; those of prices drift by nothing that matters.
        if sum > 0.0 {
            *cost += sum * by;
        }
        sum += price(n + days) - price(n);
    }
}

/// Adds to every start the highest of the `days` that follow.
fn highest(costs: &mut [f64], days: usize, by: f64, height: impl Fn(usize) -> i64) {
    if days == 0 {
        return;
    }
    let mut queue: std::collections::VecDeque<(usize, i64)> = std::collections::VecDeque::new();
    for n in 0..costs.len() + days.saturating_sub(1) {
        let value = height(n);
        while queue.back().is_some_and(|(_, other)| *other <= value) {
            queue.pop_back();
        }
        queue.push_back((n, value));
        if let Some(start) = (n + 1).checked_sub(days) {
            while queue.front().is_some_and(|(at, _)| *at < start) {
                queue.pop_front();
            }
            if let (Some((_, top)), Some(cost)) = (queue.front(), costs.get_mut(start))
                && *top > 0
            {
                *cost += amount(*top) * by;
            }
        }
    }
}

pub(crate) fn range(from: Day, until: Day, days: usize) -> std::ops::Range<usize> {
    let at = |day: Day| usize::try_from(day.max(0)).unwrap_or(0).min(days);
    at(from)..at(until).max(at(from))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of days and thousandths are small"
)]
#[inline]
pub(crate) fn amount(count: i64) -> f64 {
    count as f64
}

/// What a schedule costs, by what is paid for, in the currency of the scenario.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cost {
    /// Days on which assets are not ready.
    pub not_ready: f64,
    /// Days past due dates.
    pub tardiness: f64,
    /// The modes themselves.
    pub modes: f64,
    /// Work beyond regular capacity.
    pub overtime: f64,
    /// Highest use of trades.
    pub peaks: f64,
    /// Fleets below what should be ready.
    pub shortage: f64,
    /// Spans of groups.
    pub groups: f64,
    /// Changes against the schedule last agreed.
    pub changes: f64,
    /// Jobs left out.
    pub deferral: f64,
    /// Jobs that must be done and have no place.
    pub unplaced: usize,
}

impl Cost {
    /// The sum; jobs without a place are not in it.
    #[must_use]
    pub fn total(&self) -> f64 {
        let Cost {
            not_ready,
            tardiness,
            modes,
            overtime,
            peaks,
            shortage,
            groups,
            changes,
            deferral,
            unplaced: _,
        } = self;
        not_ready + tardiness + modes + overtime + peaks + shortage + groups + changes + deferral
    }
}
