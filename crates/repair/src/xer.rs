//! Work packages as planners of yards exchange them: the task tables of a Primavera XER file.
//!
//! Of an XER file these tables are read: `TASK`, `TASKPRED`, `CALENDAR`, `RSRC`, `TASKRSRC`. Written are these, `PROJECT` and
//! `PROJWBS`, one node of the work breakdown a job.
//!
//! Work that is done keeps its actual days, work under way its actual first day and the last day expected; both come in as begun.
//! Resources below a node `docks` or `trades` are docks and trades of the tables by their ids: so what is written is read again.
//!
//! # What is lost
//! A task here waits for others to be done: ties of another kind than finish to start, and lags, are not read, and said so.
//! Durations become whole days of the calendar, more where the task's week has fewer than seven days. Level of
//! effort and summary rows are no tasks.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use darsena_scenario::Scenario;
use jiff::civil::Date;

use crate::problem::{Problem, UNIT};
use crate::schedule::Schedule;

/// Most bytes of a file that is read.
pub const MOST_BYTES: usize = 256 << 20;

/// A work package.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WorkPackage {
    /// Its tasks, in the order of the file.
    pub tasks: Vec<PackageTask>,
    /// What could not be taken over.
    pub lost: Vec<String>,
}

/// A task of a work package.
#[derive(Debug, Clone, PartialEq)]
pub struct PackageTask {
    /// Its code, as a lower-case word.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Days of the calendar.
    pub days: u32,
    /// Codes of the tasks it waits for.
    pub after: Vec<String>,
    /// What it takes each day of resources.
    pub usage: Vec<PackageUse>,
    /// The dock it is done in.
    pub dock: Option<String>,
    /// The day on which it began, where it has.
    pub begun: Option<Date>,
}

/// What a task of a work package takes of a resource.
#[derive(Debug, Clone, PartialEq)]
pub struct PackageUse {
    /// The resource, as a lower-case word.
    pub resource: String,
    /// Whether that is an id of the tables already.
    pub is_id: bool,
    /// Units a day.
    pub units: f64,
}

/// Why a file is no work package.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum XerError {
    /// It does not begin as an XER file does.
    #[error("line 1: an XER file begins with `ERMHDR`")]
    NoHeader,
    /// It is too large.
    #[error("it has {0} bytes, more than {MOST_BYTES}")]
    TooLarge(usize),
    /// A row stands before a table or its fields.
    #[error("line {0}: a row without a table and its fields")]
    NoTable(usize),
    /// A table or field is not there.
    #[error("table `{0}` with field `{1}` is not in the file")]
    Missing(&'static str, &'static str),
    /// A number cannot be read.
    #[error(
        "line {line}: field `{field}`: `{found}` is no number of hours or units, or not one that can be"
    )]
    BadNumber {
        /// Line.
        line: usize,
        /// Field.
        field: &'static str,
        /// What stands there.
        found: String,
    },
    /// A day cannot be read.
    #[error("line {line}: field `{field}`: `{found}` is no day such as `2024-07-01 08:00`")]
    BadDay {
        /// Line.
        line: usize,
        /// Field.
        field: &'static str,
        /// What stands there.
        found: String,
    },
}

/// Nodes below which a file of darsena keeps docks and trades.
const DOCKS: &str = "docks";
const TRADES: &str = "trades";

struct Rows<'a> {
    fields: Vec<&'a str>,
    rows: Vec<(usize, Vec<&'a str>)>,
}

