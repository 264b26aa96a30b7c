//! What the engine says in each way the missing facts can turn out.
//!
//! Rules are asked one by one, each with the facts it reads. A rule that comes to an answer keeps it whatever
//! is told besides, so where a fact turns out one way or another only the rules that asked for it are asked
//! again. What a rule said is remembered by how the facts it reads look to it: by what it compares them with.

use std::sync::{Mutex, PoisonError};

use hashbrown::HashMap;
use jiff::civil::Date;

use super::{Reading, Shelf};
use crate::engine::{self, Run, Said};
use crate::library::{Law, Rule, RuleKind};
use crate::question::{Act, Told};
use crate::ruling::Judgement;

/// Most ways of filling in missing facts that are tried before a judgement is unknown.
pub(super) const MOST_WAYS: usize = 2_048;

/// What the engine says, with no approval, in each way the missing facts can turn out.
///
/// A prohibition never looks at another one, nor at approvals but its own: so what is lifted, by an
/// approval or for the sake of the question, is taken from each end and nothing is run again.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ways {
    /// These rules hold.
    Holds(Vec<usize>),
    /// By the way a fact turns out: its name, then in order of its options.
    Turns(String, Vec<Ways>),
    /// There are too many ways; this fact is missing among others.
    TooMany(String),
    /// A flaw of the law.
    Fault(String),
}

impl Ways {
    /// The judgement without the rules that are lifted.
    pub(super) fn judgement(
        &self,
        law: &Law,
        regimes: &[usize],
        lifted: &dyn Fn(usize) -> bool,
    ) -> Judgement {
        match self {
            Ways::Holds(places) => {
                let left = places.iter().copied().filter(|place| !lifted(*place));
                Judgement::of(law, regimes, &left.collect::<Vec<_>>())
            }
            Ways::Turns(fact, ways) => {
                let each = ways.iter().map(|way| way.judgement(law, regimes, lifted));
                let both = each.reduce(|one, other| Judgement::either(law, fact, one, other));
                both.unwrap_or_else(|| {
                    Judgement::fault(regimes, format!("fact `{fact}` has no options"))
                })
            }
            Ways::TooMany(fact) => {
                let mut open = Judgement::open(regimes);
                open.missing.insert(fact.clone());
                open
            }
            Ways::Fault(why) => Judgement::fault(regimes, why.clone()),
        }
    }
}

/// What rules said, by rule, act, open routes, and how the facts it reads look to it.
pub(super) type Remembered = Mutex<HashMap<Vec<u64>, Said>>;

/// Rules of a shelf with what each says so far.
type Asked = Vec<(usize, Said)>;

/// What is done with rules that ask for nothing more, and those that wait.
type Then<'t> = dyn FnMut(&mut Hearing<'_>, &Asked, &Asked) -> Ways + 't;

/// Rules of a shelf, asked with what is told.
pub(super) struct Hearing<'a> {
    pub(super) reading: &'a Reading<'a>,
    pub(super) shelf: &'a Shelf,
    pub(super) act: Act,
    pub(super) principal: &'a str,
    pub(super) day: Date,
    /// By place of the fact in the law.
    pub(super) told: Vec<Option<Told>>,
    /// Ways tried so far.
    pub(super) ways: usize,
}

