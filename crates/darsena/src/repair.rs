//! `repair`: the law read, the schedule made and checked, and everything said of it.

use std::collections::BTreeSet;

use darsena_brief::{BeforePage, RepairPage, RepairRuleRow};
use darsena_law::{AsOf, Cited, Law, Reading, ReadingOptions};
use darsena_repair::carry::{carried, cost, is_within, mapped};
use darsena_repair::check::{Breach, check};
use darsena_repair::growth::{Growth, GrowthOptions, grow};
use darsena_repair::nowhere::{Nowhere, nowhere};
use darsena_repair::reasons::{Reason, reasons};
use darsena_repair::regain::{Regained, regained};
use darsena_repair::{
    Modes, Options, Outcome, Problem, Progress, Schedule, Visit, Watch, Windows, schedule_from,
};
use darsena_scenario::Scenario;

use crate::otherwise::{Otherwise, OtherwiseError};

/// What is wanted of a repair answer.
#[derive(Debug, Clone)]
pub struct RepairOptions {
    /// How long to search.
    pub search: Options,
    /// Which modes may be used.
    pub modes: Modes,
    /// Whether the status quo is scheduled as well.
    pub status_quo: bool,
    /// Whether reasons are tried.
    pub reasons: bool,
    /// How often growth of work is drawn; not at all where 0.
    pub growth: GrowthOptions,
    /// Whether each rule of the law is priced.
    pub rules: bool,
}

impl Default for RepairOptions {
    fn default() -> Self {
        RepairOptions {
            search: Options::default(),
            modes: Modes::All,
            status_quo: true,
            reasons: true,
            growth: GrowthOptions::default(),
            rules: false,
        }
    }
}

/// A schedule, and everything said of it.
#[derive(Debug, Clone)]
pub struct Repair {
    /// When each mode may begin.
    pub windows: Windows,
    /// The problem.
    pub problem: Problem,
    /// The best schedule found.
    pub outcome: Outcome,
    /// The same in the words of the tables.
    pub schedule: Schedule,
    /// What stands in the way of each job.
    pub reasons: Vec<Reason>,
    /// Why a job that must be done has no place.
    pub nowhere: Vec<Nowhere>,
    /// What becomes of it when work grows.
    pub growth: Option<Growth>,
    /// The same problem with home modes alone, and what the schedule wins against it.
    pub status_quo: Option<StatusQuo>,
    /// What each rule costs.
    pub rules: Vec<RulePrice>,
}

impl Repair {
    /// The schedule as the brief is told of it.
    #[must_use]
    pub fn page(&self) -> RepairPage<'_> {
        let (away, late) = days_of(&self.problem, &self.outcome);
        let cost = self.outcome.cost.total();
        let rules = self.rules.iter().map(|one| RepairRuleRow {
            rule: one.rule.id.clone(),
            plain: one.rule.plain.clone(),
            citation: one.rule.citation.clone(),
            url: one.rule.url.clone(),
            confidence: one.rule.confidence.plain().to_owned(),
            days_regained: away - one.days_not_ready,
            days_less_late: late - one.days_late,
            worth: (cost - one.cost).max(0.0),
            most: (cost - one.bound).max(0.0),
        });
        RepairPage {
            problem: &self.problem,
            outcome: &self.outcome,
            windows: &self.windows,
            reasons: &self.reasons,
            growth: self.growth.as_ref(),
            status_quo: self.status_quo.as_ref().map(|quo| BeforePage {
                problem: &quo.problem,
                outcome: &quo.outcome,
                growth: quo.growth.as_ref(),
                regained: &quo.regained,
            }),
            rules: rules.collect(),
        }
    }
}

/// The status quo.
#[derive(Debug, Clone)]
pub struct StatusQuo {
    /// The problem with home modes alone.
    pub problem: Problem,
    /// The best schedule found for it.
    pub outcome: Outcome,
    /// What becomes of it when work grows.
    pub growth: Option<Growth>,
    /// What is won against it.
    pub regained: Regained,
}

/// Rounds of the status quo for one of the schedule: its docks are fewer and fuller, and what is regained is not to come of a
/// search that ended sooner.
const STATUS_QUO_ROUNDS: u32 = 4;

/// How long the status quo, or the schedule, is searched.
fn searching(search: &Options, modes: Modes) -> Options {
    let times = match modes {
        Modes::Home => STATUS_QUO_ROUNDS,
        Modes::All => 1,
    };
    Options {
        rounds: search.rounds.saturating_mul(times),
        ..search.clone()
    }
}

