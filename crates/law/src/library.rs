//! The law as it is written: regimes, rules, facts, memberships, approvals, sources.
//!
//! A [`Law`] is read from a folder of policies and tables. The one of the project is part of the
//! program; another folder may stand in its place or add regimes to it. Reading is strict: every flaw
//! is a finding with file and line, and a law with findings is no law.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::sync::OnceLock;

use darsena_scenario::{Finding, Severity, nearest};
use jiff::civil::Date;

use crate::engine::Parsed;
use crate::policy_text::{self, Reads};
use crate::question::{Act, Classed};

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleKind {
    /// Makes a transfer eligible; other rules still apply.
    Route,
    /// Exempts from what other rules ask.
    Allow,
    /// Lawful only after an approval.
    Needs,
    /// Not lawful; no approval helps.
    Deny,
    /// A political act with no rule behind it.
    Policy,
    /// Applies, and decides nothing.
    Note,
}

impl RuleKind {
    const ALL: [(RuleKind, &'static str); 6] = [
        (RuleKind::Route, "route"),
        (RuleKind::Allow, "allow"),
        (RuleKind::Needs, "needs"),
        (RuleKind::Deny, "deny"),
        (RuleKind::Policy, "policy"),
        (RuleKind::Note, "note"),
    ];

    /// The word of the kind.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("", |(_, word)| word)
    }

    fn from_text(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, word)| *word == text)
            .map(|(kind, _)| *kind)
    }

    /// Whether it is written as `forbid`.
    pub(crate) fn forbids(self) -> bool {
        matches!(self, RuleKind::Needs | RuleKind::Deny | RuleKind::Policy)
    }
}

/// How far a rule, a date or a figure can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Stated in a source that was seen.
    Stated,
    /// Stated by a weak or secondary source, or only part of the text was seen.
    Partly,
    /// From general knowledge, no source found: verify before relying on it.
    Memory,
    /// An inference or planning assumption.
    Inferred,
}

impl Confidence {
    /// `S`, `s`, `M` or `I`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Stated => "S",
            Confidence::Partly => "s",
            Confidence::Memory => "M",
            Confidence::Inferred => "I",
        }
    }

    /// In plain words.
    #[must_use]
    pub fn plain(self) -> &'static str {
        match self {
            Confidence::Stated => "stated in a source seen",
            Confidence::Partly => "stated by a weak source, or only partly seen",
            Confidence::Memory => "from general knowledge, no source found",
            Confidence::Inferred => "our inference",
        }
    }

    fn from_text(text: &str) -> Option<Self> {
        [Self::Stated, Self::Partly, Self::Memory, Self::Inferred]
            .into_iter()
            .find(|one| one.as_str() == text)
    }
}

/// Days from application to approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Days {
    /// Fewest.
    pub min: u32,
    /// Typical.
    pub typical: u32,
    /// Most; none where nobody can say.
    pub max: Option<u32>,
}

impl Days {
    fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let (min, typical, max) = (parts.next()?, parts.next()?, parts.next()?);
        let days = Days {
            min: min.parse().ok()?,
            typical: typical.parse().ok()?,
            max: if max == "-" {
                None
            } else {
                Some(max.parse().ok()?)
            },
        };
        let order = days.min <= days.typical && days.max.is_none_or(|max| days.typical <= max);
        (parts.next().is_none() && order).then_some(days)
    }

    /// One after the other.
    #[must_use]
    pub fn then(self, other: Days) -> Days {
        Days {
            min: self.min + other.min,
            typical: self.typical + other.typical,
            max: self.max.zip(other.max).map(|(a, b)| a + b),
        }
    }

    /// Side by side.
    #[must_use]
    pub fn beside(self, other: Days) -> Days {
        Days {
            min: self.min.max(other.min),
            typical: self.typical.max(other.typical),
            max: self.max.zip(other.max).map(|(a, b)| a.max(b)),
        }
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/", self.min, self.typical)?;
        match self.max {
            Some(max) => write!(f, "{max}"),
            None => f.write_str("-"),
        }
    }
}

/// One policy: a rule, or a part of one.
///
/// A rule that takes several policies has them under one id: `JP-26`, `JP-26/cabinet`. What stands
/// before the stroke is the rule.
#[derive(Debug)]
pub struct Rule {
    /// Id of the policy.
    pub policy: String,
    /// Place of its regime.
    pub(crate) regime: usize,
    /// What it does.
    pub kind: RuleKind,
    /// First day in force; none for a proposal.
    pub from: Option<Date>,
    /// First day no longer in force.
    pub until: Option<Date>,
    /// Approvals that lift it.
    pub approvals: Vec<String>,
    /// Days each of them takes.
    pub days: Days,
    /// How far the days can be trusted, where less than the rule.
    pub days_confidence: Confidence,
    /// Act, section, date.
    pub citation: String,
    /// Ids of its sources.
    pub sources: Vec<String>,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// In plain words.
    pub plain: String,
    /// The policy as it stands in the file.
    pub text: String,
    /// File it stands in.
    pub file: String,
    /// Line it begins on.
    pub line: u32,
    pub(crate) body: String,
    pub(crate) body_line: u32,
    pub(crate) reads: Reads,
    pub(crate) parsed: OnceLock<Parsed>,
}

