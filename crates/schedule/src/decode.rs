//! From an order of tasks to a schedule: serial and parallel schedule generation, justification.
//!
//! Free amounts over time are kept packed, several resources to a word, so that one subtraction
//! asks all of them at once. Projects over a very long time use step functions instead.

use crate::instance::{Instance, Way};
use crate::profile::Profile;

const MOST_DENSE: usize = 1 << 22;

/// What is free over time of all resources together.
pub(crate) struct Line {
    kind: Kind,
}

enum Kind {
    Dense {
        words: usize,
        lane: u32,
        guard: u64,
        full: Vec<u64>,
        free: Vec<u64>,
        length: i32,
        /// Nothing is taken from here on.
        clean: i32,
    },
    Steps {
        full: Vec<Profile>,
        free: Vec<Profile>,
    },
}

/// What a way takes, packed like the line.
pub(crate) type Packed = Vec<u64>;

impl Line {
    /// A line that reaches at least to `length` where it is dense.
    pub(crate) fn new(instance: &Instance, length: i32) -> Self {
        let most = instance
            .caps
            .iter()
            .flatten()
            .map(|step| step.1)
            .max()
            .unwrap_or(0);
        let lane: u32 = match most {
            0..=0x7f if instance.caps.len() > 4 => 8,
            0..=0x7fff => 16,
            _ => 32,
        };
        let lanes = (64 / lane) as usize;
        let words = instance.caps.len().div_ceil(lanes).max(1);
        if words * (length as usize + 1) > MOST_DENSE {
            let full: Vec<Profile> = instance
                .caps
                .iter()
                .map(|steps| {
                    let steps: Vec<(u32, u32)> =
                        steps.iter().map(|s| (s.0 as u32, s.1 as u32)).collect();
                    Profile::new(&steps)
                })
                .collect();
            return Self {
                kind: Kind::Steps {
                    free: full.clone(),
                    full,
                },
            };
        }
        let mut guard = 0u64;
        for k in 0..lanes as u32 {
            guard |= 1 << (k * lane + lane - 1);
        }
        let mut full = vec![0u64; words * length as usize];
        for (resource, steps) in instance.caps.iter().enumerate() {
            let (word, shift) = (resource / lanes, (resource % lanes) as u32 * lane);
            for (k, &(from, amount)) in steps.iter().enumerate() {
                let until = steps.get(k + 1).map_or(length, |next| next.0.min(length));
                for t in from..until {
                    full[t as usize * words + word] |= (amount as u64) << shift;
                }
            }
        }
        Self {
            kind: Kind::Dense {
                words,
                lane,
                guard,
                free: full.clone(),
                full,
                length,
                clean: 0,
            },
        }
    }

    pub(crate) fn pack(&self, way: &Way) -> Packed {
        match &self.kind {
            Kind::Dense { words, lane, .. } => {
                let lanes = (64 / lane) as usize;
                let mut packed = vec![0; *words];
                for &(resource, amount) in &way.usage {
                    packed[resource / lanes] |=
                        (amount as u64) << ((resource % lanes) as u32 * lane);
                }
                packed
            }
            Kind::Steps { .. } => Vec::new(),
        }
    }

    pub(crate) fn clear(&mut self) {
        match &mut self.kind {
            Kind::Dense {
                words,
                full,
                free,
                clean,
                ..
            } => {
                let until = *clean as usize * *words;
                free[..until].copy_from_slice(&full[..until]);
                *clean = 0;
            }
            Kind::Steps { full, free } => free.clone_from(full),
        }
    }

