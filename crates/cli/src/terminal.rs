//! What goes to the terminal besides answers: errors with their causes, progress, the stop signal.

use std::error::Error;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use darsena::certify::CertifyError;
use darsena::law::{LawError, ReceiptError};
use darsena::milp::{Progress, Stop};
use darsena::plan::PlanError;
use darsena::scenario::LoadError;
use darsena::sweep::KeepError;
use darsena::{AnswerError, scenario, write};
use indicatif::{ProgressBar, ProgressStyle};

/// What a command comes to.
pub(crate) type Answered = Result<ExitCode, Box<dyn Error>>;

/// Prints `text` to standard output; a reader who stops reading is no error.
pub(crate) fn print(text: &str) -> Answered {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// Prints an error with everything that caused it, each thing once, and what to do about it.
pub(crate) fn explain(error: &(dyn Error + 'static)) {
    eprintln!("error: {error}");
    for cause in causes(error) {
        eprintln!("  because: {cause}");
    }
    let chain = std::iter::successors(Some(error), |&error| error.source());
    if let Some(help) = chain.filter_map(remedy).last() {
        eprintln!("help: {help}");
    }
}

/// What caused an error, without what a cause repeats of the thing it caused.
fn causes(error: &dyn Error) -> Vec<String> {
    let mut causes = Vec::new();
    let (mut told, mut cause) = (error.to_string(), error.source());
    while let Some(inner) = cause {
        let words = inner.to_string();
        let rest = words
            .strip_prefix(&told)
            .map(|rest| rest.strip_prefix(": ").unwrap_or(rest));
        let new = rest.unwrap_or(&words).to_string();
        if !new.is_empty() {
            causes.push(new);
        }
        told = words;
        cause = inner.source();
    }
    causes
}

/// What to do about an error; none where its own words say it.
fn remedy(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(error) = error.downcast_ref::<crate::ask::Unasked>() {
        return Some(error.help.clone());
    }
    if error.is::<crate::brief::NoPage>() {
        return Some("name a file that ends in `.html`; a browser prints it as PDF".into());
    }
    if let Some(error) = error.downcast_ref::<LoadError>() {
        return Some(match error {
            LoadError::Unreadable(_, why) if why.kind() == io::ErrorKind::PermissionDenied => {
                "give yourself the right to read it".into()
            }
            LoadError::TooLarge { .. } => {
                "write the tables as a folder: `darsena manual` lists them".into()
            }
            _ => "name the folder or workbook of a scenario; `darsena new FOLDER` writes one to start from".into(),
        });
    }
    if let Some(error) = error.downcast_ref::<KeepError>() {
        return Some(match error {
            KeepError::Unwritable(path, why) => return Some(unwritable(path, why)),
            KeepError::InUse(_) => "wait for it, or name another file with `--checkpoint`".into(),
            _ => "remove it, or name another file with `--checkpoint`".into(),
        });
    }
    if let Some(error) = error.downcast_ref::<write::WriteError>() {
        return match error {
            write::WriteError::Unwritable(path, why) => Some(unwritable(path, why)),
            write::WriteError::Ending(path) => Some(format!(
                "write to `{}`",
                path.with_extension("xlsx").display()
            )),
            write::WriteError::NeedsPlace(_) => Some(
                "e.g. `--out answer` for CSV and Parquet, `--out answer.xlsx` for Excel".into(),
            ),
            write::WriteError::NoTable(..) => Some("name one of these with `--table`".into()),
            write::WriteError::TooManyRows(..) => {
                Some("`--format csv` or `--format parquet`".into())
            }
            write::WriteError::Output(_) => {
                Some("make room, or name another place with `--out`".into())
            }
            _ => Some("try another `--format`".into()),
        };
    }
    if let Some(error) = error.downcast_ref::<scenario::WriteError>() {
        return match error {
            scenario::WriteError::Exists(_) => {
                Some("name another place, or replace what is there with `--overwrite`".into())
            }
            scenario::WriteError::Unwritable(path, why) => Some(unwritable(path, why)),
            scenario::WriteError::TooLong(..) => {
                Some("write a folder: its tables may be longer".into())
            }
            // It says so itself.
            scenario::WriteError::NoFolder(..) => None,
            _ => Some("`darsena check` says what is wrong with the tables".into()),
        };
    }
    if let Some(error) = error.downcast_ref::<CertifyError>() {
        return match error {
            CertifyError::Exists(_) | CertifyError::Twice(_) => {
                Some("name a new folder with `--certificate`, or one for each file".into())
            }
            CertifyError::Unwritable(path, why) => Some(unwritable(path, why)),
            CertifyError::NoCertificate(_) => Some(
                "name a folder that `darsena repair --psplib FILE --certificate FOLDER` has written".into(),
            ),
            _ => None,
        };
    }
    if let Some(error) = error.downcast_ref::<LawError>() {
        return match error {
            LawError::Unreadable(..) => {
                Some("name a folder of law with `--laws`, such as `docs/law/example`".into())
            }
            _ => None,
        };
    }
    if error.is::<ReceiptError>() {
        return Some("name a file that `darsena permit --receipt FILE` has written".into());
    }
    if let Some(error) = error.downcast_ref::<PlanError>() {
        return Some(match error {
            PlanError::NothingAtStake => {
                "fill these columns of `demands`, or ask with `--objective lexicographic`".into()
            }
            _ => "ask again without `--solver-option`, or with another `--method`".into(),
        });
    }
    if let Some(error) = error.downcast_ref::<AnswerError>() {
        return match error {
            AnswerError::Unsound(_) | AnswerError::Told(..) => Some(
                "ask again without `--solver-option`, or with `--method simplex`; if it stays, it is a fault of darsena".into(),
            ),
            _ => None,
        };
    }
    None
}

/// What to do where a file or folder could not be written.
fn unwritable(path: &Path, why: &io::Error) -> String {
    let folder = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    match why.kind() {
        io::ErrorKind::NotFound if !folder.is_dir() => {
            format!(
                "make `{}` first, or check how it is spelled",
                folder.display()
            )
        }
        io::ErrorKind::AlreadyExists | io::ErrorKind::IsADirectory => "name a new place".into(),
        _ => "name another place, or make room and rights there".into(),
    }
}

/// Stops on the first Ctrl-C and answers with the best found so far; the second ends the process.
pub(crate) fn stop_on_interrupt() -> Stop {
    let stop = Stop::new();
    let heard = stop.clone();
    // A process has one handler; where it cannot be set, Ctrl-C ends the process as ever.
    let _ = ctrlc::set_handler(move || {
        if heard.stopped() {
            std::process::exit(130);
        }
        eprintln!("\nstopping: the best answer so far follows (Ctrl-C again to end at once)");
        heard.stop();
    });
    stop
}

/// A line of progress on standard error, shown only on a terminal.
pub(crate) struct Line(Option<ProgressBar>);

impl Line {
    pub(crate) fn new(quiet: bool) -> Self {
        let show = !quiet && io::stderr().is_terminal();
        Line(show.then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(std::time::Duration::from_millis(200));
            bar
        }))
    }

    pub(crate) fn show(&self, progress: &Progress) {
        if let Some(bar) = &self.0 {
            let gap = if progress.gap.is_finite() {
                format!(", gap {:.2} %", 100.0 * progress.gap)
            } else {
                String::new()
            };
            let objective = if progress.objective.is_finite() {
                format!(", objective {:.6e}", progress.objective)
            } else {
                String::new()
            };
            bar.set_message(format!(
                "{}: iteration {}{objective}{gap}",
                progress.phase, progress.iterations
            ));
        }
    }
}

