//! Network to program: one function per family of constraints, in the order of the crate's page.
//!
//! Rows stand first (balance, capacity, demand, lane, pool, floor, line, ceiling), then columns with their
//! entries, both in the order of the scenario's sorted tables, so the same scenario gives the same
//! program whatever the order of its files.

use std::collections::BTreeMap;
use std::ops::Range;

use darsena_milp::{Column, Label, Program, Row};

use crate::network::{Draw, Input, Network, Run};
use crate::plan::Measure;

/// Where each variable and constraint stands in the program.
#[derive(Debug)]
pub(crate) struct Layout {
    periods: usize,
    /// First column of each run; its period is `starts.start`.
    pub make: Vec<Column>,
    pub ship: Vec<Column>,
    pub hold: Column,
    /// Per resource, the column of each period with overtime.
    pub overtime: Vec<Vec<Option<Column>>>,
    /// Per stream and accepted node, the first column; its period is `serves.start`.
    pub deliver: Vec<Vec<Column>>,
    /// First column of each stream; its period is `first`.
    pub unmet: Vec<Column>,
    /// Per pool and node, the first column.
    pub draw: Vec<Vec<Column>>,
    /// First column of each floor.
    pub shortfall: Vec<Column>,
    /// Per run, whether its line is open.
    pub open: Vec<Option<Column>>,
    pub balance: Row,
    /// Per resource, how its capacity is written.
    pub capacity: Vec<Limit>,
    /// First row of each stream; its period is `first`.
    pub demand: Vec<Row>,
    /// Lanes that carry several kinds: lane, moves, first row; its period is 0.
    pub lane: Vec<(usize, Range<usize>, Row)>,
    /// Per run with a line: first row of `make - most * open <= 0`, and the row of the minimum run.
    pub line: Vec<Option<(Row, Row)>>,
    /// Per run with a line, the most runs that any plan could want of it.
    pub wanted: Vec<Option<f64>>,
    /// First row of each pool: what runs take of any kind is drawn from some kind.
    pub pool: Vec<Row>,
    /// First row of each floor: what is held plus what is missing reaches it.
    pub floor: Vec<Row>,
    /// Row of every party and priority whose share is watched.
    pub share: BTreeMap<(usize, u32), Row>,
    /// The largest share of each priority.
    pub worst: BTreeMap<u32, Column>,
    /// First row of the ceilings.
    pub ceiling: Row,
    /// Per item, whether it comes in whole units; none where no item does.
    pub whole: Option<Vec<bool>>,
}

/// How the capacity of a resource is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Limit {
    /// As rows, the first of them in period 0.
    Rows(Row),
    /// As upper bounds of the only run that uses it, so much per run. Shorter than a row, and
    /// the same limit.
    Bounds { run: usize, usage: f64 },
    /// Not at all: no run uses it. Trades that only repair needs are such.
    Unused,
}

/// The constraint that stands for a capacity in one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum At {
    Row(Row),
    /// The upper bound of a column, in multiples of its usage.
    Upper(Column, f64),
    /// Nothing can use it in that period.
    Nowhere,
}

/// Column `first` moved by `by` places.
pub(crate) fn at(first: Column, by: usize) -> Column {
    Column(first.0 + small(by))
}

pub(crate) fn row_at(first: Row, by: usize) -> Row {
    Row(first.0 + small(by))
}

fn small(n: usize) -> u32 {
    u32::try_from(n).expect("a program has fewer than 4 billion rows and columns")
}

fn label(family: &'static str, a: usize, b: usize, c: usize) -> Label {
    let place = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Label {
        family,
        index: [place(a), place(b), place(c)],
    }
}

/// An index that is not used.
const NONE: usize = usize::MAX;

