//! Arguments every question has, and how a scenario is loaded for it.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::OnceLock;

use clap::{Args, ValueEnum};
use darsena::brief::LawKept;
use darsena::law::{AsOf, Law, Rule};
use darsena::plan::Arcs;
use darsena::scenario::{Finding, Objective, Scenario, Severity, nearest};
use jiff::civil::Date;

use crate::terminal::Answered;

/// Form of an answer.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For reading.
    Table,
    /// Head and tables in one document; `darsena schema` describes it.
    Json,
    /// One file a table: `--out FOLDER`, or one table with `--table NAME`.
    Csv,
    /// One file a table: `--out FOLDER`, or one table with `--table NAME --out FILE`.
    Parquet,
    /// One sheet a table: `--out FILE.xlsx`.
    Xlsx,
}

impl From<Format> for darsena::write::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Table => Self::Table,
            Format::Json => Self::Json,
            Format::Csv => Self::Csv,
            Format::Parquet => Self::Parquet,
            Format::Xlsx => Self::Xlsx,
        }
    }
}

/// Where an answer goes and in which form.
#[derive(Args)]
pub(crate) struct Output {
    /// Form of the answer.
    #[arg(long, value_enum, default_value = "table", value_name = "FORM")]
    pub(crate) format: Format,
    /// File or folder to write to, whole or not at all; standard output without it.
    #[arg(long, short, value_name = "PATH")]
    pub(crate) out: Option<PathBuf>,
    /// Only this table of the answer.
    #[arg(long, value_name = "NAME")]
    pub(crate) table: Option<String>,
    /// No progress and no warnings.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Which plan is asked for.
#[derive(Args)]
pub(crate) struct Wanted {
    /// Which objective; without it the scenario's own, without that `lexicographic`.
    #[arg(long, value_enum)]
    objective: Option<ObjectiveChoice>,
    /// Runs, shipments and deliveries of countable items in whole units (mixed integer).
    #[arg(long)]
    whole: bool,
    /// Within a priority, first make the largest share that any party waits as small as can be.
    #[arg(long)]
    fair: bool,
    /// Count on receipts that are not firm.
    #[arg(long)]
    unconfirmed: bool,
    #[command(flatten)]
    law: LawWanted,
}

/// Which law is kept.
#[derive(Args)]
pub(crate) struct LawWanted {
    /// Ask the law as it stood on this day, for the whole horizon; without it the law the scenario
    /// knows (its `law_as_of`). What it denies is shut, what needs an approval opens after its typical days.
    #[arg(long, value_name = "DATE", value_parser = day)]
    law: Option<Date>,
    /// Ask no law: everything is open on the dates of its own row.
    #[arg(long, conflicts_with = "law")]
    no_law: bool,
}

/// Rules that are looked at otherwise than they stand.
#[derive(Args)]
pub(crate) struct RulesWanted {
    /// Lift a rule; may be repeated.
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    without: Vec<String>,
    /// Take a proposal as in force; may be repeated.
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    with: Vec<String>,
}

impl RulesWanted {
    /// Whether every rule is taken as it stands.
    pub(crate) fn is_empty(&self) -> bool {
        self.without.is_empty() && self.with.is_empty()
    }

    /// Rules of `law` that are lifted.
    pub(crate) fn without(&self, law: &Law) -> Result<BTreeSet<String>, Unasked> {
        rules(law, &self.without)
    }

    /// Proposals of `law` that are taken as in force.
    pub(crate) fn with(&self, law: &Law) -> Result<BTreeSet<String>, Unasked> {
        let with = rules(law, &self.with)?;
        for id in &with {
            if named(law, id).all(|rule| rule.from.is_some()) {
                return Err(Unasked::new(
                    format!("`--with {id}`: the rule is law on its own days and no proposal"),
                    "leave it out; `--law DATE` asks the law of another day",
                ));
            }
        }
        Ok(with)
    }
}

/// Rules by id, or by id of one policy.
fn rules(law: &Law, ids: &[String]) -> Result<BTreeSet<String>, Unasked> {
    for id in ids {
        if named(law, id).next().is_none() {
            // Ids of rules are in capitals.
            let known = law.rules().iter().map(|rule| rule.policy.as_str());
            let help = nearest(id, known).map_or("`darsena laws` lists them".into(), |near| {
                format!("did you mean `{near}`?")
            });
            return Err(Unasked::new(format!("no rule `{id}` in the law"), help));
        }
    }
    Ok(ids.iter().cloned().collect())
}

fn named<'a>(law: &'a Law, id: &'a str) -> impl Iterator<Item = &'a Rule> {
    let rules = law.rules().iter();
    rules.filter(move |rule| rule.policy == id || rule.id() == id)
}

/// Why a question cannot be asked, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub(crate) struct Unasked {
    pub(crate) why: String,
    pub(crate) help: String,
}

