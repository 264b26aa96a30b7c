//! `repair`: which asset, which dock, when, as tables.

mod beside;
mod difference;
mod screen;
mod tables;

use darsena_repair::Outcome;
use darsena_scenario::Scenario;

pub use beside::{compare, tell};
pub use difference::{difference, readable_difference};
pub use screen::readable;

use crate::answer::{Answer, Head};
use crate::repair::Repair;

/// The answer `repair` of `scenario`.
#[must_use]
pub fn answer(scenario: &Scenario, repair: &Repair, seconds: Option<f64>) -> Answer {
    let told = tables::Told { scenario, repair };
    let mut tables = vec![
        told.jobs(),
        told.schedule(),
        told.costs(),
        told.reasons(),
        told.docks(),
        told.resources(),
    ];
    tables.extend(told.nowhere());
    tables.extend(told.growth());
    tables.extend(told.conflicts());
    tables.extend(told.regained());
    tables.extend(told.freed());
    tables.push(told.shut());
    tables.extend(told.rules());
    Answer {
        head: head(scenario, repair, seconds),
        tables,
        trees: Vec::new(),
    }
}

fn head(scenario: &Scenario, repair: &Repair, seconds: Option<f64>) -> Head {
    let mut remarks = vec![
        "a day not ready counts from leaving home until back home with the last task done, passage included".to_string(),
    ];
    let told = tables::Told { scenario, repair };
    for id in &repair.schedule.unplaced {
        let why: Vec<String> = { repair.nowhere.iter() }
            .filter(|one| repair.problem.jobs[one.job].id == *id)
            .map(|one| told.lack(one))
            .collect();
        remarks.push(format!(
            "no place was found for {id}, which must be done: {}",
            why.join("; ")
        ));
    }
    remarks.extend(tables::unruled(repair));
    if let Some(growth) = &repair.growth {
        remarks.push(format!(
            "dates at P50 and P80 come from {} draws of the growth of work, orders in docks kept",
            growth.draws
        ));
    }
    Head {
        remarks,
        ..head_of(scenario, &repair.outcome, seconds)
    }
}

/// What stands above an outcome of a search.
pub(crate) fn head_of(scenario: &Scenario, outcome: &Outcome, seconds: Option<f64>) -> Head {
    let currency = scenario.head().currency.to_string();
    Head {
        question: "repair".into(),
        scenario: scenario.head().name.to_string(),
        scenario_hash: scenario.hash().to_string(),
        law_as_of: scenario.head().law_as_of.to_string(),
        law_hash: None,
        solver: Some(("darsena-repair".into(), env!("CARGO_PKG_VERSION").into())),
        status: outcome.status.as_str().into(),
        // With a job left over that must be done there is no schedule, so none has a cost.
        objective: (outcome.cost.unplaced == 0)
            .then(|| (outcome.cost.total(), outcome.bound, outcome.gap())),
        objective_unit: currency.clone(),
        seconds,
        currency,
        remarks: Vec::new(),
    }
}
