//! Things that may stand in the way: what relaxing each does to the program, and how strongly the
//! duals of the stages speak for it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use darsena_milp::{Column, Method, Parts, Row};
use darsena_scenario::Objective;

use super::{NOTHING, Sight};
use crate::arcs::Arc;
use crate::formulate::{
    At, at, drawn, make_entries, most_delivered, most_shipped, most_started, row_at, runs_for,
    ship_entries, wanted,
};
use crate::network::{Draw, Spans};
use crate::plan::{Cause, Measure, Plan};
use crate::solve::Stage;

/// A dual or reduced cost below this is none.
const PRICED: f64 = 1e-7;

/// Something that may be relaxed.
pub(super) struct Thing {
    pub cause: Cause,
    /// The only stream it can be a reason for, if there is one.
    pub only: Option<usize>,
    pub relax: Vec<Relax>,
    /// By stage, how strongly the duals speak for it.
    pub prices: Vec<f64>,
    /// The first stage that it can change.
    pub from: usize,
    /// Whether it goes stage by stage at once, as what the stages as one sum have left in doubt.
    pub by_stage: bool,
}

pub(super) enum Relax {
    Row(Row, f64, f64),
    Column(Column, f64, f64),
    Add(Addition),
    /// A line stands open, and its fixed cost is spent.
    Open(Column),
    /// Open units of a party cost nothing.
    Wait(usize),
    /// Cost is no object.
    LatenessOnly,
}

/// A column that was not there.
pub(super) struct Addition {
    pub entries: Vec<(Row, f64)>,
    pub cost: f64,
    /// The most of it, and of `beside` together with it.
    pub most: f64,
    /// The column that has the same limit.
    pub beside: Option<Column>,
}

impl Addition {
    /// The rows it is in.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row> {
        self.entries.iter().map(|(row, _)| *row)
    }
}

impl Thing {
    /// Sort of thing, and how many of it are tried in one part for one stage without being asked for.
    pub(super) fn sort(&self) -> (usize, usize) {
        match self.cause {
            Cause::Capacity { .. } => (0, 2),
            Cause::Material { .. } => (1, 1),
            Cause::LeadTime { .. } => (2, 2),
            Cause::Transit { .. } => (3, 1),
            Cause::Lane { .. } => (4, 2),
            Cause::LaneDates { .. } => (5, 1),
            Cause::RecipeDates { .. } => (6, 1),
            Cause::LineShut { .. } => (7, 8),
            Cause::Priority { .. } => (8, 1),
            Cause::Floor { .. } => (9, 1),
            Cause::MadeIn => (10, 2),
            Cause::Law { .. } => (11, 16),
            Cause::Ceiling { .. } => (12, 4),
            _ => (13, 1),
        }
    }

    /// The method that goes on best from a basis that was the best before it was relaxed.
    pub(super) fn method(&self) -> Method {
        let limits =
            |relax: &Relax| matches!(relax, Relax::Row(..) | Relax::Column(..) | Relax::Open(_));
        if self.relax.iter().all(limits) {
            Method::DualSimplex
        } else {
            Method::PrimalSimplex
        }
    }

    /// How strongly the duals speak for it, an earlier stage weighing several times the next.
    pub(super) fn score(&self) -> f64 {
        self.prices.iter().fold(0.0, |sum, price| 8.0 * sum + price)
    }

    /// The parts of the program it touches.
    pub(super) fn parts(&self, sight: &Sight<'_>, parts: &Parts) -> BTreeSet<u32> {
        let mut touched = BTreeSet::new();
        for relax in &self.relax {
            match relax {
                Relax::Row(row, ..) => {
                    touched.insert(parts.of_row(*row));
                }
                Relax::Column(column, ..) | Relax::Open(column) => {
                    touched.extend(parts.of_column(*column));
                }
                Relax::Add(addition) => {
                    touched.extend(addition.entries.iter().map(|(row, _)| parts.of_row(*row)));
                }
                Relax::Wait(party) => {
                    for (j, stream) in sight.network.streams.iter().enumerate() {
                        if stream.party == *party {
                            touched.insert(sight.part_of(parts, j));
                        }
                    }
                }
                Relax::LatenessOnly => {
                    let streams = 0..sight.network.streams.len();
                    touched.extend(streams.map(|j| sight.part_of(parts, j)));
                }
            }
        }
        touched
    }
}

