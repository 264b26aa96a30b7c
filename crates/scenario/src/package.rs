//! The package: descriptor and tables as text, in file order, with where each cell stands.
//!
//! Reading, writing, `diff` and conversion work on this layer, so that what is written again loses
//! nothing: columns keep their order, numbers their spelling, notes their words. What the text means is
//! found out by [`Package::check`], which makes a [`Scenario`] of it.

use crate::cell::{EachTable, Record};
use crate::check;
use crate::dictionary::TableSchema;
use crate::finding::{Finding, Findings};
use crate::head::Head;
use crate::json::Json;
use crate::load::LARGEST_FOLDER;
use crate::scenario::Scenario;
use crate::tables::TableName;

/// A scenario as it was written down: descriptor and tables as text, with all that was found wrong
/// while reading them.
#[derive(Debug, Clone)]
pub struct Package {
    descriptor: Json,
    descriptor_file: String,
    /// The row of the descriptor on which its tables are listed.
    listed_at: Option<u32>,
    head: Option<Head>,
    tables: Vec<Table>,
    findings: Findings,
}

/// What comes of checking a package.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The scenario, if no finding is an error.
    pub scenario: Option<Scenario>,
    /// Everything found while reading and checking: by table in the order of the dictionary, then by row.
    pub findings: Vec<Finding>,
}

impl Package {
    pub(crate) fn new(
        descriptor: Json,
        descriptor_file: String,
        row_of: &dyn Fn(&str) -> Option<u32>,
        tables: Vec<Table>,
        mut findings: Findings,
    ) -> Self {
        debug_assert_eq!(
            tables.len(),
            TableName::all().count(),
            "one of each, in order"
        );
        // A descriptor that could not be parsed has a finding already.
        let head = match descriptor {
            Json::Null => None,
            _ => Head::read(&descriptor, &descriptor_file, row_of, &mut findings),
        };
        Package {
            descriptor,
            listed_at: row_of("resources"),
            descriptor_file,
            head,
            tables,
            findings,
        }
    }

    /// Checks everything in one pass.
    ///
    /// # Returns
    /// The scenario, unless a finding of reading or of checking is an error; and all findings, at most
    /// 1,000 and one that tells how many more there are.
    #[must_use]
    pub fn check(&self) -> Checked {
        check::check(self)
    }

    /// The name of the scenario; blank if the descriptor has none that can be read.
    #[must_use]
    pub fn name(&self) -> &str {
        self.head.as_ref().map_or("", |head| &head.name)
    }

    /// The head; none if the descriptor has flaws.
    #[must_use]
    pub fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    /// The tables in the order of the dictionary; a table without a file has no columns and no rows.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// One table.
    #[must_use]
    pub fn table(&self, name: TableName) -> &Table {
        &self.tables[name as usize]
    }

    /// What was found while reading; [`Package::check`] finds the rest.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        self.findings.kept()
    }

    /// The same package with this table in the place of its own, and what was found while reading it.
    pub(crate) fn with_table(mut self, table: Table, found: Findings) -> Self {
        let place = table.name as usize;
        self.findings.forget(&self.tables[place].file);
        self.findings.extend(found);
        self.tables[place] = table;
        self
    }

    /// The same package with rows more in one table, each told as pairs of column and cell; a row whose key is there
    /// already takes its place. What the new rows mean is found out by [`Package::check`].
    #[must_use]
    pub fn with_rows(&self, name: TableName, rows: &[Vec<(&str, String)>]) -> Self {
        let old = self.table(name);
        let mut columns = old.columns.clone();
        for (column, _) in rows.iter().flatten() {
            if !columns.iter().any(|known| known == column) {
                columns.push((*column).to_string());
            }
        }
        let file = if old.columns.is_empty() {
            format!("{name}.csv")
        } else {
            old.file.clone()
        };
        let mut table = Table::new(name, file, columns.clone());
        let cells = |row: &[(&str, String)]| -> Vec<String> {
            let cell = |column: &String| row.iter().find(|(name, _)| name == column);
            { columns.iter() }
                .map(|column| cell(column).map_or_else(String::new, |(_, cell)| cell.clone()))
                .collect()
        };
        let keys: Vec<usize> = { name.schema().attributes.iter() }
            .filter(|attribute| attribute.is_key())
            .filter_map(|attribute| columns.iter().position(|column| column == attribute.name))
            .collect();
        let new: Vec<Vec<String>> = rows.iter().map(|row| cells(row)).collect();
        let key = |row: &[String]| {
            keys.iter()
                .map(|key| row.get(*key).cloned().unwrap_or_default())
                .collect::<Vec<_>>()
        };
        let taken: std::collections::BTreeSet<Vec<String>> =
            new.iter().map(|row| key(row)).collect();
        let mut full = false;
        let mut line = 1;
        for n in 0..old.len() {
            let mut row: Vec<String> = old.row(n).map(str::to_string).collect();
            row.resize(columns.len(), String::new());
            line = old.line(n);
            if !taken.contains(&key(&row)) {
                full |= table.push(line, row.iter().map(String::as_str)).is_err();
            }
        }
        for row in &new {
            line += 1;
            full |= table.push(line, row.iter().map(String::as_str)).is_err();
        }
        table.readable = old.readable && !full;
        let mut changed = self.clone();
        if let Some(place) = changed.tables.iter_mut().find(|table| table.name == name) {
            *place = table;
        }
        changed
    }

    /// The same package with the rows of `scenario`, which came of it by changes.
    ///
    /// # Errors
    /// Tells which table would be larger than one may be.
    pub fn holding(&self, scenario: &Scenario) -> Result<Self, TableName> {
        let mut held = Holding {
            package: self.clone(),
            full: None,
        };
        scenario.each_table(&mut held);
        match held.full {
            Some(table) => Err(table),
            None => Ok(held.package),
        }
    }

    pub(crate) fn reading_findings(&self) -> &Findings {
        &self.findings
    }

    pub(crate) fn descriptor(&self) -> &Json {
        &self.descriptor
    }

    pub(crate) fn descriptor_file(&self) -> &str {
        &self.descriptor_file
    }

    pub(crate) fn listed_at(&self) -> Option<u32> {
        self.listed_at
    }
}

