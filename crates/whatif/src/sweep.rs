//! Many changes, one plan each: a table of changes in, a table of outcomes out.

use std::sync::Mutex;

use darsena_milp::{Status, Stop, Watch, side_by_side};
use darsena_plan::Options;
use darsena_plan::again::Base;
use darsena_scenario::{Change, Scenario};

use crate::failures::first_day;
use crate::stress::{ArcsOf, Failure, Fate, StressError, StressOptions, Work};

/// Why a sweep ended before its last case.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// A case could not be looked at.
    #[error(transparent)]
    Stress(#[from] StressError),
    /// An outcome could not be kept.
    #[error("an outcome could not be kept")]
    Kept(#[source] std::io::Error),
}

/// Returns the cases of a sweep: every change of the scenario's table `changes`, in order of id, from its first day.
#[must_use]
pub fn cases(scenario: &Scenario) -> Vec<Failure> {
    let case = |change: Change| Failure {
        from: first_day(scenario, &change),
        change,
    };
    Change::told(scenario).into_iter().map(case).collect()
}

/// Plans the scenario again with each of the cases at the places `left`, each alone, and hands every outcome to `keep`
/// as soon as it is known, in whatever order they come. An outcome depends on scenario, case and options alone.
///
/// A disruption is not foreseen, unless `foreseen` says so: what was decided before its first day stays. A lever is
/// known from the start.
///
/// # Errors
/// Fails when a plan cannot be made, when a case cannot, and when `keep` fails; what was kept until then stays.
pub fn sweep(
    scenario: &Scenario,
    arcs_of: &ArcsOf<'_>,
    cases: &[Failure],
    left: &[usize],
    (options, foreseen): (&Options, bool),
    stop: &Stop,
    keep: &(dyn Fn(&Fate) -> std::io::Result<()> + Sync),
) -> Result<(), SweepError> {
    let options = StressOptions {
        plan: options.clone(),
        foreseen,
        survive: false,
        pairs: false,
    };
    let arcs = arcs_of(scenario, None);
    let base = Base::new(scenario, &arcs, &options.plan, &mut Watch::until(stop));
    let base = base.map_err(StressError::from)?;
    // A base that is not proved, because somebody asked to stop, is nothing to compare with.
    if base.plan().status != Status::Optimal && stop.stopped() {
        return Ok(());
    }
    let work = Work::new(scenario, &base, arcs_of, &options, stop);
    let kept = Mutex::new(());
    let begin = || Ok(base.replanner().map_err(StressError::from)?);
    side_by_side(
        left.len(),
        options.plan.threads,
        stop,
        begin,
        |replanner, n| {
            let place = left[n];
            let fate = work.fate(replanner, place, &cases[place], false)?;
            if let Some(fate) = &fate {
                let _alone = kept
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                keep(fate).map_err(SweepError::Kept)?;
            }
            Ok::<Option<()>, SweepError>(fate.map(|_| ()))
        },
    )?;
    Ok(())
}
