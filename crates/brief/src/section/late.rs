//! Late, and why: per customer and item, then every demand.

use maud::{Markup, html};

use super::front::{delay_figure, gain, rows_of_group};
use super::{item_label, party_label, section, site_label};
use crate::bind::{Notes, time};
use crate::figures::{Figures, Group, NOTHING};
use crate::number::quantity;
use crate::table::{Column, fold, folded, number};
use crate::text::{self, Names as _};

/// How many groups stand open.
const SHOWN: usize = 4;

/// How many reasons of a group are told.
const TOLD: usize = 3;

pub(crate) fn late(figures: &Figures<'_>, notes: &mut Notes<'_>, groups: &[Group]) -> Markup {
    let waiting: Vec<&Group> = groups.iter().filter(|group| group.total.waits()).collect();
    let in_time: Vec<&Group> = groups.iter().filter(|group| !group.total.waits()).collect();
    section(
        "late",
        text::LATE_TITLE,
        html! {
            @if waiting.is_empty() { p { (text::NOBODY_WAITS) } } @else {
                p { (text::LATE_NOTE) }
                @let (first, rest) = waiting.split_at(waiting.len().min(SHOWN));
                (cards(text::LATE_CAPTION, figures, notes, first))
                @if !rest.is_empty() {
                    @let title = text::further_waits(rest.len());
                    (fold(&title, cards(&title, figures, notes, rest)))
                }
            }
            @if !in_time.is_empty() && !waiting.is_empty() {
                p class="note" { (text::IN_TIME) ": " (by_item(figures, &in_time)) "." }
            }
            (every_demand(figures))
        },
    )
}

/// A table set as cards on a phone: roles keep it a table for those who hear it.
fn cards(caption: &str, figures: &Figures<'_>, notes: &mut Notes<'_>, groups: &[&Group]) -> Markup {
    html! {
        table class="cards" role="table" {
            caption { (caption) }
            thead role="rowgroup" { tr role="row" {
                th scope="col" role="columnheader" { (text::CUSTOMER) ", " (text::ITEM_LOWER) }
                th scope="col" role="columnheader" { (text::WHEN_DUE) }
                th scope="col" role="columnheader" { (text::WHEN_DELIVERED) }
                th scope="col" role="columnheader" { (text::HOW_LATE) }
                th scope="col" role="columnheader" { (text::WHY) }
            } }
            tbody role="rowgroup" { @for group in groups { (group_row(figures, notes, group)) } }
        }
    }
}

/// Groups as a list: each item with its customers.
fn by_item(figures: &Figures<'_>, groups: &[&Group]) -> Markup {
    let mut items: Vec<(usize, Vec<usize>)> = Vec::new();
    for group in groups {
        match items.iter_mut().find(|(item, _)| *item == group.item) {
            Some((_, parties)) => parties.push(group.party),
            None => items.push((group.item, vec![group.party])),
        }
    }
    html! {
        @for (place, (item, parties)) in items.iter().enumerate() {
            @if place > 0 { "; " }
            (figures.item(*item)) " ("
            @for (place, party) in parties.iter().enumerate() {
                @if place > 0 { ", " }
                (figures.party(*party))
            }
            ")"
        }
    }
}

