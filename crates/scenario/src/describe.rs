//! What is in a scenario: counts, states, echelons, totals, and the longest lead-time path.
//!
//! # Longest lead-time path
//! How many days pass until the slowest demanded item is where it is wanted, if nothing stands in stock
//! but what nobody makes? Let T(s, i) be the days until item i can be at site s:
//!
//! ```text
//! T(s, i) = least of  0                                              held at s, and no recipe makes i
//!                     lead_time(r) + greatest over inputs c of T(s, c)   recipe r makes i at s
//!                     T(s', i) + transit(l)                          lane l carries i from s' to s
//! ```
//!
//! The path is the one behind the greatest T of a demand: at each step the slowest input of the fastest
//! recipe. It counts no queues: capacity, limits of lanes and approvals make things later, stock makes
//! them earlier.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::fmt;

use jiff::civil::Date;

use crate::cell::{EachTable, Record};
use crate::scenario::Scenario;
use crate::tables::{ItemId, LaneId, PartyKind, RecipeId, ResourceId, SiteId, StateId, TableName};
use crate::time::Period;

/// What is in a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// Its name.
    pub name: String,
    /// Its title; may be blank.
    pub title: String,
    /// Hash of its content.
    pub hash: String,
    /// First day of the horizon.
    pub start: Date,
    /// First day after the horizon.
    pub end: Date,
    /// Length of its periods.
    pub period: Period,
    /// How many periods there are.
    pub periods: u32,
    /// What costs are counted in.
    pub currency: String,
    /// Tables that have rows, and how many, in the order of the dictionary.
    pub tables: Vec<(TableName, usize)>,
    /// The states, in order of their ids.
    pub states: Vec<StateSummary>,
    /// How many items are so many recipes away from a demand: first those demanded themselves.
    pub echelons: Vec<usize>,
    /// Items that no demand leads to.
    pub items_not_wanted: usize,
    /// Demands by priority, most urgent first.
    pub priorities: Vec<PrioritySummary>,
    /// What is demanded, held and due to arrive of each demanded item, in order of their ids.
    pub items: Vec<ItemSummary>,
    /// Capacity of each resource, in order of their ids.
    pub resources: Vec<ResourceSummary>,
    /// The slowest way from nothing to a demand; none if there is no demand that can be met so.
    pub longest_path: Option<LeadTimePath>,
}

/// What a state has and wants.
#[derive(Debug, Clone, PartialEq)]
pub struct StateSummary {
    /// The state.
    pub state: StateId,
    /// Its name.
    pub name: String,
    /// Sites on its ground.
    pub sites: usize,
    /// Recipes at these sites.
    pub recipes: usize,
    /// Demands of its parties.
    pub demands: usize,
    /// Units they want.
    pub demanded: f64,
}

/// The demands of one priority.
#[derive(Debug, Clone, PartialEq)]
pub struct PrioritySummary {
    /// The priority.
    pub priority: u32,
    /// How many demands there are.
    pub demands: usize,
    /// Units they want.
    pub demanded: f64,
    /// What these units are worth, where the value of the item is known.
    pub value: f64,
}

/// Totals of one demanded item.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemSummary {
    /// The item.
    pub item: ItemId,
    /// How many demands there are.
    pub demands: usize,
    /// Units demanded.
    pub demanded: f64,
    /// Units in stock on the first day, at all sites.
    pub in_stock: f64,
    /// Units that should stay there.
    pub floor: f64,
    /// Units that arrive by themselves inside the horizon.
    pub receipts: f64,
}

/// Capacity of one resource, over the horizon.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceSummary {
    /// The resource.
    pub resource: ResourceId,
    /// Where it is.
    pub site: SiteId,
    /// Regular capacity of all periods together.
    pub capacity: f64,
    /// Overtime of all periods together.
    pub overtime: f64,
}

/// The slowest way from nothing to a demand.
#[derive(Debug, Clone, PartialEq)]
pub struct LeadTimePath {
    /// Days from the start of the first step to the end of the last.
    pub days: u64,
    /// The item demanded.
    pub item: ItemId,
    /// Where it is demanded.
    pub site: SiteId,
    /// The steps, first to last in time.
    pub steps: Vec<PathStep>,
}

/// One step of a lead-time path.
#[derive(Debug, Clone, PartialEq)]
pub struct PathStep {
    /// What happens.
    pub what: StepKind,
    /// The item that comes of it.
    pub item: ItemId,
    /// Where it then is.
    pub site: SiteId,
    /// How long it takes.
    pub days: u32,
}

