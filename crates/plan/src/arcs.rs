//! Which makes, moves and hand-overs are allowed, and from when: what the plan takes from the law.
//!
//! An arc is one line of `recipes`, `lanes` or `demands`. Without law every arc is open, and the
//! tables' own dates are all that holds it. Intervals of days are laid over that here, for all units or only for those made in one state, so the formulation knows no rule, only days.
//!
//! # Units that the law follows
//! What may be done with a unit can depend on where it was made. The plan tells units of an item
//! apart by that only where some arc, or some demand, does: states of manufacture for which every
//! arc says the same are one kind.

use std::collections::BTreeMap;

use darsena_scenario::Scenario;
use jiff::civil::Date;

/// When an arc may be used: in the periods that start inside one of its intervals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Opening {
    /// Always.
    #[default]
    Always,
    /// In these intervals only, in order and apart; the second day is excluded.
    During(Vec<(Date, Date)>),
}

impl Opening {
    /// In no interval.
    pub fn never() -> Self {
        Opening::During(Vec::new())
    }

    /// From a day on.
    pub fn from_day(day: Date) -> Self {
        Opening::During(vec![(day, Date::MAX)])
    }

    /// Whether the arc may be used in a period that starts on this day.
    pub fn holds(&self, day: Date) -> bool {
        match self {
            Opening::Always => true,
            Opening::During(spans) => spans
                .iter()
                .any(|(from, until)| *from <= day && day < *until),
        }
    }

    /// When both may be used.
    #[must_use]
    pub fn and(&self, other: &Opening) -> Self {
        match (self, other) {
            (Opening::Always, one) | (one, Opening::Always) => one.clone(),
            (Opening::During(these), Opening::During(those)) => {
                let meet = |a: &(Date, Date), b: &(Date, Date)| (a.0.max(b.0), a.1.min(b.1));
                let pairs = these
                    .iter()
                    .flat_map(|a| those.iter().map(move |b| meet(a, b)));
                Opening::During(pairs.filter(|(from, until)| from < until).collect())
            }
        }
    }
}

/// An [`Opening`] for every recipe, lane and demand of a scenario, in the order of its tables, and
/// what is laid over them for units made in certain states.
#[derive(Debug, Clone, PartialEq)]
pub struct Arcs {
    /// May the recipe be run?
    pub make: Vec<Opening>,
    /// May the lane be used?
    pub ship: Vec<Opening>,
    /// May the demand be served?
    pub deliver: Vec<Opening>,
    /// By item and lane: openings for units made in a state; blank where nothing says which.
    shipped: BTreeMap<(usize, usize), BTreeMap<String, Opening>>,
    /// By item and demand, the same.
    delivered: BTreeMap<(usize, usize), BTreeMap<String, Opening>>,
    /// Limits on what may be made, sent and handed over in all.
    pub ceilings: Vec<Ceiling>,
    /// What holds arcs back and might be lifted, to be tried as a reason.
    pub obstacles: Vec<Obstacle>,
}

/// A limit on what may be made, sent and handed over in all, as authorizations set it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ceiling {
    /// Id of the authorization; of several that together set it, their ids with `;` between.
    pub id: String,
    /// The most, in units or in money.
    pub most: f64,
    /// What a unit counts, by lane, item and state of manufacture.
    pub counts: BTreeMap<(usize, usize, String), f64>,
    /// What a run counts, by recipe.
    pub runs: BTreeMap<usize, f64>,
    /// What a unit handed over counts, by demand, item and state of manufacture.
    pub handed: BTreeMap<(usize, usize, String), f64>,
    /// When an arc draws on it, by the first day of a period; an arc that is not named always does.
    pub during: BTreeMap<Arc, Opening>,
}

impl Ceiling {
    /// What a unit over an arc counts, a run for a recipe, and when; nothing where it does not count.
    pub fn draw(&self, arc: &Arc) -> Option<(f64, Opening)> {
        let count = match arc {
            Arc::Make(recipe) => self.runs.get(recipe),
            Arc::Ship(lane, item, state) => self.counts.get(&(*lane, *item, state.clone())),
            Arc::Deliver(demand, item, state) => self.handed.get(&(*demand, *item, state.clone())),
        };
        count.map(|&count| (count, self.during.get(arc).cloned().unwrap_or_default()))
    }
}

