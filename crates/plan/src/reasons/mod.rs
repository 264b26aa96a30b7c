//! Why a demand is late: typed reasons, each proved by relaxing exactly that thing and planning again.
//!
//! # Formula
//! Let w_j(x) be the open unit-periods of demand j in the best plan, stage by stage, when thing x is
//! relaxed (capacity without limit, a lead time of nothing, a party that waits until all others are
//! served, ...). Then x is a reason for j if
//!
//! ```text
//! gain = w_j(nothing relaxed) - w_j(x) > 0
//! ```
//!
//! and the open unit-periods of all demands of j's priorities fall as well, so that j does not gain
//! only because another of its rank loses; the gain counts for no more than that fall. A plan with x
//! relaxed that is no worse in all stages before those of j's priorities, and better there, proves as
//! much, for no such plan is there without: it is looked for first with the stages as one sum, and
//! only where that does not tell, stage by stage.
//!
//! # What is spared
//! A thing whose constraints have no dual, or whose new columns no negative reduced cost, in any
//! stage changes nothing, because the same duals still prove every stage: it needs no second plan.
//! Others can change nothing before the first stage that prices them, so planning again starts
//! there. And what no constraint joins to a thing is not touched by it, so only the parts of the
//! program it is in are planned again ([`Program::parts`]).
//!
//! # Limits
//! Relaxations are large: a gain says how far a thing alone is in the way, not what a little more
//! of it is worth; that is its shadow price. Of two bottlenecks in a row neither may help alone,
//! and then the reason is that several things stand in the way together.
//!
//! [`Program::parts`]: darsena_milp::Program::parts

mod proof;
mod thing;
mod worth;

use std::collections::{BTreeMap, BTreeSet};

use darsena_milp::{Basis, Part, Parts, Program, Row, Stop, Watch, side_by_side};
use darsena_scenario::{Objective, Scenario};

use self::proof::Proved;
use self::proof::Prover;
use self::thing::Thing;
pub(crate) use self::worth::worths;
use crate::arcs::Arcs;
use crate::formulate::Layout;
use crate::network::{Network, Stream, due_period};
use crate::plan::{Cause, Measure, Plan, Reason};
use crate::solve::{Clock, Stage};
use crate::{Options, PlanError, Reasons};

/// Open unit-periods below this are noise of the arithmetic.
const NOTHING: f64 = 1e-4;

/// Programs with more rows than this get reasons only when all are asked for.
const AUTO_ROWS: usize = 15_000;

/// Things whose duals speak for less than this share of the strongest are tried only when all are.
const WEAK: f64 = 1e-6;

/// How many more things of a part and stage are tried for demands that have no reason yet.
const MORE: usize = 1;

/// The plan as it stands, and the program it is the best of, stage by stage.
#[derive(Clone, Copy)]
pub(crate) struct Sight<'a> {
    pub scenario: &'a Scenario,
    pub arcs: &'a Arcs,
    pub network: &'a Network,
    pub layout: &'a Layout,
    /// With all lines fixed and nothing held.
    pub program: &'a Program,
    /// Values of the plan, and of the last stage: the same but for whole units.
    pub values: &'a [f64],
    pub last: &'a [f64],
    /// The stages on which lateness depends.
    pub stages: &'a [Stage],
    /// The basis of all stages as one sum.
    pub near: &'a Basis,
}

impl<'a> Sight<'a> {
    /// Without the stages on which no demand's lateness depends: by priorities the cost comes last and
    /// changes none.
    fn of_lateness(self, objective: Objective) -> Self {
        let late =
            |stage: &Stage| objective == Objective::Weighted || stage.measure != Measure::Cost;
        let stages = self.stages.iter().rposition(late).map_or(0, |n| n + 1);
        let stages: &'a [Stage] = &self.stages[..stages];
        Sight { stages, ..self }
    }
}

