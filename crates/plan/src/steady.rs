//! The network without time: what a failure of a given length costs, and the longest that costs nothing.
//!
//! The published static measures of a failure (Simchi-Levi et al., *Interfaces* 45(5), 2015): nothing takes time to
//! make or to move, every demand asks for the same in each period, and all that ties periods together is the stock at
//! hand. So a failure is one small linear program, and a ranking of thousands takes seconds. What it says is not
//! what [`again`](crate::again) says: it knows no lead time, no date and no priority.
//!
//! # Program
//! With t the length of the failure in periods, over all recipes r, moves m of one kind over a lane, demands j alike in
//! all but date and quantity, and nodes n (a kind of an item at a site):
//!
//! ```text
//! minimise  sum over j of weight(j) lost(j)
//! out(n) - in(n)                   <= stock(n) + receipts(n) t      what leaves n: ships, delivers, is used
//! sum over r of usage(r, q) make(r) <= capacity(q) t                 each resource q, with overtime
//! sum over m of ship(m)             <= limit(l) t                    each lane l with a limit
//! drawn on c                        <= most(c) t / periods           each ceiling c of an authorization
//! deliver(j) + lost(j)              >= rate(j) t
//! ```
//!
//! all variables at least 0, and 0 where a failure shuts them. Capacities, limits and receipts are means over the
//! horizon. The loss is of that program with t given. The time to survive is the largest t, at most the horizon, with
//! every `lost(j)` at 0.
//!
//! `rate(j)` is what j asks for, over the horizon, by period; or less, where the network serves less of it
//! even with nothing failed. So without a failure nothing is lost, and the time to survive is the horizon.
//! `weight(j)` is the price of a unit never delivered, or 1 for all where no demand has one.

use darsena_milp::{
    Basis, Column, Label, Method, Options as SolverOptions, Outcome, Program, Row, Solver,
};
use darsena_milp::{Status, Watch};
use darsena_scenario::{Edit, Scenario, TableName};

use crate::PlanError;
use crate::arcs::Arcs;
use crate::network::{self, Input, Move, Network, Stream};

/// A scenario without time.
#[derive(Debug)]
pub struct Steady {
    network: Network,
    /// Of the time to survive; that of the loss has the same columns but the last.
    program: Program,
    places: Places,
    /// What is asked of each stream in a period, and what of that is served with nothing failed.
    asked: Vec<f64>,
    rates: Vec<f64>,
    /// Demands of each stream.
    streams: Vec<Vec<usize>>,
    /// The time to survive with nothing failed.
    survival: Known,
}

/// An optimum with nothing failed.
#[derive(Debug, Clone, Default)]
struct Known {
    basis: Option<Basis>,
    values: Vec<f64>,
}

/// Where things stand in the program.
#[derive(Debug, Default)]
struct Places {
    length: Option<Column>,
    lost: Vec<Column>,
    /// Columns that are shut with each recipe, resource, lane and site.
    recipes: Vec<Vec<Column>>,
    resources: Vec<Vec<Column>>,
    lanes: Vec<Vec<Column>>,
    sites: Vec<Vec<Column>>,
}

/// What a failure costs without time.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Loss over the length that was asked for, weighted.
    pub loss: f64,
    /// Units lost, over all demands; of several solutions that are as good, those of one.
    pub units: f64,
    /// Longest length that costs nothing, in periods.
    pub survives: f64,
}

