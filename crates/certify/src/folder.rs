//! Certificates as folders: made whole or not at all, and checked.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use cpu_time::ProcessTime;
use darsena_schedule::{Schedule, Task, check, psplib};
use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

use crate::check::{Checked, check_proof};
use crate::model::Model;
use crate::prove::{self, Found};
use crate::refusal::Refusal;
use crate::trim::{Untrimmed, trim};

const PROJECT: &str = "project.psplib";
const SCHEDULE: &str = "schedule.csv";
const MODEL: &str = "model.fzn";
const PROOF: &str = "proof.drcp.gz";
const UNFINISHED: &str = ".certificate-";

/// How long to look for a proof.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// Seed of every choice left to chance.
    pub seed: u64,
    /// Steps after which Pumpkin gives up: decisions and conflicts.
    pub step_limit: u64,
    /// Wall seconds for all of a certificate.
    pub time_limit: Option<f64>,
    /// Processor seconds for all of a certificate.
    pub cpu_limit: Option<f64>,
    /// Most bytes of Pumpkin's own log, compressed.
    pub most_bytes: u64,
    /// Most atoms of the log that are held to make it shorter; each takes 16 bytes.
    pub most_atoms: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            step_limit: 100_000,
            time_limit: None,
            cpu_limit: None,
            most_bytes: 256 << 20,
            most_atoms: 30_000_000,
        }
    }
}

/// A certificate that was written, or that was accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Certificate {
    /// The makespan that no schedule is below.
    pub makespan: u64,
    /// What the proof consists of.
    pub checked: Checked,
    /// Bytes of the proof, compressed.
    pub bytes: u64,
    /// Pumpkin's steps; 0 for one that was only checked.
    pub steps: u64,
}

/// What came of asking for a certificate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It is written.
    Given(Certificate),
    /// There is none, and nothing was written.
    Withheld(Withheld),
}

/// Why there is no certificate.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Withheld {
    /// The schedule is not known to be the shortest.
    #[error("the schedule is not proved to be the shortest")]
    NotProved,
    /// Nothing can be shorter than nothing.
    #[error("the makespan is 0, which needs no proof")]
    Nothing,
    /// The schedule breaks its project.
    #[error("the schedule does not hold: {0}")]
    Schedule(String),
    /// The claim is wrong.
    #[error("a schedule that ends by {0} exists")]
    Shorter(u64),
    /// A limit in steps.
    #[error("not proved by Pumpkin in {0} steps")]
    Steps(u64),
    /// A limit in seconds.
    #[error("not proved by Pumpkin in time")]
    Time,
    /// A limit in bytes or atoms.
    #[error("the proof is larger than is kept")]
    Large,
    /// Somebody asked to stop.
    #[error("stopped")]
    Stopped,
    /// Numbers that no checker of 32 bits can add up.
    #[error("the numbers of the project are too large")]
    Numbers,
    /// Pumpkin gave up with a fault of its own.
    #[error("Pumpkin failed")]
    Failed,
    /// Pumpkin's proof is none.
    #[error("Pumpkin's proof is not accepted: {0}")]
    Unsound(String),
}