/// What lifting a rule of the law would win.
#[derive(Debug, Clone)]
pub struct RulePrice {
    /// The rule.
    pub rule: Cited,
    /// Modes it shuts or delays.
    pub modes: usize,
    /// Cost without it.
    pub cost: f64,
    /// What no schedule without it can be cheaper than.
    pub bound: f64,
    /// Days not ready without it, over all assets.
    pub days_not_ready: i64,
    /// Days late without it, over all jobs.
    pub days_late: i64,
}

/// Why there is no schedule to show.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RepairError {
    /// There are no jobs.
    #[error("the scenario has no jobs to schedule")]
    NoJobs,
    /// What is asked otherwise cannot be.
    #[error(transparent)]
    Otherwise(#[from] OtherwiseError),
    /// The schedule does not survive the checker: a fault in darsena, never to be shown as an answer.
    #[error("the schedule does not survive its checker: {}", first(.0))]
    Unsound(Vec<Breach>),
}

fn first(breaches: &[Breach]) -> String {
    let first = breaches
        .first()
        .map_or(String::new(), |breach| breach.what.clone());
    match breaches.len() {
        0 | 1 => first,
        n => format!("{first}, and {} more", n - 1),
    }
}

/// Days not ready and days late of an outcome, in sum.
#[must_use]
pub fn days_of(problem: &Problem, outcome: &Outcome) -> (i64, i64) {
    let pairs = problem.jobs.iter().zip(&outcome.visits);
    pairs.fold((0, 0), |(away, late), (job, visit)| match visit {
        Some(visit) => (
            away + i64::from(visit.back - visit.out),
            late + i64::from((visit.back - job.due).max(0)),
        ),
        None => (away, late),
    })
}

/// Told about each search by name, and asked whether to go on.
struct Watching<'a> {
    stop: &'a (dyn Fn() -> bool + Sync),
    progress: &'a mut dyn FnMut(&str, Progress),
}

impl Watching<'_> {
    fn search(
        &mut self,
        what: &str,
        problem: &Problem,
        known: Option<&[Option<Visit>]>,
        options: &Options,
    ) -> Outcome {
        let progress = &mut *self.progress;
        let mut watch = Watch {
            stop: self.stop,
            progress: &mut |at| progress(what, at),
        };
        schedule_from(problem, known, options, &mut watch)
    }
}

/// A scenario read under a law, or under none.
struct Read<'a> {
    scenario: &'a Scenario,
    law: Option<(&'a Law, Reading<'a>)>,
    windows: Windows,
    problem: Problem,
}

/// Returns the best schedule found, re-checked by code that shares nothing with the search.
///
/// # Errors
/// Fails where there is nothing to schedule, and when a schedule does not survive its checker.
pub fn repair(
    scenario: &Scenario,
    law: Option<(&Law, ReadingOptions)>,
    options: &RepairOptions,
    stop: &(dyn Fn() -> bool + Sync),
    progress: &mut dyn FnMut(&str, Progress),
) -> Result<Repair, RepairError> {
    let read = Read::new(scenario, law, options.modes)?;
    let mut watching = Watching { stop, progress };
    let search = searching(&options.search, options.modes);
    let outcome = watching.search("schedule", &read.problem, None, &search);
    read.told(outcome, options, &mut watching)
}

/// Returns the schedule of a question as things stand and of the same question when something is different; each of
/// them a scenario under a law. Nothing but the schedule is told of the first.
///
/// The first is searched twice as long, the second begins with what fits of it, and what the second found that can be
/// done as things stand is taken over: jobs differ where the change makes them. Where it touches nothing that can be
/// scheduled, both are one.
///
/// # Errors
/// Those of [`repair`].
pub fn repair_beside(
    unchanged: (&Scenario, Option<(&Law, ReadingOptions)>),
    changed: (&Scenario, Option<(&Law, ReadingOptions)>),
    options: &RepairOptions,
    stop: &(dyn Fn() -> bool + Sync),
    progress: &mut dyn FnMut(&str, Progress),
) -> Result<(Repair, Repair), RepairError> {
    let before = Read::new(unchanged.0, unchanged.1, options.modes)?;
    let after = Read::new(changed.0, changed.1, options.modes)?;
    let mut watching = Watching { stop, progress };
    let first = watching.search("as things stand", &before.problem, None, &options.search);
    let (first, second) = if before.problem.is_same(&after.problem) {
        (first.clone(), first)
    } else {
        beside(
            &before.problem,
            first,
            &after.problem,
            options,
            &mut watching,
        )
    };
    let bare = RepairOptions {
        status_quo: false,
        reasons: false,
        growth: GrowthOptions {
            draws: 0,
            ..options.growth
        },
        rules: false,
        ..options.clone()
    };
    let told = after.told(second, options, &mut watching)?;
    Ok((before.told(first, &bare, &mut watching)?, told))
}

