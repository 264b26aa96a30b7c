//! The plan: amounts made, shipped, held and delivered per period, and what can be read off them.
//!
//! Rows name things by their place in the sorted tables of the [`Scenario`](darsena_scenario::Scenario)
//! they were made from (`scenario.items()[row.item]`), periods by their number from 0
//! (`scenario.head().horizon().start_of(t)`). Rows stand in the order of their leading columns,
//! amounts that round to nothing are left out, and `quantity` is in the unit of the item.
//! Nothing here knows the solver: [`check`](crate::check::check) and every drawing start from here.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use darsena_milp::Status;
use darsena_scenario::{Objective, Scenario};

/// Runs of a recipe started in a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Make {
    /// Place in `scenario.recipes()`.
    pub recipe: usize,
    /// Period in which the runs start and take their inputs and capacity.
    pub period: usize,
    /// Period in which the output is available.
    pub done: usize,
    /// Runs started.
    pub runs: f64,
    /// Units that come out of them.
    pub quantity: f64,
}

/// Units sent over a lane.
#[derive(Debug, Clone, PartialEq)]
pub struct Ship {
    /// Place in `scenario.lanes()`.
    pub lane: usize,
    /// Place in `scenario.items()`.
    pub item: usize,
    /// Place in [`Plan::kinds`].
    pub kind: usize,
    /// Period of departure.
    pub period: usize,
    /// Period of arrival.
    pub arrives: usize,
    /// Units on the way.
    pub quantity: f64,
}

/// Units held at the end of a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Hold {
    /// Place in `scenario.sites()`.
    pub site: usize,
    /// Place in `scenario.items()`.
    pub item: usize,
    /// Place in [`Plan::kinds`].
    pub kind: usize,
    /// Period at whose end the units are there.
    pub period: usize,
    /// Units held.
    pub quantity: f64,
}

/// Units handed over to a demand.
#[derive(Debug, Clone, PartialEq)]
pub struct Deliver {
    /// Place in `scenario.demands()`.
    pub demand: usize,
    /// Place in [`Plan::kinds`].
    pub kind: usize,
    /// Period of delivery.
    pub period: usize,
    /// Units delivered.
    pub quantity: f64,
}

/// Units of a demand that are due and not delivered at the end of a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Unmet {
    /// Place in `scenario.demands()`.
    pub demand: usize,
    /// Period at whose end the units are open.
    pub period: usize,
    /// Units open.
    pub quantity: f64,
}

/// Units of a split item that recipes at a site take in a period. Only for items whose units are
/// told apart; for all others the runs say it.
#[derive(Debug, Clone, PartialEq)]
pub struct Draw {
    /// Place in `scenario.sites()`.
    pub site: usize,
    /// Place in `scenario.items()`.
    pub item: usize,
    /// Place in [`Plan::kinds`].
    pub kind: usize,
    /// Period in which they are taken.
    pub period: usize,
    /// Units taken.
    pub quantity: f64,
}

/// Capacity beyond the regular one.
#[derive(Debug, Clone, PartialEq)]
pub struct Overtime {
    /// Place in `scenario.resources()`.
    pub resource: usize,
    /// Period.
    pub period: usize,
    /// Units of capacity.
    pub quantity: f64,
}

/// Units missing to the floor of an item at a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Shortfall {
    /// Place in `scenario.sites()`.
    pub site: usize,
    /// Place in `scenario.items()`.
    pub item: usize,
    /// Period at whose end they are missing.
    pub period: usize,
    /// Units missing.
    pub quantity: f64,
}

/// A sort of units of one item that some demand can tell from the others by where they were made.
/// An item whose units nobody tells apart has one kind, without states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// Place in `scenario.items()`.
    pub item: usize,
    /// States of manufacture that this kind stands for, sorted; empty when the item is not split.
    /// A blank state is stock of unknown make.
    pub states: Vec<String>,
}

/// A line that opens or stays shut as a whole: a recipe with a fixed cost or a minimum run.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Place in `scenario.recipes()`.
    pub recipe: usize,
    /// Whether the plan opens it.
    pub open: bool,
    /// Runs over the horizon.
    pub runs: f64,
}

