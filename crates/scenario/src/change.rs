//! What is different for some time: changes of a scenario, applied without copying the tables they leave alone.
//!
//! A [`Change`] is a list of [`Edit`]s that are taken together. A disruption takes something away, a lever adds
//! something; both are the same to whoever plans. The tables of a scenario are shared: a changed scenario has its
//! own copy of the tables that were edited and of no other.
//!
//! ```
//! # use std::collections::BTreeMap;
//! use darsena_scenario::{Edit, Span, TableName, read_memory};
//!
//! # let mut files = BTreeMap::new();
//! # let mut file = |name: &str, text: &str| files.insert(name.to_string(), text.as_bytes().to_vec());
//! # file("datapackage.json", r#"{ "name": "one-site", "darsena": { "format": 1,
//! #     "start": "2024-07-01", "period": "month", "periods": 12, "currency": "USD",
//! #     "law_as_of": "2024-07-01" }, "resources": [
//! #     { "name": "parties", "path": "parties.csv" }, { "name": "sites", "path": "sites.csv" },
//! #     { "name": "items", "path": "items.csv" }] }"#);
//! # file("items.csv", "item,name\nseeker,Seeker\n");
//! # file("parties.csv", "party,name,kind,state\nus,United States,state,us\n");
//! # file("sites.csv", "site,name,state\nhuntsville,Huntsville,us\n");
//! let scenario = read_memory(&files).check().scenario.expect("it is sound");
//! let out = Edit::Out {
//!     table: TableName::Sites,
//!     id: "huntsville".into(),
//!     span: Span { from: Some("2024-09-01".parse()?), until: Some("2024-10-01".parse()?) },
//! };
//! assert_eq!(out.to_string(), "- sites huntsville, 2024-09-01 to 2024-10-01");
//! let changed = scenario.with(&[out]).expect("there is such a site");
//! assert_eq!((scenario.closures().len(), changed.closures().len()), (0, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use compact_str::CompactString;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::cell::{Cells, Record};
use crate::check::{APPROVALS, LAW};
use crate::finding::{Finding, Findings, nearest, shown};
use crate::package::Table;
use crate::scenario::Scenario;
use crate::tables::{
    Capacity, ChangeRowKind as ChangeKind, Closure, ClosureWhat, EditTable, Recipe, TableName,
};

/// Days on which a change holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first; none: from the start.
    pub from: Option<Date>,
    /// The first day no longer; none: without end.
    pub until: Option<Date>,
}

impl Span {
    /// From the start, without end.
    pub const ALWAYS: Span = Span {
        from: None,
        until: None,
    };

    /// The days from `from` on, before `until`.
    #[must_use]
    pub fn days(from: Date, until: Date) -> Self {
        Span {
            from: Some(from),
            until: Some(until),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.until) {
            (None, None) => Ok(()),
            (Some(from), None) => write!(f, ", from {from}"),
            (None, Some(until)) => write!(f, ", before {until}"),
            (Some(from), Some(until)) => write!(f, ", {from} to {until}"),
        }
    }
}

/// One thing that is different. Prints as a line of a difference: `-` is out of use, `~` is edited, `+` is opened.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// What a row stands for is out of use: a site, resource, dock, lane or recipe is closed, an authorization
    /// ends, stocks and receipts do not come, a demand asks for nothing.
    Out {
        /// The table.
        table: TableName,
        /// What its first key column holds.
        id: String,
        /// When.
        span: Span,
    },
    /// A column holds something else.
    Set {
        /// The table.
        table: TableName,
        /// What its first key column holds.
        id: String,
        /// The column.
        column: String,
        /// What it holds then, as it would be written in the table.
        value: String,
        /// When; only capacities can change for a time.
        span: Span,
    },
    /// The capacity of a resource, overtime and ramps too, is so many times what it was.
    Scale {
        /// The resource.
        resource: String,
        /// Times what it was; at least 0.
        times: f64,
        /// When.
        span: Span,
    },
    /// A rule of the law is lifted. Of no table: whoever asks the law looks at it.
    Lifted {
        /// The rule.
        rule: String,
    },
    /// Approvals take so many times their usual days. Of no table: whoever asks the law looks at it.
    Sooner {
        /// Id of the approval; `all` for all of them.
        approval: String,
        /// Times their usual days, from 0 to 1.
        times: f64,
    },
    /// The law is that of another day. Of no table: whoever asks the law looks at it.
    LawOf {
        /// The day.
        day: Date,
    },
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Edit::Out { table, id, span } => write!(f, "- {table} {id}{span}"),
            Edit::Set {
                table,
                id,
                column,
                value,
                span,
            } => write!(f, "~ {table} {id}: {column} = {value}{span}"),
            Edit::Scale {
                resource,
                times,
                span,
            } => write!(f, "~ capacity {resource}: {times} times{span}"),
            Edit::Lifted { rule } => write!(f, "+ rule {rule} lifted"),
            Edit::Sooner { approval, times } => {
                write!(f, "~ approvals {approval}: {times} times their days")
            }
            Edit::LawOf { day } => write!(f, "~ law of {day}"),
        }
    }
}

