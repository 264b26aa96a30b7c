//! An exact engine: search over bounds with learning from conflicts (lazy clause generation,
//! Ohrimenko et al. 2009; for resource-constrained scheduling Schutt et al. 2011).
//!
//! # Literals
//! Every variable x has two views: x itself, and -x. A literal says that a view is at least a value;
//! `x <= 7` is `-x >= -7`, and its negation is `x >= 8`. Nothing else is decided, derived or learned,
//! and no literal is made before it is needed.
//!
//! # Explanations
//! What is derived carries a reason. Reasons are put into literals only when a conflict asks for them,
//! from the bounds as they were when the reason was used.

mod knapsack;
mod learn;
mod search;
mod timetable;

use crate::bound::Row;
use crate::instance::Instance;
use knapsack::Knapsack;
use timetable::Timetable;

pub(crate) use search::Verdict;

pub(crate) const NONE: u32 = u32::MAX;

/// View `view` is at least `value`. View 2x is variable x, view 2x + 1 is -x.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Lit {
    pub(crate) view: u32,
    pub(crate) value: i32,
}

impl Lit {
    #[inline]
    pub(crate) fn at_least(var: u32, value: i32) -> Self {
        Self {
            view: 2 * var,
            value,
        }
    }

    #[inline]
    pub(crate) fn at_most(var: u32, value: i32) -> Self {
        Self {
            view: 2 * var + 1,
            value: -value,
        }
    }

    #[inline]
    pub(crate) fn not(self) -> Self {
        Self {
            view: self.view ^ 1,
            value: 1 - self.value,
        }
    }
}

/// Why a bound moved.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reason {
    /// Chosen, or given at the root.
    Choice,
    /// All other literals of a clause are false.
    Clause(u32),
    /// Another view plus an offset.
    Edge { from: u32, offset: i32 },
    /// A task of several modes ends no earlier than its shortest mode lets it.
    End { task: u32 },
    /// And starts no later.
    Start { task: u32 },
    /// A mode is too long for the task's interval.
    TooLong { task: u32, mode: u32 },
    /// Resources are taken: place of the record in the timetable's arena.
    Taken(u32),
    /// A sum would exceed its limit.
    Sum(u32),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) view: u32,
    pub(crate) value: i32,
    /// The entry before of the same view.
    pub(crate) previous: u32,
    pub(crate) level: u32,
    pub(crate) reason: Reason,
}

#[derive(Clone, Copy, Debug)]
struct Watcher {
    clause: u32,
    /// The literal is false when the view it is filed under reaches this value.
    threshold: i32,
    other: Lit,
}

#[derive(Clone, Copy, Debug)]
struct Clause {
    from: u32,
    length: u32,
    /// Number of levels in it when learned; 0 for given clauses.
    levels: u32,
    activity: f32,
}

/// What belongs to a task.
#[derive(Clone, Debug)]
pub(crate) struct TaskVars {
    pub(crate) start: u32,
    /// Variable of the end; the start itself with one mode.
    pub(crate) end: u32,
    /// Length of the only mode, else 0.
    pub(crate) fixed: i32,
    /// Variables of the modes; empty with one mode.
    pub(crate) modes: Vec<u32>,
}

pub(crate) struct Engine<'a> {
    pub(crate) instance: &'a Instance,
    pub(crate) tasks: Vec<TaskVars>,
    /// Variable of the makespan.
    pub(crate) makespan: u32,

    // State of bounds.
    pub(crate) lb: Vec<i32>,
    root: Vec<i32>,
    last: Vec<u32>,
    trail: Vec<Entry>,
    level_starts: Vec<(u32, u32)>,
    head: usize,
    owner: Vec<u32>,
    is_mode: Vec<bool>,

    // Constraints.
    edges: Vec<Vec<(u32, i32)>>,
    clauses: Vec<Clause>,
    lits: Vec<Lit>,
    watches: Vec<Vec<Watcher>>,
    timetable: Timetable,
    knapsacks: Vec<Knapsack>,
    links: Vec<u32>,
    linked: Vec<bool>,
    sums: Vec<u32>,
    summed: Vec<bool>,
    makespan_moved: bool,
    pub(crate) dead: bool,

    // The conflict at hand: literals that can't be true together.
    conflict: Vec<Lit>,

    // Search.
    guide: search::Guide,
    learning: learn::Learning,
    /// Bounds moved, the measure of work.
    pub(crate) steps: u64,
    pub(crate) conflicts: u64,
}

