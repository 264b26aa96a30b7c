//! Cells: the text of one cell to a value and back.
//!
//! Every kind of the dictionary has one parse function here. It says what is wrong and what would be
//! right; where the cell stands is added by [`Cells`]. Writing is canonical: one value, one spelling,
//! so `1.50` and `1.5` have the same hash.

use std::cmp::Ordering;
use std::fmt::Write as _;

use compact_str::CompactString;
use jiff::civil::Date;

use crate::dictionary::{Attribute, Kind, TableSchema};
use crate::finding::{Finding, Findings, nearest, shown};
use crate::package::Table;
use crate::tables::{TableName, Target};

/// Numbers beyond this are slips of the pen: no quantity, cost or value of a scenario reaches it.
pub(crate) const LARGEST: f64 = 1e12;

/// Most letters of an id.
const LONGEST_ID: usize = 64;

/// Why the text of a cell is no value of its kind.
#[derive(Debug, PartialEq)]
pub(crate) struct Fault {
    code: &'static str,
    message: String,
    help: Option<String>,
}

impl Fault {
    /// Code, message and help line.
    pub(crate) fn into_parts(self) -> (&'static str, String, Option<String>) {
        (self.code, self.message, self.help)
    }
}

fn fault<T>(code: &'static str, message: String, help: impl Into<String>) -> Result<T, Fault> {
    Err(Fault {
        code,
        message,
        help: Some(help.into()),
    })
}

/// A row of a table: made from the dictionary.
pub(crate) trait Record: Sized {
    /// The table it is a row of.
    const TABLE: TableName;
    /// Whether two rows may not have the same key.
    const KEYED: bool;
    /// Reads it; cells that cannot be read leave findings and a blank value.
    fn read(cells: &mut Cells<'_>) -> Self;
    /// Appends the canonical text of one attribute; nothing for blank.
    fn write(&self, attribute: usize, out: &mut String);
    /// Order of the key.
    fn order(&self, other: &Self) -> Ordering;
    /// Shows every id that must stand in another table.
    fn references<'a>(&'a self, see: &mut dyn FnMut(usize, Target, &'a str));
}

/// A visitor of the rows of every table.
pub(crate) trait EachTable {
    fn table<R: Record>(&mut self, rows: &[R]);
}

/// An id: a short word people choose and keep.
pub(crate) trait Id: Sized {
    fn from_text(text: &str) -> Self;
}

/// One of a few words.
pub(crate) trait Choice: Sized + Copy + 'static {
    const WORDS: &'static [(&'static str, Self)];
}

/// The value that stands in for one that could not be read.
pub(crate) trait Blank {
    fn blank() -> Self;
}

macro_rules! blank_is_default {
    ($($kind:ty),*) => { $(impl Blank for $kind { fn blank() -> Self { Self::default() } })* };
}
blank_is_default!(f64, u32, bool, CompactString, Date);

/// A value with one canonical spelling.
pub(crate) trait Written {
    fn write(&self, out: &mut String);
}

impl Written for f64 {
    fn write(&self, out: &mut String) {
        // Adding 0 turns -0 into 0.
        write!(out, "{}", self + 0.0).expect("a string takes any text");
    }
}

impl Written for u32 {
    fn write(&self, out: &mut String) {
        write!(out, "{self}").expect("a string takes any text");
    }
}

impl Written for bool {
    fn write(&self, out: &mut String) {
        out.push_str(if *self { "yes" } else { "no" });
    }
}

impl Written for Date {
    fn write(&self, out: &mut String) {
        write!(out, "{self}").expect("a string takes any text");
    }
}

impl Written for CompactString {
    fn write(&self, out: &mut String) {
        out.push_str(self);
    }
}

impl<T: Written> Written for Option<T> {
    fn write(&self, out: &mut String) {
        if let Some(value) = self {
            value.write(out);
        }
    }
}

impl<T: Written> Written for Vec<T> {
    fn write(&self, out: &mut String) {
        for (n, value) in self.iter().enumerate() {
            if n > 0 {
                out.push(';');
            }
            value.write(out);
        }
    }
}

/// The cells of one row, by attribute of the dictionary.
pub(crate) struct Cells<'a> {
    table: &'a Table,
    /// Where each attribute stands in the file.
    columns: &'a [Option<usize>],
    attributes: &'static [Attribute],
    findings: &'a mut Findings,
    row: usize,
    unread: Columns,
}

/// Some columns of a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Columns(u32);

