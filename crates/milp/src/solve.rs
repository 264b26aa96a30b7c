//! How a program is to be solved, how a solve is watched and stopped, and why it may fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use cpu_time::ProcessTime;

use crate::program::Label;

/// Which method solves a linear program. Mixed integer programs are always branched and bounded,
/// and choose for themselves what solves their relaxations.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Method {
    /// Let the solver choose.
    #[default]
    Choose,
    /// The dual simplex method, on one thread: the one to start from a neighbour's basis.
    DualSimplex,
    /// The primal simplex method: the one to start from a basis after costs changed.
    PrimalSimplex,
    /// The interior point method with iterative linear algebra that HiGHS names `ipx`. The name
    /// `ipm` is not used: it stands for another method where other libraries are present.
    InteriorPoint,
    /// A first-order method (primal-dual hybrid gradient, `pdlp`): no basis, low accuracy. It
    /// does not look at the stop flag nor at the processor limit, only at the time limit.
    FirstOrder,
}

impl Method {
    /// The method in the words of the command line: `choose`, `dual-simplex`, `primal-simplex`,
    /// `interior-point`, `first-order`.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Choose => "choose",
            Method::DualSimplex => "dual-simplex",
            Method::PrimalSimplex => "primal-simplex",
            Method::InteriorPoint => "interior-point",
            Method::FirstOrder => "first-order",
        }
    }
}

/// How a program is to be solved. The same program, options and seed give the same outcome.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// Which method solves a linear program.
    pub method: Method,
    /// Whether an interior point is moved to a vertex; without it there is no basis, and values
    /// are as accurate as the interior point.
    pub crossover: bool,
    /// Whether the program is first made smaller. A solve with `presolve` starts anew; one without
    /// starts from the basis the solver holds, be it from the last solve or from `set_basis`.
    pub presolve: bool,
    /// Threads one solve may use; 0 lets the solver choose. Outcomes do not depend on it.
    pub threads: u32,
    /// Seed of every random choice; at most 2,147,483,647.
    pub seed: u32,
    /// Most seconds by the clock on the wall.
    pub time_limit: Option<f64>,
    /// Most seconds of processor time of this process, counted from the call, all threads together.
    /// Both limits and the stop flag are looked at between steps of a method, so a solve may overrun
    /// them by one long step: presolve, or with integer columns the whole first relaxation.
    pub cpu_limit: Option<f64>,
    /// With integer columns: relative gap at which values count as best.
    pub relative_gap: f64,
    /// Most that a bound, a row or a reduced cost may be violated by.
    pub feasibility_tolerance: f64,
    /// Further options by the name HiGHS gives them, set last. `threads` and `parallel` are
    /// refused: on how many threads a solve runs is said by [`threads`](Self::threads) alone.
    pub set: Vec<(String, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            method: Method::Choose,
            crossover: true,
            presolve: true,
            threads: 1,
            seed: 0,
            time_limit: None,
            cpu_limit: None,
            relative_gap: 1e-4,
            feasibility_tolerance: 1e-7,
            set: Vec::new(),
        }
    }
}

impl Options {
    /// Options to solve one program after another, each a small change of the one before: dual
    /// simplex from the basis at hand, without presolve, on one thread. Without a basis at hand it
    /// is a plain dual simplex, and a cold solve with presolve or by interior point is faster.
    pub fn warm() -> Self {
        Self {
            method: Method::DualSimplex,
            presolve: false,
            ..Self::default()
        }
    }
}

/// When a job of several solves began, by the clock on the wall and by that of the processor.
///
/// The limits of [`Options`] are those of one solve; what is left of them keeps a whole job to them.
///
/// # Example
/// ```
/// use darsena_milp::{Clock, Options};
///
/// let clock = Clock::start();
/// let limits = Options { time_limit: Some(60.0), ..Options::default() };
/// // ... a first solve ...
/// assert!(clock.left(&limits).time_limit <= Some(60.0));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    wall: Instant,
    processor: ProcessTime,
}

impl Clock {
    /// A job that begins now.
    pub fn start() -> Self {
        Self {
            wall: Instant::now(),
            processor: ProcessTime::now(),
        }
    }

