//! Rows by themselves: intervals, dates, and columns that must fit each other.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Checker, Draft};
use crate::cell::Record;
use crate::finding::{Finding, Severity};
use crate::head::Objective;
use crate::tables::{
    Capacity, Closure, Dock, Lane, PartyKind, Priority, ReadyFleet, Recipe, TableName,
};

pub(super) fn check(checker: &mut Checker<'_>) {
    present(checker);
    parties_and_sites(checker);
    recipes(checker);
    capacity(checker);
    lanes(checker);
    stock(checker);
    demands(checker);
    priorities(checker);
    let drafts = checker.drafts;
    intervals(checker, &drafts.recipes);
    intervals(checker, &drafts.capacity);
    intervals(checker, &drafts.lanes);
    intervals(checker, &drafts.priorities);
    intervals(checker, &drafts.docks);
    intervals(checker, &drafts.closures);
    intervals(checker, &drafts.ready_fleet);
    for (row, line) in drafts.changes.with(&["from", "until"]) {
        ordered(
            checker,
            &drafts.changes,
            line,
            ("from", row.from),
            ("until", row.until),
        );
    }
    for (row, line) in drafts.authorizations.with(&["date", "until"]) {
        ordered(
            checker,
            &drafts.authorizations,
            line,
            ("date", row.date),
            ("until", row.until),
        );
    }
}

/// A row that holds over an interval of dates.
trait Dated {
    fn from(&self) -> Option<Date>;
    fn until(&self) -> Option<Date>;
}

macro_rules! dated {
    ($($row:ident: $from:expr, $until:expr;)*) => { $(
        impl Dated for $row {
            fn from(&self) -> Option<Date> { $from(self) }
            fn until(&self) -> Option<Date> { $until(self) }
        }
    )* };
}

dated! {
    Recipe: |row: &Recipe| row.from, |row: &Recipe| row.until;
    Capacity: |row: &Capacity| Some(row.from), |row: &Capacity| row.until;
    Lane: |row: &Lane| row.from, |row: &Lane| row.until;
    Priority: |row: &Priority| Some(row.from), |row: &Priority| row.until;
    Dock: |row: &Dock| row.from, |row: &Dock| row.until;
    Closure: |row: &Closure| Some(row.from), |row: &Closure| Some(row.until);
    ReadyFleet: |row: &ReadyFleet| Some(row.from), |row: &ReadyFleet| row.until;
}

/// Intervals end after they begin and touch the horizon.
fn intervals<R: Record + Dated>(checker: &mut Checker<'_>, draft: &Draft<R>) {
    let (first, last) = (draft.columns(&["from"]), draft.columns(&["until"]));
    for (row, place) in draft.rows.iter().zip(&draft.places) {
        let line = place.line;
        let from = row.from().filter(|_| !place.unread.meet(first));
        let until = row.until().filter(|_| !place.unread.meet(last));
        if !ordered(checker, draft, line, ("from", from), ("until", until)) {
            continue;
        }
        let Some(horizon) = checker.horizon else {
            continue;
        };
        let (column, date) = match (from, until) {
            (_, Some(until)) if until <= horizon.start() => ("until", until),
            (Some(from), _) if from >= horizon.end() => ("from", from),
            _ => continue,
        };
        let message = "the interval lies outside the horizon";
        let help = format!(
            "the horizon is from {} until {}",
            horizon.start(),
            horizon.end()
        );
        let finding = Finding::warning("outside-horizon", &draft.file, message);
        checker.push(
            finding
                .at(line)
                .column(column)
                .found(&date.to_string())
                .help(help),
        );
    }
}

