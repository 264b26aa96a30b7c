//! Pegging: from a delivery down to the runs and stocks that serve it.
//!
//! Units of one item and kind at one site are alike, so which of them went where is a convention:
//! first in, first out, and within a period deliveries before departures before inputs, each in
//! order of id. Every unit that leaves a place is one that came to it; amounts add up.

use std::collections::{BTreeMap, VecDeque};

use darsena_scenario::Scenario;

use crate::plan::Plan;

/// Where a lot of units came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Opening stock: place in `scenario.stockpiles()`.
    Stock(usize),
    /// A receipt: place in `scenario.receipts()`.
    Receipt(usize),
    /// Runs: place in `plan.make`.
    Run(usize),
    /// A shipment: place in `plan.ship`.
    Shipment(usize),
}

/// Units that came to a place together.
#[derive(Debug, Clone, PartialEq)]
struct Lot {
    origin: Origin,
    period: usize,
    quantity: f64,
}

/// A part of a lot.
#[derive(Debug, Clone, Copy)]
struct Share {
    lot: usize,
    quantity: f64,
}

/// Every flow of a plan traced to the lots it took.
#[derive(Debug)]
pub struct Trace {
    lots: Vec<Lot>,
    deliver: Vec<Vec<Share>>,
    ship: Vec<Vec<Share>>,
    make: Vec<Vec<Share>>,
}

/// One thing that serves a demand, with what serves it in turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Peg {
    /// Where the units came from.
    pub origin: Origin,
    /// Period in which they came.
    pub period: usize,
    /// Units of them that serve what stands above.
    pub quantity: f64,
    /// What they were made of or shipped from, largest first as the plan took them.
    pub from: Vec<Peg>,
}

/// What each flow of one table took.
type Taken = Vec<Vec<Share>>;

/// Places by site and item; kinds of a split item have one queue each.
type Queues = BTreeMap<(usize, usize), VecDeque<Share>>;

/// What takes units in a period: its place in the plan's table, and what it still needs.
struct Taker {
    flow: Flow,
    needs: Vec<((usize, usize), f64)>,
}

#[derive(Clone, Copy)]
enum Flow {
    Deliver(usize),
    Ship(usize),
    Make(usize),
    Draw(usize),
}

impl Trace {
    /// Traces every unit of `plan`.
    pub fn new(scenario: &Scenario, plan: &Plan) -> Self {
        Tracer::new(scenario, plan).run()
    }

    /// What serves `demand`, in order of delivery.
    pub fn peg(&self, plan: &Plan, demand: usize) -> Vec<Peg> {
        let mut pegs = Vec::new();
        for (n, deliver) in plan
            .deliver
            .iter()
            .enumerate()
            .filter(|(_, d)| d.demand == demand)
        {
            debug_assert_eq!(deliver.demand, demand);
            pegs.extend(self.deliver[n].iter().map(|share| self.tree(plan, *share)));
        }
        pegs
    }

    /// Origins of the units of `deliver[n]` followed back over shipments to runs and stocks.
    pub fn roots(&self, n: usize) -> Vec<(Origin, f64)> {
        let mut roots = Vec::new();
        let mut open: Vec<Share> = self.deliver[n].iter().rev().copied().collect();
        while let Some(share) = open.pop() {
            let lot = &self.lots[share.lot];
            match lot.origin {
                Origin::Shipment(s) => {
                    let part = share.quantity / lot.quantity.max(f64::MIN_POSITIVE);
                    let came = self.ship_shares(s, lot.quantity, part);
                    open.extend(came.into_iter().rev());
                }
                origin => roots.push((origin, share.quantity)),
            }
        }
        roots
    }

    /// Shares of shipment `s` that make up `part` of a lot of `quantity` of it.
    fn ship_shares(&self, s: usize, quantity: f64, part: f64) -> Vec<Share> {
        let whole: f64 = self.ship[s].iter().map(|x| x.quantity).sum();
        let scale = part * quantity / whole.max(f64::MIN_POSITIVE);
        self.ship[s]
            .iter()
            .map(|x| Share {
                lot: x.lot,
                quantity: x.quantity * scale,
            })
            .collect()
    }

