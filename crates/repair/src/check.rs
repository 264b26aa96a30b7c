//! Verifies a schedule from the scenario's tables alone, day by day, without anything the search uses.

use std::collections::{BTreeMap, BTreeSet};

use darsena_scenario::{ClosureWhat, Dock, Scenario};
use jiff::ToSpan;
use jiff::civil::Date;

use crate::board::Cost;
use crate::law::Windows;
use crate::problem::Day;
use crate::schedule::{DoneJob, Schedule};

/// Something that a schedule breaks.
#[derive(Debug, Clone, PartialEq)]
pub struct Breach {
    /// Which rule: `job`, `task`, `order`, `passage`, `law`, `dock`, `fit`, `closure`, `capacity`, `asset`, `release`, `deadline`, `begun`, `cost`.
    pub rule: &'static str,
    /// What breaks it.
    pub what: String,
}

/// Returns everything that `schedule` breaks; `cost` is what it is said to cost.
#[must_use]
pub fn check(
    scenario: &Scenario,
    windows: &Windows,
    schedule: &Schedule,
    cost: &Cost,
) -> Vec<Breach> {
    let mut checker = Checker {
        scenario,
        windows,
        breaches: Vec::new(),
        start: scenario.head().start,
        mode_places: { scenario.modes().iter().enumerate() }
            .map(|(n, mode)| ((mode.task.as_str(), mode.mode.as_str()), n))
            .collect(),
        usage: BTreeMap::new(),
        tasks: BTreeMap::new(),
        jobs: { scenario.jobs().iter() }
            .map(|job| (job.job.as_str(), job))
            .collect(),
    };
    for row in scenario.mode_usage() {
        let key = (row.task.as_str(), row.mode.as_str());
        checker
            .usage
            .entry(key)
            .or_default()
            .push((row.resource.as_str(), row.usage));
    }
    for row in scenario.tasks() {
        checker.tasks.entry(row.job.as_str()).or_default().push(row);
    }
    checker.jobs(schedule);
    checker.docks(schedule);
    checker.assets(schedule);
    let found = checker.cost(schedule);
    checker.compare(&found, cost);
    checker.breaches
}

struct Checker<'a> {
    scenario: &'a Scenario,
    windows: &'a Windows,
    breaches: Vec<Breach>,
    start: Date,
    /// Rows by what they belong to.
    mode_places: BTreeMap<(&'a str, &'a str), usize>,
    usage: BTreeMap<(&'a str, &'a str), Vec<(&'a str, f64)>>,
    tasks: BTreeMap<&'a str, Vec<&'a darsena_scenario::Task>>,
    jobs: BTreeMap<&'a str, &'a darsena_scenario::Job>,
}

/// Usage and capacity of a day are counted in whole thousandths of a unit.
fn thousandths(amount: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "quantities of a scenario are far below what a number holds"
    )]
    let whole = (amount * 1000.0).round() as i64;
    whole
}

/// A stay in a dock: first day, first day after it and its set-up, the task, the place of its job.
type Stay<'a> = (Day, Day, &'a str, usize);

impl<'a> Checker<'a> {
    fn breach(&mut self, rule: &'static str, what: String) {
        self.breaches.push(Breach { rule, what });
    }

    fn date(&self, day: Day) -> Date {
        self.start.saturating_add(i64::from(day).days())
    }

