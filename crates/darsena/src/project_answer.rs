//! `repair --psplib`: schedules of published project files, for comparing with anyone.

use std::path::Path;

use darsena_certify::{CertifyError, Withheld};
use darsena_schedule::{Options, Outcome, Project, Status, Task, Watch, check, psplib, solve};

use crate::answer::{Answer, Head, Table};
use crate::certificate_answer;

/// A project file and its schedule.
#[derive(Debug)]
pub struct Scheduled {
    /// Name of the file.
    pub file: String,
    project: Project,
    outcome: Outcome,
    certificate: Option<darsena_certify::Outcome>,
}

impl Scheduled {
    /// Asks for a certificate that others can check, in a folder of the file's name in `folder`. `bytes` are those the
    /// schedule was made from; `asked` is asked whether to stop. Returns whether there is one.
    ///
    /// # Errors
    /// Fails when something is in the place, or when it can't be written; then nothing is left there.
    pub fn certify(
        &mut self,
        bytes: &[u8],
        options: &darsena_certify::Options,
        asked: &dyn Fn() -> bool,
        folder: &Path,
    ) -> Result<bool, CertifyError> {
        let outcome = match (&self.outcome.schedule, self.outcome.status) {
            (Some(schedule), Status::Optimal) => {
                darsena_certify::certify(&self.file, bytes, schedule, options, asked, folder)?
            }
            _ => darsena_certify::Outcome::Withheld(Withheld::NotProved),
        };
        let given = matches!(outcome, darsena_certify::Outcome::Given(_));
        self.certificate = Some(outcome);
        Ok(given)
    }
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
        certificate: None,
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
    let mut remarks = vec![format!(
        "{optimal} of {} proved to be the shortest",
        all.len()
    )];
    let mut tables = vec![projects, schedule];
    let asked: Vec<_> = all
        .iter()
        .filter_map(|one| {
            Some(certificate_answer::asked(
                &one.file,
                one.certificate.as_ref()?,
            ))
        })
        .collect();
    if !asked.is_empty() {
        let given = asked.iter().filter(|row| row.certificate.is_ok()).count();
        remarks.push(format!("{given} of {} certified", asked.len()));
        tables.push(certificate_answer::table(&asked));
    }
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
            remarks,
        },
        tables,
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
    let mut names = "Tables: projects, schedule".to_string();
    if let Some(certificates) = answer.table("certificates") {
        out.push('\n');
        out.push_str(&crate::write::text(certificates));
        names.push_str(", certificates");
    }
    for remark in &answer.head.remarks {
        out.push_str(remark);
        out.push('\n');
    }
    out.push_str(&names);
    out.push('\n');
    out
}
