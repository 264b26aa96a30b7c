//! A program: columns, rows and entries that carry labels, before anyone solves it.
//!
//! # Form
//! Every program is a minimisation over columns x, with rows that are ranges:
//!
//! ```text
//! minimise   sum_c cost[c] x[c]
//! subject to lower[r] <= sum_c a[r,c] x[c] <= upper[r]      for every row r
//!            lower[c] <=         x[c]      <= upper[c]      for every column c
//!            x[c] whole                                     for every integer column c
//! ```
//!
//! An equation is a row whose two bounds are equal; a missing bound is an infinity. To maximise,
//! negate the costs.
//!
//! # Storage
//! A formulation knows its rows first and then visits each column once, so entries are kept by
//! column, in the order of [`Program::add_column`]. Rows that come later, over columns that are
//! already there ([`Program::add_row_over`]), are kept by row beside them. Labels are kept as runs that
//! count upwards, and hold no string: names are made when a program is printed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::ops::Range;

use crate::sum::Sum;

/// A column (a variable), by its position.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(transparent)]
pub struct Column(pub u32);

/// A row (a constraint), by its position.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(transparent)]
pub struct Row(pub u32);

impl Column {
    /// The position as a `usize`, to index the vectors of an outcome.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl Row {
    /// The position as a `usize`, to index the vectors of an outcome.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a column or a row stands for: a family such as `make` and up to three indices, `make[r,t]`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Label {
    /// The family of variables or constraints, as the formulation names it.
    pub family: &'static str,
    /// Its indices, from the left; those not used are [`Label::UNUSED`].
    pub index: [u32; 3],
}

impl Label {
    /// An index that is not used, and not printed.
    pub const UNUSED: u32 = u32::MAX;

    /// A label with these indices.
    ///
    /// # Panics
    /// Panics when there are more than three.
    pub fn new(family: &'static str, indices: &[u32]) -> Self {
        assert!(indices.len() <= 3, "a label has at most three indices");
        let mut index = [Self::UNUSED; 3];
        index[..indices.len()].copy_from_slice(indices);
        Self { family, index }
    }
}

impl std::fmt::Display for Label {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.family)?;
        let mut before = '[';
        for index in self.index.iter().filter(|&&index| index != Self::UNUSED) {
            write!(f, "{before}{index}")?;
            before = ',';
        }
        if before == ',' {
            f.write_str("]")
        } else {
            Ok(())
        }
    }
}

/// Labels of all columns, or of all rows, in runs: from one label of a run to the next the last
/// index that is used counts up by one. Formulations visit their periods in order, so a run is long.
#[derive(Clone, Debug, Default, PartialEq)]
struct Labels {
    /// Where each run begins, and its first label.
    runs: Vec<(u32, Label)>,
    count: u32,
}

impl Labels {
    fn push(&mut self, label: Label) {
        let goes_on = self.runs.last().is_some_and(|(begins, first)| {
            let next = following(first, self.count - begins);
            next.index == label.index && same_text(next.family, label.family)
        });
        if !goes_on {
            self.runs.push((self.count, label));
        }
        self.count += 1;
    }

    fn get(&self, at: usize) -> Label {
        let at = position(at);
        let run = self.runs.partition_point(|(begins, _)| *begins <= at) - 1;
        let (begins, first) = &self.runs[run];
        following(first, at - begins)
    }

    fn truncate(&mut self, count: usize) {
        let count = position(count).min(self.count);
        let runs = self.runs.partition_point(|(begins, _)| *begins < count);
        self.runs.truncate(runs);
        self.count = count;
    }
}

/// The label so many places after the first of a run.
fn following(first: &Label, places: u32) -> Label {
    let mut label = *first;
    let used = |index: &&mut u32| **index != Label::UNUSED;
    if let Some(last) = label.index.iter_mut().rev().find(used) {
        *last = last.wrapping_add(places);
    }
    label
}

/// Whether two texts are equal, which texts at one address are without a look at them.
fn same_text(a: &'static str, b: &'static str) -> bool {
    std::ptr::eq(a, b) || a == b
}

