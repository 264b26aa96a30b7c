//! The only file that knows Pumpkin: a model goes in, and a log of why it has no solution comes out.
//!
//! Pumpkin is an engine of lazy clause generation that logs its proofs (Flippo et al., CP 2024). It counts its own steps
//! here: one is a turn of its loop, a decision or a conflict.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Once;

use pumpkin_conflict_resolvers::resolvers::{AnalysisMode, ResolutionResolver};
use pumpkin_core::Solver;
use pumpkin_core::options::SolverOptions;
use pumpkin_core::proof::ProofLog;
use pumpkin_core::rand::SeedableRng;
use pumpkin_core::rand::rngs::SmallRng;
use pumpkin_core::results::{ProblemSolution, SatisfactionResult};
use pumpkin_core::termination::TerminationCondition;
use pumpkin_core::variables::{DomainId, TransformableVariable};

use crate::model::{Constraint, Model, Start};

/// What a search came to.
#[derive(Debug)]
pub(crate) enum Found {
    /// There is no solution, and the log says why.
    Nothing,
    /// A solution: a value for each variable.
    Values(Vec<i64>),
    /// It was cut short.
    Open,
    /// Pumpkin failed.
    Failed,
}

struct Until<'a>(&'a mut dyn FnMut() -> bool);

impl TerminationCondition for Until<'_> {
    fn should_stop(&mut self) -> bool {
        (self.0)()
    }
}

/// Looks for a solution and logs to `log`, which should end in `.gz`. `stop` is asked once a step.
pub(crate) fn search(
    model: &Model,
    seed: u64,
    log: &Path,
    stop: &mut dyn FnMut() -> bool,
) -> std::io::Result<Found> {
    let proof_log = ProofLog::cp(log, true)?;
    Ok(guarded(|| pumpkin(model, seed, proof_log, stop)).unwrap_or(Found::Failed))
}

fn pumpkin(model: &Model, seed: u64, proof_log: ProofLog, stop: &mut dyn FnMut() -> bool) -> Found {
    let mut solver = Solver::with_options(SolverOptions {
        proof_log,
        random_generator: SmallRng::seed_from_u64(seed),
        ..SolverOptions::default()
    });
    // `Model::of` sees to it that all numbers fit.
    let small = |number: i64| i32::try_from(number).expect("a model has countable numbers");
    let variables: Vec<DomainId> = model
        .variables
        .iter()
        .map(|v| solver.new_named_bounded_integer(small(v.low), small(v.high), v.name.clone()))
        .collect();
    for constraint in &model.constraints {
        // Numbered from 1 in their order, as in the model that is written.
        let tag = solver.new_constraint_tag();
        match constraint {
            Constraint::Sum { terms, limit } => {
                let terms: Vec<_> = terms
                    .iter()
                    .map(|&(factor, v)| variables[v].scaled(small(factor)))
                    .collect();
                solver
                    .add_constraint(pumpkin_constraints::less_than_or_equals(
                        terms,
                        small(*limit),
                        tag,
                    ))
                    .post();
            }
            Constraint::Cumulative { users, capacity } => {
                let starts: Vec<DomainId> = users
                    .iter()
                    .map(|user| match user.start {
                        Start::Of(v) => variables[v],
                        // Without a name, it is a number in the proof as well.
                        Start::At(at) => solver.new_bounded_integer(small(at), small(at)),
                    })
                    .collect();
                let durations: Vec<i32> = users.iter().map(|u| small(u.duration)).collect();
                let usages: Vec<i32> = users.iter().map(|u| small(u.usage)).collect();
                solver
                    .add_constraint(pumpkin_constraints::cumulative(
                        starts,
                        durations,
                        usages,
                        small(*capacity),
                        tag,
                    ))
                    .post();
            }
        }
    }
    let mut brancher = solver.default_brancher();
    let mut resolver = ResolutionResolver::new(AnalysisMode::OneUIP, true, true);
    match solver.satisfy(&mut brancher, &mut Until(stop), &mut resolver) {
        SatisfactionResult::Unsatisfiable(..) => Found::Nothing,
        SatisfactionResult::Unknown(..) => Found::Open,
        SatisfactionResult::Satisfiable(found) => {
            let solution = found.solution();
            Found::Values(
                variables
                    .iter()
                    .map(|&v| i64::from(solution.get_integer_value(v)))
                    .collect(),
            )
        }
    }
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// What `work` returns; none if it panicked. The panic is not printed: it becomes an answer.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |about| {
            if !GUARDED.get() {
                others(about);
            }
        }));
    });
    let outer = GUARDED.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result.ok()
}