/// Finds the reasons of late demands and writes them into `plan`.
pub(crate) fn reasons(
    sight: Sight<'_>,
    options: &Options,
    plan: &mut Plan,
    clock: &Clock,
    stop: &Stop,
) -> Result<(), PlanError> {
    let late = plan.demands.iter();
    let late = late.filter(|d| d.late_unit_periods > NOTHING).count();
    if late == 0 || options.reasons == Reasons::None {
        return Ok(());
    }
    if options.reasons == Reasons::Auto && sight.program.rows() > AUTO_ROWS {
        plan.remarks.push(format!(
            "the reasons of {late} late demands are left out: the program is large; `--reasons all` proves them"
        ));
        return Ok(());
    }
    let sight = sight.of_lateness(plan.objective);
    if sight.stages.is_empty() {
        return Ok(());
    }
    let again = Again::new(sight, options, clock, stop);
    let mut rows: BTreeMap<u32, usize> = BTreeMap::new();
    for row in (0u32..).map(Row).take(sight.program.rows()) {
        *rows.entry(again.parts.of_row(row)).or_default() += 1;
    }
    let trial = Trial {
        sight,
        again,
        rows,
        profiles: [sight.values, sight.last].map(|values| profiles(&sight, values)),
    };
    let mut left = sight.things(plan);
    let by_score = |a: &Thing, b: &Thing| {
        let order = b.score().total_cmp(&a.score());
        order.then_with(|| (&a.cause, a.only).cmp(&(&b.cause, b.only)))
    };
    left.sort_by(by_score);
    if options.reasons == Reasons::Auto {
        let strongest = trial.strongest(&mut left);
        let settled = trial.run(&strongest, false, plan)?;
        // What the sum left in doubt after some stage may be tried again, stage by stage.
        let doubted = strongest.into_iter().zip(settled);
        let doubted = doubted.filter(|(_, settled)| !settled);
        left.extend(doubted.map(|(thing, _)| Thing {
            by_stage: true,
            ..thing
        }));
        left.sort_by(by_score);
    }
    let last = match options.reasons {
        Reasons::Auto => trial.more(&mut left, plan),
        _ => {
            left.iter_mut().for_each(|thing| thing.by_stage = true);
            std::mem::take(&mut left)
        }
    };
    let proved = trial
        .run(&last, true, plan)?
        .into_iter()
        .all(|settled| settled);
    if !proved {
        plan.remarks
            .push("not everything that was tried as a reason could be proved or refuted".into());
    }
    let untried: BTreeSet<u32> = left
        .iter()
        .flat_map(|thing| thing.parts(&sight, &trial.again.parts))
        .collect();
    let tried =
        |stream: usize| proved && !untried.contains(&sight.part_of(&trial.again.parts, stream));
    finish(sight.network, tried, plan);
    Ok(())
}

/// What the duals of all stages say of the obstacles of the arcs: those of the plan, and of every branch
/// that was left for it.
pub(crate) fn weigh(sight: Sight<'_>, left: &[Vec<Stage>], plan: &mut Plan) {
    let parts = sight.program.parts();
    plan.touched = vec![BTreeSet::new(); sight.arcs.obstacles.len()];
    let known = left.iter().all(|stages| !stages.is_empty());
    let mut helpful = BTreeSet::new();
    for stages in left.iter().map(Vec::as_slice).chain([sight.stages]) {
        let sight = Sight { stages, ..sight };
        for (obstacle, columns) in sight.lifted() {
            let rows = columns.iter().flat_map(|column| column.rows());
            plan.touched[obstacle].extend(rows.map(|row| parts.of_row(row)));
            if sight.law(obstacle, columns).is_some() {
                helpful.insert(obstacle);
            }
        }
    }
    let all = 0..sight.arcs.obstacles.len();
    plan.idle = all
        .filter(|obstacle| known && !helpful.contains(obstacle))
        .collect();
}

/// Open units per period of each stream's range.
type Profiles = Vec<Vec<f64>>;

fn profiles(sight: &Sight<'_>, values: &[f64]) -> Profiles {
    let open = |j: usize, t: usize| values[sight.layout.unmet(sight.network, j, t).index()];
    let of = |(j, stream): (usize, &Stream)| {
        let periods = stream.first..sight.network.periods;
        periods.map(|t| open(j, t)).collect()
    };
    sight.network.streams.iter().enumerate().map(of).collect()
}

