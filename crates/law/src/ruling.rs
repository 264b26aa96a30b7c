//! The answer of the law: a verdict per regime and overall, with rules, approvals, missing facts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use darsena_scenario::AuthorizationDecision;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::library::{Confidence, Days, FactKind, Law, Rule, RuleKind};
use crate::question::{Leg, Question, Record, Told};
use crate::view::{OPEN, Say};

/// What every ruling says of itself.
pub const NO_ADVICE: &str =
    "no legal advice: rules are read from public sources and may be incomplete or out of date";

/// What the law says, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nothing further is needed.
    Allow,
    /// Lawful only after approvals.
    Needs,
    /// A political act, with no rule behind it.
    Policy,
    /// A fact is missing on which the answer turns.
    Unknown,
    /// Not lawful on that day, whatever is asked for.
    Deny,
}

impl Verdict {
    /// `allow`, `needs`, `policy`, `unknown` or `deny`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Allow => "allow",
            Verdict::Needs => "needs",
            Verdict::Policy => "policy",
            Verdict::Unknown => "unknown",
            Verdict::Deny => "deny",
        }
    }

    /// The verdict of that word.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Verdict> {
        [
            Self::Allow,
            Self::Needs,
            Self::Policy,
            Self::Unknown,
            Self::Deny,
        ]
        .into_iter()
        .find(|verdict| verdict.as_str() == text)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What the rules of a state come to, before a record refuses anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Judgement {
    /// The best and the worst it may be, over all ways the missing facts can turn out.
    pub(crate) between: (Verdict, Verdict),
    /// The same of each regime.
    pub(crate) parts: Vec<(Verdict, Verdict)>,
    /// Rules that hold, by place, and whether they do whatever the missing facts are.
    pub(crate) holds: BTreeMap<usize, bool>,
    /// Approvals asked for whatever the missing facts are, be it by one rule or by another.
    pub(crate) sure: BTreeSet<String>,
    /// Facts the answer turns on.
    pub(crate) missing: BTreeSet<String>,
    /// Flaws of the law met on the way.
    pub(crate) faults: Vec<String>,
}

impl Judgement {
    /// Of the rules that hold, where nothing is missing.
    pub(crate) fn of(law: &Law, regimes: &[usize], places: &[usize]) -> Self {
        let of = |regime: &usize| {
            let mine = places
                .iter()
                .map(|place| &law.rules[*place])
                .filter(|rule| rule.regime == *regime);
            let worst = mine.map(|rule| match rule.kind {
                RuleKind::Deny => Verdict::Deny,
                RuleKind::Policy => Verdict::Policy,
                RuleKind::Needs => Verdict::Needs,
                RuleKind::Route | RuleKind::Allow | RuleKind::Note => Verdict::Allow,
            });
            worst.max().unwrap_or(Verdict::Allow)
        };
        let parts: Vec<Verdict> = regimes.iter().map(of).collect();
        let worst = parts.iter().copied().max().unwrap_or(Verdict::Allow);
        Judgement {
            between: (worst, worst),
            parts: parts.into_iter().map(|part| (part, part)).collect(),
            holds: places.iter().map(|place| (*place, true)).collect(),
            sure: { places.iter() }
                .flat_map(|place| law.rules[*place].approvals.iter().cloned())
                .collect(),
            missing: BTreeSet::new(),
            faults: Vec::new(),
        }
    }

    /// Of nothing: it may be anything.
    pub(crate) fn open(regimes: &[usize]) -> Self {
        Judgement {
            between: (Verdict::Allow, Verdict::Deny),
            parts: vec![(Verdict::Allow, Verdict::Deny); regimes.len()],
            holds: BTreeMap::new(),
            sure: BTreeSet::new(),
            missing: BTreeSet::new(),
            faults: Vec::new(),
        }
    }

    /// Of a flaw of the law.
    pub(crate) fn fault(regimes: &[usize], why: String) -> Self {
        Judgement {
            faults: vec![why],
            ..Self::open(regimes)
        }
    }

