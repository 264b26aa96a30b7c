//! The same question on every day: the days on which the answer changes, and what changed it.
//!
//! Days are not tried one by one. A ruling can change only where a rule comes into force or ends, where a
//! membership of one of its states does, or where a record does; those days are judged, and equal
//! neighbours put together.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use crate::question::Question;
use crate::reading::{AsOf, Brief, Judged, Reading};
use crate::ruling::Ruling;

/// What made an answer change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A rule came into force.
    Begins(String),
    /// A rule ended.
    Ends(String),
    /// A state joined a group.
    Joins(String, String),
    /// A state left a group.
    Leaves(String, String),
    /// A decision was recorded, or ran out.
    Record(String),
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Cause::Begins(rule) => write!(f, "{rule} in force"),
            Cause::Ends(rule) => write!(f, "{rule} ends"),
            Cause::Joins(state, group) => write!(f, "{state} joins {group}"),
            Cause::Leaves(state, group) => write!(f, "{state} leaves {group}"),
            Cause::Record(id) => write!(f, "record {id}"),
        }
    }
}

/// An answer, from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// First day.
    pub from: Date,
    /// The answer.
    pub ruling: Arc<Ruling>,
    /// What made it differ from the one before; nothing for the first.
    pub because: Vec<Cause>,
}

impl Reading<'_> {
    /// Returns the answers over `[from, until)` in order of days, each from the day it begins.
    #[must_use]
    pub fn timeline(&self, question: &Question, from: Date, until: Date) -> Vec<Turn> {
        let brief = self.brief(question);
        let mut turns: Vec<Turn> = Vec::new();
        for (day, ruling) in self.changes(question, &brief, from, until) {
            let because = match turns.last() {
                None => Vec::new(),
                Some(before) => self.causes(question, &brief, day, &before.ruling, &ruling),
            };
            turns.push(Turn {
                from: day,
                ruling,
                because,
            });
        }
        turns
    }

    /// Returns the answer to each question on each day, by question, then day. Work is shared by `threads`.
    #[must_use]
    pub fn matrix(
        &self,
        questions: &[Question],
        days: &[Date],
        threads: usize,
    ) -> Vec<Vec<Arc<Ruling>>> {
        let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) else {
            return vec![Vec::new(); questions.len()];
        };
        let until = last.tomorrow().unwrap_or(*last);
        let row = |question: &Question| {
            let changes = self.changes(question, &self.brief(question), *first, until);
            let on = |day: &Date| {
                let n = changes.partition_point(|(from, _)| from <= day);
                changes[n.saturating_sub(1)].1.clone()
            };
            days.iter().map(on).collect::<Vec<_>>()
        };
        let share = questions.len().div_ceil(threads.max(1)).max(1);
        let rows = |part: &[Question]| part.iter().map(row).collect::<Vec<_>>();
        let rows = &rows;
        std::thread::scope(|scope| {
            let parts: Vec<_> = questions
                .chunks(share)
                .map(|part| scope.spawn(move || rows(part)))
                .collect();
            parts
                .into_iter()
                .flat_map(|part| part.join().expect("judging does not panic"))
                .collect()
        })
    }

    /// The days on which the answer changes, with the answer from then on; the first day first.
    fn changes(
        &self,
        question: &Question,
        brief: &Brief,
        from: Date,
        until: Date,
    ) -> Vec<(Date, Arc<Ruling>)> {
        let mut changes: Vec<(Date, Arc<Ruling>)> = Vec::new();
        let mut before: Option<Judged> = None;
        let mut moved = question.clone();
        let memberships: Vec<_> = self.memberships(question, brief).collect();
        for day in self.turns(question, brief, from, Some(until)) {
            moved.on = day;
            let judged = self.judge(&moved, brief);
            let same = |before: &Judged| {
                let pairs = before.iter().zip(&judged);
                pairs
                    .into_iter()
                    .all(|(a, b)| Arc::ptr_eq(&a.0, &b.0) && Arc::ptr_eq(&a.1, &b.1))
            };
            // Records, and what is cited of memberships, are looked at when a ruling is put together.
            let looked_at = !question.records.is_empty() || { memberships.iter() }
                .any(|row| row.from == day || row.until == Some(day));
            if !looked_at && before.as_ref().is_some_and(same) {
                continue;
            }
            let ruling = self.assemble(&moved, brief, &judged);
            before = Some(judged);
            if changes.last().is_none_or(|(_, last)| **last != ruling) {
                changes.push((day, Arc::new(ruling)));
            }
        }
        changes
    }

    /// What happened on `day` that the two rulings tell apart.
    fn causes(
        &self,
        question: &Question,
        brief: &Brief,
        day: Date,
        before: &Ruling,
        after: &Ruling,
    ) -> Vec<Cause> {
        let law = self.law();
        let mut causes = BTreeSet::new();
        let dated = match self.options().as_of {
            AsOf::Everything => true,
            AsOf::Known(known) => day <= known,
            AsOf::Fixed(_) => false,
        };
        if dated {
            for rule in law.rules() {
                let cited =
                    |ruling: &Ruling| ruling.rules.iter().any(|one| one.policy == rule.policy);
                if rule.from == Some(day) && cited(after) && !cited(before) {
                    causes.insert(Cause::Begins(rule.policy.clone()));
                }
                if rule.until == Some(day) && cited(before) && !cited(after) {
                    causes.insert(Cause::Ends(rule.policy.clone()));
                }
            }
            for member in self.memberships(question, brief) {
                let (state, group) = (member.state.clone(), member.group.clone());
                if member.from == day {
                    causes.insert(Cause::Joins(state, group));
                } else if member.until == Some(day) {
                    causes.insert(Cause::Leaves(state, group));
                }
            }
        }
        for record in &question.records {
            if record.date == Some(day) || record.until == Some(day) {
                causes.insert(Cause::Record(record.id.clone()));
            }
        }
        causes.into_iter().collect()
    }
}