impl Layout {
    pub(crate) fn make(&self, run: usize, starts: &Range<usize>, t: usize) -> Column {
        at(self.make[run], t - starts.start)
    }
    pub(crate) fn hold(&self, node: usize, t: usize) -> Column {
        at(self.hold, node * self.periods + t)
    }
    pub(crate) fn balance(&self, node: usize, t: usize) -> Row {
        row_at(self.balance, node * self.periods + t)
    }
    pub(crate) fn capacity(&self, network: &Network, resource: usize, t: usize) -> At {
        match self.capacity[resource] {
            Limit::Rows(first) => At::Row(row_at(first, t)),
            Limit::Bounds { run, usage } => {
                let starts = &network.runs[run].starts;
                if starts.contains(&t) {
                    At::Upper(self.make(run, starts, t), usage)
                } else {
                    At::Nowhere
                }
            }
            Limit::Unused => At::Nowhere,
        }
    }
    pub(crate) fn unmet(&self, network: &Network, stream: usize, t: usize) -> Column {
        at(self.unmet[stream], t - network.streams[stream].first)
    }
    pub(crate) fn demand(&self, network: &Network, stream: usize, t: usize) -> Row {
        row_at(self.demand[stream], t - network.streams[stream].first)
    }
    /// Rows that bound the runs of a line in `t` by what `resource`, and no other one, allows: the
    /// column that opens the line, the row, and the usage of a run. They are there to keep a shut line
    /// shut; of an open one they say what the capacity says. A row that bounds them by what could be
    /// wanted of the line says nothing of a capacity and holds back no open line.
    pub(crate) fn line_limits(
        &self,
        network: &Network,
        resource: usize,
        t: usize,
    ) -> impl Iterator<Item = (Column, Row, f64)> {
        let lines = self.line.iter().zip(&self.open).zip(&self.wanted);
        lines.zip(&network.runs).filter_map(move |(line, run)| {
            let ((rows, open), wanted) = line;
            let (((first, _), open), wanted) = rows.zip(*open).zip(*wanted)?;
            let by = t.checked_sub(run.starts.start)?;
            let most = |&(q, usage): &(usize, f64)| room(network, q, t) / usage;
            let (tight, rest): (Vec<_>, Vec<_>) = run
                .usages
                .iter()
                .filter(|(_, usage)| *usage > 0.0)
                .partition(|(q, _)| *q == resource);
            let [own] = tight[..] else { return None };
            let alone = rest.iter().all(|other| most(own) < most(other)) && most(own) < wanted;
            (alone && run.starts.contains(&t)).then(|| (open, row_at(first, by), own.1))
        })
    }
    /// The row of a lane's limit, if it has one: of one item alone it is a bound of its column.
    pub(crate) fn lane(&self, lane: usize, t: usize) -> Option<Row> {
        let found = self.lane.binary_search_by_key(&lane, |(lane, _, _)| *lane);
        found.ok().map(|at| row_at(self.lane[at].2, t))
    }
}

/// The program of `network`, minimising cost, and where everything stands in it.
pub(crate) fn formulate(
    network: &Network,
    whole: Option<&[bool]>,
    fair: bool,
) -> (Program, Layout) {
    let periods = network.periods;
    let columns = network.runs.iter().map(|r| r.starts.len()).sum::<usize>()
        + network.moves.iter().map(|m| m.departs.len()).sum::<usize>()
        + (network.nodes.len() + network.capacity.len() + 2 * network.streams.len()) * periods;
    let rows = (network.nodes.len() + network.capacity.len() + network.streams.len()) * periods;
    let mut program = Program::with_capacity(rows, columns, columns * 5 / 2);
    let mut layout = rows_of(network, &mut program);
    let most_open = if fair {
        most_open(network)
    } else {
        BTreeMap::new()
    };
    share_rows(&most_open, &mut program, &mut layout);
    make(network, &mut program, &mut layout);
    ship(network, &mut program, &mut layout);
    hold(network, &mut program, &mut layout);
    overtime(network, &mut program, &mut layout);
    deliver(network, &mut program, &mut layout);
    unmet(network, &mut program, &mut layout);
    draw(network, &mut program, &mut layout);
    shortfall(network, &mut program, &mut layout);
    open(network, &mut program, &mut layout);
    worst(&most_open, &mut program, &mut layout);
    if let Some(countable) = whole {
        whole_units(network, &mut program, &layout, countable);
        layout.whole = Some(countable.to_vec());
    }
    (program, layout)
}

/// The run and usage of a resource without overtime that nothing else uses.
fn only_user(network: &Network, q: usize) -> Option<(usize, f64)> {
    if network.overtime[q].iter().any(|&limit| limit > 0.0) {
        return None;
    }
    let users = network.runs.iter().enumerate().flat_map(|(r, run)| {
        run.usages
            .iter()
            .filter(|u| u.0 == q && u.1 > 0.0)
            .map(move |u| (r, u.1))
    });
    let mut users = users.take(2);
    match (users.next(), users.next()) {
        // A run with several resources has one bound for all: only rows tell them apart.
        (Some((run, usage)), None)
            if network.runs[run].usages.len() == 1 && network.runs[run].line.is_none() =>
        {
            Some((run, usage))
        }
        _ => None,
    }
}

