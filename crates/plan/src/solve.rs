//! Program to values: one stage after the other, each held while the next is minimised.
//!
//! In a linear program a stage is held by its optimal face: a column or row whose reduced cost or
//! dual is not zero stays at its bound in every optimal plan, so fixing these, and nothing else,
//! leaves exactly the optimal plans of the stage. No row is added, the basis stays valid, and the
//! next stage starts from it, or ends where it began if that basis is the best for it too.
//!
//! A few lines that open or stay shut are decided by branching over all stages together. A branch
//! keeps to the faces of the one it comes from as long as some plan of it does: then only the last
//! stage is left to minimise. Any other integers are decided stage by stage, each held by a row.

use std::rc::Rc;

use darsena_milp::{
    Basis, Column, Label, Method, Outcome, Position, Program, Row, SolveError, Solver, Status,
    Watch,
};

use crate::by_hand;
use crate::formulate::{Layout, at, costs_of};
use crate::network::Network;
use crate::plan::{Level, Measure};
use crate::{Options, PlanError};

/// What the stages came to.
pub(crate) struct Solved {
    pub status: Status,
    pub levels: Vec<Level>,
    /// What no plan can be below in each stage, the stages before held; 0 for those not listed.
    bounds: Vec<f64>,
    pub values: Vec<f64>,
    /// Duals of the cost, when the solver gave any.
    pub duals: Option<Vec<f64>>,
    /// The optimal basis of the last stage, at which the solver stands.
    pub basis: Option<Basis>,
    /// Every stage at its optimum, when all were reached.
    pub stages: Vec<Stage>,
    /// The stages of every branch that was left for a better plan, up to that in which it was worse;
    /// none where they are not known.
    pub left: Vec<Vec<Stage>>,
    /// Values of the last stage.
    pub last: Vec<f64>,
    /// An optimal basis of the stages as one sum, with nothing held: where what-if questions and
    /// other branches start.
    pub near: Option<Basis>,
    pub remarks: Vec<String>,
}

/// A stage at its optimum, with the stages before it held.
#[derive(Clone)]
pub(crate) struct Stage {
    pub measure: Measure,
    /// What it weighs in the sum of all stages.
    pub weight: f64,
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
            bounds: Vec::new(),
            values: Vec::new(),
            duals: None,
            basis: None,
            stages: Vec::new(),
            left: Vec::new(),
            last: Vec::new(),
            near: None,
            remarks: Vec::new(),
        }
    }

    fn push(&mut self, level: Level) {
        self.bounds.push(level.bound);
        self.levels.push(level);
    }

    /// Ends at the optimum of the last stage.
    fn end(&mut self, measure: Measure, outcome: Outcome) {
        self.push(Level::of(measure, &outcome));
        self.duals = (!outcome.duals.is_empty()).then_some(outcome.duals);
        self.basis = outcome.basis;
        self.last = outcome.values.clone();
        self.values = outcome.values;
    }

    /// The same with another optimum of the last stage.
    fn with_last(&self, outcome: Outcome) -> Self {
        let mut solved = Solved::new();
        let before = self.stages.len() - 1;
        for level in &self.levels[..before] {
            solved.push(Level::new(level.measure, level.value, level.bound));
        }
        let last = &self.stages[before];
        let measure = last.measure;
        solved.stages = self.stages[..before].to_vec();
        solved.stages.extend(last.at(&outcome));
        solved.near = self.near.clone();
        solved.end(measure, outcome);
        solved
    }

    /// The same plan seen from all plans, of which no one is below `bounds`. What they say of a stage
    /// holds for plans that are as good in all stages before it.
    fn among(mut self, bounds: &[f64]) -> Self {
        let mut as_good = true;
        self.bounds.clear();
        for (n, level) in self.levels.iter_mut().enumerate() {
            let bound = bounds
                .get(n)
                .filter(|_| as_good)
                .map_or(0.0, |b| b.max(0.0));
            // What differs by arithmetic alone is no gap.
            let near = (level.value - bound).abs() <= 1e-9 * level.value.abs().max(1.0);
            let bound = if near { level.value } else { bound };
            *level = Level::new(level.measure, level.value, bound.min(level.value));
            as_good &= level.gap <= SAME;
            self.bounds.push(level.bound);
        }
        let rest = bounds.get(self.bounds.len()).filter(|_| as_good);
        self.bounds.extend(rest);
        self
    }
}

/// Two values of a stage that differ by no more, relatively, are as good as each other.
const SAME: f64 = 1e-6;

/// The same for two branches.
const TIED: f64 = 1e-7;

/// A reduced cost or dual beyond this holds its column or row at its bound.
pub(crate) const HELD: f64 = 1e-7;

