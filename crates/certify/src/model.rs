//! A project and a claim about it as whole numbers, sums with a limit and cumulative resources; as FlatZinc.
//!
//! # Question
//! Which numbers would have to exist if some schedule ended by `latest`?
//!
//! # Formula
//! ```text
//! start[k] in 0..latest+1
//! start[k] + length[k] <= latest                                for all tasks k
//! start[k] >= release[k]
//! start[k] + length[k] + lag <= start[l]                        for k before l
//! cumulative(start, duration, usage, capacity)                  for each resource
//!
//! and where a task has several modes m
//! length[k] = sum over m of duration[k, m] * done[k, m],        sum over m of done[k, m] = 1
//! sum of draw[k, m] * done[k, m] <= limit                       for each budget
//! ```
//!
//! A resource that changes has its highest capacity, and what is missing of it is taken by blocks that stand
//! still. A mode of several takes part in a resource by a copy of the start, `use[k, m]`, that is the start where the mode is
//! done and else a place behind the horizon that nothing else uses: the published form knows no optional parts.
//!
//! # Limits
//! Nothing is added that only helps a proof: who reads the model should find the project in it.

use std::fmt::Write;

use darsena_schedule::{Budget, Project, Resource, Task};

/// Sums beyond this are not given to anybody: solvers and checkers count with 32 bits.
const MOST: i64 = 1 << 30;

/// A whole number between two others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) low: i64,
    pub(crate) high: i64,
}

/// When something begins that uses a resource.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Start {
    /// At the value of a variable, by its place.
    Of(usize),
    /// At a moment that is known.
    At(i64),
}

/// One user of a resource.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct User {
    pub(crate) start: Start,
    pub(crate) duration: i64,
    pub(crate) usage: i64,
}

/// What must hold. Constraints are numbered from 1 in their order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Constraint {
    /// A sum of factors times variables is at most a limit.
    Sum {
        terms: Vec<(i64, usize)>,
        limit: i64,
    },
    /// At every moment what is used is at most the capacity.
    Cumulative { users: Vec<User>, capacity: i64 },
}

/// Variables and constraints.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Model {
    pub(crate) variables: Vec<Variable>,
    pub(crate) constraints: Vec<Constraint>,
}