impl Unasked {
    pub(crate) fn new(why: impl Into<String>, help: impl Into<String>) -> Self {
        Unasked {
            why: why.into(),
            help: help.into(),
        }
    }

    /// For a word that nobody knows: the nearest that is known, or else where they are listed.
    pub(crate) fn unknown<'a>(
        why: impl Into<String>,
        word: &str,
        known: impl IntoIterator<Item = &'a str>,
        listed: &str,
    ) -> Self {
        match nearest(&word.to_lowercase(), known) {
            Some(near) => Self::new(why, format!("did you mean `{near}`?")),
            None => Self::new(why, listed),
        }
    }
}

/// A day as it is told.
pub(crate) fn day(text: &str) -> Result<Date, String> {
    text.parse()
        .map_err(|_| "expected a day as YYYY-MM-DD, such as 2026-04-21".into())
}

/// The law the program holds, read once.
pub(crate) fn law() -> &'static Law {
    static LAW: OnceLock<Law> = OnceLock::new();
    LAW.get_or_init(Law::embedded)
}

/// Which objective.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ObjectiveChoice {
    /// Priorities one after the other, then cost.
    Lexicographic,
    /// One sum of all costs.
    Weighted,
}

impl LawWanted {
    /// The law that is asked, and its day; none where none is.
    pub(crate) fn as_of(&self, scenario: &Scenario) -> Option<(AsOf, Date)> {
        let known = scenario.head().law_as_of;
        match self.law {
            _ if self.no_law => None,
            Some(day) => Some((AsOf::Fixed(day), day)),
            None => Some((AsOf::Known(known), known)),
        }
    }

    /// Whether no law is asked.
    pub(crate) fn is_none(&self) -> bool {
        self.no_law
    }

    /// Writes into an answer which law it rests on.
    pub(crate) fn tell(&self, answer: &mut darsena::answer::Answer) {
        if self.no_law {
            return;
        }
        answer.head.law_hash = Some(law().hash().to_string());
        if let Some(day) = self.law {
            answer.head.law_as_of = day.to_string();
        }
    }
}

impl Wanted {
    /// What may be made, moved and handed over.
    pub(crate) fn arcs(&self, scenario: &Scenario, solving: &Solving) -> Arcs {
        match self.as_of(scenario) {
            Some((as_of, _)) => darsena::permitted(scenario, law(), as_of, solving.threads()),
            None => Arcs::open(scenario),
        }
    }

    /// Which law the plan keeps, for the page.
    pub(crate) fn law_kept(&self) -> LawKept {
        match self.law.law {
            _ if self.law.no_law => LawKept::Unasked,
            Some(day) => LawKept::Of(day),
            None => LawKept::Known,
        }
    }

    /// The law that is asked, and its day; none where none is.
    pub(crate) fn as_of(&self, scenario: &Scenario) -> Option<(AsOf, Date)> {
        self.law.as_of(scenario)
    }

    /// Writes into an answer which law it rests on.
    pub(crate) fn tell_law(&self, answer: &mut darsena::answer::Answer) {
        self.law.tell(answer);
    }

    /// The options of a plan with reasons and prices.
    pub(crate) fn options(&self, solving: &Solving) -> darsena::plan::Options {
        darsena::plan::Options {
            objective: self.objective.map(|objective| match objective {
                ObjectiveChoice::Lexicographic => Objective::Lexicographic,
                ObjectiveChoice::Weighted => Objective::Weighted,
            }),
            whole: self.whole,
            fair: self.fair,
            include_unconfirmed: self.unconfirmed,
            threads: solving.threads(),
            solver: solving.options(),
            ..darsena::plan::Options::default()
        }
    }
}

/// How long and how the solver works.
#[derive(Args)]
pub(crate) struct Solving {
    /// Threads for work that can go side by side; as many as there are cores without it. The answer does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) threads: Option<u32>,
    /// Wall seconds after which the best answer so far is given.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) time_limit: Option<f64>,
    /// Processor seconds after which the best answer so far is given.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) cpu_limit: Option<f64>,
    /// Seed of the solver.
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=2_147_483_647))]
    pub(crate) seed: u32,
    /// Relative gap at which a mixed integer program counts as solved.
    #[arg(long, default_value_t = 1e-6, value_name = "SHARE", value_parser = share)]
    pub(crate) gap: f64,
    /// Way of solving linear programs.
    #[arg(long, value_enum, default_value = "choose", value_name = "WAY")]
    pub(crate) method: Method,
    /// An option of HiGHS, e.g. `--solver-option ipm_optimality_tolerance=1e-9`. May be repeated. Not `threads` nor
    /// `parallel`: these are darsena's own.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) solver_option: Vec<(String, String)>,
}

