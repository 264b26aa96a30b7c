//! Large neighbourhoods: most of a schedule keeps its order and its modes, a part is made anew by
//! the exact engine, which is asked for something strictly shorter.
//!
//! What is kept is a partial order, not dates: of tasks that hand on a unit of a resource the one
//! still comes before the other, and everything may move in time.

use crate::bound::{self, Limit, Row};
use crate::engine::{Engine, Verdict};
use crate::improve::Found;
use crate::instance::Instance;
use crate::random::Random;

pub(crate) struct Polish<'a> {
    instance: &'a Instance,
    random: Random,
    rows: Vec<Row>,
    /// How many tasks are freed, by kind of neighbourhood.
    sizes: [f64; 4],
    /// Work of the engines.
    pub(crate) steps: u64,
    pub(crate) tries: u64,
}

impl<'a> Polish<'a> {
    pub(crate) fn new(instance: &'a Instance, seed: u64) -> Self {
        let size = (instance.n as f64).min(25.0);
        Self {
            instance,
            random: Random::new(seed),
            rows: if instance.multi {
                bound::rows(instance, instance.critical_path(), 0)
                    .into_iter()
                    .filter(|row| matches!(row.limit, Limit::Fixed(_)))
                    .collect()
            } else {
                Vec::new()
            },
            sizes: [size; 4],
            steps: 0,
            tries: 0,
        }
    }

    /// Tries one neighbourhood of a schedule for one of a makespan of at most `within`.
    pub(crate) fn step(
        &mut self,
        base: &Found,
        within: i32,
        conflicts: u64,
        stop: &dyn Fn() -> bool,
    ) -> Option<Found> {
        let instance = self.instance;
        self.tries += 1;
        let kind = self.random.below(4);
        let free = self.choose(base, kind);
        let arcs = self.arcs(base, &free);
        let kept: Vec<Option<u8>> = (0..instance.n)
            .map(|task| (!free[task] && instance.ways[task].len() > 1).then_some(base.modes[task]))
            .collect();
        let mut engine = Engine::new(instance, within, &arcs, &kept, &self.rows);
        if !engine.dead {
            engine.aim(&base.starts, &base.modes);
        }
        let verdict = engine.search(None, conflicts, stop);
        self.steps += engine.steps + 20 * instance.n as u64;
        let most = instance.n as f64;
        let size = &mut self.sizes[kind];
        match verdict {
            Verdict::Found => {
                let (starts, modes) = engine.solution(&kept);
                let makespan = instance.makespan(&starts, &modes);
                Some(Found {
                    starts,
                    modes,
                    makespan,
                })
            }
            Verdict::Open => {
                *size = (*size * 0.98).max(6.0);
                None
            }
            Verdict::Nothing | Verdict::NotWithin => {
                // Too easily answered: a larger part next time.
                let quick = engine.conflicts * 4 < conflicts;
                *size = (*size * if quick { 1.02 } else { 1.003 }).min(most);
                None
            }
        }
    }

    /// Which tasks are freed.
    fn choose(&mut self, base: &Found, kind: usize) -> Vec<bool> {
        let instance = self.instance;
        let n = instance.n;
        let count = (self.sizes[kind].round() as usize).clamp(2.min(n), n);
        let mut free = vec![false; n];
        let end = |task: usize| {
            base.starts[task] + instance.ways[task][base.modes[task] as usize].duration
        };
        let mut ranked: Vec<(f64, usize)> = Vec::with_capacity(n);
        match kind {
            0 | 1 => {
                // Near a moment; the second kind with some chance.
                let moment = self.random.unit() * f64::from(base.makespan);
                for task in 0..n {
                    let distance = (f64::from(base.starts[task]) - moment)
                        .max(moment - f64::from(end(task)))
                        .max(0.0);
                    let noise = if kind == 1 {
                        self.random.unit() * f64::from(base.makespan) * 0.15
                    } else {
                        self.random.unit() * 0.5
                    };
                    ranked.push((distance + noise, task));
                }
            }
            2 => {
                // Near two moments.
                let one = self.random.unit() * f64::from(base.makespan);
                let two = self.random.unit() * f64::from(base.makespan);
                for task in 0..n {
                    let middle = 0.5 * f64::from(base.starts[task] + end(task));
                    ranked.push((
                        (middle - one).abs().min((middle - two).abs()) + self.random.unit(),
                        task,
                    ));
                }
            }
            _ => {
                // Those that compete with one task for its resources, near it in time.
                let seed = self.random.below(n);
                let way = &instance.ways[seed][base.modes[seed] as usize];
                let middle = 0.5 * f64::from(base.starts[seed] + end(seed));
                for task in 0..n {
                    let mine = &instance.ways[task][base.modes[task] as usize];
                    let shares = mine.usage.iter().any(|used| way.uses(used.0) > 0);
                    let here = 0.5 * f64::from(base.starts[task] + end(task));
                    let distance = (here - middle).abs() * if shares { 1.0 } else { 3.0 };
                    ranked.push((distance + self.random.unit() * 2.0, task));
                }
            }
        }
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for &(_, task) in ranked.iter().take(count) {
            free[task] = true;
        }
        free
    }

    /// Who hands units of resources to whom among the tasks that are kept.
    fn arcs(&mut self, base: &Found, free: &[bool]) -> Vec<(usize, usize)> {
        let instance = self.instance;
        let mut order: Vec<usize> = (0..instance.n).filter(|&task| !free[task]).collect();
        order.sort_by_key(|&task| (base.starts[task], task));
        let way = |task: usize| &instance.ways[task][base.modes[task] as usize];
        let end = |task: usize| base.starts[task] + way(task).duration;
        let mut arcs = Vec::new();
        let mut before: Vec<bool> = vec![false; instance.n];
        for resource in 0..instance.caps.len() {
            // Units by who had them last: (task, how many).
            let mut held: Vec<(usize, i32)> = Vec::new();
            let capacity = instance.caps[resource]
                .iter()
                .map(|step| step.1)
                .max()
                .unwrap_or(0);
            let mut fresh = capacity;
            for &task in &order {
                let mut need = way(task).uses(resource);
                if need == 0 {
                    continue;
                }
                for arc in &instance.pred[task] {
                    before[arc.0] = true;
                }
                // From those who come before anyway, then from those who ended last.
                held.sort_by_key(|&(other, _)| (!before[other], -end(other), other));
                for arc in &instance.pred[task] {
                    before[arc.0] = false;
                }
                for unit in &mut held {
                    if need == 0 {
                        break;
                    }
                    if unit.1 > 0 && end(unit.0) <= base.starts[task] {
                        let taken = unit.1.min(need);
                        unit.1 -= taken;
                        need -= taken;
                        arcs.push((unit.0, task));
                    }
                }
                let taken = fresh.min(need);
                fresh -= taken;
                held.retain(|unit| unit.1 > 0);
                held.push((task, way(task).uses(resource)));
            }
        }
        arcs.sort_unstable();
        arcs.dedup();
        arcs
    }
}
