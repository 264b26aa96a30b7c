//! The law as it is read for a purpose, and the answers it gives.
//!
//! A [`Reading`] fixes what is known of the law and which rules are lifted. It remembers what the engine
//! said: two questions that look alike to the rules of a regime in force are judged once. What looks alike is
//! exact, because rules compare facts with nothing but words, numbers, states and groups written out:
//! of a number only its place between those numbers counts, of a state only which of the named states
//! it is and in which of the named groups.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{self, AtomicUsize};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hashbrown::HashMap;
use jiff::civil::Date;

use crate::engine::{self, Book, Outcome, Run, StandIn};
use crate::library::{FactKind, Law, Member, Rule, RuleKind};
use crate::question::{Leg, Question, Told};
use crate::ruling::{self, Assumed, Heard, Judgement, Ruling, Verdict, assemble, granted};
use crate::view::{self, Say, Spoken};
use crate::why::Path;

mod ways;

use ways::{Hearing, MOST_WAYS, Remembered, Ways};

/// Which law is read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AsOf {
    /// Everything the files know: each question by the law of its day.
    #[default]
    Everything,
    /// What was law on this day or before: later questions are judged by the law of this day.
    Known(Date),
    /// The law of this day, for questions of any day.
    Fixed(Date),
}

/// How the law is read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadingOptions {
    /// Which law is read.
    pub as_of: AsOf,
    /// Rules that are lifted, by id of the rule or of one policy.
    pub without: BTreeSet<String>,
    /// Proposals that are taken as in force, by id.
    pub with: BTreeSet<String>,
    /// Memberships taken as given on every day: group and state.
    pub members: BTreeSet<(String, String)>,
}

/// The law as it is read for a purpose.
pub struct Reading<'law> {
    law: &'law Law,
    options: ReadingOptions,
    /// Policies whose prohibition is lifted from what the engine said, by place.
    lifted: Vec<usize>,
    memory: Arc<Memory>,
    judged: Mutex<HashMap<Asked, Arc<Judgement>>>,
    /// Judges in Cedar's place where there is one.
    stand_in: Option<Box<StandIn<'law>>>,
}

/// What was read and run, whatever is lifted and granted afterwards.
#[derive(Default)]
struct Memory {
    /// Rules that no book holds, by id of the rule or of one policy.
    without: BTreeSet<String>,
    circles: Mutex<HashMap<Vec<usize>, Arc<Circle>>>,
    ways: Mutex<HashMap<Key, Arc<Ways>>>,
    said: Remembered,
}

/// Regimes that are judged together.
struct Circle {
    regimes: Vec<usize>,
    /// Days on which their rules in force change, in order.
    turns: Vec<Date>,
    /// Facts any of their rules reads, in force or not.
    asked: Vec<usize>,
    /// Groups any of their rules reads.
    groups: BTreeSet<String>,
    /// By interval between turns.
    shelves: Mutex<HashMap<usize, Arc<Shelf>>>,
    number: usize,
}

/// The rules of a circle in force over an interval, and what they read.
struct Shelf {
    number: (usize, usize),
    /// Rules, by place.
    places: Vec<usize>,
    /// Facts they read: place in the law, place among those the circle asks.
    facts: Vec<(usize, usize)>,
    groups: Vec<String>,
    states: Vec<String>,
    /// Numbers written out, by fact, in order.
    numbers: BTreeMap<usize, Vec<i64>>,
    /// The rules ready to run together.
    book: OnceLock<Result<Book, String>>,
    /// The rules that some facts touch, by these facts.
    touched: Mutex<HashMap<Vec<usize>, Arc<Vec<usize>>>>,
}

impl Shelf {
    /// The ways a fact that is missing can turn out.
    fn options(&self, law: &Law, fact: usize) -> Vec<Told> {
        let marks = self.numbers.get(&fact).map_or(&[][..], Vec::as_slice);
        let fact = &law.facts[fact];
        match fact.kind {
            FactKind::Flag => vec![Told::Flag(false), Told::Flag(true)],
            FactKind::Number => regions(marks).into_iter().map(Told::Number).collect(),
            FactKind::Word | FactKind::State => {
                fact.options.iter().cloned().map(Told::Word).collect()
            }
        }
    }

