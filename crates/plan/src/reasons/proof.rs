//! Planning again with one thing relaxed, in the parts of the program that the thing touches.
//!
//! Quickly: with the stages as one sum. As many stages of the plan it finds count as come before the
//! first that is worse than it was. Exactly: stage by stage. What no stage before the first one with
//! a price can change is held as those stages left it; from there on each stage is minimised and held
//! as in the plan itself.

use darsena_milp::{
    Basis, Column, Label, Method, Options as SolverOptions, Outcome, Part, Row, Solver, Status,
    Watch,
};

use super::Sight;
use super::thing::{Addition, Relax, Thing};
use crate::PlanError;
use crate::plan::{Cause, Measure};
use crate::solve::{Bounds, Clock, HELD, dot, held, hold_face, still_best};

/// Some parts of the program in a solver of their own.
pub(super) struct Prover<'a> {
    sight: Sight<'a>,
    part: &'a Part,
    solver: Solver,
    bounds: Bounds,
    stages: Vec<Cut>,
    /// The stages as one sum, a basis that is the best for it or nearly so, and the values of the last stage.
    sum: Vec<f64>,
    near: Basis,
    last: Vec<f64>,
    clock: &'a Clock,
}

/// A plan with a thing relaxed.
pub(super) struct Proved {
    /// Of the columns of the part.
    pub values: Vec<f64>,
    /// In how many stages it is sure to be no worse than the plan with nothing relaxed.
    pub stages: usize,
}

/// A stage, cut to the parts.
struct Cut {
    costs: Vec<f64>,
    basis: Basis,
    /// What every best plan of the stage has in common.
    columns: Vec<(Column, f64)>,
    rows: Vec<(Row, f64)>,
}

impl<'a> Prover<'a> {
    pub(super) fn new(
        sight: Sight<'a>,
        part: &'a Part,
        clock: &'a Clock,
    ) -> Result<Self, PlanError> {
        let program = part.program();
        let stages = sight.stages.iter().map(|stage| {
            let mut cut = Cut {
                costs: part.of_columns(&stage.costs),
                basis: part.basis(&stage.basis),
                columns: Vec::new(),
                rows: Vec::new(),
            };
            for (here, whole) in (0u32..).map(Column).zip(part.columns()) {
                let price = stage.reduced_costs[whole.index()];
                let bound = held(price, program.bounds(here));
                cut.columns.extend(bound.map(|bound| (here, bound)));
            }
            for (here, whole) in (0u32..).map(Row).zip(part.rows()) {
                let price = stage.duals[whole.index()];
                let bound = held(price, program.row_bounds(here));
                cut.rows.extend(bound.map(|bound| (here, bound)));
            }
            cut
        });
        let stages = stages.collect();
        let mut sum = vec![0.0; program.columns()];
        for stage in sight.stages {
            for (sum, cost) in sum.iter_mut().zip(part.of_columns(&stage.costs)) {
                *sum += stage.weight * cost;
            }
        }
        Ok(Prover {
            sum,
            near: part.basis(sight.near),
            last: part.of_columns(sight.last),
            sight,
            part,
            bounds: Bounds::of(program),
            solver: Solver::new(program.clone())?,
            stages,
            clock,
        })
    }

