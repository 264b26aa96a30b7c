//! Resource-constrained scheduling with modes: which task when and how, so that all is over soonest.
//!
//! This room knows mathematics and nothing else: no word of what a task is about is found here.
//! A formulation elsewhere builds a [`Project`], hands it to [`solve`], and reads an [`Outcome`];
//! [`check`] says whether a schedule keeps to its project, by counting, without a line of what made it.
//!
//! # Problem
//! ```text
//! minimise   max over tasks k of end[k],      end[k] = start[k] + duration[k, mode[k]]
//! subject to start[k] >= release[k]
//!            start[l] >= end[k] + lag[k, l]                                        for k before l
//!            sum over k with start[k] <= t < end[k] of usage[k, mode[k], q] <= capacity[q, t]     for all q, t
//!            sum over k of draw[k, mode[k], b] <= limit[b]                         for all b
//! ```
//!
//! with whole times from 0 on, one mode a task, and no breaks. With one mode a task this is the RCPSP of the
//! literature, else the MRCPSP; both are strongly NP-hard.
//!
//! # How it is solved
//! Two lanes work side by side and tell each other what they found at fixed points of the work, so
//! that the outcome is the same on one thread and on two.
//!
//! - *Shorter schedules*: a population of task orders and modes is bred. Serial schedule generation makes
//!   each a schedule, justification to the right and back shortens it, and of equally long ones that
//!   with less to do shortly before the end counts as better. Now and then the exact
//!   engine makes a part of the best schedule anew.
//! - *Proofs*: cheap bounds first (chains, work in windows, prices on resources, budgets and
//!   chains), then lazy clause generation over bounds of starts, ends and modes, asked in turn for
//!   something shorter than the best schedule and for something as short as the bound.
//!
//! # Order of reading
//! 1. [`Project`]: tasks, modes, precedence, resources, budgets. [`psplib`] reads the public libraries.
//! 2. [`Schedule`] and [`check`].
//! 3. [`Options`], [`Watch`], [`solve`], [`Outcome`]: schedule, makespan, bound and gap.
//! 4. [`Profile`]: what is free of one resource over time, for those who schedule themselves.
//!
//! Inside: `instance` (a project made ready), `decode` (orders to schedules), `improve` (breeding),
//! `polish` (large neighbourhoods), `bound` (cheap bounds), `engine` (the exact engine), `solve` (the lanes).
//!
//! # Limits
//! The proving lane counts moments one by one; a project over more than some millions of them is
//! scheduled without it, and the bound is the cheap one.

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
