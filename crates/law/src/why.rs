//! Beyond a yes or no: the shortest legal path, and what would have to be true.
//!
//! For a denial or an unknown the least changes are sought that make it lawful, with or without
//! approvals: one first, then pairs. A change is a fact told otherwise, a membership, a later day, or a
//! rule lifted. Rules are named last, because lifting one is legislation.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use crate::library::{Days, FactKind, Rule, RuleKind};
use crate::question::{Question, Told};
use crate::reading::{AsOf, Reading};
use crate::ruling::{Ruling, Verdict};
use crate::view::Spoken;

/// Something that is not so, and would help if it were.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// A fact would have to be this.
    Fact(String, Told),
    /// A state would have to be in a group.
    Member(String, String),
    /// The day would have to be this or, as far as is known, a later one.
    Day(Date),
    /// A rule would have to be lifted.
    Lift(String),
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Fact(name, Told::Flag(flag)) => {
                write!(f, "{name}={}", if *flag { "yes" } else { "no" })
            }
            Change::Fact(name, Told::Number(number)) => write!(f, "{name}={number}"),
            Change::Fact(name, Told::Word(word)) => write!(f, "{name}={word}"),
            Change::Member(group, state) => write!(f, "{state} in {group}"),
            Change::Day(day) => write!(f, "on or after {day}"),
            Change::Lift(rule) => write!(f, "{rule} lifted"),
        }
    }
}

/// A way to a lawful transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// What would have to be true; nothing where it is lawful already.
    pub changes: Vec<Change>,
    /// What the law would then say: allow or needs.
    pub verdict: Verdict,
    /// The approvals then needed, in order.
    pub approvals: Vec<String>,
    /// Days they take.
    pub days: Days,
}

