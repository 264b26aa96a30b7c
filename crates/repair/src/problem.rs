//! The problem: a scenario's repair tables as numbers, days counted from its first day.

use std::collections::BTreeMap;

use darsena_scenario::{Asset, ClosureWhat, Dock, Job, Scenario, Task};
use jiff::ToSpan;
use jiff::civil::Date;

use crate::law::{Shut, Windows};

/// A day, counted from the first day of the scenario.
pub type Day = i32;

/// Capacity units are counted in thousandths, so that sums are exact.
pub const UNIT: f64 = 1000.0;

/// Days past the horizon on which what is begun in it may end, at most.
const LONGEST_AFTER: Day = 3660;

/// Knots at which an asset moves where no row of `transits` tells.
const KNOTS: f64 = 16.0;

/// What is to be scheduled.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// First day of the scenario.
    pub start: Date,
    /// First day after the horizon that is planned.
    pub horizon: Day,
    /// Days for which capacity is known: the horizon, and room to finish what was begun in it.
    pub days: usize,
    /// Assets, by place in the table.
    pub assets: Vec<AssetData>,
    /// Jobs, by place in the table.
    pub jobs: Vec<JobData>,
    /// Docks, by place in the table.
    pub docks: Vec<DockData>,
    /// Resources that some mode uses.
    pub resources: Vec<ResourceData>,
    /// Groups, by place in the table.
    pub groups: Vec<GroupData>,
    /// Rows of `ready_fleet`.
    pub fleets: Vec<FleetData>,
    /// Days of passage between sites, by places in the table.
    pub transit: Vec<Vec<Day>>,
    /// The same by the shortest way round, where some job is not a chain of tasks; else empty.
    pub shortest: Vec<Vec<Day>>,
    /// Days on which nothing is done at a site, by place in the table.
    pub closed_sites: Vec<Vec<(Day, Day)>>,
    /// Modes nobody may use, and why.
    pub shut: Vec<ShutMode>,
}

/// A ship or aircraft.
#[derive(Debug, Clone, PartialEq)]
pub struct AssetData {
    /// Its id.
    pub id: String,
    /// Where it is at home.
    pub home: usize,
    /// Fleets that count it.
    pub fleets: Vec<usize>,
    /// Length and beam in thousandths of a metre; nothing where they are not told.
    pub size: [i64; 2],
}

/// One visit for repair.
#[derive(Debug, Clone, PartialEq)]
pub struct JobData {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub asset: usize,
    /// First day on which the asset may leave its home.
    pub release: Day,
    /// Day from which late costs.
    pub due: Day,
    /// Day from which late is impossible.
    pub deadline: Option<Day>,
    /// Cost of a day late.
    pub tardiness_cost: f64,
    /// Cost of a day not ready.
    pub not_ready_cost: f64,
    /// Price of leaving it out.
    pub deferral_cost: Option<f64>,
    /// Group it belongs to.
    pub group: Option<usize>,
    /// Tasks, each after those it waits for.
    pub tasks: Vec<TaskData>,
    /// Whether each task waits for the one before it, so that they are done one by one.
    pub chain: bool,
    /// Whether the asset is not ready from its release on, whenever work begins.
    pub damaged: bool,
}

/// A piece of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskData {
    /// Its id.
    pub id: String,
    /// Tasks of the job it waits for.
    pub after: Vec<usize>,
    /// Ways to do it.
    pub options: Vec<OptionData>,
    /// Start agreed last, and what moving or changing it costs.
    pub agreed: Option<AgreedData>,
}

/// A way to do a task: a mode in one dock, if it needs one.
#[derive(Debug, Clone, PartialEq)]
pub struct OptionData {
    /// The mode.
    pub mode: String,
    /// Place of the mode in its table.
    pub row: usize,
    /// Where.
    pub site: usize,
    /// The dock.
    pub dock: Option<usize>,
    /// Days it takes.
    pub days: Day,
    /// What it costs.
    pub cost: f64,
    /// What it takes each day of resources, in thousandths of a unit.
    pub uses: Vec<(usize, i64)>,
    /// Whether it is done by another state than that of the asset.
    pub foreign: bool,
    /// Days on which it may begin: from, until.
    pub windows: Vec<(Day, Day)>,
    /// Median and spread of the growth of its work.
    pub growth: (f64, f64),
}

