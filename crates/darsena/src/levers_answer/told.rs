//! Levers with what the tables and the law say of them: steps, who must act, lead time, anchor.

use std::collections::BTreeSet;

use darsena_law::{AsOf, Law, Rule};
use darsena_scenario::{Authorization, Change, ChangeKind, Edit, Scenario, TableName};
use darsena_whatif::levers::Lever;

use crate::permitted::Permitted;

/// A lever, and what is said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToldLever {
    /// What is different, its money, its steps, and who must act.
    pub lever: Lever,
    /// Days until it holds, by its tables.
    pub lead_time_days: u32,
    /// Where what it changes stands in the law; blank where it changes none.
    pub anchor: String,
    /// What its rows note.
    pub note: String,
}

/// Returns the levers that the scenario's table `changes` tells, in order of id, and the ids of those that touch repair
/// alone, of which no plan can say anything.
#[must_use]
pub fn told(scenario: &Scenario, law: &Law) -> (Vec<ToldLever>, Vec<String>) {
    let changes = Change::told(scenario).into_iter();
    let levers = changes.filter(|change| change.kind == ChangeKind::Lever);
    let (levers, of_repair): (Vec<Change>, Vec<Change>) =
        levers.partition(|change| change.touches_production(scenario));
    let told = levers.into_iter().map(|change| of(scenario, law, change));
    let ids = of_repair.into_iter().map(|change| change.id);
    (told.collect(), ids.collect())
}

/// Returns a lever for every rule that shuts or delays something in `scenario`, under the id of the rule: it alone is
/// lifted, for nothing.
#[must_use]
pub fn every_rule(scenario: &Scenario, law: &Law, as_of: AsOf, threads: usize) -> Vec<ToldLever> {
    if scenario.classes().is_empty() {
        return Vec::new();
    }
    let permitted = Permitted::new(scenario, law, as_of, threads);
    let rules = permitted.rules_in_the_way().into_keys();
    let change = |rule: String| Change {
        id: rule.clone(),
        kind: ChangeKind::Lever,
        edits: vec![Edit::Lifted { rule }],
        cost: 0.0,
    };
    rules.map(|rule| of(scenario, law, change(rule))).collect()
}

fn of(scenario: &Scenario, law: &Law, change: Change) -> ToldLever {
    let rows = { scenario.changes().iter() }
        .filter(|row| row.group.as_deref().unwrap_or(&row.change) == change.id);
    let mut notes: Vec<&str> = Vec::new();
    for row in rows.clone() {
        if !row.note.is_empty() && !notes.contains(&row.note.as_str()) {
            notes.push(&row.note);
        }
    }
    let states = change
        .edits
        .iter()
        .flat_map(|edit| states(scenario, law, edit));
    let states: BTreeSet<String> = states.collect();
    let mut anchors: Vec<String> = Vec::new();
    for anchor in change
        .edits
        .iter()
        .filter_map(|edit| anchor(scenario, law, edit))
    {
        if !anchors.contains(&anchor) {
            anchors.push(anchor);
        }
    }
    let acts = change.edits.iter().any(is_act);
    ToldLever {
        lead_time_days: rows.map(|row| row.lead_time_days).max().unwrap_or(0),
        anchor: anchors.join("; "),
        note: notes.join("; "),
        lever: Lever {
            steps: u32::from(acts),
            states: states.into_iter().collect(),
            change,
        },
    }
}

/// Whether an edit is an act of a government: of its law or of what it grants.
fn is_act(edit: &Edit) -> bool {
    match edit {
        Edit::Lifted { .. } | Edit::Sooner { .. } | Edit::LawOf { .. } => true,
        Edit::Out { table, .. } | Edit::Set { table, .. } => *table == TableName::Authorizations,
        Edit::Scale { .. } => false,
    }
}

