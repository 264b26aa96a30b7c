//! The best way to place one job while everything else stays: an exact dynamic program over days.
//!
//! # Formula
//! Let F(k, m, t) be the least cost at which task k can begin on day t in option m, everything before it
//! done, and P(t) the sum of the prices of the days 0 to t - 1 on which the asset is not ready. Then
//!
//! ```text
//! F(0, m, t) = leave(S) + P(t) - P(S) + c(m, t)                     where S = t - passage(home, m)
//! F(k, m, t) = c(m, t) + P(t) + min { F(k-1, m', t') - P(t') : t' + days(m') + passage(m', m) <= t }
//! cost       = min { F(last, m, t) + P(E) - P(t) + back(E) }        where E = t + days(m) + passage(m, home)
//! ```
//!
//! Costs c are infinite where an option cannot begin. The same program serves twice: against the use that
//! the other jobs make of docks and trades it finds the best place, against prices of their days it gives
//! the bound of Lagrange.
//!
//! # Limits
//! Exact where each task waits for the one before it. Of other jobs the program takes the longest chain as
//! a bound, and a place is found day by day, greedily. The highest use of a trade is paid for task by task: where two tasks of one
//! job raise the same peak, the job seems dearer than it is.

use crate::problem::{Day, JobData, OptionData, Problem};

/// A job in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    /// Day on which the asset leaves its home.
    pub out: Day,
    /// Day on which it is ready again.
    pub back: Day,
    /// Option and first day of each task.
    pub tasks: Vec<(usize, Day)>,
}

/// What placing a job costs, day by day.
pub(crate) trait Terms {
    /// Writes what it costs to begin an option of a task on the days from `from` on, as many as fit; never is infinite. Options
    /// of one mode cost the same but for their docks, which are not looked at.
    fn starts(&self, job: usize, task: usize, option: usize, from: Day, costs: &mut [f64]);
    /// Adds to it what its dock, or its site, says.
    fn dock(&self, job: usize, task: usize, option: usize, from: Day, costs: &mut [f64]);
    /// Writes the sums of the prices of not being ready, of the days from `from` on: `sums[0]` is 0.
    fn absent(&self, job: usize, from: Day, sums: &mut [f64]);
    /// What is left of a resource on a day, in thousandths.
    fn room(&self, resource: usize, day: Day) -> i64;
    /// Cost of leaving on a day.
    fn leave(&self, job: usize, day: Day) -> f64;
    /// Cost of being back on a day.
    fn back(&self, job: usize, day: Day) -> f64;
}

/// What is remembered from one placing to the next, so that nothing is allocated again.
#[derive(Default)]
pub(crate) struct Scratch {
    absent: Vec<f64>,
    /// Per task and site before: least cost at which the asset can be free there, and from where.
    arrivals: Vec<Vec<Arrival>>,
    starts: Vec<f64>,
    /// The same without docks, of the mode at hand.
    modes: Vec<f64>,
    free: Vec<f64>,
}

struct Arrival {
    site: usize,
    /// By day: least cost less the prices of the days before, the option and the first day of the task.
    best: Vec<(f64, u32, Day)>,
}

/// The cheapest place of a job inside `[from, until)`, and its cost; none if there is none below `most`.
pub(crate) fn best(
    problem: &Problem,
    terms: &impl Terms,
    job: usize,
    (from, until): (Day, Day),
    most: f64,
    scratch: &mut Scratch,
) -> Option<(f64, Visit)> {
    let data = &problem.jobs[job];
    // A damaged asset is away from its release on: it must be free then.
    let begins_late = data.damaged && from > data.release;
    if from >= until || data.tasks.is_empty() || begins_late {
        return None;
    }
    if data.chain {
        let order: Vec<usize> = (0..data.tasks.len()).collect();
        let (cost, path) = chain(
            problem,
            terms,
            (job, &order, &problem.transit),
            (from, until),
            most,
            scratch,
        )?;
        return Some((cost, visit(problem, data, path)));
    }
    greedy(problem, terms, job, (from, until), most, scratch)
}

