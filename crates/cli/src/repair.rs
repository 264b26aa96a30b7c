//! `darsena repair`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use darsena::brief::GanttBy;
use darsena::repair::{self, RepairOptions};
use darsena::schedule::growth::GrowthOptions;
use darsena::schedule::{Modes, Options, Progress};

use crate::ask::{self, LawWanted, Output};
use crate::terminal::{self, Answered};

/// Which ship, which dock, when?
///
/// Schedules every job of repair: site, dock and mode of each task, under the law, with a bound that says how much
/// better any schedule could be. Says why each job is not back sooner, what is regained against the status quo in which no
/// other state works, and dates that hold when work grows.
#[derive(Args)]
#[command(after_help = "\
Examples:
  darsena repair scenarios/us-japan-2024
  darsena repair scenarios/us-japan-2024 --rounds 200 --time-limit 60     search longer
  darsena repair scenarios/us-japan-2024 --home                           the status quo alone
  darsena repair scenarios/us-japan-2024 --rules                          what each rule costs in ready days
  darsena repair scenarios/us-japan-2024 --table schedule --format csv
  darsena repair my-scenario --format xlsx --out repair.xlsx
  darsena repair my-scenario --gantt docks.svg                           a picture beside the answer, one row a dock
  darsena repair my-scenario --gantt ships.svg --gantt-by ship           one row a ship

Ctrl-C gives the best schedule so far, with its status; a second one ends the process.")]
pub(crate) struct RepairArguments {
    /// Scenario: a folder, its datapackage.json, or a workbook.
    scenario: PathBuf,
    #[command(flatten)]
    law: LawWanted,
    /// Only modes in which the state of the asset does the work itself: the status quo.
    #[arg(long)]
    home: bool,
    /// Leave out the status quo and what is regained against it.
    #[arg(long)]
    no_status_quo: bool,
    /// Leave out reasons.
    #[arg(long)]
    no_reasons: bool,
    /// Price every rule of the law that shuts or delays a mode.
    #[arg(long)]
    rules: bool,
    /// Draws of the growth of work; 0: none.
    #[arg(long, default_value_t = 2000, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    draws: u32,
    /// Rounds of search: equal rounds give equal answers, on any machine.
    #[arg(long, default_value_t = 40, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    rounds: u32,
    /// Wall seconds of each search after which no further round begins.
    #[arg(long, value_name = "SECONDS", value_parser = ask::seconds)]
    time_limit: Option<f64>,
    /// Gap at which the search stops.
    #[arg(long, default_value_t = 0.001, value_name = "SHARE", value_parser = ask::share)]
    gap: f64,
    /// Seed of every choice left to chance.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Threads; they change nothing but the time it takes.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,
    /// Draw the schedule into this file as well, `.svg`.
    #[arg(long, value_name = "FILE")]
    gantt: Option<PathBuf>,
    /// What the rows of the drawing are.
    #[arg(long, value_enum, default_value = "dock", requires = "gantt", value_name = "ROWS")]
    gantt_by: Rows,
    #[command(flatten)]
    output: Output,
    /// Put the wall time into the answer (then equal questions no longer have equal bytes).
    #[arg(long)]
    timing: bool,
}

/// What the rows of the drawing are.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Rows {
    /// Docks and bays, by site.
    Dock,
    /// Ships and aircraft, by home and class.
    Ship,
}

/// A drawing was asked for in a form it does not have.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{}`: the drawing is an SVG file", .0.display())]
pub(crate) struct NoDrawing(PathBuf);

/// Answers `darsena repair`.
pub(crate) fn run(arguments: &RepairArguments) -> Answered {
    let started = Instant::now();
    if let Some(path) = arguments.gantt.as_ref().filter(|path| path.extension().is_none_or(|end| end != "svg")) {
        return Err(NoDrawing(path.clone()).into());
    }
    let output = &arguments.output;
    let scenario = match ask::load(&arguments.scenario, output.quiet)? {
        Ok(scenario) => scenario,
        Err(code) => return Ok(code),
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let options = RepairOptions {
        search: Options {
            seed: arguments.seed,
            rounds: arguments.rounds,
            time_limit: arguments.time_limit.map(Duration::from_secs_f64),
            gap: arguments.gap,
            threads: arguments.threads.map_or(cores, |threads| threads as usize),
        },
        modes: if arguments.home { Modes::Home } else { Modes::All },
        status_quo: !arguments.no_status_quo,
        reasons: !arguments.no_reasons,
        growth: GrowthOptions {
            seed: arguments.seed,
            draws: arguments.draws,
        },
        rules: arguments.rules,
    };
    let line = terminal::Line::new(output.quiet);
    let stop = terminal::stop_on_interrupt();
    let asked = arguments.law.as_of(&scenario);
    let repaired = repair::repair(
        &scenario,
        asked.map(|(as_of, _)| (ask::law(), as_of)),
        &options,
        &|| stop.stopped(),
        &mut |what: &str, at: Progress| line.search(what, &at),
    )?;
    drop(line);
    let seconds = arguments.timing.then(|| started.elapsed().as_secs_f64());
    let mut answer = darsena::repair_answer::answer(&scenario, &repaired, seconds);
    arguments.law.tell(&mut answer);
    if let Some(path) = &arguments.gantt {
        let by = match arguments.gantt_by {
            Rows::Dock => GanttBy::Dock,
            Rows::Ship => GanttBy::Ship,
        };
        let drawing = darsena::brief::gantt_svg(&scenario, &repaired.page(), by);
        darsena::write::whole_file(path, drawing.as_bytes())?;
    }
    let code = output.write(&answer, &|answer| {
        darsena::repair_answer::readable(&scenario, &repaired, answer)
    })?;
    Ok(if repaired.schedule.unplaced.is_empty() { code } else { ExitCode::from(1) })
}
