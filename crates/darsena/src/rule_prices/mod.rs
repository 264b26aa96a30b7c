//! The price of a rule: what would be delivered if that rule alone were lifted.
//!
//! # Formula
//! Let z(A) be the values of all stages of the best plan over the arcs A, and A∖r the arcs that the law
//! leaves open without rule r. Then
//!
//! ```text
//! price(r)      = z(A) - z(A∖r)                              per stage: open unit-periods, last the cost
//! together(r,s) = z(A) - z(A∖r∖s) - price(r) - price(s)      what two rules give only together
//! ```
//!
//! The first stage in which a price is not nothing is a gain; later ones may be losses, because what is
//! gained first is paid for there. For an approval the price is that of a month less waiting for it.
//!
//! # What is spared
//! The duals of all stages bound z(A∖r): where no arc that opens without r could better a stage, the
//! price is nothing and no second plan is made ([`Plan::idle`](darsena_plan::Plan::idle)). Rules that give
//! nothing alone are lifted all at once: where that gives nothing, no two of them do. And what two rules hold
//! back in parts of the program that no constraint joins adds up. A rule that an authorization with a limit
//! answers takes the limit with it, and is always planned.
//!
//! No plan is better than that which asks no law at all: where it is no better than that under the law,
//! every price is nothing.
//!
//! # Limits
//! The values of the stages are the same in every best plan; who receives what is that of the one plan
//! that was found. Prices do not add up: what two rules shut is open only without both.

mod answer;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use darsena_law::{Approval, AsOf, Cited, Law};
use darsena_milp::{Clock, Status, Stop, Watch, side_by_side};
use darsena_plan::{Arc, Arcs, Ceiling, Obstacle, Opening, Options, Plan, Reasons};
use darsena_scenario::Scenario;

pub use answer::{answer, law_page, readable};

use crate::permitted::Permitted;
use crate::{AnswerError, checked_plan};

/// Days in the month by which an approval is taken to come sooner.
pub const MONTH: u32 = 30;

/// What is asked of the prices.
#[derive(Debug, Clone)]
pub struct PriceOptions {
    /// How each plan is made; reasons and shadow prices are left out.
    pub plan: Options,
    /// Rules to price, by id; all that hold something back without it.
    pub rules: BTreeSet<String>,
    /// Whether pairs of rules are looked for that help only together.
    pub pairs: bool,
}

/// What every rule that holds something back costs.
#[derive(Debug)]
pub struct Prices {
    /// The plan under the law.
    pub base: Plan,
    /// The price of all law at once: of a plan that asks none.
    pub whole: Gain,
    /// By rule: each alone, in order of id.
    pub rules: Vec<RulePrice>,
    /// Pairs that give more than their rules one by one, in order of ids.
    pub pairs: Vec<PairPrice>,
    /// A month less waiting for each approval.
    pub approvals: Vec<ApprovalPrice>,
    /// Plans made, the one under the law counted.
    pub plans: usize,
    /// Pairs that were looked at and pairs for which a plan was made.
    pub pairs_tried: (usize, usize),
    /// How it ended: [`Status::Optimal`] when every price is proved.
    pub status: Status,
}

/// The price of one rule.
#[derive(Debug)]
pub struct RulePrice {
    /// The rule.
    pub rule: Cited,
    /// Arcs that open, or open sooner, without it alone.
    pub arcs: usize,
    /// What comes of it.
    pub gain: Gain,
}

/// What two rules give together.
#[derive(Debug)]
pub struct PairPrice {
    /// Ids of the rules, in order.
    pub rules: (String, String),
    /// Arcs that open, or open sooner, without both.
    pub arcs: usize,
    /// What comes of lifting both.
    pub gain: Gain,
    /// Of it, per stage, what neither gives alone.
    pub together: Vec<f64>,
}

/// What a month less waiting for an approval gives.
#[derive(Debug)]
pub struct ApprovalPrice {
    /// The approval, with its usual days.
    pub approval: Approval,
    /// Arcs that open sooner.
    pub arcs: usize,
    /// What comes of it.
    pub gain: Gain,
}

