//! Every schedule of a small problem, one after the other, with sums taken day by day: is any cheaper than
//! what the search found?

use darsena_repair::problem::{JobData, OptionData};
use darsena_repair::{Cost, Day, Problem, Visit};

/// Days on which a task may begin here: beyond them nothing in the scenarios drawn changes.
const LAST: Day = 34;

/// What came of looking at every schedule.
pub(crate) enum Looked {
    /// None is cheaper.
    None,
    /// The cheapest one.
    Cheaper(f64, Vec<Option<Visit>>),
    /// There are too many.
    TooMany,
}

/// Schedules looked at, at most.
const NODES: u64 = 200_000;

/// The cheapest schedule below `most` in which every job has a place or is left out at its price.
pub(crate) fn cheaper(problem: &Problem, most: f64) -> Looked {
    let mut places: Vec<Vec<(f64, Option<Visit>)>> = Vec::new();
    for data in &problem.jobs {
        let mut all = Vec::new();
        if let Some(price) = data.deferral_cost {
            all.push((price, None));
        }
        each(problem, data, &mut Vec::new(), &mut |visit| {
            let cost = own(data, &visit);
            if cost < most {
                all.push((cost, Some(visit)));
            }
        });
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        places.push(all);
    }
    let mut rest = vec![0.0; places.len() + 1];
    for job in (0..places.len()).rev() {
        let Some(first) = places[job].first() else {
            return Looked::None;
        };
        rest[job] = rest[job + 1] + first.0;
    }
    let mut looking = Looking {
        problem,
        places,
        rest,
        most,
        found: None,
        nodes: 0,
    };
    looking.descend(0.0, &mut Vec::new());
    match looking.found {
        _ if looking.nodes > NODES => Looked::TooMany,
        None => Looked::None,
        Some(visits) => Looked::Cheaper(looking.most, visits),
    }
}

struct Looking<'a> {
    problem: &'a Problem,
    places: Vec<Vec<(f64, Option<Visit>)>>,
    /// Least that the jobs from a place on cost by themselves.
    rest: Vec<f64>,
    most: f64,
    found: Option<Vec<Option<Visit>>>,
    nodes: u64,
}

impl Looking<'_> {
    fn descend(&mut self, so_far: f64, chosen: &mut Vec<Option<Visit>>) {
        let job = chosen.len();
        if job == self.places.len() {
            self.most = so_far;
            self.found = Some(chosen.clone());
            return;
        }
        for n in 0..self.places[job].len() {
            let (own, visit) = self.places[job][n].clone();
            if so_far + own + self.rest[job + 1] >= self.most || self.nodes > NODES {
                return;
            }
            self.nodes += 1;
            let left_out = visit.is_none();
            chosen.push(visit);
            if left_out || fits(self.problem, chosen) {
                // What jobs share never costs less for one job more.
                let cost = cost(self.problem, chosen).total();
                if cost + self.rest[job + 1] < self.most {
                    self.descend(cost, chosen);
                }
            }
            chosen.pop();
        }
    }
}

fn option<'a>(data: &'a JobData, visit: &Visit, task: usize) -> (&'a OptionData, Day) {
    let (option, start) = visit.tasks[task];
    (&data.tasks[task].options[option], start)
}

