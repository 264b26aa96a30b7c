//! Program to values: one stage after the other, each held while the next is minimised.
//!
//! In a linear program a stage is held by its optimal face: a column or row whose reduced cost or
//! dual is not zero stays at its bound in every optimal plan, so fixing these, and nothing else,
//! leaves exactly the optimal plans of the stage. No row is added, the basis stays valid, and the
//! next stage starts from it. A few lines that open or stay shut are decided by branching over all
//! stages together; any other integers stage by stage, each held by a row.

use std::time::Instant;

use darsena_milp::{
    Basis, Column, Label, Method, Outcome, Program, Row, SolveError, Solver, Status, Watch,
};

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
    /// Every stage at its optimum, when all were reached.
    pub stages: Vec<Stage>,
    /// Values of the last stage.
    pub last: Vec<f64>,
    /// An optimal basis of the stages as one sum, with nothing held: where what-if questions and
    /// other branches start.
    pub near: Option<Basis>,
    pub remarks: Vec<String>,
}

/// A stage at its optimum, with the stages before it held.
pub(crate) struct Stage {
    pub measure: Measure,
    pub costs: Vec<f64>,
    pub duals: Vec<f64>,
    pub reduced_costs: Vec<f64>,
    pub basis: Basis,
}

impl Solved {
    fn new() -> Self {
        Solved {
            status: Status::Optimal,
            levels: Vec::new(),
            values: Vec::new(),
            duals: None,
            basis: None,
            stages: Vec::new(),
            last: Vec::new(),
            near: None,
            remarks: Vec::new(),
        }
    }
}

/// A reduced cost or dual beyond this holds its column or row at its bound.
pub(crate) const HELD: f64 = 1e-7;

/// Seconds left of a limit, counted from the start of the whole job.
pub(crate) struct Clock {
    pub started: Instant,
    pub options: darsena_milp::Options,
}

/// From so many nonzeros on, interior point with crossover is faster from nothing than dual
/// simplex. Measured: at 42,000 simplex wins four to one, at 94,000 interior point three to one.
const INTERIOR_POINT_FROM: usize = 65_000;

impl Clock {
    /// The same limits, with a choice of method left open made by the size of `program`.
    fn choosing(&self, program: &Program) -> Self {
        let mut options = self.options.clone();
        if options.method == Method::Choose && program.integers() == 0 {
            let large = program.nonzeros() >= INTERIOR_POINT_FROM;
            options.method = if large {
                Method::InteriorPoint
            } else {
                Method::DualSimplex
            };
        }
        Clock {
            started: self.started,
            options,
        }
    }