/// The states that must act for an edit.
fn states(scenario: &Scenario, law: &Law, edit: &Edit) -> Vec<String> {
    let site = |id: &str| {
        let site = scenario.sites().iter().find(|row| row.site.as_str() == id);
        site.map(|row| row.state.to_string())
    };
    let recipe = |id: &str| {
        let recipe = scenario
            .recipes()
            .iter()
            .find(|row| row.recipe.as_str() == id);
        recipe.and_then(|row| site(&row.site))
    };
    let resource = |id: &str| {
        let resource = scenario
            .resources()
            .iter()
            .find(|row| row.resource.as_str() == id);
        resource.and_then(|row| site(&row.site))
    };
    let party = |id: &str| {
        let party = scenario
            .parties()
            .iter()
            .find(|row| row.party.as_str() == id);
        party.map(|row| row.state.to_string())
    };
    let state = match edit {
        Edit::Lifted { rule } => {
            let rule = named(law, rule).next();
            let state = rule.map(|rule| law.regime_of(rule).state.clone());
            state.filter(|state| !matches!(state.as_str(), "" | "*"))
        }
        Edit::Sooner { .. } | Edit::LawOf { .. } => None,
        Edit::Scale { resource: id, .. } => resource(id),
        Edit::Out { table, id, .. } | Edit::Set { table, id, .. } => match table {
            TableName::Sites | TableName::Stockpiles | TableName::Receipts => site(id),
            TableName::Resources | TableName::Capacity => resource(id),
            TableName::Recipes | TableName::RecipeInputs | TableName::RecipeResources => recipe(id),
            TableName::Lanes => {
                let lane = scenario.lanes().iter().find(|row| row.lane.as_str() == id);
                lane.and_then(|row| site(&row.from_site))
            }
            TableName::Authorizations => record(scenario, id).and_then(|row| party(&row.grantor)),
            TableName::Demands => {
                let demand = scenario
                    .demands()
                    .iter()
                    .find(|row| row.demand.as_str() == id);
                demand.and_then(|row| party(&row.party))
            }
            TableName::Parties => party(id),
            _ => None,
        },
    };
    state.into_iter().collect()
}

/// Where what an edit changes stands in the law.
fn anchor(scenario: &Scenario, law: &Law, edit: &Edit) -> Option<String> {
    match edit {
        Edit::Lifted { rule } => {
            let cited = named(law, rule).next().map(|one| one.citation.as_str());
            Some(format!(
                "{rule}: {}",
                cited.unwrap_or("no such rule in the law")
            ))
        }
        Edit::LawOf { day } => Some(format!("the law of {day}")),
        Edit::Sooner { approval, .. } if approval == "all" => {
            Some("days of every approval that is waited for".into())
        }
        Edit::Sooner { approval, .. } => {
            let rules = asking(law, approval, None);
            Some(format!("days of `{approval}`{rules}"))
        }
        Edit::Out {
            table: TableName::Authorizations,
            id,
            ..
        }
        | Edit::Set {
            table: TableName::Authorizations,
            id,
            ..
        } => record(scenario, id).map(|row| {
            let grantor = scenario
                .parties()
                .iter()
                .find(|party| party.party == row.grantor);
            let state = grantor.map(|party| party.state.as_str());
            let kind = row.kind.as_str();
            let granted = law.approvals().find(|approval| {
                approval.id == kind || approval.kinds.iter().any(|other| other == kind)
            });
            let rules =
                granted.map_or_else(String::new, |approval| asking(law, &approval.id, state));
            format!("`{id}`: {kind} of {}{rules}", row.grantor)
        }),
        _ => None,
    }
}

/// The rules that ask for an approval, of a state where one is named, as ` (citation; citation)`.
fn asking(law: &Law, approval: &str, state: Option<&str>) -> String {
    let mut cited: Vec<&str> = Vec::new();
    for rule in law.rules() {
        let theirs = &law.regime_of(rule).state;
        let asks = rule.approvals.iter().any(|one| one == approval);
        let of_state = state.is_none_or(|state| theirs == state || theirs == "*");
        if asks && of_state && !cited.contains(&rule.citation.as_str()) {
            cited.push(&rule.citation);
        }
    }
    match cited.as_slice() {
        [] => String::new(),
        [first] => format!(" ({first})"),
        [first, rest @ ..] => format!(" ({first}; and {} more)", rest.len()),
    }
}

fn record<'a>(scenario: &'a Scenario, id: &str) -> Option<&'a Authorization> {
    let mut rows = scenario.authorizations().iter();
    rows.find(|row| row.authorization.as_str() == id)
}

/// The policies of a rule, by its id or theirs; that which bears the id of the rule first.
fn named<'a>(law: &'a Law, id: &'a str) -> impl Iterator<Item = &'a Rule> {
    let rules = || law.rules().iter();
    let own = rules().filter(move |rule| rule.policy == id);
    own.chain(rules().filter(move |rule| rule.policy != id && rule.id() == id))
}
