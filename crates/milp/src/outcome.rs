//! What came of solving a program: status, values, duals, bound and gap.
//!
//! # Signs
//! Every program is minimised. With y the duals and A the matrix of entries,
//!
//! ```text
//! duals[r]         = d objective / d (the bound of row r that binds)
//! reduced_costs[c] = cost[c] - sum_r a[r,c] duals[r] = d objective / d (the bound of column c that binds)
//! ```
//!
//! so a dual is at least 0 where a lower bound binds (more demanded costs more) and at most 0
//! where an upper bound binds (more allowed costs less), and 0 where nothing binds.

use crate::program::{Column, Row};

/// How a solve ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Status {
    /// The values are best, within the tolerances and, with integer columns, the gap asked for.
    Optimal,
    /// The values satisfy every constraint; whether better ones exist is open.
    Feasible,
    /// No values satisfy every constraint.
    Infeasible,
    /// Values satisfy every constraint and the objective falls without end.
    Unbounded,
    /// The time was used up, wall or processor. The best values so far are kept where there are any.
    TimeLimit,
    /// Somebody asked to stop. The best values so far are kept where there are any.
    Stopped,
}

impl Status {
    /// The status in the words of answers: `optimal`, `feasible`, `infeasible`, `unbounded`,
    /// `time-limit`, `stopped`.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Optimal => "optimal",
            Status::Feasible => "feasible",
            Status::Infeasible => "infeasible",
            Status::Unbounded => "unbounded",
            Status::TimeLimit => "time-limit",
            Status::Stopped => "stopped",
        }
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a column or a row stands in a basis.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Position {
    /// At its lower bound.
    Lower,
    /// Between its bounds, or by chance at one: it follows from the others.
    Basic,
    /// At its upper bound.
    Upper,
    /// At zero, having no bound.
    Zero,
}

/// A vertex of a linear program, said without numbers: which columns and rows are at a bound.
///
/// Solving from the basis of a neighbouring program takes far fewer steps than solving anew.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Basis {
    pub(crate) columns: Vec<Position>,
    pub(crate) rows: Vec<Position>,
}

impl Basis {
    /// Where a column stands.
    pub fn column(&self, column: Column) -> Position {
        self.columns[column.index()]
    }

    /// Where a row stands.
    pub fn row(&self, row: Row) -> Position {
        self.rows[row.index()]
    }
}

/// What came of solving a program. See the [crate](crate) for signs.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How the solve ended.
    pub status: Status,
    /// The objective of `values`; infinite without them (negative infinity when unbounded).
    pub objective: f64,
    /// No values have an objective below this one.
    pub bound: f64,
    /// How far the objective may be from the best, relative: (objective - bound) / |objective|.
    /// Zero when the two agree, infinite when one is missing.
    pub gap: f64,
    /// A value for each column; empty when none are known that satisfy every constraint.
    pub values: Vec<f64>,
    /// The sum over each row; empty when there are no values.
    pub activities: Vec<f64>,
    /// A reduced cost for each column; empty when there are no duals.
    pub reduced_costs: Vec<f64>,
    /// A dual for each row; empty without optimal values, and with integer columns.
    pub duals: Vec<f64>,
    /// The vertex found; none with integer columns and after an interior point without crossover.
    pub basis: Option<Basis>,
    /// Steps of the method: simplex, interior point and crossover, or first order together.
    pub iterations: u64,
}

impl Outcome {
    /// The value of a column, where there are values.
    pub fn value(&self, column: Column) -> Option<f64> {
        self.values.get(column.index()).copied()
    }

    /// The dual of a row, where there are duals.
    pub fn dual(&self, row: Row) -> Option<f64> {
        self.duals.get(row.index()).copied()
    }

    /// An outcome without values, duals and basis.
    pub(crate) fn without_values(status: Status) -> Self {
        let (objective, bound) = match status {
            Status::Unbounded => (f64::NEG_INFINITY, f64::NEG_INFINITY),
            Status::Infeasible => (f64::INFINITY, f64::INFINITY),
            _ => (f64::INFINITY, f64::NEG_INFINITY),
        };
        Self {
            status,
            objective,
            bound,
            gap: if objective == bound {
                0.0
            } else {
                f64::INFINITY
            },
            values: Vec::new(),
            activities: Vec::new(),
            reduced_costs: Vec::new(),
            duals: Vec::new(),
            basis: None,
            iterations: 0,
        }
    }
}

/// (objective - bound) / |objective|, 0 when they agree.
pub(crate) fn relative_gap(objective: f64, bound: f64) -> f64 {
    if objective == bound {
        0.0
    } else if !objective.is_finite() || !bound.is_finite() || objective == 0.0 {
        f64::INFINITY
    } else {
        (objective - bound).max(0.0) / objective.abs()
    }
}
