//! Every sentence of the brief, in one place: English.
//!
//! A sentence with figures in it is a function of ready-made pieces, so that figures keep their
//! binding to rows and another language may order them otherwise. A second language is a second
//! file with the same names.

use darsena_plan::{Cause, Measure};
use darsena_scenario::{Horizon, Objective, Period, SourceGrade};
use jiff::civil::Date;
use maud::{Markup, html};

use crate::figures::stretches;

pub(crate) mod repair;

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
// Sections in the list of contents.
pub(crate) const TO_FRONT: &str = "In brief";
pub(crate) const TO_NETWORK: &str = "Map";
pub(crate) const TO_SHARES: &str = "Who gets what";
pub(crate) const TO_DELIVERIES: &str = "Deliveries";
pub(crate) const TO_STOCKS: &str = "Stocks";
pub(crate) const TO_LATE: &str = "Who waits";
pub(crate) const TO_WORTH: &str = "Worth of one more";
pub(crate) const TO_RULES: &str = "Cost of rules";
pub(crate) const TO_LAW: &str = "Law";
pub(crate) const TO_LOADS: &str = "Resources";
pub(crate) const TO_LINES: &str = "Lines";
pub(crate) const TO_METHOD: &str = "Method";

pub(crate) const SHARES: &str = "Who gets what, and when";
pub(crate) const BASIS: &str = "What this rests on";
pub(crate) const OTHER_MEASURES: &str = "The same, measured otherwise";

/// Curves of single customers, folded away.
pub(crate) fn each_customer(count: usize) -> String {
    format!(
        "Each customer alone: {count} {}",
        if count == 1 { "curve" } else { "curves" }
    )
}

/// Maps folded away.
pub(crate) fn further_states(count: usize) -> String {
    match count {
        1 => "The map of one more state".to_owned(),
        n => format!("The maps of {n} more states"),
    }
}

/// Stocks folded away.
pub(crate) fn further_stocks(count: usize) -> String {
    format!("Further stocks: {count}")
}

/// Resources folded away.
pub(crate) fn further_resources(count: usize) -> String {
    format!("Further resources: {count}")
}

/// Customers folded away.
pub(crate) fn further_waits(count: usize) -> String {
    format!("Further customers and items that wait: {count}")
}

/// Sources in a box of their own.
pub(crate) const SOURCES_BOX: &str = "Sources, by number";

/// Rules without a price, on the law page.
pub(crate) fn rules_without_price(count: usize) -> String {
    match count {
        1 => "One more rule shuts or delays something and has no price of its own".to_owned(),
        n => format!("{n} more rules shut or delay something and have no price of their own"),
    }
}

pub(crate) const SKIP: &str = "Skip to the text";

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

// What rules cost, and the law page.
pub(crate) const RULES: &str = "What each rule costs";
pub(crate) const RULES_NOTE: &str = "Each rule was lifted alone and the plan made again: what is denied was allowed, what waits for an approval had it on the first day. Prices do not add up, because what two rules shut is open only without both.";
pub(crate) const NO_RULE_COSTS: &str = "No rule alone holds anything back in this plan.";
pub(crate) const RULES_WAITING: &str = "Unit-months less waiting without the rule";
pub(crate) const RULES_DELIVERIES: &str = "Units delivered more without the rule";
pub(crate) const RULES_DESCRIPTION: &str = "One bar a rule; the numbers are in the table below.";
pub(crate) const RULE: &str = "Rule";
pub(crate) const RULES_BOTH: &str = "Rules";
pub(crate) const AND: &str = "and";
pub(crate) const DOES: &str = "What it does";
pub(crate) const MONTHS_LESS: &str = "Unit-months less waiting";
pub(crate) const FIRST_PRIORITY: &str = "Most urgent priority that gains";
pub(crate) const PAIRS: &str = "Pairs that help only, or more, together";
pub(crate) const PAIRS_NOTE: &str = "Both rules were lifted and the plan made again.";
pub(crate) const ONLY_TOGETHER: &str = "Of these only together";
pub(crate) const SOONER: &str = "What a month less waiting for an approval is worth";
pub(crate) const SOONER_NOTE: &str =
    "The approval comes 30 days sooner than is usual, all others as usual.";
