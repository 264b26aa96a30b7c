//! What the brief reads off a scenario and its plan: sums, spans and orders, no words.
//!
//! Every figure is a sum over rows of the plan; nothing is solved again and nothing is assumed. A
//! demand counts under the priority in force on the day it is due. Quantities are only added up
//! over items of one unit.

use std::collections::{BTreeMap, BTreeSet};

use darsena_plan::{Cause, Plan, Priced};
use darsena_scenario::{Demand, Horizon, Item, Scenario};

/// Amounts below this are noise of the arithmetic.
pub(crate) const NOTHING: f64 = 1e-6;

/// A scenario and its plan, with the sums most pages need.
pub(crate) struct Figures<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) plan: &'a Plan,
    pub(crate) horizon: Horizon,
    /// Place in `scenario.parties()` of each demand's party.
    party: Vec<usize>,
    /// Place in `scenario.items()` of each demand's item.
    item: Vec<usize>,
    /// Priority of each demand on the day it is due.
    priority: Vec<u32>,
    /// Last delivery and the unit-periods that delivered units came late, for each demand.
    arrival: Vec<Arrival>,
}

/// When the units of a demand came.
#[derive(Debug, Clone, Copy, Default)]
struct Arrival {
    last: Option<usize>,
    /// Longest time a delivered unit came late, in periods.
    longest: usize,
    /// Time that late units came late, summed over those units, in periods.
    waited: f64,
}

/// Demands that belong together, and what becomes of them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Total {
    /// Places in `scenario.demands()`, in order.
    pub(crate) demands: Vec<usize>,
    pub(crate) due: f64,
    pub(crate) on_time: f64,
    pub(crate) late: f64,
    pub(crate) unmet: f64,
    pub(crate) late_unit_periods: f64,
}

impl Total {
    /// Whether anything comes late or not at all.
    pub(crate) fn waits(&self) -> bool {
        self.late > NOTHING || self.unmet > NOTHING
    }
}

/// All demands of one party for one item.
pub(crate) struct Group {
    pub(crate) party: usize,
    pub(crate) item: usize,
    pub(crate) total: Total,
    /// First and last period in which something is due.
    pub(crate) due: (usize, usize),
    /// First and last period of delivery.
    pub(crate) delivered: Option<(usize, usize)>,
    /// Mean time that late units came late, in periods.
    pub(crate) mean_delay: Option<f64>,
    /// Longest time that a unit came late, in periods.
    pub(crate) longest_delay: usize,
    /// Priorities of its demands on the days they are due.
    pub(crate) priorities: BTreeSet<u32>,
    /// Causes with their gains added up over the demands, strongest first.
    pub(crate) reasons: Vec<GroupReason>,
}

/// A cause and what relaxing it alone was found to gain.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GroupReason {
    pub(crate) cause: Cause,
    pub(crate) gain_unit_periods: f64,
    pub(crate) gain_units: f64,
}

/// What one more unit of something is worth.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Worth {
    pub(crate) what: Priced,
    /// Periods in which it has a shadow price, in order; of an item that of the one more unit.
    pub(crate) periods: Vec<usize>,
    pub(crate) deliveries: f64,
    pub(crate) late_unit_periods: f64,
    pub(crate) money: f64,
}

/// How full one resource is.
pub(crate) struct Load {
    pub(crate) resource: usize,
    /// Share of the capacity used in each period; none where there is no capacity.
    pub(crate) shares: Vec<Option<f64>>,
    pub(crate) used: Vec<f64>,
    pub(crate) capacity: Vec<f64>,
    pub(crate) overtime: Vec<f64>,
}

impl Load {
    /// Periods with capacity, and those of them in which it is used up.
    pub(crate) fn full(&self) -> (usize, usize) {
        let known = self.shares.iter().flatten();
        (
            known.clone().count(),
            known.filter(|share| **share > 0.995).count(),
        )
    }

    /// Share of the capacity of all periods that is used.
    pub(crate) fn mean(&self) -> Option<f64> {
        let capacity: f64 = self.capacity.iter().sum();
        (capacity > NOTHING).then(|| self.used.iter().sum::<f64>() / capacity)
    }
}

/// What is held of an item at a site.
pub(crate) struct Held {
    pub(crate) site: usize,
    pub(crate) item: usize,
    /// Units at the end of each period.
    pub(crate) held: Vec<f64>,
    /// Units that should be held.
    pub(crate) floor: f64,
    /// Units missing to the floor in each period.
    pub(crate) shortfall: Vec<f64>,
}

