//! Words of the repair sections and their charts: English.

use darsena_repair::reasons::Obstacle;
use jiff::civil::Date;
use maud::{Markup, html};

use super::{date, plural};
use crate::chart::gantt;

pub(crate) const REPAIR: &str = "Repair: who is back when";
pub(crate) const DOCKS: &str = "Docks and bays: who is in which, when";
pub(crate) const SHIPS: &str = "Ships and aircraft: away from when to when";
pub(crate) const PORTS: &str = "How full the yards are";
pub(crate) const WAITING: &str = "Jobs that wait, and why";
pub(crate) const PROMISES: &str = "Dates that can be promised";
pub(crate) const RULES: &str = "What each rule costs repair";

// The same in the list of contents.
pub(crate) const TO_REPAIR: &str = "Repair";
pub(crate) const TO_DOCKS: &str = "Docks";
pub(crate) const TO_SHIPS: &str = "Ships and aircraft";
pub(crate) const TO_PORTS: &str = "Yards";
pub(crate) const TO_WAITING: &str = "Jobs that wait";

/// What unfolds a chart.
pub(crate) fn chart_of(count: usize, one: &str, many: &str) -> String {
    format!("The chart: {count} {}", if count == 1 { one } else { many })
}

/// Rules that lift nothing.
pub(crate) fn silent_rules(count: usize) -> String {
    match count {
        1 => "One more rule stands in the way and wins nothing where it alone is lifted".to_owned(),
        n => format!(
            "{n} more rules stand in the way and win nothing where one of them alone is lifted"
        ),
    }
}

pub(crate) const GANTT: gantt::Words<'static> = gantt::Words {
    dock: "in dock or bay",
    pier: "work outside the dock",
    trials: "trials",
    work_up: "work-up",
    passage: "on passage",
    wait: "away, waiting",
    set_up: "dock made ready for the next",
    shut: "dock shut or with other users",
    foreign: "work by another state (line below)",
    due: "due back",
    late: "past the due date",
    promise: "dates that hold when work grows: dot in half of all draws, end of line in four of five",
};
pub(crate) const GANTT_DESCRIPTION: &str =
    "One row each, time from left to right; the numbers are in the table below.";
pub(crate) const GANTT_ALONE: &str =
    "One row each, time from left to right; what a bar stands for is told by its title.";
pub(crate) const BY_DOCK_NOTE: &str = "Sites at which no dock is used are left out.";
pub(crate) const NOTE: &str = "A day not ready counts from leaving home until back home with the last task done, passage included. \
    The status quo is the same search with no work by any other state.";
pub(crate) const SHIPS_NOTE: &str = "One row a ship or aircraft with work due, by class and home. A name in a bar is where the work is done.";
pub(crate) const DOCKS_NOTE: &str =
    "One row a dock or bay, by site; a dock that takes several ships at once has as many lines.";
pub(crate) const PORTS_NOTE: &str = "Month by month: what is used (filled) against what there is (dashed line); hatched is used beyond regular capacity. \
    Docks count ships in them, trades and teams people or teams at work, on the mean day of each month. No dock is open where the dashed line lies on the ground.";
pub(crate) const PORTS_DESCRIPTION: &str =
    "Step curves of what is used each month, against what there is.";
pub(crate) const WAITING_NOTE: &str = "Each reason was tried alone: it was looked away from, the other jobs left where they are, and the job placed again at its best. \
    Gains of different reasons do not add up. Jobs that lose most stand first.";
pub(crate) const ADVICE: &str = "What is said of the law here is read from its text by rules written for this purpose; it is no legal advice.";
pub(crate) const NOBODY_WAITS: &str = "No job waits: each is where it would be alone.";
pub(crate) const PROMISES_NOTE: &str = "Work grows when a ship is opened. The dates are those by which a job is back in half (P50) and in four of five (P80) draws, orders in docks kept \
    and nobody sent elsewhere. Those whose P80 lies furthest past the due date stand first.";
pub(crate) const RULES_NOTE: &str = "Each rule was lifted alone and the schedule searched for again from the one shown, for as many rounds. What is found is at least won; no schedule can win more than the last column says. It counts all that is paid for, so days not ready or late may rise where something dearer falls. Prices do not add up.";
pub(crate) const EVERY_TASK: &str = "Every task: where, from which day until which";
pub(crate) const EVERY_STAY: &str = "Every stay in a dock or bay";
pub(crate) const EVERY_JOB: &str = "Every job as a table";
pub(crate) const EVERY_JOB_CAPTION: &str =
    "Every job: planned, due, and dates that hold when work grows";
