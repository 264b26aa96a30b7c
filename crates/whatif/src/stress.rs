//! What is lost with each failure.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use darsena_milp::{Status, Stop, Watch, side_by_side};
use darsena_plan::again::{Again, Base, Replanner, Way};
use darsena_plan::check::{self, Breach};
use darsena_plan::{Arcs, Measure, Options, Plan, PlanError};
use darsena_scenario::{Change, ChangeKind, Edit, Finding, Scenario};
use jiff::civil::Date;

/// A change, and the day on which it becomes known.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// What is different.
    pub change: Change,
    /// The first day.
    pub from: Date,
}

/// How failures are looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct StressOptions {
    /// How each plan is made; reasons and prices are left out.
    pub plan: Options,
    /// Whether failures are known from the start; else what was decided before stays.
    pub foreseen: bool,
    /// Whether the time to survive is looked for, a few plans a failure.
    pub survive: bool,
    /// Whether every two failures together are looked at, too.
    pub pairs: bool,
}

/// What a demand loses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loss {
    /// Place in `scenario.demands()`.
    pub demand: usize,
    /// Late unit-periods more.
    pub late_unit_periods: f64,
    /// Units more that are open at the end.
    pub unmet: f64,
}

/// What comes of a failure.
#[derive(Debug, Clone, PartialEq)]
pub struct Fate {
    /// Place among the failures.
    pub failure: usize,
    /// Whether the plan made again is proved best.
    pub status: Status,
    /// How it was found.
    pub way: Way,
    /// Late unit-periods more, over all demands.
    pub late_unit_periods: f64,
    /// The same by the priority under which they count; under none where the objective knows no priorities. Unlike
    /// what single demands lose, it is the same in all plans that are as good.
    pub by_priority: Vec<(Option<u32>, f64)>,
    /// Units more that are open at the end, over all demands.
    pub unmet: f64,
    /// Cost more, in the scenario's currency.
    pub cost: f64,
    /// Demands that fare differently.
    pub losses: Vec<Loss>,
    /// Periods from the first of the failure until every demand is where the base has it: 0 where none ever is
    /// behind; none where some still is at the end.
    pub caught_up: Option<usize>,
    /// The longest failure, in whole periods from the same day, that costs no demand anything; none where it was not
    /// looked for.
    pub survives: Option<usize>,
}

/// What comes of two failures together.
#[derive(Debug, Clone, PartialEq)]
pub struct PairFate {
    /// Places among the failures, the smaller first.
    pub failures: [usize; 2],
    /// What comes of both; its `failure` is the first.
    pub fate: Fate,
}

/// The base plan and what comes of each failure.
#[derive(Debug)]
pub struct Stress {
    /// The plan with nothing failed.
    pub base: Plan,
    /// The worst first: by late unit-periods, then units open at the end, cost and id. Those for which no time was
    /// left are not in it.
    pub fates: Vec<Fate>,
    /// Every two failures together, the worst first in the same order; none where they were not asked for.
    pub pairs: Vec<PairFate>,
    /// Whether every failure, and every pair that was asked for, was looked at.
    pub complete: bool,
}

/// Why failures could not be looked at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StressError {
    /// A plan could not be made.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A change cannot be made.
    #[error("change `{0}` cannot be made: {1}")]
    Change(String, Box<Finding>),
    /// A plan does not survive the checker: a fault in darsena, never to be shown as an answer.
    #[error("the plan with change `{0}` does not survive its checker: {count} things do not hold", count = .1.len())]
    Unsound(String, Vec<Breach>),
}

/// Says which arcs a changed scenario has.
pub type ArcsOf<'a> = dyn Fn(&Scenario, Option<&Change>) -> Arc<Arcs> + Sync + 'a;

/// Differences of open units below this are noise of the arithmetic.
const NOTHING: f64 = 1e-6;

impl Failure {
    /// Both at once, known from the day of the first.
    fn and(&self, other: &Failure) -> Failure {
        let [a, b] = [&self.change, &other.change];
        Failure {
            change: Change {
                id: format!("{} + {}", a.id, b.id),
                kind: a.kind,
                edits: [&a.edits[..], &b.edits].concat(),
                cost: a.cost + b.cost,
            },
            from: self.from.min(other.from),
        }
    }
}

