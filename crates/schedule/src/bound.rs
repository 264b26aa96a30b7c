//! Makespans no schedule can be under, before anything is searched.
//!
//! Three arguments: the longest chain of tasks; the work a resource must do between the earliest
//! heads and the latest tails of those who use it; and, with modes, prices on resources and budgets
//! under which even the cheapest choice of modes costs more than there is.

use crate::instance::Instance;

/// The best of the cheap bounds.
pub(crate) fn lower(instance: &Instance) -> i32 {
    let mut bound = instance.critical_path();
    for resource in 0..instance.caps.len() {
        bound = bound.max(work(instance, resource));
    }
    bound
}

/// The least work of a task on a resource.
fn least_work(instance: &Instance, task: usize, resource: usize) -> i64 {
    instance.ways[task]
        .iter()
        .map(|way| i64::from(way.uses(resource)) * i64::from(way.duration))
        .min()
        .unwrap_or(0)
}

/// For each pair of a head and a tail: the tasks that start no earlier and have at least so much to
/// come must do their work in between.
fn work(instance: &Instance, resource: usize) -> i32 {
    let capacity = instance.caps[resource]
        .iter()
        .map(|step| i64::from(step.1))
        .max()
        .unwrap_or(0);
    if capacity == 0 {
        return 0;
    }
    // (head, rest after the task, work)
    let mut tasks: Vec<(i32, i32, i64)> = (0..instance.n)
        .map(|task| {
            let rest = instance.tail[task] - instance.shortest(task);
            (
                instance.head[task],
                rest,
                least_work(instance, task, resource),
            )
        })
        .filter(|task| task.2 > 0)
        .collect();
    tasks.sort_unstable();
    let mut rests: Vec<i32> = tasks.iter().map(|task| task.1).collect();
    rests.sort_unstable();
    rests.dedup();
    let mut bound = 0;
    if tasks.len() * rests.len() > 4_000_000 {
        rests.truncate(1);
    }
    for rest in rests {
        let mut sum = 0i64;
        for k in (0..tasks.len()).rev() {
            if tasks[k].1 >= rest {
                sum = sum.saturating_add(tasks[k].2);
            }
            if k == 0 || tasks[k - 1].0 < tasks[k].0 {
                let days = i32::try_from(sum.saturating_add(capacity - 1) / capacity).unwrap_or(0);
                if sum > 0 {
                    bound = bound.max(tasks[k].0.saturating_add(days).saturating_add(rest));
                }
            }
        }
    }
    bound
}

/// A sum over tasks that every schedule keeps under a limit: `needs` by task and mode.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) needs: Vec<Vec<i64>>,
    /// By makespan, from 0 on.
    pub(crate) limit: Limit,
}

#[derive(Clone, Debug)]
pub(crate) enum Limit {
    Fixed(i64),
    /// What a resource offers between a head and a rest before the end.
    Offer {
        sums: std::sync::Arc<Vec<i64>>,
        head: i32,
        rest: i32,
    },
    /// The makespan less what passes outside of tasks.
    Span(i64),
    /// Several limits, each so many times.
    Mixed(Vec<(i64, Limit)>),
}

impl Limit {
    pub(crate) fn at(&self, makespan: i32) -> i64 {
        match self {
            Limit::Fixed(limit) => *limit,
            Limit::Offer { sums, head, rest } => {
                let until = (makespan - rest).max(*head) as usize;
                let last = sums.len() - 1;
                sums[until.min(last)] - sums[(*head as usize).min(last)]
            }
            Limit::Span(less) => i64::from(makespan) - less,
            Limit::Mixed(parts) => parts.iter().fold(0, |sum: i64, (times, limit)| {
                sum.saturating_add(times.saturating_mul(limit.at(makespan)))
            }),
        }
    }
}

