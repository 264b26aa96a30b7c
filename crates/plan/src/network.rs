//! Scenario and arcs to a time-expanded network: dates become periods, ids become places, and units
//! are split by where they were made only where a demand can tell them apart.
//!
//! Rounding never flatters: lead and transit days become whole periods by rounding up, capacity,
//! lanes and receipts count from the first period that starts on or after their date, and a demand
//! is due in the period its date falls in.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use darsena_scenario::{ClosureWhat, Horizon, Scenario, SiteId};

use crate::arcs::{Arc, Arcs, Ceiling, Opening};
use crate::plan::Kind;

/// An item of one kind at a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Node {
    pub site: usize,
    pub kind: usize,
}

/// A recipe with its dates as periods.
#[derive(Debug)]
pub(crate) struct Run {
    pub recipe: usize,
    pub output: usize,
    pub quantity: f64,
    pub lead: usize,
    pub inputs: Vec<(Input, f64)>,
    pub usages: Vec<(usize, f64)>,
    /// Periods in which it may start, ends inside the horizon.
    pub starts: Range<usize>,
    /// Periods in which its arc is open, whatever its own dates say.
    pub open: Spans,
    /// Periods in which it or its site is out of use.
    pub shut: Vec<Range<usize>>,
    pub cost: f64,
    pub line: Option<LineTerms>,
    /// Ceilings that count its runs.
    pub draws: Vec<Draw>,
}

/// What an arc draws on a ceiling.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Draw {
    /// Place in [`Arcs::ceilings`].
    pub ceiling: usize,
    /// What a unit counts, or a run.
    pub count: f64,
    /// Periods in which it does.
    pub during: Spans,
}

/// Where a run takes an input from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    /// The only kind there is: a node.
    Node(usize),
    /// Any kind of a split item: a pool.
    Pool(usize),
}

/// Fixed cost and minimum run of a line that opens or stays shut.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LineTerms {
    pub fixed_cost: f64,
    pub minimum_run: f64,
}

/// One kind over one lane.
#[derive(Debug)]
pub(crate) struct Move {
    pub lane: usize,
    pub kind: usize,
    pub from: usize,
    pub to: usize,
    pub transit: usize,
    pub departs: Range<usize>,
    /// Ceilings that count its units.
    pub draws: Vec<Draw>,
    /// Periods in which its arc is open, whatever its own dates say.
    pub open: Spans,
    pub cost: f64,
}

/// Periods, as ranges in order and apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spans(Vec<(usize, usize)>);

impl Spans {
    /// The periods that start while an arc is open.
    pub(crate) fn of(horizon: &Horizon, opening: &Opening) -> Self {
        let periods = horizon.len();
        let Opening::During(days) = opening else {
            return Spans(vec![(0, periods)]);
        };
        let from = |day| usize::try_from(horizon.first_from(day).max(0)).unwrap_or(periods);
        let spans = days.iter().map(|&(a, b)| (from(a), from(b).min(periods)));
        Spans(spans.filter(|(a, b)| a < b).collect())
    }

    pub(crate) fn contains(&self, t: usize) -> bool {
        self.0.iter().any(|&(from, end)| from <= t && t < end)
    }

    /// From the first of them to the last.
    fn hull(&self) -> Range<usize> {
        match (self.0.first(), self.0.last()) {
            (Some(&(from, _)), Some(&(_, end))) => from..end,
            _ => 0..0,
        }
    }
}

/// Demands that differ in nothing but date and quantity.
#[derive(Debug)]
pub(crate) struct Stream {
    pub party: usize,
    pub item: usize,
    /// Demands, first due first, then by id.
    pub demands: Vec<usize>,
    pub due: Vec<f64>,
    /// First period with something due.
    pub first: usize,
    /// The end of the periods in which it may be served: its deadline, or the horizon.
    pub until: usize,
    /// Periods in which it may be served by some node.
    pub serves: Range<usize>,
    pub tardiness_cost: f64,
    pub unmet_cost: f64,
    pub priority: Vec<u32>,
    /// Nodes it may be served from.
    pub nodes: Vec<usize>,
    /// The periods in which the arc from each of them is open.
    pub open: Vec<Spans>,
    /// Ceilings that count what is handed over from each of them.
    pub draws: Vec<Vec<Draw>>,
    /// Kinds of the item it does not accept.
    pub refused: Vec<usize>,
}

