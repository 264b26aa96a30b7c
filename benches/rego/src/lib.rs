//! The law's rules in Rego, judged by regorus: what the law room is measured against.
//!
//! `translate` writes each Cedar policy as a Rego rule, from Cedar's own JSON of it; `engine` stands in for
//! Cedar under a reading of the law. What is around the engine stays the same: who has a say, which rules are
//! in force, how missing facts are tried, how a ruling is put together.

mod engine;
mod translate;

pub use engine::{Way, stand_in};
pub use translate::{Book, book};