    /// The earliest fit from a time on.
    #[inline]
    pub(crate) fn fit(&self, earliest: i32, way: &Way, packed: &[u64]) -> Option<i32> {
        let duration = way.duration;
        match &self.kind {
            Kind::Dense {
                words: 1,
                guard,
                free,
                length,
                ..
            } => {
                let (guard, need) = (*guard, packed[0]);
                let mut start = earliest;
                let mut known = earliest;
                if need == 0 {
                    return (start + duration <= *length).then_some(start);
                }
                'next: loop {
                    let end = start + duration;
                    if end > *length {
                        return None;
                    }
                    let low = start.max(known);
                    for (k, have) in free[low as usize..end as usize].iter().enumerate().rev() {
                        if ((have | guard) - need) & guard != guard {
                            start = low + k as i32 + 1;
                            known = end;
                            continue 'next;
                        }
                    }
                    return Some(start);
                }
            }
            Kind::Dense {
                words,
                guard,
                free,
                length,
                ..
            } => {
                let mut start = earliest;
                let mut known = earliest;
                'next: loop {
                    let end = start + duration;
                    if end > *length {
                        return None;
                    }
                    let low = start.max(known);
                    for t in (low..end).rev() {
                        let at = t as usize * words;
                        for (have, need) in free[at..at + words].iter().zip(packed) {
                            if ((have | guard) - need) & guard != *guard {
                                start = t + 1;
                                known = end;
                                continue 'next;
                            }
                        }
                    }
                    return Some(start);
                }
            }
            Kind::Steps { free, .. } => {
                let mut start = earliest as u32;
                'again: loop {
                    for &(resource, amount) in &way.usage {
                        let fit = free[resource].fit(start, duration as u32, amount as u32)?;
                        if fit > start {
                            start = fit;
                            continue 'again;
                        }
                    }
                    return i32::try_from(start).ok();
                }
            }
        }
    }

    /// The latest fit that is over by a time.
    #[inline]
    pub(crate) fn fit_before(&self, latest: i32, way: &Way, packed: &[u64]) -> Option<i32> {
        let duration = way.duration;
        match &self.kind {
            Kind::Dense {
                words: 1,
                guard,
                free,
                ..
            } => {
                let (guard, need) = (*guard, packed[0]);
                let mut start = latest - duration;
                let mut known = latest;
                if need == 0 {
                    return (start >= 0).then_some(start);
                }
                'later: loop {
                    if start < 0 {
                        return None;
                    }
                    let high = known.min(start + duration);
                    for (k, have) in free[start as usize..high as usize].iter().enumerate() {
                        if ((have | guard) - need) & guard != guard {
                            known = start;
                            start += k as i32 - duration;
                            continue 'later;
                        }
                    }
                    return Some(start);
                }
            }
            Kind::Dense {
                words, guard, free, ..
            } => {
                let mut start = latest - duration;
                // From here on all is known to be free.
                let mut known = latest;
                'next: loop {
                    if start < 0 {
                        return None;
                    }
                    let high = known.min(start + duration);
                    let moments =
                        free[start as usize * words..high as usize * words].chunks(*words);
                    for (k, there) in moments.enumerate() {
                        let short =
                            |(have, need): (&u64, &u64)| ((have | guard) - need) & guard != *guard;
                        if there.iter().zip(packed).any(short) {
                            known = start;
                            start += k as i32 - duration;
                            continue 'next;
                        }
                    }
                    return Some(start);
                }
            }
            Kind::Steps { free, .. } => {
                let mut end = u32::try_from(latest).ok()?;
                'again: loop {
                    for &(resource, amount) in &way.usage {
                        let fit = free[resource].fit_before(end, duration as u32, amount as u32)?;
                        if fit + (duration as u32) < end {
                            end = fit + duration as u32;
                            continue 'again;
                        }
                    }
                    return i32::try_from(end)
                        .ok()
                        .map(|end| end - duration)
                        .filter(|&s| s >= 0);
                }
            }
        }
    }

    #[inline]
    pub(crate) fn take(&mut self, start: i32, way: &Way, packed: &[u64]) {
        match &mut self.kind {
            Kind::Dense {
                words,
                free,
                clean,
                length,
                ..
            } => {
                let end = (start + way.duration).min(*length);
                *clean = (*clean).max(end);
                if *words == 1 {
                    let need = packed[0];
                    for have in &mut free[start as usize..end.max(start) as usize] {
                        *have -= need;
                    }
                } else {
                    for t in start..end {
                        let at = t as usize * *words;
                        for (have, need) in free[at..at + *words].iter_mut().zip(packed) {
                            *have -= need;
                        }
                    }
                }
            }
            Kind::Steps { free, .. } => {
                for &(resource, amount) in &way.usage {
                    free[resource].take(
                        start as u32,
                        (start + way.duration) as u32,
                        i64::from(amount),
                    );
                }
            }
        }
    }
}