impl Reading<'_> {
    /// Returns the least changes that make the question lawful, fewest and quickest first, at most `most`.
    ///
    /// Where it is lawful already the only path has no changes and its approvals are the shortest there
    /// are. Pairs of changes are sought only where no single one helps.
    #[must_use]
    pub fn paths(&self, question: &Question, most: usize) -> Vec<Path> {
        let ruling = self.rule_bare(question);
        if matches!(ruling.overall, Verdict::Allow | Verdict::Needs) {
            let spoken = Arc::new(Spoken::new(self.law(), question));
            return vec![self.least(question, &spoken, Vec::new(), ruling)];
        }
        let candidates = self.candidates(question, &ruling);
        let mut found = Vec::new();
        for change in &candidates {
            found.extend(self.try_changes(question, std::slice::from_ref(change)));
        }
        if found.is_empty() {
            for (n, one) in candidates.iter().enumerate() {
                for other in &candidates[n + 1..] {
                    if !clash(one, other) {
                        found.extend(self.try_changes(question, &[one.clone(), other.clone()]));
                    }
                }
            }
        }
        let rank = |path: &Path| {
            let lifts = path
                .changes
                .iter()
                .filter(|change| matches!(change, Change::Lift(_)))
                .count();
            (
                path.changes.len(),
                lifts,
                path.approvals.len(),
                path.days.typical,
                path.changes.clone(),
            )
        };
        found.sort_by_key(rank);
        found.truncate(most);
        found
    }

    /// The shortest path there is over the values of the missing facts: alternatives are never added up.
    pub(crate) fn least(
        &self,
        question: &Question,
        spoken: &Arc<Spoken>,
        changes: Vec<Change>,
        ruling: Ruling,
    ) -> Path {
        let all = path(changes.clone(), &ruling);
        let mut search = Search {
            spoken: spoken.clone(),
            tried: 0,
            best: None,
        };
        self.least_of(question, changes, &ruling, &mut search);
        let found = search.best.into_iter().chain([all]);
        found.min_by_key(cost).expect("one is there")
    }

    /// Whether some way in which the missing facts turn out is lawful. Ways that are no shorter than the best so far are
    /// not gone into: what is asked for whatever they are, is asked for in each.
    fn least_of(
        &self,
        question: &Question,
        changes: Vec<Change>,
        ruling: &Ruling,
        search: &mut Search,
    ) -> bool {
        // What is no fact, such as the state of make, is left open.
        let mut open = ruling.missing.iter().map(|(name, _)| name);
        let turns = open.find_map(|name| {
            let options = self.options_of(name, self.day(question.on), ruling);
            (!options.is_empty()).then_some((name, options))
        });
        let Some((name, options)) = turns else {
            return false;
        };
        let mut lawful = false;
        for told in options {
            search.tried += 1;
            if search.tried > MOST_TRIED {
                break;
            }
            let mut changed = question.clone();
            tell(&mut changed, name, &told);
            let brief = self.brief_by(&changed, search.spoken.clone());
            let then = self.rule_briefed(&changed, &brief);
            if !matches!(then.overall, Verdict::Allow | Verdict::Needs) {
                continue;
            }
            lawful = true;
            let mut changes = changes.clone();
            changes.push(Change::Fact(name.clone(), told));
            if { search.best.as_ref() }
                .is_some_and(|best| cost(best) <= self.floor(&then, changes.len()))
            {
                continue;
            }
            if !self.least_of(&changed, changes.clone(), &then, search) {
                let best = search.best.take().into_iter().chain([path(changes, &then)]);
                search.best = best.min_by_key(cost);
            }
        }
        lawful
    }

    /// What every path costs at least on which these facts are told and more may be. What is open stays so: an approval
    /// that is certain in one way it can turn out is on every path.
    fn floor(&self, ruling: &Ruling, changes: usize) -> (u32, u32, usize, usize) {
        let certain = ruling.approvals.iter().filter(|one| one.certain_in_a_way);
        let days = certain.clone().map(|one| {
            let asks = |rule: &&Rule| one.rules.iter().any(|id| id == rule.id());
            let asked = self.law().rules().iter().filter(asks);
            let shortest = asked.map(|rule| rule.days).reduce(|a, b| Days {
                min: a.min.min(b.min),
                typical: a.typical.min(b.typical),
                max: None,
            });
            (one.grantor.as_str(), shortest.unwrap_or_default())
        });
        let days = Days::in_turn(days);
        (days.typical, days.min, certain.count(), changes)
    }

    /// The ways a fact that is not told can turn out; of a number, one on each side of those that the rules with a say
    /// compare it with on that day.
    fn options_of(&self, name: &str, day: Date, ruling: &Ruling) -> Vec<Told> {
        let law = self.law();
        let Some(fact) = law.fact(name) else {
            return Vec::new();
        };
        match fact.kind {
            FactKind::Flag => vec![Told::Flag(false), Told::Flag(true)],
            FactKind::Word | FactKind::State => {
                fact.options.iter().cloned().map(Told::Word).collect()
            }
            FactKind::Number => {
                let says = |rule: &&Rule| {
                    let regime = &law.regime_of(rule).id;
                    rule.in_force(day) && ruling.regimes.iter().any(|one| one.regime == *regime)
                };
                let rules = law.rules().iter().filter(says);
                let marks = rules.flat_map(|rule| &rule.reads.numbers);
                let marks = marks.filter(|(read, _)| read == name);
                let numbers: BTreeSet<i64> =
                    marks.flat_map(|(_, mark)| [mark - 1, *mark]).collect();
                numbers.into_iter().map(Told::Number).collect()
            }
        }
    }

    fn try_changes(&self, question: &Question, changes: &[Change]) -> Option<Path> {
        let mut changed = question.clone();
        let mut options = self.options().clone();
        let mut other_law = false;
        for change in changes {
            match change {
                Change::Fact(name, told) => {
                    tell(&mut changed, name, told);
                }
                Change::Day(day) => changed.on = *day,
                Change::Member(group, state) => {
                    options.members.insert((group.clone(), state.clone()));
                    other_law = true;
                }
                Change::Lift(rule) => {
                    options.without.insert(rule.clone());
                    other_law = true;
                }
            }
        }
        let other;
        let reading = if other_law {
            other = self.law().read(options);
            &other
        } else {
            self
        };
        let ruling = reading.rule_bare(&changed);
        if !matches!(ruling.overall, Verdict::Allow | Verdict::Needs) {
            return None;
        }
        match changes {
            [_] => {
                let spoken = Arc::new(Spoken::new(self.law(), &changed));
                Some(reading.least(&changed, &spoken, changes.to_vec(), ruling))
            }
            _ => Some(path(changes.to_vec(), &ruling)),
        }
    }

    /// What could be changed: facts and groups that rules with a say read, the day a route opens, and the
    /// rules that deny.
    fn candidates(&self, question: &Question, ruling: &Ruling) -> Vec<Change> {
        let law = self.law();
        let mut changes = BTreeSet::new();
        let says: BTreeMap<&str, BTreeSet<&str>> =
            ruling
                .regimes
                .iter()
                .fold(BTreeMap::new(), |mut says, one| {
                    says.entry(one.regime.as_str())
                        .or_default()
                        .insert(one.leg.1.as_str());
                    says
                });
        let day = self.day(question.on);
        for rule in law.rules().iter().filter(|rule| rule.in_force(day)) {
            let Some(destinations) = says.get(law.regime_of(rule).id.as_str()) else {
                continue;
            };
            for name in &rule.reads.facts {
                let Some(fact) = law.fact(name).filter(|fact| !fact.derived) else {
                    continue;
                };
                match fact.kind {
                    FactKind::Flag => {
                        let told =
                            [true, false].map(|flag| Change::Fact(name.clone(), Told::Flag(flag)));
                        changes.extend(told);
                    }
                    FactKind::Word | FactKind::State => {
                        let told =
                            |word: &String| Change::Fact(name.clone(), Told::Word(word.clone()));
                        changes.extend(fact.options.iter().map(told));
                    }
                    FactKind::Number => {
                        let marks = rule.reads.numbers.iter().filter(|(read, _)| read == name);
                        changes.extend(
                            marks.map(|(_, mark)| {
                                Change::Fact(name.clone(), Told::Number(mark - 1))
                            }),
                        );
                    }
                }
            }
            for group in &rule.reads.groups {
                for state in destinations
                    .iter()
                    .filter(|state| !law.is_member(group, state, day))
                {
                    changes.insert(Change::Member(group.clone(), state.to_string()));
                }
            }
        }
        if matches!(self.options().as_of, AsOf::Everything) {
            changes.extend(ruling.opens.map(Change::Day));
        }
        let denies = |rule: &&crate::ruling::Cited| rule.kind == RuleKind::Deny;
        changes.extend(
            ruling
                .rules
                .iter()
                .filter(denies)
                .map(|rule| Change::Lift(rule.id.clone())),
        );
        // What the question tells stays, and so does what an item is, unless it is that which is missing.
        let fixed = |name: &String| {
            let of_item = law.fact(name).is_some_and(|fact| fact.of_item);
            of_item && !ruling.missing.iter().any(|(missing, _)| missing == name)
        };
        let told = |change: &Change| match change {
            Change::Fact(name, told) => !fixed(name) && question.facts.get(name) != Some(told),
            _ => true,
        };
        changes.into_iter().filter(told).collect()
    }
}

