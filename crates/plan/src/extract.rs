//! Values of a program to the tables of a plan.

use darsena_milp::Column;
use darsena_scenario::{Horizon, Scenario};

use crate::formulate::{Layout, at};
use crate::network::{Network, due_period};
use crate::plan::{
    Deliver, DemandAnswer, Draw, Hold, Line, Make, Overtime, Plan, Ship, Shortfall, Unmet, Use,
};

/// Amounts below this are noise of the arithmetic and left out.
pub(crate) const NOTHING: f64 = 1e-9;

/// Fills the flow tables, the lines and the demands of `plan` from `values`.
pub(crate) fn extract(
    scenario: &Scenario,
    network: &Network,
    layout: &Layout,
    values: &[f64],
    plan: &mut Plan,
) {
    let periods = network.periods;
    let value = |column: Column| values[column.0 as usize];
    for (r, run) in network.runs.iter().enumerate() {
        // A billionth of a run is no noise where a run takes a billion units.
        let inputs = run.inputs.iter().map(|input| input.1);
        let moved = inputs.fold(f64::max(run.quantity, 1.0), f64::max);
        for t in run.starts.clone() {
            let runs = value(layout.make(r, &run.starts, t));
            if runs * moved > NOTHING {
                let quantity = runs * run.quantity;
                plan.make.push(Make {
                    recipe: run.recipe,
                    period: t,
                    done: t + run.lead,
                    runs,
                    quantity,
                });
            }
        }
        if let Some(open) = layout.open[r] {
            let runs = (0..run.starts.len())
                .map(|by| value(at(layout.make[r], by)).max(0.0))
                .sum();
            plan.lines.push(Line {
                recipe: run.recipe,
                open: value(open) > 0.5,
                runs,
            });
        }
    }
    for (m, arc) in network.moves.iter().enumerate() {
        for t in arc.departs.clone() {
            let quantity = value(at(layout.ship[m], t - arc.departs.start));
            if quantity > NOTHING {
                let (item, arrives) = (network.kinds[arc.kind].item, t + arc.transit);
                plan.ship.push(Ship {
                    lane: arc.lane,
                    item,
                    kind: arc.kind,
                    period: t,
                    arrives,
                    quantity,
                });
            }
        }
    }
    for (n, node) in network.nodes.iter().enumerate() {
        let item = network.kinds[node.kind].item;
        for t in 0..periods {
            let quantity = value(layout.hold(n, t));
            if quantity > NOTHING {
                plan.hold.push(Hold {
                    site: node.site,
                    item,
                    kind: node.kind,
                    period: t,
                    quantity,
                });
            }
        }
    }
    for (p, (site, item, nodes)) in network.pools.iter().enumerate() {
        for (n, &node) in nodes.iter().enumerate() {
            let kind = network.nodes[node].kind;
            for t in 0..periods {
                let quantity = value(at(layout.draw[p][n], t));
                if quantity > NOTHING {
                    plan.draw.push(Draw {
                        site: *site,
                        item: *item,
                        kind,
                        period: t,
                        quantity,
                    });
                }
            }
        }
    }
    for (q, columns) in layout.overtime.iter().enumerate() {
        for (t, column) in columns.iter().enumerate() {
            let quantity = column.map_or(0.0, value);
            if quantity > NOTHING {
                plan.overtime.push(Overtime {
                    resource: q,
                    period: t,
                    quantity,
                });
            }
        }
    }
    for (f, floor) in network.floors.iter().enumerate() {
        for t in 0..periods {
            let quantity = value(at(layout.shortfall[f], t));
            if quantity > NOTHING {
                plan.shortfall.push(Shortfall {
                    site: floor.site,
                    item: floor.item,
                    period: t,
                    quantity,
                });
            }
        }
    }
    plan.ship
        .sort_by_key(|s| (s.lane, s.item, s.kind, s.period));
    deliveries(scenario, network, layout, values, plan);
    utilisation(network, plan);
}

