//! A sweep: a table of changes in, a table of outcomes out, kept as they come.
//!
//! Outcomes are added one by one to a file of their own, the [`Kept`]: whatever ends the process, at most the cases in
//! flight are lost. Asked again, a sweep looks at what is left. The file names what it belongs to, by hash, so that
//! outcomes of different questions are never mixed; and one process at a time may hold it.
//!
//! ```text
//! darsena-sweep-1 HASH
//! PLACE \t STATUS \t WAY \t LATE \t UNMET \t COST \t CATCH_UP \t PRIORITY=LATE;PRIORITY=LATE\n
//! ```
//!
//! Numbers are written with as many digits as it takes to read the same number again.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use darsena_law::AsOf;
use darsena_milp::Status;
use darsena_plan::Options;
use darsena_scenario::Scenario;
use darsena_whatif::{Failure, Fate};

use crate::answer::{Answer, Head, Table};
use crate::plan_answer::head_without_plan;

const FIRST_WORD: &str = "darsena-sweep-1";

/// What comes of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Whether its plan is proved best.
    pub status: String,
    /// How it was found.
    pub way: String,
    /// Late unit-periods more.
    pub late: f64,
    /// Units more that are open at the end.
    pub unmet: f64,
    /// Cost more, in the scenario's currency.
    pub cost: f64,
    /// Periods from its first until every demand is where the base has it.
    pub catch_up: Option<usize>,
    /// Late unit-periods more by priority.
    pub by_priority: Vec<(Option<u32>, f64)>,
}

impl Outcome {
    /// What is kept of a fate: numbers without the noise of their last digits.
    #[must_use]
    pub fn of(fate: &Fate) -> Self {
        let rounded = |x: f64| (x * 1e6).round() / 1e6 + 0.0;
        let by_priority = fate.by_priority.iter();
        Outcome {
            status: fate.status.as_str().into(),
            way: fate.way.as_str().into(),
            late: rounded(fate.late_unit_periods),
            unmet: rounded(fate.unmet),
            cost: rounded(fate.cost),
            catch_up: fate.caught_up,
            by_priority: by_priority.map(|(p, late)| (*p, rounded(*late))).collect(),
        }
    }

    fn line(&self, place: usize) -> String {
        let catch_up = self.catch_up.map_or(String::new(), |n| n.to_string());
        let by_priority = self.by_priority.iter().map(|(priority, late)| {
            let priority = priority.map_or(String::new(), |n| n.to_string());
            format!("{priority}={late:?}")
        });
        let by_priority: Vec<String> = by_priority.collect();
        format!(
            "{place}\t{}\t{}\t{:?}\t{:?}\t{:?}\t{catch_up}\t{}\n",
            self.status,
            self.way,
            self.late,
            self.unmet,
            self.cost,
            by_priority.join(";")
        )
    }

    fn from_line(line: &str) -> Option<(usize, Self)> {
        let cells: Vec<&str> = line.split('\t').collect();
        let [place, status, way, late, unmet, cost, catch_up, by_priority] = cells[..] else {
            return None;
        };
        let blank_or = |text: &str| match text {
            "" => Some(None),
            text => text.parse().ok().map(Some),
        };
        let parts = by_priority.split(';').filter(|part| !part.is_empty());
        let by_priority = parts.map(|part| {
            let (priority, late) = part.split_once('=')?;
            let priority = match priority {
                "" => None,
                text => Some(text.parse().ok()?),
            };
            Some((priority, late.parse().ok()?))
        });
        let outcome = Outcome {
            status: status.into(),
            way: way.into(),
            late: late.parse().ok()?,
            unmet: unmet.parse().ok()?,
            cost: cost.parse().ok()?,
            catch_up: blank_or(catch_up)?,
            by_priority: by_priority.collect::<Option<_>>()?,
        };
        Some((place.parse().ok()?, outcome))
    }
}

/// Why outcomes cannot be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeepError {
    /// It may not be read or written.
    #[error("cannot keep outcomes in `{}`", .0.display())]
    Unwritable(PathBuf, #[source] io::Error),
    /// Another process holds it.
    #[error("`{}` is in use by another sweep", .0.display())]
    InUse(PathBuf),
    /// It holds outcomes of another scenario, other changes, or another question.
    #[error("`{}` holds outcomes of another sweep", .0.display())]
    Other(PathBuf),
    /// A line of it is no outcome.
    #[error("`{}` is damaged at row {row}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The row.
        row: usize,
    },
}

