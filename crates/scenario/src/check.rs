//! Checking: the text of a package to a scenario, and every finding on the way.

mod repair;
mod rows;
mod supply;

pub(crate) use repair::{APPROVALS, LAW};

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::cell::{Cells, Columns, Record};
use crate::finding::{Finding, Findings, nearest, shown};
use crate::head::Head;
use crate::package::{Checked, Package, Table};
use crate::scenario::Scenario;
use crate::tables::{Drafts, PartyKind, TableName, Target};
use crate::time::Horizon;

/// The rows of a table while they are checked, in order of their key.
pub(crate) struct Draft<R> {
    pub(crate) rows: Vec<R>,
    pub(crate) places: Vec<Place>,
    pub(crate) file: String,
    /// Whether all of its rows are here and the first cell of each could be read; if not, nothing is said
    /// about ids that are missing.
    pub(crate) complete: bool,
    /// Whether all of its rows are here.
    pub(crate) here: bool,
    /// The columns that could not be read in one row or another.
    unread: Columns,
}

/// Where a row stands in its file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The line, as a person counts.
    pub(crate) line: u32,
    /// The columns that could not be read in it: no check looks at what stands in for them.
    pub(crate) unread: Columns,
}

/// What every check looks at, and where it leaves what it found.
struct Checker<'a> {
    package: &'a Package,
    drafts: &'a Drafts,
    horizon: Option<Horizon>,
    findings: &'a mut Findings,
}

impl Checker<'_> {
    fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Whether both sites are known and not the same: of one that is not, that alone is worth a word.
    fn differ(&self, one: &str, other: &str) -> bool {
        let known = |site| self.drafts.find(TableName::Sites, site).is_some();
        one != other && known(one) && known(other)
    }
}

/// Most rows of all tables together.
const MOST_ROWS: usize = 4_000_000;

pub(crate) fn check(package: &Package) -> Checked {
    let mut findings = package.reading_findings().clone();
    let tables = package.tables();
    let mut files = vec![package.descriptor_file()];
    files.extend(tables.iter().map(Table::file));
    let rows: usize = tables.iter().map(Table::len).sum();
    if rows > MOST_ROWS {
        let message = format!("its tables have {rows} rows together and are not looked at");
        let finding = Finding::error("too-large", package.descriptor_file(), message);
        findings.push(finding.help(format!("a scenario has at most {MOST_ROWS} rows")));
        return Checked {
            scenario: None,
            findings: findings.finish(&files),
        };
    }
    let drafts = Drafts::read(tables, &mut findings);
    drafts.see_references(&mut References::new(&drafts, &mut findings));
    let horizon = package.head().map(Head::horizon);
    let mut checker = Checker {
        package,
        drafts: &drafts,
        horizon,
        findings: &mut findings,
    };
    rows::check(&mut checker);
    repair::check(&mut checker);
    supply::check(&mut checker);
    if !checker.findings.stop() {
        // What is left over is worth a word only once nothing is wrong.
        rows::left_over(&mut checker);
        supply::left_over(&mut checker);
    }
    let scenario = match package.head() {
        Some(head) if !findings.stop() => Some(Scenario::new(head.clone(), drafts.finish())),
        _ => None,
    };
    Checked {
        scenario,
        findings: findings.finish(&files),
    }
}

impl<R: Record> Draft<R> {
    pub(crate) fn read(table: &Table, findings: &mut Findings) -> Self {
        let file = table.file().to_string();
        let (columns, doubtful) = columns(table, findings);
        let mut cells = Cells::new(table, &columns, findings);
        let mut rows = Vec::with_capacity(table.len());
        let mut unread = Columns::default();
        for n in 0..table.len() {
            cells.go_to(n);
            let row = R::read(&mut cells);
            let place = Place {
                line: table.line(n),
                unread: cells.unread().and(doubtful),
            };
            unread = unread.and(place.unread);
            rows.push((row, place));
        }
        let schema = table.schema();
        let full_order = |(a, at): &(R, Place), (b, bt): &(R, Place)| {
            a.order(b)
                .then_with(|| {
                    if R::KEYED {
                        Ordering::Equal
                    } else {
                        by_text(a, b)
                    }
                })
                .then(at.line.cmp(&bt.line))
        };
        if !rows.is_sorted_by(|a, b| full_order(a, b).is_le()) {
            rows.sort_by(full_order);
        }
        if R::KEYED {
            // Of each run of equal keys the first row is the one the others repeat.
            let key = schema.key().fold(Columns::default(), Columns::with);
            let mut first: Option<usize> = None;
            for n in 0..rows.len() {
                if rows[n].1.unread.meet(key) {
                    continue;
                }
                match first {
                    Some(first) if rows[first].0.order(&rows[n].0) == Ordering::Equal => {
                        findings.push(duplicate(schema.key(), &rows[n], &rows[first], &file));
                    }
                    _ => first = Some(n),
                }
            }
        }
        let (rows, places) = rows.into_iter().unzip();
        let here = table.is_readable();
        // A row without its first cell may be the one that others refer to.
        let complete = here && !unread.meet(Columns::default().with(0));
        Draft {
            rows,
            places,
            file,
            complete,
            here,
            unread,
        }
    }