    /// The approvals it asks for, where that is all it says.
    fn asks<'a>(&self, law: &'a Law) -> BTreeSet<(&'a String, Days, bool)> {
        let needs = |(place, certain): (&usize, &bool)| {
            let rule = &law.rules[*place];
            let asked = self.between.0 < Verdict::Deny && rule.kind == RuleKind::Needs;
            let certain = *certain;
            asked.then(|| {
                rule.approvals
                    .iter()
                    .map(move |id| (id, rule.days, certain))
            })
        };
        self.holds.iter().filter_map(needs).flatten().collect()
    }

    /// What holds whichever of two ways `fact` turns out.
    pub(crate) fn either(law: &Law, fact: &str, mut one: Judgement, other: Judgement) -> Judgement {
        if one == other {
            return one;
        }
        let same = one.between == other.between
            && (one.holds == other.holds || one.asks(law) == other.asks(law));
        let both = |a: (Verdict, Verdict), b: (Verdict, Verdict)| (a.0.min(b.0), a.1.max(b.1));
        one.between = both(one.between, other.between);
        for (part, other) in one.parts.iter_mut().zip(&other.parts) {
            *part = both(*part, *other);
        }
        one.missing.extend(other.missing);
        if !same {
            one.missing.insert(fact.to_string());
        }
        if one.between.0 == Verdict::Deny {
            one.missing.clear();
        }
        for (place, certain) in &mut one.holds {
            *certain &= other.holds.get(place) == Some(&true);
        }
        for place in other.holds.keys() {
            one.holds.entry(*place).or_insert(false);
        }
        one.sure.retain(|id| other.sure.contains(id));
        one.faults.extend(other.faults);
        one.faults.dedup();
        one
    }
}

/// The one verdict there is between two bounds, if there is one.
fn settled((best, worst): (Verdict, Verdict)) -> Verdict {
    if best == worst {
        best
    } else {
        Verdict::Unknown
    }
}

/// A rule a ruling rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    /// Id of the rule.
    pub id: String,
    /// Id of its policy.
    pub policy: String,
    /// Regime it belongs to.
    pub regime: String,
    /// What it does.
    pub kind: RuleKind,
    /// Act, section, date.
    pub citation: String,
    /// Address of its first source.
    pub url: Option<String>,
    /// In plain words.
    pub plain: String,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// Whether it holds whatever the missing facts are.
    pub certain: bool,
    /// Whether the verdict of its regime rests on it.
    pub decides: bool,
    /// Memberships it touches on that day: group, state, and how far the row can be trusted.
    pub members: Vec<(String, String, Confidence)>,
}

/// A fact nobody told that is taken as the table of facts says, and on which the ruling rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumed {
    /// Name.
    pub fact: String,
    /// What is taken.
    pub value: Told,
    /// What the answer would be, were it told otherwise.
    pub otherwise: Vec<(Told, Verdict)>,
    /// The question in plain words.
    pub plain: String,
}

impl Assumed {
    /// Whether the answer could be worse than `verdict`, were it told otherwise.
    #[must_use]
    pub fn may_worsen(&self, verdict: Verdict) -> bool {
        self.otherwise.iter().any(|(_, then)| *then > verdict)
    }
}

/// An approval that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Id.
    pub id: String,
    /// State that grants.
    pub grantor: String,
    /// Who there.
    pub body: String,
    /// What it is.
    pub name: String,
    /// Days from application to decision.
    pub days: Days,
    /// Approvals of this ruling that come before it.
    pub after: Vec<String>,
    /// Rules that ask for it.
    pub rules: Vec<String>,
    /// Whether it is needed whatever the missing facts are.
    pub certain: bool,
    /// Whether it is so in some way in which what is not told of design and make can turn out.
    pub(crate) certain_in_a_way: bool,
    /// How far rule and days can be trusted.
    pub confidence: Confidence,
    /// How far the days can be trusted.
    pub days_confidence: Confidence,
    /// The record of a decision or a pending application.
    pub record: Option<(String, AuthorizationDecision)>,
    /// Every record in force that grants it, by id; the one above is the latest of them.
    pub grants: Vec<String>,
}

