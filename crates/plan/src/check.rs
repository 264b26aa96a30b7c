//! Checks a plan against its scenario alone, without the network, the program or the solver.
//!
//! Every balance, limit, window and date is recomputed from the tables and the rows of the plan,
//! and so are the open units of every demand and every level of the objective. What this page and
//! the formulation have in common is the text of the crate's page, not code.

use std::collections::{BTreeMap, BTreeSet};

use darsena_milp::Status;
use darsena_scenario::{Horizon, Objective, Period, Scenario};
use jiff::civil::Date;

use crate::arcs::{Arc, Arcs, Opening};
use crate::plan::{Measure, Plan};

/// One thing in a plan that does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Breach {
    /// Which constraint or figure: `amount`, `kind`, `window`, `balance`, `capacity`, `lane`, `ceiling`,
    /// `line`, `whole`, `demand`, `floor`, `objective`, or `answer` for what is said of a demand or a resource.
    pub rule: &'static str,
    /// Of what and when, in ids and dates.
    pub what: String,
    /// By how much, in the unit of the constraint.
    pub by: f64,
}

/// What the check came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Everything that does not hold, in the order it was checked.
    pub breaches: Vec<Breach>,
    /// Equalities and limits that were recomputed.
    pub checked: usize,
    /// Cost of the plan, recomputed.
    pub cost: f64,
}

impl Verdict {
    /// Whether the plan survives.
    pub fn holds(&self) -> bool {
        self.breaches.is_empty()
    }
}

/// Relative size of a difference that still counts as arithmetic.
const TOLERANCE: f64 = 1e-6;

/// Re-checks `plan` against `scenario` and the arcs it was made with.
pub fn check(scenario: &Scenario, arcs: &Arcs, plan: &Plan) -> Verdict {
    let horizon = scenario.head().horizon();
    let calendar = Calendar {
        starts: (0..=horizon.len()).map(|t| horizon.start_of(t)).collect(),
        period: scenario.head().period,
        horizon,
    };
    let mut checker = Checker {
        scenario,
        plan,
        calendar,
        verdict: Verdict {
            breaches: vec![],
            checked: 0,
            cost: 0.0,
        },
    };
    if !checker.amounts() {
        // Rows that name what is not there can't be reckoned with.
        return checker.verdict;
    }
    checker.kinds(arcs);
    checker.windows(arcs);
    checker.balances();
    checker.capacities();
    checker.lanes();
    checker.ceilings(arcs);
    checker.lines();
    checker.whole();
    let late = checker.demands(arcs);
    let missing = checker.floors();
    checker.objective(&late, missing);
    checker.answers();
    checker.verdict
}

/// Dates as periods, found by looking at the first day of each.
struct Calendar {
    horizon: Horizon,
    period: Period,
    /// First days of the periods, and the first after the last.
    starts: Vec<Date>,
}

impl Calendar {
    fn len(&self) -> usize {
        self.horizon.len()
    }
    /// First day of a period; after the last, the first day behind it.
    fn start_of(&self, t: usize) -> Date {
        self.starts[t.min(self.len())]
    }
    /// First period that starts on `date` or later; `len` when none does.
    fn from(&self, date: Date) -> usize {
        self.starts[..self.len()].partition_point(|&start| start < date)
    }
    /// The period `date` falls in, the first or last for one outside.
    fn within(&self, date: Date) -> usize {
        let next = self.from(date);
        if next < self.len() && self.starts[next] == date {
            next
        } else {
            next.max(1) - 1
        }
    }
    /// Whole periods that cover `days`.
    fn cover(&self, days: u32) -> usize {
        let length = match self.period {
            Period::Day => 1.0,
            Period::Week => 7.0,
            Period::Month => 365.25 / 12.0,
            Period::Quarter => 365.25 / 4.0,
        };
        (f64::from(days) / length).ceil() as usize
    }
    fn inside(&self, t: usize, from: Option<Date>, until: Option<Date>) -> bool {
        let start = self.start_of(t);
        from.is_none_or(|from| start >= from) && until.is_none_or(|until| start < until)
    }
    fn opened(&self, t: usize, opening: &Opening) -> bool {
        let day = self.start_of(t);
        match opening {
            Opening::Always => true,
            Opening::During(spans) => spans.iter().any(|span| span.0 <= day && day < span.1),
        }
    }
}

/// Net flow into every (site, kind) per period, and what leaves or comes in all, for scale.
type Flows = BTreeMap<(usize, usize), Vec<(f64, f64)>>;

/// What whole units leave of limits: in each period the multiples of `unit` that have become full in it, all
/// limits so far added up.
fn in_wholes(limits: &[f64], unit: f64) -> Vec<f64> {
    let full = |until: usize| {
        let sum: f64 = limits[..until].iter().map(|limit| limit / unit).sum();
        (sum + 1e-6).floor()
    };
    let periods = 0..limits.len();
    if limits.iter().any(|limit| limit.is_infinite()) {
        return limits.to_vec();
    }
    periods.map(|t| unit * (full(t + 1) - full(t))).collect()
}

struct Checker<'a> {
    scenario: &'a Scenario,
    plan: &'a Plan,
    calendar: Calendar,
    verdict: Verdict,
}

