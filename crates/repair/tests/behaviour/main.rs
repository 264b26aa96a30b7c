//! Schedules through the front door: cases worked out by hand, brute force on small drawn scenarios,
//! properties of every schedule, growth of work, and a checker that is itself checked.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod brute;
mod cases;
mod checker;
mod drawn;
mod faults;
mod growth;
mod properties;
mod search;
mod tables;
