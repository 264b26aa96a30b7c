//! Who makes what, when, and who gets it?
//!
//! # Sets and data
//!
//! ```text
//! n party  s site  i item  k kind of an item  r recipe  q resource  l lane  j demand stream  t period
//! ```
//!
//! A *kind* is an item with the states it may have been made in, split only where some demand can
//! tell the difference. A *stream* is all demands of one party for one item at one site that
//! share costs, accepted states, deadline and priorities. Lead and transit days are whole periods,
//! rounded up; nothing starts that cannot end inside the horizon.
//!
//! # Variables (all >= 0)
//!
//! ```text
//! make[r,t]     runs started            ship[l,k,t]     units departing
//! hold[s,k,t]   units at period's end   overtime[q,t]   capacity beyond the regular one
//! deliver[j,k,t] units handed over      unmet[j,t]      units due and open at period's end
//! shortfall[s,i,t] units missing to a floor     open[r] in {0,1}  a line opens or stays shut
//! draw[s,k,t]   units of a split item that runs at a site take
//! ```
//!
//! # Constraints
//!
//! ```text
//! balance   hold[s,k,t-1] + supply + output of runs started lead ago + arrivals sent transit ago
//!             - inputs of runs started now - departures - deliveries - hold[s,k,t] = 0
//! capacity  sum_r usage[r,q] make[r,t] - overtime[q,t] <= capacity[q,t],  overtime <= limit[q,t]
//! demand    unmet[j,t] - unmet[j,t-1] + sum_k deliver[j,k,t] = due[j,t]
//! lane      sum_k ship[l,k,t] <= capacity[l,t]
//! pool      sum_k draw[s,k,t] = what runs at s take of the item
//! floor     sum_k hold[s,k,t] + shortfall[s,i,t] >= floor[s,i]
//! share     sum of a party's unmet while it has priority p - most it could be * worst[p] <= 0
//! line      make[r,t] <= most[r,t] open[r],   sum_t make[r,t] >= minimum_run[r] open[r]
//! ```
//!
//! `most[r,t]` is what capacity allows, and no more than any plan could want of the line: the smaller it
//! is, the less of a line counts as none. At a site that is closed nothing starts, leaves, arrives or
//! is handed over.
//!
//! # Objective
//!
//! `weighted`: the cost of making, shipping, holding, overtime, missing to floors, opening lines,
//! tardiness (per unit and period open) and unmet (per unit open at the end of the horizon).
//! `lexicographic`: the open units of priority 1 summed over periods, then those of priority 2,
//! and so on, a demand counting in each period under the priority it then has; last the cost.
//! With fair shares each priority first makes the largest share that any of its parties waits as
//! small as can be (max-min, one round), then its open units.
//! In both, what is missing to a floor without a price is minimised before all else.
//!
//! In whole units the capacity that runs of one usage take without overtime counts in whole runs, and the limit
//! of a lane of one item in whole units: what a period has no full one for is left to the next.
//!
//! # What the answer does not say
//! The plan knows all demands and dates from the first day. Amounts are fractions of units unless
//! whole units are asked for. Where several plans are equally good, it is one of them.

pub mod again;
pub mod arcs;
mod by_hand;
pub mod check;
pub mod compare;
mod extract;
mod formulate;
mod network;
pub mod peg;
mod plan;
mod price;
mod reasons;
mod solve;
pub mod steady;
mod viability;

pub use arcs::{Arc, Arcs, Ceiling, Obstacle, Opening};
use darsena_milp::{SolveError, Solver, Status, Watch};
use darsena_scenario::{Objective, Scenario};
pub use plan::*;

