//! The front page: what comes, what binds, who waits and why.

use std::collections::BTreeSet;

use darsena_plan::Priced;
use maud::{Markup, html};

use super::{made, party_label, repair, section};
use crate::bind::{Notes, Rows, name};
use crate::chart::{Caption, Width, shares};
use crate::figures::{Figures, Group, NOTHING, Total, Worth};
use crate::number::{percent, quantity};
use crate::repair::RepairPage;
use crate::table::{Column, both, number, numbers};
use crate::text::{self, Names as _};

/// How many things that bind and how many that wait the front page names.
const NAMED: usize = 3;

pub(crate) fn front(
    figures: &Figures<'_>,
    notes: &mut Notes<'_>,
    groups: &[Group],
    worths: &[Worth],
    schedule: Option<&RepairPage<'_>>,
) -> Markup {
    let units = figures.by_unit();
    section(
        "front",
        text::FRONT,
        html! {
            @for (unit, total) in &units {
                p class="headline" { (headline(unit, total)) }
            }
            @if let Some(schedule) = schedule { (repair::front(schedule)) }
            div class="columns" {
                div { h3 { (text::WAITS) } (waits(figures, notes, groups)) }
                div { h3 { (text::BINDS) } (binds(figures, notes, worths)) }
            }
        },
    )
}

/// What is due, and what of it comes when: by priority and by customer.
pub(crate) fn shared(figures: &Figures<'_>) -> Markup {
    section(
        "shares",
        text::SHARES,
        html! {
            h3 { (text::BY_PRIORITY) }
            (by_priority(figures))
            h3 { (text::BY_PARTY) }
            (by_party(figures))
            p class="note" { (text::PRIORITY_NOTE) }
        },
    )
}

fn headline(unit: &str, total: &Total) -> Markup {
    let rows = Rows::filtered("demands", &[("unit", unit)]);
    let share = if total.due > NOTHING {
        total.on_time / total.due
    } else {
        1.0
    };
    if !total.waits() {
        return text::headline_all(rows.units("quantity", total.due, unit));
    }
    text::headline(
        rows.units("quantity", total.due, unit),
        rows.quantity("on_time", total.on_time),
        rows.quantity("late", total.late),
        rows.quantity("unmet", total.unmet),
        rows.figure("on_time/quantity", share, &percent(share)),
    )
}

fn binds(figures: &Figures<'_>, notes: &mut Notes<'_>, worths: &[Worth]) -> Markup {
    let limits: Vec<&Worth> = worths
        .iter()
        .filter(|worth| matters(worth) && !matches!(worth.what, Priced::Material(..)))
        .take(NAMED)
        .collect();
    let named: Vec<&Worth> = if limits.is_empty() {
        worths
            .iter()
            .filter(|worth| matters(worth))
            .take(NAMED)
            .collect()
    } else {
        limits
    };
    html! {
        @if named.is_empty() { p { (nothing_binds(figures)) } }
        @else {
            ol class="points" {
                @for worth in named { li { (bind_point(figures, notes, worth)) } }
            }
            p class="more" { a href="#worth" { (text::WORTH) } }
        }
    }
}

