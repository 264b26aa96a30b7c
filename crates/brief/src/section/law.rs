//! What each rule costs, and the law page: rules with citation and confidence.

use maud::{Markup, html};

use super::section;
use crate::bind::Rows;
use crate::chart::{Caption, Width, bars};
use crate::figures::{Figures, NOTHING};
use crate::law::{LawPage, RuleRow, Worth};
use crate::number::quantity;
use crate::table::{Column, both, folded, number, numbers, table};
use crate::text;

/// How many bars are drawn.
const DRAWN: usize = 12;

/// Whether anything is known to be gained.
fn gains(worth: Worth) -> bool {
    [worth.deliveries, worth.unit_months]
        .iter()
        .any(|gain| gain.is_some_and(|gain| gain.abs() > NOTHING))
}

/// The price of each rule.
pub(crate) fn prices(page: &LawPage) -> Markup {
    let costly: Vec<&RuleRow> = page.rules.iter().filter(|rule| gains(rule.worth)).collect();
    section(
        "rules",
        text::RULES,
        html! {
            p { (text::RULES_NOTE) }
            @if let (Some(deliveries), Some(months)) = (page.whole.deliveries, page.whole.unit_months) {
                @let rows = Rows::new("whole", "*");
                p { (text::whole_law(rows.quantity("deliveries", deliveries), rows.quantity("unit_months", months), page.whole.first_priority.is_some())) }
            }
            @if costly.is_empty() { p { (text::NO_RULE_COSTS) } }
            @else {
                figure {
                    @for measure in [Measure::Waiting, Measure::Deliveries] { (chart(measure, &costly)) }
                    (numbers(text::RULES, &[
                        Column::Words(text::RULE), Column::Words(text::DOES), Column::Number(text::MORE_DELIVERIES),
                        Column::Number(text::MONTHS_LESS), Column::Number(text::FIRST_PRIORITY),
                    ], &costly.iter().map(|rule| row("rules", &rule.rule, &rule.kind, rule.worth)).collect::<Vec<_>>()))
                }
                @if page.rules.len() > costly.len() { p class="note" { (text::silent_rules(page.rules.len() - costly.len())) } }
            }
            @if !page.pairs.is_empty() {
                h3 { (text::PAIRS) }
                p { (text::PAIRS_NOTE) }
                (table(text::PAIRS, &[
                    Column::Words(text::RULES_BOTH), Column::Number(text::MORE_DELIVERIES),
                    Column::Number(text::MONTHS_LESS), Column::Number(text::ONLY_TOGETHER),
                ], &page.pairs.iter().map(|pair| {
                    let rows = Rows::filtered("pairs", &[("rule", &pair.rules.0), ("other", &pair.rules.1)]);
                    html! { tr {
                        th scope="row" { code { (pair.rules.0) } " " (text::AND) " " code { (pair.rules.1) } }
                        (number(told(&rows, "deliveries", pair.worth.deliveries)))
                        (number(told(&rows, "unit_months", pair.worth.unit_months)))
                        (number(rows.quantity("more_unit_months", pair.together)))
                    } }
                }).collect::<Vec<_>>()))
            }
            @let sooner: Vec<_> = page.approvals.iter().filter(|one| gains(one.worth)).collect();
            @if !sooner.is_empty() {
                h3 { (text::SOONER) }
                p { (text::SOONER_NOTE) }
                (table(text::SOONER, &[
                    Column::Words(text::APPROVAL), Column::Words(text::BODY), Column::Number(text::TYPICAL_DAYS),
                    Column::Number(text::MORE_DELIVERIES), Column::Number(text::MONTHS_LESS),
                ], &sooner.iter().map(|one| {
                    let rows = Rows::new("approvals", one.approval.as_str());
                    html! { tr {
                        th scope="row" { code { (one.approval) } }
                        td { (one.body) }
                        (number(rows.quantity("typical_days", f64::from(one.typical_days))))
                        (number(told(&rows, "deliveries", one.worth.deliveries)))
                        (number(told(&rows, "unit_months", one.worth.unit_months)))
                    } }
                }).collect::<Vec<_>>()))
            }
        },
    )
}

