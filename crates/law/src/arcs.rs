//! What the law says of every make, move and hand-over of a scenario, and when each may be used.
//!
//! # What is asked
//! For each recipe, whether its item may be made there with the knowledge of the states of design; if it
//! names technical data, whether these may be released. For each lane between states and each item it may
//! carry, and for each demand whose party lives in another state than its site, whether units may go:
//! asked once per state of manufacture, because the law follows the very unit. A recipe whose item is a
//! service renders it with what the states of design let out.
//!
//! Nothing is asked, and the arc is open, inside one state, of an item without a class, and where an end is
//! a state the law does not know.
//!
//! # What is assumed
//! Unless [`ArcOptions::facts`] says otherwise, finished weapons are sold by the government of the United
//! States and everything else on commercial licences, the party that runs a site is the user there, and what
//! the state it leaves has granted before is not the first case of its kind.
//!
//! # When an arc opens
//! ```text
//! allow            on the first day of that ruling, or of the scenario
//! needs            after the days of its approvals, applied for on the scenario's first day, if the ruling still holds then
//! unknown          the same, with every approval that may be needed, if that is the worst it may be
//! deny             not while it lasts
//! policy, unknown  else as the options say; not at all without them
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use darsena_scenario::{AuthorizationDecision, ItemId, PartyKind, Scenario};
use jiff::ToSpan;
use jiff::civil::Date;

use crate::library::Days;
use crate::question::{Act, Classed, Goods, Question, Record, Told};
use crate::reading::Reading;
use crate::ruling::{Cited, Ruling, Verdict};
use crate::timeline::Turn;

/// How long approvals are taken to last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wait {
    /// The fewest days.
    Shortest,
    /// The typical days.
    #[default]
    Typical,
    /// The most days; where nobody can say, the arc stays shut.
    Longest,
}

impl Wait {
    fn of(self, days: Days) -> Option<u32> {
        match self {
            Wait::Shortest => Some(days.min),
            Wait::Typical => Some(days.typical),
            Wait::Longest => days.max,
        }
    }
}

/// How rulings become openings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArcOptions {
    /// How long approvals last.
    pub wait: Wait,
    /// Whether an arc is used where the answer is unknown.
    pub open_unknown: bool,
    /// Whether an arc is used where the answer is a political act.
    pub open_policy: bool,
    /// Facts told for every question, by name; they go before what the tables say.
    pub facts: BTreeMap<String, Told>,
    /// Days that an approval takes less than usual, by grantor and id.
    pub sooner: BTreeMap<(String, String), u32>,
    /// Threads that share the judging, one without any; the answer does not depend on it.
    pub threads: usize,
}

/// What a ruling is about; numbers are places in the tables of the scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// Running a recipe.
    Make(usize),
    /// Releasing the technical data of a recipe.
    Release(usize),
    /// Using a lane.
    Ship(usize),
    /// Handing over to the party of a demand.
    Deliver(usize),
}

/// The law of one arc for units of one sort.
#[derive(Debug, Clone, PartialEq)]
pub struct Ruled {
    /// What it is about.
    pub what: What,
    /// Id of the recipe, lane or demand.
    pub id: String,
    /// The item.
    pub item: ItemId,
    /// State in which the units were made; none where no table says.
    pub made_in: Option<String>,
    /// States whose law follows such a unit: those of design and that of manufacture.
    pub states: BTreeSet<String>,
    /// The question asked, on the first day; none where the arc stays inside one state.
    pub question: Option<Question>,
    /// The horizon: first day, first day no longer.
    pub span: (Date, Date),
    /// The answers over the horizon.
    pub timeline: Vec<Turn>,
    /// Intervals in which it may be used: first day, first day no longer.
    pub open: Vec<(Date, Date)>,
}

impl Ruled {
    /// Why it is shut on `day`, or what it waits for; nothing where it is open.
    #[must_use]
    pub fn reason(&self, day: Date) -> Option<Reason> {
        if self
            .open
            .iter()
            .any(|(from, until)| *from <= day && day < *until)
        {
            return None;
        }
        let n = self.timeline.partition_point(|turn| turn.from <= day);
        let turn = self.timeline.get(n.saturating_sub(1))?;
        let ruling = turn.ruling.clone();
        let until = self
            .open
            .iter()
            .map(|(from, _)| *from)
            .find(|from| *from > day);
        Some(Reason { ruling, until })
    }