/// What one regime says of one leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegimeRuling {
    /// Regime.
    pub regime: String,
    /// State whose law it is; the exporter for an agreement of states.
    pub state: String,
    /// Ends of the leg.
    pub leg: (String, String),
    /// What it says.
    pub verdict: Verdict,
    /// Ids of the rules that decide.
    pub rules: Vec<String>,
    /// Ids of the approvals still needed.
    pub approvals: Vec<String>,
    /// Facts its answer turns on.
    pub missing: Vec<String>,
}

/// The answer of the law to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// The worst of all regimes.
    pub overall: Verdict,
    /// The worst it may be, whatever the missing facts are; where none is missing, the same.
    pub worst: Verdict,
    /// Per regime and leg, in order of legs.
    pub regimes: Vec<RegimeRuling>,
    /// Approvals still needed, in order of grantors and, within one, of application; none for a denial.
    pub approvals: Vec<Approval>,
    /// Approvals a record grants.
    pub granted: Vec<Approval>,
    /// Approvals a record refuses.
    pub refused: Vec<Approval>,
    /// Every rule that holds, those that decide first.
    pub rules: Vec<Cited>,
    /// Facts the answer turns on, with the question in plain words.
    pub missing: Vec<(String, String)>,
    /// Flaws of the law met on the way; they make a ruling unknown.
    pub faults: Vec<String>,
    /// First later day on which it is no longer denied, where one is known.
    pub opens: Option<Date>,
    /// Facts nobody told that are assumed, where the answer would be another one without; told by
    /// [`Reading::rule`](crate::Reading::rule) alone.
    pub assumed: Vec<Assumed>,
}

impl Ruling {
    /// Days from application to the last approval: those of one state one after the other, states side by side.
    #[must_use]
    pub fn days(&self) -> Days {
        self.days_less(&BTreeMap::new())
    }

    /// The same where approvals, by grantor and id, take so many days less; none takes less than no time.
    pub(crate) fn days_less(&self, sooner: &BTreeMap<(String, String), u32>) -> Days {
        let own = self.approvals.iter().map(|approval| {
            let key = (approval.grantor.clone(), approval.id.clone());
            let sooner = sooner.get(&key).copied().unwrap_or(0);
            let less = |days: u32| days.saturating_sub(sooner);
            let days = Days {
                min: less(approval.days.min),
                typical: less(approval.days.typical),
                max: approval.days.max.map(less),
            };
            (approval.grantor.as_str(), days)
        });
        Days::in_turn(own)
    }

