//! The head of a scenario: its name, horizon, currency and law, from the package descriptor.

use std::fmt;

use jiff::civil::Date;

use crate::cell;
use crate::finding::{Finding, Findings, nearest, shown};
use crate::json::Json;
use crate::time::{Horizon, MOST_PERIODS, Period};

/// Name of the descriptor file of a Data Package.
pub const DESCRIPTOR: &str = "datapackage.json";

/// The format of scenarios this release reads and writes.
pub const FORMAT: u32 = 1;

/// What holds for a scenario as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Short name, spelled like an id.
    pub name: String,
    /// Title for people; blank if there is none.
    pub title: String,
    /// First day of the horizon.
    pub start: Date,
    /// Length of its periods.
    pub period: Period,
    /// How many periods there are.
    pub periods: u32,
    /// What costs and values are counted in, such as `USD`.
    pub currency: String,
    /// The day whose law holds; law made later is not known.
    pub law_as_of: Date,
    /// What a plan of this scenario makes best, unless the question says otherwise.
    pub objective: Option<Objective>,
}

/// What a plan makes best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Objective {
    /// Priorities one after the other, then cost.
    Lexicographic,
    /// One sum of all costs.
    Weighted,
}

impl Objective {
    const WORDS: [(&'static str, Objective); 2] = [
        ("lexicographic", Objective::Lexicographic),
        ("weighted", Objective::Weighted),
    ];

    /// `lexicographic` or `weighted`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Objective::Lexicographic => "lexicographic",
            Objective::Weighted => "weighted",
        }
    }
}

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Head {
    /// The keys of the head, in the order they are written.
    pub(crate) const KEYS: [&'static str; 7] = [
        "format",
        "start",
        "period",
        "periods",
        "currency",
        "law_as_of",
        "objective",
    ];

    /// The days planned, cut into periods.
    #[must_use]
    pub fn horizon(&self) -> Horizon {
        Horizon::new(self.start, self.period, self.periods)
            .expect("a head is built only with a horizon that fits the calendar")
    }

    /// Reads the head out of a descriptor; none if there are findings of severity error.
    /// `row_of` tells where a key stands.
    pub(crate) fn read(
        descriptor: &Json,
        file: &str,
        row_of: &dyn Fn(&str) -> Option<u32>,
        findings: &mut Findings,
    ) -> Option<Head> {
        let mut reader = Reader {
            file,
            row_of,
            findings,
            sound: true,
            inside: "",
        };
        let Json::Object(entries) = descriptor else {
            reader.error(
                "bad-descriptor",
                None,
                "it is not a JSON object",
                "write `{ … }`",
            );
            return None;
        };
        reader.no_twins(descriptor);
        let name = match descriptor.get("name") {
            None => {
                let help = "add a short name: `\"name\": \"my-scenario\"`";
                reader.error("missing-value", Some("name"), "it has no `name`", help);
                String::new()
            }
            Some(name) => reader.parsed("name", name, |text| {
                cell::word(text)
                    .map(|word| word.to_string())
                    .map_err(cell::Fault::into_parts)
            })?,
        };
        let title = match descriptor.get("title") {
            None | Some(Json::Null) => String::new(),
            Some(Json::Text(title)) => title.clone(),
            Some(other) => {
                let message = format!("`{}` is not text", shown(&other.shown()));
                reader.error("bad-title", Some("title"), message, "write it in quotes");
                String::new()
            }
        };
        let Some(darsena) = descriptor.get("darsena") else {
            let close = nearest("darsena", entries.iter().map(|(key, _)| key.as_str()));
            let help = match close {
                Some(key) => format!("rename `{key}` to `darsena`"),
                None => format!(
                    "add `\"darsena\": {{ \"format\": {FORMAT}, \"start\": \"2024-07-01\", … }}`"
                ),
            };
            reader.error("missing-head", Some("darsena"), "it has no `darsena`", help);
            return None;
        };
        reader.head(darsena, name, title)
    }
}

/// A code, a message and a help line.
type Parts = (&'static str, String, Option<String>);

struct Reader<'a> {
    file: &'a str,
    row_of: &'a dyn Fn(&str) -> Option<u32>,
    findings: &'a mut Findings,
    sound: bool,
    /// The key of the object that is read: what it lacks is told where it stands.
    inside: &'static str,
}

