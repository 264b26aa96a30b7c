//! Shadow prices against plans with a little more and a little less of one thing.

use darsena_plan::{Options, Plan, Priced, Reasons};
use darsena_scenario::{Objective, Scenario};

use crate::tables::{Tables, asked, planned};

const WEEKS: usize = 6;

/// The little more or less.
const STEP: f64 = 1e-3;

/// What finite differences and prices may be apart.
const NEAR: f64 = 2e-3;

/// Two plants that share parts and a customer, in numbers that make ties unlikely. Capacity has a row a
/// week, and a little of everything comes every week, so that each can be changed alone.
fn two_plants() -> Tables {
    let weeks: Vec<String> = (0..=WEEKS).map(week).collect();
    let capacity = [
        ("press", [4.1, 3.7, 5.3, 4.9, 2.3, 3.1], 0.0),
        ("line-us", [2.3, 1.9, 2.1, 1.7, 2.9, 1.1], 0.7),
        ("line-jp", [1.7, 2.1, 1.3, 2.2, 0.9, 1.9], 0.0),
    ];
    let rows: Vec<String> = capacity
        .iter()
        .flat_map(|(resource, limits, overtime)| {
            let row = |(t, limit): (usize, &f64)| {
                format!(
                    "{resource},{},{},{limit},{overtime}",
                    weeks[t],
                    weeks[t + 1]
                )
            };
            limits.iter().enumerate().map(row).collect::<Vec<_>>()
        })
        .collect();
    let places = [("forge", "part"), ("koba", "part"), ("base", "round")];
    let receipts: Vec<String> = places
        .iter()
        .flat_map(|(site, item)| {
            weeks[..WEEKS]
                .iter()
                .map(move |week| format!("{site},{item},{week},0.1"))
        })
        .collect();
    let mut tables = Tables::weeks(WEEKS)
        .with(
            "sites",
            "site,name,state,kind",
            &[
                "forge,Forge,us,plant",
                "koba,Koba,jp,plant",
                "base,Base,us,base",
            ],
        )
        .with(
            "items",
            "item,name,holding_cost",
            &["part,Part,0.013", "round,Round,0.037"],
        )
        .with(
            "resources",
            "resource,site,overtime_cost",
            &["press,forge,0", "line-us,forge,2.13", "line-jp,koba,0"],
        )
        .with("capacity", "resource,from,until,capacity,overtime", &[])
        .with(
            "recipes",
            "recipe,site,item,lead_time_days,cost,resource,usage",
            &[
                "make-part,forge,part,7,1.07,press,1.1",
                "make-us,forge,round,7,3.11,line-us,0.9",
                "make-jp,koba,round,7,2.23,line-jp,1.2",
            ],
        )
        .with(
            "recipe_inputs",
            "recipe,item,quantity",
            &["make-us,part,1.3", "make-jp,part,1.1"],
        )
        .with(
            "lanes",
            "lane,from_site,to_site,transit_days,item,cost,capacity",
            &[
                "parts,forge,koba,7,part,0.31,1.6",
                "home,forge,base,0,round,0.17,2.4",
                "sea,koba,base,7,,0.29,1.2",
            ],
        )
        .with(
            "stockpiles",
            "site,item,quantity",
            &["forge,part,5.7", "koba,part,2.3", "base,round,1.9"],
        )
        .with("receipts", "site,item,date,quantity", &[])
        .with(
            "demands",
            "demand,party,site,item,due,quantity,priority,tardiness_cost,unmet_cost",
            &[
                "d-1,us,base,round,2024-07-15,7.3,1,5.1,20.3",
                "d-2,us,base,round,2024-07-29,4.9,1,5.1,20.3",
                "d-3,jp,base,round,2024-07-15,6.1,2,3.7,17.9",
                "d-4,jp,base,round,2024-07-22,3.3,3,2.9,8.7",
            ],
        );
    *tables.rows("capacity") = rows;
    *tables.rows("receipts") = receipts;
    tables
}

fn week(t: usize) -> String {
    use jiff::ToSpan;
    (jiff::civil::date(2024, 7, 1) + (7 * t as i64).days()).to_string()
}

