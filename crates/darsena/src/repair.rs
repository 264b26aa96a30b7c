//! `repair`: the law read, the schedule made and checked, and everything said of it.

use std::collections::BTreeSet;

use darsena_brief::{BeforePage, RepairPage, RepairRuleRow};
use darsena_law::{AsOf, Cited, Law, ReadingOptions};
use darsena_repair::check::{Breach, check};
use darsena_repair::growth::{Growth, GrowthOptions, grow};
use darsena_repair::reasons::{Reason, mapped, reasons};
use darsena_repair::regain::{Regained, regained};
use darsena_repair::{
    Modes, Options, Outcome, Problem, Progress, Schedule, Watch, Windows, schedule, schedule_from,
};
use darsena_scenario::Scenario;

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

/// Returns the best schedule found, re-checked by code that shares nothing with the search.
///
/// # Errors
/// Fails where there is nothing to schedule, and when a schedule does not survive its checker.
pub fn repair(
    scenario: &Scenario,
    law: Option<(&Law, AsOf)>,
    options: &RepairOptions,
    stop: &(dyn Fn() -> bool + Sync),
    progress: &mut dyn FnMut(&str, Progress),
) -> Result<Repair, RepairError> {
    if scenario.jobs().is_empty() {
        return Err(RepairError::NoJobs);
    }
    let reading = law.map(|(law, as_of)| {
        let options = ReadingOptions {
            as_of,
            ..ReadingOptions::default()
        };
        (law, law.read(options))
    });
    let windows = match &reading {
        Some((law, reading)) => Windows::of_law(scenario, law, reading),
        None => Windows::open(scenario),
    };
    let problem = Problem::new(scenario, &windows, options.modes);
    let outcome = schedule(
        &problem,
        &options.search,
        &mut Watch {
            stop,
            progress: &mut |at| progress("schedule", at),
        },
    );
    let begun = outcome.visits.clone();
    // A rule is priced by searching on without it: so much is searched on with it as well, and compared.
    let outcome = if options.rules {
        let on = schedule_from(
            &problem,
            Some(&outcome.visits),
            &options.search,
            &mut Watch {
                stop,
                progress: &mut |at| progress("schedule, on", at),
            },
        );
        Outcome {
            bound: on.bound.max(outcome.bound),
            first_after: outcome.first_after,
            ..on
        }
    } else {
        outcome
    };
    let schedule_now = sound(scenario, &windows, &problem, &outcome)?;
    // What it would be if other states did nothing.
    let status_quo = if options.status_quo && options.modes == Modes::All {
        let home = Problem::new(scenario, &windows, Modes::Home);
        let old = schedule(
            &home,
            &options.search,
            &mut Watch {
                stop,
                progress: &mut |at| progress("status quo", at),
            },
        );
        sound(scenario, &windows, &home, &old)?;
        let growth = (options.growth.draws > 0).then(|| grow(&home, &old.visits, options.growth));
        let regained = regained(scenario, (&home, &old), (&problem, &outcome));
        Some(StatusQuo {
            problem: home,
            outcome: old,
            growth,
            regained,
        })
    } else {
        None
    };
    let mut lifted = Vec::new();
    if let Some((law, reading)) = reading
        .as_ref()
        .filter(|_| options.reasons || options.rules)
    {
        for (id, rule) in windows.rules_in_the_way() {
            let without = reading.lifting(&BTreeSet::from([id.clone()]));
            let open = Windows::of_law(scenario, law, &without);
            let other = Problem::new(scenario, &open, options.modes);
            lifted.push((rule.clone(), open, other));
        }
    }
    let mut rules = Vec::new();
    if options.rules {
        for (rule, open, other) in &lifted {
            let known = mapped(&problem, other, &begun);
            let label = format!("without {}", rule.id);
            let better = schedule_from(
                other,
                known.as_deref(),
                &options.search,
                &mut Watch {
                    stop,
                    progress: &mut |at| progress(&label, at),
                },
            );
            sound(scenario, open, other, &better)?;
            let (days_not_ready, days_late) = days_of(other, &better);
            let differs = (0..scenario.modes().len())
                .filter(|mode| windows.of(*mode).ok() != open.of(*mode).ok());
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
    }
    let lifted: Vec<(String, Problem)> = lifted
        .into_iter()
        .map(|(rule, _, other)| (rule.id, other))
        .collect();
    let reasons = if options.reasons {
        reasons(&problem, &outcome.visits, &lifted)
    } else {
        Vec::new()
    };
    let growth =
        (options.growth.draws > 0).then(|| grow(&problem, &outcome.visits, options.growth));
    Ok(Repair {
        windows,
        problem,
        outcome,
        schedule: schedule_now,
        reasons,
        growth,
        status_quo,
        rules,
    })
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