impl<'a> Engine<'a> {
    /// An engine for all schedules with a makespan of at most `most`. `arcs` are further waits, as
    /// (before, after), which hold with whatever mode; `kept` fixes modes; `rows` are sums with limits.
    pub(crate) fn new(
        instance: &'a Instance,
        most: i32,
        arcs: &[(usize, usize)],
        kept: &[Option<u8>],
        rows: &[Row],
    ) -> Self {
        let n = instance.n;
        let mut tasks = Vec::with_capacity(n);
        let mut vars = n as u32;
        for task in 0..n {
            let ways = &instance.ways[task];
            let kept = kept.get(task).copied().flatten();
            if ways.len() == 1 || kept.is_some() {
                let way = &ways[kept.unwrap_or(0) as usize];
                tasks.push(TaskVars {
                    start: task as u32,
                    end: task as u32,
                    fixed: way.duration,
                    modes: Vec::new(),
                });
            } else {
                let end = vars;
                let modes = (end + 1..end + 1 + ways.len() as u32).collect::<Vec<_>>();
                vars += 1 + ways.len() as u32;
                tasks.push(TaskVars {
                    start: task as u32,
                    end,
                    fixed: 0,
                    modes,
                });
            }
        }
        let makespan = vars;
        vars += 1;
        let views = 2 * vars as usize;
        let mut lb = vec![0; views];
        let mut owner = vec![NONE; vars as usize];
        let mut is_mode = vec![false; vars as usize];
        for (task, mine) in tasks.iter().enumerate() {
            let (low, high) = (instance.head[task], most - instance.tail[task]);
            lb[2 * mine.start as usize] = low;
            lb[2 * mine.start as usize + 1] = -high;
            owner[mine.start as usize] = task as u32;
            if !mine.modes.is_empty() {
                let shortest = instance.shortest(task);
                lb[2 * mine.end as usize] = low + shortest;
                lb[2 * mine.end as usize + 1] = -(high + shortest);
                owner[mine.end as usize] = task as u32;
                for &mode in &mine.modes {
                    lb[2 * mode as usize + 1] = -1;
                    owner[mode as usize] = task as u32;
                    is_mode[mode as usize] = true;
                }
            }
        }
        lb[2 * makespan as usize] = instance.critical_path();
        lb[2 * makespan as usize + 1] = -most;
        let dead = lb.chunks(2).any(|pair| pair[0] > -pair[1]);
        let mut engine = Self {
            instance,
            makespan,
            root: lb.clone(),
            lb,
            last: vec![NONE; views],
            trail: Vec::new(),
            level_starts: Vec::new(),
            head: 0,
            owner,
            is_mode,
            edges: vec![Vec::new(); views],
            clauses: Vec::new(),
            lits: Vec::new(),
            watches: vec![Vec::new(); views],
            timetable: Timetable::new(instance, &tasks, most, kept),
            knapsacks: knapsack::all(instance, &tasks, most, kept, rows),
            links: Vec::new(),
            linked: vec![false; n],
            sums: Vec::new(),
            summed: vec![false; n],
            makespan_moved: true,
            dead,
            conflict: Vec::new(),
            guide: search::Guide::default(),
            learning: learn::Learning::new(views),
            steps: 0,
            conflicts: 0,
            tasks,
        };
        if dead {
            return engine;
        }
        let mut joined: Vec<(usize, usize, i32)> = Vec::new();
        for task in 0..n {
            joined.extend(
                instance.succ[task]
                    .iter()
                    .map(|&(other, lag)| (task, other, lag)),
            );
        }
        joined.extend(arcs.iter().map(|&(before, after)| (before, after, 0)));
        for (before, after, lag) in joined {
            let (one, two) = (&engine.tasks[before], &engine.tasks[after]);
            let (from, offset, to) = (one.end, one.fixed + lag, two.start);
            engine.edge(from, to, offset);
        }
        for task in 0..n {
            if instance.succ[task].is_empty() {
                let (end, fixed) = (engine.tasks[task].end, engine.tasks[task].fixed);
                engine.edge(end, makespan, fixed);
            }
            let modes = engine.tasks[task].modes.clone();
            if !modes.is_empty() {
                engine.add_clause(
                    &modes
                        .iter()
                        .map(|&mode| Lit::at_least(mode, 1))
                        .collect::<Vec<_>>(),
                    0,
                );
                for (k, &one) in modes.iter().enumerate() {
                    for &two in &modes[k + 1..] {
                        engine.add_clause(&[Lit::at_most(one, 0), Lit::at_most(two, 0)], 0);
                    }
                }
                engine.links.push(task as u32);
                engine.linked[task] = true;
                engine.sums.push(task as u32);
                engine.summed[task] = true;
            }
            engine.timetable.wake(task);
        }
        // Every edge has its say once.
        for view in 0..views {
            for k in 0..engine.edges[view].len() {
                let (to, offset) = engine.edges[view][k];
                let value = engine.lb[view] + offset;
                if !engine.push(
                    to,
                    value,
                    Reason::Edge {
                        from: view as u32,
                        offset,
                    },
                ) {
                    engine.dead = true;
                    return engine;
                }
            }
        }
        if !engine.propagate() {
            engine.dead = true;
            return engine;
        }
        engine.prepare();
        engine
    }

