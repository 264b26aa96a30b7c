//! What one more of each limit gains, by planning again with it.
//!
//! # Formula
//! One more unit of a capacity or over a lane in every period in which there is any, once under a ceiling, or of
//! a part at a site in one period, then the best plan stage by stage, with the same lines open. With x the plan and x⁺ that one,
//!
//! ```text
//! gain = c·x - c·x⁺
//! ```
//!
//! where c are the costs, the open units of all periods, or the units open at the end.
//!
//! A shadow price is of one basis. Where two limits bind together it may promise a gain that neither brings
//! alone, and says nothing of what comes after the first units; this does neither.
//!
//! # Limits
//! Open units are summed over all priorities, so a gain for an urgent demand that costs less urgent ones
//! more is a loss here. Units open at the end and the open units of stages that watch something else are
//! those of the plans found: where others are as good, they may differ.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use darsena_milp::Stop;

use super::thing::Thing;
use super::{AUTO_ROWS, Again, Sight};
use crate::network::{Input, Node};
use crate::plan::{Cause, Gain, Plan, Price, Priced, Worth};
use crate::price::open_units;
use crate::solve::Clock;
use crate::{Options, PlanError, Reasons};

/// Gains below this are noise of the arithmetic.
const NOTHING: f64 = 1e-6;

/// So many limits are tried without being asked for: those with the highest shadow prices.
const STRONGEST: usize = 6;

/// So many parts are tried where they are asked for.
const PARTS: usize = 24;

/// Writes into `plan` what the capacities, lanes and ceilings that the duals do not rule out are worth, the
/// most waiting first, then the most money. Those of which one more unit gains nothing are left out.
pub(crate) fn worths(
    sight: Sight<'_>,
    options: &Options,
    plan: &mut Plan,
    clock: &Clock,
    stop: &Stop,
) -> Result<(), PlanError> {
    let mut limits = sight.limits();
    let shadow = shadow(plan);
    limits
        .sort_by(|a, b| dearer(shadow.get(&a.what), shadow.get(&b.what)).then(a.what.cmp(&b.what)));
    let tried = match options.reasons {
        Reasons::All => limits.len(),
        _ if sight.program.rows() > AUTO_ROWS => 0,
        _ => STRONGEST.min(limits.len()),
    };
    let untried = limits.split_off(tried);
    if options.parts && tried > 0 {
        limits.extend(sight.parts(plan));
    }
    let gains = gains(sight, &limits, options, clock, stop)?;
    if gains.iter().any(Option::is_none) {
        let note = "there was no time to plan again with more of every limit";
        plan.remarks.push(note.into());
    }
    let gains = gains.into_iter().chain(untried.iter().map(|_| None));
    let told = limits.iter().chain(&untried).zip(gains);
    let told = told.map(|(limit, gain)| Worth {
        what: limit.what,
        periods: match limit.period {
            Some(t) => vec![t],
            None => plan.periods_priced(limit.what),
        },
        gain,
    });
    let mut told: Vec<Worth> = told
        .filter(|worth| worth.gain.is_none_or(|gain| !gain.is_nothing()))
        .collect();
    told.sort_by(|a, b| Gain::most(b.gain, a.gain).then(a.what.cmp(&b.what)));
    plan.worths = told;
    Ok(())
}

/// Something of which one more is tried.
struct Limit {
    what: Priced,
    /// The period in which it comes; none of what comes in every one, or once for all.
    period: Option<usize>,
    thing: Thing,
}

/// What shadow prices promise: open unit-periods, money.
type Promise = [f64; 2];

/// Those that promise more first.
fn dearer(a: Option<&Promise>, b: Option<&Promise>) -> Ordering {
    let [a_waits, a_money] = a.copied().unwrap_or_default();
    let [b_waits, b_money] = b.copied().unwrap_or_default();
    b_waits
        .total_cmp(&a_waits)
        .then(b_money.total_cmp(&a_money))
}

fn promise(price: &Price) -> Promise {
    [price.late_unit_periods.unwrap_or(0.0), price.money]
}

/// What the shadow prices of each thing promise over all periods.
fn shadow(plan: &Plan) -> BTreeMap<Priced, Promise> {
    let mut sums: BTreeMap<Priced, Promise> = BTreeMap::new();
    for price in &plan.prices {
        let sum = sums.entry(price.what).or_default();
        for (sum, more) in sum.iter_mut().zip(promise(price)) {
            *sum += more;
        }
    }
    sums
}