/// Planning again with one thing changed, many times side by side.
struct Again<'a> {
    sight: Sight<'a>,
    parts: Parts,
    clock: &'a Clock,
    stop: &'a Stop,
    threads: usize,
}

impl<'a> Again<'a> {
    fn new(sight: Sight<'a>, options: &Options, clock: &'a Clock, stop: &'a Stop) -> Self {
        Again {
            sight,
            parts: sight.program.parts(),
            clock,
            stop,
            threads: options.threads,
        }
    }

    /// What `plan` makes of each of `things`, in the parts of the program it touches; none of those that
    /// were not reached when all was stopped.
    fn each<'t, T: Send>(
        &self,
        things: impl IntoIterator<Item = &'t Thing>,
        plan: impl Fn(&mut Prover<'_>, &Thing, &mut Watch<'_>) -> Result<T, PlanError> + Sync,
    ) -> Result<Vec<Option<T>>, PlanError> {
        let things: Vec<&Thing> = things.into_iter().collect();
        let mut by_parts: BTreeMap<BTreeSet<u32>, Vec<usize>> = BTreeMap::new();
        for (n, thing) in things.iter().enumerate() {
            let parts = thing.parts(&self.sight, &self.parts);
            by_parts.entry(parts).or_default().push(n);
        }
        let cut = |parts: &BTreeSet<u32>| {
            let wanted: Vec<u32> = parts.iter().copied().collect();
            self.sight.program.part(&self.parts, &wanted)
        };
        let parts: Vec<(Part, &Vec<usize>)> = by_parts
            .iter()
            .map(|(parts, own)| (cut(parts), own))
            .collect();
        let with_part = |(at, (_, own)): (usize, &(Part, &Vec<usize>))| {
            let own = own.iter().map(move |&n| (at, n));
            own.collect::<Vec<_>>()
        };
        let mut turns: Vec<(usize, usize)> = parts.iter().enumerate().flat_map(with_part).collect();
        // The longest first, so that no thread is left with one at the end.
        turns.sort_by_key(|&(at, _)| std::cmp::Reverse(parts[at].0.program().rows()));
        let one = |own: &mut Option<(usize, _)>, turn: usize| {
            let (at, n) = turns[turn];
            let mut prover = match own.take() {
                Some((of, prover)) if of == at => prover,
                other => {
                    drop(other);
                    Prover::new(self.sight, &parts[at].0, self.clock)?
                }
            };
            let made = plan(&mut prover, things[n], &mut Watch::until(self.stop))?;
            *own = Some((at, prover));
            Ok::<_, PlanError>(Some((n, made)))
        };
        let found = side_by_side(turns.len(), self.threads, self.stop, || Ok(None), one)?;
        let mut made: Vec<Option<T>> = things.iter().map(|_| None).collect();
        for (n, of) in found.into_iter().flatten() {
            made[n] = Some(of);
        }
        Ok(made)
    }
}

/// Things that are tried as reasons.
struct Trial<'a> {
    sight: Sight<'a>,
    again: Again<'a>,
    /// Of each part, how many rows it has.
    rows: BTreeMap<u32, usize>,
    /// Of the plan, and of its last stage.
    profiles: [Profiles; 2],
}