/// What is left of the limits, counted from the start of the whole job.
pub(crate) struct Clock {
    pub started: darsena_milp::Clock,
    pub options: darsena_milp::Options,
}

/// From so many nonzeros on, interior point with crossover is faster from nothing than dual
/// simplex. Measured: at 42,000 simplex wins four to one, at 94,000 interior point three to one.
const INTERIOR_POINT_FROM: usize = 65_000;

/// Below that, Devex weights take a sixth less time than steepest edge, with as many pivots: 160 ms for
/// 190 at 45,000 nonzeros. (At 94,000 steepest edge takes two thirds of their time.)
const DEVEX: (&str, &str) = ("simplex_dual_edge_weight_strategy", "1");

/// Below that, looking for parallel rows and columns (8192 is that rule of HiGHS) takes a tenth of the first
/// solve and finds next to none.
const NOTHING_PARALLEL: (&str, &str) = ("presolve_rule_off", "8192");

/// What a stage weighs beside the next in the sum of all, and the first beside the last at most. With much the
/// sum ends where the stages will, and saves simplex most of what it would do for each: on the real scenario
/// three solves of ten. Interior point ends at no vertex that crossover can use: 14 s with 8 and 4 s with 5 at
/// 94,000 nonzeros.
const WEIGHS_FOR_SIMPLEX: (f64, f64) = (32.0, 1e10);
const WEIGHS_FOR_INTERIOR_POINT: (f64, f64) = (5.0, 1e6);

impl Clock {
    /// The same limits, with a choice of method left open made by the size of `program`.
    fn choosing(&self, program: &Program) -> Self {
        let mut options = self.options.clone();
        if options.method == Method::Choose && program.integers() == 0 {
            let large = program.nonzeros() >= INTERIOR_POINT_FROM;
            options.method = if large {
                Method::InteriorPoint
            } else {
                // First, so that whoever sets another has it.
                let first = [DEVEX, NOTHING_PARALLEL];
                let first = first.map(|(name, value)| (name.to_string(), value.to_string()));
                options.set.splice(0..0, first);
                Method::DualSimplex
            };
        }
        Clock {
            started: self.started,
            options,
        }
    }

    /// Whether time may run out.
    fn limited(&self) -> bool {
        self.options.time_limit.is_some() || self.options.cpu_limit.is_some()
    }

    /// Options of the next solve: the limits less what is already spent.
    pub(crate) fn left(&self) -> darsena_milp::Options {
        self.started.left(&self.options)
    }

    /// The same for a solve that goes on from a basis.
    pub(crate) fn warm(&self, method: Method) -> darsena_milp::Options {
        darsena_milp::Options {
            method,
            presolve: false,
            ..self.left()
        }
    }
}

/// Minimises `measures` one after the other; `free` are the bounds before any is held.
#[allow(
    clippy::too_many_arguments,
    reason = "one program is told by all of these"
)]
pub(crate) fn solve(
    network: &Network,
    layout: &Layout,
    solver: &mut Solver,
    measures: &[Measure],
    options: &Options,
    free: &Bounds,
    clock: &Clock,
    watch: &mut Watch<'_>,
) -> Result<Solved, PlanError> {
    let costs: Vec<Vec<f64>> = measures
        .iter()
        .map(|&m| costs_of(network, solver.program(), layout, m))
        .collect();
    let linear = solver.program().integers() == 0;
    let few_lines = !linear && !options.whole && decides_lines(layout, measures);
    if few_lines {
        solver.relax_integers()?;
    }
    let clock = &clock.choosing(solver.program());
    let stages = Stages {
        measures,
        costs: &costs,
        weights: &weights(measures, &costs, clock.options.method),
        clock,
    };
    let mut solved = if linear {
        stages.linear(solver, None, None, watch)?.solved()?
    } else if few_lines {
        stages.branch(network, layout, solver, None, watch)?
    } else {
        let mut solved = stages.branch(network, layout, solver, None, watch)?;
        // What the solver left by itself is not known.
        solved.left.push(Vec::new());
        if solved.status == Status::Optimal {
            fix_lines(layout, solver, &solved.values)?;
            shut_large(network, layout, solver)?;
            if let End::Optimal(exact) = stages.linear(solver, None, None, watch)? {
                (solved.duals, solved.basis) = (exact.duals, exact.basis);
                (solved.stages, solved.last, solved.near) = (exact.stages, exact.last, exact.near);
                if !options.whole {
                    solved.values = exact.values;
                    for (level, exact) in solved.levels.iter_mut().zip(exact.levels) {
                        let bound = level.bound.min(exact.value);
                        *level = Level::new(level.measure, exact.value, bound);
                    }
                }
            }
            if options.whole {
                let note = "shadow prices and reasons are those of the plan in fractions of units, with the same lines open";
                solved.remarks.push(note.into());
            }
        }
        solved
    };
    if solved.values.is_empty() || solved.status != Status::Optimal {
        // What is found in a hurry may be worse than what can be done by hand.
        let values = by_hand(network, layout, solver.program(), free);
        let mut hands = stages.of_values(values);
        for (&measure, costs) in measures.iter().zip(&costs).skip(solved.levels.len()) {
            if !solved.values.is_empty() {
                let value = dot(costs, &solved.values);
                let bound = solved.bounds.get(solved.levels.len()).copied();
                solved.push(Level::new(
                    measure,
                    value,
                    bound.unwrap_or(0.0).clamp(0.0, value.max(0.0)),
                ));
            }
        }
        if solved.values.is_empty() || before(&hands, &solved) {
            hands = hands.among(&solved.bounds);
            hands.status = solved.status;
            hands.remarks = std::mem::take(&mut solved.remarks);
            hands.remarks.push(
                "nothing better was found in time than what can be done by hand: first in the queue takes what can be had soonest, lines stay shut"
                    .into(),
            );
            solved = hands;
        }
    }
    for (&measure, costs) in measures.iter().zip(&costs).skip(solved.levels.len()) {
        // Amounts and costs are not negative, so no plan is below nothing.
        let value = dot(costs, &solved.values);
        let bound = solved.bounds.get(solved.levels.len()).copied();
        let bound = bound.unwrap_or(0.0).clamp(0.0, value.max(0.0));
        solved.levels.push(Level::new(measure, value, bound));
    }
    let asked = options.solver.relative_gap + SAME;
    if solved.status == Status::Optimal
        && let Some(level) = solved.levels.iter().find(|level| level.gap > asked)
    {
        solved.status = Status::Feasible;
        solved.remarks.push(format!(
            "not proved to be the best plan: {} may be less, down to its bound",
            level.measure
        ));
    }
    Ok(solved)
}

