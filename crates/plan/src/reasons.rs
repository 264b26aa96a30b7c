//! Why a demand is late: typed reasons, each proved by relaxing exactly that thing and solving again.
//!
//! # Formula
//! For one stream j of demands let
//!
//! ```text
//! w(relaxed) = min sum_t unmet[j,t]   over all plans in which nobody else has more open units in
//!                                     any period, and no floor misses more, than in the plan
//! gain       = w(nothing relaxed) - w(one thing relaxed)
//! ```
//!
//! A thing whose constraints have no dual, or whose new columns no negative reduced cost, at an
//! optimum of w(nothing) gains nothing, because the same duals still prove the bound: it needs no
//! second solve. All others are solved again, from the basis of the first. A gain is reported for
//! the demands of the stream that it reaches, first due first.
//!
//! # Limits
//! Reasons are about this plan: of two bottlenecks in a row neither may help alone, and then the
//! reason is that several things stand in the way together.

use darsena_milp::{Basis, Column, Label, Method, Options as SolverOptions, Outcome, Row, Solver, Status, Watch};
use darsena_scenario::Scenario;

use crate::formulate::{Layout, at, make_entries, ship_entries};
use crate::network::{Network, Stream, due_period};
use crate::plan::{Cause, Plan, Reason};
use crate::{Options, PlanError, Reasons};

/// Open unit-periods below this are noise of the arithmetic.
const NOTHING: f64 = 1e-5;

/// Things tried for one stream, strongest dual first. What is cut off here is weak.
const TRIED: usize = 12;

/// A thing that may be relaxed, how strongly the duals speak for it, and what relaxing it does.
struct Candidate {
    cause: Cause,
    score: f64,
    relax: Vec<Relax>,
}

enum Relax {
    Row(Row, f64, f64),
    Column(Column, f64, f64),
    Add(Vec<(Row, f64)>),
}

/// Finds the reasons of late demands and writes them into `plan`. The solver stands at the basis
/// of the plan, with all lines fixed.
pub(crate) fn reasons(
    scenario: &Scenario,
    network: &Network,
    layout: &Layout,
    solver: &mut Solver,
    options: &Options,
    plan: &mut Plan,
    values: &[f64],
    home: &Basis,
    watch: &mut Watch<'_>,
) -> Result<(), PlanError> {
    let late_of = |stream: &Stream| -> f64 {
        stream.demands.iter().map(|&d| plan.demands[d].late_unit_periods).sum()
    };
    let mut late: Vec<usize> =
        (0..network.streams.len()).filter(|&j| late_of(&network.streams[j]) > NOTHING).collect();
    late.sort_by(|&a, &b| late_of(&network.streams[b]).total_cmp(&late_of(&network.streams[a])).then(a.cmp(&b)));
    let most = match options.reasons {
        Reasons::None => 0,
        Reasons::Most(n) => n,
        Reasons::All => usize::MAX,
        // About as many solves as take a second or so on programs of usual shape.
        Reasons::Auto => 2_000_000 / solver.program().rows().max(1),
    };
    if late.len() > most {
        if options.reasons == Reasons::Auto {
            plan.remarks.push(format!(
                "reasons are given for the {most} groups of demands that are late most, of {}; ask for more with `--reasons all`",
                late.len()
            ));
        }
        late.truncate(most);
    }
    let mut prover = Prover { scenario, network, layout, solver, values, solver_options: options.solver.clone() };
    prover.solver_options.presolve = false;
    for j in late {
        if watch.stop.stopped() {
            plan.remarks.push("stopped before all reasons were found".into());
            break;
        }
        prover.solver.set_basis(home)?;
        let found = prover.stream(j, watch)?;
        attach(scenario, network, j, found, plan);
    }
    Ok(())
}

/// Open units of the stream per period of its range, with a thing relaxed.
struct Found {
    cause: Cause,
    open: Vec<f64>,
}

struct Prover<'a> {
    scenario: &'a Scenario,
    network: &'a Network,
    layout: &'a Layout,
    solver: &'a mut Solver,
    values: &'a [f64],
    solver_options: SolverOptions,
}

