//! What should be changed first: what levers are worth alone, beside others, and together.
//!
//! # Question
//! Each lever is a change that somebody could make, for money and with or without an act of a government. Which are
//! worth most, and which together for a budget and a number of such acts?
//!
//! # Formula
//! With z(S) the values of all stages of the best plan with the levers of S made, S a subset of all levers A:
//!
//! ```text
//! alone(i)     z(nothing) - z({i})
//! beside(i)    z(A without i) - z(A)
//! best         the S of least z(S), stage after stage, with money(S) <= budget and steps(S) <= steps;
//!              of several the cheapest, then that of fewest steps
//! share(i)     mean over all orders of the levers of what i adds to those before it (Shapley)
//! ```
//!
//! # What is spared
//! A lever *only adds* where every plan without it is one with it as well, at the same cost: proved of the programs,
//! once beside nothing and once beside all others ([`darsena_plan::again::widens`]), and refused where two levers edit
//! the same cell. With such levers z(S) is never worse than z(T) for T within S. So the value of all that could still be
//! added bounds every set between (branch and bound), and two sets of the same value have between them only sets
//! of that value, which are not planned. Over levers of which that is not proved, all sets are looked at.
//!
//! # Limits
//! A lever is known from the first day. Who of several equals gains is told of the one best plan that was found;
//! sets that are not planned have that of the smaller set.

mod best;
mod shares;
mod worth;

use darsena_milp::{Clock, Status, Stop};
use darsena_plan::{Options, Plan};
use darsena_scenario::{Change, Edit, Scenario};

use crate::stress::{ArcsOf, Failure, StressError, StressOptions, stress};
use worth::Sets;

pub use best::{Best, Limits};
pub use shares::Share;
pub use worth::Worth;

/// Levers, one bit each, in the order in which they were named.
pub type Set = u64;

/// More levers than this are not looked at.
pub const MOST: usize = 60;

/// Up to so many players shares are exact.
pub const EXACT: usize = 12;

/// With more levers than that, so many sets are planned at most to know all.
const MOST_PLANNED: usize = 400;

/// A change that could be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Lever {
    /// What is different, and what it costs.
    pub change: Change,
    /// Acts of governments it needs.
    pub steps: u32,
    /// States that must act; none where nobody knows.
    pub states: Vec<String>,
}

/// How levers are looked at.
#[derive(Debug, Clone)]
pub struct LeverOptions {
    /// How each plan is made; reasons and prices are left out.
    pub plan: Options,
    /// Most money and steps of the best portfolio.
    pub limits: Limits,
    /// Orders drawn for shares where there are too many players for all of them.
    pub orders: usize,
    /// What they are drawn from.
    pub seed: u64,
    /// So many of the worst failures each lever is looked at under.
    pub failures: usize,
}

/// What a failure costs with a lever made.
#[derive(Debug, Clone, PartialEq)]
pub struct Under {
    /// Place among the levers; none for no lever.
    pub lever: Option<usize>,
    /// Place among the failures.
    pub failure: usize,
    /// Late unit-periods that the failure adds.
    pub lost: f64,
    /// Late unit-periods that the lever saves while the thing fails; 0 for no lever.
    pub value: f64,
}

/// What comes of levers.
#[derive(Debug)]
pub struct Levers {
    /// The plan with none.
    pub base: Plan,
    /// By place: each alone; none where there was no time.
    pub alone: Vec<Option<Worth>>,
    /// By place: all but it.
    pub without: Vec<Option<Worth>>,
    /// None of them.
    pub none: Worth,
    /// All of them.
    pub all: Worth,
    /// Levers that are proved to add only.
    pub adds: Set,
    /// The best portfolio within the limits.
    pub best: Best,
    /// Sets that no other is as good as in the gain of each state, money and steps, the cheapest first, and whether all
    /// sets were looked at for it.
    pub front: Vec<(Set, Worth)>,
    /// Whether every set is known.
    pub every: bool,
    /// By place: its share of the gain of all.
    pub shares: Option<Vec<Share>>,
    /// By state: its share of the gain of all, its levers standing idle without it.
    pub states: Option<Vec<(String, Share)>>,
    /// Two levers of which each is worth what both are.
    pub either: Vec<[usize; 2]>,
    /// Levers that change no value, beside any others.
    pub idle: Set,
    /// What the worst failures cost, with no lever and with each.
    pub under: Vec<Under>,
    /// Failures that were looked at to find the worst; none left out.
    pub failures_complete: bool,
    /// Sets whose plan was made.
    pub planned: usize,
    /// How it ended: [`Status::Optimal`] where everything asked for is proved.
    pub status: Status,
}

