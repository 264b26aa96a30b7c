//! The tables of the answer.

use std::collections::BTreeMap;

use darsena_law::{Cited, law_begins};
use darsena_repair::nowhere::{Lack, Nowhere};
use darsena_repair::problem::UNIT;
use darsena_repair::reasons::{Obstacle, Reason};
use darsena_repair::{Day, Shut, ShutWhy, load};
use darsena_scenario::Scenario;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::answer::{Column, Table};
use crate::repair::{Repair, days_of};

/// What is paid for, and how much of it there is in a cost.
type Part = (&'static str, fn(&darsena_repair::Cost) -> f64);

const PARTS: [Part; 10] = [
    ("days not ready", |cost| cost.not_ready),
    ("days late", |cost| cost.tardiness),
    ("modes", |cost| cost.modes),
    ("overtime", |cost| cost.overtime),
    ("peaks of load", |cost| cost.peaks),
    ("fleet below what should be ready", |cost| cost.shortage),
    ("spans of groups", |cost| cost.groups),
    ("changes against the schedule agreed", |cost| cost.changes),
    ("jobs left out", |cost| cost.deferral),
    ("all", darsena_repair::Cost::total),
];

/// A column of what a cost pays for.
pub(super) fn paid(
    scenario: &Scenario,
    name: &'static str,
    cost: &darsena_repair::Cost,
) -> Option<Column> {
    let currency = scenario.head().currency.as_str();
    let table =
        Table::new("costs", "").number(name, currency, PARTS.iter().map(|part| part.1(cost)));
    table.columns.into_iter().next()
}

#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) repair: &'a Repair,
}

