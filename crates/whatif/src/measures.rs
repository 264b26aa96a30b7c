//! The published static measures of failures: what each costs, and how long it costs nothing, without time.

use std::sync::atomic::{AtomicUsize, Ordering};

use darsena_milp::{Stop, Watch, side_by_side};
use darsena_plan::steady::{Measured, Steady};
use darsena_scenario::{Change, Edit, Scenario, Span};

use crate::stress::{ArcsOf, Failure, StressError};

/// What a failure costs without time.
#[derive(Debug, Clone, PartialEq)]
pub struct StaticFate {
    /// Place among the failures.
    pub failure: usize,
    /// How long it lasts, in periods.
    pub length: f64,
    /// What it costs, and how long it could last at no cost.
    pub measured: Measured,
}

/// The network without time and what each failure costs in it.
#[derive(Debug)]
pub struct Static {
    /// With nothing failed.
    pub steady: Steady,
    /// The worst first: by loss, then the shortest time to survive, then id.
    pub fates: Vec<StaticFate>,
    /// Whether every failure was looked at.
    pub complete: bool,
}

/// Returns the static measures of each of `failures`, the worst first; none where it was stopped before any. Receipts
/// that are not firm count with `include_unconfirmed`. Work is shared by `threads` and the answer does not
/// depend on how many there are.
///
/// # Errors
/// Fails when the solver does, and when a change cannot be made.
pub fn static_measures(
    scenario: &Scenario,
    arcs_of: &ArcsOf<'_>,
    failures: &[Failure],
    include_unconfirmed: bool,
    threads: usize,
    stop: &Stop,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Option<Static>, StressError> {
    let arcs = arcs_of(scenario, None);
    let watch = &mut Watch::until(stop);
    let Some(steady) = Steady::new(scenario, &arcs, include_unconfirmed, watch)? else {
        return Ok(None);
    };
    let done = AtomicUsize::new(0);
    let begin = || Ok(steady.measurer()?);
    let found = side_by_side(failures.len(), threads, stop, begin, |measurer, n| {
        let failure = &failures[n];
        let watch = &mut Watch::until(stop);
        let length = length(scenario, failure);
        let measured = match steady.shut(scenario, &failure.change.edits) {
            Some(shut) => measurer.measure(&shut, length, watch)?,
            None => {
                let change = lasting(&failure.change);
                let changed = { scenario.with(&change.edits) }
                    .map_err(|finding| StressError::Change(change.id.clone(), finding))?;
                let arcs = arcs_of(&changed, Some(&change));
                steady.measured_anew(&changed, &arcs, include_unconfirmed, length, watch)?
            }
        };
        progress(done.fetch_add(1, Ordering::Relaxed) + 1, failures.len());
        let fate = |measured| StaticFate {
            failure: n,
            length,
            measured,
        };
        Ok::<_, StressError>(measured.map(fate))
    })?;
    let mut fates: Vec<StaticFate> = found.into_iter().flatten().collect();
    fates.sort_by(|a, b| {
        let rounded = |x: f64| (x * 1e6).round();
        let loss = |fate: &StaticFate| rounded(fate.measured.loss);
        let survives = |fate: &StaticFate| rounded(fate.measured.survives);
        let ids = [a, b].map(|fate| &failures[fate.failure].change.id);
        loss(b)
            .total_cmp(&loss(a))
            .then(survives(a).total_cmp(&survives(b)))
            .then(ids[0].cmp(ids[1]))
    });
    Ok(Some(Static {
        steady,
        complete: fates.len() == failures.len(),
        fates,
    }))
}

/// How long a failure lasts, in periods of mean length: from its first day to the last of its edits, or to the end of
/// the horizon.
fn length(scenario: &Scenario, failure: &Failure) -> f64 {
    let horizon = scenario.head().horizon();
    let until = { failure.change.edits.iter() }
        .map(|edit| {
            span(edit)
                .and_then(|span| span.until)
                .unwrap_or(horizon.end())
        })
        .max()
        .unwrap_or(horizon.end());
    let days =
        |from: jiff::civil::Date, until: jiff::civil::Date| f64::from((until - from).get_days());
    let periods = i32::try_from(horizon.len()).map_or(f64::MAX, f64::from);
    let all = days(horizon.start(), horizon.end());
    periods * days(failure.from, until.min(horizon.end())).max(0.0) / all
}

fn span(edit: &Edit) -> Option<&Span> {
    match edit {
        Edit::Out { span, .. } | Edit::Set { span, .. } | Edit::Scale { span, .. } => Some(span),
        Edit::Lifted { .. } | Edit::Sooner { .. } | Edit::LawOf { .. } => None,
    }
}

/// The same change over the whole horizon.
fn lasting(change: &Change) -> Change {
    let mut change = change.clone();
    for edit in &mut change.edits {
        if let Edit::Out { span, .. } | Edit::Set { span, .. } | Edit::Scale { span, .. } = edit {
            *span = Span::ALWAYS;
        }
    }
    change
}

#[cfg(test)]
mod tests {
    use super::*;
    use darsena_scenario::{ChangeKind, TableName};

    #[test]
    fn a_lasting_change_has_no_days() {
        let day = |day| jiff::civil::date(2024, 1, day);
        let change = Change {
            id: "a".into(),
            kind: ChangeKind::Disruption,
            edits: vec![Edit::Out {
                table: TableName::Sites,
                id: "a".into(),
                span: Span::days(day(1), day(2)),
            }],
            cost: 0.0,
        };
        let lasting = lasting(&change);
        assert_eq!(span(&lasting.edits[0]), Some(&Span::ALWAYS));
    }
}
