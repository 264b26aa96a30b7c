//! Every sentence of the brief, in one place: English.
//!
//! A sentence with figures in it is a function of ready-made pieces, so that figures keep their
//! binding to rows and another language may order them otherwise. A second language is a second
//! file with the same names.

use darsena_milp::Status;
use darsena_plan::{Cause, Measure};
use darsena_scenario::{Horizon, Objective, Period, SourceGrade};
use jiff::civil::Date;
use maud::{Markup, html};

use crate::figures::stretches;

pub(crate) const LANGUAGE: &str = "en";

// Words that stand in drawings and tables.
pub(crate) const END_ITEMS: &str = "end items";
pub(crate) const PARTS: &str = "parts";
pub(crate) const ON_TIME: &str = "on time";
pub(crate) const LATE: &str = "late";
pub(crate) const UNMET: &str = "unmet";
pub(crate) const DUE: &str = "due";
pub(crate) const DELIVERED: &str = "delivered";
pub(crate) const FLOOR: &str = "floor";
pub(crate) const HELD: &str = "held";
pub(crate) const NONE: &str = "–";
pub(crate) const NUMBERS: &str = "The numbers as a table";
pub(crate) const CONTENTS: &str = "Contents";
pub(crate) const SKIP: &str = "Skip to the text";

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A date in full: `30 June 2024` shortened to `30 Jun 2024`.
pub(crate) fn date(date: Date) -> String {
    format!("{} {} {}", date.day(), month(date), date.year())
}

fn month(date: Date) -> &'static str {
    MONTHS[usize::try_from(date.month() - 1).unwrap_or(0).min(11)]
}

/// How period `t` is called: `Jul 2024` where periods are months of the calendar.
pub(crate) fn period(horizon: &Horizon, t: usize) -> String {
    let start = horizon.start_of(t);
    match horizon.period() {
        Period::Month if start.day() == 1 => format!("{} {}", month(start), start.year()),
        Period::Quarter if horizon.label(t).contains('Q') => {
            format!("Q{} {}", (start.month() - 1) / 3 + 1, start.year())
        }
        _ => date(start),
    }
}

/// First and last period of a stretch.
pub(crate) fn stretch(horizon: &Horizon, (first, last): (usize, usize)) -> String {
    if first == last {
        period(horizon, first)
    } else {
        format!("{} to {}", period(horizon, first), period(horizon, last))
    }
}

/// Periods as stretches: all of them when they are few, else their ends and their number.
pub(crate) fn stretches_of(horizon: &Horizon, periods: &[usize]) -> String {
    let stretches = stretches(periods);
    match &stretches[..] {
        [] => NONE.to_owned(),
        [all] if *all == (0, horizon.len() - 1) => format!("every {}", horizon.period()),
        [one] => stretch(horizon, *one),
        [a, b] => format!("{} and {}", stretch(horizon, *a), stretch(horizon, *b)),
        [first, .., last] => format!(
            "{} of the {} from {} to {}",
            periods.len(),
            plural_period(horizon, 2.0),
            period(horizon, first.0),
            period(horizon, last.1)
        ),
    }
}

/// `month` or `months`.
pub(crate) fn plural_period(horizon: &Horizon, count: f64) -> String {
    plural(horizon.period().as_str(), count)
}

/// The English plural of a unit: short signs such as `t` and words such as `aircraft` stay as they are.
pub(crate) fn plural(unit: &str, count: f64) -> String {
    let stays = unit.chars().count() <= 2 || unit.ends_with("craft") || !unit.ends_with(|c: char| c.is_ascii_lowercase());
    if (count - 1.0).abs() < 1e-9 || stays {
        return unit.to_owned();
    }
    let ends = |endings: &[&str]| endings.iter().any(|ending| unit.ends_with(ending));
    if ends(&["s", "x", "ch", "sh"]) {
        format!("{unit}es")
    } else if unit.ends_with('y') && !ends(&["ay", "ey", "oy", "uy"]) {
        format!("{}ies", &unit[..unit.len() - 1])
    } else {
        format!("{unit}s")
    }
}

