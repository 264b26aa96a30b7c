//! Lines that open or stay shut against brute force: every choice tried, the rest solved.

use darsena_milp::{Column, Label, Outcome, Row, Solver, Status, Watch};
use darsena_plan::{Arcs, Options, Reasons, program};
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