/// Why the files of a certificate could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertifyError {
    /// Something is there already.
    #[error("`{}` is there already", .0.display())]
    Exists(PathBuf),
    /// Two files of one name, which would share a place.
    #[error("two files are named `{0}`")]
    Twice(String),
    /// The folder can't be read.
    #[error("cannot read `{}`", .0.display())]
    NoFolder(PathBuf, #[source] io::Error),
    /// There is no certificate in the folder.
    #[error("no certificate in `{}`", .0.display())]
    NoCertificate(PathBuf),
    /// The folder can't be written.
    #[error("cannot write `{}`", .0.display())]
    Unwritable(PathBuf, #[source] io::Error),
    /// The file is no project.
    #[error("cannot read `{0}`")]
    Unreadable(String, #[source] psplib::ReadError),
}

/// Whether there is room in `folder` for the certificates of files of these names: a folder of its name for each.
///
/// # Errors
/// Fails when something is there, or when two files have one name.
pub fn places(folder: &Path, files: &[String]) -> Result<(), CertifyError> {
    let mut sorted: Vec<&String> = files.iter().collect();
    sorted.sort_unstable();
    if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(CertifyError::Twice(twice[0].clone()));
    }
    files.iter().try_for_each(|file| free(&folder.join(file)))
}

fn free(place: &Path) -> Result<(), CertifyError> {
    if fs::symlink_metadata(place).is_ok() {
        return Err(CertifyError::Exists(place.to_path_buf()));
    }
    Ok(())
}

/// The certificates in a folder, by name; the folder itself where it is one.
///
/// # Errors
/// Fails when there is none, or the folder can't be read.
pub fn certificates(folder: &Path) -> Result<Vec<PathBuf>, CertifyError> {
    let is_one = |folder: &Path| [MODEL, PROOF].iter().any(|name| folder.join(name).exists());
    if is_one(folder) {
        return Ok(vec![folder.to_path_buf()]);
    }
    let none = |error| CertifyError::NoFolder(folder.to_path_buf(), error);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(none)? {
        let entry = entry.map_err(none)?;
        // One that is being made is none yet.
        let unfinished = entry.file_name().to_string_lossy().starts_with(UNFINISHED);
        if !unfinished && is_one(&entry.path()) {
            found.push(entry.path());
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(CertifyError::NoCertificate(folder.to_path_buf()));
    }
    Ok(found)
}

/// When to give up.
struct Limits<'a> {
    options: &'a Options,
    asked: &'a dyn Fn() -> bool,
    begun: Instant,
    processor: ProcessTime,
    calls: u64,
    over: Option<Withheld>,
}

impl Limits<'_> {
    fn reached(&mut self) -> bool {
        self.calls += 1;
        if self.over.is_none() && (self.asked)() {
            self.over = Some(Withheld::Stopped);
        }
        // Clocks are dear: they are asked now and then.
        if self.over.is_none() && self.calls.is_multiple_of(64) {
            let past = |limit: Option<f64>, now: f64| limit.is_some_and(|limit| now >= limit);
            if past(self.options.time_limit, self.begun.elapsed().as_secs_f64())
                || past(
                    self.options.cpu_limit,
                    self.processor.elapsed().as_secs_f64(),
                )
            {
                self.over = Some(Withheld::Time);
            }
        }
        self.over.is_some()
    }
}