/// Units of an item to keep at a site.
#[derive(Debug)]
pub(crate) struct Floor {
    pub site: usize,
    pub item: usize,
    pub nodes: Vec<usize>,
    pub quantity: f64,
    /// None: it comes before every demand.
    pub cost: Option<f64>,
}

/// The network of a scenario. Everything is in order of the scenario's sorted tables.
#[derive(Debug)]
pub(crate) struct Network {
    pub periods: usize,
    pub kinds: Vec<Kind>,
    pub nodes: Vec<Node>,
    /// (site, item) of every pool from which runs draw any kind, with its nodes.
    pub pools: Vec<(usize, usize, Vec<usize>)>,
    /// Units that come from outside: node, period, quantity.
    pub supply: Vec<(usize, usize, f64)>,
    pub runs: Vec<Run>,
    pub moves: Vec<Move>,
    /// Per site, whether it is out of use in each period; empty where it never is.
    pub site_shut: Vec<Vec<bool>>,
    /// Limit of each lane and period; infinite without limit.
    pub lane_limit: Vec<Vec<f64>>,
    pub capacity: Vec<Vec<f64>>,
    pub overtime: Vec<Vec<f64>>,
    /// Per unit of overtime, by resource.
    pub overtime_cost: Vec<f64>,
    /// Per unit and period, by kind.
    pub holding_cost: Vec<f64>,
    pub streams: Vec<Stream>,
    pub floors: Vec<Floor>,
    /// The most each ceiling allows.
    pub ceilings: Vec<f64>,
    pub remarks: Vec<String>,
}

/// Limits as multiples of `unit`: what is over in a period is left to the next.
///
/// ```text
/// whole[t] = unit (floor(sum of limits to t / unit) - floor(sum of limits before t / unit))
/// ```
fn in_wholes(limits: &mut [f64], unit: f64) {
    let (mut sum, mut given) = (0.0, 0.0);
    for limit in limits.iter_mut().filter(|limit| limit.is_finite()) {
        sum += *limit / unit;
        // A sum this little below a whole number is one.
        let whole = (sum + 1e-6_f64).floor();
        *limit = unit * (whole - given);
        given = whole;
    }
}

impl Network {
    /// Whether any run uses a resource; one that none does is not in the program.
    pub(crate) fn is_used(&self, resource: usize) -> bool {
        let usages = self.runs.iter().flat_map(|run| &run.usages);
        usages.into_iter().any(|usage| usage.0 == resource)
    }

    /// Counts limits in whole units: capacity that only runs of one usage take, without overtime, and lanes of one
    /// item. What a period has no full run or unit for is left to the next. Else a line of two and a half a
    /// month would make two, and one of a half none.
    pub(crate) fn count_limits(&mut self, scenario: &Scenario, countable: &[bool]) {
        let whole = |kind: usize| countable[self.kinds[kind].item];
        for q in 0..self.capacity.len() {
            let mut takes = Vec::new();
            for run in &self.runs {
                let own = run
                    .usages
                    .iter()
                    .filter(|(of, usage)| *of == q && *usage > 0.0);
                takes.extend(own.map(|(_, usage)| (*usage, whole(self.nodes[run.output].kind))));
            }
            let alike = takes
                .first()
                .copied()
                .filter(|first| first.1 && takes.iter().all(|t| t == first));
            let overtime = self.overtime[q].iter().any(|&limit| limit > 0.0);
            if let Some((usage, _)) = alike.filter(|_| !overtime) {
                in_wholes(&mut self.capacity[q], usage);
            }
        }
        for (limits, lane) in self.lane_limit.iter_mut().zip(scenario.lanes()) {
            let carried = lane.item.as_ref().map(|id| item(scenario, id));
            if carried.is_some_and(|carried| countable[carried]) {
                in_wholes(limits, 1.0);
            }
        }
    }

    /// Whether the site of a node is out of use in `t`: then nothing starts, leaves, arrives or is
    /// handed over there.
    pub(crate) fn shut(&self, node: usize, t: usize) -> bool {
        let shut = &self.site_shut[self.nodes[node].site];
        shut.get(t).copied().unwrap_or(false)
    }

    /// Moves of each lane, as a range of `moves`.
    pub(crate) fn moves_of_lane(&self) -> BTreeMap<usize, Range<usize>> {
        let mut ranges: BTreeMap<usize, Range<usize>> = BTreeMap::new();
        for (m, arc) in self.moves.iter().enumerate() {
            ranges
                .entry(arc.lane)
                .and_modify(|r| r.end = m + 1)
                .or_insert(m..m + 1);
        }
        ranges
    }
}