impl Trial<'_> {
    /// Takes the strongest things of each sort, part and stage out of `left`.
    fn strongest(&self, left: &mut Vec<Thing>) -> Vec<Thing> {
        let mut chosen: BTreeSet<usize> = BTreeSet::new();
        for stage in 0..self.sight.stages.len() {
            let price = |n: &usize| left[*n].prices[stage];
            let mut strong: Vec<usize> = (0..left.len()).filter(|n| price(n) > 0.0).collect();
            strong.sort_by(|a, b| price(b).total_cmp(&price(a)).then(a.cmp(b)));
            let most = strong.first().map_or(0.0, price);
            strong.retain(|n| price(n) >= WEAK * most);
            let mut taken: BTreeMap<(Option<u32>, usize), usize> = BTreeMap::new();
            for n in strong {
                let (sort, most) = left[n].sort();
                let taken = taken.entry((self.largest(&left[n]), sort)).or_insert(0);
                *taken += 1;
                if *taken <= most {
                    chosen.insert(n);
                }
            }
        }
        take(left, &chosen)
    }

    /// The largest part that a thing touches.
    fn largest(&self, thing: &Thing) -> Option<u32> {
        let parts = thing.parts(&self.sight, &self.again.parts).into_iter();
        parts.max_by_key(|&part| (self.rows[&part], std::cmp::Reverse(part)))
    }

    /// Takes out of `left` what may still be a reason of demands without any: by stage and part, what
    /// the duals of that stage speak for most.
    fn more(&self, left: &mut Vec<Thing>, plan: &Plan) -> Vec<Thing> {
        let mut wanting: BTreeSet<(usize, u32)> = BTreeSet::new();
        for (j, stream) in self.sight.network.streams.iter().enumerate() {
            let without = |d: &&usize| {
                let answer = &plan.demands[**d];
                answer.late_unit_periods > NOTHING && answer.reasons.is_empty()
            };
            for &d in stream.demands.iter().filter(without) {
                let due = plan.demands[d].due;
                let stage = self.stage_of(stream.priority[due]);
                wanting
                    .extend(stage.map(|stage| (stage, self.sight.part_of(&self.again.parts, j))));
            }
        }
        let mut chosen: BTreeSet<usize> = BTreeSet::new();
        for (stage, part) in wanting {
            let touches =
                |thing: &Thing| thing.parts(&self.sight, &self.again.parts).contains(&part);
            let price = |n: &usize| left[*n].prices[stage];
            let mut strong: Vec<usize> = (0..left.len()).filter(|&n| touches(&left[n])).collect();
            strong.sort_by(|a, b| price(b).total_cmp(&price(a)).then(a.cmp(b)));
            chosen.extend(strong.into_iter().take(MORE));
        }
        take(left, &chosen)
    }

    /// The stage that settles the lateness of a priority.
    fn stage_of(&self, priority: u32) -> Option<usize> {
        let late = Measure::Late { priority };
        let mut stages = self.sight.stages.iter();
        stages.position(|stage| stage.measure == Measure::Cost || stage.measure == late)
    }

    /// Plans again with each of `things` relaxed and writes down whose reason it is. Returns of each
    /// whether that was settled for every stage.
    fn run(
        &self,
        things: &[Thing],
        exactly: bool,
        plan: &mut Plan,
    ) -> Result<Vec<bool>, PlanError> {
        let relaxed = self.again.each(things, |prover, thing, watch| {
            let proved = prover.plan_again(thing, exactly, watch)?;
            let profiles = |values: &[f64]| self.profiles_with(prover.part(), values);
            Ok(proved.map(|Proved { values, stages }| (profiles(&values), stages)))
        })?;
        let mut settled = vec![false; things.len()];
        for (n, found) in relaxed.into_iter().enumerate() {
            if let Some((relaxed, stages)) = found.flatten() {
                self.attach(&things[n], &relaxed, stages, plan);
                settled[n] = stages == self.sight.stages.len();
            }
        }
        Ok(settled)
    }

    /// The open units of the last stage, with those of a part as `values` have them.
    fn profiles_with(&self, part: &Part, values: &[f64]) -> Profiles {
        let mut profiles = self.profiles[1].clone();
        let Sight {
            network, layout, ..
        } = self.sight;
        for (j, stream) in network.streams.iter().enumerate() {
            for (by, t) in (stream.first..network.periods).enumerate() {
                if let Some(column) = part.column(layout.unmet(network, j, t)) {
                    profiles[j][by] = values[column.index()];
                }
            }
        }
        profiles
    }

    /// Writes a thing as a reason to the demands it holds up, with `relaxed` the open units of a plan
    /// without it that is no worse in the first so many stages.
    fn attach(&self, thing: &Thing, relaxed: &Profiles, stages: usize, plan: &mut Plan) {
        let [planned, last] = &self.profiles;
        let streams = &self.sight.network.streams;
        let left_out = |stream: &Stream| {
            let party = stream.party;
            thing.cause == Cause::Priority { party }
        };
        let sure = |priority| self.stage_of(priority).is_some_and(|stage| stage < stages);
        // What the objective settles whatever plan it picks.
        let mut falls: BTreeMap<u32, f64> = BTreeMap::new();
        for (j, stream) in streams.iter().enumerate().filter(|(_, s)| !left_out(s)) {
            let ranks = stream.priority[stream.first..].iter().enumerate();
            for (by, priority) in ranks.filter(|(_, priority)| sure(**priority)) {
                *falls.entry(*priority).or_default() += last[j][by] - relaxed[j][by];
            }
        }
        for (j, stream) in streams.iter().enumerate() {
            let ranks: BTreeSet<u32> = stream.priority[stream.first..].iter().copied().collect();
            let fall: f64 = ranks.iter().filter_map(|rank| falls.get(rank)).sum();
            if left_out(stream) || thing.only.is_some_and(|only| only != j) || fall <= NOTHING {
                continue;
            }
            let fare = |profile: &Profiles| lateness(self.sight.scenario, stream, &profile[j]);
            let (planned, last, relaxed) = (fare(planned), fare(last), fare(relaxed));
            for (n, &demand) in stream.demands.iter().enumerate() {
                let gain = planned[n].0.min(last[n].0) - relaxed[n].0;
                let answer = &mut plan.demands[demand];
                // What was found quickly is not found again exactly.
                let known = answer.reasons.iter().any(|r| r.cause == thing.cause);
                if gain > NOTHING && answer.late_unit_periods > NOTHING && !known {
                    answer.reasons.push(Reason {
                        cause: thing.cause.clone(),
                        gain_unit_periods: gain.min(fall),
                        gain_units: (planned[n].1.min(last[n].1) - relaxed[n].1).max(0.0),
                    });
                }
            }
        }
    }
}