/// Balance, capacity, demand and lane rows with their right-hand sides.
fn rows_of(network: &Network, program: &mut Program) -> Layout {
    let periods = network.periods;
    let mut supply = vec![0.0; network.nodes.len() * periods];
    for &(node, t, quantity) in &network.supply {
        supply[node * periods + t] += quantity;
    }
    let balance = Row(small(program.rows()));
    for node in 0..network.nodes.len() {
        for t in 0..periods {
            let come = -supply[node * periods + t];
            program.add_row(label("balance", node, t, NONE), come, come);
        }
    }
    let mut capacity = Vec::new();
    for (q, limits) in network.capacity.iter().enumerate() {
        if !network.is_used(q) {
            capacity.push(Limit::Unused);
            continue;
        }
        if let Some((run, usage)) = only_user(network, q) {
            capacity.push(Limit::Bounds { run, usage });
            continue;
        }
        capacity.push(Limit::Rows(Row(small(program.rows()))));
        for (t, &limit) in limits.iter().enumerate() {
            program.add_row(label("capacity", q, t, NONE), f64::NEG_INFINITY, limit);
        }
    }
    let mut demand = Vec::new();
    for (j, stream) in network.streams.iter().enumerate() {
        demand.push(Row(small(program.rows())));
        for t in stream.first..periods {
            program.add_row(label("demand", j, t, NONE), stream.due[t], stream.due[t]);
        }
    }
    let mut lane = Vec::new();
    for (l, moves) in network.moves_of_lane() {
        let limits = &network.lane_limit[l];
        if moves.len() > 1 && limits.iter().any(|limit| limit.is_finite()) {
            lane.push((l, moves, Row(small(program.rows()))));
            for (t, &limit) in limits.iter().enumerate() {
                program.add_row(label("lane", l, t, NONE), f64::NEG_INFINITY, limit);
            }
        }
    }
    Layout {
        periods,
        make: vec![],
        ship: vec![],
        hold: Column(0),
        overtime: vec![],
        deliver: vec![],
        unmet: vec![],
        draw: vec![],
        shortfall: vec![],
        open: vec![],
        balance,
        capacity,
        demand,
        lane,
        line: line_rows(network, program),
        wanted: wanted_runs(network),
        pool: pool_rows(network, program),
        floor: floor_rows(network, program),
        share: BTreeMap::new(),
        worst: BTreeMap::new(),
        ceiling: ceiling_rows(network, program),
        whole: None,
    }
}

fn line_rows(network: &Network, program: &mut Program) -> Vec<Option<(Row, Row)>> {
    let mut rows = Vec::new();
    for (r, run) in network.runs.iter().enumerate() {
        rows.push(run.line.map(|_| {
            let first = Row(small(program.rows()));
            for t in run.starts.clone() {
                program.add_row(label("line", r, t, NONE), f64::NEG_INFINITY, 0.0);
            }
            (
                first,
                program.add_row(label("minimum-run", r, NONE, NONE), 0.0, f64::INFINITY),
            )
        }));
    }
    rows
}

fn pool_rows(network: &Network, program: &mut Program) -> Vec<Row> {
    let mut rows = Vec::new();
    for p in 0..network.pools.len() {
        rows.push(Row(small(program.rows())));
        for t in 0..network.periods {
            program.add_row(label("pool", p, t, NONE), 0.0, 0.0);
        }
    }
    rows
}

fn floor_rows(network: &Network, program: &mut Program) -> Vec<Row> {
    let mut rows = Vec::new();
    for (f, floor) in network.floors.iter().enumerate() {
        rows.push(Row(small(program.rows())));
        for t in 0..network.periods {
            program.add_row(label("floor", f, t, NONE), floor.quantity, f64::INFINITY);
        }
    }
    rows
}

fn ceiling_rows(network: &Network, program: &mut Program) -> Row {
    let first = Row(small(program.rows()));
    for (c, &most) in network.ceilings.iter().enumerate() {
        program.add_row(label("ceiling", c, NONE, NONE), f64::NEG_INFINITY, most);
    }
    first
}