/// Kinds of each item, and the kind of each origin.
struct Split {
    kinds: Vec<Kind>,
    of_item: Vec<Range<usize>>,
    of_origin: Vec<BTreeMap<String, usize>>,
}

impl Split {
    /// Tells origins of an item apart where, and only where, the accepted states of some demand or the
    /// openings of some arc do.
    fn new(scenario: &Scenario, arcs: &Arcs) -> Self {
        let items = scenario.items();
        let mut tests: Vec<BTreeSet<Vec<&str>>> = vec![BTreeSet::new(); items.len()];
        for demand in scenario.demands().iter().filter(|d| !d.made_in.is_empty()) {
            let mut states: Vec<&str> = demand.made_in.iter().map(|s| s.as_str()).collect();
            states.sort_unstable();
            tests[item(scenario, &demand.item)].insert(states);
        }
        let mut origins: Vec<BTreeSet<String>> = vec![BTreeSet::new(); items.len()];
        for recipe in scenario.recipes() {
            let state = scenario.sites()[site(scenario, &recipe.site)]
                .state
                .to_string();
            origins[item(scenario, &recipe.item)].insert(state);
        }
        for stock in scenario.stockpiles() {
            origins[item(scenario, &stock.item)].insert(text(stock.made_in.as_ref()));
        }
        for receipt in scenario.receipts() {
            origins[item(scenario, &receipt.item)].insert(text(receipt.made_in.as_ref()));
        }
        let (mut kinds, mut of_item) = (Vec::new(), Vec::new());
        let mut of_origin = vec![BTreeMap::new(); items.len()];
        for i in 0..items.len() {
            let first = kinds.len();
            let mut alike: BTreeMap<(Vec<bool>, Vec<String>), Vec<String>> = BTreeMap::new();
            for origin in &origins[i] {
                let accepted = tests[i]
                    .iter()
                    .map(|states| states.contains(&origin.as_str()))
                    .collect();
                let signature = (accepted, arcs.signature(i, origin));
                alike.entry(signature).or_default().push(origin.clone());
            }
            if alike.len() <= 1 {
                kinds.push(Kind {
                    item: i,
                    states: Vec::new(),
                });
                for origin in &origins[i] {
                    of_origin[i].insert(origin.clone(), first);
                }
                // One kind that a demand refuses is still told apart from what it accepts.
                if !tests[i].is_empty() || arcs.tells_apart(i) {
                    kinds[first].states = origins[i].iter().cloned().collect();
                }
            } else {
                let mut groups: Vec<Vec<String>> = alike.into_values().collect();
                groups.sort();
                for states in groups {
                    for origin in &states {
                        of_origin[i].insert(origin.clone(), kinds.len());
                    }
                    kinds.push(Kind { item: i, states });
                }
            }
            of_item.push(first..kinds.len());
        }
        Split {
            kinds,
            of_item,
            of_origin,
        }
    }
}

fn text<T: ToString>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

fn item(scenario: &Scenario, id: &darsena_scenario::ItemId) -> usize {
    scenario
        .find_item(id)
        .expect("a checked scenario knows its items")
}

fn site(scenario: &Scenario, id: &SiteId) -> usize {
    scenario
        .find_site(id)
        .expect("a checked scenario knows its sites")
}