    /// The rules that read one of these facts or look at what such a rule opens, with every route that one of them
    /// looks at.
    fn touched(&self, law: &Law, facts: &[usize]) -> Arc<Vec<usize>> {
        let mut known = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(touched) = known.get(facts) {
            return touched.clone();
        }
        let of = |wanted: &dyn Fn(&Rule) -> bool| -> Vec<usize> {
            let places = self.places.iter().copied();
            places.filter(|place| wanted(&law.rules[*place])).collect()
        };
        let rules = |places: &[usize]| {
            places
                .iter()
                .map(|place| &law.rules[*place])
                .collect::<Vec<_>>()
        };
        let reads = |rule: &Rule| rule.asks.iter().any(|fact| facts.contains(fact));
        let ids: BTreeSet<&str> = rules(&of(&reads)).into_iter().map(Rule::id).collect();
        let looks = |rule: &Rule| rule.reads.opened.iter().any(|id| ids.contains(id.as_str()));
        let touched = of(&|rule| reads(rule) || looks(rule));
        let routes: BTreeSet<&String> = rules(&touched)
            .into_iter()
            .flat_map(|rule| &rule.reads.opened)
            .collect();
        let all =
            of(&|rule| reads(rule) || looks(rule) || routes.iter().any(|id| *id == rule.id()));
        let all = Arc::new(all);
        known.insert(facts.to_vec(), all.clone());
        all
    }
}

/// Runs a book with the facts told.
type RunWith<'a> = dyn Fn(&[(&str, Told, FactKind)]) -> Outcome + 'a;

/// What the engine is asked: shelf, act, how exporter and facts look.
type Key = ((usize, usize), u8, Vec<u64>);

/// What a judgement depends on: what the engine is asked, and the approvals granted.
type Asked = (Key, Vec<String>);

/// A question made ready: its legs, who has a say, and what is known for each.
pub(crate) struct Brief {
    pub(crate) legs: Vec<Leg>,
    pub(crate) says: Vec<Say>,
    circles: Vec<Arc<Circle>>,
    /// Per say: what is known of each fact its circle asks.
    known: Vec<Vec<Option<Told>>>,
    /// Facts that are only assumed, in order of their table.
    assumed: BTreeSet<usize>,
    /// Where the says of each way end in which design and make can turn out.
    ends: Vec<usize>,
    /// What is not told of design and make.
    open: BTreeSet<&'static str>,
    /// What is said of the goods.
    pub(crate) spoken: Arc<Spoken>,
}

/// What each say comes to on a day: with no approval, and with those on record.
pub(crate) type Judged = Vec<(Arc<Judgement>, Arc<Judgement>)>;

impl<'law> Reading<'law> {
    pub(crate) fn new(law: &'law Law, options: ReadingOptions) -> Self {
        let memory = Memory {
            without: options.without.clone(),
            ..Memory::default()
        };
        Reading {
            law,
            options,
            lifted: Vec::new(),
            memory: Arc::new(memory),
            judged: Mutex::default(),
            stand_in: None,
        }
    }

