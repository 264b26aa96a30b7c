//! When each mode may begin under the law, and which rule shuts the others.
//!
//! # What is asked
//! One question a mode: may this asset, of that state and home port, be repaired in the state of the site, by
//! the party that does the work, for so many days? The days are those of all tasks of the job that can be done
//! in that state. An asset with a day of return is asked about once for every month before it, because
//! a rule counts those months. Nothing is asked inside the state of the asset, nor of a mode that takes neither
//! dock nor resource: trials and work-up are no work of a yard.
//!
//! # What is assumed
//! Ships ask as ships, aircraft as major defence equipment of the state that owns them. An asset is home for good from its day of
//! return on. A decision on record that names a holder counts only where that party, or its state, does the work.
//! Approvals are applied for on the first day of the scenario and take their typical days.

use std::collections::{BTreeMap, BTreeSet};

use darsena_law::arcs::{ArcOptions, open, records_of};
use darsena_law::{Act, Approval, Cited, Goods, Law, Question, Reading, RuleKind, Told, Verdict};
use darsena_scenario::{Asset, AssetKind, Job, Mode, PartyKind, Scenario};
use jiff::ToSpan;
use jiff::civil::Date;

/// When each mode of a scenario may begin.
#[derive(Debug, Clone, PartialEq)]
pub struct Windows {
    by_mode: Vec<Result<Vec<Interval>, Shut>>,
    waits: BTreeMap<usize, Vec<Approval>>,
    rules: BTreeMap<String, Cited>,
}

/// From a day until another, if it ends.
pub type Interval = (Date, Option<Date>);

/// Why the law shuts a mode on every day.
#[derive(Debug, Clone, PartialEq)]
pub struct Shut {
    /// What is answered.
    pub verdict: Verdict,
    /// The rules it rests on.
    pub rules: Vec<Cited>,
    /// Facts that are missing.
    pub missing: Vec<String>,
}

impl Windows {
    /// Every mode open on every day: no law is asked.
    #[must_use]
    pub fn open(scenario: &Scenario) -> Self {
        let start = scenario.head().start;
        Windows {
            by_mode: vec![Ok(vec![(start, None)]); scenario.modes().len()],
            waits: BTreeMap::new(),
            rules: BTreeMap::new(),
        }
    }

    /// Every mode open on the days told, by its place: in order, none touching the next.
    #[must_use]
    pub fn given(by_mode: Vec<Vec<Interval>>) -> Self {
        Windows {
            by_mode: by_mode.into_iter().map(Ok).collect(),
            waits: BTreeMap::new(),
            rules: BTreeMap::new(),
        }
    }

    /// What a reading of the law says.
    #[must_use]
    pub fn of_law(scenario: &Scenario, law: &Law, reading: &Reading<'_>) -> Self {
        Asking::new(scenario, law, reading).all()
    }

    /// When the mode at this place of its table may begin.
    ///
    /// # Errors
    /// Says why where it may not on any day.
    pub fn of(&self, mode: usize) -> Result<&[Interval], &Shut> {
        self.by_mode[mode].as_deref()
    }

    /// Approvals a mode waits for.
    #[must_use]
    pub fn waits(&self, mode: usize) -> &[Approval] {
        self.waits.get(&mode).map_or(&[], Vec::as_slice)
    }

    /// The rules that shut some mode on some day, by id.
    #[must_use]
    pub fn rules_in_the_way(&self) -> &BTreeMap<String, Cited> {
        &self.rules
    }
}

/// What decides the answer of a mode; two modes of the same kind are asked about once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    asset: usize,
    state: String,
    worker: String,
    voyage: bool,
    days: u32,
}

struct Asking<'a> {
    scenario: &'a Scenario,
    law: &'a Law,
    reading: &'a Reading<'a>,
    state_of_party: BTreeMap<&'a str, (&'a str, PartyKind)>,
    sites: BTreeMap<&'a str, &'a darsena_scenario::Site>,
    jobs: BTreeMap<&'a str, &'a Job>,
    job_of_task: BTreeMap<&'a str, &'a str>,
    assets: BTreeMap<&'a str, usize>,
    /// Modes that take a dock or a resource, by place.
    work: Vec<bool>,
    /// Days of a job's work that can be done in a state.
    days: BTreeMap<(&'a str, &'a str), u32>,
    until: Date,
}

