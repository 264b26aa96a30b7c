//! What authorizations allow in all, as ceilings of the plan.
//!
//! A granted authorization may carry a quantity, a value, or both. What it answers draws on it: runs where
//! it answers the making of an item abroad, units where it answers a crossing of a border, over a lane or
//! by hand-over. Inside one state nothing is asked, so a unit that goes on there does not count again.
//!
//! # Several records for one approval
//! Each act of an arc `a` on a day `t` needs one of the records `R(a,t)` that answer it, and may be booked
//! on any of them. Amounts can be booked so if and only if (Hall's condition), for every union `S` of such sets,
//!
//! ```text
//! sum of count[a] * amount[a,t] over all (a,t) with R(a,t) inside S  <=  sum of what the records of S allow
//! ```
//!
//! so two records for the same arcs add up, and one that ends limits only what is done before. A record
//! without a limit among those of an act takes everything, and that act draws on nothing.
//!
//! # Limits
//! Quantity and value are booked apart from each other. A record with neither end told counts each crossing
//! it answers. What was drawn before the first day is unknown: a quantity is taken as what is left. Above a
//! ceiling nothing goes, though a further authorization could be asked for.

use std::collections::{BTreeMap, BTreeSet};

use darsena_law::arcs::{Ruled, What};
use darsena_plan::{Arc, Ceiling, Opening};
use darsena_scenario::{Authorization, Scenario};
use jiff::civil::Date;

use crate::permitted::place;

/// Records by place in the table.
type Records = BTreeSet<usize>;

/// An arc that draws: what a unit counts, and the days on which it draws.
type Drawn = BTreeMap<Arc, (f64, Vec<(Date, Date)>)>;

/// More unions of records than this are not told apart: then the sets themselves and all together hold.
const MOST_UNIONS: usize = 256;

/// Returns the ceilings that the granted records of a scenario set on the arcs they answer: those of quantity
/// first, then those of value, each in order of their records.
pub(crate) fn ceilings(scenario: &Scenario, ruled: &[Ruled]) -> Vec<Ceiling> {
    let quantity = |row: &Authorization| row.quantity;
    let value = |row: &Authorization| row.value;
    let mut ceilings = limits(scenario, ruled, &quantity, &|_| Some(1.0));
    let worth = |item: usize| scenario.items()[item].value;
    ceilings.extend(limits(scenario, ruled, &value, &worth));
    ceilings
}

fn limits(
    scenario: &Scenario,
    ruled: &[Ruled],
    most: &dyn Fn(&Authorization) -> Option<f64>,
    count: &dyn Fn(usize) -> Option<f64>,
) -> Vec<Ceiling> {
    let horizon = scenario.head().horizon();
    let whole = [(horizon.start(), horizon.end())];
    let rows = scenario.authorizations();
    let mut sets: BTreeMap<Records, Drawn> = BTreeMap::new();
    for one in ruled {
        let Some((arc, count)) = counted(scenario, one, count) else {
            continue;
        };
        for (n, turn) in one.timeline.iter().enumerate() {
            let until = one.timeline.get(n + 1).map_or(whole[0].1, |next| next.from);
            for approval in &turn.ruling.granted {
                let find = |id: &String| scenario.find_authorization(id);
                let records: Records = approval.grants.iter().filter_map(find).collect();
                if records.is_empty() || records.iter().any(|n| most(&rows[*n]).is_none()) {
                    continue;
                }
                let drawn = sets.entry(records).or_default();
                let (_, days) = drawn.entry(arc.clone()).or_insert((count, Vec::new()));
                match days.last_mut() {
                    Some(last) if last.1 >= turn.from => last.1 = last.1.max(until),
                    _ => days.push((turn.from, until)),
                }
            }
        }
    }
    let ceiling = |union: Records| {
        let ids = union.iter().map(|n| rows[*n].authorization.as_str());
        let mut ceiling = Ceiling {
            id: ids.collect::<Vec<_>>().join(";"),
            most: union.iter().filter_map(|n| most(&rows[*n])).sum(),
            ..Ceiling::default()
        };
        let inside = sets.iter().filter(|(records, _)| records.is_subset(&union));
        let mut days_of: BTreeMap<&Arc, Vec<(Date, Date)>> = BTreeMap::new();
        for (arc, (count, days)) in inside.flat_map(|(_, drawn)| drawn) {
            days_of.entry(arc).or_default().extend(days);
            match arc.clone() {
                Arc::Make(recipe) => ceiling.runs.insert(recipe, *count),
                Arc::Ship(lane, item, state) => ceiling.counts.insert((lane, item, state), *count),
                Arc::Deliver(demand, item, state) => {
                    ceiling.handed.insert((demand, item, state), *count)
                }
            };
        }
        for (arc, days) in days_of {
            let days = joined(days);
            if days != whole {
                ceiling.during.insert(arc.clone(), Opening::During(days));
            }
        }
        ceiling
    };
    unions(sets.keys()).into_iter().map(ceiling).collect()
}

/// The arc of a ruling, and what a unit or a run of it counts; nothing where none is counted.
fn counted(
    scenario: &Scenario,
    ruled: &Ruled,
    count: &dyn Fn(usize) -> Option<f64>,
) -> Option<(Arc, f64)> {
    let unit = count(scenario.find_item(&ruled.item)?)?;
    let count = match ruled.what {
        What::Make(recipe) => unit * scenario.recipes()[recipe].quantity,
        What::Ship(_) | What::Deliver(_) => unit,
        // Technical data is let out once and is not counted.
        What::Release(_) => return None,
    };
    Some((place(scenario, ruled), count))
}

/// Every union of sets that hang together.
fn unions<'a>(sets: impl Iterator<Item = &'a Records> + Clone) -> BTreeSet<Records> {
    let mut unions: BTreeSet<Records> = BTreeSet::new();
    for set in sets.clone() {
        let mut fresh = vec![set.clone()];
        for one in &unions {
            let meeting = fresh.iter().filter(|fresh| !fresh.is_disjoint(one));
            let more: Vec<Records> = meeting.map(|fresh| fresh | one).collect();
            fresh.extend(more);
            fresh.truncate(MOST_UNIONS);
        }
        unions.extend(fresh);
        if unions.len() > MOST_UNIONS {
            break;
        }
    }
    if unions.len() > MOST_UNIONS {
        unions = sets.clone().cloned().collect();
        unions.insert(sets.flatten().copied().collect());
    }
    unions
}

/// Intervals in order and apart.
fn joined(mut days: Vec<(Date, Date)>) -> Vec<(Date, Date)> {
    days.sort_unstable();
    let mut joined: Vec<(Date, Date)> = Vec::new();
    for (from, until) in days {
        match joined.last_mut() {
            Some(last) if last.1 >= from => last.1 = last.1.max(until),
            _ => joined.push((from, until)),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_that_meet_are_joined_and_others_are_not() {
        let sets = |sets: &[&[usize]]| -> BTreeSet<Records> {
            { sets.iter() }
                .map(|set| set.iter().copied().collect())
                .collect()
        };
        let of = |all: &[&[usize]]| unions(sets(all).iter());
        assert_eq!(
            of(&[&[0, 1], &[1, 2], &[3, 4]]),
            sets(&[&[0, 1], &[1, 2], &[0, 1, 2], &[3, 4]])
        );
        let chain = of(&[&[0, 5], &[1, 6], &[0, 1]]);
        assert!(chain.contains(&Records::from([0, 1, 5, 6])));
    }
}
