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
        Some(deliveries::deliveries(&figures, &axis)),
        Some(stocks::stocks(&figures, &mut notes, &axis)),
        Some(late::late(&figures, &mut notes, &groups)),
        Some(worth::worth(&figures, &mut notes, &worths)),
        page.map(law::prices),
        page.map(|page| law::law(&figures, page)),
        Some(loads::loads(&figures, &mut notes, &axis)),
        Some(lines::lines(&figures, &mut notes)),
        schedule.map(|schedule| repair::repair(&figures, &mut notes, schedule)),
        Some(network::network(&figures, &mut notes)),
        Some(method::method(&figures)),
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
                    (facts(&figures, options.kept))
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

const CONTENTS: [(&str, &str); 12] = [
    ("front", text::FRONT),
    ("deliveries", text::DELIVERIES),
    ("stocks", text::STOCKS),
    ("late", text::LATE_TITLE),
    ("worth", text::WORTH),
    ("rules", text::RULES),
    ("law", text::LAW_PAGE),
    ("loads", text::LOADS),
    ("lines", text::LINES),
    ("network", text::NETWORK),
    ("method", text::METHOD),
    ("sources", text::SOURCES),
];

/// The sections that the page has: id and title, in the order in which they stand.
fn contents(law: bool, schedule: bool) -> Vec<(&'static str, &'static str)> {
    let mut contents = Vec::new();
    for (id, title) in CONTENTS {
        if schedule && id == "network" {
            contents.extend(repair::CONTENTS);
        }
        if law || !matches!(id, "rules" | "law") {
            contents.push((id, title));
        }
    }
    contents
}

/// What the brief rests on.
fn facts(figures: &Figures<'_>, law: LawKept) -> Markup {
    let (scenario, plan, horizon) = (figures.scenario, figures.plan, &figures.horizon);
    let head = scenario.head();
    let count = Rows::new("head", "*").quantity("periods", horizon.len() as f64);
    let span = text::horizon(
        time(horizon, 0),
        time(horizon, horizon.len() - 1),
        count,
        horizon,
    );
    let gap = plan
        .levels
        .iter()
        .map(|level| level.gap)
        .fold(0.0, f64::max);
    let law = match law {
        LawKept::Known => Some(head.law_as_of),
        LawKept::Of(day) => Some(day),
        LawKept::Unasked => None,
    };
    html! {
        dl class="facts" {
            div { dt { (text::SCENARIO) } dd { (head.name) } }
            div { dt { (text::CONTENT) } dd { code { (scenario.hash().get(..16).unwrap_or(scenario.hash())) } } }
            div { dt { (text::HORIZON) } dd { (span) } }
            div { dt { (text::LAW) } dd {
                @match law {
                    Some(day) => { time datetime=(day) { (text::date(day)) } }
                    None => { (text::NO_LAW) }
                }
            } }
            div { dt { (text::CURRENCY) } dd { (currency_name(&head.currency)) } }
            div { dt { (text::OBJECTIVE) } dd { (text::objective(plan.objective)) } }
            div { dt { (text::STATUS) } dd {
                (text::proof(&text::status(plan.status.as_str()), Rows::new("levels", "*").figure("gap", gap, &method::gap(gap))))
            } }
            div { dt { (text::SOLVER) } dd { (plan.solver) } }
        }
    }
}
