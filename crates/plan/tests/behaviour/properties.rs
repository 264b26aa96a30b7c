//! What is true of every plan, tried on small scenarios drawn at random from a fixed seed.

use std::cell::Cell;

use darsena_milp::Watch;
use darsena_plan::check::check;
use darsena_plan::peg::{Origin, Peg, Trace};
use darsena_plan::{Arcs, Level, Measure, Options, Plan, Priced, Reasons, plan};
use darsena_scenario::{Objective, Scenario};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use crate::tables::{Tables, asked, planned};

/// Two states with a plant and a customer each: parts pressed in one, rounds joined from them in both.
#[derive(Debug, Clone)]
struct World {
    periods: usize,
    /// Of press, of the line of each plant: capacity, overtime, where a ramp ends.
    capacity: Vec<(u32, u32, Option<u32>)>,
    /// Days of pressing, of joining in either plant.
    lead: Vec<u32>,
    /// Units of a part in a round, rounds of a run.
    inputs: u32,
    quantity: u32,
    /// Days, limit and cost of each lane.
    lanes: Vec<(u32, Option<u32>, u32)>,
    /// Parts at the forge; rounds at the base made in either state; floor there and its price.
    stock: (u32, u32, u32),
    floor: (u32, Option<u32>),
    /// Day, rounds and make of a receipt.
    receipt: Option<(u32, u32, bool)>,
    demands: Vec<Wish>,
    /// A lane and the week it is closed.
    closure: Option<(usize, u32)>,
    /// A party that comes first from a week on.
    first: Option<(bool, u32)>,
}

/// One demand: whose, how many, in how many days, how urgent, at what cost, of what make, until when.
#[derive(Debug, Clone)]
struct Wish {
    us: bool,
    units: u32,
    due: u32,
    priority: u32,
    cost: (u32, u32),
    made_in: Option<bool>,
    patience: Option<u32>,
}

const LANES: [(&str, &str, &str, &str); 5] = [
    ("parts", "forge", "koba", "part"),
    ("home", "forge", "base", "round"),
    ("sea", "koba", "base", ""),
    ("near", "koba", "port", "round"),
    ("on", "base", "port", ""),
];

fn worlds() -> impl Strategy<Value = World> {
    let days = || select(vec![0_u32, 3, 7, 8, 14]);
    let wish = (
        (any::<bool>(), 0_u32..9, 0_u32..28, 1_u32..4),
        (1_u32..6, 0_u32..20),
        option::weighted(0.3, any::<bool>()),
        option::weighted(0.2, 1_u32..15),
    );
    let wish = wish.prop_map(
        |((us, units, due, priority), cost, made_in, patience)| Wish {
            us,
            units,
            due,
            priority,
            cost,
            made_in,
            patience,
        },
    );
    (
        4_usize..8,
        vec((0_u32..6, 0_u32..3, option::weighted(0.2, 0_u32..9)), 3),
        vec(days(), 3),
        (1_u32..4, 1_u32..3),
        vec((days(), option::weighted(0.6, 1_u32..6), 0_u32..3), 5),
        (0_u32..20, 0_u32..6, 0_u32..6),
        (0_u32..4, option::of(0_u32..4)),
        option::of((0_u32..28, 1_u32..5, any::<bool>())),
        vec(wish, 1..5),
        (
            option::weighted(0.3, (0_usize..5, 0_u32..4)),
            option::weighted(0.3, (any::<bool>(), 0_u32..4)),
        ),
    )
        .prop_map(
            |(
                periods,
                capacity,
                lead,
                (inputs, quantity),
                lanes,
                stock,
                floor,
                receipt,
                demands,
                rest,
            )| {
                let (closure, first) = rest;
                World {
                    periods,
                    capacity,
                    lead,
                    inputs,
                    quantity,
                    lanes,
                    stock,
                    floor,
                    receipt,
                    demands,
                    closure,
                    first,
                }
            },
        )
}