/// Certifies that no schedule of the project file is shorter than this one: writes a folder of the file's
/// name into `folder`, or says why there is none. `asked` is asked whether to stop.
///
/// # Errors
/// Fails when the bytes are no project file, when something is in the place, and when it can't be written.
/// Nothing is left behind then.
pub fn certify(
    file: &str,
    bytes: &[u8],
    schedule: &Schedule,
    options: &Options,
    asked: &dyn Fn() -> bool,
    folder: &Path,
) -> Result<Outcome, CertifyError> {
    let project =
        psplib::read(bytes).map_err(|error| CertifyError::Unreadable(file.to_owned(), error))?;
    let place = folder.join(file);
    free(&place)?;
    if let Some(violation) = check(&project, schedule).first() {
        return Ok(Outcome::Withheld(Withheld::Schedule(violation.to_string())));
    }
    let makespan = schedule.makespan(&project);
    let Some(latest) = makespan.checked_sub(1) else {
        return Ok(Outcome::Withheld(Withheld::Nothing));
    };
    let Some(model) = Model::of(&project, latest) else {
        return Ok(Outcome::Withheld(Withheld::Numbers));
    };
    let unwritable = |error: io::Error| CertifyError::Unwritable(place.clone(), error);
    fs::create_dir_all(folder).map_err(unwritable)?;
    // It goes with everything in it unless it is moved into its place.
    let making = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .tempdir_in(folder)
        .map_err(unwritable)?;
    let log = making.path().join("log.drcp.gz");
    let mut limits = Limits {
        options,
        asked,
        begun: Instant::now(),
        processor: ProcessTime::now(),
        calls: 0,
        over: None,
    };
    let mut steps = 0;
    let found = prove::search(&model, options.seed, &log, &mut || {
        steps += 1;
        if steps > options.step_limit {
            limits
                .over
                .get_or_insert(Withheld::Steps(options.step_limit));
        }
        if steps % 256 == 0
            && fs::metadata(&log).is_ok_and(|about| about.len() > options.most_bytes)
        {
            limits.over.get_or_insert(Withheld::Large);
        }
        limits.reached()
    })
    .map_err(unwritable)?;
    match found {
        Found::Nothing => {}
        Found::Values(values) => {
            // Starts come first among the variables.
            let ends = (0..).zip(&values).take(project.tasks()).map(|(k, start)| {
                let modes = project.modes(Task(k));
                start.unsigned_abs() + modes.first().map_or(0, |mode| u64::from(mode.duration))
            });
            let one_mode = (0..project.tasks() as u32).all(|k| project.modes(Task(k)).len() == 1);
            let end = if one_mode {
                ends.max().unwrap_or(0)
            } else {
                latest
            };
            return Ok(Outcome::Withheld(Withheld::Shorter(end)));
        }
        Found::Open => {
            let why = limits.over.unwrap_or(Withheld::Failed);
            return Ok(Outcome::Withheld(why));
        }
        Found::Failed => return Ok(Outcome::Withheld(Withheld::Failed)),
    }
    let proof = making.path().join(PROOF);
    let reader = BufReader::new(MultiGzDecoder::new(BufReader::new(
        File::open(&log).map_err(unwritable)?,
    )));
    let file_of_proof = BufWriter::new(File::create(&proof).map_err(unwritable)?);
    let mut writer = GzEncoder::new(file_of_proof, Compression::default());
    let trimmed = trim(
        &model,
        reader,
        options.most_atoms,
        &mut || limits.reached(),
        &mut writer,
    );
    match trimmed {
        Ok(()) => {}
        Err(Untrimmed::Gap(why)) => return Ok(Outcome::Withheld(Withheld::Unsound(why))),
        Err(Untrimmed::TooLarge) => return Ok(Outcome::Withheld(Withheld::Large)),
        Err(Untrimmed::Stopped) => {
            let why = limits.over.unwrap_or(Withheld::Stopped);
            return Ok(Outcome::Withheld(why));
        }
        Err(Untrimmed::Unwritable(error)) => return Err(unwritable(error)),
    }
    writer
        .finish()
        .and_then(|mut file| file.flush())
        .map_err(unwritable)?;
    fs::remove_file(&log).map_err(unwritable)?;
    for (name, content) in [
        (PROJECT, bytes),
        (SCHEDULE, table(schedule).as_bytes()),
        (MODEL, model.flatzinc().as_bytes()),
        ("README.md", readme(file, makespan).as_bytes()),
    ] {
        fs::write(making.path().join(name), content).map_err(unwritable)?;
    }
    let mut certificate = match check_folder(making.path()) {
        Ok(certificate) => certificate,
        Err(refusal) => {
            return Ok(Outcome::Withheld(Withheld::Unsound(refusal.to_string())));
        }
    };
    certificate.steps = steps;
    // Somebody may have been quicker: what is there stays.
    free(&place)?;
    readable_by_all(making.path()).map_err(unwritable)?;
    fs::rename(making.path(), &place).map_err(unwritable)?;
    Ok(Outcome::Given(certificate))
}