/// How a plan is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Which objective; without it that of the scenario, without that `lexicographic`.
    pub objective: Option<Objective>,
    /// Runs, shipments and deliveries of countable items in whole units. Countable is what is not
    /// measured in units of weight, length, area, volume, time, energy or money.
    pub whole: bool,
    /// Within a priority, the largest share that a party waits is made as small as can be before
    /// open units are counted (lexicographic only).
    pub fair: bool,
    /// How many things are tried as reasons for late demands.
    pub reasons: Reasons,
    /// Whether shadow prices are computed, and what one more of each limit gains.
    pub prices: bool,
    /// Whether what one more unit of each part gains is found as well.
    pub parts: bool,
    /// Whether receipts that are not firm count.
    pub include_unconfirmed: bool,
    /// Threads for work that can go side by side; the answer does not depend on it.
    pub threads: usize,
    /// What the solver is told.
    pub solver: darsena_milp::Options,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            objective: None,
            whole: false,
            fair: false,
            reasons: Reasons::Auto,
            prices: true,
            parts: false,
            include_unconfirmed: false,
            threads: 1,
            solver: darsena_milp::Options::default(),
        }
    }
}

/// How many things are tried as reasons for late demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reasons {
    /// None.
    None,
    /// The strongest things of each sort are tried, and none if the program is large.
    Auto,
    /// Everything that duals do not rule out is tried.
    All,
}

/// Why a plan could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The solver could not do its work.
    #[error("the solver failed")]
    Solver(#[from] SolveError),
    /// The solver called infeasible or unbounded what cannot be: doing nothing is always a plan.
    #[error("the solver answered `{}` to a program that has a plan", .0.as_str())]
    Unexpected(Status),
    /// Weighted, but no demand has a cost of being late or unmet: the best plan would do nothing.
    #[error(
        "no demand has a `tardiness_cost` or an `unmet_cost`, so the weighted objective would serve none"
    )]
    NothingAtStake,
}

/// Returns the best plan of `scenario` over the arcs that `arcs` leaves open.
///
/// A plan cut short by a limit or by `watch` is an answer too: its status says so, its levels
/// carry bounds, and it passes [`check::check`].
///
/// # Errors
/// Fails when the solver fails, and when a weighted plan is asked for though nothing is at stake.
pub fn plan(
    scenario: &Scenario,
    arcs: &Arcs,
    options: &Options,
    watch: &mut Watch<'_>,
) -> Result<Plan, PlanError> {
    let Standing {
        network,
        layout,
        original,
        mut solver,
        mut solved,
        cost,
        objective,
        fair,
        clock,
        ..
    } = Standing::new(scenario, arcs, options, watch)?;
    let mut plan = blank(&network, arcs, objective, options);
    (plan.status, plan.levels) = (solved.status, std::mem::take(&mut solved.levels));
    if objective == Objective::Weighted && !scenario.priorities().is_empty() {
        plan.remarks.push(
            "dated priorities are not used by the weighted objective: costs alone decide".into(),
        );
    }
    if options.fair && !fair {
        plan.remarks
            .push("fair shares belong to the lexicographic objective and were not used".into());
    }
    plan.remarks.append(&mut solved.remarks);
    extract::extract(scenario, &network, &layout, &solved.values, &mut plan);
    // What the stages held is taken back; lines stay as decided.
    original.restore(&mut solver)?;
    if solved.basis.is_some() {
        solve::fix_lines(&layout, &mut solver, &solved.values)?;
    }
    if options.prices && solved.status == Status::Optimal {
        plan.prices = price::prices(
            &network,
            &layout,
            &mut solver,
            &solved.values,
            cost,
            solved.duals.take(),
            solved.basis.is_some(),
        )?;
    }
    let trace = peg::Trace::new(scenario, &plan);
    viability::sources(scenario, &trace, &mut plan);
    plan.viability = viability::viability(scenario, &trace, &plan);
    if solved.status == Status::Optimal
        && !solved.stages.is_empty()
        && let Some(near) = &solved.near
    {
        // The solvers of the reasons have use for its memory.
        let program = solver.into_program();
        let sight = reasons::Sight {
            scenario,
            arcs,
            network: &network,
            layout: &layout,
            program: &program,
            values: &solved.values,
            last: &solved.last,
            stages: &solved.stages,
            near,
        };
        reasons::weigh(sight, &solved.left, &mut plan);
        if options.prices {
            reasons::worths(sight, options, &mut plan, &clock, &watch.stop)?;
        }
        reasons::reasons(sight, options, &mut plan, &clock, &watch.stop)?;
    }
    Ok(plan)
}