/// Makes schedules of one instance, again and again.
pub(crate) struct Decoder<'a> {
    pub(crate) instance: &'a Instance,
    line: Line,
    packed: Vec<Vec<Packed>>,
    /// By task: when it ends in the schedule being made forward.
    ends: Vec<i32>,
    /// What comes before each task, one after the other, with where each begins.
    before: Vec<(u32, i32)>,
    before_from: Vec<u32>,
    after: Vec<(u32, i32)>,
    after_from: Vec<u32>,
    /// Tasks in the order of the last sort.
    sorted: Vec<u32>,
    buckets: Vec<u32>,
    drawn: Vec<i64>,
    /// Schedules made.
    pub(crate) made: u64,
}

impl<'a> Decoder<'a> {
    /// Schedules that end after `length` are not made where the line is dense.
    pub(crate) fn new(instance: &'a Instance, length: i32) -> Self {
        let line = Line::new(instance, length.max(1));
        let packed = instance
            .ways
            .iter()
            .map(|mine| mine.iter().map(|way| line.pack(way)).collect())
            .collect();
        let flat = |lists: &[Vec<(usize, i32)>]| {
            let mut all = Vec::new();
            let mut from = vec![0];
            for list in lists {
                all.extend(list.iter().map(|&(other, lag)| (other as u32, lag)));
                from.push(all.len() as u32);
            }
            (all, from)
        };
        let (before, before_from) = flat(&instance.pred);
        let (after, after_from) = flat(&instance.succ);
        Self {
            instance,
            line,
            packed,
            ends: vec![0; instance.n],
            before,
            before_from,
            after,
            after_from,
            sorted: Vec::new(),
            buckets: Vec::new(),
            drawn: Vec::new(),
            made: 0,
        }
    }

    /// Serial generation: each task in turn as early as it can. `order` has what comes before first.
    /// With `switch`, each task may change to the mode in which it ends first, within the budgets.
    pub(crate) fn forward(
        &mut self,
        order: &[u32],
        modes: &mut [u8],
        starts: &mut [i32],
        switch: bool,
    ) -> Option<i32> {
        let instance = self.instance;
        self.made += 1;
        self.line.clear();
        if switch {
            self.drawn = instance.drawn(modes);
        }
        let mut makespan = 0;
        for &task in order {
            let task = task as usize;
            let mut earliest = instance.release[task];
            let waits = self.before_from[task] as usize..self.before_from[task + 1] as usize;
            for &(other, lag) in &self.before[waits] {
                earliest = earliest.max(self.ends[other as usize] + lag);
            }
            let mut mode = modes[task] as usize;
            let ways = &instance.ways[task];
            let mut start = self
                .line
                .fit(earliest, &ways[mode], &self.packed[task][mode]);
            if switch && ways.len() > 1 {
                let now = mode;
                for (other, way) in ways.iter().enumerate() {
                    if other == now || !self.affords(task, now, other) {
                        continue;
                    }
                    let fit = self.line.fit(earliest, way, &self.packed[task][other]);
                    let better = match (fit, start) {
                        (Some(fit), Some(start)) => {
                            fit + way.duration < start + ways[mode].duration
                        }
                        (fit, None) => fit.is_some(),
                        (None, _) => false,
                    };
                    if better {
                        start = fit;
                        mode = other;
                    }
                }
                self.change(task, now, mode);
                modes[task] = mode as u8;
            }
            let start = start?;
            starts[task] = start;
            self.line.take(start, &ways[mode], &self.packed[task][mode]);
            let end = start + ways[mode].duration;
            self.ends[task] = end;
            makespan = makespan.max(end);
        }
        Some(makespan)
    }