pub(crate) const APPROVAL: &str = "Approval";
pub(crate) const BODY: &str = "Who decides";
pub(crate) const TYPICAL_DAYS: &str = "Usual days";
pub(crate) const LAW_PAGE: &str = "The law that stands in the way";
pub(crate) const NO_RULE_HOLDS: &str = "No rule shuts or delays anything that the plan could use.";
pub(crate) const SAYS: &str = "What it says";
pub(crate) const CITATION: &str = "Where it stands";
pub(crate) const TRUST: &str = "How far it can be trusted";
pub(crate) const ARCS: &str = "Makes, moves, hand-overs held back";

/// What a plan that asks no law would gain.
pub(crate) fn whole_law(deliveries: Markup, months: Markup, gains: bool) -> Markup {
    html! {
        @if gains {
            "All law together holds back " (deliveries) " units and " (months) " unit-months of waiting. No rule and no set of rules holds back more."
        } @else {
            "A plan that asked no law at all would deliver " (deliveries) " units more and wait " (months) " unit-months less, and serve no priority sooner: it is not the law that keeps anyone waiting here."
        }
    }
}

/// Rules that cost nothing alone.
pub(crate) fn silent_rules(count: usize) -> String {
    match count {
        1 => "One more rule shuts or delays something and costs nothing alone; it is on the law page.".to_owned(),
        n => format!("{n} more rules shut or delay something and cost nothing alone; they are on the law page."),
    }
}

/// Which law was asked.
pub(crate) fn law_note(as_of: Date, hash: &str, scenario: &str) -> String {
    format!(
        "Rules that deny or delay a make, a move or a hand-over of {scenario}, by the law as it stood on {}; content of the law {hash}.",
        date(as_of)
    )
}

/// A date in full: `30 June 2024` shortened to `30 Jun 2024`.
pub(crate) fn date(date: Date) -> String {
    format!("{}\u{a0}{}\u{a0}{}", date.day(), month(date), date.year())
}

fn month(date: Date) -> &'static str {
    MONTHS[usize::try_from(date.month() - 1).unwrap_or(0).min(11)]
}

