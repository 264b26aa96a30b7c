//! What sets of levers are worth: planned, remembered, or known from the sets around them.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use darsena_milp::{Clock, Status, Stop, Watch, side_by_side};
use darsena_plan::again::{Again, Base, Replanner, Way, widens};
use darsena_plan::check;
use darsena_plan::{Arcs, Measure, Options, Plan};
use darsena_scenario::{Change, ChangeKind, Edit, Scenario, TableName};

use super::{Lever, LeverOptions, Set, members};
use crate::stress::{ArcsOf, StressError};

/// What comes of a set of levers.
#[derive(Debug, Clone, PartialEq)]
pub struct Worth {
    /// Values of all stages of the objective, in their order.
    pub stages: Vec<f64>,
    /// What each minimises.
    pub measures: Vec<Measure>,
    /// By demand, open units summed over periods.
    pub late: Vec<f64>,
    /// By demand, units open at the end.
    pub unmet: Vec<f64>,
    /// Whether the plan is proved best.
    pub status: Status,
    /// How it was found.
    pub way: Way,
    /// The set whose plan this is.
    pub of: Set,
}

/// Two values of a stage that differ by no more, relatively, are the same.
const SAME: f64 = 1e-6;

impl Worth {
    fn of(scenario: &Scenario, plan: &Plan, way: Way, set: Set) -> Self {
        let demands = scenario.demands().len();
        let (mut late, mut unmet) = (vec![0.0; demands], vec![0.0; demands]);
        let last = scenario.head().horizon().len() - 1;
        for row in &plan.unmet {
            late[row.demand] += row.quantity;
            if row.period == last {
                unmet[row.demand] += row.quantity;
            }
        }
        Worth {
            stages: plan.levels.iter().map(|level| level.value).collect(),
            measures: plan.levels.iter().map(|level| level.measure).collect(),
            late,
            unmet,
            status: plan.status,
            way,
            of: set,
        }
    }

    /// Late unit-periods: of the stages that count them, else of all demands.
    #[must_use]
    pub fn late(&self) -> f64 {
        let stages = self.measures.iter().zip(&self.stages);
        let late = stages.filter(|(measure, _)| matches!(measure, Measure::Late { .. }));
        let late: Vec<f64> = late.map(|(_, value)| *value).collect();
        if late.is_empty() {
            self.late.iter().sum()
        } else {
            late.iter().sum()
        }
    }

    /// The cost of the plan.
    #[must_use]
    pub fn cost(&self) -> f64 {
        self.stages.last().copied().unwrap_or(0.0)
    }

    /// What counts as the gain of a set is how much less of this there is: late unit-periods, or money where the
    /// objective counts nothing else.
    #[must_use]
    pub fn scalar(&self) -> f64 {
        if self.counts_money() {
            self.cost()
        } else {
            self.late()
        }
    }

    /// Whether gains are money.
    #[must_use]
    pub fn counts_money(&self) -> bool {
        !{ self.measures.iter() }.any(|measure| matches!(measure, Measure::Late { .. }))
    }

    /// The better first: stage after stage.
    #[must_use]
    pub fn order(&self, other: &Worth) -> std::cmp::Ordering {
        let mut pairs = self.stages.iter().zip(&other.stages);
        let apart = pairs.find(|(a, b)| !same(**a, **b));
        apart.map_or(std::cmp::Ordering::Equal, |(a, b)| a.total_cmp(b))
    }

    /// The first stage in which this differs from another.
    #[must_use]
    pub fn first_apart(&self, other: &Worth) -> Option<usize> {
        let mut pairs = self.stages.iter().zip(&other.stages);
        pairs.position(|(a, b)| !same(*a, *b))
    }
}

pub(crate) fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= SAME * a.abs().max(b.abs()).max(1.0)
}

/// A number without the noise of its last digits.
pub(crate) fn rounded(x: f64) -> f64 {
    (x * 1e6).round() / 1e6 + 0.0
}