    /// The same question asked of another reading of the law.
    fn again(&self, reading: &Reading<'_>, options: &ArcOptions) -> Self {
        let mut again = self.clone();
        if let Some(question) = &self.question {
            again.timeline = reading.timeline(question, self.span.0, self.span.1);
        }
        again.with(options)
    }

    /// The same answers, opening with other options; facts told there are not heard, the answers are there.
    #[must_use]
    pub fn with(mut self, options: &ArcOptions) -> Self {
        if self.question.is_some() {
            self.open = open(options, self.span, &self.timeline);
        }
        self
    }

    /// First day on which it may be used.
    #[must_use]
    pub fn opens(&self) -> Option<Date> {
        self.open.first().map(|(from, _)| *from)
    }
}

/// Why an arc is shut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The ruling that holds.
    pub ruling: Arc<Ruling>,
    /// Day on which it opens, inside the horizon.
    pub until: Option<Date>,
}

impl Reason {
    /// The rules it rests on.
    pub fn rules(&self) -> impl Iterator<Item = &Cited> {
        self.ruling
            .rules
            .iter()
            .filter(|rule| rule.decides && rule.kind.forbids())
    }
}

/// Returns the law of every recipe, lane and demand of `scenario` over its horizon: in the order of the
/// tables, within one by item, then state of manufacture.
#[must_use]
pub fn rulings_for(scenario: &Scenario, reading: &Reading<'_>, options: &ArcOptions) -> Vec<Ruled> {
    let room = Room::new(scenario, reading, options);
    let mut ruled = Vec::new();
    for (n, recipe) in scenario.recipes().iter().enumerate() {
        let place = room.state_of_site[recipe.site.as_str()];
        let act = if room.is(&recipe.item, "service") {
            Act::Release
        } else {
            Act::Make
        };
        ruled.push(room.make(What::Make(n), act, &recipe.recipe, &recipe.item, place));
        if let Some(data) = &recipe.technical_data {
            ruled.push(room.make(What::Release(n), Act::Release, &recipe.recipe, data, place));
        }
    }
    for (n, lane) in scenario.lanes().iter().enumerate() {
        let from = room.state_of_site[lane.from_site.as_str()];
        let to = room.state_of_site[lane.to_site.as_str()];
        for item in scenario
            .items()
            .iter()
            .filter(|item| lane.item.as_ref().is_none_or(|one| *one == item.item))
        {
            for maker in room.makers(&item.item) {
                let user = room.user_at(&lane.to_site);
                ruled.push(room.moved(
                    What::Ship(n),
                    &lane.lane,
                    &item.item,
                    maker,
                    (from, to),
                    user,
                    None,
                ));
            }
        }
    }
    for (n, demand) in scenario.demands().iter().enumerate() {
        let from = room.state_of_site[demand.site.as_str()];
        let (to, government) = room.state_of_party[demand.party.as_str()];
        let value = room.value(&demand.item, demand.quantity);
        for maker in room.makers(&demand.item) {
            let ends = (from, to);
            ruled.push(room.moved(
                What::Deliver(n),
                &demand.demand,
                &demand.item,
                maker,
                ends,
                government,
                value,
            ));
        }
    }
    answered(ruled, reading, options)
}

/// The same with their answers; threads take one after the other.
fn answered(ruled: Vec<Ruled>, reading: &Reading<'_>, options: &ArcOptions) -> Vec<Ruled> {
    let next = AtomicUsize::new(0);
    let share = || {
        let mut own = Vec::new();
        while let Some((n, one)) = {
            let n = next.fetch_add(1, Ordering::Relaxed);
            ruled.get(n).map(|one| (n, one))
        } {
            own.push((n, one.again(reading, options)));
        }
        own
    };
    let mut answered = std::thread::scope(|scope| {
        let others: Vec<_> = (1..options.threads).map(|_| scope.spawn(share)).collect();
        let mut all = share();
        for other in others {
            all.extend(other.join().expect("judging does not panic"));
        }
        all
    });
    answered.sort_unstable_by_key(|(n, _)| *n);
    answered.into_iter().map(|(_, one)| one).collect()
}

