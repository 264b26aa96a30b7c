//! Why a demand is late: typed reasons, each proved by relaxing exactly that thing and planning again.
//!
//! # Formula
//! Let the stages of the objective be written as one sum, the earlier the heavier, and let w_j(x)
//! be the open unit-periods of demand j in the plan that minimises this sum when thing x is relaxed
//! (capacity without limit, a lead time of nothing, a party that waits until all others are
//! served, ...). Then x is a reason for j if
//!
//! ```text
//! gain = min(w_j(plan), w_j(nothing relaxed)) - w_j(x) > 0
//! ```
//!
//! and the open unit-periods of all demands of j's priorities fall as well, so that j does not gain
//! only because another of its rank loses. A thing whose constraints have no dual, or whose new
//! columns no negative reduced cost, changes the sum not at all, because the same duals still
//! prove it: it needs no second plan. All others are planned again from the basis of the first.
//!
//! # Limits
//! Relaxations are large: a gain says how far a thing alone is in the way, not what a little more
//! of it is worth; that is its shadow price. Of two bottlenecks in a row neither may help alone,
//! and then the reason is that several things stand in the way together.

use std::collections::BTreeMap;

use darsena_milp::{
    Basis, Column, Label, Method, Options as SolverOptions, Outcome, Row, Solver, Status, Stop,
    Watch,
};
use darsena_scenario::{Objective, Scenario};

use crate::arcs::{Arc, Arcs};
use crate::formulate::{At, Layout, at, make_entries, most_started, row_at, ship_entries};
use crate::network::{Network, Spans, Stream, due_period};
use crate::plan::{Cause, Plan, Reason};
use crate::solve::Clock;
use crate::{Options, PlanError, Reasons};

/// Open unit-periods below this are noise of the arithmetic.
const NOTHING: f64 = 1e-4;

/// Programs with more rows than this get reasons only when all are asked for.
const AUTO_ROWS: usize = 15_000;

/// Things whose duals speak for less than this share of the strongest are tried only when all are.
const WEAK: f64 = 1e-6;

/// Solvers among which things are dealt, and so the most threads that help.
const HANDS: usize = 4;

/// A thing that may be relaxed, how strongly the duals speak for it, and what relaxing it does.
struct Candidate {
    cause: Cause,
    /// The only stream it can be a reason for, if there is one.
    only: Option<usize>,
    score: f64,
    relax: Vec<Relax>,
}

impl Candidate {
    /// Whether relaxing it may make the objective worse and still be a reason: the plan gives up
    /// what it likes better, or pays for a line that stands open.
    fn may_cost(&self) -> bool {
        matches!(
            self.cause,
            Cause::Priority { .. } | Cause::Cost | Cause::LineShut { .. }
        )
    }

    /// Sort of thing, for taking the strongest of each, and how many of it are tried.
    fn sort(&self) -> (usize, usize) {
        match self.cause {
            Cause::Capacity { .. } => (0, 6),
            Cause::Material { .. } => (1, 4),
            Cause::LeadTime { .. } => (2, 4),
            Cause::Transit { .. } => (3, 2),
            Cause::Lane { .. } => (4, 6),
            Cause::LaneDates { .. } => (5, 2),
            Cause::RecipeDates { .. } => (6, 2),
            Cause::LineShut { .. } => (7, 16),
            Cause::Priority { .. } => (8, 5),
            Cause::Floor { .. } => (9, 4),
            Cause::MadeIn => (10, 4),
            Cause::Cost => (11, 1),
            Cause::Law { .. } => (12, 16),
            Cause::Ceiling { .. } => (13, 6),
            Cause::Several => (14, 0),
        }
    }
}

enum Relax {
    Row(Row, f64, f64),
    Column(Column, f64, f64),
    Add(Addition),
    /// Costs of all columns.
    Costs(Vec<f64>),
}

/// A column that was not there.
struct Addition {
    entries: Vec<(Row, f64)>,
    cost: f64,
    /// The most of it, and of `beside` together with it.
    most: f64,
    /// The column that has the same limit.
    beside: Option<Column>,
}

