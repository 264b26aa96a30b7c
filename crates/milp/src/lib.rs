//! Labelled programs and their duals.

mod highs;
mod outcome;
mod program;
mod solve;
mod sum;

pub use highs::{Solver, name_and_version};
pub use outcome::{Basis, Outcome, Position, Status};
pub use program::{Column, Label, Program, Row};
pub use solve::{Method, Options, Progress, Quantity, SolveError, Stop, Watch};
