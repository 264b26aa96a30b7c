//! The whole search: two lanes side by side, one for shorter schedules, one for proofs.
//!
//! The lanes work in rounds of so many steps and tell each other what they found only between
//! rounds. So what comes out is the same on one thread and on two, and limits in steps cut the
//! search at the same place on every machine. Limits in seconds do not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Instant;

use cpu_time::ProcessTime;

use crate::bound;
use crate::engine::{Engine, Verdict};
use crate::improve::{Breed, Found};
use crate::instance::Instance;
use crate::polish::Polish;
use crate::project::{Project, ProjectError};
use crate::schedule::Schedule;

/// How a search ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Status {
    /// No schedule is shorter: this is proved.
    Optimal,
    /// A limit in steps was reached with a schedule at hand.
    Feasible,
    /// No schedule exists: this is proved.
    Infeasible,
    /// The time was used up, wall or processor. The best schedule so far is kept where there is one.
    TimeLimit,
    /// Somebody asked to stop. The best schedule so far is kept where there is one.
    Stopped,
    /// A limit in steps was reached without a schedule, and whether one exists is open.
    Unknown,
}

impl Status {
    /// The status in the words of answers: `optimal`, `feasible`, `infeasible`, `time-limit`, `stopped`, `unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Optimal => "optimal",
            Status::Feasible => "feasible",
            Status::Infeasible => "infeasible",
            Status::TimeLimit => "time-limit",
            Status::Stopped => "stopped",
            Status::Unknown => "unknown",
        }
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a project is to be scheduled. The same project, seed and step limit give the same outcome.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// Seed of every random choice.
    pub seed: u64,
    /// Threads the search may use; more than two are not used. Outcomes do not depend on it.
    pub threads: u32,
    /// Most steps, counted the same on every machine; the last round is finished.
    pub step_limit: Option<u64>,
    /// Most seconds by the clock on the wall.
    pub time_limit: Option<f64>,
    /// Most seconds of processor time of this process, counted from the call, all threads together.
    pub cpu_limit: Option<f64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            threads: 1,
            step_limit: None,
            time_limit: None,
            cpu_limit: None,
        }
    }
}

/// A flag that asks a search to stop, shared between whoever sets it and whoever searches.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// A flag that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks every search that watches this flag to stop. It cannot be taken back.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    pub fn stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How far a search has come.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Progress {
    /// Makespan of the best schedule so far.
    pub makespan: Option<u64>,
    /// No schedule is shorter than this.
    pub bound: u64,
    /// Steps so far.
    pub steps: u64,
    /// Seconds by the clock on the wall since the search began.
    pub seconds: f64,
}

/// Who watches a search: a flag that stops it and a function that is told its progress between
/// rounds, from the thread that called.
#[derive(Default)]
pub struct Watch<'a> {
    /// Stops the search.
    pub stop: Stop,
    /// Told how far the search has come.
    pub progress: Option<&'a mut dyn FnMut(&Progress)>,
}

impl Watch<'_> {
    /// Nobody watches: the search runs to its end or its limits.
    pub fn nobody() -> Self {
        Self::default()
    }

    /// Only the flag is watched.
    pub fn until(stop: &Stop) -> Self {
        Self {
            stop: stop.clone(),
            progress: None,
        }
    }
}

/// What came of a search.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// How the search ended.
    pub status: Status,
    /// The best schedule, where one was found.
    pub schedule: Option<Schedule>,
    /// Its makespan.
    pub makespan: Option<u64>,
    /// No schedule is shorter than this.
    pub bound: u64,
    /// How far the makespan may be from the best, relative: (makespan - bound) / makespan. Infinite
    /// without a schedule.
    pub gap: f64,
    /// Steps of the search.
    pub steps: u64,
}

struct Limits {
    stop: Stop,
    begun: Instant,
    processor: ProcessTime,
    wall: Option<f64>,
    cpu: Option<f64>,
    over: AtomicBool,
    calls: AtomicU32,
}