pub(crate) const ALL_WAITING: &str = "All further jobs that wait";
pub(crate) const LOAD_TABLE: &str = "Load of docks and trades over the months shown";

pub(crate) const SHIP: &str = "Ship or aircraft";
pub(crate) const TASK: &str = "Task";
pub(crate) const WHERE: &str = "Where";
pub(crate) const DOCK: &str = "Dock";
pub(crate) const OUT: &str = "From";
pub(crate) const UNTIL: &str = "Until";
pub(crate) const DAYS: &str = "Days";
pub(crate) const BY_OTHER: &str = "Another state";
pub(crate) const AWAY: &str = "Away";
pub(crate) const DUE: &str = "Due back";
pub(crate) const DAYS_LATE: &str = "Days late";
pub(crate) const PLANNED: &str = "Planned back";
pub(crate) const P50: &str = "P50";
pub(crate) const P80: &str = "P80";
pub(crate) const AS_PLANNED: &str = "Back as planned";
pub(crate) const BY_DUE: &str = "Back by the due date";
pub(crate) const WHAT: &str = "Dock or trade";
pub(crate) const USED: &str = "Used";
pub(crate) const CAPACITY: &str = "Regular capacity";
pub(crate) const BEYOND: &str = "Beyond it";
pub(crate) const MEAN: &str = "Mean load";
pub(crate) const FULLEST: &str = "Fullest month";
pub(crate) const UNIT: &str = "Unit";
pub(crate) const RULE: &str = "Rule";
pub(crate) const REGAINED: &str = "Days not ready less";
pub(crate) const LESS_LATE: &str = "Days late less";
pub(crate) const WORTH: &str = "Worth at least";
pub(crate) const MOST: &str = "Worth at most";
pub(crate) const DOCK_DAYS: &str = "dock-days";
pub(crate) const UNIT_DAYS: &str = "man-days or team-days";

/// The first sentence.
pub(crate) fn headline(
    (count, jobs): (usize, Markup),
    away: Markup,
    late: Option<(Markup, Markup)>,
) -> Markup {
    html! {
        (jobs) (if count == 1 { " job of repair is scheduled: " } else { " jobs of repair are scheduled: " }) (away) " not ready in all; "
        @match late {
            None => "none comes back late.",
            Some((jobs, days)) => { "late: " (jobs) " of them, by " (days) " in all." }
        }
    }
}

pub(crate) const AS_BEFORE: &str =
    "No work by another state changes anything: the schedule does as well as the status quo.";

/// What is won against the status quo; a loss is said as one.
pub(crate) fn regained(
    days: Markup,
    gains: bool,
    docks: Markup,
    docks_gain: bool,
    work: Markup,
    work_gain: bool,
) -> Markup {
    let freed = |gain: bool| if gain { "freed" } else { "used more" };
    html! {
        "Against the status quo " (days) " not ready are " (if gains { "regained" } else { "lost" }) "; at home "
        (docks) " are " (freed(docks_gain)) " and " (work) " man-days of trades and teams " (freed(work_gain)) "."
    }
}

/// How late the status quo is.
pub(crate) fn late_before(before: Markup, now: Markup) -> Markup {
    html! { "The status quo comes back late by " (before) " in all, this schedule by " (now) "." }
}

/// What it costs, and how much better it could be.
pub(crate) fn bound(cost: Markup, bound: Markup, gap: Markup, status: &str) -> Markup {
    html! { "All that is paid for comes to " (cost) "; no schedule can cost less than " (bound) " (gap " (gap) ", " (status) ")." }
}

/// How many jobs are back as planned.
pub(crate) fn on_time(now: Markup, late: Markup, before: Option<Markup>) -> Markup {
    html! {
        "When work grows as it has, " (now) " of jobs are back on the planned day, the others " (late) " behind it on average"
        @if let Some(before) = before { "; in the status quo " (before) }
        "."
    }
}

pub(crate) fn left_out(jobs: Markup) -> Markup {
    html! { (jobs) " left out at their price." }
}

pub(crate) fn unplaced(jobs: Markup) -> Markup {
    html! { strong class="unmet" { (jobs) " that must be done found no place." } }
}

/// A number of days as words.
pub(crate) fn days(count: i64) -> String {
    format!(
        "{}\u{a0}{}",
        crate::number::quantity(count as f64),
        plural("day", count as f64)
    )
}

pub(crate) fn chart_note(hash: &str, status: &str, gap: &str) -> String {
    format!(
        "Content {hash}; {}, gap {gap}. A day not ready counts from leaving home until back home with the last task done.",
        super::status(status)
    )
}

