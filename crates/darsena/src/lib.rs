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
mod ceilings;
pub mod certificate_answer;
pub mod emergency;
pub mod levers_answer;
pub mod otherwise;
pub mod permit_answer;
mod permitted;
pub mod plan_answer;
pub mod project_answer;
pub mod repair;
pub mod repair_answer;
pub mod rule_prices;
pub mod scenario_answer;
pub mod static_answer;
pub mod stress_answer;
pub mod sweep;
pub mod work_package;
pub mod write;

pub use permitted::{open_arcs, permitted};

pub use darsena_brief as brief;
pub use darsena_certify as certify;
pub use darsena_law as law;
pub use darsena_milp as milp;
pub use darsena_plan as plan;
pub use darsena_repair as schedule;
pub use darsena_scenario as scenario;
pub use darsena_schedule as project;
pub use darsena_whatif as whatif;

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
    #[error("{}", unsound(.0))]
    Unsound(Vec<Breach>),
    /// The plan does not survive the checker, and was made with options of the solver that may well be
    /// the cause, as a loose tolerance is.
    #[error("{}; the solver was told {}, which may be the cause", unsound(.0), told(.1))]
    Told(Vec<Breach>, Vec<(String, String)>),
}

/// What a plan breaks, the worst first.
fn unsound(breaches: &[Breach]) -> String {
    let counted = match breaches.len() {
        1 => "one thing does not hold".to_string(),
        n => format!("{n} things do not hold"),
    };
    let worst = breaches.iter().max_by(|a, b| a.by.total_cmp(&b.by));
    let worst = worst.map_or(String::new(), |breach| {
        let of_them = if breaches.len() == 1 {
            ""
        } else {
            "the worst "
        };
        let rule = match breach.rule {
            "amount" => "an amount",
            "answer" => "what is said in the answer",
            "balance" => "a balance",
            "capacity" => "a capacity",
            "ceiling" => "a ceiling of an authorization",
            "demand" => "a demand",
            "floor" => "a floor",
            "kind" => "where units were made",
            "lane" => "a lane",
            "line" => "a line that stands open or shut",
            "objective" => "a level of the objective",
            "whole" => "whole units",
            "window" => "a date or duration",
            other => other,
        };
        format!(
            ": {of_them}{rule}, {}, off by {:.6}",
            breach.what, breach.by
        )
    });
    format!("the plan does not survive its checker: {counted}{worst}")
}

fn told(options: &[(String, String)]) -> String {
    let words: Vec<String> = options
        .iter()
        .map(|(name, value)| format!("`{name}={value}`"))
        .collect();
    words.join(", ")
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
        let options = &options.solver.set;
        Err(if options.is_empty() {
            AnswerError::Unsound(verdict.breaches)
        } else {
            AnswerError::Told(verdict.breaches, options.clone())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{AnswerError, Breach};

    fn breach(rule: &'static str, what: &str, by: f64) -> Breach {
        Breach {
            rule,
            what: what.into(),
            by,
        }
    }

    #[test]
    fn a_plan_that_does_not_hold_is_told_in_words() {
        let line = breach("line", "line `r`", 4.0);
        let level = breach(
            "objective",
            "open units of priority 1: recomputed 20, said 19.96",
            0.04,
        );
        let one = AnswerError::Unsound(vec![line.clone()]);
        assert_eq!(
            one.to_string(),
            "the plan does not survive its checker: one thing does not hold: a line that stands open or shut, line `r`, off by 4.000000"
        );
        let options = vec![("primal_feasibility_tolerance".into(), "0.01".into())];
        let two = AnswerError::Told(vec![level, line], options);
        assert_eq!(
            two.to_string(),
            "the plan does not survive its checker: 2 things do not hold: the worst a line that stands open or shut, line `r`, off by 4.000000; the solver was told `primal_feasibility_tolerance=0.01`, which may be the cause"
        );
    }
}

/// The Rust code of the book, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/library.md")]
pub struct Book;