/// What happens in a step.
#[derive(Debug, Clone, PartialEq)]
pub enum StepKind {
    /// It is held there.
    Held,
    /// A recipe makes it.
    Made(RecipeId),
    /// A lane carries it there.
    Sent(LaneId),
}

/// Returns what is in a scenario.
#[must_use]
pub fn describe(scenario: &Scenario) -> Description {
    let head = scenario.head();
    let horizon = head.horizon();
    let mut counts = Counts(Vec::new());
    scenario.tables.each(&mut counts);
    let (echelons, items_not_wanted) = echelons(scenario);
    Description {
        name: head.name.clone(),
        title: head.title.clone(),
        hash: scenario.hash().to_string(),
        start: head.start,
        end: horizon.end(),
        period: head.period,
        periods: head.periods,
        currency: head.currency.clone(),
        tables: counts.0,
        states: states(scenario),
        echelons,
        items_not_wanted,
        priorities: priorities(scenario),
        items: items(scenario),
        resources: resources(scenario),
        longest_path: longest_path(scenario),
    }
}

struct Counts(Vec<(TableName, usize)>);

impl EachTable for Counts {
    fn table<R: Record>(&mut self, rows: &[R]) {
        if !rows.is_empty() {
            self.0.push((R::TABLE, rows.len()));
        }
    }
}

fn states(scenario: &Scenario) -> Vec<StateSummary> {
    let mut states: BTreeMap<&str, StateSummary> = scenario
        .parties()
        .iter()
        .filter(|party| party.kind == PartyKind::State)
        .map(|party| {
            let (state, name) = (party.state.clone(), party.name.to_string());
            let summary = StateSummary {
                state,
                name,
                sites: 0,
                recipes: 0,
                demands: 0,
                demanded: 0.0,
            };
            (party.party.as_str(), summary)
        })
        .collect();
    for site in scenario.sites() {
        if let Some(state) = states.get_mut(site.state.as_str()) {
            state.sites += 1;
        }
    }
    for recipe in scenario.recipes() {
        let site = scenario
            .find_site(&recipe.site)
            .map(|n| &scenario.sites()[n]);
        if let Some(state) = site.and_then(|site| states.get_mut(site.state.as_str())) {
            state.recipes += 1;
        }
    }
    for demand in scenario.demands() {
        let party = scenario
            .find_party(&demand.party)
            .map(|n| &scenario.parties()[n]);
        if let Some(state) = party.and_then(|party| states.get_mut(party.state.as_str())) {
            state.demands += 1;
            state.demanded += demand.quantity;
        }
    }
    states.into_values().collect()
}

/// How many items are 0, 1, 2, … recipes away from a demand, and how many no demand leads to.
fn echelons(scenario: &Scenario) -> (Vec<usize>, usize) {
    let items = scenario.items().len();
    let mut needs = vec![Vec::new(); items];
    for recipe in scenario.recipes() {
        let Some(out) = scenario.find_item(&recipe.item) else {
            continue;
        };
        let inputs = scenario.recipe_inputs_of(&recipe.recipe);
        needs[out].extend(
            inputs
                .iter()
                .filter_map(|input| scenario.find_item(&input.item)),
        );
    }
    let mut seen = vec![false; items];
    let mut layer: Vec<usize> = scenario
        .demands()
        .iter()
        .filter_map(|demand| scenario.find_item(&demand.item))
        .collect();
    let mut echelons = Vec::new();
    loop {
        layer.retain(|&item| !std::mem::replace(&mut seen[item], true));
        if layer.is_empty() {
            break;
        }
        echelons.push(layer.len());
        layer = layer
            .iter()
            .flat_map(|&item| needs[item].iter().copied())
            .collect();
    }
    (echelons, seen.iter().filter(|seen| !**seen).count())
}

fn priorities(scenario: &Scenario) -> Vec<PrioritySummary> {
    let mut priorities: BTreeMap<u32, PrioritySummary> = BTreeMap::new();
    for demand in scenario.demands() {
        let priority = demand.priority;
        let summary = priorities.entry(priority).or_insert(PrioritySummary {
            priority,
            demands: 0,
            demanded: 0.0,
            value: 0.0,
        });
        let value = scenario
            .find_item(&demand.item)
            .and_then(|n| scenario.items()[n].value);
        summary.demands += 1;
        summary.demanded += demand.quantity;
        summary.value += value.unwrap_or(0.0) * demand.quantity;
    }
    priorities.into_values().collect()
}

