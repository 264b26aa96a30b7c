//! `darsena brief`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use darsena::milp::{Progress, Watch};
use darsena::otherwise::Otherwise;
use darsena::repair::{self, RepairOptions};
use darsena::rule_prices::{self, PriceOptions};

use crate::ask::{self, Solving, Wanted};
use crate::terminal::{self, Answered};

/// Write the report on the plan: one self-contained page.
///
/// Headline numbers, who waits and why, delivery and stock curves, shadow prices, repair by dock and by ship where
/// there are jobs, a network map with flows, sources as footnotes. No script and no network is needed to read it, and it prints.
#[derive(Args)]
#[command(after_help = "\
Examples:
  darsena brief scenarios/us-japan-2024 -o brief.html
  darsena brief my-scenario --law 2023-12-21 -o brief.html    under the law of that day
  darsena brief my-scenario --whole --fair -o brief.html     the same plan as `darsena plan` with these options")]
pub(crate) struct BriefArguments {
    /// Scenario: a folder, its datapackage.json, or a workbook.
    scenario: PathBuf,
    /// Page to write, `.html`.
    #[arg(long, short)]
    out: PathBuf,
    /// Title of the page; without it that of the scenario.
    #[arg(long)]
    title: Option<String>,
    /// Language of the page.
    #[arg(long, value_enum, default_value = "en")]
    lang: Language,
    #[command(flatten)]
    wanted: Wanted,
    /// Leave out what each rule costs, which takes a plan for each.
    #[arg(long)]
    no_rule_prices: bool,
    /// Leave out repair, which takes a search for a schedule.
    #[arg(long)]
    no_repair: bool,
    /// Rounds of that search: equal rounds give equal pages, on any machine.
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    repair_rounds: u32,
    /// No progress and no warnings.
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    solving: Solving,
}

/// Language of the page.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    /// English.
    En,
}

/// A brief was asked for in a form it does not have.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{}`: the brief is a page", .0.display())]
pub(crate) struct NoPage(PathBuf);

/// Answers `darsena brief`.
pub(crate) fn run(arguments: &BriefArguments) -> Answered {
    if arguments.out.extension().is_none_or(|end| end != "html") {
        return Err(NoPage(arguments.out.clone()).into());
    }
    let scenario = match ask::load(&arguments.scenario, arguments.quiet)? {
        Ok(scenario) => scenario,
        Err(code) => return Ok(code),
    };
    let options = darsena::plan::Options {
        parts: true,
        ..arguments.wanted.options(&arguments.solving)
    };
    let line = terminal::Line::new(arguments.quiet);
    let mut show = |progress: &Progress| line.show(progress);
    let mut watch = Watch {
        stop: terminal::stop_on_interrupt(),
        progress: Some(&mut show),
    };
    let plan = darsena::checked_plan(
        &scenario,
        &arguments.wanted.arcs(&scenario, &arguments.solving),
        &options,
        &mut watch,
    )?;
    let law = match arguments.wanted.as_of(&scenario) {
        Some((as_of, day)) if !arguments.no_rule_prices && !scenario.classes().is_empty() => {
            let law = ask::law();
            let asked = PriceOptions {
                plan: options,
                rules: BTreeSet::new(),
                pairs: true,
            };
            let prices = rule_prices::rule_prices(
                &scenario,
                law,
                as_of,
                &asked,
                &watch.stop,
                &|made, of| line.count("prices of rules: plans", made, of),
            )?;
            Some(rule_prices::law_page(&scenario, &prices, law, day))
        }
        _ => None,
    };
    let repaired = match scenario.jobs().is_empty() || arguments.no_repair {
        true => None,
        false => Some(repair::repair(
            &scenario,
            arguments
                .wanted
                .as_of(&scenario)
                .map(|(as_of, _)| (ask::law(), Otherwise::default().reading(as_of))),
            &RepairOptions {
                search: darsena::schedule::Options {
                    rounds: arguments.repair_rounds,
                    threads: std::thread::available_parallelism().map_or(1, usize::from),
                    ..darsena::schedule::Options::default()
                },
                rules: !arguments.no_rule_prices,
                ..RepairOptions::default()
            },
            &|| watch.stop.stopped(),
            &mut |what: &str, at| line.search(what, &at),
        )?),
    };
    drop(line);
    let lang = match arguments.lang {
        Language::En => darsena::brief::Lang::En,
    };
    let page = darsena::brief::html(
        &scenario,
        &plan,
        &darsena::brief::Options {
            title: arguments.title.clone(),
            lang,
            kept: arguments.wanted.law_kept(),
            law,
            repair: repaired.as_ref().map(repair::Repair::page),
        },
    );
    darsena::write::whole_file(&arguments.out, page.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