/// `missile-months`: units times the periods they wait.
pub(crate) fn unit_periods(unit: &str, horizon: &Horizon) -> String {
    format!("{unit}-{}", plural_period(horizon, 2.0))
}

/// What a reader is told of the proof.
pub(crate) fn status(status: Status) -> &'static str {
    match status {
        Status::Optimal => "proved best",
        Status::Feasible => "feasible, not proved best",
        Status::TimeLimit => "best found when time ran out, not proved best",
        Status::Stopped => "best found when the run was stopped, not proved best",
        other => other.as_str(),
    }
}

pub(crate) fn objective(objective: Objective) -> &'static str {
    match objective {
        Objective::Weighted => "weighted: one sum of all costs, with prices on being late and unmet",
        _ => "lexicographic: priorities one after the other, then cost",
    }
}

/// A stage of the objective.
pub(crate) fn measure(measure: Measure, horizon: &Horizon, currency: &str) -> String {
    let periods = plural_period(horizon, 2.0);
    match measure {
        Measure::Floors => format!("Missing to floors, unit-{periods}"),
        Measure::Late { priority } => format!("Open demands of priority {priority}, unit-{periods}"),
        Measure::Cost => format!("Cost, {currency}"),
        _ => "Other".to_owned(),
    }
}

pub(crate) fn grade(grade: SourceGrade) -> &'static str {
    match grade.as_str() {
        "A" => "A, official or company text",
        "B" => "B, established press",
        "C" => "C, copy of an agency report",
        "D" => "D, weak: needs a second source",
        "E" => "E, our own estimate",
        other => other,
    }
}

/// Names that a reason needs, in words of the scenario.
pub(crate) trait Names {
    fn item(&self, item: usize) -> Markup;
    fn site(&self, site: usize) -> Markup;
    fn party(&self, party: usize) -> Markup;
    fn resource(&self, resource: usize) -> Markup;
    /// What a recipe makes, where, and its lead time in days.
    fn recipe(&self, recipe: usize) -> (Markup, Markup, Markup);
    /// Where a lane starts, where it ends, and its transit time in days.
    fn lane(&self, lane: usize) -> (Markup, Markup, Markup);
}

/// Why a demand waits.
pub(crate) fn cause(cause: &Cause, names: &impl Names) -> Markup {
    match cause {
        Cause::Capacity { resource } => html! { (names.resource(*resource)) " cannot do more" },
        Cause::Material { item } => html! { "no more " (names.item(*item)) " is to be had" },
        Cause::LeadTime { recipe } => {
            let (item, site, days) = names.recipe(*recipe);
            html! { "making " (item) " takes " (days) " days at " (site) }
        }
        Cause::Transit { lane } => {
            let (from, to, days) = names.lane(*lane);
            html! { "the way from " (from) " to " (to) " takes " (days) " days" }
        }
        Cause::Lane { lane } => {
            let (from, to, _) = names.lane(*lane);
            html! { "the lane from " (from) " to " (to) " carries no more" }
        }
        Cause::LaneDates { lane } => {
            let (from, to, _) = names.lane(*lane);
            html! { "the lane from " (from) " to " (to) " is not open in time" }
        }
        Cause::RecipeDates { recipe } => {
            let (item, site, _) = names.recipe(*recipe);
            html! { (item) " may not be made in time at " (site) }
        }
        Cause::LineShut { recipe } => {
            let (item, site, _) = names.recipe(*recipe);
            html! { "the line for " (item) " stays shut at " (site) }
        }
        Cause::Priority { party } => html! { (names.party(*party)) " is served first" },
        Cause::Floor { site, item } => {
            html! { (names.item(*item)) " is kept as a floor at " (names.site(*site)) }
        }
        Cause::MadeIn => html! { "only units made in certain states are accepted" },
        Cause::Cost => html! { "it could be served, at a cost above what its lateness is priced at" },
        Cause::Several => html! { "several things stand in the way together; no single one helps alone" },
        _ => html! { "a reason without a name yet" },
    }
}