/// Edits that are taken together.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Its id.
    pub id: String,
    /// Whether it takes away or adds.
    pub kind: ChangeKind,
    /// What is different.
    pub edits: Vec<Edit>,
    /// What it costs, in the scenario's currency.
    pub cost: f64,
}

impl Change {
    /// The changes that the scenario's table `changes` tells, in order of id. Those of one group are one change with
    /// the group's id, which costs what they cost together. A lever holds no sooner than its lead time after the
    /// first day; a cell of another table than `capacity` holds for good, whatever its lead time.
    #[must_use]
    pub fn told(scenario: &Scenario) -> Vec<Change> {
        let start = scenario.head().start;
        let mut told: BTreeMap<&str, Change> = BTreeMap::new();
        for row in scenario.changes() {
            let table = TableName::from_text(&row.table);
            // A cell of most tables holds for good: how long it takes to come about is told by the date in it.
            let dated = row.column.is_none() || table == Some(TableName::Capacity);
            let ready = start
                .checked_add(i64::from(row.lead_time_days).days())
                .unwrap_or(Date::MAX);
            let from = match row.from {
                Some(from) if row.kind == ChangeKind::Lever => Some(from.max(ready)),
                None if dated && row.lead_time_days > 0 => Some(ready),
                from => from,
            };
            let span = Span {
                from: from.filter(|from| *from > start),
                until: row.until,
            };
            let id = row.id.to_string();
            let edit = match (table, &row.column) {
                (None, _) if row.table == LAW => Edit::LawOf {
                    day: id.parse().expect("a checked change names a day"),
                },
                (None, _) if row.table == APPROVALS => Edit::Sooner {
                    approval: id,
                    times: row.value.parse().expect("a checked change names a share"),
                },
                (None, _) => Edit::Lifted {
                    rule: id.to_uppercase(),
                },
                (Some(table), None) => Edit::Out { table, id, span },
                (Some(table), Some(column)) => Edit::Set {
                    table,
                    id,
                    column: column.to_string(),
                    value: row.value.to_string(),
                    span,
                },
            };
            let id = row.group.as_deref().unwrap_or(&row.change);
            let change = told.entry(id).or_insert_with(|| Change {
                id: id.to_string(),
                kind: row.kind,
                edits: Vec::new(),
                cost: 0.0,
            });
            change.edits.push(edit);
            change.cost += row.cost;
        }
        told.into_values().collect()
    }

    /// Whether production may notice it; if not, it edits what repair alone looks at.
    #[must_use]
    pub fn touches_production(&self, scenario: &Scenario) -> bool {
        self.edits.iter().any(|edit| match edit {
            Edit::Out { table, id, .. } | Edit::Set { table, id, .. } => match table {
                TableName::Assets
                | TableName::Jobs
                | TableName::Tasks
                | TableName::Modes
                | TableName::ModeUsage
                | TableName::Docks
                | TableName::Transits
                | TableName::Groups
                | TableName::Agreed
                | TableName::ReadyFleet => false,
                TableName::Resources | TableName::Capacity => makes(scenario, id),
                TableName::Sites => supplies(scenario, id),
                _ => true,
            },
            Edit::Scale { resource, .. } => makes(scenario, resource),
            Edit::Lifted { .. } | Edit::Sooner { .. } | Edit::LawOf { .. } => true,
        })
    }
}

/// Whether some recipe uses a resource, or no mode of repair does.
fn makes(scenario: &Scenario, resource: &str) -> bool {
    let by_recipe = |row: &Recipe| row.resource.as_deref() == Some(resource);
    scenario.recipes().iter().any(by_recipe)
        || { scenario.recipe_resources().iter() }.any(|row| row.resource.as_str() == resource)
        || !{ scenario.mode_usage().iter() }.any(|row| row.resource.as_str() == resource)
}

/// Whether something is made, kept, moved or wanted at a site, or nothing is repaired there.
fn supplies(scenario: &Scenario, site: &str) -> bool {
    let lanes = scenario.lanes().iter();
    let ends = lanes.flat_map(|row| [&row.from_site, &row.to_site]);
    let mut sites = { scenario.recipes().iter().map(|row| &row.site) }
        .chain(ends)
        .chain(scenario.stockpiles().iter().map(|row| &row.site))
        .chain(scenario.receipts().iter().map(|row| &row.site))
        .chain(scenario.demands().iter().map(|row| &row.site));
    sites.any(|one| one.as_str() == site)
        || !{ scenario.modes().iter() }.any(|row| row.site.as_str() == site)
}

