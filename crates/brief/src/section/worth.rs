//! Bars of what one more unit of a capacity, an item or a lane is worth.

use darsena_plan::Priced;
use maud::{Markup, html};

use super::front::{cited_ceiling, nothing_binds, rows_of, when};
use super::{made, made_label, resource_name, section, site_label};
use crate::bind::Notes;
use crate::chart::{Caption, Width, bars};
use crate::figures::{Figures, NOTHING, Worth};
use crate::number::{money, quantity};
use crate::table::{Column, both, fold, number, numbers};
use crate::text::{self, Measured, Names as _};

/// How many bars are drawn of each sort.
const DRAWN: usize = 8;

pub(crate) fn worth(figures: &Figures<'_>, notes: &mut Notes<'_>, worths: &[Worth]) -> Markup {
    let sorts = [
        ("capacity", text::WORTH_CAPACITY),
        ("material", text::WORTH_MATERIAL),
        ("lane", text::WORTH_LANE),
        ("ceiling", text::WORTH_CEILING),
    ];
    section(
        "worth",
        text::WORTH,
        html! {
            @if worths.is_empty() { p { (nothing_binds(figures)) } }
            @else { p { (text::WORTH_NOTE) } }
            @for (id, title) in sorts {
                @let those: Vec<&Worth> = worths.iter().filter(|worth| sort_of(worth.what) == id).collect();
                @if !those.is_empty() {
                    h3 { (title) }
                    (sort(figures, notes, id, title, &those))
                }
            }
        },
    )
}

/// Which of the sorts it belongs to.
fn sort_of(what: Priced) -> &'static str {
    match what {
        Priced::Capacity(_) => "capacity",
        Priced::Material(..) => "material",
        Priced::Lane(_) => "lane",
        Priced::Ceiling(_) => "ceiling",
    }
}

fn sort(
    figures: &Figures<'_>,
    notes: &mut Notes<'_>,
    id: &str,
    title: &str,
    worths: &[&Worth],
) -> Markup {
    let horizon = &figures.horizon;
    let currency = figures.scenario.head().currency.as_str();
    let charts: Vec<Markup> = [Measured::Deliveries, Measured::Waiting, Measured::Money]
        .into_iter()
        .filter_map(|measure| chart(figures, id, title, measure, worths))
        .collect();
    let rows: Vec<Markup> = worths
        .iter()
        .map(|worth| {
            let rows = rows_of(figures, worth.what);
            let (name, cite) = names(figures, notes, worth.what);
            html! { tr {
                th scope="row" { (name) (cite) }
                td { (when(figures, &rows, worth)) }
                (number(rows.quantity("deliveries", worth.deliveries)))
                (number(rows.quantity("unit_periods", worth.late_unit_periods)))
                (number(rows.money("money", worth.money, currency)))
            } }
        })
        .collect();
    html! {
        figure {
            @if let [first, rest @ ..] = &charts[..] {
                (first)
                @if !rest.is_empty() { (fold(text::OTHER_MEASURES, html! { @for chart in rest { (chart) } })) }
            }
            (numbers(title, &[
                Column::Words(text::WHAT), Column::Words(text::WHEN), Column::Number(text::MORE_DELIVERIES),
                Column::Number(&text::waiting_column(horizon)), Column::Number(text::MONEY),
            ], &rows))
        }
    }
}