    /// Options of the next solve: the limits less what is already spent.
    pub(crate) fn left(&self) -> darsena_milp::Options {
        let mut options = self.options.clone();
        let spent = self.started.elapsed().as_secs_f64();
        options.time_limit = options.time_limit.map(|limit| (limit - spent).max(0.0));
        // No processor time is no time: a small program would be done before anybody looked.
        if options.cpu_limit.is_some_and(|limit| limit <= 0.0) {
            options.time_limit = Some(0.0);
        }
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
    let costs: Vec<Vec<f64>> = measures
        .iter()
        .map(|&m| costs_of(network, solver.program(), layout, m))
        .collect();
    let clock = &clock.choosing(solver.program());
    let stages = Stages {
        measures,
        costs: &costs,
        clock,
    };
    let lines = layout.open.iter().flatten().count();
    let mut solved = if solver.program().integers() == 0 {
        stages.linear(solver, None, None, watch)?.solved()?
    } else if !options.whole && measures.len() > 1 && lines <= FEW_LINES {
        stages.branch(layout, solver, watch)?
    } else {
        let mut solved = stages.mixed(solver, watch)?;
        if solved.status == Status::Optimal && !solved.values.is_empty() {
            fix_lines(layout, solver, &solved.values)?;
            let exact = stages.linear(solver, None, None, watch)?.solved()?;
            (solved.duals, solved.basis) = (exact.duals, exact.basis);
            (solved.stages, solved.last, solved.near) = (exact.stages, exact.last, exact.near);
            if options.whole {
                let note = "shadow prices and reasons are those of the plan in fractions of units, with the same lines open";
                solved.remarks.push(note.into());
            } else if exact.status == Status::Optimal {
                solved.values = exact.values;
                for (level, exact) in solved.levels.iter_mut().zip(exact.levels) {
                    *level = Level::new(level.measure, exact.value, level.bound.min(exact.value));
                }
            }
        }
        solved
    };
    if solved.values.is_empty() {
        solved.values = idle(network, layout, solver.program().columns());
        (solved.basis, solved.stages) = (None, Vec::new());
        solved.levels.clear();
        solved.remarks.push(
            "no plan was found in time: what is at hand is handed over, nothing is made or shipped"
                .into(),
        );
    }
    for (&measure, costs) in measures.iter().zip(&costs).skip(solved.levels.len()) {
        // Amounts and costs are not negative, so no plan is below nothing.
        solved
            .levels
            .push(Level::new(measure, dot(costs, &solved.values), 0.0));
    }
    Ok(solved)
}

impl Level {
    fn new(measure: Measure, value: f64, bound: f64) -> Self {
        Level {
            measure,
            value,
            bound,
            gap: ((value - bound) / value.abs().max(1.0)).max(0.0),
        }
    }
}

/// Up to so many lines are decided by branching on them over all stages at once; more are left to
/// the solver, stage by stage.
const FEW_LINES: usize = 16;

/// The stages of an objective: what each minimises, with its costs for every column.
struct Stages<'a> {
    measures: &'a [Measure],
    costs: &'a [Vec<f64>],
    clock: &'a Clock,
}

/// How a run through all stages ended.
enum End {
    /// At the optimum of the last stage.
    Optimal(Solved),
    /// By a limit or by Ctrl-C, with what there was.
    Cut(Solved),
    /// At a stage that can't reach what a known plan does.
    Worse,
    /// No plan keeps to the bounds.
    Infeasible,
}

impl End {
    /// What came of a program that has a plan.
    fn solved(self) -> Result<Solved, PlanError> {
        match self {
            End::Optimal(solved) | End::Cut(solved) => Ok(solved),
            // Doing nothing is always a plan, and nothing is worse than nothing known.
            End::Worse | End::Infeasible => Err(PlanError::Unexpected(Status::Infeasible)),
        }
    }
}