/// A linear or mixed integer program to minimise. It is a minimisation with ranges on rows and
/// columns; see the [crate](crate) for the form.
///
/// # Example
/// ```
/// use darsena_milp::{Label, Program};
/// // minimise -3x - 2y subject to x + y <= 4, x + 3y <= 6, 0 <= x <= 3, y >= 0
/// let mut program = Program::new();
/// let first = program.add_row(Label::new("first", &[]), f64::NEG_INFINITY, 4.0);
/// let second = program.add_row(Label::new("second", &[]), f64::NEG_INFINITY, 6.0);
/// program.add_column(Label::new("x", &[]), -3.0, 0.0, 3.0, &[(first, 1.0), (second, 1.0)]);
/// program.add_column(Label::new("y", &[]), -2.0, 0.0, f64::INFINITY, &[(first, 1.0), (second, 3.0)]);
/// assert_eq!((program.rows(), program.columns(), program.nonzeros()), (2, 2, 4));
/// ```
#[derive(Clone, Debug)]
pub struct Program {
    cost: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    integer: Vec<bool>,
    integers: usize,
    column_labels: Labels,
    row_lower: Vec<f64>,
    row_upper: Vec<f64>,
    row_labels: Labels,
    /// Entries by column: those of column c are at `start[c]..start[c + 1]`.
    start: Vec<u32>,
    entry_row: Vec<Row>,
    entry_value: Vec<f64>,
    /// Rows added over existing columns, in ascending order, and their entries by row.
    over: Vec<Row>,
    over_start: Vec<u32>,
    over_column: Vec<Column>,
    over_value: Vec<f64>,
    /// Scratch to sum duplicates within one column or row.
    scratch: Vec<(u32, f64)>,
}

impl Default for Program {
    fn default() -> Self {
        Self::new()
    }
}

impl Program {
    /// A program without rows and columns: its best objective is 0.
    pub fn new() -> Self {
        Self::with_capacity(0, 0, 0)
    }

