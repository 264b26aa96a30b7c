//! Where to branch: at bounds that took part in recent conflicts, towards the best schedule known.

use super::{Engine, Lit, NONE};

#[derive(Default)]
pub(crate) struct Guide {
    /// By variable: place of the literal "at least root + 1".
    base: Vec<u32>,
    low: Vec<i32>,
    var_of: Vec<u32>,
    activity: Vec<f64>,
    increment: f64,
    heap: Vec<u32>,
    slot: Vec<u32>,
    /// Literals taken off the heap, with the length of the trail then.
    taken: Vec<(u32, u32)>,
    /// By variable: the value of the best schedule.
    pub(crate) goal: Vec<i32>,
    pub(crate) plain: bool,
}

impl Guide {
    pub(crate) fn decay(&mut self) {
        self.increment /= 0.95;
        if self.increment > 1e100 {
            for activity in &mut self.activity {
                *activity *= 1e-100;
            }
            self.increment *= 1e-100;
        }
    }

    #[inline]
    fn before(&self, a: u32, b: u32) -> bool {
        let (x, y) = (self.activity[a as usize], self.activity[b as usize]);
        x > y || (x == y && a < b)
    }

    fn up(&mut self, mut k: usize) {
        while k > 0 {
            let parent = (k - 1) / 2;
            if !self.before(self.heap[k], self.heap[parent]) {
                break;
            }
            self.heap.swap(k, parent);
            self.slot[self.heap[k] as usize] = k as u32;
            k = parent;
        }
        self.slot[self.heap[k] as usize] = k as u32;
    }

    fn down(&mut self, mut k: usize) {
        loop {
            let mut best = k;
            for child in [2 * k + 1, 2 * k + 2] {
                if child < self.heap.len() && self.before(self.heap[child], self.heap[best]) {
                    best = child;
                }
            }
            if best == k {
                break;
            }
            self.heap.swap(k, best);
            self.slot[self.heap[k] as usize] = k as u32;
            k = best;
        }
        self.slot[self.heap[k] as usize] = k as u32;
    }

    fn insert(&mut self, literal: u32) {
        if self.slot[literal as usize] == NONE {
            self.heap.push(literal);
            self.up(self.heap.len() - 1);
        }
    }

    fn pop(&mut self) -> Option<u32> {
        let top = *self.heap.first()?;
        let last = self.heap.pop().expect("there is a first");
        self.slot[top as usize] = NONE;
        if !self.heap.is_empty() {
            self.heap[0] = last;
            self.down(0);
        }
        Some(top)
    }
}

/// How a search ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// All variables have a value.
    Found,
    /// There is no schedule within the bounds of the engine.
    Nothing,
    /// None with a makespan of at most what was assumed.
    NotWithin,
    /// Out of conflicts, or told to stop.
    Open,
}