impl Prover<'_> {
    /// Profiles of open units of stream `j`: as planned, without regard to cost, and with each
    /// thing relaxed that helps.
    fn stream(&mut self, j: usize, watch: &mut Watch<'_>) -> Result<(Vec<f64>, Vec<Found>), PlanError> {
        let network = self.network;
        let own: Vec<Column> =
            (network.streams[j].first..network.periods).map(|t| self.layout.unmet(network, j, t)).collect();
        let mut costs = vec![0.0; self.solver.program().columns()];
        for column in &own {
            costs[column.0 as usize] = 1.0;
        }
        self.solver.set_costs(&costs)?;
        let others = self.nobody_worse(j)?;
        let planned: Vec<f64> = own.iter().map(|c| self.values[c.0 as usize]).collect();
        let base = self.minimum(Method::PrimalSimplex, watch)?;
        let mut found = Vec::new();
        if let Some(base) = base {
            let open: Vec<f64> = own.iter().map(|c| base.values[c.0 as usize]).collect();
            let least: f64 = open.iter().sum();
            if least < planned.iter().sum::<f64>() - NOTHING {
                found.push(Found { cause: Cause::Cost, open });
            }
            if let Some(home) = base.basis.clone() {
                let mut candidates = self.candidates(j, &base);
                candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.cause.cmp(&b.cause)));
                candidates.truncate(TRIED);
                for candidate in candidates {
                    self.solver.set_basis(&home)?;
                    if let Some(outcome) = self.relaxed(&candidate.relax, watch)?
                        && outcome.objective < least - NOTHING
                    {
                        let open = own.iter().map(|c| outcome.values[c.0 as usize]).collect();
                        found.push(Found { cause: candidate.cause, open });
                    }
                }
            }
        }
        for (column, lower, upper) in others {
            self.solver.set_column_bounds(column, lower, upper)?;
        }
        Ok((planned, found))
    }

    /// Bounds everybody else's open units and missing floors by the plan; returns what to restore.
    fn nobody_worse(&mut self, j: usize) -> Result<Vec<(Column, f64, f64)>, PlanError> {
        let network = self.network;
        let mut columns = Vec::new();
        for (k, stream) in network.streams.iter().enumerate().filter(|(k, _)| *k != j) {
            columns.extend((stream.first..network.periods).map(|t| self.layout.unmet(network, k, t)));
        }
        for &first in &self.layout.shortfall {
            columns.extend((0..network.periods).map(|t| at(first, t)));
        }
        columns
            .into_iter()
            .map(|column| {
                let (lower, upper) = self.solver.program().bounds(column);
                self.solver.set_column_bounds(column, lower, self.values[column.0 as usize].max(lower))?;
                Ok((column, lower, upper))
            })
            .collect()
    }

    fn minimum(&mut self, method: Method, watch: &mut Watch<'_>) -> Result<Option<Outcome>, PlanError> {
        let options = SolverOptions { method, ..self.solver_options.clone() };
        let outcome = self.solver.solve(&options, watch)?;
        Ok((outcome.status == Status::Optimal).then_some(outcome))
    }

    /// Solves with `relax` applied and takes it back.
    fn relaxed(&mut self, relax: &[Relax], watch: &mut Watch<'_>) -> Result<Option<Outcome>, PlanError> {
        let (columns, rows) = (self.solver.program().columns(), self.solver.program().rows());
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
                Relax::Add(entries) => {
                    method = Method::PrimalSimplex;
                    let label = Label { family: "relaxed", index: [u32::MAX; 3] };
                    self.solver.add_column(label, 0.0, 0.0, f64::INFINITY, entries)?;
                }
            }
        }
        let outcome = self.minimum(method, watch)?;
        self.solver.truncate(columns, rows)?;
        for change in undo {
            match change {
                Relax::Row(row, lower, upper) => self.solver.set_row_bounds(row, lower, upper)?,
                Relax::Column(column, lower, upper) => self.solver.set_column_bounds(column, lower, upper)?,
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
        let most = runs.flat_map(|r| r.inputs.iter().map(|i| i.1).chain(r.usages.iter().map(|u| u.1)));
        (wanted + floors + 1.0) * most.fold(1.0, f64::max)
    }

    /// Everything that the duals of `base` do not rule out.
    fn candidates(&self, j: usize, base: &Outcome) -> Vec<Candidate> {
        let mut all = Vec::new();
        let plenty = self.plenty();
        self.capacities(base, plenty, &mut all);
        self.lanes(base, plenty, &mut all);
        self.materials(base, plenty, &mut all);
        self.times(base, &mut all);
        self.shut_lines(base, &mut all);
        self.floors(base, &mut all);
        self.others(j, base, plenty, &mut all);
        let refused = self.network.streams[j].refused.iter().flat_map(|&node| {
            let stream = &self.network.streams[j];
            stream.serves.clone().map(move |t| {
                vec![(self.layout.balance(node, t), -1.0), (self.layout.demand(self.network, j, t), 1.0)]
            })
        });
        self.added(Cause::MadeIn, refused.collect(), base, &mut all);
        all
    }

    fn capacities(&self, base: &Outcome, plenty: f64, all: &mut Vec<Candidate>) {
        for q in 0..self.network.capacity.len() {
            let (mut score, mut relax) = (0.0, Vec::new());
            for t in 0..self.network.periods {
                let row = self.layout.capacity(q, t);
                let fall = -base.duals[row.0 as usize];
                if fall > 1e-9 {
                    score += fall;
                }
                let (lower, upper) = self.solver.program().row_bounds(row);
                relax.push(Relax::Row(row, lower, upper + plenty));
            }
            if score > 0.0 {
                all.push(Candidate { cause: Cause::Capacity { resource: q }, score, relax });
            }
        }
    }

    fn lanes(&self, base: &Outcome, plenty: f64, all: &mut Vec<Candidate>) {
        for (l, moves) in self.network.moves_of_lane() {
            let (mut score, mut relax) = (0.0, Vec::new());
            if let Some((_, _, first)) = self.layout.lane.iter().find(|(lane, _, _)| *lane == l) {
                for t in 0..self.network.periods {
                    let row = Row(first.0 + u32::try_from(t).expect("few periods"));
                    score += (-base.duals[row.0 as usize]).max(0.0);
                    let (lower, upper) = self.solver.program().row_bounds(row);
                    relax.push(Relax::Row(row, lower, upper + plenty));
                }
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
                all.push(Candidate { cause: Cause::Lane { lane: l }, score, relax });
            }
        }
    }

    /// Items nobody makes: more of them from the first day, wherever the duals ask for them.
    fn materials(&self, base: &Outcome, plenty: f64, all: &mut Vec<Candidate>) {
        let mut made = vec![false; self.scenario.items().len()];
        for run in &self.network.runs {
            made[self.network.kinds[self.network.nodes[run.output].kind].item] = true;
        }
        let mut by_item: std::collections::BTreeMap<usize, Candidate> = std::collections::BTreeMap::new();
        for (n, node) in self.network.nodes.iter().enumerate() {
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
                score: 0.0,
                relax: Vec::new(),
            });
            candidate.score = candidate.score.max(fall);
            candidate.relax.push(Relax::Row(row, lower - plenty, upper - plenty));
        }
        all.extend(by_item.into_values());
    }

    /// Runs and lanes that take no time, or that may be used outside their dates.
    fn times(&self, base: &Outcome, all: &mut Vec<Candidate>) {
        let periods = self.network.periods;
        let horizon = self.scenario.head().horizon();
        for (r, run) in self.network.runs.iter().enumerate() {
            if run.line.is_some() {
                continue;
            }
            let recipe = &self.scenario.recipes()[run.recipe];
            let window = horizon.span(recipe.from, recipe.until);
            let entries = |t, lead| make_entries(self.network, self.layout, r, t, lead);
            if run.lead > 0 {
                let instant = window.clone().map(|t| entries(t, 0)).collect();
                self.added(Cause::LeadTime { recipe: run.recipe }, instant, base, all);
            }
            let outside = (0..periods.saturating_sub(run.lead)).filter(|t| !window.contains(t));
            let outside = outside.map(|t| entries(t, run.lead)).collect();
            self.added(Cause::RecipeDates { recipe: run.recipe }, outside, base, all);
        }
        for (m, arc) in self.network.moves.iter().enumerate() {
            let lane = &self.scenario.lanes()[arc.lane];
            let window = horizon.span(lane.from, lane.until);
            let entries = |t, transit| ship_entries(self.network, self.layout, m, t, transit);
            if arc.transit > 0 {
                let instant = window.clone().map(|t| entries(t, 0)).collect();
                self.added(Cause::Transit { lane: arc.lane }, instant, base, all);
            }
            let outside = (0..periods.saturating_sub(arc.transit)).filter(|t| !window.contains(t));
            let outside = outside.map(|t| entries(t, arc.transit)).collect();
            self.added(Cause::LaneDates { lane: arc.lane }, outside, base, all);
        }
    }

    /// New columns as a candidate, if any has a negative reduced cost. Columns of the same cause
    /// (several kinds over one lane) become one candidate.
    fn added(&self, cause: Cause, columns: Vec<Vec<(Row, f64)>>, base: &Outcome, all: &mut Vec<Candidate>) {
        let gain = |entries: &[(Row, f64)]| -> f64 {
            entries.iter().map(|&(row, a)| a * base.duals[row.0 as usize]).sum()
        };
        let score = columns.iter().map(|entries| gain(entries)).filter(|g| *g > 1e-7).sum::<f64>();
        if score > 0.0 {
            let relax = columns.into_iter().map(Relax::Add);
            match all.iter_mut().find(|c| c.cause == cause) {
                Some(same) => {
                    same.score += score;
                    same.relax.extend(relax);
                }
                None => all.push(Candidate { cause, score, relax: relax.collect() }),
            }
        }
    }

    fn shut_lines(&self, base: &Outcome, all: &mut Vec<Candidate>) {
        for (r, run) in self.network.runs.iter().enumerate() {
            let Some(open) = self.layout.open[r] else { continue };
            if self.values[open.0 as usize] < 0.5 {
                let score = (-base.reduced_costs[open.0 as usize]).max(0.0);
                if score > 1e-9 {
                    let relax = vec![Relax::Column(open, 0.0, 1.0)];
                    all.push(Candidate { cause: Cause::LineShut { recipe: run.recipe }, score, relax });
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
                all.push(Candidate { cause: Cause::Floor { site: floor.site, item: floor.item }, score, relax });
            }
        }
    }

    /// What other parties receive: their open units may rise.
    fn others(&self, j: usize, base: &Outcome, plenty: f64, all: &mut Vec<Candidate>) {
        let mut by_party: std::collections::BTreeMap<usize, Candidate> = std::collections::BTreeMap::new();
        for (k, stream) in self.network.streams.iter().enumerate().filter(|(k, _)| *k != j) {
            for t in stream.first..self.network.periods {
                let column = self.layout.unmet(self.network, k, t);
                let (lower, upper) = self.solver.program().bounds(column);
                let candidate = by_party.entry(stream.party).or_insert_with(|| Candidate {
                    cause: Cause::Priority { party: stream.party },
                    score: 0.0,
                    relax: Vec::new(),
                });
                candidate.score += (-base.reduced_costs[column.0 as usize]).max(0.0);
                candidate.relax.push(Relax::Column(column, lower, upper + plenty));
            }
        }
        all.extend(by_party.into_values().filter(|c| c.score > 1e-9));
    }
}

