//! Lines: which open, which stay shut, and whether they pay.

use darsena_plan::{BreakEven, Viability};
use maud::{Markup, html};

use super::{item_label, resource_name, section, site_label};
use crate::bind::{Notes, Rows};
use crate::chart::{Caption, Width, bars};
use crate::figures::Figures;
use crate::number::{money, percent};
use crate::table::{Column, both, number, numbers};
use crate::text::{self, Names as _};

/// Value of the output less all cost the scenario knows.
fn result(row: &Viability) -> f64 {
    row.revenue - row.variable_cost - row.fixed_cost
}

pub(crate) fn lines(figures: &Figures<'_>, notes: &mut Notes<'_>) -> Markup {
    let plan = figures.plan;
    let choice: Vec<Markup> = plan
        .lines
        .iter()
        .map(|line| {
            let (item, site, _) = figures.recipe(line.recipe);
            let recipe = &figures.scenario.recipes()[line.recipe];
            let rows = Rows::new("lines", recipe.recipe.as_str());
            let cite = notes.cite(&recipe.source);
            let site =
                html! { (site) @if let Some(own) = own_name(figures, line.recipe) { ", " (own) } };
            text::line(
                item,
                site,
                cite,
                line.open,
                rows.quantity("runs", line.runs),
            )
        })
        .collect();
    section(
        "lines",
        text::LINES,
        html! {
            @if choice.is_empty() { p { (text::LINES_NO_CHOICE) } } @else {
                p { (text::LINES_CHOICE) }
                ul { @for line in &choice { li { (line) } } }
            }
            @if !plan.viability.is_empty() {
                p { (text::LINES_NOTE) }
                (chart(figures, notes))
            }
        },
    )
}

fn chart(figures: &Figures<'_>, notes: &mut Notes<'_>) -> Markup {
    let currency = figures.scenario.head().currency.as_str();
    let mut order: Vec<&Viability> = figures.plan.viability.iter().collect();
    order.sort_by(|a, b| {
        result(b)
            .total_cmp(&result(a))
            .then(a.recipe.cmp(&b.recipe))
    });
    // Lines about even say little in a drawing; those that open or stay shut always count.
    let most = order
        .iter()
        .map(|row| result(row).abs())
        .fold(0.0, f64::max);
    let is_choice = |row: &Viability| {
        figures
            .plan
            .lines
            .iter()
            .any(|line| line.recipe == row.recipe)
    };
    let drawn: Vec<&Viability> = order
        .iter()
        .copied()
        .filter(|row| result(row).abs() > 0.01 * most || is_choice(row))
        .collect();
    let words: Vec<(String, String, String)> = drawn
        .iter()
        .map(|row| {
            let recipe = &figures.scenario.recipes()[row.recipe];
            let item = figures
                .scenario
                .find_item(&recipe.item)
                .expect("a checked scenario knows its items");
            (
                item_label(figures, item),
                place(figures, row.recipe),
                money(currency, result(row)),
            )
        })
        .collect();
    let bars: Vec<bars::Bar<'_>> = drawn
        .iter()
        .zip(&words)
        .map(|(row, (label, note, text))| bars::Bar {
            label,
            note,
            value: result(row),
            text,
        })
        .collect();
    let left_out = order.len() - drawn.len();
    let cells: Vec<Markup> = order
        .iter()
        .map(|row| table_row(figures, notes, row))
        .collect();
    let (title, description) = (text::LINES_TITLE, text::LINES_DESCRIPTION);
    html! {
        figure {
            p class="chart-title" { (title) }
            (both(
                bars::bars(&Caption { id: "lines-wide", title, description }, Width::Wide, &bars),
                bars::bars(&Caption { id: "lines-narrow", title, description }, Width::Narrow, &bars),
            ))
            @if left_out > 0 { p class="note" { (text::about_even(left_out)) } }
            (numbers(title, &[
                Column::Words(text::LINE), Column::Words(text::STATE), Column::Number(text::UNITS_MADE),
                Column::Number(text::REVENUE), Column::Number(text::VARIABLE), Column::Number(text::FIXED),
                Column::Number(text::RESULT), Column::Words(text::PAYS), Column::Number(text::SHARE),
                Column::Number(text::HOME), Column::Number(text::ABROAD), Column::Number(text::BREAK_EVEN),
                Column::Number(text::BREAK_EVEN_ABROAD),
            ], &cells))
        }
    }
}

/// Where a recipe is run, with its resource where the same item is made there in several ways.
fn place(figures: &Figures<'_>, recipe: usize) -> String {
    let site = site_label(figures, &figures.scenario.recipes()[recipe].site);
    match own_name(figures, recipe) {
        Some(own) => format!("{site}, {own}"),
        None => site,
    }
}

/// What tells a recipe from another for the same item at the same site: its resource, else its id.
fn own_name(figures: &Figures<'_>, recipe: usize) -> Option<String> {
    let recipes = figures.scenario.recipes();
    let own = &recipes[recipe];
    let has_twin = recipes
        .iter()
        .enumerate()
        .any(|(other, row)| other != recipe && row.item == own.item && row.site == own.site);
    has_twin.then(|| {
        let resource = own
            .resource
            .as_ref()
            .and_then(|id| figures.scenario.find_resource(id));
        resource.map_or_else(
            || own.recipe.to_string(),
            |resource| resource_name(figures, resource),
        )
    })
}

fn table_row(figures: &Figures<'_>, notes: &mut Notes<'_>, row: &Viability) -> Markup {
    let currency = figures.scenario.head().currency.as_str();
    let recipe = &figures.scenario.recipes()[row.recipe];
    let rows = Rows::new("viability", recipe.recipe.as_str());
    let (item, site, _) = figures.recipe(row.recipe);
    let line = figures
        .plan
        .lines
        .iter()
        .find(|line| line.recipe == row.recipe);
    let state = match line {
        Some(line) if line.open => text::OPENS,
        Some(_) => text::SHUT,
        None => text::ALWAYS,
    };
    let unit = figures
        .scenario
        .find_item(&recipe.item)
        .map_or("", |item| figures.scenario.items()[item].unit.as_str());
    let earned_back = row.break_even(figures.scenario);
    let or_never = |value: Option<f64>, column: &str| match (value, earned_back) {
        (Some(value), _) => rows.units(column, value, unit),
        (None, BreakEven::Never) => html! { (text::NEVER) },
        (None, _) => html! { (text::NONE) },
    };
    html! { tr data-table="viability" data-row=(recipe.recipe) {
        th scope="row" { (item) ", " (site) @if let Some(own) = own_name(figures, row.recipe) { ", " (own) } (notes.cite(&recipe.source)) }
        td { (state) }
        (number(rows.units("units", row.runs * recipe.quantity, unit)))
        (number(rows.money("revenue", row.revenue, currency)))
        (number(rows.money("variable_cost", row.variable_cost, currency)))
        (number(rows.money("fixed_cost", row.fixed_cost, currency)))
        (number(rows.money("result", result(row), currency)))
        td { (if result(row) >= 0.0 { text::YES } else { text::NO }) }
        (number(match row.utilisation { Some(share) => rows.figure("utilisation", share, &percent(share)), None => html! { (text::NONE) } }))
        (number(rows.units("home_units", row.home_units, unit)))
        (number(rows.units("export_units", row.export_units, unit)))
        (number(or_never(row.break_even_units, "break_even_units")))
        (number(or_never(row.break_even_export_units, "break_even_export_units")))
    } }
}