    fn tree(&self, plan: &Plan, share: Share) -> Peg {
        let lot = &self.lots[share.lot];
        let part = share.quantity / lot.quantity.max(f64::MIN_POSITIVE);
        let shares: Vec<Share> = match lot.origin {
            Origin::Stock(_) | Origin::Receipt(_) => Vec::new(),
            Origin::Shipment(s) => self.ship_shares(s, lot.quantity, part),
            Origin::Run(m) => {
                let scale = share.quantity / plan.make[m].quantity;
                self.make[m]
                    .iter()
                    .map(|x| Share {
                        lot: x.lot,
                        quantity: x.quantity * scale,
                    })
                    .collect()
            }
        };
        let mut from: Vec<Peg> = shares
            .into_iter()
            .map(|share| self.tree(plan, share))
            .collect();
        merge(&mut from);
        Peg {
            origin: lot.origin,
            period: lot.period,
            quantity: share.quantity,
            from,
        }
    }
}

/// Joins leaves of one origin, so that a branch names each stock once.
fn merge(pegs: &mut Vec<Peg>) {
    let mut joined: Vec<Peg> = Vec::new();
    for peg in pegs.drain(..) {
        let leaf = peg.from.is_empty();
        match joined
            .iter_mut()
            .find(|p| leaf && p.from.is_empty() && p.origin == peg.origin)
        {
            Some(same) => same.quantity += peg.quantity,
            None => joined.push(peg),
        }
    }
    *pegs = joined;
}

struct Tracer<'a> {
    plan: &'a Plan,
    periods: usize,
    lots: Vec<Lot>,
    queues: Queues,
    /// Lots that come in a period: period -> place and lot.
    coming: Vec<Vec<((usize, usize), usize)>>,
    takers: Vec<Vec<Taker>>,
    ship_to: Vec<(usize, usize)>,
    make_to: Vec<(usize, usize)>,
    draw_to: Vec<(usize, usize)>,
    deliver: Taken,
    ship: Taken,
    make: Taken,
}

impl<'a> Tracer<'a> {
    fn new(scenario: &Scenario, plan: &'a Plan) -> Self {
        let periods = scenario.head().horizon().len();
        // A pool of a split item is a place of its own, after all kinds.
        let pool = |item: usize| plan.kinds.len() + item;
        let split = |item: usize| plan.kinds.iter().filter(|k| k.item == item).count() > 1;
        let kind_of = |item: usize, state: &str| {
            let mut kinds = plan
                .kinds
                .iter()
                .enumerate()
                .filter(|(_, k)| k.item == item);
            let first = kinds.clone().next().map_or(0, |(n, _)| n);
            kinds
                .find(|(_, k)| k.states.iter().any(|s| s == state))
                .map_or(first, |(n, _)| n)
        };
        let site = |id: &darsena_scenario::SiteId| scenario.find_site(id).expect("checked");
        let item = |id: &darsena_scenario::ItemId| scenario.find_item(id).expect("checked");
        let mut tracer = Tracer {
            plan,
            periods,
            lots: Vec::new(),
            queues: Queues::new(),
            coming: vec![Vec::new(); periods],
            takers: (0..periods).map(|_| Vec::new()).collect(),
            ship_to: Vec::new(),
            make_to: Vec::new(),
            draw_to: Vec::new(),
            deliver: vec![Vec::new(); plan.deliver.len()],
            ship: vec![Vec::new(); plan.ship.len()],
            make: vec![Vec::new(); plan.make.len()],
        };
        for (n, stock) in scenario
            .stockpiles()
            .iter()
            .enumerate()
            .filter(|(_, s)| s.quantity > 0.0)
        {
            let made_in = stock
                .made_in
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            let place = (site(&stock.site), kind_of(item(&stock.item), &made_in));
            tracer.lot(place, 0, Origin::Stock(n), stock.quantity);
        }
        let horizon = scenario.head().horizon();
        for (n, receipt) in scenario.receipts().iter().enumerate() {
            if receipt.quantity <= 0.0 || !(receipt.firm || plan.unconfirmed) {
                continue;
            }
            let made_in = receipt
                .made_in
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            let place = (site(&receipt.site), kind_of(item(&receipt.item), &made_in));
            let period =
                usize::try_from(horizon.first_from(receipt.date).max(0)).unwrap_or(usize::MAX);
            if period < periods {
                tracer.lot(place, period, Origin::Receipt(n), receipt.quantity);
            }
        }
        for (n, deliver) in plan.deliver.iter().enumerate() {
            let place = (site(&scenario.demands()[deliver.demand].site), deliver.kind);
            tracer.taker(
                deliver.period,
                Flow::Deliver(n),
                vec![(place, deliver.quantity)],
            );
        }
        for (n, ship) in plan.ship.iter().enumerate() {
            let lane = &scenario.lanes()[ship.lane];
            tracer.ship_to.push((site(&lane.to_site), ship.kind));
            tracer.taker(
                ship.period,
                Flow::Ship(n),
                vec![((site(&lane.from_site), ship.kind), ship.quantity)],
            );
        }
        for (n, draw) in plan.draw.iter().enumerate() {
            tracer.draw_to.push((draw.site, pool(draw.item)));
            tracer.taker(
                draw.period,
                Flow::Draw(n),
                vec![((draw.site, draw.kind), draw.quantity)],
            );
        }
        let mut inputs = vec![Vec::new(); scenario.recipes().len()];
        for row in scenario.recipe_inputs() {
            let r = scenario.find_recipe(&row.recipe).expect("checked");
            inputs[r].push((item(&row.item), row.quantity));
        }
        for (n, make) in plan.make.iter().enumerate() {
            let recipe = &scenario.recipes()[make.recipe];
            let at = site(&recipe.site);
            let state = scenario.sites()[at].state.to_string();
            tracer
                .make_to
                .push((at, kind_of(item(&recipe.item), &state)));
            let needs = inputs[make.recipe]
                .iter()
                .map(|&(i, quantity)| {
                    let place = if split(i) { pool(i) } else { kind_of(i, "") };
                    ((at, place), quantity * make.runs)
                })
                .collect();
            tracer.taker(make.period, Flow::Make(n), needs);
        }
        tracer
    }