impl Sight<'_> {
    /// The part of the program a stream is in.
    pub(super) fn part_of(&self, parts: &Parts, stream: usize) -> u32 {
        parts.of_row(self.layout.demand[stream])
    }

    /// A thing, unless the duals of every stage show that it changes nothing.
    fn thing(&self, cause: Cause, relax: Vec<Relax>, prices: Vec<f64>) -> Option<Thing> {
        let from = prices.iter().position(|price| *price > PRICED)?;
        Some(Thing {
            cause,
            only: None,
            relax,
            prices,
            from,
            by_stage: false,
        })
    }

    fn no_prices(&self) -> Vec<f64> {
        vec![0.0; self.stages.len()]
    }

    /// Everything that the duals do not rule out.
    pub(super) fn things(&self, plan: &Plan) -> Vec<Thing> {
        let wanted = wanted(self.network);
        let mut all = Vec::new();
        self.capacities(&wanted, &mut all);
        self.lanes(&wanted, &mut all);
        self.materials(&wanted, &mut all);
        self.times(&mut all);
        self.shut_lines(&mut all);
        self.floors(&mut all);
        self.parties(plan, &mut all);
        self.refused(&mut all);
        self.held_by_law(&mut all);
        self.ceilings(&wanted, &mut all);
        if plan.objective == Objective::Weighted {
            let mut prices = self.no_prices();
            prices[0] = 1.0;
            all.extend(self.thing(Cause::Cost, vec![Relax::LatenessOnly], prices));
        }
        all
    }

    /// Counts the fall of each stage per unit by which the upper limit of a row rises.
    fn price_row(&self, row: Row, prices: &mut [f64]) {
        for (price, stage) in prices.iter_mut().zip(self.stages) {
            *price += (-stage.duals[row.index()]).max(0.0);
        }
    }

    fn raise_row(&self, row: Row, by: f64, relax: &mut Vec<Relax>, prices: &mut [f64]) {
        self.price_row(row, prices);
        let (lower, upper) = self.program.row_bounds(row);
        relax.push(Relax::Row(row, lower, upper + by));
    }

    fn raise_column(&self, column: Column, by: f64, relax: &mut Vec<Relax>, prices: &mut [f64]) {
        for (price, stage) in prices.iter_mut().zip(self.stages) {
            *price += (-stage.reduced_costs[column.index()]).max(0.0);
        }
        let (lower, upper) = self.program.bounds(column);
        relax.push(Relax::Column(column, lower, upper + by));
    }

    /// What a resource would be used for if all that is wanted were made at once.
    fn most_used(&self, resource: usize, wanted: &[f64]) -> f64 {
        let runs = self.network.runs.iter();
        let used = runs.flat_map(|run| {
            let item = self.network.kinds[self.network.nodes[run.output].kind].item;
            let own = run.usages.iter().filter(move |(q, _)| *q == resource);
            own.map(move |(_, usage)| usage * runs_for(run, wanted[item]))
        });
        used.sum()
    }

    fn capacities(&self, wanted: &[f64], all: &mut Vec<Thing>) {
        for q in 0..self.network.capacity.len() {
            let most = self.most_used(q, wanted);
            all.extend(self.more_capacity(q, |_| most));
        }
    }

    /// So much more of a resource in each period.
    pub(super) fn more_capacity(&self, q: usize, more: impl Fn(usize) -> f64) -> Option<Thing> {
        let (mut relax, mut prices) = (Vec::new(), self.no_prices());
        for (t, more) in (0..self.network.periods).map(|t| (t, more(t))) {
            match self.layout.capacity(self.network, q, t) {
                At::Row(row) => {
                    self.raise_row(row, more, &mut relax, &mut prices);
                    for (open, row, usage) in self.layout.line_limits(self.network, q, t) {
                        if self.values[open.index()] > 0.5 {
                            self.raise_row(row, more / usage, &mut relax, &mut prices);
                        }
                    }
                }
                At::Upper(column, usage) => {
                    self.raise_column(column, more / usage, &mut relax, &mut prices);
                }
                At::Nowhere => {}
            }
        }
        self.thing(Cause::Capacity { resource: q }, relax, prices)
    }

    fn lanes(&self, wanted: &[f64], all: &mut Vec<Thing>) {
        for (l, moves) in self.network.moves_of_lane() {
            let kinds = self.network.moves[moves.clone()].iter();
            let most = kinds.map(|m| wanted[self.network.kinds[m.kind].item]).sum();
            all.extend(self.more_on_lane(l, moves, |_| most));
        }
    }

    /// So much more over a lane, of which these are the moves, in each period.
    pub(super) fn more_on_lane(
        &self,
        l: usize,
        moves: Range<usize>,
        more: impl Fn(usize) -> f64,
    ) -> Option<Thing> {
        let (mut relax, mut prices) = (Vec::new(), self.no_prices());
        for t in 0..self.network.periods {
            if let Some(row) = self.layout.lane(l, t) {
                self.raise_row(row, more(t), &mut relax, &mut prices);
            }
        }
        for m in moves {
            let arc = &self.network.moves[m];
            for t in arc.departs.clone().filter(|&t| arc.open.contains(t)) {
                let column = at(self.layout.ship[m], t - arc.departs.start);
                if self.program.bounds(column).1.is_finite() {
                    self.raise_column(column, more(t), &mut relax, &mut prices);
                }
            }
        }
        self.thing(Cause::Lane { lane: l }, relax, prices)
    }

    /// Items nobody makes: more of them from the first day, wherever any come from outside, or, where none do,
    /// wherever they may be.
    fn materials(&self, wanted: &[f64], all: &mut Vec<Thing>) {
        let runs = self.network.runs.iter();
        let item_of = |node: usize| self.network.kinds[self.network.nodes[node].kind].item;
        let made: BTreeSet<usize> = runs.map(|run| item_of(run.output)).collect();
        let supplied: BTreeSet<usize> = self.network.supply.iter().map(|s| s.0).collect();
        let known: BTreeSet<usize> = supplied.iter().map(|&n| item_of(n)).collect();
        let mut by_item: BTreeMap<usize, (Vec<Relax>, Vec<f64>)> = BTreeMap::new();
        for n in 0..self.network.nodes.len() {
            let item = item_of(n);
            if made.contains(&item) || (known.contains(&item) && !supplied.contains(&n)) {
                continue;
            }
            let (relax, prices) = by_item
                .entry(item)
                .or_insert_with(|| (Vec::new(), self.no_prices()));
            // A unit more is a right-hand side less.
            let row = self.layout.balance(n, 0);
            for (price, stage) in prices.iter_mut().zip(self.stages) {
                let rows = (0..self.network.periods).map(|t| self.layout.balance(n, t));
                let falls = rows.map(|row| stage.duals[row.index()]);
                *price = falls.fold(*price, f64::max);
            }
            let (lower, upper) = self.program.row_bounds(row);
            relax.push(Relax::Row(row, lower - wanted[item], upper - wanted[item]));
        }
        for (item, (relax, prices)) in by_item {
            all.extend(self.thing(Cause::Material { item }, relax, prices));
        }
    }

    /// So many more units at a node in a period.
    pub(super) fn more_material(&self, node: usize, t: usize, more: f64) -> Option<Thing> {
        let row = self.layout.balance(node, t);
        // A unit more is a right-hand side less.
        let (lower, upper) = self.program.row_bounds(row);
        let relax = vec![Relax::Row(row, lower - more, upper - more)];
        let stages = self.stages.iter();
        let prices = stages.map(|stage| stage.duals[row.index()].abs());
        let item = self.network.kinds[self.network.nodes[node].kind].item;
        self.thing(Cause::Material { item }, relax, prices.collect())
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
            cost: run.cost,
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
            cost: arc.cost,
            most: most_shipped(self.network, m, t, transit),
            beside: (!shared && arc.departs.contains(&t))
                .then(|| at(self.layout.ship[m], t - arc.departs.start)),
        }
    }

    /// Units handed over in `t` from `node` to stream `j`, as a new column.
    fn handover(&self, j: usize, node: usize, t: usize, draws: &[Draw]) -> Addition {
        let mut entries = vec![
            (self.layout.balance(node, t), -1.0),
            (self.layout.demand(self.network, j, t), 1.0),
        ];
        entries.extend(drawn(draws, self.layout, t));
        Addition {
            entries,
            cost: 0.0,
            most: most_delivered(self.network, node, t),
            beside: None,
        }
    }

    /// Runs and lanes that take no time, or that may be used outside their dates.
    fn times(&self, all: &mut Vec<Thing>) {
        let periods = self.network.periods;
        let horizon = self.scenario.head().horizon();
        for (r, run) in self.network.runs.iter().enumerate() {
            let shut = |open: Column| self.values[open.index()] < 0.5;
            if self.layout.open[r].is_some_and(shut) {
                continue;
            }
            let recipe = &self.scenario.recipes()[run.recipe];
            let window = horizon.span(recipe.from, recipe.until);
            if run.lead > 0 {
                let instant = window.clone().filter(|&t| run.open.contains(t));
                let instant = instant.map(|t| self.run(r, t, 0)).collect();
                self.added(Cause::LeadTime { recipe: run.recipe }, None, instant, all);
            }
            let outside = (0..periods.saturating_sub(run.lead))
                .filter(|t| run.open.contains(*t) && !window.contains(t));
            let outside = outside.map(|t| self.run(r, t, run.lead)).collect();
            self.added(
                Cause::RecipeDates { recipe: run.recipe },
                None,
                outside,
                all,
            );
        }
        for (m, arc) in self.network.moves.iter().enumerate() {
            let lane = &self.scenario.lanes()[arc.lane];
            let window = horizon.span(lane.from, lane.until);
            if arc.transit > 0 {
                let instant = window.clone().filter(|&t| arc.open.contains(t));
                let instant = instant.map(|t| self.shipment(m, t, 0)).collect();
                self.added(Cause::Transit { lane: arc.lane }, None, instant, all);
            }
            let outside = (0..periods.saturating_sub(arc.transit))
                .filter(|t| arc.open.contains(*t) && !window.contains(t));
            let outside = outside.map(|t| self.shipment(m, t, arc.transit)).collect();
            self.added(Cause::LaneDates { lane: arc.lane }, None, outside, all);
        }
    }

    /// New columns as a thing. In the order of the stages the first reduced cost that is not zero
    /// decides: where it is positive the column stays out of every best plan, and is left out as
    /// long as nothing before that stage changes. Columns of the same cause are one thing.
    fn added(
        &self,
        cause: Cause,
        only: Option<usize>,
        columns: Vec<Addition>,
        all: &mut Vec<Thing>,
    ) {
        let mut prices = self.no_prices();
        let mut relax = Vec::new();
        for column in columns.into_iter().filter(|column| column.most > 0.0) {
            let mut undecided = true;
            for (price, stage) in prices.iter_mut().zip(self.stages) {
                let gain = self.gain(&column, stage);
                if gain > PRICED && undecided {
                    *price += gain;
                }
                undecided &= gain.abs() <= PRICED;
            }
            relax.push(Relax::Add(column));
        }
        let same = |thing: &&mut Thing| thing.cause == cause && thing.only == only;
        if let Some(thing) = all.iter_mut().find(same) {
            thing.relax.extend(relax);
            for (sum, price) in thing.prices.iter_mut().zip(&prices) {
                *sum += price;
            }
            let from = prices.iter().position(|price| *price > PRICED);
            thing.from = from.map_or(thing.from, |from| from.min(thing.from));
        } else if let Some(mut thing) = self.thing(cause, relax, prices) {
            thing.only = only;
            all.push(thing);
        }
    }

    /// What a unit of a new column would take off a stage, the dual of the limit it shares counted.
    pub(super) fn gain(&self, column: &Addition, stage: &Stage) -> f64 {
        let entries = column.entries.iter();
        let worth: f64 = entries.map(|&(row, a)| a * stage.duals[row.index()]).sum();
        let cost = match stage.measure {
            Measure::Cost => column.cost,
            _ => 0.0,
        };
        let shared = column
            .beside
            .map_or(0.0, |c| stage.reduced_costs[c.index()].min(0.0));
        worth - cost + shared
    }

    fn shut_lines(&self, all: &mut Vec<Thing>) {
        for (r, run) in self.network.runs.iter().enumerate() {
            let shut = self.layout.open[r].filter(|open| self.values[open.index()] < 0.5);
            let Some(open) = shut else { continue };
            // As if it stood open anyway: without a minimum run, too.
            let minimum = self.layout.line[r].map(|(_, minimum)| minimum);
            let mut relax = vec![Relax::Open(open)];
            relax.extend(minimum.map(|row| Relax::Row(row, f64::NEG_INFINITY, f64::INFINITY)));
            let least = run.line.map_or(0.0, |line| line.minimum_run);
            let prices = self.stages.iter().map(|stage| {
                let of_minimum = minimum.map_or(0.0, |row| least * stage.duals[row.index()]);
                let gain = stage.costs[open.index()] - stage.reduced_costs[open.index()];
                (gain + of_minimum).max(0.0)
            });
            let cause = Cause::LineShut { recipe: run.recipe };
            if let Some(mut thing) = self.thing(cause, relax, prices.collect()) {
                thing.from = 0;
                all.push(thing);
            }
        }
    }

    fn floors(&self, all: &mut Vec<Thing>) {
        for (f, floor) in self.network.floors.iter().enumerate() {
            let (mut relax, mut prices) = (Vec::new(), self.no_prices());
            for row in (0..self.network.periods).map(|t| row_at(self.layout.floor[f], t)) {
                for (price, stage) in prices.iter_mut().zip(self.stages) {
                    *price += stage.duals[row.index()].max(0.0);
                }
                relax.push(Relax::Row(row, 0.0, f64::INFINITY));
            }
            let (site, item) = (floor.site, floor.item);
            all.extend(self.thing(Cause::Floor { site, item }, relax, prices));
        }
    }

    /// Parties that receive what others wait for.
    fn parties(&self, plan: &Plan, all: &mut Vec<Thing>) {
        let item = |d: usize| &self.scenario.demands()[d].item;
        let late = plan.demands.iter();
        let late = late.filter(|d| d.late_unit_periods > NOTHING);
        let waited: BTreeSet<_> = late.map(|d| item(d.demand)).collect();
        let mut units: BTreeMap<usize, (f64, usize)> = BTreeMap::new();
        for (j, stream) in self.network.streams.iter().enumerate() {
            let costs = |stage: &Stage| {
                (stream.first..self.network.periods)
                    .any(|t| stage.costs[self.layout.unmet(self.network, j, t).index()] != 0.0)
            };
            let first = self.stages.iter().position(costs);
            for &d in stream.demands.iter().filter(|&&d| waited.contains(item(d))) {
                let (sum, from) = units.entry(stream.party).or_insert((0.0, usize::MAX));
                *sum += plan.demands[d].delivered;
                *from = (*from).min(first.unwrap_or(usize::MAX));
            }
        }
        for (party, (units, from)) in units {
            if units > 0.0 && from < self.stages.len() {
                let mut prices = self.no_prices();
                prices[from] = units;
                let cause = Cause::Priority { party };
                all.extend(self.thing(cause, self.left_out(party), prices));
            }
        }
    }

    /// A party that waits until all others are served. By lateness alone it then receives nothing: to shut
    /// its deliveries leaves costs and duals as they are. By cost, to hold what it would have had may
    /// be dearer than to deliver it.
    fn left_out(&self, party: usize) -> Vec<Relax> {
        if self
            .stages
            .iter()
            .any(|stage| stage.measure == Measure::Cost)
        {
            return vec![Relax::Wait(party)];
        }
        let mut relax = Vec::new();
        let streams = self.network.streams.iter().zip(&self.layout.deliver);
        for (stream, firsts) in streams.filter(|(stream, _)| stream.party == party) {
            let columns = |&first| (0..stream.serves.len()).map(move |by| at(first, by));
            let columns = firsts.iter().flat_map(columns);
            let open = columns.filter(|&column| self.program.bounds(column).1 > 0.0);
            relax.extend(open.map(|column| Relax::Column(column, 0.0, 0.0)));
        }
        let shares = self.layout.share.iter().filter(|((of, _), _)| *of == party);
        relax.extend(shares.map(|(_, row)| Relax::Row(*row, f64::NEG_INFINITY, f64::INFINITY)));
        relax
    }

    /// Units of other make than a stream accepts.
    fn refused(&self, all: &mut Vec<Thing>) {
        for (j, stream) in self.network.streams.iter().enumerate() {
            let columns = stream.refused.iter().flat_map(|&node| {
                let serves = stream.serves.clone();
                serves.map(move |t| self.handover(j, node, t, &[]))
            });
            self.added(Cause::MadeIn, Some(j), columns.collect(), all);
        }
    }

    /// Arcs that would open sooner without an obstacle of the law.
    fn held_by_law(&self, all: &mut Vec<Thing>) {
        for (obstacle, columns) in self.lifted() {
            all.extend(self.law(obstacle, columns));
        }
    }

    /// An obstacle of the law, with the columns that lifting it adds, unless the duals rule it out.
    pub(super) fn law(&self, obstacle: usize, columns: Vec<Addition>) -> Option<Thing> {
        let mut all = Vec::new();
        self.added(Cause::Law { obstacle }, None, columns, &mut all);
        all.pop()
    }

    /// Each obstacle of the law with the columns that lifting it adds.
    pub(super) fn lifted(&self) -> impl Iterator<Item = (usize, Vec<Addition>)> {
        let obstacles = self.arcs.obstacles.iter().enumerate();
        obstacles.map(|(n, obstacle)| {
            // By sort, place and period: two states of one kind lift the same arc.
            let mut columns: BTreeMap<(u8, usize, usize, usize), Addition> = BTreeMap::new();
            for (arc, opening) in &obstacle.lifts {
                let lifted = Spans::of(&self.scenario.head().horizon(), opening);
                self.lift(arc, &lifted, &mut columns);
            }
            (n, columns.into_values().collect())
        })
    }

    /// The columns of an arc in periods in which it is lifted and not open.
    fn lift(
        &self,
        arc: &Arc,
        lifted: &Spans,
        columns: &mut BTreeMap<(u8, usize, usize, usize), Addition>,
    ) {
        let horizon = self.scenario.head().horizon();
        let periods = self.network.periods;
        match arc {
            Arc::Make(recipe) => {
                let runs = self.network.runs.iter().enumerate();
                for (r, run) in runs.filter(|(_, run)| run.recipe == *recipe) {
                    let row = &self.scenario.recipes()[run.recipe];
                    let window = horizon.span(row.from, row.until);
                    let end = periods.saturating_sub(run.lead).min(window.end);
                    let gained = |t: &usize| lifted.contains(*t) && !run.open.contains(*t);
                    for t in (window.start..end).filter(gained) {
                        columns.insert((0, r, 0, t), self.run(r, t, run.lead));
                    }
                }
            }
            Arc::Ship(lane, item, state) => {
                for (m, arc) in self.network.moves.iter().enumerate() {
                    if arc.lane != *lane || !self.is_of(arc.kind, *item, state) {
                        continue;
                    }
                    let row = &self.scenario.lanes()[arc.lane];
                    let window = horizon.span(row.from, row.until);
                    let end = periods.saturating_sub(arc.transit).min(window.end);
                    let gained = |t: &usize| lifted.contains(*t) && !arc.open.contains(*t);
                    for t in (window.start..end).filter(gained) {
                        columns.insert((1, m, 0, t), self.shipment(m, t, arc.transit));
                    }
                }
            }
            Arc::Deliver(demand, item, state) => {
                let streams = self.network.streams.iter().enumerate();
                for (j, stream) in streams.filter(|(_, s)| s.demands.contains(demand)) {
                    for (k, &node) in stream.nodes.iter().enumerate() {
                        if !self.is_of(self.network.nodes[node].kind, *item, state) {
                            continue;
                        }
                        let open = &stream.open[k];
                        let gained = |t: &usize| lifted.contains(*t) && !open.contains(*t);
                        for t in (stream.first..stream.until).filter(gained) {
                            let column = self.handover(j, node, t, &stream.draws[k]);
                            columns.insert((2, j, k, t), column);
                        }
                    }
                }
            }
        }
    }

    /// Whether a kind holds units of an item made in a state.
    fn is_of(&self, kind: usize, item: usize, state: &str) -> bool {
        let kind = &self.network.kinds[kind];
        kind.item == item && kind.states.iter().any(|s| s == state)
    }

    fn ceilings(&self, wanted: &[f64], all: &mut Vec<Thing>) {
        for (ceiling, of_arcs) in self.arcs.ceilings.iter().enumerate() {
            let units = of_arcs.counts.iter().chain(&of_arcs.handed);
            let units = units.map(|((_, item, _), count)| count * wanted[*item]);
            let runs = self.network.runs.iter().filter_map(|run| {
                let item = self.network.kinds[self.network.nodes[run.output].kind].item;
                let count = of_arcs.runs.get(&run.recipe)?;
                Some(count * runs_for(run, wanted[item]))
            });
            let most = units.chain(runs).sum();
            all.extend(self.more_under(ceiling, most));
        }
    }

    /// So much more under a ceiling.
    pub(super) fn more_under(&self, ceiling: usize, more: f64) -> Option<Thing> {
        let (mut relax, mut prices) = (Vec::new(), self.no_prices());
        let row = row_at(self.layout.ceiling, ceiling);
        self.raise_row(row, more, &mut relax, &mut prices);
        self.thing(Cause::Ceiling { ceiling }, relax, prices)
    }
}