impl<'law> Reading<'law> {
    /// The law read as here, but without `rule`.
    #[must_use]
    pub fn without(&self, rule: &str) -> Reading<'law> {
        let mut options = self.options().clone();
        options.without.insert(rule.to_string());
        self.law().read(options)
    }
}

/// Most rulings asked for in search of the least path.
const MOST_TRIED: usize = 200;

/// How far the search of the least path has come.
struct Search {
    /// What is said of the goods, which stay the same.
    spoken: Arc<Spoken>,
    tried: usize,
    best: Option<Path>,
}

fn tell(question: &mut Question, name: &str, told: &Told) {
    question.facts.insert(name.to_string(), told.clone());
    if let ("value", Told::Number(value)) = (name, told) {
        question.value = Some(*value);
    }
}

/// What makes a path longer: days, approvals, then what would have to be told.
fn cost(path: &Path) -> (u32, u32, usize, usize) {
    let days = path.days;
    (
        days.typical,
        days.min,
        path.approvals.len(),
        path.changes.len(),
    )
}

fn clash(one: &Change, other: &Change) -> bool {
    matches!((one, other), (Change::Fact(a, _), Change::Fact(b, _)) if a == b)
        || matches!(
            (one, other),
            (Change::Lift(_), Change::Fact(..) | Change::Member(..))
        )
}

fn path(changes: Vec<Change>, ruling: &Ruling) -> Path {
    Path {
        changes,
        verdict: ruling.overall,
        approvals: ruling.approvals.iter().map(|one| one.id.clone()).collect(),
        days: ruling.days(),
    }
}
