//! `repair --emergency`: damage nobody planned for, in a schedule that was agreed.

use std::collections::BTreeMap;

use darsena_law::{Law, ReadingOptions};
use darsena_repair::emergency::{CHANGE_DAYS, Emergency};
use darsena_repair::problem::day_of;
use darsena_repair::{Day, Modes, Options, Outcome, Problem, Progress, Schedule, Watch, Windows};
use darsena_scenario::{Package, Scenario, TableName};
use jiff::civil::Date;

use crate::answer::{Answer, Table};
use crate::repair::{Repair, RepairError, days_of, sound};

/// What happened: which asset needs what kind of work from which day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The asset.
    pub asset: String,
    /// Kind of work, one that a job of the asset or of its class has.
    pub kind: String,
    /// First day.
    pub day: Date,
}

/// Why there is no emergency to plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmergencyError {
    /// The asset is not in the tables.
    #[error("asset `{asset}` is not in assets{}", near.as_ref().map_or_else(String::new, |near| format!("; the nearest id is `{near}`")))]
    UnknownAsset {
        /// The asset.
        asset: String,
        /// The nearest id there is.
        near: Option<String>,
    },
    /// No job tells what work of that kind is.
    #[error(
        "no job of kind `{kind}` of `{asset}` or its class tells what is to be done; there are {known}"
    )]
    UnknownKind {
        /// The asset.
        asset: String,
        /// The kind asked for.
        kind: String,
        /// Kinds there are.
        known: String,
    },
    /// The day is not in the horizon.
    #[error("{0} is outside the horizon, which is from {1} until {2}")]
    OutsideHorizon(Date, Date, Date),
    /// The schedule cannot be planned anew.
    #[error("the schedule cannot be planned anew")]
    Schedule(#[from] RepairError),
    /// The tables with the new job have findings: a fault in darsena.
    #[error("the tables with the new job do not hold: {0}")]
    Tables(String),
}

/// What becomes of a schedule.
#[derive(Debug, Clone)]
pub struct Emergent {
    /// What happened.
    pub damage: Damage,
    /// Id of the new job.
    pub job: String,
    /// Id of the job it is like.
    pub like: String,
    /// The scenario with the new job, and what was planned as agreed.
    pub scenario: Scenario,
    emergency: Emergency,
    /// The best answer found.
    pub outcome: Outcome,
    /// Cost of what was planned, without the new job.
    pub planned_cost: f64,
    /// Other answers, cheapest first: each better than every cheaper one in something.
    pub alternatives: Vec<(Choice, Outcome)>,
}

/// A way to answer an emergency other than the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Everybody else stays.
    Untouched,
    /// The new job as if nobody were planned, everybody else around it.
    AtOnce,
    /// The new job in this dock.
    Dock(usize),
}

impl Choice {
    fn word(self, problem: &Problem) -> String {
        match self {
            Choice::Untouched => "nobody else moves".into(),
            Choice::AtOnce => "at once".into(),
            Choice::Dock(dock) => format!("in {}", problem.docks[dock].id),
        }
    }
}

/// Of the rounds of a schedule, another answer has one in so many.
const OTHER_ROUNDS: u32 = 8;
/// Sites besides that of the best answer that are tried, at most.
const OTHER_SITES: usize = 3;
/// Days by which an answer may have the asset back later than the best has.
const LATER: Day = 365;

/// The new job held to a dock of another site than in `best`: the likeliest dock of each of the likeliest sites.
fn elsewhere(emergency: &Emergency, best: &Outcome) -> Vec<(Choice, Emergency)> {
    let problem = &emergency.problem;
    let there = best.visits[emergency.job].iter();
    let tasks = problem.jobs[emergency.job].tasks.iter();
    let used = tasks.zip(there.flat_map(|visit| &visit.tasks));
    let mut sites: Vec<usize> = used
        .filter_map(|(task, (option, _))| task.options[*option].dock)
        .map(|dock| problem.docks[dock].site)
        .collect();
    let mut docks: Vec<(f64, usize, Emergency)> = Vec::new();
    for dock in emergency.docks() {
        if sites.contains(&problem.docks[dock].site) {
            continue;
        }
        let held = emergency.in_dock(dock);
        if let Some((held, guess)) = held.and_then(|held| Some((held.clone(), held.guess()?))) {
            docks.push((guess, dock, held));
        }
    }
    docks.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut chosen = Vec::new();
    for (_, dock, held) in docks {
        let site = problem.docks[dock].site;
        if chosen.len() < OTHER_SITES && !sites.contains(&site) {
            sites.push(site);
            chosen.push((Choice::Dock(dock), held));
        }
    }
    chosen
}