/// Whether the second date is after the first; a finding if not.
fn ordered<R>(
    checker: &mut Checker<'_>,
    draft: &Draft<R>,
    line: u32,
    (first, from): (&str, Option<Date>),
    (second, until): (&str, Option<Date>),
) -> bool {
    let (Some(from), Some(until)) = (from, until) else {
        return true;
    };
    if from < until {
        return true;
    }
    let (code, message) = if from == until {
        (
            "empty-interval",
            format!("the interval is empty: `{first}` is {from} too"),
        )
    } else {
        (
            "inverted-interval",
            format!("the interval ends before it begins: `{first}` is {from}"),
        )
    };
    let help = format!("`{second}` is the first day after the interval; blank means without end");
    let finding = Finding::error(code, &draft.file, message);
    checker.push(
        finding
            .at(line)
            .column(second)
            .found(&until.to_string())
            .help(help),
    );
    false
}

/// Tables every scenario has.
fn present(checker: &mut Checker<'_>) {
    for name in [TableName::Sites, TableName::Items] {
        let table = checker.package.table(name);
        if table.is_empty() && table.is_readable() {
            let (code, message, file) = if table.columns().is_empty() {
                (
                    "missing-table",
                    format!("there is no table `{name}`"),
                    checker.package.descriptor_file(),
                )
            } else {
                ("empty-table", "it has no rows".to_string(), table.file())
            };
            let mut finding = Finding::error(code, file, message);
            finding.row = match table.columns().is_empty() {
                true => checker.package.listed_at(),
                false => Some(1),
            };
            checker.push(
                finding
                    .found(name.as_str())
                    .help("every scenario has sites and items"),
            );
        }
    }
}

fn parties_and_sites(checker: &mut Checker<'_>) {
    let parties = &checker.drafts.parties;
    for (party, line) in parties.with(&["party", "kind", "state"]) {
        if party.kind == PartyKind::State && party.state.as_str() != party.party.as_str() {
            let message = format!(
                "`{}` is a state but lives under `{}`",
                party.party, party.state
            );
            let help = format!("write `{}`, or another kind", party.party);
            let finding = Finding::error("state-of-state", &parties.file, message);
            checker.push(
                finding
                    .at(line)
                    .column("state")
                    .found(&party.state)
                    .help(help),
            );
        }
    }
    let sites = &checker.drafts.sites;
    for (site, line) in sites.each() {
        for (column, value, most) in [
            ("latitude", site.latitude, 90.0),
            ("longitude", site.longitude, 180.0),
        ] {
            if let Some(value) = value.filter(|value| value.abs() > most) {
                let message = format!("`{value}` is not on the globe");
                let help = format!("write degrees between -{most} and {most}");
                let finding = Finding::error("off-the-globe", &sites.file, message);
                checker.push(
                    finding
                        .at(line)
                        .column(column)
                        .found(&value.to_string())
                        .help(help),
                );
            }
        }
    }
    for (site, line) in sites.with(&["latitude", "longitude"]) {
        if site.latitude.is_some() != site.longitude.is_some() {
            let column = if site.latitude.is_none() {
                "latitude"
            } else {
                "longitude"
            };
            let message = "one coordinate alone is no place";
            let finding = Finding::warning("half-a-place", &sites.file, message);
            checker.push(finding.at(line).column(column).help("write both or none"));
        }
    }
}