/// Returns which of several things that are otherwise change, alone, nothing that could be scheduled.
///
/// # Errors
/// Fails where a change cannot be made, or there is nothing to schedule.
pub fn unnoticed(
    scenario: &Scenario,
    law: Option<(&Law, AsOf)>,
    otherwise: &Otherwise,
    modes: Modes,
) -> Result<BTreeSet<String>, RepairError> {
    let read = |otherwise: &Otherwise| -> Result<Problem, RepairError> {
        let changed = otherwise.scenario(scenario)?;
        let law = law
            .clone()
            .map(|(law, as_of)| (law, otherwise.reading(as_of)));
        Ok(Read::new(&changed, law, modes)?.problem)
    };
    let stands = read(&Otherwise::default())?;
    let mut unnoticed = BTreeSet::new();
    for (id, alone) in otherwise.each() {
        if read(&alone)?.is_same(&stands) {
            unnoticed.insert(id);
        }
    }
    Ok(unnoticed)
}

/// The outcome of the unchanged problem searched on from `first`, and that of the changed one begun with it.
fn beside(
    before: &Problem,
    first: Outcome,
    after: &Problem,
    options: &RepairOptions,
    watching: &mut Watching<'_>,
) -> (Outcome, Outcome) {
    let on = watching.search(
        "as things stand, on",
        before,
        Some(&first.visits),
        &options.search,
    );
    let known = carried(before, after, &on.visits);
    let second = watching.search("schedule", after, Some(&known), &options.search);
    // What was found of the one and serves the other as well is no difference between the two.
    let on = adopted(before, carried(after, before, &second.visits), on);
    let second = adopted(after, carried(before, after, &on.visits), second);
    // A bound of the wider of the two bounds the narrower as well.
    let wider = is_within(before, after).then_some(second.bound);
    let narrower = is_within(after, before).then_some(on.bound.max(first.bound));
    let on = Outcome {
        first_after: first.first_after,
        ..bounded(on, first.bound.max(wider.unwrap_or(f64::MIN)))
    };
    let second = bounded(second, narrower.unwrap_or(f64::MIN));
    (on, second)
}

/// The outcome with other visits of the same problem, where they cost less.
fn adopted(problem: &Problem, visits: Vec<Option<Visit>>, outcome: Outcome) -> Outcome {
    let cost = cost(problem, &visits);
    let than = &outcome.cost;
    if (cost.unplaced, cost.total()) < (than.unplaced, than.total()) {
        Outcome {
            bound: outcome.bound.min(cost.total()),
            visits,
            cost,
            ..outcome
        }
    } else {
        outcome
    }
}

/// The outcome with a bound that holds as well.
fn bounded(outcome: Outcome, bound: f64) -> Outcome {
    Outcome {
        bound: outcome.bound.max(bound).min(outcome.cost.total()),
        ..outcome
    }
}

