//! Plans through the front door: cases worked out by hand, a second opinion, properties of every
//! plan, and a checker that is itself checked.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod arcs;
mod cases;
mod checker;
mod lines;
mod prices;
mod properties;
mod reference;
mod tables;
