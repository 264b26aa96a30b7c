//! What goes to the terminal besides answers: errors with their causes, progress, the stop signal.

use std::error::Error;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use darsena::milp::{Progress, Stop};
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

/// Prints an error with everything that caused it.
pub(crate) fn explain(error: &dyn Error) {
    eprintln!("error: {error}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        eprintln!("  because: {inner}");
        cause = inner.source();
    }
    eprintln!("help: `darsena --help`, and `--help` after any command, say what it takes");
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
            bar.set_message(format!(
                "{}: iteration {}, objective {:.6e}{gap}",
                progress.phase, progress.iterations, progress.objective
            ));
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