    /// The mirror of `forward`: each task as late as it can, all over by `latest`. `order` has what
    /// comes after first.
    pub(crate) fn backward(
        &mut self,
        order: &[u32],
        modes: &mut [u8],
        starts: &mut [i32],
        latest: i32,
        switch: bool,
    ) -> bool {
        let instance = self.instance;
        self.made += 1;
        self.line.clear();
        if switch {
            self.drawn = instance.drawn(modes);
        }
        for &task in order {
            let task = task as usize;
            let mut end = latest;
            let waits = self.after_from[task] as usize..self.after_from[task + 1] as usize;
            for &(other, lag) in &self.after[waits] {
                end = end.min(starts[other as usize] - lag);
            }
            let mut mode = modes[task] as usize;
            let ways = &instance.ways[task];
            let mut start = self
                .line
                .fit_before(end, &ways[mode], &self.packed[task][mode]);
            if switch && ways.len() > 1 {
                let now = mode;
                for (other, way) in ways.iter().enumerate() {
                    if other == now || !self.affords(task, now, other) {
                        continue;
                    }
                    let fit = self.line.fit_before(end, way, &self.packed[task][other]);
                    if fit > start {
                        start = fit;
                        mode = other;
                    }
                }
                self.change(task, now, mode);
                modes[task] = mode as u8;
            }
            let Some(start) = start.filter(|&start| start >= instance.release[task]) else {
                return false;
            };
            starts[task] = start;
            self.line.take(start, &ways[mode], &self.packed[task][mode]);
        }
        true
    }

    fn affords(&self, task: usize, now: usize, other: usize) -> bool {
        let ways = &self.instance.ways[task];
        self.drawn.iter().enumerate().all(|(b, drawn)| {
            drawn - ways[now].draw[b] + ways[other].draw[b] <= self.instance.budgets[b]
        })
    }

    fn change(&mut self, task: usize, now: usize, other: usize) {
        if now != other {
            let ways = &self.instance.ways[task];
            for (b, drawn) in self.drawn.iter_mut().enumerate() {
                *drawn += ways[other].draw[b] - ways[now].draw[b];
            }
        }
    }

    /// Justifies to the right and back to the left until the makespan no longer falls, `rounds`
    /// times at most. Starts, modes and makespan afterwards are of a schedule no longer than before.
    pub(crate) fn justify(
        &mut self,
        modes: &mut Vec<u8>,
        starts: &mut Vec<i32>,
        makespan: i32,
        rounds: usize,
        switch: bool,
    ) -> i32 {
        let mut best = makespan;
        for _ in 0..rounds {
            let (kept_modes, kept_starts) = (modes.clone(), starts.clone());
            let order = self.sort(starts, modes, true);
            let fits = self.backward(&order, modes, starts, best, switch);
            self.sorted = order;
            let end = if fits {
                let order = self.sort(starts, modes, false);
                let end = self.forward(&order, modes, starts, switch);
                self.sorted = order;
                end
            } else {
                None
            };
            match end {
                Some(end) if end < best => best = end,
                Some(end) if end == best => break,
                _ => {
                    *modes = kept_modes;
                    *starts = kept_starts;
                    break;
                }
            }
        }
        best
    }

    /// Tasks by start, or by end from the last; what comes before first (last). Tasks of no
    /// duration keep their place by the order of precedence.
    fn sort(&mut self, starts: &[i32], modes: &[u8], by_end: bool) -> Vec<u32> {
        let instance = self.instance;
        let mut sorted = std::mem::take(&mut self.sorted);
        sorted.clear();
        let key = |task: usize| {
            if by_end {
                starts[task] + instance.ways[task][modes[task] as usize].duration
            } else {
                starts[task]
            }
        };
        let last = (0..instance.n).map(key).max().unwrap_or(0) as usize;
        if last > 16 * instance.n + 1000 {
            sorted.extend(instance.order.iter().map(|&task| task as u32));
            sorted.sort_by_key(|&task| key(task as usize));
            if by_end {
                sorted.reverse();
            }
            return sorted;
        }
        self.buckets.clear();
        self.buckets.resize(last + 2, 0);
        for task in 0..instance.n {
            self.buckets[key(task) as usize + 1] += 1;
        }
        for k in 1..self.buckets.len() {
            self.buckets[k] += self.buckets[k - 1];
        }
        sorted.resize(instance.n, 0);
        for &task in &instance.order {
            let place = &mut self.buckets[key(task) as usize];
            sorted[*place as usize] = task as u32;
            *place += 1;
        }
        if by_end {
            sorted.reverse();
        }
        sorted
    }