fn items(scenario: &Scenario) -> Vec<ItemSummary> {
    let mut items: BTreeMap<&str, ItemSummary> = BTreeMap::new();
    for demand in scenario.demands() {
        let summary = items.entry(&demand.item).or_insert_with(|| ItemSummary {
            item: demand.item.clone(),
            demands: 0,
            demanded: 0.0,
            in_stock: 0.0,
            floor: 0.0,
            receipts: 0.0,
        });
        summary.demands += 1;
        summary.demanded += demand.quantity;
    }
    for pile in scenario.stockpiles() {
        if let Some(summary) = items.get_mut(pile.item.as_str()) {
            summary.in_stock += pile.quantity;
            summary.floor += pile.floor;
        }
    }
    for receipt in scenario.receipts() {
        if let Some(summary) = items.get_mut(receipt.item.as_str()) {
            summary.receipts += receipt.quantity;
        }
    }
    items.into_values().collect()
}

fn resources(scenario: &Scenario) -> Vec<ResourceSummary> {
    let horizon = scenario.head().horizon();
    let summary = |resource: &crate::tables::Resource| {
        let (mut capacity, mut overtime) = (0.0, 0.0);
        for row in scenario.capacity_of(&resource.resource) {
            for t in horizon.span(Some(row.from), row.until) {
                capacity += row.capacity_on(horizon.start_of(t));
                overtime += row.overtime;
            }
        }
        let (resource, site) = (resource.resource.clone(), resource.site.clone());
        ResourceSummary {
            resource,
            site,
            capacity,
            overtime,
        }
    };
    scenario.resources().iter().map(summary).collect()
}

/// Most pairs of site and item that are looked at.
const MOST_PAIRS: usize = 5_000_000;

/// How a pair of site and item is had first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    Held,
    /// By this recipe, waiting for this input last.
    Made(usize, Option<usize>),
    Sent(usize),
}

/// Days, the pair of site and item that can be had then, and how.
type Candidate = (u64, (usize, usize), How);