/// One stage of the objective.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// What the stage minimises.
    pub measure: Measure,
    /// What the plan reaches.
    pub value: f64,
    /// The least that any plan could reach, the stages before held.
    pub bound: f64,
    /// (value - bound) / max(1, |value|).
    pub gap: f64,
}

/// What a stage of the objective minimises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Measure {
    /// Units missing to floors that carry no price, summed over periods.
    Floors,
    /// Open units of the demands of one priority, summed over the periods in which they have it.
    Late {
        /// 1 is served first.
        priority: u32,
    },
    /// The largest share that a party of one priority waits: its open units summed over the periods
    /// in which they have that priority, over what they would be if it were given nothing.
    Share {
        /// 1 is served first.
        priority: u32,
    },
    /// Making, shipping, holding, overtime, floors, tardiness and unmet, in the currency of the scenario.
    Cost,
}

/// In words, without the unit: `open units of priority 1`.
impl std::fmt::Display for Measure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Measure::Floors => write!(f, "what is missing to the floors"),
            Measure::Late { priority } => write!(f, "open units of priority {priority}"),
            Measure::Share { priority } => {
                write!(f, "the largest share waited at priority {priority}")
            }
            Measure::Cost => write!(f, "cost"),
        }
    }
}

/// What is said of one demand.
#[derive(Debug, Clone, PartialEq)]
pub struct DemandAnswer {
    /// Place in `scenario.demands()`.
    pub demand: usize,
    /// Period in which it is due.
    pub due: usize,
    /// Units delivered by the end of the horizon.
    pub delivered: f64,
    /// Units delivered in the period they were due.
    pub on_time: f64,
    /// Units still open at the end of the horizon.
    pub unmet: f64,
    /// Open units summed over periods.
    pub late_unit_periods: f64,
    /// Period of the first delivery.
    pub first: Option<usize>,
    /// Period in which the last unit arrives, if the demand is served in full.
    pub complete: Option<usize>,
    /// Sites from which its units came last: the maker's or the holder's, in order of place in `scenario.sites()`.
    pub from_sites: Vec<usize>,
    /// Why it is late or open, strongest first; empty when it is served on time.
    pub reasons: Vec<Reason>,
}

/// One thing that keeps a demand from being served in time.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// What stands in the way.
    pub cause: Cause,
    /// Open unit-periods of this demand that vanish when exactly this is relaxed and the plan made
    /// again, as far as those of its rank fall as well.
    pub gain_unit_periods: f64,
    /// Units of this demand that are then delivered within the horizon and otherwise not.
    pub gain_units: f64,
}

/// What stands in the way of a demand. Places are those of the scenario's tables.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Cause {
    /// The resource cannot do more.
    Capacity {
        /// Place in `scenario.resources()`.
        resource: usize,
    },
    /// Nobody makes the item and what is there is used up.
    Material {
        /// Place in `scenario.items()`.
        item: usize,
    },
    /// The recipe takes its time from start to output.
    LeadTime {
        /// Place in `scenario.recipes()`.
        recipe: usize,
    },
    /// The lane takes its time.
    Transit {
        /// Place in `scenario.lanes()`.
        lane: usize,
    },
    /// The lane can carry no more.
    Lane {
        /// Place in `scenario.lanes()`.
        lane: usize,
    },
    /// The lane is not open in time.
    LaneDates {
        /// Place in `scenario.lanes()`.
        lane: usize,
    },
    /// The recipe may not be run in time.
    RecipeDates {
        /// Place in `scenario.recipes()`.
        recipe: usize,
    },
    /// The line stays shut: its fixed cost or minimum run is in the way.
    LineShut {
        /// Place in `scenario.recipes()`.
        recipe: usize,
    },
    /// Units go to another party first.
    Priority {
        /// Place in `scenario.parties()`.
        party: usize,
    },
    /// Units are kept as a floor.
    Floor {
        /// Place in `scenario.sites()`.
        site: usize,
        /// Place in `scenario.items()`.
        item: usize,
    },
    /// Only units made in certain states are accepted.
    MadeIn,
    /// The law holds arcs back.
    Law {
        /// Place in [`Plan::obstacles`].
        obstacle: usize,
    },
    /// An authorization allows no more.
    Ceiling {
        /// Place in [`Plan::ceilings`].
        ceiling: usize,
    },
    /// It could be served, at a cost above what its lateness is priced.
    Cost,
    /// No single relaxation helps: several things stand in the way together.
    Several,
    /// Nothing that was tried helps, and not everything was.
    Untried,
}

