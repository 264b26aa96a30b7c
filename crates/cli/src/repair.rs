//! `darsena repair` and `darsena work-package`.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use darsena::answer::Answer;
use darsena::brief::GanttBy;
use darsena::emergency::{Damage, emergency};
use darsena::law::AsOf;
use darsena::otherwise::Otherwise;
use darsena::repair::{self, RepairError, RepairOptions};
use darsena::scenario::Scenario;
use darsena::schedule::growth::GrowthOptions;
use darsena::schedule::{Modes, Options, Progress, xer};
use jiff::civil::Date;

use crate::ask::{self, LawWanted, Output, RulesWanted, Unasked};
use crate::terminal::{self, Answered};

/// Which ship, which dock, when?
///
/// Schedules every job of repair: site, dock and mode of each task, under the law, with a bound that says how much
/// better any schedule could be. Says why each job is not back sooner, what is regained against the status quo in which no
/// other state works, and dates that hold when work grows. Asked otherwise than things stand (`--without`, `--with`, `--change`),
/// it sets the schedule beside the one as things stand.
#[derive(Args)]
#[command(after_help = "\
Examples:
  darsena repair scenarios/us-japan-2024
  darsena repair scenarios/us-japan-2024 --rounds 200 --time-limit 60     search longer
  darsena repair scenarios/us-japan-2024 --home                           the status quo alone
  darsena repair scenarios/us-japan-2024 --rules                          what each rule costs in ready days
  darsena repair scenarios/us-japan-2024 --with US-49                     private yards in Japan for all but nuclear ships
  darsena repair scenarios/us-japan-2024 --with US-37                     a window of 21 days for deployed ships; US-48: 90 days
  darsena repair scenarios/us-japan-2024 --change yokosuka-dock-5-lost    a dock lost for half a year
  darsena repair scenarios/us-japan-2024 --change ssk-dock-3              a merchant dock claimed with seven days notice
  darsena repair scenarios/us-japan-2024 --without US-34                  without a rule of the law
  darsena repair scenarios/us-japan-2024 --emergency ddg83:dsra:2025-03-01   who is bumped, at what price
  darsena repair scenarios/us-japan-2024 --table schedule --format csv
  darsena repair --psplib j6013_8.sm --cpu-limit 60                       a published project file
  darsena repair --psplib j601_8.sm --certificate proofs                  with a proof that others can check
  darsena repair my-scenario --format xlsx --out repair.xlsx
  darsena repair my-scenario --gantt docks.svg                           a picture beside the answer, one row a dock
  darsena repair my-scenario --gantt ships.svg --gantt-by ship           one row a ship

Ctrl-C gives the best schedule so far, with its status; a second one ends the process.")]
pub(crate) struct RepairArguments {
    /// Scenario: a folder, its datapackage.json, or a workbook.
    #[arg(required_unless_present = "psplib")]
    scenario: Option<PathBuf>,
    /// Schedule published project files instead (PSPLIB `.sm` and `.mm`, MMLIB), for comparing.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["scenario", "emergency", "xer", "home", "rules"])]
    psplib: Vec<PathBuf>,
    /// With `--psplib`: steps after which the search of a file ends; equal steps give equal answers. Without any
    /// limit 20 million.
    #[arg(long, value_name = "N", requires = "psplib")]
    steps: Option<u64>,
    /// With `--psplib`: processor seconds after which the search of a file ends, and those of its certificate.
    #[arg(long, value_name = "SECONDS", value_parser = ask::seconds, requires = "psplib")]
    cpu_limit: Option<f64>,
    /// With `--psplib`: write a certificate into this folder for each file whose schedule is proved to be the shortest, that
    /// others can check: project, schedule, model, proof.
    #[arg(long, value_name = "FOLDER", requires = "psplib")]
    certificate: Option<PathBuf>,
    /// With `--certificate`: steps after which the search for a proof ends.
    #[arg(
        long,
        default_value_t = 100_000,
        value_name = "N",
        requires = "certificate"
    )]
    certificate_steps: u64,
    #[command(flatten)]
    law: LawWanted,
    #[command(flatten)]
    otherwise_law: RulesWanted,
    /// Make a change that the scenario's table `changes` tells, a row or a group; may be repeated.
    #[arg(long, value_delimiter = ',', value_name = "CHANGE", conflicts_with_all = ["psplib", "against"])]
    change: Vec<String>,
    /// With `--without`, `--with` and `--change`: leave out the schedule as things stand; what other states win is told instead.
    #[arg(long)]
    no_unchanged: bool,
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
    /// Damage nobody planned for: asset, kind of work, day. What can be done, and who is bumped? Joined with `--without`, `--with`
    /// and `--change`: when things are so already.
    #[arg(long, value_name = "ASSET:KIND:DATE", value_parser = damage)]
    emergency: Option<Damage>,
    /// Compare with the schedule of this other scenario: jobs that are done elsewhere or at another time there.
    #[arg(long, value_name = "SCENARIO", conflicts_with_all = ["psplib", "emergency", "rules"])]
    against: Option<PathBuf>,
    /// Compare with the schedule under the law as it stood on this other day.
    #[arg(long, value_name = "DATE", value_parser = ask::day, conflicts_with_all = ["psplib", "emergency", "rules", "against", "no_law"])]
    against_law: Option<Date>,
    /// Write the schedule as a Primavera XER file as well, for the planners of a yard.
    #[arg(long, value_name = "FILE")]
    xer: Option<PathBuf>,
    /// Draws of the growth of work; 0: none.
    #[arg(long, default_value_t = 2000, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    draws: u32,
    /// Rounds of search: equal rounds give equal answers, on any machine.
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
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
    #[arg(
        long,
        value_enum,
        default_value = "dock",
        requires = "gantt",
        value_name = "ROWS"
    )]
    gantt_by: Rows,
    #[command(flatten)]
    output: Output,
    /// Put the wall time into the answer (then equal questions no longer have equal bytes).
    #[arg(long)]
    timing: bool,
}