    /// The least trusted of what the verdict rests on: rules, memberships they touch, approvals and their days.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        let deciding = self.rules.iter().filter(|rule| rule.decides);
        let deciding = deciding.flat_map(|rule| {
            let rows = rule.members.iter().map(|(_, _, confidence)| *confidence);
            rows.chain([rule.confidence])
        });
        let approvals = self.approvals.iter().map(|one| one.confidence);
        let all = deciding.chain(approvals);
        all.max().unwrap_or(Confidence::Stated)
    }

    /// Whether two rulings say the same, whatever the day they open and what they assume.
    #[must_use]
    pub fn same(&self, other: &Ruling) -> bool {
        let bare = |ruling: &Ruling| Ruling {
            opens: None,
            assumed: Vec::new(),
            ..ruling.clone()
        };
        bare(self) == bare(other)
    }

    /// Whether two rulings have one verdict and ask for the same approvals.
    pub(crate) fn asks_the_same(&self, other: &Ruling) -> bool {
        let asks = |ruling: &Ruling| -> BTreeSet<(String, String)> {
            let all = ruling.approvals.iter();
            all.map(|one| (one.grantor.clone(), one.id.clone()))
                .collect()
        };
        (self.overall, self.worst) == (other.overall, other.worst) && asks(self) == asks(other)
    }

    /// What holds whichever of two ways `open` turns out.
    pub(crate) fn either(mut self, other: Ruling, open: &BTreeSet<&'static str>) -> Ruling {
        let same = self.asks_the_same(&other);
        let overall = if self.overall == other.overall {
            self.overall
        } else {
            Verdict::Unknown
        };
        for one in other.regimes {
            let place = |known: &RegimeRuling| {
                (&known.regime, &known.state, &known.leg) == (&one.regime, &one.state, &one.leg)
            };
            match self.regimes.iter_mut().find(|known| place(known)) {
                None => self.regimes.push(one),
                Some(known) => {
                    if known.verdict != one.verdict {
                        let open = open.iter().map(ToString::to_string);
                        known.missing.extend(open);
                        known.verdict = if overall == Verdict::Unknown {
                            Verdict::Unknown
                        } else {
                            known.verdict.max(one.verdict)
                        };
                    }
                    known.rules.extend(one.rules);
                    known.approvals.extend(one.approvals);
                    known.missing.extend(one.missing);
                    for list in [&mut known.rules, &mut known.approvals, &mut known.missing] {
                        let mut seen = BTreeSet::new();
                        list.retain(|id| seen.insert(id.clone()));
                    }
                }
            }
        }
        let lists = [
            (&mut self.approvals, other.approvals),
            (&mut self.granted, other.granted),
            (&mut self.refused, other.refused),
        ];
        for (mine, others) in lists {
            let key = |one: &Approval| (one.grantor.clone(), one.id.clone());
            let both: BTreeSet<_> = others.iter().map(key).collect();
            let mut all: BTreeMap<(String, String), Approval> = BTreeMap::new();
            for mut one in mine.drain(..) {
                one.certain &= both.contains(&key(&one));
                all.insert(key(&one), one);
            }
            for mut one in others {
                let certain = all
                    .get(&key(&one))
                    .map(|known| known.certain && one.certain);
                one.certain = certain.unwrap_or(false);
                merge(&mut all, one.clone());
                if let Some(known) = all.get_mut(&key(&one)) {
                    known.certain = one.certain;
                }
            }
            *mine = in_order(all.into_values().collect());
        }
        let certain: BTreeSet<String> = { other.rules.iter() }
            .filter(|rule| rule.certain)
            .map(|rule| rule.policy.clone())
            .collect();
        for rule in &mut self.rules {
            rule.certain &= certain.contains(&rule.policy);
        }
        for mut rule in other.rules {
            match self.rules.iter_mut().find(|one| one.policy == rule.policy) {
                Some(known) => known.decides |= rule.decides,
                None => {
                    rule.certain = false;
                    self.rules.push(rule);
                }
            }
        }
        self.rules
            .sort_by_key(|rule| (!rule.decides, rule.kind == RuleKind::Note));
        if !same {
            let open = OPEN.iter().filter(|(name, _)| open.contains(name));
            self.missing
                .extend(open.map(|(name, plain)| (name.to_string(), plain.to_string())));
        }
        self.missing.extend(other.missing);
        self.missing.sort();
        self.missing.dedup();
        if overall == Verdict::Deny {
            self.missing.clear();
        }
        self.faults.extend(other.faults);
        self.faults.sort();
        self.faults.dedup();
        self.overall = overall;
        self.worst = self.worst.max(other.worst);
        self
    }

    /// The ruling as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        let approval = |approval: &Approval| {
            let decision = approval
                .record
                .as_ref()
                .map(|(_, decision)| decision.as_str());
            json!({
                "id": approval.id, "grantor": approval.grantor, "body": approval.body, "name": approval.name,
                "days": days(approval.days), "after": approval.after, "rules": approval.rules,
                "certain": approval.certain, "confidence": approval.confidence.as_str(),
                "days_confidence": approval.days_confidence.as_str(),
                "record": approval.record.as_ref().map(|(id, _)| id), "decision": decision,
            })
        };
        let rule = |rule: &Cited| {
            json!({
                "id": rule.id, "policy": rule.policy, "regime": rule.regime, "kind": rule.kind.as_str(),
                "citation": rule.citation, "url": rule.url, "plain": rule.plain,
                "confidence": rule.confidence.as_str(), "certain": rule.certain, "decides": rule.decides,
            })
        };
        let regime = |regime: &RegimeRuling| {
            json!({
                "regime": regime.regime, "state": regime.state, "from": regime.leg.0, "to": regime.leg.1,
                "verdict": regime.verdict.as_str(), "rules": regime.rules, "approvals": regime.approvals,
                "missing": regime.missing,
            })
        };
        let missing = |(fact, plain): &(String, String)| json!({ "fact": fact, "plain": plain });
        let assumed = |one: &Assumed| {
            let then = one.otherwise.iter();
            json!({
                "fact": one.fact, "value": one.value.to_string(), "plain": one.plain,
                "otherwise": then.map(|(told, verdict)| json!({ "value": told.to_string(), "verdict": verdict.as_str() })).collect::<Vec<_>>(),
            })
        };
        json!({
            "overall": self.overall.as_str(),
            "regimes": self.regimes.iter().map(regime).collect::<Vec<_>>(),
            "approvals": self.approvals.iter().map(approval).collect::<Vec<_>>(),
            "granted": self.granted.iter().map(approval).collect::<Vec<_>>(),
            "refused": self.refused.iter().map(approval).collect::<Vec<_>>(),
            "days": days(self.days()),
            "rules": self.rules.iter().map(rule).collect::<Vec<_>>(),
            "missing": self.missing.iter().map(missing).collect::<Vec<_>>(),
            "assumed": self.assumed.iter().map(assumed).collect::<Vec<_>>(),
            "faults": self.faults,
            "opens": self.opens.map(|date| date.to_string()),
            "confidence": self.confidence().as_str(),
            "advice": NO_ADVICE,
        })
    }
}