/// Cost, units delivered, open unit-periods.
fn figures(plan: &Plan) -> [f64; 3] {
    [
        plan.levels.last().unwrap().value,
        plan.demands.iter().map(|d| d.delivered).sum(),
        plan.demands.iter().map(|d| d.late_unit_periods).sum(),
    ]
}

/// What one more unit would bring in money, deliveries and open unit-periods, by its prices.
fn price(scenario: &Scenario, plan: &Plan, table: &str, row: &str) -> [f64; 3] {
    let cells: Vec<&str> = row.split(',').collect();
    let start = |t: usize| scenario.head().horizon().start_of(t).to_string();
    let of_row = |price: &&darsena_plan::Price| match price.what {
        Priced::Capacity(q) => {
            table == "capacity"
                && scenario.resources()[q].resource.as_str() == cells[0]
                && start(price.period) == cells[1]
        }
        Priced::Material(site, kind) => {
            table == "receipts"
                && scenario.sites()[site].site.as_str() == cells[0]
                && scenario.items()[plan.kinds[kind].item].item.as_str() == cells[1]
                && start(price.period) == cells[2]
        }
        Priced::Ceiling(_) => false,
        // A lane has one limit for all weeks.
        Priced::Lane(lane) => table == "lanes" && scenario.lanes()[lane].lane.as_str() == cells[0],
    };
    let mut sum = [0.0; 3];
    for price in plan.prices.iter().filter(of_row) {
        sum[0] += price.money;
        sum[1] += price.deliveries.expect("the solver stands at a basis");
        sum[2] += price
            .late_unit_periods
            .expect("the solver stands at a basis");
    }
    sum
}

#[test]
fn prices_are_what_a_little_more_is_worth() {
    for objective in [Objective::Weighted, Objective::Lexicographic] {
        let options = Options {
            reasons: Reasons::None,
            ..asked(objective)
        };
        let tables = two_plants();
        let scenario = tables.scenario();
        let plan = planned(&scenario, &options).unwrap();
        let [mut smooth, mut worth] = [0, 0];
        for (table, column) in [
            ("capacity", "capacity"),
            ("lanes", "capacity"),
            ("receipts", "quantity"),
        ] {
            let (header, rows) = tables.tables[table].clone();
            let place = header.split(',').position(|name| name == column).unwrap();
            for (n, row) in rows.iter().enumerate() {
                let amount: f64 = row.split(',').nth(place).unwrap().parse().unwrap();
                let changed = |by: f64| {
                    let mut tables = tables.clone();
                    tables.set(table, n, column, amount + by);
                    figures(&planned(&tables.scenario(), &options).unwrap())
                };
                let (here, more, less) = (figures(&plan), changed(STEP), changed(-STEP));
                // A fall of cost and of open unit-periods is a gain, a rise of deliveries too.
                let gain = |from: [f64; 3], to: [f64; 3]| {
                    [
                        (from[0] - to[0]) / STEP,
                        (to[1] - from[1]) / STEP,
                        (from[2] - to[2]) / STEP,
                    ]
                };
                let (up, down) = (gain(here, more), gain(less, here));
                let price = price(&scenario, &plan, table, row);
                let near = |a: f64, b: f64| (a - b).abs() <= NEAR * b.abs().max(1.0);
                if (0..3).all(|m| near(up[m], down[m])) {
                    assert!(
                        (0..3).all(|m| near(price[m], up[m])),
                        "{objective:?} {row}: {price:?}, not {up:?}"
                    );
                    smooth += 1;
                    worth += usize::from(price.iter().any(|&p| p != 0.0));
                }
                if objective == Objective::Weighted {
                    // The least cost is convex: more gains at most the price, less loses at least it.
                    let (up, down) = (up[0] - NEAR * 10.0, down[0] + NEAR * 10.0);
                    assert!(
                        up <= price[0] && price[0] <= down,
                        "{row}: {up} <= {} <= {down}",
                        price[0]
                    );
                }
            }
        }
        assert!(
            smooth >= 20 && worth >= 10,
            "{objective:?}: {smooth} smooth, {worth} of them with a price"
        );
    }
}
