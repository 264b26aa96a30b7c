//! Linear and mixed integer programs that carry labels, and what comes of solving them.
//!
//! This room knows mathematics and nothing else: no word of what a program is about is found here.
//! A formulation elsewhere builds a [`Program`], hands it to a [`Solver`], and reads an [`Outcome`];
//! [`certify`] says whether the outcome is right, without asking the solver.
//!
//! # Form
//! Every program is a minimisation with ranges on columns and rows; to maximise, negate the costs.
//!
//! ```text
//! minimise   cost'x
//! subject to lower <= A x <= upper      by row
//!            lower <=   x <= upper      by column
//!            x[c] whole                 for integer columns c
//! ```
//!
//! # Signs
//! `duals[r]` is the change of the objective per unit by which the bound that binds in row r moves
//! up: at least 0 at a lower bound, at most 0 at an upper one. Reduced costs are cost - A'duals and
//! mean the same for the bounds of columns.
//!
//! # Order of reading
//! 1. [`Program`]: columns, rows, entries, labels; prints itself as readable algebra.
//! 2. [`Options`], [`Watch`], [`SolveError`]: how to solve, who watches, why it may fail.
//! 3. [`Outcome`]: status, values, duals, basis, bound and gap.
//! 4. [`Solver`]: a program in HiGHS, changed and solved again and again; the only file that talks
//!    to HiGHS, and the only one with unsafe code.
//! 5. [`certify`]: feasibility, complementary slackness and bound from the program alone.
//!
//! # Example
//! Two makers, one demand: the cheap one makes what it can, and the dual of the demand is the cost
//! of the other.
//!
//! ```
//! use darsena_milp::{Label, Options, Program, Solver, Status, Watch, certify};
//!
//! let mut program = Program::new();
//! let demand = program.add_row(Label::new("demand", &[]), 10.0, f64::INFINITY);
//! let cheap = program.add_column(Label::new("make", &[0]), 2.0, 0.0, 4.0, &[(demand, 1.0)]);
//! let dear = program.add_column(Label::new("make", &[1]), 5.0, 0.0, f64::INFINITY, &[(demand, 1.0)]);
//!
//! let mut solver = Solver::new(program)?;
//! let outcome = solver.solve(&Options::default(), &mut Watch::nobody())?;
//! assert_eq!((outcome.status, outcome.objective), (Status::Optimal, 38.0));
//! assert_eq!((outcome.value(cheap), outcome.value(dear)), (Some(4.0), Some(6.0)));
//! assert_eq!(outcome.dual(demand), Some(5.0));
//! assert!(certify(solver.program(), &outcome).holds(1e-9));
//! # Ok::<(), darsena_milp::SolveError>(())
//! ```

mod certify;
mod highs;
mod outcome;
mod part;
mod program;
mod side_by_side;
mod solve;
mod sum;

pub use certify::{Certificate, certify};
pub use highs::{Solver, name_and_version};
pub use outcome::{Basis, Outcome, Position, Status};
pub use part::{Part, Parts};
pub use program::{Column, Label, Program, Row};
pub use side_by_side::side_by_side;
pub use solve::{Clock, Method, Options, Progress, Quantity, SolveError, Stop, Watch};
