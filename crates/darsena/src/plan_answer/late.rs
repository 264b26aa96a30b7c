//! Demands: when each is served, from where, how late and why.

use darsena_plan::{Cause, DemandAnswer, Reason};

use serde_json::{Value, json};

use super::Names;
use crate::answer::{Table, settled};

/// (cause, id) of a reason.
pub(super) fn cause(names: &Names<'_>, cause: &Cause) -> (&'static str, String) {
    let scenario = names.scenario;
    match cause {
        Cause::Capacity { resource } => (
            "capacity",
            scenario.resources()[*resource].resource.to_string(),
        ),
        Cause::Material { item } => ("material", names.item(*item)),
        Cause::LeadTime { recipe } => ("lead-time", names.recipe(*recipe).recipe.to_string()),
        Cause::Transit { lane } => ("transit", names.lane(*lane).lane.to_string()),
        Cause::Lane { lane } => ("lane", names.lane(*lane).lane.to_string()),
        Cause::LaneDates { lane } => ("lane-dates", names.lane(*lane).lane.to_string()),
        Cause::RecipeDates { recipe } => ("recipe-dates", names.recipe(*recipe).recipe.to_string()),
        Cause::LineShut { recipe } => ("line-shut", names.recipe(*recipe).recipe.to_string()),
        Cause::Priority { party } => ("priority", scenario.parties()[*party].party.to_string()),
        Cause::Floor { site, item } => (
            "floor",
            format!("{}/{}", names.site(*site), names.item(*item)),
        ),
        Cause::MadeIn => ("made-in", String::new()),
        Cause::Cost => ("cost", String::new()),
        Cause::Law { obstacle } => ("law", names.plan.obstacles[*obstacle].0.clone()),
        Cause::Ceiling { ceiling } => ("ceiling", names.plan.ceilings[*ceiling].clone()),
        Cause::Untried => ("untried", String::new()),
        _ => ("several", String::new()),
    }
}

pub(super) fn sentence(names: &Names<'_>, reason: &Reason) -> String {
    let (_, id) = cause(names, &reason.cause);
    let scenario = names.scenario;
    match &reason.cause {
        Cause::Capacity { .. } => format!("capacity of `{id}`"),
        Cause::Material { .. } => format!("no more `{id}`, which nobody in the scenario makes"),
        Cause::LeadTime { recipe } => {
            format!(
                "lead time of `{id}`, {} days",
                scenario.recipes()[*recipe].lead_time_days
            )
        }
        Cause::Transit { lane } => format!(
            "transit over `{id}`, {} days",
            scenario.lanes()[*lane].transit_days
        ),
        Cause::Lane { .. } => format!("limit of lane `{id}`"),
        Cause::LaneDates { .. } => format!("dates of lane `{id}`"),
        Cause::RecipeDates { .. } => format!("dates of `{id}`"),
        Cause::LineShut { .. } => format!("line `{id}` stays shut"),
        Cause::Priority { .. } => format!("units go to `{id}` instead"),
        Cause::Floor { .. } => format!("floor kept at `{id}`"),
        Cause::MadeIn => "only units made in certain states are accepted".into(),
        Cause::Law { obstacle } => names.plan.obstacles[*obstacle].1.clone(),
        Cause::Ceiling { .. } => match id.split_once(';') {
            None => format!("authorization `{id}` allows no more"),
            Some(_) => format!("authorizations `{}` allow no more", id.replace(';', "`, `")),
        },
        Cause::Cost => "serving it sooner costs more than its lateness is priced".into(),
        Cause::Untried => {
            "nothing that was tried helps alone; `--reasons all` tries everything".into()
        }
        _ => "several things together: no single one helps".into(),
    }
}

pub(super) fn reasons(names: &Names<'_>) -> Table {
    let plan = names.plan;
    let rows: Vec<(&DemandAnswer, &Reason)> = plan
        .demands
        .iter()
        .flat_map(|d| d.reasons.iter().map(move |r| (d, r)))
        .collect();
    let causes: Vec<_> = rows.iter().map(|(_, r)| cause(names, &r.cause)).collect();
    Table::new(
        "reasons",
        "a thing that, relaxed alone and the plan made again, serves a late demand sooner",
    )
    .text(
        "demand",
        rows.iter()
            .map(|(d, _)| names.demand(d.demand).demand.to_string()),
    )
    .text("cause", causes.iter().map(|c| c.0))
    .text("id", causes.iter().map(|c| c.1.clone()))
    .number(
        "gain_unit_periods",
        "open unit-periods less",
        rows.iter().map(|(_, r)| r.gain_unit_periods),
    )
    .number(
        "gain_units",
        "units delivered more",
        rows.iter().map(|(_, r)| r.gain_units),
    )
    .text("sentence", rows.iter().map(|(_, r)| sentence(names, r)))
}

pub(super) fn demands(names: &Names<'_>) -> Table {
    let plan = names.plan;
    let rows = &plan.demands;
    let demand = |d: &DemandAnswer| names.demand(d.demand);
    let reasons = |d: &DemandAnswer| -> Vec<Value> {
        let one = |r: &Reason| {
            let (cause, id) = cause(names, &r.cause);
            json!({
                "cause": cause,
                "id": id,
                "gain_unit_periods": settled(r.gain_unit_periods),
                "gain_units": settled(r.gain_units),
                "sentence": sentence(names, r),
            })
        };
        d.reasons.iter().map(one).collect()
    };
    Table::new("demands", "how one demand fares")
        .text("demand", rows.iter().map(|d| demand(d).demand.to_string()))
        .text("party", rows.iter().map(|d| demand(d).party.to_string()))
        .text("site", rows.iter().map(|d| demand(d).site.to_string()))
        .text("item", rows.iter().map(|d| demand(d).item.to_string()))
        .whole(
            "priority",
            "",
            rows.iter().map(|d| i64::from(demand(d).priority)),
        )
        .day("due", rows.iter().map(|d| demand(d).due))
        .number(
            "quantity",
            "unit of the item",
            rows.iter().map(|d| demand(d).quantity),
        )
        .number(
            "on_time",
            "unit of the item",
            rows.iter().map(|d| d.on_time),
        )
        .number(
            "delivered",
            "unit of the item",
            rows.iter().map(|d| d.delivered),
        )
        .number("unmet", "unit of the item", rows.iter().map(|d| d.unmet))
        .number(
            "late_unit_periods",
            "unit-periods",
            rows.iter().map(|d| d.late_unit_periods),
        )
        .day(
            "first_delivery",
            rows.iter().map(|d| d.first.map(|t| names.day(t))),
        )
        .day(
            "complete",
            rows.iter().map(|d| d.complete.map(|t| names.day(t))),
        )
        .text(
            "from_sites",
            rows.iter().map(|d| {
                d.from_sites
                    .iter()
                    .map(|&s| names.site(s))
                    .collect::<Vec<_>>()
                    .join(";")
            }),
        )
        .lists("reasons", rows.iter().map(reasons))
}