impl Scenario {
    /// The scenario with `edits`, one after the other. Tables that none of them touches are shared with this one.
    ///
    /// # Errors
    /// A finding tells which edit cannot be made: there is no such row or column, the value is none of its kind, or
    /// what cannot change for a time should.
    pub fn with(&self, edits: &[Edit]) -> Result<Scenario, Box<Finding>> {
        let mut changed = self.clone();
        changed.forget_hash();
        for edit in edits {
            changed.edit(edit)?;
        }
        Ok(changed)
    }

    fn edit(&mut self, edit: &Edit) -> Result<(), Box<Finding>> {
        match edit {
            Edit::Out { table, id, span } => self.take_out(*table, id, *span),
            Edit::Set {
                table: TableName::Capacity,
                id,
                column,
                value,
                span,
            } if *span != Span::ALWAYS => {
                let editor = Editor::new(TableName::Capacity, id, column, value)?;
                self.capacities(id, *span, |row| editor.edited(row))
            }
            Edit::Set {
                table,
                id,
                column,
                value,
                span,
            } => {
                if *span != Span::ALWAYS {
                    let message =
                        format!("`{table}.{column}` cannot change for a time: it holds for good");
                    let help =
                        "leave `from` and `until` blank; only the table `capacity` has dates";
                    return Err(refused("change-for-a-time", message).help(help).into());
                }
                let mut editor = Editor::new(*table, id, column, value)?;
                self.tables.edit(*table, &mut editor)?;
                editor.found()
            }
            Edit::Scale {
                resource,
                times,
                span,
            } => self.capacities(resource, *span, |row| {
                Ok(Capacity {
                    capacity: row.capacity * times,
                    overtime: row.overtime * times,
                    ramp_to: row.ramp_to.map(|to| to * times),
                    ..row.clone()
                })
            }),
            Edit::Lifted { .. } | Edit::Sooner { .. } | Edit::LawOf { .. } => Ok(()),
        }
    }

    fn take_out(&mut self, table: TableName, id: &str, span: Span) -> Result<(), Box<Finding>> {
        let horizon = self.head().horizon();
        let what = match table {
            TableName::Sites => ClosureWhat::Site,
            TableName::Resources | TableName::Capacity => ClosureWhat::Resource,
            TableName::Docks => ClosureWhat::Dock,
            TableName::Lanes => ClosureWhat::Lane,
            TableName::Recipes => ClosureWhat::Recipe,
            TableName::Authorizations => {
                let day = span.from.unwrap_or(self.head().start).to_string();
                let mut editor = Editor::new(table, id, "until", &day)?;
                self.tables.edit(table, &mut editor)?;
                return editor.found();
            }
            TableName::Stockpiles | TableName::Demands | TableName::Receipts => {
                if span != Span::ALWAYS {
                    let message = format!("rows of `{table}` cannot be out for a time");
                    let help = "leave `from` and `until` blank";
                    return Err(refused("change-for-a-time", message).help(help).into());
                }
                let mut editor = Editor::new(table, id, "quantity", "0")?;
                self.tables.edit(table, &mut editor)?;
                return editor.found();
            }
            TableName::Priorities | TableName::Closures | TableName::ReadyFleet => {
                let mut editor = Editor::new(table, id, "", "")?;
                self.tables.edit(table, &mut editor)?;
                return editor.found();
            }
            _ => {
                let message = format!("rows of `{table}` cannot be taken out of use");
                let help = "take out a site, recipe, resource, lane, stock, receipt, demand, dock or authorization, \
                            or edit a column";
                return Err(refused("change-of-table", message).help(help).into());
            }
        };
        let known = match what {
            ClosureWhat::Site => self.find_site(id),
            ClosureWhat::Resource => self.find_resource(id),
            ClosureWhat::Dock => self.find_dock(id),
            ClosureWhat::Lane => self.find_lane(id),
            ClosureWhat::Recipe => self.find_recipe(id),
        };
        if known.is_none() {
            let message = format!("`{}` is not in {table}", shown(id));
            return Err(refused("unknown-id", message).into());
        }
        let closure = Closure {
            what,
            id: CompactString::from(id),
            from: span.from.unwrap_or(horizon.start()),
            until: span.until.unwrap_or(horizon.end()),
            ships: None,
            length_m: None,
            source: Vec::new(),
            note: CompactString::default(),
        };
        if closure.from < closure.until {
            let mut rows = self.tables.closures.to_vec();
            let at = rows.partition_point(|row| row.order(&closure).is_le());
            rows.insert(at, closure);
            self.tables.closures = rows.into();
        }
        Ok(())
    }