impl RepairArguments {
    fn as_things_stand(&self) -> bool {
        self.otherwise_law.is_empty() && self.change.is_empty()
    }

    /// What is asked otherwise than things stand.
    fn otherwise(&self, scenario: &Scenario) -> Result<Otherwise, Box<dyn Error>> {
        if self.law.is_none() && !self.otherwise_law.is_empty() {
            let why = "`--no-law` asks no law: `--without` and `--with` say nothing beside it";
            return Err(Unasked::new(why, "leave out one or the other").into());
        }
        if self.as_things_stand() {
            return Ok(Otherwise::default());
        }
        Ok(Otherwise {
            changes: Otherwise::changes(scenario, &self.change)?,
            without: self.otherwise_law.without(ask::law())?,
            with: self.otherwise_law.with(ask::law())?,
        })
    }
}

fn damage(text: &str) -> Result<Damage, String> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        [asset, kind, day] if !asset.is_empty() && !kind.is_empty() => Ok(Damage {
            asset: (*asset).to_string(),
            kind: (*kind).to_string(),
            day: day
                .parse()
                .map_err(|_| format!("`{day}` is no day; expected e.g. 2025-03-01"))?,
        }),
        _ => Err("expected ASSET:KIND:DATE, e.g. `ddg83:dsra:2025-03-01`".into()),
    }
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
    if let Some(path) = arguments
        .gantt
        .as_ref()
        .filter(|path| path.extension().is_none_or(|end| end != "svg"))
    {
        return Err(NoDrawing(path.clone()).into());
    }
    let output = &arguments.output;
    let Some(path) = &arguments.scenario else {
        return projects(arguments, started);
    };
    output.place()?;
    let stands = match ask::load(path, output.quiet)? {
        Ok(scenario) => scenario,
        Err(code) => return Ok(code),
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    // What is only compared needs no status quo and no reasons.
    let whole = arguments.emergency.is_none()
        && arguments.against.is_none()
        && arguments.against_law.is_none();
    let beside = whole && !arguments.no_unchanged && !arguments.as_things_stand();
    let options = RepairOptions {
        search: Options {
            seed: arguments.seed,
            rounds: arguments.rounds,
            time_limit: arguments.time_limit.map(Duration::from_secs_f64),
            gap: arguments.gap,
            threads: arguments.threads.map_or(cores, |threads| threads as usize),
        },
        modes: if arguments.home {
            Modes::Home
        } else {
            Modes::All
        },
        status_quo: !arguments.no_status_quo && whole && !beside,
        reasons: !arguments.no_reasons && whole,
        growth: GrowthOptions {
            seed: arguments.seed,
            draws: arguments.draws,
        },
        rules: arguments.rules,
    };
    let otherwise = arguments.otherwise(&stands)?;
    let scenario = otherwise.scenario(&stands)?;
    let kept = |as_of: AsOf| (ask::law(), otherwise.reading(as_of));
    let as_of = arguments.law.as_of(&scenario).map(|(as_of, _)| as_of);
    let line = terminal::Line::new(output.quiet);
    let stop = terminal::stop_on_interrupt();
    let stopped = || stop.stopped();
    let mut show = |what: &str, at: Progress| line.search(what, &at);
    let seconds = || arguments.timing.then(|| started.elapsed().as_secs_f64());
    let law = as_of.clone().map(kept);
    let (unchanged, repaired) = if beside {
        let unasked = as_of
            .clone()
            .map(|as_of| (ask::law(), Otherwise::default().reading(as_of)));
        let (unchanged, repaired) = repair::repair_beside(
            (&stands, unasked),
            (&scenario, law.clone()),
            &options,
            &stopped,
            &mut show,
        )?;
        (Some(unchanged), repaired)
    } else {
        let repaired = repair::repair(&scenario, law.clone(), &options, &stopped, &mut show)?;
        (None, repaired)
    };
    let told = |answer: &mut Answer| -> Result<(), RepairError> {
        arguments.law.tell(answer);
        if !otherwise.is_nothing() {
            if let Some(AsOf::Fixed(day) | AsOf::Known(day)) =
                as_of.clone().map(|as_of| otherwise.reading(as_of).as_of)
            {
                answer.head.law_as_of = day.to_string();
            }
            let asked = as_of.clone().map(|as_of| (ask::law(), as_of));
            let unnoticed = repair::unnoticed(&stands, asked, &otherwise, options.modes)?;
            darsena::repair_answer::tell(answer, &stands, ask::law(), &otherwise, &unnoticed);
        }
        Ok(())
    };
    if let Some(damage) = &arguments.emergency {
        let package = darsena::scenario::read(path)?;
        let emergent = emergency(
            &package,
            &scenario,
            law,
            &repaired,
            damage,
            &options.search,
            &stopped,
            &mut show,
        )?;
        drop(line);
        let mut answer = emergent.answer(seconds());
        told(&mut answer)?;
        return output.write(&answer, &|answer| emergent.readable(answer));
    }
    if arguments.against.is_some() || arguments.against_law.is_some() {
        let other = match &arguments.against {
            Some(path) => match ask::load(path, output.quiet)? {
                Ok(other) => other,
                Err(code) => return Ok(code),
            },
            None => scenario.clone(),
        };
        let law = match arguments.against_law {
            Some(day) => Some(AsOf::Fixed(day)),
            None => arguments.law.as_of(&other).map(|(as_of, _)| as_of),
        };
        let second = repair::repair(&other, law.map(kept), &options, &stopped, &mut show)?;
        drop(line);
        let pair = ((&scenario, &repaired), (&other, &second));
        let mut answer = darsena::repair_answer::difference(pair.0, pair.1, seconds());
        told(&mut answer)?;
        if let Some(day) = arguments.against_law {
            answer.head.law_as_of = day.to_string();
        }
        return output.write(&answer, &darsena::repair_answer::readable_difference);
    }
    drop(line);
    if let Some(file) = &arguments.xer {
        let text = xer::write(&scenario, &repaired.problem, &repaired.schedule);
        darsena::write::whole_file(file, text.as_bytes())?;
    }
    let mut answer = darsena::repair_answer::answer(&scenario, &repaired, seconds());
    if let Some(unchanged) = &unchanged {
        darsena::repair_answer::compare(&mut answer, &stands, unchanged, &repaired);
    }
    told(&mut answer)?;
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
    Ok(if repaired.schedule.unplaced.is_empty() {
        code
    } else {
        ExitCode::from(1)
    })
}