impl Limits {
    fn reached(&self) -> bool {
        if self.over.load(Ordering::Relaxed) || self.stop.stopped() {
            return true;
        }
        // Clocks are dear: they are asked now and then.
        if !self
            .calls
            .fetch_add(1, Ordering::Relaxed)
            .is_multiple_of(64)
        {
            return false;
        }
        self.look()
    }

    fn look(&self) -> bool {
        let over = self
            .wall
            .is_some_and(|limit| self.begun.elapsed().as_secs_f64() >= limit)
            || self
                .cpu
                .is_some_and(|limit| self.processor.elapsed().as_secs_f64() >= limit);
        if over {
            self.over.store(true, Ordering::Relaxed);
        }
        over || self.stop.stopped()
    }
}

/// Finds a schedule with as small a makespan as it can, and proves how small it can be.
///
/// # Errors
/// Fails when the project is not one: a task without modes, tasks that wait for one another in a
/// circle, names that are not there, times beyond counting. That no schedule exists is an outcome.
pub fn solve(
    project: &Project,
    options: &Options,
    watch: &mut Watch<'_>,
) -> Result<Outcome, ProjectError> {
    let limits = Limits {
        stop: watch.stop.clone(),
        begun: Instant::now(),
        processor: ProcessTime::now(),
        wall: options.time_limit,
        cpu: options.cpu_limit,
        over: AtomicBool::new(false),
        calls: AtomicU32::new(0),
    };
    let Some(instance) = Instance::new(project)? else {
        return Ok(outcome(Status::Infeasible, None, None, 0, 0));
    };
    if instance.n == 0 {
        return Ok(outcome(
            Status::Optimal,
            Some(Schedule::default()),
            Some(0),
            0,
            0,
        ));
    }
    let mut lower = bound::lower(&instance);
    let mut shared: Option<Found> = None;
    let mut seek = Seek::new(&instance, options.seed.wrapping_mul(2));
    let mut second = Seek::new(&instance, options.seed.wrapping_mul(2).wrapping_add(1));
    let mut prove = Prove::new(&instance);
    let mut nothing = false;
    let mut round = 0u64;
    loop {
        let steps = seek.steps + second.steps + prove.steps;
        if let Some(tell) = watch.progress.as_mut() {
            tell(&Progress {
                makespan: shared.as_ref().map(|found| found.makespan as u64),
                bound: lower as u64,
                steps,
                seconds: limits.begun.elapsed().as_secs_f64(),
            });
        }
        let done = nothing || shared.as_ref().is_some_and(|found| found.makespan <= lower);
        let spent = options.step_limit.is_some_and(|limit| steps >= limit);
        if done || spent || limits.look() {
            let status = if done {
                if shared.is_some() {
                    Status::Optimal
                } else {
                    Status::Infeasible
                }
            } else if limits.stop.stopped() {
                Status::Stopped
            } else if limits.look() {
                Status::TimeLimit
            } else if shared.is_some() {
                Status::Feasible
            } else {
                Status::Unknown
            };
            let schedule = shared
                .as_ref()
                .map(|found| instance.schedule(&found.starts, &found.modes));
            let makespan = shared.as_ref().map(|found| found.makespan as u64);
            return Ok(outcome(status, schedule, makespan, lower as u64, steps));
        }
        // Rounds grow, so that small projects are answered at once and large ones are not cut into bits.
        let share = (200_000.0 * 1.25f64.powi(round.min(14) as i32)) as u64;
        round += 1;
        let stop = || limits.reached();
        // The first round is for a schedule to begin with. Then the second lane proves, but where a
        // proof is far off, two rounds of three look for shorter schedules as well.
        let near = shared
            .as_ref()
            .is_none_or(|found| found.makespan - lower <= (found.makespan / 50).max(2));
        let proves = near || round % 3 == 2;
        let mut lane = || match (round, proves) {
            (1, _) => {}
            (_, true) => prove.advance(share, lower, shared.as_ref(), &stop),
            (_, false) => second.advance(share, lower, &stop),
        };
        if options.threads > 1 && round > 1 {
            std::thread::scope(|scope| {
                scope.spawn(lane);
                seek.advance(share, lower, &stop);
            });
        } else {
            seek.advance(share, lower, &stop);
            lane();
        }
        let mut best = shared.take();
        for other in [&seek.best, &second.best, &prove.best]
            .into_iter()
            .flatten()
        {
            if best
                .as_ref()
                .is_none_or(|best| other.makespan < best.makespan)
            {
                best = Some(other.clone());
            }
        }
        lower = lower.max(prove.lower);
        nothing = prove.nothing;
        if nothing && let Some(best) = &best {
            lower = lower.max(best.makespan);
        }
        if let Some(best) = &best {
            seek.welcome(best);
            second.welcome(best);
        }
        shared = best;
    }
}

