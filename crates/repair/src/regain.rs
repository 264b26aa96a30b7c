//! What a schedule wins against the status quo: days regained, and what is freed at home.
//!
//! # Formula
//! ```text
//! days regained(a) = days not ready of a in the status quo - days not ready of a
//! freed at home    = days of docks, and of trades, at sites of an asset's own state: status quo - now
//! ```
//!
//! The status quo is the same problem with every foreign mode shut, by the same search.

use darsena_scenario::Scenario;

use crate::problem::{Day, Problem};
use crate::search::Outcome;

/// Status quo and schedule side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Regained {
    /// By asset with a job, in order of the table.
    pub assets: Vec<AssetDays>,
    /// By dock that is used in either.
    pub docks: Vec<Freed>,
    /// By resource that is used in either.
    pub resources: Vec<Freed>,
}

/// Days not ready of an asset.
#[derive(Debug, Clone, PartialEq)]
pub struct AssetDays {
    /// Place of the asset.
    pub asset: usize,
    /// In the status quo.
    pub before: Day,
    /// Now.
    pub now: Day,
    /// Days late, in the status quo.
    pub late_before: Day,
    /// Days late, now.
    pub late_now: Day,
    /// Jobs left out, in the status quo and now.
    pub left_out: (usize, usize),
}

/// Use of a dock, in days with its set-up, or of a resource, in units times days.
#[derive(Debug, Clone, PartialEq)]
pub struct Freed {
    /// Its place.
    pub place: usize,
    /// Whether it stands in the state of the assets that use it and is run by it.
    pub home: bool,
    /// In the status quo.
    pub before: f64,
    /// Now.
    pub now: f64,
}

impl Regained {
    /// Jobs left out, in the status quo and now.
    #[must_use]
    pub fn left_out(&self) -> (usize, usize) {
        let all = self.assets.iter().map(|one| one.left_out);
        all.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }

    /// Days regained over all assets, of jobs that both do.
    #[must_use]
    pub fn days(&self) -> Day {
        self.assets.iter().map(|one| one.before - one.now).sum()
    }

    /// Dock-days freed at home.
    #[must_use]
    pub fn home_dock_days(&self) -> f64 {
        freed(&self.docks)
    }

    /// Units of trades times days freed at home.
    #[must_use]
    pub fn home_work(&self) -> f64 {
        freed(&self.resources)
    }
}

fn freed(all: &[Freed]) -> f64 {
    all.iter()
        .filter(|one| one.home)
        .map(|one| one.before - one.now)
        .sum()
}

/// Returns what `now` wins against `before`: outcomes of the problem, and of the same with home modes alone.
#[must_use]
pub fn regained(
    scenario: &Scenario,
    before: (&Problem, &Outcome),
    now: (&Problem, &Outcome),
) -> Regained {
    let problem = now.0;
    // A job that one of them leaves out is no day regained in the other.
    let days = |(problem, outcome): (&Problem, &Outcome), other: &Outcome| {
        let mut days = vec![(0, 0, 0usize); problem.assets.len()];
        let visits = outcome.visits.iter().zip(&other.visits);
        for (data, visits) in problem.jobs.iter().zip(visits) {
            let asset = &mut days[data.asset];
            match visits {
                (Some(visit), Some(_)) => {
                    asset.0 += visit.back - visit.out;
                    asset.1 += (visit.back - data.due).max(0);
                }
                (Some(_), None) => {}
                (None, _) => asset.2 += 1,
            }
        }
        days
    };
    let (old, new) = (days(before, now.1), days(now, before.1));
    let with_jobs = |asset: usize| problem.jobs.iter().any(|job| job.asset == asset);
    let assets = (0..problem.assets.len()).filter(|asset| with_jobs(*asset));
    let assets = assets.map(|asset| AssetDays {
        asset,
        before: old[asset].0,
        now: new[asset].0,
        late_before: old[asset].1,
        late_now: new[asset].1,
        left_out: (old[asset].2, new[asset].2),
    });
    let use_of = |(problem, outcome): (&Problem, &Outcome)| {
        let mut docks = vec![0.0; problem.docks.len()];
        let mut resources = vec![0.0; problem.resources.len()];
        for (data, visit) in problem.jobs.iter().zip(&outcome.visits) {
            for (task, (option, _)) in data
                .tasks
                .iter()
                .zip(visit.iter().flat_map(|visit| &visit.tasks))
            {
                let option = &task.options[*option];
                if let Some(dock) = option.dock {
                    docks[dock] += f64::from(option.days + problem.docks[dock].set_up);
                }
                for (resource, usage) in &option.uses {
                    resources[*resource] += crate::board::amount(*usage) / crate::problem::UNIT
                        * f64::from(option.days);
                }
            }
        }
        (docks, resources)
    };
    let (old, new) = (use_of(before), use_of(now));
    // A yard is at home where the state of its party is the state it stands in.
    let state_of = |party: &str| {
        let row = scenario
            .parties()
            .iter()
            .find(|row| row.party.as_str() == party);
        row.map(|row| row.state.as_str())
    };
    let owners: Vec<&str> = { scenario.assets().iter() }
        .filter_map(|asset| state_of(&asset.party))
        .collect();
    let home = |site: usize| {
        let site = &scenario.sites()[site];
        let run_by = site
            .party
            .as_ref()
            .and_then(|party| state_of(party))
            .unwrap_or(&site.state);
        // Of the states that own assets, the one with most of them is the one whose yards are short.
        run_by == site.state.as_str() && most(&owners) == Some(run_by)
    };
    let both = |old: &[f64], new: &[f64], site: &dyn Fn(usize) -> usize| {
        let places = 0..old.len();
        let used = places.filter(|place| old[*place] > 0.0 || new[*place] > 0.0);
        let freed = used.map(|place| Freed {
            place,
            home: home(site(place)),
            before: old[place],
            now: new[place],
        });
        freed.collect::<Vec<_>>()
    };
    Regained {
        assets: assets.collect(),
        docks: both(&old.0, &new.0, &|dock| problem.docks[dock].site),
        resources: both(&old.1, &new.1, &|resource| problem.resources[resource].site),
    }
}

/// The word that stands there most often; the first in order among equals.
fn most<'a>(words: &[&'a str]) -> Option<&'a str> {
    let count = |word: &str| words.iter().filter(|other| **other == word).count();
    words
        .iter()
        .copied()
        .max_by(|a, b| count(a).cmp(&count(b)).then(b.cmp(a)))
}
