//! Resources over time: what tasks must use in any case leaves less for the others.
//!
//! Between its latest start and its earliest end a task uses at least what the thriftiest of its
//! remaining modes uses. A start at which no remaining mode fits beside that is excluded, and a mode
//! that fits at no remaining start.

use super::{Engine, Lit, Reason, TaskVars};
use crate::instance::Instance;

pub(crate) struct Timetable {
    /// Moments that are counted; what ends later is excluded by the makespan.
    length: i32,
    /// By resource and time.
    cap: Vec<Vec<i32>>,
    used: Vec<Vec<i32>>,
    /// By resource: tasks that may use it, with the place of the resource among theirs.
    users: Vec<Vec<(u32, u32)>>,
    /// By task: the resources some mode uses.
    resources: Vec<Vec<u32>>,
    /// By task: the modes by place in the instance, with what they use of `resources`.
    modes: Vec<Vec<TableMode>>,
    longest: Vec<i32>,
    /// By task: the interval and amounts counted in `used`.
    parts: Vec<(i32, i32)>,
    amounts: Vec<Vec<i32>>,
    touched: Vec<u32>,
    is_touched: Vec<bool>,
    waiting: Vec<u32>,
    is_waiting: Vec<bool>,
    grown: Vec<(i32, i32)>,
    records: Vec<i32>,
    scratch: Vec<i32>,
}

#[derive(Clone, Debug)]
struct TableMode {
    duration: i32,
    /// Aligned with the task's resources.
    usage: Vec<i32>,
}