/// Money of a set, in the scenario's currency.
#[must_use]
pub fn money(levers: &[Lever], set: Set) -> f64 {
    members(levers.len(), set)
        .map(|n| levers[n].change.cost)
        .sum()
}

/// Steps of a set.
#[must_use]
pub fn steps(levers: &[Lever], set: Set) -> u32 {
    members(levers.len(), set).map(|n| levers[n].steps).sum()
}

/// Places of the levers of a set.
pub fn members(levers: usize, set: Set) -> impl Iterator<Item = usize> + Clone {
    (0..levers).filter(move |n| set >> n & 1 == 1)
}

/// The states whose parties demand something, in order, and by demand the place of its state among them.
#[must_use]
pub fn states_of_demands(scenario: &Scenario) -> (Vec<String>, Vec<usize>) {
    let state = |demand: &darsena_scenario::Demand| {
        let party = scenario
            .parties()
            .iter()
            .find(|party| party.party == demand.party);
        party.map_or_else(String::new, |party| party.state.to_string())
    };
    let by_demand: Vec<String> = scenario.demands().iter().map(state).collect();
    let names: std::collections::BTreeSet<&String> = by_demand.iter().collect();
    let names: Vec<String> = names.into_iter().cloned().collect();
    let places = { by_demand.iter() }
        .map(|state| names.binary_search(state).expect("it is among them"))
        .collect();
    (names, places)
}