/// A folder made for the time being is shut to others; one that is published is not.
#[cfg(unix)]
fn readable_by_all(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn readable_by_all(_: &Path) -> io::Result<()> {
    Ok(())
}

fn table(schedule: &Schedule) -> String {
    let mut text = String::from("task,mode,start\n");
    for (k, (start, mode)) in schedule.starts.iter().zip(&schedule.modes).enumerate() {
        let _ = writeln!(text, "{},{},{start}", k + 1, mode + 1);
    }
    text
}

fn readme(file: &str, makespan: u64) -> String {
    let latest = makespan - 1;
    format!(
        "# {file}: no schedule is shorter than {makespan}\n\n\
         `schedule.csv` is a schedule of `project.psplib` that ends at {makespan}; tasks and modes are counted from 1. `model.fzn` says that all\n\
         tasks end by {latest}, and `proof.drcp.gz` proves that it can't be.\n\n\
         Check it with `darsena certificate FOLDER`, or the proof alone with the checker published with Pumpkin:\n\n\
         ```sh\n\
         cargo install pumpkin-checker\n\
         pumpkin-checker model.fzn proof.drcp.gz\n\
         ```\n"
    )
}

fn read(folder: &Path, name: &str, most: u64) -> Result<Vec<u8>, Refusal> {
    let fail = |why: String| Refusal::File(name.to_owned(), why);
    let file = File::open(folder.join(name)).map_err(|error| fail(error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| fail(error.to_string()))?;
    if bytes.len() as u64 > most {
        return Err(fail(format!("it is larger than {most} bytes")));
    }
    Ok(bytes)
}

/// Checks a folder that [`certify`] has written: the schedule against the project, the model against the project and
/// the makespan of the schedule, the proof against the model. Nothing that makes proofs takes part.
///
/// # Errors
/// The first flaw.
pub fn check_folder(folder: &Path) -> Result<Certificate, Refusal> {
    let bytes = read(folder, PROJECT, psplib::MOST_BYTES as u64)?;
    let project = psplib::read(&bytes)
        .map_err(|error| Refusal::NoProject(PROJECT.to_owned(), first_line(&error)))?;
    let schedule = read_table(&read(folder, SCHEDULE, psplib::MOST_BYTES as u64)?)?;
    if let Some(violation) = check(&project, &schedule).first() {
        return Err(Refusal::Schedule(violation.to_string()));
    }
    let makespan = schedule.makespan(&project);
    let wanted = makespan
        .checked_sub(1)
        .and_then(|latest| Model::of(&project, latest))
        .map(|model| model.flatzinc())
        .ok_or(Refusal::OtherModel(makespan))?;
    if read(folder, MODEL, wanted.len() as u64).ok().as_deref() != Some(wanted.as_bytes()) {
        return Err(Refusal::OtherModel(makespan));
    }
    let fail = |error: io::Error| Refusal::File(PROOF.to_owned(), error.to_string());
    let proof = File::open(folder.join(PROOF)).map_err(fail)?;
    let bytes = proof.metadata().map_err(fail)?.len();
    let reader = BufReader::new(MultiGzDecoder::new(BufReader::new(proof)));
    let checked = check_proof(&wanted, reader)?;
    Ok(Certificate {
        makespan,
        checked,
        bytes,
        steps: 0,
    })
}

fn first_line(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or("").to_owned()
}

fn read_table(bytes: &[u8]) -> Result<Schedule, Refusal> {
    let fail = |line: usize| Refusal::File(SCHEDULE.to_owned(), format!("line {line} is no row"));
    let text = str::from_utf8(bytes).map_err(|_| fail(1))?;
    let mut lines = text.lines();
    if lines.next() != Some("task,mode,start") {
        return Err(fail(1));
    }
    let mut schedule = Schedule::default();
    for (n, line) in lines.enumerate() {
        let mut numbers = line.split(',').map(|word| word.parse::<u32>().ok());
        let row = (
            numbers.next(),
            numbers.next(),
            numbers.next(),
            numbers.next(),
        );
        match row {
            (Some(Some(task)), Some(Some(mode)), Some(Some(start)), None)
                if task as usize == n + 1 && mode > 0 =>
            {
                schedule.modes.push(mode - 1);
                schedule.starts.push(start);
            }
            _ => return Err(fail(n + 2)),
        }
    }
    Ok(schedule)
}