/// Budgets, and the work on each resource within so many windows, as rows.
pub(crate) fn rows(instance: &Instance, most: i32, windows_each: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for b in 0..instance.budgets.len() {
        rows.push(Row {
            needs: instance
                .ways
                .iter()
                .map(|ways| ways.iter().map(|way| way.draw[b]).collect())
                .collect(),
            limit: Limit::Fixed(instance.budgets[b]),
        });
    }
    for (r, steps) in instance.caps.iter().enumerate() {
        let mut sums = Vec::with_capacity(most.max(0) as usize + 1);
        let (mut sum, mut place) = (0i64, 0);
        for t in 0..=most.max(0) {
            sums.push(sum);
            while place + 1 < steps.len() && steps[place + 1].0 <= t {
                place += 1;
            }
            sum += i64::from(steps[place].1);
        }
        let sums = std::sync::Arc::new(sums);
        let work: Vec<Vec<i64>> = instance
            .ways
            .iter()
            .map(|ways| {
                ways.iter()
                    .map(|way| i64::from(way.uses(r)) * i64::from(way.duration))
                    .collect()
            })
            .collect();
        // Of all windows those in which the mean work is most against what there is.
        let rest = |task: usize| instance.tail[task] - instance.shortest(task);
        let users: Vec<usize> = (0..instance.n)
            .filter(|&task| work[task].iter().any(|&w| w > 0))
            .collect();
        if users.is_empty() {
            continue;
        }
        let spread = |mut values: Vec<i32>| {
            values.sort_unstable();
            values.dedup();
            let step = values.len().div_ceil(12).max(1);
            values.into_iter().step_by(step).collect::<Vec<_>>()
        };
        let heads = spread(users.iter().map(|&task| instance.head[task]).collect());
        let rests = spread(users.iter().map(|&task| rest(task)).collect());
        let mut windows: Vec<(f64, i32, i32)> = Vec::new();
        for &head in &heads {
            for &after in &rests {
                let inside = users
                    .iter()
                    .filter(|&&task| instance.head[task] >= head && rest(task) >= after);
                let mean: f64 = inside
                    .map(|&task| work[task].iter().sum::<i64>() as f64 / work[task].len() as f64)
                    .sum();
                let limit = Limit::Offer {
                    sums: sums.clone(),
                    head,
                    rest: after,
                }
                .at(instance.critical_path().min(most));
                windows.push((mean / (limit.max(1) as f64), head, after));
            }
        }
        windows.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let whole = (heads[0], rests[0]);
        let mut chosen = vec![whole];
        chosen.extend(
            windows
                .iter()
                .map(|w| (w.1, w.2))
                .filter(|&w| w != whole)
                .take(windows_each),
        );
        for (head, after) in chosen {
            rows.push(Row {
                needs: work
                    .iter()
                    .enumerate()
                    .map(|(task, needs)| {
                        let inside = instance.head[task] >= head && rest(task) >= after;
                        needs
                            .iter()
                            .map(|&need| if inside { need } else { 0 })
                            .collect()
                    })
                    .collect(),
                limit: Limit::Offer {
                    sums: sums.clone(),
                    head,
                    rest: after,
                },
            });
        }
    }
    rows
}

/// Prices on rows under which even the cheapest modes cost more than there is at a makespan, or come
/// as near to it as was found: multipliers by row, and whether the makespan is thereby excluded.
///
/// With L the limits and a the needs, in units of the limits, any prices p >= 0 exclude the makespan when
/// `sum over tasks of min over modes of p'a > sum of p`. Prices are improved by multiplicative steps
/// against the cheapest choice (Arora et al. 2012); longest chains under the mean of these choices come in as rows of their own.
pub(crate) fn prices(
    instance: &Instance,
    rows: &mut Vec<Row>,
    makespan: i32,
    rounds: usize,
) -> (Vec<i64>, bool) {
    let n = instance.n;
    let mut price: Vec<f64> = vec![1.0; rows.len()];
    let mut mean: Vec<Vec<f64>> = instance
        .ways
        .iter()
        .map(|ways| vec![0.0; ways.len()])
        .collect();
    let mut best: (f64, Vec<i64>) = (f64::NEG_INFINITY, vec![0; rows.len()]);
    let mut choice = vec![0usize; n];
    let mut cost: Vec<f64> = Vec::new();
    let mut taken = 0.0;
    for round in 0..rounds {
        let limits: Vec<i64> = rows.iter().map(|row| row.limit.at(makespan)).collect();
        let total: f64 = price.iter().sum();
        price.iter_mut().for_each(|p| *p /= total);
        let mut sum = 0.0;
        for (task, choice) in choice.iter_mut().enumerate() {
            cost.clear();
            cost.resize(instance.ways[task].len(), 0.0);
            for ((row, &p), &limit) in rows.iter().zip(&price).zip(&limits) {
                let unit = p / limit.max(1) as f64;
                for (cost, &need) in cost.iter_mut().zip(&row.needs[task]) {
                    *cost += unit * need as f64;
                }
            }
            let mut at = 0;
            for m in 1..cost.len() {
                if cost[m] < cost[at] {
                    at = m;
                }
            }
            *choice = at;
            sum += cost[at];
        }
        if sum - 1.0 > best.0 {
            best.0 = sum - 1.0;
            let largest = price
                .iter()
                .zip(&limits)
                .map(|(&p, &limit)| p / limit.max(1) as f64)
                .fold(0.0, f64::max);
            best.1 = price
                .iter()
                .zip(&limits)
                .map(|(&p, &limit)| (p / limit.max(1) as f64 / largest * 10_000.0).round() as i64)
                .collect();
            if sum > 1.0 && excluded(rows, &best.1, makespan) {
                return (best.1, true);
            }
        }
        // The mean of the choices, later ones counting more.
        let weight = (round + 1) as f64;
        taken += weight;
        for (mean, &choice) in mean.iter_mut().zip(&choice) {
            for (m, mean) in mean.iter_mut().enumerate() {
                let now = if m == choice { 1.0 } else { 0.0 };
                *mean += (now - *mean) * weight / taken;
            }
        }
        let rate = 4.0 / (1.0 + round as f64 / 8.0);
        for (p, (row, &limit)) in price.iter_mut().zip(rows.iter().zip(&limits)) {
            let used: i64 = (0..n).map(|task| row.needs[task][choice[task]]).sum();
            let over = (used - limit) as f64 / limit.max(1) as f64;
            *p = (*p * (rate * over).clamp(-2.0, 2.0).exp()).max(1e-9);
        }
        if round % 25 == 24 && rows.len() < 60 {
            let row = chain(instance, &mean);
            let used: f64 = row.0;
            if used > f64::from(makespan) {
                price.push(price.iter().sum::<f64>() / (2.0 * price.len() as f64));
                rows.push(row.1);
                best.1.push(0);
            }
        }
    }
    best.1.resize(rows.len(), 0);
    (best.1, false)
}