impl Columns {
    /// These and this attribute of the dictionary.
    pub(crate) fn with(self, attribute: usize) -> Self {
        assert!(attribute < 32, "a table has at most 32 columns");
        Columns(self.0 | (1 << attribute))
    }

    /// These and those.
    pub(crate) fn and(self, others: Columns) -> Self {
        Columns(self.0 | others.0)
    }

    /// Whether one of these is among those.
    pub(crate) fn meet(self, others: Columns) -> bool {
        self.0 & others.0 != 0
    }

    /// The columns of these names.
    pub(crate) fn named(schema: &TableSchema, names: &[&str]) -> Self {
        names.iter().fold(Columns::default(), |all, name| {
            let attribute = schema.attribute(name);
            all.with(attribute.expect("a check names columns of its table"))
        })
    }
}

impl<'a> Cells<'a> {
    pub(crate) fn new(
        table: &'a Table,
        columns: &'a [Option<usize>],
        findings: &'a mut Findings,
    ) -> Self {
        let attributes = table.schema().attributes;
        Cells {
            table,
            columns,
            attributes,
            findings,
            row: 0,
            unread: Columns::default(),
        }
    }

    /// Moves to a row of the table.
    pub(crate) fn go_to(&mut self, row: usize) {
        self.row = row;
        self.unread = Columns::default();
    }

    /// The columns that could not be read in this row.
    pub(crate) fn unread(&self) -> Columns {
        self.unread
    }

    pub(crate) fn required<T: Blank>(
        &mut self,
        attribute: usize,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> T {
        match self.text(attribute) {
            Some("") => {
                let kind = self.attributes[attribute].kind.describe();
                self.report(
                    attribute,
                    "",
                    Fault {
                        code: "missing-value",
                        message: "the cell is blank and must not be".into(),
                        help: Some(format!("write {kind}")),
                    },
                );
                T::blank()
            }
            Some(text) => self.parsed(attribute, text, parse).unwrap_or_else(T::blank),
            None => {
                // The header has a finding already.
                self.unread = self.unread.with(attribute);
                T::blank()
            }
        }
    }

    pub(crate) fn optional<T>(
        &mut self,
        attribute: usize,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        match self.text(attribute) {
            None | Some("") => None,
            Some(text) => self.parsed(attribute, text, parse),
        }
    }

    pub(crate) fn list<T>(
        &mut self,
        attribute: usize,
        parse: impl Fn(&str) -> Result<Vec<T>, Fault>,
    ) -> Vec<T> {
        self.optional(attribute, parse).unwrap_or_default()
    }

    fn text(&self, attribute: usize) -> Option<&'a str> {
        Some(self.table.cell(self.row, self.columns[attribute]?))
    }

    fn parsed<T>(
        &mut self,
        attribute: usize,
        text: &str,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        match parse(text) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.report(attribute, text, fault);
                None
            }
        }
    }

    fn report(&mut self, attribute: usize, text: &str, fault: Fault) {
        self.unread = self.unread.with(attribute);
        if self.findings.only_counted() {
            return;
        }
        let mut finding = Finding::error(fault.code, self.table.file(), fault.message)
            .at(self.table.line(self.row))
            .column(self.attributes[attribute].name)
            .found(text);
        finding.help = fault.help;
        self.findings.push(finding);
    }
}

/// Whether a text is a value of the kind.
pub(crate) fn check(kind: Kind, text: &str) -> Result<(), Fault> {
    match kind {
        Kind::Text => Ok(()),
        Kind::Key | Kind::Ref(_) | Kind::State | Kind::Word => word(text).map(drop),
        Kind::Refs(_) | Kind::States | Kind::Words => words(text).map(drop),
        Kind::Choice(words) => one_of(text, words).map(drop),
        Kind::Quantity => quantity(text).map(drop),
        Kind::Positive => positive(text).map(drop),
        Kind::Number => number(text).map(drop),
        Kind::Days => days(text).map(drop),
        Kind::Count => count(text).map(drop),
        Kind::Date => date(text).map(drop),
        Kind::PartialDate => partial_date(text).map(drop),
        Kind::Flag => flag(text).map(drop),
    }
}

const ID_LETTERS: &str = "an id is lower-case letters, digits, `-`, `_` and `.`";

pub(crate) fn id<T: Id>(text: &str) -> Result<T, Fault> {
    spelled(text)?;
    Ok(T::from_text(text))
}

pub(crate) fn ids<T: Id>(text: &str) -> Result<Vec<T>, Fault> {
    listed(text, |part| T::from_text(part))
}

