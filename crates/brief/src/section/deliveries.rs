//! Delivery curves: per end item, all customers together and each alone.

use maud::{Markup, html};

use super::{item_label, party_label, section};
use crate::bind::{Rows, time};
use crate::chart::{Caption, Time, curves};
use crate::figures::{Figures, NOTHING, Total};
use crate::number::quantity;
use crate::table::{Column, fold, number, numbers};
use crate::text::{self, Names as _};

const NAMES: curves::Names<'_> = curves::Names {
    target: text::DUE,
    reached: text::DELIVERED,
};

/// Parties with their demands for one item.
type Parties = Vec<(usize, Vec<usize>)>;

pub(crate) fn deliveries(figures: &Figures<'_>, time: &Time<'_>) -> Markup {
    let items: Vec<(usize, Total, Parties)> = { figures.by_item().into_iter() }
        .map(|(item, total)| {
            let parties = parties(figures, &total.demands);
            (item, total, parties)
        })
        .collect();
    let several = items.iter().map(|item| item.2.len()).filter(|n| *n > 1);
    let count: usize = several.sum();
    section(
        "deliveries",
        text::DELIVERIES,
        html! {
            p { (text::DELIVERIES_NOTE) }
            div class="grid" {
                @for (item, total, parties) in &items {
                    // All customers together; one alone is all of them.
                    @let only = match &parties[..] { [(party, _)] => Some(*party), _ => None };
                    (curve(figures, time, *item, only, &total.demands, html! {
                        (figures.item(*item)) br;
                        span class="soft" { @match only { Some(party) => (figures.party(party)), None => (text::ALL_PARTIES) } }
                    }))
                }
            }
            @if count > 0 {
                (fold(&text::each_customer(count), html! {
                    @for (item, _, parties) in items.iter().filter(|item| item.2.len() > 1) {
                        h3 { (figures.item(*item)) }
                        div class="grid" {
                            @for (party, demands) in parties { (curve(figures, time, *item, Some(*party), demands, figures.party(*party))) }
                        }
                    }
                }))
            }
        },
    )
}

/// The demands of each party, the party with the most units first.
fn parties(figures: &Figures<'_>, demands: &[usize]) -> Parties {
    let mut parties: Parties = Vec::new();
    for demand in demands {
        let party = figures.party_place(*demand);
        match parties.iter_mut().find(|known| known.0 == party) {
            Some((_, demands)) => demands.push(*demand),
            None => parties.push((party, vec![*demand])),
        }
    }
    let units = |demands: &[usize]| {
        demands
            .iter()
            .map(|j| figures.scenario.demands()[*j].quantity)
            .sum::<f64>()
    };
    parties.sort_by(|a, b| units(&b.1).total_cmp(&units(&a.1)).then(a.0.cmp(&b.0)));
    parties
}

fn curve(
    figures: &Figures<'_>,
    axis: &Time<'_>,
    item: usize,
    party: Option<usize>,
    demands: &[usize],
    heading: Markup,
) -> Markup {
    let scenario = figures.scenario;
    let row = &scenario.items()[item];
    let (due, delivered) = figures.flow_of(demands);
    let (due_so_far, delivered_so_far) = (cumulated(&due), cumulated(&delivered));
    let party_name = party.map(|party| party_label(figures, party));
    let title = text::deliveries_title(&item_label(figures, item), party_name.as_deref());
    let end = text::period(&figures.horizon, figures.horizon.len() - 1);
    let last = |values: &[f64]| quantity(values.last().copied().unwrap_or(0.0));
    let description =
        text::deliveries_description(&last(&due_so_far), &last(&delivered_so_far), &end);
    let id = match party {
        Some(party) => format!("curve-{item}-{party}"),
        None => format!("curve-{item}"),
    };
    let unit = text::counted(&row.unit, Some(text::CUMULATIVE));
    let rows = match party {
        Some(party) => Rows::filtered(
            "demands",
            &[
                ("party", &scenario.parties()[party].party),
                ("item", &row.item),
            ],
        ),
        None => Rows::filtered("demands", &[("item", &row.item)]),
    };
    let cells: Vec<Markup> = (0..figures.horizon.len())
        .filter(|t| due[*t] > NOTHING || delivered[*t] > NOTHING)
        .map(|t| {
            html! { tr data-row=(figures.horizon.label(t)) {
                th scope="row" { (time(&figures.horizon, t)) }
                @for value in [due[t], delivered[t], due_so_far[t], delivered_so_far[t], due_so_far[t] - delivered_so_far[t]] {
                    (number(html! { (quantity(value)) }))
                }
            } }
        })
        .collect();
    html! {
        figure data-table=(rows.table()) data-row=(rows.row()) {
            figcaption { (heading) }
            (curves::deliveries(
                &Caption { id: &id, title: &title, description: &description },
                axis,
                &curves::Deliveries { due: &due_so_far, delivered: &delivered_so_far, unit: &unit },
                &NAMES,
            ))
            (numbers(&format!("{title}, in {}. {}", text::plural(&row.unit, 2.0), text::UNCHANGED), &[
                Column::Words(text::PERIOD), Column::Number(text::DUE_NOW), Column::Number(text::DELIVERED_NOW),
                Column::Number(text::DUE_SO_FAR), Column::Number(text::DELIVERED_SO_FAR), Column::Number(text::OPEN),
            ], &cells))
        }
    }
}

fn cumulated(values: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    values
        .iter()
        .map(|value| {
            sum += value;
            sum
        })
        .collect()
}
