//! Time: the periods a horizon is cut into, and which of them a date belongs to.
//!
//! Periods are numbered from 0 and are half-open: period t holds the days from `start_of(t)` until
//! `start_of(t + 1)`, the last day excluded. Days and weeks are exact steps; months and quarters
//! follow the calendar, counted from the day of the month the horizon starts on.
//!
//! Events before the end of a period belong to it (`period_of`); what holds from a date on holds from
//! the first period that starts on that date or later (`first_from`). Durations become whole periods by
//! rounding up: a month counts 30.4375 days and a quarter 91.3125, the means of the calendar.

use std::fmt;
use std::ops::Range;

use jiff::ToSpan;
use jiff::civil::Date;

/// The equal steps a horizon is cut into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// A day.
    Day,
    /// Seven days.
    Week,
    /// A month of the calendar.
    Month,
    /// Three months of the calendar.
    Quarter,
}

impl Period {
    pub(crate) const WORDS: [(&'static str, Period); 4] = [
        ("day", Period::Day),
        ("week", Period::Week),
        ("month", Period::Month),
        ("quarter", Period::Quarter),
    ];

    /// `day`, `week`, `month` or `quarter`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
            Period::Quarter => "quarter",
        }
    }

    /// Mean length in days.
    #[must_use]
    pub fn mean_days(self) -> f64 {
        let (days, periods) = self.days_in_periods();
        f64::from(days) / f64::from(periods)
    }

    /// Mean length as a fraction: so many days make so many periods.
    fn days_in_periods(self) -> (u32, u32) {
        match self {
            Period::Day => (1, 1),
            Period::Week => (7, 1),
            Period::Month => (487, 16),
            Period::Quarter => (1461, 16),
        }
    }

    fn months(self) -> Option<i32> {
        match self {
            Period::Day | Period::Week => None,
            Period::Month => Some(1),
            Period::Quarter => Some(3),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The days planned, cut into periods.
///
/// ```
/// use darsena_scenario::{Horizon, Period};
/// use jiff::civil::date;
///
/// let weeks = Horizon::new(date(2024, 7, 1), Period::Week, 12).expect("in the calendar");
/// assert_eq!(weeks.period_of(date(2024, 7, 9)), 1);
/// assert_eq!(weeks.first_from(date(2024, 7, 9)), 2);
/// assert_eq!(weeks.span(Some(date(2024, 7, 9)), None), 2..12);
/// assert_eq!(weeks.periods_for_days(8), 2);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    start: Date,
    period: Period,
    periods: u32,
}

/// Most periods of a horizon.
pub(crate) const MOST_PERIODS: u32 = 10_000;

impl Horizon {
    /// A horizon of so many periods; none if it is empty, has more than 10,000 periods or runs out of the
    /// calendar (year 9999).
    #[must_use]
    pub fn new(start: Date, period: Period, periods: u32) -> Option<Self> {
        let horizon = Horizon {
            start,
            period,
            periods,
        };
        let fits = (1..=MOST_PERIODS).contains(&periods) && start.year() > 0;
        (fits && horizon.checked_start_of(i64::from(periods)).is_some()).then_some(horizon)
    }

    /// How many periods there are.
    #[must_use]
    #[expect(
        clippy::len_without_is_empty,
        reason = "a horizon has at least one period"
    )]
    pub fn len(&self) -> usize {
        self.periods as usize
    }

    /// The length of its periods.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// First day.
    #[must_use]
    pub fn start(&self) -> Date {
        self.start
    }

    /// First day after the last period.
    #[must_use]
    pub fn end(&self) -> Date {
        self.start_of(self.len())
    }

    /// First day of period `t`; `t` may be [`Horizon::len`], which gives the end, and larger ones give
    /// the end too.
    #[must_use]
    pub fn start_of(&self, t: usize) -> Date {
        let t = t.min(self.len()) as i64;
        self.checked_start_of(t)
            .expect("`new` checked that the end is in the calendar")
    }

    fn checked_start_of(&self, t: i64) -> Option<Date> {
        let span = match self.period.months() {
            None => {
                let (days, _) = self.period.days_in_periods();
                0.days().try_days(t * i64::from(days)).ok()?
            }
            Some(months) => 0.months().try_months(t * i64::from(months)).ok()?,
        };
        self.start.checked_add(span).ok()
    }

    /// The period that holds the date; negative before the start, [`Horizon::len`] or more after the end.
    #[must_use]
    pub fn period_of(&self, date: Date) -> i64 {
        match self.period.months() {
            None => {
                let (days, _) = self.period.days_in_periods();
                days_between(self.start, date).div_euclid(i64::from(days))
            }
            Some(months) => {
                let year = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
                let mut t = (year(date) - year(self.start)).div_euclid(i64::from(months));
                // Where the horizon starts inside a month, its periods turn inside months too.
                if self.checked_start_of(t).is_some_and(|start| start > date) {
                    t -= 1;
                }
                t
            }
        }
    }

    /// The first period that starts on the date or later.
    #[must_use]
    pub fn first_from(&self, date: Date) -> i64 {
        let t = self.period_of(date);
        if self.checked_start_of(t) == Some(date) {
            t
        } else {
            t + 1
        }
    }

    /// The periods that start inside the interval, of those of the horizon; an open end is blank.
    #[must_use]
    pub fn span(&self, from: Option<Date>, until: Option<Date>) -> Range<usize> {
        let clip = |t: i64| t.clamp(0, i64::from(self.periods)) as usize;
        let first = from.map_or(0, |date| clip(self.first_from(date)));
        let last = until.map_or(self.len(), |date| clip(self.first_from(date)));
        first..last.max(first)
    }

    /// Whole periods that a duration takes, rounded up.
    #[must_use]
    pub fn periods_for_days(&self, days: u32) -> usize {
        let (length, periods) = self.period.days_in_periods();
        (u64::from(days) * u64::from(periods)).div_ceil(u64::from(length)) as usize
    }

    /// How people call period `t`: `2024-07` for months, `2024-Q3` for quarters, else its first day.
    #[must_use]
    pub fn label(&self, t: usize) -> String {
        let start = self.start_of(t);
        match self.period {
            Period::Month if start.day() == 1 => {
                format!("{:04}-{:02}", start.year(), start.month())
            }
            Period::Quarter if start.day() == 1 && start.month() % 3 == 1 => {
                format!("{:04}-Q{}", start.year(), start.month() / 3 + 1)
            }
            _ => start.to_string(),
        }
    }
}