    /// A program without rows and columns, with room for so many.
    pub fn with_capacity(rows: usize, columns: usize, entries: usize) -> Self {
        let mut start = Vec::with_capacity(columns + 1);
        start.push(0);
        Self {
            cost: Vec::with_capacity(columns),
            lower: Vec::with_capacity(columns),
            upper: Vec::with_capacity(columns),
            integer: Vec::with_capacity(columns),
            integers: 0,
            column_labels: Labels::default(),
            row_lower: Vec::with_capacity(rows),
            row_upper: Vec::with_capacity(rows),
            row_labels: Labels::default(),
            start,
            entry_row: Vec::with_capacity(entries),
            entry_value: Vec::with_capacity(entries),
            over: Vec::new(),
            over_start: vec![0],
            over_column: Vec::new(),
            over_value: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Adds a row without entries; columns added later bring theirs.
    pub fn add_row(&mut self, label: Label, lower: f64, upper: f64) -> Row {
        let row = Row(position(self.row_lower.len()));
        self.row_lower.push(lower);
        self.row_upper.push(upper);
        self.row_labels.push(label);
        row
    }

    /// Adds a column with its entries. Entries of the same row are summed, zeros are dropped.
    ///
    /// # Panics
    /// Panics when an entry names a row that is not there.
    pub fn add_column(
        &mut self,
        label: Label,
        cost: f64,
        lower: f64,
        upper: f64,
        entries: &[(Row, f64)],
    ) -> Column {
        let column = Column(position(self.cost.len()));
        if is_summed(entries) {
            self.entry_row.extend(entries.iter().map(|&(row, _)| row));
            self.entry_value
                .extend(entries.iter().map(|&(_, value)| value));
        } else {
            self.scratch.clear();
            self.scratch
                .extend(entries.iter().map(|&(row, value)| (row.0, value)));
            sum_duplicates(&mut self.scratch);
            for &(row, value) in &self.scratch {
                self.entry_row.push(Row(row));
                self.entry_value.push(value);
            }
        }
        let from = self.start[self.start.len() - 1] as usize;
        if let Some(last) = self.entry_row[from..].last() {
            // Rows ascend, so the last one stands for all.
            assert!(
                last.index() < self.row_lower.len(),
                "row {} is not in the program",
                last.0
            );
        }
        self.start.push(position(self.entry_row.len()));
        self.cost.push(cost);
        self.lower.push(lower);
        self.upper.push(upper);
        self.integer.push(false);
        self.column_labels.push(label);
        column
    }

    /// Adds a row over columns that are already there. Entries of the same column are summed,
    /// zeros are dropped.
    ///
    /// # Panics
    /// Panics when an entry names a column that is not there.
    pub fn add_row_over(
        &mut self,
        label: Label,
        lower: f64,
        upper: f64,
        entries: &[(Column, f64)],
    ) -> Row {
        let row = self.add_row(label, lower, upper);
        self.scratch.clear();
        self.scratch
            .extend(entries.iter().map(|&(column, value)| (column.0, value)));
        sum_duplicates(&mut self.scratch);
        for &(column, value) in &self.scratch {
            assert!(
                (column as usize) < self.cost.len(),
                "column {column} is not in the program"
            );
            self.over_column.push(Column(column));
            self.over_value.push(value);
        }
        self.over.push(row);
        self.over_start.push(position(self.over_column.len()));
        row
    }

    /// Takes away every column and every row after the first so many, with their entries.
    ///
    /// Counts larger than what is there take nothing away.
    pub fn truncate(&mut self, columns: usize, rows: usize) {
        let columns = columns.min(self.columns());
        let rows = rows.min(self.rows());
        self.integers -= self.integer[columns..]
            .iter()
            .filter(|&&integer| integer)
            .count();
        self.cost.truncate(columns);
        self.lower.truncate(columns);
        self.upper.truncate(columns);
        self.integer.truncate(columns);
        self.column_labels.truncate(columns);
        self.start.truncate(columns + 1);
        self.entry_row.truncate(self.start[columns] as usize);
        self.entry_value.truncate(self.start[columns] as usize);
        self.row_lower.truncate(rows);
        self.row_upper.truncate(rows);
        self.row_labels.truncate(rows);

        let overs = self.over.partition_point(|row| row.index() < rows);
        self.over.truncate(overs);
        self.over_start.truncate(overs + 1);
        self.over_column.truncate(self.over_start[overs] as usize);
        self.over_value.truncate(self.over_start[overs] as usize);

        // What is left may still name what is gone, where columns and rows were added by turns.
        if self.entry_row.iter().any(|row| row.index() >= rows) {
            retain(
                &mut self.start,
                &mut self.entry_row,
                &mut self.entry_value,
                |row| row.index() < rows,
            );
        }
        if self
            .over_column
            .iter()
            .any(|column| column.index() >= columns)
        {
            retain(
                &mut self.over_start,
                &mut self.over_column,
                &mut self.over_value,
                |column| column.index() < columns,
            );
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.row_lower.len()
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.cost.len()
    }

    /// Number of entries that are not zero.
    pub fn nonzeros(&self) -> usize {
        self.entry_row.len() + self.over_column.len()
    }

    /// Number of integer columns; a program without any is linear.
    pub fn integers(&self) -> usize {
        self.integers
    }

    /// The cost of a column.
    pub fn cost(&self, column: Column) -> f64 {
        self.cost[column.index()]
    }

    /// The costs of all columns, in order.
    pub fn costs(&self) -> &[f64] {
        &self.cost
    }

    /// The lower and the upper bound of a column.
    pub fn bounds(&self, column: Column) -> (f64, f64) {
        (self.lower[column.index()], self.upper[column.index()])
    }

    /// The lower and the upper bound of a row.
    pub fn row_bounds(&self, row: Row) -> (f64, f64) {
        (self.row_lower[row.index()], self.row_upper[row.index()])
    }

    /// Whether a column must be whole.
    pub fn is_integer(&self, column: Column) -> bool {
        self.integer[column.index()]
    }

    /// The label of a column.
    pub fn label_of_column(&self, column: Column) -> Label {
        self.column_labels.get(column.index())
    }

    /// The label of a row.
    pub fn label_of_row(&self, row: Row) -> Label {
        self.row_labels.get(row.index())
    }

    /// The entries of a column: rows in ascending order within what came with the column, then
    /// those of rows added over it later, each found by bisection.
    pub fn entries(&self, column: Column) -> impl Iterator<Item = (Row, f64)> + '_ {
        let own = span(&self.start, column.index());
        let own = self.entry_row[own.clone()]
            .iter()
            .copied()
            .zip(self.entry_value[own].iter().copied());
        let later = self.over.iter().enumerate().filter_map(move |(at, &row)| {
            let span = span(&self.over_start, at);
            let found = self.over_column[span.clone()].binary_search(&column).ok()?;
            Some((row, self.over_value[span.start + found]))
        });
        own.chain(later)
    }

    /// Where each column of `base` stands in this program; none for those that are not here. None at all unless the two
    /// have the same rows and every column here is one of `base`, in its order, with its entries: then this program
    /// is `base` with other costs and bounds, the columns that are not here being nothing.
    #[must_use]
    pub fn places_of(&self, base: &Program) -> Option<Vec<Option<Column>>> {
        let rows = self.rows() == base.rows()
            && self.row_labels == base.row_labels
            && self.over.is_empty()
            && base.over.is_empty();
        if !rows {
            return None;
        }
        let mut places = vec![None; base.columns()];
        let mut here = 0;
        for (there, place) in places.iter_mut().enumerate() {
            if here == self.columns() {
                break;
            }
            if self.column_labels.get(here) != base.column_labels.get(there) {
                continue;
            }
            let (own, other) = (span(&self.start, here), span(&base.start, there));
            let same = self.integer[here] == base.integer[there]
                && self.entry_row[own.clone()] == base.entry_row[other.clone()]
                && self.entry_value[own] == base.entry_value[other];
            if !same {
                return None;
            }
            *place = Some(Column(position(here)));
            here += 1;
        }
        (here == self.columns()).then_some(places)
    }

    /// Where the columns and rows of `narrow` stand here, by label, if it is this program with some of its columns and
    /// rows left out, bounds and costs aside: shared columns have the same entries, and columns and rows that are here
    /// alone may be nothing.
    #[must_use]
    pub fn embeds(&self, narrow: &Program) -> Option<(Vec<Column>, Vec<Row>)> {
        let named = |count: usize, label: &dyn Fn(usize) -> Label| -> HashMap<Label, usize> {
            (0..count).map(|at| (label(at), at)).collect()
        };
        let columns = named(self.columns(), &|c| self.column_labels.get(c));
        let rows = named(self.rows(), &|r| self.row_labels.get(r));
        let columns: Vec<Column> = { 0..narrow.columns() }
            .map(|c| columns.get(&narrow.column_labels.get(c)))
            .map(|at| at.map(|&at| Column(position(at))))
            .collect::<Option<_>>()?;
        let rows: Vec<Row> = { 0..narrow.rows() }
            .map(|r| rows.get(&narrow.row_labels.get(r)))
            .map(|at| at.map(|&at| Row(position(at))))
            .collect::<Option<_>>()?;
        let nothing = |(lower, upper): (f64, f64)| lower <= 0.0 && 0.0 <= upper;
        let mut alone = (vec![true; self.columns()], vec![true; self.rows()]);
        for (c, &at) in (0u32..).map(Column).zip(&columns) {
            alone.0[at.index()] = false;
            let sorted = |mut entries: Vec<(Row, f64)>| {
                entries.sort_unstable_by_key(|(r, _)| *r);
                entries
            };
            let here = narrow.entries(c).map(|(r, x)| (rows[r.index()], x));
            let same = sorted(here.collect()) == sorted(self.entries(at).collect())
                && self.is_integer(at) == narrow.is_integer(c);
            if !same {
                return None;
            }
        }
        for at in &rows {
            alone.1[at.index()] = false;
        }
        let mut others = (0u32..)
            .map(Column)
            .zip(&alone.0)
            .filter(|(_, alone)| **alone);
        let mut ranges = (0u32..).map(Row).zip(&alone.1).filter(|(_, alone)| **alone);
        let free = others.all(|(c, _)| nothing(self.bounds(c)))
            && ranges.all(|(r, _)| nothing(self.row_bounds(r)));
        free.then_some((columns, rows))
    }

    /// Where the columns of `narrow` stand here if it is [embedded](Self::embeds) and none of its bounds is tighter here:
    /// then whatever it allows is allowed here, with what it does not know at nothing.
    #[must_use]
    pub fn widens(&self, narrow: &Program) -> Option<Vec<Column>> {
        let (columns, rows) = self.embeds(narrow)?;
        let holds = |(a, b): (f64, f64), (c, d): (f64, f64)| a <= c && d <= b;
        let wide = (0u32..).map(Column).zip(&columns);
        let mut wide = wide.map(|(c, &at)| holds(self.bounds(at), narrow.bounds(c)));
        let ranges = (0u32..).map(Row).zip(&rows);
        let mut ranges = ranges.map(|(r, &at)| holds(self.row_bounds(at), narrow.row_bounds(r)));
        (wide.all(|holds| holds) && ranges.all(|holds| holds)).then_some(columns)
    }

    /// What each row comes to with these values of the columns.
    ///
    /// # Panics
    /// Panics when there is not one value for each column.
    #[must_use]
    pub fn activity(&self, values: &[f64]) -> Vec<f64> {
        assert_eq!(values.len(), self.columns(), "one value for each column");
        let mut activity = vec![0.0; self.rows()];
        self.each_entry(|row, column, value| {
            activity[row.index()] += value * values[column.index()]
        });
        activity
    }

    /// Whether every entry is a number nearer to nothing than `limit`.
    pub(crate) fn entries_below(&self, limit: f64) -> bool {
        let mut all = [&self.entry_value, &self.over_value].into_iter();
        all.all(|values| values.iter().all(|value| value.abs() < limit))
    }

    /// Calls `visit` for every entry once: first by column, then by row for rows added later.
    pub(crate) fn each_entry(&self, mut visit: impl FnMut(Row, Column, f64)) {
        for column in 0..self.columns() {
            for at in span(&self.start, column) {
                visit(
                    self.entry_row[at],
                    Column(column as u32),
                    self.entry_value[at],
                );
            }
        }
        for (at, &row) in self.over.iter().enumerate() {
            for entry in span(&self.over_start, at) {
                visit(row, self.over_column[entry], self.over_value[entry]);
            }
        }
    }

    /// Sets the cost of a column.
    pub fn set_cost(&mut self, column: Column, cost: f64) {
        self.cost[column.index()] = cost;
    }

    /// Sets the costs of all columns.
    ///
    /// # Panics
    /// Panics when there is not one cost for each column.
    pub fn set_costs(&mut self, costs: &[f64]) {
        self.cost.copy_from_slice(costs);
    }

    /// Sets the bounds of a column.
    pub fn set_column_bounds(&mut self, column: Column, lower: f64, upper: f64) {
        self.lower[column.index()] = lower;
        self.upper[column.index()] = upper;
    }

    /// Sets the bounds of a row.
    pub fn set_row_bounds(&mut self, row: Row, lower: f64, upper: f64) {
        self.row_lower[row.index()] = lower;
        self.row_upper[row.index()] = upper;
    }

    /// Demands that a column is whole.
    pub fn set_integer(&mut self, column: Column) {
        let integer = &mut self.integer[column.index()];
        self.integers += usize::from(!*integer);
        *integer = true;
    }

    /// Lets every column take fractions again.
    pub fn relax_integers(&mut self) {
        self.integer.fill(false);
        self.integers = 0;
    }

    /// The reduced costs that belong to costs and duals: of each column its cost less what its entries
    /// are worth.
    ///
    /// # Panics
    /// Panics when there is not one cost for each column and one dual for each row.
    pub fn reduced_costs(&self, costs: &[f64], duals: &[f64]) -> Vec<f64> {
        assert_eq!(costs.len(), self.columns(), "one cost for each column");
        assert_eq!(duals.len(), self.rows(), "one dual for each row");
        let mut reduced = costs.to_vec();
        self.each_entry(|row, column, value| reduced[column.index()] -= value * duals[row.index()]);
        reduced
    }

    /// Sum of cost times value, with a compensated sum.
    ///
    /// # Panics
    /// Panics when there is not one value for each column.
    pub fn objective_of(&self, values: &[f64]) -> f64 {
        assert_eq!(values.len(), self.columns(), "one value for each column");
        let mut sum = Sum::default();
        for (cost, value) in self.cost.iter().zip(values) {
            sum.add(cost * value);
        }
        sum.value()
    }

    /// All entries column by column, rows added later merged in; borrowed where nothing is to merge.
    pub(crate) fn columnwise(&self) -> Sparse<'_, Row> {
        if self.over_column.is_empty() {
            return Sparse {
                start: Cow::Borrowed(&self.start),
                index: Cow::Borrowed(&self.entry_row),
                value: Cow::Borrowed(&self.entry_value),
            };
        }
        Sparse::gather(self, self.columns(), Row(0), |row, column| {
            (column.index(), row)
        })
    }

    /// All entries row by row, columns in ascending order.
    pub(crate) fn rowwise(&self) -> Sparse<'_, Column> {
        Sparse::gather(self, self.rows(), Column(0), |row, column| {
            (row.index(), column)
        })
    }