impl Told<'_> {
    fn date(self, day: Day) -> Date {
        self.repair.problem.date(day)
    }

    fn currency(self) -> String {
        self.scenario.head().currency.to_string()
    }

    fn site(self, place: usize) -> String {
        self.scenario.sites()[place].site.to_string()
    }

    /// Every job, whether it is done, when, and why not sooner.
    pub(super) fn jobs(self) -> Table {
        let problem = &self.repair.problem;
        let rows = self.scenario.jobs();
        let visits = &self.repair.outcome.visits;
        let promise = |job: usize| {
            let growth = self.repair.growth.as_ref()?;
            growth.jobs.iter().find(|promise| promise.job == job)
        };
        let all = 0..rows.len();
        let status = |job: usize| match (&visits[job], rows[job].deferral_cost) {
            (Some(_), _) => "done",
            (None, Some(_)) => "left out",
            (None, None) => "no place",
        };
        let foreign = |job: usize| {
            visits[job].as_ref().is_some_and(|visit| {
                let tasks = problem.jobs[job].tasks.iter().zip(&visit.tasks);
                tasks
                    .into_iter()
                    .any(|(task, (option, _))| task.options[*option].foreign)
            })
        };
        let sites = |job: usize| {
            let mut sites: Vec<String> = Vec::new();
            let tasks = problem.jobs[job]
                .tasks
                .iter()
                .zip(visits[job].iter().flat_map(|visit| &visit.tasks));
            for (task, (option, _)) in tasks {
                let site = self.site(task.options[*option].site);
                if !sites.contains(&site) {
                    sites.push(site);
                }
            }
            sites.join(";")
        };
        let money = |job: usize| {
            let data = &problem.jobs[job];
            match &visits[job] {
                None => data.deferral_cost,
                Some(visit) => {
                    let tasks = data.tasks.iter().zip(&visit.tasks);
                    let modes: f64 = tasks
                        .map(|(task, (option, _))| task.options[*option].cost)
                        .sum();
                    Some(
                        modes
                            + f64::from(visit.back - visit.out) * data.not_ready_cost
                            + f64::from((visit.back - data.due).max(0)) * data.tardiness_cost,
                    )
                }
            }
        };
        let reasons = |job: usize| {
            let of_job = self
                .repair
                .reasons
                .iter()
                .filter(move |reason| reason.job == job);
            of_job
                .map(|reason| self.reason_json(reason))
                .collect::<Vec<Value>>()
        };
        Table::new(
            "jobs",
            "A job: when the asset is away, what that costs, and why it is not back sooner.",
        )
        .text("job", all.clone().map(|job| rows[job].job.to_string()))
        .text("asset", all.clone().map(|job| rows[job].asset.to_string()))
        .text("kind", all.clone().map(|job| rows[job].kind.to_string()))
        .text("status", all.clone().map(status))
        .text("sites", all.clone().map(sites))
        .flag("foreign", all.clone().map(foreign))
        .day("release", all.clone().map(|job| rows[job].release))
        .day(
            "out",
            all.clone()
                .map(|job| visits[job].as_ref().map(|visit| self.date(visit.out))),
        )
        .day(
            "back",
            all.clone()
                .map(|job| visits[job].as_ref().map(|visit| self.date(visit.back))),
        )
        .day("due", all.clone().map(|job| rows[job].due))
        .whole(
            "days_not_ready",
            "days",
            all.clone().map(|job| {
                visits[job]
                    .as_ref()
                    .map(|visit| i64::from(visit.back - visit.out))
            }),
        )
        .whole(
            "days_late",
            "days",
            all.clone().map(|job| -> Option<i64> {
                let visit = visits[job].as_ref()?;
                Some(i64::from((visit.back - problem.jobs[job].due).max(0)))
            }),
        )
        .day(
            "back_p50",
            all.clone()
                .map(|job| promise(job).map(|promise| self.date(promise.p50))),
        )
        .day(
            "back_p80",
            all.clone()
                .map(|job| promise(job).map(|promise| self.date(promise.p80))),
        )
        .number(
            "on_time",
            "share",
            all.clone()
                .map(|job| promise(job).map(|promise| promise.on_time)),
        )
        .number(
            "by_due",
            "share",
            all.clone()
                .map(|job| promise(job).map(|promise| promise.by_due)),
        )
        .number("cost", &self.currency(), all.clone().map(money))
        .lists("reasons", all.map(reasons))
    }

    /// Every task that is done.
    pub(super) fn schedule(self) -> Table {
        let problem = &self.repair.problem;
        let mut rows = Vec::new();
        for (job, visit) in self.repair.outcome.visits.iter().enumerate() {
            let tasks = problem.jobs[job]
                .tasks
                .iter()
                .zip(visit.iter().flat_map(|visit| &visit.tasks));
            rows.extend(
                tasks.map(|(task, (option, start))| (job, task, &task.options[*option], *start)),
            );
        }
        let modes = self.scenario.modes();
        let names: BTreeMap<&str, String> = { self.scenario.tasks().iter() }
            .map(|task| (task.task.as_str(), task.name.to_string()))
            .collect();
        Table::new(
            "schedule",
            "A task: where, in which dock and mode, from which day until which.",
        )
        .text("task", rows.iter().map(|row| row.1.id.clone()))
        .text("job", rows.iter().map(|row| problem.jobs[row.0].id.clone()))
        .text(
            "asset",
            rows.iter()
                .map(|row| problem.assets[problem.jobs[row.0].asset].id.clone()),
        )
        .text(
            "name",
            rows.iter()
                .map(|row| names.get(row.1.id.as_str()).cloned().unwrap_or_default()),
        )
        .text("site", rows.iter().map(|row| self.site(row.2.site)))
        .text(
            "dock",
            rows.iter().map(|row| {
                row.2
                    .dock
                    .map_or_else(String::new, |dock| problem.docks[dock].id.clone())
            }),
        )
        .text("mode", rows.iter().map(|row| row.2.mode.clone()))
        .text(
            "by",
            rows.iter().map(|row| {
                let site = &self.scenario.sites()[row.2.site];
                let by = modes[row.2.row].by.as_ref().or(site.party.as_ref());
                by.map_or_else(|| site.state.to_string(), ToString::to_string)
            }),
        )
        .flag("foreign", rows.iter().map(|row| row.2.foreign))
        .day("start", rows.iter().map(|row| self.date(row.3)))
        .day("end", rows.iter().map(|row| self.date(row.3 + row.2.days)))
        .whole("days", "days", rows.iter().map(|row| i64::from(row.2.days)))
        .number("cost", &self.currency(), rows.iter().map(|row| row.2.cost))
    }

    /// What is paid for.
    pub(super) fn costs(self) -> Table {
        let now = &self.repair.outcome.cost;
        let old = self.repair.status_quo.as_ref().map(|quo| &quo.outcome.cost);
        let currency = self.currency();
        let mut costs = Table::new(
            "costs",
            "What the schedule pays for, and what the status quo pays.",
        )
        .text("part", PARTS.iter().map(|part| part.0));
        costs.columns.extend(paid(self.scenario, "cost", now));
        costs.number(
            "status_quo",
            &currency,
            PARTS.iter().map(|part| old.map(part.1)),
        )
    }

    /// What stands in the way of each job.
    pub(super) fn reasons(self) -> Table {
        let all = &self.repair.reasons;
        let problem = &self.repair.problem;
        Table::new(
            "reasons",
            "Something that stands in the way of a job, tried by looking away from it.",
        )
        .text(
            "job",
            all.iter().map(|reason| problem.jobs[reason.job].id.clone()),
        )
        .text("what", all.iter().map(|reason| self.obstacle(reason).0))
        .text("id", all.iter().map(|reason| self.obstacle(reason).1))
        .text("holder", all.iter().map(|reason| self.obstacle(reason).2))
        .day(
            "until",
            all.iter().map(|reason| match reason.what {
                Obstacle::Dock { until, .. } => until.map(|day| self.date(day)),
                _ => None,
            }),
        )
        .number(
            "gain",
            &self.currency(),
            all.iter().map(|reason| reason.gain),
        )
        .whole(
            "days_sooner",
            "days",
            all.iter().map(|reason| i64::from(reason.days_sooner)),
        )
        .whole(
            "days_regained",
            "days",
            all.iter().map(|reason| i64::from(reason.days_regained)),
        )
        .text("citation", all.iter().map(|reason| self.citation(reason)))
        .text("sentence", all.iter().map(|reason| self.sentence(reason)))
    }

    /// Kind, id and holder of an obstacle.
    fn obstacle(self, reason: &Reason) -> (&'static str, String, String) {
        let problem = &self.repair.problem;
        let job = &problem.jobs[reason.job];
        match &reason.what {
            Obstacle::Dock { dock, holder, .. } => (
                "dock",
                problem.docks[*dock].id.clone(),
                holder.map_or_else(String::new, |job| problem.jobs[job].id.clone()),
            ),
            Obstacle::Closure(dock) => ("closure", problem.docks[*dock].id.clone(), String::new()),
            Obstacle::Trades(resource) => (
                "trades",
                problem.resources[*resource].id.clone(),
                String::new(),
            ),
            Obstacle::Asset => ("asset", problem.assets[job.asset].id.clone(), String::new()),
            Obstacle::Fleet => ("fleet", String::new(), String::new()),
            Obstacle::Group => (
                "group",
                job.group
                    .map_or_else(String::new, |group| problem.groups[group].id.clone()),
                String::new(),
            ),
            Obstacle::Rule(rule) => ("law", rule.clone(), String::new()),
            Obstacle::Several => ("several", String::new(), String::new()),
        }
    }

    fn citation(self, reason: &Reason) -> String {
        match &reason.what {
            Obstacle::Rule(id) => {
                let rule = self.repair.windows.rules_in_the_way().get(id);
                rule.map_or_else(String::new, |rule| rule.citation.clone())
            }
            _ => String::new(),
        }
    }

    pub(super) fn sentence(self, reason: &Reason) -> String {
        let (_, id, holder) = self.obstacle(reason);
        let what = match &reason.what {
            Obstacle::Dock { until, .. } => match until {
                Some(until) => format!("{id} taken by {holder} until {}", self.date(*until)),
                None => format!("{id} taken by others"),
            },
            Obstacle::Closure(_) => format!("{id} closed"),
            Obstacle::Trades(_) => format!("no free {id}"),
            Obstacle::Asset => format!("{id} away for another job"),
            Obstacle::Fleet => "too few of its class ready".into(),
            Obstacle::Group => format!("kept near the other jobs of {id}"),
            Obstacle::Rule(_) => {
                let citation = self.citation(reason);
                if citation.is_empty() {
                    format!("closed by {id}")
                } else {
                    format!("closed by {id} ({citation})")
                }
            }
            Obstacle::Several => "other jobs, no single one of them".into(),
        };
        match (reason.days_sooner, reason.days_regained) {
            (sooner, _) if sooner > 0 => format!("{what}: {sooner} days sooner without"),
            (_, regained) if regained > 0 => format!("{what}: {regained} days less away without"),
            _ => format!("{what}: cheaper without"),
        }
    }

    fn reason_json(self, reason: &Reason) -> Value {
        let (what, id, holder) = self.obstacle(reason);
        json!({
            "what": what,
            "id": id,
            "holder": holder,
            "gain": crate::answer::settled(reason.gain),
            "days_sooner": reason.days_sooner,
            "days_regained": reason.days_regained,
            "citation": self.citation(reason),
            "sentence": self.sentence(reason),
        })
    }

    /// Jobs that must be done and have no place, and why.
    pub(super) fn nowhere(self) -> Option<Table> {
        let all = &self.repair.nowhere;
        if all.is_empty() {
            return None;
        }
        let problem = &self.repair.problem;
        let id = |one: &Nowhere| self.lacks(one).1;
        let table = Table::new(
            "nowhere",
            "Why a job that must be done has no place: what it would have one without.",
        );
        Some(
            table
                .text(
                    "job",
                    all.iter().map(|one| problem.jobs[one.job].id.clone()),
                )
                .text("what", all.iter().map(|one| self.lacks(one).0))
                .text("id", all.iter().map(id))
                .text("sentence", all.iter().map(|one| self.lack(one))),
        )
    }

    /// Kind and id of what a job without a place lacks.
    fn lacks(self, one: &Nowhere) -> (&'static str, String) {
        let problem = &self.repair.problem;
        let job = &problem.jobs[one.job];
        match &one.what {
            Lack::Mode(task) => ("mode", job.tasks[*task].id.clone()),
            Lack::Rule(rule) => ("law", rule.clone()),
            Lack::Deadline => ("deadline", String::new()),
            Lack::Days => ("days", String::new()),
            Lack::Trade(trade) | Lack::UsedTrade(trade) => {
                ("trades", problem.resources[*trade].id.clone())
            }
            Lack::Closure(dock) => ("closure", problem.docks[*dock].id.clone()),
            Lack::Site(site) => ("closure", self.site(*site)),
            Lack::Dock(dock) => ("dock", problem.docks[*dock].id.clone()),
            Lack::Asset => ("asset", problem.assets[job.asset].id.clone()),
            Lack::Several => ("several", String::new()),
        }
    }

    /// The same in words.
    pub(super) fn lack(self, one: &Nowhere) -> String {
        let (_, id) = self.lacks(one);
        match &one.what {
            Lack::Mode(_) => {
                let modes = self.scenario.modes();
                let shut = { self.repair.problem.shut.iter() }
                    .filter(|shut| modes[shut.row].task.as_str() == id);
                // Modes that are shut by the same are named together.
                let mut each: Vec<(String, String)> = Vec::new();
                for one in shut {
                    let (mode, why) = (modes[one.row].mode.to_string(), shut_by(&one.why).2);
                    match each.iter_mut().find(|(_, same)| *same == why) {
                        Some((names, _)) => *names = format!("{names}, {mode}"),
                        None => each.push((mode, why)),
                    }
                }
                let each = each.iter().map(|(names, why)| format!("{names} ({why})"));
                let each: Vec<String> = each.collect();
                format!("every mode of {id} is shut: {}", each.join(", "))
            }
            Lack::Rule(id) => {
                let rule = self.repair.windows.rules_in_the_way().get(id);
                match rule.map(|rule| rule.citation.as_str()) {
                    None | Some("") => format!("the law: it would have one without {id}"),
                    Some(cited) => format!("the law: it would have one without {id} ({cited})"),
                }
            }
            Lack::Deadline => "it cannot be back by its deadline".into(),
            Lack::Days => "no day on which its modes may begin fits".into(),
            Lack::Trade(_) => format!("there is never enough of {id} for it"),
            Lack::UsedTrade(_) => format!("others use {id}"),
            Lack::Closure(_) | Lack::Site(_) => format!("{id} is closed"),
            Lack::Dock(_) => format!("others hold {id}"),
            Lack::Asset => format!("{id} is away for another job"),
            Lack::Several => "several things at once, no single one of them".into(),
        }
    }

    /// Load of each dock by month, and what one more place in it would be worth.
    pub(super) fn docks(self) -> Table {
        let problem = &self.repair.problem;
        let loads = load::docks(problem, &self.repair.outcome.visits);
        let worth = |load: &load::DockLoad| -> f64 {
            let prices = &self.repair.outcome.dock_prices[load.dock];
            let days = load.month.from..load.month.until;
            days.filter_map(|day| prices.get(usize::try_from(day).ok()?))
                .sum()
        };
        let share = |part: i64, whole: i64| (whole > 0).then(|| ratio(part, whole));
        Table::new("docks", "Load of a dock in a month. `worth` is what one more place in it for that month would save at most, at the prices of the bound.")
            .text("dock", loads.iter().map(|load| problem.docks[load.dock].id.clone()))
            .text("site", loads.iter().map(|load| self.site(problem.docks[load.dock].site)))
            .day("month", loads.iter().map(|load| load.month.date))
            .whole("days_taken", "days", loads.iter().map(|load| load.taken))
            .whole("set_up_days", "days", loads.iter().map(|load| load.set_up))
            .whole("days_open", "days", loads.iter().map(|load| load.open))
            .number("load", "share", loads.iter().map(|load| share(load.taken + load.set_up, load.open)))
            .number("worth", &self.currency(), loads.iter().map(worth))
    }

    /// Load of each trade by month.
    pub(super) fn resources(self) -> Table {
        let problem = &self.repair.problem;
        let loads = load::trades(problem, &self.repair.outcome.visits);
        let units = |thousandths: i64| whole_units(thousandths);
        Table::new(
            "resources",
            "Load of a trade or team in a month, in its capacity units times days.",
        )
        .text(
            "resource",
            loads
                .iter()
                .map(|load| problem.resources[load.resource].id.clone()),
        )
        .text(
            "site",
            loads
                .iter()
                .map(|load| self.site(problem.resources[load.resource].site)),
        )
        .day("month", loads.iter().map(|load| load.month.date))
        .number(
            "used",
            "capacity units",
            loads.iter().map(|load| units(load.used)),
        )
        .number(
            "regular",
            "capacity units",
            loads.iter().map(|load| units(load.regular)),
        )
        .number(
            "beyond",
            "capacity units",
            loads.iter().map(|load| units(load.beyond)),
        )
        .number(
            "load",
            "share",
            loads
                .iter()
                .map(|load| (load.regular > 0).then(|| ratio(load.used, load.regular))),
        )
        .number(
            "peak",
            "capacity units per day",
            loads.iter().map(|load| units(load.peak)),
        )
    }

    /// How many jobs keep their planned day when work grows.
    pub(super) fn growth(self) -> Option<Table> {
        let quo = self
            .repair
            .status_quo
            .as_ref()
            .and_then(|quo| quo.growth.as_ref());
        let all: Vec<_> = [
            ("schedule", self.repair.growth.as_ref()),
            ("status quo", quo),
        ]
        .into_iter()
        .filter_map(|(name, growth)| Some((name, growth?)))
        .collect();
        if all.is_empty() {
            return None;
        }
        Some(
            Table::new(
                "growth",
                "What becomes of the schedule, and of the status quo, when work grows.",
            )
            .text("schedule", all.iter().map(|one| one.0))
            .number("on_time", "share", all.iter().map(|one| one.1.on_time))
            .number("late_days", "days", all.iter().map(|one| one.1.late_days))
            .whole(
                "draws",
                "draws",
                all.iter().map(|one| i64::from(one.1.draws)),
            ),
        )
    }

    /// Docks in which one job is likely to be in the way of the next.
    pub(super) fn conflicts(self) -> Option<Table> {
        let growth = self.repair.growth.as_ref()?;
        let problem = &self.repair.problem;
        let all = &growth.conflicts;
        Some(
            Table::new(
                "conflicts",
                "Two jobs that follow each other in a dock: how likely the first is still in it.",
            )
            .text(
                "dock",
                all.iter().map(|one| problem.docks[one.dock].id.clone()),
            )
            .text(
                "before",
                all.iter().map(|one| problem.jobs[one.before].id.clone()),
            )
            .text(
                "after",
                all.iter().map(|one| problem.jobs[one.after].id.clone()),
            )
            .day("planned", all.iter().map(|one| self.date(one.planned)))
            .number(
                "probability",
                "share",
                all.iter().map(|one| one.probability),
            )
            .number("wait_days", "days", all.iter().map(|one| one.wait_days)),
        )
    }

    /// Days regained, by asset.
    pub(super) fn regained(self) -> Option<Table> {
        let regained = &self.repair.status_quo.as_ref()?.regained;
        let all = &regained.assets;
        let assets = self.scenario.assets();
        let whole = |pick: &dyn Fn(&darsena_repair::regain::AssetDays) -> Day| {
            all.iter()
                .map(|one| i64::from(pick(one)))
                .collect::<Vec<_>>()
        };
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        Some(
            Table::new(
                "regained",
                "Days not ready of an asset, in the status quo and now.",
            )
            .text(
                "asset",
                all.iter().map(|one| assets[one.asset].asset.to_string()),
            )
            .text(
                "class",
                all.iter().map(|one| {
                    assets[one.asset]
                        .class
                        .as_ref()
                        .map_or_else(String::new, ToString::to_string)
                }),
            )
            .whole("days_not_ready", "days", whole(&|one| one.now))
            .whole("status_quo", "days", whole(&|one| one.before))
            .whole("days_regained", "days", whole(&|one| one.before - one.now))
            .whole("days_late", "days", whole(&|one| one.late_now))
            .whole(
                "days_late_status_quo",
                "days",
                whole(&|one| one.late_before),
            )
            .whole(
                "left_out",
                "jobs",
                all.iter().map(|one| count(one.left_out.1)),
            )
            .whole(
                "left_out_status_quo",
                "jobs",
                all.iter().map(|one| count(one.left_out.0)),
            ),
        )
    }

    /// Days of docks and work of trades, in the status quo and now.
    pub(super) fn freed(self) -> Option<Table> {
        let regained = &self.repair.status_quo.as_ref()?.regained;
        let problem = &self.repair.problem;
        let docks = regained.docks.iter().map(|one| {
            (
                "dock",
                problem.docks[one.place].id.clone(),
                problem.docks[one.place].site,
                "days",
                one,
            )
        });
        let trades = { regained.resources.iter() }.map(|one| {
            (
                "resource",
                problem.resources[one.place].id.clone(),
                problem.resources[one.place].site,
                "capacity units",
                one,
            )
        });
        let all: Vec<_> = docks.chain(trades).collect();
        Some(
            Table::new("freed", "Use of a dock (days, set-up included) or of a resource (capacity units times days), in the status quo and now.")
                .text("what", all.iter().map(|row| row.0))
                .text("id", all.iter().map(|row| row.1.clone()))
                .text("site", all.iter().map(|row| self.site(row.2)))
                .text("unit", all.iter().map(|row| row.3))
                .flag("home", all.iter().map(|row| row.4.home))
                .number("status_quo", "", all.iter().map(|row| row.4.before))
                .number("now", "", all.iter().map(|row| row.4.now))
                .number("freed", "", all.iter().map(|row| row.4.before - row.4.now)),
        )
    }

    /// Modes nobody may use, and why.
    pub(super) fn shut(self) -> Table {
        let modes = self.scenario.modes();
        let all = &self.repair.problem.shut;
        let told = shut_by;
        Table::new(
            "shut",
            "A mode nobody may use in the whole horizon, and why.",
        )
        .text(
            "task",
            all.iter().map(|one| modes[one.row].task.to_string()),
        )
        .text(
            "mode",
            all.iter().map(|one| modes[one.row].mode.to_string()),
        )
        .text(
            "site",
            all.iter().map(|one| modes[one.row].site.to_string()),
        )
        .text("why", all.iter().map(|one| told(&one.why).0))
        .text("rules", all.iter().map(|one| told(&one.why).1))
        .text("because", all.iter().map(|one| told(&one.why).2))
        .text("missing", all.iter().map(|one| told(&one.why).3))
    }

    /// What each rule costs.
    pub(super) fn rules(self) -> Option<Table> {
        let all = &self.repair.rules;
        if all.is_empty() {
            return None;
        }
        let now = &self.repair.outcome;
        let (away, late) = days_of(&self.repair.problem, now);
        Some(
            Table::new("rules", "What lifting a rule of the law alone would win. `most` is the most it can be worth, by the bounds.")
                .text("rule", all.iter().map(|one| one.rule.id.clone()))
                .whole("modes", "modes", all.iter().map(|one| i64::try_from(one.modes).unwrap_or(i64::MAX)))
                .whole("days_regained", "days", all.iter().map(|one| away - one.days_not_ready))
                .whole("days_less_late", "days", all.iter().map(|one| late - one.days_late))
                .number("worth", &self.currency(), all.iter().map(|one| (now.cost.total() - one.cost).max(0.0)))
                .number("most", &self.currency(), all.iter().map(|one| (now.cost.total() - one.bound).max(0.0)))
                .text("confidence", all.iter().map(|one| one.rule.confidence.as_str()))
                .text("citation", all.iter().map(|one| one.rule.citation.clone()))
                .text("plain", all.iter().map(|one| one.rule.plain.clone())),
        )
    }
}

