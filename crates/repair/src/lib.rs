//! Which asset, which dock, when: schedules of repair.
//!
//! # Question
//! Ships and aircraft are due for repair; docks, trades and teams are few, some stand in other states, and the law
//! says what may be done there. When is each job done, where and in which mode, so that assets are away for the fewest
//! days and late for fewer still?
//!
//! # The problem
//! ```text
//! sets     a assets, j jobs, k tasks of a job, m modes of a task (one for each dock it may use), d docks, r resources, t days
//! choose   for every task a mode m and a first day s; or leave the job out, where that has a price
//! such that
//!   a task begins when those it waits for are done, and the asset has come from where they were done
//!   a task begins on a day on which the law lets its mode begin; a task holds its dock and resources without a break
//!   sum over tasks under way or setting up in dock d on day t            <= ships(d), less places closed; none while it is closed
//!   and, of several, either their lengths or their beams added up         <= those of the dock
//!   sum over tasks under way on day t of usage(m, r)                     <= capacity(r, t) + overtime(r, t)
//!   an asset is away for one job at a time: from leaving home until back home, work-up done; a damaged one from its release
//!   what has begun keeps its mode and day
//!   leave(j) >= release(j), back(j) <= deadline(j)
//! minimise   not_ready_cost(j) * (back(j) - leave(j)) + tardiness_cost(j) * max(0, back(j) - due(j)) + cost(m)
//!          + overtime_cost(r) * use beyond regular capacity + peak_cost(r) * highest use
//!          + shortage_cost * assets of a class short of what should be ready, each day
//!          + span_cost of groups + cost of changes against the schedule last agreed + deferral_cost of jobs left out
//! ```
//!
//! Capacity of a period is spread evenly over its mean length in days.
//!
//! # How it is solved
//! [`search`] places jobs by an exact dynamic program each, takes some out and places them anew. Beside it
//! prices of docks and trades give a bound (Lagrange), so every answer says how far it may be from the best. [`check`]
//! verifies a schedule from the tables alone.

mod board;
mod bound;
pub mod carry;
pub mod check;
pub mod emergency;
pub mod growth;
pub mod law;
pub mod load;
pub mod nowhere;
mod place;
pub mod problem;
pub mod reasons;
pub mod regain;
pub mod schedule;
pub mod search;

pub mod xer;

pub use board::Cost;
pub use law::{Shut, Windows};
pub use place::Visit;
pub use problem::{Day, Modes, Problem, ShutMode, ShutWhy};
pub use schedule::{DoneJob, DoneTask, Schedule};
pub use search::{Options, Outcome, Progress, Status, Watch, schedule, schedule_from};