fn recipes(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    let site_of = |resource: &str| {
        drafts
            .find(TableName::Resources, resource)
            .map(|n| &drafts.resources.rows[n].site)
    };
    let table = checker.package.table(TableName::Recipes);
    let place = |name: &str| table.columns().iter().position(|column| column == name);
    if let (Some(usage), resource) = (place("usage"), place("resource")) {
        for row in 0..table.len() {
            let resource = resource.map_or("", |column| table.cell(row, column));
            let usage = table.cell(row, usage);
            if resource.is_empty() && !usage.is_empty() {
                let message = "there is a usage but no resource";
                let finding = Finding::error("usage-without-resource", table.file(), message);
                let help = "name the resource, or leave the usage blank";
                checker.push(
                    finding
                        .at(table.line(row))
                        .column("usage")
                        .found(usage)
                        .help(help),
                );
            }
        }
    }
    for (recipe, line) in drafts.recipes.each() {
        if let Some(resource) = &recipe.resource
            && let Some(site) = site_of(resource).filter(|site| checker.differ(site, &recipe.site))
        {
            let file = &drafts.recipes.file;
            checker.push(other_site(
                file,
                line,
                resource,
                site,
                "recipe",
                &recipe.site,
            ));
        }
    }
    for (recipe, line) in drafts.recipes.with(&["lead_time_days", "from", "until"]) {
        let Some(horizon) = checker.horizon else {
            continue;
        };
        let lead = horizon.periods_for_days(recipe.lead_time_days);
        let window = horizon.span(recipe.from, recipe.until);
        if !window.is_empty() && window.start + lead >= horizon.len() {
            let message = format!(
                "a run takes {} days and none can end before {}",
                recipe.lead_time_days,
                horizon.end()
            );
            let finding = Finding::warning("never-ends", &drafts.recipes.file, message);
            let found = recipe.lead_time_days.to_string();
            checker.push(
                finding
                    .at(line)
                    .column("lead_time_days")
                    .found(&found)
                    .help("work already under way belongs into `receipts`; or plan more periods"),
            );
        }
    }
    for (row, line) in drafts.recipe_resources.each() {
        let file = &drafts.recipe_resources.file;
        let Some(recipe) = drafts.find(TableName::Recipes, &row.recipe) else {
            continue;
        };
        let recipe = &drafts.recipes.rows[recipe];
        if let Some(site) = site_of(&row.resource).filter(|site| checker.differ(site, &recipe.site))
        {
            checker.push(other_site(
                file,
                line,
                &row.resource,
                site,
                "recipe",
                &recipe.site,
            ));
        }
        if recipe.resource.as_ref() == Some(&row.resource) {
            let message = format!(
                "recipe `{}` names `{}` as its one resource already",
                row.recipe, row.resource
            );
            let finding = Finding::error("duplicate-usage", file, message);
            let help = "keep it here or in `recipes`, not in both";
            checker.push(
                finding
                    .at(line)
                    .column("resource")
                    .found(&row.resource)
                    .help(help),
            );
        }
    }
}

/// A resource that is not where it is used.
pub(super) fn other_site(
    file: &str,
    line: u32,
    resource: &str,
    there: &str,
    user: &str,
    here: &str,
) -> Finding {
    let message = format!("`{resource}` is at `{there}`, the {user} is at `{here}`");
    let finding = Finding::error("other-site", file, message);
    finding
        .at(line)
        .column("resource")
        .found(resource)
        .help("name a resource of the same site")
}

fn capacity(checker: &mut Checker<'_>) {
    let draft = &checker.drafts.capacity;
    for (row, line) in draft.with(&["ramp_to", "until"]) {
        if row.ramp_to.is_some() && row.until.is_none() {
            let finding =
                Finding::error("ramp-without-end", &draft.file, "a ramp needs an `until`");
            let help = "write the day on which `ramp_to` is reached";
            checker.push(finding.at(line).column("until").help(help));
        }
    }
    let rows = || {
        draft
            .with(&["resource", "from", "until"])
            .map(|(row, line)| (&row.resource, row.from, row.until, line))
    };
    overlaps(checker, &draft.file, Severity::Error, rows());
    let Some(horizon) = checker.horizon else {
        return;
    };
    // A row whose resource or dates could not be read may fill the gap.
    let dates = draft.columns(&["from", "until"]);
    let unsure: BTreeSet<&str> = { draft.rows.iter().zip(&draft.places) }
        .filter(|(_, place)| place.unread.meet(dates))
        .map(|(row, _)| row.resource.as_str())
        .collect();
    if !draft.whole(&["resource"]) {
        return;
    }
    for ((resource, _, until, first), (next, from, _, line)) in rows().zip(rows().skip(1)) {
        let Some(until) = until.filter(|_| resource == next && !unsure.contains(next.as_str()))
        else {
            continue;
        };
        let gap = crate::time::days_between(until, from);
        if gap > 0 && (gap as f64) < horizon.period().mean_days() {
            let message = format!("days without capacity between row {first} and this one: {gap}");
            let help = format!(
                "`until` is the first day after the interval: in row {first} write `{from}`"
            );
            let finding = Finding::warning("capacity-gap", &draft.file, message);
            checker.push(
                finding
                    .at(line)
                    .column("from")
                    .found(&from.to_string())
                    .help(help),
            );
        }
    }
}

