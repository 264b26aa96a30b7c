//! How much better a schedule could be: a bound of Lagrange.
//!
//! # Formula
//! Docks, trades, fleets and the rule that an asset is at one place at a time tie jobs together. Each of
//! their days gets a price p >= 0; then every job is placed by itself at the least cost, prices included, and
//!
//! ```text
//! bound(p) = sum over jobs of min(least cost of job under p, its deferral cost) - sum over days of p * capacity
//! ```
//!
//! is never above the cost of any schedule. Prices rise where days are asked for more than there are and
//! fall where they are not. Docks of a yard are alike, and what jobs ask for flips between them from step to step, so
//! each step goes from the best prices along the mean of what was asked for (the volume algorithm), as far as Polyak proposes. Overtime caps the price of a day
//! at its cost as far as it lasts, the shortage cost that of a fleet's day. The cost of a highest use is shared out among
//! days, which is never more than it, because a mean is never above the highest; what is not shared out is paid for the use
//! that some task has in every way to do it, which the highest is never below. The prices are the answer to what one more dock-day is worth.

use crate::board::{Still, base, forbid, late, over_days, range, too_short};
use crate::place::{Path, Scratch, Terms, ends, least, left};
use crate::problem::{Day, JobData, Problem};

/// Prices that move, along which slopes, and how high each may rise.
type Moved<'a> = (
    &'a mut Vec<Vec<f64>>,
    &'a Vec<Vec<f64>>,
    &'a dyn Fn(usize) -> f64,
);

/// Prices of days, and the best bound found with them.
#[derive(Clone)]
pub(crate) struct Bound<'a> {
    problem: &'a Problem,
    still: &'a Still,
    prices: Prices,
    /// The best bound so far, and the prices that gave it.
    pub(crate) value: f64,
    pub(crate) best: Prices,
    /// First day of each job in the relaxed schedule of the best bound; none where it is left out.
    pub(crate) relaxed: Vec<Option<Day>>,
    theta: f64,
    idle: u32,
    /// Mean of what is asked for beyond what there is, late steps counting most.
    mean: Option<Prices>,
    /// Share of a group's day that each job carries.
    shares: Vec<f64>,
    /// A whole day of each resource, in thousandths: what prices of its peak are told for.
    scales: Vec<f64>,
    /// Least that the highest use of each resource can be, in such days.
    least_peaks: Vec<f64>,
}

/// What a day of everything that is short costs.
#[derive(Clone, Default)]
pub(crate) struct Prices {
    pub(crate) docks: Vec<Vec<f64>>,
    /// Of the capacity of a day as a whole, not of a unit.
    pub(crate) resources: Vec<Vec<f64>>,
    assets: Vec<Vec<f64>>,
    fleets: Vec<Vec<f64>>,
    /// Shares of the cost of the highest use, of a whole day's regular capacity; in sum what that much capacity of peak costs.
    peaks: Vec<Vec<f64>>,
}

impl Prices {
    /// Moves every number towards that of `other`, by a share of the way.
    fn towards(&mut self, other: &Prices, share: f64) {
        let Prices {
            docks,
            resources,
            assets,
            fleets,
            peaks,
        } = self;
        let all = [
            (docks, &other.docks),
            (resources, &other.resources),
            (assets, &other.assets),
            (fleets, &other.fleets),
            (peaks, &other.peaks),
        ];
        for (mine, other) in all {
            for (mine, other) in mine.iter_mut().flatten().zip(other.iter().flatten()) {
                *mine += share * (other - *mine);
            }
        }
    }
}

