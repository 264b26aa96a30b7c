//! What is asked of the law: who does what with which item, from where to where, on which day.

use std::collections::{BTreeMap, BTreeSet};

use darsena_scenario::AuthorizationDecision;
use jiff::civil::Date;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// Make the item abroad with the knowledge of the states of design; `to` is where.
    Make,
    /// Release technical data or render a service.
    Release,
    /// Send it out of the state whose law controls it.
    Export,
    /// Send it from one foreign state to another.
    Reexport,
    /// Change its use or user inside one foreign state.
    Retransfer,
    /// Any of the three.
    Transfer,
    /// Repair or maintain it; for a ship `to` is the state of the yard.
    Repair,
    /// Consent to another's transfer.
    Consent,
    /// Build a ship; `to` is the state of the yard.
    Build,
}

impl Act {
    /// Every act, in the order of the documentation.
    pub const ALL: [Act; 9] = [
        Act::Make,
        Act::Release,
        Act::Export,
        Act::Reexport,
        Act::Retransfer,
        Act::Transfer,
        Act::Repair,
        Act::Consent,
        Act::Build,
    ];

    /// The word of the act.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Act::Make => "make",
            Act::Release => "release",
            Act::Export => "export",
            Act::Reexport => "reexport",
            Act::Retransfer => "retransfer",
            Act::Transfer => "transfer",
            Act::Repair => "repair",
            Act::Consent => "consent",
            Act::Build => "build",
        }
    }

    /// The act of that word.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Act> {
        Act::ALL.into_iter().find(|act| act.as_str() == text)
    }
}

/// How one body of law classifies an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Classed {
    /// The body of law: a regime or the state it belongs to.
    pub regime: String,
    /// Entry of its list.
    pub code: String,
    /// Properties its rules ask for.
    pub flags: BTreeSet<String>,
}

/// The item a question is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Goods {
    /// Id of the item; blank where only classes are known.
    pub id: String,
    /// Name, for the reader.
    pub name: String,
    /// Its classes.
    pub classes: Vec<Classed>,
    /// Further properties, whatever the body of law.
    pub flags: BTreeSet<String>,
    /// States whose law follows the item by design.
    pub origins: BTreeSet<String>,
}

/// A fact as it is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// One of the words the dictionary lists, or the id of a state.
    Word(String),
}

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Told::Flag(true) => f.write_str("yes"),
            Told::Flag(false) => f.write_str("no"),
            Told::Number(number) => number.fmt(f),
            Told::Word(word) => f.write_str(word),
        }
    }
}

/// A decision on record: it answers an approval or turns it into a denial.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Id, for the reader.
    pub id: String,
    /// What sort of approval: its id, one of its other words, or `any`.
    pub kind: String,
    /// State that decided.
    pub grantor: String,
    /// Item it covers; none: any.
    pub item: Option<String>,
    /// State it leaves; none: any.
    pub from: Option<String>,
    /// State it enters; none: any.
    pub to: Option<String>,
    /// What was decided.
    pub decision: AuthorizationDecision,
    /// Day of the decision.
    pub date: Option<Date>,
    /// First day it no longer holds.
    pub until: Option<Date>,
    /// Most units it covers.
    pub quantity: Option<f64>,
    /// Most value it covers, in the currency of the question.
    pub value: Option<f64>,
}

/// A question to the law.
///
/// States are lower-case ids (`jp`, `us`); [`crate::Law::state`] finds them by name or alias.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// What is to be done.
    pub act: Act,
    /// With what.
    pub goods: Goods,
    /// State of manufacture; none: where it leaves, or where else it may have been made, as far as an answer turns on it.
    pub made_in: Option<String>,
    /// State it leaves.
    pub from: String,
    /// States it goes through, each a transfer of its own.
    pub via: Vec<String>,
    /// State it enters in the end.
    pub to: String,
    /// States that handed it on before and kept a consent.
    pub holders: BTreeSet<String>,
    /// Words on the purpose, for the reader: no rule hears them.
    pub purpose: String,
    /// Worth in whole US dollars.
    pub value: Option<i64>,
    /// Units.
    pub quantity: Option<f64>,
    /// Day of the transfer.
    pub on: Date,
    /// Facts told, by name.
    pub facts: BTreeMap<String, Told>,
    /// Decisions on record.
    pub records: Vec<Record>,
}

impl Question {
    /// A question about `goods` going from one state to another on a day, nothing else told.
    #[must_use]
    pub fn new(act: Act, goods: Goods, from: &str, to: &str, on: Date) -> Self {
        Question {
            act,
            goods,
            made_in: None,
            from: from.into(),
            via: Vec::new(),
            to: to.into(),
            holders: BTreeSet::new(),
            purpose: String::new(),
            value: None,
            quantity: None,
            on,
            facts: BTreeMap::new(),
            records: Vec::new(),
        }
    }

    /// Where it was made.
    #[must_use]
    pub fn maker(&self) -> &str {
        match (&self.made_in, self.act) {
            (Some(state), _) => state,
            (None, Act::Make) => &self.to,
            (None, _) => &self.from,
        }
    }

    /// The legs of the way: each pair of states, with the states that had it before.
    #[must_use]
    pub fn legs(&self) -> Vec<Leg> {
        let ends = std::iter::once(&self.from)
            .chain(&self.via)
            .chain(std::iter::once(&self.to));
        let stops: Vec<&String> = ends.collect();
        let mut holders = self.holders.clone();
        let mut legs = Vec::new();
        for pair in stops.windows(2) {
            legs.push(Leg {
                from: pair[0].clone(),
                to: pair[1].clone(),
                holders: holders.clone(),
            });
            holders.insert(pair[0].clone());
        }
        legs
    }
}

/// One transfer of a way that may have several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// State it leaves.
    pub from: String,
    /// State it enters.
    pub to: String,
    /// States that handed it on before.
    pub holders: BTreeSet<String>,
}

/// The words of a text, lower case, with each pair of neighbours joined by a hyphen as a word too.
pub(crate) fn words(text: &str) -> BTreeSet<String> {
    let plain: Vec<String> = text
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '-' || letter == '.'))
        .map(|word| word.trim_matches(['-', '.']).to_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    let pairs = plain.windows(2).map(|pair| pair.join("-"));
    let pairs: Vec<String> = pairs.collect();
    plain.into_iter().chain(pairs).collect()
}
