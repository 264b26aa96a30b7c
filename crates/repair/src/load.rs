//! How full docks and trades are, month by month, under a schedule.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use crate::place::Visit;
use crate::problem::{Day, Problem};

/// A month of the calendar, cut at both ends of the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    /// First day.
    pub from: Day,
    /// First day no longer.
    pub until: Day,
    /// The first day as a date.
    pub date: Date,
}

/// Use of a dock in a month, in days times assets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DockLoad {
    /// Its place.
    pub dock: usize,
    /// The month.
    pub month: Month,
    /// Days an asset is in it.
    pub taken: i64,
    /// Days it is set up for the next.
    pub set_up: i64,
    /// Days it is open.
    pub open: i64,
}

/// Use of a trade or team in a month, in thousandths of its unit times days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TradeLoad {
    /// Its place.
    pub resource: usize,
    /// The month.
    pub month: Month,
    /// What is used.
    pub used: i64,
    /// Regular capacity.
    pub regular: i64,
    /// What is used beyond the regular capacity of a day.
    pub beyond: i64,
    /// Highest use of a day.
    pub peak: i64,
}

/// Returns the months of the horizon, and those after it in which a job is still under way.
#[must_use]
pub fn months(problem: &Problem, visits: &[Option<Visit>]) -> Vec<Month> {
    let last = { visits.iter().flatten() }
        .map(|visit| visit.back)
        .max()
        .unwrap_or(0)
        .max(problem.horizon);
    let mut months = Vec::new();
    let (mut from, mut date) = (0, problem.start);
    while from < last {
        let next = date.first_of_month().saturating_add(1.month());
        let until = from + date.until(next).map_or(1, |span| span.get_days()).max(1);
        months.push(Month {
            from,
            until: until.min(last),
            date,
        });
        (from, date) = (until, next);
    }
    months
}

/// Returns the load of each dock that is used, in order of place and month.
#[must_use]
pub fn docks(problem: &Problem, visits: &[Option<Visit>]) -> Vec<DockLoad> {
    let mut held: BTreeMap<usize, Vec<(Day, Day, Day)>> = BTreeMap::new();
    for (data, visit) in problem.jobs.iter().zip(visits) {
        for (task, (option, start)) in data
            .tasks
            .iter()
            .zip(visit.iter().flat_map(|visit| &visit.tasks))
        {
            let option = &task.options[*option];
            if let Some(dock) = option.dock {
                let end = start + option.days;
                held.entry(dock)
                    .or_default()
                    .push((*start, end, end + problem.docks[dock].set_up));
            }
        }
    }
    let months = months(problem, visits);
    let mut loads = Vec::new();
    for (dock, stays) in &held {
        let data = &problem.docks[*dock];
        for month in &months {
            let overlap =
                |a: Day, b: Day| i64::from((b.min(month.until) - a.max(month.from)).max(0));
            let is_open = |day: &Day| {
                let mut shut = data.closed.iter();
                !shut.any(|(closed, open)| (*closed..*open).contains(day))
            };
            let open = (month.from..month.until).filter(is_open);
            let open = open.map(|day| data.on(day).0).sum();
            loads.push(DockLoad {
                dock: *dock,
                month: *month,
                taken: stays
                    .iter()
                    .map(|(start, end, _)| overlap(*start, *end))
                    .sum(),
                set_up: stays
                    .iter()
                    .map(|(_, end, over)| overlap(*end, *over))
                    .sum(),
                open,
            });
        }
    }
    loads
}

/// Returns the load of each trade that is used, in order of place and month.
#[must_use]
pub fn trades(problem: &Problem, visits: &[Option<Visit>]) -> Vec<TradeLoad> {
    let mut used: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    for (data, visit) in problem.jobs.iter().zip(visits) {
        for (task, (option, start)) in data
            .tasks
            .iter()
            .zip(visit.iter().flat_map(|visit| &visit.tasks))
        {
            let option = &task.options[*option];
            for (resource, usage) in &option.uses {
                let days = used
                    .entry(*resource)
                    .or_insert_with(|| vec![0; problem.days]);
                for day in *start..start + option.days {
                    if let Some(day) = usize::try_from(day).ok().and_then(|day| days.get_mut(day)) {
                        *day += usage;
                    }
                }
            }
        }
    }
    let months = months(problem, visits);
    let mut loads = Vec::new();
    for (resource, days) in &used {
        let data = &problem.resources[*resource];
        for month in &months {
            let (from, until) = (
                usize::try_from(month.from).unwrap_or(0),
                usize::try_from(month.until).unwrap_or(0),
            );
            let sum = |days: &[i64]| {
                days.get(from..until)
                    .map_or(0, |days| days.iter().sum::<i64>())
            };
            loads.push(TradeLoad {
                resource: *resource,
                month: *month,
                used: sum(days),
                regular: sum(&data.regular),
                beyond: (from..until)
                    .filter_map(|n| Some((days.get(n)? - data.regular.get(n)?).max(0)))
                    .sum(),
                peak: days
                    .get(from..until)
                    .and_then(|days| days.iter().max())
                    .copied()
                    .unwrap_or(0),
            });
        }
    }
    loads
}