impl<'a> Bound<'a> {
    pub(crate) fn new(problem: &'a Problem, still: &'a Still) -> Self {
        let zero = |count: usize| vec![vec![0.0; problem.days]; count];
        let mut jobs_of = vec![0; problem.assets.len()];
        for job in &problem.jobs {
            jobs_of[job.asset] += 1;
        }
        let assets = jobs_of.iter().map(|jobs| {
            if *jobs > 1 {
                vec![0.0; problem.days]
            } else {
                Vec::new()
            }
        });
        let prices = Prices {
            docks: zero(problem.docks.len()),
            resources: zero(problem.resources.len()),
            assets: assets.collect(),
            fleets: zero(problem.fleets.len()),
            peaks: { problem.resources.iter() }
                .map(|resource| match resource.peak_cost > 0.0 {
                    true => {
                        let days = usize::try_from(problem.horizon)
                            .unwrap_or(0)
                            .clamp(1, problem.days.max(1));
                        #[expect(clippy::cast_precision_loss, reason = "days are few")]
                        let share = resource.peak_cost * scale(resource) / days as f64;
                        (0..problem.days)
                            .map(|n| if n < days { share } else { 0.0 })
                            .collect()
                    }
                    false => Vec::new(),
                })
                .collect(),
        };
        let mut shares = vec![0.0; problem.jobs.len()];
        for group in &problem.groups {
            // A job that may be left out cannot hold up its part of the span.
            let sure: Vec<usize> = { group.jobs.iter().copied() }
                .filter(|job| problem.jobs[*job].deferral_cost.is_none())
                .collect();
            for job in &sure {
                shares[*job] =
                    group.span_cost / f64::from(u32::try_from(sure.len()).unwrap_or(u32::MAX));
            }
        }
        Bound {
            problem,
            still,
            best: prices.clone(),
            prices,
            value: f64::NEG_INFINITY,
            relaxed: vec![None; problem.jobs.len()],
            theta: 0.2,
            idle: 0,
            mean: None,
            shares,
            scales: problem.resources.iter().map(scale).collect(),
            least_peaks: { problem.resources.iter().enumerate() }
                .map(|(n, resource)| least_peak(problem, n) / scale(resource))
                .collect(),
        }
    }

    /// So many steps towards a better bound; `cost` is that of the best schedule known.
    pub(crate) fn improve(
        &mut self,
        steps: u32,
        cost: f64,
        scratch: &mut Scratch,
        mut go_on: impl FnMut() -> bool,
    ) {
        for _ in 0..steps {
            // Steps this short better nothing any more.
            if self.theta < SHORTEST || !go_on() {
                return;
            }
            self.step(cost, scratch);
        }
    }

