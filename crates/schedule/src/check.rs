//! Whether a schedule keeps to its project, by counting, without a line of what made it.

use std::fmt;

use crate::project::{Budget, Precedence, Project, Resource, Task};
use crate::schedule::Schedule;

/// One thing a schedule does that its project forbids.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Violation {
    /// There is not one start and one mode for each task.
    Length {
        /// How many tasks there are.
        tasks: usize,
        /// How many starts.
        starts: usize,
        /// How many modes.
        modes: usize,
    },
    /// A mode the task does not have.
    Mode {
        /// The task.
        task: Task,
        /// The place named.
        mode: u32,
    },
    /// A task starts before its release.
    Release {
        /// The task.
        task: Task,
        /// Its start.
        start: u32,
        /// The earliest it may start.
        release: u32,
    },
    /// A task starts too early after another.
    Precedence {
        /// What is broken.
        precedence: Precedence,
        /// When the first ends.
        end: u64,
        /// When the second starts.
        start: u32,
    },
    /// More of a resource is used than there is, over an interval.
    Capacity {
        /// The resource.
        resource: Resource,
        /// The first moment.
        from: u64,
        /// The first moment after.
        until: u64,
        /// What is used.
        used: u64,
        /// What there is.
        capacity: u64,
    },
    /// More is drawn from a budget than it holds.
    Budget {
        /// The budget.
        budget: Budget,
        /// What is drawn.
        drawn: u64,
        /// What it holds.
        limit: u64,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Violation::Length {
                tasks,
                starts,
                modes,
            } => write!(f, "{starts} starts and {modes} modes for {tasks} tasks"),
            Violation::Mode { task, mode } => {
                write!(f, "task {} has no mode {mode}", task.0)
            }
            Violation::Release {
                task,
                start,
                release,
            } => write!(
                f,
                "task {} starts at {start}, released at {release}",
                task.0
            ),
            Violation::Precedence {
                precedence,
                end,
                start,
            } => write!(
                f,
                "task {} starts at {start}, though task {} ends at {end} and {} must pass",
                precedence.after.0, precedence.before.0, precedence.lag
            ),
            Violation::Capacity {
                resource,
                from,
                until,
                used,
                capacity,
            } => write!(
                f,
                "resource {} is used {used} from {from} until {until}, and there is {capacity}",
                resource.0
            ),
            Violation::Budget {
                budget,
                drawn,
                limit,
            } => write!(f, "budget {} is drawn {drawn}, and holds {limit}", budget.0),
        }
    }
}

/// Checks a schedule against its project: every violation, in the order lengths, modes, releases,
/// precedence, resources by time, budgets. A schedule without violations returns nothing.
///
/// Tasks of no duration use nothing.
///
/// # Example
/// ```
/// use darsena_schedule::{Mode, Project, Schedule, check};
///
/// let mut project = Project::new();
/// let dock = project.add_resource("dock", 1);
/// for ship in ["first", "second"] {
///     let task = project.add_task(ship, 0);
///     project.add_mode(task, Mode { duration: 5, usage: vec![(dock, 1)], ..Mode::default() });
/// }
/// let both_at_once = Schedule { starts: vec![0, 3], modes: vec![0, 0] };
/// let violations = check(&project, &both_at_once);
/// assert_eq!(violations[0].to_string(), "resource 0 is used 2 from 3 until 5, and there is 1");
/// ```
pub fn check(project: &Project, schedule: &Schedule) -> Vec<Violation> {
    let mut violations = Vec::new();
    let tasks = project.tasks();
    if schedule.starts.len() != tasks || schedule.modes.len() != tasks {
        violations.push(Violation::Length {
            tasks,
            starts: schedule.starts.len(),
            modes: schedule.modes.len(),
        });
        return violations;
    }
    let all = || (0..tasks as u32).map(Task);
    for task in all() {
        let mode = schedule.modes[task.index()];
        if mode as usize >= project.modes(task).len() {
            violations.push(Violation::Mode { task, mode });
        }
    }
    if !violations.is_empty() {
        return violations;
    }
    let mode_of = |task: Task| &project.modes(task)[schedule.modes[task.index()] as usize];
    let end_of =
        |task: Task| u64::from(schedule.starts[task.index()]) + u64::from(mode_of(task).duration);
    for task in all() {
        let (start, release) = (schedule.starts[task.index()], project.release(task));
        if start < release {
            violations.push(Violation::Release {
                task,
                start,
                release,
            });
        }
    }
    for &precedence in project.precedence() {
        let (before, after) = (precedence.before, precedence.after);
        if before.index() >= tasks || after.index() >= tasks {
            continue;
        }
        let (end, start) = (end_of(before), schedule.starts[after.index()]);
        if u64::from(start) < end + u64::from(precedence.lag) {
            violations.push(Violation::Precedence {
                precedence,
                end,
                start,
            });
        }
    }
    for resource in (0..project.resources() as u32).map(Resource) {
        capacity(project, schedule, resource, &mut violations);
    }
    for budget in (0..project.budgets() as u32).map(Budget) {
        let drawn: u64 = all()
            .flat_map(|task| &mode_of(task).draw)
            .filter(|draw| draw.0 == budget)
            .map(|draw| u64::from(draw.1))
            .sum();
        let limit = project.limit(budget);
        if drawn > limit {
            violations.push(Violation::Budget {
                budget,
                drawn,
                limit,
            });
        }
    }
    violations
}

/// Sweeps over the moments at which use or capacity of one resource changes.
fn capacity(
    project: &Project,
    schedule: &Schedule,
    resource: Resource,
    violations: &mut Vec<Violation>,
) {
    // (time, change of use, change of capacity)
    let mut events: Vec<(u64, i128, i128)> = Vec::new();
    for task in (0..project.tasks() as u32).map(Task) {
        let mode = &project.modes(task)[schedule.modes[task.index()] as usize];
        let start = u64::from(schedule.starts[task.index()]);
        for &(used, amount) in &mode.usage {
            if used == resource && amount > 0 && mode.duration > 0 {
                events.push((start, i128::from(amount), 0));
                events.push((start + u64::from(mode.duration), -i128::from(amount), 0));
            }
        }
    }
    let mut before = 0;
    for &(from, amount) in project.capacity(resource) {
        events.push((u64::from(from), 0, i128::from(amount) - i128::from(before)));
        before = amount;
    }
    events.sort_unstable();
    let (mut used, mut there, mut k) = (0i128, 0i128, 0);
    let mut open: Option<(u64, u64, u64)> = None;
    while k < events.len() {
        let now = events[k].0;
        while k < events.len() && events[k].0 == now {
            used += events[k].1;
            there += events[k].2;
            k += 1;
        }
        let state = (used > there).then_some((now, used as u64, there as u64));
        if let Some((from, was_used, was_there)) = open
            && state.is_none_or(|state| (state.1, state.2) != (was_used, was_there))
        {
            violations.push(Violation::Capacity {
                resource,
                from,
                until: now,
                used: was_used,
                capacity: was_there,
            });
            open = None;
        }
        if open.is_none() {
            open = state;
        }
    }
}