/// Whether lines can be decided from a basis at hand: by branching over all stages together.
pub(crate) fn decides_lines(layout: &Layout, measures: &[Measure]) -> bool {
    measures.len() > 1 && layout.open.iter().flatten().count() <= FEW_LINES
}

/// Minimises `measures` one after the other in a linear program near one whose best basis is known. Lines that are
/// neither open nor shut in the bounds of the solver are decided, where [`decides_lines`] says so.
pub(crate) fn again(
    network: &Network,
    layout: &Layout,
    solver: &mut Solver,
    measures: &[Measure],
    clock: &Clock,
    near: Option<&Basis>,
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
        weights: &weights(measures, &costs, clock.options.method),
        clock,
    };
    let mut lines = layout.open.iter().flatten();
    let free = lines.any(|&line| {
        let (shut, open) = solver.program().bounds(line);
        shut < open
    });
    let mut solved = if free {
        stages.branch(network, layout, solver, near, watch)?
    } else {
        stages.linear(solver, near, None, watch)?.solved()?
    };
    if solved.values.is_empty() {
        let free = Bounds::of(solver.program());
        solved.values = by_hand(network, layout, solver.program(), &free);
    }
    for (&measure, costs) in measures.iter().zip(&costs).skip(solved.levels.len()) {
        let value = dot(costs, &solved.values);
        solved.levels.push(Level::new(measure, value, 0.0));
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

    fn of(measure: Measure, outcome: &Outcome) -> Self {
        let bound = outcome.bound.min(outcome.objective);
        Level::new(measure, outcome.objective, bound)
    }
}

impl Stage {
    /// The same stage at another optimum, if the solver has a basis of it.
    fn at(&self, outcome: &Outcome) -> Option<Stage> {
        let (measure, weight) = (self.measure, self.weight);
        stage_at(measure, weight, &self.costs, outcome)
    }
}

/// A stage at its optimum, if the solver has a basis of it.
fn stage_at(measure: Measure, weight: f64, costs: &[f64], outcome: &Outcome) -> Option<Stage> {
    outcome.basis.clone().map(|basis| Stage {
        measure,
        weight,
        costs: costs.to_vec(),
        duals: outcome.duals.clone(),
        reduced_costs: outcome.reduced_costs.clone(),
        basis,
    })
}

/// Up to so many lines are decided by branching on them over all stages at once; more are left to
/// the solver, stage by stage.
const FEW_LINES: usize = 16;

/// The stages of an objective: what each minimises, with its costs for every column.
struct Stages<'a> {
    measures: &'a [Measure],
    costs: &'a [Vec<f64>],
    /// What each weighs in the sum of all.
    weights: &'a [f64],
    clock: &'a Clock,
}