impl Steady {
    /// Formulates a scenario and solves it with nothing failed; none where it was stopped.
    ///
    /// # Errors
    /// Fails when the solver does.
    pub fn new(
        scenario: &Scenario,
        arcs: &Arcs,
        include_unconfirmed: bool,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Self>, PlanError> {
        let network = network::network(scenario, arcs, include_unconfirmed);
        let asked = rates(&network);
        let streams = network.streams.iter().map(|s| s.demands.clone());
        let mut steady = Steady {
            streams: streams.collect(),
            program: Program::new(),
            places: Places::default(),
            rates: asked.clone(),
            asked,
            survival: Known::default(),
            network,
        };
        // What is served of the demand: of that nothing is lost.
        let length = horizon(&steady.network);
        let (program, places) = formulate(&steady.network, &steady.rates, Some(length));
        let Some(first) = cold(&mut Solver::new(program)?, watch)? else {
            return Ok(None);
        };
        for (column, rate) in places.lost.iter().zip(&mut steady.rates) {
            *rate = (*rate - first.values[column.index()] / length).max(0.0);
        }
        steady.formulate_survival();
        let Some(survival) = cold(&mut steady.surviving()?, watch)? else {
            return Ok(None);
        };
        steady.survival = survival;
        Ok(Some(steady))
    }

    fn formulate_survival(&mut self) {
        (self.program, self.places) = formulate(&self.network, &self.rates, None);
    }

    /// The length of the horizon, in periods.
    #[must_use]
    pub fn periods(&self) -> usize {
        self.network.periods
    }

    /// Whether losses are weighted by the price of a unit never delivered; else they are units.
    #[must_use]
    pub fn is_weighted(&self) -> bool {
        is_weighted(&self.network)
    }

    /// Demands of which less is served than asked for even with nothing failed: places in
    /// `scenario.demands()` of those alike, units asked for in a period, units served.
    pub fn short(&self) -> impl Iterator<Item = (&[usize], f64, f64)> {
        let all = self.streams.iter().zip(&self.asked).zip(&self.rates);
        all.filter(|((_, asked), rate)| **rate < **asked * (1.0 - 1e-9))
            .map(|((demands, asked), rate)| (&demands[..], *asked, *rate))
    }

    /// The program of the loss over a length.
    #[must_use]
    pub fn program_of_loss(&self, length: f64) -> Program {
        formulate(&self.network, &self.rates, Some(length)).0
    }

    /// The program of the time to survive, which minimises its negative.
    #[must_use]
    pub fn program_of_survival(&self) -> &Program {
        &self.program
    }

    /// What a solution loses, weighted and in units.
    fn lost(&self, values: &[f64]) -> (f64, f64) {
        let weights = weights(&self.network);
        let lost = self.places.lost.iter().map(|c| values[c.index()]);
        let pairs = lost.clone().zip(weights);
        (
            pairs.map(|(units, weight)| units * weight).sum(),
            lost.sum(),
        )
    }

    /// The length in a solution of the time to survive.
    fn length_of(&self, values: &[f64]) -> f64 {
        let length = self.places.length.expect("its program has a length");
        // Less than no time is none.
        values[length.index()].max(0.0) + 0.0
    }

    fn losing(&self, length: f64) -> Result<Solver, PlanError> {
        Ok(Solver::new(self.program_of_loss(length))?)
    }

    fn surviving(&self) -> Result<Solver, PlanError> {
        Ok(Solver::new(self.program.clone())?)
    }

    /// The columns that stand still with these edits: of sites, recipes, resources and lanes out of use. None where
    /// an edit is another one; then the changed scenario is [measured](Self::measured_anew) itself.
    #[must_use]
    pub fn shut(&self, scenario: &Scenario, edits: &[Edit]) -> Option<Vec<Column>> {
        let mut shut = Vec::new();
        for edit in edits {
            let Edit::Out { table, id, .. } = edit else {
                return None;
            };
            let of =
                |columns: &[Vec<Column>], place: Option<usize>| place.map(|n| columns[n].clone());
            let places = &self.places;
            // Rows stand in order of id.
            shut.extend(match table {
                TableName::Sites => {
                    let rows = scenario.sites();
                    of(
                        &places.sites,
                        rows.iter().position(|row| row.site.as_str() == id),
                    )
                }
                TableName::Recipes => {
                    let rows = scenario.recipes();
                    of(
                        &places.recipes,
                        rows.iter().position(|row| row.recipe.as_str() == id),
                    )
                }
                TableName::Resources => {
                    let rows = scenario.resources();
                    of(
                        &places.resources,
                        rows.iter().position(|row| row.resource.as_str() == id),
                    )
                }
                TableName::Lanes => {
                    let rows = scenario.lanes();
                    of(
                        &places.lanes,
                        rows.iter().position(|row| row.lane.as_str() == id),
                    )
                }
                _ => None,
            }?);
        }
        shut.sort_unstable();
        shut.dedup();
        Some(shut)
    }

    /// Returns what measures one failure after the other. Each thread takes its own.
    ///
    /// # Errors
    /// Fails when the solver does.
    pub fn measurer(&self) -> Result<Measurer<'_>, PlanError> {
        Ok(Measurer {
            steady: self,
            losing: None,
            surviving: self.surviving()?,
        })
    }