impl<'a> Asking<'a> {
    fn new(scenario: &'a Scenario, law: &'a Law, reading: &'a Reading<'a>) -> Self {
        let parties = scenario.parties().iter();
        let sites: BTreeMap<&str, _> = { scenario.sites().iter() }
            .map(|site| (site.site.as_str(), site))
            .collect();
        let job_of_task: BTreeMap<&str, &str> = { scenario.tasks().iter() }
            .map(|task| (task.task.as_str(), task.job.as_str()))
            .collect();
        let using: BTreeSet<(&str, &str)> = { scenario.mode_usage().iter() }
            .map(|row| (row.task.as_str(), row.mode.as_str()))
            .collect();
        let work: Vec<bool> = { scenario.modes().iter() }
            .map(|mode| {
                mode.dock.is_some() || using.contains(&(mode.task.as_str(), mode.mode.as_str()))
            })
            .collect();
        // The shortest way to do each task in each state.
        let mut shortest: BTreeMap<(&str, &str), u32> = BTreeMap::new();
        for (mode, _) in scenario
            .modes()
            .iter()
            .zip(&work)
            .filter(|(_, work)| **work)
        {
            let state = sites[mode.site.as_str()].state.as_str();
            let days = shortest
                .entry((mode.task.as_str(), state))
                .or_insert(u32::MAX);
            *days = (*days).min(mode.days);
        }
        let mut days: BTreeMap<(&str, &str), u32> = BTreeMap::new();
        for ((task, state), least) in shortest {
            let sum = days.entry((job_of_task[task], state)).or_default();
            *sum = sum.saturating_add(least);
        }
        let end = scenario.head().horizon().end();
        Asking {
            scenario,
            law,
            reading,
            state_of_party: parties
                .map(|party| (party.party.as_str(), (party.state.as_str(), party.kind)))
                .collect(),
            sites,
            jobs: scenario
                .jobs()
                .iter()
                .map(|job| (job.job.as_str(), job))
                .collect(),
            job_of_task,
            assets: { scenario.assets().iter().enumerate() }
                .map(|(n, asset)| (asset.asset.as_str(), n))
                .collect(),
            work,
            days,
            until: end.saturating_add(4.years()),
        }
    }

    fn all(&self) -> Windows {
        let mut answers: BTreeMap<Kind, Answer> = BTreeMap::new();
        let mut windows = Windows {
            by_mode: Vec::new(),
            waits: BTreeMap::new(),
            rules: BTreeMap::new(),
        };
        for (place, mode) in self.scenario.modes().iter().enumerate() {
            let job = self.jobs[self.job_of_task[mode.task.as_str()]];
            let kind = self.kind(job, mode).filter(|_| self.work[place]);
            let Some(kind) = kind else {
                windows
                    .by_mode
                    .push(Ok(vec![(self.scenario.head().start, None)]));
                continue;
            };
            let answer = answers
                .entry(kind.clone())
                .or_insert_with(|| self.ask(&kind));
            for rule in &answer.rules {
                windows
                    .rules
                    .entry(rule.id.clone())
                    .or_insert_with(|| rule.clone());
            }
            if !answer.waits.is_empty() {
                windows.waits.insert(place, answer.waits.clone());
            }
            windows.by_mode.push(answer.open.clone());
        }
        windows
    }

    /// What is asked of a mode; nothing inside the state of the asset.
    fn kind(&self, job: &Job, mode: &Mode) -> Option<Kind> {
        let asset = self.assets[job.asset.as_str()];
        let owner = self.state_of_party[self.scenario.assets()[asset].party.as_str()].0;
        let site = self.sites[mode.site.as_str()];
        if owner == site.state.as_str() {
            return None;
        }
        let worker = mode.by.as_ref().or(site.party.as_ref());
        Some(Kind {
            asset,
            state: site.state.to_string(),
            worker: worker.map_or_else(String::new, ToString::to_string),
            voyage: job.kind.as_str().eq_ignore_ascii_case("vr"),
            days: { self.days.get(&(job.job.as_str(), site.state.as_str())) }
                .copied()
                .unwrap_or(0),
        })
    }