    /// Rows and values of the column added last.
    pub(crate) fn last_column(&self) -> (&[Row], &[f64]) {
        let from = self.start[self.start.len().saturating_sub(2)] as usize;
        (&self.entry_row[from..], &self.entry_value[from..])
    }

    /// Columns and values of the row added last over existing columns.
    pub(crate) fn last_row_over(&self) -> (&[Column], &[f64]) {
        let from = self.over_start[self.over_start.len().saturating_sub(2)] as usize;
        (&self.over_column[from..], &self.over_value[from..])
    }

    pub(crate) fn lower(&self) -> &[f64] {
        &self.lower
    }

    pub(crate) fn upper(&self) -> &[f64] {
        &self.upper
    }

    pub(crate) fn row_lower(&self) -> &[f64] {
        &self.row_lower
    }

    pub(crate) fn row_upper(&self) -> &[f64] {
        &self.row_upper
    }

    pub(crate) fn integer(&self) -> &[bool] {
        &self.integer
    }

    /// Writes the program as readable algebra, one constraint a line, in the order of the program.
    ///
    /// `name` turns a label into words; `&|label| label.to_string()` prints families and indices.
    /// Bounds of zero and more, the usual ones, are not written.
    ///
    /// # Errors
    /// Fails when `out` does.
    ///
    /// # Example
    /// ```
    /// # use darsena_milp::{Label, Program};
    /// let mut program = Program::new();
    /// let both = program.add_row(Label::new("both", &[]), 2.0, f64::INFINITY);
    /// program.add_column(Label::new("make", &[0]), 3.0, 0.0, f64::INFINITY, &[(both, 1.0)]);
    /// program.add_column(Label::new("make", &[1]), 1.5, 0.0, 1.0, &[(both, 1.0)]);
    /// let mut text = Vec::new();
    /// program.write_text(&mut text, &|label| label.to_string())?;
    /// assert_eq!(
    ///     String::from_utf8_lossy(&text),
    ///     "minimise\n  3 make[0] + 1.5 make[1]\n\
    ///      subject to\n  both: make[0] + make[1] >= 2\n\
    ///      bounds\n  0 <= make[1] <= 1\n"
    /// );
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn write_text(
        &self,
        out: &mut dyn io::Write,
        name: &dyn Fn(Label) -> String,
    ) -> io::Result<()> {
        let name_of = |column: usize| name(self.column_labels.get(column));
        writeln!(out, "minimise")?;
        let costs = self
            .cost
            .iter()
            .enumerate()
            .filter(|&(_, &cost)| cost != 0.0);
        write!(out, " ")?;
        write_sum(out, costs.map(|(column, &cost)| (cost, name_of(column))))?;
        writeln!(out)?;

        if self.rows() > 0 {
            writeln!(out, "subject to")?;
        }
        let entries = self.rowwise();
        for row in 0..self.rows() {
            write!(out, "  {}:", name(self.row_labels.get(row)))?;
            let (lower, upper) = (self.row_lower[row], self.row_upper[row]);
            let ranged = lower != upper && lower.is_finite() && upper.is_finite();
            if ranged {
                write!(out, " {lower} <=")?;
            }
            write_sum(
                out,
                entries
                    .of(row)
                    .map(|(column, value)| (value, name_of(column.index()))),
            )?;
            if lower == upper {
                writeln!(out, " = {upper}")?;
            } else if upper.is_finite() {
                writeln!(out, " <= {upper}")?;
            } else if lower.is_finite() {
                writeln!(out, " >= {lower}")?;
            } else {
                writeln!(out, " free")?;
            }
        }

        let bounds = |column: &usize| (self.lower[*column], self.upper[*column]);
        let unusual: Vec<usize> = (0..self.columns())
            .filter(|at| bounds(at) != (0.0, f64::INFINITY))
            .collect();
        if !unusual.is_empty() {
            writeln!(out, "bounds")?;
        }
        for column in unusual {
            let name = name_of(column);
            match bounds(&column) {
                (lower, upper) if lower == upper => writeln!(out, "  {name} = {upper}")?,
                (f64::NEG_INFINITY, f64::INFINITY) => writeln!(out, "  {name} free")?,
                (f64::NEG_INFINITY, upper) => writeln!(out, "  {name} <= {upper}")?,
                (lower, f64::INFINITY) => writeln!(out, "  {name} >= {lower}")?,
                (lower, upper) => writeln!(out, "  {lower} <= {name} <= {upper}")?,
            }
        }
        if self.integers > 0 {
            writeln!(out, "whole")?;
        }
        for column in (0..self.columns()).filter(|&column| self.integer[column]) {
            writeln!(out, "  {}", name_of(column))?;
        }
        Ok(())
    }
}