/// Builds the network of `scenario` with the arcs `arcs` leaves open.
pub(crate) fn network(scenario: &Scenario, arcs: &Arcs, include_unconfirmed: bool) -> Network {
    let horizon = scenario.head().horizon();
    let periods = horizon.len();
    let split = Split::new(scenario, arcs);
    let closures = Closures::new(scenario, &horizon);
    let mut remarks = Vec::new();

    let lane_items = lane_items(scenario);
    let mut touched: Vec<(usize, usize)> = Vec::new();
    let recipe_inputs = inputs_by_recipe(scenario);
    for (r, recipe) in scenario.recipes().iter().enumerate() {
        let at = site(scenario, &recipe.site);
        touched.push((at, item(scenario, &recipe.item)));
        touched.extend(recipe_inputs[r].iter().map(|&(i, _)| (at, i)));
    }
    for (lane, items) in scenario.lanes().iter().zip(&lane_items) {
        for &i in items {
            touched.push((site(scenario, &lane.from_site), i));
            touched.push((site(scenario, &lane.to_site), i));
        }
    }
    touched.extend(
        scenario
            .stockpiles()
            .iter()
            .map(|s| (site(scenario, &s.site), item(scenario, &s.item))),
    );
    touched.extend(
        scenario
            .receipts()
            .iter()
            .map(|s| (site(scenario, &s.site), item(scenario, &s.item))),
    );
    touched.extend(
        scenario
            .demands()
            .iter()
            .map(|s| (site(scenario, &s.site), item(scenario, &s.item))),
    );
    touched.sort_unstable();
    touched.dedup();
    let mut nodes = Vec::new();
    let mut node_of: HashMap<(usize, usize), usize> = HashMap::new();
    for &(s, i) in &touched {
        for kind in split.of_item[i].clone() {
            node_of.insert((s, kind), nodes.len());
            nodes.push(Node { site: s, kind });
        }
    }
    let nodes_at = |s: usize, i: usize| -> Vec<usize> {
        split.of_item[i]
            .clone()
            .map(|kind| node_of[&(s, kind)])
            .collect()
    };

    let mut supply = Vec::new();
    for stock in scenario.stockpiles().iter().filter(|s| s.quantity > 0.0) {
        let i = item(scenario, &stock.item);
        let kind = split.of_origin[i][&text(stock.made_in.as_ref())];
        supply.push((
            node_of[&(site(scenario, &stock.site), kind)],
            0,
            stock.quantity,
        ));
    }
    let mut unconfirmed = 0;
    for receipt in scenario.receipts().iter().filter(|r| r.quantity > 0.0) {
        if !receipt.firm && !include_unconfirmed {
            unconfirmed += 1;
            continue;
        }
        let period = horizon.first_from(receipt.date);
        if let Ok(t) = usize::try_from(period.max(0))
            && t < periods
        {
            let i = item(scenario, &receipt.item);
            let kind = split.of_origin[i][&text(receipt.made_in.as_ref())];
            supply.push((
                node_of[&(site(scenario, &receipt.site), kind)],
                t,
                receipt.quantity,
            ));
        }
    }
    if unconfirmed > 0 {
        remarks.push(format!(
            "not firm and left out: {unconfirmed} of the receipts"
        ));
    }

    let mut pools: Vec<(usize, usize, Vec<usize>)> = Vec::new();
    let mut pool_of: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let usages = usages_by_recipe(scenario);
    let mut runs = Vec::new();
    for (r, recipe) in scenario.recipes().iter().enumerate() {
        let at = site(scenario, &recipe.site);
        let i = item(scenario, &recipe.item);
        let lead = horizon.periods_for_days(recipe.lead_time_days);
        let inputs = recipe_inputs[r]
            .iter()
            .map(|&(part, quantity)| {
                let places = nodes_at(at, part);
                let from = if let [only] = places[..] {
                    Input::Node(only)
                } else {
                    Input::Pool(*pool_of.entry((at, part)).or_insert_with(|| {
                        pools.push((at, part, places));
                        pools.len() - 1
                    }))
                };
                (from, quantity)
            })
            .collect();
        let state = scenario.sites()[at].state.to_string();
        let open = Spans::of(&horizon, &arcs.make[r]);
        let starts = clip(
            horizon.span(recipe.from, recipe.until),
            open.hull(),
            periods.saturating_sub(lead),
        );
        runs.push(Run {
            recipe: r,
            output: node_of[&(at, split.of_origin[i][&state])],
            quantity: recipe.quantity,
            lead,
            inputs,
            usages: usages[r].clone(),
            starts,
            open,
            shut: closures.of_site(at).chain(closures.of_recipe(r)).collect(),
            cost: recipe.cost,
            line: (recipe.fixed_cost > 0.0 || recipe.minimum_run > 0.0).then_some(LineTerms {
                fixed_cost: recipe.fixed_cost,
                minimum_run: recipe.minimum_run,
            }),
            draws: draws(arcs, &horizon, &Arc::Make(r)),
        });
    }

    let mut moves = Vec::new();
    for (l, lane) in scenario.lanes().iter().enumerate() {
        let (from, to) = (
            site(scenario, &lane.from_site),
            site(scenario, &lane.to_site),
        );
        let transit = horizon.periods_for_days(lane.transit_days);
        for &i in &lane_items[l] {
            for kind in split.of_item[i].clone() {
                let states = split.kinds[kind].states.iter();
                let opening = states.fold(arcs.ship[l].clone(), |all, state| {
                    all.and(&arcs.shipping(l, i, state))
                });
                let open = Spans::of(&horizon, &opening);
                let departs = clip(
                    horizon.span(lane.from, lane.until),
                    open.hull(),
                    periods.saturating_sub(transit),
                );
                moves.push(Move {
                    lane: l,
                    kind,
                    from: node_of[&(from, kind)],
                    to: node_of[&(to, kind)],
                    transit,
                    departs,
                    draws: split.kinds[kind]
                        .states
                        .first()
                        .map_or(Vec::new(), |state| {
                            draws(arcs, &horizon, &Arc::Ship(l, i, state.clone()))
                        }),
                    open,
                    cost: lane.cost,
                });
            }
        }
    }

    let (capacity, overtime) = capacities(scenario, &horizon, &closures);
    let streams = streams(scenario, arcs, &horizon, &split, &node_of);
    let mut floors: BTreeMap<(usize, usize), (f64, Option<f64>)> = BTreeMap::new();
    for stock in scenario.stockpiles().iter().filter(|s| s.floor > 0.0) {
        let key = (site(scenario, &stock.site), item(scenario, &stock.item));
        let floor = floors.entry(key).or_insert((0.0, stock.floor_cost));
        floor.0 += stock.floor;
        // Floors of several parties at one place: the dearest price holds, no price is dearest.
        floor.1 = match (floor.1, stock.floor_cost) {
            (Some(a), Some(b)) => Some(a.max(b)),
            _ => None,
        };
    }
    let floors = floors
        .into_iter()
        .map(|((s, i), (quantity, cost))| Floor {
            site: s,
            item: i,
            nodes: nodes_at(s, i),
            quantity,
            cost,
        })
        .collect();
    Network {
        periods,
        nodes,
        pools,
        supply,
        runs,
        moves,
        site_shut: closures.sites(scenario, periods),
        lane_limit: closures.lane_limits(scenario, periods),
        capacity,
        overtime,
        streams,
        floors,
        ceilings: arcs.ceilings.iter().map(|c| c.most).collect(),
        overtime_cost: scenario
            .resources()
            .iter()
            .map(|q| q.overtime_cost)
            .collect(),
        holding_cost: split
            .kinds
            .iter()
            .map(|k| scenario.items()[k.item].holding_cost)
            .collect(),
        kinds: split.kinds,
        remarks,
    }
}

