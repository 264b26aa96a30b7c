//! A profile against a plain row of numbers.

use darsena_schedule::Profile;
use proptest::prelude::*;

const LENGTH: u32 = 60;

fn row(profile: &Profile) -> Vec<i64> {
    (0..LENGTH + 40).map(|t| profile.free(t)).collect()
}

proptest! {
    #[test]
    fn it_says_what_a_row_of_numbers_says(
        steps in prop::collection::vec((0..LENGTH, 0u32..6), 0..6),
        moves in prop::collection::vec((0..LENGTH, 0u32..20, -3i64..4), 0..12),
        asks in prop::collection::vec((0..LENGTH, 0u32..9, 0u32..6), 1..12),
    ) {
        let mut steps = steps;
        steps.sort();
        let mut profile = Profile::new(&steps);
        let mut plain: Vec<i64> = (0..LENGTH + 40)
            .map(|t| steps.iter().rev().find(|step| step.0 <= t).map_or(0, |step| i64::from(step.1)))
            .collect();
        prop_assert_eq!(row(&profile), plain.clone());
        for (from, length, amount) in moves {
            profile.take(from, from + length, amount);
            plain[from as usize..(from + length) as usize].iter_mut().for_each(|free| *free -= amount);
            prop_assert_eq!(row(&profile), plain.clone());
            prop_assert!(profile.steps().windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 != pair[1].1));
        }
        for (from, length, amount) in asks {
            let fits = |start: u32| (start..start + length).all(|t| plain[t as usize] >= i64::from(amount));
            // Beyond the last step all is as at the last step.
            let first = (from..=LENGTH + 20).find(|&start| fits(start));
            prop_assert_eq!(profile.fit(from, length, amount), first);
            let last = (0..=from.saturating_sub(length)).rev().find(|&start| start + length <= from && fits(start));
            prop_assert_eq!(profile.fit_before(from, length, amount), last);
            if length > 0 {
                let least = plain[from as usize..(from + length) as usize].iter().min();
                prop_assert_eq!(Some(&profile.least(from, from + length)), least);
            }
        }
    }
}
