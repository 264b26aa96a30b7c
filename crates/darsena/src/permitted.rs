//! The law of a scenario as arcs of its plan: what may be made, moved and handed over, and from when.
//!
//! Every recipe, lane and demand is ruled on ([`law::arcs`](darsena_law::arcs)), once for each state in
//! which units may have been made. What a ruling shuts is shut, what it makes wait waits, and each rule
//! that does so becomes an obstacle: the same rulings without it say what it holds back, so the plan can
//! try it as a reason, and its price can be told. Authorizations that carry a quantity or a value become
//! ceilings.
//!
//! # What is spared
//! Lifting rules changes only rulings that one of them decides, or where an authorization answers one: what
//! another rule decides as badly stays as it is. Only those are asked again.
//!
//! # Limits
//! Approvals take their typical days, counted from the scenario's first day. Where a fact is missing the
//! answer is unknown and the arc stays shut, unless approvals are the worst it may ask for.

use std::collections::{BTreeMap, BTreeSet};

use darsena_law::arcs::{ArcOptions, Ruled, What, rulings_for, rulings_lifting};
use darsena_law::{Approval, AsOf, Cited, Law, Reading, ReadingOptions, RuleKind, Verdict};
use darsena_plan::{Arc, Arcs, Ceiling, Obstacle, Opening};
use darsena_scenario::Scenario;
use jiff::civil::Date;

use crate::ceilings::ceilings;

/// Returns the arcs that the law leaves open, with the rules that hold others back as obstacles. `threads`
/// share the judging; the answer does not depend on them.
#[must_use]
pub fn permitted(scenario: &Scenario, law: &Law, as_of: AsOf, threads: usize) -> Arcs {
    // Without classes there is nothing to ask.
    if scenario.classes().is_empty() {
        return Arcs::open(scenario);
    }
    let permitted = Permitted::new(scenario, law, as_of, threads);
    let mut arcs = permitted.arcs();
    let rules = permitted.rules_in_the_way();
    arcs.obstacles = rules
        .values()
        .filter_map(|rule| permitted.obstacle(rule))
        .collect();
    arcs
}

/// Returns the arcs that a reading of the law leaves open, without obstacles: what is asked of rules that are
/// lifted, one time. Approvals named in `sooner`, or all of them for `all`, take so many times their usual days.
#[must_use]
pub fn open_arcs(scenario: &Scenario, reading: Reading<'_>, sooner: &[(&str, f64)]) -> Arcs {
    if scenario.classes().is_empty() {
        return Arcs::open(scenario);
    }
    let permitted = Permitted::of(scenario, reading, 1);
    let mut arcs = permitted.arcs();
    if !sooner.is_empty() {
        for (arc, opening) in permitted.taking(sooner) {
            arcs.set(&arc, opening);
        }
    }
    arcs
}

/// What the law says of every arc of a scenario.
pub(crate) struct Permitted<'a> {
    scenario: &'a Scenario,
    reading: Reading<'a>,
    options: ArcOptions,
    ruled: Vec<Ruled>,
    /// The rulings that an arc rests on, by place; a recipe needs both its runs and the release of its data.
    by_arc: BTreeMap<Arc, Vec<usize>>,
    ceilings: Vec<Ceiling>,
    whole: (Date, Date),
}

impl<'a> Permitted<'a> {
    pub(crate) fn new(scenario: &'a Scenario, law: &'a Law, as_of: AsOf, threads: usize) -> Self {
        let options = ReadingOptions {
            as_of,
            ..ReadingOptions::default()
        };
        Permitted::of(scenario, law.read(options), threads)
    }

    fn of(scenario: &'a Scenario, reading: Reading<'a>, threads: usize) -> Self {
        let options = ArcOptions {
            threads,
            ..ArcOptions::default()
        };
        let ruled = rulings_for(scenario, &reading, &options);
        let mut by_arc: BTreeMap<Arc, Vec<usize>> = BTreeMap::new();
        for (n, one) in ruled.iter().enumerate() {
            by_arc.entry(place(scenario, one)).or_default().push(n);
        }
        let horizon = scenario.head().horizon();
        Permitted {
            scenario,
            reading,
            options,
            ceilings: ceilings(scenario, ruled.iter()),
            ruled,
            by_arc,
            whole: (horizon.start(), horizon.end()),
        }
    }

    /// The arcs that are open, without obstacles.
    pub(crate) fn arcs(&self) -> Arcs {
        let mut arcs = Arcs::open(self.scenario);
        arcs.ceilings.clone_from(&self.ceilings);
        for arc in self.by_arc.keys() {
            arcs.set(arc, self.opening(arc, &BTreeMap::new()));
        }
        arcs
    }

