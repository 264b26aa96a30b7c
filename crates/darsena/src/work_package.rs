//! `work-package`: the tasks of a yard's own plan as rows of `tasks`, `modes`, `mode_usage` and `agreed`.

use darsena_repair::xer::WorkPackage;

use crate::answer::{Answer, Head, Table};
use crate::scenario_answer::blank;

/// Returns the tables of a work package that belongs to `job` and is done at `site`; ids of tasks begin with that of the job,
/// ids of resources with that of the site, but for those that are of the tables already. What has begun is agreed as it is.
#[must_use]
pub fn answer(package: &WorkPackage, job: &str, site: &str) -> Answer {
    let id = |code: &str| match code.strip_prefix(job) {
        Some(rest) if rest.is_empty() || rest.starts_with('-') => code.to_string(),
        _ => format!("{job}-{code}"),
    };
    let tasks = &package.tasks;
    let uses: Vec<_> = tasks
        .iter()
        .flat_map(|task| task.usage.iter().map(move |usage| (task, usage)))
        .collect();
    let begun: Vec<_> = { tasks.iter() }
        .filter_map(|task| Some((task, task.begun?)))
        .collect();
    let tables = vec![
        Table::new("tasks", "A task of the job.")
            .text("task", tasks.iter().map(|task| id(&task.code)))
            .text("job", tasks.iter().map(|_| job))
            .text("name", tasks.iter().map(|task| task.name.clone()))
            .text(
                "after",
                tasks.iter().map(|task| {
                    task.after
                        .iter()
                        .map(|code| id(code))
                        .collect::<Vec<_>>()
                        .join(";")
                }),
            ),
        Table::new("modes", "The one way it is done.")
            .text("task", tasks.iter().map(|task| id(&task.code)))
            .text("mode", tasks.iter().map(|_| site))
            .text("site", tasks.iter().map(|_| site))
            .whole(
                "days",
                "days",
                tasks.iter().map(|task| i64::from(task.days)),
            )
            .text(
                "dock",
                tasks
                    .iter()
                    .map(|task| task.dock.clone().unwrap_or_default()),
            ),
        Table::new("mode_usage", "What it takes each day.")
            .text("task", uses.iter().map(|row| id(&row.0.code)))
            .text("mode", uses.iter().map(|_| site))
            .text(
                "resource",
                uses.iter().map(|(_, usage)| match usage.is_id {
                    true => usage.resource.clone(),
                    false => format!("{site}-{}", usage.resource),
                }),
            )
            .number(
                "usage",
                "capacity units per day",
                uses.iter().map(|row| row.1.units),
            ),
        Table::new("agreed", "What has begun or is done: it keeps its day.")
            .text("task", begun.iter().map(|one| id(&one.0.code)))
            .text("mode", begun.iter().map(|_| site))
            .day("start", begun.iter().map(|one| one.1))
            .flag("begun", begun.iter().map(|_| true)),
    ];
    Answer {
        head: Head {
            remarks: package.lost.clone(),
            ..blank("work-package")
        },
        tables,
        trees: Vec::new(),
    }
}

/// The same for reading: how much there is, and what was lost.
#[must_use]
pub fn readable(answer: &Answer) -> String {
    let mut out = String::new();
    for remark in &answer.head.remarks {
        out.push_str(&format!("not taken over: {remark}\n"));
    }
    for table in &answer.tables {
        out.push_str(&format!("\n{}\n{}", table.name, crate::write::text(table)));
    }
    out.push_str("\nAdd these rows to the tables of the scenario: `--format csv --out FOLDER` writes one file a table.\n");
    out
}