/// What tells one sweep from another: scenario with its changes, law, and how each plan is made. Threads make no
/// difference.
#[must_use]
pub fn key(
    scenario: &Scenario,
    law: Option<(&str, AsOf)>,
    options: &Options,
    foreseen: bool,
) -> String {
    let options = Options {
        threads: 1,
        ..options.clone()
    };
    let text = format!(
        "{} {} {law:?} {foreseen} {options:?}",
        env!("CARGO_PKG_VERSION"),
        scenario.hash()
    );
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// The outcomes so far, in a file.
#[derive(Debug)]
pub struct Kept {
    path: PathBuf,
    file: Mutex<File>,
    done: BTreeMap<usize, Outcome>,
}

impl Kept {
    /// Opens the file at `path`, or begins it: a line that was cut off is taken away, the others stay.
    ///
    /// # Errors
    /// Fails when the file cannot be had alone, or belongs to a sweep of another key, or is damaged.
    pub fn open(path: &Path, key: &str, cases: usize) -> Result<Self, KeepError> {
        let fail = |error| KeepError::Unwritable(path.to_path_buf(), error);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path).map_err(fail)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(KeepError::InUse(path.to_path_buf())),
            Err(TryLockError::Error(error)) => return Err(fail(error)),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(fail)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n');
        let whole = whole.map_or(0, |last| last + 1);
        let text = String::from_utf8_lossy(&bytes[..whole]);
        let mut lines = text.lines();
        let head = format!("{FIRST_WORD} {key}");
        let mut done = BTreeMap::new();
        match lines.next() {
            None if bytes.len() > head.len() => {
                return Err(KeepError::Other(path.to_path_buf()));
            }
            None => {
                file.set_len(0).map_err(fail)?;
                file.seek(SeekFrom::Start(0)).map_err(fail)?;
                file.write_all(format!("{head}\n").as_bytes())
                    .map_err(fail)?;
            }
            Some(first) if first != head => return Err(KeepError::Other(path.to_path_buf())),
            Some(_) => {
                for (n, line) in lines.enumerate() {
                    let outcome = Outcome::from_line(line).filter(|(place, _)| *place < cases);
                    let Some((place, outcome)) = outcome else {
                        let path = path.to_path_buf();
                        return Err(KeepError::Damaged { path, row: n + 2 });
                    };
                    done.insert(place, outcome);
                }
                file.set_len(whole as u64).map_err(fail)?;
                file.seek(SeekFrom::End(0)).map_err(fail)?;
            }
        }
        Ok(Kept {
            path: path.to_path_buf(),
            file: Mutex::new(file),
            done,
        })
    }

    /// The outcomes there were when it was opened, by place of the case.
    #[must_use]
    pub fn done(&self) -> &BTreeMap<usize, Outcome> {
        &self.done
    }

    /// Adds an outcome, whole or not at all.
    ///
    /// # Errors
    /// Fails when it cannot be written.
    pub fn add(&self, place: usize, outcome: &Outcome) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(outcome.line(place).as_bytes())
    }

    /// Takes the file away: what it held is written elsewhere.
    ///
    /// # Errors
    /// Fails when it cannot be removed.
    pub fn remove(self) -> Result<(), KeepError> {
        let Kept { path, file, .. } = self;
        drop(file);
        std::fs::remove_file(&path).map_err(|error| KeepError::Unwritable(path, error))
    }
}