    fn edge(&mut self, from: u32, to: u32, offset: i32) {
        self.edges[2 * from as usize].push((2 * to, offset));
        self.edges[2 * to as usize + 1].push((2 * from + 1, offset));
    }

    #[inline]
    pub(crate) fn low(&self, var: u32) -> i32 {
        self.lb[2 * var as usize]
    }

    #[inline]
    pub(crate) fn high(&self, var: u32) -> i32 {
        -self.lb[2 * var as usize + 1]
    }

    #[inline]
    pub(crate) fn is_true(&self, lit: Lit) -> bool {
        self.lb[lit.view as usize] >= lit.value
    }

    #[inline]
    pub(crate) fn is_false(&self, lit: Lit) -> bool {
        self.lb[(lit.view ^ 1) as usize] > -lit.value
    }

    #[inline]
    pub(crate) fn level(&self) -> u32 {
        self.level_starts.len() as u32
    }

    /// The bound of a view before trail entry `k`.
    #[inline]
    fn bound_at(&self, view: u32, k: u32) -> i32 {
        let mut at = self.last[view as usize];
        while at != NONE && at >= k {
            at = self.trail[at as usize].previous;
        }
        if at == NONE {
            self.root[view as usize]
        } else {
            self.trail[at as usize].value
        }
    }

    /// Moves a bound. False when that leaves the variable without a value: then a conflict is at hand.
    #[inline]
    fn push(&mut self, view: u32, value: i32, reason: Reason) -> bool {
        if value <= self.lb[view as usize] {
            return true;
        }
        if value > -self.lb[(view ^ 1) as usize] {
            self.conflict.clear();
            let mut conflict = std::mem::take(&mut self.conflict);
            self.explain(
                reason,
                Lit { view, value },
                self.trail.len() as u32,
                &mut conflict,
            );
            conflict.push(Lit {
                view: view ^ 1,
                value: 1 - value,
            });
            self.conflict = conflict;
            return false;
        }
        self.steps += 1;
        let level = self.level();
        self.trail.push(Entry {
            view,
            value,
            previous: self.last[view as usize],
            level,
            reason,
        });
        self.last[view as usize] = self.trail.len() as u32 - 1;
        self.lb[view as usize] = value;
        self.moved(view >> 1, true);
        true
    }

    /// Tells whom it concerns that a variable's bound moved, forward or back.
    #[inline]
    fn moved(&mut self, var: u32, forward: bool) {
        let task = self.owner[var as usize];
        if task == NONE {
            self.makespan_moved = true;
            return;
        }
        let task = task as usize;
        if !self.tasks[task].modes.is_empty() {
            if forward && !self.linked[task] {
                self.linked[task] = true;
                self.links.push(task as u32);
            }
            if self.is_mode[var as usize] && !self.summed[task] {
                self.summed[task] = true;
                self.sums.push(task as u32);
            }
        }
        if var != self.tasks[task].end || self.tasks[task].modes.is_empty() {
            if forward {
                self.timetable.wake(task);
            } else {
                self.timetable.touch(task);
            }
        }
    }

