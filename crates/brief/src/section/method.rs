//! Method and limits, and the sources as footnotes.

use maud::{Markup, html};

use super::section;
use crate::bind::{Notes, Rows};
use crate::figures::Figures;
use crate::number::{currency_name, percent, quantity};
use crate::table::{Column, folded, number};
use crate::text;

/// `facts` is what the brief rests on.
pub(crate) fn method(figures: &Figures<'_>, facts: &Markup) -> Markup {
    let currency = currency_name(&figures.scenario.head().currency);
    let plan = figures.plan;
    let stages: Vec<Markup> = plan
        .levels
        .iter()
        .enumerate()
        .map(|(place, level)| {
            let rows = Rows::new("levels", (place + 1).to_string());

            html! { tr {
                th scope="row" { (text::measure(level.measure, &figures.horizon, &currency)) }
                (number(rows.quantity("value", level.value)))
                (number(rows.quantity("bound", level.bound)))
                (number(rows.figure("gap", level.gap, &gap(level.gap))))
            } }
        })
        .collect();
    section(
        "method",
        text::METHOD,
        html! {
            (facts)
            ul class="limits" {
                @for limit in text::LIMITS { li { (limit) } }
                @if plan.unconfirmed { li { (text::UNCONFIRMED) } }
            }
            (folded(text::STAGES_FOLDED, text::STAGES, &[
                Column::Words(text::STAGE), Column::Number(text::VALUE), Column::Number(text::BOUND), Column::Number(text::GAP),
            ], &stages))
            @if !plan.remarks.is_empty() {
                h3 { (text::REMARKS) }
                ul { @for remark in &plan.remarks { li { (remark) } } }
            }
        },
    )
}

/// A gap; exactly nothing, or so small that only the arithmetic shows.
pub(crate) fn gap(gap: f64) -> String {
    if gap.abs() < 1e-9 {
        percent(0.0)
    } else if gap.abs() < 1e-6 {
        text::TINY_GAP.to_owned()
    } else if gap.abs() < 5e-4 {
        format!("{}\u{a0}%", quantity(gap * 100.0))
    } else {
        format!("{:.2}\u{a0}%", gap * 100.0)
    }
}

pub(crate) fn sources(figures: &Figures<'_>, notes: &Notes<'_>) -> Markup {
    section(
        "sources",
        text::SOURCES,
        html! {
            p { (text::SOURCES_NOTE) }
            div class="box" tabindex="0" role="group" aria-label=(text::SOURCES_BOX) { ol class="sources" {
                @for (place, source) in notes.cited().iter().enumerate() {
                    @let row = &figures.scenario.sources()[*source];
                    li id=(format!("source-{}", place + 1)) data-table="sources" data-row=(row.source) {
                        @if is_link(&row.url) {
                            cite { a href=(row.url) rel="noreferrer" { (row.title) } }
                        } @else {
                            cite { (row.title) }
                        }
                        @if !row.publisher.is_empty() { ". " (row.publisher) }
                        @if let Some(date) = &row.date { ", " (date) }
                        @if let Some(grade) = row.grade { ". " (text::GRADE) " " (text::grade(grade)) }
                        "."
                        @if !row.note.is_empty() { " " span class="soft" { (row.note) "." } }
                    }
                }
            } }
        },
    )
}

/// Whether a URL of the tables may become a link: nothing but the web.
pub(crate) fn is_link(url: &str) -> bool {
    let url = url.to_ascii_lowercase();
    url.starts_with("https://") || url.starts_with("http://")
}
