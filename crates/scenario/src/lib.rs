//! The nouns of darsena: all tables of one situation, read, checked and written again.
//!
//! A scenario is a Tabular Data Package: `datapackage.json` beside CSV files, one per table of the
//! [`dictionary`]. Reading goes in two steps. A [`Package`] is the tables as text, in file order; it loses
//! nothing when it is written again. [`Package::check`] turns it into a [`Scenario`]: typed rows in
//! order of their keys, every id known, every number finite, every date in its place; or into
//! [`Finding`]s, all of them at once, each with file, row, column, what was found and what would be right.
//!
//! ```
//! use std::collections::BTreeMap;
//! use darsena_scenario::{Severity, read_memory};
//!
//! let mut files = BTreeMap::new();
//! let mut file = |name: &str, text: &str| files.insert(name.to_string(), text.as_bytes().to_vec());
//! file("datapackage.json", r#"{ "name": "two-sites", "darsena": { "format": 1,
//!     "start": "2024-07-01", "period": "month", "periods": 12, "currency": "USD",
//!     "law_as_of": "2024-07-01" }, "resources": [
//!     { "name": "parties", "path": "parties.csv" }, { "name": "sites", "path": "sites.csv" },
//!     { "name": "items", "path": "items.csv" }] }"#);
//! file("parties.csv", "party,name,kind,state\nus,United States,state,us\n");
//! file("items.csv", "item,name\nseeker,Seeker\n");
//! file("sites.csv", "site,name,state\nhuntsville,Huntsville,uz\n");
//!
//! let checked = read_memory(&files).check();
//! assert!(checked.scenario.is_none());
//! let errors = |finding: &&darsena_scenario::Finding| finding.severity == Severity::Error;
//! assert_eq!(
//!     checked.findings.iter().find(errors).map(ToString::to_string).as_deref(),
//!     Some("sites.csv:2: column `state`: `uz` is no party of kind `state`\nhelp: did you mean `us`?")
//! );
//! ```
//!
//! # Limits
//! Nothing here says whether something may be done, can be made in time or is worth its cost.

mod cell;
mod change;
mod check;
mod csv_table;
mod describe;
mod dictionary;
mod diff;
mod finding;
mod guard;
mod head;
mod index;
mod json;
mod load;
mod manual;
mod package;
mod parquet_pages;
mod parquet_table;
mod scenario;
mod starter;
mod tables;
mod time;
mod workbook;
mod workbook_parts;
mod write;

pub use change::{Change, Edit, Span};
pub use describe::{
    Description, ItemSummary, LeadTimePath, PathStep, PrioritySummary, ResourceSummary,
    StateSummary, StepKind, describe,
};
pub use dictionary::{Attribute, Kind, Status, TableSchema};
pub use diff::{CellChange, Difference, RowChange, RowText, TableDifference, diff};
pub use finding::{Finding, Severity, nearest};
pub use head::{DESCRIPTOR, FORMAT, Head, Objective};
pub use load::{
    LARGEST_DESCRIPTOR, LARGEST_FILE, LARGEST_FOLDER, LoadError, load, load_with, read, read_memory,
};
pub use manual::manual_page;
pub use package::{Checked, Package, Table};
pub use scenario::Scenario;
pub use starter::starter;
pub use tables::{
    Agreed, Asset, AssetId, AssetKind, Authorization, AuthorizationDecision, AuthorizationId,
    Capacity, ChangeRow, ChangeRowId, ChangeRowKind as ChangeKind, Class, ClassId, Closure,
    ClosureWhat, Demand, DemandId, Dock, DockId, Item, ItemId, Job, JobId, Lane, LaneId, Mode,
    ModeId, ModeUsage, Party, PartyId, PartyKind, Priority, Receipt, Recipe, RecipeId, RecipeInput,
    RecipeResource, Resource, ResourceId, Site, SiteId, SiteKind, Source, SourceGrade, SourceId,
    StateId, Stockpile, TableName, Task, TaskId, Transit, dictionary,
};
pub use time::{Horizon, Period};
pub use workbook::read_workbook;
pub use write::{WriteError, WriteOptions};