    /// Measures a changed scenario, formulated and solved from nothing, against the rates of this one. None where it was
    /// stopped.
    ///
    /// # Errors
    /// Fails when the solver does.
    pub fn measured_anew(
        &self,
        scenario: &Scenario,
        arcs: &Arcs,
        include_unconfirmed: bool,
        length: f64,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Measured>, PlanError> {
        let network = network::network(scenario, arcs, include_unconfirmed);
        // Demands are told apart by their rows: a stream that is no longer there asks for nothing.
        let rate = |demands: &Vec<usize>| {
            let place = self.streams.iter().position(|known| known == demands);
            place.map_or(0.0, |n| self.rates[n])
        };
        let rates: Vec<f64> = network.streams.iter().map(|s| rate(&s.demands)).collect();
        let mut steady = Steady {
            network,
            program: Program::new(),
            places: Places::default(),
            asked: Vec::new(),
            rates,
            streams: Vec::new(),
            survival: Known::default(),
        };
        steady.formulate_survival();
        let loss = cold(&mut steady.losing(length)?, watch)?;
        let survival = cold(&mut steady.surviving()?, watch)?;
        Ok(loss.zip(survival).map(|(loss, survival)| {
            let (loss, units) = steady.lost(&loss.values);
            Measured {
                loss,
                units,
                survives: steady.length_of(&survival.values),
            }
        }))
    }
}

/// Measures failures of a scenario without time, one after the other.
pub struct Measurer<'s> {
    steady: &'s Steady,
    /// A length, and what is known of the loss over it with nothing failed.
    losing: Option<(f64, Solver, Known)>,
    surviving: Solver,
}

impl Measurer<'_> {
    /// What it costs that these columns stand still for `length` periods. It does not depend on what was measured
    /// before; none where it was stopped.
    ///
    /// # Errors
    /// Fails when the solver does.
    pub fn measure(
        &mut self,
        shut: &[Column],
        length: f64,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Measured>, PlanError> {
        let Some((loss, units)) = self.loss(shut, length, watch)? else {
            return Ok(None);
        };
        let survives = self.survives(shut, watch)?;
        Ok(survives.map(|survives| Measured {
            loss,
            units,
            survives,
        }))
    }

    /// What is lost, weighted and in units.
    ///
    /// # Errors
    /// Fails when the solver does.
    pub fn loss(
        &mut self,
        shut: &[Column],
        length: f64,
        watch: &mut Watch<'_>,
    ) -> Result<Option<(f64, f64)>, PlanError> {
        let steady = self.steady;
        if self
            .losing
            .as_ref()
            .is_none_or(|(known, ..)| *known != length)
        {
            let mut solver = steady.losing(length)?;
            let Some(known) = cold(&mut solver, watch)? else {
                return Ok(None);
            };
            self.losing = Some((length, solver, known));
        }
        let Some((_, solver, unhurt)) = &mut self.losing else {
            return Ok(None);
        };
        if is_still(shut, &unhurt.values) {
            return Ok(Some(steady.lost(&unhurt.values)));
        }
        let known = warm(solver, shut, unhurt.basis.as_ref(), watch)?;
        Ok(known.map(|known| steady.lost(&known.values)))
    }

    /// The longest that nothing is lost, in periods.
    ///
    /// # Errors
    /// Fails when the solver does.
    pub fn survives(
        &mut self,
        shut: &[Column],
        watch: &mut Watch<'_>,
    ) -> Result<Option<f64>, PlanError> {
        let steady = self.steady;
        if is_still(shut, &steady.survival.values) {
            return Ok(Some(horizon(&steady.network)));
        }
        let basis = steady.survival.basis.as_ref();
        let known = warm(&mut self.surviving, shut, basis, watch)?;
        Ok(known.map(|known| steady.length_of(&known.values)))
    }
}

/// Whether a solution uses none of these columns.
fn is_still(columns: &[Column], values: &[f64]) -> bool {
    columns.iter().all(|column| values[column.index()] == 0.0)
}

/// Solves from nothing. Both programs have a solution: that of nothing at all.
fn cold(solver: &mut Solver, watch: &mut Watch<'_>) -> Result<Option<Known>, PlanError> {
    let outcome = solver.solve(&SolverOptions::default(), watch)?;
    Ok(known(outcome))
}

