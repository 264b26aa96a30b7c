//! The law of a scenario as arcs of its plan: what may be made, moved and handed over, and from when.
//!
//! Every recipe, lane and demand is ruled on ([`law::arcs`](darsena_law::arcs)), once for each state in
//! which units may have been made. What a ruling shuts is shut, what it makes wait waits, and each rule
//! that does so becomes an obstacle: the same rulings without it say what it holds back, so the plan can
//! try it as a reason. Authorizations that carry a quantity or a value become ceilings.
//!
//! # Limits
//! Approvals take their typical days, counted from the scenario's first day. Where a fact is missing the
//! answer is unknown and the arc stays shut.

use std::collections::BTreeMap;

use darsena_law::arcs::{ArcOptions, Ruled, What, rulings_for, rulings_lifting};
use darsena_law::{AsOf, Law, ReadingOptions, RuleKind};
use darsena_plan::{Arc, Arcs, Obstacle, Opening};
use darsena_scenario::Scenario;
use jiff::civil::Date;

use crate::ceilings::ceilings;

/// Returns the arcs that the law leaves open, with the rules that hold others back as obstacles.
#[must_use]
pub fn permitted(scenario: &Scenario, law: &Law, as_of: AsOf) -> Arcs {
    let options = ArcOptions::default();
    // Without classes there is nothing to ask.
    if scenario.classes().is_empty() {
        return Arcs::open(scenario);
    }
    let reading = law.read(ReadingOptions {
        as_of,
        ..ReadingOptions::default()
    });
    let ruled = rulings_for(scenario, &reading, &options);
    let horizon = scenario.head().horizon();
    let whole = (horizon.start(), horizon.end());
    let now = openings(scenario, &ruled, whole);
    let mut arcs = Arcs::open(scenario);
    arcs.ceilings = ceilings(scenario, &ruled);
    for (arc, opening) in now
        .iter()
        .filter(|(_, opening)| **opening != Opening::Always)
    {
        match arc {
            Arc::Make(recipe) => arcs.make[*recipe] = opening.clone(),
            Arc::Ship(lane, item, state) => arcs.set_ship(*lane, *item, state, opening.clone()),
            Arc::Deliver(demand, item, state) => {
                arcs.set_deliver(*demand, *item, state, opening.clone());
            }
        }
    }
    for (id, says) in rules_in_the_way(&ruled, whole) {
        let without = rulings_lifting(&id, &ruled, &reading, &options);
        let then = openings(scenario, &without, whole);
        let lifts: BTreeMap<Arc, Opening> = then
            .into_iter()
            .filter(|(arc, opening)| now.get(arc) != Some(opening))
            .collect();
        if !lifts.is_empty() {
            arcs.obstacles.push(Obstacle { id, says, lifts });
        }
    }
    arcs
}

/// When each arc is open; a recipe when both its runs and the release of its data are lawful.
fn openings(scenario: &Scenario, ruled: &[Ruled], whole: (Date, Date)) -> BTreeMap<Arc, Opening> {
    let mut openings: BTreeMap<Arc, Opening> = BTreeMap::new();
    for arc in ruled {
        let opening = if arc.open == [whole] {
            Opening::Always
        } else {
            Opening::During(arc.open.clone())
        };
        let all = openings.entry(place(scenario, arc)).or_default();
        *all = all.and(&opening);
    }
    openings
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

/// The rules on which a ruling that shuts an arc for some time rests, and what each does.
fn rules_in_the_way(ruled: &[Ruled], whole: (Date, Date)) -> BTreeMap<String, String> {
    let mut rules = BTreeMap::new();
    for arc in ruled.iter().filter(|arc| arc.open != [whole]) {
        for turn in &arc.timeline {
            let deciding = turn.ruling.rules.iter();
            for rule in deciding.filter(|rule| rule.decides && holds_back(rule.kind)) {
                let how = match rule.kind {
                    RuleKind::Deny => "denied by",
                    _ => "permission pending under",
                };
                let says = format!("{how} `{}` ({})", rule.id, rule.citation);
                rules.entry(rule.id.clone()).or_insert(says);
            }
        }
    }
    rules
}

fn holds_back(kind: RuleKind) -> bool {
    matches!(kind, RuleKind::Deny | RuleKind::Needs | RuleKind::Policy)
}
