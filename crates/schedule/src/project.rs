//! What is to be scheduled: tasks with modes, what comes before what, resources and budgets.

/// A task, by its place in the project.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Task(pub u32);

/// A renewable resource, by its place in the project: what a task uses of it is free again when the
/// task ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Resource(pub u32);

/// A budget (a nonrenewable resource), by its place in the project: what a task draws from it is gone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Budget(pub u32);

impl Task {
    /// The place as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl Resource {
    /// The place as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl Budget {
    /// The place as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One way to do a task.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Mode {
    /// How long the task holds its resources, without a break.
    pub duration: u32,
    /// What it uses of each resource at every moment; a resource that is not named is not used.
    pub usage: Vec<(Resource, u32)>,
    /// What it draws from each budget, once.
    pub draw: Vec<(Budget, u32)>,
}

/// One task cannot start before another has ended and a lag has passed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Precedence {
    /// The task that ends first.
    pub before: Task,
    /// The task that waits.
    pub after: Task,
    /// The least time between the end of the one and the start of the other.
    pub lag: u32,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct TaskData {
    pub(crate) name: String,
    pub(crate) release: u32,
    pub(crate) modes: Vec<Mode>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ResourceData {
    pub(crate) name: String,
    /// From when on how much there is: rising times, the first is 0.
    pub(crate) capacity: Vec<(u32, u32)>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct BudgetData {
    pub(crate) name: String,
    pub(crate) limit: u64,
}

/// Tasks with modes, precedence, renewable resources and budgets: what a [`Schedule`](crate::Schedule) is made for.
///
/// Time is counted in whole steps from 0. Whoever builds a project says what a step is.
///
/// # Example
/// Two tasks share one crew; the second can be done by a larger crew in less time.
///
/// ```
/// use darsena_schedule::{Mode, Options, Project, Status, Watch, solve};
///
/// let mut project = Project::new();
/// let crew = project.add_resource("crew", 3);
/// let paint = project.add_task("paint", 0);
/// project.add_mode(paint, Mode { duration: 4, usage: vec![(crew, 1)], ..Mode::default() });
/// let weld = project.add_task("weld", 0);
/// project.add_mode(weld, Mode { duration: 6, usage: vec![(crew, 1)], ..Mode::default() });
/// project.add_mode(weld, Mode { duration: 3, usage: vec![(crew, 2)], ..Mode::default() });
///
/// let outcome = solve(&project, &Options::default(), &mut Watch::nobody())?;
/// assert_eq!((outcome.status, outcome.makespan), (Status::Optimal, Some(4)));
/// # Ok::<(), darsena_schedule::ProjectError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Project {
    pub(crate) tasks: Vec<TaskData>,
    pub(crate) resources: Vec<ResourceData>,
    pub(crate) budgets: Vec<BudgetData>,
    pub(crate) precedence: Vec<Precedence>,
}

impl Project {
    /// A project without tasks, resources and budgets.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a resource of which there is always the same amount.
    pub fn add_resource(&mut self, name: &str, capacity: u32) -> Resource {
        self.add_resource_with_steps(name, &[(0, capacity)])
    }

    /// Adds a resource whose amount changes: each step says from when on how much there is. Before
    /// the first step there is nothing; of two steps at one time the later one holds.
    pub fn add_resource_with_steps(&mut self, name: &str, steps: &[(u32, u32)]) -> Resource {
        let place = Resource(self.resources.len() as u32);
        let mut sorted = steps.to_vec();
        sorted.sort_by_key(|step| step.0);
        let mut capacity: Vec<(u32, u32)> = vec![(0, 0)];
        for (from, amount) in sorted {
            match capacity.last_mut() {
                Some(last) if last.0 == from => last.1 = amount,
                _ => capacity.push((from, amount)),
            }
        }
        capacity.dedup_by(|later, earlier| later.1 == earlier.1);
        self.resources.push(ResourceData {
            name: name.to_owned(),
            capacity,
        });
        place
    }

    /// Adds a budget: all draws together may not exceed the limit.
    pub fn add_budget(&mut self, name: &str, limit: u64) -> Budget {
        let place = Budget(self.budgets.len() as u32);
        self.budgets.push(BudgetData {
            name: name.to_owned(),
            limit,
        });
        place
    }

    /// Adds a task that cannot start before `release`. It needs at least one mode before it can be scheduled.
    pub fn add_task(&mut self, name: &str, release: u32) -> Task {
        let place = Task(self.tasks.len() as u32);
        self.tasks.push(TaskData {
            name: name.to_owned(),
            release,
            modes: Vec::new(),
        });
        place
    }

    /// Adds a mode to a task and returns its place among the task's modes. Nothing happens when
    /// there is no such task.
    pub fn add_mode(&mut self, task: Task, mode: Mode) -> u32 {
        match self.tasks.get_mut(task.index()) {
            Some(task) => {
                task.modes.push(mode);
                task.modes.len() as u32 - 1
            }
            None => 0,
        }
    }

    /// Lets `after` wait for the end of `before`, and `lag` longer.
    pub fn add_precedence(&mut self, before: Task, after: Task, lag: u32) {
        self.precedence.push(Precedence { before, after, lag });
    }

    /// How many tasks there are.
    pub fn tasks(&self) -> usize {
        self.tasks.len()
    }

    /// How many renewable resources there are.
    pub fn resources(&self) -> usize {
        self.resources.len()
    }

    /// How many budgets there are.
    pub fn budgets(&self) -> usize {
        self.budgets.len()
    }

    /// The name of a task; empty when there is none such.
    pub fn task_name(&self, task: Task) -> &str {
        self.tasks.get(task.index()).map_or("", |task| &task.name)
    }

    /// The name of a resource; empty when there is none such.
    pub fn resource_name(&self, resource: Resource) -> &str {
        self.resources
            .get(resource.index())
            .map_or("", |resource| &resource.name)
    }

    /// The name of a budget; empty when there is none such.
    pub fn budget_name(&self, budget: Budget) -> &str {
        self.budgets
            .get(budget.index())
            .map_or("", |budget| &budget.name)
    }

    /// The earliest start of a task.
    pub fn release(&self, task: Task) -> u32 {
        self.tasks.get(task.index()).map_or(0, |task| task.release)
    }

    /// The modes of a task.
    pub fn modes(&self, task: Task) -> &[Mode] {
        self.tasks.get(task.index()).map_or(&[], |task| &task.modes)
    }

    /// From when on how much there is of a resource: rising times from 0 on.
    pub fn capacity(&self, resource: Resource) -> &[(u32, u32)] {
        self.resources
            .get(resource.index())
            .map_or(&[], |resource| &resource.capacity)
    }

    /// What may be drawn from a budget in all.
    pub fn limit(&self, budget: Budget) -> u64 {
        self.budgets
            .get(budget.index())
            .map_or(0, |budget| budget.limit)
    }

    /// What comes before what, in the order added.
    pub fn precedence(&self) -> &[Precedence] {
        &self.precedence
    }
}

/// Why a project cannot be scheduled at all. That no schedule exists is an outcome, not an error.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// A task without a way to do it.
    #[error("task `{0}` has no mode")]
    NoMode(String),
    /// A mode names a resource the project does not have.
    #[error("task `{task}` uses resource {resource}, and there are {known}")]
    UnknownResource {
        /// The task.
        task: String,
        /// The place named.
        resource: u32,
        /// How many resources there are.
        known: usize,
    },
    /// A mode names a budget the project does not have.
    #[error("task `{task}` draws from budget {budget}, and there are {known}")]
    UnknownBudget {
        /// The task.
        task: String,
        /// The place named.
        budget: u32,
        /// How many budgets there are.
        known: usize,
    },
    /// A precedence names a task the project does not have.
    #[error("a precedence names task {task}, and there are {known}")]
    UnknownTask {
        /// The place named.
        task: u32,
        /// How many tasks there are.
        known: usize,
    },
    /// Tasks that wait for one another in a circle; some of them by name.
    #[error("tasks wait for one another in a circle: {}", .0.join(" < "))]
    Circle(Vec<String>),
    /// Times, amounts or counts beyond what is counted with.
    #[error("{0} is more than can be counted with")]
    TooLarge(&'static str),
}
