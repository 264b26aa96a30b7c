//! A project made ready for searching: indices for names, modes that can't serve left out, circles found.

use crate::project::{Project, ProjectError};
use crate::schedule::Schedule;

/// Times from here on are not counted with.
pub(crate) const FAR: i32 = 1 << 29;

/// Modes that no other beats, of one task: more are refused.
const MOST_MODES: usize = 250;

/// One mode that can serve.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) duration: i32,
    /// By resource, rising.
    pub(crate) usage: Vec<(usize, i32)>,
    /// By budget, all of them.
    pub(crate) draw: Vec<i64>,
    /// Its place in the project.
    pub(crate) place: u32,
}

impl Way {
    pub(crate) fn uses(&self, resource: usize) -> i32 {
        self.usage
            .iter()
            .find(|used| used.0 == resource)
            .map_or(0, |used| used.1)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Instance {
    pub(crate) n: usize,
    pub(crate) ways: Vec<Vec<Way>>,
    pub(crate) succ: Vec<Vec<(usize, i32)>>,
    pub(crate) pred: Vec<Vec<(usize, i32)>>,
    /// Tasks with what comes before first.
    pub(crate) order: Vec<usize>,
    /// By resource: from when on how much.
    pub(crate) caps: Vec<Vec<(i32, i32)>>,
    pub(crate) budgets: Vec<i64>,
    /// No schedule needs to go further, where capacity at the end is enough for every task.
    pub(crate) horizon: i32,
    pub(crate) release: Vec<i32>,
    /// Earliest start by release and precedence.
    pub(crate) head: Vec<i32>,
    /// Least time from the start of a task to the end of all.
    pub(crate) tail: Vec<i32>,
    pub(crate) multi: bool,
}

impl Instance {
    /// Nothing inside means that no schedule exists: a task has no mode that can serve.
    pub(crate) fn new(project: &Project) -> Result<Option<Self>, ProjectError> {
        let n = project.tasks.len();
        let small = |value: u64, what| {
            if value < FAR as u64 {
                Ok(value as i32)
            } else {
                Err(ProjectError::TooLarge(what))
            }
        };
        if n > 1_000_000 {
            return Err(ProjectError::TooLarge("the number of tasks"));
        }
        let mut caps = Vec::new();
        for resource in &project.resources {
            let mut steps: Vec<(i32, i32)> = Vec::new();
            for &(from, amount) in &resource.capacity {
                // Steps beyond all counting are beyond every schedule that is counted with.
                if u64::from(from) < FAR as u64 {
                    steps.push((from as i32, amount.min(FAR as u32) as i32));
                }
            }
            caps.push(steps);
        }
        let mut budgets: Vec<i64> = project
            .budgets
            .iter()
            .map(|budget| budget.limit.min(1 << 60) as i64)
            .collect();

        let mut ways: Vec<Vec<Way>> = Vec::with_capacity(n);
        let mut release = Vec::with_capacity(n);
        for task in &project.tasks {
            if task.modes.is_empty() {
                return Err(ProjectError::NoMode(task.name.clone()));
            }
            release.push(small(u64::from(task.release), "a release")?);
            let mut mine = Vec::new();
            for (place, mode) in task.modes.iter().enumerate() {
                let mut amounts = vec![0u64; caps.len()];
                for &(resource, amount) in &mode.usage {
                    let known = amounts.len();
                    let slot = amounts.get_mut(resource.index()).ok_or_else(|| {
                        ProjectError::UnknownResource {
                            task: task.name.clone(),
                            resource: resource.0,
                            known,
                        }
                    })?;
                    *slot += u64::from(amount);
                }
                let mut draw = vec![0i64; budgets.len()];
                for &(budget, amount) in &mode.draw {
                    let known = draw.len();
                    let slot = draw.get_mut(budget.index()).ok_or_else(|| {
                        ProjectError::UnknownBudget {
                            task: task.name.clone(),
                            budget: budget.0,
                            known,
                        }
                    })?;
                    *slot += i64::from(amount);
                }
                let duration = small(u64::from(mode.duration), "a duration")?;
                let fits = duration == 0
                    || amounts
                        .iter()
                        .zip(&caps)
                        .all(|(&amount, steps)| steps.iter().any(|step| step.1 as u64 >= amount));
                if fits {
                    let usage = amounts
                        .iter()
                        .enumerate()
                        .filter(|&(_, &amount)| amount > 0 && duration > 0)
                        .map(|(resource, &amount)| (resource, amount as i32))
                        .collect();
                    mine.push(Way {
                        duration,
                        usage,
                        draw,
                        place: place as u32,
                    });
                }
            }
            ways.push(mine);
        }
        let mut succ = vec![Vec::new(); n];
        let mut pred = vec![Vec::new(); n];
        for arc in &project.precedence {
            for end in [arc.before, arc.after] {
                if end.index() >= n {
                    return Err(ProjectError::UnknownTask {
                        task: end.0,
                        known: n,
                    });
                }
            }
            let lag = small(u64::from(arc.lag), "a lag")?;
            succ[arc.before.index()].push((arc.after.index(), lag));
        }
        for (task, after) in succ.iter_mut().enumerate() {
            // Of two arcs between the same tasks the longer lag holds.
            after.sort_unstable_by_key(|&(other, lag)| (other, -lag));
            after.dedup_by_key(|arc| arc.0);
            for &(other, lag) in after.iter() {
                pred[other].push((task, lag));
            }
        }
        let order = order_of(project, &succ, &pred)?;

        if !reduce(&mut ways, &mut budgets) {
            return Ok(None);
        }
        if ways.iter().any(|mine| mine.len() > MOST_MODES) {
            return Err(ProjectError::TooLarge("the number of modes of a task"));
        }
        let mut total: u64 = release.iter().copied().max().unwrap_or(0) as u64;
        total += caps
            .iter()
            .filter_map(|steps| steps.last())
            .map(|step| step.0 as u64)
            .max()
            .unwrap_or(0);
        for (mine, after) in ways.iter().zip(&succ) {
            total += mine
                .iter()
                .map(|way| way.duration as u64)
                .max()
                .unwrap_or(0);
            total += after.iter().map(|arc| arc.1 as u64).max().unwrap_or(0);
        }
        let horizon = small(total, "the sum of all durations and lags")?;
        let multi = ways.iter().any(|mine| mine.len() > 1);
        let mut instance = Self {
            n,
            ways,
            succ,
            pred,
            order,
            caps,
            budgets,
            horizon,
            head: release.clone(),
            release,
            tail: Vec::new(),
            multi,
        };
        instance.measure();
        Ok(Some(instance))
    }

    pub(crate) fn shortest(&self, task: usize) -> i32 {
        self.ways[task]
            .iter()
            .map(|way| way.duration)
            .min()
            .unwrap_or(0)
    }

    /// Heads and tails from the shortest modes.
    fn measure(&mut self) {
        let shortest: Vec<i32> = (0..self.n).map(|task| self.shortest(task)).collect();
        for &task in &self.order {
            let end = self.head[task] + shortest[task];
            for &(other, lag) in &self.succ[task] {
                self.head[other] = self.head[other].max(end + lag);
            }
        }
        self.tail = vec![0; self.n];
        for &task in self.order.iter().rev() {
            let after = self.succ[task]
                .iter()
                .map(|&(other, lag)| lag + self.tail[other])
                .max()
                .unwrap_or(0);
            self.tail[task] = after + shortest[task];
        }
    }

    /// The makespan no schedule can be under, by precedence alone.
    pub(crate) fn critical_path(&self) -> i32 {
        (0..self.n)
            .map(|task| self.head[task] + self.tail[task])
            .max()
            .unwrap_or(0)
    }

    pub(crate) fn makespan(&self, starts: &[i32], modes: &[u8]) -> i32 {
        (0..self.n)
            .map(|task| starts[task] + self.ways[task][modes[task] as usize].duration)
            .max()
            .unwrap_or(0)
    }

    /// What all tasks draw from each budget.
    pub(crate) fn drawn(&self, modes: &[u8]) -> Vec<i64> {
        let mut drawn = vec![0; self.budgets.len()];
        for (mine, &mode) in self.ways.iter().zip(modes) {
            for (sum, amount) in drawn.iter_mut().zip(&mine[mode as usize].draw) {
                *sum += amount;
            }
        }
        drawn
    }

    /// Whether the exact engine can count moments up to a makespan one by one.
    pub(crate) fn countable(&self, most: i32) -> bool {
        let moments = (self.caps.len() as u64 + 1) * most.max(0) as u64;
        let values: u64 = (0..self.n)
            .map(|task| (most - self.head[task] - self.tail[task]).max(0) as u64 * 2)
            .sum();
        let usage = (0..self.caps.len()).all(|r| {
            let sum: i64 = self
                .ways
                .iter()
                .map(|mine| {
                    mine.iter()
                        .map(|way| i64::from(way.uses(r)))
                        .max()
                        .unwrap_or(0)
                })
                .sum();
            sum < i64::from(FAR)
        });
        usage && moments <= 20_000_000 && values <= 40_000_000
    }

    /// In the words of the project.
    pub(crate) fn schedule(&self, starts: &[i32], modes: &[u8]) -> Schedule {
        Schedule {
            starts: starts.iter().map(|&start| start as u32).collect(),
            modes: modes
                .iter()
                .zip(&self.ways)
                .map(|(&mode, mine)| mine[mode as usize].place)
                .collect(),
        }
    }
}

fn order_of(
    project: &Project,
    succ: &[Vec<(usize, i32)>],
    pred: &[Vec<(usize, i32)>],
) -> Result<Vec<usize>, ProjectError> {
    let n = succ.len();
    let mut open: Vec<usize> = pred.iter().map(Vec::len).collect();
    let mut order: Vec<usize> = (0..n).filter(|&task| open[task] == 0).collect();
    let mut k = 0;
    while k < order.len() {
        for &(other, _) in &succ[order[k]] {
            open[other] -= 1;
            if open[other] == 0 {
                order.push(other);
            }
        }
        k += 1;
    }
    if order.len() == n {
        return Ok(order);
    }
    // Walking back from a task that waits leads into a circle.
    let mut seen = vec![usize::MAX; n];
    let mut path = Vec::new();
    let mut task = (0..n)
        .find(|&task| open[task] > 0)
        .expect("some task waits");
    while seen[task] == usize::MAX {
        seen[task] = path.len();
        path.push(task);
        task = pred[task]
            .iter()
            .map(|arc| arc.0)
            .find(|&other| open[other] > 0)
            .expect("who waits, waits for one who waits");
    }
    let names = path[seen[task]..]
        .iter()
        .rev()
        .take(12)
        .map(|&task| project.tasks[task].name.clone())
        .collect();
    Err(ProjectError::Circle(names))
}

/// Leaves out modes that the budgets can't carry and modes another mode beats in everything.
/// Returns false when a task is left without one, or the thriftiest modes exceed a budget.
fn reduce(ways: &mut [Vec<Way>], budgets: &mut [i64]) -> bool {
    loop {
        let mut changed = false;
        let least: Vec<Vec<i64>> = ways
            .iter()
            .map(|mine| {
                (0..budgets.len())
                    .map(|b| mine.iter().map(|way| way.draw[b]).min().unwrap_or(0))
                    .collect()
            })
            .collect();
        let sums: Vec<i64> = (0..budgets.len())
            .map(|b| least.iter().map(|mine| mine[b]).sum())
            .collect();
        if ways.iter().any(Vec::is_empty) || sums.iter().zip(budgets.iter()).any(|(s, b)| s > b) {
            return false;
        }
        for (mine, least) in ways.iter_mut().zip(&least) {
            let before = mine.len();
            mine.retain(|way| {
                (0..budgets.len()).all(|b| sums[b] - least[b] + way.draw[b] <= budgets[b])
            });
            let mut keep = vec![true; mine.len()];
            for a in 0..mine.len() {
                for b in 0..mine.len() {
                    if a != b && keep[a] && keep[b] && beats(&mine[a], &mine[b]) {
                        keep[b] = false;
                    }
                }
            }
            let mut k = 0;
            mine.retain(|_| {
                k += 1;
                keep[k - 1]
            });
            changed |= mine.len() != before;
        }
        if !changed {
            break;
        }
    }
    // What every mode of a task draws is taken off the budget, which makes the rest sharper.
    for (b, budget) in budgets.iter_mut().enumerate() {
        for mine in ways.iter_mut() {
            let least = mine.iter().map(|way| way.draw[b]).min().unwrap_or(0);
            *budget -= least;
            for way in mine.iter_mut() {
                way.draw[b] -= least;
            }
        }
    }
    true
}

/// Whether the first mode is at least as good as the second in everything.
fn beats(one: &Way, other: &Way) -> bool {
    one.duration <= other.duration
        && one.draw.iter().zip(&other.draw).all(|(a, b)| a <= b)
        && one
            .usage
            .iter()
            .all(|&(resource, amount)| other.uses(resource) >= amount)
}
