//! Better and better schedules by breeding: orders of tasks and modes are crossed, decoded and
//! justified in both directions.
//!
//! A child takes from one parent the tasks that start in an interval of time, from the other the
//! rest in its order (the peak crossover of Valls et al. 2008 and the crossover of Debels and Vanhoucke 2007
//! on starts), then is decoded by serial generation and justified twice. When a population has
//! settled, a new one is drawn, and the best of each settled population meet again.

use crate::decode::{Decoder, order_by};
use crate::instance::Instance;
use crate::random::Random;

/// A schedule in the search.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) starts: Vec<i32>,
    pub(crate) modes: Vec<u8>,
    pub(crate) makespan: i32,
}

#[derive(Clone, Debug)]
struct Member {
    found: Found,
    order: Vec<u32>,
    hash: u64,
    /// Makespan first, then how much is still done shortly before it.
    score: i64,
}

pub(crate) struct Breed<'a> {
    instance: &'a Instance,
    decoder: Decoder<'a>,
    random: Random,
    population: Vec<Member>,
    /// The best of populations that have settled.
    veterans: Vec<Member>,
    size: usize,
    most: usize,
    patience: u64,
    rate: f64,
    tail: i32,
    per_unit: Vec<f64>,
    idle: u64,
    round: u64,
    pub(crate) best: Option<Found>,
    keys: Vec<i64>,
    order: Vec<u32>,
    by_key: Vec<u32>,
    placed: Vec<bool>,
    taken: Vec<bool>,
}

impl<'a> Breed<'a> {
    pub(crate) fn new(instance: &'a Instance, seed: u64) -> Self {
        let length = instance.horizon.saturating_add(1);
        Self {
            instance,
            decoder: Decoder::new(instance, length),
            random: Random::new(seed),
            population: Vec::new(),
            veterans: Vec::new(),
            tail: 8,
            per_unit: instance
                .caps
                .iter()
                .map(|steps| {
                    1.0 / f64::from(steps.iter().map(|step| step.1).max().unwrap_or(0).max(1))
                })
                .collect(),
            most: if instance.multi { 600 } else { 2000 },
            size: if instance.multi { 80 } else { 300 },
            rate: 0.03,
            patience: 40,
            idle: 0,
            round: 0,
            best: None,
            keys: vec![0; instance.n],
            order: Vec::new(),
            by_key: Vec::new(),
            placed: Vec::new(),
            taken: Vec::new(),
        }
    }

    /// Schedules made so far.
    pub(crate) fn made(&self) -> u64 {
        self.decoder.made
    }

    /// Takes in a schedule found elsewhere. It waits with the best of settled populations, so that it
    /// does not take over the one at hand.
    pub(crate) fn welcome(&mut self, found: &Found) {
        self.record(found);
        let member = self.member(found.clone());
        self.veterans.push(member);
    }

    /// Makes about so many schedules more, or fewer when told to stop.
    pub(crate) fn advance(&mut self, schedules: u64, goal: i32, stop: &dyn Fn() -> bool) {
        let until = self.decoder.made + schedules;
        let mut failures = 0;
        while self.decoder.made < until {
            if stop() || self.best.as_ref().is_some_and(|best| best.makespan <= goal) {
                return;
            }
            let before = self.decoder.made;
            if self.population.len() < self.size {
                match self.draw() {
                    Some(member) => {
                        failures = 0;
                        self.record(&member.found);
                        if self
                            .population
                            .iter()
                            .any(|other| other.hash == member.hash)
                        {
                            self.idle += 1;
                            if self.idle > 4 * self.size as u64 {
                                // There are hardly more than these schedules.
                                self.size = self.population.len().max(2);
                                self.idle = 0;
                            }
                            if self.population.len() < 2 {
                                self.population.push(member);
                            }
                        } else {
                            self.population.push(member);
                        }
                    }
                    None => failures += 1,
                }
                if failures > 200 {
                    return;
                }
                self.decoder.made = self.decoder.made.max(before + 1);
                continue;
            }
            self.breed();
            self.decoder.made = self.decoder.made.max(before + 1);
            if self.idle > self.patience * self.size as u64 {
                self.renew();
            }
        }
    }

    fn record(&mut self, found: &Found) {
        if self
            .best
            .as_ref()
            .is_none_or(|best| found.makespan < best.makespan)
        {
            self.best = Some(found.clone());
        }
    }