/// Every place of a job by itself: windows, order, passage, release, deadline.
fn each(
    problem: &Problem,
    data: &JobData,
    tasks: &mut Vec<(usize, Day)>,
    tell: &mut impl FnMut(Visit),
) {
    let task = tasks.len();
    if task == data.tasks.len() {
        // The asset goes to what it begins with and comes home from what it ends with.
        let mut order: Vec<usize> = (0..tasks.len()).collect();
        let stay = |task: usize| {
            let option = &data.tasks[task].options[tasks[task].0];
            (tasks[task].1, tasks[task].1 + option.days, option.site)
        };
        order.sort_by_key(|task| (stay(*task).0, stay(*task).1));
        let home = problem.assets[data.asset].home;
        let last = order
            .iter()
            .copied()
            .max_by_key(|task| (stay(*task).1, order.iter().position(|other| other == task)));
        let (first, last) = (stay(order[0]), stay(last.unwrap()));
        let visit = Visit {
            out: if data.damaged {
                data.release
            } else {
                first.0 - problem.transit[home][first.2]
            },
            back: last.1 + problem.transit[last.2][home],
            tasks: tasks.clone(),
        };
        let apart = (0..order.len()).all(|n| {
            (0..n).all(|m| {
                let (one, two) = (stay(order[m]), stay(order[n]));
                let between = (m + 1..n).map(|other| stay(order[other])).any(|other| {
                    other.2 != one.2 && other.2 != two.2 && one.1 <= other.0 && other.1 <= two.0
                });
                let passage = if between {
                    0
                } else {
                    problem.transit[one.2][two.2]
                };
                one.2 == two.2 || one.1 + passage <= two.0
            })
        });
        let late = data.deadline.is_some_and(|deadline| visit.back > deadline);
        let left = first.0 - problem.transit[home][first.2];
        if apart && !late && left >= data.release {
            tell(visit);
        }
        return;
    }
    for (n, option) in data.tasks[task].options.iter().enumerate() {
        for start in 0..LAST {
            let open = option
                .windows
                .iter()
                .any(|(from, until)| *from <= start && start < *until);
            let ready = data.tasks[task].after.iter().all(|before| {
                let (other, begun) = tasks[*before];
                begun + data.tasks[*before].options[other].days <= start
            });
            let shut = |day: Day| {
                let dock = option
                    .dock
                    .is_some_and(|dock| closed(&problem.docks[dock].closed, day));
                dock || closed(&problem.closed_sites[option.site], day)
            };
            if open && ready && !(start..start + option.days).any(shut) {
                tasks.push((n, start));
                each(problem, data, tasks, tell);
                tasks.pop();
            }
        }
    }
}

fn closed(spans: &[(Day, Day)], day: Day) -> bool {
    spans
        .iter()
        .any(|(from, until)| *from <= day && day < *until)
}

/// What a job costs by itself.
fn own(data: &JobData, visit: &Visit) -> f64 {
    let mut cost = f64::from(visit.back - visit.out) * data.not_ready_cost
        + f64::from((visit.back - data.due).max(0)) * data.tardiness_cost;
    for task in 0..data.tasks.len() {
        let (option, start) = option(data, visit, task);
        cost += option.cost + changed(data, task, option, start);
    }
    cost
}

fn changed(data: &JobData, task: usize, option: &OptionData, start: Day) -> f64 {
    data.tasks[task].agreed.as_ref().map_or(0.0, |agreed| {
        let mode = if option.mode == agreed.mode {
            0.0
        } else {
            agreed.change_cost
        };
        f64::from((start - agreed.start).abs()) * agreed.move_cost + mode
    })
}

