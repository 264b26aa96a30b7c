//! The worked cases under `laws/cases`, read into questions with what is expected of the answer.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use darsena_law::{
    Act, Goods, Law, Question, Reading, ReadingOptions, Record, Rule, Ruling, Told, Verdict,
};
use darsena_scenario::AuthorizationDecision;
use jiff::civil::Date;
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

/// A case, or a variation of one.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) title: String,
    pub(crate) classes: Vec<String>,
    pub(crate) question: Question,
    pub(crate) with: Vec<String>,
    pub(crate) expected: Verdict,
    pub(crate) approvals: Vec<String>,
    pub(crate) not_approvals: Vec<String>,
    /// Those of the approvals that turn on what is missing, where the case says which.
    pub(crate) perhaps: Option<Vec<String>>,
    pub(crate) rules: Vec<String>,
    pub(crate) not_rules: Vec<String>,
    pub(crate) missing: Vec<String>,
    pub(crate) absent: Vec<String>,
    pub(crate) regimes: BTreeMap<String, String>,
    pub(crate) days: BTreeMap<String, i64>,
    pub(crate) decision: String,
    pub(crate) source: String,
    pub(crate) held: String,
}

pub(crate) fn laws() -> PathBuf {
    PathBuf::from("../../laws")
}

/// Every case and variation, in order of files.
pub(crate) fn cases(law: &Law) -> Vec<Case> {
    let folder = laws().join("cases");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the cases are there")
        .map(|entry| entry.expect("it can be listed").path())
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("text");
        let document: DocumentMut = text
            .parse()
            .unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        for table in document["case"]
            .as_array_of_tables()
            .expect("[[case]]")
            .iter()
        {
            cases.push(case(law, table, &[]));
            let also = table.get("also").and_then(Item::as_array_of_tables);
            for (n, change) in also.into_iter().flatten().enumerate() {
                let mut varied = case(law, table, &[change]);
                varied.id = format!("{}/{}", varied.id, n + 1);
                cases.push(varied);
            }
        }
    }
    cases
}

/// What a case or a variation may say; `note` is for the reader of the file.
const KEYS: [&str; 34] = [
    "also",
    "id",
    "kind",
    "title",
    "act",
    "from",
    "to",
    "via",
    "made_in",
    "origins",
    "holders",
    "flags",
    "classes",
    "purpose",
    "value",
    "facts",
    "reset",
    "records",
    "with",
    "on",
    "expected",
    "approvals",
    "not_approvals",
    "perhaps",
    "rules",
    "not_rules",
    "missing",
    "absent",
    "regimes",
    "days",
    "decision",
    "source",
    "held",
    "note",
];