impl Checker<'_> {
    /// Notes a breach when `excess` is more than arithmetic at amounts of size `scale`.
    fn at_most(
        &mut self,
        rule: &'static str,
        excess: f64,
        scale: f64,
        what: impl FnOnce() -> String,
    ) {
        self.verdict.checked += 1;
        // A breach by an amount that is no number is a breach.
        if excess.is_nan() || excess > TOLERANCE * scale.abs().max(1.0) {
            self.verdict.breaches.push(Breach {
                rule,
                what: what(),
                by: excess,
            });
        }
    }

    fn day(&self, t: usize) -> Date {
        self.calendar.start_of(t)
    }

    /// Every amount is finite and not negative, every period inside the horizon, every place in its
    /// table. Returns whether all periods and places are.
    fn amounts(&mut self) -> bool {
        let (scenario, plan, len) = (self.scenario, self.plan, self.calendar.len());
        let (kinds, sites) = (plan.kinds.len(), scenario.sites().len());
        let (items, demands) = (scenario.items().len(), scenario.demands().len());
        let (recipes, resources) = (scenario.recipes().len(), scenario.resources().len());
        let lanes = scenario.lanes().len();
        // Table, amount, its last period, and whether its places are in their tables.
        let row = |table, amount: f64, period: usize, known: bool| (table, amount, period, known);
        let all = (plan.make.iter())
            .map(|x| row("make", x.runs, x.period.max(x.done), x.recipe < recipes))
            .chain(plan.ship.iter().map(|x| {
                let known = x.lane < lanes && x.item < items && x.kind < kinds;
                row("ship", x.quantity, x.period.max(x.arrives), known)
            }))
            .chain(plan.hold.iter().map(|x| {
                let known = x.site < sites && x.item < items && x.kind < kinds;
                row("hold", x.quantity, x.period, known)
            }))
            .chain(plan.deliver.iter().map(|x| {
                row(
                    "deliver",
                    x.quantity,
                    x.period,
                    x.demand < demands && x.kind < kinds,
                )
            }))
            .chain(
                plan.unmet
                    .iter()
                    .map(|x| row("unmet", x.quantity, x.period, x.demand < demands)),
            )
            .chain(plan.draw.iter().map(|x| {
                let known = x.site < sites && x.item < items && x.kind < kinds;
                row("draw", x.quantity, x.period, known)
            }))
            .chain(
                plan.overtime
                    .iter()
                    .map(|x| row("overtime", x.quantity, x.period, x.resource < resources)),
            )
            .chain(plan.shortfall.iter().map(|x| {
                row(
                    "shortfall",
                    x.quantity,
                    x.period,
                    x.site < sites && x.item < items,
                )
            }))
            .chain(
                plan.lines
                    .iter()
                    .map(|x| row("lines", x.runs, 0, x.recipe < recipes)),
            );
        let mut sound = plan.kinds.iter().all(|kind| kind.item < items);
        for (table, amount, period, known) in all {
            let inside = period < len && known;
            sound &= inside;
            let kept = amount.is_finite() && amount >= 0.0 && inside;
            self.at_most(
                "amount",
                if kept { 0.0 } else { f64::INFINITY },
                1.0,
                || format!("{amount} in period {period} of {table}"),
            );
        }
        sound
    }

    /// Runs and shipments keep to their dates, lead and transit times.
    fn windows(&mut self, arcs: &Arcs) {
        let (scenario, plan) = (self.scenario, self.plan);
        for make in &plan.make {
            let recipe = &scenario.recipes()[make.recipe];
            let kept = self.calendar.inside(make.period, recipe.from, recipe.until)
                && self.calendar.opened(make.period, &arcs.make[make.recipe])
                && make.done == make.period + self.calendar.cover(recipe.lead_time_days)
                && (make.quantity - make.runs * recipe.quantity).abs()
                    <= TOLERANCE * make.quantity.max(1.0);
            let day = self.day(make.period);
            self.at_most("window", if kept { 0.0 } else { make.runs }, 1.0, || {
                format!("runs of `{}` started {day}", recipe.recipe)
            });
        }
        for ship in &plan.ship {
            let lane = &scenario.lanes()[ship.lane];
            let states = plan.kinds[ship.kind].states.iter();
            let units = states.map(|state| arcs.shipping(ship.lane, ship.item, state));
            let kept = self.calendar.inside(ship.period, lane.from, lane.until)
                && self.calendar.opened(ship.period, &arcs.ship[ship.lane])
                && { units }.all(|opening| self.calendar.opened(ship.period, &opening))
                && ship.arrives == ship.period + self.calendar.cover(lane.transit_days)
                && lane
                    .item
                    .as_ref()
                    .is_none_or(|item| scenario.items()[ship.item].item == *item)
                && plan.kinds[ship.kind].item == ship.item;
            let day = self.day(ship.period);
            self.at_most(
                "window",
                if kept { 0.0 } else { ship.quantity },
                1.0,
                || format!("shipment over `{}` leaving {day}", lane.lane),
            );
        }
    }

    /// Whether all lanes and demands open for units of an item made in any of the states on one day.
    fn open_alike(&self, arcs: &Arcs, item: usize, states: &[String]) -> bool {
        let (lanes, demands) = (self.scenario.lanes().len(), self.scenario.demands().len());
        states.windows(2).all(|pair| {
            let [one, other] = [0, 1].map(|n| pair[n].as_str());
            (0..lanes).all(|l| arcs.shipping(l, item, one) == arcs.shipping(l, item, other))
                && (0..demands)
                    .all(|j| arcs.delivering(j, item, one) == arcs.delivering(j, item, other))
                && arcs.ceilings.iter().all(|ceiling| {
                    let ship = |l, made: &str| ceiling.draw(&Arc::Ship(l, item, made.to_owned()));
                    let hand =
                        |j, made: &str| ceiling.draw(&Arc::Deliver(j, item, made.to_owned()));
                    (0..lanes).all(|l| ship(l, one) == ship(l, other))
                        && (0..demands).all(|j| hand(j, one) == hand(j, other))
                })
        })
    }

    /// What authorizations allow in all is not exceeded.
    fn ceilings(&mut self, arcs: &Arcs) {
        let plan = self.plan;
        let of_kind = |kind: usize| plan.kinds[kind].states.first().cloned();
        let made = plan.make.iter();
        let made = made.map(|make| (Some(Arc::Make(make.recipe)), make.period, make.runs));
        let sent = plan.ship.iter().map(|ship| {
            let arc = of_kind(ship.kind).map(|state| Arc::Ship(ship.lane, ship.item, state));
            (arc, ship.period, ship.quantity)
        });
        let handed = plan.deliver.iter().map(|deliver| {
            let item = plan.kinds[deliver.kind].item;
            let state = of_kind(deliver.kind);
            let arc = state.map(|state| Arc::Deliver(deliver.demand, item, state));
            (arc, deliver.period, deliver.quantity)
        });
        let amounts: Vec<_> = made.chain(sent).chain(handed).collect();
        for ceiling in &arcs.ceilings {
            let counted = amounts.iter().map(|(arc, period, amount)| {
                let draw = arc.as_ref().and_then(|arc| ceiling.draw(arc));
                let now = draw.filter(|(_, during)| self.calendar.opened(*period, during));
                amount * now.map_or(0.0, |(count, _)| count)
            });
            let sum: f64 = counted.sum();
            self.at_most("ceiling", sum - ceiling.most, ceiling.most, || {
                format!("under `{}`", ceiling.id)
            });
        }
    }

    /// Where whole units were asked for: runs, shipments and what is handed over at a site in a
    /// period are whole numbers of every item that is counted.
    fn whole(&mut self) {
        let (scenario, plan) = (self.scenario, self.plan);
        if !plan.whole {
            return;
        }
        let counted = |item: usize| crate::countable(&scenario.items()[item].unit);
        let mut amounts: BTreeMap<(&str, &str, usize, usize), f64> = BTreeMap::new();
        for make in &plan.make {
            let recipe = &scenario.recipes()[make.recipe];
            let item = scenario.find_item(&recipe.item);
            if item.is_some_and(counted) {
                *amounts
                    .entry(("runs of", &recipe.recipe, 0, make.period))
                    .or_default() += make.runs;
            }
        }
        for ship in plan.ship.iter().filter(|ship| counted(ship.item)) {
            let lane = &scenario.lanes()[ship.lane].lane;
            *amounts
                .entry(("shipment over", lane, ship.kind, ship.period))
                .or_default() += ship.quantity;
        }
        for deliver in &plan.deliver {
            let demand = &scenario.demands()[deliver.demand];
            if counted(plan.kinds[deliver.kind].item) {
                *amounts
                    .entry(("deliveries at", &demand.site, deliver.kind, deliver.period))
                    .or_default() += deliver.quantity;
            }
        }
        for ((what, id, _, t), amount) in amounts {
            let day = self.day(t);
            self.at_most("whole", (amount - amount.round()).abs(), amount, || {
                format!("{amount} {what} `{id}` in the period from {day}")
            });
        }
    }

    /// Kinds tell apart what some demand or arc tells apart: units of one kind are all accepted by a
    /// demand or none of them, arcs open for all of them on the same day, and every state that units
    /// come from belongs to one kind.
    fn kinds(&mut self, arcs: &Arcs) {
        let (scenario, plan) = (self.scenario, self.plan);
        let mut states: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for recipe in scenario.recipes() {
            let site = scenario
                .find_site(&recipe.site)
                .expect("a checked scenario knows its sites");
            let state = scenario.sites()[site].state.as_str();
            states
                .entry(recipe.item.as_str())
                .or_default()
                .insert(state);
        }
        let stock = scenario.stockpiles().iter().map(|s| (&s.item, &s.made_in));
        let receipts = scenario.receipts().iter().map(|r| (&r.item, &r.made_in));
        for (item, made_in) in stock.chain(receipts) {
            let state = made_in.as_ref().map_or("", |state| state.as_str());
            states.entry(item.as_str()).or_default().insert(state);
        }
        for (i, item) in scenario.items().iter().enumerate() {
            let kinds: Vec<_> = plan.kinds.iter().filter(|k| k.item == i).collect();
            let from = states.remove(item.item.as_str()).unwrap_or_default();
            let of_item = scenario.demands().iter().filter(|d| d.item == item.item);
            let tests: Vec<Vec<&str>> = of_item
                .filter(|d| !d.made_in.is_empty())
                .map(|d| d.made_in.iter().map(|s| s.as_str()).collect())
                .collect();
            let homes = |state: &str| {
                kinds
                    .iter()
                    .filter(|k| k.states.iter().any(|s| s == state))
                    .count()
            };
            let by_arcs = arcs.tells_apart(i);
            let told_apart =
                (tests.is_empty() && !by_arcs) || from.iter().all(|&state| homes(state) == 1);
            let pure = kinds.iter().all(|kind| {
                tests.iter().all(|test| {
                    let accepted = kind
                        .states
                        .iter()
                        .filter(|s| test.contains(&s.as_str()))
                        .count();
                    accepted == 0 || accepted == kind.states.len()
                })
            });
            let alike = !by_arcs
                || kinds
                    .iter()
                    .all(|kind| self.open_alike(arcs, i, &kind.states));
            let one = kinds.len() == 1 || ((by_arcs || !tests.is_empty()) && kinds.len() > 1);
            self.at_most(
                "kind",
                if told_apart && pure && alike && one {
                    0.0
                } else {
                    1.0
                },
                1.0,
                || format!("kinds of `{}`", item.item),
            );
        }
        let rows = plan
            .ship
            .iter()
            .map(|x| (x.item, x.kind, "ship"))
            .chain(plan.hold.iter().map(|x| (x.item, x.kind, "hold")))
            .chain(plan.draw.iter().map(|x| (x.item, x.kind, "draw")));
        for (item, kind, table) in rows {
            let same = plan.kinds[kind].item == item;
            self.at_most("kind", if same { 0.0 } else { 1.0 }, 1.0, || {
                format!(
                    "`{}` of another item's kind in {table}",
                    scenario.items()[item].item
                )
            });
        }
    }

    /// The kind of units of `item` that come from `state`.
    fn kind(&self, item: usize, state: &str) -> usize {
        let of_item = || {
            self.plan
                .kinds
                .iter()
                .enumerate()
                .filter(|(_, k)| k.item == item)
        };
        of_item()
            .find(|(_, k)| k.states.iter().any(|s| s == state))
            .or_else(|| of_item().next())
            .map(|(n, _)| n)
            .expect("every item has a kind")
    }

    fn balances(&mut self) {
        let (scenario, plan, len) = (self.scenario, self.plan, self.calendar.len());
        let site = |id| {
            scenario
                .find_site(id)
                .expect("a checked scenario knows its sites")
        };
        let item = |id| {
            scenario
                .find_item(id)
                .expect("a checked scenario knows its items")
        };
        let mut flows = Flows::new();
        let mut add = |place: (usize, usize), t: usize, amount: f64| {
            let cell = &mut flows.entry(place).or_insert_with(|| vec![(0.0, 0.0); len])[t];
            cell.0 += amount;
            cell.1 += amount.abs();
        };
        for stock in scenario.stockpiles() {
            let state = stock
                .made_in
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            add(
                (site(&stock.site), self.kind(item(&stock.item), &state)),
                0,
                stock.quantity,
            );
        }
        for receipt in scenario
            .receipts()
            .iter()
            .filter(|r| r.firm || plan.unconfirmed)
        {
            let state = receipt
                .made_in
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            let t = self.calendar.from(receipt.date);
            if t < len {
                add(
                    (site(&receipt.site), self.kind(item(&receipt.item), &state)),
                    t,
                    receipt.quantity,
                );
            }
        }
        let mut inputs: BTreeMap<&str, Vec<(usize, f64)>> = BTreeMap::new();
        for row in scenario.recipe_inputs() {
            inputs
                .entry(row.recipe.as_str())
                .or_default()
                .push((item(&row.item), row.quantity));
        }
        let split = |i: usize| plan.kinds.iter().filter(|k| k.item == i).count() > 1;
        let mut drawn: BTreeMap<(usize, usize, usize), f64> = BTreeMap::new();
        for make in &plan.make {
            let recipe = &scenario.recipes()[make.recipe];
            let at = site(&recipe.site);
            let state = scenario.sites()[at].state.to_string();
            add(
                (at, self.kind(item(&recipe.item), &state)),
                make.done,
                make.runs * recipe.quantity,
            );
            for &(part, quantity) in inputs.get(recipe.recipe.as_str()).into_iter().flatten() {
                if split(part) {
                    *drawn.entry((at, part, make.period)).or_default() += quantity * make.runs;
                } else {
                    add(
                        (at, self.kind(part, "")),
                        make.period,
                        -quantity * make.runs,
                    );
                }
            }
        }
        for draw in &plan.draw {
            add((draw.site, draw.kind), draw.period, -draw.quantity);
            *drawn
                .entry((draw.site, draw.item, draw.period))
                .or_default() -= draw.quantity;
        }
        for ship in &plan.ship {
            let lane = &scenario.lanes()[ship.lane];
            add(
                (site(&lane.from_site), ship.kind),
                ship.period,
                -ship.quantity,
            );
            add(
                (site(&lane.to_site), ship.kind),
                ship.arrives,
                ship.quantity,
            );
        }
        for deliver in &plan.deliver {
            add(
                (site(&scenario.demands()[deliver.demand].site), deliver.kind),
                deliver.period,
                -deliver.quantity,
            );
        }
        for hold in &plan.hold {
            add((hold.site, hold.kind), hold.period, -hold.quantity);
            if hold.period + 1 < len {
                add((hold.site, hold.kind), hold.period + 1, hold.quantity);
            }
        }
        for ((place, part, t), left) in drawn {
            let day = self.day(t);
            self.at_most("balance", left.abs(), 1.0, || {
                format!(
                    "`{}` drawn at `{}` on {day}",
                    scenario.items()[part].item,
                    scenario.sites()[place].site
                )
            });
        }
        for ((place, kind), cells) in flows {
            for (t, (net, scale)) in cells.into_iter().enumerate() {
                let day = self.day(t);
                self.at_most("balance", net.abs(), scale, || {
                    let item = &scenario.items()[plan.kinds[kind].item].item;
                    format!("`{item}` at `{}` on {day}", scenario.sites()[place].site)
                });
            }
        }
    }

    fn closed(&self, what: &str, id: &str, t: usize) -> bool {
        self.scenario.closures().iter().any(|c| {
            c.what.as_str() == what
                && c.id.as_str() == id
                && self.calendar.inside(t, Some(c.from), Some(c.until))
        })
    }

    fn capacities(&mut self) {
        let (scenario, plan, len) = (self.scenario, self.plan, self.calendar.len());
        let resource = |id| {
            scenario
                .find_resource(id)
                .expect("a checked scenario knows its resources")
        };
        let mut usages: BTreeMap<&str, Vec<(usize, f64)>> = BTreeMap::new();
        for recipe in scenario.recipes() {
            if let Some(q) = &recipe.resource {
                usages
                    .entry(recipe.recipe.as_str())
                    .or_default()
                    .push((resource(q), recipe.usage));
            }
        }
        for row in scenario.recipe_resources() {
            usages
                .entry(row.recipe.as_str())
                .or_default()
                .push((resource(&row.resource), row.usage));
        }
        let mut used = vec![vec![0.0; len]; scenario.resources().len()];
        for make in &plan.make {
            let recipe = &scenario.recipes()[make.recipe];
            let taken = usages.get(recipe.recipe.as_str());
            for &(q, usage) in taken.into_iter().flatten() {
                used[q][make.period] += usage * make.runs;
            }
            if self.closed("recipe", recipe.recipe.as_str(), make.period) {
                self.at_most("capacity", make.runs, 1.0, || {
                    format!("`{}` runs while it is out of use", recipe.recipe)
                });
            }
            if self.closed("site", recipe.site.as_str(), make.period) {
                self.at_most("capacity", make.runs, 1.0, || {
                    format!("`{}` runs at a closed site", recipe.recipe)
                });
            }
        }
        let mut overtime = vec![vec![0.0; len]; scenario.resources().len()];
        for row in &plan.overtime {
            overtime[row.resource][row.period] += row.quantity;
        }
        for (q, resource) in scenario.resources().iter().enumerate() {
            let mut limits = vec![(0.0, 0.0); len];
            for row in scenario
                .capacity()
                .iter()
                .filter(|c| c.resource == resource.resource)
            {
                let first = self.beyond(row.from);
                let end = row.until.map_or(len as f64, |until| self.beyond(until));
                for (t, limit) in limits.iter_mut().enumerate() {
                    if self.calendar.inside(t, Some(row.from), row.until) {
                        let share = (t as f64 + 0.5 - first) / (end - first);
                        let rise = row.ramp_to.map_or(0.0, |to| (to - row.capacity) * share);
                        *limit = (row.capacity + rise, row.overtime);
                    }
                }
            }
            for (t, limit) in limits.iter_mut().enumerate() {
                let shut = self.closed("resource", resource.resource.as_str(), t)
                    || self.closed("site", resource.site.as_str(), t);
                if shut {
                    *limit = (0.0, 0.0);
                }
            }
            if let Some(usage) = self.counted_by(&usages, q, &limits) {
                let capacity: Vec<f64> = limits.iter().map(|limit| limit.0).collect();
                for (limit, whole) in limits.iter_mut().zip(in_wholes(&capacity, usage)) {
                    limit.0 = whole;
                }
            }
            for (t, &(capacity, most)) in limits.iter().enumerate() {
                let day = self.day(t);
                let (used, extra) = (used[q][t], overtime[q][t]);
                self.at_most("capacity", used - capacity - extra, used, || {
                    format!("`{}` on {day}", resource.resource)
                });
                self.at_most("capacity", extra - most, extra, || {
                    format!("overtime of `{}` on {day}", resource.resource)
                });
                let said = { &plan.utilisation }
                    .binary_search_by_key(&(q, t), |said| (said.resource, said.period));
                if said.is_err() && used > TOLERANCE {
                    self.at_most("answer", used, used, || {
                        format!("use of `{}` on {day}, which is not told", resource.resource)
                    });
                }
                if let Some(said) = said.ok().map(|n| &plan.utilisation[n]) {
                    let off = [
                        said.used - used,
                        said.capacity - capacity,
                        said.overtime - most,
                    ];
                    let off = off.iter().map(|x| x.abs()).fold(0.0, f64::max);
                    self.at_most("answer", off, used.max(capacity), || {
                        format!("use of `{}` on {day}", resource.resource)
                    });
                }
            }
        }
    }

    /// In whole units, the usage by which a resource is counted: that of all recipes that take it, if it is one,
    /// if all give what is counted, and if there is no overtime.
    fn counted_by(
        &self,
        usages: &BTreeMap<&str, Vec<(usize, f64)>>,
        resource: usize,
        limits: &[(f64, f64)],
    ) -> Option<f64> {
        if !self.plan.whole || limits.iter().any(|(_, overtime)| *overtime > 0.0) {
            return None;
        }
        let mut one = None;
        for recipe in self.scenario.recipes() {
            let own = usages.get(recipe.recipe.as_str()).into_iter().flatten();
            for &(_, usage) in own.filter(|(q, usage)| *q == resource && *usage > 0.0) {
                let item = self.scenario.find_item(&recipe.item)?;
                let counted = crate::countable(&self.scenario.items()[item].unit);
                if !counted || one.is_some_and(|one| one != usage) {
                    return None;
                }
                one = Some(usage);
            }
        }
        one
    }

    /// Number of the period that starts on `date` or first after it, also before and beyond the horizon.
    fn beyond(&self, date: Date) -> f64 {
        let inside = self.calendar.from(date);
        if (1..self.calendar.len()).contains(&inside) {
            inside as f64
        } else {
            self.calendar.horizon.first_from(date) as f64
        }
    }

    fn lanes(&mut self) {
        let (scenario, plan) = (self.scenario, self.plan);
        let mut carried: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for ship in &plan.ship {
            *carried.entry((ship.lane, ship.period)).or_default() += ship.quantity;
            let lane = &scenario.lanes()[ship.lane];
            // What was under way already is let in.
            let under_way = plan.decided.is_some_and(|decided| ship.period < decided);
            if !under_way && self.closed("site", lane.to_site.as_str(), ship.arrives) {
                let day = self.day(ship.arrives);
                self.at_most("lane", ship.quantity, 1.0, || {
                    format!("`{}` arrives on {day} at a closed site", lane.lane)
                });
            }
        }
        let mut limits: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for ((l, t), quantity) in carried {
            let lane = &scenario.lanes()[l];
            let most = limits.entry(l).or_insert_with(|| self.lane_limits(l))[t];
            let day = self.day(t);
            self.at_most("lane", quantity - most, quantity, || {
                format!("`{}` on {day}", lane.lane)
            });
        }
    }

    /// The limit of a lane in each period.
    fn lane_limits(&self, lane: usize) -> Vec<f64> {
        let lane = &self.scenario.lanes()[lane];
        let limit = |t| {
            let shut = self.closed("lane", lane.lane.as_str(), t)
                || self.closed("site", lane.from_site.as_str(), t);
            if shut {
                0.0
            } else {
                lane.capacity.unwrap_or(f64::INFINITY)
            }
        };
        let limits: Vec<f64> = (0..self.calendar.len()).map(limit).collect();
        let item = lane.item.as_ref().filter(|_| self.plan.whole);
        let item = item.and_then(|item| self.scenario.find_item(item));
        match item {
            Some(item) if crate::countable(&self.scenario.items()[item].unit) => {
                in_wholes(&limits, 1.0)
            }
            _ => limits,
        }
    }

    fn lines(&mut self) {
        let (scenario, plan) = (self.scenario, self.plan);
        for (r, recipe) in scenario.recipes().iter().enumerate() {
            if recipe.fixed_cost <= 0.0 && recipe.minimum_run <= 0.0 {
                continue;
            }
            let runs: f64 = plan
                .make
                .iter()
                .filter(|m| m.recipe == r)
                .map(|m| m.runs)
                .sum();
            let open = plan.lines.iter().any(|l| l.recipe == r && l.open);
            let excess = if open {
                recipe.minimum_run - runs
            } else {
                runs
            };
            self.at_most("line", excess, runs.max(recipe.minimum_run), || {
                format!("line `{}`", recipe.recipe)
            });
        }
    }

    /// Checks every demand; returns open unit-periods by priority.
    fn demands(&mut self, arcs: &Arcs) -> BTreeMap<u32, f64> {
        let (scenario, plan, len) = (self.scenario, self.plan, self.calendar.len());
        let mut given = vec![vec![0.0; len]; scenario.demands().len()];
        for deliver in &plan.deliver {
            let demand = &scenario.demands()[deliver.demand];
            given[deliver.demand][deliver.period] += deliver.quantity;
            let kind = &plan.kinds[deliver.kind];
            let of_item = scenario.items()[kind.item].item == demand.item;
            let accepted = demand.made_in.is_empty()
                || kind
                    .states
                    .iter()
                    .all(|s| demand.made_in.iter().any(|m| m.as_str() == s));
            let in_time = demand
                .deadline
                .is_none_or(|day| self.day(deliver.period) < day);
            let units = kind
                .states
                .iter()
                .map(|state| arcs.delivering(deliver.demand, kind.item, state));
            let open = [arcs.deliver[deliver.demand].clone()]
                .into_iter()
                .chain(units)
                .all(|opening| self.calendar.opened(deliver.period, &opening));
            let early = deliver.period < self.calendar.within(demand.due);
            let closed = self.closed("site", demand.site.as_str(), deliver.period);
            let kept = of_item && accepted && in_time && open && !early && !closed;
            self.at_most(
                "demand",
                if kept { 0.0 } else { deliver.quantity },
                1.0,
                || {
                    format!(
                        "delivery to `{}` in period {}",
                        demand.demand, deliver.period
                    )
                },
            );
        }
        let mut told: Vec<BTreeMap<usize, f64>> = vec![BTreeMap::new(); scenario.demands().len()];
        for unmet in &plan.unmet {
            *told[unmet.demand].entry(unmet.period).or_default() += unmet.quantity;
        }
        let mut late = BTreeMap::new();
        for (d, demand) in scenario.demands().iter().enumerate() {
            let priority = self.priority(d);
            let mut open = demand.quantity;
            for t in 0..len {
                open -= given[d][t];
                let due = t >= self.calendar.within(demand.due);
                let said = told[d].get(&t).copied().unwrap_or(0.0);
                self.at_most("demand", -open, demand.quantity, || {
                    format!("`{}` gets too much", demand.demand)
                });
                if due {
                    let difference = (open.max(0.0) - said).abs();
                    self.at_most("demand", difference, demand.quantity, || {
                        format!("open units of `{}` in period {t}", demand.demand)
                    });
                    *late.entry(priority[t]).or_insert(0.0) += open.max(0.0);
                    self.verdict.cost += open.max(0.0) * demand.tardiness_cost;
                } else {
                    self.at_most("demand", said, 1.0, || {
                        format!("`{}` open before it is due", demand.demand)
                    });
                }
            }
            self.verdict.cost += open.max(0.0) * demand.unmet_cost;
        }
        late
    }

    /// The largest share that a party waits while its demands have `priority`.
    fn worst_share(&self, priority: u32) -> f64 {
        let (scenario, len) = (self.scenario, self.calendar.len());
        let mut shares: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for (d, demand) in scenario.demands().iter().enumerate() {
            let given: Vec<_> = self.plan.deliver.iter().filter(|x| x.demand == d).collect();
            let priorities = self.priority(d);
            let due = self.calendar.within(demand.due);
            for (t, _) in (0..len)
                .zip(priorities)
                .skip(due)
                .filter(|(_, p)| *p == priority)
            {
                let came: f64 = given
                    .iter()
                    .filter(|x| x.period <= t)
                    .map(|x| x.quantity)
                    .sum();
                let share = shares.entry(demand.party.as_str()).or_default();
                share.0 += (demand.quantity - came).max(0.0);
                share.1 += demand.quantity;
            }
        }
        shares
            .values()
            .filter(|s| s.1 > 0.0)
            .map(|s| s.0 / s.1)
            .fold(0.0, f64::max)
    }

    /// Priority of a demand in every period.
    fn priority(&self, d: usize) -> Vec<u32> {
        let demand = &self.scenario.demands()[d];
        let find = |t: usize, own: bool| {
            self.scenario.priorities().iter().find(|p| {
                let named = if own {
                    p.demand.as_ref() == Some(&demand.demand)
                } else {
                    p.party.as_ref() == Some(&demand.party)
                };
                named && self.calendar.inside(t, Some(p.from), p.until)
            })
        };
        (0..self.calendar.len())
            .map(|t| {
                find(t, true)
                    .or_else(|| find(t, false))
                    .map_or(demand.priority, |p| p.priority)
            })
            .collect()
    }

    /// Checks every floor; returns what is missing to floors without a price.
    fn floors(&mut self) -> f64 {
        let (scenario, plan, len) = (self.scenario, self.plan, self.calendar.len());
        let mut floors: BTreeMap<(&str, &str), (f64, Option<f64>)> = BTreeMap::new();
        for stock in scenario.stockpiles().iter().filter(|s| s.floor > 0.0) {
            let floor = floors
                .entry((stock.site.as_str(), stock.item.as_str()))
                .or_insert((0.0, stock.floor_cost));
            floor.0 += stock.floor;
            floor.1 = floor.1.zip(stock.floor_cost).map(|(a, b)| a.max(b));
        }
        for row in &plan.shortfall {
            let (site, item) = (
                &scenario.sites()[row.site].site,
                &scenario.items()[row.item].item,
            );
            let known = floors.contains_key(&(site.as_str(), item.as_str()));
            self.at_most("floor", if known { 0.0 } else { row.quantity }, 1.0, || {
                format!("`{item}` at `{site}` has no floor to miss")
            });
        }
        let mut unpriced = 0.0;
        for ((site, item), (floor, cost)) in floors {
            let here = |s: usize, i: usize| {
                scenario.sites()[s].site.as_str() == site
                    && scenario.items()[i].item.as_str() == item
            };
            let mut held = vec![0.0; len];
            for hold in plan.hold.iter().filter(|h| here(h.site, h.item)) {
                held[hold.period] += hold.quantity;
            }
            let mut missing = vec![0.0; len];
            for row in plan.shortfall.iter().filter(|x| here(x.site, x.item)) {
                missing[row.period] += row.quantity;
            }
            for t in 0..len {
                self.at_most("floor", floor - held[t] - missing[t], floor, || {
                    format!("`{item}` at `{site}`, period {t}")
                });
                self.verdict.cost += missing[t] * cost.unwrap_or(0.0);
                unpriced += if cost.is_none() { missing[t] } else { 0.0 };
            }
        }
        unpriced
    }

    fn objective(&mut self, late: &BTreeMap<u32, f64>, missing: f64) {
        let (scenario, plan) = (self.scenario, self.plan);
        let made: f64 = plan
            .make
            .iter()
            .map(|m| m.runs * scenario.recipes()[m.recipe].cost)
            .sum();
        let sent: f64 = plan
            .ship
            .iter()
            .map(|s| s.quantity * scenario.lanes()[s.lane].cost)
            .sum();
        let held: f64 = plan
            .hold
            .iter()
            .map(|h| h.quantity * scenario.items()[h.item].holding_cost)
            .sum();
        let extra: f64 = plan
            .overtime
            .iter()
            .map(|o| o.quantity * scenario.resources()[o.resource].overtime_cost)
            .sum();
        let opened: f64 = plan
            .lines
            .iter()
            .filter(|l| l.open)
            .map(|l| scenario.recipes()[l.recipe].fixed_cost)
            .sum();
        self.verdict.cost += made + sent + held + extra + opened;
        let measures: Vec<Measure> = plan.levels.iter().map(|l| l.measure).collect();
        for level in &plan.levels {
            let value = match level.measure {
                Measure::Floors => missing,
                Measure::Late { priority } => late.get(&priority).copied().unwrap_or(0.0),
                Measure::Share { priority } => self.worst_share(priority),
                Measure::Cost => self.verdict.cost,
            };
            let gap = ((level.value - level.bound) / level.value.abs().max(1.0)).max(0.0);
            self.at_most("objective", (gap - level.gap).abs(), 1.0, || {
                format!("{}: gap {} where it is {gap}", level.measure, level.gap)
            });
            if plan.status == Status::Optimal {
                self.at_most("objective", gap - plan.gap, 1.0, || {
                    format!("{}: called optimal with gap {gap}", level.measure)
                });
            }
            self.at_most("objective", (value - level.value).abs(), value, || {
                format!(
                    "{}: recomputed {value}, said {}",
                    level.measure, level.value
                )
            });
            self.at_most("objective", level.bound - level.value, level.value, || {
                format!(
                    "{}: bound {} above value {}",
                    level.measure, level.bound, level.value
                )
            });
        }
        if plan.objective == Objective::Lexicographic {
            let named = |p: &u32| measures.contains(&Measure::Late { priority: *p });
            let unnamed = late
                .iter()
                .filter(|(p, late)| **late > 0.0 && !named(p))
                .count();
            self.at_most("objective", unnamed as f64, 1.0, || {
                "a priority without a level".into()
            });
        }
        let unnamed = missing > 0.0 && !measures.contains(&Measure::Floors);
        let place = |measure: Measure| match measure {
            Measure::Floors => (0, 0, 0),
            Measure::Share { priority } => (1, priority, 0),
            Measure::Late { priority } => (1, priority, 1),
            Measure::Cost => (2, 0, 0),
        };
        let ordered = measures.windows(2).all(|two| place(two[0]) < place(two[1]));
        let whole = !unnamed && ordered && measures.last() == Some(&Measure::Cost);
        self.at_most("objective", if whole { 0.0 } else { 1.0 }, 1.0, || {
            "the levels are not floors, priorities in order, cost".into()
        });
    }

    /// What is said of every demand, resource and line is what the rows of the plan come to.
    fn answers(&mut self) {
        let (scenario, plan, len) = (self.scenario, self.plan, self.calendar.len());
        let mut rows: Vec<Vec<(usize, f64)>> = vec![Vec::new(); scenario.demands().len()];
        for deliver in &plan.deliver {
            rows[deliver.demand].push((deliver.period, deliver.quantity));
        }
        let complete = plan.demands.len() == scenario.demands().len();
        self.at_most("answer", if complete { 0.0 } else { 1.0 }, 1.0, || {
            "not every demand has an answer".into()
        });
        for (d, (answer, demand)) in plan.demands.iter().zip(scenario.demands()).enumerate() {
            let due = self.calendar.within(demand.due);
            let delivered: f64 = rows[d].iter().map(|row| row.1).sum();
            let on_time: f64 = rows[d]
                .iter()
                .filter(|row| row.0 == due)
                .map(|row| row.1)
                .sum();
            let late: f64 = rows[d]
                .iter()
                .map(|&(t, quantity)| quantity * (t as f64 - due as f64))
                .sum();
            let open = demand.quantity - delivered;
            let late = late + open * (len - due) as f64;
            let figures = [
                (answer.delivered, delivered, "delivered"),
                (answer.on_time, on_time, "on time"),
                (answer.unmet, open, "unmet"),
                (answer.late_unit_periods, late, "open unit-periods"),
            ];
            for (said, is, figure) in figures {
                // Small amounts are settled to nothing, unit-periods add up over the horizon.
                let scale = demand.quantity.max(1.0) * len as f64;
                self.at_most("answer", (said - is).abs(), scale, || {
                    format!("`{}`: {figure} {said}, recomputed {is}", demand.demand)
                });
            }
            let first = rows[d].iter().map(|row| row.0).min();
            let last = rows[d].iter().map(|row| row.0).max();
            let dated = answer.demand == d
                && answer.due == due
                && answer.first == first
                && answer.complete == last.filter(|_| answer.unmet <= 0.0);
            self.at_most("answer", if dated { 0.0 } else { 1.0 }, 1.0, || {
                format!("dates of `{}`", demand.demand)
            });
        }
        for line in &plan.lines {
            let own = plan.make.iter().filter(|m| m.recipe == line.recipe);
            let runs: f64 = own.map(|m| m.runs).sum();
            self.at_most("answer", (runs - line.runs).abs(), runs, || {
                format!("runs of line `{}`", scenario.recipes()[line.recipe].recipe)
            });
        }
    }
}
