//! The schedule as rows of a Gantt chart: docks by site, ships by home and class.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use darsena_repair::growth::Promise;
use darsena_repair::problem::{OptionData, TaskData};
use darsena_repair::{Day, Visit};
use darsena_scenario::{Asset, Scenario};

use crate::chart::gantt::{Bar, Group, Kind, Mark, Row};
use crate::repair::RepairPage;
use crate::text::repair as text;

/// Table of the answer that holds the tasks.
pub(crate) const SCHEDULE: &str = "repair.schedule";

/// A schedule and the scenario it is read with.
#[derive(Clone, Copy)]
pub(crate) struct Told<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) page: &'a RepairPage<'a>,
}

/// The chart of docks, and the docks that have no row in it.
pub(crate) struct ByDock {
    pub(crate) groups: Vec<Group>,
    /// Docks of sites at which no dock is used, by place.
    pub(crate) idle: Vec<usize>,
}

/// A task that is done.
pub(crate) struct Done<'a> {
    pub(crate) job: usize,
    pub(crate) task: &'a TaskData,
    pub(crate) option: &'a OptionData,
    pub(crate) start: Day,
    pub(crate) kind: Kind,
}

impl Done<'_> {
    pub(crate) fn end(&self) -> Day {
        self.start + self.option.days
    }
}