/// What is said when nothing is known to bind.
pub(crate) fn nothing_binds(figures: &Figures<'_>) -> &'static str {
    let plan = figures.plan;
    let tried = plan.worths.iter().all(|worth| worth.gain.is_some());
    if plan.status.as_str() == "optimal" && tried {
        text::NOTHING_BINDS
    } else {
        text::NOT_TRIED
    }
}

/// Whether one more unit would change anything a reader cares about.
fn matters(worth: &Worth) -> bool {
    worth.deliveries > NOTHING || worth.late_unit_periods > NOTHING
}

fn bind_point(figures: &Figures<'_>, notes: &mut Notes<'_>, worth: &Worth) -> Markup {
    let scenario = figures.scenario;
    let rows = rows_of(figures, worth.what);
    let (what, cite) = match worth.what {
        Priced::Capacity(resource) => {
            let id = &scenario.resources()[resource].resource;
            let sources = scenario.capacity_of(id).iter().flat_map(|row| &row.source);
            (figures.resource(resource), notes.cite(sources))
        }
        Priced::Material(site, kind) => {
            let item = figures.plan.kinds[kind].item;
            (
                html! { (made(figures, kind)) " at " (figures.site(site)) },
                notes.cite(&scenario.items()[item].source),
            )
        }
        Priced::Lane(lane) => {
            let (from, to, _) = figures.lane(lane);
            (
                html! { (from) " to " (to) },
                notes.cite(&scenario.lanes()[lane].source),
            )
        }
        Priced::Ceiling(ceiling) => cited_ceiling(figures, notes, ceiling),
    };
    let unit = "unit";
    let waiting = text::unit_periods(unit, &figures.horizon);
    let when = when(figures, &rows, worth);
    text::binds(
        html! { (what) (cite) },
        when,
        match worth.what {
            Priced::Material(..) | Priced::Ceiling(_) => None,
            _ => Some(figures.horizon.period().as_str()),
        },
        Some(worth.deliveries)
            .filter(|gain| *gain > NOTHING)
            .map(|gain| rows.units("deliveries", gain, unit)),
        Some(worth.late_unit_periods)
            .filter(|gain| *gain > NOTHING)
            .map(|gain| {
                rows.figure(
                    "unit_periods",
                    gain,
                    &format!("{}\u{a0}{waiting}", quantity(gain)),
                )
            }),
        (worth.money.abs() > NOTHING)
            .then(|| rows.money("money", worth.money.abs(), &scenario.head().currency)),
        worth.money < 0.0,
    )
}

/// The periods in which a thing has a price.
pub(crate) fn when(figures: &Figures<'_>, rows: &Rows, worth: &Worth) -> Markup {
    rows.figure(
        "periods",
        worth.periods.len() as f64,
        &text::stretches_of(&figures.horizon, &worth.periods),
    )
}

/// An authorization that sets a ceiling, with its source.
pub(crate) fn cited_ceiling(
    figures: &Figures<'_>,
    notes: &mut Notes<'_>,
    ceiling: usize,
) -> (Markup, Markup) {
    let scenario = figures.scenario;
    // Several authorizations may set it together.
    let ids = figures.plan.ceilings[ceiling].split(';');
    let rows = ids.filter_map(|id| scenario.find_authorization(id));
    let sources: BTreeSet<_> = rows
        .flat_map(|n| &scenario.authorizations()[n].source)
        .collect();
    (figures.ceiling(ceiling), notes.cite(sources))
}

/// The rows that say what one more of a thing is worth.
pub(crate) fn rows_of(figures: &Figures<'_>, what: Priced) -> Rows {
    let scenario = figures.scenario;
    match what {
        Priced::Capacity(resource) => {
            let id = &scenario.resources()[resource].resource;
            Rows::filtered("binding", &[("kind", "capacity"), ("id", id)])
        }
        Priced::Material(site, kind) => {
            let kind = &figures.plan.kinds[kind];
            Rows::filtered(
                "binding",
                &[
                    ("site", &scenario.sites()[site].site),
                    ("item", &scenario.items()[kind.item].item),
                    ("made_in", &kind.states.join(";")),
                ],
            )
        }
        Priced::Lane(lane) => {
            let id = &scenario.lanes()[lane].lane;
            Rows::filtered("binding", &[("kind", "lane"), ("id", id)])
        }
        Priced::Ceiling(ceiling) => {
            let id = &figures.plan.ceilings[ceiling];
            Rows::filtered("binding", &[("kind", "ceiling"), ("id", id)])
        }
    }
}

fn waits(figures: &Figures<'_>, notes: &mut Notes<'_>, groups: &[Group]) -> Markup {
    let waiting: Vec<&Group> = groups.iter().filter(|group| group.total.waits()).collect();
    if waiting.is_empty() {
        return html! { p { (text::NOBODY_WAITS) } };
    }
    let more = waiting.len().saturating_sub(NAMED);
    html! {
        ol class="points" {
            @for group in waiting.iter().take(NAMED) { li { (wait_point(figures, notes, group)) } }
        }
        p class="more" {
            @if more > 0 {
                (text::more_waits(Rows::new("demands", "*").figure("waiting", more as f64, &more.to_string())))
            } @else {
                a href="#late" { (text::LATE_TITLE) }
            }
        }
    }
}

/// The rows of the demands of one party for one item.
pub(crate) fn rows_of_group(figures: &Figures<'_>, group: &Group) -> Rows {
    let scenario = figures.scenario;
    Rows::filtered(
        "demands",
        &[
            ("party", &scenario.parties()[group.party].party),
            ("item", &scenario.items()[group.item].item),
        ],
    )
}

fn wait_point(figures: &Figures<'_>, notes: &mut Notes<'_>, group: &Group) -> Markup {
    let item = &figures.scenario.items()[group.item];
    let unit = item.unit.as_str();
    let rows = rows_of_group(figures, group);
    let total = &group.total;
    let mut parts = Vec::new();
    if total.late > NOTHING {
        parts.push(text::late_of(
            rows.quantity("late", total.late),
            rows.units("quantity", total.due, unit),
            total.due - total.late <= NOTHING,
        ));
    }
    if total.unmet > NOTHING {
        let of = html! { " of " (rows.units("quantity", total.due, unit)) };
        parts.push(html! { (rows.quantity("unmet", total.unmet)) @if total.late <= NOTHING { (of) } " not within the horizon" });
    }
    let delay = group
        .mean_delay
        .map(|delay| delay_figure(figures, &rows, "mean_delay", delay));
    let demands = total
        .demands
        .iter()
        .flat_map(|demand| &figures.scenario.demands()[*demand].source);
    let cite = notes.cite(demands);
    html! {
        (text::waits(figures.party(group.party), figures.item(group.item), &parts, delay))
        (cite) " "
        (reason(figures, &rows, group, unit))
    }
}

/// A time in periods, in words.
pub(crate) fn delay_figure(figures: &Figures<'_>, rows: &Rows, column: &str, delay: f64) -> Markup {
    let delay = (delay * 10.0).round() / 10.0;
    let words = format!(
        "{}\u{a0}{}",
        quantity(delay),
        text::plural_period(&figures.horizon, delay)
    );
    rows.figure(column, delay, &words)
}

/// The first reason with what relaxing it gains.
fn reason(figures: &Figures<'_>, rows: &Rows, group: &Group, unit: &str) -> Markup {
    let Some(first) = group.reasons.first() else {
        return html! { span class="why" { (text::NO_REASON) } };
    };
    html! {
        span class="why" { (text::BECAUSE) ": " (text::cause(&first.cause, figures)) }
        @if first.gain_unit_periods > NOTHING {
            "; " (gain(figures, rows, first, unit))
        }
        "."
    }
}

/// What relaxing one thing was found to gain.
pub(crate) fn gain(
    figures: &Figures<'_>,
    rows: &Rows,
    reason: &crate::figures::GroupReason,
    unit: &str,
) -> Markup {
    let waiting = format!(
        "{}\u{a0}{}",
        quantity(reason.gain_unit_periods),
        text::unit_periods(unit, &figures.horizon)
    );
    text::gain(
        rows.figure("gain_unit_periods", reason.gain_unit_periods, &waiting),
        (reason.gain_units > NOTHING).then(|| rows.units("gain_units", reason.gain_units, unit)),
    )
}

const SHARE_NAMES: shares::Names<'_> = shares::Names {
    on_time: text::ON_TIME,
    late: text::LATE,
    unmet: text::UNMET,
};