fn group_row(figures: &Figures<'_>, notes: &mut Notes<'_>, group: &Group) -> Markup {
    let scenario = figures.scenario;
    let unit = scenario.items()[group.item].unit.as_str();
    let rows = rows_of_group(figures, group);
    let total = &group.total;
    let cite = notes.cite(
        total
            .demands
            .iter()
            .flat_map(|demand| &scenario.demands()[*demand].source),
    );
    let horizon = &figures.horizon;
    html! {
        tr role="row" data-table="demands" data-row=(format!("party={};item={}", scenario.parties()[group.party].party, scenario.items()[group.item].item)) {
            th scope="row" role="rowheader" {
                (figures.party(group.party)) (cite) br;
                span class="soft" { (figures.item(group.item)) br; (text::priorities(&group.priorities)) }
            }
            td role="cell" data-label=(text::WHEN_DUE) {
                (rows.units("quantity", total.due, unit)) br;
                span class="soft" { (stretch(figures, group.due)) }
            }
            td role="cell" data-label=(text::WHEN_DELIVERED) {
                (rows.quantity("on_time", total.on_time)) " " (text::ON_TIME) ", "
                (rows.quantity("late", total.late)) " " (text::LATE)
                @if total.unmet > NOTHING { ", " strong class="unmet" { (rows.quantity("unmet", total.unmet)) " " (text::UNMET) } }
                br;
                span class="soft" {
                    @match group.delivered {
                        Some(delivered) => (stretch(figures, delivered)),
                        None => (text::NEVER),
                    }
                }
            }
            td role="cell" data-label=(text::HOW_LATE) {
                @match group.mean_delay {
                    Some(mean) => {
                        @let longest = delay_figure(figures, &rows, "longest_delay", group.longest_delay as f64);
                        @if (mean - group.longest_delay as f64).abs() < 0.05 { (longest) } @else {
                            (text::mean_and_longest(delay_figure(figures, &rows, "mean_delay", mean), longest))
                        }
                    }
                    None => (text::NONE),
                }
                br;
                span class="soft" {
                    (rows.figure("late_unit_periods", total.late_unit_periods, &quantity(total.late_unit_periods)))
                    " " (text::unit_periods(unit, horizon)) " " (text::OPEN_IN_ALL)
                }
            }
            td role="cell" data-label=(text::WHY) {
                @if group.reasons.is_empty() { (text::NO_REASON) } @else {
                    ul class="reasons" {
                        @for reason in group.reasons.iter().take(TOLD) {
                            li {
                                (text::cause(&reason.cause, figures))
                                @if reason.gain_unit_periods > NOTHING {
                                    "; " span class="soft" { (gain(figures, &rows, reason, unit)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A stretch of periods, with its ends for machines.
fn stretch(figures: &Figures<'_>, (first, last): (usize, usize)) -> Markup {
    html! {
        (time(&figures.horizon, first))
        @if first != last { " " (text::UNTIL) " " (time(&figures.horizon, last)) }
    }
}

fn every_demand(figures: &Figures<'_>) -> Markup {
    let scenario = figures.scenario;
    let rows: Vec<Markup> = scenario
        .demands()
        .iter()
        .enumerate()
        .map(|(j, demand)| {
            let answer = &figures.plan.demands[j];
            let unit = figures.item_of(j).unit.as_str();
            html! {
                tr data-table="demands" data-row=(demand.demand) {
                    th scope="row" { (demand.demand) }
                    td { (party_label(figures, figures.party_place(j))) }
                    td { (item_label(figures, figures.item_place(j))) }
                    td class="number" { (figures.priority_of(j)) }
                    td { (text::period(&figures.horizon, answer.due)) }
                    (number(html! { (quantity(demand.quantity)) " " (text::plural(unit, demand.quantity)) }))
                    (number(html! { (quantity(answer.on_time)) }))
                    (number(html! { (quantity(answer.delivered - answer.on_time)) }))
                    (number(html! { (quantity(answer.unmet)) }))
                    td { @match figures.last_delivery(j) { Some(t) => (text::period(&figures.horizon, t)), None => (text::NONE) } }
                    td {
                        @for (place, site) in answer.from_sites.iter().enumerate() {
                            @if place > 0 { "; " }
                            (site_label(figures, &scenario.sites()[*site].site))
                        }
                    }
                }
            }
        })
        .collect();
    folded(
        text::EACH_DEMAND,
        text::EACH_DEMAND_CAPTION,
        &[
            Column::Words(text::DEMAND),
            Column::Words(text::CUSTOMER),
            Column::Words(text::ITEM),
            Column::Number(text::PRIORITY),
            Column::Words(text::WHEN_DUE),
            Column::Number(text::QUANTITY),
            Column::Number(text::ON_TIME),
            Column::Number(text::LATE),
            Column::Number(text::UNMET),
            Column::Words(text::LAST_DELIVERY),
            Column::Words(text::FROM),
        ],
        &rows,
    )
}