/// Tasks of a chain, each with its option and first day.
pub(crate) type Path = Vec<(usize, usize, Day)>;

/// The least that any place of a job inside `[from, until)` can cost; infinite if there is none.
pub(crate) fn least(
    problem: &Problem,
    terms: &impl Terms,
    job: usize,
    (from, until): (Day, Day),
    scratch: &mut Scratch,
) -> (f64, Option<Path>) {
    let data = &problem.jobs[job];
    if from >= until || data.tasks.is_empty() {
        return (
            if data.tasks.is_empty() {
                0.0
            } else {
                f64::INFINITY
            },
            None,
        );
    }
    let (order, transit) = bounding(problem, data);
    let path = chain(
        problem,
        terms,
        (job, &order, transit),
        (from, until),
        f64::INFINITY,
        scratch,
    );
    let Some((cost, path)) = path else {
        return (f64::INFINITY, None);
    };
    let others = (0..data.tasks.len()).filter(|task| !order.contains(task));
    let cheapest = |task: usize| {
        let costs = data.tasks[task].options.iter().map(|option| option.cost);
        costs.fold(f64::INFINITY, f64::min)
    };
    let path = { order.iter().zip(path) }.map(|(task, (option, day))| (*task, option, day));
    (
        cost + others.map(cheapest).sum::<f64>(),
        Some(path.collect()),
    )
}

/// The tasks that bound a job, and passages between them: all of a chain; of another job the longest chain, and
/// as other tasks may lie between, the shortest way round.
fn bounding<'a>(problem: &'a Problem, data: &JobData) -> (Vec<usize>, &'a [Vec<Day>]) {
    match data.chain {
        true => ((0..data.tasks.len()).collect(), &problem.transit),
        false => (longest_chain(data), &problem.shortest),
    }
}

/// What a job costs at least, wherever it is done and whenever: no waiting, nobody in the way. A task that nobody can do
/// counts nothing.
pub(crate) fn alone(problem: &Problem, job: usize) -> f64 {
    let data = &problem.jobs[job];
    let (order, transit) = bounding(problem, data);
    let home = problem.assets[data.asset].home;
    let ready = |days: Day| f64::from(days) * data.not_ready_cost;
    // By site: the least cost of being done there with what came before.
    let mut at: Vec<(usize, f64)> = vec![(home, 0.0)];
    let mut sum = 0.0;
    for (task, row) in data.tasks.iter().enumerate() {
        let usable = row
            .options
            .iter()
            .filter(|option| !option.windows.is_empty());
        if !order.contains(&task) {
            let least = usable
                .map(|option| option.cost)
                .fold(f64::INFINITY, f64::min);
            sum += if least.is_finite() { least } else { 0.0 };
        }
    }
    for task in order {
        let mut next: Vec<(usize, f64)> = Vec::new();
        for option in data.tasks[task]
            .options
            .iter()
            .filter(|option| !option.windows.is_empty())
        {
            let come = at
                .iter()
                .map(|(site, cost)| cost + ready(transit[*site][option.site]));
            let cost = come.fold(f64::INFINITY, f64::min) + option.cost + ready(option.days);
            match next.iter_mut().find(|(site, _)| *site == option.site) {
                Some((_, least)) => *least = least.min(cost),
                None => next.push((option.site, cost)),
            }
        }
        if !next.is_empty() {
            at = next;
        }
    }
    let home = at
        .iter()
        .map(|(site, cost)| cost + ready(transit[*site][home]));
    sum + home.fold(f64::INFINITY, f64::min)
}

fn visit(problem: &Problem, data: &JobData, tasks: Vec<(usize, Day)>) -> Visit {
    let (out, back) = ends(problem, data, &tasks);
    Visit { out, back, tasks }
}