/// Returns what each of `failures` costs, the worst first, and where it is asked for what every two of them cost
/// together: each pair is planned again, so no other is worse than the worst. `arcs_of` says which arcs a changed
/// scenario has; `progress` is told how many failures and pairs are done.
///
/// # Errors
/// Fails when a plan cannot be made, and when a change cannot.
pub fn stress(
    scenario: &Scenario,
    arcs_of: &ArcsOf<'_>,
    failures: &[Failure],
    options: &StressOptions,
    stop: &Stop,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Stress, StressError> {
    let arcs = arcs_of(scenario, None);
    let base = Base::new(scenario, &arcs, &options.plan, &mut Watch::until(stop))?;
    let work = Work::new(scenario, &base, arcs_of, options, stop);
    let singles = failures.len();
    let seconds = |a: usize| (a + 1..singles).map(move |b| [a, b]);
    let pairs: Vec<[usize; 2]> = { 0..singles * usize::from(options.pairs) }
        .flat_map(seconds)
        .collect();
    let all = singles + pairs.len();
    let done = AtomicUsize::new(0);
    let threads = options.plan.threads;
    let begin = || Ok(base.replanner()?);
    let found = side_by_side(all, threads, stop, begin, |replanner, n| {
        let fate = if n < singles {
            work.fate(replanner, n, &failures[n], options.survive)?
        } else {
            let [a, b] = pairs[n - singles];
            work.fate(replanner, a, &failures[a].and(&failures[b]), false)?
        };
        progress(done.fetch_add(1, Ordering::Relaxed) + 1, all);
        Ok::<_, StressError>(fate.map(|fate| (n, fate)))
    })?;
    let found: Vec<(usize, Fate)> = found.into_iter().flatten().collect();
    let complete = found.len() == all;
    let (of_one, of_two): (Vec<_>, Vec<_>) = found.into_iter().partition(|(n, _)| *n < singles);
    let id = |n: usize| &failures[n].change.id;
    let mut fates: Vec<Fate> = of_one.into_iter().map(|(_, fate)| fate).collect();
    fates.sort_by(|a, b| worse(a, b).then_with(|| id(a.failure).cmp(id(b.failure))));
    let of_two = of_two.into_iter().map(|(n, fate)| PairFate {
        failures: pairs[n - singles],
        fate,
    });
    let mut of_two: Vec<PairFate> = of_two.collect();
    let ids = |pair: &PairFate| pair.failures.map(id);
    of_two.sort_by(|a, b| worse(&a.fate, &b.fate).then_with(|| ids(a).cmp(&ids(b))));
    Ok(Stress {
        base: base.plan().clone(),
        complete,
        fates,
        pairs: of_two,
    })
}

/// The worse first: by late unit-periods, then units open at the end, then cost.
fn worse(a: &Fate, b: &Fate) -> std::cmp::Ordering {
    let key = |fate: &Fate| [fate.late_unit_periods, fate.unmet, fate.cost].map(rounded);
    let orders = { key(b).into_iter().zip(key(a)) }.map(|(b, a)| b.total_cmp(&a));
    orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
}

/// A number without the noise of its last digits.
fn rounded(x: f64) -> f64 {
    (x * 1e6).round() / 1e6 + 0.0
}

/// Open units at the end of each period, by demand.
fn open_units(scenario: &Scenario, plan: &Plan) -> Vec<Vec<f64>> {
    let periods = scenario.head().horizon().len();
    let mut open = vec![vec![0.0; periods]; scenario.demands().len()];
    for row in &plan.unmet {
        open[row.demand][row.period] += row.quantity;
    }
    open
}

/// What all failures share.
pub(crate) struct Work<'a> {
    scenario: &'a Scenario,
    base: &'a Base,
    open: Vec<Vec<f64>>,
    arcs_of: &'a ArcsOf<'a>,
    options: &'a StressOptions,
    stop: &'a Stop,
}

impl<'a> Work<'a> {
    pub(crate) fn new(
        scenario: &'a Scenario,
        base: &'a Base,
        arcs_of: &'a ArcsOf<'a>,
        options: &'a StressOptions,
        stop: &'a Stop,
    ) -> Self {
        Work {
            scenario,
            base,
            open: open_units(scenario, base.plan()),
            arcs_of,
            options,
            stop,
        }
    }

    /// The first period that a failure touches.
    fn first_period(&self, failure: &Failure) -> usize {
        let horizon = self.scenario.head().horizon();
        let spans = horizon.span(Some(failure.from), None);
        spans.start.min(horizon.len())
    }