fn chart(
    figures: &Figures<'_>,
    id: &str,
    title: &str,
    measure: Measured,
    worths: &[&Worth],
) -> Option<Markup> {
    let currency = figures.scenario.head().currency.as_str();
    let value = |worth: &Worth| match measure {
        Measured::Deliveries => worth.deliveries,
        Measured::Waiting => worth.late_unit_periods,
        Measured::Money => worth.money,
    };
    let mut drawn: Vec<&Worth> = worths
        .iter()
        .copied()
        .filter(|worth| value(worth).abs() > NOTHING)
        .collect();
    if drawn.is_empty() {
        return None;
    }
    drawn.sort_by(|a, b| value(b).total_cmp(&value(a)).then(a.what.cmp(&b.what)));
    let left_out = drawn.len().saturating_sub(DRAWN);
    if left_out > 0 {
        // The longest bars, whichever way they point.
        drawn.sort_by(|a, b| {
            value(b)
                .abs()
                .total_cmp(&value(a).abs())
                .then(a.what.cmp(&b.what))
        });
        drawn.truncate(DRAWN);
        drawn.sort_by(|a, b| value(b).total_cmp(&value(a)).then(a.what.cmp(&b.what)));
    }
    let words: Vec<(String, String, String)> = drawn
        .iter()
        .map(|worth| {
            let number = match measure {
                Measured::Deliveries => format!(
                    "{}\u{a0}{}",
                    quantity(value(worth)),
                    text::plural(text::UNIT, value(worth))
                ),
                Measured::Waiting => format!(
                    "{}\u{a0}{}",
                    quantity(value(worth)),
                    text::unit_periods(text::UNIT, &figures.horizon)
                ),
                Measured::Money => money(currency, value(worth)),
            };
            let (label, note) = label(figures, worth);
            (label, note, number)
        })
        .collect();
    let bars: Vec<bars::Bar<'_>> = drawn
        .iter()
        .zip(&words)
        .map(|(worth, (label, note, text))| bars::Bar {
            label,
            note,
            value: value(worth),
            text,
        })
        .collect();
    let title = text::worth_title(title, measure, &figures.horizon);
    let wide = format!("worth-{id}-{}", measure.as_str());
    let narrow = format!("{wide}-narrow");
    let description = text::WORTH_DESCRIPTION;
    Some(html! {
        p class="chart-title" { (title) }
        (both(
            bars::bars(&Caption { id: &wide, title: &title, description }, Width::Wide, &bars),
            bars::bars(&Caption { id: &narrow, title: &title, description }, Width::Narrow, &bars),
        ))
        @if left_out > 0 { p class="note" { (text::not_drawn(left_out)) } }
    })
}

/// What a bar is of, and where or when.
fn label(figures: &Figures<'_>, worth: &Worth) -> (String, String) {
    let scenario = figures.scenario;
    match worth.what {
        Priced::Capacity(resource) => {
            let row = &scenario.resources()[resource];
            (
                resource_name(figures, resource),
                site_label(figures, &row.site),
            )
        }
        Priced::Material(site, kind) => {
            let place = site_label(figures, &scenario.sites()[site].site);
            let when = text::stretches_of(&figures.horizon, &worth.periods);
            (made_label(figures, kind), format!("{place}, {when}"))
        }
        Priced::Lane(lane) => {
            let lane = &scenario.lanes()[lane];
            let way = text::way(
                &site_label(figures, &lane.from_site),
                &site_label(figures, &lane.to_site),
            );
            (way, text::stretches_of(&figures.horizon, &worth.periods))
        }
        Priced::Ceiling(ceiling) => (figures.plan.ceilings[ceiling].clone(), String::new()),
    }
}

fn names(figures: &Figures<'_>, notes: &mut Notes<'_>, what: Priced) -> (Markup, Markup) {
    let scenario = figures.scenario;
    match what {
        Priced::Capacity(resource) => {
            let sources = scenario.capacity_of(&scenario.resources()[resource].resource);
            (
                figures.resource(resource),
                notes.cite(sources.iter().flat_map(|row| &row.source)),
            )
        }
        Priced::Material(site, kind) => {
            let item = figures.plan.kinds[kind].item;
            (
                html! { (made(figures, kind)) ", " (figures.site(site)) },
                notes.cite(&scenario.items()[item].source),
            )
        }
        Priced::Lane(lane) => {
            let (from, to, _) = figures.lane(lane);
            (
                html! { (from) " → " (to) },
                notes.cite(&scenario.lanes()[lane].source),
            )
        }
        Priced::Ceiling(ceiling) => cited_ceiling(figures, notes, ceiling),
    }
}
