//! Binding: every figure, name and row of the page says which rows it was read from.
//!
//! `data-table` names a table of the scenario or of the answer (`demands`, `deliver`, `prices`, ...).
//! `data-row` is the key of a row, or the rows a sum runs over as `column=value` pairs joined by `;`
//! (`*` for all). `data-column` is the column, `on_time`, `late` and `unmet` among them: late is what
//! is delivered and not on time. Tables of the answer to `repair` are led by its name: `repair.jobs`.

use darsena_scenario::{Horizon, Scenario, SourceId};
use maud::{Markup, html};

use crate::number::{money, quantity};
use crate::text;

/// Rows of one table.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    table: &'static str,
    row: String,
}

impl Rows {
    pub(crate) fn new(table: &'static str, row: impl Into<String>) -> Self {
        Rows {
            table,
            row: row.into(),
        }
    }

    /// All rows in which each column has the given value.
    pub(crate) fn filtered(table: &'static str, conditions: &[(&str, &str)]) -> Self {
        let conditions: Vec<String> = conditions
            .iter()
            .map(|(column, value)| format!("{column}={value}"))
            .collect();
        Rows::new(
            table,
            if conditions.is_empty() {
                "*".to_owned()
            } else {
                conditions.join(";")
            },
        )
    }

    pub(crate) fn table(&self) -> &'static str {
        self.table
    }

    pub(crate) fn row(&self) -> &str {
        &self.row
    }

    /// A number in any words.
    pub(crate) fn figure(&self, column: &str, value: f64, words: &str) -> Markup {
        html! {
            data value=(plain(value)) data-table=(self.table) data-row=(self.row) data-column=(column) { (words) }
        }
    }

    /// A quantity without its unit.
    pub(crate) fn quantity(&self, column: &str, value: f64) -> Markup {
        self.figure(column, value, &quantity(value))
    }

    /// A quantity with its unit.
    pub(crate) fn units(&self, column: &str, value: f64, unit: &str) -> Markup {
        self.figure(
            column,
            value,
            &format!("{}\u{a0}{}", quantity(value), text::plural(unit, value)),
        )
    }

    /// An amount of money.
    pub(crate) fn money(&self, column: &str, value: f64, currency: &str) -> Markup {
        self.figure(column, value, &money(currency, value))
    }
}

/// A number for machines: as short as it can be without loss, never in exponents.
fn plain(value: f64) -> String {
    if value == 0.0 {
        "0".to_owned()
    } else {
        format!("{value}")
    }
}

/// The name of a row, or its id where it has none.
pub(crate) fn name(table: &'static str, id: &str, name: &str) -> Markup {
    html! { span class="name" data-table=(table) data-row=(id) { (if name.is_empty() { id } else { name }) } }
}

/// A period.
pub(crate) fn time(horizon: &Horizon, t: usize) -> Markup {
    html! { time datetime=(horizon.start_of(t)) { (text::period(horizon, t)) } }
}

/// Footnotes: the sources of what is shown, numbered in the order in which they are first cited.
pub(crate) struct Notes<'a> {
    scenario: &'a Scenario,
    cited: Vec<usize>,
}

impl<'a> Notes<'a> {
    pub(crate) fn new(scenario: &'a Scenario) -> Self {
        Notes {
            scenario,
            cited: Vec::new(),
        }
    }

    /// The marks of the sources of one or several rows, and a word where one of them is our own estimate.
    pub(crate) fn cite<'s>(&mut self, sources: impl IntoIterator<Item = &'s SourceId>) -> Markup {
        let mut numbers: Vec<usize> = Vec::new();
        let mut estimate = false;
        for id in sources {
            let Some(place) = self.scenario.find_source(id) else {
                continue;
            };
            estimate |= self.scenario.sources()[place]
                .grade
                .is_some_and(|grade| grade.as_str() == "E");
            let known = self.cited.iter().position(|cited| *cited == place);
            let number = known.unwrap_or_else(|| {
                self.cited.push(place);
                self.cited.len() - 1
            }) + 1;
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        numbers.sort_unstable();
        html! {
            @if !numbers.is_empty() {
                sup class="cite" {
                    @for (place, number) in numbers.iter().enumerate() {
                        @if place > 0 { " " }
                        a href=(format!("#source-{number}")) { (number) }
                    }
                    @if estimate { " (" (text::ESTIMATE) ")" }
                }
            }
        }
    }

    /// The sources cited so far, in order of their numbers from 1.
    pub(crate) fn cited(&self) -> &[usize] {
        &self.cited
    }
}