pub(crate) fn word(text: &str) -> Result<CompactString, Fault> {
    spelled(text)?;
    Ok(CompactString::from(text))
}

pub(crate) fn words(text: &str) -> Result<Vec<CompactString>, Fault> {
    listed(text, |part| CompactString::from(part))
}

pub(crate) fn text(text: &str) -> Result<CompactString, Fault> {
    Ok(CompactString::from(text))
}

/// The words of a list, sorted: their order says nothing.
fn listed<T>(text: &str, make: impl Fn(&str) -> T) -> Result<Vec<T>, Fault> {
    let mut parts: Vec<&str> = text
        .split(';')
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .collect();
    for part in &parts {
        spelled(part)?;
    }
    parts.sort_unstable();
    if let Some(pair) = parts.windows(2).find(|pair| pair[0] == pair[1]) {
        let message = format!("`{}` is listed twice", shown(pair[0]));
        return fault("duplicate-id", message, "list it once");
    }
    Ok(parts.into_iter().map(make).collect())
}

fn spelled(text: &str) -> Result<(), Fault> {
    let bytes = text.as_bytes();
    let plain = |b: &u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
    let fine = bytes.len() <= LONGEST_ID
        && bytes.iter().all(plain)
        && bytes.iter().any(|b| b.is_ascii_alphanumeric());
    if fine {
        return Ok(());
    }
    if bytes.len() > LONGEST_ID && bytes.iter().all(plain) {
        let message = format!("`{}` is longer than {LONGEST_ID} letters", shown(text));
        return fault("bad-id", message, "an id is a short word");
    }
    let message = format!("`{}` is not spelled like an id", shown(text));
    if let Some(letter) = text.chars().find(|letter| !letter.is_ascii()) {
        let letter = letter.escape_unicode();
        return fault(
            "bad-id",
            message,
            format!("{ID_LETTERS}; the letter {letter} is none of them"),
        );
    }
    let mut better: String = text
        .chars()
        .take(LONGEST_ID)
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') {
                c
            } else {
                '-'
            }
        })
        .collect();
    better.make_ascii_lowercase();
    if text.contains(',') {
        fault(
            "bad-id",
            message,
            format!("{ID_LETTERS}; lists have `;` between"),
        )
    } else if !text.contains(char::is_control) && better != text && spelled(&better).is_ok() {
        fault("bad-id", message, format!("{ID_LETTERS}: write `{better}`"))
    } else {
        fault("bad-id", message, ID_LETTERS)
    }
}

pub(crate) fn choice<T: Choice>(text: &str) -> Result<T, Fault> {
    if let Some((_, value)) = T::WORDS.iter().find(|(word, _)| *word == text) {
        return Ok(*value);
    }
    let words: Vec<&str> = T::WORDS.iter().map(|(word, _)| *word).collect();
    one_of(text, &words).map(|n| T::WORDS[n].1)
}

/// Which of the words it is.
fn one_of(text: &str, words: &[&str]) -> Result<usize, Fault> {
    if let Some(n) = words.iter().position(|word| *word == text) {
        return Ok(n);
    }
    let lower = text.to_lowercase();
    let same = words
        .iter()
        .find(|word| word.to_lowercase() == lower)
        .copied();
    let help = match same.or_else(|| nearest(&lower, words.iter().copied())) {
        Some(word) => format!("did you mean `{word}`? it may be `{}`", words.join("`, `")),
        None => format!("it may be `{}`", words.join("`, `")),
    };
    fault(
        "bad-choice",
        format!("`{}` is none of the words it may be", shown(text)),
        help,
    )
}

pub(crate) fn quantity(text: &str) -> Result<f64, Fault> {
    let value = number(text)?;
    if value < 0.0 {
        let message = format!("`{}` is negative", shown(text));
        return fault("negative", message, "write a number of at least 0");
    }
    Ok(value)
}

pub(crate) fn positive(text: &str) -> Result<f64, Fault> {
    let value = number(text)?;
    if value < 0.0 {
        let message = format!("`{}` is negative", shown(text));
        return fault("negative", message, "write a number above 0");
    }
    if value == 0.0 {
        return fault(
            "zero",
            "it is 0 and must be more".into(),
            "write a number above 0",
        );
    }
    let help = format!("such numbers reach from {LEAST_RATIO:e} to {LARGEST_RATIO:e}; count in a ");
    if value > LARGEST_RATIO {
        let message = format!("`{}` is too large to be computed with", shown(text));
        return fault(
            "absurd",
            message,
            help + "larger unit, tonnes instead of grams",
        );
    }
    if value < LEAST_RATIO {
        let message = format!("`{}` is too small to be computed with", shown(text));
        return fault(
            "absurd",
            message,
            help + "smaller unit, grams instead of tonnes",
        );
    }
    Ok(value)
}