/// What an arc draws on ceilings; units of one kind draw alike, so any of its states stands for all.
fn draws(arcs: &Arcs, horizon: &Horizon, arc: &Arc) -> Vec<Draw> {
    let ceilings = arcs.ceilings.iter().enumerate();
    let draw = |(ceiling, limit): (usize, &Ceiling)| {
        let (count, during) = limit.draw(arc)?;
        let during = Spans::of(horizon, &during);
        Some(Draw {
            ceiling,
            count,
            during,
        })
    };
    ceilings.filter_map(draw).collect()
}

/// The part of `span` that is inside `open` and before `end`.
fn clip(span: Range<usize>, open: Range<usize>, end: usize) -> Range<usize> {
    let end = span.end.min(open.end).min(end);
    span.start.max(open.start).min(end)..end
}

/// Items each lane carries: the one it names, or every item that can come to its start and is of
/// use at its end or beyond.
fn lane_items(scenario: &Scenario) -> Vec<Vec<usize>> {
    let lanes: Vec<(usize, usize, Option<usize>)> = scenario
        .lanes()
        .iter()
        .map(|l| {
            let carried = l.item.as_ref().map(|i| item(scenario, i));
            (
                site(scenario, &l.from_site),
                site(scenario, &l.to_site),
                carried,
            )
        })
        .collect();
    if lanes.iter().all(|l| l.2.is_some()) {
        return lanes.iter().map(|l| l.2.into_iter().collect()).collect();
    }
    let mut had: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut wanted: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (recipe, inputs) in scenario.recipes().iter().zip(inputs_by_recipe(scenario)) {
        let at = site(scenario, &recipe.site);
        had.insert((at, item(scenario, &recipe.item)));
        wanted.extend(inputs.into_iter().map(|(i, _)| (at, i)));
    }
    had.extend(
        scenario
            .stockpiles()
            .iter()
            .map(|s| (site(scenario, &s.site), item(scenario, &s.item))),
    );
    had.extend(
        scenario
            .receipts()
            .iter()
            .map(|s| (site(scenario, &s.site), item(scenario, &s.item))),
    );
    wanted.extend(
        scenario
            .demands()
            .iter()
            .map(|s| (site(scenario, &s.site), item(scenario, &s.item))),
    );
    wanted.extend(
        scenario
            .stockpiles()
            .iter()
            .filter(|s| s.floor > 0.0)
            .map(|s| (site(scenario, &s.site), item(scenario, &s.item))),
    );
    let spread = |set: &mut BTreeSet<(usize, usize)>, forward: bool| loop {
        let mut added = Vec::new();
        for &(a, b, carried) in &lanes {
            let (a, b) = if forward { (a, b) } else { (b, a) };
            let items: Vec<usize> = match carried {
                Some(i) if set.contains(&(a, i)) => vec![i],
                Some(_) => vec![],
                None => set.range((a, 0)..(a + 1, 0)).map(|&(_, i)| i).collect(),
            };
            added.extend(
                items
                    .into_iter()
                    .map(|i| (b, i))
                    .filter(|pair| !set.contains(pair)),
            );
        }
        if added.is_empty() {
            break;
        }
        set.extend(added);
    };
    spread(&mut had, true);
    spread(&mut wanted, false);
    lanes
        .iter()
        .map(|&(a, b, carried)| match carried {
            Some(i) => vec![i],
            None => had
                .range((a, 0)..(a + 1, 0))
                .map(|&(_, i)| i)
                .filter(|&i| wanted.contains(&(b, i)))
                .collect(),
        })
        .collect()
}