/// Whether the last of some jobs fits with the others.
pub(crate) fn fits(problem: &Problem, visits: &[Option<Visit>]) -> bool {
    let placed: Vec<(&JobData, &Visit)> = { problem.jobs.iter().zip(visits) }
        .filter_map(|(data, visit)| visit.as_ref().map(|visit| (data, visit)))
        .collect();
    for (n, (data, visit)) in placed.iter().enumerate() {
        for (other, there) in &placed[..n] {
            if other.asset == data.asset && there.out < visit.back && visit.out < there.back {
                return false;
            }
        }
    }
    for day in 0..LAST + 20 {
        for (dock, data) in problem.docks.iter().enumerate() {
            let there = |after: Day| {
                let inside = placed.iter().filter(move |(job, visit)| {
                    (0..job.tasks.len()).any(|task| {
                        let (option, start) = option(job, visit, task);
                        option.dock == Some(dock)
                            && start <= day
                            && day < start + option.days + after
                    })
                });
                let sizes = inside.map(|(job, _)| problem.assets[job.asset].size);
                sizes.collect::<Vec<[i64; 2]>>()
            };
            let inside = there(data.set_up);
            let (ships, takes) = data.on(day);
            let sum = |n: usize| inside.iter().map(|size| size[n]).sum::<i64>();
            let in_line_or_abreast = sum(0) <= takes[0] || sum(1) <= takes[1];
            let full = inside.len() > usize::try_from(ships).unwrap();
            if full || (inside.len() > 1 && !in_line_or_abreast) {
                return false;
            }
            if there(0).iter().any(|size| size[0] > takes[0]) {
                return false;
            }
        }
        for (resource, data) in problem.resources.iter().enumerate() {
            let n = usize::try_from(day).unwrap();
            let used = used(&placed, resource, day);
            if used > 0 && used > data.regular[n] + data.overtime[n] {
                return false;
            }
        }
    }
    true
}

fn used(placed: &[(&JobData, &Visit)], resource: usize, day: Day) -> i64 {
    let mut sum = 0;
    for (job, visit) in placed {
        for task in 0..job.tasks.len() {
            let (option, start) = option(job, visit, task);
            if start <= day && day < start + option.days {
                sum += option
                    .uses
                    .iter()
                    .filter(|(other, _)| *other == resource)
                    .map(|(_, usage)| usage)
                    .sum::<i64>();
            }
        }
    }
    sum
}

/// What a schedule costs, day by day.
pub(crate) fn cost(problem: &Problem, visits: &[Option<Visit>]) -> Cost {
    let mut cost = Cost::default();
    let mut placed: Vec<(&JobData, &Visit)> = Vec::new();
    for (data, visit) in problem.jobs.iter().zip(visits) {
        match (visit, data.deferral_cost) {
            (Some(visit), _) => {
                placed.push((data, visit));
                cost.not_ready += f64::from(visit.back - visit.out) * data.not_ready_cost;
                cost.tardiness += f64::from((visit.back - data.due).max(0)) * data.tardiness_cost;
                for task in 0..data.tasks.len() {
                    let (option, start) = option(data, visit, task);
                    cost.modes += option.cost;
                    cost.changes += changed(data, task, option, start);
                }
            }
            (None, Some(price)) => cost.deferral += price,
            (None, None) => cost.unplaced += 1,
        }
    }
    for (resource, data) in problem.resources.iter().enumerate() {
        let mut highest = 0;
        for day in 0..LAST + 20 {
            let used = used(&placed, resource, day);
            highest = highest.max(used);
            cost.overtime +=
                thousandths((used - data.regular[usize::try_from(day).unwrap()]).max(0))
                    * data.overtime_cost;
        }
        cost.peaks += thousandths(highest) * data.peak_cost;
    }
    for (n, fleet) in problem.fleets.iter().enumerate() {
        for day in fleet.span.0..fleet.span.1 {
            let away = placed.iter().filter(|(job, visit)| {
                problem.assets[job.asset].fleets.contains(&n)
                    && visit.out <= day
                    && day < visit.back
            });
            let away = i64::try_from(away.count()).unwrap();
            cost.shortage += thousandths((away - fleet.spare).max(0)) * fleet.shortage_cost;
        }
    }
    for (n, group) in problem.groups.iter().enumerate() {
        let own = placed.iter().filter(|(job, _)| job.group == Some(n));
        let out = own.clone().map(|(_, visit)| visit.out).min();
        let back = own.map(|(_, visit)| visit.back).max();
        if let (Some(out), Some(back)) = (out, back) {
            cost.groups += f64::from(back - out) * group.span_cost;
        }
    }
    cost
}

#[expect(clippy::cast_precision_loss, reason = "small")]
fn thousandths(count: i64) -> f64 {
    count as f64
}