    /// A settled population: its best members wait, and after some rounds meet the others. The next
    /// population is larger, so that long searches do not settle as fast as short ones.
    fn renew(&mut self) {
        self.round += 1;
        self.size = (self.size * 5 / 4).min(self.most);
        self.idle = 0;
        self.population.sort_by_key(|member| member.score);
        let keep = if self.round.is_multiple_of(4) { 0 } else { 8 };
        for member in self.population.iter().take(10) {
            self.veterans.push(member.clone());
        }
        self.veterans
            .sort_by_key(|member| (member.score, member.hash));
        self.veterans.dedup_by_key(|member| member.hash);
        self.veterans.truncate(3 * self.size / 2);
        self.population.clear();
        if keep == 0 {
            self.population
                .extend(self.veterans.iter().take(self.size / 2).cloned());
        }
    }

    /// A member by a rule of priority and chance; none when no modes within the budgets were found
    /// or the schedule got stuck.
    fn draw(&mut self) -> Option<Member> {
        let instance = self.instance;
        let mut modes = vec![0u8; instance.n];
        if instance.multi {
            let wish = self.random.below(4);
            for (task, mode) in modes.iter_mut().enumerate() {
                let ways = &instance.ways[task];
                let cost = |way: &crate::instance::Way| -> f64 {
                    if wish == 0 {
                        return f64::from(way.duration);
                    }
                    let share = |&(r, amount): &(usize, i32)| {
                        f64::from(amount) / f64::from(instance.caps[r][0].1.max(1))
                    };
                    way.usage.iter().map(share).sum::<f64>() * f64::from(way.duration)
                };
                *mode = if wish >= 2 || self.random.chance(0.2) {
                    self.random.below(ways.len()) as u8
                } else {
                    (0..ways.len())
                        .min_by(|&a, &b| cost(&ways[a]).total_cmp(&cost(&ways[b])))
                        .unwrap_or(0) as u8
                };
            }
            if !self.repair(&mut modes) {
                return None;
            }
        }
        let bias = [2.0, 6.0, 15.0, 40.0][self.random.below(4)]
            * f64::from(instance.critical_path().max(1))
            / 100.0;
        let critical = instance.critical_path();
        let rule = self.random.below(3);
        let noise: Vec<f64> = (0..instance.n).map(|_| self.random.unit()).collect();
        let key = |task: usize| -> f64 {
            let latest_start = f64::from(critical - instance.tail[task]);
            let base = match rule {
                0 => latest_start,
                1 => latest_start + f64::from(instance.shortest(task)),
                _ => f64::from(instance.head[task]) * 0.5 + latest_start * 0.5,
            };
            base + noise[task] * bias
        };
        let mut starts = vec![0; instance.n];
        let made = if self.random.chance(0.5) {
            let keys: Vec<f64> = (0..instance.n).map(key).collect();
            self.decoder.parallel(&keys, &modes, &mut starts)
        } else {
            for task in 0..instance.n {
                self.keys[task] = (key(task) * 1024.0) as i64;
            }
            order_by(
                instance,
                &self.keys,
                &mut self.order,
                &mut self.by_key,
                &mut self.placed,
            );
            self.decoder
                .forward(&self.order, &mut modes, &mut starts, false)
        };
        let makespan = made?;
        let switch = instance.multi && self.random.chance(0.5);
        let makespan = self
            .decoder
            .justify(&mut modes, &mut starts, makespan, 1, switch);
        Some(self.member(Found {
            starts,
            modes,
            makespan,
        }))
    }

    fn member(&mut self, found: Found) -> Member {
        let order = self.decoder.list(&found.starts, &found.modes);
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        for (&start, &mode) in found.starts.iter().zip(&found.modes) {
            hash = (hash ^ (start as u64) ^ (u64::from(mode) << 40)).wrapping_mul(0x100_0000_01b3);
            hash ^= hash >> 29;
        }
        let score = (i64::from(found.makespan) << 24) + self.late(&found);
        Member {
            found,
            order,
            hash,
            score,
        }
    }