/// Steps of the search of a project where nothing limits it.
const STEPS: u64 = 20_000_000;

/// Answers `darsena repair --psplib`.
fn projects(arguments: &RepairArguments, started: Instant) -> Answered {
    let line = terminal::Line::new(arguments.output.quiet);
    let stop = darsena::project::Stop::new();
    let asked = terminal::stop_on_interrupt();
    let unlimited = arguments.cpu_limit.is_none() && arguments.time_limit.is_none();
    let options = darsena::project::Options {
        seed: arguments.seed,
        threads: arguments.threads.unwrap_or(2),
        step_limit: arguments.steps.or(unlimited.then_some(STEPS)),
        time_limit: arguments.time_limit,
        cpu_limit: arguments.cpu_limit,
    };
    let certifying = darsena::certify::Options {
        seed: arguments.seed,
        step_limit: arguments.certificate_steps,
        time_limit: arguments.time_limit,
        cpu_limit: arguments.cpu_limit,
        ..darsena::certify::Options::default()
    };
    let name = |path: &PathBuf| {
        path.file_name().map_or_else(
            || path.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        )
    };
    // What can't be written is said before anything is searched for.
    if let Some(folder) = &arguments.certificate {
        let names: Vec<String> = arguments.psplib.iter().map(name).collect();
        darsena::certify::places(folder, &names)?;
    }
    let mut all = Vec::new();
    let mut certified = true;
    for path in &arguments.psplib {
        let name = name(path);
        let bytes = std::fs::read(path).map_err(|error| NoPackage(path.clone(), error.into()))?;
        let mut show = |at: &darsena::project::Progress| {
            if asked.stopped() {
                stop.stop();
            }
            line.project(&name, at);
        };
        let mut watch = darsena::project::Watch {
            stop: stop.clone(),
            progress: Some(&mut show),
        };
        let mut scheduled = darsena::project_answer::schedule(&name, &bytes, &options, &mut watch)?;
        if let Some(folder) = &arguments.certificate {
            line.certificate(&name);
            certified &= scheduled.certify(&bytes, &certifying, &|| asked.stopped(), folder)?;
        }
        all.push(scheduled);
    }
    drop(line);
    let answer = darsena::project_answer::answer(
        &all,
        arguments.timing.then(|| started.elapsed().as_secs_f64()),
    );
    let code = arguments
        .output
        .write(&answer, &darsena::project_answer::readable)?;
    Ok(if certified { code } else { ExitCode::from(1) })
}