fn outcome(
    status: Status,
    schedule: Option<Schedule>,
    makespan: Option<u64>,
    bound: u64,
    steps: u64,
) -> Outcome {
    let gap = match makespan {
        Some(makespan) if makespan <= bound => 0.0,
        Some(makespan) => (makespan - bound) as f64 / makespan as f64,
        None => f64::INFINITY,
    };
    Outcome {
        status,
        schedule,
        makespan,
        bound,
        gap,
        steps,
    }
}

/// A moved bound of the engine takes about as long as the placing of so many tasks: so the lanes need
/// about the same time for a round.
const DEAR: u64 = 10;

/// The lane for shorter schedules: breeding, then large neighbourhoods, in turn.
struct Seek<'a> {
    instance: &'a Instance,
    breed: Breed<'a>,
    polish: Polish<'a>,
    best: Option<Found>,
    steps: u64,
    turn: u64,
}

impl<'a> Seek<'a> {
    fn new(instance: &'a Instance, seed: u64) -> Self {
        Self {
            instance,
            breed: Breed::new(instance, seed.wrapping_mul(2)),
            polish: Polish::new(instance, seed.wrapping_mul(2).wrapping_add(1)),
            best: None,
            steps: 0,
            turn: 0,
        }
    }

    fn welcome(&mut self, found: &Found) {
        if self
            .best
            .as_ref()
            .is_none_or(|best| found.makespan < best.makespan)
        {
            self.best = Some(found.clone());
            self.breed.welcome(found);
        }
    }

    fn advance(&mut self, share: u64, goal: i32, stop: &dyn Fn() -> bool) {
        let until = self.steps + share;
        while self.steps < until && !stop() {
            if self.best.as_ref().is_some_and(|best| best.makespan <= goal) {
                return;
            }
            self.turn += 1;
            let breed = match &self.best {
                Some(best) => {
                    !self.turn.is_multiple_of(8) || !self.instance.countable(best.makespan)
                }
                None => true,
            };
            let part = (share / 4).max(50_000);
            if breed {
                let schedules = (part / self.instance.n.max(1) as u64).max(50);
                let before = self.breed.made();
                self.breed.advance(schedules, goal, stop);
                self.steps += (self.breed.made() - before).max(1)
                    * self.instance.n as u64
                    * if self.instance.multi { 2 } else { 1 };
                if let Some(found) = self.breed.best.clone()
                    && self
                        .best
                        .as_ref()
                        .is_none_or(|best| found.makespan < best.makespan)
                {
                    self.best = Some(found);
                }
                if self.best.is_none() {
                    // No modes within the budgets, or no room: the other lane may find out.
                    self.steps = self.steps.max(until);
                    return;
                }
            } else {
                let end = self.steps + part;
                while self.steps < end && !stop() {
                    let best = self.best.as_ref().expect("breeding comes first");
                    if best.makespan <= goal {
                        return;
                    }
                    let base = best.clone();
                    let before = self.polish.steps;
                    let found = self.polish.step(&base, base.makespan - 1, 300, stop);
                    self.steps += DEAR * (self.polish.steps - before).max(1);
                    if let Some(found) = found {
                        self.breed.welcome(&found);
                        self.best = Some(found);
                    }
                }
            }
        }
    }
}