    /// How much is done shortly before the end, later work counting more: the less, the nearer is a
    /// schedule that is shorter by one. Between 0 and 1 << 24.
    fn late(&self, found: &Found) -> i64 {
        let span = (found.makespan / self.tail).max(8);
        let from = found.makespan - span;
        let mut sum = 0.0;
        for task in 0..self.instance.n {
            let way = &self.instance.ways[task][found.modes[task] as usize];
            let end = found.starts[task] + way.duration - from;
            if end <= 0 || way.usage.is_empty() {
                continue;
            }
            let start = (found.starts[task] - from).max(0);
            // The sum of start + 1 ..= end.
            let weight = 0.5 * f64::from(end - start) * f64::from(end + start + 1);
            for &(r, amount) in &way.usage {
                sum += weight * f64::from(amount) * self.per_unit[r];
            }
        }
        let most = 0.5 * f64::from(span) * f64::from(span + 1) * self.per_unit.len().max(1) as f64;
        ((sum / most).min(1.0) * 16_000_000.0) as i64
    }

    /// Changes modes until the budgets hold.
    fn repair(&mut self, modes: &mut [u8]) -> bool {
        let instance = self.instance;
        if instance.budgets.is_empty() {
            return true;
        }
        let mut drawn = instance.drawn(modes);
        let scale: Vec<f64> = instance
            .budgets
            .iter()
            .map(|&b| 1.0 / (b.max(1) as f64))
            .collect();
        let over = |drawn: &[i64]| -> f64 {
            drawn
                .iter()
                .zip(&instance.budgets)
                .zip(&scale)
                .map(|((d, b), s)| (d - b).max(0) as f64 * s)
                .sum()
        };
        let mut now = over(&drawn);
        let mut tries = 0;
        let mut trial = drawn.clone();
        while now > 0.0 {
            tries += 1;
            if tries > 20 * instance.n {
                return false;
            }
            // The best of a few changes: most excess gone per time lost.
            let mut best: Option<(f64, usize, usize, f64)> = None;
            for _ in 0..6 {
                let task = self.random.below(instance.n);
                let ways = &instance.ways[task];
                if ways.len() < 2 {
                    continue;
                }
                let mode = modes[task] as usize;
                let other = (mode + 1 + self.random.below(ways.len() - 1)) % ways.len();
                for b in 0..drawn.len() {
                    trial[b] = drawn[b] - ways[mode].draw[b] + ways[other].draw[b];
                }
                let after = over(&trial);
                if after >= now {
                    continue;
                }
                let lost = f64::from((ways[other].duration - ways[mode].duration).max(0) + 1);
                let value = (now - after) / lost;
                if best.is_none_or(|best| value > best.0) {
                    best = Some((value, task, other, after));
                }
            }
            if let Some((_, task, other, after)) = best {
                let ways = &instance.ways[task];
                for (b, drawn) in drawn.iter_mut().enumerate() {
                    *drawn += ways[other].draw[b] - ways[modes[task] as usize].draw[b];
                }
                modes[task] = other as u8;
                now = after;
            }
        }
        true
    }

    fn pick(&mut self) -> usize {
        let one = self.random.below(self.population.len());
        let other = self.random.below(self.population.len());
        let worse = |k: usize| self.population[k].score;
        if worse(other) < worse(one) {
            other
        } else {
            one
        }
    }

