//! Lines that open or stay shut against brute force: every choice tried, the rest solved.

use darsena_milp::{Column, Label, Outcome, Progress, Row, Solver, Status, Stop, Watch};
use darsena_plan::check::check;
use darsena_plan::{Arcs, BreakEven, Level, Options, Reasons, plan, program};
use darsena_scenario::{Objective, Scenario};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::tables::{Tables, asked, planned};

/// One item a line makes for one demand, and perhaps a shed makes too.
#[derive(Debug, Clone)]
struct Product {
    fixed_cost: u32,
    minimum_run: u32,
    capacity: u32,
    shed: u32,
    lead: u32,
    units: u32,
    due: u32,
    priority: u32,
    cost: (u32, u32),
}

fn products() -> impl Strategy<Value = (u32, u32, Vec<Product>)> {
    let product = (
        (0_u32..40, 0_u32..9, 1_u32..6, 0_u32..2),
        (select(vec![0_u32, 7]), 0_u32..8, 0_u32..21, 1_u32..3),
        (1_u32..5, 0_u32..12),
    );
    let product = product.prop_map(
        |((fixed_cost, minimum_run, capacity, shed), (lead, units, due, priority), cost)| {
            // One that costs nothing to open and needs no run is no line.
            let minimum_run = if fixed_cost + minimum_run == 0 {
                1
            } else {
                minimum_run
            };
            Product {
                fixed_cost,
                minimum_run,
                capacity,
                shed,
                lead,
                units,
                due,
                priority,
                cost,
            }
        },
    );
    (3_u32..25, 2_u32..9, vec(product, 1..4))
}

const NAMES: [&str; 3] = ["alpha", "bravo", "charlie"];

/// Lines share parts and a crew.
fn tables(parts: u32, crew: u32, products: &[Product]) -> Tables {
    let mut tables = Tables::weeks(4)
        .with("sites", "site,name,state,kind", &["works,Works,us,plant"])
        .with("items", "item,name,holding_cost", &["part,Part,0"])
        .with("resources", "resource,site", &["crew,works"])
        .with(
            "capacity",
            "resource,from,capacity",
            &[&format!("crew,2024-07-01,{crew}")],
        )
        .with(
            "recipes",
            "recipe,site,item,lead_time_days,cost,fixed_cost,minimum_run",
            &[],
        )
        .with("recipe_resources", "recipe,resource,usage", &[])
        .with("recipe_inputs", "recipe,item,quantity", &[])
        .with(
            "stockpiles",
            "site,item,quantity",
            &[&format!("works,part,{parts}")],
        )
        .with(
            "demands",
            "demand,party,site,item,due,quantity,priority,tardiness_cost,unmet_cost",
            &[],
        );
    for (name, p) in NAMES.iter().zip(products) {
        let date = jiff::civil::date(2024, 7, 1 + i8::try_from(p.due).unwrap());
        let (late, unmet) = p.cost;
        let rows = [
            ("items", format!("{name},{name},0.25")),
            ("resources", format!("line-{name},works")),
            ("capacity", format!("line-{name},2024-07-01,{}", p.capacity)),
            (
                "recipes",
                format!(
                    "line-{name},works,{name},{},1,{},{}",
                    p.lead, p.fixed_cost, p.minimum_run
                ),
            ),
            ("recipe_resources", format!("line-{name},line-{name},1")),
            ("recipe_resources", format!("line-{name},crew,1")),
            ("recipe_inputs", format!("line-{name},part,1")),
            (
                "demands",
                format!(
                    "d-{name},us,works,{name},{date},{},{},{late},{unmet}",
                    p.units, p.priority
                ),
            ),
        ];
        for (table, row) in rows {
            tables.rows(table).push(row);
        }
        if p.shed > 0 {
            tables
                .rows("recipes")
                .push(format!("shed-{name},works,{name},0,4,0,0"));
            tables
                .rows("recipe_resources")
                .push(format!("shed-{name},crew,3"));
            tables
                .rows("recipe_inputs")
                .push(format!("shed-{name},part,1"));
        }
    }
    tables
}