/// Returns what a reading that lifts `rules` ([`Reading::lifting`]) says of the arcs of `ruled` on which one of
/// them decides, or on which an authorization answers one, by place; of a recipe, runs and release of data
/// together.
#[must_use]
pub fn rulings_lifting(
    rules: &BTreeSet<String>,
    ruled: &[Ruled],
    reading: &Reading<'_>,
    options: &ArcOptions,
) -> BTreeMap<usize, Ruled> {
    let named = |id: &String| rules.contains(id);
    let held = |ruling: &Ruling| {
        let mut cited = ruling.rules.iter().filter(|cited| cited.decides);
        let mut granted = ruling.granted.iter().flat_map(|approval| &approval.rules);
        cited.any(|cited| named(&cited.id) || named(&cited.policy)) || granted.any(named)
    };
    let arc = |what: What| match what {
        What::Release(recipe) => What::Make(recipe),
        what => what,
    };
    let touched: BTreeSet<What> = { ruled.iter() }
        .filter(|one| one.timeline.iter().any(|turn| held(&turn.ruling)))
        .map(|one| arc(one.what))
        .collect();
    let lifted = reading.lifting(rules);
    let ruled = ruled.iter().enumerate();
    ruled
        .filter(|(_, one)| touched.contains(&arc(one.what)))
        .map(|(n, one)| (n, one.again(&lifted, options)))
        .collect()
}

/// Returns `item` of a scenario as the law looks at it; none where there is no such item.
#[must_use]
pub fn goods_of(scenario: &Scenario, item: &str) -> Option<Goods> {
    let row = scenario
        .items()
        .iter()
        .find(|row| row.item.as_str() == item)?;
    let class = |id: &str| {
        let class = scenario
            .classes()
            .iter()
            .find(|class| class.class.as_str() == id)?;
        Some(Classed {
            regime: class.regime.to_string(),
            code: class.code.to_string(),
            flags: class.flags.iter().map(ToString::to_string).collect(),
        })
    };
    Some(Goods {
        id: row.item.to_string(),
        name: row.name.to_string(),
        classes: row.class.iter().filter_map(|id| class(id)).collect(),
        flags: BTreeSet::new(),
        origins: row.origins.iter().map(ToString::to_string).collect(),
    })
}

/// Returns the decisions of a scenario's `authorizations`, in order of its table.
#[must_use]
pub fn records_of(scenario: &Scenario) -> Vec<Record> {
    let state = |party: &str| {
        let row = scenario
            .parties()
            .iter()
            .find(|row| row.party.as_str() == party);
        row.map_or_else(|| party.to_string(), |row| row.state.to_string())
    };
    let record = |row: &darsena_scenario::Authorization| Record {
        id: row.authorization.to_string(),
        kind: row.kind.to_string(),
        grantor: state(&row.grantor),
        item: row.item.as_ref().map(ToString::to_string),
        from: row.from_state.as_ref().map(ToString::to_string),
        to: row.to_state.as_ref().map(ToString::to_string),
        decision: row.decision,
        date: row.date,
        until: row.until,
        quantity: row.quantity,
        value: row.value,
    };
    scenario.authorizations().iter().map(record).collect()
}

/// Whether a party acts for a government; none where its kind does not say.
#[must_use]
pub fn is_government(kind: PartyKind) -> Option<bool> {
    match kind {
        PartyKind::State | PartyKind::Ministry | PartyKind::Force => Some(true),
        PartyKind::Firm => Some(false),
        PartyKind::Body => None,
    }
}