/// Solves with some columns shut, from a basis; leaves the program as it was.
fn warm(
    solver: &mut Solver,
    shut: &[Column],
    basis: Option<&Basis>,
    watch: &mut Watch<'_>,
) -> Result<Option<Known>, PlanError> {
    let open: Vec<(f64, f64)> = shut.iter().map(|&c| solver.program().bounds(c)).collect();
    for &column in shut {
        solver.set_column_bounds(column, 0.0, 0.0)?;
    }
    // What was solved before must not move the last digit.
    solver.clear();
    let options = match basis {
        Some(basis) => {
            solver.set_basis(basis)?;
            SolverOptions::warm()
        }
        None => SolverOptions {
            method: Method::DualSimplex,
            ..SolverOptions::default()
        },
    };
    let outcome = solver.solve(&options, watch)?;
    for (&column, (lower, upper)) in shut.iter().zip(open) {
        solver.set_column_bounds(column, lower, upper)?;
    }
    Ok(known(outcome))
}

fn known(outcome: Outcome) -> Option<Known> {
    (outcome.status == Status::Optimal).then_some(Known {
        basis: outcome.basis,
        values: outcome.values,
    })
}

#[allow(clippy::cast_precision_loss)]
fn horizon(network: &Network) -> f64 {
    network.periods as f64
}

/// What each stream asks for in a period, over the horizon.
fn rates(network: &Network) -> Vec<f64> {
    let rate = |due: &Vec<f64>| due.iter().sum::<f64>() / horizon(network);
    network.streams.iter().map(|s| rate(&s.due)).collect()
}

fn is_weighted(network: &Network) -> bool {
    network.streams.iter().any(|stream| stream.unmet_cost > 0.0)
}

/// What a unit that each stream loses counts.
fn weights(network: &Network) -> impl Iterator<Item = f64> + '_ {
    let weighted = is_weighted(network);
    let weight = move |stream: &Stream| if weighted { stream.unmet_cost } else { 1.0 };
    network.streams.iter().map(weight)
}

/// Nodes that are no more than the end of a lane: nothing is made or held there, and all comes over one lane without limit.
/// Who draws on such a node draws on the one where the lane begins, and stands still when the lane does. That is
/// exact where nothing takes time, and most programs are half as large.
struct Ends {
    /// Per node, the move it is the end of.
    of: Vec<Option<usize>>,
}

impl Ends {
    fn new(network: &Network, stock: &[f64], receipts: &[f64]) -> Self {
        let nodes = network.nodes.len();
        let mut into: Vec<Vec<usize>> = vec![Vec::new(); nodes];
        for (m, one) in network.moves.iter().enumerate() {
            into[one.to].push(m);
        }
        let mut plain: Vec<bool> = (0..nodes)
            .map(|n| stock[n] == 0.0 && receipts[n] == 0.0)
            .collect();
        for run in &network.runs {
            plain[run.output] = false;
        }
        for &node in network.pools.iter().flat_map(|(_, _, nodes)| nodes) {
            plain[node] = false;
        }
        let free = |m: usize| {
            let one = &network.moves[m];
            let limit = &network.lane_limit[one.lane];
            one.draws.is_empty()
                && limit.iter().all(|most| most.is_infinite())
                && is_open(network, one)
        };
        let mut ends = Ends {
            of: vec![None; nodes],
        };
        for node in (0..nodes).filter(|&node| plain[node]) {
            if let [only] = into[node][..]
                && free(only)
                && !ends
                    .chain(network, network.moves[only].from)
                    .any(|(from, _)| from == node)
                && ends.root(network, network.moves[only].from) != node
            {
                ends.of[node] = Some(only);
            }
        }
        ends
    }

    /// From a node back to where its lanes begin: each end on the way and the move it is the end of.
    fn chain<'a>(
        &'a self,
        network: &'a Network,
        node: usize,
    ) -> impl Iterator<Item = (usize, usize)> + 'a {
        let mut at = node;
        std::iter::from_fn(move || {
            let end = at;
            let m = self.of[end]?;
            at = network.moves[m].from;
            Some((end, m))
        })
    }

    fn root(&self, network: &Network, node: usize) -> usize {
        let last = self.chain(network, node).last();
        last.map_or(node, |(_, m)| network.moves[m].from)
    }
}