fn inputs_by_recipe(scenario: &Scenario) -> Vec<Vec<(usize, f64)>> {
    let mut inputs = vec![Vec::new(); scenario.recipes().len()];
    for row in scenario.recipe_inputs() {
        let r = scenario
            .find_recipe(&row.recipe)
            .expect("a checked scenario knows its recipes");
        inputs[r].push((item(scenario, &row.item), row.quantity));
    }
    for row in &mut inputs {
        row.sort_by_key(|&(i, _)| i);
    }
    inputs
}

fn usages_by_recipe(scenario: &Scenario) -> Vec<Vec<(usize, f64)>> {
    let resource = |id| {
        scenario
            .find_resource(id)
            .expect("a checked scenario knows its resources")
    };
    let mut usages: Vec<Vec<(usize, f64)>> = scenario
        .recipes()
        .iter()
        .map(|r| {
            r.resource
                .as_ref()
                .map(|q| (resource(q), r.usage))
                .into_iter()
                .collect()
        })
        .collect();
    for row in scenario.recipe_resources() {
        let r = scenario
            .find_recipe(&row.recipe)
            .expect("a checked scenario knows its recipes");
        usages[r].push((resource(&row.resource), row.usage));
    }
    for row in &mut usages {
        row.sort_by_key(|&(q, _)| q);
    }
    usages
}

/// Capacity and overtime of every resource and period. A ramp counts with its value in the middle
/// of the period, so a whole ramp adds up to the area under its line.
fn capacities(
    scenario: &Scenario,
    horizon: &Horizon,
    closures: &Closures,
) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let (resources, periods) = (scenario.resources().len(), horizon.len());
    let mut capacity = vec![vec![0.0; periods]; resources];
    let mut overtime = capacity.clone();
    for row in scenario.capacity() {
        let q = scenario
            .find_resource(&row.resource)
            .expect("a checked scenario knows its resources");
        let first = horizon.first_from(row.from);
        let end = row
            .until
            .map_or(horizon.len() as i64, |until| horizon.first_from(until));
        for t in horizon.span(Some(row.from), row.until) {
            let share = (t as f64 + 0.5 - first as f64) / (end - first) as f64;
            let rise = row.ramp_to.map_or(0.0, |to| (to - row.capacity) * share);
            capacity[q][t] = row.capacity + rise;
            overtime[q][t] = row.overtime;
        }
    }
    for (q, resource) in scenario.resources().iter().enumerate() {
        let own = closures
            .resources
            .iter()
            .filter(|c| c.0 == q)
            .map(|c| c.1.clone());
        for span in own.chain(closures.of_site(site(scenario, &resource.site))) {
            capacity[q][span.clone()].fill(0.0);
            overtime[q][span.clone()].fill(0.0);
        }
    }
    (capacity, overtime)
}

