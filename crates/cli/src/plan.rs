//! `darsena plan`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use darsena::law::AsOf;
use darsena::milp::{Progress, Watch};
use darsena::plan::{Options, Reasons};
use jiff::civil::Date;

use crate::ask::{self, Output, Solving, Wanted};
use crate::terminal::{self, Answered};

/// Who makes what, when, and who gets it?
///
/// Solves the production plan, re-checks the answer with code that knows no solver, and says who
/// waits and why. A reason is proved: exactly that thing is relaxed and the plan solved again.
#[derive(Args)]
#[command(after_help = "\
Examples:
  darsena plan scenarios/us-japan-2024
  darsena plan scenarios/us-japan-2024 --peg pac3-switzerland-2027-03
  darsena plan my-scenario --objective weighted --format json --out plan.json
  darsena plan my-scenario --whole --time-limit 60
  darsena plan my-scenario --law 2024-03-26                   under the law of that day
  darsena plan my-scenario --no-law                           what would be if no law were asked
  darsena plan my-scenario --law 2024-03-26 --against-law 2026-04-21   what a change of law opens and delivers
  darsena plan my-scenario --format csv --out plan-tables     one CSV a table
  darsena plan my-scenario --table prices --format csv

Ctrl-C gives the best plan so far, with its status; a second one ends the process.")]
pub(crate) struct PlanArguments {
    /// Scenario: a folder, its datapackage.json, or a workbook.
    scenario: PathBuf,
    #[command(flatten)]
    wanted: Wanted,
    /// Show what serves this demand, down to runs and stocks.
    #[arg(long, value_name = "DEMAND")]
    peg: Option<String>,
    /// What to try as reasons for late demands: `auto` (the strongest of each sort), `none` or `all`.
    #[arg(long, default_value = "auto", value_parser = reasons)]
    reasons: Reasons,
    /// Leave out shadow prices.
    #[arg(long)]
    no_prices: bool,
    /// Compare with the plan of this other scenario: demands that fare differently there.
    #[arg(long, value_name = "SCENARIO", conflicts_with = "peg")]
    against: Option<PathBuf>,
    /// Compare with the plan under the law of this other day: arcs that open or shut, demands that fare differently.
    #[arg(long, value_name = "DATE", value_parser = ask::day, conflicts_with_all = ["peg", "against", "no_law"])]
    against_law: Option<Date>,
    #[command(flatten)]
    solving: Solving,
    #[command(flatten)]
    output: Output,
    /// Put the wall time into the answer (then equal questions no longer have equal bytes).
    #[arg(long)]
    timing: bool,
}

fn reasons(text: &str) -> Result<Reasons, String> {
    match text {
        "auto" => Ok(Reasons::Auto),
        "none" => Ok(Reasons::None),
        "all" => Ok(Reasons::All),
        _ => Err("expected `auto`, `none` or `all`".into()),
    }
}

/// Answers `darsena plan`.
pub(crate) fn run(arguments: &PlanArguments) -> Answered {
    let started = Instant::now();
    let output = &arguments.output;
    output.place()?;
    let scenario = match ask::load(&arguments.scenario, output.quiet)? {
        Ok(scenario) => scenario,
        Err(code) => return Ok(code),
    };
    let demand = match &arguments.peg {
        Some(id) => match scenario
            .demands()
            .iter()
            .position(|d| d.demand.as_str() == id)
        {
            Some(demand) => Some(demand),
            None => return Ok(no_such_demand(&scenario, id)),
        },
        None => None,
    };
    let options = Options {
        reasons: arguments.reasons,
        prices: !arguments.no_prices,
        ..arguments.wanted.options(&arguments.solving)
    };
    let line = terminal::Line::new(output.quiet);
    let mut show = |progress: &Progress| line.show(progress);
    let mut watch = Watch {
        stop: terminal::stop_on_interrupt(),
        progress: Some(&mut show),
    };
    let arcs = arguments.wanted.arcs(&scenario, &arguments.solving);
    let plan = darsena::checked_plan(&scenario, &arcs, &options, &mut watch)?;
    let seconds = arguments.timing.then(|| started.elapsed().as_secs_f64());
    if let Some(day) = arguments.against_law {
        let other = darsena::permitted(&scenario, ask::law(), AsOf::Fixed(day), options.threads);
        let second = darsena::checked_plan(&scenario, &other, &options, &mut watch)?;
        drop(line);
        let before = arguments.wanted.as_of(&scenario);
        let before = before.map_or(scenario.head().law_as_of, |(_, day)| day);
        let mut answer = darsena::plan_answer::law_difference(
            &scenario,
            (before, &arcs, &plan),
            (day, &other, &second),
            seconds,
        );
        arguments.wanted.tell_law(&mut answer);
        answer.head.law_as_of = day.to_string();
        return output.write(&answer, &darsena::plan_answer::readable_tables);
    }
    if let Some(path) = &arguments.against {
        let other = match ask::load(path, output.quiet)? {
            Ok(other) => other,
            Err(code) => return Ok(code),
        };
        let second = darsena::checked_plan(
            &other,
            &arguments.wanted.arcs(&other, &arguments.solving),
            &options,
            &mut watch,
        )?;
        drop(line);
        let mut answer =
            darsena::plan_answer::difference((&scenario, &plan), (&other, &second), seconds);
        arguments.wanted.tell_law(&mut answer);
        return output.write(&answer, &darsena::plan_answer::readable_tables);
    }
    drop(line);
    match demand {
        Some(demand) => {
            let mut answer = darsena::plan_answer::peg(&scenario, &plan, demand, seconds);
            arguments.wanted.tell_law(&mut answer);
            output.write(&answer, &darsena::plan_answer::readable_peg)
        }
        None => {
            let mut answer = darsena::plan_answer::answer(&scenario, &plan, seconds);
            arguments.wanted.tell_law(&mut answer);
            output.write(&answer, &|_| {
                darsena::plan_answer::readable(&scenario, &plan)
            })
        }
    }
}

fn no_such_demand(scenario: &darsena::scenario::Scenario, id: &str) -> ExitCode {
    eprintln!("no demand `{id}` in the scenario");
    let ids = scenario.demands().iter().map(|d| d.demand.as_str());
    if let Some(near) = darsena::scenario::nearest(id, ids) {
        eprintln!("help: the nearest id is `{near}`");
    } else {
        eprintln!("help: `darsena plan SCENARIO --table demands` lists them");
    }
    ExitCode::from(1)
}
