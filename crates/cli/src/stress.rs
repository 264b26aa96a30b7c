//! `darsena stress`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, ValueEnum};
use darsena::answer::Answer;
use darsena::scenario::{Change, Scenario};
use darsena::stress_answer::ArcsAsked;
use darsena::whatif::{self, Every, StressOptions};
use darsena::{static_answer, stress_answer};
use jiff::civil::Date;

use crate::ask::{self, Output, Solving, Wanted};
use crate::terminal::{self, Answered};

/// What is lost if something fails?
///
/// Takes one thing after the other out of use, plans again and says what is lost: late unit-periods by priority and by
/// demand, units never delivered, cost, and how long it takes to catch up. Without `--every` the disruptions of the
/// scenario's table `changes`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  darsena stress scenarios/us-japan-2024                                  the disruptions it tells
  darsena stress scenarios/us-japan-2024 --every site --days 183          each site out for half a year
  darsena stress scenarios/us-japan-2024 --every resource --from 2025-07-01 --days 90 --foreseen
  darsena stress my-scenario --every site --survive                       how long each can be out at no loss
  darsena stress my-scenario --every resource --pairs 10                  the ten worst pairs of all
  darsena stress my-scenario --every site --static                        static measures, thousands in seconds
  darsena stress my-scenario --every lane --table losses --format csv

Ctrl-C gives the failures looked at so far.")]
pub(crate) struct StressArguments {
    /// Scenario: a folder, its datapackage.json, or a workbook.
    scenario: PathBuf,
    #[command(flatten)]
    wanted: Wanted,
    /// What fails, one after the other; may be repeated.
    #[arg(long, value_enum, value_name = "WHAT")]
    every: Vec<EveryChoice>,
    /// First day of the failures of `--every`; without it the scenario's first.
    #[arg(long, value_name = "DATE", value_parser = ask::day, requires = "every")]
    from: Option<Date>,
    /// How many days they last.
    #[arg(long, value_name = "DAYS", default_value_t = 91, requires = "every")]
    days: u32,
    /// Failures are known from the first day; else what was decided before they begin stays.
    #[arg(long)]
    foreseen: bool,
    /// Look for the longest failure that costs no demand anything, a few plans a failure.
    #[arg(long)]
    survive: bool,
    /// Look at every two failures together as well, and tell so many of the worst pairs.
    #[arg(long, value_name = "COUNT")]
    pairs: Option<std::num::NonZeroUsize>,
    /// The published static measures: no lead times, dates or priorities, one small program a failure. What each
    /// costs, and how long it would cost nothing.
    #[arg(long = "static", conflicts_with_all = ["foreseen", "survive", "pairs"])]
    without_time: bool,
    #[command(flatten)]
    solving: Solving,
    #[command(flatten)]
    output: Output,
    /// Put the wall time into the answer (then equal questions no longer have equal bytes).
    #[arg(long)]
    timing: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum EveryChoice {
    /// Sites.
    Site,
    /// Recipes.
    Recipe,
    /// Resources.
    Resource,
    /// Lanes.
    Lane,
}

/// Answers `darsena stress`.
pub(crate) fn run(arguments: &StressArguments) -> Answered {
    let started = Instant::now();
    let output = &arguments.output;
    output.place()?;
    let scenario = match ask::load(&arguments.scenario, output.quiet)? {
        Ok(scenario) => scenario,
        Err(code) => return Ok(code),
    };
    let horizon = scenario.head().horizon();
    let from = arguments.from.unwrap_or(horizon.start());
    if from < horizon.start() || from >= horizon.end() {
        eprintln!(
            "`--from {from}` is outside the horizon, {} to {}",
            horizon.start(),
            horizon.end()
        );
        eprintln!("help: name a day inside it");
        return Ok(ExitCode::from(2));
    }
    let of = |choice: &EveryChoice| match choice {
        EveryChoice::Site => Every::Site,
        EveryChoice::Recipe => Every::Recipe,
        EveryChoice::Resource => Every::Resource,
        EveryChoice::Lane => Every::Lane,
    };
    let mut failures: Vec<_> = { arguments.every.iter() }
        .flat_map(|choice| whatif::every(&scenario, of(choice), from, arguments.days))
        .collect();
    let mut of_repair = Vec::new();
    if arguments.every.is_empty() {
        (failures, of_repair) = whatif::told(&scenario);
    }
    if failures.is_empty() {
        eprintln!("the scenario tells no disruption of production in its table `changes`");
        eprintln!("help: `--every site` takes one site after the other out of use");
        return Ok(ExitCode::from(1));
    }
    let tell = |answer: &mut Answer| {
        arguments.wanted.tell_law(answer);
        if !of_repair.is_empty() {
            answer.head.remarks.push(format!(
                "not looked at, because repair alone notices: {}; ask `darsena repair --change`",
                of_repair.join(", ")
            ));
        }
    };
    let options = StressOptions {
        plan: darsena::plan::Options {
            reasons: darsena::plan::Reasons::None,
            prices: false,
            ..arguments.wanted.options(&arguments.solving)
        },
        foreseen: arguments.foreseen,
        survive: arguments.survive,
        pairs: arguments.pairs.is_some(),
    };
    let law = arguments
        .wanted
        .as_of(&scenario)
        .map(|(as_of, _)| (ask::law(), as_of));
    let base = arguments.wanted.arcs(&scenario, &arguments.solving);
    let asked = ArcsAsked::new(base, law);
    let line = terminal::Line::new(output.quiet);
    let arcs_of = |changed: &Scenario, change: Option<&Change>| asked.of(changed, change);
    let what = if arguments.pairs.is_some() {
        "failures and pairs"
    } else {
        "failures"
    };
    let progress = |done, of| line.count(what, done, of);
    let stop = terminal::stop_on_interrupt();
    let seconds = || arguments.timing.then(|| started.elapsed().as_secs_f64());
    if arguments.without_time {
        let plan = &options.plan;
        let found = whatif::static_measures(
            &scenario,
            &arcs_of,
            &failures,
            plan.include_unconfirmed,
            plan.threads,
            &stop,
            &progress,
        )?;
        drop(line);
        let Some(found) = found else {
            eprintln!("stopped before any failure was looked at");
            return Ok(ExitCode::from(1));
        };
        let mut answer = static_answer::answer(&scenario, &failures, &found, seconds());
        tell(&mut answer);
        return output.write(&answer, &|answer| {
            static_answer::readable(&scenario, &found, answer)
        });
    }
    let stress = whatif::stress(&scenario, &arcs_of, &failures, &options, &stop, &progress)?;
    drop(line);
    let pairs = arguments.pairs.map(std::num::NonZeroUsize::get);
    let mut answer = stress_answer::answer(
        &scenario,
        &failures,
        &stress,
        arguments.foreseen,
        pairs,
        seconds(),
    );
    tell(&mut answer);
    output.write(&answer, &|answer| {
        stress_answer::readable(&scenario, &stress, answer)
    })
}
