//! Demands that fare differently in the plans of two scenarios.

use darsena_plan::{Arc, Arcs, Opening, Plan};
use darsena_scenario::Scenario;
use jiff::civil::Date;

use super::head;
use crate::answer::{Answer, Table};

/// Demands that fare differently in the plans of two scenarios.
pub fn difference(
    first: (&Scenario, &Plan),
    second: (&Scenario, &Plan),
    seconds: Option<f64>,
) -> Answer {
    let rows = darsena_plan::compare::compare(first, second);
    told(first, second, &rows, seconds)
}

fn told(
    first: (&Scenario, &Plan),
    second: (&Scenario, &Plan),
    rows: &[darsena_plan::compare::DemandChange],
    seconds: Option<f64>,
) -> Answer {
    use darsena_plan::compare::Fare;
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

/// The changes without those that only pass units of an item from one demand to another of the same rank:
/// the objective is as content with either plan, so the law did not do it.
fn effects(
    scenario: &Scenario,
    rows: Vec<darsena_plan::compare::DemandChange>,
) -> Vec<darsena_plan::compare::DemandChange> {
    use std::collections::BTreeMap;
    let rank = |row: &darsena_plan::compare::DemandChange| {
        let demand = &scenario.demands()[scenario.find_demand(&row.demand)?];
        Some((demand.priority, demand.item.to_string()))
    };
    let mut sums: BTreeMap<_, [f64; 3]> = BTreeMap::new();
    for row in &rows {
        let (Some(rank), Some(a), Some(b)) = (rank(row), row.before, row.after) else {
            continue;
        };
        let sum = sums.entry(rank).or_default();
        sum[0] += b.on_time - a.on_time;
        sum[1] += b.delivered - a.delivered;
        sum[2] += b.late_unit_periods - a.late_unit_periods;
    }
    let tied = |sum: &[f64; 3]| sum.iter().all(|sum| sum.abs() < TIED);
    let keeps = |row: &darsena_plan::compare::DemandChange| {
        let sum = rank(row).and_then(|rank| sums.get(&rank));
        sum.is_none_or(|sum| !tied(sum))
    };
    rows.into_iter().filter(keeps).collect()
}

/// Sums over demands of one rank that differ by less are a tie.
const TIED: f64 = 1e-3;

/// Demands that fare differently, and arcs that open at other times, in the plans of one scenario under
/// the law of two days.
pub fn law_difference(
    scenario: &Scenario,
    (day, arcs, plan): (Date, &Arcs, &Plan),
    (other_day, other_arcs, other_plan): (Date, &Arcs, &Plan),
    seconds: Option<f64>,
) -> Answer {
    let rows = darsena_plan::compare::compare((scenario, plan), (scenario, other_plan));
    let rows = effects(scenario, rows);
    let mut answer = told((scenario, plan), (scenario, other_plan), &rows, seconds);
    answer.head.question = "plan --against-law".into();
    answer.head.remarks[0] = format!("before: the law of {day}; after: the law of {other_day}");
    let gained: f64 = { rows.iter() }
        .filter_map(|row| Some(row.after?.delivered - row.before?.delivered))
        .sum();
    // No `-0`.
    let gained = if gained.abs() < 0.05 { 0.0 } else { gained };
    answer.head.remarks.insert(
        1,
        format!("deliveries gained within the horizon: {gained:.1}"),
    );
    let unlike = arcs.unlike(other_arcs);
    let row = |arc: &Arc| match arc {
        Arc::Make(n) => {
            let recipe = &scenario.recipes()[*n];
            ("make", recipe.recipe.to_string(), recipe.item.to_string())
        }
        Arc::Ship(n, item, _) => {
            let item = scenario.items()[*item].item.to_string();
            ("ship", scenario.lanes()[*n].lane.to_string(), item)
        }
        Arc::Deliver(n, item, _) => {
            let item = scenario.items()[*item].item.to_string();
            ("deliver", scenario.demands()[*n].demand.to_string(), item)
        }
    };
    let state = |arc: &Arc| match arc {
        Arc::Make(_) => String::new(),
        Arc::Ship(_, _, state) | Arc::Deliver(_, _, state) => state.clone(),
    };
    let opens = |arcs: &Arcs, arc: &Arc| match arcs.opening(arc) {
        Opening::Always => Some(scenario.head().start),
        Opening::During(spans) => spans.first().map(|(from, _)| *from),
    };
    let change = |arc: &Arc| match (opens(arcs, arc), opens(other_arcs, arc)) {
        (None, Some(_)) => "opens",
        (Some(_), None) => "shuts",
        (Some(before), Some(after)) if after < before => "opens sooner",
        (Some(before), Some(after)) if after > before => "opens later",
        _ => "open at other times",
    };
    let rows: Vec<_> = unlike.iter().map(row).collect();
    let table = Table::new(
        "arcs",
        "a make, move or hand-over that the law opens at another time",
    )
    .text("sort", rows.iter().map(|r| r.0))
    .text("id", rows.iter().map(|r| r.1.clone()))
    .text("item", rows.iter().map(|r| r.2.clone()))
    .text("made_in", unlike.iter().map(state))
    .text("change", unlike.iter().map(change))
    .day("opens_before", unlike.iter().map(|arc| opens(arcs, arc)))
    .day(
        "opens_after",
        unlike.iter().map(|arc| opens(other_arcs, arc)),
    );
    let levels = plan.levels.iter().zip(&other_plan.levels);
    let unit = |level: &darsena_plan::Level| match level.measure {
        darsena_plan::Measure::Cost => scenario.head().currency.to_string(),
        darsena_plan::Measure::Share { .. } => "share".into(),
        _ => "unit-periods".into(),
    };
    let levels = Table::new(
        "levels",
        "a stage of the objective under both, in the order in which they count",
    )
    .text(
        "measure",
        levels.clone().map(|(a, _)| a.measure.to_string()),
    )
    .number("before", "see unit", levels.clone().map(|(a, _)| a.value))
    .number("after", "see unit", levels.clone().map(|(_, b)| b.value))
    .text("unit", levels.map(|(a, _)| unit(a)));
    answer.tables.insert(0, levels);
    answer.tables.push(table);
    answer
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use darsena_plan::compare::{DemandChange, Fare};

    use super::effects;

    /// Two customers of one item, of one priority or of two.
    fn scenario(priority: u8) -> darsena_scenario::Scenario {
        let folder = Path::new("../../docs/cases/two-customers");
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(folder).expect("the case is there") {
            let path = entry.expect("it can be listed").path();
            let name = path.file_name().expect("a file").to_string_lossy();
            let bytes = std::fs::read(&path).expect("it can be read");
            files.insert(name.to_string(), bytes);
        }
        let demands = format!(
            "demand,party,site,item,due,quantity,priority\nair-mar,air-force,base,missile,2025-03-01,6,{priority}\n\
             navy-feb,navy,port,missile,2025-02-01,6,1\n"
        );
        files.insert("demands.csv".into(), demands.into());
        let checked = darsena_scenario::read_memory(&files).check();
        checked.scenario.expect("it is sound")
    }

    fn row(demand: &str, before: f64, after: f64) -> DemandChange {
        let fare = |delivered| {
            Some(Fare {
                on_time: delivered,
                delivered,
                late_unit_periods: 6.0 - delivered,
            })
        };
        DemandChange {
            demand: demand.into(),
            before: fare(before),
            after: fare(after),
        }
    }

    #[test]
    fn what_equals_swap_is_no_effect_of_the_law() {
        let swapped = || vec![row("air-mar", 6.0, 2.0), row("navy-feb", 2.0, 6.0)];
        assert_eq!(effects(&scenario(1), swapped()), []);
        // Of two ranks it is one.
        assert_eq!(effects(&scenario(2), swapped()), swapped());
        // So is what only one of equals gains.
        let gained = || vec![row("air-mar", 6.0, 5.0), row("navy-feb", 2.0, 6.0)];
        assert_eq!(effects(&scenario(1), gained()), gained());
    }
}