/// Days on which the asset leaves for what it begins with, and is back from what it ends with. A damaged one is away from its
/// release on.
pub(crate) fn ends(problem: &Problem, data: &JobData, tasks: &[(usize, Day)]) -> (Day, Day) {
    let home = problem.assets[data.asset].home;
    let stays = data
        .tasks
        .iter()
        .zip(tasks)
        .enumerate()
        .map(|(n, (task, (option, start)))| {
            let option = &task.options[*option];
            (*start, start + option.days, n, option.site)
        });
    let first = stays.clone().min();
    let last = stays.max_by_key(|(start, end, n, _)| (*end, *start, *n));
    let (Some(first), Some(last)) = (first, last) else {
        return (0, 0);
    };
    (
        left(data, first.0 - problem.transit[home][first.3]),
        last.1 + problem.transit[last.3][home],
    )
}

/// The day from which an asset that would leave its home on `out` is not ready.
pub(crate) fn left(data: &JobData, out: Day) -> Day {
    if data.damaged { data.release } else { out }
}

/// The tasks of the chain that takes longest.
fn longest_chain(data: &JobData) -> Vec<usize> {
    let shortest = |task: usize| {
        let options = data.tasks[task].options.iter();
        options.map(|option| option.days).min().unwrap_or(0)
    };
    let mut length: Vec<(Day, Option<usize>)> = Vec::new();
    for (task, row) in data.tasks.iter().enumerate() {
        let before = row
            .after
            .iter()
            .max_by_key(|before| (length[**before].0, usize::MAX - **before));
        let (days, before) = before.map_or((0, None), |before| (length[*before].0, Some(*before)));
        length.push((days + shortest(task), before));
    }
    let mut at = (0..length.len()).max_by_key(|task| (length[*task].0, usize::MAX - *task));
    let mut order = Vec::new();
    while let Some(task) = at {
        order.push(task);
        at = length[task].1;
    }
    order.reverse();
    order
}