/// Stages as costs of all columns: for each priority that is there open units, then cost.
fn stages(scenario: &Scenario, objective: Objective, solver: &Solver) -> Vec<Vec<f64>> {
    let program = solver.program();
    let cost = program.costs().to_vec();
    if objective == Objective::Weighted {
        return vec![cost];
    }
    // One demand an item at one site: streams stand in the order of the items.
    let mut wanted: Vec<_> = scenario
        .demands()
        .iter()
        .filter(|d| d.quantity > 0.0)
        .collect();
    wanted.sort_by_key(|d| d.item.to_string());
    let mut priorities: Vec<u32> = wanted.iter().map(|d| d.priority).collect();
    priorities.sort_unstable();
    priorities.dedup();
    let open = |priority: u32| {
        let one = |c: usize| {
            let label = program.label_of_column(column(c));
            let of =
                label.family == "unmet" && wanted[label.index[0] as usize].priority == priority;
            f64::from(u8::from(of))
        };
        (0..program.columns()).map(one).collect()
    };
    priorities.into_iter().map(open).chain([cost]).collect()
}

fn column(c: usize) -> Column {
    Column(u32::try_from(c).unwrap())
}

/// Levels of the best plan with the lines open as `choice` says, if there is any.
fn best(scenario: &Scenario, objective: Objective, choice: usize) -> Option<Vec<f64>> {
    let options = Options {
        reasons: Reasons::None,
        ..asked(objective)
    };
    let mut solver = Solver::new(program(scenario, &Arcs::open(scenario), &options)).unwrap();
    solver.relax_integers().unwrap();
    let is_open = |c: &usize| solver.program().label_of_column(column(*c)).family == "open";
    let lines: Vec<usize> = (0..solver.program().columns()).filter(is_open).collect();
    if choice >= 1 << lines.len() {
        return None;
    }
    for (n, &line) in lines.iter().enumerate() {
        let open = f64::from(u8::from(choice >> n & 1 == 1));
        solver.set_column_bounds(column(line), open, open).unwrap();
    }
    let mut levels = Vec::new();
    for costs in stages(scenario, objective, &solver) {
        solver.set_costs(&costs).unwrap();
        let Outcome {
            status, objective, ..
        } = solver
            .solve(&darsena_milp::Options::default(), &mut Watch::nobody())
            .unwrap();
        if status == Status::Infeasible {
            return None;
        }
        assert_eq!(status, Status::Optimal);
        levels.push(objective);
        let entries: Vec<(Column, f64)> = (0..costs.len())
            .filter(|&c| costs[c] != 0.0)
            .map(|c| (column(c), costs[c]))
            .collect();
        let held: Row = solver
            .add_row_over(
                Label::new("held", &[]),
                f64::NEG_INFINITY,
                objective + 1e-7,
                &entries,
            )
            .unwrap();
        assert!(held.0 > 0);
    }
    Some(levels)
}

/// Whether the levels `a` come before `b`: the first that differs is lower.
fn before(a: &[f64], b: &[f64]) -> bool {
    let differ = a
        .iter()
        .zip(b)
        .find(|(a, b)| (*a - *b).abs() > 1e-5 * b.abs().max(1.0));
    differ.is_some_and(|(a, b)| a < b)
}