    /// All rows, with their lines.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&R, u32)> {
        let rows = self.rows.iter().zip(&self.places);
        rows.map(|(row, place)| (row, place.line))
    }

    /// The rows in which all of these columns could be read, with their lines.
    pub(crate) fn with(&self, columns: &[&str]) -> impl Iterator<Item = (&R, u32)> {
        let columns = self.columns(columns);
        let rows = self.rows.iter().zip(&self.places);
        rows.filter(move |(_, place)| !place.unread.meet(columns))
            .map(|(row, place)| (row, place.line))
    }

    /// Whether all rows are here and these columns could be read in each.
    pub(crate) fn whole(&self, columns: &[&str]) -> bool {
        self.here && !self.unread.meet(self.columns(columns))
    }

    /// The columns of these names.
    pub(crate) fn columns(&self, names: &[&str]) -> Columns {
        Columns::named(R::TABLE.schema(), names)
    }
}

/// Order of rows without a key: by all that is written in them.
fn by_text<R: Record>(a: &R, b: &R) -> Ordering {
    let (mut left, mut right) = (String::new(), String::new());
    for n in 0..R::TABLE.schema().attributes.len() {
        left.clear();
        right.clear();
        a.write(n, &mut left);
        b.write(n, &mut right);
        let order = left.cmp(&right);
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

fn duplicate<R: Record>(
    key: impl Iterator<Item = usize>,
    (row, place): &(R, Place),
    (_, first): &(R, Place),
    file: &str,
) -> Finding {
    let attributes = R::TABLE.schema().attributes;
    let mut names = Vec::new();
    let mut found = String::new();
    for n in key {
        let start = found.len();
        row.write(n, &mut found);
        if found.len() > start {
            names.push(attributes[n].name);
            found.push(' ');
        }
    }
    let found = found.trim_end();
    let message = format!("`{}` stands in row {} already", shown(found), first.line);
    Finding::error("duplicate-row", file, message)
        .at(place.line)
        .column(&names.join(", "))
        .found(found)
        .help("rows are told apart by this; take one of them away or rename it")
}

/// Where each attribute of the dictionary stands in the table, and those that are not there but are probably
/// meant by a column nobody knows; findings for columns that are unknown, missing or there twice.
fn columns(table: &Table, findings: &mut Findings) -> (Vec<Option<usize>>, Columns) {
    let attributes = table.schema().attributes;
    let mut columns = vec![None; attributes.len()];
    let mut doubtful = Columns::default();
    // A table without a header has been reported, or has no file.
    if table.columns().is_empty() {
        return (columns, doubtful);
    }
    let mut unknown = Vec::new();
    for (n, column) in table.columns().iter().enumerate() {
        match table.schema().attribute(column) {
            Some(attribute) if columns[attribute].is_none() => columns[attribute] = Some(n),
            Some(_) => findings.push(
                Finding::error(
                    "duplicate-column",
                    table.file(),
                    "the header names it twice",
                )
                .at(1)
                .column(column)
                .found(column)
                .help("keep one of them"),
            ),
            None => unknown.push((n, column)),
        }
    }
    for (n, column) in unknown {
        let open = || {
            attributes
                .iter()
                .zip(&columns)
                .filter(|(_, c)| c.is_none())
                .map(|(a, _)| a.name)
        };
        let finding = if column.is_empty() {
            Finding::error(
                "unknown-column",
                table.file(),
                format!("column {} has no name", n + 1),
            )
        } else {
            let message = format!("table `{}` has no such column", table.name());
            Finding::error("unknown-column", table.file(), message).column(column)
        };
        let lower = column.to_lowercase().replace([' ', '-'], "_");
        let names: Vec<&str> = attributes.iter().map(|a| a.name).collect();
        let help = match nearest(&lower, open()) {
            Some(near) => {
                doubtful = doubtful.and(Columns::named(table.schema(), &[near]));
                format!("did you mean `{near}`?")
            }
            None => format!("it has `{}`; remarks go into `note`", names.join("`, `")),
        };
        findings.push(finding.at(1).found(column).help(help));
    }
    for (attribute, column) in attributes.iter().zip(&columns) {
        if column.is_none() && attribute.is_required() {
            findings.push(
                Finding::error(
                    "missing-column",
                    table.file(),
                    "the header does not name it",
                )
                .at(1)
                .column(attribute.name)
                .help(format!(
                    "add it; its cells hold {}",
                    attribute.kind.describe()
                )),
            );
        }
    }
    (columns, doubtful)
}

/// Looks up every id in the table that must know it.
pub(crate) struct References<'a> {
    drafts: &'a Drafts,
    /// Ids of the parties of kind `state`, in order.
    states: Vec<&'a str>,
    /// What each unknown id was probably meant to be.
    nearest: BTreeMap<(&'static str, String), Option<&'a str>>,
    /// Columns that refer to a table without rows.
    empty: BTreeSet<(TableName, usize)>,
    findings: &'a mut Findings,
}

impl<'a> References<'a> {
    fn new(drafts: &'a Drafts, findings: &'a mut Findings) -> Self {
        let kind = drafts.parties.columns(&["kind"]);
        let parties = drafts.parties.rows.iter().zip(&drafts.parties.places);
        let states = parties
            // A party whose kind could not be read may be a state.
            .filter(|(party, place)| party.kind == PartyKind::State || place.unread.meet(kind))
            .map(|(party, _)| party.party.as_str())
            .collect();
        References {
            drafts,
            states,
            nearest: BTreeMap::new(),
            empty: BTreeSet::new(),
            findings,
        }
    }

    pub(crate) fn see<R: Record>(&mut self, draft: &Draft<R>) {
        for (row, place) in draft.rows.iter().zip(&draft.places) {
            row.references(&mut |attribute, target, id| {
                if id.is_empty() {
                    return;
                }
                let known = match target {
                    Target::Table(table) => self.drafts.find(table, id).is_some(),
                    Target::State => self.states.binary_search(&id).is_ok(),
                };
                if !known && self.complete(target) {
                    self.report(R::TABLE, attribute, target, id, &draft.file, place.line);
                }
            });
        }
    }

    /// Whether all ids of the target are known.
    fn complete(&self, target: Target) -> bool {
        match target {
            Target::Table(table) => self.drafts.complete(table),
            Target::State => self.drafts.parties.complete,
        }
    }

    fn report(
        &mut self,
        table: TableName,
        attribute: usize,
        target: Target,
        id: &str,
        file: &str,
        line: u32,
    ) {
        if self.findings.only_counted() {
            return;
        }
        let column = table.schema().attributes[attribute].name;
        if let Target::Table(to) = target
            && self.drafts.ids(to).is_empty()
        {
            // Nothing is known there: one finding a column says so.
            if !self.empty.insert((table, attribute))
                || matches!(to, TableName::Sites | TableName::Items)
            {
                return;
            }
        }
        let (message, known) = match target {
            Target::Table(target) => (
                format!("`{}` is not in {target}", shown(id)),
                self.drafts.ids(target),
            ),
            Target::State => {
                let message = format!("`{}` is no party of kind `state`", shown(id));
                (message, self.states.clone())
            }
        };
        let where_to = match target {
            Target::Table(target) => target.as_str(),
            Target::State => "parties",
        };
        // The same slip often stands in many rows.
        let near = *self
            .nearest
            .entry((where_to, id.to_string()))
            .or_insert_with(|| nearest(id, known.iter().copied()));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("add it to `{where_to}`, which has no such rows"),
            None => format!("add it to `{where_to}`"),
        };
        self.findings.push(
            Finding::error("unknown-id", file, message)
                .at(line)
                .column(column)
                .found(id)
                .help(help),
        );
    }
}