fn is_open(network: &Network, one: &Move) -> bool {
    let limit = &network.lane_limit[one.lane];
    one.departs.clone().any(|t| {
        let carried = limit.get(t).is_none_or(|most| *most > 0.0);
        one.open.contains(t) && carried && !network.shut(one.from, t) && !network.shut(one.to, t)
    })
}

/// The program with nothing failed, rows first: of the loss over a length, or of the time to survive.
fn formulate(network: &Network, rates: &[f64], length: Option<f64>) -> (Program, Places) {
    let index = |n: usize| u32::try_from(n).expect("a program has fewer than 4 billion columns");
    let periods = horizon(network);
    let mean = |row: &[f64]| row.iter().sum::<f64>() / periods;
    let mut program = Program::new();
    // What each row allows for every period of the failure.
    let mut by_length: Vec<(Row, f64)> = Vec::new();
    // A row whose sum is at most `fixed` and `rate` for every period.
    let mut at_most = |program: &mut Program, label: Label, fixed: f64, rate: f64| {
        let upper = fixed + length.map_or(0.0, |length| rate * length);
        let row = program.add_row(label, f64::NEG_INFINITY, upper);
        by_length.push((row, -rate));
        row
    };

    let nodes = network.nodes.len();
    let (mut stock, mut receipts) = (vec![0.0; nodes], vec![0.0; nodes]);
    for &(node, period, quantity) in &network.supply {
        if period == 0 {
            stock[node] += quantity;
        } else {
            receipts[node] += quantity / periods;
        }
    }
    let ends = Ends::new(network, &stock, &receipts);
    let mut own: Vec<Option<Row>> = vec![None; nodes];
    for n in (0..nodes).filter(|&n| ends.of[n].is_none()) {
        let label = Label::new("balance", &[index(n)]);
        own[n] = Some(at_most(&mut program, label, stock[n], receipts[n]));
    }
    let balance =
        |node: usize| own[ends.root(network, node)].expect("a lane begins at a node of its own");
    let pools: Vec<Row> = (0..network.pools.len())
        .map(|n| program.add_row(Label::new("pool", &[index(n)]), 0.0, 0.0))
        .collect();
    let mut users = vec![0usize; network.capacity.len()];
    for (q, _) in network.runs.iter().flat_map(|run| &run.usages) {
        users[*q] += 1;
    }
    let rate = |q: usize| mean(&network.capacity[q]) + mean(&network.overtime[q]);
    // With the length given, what one run alone uses is a bound of that run.
    let alone = |q: usize| length.is_some() && users[q] == 1;
    let mut capacity = vec![None; users.len()];
    for q in (0..users.len()).filter(|&q| users[q] > 0 && !alone(q)) {
        let label = Label::new("capacity", &[index(q)]);
        capacity[q] = Some(at_most(&mut program, label, 0.0, rate(q)));
    }
    let mut lanes = vec![None; network.lane_limit.len()];
    for (l, limit) in network.lane_limit.iter().enumerate() {
        if !limit.is_empty() && limit.iter().all(|most| most.is_finite()) {
            let label = Label::new("lane", &[index(l)]);
            lanes[l] = Some(at_most(&mut program, label, 0.0, mean(limit)));
        }
    }
    let mut ceilings = Vec::with_capacity(network.ceilings.len());
    for (c, most) in network.ceilings.iter().enumerate() {
        let label = Label::new("ceiling", &[index(c)]);
        ceilings.push(at_most(&mut program, label, 0.0, most / periods));
    }
    let mut demand = Vec::with_capacity(rates.len());
    for (j, rate) in rates.iter().enumerate() {
        let lower = length.map_or(0.0, |length| rate * length);
        let label = Label::new("demand", &[index(j)]);
        let row = program.add_row(label, lower, f64::INFINITY);
        by_length.push((row, -rate));
        demand.push(row);
    }

    let mut places = Places {
        recipes: vec![Vec::new(); network.runs.len()],
        resources: vec![Vec::new(); users.len()],
        lanes: vec![Vec::new(); lanes.len()],
        sites: vec![Vec::new(); network.site_shut.len()],
        lost: Vec::new(),
        length: None,
    };
    let most = |open: bool| if open { f64::INFINITY } else { 0.0 };
    let site = |node: usize| network.nodes[node].site;
    // Whoever draws on the end of a lane stands still with the lane, and with the sites it joins.
    let draws_on = |places: &mut Places, node: usize, column: Column| {
        for (_, m) in ends.chain(network, node) {
            let one = &network.moves[m];
            places.lanes[one.lane].push(column);
            places.sites[site(one.from)].push(column);
            places.sites[site(one.to)].push(column);
        }
    };
    let mut entries: Vec<(Row, f64)> = Vec::new();
    for (r, run) in network.runs.iter().enumerate() {
        entries.clear();
        entries.push((balance(run.output), -run.quantity));
        entries.extend(run.inputs.iter().map(|&(input, quantity)| match input {
            Input::Node(node) => (balance(node), quantity),
            Input::Pool(pool) => (pools[pool], quantity),
        }));
        let used = run.usages.iter();
        entries.extend(used.filter_map(|&(q, usage)| Some((capacity[q]?, usage))));
        entries.extend(
            run.draws
                .iter()
                .map(|draw| (ceilings[draw.ceiling], draw.count)),
        );
        let shut = |t: usize| run.shut.iter().any(|span| span.contains(&t));
        let open = run.starts.clone().any(|t| run.open.contains(t) && !shut(t));
        let own = run
            .usages
            .iter()
            .filter(|(q, usage)| alone(*q) && *usage > 0.0);
        let own = own.map(|&(q, usage)| rate(q) * length.unwrap_or(0.0) / usage);
        let label = Label::new("make", &[index(r)]);
        let upper = own.fold(most(open), f64::min);
        let column = program.add_column(label, 0.0, 0.0, upper, &entries);
        places.recipes[run.recipe].push(column);
        places.sites[site(run.output)].push(column);
        for (q, _) in run.usages.iter().filter(|(_, usage)| *usage > 0.0) {
            places.resources[*q].push(column);
        }
        for (input, _) in &run.inputs {
            if let Input::Node(node) = input {
                draws_on(&mut places, *node, column);
            }
        }
    }
    for (m, one) in network.moves.iter().enumerate() {
        if ends.of[one.to] == Some(m) {
            continue;
        }
        entries.clear();
        entries.push((balance(one.from), 1.0));
        entries.push((balance(one.to), -1.0));
        entries.extend(lanes[one.lane].map(|row| (row, 1.0)));
        entries.extend(
            one.draws
                .iter()
                .map(|draw| (ceilings[draw.ceiling], draw.count)),
        );
        let label = Label::new("ship", &[index(m)]);
        let upper = most(is_open(network, one));
        let column = program.add_column(label, 0.0, 0.0, upper, &entries);
        places.lanes[one.lane].push(column);
        places.sites[site(one.from)].push(column);
        places.sites[site(one.to)].push(column);
        draws_on(&mut places, one.from, column);
    }
    for (p, (_, _, nodes)) in network.pools.iter().enumerate() {
        for (k, &node) in nodes.iter().enumerate() {
            let label = Label::new("draw", &[index(p), index(k)]);
            let entries = [(balance(node), 1.0), (pools[p], -1.0)];
            program.add_column(label, 0.0, 0.0, f64::INFINITY, &entries);
        }
    }
    for (j, stream) in network.streams.iter().enumerate() {
        for (k, &node) in stream.nodes.iter().enumerate() {
            entries.clear();
            entries.push((balance(node), 1.0));
            entries.push((demand[j], 1.0));
            let draws = stream.draws[k].iter();
            entries.extend(draws.map(|draw| (ceilings[draw.ceiling], draw.count)));
            let shut = |t: usize| network.shut(node, t);
            let mut serves = stream.serves.clone();
            let open = serves.any(|t| stream.open[k].contains(t) && !shut(t));
            let label = Label::new("deliver", &[index(j), index(k)]);
            let column = program.add_column(label, 0.0, 0.0, most(open), &entries);
            places.sites[site(node)].push(column);
            draws_on(&mut places, node, column);
        }
    }
    for (j, weight) in weights(network).enumerate() {
        let label = Label::new("lost", &[index(j)]);
        let (cost, upper) = length.map_or((0.0, 0.0), |_| (weight, f64::INFINITY));
        places
            .lost
            .push(program.add_column(label, cost, 0.0, upper, &[(demand[j], 1.0)]));
    }
    if length.is_none() {
        let label = Label::new("length", &[]);
        places.length = Some(program.add_column(label, -1.0, 0.0, periods, &by_length));
    }
    (program, places)
}