/// The answers that somebody may choose beside the best, cheapest first: no worse one in price, day back and jobs bumped at once
/// than another, and none that has the asset back a year later.
fn worth_telling(
    emergency: &Emergency,
    best: &Outcome,
    mut others: Vec<(Choice, Outcome)>,
) -> Vec<(Choice, Outcome)> {
    others.sort_by(|a, b| a.1.cost.total().total_cmp(&b.1.cost.total()));
    let back = |outcome: &Outcome| {
        outcome.visits[emergency.job]
            .as_ref()
            .map(|visit| visit.back)
    };
    let latest = back(best).map_or(Day::MAX, |back| back.saturating_add(LATER));
    let mut kept: Vec<(Choice, Outcome)> = Vec::new();
    for (choice, other) in others {
        let Some(day) = back(&other).filter(|day| *day <= latest) else {
            continue;
        };
        let bumped = emergency.bumped(&other).len();
        let no_worse = |cheaper: &Outcome| {
            cheaper.cost.unplaced <= other.cost.unplaced
                && back(cheaper).is_some_and(|back| back <= day)
                && emergency.bumped(cheaper).len() <= bumped
        };
        let beaten = no_worse(best) || kept.iter().any(|(_, cheaper)| no_worse(cheaper));
        if !beaten && other.cost.unplaced <= best.cost.unplaced {
            kept.push((choice, other));
        }
    }
    kept
}

/// Returns what becomes of the schedule of `repair` when `damage` happens.
///
/// # Errors
/// Fails where the asset, its kind of work or the day are unknown, and when a schedule does not survive its checker.
#[expect(
    clippy::too_many_arguments,
    reason = "what is asked, of which scenario and law, and who watches"
)]
pub fn emergency(
    package: &Package,
    scenario: &Scenario,
    law: Option<(&Law, ReadingOptions)>,
    repair: &Repair,
    damage: &Damage,
    options: &Options,
    stop: &(dyn Fn() -> bool + Sync),
    progress: &mut dyn FnMut(&str, Progress),
) -> Result<Emergent, EmergencyError> {
    let horizon = scenario.head().horizon();
    if damage.day < horizon.start() || damage.day >= horizon.end() {
        return Err(EmergencyError::OutsideHorizon(
            damage.day,
            horizon.start(),
            horizon.end(),
        ));
    }
    let like = like(scenario, damage)?;
    let job = format!("{}-emergency-{}", damage.asset, damage.day);
    let package = { package.holding(scenario) }
        .map_err(|table| EmergencyError::Tables(format!("`{table}` is too large")))?;
    let changed = with_job(&package, scenario, repair, damage, &like, &job);
    let checked = changed.check();
    let Some(after) = checked.scenario else {
        let first = checked
            .findings
            .first()
            .map_or_else(String::new, ToString::to_string);
        return Err(EmergencyError::Tables(first));
    };
    let windows = match law {
        Some((law, reading)) => Windows::of_law(&after, law, &law.read(reading)),
        None => Windows::open(&after),
    };
    let problem = Problem::new(&after, &windows, Modes::All);
    let day = day_of(after.head().start, damage.day);
    let emergency = Emergency::new(&problem, &job, &repair.schedule, day)
        .ok_or_else(|| EmergencyError::Tables("what was planned is not in them".into()))?;
    let mut solve =
        |emergency: &Emergency, what: &str, options: &Options| -> Result<Outcome, RepairError> {
            let outcome = emergency.answer(
                options,
                &mut Watch {
                    stop,
                    progress: &mut |at| progress(what, at),
                },
            );
            sound(&after, &windows, &emergency.problem, &outcome)?;
            Ok(outcome)
        };
    // What is planned is good already, but for what the new job disturbs: half of the search.
    let on = Options {
        rounds: options.rounds.div_ceil(2),
        ..options.clone()
    };
    let mut outcome = solve(&emergency, "emergency", &on)?;
    // Other answers are for comparing: a part of the search is enough.
    let fewer = Options {
        rounds: options.rounds.div_ceil(OTHER_ROUNDS),
        ..options.clone()
    };
    let mut others: Vec<(Choice, Outcome)> = Vec::new();
    if let Some(visits) = emergency.untouched() {
        let there = emergency.outcome(visits, &outcome);
        sound(&after, &windows, &emergency.problem, &there)?;
        others.push((Choice::Untouched, there));
    }
    let mut held: Vec<(Choice, Emergency)> = Vec::new();
    if let Some(soonest) = emergency.at_once() {
        held.push((Choice::AtOnce, soonest));
    }
    held.extend(elsewhere(&emergency, &outcome));
    for (choice, held) in held {
        let label = choice.word(&emergency.problem);
        let there = solve(&held, &label, &fewer)?;
        others.extend(emergency.freed(&held, there).map(|there| (choice, there)));
    }
    // What is best with the new job held may be better than what was found without.
    for (_, there) in &others {
        let bound = outcome.bound;
        if (there.cost.unplaced, there.cost.total()) < (outcome.cost.unplaced, outcome.cost.total())
        {
            outcome = Outcome {
                bound,
                ..there.clone()
            };
        }
    }
    let alternatives = worth_telling(&emergency, &outcome, others);
    Ok(Emergent {
        damage: damage.clone(),
        job,
        like,
        planned_cost: repair.outcome.cost.total(),
        scenario: after,
        emergency,
        outcome,
        alternatives,
    })
}

