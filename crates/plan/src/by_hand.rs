//! A plan as a planner would make it by hand: whoever is first in the queue takes what can be had soonest.
//!
//! It is what is handed over when time runs out before the solver has anything, and where a search for whole units
//! begins when time is short. Priority by priority, period by period, every open demand takes what lies at its site,
//! then what can be made there or sent there in time, the latest start first, and so on down the bill of materials.
//! Nothing is taken back for a better use, lines stay shut, and floors are not looked at: it is a plan, not a good one.

use crate::formulate::{Layout, at, most_delivered, most_shipped, most_started};
use crate::network::{Input, Network};

/// Amounts below this are nothing.
const NOTHING: f64 = 1e-9;

/// Steps after which nothing more is made or sent: what is asked of very large programs.
const MOST_STEPS: u64 = 20_000_000;

/// Values of all columns of a plan; none for programs with shares, which are not made by hand.
pub(crate) fn values(network: &Network, layout: &Layout, columns: usize) -> Option<Vec<f64>> {
    if !layout.worst.is_empty() {
        return None;
    }
    let mut hands = Hands::new(network, layout, columns);
    hands.serve();
    Some(hands.finish())
}

/// What a step changed, to be undone.
#[derive(Debug, Clone, Copy)]
enum Store {
    Hold,
    Capacity,
    Lane,
    Ceiling,
    Value,
}

struct Hands<'a> {
    network: &'a Network,
    layout: &'a Layout,
    periods: usize,
    /// Units at the end of each period, by node.
    hold: Vec<f64>,
    /// Capacity and overtime left, by resource and period.
    capacity: Vec<f64>,
    lane: Vec<f64>,
    ceiling: Vec<f64>,
    values: Vec<f64>,
    journal: Vec<(Store, usize, f64)>,
    /// Of each node the last period by which nothing more can be had, and what it was before.
    dry: Vec<Option<usize>>,
    dried: Vec<(usize, Option<usize>)>,
    visiting: Vec<bool>,
    makers: Vec<Vec<usize>>,
    arrivals: Vec<Vec<usize>>,
    steps: u64,
}

impl<'a> Hands<'a> {
    fn new(network: &'a Network, layout: &'a Layout, columns: usize) -> Self {
        let periods = network.periods;
        let mut hold = vec![0.0; network.nodes.len() * periods];
        for &(node, t, quantity) in &network.supply {
            for level in &mut hold[node * periods + t..(node + 1) * periods] {
                *level += quantity;
            }
        }
        let mut makers = vec![Vec::new(); network.nodes.len()];
        for (r, run) in network.runs.iter().enumerate() {
            // A line that is not open yet stays shut.
            if run.line.is_none() {
                makers[run.output].push(r);
            }
        }
        let mut arrivals = vec![Vec::new(); network.nodes.len()];
        for (m, arc) in network.moves.iter().enumerate() {
            arrivals[arc.to].push(m);
        }
        let room = network.capacity.iter().zip(&network.overtime);
        Hands {
            capacity: room
                .flat_map(|(regular, over)| regular.iter().zip(over).map(|(a, b)| a + b))
                .collect(),
            lane: network.lane_limit.iter().flatten().copied().collect(),
            ceiling: network.ceilings.clone(),
            values: vec![0.0; columns],
            journal: Vec::new(),
            dry: vec![None; network.nodes.len()],
            dried: Vec::new(),
            visiting: vec![false; network.nodes.len()],
            makers,
            arrivals,
            hold,
            periods,
            network,
            layout,
            steps: 0,
        }
    }

    fn whole(&self, node: usize) -> bool {
        let item = self.network.kinds[self.network.nodes[node].kind].item;
        self.layout.whole.as_ref().is_some_and(|whole| whole[item])
    }

    fn cut(&self, node: usize, units: f64) -> f64 {
        if self.whole(node) {
            (units + NOTHING).floor()
        } else {
            units
        }
    }

    fn add(&mut self, store: Store, place: usize, by: f64) {
        let stored = match store {
            Store::Hold => &mut self.hold,
            Store::Capacity => &mut self.capacity,
            Store::Lane => &mut self.lane,
            Store::Ceiling => &mut self.ceiling,
            Store::Value => &mut self.values,
        };
        self.journal.push((store, place, stored[place]));
        stored[place] += by;
    }

    fn undo(&mut self, (steps, dried): (usize, usize)) {
        while self.journal.len() > steps {
            if let Some((store, place, was)) = self.journal.pop() {
                match store {
                    Store::Hold => self.hold[place] = was,
                    Store::Capacity => self.capacity[place] = was,
                    Store::Lane => self.lane[place] = was,
                    Store::Ceiling => self.ceiling[place] = was,
                    Store::Value => self.values[place] = was,
                }
            }
        }
        while self.dried.len() > dried {
            if let Some((node, was)) = self.dried.pop() {
                self.dry[node] = was;
            }
        }
    }

