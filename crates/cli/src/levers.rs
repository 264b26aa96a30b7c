//! `darsena levers`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, ValueEnum};
use darsena::levers_answer::{self, ToldLever};
use darsena::scenario::{Change, Scenario};
use darsena::stress_answer::ArcsAsked;
use darsena::whatif;
use darsena::whatif::levers::{LeverOptions, Limits, MOST};

use crate::ask::{self, Output, Solving, Unasked, Wanted};
use crate::terminal::{self, Answered};

/// What should we change first?
///
/// Plans with each lever of the scenario's table `changes`, with all but it, and with as many sets of them as it takes:
/// what each is worth alone, beside the others and as a fair share of all together; the best portfolio for a budget and
/// a number of political steps, proved; those that no other betters; and what each is worth while the worst
/// disruptions of the scenario happen.
#[derive(Args)]
#[command(after_help = "\
Examples:
  darsena levers scenarios/us-japan-2024                            all levers it tells
  darsena levers scenarios/us-japan-2024 --budget 200 --steps 1     the best for 200 MUSD and one political step
  darsena levers scenarios/us-japan-2024 --every rule               with each rule that holds something back, lifted
  darsena levers my-scenario --lever new-line --lever new-dock      these alone
  darsena levers my-scenario --failures 0 --table portfolios --format csv
  darsena levers my-scenario --format json --out levers.json

A lever that edits law, authorizations or approvals is a political step. Ctrl-C gives the best so far.
Nothing darsena says is legal advice.")]
pub(crate) struct LeversArguments {
    /// Scenario: a folder, its datapackage.json, or a workbook.
    scenario: PathBuf,
    #[command(flatten)]
    wanted: Wanted,
    /// Most money of the best portfolio, in the scenario's currency.
    #[arg(long, value_name = "MONEY", value_parser = money, allow_hyphen_values = true)]
    budget: Option<f64>,
    /// Most political steps of the best portfolio.
    #[arg(long, value_name = "COUNT")]
    steps: Option<u32>,
    /// Only this lever, by id of the row or group of `changes`; may be repeated.
    #[arg(long = "lever", value_name = "ID")]
    levers: Vec<String>,
    /// Levers beside those of the table.
    #[arg(long, value_enum, value_name = "WHAT")]
    every: Option<EveryChoice>,
    /// Look at each lever under so many of the worst disruptions as well; 0 leaves that out.
    #[arg(long, value_name = "COUNT", default_value_t = 3)]
    failures: usize,
    /// Orders drawn for fair shares of more than twelve levers.
    #[arg(long, value_name = "COUNT", default_value_t = 64, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    orders: u32,
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
    /// Each rule that shuts or delays something, lifted.
    Rule,
}

fn money(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(money) if money.is_finite() && money >= 0.0 => Ok(money),
        _ => Err("expected an amount of money, 0 or more".into()),
    }
}

/// Answers `darsena levers`.
pub(crate) fn run(arguments: &LeversArguments) -> Answered {
    let started = Instant::now();
    let output = &arguments.output;
    output.place()?;
    let scenario = match ask::load(&arguments.scenario, output.quiet)? {
        Ok(scenario) => scenario,
        Err(code) => return Ok(code),
    };
    let (told, of_repair) = levers_answer::told(&scenario, ask::law());
    let mut levers = chosen(told, &of_repair, &arguments.levers)?;
    let as_of = arguments.wanted.as_of(&scenario).map(|(as_of, _)| as_of);
    if let (Some(EveryChoice::Rule), Some(as_of)) = (arguments.every, as_of.clone()) {
        let threads = arguments.solving.threads();
        let rules = levers_answer::every_rule(&scenario, ask::law(), as_of, threads);
        let lifts = |lever: &ToldLever, rule: &ToldLever| {
            lever.lever.change.edits == rule.lever.change.edits
        };
        let new = rules
            .into_iter()
            .filter(|rule| !levers.iter().any(|one| lifts(one, rule)));
        let new: Vec<ToldLever> = new.collect();
        levers.extend(new);
    }
    if levers.is_empty() {
        eprintln!("the scenario tells no lever of production in its table `changes`");
        let help = match of_repair.as_slice() {
            [] => "add rows of the kind `lever`: `darsena manual changes`".to_string(),
            ids => format!(
                "of repair it tells {}: ask `darsena repair --change`",
                ids.join(", ")
            ),
        };
        eprintln!("help: {help}");
        return Ok(ExitCode::from(1));
    }
    if levers.len() > MOST {
        let why = format!(
            "{} levers are too many: at most {MOST} are looked at",
            levers.len()
        );
        return Err(Unasked::new(why, "name some of them with `--lever`").into());
    }
    let failures = if arguments.failures > 0 {
        whatif::told(&scenario).0
    } else {
        Vec::new()
    };
    let limits = Limits {
        budget: arguments.budget,
        steps: arguments.steps,
    };
    let options = LeverOptions {
        plan: darsena::plan::Options {
            reasons: darsena::plan::Reasons::None,
            prices: false,
            ..arguments.wanted.options(&arguments.solving)
        },
        limits,
        orders: arguments.orders as usize,
        seed: u64::from(arguments.solving.seed),
        failures: arguments.failures,
    };
    let base = arguments.wanted.arcs(&scenario, &arguments.solving);
    let asked = ArcsAsked::new(base, as_of.map(|as_of| (ask::law(), as_of)));
    let arcs_of = |changed: &Scenario, change: Option<&Change>| asked.of(changed, change);
    let line = terminal::Line::new(output.quiet);
    let own: Vec<_> = levers.iter().map(|told| told.lever.clone()).collect();
    let found = whatif::levers::levers(
        &scenario,
        &arcs_of,
        &own,
        &failures,
        &options,
        &terminal::stop_on_interrupt(),
        &|done, of| line.count("sets of levers", done, of),
    )?;
    drop(line);
    let seconds = arguments.timing.then(|| started.elapsed().as_secs_f64());
    let mut answer = levers_answer::answer(&scenario, &levers, &failures, &found, limits, seconds);
    arguments.wanted.tell_law(&mut answer);
    if !of_repair.is_empty() && arguments.levers.is_empty() {
        answer.head.remarks.push(format!(
            "not looked at, because repair alone notices: {}; ask `darsena repair --change`",
            of_repair.join(", ")
        ));
    }
    output.write(&answer, &|answer| {
        levers_answer::readable(&scenario, &found, answer)
    })
}

/// The levers of these ids, in the order of the table; all without any.
fn chosen(
    told: Vec<ToldLever>,
    of_repair: &[String],
    ids: &[String],
) -> Result<Vec<ToldLever>, Unasked> {
    let known = |id: &String| told.iter().any(|lever| lever.lever.change.id == *id);
    if let Some(id) = ids.iter().find(|id| !known(id)) {
        if of_repair.contains(id) {
            let why = format!("the lever `{id}` touches repair alone");
            return Err(Unasked::new(
                why,
                format!("ask `darsena repair --change {id}`"),
            ));
        }
        return Err(Unasked::unknown(
            format!("no lever `{id}` in the table `changes`"),
            id,
            told.iter().map(|lever| lever.lever.change.id.as_str()),
            "a lever is a row or group of the kind `lever`",
        ));
    }
    let wanted = |lever: &ToldLever| ids.is_empty() || ids.contains(&lever.lever.change.id);
    Ok(told.into_iter().filter(wanted).collect())
}
