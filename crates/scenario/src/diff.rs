//! The difference of two scenarios: rows added, removed and changed.
//!
//! Rows are paired by the key of their table, cells compared by what they mean: `1.50` is `1.5`, a blank
//! cell is its default, `us;jp` is `jp;us`, and neither the order of rows nor of columns says anything.
//! Rows of a table without a key are equal or not; none of them is changed.

use std::collections::BTreeMap;
use std::fmt;

use crate::cell::{self, Written};
use crate::dictionary::{Attribute, Kind};
use crate::json::Json;
use crate::package::{Package, Table};
use crate::tables::TableName;

/// What is different between two scenarios.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Values of the descriptor, by key; keys of the head come as `darsena.periods`.
    pub head: Vec<CellChange>,
    /// Tables with a difference, in the order of the dictionary.
    pub tables: Vec<TableDifference>,
}

/// What is different in one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDifference {
    /// Which table.
    pub table: TableName,
    /// Rows only the new one has, in order of their keys.
    pub added: Vec<RowText>,
    /// Rows only the old one has.
    pub removed: Vec<RowText>,
    /// Rows both have, with different cells.
    pub changed: Vec<RowChange>,
}

/// The filled cells of a row: column and text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowText {
    /// The cells of the key; empty for a table without one.
    pub key: Vec<String>,
    /// All filled cells, in the order of the dictionary.
    pub cells: Vec<(String, String)>,
}

/// A row with different cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowChange {
    /// The cells of the key.
    pub key: Vec<String>,
    /// The cells that differ, in the order of the dictionary.
    pub cells: Vec<CellChange>,
}

/// A value that differs; a blank one is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellChange {
    /// The column, or the key of the descriptor.
    pub column: String,
    /// What the old one holds.
    pub old: String,
    /// What the new one holds.
    pub new: String,
}

impl Difference {
    /// Whether both say the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.head.is_empty() && self.tables.is_empty()
    }
}

/// Compares two scenarios as they are written, whether they check or not.
#[must_use]
pub fn diff(old: &Package, new: &Package) -> Difference {
    let (before, after) = (head_values(old.descriptor()), head_values(new.descriptor()));
    let tables = TableName::all()
        .map(|table| table_difference(old.table(table), new.table(table)))
        .filter(|table| {
            !(table.added.is_empty() && table.removed.is_empty() && table.changed.is_empty())
        })
        .collect();
    Difference {
        head: changes(&before, &after),
        tables,
    }
}

/// The values of a descriptor by key, save the list of tables: how they are stored says nothing.
fn head_values(descriptor: &Json) -> BTreeMap<(usize, String), String> {
    let mut values = BTreeMap::new();
    let text = |value: &Json| match value {
        Json::Text(text) => text.clone(),
        other => other.to_value().to_string(),
    };
    if let Json::Object(top) = descriptor {
        for (key, value) in top {
            match (key.as_str(), value) {
                ("resources" | "profile", _) | (_, Json::Null) => {}
                ("darsena", Json::Object(head)) => {
                    for (key, value) in head {
                        values.insert((1, format!("darsena.{key}")), text(value));
                    }
                }
                _ => {
                    values.insert((0, key.clone()), text(value));
                }
            }
        }
    }
    values
}

/// The cells of a row by the place of their column; columns the dictionary does not know come last.
type Cells = BTreeMap<(usize, String), String>;

fn changes(old: &Cells, new: &Cells) -> Vec<CellChange> {
    let mut columns: Vec<&(usize, String)> = old.keys().chain(new.keys()).collect();
    columns.sort_unstable();
    columns.dedup();
    let text = |cells: &Cells, column| cells.get(column).cloned().unwrap_or_default();
    columns
        .into_iter()
        .map(|column| CellChange {
            column: column.1.clone(),
            old: text(old, column),
            new: text(new, column),
        })
        .filter(|change| change.old != change.new)
        .collect()
}