    fn step(&mut self, cost: f64, scratch: &mut Scratch) {
        let problem = self.problem;
        let mut use_of_docks = vec![vec![0.0f64; problem.days]; problem.docks.len()];
        let mut use_of_resources = vec![vec![0.0f64; problem.days]; problem.resources.len()];
        let mut use_of_assets: Vec<Vec<f64>> = self
            .prices
            .assets
            .iter()
            .map(|prices| vec![0.0; prices.len()])
            .collect();
        let mut use_of_fleets = vec![vec![0.0f64; problem.days]; problem.fleets.len()];
        let mut value = 0.0;
        let mut relaxed = vec![None; problem.jobs.len()];
        let terms = Priced::new(self);
        for (job, data) in problem.jobs.iter().enumerate() {
            let (least_cost, path) =
                cheapest(problem, &terms, (job, self.still.floors[job]), scratch);
            if data.deferral_cost.is_some_and(|price| price <= least_cost) {
                value += data.deferral_cost.unwrap_or(0.0);
                continue;
            }
            // No place at all: such a job is counted apart, and costs nothing here.
            let Some(path) = path.filter(|_| least_cost.is_finite()) else {
                continue;
            };
            value += least_cost;
            for (task, option, start) in &path {
                let option = &data.tasks[*task].options[*option];
                if let Some(dock) = option.dock {
                    let until = start + option.days + set_up(problem, data, *task, dock);
                    for day in &mut use_of_docks[dock][range(*start, until, problem.days)] {
                        *day += 1.0;
                    }
                }
                for (resource, usage) in &option.uses {
                    let days = range(*start, start + option.days, problem.days);
                    for day in &mut use_of_resources[*resource][days] {
                        *day += crate::board::amount(*usage);
                    }
                }
            }
            let (out, back) = if path.len() == data.tasks.len() {
                let tasks: Vec<(usize, Day)> = path
                    .iter()
                    .map(|(_, option, start)| (*option, *start))
                    .collect();
                ends(problem, data, &tasks)
            } else {
                let home = problem.assets[data.asset].home;
                let (first, last) = (path[0], path[path.len() - 1]);
                let site =
                    |(task, option, _): (usize, usize, Day)| data.tasks[task].options[option].site;
                let days = data.tasks[last.0].options[last.1].days;
                (
                    left(data, first.2 - problem.shortest[home][site(first)]),
                    last.2 + days + problem.shortest[site(last)][home],
                )
            };
            relaxed[job] = Some(out);
            let days = range(out, back, problem.days);
            if !use_of_assets[data.asset].is_empty() {
                for day in &mut use_of_assets[data.asset][days.clone()] {
                    *day += 1.0;
                }
            }
            for fleet in &problem.assets[data.asset].fleets {
                for day in &mut use_of_fleets[*fleet][days.clone()] {
                    *day += 1.0;
                }
            }
        }
        let mut use_for_peaks = use_of_resources.clone();
        for (n, used) in use_for_peaks.iter_mut().enumerate() {
            let prices = &self.prices.peaks[n];
            if prices.is_empty() {
                used.clear();
                continue;
            }
            let (least, whole) = (self.least_peaks[n], self.whole_peak(n));
            value += (whole - prices.iter().sum::<f64>()).max(0.0) * least;
            used.iter_mut()
                .for_each(|used| *used = *used / self.scales[n] - least);
        }
        // Less what the days that there are would cost; and where more is asked for than there is.
        let slope = |price: f64, asked: f64, has: f64, value: &mut f64| {
            *value -= price * has;
            asked - has
        };
        for (n, dock) in problem.docks.iter().enumerate() {
            let days = use_of_docks[n].iter_mut().zip(&self.prices.docks[n]);
            for (day, (asked, price)) in (0..).zip(days) {
                let ships = crate::board::amount(dock.on(day).0);
                *asked = slope(*price, *asked, ships, &mut value);
            }
        }
        for (n, resource) in problem.resources.iter().enumerate() {
            let prices = &self.prices.resources[n];
            for (day, (asked, price)) in use_of_resources[n].iter_mut().zip(prices).enumerate() {
                let whole = crate::board::amount(resource.regular[day] + resource.overtime[day]);
                if whole <= 0.0 {
                    *asked = 0.0;
                    continue;
                }
                // The price is that of the whole day: of one thousandth it is price / whole.
                let regular = crate::board::amount(resource.regular[day]) / whole;
                let overtime = crate::board::amount(resource.overtime[day]) / whole;
                let beyond = resource.overtime_cost * whole;
                if *price > beyond {
                    // With overtime a day has more, which costs.
                    value += beyond * overtime;
                    *asked = slope(*price, *asked / whole, regular + overtime, &mut value);
                } else {
                    *asked = slope(*price, *asked / whole, regular, &mut value);
                }
            }
        }
        for (used, prices) in use_of_assets.iter_mut().zip(&self.prices.assets) {
            for (asked, price) in used.iter_mut().zip(prices) {
                *asked = slope(*price, *asked, 1.0, &mut value);
            }
        }
        for (n, fleet) in problem.fleets.iter().enumerate() {
            let span = range(fleet.span.0, fleet.span.1, problem.days);
            let spare = crate::board::amount(fleet.spare);
            for (day, (asked, price)) in use_of_fleets[n]
                .iter_mut()
                .zip(&self.prices.fleets[n])
                .enumerate()
            {
                if span.contains(&day) && fleet.shortage_cost > 0.0 {
                    *asked = slope(*price, *asked, spare, &mut value);
                } else {
                    *asked = 0.0;
                }
            }
        }
        let slopes = Prices {
            docks: use_of_docks,
            resources: use_of_resources,
            assets: use_of_assets,
            fleets: use_of_fleets,
            peaks: use_for_peaks,
        };
        match &mut self.mean {
            Some(mean) => mean.towards(&slopes, SHARE),
            None => self.mean = Some(slopes),
        }
        if value > self.value + 1e-9 * value.abs() {
            self.value = value;
            self.best = std::mem::take(&mut self.prices);
            self.relaxed = relaxed;
            self.idle = 0;
            self.theta = (self.theta * 1.1).min(1.5);
        } else {
            self.idle += 1;
            if self.idle >= PATIENCE {
                self.idle = 0;
                self.theta *= 0.66;
            }
        }
        self.prices = self.best.clone();
        if let Some(mean) = self.mean.take().filter(|_| cost.is_finite()) {
            self.advance(&mean, cost);
            self.mean = Some(mean);
        }
    }