    /// Days of passage: a row of the table, its way back, or the great circle at 16 knots.
    fn passage(&self, from: &str, to: &str) -> Day {
        if from == to {
            return 0;
        }
        let rows = self.scenario.transits();
        let row = |a: &str, b: &str| {
            let row = rows
                .iter()
                .find(|row| row.from_site.as_str() == a && row.to_site.as_str() == b);
            row.map(|row| Day::try_from(row.days).unwrap_or(Day::MAX))
        };
        if let Some(days) = row(from, to).or_else(|| row(to, from)) {
            return days;
        }
        let place = |id: &str| {
            let site = self
                .scenario
                .sites()
                .iter()
                .find(|site| site.site.as_str() == id)?;
            Some((site.latitude?.to_radians(), site.longitude?.to_radians()))
        };
        let (Some(a), Some(b)) = (place(from), place(to)) else {
            return 0;
        };
        let half = ((b.0 - a.0) / 2.0).sin().powi(2)
            + a.0.cos() * b.0.cos() * ((b.1 - a.1) / 2.0).sin().powi(2);
        let miles = 2.0 * 3440.065 * half.sqrt().min(1.0).asin();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "no way on earth takes a hundred days"
        )]
        let days = (miles / (16.0 * 24.0)).ceil() as Day;
        days
    }

    fn mode_place<'b>(&'b self, task: &'b str, mode: &'b str) -> Option<usize> {
        self.mode_places.get(&(task, mode)).copied()
    }

    fn usage_of(&self, task: &str, mode: &str) -> Vec<(&'a str, f64)> {
        let usage: &BTreeMap<(&str, &str), Vec<(&'a str, f64)>> = &self.usage;
        usage.get(&(task, mode)).cloned().unwrap_or_default()
    }

    /// What was agreed last of a task.
    fn agreed_of(&self, task: &str) -> Option<&'a darsena_scenario::Agreed> {
        self.scenario.agreed_of(task).first()
    }

    fn home(&self, done: &DoneJob) -> String {
        let asset = self
            .scenario
            .assets()
            .iter()
            .find(|asset| asset.asset.as_str() == done.asset);
        asset.map_or_else(String::new, |asset| asset.home_site.to_string())
    }

    fn jobs(&mut self, schedule: &Schedule) {
        let scenario = self.scenario;
        let mut of_job: BTreeMap<&str, Vec<&DoneJob>> = BTreeMap::new();
        for done in &schedule.jobs {
            of_job.entry(&done.job).or_default().push(done);
        }
        for job in scenario.jobs() {
            let id = job.job.as_str();
            let done = of_job.remove(id).unwrap_or_default();
            let left_out = schedule.deferred.iter().any(|other| other == id);
            let unplaced = schedule.unplaced.iter().any(|other| other == id);
            match (done.as_slice(), left_out, unplaced) {
                ([done], false, false) => self.job(job, done),
                ([], true, false) if job.deferral_cost.is_some() => {}
                ([], false, true) if job.deferral_cost.is_none() => {}
                _ => self.breach(
                    "job",
                    format!("job `{id}` is not done once, nor left out where that has a price"),
                ),
            }
        }
        let left_out = { schedule.deferred.iter() }.chain(&schedule.unplaced);
        for id in schedule.jobs.iter().map(|done| &done.job).chain(left_out) {
            if !self.jobs.contains_key(id.as_str()) {
                self.breach("job", format!("there is no job `{id}`"));
            }
        }
    }

    fn job(&mut self, job: &darsena_scenario::Job, done: &DoneJob) {
        let scenario = self.scenario;
        let id = job.job.as_str();
        if job.asset.as_str() != done.asset {
            self.breach("job", format!("job `{id}` is one of `{}`", job.asset));
        }
        let rows = self.tasks.get(id).cloned().unwrap_or_default();
        if rows.len() != done.tasks.len() {
            self.breach(
                "task",
                format!(
                    "job `{id}` has {} tasks, {} are done",
                    rows.len(),
                    done.tasks.len()
                ),
            );
        }
        for row in &rows {
            let times = done
                .tasks
                .iter()
                .filter(|task| task.task == row.task.as_str())
                .count();
            if times != 1 {
                self.breach("task", format!("task `{}` is done {times} times", row.task));
            }
        }
        let home = self.home(done);
        let mut places: BTreeMap<&str, (Day, Day, String)> = BTreeMap::new();
        for task in &done.tasks {
            if !rows.iter().any(|row| row.task.as_str() == task.task) {
                self.breach("task", format!("job `{id}` has no task `{}`", task.task));
                continue;
            }
            let Some(place) = self.mode_place(&task.task, &task.mode) else {
                self.breach(
                    "task",
                    format!("task `{}` has no mode `{}`", task.task, task.mode),
                );
                continue;
            };
            let mode = &scenario.modes()[place];
            if i64::from(task.end) - i64::from(task.start) != i64::from(mode.days) {
                self.breach(
                    "task",
                    format!(
                        "task `{}` takes {} days in mode `{}`",
                        task.task, mode.days, mode.mode
                    ),
                );
            }
            let on = self.date(task.start);
            let agreed = self.agreed_of(&task.task).filter(|agreed| agreed.begun);
            if let Some(agreed) = agreed
                && (agreed.start != on || agreed.mode.as_str() != task.mode)
            {
                self.breach(
                    "begun",
                    format!(
                        "task `{}` began on {} in mode `{}`",
                        task.task, agreed.start, agreed.mode
                    ),
                );
            }
            let lawful = self.windows.of(place).is_ok_and(|open| {
                open.iter()
                    .any(|(from, until)| *from <= on && until.is_none_or(|until| on < until))
            });
            // The law is not asked again of what has begun.
            if !lawful && agreed.is_none() {
                self.breach(
                    "law",
                    format!(
                        "task `{}` may not begin on {on} in mode `{}`",
                        task.task, mode.mode
                    ),
                );
            }
            self.fits(job, task, mode);
            let site = mode.site.to_string();
            places.insert(&task.task, (task.start, task.end, site));
        }
        // From home to what comes first, and home from what ends last.
        let order = |task: &str| done.tasks.iter().position(|done| done.task == task);
        let first = places
            .iter()
            .min_by_key(|(task, (start, end, _))| (*start, *end, order(task)));
        let last = places
            .iter()
            .max_by_key(|(task, (start, end, _))| (*end, *start, order(task)));
        let left = first.map_or(done.out, |(_, (start, _, site))| {
            start - self.passage(&home, site)
        });
        // A damaged asset is not ready from its release on, whenever it leaves.
        let out = match job.damaged {
            true => self
                .start
                .until(job.release)
                .map_or(0, |span| span.get_days())
                .max(0),
            false => left,
        };
        let back = last.map_or(done.back, |(_, (_, end, site))| {
            end + self.passage(site, &home)
        });
        if (out, back) != (done.out, done.back) {
            self.breach(
                "passage",
                format!(
                    "job `{id}` is away from day {out} until {back}, not {} until {}",
                    done.out, done.back
                ),
            );
        }
        for row in rows {
            let Some((start, _, _)) = places.get(row.task.as_str()) else {
                continue;
            };
            for before in &row.after {
                if places
                    .get(before.as_str())
                    .is_some_and(|(_, end, _)| end > start)
                {
                    self.breach(
                        "order",
                        format!("task `{}` begins before `{before}` is done", row.task),
                    );
                }
            }
        }
        let each: Vec<_> = places.iter().collect();
        for (n, (task, (start, end, site))) in each.iter().enumerate() {
            for (other, (begins, ends, there)) in &each[n + 1..] {
                // Passage is from one site to the next: where a third lies between, the two ways to and from it count.
                let between = |from: &Day, until: &Day| {
                    places.values().any(|(a, b, third)| {
                        third != site && third != there && from <= a && b <= until
                    })
                };
                let way = |from: &Day, until: &Day, a: &str, b: &str| {
                    from <= until && (between(from, until) || from + self.passage(a, b) <= *until)
                };
                let apart = way(ends, start, there, site) || way(end, begins, site, there);
                if site != there && !apart {
                    self.breach(
                        "passage",
                        format!(
                            "`{}` is at two sites at once for `{task}` and `{other}`",
                            done.asset
                        ),
                    );
                }
            }
        }
        let mut tasks = done.tasks.iter();
        let begun = tasks.any(|task| self.agreed_of(&task.task).is_some_and(|row| row.begun));
        if self.date(left) < job.release && (job.damaged || !begun) {
            self.breach(
                "release",
                format!(
                    "job `{id}` leaves on {}, before its release on {}",
                    self.date(left),
                    job.release
                ),
            );
        }
        if let Some(deadline) = job.deadline.filter(|deadline| self.date(back) > *deadline) {
            self.breach(
                "deadline",
                format!(
                    "job `{id}` is back on {}, after its deadline on {deadline}",
                    self.date(back)
                ),
            );
        }
    }

    /// A task's dock: of the site, large enough, in use on its days; nothing closed under it.
    fn fits(
        &mut self,
        job: &darsena_scenario::Job,
        task: &crate::schedule::DoneTask,
        mode: &darsena_scenario::Mode,
    ) {
        let scenario = self.scenario;
        let (from, until) = (self.date(task.start), self.date(task.end));
        let mut closed: Vec<(ClosureWhat, &str)> = vec![(ClosureWhat::Site, mode.site.as_str())];
        match (mode.dock.as_deref(), task.dock.as_deref()) {
            (None, None) => {}
            (Some(wanted), Some(dock)) if wanted == dock || wanted == "any" => {
                closed.push((ClosureWhat::Dock, dock));
                let row = scenario
                    .docks()
                    .iter()
                    .find(|row| row.dock.as_str() == dock);
                let asset = scenario
                    .assets()
                    .iter()
                    .find(|asset| asset.asset == job.asset);
                let Some((row, asset)) = row.zip(asset) else {
                    self.breach("dock", format!("there is no dock `{dock}`"));
                    return;
                };
                let over = |has: Option<f64>, takes: Option<f64>| {
                    has.zip(takes).is_some_and(|(has, takes)| has > takes)
                };
                if over(asset.length_m, row.length_m)
                    || over(asset.beam_m, row.beam_m)
                    || over(asset.draft_m, row.draft_m)
                {
                    self.breach(
                        "fit",
                        format!("`{}` does not fit into `{dock}`", asset.asset),
                    );
                }
                if row.site != mode.site {
                    self.breach("dock", format!("dock `{dock}` is not at `{}`", mode.site));
                }
                if from < until
                    && (row.from.is_some_and(|day| from < day)
                        || row.until.is_some_and(|day| day < until))
                {
                    self.breach(
                        "closure",
                        format!(
                            "dock `{dock}` is not in use for the whole of task `{}`",
                            task.task
                        ),
                    );
                }
            }
            _ => self.breach(
                "dock",
                format!(
                    "task `{}` is in another dock than its mode `{}` says",
                    task.task, mode.mode
                ),
            ),
        }
        for (what, id) in closed {
            let meets = |row: &darsena_scenario::Closure| {
                row.what == what
                    && row.id.as_str() == id
                    && row.ships.is_none()
                    && from < until
                    && row.from < until
                    && from < row.until
            };
            if scenario.closures().iter().any(meets) {
                self.breach(
                    "closure",
                    format!("`{id}` is closed while task `{}` is under way", task.task),
                );
            }
        }
    }

    /// No dock holds more assets than it takes, set-up included; one that stays from task to task is there once.
    fn docks(&mut self, schedule: &Schedule) {
        for row in self.scenario.docks() {
            let set_up = Day::try_from(row.set_up_days).unwrap_or(Day::MAX);
            let tasks = { schedule.jobs.iter().enumerate() }
                .flat_map(|(n, job)| job.tasks.iter().map(move |task| (n, task)));
            let stays: Vec<Stay<'_>> = tasks
                .filter(|(_, task)| task.dock.as_deref() == Some(row.dock.as_str()))
                .map(|(n, task)| (task.start, task.end + set_up, task.task.as_str(), n))
                .collect();
            let inside = |day: Day| -> BTreeSet<usize> {
                let there = stays
                    .iter()
                    .filter(|(from, until, _, _)| *from <= day && day < *until);
                there.map(|(_, _, _, job)| *job).collect()
            };
            for (start, _, task, _) in &stays {
                let there = inside(*start);
                let full = there.len() > usize::try_from(row.ships).unwrap_or(usize::MAX);
                if full || !self.lie_together(row, 0.0, schedule, &there) {
                    self.breach(
                        "dock",
                        format!("dock `{}` is full when task `{task}` begins", row.dock),
                    );
                }
            }
            self.part_of_dock(row, set_up, schedule, &stays, &inside);
        }
    }

    /// On no day on which some places of a dock are closed does it hold more than the others take; on a day on which none is
    /// left nothing is under way, though it may be set up.
    fn part_of_dock(
        &mut self,
        row: &Dock,
        set_up: Day,
        schedule: &Schedule,
        stays: &[Stay<'_>],
        inside: &dyn Fn(Day) -> BTreeSet<usize>,
    ) {
        let scenario = self.scenario;
        let closed = |on: Date| {
            let rows = scenario.closures().iter();
            let rows = rows.filter(move |one| {
                one.what == ClosureWhat::Dock
                    && one.id.as_str() == row.dock.as_str()
                    && one.from <= on
                    && on < one.until
            });
            rows.fold((0u32, 0.0), |sum: (u32, f64), one| {
                (
                    sum.0.saturating_add(one.ships.unwrap_or(0)),
                    sum.1 + one.length_m.unwrap_or(0.0),
                )
            })
        };
        let some = { scenario.closures().iter() }.any(|one| {
            one.what == ClosureWhat::Dock
                && one.id.as_str() == row.dock.as_str()
                && one.ships.is_some()
        });
        let first = stays.iter().map(|stay| stay.0).min().unwrap_or(0);
        let last = stays.iter().map(|stay| stay.1).max().unwrap_or(0);
        for day in first..last {
            let (ships, length) = match some {
                true => closed(self.date(day)),
                false => return,
            };
            if ships == 0 {
                continue;
            }
            let left = row.ships.saturating_sub(ships);
            let there = inside(day);
            let working: Vec<usize> = { stays.iter() }
                .filter(|stay| stay.0 <= day && day < stay.1 - set_up)
                .map(|stay| stay.3)
                .collect();
            let full = left > 0 && there.len() > usize::try_from(left).unwrap_or(usize::MAX);
            let none_left = left == 0 && !working.is_empty();
            let too_long = row.length_m.is_some_and(|all| {
                working.iter().any(|job| {
                    let mut assets = scenario.assets().iter();
                    let name = schedule.jobs[*job].asset.as_str();
                    let asset = assets.find(|asset| asset.asset.as_str() == name);
                    let long = asset.and_then(|asset| asset.length_m);
                    long.is_some_and(|long| long > all - length + 1e-3)
                })
            });
            let apart = left > 0 && !self.lie_together(row, length, schedule, &there);
            if full || none_left || too_long || apart {
                self.breach(
                    "closure",
                    format!(
                        "dock `{}` has {left} places open on {}, too few for what is in it",
                        row.dock,
                        self.date(day)
                    ),
                );
                return;
            }
        }
    }

    /// Whether the assets of these jobs have place in a dock one after the other in the length that is not closed, or side by side.
    fn lie_together(
        &self,
        dock: &Dock,
        closed: f64,
        schedule: &Schedule,
        jobs: &BTreeSet<usize>,
    ) -> bool {
        let assets = || {
            let names = jobs.iter().map(|job| schedule.jobs[*job].asset.as_str());
            names.filter_map(|name| {
                let mut rows = self.scenario.assets().iter();
                rows.find(|row| row.asset.as_str() == name)
            })
        };
        let length: f64 = assets().filter_map(|asset| asset.length_m).sum();
        let beam: f64 = assets().filter_map(|asset| asset.beam_m).sum();
        // As exact as the tables: a millimetre is no measure of a dock.
        let within = |sum: f64, limit: Option<f64>| limit.is_none_or(|limit| sum <= limit + 1e-3);
        jobs.len() < 2 || within(length + closed, dock.length_m) || within(beam, dock.beam_m)
    }

    /// An asset is away for one job at a time.
    fn assets(&mut self, schedule: &Schedule) {
        for (n, one) in schedule.jobs.iter().enumerate() {
            for other in &schedule.jobs[n + 1..] {
                if one.asset == other.asset && one.out < other.back && other.out < one.back {
                    self.breach(
                        "asset",
                        format!(
                            "`{}` is away for `{}` and `{}` at once",
                            one.asset, one.job, other.job
                        ),
                    );
                }
            }
        }
    }

    /// What the schedule costs; what each resource is used beyond what there is, is a breach.
    fn cost(&mut self, schedule: &Schedule) -> Cost {
        let scenario = self.scenario;
        let mut cost = Cost {
            unplaced: schedule.unplaced.len(),
            ..Cost::default()
        };
        let by_id = self.jobs.clone();
        let agreed: BTreeMap<&str, _> = scenario
            .agreed()
            .iter()
            .map(|row| (row.task.as_str(), row))
            .collect();
        let job_of = |id: &str| by_id.get(id).copied();
        for id in &schedule.deferred {
            cost.deferral += job_of(id).and_then(|job| job.deferral_cost).unwrap_or(0.0);
        }
        let mut usage: BTreeMap<&str, BTreeMap<Day, i64>> = BTreeMap::new();
        for done in &schedule.jobs {
            let Some(job) = job_of(&done.job) else {
                continue;
            };
            cost.not_ready += f64::from(done.back - done.out) * job.not_ready_cost;
            let late = self
                .start
                .saturating_add(i64::from(done.back).days())
                .since(job.due)
                .map_or(0, |span| span.get_days());
            cost.tardiness += f64::from(late.max(0)) * job.tardiness_cost;
            for task in &done.tasks {
                let Some(place) = self.mode_place(&task.task, &task.mode) else {
                    continue;
                };
                cost.modes += scenario.modes()[place].cost;
                if let Some(agreed) = agreed.get(task.task.as_str()) {
                    let moved = self
                        .date(task.start)
                        .since(agreed.start)
                        .map_or(0, |span| span.get_days());
                    cost.changes += f64::from(moved.abs()) * agreed.move_cost;
                    if agreed.mode.as_str() != task.mode {
                        cost.changes += agreed.change_cost;
                    }
                }
                for (resource, used) in self.usage_of(&task.task, &task.mode) {
                    let days = usage.entry(resource).or_default();
                    for day in task.start..task.end {
                        *days.entry(day).or_default() += thousandths(used);
                    }
                }
            }
        }
        for row in scenario.resources() {
            let Some(days) = usage.get(row.resource.as_str()) else {
                continue;
            };
            let units = |count: i64| {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "amounts are far below what a number holds"
                )]
                let units = count as f64 / 1000.0;
                units
            };
            let mut highest = 0;
            for (day, used) in days {
                let (regular, overtime) =
                    self.capacity(&row.resource, (&row.site, row.mobile), *day);
                if *used > regular + overtime {
                    let what = format!(
                        "{} of `{}` are used on {}, there are {}",
                        units(*used),
                        row.resource,
                        self.date(*day),
                        units(regular + overtime)
                    );
                    self.breach("capacity", what);
                }
                cost.overtime += units((used - regular).max(0)) * row.overtime_cost;
                highest = highest.max(*used);
            }
            cost.peaks += units(highest) * row.peak_cost;
        }
        let end = scenario.head().horizon().end();
        for row in scenario.ready_fleet() {
            let of_fleet = |id: &str| {
                scenario.assets().iter().any(|asset| {
                    asset.asset.as_str() == id
                        && asset.class.as_deref() == Some(row.class.as_str())
                        && asset.home_site == row.home_site
                })
            };
            let all = { scenario.assets().iter() }
                .filter(|asset| of_fleet(&asset.asset))
                .count();
            let away: Vec<&DoneJob> = schedule
                .jobs
                .iter()
                .filter(|done| of_fleet(&done.asset))
                .collect();
            for day in 0.. {
                let date = self.date(day);
                if date >= row.until.map_or(end, |until| until.min(end)) {
                    break;
                }
                if date < row.from {
                    continue;
                }
                let out = away
                    .iter()
                    .filter(|done| done.out <= day && day < done.back)
                    .count();
                let ready = all.saturating_sub(out);
                let short = usize::try_from(row.minimum)
                    .unwrap_or(usize::MAX)
                    .saturating_sub(ready);
                #[expect(clippy::cast_precision_loss, reason = "fleets are small")]
                let short = short as f64;
                cost.shortage += short * row.shortage_cost;
            }
        }
        for row in scenario.groups() {
            let of_group = |done: &&DoneJob| {
                job_of(&done.job).is_some_and(|job| job.group.as_ref() == Some(&row.group))
            };
            let jobs: Vec<&DoneJob> = schedule.jobs.iter().filter(of_group).collect();
            let first = jobs.iter().map(|done| done.out).min();
            let last = jobs.iter().map(|done| done.back).max();
            if let (Some(first), Some(last)) = (first, last) {
                cost.groups += f64::from(last - first) * row.span_cost;
            }
        }
        cost
    }

    /// Regular capacity and overtime of a day, in thousandths.
    fn capacity(&self, resource: &str, (site, travels): (&str, bool), day: Day) -> (i64, i64) {
        let date = self.date(day);
        let shut = |row: &&darsena_scenario::Closure| {
            let same = (row.what == ClosureWhat::Resource && row.id.as_str() == resource)
                || (row.what == ClosureWhat::Site && row.id.as_str() == site && !travels);
            same && row.from <= date && date < row.until
        };
        if self.scenario.closures().iter().any(|row| shut(&row)) {
            return (0, 0);
        }
        let mean = self.scenario.head().period.mean_days();
        let mut rows = self
            .scenario
            .capacity()
            .iter()
            .filter(|row| row.resource.as_str() == resource);
        let row = rows.rfind(|row| row.from <= date && row.until.is_none_or(|until| date < until));
        row.map_or((0, 0), |row| {
            let days = |from: Date, until: Date| {
                f64::from(from.until(until).map_or(0, |span| span.get_days()))
            };
            let amount = match (row.ramp_to, row.until) {
                (Some(to), Some(until)) => {
                    row.capacity
                        + (to - row.capacity)
                            * (days(row.from, date) / days(row.from, until).max(1.0))
                }
                _ => row.capacity,
            };
            (thousandths(amount / mean), thousandths(row.overtime / mean))
        })
    }

    fn compare(&mut self, found: &Cost, told: &Cost) {
        let pairs = [
            ("days not ready", found.not_ready, told.not_ready),
            ("tardiness", found.tardiness, told.tardiness),
            ("modes", found.modes, told.modes),
            ("overtime", found.overtime, told.overtime),
            ("peaks", found.peaks, told.peaks),
            ("shortage", found.shortage, told.shortage),
            ("groups", found.groups, told.groups),
            ("changes", found.changes, told.changes),
            ("deferral", found.deferral, told.deferral),
        ];
        for (name, found, told) in pairs {
            let close = (found - told).abs() <= 1e-6 * found.abs().max(told.abs()) + 1e-6;
            // What is no number is close to none.
            if !close {
                self.breach(
                    "cost",
                    format!("{name}: recomputed {found:.6}, said {told:.6}"),
                );
            }
        }
        if found.unplaced != told.unplaced {
            self.breach(
                "cost",
                format!(
                    "{} jobs without a place, said {}",
                    found.unplaced, told.unplaced
                ),
            );
        }
    }
}
