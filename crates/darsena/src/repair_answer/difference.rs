//! Two schedules side by side.

use std::collections::BTreeMap;

use darsena_repair::{DoneJob, Schedule};
use darsena_scenario::Scenario;
use jiff::civil::Date;

use crate::answer::{Answer, Table};
use crate::repair::{Repair, days_of};

/// The answer `repair --against`: jobs that are done elsewhere or at another time in a second schedule, by id.
#[must_use]
pub fn difference(
    (scenario, first): (&Scenario, &Repair),
    (other, second): (&Scenario, &Repair),
    seconds: Option<f64>,
) -> Answer {
    let mut head = super::head_of(other, &second.outcome, seconds);
    head.question = "repair --against".into();
    head.remarks = vec![format!(
        "first: `{}`, second: `{}`",
        scenario.head().name,
        other.head().name
    )];
    Answer {
        head,
        tables: vec![
            schedules(scenario, first, second),
            differences(first, second),
        ],
        trees: Vec::new(),
    }
}

/// Two schedules in sum.
pub(super) fn schedules(scenario: &Scenario, first: &Repair, second: &Repair) -> Table {
    let currency = scenario.head().currency.to_string();
    let both = [first, second];
    let sums = both.map(|repair| days_of(&repair.problem, &repair.outcome));
    let left_out = both.map(|repair| {
        let count = repair.schedule.deferred.len() + repair.schedule.unplaced.len();
        i64::try_from(count).unwrap_or(i64::MAX)
    });
    Table::new("schedules", "A schedule in sum.")
        .text("schedule", ["first", "second"])
        .whole("days_not_ready", "days", sums.map(|sum| sum.0))
        .whole("days_late", "days", sums.map(|sum| sum.1))
        .whole("left_out", "jobs", left_out)
        .number(
            "cost",
            &currency,
            both.map(|repair| repair.outcome.cost.total()),
        )
        .number("bound", &currency, both.map(|repair| repair.outcome.bound))
}

/// Jobs that are done elsewhere or at another time, by id.
pub(super) fn differences(first: &Repair, second: &Repair) -> Table {
    let one = Side::new(first);
    let two = Side::new(second);
    let mut ids: Vec<&str> = one.jobs.keys().chain(two.jobs.keys()).copied().collect();
    ids.sort_unstable();
    ids.dedup();
    ids.retain(|id| one.placed(id) != two.placed(id));
    let day = |side: &Side<'_>, pick: fn(&DoneJob) -> i32| -> Vec<Option<Date>> {
        let each = ids
            .iter()
            .map(|id| Some(side.repair.problem.date(pick(side.jobs.get(id)?))));
        each.collect()
    };
    let later = |pick: fn(&DoneJob) -> i32| -> Vec<Option<i64>> {
        let each = ids.iter().map(|id| {
            let (one, two) = (one.jobs.get(id)?, two.jobs.get(id)?);
            Some(i64::from(pick(two) - pick(one)))
        });
        each.collect()
    };
    Table::new("differences", "A job that is done elsewhere or at another time in the second schedule; dates are null where it is not done.")
        .text("job", ids.iter().copied())
        .day("out", day(&one, |job| job.out))
        .day("back", day(&one, |job| job.back))
        .text("modes", ids.iter().map(|id| one.modes(id)))
        .day("out_second", day(&two, |job| job.out))
        .day("back_second", day(&two, |job| job.back))
        .text("modes_second", ids.iter().map(|id| two.modes(id)))
        .whole("days_later", "days", later(|job| job.back))
        .whole("days_more_not_ready", "days", later(|job| job.back - job.out))
}

/// The same for reading.
#[must_use]
pub fn readable_difference(answer: &Answer) -> String {
    let mut out = format!("{}\n\n", answer.head.remarks.join("; "));
    // What is otherwise is told in words above.
    let tables = answer.tables.iter();
    for table in tables.filter(|table| table.name != "otherwise") {
        out.push_str(&crate::write::text(table));
        out.push('\n');
    }
    out
}

struct Side<'a> {
    repair: &'a Repair,
    jobs: BTreeMap<&'a str, &'a DoneJob>,
}

impl<'a> Side<'a> {
    fn new(repair: &'a Repair) -> Self {
        let schedule: &Schedule = &repair.schedule;
        Side {
            repair,
            jobs: { schedule.jobs.iter() }
                .map(|job| (job.job.as_str(), job))
                .collect(),
        }
    }

    /// Where and when a job is done.
    fn placed(&self, id: &str) -> Option<(Date, Date, String)> {
        let job = self.jobs.get(id)?;
        let problem = &self.repair.problem;
        Some((
            problem.date(job.out),
            problem.date(job.back),
            self.modes(id),
        ))
    }

    fn modes(&self, id: &str) -> String {
        let Some(job) = self.jobs.get(id) else {
            return String::new();
        };
        let mut modes: Vec<&str> = Vec::new();
        for task in &job.tasks {
            let place = task.dock.as_deref().unwrap_or(&task.mode);
            if !modes.contains(&place) {
                modes.push(place);
            }
        }
        modes.join(";")
    }
}