    fn put(&mut self, node: usize, t: usize, units: f64) {
        for place in node * self.periods + t..(node + 1) * self.periods {
            self.add(Store::Hold, place, units);
        }
    }

    /// Takes from what lies at a node from `t` on.
    fn take_held(&mut self, node: usize, t: usize, want: f64) -> f64 {
        let levels = &self.hold[node * self.periods + t..(node + 1) * self.periods];
        let free = levels.iter().copied().fold(f64::INFINITY, f64::min);
        let got = self.cut(node, free.min(want));
        if got <= NOTHING {
            return 0.0;
        }
        self.put(node, t, -got);
        got
    }

    /// How much more of what counts on ceilings may be done in `t`.
    fn below_ceilings(&self, draws: &[crate::network::Draw], t: usize) -> f64 {
        let counted = draws
            .iter()
            .filter(|d| d.count > 0.0 && d.during.contains(t));
        counted
            .map(|draw| self.ceiling[draw.ceiling].max(0.0) / draw.count)
            .fold(f64::INFINITY, f64::min)
    }

    fn draw_ceilings(&mut self, draws: &[crate::network::Draw], t: usize, units: f64) {
        for draw in draws.iter().filter(|draw| draw.during.contains(t)) {
            self.add(Store::Ceiling, draw.ceiling, -units * draw.count);
        }
    }

    /// Takes up to `want` units at a node in `t`, made or sent there if need be; returns how many.
    fn take(&mut self, node: usize, t: usize, want: f64) -> f64 {
        let mut got = self.take_held(node, t, want);
        let dry = self.dry[node].is_some_and(|until| t <= until);
        if want - got <= NOTHING || dry || self.visiting[node] || self.steps > MOST_STEPS {
            return got;
        }
        self.visiting[node] = true;
        for n in 0..self.makers[node].len() {
            got += self.make(self.makers[node][n], t, want - got);
        }
        for n in 0..self.arrivals[node].len() {
            got += self.send(self.arrivals[node][n], t, want - got);
        }
        self.visiting[node] = false;
        if want - got > NOTHING {
            self.dried.push((node, self.dry[node]));
            self.dry[node] = Some(self.dry[node].map_or(t, |until| until.max(t)));
        }
        got
    }

    fn make(&mut self, r: usize, t: usize, want: f64) -> f64 {
        let network = self.network;
        let run = &network.runs[r];
        let mut got = 0.0;
        for s in run.starts.clone().rev() {
            if s + run.lead > t {
                continue;
            }
            if want - got <= NOTHING {
                break;
            }
            self.steps += 1;
            if !run.open.contains(s) {
                continue;
            }
            let room = { run.usages.iter() }
                .filter(|(_, usage)| *usage > 0.0)
                .map(|&(q, usage)| self.capacity[q * self.periods + s] / usage)
                .fold(f64::INFINITY, f64::min);
            let most = room
                .min(most_started(network, self.layout, r, s))
                .min(self.below_ceilings(&run.draws, s));
            let wanted = (want - got) / run.quantity;
            let mut runs = if self.whole(run.output) {
                wanted.ceil().min((most + NOTHING).floor())
            } else {
                wanted.min(most)
            };
            let mark = (self.journal.len(), self.dried.len());
            // What one input cannot give the others need not.
            for _ in 0..4 {
                if runs <= NOTHING {
                    break;
                }
                let share = self.feed(r, s, runs);
                if share >= 1.0 {
                    break;
                }
                self.undo(mark);
                runs = self.cut(run.output, runs * share);
                if share <= NOTHING {
                    runs = 0.0;
                }
            }
            if runs <= NOTHING || self.journal.len() == mark.0 && !run.inputs.is_empty() {
                self.undo(mark);
                continue;
            }
            for &(q, usage) in &run.usages {
                self.add(Store::Capacity, q * self.periods + s, -usage * runs);
            }
            self.draw_ceilings(&run.draws, s, runs);
            let column = self.layout.make(r, &run.starts, s);
            self.add(Store::Value, column.index(), runs);
            self.put(run.output, s + run.lead, runs * run.quantity);
            got += self.take_held(run.output, t, want - got);
        }
        got
    }

    /// Takes the inputs of so many runs; returns the share of them that the scarcest allows, at least 1 if all are
    /// taken.
    fn feed(&mut self, r: usize, s: usize, runs: f64) -> f64 {
        let network = self.network;
        for &(input, quantity) in &network.runs[r].inputs {
            let need = quantity * runs;
            if need <= NOTHING {
                continue;
            }
            let mut got = 0.0;
            match input {
                Input::Node(node) => got = self.take_part(node, s, need),
                Input::Pool(pool) => {
                    for (n, &node) in network.pools[pool].2.iter().enumerate() {
                        if need - got <= NOTHING {
                            break;
                        }
                        let part = self.take_part(node, s, need - got);
                        let column = at(self.layout.draw[pool][n], s);
                        self.add(Store::Value, column.index(), part);
                        got += part;
                    }
                }
            }
            if need - got > NOTHING * need.max(1.0) {
                return (got / need).min(1.0 - NOTHING);
            }
        }
        1.0
    }