pub(crate) fn days(days: Days) -> Value {
    json!({ "min": days.min, "typical": days.typical, "max": days.max })
}

/// The approvals a record grants, as the rules name them; they go to the engine, which lifts what they lift.
pub(crate) fn granted(
    law: &Law,
    question: &Question,
    leg: &Leg,
    say: &Say,
    judgement: &Judgement,
) -> Vec<String> {
    let mut granted = Vec::new();
    if question.records.is_empty() {
        return granted;
    }
    for place in judgement.holds.keys() {
        let rule = &law.rules[*place];
        for id in &rule.approvals {
            let approval = approval(law, question, leg, say, rule, id, true);
            if is(&approval, AuthorizationDecision::Granted) && !granted.contains(id) {
                granted.push(id.clone());
            }
        }
    }
    granted
}

/// What the rules of a state say of a leg: who speaks, what they ask for with no approval at all, and what
/// they say with those that are granted.
pub(crate) struct Heard<'a> {
    pub(crate) say: &'a Say,
    pub(crate) bare: &'a Judgement,
    pub(crate) now: &'a Judgement,
}

/// Puts judgements and records together.
pub(crate) fn assemble(
    law: &Law,
    question: &Question,
    day: Date,
    legs: &[Leg],
    heard: &[Heard<'_>],
) -> Ruling {
    let mut approvals: BTreeMap<(String, String), Approval> = BTreeMap::new();
    let mut all = (Verdict::Allow, Verdict::Allow);
    let mut bounds: Vec<Vec<(Verdict, Verdict)>> = Vec::new();
    for Heard { say, bare, now } in heard {
        let mut parts = now.parts.clone();
        let mut between = now.between;
        for (place, certain) in &bare.holds {
            let rule = &law.rules[*place];
            for id in &rule.approvals {
                let certain = *certain || bare.sure.contains(id);
                let approval = approval(law, question, &legs[say.leg], say, rule, id, certain);
                if is(&approval, AuthorizationDecision::Refused) {
                    let part = say.regimes.iter().position(|regime| *regime == rule.regime);
                    for bounds in part
                        .and_then(|n| parts.get_mut(n))
                        .into_iter()
                        .chain([&mut between])
                    {
                        bounds.1 = Verdict::Deny;
                        if certain {
                            bounds.0 = Verdict::Deny;
                        }
                    }
                }
                merge(&mut approvals, approval);
            }
        }
        all = (all.0.max(between.0), all.1.max(between.1));
        bounds.push(parts);
    }
    let overall = settled(all);
    let mut regimes = Vec::new();
    let mut rules: Vec<Cited> = Vec::new();
    let mut missing = BTreeSet::new();
    let mut faults = Vec::new();
    for (Heard { say, bare, now }, parts) in heard.iter().zip(bounds) {
        let leg = &legs[say.leg];
        for (regime, part) in say.regimes.iter().zip(parts) {
            // Where the whole is settled, an open part shows the worst it may be: it is no worse than the whole.
            let verdict = if overall == Verdict::Unknown {
                settled(part)
            } else {
                part.1
            };
            let mut deciding = Vec::new();
            let mut outstanding = Vec::new();
            for (place, certain) in bare
                .holds
                .iter()
                .filter(|(place, _)| law.rules[**place].regime == *regime)
            {
                let rule = &law.rules[*place];
                let refused = rule.approvals.iter().any(|id| {
                    let id = id.replacen('*', &say.state, 1);
                    let mut found = approvals.values().filter(|one| one.id == id);
                    found.any(|one| is(one, AuthorizationDecision::Refused))
                });
                let decides = refused || decides(rule.kind, settled(bare.between).max(verdict));
                if decides && (rule.kind.forbids() || verdict <= Verdict::Needs) {
                    deciding.push(rule.policy.clone());
                }
                let members = touched(law, rule, question, leg, day);
                cite(
                    law,
                    rule,
                    *certain,
                    decides && verdict == overall,
                    members,
                    &mut rules,
                );
                for id in &rule.approvals {
                    let id = id.replacen('*', &say.state, 1);
                    let waits =
                        |one: &&Approval| one.id == id && !is(one, AuthorizationDecision::Granted);
                    if approvals.values().any(|one| waits(&one)) && !outstanding.contains(&id) {
                        outstanding.push(id);
                    }
                }
            }
            regimes.push(RegimeRuling {
                regime: law.regimes[*regime].id.clone(),
                state: say.state.clone(),
                leg: (leg.from.clone(), leg.to.clone()),
                verdict,
                rules: deciding,
                approvals: if verdict == Verdict::Allow {
                    Vec::new()
                } else {
                    outstanding
                },
                missing: if part.0 == part.1 {
                    Vec::new()
                } else {
                    now.missing.iter().cloned().collect()
                },
            });
        }
        missing.extend(now.missing.iter().cloned());
        faults.extend(now.faults.iter().cloned());
    }
    // A ruling that is denied whatever the facts turns on none of them.
    if overall == Verdict::Deny {
        missing.clear();
    }
    rules.sort_by_key(|rule| (!rule.decides, rule.kind == RuleKind::Note));
    let plain = |fact: String| {
        let plain = match (law.fact(&fact), law_begins(&fact)) {
            (Some(fact), _) => fact.plain.clone(),
            (None, Some(begins)) => {
                format!("What was the law before {begins}? The rules held here begin on that day.")
            }
            (None, None) => String::new(),
        };
        (fact, plain)
    };
    let (granted, rest): (Vec<_>, Vec<_>) = approvals
        .into_values()
        .partition(|one| is(one, AuthorizationDecision::Granted));
    let (refused, needed): (Vec<_>, Vec<_>) = rest
        .into_iter()
        .partition(|one| is(one, AuthorizationDecision::Refused));
    faults.sort();
    faults.dedup();
    Ruling {
        overall,
        worst: all.1,
        regimes,
        approvals: match overall {
            // Nothing is needed, or nothing helps.
            Verdict::Allow | Verdict::Deny => Vec::new(),
            Verdict::Needs | Verdict::Policy | Verdict::Unknown => in_order(needed),
        },
        granted,
        refused,
        rules,
        missing: missing.into_iter().map(plain).collect(),
        faults,
        opens: None,
        assumed: Vec::new(),
    }
}

const LAW_BEFORE: &str = "law-before-";

/// The day on which the rules of a regime begin, of what is missing because they begin later.
#[must_use]
pub fn law_begins(missing: &str) -> Option<&str> {
    missing.strip_prefix(LAW_BEFORE)
}

/// What is missing where a regime is asked before its rules begin.
pub(crate) fn law_before(begins: Date) -> String {
    format!("{LAW_BEFORE}{begins}")
}

/// The memberships that a rule looks at and that hold on that day.
fn touched(
    law: &Law,
    rule: &Rule,
    question: &Question,
    leg: &Leg,
    day: Date,
) -> Vec<(String, String, Confidence)> {
    if rule.reads.groups.is_empty() {
        return Vec::new();
    }
    let named = rule.reads.facts.iter().filter_map(|name| {
        let fact = law.fact(name).filter(|fact| fact.kind == FactKind::State)?;
        match (fact.derived, question.facts.get(name)) {
            (true, _) if name == "to" => Some(&leg.to),
            (true, _) if name == "final" => Some(&question.to),
            (_, Some(Told::Word(state))) => Some(state),
            _ => None,
        }
    });
    let principal = rule.reads.principal.then_some(&leg.from);
    let states: BTreeSet<&String> = named.chain(principal).collect();
    let rows = states.into_iter().flat_map(|state| law.memberships(state));
    rows.filter(|row| row.holds(day) && rule.reads.groups.contains(&row.group))
        .map(|row| (row.group.clone(), row.state.clone(), row.confidence))
        .collect()
}

fn is(approval: &Approval, decision: AuthorizationDecision) -> bool {
    approval
        .record
        .as_ref()
        .is_some_and(|(_, one)| *one == decision)
}

/// Whether a rule of that kind decides a verdict.
fn decides(kind: RuleKind, verdict: Verdict) -> bool {
    match verdict {
        Verdict::Allow => matches!(kind, RuleKind::Allow | RuleKind::Route),
        Verdict::Needs => matches!(kind, RuleKind::Needs | RuleKind::Route),
        Verdict::Policy => kind == RuleKind::Policy,
        Verdict::Unknown => kind != RuleKind::Note,
        Verdict::Deny => kind == RuleKind::Deny,
    }
}

fn cite(
    law: &Law,
    rule: &Rule,
    certain: bool,
    decides: bool,
    members: Vec<(String, String, Confidence)>,
    rules: &mut Vec<Cited>,
) {
    if let Some(known) = rules.iter_mut().find(|known| known.policy == rule.policy) {
        for row in members {
            if !known.members.contains(&row) {
                known.members.push(row);
            }
        }
        known.certain |= certain;
        known.decides |= decides;
        return;
    }
    rules.push(Cited {
        id: rule.id().to_string(),
        policy: rule.policy.clone(),
        regime: law.regimes[rule.regime].id.clone(),
        kind: rule.kind,
        citation: rule.citation.clone(),
        url: rule
            .sources
            .iter()
            .find_map(|source| law.url(source))
            .map(str::to_string),
        plain: rule.plain.clone(),
        confidence: rule.confidence,
        certain,
        decides,
        members,
    });
}

fn approval(
    law: &Law,
    question: &Question,
    leg: &Leg,
    say: &Say,
    rule: &Rule,
    id: &str,
    certain: bool,
) -> Approval {
    let named = id.replacen('*', &say.state, 1);
    let (kind, grantor) = law
        .approval(&named, &say.state)
        .expect("a law that was read knows its approvals");
    let grantor = if grantor == "to" {
        leg.to.clone()
    } else {
        grantor
    };
    let after = kind
        .after
        .iter()
        .map(|one| one.replacen('*', &say.state, 1))
        .collect();
    let answers = records(question, leg, &named, kind.kinds.as_slice(), &grantor);
    let weight = |record: &&&Record| {
        let weight = match record.decision {
            AuthorizationDecision::Pending => 0,
            AuthorizationDecision::Granted => 1,
            AuthorizationDecision::Refused => 2,
        };
        (record.date, weight)
    };
    // The latest counts; of one day, a refusal before a grant.
    let record = answers.iter().max_by_key(weight);
    let grants = answers
        .iter()
        .filter(|record| record.decision == AuthorizationDecision::Granted);
    Approval {
        id: named,
        grantor,
        body: kind.body.clone(),
        name: kind.name.clone(),
        days: rule.days,
        after,
        rules: vec![rule.id().to_string()],
        certain,
        certain_in_a_way: certain,
        confidence: rule.least_confidence(),
        days_confidence: rule.days_confidence,
        record: record.map(|record| (record.id.clone(), record.decision)),
        grants: grants.map(|record| record.id.clone()).collect(),
    }
}

/// The records in force that answer an approval, in order of the question.
fn records<'a>(
    question: &'a Question,
    leg: &Leg,
    id: &str,
    kinds: &[String],
    grantor: &str,
) -> Vec<&'a Record> {
    let goods = &question.goods;
    let ends = |told: &Option<String>, one: &str, other: &str| {
        told.as_deref()
            .is_none_or(|state| state == one || state == other)
    };
    let fits = |record: &&Record| {
        record.grantor == grantor
            && (record.kind == id || record.kind == "any" || kinds.contains(&record.kind))
            && record.item.as_ref().is_none_or(|item| *item == goods.id)
            && ends(&record.from, &leg.from, &question.from)
            && ends(&record.to, &leg.to, &question.to)
            && record.date.is_none_or(|date| date <= question.on)
            && record.until.is_none_or(|until| question.on < until)
            && record
                .quantity
                .is_none_or(|most| question.quantity.is_none_or(|asked| asked <= most))
    };
    question.records.iter().filter(fits).collect()
}

