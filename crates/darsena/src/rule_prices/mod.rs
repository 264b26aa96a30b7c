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
//! price is nothing and no second plan is made ([`Plan::idle`](darsena_plan::Plan::idle)). A pair is
//! planned only where neither the plan without the one nor the plan without the other shows in the same
//! way that the second gives nothing more. And what two rules hold back in parts of the program that no
//! constraint joins adds up.
//!
//! # Limits
//! The values of the stages are the same in every best plan; who receives what is that of the one plan
//! that was found. Prices do not add up: what two rules shut is open only without both.

mod answer;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use darsena_law::{Approval, AsOf, Cited, Law};
use darsena_milp::{Clock, Status, Stop, Watch};
use darsena_plan::{Arc, Arcs, Obstacle, Opening, Options, Plan, Reasons};
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
    says: String,
    id: String,
    lifts: BTreeMap<Arc, Opening>,
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
    let permitted = Permitted::new(scenario, law, as_of);
    let search = Search {
        scenario,
        options,
        arcs: permitted.arcs(),
        clock: Clock::start(),
        stop,
        progress,
        made: AtomicUsize::new(0),
    };
    let (rules, partners) = rules_and_partners(&permitted, options);
    let singles: Vec<Lifted> = rules
        .iter()
        .map(|rule| {
            let lifts = permitted.lifts(&permitted.without(&BTreeSet::from([rule.id.clone()])));
            Lifted {
                says: permitted.says(rule, &lifts),
                id: rule.id.clone(),
                lifts,
            }
        })
        .collect();
    let approvals: Vec<(Approval, Lifted)> = permitted
        .approvals()
        .into_iter()
        .map(|(key, approval)| {
            let lifted = Lifted {
                says: format!(
                    "a month less waiting for {} of {}",
                    approval.name, approval.body
                ),
                id: format!("{} {}", key.0, key.1),
                lifts: permitted.sooner(&key, MONTH),
            };
            (approval, lifted)
        })
        .collect();
    let pairs = if options.pairs {
        pairs(&permitted, &singles, &partners)
    } else {
        Vec::new()
    };

    // One plan under the law tells what can't matter: rules, approvals, and arcs that only pairs open.
    let joint: Vec<&Pair> = pairs.iter().filter(|pair| pair.joint).collect();
    let mut obstacles: Vec<&Lifted> = singles.iter().collect();
    obstacles.extend(approvals.iter().map(|(_, lifted)| lifted));
    obstacles.extend(joint.iter().map(|pair| &pair.lifted));
    let base = search.plan(&BTreeMap::new(), &obstacles)?;
    if base.status != Status::Optimal {
        let unknown = || Gain::Unknown;
        return Ok(Prices {
            rules: told(rules, singles, |_| unknown()),
            approvals: approvals
                .into_iter()
                .map(|(a, l)| waited(a, &l, unknown()))
                .collect(),
            pairs: Vec::new(),
            plans: 1,
            pairs_tried: (pairs.len(), 0),
            status: base.status,
            base,
        });
    }
    let idle: BTreeSet<&str> = { base.idle.iter() }
        .map(|n| base.obstacles[*n].0.as_str())
        .collect();
    let decided = |lifted: &Lifted| {
        if lifted.lifts.is_empty() {
            Some(Gain::NoArc)
        } else {
            idle.contains(lifted.id.as_str()).then_some(Gain::ByDuals)
        }
    };

    // Rules and approvals one by one, each with what every partner would open besides.
    let open: Vec<&Lifted> = { singles.iter() }
        .filter(|one| decided(one).is_none())
        .collect();
    let waits: Vec<&Lifted> = { approvals.iter() }
        .map(|(_, lifted)| lifted)
        .filter(|one| decided(one).is_none())
        .collect();
    let beside: Vec<Vec<Lifted>> = open.iter().map(|one| beside(one, &pairs)).collect();
    let mut jobs: Vec<(&Lifted, Vec<&Lifted>)> = { open.iter().zip(&beside) }
        .map(|(one, beside)| (*one, beside.iter().collect()))
        .collect();
    jobs.extend(waits.iter().map(|one| (*one, Vec::new())));
    let plans = search.all(&jobs, 1)?;
    let by_id: BTreeMap<&str, &Option<Plan>> = { jobs.iter().zip(&plans) }
        .map(|((one, _), plan)| (one.id.as_str(), plan))
        .collect();
    let gain = |lifted: &Lifted| {
        decided(lifted).unwrap_or_else(|| match by_id[lifted.id.as_str()] {
            Some(plan) => Gain::Planned(against(&base, plan)),
            None => Gain::Unknown,
        })
    };

    // Pairs that neither plan shows to give nothing more.
    let parts: BTreeMap<&str, &BTreeSet<u32>> = { base.obstacles.iter().zip(&base.touched) }
        .map(|((id, _), parts)| (id.as_str(), parts))
        .collect();
    let apart = |a: &str, b: &str| match (parts.get(a), parts.get(b)) {
        (Some(a), Some(b)) => !options.plan.fair && a.is_disjoint(b),
        _ => false,
    };
    let nothing_more = |one: &str, other: &str| match by_id.get(one) {
        Some(Some(plan)) => {
            // What opens nothing beside the first was not asked about there.
            let obstacle = plan.obstacles.iter().position(|(id, _)| id == other);
            obstacle.is_none_or(|n| plan.idle.contains(&n))
        }
        _ => false,
    };
    let tried: Vec<&Pair> = { pairs.iter() }
        .filter(|pair| {
            let (a, b) = (pair.rules.0.as_str(), pair.rules.1.as_str());
            let alone = [a, b].map(|id| by_id.contains_key(id));
            match alone {
                // The arcs of both together are priced under the law itself.
                [false, false] => pair.joint && !idle.contains(pair.lifted.id.as_str()),
                _ if !pair.joint && apart(a, b) => false,
                _ => !nothing_more(a, b) && !nothing_more(b, a),
            }
        })
        .collect();
    let jobs: Vec<(&Lifted, Vec<&Lifted>)> = { tried.iter() }
        .map(|pair| (&pair.lifted, Vec::new()))
        .collect();
    let both = search.all(&jobs, 1 + plans.len())?;
    let stages = base.levels.len();
    let price: BTreeMap<&str, Vec<f64>> = { singles.iter() }
        .map(|one| (one.id.as_str(), gain(one).falls(stages)))
        .collect();
    let mut complete = plans.iter().all(Option::is_some);
    let mut found = Vec::new();
    for (pair, plan) in tried.iter().zip(&both) {
        let Some(plan) = plan else {
            complete = false;
            continue;
        };
        let planned = against(&base, plan);
        let (a, b) = (&price[pair.rules.0.as_str()], &price[pair.rules.1.as_str()]);
        let together: Vec<f64> = { planned.falls.iter() }
            .zip(a.iter().zip(b))
            .zip(&base.levels)
            .map(|((both, (a, b)), level)| settled(both - a - b, level.value))
            .collect();
        let first = together.iter().find(|more| **more != 0.0);
        if first.is_some_and(|more| *more > 0.0) {
            found.push(PairPrice {
                rules: pair.rules.clone(),
                arcs: pair.lifted.lifts.len(),
                gain: Gain::Planned(planned),
                together,
            });
        }
    }
    let plans = 1 + plans.len() + both.len();
    let pairs_tried = (pairs.len(), tried.len());
    let gains: Vec<Gain> = singles.iter().map(&gain).collect();
    let approvals = { approvals.iter() }
        .map(|(approval, lifted)| waited(approval.clone(), lifted, gain(lifted)))
        .collect();
    let mut gains = gains.into_iter();
    let rules = { rules.into_iter().zip(&singles) }
        .map(|(rule, lifted)| RulePrice {
            rule,
            arcs: lifted.lifts.len(),
            gain: gains.next().unwrap_or(Gain::Unknown),
        })
        .collect();
    let cut = if stop.stopped() {
        Status::Stopped
    } else {
        Status::TimeLimit
    };
    Ok(Prices {
        rules,
        pairs: found,
        approvals,
        plans,
        pairs_tried,
        status: if complete { Status::Optimal } else { cut },
        base,
    })
}

