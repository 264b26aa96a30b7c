//! The law as it is written: regimes, rules, facts, memberships, approvals, sources.
//!
//! A [`Law`] is read from a folder of policies and tables. The one of the project is part of the
//! program; another folder may stand in its place or add regimes to it. Reading is strict: every flaw
//! is a finding with file and line, and a law with findings is no law.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::OnceLock;

use darsena_scenario::{Finding, Severity};
use jiff::civil::Date;

use crate::engine::{self, Parsed};
use crate::policy_text::Reads;
use crate::question::{Act, Classed, Told};
use crate::read::read;

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

    pub(crate) fn from_text(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, word)| *word == text)
            .map(|(kind, _)| *kind)
    }

    /// Whether it is written as `forbid`.
    pub fn forbids(self) -> bool {
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

    pub(crate) fn from_text(text: &str) -> Option<Self> {
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
    pub(crate) fn from_text(text: &str) -> Option<Self> {
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

    /// Those of one state one after the other, states side by side.
    pub(crate) fn in_turn<'a>(of_states: impl Iterator<Item = (&'a str, Days)>) -> Days {
        let start = Days {
            max: Some(0),
            ..Days::default()
        };
        let mut by_state: BTreeMap<&str, Days> = BTreeMap::new();
        for (state, own) in of_states {
            let days = by_state.entry(state).or_insert(start);
            *days = days.then(own);
        }
        let all = by_state.into_values();
        all.fold(start, Days::beside)
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
    /// Places of the facts it reads.
    pub(crate) asks: Vec<usize>,
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
    /// Set once its rules were parsed together.
    pub(crate) together: OnceLock<()>,
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
    /// State whose classification answers `no` when it does not say `yes`; `*` for any.
    pub(crate) closed_by: Option<String>,
    /// What is presumed from another fact: that fact, its option or `*`, and the option taken.
    pub(crate) presumed: Vec<(String, String, String)>,
    /// The question in plain words.
    pub plain: String,
}

impl Fact {
    /// What a flag of an item says of the fact, in order of its options.
    pub fn told_by(&self, flag: &str) -> impl Iterator<Item = Told> {
        let says =
            { self.flags.iter() }.filter(move |(_, flags)| flags.iter().any(|one| one == flag));
        says.map(|(option, _)| crate::view::told(self.kind, option))
    }
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
#[derive(Debug, Default)]
pub struct Law {
    pub(crate) regimes: Vec<Regime>,
    pub(crate) rules: Vec<Rule>,
    /// By regime: the first day of any rule that forbids; none where there is none.
    pub(crate) begins: Vec<Option<Date>>,
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
    pub(crate) hash: String,
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
        read(&files.collect(), Vec::new(), false).unwrap_or_else(|findings| {
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
        let (mut files, mut flaws) = (BTreeMap::new(), Vec::new());
        collect(folder, folder, &mut files, &mut flaws)?;
        if files.is_empty() && flaws.is_empty() {
            flaws.push(flaw(
                &folder.display().to_string(),
                None,
                "no-law",
                "the folder holds no file of law",
                "put `.cedar` and `.csv` files in it",
            ));
        }
        // Whether the folder is a law of its own cannot be said without its facts.
        if files.is_empty() || flaws.iter().any(|one| one.file == "facts.csv") {
            return Err(LawError::Findings(flaws));
        }
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
        read(&files, flaws, true).map_err(LawError::Findings)
    }

    /// Reads law files held in memory, by path, with strict validation.
    ///
    /// # Errors
    /// Returns every finding.
    pub fn from_files(files: &BTreeMap<String, String>) -> Result<Self, Vec<Finding>> {
        read(files, Vec::new(), true)
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

    /// Parses every policy that is not parsed yet, which else happens when it is first asked.
    pub fn parse_ahead(&self) {
        // From the end: who asks meanwhile begins at the front.
        for rule in self.rules.iter().rev() {
            let _ = engine::parsed(self, rule);
        }
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

    /// The last day on which anything of the rules changes.
    #[must_use]
    pub fn last_change(&self) -> Date {
        let days = { self.rules.iter() }.flat_map(|rule| rule.from.iter().chain(&rule.until));
        days.max().copied().unwrap_or(Date::MAX)
    }

    /// The facts rules may ask.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// Whether a flag of an item tells any fact, or stands in a standard class.
    #[must_use]
    pub fn has_flag(&self, flag: &str) -> bool {
        self.flags().any(|one| one == flag)
    }

    /// The flags of items that tell a fact or stand in a standard class.
    pub fn flags(&self) -> impl Iterator<Item = &str> {
        let told = self.facts.iter().flat_map(|fact| &fact.flags);
        let told = told.flat_map(|(_, flags)| flags).map(String::as_str);
        let classes = self.classes.values().flat_map(|(class, _)| &class.flags);
        told.chain(classes.map(String::as_str))
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

    /// Whether there is a state of that id.
    #[must_use]
    pub fn has_state(&self, id: &str) -> bool {
        self.states.contains_key(id)
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

    /// The approvals rules ask for, in order of their table.
    pub fn approvals(&self) -> impl Iterator<Item = &ApprovalKind> {
        self.approvals.iter()
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

fn flaw(file: &str, row: Option<u32>, code: &'static str, message: &str, help: &str) -> Finding {
    Finding {
        severity: Severity::Error,
        code,
        file: file.to_string(),
        row,
        column: None,
        found: String::new(),
        message: message.to_string(),
        help: Some(help.to_string()),
    }
}

fn collect(
    root: &Path,
    folder: &Path,
    files: &mut BTreeMap<String, String>,
    flaws: &mut Vec<Finding>,
) -> Result<(), LawError> {
    let fail = |path: &Path| {
        let path = path.display().to_string();
        move |error| LawError::Unreadable(path, error)
    };
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail(folder))? {
        entries.push(entry.map_err(fail(folder))?.path());
    }
    entries.retain(|path| !is_hidden(path));
    entries.sort();
    let name = |path: &Path| {
        let name = path.strip_prefix(root).unwrap_or(path);
        name.to_string_lossy().replace('\\', "/")
    };
    if entries.is_empty() && folder != root {
        let (message, help) = (
            "the folder is empty",
            "put the policies of the regime into it, or remove it",
        );
        flaws.push(flaw(&name(folder), None, "empty-folder", message, help));
    }
    for path in entries {
        let name = name(&path);
        if path.is_dir() {
            collect(root, &path, files, flaws)?;
        } else if path
            .extension()
            .is_some_and(|end| end == "cedar" || end == "csv")
        {
            let bytes = std::fs::read(&path).map_err(fail(&path))?;
            match String::from_utf8(bytes) {
                Ok(text) => {
                    files.insert(name, text);
                }
                Err(error) => {
                    let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                    let lines = good.iter().filter(|byte| **byte == b'\n').count();
                    let line = u32::try_from(lines + 1).ok();
                    let (message, help) = ("the file is no UTF-8 text", "save it as UTF-8");
                    flaws.push(flaw(&name, line, "not-utf8", message, help));
                }
            }
        } else if !lies_beside(&name) {
            let message = "the file is not read: policies end in `.cedar`, tables in `.csv`";
            let ends = path.extension().map(|end| end.to_ascii_lowercase());
            let help = match ends.filter(|end| end == "cedar" || end == "csv") {
                Some(end) => format!(
                    "rename it to `{}`",
                    path.with_extension(end)
                        .file_name()
                        .unwrap_or_default()
                        .to_string_lossy()
                ),
                None => "rename it, or take it out of the folder; README, LICENSE, `.md`, hidden files and `cases/*.toml` may lie there".into(),
            };
            flaws.push(flaw(&name, None, "not-read", message, &help));
        }
    }
    Ok(())
}

fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// Whether a file may lie in a folder of law without being read: words on it, its licence, and worked cases.
fn lies_beside(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    let words = ["readme", "license", "licence"];
    let words = words.iter().any(|word| file.starts_with(word)) || file.ends_with(".md");
    words || (name.starts_with("cases/") && file.ends_with(".toml"))
}