/// What moves between two sites.
pub(crate) struct Flow {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) item: usize,
    pub(crate) quantity: f64,
    pub(crate) first: usize,
    pub(crate) last: usize,
    /// Places in `scenario.lanes()`.
    pub(crate) lanes: BTreeSet<usize>,
}

impl<'a> Figures<'a> {
    /// Reads a plan of exactly this scenario.
    pub(crate) fn new(scenario: &'a Scenario, plan: &'a Plan) -> Self {
        let horizon = scenario.head().horizon();
        let demands = scenario.demands();
        let mut arrival = vec![Arrival::default(); demands.len()];
        for row in &plan.deliver {
            let due = plan.demands[row.demand].due;
            let of = &mut arrival[row.demand];
            of.last = of.last.max(Some(row.period));
            let delay = row.period.saturating_sub(due);
            of.longest = of.longest.max(delay);
            of.waited += delay as f64 * row.quantity;
        }
        Figures {
            scenario,
            plan,
            horizon,
            party: demands
                .iter()
                .map(|demand| {
                    scenario
                        .find_party(&demand.party)
                        .expect("a checked scenario knows its parties")
                })
                .collect(),
            item: demands
                .iter()
                .map(|demand| {
                    scenario
                        .find_item(&demand.item)
                        .expect("a checked scenario knows its items")
                })
                .collect(),
            priority: demands
                .iter()
                .zip(&plan.demands)
                .map(|(demand, answer)| priority(scenario, &horizon, demand, answer.due))
                .collect(),
            arrival,
        }
    }

    /// Place of the demand's party in `scenario.parties()`.
    pub(crate) fn party_place(&self, demand: usize) -> usize {
        self.party[demand]
    }

    /// Place of the demand's item in `scenario.items()`.
    pub(crate) fn item_place(&self, demand: usize) -> usize {
        self.item[demand]
    }