/// Does a certificate prove that no schedule is shorter?
///
/// Checks folders that `darsena repair --psplib FILE --certificate FOLDER` has written: the schedule against the project, the model against the
/// project and the makespan, the proof against the model. Shares nothing with what made the proof.
#[derive(Args)]
#[command(after_help = "\
Examples:
  darsena certificate proofs                     every certificate in a folder
  darsena certificate proofs/j601_8.sm           one of them

Exit code 0: all are accepted; 1: one is not.")]
pub(crate) struct CertificateArguments {
    /// A certificate, or a folder of certificates.
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    #[command(flatten)]
    output: Output,
    /// Put the wall time into the answer (then equal questions no longer have equal bytes).
    #[arg(long)]
    timing: bool,
}

/// Answers `darsena certificate`.
pub(crate) fn certificate(arguments: &CertificateArguments) -> Answered {
    let started = Instant::now();
    let mut checked = Vec::new();
    for folder in &arguments.folders {
        for one in darsena::certify::certificates(folder)? {
            let name = one.file_name().map_or_else(
                || one.display().to_string(),
                |name| name.to_string_lossy().into_owned(),
            );
            checked.push((name, darsena::certify::check_folder(&one)));
        }
    }
    let accepted = checked.iter().all(|one| one.1.is_ok());
    let answer = darsena::certificate_answer::answer(
        &checked,
        arguments.timing.then(|| started.elapsed().as_secs_f64()),
    );
    let code = arguments
        .output
        .write(&answer, &darsena::certificate_answer::readable)?;
    Ok(if accepted { code } else { ExitCode::from(1) })
}

/// Read a yard's own plan as tasks of a job.
///
/// Reads the tasks, ties and work of a Primavera XER file and gives rows of `tasks`, `modes`, `mode_usage` and `agreed` for the
/// tables of a scenario: what is done keeps its days, what is under way its first. Says what it could not take over.
#[derive(Args)]
#[command(after_help = "\
Examples:
  darsena work-package availability.xer --job ddg83-dsra-2026 --site yokosuka
  darsena work-package availability.xer --job ddg83-dsra-2026 --site yokosuka --format csv --out rows")]
pub(crate) struct WorkPackageArguments {
    /// Primavera XER file.
    file: PathBuf,
    /// Job the tasks belong to.
    #[arg(long, value_name = "JOB")]
    job: String,
    /// Site where they are done.
    #[arg(long, value_name = "SITE")]
    site: String,
    #[command(flatten)]
    output: Output,
}

/// A file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{}`", .0.display())]
struct NoPackage(PathBuf, #[source] Box<dyn std::error::Error>);

/// Answers `darsena work-package`.
pub(crate) fn work_package(arguments: &WorkPackageArguments) -> Answered {
    let fail = |error: Box<dyn std::error::Error>| NoPackage(arguments.file.clone(), error);
    let size = std::fs::metadata(&arguments.file)
        .map_err(|error| fail(error.into()))?
        .len();
    if size > xer::MOST_BYTES as u64 {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        return Err(fail(xer::XerError::TooLarge(size).into()).into());
    }
    let bytes = std::fs::read(&arguments.file).map_err(|error| fail(error.into()))?;
    // Primavera writes Windows-1252 on many machines: what is not UTF-8 is read byte by byte.
    let text = String::from_utf8(bytes).unwrap_or_else(|error| {
        error
            .as_bytes()
            .iter()
            .map(|byte| char::from(*byte))
            .collect()
    });
    let package = xer::read(&text).map_err(|error| fail(error.into()))?;
    let answer = darsena::work_package::answer(&package, &arguments.job, &arguments.site);
    arguments
        .output
        .write(&answer, &darsena::work_package::readable)
}
