//! The starter scenario: a small one of every table, with notes, to be changed into one's own.

use std::collections::BTreeMap;

/// The files of the starter scenario: names and contents. It checks without a finding.
///
/// ```
/// let checked = darsena_scenario::read_memory(&darsena_scenario::starter()).check();
/// assert!(checked.findings.is_empty(), "{:?}", checked.findings);
/// assert!(checked.scenario.is_some());
/// ```
#[must_use]
pub fn starter() -> BTreeMap<String, Vec<u8>> {
    FILES
        .iter()
        .map(|(name, text)| ((*name).to_string(), text.as_bytes().to_vec()))
        .collect()
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../starter/", $name)))),*]
    };
}

static FILES: [(&str, &str); 30] = files![
    "README.md",
    "agreed.csv",
    "assets.csv",
    "authorizations.csv",
    "capacity.csv",
    "changes.csv",
    "classes.csv",
    "closures.csv",
    "datapackage.json",
    "demands.csv",
    "docks.csv",
    "groups.csv",
    "items.csv",
    "jobs.csv",
    "lanes.csv",
    "mode_usage.csv",
    "modes.csv",
    "parties.csv",
    "priorities.csv",
    "ready_fleet.csv",
    "receipts.csv",
    "recipe_inputs.csv",
    "recipe_resources.csv",
    "recipes.csv",
    "resources.csv",
    "sites.csv",
    "sources.csv",
    "stockpiles.csv",
    "tasks.csv",
    "transits.csv",
];