    /// Back to a level: what came later is undone.
    fn back_to(&mut self, level: u32) {
        if self.level() <= level {
            return;
        }
        let (from, arena) = self.level_starts[level as usize];
        self.level_starts.truncate(level as usize);
        while self.trail.len() > from as usize {
            let entry = self.trail.pop().expect("the trail is longer");
            self.last[entry.view as usize] = entry.previous;
            self.lb[entry.view as usize] = if entry.previous == NONE {
                self.root[entry.view as usize]
            } else {
                self.trail[entry.previous as usize].value
            };
            self.moved(entry.view >> 1, false);
        }
        self.timetable.shrink(arena);
        self.timetable.calm();
        self.timetable_sync();
        self.head = self.trail.len();
        self.restore(from);
    }

    fn choose(&mut self, lit: Lit) {
        self.level_starts
            .push((self.trail.len() as u32, self.timetable.arena()));
        let moved = self.push(lit.view, lit.value, Reason::Choice);
        debug_assert!(moved, "an open literal is chosen");
    }

    /// Derives all that follows. False with a conflict at hand.
    fn propagate(&mut self) -> bool {
        loop {
            while self.head < self.trail.len() {
                let at = self.head;
                self.head += 1;
                let entry = self.trail[at];
                let view = entry.view as usize;
                let before = if entry.previous == NONE {
                    self.root[view]
                } else {
                    self.trail[entry.previous as usize].value
                };
                if self.lb[view] == entry.value {
                    for k in 0..self.edges[view].len() {
                        let (to, offset) = self.edges[view][k];
                        if !self.push(
                            to,
                            entry.value + offset,
                            Reason::Edge {
                                from: entry.view,
                                offset,
                            },
                        ) {
                            return false;
                        }
                    }
                }
                if !self.watch(entry.view, before, entry.value) {
                    return false;
                }
            }
            if let Some(task) = self.links.pop() {
                self.linked[task as usize] = false;
                if !self.link(task as usize) {
                    return false;
                }
                continue;
            }
            if !self.sums.is_empty() || self.makespan_moved {
                if !self.sum() {
                    return false;
                }
                if self.head < self.trail.len() {
                    continue;
                }
            }
            if self.timetable.quiet() {
                return true;
            }
            if !self.timetable_pass() {
                return false;
            }
            if self.head == self.trail.len()
                && self.links.is_empty()
                && self.sums.is_empty()
                && self.timetable.quiet()
            {
                return true;
            }
        }
    }

