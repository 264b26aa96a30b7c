//! When each task starts, and in which mode.

use crate::project::{Project, Task};

/// A start and a mode for each task, in the order of the project.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Schedule {
    /// When each task starts.
    pub starts: Vec<u32>,
    /// In which of its modes each task is done.
    pub modes: Vec<u32>,
}

impl Schedule {
    /// When a task ends; none when there is no such task or mode.
    pub fn end(&self, project: &Project, task: Task) -> Option<u64> {
        let start = *self.starts.get(task.index())?;
        let mode = *self.modes.get(task.index())?;
        let mode = project.modes(task).get(mode as usize)?;
        Some(u64::from(start) + u64::from(mode.duration))
    }

    /// The end of the last task; 0 without tasks.
    pub fn makespan(&self, project: &Project) -> u64 {
        (0..project.tasks() as u32)
            .filter_map(|task| self.end(project, Task(task)))
            .max()
            .unwrap_or(0)
    }
}