/// Sets of levers and what is known of them.
pub(crate) struct Sets<'a> {
    pub scenario: &'a Scenario,
    pub arcs_of: &'a ArcsOf<'a>,
    pub levers: &'a [Lever],
    pub clock: Clock,
    pub stop: &'a Stop,
    /// Levers that are proved to add only.
    pub adds: Set,
    options: &'a LeverOptions,
    progress: &'a (dyn Fn(usize, usize) + Sync),
    /// Levers that edit nothing but the law and what it grants.
    of_law: Set,
    /// Plans with all levers but those of law, and with all: with other law other units are told apart, and a plan goes on
    /// best from one under the same. By the levers of law made.
    bases: BTreeMap<Set, Base>,
    /// What was planned.
    known: BTreeMap<Set, Worth>,
    /// Two sets of the same worth, apart by levers that only add: all between them are worth that, and the plan of the
    /// third counts for them. No set is between two of these pairs.
    alike: Vec<[Set; 3]>,
    /// Places in the order in which sets are split: those that only add last, and of these the dearest first.
    order: Vec<usize>,
    done: AtomicUsize,
}

impl<'a> Sets<'a> {
    /// Plans with all levers and with none, and returns the latter beside.
    pub(crate) fn new(
        scenario: &'a Scenario,
        arcs_of: &'a ArcsOf<'a>,
        levers: &'a [Lever],
        options: &'a LeverOptions,
        clock: Clock,
        stop: &'a Stop,
        progress: &'a (dyn Fn(usize, usize) + Sync),
    ) -> Result<(Self, Plan), StressError> {
        let all = (1 << levers.len()) - 1;
        let lawful = (0..levers.len()).filter(|n| of_law(&levers[*n]));
        let of_law: Set = lawful.fold(0, |set, n| set | 1 << n);
        let mut sets = Sets {
            scenario,
            arcs_of,
            levers,
            clock,
            stop,
            adds: 0,
            options,
            progress,
            known: BTreeMap::new(),
            alike: Vec::new(),
            order: (0..levers.len()).collect(),
            done: AtomicUsize::new(0),
            of_law,
            bases: BTreeMap::new(),
        };
        // Other sets take something away from these: their plans go on from theirs.
        let made: BTreeSet<Set> = BTreeSet::from([all, all & !of_law]);
        let made: Vec<Set> = made.into_iter().collect();
        let plan = Options {
            solver: clock.left(&options.plan.solver),
            ..options.plan.clone()
        };
        let bases = side_by_side(
            made.len(),
            plan.threads,
            // Cut short they still have plans.
            &Stop::new(),
            || Ok(()),
            |(), n| {
                let (with, arcs) = changed(scenario, arcs_of, levers, made[n])?;
                let base = Base::new(&with, &arcs, &plan, &mut Watch::until(stop))?;
                checked(&with, &arcs, base.plan(), "all levers")?;
                Ok::<_, StressError>(Some(base))
            },
        )?;
        for (set, base) in made.into_iter().zip(bases.into_iter().flatten()) {
            let worth = Worth::of(scenario, base.plan(), Way::Cold, set);
            sets.known.insert(set, worth);
            sets.bases.insert(set & of_law, base);
        }
        let none = sets.made(&mut BTreeMap::new(), 0)?;
        sets.known
            .insert(0, Worth::of(scenario, &none.0, none.1, 0));
        sets.adds = sets.only_adds()?;
        Ok((sets, none.0))
    }