/// Intervals of the same thing, in order of their first days, do not overlap.
pub(super) fn overlaps<T: PartialEq>(
    checker: &mut Checker<'_>,
    file: &str,
    severity: Severity,
    rows: impl Iterator<Item = (T, Date, Option<Date>, u32)>,
) {
    // The row that reaches furthest so far.
    let mut reach: Option<(T, Date, Option<Date>, u32)> = None;
    for (what, from, until, line) in rows {
        let mut further = true;
        if let Some((_, begins, ends, first)) = reach.as_ref().filter(|row| row.0 == what) {
            // Rows with the same first day are duplicates already.
            if *begins < from && ends.is_none_or(|ends| ends > from) {
                let mut finding = overlap(file, line, from, *first, *ends);
                finding.severity = severity;
                checker.push(finding);
            }
            further = ends.is_some_and(|ends| until.is_none_or(|until| until >= ends));
        }
        if further {
            reach = Some((what, from, until, line));
        }
    }
}

/// Resources without capacity or use, and a scenario in which nothing is wanted.
pub(super) fn left_over(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    if drafts.demands.rows.is_empty() && drafts.jobs.rows.is_empty() {
        let message = "there are neither demands nor jobs";
        let file = checker.package.descriptor_file();
        let mut finding = Finding::warning("nothing-wanted", file, message);
        finding.row = checker.package.listed_at();
        checker.push(finding.help("a plan needs `demands`, a repair schedule needs `jobs`"));
    }
    // What is used but has nothing to give, and what has and is not used.
    let mut used: Vec<&str> = drafts
        .recipes
        .rows
        .iter()
        .filter_map(|r| r.resource.as_deref())
        .collect();
    used.extend(
        drafts
            .recipe_resources
            .rows
            .iter()
            .map(|row| row.resource.as_str()),
    );
    used.extend(
        drafts
            .mode_usage
            .rows
            .iter()
            .map(|row| row.resource.as_str()),
    );
    used.sort_unstable();
    for (resource, line) in drafts.resources.each() {
        let file = &drafts.resources.file;
        let id = resource.resource.as_str();
        let is_used = used.binary_search(&id).is_ok();
        let rows = &drafts.capacity.rows;
        let has = rows
            .binary_search_by(|row| row.resource.as_str().cmp(id))
            .is_ok();
        if is_used && !has {
            let finding = Finding::warning(
                "no-capacity",
                file,
                format!("`{id}` has no capacity on any day"),
            );
            checker.push(
                finding
                    .at(line)
                    .column("resource")
                    .found(id)
                    .help("add rows to `capacity`"),
            );
        } else if !is_used {
            let finding = Finding::warning("unused", file, format!("nothing uses `{id}`"));
            let help = "name it in `recipes`, `recipe_resources` or `mode_usage`, or leave it out";
            checker.push(finding.at(line).column("resource").found(id).help(help));
        }
    }
}

fn overlap(file: &str, line: u32, from: Date, first: u32, until: Option<Date>) -> Finding {
    let message = match until {
        Some(until) => format!("the interval overlaps that of row {first}, which ends on {until}"),
        None => format!("the interval overlaps that of row {first}, which does not end"),
    };
    let finding = Finding::error("overlap", file, message);
    let help = format!("end row {first} on `{from}` or begin this one later");
    finding
        .at(line)
        .column("from")
        .found(&from.to_string())
        .help(help)
}