    pub(crate) fn item_of(&self, demand: usize) -> &'a Item {
        &self.scenario.items()[self.item[demand]]
    }

    pub(crate) fn priority_of(&self, demand: usize) -> u32 {
        self.priority[demand]
    }

    pub(crate) fn last_delivery(&self, demand: usize) -> Option<usize> {
        self.arrival[demand].last
    }

    /// The sum over some demands.
    pub(crate) fn total(&self, demands: Vec<usize>) -> Total {
        let mut total = Total {
            demands,
            due: 0.0,
            on_time: 0.0,
            late: 0.0,
            unmet: 0.0,
            late_unit_periods: 0.0,
        };
        for demand in &total.demands {
            let answer = &self.plan.demands[*demand];
            total.due += self.scenario.demands()[*demand].quantity;
            total.on_time += answer.on_time;
            total.late += answer.delivered - answer.on_time;
            total.unmet += answer.unmet;
            total.late_unit_periods += answer.late_unit_periods;
        }
        total
    }

    /// Sums by any key, in order of the key.
    fn totals_by<K: Ord>(&self, key: impl Fn(usize) -> K) -> Vec<(K, Total)> {
        let mut sets: BTreeMap<K, Vec<usize>> = BTreeMap::new();
        for demand in 0..self.scenario.demands().len() {
            if self.scenario.demands()[demand].quantity > 0.0 {
                sets.entry(key(demand)).or_default().push(demand);
            }
        }
        sets.into_iter()
            .map(|(key, demands)| (key, self.total(demands)))
            .collect()
    }

    /// Sums by unit, largest first.
    pub(crate) fn by_unit(&self) -> Vec<(&'a str, Total)> {
        let mut totals = self.totals_by(|demand| self.item_of(demand).unit.as_str());
        totals.sort_by(|a, b| b.1.due.total_cmp(&a.1.due).then(a.0.cmp(b.0)));
        totals
    }

    /// Sums by unit and priority, units largest first.
    pub(crate) fn by_priority(&self) -> Vec<((&'a str, u32), Total)> {
        let order = self.unit_order();
        let mut totals =
            self.totals_by(|demand| (self.item_of(demand).unit.as_str(), self.priority[demand]));
        totals.sort_by_key(|((unit, priority), _)| (order[unit], *priority));
        totals
    }

    /// Sums by unit and party; units largest first, within a unit the party that waits most first.
    pub(crate) fn by_party(&self) -> Vec<((&'a str, usize), Total)> {
        let order = self.unit_order();
        let mut totals =
            self.totals_by(|demand| (self.item_of(demand).unit.as_str(), self.party[demand]));
        totals.sort_by(|((unit_a, party_a), a), ((unit_b, party_b), b)| {
            order[unit_a]
                .cmp(&order[unit_b])
                .then((b.late + b.unmet).total_cmp(&(a.late + a.unmet)))
                .then(b.due.total_cmp(&a.due))
                .then(party_a.cmp(party_b))
        });
        totals
    }

    fn unit_order(&self) -> BTreeMap<&'a str, usize> {
        self.by_unit()
            .into_iter()
            .enumerate()
            .map(|(place, (unit, _))| (unit, place))
            .collect()
    }

    /// Demanded items, that with the most units first.
    pub(crate) fn by_item(&self) -> Vec<(usize, Total)> {
        let order = self.unit_order();
        let mut totals = self.totals_by(|demand| self.item[demand]);
        totals.sort_by(|a, b| {
            let unit = |item: usize| order[self.scenario.items()[item].unit.as_str()];
            unit(a.0)
                .cmp(&unit(b.0))
                .then(b.1.due.total_cmp(&a.1.due))
                .then(a.0.cmp(&b.0))
        });
        totals
    }

    /// Parties times items; longest wait first, then those served in time, in order of item and party.
    pub(crate) fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = self
            .totals_by(|demand| (self.item[demand], self.party[demand]))
            .into_iter()
            .map(|((item, party), total)| self.group(item, party, total))
            .collect();
        groups.sort_by(|a, b| {
            b.total
                .waits()
                .cmp(&a.total.waits())
                .then(
                    b.total
                        .late_unit_periods
                        .total_cmp(&a.total.late_unit_periods),
                )
                .then((a.item, a.party).cmp(&(b.item, b.party)))
        });
        groups
    }

    fn group(&self, item: usize, party: usize, total: Total) -> Group {
        let answers = || {
            total
                .demands
                .iter()
                .map(|demand| &self.plan.demands[*demand])
        };
        let waited: f64 = total
            .demands
            .iter()
            .map(|demand| self.arrival[*demand].waited)
            .sum();
        let mut reasons: Vec<GroupReason> = Vec::new();
        for reason in answers().flat_map(|answer| &answer.reasons) {
            match reasons.iter_mut().find(|known| known.cause == reason.cause) {
                Some(known) => {
                    known.gain_unit_periods += reason.gain_unit_periods;
                    known.gain_units += reason.gain_units;
                }
                None => reasons.push(GroupReason {
                    cause: reason.cause.clone(),
                    gain_unit_periods: reason.gain_unit_periods,
                    gain_units: reason.gain_units,
                }),
            }
        }
        reasons.sort_by(|a, b| {
            b.gain_unit_periods
                .total_cmp(&a.gain_unit_periods)
                .then(a.cause.cmp(&b.cause))
        });
        let first = answers().filter_map(|answer| answer.first).min();
        let last = total
            .demands
            .iter()
            .filter_map(|demand| self.arrival[*demand].last)
            .max();
        Group {
            party,
            item,
            due: (
                answers().map(|answer| answer.due).min().unwrap_or(0),
                answers().map(|answer| answer.due).max().unwrap_or(0),
            ),
            delivered: first.zip(last),
            mean_delay: (total.late > NOTHING).then(|| waited / total.late),
            longest_delay: total
                .demands
                .iter()
                .map(|demand| self.arrival[*demand].longest)
                .max()
                .unwrap_or(0),
            priorities: total
                .demands
                .iter()
                .map(|demand| self.priority[*demand])
                .collect(),
            reasons,
            total,
        }
    }

    /// Units due and delivered in each period, over some demands.
    pub(crate) fn flow_of(&self, demands: &[usize]) -> (Vec<f64>, Vec<f64>) {
        let mut due = vec![0.0; self.horizon.len()];
        let mut delivered = vec![0.0; self.horizon.len()];
        let wanted: BTreeSet<usize> = demands.iter().copied().collect();
        for demand in demands {
            due[self.plan.demands[*demand].due] += self.scenario.demands()[*demand].quantity;
        }
        for row in self
            .plan
            .deliver
            .iter()
            .filter(|row| wanted.contains(&row.demand))
        {
            delivered[row.period] += row.quantity;
        }
        (due, delivered)
    }

    /// What one more unit gains, as far as that was tried, in the order of the plan.
    pub(crate) fn worths(&self) -> Vec<Worth> {
        let tried = self.plan.worths.iter().filter_map(|worth| {
            let gain = worth.gain?;
            Some(Worth {
                what: worth.what,
                periods: worth.periods.clone(),
                deliveries: gain.deliveries,
                late_unit_periods: gain.late_unit_periods,
                money: gain.money,
            })
        });
        tried.collect()
    }

    /// The resources, in order, with how full they are.
    pub(crate) fn loads(&self) -> Vec<Load> {
        let periods = self.horizon.len();
        let mut loads: Vec<Load> = (0..self.scenario.resources().len())
            .map(|resource| Load {
                resource,
                shares: vec![None; periods],
                used: vec![0.0; periods],
                capacity: vec![0.0; periods],
                overtime: vec![0.0; periods],
            })
            .collect();
        for row in &self.plan.utilisation {
            let load = &mut loads[row.resource];
            load.used[row.period] = row.used;
            load.capacity[row.period] = row.capacity;
            load.overtime[row.period] = row.overtime;
            load.shares[row.period] = (row.capacity > NOTHING).then(|| row.used / row.capacity);
        }
        loads
    }

    /// What is held at sites with a floor, or of items that are demanded: floors first, then by the
    /// most that is ever held.
    pub(crate) fn stocks(&self) -> Vec<Held> {
        let periods = self.horizon.len();
        let mut stocks: BTreeMap<(usize, usize), Held> = BTreeMap::new();
        let empty = |site, item| Held {
            site,
            item,
            held: vec![0.0; periods],
            floor: 0.0,
            shortfall: vec![0.0; periods],
        };
        for row in self.scenario.stockpiles() {
            let site = self
                .scenario
                .find_site(&row.site)
                .expect("a checked scenario knows its sites");
            let item = self
                .scenario
                .find_item(&row.item)
                .expect("a checked scenario knows its items");
            if row.floor > 0.0 {
                stocks
                    .entry((site, item))
                    .or_insert_with(|| empty(site, item))
                    .floor += row.floor;
            }
        }
        let demanded: BTreeSet<usize> = self.item.iter().copied().collect();
        for row in &self.plan.hold {
            let key = (row.site, row.item);
            if demanded.contains(&row.item) || stocks.contains_key(&key) {
                stocks
                    .entry(key)
                    .or_insert_with(|| empty(row.site, row.item))
                    .held[row.period] += row.quantity;
            }
        }
        for row in &self.plan.shortfall {
            if let Some(stock) = stocks.get_mut(&(row.site, row.item)) {
                stock.shortfall[row.period] += row.quantity;
            }
        }
        let most = |stock: &Held| stock.held.iter().copied().fold(0.0, f64::max);
        let mut stocks: Vec<Held> = stocks.into_values().collect();
        stocks.sort_by(|a, b| {
            (b.floor > 0.0)
                .cmp(&(a.floor > 0.0))
                .then(most(b).total_cmp(&most(a)))
                .then((a.site, a.item).cmp(&(b.site, b.item)))
        });
        stocks
    }

    /// What moves from site to site, item by item, in order of sites and item.
    pub(crate) fn flows(&self) -> Vec<Flow> {
        let mut flows: BTreeMap<(usize, usize, usize), Flow> = BTreeMap::new();
        for row in &self.plan.ship {
            let lane = &self.scenario.lanes()[row.lane];
            let from = self
                .scenario
                .find_site(&lane.from_site)
                .expect("a checked scenario knows its sites");
            let to = self
                .scenario
                .find_site(&lane.to_site)
                .expect("a checked scenario knows its sites");
            let flow = flows.entry((from, to, row.item)).or_insert_with(|| Flow {
                from,
                to,
                item: row.item,
                quantity: 0.0,
                first: row.period,
                last: row.arrives,
                lanes: BTreeSet::new(),
            });
            flow.quantity += row.quantity;
            flow.first = flow.first.min(row.period);
            flow.last = flow.last.max(row.arrives);
            flow.lanes.insert(row.lane);
        }
        flows.into_values().collect()
    }

    /// Whether some demand asks for the item.
    pub(crate) fn is_demanded(&self, item: usize) -> bool {
        self.item.contains(&item)
    }
}

/// The priority of a demand in the period it is due: that of its own dated row, else that of its
/// party's, else its own.
fn priority(scenario: &Scenario, horizon: &Horizon, demand: &Demand, due: usize) -> u32 {
    let rows = || {
        scenario
            .priorities()
            .iter()
            .filter(|row| horizon.span(Some(row.from), row.until).contains(&due))
    };
    rows()
        .find(|row| row.demand.as_ref() == Some(&demand.demand))
        .or_else(|| {
            rows().find(|row| row.demand.is_none() && row.party.as_ref() == Some(&demand.party))
        })
        .map_or(demand.priority, |row| row.priority)
}

/// Runs of consecutive periods, each as its first and last.
pub(crate) fn stretches(periods: &[usize]) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for t in periods {
        match out.last_mut() {
            Some((_, last)) if *last + 1 == *t => *last = *t,
            _ => out.push((*t, *t)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_join_neighbours() {
        assert_eq!(stretches(&[0, 1, 2, 5, 7, 8]), [(0, 2), (5, 5), (7, 8)]);
        assert_eq!(stretches(&[]), []);
    }
}