impl Timetable {
    pub(crate) fn new(
        instance: &Instance,
        tasks: &[TaskVars],
        most: i32,
        kept: &[Option<u8>],
    ) -> Self {
        let length = most.max(0) as usize + 1;
        let mut cap = Vec::new();
        for steps in &instance.caps {
            let mut row = vec![0; length];
            for (k, &(from, amount)) in steps.iter().enumerate() {
                let until = steps
                    .get(k + 1)
                    .map_or(length, |next| (next.0 as usize).min(length));
                for slot in row.iter_mut().take(until).skip(from as usize) {
                    *slot = amount;
                }
            }
            cap.push(row);
        }
        let n = instance.n;
        let mut users = vec![Vec::new(); cap.len()];
        let mut resources = Vec::with_capacity(n);
        let mut modes = Vec::with_capacity(n);
        for (task, vars) in tasks.iter().enumerate() {
            let ways = &instance.ways[task];
            let places: Vec<usize> = if vars.modes.is_empty() {
                vec![kept.get(task).copied().flatten().unwrap_or(0) as usize]
            } else {
                (0..ways.len()).collect()
            };
            let mut mine: Vec<u32> = places
                .iter()
                .flat_map(|&place| ways[place].usage.iter().map(|used| used.0 as u32))
                .collect();
            mine.sort_unstable();
            mine.dedup();
            for (at, &resource) in mine.iter().enumerate() {
                users[resource as usize].push((task as u32, at as u32));
            }
            modes.push(
                places
                    .iter()
                    .map(|&place| TableMode {
                        duration: ways[place].duration,
                        usage: mine.iter().map(|&r| ways[place].uses(r as usize)).collect(),
                    })
                    .collect(),
            );
            resources.push(mine);
        }
        Self {
            length: length as i32,
            used: vec![vec![0; length]; cap.len()],
            grown: vec![(0, 0); cap.len()],
            cap,
            users,
            parts: vec![(0, 0); n],
            amounts: resources
                .iter()
                .map(|mine: &Vec<u32>| vec![0; mine.len()])
                .collect(),
            resources,
            longest: modes
                .iter()
                .map(|mine: &Vec<TableMode>| mine.iter().map(|m| m.duration).max().unwrap_or(0))
                .collect(),
            modes,
            touched: Vec::new(),
            is_touched: vec![false; n],
            waiting: Vec::new(),
            is_waiting: vec![false; n],
            records: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// A task's bounds moved back.
    #[inline]
    pub(crate) fn touch(&mut self, task: usize) {
        if !self.is_touched[task] && !self.resources[task].is_empty() {
            self.is_touched[task] = true;
            self.touched.push(task as u32);
        }
    }

    /// A task's bounds moved forward.
    #[inline]
    pub(crate) fn wake(&mut self, task: usize) {
        self.touch(task);
        if !self.is_waiting[task] && !self.resources[task].is_empty() {
            self.is_waiting[task] = true;
            self.waiting.push(task as u32);
        }
    }

    /// Nobody waits any more.
    pub(crate) fn calm(&mut self) {
        for task in self.waiting.drain(..) {
            self.is_waiting[task as usize] = false;
        }
    }

    pub(crate) fn quiet(&self) -> bool {
        self.waiting.is_empty() && self.touched.is_empty()
    }

    pub(crate) fn arena(&self) -> u32 {
        self.records.len() as u32
    }

    pub(crate) fn shrink(&mut self, arena: u32) {
        self.records.truncate(arena as usize);
    }

    /// The last moment in [from, until) at which a mode does not fit, with the place of the resource.
    #[inline]
    fn last_block(
        &self,
        task: usize,
        mode: &TableMode,
        from: i32,
        until: i32,
    ) -> Option<(usize, i32)> {
        let mut best: Option<(usize, i32)> = None;
        let (mut low, until) = (from, until.min(self.length));
        for (k, &need) in mode.usage.iter().enumerate() {
            if need == 0 {
                continue;
            }
            let resource = self.resources[task][k] as usize;
            let (used, cap) = (&self.used[resource], &self.cap[resource]);
            let (own_from, own_until) = self.parts[task];
            let own = self.amounts[task][k];
            let mut t = until;
            while t > low {
                t -= 1;
                let mine = if t >= own_from && t < own_until {
                    own
                } else {
                    0
                };
                if used[t as usize] - mine + need > cap[t as usize] {
                    best = Some((k, t));
                    low = t + 1;
                    break;
                }
            }
        }
        best
    }

    /// The first such moment.
    #[inline]
    fn first_block(
        &self,
        task: usize,
        mode: &TableMode,
        from: i32,
        until: i32,
    ) -> Option<(usize, i32)> {
        let mut best: Option<(usize, i32)> = None;
        let mut high = until.min(self.length);
        for (k, &need) in mode.usage.iter().enumerate() {
            if need == 0 {
                continue;
            }
            let resource = self.resources[task][k] as usize;
            let (used, cap) = (&self.used[resource], &self.cap[resource]);
            let (own_from, own_until) = self.parts[task];
            let own = self.amounts[task][k];
            for t in from..high {
                let mine = if t >= own_from && t < own_until {
                    own
                } else {
                    0
                };
                if used[t as usize] - mine + need > cap[t as usize] {
                    best = Some((k, t));
                    high = t;
                    break;
                }
            }
        }
        best
    }
}

impl Engine<'_> {
    /// What a task must use now: interval, and least amounts into `amounts`.
    fn part(&self, task: usize, amounts: &mut Vec<i32>) -> (i32, i32) {
        let vars = &self.tasks[task];
        let table = &self.timetable;
        let (low, high) = (self.low(vars.start), self.high(vars.start));
        amounts.clear();
        let mut shortest = i32::MAX;
        for (k, mode) in table.modes[task].iter().enumerate() {
            if !vars.modes.is_empty() && !self.mode_open(vars.modes[k]) {
                continue;
            }
            shortest = shortest.min(mode.duration);
            if amounts.is_empty() {
                amounts.extend_from_slice(&mode.usage);
            } else {
                for (least, &amount) in amounts.iter_mut().zip(&mode.usage) {
                    *least = (*least).min(amount);
                }
            }
        }
        if shortest == i32::MAX || high >= low + shortest {
            amounts.clear();
            amounts.resize(table.resources[task].len(), 0);
            return (0, 0);
        }
        (high, low + shortest)
    }

    /// Counts what changed and notes where more is used.
    ///
    /// After a step back this comes before anything moves forward again, else what grows back to
    /// where it was would not count as grown.
    pub(super) fn timetable_sync(&mut self) {
        for hull in &mut self.timetable.grown {
            *hull = (i32::MAX, i32::MIN);
        }
        let mut amounts = std::mem::take(&mut self.timetable.scratch);
        while let Some(task) = self.timetable.touched.pop() {
            let task = task as usize;
            self.timetable.is_touched[task] = false;
            let part = self.part(task, &mut amounts);
            let table = &mut self.timetable;
            let before = table.parts[task];
            for (k, &now) in amounts.iter().enumerate() {
                let resource = table.resources[task][k] as usize;
                let was = table.amounts[task][k];
                let used = &mut table.used[resource];
                let hull = &mut table.grown[resource];
                if was == now && part.0 < before.1 && before.0 < part.1 {
                    // Only the ends differ.
                    if now == 0 {
                        continue;
                    }
                    for t in before.0..part.0.min(before.1) {
                        used[t as usize] -= was;
                    }
                    for t in part.1.max(before.0)..before.1 {
                        used[t as usize] -= was;
                    }
                    if part.0 < before.0 {
                        for t in part.0..before.0 {
                            used[t as usize] += now;
                        }
                        *hull = (hull.0.min(part.0), hull.1.max(before.0));
                    }
                    if part.1 > before.1 {
                        for t in before.1..part.1 {
                            used[t as usize] += now;
                        }
                        *hull = (hull.0.min(before.1), hull.1.max(part.1));
                    }
                } else {
                    if was != 0 {
                        for t in before.0..before.1 {
                            used[t as usize] -= was;
                        }
                    }
                    if now != 0 && part.0 < part.1 {
                        for t in part.0..part.1 {
                            used[t as usize] += now;
                        }
                        *hull = (hull.0.min(part.0), hull.1.max(part.1));
                    }
                }
                table.amounts[task][k] = now;
            }
            table.parts[task] = part;
        }
        self.timetable.scratch = amounts;
    }

    /// One round: counts what changed, then looks at every task that may be moved by it.
    pub(super) fn timetable_pass(&mut self) -> bool {
        self.timetable_sync();
        for resource in 0..self.timetable.grown.len() {
            let (from, until) = self.timetable.grown[resource];
            if from >= until {
                continue;
            }
            for t in from..until {
                if self.timetable.used[resource][t as usize]
                    > self.timetable.cap[resource][t as usize]
                {
                    let mut conflict = std::mem::take(&mut self.conflict);
                    conflict.clear();
                    let need = self.timetable.cap[resource][t as usize] + 1;
                    self.explain_use(
                        resource,
                        t,
                        need,
                        usize::MAX,
                        self.trail.len() as u32,
                        &mut conflict,
                    );
                    self.conflict = conflict;
                    return false;
                }
            }
            for k in 0..self.timetable.users[resource].len() {
                let task = self.timetable.users[resource][k].0 as usize;
                if self.timetable.is_waiting[task] {
                    continue;
                }
                let start = self.tasks[task].start;
                let (low, high) = (self.low(start), self.high(start));
                let settled = low == high
                    && self.tasks[task]
                        .modes
                        .iter()
                        .filter(|&&m| self.mode_open(m))
                        .count()
                        <= 1;
                let longest = self.timetable.longest[task];
                if !settled && low < until && high + longest > from {
                    self.timetable.is_waiting[task] = true;
                    self.timetable.waiting.push(task as u32);
                }
            }
        }
        while let Some(task) = self.timetable.waiting.pop() {
            self.timetable.is_waiting[task as usize] = false;
            if !self.filter(task as usize) {
                return false;
            }
        }
        true
    }

    fn record(&mut self, task: usize, points: &[(usize, usize, i32)]) -> Reason {
        let records = &mut self.timetable.records;
        let place = records.len() as u32;
        records.push(task as i32);
        records.push(points.len() as i32);
        for &(mode, resource, t) in points {
            records.extend_from_slice(&[mode as i32, resource as i32, t]);
        }
        Reason::Taken(place)
    }

    /// Moves the bounds of one task past what is taken.
    fn filter(&mut self, task: usize) -> bool {
        let start = self.tasks[task].start;
        let count = self.timetable.modes[task].len();
        let mut points: Vec<(usize, usize, i32)> = Vec::new();
        let open = |engine: &Self, k: usize| {
            engine.tasks[task].modes.is_empty() || engine.mode_open(engine.tasks[task].modes[k])
        };
        let single = (0..count).filter(|&k| open(self, k)).count() == 1;
        if single && self.low(start) == self.high(start) {
            return true;
        }
        // Earliest start.
        loop {
            let low = self.low(start);
            points.clear();
            let mut free = false;
            for k in 0..count {
                if !open(self, k) {
                    continue;
                }
                let mode = &self.timetable.modes[task][k];
                match self
                    .timetable
                    .last_block(task, mode, low, low + mode.duration)
                {
                    None => {
                        free = true;
                        break;
                    }
                    Some((r, t)) => points.push((k, self.timetable.resources[task][r] as usize, t)),
                }
            }
            if free || points.is_empty() {
                break;
            }
            let next = points.iter().map(|point| point.2).min().unwrap_or(0) + 1;
            let reason = self.record(task, &points);
            if !self.push(2 * start, next, reason) {
                return false;
            }
        }
        // Latest start.
        loop {
            let high = self.high(start);
            points.clear();
            let mut free = false;
            for k in 0..count {
                if !open(self, k) {
                    continue;
                }
                let mode = &self.timetable.modes[task][k];
                match self
                    .timetable
                    .first_block(task, mode, high, high + mode.duration)
                {
                    None => {
                        free = true;
                        break;
                    }
                    Some((r, t)) => points.push((k, self.timetable.resources[task][r] as usize, t)),
                }
            }
            if free || points.is_empty() {
                break;
            }
            let next = points
                .iter()
                .map(|&(k, _, t)| t - self.timetable.modes[task][k].duration)
                .max()
                .unwrap_or(0);
            let reason = self.record(task, &points);
            if !self.push(2 * start + 1, -next, reason) {
                return false;
            }
        }
        if single {
            return true;
        }
        // Modes that fit nowhere.
        let (low, high) = (self.low(start), self.high(start));
        for k in 0..count {
            if !open(self, k) {
                continue;
            }
            points.clear();
            let mut at = low;
            let mode = &self.timetable.modes[task][k];
            while at <= high {
                match self
                    .timetable
                    .last_block(task, mode, at, at + mode.duration)
                {
                    None => break,
                    Some((r, t)) => {
                        points.push((k, self.timetable.resources[task][r] as usize, t));
                        at = t + 1;
                    }
                }
            }
            if at > high && !points.is_empty() {
                let reason = self.record(task, &points);
                let var = self.tasks[task].modes[k];
                if !self.push(2 * var + 1, 0, reason) {
                    return false;
                }
            }
        }
        true
    }

    /// Why a start or a mode is excluded by what is taken.
    pub(super) fn explain_taken(&self, place: u32, lit: Lit, k: u32, out: &mut Vec<Lit>) {
        let records = &self.timetable.records[place as usize..];
        let task = records[0] as usize;
        let points = &records[2..2 + 3 * records[1] as usize];
        let vars = &self.tasks[task];
        let modes = &self.timetable.modes[task];
        let about_mode = lit.view >> 1 != vars.start;
        let (mut low, mut high) = (i32::MIN, i32::MAX);
        let mut needs: Vec<(usize, i32, i32)> = Vec::new();
        let mut covered = vec![false; modes.len()];
        for point in points.chunks(3) {
            let (mode, resource, t) = (point[0] as usize, point[1] as usize, point[2]);
            let from = t - modes[mode].duration + 1;
            if about_mode {
                low = if low == i32::MIN { from } else { low.min(from) };
                high = if high == i32::MAX { t } else { high.max(t) };
            } else {
                low = low.max(from);
                high = high.min(t);
            }
            covered[mode] = true;
            let k = self.timetable.resources[task]
                .iter()
                .position(|&r| r as usize == resource)
                .unwrap_or(0);
            let need = self.timetable.cap[resource][t as usize] - modes[mode].usage[k] + 1;
            match needs
                .iter_mut()
                .find(|other| (other.0, other.1) == (resource, t))
            {
                Some(other) => other.2 = other.2.max(need),
                None => needs.push((resource, t, need)),
            }
        }
        if about_mode {
            out.push(Lit::at_least(vars.start, low));
            out.push(Lit::at_most(vars.start, high));
        } else {
            if lit.view & 1 == 0 {
                out.push(Lit::at_least(vars.start, low));
            } else {
                out.push(Lit::at_most(vars.start, high));
            }
            let open: Vec<usize> = (0..vars.modes.len()).filter(|&m| covered[m]).collect();
            self.explain_modes(task, &open, k, out);
        }
        for (resource, t, need) in needs {
            self.explain_use(resource, t, need, task, k, out);
        }
    }

    /// Why only the modes of a list are left.
    pub(super) fn explain_modes(&self, task: usize, open: &[usize], k: u32, out: &mut Vec<Lit>) {
        let vars = &self.tasks[task];
        let gone = vars.modes.len() - open.len();
        if gone == 0 {
            return;
        }
        if open.len() == 1 && gone > 1 && self.bound_at(2 * vars.modes[open[0]], k) >= 1 {
            out.push(Lit::at_least(vars.modes[open[0]], 1));
            return;
        }
        for (m, &mode) in vars.modes.iter().enumerate() {
            if !open.contains(&m) {
                out.push(Lit::at_most(mode, 0));
            }
        }
    }

    /// Why at least `need` of a resource is used at a moment by tasks other than `except`.
    fn explain_use(
        &self,
        resource: usize,
        t: i32,
        need: i32,
        except: usize,
        k: u32,
        out: &mut Vec<Lit>,
    ) {
        // (amount, task, place of the resource)
        let mut there: Vec<(i32, usize, usize)> = Vec::new();
        let mut total = 0;
        for &(task, at) in &self.timetable.users[resource] {
            let (task, at) = (task as usize, at as usize);
            let vars = &self.tasks[task];
            // Bounds only got tighter since: most tasks are out at a glance.
            if task == except
                || self.high(vars.start) > t
                || self.low(vars.start) + self.timetable.longest[task] <= t
            {
                continue;
            }
            let high = -self.bound_at(2 * vars.start + 1, k);
            if high > t {
                continue;
            }
            let low = self.bound_at(2 * vars.start, k);
            let mut least = i32::MAX;
            for (m, mode) in self.timetable.modes[task].iter().enumerate() {
                if !vars.modes.is_empty() && self.bound_at(2 * vars.modes[m] + 1, k) >= 0 {
                    continue;
                }
                let amount = if low + mode.duration > t {
                    mode.usage[at]
                } else {
                    0
                };
                least = least.min(amount);
            }
            if least > 0 && least < i32::MAX {
                there.push((least, task, at));
                total += least;
            }
        }
        let mut spare = total - need;
        debug_assert!(spare >= 0, "what is taken was counted");
        // Tasks that are not needed for it are left out, small ones first: they free the most literals.
        there.sort_unstable();
        for (amount, task, at) in there {
            let vars = &self.tasks[task];
            if amount <= spare {
                spare -= amount;
                continue;
            }
            let low = self.bound_at(2 * vars.start, k);
            let mut shortest = i32::MAX;
            let mut open = Vec::new();
            for (m, mode) in self.timetable.modes[task].iter().enumerate() {
                if mode.usage[at] >= amount && low + mode.duration > t {
                    shortest = shortest.min(mode.duration);
                    open.push(m);
                }
            }
            if !vars.modes.is_empty() {
                self.explain_modes(task, &open, k, out);
            }
            out.push(Lit::at_most(vars.start, t));
            out.push(Lit::at_least(vars.start, t + 1 - shortest));
        }
    }
}