/// Puts into `entries` those of one run of `run` started in `t` whose output comes `lead` periods later.
pub(crate) fn make_entries(
    entries: &mut Vec<(Row, f64)>,
    network: &Network,
    layout: &Layout,
    run: usize,
    t: usize,
    lead: usize,
) {
    let run = &network.runs[run];
    entries.clear();
    entries.push((layout.balance(run.output, t + lead), run.quantity));
    entries.extend(
        run.usages
            .iter()
            .filter_map(|&(q, usage)| match layout.capacity[q] {
                Limit::Rows(first) => Some((row_at(first, t), usage)),
                Limit::Bounds { .. } | Limit::Unused => None,
            }),
    );
    entries.extend(run.inputs.iter().map(|&(input, quantity)| match input {
        Input::Node(node) => (layout.balance(node, t), -quantity),
        Input::Pool(pool) => (row_at(layout.pool[pool], t), -quantity),
    }));
    entries.extend(drawn(&run.draws, layout, t));
}

/// What one unit, or one run, draws on ceilings in `t`.
pub(crate) fn drawn<'a>(
    draws: &'a [Draw],
    layout: &'a Layout,
    t: usize,
) -> impl Iterator<Item = (Row, f64)> + 'a {
    let now = draws.iter().filter(move |draw| draw.during.contains(t));
    now.map(|draw| (row_at(layout.ceiling, draw.ceiling), draw.count))
}

fn make(network: &Network, program: &mut Program, layout: &mut Layout) {
    let mut entries = Vec::new();
    for (r, run) in network.runs.iter().enumerate() {
        layout.make.push(Column(small(program.columns())));
        for t in run.starts.clone() {
            make_entries(&mut entries, network, layout, r, t, run.lead);
            if let Some((first, minimum)) = layout.line[r] {
                entries.push((row_at(first, t - run.starts.start), 1.0));
                entries.push((minimum, 1.0));
            }
            let most = if run.open.contains(t) {
                most_started(network, layout, r, t)
            } else {
                0.0
            };
            program.add_column(
                label("make", run.recipe, t, NONE),
                run.cost,
                0.0,
                most,
                &entries,
            );
        }
    }
}

/// The most runs of `run` in `t` as far as no row says it: none at a closed site, and what a
/// resource of its own allows.
pub(crate) fn most_started(network: &Network, layout: &Layout, run: usize, t: usize) -> f64 {
    let run = &network.runs[run];
    if run.shut.iter().any(|shut| shut.contains(&t)) {
        return 0.0;
    }
    let bounded = |q: &usize| matches!(layout.capacity[*q], Limit::Bounds { .. });
    let usages = run.usages.iter().filter(|(q, _)| bounded(q));
    usages
        .map(|&(q, usage)| network.capacity[q][t] / usage)
        .fold(f64::INFINITY, f64::min)
}

/// The most units of a move that leaves in `t` and takes `transit` periods, as far as no row says it:
/// none where the lane, its start, or its end on arrival is closed.
pub(crate) fn most_shipped(network: &Network, m: usize, t: usize, transit: usize) -> f64 {
    let arc = &network.moves[m];
    if network.shut(arc.to, t + transit) {
        0.0
    } else {
        network.lane_limit[arc.lane][t]
    }
}

/// The most units handed over from `node` in `t`: none at a closed site.
pub(crate) fn most_delivered(network: &Network, node: usize, t: usize) -> f64 {
    if network.shut(node, t) {
        0.0
    } else {
        f64::INFINITY
    }
}

/// Puts into `entries` those of a unit that departs in `t` and arrives `transit` periods later.
pub(crate) fn ship_entries(
    entries: &mut Vec<(Row, f64)>,
    network: &Network,
    layout: &Layout,
    m: usize,
    t: usize,
    transit: usize,
) {
    let arc = &network.moves[m];
    entries.clear();
    entries.push((layout.balance(arc.from, t), -1.0));
    entries.push((layout.balance(arc.to, t + transit), 1.0));
    entries.extend(layout.lane(arc.lane, t).map(|row| (row, 1.0)));
    entries.extend(drawn(&arc.draws, layout, t));
}

fn ship(network: &Network, program: &mut Program, layout: &mut Layout) {
    let mut entries = Vec::new();
    for (m, arc) in network.moves.iter().enumerate() {
        layout.ship.push(Column(small(program.columns())));
        for t in arc.departs.clone() {
            ship_entries(&mut entries, network, layout, m, t, arc.transit);
            let most = if arc.open.contains(t) {
                most_shipped(network, m, t, arc.transit)
            } else {
                0.0
            };
            program.add_column(
                label("ship", arc.lane, arc.kind, t),
                arc.cost,
                0.0,
                most,
                &entries,
            );
        }
    }
}