    fn ask(&self, kind: &Kind) -> Answer {
        let asset = &self.scenario.assets()[kind.asset];
        let owner = self.state_of_party[asset.party.as_str()].0;
        let (start, options) = (self.scenario.head().start, ArcOptions::default());
        let mut question = Question::new(
            Act::Repair,
            self.goods(asset, owner),
            owner,
            &kind.state,
            start,
        );
        let worker = self.state_of_party.get(kind.worker.as_str());
        let mut tell = |name: &str, told: Told| {
            // A law that does not know a fact does not ask for it.
            if self.law.fact(name).is_some() {
                question.facts.insert(name.into(), told);
            }
        };
        let days = i64::from(kind.days);
        tell("work_days", Told::Number(days));
        tell("preventive_days", Told::Number(days));
        tell("voyage_repair", Told::Flag(kind.voyage));
        tell(
            "us_workers",
            Told::Flag(worker.is_some_and(|(state, _)| *state == owner)),
        );
        tell(
            "private_yard",
            Told::Flag(
                worker.is_some_and(|(state, party)| *party == PartyKind::Firm && *state != owner),
            ),
        );
        question.records = self.records(kind);
        let home = self.sites[asset.home_site.as_str()].state.to_string();
        // The months before the asset comes home for good, each by itself.
        let mut pieces = vec![(start, None)];
        if let Some(due) = asset.return_due.filter(|_| home != owner) {
            pieces.clear();
            // A month that has begun counts: 15 are left on the day 15 months before it comes home, 16 a day sooner.
            for months in (1..=MONTHS_COUNTED).rev() {
                let from = if months == MONTHS_COUNTED {
                    start
                } else {
                    due.saturating_sub(months.months())
                };
                pieces.push((from.max(start), Some(months)));
            }
            pieces.push((due.max(start), None));
        }
        let mut answer = Answer::default();
        let mut intervals: Vec<Interval> = Vec::new();
        let mut shut = None;
        for (n, (from, months)) in pieces.iter().enumerate() {
            let until = pieces.get(n + 1).map_or(self.until, |(next, _)| *next);
            if *from >= until {
                continue;
            }
            let back = asset.return_due.is_some_and(|due| *from >= due);
            let port = if back {
                owner.to_string()
            } else {
                home.clone()
            };
            for (name, told) in [
                ("home_port", Told::Word(port)),
                ("reassignment_planned", Told::Flag(months.is_some())),
                (
                    "months_to_reassignment",
                    Told::Number(months.unwrap_or(MONTHS_COUNTED)),
                ),
            ] {
                if self.law.fact(name).is_some() {
                    question.facts.insert(name.into(), told);
                }
            }
            question.on = *from;
            let turns = self.reading.timeline(&question, *from, until);
            for turn in &turns {
                if turn.ruling.overall == Verdict::Allow {
                    continue;
                }
                let rules = turn.ruling.rules.iter();
                let rules = rules.filter(|rule| rule.decides && rule.kind.forbids());
                answer.rules.extend(rules.cloned());
                if answer.waits.is_empty() && turn.ruling.overall == Verdict::Needs {
                    answer.waits.clone_from(&turn.ruling.approvals);
                }
                if shut.is_none() {
                    shut = Some(Shut {
                        verdict: turn.ruling.overall,
                        rules: { turn.ruling.rules.iter() }
                            .filter(|rule| rule.decides && rule.kind != RuleKind::Allow)
                            .cloned()
                            .collect(),
                        missing: turn
                            .ruling
                            .missing
                            .iter()
                            .map(|(name, _)| name.clone())
                            .collect(),
                    });
                }
            }
            // Approvals are applied for on the first day of the scenario, whenever the piece begins.
            for (from, until) in open(&options, (start, until), &turns) {
                let until = (until < self.until).then_some(until);
                match intervals.last_mut() {
                    Some(last) if last.1 == Some(from) => last.1 = until,
                    _ => intervals.push((from, until)),
                }
            }
        }
        answer.open = match shut {
            Some(shut) if intervals.is_empty() => Err(shut),
            _ => Ok(intervals),
        };
        answer
    }

    fn goods(&self, asset: &Asset, owner: &str) -> Goods {
        let class = match asset.kind {
            Some(AssetKind::Aircraft) => "us-mde",
            _ => "ship",
        };
        let mut flags: BTreeSet<String> = asset.flags.iter().map(ToString::to_string).collect();
        if asset.kind != Some(AssetKind::Aircraft) {
            flags.insert("ship".into());
        }
        Goods {
            id: asset.asset.to_string(),
            name: asset.name.to_string(),
            classes: self.law.class(class).cloned().into_iter().collect(),
            flags,
            origins: [owner.to_string()].into(),
        }
    }

    /// The decisions on record that may answer for who does the work.
    fn records(&self, kind: &Kind) -> Vec<darsena_law::Record> {
        let rows = self.scenario.authorizations().iter();
        let records = records_of(self.scenario).into_iter().zip(rows);
        records
            .filter(|(_, row)| {
                row.holder.as_ref().is_none_or(|holder| {
                    holder.as_str() == kind.worker
                        || self
                            .state_of_party
                            .get(holder.as_str())
                            .is_some_and(|(state, party)| {
                                *party == PartyKind::State && *state == kind.state
                            })
                })
            })
            .map(|(record, _)| record)
            .collect()
    }
}

/// Months before a return that are told apart.
const MONTHS_COUNTED: i64 = 24;

struct Answer {
    open: Result<Vec<Interval>, Shut>,
    waits: Vec<Approval>,
    rules: Vec<Cited>,
}

impl Default for Answer {
    fn default() -> Self {
        Answer {
            open: Ok(Vec::new()),
            waits: Vec::new(),
            rules: Vec::new(),
        }
    }
}
