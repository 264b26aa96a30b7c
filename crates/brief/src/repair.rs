//! What the brief is told of repair, and its charts on their own.

use darsena_repair::growth::Growth;
use darsena_repair::reasons::Reason;
use darsena_repair::regain::Regained;
use darsena_repair::{Outcome, Problem, Windows};
use darsena_scenario::Scenario;

use crate::chart::{self, Caption, gantt};
use crate::section::repair::rows;
use crate::text::repair as words;

/// A schedule of repair and everything said of it: read, not made here.
#[derive(Debug, Clone)]
pub struct RepairPage<'a> {
    /// The problem.
    pub problem: &'a Problem,
    /// Its best schedule.
    pub outcome: &'a Outcome,
    /// When each mode may begin under the law, and the rules in the way.
    pub windows: &'a Windows,
    /// What stands in the way of each job.
    pub reasons: &'a [Reason],
    /// What becomes of the schedule when work grows.
    pub growth: Option<&'a Growth>,
    /// What it is compared with.
    pub status_quo: Option<BeforePage<'a>>,
    /// What lifting each rule alone would win; empty where that was not asked.
    pub rules: Vec<RepairRuleRow>,
}

/// The status quo, in which no other state works.
#[derive(Debug, Clone, Copy)]
pub struct BeforePage<'a> {
    /// The problem with home modes alone.
    pub problem: &'a Problem,
    /// Its best schedule.
    pub outcome: &'a Outcome,
    /// What becomes of it when work grows.
    pub growth: Option<&'a Growth>,
    /// What is won against it.
    pub regained: &'a Regained,
}

/// A rule of the law, lifted alone.
#[derive(Debug, Clone, PartialEq)]
pub struct RepairRuleRow {
    /// Id.
    pub rule: String,
    /// In plain words.
    pub plain: String,
    /// Act, section, date.
    pub citation: String,
    /// Address of its first source.
    pub url: Option<String>,
    /// How far it can be trusted, in words.
    pub confidence: String,
    /// Days not ready less, over all assets.
    pub days_regained: i64,
    /// Days late less, over all jobs.
    pub days_less_late: i64,
    /// What that is worth, in the currency of the scenario.
    pub worth: f64,
    /// The most it can be worth, by the bounds.
    pub most: f64,
}

/// What the rows of a Gantt chart are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GanttBy {
    /// Docks, by site.
    Dock,
    /// Ships and aircraft, by home and class.
    Ship,
}

/// Returns a Gantt chart as one SVG file that needs nothing else.
#[must_use]
pub fn gantt_svg(scenario: &Scenario, page: &RepairPage<'_>, by: GanttBy) -> String {
    let told = rows::Told { scenario, page };
    let (groups, title) = match by {
        GanttBy::Dock => (told.by_dock().groups, words::DOCKS),
        GanttBy::Ship => (told.by_ship(), words::SHIPS),
    };
    let head = scenario.head();
    let name = if head.title.is_empty() {
        &head.name
    } else {
        &head.title
    };
    let mut notes = vec![
        name.to_string(),
        words::chart_note(
            &scenario.hash()[..16.min(scenario.hash().len())],
            page.outcome.status.as_str(),
            &crate::section::method::gap(page.outcome.gap()),
        ),
    ];
    if by == GanttBy::Dock {
        notes.push(words::BY_DOCK_NOTE.to_owned());
    }
    let caption = Caption {
        id: "gantt",
        title,
        description: words::GANTT_ALONE,
    };
    gantt::whole(
        &caption,
        &notes,
        &words::GANTT,
        page.problem.start,
        &groups,
        &chart::standalone_style(),
    )
    .into_string()
        + "\n"
}