/// What relaxing one thing alone was found to gain.
pub(crate) fn gain(waiting: Markup, units: Option<Markup>) -> Markup {
    html! {
        "without this, " (waiting) " less waiting"
        @if let Some(units) = units { " and " (units) " more within the horizon" }
    }
}

// The front page.

pub(crate) const FRONT: &str = "The plan in brief";
pub(crate) const BINDS: &str = "What binds";
pub(crate) const WAITS: &str = "Who waits, and why";
pub(crate) const BY_PRIORITY: &str = "By priority";
pub(crate) const BY_PARTY: &str = "By customer";

/// The first sentence for one unit.
pub(crate) fn headline(due: Markup, on_time: Markup, late: Markup, unmet: Markup, share: Markup) -> Markup {
    html! {
        "Of " (due) " due, " (on_time) " come on time (" (share) "), " (late) " come late and " (unmet) " do not come within the horizon."
    }
}

pub(crate) fn horizon(from: Markup, until: Markup, count: Markup, horizon: &Horizon) -> Markup {
    html! { (from) " to " (until) " (" (count) " " (plural_period(horizon, 2.0)) ")" }
}

pub(crate) const PRIORITY_NOTE: &str = "A demand counts under the priority in force on the day it is due; 1 is served first. \
    Quantities are added up only over items counted in the same unit.";
pub(crate) const NOTHING_BINDS: &str = "Nothing binds: no capacity, material or lane has a shadow price in this plan.";
pub(crate) const NO_PRICES: &str = "This run gave no shadow prices, so what binds is not said here; the utilisation strips show what is full.";
pub(crate) const NOBODY_WAITS: &str = "Nobody waits: every demand is served in the period it is due.";
pub(crate) const NOT_PROVED: &str = "no reason was sought in this run";

/// One thing that binds.
pub(crate) fn binds(
    name: Markup,
    when: Markup,
    period: &str,
    deliveries: Option<Markup>,
    waiting: Option<Markup>,
    money: Option<Markup>,
) -> Markup {
    let pieces: Vec<Markup> = [
        deliveries.map(|units| html! { (units) " more within the horizon" }),
        waiting.map(|waiting| html! { (waiting) " less waiting" }),
        money.map(|money| html! { (money) " lower cost" }),
    ]
    .into_iter()
    .flatten()
    .collect();
    html! {
        strong { (name) } " binds: " (when) ". One more unit of it in each such " (period) " is worth "
        @if pieces.is_empty() { "nothing that is measured" }
        @for (place, piece) in pieces.iter().enumerate() {
            @if place > 0 && place + 1 == pieces.len() { " and " } @else if place > 0 { ", " }
            (piece)
        }
        "."
    }
}

/// Who waits.
pub(crate) fn waits(party: Markup, item: Markup, parts: &[Markup], delay: Option<Markup>) -> Markup {
    html! {
        strong { (party) } ", " (item) ": "
        @for (place, part) in parts.iter().enumerate() {
            @if place > 0 { ", " }
            (part)
        }
        @if let Some(delay) = delay { "; late units come " (delay) " late on average" }
        "."
    }
}

pub(crate) fn more_waits(count: Markup) -> Markup {
    html! { (count) " more wait; all stand under " a href="#late" { (LATE_TITLE) } "." }
}

// Sections.

pub(crate) const DELIVERIES: &str = "Deliveries over time";
pub(crate) const DELIVERIES_NOTE: &str = "Units due so far (dashed) against units delivered so far (full line), \
    by the end of each period. The hatched area between them waits.";
pub(crate) const ALL_PARTIES: &str = "All customers";
pub(crate) const CUMULATIVE: &str = "cumulative";
pub(crate) const UNCHANGED: &str = "Periods in which nothing is due and nothing delivered are left out.";

pub(crate) const STOCKS: &str = "Stocks and floors";
pub(crate) const STOCKS_NOTE: &str = "Units held at the end of each period, of everything with a floor and of demanded items \
    that are held anywhere. The dashed line is the floor; a hatched area is missing to it.";