impl Stages<'_> {
    /// Runs through all stages of a linear program, from `start` if there is one, and gives up as
    /// soon as a stage shows that `known` can't be reached.
    fn linear(
        &self,
        solver: &mut Solver,
        start: Option<&Basis>,
        known: Option<&[Level]>,
        watch: &mut Watch<'_>,
    ) -> Result<End, PlanError> {
        let mut solved = Solved::new();
        let warm = |options: darsena_milp::Options, method| darsena_milp::Options {
            method,
            presolve: false,
            ..options
        };
        let mut first = self.clock.left();
        if let Some(basis) = start {
            solver.set_basis(basis)?;
            first = warm(first, Method::DualSimplex);
        }
        if self.measures.len() > 1 {
            // One sum of all stages, the earlier the heavier, ends near where they all will: from
            // its basis each stage is a few pivots.
            solver.set_costs(&mixed_costs(self.measures, self.costs))?;
            let outcome = solver.solve(&first, watch)?;
            match outcome.status {
                Status::Optimal => {
                    first = warm(self.clock.left(), Method::PrimalSimplex);
                    solved.near = outcome.basis;
                }
                Status::Infeasible => return Ok(End::Infeasible),
                _ => {
                    // Not the optimum of any stage, but a plan if it has values.
                    solved.status = outcome.status;
                    solved
                        .remarks
                        .push("cut short before the first stage".into());
                    solved.values = outcome.values;
                    return Ok(End::Cut(solved));
                }
            }
        }
        let mut tied = true;
        for (stage, (&measure, costs)) in self.measures.iter().zip(self.costs).enumerate() {
            solver.set_costs(costs)?;
            let options = if stage == 0 {
                first.clone()
            } else {
                warm(self.clock.left(), Method::PrimalSimplex)
            };
            let outcome = solver.solve(&options, watch)?;
            match outcome.status {
                Status::Optimal => {}
                Status::Infeasible => return Ok(End::Infeasible),
                _ => {
                    cut_short(measure, outcome, costs, &mut solved)?;
                    return Ok(End::Cut(solved));
                }
            }
            if let Some(known) = known.filter(|_| tied) {
                let (value, least) = (outcome.objective, known[stage].value);
                let same = 1e-7 * least.abs().max(1.0);
                tied = (value - least).abs() <= same;
                let last = stage + 1 == self.measures.len();
                if value > least + same || (last && tied) {
                    return Ok(End::Worse);
                }
            }
            solved.levels.push(Level::new(
                measure,
                outcome.objective,
                outcome.bound.min(outcome.objective),
            ));
            if stage + 1 < self.measures.len() {
                hold_face(solver, &outcome.reduced_costs, &outcome.duals)?;
            } else {
                solved.duals = (!outcome.duals.is_empty()).then(|| outcome.duals.clone());
                solved.near = solved.near.or_else(|| outcome.basis.clone());
                solved.basis = outcome.basis.clone();
                solved.last = outcome.values.clone();
            }
            solved.values = outcome.values;
            solved.stages.extend(outcome.basis.map(|basis| Stage {
                measure,
                costs: costs.clone(),
                duals: outcome.duals,
                reduced_costs: outcome.reduced_costs,
                basis,
            }));
        }
        if solved.stages.len() < self.measures.len() {
            solved.stages.clear();
        }
        Ok(End::Optimal(solved))
    }

    /// Decides lines by branch and bound over the stages as a whole. With some lines left between
    /// open and shut, no plan of that branch is better than its linear program in the order of the
    /// stages, so a branch whose levels are not below those of a known plan is left.
    fn branch(
        &self,
        layout: &Layout,
        solver: &mut Solver,
        watch: &mut Watch<'_>,
    ) -> Result<Solved, PlanError> {
        solver.relax_integers()?;
        let original = Bounds::of(solver.program());
        let lines: Vec<Column> = layout.open.iter().flatten().copied().collect();
        type Fixed = Vec<(Column, f64)>;
        let mut branches: Vec<(Fixed, Option<Basis>)> = vec![(Vec::new(), None)];
        let mut best: Option<(Solved, Fixed)> = None;
        let mut root: Option<Vec<Level>> = None;
        while let Some((fixed, start)) = branches.pop() {
            original.restore(solver)?;
            for &(column, open) in &fixed {
                solver.set_column_bounds(column, open, open)?;
            }
            let known = best.as_ref().map(|(solved, _)| &solved.levels[..]);
            let solved = match self.linear(solver, start.as_ref(), known, watch)? {
                End::Optimal(solved) => solved,
                End::Worse | End::Infeasible => continue,
                End::Cut(cut) => return Ok(cut_branching(cut, best, root)),
            };
            root.get_or_insert_with(|| solved.levels.clone());
            let between = |c: &Column| {
                (solved.values[c.0 as usize] - solved.values[c.0 as usize].round()).abs()
            };
            let undecided = lines.iter().copied().filter(|c| between(c) > 1e-7);
            let widest =
                undecided.max_by(|a, b| between(a).total_cmp(&between(b)).then(b.0.cmp(&a.0)));
            let Some(line) = widest else {
                best = Some((solved, fixed));
                continue;
            };
            let nearer = solved.values[line.0 as usize].round();
            for open in [1.0 - nearer, nearer] {
                let mut fixed = fixed.clone();
                fixed.push((line, open));
                branches.push((fixed, solved.near.clone()));
            }
        }
        // Shutting every line is a plan, so some branch ended with one.
        let (solved, _) = best.ok_or(PlanError::Unexpected(Status::Infeasible))?;
        original.restore(solver)?;
        fix_lines(layout, solver, &solved.values)?;
        if let Some(basis) = &solved.basis {
            solver.set_basis(basis)?;
        }
        solver.set_costs(self.costs.last().map_or(&[][..], |costs| costs))?;
        Ok(solved)
    }

    fn mixed(&self, solver: &mut Solver, watch: &mut Watch<'_>) -> Result<Solved, PlanError> {
        let mut solved = Solved::new();
        let (columns, rows) = (solver.program().columns(), solver.program().rows());
        for (stage, (&measure, costs)) in self.measures.iter().zip(self.costs).enumerate() {
            solver.set_costs(costs)?;
            let outcome = solver.solve(&self.clock.left(), watch)?;
            if outcome.status != Status::Optimal {
                cut_short(measure, outcome, costs, &mut solved)?;
                break;
            }
            let (value, bound) = (outcome.objective, outcome.bound);
            solved.levels.push(Level::new(measure, value, bound));
            solved.values = outcome.values;
            if stage + 1 < self.measures.len() {
                let entries: Vec<(Column, f64)> = (0..columns)
                    .filter(|&c| costs[c] != 0.0)
                    .map(|c| (at(Column(0), c), costs[c]))
                    .collect();
                let most = value + 1e-6 + 1e-9 * value.abs();
                let stage = u32::try_from(stage).unwrap_or(u32::MAX);
                solver.add_row_over(
                    Label::new("level", &[stage]),
                    f64::NEG_INFINITY,
                    most,
                    &entries,
                )?;
            }
        }
        solver.truncate(columns, rows)?;
        Ok(solved)
    }
}