fn hold(network: &Network, program: &mut Program, layout: &mut Layout) {
    let periods = network.periods;
    layout.hold = Column(small(program.columns()));
    let mut floor_of = vec![None; network.nodes.len()];
    for (f, floor) in network.floors.iter().enumerate() {
        for &node in &floor.nodes {
            floor_of[node] = Some(layout.floor[f]);
        }
    }
    let mut entries = Vec::new();
    for (n, node) in network.nodes.iter().enumerate() {
        for t in 0..periods {
            entries.clear();
            entries.push((layout.balance(n, t), -1.0));
            if t + 1 < periods {
                entries.push((layout.balance(n, t + 1), 1.0));
            }
            entries.extend(floor_of[n].map(|first| (row_at(first, t), 1.0)));
            let cost = network.holding_cost[node.kind];
            program.add_column(
                label("hold", node.site, node.kind, t),
                cost,
                0.0,
                f64::INFINITY,
                &entries,
            );
        }
    }
}

fn overtime(network: &Network, program: &mut Program, layout: &mut Layout) {
    for (q, limits) in network.overtime.iter().enumerate() {
        let mut columns = vec![None; network.periods];
        for (t, &limit) in limits.iter().enumerate().filter(|(_, limit)| **limit > 0.0) {
            let Limit::Rows(first) = layout.capacity[q] else {
                break;
            };
            let entries = [(row_at(first, t), -1.0)];
            let cost = network.overtime_cost[q];
            columns[t] =
                Some(program.add_column(label("overtime", q, t, NONE), cost, 0.0, limit, &entries));
        }
        layout.overtime.push(columns);
    }
}

fn deliver(network: &Network, program: &mut Program, layout: &mut Layout) {
    for (j, stream) in network.streams.iter().enumerate() {
        let mut firsts = Vec::new();
        for (n, (&node, open)) in stream.nodes.iter().zip(&stream.open).enumerate() {
            firsts.push(Column(small(program.columns())));
            for t in stream.serves.clone() {
                let mut entries = vec![
                    (layout.balance(node, t), -1.0),
                    (layout.demand(network, j, t), 1.0),
                ];
                entries.extend(drawn(&stream.draws[n], layout, t));
                let name = label("deliver", j, network.nodes[node].kind, t);
                let most = if open.contains(t) {
                    most_delivered(network, node, t)
                } else {
                    0.0
                };
                program.add_column(name, 0.0, 0.0, most, &entries);
            }
        }
        layout.deliver.push(firsts);
    }
}

fn unmet(network: &Network, program: &mut Program, layout: &mut Layout) {
    let periods = network.periods;
    let mut entries = Vec::new();
    for (j, stream) in network.streams.iter().enumerate() {
        layout.unmet.push(Column(small(program.columns())));
        for t in stream.first..periods {
            entries.clear();
            entries.push((layout.demand(network, j, t), 1.0));
            if t + 1 < periods {
                entries.push((layout.demand(network, j, t + 1), -1.0));
            }
            let share = layout.share.get(&(stream.party, stream.priority[t]));
            entries.extend(share.map(|&row| (row, 1.0)));
            let cost = stream.tardiness_cost
                + if t + 1 == periods {
                    stream.unmet_cost
                } else {
                    0.0
                };
            program.add_column(
                label("unmet", j, t, NONE),
                cost,
                0.0,
                f64::INFINITY,
                &entries,
            );
        }
    }
}

fn draw(network: &Network, program: &mut Program, layout: &mut Layout) {
    for (p, (_, _, nodes)) in network.pools.iter().enumerate() {
        let mut firsts = Vec::new();
        for &node in nodes {
            firsts.push(Column(small(program.columns())));
            for t in 0..network.periods {
                let entries = [
                    (layout.balance(node, t), -1.0),
                    (row_at(layout.pool[p], t), 1.0),
                ];
                let name = label("draw", p, network.nodes[node].kind, t);
                program.add_column(name, 0.0, 0.0, f64::INFINITY, &entries);
            }
        }
        layout.draw.push(firsts);
    }
}