/// The rules that hold something back: what they say, where it stands, how far they can be trusted.
pub(crate) fn law(figures: &Figures<'_>, page: &LawPage) -> Markup {
    let (priced, silent): (Vec<&RuleRow>, Vec<&RuleRow>) =
        page.rules.iter().partition(|rule| gains(rule.worth));
    let row = |rule: &&RuleRow| {
        let arcs = Rows::new("rules", rule.rule.as_str()).quantity("arcs", rule.arcs as f64);
        html! { tr {
            th scope="row" { code data-table="rules" data-row=(rule.rule) { (rule.rule) } }
            td class="words" { (rule.plain) }
            td {
                @match &rule.url {
                    Some(url) if super::method::is_link(url) => { a href=(url) rel="noreferrer" { (rule.citation) } }
                    _ => { (rule.citation) }
                }
            }
            td { (rule.confidence) }
            (number(arcs))
        } }
    };
    let rows = |rules: &[&RuleRow]| -> Vec<Markup> { rules.iter().map(row).collect() };
    let columns = [
        Column::Words(text::RULE),
        Column::Words(text::SAYS),
        Column::Words(text::CITATION),
        Column::Words(text::TRUST),
        Column::Number(text::ARCS),
    ];
    section(
        "law",
        text::LAW_PAGE,
        html! {
            p { (text::law_note(page.as_of, page.hash.get(..16).unwrap_or(&page.hash), &figures.scenario.head().name)) }
            @if page.rules.is_empty() { p { (text::NO_RULE_HOLDS) } }
            @else if priced.is_empty() { p { (text::NO_RULE_COSTS) } }
            @else { (table(text::LAW_PAGE, &columns, &rows(&priced))) }
            @if !silent.is_empty() {
                @let title = text::rules_without_price(silent.len());
                (folded(&title, &title, &columns, &rows(&silent)))
            }
            p class="note" { (page.advice) "." }
        },
    )
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Measure {
    Waiting,
    Deliveries,
}

fn chart(measure: Measure, rules: &[&RuleRow]) -> Markup {
    let value = |rule: &RuleRow| {
        let worth = rule.worth;
        let gain = match measure {
            Measure::Waiting => worth.unit_months,
            Measure::Deliveries => worth.deliveries,
        };
        gain.unwrap_or(0.0)
    };
    let mut drawn: Vec<&RuleRow> = { rules.iter() }
        .copied()
        .filter(|rule| value(rule).abs() > NOTHING)
        .collect();
    if drawn.is_empty() {
        return html! {};
    }
    drawn.sort_by(|a, b| value(b).total_cmp(&value(a)).then(a.rule.cmp(&b.rule)));
    let left_out = drawn.len().saturating_sub(DRAWN);
    drawn.truncate(DRAWN);
    let (id, title) = match measure {
        Measure::Waiting => ("rules-waiting", text::RULES_WAITING),
        Measure::Deliveries => ("rules-deliveries", text::RULES_DELIVERIES),
    };
    let words: Vec<String> = drawn.iter().map(|rule| quantity(value(rule))).collect();
    let bars: Vec<bars::Bar<'_>> = { drawn.iter().zip(&words) }
        .map(|(rule, text)| bars::Bar {
            label: &rule.rule,
            note: &rule.citation,
            value: value(rule),
            text,
        })
        .collect();
    let narrow = format!("{id}-narrow");
    let description = text::RULES_DESCRIPTION;
    let caption = |id| Caption {
        id,
        title,
        description,
    };
    html! {
        p class="chart-title" { (title) }
        (both(
            bars::bars(&caption(id), Width::Wide, &bars),
            bars::bars(&caption(&narrow), Width::Narrow, &bars),
        ))
        @if left_out > 0 { p class="note" { (text::not_drawn(left_out)) } }
    }
}

fn row(table: &'static str, id: &str, does: &str, worth: Worth) -> Markup {
    let rows = Rows::new(table, id);
    html! { tr {
        th scope="row" { code { (id) } }
        td { (does) }
        (number(told(&rows, "deliveries", worth.deliveries)))
        (number(told(&rows, "unit_months", worth.unit_months)))
        (number(match worth.first_priority {
            Some(priority) => rows.quantity("first_priority", f64::from(priority)),
            None => html! { (text::NONE) },
        }))
    } }
}

fn told(rows: &Rows, column: &str, value: Option<f64>) -> Markup {
    match value {
        Some(value) => rows.quantity(column, value),
        None => html! { (text::NONE) },
    }
}
