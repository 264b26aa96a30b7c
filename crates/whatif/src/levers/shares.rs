//! A fair split of what levers gain: the mean, over all orders in which they could be made, of what each adds (Shapley).
//!
//! Among levers each is a player. Among states each is one, too: a lever counts where all states that must act for it
//! are there. With few players every set is looked at; with more, orders are drawn, and the error of the mean is told.

use std::collections::BTreeSet;

use super::worth::Sets;
use super::{EXACT, LeverOptions, Set};
use crate::stress::StressError;

/// A share of the gain of all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Of the gain: late unit-periods less, or money where the objective counts nothing else.
    pub share: f64,
    /// Standard error, where orders were drawn.
    pub error: Option<f64>,
}

/// The shares of the levers; none where there was no time.
pub(crate) fn of_levers(
    sets: &mut Sets<'_>,
    options: &LeverOptions,
) -> Result<Option<Vec<Share>>, StressError> {
    of_players(sets, options, sets.levers.len(), &|players| players)
}

/// The shares of the states that must act; none where there was no time. A lever that needs nobody counts from the
/// start: what it gains is nobody's.
pub(crate) fn of_states(
    sets: &mut Sets<'_>,
    options: &LeverOptions,
) -> Result<Option<Vec<(String, Share)>>, StressError> {
    let names = sets.levers.iter().flat_map(|lever| &lever.states);
    let names: BTreeSet<String> = names.cloned().collect();
    let names: Vec<String> = names.into_iter().collect();
    let needs: Vec<Set> = { sets.levers.iter() }
        .map(|lever| {
            let places = lever.states.iter().map(|state| names.binary_search(state));
            places.fold(0, |set, place| set | 1 << place.expect("it is among them"))
        })
        .collect();
    let made = |players: Set| {
        let there = needs.iter().enumerate();
        let there = there.filter(|(_, needs)| **needs & !players == 0);
        there.fold(0, |set, (n, _)| set | 1 << n)
    };
    let shares = of_players(sets, options, names.len(), &made)?;
    Ok(shares.map(|shares| names.into_iter().zip(shares).collect()))
}

fn of_players(
    sets: &mut Sets<'_>,
    options: &LeverOptions,
    players: usize,
    made: &dyn Fn(Set) -> Set,
) -> Result<Option<Vec<Share>>, StressError> {
    if players <= EXACT {
        let all: Vec<Set> = (0..1 << players).map(made).collect();
        if !sets.plan(&all)? {
            return Ok(None);
        }
        let gains: Vec<f64> = { all.iter() }
            .map(|set| sets.gain(*set).expect("it was planned"))
            .collect();
        let shares = exact(players, &gains).into_iter();
        let share = |share| Share { share, error: None };
        return Ok(Some(shares.map(share).collect()));
    }
    // Each order is a chain of sets; all chains are planned side by side, step by step of halving.
    let orders = orders(players, options.orders, options.seed);
    let chains: Vec<Vec<Set>> = { orders.iter() }
        .map(|order| {
            let mut taken = 0;
            let first = std::iter::once(made(0));
            let later = order.iter().map(|&n| {
                taken |= 1 << n;
                made(taken)
            });
            first.chain(later).collect()
        })
        .collect();
    let mut spans: Vec<(usize, usize, usize)> =
        (0..chains.len()).map(|chain| (chain, 0, players)).collect();
    let mut gains: Vec<Vec<Option<f64>>> = vec![vec![None; players + 1]; chains.len()];
    while !spans.is_empty() {
        let ends: Vec<Set> = { spans.iter() }
            .flat_map(|&(chain, from, to)| [chains[chain][from], chains[chain][to]])
            .collect();
        if !sets.plan(&ends)? {
            return Ok(None);
        }
        let mut halves = Vec::new();
        for (chain, from, to) in spans {
            let (less, more) = (chains[chain][from], chains[chain][to]);
            let worth = |set: Set| sets.worth(set).expect("it was planned");
            for at in [from, to] {
                gains[chain][at] = sets.gain(chains[chain][at]);
            }
            let adds = more & !less & !sets.adds == 0;
            if adds && worth(less).order(worth(more)).is_eq() {
                let gain = gains[chain][from];
                gains[chain][from..=to].fill(gain);
            } else if to - from > 1 {
                let middle = from.midpoint(to);
                halves.push((chain, from, middle));
                halves.push((chain, middle, to));
            }
        }
        spans = halves;
    }
    let added = |n: usize| -> Vec<f64> {
        let chains = orders.iter().zip(&gains);
        let added = chains.map(|(order, gains)| {
            let at = { order.iter() }
                .position(|m| *m == n)
                .expect("it is in every order");
            let gain = |at: usize| gains[at].expect("every place of a chain is known");
            gain(at + 1) - gain(at)
        });
        added.collect()
    };
    Ok(Some((0..players).map(|n| drawn(&added(n))).collect()))
}