    fn again(
        &self,
        replanner: &mut Replanner<'_>,
        failure: &Failure,
        change: &Change,
    ) -> Result<(Plan, Way), StressError> {
        let changed = { self.scenario.with(&change.edits) }
            .map_err(|finding| StressError::Change(change.id.clone(), finding))?;
        let arcs = (self.arcs_of)(&changed, Some(change));
        let unforeseen = change.kind == ChangeKind::Disruption && !self.options.foreseen;
        let again = Again {
            scenario: &changed,
            arcs: &arcs,
            decided: unforeseen.then(|| self.first_period(failure)),
        };
        let (plan, way) = replanner.plan(again, &mut Watch::until(self.stop))?;
        let verdict = check::check(&changed, &arcs, &plan);
        let found = matches!(plan.status, Status::Optimal | Status::Feasible);
        if found && !verdict.holds() {
            return Err(StressError::Unsound(change.id.clone(), verdict.breaches));
        }
        Ok((plan, way))
    }

    /// None where it was stopped.
    pub(crate) fn fate(
        &self,
        replanner: &mut Replanner<'_>,
        n: usize,
        failure: &Failure,
        survive: bool,
    ) -> Result<Option<Fate>, StressError> {
        let (plan, way) = self.again(replanner, failure, &failure.change)?;
        // Of a plan that was cut short nothing is said.
        if self.stop.stopped() || !matches!(plan.status, Status::Optimal | Status::Feasible) {
            return Ok(None);
        }
        let open = open_units(self.scenario, &plan);
        let more = |demand: usize, t: usize| open[demand][t] - self.open[demand][t];
        let periods = self.scenario.head().horizon().len();
        let mut losses = Vec::new();
        for demand in 0..open.len() {
            let late: f64 = (0..periods).map(|t| more(demand, t)).sum();
            let unmet = more(demand, periods - 1);
            if late.abs() > NOTHING || unmet.abs() > NOTHING {
                losses.push(Loss {
                    demand,
                    late_unit_periods: late,
                    unmet,
                });
            }
        }
        let behind = |t: &usize| (0..open.len()).any(|demand| more(demand, *t) > NOTHING);
        let first = self.first_period(failure);
        let last = (first..periods).rev().find(behind);
        let cost = |plan: &Plan| plan.levels.last().map_or(0.0, |level| level.value);
        let survives = if survive {
            Some(self.survives(replanner, failure)?)
        } else {
            None
        };
        Ok(Some(Fate {
            failure: n,
            status: plan.status,
            way,
            late_unit_periods: losses.iter().map(|loss| loss.late_unit_periods).sum(),
            by_priority: self.late(&plan),
            unmet: losses.iter().map(|loss| loss.unmet).sum(),
            cost: cost(&plan) - cost(self.base.plan()),
            losses,
            caught_up: match last {
                None => Some(0),
                Some(t) if t + 1 < periods => Some(t + 1 - first),
                Some(_) => None,
            },
            survives,
        }))
    }

    /// The most whole periods, from the day of the failure on, that cost no demand anything. A longer failure allows no
    /// plan that a shorter one does not, so it is looked for by halving.
    fn survives(
        &self,
        replanner: &mut Replanner<'_>,
        failure: &Failure,
    ) -> Result<usize, StressError> {
        let horizon = self.scenario.head().horizon();
        let first = self.first_period(failure);
        let (mut least, mut most) = (0, horizon.len() - first);
        // Of `least` it is known, beyond `most` it is not so.
        while least < most {
            let middle = least + (most - least).div_ceil(2);
            let until = if first + middle < horizon.len() {
                horizon.start_of(first + middle)
            } else {
                horizon.end()
            };
            let mut change = failure.change.clone();
            for edit in &mut change.edits {
                if let Edit::Out { span, .. } | Edit::Set { span, .. } | Edit::Scale { span, .. } =
                    edit
                {
                    span.until = Some(until);
                }
            }
            let (plan, _) = self.again(replanner, failure, &change)?;
            if self.late(&plan).iter().all(|(_, more)| *more <= NOTHING) {
                least = middle;
            } else {
                most = middle - 1;
            }
            if self.stop.stopped() {
                break;
            }
        }
        Ok(least)
    }

    /// Late unit-periods more by the priority under which they count: of the objective's stages, or, where it has
    /// none, of all together under none.
    fn late(&self, plan: &Plan) -> Vec<(Option<u32>, f64)> {
        let pairs = plan.levels.iter().zip(&self.base.plan().levels);
        let stages = pairs.filter_map(|(now, base)| match now.measure {
            Measure::Late { priority } => Some((Some(priority), now.value - base.value)),
            _ => None,
        });
        let stages: Vec<_> = stages.map(|(p, more)| (p, rounded(more))).collect();
        if !stages.is_empty() {
            return stages;
        }
        let sum = |open: &[Vec<f64>]| open.iter().flatten().sum::<f64>();
        let open = open_units(self.scenario, plan);
        vec![(None, rounded(sum(&open) - sum(&self.open)))]
    }
}