/// What one more unit of something would be worth at this plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Price {
    /// Of what.
    pub what: Priced,
    /// Period of the one more unit.
    pub period: usize,
    /// Fall of the cost (currency of the scenario) per unit.
    pub money: f64,
    /// Rise of units delivered within the horizon, per unit; none when no basis was at hand.
    pub deliveries: Option<f64>,
    /// Fall of open units summed over periods, per unit; none when no basis was at hand.
    pub late_unit_periods: Option<f64>,
}

/// What a shadow price is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priced {
    /// One more unit of capacity of a resource (place in `scenario.resources()`).
    Capacity(usize),
    /// One more unit of a kind of an item at a site (places in `scenario.sites()` and [`Plan::kinds`]).
    Material(usize, usize),
    /// One more unit over a lane (place in `scenario.lanes()`).
    Lane(usize),
    /// One more unit, or one more of the currency, under a ceiling (place in [`Plan::ceilings`]);
    /// it holds for the whole horizon, and its period is the first.
    Ceiling(usize),
}

/// What one more unit of a capacity or over a lane in every period in which there is any gains, or one more under
/// a ceiling, or one more of a part at a site in one period.
#[derive(Debug, Clone, PartialEq)]
pub struct Worth {
    /// Of what.
    pub what: Priced,
    /// Periods in which it has a shadow price; of a part the one in which the unit comes.
    pub periods: Vec<usize>,
    /// Found by planning again with it; none where that was left out.
    pub gain: Option<Gain>,
}

/// How much better another plan is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gain {
    /// Fall of the cost, in the currency of the scenario.
    pub money: f64,
    /// Rise of units delivered within the horizon.
    pub deliveries: f64,
    /// Fall of open units summed over periods.
    pub late_unit_periods: f64,
}

impl Gain {
    pub(crate) fn is_nothing(&self) -> bool {
        [self.money, self.deliveries, self.late_unit_periods] == [0.0; 3]
    }

    /// By waiting, then by money; what is not known is least.
    pub(crate) fn most(a: Option<Gain>, b: Option<Gain>) -> Ordering {
        // So that what differs by arithmetic alone is a tie.
        let key = |gain: Option<Gain>| {
            let least = f64::NEG_INFINITY;
            let of = gain.map_or((least, least), |g| (g.late_unit_periods, g.money));
            ((of.0 * 1e6).round(), (of.1 * 1e6).round())
        };
        let (a, b) = (key(a), key(b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    }
}

/// How far a resource is used.
#[derive(Debug, Clone, PartialEq)]
pub struct Use {
    /// Place in `scenario.resources()`.
    pub resource: usize,
    /// Period.
    pub period: usize,
    /// Capacity taken by runs.
    pub used: f64,
    /// Regular capacity.
    pub capacity: f64,
    /// Overtime allowed.
    pub overtime: f64,
}

/// Whether a line pays for itself under this plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Viability {
    /// Place in `scenario.recipes()`.
    pub recipe: usize,
    /// Runs over the horizon.
    pub runs: f64,
    /// Value of the output.
    pub revenue: f64,
    /// Cost of the runs and value of their inputs.
    pub variable_cost: f64,
    /// Fixed cost, if the line is open.
    pub fixed_cost: f64,
    /// Share of the capacity it could have used that it used, over the periods it may run.
    pub utilisation: Option<f64>,
    /// Units delivered to parties of the line's own state, as far as traced.
    pub home_units: f64,
    /// Units delivered to parties of other states, as far as traced.
    pub export_units: f64,
    /// Units over the horizon at which revenue meets all cost; none when a unit earns nothing.
    pub break_even_units: Option<f64>,
    /// Units to other states needed beside the home units to break even.
    pub break_even_export_units: Option<f64>,
}

/// Whether a line earns back its fixed cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BreakEven {
    /// With so many units over the horizon.
    Units(f64),
    /// With no number of units: none of them earns anything.
    Never,
    /// It cannot be asked: there is no fixed cost, or nobody knows what a unit is worth.
    NotApplicable,
}