    /// The ceilings with other rulings, if they are not the same.
    pub(crate) fn ceilings(&self, others: &BTreeMap<usize, Ruled>) -> Option<Vec<Ceiling>> {
        let ruled = self.ruled.iter().enumerate();
        let ruled = ruled.map(|(n, one)| others.get(&n).unwrap_or(one));
        let then = ceilings(self.scenario, ruled);
        (then != self.ceilings).then_some(then)
    }

    /// When an arc is open, some of the rulings being others.
    fn opening(&self, arc: &Arc, others: &BTreeMap<usize, Ruled>) -> Opening {
        let rulings = self.by_arc[arc].iter();
        let rulings = rulings.map(|n| others.get(n).unwrap_or(&self.ruled[*n]));
        rulings.fold(Opening::Always, |all, one| {
            if one.open == [self.whole] {
                return all;
            }
            all.and(&Opening::During(one.open.clone()))
        })
    }

    /// The rules on which a ruling rests that shuts an arc for some time, by id.
    pub(crate) fn rules_in_the_way(&self) -> BTreeMap<String, Cited> {
        in_the_way(self.ruled.iter(), self.whole)
    }

    /// The rules that an authorization with a limit may answer, by id: without them it limits nothing.
    pub(crate) fn rules_answered(&self) -> BTreeMap<String, Cited> {
        if self.ceilings.is_empty() {
            return BTreeMap::new();
        }
        answered(self.ruled.iter())
    }

    /// The rulings on which some rules decide, or whose authorizations answer one, asked again with these
    /// lifted.
    pub(crate) fn without(&self, rules: &BTreeSet<String>) -> BTreeMap<usize, Ruled> {
        rulings_lifting(rules, &self.ruled, &self.reading, &self.options)
    }

    /// The rules that hold back the arcs which a rule holds back, or that authorizations answer there, those
    /// among them that show only without it.
    pub(crate) fn behind(&self, rule: &str) -> BTreeMap<String, Cited> {
        let lifted = self.without(&BTreeSet::from([rule.to_string()]));
        let touched = self.by_arc.values();
        let touched = touched.filter(|rulings| rulings.iter().any(|n| lifted.contains_key(n)));
        let rulings: Vec<&Ruled> = { touched.flatten() }
            .map(|n| lifted.get(n).unwrap_or(&self.ruled[*n]))
            .collect();
        let mut behind = in_the_way(rulings.iter().copied(), self.whole);
        if !self.ceilings.is_empty() {
            for (id, rule) in answered(rulings.into_iter()) {
                behind.entry(id).or_insert(rule);
            }
        }
        behind
    }

    /// The arcs whose opening differs with other rulings, and when they are then open.
    pub(crate) fn lifts(&self, others: &BTreeMap<usize, Ruled>) -> BTreeMap<Arc, Opening> {
        let places: BTreeSet<usize> = others.keys().copied().collect();
        let touched = self.by_arc.iter();
        let touched = touched.filter(|(_, rulings)| rulings.iter().any(|n| places.contains(n)));
        touched
            .map(|(arc, _)| (arc, self.opening(arc, others)))
            .filter(|(arc, then)| *then != self.opening(arc, &BTreeMap::new()))
            .map(|(arc, then)| (arc.clone(), then))
            .collect()
    }

    /// A rule as something that holds arcs back; none if lifting it alone opens nothing.
    pub(crate) fn obstacle(&self, rule: &Cited) -> Option<Obstacle> {
        let lifts = self.lifts(&self.without(&BTreeSet::from([rule.id.clone()])));
        (!lifts.is_empty()).then(|| Obstacle {
            id: rule.id.clone(),
            says: self.says(rule, &lifts),
            lifts,
        })
    }

    /// What a rule does, in words that go on from a demand: until when, who must consent, and the citation.
    pub(crate) fn says(&self, rule: &Cited, lifts: &BTreeMap<Arc, Opening>) -> String {
        let opens = lifts
            .keys()
            .filter_map(|arc| match self.opening(arc, &BTreeMap::new()) {
                Opening::Always => None,
                Opening::During(spans) => spans.first().map(|(from, _)| *from),
            });
        let days: BTreeSet<Date> = opens.filter(|day| *day > self.whole.0).collect();
        let until = match (days.first(), days.last()) {
            (Some(first), Some(last)) if first == last => format!(" until {first}"),
            (Some(first), Some(last)) => format!(" until {first} to {last}"),
            _ => String::new(),
        };
        let cited = format!("`{}` ({})", rule.id, rule.citation);
        if rule.kind == RuleKind::Deny {
            return format!("denied{until} by {cited}");
        }
        let approvals = self.approvals();
        let asked = approvals
            .values()
            .filter(|approval| approval.rules.contains(&rule.id));
        let bodies: BTreeSet<&str> = asked.map(|approval| approval.body.as_str()).collect();
        let bodies: Vec<&str> = bodies.into_iter().collect();
        match (bodies.is_empty(), until.is_empty()) {
            (true, _) => format!("permission pending{until} under {cited}"),
            (false, true) => format!("waiting for consent of {} under {cited}", bodies.join(", ")),
            (false, false) => {
                format!(
                    "permission pending{until}: {} under {cited}",
                    bodies.join(", ")
                )
            }
        }
    }