    /// The plan with a set of levers, from the nearest base; `replanners` are made as they are needed.
    fn made<'b>(
        &'b self,
        replanners: &mut BTreeMap<Set, Replanner<'b>>,
        set: Set,
    ) -> Result<(Plan, Way), StressError> {
        let law = set & self.of_law;
        let nearest = if self.bases.contains_key(&law) {
            law
        } else {
            self.of_law
        };
        let (scenario, arcs) = changed(self.scenario, self.arcs_of, self.levers, set)?;
        let again = Again {
            scenario: &scenario,
            arcs: &arcs,
            decided: None,
        };
        let replanner = match replanners.entry(nearest) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(self.bases[&nearest].replanner()?),
        };
        let (plan, way) = replanner.plan(again, &mut Watch::until(self.stop))?;
        checked(&scenario, &arcs, &plan, &format!("levers {set:b}"))?;
        Ok((plan, way))
    }

    pub(crate) fn all(&self) -> Set {
        (1 << self.levers.len()) - 1
    }

    /// Levers that only add, beside nothing and beside all others.
    fn only_adds(&self) -> Result<Set, StressError> {
        let count = self.levers.len();
        let of = |set: Set| changed(self.scenario, self.arcs_of, self.levers, set);
        let (none, all) = (of(0)?, of(self.all())?);
        let plan = &self.options.plan;
        let begin = || Ok(());
        let adds = |(): &mut (), n: usize| {
            let (alone, but_one) = (of(1 << n)?, of(self.all() & !(1 << n))?);
            let by_itself = { 0..count }.all(|m| m == n || !meet(&self.levers[n], &self.levers[m]));
            // A lever of law alone opens arcs of the same tables, however its units are told apart.
            let sees = |a: &With, b: &With| {
                let law = self.of_law >> n & 1 == 1 && b.1.widen(&a.1);
                law || widens((&a.0, &a.1), (&b.0, &b.1), plan)
            };
            Ok::<_, StressError>(Some(
                by_itself && sees(&none, &alone) && sees(&but_one, &all),
            ))
        };
        let found = side_by_side(count, plan.threads, self.stop, begin, adds)?;
        let bits = found.iter().enumerate();
        Ok(bits.fold(0, |set, (n, adds)| {
            set | (Set::from(*adds == Some(true)) << n)
        }))
    }

    /// Whether time is spent or somebody asked to stop.
    pub(crate) fn spent(&self) -> bool {
        let left = self.clock.left(&self.options.plan.solver);
        self.stop.stopped() || left.time_limit.is_some_and(|seconds| seconds <= 0.0)
    }

    pub(crate) fn planned(&self) -> usize {
        self.known.len()
    }

    /// What is known of a set.
    pub(crate) fn worth(&self, set: Set) -> Option<&Worth> {
        let holds = |[less, more, _]: &&[Set; 3]| less & !set == 0 && set & !more == 0;
        let of = self.alike.iter().find(holds).map_or(set, |[.., of]| *of);
        self.known.get(&of)
    }

    /// Sets that are known, in order, but for those that are worth no more than a part of them that is told.
    pub(crate) fn each(&self) -> impl Iterator<Item = (Set, &Worth)> {
        let own = |(set, _): &(&Set, &Worth)| {
            let between = |[less, more, _]: &[Set; 3]| less & !*set == 0 && *set & !more == 0;
            !self.alike.iter().any(between)
        };
        let known = self.known.iter().filter(own).map(|(set, _)| *set);
        let sets: BTreeSet<Set> = known
            .chain(self.alike.iter().map(|[less, ..]| *less))
            .collect();
        sets.into_iter()
            .filter_map(|set| Some((set, self.worth(set)?)))
    }

    /// Late unit-periods less than with no lever.
    pub(crate) fn late_gain(&self, worth: &Worth) -> f64 {
        rounded(self.known[&0].late() - worth.late())
    }

    /// How much more a set gains than no lever does; none where it is not known.
    pub(crate) fn gain(&self, set: Set) -> Option<f64> {
        let worth = self.worth(set)?;
        Some(rounded(self.known[&0].scalar() - worth.scalar()))
    }

    /// Plans sets that are not known, side by side. Whether all are known then.
    pub(crate) fn plan(&mut self, sets: &[Set]) -> Result<bool, StressError> {
        let mut new: Vec<Set> = { sets.iter() }
            .filter(|set| self.worth(**set).is_none())
            .copied()
            .collect();
        new.sort_unstable();
        new.dedup();
        if new.is_empty() {
            return Ok(true);
        }
        let this = &*self;
        let threads = this.options.plan.threads;
        let begin = || Ok(BTreeMap::new());
        let found = side_by_side(new.len(), threads, this.stop, begin, |replanners, n| {
            if this.spent() {
                return Ok(None);
            }
            let (plan, way) = this.made(replanners, new[n])?;
            let whole = matches!(plan.status, Status::Optimal | Status::Feasible);
            if !whole || this.stop.stopped() {
                return Ok(None);
            }
            let done = this.done.fetch_add(1, Ordering::Relaxed) + 1;
            (this.progress)(done, done.max(2 * this.levers.len() + 2));
            Ok::<_, StressError>(Some(Worth::of(this.scenario, &plan, way, new[n])))
        })?;
        let whole = found.iter().all(Option::is_some);
        let pairs = new.into_iter().zip(found);
        self.known
            .extend(pairs.filter_map(|(set, worth)| Some((set, worth?))));
        Ok(whole)
    }

    /// Orders the levers for splitting: those not proved to add only first, then by what they do.
    pub(crate) fn rank(&mut self) {
        let all = self.all();
        let key = |n: usize| {
            let pairs = [(0, 1 << n), (all & !(1 << n), all)];
            let apart = pairs.map(|(less, more)| match (self.worth(less), self.worth(more)) {
                (Some(less), Some(more)) => {
                    let stage = less.first_apart(more).unwrap_or(usize::MAX);
                    (stage, (less.scalar() - more.scalar()).abs())
                }
                _ => (usize::MAX, 0.0),
            });
            let idle = apart.iter().all(|(stage, _)| *stage == usize::MAX);
            (self.adds >> n & 1, idle, apart[0].1.max(apart[1].1))
        };
        let mut order: Vec<usize> = (0..self.levers.len()).collect();
        order.sort_by(|&a, &b| {
            let (a, b) = (key(a), key(b));
            (a.0, a.1).cmp(&(b.0, b.1)).then(b.2.total_cmp(&a.2))
        });
        self.order = order;
    }

    /// Places in the order in which sets are split.
    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }

    /// Makes every set known: those between two of the same worth that differ by levers that only add have it too,
    /// others are split. Whether there was time, and no more than so many sets had to be planned.
    pub(crate) fn fill(&mut self, most: usize) -> Result<bool, StressError> {
        let mut open: Vec<(Set, Set)> = vec![(0, self.all())];
        let mut alike = Vec::new();
        while !open.is_empty() {
            let ends: Vec<Set> = open
                .iter()
                .flat_map(|(less, more)| [*less, *more])
                .collect();
            if self.planned() + open.len() > most || !self.plan(&ends)? {
                return Ok(false);
            }
            let mut halves = Vec::new();
            for (less, more) in open {
                let apart = more & !less;
                let worth = |set: Set| self.worth(set).expect("it was just planned");
                if apart & !self.adds == 0 && worth(less).order(worth(more)).is_eq() {
                    alike.push([less, more, less]);
                } else if let Some(n) = self.order.iter().find(|n| apart >> **n & 1 == 1) {
                    halves.push((less, more & !(1 << n)));
                    halves.push((less | 1 << n, more));
                }
            }
            open = halves;
        }
        self.alike = alike;
        Ok(true)
    }

    /// Levers of which either does what both do, and levers that do nothing; the latter only where `every` set is
    /// known.
    pub(crate) fn alike(&self, every: bool) -> (Vec<[usize; 2]>, Set) {
        let count = self.levers.len();
        let pairs = (0..count).flat_map(|a| (a + 1..count).map(move |b| [a, b]));
        let either = |[a, b]: &[usize; 2]| {
            let sets = [0, 1 << a, 1 << b, 1 << a | 1 << b].map(|set: Set| self.worth(set));
            let [Some(none), Some(a), Some(b), Some(both)] = sets else {
                return false;
            };
            let alike = a.order(b).is_eq() && a.order(both).is_eq();
            alike && !a.order(none).is_eq()
        };
        // Where each pair lacks it, whatever meets that pair with it is worth the same.
        let idle = |n: &usize| {
            let bit = 1 << n;
            let lacks = self.alike.iter().filter(|[less, ..]| less & bit == 0);
            every
                && lacks.clone().all(|[less, more, of]| {
                    let mut met = self.alike.iter().filter(|[other, top, _]| {
                        (less | bit | other) & !((more | bit) & top) == 0
                    });
                    met.all(|[.., other]| self.known[other].order(&self.known[of]).is_eq())
                })
        };
        let set = (0..count).filter(idle).fold(0, |set, n| set | 1 << n);
        (pairs.filter(either).collect(), set)
    }

    /// Places of the levers of a set.
    pub(crate) fn members(&self, set: Set) -> impl Iterator<Item = usize> + Clone + use<> {
        members(self.levers.len(), set)
    }
}