/// Entries in compressed form: those of line k are at `start[k]..start[k + 1]`.
pub(crate) struct Sparse<'a, Index: Clone> {
    pub(crate) start: Cow<'a, [u32]>,
    pub(crate) index: Cow<'a, [Index]>,
    pub(crate) value: Cow<'a, [f64]>,
}

impl<Index: Copy> Sparse<'_, Index> {
    /// Sorts all entries of a program into `lines` lines by counting; `place` says which line and
    /// which index an entry has.
    fn gather(
        program: &Program,
        lines: usize,
        blank: Index,
        place: impl Fn(Row, Column) -> (usize, Index),
    ) -> Self {
        let mut start = vec![0u32; lines + 1];
        program.each_entry(|row, column, _| start[place(row, column).0 + 1] += 1);
        for line in 0..lines {
            start[line + 1] += start[line];
        }
        let mut next = start.clone();
        let mut index = vec![blank; program.nonzeros()];
        let mut value = vec![0.0; program.nonzeros()];
        program.each_entry(|row, column, entry| {
            let (line, at) = place(row, column);
            index[next[line] as usize] = at;
            value[next[line] as usize] = entry;
            next[line] += 1;
        });
        Sparse {
            start: Cow::Owned(start),
            index: Cow::Owned(index),
            value: Cow::Owned(value),
        }
    }

    /// The entries of one line.
    fn of(&self, line: usize) -> impl Iterator<Item = (Index, f64)> + '_ {
        let span = span(&self.start, line);
        self.index[span.clone()]
            .iter()
            .copied()
            .zip(self.value[span].iter().copied())
    }
}

