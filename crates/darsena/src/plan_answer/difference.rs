//! Demands that fare differently in the plans of two scenarios.

use darsena_plan::Plan;
use darsena_scenario::Scenario;

use super::head;
use crate::answer::{Answer, Table};

/// Demands that fare differently in the plans of two scenarios.
pub fn difference(
    first: (&Scenario, &Plan),
    second: (&Scenario, &Plan),
    seconds: Option<f64>,
) -> Answer {
    use darsena_plan::compare::{Fare, compare};
    let rows = compare(first, second);
    let of = |side: Option<Fare>, field: fn(Fare) -> f64| side.map(field);
    let whose = |id: &str| {
        [first.0, second.0]
            .iter()
            .find_map(|s| s.find_demand(id).map(|d| &s.demands()[d]))
            .expect("one has it")
    };
    let table = Table::new(
        "demands",
        "a demand that fares differently in the second plan",
    )
    .text("demand", rows.iter().map(|r| r.demand.clone()))
    .text(
        "party",
        rows.iter().map(|r| whose(&r.demand).party.to_string()),
    )
    .text(
        "item",
        rows.iter().map(|r| whose(&r.demand).item.to_string()),
    )
    .number(
        "on_time_before",
        "unit of the item",
        rows.iter().map(|r| of(r.before, |f| f.on_time)),
    )
    .number(
        "on_time_after",
        "unit of the item",
        rows.iter().map(|r| of(r.after, |f| f.on_time)),
    )
    .number(
        "delivered_before",
        "unit of the item",
        rows.iter().map(|r| of(r.before, |f| f.delivered)),
    )
    .number(
        "delivered_after",
        "unit of the item",
        rows.iter().map(|r| of(r.after, |f| f.delivered)),
    )
    .number(
        "late_before",
        "unit-periods",
        rows.iter().map(|r| of(r.before, |f| f.late_unit_periods)),
    )
    .number(
        "late_after",
        "unit-periods",
        rows.iter().map(|r| of(r.after, |f| f.late_unit_periods)),
    );
    let mut head = head(second.0, second.1, seconds);
    head.question = "plan --against".into();
    head.remarks.insert(
        0,
        format!("before: {} ({})", first.0.head().name, first.0.hash()),
    );
    Answer {
        head,
        tables: vec![table],
        trees: Vec::new(),
    }
}
