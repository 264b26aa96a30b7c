//! `darsena prices`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use darsena::law::Law;
use darsena::rule_prices::{self, PriceOptions};

use crate::ask::{self, Output, Solving, Wanted};
use crate::terminal::{self, Answered};

/// What does each rule cost?
///
/// Lifts every rule that shuts or delays something, one at a time, plans again and says what would be
/// delivered, to whom, and what it would save. Where the duals of the plan prove that nothing would change,
/// no second plan is made. Also: pairs of rules that help only together, and what a month less waiting for
/// an approval is worth.
#[derive(Args)]
#[command(after_help = "\
Examples:
  darsena prices scenarios/us-japan-2024
  darsena prices scenarios/us-japan-2024 --law 2026-04-21         under the law of another day
  darsena prices scenarios/us-japan-2024 --rule JP-21             one rule only
  darsena prices my-scenario --table customers --format csv
  darsena prices my-scenario --no-pairs --format json --out prices.json

Rules: `darsena laws`. Ctrl-C gives the prices known so far. Nothing darsena says is legal advice.")]
pub(crate) struct PricesArguments {
    /// Scenario: a folder, its datapackage.json, or a workbook.
    scenario: PathBuf,
    #[command(flatten)]
    wanted: Wanted,
    /// Price only this rule; may be repeated.
    #[arg(long = "rule", value_name = "RULE")]
    rules: Vec<String>,
    /// Leave out pairs of rules.
    #[arg(long)]
    no_pairs: bool,
    #[command(flatten)]
    solving: Solving,
    #[command(flatten)]
    output: Output,
    /// Put the wall time into the answer (then equal questions no longer have equal bytes).
    #[arg(long)]
    timing: bool,
}

/// Answers `darsena prices`.
pub(crate) fn run(arguments: &PricesArguments) -> Answered {
    let started = Instant::now();
    let output = &arguments.output;
    output.place()?;
    let scenario = match ask::load(&arguments.scenario, output.quiet)? {
        Ok(scenario) => scenario,
        Err(code) => return Ok(code),
    };
    let Some((as_of, day)) = arguments.wanted.as_of(&scenario) else {
        eprintln!("no rule has a price where no law is asked");
        eprintln!("help: leave out `--no-law`");
        return Ok(ExitCode::from(2));
    };
    let law = ask::law();
    if let Some(unknown) = arguments
        .rules
        .iter()
        .find(|id| law.rules().iter().all(|rule| rule.id() != *id))
    {
        return Ok(no_such_rule(law, unknown));
    }
    let options = PriceOptions {
        plan: arguments.wanted.options(&arguments.solving),
        rules: arguments.rules.iter().cloned().collect::<BTreeSet<_>>(),
        pairs: !arguments.no_pairs,
    };
    let line = terminal::Line::new(output.quiet);
    let prices = rule_prices::rule_prices(
        &scenario,
        law,
        as_of,
        &options,
        &terminal::stop_on_interrupt(),
        &|made, of| line.count("plans", made, of),
    )?;
    drop(line);
    let seconds = arguments.timing.then(|| started.elapsed().as_secs_f64());
    let mut answer = rule_prices::answer(&scenario, &prices, seconds);
    answer.head.law_as_of = day.to_string();
    answer.head.law_hash = Some(law.hash().to_string());
    output.write(&answer, &|answer| {
        rule_prices::readable(&scenario, &prices, answer)
    })
}

fn no_such_rule(law: &Law, id: &str) -> ExitCode {
    eprintln!("no rule `{id}` in the law");
    match darsena::scenario::nearest(id, law.rules().iter().map(|rule| rule.id())) {
        Some(near) => eprintln!("help: the nearest id is `{near}`"),
        None => eprintln!("help: `darsena laws` lists them"),
    }
    ExitCode::from(1)
}
