//! `repair --psplib`: schedules of published project files, for comparing with anyone.

use darsena_schedule::{Options, Outcome, Project, Task, Watch, check, psplib, solve};

use crate::answer::{Answer, Head, Table};

/// A project file and its schedule.
#[derive(Debug)]
pub struct Scheduled {
    /// Name of the file.
    pub file: String,
    project: Project,
    outcome: Outcome,
}

/// Why a project file has no schedule to show.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// It is no file of PSPLIB or MMLIB.
    #[error("cannot read `{0}`")]
    Unreadable(String, #[source] psplib::ReadError),
    /// It is no project.
    #[error("`{0}` is no project")]
    NoProject(String, #[source] darsena_schedule::ProjectError),
    /// The schedule does not survive the checker: a fault in darsena, never to be shown as an answer.
    #[error("the schedule of `{0}` does not survive its checker: {1}")]
    Unsound(String, String),
}

/// Returns the schedule of a project file of PSPLIB (`.sm`, `.mm`) or MMLIB, re-checked.
///
/// # Errors
/// Fails where the bytes are no such file, and when the schedule does not survive its checker.
pub fn schedule(
    file: &str,
    bytes: &[u8],
    options: &Options,
    watch: &mut Watch<'_>,
) -> Result<Scheduled, ProjectError> {
    let project =
        psplib::read(bytes).map_err(|error| ProjectError::Unreadable(file.into(), error))?;
    let outcome = solve(&project, options, watch)
        .map_err(|error| ProjectError::NoProject(file.into(), error))?;
    if let Some(violation) = outcome
        .schedule
        .iter()
        .flat_map(|schedule| check(&project, schedule))
        .next()
    {
        return Err(ProjectError::Unsound(file.into(), violation.to_string()));
    }
    Ok(Scheduled {
        file: file.into(),
        project,
        outcome,
    })
}

/// The answer `repair --psplib` of some files.
#[must_use]
pub fn answer(all: &[Scheduled], seconds: Option<f64>) -> Answer {
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let projects = Table::new(
        "projects",
        "A project file: how it ended, its makespan, and what none is shorter than.",
    )
    .text("file", all.iter().map(|one| one.file.clone()))
    .whole(
        "tasks",
        "tasks",
        all.iter()
            .map(|one| i64::try_from(one.project.tasks()).unwrap_or(i64::MAX)),
    )
    .text("status", all.iter().map(|one| one.outcome.status.as_str()))
    .whole(
        "makespan",
        "periods",
        all.iter().map(|one| one.outcome.makespan.map(whole)),
    )
    .whole(
        "bound",
        "periods",
        all.iter().map(|one| whole(one.outcome.bound)),
    )
    .number(
        "gap",
        "share",
        all.iter()
            .map(|one| Some(one.outcome.gap).filter(|gap| gap.is_finite())),
    )
    .whole(
        "steps",
        "steps",
        all.iter().map(|one| whole(one.outcome.steps)),
    );
    let mut rows = Vec::new();
    for one in all {
        let Some(schedule) = &one.outcome.schedule else {
            continue;
        };
        for n in 0..one.project.tasks() {
            let task = Task(u32::try_from(n).unwrap_or(u32::MAX));
            let (start, mode) = (schedule.starts[n], schedule.modes[n]);
            let end = schedule.end(&one.project, task).unwrap_or(u64::from(start));
            rows.push((
                one.file.clone(),
                one.project.task_name(task).to_string(),
                mode + 1,
                start,
                end,
            ));
        }
    }
    let schedule = Table::new(
        "schedule",
        "A task: its mode, counted from 1, first period, and first period no longer.",
    )
    .text("file", rows.iter().map(|row| row.0.clone()))
    .text("task", rows.iter().map(|row| row.1.clone()))
    .whole("mode", "", rows.iter().map(|row| i64::from(row.2)))
    .whole("start", "period", rows.iter().map(|row| i64::from(row.3)))
    .whole("end", "period", rows.iter().map(|row| whole(row.4)));
    let optimal = all
        .iter()
        .filter(|one| one.outcome.status.as_str() == "optimal")
        .count();
    Answer {
        head: Head {
            question: "repair --psplib".into(),
            scenario: String::new(),
            scenario_hash: String::new(),
            law_as_of: String::new(),
            law_hash: None,
            solver: Some(("darsena-schedule".into(), env!("CARGO_PKG_VERSION").into())),
            status: "answered".into(),
            objective: None,
            objective_unit: String::new(),
            seconds,
            currency: String::new(),
            remarks: vec![format!(
                "{optimal} of {} proved to be the shortest",
                all.len()
            )],
        },
        tables: vec![projects, schedule],
        trees: Vec::new(),
    }
}

/// The same for reading: one line a file.
#[must_use]
pub fn readable(answer: &Answer) -> String {
    let mut out = String::new();
    if let Some(projects) = answer.table("projects") {
        out.push_str(&crate::write::text(projects));
    }
    for remark in &answer.head.remarks {
        out.push_str(remark);
        out.push('\n');
    }
    out.push_str("Tables: projects, schedule\n");
    out
}