pub(crate) const NO_STOCKS: &str = "Nothing demanded is held at the end of any period, and no floor is set.";

pub(crate) const LATE_TITLE: &str = "Late, and why";
pub(crate) const LATE_NOTE: &str = "One row per customer and item, longest wait first. A gain is what was found by relaxing exactly \
    that thing and solving again while nobody else is served worse. Gains of different things do not add up.";
pub(crate) const EACH_DEMAND: &str = "Every demand";

pub(crate) const WORTH: &str = "What one more unit is worth";
pub(crate) const WORTH_NOTE: &str = "Shadow prices: what one more unit in each period in which the thing has a price would change, \
    added up over those periods. They hold for the first units only, and do not add up over different things.";
pub(crate) const WORTH_CAPACITY: &str = "One more unit of capacity";
pub(crate) const WORTH_MATERIAL: &str = "One more unit of an item at a site";
pub(crate) const WORTH_LANE: &str = "One more unit over a lane";

pub(crate) const LOADS: &str = "How full the resources are";
pub(crate) const LOADS_NOTE: &str = "Each mark is one period; its height is the share of the regular capacity that is used. \
    Periods at the limit are dark and carry a tick on top. Resources are in the order of how often they are full.";
pub(crate) const IDLE: &str = "Not used at all: ";

pub(crate) const LINES: &str = "Lines: do they open, do they pay?";
pub(crate) const LINES_NOTE: &str = "Values are those of the scenario's items, not prices of any contract; transport, overtime and \
    overheads that the scenario does not carry are left out.";
pub(crate) const LINES_CHOICE: &str = "Lines with a fixed cost or a minimum run open or stay shut as a whole.";
pub(crate) const LINES_NO_CHOICE: &str = "No recipe of this scenario has a fixed cost or a minimum run, so none opens or stays shut as a whole.";

pub(crate) const NETWORK: &str = "Who sends what to whom";
pub(crate) const NETWORK_NOTE: &str = "Flows over the whole horizon along great circles, width by quantity, units of all items added up. \
    The Pacific lies in the middle; a flow that leaves at one edge comes in at the other. Outline: Natural Earth, public domain; no borders are drawn.";
pub(crate) const NO_FLOWS: &str = "Nothing is shipped in this plan.";
pub(crate) const WITHIN: &str = "Within one region; flows that leave it are on the map above.";
pub(crate) const WITHOUT_PLACE: &str = "Sites without coordinates, not on the map: ";

pub(crate) const METHOD: &str = "Method and limits";
pub(crate) const SOURCES: &str = "Sources";
pub(crate) const SOURCES_NOTE: &str = "Only sources of rows shown in this brief. The mark (est.) stands where a row rests on our own estimate.";

pub(crate) const ESTIMATE: &str = "est.";

/// How the plan was made and what it cannot say.
pub(crate) const LIMITS: [&str; 6] = [
    "The plan is the solution of a linear program (a mixed integer program where lines open or stay shut, or where whole units are asked for) \
     over all tables of the scenario: recipes with inputs, lead times and capacity, lanes with transit times and limits, stocks with floors, receipts and demands.",
    "It assumes that everything in the tables is known on the first day and turns out as written. A real planner learns as time goes by; \
     read the plan as what could be reached at best, not as a forecast.",
    "Lead and transit times are rounded up to whole periods, and nothing starts that cannot end inside the horizon. \
     Demands due near the end are therefore judged too harshly; units under way at the end count for nothing.",
    "On time means delivered in the period in which it is due. Where several plans are equally good, one of them is shown.",
    "Shadow prices are slopes at this plan, not promises about large changes. A reason is verified by solving again with exactly that one thing relaxed; \
     two bottlenecks in a row may hide each other, and then several things are named together.",
    "Law, finance and politics are in the plan only as far as the tables carry them as dates, limits and priorities. \
     Sums over the whole horizon are not discounted.",
];