/// What comes of lifting something.
#[derive(Debug, Clone, PartialEq)]
pub enum Gain {
    /// Nothing: no arc opens.
    NoArc,
    /// Nothing: the duals of the plan under the law prove it.
    ByDuals,
    /// Nothing: not even a plan that asks no law is better.
    ByNoLaw,
    /// The plan that was made again.
    Planned(Planned),
    /// Not known: time ran out, or it was stopped.
    Unknown,
}

/// The plan made again, next to that under the law.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// Fall of each stage of the objective: open unit-periods less, last money saved.
    pub falls: Vec<f64>,
    /// By demand, units delivered more within the horizon.
    pub delivered: Vec<f64>,
    /// By demand, open unit-periods less.
    pub sooner: Vec<f64>,
}

impl Gain {
    /// Fall of each stage; nothing where nothing falls, and where it is not known.
    #[must_use]
    pub fn falls(&self, stages: usize) -> Vec<f64> {
        match self {
            Gain::Planned(planned) => planned.falls.clone(),
            _ => vec![0.0; stages],
        }
    }

    /// The first stage that falls.
    #[must_use]
    pub fn first(&self) -> Option<usize> {
        match self {
            Gain::Planned(planned) => planned.falls.iter().position(|fall| *fall != 0.0),
            _ => None,
        }
    }
}

/// Two values of a stage that differ by no more, relatively, are the same.
const SAME: f64 = 1e-6;

/// Something that is lifted, and the arcs that open.
struct Lifted {
    id: String,
    lifts: BTreeMap<Arc, Opening>,
    /// The ceilings then, where they are others.
    ceilings: Option<Vec<Ceiling>>,
}

impl Lifted {
    /// All rules as they stand.
    fn nothing() -> Self {
        Lifted {
            id: String::new(),
            lifts: BTreeMap::new(),
            ceilings: None,
        }
    }

    /// Without some rules.
    fn of(permitted: &Permitted<'_>, id: &str, rules: &BTreeSet<String>) -> Self {
        let others = permitted.without(rules);
        Lifted {
            id: id.to_string(),
            lifts: permitted.lifts(&others),
            ceilings: permitted.ceilings(&others),
        }
    }

    fn changes_nothing(&self) -> bool {
        self.lifts.is_empty() && self.ceilings.is_none()
    }
}

