//! Reads the files of the public libraries of scheduling problems.
//!
//! # Form
//! The single-mode `.sm` and multi-mode `.mm` files of PSPLIB (Kolisch and Sprecher 1996) and the
//! `.mm` files of MMLIB (Van Peteghem and Vanhoucke 2014): a head that counts jobs and resources, then the sections
//! `PRECEDENCE RELATIONS`, `REQUESTS/DURATIONS` and `RESOURCE AVAILABILITIES`. What stands between
//! sections and in comments is not read. Jobs become tasks of the same order, the first and the
//! last, which stand for start and end, included.

use crate::project::{Budget, Mode, Project, Resource, Task};

/// Most bytes of a file that is read.
pub const MOST_BYTES: usize = 64 << 20;
const MOST_JOBS: usize = 100_000;
const MOST_COLUMNS: usize = 1_000;
const MOST_AMOUNT: u32 = 1_000_000_000;

/// Why a file is not a scheduling problem: where, what was found, and what would be right.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {found}\nhelp: {help}")]
pub struct ReadError {
    /// The line, counted from 1; the last one where something is missing at the end.
    pub line: usize,
    /// What was found.
    pub found: String,
    /// What would be right.
    pub help: String,
}

struct Lines<'a> {
    lines: Vec<&'a str>,
    at: usize,
}

impl<'a> Lines<'a> {
    fn fail<T>(&self, found: impl Into<String>, help: impl Into<String>) -> Result<T, ReadError> {
        Err(ReadError {
            line: self.at.clamp(1, self.lines.len().max(1)),
            found: found.into(),
            help: help.into(),
        })
    }

    /// The next line; afterwards `at` is its number.
    fn next(&mut self) -> Option<&'a str> {
        let line = self.lines.get(self.at).copied();
        self.at = (self.at + 1).min(self.lines.len() + 1);
        line
    }

    /// Goes on to the line that holds a word.
    fn find(&mut self, word: &str, help: &str) -> Result<&'a str, ReadError> {
        while let Some(line) = self.next() {
            if line.contains(word) {
                return Ok(line);
            }
        }
        self.fail(format!("the file ends without `{word}`"), help)
    }

    /// Goes on to the next line that begins with a number.
    fn numbers(&mut self, what: &str) -> Result<Vec<u32>, ReadError> {
        while let Some(line) = self.next() {
            let first = line.split_whitespace().next().unwrap_or("");
            if first.starts_with(|c: char| c.is_ascii_digit() || c == '-' && first.len() > 1)
                && !first.starts_with("--")
            {
                return self.parse(line, what);
            }
            // A section that begins where numbers are due is one line too early.
            if ["PRECEDENCE", "REQUESTS", "RESOURCE AVAIL", "RESOURCEAVAIL"]
                .iter()
                .any(|section| line.trim_start().starts_with(section))
            {
                return self.fail(
                    format!("`{}` before {what}", short(line)),
                    format!("{what} stands here"),
                );
            }
        }
        self.fail(
            format!("the file ends before {what}"),
            format!("{what} stands here"),
        )
    }

    fn parse(&self, line: &str, what: &str) -> Result<Vec<u32>, ReadError> {
        line.split_whitespace()
            .map(|word| match word.parse::<u32>() {
                Ok(number) if number <= MOST_AMOUNT => Ok(number),
                _ => self.fail(
                    format!("`{}` in {what}", short(word)),
                    format!("whole numbers from 0 to {MOST_AMOUNT}"),
                ),
            })
            .collect()
    }
}

fn short(text: &str) -> String {
    text.trim().chars().take(40).collect()
}

/// The number after the colon.
fn count(lines: &Lines<'_>, line: &str, most: usize, what: &str) -> Result<usize, ReadError> {
    let after = line.split_once(':').map_or("", |parts| parts.1);
    match after.split_whitespace().next().map(str::parse::<usize>) {
        Some(Ok(number)) if number <= most => Ok(number),
        _ => lines.fail(
            format!("`{}`", short(line)),
            format!("`{what} : N` with a whole number N of at most {most}"),
        ),
    }
}