impl Viability {
    /// Whether the line earns back its fixed cost, and with how many units.
    #[must_use]
    pub fn break_even(&self, scenario: &Scenario) -> BreakEven {
        let recipe = &scenario.recipes()[self.recipe];
        let item = scenario.find_item(&recipe.item);
        let value = item.and_then(|item| scenario.items()[item].value);
        match self.break_even_units {
            Some(units) => BreakEven::Units(units),
            None if recipe.fixed_cost > 0.0 && value.is_some() => BreakEven::Never,
            None => BreakEven::NotApplicable,
        }
    }
}

/// An answer to: who makes what, when, and who gets it?
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Whether this plan is proved best.
    pub status: Status,
    /// Which objective was asked for.
    pub objective: Objective,
    /// Stages of the objective in order; the last is the cost.
    pub levels: Vec<Level>,
    /// Sorts of units told apart.
    pub kinds: Vec<Kind>,
    /// Runs started.
    pub make: Vec<Make>,
    /// Units sent.
    pub ship: Vec<Ship>,
    /// Units held.
    pub hold: Vec<Hold>,
    /// Units delivered.
    pub deliver: Vec<Deliver>,
    /// Units open.
    pub unmet: Vec<Unmet>,
    /// Units of split items taken by recipes.
    pub draw: Vec<Draw>,
    /// Overtime worked.
    pub overtime: Vec<Overtime>,
    /// Units missing to floors.
    pub shortfall: Vec<Shortfall>,
    /// Lines that open or stay shut.
    pub lines: Vec<Line>,
    /// One answer per demand, in order of `scenario.demands()`.
    pub demands: Vec<DemandAnswer>,
    /// Shadow prices that are not zero; empty when the solver gave none.
    pub prices: Vec<Price>,
    /// What one more of each limit gains, what saves most waiting first; what gains nothing is left out.
    pub worths: Vec<Worth>,
    /// Use of every resource in every period.
    pub utilisation: Vec<Use>,
    /// One row per recipe that is run or that is a line.
    pub viability: Vec<Viability>,
    /// Obstacles of the law that were tried as reasons: id and words.
    pub obstacles: Vec<(String, String)>,
    /// Places of obstacles without which no stage of the objective would be better, as the duals prove;
    /// of the others nothing is said.
    pub idle: Vec<usize>,
    /// Of each obstacle, the parts of the program that lifting it touches, by number: what touches no
    /// part in common changes the stages independently, but for shares. Empty where nothing was weighed.
    pub touched: Vec<BTreeSet<u32>>,
    /// Authorizations that set a ceiling.
    pub ceilings: Vec<String>,
    /// Whether receipts that are not firm were counted on.
    pub unconfirmed: bool,
    /// Whether what is counted was planned in whole units.
    pub whole: bool,
    /// What was decided for periods before this one stood when the scenario changed; none where nothing was decided.
    pub decided: Option<usize>,
    /// Gap of a level at which it counts as proved.
    pub gap: f64,
    /// Solver name and version.
    pub solver: String,
    /// What a reader must know, a sentence each: an option that was not used, a stage cut short.
    pub remarks: Vec<String>,
}

impl Plan {
    /// The periods in which something has a shadow price.
    pub(crate) fn periods_priced(&self, what: Priced) -> Vec<usize> {
        let of = self.prices.iter().filter(|price| price.what == what);
        of.map(|price| price.period).collect()
    }
}