/// A program at its optimum, and what it stands for.
struct Standing {
    network: network::Network,
    layout: formulate::Layout,
    /// Bounds before any stage was held or line decided.
    original: solve::Bounds,
    solver: Solver,
    solved: solve::Solved,
    measures: Vec<Measure>,
    cost: Vec<f64>,
    objective: Objective,
    fair: bool,
    clock: solve::Clock,
}

impl Standing {
    fn new(
        scenario: &Scenario,
        arcs: &Arcs,
        options: &Options,
        watch: &mut Watch<'_>,
    ) -> Result<Self, PlanError> {
        let clock = solve::Clock {
            started: darsena_milp::Clock::start(),
            options: options.solver.clone(),
        };
        let objective = objective(scenario, options);
        let costs = |d: &darsena_scenario::Demand| d.tardiness_cost > 0.0 || d.unmet_cost > 0.0;
        if objective == Objective::Weighted
            && scenario.demands().iter().any(|d| d.quantity > 0.0)
            && !scenario.demands().iter().any(costs)
        {
            return Err(PlanError::NothingAtStake);
        }
        let fair = fair(scenario, options);
        let network = network_of(scenario, arcs, options);
        let (program, layout) = formulate::formulate(
            &network,
            options.whole.then_some(&countables(scenario)[..]),
            fair,
        );
        let cost = formulate::costs_of(&network, &program, &layout, Measure::Cost);
        let measures = measures(&network, objective, fair);
        let original = solve::Bounds::of(&program);
        let mut solver = Solver::new(program)?;
        let solved = solve::solve(
            &network,
            &layout,
            &mut solver,
            &measures,
            options,
            &original,
            &clock,
            watch,
        )?;
        Ok(Standing {
            network,
            layout,
            original,
            solver,
            solved,
            measures,
            cost,
            objective,
            fair,
            clock,
        })
    }
}

/// Per item, whether it is counted rather than measured.
fn countables(scenario: &Scenario) -> Vec<bool> {
    let items = scenario.items().iter();
    items.map(|item| countable(&item.unit)).collect()
}

/// The network that is planned, with limits that count where whole units are asked for.
fn network_of(scenario: &Scenario, arcs: &Arcs, options: &Options) -> network::Network {
    let mut network = network::network(scenario, arcs, options.include_unconfirmed);
    if options.whole {
        network.count_limits(scenario, &countables(scenario));
    }
    network
}

/// A plan of which nothing is known yet but what was asked.
fn blank(network: &network::Network, arcs: &Arcs, objective: Objective, options: &Options) -> Plan {
    Plan {
        status: Status::Feasible,
        objective,
        levels: Vec::new(),
        kinds: network.kinds.clone(),
        make: Vec::new(),
        ship: Vec::new(),
        hold: Vec::new(),
        deliver: Vec::new(),
        unmet: Vec::new(),
        draw: Vec::new(),
        overtime: Vec::new(),
        shortfall: Vec::new(),
        lines: Vec::new(),
        demands: Vec::new(),
        prices: Vec::new(),
        worths: Vec::new(),
        utilisation: Vec::new(),
        viability: Vec::new(),
        obstacles: arcs
            .obstacles
            .iter()
            .map(|o| (o.id.clone(), o.says.clone()))
            .collect(),
        idle: Vec::new(),
        touched: Vec::new(),
        ceilings: arcs.ceilings.iter().map(|c| c.id.clone()).collect(),
        unconfirmed: options.include_unconfirmed,
        whole: options.whole,
        decided: None,
        gap: options.solver.relative_gap,
        solver: darsena_milp::name_and_version(),
        remarks: network.remarks.clone(),
    }
}