impl Model {
    /// The model that has a solution just when some schedule of the project ends by `latest`; none when its
    /// numbers are beyond counting.
    pub(crate) fn of(project: &Project, latest: u64) -> Option<Self> {
        let latest = i64::try_from(latest)
            .ok()
            .filter(|&latest| latest < MOST / 2)?;
        let horizon = latest + 1;
        let mut model = Self::default();
        let tasks: Vec<Task> = (0..project.tasks() as u32).map(Task).collect();
        let starts: Vec<usize> = tasks
            .iter()
            .map(|task| model.variable(format!("start{}", task.0), 0, horizon))
            .collect();
        // A mode that needs more than there ever is can't be done.
        let most = |resource: Resource| {
            let steps = project.capacity(resource);
            steps.iter().map(|step| step.1).max().unwrap_or(0)
        };
        // Which variable says whether a mode is done; none where a task has but one.
        let done: Vec<Vec<usize>> = tasks
            .iter()
            .map(|&task| match project.modes(task) {
                [_] => Vec::new(),
                modes => (0..modes.len())
                    .map(|m| model.variable(format!("done{}_{m}", task.0), 0, 1))
                    .collect(),
            })
            .collect();
        // Start and length of a task as terms of a sum, and what of the length is a mere number.
        let end = |task: Task, sign: i64| -> (Vec<(i64, usize)>, i64) {
            let k = task.index();
            let modes = project.modes(task);
            let mut terms = vec![(sign, starts[k])];
            if done[k].is_empty() {
                let fixed = modes.first().map_or(0, |mode| i64::from(mode.duration));
                return (terms, fixed);
            }
            for (mode, &done) in modes.iter().zip(&done[k]) {
                if mode.duration > 0 {
                    terms.push((sign * i64::from(mode.duration), done));
                }
            }
            (terms, 0)
        };
        for &task in &tasks {
            let k = task.index();
            if !done[k].is_empty() {
                model.sum(done[k].iter().map(|&v| (1, v)).collect(), 1);
                model.sum(done[k].iter().map(|&v| (-1, v)).collect(), -1);
            }
            let (terms, fixed) = end(task, 1);
            model.sum(terms, latest - fixed);
            let release = i64::from(project.release(task));
            if release > 0 {
                model.sum(vec![(-1, starts[k])], -release);
            }
        }
        for arc in project.precedence() {
            let (mut terms, fixed) = end(arc.before, 1);
            terms.push((-1, starts[arc.after.index()]));
            if arc.before == arc.after {
                return None;
            }
            model.sum(terms, -fixed - i64::from(arc.lag));
        }
        for budget in (0..project.budgets() as u32).map(Budget) {
            let mut terms = Vec::new();
            let mut left = i64::try_from(project.limit(budget))
                .unwrap_or(i64::MAX)
                .min(MOST / 2);
            for &task in &tasks {
                let drawn = |m: usize| -> i64 {
                    let draws = &project.modes(task)[m].draw;
                    draws
                        .iter()
                        .filter(|draw| draw.0 == budget)
                        .map(|draw| i64::from(draw.1))
                        .sum()
                };
                for m in 0..project.modes(task).len() {
                    match done[task.index()].get(m) {
                        None => left -= drawn(m),
                        Some(&done) if drawn(m) > 0 => terms.push((drawn(m), done)),
                        Some(_) => {}
                    }
                }
            }
            if terms.is_empty() && left >= 0 {
                continue;
            }
            if terms.is_empty() {
                // Nothing can be chosen and too much is drawn: no schedule at all.
                return None;
            }
            model.sum(terms, left);
        }
        let resources: Vec<Resource> = (0..project.resources() as u32).map(Resource).collect();
        let mut users: Vec<Vec<User>> = vec![Vec::new(); resources.len()];
        let mut parked = horizon;
        for &task in &tasks {
            let k = task.index();
            for (m, mode) in project.modes(task).iter().enumerate() {
                let usage: Vec<i64> = resources
                    .iter()
                    .map(|&resource| {
                        let of = mode.usage.iter().filter(|usage| usage.0 == resource);
                        of.map(|usage| i64::from(usage.1)).sum()
                    })
                    .collect();
                if mode.duration == 0 || usage.iter().all(|&usage| usage == 0) {
                    continue;
                }
                let duration = i64::from(mode.duration);
                let start = match done[k].get(m) {
                    None => starts[k],
                    Some(&done) => {
                        let too_much = resources
                            .iter()
                            .zip(&usage)
                            .any(|(&resource, &usage)| usage > i64::from(most(resource)));
                        if too_much {
                            model.sum(vec![(1, done)], 0);
                            continue;
                        }
                        let copy = model.variable(format!("use{}_{m}", task.0), 0, parked);
                        // Done: the copy is the start. Not done: it is parked.
                        model.sum(vec![(1, starts[k]), (-1, copy)], 0);
                        model.sum(vec![(1, copy), (-1, starts[k]), (parked, done)], parked);
                        model.sum(vec![(-1, copy), (-parked, done)], -parked);
                        parked += duration;
                        copy
                    }
                };
                for (users, &usage) in users.iter_mut().zip(&usage) {
                    if usage > 0 {
                        users.push(User {
                            start: Start::Of(start),
                            duration,
                            usage,
                        });
                    }
                }
            }
        }
        for (resource, mut users) in resources.into_iter().zip(users) {
            let capacity = i64::from(most(resource));
            let steps = project.capacity(resource);
            for (n, &(from, amount)) in steps.iter().enumerate() {
                let from = i64::from(from);
                let until = steps.get(n + 1).map_or(horizon, |step| i64::from(step.0));
                let missing = capacity - i64::from(amount);
                let duration = until.min(horizon) - from;
                if missing > 0 && duration > 0 {
                    users.push(User {
                        start: Start::At(from),
                        duration,
                        usage: missing,
                    });
                }
            }
            if users.iter().any(|user| matches!(user.start, Start::Of(_))) {
                model
                    .constraints
                    .push(Constraint::Cumulative { users, capacity });
            }
        }
        model.countable().then_some(model)
    }