/// What a run takes or gives, and any other number above 0, lies between these: beyond them an amount of
/// one thing is lost in the arithmetic beside one of another.
const LEAST_RATIO: f64 = 1e-6;
const LARGEST_RATIO: f64 = 1e6;

pub(crate) fn number(text: &str) -> Result<f64, Fault> {
    let plain = |b: u8| matches!(b, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E');
    let value = if text.bytes().all(plain) {
        text.parse::<f64>().ok()
    } else {
        None
    };
    let Some(value) = value else {
        let shown = shown(text);
        let lower = text.trim_start_matches(['-', '+']).to_ascii_lowercase();
        if matches!(
            lower.as_str(),
            "nan" | "inf" | "infinity" | "#n/a" | "na" | "null" | "none"
        ) {
            let message = format!("`{shown}` is not a finite number");
            return fault(
                "not-finite",
                message,
                "leave the cell blank if it is not known",
            );
        }
        let message = format!("`{shown}` is not a number");
        let bare: String = text
            .chars()
            .filter(|c| !matches!(c, ',' | '_' | '\'' | ' ' | '\u{a0}' | '\u{202f}'))
            .collect();
        if bare.parse::<f64>().is_ok_and(f64::is_finite) && bare.bytes().all(plain) {
            let help = format!(
                "write digits with a decimal point and nothing between: `{bare}`, if that is meant"
            );
            return fault("bad-number", message, help);
        }
        return fault(
            "bad-number",
            message,
            "write digits with a decimal point, such as `12.5`",
        );
    };
    if !value.is_finite() || value.abs() > LARGEST {
        let message = format!("`{}` is beyond any quantity, cost or value", shown(text));
        return fault(
            "absurd",
            message,
            "numbers reach up to 1e12; change the unit or the currency",
        );
    }
    Ok(value + 0.0)
}

pub(crate) fn days(text: &str) -> Result<u32, Fault> {
    whole(text, 0)
}

pub(crate) fn count(text: &str) -> Result<u32, Fault> {
    whole(text, 1)
}

/// Most days of a lead time, and most of whatever is counted.
const LARGEST_WHOLE: f64 = 1e6;

fn whole(text: &str, least: u32) -> Result<u32, Fault> {
    let value = number(text).map_err(|fault| match (fault.code, &fault.help) {
        ("bad-number", Some(help)) if help.contains("such as") => Fault {
            help: Some("write a whole number, such as `14`".into()),
            ..fault
        },
        _ => fault,
    })?;
    if value < f64::from(least) {
        let code = if value < 0.0 { "negative" } else { "zero" };
        let message = format!("`{}` is less than {least}", shown(text));
        return fault(
            code,
            message,
            format!("write a whole number of at least {least}"),
        );
    }
    if value.fract() != 0.0 {
        let message = format!("`{}` is not a whole number", shown(text));
        return fault(
            "not-whole",
            message,
            format!("write `{}`", value.ceil().min(LARGEST_WHOLE)),
        );
    }
    if value > LARGEST_WHOLE {
        let message = format!("`{}` is beyond any whole number of a scenario", shown(text));
        return fault("absurd", message, "whole numbers reach up to 1000000");
    }
    // In range by the checks above.
    Ok(value as u32)
}

pub(crate) fn flag(text: &str) -> Result<bool, Fault> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => {
            let message = format!("`{}` is neither `yes` nor `no`", shown(text));
            fault("bad-flag", message, "write `yes` or `no`")
        }
    }
}

pub(crate) fn date(text: &str) -> Result<Date, Fault> {
    if let Some((year, month, day)) = date_parts(text) {
        return Date::new(year, month, day).or_else(|_| {
            let message = format!("there is no day `{}`", shown(text));
            fault(
                "bad-date",
                message,
                "write a day of the calendar: year-month-day",
            )
        });
    }
    let message = format!("`{}` is not a date", shown(text));
    match mended_date(text) {
        Some(better) => fault(
            "bad-date",
            message,
            format!("write year-month-day: `{better}`, if that is meant"),
        ),
        None => fault(
            "bad-date",
            message,
            "write year-month-day, such as `2024-07-01`",
        ),
    }
}