/// The objective that is asked for, that of the scenario, or `lexicographic`.
fn objective(scenario: &Scenario, options: &Options) -> Objective {
    options
        .objective
        .or(scenario.head().objective)
        .unwrap_or(Objective::Lexicographic)
}

/// Whether shares are watched.
fn fair(scenario: &Scenario, options: &Options) -> bool {
    options.fair && objective(scenario, options) == Objective::Lexicographic
}

/// Stages of an objective over what is in the network.
fn measures(network: &network::Network, objective: Objective, fair: bool) -> Vec<Measure> {
    let mut measures = Vec::new();
    if network.floors.iter().any(|f| f.cost.is_none()) {
        measures.push(Measure::Floors);
    }
    if objective == Objective::Lexicographic {
        let priorities: std::collections::BTreeSet<u32> = network
            .streams
            .iter()
            .flat_map(|s| s.priority[s.first..].iter().copied())
            .collect();
        for priority in priorities {
            measures.extend(fair.then_some(Measure::Share { priority }));
            measures.push(Measure::Late { priority });
        }
    }
    measures.push(Measure::Cost);
    measures
}

/// Units of weight, length, area, volume, time, energy and money: what is measured in them may be cut.
const MEASURED: &[&str] = &[
    "mg",
    "g",
    "gram",
    "kg",
    "kilogram",
    "t",
    "tonne",
    "ton",
    "kt",
    "lb",
    "lbs",
    "pound",
    "oz",
    "ounce",
    "mm",
    "cm",
    "m",
    "metre",
    "meter",
    "km",
    "kilometre",
    "kilometer",
    "inch",
    "inches",
    "ft",
    "foot",
    "feet",
    "yd",
    "mile",
    "nm",
    "m2",
    "m²",
    "sqm",
    "km2",
    "km²",
    "ha",
    "hectare",
    "ml",
    "cl",
    "l",
    "litre",
    "liter",
    "hl",
    "m3",
    "m³",
    "cbm",
    "gal",
    "gallon",
    "bbl",
    "s",
    "second",
    "min",
    "minute",
    "h",
    "hr",
    "hour",
    "man-hour",
    "d",
    "day",
    "man-day",
    "week",
    "month",
    "year",
    "j",
    "kj",
    "mj",
    "gj",
    "wh",
    "kwh",
    "mwh",
    "gwh",
    "w",
    "kw",
    "mw",
    "gw",
    "%",
    "percent",
    "usd",
    "musd",
    "eur",
    "meur",
    "jpy",
    "gbp",
    "aud",
    "cad",
    "chf",
    "krw",
];

/// Whether an item with this unit is counted rather than measured.
pub(crate) fn countable(unit: &str) -> bool {
    let unit = unit.to_lowercase();
    let one = unit.strip_suffix('s').unwrap_or(&unit);
    !MEASURED.contains(&unit.as_str()) && !MEASURED.contains(&one)
}

/// Returns the program of a scenario as it goes to the solver, minimising cost: to read it as
/// algebra, or to hand it to another solver.
pub fn program(scenario: &Scenario, arcs: &Arcs, options: &Options) -> darsena_milp::Program {
    let fair = fair(scenario, options);
    let network = network_of(scenario, arcs, options);
    let whole = options.whole.then(|| countables(scenario));
    formulate::formulate(&network, whole.as_deref(), fair).0
}

#[cfg(test)]
mod tests {
    use super::countable;

    #[test]
    fn what_is_measured_may_be_cut_and_what_is_counted_may_not() {
        for unit in [
            "kg", "litre", "Liters", "tonne", "tonnes", "kWh", "MWh", "hour", "hours", "days",
            "feet", "m3", "USD",
        ] {
            assert!(!countable(unit), "{unit}");
        }
        for unit in [
            "unit",
            "missile",
            "set",
            "s-band radar",
            "barrel",
            "lot",
            "glass",
            "visit",
            "ship",
            "pair",
            "box",
            "",
        ] {
            assert!(countable(unit), "{unit}");
        }
    }
}
