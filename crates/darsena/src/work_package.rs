//! `work-package`: the tasks of a yard's own plan as rows of `tasks`, `modes` and `mode_usage`.

use darsena_repair::xer::WorkPackage;

use crate::answer::{Answer, Head, Table};
use crate::scenario_answer::blank;

/// Returns the tables of a work package that belongs to `job` and is done at `site`; ids of tasks begin with that of the job,
/// ids of resources with that of the site.
#[must_use]
pub fn answer(package: &WorkPackage, job: &str, site: &str) -> Answer {
    let id = |code: &str| format!("{job}-{code}");
    let tasks = &package.tasks;
    let uses: Vec<_> = tasks
        .iter()
        .flat_map(|task| task.usage.iter().map(move |usage| (task, usage)))
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
            ),
        Table::new("mode_usage", "What it takes each day.")
            .text("task", uses.iter().map(|row| id(&row.0.code)))
            .text("mode", uses.iter().map(|_| site))
            .text(
                "resource",
                uses.iter().map(|row| format!("{site}-{}", row.1.0)),
            )
            .number(
                "usage",
                "capacity units per day",
                uses.iter().map(|row| row.1.1),
            ),
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
