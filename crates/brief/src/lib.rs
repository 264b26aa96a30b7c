//! What do we tell the ministers? The brief: a plan as one page that can be read anywhere.
//!
//! [`html`] turns a scenario and its plan into one self-contained HTML page: headline numbers, what
//! binds, who waits and why, curves of deliveries and stocks, shadow prices, utilisation, lines,
//! repair by dock and by ship, the network map, method and sources. It needs no script and no network, prints, follows the
//! reader's light or dark scheme and fits a phone.
//!
//! Every figure is read off the plan or the scenario and says where: it carries `data-table`,
//! `data-row` and `data-column`, every name the row it names. Every drawing has its numbers as a
//! table under it. Nothing on the page depends on the day it is made: same input, same bytes.
//!
//! ```no_run
//! # use std::path::Path;
//! use darsena_plan::Arcs;
//!
//! let checked = darsena_scenario::load(Path::new("scenarios/us-japan-2024"))?;
//! let scenario = checked.scenario.ok_or("the scenario has findings")?;
//! let plan = darsena_plan::plan(
//!     &scenario,
//!     &Arcs::open(&scenario),
//!     &darsena_plan::Options::default(),
//!     &mut darsena_milp::Watch::nobody(),
//! )?;
//! let page = darsena_brief::html(&scenario, &plan, &darsena_brief::Options::default());
//! assert!(page.starts_with("<!DOCTYPE html>"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it does not say
//! The brief computes sums, means and orders, and judges nothing. It does not check the plan; that
//! is done where the plan is made.

mod bind;
pub mod chart;
mod figures;
mod law;
pub mod number;
mod page;
mod repair;
mod section;
mod table;
mod text;

pub use law::{ApprovalRow, LawPage, PairRow, RuleRow, Worth};
pub use repair::{BeforePage, GanttBy, RepairPage, RepairRuleRow, gantt_svg};

use darsena_plan::Plan;
use darsena_scenario::Scenario;
use jiff::civil::Date;

/// What a reader chooses.
#[derive(Debug, Clone, Default)]
pub struct Options<'a> {
    /// Title of the page; without it that of the scenario.
    pub title: Option<String>,
    /// Language of the page.
    pub lang: Lang,
    /// Which law the plan keeps.
    pub kept: LawKept,
    /// What that law does to the plan; without it nothing is said of rules.
    pub law: Option<LawPage>,
    /// The schedule of repair; without it nothing is said of docks and jobs.
    pub repair: Option<RepairPage<'a>>,
}

/// Which law a plan keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LawKept {
    /// That of the day the scenario knows.
    #[default]
    Known,
    /// That of another day.
    Of(Date),
    /// None was asked.
    Unasked,
}

/// A language the brief can be written in. Names and notes of the scenario stay as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lang {
    /// English.
    #[default]
    En,
}

impl Lang {
    /// The language tag.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Lang::En => text::LANGUAGE,
        }
    }
}

/// Returns the brief of `plan`, which must be a plan of exactly this `scenario`.
///
/// # Panics
/// Where the plan names a row that the scenario does not have: it was made from another one.
#[must_use]
pub fn html(scenario: &Scenario, plan: &Plan, options: &Options<'_>) -> String {
    page::page(scenario, plan, options).into_string()
}