    /// The approvals that arcs wait for, by grantor and id.
    pub(crate) fn approvals(&self) -> BTreeMap<(String, String), Approval> {
        let waiting = self.ruled.iter().flat_map(|one| &one.timeline);
        let waiting = waiting.filter(|turn| turn.ruling.worst == Verdict::Needs);
        let approvals = waiting.flat_map(|turn| &turn.ruling.approvals);
        approvals
            .map(|one| ((one.grantor.clone(), one.id.clone()), one.clone()))
            .collect()
    }

    /// The arcs that open sooner where an approval takes some days less, and when.
    pub(crate) fn sooner(&self, approval: &(String, String), days: u32) -> BTreeMap<Arc, Opening> {
        self.all_sooner(BTreeMap::from([(approval.clone(), days)]))
    }

    /// The same where approvals, or all for `all`, take so many times their usual days.
    fn taking(&self, shares: &[(&str, f64)]) -> BTreeMap<Arc, Opening> {
        let less = |(key, approval): ((String, String), Approval)| {
            let named = shares.iter().filter(|(id, _)| *id == "all" || *id == key.1);
            let times: f64 = named.map(|(_, times)| times).product();
            let usual = approval.days.typical;
            let takes = (f64::from(usual) * times).ceil() as u32;
            (key, usual.saturating_sub(takes))
        };
        self.all_sooner(self.approvals().into_iter().map(less).collect())
    }

    fn all_sooner(&self, sooner: BTreeMap<(String, String), u32>) -> BTreeMap<Arc, Opening> {
        let waits = |one: &&Ruled| {
            let mut approvals = one.timeline.iter().flat_map(|turn| &turn.ruling.approvals);
            approvals.any(|a| sooner.contains_key(&(a.grantor.clone(), a.id.clone())))
        };
        let options = ArcOptions {
            sooner: sooner.clone(),
            ..self.options.clone()
        };
        let ruled = self.ruled.iter().enumerate();
        let others = ruled
            .filter(|(_, one)| waits(one))
            .map(|(n, one)| (n, one.clone().with(&options)))
            .collect();
        self.lifts(&others)
    }
}

pub(crate) fn place(scenario: &Scenario, ruled: &Ruled) -> Arc {
    let item = scenario
        .find_item(&ruled.item)
        .expect("a ruling names an item of its scenario");
    // Units whose make no table tells are those of the blank state.
    let state = ruled.made_in.clone().unwrap_or_default();
    match ruled.what {
        What::Make(recipe) | What::Release(recipe) => Arc::Make(recipe),
        What::Ship(lane) => Arc::Ship(lane, item, state),
        What::Deliver(demand) => Arc::Deliver(demand, item, state),
    }
}

fn in_the_way<'a>(
    ruled: impl Iterator<Item = &'a Ruled>,
    whole: (Date, Date),
) -> BTreeMap<String, Cited> {
    let shut = ruled.filter(|one| one.open != [whole]);
    let rules = shut.flat_map(|one| &one.timeline);
    let rules = rules.flat_map(|turn| &turn.ruling.rules);
    by_rule(rules.filter(|rule| rule.decides && holds_back(rule.kind)))
}

/// Policies that held, one for each rule: the one that bears its id where that held too, else the first.
fn by_rule<'a>(held: impl Iterator<Item = &'a Cited>) -> BTreeMap<String, Cited> {
    let mut rules: BTreeMap<String, Cited> = BTreeMap::new();
    for rule in held {
        let main = rule.policy == rule.id;
        match rules.get(&rule.id) {
            Some(known) if known.policy == known.id || !main => {}
            _ => {
                rules.insert(rule.id.clone(), rule.clone());
            }
        }
    }
    rules
}

fn answered<'a>(ruled: impl Iterator<Item = &'a Ruled>) -> BTreeMap<String, Cited> {
    let turns = ruled.flat_map(|one| &one.timeline);
    let rules = turns.flat_map(|turn| {
        let granted = turn.ruling.granted.iter();
        let ids: BTreeSet<&String> = granted.flat_map(|one| &one.rules).collect();
        let rules = turn.ruling.rules.iter();
        rules.filter(move |rule| ids.contains(&rule.id))
    });
    by_rule(rules)
}

fn holds_back(kind: RuleKind) -> bool {
    matches!(kind, RuleKind::Deny | RuleKind::Needs | RuleKind::Policy)
}
