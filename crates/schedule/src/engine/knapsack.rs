//! Sums with a limit: budgets, and what all tasks together take of a resource until the last end.
//!
//! A task counts with the least any of its remaining modes needs. A mode that would lift the sum
//! over the limit is excluded.

use super::{Engine, Lit, Reason, TaskVars};
use crate::bound::{self, Row};
use crate::instance::Instance;

pub(crate) struct Knapsack {
    /// By task: what each mode needs; empty for tasks that are settled, whose needs are off the limit.
    needs: Vec<Vec<i64>>,
    limit: Limit,
    /// By task: the least that is counted now.
    least: Vec<i64>,
    /// By task: the least any mode needs.
    bottom: Vec<i64>,
    sum: i64,
    /// Tasks with modes that differ, by falling spread.
    tasks: Vec<(u32, i64)>,
}

enum Limit {
    Fixed(i64),
    /// By makespan.
    Until(Vec<i64>),
}

pub(crate) fn all(
    instance: &Instance,
    tasks: &[TaskVars],
    most: i32,
    kept: &[Option<u8>],
    rows: &[Row],
) -> Vec<Knapsack> {
    if tasks.iter().all(|vars| vars.modes.is_empty()) {
        return Vec::new();
    }
    let mut all = Vec::new();
    for row in rows {
        let limit = match &row.limit {
            bound::Limit::Fixed(limit) => Limit::Fixed(*limit),
            limit => Limit::Until((0..=most.max(0)).map(|t| limit.at(t)).collect()),
        };
        all.push(one(instance, tasks, kept, limit, |task, way| {
            row.needs[task][way]
        }));
    }
    all
}

fn one(
    instance: &Instance,
    tasks: &[TaskVars],
    kept: &[Option<u8>],
    limit: Limit,
    need: impl Fn(usize, usize) -> i64,
) -> Knapsack {
    let mut settled = 0;
    let mut needs = Vec::with_capacity(instance.n);
    let mut open = Vec::new();
    for (task, vars) in tasks.iter().enumerate() {
        if vars.modes.is_empty() {
            settled += need(
                task,
                kept.get(task).copied().flatten().unwrap_or(0) as usize,
            );
            needs.push(Vec::new());
        } else {
            let mine: Vec<i64> = (0..instance.ways[task].len())
                .map(|way| need(task, way))
                .collect();
            let most = mine.iter().copied().max().unwrap_or(0);
            let least = mine.iter().copied().min().unwrap_or(0);
            if most > least {
                open.push((task as u32, most - least));
            }
            needs.push(mine);
        }
    }
    let limit = match limit {
        Limit::Fixed(limit) => Limit::Fixed(limit - settled),
        Limit::Until(row) => Limit::Until(row.iter().map(|limit| limit - settled).collect()),
    };
    open.sort_by_key(|&(task, spread)| (-spread, task));
    Knapsack {
        least: vec![0; instance.n],
        bottom: needs
            .iter()
            .map(|mine: &Vec<i64>| mine.iter().copied().min().unwrap_or(0))
            .collect(),
        needs,
        limit,
        sum: 0,
        tasks: open,
    }
}

impl Engine<'_> {
    fn limit_of(&self, which: usize) -> i64 {
        match &self.knapsacks[which].limit {
            Limit::Fixed(limit) => *limit,
            Limit::Until(row) => row[self.high(self.makespan) as usize],
        }
    }

    /// Counts what changed and excludes modes that no longer fit.
    pub(super) fn sum(&mut self) -> bool {
        let moved = std::mem::replace(&mut self.makespan_moved, false);
        let mut look = vec![moved; self.knapsacks.len()];
        while let Some(task) = self.sums.pop() {
            let task = task as usize;
            self.summed[task] = false;
            for (which, look) in look.iter_mut().enumerate() {
                let sack = &self.knapsacks[which];
                let mut least = i64::MAX;
                for (k, &mode) in self.tasks[task].modes.iter().enumerate() {
                    if self.mode_open(mode) {
                        least = least.min(sack.needs[task][k]);
                    }
                }
                if least == i64::MAX {
                    least = 0;
                }
                let change = least - sack.least[task];
                if change != 0 {
                    let sack = &mut self.knapsacks[which];
                    sack.sum += change;
                    sack.least[task] = least;
                    *look |= change > 0;
                }
            }
        }
        for (which, look) in look.into_iter().enumerate() {
            if !look {
                continue;
            }
            let spare = self.limit_of(which) - self.knapsacks[which].sum;
            if spare < 0 {
                let mut conflict = std::mem::take(&mut self.conflict);
                conflict.clear();
                self.explain_excess(which, None, self.trail.len() as u32, &mut conflict);
                self.conflict = conflict;
                return false;
            }
            for k in 0..self.knapsacks[which].tasks.len() {
                let (task, spread) = self.knapsacks[which].tasks[k];
                if spread <= spare {
                    break;
                }
                let task = task as usize;
                for m in 0..self.tasks[task].modes.len() {
                    let mode = self.tasks[task].modes[m];
                    let sack = &self.knapsacks[which];
                    if self.mode_open(mode)
                        && sack.needs[task][m] - sack.least[task] > spare
                        && !self.push(2 * mode + 1, 0, Reason::Sum(which as u32))
                    {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// Why a mode is excluded by a sum.
    pub(super) fn explain_sum(&self, which: usize, lit: Lit, k: u32, out: &mut Vec<Lit>) {
        let task = self.owner[(lit.view >> 1) as usize] as usize;
        let mode = self.tasks[task]
            .modes
            .iter()
            .position(|&m| m == lit.view >> 1)
            .unwrap_or(0);
        self.explain_excess(which, Some((task, mode)), k, out);
    }

    /// Why the sum, with one task in one mode, exceeds its limit.
    fn explain_excess(
        &self,
        which: usize,
        with: Option<(usize, usize)>,
        k: u32,
        out: &mut Vec<Lit>,
    ) {
        let sack = &self.knapsacks[which];
        let limit = match &sack.limit {
            Limit::Fixed(limit) => *limit,
            Limit::Until(row) => {
                let high = -self.bound_at(2 * self.makespan + 1, k);
                out.push(Lit::at_most(self.makespan, high));
                row[high as usize]
            }
        };
        // (gain over the root, task, least now)
        let mut gains: Vec<(i64, usize, i64)> = Vec::new();
        let mut total = 0;
        for (task, vars) in self.tasks.iter().enumerate() {
            if vars.modes.is_empty() {
                continue;
            }
            let needs = &sack.needs[task];
            if let Some((one, mode)) = with
                && one == task
            {
                total += needs[mode];
                continue;
            }
            let bottom = sack.bottom[task];
            // What is counted only grew since: most tasks are at their least even now.
            if sack.least[task] == bottom && !self.summed[task] {
                total += bottom;
                continue;
            }
            let mut least = i64::MAX;
            for (m, &mode) in vars.modes.iter().enumerate() {
                if self.bound_at(2 * mode + 1, k) < 0 {
                    least = least.min(needs[m]);
                }
            }
            if least == i64::MAX {
                least = bottom;
            }
            total += least;
            if least > bottom {
                gains.push((least - bottom, task, least));
            }
        }
        let mut spare = total - limit - 1;
        debug_assert!(spare >= 0, "the sum exceeded its limit");
        gains.sort_unstable();
        for (gain, task, least) in gains {
            if gain <= spare {
                spare -= gain;
                continue;
            }
            let open: Vec<usize> = (0..sack.needs[task].len())
                .filter(|&m| sack.needs[task][m] >= least)
                .collect();
            self.explain_modes(task, &open, k, out);
        }
    }
}