/// Writes the rows of a scenario into the tables of a package.
struct Holding {
    package: Package,
    full: Option<TableName>,
}

impl EachTable for Holding {
    fn table<R: Record>(&mut self, rows: &[R]) {
        let table = &mut self.package.tables[R::TABLE as usize];
        if rows.is_empty() && table.is_empty() {
            return;
        }
        let attributes = &R::TABLE.schema().attributes;
        let file = match table.columns.is_empty() {
            true => format!("{}.csv", R::TABLE),
            false => table.file.clone(),
        };
        let columns = attributes.iter().map(|one| one.name.to_string()).collect();
        let mut written = Table::new(R::TABLE, file, columns);
        for (line, row) in (2..).zip(rows) {
            let cells = attributes.iter().enumerate().map(|(n, attribute)| {
                let mut cell = String::new();
                row.write(n, &mut cell);
                // What is as it is by itself is not written: some checks tell it from what somebody wrote.
                if Some(cell.as_str()) == attribute.default {
                    cell.clear();
                }
                cell
            });
            let cells: Vec<String> = cells.collect();
            if written
                .push(line, cells.iter().map(String::as_str))
                .is_err()
            {
                self.full.get_or_insert(R::TABLE);
            }
        }
        *table = written;
    }
}

/// One table as text.
///
/// All cells stand in one string, so a table takes little more memory than its file.
#[derive(Debug, Clone)]
pub struct Table {
    name: TableName,
    file: String,
    columns: Vec<String>,
    text: String,
    /// Where each cell ends in `text`, row by row.
    ends: Vec<u32>,
    /// The line each row starts on.
    lines: Vec<u32>,
    /// Most bytes it may take.
    room: u64,
    readable: bool,
}