/// One row of a share chart and of the table under it.
struct Row {
    label: String,
    unit: String,
    head: Markup,
    rows: Rows,
    total: Total,
}

fn by_priority(figures: &Figures<'_>) -> Markup {
    let totals = figures.by_priority();
    let several = figures.by_unit().len() > 1;
    let rows: Vec<Row> = totals
        .into_iter()
        .map(|((unit, priority), total)| Row {
            label: text::priority(priority, several.then_some(unit)),
            unit: unit.to_owned(),
            head: name(
                "demands",
                &format!("priority={priority}"),
                &text::priority(priority, several.then_some(unit)),
            ),
            rows: Rows::filtered(
                "demands",
                &[("priority", &priority.to_string()), ("unit", unit)],
            ),
            total,
        })
        .collect();
    share_chart("priority", text::BY_PRIORITY, &rows)
}

fn by_party(figures: &Figures<'_>) -> Markup {
    let rows: Vec<Row> = figures
        .by_party()
        .into_iter()
        .map(|((unit, party), total)| Row {
            label: party_label(figures, party),
            unit: unit.to_owned(),
            head: {
                let row = &figures.scenario.parties()[party];
                name("parties", &row.party, &row.name)
            },
            rows: Rows::filtered(
                "demands",
                &[
                    ("party", &figures.scenario.parties()[party].party),
                    ("unit", unit),
                ],
            ),
            total,
        })
        .collect();
    share_chart("party", text::BY_PARTY, &rows)
}

fn share_chart(id: &str, title: &str, rows: &[Row]) -> Markup {
    let units: Vec<String> = rows
        .iter()
        .map(|row| text::plural(&row.unit, row.total.due))
        .collect();
    let parts: Vec<shares::Share<'_>> = rows
        .iter()
        .zip(&units)
        .map(|(row, unit)| shares::Share {
            label: &row.label,
            on_time: row.total.on_time,
            late: row.total.late,
            unmet: row.total.unmet,
            unit,
        })
        .collect();
    let description = text::SHARES_DESCRIPTION;
    let wide = format!("shares-{id}");
    let narrow = format!("shares-{id}-narrow");
    let cells: Vec<Markup> = rows
        .iter()
        .map(|row| {
            html! {
                tr {
                    th scope="row" { (row.head) }
                    (number(row.rows.units("quantity", row.total.due, &row.unit)))
                    (number(row.rows.quantity("on_time", row.total.on_time)))
                    (number(row.rows.quantity("late", row.total.late)))
                    (number(row.rows.quantity("unmet", row.total.unmet)))
                }
            }
        })
        .collect();
    html! {
        figure {
            (both(
                shares::shares(&Caption { id: &wide, title, description }, Width::Wide, &parts, &SHARE_NAMES),
                shares::shares(&Caption { id: &narrow, title, description }, Width::Narrow, &parts, &SHARE_NAMES),
            ))
            (numbers(title, &[
                Column::Words(title), Column::Number(text::DUE), Column::Number(text::ON_TIME),
                Column::Number(text::LATE), Column::Number(text::UNMET),
            ], &cells))
        }
    }
}
