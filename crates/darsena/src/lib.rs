//! The front door of darsena: load a scenario, ask a question, get an answer as tables.
//!
//! ```no_run
//! use darsena::milp::Watch;
//! use darsena::plan::{Arcs, Options};
//!
//! let checked = darsena::scenario::load("scenarios/us-japan-2024".as_ref())?;
//! let scenario = checked.scenario.ok_or("the scenario has findings")?;
//! let plan = darsena::checked_plan(&scenario, &Arcs::open(&scenario), &Options::default(), &mut Watch::nobody())?;
//! let answer = darsena::plan_answer::answer(&scenario, &plan, None);
//! println!("{}", answer.json());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod answer;
pub mod plan_answer;
pub mod scenario_answer;
pub mod write;

pub use darsena_brief as brief;
pub use darsena_milp as milp;
pub use darsena_plan as plan;
pub use darsena_scenario as scenario;

use darsena_milp::Watch;
use darsena_plan::check::Breach;
use darsena_plan::{Arcs, Options, Plan, PlanError};
use darsena_scenario::Scenario;

/// The JSON schema of answers.
pub const SCHEMA_TEXT: &str = include_str!("../schema/answer-1.json");

/// Why there is no plan to show.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// No plan could be made.
    #[error("no plan could be made")]
    Plan(#[from] PlanError),
    /// The plan does not survive the checker: a fault in darsena, never to be shown as an answer.
    #[error("the plan does not survive its checker: {} breaches, first {} of {} by {}", .0.len(), .0[0].rule, .0[0].what, .0[0].by)]
    Unsound(Vec<Breach>),
}

/// Returns the best plan, re-checked by code that knows no solver.
///
/// # Errors
/// Fails when the solver fails, and when the plan does not survive [`plan::check::check`].
pub fn checked_plan(
    scenario: &Scenario,
    arcs: &Arcs,
    options: &Options,
    watch: &mut Watch<'_>,
) -> Result<Plan, AnswerError> {
    let plan = plan::plan(scenario, arcs, options, watch)?;
    let verdict = plan::check::check(scenario, arcs, &plan);
    if verdict.holds() {
        Ok(plan)
    } else {
        Err(AnswerError::Unsound(verdict.breaches))
    }
}

/// The Rust code of the book, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/library.md")]
pub struct Book;