impl Rule {
    /// Id of the rule the policy belongs to.
    #[must_use]
    pub fn id(&self) -> &str {
        self.policy.split('/').next().unwrap_or(&self.policy)
    }

    /// Whether it is in force on `date`.
    #[must_use]
    pub fn in_force(&self, date: Date) -> bool {
        self.from.is_some_and(|from| from <= date) && self.until.is_none_or(|until| date < until)
    }

    /// The less trusted of the rule and its days.
    #[must_use]
    pub fn least_confidence(&self) -> Confidence {
        match self.kind {
            RuleKind::Needs => self.confidence.max(self.days_confidence),
            _ => self.confidence,
        }
    }
}

/// A body of law by one authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regime {
    /// Id, and name of its folder.
    pub id: String,
    /// Name.
    pub name: String,
    /// The state whose law it is; `*` for any state without one, blank for an agreement of states.
    pub state: String,
    /// Roles of that state in which it has a say.
    pub(crate) roles: Vec<String>,
    /// Acts on which it has a say.
    pub(crate) acts: Vec<Act>,
    /// Fact that must hold for an agreement to have a say.
    pub(crate) flag: Option<String>,
    /// Roles in which the general regime applies to its state as well.
    pub(crate) generic: Vec<String>,
    /// What it is about.
    pub about: String,
}

/// Sort of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactKind {
    /// Yes or no.
    Flag,
    /// One of several words.
    Word,
    /// A whole number.
    Number,
    /// A state.
    State,
}

impl FactKind {
    /// `flag`, `word`, `number` or `state`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            FactKind::Flag => "flag",
            FactKind::Word => "word",
            FactKind::Number => "number",
            FactKind::State => "state",
        }
    }
}

/// Something a rule may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Name.
    pub name: String,
    /// Sort.
    pub kind: FactKind,
    /// Whether it follows from the question itself rather than being told.
    pub derived: bool,
    /// Whether it is a property of the item, which nobody changes to make a transfer lawful.
    pub of_item: bool,
    /// Words it may take; for a state, those that stand for all others.
    pub options: Vec<String>,
    /// What is taken where nothing is told.
    pub default: Option<String>,
    /// Flags of a class that tell it, by option; for a flag the option is `yes`.
    pub(crate) flags: Vec<(String, Vec<String>)>,
    /// Words that tell it when spoken of item or purpose.
    pub(crate) words: Vec<(String, Vec<String>)>,
    /// State whose classification answers `no` when it does not say `yes`; `*` for any.
    pub(crate) closed_by: Option<String>,
    /// What is presumed from another fact: that fact, its option or `*`, and the option taken.
    pub(crate) presumed: Vec<(String, String, String)>,
    /// The question in plain words.
    pub plain: String,
}

/// An approval and who gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalKind {
    /// Id; `*` stands for the state.
    pub id: String,
    /// State that grants: an id, `*` for the state whose law it is, `to` for the recipient.
    pub grantor: String,
    /// Who there.
    pub body: String,
    /// What it is.
    pub name: String,
    /// Approvals of the same state that come before.
    pub after: Vec<String>,
    /// Other words for it in tables of authorizations.
    pub kinds: Vec<String>,
}

/// A state is in a group over an interval of dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Group.
    pub group: String,
    /// State.
    pub state: String,
    /// First day.
    pub from: Date,
    /// First day no longer.
    pub until: Option<Date>,
    /// Ids of sources.
    pub sources: Vec<String>,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// What to know.
    pub note: String,
}

/// A dated revision of a regime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Id.
    pub id: String,
    /// Regime.
    pub regime: String,
    /// First day in force.
    pub from: Date,
    /// Name.
    pub name: String,
}

/// The law as it is written.
#[derive(Debug)]
pub struct Law {
    pub(crate) regimes: Vec<Regime>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) fact_places: BTreeMap<String, usize>,
    pub(crate) groups: BTreeMap<String, (String, String)>,
    pub(crate) members: Vec<Member>,
    /// Memberships by state, then group.
    pub(crate) member_places: BTreeMap<String, Vec<usize>>,
    pub(crate) approvals: Vec<ApprovalKind>,
    pub(crate) classes: BTreeMap<String, (Classed, String)>,
    pub(crate) states: BTreeMap<String, (String, Vec<String>)>,
    pub(crate) sources: BTreeMap<String, (String, String)>,
    pub(crate) revisions: Vec<Revision>,
    hash: String,
}

/// Why a law could not be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LawError {
    /// A file or folder cannot be read.
    #[error("cannot read `{0}`")]
    Unreadable(String, #[source] std::io::Error),
    /// The files have flaws.
    #[error("the law has {} findings, first {}", .0.len(), .0[0])]
    Findings(Vec<Finding>),
}

