//! Utilisation strips of the resources.

use maud::{Markup, html};

use super::{resource_name, section, site_label};
use crate::bind::{Notes, Rows};
use crate::chart::{Caption, Time, Width, strips};
use crate::figures::{Figures, Load, NOTHING};
use crate::number::percent;
use crate::table::{Column, both, fold, number, numbers};
use crate::text::{self, Names as _};

/// How many strips stand over one time axis.
const TOGETHER: usize = 12;

pub(crate) fn loads(figures: &Figures<'_>, notes: &mut Notes<'_>, axis: &Time<'_>) -> Markup {
    let (mut used, idle): (Vec<Load>, Vec<Load>) = figures
        .loads()
        .into_iter()
        .partition(|load| load.used.iter().any(|used| *used > NOTHING));
    used.sort_by(|a, b| {
        b.full()
            .1
            .cmp(&a.full().1)
            .then(b.mean().unwrap_or(0.0).total_cmp(&a.mean().unwrap_or(0.0)))
            .then(a.resource.cmp(&b.resource))
    });
    let words: Vec<(String, String, String)> = used
        .iter()
        .map(|load| {
            let (of, full) = load.full();
            let mean = load.mean().map(percent);
            (
                resource_name(figures, load.resource),
                site_label(figures, &figures.scenario.resources()[load.resource].site),
                text::full_note(full, of, mean.as_deref(), &figures.horizon),
            )
        })
        .collect();
    let rows: Vec<strips::Strip<'_>> = used
        .iter()
        .zip(&words)
        .map(|(load, (label, detail, note))| strips::Strip {
            label,
            detail,
            note,
            shares: &load.shares,
        })
        .collect();
    let cells: Vec<Markup> = used.iter().map(|load| row(figures, notes, load)).collect();
    let (title, description) = (text::LOADS, text::LOADS_DESCRIPTION);
    let charts: Vec<Markup> = { rows.chunks(TOGETHER).enumerate() }
        .map(|(place, rows)| {
            let (wide, narrow) = (format!("loads-{place}"), format!("loads-{place}-narrow"));
            let caption = |id| Caption {
                id,
                title,
                description,
            };
            both(
                strips::strips(&caption(&wide), Width::Wide, axis, rows),
                strips::strips(&caption(&narrow), Width::Narrow, axis, rows),
            )
        })
        .collect();
    section(
        "loads",
        text::LOADS,
        html! {
            p { (text::LOADS_NOTE) }
            figure {
                @if let [first, rest @ ..] = &charts[..] {
                    (first)
                    @if !rest.is_empty() {
                        (fold(&text::further_resources(rows.len() - TOGETHER), html! { @for chart in rest { (chart) } }))
                    }
                }
                (numbers(text::LOADS_TABLE, &[
                    Column::Words(text::RESOURCE), Column::Number(text::USED), Column::Number(text::CAPACITY),
                    Column::Number(text::OVERTIME), Column::Number(text::SHARE), Column::Number(text::FULL),
                    Column::Words(text::YEAR_BY_YEAR),
                ], &cells))
            }
            @if !idle.is_empty() {
                (fold(&text::idle(idle.len()), html! { p {
                    @for (place, load) in idle.iter().enumerate() {
                        @if place > 0 { "; " }
                        (figures.resource(load.resource))
                    }
                    "."
                } }))
            }
        },
    )
}

fn row(figures: &Figures<'_>, notes: &mut Notes<'_>, load: &Load) -> Markup {
    let resource = &figures.scenario.resources()[load.resource];
    let rows = Rows::filtered("utilisation", &[("resource", &resource.resource)]);
    let sources = figures
        .scenario
        .capacity_of(&resource.resource)
        .iter()
        .flat_map(|row| &row.source);
    let (of, full) = load.full();
    let periods = figures.horizon.len();
    // Twelfths of the horizon would say little; calendar years say when.
    let mut years: Vec<(i16, f64, f64)> = Vec::new();
    for t in 0..periods {
        let year = figures.horizon.start_of(t).year();
        match years.last_mut() {
            Some(last) if last.0 == year => {
                last.1 += load.used[t];
                last.2 += load.capacity[t];
            }
            _ => years.push((year, load.used[t], load.capacity[t])),
        }
    }
    html! { tr {
        th scope="row" { (figures.resource(load.resource)) (notes.cite(sources)) }
        (number(rows.quantity("used", load.used.iter().sum())))
        (number(rows.quantity("capacity", load.capacity.iter().sum())))
        (number(rows.quantity("overtime", load.overtime.iter().sum())))
        (number(match load.mean() { Some(mean) => rows.figure("used/capacity", mean, &percent(mean)), None => html! { (text::NONE) } }))
        (number(rows.figure("full", full as f64, &text::of(full, of))))
        td {
            @for (place, (year, used, capacity)) in years.iter().filter(|(_, _, capacity)| *capacity > NOTHING).enumerate() {
                @if place > 0 { ", " }
                (year) ": " (rows.figure("used/capacity", used / capacity, &percent(used / capacity)))
            }
        }
    } }
}