fn case(law: &Law, table: &Table, changes: &[&Table]) -> Case {
    let get = |key: &str| {
        changes
            .iter()
            .find_map(|change| change.get(key))
            .or_else(|| table.get(key))
    };
    let text = |key: &str| {
        get(key)
            .and_then(Item::as_str)
            .unwrap_or_default()
            .to_string()
    };
    let list = |key: &str| -> Vec<String> {
        let array = get(key).and_then(Item::as_array);
        array
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_string)
            .collect()
    };
    // What is expected of a variation is said there alone.
    let expects = |key: &str| -> Vec<String> {
        let place = changes.first().map_or(table, |change| *change);
        let array = place.get(key).and_then(Item::as_array);
        array
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_string)
            .collect()
    };
    let pairs = |key: &str| -> Vec<(String, Value)> {
        let place = changes.first().map_or(table, |change| *change);
        let inline = place.get(key).and_then(Item::as_table_like);
        let pairs = inline.map(TableLike::iter);
        pairs
            .into_iter()
            .flatten()
            .filter_map(|(k, v)| Some((k.to_string(), v.as_value()?.clone())))
            .collect()
    };
    let id = text("id");
    let class = |name: &String| {
        law.class(name)
            .unwrap_or_else(|| panic!("{id}: class {name}"))
            .clone()
    };
    let classes = list("classes");
    let goods = Goods {
        name: text("title"),
        classes: classes.iter().map(class).collect(),
        flags: list("flags").into_iter().collect(),
        origins: list("origins").into_iter().collect(),
        ..Goods::default()
    };
    let act = Act::from_text(&text("act")).expect("an act");
    let on = text("on").parse().expect("a day");
    let mut question = Question::new(act, goods, &text("from"), &text("to"), on);
    question.via = list("via");
    question.made_in = Some(text("made_in")).filter(|state| !state.is_empty());
    question.holders = list("holders").into_iter().collect();
    question.purpose = text("purpose");
    question.value = get("value").and_then(Item::as_integer);
    let reset = changes.iter().any(|change| change.contains_key("reset"));
    for place in std::iter::once(table)
        .filter(|_| !reset)
        .chain(changes.iter().copied())
    {
        let told = place
            .get("facts")
            .and_then(Item::as_table_like)
            .map(TableLike::iter);
        for (name, value) in told.into_iter().flatten() {
            assert!(law.fact(name).is_some(), "{id}: fact {name}");
            question
                .facts
                .insert(name.to_string(), fact(value.as_value().expect("a value")));
        }
    }
    let records = get("records").and_then(Item::as_array);
    for (n, row) in records
        .into_iter()
        .flatten()
        .filter_map(Value::as_inline_table)
        .enumerate()
    {
        let word = |key: &str| row.get(key).and_then(Value::as_str).map(str::to_string);
        question.records.push(Record {
            id: format!("record-{}", n + 1),
            kind: word("kind").expect("a kind"),
            grantor: word("grantor").expect("a grantor"),
            item: None,
            from: None,
            to: None,
            decision: match word("decision").as_deref() {
                Some("granted") => AuthorizationDecision::Granted,
                Some("refused") => AuthorizationDecision::Refused,
                _ => AuthorizationDecision::Pending,
            },
            date: word("date").map(|day| day.parse().expect("a day")),
            until: word("until").map(|day| day.parse().expect("a day")),
            quantity: None,
            value: None,
        });
    }
    let plain = |value: Value| value.as_str().unwrap_or_default().to_string();
    let place = changes.first().map_or(table, |change| *change);
    for (key, _) in table.iter().chain(place.iter()) {
        assert!(KEYS.contains(&key), "{id}: no case says `{key}`");
    }
    Case {
        id,
        kind: text("kind"),
        title: text("title"),
        classes,
        question,
        with: list("with"),
        expected: Verdict::from_text(&text("expected")).expect("a verdict"),
        approvals: expects("approvals"),
        not_approvals: expects("not_approvals"),
        perhaps: place.contains_key("perhaps").then(|| expects("perhaps")),
        rules: expects("rules"),
        not_rules: expects("not_rules"),
        missing: expects("missing"),
        absent: expects("absent"),
        regimes: pairs("regimes")
            .into_iter()
            .map(|(k, v)| (k, plain(v)))
            .collect(),
        days: pairs("days")
            .into_iter()
            .filter_map(|(k, v)| Some((k, v.as_integer()?)))
            .collect(),
        decision: text("decision"),
        source: text("source"),
        held: text("held"),
    }
}

fn fact(value: &Value) -> Told {
    match value {
        Value::Boolean(flag) => Told::Flag(*flag.value()),
        Value::Integer(number) => Told::Number(*number.value()),
        other => Told::Word(other.as_str().expect("a word").to_string()),
    }
}

/// The answers to cases, in their order.
pub(crate) fn answers(law: &Law, cases: &[Case]) -> Vec<Ruling> {
    let plain = law.read(ReadingOptions::default());
    let answer = |case: &Case| {
        if case.with.is_empty() {
            return plain.rule(&case.question);
        }
        let with = case.with.iter().cloned().collect();
        law.read(ReadingOptions {
            with,
            ..ReadingOptions::default()
        })
        .rule(&case.question)
    };
    cases.iter().map(answer).collect()
}