impl Engine<'_> {
    /// Makes room for activities, once the root is propagated.
    pub(super) fn prepare(&mut self) {
        let vars = self.owner.len();
        let guide = &mut self.guide;
        guide.increment = 1.0;
        let mut next = 0u32;
        for var in 0..vars {
            let (low, high) = (self.lb[2 * var], -self.lb[2 * var + 1]);
            guide.base.push(next);
            guide.low.push(low);
            let count = (high - low) as u32;
            for _ in 0..count {
                guide.var_of.push(var as u32);
            }
            next += count;
        }
        guide.activity = vec![0.0; next as usize];
        guide.slot = vec![NONE; next as usize];
    }

    #[inline]
    pub(super) fn bump(&mut self, lit: Lit) {
        let var = (lit.view >> 1) as usize;
        let value = if lit.view & 1 == 0 {
            lit.value
        } else {
            1 - lit.value
        };
        let guide = &mut self.guide;
        let place = value - guide.low[var] - 1;
        let end = if var + 1 < guide.base.len() {
            guide.base[var + 1]
        } else {
            guide.activity.len() as u32
        };
        if place < 0 || guide.base[var] + place as u32 >= end {
            return;
        }
        let literal = guide.base[var] + place as u32;
        guide.activity[literal as usize] += guide.increment;
        let slot = guide.slot[literal as usize];
        if slot == NONE {
            guide.insert(literal);
        } else {
            guide.up(slot as usize);
        }
    }

    /// Puts back literals taken off the heap since the trail was so long.
    pub(super) fn restore(&mut self, length: u32) {
        while let Some(&(literal, at)) = self.guide.taken.last() {
            if at < length {
                break;
            }
            self.guide.taken.pop();
            self.guide.insert(literal);
        }
    }

    /// Sets the schedule to search near.
    pub(crate) fn aim(&mut self, starts: &[i32], modes: &[u8]) {
        let mut goal = vec![0; self.owner.len()];
        for (task, vars) in self.tasks.iter().enumerate() {
            goal[vars.start as usize] = starts[task];
            if !vars.modes.is_empty() {
                let mode = modes[task] as usize;
                goal[vars.end as usize] = starts[task] + self.instance.ways[task][mode].duration;
                goal[vars.modes[mode] as usize] = 1;
            }
        }
        goal[self.makespan as usize] = 0;
        self.guide.goal = goal;
    }

    fn next_choice(&mut self) -> Option<Lit> {
        if !self.guide.plain {
            while let Some(literal) = self.guide.pop() {
                let var = self.guide.var_of[literal as usize];
                let value = self.guide.low[var as usize]
                    + 1
                    + (literal - self.guide.base[var as usize]) as i32;
                self.guide.taken.push((literal, self.trail.len() as u32));
                if self.low(var) < value && value <= self.high(var) {
                    let yes = match self.guide.goal.get(var as usize) {
                        Some(&goal) => goal >= value,
                        None => self.is_mode[var as usize],
                    };
                    return Some(if yes {
                        Lit::at_least(var, value)
                    } else {
                        Lit::at_most(var, value - 1)
                    });
                }
            }
        }
        // The open task that can start first; as the best schedule has it, else as short as possible.
        let goal = |var: u32| self.guide.goal.get(var as usize).copied();
        let mut best: Option<(i32, i32, usize)> = None;
        for (task, vars) in self.tasks.iter().enumerate() {
            let (low, high) = (self.low(vars.start), self.high(vars.start));
            let settled = vars
                .modes
                .iter()
                .filter(|&&mode| self.mode_open(mode))
                .count()
                <= 1;
            if low == high && settled {
                continue;
            }
            let key = (low, goal(vars.start).unwrap_or(high), task);
            if best.is_none_or(|best| key < best) {
                best = Some(key);
            }
        }
        let (low, _, task) = best?;
        let vars = &self.tasks[task];
        let open: Vec<usize> = (0..vars.modes.len())
            .filter(|&m| self.mode_open(vars.modes[m]))
            .collect();
        if open.len() > 1 {
            let mode = open
                .iter()
                .copied()
                .find(|&m| goal(vars.modes[m]) == Some(1))
                .or_else(|| {
                    open.iter()
                        .copied()
                        .min_by_key(|&m| self.instance.ways[task][m].duration)
                })?;
            return Some(Lit::at_least(vars.modes[mode], 1));
        }
        Some(Lit::at_most(vars.start, low))
    }

    /// Searches until a schedule is found, none is left, `conflicts` are spent or `stop` says so.
    /// With `within`, only schedules with at most that makespan are looked for.
    pub(crate) fn search(
        &mut self,
        within: Option<i32>,
        conflicts: u64,
        stop: &dyn Fn() -> bool,
    ) -> Verdict {
        if self.dead {
            return Verdict::Nothing;
        }
        self.back_to(0);
        let until = self.conflicts.saturating_add(conflicts);
        let mut round = 0u32;
        loop {
            round += 1;
            let mut left = 100 * luby(round);
            if self.conflicts > 0 && self.learned() > self.most_learned() {
                if !self.propagate() {
                    self.dead = true;
                    return Verdict::Nothing;
                }
                self.forget();
            }
            loop {
                if !self.propagate() {
                    self.conflicts += 1;
                    left = left.saturating_sub(1);
                    if self.level() == 0 || !self.learn() {
                        self.dead = true;
                        return Verdict::Nothing;
                    }
                    continue;
                }
                if self.conflicts >= until || (self.conflicts & 15 == 0 && stop()) {
                    self.back_to(0);
                    return Verdict::Open;
                }
                if left == 0 {
                    self.back_to(0);
                    break;
                }
                if self.level() == 0
                    && let Some(within) = within
                {
                    if self.low(self.makespan) > within {
                        return Verdict::NotWithin;
                    }
                    if self.high(self.makespan) > within {
                        self.choose(Lit::at_most(self.makespan, within));
                        continue;
                    }
                }
                match self.next_choice() {
                    Some(lit) => self.choose(lit),
                    None => return Verdict::Found,
                }
            }
        }
    }

    fn learned(&self) -> usize {
        self.clauses.len()
    }

    fn most_learned(&self) -> usize {
        4000 + 3 * self.tasks.len() + (self.conflicts as f64).sqrt() as usize * 20
    }

    /// The schedule at hand, after [`Verdict::Found`].
    pub(crate) fn solution(&self, kept: &[Option<u8>]) -> (Vec<i32>, Vec<u8>) {
        let starts = self.tasks.iter().map(|vars| self.low(vars.start)).collect();
        let modes = self
            .tasks
            .iter()
            .enumerate()
            .map(|(task, vars)| {
                if vars.modes.is_empty() {
                    kept.get(task).copied().flatten().unwrap_or(0)
                } else {
                    vars.modes
                        .iter()
                        .position(|&mode| self.mode_open(mode))
                        .unwrap_or(0) as u8
                }
            })
            .collect();
        (starts, modes)
    }

    /// Only schedules of at most this makespan from now on. False when there are none.
    pub(crate) fn require_within(&mut self, most: i32) -> bool {
        if self.dead {
            return false;
        }
        self.back_to(0);
        if !self.push(2 * self.makespan + 1, -most, super::Reason::Choice) || !self.propagate() {
            self.dead = true;
        }
        !self.dead
    }
}

/// 1 1 2 1 1 2 4 ... (Luby et al. 1993).
fn luby(mut k: u32) -> u64 {
    loop {
        let bits = 32 - k.leading_zeros();
        if k == (1u32 << bits) - 1 {
            return 1 << (bits - 1);
        }
        k -= (1 << (bits - 1)) - 1;
    }
}