fn table_difference(old: &Table, new: &Table) -> TableDifference {
    let mut difference = TableDifference {
        table: old.name(),
        added: Vec::new(),
        removed: Vec::new(),
        changed: Vec::new(),
    };
    let (mut before, mut after) = (
        rows(old).into_iter().peekable(),
        rows(new).into_iter().peekable(),
    );
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => break,
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some((old, _)), Some((new, _))) => old.cmp(new),
        };
        let old = if order.is_le() { before.next() } else { None };
        let new = if order.is_ge() { after.next() } else { None };
        match (old, new) {
            (Some((key, old)), Some((_, new))) => {
                let cells = changes(&old, &new);
                if !cells.is_empty() {
                    difference.changed.push(RowChange { key, cells });
                }
            }
            (Some((key, cells)), None) => difference.removed.push(row_text(key, cells)),
            (None, Some((key, cells))) => difference.added.push(row_text(key, cells)),
            (None, None) => {}
        }
    }
    if old.schema().key().next().is_none() {
        // The whole row was its key; what is left to show is its cells.
        for row in difference.added.iter_mut().chain(&mut difference.removed) {
            row.key.clear();
        }
    }
    difference
}

fn row_text(key: Vec<String>, cells: Cells) -> RowText {
    RowText {
        key,
        cells: cells
            .into_iter()
            .map(|((_, column), text)| (column, text))
            .collect(),
    }
}

/// The rows in order of their key, each with its filled cells in canonical spelling.
fn rows(table: &Table) -> Vec<(Vec<String>, Cells)> {
    let schema = table.schema();
    let keys: Vec<usize> = schema.key().collect();
    let columns: Vec<((usize, String), Option<&Attribute>)> = table
        .columns()
        .iter()
        .map(|column| {
            let place = schema.attribute(column);
            let attribute = place.map(|n| &schema.attributes[n]);
            (
                (place.unwrap_or(schema.attributes.len()), column.clone()),
                attribute,
            )
        })
        .collect();
    let mut rows: Vec<(Vec<String>, Cells)> = (0..table.len())
        .map(|row| {
            let cells: Cells = columns
                .iter()
                .zip(table.row(row))
                .map(|((column, attribute), text)| (column.clone(), canonical(*attribute, text)))
                .filter(|(_, text)| !text.is_empty())
                .collect();
            let key = if keys.is_empty() {
                cells
                    .iter()
                    .flat_map(|((_, column), text)| [column.clone(), text.clone()])
                    .collect()
            } else {
                keys.iter()
                    .map(|&n| {
                        let column = (n, schema.attributes[n].name.to_string());
                        cells.get(&column).cloned().unwrap_or_default()
                    })
                    .collect()
            };
            (key, cells)
        })
        .collect();
    rows.sort();
    rows
}

/// The one spelling of what a cell means; text that means nothing stays as it is.
fn canonical(attribute: Option<&Attribute>, text: &str) -> String {
    let Some(attribute) = attribute.filter(|_| !text.is_empty()) else {
        return text.to_string();
    };
    let mut out = String::new();
    match attribute.kind {
        kind if kind.is_number() => match cell::number(text) {
            Ok(value) => value.write(&mut out),
            Err(_) => out.push_str(text),
        },
        Kind::Flag => match cell::flag(text) {
            Ok(value) => value.write(&mut out),
            Err(_) => out.push_str(text),
        },
        Kind::Refs(_) | Kind::States | Kind::Words => match cell::words(text) {
            Ok(value) => value.write(&mut out),
            Err(_) => out.push_str(text),
        },
        _ => out.push_str(text),
    }
    if attribute.default == Some(out.as_str()) {
        out.clear();
    }
    out
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "no difference");
        }
        let blank = |text: &str| {
            if text.is_empty() {
                "(blank)".to_string()
            } else {
                text.to_string()
            }
        };
        for CellChange { column, old, new } in &self.head {
            writeln!(f, "{column}: {} -> {}", blank(old), blank(new))?;
        }
        for table in &self.tables {
            writeln!(
                f,
                "{}: {} added, {} removed, {} changed",
                table.table,
                table.added.len(),
                table.removed.len(),
                table.changed.len()
            )?;
            for (sign, rows) in [("+", &table.added), ("-", &table.removed)] {
                for row in rows {
                    let cells = row
                        .cells
                        .iter()
                        .map(|(column, text)| format!("{column} {text}"));
                    writeln!(f, "  {sign} {}", cells.collect::<Vec<_>>().join(", "))?;
                }
            }
            for row in &table.changed {
                writeln!(f, "  ~ {}", row.key.join(" ").trim_end())?;
                for CellChange { column, old, new } in &row.cells {
                    writeln!(f, "      {column}: {} -> {}", blank(old), blank(new))?;
                }
            }
        }
        Ok(())
    }
}