/// Way of solving linear programs.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Method {
    /// By the size of the program.
    Choose,
    /// Dual simplex.
    Simplex,
    /// Primal simplex.
    PrimalSimplex,
    /// Interior point with crossover (`ipx`).
    Ipx,
    /// First order (`pdlp`).
    Pdlp,
}

pub(crate) fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds.is_finite() && seconds >= 0.0 => Ok(seconds),
        _ => Err("expected a number of seconds, 0 or more".into()),
    }
}

pub(crate) fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..1.0).contains(&share) => Ok(share),
        _ => Err("expected a share of 0 or more and less than 1, e.g. 0.001".into()),
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.into(), value.into()))
}

impl Solving {
    pub(crate) fn threads(&self) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or(cores, |n| n as usize)
    }

    fn options(&self) -> darsena::milp::Options {
        darsena::milp::Options {
            method: match self.method {
                Method::Choose => darsena::milp::Method::Choose,
                Method::Simplex => darsena::milp::Method::DualSimplex,
                Method::PrimalSimplex => darsena::milp::Method::PrimalSimplex,
                Method::Ipx => darsena::milp::Method::InteriorPoint,
                Method::Pdlp => darsena::milp::Method::FirstOrder,
            },
            seed: self.seed,
            time_limit: self.time_limit,
            cpu_limit: self.cpu_limit,
            relative_gap: self.gap,
            set: self.solver_option.clone(),
            ..Default::default()
        }
    }
}

/// `1 finding`, `2 findings`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Prints findings to standard error: all of them, or the warnings only counted.
pub(crate) fn show(findings: &[Finding], quiet: bool) {
    let errors = findings
        .iter()
        .filter(|f| f.severity == Severity::Error)
        .count();
    for finding in findings.iter().filter(|f| f.severity == Severity::Error) {
        eprintln!("{finding}");
    }
    let warnings = findings.len() - errors;
    if warnings > 0 && !quiet {
        eprintln!(
            "{}; `darsena check` shows them",
            counted(warnings, "warning")
        );
    }
    if errors > 0 {
        eprintln!("{}; nothing was written", counted(errors, "finding"));
    }
}

/// Whether memory may come in huge pages. Interior point methods walk hundreds of megabytes at random and
/// spend a tenth less time with them; a small plan is made before so many huge pages are cleared.
#[cfg(target_os = "linux")]
pub(crate) fn huge_pages(on: bool) {
    // Nothing but time depends on it.
    let _ = rustix::thread::disable_transparent_huge_pages(!on);
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn huge_pages(_on: bool) {}

/// Makes, moves and hand-overs times periods from which on huge pages are worth their clearing.
const LARGE: usize = 100_000;

fn is_large(scenario: &Scenario) -> bool {
    let arcs = scenario.recipes().len() + scenario.lanes().len() + scenario.demands().len();
    arcs * scenario.head().horizon().len() >= LARGE
}

/// Loads a scenario; with findings that forbid it, prints them and returns the exit code.
pub(crate) fn load(path: &Path, quiet: bool) -> Result<Result<Scenario, ExitCode>, Box<dyn Error>> {
    Ok(checked(darsena::scenario::load(path)?, quiet))
}

/// The same of a scenario that is checked already.
pub(crate) fn checked(
    checked: darsena::scenario::Checked,
    quiet: bool,
) -> Result<Scenario, ExitCode> {
    show(&checked.findings, quiet);
    if checked.scenario.as_ref().is_some_and(is_large) {
        huge_pages(true);
    }
    checked.scenario.ok_or(ExitCode::from(1))
}

impl Output {
    /// Whether the answer can go where it is wanted, as far as that is known before long work: it may have one
    /// table only.
    pub(crate) fn place(&self) -> Result<(), darsena::write::WriteError> {
        darsena::write::place(self.format.into(), self.out.as_deref(), true)
    }

    /// Writes `answer` where and how the user wants it.
    pub(crate) fn write(
        &self,
        answer: &darsena::answer::Answer,
        readable: &dyn Fn(&darsena::answer::Answer) -> String,
    ) -> Answered {
        // An answer of one table needs no place to be written to in a form of one file a table.
        let only = match (answer.tables.as_slice(), self.format) {
            ([table], Format::Csv) if self.out.is_none() => Some(table.name),
            _ => None,
        };
        darsena::write::write(
            answer,
            self.format.into(),
            self.out.as_deref(),
            self.table.as_deref().or(only),
            readable,
        )?;
        Ok(ExitCode::SUCCESS)
    }
}