impl<'a> Told<'a> {
    /// The tasks of a visit by their first day.
    pub(crate) fn tasks(self, job: usize) -> Vec<Done<'a>> {
        let data = &self.page.problem.jobs[job];
        let Some(visit) = &self.page.outcome.visits[job] else {
            return Vec::new();
        };
        let mut tasks: Vec<Done<'_>> = { data.tasks.iter().zip(&visit.tasks) }
            .map(|(task, (option, start))| {
                let option = &task.options[*option];
                let kind = if option.dock.is_some() {
                    Kind::Dock
                } else {
                    Kind::Pier
                };
                Done {
                    job,
                    task,
                    option,
                    start: *start,
                    kind,
                }
            })
            .collect();
        tasks.sort_by_key(|task| task.start);
        // What takes neither dock nor trades: first trials, then work-up.
        let light = tasks
            .iter_mut()
            .filter(|task| task.option.dock.is_none() && task.option.uses.is_empty());
        for (n, task) in light.enumerate() {
            task.kind = if n == 0 { Kind::Trials } else { Kind::WorkUp };
        }
        tasks
    }

    pub(crate) fn asset(self, job: usize) -> &'a Asset {
        &self.scenario.assets()[self.page.problem.jobs[job].asset]
    }

    /// What a job is called: its ship and its kind.
    pub(crate) fn job_name(self, job: usize) -> String {
        format!(
            "{} ({})",
            asset_name(self.asset(job)),
            self.scenario.jobs()[job].kind
        )
    }

    /// The class of the ship and the kind of the job.
    pub(crate) fn class_and_kind(self, job: usize) -> String {
        let kind = self.scenario.jobs()[job].kind.to_string().to_uppercase();
        match self.asset(job).class.as_deref() {
            Some(class) => format!("{}, {kind}", class.to_uppercase()),
            None => kind,
        }
    }

    pub(crate) fn promise(self, job: usize) -> Option<&'a Promise> {
        self.page
            .growth?
            .jobs
            .iter()
            .find(|promise| promise.job == job)
    }

    /// A dock without what it shares with the id of its site, which stands above or before it.
    pub(crate) fn dock_label(self, dock: usize) -> String {
        let row = &self.scenario.docks()[dock];
        let (id, site) = (row.dock.as_str(), row.site.as_str());
        let first = site.split('-').next().unwrap_or(site);
        let rest = [site, first]
            .into_iter()
            .find_map(|site| id.strip_prefix(site)?.strip_prefix('-'));
        rest.unwrap_or(id).replace('-', " ")
    }

    /// A dock with its place: `Yokosuka dock 6`.
    pub(crate) fn dock_name(self, dock: usize) -> String {
        let site = self.page.problem.docks[dock].site;
        format!("{} {}", self.place(site), self.dock_label(dock))
    }

    /// A site in a word or two: its id in the spelling of its name, where it stands in it.
    pub(crate) fn place(self, site: usize) -> String {
        let row = &self.scenario.sites()[site];
        let words = row.site.replace('-', " ");
        let at = row.name.to_ascii_lowercase().find(&words);
        at.and_then(|at| row.name.get(at..at + words.len()))
            .map_or_else(|| spelled(&row.site), str::to_owned)
    }

    /// A home port in a heading: the word or two of [`Told::place`] where its name has them, else its whole name.
    fn home(self, site: usize) -> String {
        let row = &self.scenario.sites()[site];
        let place = self.place(site);
        if row.name.contains(&place) {
            place
        } else {
            self.site_name(site)
        }
    }

    /// Sites in the order in which people look for them: those of ships first, the busiest first.
    pub(crate) fn order(self, site: usize) -> (bool, Reverse<i64>, usize) {
        let (mut ships, mut days) = (false, 0);
        for (job, data) in self.page.problem.jobs.iter().enumerate() {
            let ship = self
                .asset(job)
                .kind
                .is_some_and(|kind| kind.as_str() == "ship");
            if self.page.problem.assets[data.asset].home == site {
                ships |= ship;
            }
            for task in self.tasks(job).iter().filter(|task| {
                task.option.site == site && matches!(task.kind, Kind::Dock | Kind::Pier)
            }) {
                ships |= ship;
                days += i64::from(task.option.days);
            }
        }
        (!ships, Reverse(days), site)
    }

    fn site_name(self, site: usize) -> String {
        let row = &self.scenario.sites()[site];
        if row.name.is_empty() {
            row.site.to_string()
        } else {
            row.name.to_string()
        }
    }

    /// Docks by site, in order of their table.
    pub(crate) fn by_dock(self) -> ByDock {
        let problem = self.page.problem;
        let mut stays: BTreeMap<usize, Vec<Done<'a>>> = BTreeMap::new();
        for job in 0..problem.jobs.len() {
            for task in self.tasks(job) {
                if let Some(dock) = task.option.dock {
                    stays.entry(dock).or_default().push(task);
                }
            }
        }
        let used = |dock: usize| {
            stays
                .keys()
                .any(|other| problem.docks[*other].site == problem.docks[dock].site)
        };
        let (drawn, idle): (Vec<usize>, Vec<usize>) =
            (0..problem.docks.len()).partition(|dock| used(*dock));
        let mut groups: Vec<(usize, Group)> = Vec::new();
        for dock in drawn {
            let site = problem.docks[dock].site;
            let row = self.dock(dock, stays.remove(&dock).unwrap_or_default());
            match groups.iter_mut().find(|(other, _)| *other == site) {
                Some((_, group)) => group.rows.push(row),
                None => groups.push((
                    site,
                    Group {
                        title: self.site_name(site),
                        rows: vec![row],
                    },
                )),
            }
        }
        groups.sort_by_cached_key(|(site, _)| self.order(*site));
        ByDock {
            groups: groups.into_iter().map(|(_, group)| group).collect(),
            idle,
        }
    }

    fn dock(self, dock: usize, mut stays: Vec<Done<'a>>) -> Row {
        let problem = self.page.problem;
        let data = &problem.docks[dock];
        let label = self.dock_label(dock);
        let lanes = usize::try_from(data.ships).unwrap_or(1).max(1);
        let mut free = vec![Day::MIN; lanes];
        let mut bars = Vec::new();
        let whole = merged(&data.closed).into_iter();
        let whole = whole.map(|(from, until)| (from, until, 0));
        // Of a divided dock some places may be shut: the last ones.
        let parts = data.parts.iter().map(|part| {
            let open = usize::try_from(part.ships).unwrap_or(0);
            (part.from, part.until, open)
        });
        for (from, until, open) in whole.chain(parts) {
            for lane in open..lanes {
                bars.push(Bar {
                    from,
                    until,
                    lane,
                    kind: Kind::Shut,
                    foreign: false,
                    label: String::new(),
                    short: String::new(),
                    title: text::shut(&label, problem.date(from), problem.date(until)),
                    row: ("", String::new()),
                });
            }
        }
        stays.sort_by_key(|stay| (stay.start, stay.job));
        for stay in stays {
            let lane = (0..lanes)
                .find(|lane| free[*lane] <= stay.start)
                .unwrap_or(0);
            let end = stay.end();
            free[lane] = end + data.set_up;
            let asset = self.asset(stay.job);
            bars.push(self.bar(&stay, lane, (asset_name(asset), short(asset))));
            if data.set_up > 0 {
                bars.push(Bar {
                    from: end,
                    until: end + data.set_up,
                    lane,
                    kind: Kind::SetUp,
                    foreign: false,
                    label: String::new(),
                    short: String::new(),
                    title: text::set_up(&label, data.set_up),
                    row: ("", String::new()),
                });
            }
        }
        Row {
            short: label.clone(),
            title: text::dock(&label, &self.site_name(data.site), data.ships),
            label,
            lanes,
            always: true,
            bars,
            marks: Vec::new(),
        }
    }

    fn bar(self, done: &Done<'_>, lane: usize, (label, short): (String, String)) -> Bar {
        let problem = self.page.problem;
        let option = done.option;
        let site = &self.scenario.sites()[option.site];
        let by = self.scenario.modes()[option.row]
            .by
            .as_ref()
            .or(site.party.as_ref());
        let by = by
            .and_then(|party| self.scenario.find_party(party))
            .map(|n| self.scenario.parties()[n].name.to_string());
        let task = self
            .scenario
            .tasks()
            .iter()
            .find(|task| task.task.as_str() == done.task.id);
        let what = task.map_or("", |task| task.name.as_str());
        Bar {
            from: done.start,
            until: done.end(),
            lane,
            kind: done.kind,
            foreign: option.foreign,
            label,
            short,
            title: text::stay(
                &self.job_name(done.job),
                what,
                &option
                    .dock
                    .map_or_else(|| self.place(option.site), |dock| self.dock_name(dock)),
                (
                    problem.date(done.start),
                    problem.date(done.end()),
                    option.days,
                ),
                option.foreign.then_some(by.as_deref().unwrap_or("")),
            ),
            row: (SCHEDULE, done.task.id.clone()),
        }
    }

    /// Assets with a visit by home and class, in order of their tables.
    pub(crate) fn by_ship(self) -> Vec<Group> {
        let problem = self.page.problem;
        let assets = self.scenario.assets();
        let mut rows: BTreeMap<usize, Row> = BTreeMap::new();
        for (job, visit) in self.page.outcome.visits.iter().enumerate() {
            let Some(visit) = visit else { continue };
            let asset = problem.jobs[job].asset;
            let row = rows.entry(asset).or_insert_with(|| Row {
                label: asset_name(&assets[asset]),
                short: short(&assets[asset]),
                title: asset_name(&assets[asset]),
                lanes: 1,
                always: false,
                bars: Vec::new(),
                marks: Vec::new(),
            });
            row.bars.extend(self.visit(job, visit));
            row.marks.push(self.mark(job, visit));
        }
        // Homes in order of their table; classes in the order in which they come there.
        let mut groups: Vec<(usize, Option<&str>, Group)> = Vec::new();
        for (asset, row) in rows {
            let (home, class) = (problem.assets[asset].home, assets[asset].class.as_deref());
            match groups
                .iter_mut()
                .find(|(site, other, _)| *site == home && *other == class)
            {
                Some((_, _, group)) => group.rows.push(row),
                None => {
                    let title =
                        text::class_at(&class.unwrap_or("").to_uppercase(), &self.home(home));
                    groups.push((
                        home,
                        class,
                        Group {
                            title,
                            rows: vec![row],
                        },
                    ));
                }
            }
        }
        groups.sort_by_cached_key(|(home, _, _)| self.order(*home));
        groups.into_iter().map(|(_, _, group)| group).collect()
    }

    fn visit(self, job: usize, visit: &Visit) -> Vec<Bar> {
        let problem = self.page.problem;
        let home = problem.assets[problem.jobs[job].asset].home;
        let mut bars = Vec::new();
        let mut way = |kind: Kind, from: Day, until: Day, title: String| {
            if from < until {
                bars.push(Bar {
                    from,
                    until,
                    lane: 0,
                    kind,
                    foreign: false,
                    label: String::new(),
                    short: String::new(),
                    title,
                    row: ("", String::new()),
                });
            }
        };
        let (mut at, mut day) = (home, visit.out);
        let name = self.job_name(job);
        let tasks = self.tasks(job);
        for task in &tasks {
            let passage = problem.transit[at][task.option.site];
            way(
                Kind::Passage,
                day,
                (day + passage).min(task.start),
                text::passage(
                    &name,
                    &self.place(at),
                    &self.place(task.option.site),
                    passage,
                ),
            );
            let there = (day + passage).max(day);
            way(
                Kind::Wait,
                there,
                task.start,
                text::waits_at(&name, &self.place(task.option.site), task.start - there),
            );
            at = task.option.site;
            day = day.max(task.end());
        }
        let passage = problem.transit[at][home];
        way(
            Kind::Passage,
            day,
            visit.back,
            text::passage(&name, &self.place(at), &self.place(home), passage),
        );
        bars.extend(
            tasks
                .iter()
                .map(|task| self.bar(task, 0, (self.place(task.option.site), String::new()))),
        );
        bars
    }

    fn mark(self, job: usize, visit: &Visit) -> Mark {
        let problem = self.page.problem;
        let due = problem.jobs[job].due;
        let promise = self.promise(job);
        Mark {
            due,
            back: visit.back,
            promise: promise.map(|promise| (promise.p50, promise.p80)),
            title: text::due_and_back(
                &self.job_name(job),
                problem.date(due),
                problem.date(visit.back),
                (visit.back - due).max(0),
                promise.map(|promise| (problem.date(promise.p50), problem.date(promise.p80))),
            ),
        }
    }
}

