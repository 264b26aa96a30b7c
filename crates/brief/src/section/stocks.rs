//! Stock curves with their floors.

use maud::{Markup, html};

use super::{item_label, section, site_label};
use crate::bind::{Notes, Rows, time};
use crate::chart::{Caption, Time, curves};
use crate::figures::{Figures, Held};
use crate::number::quantity;
use crate::table::{Column, fold, folded, number, numbers};
use crate::text::{self, Names as _};

const NAMES: curves::Names<'_> = curves::Names {
    target: text::FLOOR,
    reached: text::HELD,
};

/// How many stocks are drawn; those with a floor always are.
const DRAWN: usize = 12;

/// How many of them stand open.
const SHOWN: usize = 3;

pub(crate) fn stocks(figures: &Figures<'_>, notes: &mut Notes<'_>, axis: &Time<'_>) -> Markup {
    let mut stocks = figures.stocks();
    let floors = stocks.iter().filter(|stock| stock.floor > 0.0).count();
    let drawn = DRAWN.max(floors).min(stocks.len());
    let others = stocks.split_off(drawn);
    section(
        "stocks",
        text::STOCKS,
        html! {
            p { (text::STOCKS_NOTE) }
            @if stocks.is_empty() { p { (text::NO_STOCKS) } }
            @let (first, rest) = stocks.split_at(stocks.len().min(SHOWN));
            div class="grid" { @for stock in first { (curve(figures, notes, axis, stock)) } }
            @if !rest.is_empty() {
                (fold(&text::further_stocks(rest.len()), html! {
                    div class="grid" { @for stock in rest { (curve(figures, notes, axis, stock)) } }
                }))
            }
            @if !others.is_empty() { (summary(figures, &others)) }
        },
    )
}

/// Stocks that are not drawn, a row each.
fn summary(figures: &Figures<'_>, stocks: &[Held]) -> Markup {
    let scenario = figures.scenario;
    let cells: Vec<Markup> = stocks
        .iter()
        .map(|stock| {
            let (site, item) = (&scenario.sites()[stock.site], &scenario.items()[stock.item]);
            let rows = Rows::filtered("hold", &[("site", &site.site), ("item", &item.item)]);
            let most = stock.held.iter().copied().fold(0.0, f64::max);
            let mean = stock.held.iter().sum::<f64>() / stock.held.len().max(1) as f64;
            let end = stock.held.last().copied().unwrap_or(0.0);
            html! { tr data-table=(rows.table()) data-row=(rows.row()) {
                th scope="row" { (figures.item(stock.item)) }
                td { (figures.site(stock.site)) }
                (number(rows.units("most", most, &item.unit)))
                (number(rows.units("mean", mean, &item.unit)))
                (number(rows.units("end", end, &item.unit)))
            } }
        })
        .collect();
    let caption = text::not_shown(stocks.len());
    folded(
        &caption,
        &caption,
        &[
            Column::Words(text::ITEM),
            Column::Words(text::SITE),
            Column::Number(text::MOST),
            Column::Number(text::MEAN),
            Column::Number(text::AT_END),
        ],
        &cells,
    )
}

fn curve(figures: &Figures<'_>, notes: &mut Notes<'_>, axis: &Time<'_>, stock: &Held) -> Markup {
    let scenario = figures.scenario;
    let (site, item) = (&scenario.sites()[stock.site], &scenario.items()[stock.item]);
    let title = text::stock_title(
        &item_label(figures, stock.item),
        &site_label(figures, &site.site),
    );
    let least = stock.held.iter().copied().fold(f64::INFINITY, f64::min);
    let most = stock.held.iter().copied().fold(0.0, f64::max);
    let description =
        text::stock_description(&quantity(least), &quantity(most), &quantity(stock.floor));
    let id = format!("stock-{}-{}", stock.site, stock.item);
    let floor = vec![stock.floor; stock.held.len()];
    let rows = Rows::filtered("hold", &[("site", &site.site), ("item", &item.item)]);
    let opening = scenario
        .stockpiles_of(&site.site)
        .iter()
        .filter(|row| row.item == item.item);
    let cite = notes.cite(opening.flat_map(|row| &row.source));
    let cells: Vec<Markup> = (0..stock.held.len())
        .filter(|t| {
            *t == 0
                || stock.held[*t] != stock.held[*t - 1]
                || stock.shortfall[*t] != stock.shortfall[*t - 1]
        })
        .map(|t| {
            html! { tr data-row=(figures.horizon.label(t)) {
                th scope="row" { (time(&figures.horizon, t)) }
                (number(html! { (quantity(stock.held[t])) }))
                @if stock.floor > 0.0 {
                    (number(html! { (quantity(stock.floor)) }))
                    (number(html! { (quantity(stock.shortfall[t])) }))
                }
            } }
        })
        .collect();
    let columns = [
        Column::Words(text::PERIOD),
        Column::Number(text::HELD_NOW),
        Column::Number(text::FLOOR_NOW),
        Column::Number(text::SHORT),
    ];
    html! {
        figure data-table=(rows.table()) data-row=(rows.row()) {
            figcaption { (figures.item(stock.item)) (cite) br; span class="soft" { (figures.site(stock.site)) } }
            (curves::stock(
                &Caption { id: &id, title: &title, description: &description },
                axis,
                &curves::Stock { held: &stock.held, floor: &floor, unit: &text::counted(&item.unit, None) },
                &NAMES,
            ))
            (numbers(&format!("{title}, in {}. {}", text::plural(&item.unit, 2.0), text::UNCHANGED_STOCK), &columns[..if stock.floor > 0.0 { 4 } else { 2 }], &cells))
        }
    }
}