/// What was agreed last of a task.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreedData {
    /// The mode.
    pub mode: String,
    /// The day.
    pub start: Day,
    /// Cost of a day moved.
    pub move_cost: f64,
    /// Cost of another mode.
    pub change_cost: f64,
    /// Whether it has begun, so that day and mode stay.
    pub begun: bool,
}

/// A dock.
#[derive(Debug, Clone, PartialEq)]
pub struct DockData {
    /// Its id.
    pub id: String,
    /// Where.
    pub site: usize,
    /// How many assets at once.
    pub ships: i64,
    /// Length and beam in thousandths of a metre, of which several assets take one after the other or side by side.
    pub size: [i64; 2],
    /// Days between one asset and the next.
    pub set_up: Day,
    /// Days on which it is shut: from, until.
    pub closed: Vec<(Day, Day)>,
    /// Days on which some of its places are shut, in order, and what is left on them.
    pub parts: Vec<PartOpen>,
}

/// A dock of which some places are shut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartOpen {
    /// First day.
    pub from: Day,
    /// First day no longer.
    pub until: Day,
    /// Assets it takes at once.
    pub ships: i64,
    /// Length that is left, in thousandths of a metre.
    pub length: i64,
}

impl DockData {
    /// How many assets it takes on a day on which it is not shut, and their length and beam in thousandths of a metre.
    #[must_use]
    pub fn on(&self, day: Day) -> (i64, [i64; 2]) {
        let part = { self.parts.iter() }.find(|part| part.from <= day && day < part.until);
        part.map_or((self.ships, self.size), |part| {
            (part.ships, [part.length, self.size[1]])
        })
    }
}

/// A trade or team.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceData {
    /// Its id.
    pub id: String,
    /// Where; a team that travels works elsewhere as well.
    pub site: usize,
    /// Regular capacity of each day, in thousandths.
    pub regular: Vec<i64>,
    /// What may be used beyond it, in thousandths.
    pub overtime: Vec<i64>,
    /// Cost of a thousandth used beyond the regular.
    pub overtime_cost: f64,
    /// Cost of a thousandth of the highest use.
    pub peak_cost: f64,
}

/// Jobs worth having together.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupData {
    /// Its id.
    pub id: String,
    /// Cost of each day from the first departure to the last return.
    pub span_cost: f64,
    /// Its jobs.
    pub jobs: Vec<usize>,
}

/// How many of a class should be ready.
#[derive(Debug, Clone, PartialEq)]
pub struct FleetData {
    /// Class and home, for the reader.
    pub name: String,
    /// Days it holds: from, until.
    pub span: (Day, Day),
    /// How many may be away at once without a shortage; less than none where there are too few assets.
    pub spare: i64,
    /// Cost of a day for each one short.
    pub shortage_cost: f64,
}

/// A mode that is not in the problem.
#[derive(Debug, Clone, PartialEq)]
pub struct ShutMode {
    /// Place of the mode in its table.
    pub row: usize,
    /// Why.
    pub why: ShutWhy,
}

/// Why a mode is not in the problem.
#[derive(Debug, Clone, PartialEq)]
pub enum ShutWhy {
    /// The law shuts it on every day of the horizon.
    Law(Shut),
    /// No dock of the site takes the asset: the measure that is too small.
    Fit(String),
    /// Another state does the work, and only home modes were asked for.
    Foreign,
}

/// Which modes a problem may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Modes {
    /// All that the law leaves open.
    #[default]
    All,
    /// Only those in which the state of the asset does the work itself: the status quo.
    Home,
}

impl Problem {
    /// Reads the repair tables of `scenario`; `windows` says when each mode may begin under the law.
    #[must_use]
    pub fn new(scenario: &Scenario, windows: &Windows, modes: Modes) -> Self {
        Reader::new(scenario).read(windows, modes)
    }

    /// The date of a day.
    #[must_use]
    pub fn date(&self, day: Day) -> Date {
        self.start.saturating_add(i64::from(day).days())
    }