/// Why a mode is shut: kind, rules, in words, facts that are missing.
fn shut_by(why: &ShutWhy) -> (&'static str, String, String, String) {
    match why {
        ShutWhy::Law(shut) => {
            let joined = |word: &dyn Fn(&Cited) -> String, between: &str| {
                let words: Vec<String> = shut.rules.iter().map(word).collect();
                words.join(between)
            };
            let because = match (shut.rules.is_empty(), shut.missing.is_empty()) {
                (false, _) => joined(&|rule| rule.citation.clone(), "; "),
                (true, true) => "no rule in force allows it".into(),
                (true, false) => before_rules(shut).unwrap_or_default(),
            };
            let rules = joined(&|rule| rule.id.clone(), ";");
            ("law", rules, because, shut.missing.join(";"))
        }
        ShutWhy::Fit(small) => ("fit", String::new(), small.clone(), String::new()),
        ShutWhy::Foreign => (
            "foreign",
            String::new(),
            "work of another state".into(),
            String::new(),
        ),
    }
}

/// What is said of a mode that is shut because the law of that day is not known.
fn before_rules(shut: &Shut) -> Option<String> {
    let begins = shut
        .missing
        .iter()
        .find_map(|missing| law_begins(missing))?;
    Some(format!(
        "no rule of that day is known: those of the regime begin on {begins}, and what nothing allows is shut"
    ))
}

/// The same of all such modes, for the head.
pub(super) fn unruled(repair: &Repair) -> Option<String> {
    let said = repair.problem.shut.iter().filter_map(|one| match &one.why {
        ShutWhy::Law(shut) if shut.rules.is_empty() => before_rules(shut),
        _ => None,
    });
    let said: Vec<String> = said.collect();
    let first = said.first()?;
    Some(format!("{} modes are shut: {first}", said.len()))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of days and thousandths are small"
)]
fn ratio(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of thousandths are small"
)]
fn whole_units(thousandths: i64) -> f64 {
    thousandths as f64 / UNIT
}
