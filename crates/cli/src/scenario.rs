//! `darsena check`, `describe`, `convert`, `diff`, `new`, `manual`: the scenario itself.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use darsena::scenario::{Finding, Severity, TableName, WriteOptions};
use darsena::scenario_answer;

use crate::ask::{self, Output};
use crate::terminal::{self, Answered};

/// Is the scenario sound?
///
/// Prints every finding of one pass: file, row, column, what was found and what would be right.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  darsena check scenarios/us-japan-2024\n  darsena check my-scenario --format csv --table findings\n\nExit code 1 when a finding forbids the scenario; warnings alone do not."
)]
pub(crate) struct CheckArguments {
    /// Scenario: a folder, its datapackage.json, or a workbook.
    scenario: PathBuf,
    #[command(flatten)]
    output: Output,
}

/// Answers `darsena check`.
pub(crate) fn check(arguments: &CheckArguments) -> Answered {
    let output = &arguments.output;
    let package = darsena::scenario::read(&arguments.scenario)?;
    let checked = package.check();
    let answer = scenario_answer::findings(&package, &checked, !output.quiet);
    output.write(&answer, &|_| told(&checked.findings, output.quiet))?;
    Ok(ExitCode::from(u8::from(checked.scenario.is_none())))
}

/// Findings for reading, and how many there are.
fn told(findings: &[Finding], quiet: bool) -> String {
    let mut text = String::new();
    let (mut errors, mut warnings) = (0, 0);
    for finding in findings {
        match finding.severity {
            Severity::Error => {
                errors += 1;
                text.push_str(&format!("{finding}\n"));
            }
            Severity::Warning => {
                warnings += 1;
                if !quiet {
                    text.push_str(&format!("warning: {finding}\n"));
                }
            }
        }
    }
    text.push_str(&format!(
        "{}, {}\n",
        ask::counted(errors, "finding"),
        ask::counted(warnings, "warning")
    ));
    text
}

/// What is in the scenario.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  darsena describe scenarios/us-japan-2024\n  darsena describe my-scenario --format xlsx --out my-scenario-described.xlsx"
)]
pub(crate) struct DescribeArguments {
    /// Scenario: a folder, its datapackage.json, or a workbook.
    scenario: PathBuf,
    #[command(flatten)]
    output: Output,
}

/// Answers `darsena describe`.
pub(crate) fn describe(arguments: &DescribeArguments) -> Answered {
    let output = &arguments.output;
    match ask::load(&arguments.scenario, output.quiet)? {
        Ok(scenario) => output.write(&scenario_answer::description(&scenario), &|_| {
            let told = darsena::scenario::describe(&scenario).to_string();
            format!("{}\n", told.trim_end())
        }),
        Err(code) => Ok(code),
    }
}

/// Write the scenario again in another form, without loss.
///
/// The form follows from the name: `.xlsx` is a workbook with one sheet a table, anything else a
/// folder of CSV tables, or of Parquet tables where `--parquet-from` says so.
#[derive(Args)]
#[command(after_help = "\
Examples:
  darsena convert scenarios/us-japan-2024 us-japan.xlsx
  darsena convert us-japan.xlsx us-japan-tables
  darsena convert big big-parquet --parquet-from 10000")]
pub(crate) struct ConvertArguments {
    /// Scenario to read.
    from: PathBuf,
    /// Folder or workbook to write, whole or not at all.
    to: PathBuf,
    /// Tables of at least so many rows become Parquet files.
    #[arg(long, value_name = "ROWS")]
    parquet_from: Option<usize>,
    /// Replace what is there.
    #[arg(long)]
    overwrite: bool,
}

/// Answers `darsena convert`.
pub(crate) fn convert(arguments: &ConvertArguments) -> Answered {
    let package = darsena::scenario::read(&arguments.from)?;
    let checked = package.check();
    ask::show(&checked.findings, false);
    if checked.scenario.is_none() {
        return Ok(ExitCode::from(1));
    }
    let options = WriteOptions {
        parquet_from_rows: arguments.parquet_from,
        overwrite: arguments.overwrite,
    };
    if is_workbook(&arguments.to) {
        package.write_workbook(&arguments.to, &options)?;
    } else {
        package.write_folder(&arguments.to, &options)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn is_workbook(path: &Path) -> bool {
    path.extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("xlsx"))
}

/// Rows added, removed and changed between two scenarios.
#[derive(Args)]
#[command(after_help = "\
Examples:
  darsena diff last-year this-year
  darsena diff last-year this-year --format csv --table cells
  darsena plan last-year --against this-year     demands that fare differently

Exit code 0 when nothing differs, 1 when something does.")]
pub(crate) struct DiffArguments {
    /// Scenario before.
    before: PathBuf,
    /// Scenario after.
    after: PathBuf,
    #[command(flatten)]
    output: Output,
}

/// Answers `darsena diff`.
pub(crate) fn diff(arguments: &DiffArguments) -> Answered {
    let (before, after) = (
        darsena::scenario::read(&arguments.before)?,
        darsena::scenario::read(&arguments.after)?,
    );
    let mut unreadable = false;
    for (path, package) in [(&arguments.before, &before), (&arguments.after, &after)] {
        let findings: Vec<&Finding> = package
            .findings()
            .iter()
            .filter(|f| f.severity == Severity::Error)
            .collect();
        for finding in findings {
            unreadable = true;
            eprintln!("{}: {finding}", path.display());
        }
    }
    if unreadable {
        return Ok(ExitCode::from(1));
    }
    let difference = darsena::scenario::diff(&before, &after);
    let answer = scenario_answer::difference(&before, &after, &difference);
    arguments.output.write(&answer, &|_| {
        format!("{}\n", difference.to_string().trim_end())
    })?;
    Ok(ExitCode::from(u8::from(!difference.is_empty())))
}

/// Write a small commented scenario to start from.
#[derive(Args)]
#[command(after_help = "Example:\n  darsena new my-scenario && darsena plan my-scenario")]
pub(crate) struct NewArguments {
    /// Folder to make.
    folder: PathBuf,
}

/// Answers `darsena new`.
pub(crate) fn new(arguments: &NewArguments) -> Answered {
    let folder = &arguments.folder;
    darsena::write::whole_folder(folder, &darsena::scenario::starter())?;
    terminal::print(&format!(
        "wrote `{0}`; read its README.md, then: darsena plan {0}\n",
        folder.display()
    ))
}

/// The manual page of a table, made from its dictionary.
#[derive(Args)]
#[command(after_help = "Examples:\n  darsena manual demands\n  darsena manual --all > tables.md")]
pub(crate) struct ManualArguments {
    /// Table, e.g. `demands`; without it the tables are listed.
    table: Option<String>,
    /// Every table.
    #[arg(long, conflicts_with = "table")]
    all: bool,
}

/// Answers `darsena manual`.
pub(crate) fn manual(arguments: &ManualArguments) -> Answered {
    if arguments.all {
        let pages: Vec<String> = TableName::all()
            .map(darsena::scenario::manual_page)
            .collect();
        return terminal::print(&pages.join("\n"));
    }
    let Some(name) = &arguments.table else {
        let names: Vec<&str> = TableName::all().map(TableName::as_str).collect();
        return terminal::print(&format!("{}\n", names.join("\n")));
    };
    match TableName::from_text(name) {
        Some(table) => terminal::print(&darsena::scenario::manual_page(table)),
        None => {
            eprintln!("no table `{name}`");
            eprintln!("help: `darsena manual` lists the tables");
            Ok(ExitCode::from(1))
        }
    }
}
