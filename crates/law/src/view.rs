//! A question as one regime sees it: who has a say, and what is known of each fact.
//!
//! A fact is taken from the first of these that speaks: what the question tells; what follows from its
//! states; how the regime's own lists class the item; what is told of the item; how others class it; what
//! a complete classification leaves out; what is presumed; the default. If none speaks it is missing, and
//! the engine finds out whether anything turns on it. Names, users and purposes are words for the reader:
//! no fact is taken from them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashSet;

use crate::library::{Fact, FactKind, Law};
use crate::question::{Act, Leg, Question, Told, words};

/// The regimes of a state that have a say on a leg. They are judged together, because one may lift what
/// another asks, and a fact that is missing turns out the same for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Say {
    /// Places of the regimes, in order.
    pub(crate) regimes: Vec<usize>,
    pub(crate) state: String,
    pub(crate) leg: usize,
}

/// What the question says that does not depend on who looks at it.
pub(crate) struct Spoken {
    /// By class: its body of law, and its flags and code words.
    classes: Vec<(String, BTreeSet<String>)>,
    /// Flags told for the item.
    flags: BTreeSet<String>,
    /// Facts of which any of these words speaks, by name.
    facts: HashSet<String>,
}

impl Spoken {
    pub(crate) fn new(law: &Law, question: &Question) -> Self {
        let goods = &question.goods;
        let class = |class: &crate::question::Classed| {
            let mut said: BTreeSet<String> = words(&class.code);
            said.extend(class.flags.iter().map(|flag| flag.to_lowercase()));
            (class.regime.to_lowercase(), said)
        };
        let classes: Vec<_> = goods.classes.iter().map(class).collect();
        let flags: BTreeSet<String> = goods.flags.iter().map(|flag| flag.to_lowercase()).collect();
        let said = classes.iter().flat_map(|(_, said)| said);
        let words: BTreeSet<&String> = said.chain(&flags).collect();
        let of = |fact: &&Fact| {
            let mut tokens = fact.flags.iter().flat_map(|(_, tokens)| tokens);
            tokens.any(|token| words.contains(token))
        };
        let facts = law.facts.iter().filter(of);
        let facts = facts.map(|fact| fact.name.clone()).collect();
        Spoken {
            classes,
            flags,
            facts,
        }
    }
}

/// What nobody tells of design and make, as the ruling names it, with the question in plain words.
pub(crate) const OPEN: [(&str, &str); 2] = [
    (
        "origins",
        "Which states designed it, or gave a licence for it?",
    ),
    ("made_in", "In which state was it made?"),
];

/// The ways in which what is not told of design and make can turn out, each a question of its own, and the
/// names of what is open.
///
/// A class of a state's list says that the item is in the reach of its law: where the question gives that
/// state no part, it may be one of design or not. Where no make is told, an item that is not of the design
/// of the state it leaves may be made there, in a state of design, or in one whose law follows what is made
/// in it and whose list has the item.
pub(crate) fn ways<'q>(
    law: &Law,
    question: &'q Question,
) -> (Vec<Cow<'q, Question>>, BTreeSet<&'static str>) {
    let mut ways = vec![Cow::Borrowed(question)];
    let mut open = BTreeSet::new();
    let listing = listing(law, question);
    let made = |act| act != Act::Make && act != Act::Build;
    for (state, by_make) in &listing {
        let goods = &question.goods;
        let part = question.from == **state
            || goods.origins.contains(*state)
            || question.holders.contains(*state)
            || question.via.iter().any(|one| one == state)
            || (*by_make && !goods.origins.is_empty());
        if part {
            continue;
        }
        open.insert(OPEN[0].0);
        let with = |way: &Cow<'q, Question>| {
            let mut way = way.clone().into_owned();
            way.goods.origins.insert(state.to_string());
            Cow::Owned(way)
        };
        let more: Vec<_> = ways.iter().map(with).collect();
        ways.extend(more);
    }
    if question.made_in.is_some() || !made(question.act) {
        return (ways, open);
    }
    let mut all = Vec::new();
    for way in ways {
        let origins = &way.goods.origins;
        let mut makers = BTreeSet::from([way.from.as_str()]);
        if !origins.is_empty() && !origins.contains(&way.from) {
            makers.extend(origins.iter().map(String::as_str));
        }
        makers.extend(
            listing
                .iter()
                .filter(|(_, by)| **by)
                .map(|(state, _)| *state),
        );
        if makers.len() == 1 {
            all.push(way);
            continue;
        }
        open.insert(OPEN[1].0);
        for maker in makers {
            let mut way = way.clone().into_owned();
            way.made_in = Some(maker.to_string());
            all.push(Cow::Owned(way));
        }
    }
    (all, open)
}