fn chain(
    problem: &Problem,
    terms: &impl Terms,
    (job, order, transit): (usize, &[usize], &[Vec<Day>]),
    (from, until): (Day, Day),
    most: f64,
    scratch: &mut Scratch,
) -> Option<(f64, Vec<(usize, Day)>)> {
    let data = &problem.jobs[job];
    let home = problem.assets[data.asset].home;
    let length = usize::try_from(until - from).unwrap_or(0);
    let place = |day: Day| usize::try_from(day - from).unwrap_or(usize::MAX);
    let day_at = |n: usize| from + Day::try_from(n).unwrap_or(Day::MAX);
    let Scratch {
        absent,
        arrivals,
        starts,
        modes,
        free,
    } = scratch;
    absent.clear();
    absent.resize(length + 1, 0.0);
    terms.absent(job, from, absent);
    starts.clear();
    starts.resize(length, 0.0);
    while arrivals.len() < order.len() {
        arrivals.push(Vec::new());
    }
    let mut last: Option<(f64, usize, Day)> = None;
    for (k, task) in order.iter().enumerate() {
        let (before, rest) = arrivals.split_at_mut(k);
        let here = &mut rest[0];
        modes.clear();
        let mut kept = 0;
        for (m, option) in data.tasks[*task].options.iter().enumerate() {
            let days = usize::try_from(option.days).unwrap_or(0);
            let passage = if k + 1 == order.len() {
                transit[option.site][home]
            } else {
                0
            };
            let back = days + usize::try_from(passage).unwrap_or(0);
            // What begins here can be done, and the asset be home, before the end.
            let Some(count) = (length + 1).checked_sub(back.max(1)) else {
                continue;
            };
            let count = count.min(length);
            let mut last_row = None;
            if m > 0 {
                let other = &data.tasks[*task].options[m - 1];
                last_row = Some(other.row).filter(|_| modes.len() == count);
            }
            if last_row != Some(option.row) {
                modes.clear();
                modes.resize(count, 0.0);
                terms.starts(job, *task, m, from, modes);
            }
            starts[..count].copy_from_slice(modes);
            terms.dock(job, *task, m, from, &mut starts[..count]);
            // The least cost at which the asset is free to begin here, less the prices of the days before.
            free.clear();
            free.resize(count, f64::INFINITY);
            if k == 0 {
                let passage = transit[home][option.site];
                for (n, free) in free.iter_mut().enumerate() {
                    let out = day_at(n) - passage;
                    if out >= data.release && out >= from {
                        let out = left(data, out);
                        *free = terms.leave(job, out) - absent[place(out)];
                    }
                }
            } else {
                for arrival in &before[k - 1] {
                    let passage = transit[arrival.site][option.site];
                    let passage = usize::try_from(passage).unwrap_or(0);
                    let late = free.iter_mut().skip(passage);
                    for (free, best) in late.zip(&arrival.best) {
                        *free = free.min(best.0);
                    }
                }
            }
            if k + 1 == order.len() {
                for n in 0..count {
                    let cost = free[n] + starts[n];
                    if cost == f64::INFINITY {
                        continue;
                    }
                    let home_at = n + back;
                    let whole = cost + absent[home_at] + terms.back(job, day_at(home_at));
                    if whole < most && last.is_none_or(|(least, _, _)| whole < least) {
                        last = Some((whole, m, day_at(n)));
                    }
                }
                continue;
            }
            let arrival = match here[..kept]
                .iter()
                .position(|arrival| arrival.site == option.site)
            {
                Some(found) => &mut here[found],
                None => {
                    if kept == here.len() {
                        here.push(Arrival {
                            site: option.site,
                            best: Vec::new(),
                        });
                    }
                    let arrival = &mut here[kept];
                    arrival.site = option.site;
                    arrival.best.clear();
                    arrival.best.resize(length, (f64::INFINITY, 0, 0));
                    kept += 1;
                    arrival
                }
            };
            for n in 0..count {
                let cost = free[n] + starts[n];
                let at = n + days;
                if at < length && cost < arrival.best[at].0 {
                    arrival.best[at] = (cost, u32::try_from(m).unwrap_or(0), day_at(n));
                }
            }
        }
        if k + 1 < order.len() {
            here.truncate(kept);
            for arrival in here.iter_mut() {
                for n in 1..length {
                    if arrival.best[n - 1].0 <= arrival.best[n].0 {
                        arrival.best[n] = arrival.best[n - 1];
                    }
                }
            }
        }
    }
    let (cost, mut option, mut start) = last?;
    let mut path = vec![(option, start)];
    for k in (1..order.len()).rev() {
        let site = data.tasks[order[k]].options[option].site;
        let found = arrivals[k - 1].iter().filter_map(|arrival| {
            let by =
                place(start).checked_sub(usize::try_from(transit[arrival.site][site]).ok()?)?;
            arrival.best.get(by)
        });
        let least = found.fold((f64::INFINITY, 0, 0), |least, one| {
            if one.0 < least.0 { *one } else { least }
        });
        (option, start) = (usize::try_from(least.1).unwrap_or(0), least.2);
        path.push((option, start));
    }
    path.reverse();
    Some((cost, path))
}

/// Choices of options that are all tried for a job that is not a chain, at most.
const CHOICES: usize = 32;