impl<'a> Rows<'a> {
    fn place(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|known| *known == field)
    }

    fn get(&self, row: &(usize, Vec<&'a str>), field: &str) -> &'a str {
        self.place(field)
            .and_then(|n| row.1.get(n))
            .copied()
            .unwrap_or("")
    }

    fn day(
        &self,
        row: &(usize, Vec<&'a str>),
        field: &'static str,
    ) -> Result<Option<Date>, XerError> {
        let found = self.get(row, field).trim();
        if found.is_empty() {
            return Ok(None);
        }
        let day = found.split(' ').next().unwrap_or("");
        day.parse().map(Some).map_err(|_| XerError::BadDay {
            line: row.0,
            field,
            found: found.chars().take(40).collect(),
        })
    }

    fn number(
        &self,
        row: &(usize, Vec<&'a str>),
        field: &'static str,
    ) -> Result<Option<f64>, XerError> {
        let found = self.get(row, field).trim();
        if found.is_empty() {
            return Ok(None);
        }
        match found.parse::<f64>() {
            Ok(number) if (0.0..1e7).contains(&number) => Ok(Some(number)),
            _ => Err(XerError::BadNumber {
                line: row.0,
                field,
                found: found.chars().take(40).collect(),
            }),
        }
    }
}

/// Reads a work package.
///
/// # Errors
/// Fails where the text is no XER file, lacks its tables, or holds numbers that cannot be read.
pub fn read(text: &str) -> Result<WorkPackage, XerError> {
    if text.len() > MOST_BYTES {
        return Err(XerError::TooLarge(text.len()));
    }
    let mut tables: BTreeMap<&str, Rows<'_>> = BTreeMap::new();
    let mut at: Option<&str> = None;
    let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    if !lines
        .next()
        .is_some_and(|(_, line)| line.starts_with("ERMHDR"))
    {
        return Err(XerError::NoHeader);
    }
    for (n, line) in lines {
        let mut cells = line.trim_end_matches('\r').split('\t');
        match cells.next() {
            Some("%T") => {
                let name = cells.next().unwrap_or("").trim();
                tables.insert(
                    name,
                    Rows {
                        fields: Vec::new(),
                        rows: Vec::new(),
                    },
                );
                at = Some(name);
            }
            Some("%F") => {
                let rows = at
                    .and_then(|name| tables.get_mut(name))
                    .ok_or(XerError::NoTable(n + 1))?;
                rows.fields = cells.map(str::trim).collect();
            }
            Some("%R") => {
                let rows = at
                    .and_then(|name| tables.get_mut(name))
                    .ok_or(XerError::NoTable(n + 1))?;
                if rows.fields.is_empty() {
                    return Err(XerError::NoTable(n + 1));
                }
                rows.rows.push((n + 1, cells.collect()));
            }
            _ => {}
        }
    }
    let task_rows = tables
        .get("TASK")
        .ok_or(XerError::Missing("TASK", "task_id"))?;
    for field in ["task_id", "task_code", "target_drtn_hr_cnt"] {
        task_rows
            .place(field)
            .ok_or(XerError::Missing("TASK", field))?;
    }
    let mut hours: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    if let Some(calendars) = tables.get("CALENDAR") {
        for row in &calendars.rows {
            let day = calendars
                .number(row, "day_hr_cnt")?
                .filter(|hours| *hours > 0.0)
                .unwrap_or(8.0);
            let week = calendars
                .number(row, "week_hr_cnt")?
                .filter(|hours| *hours > 0.0)
                .unwrap_or(7.0 * day);
            hours.insert(
                calendars.get(row, "clndr_id"),
                (day, (week / day).clamp(1.0, 7.0)),
            );
        }
    }
    let mut package = WorkPackage::default();
    let mut code_of: BTreeMap<&str, String> = BTreeMap::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for row in &task_rows.rows {
        let kind = task_rows.get(row, "task_type");
        if matches!(kind, "TT_LOE" | "TT_WBS") {
            package.lost.push(format!(
                "line {}: `{}` is no task but effort or a sum",
                row.0,
                task_rows.get(row, "task_code")
            ));
            continue;
        }
        let (day, week) = hours
            .get(task_rows.get(row, "clndr_id"))
            .copied()
            .unwrap_or((8.0, 7.0));
        let worked = task_rows.number(row, "target_drtn_hr_cnt")?.unwrap_or(0.0) / day;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "hours are bounded"
        )]
        let mut days = (worked * 7.0 / week).ceil() as u32;
        let (begun, last) = match task_rows.get(row, "status_code") {
            "TK_Complete" => (
                task_rows.day(row, "act_start_date")?,
                task_rows.day(row, "act_end_date")?,
            ),
            "TK_Active" => (
                task_rows.day(row, "act_start_date")?,
                task_rows.day(row, "early_end_date")?,
            ),
            _ => (None, None),
        };
        match (begun, last) {
            (Some(begun), Some(last)) if days > 0 => {
                let span = begun.until(last).map_or(0, |span| span.get_days());
                days = u32::try_from(span.saturating_add(1)).unwrap_or(0).max(1);
            }
            (None, _)
                if matches!(
                    task_rows.get(row, "status_code"),
                    "TK_Complete" | "TK_Active"
                ) =>
            {
                package.lost.push(format!(
                    "line {}: `{}` has begun, but no actual day says when",
                    row.0,
                    task_rows.get(row, "task_code")
                ));
            }
            _ => {}
        }
        let mut code = word(task_rows.get(row, "task_code"));
        // The same code again: the line tells them apart.
        if places.contains_key(&code) {
            let _ = write!(code, "-line-{}", row.0);
        }
        places.insert(code.clone(), package.tasks.len());
        code_of.insert(task_rows.get(row, "task_id"), code.clone());
        package.tasks.push(PackageTask {
            code,
            name: task_rows.get(row, "task_name").trim().to_string(),
            days,
            after: Vec::new(),
            usage: Vec::new(),
            dock: None,
            begun,
        });
    }
    if let Some(ties) = tables.get("TASKPRED") {
        for row in &ties.rows {
            let (Some(after), Some(before)) = (
                code_of.get(ties.get(row, "task_id")),
                code_of.get(ties.get(row, "pred_task_id")),
            ) else {
                package.lost.push(format!(
                    "line {}: a tie to a task that is not in the file",
                    row.0
                ));
                continue;
            };
            let kind = ties.get(row, "pred_type");
            if !matches!(kind, "PR_FS" | "") {
                package.lost.push(format!(
                    "line {}: `{after}` is tied to `{before}` by {kind}, not finish to start",
                    row.0
                ));
                continue;
            }
            let lag = ties.get(row, "lag_hr_cnt").trim();
            if !lag.is_empty() && lag.parse::<f64>() != Ok(0.0) {
                package.lost.push(format!(
                    "line {}: `{after}` waits {lag} hours more after `{before}`",
                    row.0
                ));
            }
            let before = before.clone();
            if let Some(task) = places.get(after).map(|place| &mut package.tasks[*place])
                && !task.after.contains(&before)
            {
                task.after.push(before);
            }
        }
    }
    if let (Some(uses), Some(resources)) = (tables.get("TASKRSRC"), tables.get("RSRC")) {
        let names: BTreeMap<&str, String> = { resources.rows.iter() }
            .map(|row| {
                (
                    resources.get(row, "rsrc_id"),
                    word(resources.get(row, "rsrc_short_name")),
                )
            })
            .collect();
        let nodes: BTreeMap<&str, &str> = { resources.rows.iter() }
            .filter_map(|row| {
                let node = names.get(resources.get(row, "parent_rsrc_id"))?;
                Some((resources.get(row, "rsrc_id"), node.as_str()))
            })
            .collect();
        for row in &uses.rows {
            let (Some(code), Some(name)) = (
                code_of.get(uses.get(row, "task_id")),
                names.get(uses.get(row, "rsrc_id")),
            ) else {
                continue;
            };
            let hours = uses.number(row, "target_qty")?.unwrap_or(0.0);
            let node = nodes.get(uses.get(row, "rsrc_id")).copied();
            let place = places.get(code).copied();
            if let Some(task) = place.map(|place| &mut package.tasks[place])
                && node == Some(DOCKS)
            {
                if let Some(other) = task.dock.replace(name.clone()) {
                    package
                        .lost
                        .push(format!("line {}: `{code}` is in `{other}` as well", row.0));
                }
                continue;
            }
            if let Some(task) = place.map(|place| &mut package.tasks[place])
                && task.days > 0
                && hours > 0.0
            {
                // Hours of work become days of one worker, spread over the days of the task.
                task.usage.push(PackageUse {
                    resource: name.clone(),
                    is_id: node == Some(TRADES),
                    units: hours / 8.0 / f64::from(task.days),
                });
            }
        }
    }
    Ok(package)
}

/// A code as ids are written: lower case, digits and hyphens.
fn word(code: &str) -> String {
    let mut word = String::new();
    for letter in code.trim().chars() {
        if letter.is_ascii_alphanumeric() {
            word.push(letter.to_ascii_lowercase());
        } else if !word.ends_with('-') && !word.is_empty() {
            word.push('-');
        }
    }
    let word = word.trim_end_matches('-').to_string();
    if word.is_empty() { "task".into() } else { word }
}

/// Writes a schedule as an XER file, dated with the first day of the scenario.
#[must_use]
pub fn write(scenario: &Scenario, problem: &Problem, schedule: &Schedule) -> String {
    let start = scenario.head().start;
    let mut out = format!(
        "ERMHDR\t19.12\t{start}\tProject\tdarsena\tdarsena\tdbxDatabaseNoName\tProject Management\tUSD\n"
    );
    let mut table = |name: &str, fields: &str, rows: Vec<String>| {
        let _ = write!(out, "%T\t{name}\n%F\t{}\n", fields.replace(' ', "\t"));
        for row in rows {
            let _ = writeln!(out, "%R\t{row}");
        }
    };
    let name = clean(&scenario.head().name);
    let end = schedule.jobs.iter().map(|job| job.back).max().unwrap_or(0);
    table(
        "CALENDAR",
        "clndr_id default_flag clndr_name proj_id clndr_type day_hr_cnt week_hr_cnt month_hr_cnt year_hr_cnt clndr_data",
        vec![format!(
            "1\tY\tEvery day\t\tCA_Base\t8\t56\t244\t2922\t{}",
            every_day()
        )],
    );
    table(
        "PROJECT",
        "proj_id proj_short_name clndr_id plan_start_date plan_end_date",
        vec![format!(
            "1\t{name}\t1\t{start} 08:00\t{} 16:00",
            problem.date(end)
        )],
    );
    let mut nodes = vec![format!("1\t1\t1\tY\t{name}\t{name}\t")];
    for (n, job) in schedule.jobs.iter().enumerate() {
        nodes.push(format!(
            "{}\t1\t{}\tN\t{}\t{} of {}\t1",
            n + 2,
            n + 2,
            job.job,
            job.job,
            job.asset
        ));
    }
    table(
        "PROJWBS",
        "wbs_id proj_id seq_num proj_node_flag wbs_short_name wbs_name parent_wbs_id",
        nodes,
    );
    let mut resources: Vec<String> = problem.docks.iter().map(|dock| dock.id.clone()).collect();
    resources.extend(problem.resources.iter().map(|resource| resource.id.clone()));
    let nodes = [(DOCKS, "RT_Equip"), (TRADES, "RT_Labor")];
    let node = |n: usize| usize::from(n >= problem.docks.len());
    let mut rows: Vec<String> = { nodes.iter().enumerate() }
        .map(|(n, (id, kind))| format!("{}\t\t1\t{id}\t{id}\t{kind}", resources.len() + n + 1))
        .collect();
    rows.extend(resources.iter().enumerate().map(|(n, id)| {
        let parent = resources.len() + node(n) + 1;
        format!("{}\t{parent}\t1\t{id}\t{id}\t{}", n + 1, nodes[node(n)].1)
    }));
    table(
        "RSRC",
        "rsrc_id parent_rsrc_id clndr_id rsrc_short_name rsrc_name rsrc_type",
        rows,
    );
    let (mut tasks, mut ties, mut uses) = (Vec::new(), Vec::new(), Vec::new());
    let mut place: BTreeMap<&str, usize> = BTreeMap::new();
    for task in schedule.jobs.iter().flat_map(|job| &job.tasks) {
        place.insert(&task.task, place.len() + 1);
    }
    for (n, done) in schedule.jobs.iter().enumerate() {
        for task in &done.tasks {
            let row = scenario
                .tasks()
                .iter()
                .find(|row| row.task.as_str() == task.task);
            let label = row.map_or_else(String::new, |row| clean(&row.name));
            let id = place[task.task.as_str()];
            let (from, until) = (
                problem.date(task.start),
                last_day(problem, task.start, task.end),
            );
            let hours = 8 * (task.end - task.start);
            let begun = { scenario.agreed_of(&task.task).iter() }.any(|row| row.begun);
            let (status, actual) = match begun {
                true => ("TK_Active", format!("{from} 08:00")),
                false => ("TK_NotStart", String::new()),
            };
            tasks.push(format!(
                "{id}\t1\t{}\t1\t{}\t{label}\tTT_Task\tDT_FixedDUR2\t{status}\t{hours}\t{hours}\t{from} 08:00\t{until} 16:00\t{from} 08:00\t{until} 16:00\t{actual}",
                n + 2, task.task,
            ));
            for before in row.iter().flat_map(|row| &row.after) {
                if let Some(before) = place.get(before.as_str()) {
                    ties.push(format!(
                        "{}\t{id}\t{before}\t1\t1\tPR_FS\t0",
                        ties.len() + 1
                    ));
                }
            }
            let mut take = |resource: usize, units: f64| {
                uses.push(format!(
                    "{}\t{id}\t1\t{}\t{}",
                    uses.len() + 1,
                    resource + 1,
                    units * 8.0 * f64::from(task.end - task.start)
                ));
            };
            if let Some(dock) = task
                .dock
                .as_ref()
                .and_then(|id| problem.docks.iter().position(|dock| dock.id == *id))
            {
                take(dock, 1.0);
            }
            let data = problem
                .jobs
                .iter()
                .flat_map(|job| &job.tasks)
                .find(|data| data.id == task.task);
            let option =
                data.and_then(|data| data.options.iter().find(|option| option.mode == task.mode));
            for (resource, usage) in option.iter().flat_map(|option| &option.uses) {
                take(
                    problem.docks.len() + resource,
                    crate::board::amount(*usage) / UNIT,
                );
            }
        }
    }
    table(
        "TASK",
        "task_id proj_id wbs_id clndr_id task_code task_name task_type duration_type status_code target_drtn_hr_cnt remain_drtn_hr_cnt target_start_date target_end_date early_start_date early_end_date act_start_date",
        tasks,
    );
    table(
        "TASKPRED",
        "task_pred_id task_id pred_task_id proj_id pred_proj_id pred_type lag_hr_cnt",
        ties,
    );
    table(
        "TASKRSRC",
        "taskrsrc_id task_id proj_id rsrc_id target_qty",
        uses,
    );
    out.push_str("%E\n");
    out
}

/// The last day of a task, which is the first for one of no days.
fn last_day(problem: &Problem, start: crate::Day, end: crate::Day) -> Date {
    problem.date((end - 1).max(start))
}

/// Text without what would end a cell.
fn clean(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

/// Eight hours on every day of the week, as Primavera writes calendars.
fn every_day() -> String {
    let days: String = (1..=7)
        .map(|day| format!("(0||{day}()((0||0(s|08:00|f|16:00)())))"))
        .collect();
    format!("(0||CalendarData()((0||DaysOfWeek()({days}))(0||Exceptions()())))")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "ERMHDR\t19.12\n%T\tCALENDAR\n%F\tclndr_id\tday_hr_cnt\tweek_hr_cnt\n%R\t5\t8\t40\n%R\t7\t8\t56\n\
        %T\tTASK\n%F\ttask_id\tclndr_id\ttask_code\ttask_name\ttask_type\ttarget_drtn_hr_cnt\n\
        %R\t1\t5\tA 100\tBlast tanks\tTT_Task\t80\n%R\t2\t7\tA 110\tPaint tanks\tTT_Task\t80\n%R\t3\t7\tA 999\tOversight\tTT_LOE\t800\n\
        %T\tTASKPRED\n%F\ttask_pred_id\ttask_id\tpred_task_id\tpred_type\tlag_hr_cnt\n%R\t1\t2\t1\tPR_FS\t16\n%R\t2\t2\t1\tPR_SS\t0\n\
        %T\tRSRC\n%F\trsrc_id\trsrc_short_name\n%R\t1\tPAINTERS\n%T\tTASKRSRC\n%F\ttaskrsrc_id\ttask_id\trsrc_id\ttarget_qty\n%R\t1\t2\t1\t160\n%E\n";

    #[test]
    fn a_work_package_keeps_tasks_ties_and_work() {
        let package = read(FILE).expect("it is one");
        let [blast, paint] = package.tasks.as_slice() else {
            panic!("two tasks")
        };
        // Ten days of a five-day week are two weeks.
        assert_eq!((blast.code.as_str(), blast.days), ("a-100", 14));
        assert_eq!((paint.code.as_str(), paint.days), ("a-110", 10));
        assert_eq!(paint.after, ["a-100"]);
        let [painters] = paint.usage.as_slice() else {
            panic!("one trade")
        };
        assert_eq!(
            (painters.resource.as_str(), painters.is_id),
            ("painters", false)
        );
        assert!((painters.units - 2.0).abs() < 1e-9);
        assert_eq!((paint.begun, paint.dock.as_deref()), (None, None));
        let lost = package.lost.join("; ");
        for word in ["A 999", "16 hours", "PR_SS"] {
            assert!(lost.contains(word), "{lost}");
        }
    }

    /// The file with what has happened so far.
    fn told(blast: &str, paint: &str) -> String {
        let status = "status_code\tact_start_date\tact_end_date\tearly_end_date";
        FILE.replace(
            "target_drtn_hr_cnt\n%R\t1",
            &format!("target_drtn_hr_cnt\t{status}\n%R\t1"),
        )
        .replace(
            "Blast tanks\tTT_Task\t80",
            &format!("Blast tanks\tTT_Task\t80\t{blast}"),
        )
        .replace(
            "Paint tanks\tTT_Task\t80",
            &format!("Paint tanks\tTT_Task\t80\t{paint}"),
        )
    }

    #[test]
    fn what_is_done_keeps_its_days_and_what_is_under_way_its_first() {
        let file = told(
            "TK_Complete\t2024-07-03 08:00\t2024-07-07 16:00\t",
            "TK_Active\t2024-07-09 08:00\t\t2024-07-28 16:00",
        );
        let package = read(&file).expect("it is one");
        let days = |n: usize| {
            let task: &PackageTask = &package.tasks[n];
            (task.begun.map(|day| day.to_string()), task.days)
        };
        assert_eq!(days(0), (Some("2024-07-03".into()), 5));
        assert_eq!(days(1), (Some("2024-07-09".into()), 20));
        let silent = read(&told("TK_Complete\t\t\t", "")).expect("it is one");
        assert_eq!((silent.tasks[0].begun, silent.tasks[0].days), (None, 14));
        assert!(
            silent.lost.join("; ").contains("no actual day"),
            "{:?}",
            silent.lost
        );
        let bad = told("TK_Complete\tyesterday\t\t", "");
        assert!(matches!(read(&bad), Err(XerError::BadDay { line: 8, .. })));
    }

    #[test]
    fn docks_and_trades_below_their_nodes_are_those_of_the_tables() {
        let file = FILE
            .replace("%F\trsrc_id\trsrc_short_name\n", "%F\trsrc_id\tparent_rsrc_id\trsrc_short_name\n%R\t8\t\tdocks\n%R\t9\t\ttrades\n%R\t2\t8\tdock-6\n")
            .replace("%R\t1\tPAINTERS", "%R\t1\t9\tyard-painters")
            .replace("%R\t1\t2\t1\t160", "%R\t1\t2\t1\t160\n%R\t2\t2\t2\t80");
        let package = read(&file).expect("it is one");
        let paint = &package.tasks[1];
        assert_eq!(paint.dock.as_deref(), Some("dock-6"));
        assert_eq!(paint.usage.len(), 1);
        assert_eq!(
            (paint.usage[0].resource.as_str(), paint.usage[0].is_id),
            ("yard-painters", true)
        );
    }

    #[test]
    fn what_is_no_work_package_is_told() {
        assert_eq!(read("hello"), Err(XerError::NoHeader));
        assert_eq!(read("ERMHDR\n%R\t1\n"), Err(XerError::NoTable(2)));
        assert_eq!(read("ERMHDR\n"), Err(XerError::Missing("TASK", "task_id")));
        let bad = FILE.replace("TT_Task\t80", "TT_Task\tmany");
        assert!(matches!(
            read(&bad),
            Err(XerError::BadNumber { line: 8, .. })
        ));
        let negative = FILE.replace("TT_Task\t80", "TT_Task\t-80");
        assert!(matches!(read(&negative), Err(XerError::BadNumber { .. })));
    }
}