/// Returns what `levers` are worth in `scenario`, and how they fare under the worst of `failures`. `arcs_of` says which
/// arcs a changed scenario has; `progress` is told how many sets are planned of how many at least.
///
/// # Errors
/// Fails when a plan cannot be made, and when a change cannot.
///
/// # Panics
/// Panics with more than [`MOST`] levers.
pub fn levers(
    scenario: &Scenario,
    arcs_of: &ArcsOf<'_>,
    levers: &[Lever],
    failures: &[Failure],
    options: &LeverOptions,
    stop: &Stop,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Levers, StressError> {
    assert!(levers.len() <= MOST, "at most {MOST} levers");
    let clock = Clock::start();
    let (mut sets, base) = Sets::new(scenario, arcs_of, levers, options, clock, stop, progress)?;
    let all = sets.all();
    let n = levers.len();
    let singles: Vec<Set> = (0..n).map(|i| 1 << i).collect();
    let but_one: Vec<Set> = (0..n).map(|i| all & !(1 << i)).collect();
    let mut whole = sets.plan(&[&singles[..], &but_one].concat())?;
    sets.rank();

    // First what is asked for, then what all of it is measured by.
    let best = best::best(&mut sets, options.limits)?;
    let most = if n <= EXACT { usize::MAX } else { MOST_PLANNED };
    let every = whole && sets.fill(most)?;
    let shares = shares::of_levers(&mut sets, options)?;
    let states = shares::of_states(&mut sets, options)?;
    whole &= best.proved && (every || n > EXACT) && shares.is_some() && states.is_some();
    let front = best::front(&sets, options.limits);
    let (either, idle) = sets.alike(every);

    let (mut under, mut failures_complete) = (Vec::new(), true);
    if options.failures > 0 && !failures.is_empty() && !sets.spent() {
        (under, failures_complete) = robust(&sets, failures, options)?;
    }
    let worth = |set: &Set| sets.worth(*set).cloned();
    let cut = if stop.stopped() {
        Status::Stopped
    } else {
        Status::TimeLimit
    };
    Ok(Levers {
        base,
        alone: singles.iter().map(worth).collect(),
        without: but_one.iter().map(worth).collect(),
        none: worth(&0).expect("it was planned first"),
        all: worth(&all).expect("it was planned first"),
        adds: sets.adds,
        best,
        front,
        every,
        shares,
        states,
        either,
        idle,
        under,
        failures_complete,
        planned: sets.planned(),
        status: match whole && failures_complete {
            true if every => Status::Optimal,
            true => Status::Feasible,
            false => cut,
        },
    })
}

/// The worst failures, each known from the first day, and what each lever alone is worth under them: what it saves with
/// nothing failed, and what less the failure then costs.
fn robust(
    sets: &Sets<'_>,
    failures: &[Failure],
    options: &LeverOptions,
) -> Result<(Vec<Under>, bool), StressError> {
    let asked = StressOptions {
        plan: Options {
            solver: sets.clock.left(&options.plan.solver),
            ..options.plan.clone()
        },
        // What an unforeseen failure costs hangs on which of several best plans stood before it; this does not.
        foreseen: true,
        survive: false,
        pairs: false,
    };
    let quiet = |_: usize, _: usize| ();
    let found = stress(
        sets.scenario,
        sets.arcs_of,
        failures,
        &asked,
        sets.stop,
        &quiet,
    )?;
    let mut complete = found.complete;
    let late = |fate: &crate::Fate| fate.by_priority.iter().map(|(_, more)| more).sum::<f64>();
    let worst: Vec<(usize, f64)> = { found.fates.iter() }
        .filter(|fate| late(fate) > 0.0)
        .take(options.failures)
        .map(|fate| (fate.failure, late(fate)))
        .collect();
    let mut under: Vec<Under> = { worst.iter() }
        .map(|&(failure, lost)| Under {
            lever: None,
            failure,
            lost,
            value: 0.0,
        })
        .collect();
    let chosen: Vec<Failure> = worst.iter().map(|(n, _)| failures[*n].clone()).collect();
    for (n, lever) in sets.levers.iter().enumerate() {
        let Some(alone) = sets.worth(1 << n).filter(|_| !chosen.is_empty()) else {
            continue;
        };
        if sets.spent() {
            complete = false;
            break;
        }
        let own = &lever.change.edits;
        let changed = sets
            .scenario
            .with(own)
            .map_err(|finding| StressError::Change(lever.change.id.clone(), finding))?;
        // What the failure edits comes after what the lever does.
        let arcs_of = |scenario: &Scenario, change: Option<&Change>| {
            let edits: Vec<Edit> = { own.iter() }
                .chain(change.iter().flat_map(|change| &change.edits))
                .cloned()
                .collect();
            let both = Change {
                edits,
                ..lever.change.clone()
            };
            (sets.arcs_of)(scenario, Some(&both))
        };
        let asked = StressOptions {
            plan: Options {
                solver: sets.clock.left(&options.plan.solver),
                ..options.plan.clone()
            },
            ..asked.clone()
        };
        let found = stress(&changed, &arcs_of, &chosen, &asked, sets.stop, &quiet)?;
        complete &= found.complete;
        let mut rows: Vec<Under> = { found.fates.iter() }
            .map(|fate| {
                let lost = late(fate);
                let (failure, before) = worst[fate.failure];
                Under {
                    lever: Some(n),
                    failure,
                    lost,
                    value: worth::rounded(sets.late_gain(alone) + before - lost),
                }
            })
            .collect();
        let rank = |row: &Under| worst.iter().position(|(n, _)| *n == row.failure);
        rows.sort_by_key(rank);
        under.extend(rows);
    }
    Ok((under, complete))
}