/// Hands what a stream delivers to its demands, first due first, and says how each of them fares.
fn deliveries(
    scenario: &Scenario,
    network: &Network,
    layout: &Layout,
    values: &[f64],
    plan: &mut Plan,
) {
    let periods = network.periods;
    let horizon = scenario.head().horizon();
    for (j, stream) in network.streams.iter().enumerate() {
        let mut open: Vec<f64> = stream
            .demands
            .iter()
            .map(|&d| scenario.demands()[d].quantity)
            .collect();
        let mut next = 0;
        for t in stream.serves.clone() {
            for (n, &node) in stream.nodes.iter().enumerate() {
                let mut left = values[at(layout.deliver[j][n], t - stream.serves.start).0 as usize];
                while left > NOTHING && next < open.len() {
                    let demand = stream.demands[next];
                    let quantity = left.min(open[next]);
                    plan.deliver.push(Deliver {
                        demand,
                        kind: network.nodes[node].kind,
                        period: t,
                        quantity,
                    });
                    left -= quantity;
                    open[next] -= quantity;
                    if open[next] <= NOTHING {
                        next += 1;
                    }
                }
            }
        }
    }
    plan.deliver.sort_by_key(|d| (d.demand, d.period, d.kind));
    plan.demands = answers(scenario, &horizon, periods, &plan.deliver);
    for (d, answer) in plan.demands.iter().enumerate() {
        let mut open = scenario.demands()[d].quantity;
        let mut given = plan.deliver[first_of(&plan.deliver, d)..]
            .iter()
            .take_while(|x| x.demand == d)
            .peekable();
        for period in answer.due..periods {
            while let Some(x) = given.next_if(|x| x.period <= period) {
                open -= x.quantity;
            }
            if open > NOTHING {
                plan.unmet.push(Unmet {
                    demand: d,
                    period,
                    quantity: open,
                });
            }
        }
    }
}

fn first_of(deliver: &[Deliver], demand: usize) -> usize {
    deliver.partition_point(|x| x.demand < demand)
}

/// How each demand fares with `deliver`, which is sorted by demand and period.
fn answers(
    scenario: &Scenario,
    horizon: &Horizon,
    periods: usize,
    deliver: &[Deliver],
) -> Vec<DemandAnswer> {
    let answer = |(d, demand): (usize, &darsena_scenario::Demand)| {
        let due = due_period(horizon, demand.due);
        let mut answer = DemandAnswer {
            demand: d,
            due,
            delivered: 0.0,
            on_time: 0.0,
            unmet: 0.0,
            late_unit_periods: 0.0,
            first: None,
            complete: None,
            from_sites: Vec::new(),
            reasons: Vec::new(),
        };
        let mut late = demand.quantity * (periods - due) as f64;
        for x in deliver[first_of(deliver, d)..]
            .iter()
            .take_while(|x| x.demand == d)
        {
            answer.delivered += x.quantity;
            answer.on_time += if x.period == due { x.quantity } else { 0.0 };
            late -= x.quantity * (periods - x.period) as f64;
            answer.first = answer.first.or(Some(x.period));
            answer.complete = Some(x.period);
        }
        answer.unmet = settle(demand.quantity - answer.delivered);
        answer.late_unit_periods = settle(late);
        if answer.unmet > 0.0 {
            answer.complete = None;
        }
        answer
    };
    scenario.demands().iter().enumerate().map(answer).collect()
}

/// An amount that is a sum of differences, without the noise of its arithmetic.
fn settle(amount: f64) -> f64 {
    if amount > 1e-6 { amount } else { 0.0 }
}

fn utilisation(network: &Network, plan: &mut Plan) {
    let mut used = vec![vec![0.0; network.periods]; network.capacity.len()];
    let mut usages: std::collections::BTreeMap<usize, &[(usize, f64)]> =
        std::collections::BTreeMap::new();
    for run in &network.runs {
        usages.insert(run.recipe, &run.usages);
    }
    for make in &plan.make {
        for &(q, usage) in usages[&make.recipe] {
            used[q][make.period] += usage * make.runs;
        }
    }
    let used = used.iter().enumerate();
    for (q, used) in used.filter(|(q, _)| network.is_used(*q)) {
        for (t, &used) in used.iter().enumerate() {
            let (capacity, overtime) = (network.capacity[q][t], network.overtime[q][t]);
            plan.utilisation.push(Use {
                resource: q,
                period: t,
                used,
                capacity,
                overtime,
            });
        }
    }
}