/// Takes the chosen places out of `left`.
fn take(left: &mut Vec<Thing>, chosen: &BTreeSet<usize>) -> Vec<Thing> {
    let places = std::mem::take(left).into_iter().enumerate();
    let (taken, rest): (Vec<_>, Vec<_>) = places.partition(|(n, _)| chosen.contains(n));
    *left = rest.into_iter().map(|(_, thing)| thing).collect();
    taken.into_iter().map(|(_, thing)| thing).collect()
}

/// Sorts the reasons of every demand, and says of late ones without any that no single thing helps,
/// or that not everything was tried.
fn finish(network: &Network, tried: impl Fn(usize) -> bool, plan: &mut Plan) {
    for (j, stream) in network.streams.iter().enumerate() {
        let cause = if tried(j) {
            Cause::Several
        } else {
            Cause::Untried
        };
        for &demand in &stream.demands {
            let answer = &mut plan.demands[demand];
            if answer.late_unit_periods > NOTHING && answer.reasons.is_empty() {
                answer.reasons.push(Reason {
                    cause: cause.clone(),
                    gain_unit_periods: 0.0,
                    gain_units: 0.0,
                });
            }
        }
    }
    let key = |gain: f64| (gain * 1e6).round();
    for answer in &mut plan.demands {
        answer.reasons.sort_by(|a, b| {
            key(b.gain_unit_periods)
                .total_cmp(&key(a.gain_unit_periods))
                .then(a.cause.cmp(&b.cause))
        });
    }
}

/// Open unit-periods and units open at the end of each demand of `stream`, when `open` units of
/// the stream are open per period of its range and the first due is served first.
fn lateness(scenario: &Scenario, stream: &Stream, open: &[f64]) -> Vec<(f64, f64)> {
    let horizon = scenario.head().horizon();
    let mut due_so_far = 0.0;
    let mut given = Vec::new();
    for (by, open) in open.iter().enumerate() {
        due_so_far += stream.due[stream.first + by];
        given.push((due_so_far - open).max(0.0));
    }
    let mut before = 0.0;
    stream
        .demands
        .iter()
        .map(|&d| {
            let demand = &scenario.demands()[d];
            let due = due_period(&horizon, demand.due);
            let still = |given: f64| demand.quantity - (given - before).clamp(0.0, demand.quantity);
            let late = given[due - stream.first..].iter().map(|&g| still(g)).sum();
            let end = given.last().map_or(demand.quantity, |&g| still(g));
            before += demand.quantity;
            (late, end)
        })
        .collect()
}