/// Costs of all stages in one sum: each stage weighs several times the next, the cost little.
fn mixed_costs(measures: &[Measure], costs: &[Vec<f64>]) -> Vec<f64> {
    let mut mixed = vec![0.0; costs.first().map_or(0, Vec::len)];
    for (weight, costs) in weights(measures, costs).into_iter().zip(costs) {
        for (sum, cost) in mixed.iter_mut().zip(costs) {
            *sum += weight * cost;
        }
    }
    mixed
}

/// What each stage weighs in the sum of all.
pub(crate) fn weights(measures: &[Measure], costs: &[Vec<f64>]) -> Vec<f64> {
    let stages = i32::try_from(costs.len()).unwrap_or(i32::MAX);
    let ratio = f64::min(8.0, 1e6_f64.powf(1.0 / f64::from(stages)));
    let stages_back = (1..=stages).rev().zip(measures.iter().zip(costs));
    stages_back
        .map(|(back, (measure, costs))| match measure {
            Measure::Cost => cost_weight(stages, costs),
            _ => ratio.powi(back - 1),
        })
        .collect()
}

/// What the cost, as one of so many stages, weighs in their sum.
fn cost_weight(stages: i32, costs: &[f64]) -> f64 {
    if stages == 1 {
        return 1.0;
    }
    let most = costs.iter().fold(0.0, |most: f64, c| most.max(c.abs()));
    0.3 / most.max(f64::MIN_POSITIVE)
}

/// What is known when branching is cut short: the best plan so far, and no better bound than that
/// of all lines undecided.
fn cut_branching(
    cut: Solved,
    best: Option<(Solved, Vec<(Column, f64)>)>,
    root: Option<Vec<Level>>,
) -> Solved {
    let Some((mut best, _)) = best else {
        return Solved {
            values: Vec::new(),
            levels: Vec::new(),
            ..cut
        };
    };
    for (level, root) in best.levels.iter_mut().zip(root.into_iter().flatten()) {
        *level = Level::new(level.measure, level.value, root.bound.min(level.value));
    }
    Solved {
        status: cut.status,
        remarks: cut.remarks,
        basis: None,
        stages: Vec::new(),
        near: None,
        duals: None,
        ..best
    }
}

pub(crate) fn dot(costs: &[f64], values: &[f64]) -> f64 {
    costs.iter().zip(values).map(|(c, v)| c * v).sum()
}