fn streams(
    scenario: &Scenario,
    arcs: &Arcs,
    horizon: &Horizon,
    split: &Split,
    node_of: &HashMap<(usize, usize), usize>,
) -> Vec<Stream> {
    let periods = horizon.len();
    let priorities = Priorities::new(scenario, horizon);
    // Costs in a key compare by their bits: equal numbers have equal bits here, all are >= 0.
    type Key<'a> = (
        usize,
        usize,
        usize,
        [u64; 2],
        Vec<&'a str>,
        Vec<(Spans, Vec<(usize, u64, Spans)>)>,
        usize,
        usize,
    );
    let mut groups: BTreeMap<Key<'_>, Vec<usize>> = BTreeMap::new();
    for (j, demand) in scenario.demands().iter().enumerate() {
        if demand.quantity <= 0.0 {
            continue;
        }
        let party = scenario
            .find_party(&demand.party)
            .expect("a checked scenario knows its parties");
        let last = demand.deadline.map_or(periods, |day| {
            usize::try_from(horizon.first_from(day))
                .unwrap_or(0)
                .min(periods)
        });
        let mut made_in: Vec<&str> = demand.made_in.iter().map(|s| s.as_str()).collect();
        made_in.sort_unstable();
        let i = item(scenario, &demand.item);
        let open = split.of_item[i].clone().map(|kind| {
            let states = split.kinds[kind].states.iter();
            let opening = states.fold(arcs.deliver[j].clone(), |all, state| {
                all.and(&arcs.delivering(j, i, state))
            });
            let drawn = split.kinds[kind]
                .states
                .first()
                .map_or(Vec::new(), |state| {
                    draws(arcs, horizon, &Arc::Deliver(j, i, state.clone()))
                });
            let drawn = drawn.into_iter();
            let drawn = drawn.map(|draw| (draw.ceiling, draw.count.to_bits(), draw.during));
            (Spans::of(horizon, &opening), drawn.collect())
        });
        let key = (
            site(scenario, &demand.site),
            i,
            party,
            [demand.tardiness_cost.to_bits(), demand.unmet_cost.to_bits()],
            made_in,
            open.collect(),
            last,
            priorities.of_demand[j],
        );
        groups.entry(key).or_default().push(j);
    }
    groups
        .into_iter()
        .map(
            |((s, i, party, costs, made_in, spans, until, priority), mut demands)| {
                let due_in = |j: usize| due_period(horizon, scenario.demands()[j].due);
                demands.sort_by_key(|&j| (scenario.demands()[j].due, j));
                let mut due = vec![0.0; periods];
                for &j in &demands {
                    due[due_in(j)] += scenario.demands()[j].quantity;
                }
                let first = due_in(demands[0]);
                let (mut nodes, mut open, mut refused) = (Vec::new(), Vec::new(), Vec::new());
                let mut draws = Vec::new();
                for (kind, (spans, drawn)) in split.of_item[i].clone().zip(spans) {
                    let states = &split.kinds[kind].states;
                    if made_in.is_empty()
                        || states.iter().any(|state| made_in.contains(&state.as_str()))
                    {
                        nodes.push(node_of[&(s, kind)]);
                        open.push(spans);
                        let draw = |(ceiling, count, during)| Draw {
                            ceiling,
                            count: f64::from_bits(count),
                            during,
                        };
                        draws.push(drawn.into_iter().map(draw).collect());
                    } else {
                        refused.push(node_of[&(s, kind)]);
                    }
                }
                Stream {
                    party,
                    item: i,
                    due,
                    first,
                    until,
                    serves: clip(first..periods, served(&open), until),
                    tardiness_cost: f64::from_bits(costs[0]),
                    unmet_cost: f64::from_bits(costs[1]),
                    priority: priorities.courses[priority].clone(),
                    demands,
                    nodes,
                    open,
                    draws,
                    refused,
                }
            },
        )
        .collect()
}

/// From the first period in which any of the arcs is open to the last.
fn served(open: &[Spans]) -> Range<usize> {
    let hulls = open.iter().map(Spans::hull).filter(|hull| !hull.is_empty());
    hulls
        .reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))
        .unwrap_or(0..0)
}

/// The period a demand is due in; one overdue on the first day is due in the first.
pub(crate) fn due_period(horizon: &Horizon, due: jiff::civil::Date) -> usize {
    usize::try_from(horizon.period_of(due))
        .unwrap_or(0)
        .min(horizon.len().saturating_sub(1))
}

/// The priorities demands have from period to period, and which of these each demand has.
struct Priorities {
    /// Each once, in order.
    courses: Vec<Vec<u32>>,
    of_demand: Vec<usize>,
}

