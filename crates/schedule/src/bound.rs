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
            (instance.head[task], rest, least_work(instance, task, resource))
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
        let mut sum = 0;
        for k in (0..tasks.len()).rev() {
            if tasks[k].1 >= rest {
                sum += tasks[k].2;
            }
            if k == 0 || tasks[k - 1].0 < tasks[k].0 {
                let days = i32::try_from((sum + capacity - 1) / capacity).unwrap_or(0);
                if sum > 0 {
                    bound = bound.max(tasks[k].0 + days + rest);
                }
            }
        }
    }
    bound
}