/// The job that tells what is to be done: of the same asset, of its class at its home, or of its class.
fn like(scenario: &Scenario, damage: &Damage) -> Result<String, EmergencyError> {
    let assets = scenario.assets();
    let Some(asset) = assets
        .iter()
        .find(|asset| asset.asset.as_str() == damage.asset)
    else {
        let near = darsena_scenario::nearest(
            &damage.asset,
            assets.iter().map(|asset| asset.asset.as_str()),
        );
        return Err(EmergencyError::UnknownAsset {
            asset: damage.asset.clone(),
            near: near.map(str::to_string),
        });
    };
    let of = |id: &str| assets.iter().find(|other| other.asset.as_str() == id);
    let rank = |job: &darsena_scenario::Job| {
        let other = of(&job.asset)?;
        match () {
            () if job.asset == asset.asset => Some(0),
            () if other.class.is_some()
                && other.class == asset.class
                && other.home_site == asset.home_site =>
            {
                Some(1)
            }
            () if other.class.is_some() && other.class == asset.class => Some(2),
            () => None,
        }
    };
    let ranked: Vec<_> = scenario
        .jobs()
        .iter()
        .filter_map(|job| Some((rank(job)?, job)))
        .collect();
    let fitting = ranked
        .iter()
        .filter(|(_, job)| job.kind.as_str() == damage.kind);
    match fitting.min_by_key(|(rank, job)| (*rank, job.job.to_string())) {
        Some((_, job)) => Ok(job.job.to_string()),
        None => {
            let mut known: Vec<&str> = ranked.iter().map(|(_, job)| job.kind.as_str()).collect();
            known.sort_unstable();
            known.dedup();
            Err(EmergencyError::UnknownKind {
                asset: damage.asset.clone(),
                kind: damage.kind.clone(),
                known: if known.is_empty() {
                    "none".into()
                } else {
                    known.join(", ")
                },
            })
        }
    }
}

type Row<'a> = Vec<(&'a str, String)>;