    fn breed(&mut self) {
        let instance = self.instance;
        let n = instance.n;
        let father = self.pick();
        let mut mother = self.pick();
        if mother == father {
            mother =
                (father + 1 + self.random.below(self.population.len() - 1)) % self.population.len();
        }
        let span = self.population[father].found.makespan.max(1);
        self.taken.clear();
        self.taken.resize(n, false);
        let kind = self.random.below(3);
        {
            let (from, until) = {
                let length = (f64::from(span) * (0.2 + 0.6 * self.random.unit())) as i32;
                let mut best = (-1.0f64, 0);
                // Of two intervals that of higher use, or any one.
                let tries = if kind == 0 { 3 } else { 1 };
                for _ in 0..tries {
                    let from = self.random.below((span - length).max(0) as usize + 1) as i32;
                    let value = if tries == 1 {
                        0.0
                    } else {
                        self.load(father, from, from + length)
                    };
                    if value > best.0 {
                        best = (value, from);
                    }
                }
                (best.1, best.1 + length)
            };
            let one = &self.population[father];
            let two = &self.population[mother];
            if kind == 2 {
                // One point in the lists.
                let cut = n * (from.max(1) as usize) / span as usize;
                for &task in &one.order[..cut.min(n)] {
                    self.taken[task as usize] = true;
                }
                self.order.clear();
                self.order.extend_from_slice(&one.order[..cut.min(n)]);
                for &task in &two.order {
                    if !self.taken[task as usize] {
                        self.order.push(task);
                    }
                }
            } else {
                // The father's block over an interval amid the mother's order.
                let far = 4 * i64::from(instance.horizon) + 8;
                for task in 0..n {
                    let start = one.found.starts[task];
                    if start >= from && start < until {
                        self.taken[task] = true;
                        self.keys[task] = i64::from(start) * 2;
                    } else {
                        let start = i64::from(two.found.starts[task]) * 2 + 1;
                        self.keys[task] = if start < i64::from(from) * 2 {
                            start - far
                        } else {
                            start + far
                        };
                        if kind == 1 {
                            // The mother's order flows around it.
                            self.keys[task] = start;
                        }
                    }
                }
                order_by(
                    instance,
                    &self.keys,
                    &mut self.order,
                    &mut self.by_key,
                    &mut self.placed,
                );
            }
        }
        let mut modes: Vec<u8> = (0..n)
            .map(|task| {
                let from = if self.taken[task] { father } else { mother };
                self.population[from].found.modes[task]
            })
            .collect();
        // Now and then two neighbours change places.
        let rate = self.rate;
        let mut k = 0;
        while k + 1 < n {
            if self.random.chance(rate) {
                let (a, b) = (self.order[k] as usize, self.order[k + 1] as usize);
                if !instance.succ[a].iter().any(|arc| arc.0 == b) {
                    self.order.swap(k, k + 1);
                    k += 1;
                }
            }
            k += 1;
        }
        let mut switch = false;
        if instance.multi {
            for (task, mode) in modes.iter_mut().enumerate() {
                let ways = instance.ways[task].len();
                if ways > 1 && self.random.chance(1.5 / n as f64) {
                    *mode = self.random.below(ways) as u8;
                }
            }
            if !self.repair(&mut modes) {
                return;
            }
            switch = self.random.chance(0.3);
        }
        let mut starts = vec![0; n];
        let Some(makespan) = self
            .decoder
            .forward(&self.order, &mut modes, &mut starts, switch)
        else {
            self.idle += 1;
            return;
        };
        // A child far behind the whole population is not worth justifying.
        let worst = self
            .population
            .iter()
            .map(|m| m.found.makespan)
            .max()
            .unwrap_or(0);
        if makespan > worst + worst / 12 {
            self.idle += 1;
            return;
        }
        let makespan = self
            .decoder
            .justify(&mut modes, &mut starts, makespan, 1, switch);
        let found = Found {
            starts,
            modes,
            makespan,
        };
        if self
            .best
            .as_ref()
            .is_none_or(|best| makespan < best.makespan)
        {
            self.record(&found);
        }
        let member = self.member(found);
        self.enter(member);
    }

    /// A member enters in place of the worst it is no worse than, unless it is there already.
    fn enter(&mut self, member: Member) {
        self.idle += 1;
        let best = self
            .population
            .iter()
            .map(|m| m.score)
            .min()
            .unwrap_or(i64::MAX);
        if self
            .population
            .iter()
            .any(|other| other.hash == member.hash)
        {
            return;
        }
        // The first of the worst from a place drawn.
        let offset = self.random.below(self.population.len());
        let mut worst = offset;
        for k in (offset..self.population.len()).chain(0..offset) {
            if self.population[k].score > self.population[worst].score {
                worst = k;
            }
        }
        if member.score <= self.population[worst].score {
            if member.score < best {
                self.idle = 0;
            } else if member.score < self.population[worst].score {
                self.idle = self.idle.saturating_sub(20);
            }
            self.population[worst] = member;
        }
    }

    /// How much of the resources a member uses over an interval.
    fn load(&self, member: usize, from: i32, until: i32) -> f64 {
        let found = &self.population[member].found;
        let mut load = 0.0;
        for task in 0..self.instance.n {
            let way = &self.instance.ways[task][found.modes[task] as usize];
            let start = found.starts[task];
            let overlap = (start + way.duration).min(until) - start.max(from);
            if overlap > 0 {
                for &(r, amount) in &way.usage {
                    load += f64::from(overlap) * f64::from(amount)
                        / f64::from(self.instance.caps[r][0].1.max(1));
                }
            }
        }
        load
    }
}