/// Most groups the rules of a regime may read, so that those of all regimes of a state fit a word of 48 bits.
const MOST_GROUPS: usize = 12;

/// The law files of the project, by path.
const EMBEDDED: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/laws.rs"));

impl Law {
    /// The law that is part of the program.
    #[must_use]
    pub fn embedded() -> Self {
        let files = EMBEDDED
            .iter()
            .map(|(name, text)| (name.to_string(), text.to_string()));
        // Tests validate the embedded files strictly, so a process need not do it again.
        read(&files.collect(), false).unwrap_or_else(|findings| {
            unreachable!(
                "the embedded law is tested to have no findings: {}",
                findings[0]
            )
        })
    }

    /// Reads a folder of law. One whose `facts.csv` has the fact `exporting` is a law of its own and stands in
    /// place of the embedded one; any other adds its regimes, rules and tables to it. Policies are validated strictly.
    ///
    /// # Errors
    /// Fails when a file cannot be read or anything is wrong in one: then with every finding.
    pub fn load(folder: &Path) -> Result<Self, LawError> {
        let mut files = BTreeMap::new();
        collect(folder, folder, &mut files)?;
        let whole = files
            .get("facts.csv")
            .is_some_and(|text| text.contains("\nexporting,"));
        if !whole {
            files = files
                .into_iter()
                .map(|(name, text)| (format!("+/{name}"), text))
                .collect();
            files.extend(Self::embedded_files());
        }
        read(&files, true).map_err(LawError::Findings)
    }

    /// Reads law files held in memory, by path, with strict validation.
    ///
    /// # Errors
    /// Returns every finding.
    pub fn from_files(files: &BTreeMap<String, String>) -> Result<Self, Vec<Finding>> {
        read(files, true)
    }

    /// The schema rules are validated against, as the engine reads it.
    #[must_use]
    pub fn schema(&self) -> String {
        crate::engine::schema(self)
    }

    /// The files of the embedded law, by path.
    #[must_use]
    pub fn embedded_files() -> BTreeMap<String, String> {
        EMBEDDED
            .iter()
            .map(|(name, text)| (name.to_string(), text.to_string()))
            .collect()
    }

    /// Hash of every policy and table, as hexadecimal text.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The regimes, in order of their table.
    #[must_use]
    pub fn regimes(&self) -> &[Regime] {
        &self.regimes
    }

    /// The rules, in order of their files.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The regime of a rule.
    #[must_use]
    pub fn regime_of(&self, rule: &Rule) -> &Regime {
        &self.regimes[rule.regime]
    }

    /// The facts rules may ask.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// The fact of that name.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<&Fact> {
        self.fact_places.get(name).map(|n| &self.facts[*n])
    }

    /// The memberships, in order of their tables.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Name and meaning of a group.
    #[must_use]
    pub fn group(&self, group: &str) -> Option<(&str, &str)> {
        self.groups
            .get(group)
            .map(|(name, plain)| (name.as_str(), plain.as_str()))
    }

    /// The dated revisions.
    #[must_use]
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// Address of a source.
    #[must_use]
    pub fn url(&self, source: &str) -> Option<&str> {
        self.sources
            .get(source)
            .map(|(url, _)| url.as_str())
            .filter(|url| !url.is_empty())
    }

    /// The states the tables know, by id, with their names.
    pub fn states(&self) -> impl Iterator<Item = (&str, &str)> {
        self.states
            .iter()
            .map(|(id, (name, _))| (id.as_str(), name.as_str()))
    }

    /// The id of a state told by id, name or alias.
    #[must_use]
    pub fn state(&self, text: &str) -> Option<&str> {
        let text = text.trim().to_lowercase();
        let same = |(id, (name, aliases)): &(&String, &(String, Vec<String>))| {
            **id == text || name.to_lowercase() == text || aliases.contains(&text)
        };
        self.states.iter().find(same).map(|(id, _)| id.as_str())
    }

    /// A standard class told by id or code.
    #[must_use]
    pub fn class(&self, text: &str) -> Option<&Classed> {
        self.classes
            .get(&text.trim().to_lowercase())
            .map(|(class, _)| class)
    }

    /// The standard classes, by id, with their meaning.
    pub fn classes(&self) -> impl Iterator<Item = (&str, &Classed, &str)> {
        self.classes
            .iter()
            .map(|(id, (class, plain))| (id.as_str(), class, plain.as_str()))
    }

    /// Whether `state` is in `group` on `date`.
    #[must_use]
    pub fn is_member(&self, group: &str, state: &str, date: Date) -> bool {
        self.memberships(state)
            .any(|member| member.group == group && member.holds(date))
    }

    pub(crate) fn memberships(&self, state: &str) -> impl Iterator<Item = &Member> {
        let places = self.member_places.get(state).map_or(&[][..], Vec::as_slice);
        places.iter().map(|n| &self.members[*n])
    }

    pub(crate) fn approval(&self, id: &str, state: &str) -> Option<(&ApprovalKind, String)> {
        let exact = self.approvals.iter().find(|kind| kind.id == id);
        let general = || {
            let (before, after) = id.split_once('-')?;
            let fits = |kind: &&ApprovalKind| kind.id == format!("*-{after}");
            self.approvals
                .iter()
                .find(fits)
                .map(|kind| (kind, before.to_string()))
        };
        let (kind, named) = match exact {
            Some(kind) => (kind, state.to_string()),
            None => general()?,
        };
        let grantor = match kind.grantor.as_str() {
            "*" if named == "*" => state.to_string(),
            "*" => named,
            other => other.to_string(),
        };
        Some((kind, grantor))
    }
}

