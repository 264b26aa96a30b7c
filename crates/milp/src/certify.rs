//! Is an outcome right? Answered from the program alone, without the solver that made it.
//!
//! # Question
//! Do the values satisfy every constraint, and do the duals prove that no values do better?
//!
//! # Formula
//! With y the duals, take the reduced costs d = cost - A'y anew. Any values x that satisfy every
//! constraint have
//!
//! ```text
//! cost'x = y'(A x) + d'x >= sum_r min(y[r] lower[r], y[r] upper[r])
//!                         + sum_c min(d[c] lower[c], d[c] upper[c]) = bound
//! ```
//!
//! (weak duality), so a bound that meets the objective proves the values best. Where the minimum
//! is negative infinity, because y[r] or d[c] has the sign of a bound that is missing, the dual is
//! violated by its size, and the term is taken at the values found. The difference of objective
//! and bound is then the sum of all violations of complementary slackness.
//!
//! # Limits
//! Sums are compensated, but numbers are floating: a certificate holds within a tolerance. That a
//! program is infeasible or unbounded is not certified. With integer columns there are no duals, and
//! only the values are checked.

use crate::outcome::{Outcome, Status};
use crate::program::{Column, Program};
use crate::sum::Sum;

/// What was found when an outcome was checked against its program.
///
/// Violations of constraints are relative to 1 + |bound|, those of duals to 1 + |cost|.
#[derive(Clone, PartialEq, Debug)]
pub struct Certificate {
    /// Most that a column is outside its bounds by.
    pub max_bound_violation: f64,
    /// Most that a row is outside its bounds by, its sum taken anew.
    pub max_row_violation: f64,
    /// Most that an integer column is away from a whole number.
    pub max_integrality_violation: f64,
    /// Largest dual or reduced cost with the sign of a bound that is missing.
    pub max_dual_violation: f64,
    /// The objective of the values, taken anew; infinite without values.
    pub objective: f64,
    /// Difference between that and what the outcome says, relative to 1 + |objective|.
    pub objective_error: f64,
    /// The bound the duals prove; negative infinity without duals.
    pub bound: f64,
    /// |objective - bound|, relative to 1 + |objective|; infinite without duals.
    pub relative_gap: f64,
    status: Status,
    linear: bool,
}

impl Certificate {
    /// Whether all that the outcome says, and that can be checked, is right within a tolerance: with
    /// values, that they satisfy every constraint and have the objective said; if said to be
    /// optimal in a linear program, that the duals prove it. An outcome without values says
    /// nothing that can be checked, so nothing holds, unless it claims nothing: a stop or a limit.
    pub fn holds(&self, tolerance: f64) -> bool {
        if self.objective == f64::INFINITY {
            return matches!(self.status, Status::Stopped | Status::TimeLimit);
        }
        let feasible = self.max_bound_violation <= tolerance
            && self.max_row_violation <= tolerance
            && self.max_integrality_violation <= tolerance
            && self.objective_error <= tolerance;
        let proved = self.max_dual_violation <= tolerance && self.relative_gap <= tolerance;
        feasible && (proved || !self.linear || self.status != Status::Optimal)
    }
}