/// Year, month and day of text spelled `2024-07-01`.
fn date_parts(text: &str) -> Option<(i16, i8, i8)> {
    let &[a, b, c, d, b'-', e, f, b'-', g, h] = text.as_bytes() else {
        return None;
    };
    if ![a, b, c, d, e, f, g, h].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digit = |b: u8| i16::from(b - b'0');
    let two = |x: u8, y: u8| (x - b'0') as i8 * 10 + (y - b'0') as i8;
    let year = digit(a) * 1000 + digit(b) * 100 + digit(c) * 10 + digit(d);
    Some((year, two(e, f), two(g, h)))
}

/// What a date in another spelling probably means: only where day and month cannot be confused.
fn mended_date(text: &str) -> Option<Date> {
    let text = text
        .get(..10)
        .filter(|_| text.as_bytes().get(10) == Some(&b'T'))
        .unwrap_or(text);
    let parts: Vec<i16> = text
        .split(['-', '/', '.'])
        .map(|part| part.trim().parse().ok())
        .collect::<Option<_>>()?;
    let &[a, b, c] = parts.as_slice() else {
        return None;
    };
    let (year, month, day) = match (a, b, c) {
        (year, month, day) if year > 31 => (year, month, day),
        (day, month, year) if year > 31 && day > 12 => (year, month, day),
        (month, day, year) if year > 31 && day > 12 => (year, month, day),
        (day, month, year) if year > 31 && day == month => (year, month, day),
        _ => return None,
    };
    Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()
}

pub(crate) fn partial_date(text: &str) -> Result<CompactString, Fault> {
    let padded = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => text.to_string(),
    };
    match date(&padded) {
        Ok(_) => Ok(CompactString::from(text)),
        Err(_) => {
            let message = format!("`{}` is no day, month or year", shown(text));
            fault(
                "bad-date",
                message,
                "write `2024-07-01`, `2024-07` or `2024`",
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T>(result: Result<T, Fault>) -> &'static str {
        result.err().map_or("fine", |fault| fault.code)
    }

    #[test]
    fn numbers_are_plain_and_finite() {
        assert_eq!(number("1.50"), Ok(1.5));
        assert_eq!(number("-2e3"), Ok(-2000.0));
        for (text, expected) in [
            ("nan", "not-finite"),
            ("-inf", "not-finite"),
            ("1,000", "bad-number"),
            ("0x10", "bad-number"),
            ("1e400", "absurd"),
            ("1e13", "absurd"),
            ("e", "bad-number"),
            ("１", "bad-number"),
        ] {
            assert_eq!(code(number(text)), expected, "{text}");
        }
        assert_eq!(code(quantity("-1")), "negative");
        assert_eq!(quantity("-0").map(f64::to_bits), Ok(0.0_f64.to_bits()));
        assert_eq!(code(positive("0")), "zero");
        assert_eq!(code(positive("1e7")), "absurd");
        assert_eq!(code(positive("1e-7")), "absurd");
        assert_eq!(positive("0.000001").ok(), Some(1e-6));
        assert_eq!(code(days("1.5")), "not-whole");
        assert_eq!(code(count("0")), "zero");
        assert_eq!(code(days("1e9")), "absurd");
        assert_eq!(days("14.0"), Ok(14));
    }

    #[test]
    fn dates_are_days_of_the_calendar() {
        assert_eq!(date("2024-02-29"), Ok(jiff::civil::date(2024, 2, 29)));
        assert_eq!(code(date("2023-02-29")), "bad-date");
        let help = |text: &str| {
            date(text)
                .err()
                .and_then(|fault| fault.help)
                .unwrap_or_default()
        };
        assert!(help("13/07/2024").contains("2024-07-13"));
        assert!(help("2024/7/1").contains("2024-07-01"));
        assert!(!help("01/02/2024").contains("2024-02-01"));
        assert_eq!(partial_date("2024-04"), Ok("2024-04".into()));
        assert_eq!(code(partial_date("2024-13")), "bad-date");
    }

    #[test]
    fn ids_are_short_lower_case_words() {
        assert!(word("pac3-mse").is_ok());
        assert!(word("s0001").is_ok());
        let fault = word("PAC3 MSE").expect_err("capitals and a blank");
        assert!(fault.help.expect("has help").contains("`pac3-mse`"));
        assert_eq!(code(word("..")), "bad-id");
        assert_eq!(code(word(&"x".repeat(65))), "bad-id");
        assert_eq!(words("us; jp;"), Ok(vec!["jp".into(), "us".into()]));
        assert_eq!(code(words("us;us")), "duplicate-id");
    }
}