    /// The same reading with what some rules forbid lifted, by id of a rule or of one policy; what they
    /// open stays. The two share what the engine said, so little is left to be done.
    #[must_use]
    pub fn lifting(&self, ids: &BTreeSet<String>) -> Reading<'law> {
        let mut options = self.options.clone();
        options.without.extend(ids.iter().cloned());
        let named = |one: &Rule| ids.contains(one.id()) || ids.contains(&one.policy);
        let rules = self.law.rules.iter().enumerate();
        let lifted = rules.filter(|(_, one)| one.kind.forbids() && named(one));
        let lifted = lifted.map(|(place, _)| place);
        Reading {
            law: self.law,
            options,
            lifted: self.lifted.iter().copied().chain(lifted).collect(),
            memory: self.memory.clone(),
            judged: Mutex::default(),
            stand_in: None,
        }
    }

    fn circle(&self, regimes: &[usize]) -> Arc<Circle> {
        let circles = &self.memory.circles;
        let mut circles = circles.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(circle) = circles.get(regimes) {
            return circle.clone();
        }
        let mut circle = Circle {
            regimes: regimes.to_vec(),
            turns: Vec::new(),
            asked: Vec::new(),
            groups: BTreeSet::new(),
            shelves: Mutex::default(),
            number: circles.len(),
        };
        for rule in self
            .law
            .rules
            .iter()
            .filter(|rule| regimes.contains(&rule.regime))
        {
            circle.turns.extend(rule.from.iter().chain(&rule.until));
            circle.asked.extend(&rule.asks);
            circle.groups.extend(rule.reads.groups.iter().cloned());
        }
        circle.turns.sort_unstable();
        circle.turns.dedup();
        circle.asked.sort_unstable();
        circle.asked.dedup();
        let circle = Arc::new(circle);
        circles.insert(regimes.to_vec(), circle.clone());
        circle
    }

    /// The law that is read.
    #[must_use]
    pub fn law(&self) -> &'law Law {
        self.law
    }

    /// How it is read.
    #[must_use]
    pub fn options(&self) -> &ReadingOptions {
        &self.options
    }

    /// Number of judgements the engine has made so far.
    #[must_use]
    pub fn judgements(&self) -> usize {
        self.memory
            .ways
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    /// The day whose law judges a question of the day `on`.
    #[must_use]
    pub fn day(&self, on: Date) -> Date {
        match self.options.as_of {
            AsOf::Everything => on,
            AsOf::Known(day) => on.min(day),
            AsOf::Fixed(day) => day,
        }
    }

    /// Returns the answer of the law to a question.
    #[must_use]
    pub fn rule(&self, question: &Question) -> Ruling {
        let brief = self.brief(question);
        let mut ruling = self.rule_briefed(question, &brief);
        ruling.assumed = self.assumed(question, &brief, &ruling);
        ruling
    }

    /// The same on two threads, for one question that must be answered soon; and, where that is wanted and some approval
    /// is needed only as a missing fact turns out, the shortest path.
    #[must_use]
    pub fn rule_soon(&self, question: &Question, shortest: bool) -> (Ruling, Option<Path>) {
        let brief = self.brief(question);
        let mut ruling = self.rule_briefed(question, &brief);
        let uncertain = ruling.approvals.iter().any(|one| !one.certain);
        let shortest = shortest && ruling.overall == Verdict::Needs && uncertain;
        let facts: Vec<usize> = brief.assumed.iter().copied().collect();
        let next = AtomicUsize::new(0);
        let some = || {
            let mut told = HashMap::new();
            let mut found = Vec::new();
            while let Some(&place) = facts.get(next.fetch_add(1, atomic::Ordering::Relaxed)) {
                let assumed = self.assumed_of(question, &brief, &ruling, place, &mut told);
                found.extend(assumed.map(|assumed| (place, assumed)));
            }
            found
        };
        let (path, mut assumed) = std::thread::scope(|scope| {
            let other = scope.spawn(|| {
                let bare = || (brief.spoken.clone(), ruling.clone());
                let path = shortest
                    .then(bare)
                    .map(|(spoken, bare)| self.least(question, &spoken, Vec::new(), bare));
                (path, some())
            });
            let mine = some();
            let (path, others) =
                { other.join() }.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (path, [mine, others].concat())
        });
        assumed.sort_unstable_by_key(|(place, _)| *place);
        ruling.assumed = assumed.into_iter().map(|(_, assumed)| assumed).collect();
        (ruling, path)
    }

    /// The ruling without what it assumes.
    pub(crate) fn rule_bare(&self, question: &Question) -> Ruling {
        self.rule_briefed(question, &self.brief(question))
    }

    pub(crate) fn rule_briefed(&self, question: &Question, brief: &Brief) -> Ruling {
        let mut ruling = self.rule_on(question, brief, question.on);
        if ruling.overall == Verdict::Deny {
            ruling.opens = self.opens(question, brief);
        }
        ruling
    }

    /// The facts that are assumed and on which the ruling rests: told otherwise, the answer is another one.
    ///
    /// Only rules that read a fact, and those that look at what such a rule opens, can tell: where these say the same
    /// of both, the answer is the same.
    fn assumed(&self, question: &Question, brief: &Brief, ruling: &Ruling) -> Vec<Assumed> {
        let mut told = HashMap::new();
        let facts = brief.assumed.iter();
        let assumed =
            facts.map(|place| self.assumed_of(question, brief, ruling, *place, &mut told));
        assumed.flatten().collect()
    }

    /// What is assumed of a fact, if the ruling rests on it.
    fn assumed_of(
        &self,
        question: &Question,
        brief: &Brief,
        ruling: &Ruling,
        place: usize,
        told: &mut HashMap<(Key, Key), Option<Arc<Ways>>>,
    ) -> Option<Assumed> {
        // An unknown says first what is missing.
        if ruling.overall == Verdict::Unknown {
            return None;
        }
        let fact = &self.law.facts[place];
        let taken = self.taken(brief, place)?;
        if ruling.overall == Verdict::Deny && !self.could_lift(ruling, &fact.name) {
            return None;
        }
        let options: Vec<Told> = match fact.kind {
            FactKind::Flag => vec![Told::Flag(true), Told::Flag(false)],
            FactKind::Number => Vec::new(),
            FactKind::Word | FactKind::State => {
                fact.options.iter().cloned().map(Told::Word).collect()
            }
        };
        let mut otherwise = Vec::new();
        for option in options.into_iter().filter(|option| *option != taken) {
            let mut changed = question.clone();
            changed.facts.insert(fact.name.clone(), option.clone());
            let then = self.rule_otherwise(question, brief, &changed, told);
            if let Some(then) = then.filter(|then| !then.asks_the_same(ruling)) {
                otherwise.push((option, then.overall));
            }
        }
        (!otherwise.is_empty()).then(|| Assumed {
            fact: fact.name.clone(),
            value: taken,
            otherwise,
            plain: fact.plain.clone(),
        })
    }

    /// Whether a fact could lift every rule that denies for certain: by what they read themselves, or by a
    /// route they look at.
    fn could_lift(&self, ruling: &Ruling, fact: &str) -> bool {
        let reads = |rule: &Rule| rule.reads.facts.iter().any(|name| name == fact);
        let mut denies = { ruling.rules.iter() }
            .filter(|cited| cited.kind == RuleKind::Deny && cited.certain)
            .flat_map(|cited| {
                self.law
                    .rules
                    .iter()
                    .filter(|rule| rule.policy == cited.policy)
            });
        denies.all(|rule| {
            let mut routes = self.law.rules.iter();
            reads(rule)
                || routes.any(|one| reads(one) && rule.reads.opened.iter().any(|id| id == one.id()))
        })
    }

    /// The ruling on a question that differs from another one, which was judged, in what is told; none where the rules
    /// say the same of both. `told` remembers what the rules said of what differs.
    fn rule_otherwise(
        &self,
        question: &Question,
        brief: &Brief,
        changed: &Question,
        told: &mut HashMap<(Key, Key), Option<Arc<Ways>>>,
    ) -> Option<Ruling> {
        let other = self.brief_by(changed, brief.spoken.clone());
        if other.says != brief.says {
            return Some(self.rule_on(changed, &other, question.on));
        }
        let ways = |n: usize| {
            let (shelf, before) = self.key(question, brief, n);
            let (_, after) = self.key(changed, &other, n);
            if before == after {
                return None;
            }
            let anew = || {
                let differs =
                    |(_, at): &&(usize, usize)| brief.known[n][*at] != other.known[n][*at];
                let facts = shelf.facts.iter().filter(differs);
                let facts: Vec<usize> = facts.map(|(place, _)| *place).collect();
                let touched = shelf.touched(self.law, &facts);
                let run = |question, brief, places| self.run(&shelf, places, question, brief, n);
                let same = run(question, brief, &touched) == run(changed, &other, &touched);
                (!same).then(|| Arc::new(run(changed, &other, &shelf.places)))
            };
            told.entry((before, after)).or_insert_with(anew).clone()
        };
        // None where the rules say what they said before.
        let of_says: Vec<Option<Arc<Ways>>> = (0..other.says.len()).map(ways).collect();
        if of_says.iter().all(Option::is_none) {
            return None;
        }
        let by = |n: usize, approvals: &[String]| match &of_says[n] {
            None => self.judge_say(question, brief, n, approvals),
            Some(ways) => {
                let regimes = &other.circles[n].regimes;
                Arc::new(self.judgement_of(ways, regimes, question.on, approvals))
            }
        };
        let judged = self.judge_by(changed, &other, &by);
        Some(self.assemble(changed, &other, &judged))
    }

    /// What is assumed of a fact.
    fn taken(&self, brief: &Brief, place: usize) -> Option<Told> {
        let mut known = brief.circles.iter().zip(&brief.known);
        let known = known.find_map(|(circle, known)| {
            let n = circle.asked.binary_search(&place).ok()?;
            known[n].clone()
        });
        let fact = &self.law.facts[place];
        known.or_else(|| {
            fact.default
                .as_ref()
                .map(|text| view::told(fact.kind, text))
        })
    }

    pub(crate) fn brief(&self, question: &Question) -> Brief {
        self.brief_by(question, Arc::new(Spoken::new(self.law, question)))
    }

    /// The same of a question of the same goods as another one, of which it is known what is said.
    pub(crate) fn brief_by(&self, question: &Question, spoken: Arc<Spoken>) -> Brief {
        let (ways, open) = view::ways(self.law, question);
        let mut brief = Brief {
            legs: question.legs(),
            says: Vec::new(),
            circles: Vec::new(),
            known: Vec::new(),
            assumed: BTreeSet::new(),
            ends: Vec::new(),
            open,
            spoken,
        };
        let spoken = brief.spoken.clone();
        for regime in self
            .law
            .regimes
            .iter()
            .filter_map(|regime| regime.flag.as_ref())
        {
            let place = self.law.fact_places.get(regime);
            let told = |place: &usize| question.facts.contains_key(&self.law.facts[*place].name);
            brief.assumed.extend(
                place.filter(|place| !told(place) && self.law.facts[**place].default.is_some()),
            );
        }
        for way in &ways {
            let says = view::says(self.law, way, &brief.legs, &spoken);
            for say in says {
                let circle = self.circle(&say.regimes);
                let mut known = Vec::with_capacity(circle.asked.len());
                for place in &circle.asked {
                    let fact = &self.law.facts[*place];
                    let told =
                        view::known(self.law, way, &brief.legs[say.leg], &spoken, &say, fact);
                    if told.as_ref().is_some_and(|(_, assumed)| *assumed) {
                        brief.assumed.insert(*place);
                    }
                    known.push(told.map(|(told, _)| told));
                }
                brief.says.push(say);
                brief.circles.push(circle);
                brief.known.push(known);
            }
            brief.ends.push(brief.says.len());
        }
        brief
    }

    pub(crate) fn rule_on(&self, question: &Question, brief: &Brief, on: Date) -> Ruling {
        let moved;
        let question = if on == question.on {
            question
        } else {
            moved = Question {
                on,
                ..question.clone()
            };
            &moved
        };
        self.assemble(question, brief, &self.judge(question, brief))
    }

    pub(crate) fn assemble(&self, question: &Question, brief: &Brief, judged: &Judged) -> Ruling {
        let day = self.day(question.on);
        let mut start = 0;
        let of = |end: &usize| {
            let span = start..*end;
            start = *end;
            let pairs = brief.says[span.clone()].iter().zip(&judged[span]);
            let heard: Vec<Heard<'_>> = pairs
                .map(|(say, (bare, now))| Heard { say, bare, now })
                .collect();
            assemble(self.law, question, day, &brief.legs, &heard)
        };
        let rulings = brief.ends.iter().map(of);
        let either = rulings.reduce(|one, other| one.either(other, &brief.open));
        either.expect("a question turns out in some way")
    }

    /// Before the rules held here begin nobody knows what they would have said.
    fn before_the_books(&self, regimes: &[usize], day: Date, judgement: &mut Judgement) {
        for (n, regime) in regimes.iter().enumerate() {
            let Some(begins) = self.law.begins[*regime].filter(|begins| day < *begins) else {
                continue;
            };
            judgement.parts[n].1 = Verdict::Deny;
            judgement.between.1 = Verdict::Deny;
            if judgement.between.0 != Verdict::Deny {
                judgement.missing.insert(ruling::law_before(begins));
            }
        }
    }

    /// The judgement of each say on the day of the question.
    pub(crate) fn judge(&self, question: &Question, brief: &Brief) -> Judged {
        self.judge_by(question, brief, &|n, approvals| {
            self.judge_say(question, brief, n, approvals)
        })
    }

    fn judge_by(
        &self,
        question: &Question,
        brief: &Brief,
        by: &dyn Fn(usize, &[String]) -> Arc<Judgement>,
    ) -> Judged {
        let of = |n: usize| {
            let say = &brief.says[n];
            let bare = by(n, &[]);
            let granted = granted(self.law, question, &brief.legs[say.leg], say, &bare);
            let now = if granted.is_empty() {
                bare.clone()
            } else {
                by(n, &granted)
            };
            (bare, now)
        };
        (0..brief.says.len()).map(of).collect()
    }

    /// A judgement by the engine alone, with nothing remembered.
    fn judge_plainly(
        &self,
        question: &Question,
        brief: &Brief,
        n: usize,
        approvals: &[String],
    ) -> Arc<Judgement> {
        let circle = &brief.circles[n];
        let shelf = self.shelf(circle, self.day(question.on));
        let ways = self.run_plainly(&shelf, question, brief, n, approvals);
        Arc::new(self.judgement_of(&ways, &circle.regimes, question.on, &[]))
    }

    fn judge_say(
        &self,
        question: &Question,
        brief: &Brief,
        n: usize,
        approvals: &[String],
    ) -> Arc<Judgement> {
        let (shelf, key) = self.key(question, brief, n);
        let key = (key, approvals.to_vec());
        let judged = self.judged.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(judgement) = judged.get(&key) {
            return judgement.clone();
        }
        drop(judged);
        let ways = self.ways(&key.0, || {
            self.run(&shelf, &shelf.places, question, brief, n)
        });
        let regimes = &brief.circles[n].regimes;
        let judgement = Arc::new(self.judgement_of(&ways, regimes, question.on, approvals));
        let mut judged = self.judged.lock().unwrap_or_else(PoisonError::into_inner);
        judged.insert(key, judgement.clone());
        judgement
    }

    /// What a say is asked, as its rules see it.
    fn key(&self, question: &Question, brief: &Brief, n: usize) -> (Arc<Shelf>, Key) {
        let day = self.day(question.on);
        let (say, circle, known) = (&brief.says[n], &brief.circles[n], &brief.known[n]);
        let shelf = self.shelf(circle, day);
        let mut looks = Vec::with_capacity(shelf.facts.len() + 8);
        let look = |state: &str, looks: &mut Vec<u64>| {
            self.look(&shelf.states, &shelf.groups, state, day, looks);
        };
        look(&brief.legs[say.leg].from, &mut looks);
        for (place, n) in &shelf.facts {
            let marks = shelf.numbers.get(place).into_iter().flatten().copied();
            self.looks(*place, known[*n].as_ref(), marks, &look, &mut looks);
        }
        let key = (shelf.number, question.act as u8, looks);
        (shelf, key)
    }

    /// Adds a fact as rules see it that compare it with these numbers, and of which `look` adds a state.
    fn looks(
        &self,
        fact: usize,
        told: Option<&Told>,
        marks: impl Iterator<Item = i64>,
        look: &dyn Fn(&str, &mut Vec<u64>),
        looks: &mut Vec<u64>,
    ) {
        match told {
            None => looks.push(0),
            Some(Told::Flag(flag)) => looks.push(1 + u64::from(*flag)),
            Some(Told::Number(number)) => looks.push(1 + region(marks, *number)),
            Some(Told::Word(word)) => match self.law.facts[fact].kind {
                FactKind::State => look(word, looks),
                _ => {
                    let mut options = self.law.facts[fact].options.iter();
                    let other = options.len();
                    let option = options.position(|one| one == word);
                    looks.push(1 + option.unwrap_or(other) as u64);
                }
            },
        }
    }

    /// The judgement where these approvals are granted, on a day.
    fn judgement_of(
        &self,
        ways: &Ways,
        regimes: &[usize],
        on: Date,
        approvals: &[String],
    ) -> Judgement {
        let lifted = |place: usize| {
            let asked = &self.law.rules[place].approvals;
            let granted = !asked.is_empty() && asked.iter().all(|id| approvals.contains(id));
            granted || self.lifted.contains(&place)
        };
        let mut judgement = ways.judgement(self.law, regimes, &lifted);
        self.before_the_books(regimes, self.day(on), &mut judgement);
        judgement
    }

    /// What the engine says, asked once.
    fn ways(&self, key: &Key, run: impl FnOnce() -> Ways) -> Arc<Ways> {
        let ways = &self.memory.ways;
        let known = ways.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(key) {
            return known.clone();
        }
        drop(known);
        let anew = Arc::new(run());
        let mut known = ways.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(key.clone(), anew.clone());
        anew
    }

    /// Asks some rules of a shelf, every route they look at among them, and where a fact is missing in each way it
    /// could turn out.
    fn run(
        &self,
        shelf: &Shelf,
        places: &[usize],
        question: &Question,
        brief: &Brief,
        n: usize,
    ) -> Ways {
        // Another engine holds the rules of a shelf by its number: it runs them all.
        if self.stand_in.is_some() {
            return self.run_plainly(shelf, question, brief, n, &[]);
        }
        let mut told = vec![None; self.law.facts.len()];
        for (place, at) in &shelf.facts {
            told[*place].clone_from(&brief.known[n][*at]);
        }
        let mut hearing = Hearing {
            reading: self,
            shelf,
            act: question.act,
            principal: &brief.legs[brief.says[n].leg].from,
            day: self.day(question.on),
            told,
            ways: 0,
        };
        hearing.hear(places)
    }

    /// Runs all rules of a shelf together, and again in each way a missing fact could turn out.
    fn run_plainly(
        &self,
        shelf: &Shelf,
        question: &Question,
        brief: &Brief,
        n: usize,
        approvals: &[String],
    ) -> Ways {
        let day = self.day(question.on);
        let principal = &brief.legs[brief.says[n].leg].from;
        let mut told: Vec<(&str, Told, FactKind)> = Vec::with_capacity(shelf.facts.len());
        for (place, at) in &shelf.facts {
            if let Some(one) = &brief.known[n][*at] {
                let fact = &self.law.facts[*place];
                told.push((&fact.name, one.clone(), fact.kind));
            }
        }
        let groups = |state: &str| self.groups_of(state, day, &shelf.groups);
        let run = |told: &[(&str, Told, FactKind)]| {
            let run = Run {
                number: shelf.number,
                places: &shelf.places,
                act: question.act,
                principal,
                facts: told,
                groups: &groups,
                approvals,
            };
            if let Some(stand_in) = &self.stand_in {
                return stand_in(&run);
            }
            let book = shelf
                .book
                .get_or_init(|| Book::new(self.law, &shelf.places));
            match book {
                Ok(book) => engine::run(self.law, book, &run),
                Err(why) => Outcome::Fault(why.clone()),
            }
        };
        self.each_way(shelf, &mut told, &mut 0, &run)
    }

    fn each_way<'t>(
        &'t self,
        shelf: &Shelf,
        told: &mut Vec<(&'t str, Told, FactKind)>,
        ways: &mut usize,
        run: &RunWith<'_>,
    ) -> Ways {
        *ways += 1;
        let name = match run(told) {
            Outcome::Holds(places) => return Ways::Holds(places),
            Outcome::Fault(why) => return Ways::Fault(why),
            Outcome::Missing(name) => name,
        };
        let Some(place) = self.law.fact_places.get(&name) else {
            return Ways::Fault(format!("a rule asks `{name}`, which is no fact"));
        };
        let fact = &self.law.facts[*place];
        if *ways > MOST_WAYS {
            return Ways::TooMany(name);
        }
        let options = shelf.options(self.law, *place);
        let each = options.into_iter().map(|option| {
            told.push((&fact.name, option, fact.kind));
            let one = self.each_way(shelf, told, ways, run);
            told.pop();
            one
        });
        Ways::Turns(name, each.collect())
    }

    /// Whether, with every approval granted, nothing stands in the way any more: where approvals are
    /// needed, the rules run again by the engine with these granted. Used to check the law.
    #[must_use]
    pub fn holds_when_granted(&self, question: &Question) -> bool {
        let brief = self.brief(question);
        (0..brief.says.len()).all(|n| {
            let judgement = self.judge_say(question, &brief, n, &[]);
            if judgement.between != (Verdict::Needs, Verdict::Needs) {
                return true;
            }
            let asked = judgement
                .holds
                .keys()
                .flat_map(|place| &self.law.rules[*place].approvals);
            let approvals: Vec<String> = asked.cloned().collect();
            self.judge_plainly(question, &brief, n, &approvals).between
                == (Verdict::Allow, Verdict::Allow)
        })
    }

    fn shelf(&self, circle: &Circle, day: Date) -> Arc<Shelf> {
        let interval = circle.turns.partition_point(|turn| *turn <= day);
        let mut shelves = circle
            .shelves
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(shelf) = shelves.get(&interval) {
            return shelf.clone();
        }
        let read = |(place, rule): (usize, &Rule)| {
            (circle.regimes.contains(&rule.regime) && self.is_read(rule, day)).then_some(place)
        };
        let places: Vec<usize> = self.law.rules.iter().enumerate().filter_map(read).collect();
        let asked = { places.iter() }.flat_map(|place| &self.law.rules[*place].asks);
        let mut facts: Vec<(usize, usize)> = asked
            .map(|fact| {
                let n = circle.asked.binary_search(fact);
                (*fact, n.expect("a circle asks what its rules read"))
            })
            .collect();
        facts.sort_unstable();
        facts.dedup();
        let mut shelf = Shelf {
            number: (circle.number, interval),
            places,
            facts,
            groups: Vec::new(),
            states: Vec::new(),
            numbers: BTreeMap::new(),
            book: OnceLock::new(),
            touched: Mutex::default(),
        };
        for place in &shelf.places {
            let reads = &self.law.rules[*place].reads;
            shelf.groups.extend(reads.groups.iter().cloned());
            shelf.states.extend(reads.states.iter().cloned());
            for (name, number) in &reads.numbers {
                let fact = self.law.fact_places[name];
                shelf.numbers.entry(fact).or_default().push(*number);
            }
        }
        for numbers in shelf.numbers.values_mut() {
            numbers.sort_unstable();
            numbers.dedup();
        }
        for list in [&mut shelf.groups, &mut shelf.states] {
            list.sort_unstable();
            list.dedup();
        }
        let shelf = Arc::new(shelf);
        shelves.insert(interval, shelf.clone());
        shelf
    }

    fn is_read(&self, rule: &Rule, day: Date) -> bool {
        let named = |ids: &BTreeSet<String>| ids.contains(rule.id()) || ids.contains(&rule.policy);
        let proposed = rule.from.is_none() && named(&self.options.with);
        (rule.in_force(day) || proposed) && !named(&self.memory.without)
    }

    fn groups_of(&self, state: &str, day: Date, asked: &[String]) -> Vec<String> {
        let mut groups = engine::groups_of(self.law, state, day, asked);
        for (group, member) in &self.options.members {
            if member == state && asked.contains(group) && !groups.contains(group) {
                groups.push(group.clone());
            }
        }
        groups
    }

    /// Adds a state as rules see it that name these states and groups, in order: which of those it is, and in which of
    /// these it is.
    fn look(
        &self,
        states: &[String],
        groups: &[String],
        state: &str,
        day: Date,
        looks: &mut Vec<u64>,
    ) {
        let named = states.iter().position(|one| one == state);
        looks.push(1 + named.map_or(0, |n| n as u64 + 1));
        if groups.is_empty() {
            return;
        }
        let start = looks.len();
        looks.resize(start + groups.len().div_ceil(64), 0);
        let given = { self.options.members.iter() }
            .filter(|(_, member)| member == state)
            .map(|(group, _)| group);
        let held = { self.law.memberships(state) }
            .filter(|member| member.holds(day))
            .map(|member| &member.group);
        for group in held.chain(given) {
            if let Ok(n) = groups.binary_search(group) {
                looks[start + n / 64] |= 1 << (n % 64);
            }
        }
    }

    /// The memberships of the states of a question in any group that a rule with a say reads.
    pub(crate) fn memberships<'a>(
        &'a self,
        question: &'a Question,
        brief: &'a Brief,
    ) -> impl Iterator<Item = &'a Member> {
        let legs = brief.legs.iter().flat_map(|leg| [&leg.from, &leg.to]);
        let told = question.facts.values().filter_map(|told| match told {
            Told::Word(word) => Some(word),
            _ => None,
        });
        let states: BTreeSet<&String> = legs.chain(told).collect();
        let rows = { states.into_iter() }.flat_map(|state| self.law.memberships(state));
        rows.filter(|row| {
            let mut circles = brief.circles.iter();
            circles.any(|circle| circle.groups.contains(&row.group))
        })
    }

    /// The days in `[from, until)` on which the answer could change, with `from` itself first.
    pub(crate) fn turns(
        &self,
        question: &Question,
        brief: &Brief,
        from: Date,
        until: Option<Date>,
    ) -> Vec<Date> {
        let mut days = BTreeSet::from([from]);
        let inside = |day: &&Date| **day > from && until.is_none_or(|until| **day < until);
        for circle in &brief.circles {
            days.extend(circle.turns.iter().filter(inside));
        }
        for row in self.memberships(question, brief) {
            let ends = std::iter::once(&row.from).chain(&row.until);
            days.extend(ends.filter(inside));
        }
        for record in &question.records {
            let ends = record.date.iter().chain(&record.until);
            days.extend(ends.filter(inside));
        }
        days.into_iter().collect()
    }

    /// The first day after the question's on which it is no longer denied.
    fn opens(&self, question: &Question, brief: &Brief) -> Option<Date> {
        let days = self.turns(question, brief, question.on, None);
        let later = days.into_iter().filter(|day| *day > question.on);
        later
            .into_iter()
            .find(|day| self.rule_on(question, brief, *day).overall != Verdict::Deny)
    }
}