/// The name of an asset; of one without, its class and its id.
pub(crate) fn asset_name(asset: &Asset) -> String {
    match (&asset.name, asset.class.as_deref()) {
        (name, _) if !name.is_empty() => name.to_string(),
        (_, Some(class)) => format!("{} {}", class.to_uppercase(), asset.asset),
        (_, None) => asset.asset.to_string(),
    }
}

/// A name for narrow places: what its name holds in brackets, such as a hull number, else its name as far as its number, as in
/// `Destroyer 1` of `Destroyer 1 at San Diego`, else its whole name.
fn short(asset: &Asset) -> String {
    let name = asset_name(asset);
    let inner = name
        .rsplit_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(')'));
    if let Some(inner) = inner {
        return inner.to_owned();
    }
    let words: Vec<&str> = name.split(' ').collect();
    let number = words
        .iter()
        .position(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    match number {
        Some(at) if at > 0 => words[..=at].join(" "),
        _ => name,
    }
}

/// An id as a name: `guam-yard` is `Guam Yard`, `ssk` is `SSK`.
fn spelled(id: &str) -> String {
    if id.len() <= 3 {
        return id.to_uppercase();
    }
    let words = id.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().collect::<String>() + letters.as_str()
        })
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Intervals joined where they touch or overlap.
fn merged(spans: &[(Day, Day)]) -> Vec<(Day, Day)> {
    let mut sorted = spans.to_vec();
    sorted.sort_unstable();
    let mut out: Vec<(Day, Day)> = Vec::new();
    for (from, until) in sorted {
        match out.last_mut() {
            Some((_, last)) if from <= *last => *last = (*last).max(until),
            _ => out.push((from, until)),
        }
    }
    out
}