/// Finds the reasons of late demands and writes them into `plan`. The solver stands at `home`, the
/// basis of the plan, with all lines fixed and nothing held; `sum` is the objective as one sum,
/// `of_cost` what the cost weighs in it.
#[allow(
    clippy::too_many_arguments,
    reason = "the parts of one plan in the making"
)]
pub(crate) fn reasons(
    scenario: &Scenario,
    arcs: &Arcs,
    network: &Network,
    layout: &Layout,
    solver: &mut Solver,
    options: &Options,
    plan: &mut Plan,
    values: &[f64],
    home: &Basis,
    (sum, of_cost): (&[f64], f64),
    clock: &Clock,
    stop: &Stop,
) -> Result<(), PlanError> {
    let late = plan
        .demands
        .iter()
        .filter(|d| d.late_unit_periods > NOTHING)
        .count();
    if late == 0 || options.reasons == Reasons::None {
        return Ok(());
    }
    if options.reasons == Reasons::Auto && solver.program().rows() > AUTO_ROWS {
        plan.remarks.push(format!(
            "the reasons of {late} late demands are left out: the program is large; `--reasons all` proves them"
        ));
        return Ok(());
    }
    let mut prover = Prover {
        scenario,
        arcs,
        network,
        layout,
        solver,
        values,
        clock,
        of_cost,
    };
    prover.solver.set_costs(sum)?;
    prover.solver.set_basis(home)?;
    let Some(base) = prover.minimum(Method::PrimalSimplex, &mut Watch::until(stop))? else {
        return Ok(());
    };
    let Some(start) = base.basis.clone() else {
        return Ok(());
    };
    let mut candidates = prover.candidates(&base, plan);
    candidates.sort_by(|a, b| {
        (a.sort().0, b.score, &a.cause, a.only)
            .partial_cmp(&(b.sort().0, a.score, &b.cause, b.only))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    if options.reasons == Reasons::Auto {
        let priced = candidates
            .iter()
            .filter(|c| !matches!(c.cause, Cause::Priority { .. } | Cause::Cost));
        let least = WEAK * priced.map(|c| c.score).fold(0.0, f64::max);
        candidates.retain(|c| {
            c.score >= least || matches!(c.cause, Cause::Priority { .. } | Cause::Cost)
        });
        let mut tried = [0; 15];
        candidates.retain(|c| {
            let (sort, most) = c.sort();
            tried[sort] += 1;
            tried[sort] <= most
        });
    }
    let program = solver.program().clone();
    let (candidates, start) = (&candidates, &start);
    // What a solver did before can move it to another plan that is as good. So things are dealt to
    // a fixed number of fresh solvers, and threads only take turns at these.
    let deal = |hand: usize| -> Result<Vec<(usize, Profiles)>, PlanError> {
        let mut solver = Solver::new(program.clone())?;
        let mut prover = Prover {
            scenario,
            arcs,
            network,
            layout,
            solver: &mut solver,
            values,
            clock,
            of_cost,
        };
        let mut found = Vec::new();
        for (n, candidate) in candidates.iter().enumerate().skip(hand).step_by(HANDS) {
            if stop.stopped() {
                break;
            }
            prover.solver.set_basis(start)?;
            let outcome = prover.relaxed(&candidate.relax, sum, &mut Watch::until(stop))?;
            let better = outcome.filter(|o| {
                candidate.may_cost()
                    || o.objective < base.objective - 1e-7 * base.objective.abs().max(1.0)
            });
            found.push((
                n,
                better
                    .map(|o| prover.profiles(&o.values))
                    .unwrap_or_default(),
            ));
        }
        Ok(found)
    };
    let threads = options.threads.clamp(1, HANDS);
    let turns = |first: usize| {
        (first..HANDS)
            .step_by(threads)
            .map(&deal)
            .collect::<Result<Vec<_>, _>>()
    };
    let found = std::thread::scope(|scope| {
        let turns = &turns;
        let others: Vec<_> = (1..threads)
            .map(|n| scope.spawn(move || turns(n)))
            .collect();
        let mut found = turns(0)?;
        for other in others {
            found.extend(
                other
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?,
            );
        }
        Ok::<_, PlanError>(found)
    })?;
    let mut found: Vec<(usize, Profiles)> = found.into_iter().flatten().collect();
    if found.len() < candidates.len() {
        plan.remarks
            .push("stopped before all reasons were found".into());
    }
    found.sort_by_key(|(n, _)| *n);
    let prover = Prover {
        scenario,
        arcs,
        network,
        layout,
        solver,
        values,
        clock,
        of_cost,
    };
    let (planned, replanned) = (prover.profiles(values), prover.profiles(&base.values));
    for (n, profiles) in &found {
        attach(
            scenario,
            network,
            &candidates[*n],
            [&planned, &replanned, profiles],
            plan,
        );
    }
    finish(plan);
    Ok(())
}

/// Open units per period of each stream's range.
type Profiles = Vec<Vec<f64>>;

struct Prover<'a> {
    scenario: &'a Scenario,
    arcs: &'a Arcs,
    network: &'a Network,
    layout: &'a Layout,
    solver: &'a mut Solver,
    values: &'a [f64],
    clock: &'a Clock,
    /// What a unit of cost weighs in the sum.
    of_cost: f64,
}

impl Prover<'_> {
    fn profiles(&self, values: &[f64]) -> Profiles {
        let open = |j: usize, t: usize| values[self.layout.unmet(self.network, j, t).0 as usize];
        let of = |(j, stream): (usize, &Stream)| {
            (stream.first..self.network.periods)
                .map(|t| open(j, t))
                .collect()
        };
        self.network.streams.iter().enumerate().map(of).collect()
    }

    fn minimum(
        &mut self,
        method: Method,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Outcome>, PlanError> {
        let options = SolverOptions {
            method,
            presolve: false,
            ..self.clock.left()
        };
        let outcome = self.solver.solve(&options, watch)?;
        Ok((outcome.status == Status::Optimal).then_some(outcome))
    }

    /// Solves with `relax` applied and takes it back.
    fn relaxed(
        &mut self,
        relax: &[Relax],
        sum: &[f64],
        watch: &mut Watch<'_>,
    ) -> Result<Option<Outcome>, PlanError> {
        let (columns, rows) = (
            self.solver.program().columns(),
            self.solver.program().rows(),
        );
        let mut undo = Vec::new();
        let mut method = Method::DualSimplex;
        for change in relax {
            match change {
                Relax::Row(row, lower, upper) => {
                    let (a, b) = self.solver.program().row_bounds(*row);
                    undo.push(Relax::Row(*row, a, b));
                    self.solver.set_row_bounds(*row, *lower, *upper)?;
                }
                Relax::Column(column, lower, upper) => {
                    let (a, b) = self.solver.program().bounds(*column);
                    undo.push(Relax::Column(*column, a, b));
                    self.solver.set_column_bounds(*column, *lower, *upper)?;
                }
                Relax::Add(Addition {
                    entries,
                    cost,
                    most,
                    beside,
                }) => {
                    method = Method::PrimalSimplex;
                    let label = Label {
                        family: "relaxed",
                        index: [u32::MAX; 3],
                    };
                    let column = self.solver.add_column(label, *cost, 0.0, *most, entries)?;
                    if let Some(beside) = beside.filter(|_| most.is_finite()) {
                        let both = [(beside, 1.0), (column, 1.0)];
                        self.solver
                            .add_row_over(label, f64::NEG_INFINITY, *most, &both)?;
                    }
                }
                Relax::Costs(costs) => {
                    method = Method::PrimalSimplex;
                    self.solver.set_costs(costs)?;
                    undo.push(Relax::Costs(sum.to_vec()));
                }
            }
        }
        let outcome = self.minimum(method, watch)?;
        self.solver.truncate(columns, rows)?;
        for change in undo {
            match change {
                Relax::Row(row, lower, upper) => self.solver.set_row_bounds(row, lower, upper)?,
                Relax::Column(column, lower, upper) => {
                    self.solver.set_column_bounds(column, lower, upper)?
                }
                Relax::Costs(costs) => self.solver.set_costs(&costs)?,
                Relax::Add(_) => {}
            }
        }
        Ok(outcome)
    }

    /// More than any plan could use of anything.
    fn plenty(&self) -> f64 {
        let wanted: f64 = self.network.streams.iter().flat_map(|s| &s.due).sum();
        let floors: f64 = self.network.floors.iter().map(|f| f.quantity).sum();
        let runs = self.network.runs.iter();
        let most = runs.flat_map(|r| {
            r.inputs
                .iter()
                .map(|i| i.1)
                .chain(r.usages.iter().map(|u| u.1))
        });
        (wanted + floors + 1.0) * most.fold(1.0, f64::max)
    }

    /// Everything that the duals of `base` do not rule out.
    fn candidates(&self, base: &Outcome, plan: &Plan) -> Vec<Candidate> {
        let mut all = Vec::new();
        let plenty = self.plenty();
        self.capacities(base, plenty, &mut all);
        self.lanes(base, plenty, &mut all);
        self.materials(base, plenty, &mut all);
        self.times(base, &mut all);
        self.shut_lines(base, &mut all);
        self.floors(base, &mut all);
        self.parties(plan, &mut all);
        self.refused(base, &mut all);
        self.held_by_law(base, &mut all);
        self.ceilings(base, plenty, &mut all);
        if plan.objective == Objective::Weighted {
            let mut costs = vec![0.0; self.solver.program().columns()];
            for (j, stream) in self.network.streams.iter().enumerate() {
                for t in stream.first..self.network.periods {
                    costs[self.layout.unmet(self.network, j, t).0 as usize] = 1.0;
                }
            }
            all.push(Candidate {
                cause: Cause::Cost,
                only: None,
                score: 1.0,
                relax: vec![Relax::Costs(costs)],
            });
        }
        all
    }

    /// Arcs that would open sooner without an obstacle of the law.
    fn held_by_law(&self, base: &Outcome, all: &mut Vec<Candidate>) {
        let horizon = self.scenario.head().horizon();
        let periods = self.network.periods;
        for (n, obstacle) in self.arcs.obstacles.iter().enumerate() {
            let mut columns: BTreeMap<(u8, usize, usize, usize), Addition> = BTreeMap::new();
            for (arc, opening) in &obstacle.lifts {
                let lifted = Spans::of(&horizon, opening);
                match arc {
                    Arc::Make(r) => {
                        let runs = self.network.runs.iter().enumerate();
                        for (r, run) in runs.filter(|(_, run)| run.recipe == *r) {
                            let recipe = &self.scenario.recipes()[run.recipe];
                            let window = horizon.span(recipe.from, recipe.until);
                            let end = periods.saturating_sub(run.lead);
                            let opens = |t: &usize| lifted.contains(*t) && !run.open.contains(*t);
                            for t in (0..end).filter(opens).filter(|t| window.contains(t)) {
                                columns.insert((0, r, 0, t), self.run(r, t, run.lead));
                            }
                        }
                    }
                    Arc::Ship(lane, item, state) => {
                        for (m, arc) in self.network.moves.iter().enumerate() {
                            if arc.lane != *lane || !self.is_of(arc.kind, *item, state) {
                                continue;
                            }
                            let lane = &self.scenario.lanes()[arc.lane];
                            let window = horizon.span(lane.from, lane.until);
                            let end = periods.saturating_sub(arc.transit);
                            let opens = |t: &usize| lifted.contains(*t) && !arc.open.contains(*t);
                            for t in (0..end).filter(opens).filter(|t| window.contains(t)) {
                                columns.insert((1, m, 0, t), self.shipment(m, t, arc.transit));
                            }
                        }
                    }
                    Arc::Deliver(demand, item, state) => {
                        for (j, stream) in self.network.streams.iter().enumerate() {
                            if !stream.demands.contains(demand) {
                                continue;
                            }
                            let places = stream.nodes.iter().zip(&stream.open).enumerate();
                            for (k, (&node, open)) in places {
                                if !self.is_of(self.network.nodes[node].kind, *item, state) {
                                    continue;
                                }
                                let opens = |t: &usize| lifted.contains(*t) && !open.contains(*t);
                                for t in (stream.first..stream.until).filter(opens) {
                                    columns.insert((2, j, k, t), self.handover(j, node, t));
                                }
                            }
                        }
                    }
                }
            }
            let cause = Cause::Law { obstacle: n };
            self.added(cause, None, columns.into_values().collect(), base, all);
        }
    }

    /// Whether a kind holds units of an item made in a state.
    fn is_of(&self, kind: usize, item: usize, state: &str) -> bool {
        let kind = &self.network.kinds[kind];
        kind.item == item && kind.states.iter().any(|s| s == state)
    }

    fn ceilings(&self, base: &Outcome, plenty: f64, all: &mut Vec<Candidate>) {
        for ceiling in 0..self.network.ceilings.len() {
            let row = row_at(self.layout.ceiling, ceiling);
            let score = (-base.duals[row.index()]).max(0.0);
            if score > 1e-9 {
                let (lower, upper) = self.solver.program().row_bounds(row);
                // A ceiling may count money.
                let counts = self.arcs.ceilings[ceiling].counts.values();
                let most = plenty * counts.copied().fold(1.0, f64::max);
                all.push(Candidate {
                    cause: Cause::Ceiling { ceiling },
                    only: None,
                    score,
                    relax: vec![Relax::Row(row, lower, upper + most)],
                });
            }
        }
    }

    /// Units of other make than a stream accepts.
    fn refused(&self, base: &Outcome, all: &mut Vec<Candidate>) {
        for (j, stream) in self.network.streams.iter().enumerate() {
            let columns = stream.refused.iter().flat_map(|&node| {
                stream
                    .serves
                    .clone()
                    .map(move |t| self.handover(j, node, t))
            });
            self.added(Cause::MadeIn, Some(j), columns.collect(), base, all);
        }
    }

    /// Parties that receive what others wait for: their demands weigh nothing.
    fn parties(&self, plan: &Plan, all: &mut Vec<Candidate>) {
        let item = |d: usize| &self.scenario.demands()[d].item;
        let waited: std::collections::BTreeSet<_> = plan
            .demands
            .iter()
            .filter(|d| d.late_unit_periods > NOTHING)
            .map(|d| item(d.demand))
            .collect();
        let mut units: std::collections::BTreeMap<usize, f64> = std::collections::BTreeMap::new();
        for stream in &self.network.streams {
            for &d in stream.demands.iter().filter(|&&d| waited.contains(item(d))) {
                *units.entry(stream.party).or_default() += plan.demands[d].delivered;
            }
        }
        for (party, units) in units.into_iter().filter(|(_, units)| *units > 0.0) {
            let mut costs = self.solver.program().costs().to_vec();
            for (j, _) in self
                .network
                .streams
                .iter()
                .enumerate()
                .filter(|(_, s)| s.party == party)
            {
                for t in self.network.streams[j].first..self.network.periods {
                    costs[self.layout.unmet(self.network, j, t).0 as usize] = 0.0;
                }
            }
            let cause = Cause::Priority { party };
            all.push(Candidate {
                cause,
                only: None,
                score: units,
                relax: vec![Relax::Costs(costs)],
            });
        }
    }

    fn capacities(&self, base: &Outcome, plenty: f64, all: &mut Vec<Candidate>) {
        for q in 0..self.network.capacity.len() {
            let (mut score, mut relax) = (0.0_f64, Vec::new());
            for t in 0..self.network.periods {
                match self.layout.capacity(self.network, q, t) {
                    At::Row(row) => {
                        let lines = self.layout.line_limits(self.network, q, t);
                        let open = lines.filter(|(open, _, _)| self.values[open.index()] > 0.5);
                        for row in [row].into_iter().chain(open.map(|(_, row, _)| row)) {
                            score += (-base.duals[row.index()]).max(0.0);
                            let (lower, upper) = self.solver.program().row_bounds(row);
                            relax.push(Relax::Row(row, lower, upper + plenty));
                        }
                    }
                    At::Upper(column, _) => {
                        score += (-base.reduced_costs[column.0 as usize]).max(0.0);
                        let (lower, upper) = self.solver.program().bounds(column);
                        relax.push(Relax::Column(column, lower, upper + plenty));
                    }
                    At::Nowhere => {}
                }
            }
            if score > 1e-9 {
                all.push(Candidate {
                    cause: Cause::Capacity { resource: q },
                    only: None,
                    score,
                    relax,
                });
            }
        }
    }

    fn lanes(&self, base: &Outcome, plenty: f64, all: &mut Vec<Candidate>) {
        for (l, moves) in self.network.moves_of_lane() {
            let (mut score, mut relax) = (0.0, Vec::new());
            for row in (0..self.network.periods).filter_map(|t| self.layout.lane(l, t)) {
                score += (-base.duals[row.index()]).max(0.0);
                let (lower, upper) = self.solver.program().row_bounds(row);
                relax.push(Relax::Row(row, lower, upper + plenty));
            }
            for m in moves {
                let arc = &self.network.moves[m];
                for t in arc.departs.clone() {
                    let column = at(self.layout.ship[m], t - arc.departs.start);
                    let (lower, upper) = self.solver.program().bounds(column);
                    if upper.is_finite() {
                        score += (-base.reduced_costs[column.0 as usize]).max(0.0);
                        relax.push(Relax::Column(column, lower, upper + plenty));
                    }
                }
            }
            if score > 1e-9 {
                all.push(Candidate {
                    cause: Cause::Lane { lane: l },
                    only: None,
                    score,
                    relax,
                });
            }
        }
    }

    /// Items nobody makes: more of them from the first day, wherever any come from outside.
    fn materials(&self, base: &Outcome, plenty: f64, all: &mut Vec<Candidate>) {
        let mut made = vec![false; self.scenario.items().len()];
        for run in &self.network.runs {
            made[self.network.kinds[self.network.nodes[run.output].kind].item] = true;
        }
        let supplied: std::collections::BTreeSet<usize> =
            self.network.supply.iter().map(|s| s.0).collect();
        let mut by_item: std::collections::BTreeMap<usize, Candidate> =
            std::collections::BTreeMap::new();
        for &n in &supplied {
            let node = &self.network.nodes[n];
            let item = self.network.kinds[node.kind].item;
            let row = self.layout.balance(n, 0);
            let fall = (0..self.network.periods)
                .map(|t| base.duals[self.layout.balance(n, t).0 as usize])
                .fold(0.0, f64::max);
            if made[item] || fall <= 1e-9 {
                continue;
            }
            let (lower, upper) = self.solver.program().row_bounds(row);
            let candidate = by_item.entry(item).or_insert_with(|| Candidate {
                cause: Cause::Material { item },
                only: None,
                score: 0.0,
                relax: Vec::new(),
            });
            candidate.score = candidate.score.max(fall);
            candidate
                .relax
                .push(Relax::Row(row, lower - plenty, upper - plenty));
        }
        all.extend(by_item.into_values());
    }

    /// A run started in `t` that takes `lead` periods, as a new column.
    fn run(&self, r: usize, t: usize, lead: usize) -> Addition {
        let run = &self.network.runs[r];
        let mut entries = Vec::new();
        make_entries(&mut entries, self.network, self.layout, r, t, lead);
        // A line that is open: no row holds it outside its dates, and all its runs count.
        if let Some((first, minimum)) = self.layout.line[r] {
            let by = t
                .checked_sub(run.starts.start)
                .filter(|_| run.starts.contains(&t));
            entries.extend(by.map(|by| (row_at(first, by), 1.0)));
            entries.push((minimum, 1.0));
        }
        Addition {
            entries,
            cost: self.of_cost * run.cost,
            most: most_started(self.network, self.layout, r, t),
            beside: run
                .starts
                .contains(&t)
                .then(|| self.layout.make(r, &run.starts, t)),
        }
    }

    /// A shipment that leaves in `t` and takes `transit` periods, as a new column.
    fn shipment(&self, m: usize, t: usize, transit: usize) -> Addition {
        let arc = &self.network.moves[m];
        let mut entries = Vec::new();
        ship_entries(&mut entries, self.network, self.layout, m, t, transit);
        // A lane with several kinds has a row for its limit, which the new column is in too.
        let shared = self.layout.lane(arc.lane, t).is_some();
        Addition {
            entries,
            cost: self.of_cost * arc.cost,
            most: self.network.lane_limit[arc.lane][t],
            beside: (!shared && arc.departs.contains(&t))
                .then(|| at(self.layout.ship[m], t - arc.departs.start)),
        }
    }

    /// Units handed over in `t` from `node` to stream `j`, as a new column.
    fn handover(&self, j: usize, node: usize, t: usize) -> Addition {
        Addition {
            entries: vec![
                (self.layout.balance(node, t), -1.0),
                (self.layout.demand(self.network, j, t), 1.0),
            ],
            cost: 0.0,
            most: f64::INFINITY,
            beside: None,
        }
    }

    /// Runs and lanes that take no time, or that may be used outside their dates.
    fn times(&self, base: &Outcome, all: &mut Vec<Candidate>) {
        let periods = self.network.periods;
        let horizon = self.scenario.head().horizon();
        for (r, run) in self.network.runs.iter().enumerate() {
            let shut = |open: Column| self.values[open.index()] < 0.5;
            if self.layout.open[r].is_some_and(shut) {
                continue;
            }
            let recipe = &self.scenario.recipes()[run.recipe];
            let window = horizon.span(recipe.from, recipe.until);
            let column = |t, lead| self.run(r, t, lead);
            if run.lead > 0 {
                let instant = window
                    .clone()
                    .filter(|&t| run.open.contains(t))
                    .map(|t| column(t, 0));
                let cause = Cause::LeadTime { recipe: run.recipe };
                self.added(cause, None, instant.collect(), base, all);
            }
            let outside = (0..periods.saturating_sub(run.lead))
                .filter(|t| run.open.contains(*t) && !window.contains(t));
            let outside = outside.map(|t| column(t, run.lead)).collect();
            self.added(
                Cause::RecipeDates { recipe: run.recipe },
                None,
                outside,
                base,
                all,
            );
        }
        for (m, arc) in self.network.moves.iter().enumerate() {
            let lane = &self.scenario.lanes()[arc.lane];
            let window = horizon.span(lane.from, lane.until);
            let column = |t, transit| self.shipment(m, t, transit);
            if arc.transit > 0 {
                let instant = window
                    .clone()
                    .filter(|&t| arc.open.contains(t))
                    .map(|t| column(t, 0));
                self.added(
                    Cause::Transit { lane: arc.lane },
                    None,
                    instant.collect(),
                    base,
                    all,
                );
            }
            let outside = (0..periods.saturating_sub(arc.transit))
                .filter(|t| arc.open.contains(*t) && !window.contains(t));
            let outside = outside.map(|t| column(t, arc.transit)).collect();
            self.added(
                Cause::LaneDates { lane: arc.lane },
                None,
                outside,
                base,
                all,
            );
        }
    }

    /// New columns as a candidate, if any has a negative reduced cost, the dual of the limit it
    /// shares counted. Columns of the same cause (several kinds over one lane) become one candidate.
    fn added(
        &self,
        cause: Cause,
        only: Option<usize>,
        columns: Vec<Addition>,
        base: &Outcome,
        all: &mut Vec<Candidate>,
    ) {
        let gain = |column: &Addition| -> f64 {
            let entries = column.entries.iter();
            let worth: f64 = entries
                .map(|&(row, a)| a * base.duals[row.0 as usize])
                .sum();
            let shared = column
                .beside
                .map_or(0.0, |c| base.reduced_costs[c.0 as usize].min(0.0));
            worth - column.cost + shared
        };
        let useful = |column: &&Addition| column.most > 0.0;
        let gains = columns.iter().filter(useful).map(gain);
        let score = gains.filter(|g| *g > 1e-7).sum::<f64>();
        if score > 0.0 {
            let relax = columns.into_iter().filter(|c| c.most > 0.0).map(Relax::Add);
            match all.iter_mut().find(|c| c.cause == cause && c.only == only) {
                Some(same) => {
                    same.score += score;
                    same.relax.extend(relax);
                }
                None => all.push(Candidate {
                    cause,
                    only,
                    score,
                    relax: relax.collect(),
                }),
            }
        }
    }

    fn shut_lines(&self, base: &Outcome, all: &mut Vec<Candidate>) {
        for (r, run) in self.network.runs.iter().enumerate() {
            let Some(open) = self.layout.open[r] else {
                continue;
            };
            if self.values[open.0 as usize] < 0.5 {
                let score = (-base.reduced_costs[open.0 as usize]).max(0.0);
                if score > 1e-9 {
                    // As if it stood open anyway: no minimum run, and its fixed cost is spent.
                    let mut relax = vec![Relax::Column(open, 1.0, 1.0)];
                    relax.extend(
                        self.layout.line[r].map(|(_, minimum)| {
                            Relax::Row(minimum, f64::NEG_INFINITY, f64::INFINITY)
                        }),
                    );
                    all.push(Candidate {
                        cause: Cause::LineShut { recipe: run.recipe },
                        only: None,
                        score,
                        relax,
                    });
                }
            }
        }
    }

    fn floors(&self, base: &Outcome, all: &mut Vec<Candidate>) {
        for (f, floor) in self.network.floors.iter().enumerate() {
            let (mut score, mut relax) = (0.0, Vec::new());
            for t in 0..self.network.periods {
                let row = Row(self.layout.floor[f].0 + u32::try_from(t).expect("few periods"));
                score += base.duals[row.0 as usize].max(0.0);
                relax.push(Relax::Row(row, 0.0, f64::INFINITY));
            }
            if score > 1e-9 {
                all.push(Candidate {
                    cause: Cause::Floor {
                        site: floor.site,
                        item: floor.item,
                    },
                    only: None,
                    score,
                    relax,
                });
            }
        }
    }
}

/// Writes a thing as a reason to the demands it holds up: with `profiles` of open units in the plan,
/// in the plan made again, and in that with the thing relaxed.
fn attach(
    scenario: &Scenario,
    network: &Network,
    thing: &Candidate,
    profiles: [&Profiles; 3],
    plan: &mut Plan,
) {
    let [planned, again, relaxed] = profiles;
    if relaxed.is_empty() {
        return;
    }
    // Open unit-periods by course of priorities: what the objective settles whatever plan it picks.
    let left_out = |stream: &Stream| {
        thing.cause
            == (Cause::Priority {
                party: stream.party,
            })
    };
    let mut ranks: std::collections::BTreeMap<&[u32], f64> = std::collections::BTreeMap::new();
    for (j, stream) in network
        .streams
        .iter()
        .enumerate()
        .filter(|(_, s)| !left_out(s))
    {
        let gain = again[j].iter().sum::<f64>() - relaxed[j].iter().sum::<f64>();
        *ranks.entry(&stream.priority).or_default() += gain;
    }
    for (j, stream) in network.streams.iter().enumerate() {
        if left_out(stream)
            || thing.only.is_some_and(|only| only != j)
            || ranks[&stream.priority[..]] <= NOTHING
        {
            continue;
        }
        let fare = |profile: &Profiles| lateness(scenario, stream, &profile[j]);
        let (planned, again, relaxed) = (fare(planned), fare(again), fare(relaxed));
        for (n, &demand) in stream.demands.iter().enumerate() {
            let gain = planned[n].0.min(again[n].0) - relaxed[n].0;
            if gain > NOTHING && plan.demands[demand].late_unit_periods > NOTHING {
                plan.demands[demand].reasons.push(Reason {
                    cause: thing.cause.clone(),
                    gain_unit_periods: gain,
                    gain_units: (planned[n].1.min(again[n].1) - relaxed[n].1).max(0.0),
                });
            }
        }
    }
}

/// Sorts the reasons of every demand and says of late ones without any that no single thing helps.
fn finish(plan: &mut Plan) {
    for answer in plan
        .demands
        .iter_mut()
        .filter(|d| d.late_unit_periods > NOTHING)
    {
        if answer.reasons.is_empty() {
            answer.reasons.push(Reason {
                cause: Cause::Several,
                gain_unit_periods: 0.0,
                gain_units: 0.0,
            });
        }
        let key = |gain: f64| (gain * 1e6).round();
        answer.reasons.sort_by(|a, b| {
            key(b.gain_unit_periods)
                .total_cmp(&key(a.gain_unit_periods))
                .then(a.cause.cmp(&b.cause))
        });
    }
}

/// Open unit-periods and units open at the end of each demand of `stream`, when `open` units of
/// the stream are open per period of its range and the first due is served first.
fn lateness(scenario: &Scenario, stream: &Stream, open: &[f64]) -> Vec<(f64, f64)> {
    let horizon = scenario.head().horizon();
    let mut due_so_far = 0.0;
    let mut given = Vec::new();
    for (by, open) in open.iter().enumerate() {
        due_so_far += stream.due[stream.first + by];
        given.push((due_so_far - open).max(0.0));
    }
    let mut before = 0.0;
    stream
        .demands
        .iter()
        .map(|&d| {
            let demand = &scenario.demands()[d];
            let due = due_period(&horizon, demand.due);
            let still = |given: f64| demand.quantity - (given - before).clamp(0.0, demand.quantity);
            let late = given[due - stream.first..].iter().map(|&g| still(g)).sum();
            let end = given.last().map_or(demand.quantity, |&g| still(g));
            before += demand.quantity;
            (late, end)
        })
        .collect()
}
