//! What one more of each limit gains, by planning again with it.
//!
//! # Formula
//! One more unit of a capacity or over a lane in every period in which there is any, or once under a ceiling,
//! then the best plan stage by stage, with the same lines open. With x the plan and x⁺ that one,
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

use std::collections::BTreeMap;

use darsena_milp::Stop;

use super::thing::Thing;
use super::{AUTO_ROWS, Again, Sight};
use crate::plan::{Cause, Gain, Plan, Priced, Worth};
use crate::price::open_units;
use crate::solve::Clock;
use crate::{Options, PlanError, Reasons};

/// Gains below this are noise of the arithmetic.
const NOTHING: f64 = 1e-6;

/// So many limits are tried without being asked for: those with the highest shadow prices.
const STRONGEST: usize = 8;

/// Writes into `plan` what the capacities, lanes and ceilings that the duals do not rule out are worth, the
/// most waiting first, then the most money. Those of which one more unit gains nothing are left out.
pub(crate) fn worths(
    sight: Sight<'_>,
    options: &Options,
    plan: &mut Plan,
    clock: &Clock,
    stop: &Stop,
) -> Result<(), PlanError> {
    let mut things = sight.limits();
    let shadow = shadow(plan);
    things.sort_by(|(a, _), (b, _)| {
        let [a_waits, a_money] = shadow.get(a).copied().unwrap_or_default();
        let [b_waits, b_money] = shadow.get(b).copied().unwrap_or_default();
        let by_money = b_money.total_cmp(&a_money).then(a.cmp(b));
        b_waits.total_cmp(&a_waits).then(by_money)
    });
    let tried = match options.reasons {
        Reasons::All => things.len(),
        _ if sight.program.rows() > AUTO_ROWS => 0,
        _ => STRONGEST.min(things.len()),
    };
    let mut gains = gains(sight, &things[..tried], options, clock, stop)?;
    if gains.iter().any(Option::is_none) {
        let note = "there was no time to plan again with more of every limit";
        plan.remarks.push(note.into());
    }
    gains.resize(things.len(), None);
    let told = things.iter().zip(gains).map(|((what, _), gain)| Worth {
        what: *what,
        periods: plan.periods_priced(*what),
        gain,
    });
    let mut told: Vec<Worth> = told
        .filter(|worth| worth.gain.is_none_or(|gain| !gain.is_nothing()))
        .collect();
    told.sort_by(|a, b| Gain::most(b.gain, a.gain).then(a.what.cmp(&b.what)));
    plan.worths = told;
    Ok(())
}

/// Open unit-periods and money that the shadow prices of each thing promise over all periods.
fn shadow(plan: &Plan) -> BTreeMap<Priced, [f64; 2]> {
    let mut sums: BTreeMap<Priced, [f64; 2]> = BTreeMap::new();
    for price in &plan.prices {
        let [waits, money] = sums.entry(price.what).or_default();
        *waits += price.late_unit_periods.unwrap_or(0.0);
        *money += price.money;
    }
    sums
}

/// What planning again with each thing gains; none where the time ran out.
fn gains(
    sight: Sight<'_>,
    things: &[(Priced, Thing)],
    options: &Options,
    clock: &Clock,
    stop: &Stop,
) -> Result<Vec<Option<Gain>>, PlanError> {
    let (late, unmet) = open_units(sight.network, sight.layout, sight.values.len());
    let cost = sight.stages.last().map(|stage| &stage.costs);
    let again = Again::new(sight, options, clock, stop);
    let made = again.each(
        things.iter().map(|(_, thing)| thing),
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
    fn limits(&self) -> Vec<(Priced, Thing)> {
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
        all.map(|thing| (priced(&thing.cause), thing)).collect()
    }
}
