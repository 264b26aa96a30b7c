//! Findings: what is wrong in the tables, where, and what would be right.

use std::fmt;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// No scenario comes of the tables until it is mended.
    Error,
    /// The scenario can be used, but a careful planner would look again.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// One flaw of a scenario's tables.
///
/// Printed as people read it:
///
/// ```text
/// demands.csv:14: column `item`: `pac3-mze` is not in items
/// help: did you mean `pac3-mse`?
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether it stops the scenario.
    pub severity: Severity,
    /// Short name of the sort of flaw, such as `unknown-id`; stable between releases.
    pub code: &'static str,
    /// The file, and for a workbook the sheet: `demands.csv`, `plan.xlsx#demands`.
    pub file: String,
    /// Line of the file or row of the sheet as a person counts: the header is 1.
    pub row: Option<u32>,
    /// Name of the column.
    pub column: Option<String>,
    /// The text that was found, shortened where it is long.
    pub found: String,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(row) = self.row {
            write!(f, ":{row}")?;
        }
        f.write_str(": ")?;
        if let Some(column) = &self.column {
            write!(f, "column `{column}`: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(help) = &self.help {
            write!(f, "\nhelp: {help}")?;
        }
        Ok(())
    }
}

impl Finding {
    pub(crate) fn error(code: &'static str, file: &str, message: impl Into<String>) -> Self {
        Finding {
            severity: Severity::Error,
            code,
            file: shorten(file, 200),
            row: None,
            column: None,
            found: String::new(),
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn warning(code: &'static str, file: &str, message: impl Into<String>) -> Self {
        Finding {
            severity: Severity::Warning,
            ..Finding::error(code, file, message)
        }
    }

    pub(crate) fn at(mut self, row: u32) -> Self {
        self.row = Some(row);
        self
    }

    pub(crate) fn column(mut self, column: &str) -> Self {
        self.column = Some(shorten(column, SHOWN));
        self
    }

    pub(crate) fn found(mut self, text: &str) -> Self {
        self.found = shorten(text, SHOWN);
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Most letters of the user's text that a message repeats.
const SHOWN: usize = 60;

/// The user's text as a message may repeat it: one line, printable, not long.
pub(crate) fn shown(text: &str) -> String {
    shorten(text, SHOWN)
}

fn shorten(text: &str, most: usize) -> String {
    let mut short = String::new();
    for (n, letter) in text.chars().enumerate() {
        if n == most {
            short.push('…');
            break;
        }
        // Control and direction marks would garble or disguise the line they are printed in.
        let disguise = matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        if letter.is_control() || disguise {
            short.extend(letter.escape_unicode());
        } else {
            short.push(letter);
        }
    }
    short
}

/// Collects findings: the first [`Findings::KEPT`] in full, of the others only how many.
#[derive(Debug, Clone, Default)]
pub(crate) struct Findings {
    kept: Vec<Finding>,
    errors: usize,
    more: usize,
}

impl Findings {
    /// Most findings that are kept.
    pub(crate) const KEPT: usize = 1_000;

    pub(crate) fn push(&mut self, finding: Finding) {
        if finding.severity == Severity::Error {
            self.errors += 1;
        }
        if self.kept.len() < Self::KEPT {
            self.kept.push(finding);
        } else {
            self.more += 1;
        }
    }

    /// Forgets what was found in a file that no longer counts.
    pub(crate) fn forget(&mut self, file: &str) {
        let mut errors = 0;
        self.kept.retain(|finding| {
            let gone = finding.file == file;
            errors += usize::from(gone && finding.severity == Severity::Error);
            !gone
        });
        self.errors -= errors;
    }

    /// Takes over what was found elsewhere.
    pub(crate) fn extend(&mut self, other: Findings) {
        self.errors += other.errors - { other.kept.iter() }
            .filter(|finding| finding.severity == Severity::Error)
            .count();
        self.more += other.more;
        for finding in other.kept {
            self.push(finding);
        }
    }

    /// Whether the tables cannot become a scenario.
    pub(crate) fn stop(&self) -> bool {
        self.errors > 0
    }

    /// Whether further findings are only counted.
    pub(crate) fn is_full(&self) -> bool {
        self.kept.len() >= Self::KEPT
    }

    /// Counts an error that would not be kept any more: whether it need not be put into words.
    pub(crate) fn only_counted(&mut self) -> bool {
        let full = self.is_full();
        if full {
            self.errors += 1;
            self.more += 1;
        }
        full
    }

    pub(crate) fn kept(&self) -> &[Finding] {
        &self.kept
    }

    /// The findings ordered by file as `files` lists them, then by row; a last one tells how many
    /// were left out.
    pub(crate) fn finish(self, files: &[&str]) -> Vec<Finding> {
        let mut findings = self.kept;
        let place = |file: &str| files.iter().position(|f| *f == file).map_or(0, |n| n + 1);
        findings.sort_by_cached_key(|finding| {
            (
                place(&finding.file),
                finding.row,
                finding.severity,
                finding.code,
            )
        });
        if self.more > 0 {
            let severity = if self.errors > 0 {
                Severity::Error
            } else {
                Severity::Warning
            };
            let more = self.more;
            findings.push(Finding {
                severity,
                ..Finding::error(
                    "more",
                    "all tables",
                    format!("{more} more findings are not shown"),
                )
                .help("mend those above first; many may have one cause")
            });
        }
        findings
    }
}

/// Most words a slip of the pen is compared with.
const MOST_COMPARED: usize = 20_000;

/// The word nearest to `word` by edit distance, if one is near enough to be a slip of the pen;
/// of equally near ones, the first.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().take(64).collect();
    let limit = 1 + word.len() / 4;
    let mut best: Option<(usize, &str)> = None;
    let mut row = Vec::new();
    for candidate in known.into_iter().take(MOST_COMPARED) {
        let least = best.map_or(limit + 1, |(distance, _)| distance);
        if candidate.len() > 256 || candidate.chars().count().abs_diff(word.len()) >= least {
            continue;
        }
        let distance = edit_distance(&word, candidate, &mut row);
        if distance < least {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Letters to insert, remove or exchange, or neighbours to swap, to make `b` out of `a`.
fn edit_distance(a: &[char], b: &str, row: &mut Vec<usize>) -> usize {
    // Two rows of the table are kept behind the current one, for swapped neighbours.
    let width = a.len() + 1;
    row.clear();
    row.resize(3 * width, 0);
    for (n, cell) in row[width..2 * width].iter_mut().enumerate() {
        *cell = n;
    }
    let mut before = None;
    for (m, letter) in b.chars().enumerate() {
        let (older, rest) = row.split_at_mut(width);
        let (above, now) = rest.split_at_mut(width);
        now[0] = m + 1;
        for n in 1..width {
            let exchange = above[n - 1] + usize::from(a[n - 1] != letter);
            now[n] = exchange.min(above[n] + 1).min(now[n - 1] + 1);
            if n > 1 && before == Some(a[n - 1]) && a[n - 2] == letter {
                now[n] = now[n].min(older[n - 2] + 1);
            }
        }
        older.copy_from_slice(above);
        above.copy_from_slice(now);
        before = Some(letter);
    }
    row[2 * width - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_finds_slips_of_the_pen_only() {
        let known = ["pac3-mse", "sm-3-block-2a", "seeker"];
        assert_eq!(nearest("pac3-mze", known), Some("pac3-mse"));
        assert_eq!(nearest("pac3-mes", known), Some("pac3-mse"));
        assert_eq!(nearest("seker", known), Some("seeker"));
        assert_eq!(nearest("turbine", known), None);
        assert_eq!(nearest("", known), None);
    }

    #[test]
    fn shown_text_stays_on_one_printable_line() {
        assert_eq!(shown("a\nb\u{202e}"), "a\\u{a}b\\u{202e}");
        assert_eq!(shown(&"x".repeat(100)).chars().count(), 61);
    }
}