    /// `options` with both limits less what the job has spent of them since it began.
    pub fn left(&self, options: &Options) -> Options {
        let left = |limit: f64, spent: f64| (limit - spent).max(0.0);
        let mut options = options.clone();
        options.time_limit = options
            .time_limit
            .map(|limit| left(limit, self.wall.elapsed().as_secs_f64()));
        options.cpu_limit = options
            .cpu_limit
            .map(|limit| left(limit, self.processor.elapsed().as_secs_f64()));
        // No processor time is no time: a small program would be done before anybody looked.
        if options.cpu_limit.is_some_and(|limit| limit <= 0.0) {
            options.time_limit = Some(0.0);
        }
        options
    }
}

/// A flag that asks a solve to stop, shared between whoever sets it and whoever solves.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// A flag that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks every solve that watches this flag to stop. It cannot be taken back.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    pub fn stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How far a solve has come.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Progress {
    /// What is going on: `simplex`, `interior point` or `branch and bound`.
    pub phase: &'static str,
    /// Steps of the method so far.
    pub iterations: u64,
    /// Objective of the best values so far; infinite while there are none or it is not known.
    pub objective: f64,
    /// Bound on the objective so far; negative infinity while it is not known.
    pub bound: f64,
    /// Relative gap between the two.
    pub gap: f64,
    /// Seconds by the clock on the wall since the solve began.
    pub seconds: f64,
}

/// Who watches a solve: a flag that stops it and a function that is told its progress, at most ten
/// times a second and from the thread that called `solve`.
#[derive(Default)]
pub struct Watch<'a> {
    /// Stops the solve.
    pub stop: Stop,
    /// Told how far the solve has come.
    pub progress: Option<&'a mut dyn FnMut(&Progress)>,
}

impl Watch<'_> {
    /// Nobody watches: the solve runs to its end or its limits.
    pub fn nobody() -> Self {
        Self::default()
    }

    /// Only the flag is watched.
    pub fn until(stop: &Stop) -> Self {
        Self {
            stop: stop.clone(),
            progress: None,
        }
    }
}

/// Which number of a program a solver refuses.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Quantity {
    /// The cost of a column: it must be finite, and less than 1e20.
    Cost,
    /// A lower bound: any number or negative infinity.
    Lower,
    /// An upper bound: any number or infinity.
    Upper,
    /// An entry: it must be finite, and less than 1e15.
    Entry,
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Quantity::Cost => "cost",
            Quantity::Lower => "lower bound",
            Quantity::Upper => "upper bound",
            Quantity::Entry => "entry",
        })
    }
}

/// Why a program could not be solved. That it has no solution is an outcome, not an error.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SolveError {
    /// A number of the program is not one the solver takes.
    #[error("`{label}` has {quantity} {value}, which cannot be solved with")]
    Number {
        /// The column or row.
        label: Label,
        /// Which of its numbers.
        quantity: Quantity,
        /// The number.
        value: f64,
    },
    /// More than 2,147,483,647 rows, columns or entries.
    #[error("the program has {0} rows, columns or entries, more than the solver can count")]
    TooLarge(usize),
    /// An option by which HiGHS would run on other threads than darsena knows of.
    #[error(
        "the solver option `{0}` is not for setting: darsena itself says on how many threads a solve runs"
    )]
    Threads(String),
    /// An option is unknown, or its value is out of range.
    #[error("the solver refuses option `{name}` with value `{value}`")]
    Option {
        /// The option, by the name HiGHS gives it.
        name: String,
        /// The value asked for.
        value: String,
    },
    /// A basis was needed and there is none: nothing solved yet, integer columns, no crossover.
    #[error("the solver holds no basis")]
    NoBasis,
    /// A vector or a basis was made for a program of another size.
    #[error("expected {expected} numbers or positions, found {found}")]
    Size {
        /// How many the program has.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// A basis that does not determine a vertex of this program.
    #[error("the basis does not fit the program")]
    Basis,
    /// The solver ended without an answer, for example at a limit on its iterations.
    #[error("the solver ended without an answer: {0}")]
    Undecided(&'static str),
    /// The solver failed.
    #[error("the solver failed: {0}")]
    Failed(&'static str),
}