impl Member {
    /// Whether it holds on `date`.
    #[must_use]
    pub fn holds(&self, date: Date) -> bool {
        self.from <= date && self.until.is_none_or(|until| date < until)
    }
}

fn collect(
    root: &Path,
    folder: &Path,
    files: &mut BTreeMap<String, String>,
) -> Result<(), LawError> {
    let fail = |path: &Path| {
        let path = path.display().to_string();
        move |error| LawError::Unreadable(path, error)
    };
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail(folder))? {
        entries.push(entry.map_err(fail(folder))?.path());
    }
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path
            .extension()
            .is_some_and(|end| end == "cedar" || end == "csv")
        {
            let text = std::fs::read_to_string(&path).map_err(fail(&path))?;
            let name = path.strip_prefix(root).unwrap_or(&path);
            files.insert(name.to_string_lossy().replace('\\', "/"), text);
        }
    }
    Ok(())
}

/// Reads and checks law files.
fn read(files: &BTreeMap<String, String>, strict: bool) -> Result<Law, Vec<Finding>> {
    let mut reader = Reader::default();
    let mut hasher = blake3::Hasher::new();
    for (name, text) in files {
        for part in [name, text] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    let tables: [(&str, fn(&mut Reader, &Row<'_>)); 9] = [
        ("facts.csv", Reader::fact),
        ("regimes.csv", Reader::regime),
        ("approvals.csv", Reader::approval),
        ("classes.csv", Reader::class),
        ("groups.csv", Reader::group),
        ("states.csv", Reader::state),
        ("sources.csv", Reader::source),
        ("revisions.csv", Reader::revision),
        ("members/", Reader::member),
    ];
    for (table, read) in tables {
        for (name, text) in files {
            let plain = name.strip_prefix("+/").unwrap_or(name);
            let fits = plain == table || (table.ends_with('/') && plain.starts_with(table));
            if fits && plain.ends_with(".csv") {
                reader.table(name, text, read);
            }
        }
    }
    for (name, text) in files {
        let plain = name.strip_prefix("+/").unwrap_or(name);
        if plain.ends_with(".cedar") {
            reader.policies(name, plain, text);
        } else if !tables
            .iter()
            .any(|(table, _)| plain == *table || plain.starts_with("members/"))
        {
            reader.flaw(name, None, "unknown-table", format!("`{plain}` is no table of the law"), "the tables are facts, regimes, approvals, classes, groups, states, sources, revisions and members/*".into());
        }
    }
    reader.cross();
    let Reader {
        law: mut draft,
        mut findings,
        ..
    } = reader;
    draft.hash = hasher.finalize().to_hex().to_string();
    if strict && findings.is_empty() {
        findings.extend(crate::engine::validate(&draft));
    }
    if findings.is_empty() {
        Ok(draft)
    } else {
        findings.sort_by(|a, b| (&a.file, a.row).cmp(&(&b.file, b.row)));
        Err(findings)
    }
}

/// A row of a table, with where it stands.
struct Row<'a> {
    file: &'a str,
    line: u32,
    header: &'a [String],
    cells: &'a [String],
}

impl Row<'_> {
    fn get(&self, column: &str) -> &str {
        let place = self.header.iter().position(|name| name == column);
        place
            .and_then(|n| self.cells.get(n))
            .map_or("", String::as_str)
    }

    fn list(&self, column: &str) -> Vec<String> {
        list(self.get(column), ';')
    }
}

fn list(text: &str, by: char) -> Vec<String> {
    let parts = text.split(by).map(|part| part.trim().to_string());
    parts.filter(|part| !part.is_empty()).collect()
}

#[derive(Default)]
struct Reader {
    law: Law,
    findings: Vec<Finding>,
    policy_lines: BTreeMap<String, (String, u32)>,
}

impl Default for Law {
    fn default() -> Self {
        Law {
            regimes: Vec::new(),
            rules: Vec::new(),
            facts: Vec::new(),
            fact_places: BTreeMap::new(),
            groups: BTreeMap::new(),
            members: Vec::new(),
            member_places: BTreeMap::new(),
            approvals: Vec::new(),
            classes: BTreeMap::new(),
            states: BTreeMap::new(),
            sources: BTreeMap::new(),
            revisions: Vec::new(),
            hash: String::new(),
        }
    }
}

impl Reader {
    fn flaw(
        &mut self,
        file: &str,
        line: Option<u32>,
        code: &'static str,
        message: String,
        help: String,
    ) {
        self.findings.push(Finding {
            severity: Severity::Error,
            code,
            file: file.strip_prefix("+/").unwrap_or(file).to_string(),
            row: line,
            column: None,
            found: String::new(),
            message,
            help: (!help.is_empty()).then_some(help),
        });
    }

    fn at(&mut self, row: &Row<'_>, code: &'static str, message: String, help: &str) {
        self.flaw(row.file, Some(row.line), code, message, help.to_string());
    }

    fn table(&mut self, file: &str, text: &str, read: fn(&mut Reader, &Row<'_>)) {
        let mut records = records(text).into_iter();
        let Some((_, header)) = records.next() else {
            self.flaw(
                file,
                None,
                "empty-table",
                "the table is empty".into(),
                "give it a header".into(),
            );
            return;
        };
        for (line, cells) in records {
            if cells.len() != header.len() {
                let message = format!(
                    "{} cells where the header has {}",
                    cells.len(),
                    header.len()
                );
                self.flaw(
                    file,
                    Some(line),
                    "row-length",
                    message,
                    "quote cells that hold commas".into(),
                );
                continue;
            }
            read(
                self,
                &Row {
                    file,
                    line,
                    header: &header,
                    cells: &cells,
                },
            );
        }
    }

    fn date(&mut self, row: &Row<'_>, column: &str) -> Option<Date> {
        let text = row.get(column);
        if text.is_empty() {
            return None;
        }
        let date = text.parse().ok();
        if date.is_none() {
            self.at(
                row,
                "not-a-date",
                format!("column `{column}`: `{text}` is no date"),
                "write `2026-04-21`",
            );
        }
        date
    }

    fn confidence(&mut self, row: &Row<'_>) -> Confidence {
        let text = row.get("confidence");
        Confidence::from_text(text).unwrap_or_else(|| {
            self.at(
                row,
                "not-a-confidence",
                format!("column `confidence`: `{text}` is none"),
                "one of `S`, `s`, `M`, `I`",
            );
            Confidence::Inferred
        })
    }

    fn fact(&mut self, row: &Row<'_>) {
        let kind = match row.get("type") {
            "flag" => FactKind::Flag,
            "word" => FactKind::Word,
            "number" => FactKind::Number,
            "state" => FactKind::State,
            other => {
                return self.at(
                    row,
                    "not-a-type",
                    format!("column `type`: `{other}` is none"),
                    "one of `flag`, `word`, `number`, `state`",
                );
            }
        };
        let said = |column: &str| {
            let by_option = |part: &String| match part.split_once(':') {
                Some((option, words)) => (option.to_string(), list(words, '|')),
                None => ("yes".to_string(), list(part, '|')),
            };
            let parts = row.list(column);
            parts.iter().map(by_option).collect::<Vec<_>>()
        };
        let presumed = row.list("presumed");
        let presumed = presumed.iter().filter_map(|part| {
            let (condition, then) = part.split_once(':')?;
            let (fact, option) = condition.split_once('=')?;
            Some((fact.to_string(), option.to_string(), then.to_string()))
        });
        let some = |column: &str| Some(row.get(column).to_string()).filter(|text| !text.is_empty());
        let fact = Fact {
            name: row.get("fact").to_string(),
            kind,
            derived: row.get("origin") == "derived",
            of_item: row.get("of") == "item",
            options: row.list("options"),
            default: some("default"),
            flags: said("flags"),
            words: said("words"),
            closed_by: some("closed_by"),
            presumed: presumed.collect(),
            plain: row.get("plain").to_string(),
        };
        if matches!(kind, FactKind::Word | FactKind::State)
            && !fact.derived
            && fact.options.is_empty()
        {
            self.at(
                row,
                "no-options",
                format!("fact `{}` has no options", fact.name),
                "list the words it may take, `;` between",
            );
        }
        if self.law.fact_places.contains_key(&fact.name) {
            return self.at(
                row,
                "double-key",
                format!("fact `{}` stands twice", fact.name),
                "keep one row",
            );
        }
        self.law
            .fact_places
            .insert(fact.name.clone(), self.law.facts.len());
        self.law.facts.push(fact);
    }

    fn regime(&mut self, row: &Row<'_>) {
        let acts = row.list("acts");
        let mut known = Vec::new();
        for act in &acts {
            match Act::from_text(act) {
                Some(act) => known.push(act),
                None => self.at(
                    row,
                    "unknown-act",
                    format!("column `acts`: `{act}` is no act"),
                    "see `darsena permit --help`",
                ),
            }
        }
        for role in row.list("roles").iter().chain(&row.list("generic")) {
            if ![
                "exporter",
                "origin",
                "maker",
                "holder",
                "destination",
                "any",
            ]
            .contains(&role.as_str())
            {
                self.at(
                    row,
                    "unknown-role",
                    format!("`{role}` is no role"),
                    "one of `exporter`, `origin`, `maker`, `holder`, `destination`, `any`",
                );
            }
        }
        let id = row.get("regime").to_string();
        if self.law.regimes.iter().any(|regime| regime.id == id) {
            return self.at(
                row,
                "double-key",
                format!("regime `{id}` stands twice"),
                "keep one row",
            );
        }
        self.law.regimes.push(Regime {
            id,
            name: row.get("name").to_string(),
            state: row.get("state").to_string(),
            roles: row.list("roles"),
            acts: known,
            flag: Some(row.get("flag").to_string()).filter(|flag| !flag.is_empty()),
            generic: row.list("generic"),
            about: row.get("about").to_string(),
        });
    }

    fn approval(&mut self, row: &Row<'_>) {
        self.law.approvals.push(ApprovalKind {
            id: row.get("approval").to_string(),
            grantor: row.get("grantor").to_string(),
            body: row.get("body").to_string(),
            name: row.get("name").to_string(),
            after: row.list("after"),
            kinds: row.list("kinds"),
        });
    }

    fn class(&mut self, row: &Row<'_>) {
        let class = Classed {
            regime: row.get("regime").to_string(),
            code: row.get("code").to_string(),
            flags: row.list("flags").into_iter().collect(),
        };
        let id = row.get("class").to_lowercase();
        self.law
            .classes
            .insert(id, (class, row.get("plain").to_string()));
    }

    fn group(&mut self, row: &Row<'_>) {
        let text = (row.get("name").to_string(), row.get("plain").to_string());
        self.law.groups.insert(row.get("group").to_string(), text);
    }

    fn state(&mut self, row: &Row<'_>) {
        let text = (row.get("name").to_string(), row.list("aliases"));
        self.law.states.insert(row.get("state").to_string(), text);
    }

    fn source(&mut self, row: &Row<'_>) {
        let text = (row.get("url").to_string(), row.get("note").to_string());
        self.law.sources.insert(row.get("source").to_string(), text);
    }

    fn revision(&mut self, row: &Row<'_>) {
        let Some(from) = self.date(row, "from") else {
            return;
        };
        self.law.revisions.push(Revision {
            id: row.get("revision").to_string(),
            regime: row.get("regime").to_string(),
            from,
            name: row.get("name").to_string(),
        });
    }

    fn member(&mut self, row: &Row<'_>) {
        let (from, until) = (self.date(row, "from"), self.date(row, "until"));
        let confidence = self.confidence(row);
        let (group, state) = (row.get("group").to_string(), row.get("state").to_string());
        if !self.law.groups.contains_key(&group) {
            let near = nearest(&group, self.law.groups.keys().map(String::as_str));
            let help = near.map_or("name it in groups.csv".to_string(), |near| {
                format!("did you mean `{near}`?")
            });
            self.at(
                row,
                "unknown-group",
                format!("group `{group}` is not in groups"),
                &help,
            );
        }
        if !self.law.states.contains_key(&state) {
            self.at(
                row,
                "unknown-state",
                format!("state `{state}` is not in states"),
                "add it to states.csv",
            );
        }
        let Some(from) = from else {
            if row.get("from").is_empty() {
                self.at(
                    row,
                    "no-date",
                    "column `from` is blank".into(),
                    "a membership begins on a day",
                );
            }
            return;
        };
        if until.is_some_and(|until| until <= from) {
            self.at(
                row,
                "empty-interval",
                "`until` is not after `from`".into(),
                "`until` is the first day outside",
            );
        }
        self.law
            .member_places
            .entry(state.clone())
            .or_default()
            .push(self.law.members.len());
        self.law.members.push(Member {
            group,
            state,
            from,
            until,
            sources: row.list("source"),
            confidence,
            note: row.get("note").to_string(),
        });
    }

    fn policies(&mut self, file: &str, plain: &str, text: &str) {
        let folder = plain.split('/').next().unwrap_or_default();
        let Some(regime) = self
            .law
            .regimes
            .iter()
            .position(|regime| regime.id == folder)
        else {
            let help = "its folder is the id of a regime in regimes.csv".to_string();
            return self.flaw(
                file,
                None,
                "unknown-regime",
                format!("`{folder}` is not in regimes"),
                help,
            );
        };
        let (policies, flaws) = policy_text::split(text);
        for flaw in flaws {
            self.flaw(
                file,
                Some(flaw.line),
                "unreadable-policy",
                flaw.message,
                flaw.help.into(),
            );
        }
        for policy in policies {
            self.policy(file, regime, policy);
        }
    }

    fn policy(&mut self, file: &str, regime: usize, policy: policy_text::PolicyText) {
        const KNOWN: [&str; 12] = [
            "id",
            "kind",
            "from",
            "until",
            "approver",
            "days",
            "days_confidence",
            "cite",
            "source",
            "confidence",
            "plain",
            "after",
        ];
        let line = policy.line;
        let before = self.findings.len();
        for (name, (_, at)) in &policy.annotations {
            if !KNOWN.contains(&name.as_str()) {
                let near = nearest(name, KNOWN);
                let help = near.map_or(format!("one of {}", KNOWN.join(", ")), |near| {
                    format!("did you mean `{near}`?")
                });
                self.flaw(
                    file,
                    Some(*at),
                    "unknown-annotation",
                    format!("annotation `{name}` is not known"),
                    help,
                );
            }
        }
        let get = |name: &str| policy.annotations.get(name).map(|(text, _)| text.as_str());
        let at = |name: &str| policy.annotations.get(name).map_or(line, |(_, at)| *at);
        for name in ["id", "kind", "from", "cite", "confidence", "plain"] {
            if get(name).is_none_or(|text| text.trim().is_empty()) {
                self.flaw(
                    file,
                    Some(line),
                    "no-annotation",
                    format!("a policy has no `@{name}`"),
                    format!("write `@{name}(\"...\")` before it"),
                );
            }
        }
        let kind = RuleKind::from_text(get("kind").unwrap_or("note"));
        if kind.is_none() {
            self.flaw(
                file,
                Some(at("kind")),
                "unknown-kind",
                format!("`@kind`: `{}` is none", get("kind").unwrap_or_default()),
                "one of route, allow, needs, deny, policy, note".into(),
            );
        }
        let mut date = |name: &str| {
            let text = get(name)?;
            let date = text.parse::<Date>().ok();
            if date.is_none() && !(name == "from" && text == "proposed") {
                self.flaw(
                    file,
                    Some(at(name)),
                    "not-a-date",
                    format!("`@{name}`: `{text}` is no date"),
                    "write `2026-04-21`; a proposal has `@from(\"proposed\")`".into(),
                );
            }
            date
        };
        let (from, until) = (date("from"), date("until"));
        if from.zip(until).is_some_and(|(from, until)| until <= from) {
            self.flaw(
                file,
                Some(at("until")),
                "empty-interval",
                "`@until` is not after `@from`".into(),
                "`until` is the first day it no longer holds".into(),
            );
        }
        let mut confidence = |name: &str| {
            let text = get(name).unwrap_or("S");
            Confidence::from_text(text).unwrap_or_else(|| {
                self.flaw(
                    file,
                    Some(at(name)),
                    "not-a-confidence",
                    format!("`@{name}`: `{text}` is none"),
                    "one of `S`, `s`, `M`, `I`".into(),
                );
                Confidence::Inferred
            })
        };
        let (trusted, days_confidence) = (confidence("confidence"), confidence("days_confidence"));
        let approvals = list(get("approver").unwrap_or_default(), ';');
        let days = get("days").map(|text| (text, Days::from_text(text)));
        let needs = kind == Some(RuleKind::Needs);
        if let Some((text, None)) = days {
            self.flaw(
                file,
                Some(at("days")),
                "not-days",
                format!("`@days`: `{text}` is not `min/typical/max`"),
                "write `30/60/90`, `-` for a max nobody can say".into(),
            );
        }
        if needs != !approvals.is_empty() || needs != days.is_some() {
            self.flaw(
                file,
                Some(line),
                "approver",
                "`@approver` and `@days` go with `@kind(\"needs\")`, and with it alone".into(),
                "name who approves and how long it takes".into(),
            );
        }
        for approval in &approvals {
            if self.law.approval(approval, "*").is_none() {
                self.flaw(
                    file,
                    Some(at("approver")),
                    "unknown-approval",
                    format!("approval `{approval}` is not in approvals"),
                    "add it to approvals.csv".into(),
                );
            }
        }
        let effect = if policy.body.starts_with("forbid") {
            Some(true)
        } else if policy.body.starts_with("permit") {
            Some(false)
        } else {
            None
        };
        if effect.is_none() || kind.is_some_and(|kind| Some(kind.forbids()) != effect) {
            self.flaw(
                file,
                Some(policy.body_line),
                "effect",
                "the effect does not fit the kind".into(),
                "needs, deny and policy are `forbid`; route, allow and note are `permit`".into(),
            );
        }
        let reads = policy_text::reads(&policy.body);
        self.vocabulary(file, &policy, &reads, effect == Some(false));
        let id = get("id").unwrap_or_default().to_string();
        if let Some((other, there)) = self
            .policy_lines
            .insert(id.clone(), (file.to_string(), line))
        {
            self.flaw(
                file,
                Some(at("id")),
                "double-key",
                format!("policy `{id}` stands twice"),
                format!("the other is at {other}:{there}"),
            );
        }
        let Some(kind) = kind.filter(|_| self.findings.len() == before) else {
            return;
        };
        self.law.rules.push(Rule {
            policy: id,
            regime,
            kind,
            from,
            until,
            approvals,
            days: days.and_then(|(_, days)| days).unwrap_or_default(),
            days_confidence,
            citation: get("cite").unwrap_or_default().to_string(),
            sources: list(get("source").unwrap_or_default(), ';'),
            confidence: trusted,
            plain: get("plain").unwrap_or_default().to_string(),
            text: policy.whole.clone(),
            file: file.strip_prefix("+/").unwrap_or(file).to_string(),
            line,
            body: policy.body,
            body_line: policy.body_line,
            reads,
            parsed: OnceLock::new(),
        });
    }

    /// Facts, words, groups and states a policy names must be known, and be used as the tables allow.
    fn vocabulary(
        &mut self,
        file: &str,
        policy: &policy_text::PolicyText,
        reads: &Reads,
        permits: bool,
    ) {
        let line = Some(policy.body_line);
        for name in &reads.facts {
            match self.law.fact(name) {
                None => {
                    let near = nearest(name, self.law.facts.iter().map(|fact| fact.name.as_str()));
                    let help = near.map_or("name it in facts.csv".to_string(), |near| {
                        format!("did you mean `{near}`?")
                    });
                    self.flaw(
                        file,
                        line,
                        "unknown-fact",
                        format!("fact `{name}` is not in facts"),
                        help,
                    );
                }
                Some(fact) => {
                    let numbers = reads.numbers.iter().any(|(read, _)| read == name);
                    if (fact.kind == FactKind::Number && !numbers) || reads.odd.contains(name) {
                        self.flaw(file, line, "odd-use", format!("fact `{name}` is compared with something that is not written out"), "compare numbers with numbers, words with words, states with `State::` or `Group::`".into());
                    }
                }
            }
        }
        for (name, word) in &reads.words {
            let known = self
                .law
                .fact(name)
                .is_none_or(|fact| fact.options.contains(word));
            if !known {
                self.flaw(
                    file,
                    line,
                    "unknown-word",
                    format!("fact `{name}` is never `{word}`"),
                    "take one of its options in facts.csv".into(),
                );
            }
        }
        for group in &reads.groups {
            if !self.law.groups.contains_key(group) {
                let near = nearest(group, self.law.groups.keys().map(String::as_str));
                let help = near.map_or("name it in groups.csv".to_string(), |near| {
                    format!("did you mean `{near}`?")
                });
                self.flaw(
                    file,
                    line,
                    "unknown-group",
                    format!("group `{group}` is not in groups"),
                    help,
                );
            }
        }
        for state in &reads.states {
            if !self.law.states.contains_key(state) {
                self.flaw(
                    file,
                    line,
                    "unknown-state",
                    format!("state `{state}` is not in states"),
                    "add it to states.csv".into(),
                );
            }
        }
        if reads.approvals {
            self.flaw(
                file,
                line,
                "approvals",
                "a policy looks at approvals".into(),
                "leave it to `@approver`: so no approval can ever create a denial".into(),
            );
        }
        if permits && !reads.opened.is_empty() {
            self.flaw(
                file,
                line,
                "opened",
                "a route or exemption looks at what others open".into(),
                "only `forbid` may say `context.opened`".into(),
            );
        }
    }

    /// Checks across files.
    fn cross(&mut self) {
        let ids: BTreeSet<String> = self
            .law
            .rules
            .iter()
            .map(|rule| rule.id().to_string())
            .collect();
        let mut flaws = Vec::new();
        for rule in &self.law.rules {
            for opened in rule.reads.opened.iter().filter(|id| !ids.contains(*id)) {
                flaws.push((
                    rule.file.clone(),
                    rule.body_line,
                    format!("rule `{opened}` is not there"),
                ));
            }
            for source in rule
                .sources
                .iter()
                .filter(|id| !self.law.sources.contains_key(*id))
            {
                flaws.push((
                    rule.file.clone(),
                    rule.line,
                    format!("source `{source}` is not in sources"),
                ));
            }
        }
        for (n, regime) in self.law.regimes.iter().enumerate() {
            let mine = self.law.rules.iter().filter(|rule| rule.regime == n);
            let groups: BTreeSet<&String> = mine.flat_map(|rule| &rule.reads.groups).collect();
            if groups.len() > MOST_GROUPS {
                let message = format!(
                    "the rules of `{}` read {} groups; at most {MOST_GROUPS} fit",
                    regime.id,
                    groups.len()
                );
                flaws.push(("regimes.csv".into(), 1, message));
            }
        }
        for (file, line, message) in flaws {
            self.flaw(
                &file,
                Some(line),
                "unknown-id",
                message,
                "correct the id, or add what it names".into(),
            );
        }
    }
}

/// Records of a CSV text with the line each begins on; blank lines are left out.
fn records(text: &str) -> Vec<(u32, Vec<String>)> {
    let (mut records, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut start, mut quoted) = (1, 1, false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell).trim().to_string()),
            '\r' if !quoted => {}
            '\n' => {
                line += 1;
                if quoted {
                    cell.push('\n');
                } else {
                    cells.push(std::mem::take(&mut cell).trim().to_string());
                    if cells.len() > 1 || !cells[0].is_empty() {
                        records.push((start, std::mem::take(&mut cells)));
                    }
                    cells.clear();
                    start = line;
                }
            }
            _ => cell.push(letter),
        }
    }
    if !cell.is_empty() || !cells.is_empty() {
        cells.push(cell.trim().to_string());
        records.push((start, cells));
    }
    records
}