/// The states on whose lists the item stands, and whether their law follows what is made in them.
fn listing<'l>(law: &'l Law, question: &Question) -> BTreeMap<&'l str, bool> {
    let mut listing = BTreeMap::new();
    for class in &question.goods.classes {
        let body = class.regime.to_lowercase();
        let mine = law
            .regimes
            .iter()
            .filter(|regime| regime.id == body || regime.state == body)
            .filter(|regime| law.states.contains_key(&regime.state));
        for regime in mine {
            let by_make = law.regimes.iter().any(|one| {
                one.state == regime.state && one.roles.iter().any(|role| role == "maker")
            });
            listing.insert(regime.state.as_str(), by_make);
        }
    }
    listing
}

/// Who has a say, leg by leg; an agreement of states speaks with the exporter.
pub(crate) fn says(law: &Law, question: &Question, legs: &[Leg], spoken: &Spoken) -> Vec<Say> {
    let mut says: Vec<Say> = Vec::new();
    for (n, leg) in legs.iter().enumerate() {
        let roles = roles(question, leg);
        for (place, regime) in law.regimes.iter().enumerate() {
            if !regime.acts.contains(&question.act) {
                continue;
            }
            let mut add = |state: &str| match says
                .iter_mut()
                .find(|say| say.leg == n && say.state == state)
            {
                None => says.push(Say {
                    regimes: vec![place],
                    state: state.into(),
                    leg: n,
                }),
                Some(say) if say.regimes.contains(&place) => {}
                Some(say) => say.regimes.push(place),
            };
            let held = |role: &str, wanted: &[String]| {
                wanted.iter().any(|one| one == role || one == "any")
            };
            match regime.state.as_str() {
                "" => {
                    let flag = regime.flag.as_ref().and_then(|name| law.fact(name));
                    let speaks = flag.is_none_or(|fact| {
                        let told = question.facts.get(&fact.name).cloned();
                        told.or_else(|| said(law, fact, spoken, &leg.from))
                            == Some(Told::Flag(true))
                    });
                    if speaks {
                        add(&leg.from);
                    }
                }
                "*" => {
                    for (state, role) in &roles {
                        let mut own = law
                            .regimes
                            .iter()
                            .filter(|other| other.state == *state)
                            .peekable();
                        let general =
                            own.peek().is_none() || own.any(|other| held(role, &other.generic));
                        if general && held(role, &regime.roles) && *role != "destination" {
                            add(state);
                        }
                    }
                }
                state => {
                    let has = |(other, role): &(String, &str)| {
                        other == state && held(role, &regime.roles)
                    };
                    if roles.iter().any(has) {
                        add(state);
                    }
                }
            }
        }
    }
    says
}

/// States and their roles on a leg, in order: exporter, origin, maker, holder, destination.
fn roles(question: &Question, leg: &Leg) -> Vec<(String, &'static str)> {
    let mut roles = vec![(leg.from.clone(), "exporter")];
    roles.extend(
        question
            .goods
            .origins
            .iter()
            .map(|state| (state.clone(), "origin")),
    );
    if question.act != Act::Make && question.act != Act::Build {
        roles.push((question.maker().to_string(), "maker"));
    }
    roles.extend(leg.holders.iter().map(|state| (state.clone(), "holder")));
    roles.push((leg.to.clone(), "destination"));
    roles
}

