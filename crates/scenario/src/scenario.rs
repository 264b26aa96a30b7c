//! The scenario: all tables of one situation, typed and checked.

use std::cmp::Ordering;
use std::sync::OnceLock;

use crate::cell::{EachTable, Record};
use crate::head::{FORMAT, Head};
use crate::tables::{Indexes, Tables};

/// All tables of one situation, checked: every id is known, every number is finite, every date fits.
///
/// Built by [`crate::load`] or [`crate::Package::check`] only. Rows stand in order of their key, so the
/// order of rows in the files never matters.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub(crate) head: Head,
    pub(crate) tables: Tables,
    pub(crate) indexes: Indexes,
    /// Told when it is first asked for.
    hash: OnceLock<String>,
}

impl PartialEq for Scenario {
    fn eq(&self, other: &Self) -> bool {
        self.head == other.head && self.tables == other.tables
    }
}

impl Scenario {
    pub(crate) fn new(head: Head, (tables, indexes): (Tables, Indexes)) -> Self {
        Scenario {
            head,
            tables,
            indexes,
            hash: OnceLock::new(),
        }
    }

    /// To be called when a row changes.
    /// Shows the rows of every table.
    pub(crate) fn each_table(&self, see: &mut impl EachTable) {
        self.tables.each(see);
    }

    pub(crate) fn forget_hash(&mut self) {
        self.hash = OnceLock::new();
    }

    /// What holds for the scenario as a whole.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Hash of the content, as hexadecimal text: the same for the same head and rows, however they are
    /// ordered, spelled or stored.
    #[must_use]
    pub fn hash(&self) -> &str {
        self.hash
            .get_or_init(|| content_hash(&self.head, &self.tables))
    }
}

/// The rows for which `order` says equal, of rows in that order.
pub(crate) fn rows_of<R>(rows: &[R], order: impl Fn(&R) -> Ordering) -> &[R] {
    let first = rows.partition_point(|row| order(row) == Ordering::Less);
    let length = rows[first..].partition_point(|row| order(row) == Ordering::Equal);
    &rows[first..first + length]
}

fn content_hash(head: &Head, tables: &Tables) -> String {
    let mut hasher = Hasher {
        blake: blake3::Hasher::new(),
        text: String::new(),
    };
    let Head {
        name,
        title,
        start,
        period,
        periods,
        currency,
        law_as_of,
        objective,
    } = head;
    let objective = objective.map_or("", |objective| objective.as_str());
    for part in [
        &format!("darsena scenario {FORMAT}"),
        name,
        title,
        &start.to_string(),
        period.as_str(),
        &periods.to_string(),
        currency,
        &law_as_of.to_string(),
        objective,
    ] {
        hasher.part(part);
    }
    tables.each(&mut hasher);
    hasher.flush();
    hasher.blake.finalize().to_hex().to_string()
}

/// Feeds values one after the other, each with its name, so that no two contents read the same.
/// Blank cells and defaults are left out: a column nobody fills does not change the hash.
struct Hasher {
    blake: blake3::Hasher,
    text: String,
}

impl Hasher {
    fn part(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\u{1f}');
    }

    fn flush(&mut self) {
        self.blake.update(self.text.as_bytes());
        self.text.clear();
    }
}

impl EachTable for Hasher {
    fn table<R: Record>(&mut self, rows: &[R]) {
        if rows.is_empty() {
            return;
        }
        let schema = R::TABLE.schema();
        self.text.push('\u{1d}');
        self.part(schema.text);
        for row in rows {
            self.text.push('\u{1e}');
            for (n, attribute) in schema.attributes.iter().enumerate() {
                let start = self.text.len();
                self.part(attribute.name);
                let value = self.text.len();
                row.write(n, &mut self.text);
                let text = &self.text[value..];
                if text.is_empty() || Some(text) == attribute.default {
                    self.text.truncate(start);
                } else {
                    self.text.push('\u{1f}');
                }
            }
            if self.text.len() > 1 << 16 {
                self.flush();
            }
        }
    }
}