/// The lane for proofs: one engine over the whole project, asked in turn for something shorter than
/// the best schedule and for something as short as the bound.
struct Prove<'a> {
    instance: &'a Instance,
    engine: Option<Engine<'a>>,
    best: Option<Found>,
    lower: i32,
    nothing: bool,
    steps: u64,
    most: i32,
    turn: u64,
}

impl<'a> Prove<'a> {
    fn new(instance: &'a Instance) -> Self {
        Self {
            instance,
            engine: None,
            best: None,
            lower: 0,
            nothing: false,
            steps: 0,
            most: 0,
            turn: 0,
        }
    }

    /// Sums with limits for the engine, raising the bound on the way.
    fn rows(&mut self, most: i32, stop: &dyn Fn() -> bool) -> Vec<bound::Row> {
        if !self.instance.multi {
            return Vec::new();
        }
        let mut plain = bound::rows(self.instance, most, 0);
        if self.best.is_some() {
            let mut rows = bound::rows(self.instance, most, 3);
            self.lower = bound::priced(self.instance, &mut rows, self.lower, most + 1, stop);
            let low = self.lower.min(most);
            let mut goals = vec![low, (low + most) / 2, most];
            goals.dedup();
            for goal in goals {
                let (price, _) =
                    bound::prices(self.instance, &mut rows, goal, bound::rounds(self.instance));
                plain.extend(bound::mixed(&rows, &price));
            }
        }
        plain
    }

    fn advance(&mut self, share: u64, lower: i32, best: Option<&Found>, stop: &dyn Fn() -> bool) {
        self.lower = self.lower.max(lower);
        if let Some(best) = best
            && self
                .best
                .as_ref()
                .is_none_or(|mine| best.makespan < mine.makespan)
        {
            self.best = Some(best.clone());
            if let Some(engine) = &mut self.engine {
                engine.aim(&best.starts, &best.modes);
            }
        }
        if self.engine.is_none() {
            let most = self
                .best
                .as_ref()
                .map_or(self.instance.horizon, |best| best.makespan - 1);
            if !self.instance.countable(most) {
                self.steps += share;
                return;
            }
            let rows = self.rows(most, stop);
            let mut engine = Engine::new(self.instance, most, &[], &[], &rows);
            if let Some(best) = &self.best
                && !engine.dead
            {
                engine.aim(&best.starts, &best.modes);
            }
            self.most = most;
            self.engine = Some(engine);
        }
        let engine = self.engine.as_mut().expect("it was made");
        let begun = engine.steps;
        while DEAR * (engine.steps - begun) < share && !stop() {
            if let Some(best) = &self.best {
                if best.makespan <= self.lower {
                    break;
                }
                if best.makespan - 1 < self.most {
                    self.most = best.makespan - 1;
                    engine.require_within(self.most);
                }
            }
            self.turn += 1;
            let up = self.turn % 2 == 1 && self.best.is_some();
            let within = (up && self.lower < self.most).then_some(self.lower);
            match engine.search(within, 500, stop) {
                Verdict::Found => {
                    let (starts, modes) = engine.solution(&[]);
                    let makespan = self.instance.makespan(&starts, &modes);
                    engine.aim(&starts, &modes);
                    self.best = Some(Found {
                        starts,
                        modes,
                        makespan,
                    });
                }
                Verdict::Nothing => {
                    self.nothing = true;
                    if let Some(best) = &self.best {
                        self.lower = best.makespan;
                    }
                    break;
                }
                Verdict::NotWithin => self.lower += 1,
                Verdict::Open => {}
            }
        }
        self.steps += DEAR * (engine.steps - begun).max(1);
    }
}