fn position(count: usize) -> u32 {
    u32::try_from(count).expect("memory ends before 4 billion rows, columns or entries do")
}

/// Where the entries of a line stand.
fn span(start: &[u32], line: usize) -> Range<usize> {
    start[line] as usize..start[line + 1] as usize
}

/// Whether entries ascend, none twice, and none is zero.
fn is_summed<Index: Copy + Ord>(entries: &[(Index, f64)]) -> bool {
    let ascend = |pair: &[(Index, f64)]| pair[0].0 < pair[1].0;
    entries.windows(2).all(ascend) && entries.iter().all(|&(_, value)| value != 0.0)
}

/// Sorts by position, sums what stands at the same one and drops zeros.
fn sum_duplicates(entries: &mut Vec<(u32, f64)>) {
    if is_summed(entries) {
        return;
    }
    entries.sort_by_key(|&(at, _)| at);
    entries.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    entries.retain(|&(_, value)| value != 0.0);
}

/// Keeps the entries whose index passes, line by line.
fn retain<Index: Copy>(
    start: &mut [u32],
    index: &mut Vec<Index>,
    value: &mut Vec<f64>,
    keep: impl Fn(Index) -> bool,
) {
    let mut kept = 0;
    let mut from = start[0];
    for end in &mut start[1..] {
        for at in from as usize..*end as usize {
            if keep(index[at]) {
                index[kept] = index[at];
                value[kept] = value[at];
                kept += 1;
            }
        }
        from = *end;
        *end = position(kept);
    }
    index.truncate(kept);
    value.truncate(kept);
}