    /// From the best prices a step along what is asked for too much in the mean.
    fn advance(&mut self, mean: &Prices, cost: f64) {
        let problem = self.problem;
        let most_of = |n: usize| problem.fleets[n].shortage_cost;
        let without = |_: usize| f64::INFINITY;
        let prices = &mut self.prices;
        let mut all: [Moved<'_>; 4] = [
            (&mut prices.docks, &mean.docks, &without),
            (&mut prices.resources, &mean.resources, &without),
            (&mut prices.assets, &mean.assets, &without),
            (&mut prices.fleets, &mean.fleets, &most_of),
        ];
        let mut length = 0.0;
        for (prices, slopes, most) in &all {
            for (n, (prices, slopes)) in prices.iter().zip(slopes.iter()).enumerate() {
                let most = most(n);
                for (price, slope) in prices.iter().zip(slopes) {
                    // A price that would leave its range does not move.
                    if (*slope > 0.0 && *price < most) || (*slope < 0.0 && *price > 0.0) {
                        length += slope * slope;
                    }
                }
            }
        }
        let peaks = prices.peaks.iter().zip(&mean.peaks);
        let peaks = peaks.flat_map(|(prices, slopes)| prices.iter().zip(slopes));
        let moving = peaks.filter(|(price, slope)| **slope > 0.0 || **price > 0.0);
        length += moving.map(|(_, slope)| slope * slope).sum::<f64>();
        if length <= 0.0 {
            return;
        }
        let step = self.theta * (cost * 1.0001 - self.value).max(cost.abs() * 1e-6) / length;
        for (prices, slopes, most) in &mut all {
            for (n, (prices, slopes)) in prices.iter_mut().zip(slopes.iter()).enumerate() {
                let most = most(n);
                for (price, slope) in prices.iter_mut().zip(slopes) {
                    *price = (*price + step * slope).clamp(0.0, most);
                }
            }
        }
        let whole = |n: usize| problem.resources[n].peak_cost * self.scales[n];
        for (n, (peaks, slopes)) in prices.peaks.iter_mut().zip(&mean.peaks).enumerate() {
            if peaks.is_empty() {
                continue;
            }
            for (price, slope) in peaks.iter_mut().zip(slopes) {
                *price += step * slope;
            }
            onto_simplex(peaks, whole(n));
        }
    }

    /// The cost of a peak of a whole day of a resource: what its prices sum up to at most.
    fn whole_peak(&self, resource: usize) -> f64 {
        self.problem.resources[resource].peak_cost * self.scales[resource]
    }
}

/// Share of a step's demand in the mean of all.
const SHARE: f64 = 0.1;
/// Length of steps, as a share of what Polyak proposes, at which the search for a bound ends.
const SHORTEST: f64 = 1e-4;
/// Steps that better nothing before steps are shortened.
const PATIENCE: u32 = 5;

/// The least cost of a job under prices, over all days on which it could be.
fn cheapest(
    problem: &Problem,
    terms: &impl Terms,
    (job, floor): (usize, f64),
    scratch: &mut Scratch,
) -> (f64, Option<Path>) {
    let data = &problem.jobs[job];
    let end = Day::try_from(problem.days).unwrap_or(Day::MAX);
    let mut until = first_window(problem, job).min(end);
    loop {
        let (cost, path) = least(
            problem,
            terms,
            job,
            (data.release.min(until), until),
            scratch,
        );
        // Whoever is back later pays at least this.
        let later = floor + late(problem, job, until);
        if until >= end || later >= cost || (until > data.due && later.is_infinite()) {
            return (cost, path);
        }
        until = (until + (until - data.release).max(64)).min(end);
    }
}

/// Days of set-up that a task is priced with: none where another task of its job may use the same dock, as the asset
/// may stay in it.
fn set_up(problem: &Problem, data: &JobData, task: usize, dock: usize) -> Day {
    let others = data
        .tasks
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != task);
    let mut options = others.flat_map(|(_, other)| &other.options);
    if options.any(|option| option.dock == Some(dock)) {
        0
    } else {
        problem.docks[dock].set_up
    }
}

/// A first guess of the days in which the best place lies.
pub(crate) fn first_window(problem: &Problem, job: usize) -> Day {
    let data = &problem.jobs[job];
    let longest = data.tasks.iter().map(|task| {
        task.options
            .iter()
            .map(|option| option.days)
            .max()
            .unwrap_or(0)
    });
    let work = longest.fold(0, Day::saturating_add);
    data.due
        .max(data.release.saturating_add(work))
        .saturating_add(90)
}

/// The most of a resource there is on a day, in thousandths.
fn scale(resource: &crate::problem::ResourceData) -> f64 {
    let most = resource.regular.iter().copied().max().unwrap_or(0);
    crate::board::amount(most.max(1))
}

/// The least that the highest use of a resource can be: what some task of a job that must be done takes in each of its options
/// of some days.
fn least_peak(problem: &Problem, resource: usize) -> f64 {
    let must = problem
        .jobs
        .iter()
        .filter(|job| job.deferral_cost.is_none());
    let tasks = must.flat_map(|job| &job.tasks);
    let least = tasks.filter_map(|task| {
        let options = task.options.iter();
        let usable = options.filter(|option| !option.windows.is_empty());
        let takes = usable.map(|option| {
            let uses = option.uses.iter().filter(|(other, _)| *other == resource);
            match option.days {
                0 => 0,
                _ => uses.map(|(_, usage)| *usage).sum(),
            }
        });
        takes.min()
    });
    crate::board::amount(least.max().unwrap_or(0))
}