impl Priorities {
    /// The course of every demand: its own priority, over which a dated one of its party is laid, over
    /// which a dated one of the demand itself is laid.
    fn new(scenario: &Scenario, horizon: &Horizon) -> Self {
        let demands = scenario.demands();
        let level = |priority: u32| vec![priority; horizon.len()];
        let mut dated: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
        for of_demand in [false, true] {
            for row in scenario
                .priorities()
                .iter()
                .filter(|p| p.demand.is_some() == of_demand)
            {
                let span = horizon.span(Some(row.from), row.until);
                for (j, demand) in demands.iter().enumerate() {
                    let named = if of_demand {
                        row.demand.as_ref() == Some(&demand.demand)
                    } else {
                        row.party.as_ref() == Some(&demand.party)
                    };
                    if named {
                        let course = dated.entry(j).or_insert_with(|| level(demand.priority));
                        course[span.clone()].fill(row.priority);
                    }
                }
            }
        }
        let plain: BTreeSet<u32> = demands.iter().map(|demand| demand.priority).collect();
        let mut courses: BTreeSet<Vec<u32>> = dated.values().cloned().collect();
        courses.extend(plain.iter().map(|&priority| level(priority)));
        let courses: Vec<Vec<u32>> = courses.into_iter().collect();
        let place = |course: &Vec<u32>| courses.binary_search(course).expect("it was put there");
        let plain: BTreeMap<u32, usize> = plain.iter().map(|&p| (p, place(&level(p)))).collect();
        let of_demand = demands
            .iter()
            .enumerate()
            .map(|(j, demand)| dated.get(&j).map_or(plain[&demand.priority], place))
            .collect();
        Priorities { courses, of_demand }
    }
}

/// What is out of use, as periods.
struct Closures {
    resources: Vec<(usize, Range<usize>)>,
    sites: Vec<(usize, Range<usize>)>,
    lanes: Vec<(usize, Range<usize>)>,
    recipes: Vec<(usize, Range<usize>)>,
}

impl Closures {
    fn new(scenario: &Scenario, horizon: &Horizon) -> Self {
        let mut closures = Closures {
            resources: vec![],
            sites: vec![],
            lanes: vec![],
            recipes: vec![],
        };
        for row in scenario.closures() {
            let span = horizon.span(Some(row.from), Some(row.until));
            let id = row.id.as_str();
            let place =
                |found: Option<usize>| found.expect("a checked scenario knows what it closes");
            let (list, at) = match row.what {
                ClosureWhat::Resource => (
                    &mut closures.resources,
                    scenario
                        .resources()
                        .iter()
                        .position(|x| x.resource.as_str() == id),
                ),
                ClosureWhat::Site => (
                    &mut closures.sites,
                    scenario.sites().iter().position(|x| x.site.as_str() == id),
                ),
                ClosureWhat::Lane => (
                    &mut closures.lanes,
                    scenario.lanes().iter().position(|x| x.lane.as_str() == id),
                ),
                ClosureWhat::Recipe => (&mut closures.recipes, scenario.find_recipe(id)),
                ClosureWhat::Dock => continue,
            };
            list.push((place(at), span));
        }
        closures
    }

    /// Periods in which the site is out of use.
    fn of_site(&self, site: usize) -> impl Iterator<Item = Range<usize>> + '_ {
        self.sites
            .iter()
            .filter(move |c| c.0 == site)
            .map(|c| c.1.clone())
    }

    /// Periods in which no run of the recipe may start.
    fn of_recipe(&self, recipe: usize) -> impl Iterator<Item = Range<usize>> + '_ {
        let own = self.recipes.iter().filter(move |c| c.0 == recipe);
        own.map(|c| c.1.clone())
    }

    /// Per site, whether it is out of use in each period; empty where it never is.
    fn sites(&self, scenario: &Scenario, periods: usize) -> Vec<Vec<bool>> {
        let mut shut = vec![Vec::new(); scenario.sites().len()];
        for (site, span) in &self.sites {
            shut[*site].resize(periods, false);
            shut[*site][span.clone()].fill(true);
        }
        shut
    }

    /// Limit of every lane and period: none where the lane or the site it starts from is closed.
    fn lane_limits(&self, scenario: &Scenario, periods: usize) -> Vec<Vec<f64>> {
        let mut limits: Vec<Vec<f64>> = scenario
            .lanes()
            .iter()
            .map(|l| vec![l.capacity.unwrap_or(f64::INFINITY); periods])
            .collect();
        for (l, lane) in scenario.lanes().iter().enumerate() {
            let own = self.lanes.iter().filter(|c| c.0 == l).map(|c| c.1.clone());
            for span in own.chain(self.of_site(site(scenario, &lane.from_site))) {
                limits[l][span].fill(0.0);
            }
        }
        limits
    }
}
