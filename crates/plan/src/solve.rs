//! Program to values: one stage after the other, each held while the next is minimised.
//!
//! In a linear program a stage is held by its optimal face: a column or row whose reduced cost or
//! dual is not zero stays at its bound in every optimal plan, so fixing these, and nothing else,
//! leaves exactly the optimal plans of the stage. No row is added, the basis stays valid, and the
//! next stage starts from it. In a mixed integer program a stage is held by a row.

use std::time::Instant;

use darsena_milp::{Basis, Column, Label, Method, Outcome, Row, Solver, Status, Watch};

use crate::formulate::{Layout, at, costs_of};
use crate::network::Network;
use crate::plan::{Level, Measure};
use crate::{Options, PlanError};

/// What the stages came to.
pub(crate) struct Solved {
    pub status: Status,
    pub levels: Vec<Level>,
    pub values: Vec<f64>,
    /// Duals of the cost, when the solver gave any.
    pub duals: Option<Vec<f64>>,
    /// The optimal basis of the last stage, at which the solver stands.
    pub basis: Option<Basis>,
    pub remarks: Vec<String>,
}

impl Solved {
    fn new() -> Self {
        Solved {
            status: Status::Optimal,
            levels: Vec::new(),
            values: Vec::new(),
            duals: None,
            basis: None,
            remarks: Vec::new(),
        }
    }
}

/// A reduced cost or dual beyond this holds its column or row at its bound.
const HELD: f64 = 1e-7;

/// Seconds left of a limit, counted from the start of the whole job.
pub(crate) struct Clock {
    pub started: Instant,
    pub options: darsena_milp::Options,
}

impl Clock {
    /// Options of the next solve: the limits less what is already spent.
    fn left(&self) -> darsena_milp::Options {
        let mut options = self.options.clone();
        let spent = self.started.elapsed().as_secs_f64();
        options.time_limit = options.time_limit.map(|limit| (limit - spent).max(0.0));
        options
    }
}

/// Minimises `measures` one after the other.
pub(crate) fn solve(
    network: &Network,
    layout: &Layout,
    solver: &mut Solver,
    measures: &[Measure],
    options: &Options,
    clock: &Clock,
    watch: &mut Watch<'_>,
) -> Result<Solved, PlanError> {
    let costs: Vec<Vec<f64>> =
        measures.iter().map(|&m| costs_of(network, solver.program(), layout, m)).collect();
    let mut solved = Solved::new();
    if solver.program().integers() == 0 {
        linear(solver, measures, &costs, clock, watch, &mut solved)?;
    } else {
        mixed(solver, measures, &costs, clock, watch, &mut solved)?;
        if solved.status == Status::Optimal && !solved.values.is_empty() {
            fix_lines(layout, solver, &solved.values)?;
            let mut shadow = Solved::new();
            linear(solver, measures, &costs, clock, watch, &mut shadow)?;
            (solved.duals, solved.basis) = (shadow.duals, shadow.basis);
            if options.whole {
                let note = "shadow prices and reasons are those of the plan in fractions of units, with the same lines open";
                solved.remarks.push(note.into());
            } else if shadow.status == Status::Optimal {
                solved.values = shadow.values;
                for (level, exact) in solved.levels.iter_mut().zip(shadow.levels) {
                    level.value = exact.value;
                    level.bound = level.bound.min(exact.value);
                    level.gap = gap(level.value, level.bound);
                }
            }
        }
    }
    if solved.values.is_empty() {
        solved.values = idle(network, layout, solver.program().columns());
        solved.basis = None;
        solved.remarks.push(
            "no plan was found in time: what is at hand is handed over, nothing is made or shipped".into(),
        );
    }
    for (&measure, costs) in measures.iter().zip(&costs).skip(solved.levels.len()) {
        let value = dot(costs, &solved.values);
        // Amounts and costs are not negative, so no plan is below nothing.
        solved.levels.push(Level { measure, value, bound: 0.0, gap: gap(value, 0.0) });
    }
    Ok(solved)
}

fn gap(value: f64, bound: f64) -> f64 {
    ((value - bound) / value.abs().max(1.0)).max(0.0)
}

pub(crate) fn dot(costs: &[f64], values: &[f64]) -> f64 {
    costs.iter().zip(values).map(|(c, v)| c * v).sum()
}

fn linear(
    solver: &mut Solver,
    measures: &[Measure],
    costs: &[Vec<f64>],
    clock: &Clock,
    watch: &mut Watch<'_>,
    solved: &mut Solved,
) -> Result<(), PlanError> {
    for (stage, (&measure, costs)) in measures.iter().zip(costs).enumerate() {
        solver.set_costs(costs)?;
        let mut options = clock.left();
        if stage > 0 {
            (options.method, options.presolve) = (Method::PrimalSimplex, false);
        }
        let outcome = solver.solve(&options, watch)?;
        if outcome.status != Status::Optimal {
            return cut_short(measure, outcome, costs, solved);
        }
        let bound = outcome.bound;
        solved.levels.push(Level { measure, value: outcome.objective, bound, gap: gap(outcome.objective, bound) });
        if stage + 1 < measures.len() {
            hold_face(solver, &outcome)?;
        } else {
            solved.basis = outcome.basis;
            solved.duals = (!outcome.duals.is_empty()).then_some(outcome.duals);
        }
        solved.values = outcome.values;
    }
    Ok(())
}

