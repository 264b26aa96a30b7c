//! The page around the sections: head, style, contents.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use darsena_plan::Plan;
use darsena_scenario::Scenario;

use crate::bind::{Notes, Rows, time};
use crate::chart::{self, Time, gantt};
use crate::figures::Figures;
use crate::number::currency_name;
use crate::section::{
    self, deliveries, front, late, law, lines, loads, method, network, repair, stocks, worth,
};
use crate::{LawKept, Options, text};

const STYLE: &str = include_str!("style.css");

pub(crate) fn page(scenario: &Scenario, plan: &Plan, options: &Options<'_>) -> Markup {
    let figures = Figures::new(scenario, plan);
    let mut notes = Notes::new(scenario);
    let ticks = section::ticks(&figures);
    let axis = Time {
        periods: figures.horizon.len(),
        ticks: &ticks,
    };
    let groups = figures.groups();
    let worths = figures.worths();
    let head = scenario.head();
    let title = match (&options.title, head.title.is_empty()) {
        (Some(title), _) => title.as_str(),
        (None, false) => head.title.as_str(),
        (None, true) => head.name.as_str(),
    };
    // In the order in which they are read: footnotes are numbered as they are cited.
    let page = options.law.as_ref();
    let schedule = options.repair.as_ref();
    let sections = [
        Some(front::front(
            &figures, &mut notes, &groups, &worths, schedule,
        )),
        Some(network::network(&figures, &mut notes)),
        Some(front::shared(&figures)),
        Some(deliveries::deliveries(&figures, &axis)),
        Some(stocks::stocks(&figures, &mut notes, &axis)),
        Some(late::late(&figures, &mut notes, &groups)),
        Some(worth::worth(&figures, &mut notes, &worths)),
        page.map(law::prices),
        page.map(|page| law::law(&figures, page)),
        Some(loads::loads(&figures, &mut notes, &axis)),
        Some(lines::lines(&figures, &mut notes)),
        schedule.map(|schedule| repair::repair(&figures, &mut notes, schedule)),
        Some(method::method(&figures, &facts(&figures, options.kept))),
    ];
    let sources = method::sources(&figures, &notes);
    html! {
        (DOCTYPE)
        html lang=(options.lang.as_str()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(concat!("darsena ", env!("CARGO_PKG_VERSION")));
                title { (title) }
                style {
                    (PreEscaped(STYLE)) (PreEscaped(chart::STYLE))
                    @if schedule.is_some() { (PreEscaped(gantt::STYLE)) (PreEscaped(gantt::PAGE_STYLE)) }
                }
            }
            body {
                a class="skip" href="#front" { (text::SKIP) }
                (chart::patterns())
                header {
                    p class="kicker" { (text::BRIEF) }
                    h1 { (title) }
                    (basis(&figures, options.kept))
                }
                nav aria-label=(text::CONTENTS) {
                    ul {
                        @for (id, title) in contents(page.is_some(), schedule.is_some()) { li { a href=(format!("#{id}")) { (title) } } }
                    }
                }
                main {
                    @for section in sections.iter().flatten() { (section) }
                    (sources)
                }
            }
        }
    }
}

/// Short, so that a phone shows them all at a glance.
const CONTENTS: [(&str, &str); 13] = [
    ("front", text::TO_FRONT),
    ("network", text::TO_NETWORK),
    ("shares", text::TO_SHARES),
    ("deliveries", text::TO_DELIVERIES),
    ("stocks", text::TO_STOCKS),
    ("late", text::TO_LATE),
    ("worth", text::TO_WORTH),
    ("rules", text::TO_RULES),
    ("law", text::TO_LAW),
    ("loads", text::TO_LOADS),
    ("lines", text::TO_LINES),
    ("method", text::TO_METHOD),
    ("sources", text::SOURCES),
];

/// The sections that the page has: id and short title, in the order in which they stand.
fn contents(law: bool, schedule: bool) -> Vec<(&'static str, &'static str)> {
    let mut contents = Vec::new();
    for (id, title) in CONTENTS {
        if schedule && id == "method" {
            contents.extend(repair::CONTENTS);
        }
        if law || !matches!(id, "rules" | "law") {
            contents.push((id, title));
        }
    }
    contents
}

/// The days that are planned.
fn span(figures: &Figures<'_>) -> Markup {
    let horizon = &figures.horizon;
    let count = Rows::new("head", "*").quantity("periods", horizon.len() as f64);
    text::horizon(
        time(horizon, 0),
        time(horizon, horizon.len() - 1),
        count,
        horizon,
    )
}

/// The day whose law the plan keeps.
fn day_of_law(figures: &Figures<'_>, law: LawKept) -> Markup {
    let day = match law {
        LawKept::Known => Some(figures.scenario.head().law_as_of),
        LawKept::Of(day) => Some(day),
        LawKept::Unasked => None,
    };
    html! {
        @match day {
            Some(day) => { time datetime=(day) { (text::date(day)) } }
            None => { (text::NO_LAW) }
        }
    }
}

/// How far the plan is proved.
fn proof(figures: &Figures<'_>) -> Markup {
    let plan = figures.plan;
    let gap = { plan.levels.iter() }
        .map(|level| level.gap)
        .fold(0.0, f64::max);
    text::proof(
        &text::status(plan.status.as_str()),
        Rows::new("levels", "*").figure("gap", gap, &method::gap(gap)),
    )
}

/// What the brief rests on, in a line; all of it stands under the method.
fn basis(figures: &Figures<'_>, law: LawKept) -> Markup {
    html! {
        p class="basis" {
            span { (span(figures)) } " "
            span { (text::LAW) " " (day_of_law(figures, law)) } " "
            span { (proof(figures)) } " "
            span { a href="#method" { (text::BASIS) } }
        }
    }
}

/// What the brief rests on.
fn facts(figures: &Figures<'_>, law: LawKept) -> Markup {
    let (scenario, plan) = (figures.scenario, figures.plan);
    let head = scenario.head();
    html! {
        dl class="facts" {
            div { dt { (text::SCENARIO) } dd { (head.name) } }
            div { dt { (text::CONTENT) } dd { code { (scenario.hash().get(..16).unwrap_or(scenario.hash())) } } }
            div { dt { (text::HORIZON) } dd { (span(figures)) } }
            div { dt { (text::LAW) } dd { (day_of_law(figures, law)) } }
            div { dt { (text::CURRENCY) } dd { (currency_name(&head.currency)) } }
            div { dt { (text::OBJECTIVE) } dd { (text::objective(plan.objective)) } }
            div { dt { (text::STATUS) } dd { (proof(figures)) } }
            div { dt { (text::SOLVER) } dd { (plan.solver) } }
        }
    }
}