impl Line {
    /// Where a search of schedules stands.
    pub(crate) fn search(&self, what: &str, at: &darsena::schedule::Progress) {
        if let Some(bar) = &self.0 {
            bar.set_message(format!(
                "{what}: round {} of {}, cost {:.6e}, bound {:.6e}",
                at.round, at.rounds, at.cost, at.bound
            ));
        }
    }

    /// Where the search of a project file stands.
    pub(crate) fn project(&self, file: &str, at: &darsena::project::Progress) {
        if let Some(bar) = &self.0 {
            let makespan = at
                .makespan
                .map_or("none".into(), |makespan| makespan.to_string());
            bar.set_message(format!("{file}: makespan {makespan}, bound {}", at.bound));
        }
    }

    /// That a certificate is being made.
    pub(crate) fn certificate(&self, file: &str) {
        if let Some(bar) = &self.0 {
            bar.set_message(format!("{file}: certificate"));
        }
    }

    /// How many of how many are done.
    pub(crate) fn count(&self, what: &str, done: usize, of: usize) {
        if let Some(bar) = &self.0 {
            bar.set_message(format!("{what}: {done} of {of}"));
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Told(&'static str, #[source] Option<Box<Told>>);

    #[test]
    fn a_cause_says_only_what_is_new() {
        let chain = |words: &[&'static str]| {
            let all = words.iter().rev();
            all.fold(None, |inner, words| Some(Box::new(Told(words, inner))))
                .expect("there are words")
        };
        let solver = chain(&[
            "no plan could be made",
            "the solver failed",
            "the solver failed: HiGHS gave an error",
        ]);
        assert_eq!(
            causes(&*solver),
            ["the solver failed", "HiGHS gave an error"]
        );
        let same = chain(&["it is damaged", "it is damaged"]);
        assert_eq!(causes(&*same), [""; 0]);
    }
}