    /// Whether the same schedules can be made as of another problem, at the same cost; what is shut may be so for other reasons.
    #[must_use]
    pub fn is_same(&self, other: &Problem) -> bool {
        let choices = |problem: &Problem| Problem {
            shut: Vec::new(),
            ..problem.clone()
        };
        choices(self) == choices(other)
    }

    /// Places of the tasks and options of a job for which `keep` does not hold are taken away.
    #[must_use]
    pub fn keeping(&self, mut keep: impl FnMut(&JobData, &TaskData, &OptionData) -> bool) -> Self {
        let mut kept = self.clone();
        for (job, was) in kept.jobs.iter_mut().zip(&self.jobs) {
            for (task, was_task) in job.tasks.iter_mut().zip(&was.tasks) {
                task.options.retain(|option| keep(was, was_task, option));
            }
        }
        kept
    }
}

/// Days from the first day of a scenario to `date`.
#[must_use]
pub fn day_of(start: Date, date: Date) -> Day {
    start.until(date).map_or(0, |span| span.get_days())
}

struct Reader<'a> {
    scenario: &'a Scenario,
    start: Date,
    horizon: Day,
    end: Date,
    days: usize,
    sites: BTreeMap<&'a str, usize>,
    states: BTreeMap<&'a str, &'a str>,
    /// Rows of the tasks of a job, and of the docks of a site.
    tasks_of: BTreeMap<&'a str, Vec<&'a Task>>,
    docks_of: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Reader<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        let head = scenario.head();
        let start = head.start;
        let horizon = day_of(start, head.horizon().end());
        let day = |date: Date| day_of(start, date);
        let latest = { scenario.jobs().iter() }
            .map(|job| day(job.deadline.unwrap_or(job.due)))
            .max()
            .unwrap_or(0);
        let longest: i64 = scenario
            .modes()
            .iter()
            .map(|mode| i64::from(mode.days))
            .max()
            .unwrap_or(0);
        // Room after the horizon to finish what is begun in it, even where docks are short.
        let room = 2 * 366 + 4 * longest.min(2 * 366);
        let days = i64::from(
            horizon
                .max(latest)
                .min(horizon.saturating_add(LONGEST_AFTER)),
        ) + room;
        let sites = { scenario.sites().iter().enumerate() }
            .map(|(n, site)| (site.site.as_str(), n))
            .collect();
        let states = { scenario.parties().iter() }
            .map(|party| (party.party.as_str(), party.state.as_str()))
            .collect();
        let mut tasks_of: BTreeMap<&str, Vec<&Task>> = BTreeMap::new();
        for task in scenario.tasks() {
            tasks_of.entry(task.job.as_str()).or_default().push(task);
        }
        let mut docks_of: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (n, dock) in scenario.docks().iter().enumerate() {
            docks_of.entry(dock.site.as_str()).or_default().push(n);
        }
        Reader {
            scenario,
            tasks_of,
            docks_of,
            start,
            horizon,
            end: head.horizon().end(),
            days: usize::try_from(days).unwrap_or(0),
            sites,
            states,
        }
    }

    fn day(&self, date: Date) -> Day {
        day_of(self.start, date)
    }

    fn last(&self) -> Day {
        Day::try_from(self.days).unwrap_or(Day::MAX)
    }

    fn span(&self, from: Option<Date>, until: Option<Date>) -> (Day, Day) {
        let from = from.map_or(0, |date| self.day(date)).max(0);
        let until = until
            .map_or(self.last(), |date| self.day(date))
            .min(self.last());
        (from, until)
    }

    /// Intervals in which a thing is closed whole, in order.
    fn closures(&self, what: ClosureWhat, id: &str) -> Vec<(Day, Day)> {
        let rows = self.scenario.closures().iter();
        let rows =
            rows.filter(|row| row.what == what && row.id.as_str() == id && row.ships.is_none());
        rows.map(|row| self.span(Some(row.from), Some(row.until)))
            .filter(|(from, until)| from < until)
            .collect()
    }

    /// What is left of a dock on days on which some of its places are closed; with none left it is closed whole.
    fn part_closures(&self, row: &Dock, dock: &mut DockData) {
        let rows: Vec<_> = { self.scenario.closures().iter() }
            .filter(|one| one.what == ClosureWhat::Dock && one.id.as_str() == row.dock.as_str())
            .filter_map(|one| {
                let (from, until) = self.span(Some(one.from), Some(one.until));
                let length = one.length_m.map_or(0, thousandths);
                Some((from, until, i64::from(one.ships?), length))
            })
            .collect();
        let mut turns: Vec<Day> = rows.iter().flat_map(|row| [row.0, row.1]).collect();
        turns.sort_unstable();
        turns.dedup();
        for pair in turns.windows(2) {
            let (from, until) = (pair[0], pair[1]);
            let there = rows.iter().filter(|row| row.0 <= from && until <= row.1);
            let (ships, length) = there.fold((0, 0), |sum, row| (sum.0 + row.2, sum.1 + row.3));
            if ships >= dock.ships {
                dock.closed.push((from, until));
            } else if ships > 0 {
                dock.parts.push(PartOpen {
                    from,
                    until,
                    ships: dock.ships - ships,
                    length: match row.length_m {
                        Some(_) => (dock.size[0] - length).max(0),
                        None => NO_LIMIT,
                    },
                });
            }
        }
    }

    fn docks(&self) -> Vec<DockData> {
        let rows = self.scenario.docks().iter();
        rows.map(|row| {
            let mut closed = self.closures(ClosureWhat::Dock, &row.dock);
            closed.extend(self.closures(ClosureWhat::Site, &row.site));
            let (from, until) = self.span(row.from, row.until);
            if from > 0 {
                closed.push((0, from));
            }
            if until < self.last() {
                closed.push((until.max(0), self.last()));
            }
            let mut dock = DockData {
                id: row.dock.to_string(),
                site: self.sites[row.site.as_str()],
                ships: i64::from(row.ships),
                size: [row.length_m, row.beam_m]
                    .map(|measure| measure.map_or(NO_LIMIT, thousandths)),
                set_up: days(row.set_up_days),
                closed,
                parts: Vec::new(),
            };
            self.part_closures(row, &mut dock);
            dock
        })
        .collect()
    }

    /// The resources that modes use, and where each resource of the table is among them.
    fn resources(&self) -> (Vec<ResourceData>, BTreeMap<&'a str, usize>) {
        let mut used: Vec<&str> = { self.scenario.mode_usage().iter() }
            .map(|row| row.resource.as_str())
            .collect();
        used.sort_unstable();
        used.dedup();
        let period_days = self.scenario.head().period.mean_days();
        let mut resources = Vec::new();
        let mut places = BTreeMap::new();
        for row in self.scenario.resources() {
            if used.binary_search(&row.resource.as_str()).is_err() {
                continue;
            }
            let mut regular = vec![0i64; self.days];
            let mut overtime = vec![0i64; self.days];
            let capacity = self.scenario.capacity().iter();
            for step in capacity.filter(|step| step.resource == row.resource) {
                let (from, until) = self.span(Some(step.from), step.until);
                let whole = (self.day(step.from), step.until.map(|date| self.day(date)));
                for day in from..until {
                    let n = usize::try_from(day).unwrap_or(0);
                    let mut amount = step.capacity;
                    if let (Some(to), (first, Some(last))) = (step.ramp_to, whole) {
                        let part = f64::from(day - first) / f64::from((last - first).max(1));
                        amount += (to - amount) * part;
                    }
                    regular[n] = thousandths(amount / period_days);
                    overtime[n] = thousandths(step.overtime / period_days);
                }
            }
            let mut closed = self.closures(ClosureWhat::Resource, &row.resource);
            // A team that travels works on elsewhere.
            if !row.mobile {
                closed.extend(self.closures(ClosureWhat::Site, &row.site));
            }
            for (from, until) in closed {
                for day in from..until {
                    let n = usize::try_from(day).unwrap_or(0);
                    regular[n] = 0;
                    overtime[n] = 0;
                }
            }
            places.insert(row.resource.as_str(), resources.len());
            resources.push(ResourceData {
                id: row.resource.to_string(),
                site: self.sites[row.site.as_str()],
                regular,
                overtime,
                overtime_cost: row.overtime_cost / UNIT,
                peak_cost: row.peak_cost / UNIT,
            });
        }
        (resources, places)
    }

    fn fleets(&self) -> Vec<FleetData> {
        let rows = self.scenario.ready_fleet().iter();
        rows.map(|row| {
            let counted = { self.scenario.assets().iter() }
                .filter(|asset| counts(asset, &row.class, &row.home_site))
                .count();
            FleetData {
                name: format!("{} at {}", row.class, row.home_site),
                span: self.span(
                    Some(row.from),
                    Some(row.until.map_or(self.end, |until| until.min(self.end))),
                ),
                spare: i64::try_from(counted).unwrap_or(0) - i64::from(row.minimum),
                shortage_cost: row.shortage_cost,
            }
        })
        .collect()
    }

    fn assets(&self) -> Vec<AssetData> {
        let rows = self.scenario.assets().iter();
        rows.map(|asset| {
            let fleets = self.scenario.ready_fleet().iter().enumerate();
            let fleets = fleets.filter(|(_, row)| counts(asset, &row.class, &row.home_site));
            AssetData {
                id: asset.asset.to_string(),
                home: self.sites[asset.home_site.as_str()],
                fleets: fleets.map(|(n, _)| n).collect(),
                size: [asset.length_m, asset.beam_m].map(|measure| measure.map_or(0, thousandths)),
            }
        })
        .collect()
    }

    /// Days of passage between any two sites that repair goes to.
    fn transit(&self) -> Vec<Vec<Day>> {
        let sites = self.scenario.sites();
        let mut transit = vec![vec![0; sites.len()]; sites.len()];
        for (n, one) in sites.iter().enumerate() {
            for (m, other) in sites.iter().enumerate() {
                if n == m {
                    continue;
                }
                let place = |site: &darsena_scenario::Site| Some((site.latitude?, site.longitude?));
                if let (Some(a), Some(b)) = (place(one), place(other)) {
                    transit[n][m] = passage(a, b);
                }
            }
        }
        for row in self.scenario.transits() {
            let (from, to) = (
                self.sites[row.from_site.as_str()],
                self.sites[row.to_site.as_str()],
            );
            transit[from][to] = days(row.days);
            // The way back takes as long, unless a row of its own tells.
            let back = self.scenario.transits().iter();
            let mut back = back
                .filter(|other| other.from_site == row.to_site && other.to_site == row.from_site);
            if back.next().is_none() {
                transit[to][from] = days(row.days);
            }
        }
        transit
    }

    /// Passages by the shortest way round, over the sites where assets are at home or repaired.
    fn shortest(&self, transit: &[Vec<Day>]) -> Vec<Vec<Day>> {
        let homes = self
            .scenario
            .assets()
            .iter()
            .map(|asset| asset.home_site.as_str());
        let yards = self.scenario.modes().iter().map(|mode| mode.site.as_str());
        let mut sites: Vec<usize> = homes.chain(yards).map(|site| self.sites[site]).collect();
        sites.sort_unstable();
        sites.dedup();
        let mut shortest = transit.to_vec();
        for by in &sites {
            for from in &sites {
                for to in &sites {
                    let round = shortest[*from][*by] + shortest[*by][*to];
                    shortest[*from][*to] = shortest[*from][*to].min(round);
                }
            }
        }
        shortest
    }

    fn read(&self, windows: &Windows, modes: Modes) -> Problem {
        let scenario = self.scenario;
        let docks = self.docks();
        let (resources, places) = self.resources();
        let mut shut = Vec::new();
        let mut groups: Vec<GroupData> = { scenario.groups().iter() }
            .map(|group| GroupData {
                id: group.group.to_string(),
                span_cost: group.span_cost,
                jobs: Vec::new(),
            })
            .collect();
        let asset_rows: BTreeMap<&str, usize> = { scenario.assets().iter().enumerate() }
            .map(|(n, asset)| (asset.asset.as_str(), n))
            .collect();
        let mut jobs = Vec::new();
        for job in scenario.jobs() {
            let asset = asset_rows[job.asset.as_str()];
            let group = { scenario.groups().iter() }
                .position(|group| job.group.as_ref() == Some(&group.group));
            if let Some(group) = group {
                groups[group].jobs.push(jobs.len());
            }
            let tasks = self.tasks(
                job,
                &scenario.assets()[asset],
                &places,
                windows,
                modes,
                &mut shut,
            );
            let chain = tasks
                .iter()
                .enumerate()
                .all(|(n, task)| n == 0 || task.after.contains(&(n - 1)));
            let begun = |task: &TaskData| task.agreed.as_ref().is_some_and(|agreed| agreed.begun);
            jobs.push(JobData {
                id: job.job.to_string(),
                asset,
                // Who has begun has left.
                release: match tasks.iter().any(begun) && !job.damaged {
                    true => 0,
                    false => self.day(job.release).max(0),
                },
                due: self.day(job.due),
                deadline: job.deadline.map(|date| self.day(date)),
                tardiness_cost: job.tardiness_cost,
                not_ready_cost: job.not_ready_cost,
                deferral_cost: job.deferral_cost,
                group,
                tasks,
                chain,
                damaged: job.damaged,
            });
        }
        let transit = self.transit();
        let shortest = match jobs.iter().all(|job: &JobData| job.chain) {
            true => Vec::new(),
            false => self.shortest(&transit),
        };
        Problem {
            start: self.start,
            horizon: self.horizon,
            days: self.days,
            assets: self.assets(),
            jobs,
            docks,
            resources,
            groups,
            fleets: self.fleets(),
            transit,
            shortest,
            closed_sites: { scenario.sites().iter() }
                .map(|site| self.closures(ClosureWhat::Site, &site.site))
                .collect(),
            shut,
        }
    }

    fn tasks(
        &self,
        job: &Job,
        asset: &Asset,
        places: &BTreeMap<&str, usize>,
        windows: &Windows,
        modes: Modes,
        shut: &mut Vec<ShutMode>,
    ) -> Vec<TaskData> {
        let scenario = self.scenario;
        let rows: &[&Task] = self
            .tasks_of
            .get(job.job.as_str())
            .map_or(&[], Vec::as_slice);
        // Each after those it waits for; the table's order among those that may go first.
        let mut order: Vec<usize> = Vec::new();
        while order.len() < rows.len() {
            let next = (0..rows.len()).find(|n| {
                !order.contains(n)
                    && rows[*n]
                        .after
                        .iter()
                        .all(|id| order.iter().any(|m| rows[*m].task == *id))
            });
            match next {
                Some(next) => order.push(next),
                None => break,
            }
        }
        let mut tasks = Vec::new();
        for n in &order {
            let row = rows[*n];
            let after = row.after.iter();
            let after = after
                .filter_map(|id| order.iter().position(|m| rows[*m].task == *id))
                .collect();
            let agreed = scenario
                .agreed()
                .binary_search_by(|agreed| agreed.task.cmp(&row.task));
            let agreed = agreed.ok().map(|n| &scenario.agreed()[n]);
            let begun = agreed.filter(|agreed| agreed.begun);
            let mut options = Vec::new();
            // Rows of a table are in order of its key.
            let first = scenario
                .modes()
                .partition_point(|mode| mode.task < row.task);
            let own = scenario.modes().iter().enumerate().skip(first);
            for (place, mode) in own.take_while(|(_, mode)| mode.task == row.task) {
                if begun.is_some_and(|begun| begun.mode.as_str() != mode.mode.as_str()) {
                    continue;
                }
                let site = self.sites[mode.site.as_str()];
                let foreign = self.is_foreign(mode, asset);
                if foreign && modes == Modes::Home && begun.is_none() {
                    shut.push(ShutMode {
                        row: place,
                        why: ShutWhy::Foreign,
                    });
                    continue;
                }
                let open = match (begun, windows.of(place)) {
                    // What has begun goes on.
                    (Some(_), _) => &[][..],
                    (None, Ok(open)) => open,
                    (None, Err(why)) => {
                        shut.push(ShutMode {
                            row: place,
                            why: ShutWhy::Law(why.clone()),
                        });
                        continue;
                    }
                };
                let begun = begun.map(|begun| (self.day(begun.start), self.day(begun.start) + 1));
                let open: Vec<(Day, Day)> = { open.iter() }
                    .map(|(from, until)| {
                        let until = until.map_or(self.last(), |date| self.day(date));
                        (self.day(*from).max(0), until.min(self.last()))
                    })
                    .chain(begun)
                    .filter(|(from, until)| from < until)
                    .collect();
                let key = (&mode.task, &mode.mode);
                let first = scenario
                    .mode_usage()
                    .partition_point(|usage| (&usage.task, &usage.mode) < key);
                let used = scenario.mode_usage()[first..].iter();
                let uses: Vec<(usize, i64)> =
                    { used.take_while(|usage| (&usage.task, &usage.mode) == key) }
                        .map(|usage| (places[usage.resource.as_str()], thousandths(usage.usage)))
                        .collect();
                let option = |dock: Option<usize>| OptionData {
                    mode: mode.mode.to_string(),
                    row: place,
                    site,
                    dock,
                    days: days(mode.days),
                    cost: mode.cost,
                    uses: uses.clone(),
                    foreign,
                    windows: open.clone(),
                    growth: (mode.growth, mode.growth_spread),
                };
                match mode.dock.as_deref() {
                    None => options.push(option(None)),
                    Some(name) => {
                        let mut why = None;
                        let before = options.len();
                        for n in self
                            .docks_of
                            .get(mode.site.as_str())
                            .into_iter()
                            .flatten()
                            .copied()
                        {
                            let dock = &scenario.docks()[n];
                            if name != "any" && dock.dock.as_str() != name {
                                continue;
                            }
                            match too_small(asset, dock) {
                                None => options.push(option(Some(n))),
                                Some(small) => why = why.or(Some(small)),
                            }
                        }
                        if let (true, Some(why)) = (options.len() == before, why) {
                            shut.push(ShutMode {
                                row: place,
                                why: ShutWhy::Fit(why),
                            });
                        }
                    }
                }
            }
            tasks.push(TaskData {
                id: row.task.to_string(),
                after,
                options,
                agreed: agreed.map(|agreed| AgreedData {
                    mode: agreed.mode.to_string(),
                    start: self.day(agreed.start),
                    move_cost: agreed.move_cost,
                    change_cost: agreed.change_cost,
                    begun: agreed.begun,
                }),
            });
        }
        tasks
    }

    fn is_foreign(&self, mode: &darsena_scenario::Mode, asset: &Asset) -> bool {
        let site = &self.scenario.sites()[self.sites[mode.site.as_str()]];
        let party = mode.by.as_ref().or(site.party.as_ref());
        let state = party.map_or(site.state.as_str(), |party| self.states[party.as_str()]);
        state != self.states[asset.party.as_str()]
    }
}