    fn variable(&mut self, name: String, low: i64, high: i64) -> usize {
        self.variables.push(Variable { name, low, high });
        self.variables.len() - 1
    }

    fn sum(&mut self, terms: Vec<(i64, usize)>, limit: i64) {
        self.constraints.push(Constraint::Sum { terms, limit });
    }

    /// Whether every sum that can come up fits 32 bits.
    fn countable(&self) -> bool {
        let largest = |v: usize| {
            self.variables[v]
                .low
                .abs()
                .max(self.variables[v].high.abs())
        };
        self.variables
            .iter()
            .all(|variable| variable.low.abs().max(variable.high.abs()) < MOST)
            && self.constraints.iter().all(|constraint| match constraint {
                Constraint::Sum { terms, limit } => {
                    let sum = terms.iter().try_fold(limit.abs(), |sum, &(factor, v)| {
                        sum.checked_add(factor.abs().checked_mul(largest(v))?)
                    });
                    sum.is_some_and(|sum| sum < MOST)
                }
                Constraint::Cumulative { users, capacity } => {
                    let used = users.iter().map(|user| user.usage).sum::<i64>();
                    let last = users.iter().map(|user| {
                        user.duration
                            + match user.start {
                                Start::Of(v) => largest(v),
                                Start::At(at) => at,
                            }
                    });
                    used + capacity < MOST && last.max().unwrap_or(0) < MOST
                }
            })
    }

    /// Whether the values, one a variable, keep to every domain and constraint.
    #[cfg(test)]
    pub(crate) fn holds(&self, values: &[i64]) -> bool {
        let domains = self.variables.iter().zip(values);
        domains
            .into_iter()
            .all(|(v, value)| (v.low..=v.high).contains(value))
            && self.constraints.iter().all(|constraint| match constraint {
                Constraint::Sum { terms, limit } => {
                    terms.iter().map(|&(f, v)| f * values[v]).sum::<i64>() <= *limit
                }
                Constraint::Cumulative { users, capacity } => {
                    let start = |user: &User| match user.start {
                        Start::Of(v) => values[v],
                        Start::At(at) => at,
                    };
                    users.iter().all(|one| {
                        let at = start(one);
                        let used: i64 = users
                            .iter()
                            .filter(|u| start(u) <= at && at < start(u) + u.duration)
                            .map(|user| user.usage)
                            .sum();
                        used <= *capacity
                    })
                }
            })
    }

    /// The model as FlatZinc, with the constraint of Pumpkin for resources.
    pub(crate) fn flatzinc(&self) -> String {
        let mut out = String::new();
        let mut line = |text: std::fmt::Arguments<'_>| {
            out.write_fmt(text).expect("a string takes everything");
        };
        for variable in &self.variables {
            let Variable { name, low, high } = variable;
            line(format_args!("var {low}..{high}: {name};\n"));
        }
        let list = |items: &mut dyn Iterator<Item = String>| items.collect::<Vec<_>>().join(",");
        for constraint in &self.constraints {
            match constraint {
                Constraint::Sum { terms, limit } => line(format_args!(
                    "constraint int_lin_le([{}],[{}],{limit});\n",
                    list(&mut terms.iter().map(|term| term.0.to_string())),
                    list(&mut terms.iter().map(|term| self.variables[term.1].name.clone())),
                )),
                Constraint::Cumulative { users, capacity } => line(format_args!(
                    "constraint pumpkin_cumulative([{}],[{}],[{}],{capacity});\n",
                    list(&mut users.iter().map(|user| match user.start {
                        Start::Of(v) => self.variables[v].name.clone(),
                        Start::At(at) => at.to_string(),
                    })),
                    list(&mut users.iter().map(|user| user.duration.to_string())),
                    list(&mut users.iter().map(|user| user.usage.to_string())),
                )),
            }
        }
        out.push_str("solve satisfy;\n");
        out
    }
}