    /// Tasks in order of start.
    pub(crate) fn list(&mut self, starts: &[i32], modes: &[u8]) -> Vec<u32> {
        let sorted = self.sort(starts, modes, false);
        self.sorted = Vec::new();
        sorted
    }

    /// Parallel generation: moment after moment, the task with the smallest key that can start, starts.
    pub(crate) fn parallel(
        &mut self,
        key: &[f64],
        modes: &[u8],
        starts: &mut [i32],
    ) -> Option<i32> {
        let instance = self.instance;
        self.made += 1;
        self.line.clear();
        let mut waits: Vec<usize> = instance.pred.iter().map(Vec::len).collect();
        let mut ready: Vec<i32> = instance.release.clone();
        let mut eligible: Vec<usize> = (0..instance.n).filter(|&task| waits[task] == 0).collect();
        let (mut now, mut makespan) = (0, 0);
        let mut moments = std::collections::BTreeSet::new();
        for steps in &instance.caps {
            moments.extend(steps.iter().map(|step| step.0));
        }
        moments.extend(instance.release.iter().copied());
        while !eligible.is_empty() {
            eligible.sort_by(|&a, &b| key[a].total_cmp(&key[b]).then(a.cmp(&b)));
            let mut k = 0;
            while k < eligible.len() {
                let task = eligible[k];
                let way = &instance.ways[task][modes[task] as usize];
                let packed = &self.packed[task][modes[task] as usize];
                if ready[task] > now || !self.fits_at(now, way, packed) {
                    k += 1;
                    continue;
                }
                eligible.remove(k);
                starts[task] = now;
                self.line.take(now, way, packed);
                let end = now + way.duration;
                makespan = makespan.max(end);
                moments.insert(end);
                for &(other, lag) in &instance.succ[task] {
                    ready[other] = ready[other].max(end + lag);
                    moments.insert(end + lag);
                    waits[other] -= 1;
                    if waits[other] == 0 {
                        eligible.push(other);
                        k = 0;
                    }
                }
                if k == 0 {
                    eligible.sort_by(|&a, &b| key[a].total_cmp(&key[b]).then(a.cmp(&b)));
                }
            }
            if !eligible.is_empty() {
                now = *moments.range(now + 1..).next()?;
            }
        }
        Some(makespan)
    }

    fn fits_at(&self, now: i32, way: &Way, packed: &[u64]) -> bool {
        self.line.fit_before(now + way.duration, way, packed) == Some(now)
    }
}

/// An order that has what comes before first and otherwise follows rising keys.
pub(crate) fn order_by(
    instance: &Instance,
    keys: &[i64],
    order: &mut Vec<u32>,
    by_key: &mut Vec<u32>,
    placed: &mut Vec<bool>,
) {
    by_key.clear();
    by_key.extend(0..instance.n as u32);
    by_key.sort_unstable_by_key(|&task| (keys[task as usize], task));
    placed.clear();
    placed.resize(instance.n, false);
    order.clear();
    let mut stack: Vec<u32> = Vec::new();
    for &first in by_key.iter() {
        stack.push(first);
        while let Some(&task) = stack.last() {
            if placed[task as usize] {
                stack.pop();
                continue;
            }
            // Of what must come before, that with the smallest key first.
            let missing = instance.pred[task as usize]
                .iter()
                .map(|arc| arc.0)
                .filter(|&other| !placed[other])
                .min_by_key(|&other| (keys[other], other));
            match missing {
                Some(other) => stack.push(other as u32),
                None => {
                    placed[task as usize] = true;
                    order.push(task);
                    stack.pop();
                }
            }
        }
    }
}