/// The first of July and so many days.
fn day(days: u32) -> String {
    use jiff::ToSpan;
    (jiff::civil::date(2024, 7, 1) + i64::from(days).days()).to_string()
}

fn blank<T: ToString>(value: Option<T>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

fn state(us: bool) -> &'static str {
    if us { "us" } else { "jp" }
}

impl World {
    /// The world as tables, all amounts `scale` times as large.
    fn scaled(&self, scale: u32) -> Tables {
        let rows = |rows: Vec<String>| rows;
        let capacity = self
            .capacity
            .iter()
            .zip(["press", "line-us", "line-jp"])
            .map(|((units, overtime, ramp), q)| {
                let ramp = ramp.map(|to| to * scale);
                format!(
                    "{q},2024-07-01,{},{},{},{}",
                    day(21),
                    units * scale,
                    overtime * scale,
                    blank(ramp)
                )
            });
        let later =
            ["press", "line-us", "line-jp"].map(|q| format!("{q},{},,{},0,", day(21), 3 * scale));
        let lanes =
            LANES
                .iter()
                .zip(&self.lanes)
                .map(|((lane, from, to, item), (days, limit, cost))| {
                    format!(
                        "{lane},{from},{to},{item},{days},{},{cost}",
                        blank(limit.map(|l| l * scale))
                    )
                });
        let demands = self.demands.iter().enumerate().map(|(n, wish)| {
            let (party, site) = if wish.us {
                ("us", "base")
            } else {
                ("jp", "port")
            };
            let (due, deadline) = (
                day(wish.due),
                wish.patience.map(|days| day(wish.due + days)),
            );
            let (late, unmet) = wish.cost;
            let (units, made_in) = (wish.units * scale, blank(wish.made_in.map(state)));
            format!(
                "d{n},{party},{site},round,{due},{units},{},{late},{unmet},{made_in},{}",
                wish.priority,
                blank(deadline)
            )
        });
        let (parts, ours, theirs) = self.stock;
        let (floor, price) = self.floor;
        let stock = [
            format!("forge,part,{},,0,", parts * scale),
            format!(
                "base,round,{},us,{},{}",
                ours * scale,
                floor * scale,
                blank(price)
            ),
            format!("base,round,{},jp,0,", theirs * scale),
        ];
        let receipt = self.receipt.map(|(days, units, us)| {
            format!("base,round,{},{},{}", day(days), units * scale, state(us))
        });
        let closure = self.closure.map(|(lane, week)| {
            format!(
                "lane,{},{},{}",
                LANES[lane].0,
                day(7 * week),
                day(7 * week + 7)
            )
        });
        let first = self
            .first
            .map(|(us, week)| format!("{},{},,1", state(us), day(7 * week)));
        let (a, b, c) = (self.lead[0], self.lead[1], self.lead[2]);
        let (inputs, quantity) = (self.inputs, self.quantity);
        let mut tables = Tables::weeks(self.periods)
            .with(
                "sites",
                "site,name,state,kind",
                &["forge,Forge,us,plant", "koba,Koba,jp,plant", "base,Base,us,base", "port,Port,jp,base"],
            )
            .with("items", "item,name,holding_cost", &["part,Part,0", "round,Round,0"])
            .with("resources", "resource,site,overtime_cost", &["press,forge,2", "line-us,forge,3", "line-jp,koba,1"])
            .with("capacity", "resource,from,until,capacity,overtime,ramp_to", &[])
            .with(
                "recipes",
                "recipe,site,item,quantity,lead_time_days,cost,resource",
                &[
                    &format!("make-part,forge,part,1,{a},1,press"),
                    &format!("make-us,forge,round,{quantity},{b},3,line-us"),
                    &format!("make-jp,koba,round,{quantity},{c},2,line-jp"),
                ],
            )
            .with(
                "recipe_inputs",
                "recipe,item,quantity",
                &[&format!("make-us,part,{inputs}"), &format!("make-jp,part,{inputs}")],
            )
            .with("lanes", "lane,from_site,to_site,item,transit_days,capacity,cost", &[])
            .with("stockpiles", "site,item,quantity,made_in,floor,floor_cost", &[])
            .with("receipts", "site,item,date,quantity,made_in", &[])
            .with("closures", "what,id,from,until", &[])
            .with("priorities", "party,from,until,priority", &[])
            .with(
                "demands",
                "demand,party,site,item,due,quantity,priority,tardiness_cost,unmet_cost,made_in,deadline",
                &[],
            );
        *tables.rows("capacity") = rows(capacity.chain(later).collect());
        *tables.rows("lanes") = rows(lanes.collect());
        *tables.rows("stockpiles") = rows(stock.into());
        *tables.rows("receipts") = rows(receipt.into_iter().filter(|_| self.periods > 3).collect());
        *tables.rows("closures") = rows(closure.into_iter().collect());
        *tables.rows("priorities") = rows(first.into_iter().collect());
        *tables.rows("demands") = rows(demands.collect());
        tables
    }

