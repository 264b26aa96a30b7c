//! Which makes, moves and hand-overs are allowed, and from when: what the plan takes from the law.
//!
//! An arc is one line of `recipes`, `lanes` or `demands`. Without law every arc is open, and the
//! tables' own dates are all that holds it. A later opening or a denial is laid over that here, so
//! the formulation knows no rule, only days.

use darsena_scenario::Scenario;
use jiff::civil::Date;

/// When an arc may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Opening {
    /// From the first day.
    #[default]
    Open,
    /// From the first period that starts on this day or later.
    From(Date),
    /// Not inside any horizon.
    Never,
}

/// An [`Opening`] for every recipe, lane and demand of a scenario, in the order of its tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arcs {
    /// May the recipe be run?
    pub make: Vec<Opening>,
    /// May the lane be used?
    pub ship: Vec<Opening>,
    /// May the demand be served?
    pub deliver: Vec<Opening>,
}

impl Arcs {
    /// Every arc of the tables, open.
    pub fn open(scenario: &Scenario) -> Self {
        Arcs {
            make: vec![Opening::Open; scenario.recipes().len()],
            ship: vec![Opening::Open; scenario.lanes().len()],
            deliver: vec![Opening::Open; scenario.demands().len()],
        }
    }
}
