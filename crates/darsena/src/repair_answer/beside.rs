//! The schedule of a question asked otherwise, beside the one as things stand.

use std::collections::{BTreeMap, BTreeSet};

use darsena_law::Law;
use darsena_repair::regain::{AssetDays, regained};
use darsena_scenario::Scenario;

use super::difference::{differences, schedules};
use crate::answer::{Answer, Table};
use crate::otherwise::Otherwise;
use crate::repair::Repair;

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
    if unchanged.problem.is_same(&changed.problem) {
        let same =
            "nothing that could be scheduled is otherwise: the schedule is the one as things stand";
        answer.head.remarks.insert(0, same.into());
    }
    let tables = [
        schedules(scenario, unchanged, changed),
        classes(scenario, unchanged, changed),
        differences(unchanged, changed),
    ];
    answer.tables.splice(0..0, tables);
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