    /// Puts `edited` in place of the capacity of a resource while `span` lasts, and leaves it before and after.
    fn capacities(
        &mut self,
        resource: &str,
        span: Span,
        edited: impl Fn(&Capacity) -> Result<Capacity, Box<Finding>>,
    ) -> Result<(), Box<Finding>> {
        let mut rows = Vec::with_capacity(self.tables.capacity.len() + 2);
        let mut found = false;
        for row in self.tables.capacity.iter() {
            if row.resource.as_str() != resource {
                rows.push(row.clone());
                continue;
            }
            found = true;
            let cut = |from: Date, until: Option<Date>| Capacity {
                from,
                until,
                capacity: row.capacity_on(from),
                ramp_to: row.ramp_to.and(until).map(|until| row.capacity_on(until)),
                ..row.clone()
            };
            let from = span.from.map_or(row.from, |from| from.max(row.from));
            let until = match (span.until, row.until) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            if until.is_some_and(|until| until <= from) {
                rows.push(row.clone());
                continue;
            }
            if row.from < from {
                rows.push(cut(row.from, Some(from)));
            }
            rows.push(edited(&cut(from, until))?);
            if let Some(until) = until.filter(|until| row.until.is_none_or(|end| *until < end)) {
                rows.push(cut(until, row.until));
            }
        }
        if !found {
            let message = format!("`{}` has no capacity", shown(resource));
            let help = "name a resource with rows in the table `capacity`";
            return Err(refused("unknown-id", message).help(help).into());
        }
        self.tables.capacity = rows.into();
        Ok(())
    }
}

fn refused(code: &'static str, message: String) -> Finding {
    Finding::error(code, "changes", message)
}

/// Puts a value into a column of the rows of one id, or takes the rows away where no column is named.
struct Editor<'a> {
    table: TableName,
    id: &'a str,
    attribute: Option<usize>,
    value: &'a str,
    matched: bool,
}

impl<'a> Editor<'a> {
    fn new(
        table: TableName,
        id: &'a str,
        column: &str,
        value: &'a str,
    ) -> Result<Self, Box<Finding>> {
        let schema = table.schema();
        let attribute = schema.attribute(column);
        if attribute.is_none() && !column.is_empty() {
            let message = format!("table `{table}` has no column `{}`", shown(column));
            let names = schema.attributes.iter().map(|a| a.name);
            let finding = refused("unknown-column", message);
            return Err(Box::new(match nearest(column, names) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding,
            }));
        }
        Ok(Editor {
            table,
            id,
            attribute,
            value,
            matched: false,
        })
    }

    /// Whether there was such a row.
    fn found(&self) -> Result<(), Box<Finding>> {
        if self.matched {
            return Ok(());
        }
        let message = format!("`{}` is not in {}", shown(self.id), self.table);
        Err(refused("unknown-id", message).into())
    }

    /// The row with its new cell: written down, edited and read again, so that a value is checked as in a file.
    fn edited<R: Record>(&self, row: &R) -> Result<R, Box<Finding>> {
        let schema = self.table.schema();
        let columns = schema.attributes.iter().map(|a| a.name.to_string());
        let mut table = Table::new(self.table, "changes".into(), columns.collect());
        let mut cells = vec![String::new(); schema.attributes.len()];
        for (n, cell) in cells.iter_mut().enumerate() {
            if self.attribute == Some(n) {
                cell.push_str(self.value);
            } else {
                row.write(n, cell);
            }
        }
        let pushed = table.push(1, cells.iter().map(String::as_str));
        pushed.expect("one row fits into a table");
        let places: Vec<Option<usize>> = (0..cells.len()).map(Some).collect();
        let mut findings = Findings::default();
        let mut reader = Cells::new(&table, &places, &mut findings);
        reader.go_to(0);
        let edited = R::read(&mut reader);
        match findings.kept().first() {
            None => Ok(edited),
            Some(finding) => Err(Box::new(Finding {
                row: None,
                ..finding.clone()
            })),
        }
    }
}

impl EditTable for Editor<'_> {
    fn table<R: Record + Clone>(&mut self, rows: &Arc<[R]>) -> Result<Arc<[R]>, Box<Finding>> {
        let mut edited = Vec::with_capacity(rows.len());
        let mut id = String::new();
        for row in rows.iter() {
            id.clear();
            row.write(0, &mut id);
            if id != self.id {
                edited.push(row.clone());
                continue;
            }
            self.matched = true;
            if self.attribute.is_some() {
                edited.push(self.edited(row)?);
            }
        }
        Ok(edited.into())
    }
}