/// The answer `sweep`: one row of outcomes for each of the cases that were looked at, in order of id.
#[must_use]
pub fn answer(
    scenario: &Scenario,
    cases: &[Failure],
    outcomes: &BTreeMap<usize, Outcome>,
    asked: usize,
    foreseen: bool,
) -> Answer {
    let head = scenario.head();
    let mut remarks = Vec::new();
    if outcomes.len() < asked {
        remarks.push(format!(
            "{} of {asked} cases were looked at; asked again with the same file of outcomes, the rest are",
            outcomes.len()
        ));
    }
    if !foreseen {
        remarks.push("disruptions are not foreseen: what was decided for earlier periods stays; levers are known from the first day".into());
    }
    let optimal = Status::Optimal.as_str();
    let status = if outcomes.len() < asked {
        Status::Stopped
    } else if outcomes.values().all(|outcome| outcome.status == optimal) {
        Status::Optimal
    } else {
        Status::Feasible
    };
    let rows = || outcomes.iter();
    let whole = |n: usize| i64::try_from(n).ok();
    let case = |place: &usize| cases[*place].change.id.clone();
    let what = |place: &usize| {
        let edits = cases[*place].change.edits.iter();
        edits
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("; ")
    };
    let currency = head.currency.as_str();
    let table = Table::new("outcomes", "one case")
        .text("case", rows().map(|(place, _)| case(place)))
        .text(
            "kind",
            rows().map(|(place, _)| cases[*place].change.kind.as_str()),
        )
        .text("what", rows().map(|(place, _)| what(place)))
        .day("from", rows().map(|(place, _)| cases[*place].from))
        .number(
            "late",
            "unit-periods",
            rows().map(|(_, outcome)| outcome.late),
        )
        .number(
            "unmet",
            "unit of the item",
            rows().map(|(_, outcome)| outcome.unmet),
        )
        .number("cost", currency, rows().map(|(_, outcome)| outcome.cost))
        .whole(
            "catch_up",
            "periods",
            rows().map(|(_, outcome)| outcome.catch_up.and_then(whole)),
        )
        .text("status", rows().map(|(_, outcome)| outcome.status.clone()))
        .text("way", rows().map(|(_, outcome)| outcome.way.clone()));
    let each = || {
        rows().flat_map(|(place, outcome)| {
            let priorities = outcome.by_priority.iter();
            priorities.map(move |(priority, late)| (place, priority, late))
        })
    };
    let priorities = Table::new("priorities", "a case and a priority")
        .text("case", each().map(|(place, ..)| case(place)))
        .whole(
            "priority",
            "",
            each().map(|(_, priority, _)| priority.map(i64::from)),
        )
        .number("late", "unit-periods", each().map(|(.., late)| *late));
    Answer {
        head: Head {
            status: status.as_str().into(),
            remarks,
            ..head_without_plan("sweep", scenario, None)
        },
        tables: vec![table, priorities],
        trees: Vec::new(),
    }
}

/// The outcomes on one screen.
#[must_use]
pub fn readable(answer: &Answer) -> String {
    let table = answer.table("outcomes").expect("the answer has it");
    let rows = table
        .columns
        .first()
        .map_or(0, |column| column.values.len());
    let mut out = format!(
        "sweep of `{}`: {}, {rows} cases\n",
        answer.head.scenario, answer.head.status
    );
    for remark in &answer.head.remarks {
        out.push_str(&format!("note: {remark}\n"));
    }
    out.push('\n');
    out.push_str(&crate::write::text(&table.only_columns(&[
        "case", "kind", "late", "unmet", "cost", "catch_up", "way",
    ])));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(late: f64) -> Outcome {
        Outcome {
            status: "optimal".into(),
            way: "warm".into(),
            late,
            unmet: -0.1,
            cost: 1e300,
            catch_up: None,
            by_priority: vec![(Some(1), late), (None, 0.1 + 0.2)],
        }
    }

    #[test]
    fn a_line_reads_as_what_was_written() {
        for (place, late) in [(0, 1.0 / 3.0), (7, -5e-324), (12, 0.0)] {
            let outcome = outcome(late);
            let line = outcome.line(place);
            let read = Outcome::from_line(line.trim_end());
            assert_eq!(read, Some((place, outcome)));
        }
    }

    #[test]
    fn whatever_a_file_is_cut_off_at_the_lines_before_are_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("outcomes");
        let kept = Kept::open(&path, "key", 3).expect("begun");
        kept.add(2, &outcome(0.5)).expect("added");
        kept.add(0, &outcome(1.5)).expect("added");
        drop(kept);
        let whole = std::fs::read(&path).expect("read");
        for end in 0..=whole.len() {
            std::fs::write(&path, &whole[..end]).expect("cut");
            let lines = whole[..end].iter().filter(|byte| **byte == b'\n').count();
            let kept = Kept::open(&path, "key", 3).expect("opened again");
            assert_eq!(kept.done().len(), lines.saturating_sub(1), "cut at {end}");
            kept.add(1, &outcome(2.5)).expect("added");
            drop(kept);
            let again = Kept::open(&path, "key", 3).expect("opened once more");
            assert_eq!(again.done().get(&1), Some(&outcome(2.5)), "cut at {end}");
        }
    }

    #[test]
    fn a_file_of_another_sweep_or_with_damage_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("outcomes");
        let kept = Kept::open(&path, "key", 3).expect("begun");
        assert!(matches!(
            Kept::open(&path, "key", 3),
            Err(KeepError::InUse(_))
        ));
        drop(kept);
        assert!(matches!(
            Kept::open(&path, "other", 3),
            Err(KeepError::Other(_))
        ));
        std::fs::write(&path, "darsena-sweep-1 key\n0\toptimal\n").expect("written");
        let damaged = Kept::open(&path, "key", 3);
        assert!(matches!(damaged, Err(KeepError::Damaged { row: 2, .. })));
        std::fs::write(&path, "something else entirely, with no end of line at all").expect("ok");
        assert!(matches!(
            Kept::open(&path, "key", 3),
            Err(KeepError::Other(_))
        ));
    }
}