pub(crate) fn class_at(class: &str, home: &str) -> String {
    if class.is_empty() {
        home.to_owned()
    } else {
        format!("{class}, {home}")
    }
}

pub(crate) fn dock(id: &str, site: &str, ships: i64) -> String {
    match ships {
        1 => format!("{id}, {site}"),
        n => format!("{id}, {site}: takes {n} at once"),
    }
}

pub(crate) fn shut(dock: &str, from: Date, until: Date) -> String {
    format!(
        "{dock}: shut or with other users, {} until {}",
        date(from),
        date(until)
    )
}

pub(crate) fn set_up(dock: &str, count: i32) -> String {
    format!(
        "{dock}: made ready for the next, {}",
        days(i64::from(count))
    )
}

/// A task in one line; `by` is the party of another state that does it.
pub(crate) fn stay(
    job: &str,
    what: &str,
    place: &str,
    (from, until, count): (Date, Date, i32),
    by: Option<&str>,
) -> String {
    let by = match by {
        None => String::new(),
        Some("") => ", by another state".to_owned(),
        Some(party) => format!(", by {party}, another state"),
    };
    let what = if what.is_empty() {
        String::new()
    } else {
        format!("{what}, ")
    };
    format!(
        "{job}: {what}{place}, {} until {}, {}{by}",
        date(from),
        date(until),
        days(i64::from(count))
    )
}

pub(crate) fn passage(job: &str, from: &str, to: &str, count: i32) -> String {
    format!(
        "{job}: passage from {from} to {to}, {}",
        days(i64::from(count))
    )
}

pub(crate) fn waits_at(job: &str, place: &str, count: i32) -> String {
    format!("{job}: waits at {place}, {}", days(i64::from(count)))
}

pub(crate) fn due_and_back(
    job: &str,
    due: Date,
    back: Date,
    late: i32,
    promise: Option<(Date, Date)>,
) -> String {
    let late = if late > 0 {
        format!(", {} late", days(i64::from(late)))
    } else {
        String::new()
    };
    let promise = promise.map_or_else(String::new, |(half, most)| {
        format!("; P50 {}, P80 {}", date(half), date(most))
    });
    format!(
        "{job}: due {}, planned back {}{late}{promise}",
        date(due),
        date(back)
    )
}

/// Which part of a chart: years, and the headings it runs over.
pub(crate) fn part(years: &str, (first, last): &(String, String)) -> String {
    if first == last {
        format!("{years}: {first}")
    } else {
        format!("{years}: {first} to {last}")
    }
}

pub(crate) fn idle(docks: &str) -> String {
    format!("Not used in this schedule, and not drawn: {docks}.")
}

pub(crate) fn fullest(share: Option<&str>) -> String {
    share.map_or_else(
        || "no capacity".to_owned(),
        |share| format!("fullest month {share}"),
    )
}

/// What stands in the way of a job.
pub(crate) fn obstacle(what: &Obstacle, names: &Names) -> Markup {
    match what {
        Obstacle::Dock {
            holder: Some(_),
            until: Some(_),
            ..
        } => {
            html! { (names.thing) " is taken by " (names.holder) " until " (names.until) }
        }
        Obstacle::Dock { .. } => html! { (names.thing) " is taken by others" },
        Obstacle::Closure(_) => html! { (names.thing) " is shut" },
        Obstacle::Trades(_) => html! { "no free hands: " (names.thing) },
        Obstacle::Asset => html! { "it is away for another job" },
        Obstacle::Fleet => html! { "too few of its class would be ready" },
        Obstacle::Group => html! { "it is kept near the other jobs of " (names.thing) },
        Obstacle::Rule(_) => html! { "the law: " (names.thing) },
        Obstacle::Several => html! { "other jobs together, no single one of them" },
    }
}

/// Names that [`obstacle`] needs.
pub(crate) struct Names {
    /// The dock, trade, group or rule.
    pub(crate) thing: Markup,
    /// The job that holds the dock.
    pub(crate) holder: Markup,
    /// Until when.
    pub(crate) until: Markup,
}

/// What is gained without it.
pub(crate) fn gain(sooner: Option<Markup>, shorter: Option<Markup>, money: Markup) -> Markup {
    html! {
        "without this alone "
        @if let Some(days) = sooner { (days) " sooner" }
        @else if let Some(days) = shorter { (days) " less away" }
        @else { (money) " cheaper" }
    }
}

pub(crate) fn more(count: usize) -> String {
    format!("and {count} more")
}
