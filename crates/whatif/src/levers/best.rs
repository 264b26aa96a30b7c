//! The best portfolio within limits, and those that no other is as good as.

use std::collections::BTreeSet;

use super::worth::{Sets, Worth};
use super::{Set, money, states_of_demands, steps};
use crate::stress::StressError;

/// Most money and steps of a portfolio.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Limits {
    /// Money, in the scenario's currency; none: as much as it takes.
    pub budget: Option<f64>,
    /// Steps; none: as many as it takes.
    pub steps: Option<u32>,
}

/// The best portfolio within limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Best {
    /// Its levers.
    pub set: Set,
    /// What it is worth.
    pub worth: Worth,
    /// Whether no other is better.
    pub proved: bool,
    /// What no portfolio is better than; none where nothing is known of some that were not looked at.
    pub bound: Option<Worth>,
}

impl Limits {
    /// Whether they allow so much money and so many steps.
    #[must_use]
    pub fn allow(&self, money: f64, steps: u32) -> bool {
        let noise = 1e-9 * money.abs().max(1.0);
        self.budget.is_none_or(|budget| money <= budget + noise)
            && self.steps.is_none_or(|most| steps <= most)
    }
}

/// So many branches are bounded at once, however many threads there are.
const AT_ONCE: usize = 8;

/// Levers that are taken, and levers that may be.
#[derive(Clone, Copy)]
struct Branch {
    taken: Set,
    open: Set,
    /// The set whose worth bounds the branch it comes from; none where some lever there may do harm.
    bound: Option<Set>,
}

/// Branch and bound over the levers: a branch is left where all that is open in it, made at once, is no better than
/// what is known. As long as a lever is open of which it is not proved that it only adds, both its branches are looked at.
pub(crate) fn best(sets: &mut Sets<'_>, limits: Limits) -> Result<Best, StressError> {
    let price = |sets: &Sets<'_>, set: Set| (money(sets.levers, set), steps(sets.levers, set));
    let allowed = |sets: &Sets<'_>, set: Set| {
        let (money, steps) = price(sets, set);
        limits.allow(money, steps)
    };
    let mut best: Set = 0;
    let mut open = vec![Branch {
        taken: 0,
        open: sets.all(),
        bound: None,
    }];
    let mut proved = true;
    while !open.is_empty() {
        let at = open.len().saturating_sub(AT_ONCE);
        let mut some: Vec<Branch> = open.split_off(at);
        for branch in &mut some {
            // What is no longer within the limits never is again.
            for n in sets.members(branch.open) {
                if !allowed(sets, branch.taken | 1 << n) {
                    branch.open &= !(1 << n);
                }
            }
        }
        let bound = |sets: &Sets<'_>, branch: &Branch| {
            let adds = branch.open & !sets.adds == 0;
            adds.then_some(branch.taken | branch.open)
        };
        let wanted: Vec<Set> = { some.iter() }
            .flat_map(|branch| [Some(branch.taken), bound(sets, branch)])
            .flatten()
            .collect();
        if !sets.plan(&wanted)? {
            open.extend(some);
            proved = false;
            break;
        }
        let mut halves = Vec::new();
        for branch in some {
            let most = bound(sets, &branch);
            for set in [Some(branch.taken), most].into_iter().flatten() {
                if allowed(sets, set) && better(sets, set, best) {
                    best = set;
                }
            }
            let hopeless = most.is_some_and(|most| {
                let known = sets.worth(best).expect("it was planned");
                let order = sets.worth(most).expect("it was planned").order(known);
                let (money, steps) = price(sets, branch.taken);
                let (least, fewest) = price(sets, best);
                let dearer = money > least || (money == least && steps >= fewest);
                order.is_gt() || (order.is_eq() && dearer)
            });
            let next = sets.order().iter().find(|n| branch.open >> **n & 1 == 1);
            if let Some(n) = next.filter(|_| !hopeless) {
                let open = branch.open & !(1 << n);
                let of = |taken: Set| Branch {
                    taken,
                    open,
                    bound: most,
                };
                // The last is looked at first.
                halves.push(of(branch.taken));
                halves.push(of(branch.taken | 1 << n));
            }
        }
        open.extend(halves);
    }
    let worth = sets.worth(best).expect("it was planned").clone();
    let mut bound = Some(&worth);
    for branch in &open {
        let above = branch.bound.and_then(|set| sets.worth(set));
        bound = match (bound, above) {
            (Some(a), Some(b)) => Some(if b.order(a).is_lt() { b } else { a }),
            _ => None,
        };
    }
    Ok(Best {
        set: best,
        bound: bound.cloned(),
        worth,
        proved,
    })
}

/// Whether a set is better than another: by its worth, then cheaper, then with fewer steps.
fn better(sets: &Sets<'_>, a: Set, b: Set) -> bool {
    let worth = |set: Set| sets.worth(set).expect("it was planned");
    let order = worth(a).order(worth(b));
    let order = order.then_with(|| money(sets.levers, a).total_cmp(&money(sets.levers, b)));
    order
        .then_with(|| steps(sets.levers, a).cmp(&steps(sets.levers, b)))
        .is_lt()
}

/// Of the sets that are known and within the limits those that no other is as good as in the gain of every state, money
/// and steps: the cheapest first, then by steps and what they hold. Of equals that with the fewest levers stands.
pub(crate) fn front(sets: &Sets<'_>, limits: Limits) -> Vec<(Set, Worth)> {
    let (names, states) = states_of_demands(sets.scenario);
    let none = sets.worth(0).expect("it was planned first");
    let gains = |worth: &Worth| -> Vec<f64> {
        let mut gains = vec![0.0; names.len()];
        for (d, &state) in states.iter().enumerate() {
            gains[state] += none.late[d] - worth.late[d];
        }
        // Finer differences are noise of the arithmetic.
        gains
            .into_iter()
            .map(|gain| (gain * 1e4).round() / 1e4 + 0.0)
            .collect()
    };
    struct Row<'w> {
        set: Set,
        worth: &'w Worth,
        gains: Vec<f64>,
        money: f64,
        steps: u32,
    }
    let mut rows: Vec<Row<'_>> = { sets.each() }
        .map(|(set, worth)| Row {
            set,
            worth,
            gains: gains(worth),
            money: money(sets.levers, set),
            steps: steps(sets.levers, set),
        })
        .filter(|row| limits.allow(row.money, row.steps))
        .collect();
    rows.sort_by(|a, b| {
        let price = a.money.total_cmp(&b.money).then(a.steps.cmp(&b.steps));
        price.then((a.set.count_ones(), a.set).cmp(&(b.set.count_ones(), b.set)))
    });
    let as_good = |a: &Row<'_>, b: &Row<'_>| {
        let mut pairs = a.gains.iter().zip(&b.gains);
        a.money <= b.money && a.steps <= b.steps && pairs.all(|(a, b)| a >= b)
    };
    let mut beaten = BTreeSet::new();
    for (n, row) in rows.iter().enumerate() {
        let before = rows[..n].iter().any(|other| as_good(other, row));
        // A later row is as cheap only where it is as dear.
        let after = rows[n + 1..]
            .iter()
            .take_while(|other| other.money <= row.money);
        let strictly = |other: &Row<'_>| as_good(other, row) && !as_good(row, other);
        if before || after.into_iter().any(strictly) {
            beaten.insert(n);
        }
    }
    let rows = rows.into_iter().enumerate();
    rows.filter(|(n, _)| !beaten.contains(n))
        .map(|(_, row)| (row.set, row.worth.clone()))
        .collect()
}