/// Takes what a stage that did not end at its optimum has, if it is better than nothing.
fn cut_short(measure: Measure, outcome: Outcome, costs: &[f64], solved: &mut Solved) -> Result<(), PlanError> {
    match outcome.status {
        Status::Feasible | Status::TimeLimit | Status::Stopped => {}
        // Doing nothing is always a plan, and no cost is negative.
        other => return Err(PlanError::Unexpected(other)),
    }
    solved.status = outcome.status;
    solved.remarks.push(format!("cut short while minimising {}", name(measure)));
    if !outcome.values.is_empty() {
        let value = dot(costs, &outcome.values);
        let bound = if outcome.bound.is_finite() { outcome.bound.clamp(0.0, value.max(0.0)) } else { 0.0 };
        solved.levels.push(Level { measure, value, bound, gap: gap(value, bound) });
        solved.values = outcome.values;
    }
    Ok(())
}

fn name(measure: Measure) -> String {
    match measure {
        Measure::Floors => "what is missing to the floors".into(),
        Measure::Late { priority } => format!("open units of priority {priority}"),
        Measure::Cost => "cost".into(),
    }
}

/// Fixes what every optimal plan of this stage has in common.
fn hold_face(solver: &mut Solver, outcome: &Outcome) -> Result<(), PlanError> {
    for c in 0..outcome.values.len() {
        let column = at(Column(0), c);
        let (lower, upper) = solver.program().bounds(column);
        if lower < upper && outcome.reduced_costs[c].abs() > HELD {
            let bound = if outcome.reduced_costs[c] > 0.0 { lower } else { upper };
            solver.set_column_bounds(column, bound, bound)?;
        }
    }
    for r in 0..outcome.duals.len() {
        let row = Row(u32::try_from(r).expect("rows are counted in 32 bits"));
        let (lower, upper) = solver.program().row_bounds(row);
        if lower < upper && outcome.duals[r].abs() > HELD {
            let bound = if outcome.duals[r] > 0.0 { lower } else { upper };
            solver.set_row_bounds(row, bound, bound)?;
        }
    }
    Ok(())
}

fn mixed(
    solver: &mut Solver,
    measures: &[Measure],
    costs: &[Vec<f64>],
    clock: &Clock,
    watch: &mut Watch<'_>,
    solved: &mut Solved,
) -> Result<(), PlanError> {
    let (columns, rows) = (solver.program().columns(), solver.program().rows());
    for (stage, (&measure, costs)) in measures.iter().zip(costs).enumerate() {
        solver.set_costs(costs)?;
        let outcome = solver.solve(&clock.left(), watch)?;
        if outcome.status != Status::Optimal {
            cut_short(measure, outcome, costs, solved)?;
            break;
        }
        let (value, bound) = (outcome.objective, outcome.bound);
        solved.levels.push(Level { measure, value, bound, gap: gap(value, bound) });
        solved.values = outcome.values;
        if stage + 1 < measures.len() {
            let entries: Vec<(Column, f64)> =
                (0..columns).filter(|&c| costs[c] != 0.0).map(|c| (at(Column(0), c), costs[c])).collect();
            let most = value + 1e-6 + 1e-9 * value.abs();
            let index = [u32::try_from(stage).unwrap_or(u32::MAX), u32::MAX, u32::MAX];
            solver.add_row_over(Label { family: "level", index }, f64::NEG_INFINITY, most, &entries)?;
        }
    }
    solver.truncate(columns, rows)?;
    Ok(())
}

/// Leaves a linear program in which every line is as `values` has it.
fn fix_lines(layout: &Layout, solver: &mut Solver, values: &[f64]) -> Result<(), PlanError> {
    solver.relax_integers()?;
    for column in layout.open.iter().flatten() {
        let open = values[column.0 as usize].round();
        solver.set_column_bounds(*column, open, open)?;
    }
    Ok(())
}

/// The plan that makes and ships nothing: demands take what lies at their site, first priority
/// first, and the rest is held.
fn idle(network: &Network, layout: &Layout, columns: usize) -> Vec<f64> {
    let periods = network.periods;
    let mut values = vec![0.0; columns];
    let mut held = vec![0.0; network.nodes.len()];
    let mut open = vec![0.0; network.streams.len()];
    let mut arriving = vec![vec![0.0; network.nodes.len()]; periods];
    for &(node, t, quantity) in &network.supply {
        arriving[t][node] += quantity;
    }
    for (t, arriving) in arriving.iter().enumerate() {
        for (held, come) in held.iter_mut().zip(arriving) {
            *held += come;
        }
        let mut order: Vec<usize> = (0..network.streams.len()).collect();
        order.sort_by_key(|&j| (network.streams[j].priority[t], j));
        for j in order {
            let stream = &network.streams[j];
            open[j] += stream.due[t];
            for (n, &node) in stream.nodes.iter().enumerate() {
                let given = if stream.serves.contains(&t) { f64::min(open[j], held[node]) } else { 0.0 };
                if given > 0.0 {
                    values[at(layout.deliver[j][n], t - stream.serves.start).0 as usize] = given;
                    open[j] -= given;
                    held[node] -= given;
                }
            }
            if t >= stream.first {
                values[layout.unmet(network, j, t).0 as usize] = open[j];
            }
        }
        for (node, &held) in held.iter().enumerate() {
            values[layout.hold(node, t).0 as usize] = held;
        }
        for (f, floor) in network.floors.iter().enumerate() {
            let there: f64 = floor.nodes.iter().map(|&n| held[n]).sum();
            values[at(layout.shortfall[f], t).0 as usize] = (floor.quantity - there).max(0.0);
        }
    }
    values
}