/// Reads a project from the text of a `.sm` or `.mm` file.
///
/// # Errors
/// The first flaw, with its line. Memory is bounded by a small multiple of the text's length.
///
/// # Example
/// ```
/// let flaw = darsena_schedule::psplib::read(b"jobs (incl. supersource/sink): many").unwrap_err();
/// assert_eq!((flaw.line, flaw.found.as_str()), (1, "`jobs (incl. supersource/sink): many`"));
/// ```
pub fn read(bytes: &[u8]) -> Result<Project, ReadError> {
    if bytes.len() > MOST_BYTES {
        return Err(ReadError {
            line: 1,
            found: format!("{} bytes", bytes.len()),
            help: format!("a file of at most {MOST_BYTES} bytes"),
        });
    }
    let text = String::from_utf8_lossy(bytes);
    let mut lines = Lines {
        lines: text.lines().collect(),
        at: 0,
    };

    let line = lines.find("jobs ", "a head with `jobs (incl. supersource/sink): N`")?;
    let jobs = count(&lines, line, MOST_JOBS, "jobs (incl. supersource/sink)")?;
    if jobs == 0 {
        return lines.fail("no jobs", "at least one job");
    }
    let line = lines.find("- renewable", "a head with `- renewable : N`")?;
    let renewable = count(&lines, line, MOST_COLUMNS, "- renewable")?;
    let line = lines.find("- nonrenewable", "a head with `- nonrenewable : N`")?;
    let nonrenewable = count(&lines, line, MOST_COLUMNS, "- nonrenewable")?;
    let line = lines.find(
        "- doubly constrained",
        "a head with `- doubly constrained : N`",
    )?;
    if count(&lines, line, MOST_COLUMNS, "- doubly constrained")? > 0 {
        return lines.fail(
            "doubly constrained resources",
            "each as one renewable and one nonrenewable resource",
        );
    }

    let mut project = Project::new();
    let mut mode_counts = Vec::new();
    lines.find("PRECEDENCE RELATIONS", "a section `PRECEDENCE RELATIONS:`")?;
    for job in 1..=jobs {
        let row = lines.numbers(&format!("the successors of job {job}"))?;
        if row[0] as usize != job {
            return lines.fail(
                format!("job {}", row[0]),
                format!("job {job}: jobs stand in order"),
            );
        }
        let [_, modes, successors, ref after @ ..] = row[..] else {
            return lines.fail(
                format!("{} numbers", row.len()),
                "job, number of modes, number of successors, successors",
            );
        };
        if modes == 0 || modes as usize > MOST_JOBS {
            return lines.fail(format!("{modes} modes"), "at least one mode");
        }
        if after.len() != successors as usize {
            return lines.fail(
                format!("{} successors", after.len()),
                format!("{successors}, as the third number says"),
            );
        }
        for &other in after {
            if other == 0 || other as usize > jobs || other as usize == job {
                return lines.fail(
                    format!("successor {other} of job {job}"),
                    format!("another job from 1 to {jobs}"),
                );
            }
            project.add_precedence(Task(job as u32 - 1), Task(other - 1), 0);
        }
        mode_counts.push(modes);
        project.add_task(&job.to_string(), 0);
    }

    lines.find("REQUESTS/DURATIONS", "a section `REQUESTS/DURATIONS:`")?;
    let columns = renewable + nonrenewable;
    for job in 1..=jobs {
        for mode in 1..=mode_counts[job - 1] {
            let row = lines.numbers(&format!("mode {mode} of job {job}"))?;
            let row = if mode == 1 {
                if row[0] as usize != job {
                    return lines.fail(
                        format!("job {}", row[0]),
                        format!("job {job} with its mode 1"),
                    );
                }
                &row[1..]
            } else {
                &row[..]
            };
            let expected = format!(
                "job, mode, duration and {columns} amounts; the job only before its mode 1"
            );
            if row.len() != columns + 2 {
                return lines.fail(
                    format!(
                        "{} numbers for mode {mode} of job {job}",
                        row.len() + usize::from(mode == 1)
                    ),
                    expected,
                );
            }
            if row[0] != mode {
                return lines.fail(
                    format!("mode {} of job {job}", row[0]),
                    format!("mode {mode} of {}", mode_counts[job - 1]),
                );
            }
            let amounts = &row[2..];
            let named = |from: usize, until: usize| {
                (from..until)
                    .filter(|&k| amounts[k] > 0)
                    .map(move |k| ((k - from) as u32, amounts[k]))
            };
            project.add_mode(
                Task(job as u32 - 1),
                Mode {
                    duration: row[1],
                    usage: named(0, renewable).map(|(k, a)| (Resource(k), a)).collect(),
                    draw: named(renewable, columns)
                        .map(|(k, a)| (Budget(k), a))
                        .collect(),
                },
            );
        }
    }

    lines.find("AVAILABILIT", "a section `RESOURCE AVAILABILITIES:`")?;
    if columns > 0 {
        let row = lines.numbers("the availability of each resource")?;
        if row.len() != columns {
            return lines.fail(
                format!("{} availabilities", row.len()),
                format!("{columns}: one for each resource"),
            );
        }
        for (k, &amount) in row.iter().enumerate() {
            if k < renewable {
                project.add_resource(&format!("R{}", k + 1), amount);
            } else {
                project.add_budget(&format!("N{}", k - renewable + 1), u64::from(amount));
            }
        }
    }
    Ok(project)
}