/// Returns the price of every rule and approval that holds something back in the best plan of `scenario`
/// under `law` as it is known on a day. `progress` hears how many plans of how many are made.
///
/// # Errors
/// Fails when a plan cannot be made or does not survive its checker.
pub fn rule_prices(
    scenario: &Scenario,
    law: &Law,
    as_of: AsOf,
    options: &PriceOptions,
    stop: &Stop,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Prices, AnswerError> {
    let permitted = Permitted::new(scenario, law, as_of, options.plan.threads);
    let search = Search {
        scenario,
        options,
        arcs: permitted.arcs(),
        clock: Clock::start(),
        stop,
        progress,
        made: AtomicUsize::new(0),
    };
    let rules = rules_to_price(&permitted, options);
    let alone = |rule: &Cited| BTreeSet::from([rule.id.clone()]);
    let singles: Vec<Lifted> = { rules.iter() }
        .map(|rule| Lifted::of(&permitted, &rule.id, &alone(rule)))
        .collect();
    let approvals: Vec<(Approval, Lifted)> = permitted
        .approvals()
        .into_iter()
        .map(|(key, approval)| {
            let lifted = Lifted {
                id: format!("{} {}", key.0, key.1),
                lifts: permitted.sooner(&key, MONTH),
                ceilings: None,
            };
            (approval, lifted)
        })
        .collect();

    // One plan under the law tells what can't matter alone, one that asks no law whether anything can.
    let mut obstacles: Vec<&Lifted> = singles.iter().collect();
    obstacles.extend(approvals.iter().map(|(_, lifted)| lifted));
    let base = search.plan(&Lifted::nothing(), &obstacles)?;
    let best = |plan: &Plan| plan.status == Status::Optimal;
    let free = search.planned(Arcs::open(scenario))?;
    let whole = if best(&base) && best(&free) {
        Gain::Planned(against(&base, &free))
    } else {
        Gain::Unknown
    };
    let none = whole != Gain::Unknown && whole.first().is_none();
    if !best(&base) || none {
        let gain = if none { Gain::ByNoLaw } else { Gain::Unknown };
        return Ok(Prices {
            whole,
            rules: priced(rules, &singles, std::iter::repeat(gain.clone())),
            approvals: approvals
                .into_iter()
                .map(|(a, l)| waited(a, &l, gain.clone()))
                .collect(),
            pairs: Vec::new(),
            plans: 2,
            pairs_tried: (0, 0),
            status: base.status,
            base,
        });
    }
    let idle: BTreeSet<&str> = { base.idle.iter() }
        .map(|n| base.obstacles[*n].0.as_str())
        .collect();
    let decided = |lifted: &Lifted| {
        if lifted.changes_nothing() {
            Some(Gain::NoArc)
        } else if lifted.ceilings.is_some() {
            None
        } else {
            idle.contains(lifted.id.as_str()).then_some(Gain::ByDuals)
        }
    };

    // Rules and approvals one by one.
    let alone: Vec<&Lifted> = {
        singles
            .iter()
            .chain(approvals.iter().map(|(_, lifted)| lifted))
    }
    .filter(|one| decided(one).is_none())
    .collect();
    let plans = search.all(&alone, 2)?;
    let mut made = 2 + plans.len();
    let mut complete = plans.iter().all(Option::is_some);
    let by_id: BTreeMap<&str, &Option<Plan>> = { alone.iter().zip(&plans) }
        .map(|(one, plan)| (one.id.as_str(), plan))
        .collect();
    let gain = |lifted: &Lifted| {
        decided(lifted).unwrap_or_else(|| match by_id[lifted.id.as_str()] {
            Some(plan) => Gain::Planned(against(&base, plan)),
            None => Gain::Unknown,
        })
    };
    let gains: Vec<Gain> = singles.iter().map(gain).collect();

    let mut pairs = Pairs::default();
    if options.pairs {
        pairs = search.pairs(&permitted, &base, &singles, &gains, made)?;
        made += pairs.planned;
        complete &= pairs.complete;
    }
    let approvals = { approvals.iter() }
        .map(|(approval, lifted)| waited(approval.clone(), lifted, gain(lifted)))
        .collect();
    let cut = if stop.stopped() {
        Status::Stopped
    } else {
        Status::TimeLimit
    };
    Ok(Prices {
        whole,
        rules: priced(rules, &singles, gains.into_iter()),
        pairs: pairs.found,
        approvals,
        plans: made,
        pairs_tried: (pairs.looked_at, pairs.tried),
        status: if complete { Status::Optimal } else { cut },
        base,
    })
}

fn priced(
    rules: Vec<Cited>,
    singles: &[Lifted],
    gains: impl Iterator<Item = Gain>,
) -> Vec<RulePrice> {
    let rows = rules.into_iter().zip(singles).zip(gains);
    rows.map(|((rule, lifted), gain)| RulePrice {
        rule,
        arcs: lifted.lifts.len(),
        gain,
    })
    .collect()
}

fn waited(approval: Approval, lifted: &Lifted, gain: Gain) -> ApprovalPrice {
    ApprovalPrice {
        approval,
        arcs: lifted.lifts.len(),
        gain,
    }
}

/// The rules that hold something back, in order of id, those that only show when another is lifted among
/// them.
fn rules_to_price(permitted: &Permitted<'_>, options: &PriceOptions) -> Vec<Cited> {
    let mut rules = permitted.rules_answered();
    rules.extend(permitted.rules_in_the_way());
    if options.pairs {
        for id in rules.keys().cloned().collect::<Vec<_>>() {
            rules.extend(permitted.behind(&id));
        }
    }
    let asked = |rule: &Cited| options.rules.is_empty() || options.rules.contains(&rule.id);
    rules.into_values().filter(asked).collect()
}

/// What came of looking for pairs.
#[derive(Default)]
struct Pairs {
    found: Vec<PairPrice>,
    looked_at: usize,
    tried: usize,
    planned: usize,
    complete: bool,
}

/// Of the fall of each stage, what is more than two falls alone.
fn beyond(falls: &[f64], [a, b]: [&Vec<f64>; 2], base: &Plan) -> Vec<f64> {
    { falls.iter().zip(a.iter().zip(b)) }
        .zip(&base.levels)
        .map(|((both, (a, b)), level)| settled(both - a - b, level.value))
        .collect()
}

/// A plan as it compares with that under the law.
fn against(base: &Plan, plan: &Plan) -> Planned {
    let levels = base.levels.iter().zip(&plan.levels);
    let demands = || base.demands.iter().zip(&plan.demands);
    Planned {
        falls: levels
            .map(|(a, b)| settled(a.value - b.value, a.value))
            .collect(),
        delivered: demands()
            .map(|(a, b)| settled(b.delivered - a.delivered, 1.0))
            .collect(),
        sooner: demands()
            .map(|(a, b)| settled(a.late_unit_periods - b.late_unit_periods, 1.0))
            .collect(),
    }
}

/// A difference, nothing if it is arithmetic alone.
fn settled(difference: f64, of: f64) -> f64 {
    if difference.abs() <= SAME * of.abs().max(1.0) {
        0.0
    } else {
        difference
    }
}

/// Plans under the law with some of it lifted.
struct Search<'a> {
    scenario: &'a Scenario,
    options: &'a PriceOptions,
    arcs: Arcs,
    clock: Clock,
    stop: &'a Stop,
    progress: &'a (dyn Fn(usize, usize) + Sync),
    made: AtomicUsize,
}

