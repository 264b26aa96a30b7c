//! The `darsena` command: reads arguments, asks the front door, writes what comes back.
//!
//! Exit codes: 0 answered, 1 findings or an answer that says no, 2 could not be carried out.

mod ask;
mod brief;
mod levers;
mod permit;
mod plan;
mod prices;
mod repair;
mod scenario;
mod stress;
mod sweep;
mod terminal;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// Serves the solver as well, which allocates in C++: see `.cargo/config.toml` for how it is set. It asks
/// for huge pages, which are refused until there is a scenario large enough to gain by them
/// ([`ask::huge_pages`]).
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// What allied states can make, repair and share together, and what stands in the way.
///
/// Every question takes a scenario: a folder of CSV or Parquet tables with `datapackage.json`, or an Excel workbook.
#[derive(Parser)]
#[command(
    name = "darsena",
    version,
    max_term_width = 110,
    after_help = "\
Examples:
  darsena new my-scenario                      a commented starter scenario
  darsena check my-scenario                    every finding, with row, column and remedy
  darsena plan my-scenario                     who makes what, when, who gets it, who waits and why
  darsena plan my-scenario --format json       the same for a script
  darsena prices my-scenario                   what each rule of the law costs
  darsena stress my-scenario --every site      what is lost if something fails
  darsena levers my-scenario --budget 200      what to change first
  darsena repair my-scenario                   which ship, which dock, when, and what is regained
  darsena brief my-scenario -o brief.html      the report
  darsena permit --act export --class jp-w --origins jp --from jp --to au --on 2026-05-01

Exit codes: 0 answered, 1 findings or an answer that says no, 2 could not be carried out.
Nothing darsena says is legal advice."
)]
struct Arguments {
    #[command(subcommand)]
    question: Question,
}

#[derive(Subcommand)]
enum Question {
    /// Who makes what, when, and who gets it?
    Plan(plan::PlanArguments),
    /// What does each rule cost: what would be delivered if it alone were lifted?
    Prices(prices::PricesArguments),
    /// What is lost if something fails?
    Stress(stress::StressArguments),
    /// What comes of many changes, each alone? A table in, a table out.
    Sweep(sweep::SweepArguments),
    /// What should we change first?
    Levers(levers::LeversArguments),
    /// Which ship, which dock, when?
    Repair(Box<repair::RepairArguments>),
    /// Does a certificate prove that no schedule of a project file is shorter?
    Certificate(repair::CertificateArguments),
    /// Read a yard's own plan (Primavera XER) as tasks of a job.
    WorkPackage(repair::WorkPackageArguments),
    /// Write the report on the plan: one self-contained page.
    Brief(brief::BriefArguments),
    /// May it be done, under which rule, with whose approval, by when?
    Permit(Box<permit::PermitArguments>),
    /// Which rules are in force; is a folder of law sound?
    Laws(permit::LawsArguments),
    /// Is the scenario sound? Prints every finding at once.
    Check(scenario::CheckArguments),
    /// What is in the scenario: counts, echelons, longest lead time, totals.
    Describe(scenario::DescribeArguments),
    /// Write the scenario again in another form, without loss.
    Convert(scenario::ConvertArguments),
    /// Rows added, removed and changed between two scenarios, or demands that fare differently in two plans.
    Diff(scenario::DiffArguments),
    /// Write a small commented scenario to start from.
    New(scenario::NewArguments),
    /// The manual page of a table, made from its dictionary.
    Manual(scenario::ManualArguments),
    /// The JSON schema of answers.
    Schema,
    /// Completion for a shell: `darsena completions bash > /etc/bash_completion.d/darsena`.
    Completions {
        /// Shell to complete for.
        shell: clap_complete::Shell,
    },
}

fn main() -> ExitCode {
    ask::huge_pages(false);
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let answered = match arguments.question {
        Question::Plan(arguments) => plan::run(&arguments),
        Question::Prices(arguments) => prices::run(&arguments),
        Question::Stress(arguments) => stress::run(&arguments),
        Question::Sweep(arguments) => sweep::run(&arguments),
        Question::Levers(arguments) => levers::run(&arguments),
        Question::Repair(arguments) => repair::run(&arguments),
        Question::Certificate(arguments) => repair::certificate(&arguments),
        Question::WorkPackage(arguments) => repair::work_package(&arguments),
        Question::Brief(arguments) => brief::run(&arguments),
        Question::Permit(arguments) => permit::run(&arguments),
        Question::Laws(arguments) => permit::laws(&arguments),
        Question::Check(arguments) => scenario::check(&arguments),
        Question::Describe(arguments) => scenario::describe(&arguments),
        Question::Convert(arguments) => scenario::convert(&arguments),
        Question::Diff(arguments) => scenario::diff(&arguments),
        Question::New(arguments) => scenario::new(&arguments),
        Question::Manual(arguments) => scenario::manual(&arguments),
        Question::Schema => terminal::print(darsena::SCHEMA_TEXT),
        Question::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "darsena", &mut script);
            terminal::print(&String::from_utf8_lossy(&script))
        }
    };
    match answered {
        Ok(code) => code,
        Err(error) => {
            terminal::explain(&*error);
            ExitCode::from(2)
        }
    }
}
