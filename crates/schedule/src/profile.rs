//! What is free of one resource over time: a step function with fast questions.
//!
//! For calendars with few changes over a long time. Time is counted in whole steps from 0.

/// The free amount of one resource as a step function of time. It may fall below 0 where more is
/// taken than there is.
///
/// # Example
/// ```
/// use darsena_schedule::Profile;
///
/// let mut dock = Profile::new(&[(0, 1), (100, 0), (130, 1)]);     // closed from 100 until 130
/// assert_eq!(dock.fit(0, 60, 1), Some(0));
/// dock.take(0, 60, 1);
/// assert_eq!(dock.fit(0, 60, 1), Some(130));
/// assert_eq!(dock.fit(0, 40, 1), Some(60));
/// assert_eq!(dock.fit_before(200, 60, 1), Some(140));
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Profile {
    /// From when on how much: rising times, neighbours differ, the first is 0.
    steps: Vec<(u32, i64)>,
}

impl Profile {
    /// A profile from steps in rising order of time; before the first there is nothing.
    pub fn new(steps: &[(u32, u32)]) -> Self {
        let mut profile = Self {
            steps: vec![(0, 0)],
        };
        for &(from, amount) in steps {
            match profile.steps.last_mut() {
                Some(last) if last.0 >= from => last.1 = i64::from(amount),
                _ => profile.steps.push((from, i64::from(amount))),
            }
        }
        profile
            .steps
            .dedup_by(|later, earlier| later.1 == earlier.1);
        profile
    }

    /// A profile that is always the same.
    pub fn constant(amount: u32) -> Self {
        Self {
            steps: vec![(0, i64::from(amount))],
        }
    }

    /// From when on how much is free: rising times from 0 on, neighbours differ.
    pub fn steps(&self) -> &[(u32, i64)] {
        &self.steps
    }

    /// The place of the step that holds at a time.
    fn place(&self, time: u32) -> usize {
        self.steps.partition_point(|step| step.0 <= time) - 1
    }

    /// What is free at a time.
    pub fn free(&self, time: u32) -> i64 {
        self.steps[self.place(time)].1
    }

    /// The least that is free from `from` until before `until`; what is free at `from` when the interval is empty.
    pub fn least(&self, from: u32, until: u32) -> i64 {
        let first = self.place(from);
        self.steps[first..]
            .iter()
            .take_while(|step| step.0 <= from || step.0 < until)
            .map(|step| step.1)
            .min()
            .unwrap_or(0)
    }

    /// The earliest time from `earliest` on at which `amount` is free for `duration`; none when it
    /// never is. An empty duration fits at once.
    pub fn fit(&self, earliest: u32, duration: u32, amount: u32) -> Option<u32> {
        let amount = i64::from(amount);
        if duration == 0 {
            return Some(earliest);
        }
        let mut start = earliest;
        let mut k = self.place(earliest);
        loop {
            if self.steps[k].1 < amount {
                // No start before the end of this step will do.
                start = self.steps.get(k + 1)?.0;
            } else if self
                .steps
                .get(k + 1)
                .is_none_or(|next| u64::from(next.0) >= u64::from(start) + u64::from(duration))
            {
                return start.checked_add(duration).map(|_| start);
            }
            k += 1;
        }
    }

    /// The latest start from which `amount` is free for `duration` and all is over by `latest`;
    /// none when there is none. An empty duration fits at `latest`.
    pub fn fit_before(&self, latest: u32, duration: u32, amount: u32) -> Option<u32> {
        let amount = i64::from(amount);
        if duration == 0 {
            return Some(latest);
        }
        if latest == 0 {
            return None;
        }
        let mut end = latest;
        let mut k = self.place(latest - 1);
        loop {
            let from = self.steps[k].0;
            if self.steps[k].1 < amount {
                end = from;
            } else if from.checked_add(duration).is_some_and(|over| over <= end) {
                return Some(end - duration);
            }
            k = k.checked_sub(1)?;
        }
    }

    /// Takes an amount from `from` until before `until`; a negative amount gives back.
    pub fn take(&mut self, from: u32, until: u32, amount: i64) {
        if from >= until || amount == 0 {
            return;
        }
        let first = self.split(from);
        let last = if until == u32::MAX {
            self.steps.len()
        } else {
            self.split(until)
        };
        for step in &mut self.steps[first..last] {
            step.1 -= amount;
        }
        // Only the two ends can have become like their neighbours.
        if last < self.steps.len() && self.steps[last].1 == self.steps[last - 1].1 {
            self.steps.remove(last);
        }
        if first > 0 && self.steps[first].1 == self.steps[first - 1].1 {
            self.steps.remove(first);
        }
    }

    /// Gives back what was taken.
    pub fn give(&mut self, from: u32, until: u32, amount: i64) {
        self.take(from, until, -amount);
    }

    /// Makes a step begin at a time and returns its place.
    fn split(&mut self, time: u32) -> usize {
        let place = self.place(time);
        if self.steps[place].0 == time {
            place
        } else {
            let amount = self.steps[place].1;
            self.steps.insert(place + 1, (time, amount));
            place + 1
        }
    }
}