/// A place found day by day: from each day on every task as soon as it can be, in every choice of options where these are
/// few, else the soonest end first.
fn greedy(
    problem: &Problem,
    terms: &impl Terms,
    job: usize,
    (from, until): (Day, Day),
    most: f64,
    scratch: &mut Scratch,
) -> Option<(f64, Visit)> {
    let data = &problem.jobs[job];
    let home = problem.assets[data.asset].home;
    let length = usize::try_from(until - from).unwrap_or(0);
    let place = |day: Day| usize::try_from(day - from).unwrap_or(usize::MAX);
    scratch.absent.clear();
    scratch.absent.resize(length + 1, 0.0);
    terms.absent(job, from, &mut scratch.absent);
    let starts: Vec<Vec<Vec<f64>>> = { data.tasks.iter().enumerate() }
        .map(|(task, row)| {
            let each = (0..row.options.len()).map(|option| {
                let mut costs = vec![f64::INFINITY; length];
                terms.starts(job, task, option, from, &mut costs);
                terms.dock(job, task, option, from, &mut costs);
                costs
            });
            each.collect()
        })
        .collect();
    // Which options of the tasks are tried: every choice where there are few, else those that end soonest.
    let counts: Vec<usize> = data.tasks.iter().map(|task| task.options.len()).collect();
    let choices = counts.iter().try_fold(1usize, |product, count| {
        product
            .checked_mul(*count)
            .filter(|product| *product <= CHOICES)
    });
    let choices: Vec<Option<usize>> = match choices {
        Some(count) if count > 1 => (0..count).map(Some).chain([None]).collect(),
        _ => vec![None],
    };
    let step = (length / 256).max(1);
    let mut found: Option<(f64, Visit)> = None;
    for choice in choices {
        for first in (from.max(data.release)..until).step_by(step) {
            let mut tasks: Vec<(usize, Day)> = Vec::new();
            let mut rest = choice;
            for (task, row) in data.tasks.iter().enumerate() {
                let soonest = |m: usize| {
                    let option = &row.options[m];
                    let mut ready = first + problem.transit[home][option.site];
                    for (other, (chosen, start)) in tasks.iter().enumerate() {
                        let there = &data.tasks[other].options[*chosen];
                        let passage = problem.transit[there.site][option.site];
                        if there.site != option.site || row.after.contains(&other) {
                            ready = ready.max(start + there.days + passage);
                        }
                    }
                    let last = until - option.days - problem.transit[option.site][home];
                    let possible = |day: Day| {
                        starts[task][m]
                            .get(place(day))
                            .is_some_and(|cost| cost.is_finite())
                    };
                    let day = (ready..=last)
                        .find(|day| possible(*day) && beside(terms, data, &tasks, option, *day))?;
                    Some((
                        day + option.days + problem.transit[option.site][home],
                        m,
                        day,
                    ))
                };
                let best = match &mut rest {
                    Some(rest) => {
                        let option = *rest % counts[task];
                        *rest /= counts[task];
                        soonest(option)
                    }
                    None => (0..row.options.len()).filter_map(soonest).min(),
                };
                let Some((_, option, day)) = best else {
                    break;
                };
                tasks.push((option, day));
            }
            if tasks.len() < data.tasks.len() {
                break;
            }
            let visit = visit(problem, data, tasks);
            let each = { visit.tasks.iter().enumerate() }
                .map(|(task, (option, day))| starts[task][*option][place(*day)]);
            let cost = each.sum::<f64>()
                + terms.leave(job, visit.out)
                + terms.back(job, visit.back)
                + scratch.absent[place(visit.back)]
                - scratch.absent[place(visit.out)];
            if cost < most && found.as_ref().is_none_or(|(least, _)| cost < *least) {
                found = Some((cost, visit));
            }
        }
    }
    found
}

/// Whether trades are enough for an option beside the tasks of the same job.
fn beside(
    terms: &impl Terms,
    data: &JobData,
    tasks: &[(usize, Day)],
    option: &OptionData,
    start: Day,
) -> bool {
    let end = start + option.days;
    option.uses.iter().all(|(resource, usage)| {
        let own = data
            .tasks
            .iter()
            .zip(tasks)
            .filter_map(|(task, (chosen, begun))| {
                let there = &task.options[*chosen];
                let uses = there.uses.iter().find(|(other, _)| other == resource)?;
                let (from, until) = (*begun.max(&start), end.min(begun + there.days));
                (from < until).then_some((from, until, uses.1))
            });
        let own: Vec<(Day, Day, i64)> = own.collect();
        // What others use was looked at before: only days shared with own tasks are left.
        own.iter()
            .flat_map(|(from, until, _)| *from..*until)
            .all(|day| {
                let beside = own
                    .iter()
                    .filter(|(from, until, _)| *from <= day && day < *until)
                    .map(|(_, _, usage)| usage);
                beside.sum::<i64>() + usage <= terms.room(*resource, day)
            })
    })
}