impl Law {
    /// The law read in a certain way.
    #[must_use]
    pub fn read(&self, options: ReadingOptions) -> Reading<'_> {
        Reading::new(self, options)
    }

    /// The law read in a certain way and judged by another engine than Cedar.
    #[doc(hidden)]
    #[must_use]
    pub fn read_by<'law>(
        &'law self,
        options: ReadingOptions,
        stand_in: Box<StandIn<'law>>,
    ) -> Reading<'law> {
        Reading {
            stand_in: Some(stand_in),
            ..Reading::new(self, options)
        }
    }
}

/// Judges a question with nothing remembered, by one call of the engine after the other: what benchmarks
/// and tests compare with.
#[doc(hidden)]
#[must_use]
pub fn plain_judgement(reading: &Reading<'_>, question: &Question) -> Ruling {
    let brief = reading.brief(question);
    let judged = reading.judge_by(question, &brief, &|n, approvals| {
        reading.judge_plainly(question, &brief, n, approvals)
    });
    reading.assemble(question, &brief, &judged)
}

/// Where a number stands among the numbers written out: on one, or between two.
fn region(marks: impl Iterator<Item = i64>, number: i64) -> u64 {
    marks.fold(0, |region, mark| match mark.cmp(&number) {
        Ordering::Less => region + 2,
        Ordering::Equal => region + 1,
        Ordering::Greater => region,
    })
}

/// A number for each place it can stand in.
fn regions(marks: &[i64]) -> Vec<i64> {
    let Some(first) = marks.first() else {
        return vec![0];
    };
    let mut numbers = vec![first.saturating_sub(1)];
    for (n, mark) in marks.iter().enumerate() {
        numbers.push(*mark);
        let next = mark.saturating_add(1);
        if marks.get(n + 1).is_none_or(|after| next < *after) {
            numbers.push(next);
        }
    }
    numbers
}