impl Ceiling {
    /// Whether this allows whatever another does: at least as much, and nothing counts more or at other times.
    fn allows(&self, other: &Ceiling) -> bool {
        fn less<K: Ord>(these: &BTreeMap<K, f64>, those: &BTreeMap<K, f64>) -> bool {
            let mut each = these.iter();
            each.all(|(key, count)| those.get(key).is_some_and(|most| count <= most))
        }
        self.most >= other.most
            && self.during == other.during
            && less(&self.counts, &other.counts)
            && less(&self.runs, &other.runs)
            && less(&self.handed, &other.handed)
    }
}

/// One thing that holds arcs back: a rule, or an approval that is waited for.
#[derive(Debug, Clone, PartialEq)]
pub struct Obstacle {
    /// Its id: of a rule or an approval.
    pub id: String,
    /// What it does, in words that go on from a demand: `denied by ...`, `waiting for ...`.
    pub says: String,
    /// The arcs that would open sooner without it, and when.
    pub lifts: BTreeMap<Arc, Opening>,
}

/// One arc, by places in the scenario's tables.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Arc {
    /// Runs of a recipe.
    Make(usize),
    /// Units of an item, made in a state, over a lane: lane, item, state.
    Ship(usize, usize, String),
    /// Units of an item, made in a state, for a demand: demand, item, state.
    Deliver(usize, usize, String),
}

impl Arcs {
    /// Every arc of the tables, open.
    pub fn open(scenario: &Scenario) -> Self {
        Arcs {
            make: vec![Opening::Always; scenario.recipes().len()],
            ship: vec![Opening::Always; scenario.lanes().len()],
            deliver: vec![Opening::Always; scenario.demands().len()],
            shipped: BTreeMap::new(),
            delivered: BTreeMap::new(),
            ceilings: Vec::new(),
            obstacles: Vec::new(),
        }
    }

    /// Says when a lane may be used by units of an item (places in `scenario.lanes()` and
    /// `scenario.items()`) that were made in a state.
    pub fn set_ship(&mut self, lane: usize, item: usize, made_in: &str, opening: Opening) {
        let openings = self.shipped.entry((item, lane)).or_default();
        openings.insert(made_in.to_owned(), opening);
    }

    /// Says when a demand for an item (places in `scenario.demands()` and `scenario.items()`) may be
    /// served with units that were made in a state.
    pub fn set_deliver(&mut self, demand: usize, item: usize, made_in: &str, opening: Opening) {
        let openings = self.delivered.entry((item, demand)).or_default();
        openings.insert(made_in.to_owned(), opening);
    }

    /// When a lane may be used by units of an item that were made in a state.
    pub fn shipping(&self, lane: usize, item: usize, made_in: &str) -> Opening {
        self.ship[lane].and(laid_over(&self.shipped, (item, lane), made_in))
    }

    /// When a demand may be served with units of its item that were made in a state.
    pub fn delivering(&self, demand: usize, item: usize, made_in: &str) -> Opening {
        self.deliver[demand].and(laid_over(&self.delivered, (item, demand), made_in))
    }

    /// When one arc may be used.
    pub fn opening(&self, arc: &Arc) -> Opening {
        match arc {
            Arc::Make(recipe) => self.make[*recipe].clone(),
            Arc::Ship(lane, item, state) => self.shipping(*lane, *item, state),
            Arc::Deliver(demand, item, state) => self.delivering(*demand, *item, state),
        }
    }

    /// Says when one arc may be used.
    pub fn set(&mut self, arc: &Arc, opening: Opening) {
        if self.opening(arc) == opening {
            return;
        }
        match arc {
            Arc::Make(recipe) => self.make[*recipe] = opening,
            Arc::Ship(lane, item, state) => self.set_ship(*lane, *item, state, opening),
            Arc::Deliver(demand, item, state) => self.set_deliver(*demand, *item, state, opening),
        }
    }