/// Writes ` 3 x - y + 0.5 z`, or ` 0` for an empty sum.
fn write_sum(
    out: &mut dyn io::Write,
    terms: impl Iterator<Item = (f64, String)>,
) -> io::Result<()> {
    let mut first = true;
    for (factor, name) in terms {
        let sign = match (first, factor < 0.0) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => "+ ",
            (false, true) => "- ",
        };
        match factor.abs() {
            1.0 => write!(out, " {sign}{name}")?,
            size => write!(out, " {sign}{size} {name}")?,
        }
        first = false;
    }
    if first { write!(out, " 0") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: f64 = f64::INFINITY;

    fn label(family: &'static str) -> Label {
        Label::new(family, &[])
    }

    #[test]
    fn labels_come_back_as_they_went_in() {
        let mut labels = Labels::default();
        let given: Vec<Label> = [
            ("make", &[0, 5][..]),
            ("make", &[0, 6]),
            ("make", &[1, 7]),
            ("make", &[1, 8]),
            ("hold", &[1, 9]),
            ("hold", &[1, 9]),
            ("hold", &[2]),
            ("hold", &[3]),
            ("sum", &[]),
            ("sum", &[]),
            ("ship", &[4, u32::MAX - 1, 0]),
            ("ship", &[4, u32::MAX - 1]),
            ("ship", &[4]),
        ]
        .iter()
        .map(|(family, indices)| Label::new(family, indices))
        .collect();
        given.iter().for_each(|&label| labels.push(label));
        let back = |labels: &Labels| -> Vec<Label> {
            (0..labels.count as usize)
                .map(|at| labels.get(at))
                .collect()
        };
        assert_eq!(back(&labels), given);
        labels.truncate(3);
        labels.push(given[3]);
        assert_eq!(back(&labels), given[..4]);
    }

    #[test]
    fn duplicates_are_summed_and_zeros_dropped() {
        let mut program = Program::new();
        let a = program.add_row(label("a"), 0.0, ANY);
        let b = program.add_row(label("b"), 0.0, ANY);
        let x = program.add_column(label("x"), 1.0, 0.0, ANY, &[(b, 1.0), (a, 2.0), (b, 3.0)]);
        let y = program.add_column(label("y"), 1.0, 0.0, ANY, &[(b, 1.0), (a, 0.0), (b, -1.0)]);
        assert_eq!(program.entries(x).collect::<Vec<_>>(), [(a, 2.0), (b, 4.0)]);
        assert_eq!(program.entries(y).count(), 0);
        assert_eq!(program.nonzeros(), 2);
    }

    #[test]
    fn both_blocks_are_one_matrix() {
        let mut program = Program::new();
        let a = program.add_row(label("a"), 0.0, ANY);
        let x = program.add_column(label("x"), 1.0, 0.0, ANY, &[(a, 1.0)]);
        let later = program.add_row_over(label("later"), 0.0, 5.0, &[(x, 2.0)]);
        let y = program.add_column(label("y"), 1.0, 0.0, ANY, &[(later, 3.0)]);
        let last = program.add_row_over(label("last"), 0.0, 5.0, &[(y, 1.0), (x, 4.0)]);
        assert_eq!(
            program.entries(x).collect::<Vec<_>>(),
            [(a, 1.0), (later, 2.0), (last, 4.0)]
        );
        assert_eq!(
            program.entries(y).collect::<Vec<_>>(),
            [(later, 3.0), (last, 1.0)]
        );
        let columnwise = program.columnwise();
        assert_eq!(
            columnwise.of(0).collect::<Vec<_>>(),
            [(a, 1.0), (later, 2.0), (last, 4.0)]
        );
        assert_eq!(
            columnwise.of(1).collect::<Vec<_>>(),
            [(later, 3.0), (last, 1.0)]
        );
        let rowwise = program.rowwise();
        assert_eq!(rowwise.of(2).collect::<Vec<_>>(), [(x, 4.0), (y, 1.0)]);

        // Column y stays without its entry in the row that goes, row `last` goes with all entries.
        let mut fewer = program.clone();
        fewer.truncate(2, 1);
        assert_eq!((fewer.rows(), fewer.columns(), fewer.nonzeros()), (1, 2, 1));
        assert_eq!(fewer.entries(y).count(), 0);
        // Column y goes, the rows keep what they have over x.
        program.truncate(1, 9);
        assert_eq!(
            (program.rows(), program.columns(), program.nonzeros()),
            (3, 1, 3)
        );
        assert_eq!(program.label_of_row(last).family, "last");
    }

    #[test]
    fn labels_print_the_indices_they_use() {
        assert_eq!(label("cost").to_string(), "cost");
        assert_eq!(Label::new("make", &[4]).to_string(), "make[4]");
        assert_eq!(Label::new("hold", &[4, 0, 7]).to_string(), "hold[4,0,7]");
    }

    #[test]
    fn every_kind_of_line_is_written() {
        let mut program = Program::new();
        let least = program.add_row(label("least"), 1.0, ANY);
        let range = program.add_row(label("range"), -2.0, 3.5);
        program.add_row(label("equal"), 0.0, 0.0);
        let free = program.add_row(label("free"), f64::NEG_INFINITY, ANY);
        program.add_column(label("x"), 0.0, 0.0, ANY, &[(least, 1.0), (range, -1.0)]);
        program.add_column(
            label("y"),
            -1.0,
            f64::NEG_INFINITY,
            ANY,
            &[(least, -2.5), (free, 1.0)],
        );
        program.add_column(label("z"), 0.0, f64::NEG_INFINITY, 4.0, &[(range, 1.0)]);
        program.add_column(label("w"), 0.0, 3.0, 3.0, &[]);
        let n = program.add_column(label("n"), 0.0, 1.0, ANY, &[]);
        program.set_integer(n);
        let mut text = Vec::new();
        program
            .write_text(&mut text, &|label| label.to_string())
            .expect("memory does not fail");
        let text = String::from_utf8(text).expect("it is text");
        assert_eq!(
            text,
            "minimise\n  -y\nsubject to\n  least: x - 2.5 y >= 1\n  range: -2 <= -x + z <= 3.5\n  \
             equal: 0 = 0\n  free: y free\nbounds\n  y free\n  z <= 4\n  w = 3\n  n >= 1\nwhole\n  n\n"
        );
        let mut empty = Vec::new();
        Program::new()
            .write_text(&mut empty, &|_| String::new())
            .expect("memory does not fail");
        assert_eq!(empty, b"minimise\n  0\n");
    }
}