fn shortfall(network: &Network, program: &mut Program, layout: &mut Layout) {
    for (f, floor) in network.floors.iter().enumerate() {
        layout.shortfall.push(Column(small(program.columns())));
        for t in 0..network.periods {
            let entries = [(row_at(layout.floor[f], t), 1.0)];
            let cost = floor.cost.unwrap_or(0.0);
            program.add_column(
                label("shortfall", f, t, NONE),
                cost,
                0.0,
                f64::INFINITY,
                &entries,
            );
        }
    }
}

fn open(network: &Network, program: &mut Program, layout: &mut Layout) {
    for (r, run) in network.runs.iter().enumerate() {
        let line = run.line.zip(layout.line[r]).zip(layout.wanted[r]);
        layout
            .open
            .push(line.map(|((line, (first, minimum)), wanted)| {
                let most = |t| {
                    (
                        row_at(first, t - run.starts.start),
                        most_runs(network, r, t),
                    )
                };
                let mut entries: Vec<(Row, f64)> = run
                    .starts
                    .clone()
                    .map(most)
                    .map(|(row, most)| (row, -f64::min(most, wanted)))
                    .collect();
                entries.push((minimum, -line.minimum_run));
                let column = program.add_column(
                    label("open", run.recipe, NONE, NONE),
                    line.fixed_cost,
                    0.0,
                    1.0,
                    &entries,
                );
                program.set_integer(column);
                column
            }));
    }
}

/// Capacity and overtime of a resource in a period.
fn room(network: &Network, resource: usize, t: usize) -> f64 {
    network.capacity[resource][t] + network.overtime[resource][t]
}

/// The most runs that capacity allows in a period.
pub(crate) fn most_runs(network: &Network, r: usize, t: usize) -> f64 {
    let usages = network.runs[r].usages.iter();
    usages
        .filter(|(_, usage)| *usage > 0.0)
        .map(|&(q, usage)| room(network, q, t) / usage)
        .fold(f64::INFINITY, f64::min)
}

/// Per party and priority, its open units summed over the periods in which they have that priority,
/// if it were given nothing.
fn most_open(network: &Network) -> BTreeMap<(usize, u32), f64> {
    let mut most = BTreeMap::new();
    for stream in &network.streams {
        let mut due = 0.0;
        for t in stream.first..network.periods {
            due += stream.due[t];
            *most
                .entry((stream.party, stream.priority[t]))
                .or_insert(0.0) += due;
        }
    }
    most
}

fn share_rows(most_open: &BTreeMap<(usize, u32), f64>, program: &mut Program, layout: &mut Layout) {
    for &(party, priority) in most_open.keys() {
        let name = label("share", party, priority as usize, NONE);
        let row = program.add_row(name, f64::NEG_INFINITY, 0.0);
        layout.share.insert((party, priority), row);
    }
}

fn worst(most_open: &BTreeMap<(usize, u32), f64>, program: &mut Program, layout: &mut Layout) {
    let mut entries: BTreeMap<u32, Vec<(Row, f64)>> = BTreeMap::new();
    for (key, most) in most_open {
        entries
            .entry(key.1)
            .or_default()
            .push((layout.share[key], -most));
    }
    for (priority, entries) in entries {
        let name = label("worst", priority as usize, NONE, NONE);
        layout.worst.insert(
            priority,
            program.add_column(name, 0.0, 0.0, f64::INFINITY, &entries),
        );
    }
}

/// Runs that give `units`, at least the minimum, and one for rounding up.
pub(crate) fn runs_for(run: &Run, units: f64) -> f64 {
    units / run.quantity + run.line.map_or(0.0, |line| line.minimum_run) + 1.0
}

/// Per run with a line, the runs that no plan has a use for more of.
fn wanted_runs(network: &Network) -> Vec<Option<f64>> {
    if network.runs.iter().all(|run| run.line.is_none()) {
        return vec![None; network.runs.len()];
    }
    let wanted = wanted(network);
    let runs = network.runs.iter();
    runs.map(|run| {
        let item = network.kinds[network.nodes[run.output].kind].item;
        run.line.map(|_| runs_for(run, wanted[item]))
    })
    .collect()
}