/// The longest chain of tasks when each takes the mean of its modes: its length, and its row.
fn chain(instance: &Instance, mean: &[Vec<f64>]) -> (f64, Row) {
    let n = instance.n;
    let length: Vec<f64> = (0..n)
        .map(|task| {
            instance.ways[task]
                .iter()
                .zip(&mean[task])
                .map(|(way, share)| f64::from(way.duration) * share)
                .sum()
        })
        .collect();
    let mut end = vec![0.0; n];
    let mut from = vec![usize::MAX; n];
    for &task in &instance.order {
        let mut start = f64::from(instance.release[task]);
        for &(other, lag) in &instance.pred[task] {
            if end[other] + f64::from(lag) > start {
                start = end[other] + f64::from(lag);
                from[task] = other;
            }
        }
        end[task] = start + length[task];
    }
    let last = (0..n)
        .max_by(|&a, &b| end[a].total_cmp(&end[b]).then(b.cmp(&a)))
        .unwrap_or(0);
    let mut needs: Vec<Vec<i64>> = instance
        .ways
        .iter()
        .map(|ways| vec![0; ways.len()])
        .collect();
    let mut less = 0i64;
    let mut task = last;
    loop {
        needs[task] = instance.ways[task]
            .iter()
            .map(|way| i64::from(way.duration))
            .collect();
        let before = from[task];
        if before == usize::MAX {
            less += i64::from(instance.release[task]);
            break;
        }
        less += instance.pred[task]
            .iter()
            .find(|arc| arc.0 == before)
            .map_or(0, |arc| i64::from(arc.1));
        task = before;
    }
    (
        end[last],
        Row {
            needs,
            limit: Limit::Span(less),
        },
    )
}

/// Whether whole-numbered prices exclude a makespan.
fn excluded(rows: &[Row], price: &[i64], makespan: i32) -> bool {
    let tasks = rows.first().map_or(0, |row| row.needs.len());
    let least: i128 = (0..tasks)
        .map(|task| {
            (0..rows[0].needs[task].len())
                .map(|m| {
                    rows.iter()
                        .zip(price)
                        .map(|(row, &p)| i128::from(p) * i128::from(row.needs[task][m]))
                        .sum::<i128>()
                })
                .min()
                .unwrap_or(0)
        })
        .sum();
    let limit: i128 = rows
        .iter()
        .zip(price)
        .map(|(row, &p)| i128::from(p) * i128::from(row.limit.at(makespan)))
        .sum();
    least > limit
}

/// One row made of others at prices.
pub(crate) fn mixed(rows: &[Row], price: &[i64]) -> Option<Row> {
    // Sums over all tasks must stay within 64 bits.
    let small = |value: i128| (value < 1 << 42).then_some(value as i64);
    let mut needs = Vec::new();
    for task in 0..rows.first()?.needs.len() {
        let mut mine = Vec::new();
        for m in 0..rows[0].needs[task].len() {
            mine.push(small(
                rows.iter()
                    .zip(price)
                    .map(|(row, &p)| i128::from(p) * i128::from(row.needs[task][m]))
                    .sum(),
            )?);
        }
        needs.push(mine);
    }
    let parts = rows
        .iter()
        .zip(price)
        .filter(|(_, p)| **p > 0)
        .map(|(row, &p)| (p, row.limit.clone()))
        .collect();
    Some(Row {
        needs,
        limit: Limit::Mixed(parts),
    })
}

/// How often prices are improved: less often where each time takes long.
pub(crate) fn rounds(instance: &Instance) -> usize {
    let modes: usize = instance.ways.iter().map(Vec::len).sum();
    (2_000_000 / modes.max(1)).clamp(30, 400)
}

/// Raises a bound as long as prices exclude it.
pub(crate) fn priced(
    instance: &Instance,
    rows: &mut Vec<Row>,
    mut lower: i32,
    most: i32,
    stop: &dyn Fn() -> bool,
) -> i32 {
    if !instance.multi || rows.is_empty() {
        return lower;
    }
    while lower < most && !stop() {
        let (_, out) = prices(instance, rows, lower, rounds(instance));
        if !out {
            break;
        }
        lower += 1;
    }
    lower
}