/// Why a row does not fit into a table any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl Table {
    /// Most columns of a table.
    pub(crate) const MOST_COLUMNS: usize = 1_000;
    /// Most cells of a table.
    pub(crate) const MOST_CELLS: usize = 32_000_000;
    /// Most rows of a table.
    pub(crate) const MOST_ROWS: usize = 2_000_000;
    /// Most bytes of a table: its text, and where each cell and row stands.
    pub(crate) const MOST_BYTES: u64 = 640 << 20;
    /// Most bytes of a cell: what a workbook can hold.
    pub(crate) const LONGEST_CELL: usize = 32_767;

    /// A table without rows.
    pub(crate) fn new(name: TableName, file: String, columns: Vec<String>) -> Self {
        let (text, ends, lines) = (String::new(), Vec::new(), Vec::new());
        Table {
            name,
            file,
            columns,
            text,
            ends,
            lines,
            room: Self::MOST_BYTES,
            readable: true,
        }
    }

    /// A table that is there but cannot be read: what it holds is not known.
    pub(crate) fn unreadable(name: TableName, file: String) -> Self {
        Table {
            readable: false,
            ..Table::new(name, file, Vec::new())
        }
    }

    /// The table, which may take no more than so many bytes.
    pub(crate) fn within(mut self, room: u64) -> Self {
        self.room = self.room.min(room);
        self
    }

    /// The bytes it takes: those of its text, and where each cell and row stands.
    pub(crate) fn bytes(&self) -> u64 {
        (self.text.len() + 4 * (self.ends.len() + self.lines.len())) as u64
    }

    /// Appends a row: exactly one cell a column.
    pub(crate) fn push<'a>(
        &mut self,
        line: u32,
        cells: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), Full> {
        for cell in cells {
            self.text.push_str(cell.trim());
            self.ends
                .push(u32::try_from(self.text.len()).map_err(|_| Full)?);
        }
        self.lines.push(line);
        debug_assert_eq!(self.ends.len(), self.lines.len() * self.columns.len());
        let full = self.ends.len() > Self::MOST_CELLS
            || self.lines.len() > Self::MOST_ROWS
            || self.bytes() > self.room;
        if full { Err(Full) } else { Ok(()) }
    }

    /// Appends a row as it was found: a wholly blank one is left out, one with too few or too many cells is
    /// filled or cut to the columns, with a finding. `count` is how many cells there were; of those past the
    /// columns not all need be given. False if nothing more can be told: the table is full, or is not
    /// kept and its findings are no longer either.
    pub(crate) fn append(
        &mut self,
        line: u32,
        cells: &[&str],
        count: usize,
        findings: &mut Findings,
    ) -> bool {
        let width = self.columns.len();
        if count <= cells.len() && cells.iter().all(|cell| cell.trim().is_empty()) {
            return true;
        }
        if count != width {
            findings.push(ragged(&self.file, line, count, width));
        }
        if let Some(n) = cells
            .iter()
            .take(width)
            .position(|cell| cell.len() > Self::LONGEST_CELL)
        {
            findings.push(too_long(&self.file, line, &self.columns[n]));
            self.readable = false;
        }
        let fits = self.push(
            line,
            (0..width).map(|n| cells.get(n).map_or("", |cell| cut(cell))),
        );
        if fits.is_err() {
            findings.push(too_many(&self.file, line));
            self.readable = false;
        }
        fits.is_ok() && (self.readable || !findings.is_full())
    }

    pub(crate) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.lines.shrink_to_fit();
    }

    /// Which table it is.
    #[must_use]
    pub fn name(&self) -> TableName {
        self.name
    }

    /// What the dictionary says about it.
    #[must_use]
    pub fn schema(&self) -> &'static TableSchema {
        self.name.schema()
    }

    /// The file it was read from, as findings name it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Names of its columns, in file order.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The text of a cell, without blanks around it.
    ///
    /// # Panics
    /// If there is no such row or column.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> &str {
        assert!(column < self.columns.len(), "no such column");
        let n = row * self.columns.len() + column;
        let start = if n == 0 { 0 } else { self.ends[n - 1] as usize };
        &self.text[start..self.ends[n] as usize]
    }

    /// The cells of a row, in file order.
    pub fn row(&self, row: usize) -> impl Iterator<Item = &str> + '_ {
        (0..self.columns.len()).map(move |column| self.cell(row, column))
    }

    /// The line of the file a row stands on, as a person counts: the header is 1.
    #[must_use]
    pub fn line(&self, row: usize) -> u32 {
        self.lines[row]
    }

    /// Whether the file could be read to its end.
    pub(crate) fn is_readable(&self) -> bool {
        self.readable
    }
}

/// The cell, or its beginning where it is too long.
fn cut(cell: &str) -> &str {
    let cut = cell
        .char_indices()
        .nth(100)
        .filter(|_| cell.len() > Table::LONGEST_CELL);
    cut.map_or(cell, |(end, _)| &cell[..end])
}

pub(crate) fn no_header(file: &str) -> Finding {
    Finding::error("empty-file", file, "it has no header")
        .help("write the names of the columns into the first row")
}

pub(crate) fn too_wide(file: &str) -> Finding {
    let message = format!("its header has more than {} columns", Table::MOST_COLUMNS);
    let help = "keep the columns of the dictionary; is a line end missing?";
    Finding::error("too-large", file, message).at(1).help(help)
}

pub(crate) fn long_name(file: &str) -> Finding {
    let message = format!(
        "the name of a column has more than {} bytes",
        Table::LONGEST_CELL
    );
    let help = "write the names of the dictionary; is a quote missing?";
    Finding::error("too-large", file, message).at(1).help(help)
}

fn too_long(file: &str, line: u32, column: &str) -> Finding {
    let message = format!("the cell has more than {} bytes", Table::LONGEST_CELL);
    let help = "shorten it; is a quote missing?";
    Finding::error("too-large", file, message)
        .at(line)
        .column(column)
        .help(help)
}

pub(crate) fn too_many(file: &str, line: u32) -> Finding {
    let (rows, cells) = (Table::MOST_ROWS, Table::MOST_CELLS);
    let message = "it is larger than a table may be; from here on nothing is read";
    let help = format!(
        "at most {rows} rows, {cells} cells and {} MiB, all tables together {} MiB",
        Table::MOST_BYTES >> 20,
        LARGEST_FOLDER >> 20
    );
    Finding::error("too-large", file, message)
        .at(line)
        .help(help)
}

fn ragged(file: &str, line: u32, cells: usize, width: usize) -> Finding {
    let message = format!("the row has {cells} cells where the header has {width}");
    let help = if cells > width {
        "put quotes around cells that hold a comma"
    } else {
        "add a comma for each cell that is left blank"
    };
    Finding::error("ragged-row", file, message)
        .at(line)
        .help(help)
}