    fn lot(&mut self, place: (usize, usize), period: usize, origin: Origin, quantity: f64) {
        self.coming[period].push((place, self.lots.len()));
        self.lots.push(Lot {
            origin,
            period,
            quantity,
        });
    }

    fn taker(&mut self, period: usize, flow: Flow, needs: Vec<((usize, usize), f64)>) {
        self.takers[period].push(Taker { flow, needs });
    }

    fn run(mut self) -> Trace {
        for t in 0..self.periods {
            self.receive(t);
            let mut open = std::mem::take(&mut self.takers[t]);
            // Flows without lead or transit time feed others of the same period: go on while any moves.
            loop {
                let mut moved = false;
                for taker in &mut open {
                    moved |= self.take(taker, t);
                }
                self.receive(t);
                open.retain(|taker| !taker.needs.is_empty());
                if !moved || open.is_empty() {
                    break;
                }
            }
        }
        Trace {
            lots: self.lots,
            deliver: self.deliver,
            ship: self.ship,
            make: self.make,
        }
    }

    fn receive(&mut self, t: usize) {
        for (place, lot) in std::mem::take(&mut self.coming[t]) {
            let quantity = self.lots[lot].quantity;
            self.queues
                .entry(place)
                .or_default()
                .push_back(Share { lot, quantity });
        }
    }

    /// Takes what is there; returns whether anything was.
    fn take(&mut self, taker: &mut Taker, t: usize) -> bool {
        let mut shares = Vec::new();
        for (place, need) in &mut taker.needs {
            let Some(queue) = self.queues.get_mut(place) else {
                continue;
            };
            while *need > 0.0 {
                let Some(first) = queue.front_mut() else {
                    break;
                };
                let quantity = need.min(first.quantity);
                shares.push(Share {
                    lot: first.lot,
                    quantity,
                });
                *need -= quantity;
                first.quantity -= quantity;
                if first.quantity <= 1e-9 {
                    queue.pop_front();
                }
            }
        }
        taker.needs.retain(|(_, need)| *need > 1e-7);
        let moved = !shares.is_empty();
        let taken: f64 = shares.iter().map(|s| s.quantity).sum();
        match taker.flow {
            Flow::Deliver(n) => self.deliver[n].extend(shares),
            Flow::Ship(n) => {
                self.ship[n].extend(shares);
                if moved {
                    let arrives = self.plan.ship[n].arrives;
                    self.lot(self.ship_to[n], arrives.max(t), Origin::Shipment(n), taken);
                }
            }
            Flow::Make(n) => {
                self.make[n].extend(shares);
                if taker.needs.is_empty() {
                    let made = &self.plan.make[n];
                    self.lot(
                        self.make_to[n],
                        made.done.max(t),
                        Origin::Run(n),
                        made.quantity,
                    );
                }
            }
            Flow::Draw(n) => {
                self.queues
                    .entry(self.draw_to[n])
                    .or_default()
                    .extend(shares);
            }
        }
        moved || (matches!(taker.flow, Flow::Make(_)) && taker.needs.is_empty())
    }
}