    /// What runs take need not be whole units.
    fn take_part(&mut self, node: usize, t: usize, need: f64) -> f64 {
        let got = self.take(node, t, need.ceil().max(need));
        if got > need {
            self.put(node, t, got - need);
        }
        got.min(need)
    }

    fn send(&mut self, m: usize, t: usize, want: f64) -> f64 {
        let network = self.network;
        let arc = &network.moves[m];
        let mut got = 0.0;
        for d in arc.departs.clone().rev() {
            if d + arc.transit > t {
                continue;
            }
            if want - got <= NOTHING {
                break;
            }
            self.steps += 1;
            let limit = self.lane[arc.lane * self.periods + d]
                .min(most_shipped(network, m, d, arc.transit))
                .min(self.below_ceilings(&arc.draws, d));
            let most = self.cut(arc.to, limit.min(want - got));
            if !arc.open.contains(d) || most <= NOTHING {
                continue;
            }
            let units = self.take(arc.from, d, most);
            if units <= NOTHING {
                continue;
            }
            self.add(Store::Lane, arc.lane * self.periods + d, -units);
            self.draw_ceilings(&arc.draws, d, units);
            let column = at(self.layout.ship[m], d - arc.departs.start);
            self.add(Store::Value, column.index(), units);
            self.put(arc.to, d + arc.transit, units);
            got += self.take_held(arc.to, t, want - got);
        }
        got
    }

    /// Serves every demand, the first in the queue first.
    fn serve(&mut self) {
        let network = self.network;
        let ranks = network.streams.iter().flat_map(|s| &s.priority[s.first..]);
        let ranks: std::collections::BTreeSet<u32> = ranks.copied().collect();
        let mut given: Vec<f64> = vec![0.0; network.streams.len()];
        for rank in ranks {
            for t in 0..self.periods {
                for (j, stream) in network.streams.iter().enumerate() {
                    if stream.priority[t] != rank || !stream.serves.contains(&t) {
                        continue;
                    }
                    let due: f64 = stream.due[..=t].iter().sum();
                    for (n, &node) in stream.nodes.iter().enumerate() {
                        let most = (due - given[j])
                            .min(most_delivered(network, node, t))
                            .min(self.below_ceilings(&stream.draws[n], t));
                        let most = self.cut(node, most);
                        if most <= NOTHING || !stream.open[n].contains(t) {
                            continue;
                        }
                        let units = self.take(node, t, most);
                        self.draw_ceilings(&stream.draws[n], t, units);
                        let column = at(self.layout.deliver[j][n], t - stream.serves.start);
                        self.add(Store::Value, column.index(), units);
                        given[j] += units;
                        self.journal.clear();
                        self.dried.clear();
                    }
                }
            }
        }
    }

    /// What follows from what was decided.
    fn finish(mut self) -> Vec<f64> {
        let (network, layout) = (self.network, self.layout);
        for (q, regular) in network.capacity.iter().enumerate() {
            for (t, regular) in regular.iter().enumerate() {
                let used = regular + network.overtime[q][t] - self.capacity[q * self.periods + t];
                let over = layout.overtime.get(q).and_then(|columns| columns[t]);
                if let Some(column) = over {
                    self.values[column.index()] = (used - regular).max(0.0);
                }
            }
        }
        for node in 0..network.nodes.len() {
            for t in 0..self.periods {
                let level = self.hold[node * self.periods + t].max(0.0);
                self.values[layout.hold(node, t).index()] = level;
            }
        }
        for (j, stream) in network.streams.iter().enumerate() {
            let mut open = stream.due[..stream.first].iter().sum::<f64>();
            for t in stream.first..self.periods {
                open += stream.due[t];
                if stream.serves.contains(&t) {
                    for first in &layout.deliver[j] {
                        open -= self.values[at(*first, t - stream.serves.start).index()];
                    }
                }
                self.values[layout.unmet(network, j, t).index()] = open.max(0.0);
            }
        }
        for (f, floor) in network.floors.iter().enumerate() {
            for t in 0..self.periods {
                let levels = floor.nodes.iter().map(|n| self.hold[n * self.periods + t]);
                let missing = floor.quantity - levels.sum::<f64>();
                self.values[at(layout.shortfall[f], t).index()] = missing.max(0.0);
            }
        }
        self.values
    }
}
/// The plan that makes and ships nothing: demands take what lies at their site, first priority
/// first, and the rest is held.
pub(crate) fn idle(network: &Network, layout: &Layout, columns: usize) -> Vec<f64> {
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
                let may = stream.serves.contains(&t) && stream.open[n].contains(t);
                let given = if may {
                    let most = most_delivered(network, node, t);
                    open[j].min(held[node]).min(most)
                } else {
                    0.0
                };
                let given = match &layout.whole {
                    Some(whole) if whole[stream.item] => given.floor(),
                    _ => given,
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