    /// Whether every arc is open whenever it is in `narrow`, under no ceiling that is not there as low.
    #[must_use]
    pub fn widen(&self, narrow: &Arcs) -> bool {
        let mut unlike = self.unlike(narrow).into_iter();
        let as_low = |ceiling: &Ceiling| {
            let mut there = narrow.ceilings.iter();
            there.any(|other| ceiling.id == other.id && ceiling.allows(other))
        };
        self.ceilings.iter().all(as_low)
            && self.ship == narrow.ship
            && self.deliver == narrow.deliver
            && unlike.all(|arc| {
                let before = narrow.opening(&arc);
                self.opening(&arc).and(&before) == before
            })
    }

    /// The arcs that are open at other times in `other`, in order.
    pub fn unlike(&self, other: &Arcs) -> Vec<Arc> {
        let mut arcs: Vec<Arc> = (0..self.make.len()).map(Arc::Make).collect();
        for all in [self, other] {
            for (&(item, lane), states) in &all.shipped {
                arcs.extend(
                    states
                        .keys()
                        .map(|state| Arc::Ship(lane, item, state.clone())),
                );
            }
            for (&(item, demand), states) in &all.delivered {
                arcs.extend(
                    states
                        .keys()
                        .map(|state| Arc::Deliver(demand, item, state.clone())),
                );
            }
        }
        arcs.sort_unstable();
        arcs.dedup();
        arcs.retain(|arc| self.opening(arc) != other.opening(arc));
        arcs
    }

    /// Whether any arc tells units of the item apart.
    pub(crate) fn tells_apart(&self, item: usize) -> bool {
        of_item(&self.shipped, item).next().is_some()
            || of_item(&self.delivered, item).next().is_some()
            || self.ceilings.iter().any(|ceiling| {
                let keys = ceiling.counts.keys().chain(ceiling.handed.keys());
                { keys }.any(|key| key.1 == item)
            })
    }

    /// What all arcs say about units of an item made in a state, now and without each obstacle, and
    /// which ceilings count them; two states for which it is the same need not be told apart.
    pub(crate) fn signature(&self, item: usize, made_in: &str) -> Vec<String> {
        let mut signature = Vec::new();
        for (n, openings) in [&self.shipped, &self.delivered].into_iter().enumerate() {
            for (place, states) in of_item(openings, item) {
                if let Some(opening) = states.get(made_in).filter(|o| **o != Opening::Always) {
                    signature.push(format!("{n} {place} {opening:?}"));
                }
            }
        }
        for (n, obstacle) in self.obstacles.iter().enumerate() {
            for (arc, opening) in &obstacle.lifts {
                match arc {
                    Arc::Ship(place, i, state) | Arc::Deliver(place, i, state)
                        if *i == item && state == made_in =>
                    {
                        let ship = matches!(arc, Arc::Ship(..));
                        signature.push(format!("lift {n} {ship} {place} {opening:?}"));
                    }
                    _ => {}
                }
            }
        }
        for (n, ceiling) in self.ceilings.iter().enumerate() {
            let mine = |key: &&(usize, usize, String)| key.1 == item && key.2 == made_in;
            let lanes = ceiling.counts.keys().filter(mine);
            let demands = ceiling.handed.keys().filter(mine);
            let arcs = lanes.cloned().map(|(l, i, state)| Arc::Ship(l, i, state));
            let arcs = arcs.chain(
                demands
                    .cloned()
                    .map(|(j, i, state)| Arc::Deliver(j, i, state)),
            );
            for arc in arcs {
                let (Arc::Make(place) | Arc::Ship(place, ..) | Arc::Deliver(place, ..)) = arc;
                let ship = matches!(arc, Arc::Ship(..));
                let draw = ceiling.draw(&arc);
                signature.push(format!("ceiling {n} {ship} {place} {draw:?}"));
            }
        }
        signature
    }
}

type OverItems = BTreeMap<(usize, usize), BTreeMap<String, Opening>>;

fn laid_over<'a>(openings: &'a OverItems, key: (usize, usize), made_in: &str) -> &'a Opening {
    let found = openings.get(&key).and_then(|states| states.get(made_in));
    found.unwrap_or(&Opening::Always)
}

/// The openings of all arcs for one item.
fn of_item(
    openings: &OverItems,
    item: usize,
) -> impl Iterator<Item = (usize, &BTreeMap<String, Opening>)> {
    openings
        .range((item, 0)..(item + 1, 0))
        .map(|((_, place), states)| (*place, states))
}