/// Units of each item that no plan has a use for more of: what demands and floors ask for, and what
/// the recipes take that make the rest, each unit by the recipe that takes most.
///
/// It is the least w with w = asked + takes w, reached from below in as many rounds as the bill of
/// materials is deep. In a circle the rounds never end; but once a round adds no more than half of what
/// is asked, twice what was found takes no more than it gives, and so is above the least:
///
/// ```text
/// asked + takes 2w = 2 next - asked <= 2w        if next - w <= asked / 2
/// ```
///
/// A circle that takes as much as it gives has no such end, and no plan has a use for it without one.
pub(crate) fn wanted(network: &Network) -> Vec<f64> {
    let item = |node: usize| network.kinds[network.nodes[node].kind].item;
    let items = network.kinds.last().map_or(0, |kind| kind.item + 1);
    let mut asked = vec![0.0; items];
    for stream in &network.streams {
        asked[stream.item] += stream.due.iter().sum::<f64>();
    }
    for floor in &network.floors {
        asked[floor.item] += floor.quantity;
    }
    let mut takes: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for run in &network.runs {
        for &(input, quantity) in &run.inputs {
            let part = match input {
                Input::Node(node) => item(node),
                Input::Pool(pool) => network.pools[pool].1,
            };
            let most = takes.entry((item(run.output), part)).or_insert(0.0);
            *most = f64::max(*most, quantity / run.quantity);
            asked[part] += quantity * runs_for(run, 0.0);
        }
    }
    let mut wanted = asked.clone();
    let mut next = asked.clone();
    for round in 0..items + ROUNDS {
        next.clone_from(&asked);
        for (&(output, part), &share) in &takes {
            next[part] += share * wanted[output];
        }
        if next == wanted {
            return wanted;
        }
        let mut grows = wanted.iter().zip(&next).zip(&asked);
        if round >= items && grows.all(|((was, is), asked)| is - was <= asked / 2.0) {
            return wanted.iter().map(|units| 2.0 * units).collect();
        }
        std::mem::swap(&mut wanted, &mut next);
    }
    let most = f64::max(MOST, asked.iter().sum());
    let capped = |(was, is): (&f64, &f64)| {
        // What still grows feeds on itself.
        if is == was && is.is_finite() {
            *is
        } else {
            most
        }
    };
    next.iter().zip(&wanted).map(capped).collect()
}

/// Rounds after which a circle in a bill of materials is taken to have no end.
const ROUNDS: usize = 1_000;

/// More units of anything than a plan is asked for, in a circle that takes as much as it gives.
const MOST: f64 = 1e9;

/// Runs, shipments and deliveries of countable items come in whole units.
fn whole_units(network: &Network, program: &mut Program, layout: &Layout, countable: &[bool]) {
    let countable = |kind: usize| countable[network.kinds[kind].item];
    for (r, run) in network.runs.iter().enumerate() {
        if countable(network.nodes[run.output].kind) {
            (0..run.starts.len()).for_each(|by| program.set_integer(at(layout.make[r], by)));
        }
    }
    for (m, arc) in network.moves.iter().enumerate() {
        if countable(arc.kind) {
            (0..arc.departs.len()).for_each(|by| program.set_integer(at(layout.ship[m], by)));
        }
    }
    for (j, stream) in network.streams.iter().enumerate() {
        for (n, &node) in stream.nodes.iter().enumerate() {
            if countable(network.nodes[node].kind) {
                let first = layout.deliver[j][n];
                (0..stream.serves.len()).for_each(|by| program.set_integer(at(first, by)));
            }
        }
    }
}

/// Costs of every column under `measure`; [`Measure::Cost`] is what the program was built with.
pub(crate) fn costs_of(
    network: &Network,
    program: &Program,
    layout: &Layout,
    measure: Measure,
) -> Vec<f64> {
    let mut costs = vec![0.0; program.columns()];
    match measure {
        Measure::Cost => {
            for (c, cost) in costs.iter_mut().enumerate() {
                *cost = program.cost(Column(small(c)));
            }
        }
        Measure::Floors => {
            for (f, floor) in network
                .floors
                .iter()
                .enumerate()
                .filter(|(_, f)| f.cost.is_none())
            {
                debug_assert!(floor.quantity > 0.0);
                for t in 0..network.periods {
                    costs[at(layout.shortfall[f], t).0 as usize] = 1.0;
                }
            }
        }
        Measure::Share { priority } => {
            if let Some(column) = layout.worst.get(&priority) {
                costs[column.0 as usize] = 1.0;
            }
        }
        Measure::Late { priority } => {
            for (j, stream) in network.streams.iter().enumerate() {
                for t in stream.first..network.periods {
                    if stream.priority[t] == priority {
                        costs[layout.unmet(network, j, t).0 as usize] = 1.0;
                    }
                }
            }
        }
    }
    costs
}
