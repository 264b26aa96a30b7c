//! Failures to look at: told by the scenario, or one of everything.

use darsena_scenario::{Change, ChangeKind, Edit, Scenario, Span, TableName};
use jiff::ToSpan;
use jiff::civil::Date;

use crate::stress::Failure;

/// What fails, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// Every site.
    Site,
    /// Every recipe.
    Recipe,
    /// Every resource that a recipe may use.
    Resource,
    /// Every lane.
    Lane,
}

impl Every {
    fn table(self) -> TableName {
        match self {
            Every::Site => TableName::Sites,
            Every::Recipe => TableName::Recipes,
            Every::Resource => TableName::Resources,
            Every::Lane => TableName::Lanes,
        }
    }
}

/// Returns a failure of every site, recipe, resource or lane, out of use from `from` for so many days, in order of id.
#[must_use]
pub fn every(scenario: &Scenario, what: Every, from: Date, days: u32) -> Vec<Failure> {
    let until = from
        .checked_add(i64::from(days).days())
        .unwrap_or(Date::MAX);
    let table = what.table();
    let ids: Vec<&str> = match what {
        Every::Site => { scenario.sites().iter() }
            .map(|row| row.site.as_str())
            .collect(),
        Every::Recipe => { scenario.recipes().iter() }
            .map(|row| row.recipe.as_str())
            .collect(),
        Every::Resource => { scenario.resources().iter() }
            .map(|row| row.resource.as_str())
            .collect(),
        Every::Lane => { scenario.lanes().iter() }
            .map(|row| row.lane.as_str())
            .collect(),
    };
    let failure = |id: &str| Failure {
        change: Change {
            id: id.to_string(),
            kind: ChangeKind::Disruption,
            edits: vec![Edit::Out {
                table,
                id: id.to_string(),
                span: Span::days(from, until),
            }],
            cost: 0.0,
        },
        from,
    };
    ids.into_iter().map(failure).collect()
}

/// Returns the disruptions that the scenario's table `changes` tells, in order of id, and the ids of those that touch repair
/// alone, of which no plan can say anything. Each is known from its first day.
#[must_use]
pub fn told(scenario: &Scenario) -> (Vec<Failure>, Vec<String>) {
    let disruptions = Change::told(scenario).into_iter();
    let disruptions = disruptions.filter(|change| change.kind == ChangeKind::Disruption);
    let (disruptions, of_repair): (Vec<Change>, Vec<Change>) =
        disruptions.partition(|change| change.touches_production(scenario));
    let failures = disruptions.into_iter().map(|change| Failure {
        from: first_day(scenario, &change),
        change,
    });
    let of_repair = of_repair.into_iter().map(|change| change.id);
    (failures.collect(), of_repair.collect())
}

/// The first day on which a change holds.
pub(crate) fn first_day(scenario: &Scenario, change: &Change) -> Date {
    let start = scenario.head().start;
    let spans = change.edits.iter().map(|edit| match edit {
        Edit::Out { span, .. } | Edit::Set { span, .. } | Edit::Scale { span, .. } => {
            span.from.unwrap_or(start)
        }
        Edit::Lifted { .. } | Edit::Sooner { .. } | Edit::LawOf { .. } => start,
    });
    spans.min().unwrap_or(start)
}