    /// A plan with `thing` relaxed, the best of the sum of stages or, `exactly` and where that leaves doubt,
    /// stage by stage; none if the time ran out.
    pub(super) fn plan_again(
        &mut self,
        thing: &Thing,
        exactly: bool,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Proved>, PlanError> {
        if !thing.by_stage {
            let values = self.with(thing, watch, Self::by_the_sum)?;
            let proved = values.map(|values| self.proved(thing, values));
            let settled = |proved: &Proved| proved.stages == self.stages.len();
            if !exactly || proved.as_ref().is_some_and(settled) {
                return Ok(proved);
            }
        }
        let values = self.best_with(thing, watch)?;
        Ok(values.map(|values| self.proved(thing, values)))
    }

    /// Values of the best plan with the limits of `thing` raised, stage by stage; none if the time ran out.
    ///
    /// What raises limits leaves the basis of the sum as good as it was, so the sum is soon at its optimum
    /// again, and most stages end there.
    pub(super) fn best_with_more(
        &mut self,
        thing: &Thing,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Vec<f64>>, PlanError> {
        self.with(thing, watch, |prover, thing, watch| {
            prover.solver.set_basis(&prover.near)?;
            let added = prover.relax(thing, 0)?;
            prover.solver.set_costs(&prover.sum)?;
            let outcome = prover.solver.solve(&prover.warm(thing.method()), watch)?;
            if outcome.status != Status::Optimal {
                return Ok(None);
            }
            prover.stages_from(thing, 0, &added, Some(outcome), watch)
        })
    }

    /// Values of the best plan with `thing` relaxed, stage by stage; none if the time ran out.
    fn best_with(
        &mut self,
        thing: &Thing,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Vec<f64>>, PlanError> {
        let from = |stage| {
            move |prover: &mut Self, thing: &Thing, watch: &mut Watch<'_>| {
                prover.stage_by_stage(thing, stage, watch)
            }
        };
        let mut values = self.with(thing, watch, from(thing.from))?;
        if thing.from > 0 && values.is_none() && !watch.stop.stopped() {
            // What is held may, by the last digits of the arithmetic, leave no plan.
            values = self.with(thing, watch, from(0))?;
        }
        Ok(values)
    }

    /// The part that is planned again.
    pub(super) fn part(&self) -> &'a Part {
        self.part
    }

    /// By how much `costs`, one for each column of the part, fall from the plan to `values`.
    pub(super) fn fall(&self, costs: &[f64], values: &[f64]) -> f64 {
        dot(costs, &self.last) - dot(costs, values)
    }

    /// Values that `way` finds, starting with nothing held, nothing relaxed and nothing learnt: what a solver
    /// did before could move it to another plan that is as good.
    fn with(
        &mut self,
        thing: &Thing,
        watch: &mut Watch<'_>,
        way: impl Fn(&mut Self, &Thing, &mut Watch<'_>) -> Result<Option<Vec<f64>>, PlanError>,
    ) -> Result<Option<Vec<f64>>, PlanError> {
        self.solver.clear();
        self.bounds.restore(&mut self.solver)?;
        let (columns, rows) = (self.last.len(), self.part.rows().len());
        let values = way(self, thing, watch);
        self.solver.truncate(columns, rows)?;
        let mut values = values?;
        if let Some(values) = &mut values {
            values.truncate(columns);
        }
        Ok(values)
    }

    fn proved(&self, thing: &Thing, values: Vec<f64>) -> Proved {
        let stages = self.no_worse(thing, &values);
        Proved { values, stages }
    }

    fn by_the_sum(
        &mut self,
        thing: &Thing,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Vec<f64>>, PlanError> {
        self.solver.set_basis(&self.near)?;
        let added = self.relax(thing, 0)?;
        let costs = self.sum_costs(thing, &added);
        self.solver.set_costs(&costs)?;
        let outcome = self.solver.solve(&self.warm(thing.method()), watch)?;
        Ok((outcome.status == Status::Optimal).then_some(outcome.values))
    }

    fn stage_by_stage(
        &mut self,
        thing: &Thing,
        from: usize,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Vec<f64>>, PlanError> {
        for stage in &self.stages[..from] {
            for &(column, bound) in &stage.columns {
                self.solver.set_column_bounds(column, bound, bound)?;
            }
            for &(row, bound) in &stage.rows {
                self.solver.set_row_bounds(row, bound, bound)?;
            }
        }
        self.solver.set_basis(&self.stages[from].basis)?;
        let added = self.relax(thing, from)?;
        self.stages_from(thing, from, &added, None, watch)
    }

    /// How many stages come before the first in which `values` are worse than the plan.
    fn no_worse(&self, thing: &Thing, values: &[f64]) -> usize {
        let worse = |stage: &usize| {
            let mut costs = self.costs(*stage, thing, &[]);
            if let Cause::Priority { party } = thing.cause {
                self.unmet(Some(party), |c| costs[c.index()] = 0.0);
            }
            let (planned, again) = (dot(&costs, &self.last), dot(&costs, values));
            again > planned + 1e-6 * planned.abs().max(1.0)
        };
        let stages = self.stages.len();
        (0..stages).find(worse).unwrap_or(stages)
    }

    /// Options of the next solve. HiGHS would keep the scaling factors of the first program it solved, with
    /// one thing relaxed, for all that come after it.
    fn warm(&self, method: Method) -> SolverOptions {
        let mut options = self.clock.warm(method);
        options
            .set
            .push(("simplex_scale_strategy".into(), "0".into()));
        options
    }

    /// Changes the program as `thing` says, with the stages before `from` held, and returns the costs of
    /// the new columns.
    fn relax(&mut self, thing: &Thing, from: usize) -> Result<Vec<f64>, PlanError> {
        let mut added = Vec::new();
        for relax in &thing.relax {
            match relax {
                Relax::Row(row, lower, upper) => {
                    if let Some(row) = self.part.row(*row) {
                        self.solver.set_row_bounds(row, *lower, *upper)?;
                    }
                }
                Relax::Column(column, lower, upper) => {
                    if let Some(column) = self.part.column(*column) {
                        self.solver.set_column_bounds(column, *lower, *upper)?;
                    }
                }
                Relax::Add(addition) if self.stays_out(addition, from) => {}
                Relax::Add(addition) => {
                    self.add(addition)?;
                    added.push(addition.cost);
                }
                Relax::Open(line) => {
                    if let Some(line) = self.part.column(*line) {
                        self.solver.set_column_bounds(line, 1.0, 1.0)?;
                    }
                }
                Relax::Wait(_) | Relax::LatenessOnly => {}
            }
        }
        Ok(added)
    }

    /// Whether a stage that does not change keeps a new column at nothing.
    fn stays_out(&self, addition: &Addition, from: usize) -> bool {
        let before = self.sight.stages[..from].iter();
        before
            .map(|stage| self.sight.gain(addition, stage))
            .any(|gain| gain < -HELD)
    }

    fn add(&mut self, addition: &Addition) -> Result<(), PlanError> {
        let label = Label::new("relaxed", &[]);
        let entries = addition.entries.iter();
        let entries: Vec<(Row, f64)> = entries
            .filter_map(|(row, value)| Some((self.part.row(*row)?, *value)))
            .collect();
        let column = self
            .solver
            .add_column(label, 0.0, 0.0, addition.most, &entries)?;
        let beside = addition.beside.and_then(|beside| self.part.column(beside));
        if let Some(beside) = beside.filter(|_| addition.most.is_finite()) {
            let both = [(beside, 1.0), (column, 1.0)];
            let most = addition.most;
            self.solver
                .add_row_over(label, f64::NEG_INFINITY, most, &both)?;
        }
        Ok(())
    }

    fn stages_from(
        &mut self,
        thing: &Thing,
        from: usize,
        added: &[f64],
        mut known: Option<Outcome>,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Vec<f64>>, PlanError> {
        let new =
            |relax: &Relax| matches!(relax, Relax::Add(_) | Relax::Wait(_) | Relax::LatenessOnly);
        let mut method = if thing.relax.iter().any(new) {
            Method::PrimalSimplex
        } else {
            Method::DualSimplex
        };
        if known.is_some() {
            method = Method::PrimalSimplex;
        }
        for k in from..self.stages.len() {
            let costs = self.costs(k, thing, added);
            self.solver.set_costs(&costs)?;
            // The last stage may have ended where this one does.
            let best = known
                .take()
                .map(|at| still_best(&mut self.solver, &costs, at));
            let outcome = match best.transpose()?.flatten() {
                Some(outcome) => outcome,
                None => self.solver.solve(&self.warm(method), watch)?,
            };
            if outcome.status != Status::Optimal {
                return Ok(None);
            }
            if k + 1 < self.stages.len() {
                hold_face(&mut self.solver, &outcome.reduced_costs, &outcome.duals)?;
            }
            known = Some(outcome);
            method = Method::PrimalSimplex;
            if thing
                .relax
                .iter()
                .any(|relax| matches!(relax, Relax::LatenessOnly))
            {
                break;
            }
        }
        Ok(known.map(|outcome| outcome.values))
    }

    /// Costs of a stage for all columns that are there with `thing` relaxed.
    fn costs(&self, stage: usize, thing: &Thing, added: &[f64]) -> Vec<f64> {
        let mut costs = self.stages[stage].costs.clone();
        self.adapt(thing, &mut costs);
        let of_cost = self.sight.stages[stage].measure == Measure::Cost;
        costs.extend(added.iter().map(|cost| if of_cost { *cost } else { 0.0 }));
        costs
    }

    /// Costs of the sum of all stages.
    fn sum_costs(&self, thing: &Thing, added: &[f64]) -> Vec<f64> {
        let mut costs = self.sum.clone();
        self.adapt(thing, &mut costs);
        let stages = self.sight.stages.iter();
        let of_cost = stages.filter(|stage| stage.measure == Measure::Cost);
        let of_cost: f64 = of_cost.map(|stage| stage.weight).sum();
        costs.extend(added.iter().map(|cost| of_cost * cost));
        costs
    }

    /// What `thing` makes of costs.
    fn adapt(&self, thing: &Thing, costs: &mut [f64]) {
        for relax in &thing.relax {
            match relax {
                Relax::Wait(party) => self.unmet(Some(*party), |c| costs[c.index()] = 0.0),
                Relax::LatenessOnly => {
                    costs.fill(0.0);
                    self.unmet(None, |c| costs[c.index()] = 1.0);
                }
                Relax::Open(line) => {
                    if let Some(line) = self.part.column(*line) {
                        costs[line.index()] = 0.0;
                    }
                }
                _ => {}
            }
        }
    }

    /// Visits the open units of the streams of a party, or of all, in the part.
    fn unmet(&self, party: Option<usize>, mut visit: impl FnMut(Column)) {
        let Sight {
            network, layout, ..
        } = self.sight;
        for (j, stream) in network.streams.iter().enumerate() {
            if party.is_none_or(|party| stream.party == party) {
                for t in stream.first..network.periods {
                    if let Some(column) = self.part.column(layout.unmet(network, j, t)) {
                        visit(column);
                    }
                }
            }
        }
    }
}