/// What of a ruling is not as the case expects; nothing when all is.
pub(crate) fn check(case: &Case, ruling: &Ruling) -> Vec<String> {
    let mut wrong = Vec::new();
    if ruling.overall != case.expected {
        let regimes: Vec<String> = ruling
            .regimes
            .iter()
            .map(|one| {
                format!(
                    "{}:{} {} {:?} {:?}",
                    one.regime, one.state, one.verdict, one.rules, one.missing
                )
            })
            .collect();
        wrong.push(format!(
            "expected {}, got {}: {regimes:#?}",
            case.expected, ruling.overall
        ));
    }
    let asked = |id: &String| ruling.approvals.iter().any(|one| one.id == *id);
    let holds = |id: &String| {
        ruling
            .rules
            .iter()
            .any(|one| one.policy == *id || one.id == *id)
    };
    // Every approval that is needed is listed, and no other.
    if case.expected == Verdict::Needs || !case.approvals.is_empty() {
        let got: BTreeSet<&str> = ruling.approvals.iter().map(|one| one.id.as_str()).collect();
        let listed: BTreeSet<&str> = case.approvals.iter().map(String::as_str).collect();
        if got != listed {
            wrong.push(format!("expected approvals {listed:?}, got {got:?}"));
        }
    }
    if let Some(perhaps) = &case.perhaps {
        let open = ruling.approvals.iter().filter(|one| !one.certain);
        let got: BTreeSet<&str> = open.map(|one| one.id.as_str()).collect();
        let listed: BTreeSet<&str> = perhaps.iter().map(String::as_str).collect();
        if got != listed {
            wrong.push(format!("expected {listed:?} to be perhaps, got {got:?}"));
        }
    }
    // The rule that is named first decides.
    let first = case.rules.first();
    let deciding: BTreeSet<&str> = { ruling.regimes.iter() }
        .flat_map(|regime| &regime.rules)
        .map(String::as_str)
        .collect();
    let decides = |id: &String| {
        let mut rules = ruling.rules.iter();
        rules.any(|one| {
            (one.policy == *id || one.id == *id) && deciding.contains(one.policy.as_str())
        })
    };
    if let Some(id) = first.filter(|id| !decides(id)) {
        let got = &deciding;
        wrong.push(format!("expected {id} to decide, got {got:?}"));
    }
    for id in case.not_approvals.iter().filter(|id| asked(id)) {
        wrong.push(format!("approval {id} is asked for"));
    }
    for id in case.rules.iter().filter(|id| !holds(id)) {
        let got: Vec<&str> = ruling.rules.iter().map(|one| one.policy.as_str()).collect();
        wrong.push(format!("expected rule {id}, got {got:?}"));
    }
    for id in case
        .not_rules
        .iter()
        .filter(|id| ruling.rules.iter().any(|one| one.policy == **id))
    {
        wrong.push(format!("rule {id} holds"));
    }
    for name in case
        .missing
        .iter()
        .filter(|name| !ruling.missing.iter().any(|(fact, _)| fact == *name))
    {
        wrong.push(format!(
            "expected to miss {name}, missed {:?}",
            ruling.missing
        ));
    }
    for regime in case
        .absent
        .iter()
        .filter(|id| ruling.regimes.iter().any(|one| one.regime == **id))
    {
        wrong.push(format!("regime {regime} has a say"));
    }
    for (regime, verdict) in &case.regimes {
        let got: Vec<&str> = ruling
            .regimes
            .iter()
            .filter(|one| one.regime == *regime)
            .map(|one| one.verdict.as_str())
            .collect();
        if !got.contains(&verdict.as_str()) {
            wrong.push(format!("expected {verdict} in {regime}, got {got:?}"));
        }
    }
    for (id, days) in &case.days {
        let got = ruling
            .approvals
            .iter()
            .find(|one| one.id == *id)
            .map(|one| one.days);
        if !got.is_some_and(|got| *days == i64::from(got.min) || *days == i64::from(got.typical)) {
            wrong.push(format!("expected {days} days for {id}, got {got:?}"));
        }
    }
    wrong
}

/// Whether a rule holds in a case on another day: as it is, or with the memberships that its destination
/// has at any time, for on its first day a rule may still find nobody in a group that is joined later.
pub(crate) fn holds_on(
    law: &Law,
    reading: &Reading<'_>,
    case: &Case,
    rule: &Rule,
    day: Date,
    joined: bool,
) -> bool {
    let mut question = case.question.clone();
    question.on = day;
    let next = day.tomorrow().expect("no case ends the calendar");
    let holds = |reading: &Reading<'_>| {
        let turns = reading.timeline(&question, day, next);
        let mut rules = turns[0].ruling.rules.iter();
        rules.any(|one| one.policy == rule.policy)
    };
    if holds(reading) || !joined {
        return holds(reading);
    }
    let rows = law.members().iter();
    let members = rows.filter(|row| row.state == case.question.to);
    let members = members.map(|row| (row.group.clone(), row.state.clone()));
    holds(&law.read(ReadingOptions {
        members: members.collect(),
        ..ReadingOptions::default()
    }))
}