impl<'a> Read<'a> {
    fn new(
        scenario: &'a Scenario,
        law: Option<(&'a Law, ReadingOptions)>,
        modes: Modes,
    ) -> Result<Self, RepairError> {
        if scenario.jobs().is_empty() {
            return Err(RepairError::NoJobs);
        }
        let law = law.map(|(law, options)| (law, law.read(options)));
        let windows = match &law {
            Some((law, reading)) => Windows::of_law(scenario, law, reading),
            None => Windows::open(scenario),
        };
        Ok(Read {
            scenario,
            problem: Problem::new(scenario, &windows, modes),
            law,
            windows,
        })
    }

    /// What is said of an outcome, as far as it is wanted.
    fn told(
        self,
        outcome: Outcome,
        options: &RepairOptions,
        watching: &mut Watching<'_>,
    ) -> Result<Repair, RepairError> {
        let begun = outcome.visits.clone();
        // A rule is priced by searching on without it: so much is searched on with it as well, and compared.
        let outcome = if options.rules {
            let known = Some(&outcome.visits[..]);
            let on = watching.search("schedule, on", &self.problem, known, &options.search);
            Outcome {
                bound: on.bound.max(outcome.bound),
                first_after: outcome.first_after,
                ..on
            }
        } else {
            outcome
        };
        let schedule = sound(self.scenario, &self.windows, &self.problem, &outcome)?;
        let status_quo = if options.status_quo && options.modes == Modes::All {
            Some(self.status_quo(&outcome, options, watching)?)
        } else {
            None
        };
        let infeasible = outcome.cost.unplaced > 0;
        let lifted = if options.reasons || options.rules || infeasible {
            self.lifted(options.modes)
        } else {
            Vec::new()
        };
        let rules = if options.rules {
            self.rules(&lifted, &begun, options, watching)?
        } else {
            Vec::new()
        };
        let lifted: Vec<(String, Problem)> = lifted
            .into_iter()
            .map(|(rule, _, other)| (rule.id, other))
            .collect();
        let reasons = if options.reasons {
            reasons(&self.problem, &outcome.visits, &lifted)
        } else {
            Vec::new()
        };
        let nowhere = match infeasible {
            true => nowhere(&self.problem, &outcome.visits, &lifted),
            false => Vec::new(),
        };
        let growth = (options.growth.draws > 0)
            .then(|| grow(&self.problem, &outcome.visits, options.growth));
        Ok(Repair {
            windows: self.windows,
            problem: self.problem,
            outcome,
            schedule,
            reasons,
            nowhere,
            growth,
            status_quo,
            rules,
        })
    }

    /// What it would be if other states did nothing.
    fn status_quo(
        &self,
        outcome: &Outcome,
        options: &RepairOptions,
        watching: &mut Watching<'_>,
    ) -> Result<StatusQuo, RepairError> {
        let home = Problem::new(self.scenario, &self.windows, Modes::Home);
        let longer = searching(&options.search, Modes::Home);
        let old = watching.search("status quo", &home, None, &longer);
        sound(self.scenario, &self.windows, &home, &old)?;
        let growth = (options.growth.draws > 0).then(|| grow(&home, &old.visits, options.growth));
        let regained = regained(self.scenario, (&home, &old), (&self.problem, outcome));
        Ok(StatusQuo {
            problem: home,
            outcome: old,
            growth,
            regained,
        })
    }

    /// Each rule that shuts or delays a mode, and the problem without it.
    fn lifted(&self, modes: Modes) -> Vec<(Cited, Windows, Problem)> {
        let Some((law, reading)) = &self.law else {
            return Vec::new();
        };
        let rules = self.windows.rules_in_the_way().iter();
        rules
            .map(|(id, rule)| {
                let without = reading.lifting(&BTreeSet::from([id.clone()]));
                let open = Windows::of_law(self.scenario, law, &without);
                let other = Problem::new(self.scenario, &open, modes);
                (rule.clone(), open, other)
            })
            .collect()
    }

    /// What each of these rules costs, dearest first: searched on from `begun` without it.
    fn rules(
        &self,
        lifted: &[(Cited, Windows, Problem)],
        begun: &[Option<Visit>],
        options: &RepairOptions,
        watching: &mut Watching<'_>,
    ) -> Result<Vec<RulePrice>, RepairError> {
        let mut rules = Vec::new();
        for (rule, open, other) in lifted {
            let known = mapped(&self.problem, other, begun);
            let label = format!("without {}", rule.id);
            let better = watching.search(&label, other, known.as_deref(), &options.search);
            sound(self.scenario, open, other, &better)?;
            let (days_not_ready, days_late) = days_of(other, &better);
            let differs = (0..self.scenario.modes().len())
                .filter(|mode| self.windows.of(*mode).ok() != open.of(*mode).ok());
            rules.push(RulePrice {
                rule: rule.clone(),
                modes: differs.count(),
                cost: better.cost.total(),
                bound: better.bound,
                days_not_ready,
                days_late,
            });
        }
        rules.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(a.rule.id.cmp(&b.rule.id)));
        Ok(rules)
    }
}

/// The schedule of an outcome, if it survives the checker.
pub(crate) fn sound(
    scenario: &Scenario,
    windows: &Windows,
    problem: &Problem,
    outcome: &Outcome,
) -> Result<Schedule, RepairError> {
    let schedule = Schedule::of(problem, &outcome.visits);
    let breaches = check(scenario, windows, &schedule, &outcome.cost);
    if breaches.is_empty() {
        Ok(schedule)
    } else {
        Err(RepairError::Unsound(breaches))
    }
}