/// How period `t` is called: `Jul 2024` where periods are months of the calendar.
pub(crate) fn period(horizon: &Horizon, t: usize) -> String {
    let start = horizon.start_of(t);
    match horizon.period() {
        Period::Month if start.day() == 1 => format!("{}\u{a0}{}", month(start), start.year()),
        Period::Quarter if horizon.label(t).contains('Q') => {
            format!("Q{}\u{a0}{}", (start.month() - 1) / 3 + 1, start.year())
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
    let stays = unit.chars().count() <= 2
        || unit.ends_with("craft")
        || !unit.ends_with(|c: char| c.is_ascii_lowercase());
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

/// What a reader is told of the proof; `status` is a word of the answers.
pub(crate) fn status(status: &str) -> String {
    match status {
        "optimal" => "proved best".to_owned(),
        "feasible" => "feasible, not proved best".to_owned(),
        "time-limit" => "best found when time ran out, not proved best".to_owned(),
        "stopped" => "best found when the run was stopped, not proved best".to_owned(),
        other => other.to_owned(),
    }
}

pub(crate) fn objective(objective: Objective) -> &'static str {
    match objective {
        Objective::Weighted => {
            "weighted: one sum of all costs, with prices on being late and unmet"
        }
        _ => "lexicographic: priorities one after the other, then cost",
    }
}

/// A stage of the objective.
pub(crate) fn measure(measure: Measure, horizon: &Horizon, currency: &str) -> String {
    let periods = plural_period(horizon, 2.0);
    match measure {
        Measure::Floors => format!("Missing to floors, unit-{periods}"),
        Measure::Late { priority } => {
            format!("Open demands of priority {priority}, unit-{periods}")
        }
        Measure::Share { priority } => {
            format!("Largest share that a party of priority {priority} waits")
        }
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
    /// What an obstacle of the law does.
    fn obstacle(&self, obstacle: usize) -> Markup;
    /// An authorization that sets a ceiling.
    fn ceiling(&self, ceiling: usize) -> Markup;
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
        Cause::Priority { party } => html! { "units go to " (names.party(*party)) " first" },
        Cause::Floor { site, item } => {
            html! { (names.item(*item)) " is kept as a floor at " (names.site(*site)) }
        }
        Cause::MadeIn => html! { "only units made in certain states are accepted" },
        Cause::Law { obstacle } => names.obstacle(*obstacle),
        Cause::Ceiling { ceiling } => {
            html! { "authorization " (names.ceiling(*ceiling)) " allows no more" }
        }
        Cause::Cost => {
            html! { "it could be served, at a cost above what its lateness is priced at" }
        }
        Cause::Untried => {
            html! { "nothing that was tried helps alone, and not everything was tried" }
        }
        Cause::Several => {
            html! { "several things stand in the way together; no single one helps alone" }
        }
        _ => html! { "a reason without a name yet" },
    }
}

/// What relaxing one thing alone was found to gain the demands it helps.
pub(crate) fn gain(waiting: Markup, units: Option<Markup>) -> Markup {
    html! {
        "without this alone, " (waiting) " less waiting"
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
pub(crate) fn headline(
    due: Markup,
    on_time: Markup,
    late: Markup,
    unmet: Markup,
    share: Markup,
) -> Markup {
    html! {
        "Of " (due) " due, " (on_time) " come on time (" (share) "), " (late) " come late and " (unmet) " do not come within the horizon."
    }
}

/// The first sentence where nothing waits.
pub(crate) fn headline_all(due: Markup) -> Markup {
    html! { "All " (due) " due come on time." }
}

pub(crate) fn horizon(from: Markup, until: Markup, count: Markup, horizon: &Horizon) -> Markup {
    html! { (from) " to " (until) " (" (count) " " (plural_period(horizon, 2.0)) ")" }
}

pub(crate) const PRIORITY_NOTE: &str = "A demand counts under the priority in force on the day it is due; 1 is served first. \
    Quantities are added up only over items counted in the same unit.";
pub(crate) const NOTHING_BINDS: &str =
    "Nothing binds: one more unit of no capacity, material or lane would change this plan.";
pub(crate) const NOT_TRIED: &str = "This run did not plan again with more of each limit, so what binds is not said here; the utilisation strips show what is full.";
pub(crate) const NOBODY_WAITS: &str =
    "Nobody waits: every demand is served in the period it is due.";
pub(crate) const NO_REASON: &str = "No reason was sought in this run.";
pub(crate) const BECAUSE: &str = "Why";
pub(crate) const SHARES_DESCRIPTION: &str = "Each bar is what is due, cut into what comes on time, what comes late and what does not come within the horizon.";

/// `Priority 1`, with the unit where several are counted.
pub(crate) fn priority(priority: u32, unit: Option<&str>) -> String {
    match unit {
        Some(unit) => format!("Priority {priority}, {}", plural(unit, 2.0)),
        None => format!("Priority {priority}"),
    }
}

/// One thing that binds.
pub(crate) fn binds(
    name: Markup,
    when: Markup,
    every: Option<&str>,
    deliveries: Option<Markup>,
    waiting: Option<Markup>,
    money: Option<Markup>,
    costs_more: bool,
) -> Markup {
    let pieces: Vec<Markup> = [
        deliveries.map(|units| html! { (units) " more within the horizon" }),
        waiting.map(|waiting| html! { (waiting) " less waiting" }),
        money.map(
            |money| html! { (money) @if costs_more { " higher cost" } @else { " lower cost" } },
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    html! {
        strong { (name) } " binds: " (when) ". One more unit of it"
        @if let Some(period) = every { " in every " (period) }
        " gains "
        @if pieces.is_empty() { "nothing that is measured" }
        @for (place, piece) in pieces.iter().enumerate() {
            @if place > 0 && place + 1 == pieces.len() { " and " } @else if place > 0 { ", " }
            (piece)
        }
        "."
    }
}

/// Late units of all that are due.
pub(crate) fn late_of(late: Markup, due: Markup, is_all: bool) -> Markup {
    html! { @if is_all { "all " (due) } @else { (late) " of " (due) } " late" }
}

/// Who waits.
pub(crate) fn waits(
    party: Markup,
    item: Markup,
    parts: &[Markup],
    delay: Option<Markup>,
) -> Markup {
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
pub(crate) const UNCHANGED: &str =
    "Periods in which nothing is due and nothing delivered are left out.";

pub(crate) const STOCKS: &str = "Stocks and floors";
pub(crate) const STOCKS_NOTE: &str = "Units held at the end of each period, of everything with a floor and of demanded items \
    that are held anywhere. The dashed line is the floor; a hatched area is missing to it.";
pub(crate) const NO_STOCKS: &str =
    "Nothing demanded is held at the end of any period, and no floor is set.";

pub(crate) const LATE_TITLE: &str = "Late, and why";
pub(crate) const LATE_NOTE: &str = "One row per customer and item, longest wait first. A gain is what was found by relaxing exactly \
    that thing, entirely, and planning again, added up over the demands it helps. Gains of different things do not add up; what one \
    more unit of a limit gains stands further down.";
pub(crate) const EACH_DEMAND_CAPTION: &str = "Every demand, and what becomes of it";
pub(crate) const LATE_CAPTION: &str = "Customers and items that wait";
pub(crate) const EACH_DEMAND: &str = "Every demand as a table";

pub(crate) const WORTH: &str = "What one more unit is worth";
pub(crate) const WORTH_NOTE: &str = "What one more unit gains, by planning again with it: of capacities and lanes one more in every period in which there is any, \
    under a ceiling one more for all, of a part one more at a site, once, in the period in which its shadow price is highest. What has the highest shadow prices was tried; \
    what gains nothing is left out; the periods are those with a shadow price. Gains of different things do not add up. A value below nothing is no gain: the unit \
    serves what comes first at the expense of the rest.";
pub(crate) const WORTH_CAPACITY: &str = "One more unit of capacity";
pub(crate) const WORTH_MATERIAL: &str = "One more unit of a part";
pub(crate) const WORTH_LANE: &str = "One more unit over a lane";
pub(crate) const WORTH_CEILING: &str = "Ceilings of authorizations";

pub(crate) const LOADS: &str = "How full the resources are";
pub(crate) const LOADS_NOTE: &str = "Each mark is one period; its height is the share of the regular capacity that is used. \
    Periods at the limit are dark and carry a tick on top. Resources are in the order of how often they are full.";

/// Resources that are not used.
pub(crate) fn idle(count: usize) -> String {
    format!("Not used at all: {count}")
}

pub(crate) const LINES: &str = "Lines: do they open, do they pay?";
pub(crate) const LINES_NOTE: &str = "Values are those of the scenario's items, not prices of any contract; transport, overtime and \
    overheads that the scenario does not carry are left out.";
pub(crate) const LINES_CHOICE: &str =
    "Lines with a fixed cost or a minimum run open or stay shut as a whole.";
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
pub(crate) const LIMITS: [&str; 7] = [
    "The plan is the solution of a linear program (a mixed integer program where lines open or stay shut, or where whole units are asked for) \
     over all tables of the scenario: recipes with inputs, lead times and capacity, lanes with transit times and limits, stocks with floors, receipts and demands.",
    "It assumes that everything in the tables is known on the first day and turns out as written. A real planner learns as time goes by; \
     read the plan as what could be reached at best, not as a forecast.",
    "Lead and transit times are rounded up to whole periods, and nothing starts that cannot end inside the horizon. \
     Demands due near the end are therefore judged too harshly; units under way at the end count for nothing.",
    "Amounts are fractions of a unit unless whole units were asked for, and they are rounded for print; sums may differ in the last digit.",
    "On time means delivered in the period in which it is due. Where several plans are equally good, one of them is shown.",
    "What one more unit of a limit gains is found by planning again with it; a shadow price is a slope at this plan, no promise about large changes. A reason is verified by planning again with exactly that one thing relaxed entirely; \
     two bottlenecks in a row may hide each other, and then several things are named together.",
    "Law, finance and politics are in the plan only as far as the tables carry them as dates, limits and priorities. \
     Sums over the whole horizon are not discounted.",
];

// Titles and descriptions of drawings; columns of tables.

pub(crate) fn deliveries_title(item: &str, party: Option<&str>) -> String {
    match party {
        Some(party) => format!("{item}, {party}: due and delivered"),
        None => format!("{item}: due and delivered"),
    }
}

pub(crate) fn deliveries_description(due: &str, delivered: &str, end: &str) -> String {
    format!("Two rising step curves. By {end}, {due} are due and {delivered} are delivered.")
}

pub(crate) fn stock_title(item: &str, site: &str) -> String {
    format!("{item} at {site}")
}

pub(crate) fn stock_description(least: &str, most: &str, floor: &str) -> String {
    format!("A step curve of the units held, between {least} and {most}; the floor is {floor}.")
}

pub(crate) fn counted(unit: &str, how: Option<&str>) -> String {
    let units = plural(unit, 2.0);
    match how {
        Some(how) => format!("{units}, {how}"),
        None => units,
    }
}

pub(crate) fn full_note(full: usize, of: usize, mean: Option<&str>, horizon: &Horizon) -> String {
    let periods = plural_period(horizon, of as f64);
    let mean = mean
        .map(|mean| format!(", {mean} used"))
        .unwrap_or_default();
    if of == 0 {
        "no capacity".to_owned()
    } else if full == 0 {
        format!("never full{mean}")
    } else if full == of {
        format!("full in all {of} {periods}")
    } else {
        format!("full in {full} of {of} {periods}{mean}")
    }
}

pub(crate) const LOADS_DESCRIPTION: &str =
    "One strip per resource: how much of its capacity is used in each period.";
pub(crate) const MAP_TITLE: &str = "The network and its flows";
pub(crate) const MAP_DESCRIPTION: &str = "A world map with the Pacific in the middle. Marks are sites, arcs are flows; the table under it lists them all.";
pub(crate) fn region_title(state: &str) -> String {
    format!("{state}: flows inside")
}
pub(crate) const REGION_DESCRIPTION: &str =
    "A map of the sites of one state and the flows among them.";

pub(crate) const PERIOD: &str = "Period";
pub(crate) const DUE_SO_FAR: &str = "Due so far";
pub(crate) const DELIVERED_SO_FAR: &str = "Delivered so far";
pub(crate) const DUE_NOW: &str = "Due";
pub(crate) const DELIVERED_NOW: &str = "Delivered";
pub(crate) const OPEN: &str = "Open";
pub(crate) const SHORT: &str = "Missing to floor";
pub(crate) const CUSTOMER: &str = "Customer";
pub(crate) const ITEM: &str = "Item";
pub(crate) const SITE: &str = "Site";
pub(crate) const PRIORITY: &str = "Priority";
pub(crate) const WHEN_DUE: &str = "Due";
pub(crate) const WHEN_DELIVERED: &str = "Delivered";
pub(crate) const QUANTITY: &str = "Quantity";
pub(crate) const HOW_LATE: &str = "How late";
pub(crate) const WHY: &str = "Why";
pub(crate) const FROM: &str = "From";
pub(crate) const TO: &str = "To";
pub(crate) const DEMAND: &str = "Demand";
pub(crate) const WHAT: &str = "What";
pub(crate) const WHEN: &str = "When";
pub(crate) const MORE_DELIVERIES: &str = "More units delivered";
pub(crate) const MONEY: &str = "Lower cost";
pub(crate) const RESOURCE: &str = "Resource";
pub(crate) const USED: &str = "Used";
pub(crate) const CAPACITY: &str = "Capacity";
pub(crate) const OVERTIME: &str = "Overtime allowed";
pub(crate) const SHARE: &str = "Share used";
pub(crate) const FULL: &str = "Full";
pub(crate) const LINE: &str = "Line";
pub(crate) const STATE: &str = "Open or shut";
pub(crate) const UNITS_MADE: &str = "Units made";
pub(crate) const REVENUE: &str = "Value of output";
pub(crate) const VARIABLE: &str = "Cost of runs and inputs";
pub(crate) const FIXED: &str = "Fixed cost";
pub(crate) const RESULT: &str = "Result";
pub(crate) const HOME: &str = "To its own state";
pub(crate) const ABROAD: &str = "To other states";
pub(crate) const BREAK_EVEN: &str = "Breaks even at";
pub(crate) const BREAK_EVEN_ABROAD: &str = "Of these to other states";
pub(crate) const PAYS: &str = "Pays?";
pub(crate) const YES: &str = "yes";
pub(crate) const NO: &str = "no";
pub(crate) const OPENS: &str = "opens";
pub(crate) const SHUT: &str = "stays shut";
pub(crate) const ALWAYS: &str = "always open";
pub(crate) const NEVER: &str = "never";
pub(crate) const LINES_TITLE: &str = "Result of each line over the horizon";
pub(crate) const LINES_DESCRIPTION: &str =
    "One bar per line: value of the output less cost of runs, inputs and the fixed cost.";
pub(crate) fn region_flows(state: &str) -> String {
    format!("{state}: flows inside, over the whole horizon")
}
pub(crate) const FLOWS: &str = "Flows from site to site, over the whole horizon";
pub(crate) const FIRST: &str = "First departure";
pub(crate) const LAST: &str = "Last arrival";
pub(crate) const STAGE: &str = "Stage of the objective";
pub(crate) const VALUE: &str = "Reached";
pub(crate) const BOUND: &str = "Bound";
pub(crate) const GAP: &str = "Gap";
pub(crate) const STAGES: &str = "Stages of the objective in order, each with the least any plan could reach while the stages before are held";
pub(crate) const STAGES_FOLDED: &str = "The stages of the objective as a table";
pub(crate) const REMARKS: &str = "Remarks of the run";
pub(crate) const KINDS_OF_SITES: &str = "Kinds of sites: ";

pub(crate) fn waiting_column(horizon: &Horizon) -> String {
    format!("Less waiting, unit-{}", plural_period(horizon, 2.0))
}

/// How the bars of shadow prices are measured.
pub(crate) fn worth_title(what: &str, measure: Measured, horizon: &Horizon) -> String {
    match measure {
        Measured::Deliveries => format!("{what}: more units delivered within the horizon"),
        Measured::Waiting => format!(
            "{what}: less waiting, in unit-{}",
            plural_period(horizon, 2.0)
        ),
        Measured::Money => format!("{what}: lower cost"),
    }
}

/// What a shadow price is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measured {
    Deliveries,
    Waiting,
    Money,
}

pub(crate) const WORTH_DESCRIPTION: &str = "One bar per thing, the longest first.";

pub(crate) fn not_drawn(count: usize) -> String {
    format!("{count} more, smaller ones stand in the table only.")
}

pub(crate) fn mean_and_longest(mean: Markup, longest: Markup) -> Markup {
    html! { (mean) " on average of the late units, " (longest) " at most" }
}

// The head of the page.

pub(crate) const SCENARIO: &str = "Scenario";
pub(crate) const CONTENT: &str = "Content hash";
pub(crate) const HORIZON: &str = "Horizon";
pub(crate) const LAW: &str = "Law as of";
pub(crate) const NO_LAW: &str = "not asked";
pub(crate) const OBJECTIVE: &str = "Objective";
pub(crate) const STATUS: &str = "Status";
pub(crate) const SOLVER: &str = "Solver";
pub(crate) const CURRENCY: &str = "Currency";
pub(crate) const BRIEF: &str = "Production plan: brief";

pub(crate) const UNIT: &str = "unit";
pub(crate) const ITEM_LOWER: &str = "item";
pub(crate) const UNTIL: &str = "to";
pub(crate) const OPEN_IN_ALL: &str = "open in all";
pub(crate) const IN_TIME: &str = "Served in time";
pub(crate) const LAST_DELIVERY: &str = "Last delivery";
pub(crate) const HELD_NOW: &str = "Held";
pub(crate) const FLOOR_NOW: &str = "Floor";
pub(crate) const MOST: &str = "Most held";
pub(crate) const MEAN: &str = "Held on average";
pub(crate) const AT_END: &str = "Held at the end";
pub(crate) const UNCHANGED_STOCK: &str = "Periods without change are left out.";
pub(crate) const LOADS_TABLE: &str = "Use of the resources over the horizon, in units of capacity";
pub(crate) const YEAR_BY_YEAR: &str = "Share used, year by year";
pub(crate) const GRADE: &str = "Grade";

impl Measured {
    /// A word for ids.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Measured::Deliveries => "deliveries",
            Measured::Waiting => "waiting",
            Measured::Money => "money",
        }
    }
}

/// Where units were made, after the name of an item; nothing where that is not told apart.
pub(crate) fn made_in(states: &[&str]) -> String {
    match states {
        [] => String::new(),
        states => format!(" made in {}", states.join(" or ")),
    }
}

pub(crate) fn way(from: &str, to: &str) -> String {
    format!("{from} → {to}")
}

pub(crate) fn of(part: usize, whole: usize) -> String {
    format!("{part} of {whole}")
}

pub(crate) fn about_even(count: usize) -> String {
    format!(
        "{count} more lines come out about even, within a hundredth of the largest result; they stand in the table."
    )
}

pub(crate) fn not_shown(count: usize) -> String {
    format!("Smaller stocks that are not drawn: {count}")
}

pub(crate) fn line(item: Markup, site: Markup, cite: Markup, open: bool, runs: Markup) -> Markup {
    html! {
        (item) ", " (site) (cite) ": "
        @if open { "opens, " (runs) " runs over the horizon." } @else { "stays shut." }
    }
}

pub(crate) fn priorities(priorities: &std::collections::BTreeSet<u32>) -> String {
    let list: Vec<String> = priorities.iter().map(u32::to_string).collect();
    match &list[..] {
        [one] => format!("priority {one}"),
        many => format!("priorities {}", many.join(", ")),
    }
}

pub(crate) fn mark(mark: crate::chart::map::Mark) -> &'static str {
    use crate::chart::map::Mark;
    match mark {
        Mark::Plant => "plant",
        Mark::Depot => "depot",
        Mark::Yard => "yard",
        Mark::Port => "port",
        Mark::Base => "base",
        Mark::Store => "store",
        Mark::Other => "kind not said",
    }
}

pub(crate) fn proof(status: &str, gap: Markup) -> Markup {
    html! { (status) "; largest gap of any stage " (gap) }
}

pub(crate) const TINY_GAP: &str = "under 0.0001\u{a0}%";

pub(crate) const UNCONFIRMED: &str = "Receipts that are not firm are counted on.";