/// A changed scenario and its arcs.
type With = (Scenario, std::sync::Arc<Arcs>);

/// Whether a lever edits nothing but the law and what it grants.
fn of_law(lever: &Lever) -> bool {
    lever.change.edits.iter().all(|edit| match edit {
        Edit::Lifted { .. } | Edit::Sooner { .. } | Edit::LawOf { .. } => true,
        Edit::Out { table, .. } | Edit::Set { table, .. } => *table == TableName::Authorizations,
        Edit::Scale { .. } => false,
    })
}

/// The scenario with a set of levers, in the order in which they were named, and its arcs.
fn changed(
    scenario: &Scenario,
    arcs_of: &ArcsOf<'_>,
    levers: &[Lever],
    set: Set,
) -> Result<With, StressError> {
    let chosen = members(levers.len(), set).map(|n| &levers[n].change);
    let mut changed = scenario.clone();
    for change in chosen.clone() {
        changed = { changed.with(&change.edits) }
            .map_err(|finding| StressError::Change(change.id.clone(), finding))?;
    }
    let edits: Vec<Edit> = chosen.flat_map(|change| change.edits.clone()).collect();
    let change = Change {
        id: String::new(),
        kind: ChangeKind::Lever,
        edits,
        cost: 0.0,
    };
    let arcs = arcs_of(&changed, (set != 0).then_some(&change));
    Ok((changed, arcs))
}