fn lanes(checker: &mut Checker<'_>) {
    let draft = &checker.drafts.lanes;
    for (lane, line) in draft.with(&["from_site", "to_site"]) {
        if lane.from_site == lane.to_site {
            let finding = Finding::error(
                "lane-to-itself",
                &draft.file,
                "the lane ends where it starts",
            );
            let help = "a lane leads from one site to another";
            checker.push(
                finding
                    .at(line)
                    .column("to_site")
                    .found(&lane.to_site)
                    .help(help),
            );
        }
    }
    for (lane, line) in draft.with(&["transit_days", "from", "until"]) {
        let Some(horizon) = checker.horizon else {
            continue;
        };
        let window = horizon.span(lane.from, lane.until);
        let transit = horizon.periods_for_days(lane.transit_days);
        if !window.is_empty() && window.start + transit >= horizon.len() {
            let message = format!("nothing sent on it arrives before {}", horizon.end());
            let finding = Finding::warning("never-arrives", &draft.file, message);
            let found = lane.transit_days.to_string();
            let help = "check the days; or plan more periods";
            checker.push(
                finding
                    .at(line)
                    .column("transit_days")
                    .found(&found)
                    .help(help),
            );
        }
    }
    let draft = &checker.drafts.transits;
    for (transit, line) in draft.with(&["from_site", "to_site"]) {
        if transit.from_site == transit.to_site {
            let message = "the passage ends where it starts";
            let finding = Finding::error("lane-to-itself", &draft.file, message);
            let help = "a passage leads from one site to another";
            checker.push(
                finding
                    .at(line)
                    .column("to_site")
                    .found(&transit.to_site)
                    .help(help),
            );
        }
    }
}

fn stock(checker: &mut Checker<'_>) {
    let draft = &checker.drafts.stockpiles;
    for (pile, line) in draft.with(&["floor", "quantity"]) {
        if pile.floor > pile.quantity {
            let message = format!(
                "the floor {} is above the {} units at hand",
                pile.floor, pile.quantity
            );
            let finding = Finding::warning("below-floor", &draft.file, message);
            checker.push(
                finding
                    .at(line)
                    .column("floor")
                    .found(&pile.floor.to_string())
                    .help("a plan fills it first; lower the floor if that is not meant"),
            );
        }
    }
    for (pile, line) in draft.with(&["floor", "floor_cost"]) {
        if pile.floor_cost.is_some() && pile.floor == 0.0 {
            let finding = Finding::warning(
                "no-floor",
                &draft.file,
                "there is a floor cost but no floor",
            );
            checker.push(
                finding
                    .at(line)
                    .column("floor_cost")
                    .help("write the floor, or leave the cost blank"),
            );
        }
    }
    let draft = &checker.drafts.receipts;
    let Some(horizon) = checker.horizon else {
        return;
    };
    for (receipt, line) in draft.with(&["date"]) {
        let (message, help) = if receipt.date < horizon.start() {
            let message = format!(
                "`{}` is before the horizon starts on {}",
                receipt.date,
                horizon.start()
            );
            (
                message,
                "units that are there already belong into `stockpiles`".to_string(),
            )
        } else if receipt.date >= horizon.end() {
            let message = format!("`{}` is past the horizon", receipt.date);
            (
                message,
                format!(
                    "the last day is {}; plan more periods, or leave the row out",
                    before(horizon.end())
                ),
            )
        } else {
            continue;
        };
        let finding = Finding::error("outside-horizon", &draft.file, message);
        checker.push(
            finding
                .at(line)
                .column("date")
                .found(&receipt.date.to_string())
                .help(help),
        );
    }
}

/// The day before.
fn before(date: Date) -> Date {
    date.yesterday().unwrap_or(date)
}