/// Whether the state a thing leaves has granted it before: then it is not the first case of its kind.
fn is_known(question: &Question) -> bool {
    let of = |told: &Option<String>, state: &str| told.as_deref().is_none_or(|one| one == state);
    question.records.iter().any(|record| {
        record.grantor == question.from
            && record.decision == AuthorizationDecision::Granted
            && record.date.is_none_or(|date| date <= question.on)
            && of(&record.from, &question.from)
            && of(&record.to, &question.to)
    })
}

/// The scenario by id, and what was asked already.
struct Room<'a> {
    scenario: &'a Scenario,
    reading: &'a Reading<'a>,
    options: &'a ArcOptions,
    state_of_site: BTreeMap<&'a str, &'a str>,
    state_of_party: BTreeMap<&'a str, (&'a str, Option<bool>)>,
    goods: BTreeMap<&'a str, Goods>,
    makers: BTreeMap<&'a str, BTreeSet<&'a str>>,
    records: Vec<Record>,
    span: (Date, Date),
}

impl<'a> Room<'a> {
    fn new(scenario: &'a Scenario, reading: &'a Reading<'a>, options: &'a ArcOptions) -> Self {
        let sites = scenario
            .sites()
            .iter()
            .map(|row| (row.site.as_str(), row.state.as_str()));
        let parties = scenario.parties().iter();
        let parties = parties.map(|row| {
            (
                row.party.as_str(),
                (row.state.as_str(), is_government(row.kind)),
            )
        });
        let state_of_site: BTreeMap<&str, &str> = sites.collect();
        let mut makers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for row in scenario.recipes() {
            makers
                .entry(row.item.as_str())
                .or_default()
                .insert(state_of_site[row.site.as_str()]);
        }
        for row in scenario.stockpiles() {
            makers
                .entry(row.item.as_str())
                .or_default()
                .extend(row.made_in.as_deref());
        }
        for row in scenario.receipts() {
            makers
                .entry(row.item.as_str())
                .or_default()
                .extend(row.made_in.as_deref());
        }
        let goods = scenario.items().iter();
        let goods =
            goods.filter_map(|row| Some((row.item.as_str(), goods_of(scenario, &row.item)?)));
        let horizon = scenario.head().horizon();
        Room {
            scenario,
            reading,
            options,
            state_of_site,
            state_of_party: parties.collect(),
            goods: goods.collect(),
            makers,
            records: records_of(scenario),
            span: (horizon.start(), horizon.end()),
        }
    }