/// How a run through all stages ended.
enum End {
    /// At the optimum of the last stage.
    Optimal(Solved),
    /// By a limit or by Ctrl-C, with what there was.
    Cut(Solved),
    /// At a stage that can't reach what a known plan does, and the least it may come to; with the stages
    /// up to there, where they were linear.
    Worse {
        stage: usize,
        bound: f64,
        stages: Vec<Stage>,
    },
    /// No plan keeps to the bounds.
    Infeasible,
}

impl End {
    /// What came of a program that has a plan.
    fn solved(self) -> Result<Solved, PlanError> {
        match self {
            End::Optimal(solved) | End::Cut(solved) => Ok(solved),
            // Doing nothing is always a plan, and nothing is worse than nothing known.
            End::Worse { .. } | End::Infeasible => Err(PlanError::Unexpected(Status::Infeasible)),
        }
    }
}

impl Stages<'_> {
    /// Costs of all stages in one sum.
    fn mixed_costs(&self) -> Vec<f64> {
        let mut mixed = vec![0.0; self.costs.first().map_or(0, Vec::len)];
        for (weight, costs) in self.weights.iter().zip(self.costs) {
            for (sum, cost) in mixed.iter_mut().zip(costs) {
                *sum += weight * cost;
            }
        }
        mixed
    }

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
        let mut first = self.clock.left();
        if let Some(basis) = start {
            solver.set_basis(basis)?;
            first = self.clock.warm(Method::DualSimplex);
        }
        let mut before: Option<Outcome> = None;
        if self.measures.len() > 1 {
            // One sum of all stages, the earlier the heavier, ends near where they all will: from
            // its basis each stage is a few pivots.
            solver.set_costs(&self.mixed_costs())?;
            let outcome = solver.solve(&first, watch)?;
            match outcome.status {
                Status::Optimal => {
                    first = self.clock.warm(Method::PrimalSimplex);
                    solved.near = outcome.basis.clone();
                    before = Some(outcome);
                }
                Status::Infeasible => return Ok(End::Infeasible),
                Status::Feasible | Status::TimeLimit | Status::Stopped => {
                    // Not the optimum of any stage, but a plan if it has values.
                    solved.status = outcome.status;
                    solved
                        .remarks
                        .push("cut short before the first stage".into());
                    solved.values = outcome.values;
                    return Ok(End::Cut(solved));
                }
                // No cost is negative.
                other => return Err(PlanError::Unexpected(other)),
            }
        }
        let mut tied = true;
        for (stage, (&measure, costs)) in self.measures.iter().zip(self.costs).enumerate() {
            solver.set_costs(costs)?;
            let best = before.take().map(|at| still_best(solver, costs, at));
            let outcome = match best.transpose()?.flatten() {
                Some(outcome) => outcome,
                None if stage == 0 => solver.solve(&first, watch)?,
                None => solver.solve(&self.clock.warm(Method::PrimalSimplex), watch)?,
            };
            match outcome.status {
                Status::Optimal => {}
                Status::Infeasible => return Ok(End::Infeasible),
                _ => {
                    cut_short(measure, outcome, costs, &mut solved)?;
                    return Ok(End::Cut(solved));
                }
            }
            let weight = self.weights[stage];
            solved
                .stages
                .extend(stage_at(measure, weight, costs, &outcome));
            if self.no_better(known, &mut tied, stage, outcome.objective) {
                return Ok(End::Worse {
                    stage,
                    bound: outcome.bound,
                    stages: solved.stages,
                });
            }
            if stage + 1 < self.measures.len() {
                hold_face(solver, &outcome.reduced_costs, &outcome.duals)?;
                solved.push(Level::of(measure, &outcome));
                before = Some(outcome);
            } else {
                solved.near = solved.near.or_else(|| outcome.basis.clone());
                solved.end(measure, outcome);
            }
        }
        if solved.stages.len() < self.measures.len() {
            solved.stages.clear();
        }
        Ok(End::Optimal(solved))
    }

    /// Whether no plan with this value of a stage is better than `known`, if it is as good in the stages
    /// before, which `tied` says and goes on to say.
    fn no_better(
        &self,
        known: Option<&[Level]>,
        tied: &mut bool,
        stage: usize,
        value: f64,
    ) -> bool {
        let Some(known) = known.filter(|_| *tied) else {
            return false;
        };
        let least = known[stage].value;
        let same = TIED * least.abs().max(1.0);
        *tied = (value - least).abs() <= same;
        let last = stage + 1 == self.measures.len();
        value > least + same || (last && *tied)
    }

    /// Runs through all stages of a branch. Its plans are plans of `from`, the branch it comes from, and
    /// those that are as good there in all stages but the last are on the faces that `from` held. Where there
    /// are any, the last stage alone is minimised, and the duals of `from` prove the stages before.
    /// Where there are none, no plan of the branch is as good as a known one that is.
    fn below(
        &self,
        solver: &mut Solver,
        from: &Solved,
        known: Option<&[Level]>,
        watch: &mut Watch<'_>,
    ) -> Result<End, PlanError> {
        let mut tied = true;
        let mut tied_before_last = true;
        for (stage, level) in from.levels.iter().enumerate() {
            tied_before_last = tied;
            if self.no_better(known, &mut tied, stage, level.value) {
                return Ok(End::Worse {
                    stage,
                    bound: level.bound,
                    stages: from.stages.iter().take(stage + 1).cloned().collect(),
                });
            }
        }
        if let Some((of_last, before)) = from.stages.split_last() {
            let free = Bounds::of(solver.program());
            for stage in before {
                hold_face(solver, &stage.reduced_costs, &stage.duals)?;
            }
            solver.set_basis(&of_last.basis)?;
            solver.set_costs(&of_last.costs)?;
            let outcome = solver.solve(&self.clock.warm(Method::DualSimplex), watch)?;
            let as_good = |(stage, level): (&Stage, &Level)| {
                let value = dot(&stage.costs, &outcome.values);
                (value - level.value).abs() <= TIED * level.value.abs().max(1.0)
            };
            match outcome.status {
                Status::Optimal if before.iter().zip(&from.levels).all(as_good) => {
                    let stage = before.len();
                    if self.no_better(known, &mut tied_before_last, stage, outcome.objective) {
                        let mut stages = before.to_vec();
                        let Stage {
                            measure,
                            weight,
                            ref costs,
                            ..
                        } = *of_last;
                        stages.extend(stage_at(measure, weight, costs, &outcome));
                        return Ok(End::Worse {
                            stage,
                            bound: outcome.bound,
                            stages,
                        });
                    }
                    return Ok(End::Optimal(from.with_last(outcome)));
                }
                Status::Infeasible if known.is_some() && tied_before_last => {
                    return Ok(End::Infeasible);
                }
                _ => free.restore(solver)?,
            }
        }
        self.linear(solver, from.near.as_ref(), known, watch)
    }

    /// Decides lines by branch and bound over the stages as a whole. With some lines left between
    /// open and shut, no plan of that branch is better than its program in the order of the stages,
    /// so a branch whose levels are not below those of a known plan is left.
    ///
    /// The first branch goes on from `start` if there is one.
    ///
    /// With integers left in the program the solver itself decides the lines of a branch, and what is
    /// left to do here are lines that it counts as shut though they run: those with so many runs
    /// allowed that the part of the line they need is less than its tolerance.
    fn branch(
        &self,
        network: &Network,
        layout: &Layout,
        solver: &mut Solver,
        start: Option<&Basis>,
        watch: &mut Watch<'_>,
    ) -> Result<Solved, PlanError> {
        let mixed = solver.program().integers() > 0;
        let original = Bounds::of(solver.program());
        type Fixed = Vec<(Column, f64)>;
        let mut branches: Vec<(Fixed, Option<Rc<Solved>>)> = vec![(Vec::new(), None)];
        let mut best: Option<Solved> = None;
        let mut root: Option<(Vec<f64>, Vec<f64>)> = None;
        // The least that branches which were left, though as good in the stages before, may come to.
        let mut left = vec![f64::INFINITY; self.measures.len()];
        let mut others = Vec::new();
        while let Some((fixed, from)) = branches.pop() {
            original.restore(solver)?;
            for &(column, open) in &fixed {
                solver.set_column_bounds(column, open, open)?;
            }
            shut_large(network, layout, solver)?;
            let known = best.as_ref().map(|solved| &solved.levels[..]);
            let end = match &from {
                _ if mixed => {
                    // A search cut short should not end below what can be done by hand.
                    let start = self.clock.limited() && fixed.is_empty();
                    let start =
                        start.then(|| by_hand(network, layout, solver.program(), &original));
                    self.mixed(solver, known, start, watch)?
                }
                Some(from) => self.below(solver, from, known, watch)?,
                None => self.linear(solver, start, known, watch)?,
            };
            let undecided = |values: &[f64]| undecided(network, layout, solver.program(), values);
            let solved = match end {
                End::Optimal(solved) => solved,
                End::Infeasible => {
                    others.push(Vec::new());
                    continue;
                }
                End::Worse {
                    stage,
                    bound,
                    stages,
                } => {
                    left[stage] = left[stage].min(bound);
                    others.push(stages);
                    continue;
                }
                End::Cut(cut) => {
                    let (bounds, values) = root.unwrap_or_else(|| (cut.bounds.clone(), Vec::new()));
                    let opened = |values: &Vec<f64>| opened(network, layout, values);
                    let opened = [&cut.values, &values].into_iter().filter_map(opened);
                    let plans = opened.map(|values| self.of_values(values)).chain(best);
                    let best = plans.reduce(|a, b| if before(&b, &a) { b } else { a });
                    return Ok(cut_branching(cut, best, bounds));
                }
            };
            root.get_or_insert_with(|| (solved.bounds.clone(), solved.values.clone()));
            let Some(line) = undecided(&solved.values) else {
                if let Some(before) = &mut best {
                    others.push(std::mem::take(&mut before.stages));
                    let pairs = before.levels.iter().zip(&solved.levels);
                    let apart = |(a, b): (&Level, &Level)| {
                        (a.value - b.value).abs() > TIED * b.value.abs().max(1.0)
                    };
                    let stage = { pairs }.position(apart);
                    if let Some(stage) = stage {
                        left[stage] = left[stage].min(before.levels[stage].bound);
                        // What was left for a later stage is as bad as `before` in this one.
                        left[stage + 1..].fill(f64::INFINITY);
                    }
                }
                best = Some(solved);
                continue;
            };
            let from = Rc::new(solved);
            let nearer = from.values[line.0 as usize].round();
            for open in [1.0 - nearer, nearer] {
                let mut fixed = fixed.clone();
                fixed.push((line, open));
                branches.push((fixed, Some(from.clone())));
            }
            let none = best.is_none() && opened(network, layout, &from.values).is_none();
            if fixed.is_empty() && none && self.clock.limited() {
                // First a plan to hand over when time runs out.
                let shut = layout.open.iter().flatten().map(|&line| (line, 0.0));
                branches.push((shut.collect(), Some(from)));
            }
        }
        // Shutting every line is a plan, so some branch ended with one.
        let mut solved = best.ok_or(PlanError::Unexpected(Status::Infeasible))?;
        for (level, left) in solved.levels.iter_mut().zip(left) {
            *level = Level::new(level.measure, level.value, level.bound.min(left));
        }
        solved.left = others;
        original.restore(solver)?;
        fix_lines(layout, solver, &solved.values)?;
        if let Some(near) = &solved.near {
            // It may be that of a branch with lines undecided.
            solver.set_basis(near)?;
            solver.set_costs(&self.mixed_costs())?;
            let outcome = solver.solve(&self.clock.warm(Method::DualSimplex), watch)?;
            if outcome.status == Status::Optimal {
                solved.near = outcome.basis;
            }
        }
        if let Some(basis) = &solved.basis {
            solver.set_basis(basis)?;
        }
        solver.set_costs(self.costs.last().map_or(&[][..], |costs| costs))?;
        Ok(solved)
    }

    /// A plan that was not made by the stages, with no bound but nothing.
    fn of_values(&self, values: Vec<f64>) -> Solved {
        let mut solved = Solved::new();
        for (&measure, costs) in self.measures.iter().zip(self.costs) {
            solved.push(Level::new(measure, dot(costs, &values), 0.0));
        }
        Solved { values, ..solved }
    }

    /// Runs through all stages of a program with integers, each held by a row while the next is
    /// minimised, and gives up as soon as a stage shows that `known` can't be reached.
    fn mixed(
        &self,
        solver: &mut Solver,
        known: Option<&[Level]>,
        start: Option<Vec<f64>>,
        watch: &mut Watch<'_>,
    ) -> Result<End, PlanError> {
        let (columns, rows) = (solver.program().columns(), solver.program().rows());
        let end = self.mixed_stages(solver, known, start, watch)?;
        solver.truncate(columns, rows)?;
        Ok(end)
    }

    fn mixed_stages(
        &self,
        solver: &mut Solver,
        known: Option<&[Level]>,
        mut start: Option<Vec<f64>>,
        watch: &mut Watch<'_>,
    ) -> Result<End, PlanError> {
        let mut solved = Solved::new();
        let mut tied = true;
        for (stage, (&measure, costs)) in self.measures.iter().zip(self.costs).enumerate() {
            solver.set_costs(costs)?;
            // With time to spare, values are no help to begin from: far from this optimum they only spoil the
            // solver's presolve. On the real scenario in whole units the stages took half as long again with
            // those of the stage before.
            if let Some(start) = start.take() {
                solver.set_start(&start)?;
            }
            let outcome = solver.solve(&self.clock.left(), watch)?;
            match outcome.status {
                Status::Optimal => {}
                Status::Infeasible if stage == 0 => return Ok(End::Infeasible),
                _ => {
                    cut_short(measure, outcome, costs, &mut solved)?;
                    return Ok(End::Cut(solved));
                }
            }
            let (value, bound) = (outcome.objective, outcome.bound);
            if self.no_better(known, &mut tied, stage, value) {
                let stages = Vec::new();
                return Ok(End::Worse {
                    stage,
                    bound,
                    stages,
                });
            }
            solved.push(Level::new(measure, value, bound));
            start = self.clock.limited().then(|| outcome.values.clone());
            solved.values = outcome.values;
            if stage + 1 < self.measures.len() {
                let columns = solver.program().columns();
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
        Ok(End::Optimal(solved))
    }
}

/// The line to decide next: that furthest from being open or shut, else one that runs though it is
/// not open. None when all are decided.
fn undecided(
    network: &Network,
    layout: &Layout,
    program: &Program,
    values: &[f64],
) -> Option<Column> {
    let mut widest: Option<(f64, Column)> = None;
    for (r, open) in layout.open.iter().enumerate() {
        let Some(open) = open.filter(|&open| {
            let (lower, upper) = program.bounds(open);
            lower < upper
        }) else {
            continue;
        };
        let value = values.get(open.index())?;
        let between = (value - value.round()).abs();
        let runs = || -> f64 {
            let made = 0..network.runs[r].starts.len();
            made.map(|by| values[at(layout.make[r], by).index()]).sum()
        };
        let runs_shut = || value.round() < 1.0 && runs() > DECIDED;
        if (between > DECIDED || runs_shut()) && widest.is_none_or(|(most, _)| between > most) {
            widest = Some((between, open));
        }
    }
    widest.map(|(_, line)| line)
}

/// A line closer to open or shut is so, if it does not run more when it is shut.
const DECIDED: f64 = 1e-7;

/// A plan made by hand, or, where it does not keep to the program, one that does nothing.
fn by_hand(network: &Network, layout: &Layout, program: &Program, free: &Bounds) -> Vec<f64> {
    let columns = program.columns();
    let values = by_hand::values(network, layout, columns);
    let kept = values.filter(|values| free.keep(program, values));
    kept.unwrap_or_else(|| by_hand::idle(network, layout, columns))
}

/// What each stage weighs in the sum of all: several times the next, the cost little.
fn weights(measures: &[Measure], costs: &[Vec<f64>], method: Method) -> Vec<f64> {
    let stages = i32::try_from(costs.len()).unwrap_or(i32::MAX);
    let (next, last) = match method {
        Method::DualSimplex | Method::PrimalSimplex => WEIGHS_FOR_SIMPLEX,
        _ => WEIGHS_FOR_INTERIOR_POINT,
    };
    let ratio = f64::min(next, last.powf(1.0 / f64::from(stages)));
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

/// Whether the first stage in which two plans differ is lower in `a`.
fn before(a: &Solved, b: &Solved) -> bool {
    let mut pairs = a.levels.iter().zip(&b.levels);
    let differ = pairs.find(|(a, b)| (a.value - b.value).abs() > SAME * b.value.abs().max(1.0));
    differ.is_some_and(|(a, b)| a.value < b.value)
}

/// `values` with every line that runs at all opened in full, which costs more and is a plan, if none
/// of them runs less than its minimum.
fn opened(network: &Network, layout: &Layout, values: &[f64]) -> Option<Vec<f64>> {
    if values.is_empty() {
        return None;
    }
    let mut opened = values.to_vec();
    for (r, run) in network.runs.iter().enumerate() {
        let Some((open, line)) = layout.open[r].zip(run.line) else {
            continue;
        };
        let made = (0..run.starts.len()).map(|by| values[at(layout.make[r], by).index()]);
        let runs: f64 = made.sum();
        let runs_at_all = runs > DECIDED || values[open.index()] > 1.0 - DECIDED;
        if runs_at_all && runs < line.minimum_run * (1.0 - DECIDED) {
            return None;
        }
        opened[open.index()] = f64::from(u8::from(runs_at_all));
    }
    Some(opened)
}

/// What is known when branching is cut short: the best plan so far, if there is one, and no better
/// bounds than those of all lines undecided.
fn cut_branching(cut: Solved, best: Option<Solved>, bounds: Vec<f64>) -> Solved {
    let found = best.map(|best| best.among(&bounds));
    let found = found.unwrap_or_else(|| Solved {
        bounds,
        ..Solved::new()
    });
    Solved {
        status: cut.status,
        remarks: cut.remarks,
        basis: None,
        stages: Vec::new(),
        near: None,
        duals: None,
        ..found
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
        .push(format!("cut short while minimising {measure}"));
    let bound = if outcome.bound.is_finite() {
        outcome.bound.max(0.0)
    } else {
        0.0
    };
    if outcome.values.is_empty() {
        solved.bounds.push(bound);
    } else {
        let value = dot(costs, &outcome.values);
        solved.push(Level::new(measure, value, bound.min(value.max(0.0))));
        solved.values = outcome.values;
    }
    Ok(())
}

/// The optimum for `costs`, if it is where the solver stands, at `outcome` of other costs, with what
/// was held since.
pub(crate) fn still_best(
    solver: &mut Solver,
    costs: &[f64],
    outcome: Outcome,
) -> Result<Option<Outcome>, PlanError> {
    let Some(basis) = &outcome.basis else {
        return Ok(None);
    };
    let duals = solver.row_duals_of(costs)?;
    let reduced_costs = solver.program().reduced_costs(costs, &duals);
    let program = solver.program();
    let settled = |position: Position, (lower, upper): (f64, f64), price: f64| match position {
        _ if lower >= upper => true,
        Position::Basic => true,
        Position::Lower => price >= -HELD,
        Position::Upper => price <= HELD,
        Position::Zero => price.abs() <= HELD,
    };
    let mut columns = (0u32..).map(Column).zip(&reduced_costs);
    let mut rows = (0u32..).map(Row).zip(&duals);
    let best = columns.all(|(c, price)| settled(basis.column(c), program.bounds(c), *price))
        && rows.all(|(r, price)| settled(basis.row(r), program.row_bounds(r), *price));
    let value = dot(costs, &outcome.values);
    Ok(best.then_some(Outcome {
        objective: value,
        bound: value,
        reduced_costs,
        duals,
        ..outcome
    }))
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
/// stand elsewhere. One that speaks for a bound there is not is noise of the arithmetic.
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

/// Allows no run of lines that are shut and of which so much could be wanted that the row which keeps
/// them shut says little within the tolerance of the solver.
fn shut_large(network: &Network, layout: &Layout, solver: &mut Solver) -> Result<(), SolveError> {
    let lines = layout.open.iter().zip(&layout.wanted).enumerate();
    for (r, (open, _)) in lines.filter(|(_, (_, wanted))| wanted.is_some_and(|w| w > LARGE)) {
        if open.is_some_and(|open| solver.program().bounds(open) == (0.0, 0.0)) {
            for by in 0..network.runs[r].starts.len() {
                solver.set_column_bounds(at(layout.make[r], by), 0.0, 0.0)?;
            }
        }
    }
    Ok(())
}

/// More runs than this times the tolerance of the solver are no noise.
const LARGE: f64 = 1e6;

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

    /// Whether values keep to these bounds, but for noise, and to the entries of a program.
    fn keep(&self, program: &Program, values: &[f64]) -> bool {
        let within = |(value, (lower, upper)): (&f64, &(f64, f64))| {
            let noise = 1e-7 * value.abs().max(1.0);
            lower - noise <= *value && *value <= upper + noise
        };
        values.iter().zip(&self.columns).all(within)
            && program.activity(values).iter().zip(&self.rows).all(within)
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

#[cfg(test)]
mod tests {
    use super::{Level, Measure, Solved, held};

    #[test]
    fn bounds_hold_for_plans_as_good_in_the_stages_before() {
        let late = |priority| Measure::Late { priority };
        let mut plan = Solved::new();
        for (measure, value) in [(late(1), 4.0), (late(2), 9.0), (late(3), 7.0)] {
            plan.push(Level::new(measure, value, value));
        }
        let plan = plan.among(&[4.0, 6.0, 7.0, 3.0]);
        let bounds: Vec<f64> = plan.levels.iter().map(|l| l.bound).collect();
        // Nine are open where six would do: with nine, fewer of the third may be possible.
        assert_eq!(bounds, [4.0, 6.0, 0.0]);
        assert_eq!(plan.bounds, [4.0, 6.0, 0.0]);
        // What was not reached yet has the bound of its stage, if all before are as good.
        let mut first = Solved::new();
        first.push(Level::new(late(1), 4.0, 4.0));
        assert_eq!(first.among(&[4.0, 6.0, 7.0]).bounds, [4.0, 6.0]);
    }

    #[test]
    fn nothing_is_held_at_a_bound_that_it_does_not_have() {
        let free = (f64::NEG_INFINITY, f64::INFINITY);
        assert_eq!(held(0.5, (0.0, 3.0)), Some(0.0));
        assert_eq!(held(-0.5, (0.0, 3.0)), Some(3.0));
        assert_eq!(held(-0.5, (0.0, f64::INFINITY)), None);
        assert_eq!(held(0.5, (f64::NEG_INFINITY, 3.0)), None);
        assert_eq!((held(0.5, free), held(-0.5, free)), (None, None));
        assert_eq!(
            (held(1e-8, (0.0, 3.0)), held(1.0, (3.0, 3.0))),
            (None, None)
        );
    }
}