/// The tables with the new job, and with what is planned as agreed.
fn with_job(
    package: &Package,
    scenario: &Scenario,
    repair: &Repair,
    damage: &Damage,
    like: &str,
    job: &str,
) -> Package {
    let row_of = scenario.jobs().iter().find(|row| row.job.as_str() == like);
    let Some(template) = row_of else {
        return package.clone();
    };
    let work = template.release.until(template.due).unwrap_or_default();
    let money = |amount: f64| amount.to_string();
    // Who is away for another job is not ready already: the new one follows it.
    let first = repair
        .schedule
        .jobs
        .iter()
        .filter(|done| done.asset == damage.asset);
    let day = day_of(scenario.head().start, damage.day);
    let away = first.filter(|done| done.out < day && day < done.back);
    let release = away.map(|done| done.back).fold(day, Day::max);
    let release = repair.problem.date(release);
    let jobs: Vec<Row<'_>> = vec![vec![
        ("job", job.to_string()),
        ("asset", damage.asset.clone()),
        ("kind", damage.kind.clone()),
        ("release", release.to_string()),
        ("due", release.saturating_add(work).to_string()),
        ("damaged", "yes".into()),
        ("tardiness_cost", money(template.tardiness_cost)),
        ("not_ready_cost", money(template.not_ready_cost)),
    ]];
    let (mut tasks, mut modes, mut usage): (Vec<Row<'_>>, Vec<Row<'_>>, Vec<Row<'_>>) =
        Default::default();
    let renamed: BTreeMap<String, String> = { scenario.tasks().iter() }
        .filter(|task| task.job.as_str() == like)
        .enumerate()
        .map(|(n, task)| (task.task.to_string(), format!("{job}-{}", n + 1)))
        .collect();
    for task in scenario
        .tasks()
        .iter()
        .filter(|task| task.job.as_str() == like)
    {
        let after: Vec<&str> = task
            .after
            .iter()
            .filter_map(|id| renamed.get(id.as_str()))
            .map(String::as_str)
            .collect();
        tasks.push(vec![
            ("task", renamed[task.task.as_str()].clone()),
            ("job", job.to_string()),
            ("name", task.name.to_string()),
            ("after", after.join(";")),
        ]);
    }
    for mode in scenario.modes() {
        let Some(task) = renamed.get(mode.task.as_str()) else {
            continue;
        };
        modes.push(vec![
            ("task", task.clone()),
            ("mode", mode.mode.to_string()),
            ("site", mode.site.to_string()),
            ("days", mode.days.to_string()),
            (
                "dock",
                mode.dock
                    .as_ref()
                    .map_or_else(String::new, ToString::to_string),
            ),
            ("cost", money(mode.cost)),
            (
                "by",
                mode.by
                    .as_ref()
                    .map_or_else(String::new, ToString::to_string),
            ),
            ("growth", money(mode.growth)),
            ("growth_spread", money(mode.growth_spread)),
        ]);
    }
    for row in scenario.mode_usage() {
        let Some(task) = renamed.get(row.task.as_str()) else {
            continue;
        };
        usage.push(vec![
            ("task", task.clone()),
            ("mode", row.mode.to_string()),
            ("resource", row.resource.to_string()),
            ("usage", money(row.usage)),
        ]);
    }
    let mut agreed: Vec<Row<'_>> = Vec::new();
    for done in repair.schedule.jobs.iter().filter(|done| done.out >= day) {
        let row = scenario
            .jobs()
            .iter()
            .find(|row| row.job.as_str() == done.job);
        let price = row.map_or(0.0, |row| row.not_ready_cost);
        let begun = |task: &str| scenario.agreed_of(task).iter().any(|row| row.begun);
        let tasks = done.tasks.iter().filter(|task| !begun(&task.task));
        agreed.extend(tasks.map(|task| {
            vec![
                ("task", task.task.clone()),
                ("mode", task.mode.clone()),
                ("start", repair.problem.date(task.start).to_string()),
                ("move_cost", money(price)),
                ("change_cost", money(CHANGE_DAYS * price)),
            ]
        }));
    }
    package
        .with_rows(TableName::Jobs, &jobs)
        .with_rows(TableName::Tasks, &tasks)
        .with_rows(TableName::Modes, &modes)
        .with_rows(TableName::ModeUsage, &usage)
        .with_rows(TableName::Agreed, &agreed)
}

impl Emergent {
    fn date(&self, day: Day) -> Date {
        self.emergency.problem.date(day)
    }

    /// The schedule with the new job.
    #[must_use]
    pub fn schedule(&self) -> Schedule {
        Schedule::of(&self.emergency.problem, &self.outcome.visits)
    }