/// The nearest numbers of at least nothing that sum up to no more than `sum`.
fn onto_simplex(numbers: &mut [f64], sum: f64) {
    if numbers.iter().map(|number| number.max(0.0)).sum::<f64>() <= sum {
        for number in numbers.iter_mut() {
            *number = number.max(0.0);
        }
        return;
    }
    let mut sorted: Vec<f64> = numbers.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let (mut so_far, mut level) = (0.0, 0.0);
    let mut count = 0.0;
    for number in sorted {
        so_far += number;
        count += 1.0;
        let cut = (so_far - sum) / count;
        if number <= cut {
            break;
        }
        level = cut;
    }
    for number in numbers.iter_mut() {
        *number = (*number - level).max(0.0);
    }
}

struct Priced<'a, 'b> {
    bound: &'b Bound<'a>,
}

impl<'a, 'b> Priced<'a, 'b> {
    fn new(bound: &'b Bound<'a>) -> Self {
        Priced { bound }
    }
}

impl Terms for Priced<'_, '_> {
    fn starts(&self, job: usize, task: usize, option: usize, from: Day, costs: &mut [f64]) {
        let problem = self.bound.problem;
        let row = &problem.jobs[job].tasks[task];
        let option = &row.options[option];
        base(row, option, from, costs);
        let first = usize::try_from(from).unwrap_or(0);
        let days = usize::try_from(option.days).unwrap_or(0);
        forbid(costs, days, |n| {
            let n = first + n;
            n >= problem.days
                || option.uses.iter().any(|(resource, usage)| {
                    let row = &problem.resources[*resource];
                    *usage > row.regular[n] + row.overtime[n]
                })
        });
        let price = |prices: &[f64], n: usize| prices.get(first + n).copied().unwrap_or(0.0);
        for (resource, usage) in &option.uses {
            let prices = &self.bound.prices.resources[*resource];
            let row = &problem.resources[*resource];
            let usage = crate::board::amount(*usage);
            let peaks = &self.bound.prices.peaks[*resource];
            if !peaks.is_empty() {
                let by = usage / self.bound.scales[*resource];
                over_days(costs, days, by, |n| price(peaks, n));
            }
            over_days(costs, days, 1.0, |n| {
                let whole = row
                    .regular
                    .get(first + n)
                    .map_or(0, |regular| regular + row.overtime[first + n]);
                if whole > 0 {
                    price(prices, n) * usage / crate::board::amount(whole)
                } else {
                    0.0
                }
            });
        }
    }

    fn dock(&self, job: usize, task: usize, option: usize, from: Day, costs: &mut [f64]) {
        let problem = self.bound.problem;
        let option = &problem.jobs[job].tasks[task].options[option];
        let first = usize::try_from(from).unwrap_or(0);
        let days = usize::try_from(option.days).unwrap_or(0);
        let shut = self.bound.still.shut(option);
        forbid(costs, days, |n| {
            first + n >= problem.days || shut.get(first + n).is_some_and(|shut| *shut)
        });
        if let Some(dock) = option.dock {
            too_short(problem, job, dock, (from, days), costs);
            let prices = &self.bound.prices.docks[dock];
            let set_up =
                usize::try_from(set_up(problem, &problem.jobs[job], task, dock)).unwrap_or(0);
            over_days(costs, days + set_up, 1.0, |n| {
                prices.get(first + n).copied().unwrap_or(0.0)
            });
        }
    }

    fn absent(&self, job: usize, from: Day, sums: &mut [f64]) {
        let problem = self.bound.problem;
        let data = &problem.jobs[job];
        let own = &self.bound.prices.assets[data.asset];
        let fleets = &problem.assets[data.asset].fleets;
        let mut sum = 0.0;
        let first = usize::try_from(from).unwrap_or(0);
        for (n, place) in sums.iter_mut().enumerate() {
            *place = sum;
            sum += data.not_ready_cost + self.bound.shares[job];
            sum += own.get(first + n).copied().unwrap_or(0.0);
            for fleet in fleets {
                sum += self.bound.prices.fleets[*fleet]
                    .get(first + n)
                    .copied()
                    .unwrap_or(0.0);
            }
        }
    }

    fn room(&self, _: usize, _: Day) -> i64 {
        i64::MAX
    }

    fn leave(&self, _: usize, _: Day) -> f64 {
        0.0
    }

    fn back(&self, job: usize, day: Day) -> f64 {
        late(self.bound.problem, job, day)
    }
}