fn demands(checker: &mut Checker<'_>) {
    let draft = &checker.drafts.demands;
    let weighted = checker
        .package
        .head()
        .is_some_and(|h| h.objective == Some(Objective::Weighted));
    for (demand, line) in draft.with(&["due"]) {
        let due = demand.due.to_string();
        if let Some(horizon) = checker.horizon {
            if demand.due >= horizon.end() {
                let message = format!("`{due}` is past the horizon");
                let help = format!(
                    "the last day is {}; plan more periods, or leave the demand out",
                    before(horizon.end())
                );
                let finding = Finding::error("outside-horizon", &draft.file, message);
                checker.push(finding.at(line).column("due").found(&due).help(help));
            } else if demand.due < horizon.start() {
                let message = format!(
                    "`{due}` is before the horizon and counts as {}",
                    horizon.start()
                );
                let finding = Finding::warning("overdue", &draft.file, message);
                let help = "it is late from the first period on; leave it out if it is served";
                checker.push(finding.at(line).column("due").found(&due).help(help));
            }
        }
        if let Some(deadline) = demand.deadline.filter(|deadline| *deadline <= demand.due) {
            let message = format!("the deadline is not after the due date {due}");
            let finding = Finding::error("deadline-before-due", &draft.file, message);
            let help = "`deadline` is the first day on which units are no longer accepted";
            checker.push(
                finding
                    .at(line)
                    .column("deadline")
                    .found(&deadline.to_string())
                    .help(help),
            );
        }
    }
    let due = draft.columns(&["due"]);
    for (demand, place) in draft.rows.iter().zip(&draft.places) {
        let past = |deadline: &Date| {
            checker
                .horizon
                .is_some_and(|horizon| *deadline <= horizon.start())
        };
        if let Some(deadline) = demand
            .deadline
            .filter(past)
            // Before the day it is due, that has been said.
            .filter(|deadline| place.unread.meet(due) || *deadline > demand.due)
        {
            let message = "the deadline has passed when the horizon starts";
            let finding = Finding::error("deadline-past", &draft.file, message);
            let help = "nothing can be delivered any more: leave the demand out";
            checker.push(
                finding
                    .at(place.line)
                    .column("deadline")
                    .found(&deadline.to_string())
                    .help(help),
            );
        }
    }
    for (demand, line) in draft.with(&["quantity"]) {
        if demand.quantity == 0.0 {
            let finding = Finding::warning("zero", &draft.file, "nothing is wanted");
            checker.push(
                finding
                    .at(line)
                    .column("quantity")
                    .found("0")
                    .help("leave the row out"),
            );
        }
    }
    for (demand, line) in draft.with(&["tardiness_cost", "unmet_cost"]) {
        if weighted && demand.tardiness_cost == 0.0 && demand.unmet_cost == 0.0 {
            let message = "with the weighted objective it costs nothing to leave it unmet";
            let finding = Finding::warning("costless", &draft.file, message);
            checker.push(
                finding
                    .at(line)
                    .column("unmet_cost")
                    .help("write what an open unit costs"),
            );
        }
    }
}

fn priorities(checker: &mut Checker<'_>) {
    let draft = &checker.drafts.priorities;
    for (row, line) in draft
        .with(&["party", "demand"])
        .filter(|(row, _)| row.party.is_some() == row.demand.is_some())
    {
        let (message, help) = match row.party {
            Some(_) => (
                "it names both a party and a demand",
                "split it into two rows",
            ),
            None => ("it names neither a party nor a demand", "name one of them"),
        };
        let finding = Finding::error("party-or-demand", &draft.file, message);
        checker.push(finding.at(line).column("party").help(help));
    }
    let rows = draft
        .with(&["party", "demand", "from", "until"])
        .filter(|(row, _)| row.party.is_some() != row.demand.is_some())
        .map(|(row, line)| ((&row.party, &row.demand), row.from, row.until, line));
    overlaps(checker, &draft.file, Severity::Error, rows);
}