fn longest_path(scenario: &Scenario) -> Option<LeadTimePath> {
    let (sites, items) = (scenario.sites(), scenario.items());
    let pair =
        |site: &str, item: &str| Some((scenario.find_site(site)?, scenario.find_item(item)?));
    let mut is_made = vec![false; items.len()];
    let mut users: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    let mut open = Vec::new();
    // Least first: days, then pair, then way, so that ties fall the same each time.
    let mut next: BinaryHeap<Reverse<Candidate>> = BinaryHeap::new();
    for (n, recipe) in scenario.recipes().iter().enumerate() {
        let (site, out) = pair(&recipe.site, &recipe.item)?;
        is_made[out] = true;
        let inputs = scenario.recipe_inputs_of(&recipe.recipe);
        open.push(inputs.len());
        for input in inputs {
            users
                .entry((site, scenario.find_item(&input.item)?))
                .or_default()
                .push(n);
        }
        if inputs.is_empty() {
            next.push(Reverse((
                recipe.lead_time_days.into(),
                (site, out),
                How::Made(n, None),
            )));
        }
    }
    let piles = scenario
        .stockpiles()
        .iter()
        .filter(|pile| pile.quantity > 0.0);
    let held = piles.map(|pile| (&pile.site, &pile.item));
    for (site, item) in held.chain(scenario.receipts().iter().map(|r| (&r.site, &r.item))) {
        let (site, item) = pair(site, item)?;
        if !is_made[item] {
            next.push(Reverse((0, (site, item), How::Held)));
        }
    }
    let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); sites.len()];
    for (n, lane) in scenario.lanes().iter().enumerate() {
        leaving[scenario.find_site(&lane.from_site)?].push(n);
    }
    let mut first: BTreeMap<(usize, usize), (u64, How)> = BTreeMap::new();
    while let Some(Reverse((days, at, how))) = next.pop() {
        if first.contains_key(&at) {
            continue;
        }
        first.insert(at, (days, how));
        if first.len() > MOST_PAIRS {
            return None;
        }
        for &n in users.get(&at).into_iter().flatten() {
            open[n] -= 1;
            if open[n] == 0 {
                let recipe = &scenario.recipes()[n];
                let to = (at.0, scenario.find_item(&recipe.item)?);
                let days = days + u64::from(recipe.lead_time_days);
                next.push(Reverse((days, to, How::Made(n, Some(at.1)))));
            }
        }
        for &n in &leaving[at.0] {
            let lane = &scenario.lanes()[n];
            if lane
                .item
                .as_ref()
                .is_none_or(|item| *item == items[at.1].item)
            {
                let to = (scenario.find_site(&lane.to_site)?, at.1);
                next.push(Reverse((
                    days + u64::from(lane.transit_days),
                    to,
                    How::Sent(n),
                )));
            }
        }
    }
    let wanted = scenario
        .demands()
        .iter()
        .filter_map(|d| pair(&d.site, &d.item));
    let slowest = wanted
        .filter_map(|at| first.get(&at).map(|(days, _)| (*days, Reverse(at))))
        .max()
        .map(|(days, Reverse(at))| (days, at));
    let (days, end) = slowest?;
    let mut steps = Vec::new();
    let mut at = Some(end);
    while let Some((site, item)) = at {
        let (_, how) = first[&(site, item)];
        let (what, days, before) = match how {
            How::Held => (StepKind::Held, 0, None),
            How::Made(n, input) => {
                let recipe = &scenario.recipes()[n];
                let kind = StepKind::Made(recipe.recipe.clone());
                (
                    kind,
                    recipe.lead_time_days,
                    input.map(|input| (site, input)),
                )
            }
            How::Sent(n) => {
                let lane = &scenario.lanes()[n];
                let from = (scenario.find_site(&lane.from_site)?, item);
                (
                    StepKind::Sent(lane.lane.clone()),
                    lane.transit_days,
                    Some(from),
                )
            }
        };
        let (item, site) = (items[item].item.clone(), sites[site].site.clone());
        steps.push(PathStep {
            what,
            item,
            site,
            days,
        });
        at = before;
    }
    steps.reverse();
    let (item, site) = (items[end.1].item.clone(), sites[end.0].site.clone());
    Some(LeadTimePath {
        days,
        item,
        site,
        steps,
    })
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |value: f64| format!("{}", (value * 100.0).round() / 100.0);
        writeln!(f, "{}  {}", self.name, self.title)?;
        writeln!(f, "hash      {}", self.hash)?;
        let Description {
            start,
            end,
            period,
            periods,
            currency,
            ..
        } = self;
        writeln!(
            f,
            "horizon   {start} until {end}: {periods} periods of a {period}; money in {currency}"
        )?;
        let tables: Vec<String> = self
            .tables
            .iter()
            .map(|(table, rows)| format!("{table} {rows}"))
            .collect();
        writeln!(f, "tables    {}", tables.join(", "))?;
        for state in &self.states {
            writeln!(
                f,
                "state     {} ({}): {} sites, {} recipes, {} demands for {} units",
                state.state,
                state.name,
                state.sites,
                state.recipes,
                state.demands,
                number(state.demanded)
            )?;
        }
        let echelons: Vec<String> = self
            .echelons
            .iter()
            .enumerate()
            .map(|(n, items)| format!("{n}: {items}"))
            .collect();
        writeln!(
            f,
            "echelons  items by recipes away from a demand: {}; {} not wanted",
            echelons.join(", "),
            self.items_not_wanted
        )?;
        for row in &self.priorities {
            writeln!(
                f,
                "priority  {}: {} demands for {} units worth {} {currency}",
                row.priority,
                row.demands,
                number(row.demanded),
                number(row.value)
            )?;
        }
        for row in &self.items {
            writeln!(
                f,
                "item      {}: {} demanded, {} in stock (floor {}), {} to be received",
                row.item,
                number(row.demanded),
                number(row.in_stock),
                number(row.floor),
                number(row.receipts)
            )?;
        }
        for row in &self.resources {
            writeln!(
                f,
                "resource  {} at {}: {} over the horizon, and {} overtime",
                row.resource,
                row.site,
                number(row.capacity),
                number(row.overtime)
            )?;
        }
        if let Some(path) = &self.longest_path {
            writeln!(
                f,
                "longest   {} days until `{}` can be at `{}` from nothing:",
                path.days, path.item, path.site
            )?;
            for step in &path.steps {
                let how = match &step.what {
                    StepKind::Held => "held".to_string(),
                    StepKind::Made(recipe) => format!("made by {recipe}"),
                    StepKind::Sent(lane) => format!("sent by {lane}"),
                };
                writeln!(
                    f,
                    "  {:>5} days  {} at {} ({how})",
                    step.days, step.item, step.site
                )?;
            }
        }
        Ok(())
    }
}