    fn tables(&self) -> Tables {
        self.scaled(1)
    }
}

/// Tries `property` on so many worlds, always the same ones.
fn always(worlds_tried: u32, property: impl Fn(World) -> Result<(), TestCaseError>) {
    let config = Config {
        cases: worlds_tried,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    if let Err(failure) = TestRunner::new_with_rng(config, rng).run(&worlds(), property) {
        panic!("{failure}");
    }
}

/// Options without reasons and prices.
fn bare(objective: Objective) -> Options {
    Options {
        reasons: Reasons::None,
        prices: false,
        ..asked(objective)
    }
}

fn levels(tables: &Tables, objective: Objective) -> Vec<Level> {
    planned(&tables.scenario(), &bare(objective))
        .unwrap()
        .levels
}

/// Whether `after` is no worse than `before`: the first level that differs is lower.
fn no_worse(after: &[Level], before: &[Level]) -> bool {
    for (after, before) in after.iter().zip(before) {
        assert_eq!(after.measure, before.measure);
        let difference = after.value - before.value;
        if difference.abs() > 1e-6 * before.value.abs().max(1.0) {
            return difference < 0.0;
        }
    }
    true
}

const BOTH: [Objective; 2] = [Objective::Lexicographic, Objective::Weighted];

/// Adds one to a number of a table, if it is there.
fn one_more(tables: &mut Tables, table: &str, row: usize, column: &str) {
    let (header, rows) = &tables.tables[table];
    let place = header.split(',').position(|name| name == column).unwrap();
    let cell = rows
        .get(row)
        .and_then(|row| row.split(',').nth(place))
        .unwrap_or_default();
    if let Ok(number) = cell.parse::<f64>() {
        tables.set(table, row, column, number + 1.0);
    }
}

#[test]
fn more_of_anything_never_hurts() {
    always(40, |world| {
        let tables = world.tables();
        for objective in BOTH {
            let before = levels(&tables, objective);
            for (table, row, column) in [
                ("capacity", 0, "capacity"),
                ("capacity", 1, "overtime"),
                ("capacity", 2, "capacity"),
                ("lanes", 0, "capacity"),
                ("lanes", 2, "capacity"),
                ("stockpiles", 0, "quantity"),
                ("stockpiles", 1, "quantity"),
                ("stockpiles", 2, "quantity"),
                ("receipts", 0, "quantity"),
            ] {
                let mut more = tables.clone();
                one_more(&mut more, table, row, column);
                let after = levels(&more, objective);
                prop_assert!(
                    no_worse(&after, &before),
                    "{table} {row}: {before:?} {after:?}"
                );
            }
        }
        Ok(())
    });
}

/// Adds one to the capacity of a resource wherever it has any, and to where a ramp ends.
fn one_more_of(tables: &Tables, resource: &str) -> Option<Tables> {
    let mut more = tables.clone();
    let (_, rows) = &tables.tables["capacity"];
    for (n, row) in rows.iter().enumerate() {
        let cells: Vec<&str> = row.split(',').collect();
        let (units, ramp): (Option<u32>, Option<u32>) =
            (cells[3].parse().ok(), cells[5].parse().ok());
        if cells[0] == resource && units != Some(0) {
            // A ramp to nothing has weeks without any.
            if ramp == Some(0) {
                return None;
            }
            one_more(&mut more, "capacity", n, "capacity");
            one_more(&mut more, "capacity", n, "ramp_to");
        } else if cells[0] == resource && ramp.is_some_and(|ramp| ramp > 0) {
            return None;
        }
    }
    Some(more)
}

#[test]
fn one_more_of_each_limit_gains_what_planning_from_nothing_does() {
    let [told, silent] = [const { Cell::new(0) }; 2];
    always(120, |world| {
        let tables = world.tables();
        let scenario = tables.scenario();
        for objective in BOTH {
            let options = Options {
                prices: true,
                ..bare(objective)
            };
            let plan = planned(&scenario, &options).unwrap();
            // Without reasons only the strongest are tried, and here there are no more.
            prop_assert!(plan.worths.iter().all(|worth| worth.gain.is_some()));
            let resources = scenario
                .resources()
                .iter()
                .enumerate()
                .filter_map(|(q, row)| {
                    Some((
                        Priced::Capacity(q),
                        one_more_of(&tables, row.resource.as_str())?,
                    ))
                });
            let lanes = LANES.iter().enumerate().map(|(n, (lane, ..))| {
                let mut more = tables.clone();
                one_more(&mut more, "lanes", n, "capacity");
                let place = scenario
                    .lanes()
                    .iter()
                    .position(|row| row.lane.as_str() == *lane);
                let place = place.expect("a lane of the world");
                (Priced::Lane(place), more)
            });
            for (what, more) in resources.chain(lanes) {
                let found = plan.worths.iter().find(|worth| worth.what == what);
                let gain = found.and_then(|worth| worth.gain);
                let after = levels(&more, objective);
                let falls = plan.levels.iter().zip(&after);
                let falls =
                    falls.map(|(before, after)| (before.measure, before.value - after.value));
                let (mut late, mut cost) = (0.0, 0.0);
                for (measure, fall) in falls {
                    match measure {
                        Measure::Late { .. } => late += fall,
                        Measure::Cost => cost += fall,
                        _ => {}
                    }
                }
                let near = |a: f64, b: f64| (a - b).abs() <= 1e-5 * b.abs().max(1.0);
                let of = gain.map_or((0.0, 0.0), |gain| (gain.late_unit_periods, gain.money));
                // By costs alone the units that wait are not settled.
                let waits = objective == Objective::Weighted || near(of.0, late);
                prop_assert!(
                    waits && near(of.1, cost),
                    "{objective:?} {what:?}: {gain:?}, {late} {cost}"
                );
                let count = if gain.is_some() { &told } else { &silent };
                count.set(count.get() + 1);
            }
        }
        Ok(())
    });
    assert!(
        told.get() > 100 && silent.get() > 100,
        "{told:?} {silent:?}"
    );
}

#[test]
fn a_closed_lane_never_helps() {
    always(40, |world| {
        let tables = world.tables();
        let lane = world.periods % LANES.len();
        let mut closed = tables.clone();
        closed.rows("closures").clear();
        let mut open = closed.clone();
        open.rows("closures").clear();
        closed
            .rows("closures")
            .push(format!("lane,{},2024-07-01,{}", LANES[lane].0, day(14)));
        for objective in BOTH {
            let (before, after) = (levels(&open, objective), levels(&closed, objective));
            prop_assert!(no_worse(&before, &after), "{before:?} {after:?}");
        }
        Ok(())
    });
}

#[test]
fn order_of_rows_changes_nothing() {
    always(24, |world| {
        let tables = world.tables();
        let mut turned = tables.clone();
        for (n, (_, rows)) in turned.tables.values_mut().enumerate() {
            rows.reverse();
            let by = n.min(rows.len());
            rows.rotate_left(by);
        }
        for objective in BOTH {
            let one = planned(&tables.scenario(), &asked(objective)).unwrap();
            let other = planned(&turned.scenario(), &asked(objective)).unwrap();
            prop_assert_eq!(format!("{one:?}"), format!("{other:?}"));
        }
        Ok(())
    });
}

#[test]
fn threads_change_nothing() {
    always(16, |world| {
        let scenario = world.tables().scenario();
        for objective in BOTH {
            let with = |threads: u32| {
                let mut options = asked(objective);
                options.threads = threads as usize;
                options.solver.threads = threads;
                format!("{:?}", planned(&scenario, &options).unwrap())
            };
            let one = with(1);
            prop_assert_eq!(&one, &with(2));
            prop_assert_eq!(&one, &with(4));
        }
        Ok(())
    });
}

#[test]
fn scaling_units_scales_the_answer() {
    always(24, |world| {
        let small = world.tables().scenario();
        for scale in [2_u32, 4096] {
            let large = world.scaled(scale).scenario();
            for objective in BOTH {
                let options = bare(objective);
                let (one, other) = (
                    planned(&small, &options).unwrap(),
                    planned(&large, &options).unwrap(),
                );
                let factor = f64::from(scale);
                for (one, other) in one.levels.iter().zip(&other.levels) {
                    let off = (other.value - factor * one.value).abs();
                    prop_assert!(off <= 1e-6 * other.value.max(factor), "{one:?} {other:?}");
                }
                let verdict = check(&large, &Arcs::open(&large), &times(one, factor));
                prop_assert!(verdict.holds(), "{:?}", verdict.breaches);
            }
        }
        Ok(())
    });
}

/// The same plan with every amount so many times as large.
fn times(mut plan: Plan, factor: f64) -> Plan {
    plan.make
        .iter_mut()
        .for_each(|x| (x.runs, x.quantity) = (x.runs * factor, x.quantity * factor));
    plan.ship.iter_mut().for_each(|x| x.quantity *= factor);
    plan.hold.iter_mut().for_each(|x| x.quantity *= factor);
    plan.deliver.iter_mut().for_each(|x| x.quantity *= factor);
    plan.unmet.iter_mut().for_each(|x| x.quantity *= factor);
    plan.draw.iter_mut().for_each(|x| x.quantity *= factor);
    plan.overtime.iter_mut().for_each(|x| x.quantity *= factor);
    plan.shortfall.iter_mut().for_each(|x| x.quantity *= factor);
    for level in &mut plan.levels {
        (level.value, level.bound) = (level.value * factor, level.bound * factor);
        level.gap = ((level.value - level.bound) / level.value.abs().max(1.0)).max(0.0);
    }
    for answer in &mut plan.demands {
        answer.delivered *= factor;
        answer.on_time *= factor;
        answer.unmet *= factor;
        answer.late_unit_periods *= factor;
    }
    for x in &mut plan.utilisation {
        (x.used, x.capacity, x.overtime) =
            (x.used * factor, x.capacity * factor, x.overtime * factor);
    }
    plan
}

#[test]
fn each_objective_is_best_at_its_own() {
    always(40, |world| {
        let scenario = world.tables().scenario();
        let [by_priority, by_cost] =
            BOTH.map(|objective| planned(&scenario, &bare(objective)).unwrap());
        let late = by_priority
            .levels
            .iter()
            .find(|l| matches!(l.measure, Measure::Late { .. }));
        if let (Some(late), None) = (late, world.first) {
            let Measure::Late { priority } = late.measure else {
                unreachable!()
            };
            let own = by_cost
                .demands
                .iter()
                .filter(|d| scenario.demands()[d.demand].priority == priority);
            let open: f64 = own.map(|d| d.late_unit_periods).sum();
            prop_assert!(late.value <= open + 1e-5, "{late:?} against {open}");
        }
        let cost = |plan: &Plan| plan.levels.last().map_or(0.0, |l| l.value);
        prop_assert!(cost(&by_cost) <= cost(&by_priority) + 1e-6 * cost(&by_priority).max(1.0));
        Ok(())
    });
}

#[test]
fn deliveries_are_pegged_to_what_they_came_from() {
    always(40, |world| {
        for scale in [1, 4096] {
            let scenario = world.scaled(scale).scenario();
            for objective in BOTH {
                let plan = planned(&scenario, &bare(objective)).unwrap();
                pegged(&scenario, &plan, f64::from(scale))?;
            }
        }
        Ok(())
    });
}

/// Every tree of `plan` adds up at every branch and ends at stock, receipts or runs without inputs.
fn pegged(scenario: &Scenario, plan: &Plan, scale: f64) -> Result<(), TestCaseError> {
    let trace = Trace::new(scenario, plan);
    for (d, demand) in scenario.demands().iter().enumerate() {
        let pegs = trace.peg(plan, d);
        let given: f64 = plan
            .deliver
            .iter()
            .filter(|x| x.demand == d)
            .map(|x| x.quantity)
            .sum();
        let traced: f64 = pegs.iter().map(|peg| peg.quantity).sum();
        prop_assert!(
            (given - traced).abs() <= 1e-5 * scale,
            "{given} delivered, {traced} pegged"
        );
        prop_assert!(given <= demand.quantity + 1e-6 * scale);
        for peg in &pegs {
            branch(scenario, plan, peg, scale)?;
        }
    }
    Ok(())
}

fn branch(scenario: &Scenario, plan: &Plan, peg: &Peg, scale: f64) -> Result<(), TestCaseError> {
    let below: f64 = peg.from.iter().map(|peg| peg.quantity).sum();
    let taken = match peg.origin {
        Origin::Stock(_) | Origin::Receipt(_) => 0.0,
        Origin::Shipment(_) => peg.quantity,
        Origin::Run(m) => {
            let make = &plan.make[m];
            let recipe = &scenario.recipes()[make.recipe];
            let inputs = scenario
                .recipe_inputs()
                .iter()
                .filter(|row| row.recipe == recipe.recipe);
            inputs.map(|row| row.quantity).sum::<f64>() * peg.quantity / recipe.quantity
        }
    };
    prop_assert!(
        (below - taken).abs() <= 1e-5 * scale,
        "{peg:?}: {below} below, {taken} taken"
    );
    for peg in &peg.from {
        branch(scenario, plan, peg, scale)?;
    }
    Ok(())
}

#[test]
fn a_plan_cut_short_is_a_plan() {
    // What is handed over when nothing was found in time is more than doing nothing.
    let made = std::cell::Cell::new(0);
    always(16, |world| {
        let scenario = world.tables().scenario();
        for (objective, whole) in BOTH.into_iter().flat_map(|o| [(o, false), (o, true)]) {
            let mut options = asked(objective);
            options.whole = whole;
            options.solver.time_limit = Some(0.0);
            let arcs = Arcs::open(&scenario);
            let cut = plan(&scenario, &arcs, &options, &mut Watch::default()).unwrap();
            let verdict = check(&scenario, &arcs, &cut);
            prop_assert!(verdict.holds(), "{:?}: {:?}", cut.status, verdict.breaches);
            made.set(made.get() + cut.make.len());
            let best = planned(&scenario, &bare(objective)).unwrap();
            prop_assert!(
                no_worse(&best.levels, &cut.levels),
                "{:?} {:?}",
                best.levels,
                cut.levels
            );
        }
        Ok(())
    });
    assert!(made.get() > 0);
}