impl Reader<'_> {
    fn head(&mut self, darsena: &Json, name: String, title: String) -> Option<Head> {
        let Json::Object(entries) = darsena else {
            self.error(
                "bad-descriptor",
                Some("darsena"),
                "it is not a JSON object",
                "write `{ … }`",
            );
            return None;
        };
        self.inside = "darsena";
        self.no_twins(darsena);
        for (key, _) in entries {
            if !Head::KEYS.contains(&key.as_str()) {
                let message = format!("`{}` is not known here", shown(key));
                let help = match nearest(key, Head::KEYS) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("known are `{}`", Head::KEYS.join("`, `")),
                };
                self.error("unknown-key", Some(key), message, help);
            }
        }
        let format = self.required(darsena, "format", "1", |text| {
            whole(text, 1, u32::MAX, FORMAT)
        });
        if let Some(format) = format.filter(|&format| format != FORMAT) {
            let message = format!("format {format} is not known");
            let help = format!("this release reads format {FORMAT}");
            self.error("unknown-format", Some("format"), message, help);
        }
        let date = |text: &str| cell::date(text).map_err(cell::Fault::into_parts);
        let start = self.required(darsena, "start", "\"2024-07-01\"", date);
        let period = self.required(darsena, "period", "\"week\"", |text| {
            one_of(text, &Period::WORDS)
        });
        let periods = self.required(darsena, "periods", "52", |text| {
            whole(text, 1, MOST_PERIODS, 12)
        });
        let currency = self.required(darsena, "currency", "\"USD\"", |text| {
            let fine =
                (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
            if fine {
                Ok(text.to_string())
            } else {
                Err((
                    "bad-currency",
                    format!("`{}` is not a currency", shown(text)),
                    Some("write a code such as `USD`".into()),
                ))
            }
        });
        let law_as_of = self.required(darsena, "law_as_of", "\"2024-07-01\"", date);
        let objective = match darsena.get("objective") {
            None | Some(Json::Null) => Some(None),
            Some(value) => self
                .parsed("objective", value, |text| one_of(text, &Objective::WORDS))
                .map(Some),
        };
        let head = Head {
            name,
            title,
            start: start?,
            period: period?,
            periods: periods?,
            currency: currency?,
            law_as_of: law_as_of?,
            objective: objective?,
        };
        if !(1900..=2200).contains(&head.start.year())
            || Horizon::new(head.start, head.period, head.periods).is_none()
        {
            let message = format!(
                "{} {}s from `{}` run out of the calendar",
                head.periods, head.period, head.start
            );
            self.error(
                "absurd",
                Some("start"),
                message,
                "start between 1900 and 2200",
            );
        }
        if head.law_as_of > head.start {
            let message = format!(
                "law up to `{}` is known, but the horizon begins on {}",
                head.law_as_of, head.start
            );
            let mut finding = Finding::warning("late-law", self.file, message)
                .column("law_as_of")
                .found(&head.law_as_of.to_string())
                .help("who decides on the first day cannot know later law: write that day or an earlier one");
            finding.row = (self.row_of)("law_as_of");
            self.findings.push(finding);
        }
        self.sound.then_some(head)
    }

    fn required<T>(
        &mut self,
        object: &Json,
        key: &'static str,
        example: &str,
        parse: impl Fn(&str) -> Result<T, Parts>,
    ) -> Option<T> {
        match object.get(key) {
            None => {
                let message = format!("`darsena` has no `{key}`");
                let help = format!("add `\"{key}\": {example}`");
                self.error("missing-value", Some(key), message, help);
                None
            }
            Some(value) => self.parsed(key, value, parse),
        }
    }

    fn parsed<T>(
        &mut self,
        key: &str,
        value: &Json,
        parse: impl Fn(&str) -> Result<T, Parts>,
    ) -> Option<T> {
        let text = match value {
            Json::Text(text) => text.clone(),
            Json::Number(number) => number.to_string(),
            other => {
                let message = format!("`{}` is neither text nor a number", shown(&other.shown()));
                self.error("bad-descriptor", Some(key), message, "write one value");
                return None;
            }
        };
        match parse(text.trim()) {
            Ok(value) => Some(value),
            Err((code, message, help)) => {
                self.sound = false;
                let mut finding = Finding::error(code, self.file, message)
                    .column(key)
                    .found(&text);
                finding.help = help;
                finding.row = (self.row_of)(key);
                self.findings.push(finding);
                None
            }
        }
    }

    fn no_twins(&mut self, object: &Json) {
        if let Some(key) = object.twin() {
            let message = format!("`{}` stands twice", shown(key));
            self.error("duplicate-key", Some(key), message, "keep one of them");
        }
    }

    fn error(
        &mut self,
        code: &'static str,
        key: Option<&str>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.sound = false;
        let mut finding = Finding::error(code, self.file, message).help(help);
        if let Some(key) = key {
            finding = finding.column(key).found(key);
            finding.row = (self.row_of)(key);
        }
        finding.row = finding.row.or_else(|| (self.row_of)(self.inside));
        self.findings.push(finding);
    }
}

fn whole(text: &str, least: u32, most: u32, example: u32) -> Result<u32, Parts> {
    match text.parse::<u32>() {
        Ok(value) if (least..=most).contains(&value) => Ok(value),
        _ => {
            let message = format!(
                "`{}` is not a whole number from {least} to {most}",
                shown(text)
            );
            let help = if text
                .parse::<f64>()
                .is_ok_and(|value| value > f64::from(most))
            {
                format!("write at most {most}")
            } else {
                format!("write a whole number of at least {least}, e.g. `{example}`")
            };
            Err(("bad-number", message, Some(help)))
        }
    }
}

fn one_of<T: Copy>(text: &str, words: &[(&'static str, T)]) -> Result<T, Parts> {
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
        return Ok(*value);
    }
    let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let help = match nearest(&text.to_lowercase(), names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? it may be `{}`", names.join("`, `")),
        None => format!("it may be `{}`", names.join("`, `")),
    };
    Err((
        "bad-choice",
        format!("`{}` is none of the words it may be", shown(text)),
        Some(help),
    ))
}