    /// States in which units of an item may have been made; one `None` where no table says.
    fn makers(&self, item: &str) -> Vec<Option<&'a str>> {
        let known = self.makers.get(item).filter(|states| !states.is_empty());
        known.map_or_else(
            || vec![None],
            |states| states.iter().map(|state| Some(*state)).collect(),
        )
    }

    /// Whether whoever runs a site acts for a government, where the tables say.
    fn user_at(&self, site: &str) -> Option<bool> {
        let row = self
            .scenario
            .sites()
            .iter()
            .find(|row| row.site.as_str() == site)?;
        let (_, government) = self.state_of_party.get(row.party.as_deref()?)?;
        *government
    }

    /// Worth in whole US dollars, where the currency says.
    fn value(&self, item: &str, quantity: f64) -> Option<i64> {
        let scale = match self.scenario.head().currency.as_str() {
            "USD" => 1.0,
            "kUSD" => 1e3,
            "MUSD" => 1e6,
            _ => return None,
        };
        let worth = self
            .scenario
            .items()
            .iter()
            .find(|row| row.item.as_str() == item)?
            .value?;
        Some((worth * quantity * scale).round() as i64)
    }

    /// Whether a class of an item carries a flag.
    fn is(&self, item: &str, flag: &str) -> bool {
        let classes = self.goods[item].classes.iter();
        { classes }.any(|class| class.flags.contains(flag))
    }

    /// Whether the law is asked: it knows the states, and the item has a class.
    fn is_asked(&self, item: &str, states: [&str; 2]) -> bool {
        let law = self.reading.law();
        !self.goods[item].classes.is_empty() && states.iter().all(|id| law.has_state(id))
    }

    fn make(&self, what: What, act: Act, id: &str, item: &ItemId, place: &'a str) -> Ruled {
        let goods = &self.goods[item.as_str()];
        let designer = goods
            .origins
            .iter()
            .find(|state| *state != place)
            .filter(|from| {
                !goods.origins.contains(place) && self.is_asked(item, [from.as_str(), place])
            });
        let question = designer.map(|from| {
            let mut question = Question::new(act, goods.clone(), from, place, self.span.0);
            if act == Act::Make {
                question.made_in = Some(place.to_string());
            }
            question
        });
        let maker = matches!(what, What::Make(_)).then_some(place);
        self.ruled(what, id, item, maker, question)
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "one move is told by all of these"
    )]
    fn moved(
        &self,
        what: What,
        id: &str,
        item: &ItemId,
        maker: Option<&str>,
        (from, to): (&str, &str),
        government: Option<bool>,
        value: Option<i64>,
    ) -> Ruled {
        let question = (from != to && self.is_asked(item, [from, to])).then(|| {
            let goods = self.goods[item.as_str()].clone();
            let mut question = Question::new(Act::Transfer, goods, from, to, self.span.0);
            question.made_in = maker.map(str::to_string);
            question.value = value;
            if let Some(government) = government {
                question
                    .facts
                    .insert("government_user".into(), Told::Flag(government));
            }
            let weapon = self.is(item, "weapon");
            let channel = if weapon { "fms" } else { "commercial" };
            for name in ["channel", "acquired"] {
                question
                    .facts
                    .insert(name.into(), Told::Word(channel.into()));
            }
            question
        });
        self.ruled(what, id, item, maker, question)
    }

    /// An arc with its question, not yet asked.
    fn ruled(
        &self,
        what: What,
        id: &str,
        item: &ItemId,
        maker: Option<&str>,
        question: Option<Question>,
    ) -> Ruled {
        let mut states = self.goods[item.as_str()].origins.clone();
        states.extend(maker.map(str::to_string));
        let question = question.map(|mut question| {
            let told = self
                .options
                .facts
                .iter()
                .map(|(name, told)| (name.clone(), told.clone()));
            question.facts.extend(told);
            let fits =
                |record: &&Record| record.item.as_ref().is_none_or(|one| one == item.as_str());
            question.records = self.records.iter().filter(fits).cloned().collect();
            if is_known(&question) {
                let first = "first_of_kind".to_string();
                question.facts.entry(first).or_insert(Told::Flag(false));
            }
            question
        });
        Ruled {
            what,
            id: id.to_string(),
            item: item.clone(),
            made_in: maker.map(str::to_string),
            states,
            question,
            span: self.span,
            timeline: Vec::new(),
            open: vec![self.span],
        }
    }
}

/// Returns the intervals in which what was asked may be done: first day, first day no longer. `turns` are its
/// answers over `span`; approvals are applied for on the first day of it.
#[must_use]
pub fn open(options: &ArcOptions, span: (Date, Date), turns: &[Turn]) -> Vec<(Date, Date)> {
    let (start, end) = span;
    let mut open: Vec<(Date, Date)> = Vec::new();
    for (n, turn) in turns.iter().enumerate() {
        let until = turns.get(n + 1).map_or(end, |next| next.from);
        let from = match turn.ruling.overall {
            Verdict::Allow => Some(turn.from),
            // With every approval that may be needed it is lawful whatever the missing facts are.
            Verdict::Needs | Verdict::Unknown if turn.ruling.worst <= Verdict::Needs => {
                let wait = options.wait.of(turn.ruling.days_less(&options.sooner));
                // Beyond the calendar is never.
                wait.and_then(|days| start.checked_add(i64::from(days).days()).ok())
                    .map(|day| day.max(turn.from))
            }
            Verdict::Policy => options.open_policy.then_some(turn.from),
            Verdict::Needs | Verdict::Unknown => options.open_unknown.then_some(turn.from),
            Verdict::Deny => None,
        };
        let Some(from) = from.filter(|from| *from < until) else {
            continue;
        };
        match open.last_mut() {
            Some(last) if last.1 == from => last.1 = until,
            _ => open.push((from, until)),
        }
    }
    open
}