impl Hearing<'_> {
    /// What these rules come to: first which routes are open, then what forbids.
    pub(super) fn hear(&mut self, places: &[usize]) -> Ways {
        let law = self.reading.law;
        let (forbids, permits): (Vec<usize>, Vec<usize>) = places
            .iter()
            .partition(|place| law.rules[**place].kind.forbids());
        self.ways = 1;
        let permits = permits
            .into_iter()
            .map(|place| (place, self.ask(place, &[])));
        let permits: Asked = permits.collect();
        // What looks at no route is asked at once, and again only as facts turn out.
        let (early, late): (Vec<usize>, Vec<usize>) = forbids
            .iter()
            .partition(|place| law.rules[**place].reads.opened.is_empty());
        let early = early.into_iter().map(|place| (place, self.ask(place, &[])));
        let early: Asked = early.collect();
        self.turn(permits, early, &[], &mut |hearing, permits, early| {
            let holding = |asked: &Asked| -> Vec<usize> {
                let holds = asked.iter().filter(|(_, said)| *said == Said::Holds);
                holds.map(|(place, _)| *place).collect()
            };
            let permits = holding(permits);
            let opened: Vec<&str> = { permits.iter().map(|place| &law.rules[*place]) }
                .filter(|rule| rule.kind != RuleKind::Note)
                .map(Rule::id)
                .collect();
            let late = late
                .iter()
                .map(|place| (*place, hearing.ask(*place, &opened)));
            let mut forbids: Asked = early.iter().cloned().chain(late).collect();
            forbids.sort_unstable_by_key(|(place, _)| *place);
            hearing.turn(forbids, Vec::new(), &opened, &mut |_, forbids, _| {
                Ways::Holds([&permits[..], &holding(forbids)].concat())
            })
        })
    }

    /// Fills in what these rules ask for, the first by id first, and goes on where they ask for nothing more. What
    /// `waiting` rules ask for is left for later; they hear what is filled in.
    fn turn(&mut self, asked: Asked, waiting: Asked, opened: &[&str], then: &mut Then<'_>) -> Ways {
        let law = self.reading.law;
        if let Some(why) = asked.iter().find_map(|(_, said)| said.fault()) {
            return Ways::Fault(why.to_string());
        }
        let open = { asked.iter() }.filter_map(|(place, said)| Some((place, said.asks()?)));
        let first = open.min_by_key(|(place, _)| &law.rules[**place].policy);
        let Some((_, missing)) = first else {
            return then(self, &asked, &waiting);
        };
        let fact = &law.facts[missing];
        if self.ways > MOST_WAYS {
            return Ways::TooMany(fact.name.clone());
        }
        let mut each = Vec::new();
        for option in self.shelf.options(law, missing) {
            self.ways += 1;
            self.told[missing] = Some(option);
            let again = |asked: &Asked| -> Asked {
                let again = asked.iter().map(|(place, said)| match said.asks() {
                    Some(fact) if fact == missing => (*place, self.ask(*place, opened)),
                    _ => (*place, said.clone()),
                });
                again.collect()
            };
            let (asked, waiting) = (again(&asked), again(&waiting));
            each.push(self.turn(asked, waiting, opened, then));
        }
        self.told[missing] = None;
        Ways::Turns(fact.name.clone(), each)
    }

    /// What a rule says of what is told, where these routes are open.
    fn ask(&self, place: usize, opened: &[&str]) -> Said {
        let law = self.reading.law;
        let rule = &law.rules[place];
        let opened = rule
            .reads
            .opened
            .iter()
            .map(|id| opened.contains(&id.as_str()));
        let opened: Vec<bool> = opened.collect();
        let key = self.key(place, &opened);
        let remembered = &self.reading.memory.said;
        let known = remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(said) = known.get(&key) {
            return said.clone();
        }
        drop(known);
        let opened = { rule.reads.opened.iter().zip(opened) }.filter(|(_, open)| *open);
        let opened: Vec<&str> = opened.map(|(id, _)| id.as_str()).collect();
        let facts: Vec<_> = {
            rule.asks
                .iter()
                .map(|fact| (&law.facts[*fact], &self.told[*fact]))
        }
        .filter_map(|(fact, told)| Some((fact.name.as_str(), told.clone()?, fact.kind)))
        .collect();
        let groups = |state: &str| self.reading.groups_of(state, self.day, &rule.reads.groups);
        let run = Run {
            number: self.shelf.number,
            places: &[place],
            act: self.act,
            principal: self.principal,
            facts: &facts,
            groups: &groups,
            approvals: &[],
        };
        let said = engine::say(law, rule, &run, &opened);
        let mut known = remembered.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(key, said.clone());
        said
    }

    /// All that a rule can tell apart.
    fn key(&self, place: usize, opened: &[bool]) -> Vec<u64> {
        let law = self.reading.law;
        let rule = &law.rules[place];
        let reads = &rule.reads;
        let mut looks = Vec::with_capacity(8 + 2 * rule.asks.len());
        looks.extend([place as u64, self.act as u64]);
        looks.extend(opened.iter().map(|open| u64::from(*open)));
        let (states, groups) = (&reads.states[..], &reads.groups[..]);
        let look = |state: &str, looks: &mut Vec<u64>| {
            self.reading.look(states, groups, state, self.day, looks);
        };
        if reads.principal {
            look(self.principal, &mut looks);
        }
        for fact in &rule.asks {
            let name = &law.facts[*fact].name;
            let marks = reads.numbers.iter().filter(|(read, _)| read == name);
            let marks = marks.map(|(_, mark)| *mark);
            let told = self.told[*fact].as_ref();
            self.reading.looks(*fact, told, marks, &look, &mut looks);
        }
        looks
    }
}