/// Takes what a stage that did not end at its optimum has, if it is better than nothing.
fn cut_short(
    measure: Measure,
    outcome: Outcome,
    costs: &[f64],
    solved: &mut Solved,
) -> Result<(), PlanError> {
    match outcome.status {
        Status::Feasible | Status::TimeLimit | Status::Stopped => {}
        // Doing nothing is always a plan, and no cost is negative.
        other => return Err(PlanError::Unexpected(other)),
    }
    solved.status = outcome.status;
    solved
        .remarks
        .push(format!("cut short while minimising {}", name(measure)));
    if !outcome.values.is_empty() {
        let value = dot(costs, &outcome.values);
        let bound = if outcome.bound.is_finite() {
            outcome.bound.clamp(0.0, value.max(0.0))
        } else {
            0.0
        };
        solved.levels.push(Level::new(measure, value, bound));
        solved.values = outcome.values;
    }
    Ok(())
}

fn name(measure: Measure) -> String {
    match measure {
        Measure::Floors => "what is missing to the floors".into(),
        Measure::Late { priority } => format!("open units of priority {priority}"),
        Measure::Share { priority } => format!("the largest share waited at priority {priority}"),
        Measure::Cost => "cost".into(),
    }
}

/// Fixes what every optimal plan of this stage has in common.
pub(crate) fn hold_face(
    solver: &mut Solver,
    reduced_costs: &[f64],
    duals: &[f64],
) -> Result<(), PlanError> {
    for (column, price) in (0u32..).map(Column).zip(reduced_costs) {
        if let Some(bound) = held(*price, solver.program().bounds(column)) {
            solver.set_column_bounds(column, bound, bound)?;
        }
    }
    for (row, price) in (0u32..).map(Row).zip(duals) {
        if let Some(bound) = held(*price, solver.program().row_bounds(row)) {
            solver.set_row_bounds(row, bound, bound)?;
        }
    }
    Ok(())
}

/// Where a column or row with such a reduced cost or dual stands in every optimal plan, if it could
/// stand elsewhere.
pub(crate) fn held(price: f64, (lower, upper): (f64, f64)) -> Option<f64> {
    let bound = if price > 0.0 { lower } else { upper };
    (price.abs() > HELD && lower < upper && bound.is_finite()).then_some(bound)
}

/// Leaves a linear program in which every line is as `values` has it.
pub(crate) fn fix_lines(
    layout: &Layout,
    solver: &mut Solver,
    values: &[f64],
) -> Result<(), PlanError> {
    solver.relax_integers()?;
    for column in layout.open.iter().flatten() {
        let open = values[column.0 as usize].round();
        solver.set_column_bounds(*column, open, open)?;
    }
    Ok(())
}

/// Bounds of a program before its stages were held.
pub(crate) struct Bounds {
    columns: Vec<(f64, f64)>,
    rows: Vec<(f64, f64)>,
}

impl Bounds {
    pub(crate) fn of(program: &Program) -> Self {
        let count = |n: usize| 0..u32::try_from(n).expect("counted in 32 bits");
        Bounds {
            columns: count(program.columns())
                .map(|c| program.bounds(Column(c)))
                .collect(),
            rows: count(program.rows())
                .map(|r| program.row_bounds(Row(r)))
                .collect(),
        }
    }

    /// Takes back whatever was held or fixed.
    pub(crate) fn restore(&self, solver: &mut Solver) -> Result<(), SolveError> {
        for (c, &(lower, upper)) in (0u32..).zip(&self.columns) {
            if solver.program().bounds(Column(c)) != (lower, upper) {
                solver.set_column_bounds(Column(c), lower, upper)?;
            }
        }
        for (r, &(lower, upper)) in (0u32..).zip(&self.rows) {
            if solver.program().row_bounds(Row(r)) != (lower, upper) {
                solver.set_row_bounds(Row(r), lower, upper)?;
            }
        }
        Ok(())
    }
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
                let given = if stream.serves.contains(&t) && stream.open[n].contains(t) {
                    f64::min(open[j], held[node])
                } else {
                    0.0
                };
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
