//! The schedule of a question asked otherwise, beside the one as things stand.

use std::collections::{BTreeMap, BTreeSet};

use darsena_law::Law;
use darsena_repair::carry::{is_open, is_within};
use darsena_repair::regain::{AssetDays, regained};
use darsena_scenario::Scenario;

use super::difference::{differences, schedules};
use crate::answer::{Answer, Table, Values};
use crate::otherwise::Otherwise;
use crate::repair::Repair;
use crate::write::number;

/// Adds to the answer of a question asked otherwise what is otherwise, as its head and as a table. The hash it carries is
/// that of the scenario as it stands, to which the changes are made.
pub fn tell(
    answer: &mut Answer,
    scenario: &Scenario,
    law: &Law,
    otherwise: &Otherwise,
    unnoticed: &BTreeSet<String>,
) {
    let remarks = otherwise.remarks(scenario, law, unnoticed);
    answer.head.remarks.splice(0..0, remarks);
    answer.head.scenario_hash = scenario.hash().to_string();
    let table = otherwise.table(scenario, law, unnoticed);
    answer.tables.insert(0, table);
}

/// Adds to the answer of a question asked otherwise what it changes: two schedules in sum, days by class, jobs that move. The
/// first of the two is the one as things stand.
pub fn compare(answer: &mut Answer, scenario: &Scenario, unchanged: &Repair, changed: &Repair) {
    answer
        .head
        .remarks
        .insert(0, worth(scenario, unchanged, changed));
    let mut moved = differences(unchanged, changed);
    let why = ids(&moved)
        .map(|job| why(job, unchanged, changed))
        .collect::<Vec<_>>();
    moved = moved.text("why", why);
    let paid = { answer.tables.iter_mut() }.find(|table| table.name == "costs");
    if let Some(costs) = paid {
        costs.columns.extend(super::tables::paid(
            scenario,
            "unchanged",
            &unchanged.outcome.cost,
        ));
    }
    let tables = [
        schedules(scenario, unchanged, changed),
        classes(scenario, unchanged, changed),
        moved,
    ];
    answer.tables.splice(0..0, tables);
}

fn ids(moved: &Table) -> impl Iterator<Item = &str> {
    let ids = moved
        .columns
        .iter()
        .filter_map(|column| match &column.values {
            Values::Text(ids) if column.name == "job" => Some(ids),
            _ => None,
        });
    ids.flatten().flatten().map(String::as_str)
}

/// Whether a job is done in a way that is shut as things stand (`opened`), or cannot be done as it was (`shut`); blank where it
/// follows from other jobs.
fn why(id: &str, unchanged: &Repair, changed: &Repair) -> &'static str {
    let open = |from: &Repair, to: &Repair| {
        let job = from.problem.jobs.iter().position(|job| job.id == id)?;
        let visit = from.outcome.visits[job].as_ref()?;
        Some(is_open(&from.problem, &to.problem, job, visit))
    };
    if open(unchanged, changed) == Some(false) {
        "shut"
    } else if open(changed, unchanged) == Some(false) {
        "opened"
    } else {
        ""
    }
}

/// How far apart the best schedules of both may be.
fn worth(scenario: &Scenario, unchanged: &Repair, changed: &Repair) -> String {
    let (before, after) = (&unchanged.problem, &changed.problem);
    if before.is_same(after) {
        return "nothing that could be scheduled is otherwise: the schedule is the one as things stand".into();
    }
    let currency = &scenario.head().currency;
    let less = (unchanged.outcome.cost.total() - changed.outcome.bound).max(0.0);
    let more = (changed.outcome.cost.total() - unchanged.outcome.bound).max(0.0);
    let (less, more) = (number(less), number(more));
    if is_within(before, after) {
        format!(
            "all that can be done as things stand can be done otherwise as well: the best schedule costs up to {less} {currency} less, and no more"
        )
    } else if is_within(after, before) {
        format!(
            "all that can be done otherwise can be done as things stand as well: the best schedule costs up to {more} {currency} more, and no less"
        )
    } else {
        format!(
            "by the bounds the best schedule costs from {less} {currency} less to {more} {currency} more than as things stand"
        )
    }
}

/// Days not ready by class, as things stand and otherwise.
fn classes(scenario: &Scenario, unchanged: &Repair, changed: &Repair) -> Table {
    let both = regained(
        scenario,
        (&unchanged.problem, &unchanged.outcome),
        (&changed.problem, &changed.outcome),
    );
    let mut classes: BTreeMap<String, Vec<AssetDays>> = BTreeMap::new();
    for asset in both.assets {
        let class = &scenario.assets()[asset.asset].class;
        let class = class.as_ref().map_or_else(String::new, ToString::to_string);
        classes.entry(class).or_default().push(asset);
    }
    let sum = |pick: fn(&AssetDays) -> i32| -> Vec<i64> {
        let each = classes.values();
        each.map(|assets| assets.iter().map(|asset| i64::from(pick(asset))).sum())
            .collect()
    };
    let jobs = |pick: fn(&AssetDays) -> usize| -> Vec<i64> {
        let each = classes.values();
        each.map(|assets| assets.iter().map(pick).sum::<usize>())
            .map(|count| i64::try_from(count).unwrap_or(i64::MAX))
            .collect()
    };
    Table::new(
        "classes",
        "Days not ready of the assets of a class, as things stand and otherwise.",
    )
    .text("class", classes.keys().cloned())
    .whole(
        "assets",
        "assets",
        classes
            .values()
            .map(|assets| i64::try_from(assets.len()).unwrap_or(i64::MAX)),
    )
    .whole("days_not_ready", "days", sum(|asset| asset.now))
    .whole("unchanged", "days", sum(|asset| asset.before))
    .whole(
        "days_regained",
        "days",
        sum(|asset| asset.before - asset.now),
    )
    .whole("days_late", "days", sum(|asset| asset.late_now))
    .whole(
        "days_late_unchanged",
        "days",
        sum(|asset| asset.late_before),
    )
    .whole("left_out", "jobs", jobs(|asset| asset.left_out.1))
    .whole("left_out_unchanged", "jobs", jobs(|asset| asset.left_out.0))
}