/// Adds an approval; of two with the same id and grantor the longer days count.
fn merge(approvals: &mut BTreeMap<(String, String), Approval>, approval: Approval) {
    let key = (approval.grantor.clone(), approval.id.clone());
    match approvals.get_mut(&key) {
        None => {
            approvals.insert(key, approval);
        }
        Some(known) => {
            known.days = known.days.beside(approval.days);
            known.certain |= approval.certain;
            known.certain_in_a_way |= approval.certain_in_a_way;
            known.confidence = known.confidence.max(approval.confidence);
            known.days_confidence = known.days_confidence.max(approval.days_confidence);
            for rule in approval.rules {
                if !known.rules.contains(&rule) {
                    known.rules.push(rule);
                }
            }
            // On a way of several legs the worse record counts: none before a grant, a refusal before all.
            let weight = |record: &Option<(String, AuthorizationDecision)>| match record {
                Some((_, AuthorizationDecision::Granted)) => 0,
                None => 1,
                Some((_, AuthorizationDecision::Pending)) => 2,
                Some((_, AuthorizationDecision::Refused)) => 3,
            };
            if weight(&approval.record) > weight(&known.record) {
                known.record = approval.record;
                known.grants = approval.grants;
            }
        }
    }
}

/// Approvals grantor by grantor, each after those it waits for; `after` keeps only what is there.
fn in_order(mut approvals: Vec<Approval>) -> Vec<Approval> {
    let there: Vec<(String, String)> = approvals
        .iter()
        .map(|one| (one.grantor.clone(), one.id.clone()))
        .collect();
    for approval in &mut approvals {
        let grantor = approval.grantor.clone();
        approval
            .after
            .retain(|id| there.contains(&(grantor.clone(), id.clone())));
    }
    let mut ordered: Vec<Approval> = Vec::new();
    while !approvals.is_empty() {
        let ready = |one: &Approval| {
            one.after.iter().all(|id| {
                ordered
                    .iter()
                    .any(|done| done.grantor == one.grantor && done.id == *id)
            })
        };
        // A circle in the table would leave nobody ready: then the first goes.
        let next = approvals.iter().position(ready).unwrap_or(0);
        ordered.push(approvals.remove(next));
    }
    ordered.sort_by(|a, b| a.grantor.cmp(&b.grantor));
    ordered
}
