//! The tables: row structs, ids and enums, made from the dictionary.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use compact_str::CompactString;
use jiff::civil::Date;

use crate::cell::{self, Blank, Cells, Choice, EachTable, Id, Record, Written};
use crate::check::{Draft, References};
use crate::dictionary::{Attribute, Kind, Status, TableSchema};
use crate::finding::{Finding, Findings};
use crate::index::{Index, Known};
use crate::package::Table;
use crate::scenario::{Scenario, rows_of};
use crate::time::days_between;

/// What edits one table.
pub(crate) trait EditTable {
    fn table<R: Record + Clone>(&mut self, rows: &Arc<[R]>) -> Result<Arc<[R]>, Box<Finding>>;
}

/// Where an id must be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// As the key of a row of this table.
    Table(TableName),
    /// As a party of kind `state`.
    State,
}

macro_rules! id {
    ($doc:literal $name:ident) => {
        #[doc = $doc]
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(CompactString);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $name(CompactString::from(text))
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl Id for $name {
            fn from_text(text: &str) -> Self {
                $name(CompactString::from(text))
            }
        }

        impl Blank for $name {
            fn blank() -> Self {
                $name(CompactString::default())
            }
        }

        impl Written for $name {
            fn write(&self, out: &mut String) {
                out.push_str(&self.0);
            }
        }
    };
}

macro_rules! choice {
    ($doc:literal $name:ident { $first:ident = $first_word:literal $(, $variant:ident = $word:literal)* }) => {
        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        pub enum $name {
            #[doc = concat!("`", $first_word, "`")]
            #[serde(rename = $first_word)]
            $first,
            $(
                #[doc = concat!("`", $word, "`")]
                #[serde(rename = $word)]
                $variant,
            )*
        }

        impl $name {
            /// The word in the table.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $name::$first => $first_word,
                    $($name::$variant => $word,)*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl Choice for $name {
            const WORDS: &'static [(&'static str, Self)] =
                &[($first_word, $name::$first) $(, ($word, $name::$variant))*];
        }

        impl Blank for $name {
            fn blank() -> Self {
                $name::$first
            }
        }

        impl Written for $name {
            fn write(&self, out: &mut String) {
                out.push_str(self.as_str());
            }
        }
    };
}

id! { "Id of a state: the id of a party of kind `state`." StateId }

include!(concat!(env!("OUT_DIR"), "/tables.rs"));

impl Capacity {
    /// Regular capacity of the period that starts on `date`, a day of the interval: where there is a ramp,
    /// linear from `capacity` on the first day to `ramp_to` on the first day after the interval.
    #[must_use]
    pub fn capacity_on(&self, date: Date) -> f64 {
        let (Some(ramp_to), Some(until)) = (self.ramp_to, self.until) else {
            return self.capacity;
        };
        let share = days_between(self.from, date) as f64 / days_between(self.from, until) as f64;
        self.capacity + (ramp_to - self.capacity) * share.clamp(0.0, 1.0)
    }
}

impl TableName {
    /// The tables in the order of the dictionary.
    pub fn all() -> impl Iterator<Item = TableName> {
        DICTIONARY.iter().map(|schema| schema.name)
    }

    /// The name of the table in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.schema().text
    }

    /// What the table is for and which columns it has.
    #[must_use]
    pub fn schema(self) -> &'static TableSchema {
        &DICTIONARY[self as usize]
    }

    /// The table of this name.
    #[must_use]
    pub fn from_text(name: &str) -> Option<TableName> {
        DICTIONARY
            .iter()
            .find(|schema| schema.text == name)
            .map(|schema| schema.name)
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// All tables, in order: what the manual pages are made from.
#[must_use]
pub fn dictionary() -> &'static [TableSchema] {
    &DICTIONARY
}
