//! The dictionary: which tables and columns a scenario has, and what each may hold.
//!
//! It is written once, as one CSV file per table in `dictionary/`. The build makes the row structs,
//! the readers and the writers from it, and this schema, from which checks and manual pages are made.

use crate::tables::TableName;

/// What a table is for and which columns it has.
#[derive(Debug, Clone, Copy)]
pub struct TableSchema {
    /// Which table.
    pub name: TableName,
    /// Its name in files: `recipe_inputs`.
    pub text: &'static str,
    /// What one row is called: `RecipeInput`.
    pub row: &'static str,
    /// One or two sentences.
    pub description: &'static str,
    /// Its columns, in the order they are written.
    pub attributes: &'static [Attribute],
}

/// What a column holds.
#[derive(Debug, Clone, Copy)]
pub struct Attribute {
    /// Name of the column.
    pub name: &'static str,
    /// What a cell may hold.
    pub kind: Kind,
    /// Unit of measure, or empty.
    pub unit: &'static str,
    /// What a blank cell means, where it means a value.
    pub default: Option<&'static str>,
    /// One or two sentences.
    pub description: &'static str,
    /// Whether it must be there.
    pub status: Status,
}

/// What a cell may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The id of the row itself.
    Key,
    /// The id of a row of another table.
    Ref(TableName),
    /// Ids of rows of another table, `;` between.
    Refs(TableName),
    /// The id of a party of kind `state`.
    State,
    /// Ids of states, `;` between.
    States,
    /// Any text.
    Text,
    /// One word, spelled like an id.
    Word,
    /// Words, `;` between.
    Words,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A number of at least 0.
    Quantity,
    /// A number above 0, neither tiny nor huge: what a run takes, a length.
    Positive,
    /// Any number.
    Number,
    /// A whole number of days, at least 0.
    Days,
    /// A whole number of at least 1.
    Count,
    /// A day: `2024-07-01`.
    Date,
    /// A day, a month or a year.
    PartialDate,
    /// `yes` or `no`.
    Flag,
}

/// Whether a column must be there, and whether it tells rows apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Must be filled; rows are told apart by it.
    Key,
    /// May be blank; rows are told apart by it.
    OptionalKey,
    /// Must be filled.
    Required,
    /// May be blank or missing.
    Optional,
}

impl TableSchema {
    /// Where the column stands among [`TableSchema::attributes`].
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<usize> {
        self.attributes.iter().position(|a| a.name == name)
    }

    /// The columns that tell rows apart; none if equal rows may stand side by side.
    pub fn key(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.attributes.len()).filter(|&n| self.attributes[n].is_key())
    }
}

impl Attribute {
    /// Whether rows are told apart by this column.
    #[must_use]
    pub fn is_key(&self) -> bool {
        matches!(self.status, Status::Key | Status::OptionalKey)
    }

    /// Whether a cell of this column must be filled.
    #[must_use]
    pub fn is_required(&self) -> bool {
        matches!(self.status, Status::Key | Status::Required)
    }
}

impl Kind {
    /// Whether it is a number, whole or not.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self, Kind::Quantity | Kind::Positive | Kind::Number) || self.is_whole()
    }

    /// Whether it is a whole number.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        matches!(self, Kind::Days | Kind::Count)
    }

    /// What a cell of this kind holds, in words: `a number of at least 0`.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Kind::Key => "an id".into(),
            Kind::Ref(table) => format!("an id of `{table}`"),
            Kind::Refs(table) => format!("ids of `{table}`, `;` between"),
            Kind::State => "a state".into(),
            Kind::States => "states, `;` between".into(),
            Kind::Text => "text".into(),
            Kind::Word => "one word".into(),
            Kind::Words => "words, `;` between".into(),
            Kind::Choice(words) => format!("`{}`", words.join("`, `")),
            Kind::Quantity => "a number, at least 0".into(),
            Kind::Positive => "a number above 0, 1e-6 to 1e6".into(),
            Kind::Number => "a number".into(),
            Kind::Days => "whole days, at least 0".into(),
            Kind::Count => "a whole number, at least 1".into(),
            Kind::Date => "a day: `2024-07-01`".into(),
            Kind::PartialDate => "a day, a month or a year".into(),
            Kind::Flag => "`yes` or `no`".into(),
        }
    }
}