/// Checks an outcome against its program.
///
/// Vectors of another length than the program has columns or rows count as missing.
///
/// # Example
/// ```
/// use darsena_milp::{Label, Options, Program, Solver, Watch, certify};
/// let mut program = Program::new();
/// let need = program.add_row(Label::new("need", &[]), 2.0, f64::INFINITY);
/// program.add_column(Label::new("x", &[]), 3.0, 0.0, f64::INFINITY, &[(need, 1.0)]);
/// let mut solver = Solver::new(program)?;
/// let mut outcome = solver.solve(&Options::default(), &mut Watch::nobody())?;
/// assert!(certify(solver.program(), &outcome).holds(1e-9));
/// outcome.values[0] = 1.0;
/// assert_eq!(certify(solver.program(), &outcome).max_row_violation, 1.0 / 3.0);
/// # Ok::<(), darsena_milp::SolveError>(())
/// ```
pub fn certify(program: &Program, outcome: &Outcome) -> Certificate {
    let mut certificate = Certificate {
        max_bound_violation: 0.0,
        max_row_violation: 0.0,
        max_integrality_violation: 0.0,
        max_dual_violation: 0.0,
        objective: f64::INFINITY,
        objective_error: f64::INFINITY,
        bound: f64::NEG_INFINITY,
        relative_gap: f64::INFINITY,
        status: outcome.status,
        linear: program.integers() == 0,
    };
    let values = &outcome.values;
    if values.len() != program.columns() || !certificate.claims_values() {
        return certificate;
    }
    let mut activities = vec![Sum::default(); program.rows()];
    program.each_entry(|row, column, entry| {
        activities[row.index()].add(entry * values[column.index()]);
    });
    let activities: Vec<f64> = activities.into_iter().map(Sum::value).collect();
    certificate.max_bound_violation = worst(values, program.lower(), program.upper());
    certificate.max_row_violation = worst(&activities, program.row_lower(), program.row_upper());
    certificate.max_integrality_violation = values
        .iter()
        .zip(program.integer())
        .filter(|&(_, &integer)| integer)
        .map(|(value, _)| (value - value.round()).abs())
        .fold(0.0, larger);
    certificate.objective = program.objective_of(values);
    let scale = 1.0 + certificate.objective.abs();
    certificate.objective_error = (certificate.objective - outcome.objective).abs() / scale;

    let duals = &outcome.duals;
    if duals.len() == program.rows() {
        let (bound, violation) = prove(program, duals, values, &activities);
        certificate.bound = bound;
        certificate.max_dual_violation = violation;
        certificate.relative_gap = (certificate.objective - bound).abs() / scale;
    }
    certificate
}

impl Certificate {
    fn claims_values(&self) -> bool {
        !matches!(self.status, Status::Infeasible | Status::Unbounded)
    }
}

/// The bound that duals prove, and the largest of their violations.
fn prove(program: &Program, duals: &[f64], values: &[f64], activities: &[f64]) -> (f64, f64) {
    let mut reduced = vec![Sum::default(); program.columns()];
    for (sum, &cost) in reduced.iter_mut().zip(program.costs()) {
        sum.add(cost);
    }
    program.each_entry(|row, column, entry| {
        reduced[column.index()].add(-entry * duals[row.index()]);
    });

    let mut bound = Sum::default();
    let mut violation = 0.0;
    let mut term = |price: f64, lower: f64, upper: f64, value: f64, scale: f64| {
        let at = if price > 0.0 { lower } else { upper };
        if price == 0.0 {
        } else if at.is_finite() {
            bound.add(price * at);
        } else {
            bound.add(price * value);
            violation = larger(violation, price.abs() / scale);
        }
    };
    let largest_cost = program
        .costs()
        .iter()
        .copied()
        .map(f64::abs)
        .fold(0.0, larger);
    for (row, &dual) in duals.iter().enumerate() {
        let (lower, upper) = (program.row_lower()[row], program.row_upper()[row]);
        term(dual, lower, upper, activities[row], 1.0 + largest_cost);
    }
    for (column, sum) in reduced.into_iter().enumerate() {
        let (lower, upper) = program.bounds(Column(column as u32));
        let scale = 1.0 + program.costs()[column].abs();
        term(sum.value(), lower, upper, values[column], scale);
    }
    (bound.value(), violation)
}

/// The largest violation of bounds, relative to 1 + |bound|.
fn worst(values: &[f64], lower: &[f64], upper: &[f64]) -> f64 {
    let below = values
        .iter()
        .zip(lower)
        .map(|(value, lower)| (lower - value) / (1.0 + lower.abs()));
    let above = values
        .iter()
        .zip(upper)
        .map(|(value, upper)| (value - upper) / (1.0 + upper.abs()));
    // An infinite bound gives -infinity / infinity, not a number: it cannot be violated, unless by
    // a value that is not a number itself.
    let finite = |(violation, value): (f64, &f64)| {
        if violation.is_nan() && value.is_finite() {
            0.0
        } else {
            violation
        }
    };
    below
        .zip(values)
        .map(finite)
        .chain(above.zip(values).map(finite))
        .fold(0.0, larger)
}