    /// The answer `repair --emergency`.
    #[must_use]
    pub fn answer(&self, seconds: Option<f64>) -> Answer {
        let currency = self.scenario.head().currency.to_string();
        let problem = &self.emergency.problem;
        let all: Vec<(String, &Outcome)> = std::iter::once(("best".to_string(), &self.outcome))
            .chain(
                self.alternatives
                    .iter()
                    .map(|(choice, outcome)| (choice.word(problem), outcome)),
            )
            .collect();
        let mine = |outcome: &Outcome| outcome.visits[self.emergency.job].clone();
        let sites = |outcome: &Outcome| {
            let visit = mine(outcome);
            let tasks = problem.jobs[self.emergency.job]
                .tasks
                .iter()
                .zip(visit.iter().flat_map(|visit| &visit.tasks));
            let mut sites: Vec<String> = Vec::new();
            for (task, (option, _)) in tasks {
                let site = self.scenario.sites()[task.options[*option].site]
                    .site
                    .to_string();
                if !sites.contains(&site) {
                    sites.push(site);
                }
            }
            sites.join(";")
        };
        let docks = |job: usize, visit: Option<&darsena_repair::Visit>| {
            let tasks = problem.jobs[job]
                .tasks
                .iter()
                .zip(visit.into_iter().flat_map(|visit| &visit.tasks));
            let docks = tasks.filter_map(|(task, (option, _))| task.options.get(*option)?.dock);
            let mut ids: Vec<String> = docks.map(|dock| problem.docks[dock].id.clone()).collect();
            ids.dedup();
            ids.join(";")
        };
        let choices = Table::new(
            "choices",
            "A way to answer the emergency: the best one, and others that are better in something.",
        )
        .text("choice", all.iter().map(|one| one.0.clone()))
        .text(
            "docks",
            all.iter()
                .map(|one| docks(self.emergency.job, mine(one.1).as_ref())),
        )
        .text("sites", all.iter().map(|one| sites(one.1)))
        .day(
            "out",
            all.iter()
                .map(|one| mine(one.1).map(|visit| self.date(visit.out))),
        )
        .day(
            "back",
            all.iter()
                .map(|one| mine(one.1).map(|visit| self.date(visit.back))),
        )
        .whole(
            "bumped",
            "jobs",
            all.iter()
                .map(|one| i64::try_from(self.emergency.bumped(one.1).len()).unwrap_or(i64::MAX)),
        )
        .whole(
            "days_not_ready",
            "days",
            all.iter().map(|one| days_of(problem, one.1).0),
        )
        .whole(
            "days_late",
            "days",
            all.iter().map(|one| days_of(problem, one.1).1),
        )
        .number(
            "price",
            &currency,
            all.iter().map(|one| one.1.cost.total() - self.planned_cost),
        )
        .number("gap", "share", all.iter().map(|one| one.1.gap()));
        let bumped = self.emergency.bumped(&self.outcome);
        let moved = Table::new(
            "bumped",
            "A planned job that is elsewhere, or at another time, in the best answer.",
        )
        .text(
            "job",
            bumped.iter().map(|one| problem.jobs[one.0].id.clone()),
        )
        .day(
            "out",
            bumped
                .iter()
                .map(|one| one.1.map(|visit| self.date(visit.out))),
        )
        .day(
            "back",
            bumped
                .iter()
                .map(|one| one.1.map(|visit| self.date(visit.back))),
        )
        .text("docks", bumped.iter().map(|one| docks(one.0, one.1)))
        .day(
            "out_now",
            bumped
                .iter()
                .map(|one| one.2.map(|visit| self.date(visit.out))),
        )
        .day(
            "back_now",
            bumped
                .iter()
                .map(|one| one.2.map(|visit| self.date(visit.back))),
        )
        .text("docks_now", bumped.iter().map(|one| docks(one.0, one.2)))
        .whole(
            "days_later",
            "days",
            bumped
                .iter()
                .map(|one| Some(i64::from(one.2?.back - one.1?.back))),
        );
        let schedule = self.schedule();
        let done = schedule.jobs.iter().find(|done| done.job == self.job);
        let tasks: Vec<_> = done.iter().flat_map(|done| &done.tasks).collect();
        let own = Table::new("schedule", "The tasks of the new job.")
            .text("task", tasks.iter().map(|task| task.task.clone()))
            .text("mode", tasks.iter().map(|task| task.mode.clone()))
            .text(
                "dock",
                tasks
                    .iter()
                    .map(|task| task.dock.clone().unwrap_or_default()),
            )
            .day("start", tasks.iter().map(|task| self.date(task.start)))
            .day("end", tasks.iter().map(|task| self.date(task.end)));
        let mut head = crate::repair_answer::head_of(&self.scenario, &self.outcome, seconds);
        head.question = "repair --emergency".into();
        head.remarks = vec![
            format!(
                "`{}` needs `{}` from {} on, like `{}`",
                self.damage.asset, self.damage.kind, self.damage.day, self.like
            ),
            "the asset is not ready from that day on, or from the end of the job it is away for; other answers are told where they are cheaper, sooner or bump fewer than every cheaper one".into(),
            format!(
                "what has begun by then stays; for each task a day moved costs as much as a day not ready, another place as much as {CHANGE_DAYS} of them"
            ),
            "the price is what everything costs more than planned before, the new job included"
                .into(),
        ];
        Answer {
            head,
            tables: vec![choices, moved, own],
            trees: Vec::new(),
        }
    }

    /// The same on one screen.
    #[must_use]
    pub fn readable(&self, answer: &Answer) -> String {
        let mut out = format!(
            "emergency in `{}`: {}\n",
            self.scenario.head().name,
            answer.head.status
        );
        for remark in &answer.head.remarks {
            out.push_str(&format!("note: {remark}\n"));
        }
        for (name, title) in [
            ("choices", "What can be done, the best first"),
            ("bumped", "Who is bumped by the best"),
            ("schedule", "The new job"),
        ] {
            if let Some(table) = answer.table(name) {
                out.push_str(&format!("\n{title}\n"));
                if table.is_empty() {
                    out.push_str("Nobody.\n");
                } else {
                    out.push_str(&crate::write::text(table));
                }
            }
        }
        out
    }
}
