//! `plan`: who makes what, when, and who gets it, as tables.

mod difference;
mod flows;
mod late;
mod peg;
mod screen;
mod worth;

use darsena_plan::Plan;
use darsena_scenario::Scenario;

pub use difference::{difference, law_difference};
use flows::{deliver, hold, levels, lines, make, overtime, ship, shortfall, unmet, utilisation};
use late::{demands, reasons};
pub use peg::{peg, readable_peg};
pub use screen::{readable, readable_tables};
use worth::{binding, prices};

use crate::answer::{Answer, Head};

/// The answer `plan` of `scenario`.
pub fn answer(scenario: &Scenario, plan: &Plan, seconds: Option<f64>) -> Answer {
    let names = &Names { scenario, plan };
    let tables = vec![
        levels(names),
        demands(names),
        reasons(names),
        binding(names),
        make(names),
        ship(names),
        hold(names),
        deliver(names),
        unmet(names),
        prices(names),
        utilisation(names),
        lines(names),
        overtime(names),
        shortfall(names),
    ];
    Answer {
        head: head(scenario, plan, seconds),
        tables,
        trees: Vec::new(),
    }
}

pub(crate) fn head(scenario: &Scenario, plan: &Plan, seconds: Option<f64>) -> Head {
    let last = plan.levels.last();
    Head {
        status: plan.status.as_str().into(),
        objective: last.map(|l| {
            (
                l.value,
                l.bound,
                plan.levels.iter().map(|l| l.gap).fold(0.0, f64::max),
            )
        }),
        remarks: plan.remarks.clone(),
        ..head_without_plan("plan", scenario, seconds)
    }
}

/// The head of an answer that rests on the solver and on no one plan.
pub(crate) fn head_without_plan(question: &str, scenario: &Scenario, seconds: Option<f64>) -> Head {
    let solver = darsena_milp::name_and_version();
    let (solver, version) = solver.split_once(' ').unwrap_or((&solver, ""));
    Head {
        question: question.into(),
        scenario: scenario.head().name.to_string(),
        scenario_hash: scenario.hash().to_string(),
        law_as_of: scenario.head().law_as_of.to_string(),
        law_hash: None,
        solver: Some((solver.into(), version.into())),
        status: String::new(),
        objective: None,
        objective_unit: currency(scenario),
        seconds,
        currency: currency(scenario),
        remarks: Vec::new(),
    }
}

fn currency(scenario: &Scenario) -> String {
    scenario.head().currency.to_string()
}

/// `number` of `unit`s, per something: `USD per unit`.
fn per(unit: &str, of: &str) -> String {
    format!("{unit} per {of}")
}

#[derive(Clone, Copy)]
struct Names<'a> {
    scenario: &'a Scenario,
    plan: &'a Plan,
}

impl Names<'_> {
    fn day(&self, t: usize) -> jiff::civil::Date {
        self.scenario.head().horizon().start_of(t)
    }
    fn site(&self, s: usize) -> String {
        self.scenario.sites()[s].site.to_string()
    }
    fn item(&self, i: usize) -> String {
        self.scenario.items()[i].item.to_string()
    }
    fn unit(&self, i: usize) -> String {
        self.scenario.items()[i].unit.to_string()
    }
    fn made_in(&self, kind: usize) -> String {
        self.plan.kinds[kind].states.join(";")
    }
    fn lane(&self, l: usize) -> &darsena_scenario::Lane {
        &self.scenario.lanes()[l]
    }
    fn recipe(&self, r: usize) -> &darsena_scenario::Recipe {
        &self.scenario.recipes()[r]
    }
    fn demand(&self, d: usize) -> &darsena_scenario::Demand {
        &self.scenario.demands()[d]
    }
    fn item_place(&self, id: &darsena_scenario::ItemId) -> usize {
        self.scenario
            .find_item(id)
            .expect("a checked scenario knows its items")
    }
}