/// What is known of `fact` for the regime and state of a say, and whether it is only assumed; none where
/// nothing speaks.
pub(crate) fn known(
    law: &Law,
    question: &Question,
    leg: &Leg,
    spoken: &Spoken,
    say: &Say,
    fact: &Fact,
) -> Option<(Told, bool)> {
    let sure = |told| Some((told, false));
    if fact.derived {
        return derived(question, leg, &say.state, &fact.name).and_then(sure);
    }
    if let Some(told) = question.facts.get(&fact.name) {
        return sure(told.clone());
    }
    if fact.name == "value"
        && let Some(value) = question.value
    {
        return sure(Told::Number(value));
    }
    if let Some(told) = said(law, fact, spoken, &say.state) {
        return sure(told);
    }
    if let Some(by) = &fact.closed_by
        && spoken
            .classes
            .iter()
            .any(|(body, _)| by == "*" || of_state(law, body, by))
    {
        return Some((Told::Flag(false), true));
    }
    for (other, option, then) in &fact.presumed {
        let told = law
            .fact(other)
            .and_then(|other| known(law, question, leg, spoken, say, other));
        if let Some((Told::Word(word), _)) = told
            && (option == "*" || *option == word)
        {
            return Some((Told::Word(then.clone()), true));
        }
    }
    let assumed = |text: &String| (told(fact.kind, text), true);
    fact.default.as_ref().map(assumed)
}

pub(crate) fn told(kind: FactKind, text: &str) -> Told {
    match kind {
        FactKind::Flag => Told::Flag(text == "yes"),
        FactKind::Number => text.parse().map_or(Told::Word(text.into()), Told::Number),
        FactKind::Word | FactKind::State => Told::Word(text.into()),
    }
}

fn of_state(law: &Law, body: &str, state: &str) -> bool {
    body == state
        || law
            .regimes
            .iter()
            .any(|regime| regime.id == body && regime.state == state)
}

/// What flags say of a fact: those of the state's own classes first, then what is told of the item, then
/// those of all classes.
fn said(law: &Law, fact: &Fact, spoken: &Spoken, state: &str) -> Option<Told> {
    if !spoken.facts.contains(&fact.name) {
        return None;
    }
    let speaks = |by: &[(String, Vec<String>)], said: &dyn Fn(&String) -> bool| {
        let option = by.iter().find(|(_, tokens)| tokens.iter().any(said))?;
        Some(told(fact.kind, &option.0))
    };
    let from = |mine: bool| {
        speaks(&fact.flags, &|token| {
            let fits = |(body, said): &(String, BTreeSet<String>)| {
                (!mine || of_state(law, body, state)) && said.contains(token)
            };
            spoken.classes.iter().any(fits)
        })
    };
    from(true)
        .or_else(|| speaks(&fact.flags, &|token| spoken.flags.contains(token)))
        .or_else(|| from(false))
}

/// What follows from the states of a question, as `state` sees the leg.
fn derived(question: &Question, leg: &Leg, state: &str, name: &str) -> Option<Told> {
    let origins = &question.goods.origins;
    let maker = question.maker();
    let origin = |state: &str| origins.contains(state);
    let abroad = leg.to != state;
    let moves = leg.from != leg.to || question.act == Act::Retransfer;
    let making = question.act == Act::Make;
    let exporting = abroad && (leg.from == state || (making && origin(state)));
    let licensed = !making && !origins.is_empty() && !origin(maker);
    let flag = match name {
        "exporting" => exporting,
        "onward" => abroad && moves && leg.from != state && !making,
        "returning" => !abroad && leg.from != state,
        "licensed" => licensed,
        "to_licensor" => licensed && origin(&leg.to),
        "licensor" => licensed && origin(state),
        "joint_item" => origins.len() > 1 && origin(state),
        "own_design" => origin(state),
        "to_origin" => origin(&leg.to),
        "made_here" => maker == state,
        "held_here" => leg.holders.contains(state),
        "to_maker" => leg.to == maker,
        "to" => return Some(Told::Word(leg.to.clone())),
        "final" => return Some(Told::Word(question.to.clone())),
        _ => return None,
    };
    Some(Told::Flag(flag))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::question::Goods;

    #[test]
    fn the_table_lists_the_facts_that_follow_from_a_question() {
        let question = Question::new(Act::Export, Goods::default(), "jp", "us", date(2024, 1, 1));
        let leg = &question.legs()[0];
        let law = Law::embedded();
        for fact in law.facts() {
            let follows = derived(&question, leg, "jp", &fact.name).is_some();
            assert_eq!(follows, fact.derived, "{}", fact.name);
        }
    }
}