fn checked(scenario: &Scenario, arcs: &Arcs, plan: &Plan, id: &str) -> Result<(), StressError> {
    let verdict = check::check(scenario, arcs, plan);
    let found = matches!(plan.status, Status::Optimal | Status::Feasible);
    if found && !verdict.holds() {
        return Err(StressError::Unsound(id.into(), verdict.breaches));
    }
    Ok(())
}

/// Whether two levers edit the same row, or one of them more than rows: then it matters which comes last.
fn meet(a: &Lever, b: &Lever) -> bool {
    let row = |edit: &Edit| match edit {
        Edit::Out { table, id, .. } | Edit::Set { table, id, .. } => Some((*table, id.clone())),
        Edit::Scale { resource, .. } => Some((TableName::Capacity, resource.clone())),
        Edit::Lifted { .. } | Edit::Sooner { .. } | Edit::LawOf { .. } => None,
    };
    let revised = |lever: &Lever| {
        let mut edits = lever.change.edits.iter();
        edits.any(|edit| matches!(edit, Edit::LawOf { .. }))
    };
    let rows = |lever: &Lever| {
        lever
            .change
            .edits
            .iter()
            .filter_map(row)
            .collect::<Vec<_>>()
    };
    let theirs = rows(b);
    revised(a) || revised(b) || rows(a).iter().any(|row| theirs.contains(row))
}