    /// Clauses with a literal that became false as a view moved.
    fn watch(&mut self, view: u32, before: i32, now: i32) -> bool {
        let mut list = std::mem::take(&mut self.watches[view as usize]);
        let mut kept = 0;
        let mut k = 0;
        let mut fine = true;
        'next: while k < list.len() {
            let watcher = list[k];
            k += 1;
            if watcher.threshold > now || watcher.threshold <= before || self.is_true(watcher.other)
            {
                list[kept] = watcher;
                kept += 1;
                continue;
            }
            let clause = self.clauses[watcher.clause as usize];
            let from = clause.from as usize;
            let until = from + clause.length as usize;
            let lost = Lit {
                view: view ^ 1,
                value: 1 - watcher.threshold,
            };
            if self.lits[from] == lost {
                self.lits.swap(from, from + 1);
            }
            let first = self.lits[from];
            if self.is_true(first) {
                list[kept] = Watcher {
                    other: first,
                    ..watcher
                };
                kept += 1;
                continue;
            }
            for place in from + 2..until {
                let lit = self.lits[place];
                if !self.is_false(lit) {
                    self.lits.swap(from + 1, place);
                    self.watches[(lit.view ^ 1) as usize].push(Watcher {
                        clause: watcher.clause,
                        threshold: 1 - lit.value,
                        other: first,
                    });
                    continue 'next;
                }
            }
            list[kept] = Watcher {
                other: first,
                ..watcher
            };
            kept += 1;
            if !self.push(first.view, first.value, Reason::Clause(watcher.clause)) {
                fine = false;
                while k < list.len() {
                    list[kept] = list[k];
                    kept += 1;
                    k += 1;
                }
            }
        }
        list.truncate(kept);
        list.append(&mut self.watches[view as usize]);
        self.watches[view as usize] = list;
        fine
    }

    /// Adds a clause of at least two literals none of which is false, or a learned one whose first
    /// literal alone is open.
    fn add_clause(&mut self, lits: &[Lit], levels: u32) -> u32 {
        let place = self.clauses.len() as u32;
        let from = self.lits.len() as u32;
        self.lits.extend_from_slice(lits);
        self.clauses.push(Clause {
            from,
            length: lits.len() as u32,
            levels,
            activity: 0.0,
        });
        for k in 0..2 {
            let (lit, other) = (lits[k], lits[1 - k]);
            self.watches[(lit.view ^ 1) as usize].push(Watcher {
                clause: place,
                threshold: 1 - lit.value,
                other,
            });
        }
        place
    }

    #[inline]
    pub(crate) fn mode_open(&self, mode: u32) -> bool {
        self.lb[2 * mode as usize + 1] < 0
    }

    /// Start, end and modes of one task.
    fn link(&mut self, task: usize) -> bool {
        let ways = &self.instance.ways[task];
        let (start, end) = (self.tasks[task].start, self.tasks[task].end);
        let mut shortest = i32::MAX;
        for (k, &mode) in self.tasks[task].modes.iter().enumerate() {
            if self.mode_open(mode) {
                shortest = shortest.min(ways[k].duration);
            }
        }
        if shortest == i32::MAX {
            return true; // The clause over the modes says so.
        }
        let (low, high) = (self.low(start), self.high(end));
        if !self.push(2 * end, low + shortest, Reason::End { task: task as u32 })
            || !self.push(
                2 * start + 1,
                shortest - high,
                Reason::Start { task: task as u32 },
            )
        {
            return false;
        }
        for (k, way) in ways.iter().enumerate() {
            let mode = self.tasks[task].modes[k];
            if self.mode_open(mode)
                && low + way.duration > high
                && !self.push(
                    2 * mode + 1,
                    0,
                    Reason::TooLong {
                        task: task as u32,
                        mode: k as u32,
                    },
                )
            {
                return false;
            }
        }
        true
    }

    /// Puts into literals why `lit` came to hold at trail place `k`, from what held before.
    fn explain(&self, reason: Reason, lit: Lit, k: u32, out: &mut Vec<Lit>) {
        match reason {
            Reason::Choice => {}
            Reason::Clause(clause) => {
                let clause = self.clauses[clause as usize];
                let from = clause.from as usize;
                for &other in &self.lits[from + 1..from + clause.length as usize] {
                    out.push(other.not());
                }
            }
            Reason::Edge { from, offset } => out.push(Lit {
                view: from,
                value: lit.value - offset,
            }),
            Reason::End { task } | Reason::Start { task } => {
                // With x the start (or minus the end): x + the shortest mode left >= value.
                let mine = &self.tasks[task as usize];
                let from = if matches!(reason, Reason::End { .. }) {
                    2 * mine.start
                } else {
                    2 * mine.end + 1
                };
                let value = self.bound_at(from, k);
                let ways = &self.instance.ways[task as usize];
                let open: Vec<usize> = (0..ways.len())
                    .filter(|&m| value + ways[m].duration >= lit.value)
                    .collect();
                self.explain_modes(task as usize, &open, k, out);
                debug_assert!(
                    open.iter().all(|&m| m < mine.modes.len()),
                    "ways and modes agree"
                );
                if let Some(shortest) = open.iter().map(|&m| ways[m].duration).min() {
                    out.push(Lit {
                        view: from,
                        value: lit.value - shortest,
                    });
                }
            }
            Reason::TooLong { task, mode } => {
                let mine = &self.tasks[task as usize];
                let duration = self.instance.ways[task as usize][mode as usize].duration;
                let high = -self.bound_at(2 * mine.end + 1, k);
                out.push(Lit::at_most(mine.end, high));
                out.push(Lit::at_least(mine.start, high - duration + 1));
            }
            Reason::Taken(place) => self.explain_taken(place, lit, k, out),
            Reason::Sum(which) => self.explain_sum(which as usize, lit, k, out),
        }
    }
}
