//! Resource-constrained scheduling with modes: which task when and how.

mod bound;
mod check;
mod decode;
mod engine;
mod improve;
mod instance;
mod polish;
mod profile;
mod project;
pub mod psplib;
mod random;
mod schedule;
mod solve;

pub use check::{Violation, check};
pub use profile::Profile;
pub use project::{Budget, Mode, Precedence, Project, ProjectError, Resource, Task};
pub use schedule::Schedule;
pub use solve::{Options, Outcome, Progress, Status, Stop, Watch, solve};