fn counts(asset: &Asset, class: &str, home: &str) -> bool {
    asset.class.as_deref() == Some(class) && asset.home_site.as_str() == home
}

/// Why a dock does not take an asset: the first measure that is too small.
fn too_small(asset: &Asset, dock: &Dock) -> Option<String> {
    let measures = [
        ("long", asset.length_m, dock.length_m),
        ("wide", asset.beam_m, dock.beam_m),
        ("deep", asset.draft_m, dock.draft_m),
    ];
    measures.into_iter().find_map(|(word, has, takes)| {
        let (has, takes) = (has?, takes?);
        (has > takes).then(|| {
            format!(
                "`{}` is {has} m {word}, `{}` takes {takes} m",
                asset.asset, dock.dock
            )
        })
    })
}

/// A measure that a dock does not limit: more than all assets together.
const NO_LIMIT: i64 = i64::MAX / 2;

fn thousandths(amount: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "capacities lie far inside the range"
    )]
    let whole = (amount * UNIT).round() as i64;
    whole
}

fn days(days: u32) -> Day {
    Day::try_from(days).unwrap_or(Day::MAX / 4)
}

/// Days of passage along the great circle at 16 knots, begun days counted whole.
fn passage((lat_a, lon_a): (f64, f64), (lat_b, lon_b): (f64, f64)) -> Day {
    let (a, b) = (lat_a.to_radians(), lat_b.to_radians());
    let half = |x: f64| (x / 2.0).sin().powi(2);
    let part = half(b - a) + a.cos() * b.cos() * half((lon_b - lon_a).to_radians());
    let miles = 2.0 * 3440.065 * part.sqrt().min(1.0).asin();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "no way on earth takes a hundred days"
    )]
    let days = (miles / KNOTS / 24.0).ceil() as Day;
    days
}
