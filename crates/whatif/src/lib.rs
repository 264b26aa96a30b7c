//! What if something fails, and what should be changed first: the same question of a changed scenario.
//!
//! A [`Change`](darsena_scenario::Change) is a disruption or a lever; both are edits of the scenario's tables. This room
//! lists failures, plans again with each ([`darsena_plan::again`]) and says what is lost; and says of [`levers`] what each is
//! worth, alone and with others, and which are best for a budget.
//!
//! # Formulas
//! With `open(j, t)` the units of demand j open at the end of period t in the base plan, and `open'(j, t)` in the plan
//! made again:
//!
//! ```text
//! loss of j            sum over t of open'(j, t) - open(j, t)        late unit-periods more
//! unmet of j           open'(j, T) - open(j, T)                      units more, T the last period
//! time to catch up     from the failure's first period to the last in which some demand has more open than before
//! time to survive      the longest failure, in whole periods, with which no demand has more open than before
//! exposure of a site   the largest loss of a failure of it alone
//! ```
//!
//! Beside that stand the published measures of a network without time ([`static_measures`]), whose formulas are those of
//! [`darsena_plan::steady`].
//!
//! # Limits
//! A failure is one change at a time, or two together, known from the day of the first. An unforeseen failure leaves what the base decided for earlier periods as it is;
//! from then on its whole length is known. Who of several equals waits is told of the one plan that was found.

mod failures;
pub mod levers;
mod measures;
mod stress;
mod sweep;

pub use failures::{Every, every, told};
pub use measures::{Static, StaticFate, static_measures};
pub use stress::{ArcsOf, Failure, Fate, Loss, PairFate, Stress, StressOptions, stress};
pub use sweep::{SweepError, cases, sweep};