fn told(rules: Vec<Cited>, lifted: Vec<Lifted>, gain: impl Fn(&Lifted) -> Gain) -> Vec<RulePrice> {
    let pairs = rules.into_iter().zip(lifted);
    pairs
        .map(|(rule, lifted)| RulePrice {
            rule,
            arcs: lifted.lifts.len(),
            gain: gain(&lifted),
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

/// Two rules, and what opens without both.
struct Pair {
    rules: (String, String),
    lifted: Lifted,
    /// Whether an arc opens that neither opens so far alone.
    joint: bool,
}

/// The rules that hold something back, in order of id, those that only show when another is lifted among
/// them; and for each the rules that meet it on some arc.
fn rules_and_partners(
    permitted: &Permitted<'_>,
    options: &PriceOptions,
) -> (Vec<Cited>, BTreeMap<String, BTreeSet<String>>) {
    let mut rules = permitted.rules_in_the_way();
    let mut partners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    if options.pairs {
        for id in rules.keys().cloned().collect::<Vec<_>>() {
            let behind = permitted.behind(&id);
            partners.insert(
                id.clone(),
                behind.keys().filter(|one| **one != id).cloned().collect(),
            );
            rules.extend(behind.into_iter().filter(|(_, rule)| !rule.id.is_empty()));
        }
    }
    let asked = |rule: &Cited| options.rules.is_empty() || options.rules.contains(&rule.id);
    (rules.into_values().filter(asked).collect(), partners)
}

/// All pairs of rules, with what opens without both.
fn pairs(
    permitted: &Permitted<'_>,
    singles: &[Lifted],
    partners: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<Pair> {
    let meet = |a: &str, b: &str| partners.get(a).is_some_and(|with| with.contains(b));
    let mut pairs = Vec::new();
    for (n, a) in singles.iter().enumerate() {
        for b in &singles[n + 1..] {
            let mut lifts = a.lifts.clone();
            lifts.extend(b.lifts.clone());
            let mut joint = false;
            if meet(&a.id, &b.id) || meet(&b.id, &a.id) {
                let both = BTreeSet::from([a.id.clone(), b.id.clone()]);
                let then = permitted.lifts(&permitted.without(&both));
                let by_one = |arc: &Arc, opening: &Opening| {
                    a.lifts.get(arc) == Some(opening) || b.lifts.get(arc) == Some(opening)
                };
                joint = then.iter().any(|(arc, opening)| !by_one(arc, opening));
                lifts = then;
            }
            if lifts.is_empty() {
                continue;
            }
            pairs.push(Pair {
                rules: (a.id.clone(), b.id.clone()),
                lifted: Lifted {
                    says: format!("{}; {}", a.says, b.says),
                    id: format!("{} {}", a.id, b.id),
                    lifts,
                },
                joint,
            });
        }
    }
    pairs
}

/// What every partner of a rule opens besides it.
fn beside(one: &Lifted, pairs: &[Pair]) -> Vec<Lifted> {
    let with = pairs.iter().filter_map(|pair| match &pair.rules {
        (a, b) if *a == one.id => Some((b, pair)),
        (a, b) if *b == one.id => Some((a, pair)),
        _ => None,
    });
    let more = with.map(|(other, pair)| Lifted {
        says: pair.lifted.says.clone(),
        id: other.clone(),
        lifts: { pair.lifted.lifts.iter() }
            .filter(|(arc, opening)| one.lifts.get(*arc) != Some(*opening))
            .map(|(arc, opening)| (arc.clone(), opening.clone()))
            .collect(),
    });
    more.filter(|more| !more.lifts.is_empty()).collect()
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
    fn plan(
        &self,
        lifts: &BTreeMap<Arc, Opening>,
        obstacles: &[&Lifted],
    ) -> Result<Plan, AnswerError> {
        let mut arcs = self.arcs.clone();
        for (arc, opening) in lifts {
            arcs.set(arc, opening.clone());
        }
        arcs.obstacles = { obstacles.iter() }
            .filter(|one| !one.lifts.is_empty())
            .map(|one| Obstacle {
                id: one.id.clone(),
                says: one.says.clone(),
                lifts: one.lifts.clone(),
            })
            .collect();
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

    /// A plan for each of `jobs`, side by side; none where there was no time. The answer does not depend
    /// on the number of threads.
    fn all(
        &self,
        jobs: &[(&Lifted, Vec<&Lifted>)],
        before: usize,
    ) -> Result<Vec<Option<Plan>>, AnswerError> {
        let next = AtomicUsize::new(0);
        let plans: Vec<Mutex<Option<Result<Plan, AnswerError>>>> =
            jobs.iter().map(|_| Mutex::new(None)).collect();
        self.made.store(before, Ordering::Relaxed);
        let total = before + jobs.len();
        std::thread::scope(|scope| {
            for _ in 0..self.options.plan.threads.clamp(1, jobs.len().max(1)) {
                scope.spawn(|| {
                    while let Some((n, (lifted, obstacles))) = {
                        let n = next.fetch_add(1, Ordering::Relaxed);
                        jobs.get(n).map(|job| (n, job))
                    } {
                        if self.stop.stopped() {
                            break;
                        }
                        let plan = self.plan(&lifted.lifts, obstacles);
                        if let Ok(mut place) = plans[n].lock() {
                            *place = Some(plan);
                        }
                        (self.progress)(self.made.fetch_add(1, Ordering::Relaxed) + 1, total);
                    }
                });
            }
        });
        let results = plans.into_iter();
        let results = results.map(|place| place.into_inner().ok().flatten().transpose());
        let plans: Result<Vec<Option<Plan>>, AnswerError> = results.collect();
        // Only a plan that is proved to be the best has a price.
        Ok(plans?
            .into_iter()
            .map(|plan| plan.filter(|p| p.status == Status::Optimal))
            .collect())
    }
}