/// The larger of two numbers; not a number wins, so that it is never overlooked.
fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Label;

    /// minimise 2a + 5b, a + b >= 10, 0 <= a <= 4, b >= 0: best is a = 4, b = 6, dual 5.
    fn program() -> Program {
        let mut program = Program::new();
        let need = program.add_row(Label::new("need", &[]), 10.0, f64::INFINITY);
        program.add_column(Label::new("a", &[]), 2.0, 0.0, 4.0, &[(need, 1.0)]);
        program.add_column(
            Label::new("b", &[]),
            5.0,
            0.0,
            f64::INFINITY,
            &[(need, 1.0)],
        );
        program
    }

    fn claim(values: &[f64], duals: &[f64]) -> Outcome {
        let mut outcome = Outcome::without_values(Status::Optimal);
        outcome.objective = 2.0 * values[0] + 5.0 * values[1];
        outcome.values = values.to_vec();
        outcome.duals = duals.to_vec();
        outcome
    }

    #[test]
    fn the_right_answer_holds() {
        let certificate = certify(&program(), &claim(&[4.0, 6.0], &[5.0]));
        assert_eq!((certificate.objective, certificate.bound), (38.0, 38.0));
        assert!(certificate.holds(0.0));
    }

    #[test]
    fn wrong_answers_do_not_and_the_reason_shows() {
        // Feasible, not best: the gap is what is lost.
        let certificate = certify(&program(), &claim(&[3.0, 7.0], &[5.0]));
        assert_eq!((certificate.objective, certificate.bound), (41.0, 38.0));
        assert!(!certificate.holds(1e-3) && certificate.max_dual_violation == 0.0);
        // Best values, wrong dual: a bound that proves less.
        let certificate = certify(&program(), &claim(&[4.0, 6.0], &[3.0]));
        assert_eq!(certificate.bound, 3.0 * 10.0 - 4.0);
        // A dual above the cost of b leaves b a negative reduced cost without an upper bound.
        let certificate = certify(&program(), &claim(&[4.0, 6.0], &[6.0]));
        assert_eq!(certificate.max_dual_violation, 1.0 / 6.0);
        // A dual of the wrong sign.
        assert!(certify(&program(), &claim(&[4.0, 6.0], &[-1.0])).max_dual_violation > 0.0);
        // Outside a bound, short of the row, not numbers, no duals, a wrong objective.
        assert_eq!(
            certify(&program(), &claim(&[5.0, 5.0], &[5.0])).max_bound_violation,
            0.2
        );
        assert!(certify(&program(), &claim(&[4.0, 5.0], &[5.0])).max_row_violation > 0.0);
        assert!(!certify(&program(), &claim(&[f64::NAN, 6.0], &[5.0])).holds(1.0));
        assert!(!certify(&program(), &claim(&[4.0, 6.0], &[])).holds(1.0));
        let mut boast = claim(&[4.0, 6.0], &[5.0]);
        boast.objective = 30.0;
        assert!(!certify(&program(), &boast).holds(1e-3));
        // Without values a claim of the best is empty.
        assert!(!certify(&program(), &Outcome::without_values(Status::Optimal)).holds(1.0));
        assert!(certify(&program(), &Outcome::without_values(Status::TimeLimit)).holds(0.0));
    }

    #[test]
    fn whole_columns_are_checked_for_that() {
        let mut whole = program();
        whole.set_integer(Column(1));
        assert!(certify(&whole, &claim(&[4.0, 6.0], &[])).holds(0.0));
        let certificate = certify(&whole, &claim(&[3.75, 6.25], &[]));
        assert_eq!(certificate.max_integrality_violation, 0.25);
        assert!(!certificate.holds(0.1));
    }
}
