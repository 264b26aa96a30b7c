//! `darsena sweep`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Args;
use darsena::scenario::{Change, Scenario, TableName, load_with};
use darsena::stress_answer::ArcsAsked;
use darsena::sweep::{self, Kept, Outcome};
use darsena::whatif;

use crate::ask::{self, Output, Solving, Wanted};
use crate::terminal::{self, Answered};

/// What comes of many changes, each alone? A table of changes in, a table of outcomes out.
///
/// Every change (rows of one `group` are one) is planned again from the same base and gives one row: late
/// unit-periods, units never delivered, cost, time to catch up. Outcomes are kept as they come: whatever ends the
/// process, the same command goes on where it stopped.
#[derive(Args)]
#[command(after_help = "\
Examples:
  darsena sweep my-scenario --changes cases.csv
  darsena sweep my-scenario --changes cases.parquet --format parquet -o outcomes
  darsena sweep my-scenario --changes cases.csv --table outcomes --format csv -o outcomes.csv
  darsena sweep my-scenario --changes cases.csv --part 3/8 --checkpoint part-3 --format parquet -o part-3-of-8

The table has the columns of `changes` (`darsena manual changes`). With `--out` outcomes are kept beside it, in a file
that ends in `.part` and goes when the answer is written; parts may be asked for on several machines at once.
Ctrl-C gives the outcomes so far.")]
pub(crate) struct SweepArguments {
    /// Scenario: a folder, its datapackage.json, or a workbook.
    scenario: PathBuf,
    /// Table of changes, CSV or Parquet, in the place of the scenario's own; without it that one.
    #[arg(long, value_name = "FILE")]
    changes: Option<PathBuf>,
    #[command(flatten)]
    wanted: Wanted,
    /// Disruptions are known from the first day; else what was decided before they begin stays.
    #[arg(long)]
    foreseen: bool,
    /// Only the K-th of N parts: of the changes in order of id every N-th.
    #[arg(long, value_name = "K/N", value_parser = part)]
    part: Option<(usize, usize)>,
    /// Keep outcomes in this file as they come, and go on from what it holds.
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    #[command(flatten)]
    solving: Solving,
    #[command(flatten)]
    output: Output,
}

fn part(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once('/');
    let parts = parts.and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
    match parts {
        Some((k, n)) if (1..=n).contains(&k) => Ok((k, n)),
        _ => Err("expected K/N with K from 1 to N, such as 1/4".into()),
    }
}

/// Answers `darsena sweep`.
pub(crate) fn run(arguments: &SweepArguments) -> Answered {
    let output = &arguments.output;
    output.place()?;
    let scenario = match &arguments.changes {
        None => ask::load(&arguments.scenario, output.quiet)?,
        Some(file) => ask::checked(
            load_with(&arguments.scenario, TableName::Changes, file)?,
            output.quiet,
        ),
    };
    let scenario = match scenario {
        Ok(scenario) => scenario,
        Err(code) => return Ok(code),
    };
    let cases = whatif::cases(&scenario);
    if cases.is_empty() {
        eprintln!("no change is told");
        eprintln!(
            "help: name a table of changes with `--changes FILE`; `darsena manual changes` says what is in it"
        );
        return Ok(ExitCode::from(1));
    }
    let (k, n) = arguments.part.unwrap_or((1, 1));
    let asked: Vec<usize> = (0..cases.len())
        .filter(|place| place % n == k - 1)
        .collect();
    let options = darsena::plan::Options {
        reasons: darsena::plan::Reasons::None,
        prices: false,
        ..arguments.wanted.options(&arguments.solving)
    };
    let law = { arguments.wanted.as_of(&scenario) }.map(|(as_of, _)| (ask::law(), as_of));
    let beside = output.out.as_ref().map(|out| {
        let mut name = out.file_name().unwrap_or_default().to_os_string();
        name.push(".part");
        out.with_file_name(name)
    });
    let kept = match arguments.checkpoint.clone().or(beside) {
        None => None,
        Some(path) => {
            let law = law.clone().map(|(law, as_of)| (law.hash(), as_of));
            let key = sweep::key(&scenario, law, &options, arguments.foreseen);
            Some(Kept::open(&path, &key, cases.len())?)
        }
    };
    let mut outcomes = kept.as_ref().map(|kept| kept.done().clone());
    let outcomes = outcomes.get_or_insert_default();
    outcomes.retain(|place, _| place % n == k - 1);
    let left: Vec<usize> = { asked.iter().copied() }
        .filter(|place| !outcomes.contains_key(place))
        .collect();
    let line = terminal::Line::new(output.quiet);
    let done = AtomicUsize::new(outcomes.len());
    let new = std::sync::Mutex::new(Vec::new());
    let stop = terminal::stop_on_interrupt();
    if !left.is_empty() {
        let base = arguments.wanted.arcs(&scenario, &arguments.solving);
        let asked_law = ArcsAsked::new(base, law);
        let arcs_of = |changed: &Scenario, change: Option<&Change>| asked_law.of(changed, change);
        let keep = |fate: &whatif::Fate| {
            let outcome = Outcome::of(fate);
            if let Some(kept) = &kept {
                kept.add(fate.failure, &outcome)?;
            }
            let mut new = new
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            new.push((fate.failure, outcome));
            line.count(
                "cases",
                done.fetch_add(1, Ordering::Relaxed) + 1,
                asked.len(),
            );
            Ok(())
        };
        let how = (&options, arguments.foreseen);
        whatif::sweep(&scenario, &arcs_of, &cases, &left, how, &stop, &keep)?;
    }
    drop(line);
    let new = new.into_inner();
    outcomes.extend(new.unwrap_or_else(std::sync::PoisonError::into_inner));
    let mut answer = sweep::answer(&scenario, &cases, outcomes, asked.len(), arguments.foreseen);
    arguments.wanted.tell_law(&mut answer);
    let complete = outcomes.len() == asked.len();
    if !complete && kept.is_some() && output.out.is_some() {
        eprintln!(
            "{} of {} cases are done and kept; the same command goes on",
            outcomes.len(),
            asked.len()
        );
        return Ok(ExitCode::from(1));
    }
    let written = output.write(&answer, &sweep::readable)?;
    if let Some(kept) = kept.filter(|_| complete && output.out.is_some()) {
        kept.remove()?;
    }
    Ok(if complete { written } else { ExitCode::from(1) })
}
