//! What differs between two plans of the same scenario, or of two whose demands share ids.
//!
//! Demands are matched by id, so the two plans may come from changed scenarios: more capacity, an
//! earlier lane, another law.

use std::collections::BTreeMap;

use darsena_scenario::Scenario;

use crate::plan::{DemandAnswer, Plan};

/// How one demand fares in two plans.
#[derive(Debug, Clone, PartialEq)]
pub struct DemandChange {
    /// Id of the demand.
    pub demand: String,
    /// Units on time, delivered, and open unit-periods in the first plan; none if it is not there.
    pub before: Option<Fare>,
    /// The same in the second plan.
    pub after: Option<Fare>,
}

/// How a demand fares in one plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fare {
    /// Units delivered in the period they were due.
    pub on_time: f64,
    /// Units delivered by the end of the horizon.
    pub delivered: f64,
    /// Open units summed over periods.
    pub late_unit_periods: f64,
}

impl From<&DemandAnswer> for Fare {
    fn from(answer: &DemandAnswer) -> Self {
        Fare {
            on_time: answer.on_time,
            delivered: answer.delivered,
            late_unit_periods: answer.late_unit_periods,
        }
    }
}

/// Amounts that differ by less are equal.
const EQUAL: f64 = 1e-6;

/// Demands that fare differently in the second plan, in order of id.
pub fn compare(first: (&Scenario, &Plan), second: (&Scenario, &Plan)) -> Vec<DemandChange> {
    let mut changes: BTreeMap<String, DemandChange> = BTreeMap::new();
    for (is_second, (scenario, plan)) in [(false, first), (true, second)] {
        for answer in &plan.demands {
            let id = scenario.demands()[answer.demand].demand.to_string();
            let change = changes.entry(id.clone()).or_insert(DemandChange {
                demand: id,
                before: None,
                after: None,
            });
            let fare = Some(Fare::from(answer));
            if is_second {
                change.after = fare
            } else {
                change.before = fare
            }
        }
    }
    changes
        .into_values()
        .filter(|c| !same(c.before, c.after))
        .collect()
}

fn same(a: Option<Fare>, b: Option<Fare>) -> bool {
    let near = |x: f64, y: f64| (x - y).abs() <= EQUAL * x.abs().max(1.0);
    match (a, b) {
        (Some(a), Some(b)) => {
            near(a.on_time, b.on_time)
                && near(a.delivered, b.delivered)
                && near(a.late_unit_periods, b.late_unit_periods)
        }
        _ => a.is_none() && b.is_none(),
    }
}