/// Writes what was found for stream `j` to those of its demands that it reaches.
fn attach(scenario: &Scenario, network: &Network, j: usize, found: (Vec<f64>, Vec<Found>), plan: &mut Plan) {
    let (planned, found) = found;
    let stream = &network.streams[j];
    let base = found.iter().find(|f| f.cause == Cause::Cost).map_or(&planned, |f| &f.open);
    let before = lateness(scenario, stream, &planned);
    let least = lateness(scenario, stream, base);
    for (n, &demand) in stream.demands.iter().enumerate() {
        let answer = &mut plan.demands[demand];
        if answer.late_unit_periods <= NOTHING {
            continue;
        }
        for thing in &found {
            let after = lateness(scenario, stream, &thing.open)[n];
            let from = if thing.cause == Cause::Cost { before[n] } else { least[n] };
            if from.0 - after.0 > NOTHING {
                answer.reasons.push(Reason {
                    cause: thing.cause.clone(),
                    gain_unit_periods: from.0 - after.0,
                    gain_units: (from.1 - after.1).max(0.0),
                });
            }
        }
        if answer.reasons.is_empty() {
            answer.reasons.push(Reason { cause: Cause::Several, gain_unit_periods: 0.0, gain_units: 0.0 });
        }
        answer.reasons.sort_by(|a, b| {
            b.gain_unit_periods.total_cmp(&a.gain_unit_periods).then(a.cause.cmp(&b.cause))
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