/// What planning again with each thing gains; none where the time ran out.
fn gains(
    sight: Sight<'_>,
    limits: &[Limit],
    options: &Options,
    clock: &Clock,
    stop: &Stop,
) -> Result<Vec<Option<Gain>>, PlanError> {
    let (late, unmet) = open_units(sight.network, sight.layout, sight.values.len());
    let cost = sight.stages.last().map(|stage| &stage.costs);
    let again = Again::new(sight, options, clock, stop);
    let made = again.each(
        limits.iter().map(|limit| &limit.thing),
        |prover, thing, watch| {
            let values = prover.best_with_more(thing, watch)?;
            let fall = |costs: &[f64], values: &[f64]| {
                let fall = prover.fall(&prover.part().of_columns(costs), values);
                if fall.abs() > NOTHING { fall } else { 0.0 }
            };
            Ok(values.map(|values| Gain {
                money: cost.map_or(0.0, |cost| fall(cost, &values)),
                deliveries: fall(&unmet, &values),
                late_unit_periods: fall(&late, &values),
            }))
        },
    )?;
    Ok(made.into_iter().map(Option::flatten).collect())
}

impl Sight<'_> {
    /// One more unit of every capacity, over every lane and under every ceiling that has a dual in some stage.
    fn limits(&self) -> Vec<Limit> {
        let network = self.network;
        let if_any = |limit: f64| f64::from(u8::from(limit > 0.0));
        let capacities = (0..network.capacity.len())
            .map(|q| self.more_capacity(q, |t| if_any(network.capacity[q][t])));
        let lanes = network.moves_of_lane().into_iter();
        let lanes = lanes.map(|(lane, moves)| {
            self.more_on_lane(lane, moves, |t| if_any(network.lane_limit[lane][t]))
        });
        let ceilings = (0..network.ceilings.len()).map(|c| self.more_under(c, 1.0));
        let all = capacities.chain(lanes).chain(ceilings).flatten();
        let priced = |cause: &Cause| match *cause {
            Cause::Capacity { resource } => Priced::Capacity(resource),
            Cause::Lane { lane } => Priced::Lane(lane),
            Cause::Ceiling { ceiling } => Priced::Ceiling(ceiling),
            _ => unreachable!("only limits are asked for"),
        };
        let limit = |thing: Thing| Limit {
            what: priced(&thing.cause),
            period: None,
            thing,
        };
        all.map(limit).collect()
    }

    /// One more unit of the parts with the highest shadow prices, each where and when it has its own highest.
    fn parts(&self, plan: &Plan) -> Vec<Limit> {
        let network = self.network;
        let part = |kind: usize| {
            let takes = |input: &Input| match *input {
                Input::Node(node) => network.kinds[network.nodes[node].kind].item,
                Input::Pool(pool) => network.pools[pool].1,
            };
            let inputs = network.runs.iter().flat_map(|run| &run.inputs);
            let mut inputs = inputs.map(|(input, _)| takes(input));
            inputs.any(|item| item == network.kinds[kind].item)
        };
        let mut dearest: BTreeMap<Priced, &Price> = BTreeMap::new();
        for price in &plan.prices {
            if matches!(price.what, Priced::Material(_, kind) if part(kind)) {
                let known = dearest.entry(price.what).or_insert(price);
                let order = dearer(Some(&promise(price)), Some(&promise(known)));
                if order.then(price.period.cmp(&known.period)).is_lt() {
                    *known = price;
                }
            }
        }
        let mut dearest: Vec<&Price> = dearest.into_values().collect();
        dearest.sort_by(|a, b| {
            let order = dearer(Some(&promise(a)), Some(&promise(b)));
            order.then(a.what.cmp(&b.what))
        });
        let limit = |price: &&Price| {
            let Priced::Material(site, kind) = price.what else {
                return None;
            };
            let here = |node: &Node| (node.site, node.kind) == (site, kind);
            let node = network.nodes.iter().position(here)?;
            Some(Limit {
                what: price.what,
                period: Some(price.period),
                thing: self.more_material(node, price.period, 1.0)?,
            })
        };
        dearest.iter().take(PARTS).filter_map(limit).collect()
    }
}