/// Shares by the gain of every set of players.
fn exact(players: usize, gains: &[f64]) -> Vec<f64> {
    // Of a set of s others there are s! (n - 1 - s)! orders that put it first, of n! in all.
    let mut weights = vec![0.0; players];
    for (size, weight) in weights.iter_mut().enumerate() {
        let mut product = 1.0 / players as f64;
        for k in 0..size {
            product *= (k + 1) as f64 / (players - 1 - k) as f64;
        }
        *weight = product;
    }
    let share = |n: usize| {
        let without = (0..gains.len()).filter(|set| set >> n & 1 == 0);
        let added = without
            .map(|set| weights[set.count_ones() as usize] * (gains[set | 1 << n] - gains[set]));
        added.sum::<f64>()
    };
    (0..players).map(share).collect()
}

fn drawn(added: &[f64]) -> Share {
    let count = added.len() as f64;
    let mean = added.iter().sum::<f64>() / count;
    let squares: f64 = added.iter().map(|x| (x - mean).powi(2)).sum();
    Share {
        share: mean,
        error: (added.len() > 1).then(|| (squares / (count - 1.0) / count).sqrt()),
    }
}

/// Orders of so many players, drawn at random.
fn orders(players: usize, count: usize, seed: u64) -> Vec<Vec<usize>> {
    // SplitMix64.
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let mut orders: Vec<Vec<usize>> = Vec::with_capacity(count);
    for _ in 0..count.max(1) {
        let mut order: Vec<usize> = (0..players).collect();
        for last in (1..players).rev() {
            let at = usize::try_from(next() % (last as u64 + 1)).expect("it is a small number");
            order.swap(last, at);
        }
        orders.push(order);
    }
    orders
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds up what each player adds in every order.
    fn by_hand(players: usize, gains: &[f64]) -> Vec<f64> {
        fn each(left: &mut Vec<usize>, order: &mut Vec<usize>, visit: &mut dyn FnMut(&[usize])) {
            if left.is_empty() {
                visit(order);
            }
            for n in 0..left.len() {
                let one = left.remove(n);
                order.push(one);
                each(left, order, visit);
                order.pop();
                left.insert(n, one);
            }
        }
        let (mut sums, mut count) = (vec![0.0; players], 0.0);
        each(&mut (0..players).collect(), &mut Vec::new(), &mut |order| {
            let mut set = 0;
            for &n in order {
                sums[n] += gains[set | 1 << n] - gains[set];
                set |= 1 << n;
            }
            count += 1.0;
        });
        sums.into_iter().map(|sum| sum / count).collect()
    }

    #[test]
    fn shares_are_the_mean_over_all_orders() {
        let gains = [0.0, 1.0, 4.0, 9.0, 0.0, 2.0, 7.0, 20.0];
        let shares = exact(3, &gains);
        for (share, by_hand) in shares.iter().zip(by_hand(3, &gains)) {
            assert!((share - by_hand).abs() < 1e-12, "{shares:?}");
        }
        assert!((shares.iter().sum::<f64>() - 20.0).abs() < 1e-12);
    }

    #[test]
    fn drawn_orders_are_orders_and_hang_on_the_seed() {
        let some = orders(15, 8, 1);
        for order in &some {
            let all: BTreeSet<usize> = order.iter().copied().collect();
            assert_eq!(all.len(), 15);
        }
        assert_eq!(some, orders(15, 8, 1));
        assert_ne!(some, orders(15, 8, 2));
    }

    #[test]
    fn the_error_is_that_of_the_mean() {
        let share = drawn(&[1.0, 3.0]);
        assert_eq!((share.share, share.error), (2.0, Some(1.0)));
        assert_eq!(drawn(&[1.0]).error, None);
    }
}