/// Days from one date to another.
pub(crate) fn days_between(from: Date, until: Date) -> i64 {
    from.duration_until(until).as_hours() / 24
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn weeks_round_as_the_reference_does() {
        let weeks = Horizon::new(date(2024, 7, 1), Period::Week, 4).expect("fits");
        for day in -20_i64..40 {
            let on = date(2024, 7, 1)
                .checked_add(day.days())
                .expect("in the calendar");
            assert_eq!(weeks.period_of(on), day.div_euclid(7), "{on}");
            assert_eq!(weeks.first_from(on), (day + 6).div_euclid(7), "{on}");
        }
        assert_eq!(weeks.span(None, Some(date(2024, 7, 9))), 0..2);
        assert_eq!(weeks.span(Some(date(2025, 1, 1)), None), 4..4);
        assert_eq!(
            weeks.span(Some(date(2024, 1, 1)), Some(date(2024, 2, 1))),
            0..0
        );
    }

    #[test]
    fn months_follow_the_calendar() {
        let months = Horizon::new(date(2024, 1, 31), Period::Month, 14).expect("fits");
        assert_eq!(months.start_of(1), date(2024, 2, 29));
        assert_eq!(months.start_of(2), date(2024, 3, 31));
        assert_eq!(months.period_of(date(2024, 3, 30)), 1);
        assert_eq!(months.period_of(date(2024, 1, 30)), -1);
        let quarters = Horizon::new(date(2024, 7, 1), Period::Quarter, 4).expect("fits");
        assert_eq!(quarters.label(2), "2025-Q1");
        assert_eq!(quarters.period_of(date(2024, 6, 30)), -1);
        assert_eq!(quarters.period_of(date(2024, 10, 1)), 1);
        assert_eq!(quarters.first_from(date(2024, 10, 2)), 2);
        for t in 0..14 {
            assert_eq!(months.period_of(months.start_of(t)), t as i64);
            assert_eq!(months.first_from(months.start_of(t)), t as i64);
        }
    }

    #[test]
    fn durations_round_up() {
        let months = Horizon::new(date(2024, 1, 1), Period::Month, 1).expect("fits");
        let periods: Vec<usize> = [0, 1, 30, 31, 365, 366, 487]
            .map(|d| months.periods_for_days(d))
            .to_vec();
        assert_eq!(periods, [0, 1, 1, 2, 12, 13, 16]);
    }

    #[test]
    fn a_horizon_stays_in_the_calendar() {
        assert_eq!(Horizon::new(date(9999, 12, 1), Period::Month, 2), None);
        assert_eq!(Horizon::new(date(2024, 1, 1), Period::Day, 0), None);
        assert_eq!(
            Horizon::new(date(2024, 1, 1), Period::Quarter, u32::MAX),
            None
        );
    }
}