#[test]
fn lines_open_as_brute_force_would_have_them() {
    let config = Config {
        cases: 60,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let run = TestRunner::new_with_rng(config, rng).run(&products(), |(parts, crew, products)| {
        let scenario = tables(parts, crew, &products).scenario();
        for objective in [Objective::Lexicographic, Objective::Weighted] {
            let options = Options {
                reasons: Reasons::None,
                ..asked(objective)
            };
            let plan = planned(&scenario, &options).unwrap();
            let found: Vec<f64> = plan.levels.iter().map(|l| l.value).collect();
            let every =
                (0..1 << products.len()).filter_map(|choice| best(&scenario, objective, choice));
            let least =
                every.reduce(|least, other| if before(&other, &least) { other } else { least });
            let least = least.expect("shutting every line is a choice");
            prop_assert_eq!(found.len(), least.len());
            let same = !before(&found, &least) && !before(&least, &found);
            prop_assert!(
                same,
                "{:?}: {:?}, by brute force {:?}",
                objective,
                found,
                least
            );
            for level in &plan.levels {
                prop_assert!(level.gap <= 1e-6, "{level:?}");
            }
        }
        Ok(())
    });
    if let Err(failure) = run {
        panic!("{failure}");
    }
}

#[test]
fn a_plan_cut_short_at_once_hands_over_whole_units() {
    let scenario = Tables::weeks(3)
        .with("sites", "site,name,state,kind", &["works,Works,us,plant"])
        .with(
            "items",
            "item,name,unit",
            &["kit,Kit,unit", "fuel,Fuel,litre"],
        )
        .with(
            "stockpiles",
            "site,item,quantity",
            &["works,kit,2.5", "works,fuel,2.5"],
        )
        .with(
            "demands",
            "demand,party,site,item,due,quantity,priority",
            &[
                "d-kit,us,works,kit,2024-07-01,4,1",
                "d-fuel,us,works,fuel,2024-07-01,4,2",
            ],
        )
        .scenario();
    let mut options = asked(Objective::Lexicographic);
    options.whole = true;
    options.solver.time_limit = Some(0.0);
    let plan = planned(&scenario, &options).unwrap();
    assert_eq!(plan.status, Status::TimeLimit);
    let delivered: Vec<f64> = plan.demands.iter().map(|d| d.delivered).collect();
    assert_eq!(delivered, [2.5, 2.0]);
}

#[test]
fn half_a_unit_a_week_is_one_every_other_week_where_units_are_whole() {
    let scenario = |capacity, overtime, lane| {
        Tables::weeks(6)
            .with(
                "sites",
                "site,name,state,kind",
                &["works,Works,us,plant", "base,Base,us,base"],
            )
            .with("items", "item,name,unit", &["kit,Kit,unit"])
            .with("resources", "resource,site", &["line,works"])
            .with(
                "capacity",
                "resource,from,capacity,overtime",
                &[&format!("line,2024-07-01,{capacity},{overtime}")],
            )
            .with(
                "recipes",
                "recipe,site,item,lead_time_days,resource,usage",
                &["make,works,kit,0,line,2"],
            )
            .with(
                "lanes",
                "lane,from_site,to_site,item,transit_days,capacity",
                &[&format!("road,works,base,kit,0,{lane}")],
            )
            .with(
                "demands",
                "demand,party,site,item,due,quantity,priority",
                &["d,us,base,kit,2024-07-01,9,1"],
            )
            .scenario()
    };
    let mut options = asked(Objective::Lexicographic);
    options.whole = true;
    let delivered = |scenario: &Scenario| {
        let plan = planned(scenario, &options).unwrap();
        assert_eq!(plan.status, Status::Optimal);
        let mut by_week = [0.0; 6];
        for row in &plan.deliver {
            by_week[row.period] += row.quantity.round();
        }
        by_week
    };
    // Runs take two: one and a half a week is three runs in four weeks.
    assert_eq!(
        delivered(&scenario("1", "0", "")),
        [0.0, 1.0, 0.0, 1.0, 0.0, 1.0]
    );
    assert_eq!(
        delivered(&scenario("1.5", "0", "")),
        [0.0, 1.0, 1.0, 1.0, 0.0, 1.0]
    );
    assert_eq!(delivered(&scenario("2", "0", "")), [1.0; 6]);
    // With overtime a week may be filled up instead.
    assert_eq!(delivered(&scenario("1", "1", "")), [1.0; 6]);
    // The lane carries what is there.
    assert_eq!(
        delivered(&scenario("2", "0", "0.5")),
        [0.0, 1.0, 0.0, 1.0, 0.0, 1.0]
    );
}

#[test]
fn with_and_without_a_limit_that_is_not_reached_plans_are_as_good() {
    let product = |units, cost| Product {
        fixed_cost: 30,
        minimum_run: 4,
        capacity: 3,
        shed: 1,
        lead: 7,
        units,
        due: 7,
        priority: 1,
        cost: (2, cost),
    };
    let scenario = tables(9, 5, &[product(5, 9), product(3, 4), product(6, 1)]).scenario();
    let levels = |limit| {
        let mut options = asked(Objective::Lexicographic);
        options.solver.time_limit = limit;
        let plan = planned(&scenario, &options).unwrap();
        assert_eq!(plan.status, Status::Optimal);
        // With a limit other branches come first: the last digit of a sum may differ.
        let digits = |x: f64| format!("{x:.9}");
        let levels = plan.levels.iter();
        let level = |l: &Level| (l.measure, digits(l.value), digits(l.bound), digits(l.gap));
        levels.map(level).collect::<Vec<_>>()
    };
    assert_eq!(levels(None), levels(Some(600.0)));
}

#[test]
fn wherever_it_is_cut_there_is_a_plan_with_bounds_that_hold() {
    let product = |fixed_cost, units, due, priority| Product {
        fixed_cost,
        minimum_run: 2,
        capacity: 3,
        shed: 1,
        lead: 7,
        units,
        due,
        priority,
        cost: (2, 9),
    };
    let products = [
        product(30, 7, 7, 1),
        product(9, 5, 14, 2),
        product(20, 6, 7, 2),
    ];
    let scenario = tables(14, 6, &products).scenario();
    let arcs = Arcs::open(&scenario);
    let best = planned(&scenario, &asked(Objective::Lexicographic)).unwrap();
    let mut cut = 0;
    for calls in 1..60 {
        let stop = Stop::new();
        let (pull, mut left) = (stop.clone(), calls);
        let mut tell = |_: &Progress| {
            left -= 1;
            if left == 0 {
                pull.stop();
            }
        };
        let mut watch = Watch {
            stop,
            progress: Some(&mut tell),
        };
        let mut options = asked(Objective::Lexicographic);
        options.reasons = Reasons::None;
        options.solver.time_limit = Some(600.0);
        let plan = plan(&scenario, &arcs, &options, &mut watch).unwrap();
        assert_eq!(check(&scenario, &arcs, &plan).breaches, [], "after {calls}");
        cut += usize::from(plan.status != Status::Optimal);
        let mut as_good = true;
        for (level, best) in plan.levels.iter().zip(&best.levels) {
            if as_good {
                assert!(level.bound <= best.value + 1e-6, "{calls}: {level:?}");
                assert!(level.value >= best.value - 1e-6, "{calls}: {level:?}");
            }
            as_good &= level.value <= best.value + 1e-6;
        }
    }
    assert!(cut > 0, "it was never cut");
}

/// A line that earns nothing never pays for itself; of a recipe without a fixed cost that is not asked.
#[test]
fn break_even_is_never_or_not_asked() {
    let scenario = Tables::weeks(3)
        .with("sites", "site,name,state", &["here,Here,us"])
        .with(
            "items",
            "item,name,value",
            &[
                "dear,Dear,10",
                "even,Even,6",
                "plain,Plain,6",
                "unknown,Unknown,",
            ],
        )
        .with(
            "recipes",
            "recipe,site,item,lead_time_days,cost,fixed_cost",
            &[
                "dear,here,dear,0,6,20",
                "even,here,even,0,6,20",
                "plain,here,plain,0,6,",
                "unknown,here,unknown,0,6,20",
            ],
        )
        .with(
            "demands",
            "demand,party,site,item,due,quantity,priority",
            &[
                "d1,us,here,dear,2024-07-08,2,1",
                "d2,us,here,even,2024-07-08,2,1",
                "d3,us,here,plain,2024-07-08,2,1",
                "d4,us,here,unknown,2024-07-08,2,1",
            ],
        )
        .scenario();
    let plan = planned(&scenario, &asked(Objective::Lexicographic)).expect("there is a plan");
    let told: Vec<BreakEven> = { plan.viability.iter() }
        .map(|line| line.break_even(&scenario))
        .collect();
    let expected = [
        BreakEven::Units(5.0),
        BreakEven::Never,
        BreakEven::NotApplicable,
        BreakEven::NotApplicable,
    ];
    assert_eq!(told, expected);
}