impl Search<'_> {
    /// The best plan with some arcs lifted, which also tells which of `obstacles` hold nothing back.
    fn plan(&self, lifted: &Lifted, obstacles: &[&Lifted]) -> Result<Plan, AnswerError> {
        let mut arcs = self.arcs.clone();
        for (arc, opening) in &lifted.lifts {
            arcs.set(arc, opening.clone());
        }
        if let Some(ceilings) = &lifted.ceilings {
            arcs.ceilings.clone_from(ceilings);
        }
        arcs.obstacles = { obstacles.iter() }
            .filter(|one| !one.lifts.is_empty())
            .map(|one| Obstacle {
                id: one.id.clone(),
                // Nobody is told reasons here.
                says: String::new(),
                lifts: one.lifts.clone(),
            })
            .collect();
        self.planned(arcs)
    }

    fn planned(&self, arcs: Arcs) -> Result<Plan, AnswerError> {
        let options = Options {
            reasons: Reasons::None,
            prices: false,
            threads: 1,
            solver: self.clock.left(&self.options.plan.solver),
            ..self.options.plan.clone()
        };
        let mut watch = Watch {
            stop: self.stop.clone(),
            progress: None,
        };
        checked_plan(self.scenario, &arcs, &options, &mut watch)
    }

    /// The pairs of `singles`, which alone gain `gains`, that give more together.
    ///
    /// Rules that give nothing alone are all lifted at once: where that gives nothing, no two of them do, and
    /// where it gives nothing more beside another rule, none of them does beside that.
    fn pairs(
        &self,
        permitted: &Permitted<'_>,
        base: &Plan,
        singles: &[Lifted],
        gains: &[Gain],
        made: usize,
    ) -> Result<Pairs, AnswerError> {
        let lifted = |rules: BTreeSet<String>| Lifted::of(permitted, "", &rules);
        let stages = base.levels.len();
        let nothing = |n: &usize| gains[*n].first().is_none() && gains[*n] != Gain::Unknown;
        let (idle, helpful): (Vec<usize>, Vec<usize>) = (0..singles.len()).partition(nothing);
        let sets: Vec<Lifted> = { std::iter::once(None).chain(helpful.iter().map(Some)) }
            .map(|one| {
                lifted(
                    idle.iter()
                        .chain(one)
                        .map(|&n| singles[n].id.clone())
                        .collect(),
                )
            })
            .collect();
        let at_once = self.all(&sets.iter().collect::<Vec<_>>(), made)?;
        let no_more: Vec<bool> = {
            at_once
                .iter()
                .zip(std::iter::once(None).chain(helpful.iter().map(Some)))
        }
        .map(|(plan, one)| {
            let alone = one.map_or_else(|| vec![0.0; stages], |n| gains[*n].falls(stages));
            plan.as_ref().is_some_and(|plan| {
                let more = beyond(
                    &against(base, plan).falls,
                    [&alone, &vec![0.0; stages]],
                    base,
                );
                more.iter().all(|more| *more == 0.0)
            })
        })
        .collect();
        let place = |n: usize| helpful.iter().position(|one| *one == n);
        let spared = |n: usize, m: usize| match (place(n), place(m)) {
            (None, None) => no_more[0],
            (Some(one), None) | (None, Some(one)) => no_more[one + 1],
            (Some(_), Some(_)) => false,
        };
        let mut pairs = Pairs {
            complete: true,
            ..Pairs::default()
        };
        let mut left: Vec<(usize, usize, Lifted)> = Vec::new();
        for n in 0..singles.len() {
            for m in n + 1..singles.len() {
                pairs.looked_at += 1;
                if spared(n, m) {
                    continue;
                }
                let (a, b) = (&singles[n], &singles[m]);
                let both = lifted(BTreeSet::from([a.id.clone(), b.id.clone()]));
                if !self.adds_up(base, a, b, &both) {
                    left.push((n, m, both));
                }
            }
        }
        let jobs: Vec<&Lifted> = left.iter().map(|(_, _, both)| both).collect();
        let plans = self.all(&jobs, made + at_once.len())?;
        pairs.tried = plans.len();
        pairs.planned = at_once.len() + plans.len();
        for ((n, m, lifted), plan) in left.iter().zip(&plans) {
            let Some(plan) = plan else {
                pairs.complete = false;
                continue;
            };
            let planned = against(base, plan);
            let alone = [&gains[*n].falls(stages), &gains[*m].falls(stages)];
            let together = beyond(&planned.falls, alone, base);
            let first = together.iter().find(|more| **more != 0.0);
            if first.is_some_and(|more| *more > 0.0) {
                pairs.found.push(PairPrice {
                    rules: (singles[*n].id.clone(), singles[*m].id.clone()),
                    arcs: lifted.lifts.len(),
                    gain: Gain::Planned(planned),
                    together,
                });
            }
        }
        Ok(pairs)
    }

    /// Whether two rules give together what they give alone, because they hold back arcs in parts of the
    /// program that no constraint joins.
    fn adds_up(&self, base: &Plan, a: &Lifted, b: &Lifted, both: &Lifted) -> bool {
        let parts = |one: &Lifted| {
            let place = base.obstacles.iter().position(|(id, _)| *id == one.id);
            place.and_then(|n| base.touched.get(n))
        };
        let by_one = |(arc, opening): (&Arc, &Opening)| {
            a.lifts.get(arc) == Some(opening) || b.lifts.get(arc) == Some(opening)
        };
        // Shares are of all parts at once.
        !self.options.plan.fair
            && [a, b, both].iter().all(|one| one.ceilings.is_none())
            && both.lifts.iter().all(by_one)
            && match (parts(a), parts(b)) {
                (Some(a), Some(b)) => a.is_disjoint(b),
                _ => false,
            }
    }

    /// A plan for each of `jobs`, side by side; none where there was no time. The answer does not depend
    /// on the number of threads.
    fn all(&self, jobs: &[&Lifted], before: usize) -> Result<Vec<Option<Plan>>, AnswerError> {
        self.made.store(before, Ordering::Relaxed);
        let total = before + jobs.len();
        let threads = self.options.plan.threads;
        let plans = side_by_side(
            jobs.len(),
            threads,
            self.stop,
            || Ok(()),
            |(), n| {
                let plan = self.plan(jobs[n], &[])?;
                (self.progress)(self.made.fetch_add(1, Ordering::Relaxed) + 1, total);
                Ok::<_, AnswerError>(Some(plan))
            },
        );
        // Only a plan that is proved to be the best has a price.
        Ok(plans?
            .into_iter()
            .map(|plan| plan.filter(|p| p.status == Status::Optimal))
            .collect())
    }
}
