//! `permit`: may it be done, under which rule, with whose approval, by when; as tables.

use darsena_law::{
    Approval, AsOf, Assumed, Cited, Law, Path, Question, Reading, RuleKind, Ruling, Turn, Verdict,
    law_begins, question_json,
};
use darsena_scenario::Scenario;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::answer::{Answer, Head, Table};

/// The answer `permit` to one question; `paths` where it was asked what would have to be true.
pub fn answer(
    scenario: Option<&Scenario>,
    reading: &Reading<'_>,
    question: &Question,
    ruling: &Ruling,
    paths: Option<&[Path]>,
) -> Answer {
    let json = ruling.json();
    let keys = [
        "overall",
        "regimes",
        "approvals",
        "granted",
        "refused",
        "days",
        "rules",
        "missing",
        "assumed",
        "faults",
        "opens",
        "confidence",
        "advice",
    ];
    let mut trees: Vec<(String, Value)> = vec![("asked".into(), question_json(question))];
    trees.extend(keys.map(|key| (key.to_string(), json[key].clone())));
    let mut tables = vec![
        regimes(ruling),
        approvals(ruling),
        rules(ruling),
        missing(ruling),
        assumed(ruling),
    ];
    if let Some(paths) = paths {
        tables.push(path_table(paths));
    }
    Answer {
        head: head("permit", scenario, reading, question.on),
        tables,
        trees,
    }
}

/// The answer `permit --timeline`.
pub fn timeline(
    scenario: Option<&Scenario>,
    reading: &Reading<'_>,
    question: &Question,
    turns: &[Turn],
) -> Answer {
    let because = |turn: &Turn| joined(turn.because.iter().map(ToString::to_string));
    let decide = |turn: &Turn| joined(deciding(&turn.ruling).map(|rule| rule.policy.clone()));
    let table = Table::new("timeline", "An answer, from the day on which it begins.")
        .day("from", turns.iter().map(|turn| turn.from))
        .text(
            "verdict",
            turns.iter().map(|turn| turn.ruling.overall.as_str()),
        )
        .text("because", turns.iter().map(because))
        .text("rules", turns.iter().map(decide))
        .text(
            "approvals",
            turns
                .iter()
                .map(|turn| joined(turn.ruling.approvals.iter().map(|one| one.id.clone()))),
        )
        .whole(
            "days",
            "days",
            turns.iter().map(|turn| typical(&turn.ruling)),
        );
    let trees = vec![
        ("asked".into(), question_json(question)),
        ("advice".into(), json!(darsena_law::NO_ADVICE)),
    ];
    Answer {
        head: head("permit --timeline", scenario, reading, question.on),
        tables: vec![table],
        trees,
    }
}

/// The answer `permit --matrix`: a row for each question and day.
pub fn matrix(
    scenario: Option<&Scenario>,
    reading: &Reading<'_>,
    questions: &[Question],
    days: &[Date],
    threads: usize,
) -> Answer {
    let rulings = reading.matrix(questions, days, threads);
    let rows: Vec<(&Question, Date, &Ruling)> = questions
        .iter()
        .zip(&rulings)
        .flat_map(|(question, row)| {
            days.iter()
                .zip(row)
                .map(move |(day, ruling)| (question, *day, ruling.as_ref()))
        })
        .collect();
    let table = Table::new("matrix", "The answer for an item on a route on a day.")
        .text("item", rows.iter().map(|(question, ..)| label(question)))
        .text(
            "from",
            rows.iter().map(|(question, ..)| question.from.clone()),
        )
        .text("to", rows.iter().map(|(question, ..)| question.to.clone()))
        .day("on", rows.iter().map(|(_, day, _)| *day))
        .text(
            "verdict",
            rows.iter().map(|(_, _, ruling)| ruling.overall.as_str()),
        )
        .text(
            "rules",
            rows.iter()
                .map(|(_, _, ruling)| joined(deciding(ruling).map(|rule| rule.policy.clone()))),
        )
        .text(
            "citations",
            rows.iter()
                .map(|(_, _, ruling)| joined(deciding(ruling).map(|rule| rule.citation.clone()))),
        )
        .text(
            "approvals",
            rows.iter()
                .map(|(_, _, ruling)| joined(ruling.approvals.iter().map(|one| one.id.clone()))),
        )
        .whole(
            "days",
            "days",
            rows.iter().map(|(_, _, ruling)| typical(ruling)),
        )
        .text(
            "confidence",
            rows.iter()
                .map(|(_, _, ruling)| ruling.confidence().as_str()),
        );
    let trees = vec![("advice".into(), json!(darsena_law::NO_ADVICE))];
    let on = days.first().copied().unwrap_or(Date::MIN);
    Answer {
        head: head("permit --matrix", scenario, reading, on),
        tables: vec![table],
        trees,
    }
}

/// The answer `laws`: the rules in force on a day.
pub fn laws(law: &Law, on: Date, regime: Option<&str>) -> Answer {
    let asked = |rule: &&darsena_law::Rule| regime.is_none_or(|id| law.regime_of(rule).id == id);
    let rules: Vec<&darsena_law::Rule> = law
        .rules()
        .iter()
        .filter(|rule| rule.in_force(on))
        .filter(asked)
        .collect();
    let table = Table::new("rules", "A policy in force.")
        .text("policy", rules.iter().map(|rule| rule.policy.clone()))
        .text(
            "regime",
            rules.iter().map(|rule| law.regime_of(rule).id.clone()),
        )
        .text("kind", rules.iter().map(|rule| rule.kind.as_str()))
        .day("from", rules.iter().map(|rule| rule.from))
        .day("until", rules.iter().map(|rule| rule.until))
        .text(
            "approvals",
            rules.iter().map(|rule| rule.approvals.join(";")),
        )
        .text(
            "confidence",
            rules.iter().map(|rule| rule.confidence.as_str()),
        )
        .text("citation", rules.iter().map(|rule| rule.citation.clone()))
        .text("plain", rules.iter().map(|rule| rule.plain.clone()));
    let reading = law.read(darsena_law::ReadingOptions::default());
    Answer {
        head: head("laws", None, &reading, on),
        tables: vec![table],
        trees: Vec::new(),
    }
}

/// The answer `laws --facts`: what may be told of a transfer.
pub fn facts(law: &Law) -> Answer {
    let all: Vec<&darsena_law::Fact> = law.facts().iter().filter(|fact| !fact.derived).collect();
    let table = Table::new("facts", "A fact that rules ask and a question may tell.")
        .text("fact", all.iter().map(|fact| fact.name.clone()))
        .text("type", all.iter().map(|fact| fact.kind.as_str()))
        .text("options", all.iter().map(|fact| fact.options.join(";")))
        .flag("of_item", all.iter().map(|fact| fact.of_item))
        .text(
            "default",
            all.iter()
                .map(|fact| fact.default.clone().unwrap_or_default()),
        )
        .text("plain", all.iter().map(|fact| fact.plain.clone()));
    listed("laws --facts", law, table)
}

/// The answer `laws --classes`: the standard classes of items.
pub fn classes(law: &Law) -> Answer {
    let all: Vec<_> = law.classes().collect();
    let flags = |class: &darsena_law::Classed| class.flags.iter().cloned().collect::<Vec<_>>();
    let table = Table::new("classes", "A standard class of items.")
        .text("class", all.iter().map(|(id, ..)| *id))
        .text(
            "regime",
            all.iter().map(|(_, class, _)| class.regime.clone()),
        )
        .text("code", all.iter().map(|(_, class, _)| class.code.clone()))
        .text(
            "flags",
            all.iter().map(|(_, class, _)| flags(class).join(";")),
        )
        .text("plain", all.iter().map(|(.., plain)| *plain));
    listed("laws --classes", law, table)
}

/// The answer `laws --approvals`: what rules ask for, who gives it, and which records answer it.
pub fn approvals_listed(law: &Law) -> Answer {
    let all: Vec<&darsena_law::ApprovalKind> = law.approvals().collect();
    let table = Table::new(
        "approvals",
        "An approval rules ask for; its grantor is a state, `*` for the state whose law it is, or `to` for the recipient.",
    )
    .text("approval", all.iter().map(|one| one.id.clone()))
    .text("grantor", all.iter().map(|one| one.grantor.clone()))
    .text("body", all.iter().map(|one| one.body.clone()))
    .text("name", all.iter().map(|one| one.name.clone()))
    .text("after", all.iter().map(|one| one.after.join(";")))
    .text("kinds", all.iter().map(|one| one.kinds.join(";")));
    listed("laws --approvals", law, table)
}

fn listed(question: &str, law: &Law, table: Table) -> Answer {
    let reading = law.read(darsena_law::ReadingOptions::default());
    Answer {
        head: head(question, None, &reading, law.last_change()),
        tables: vec![table],
        trees: Vec::new(),
    }
}

/// Typical days of all approvals; none where nothing that is asked for helps.
fn typical(ruling: &Ruling) -> Option<i64> {
    (ruling.overall != Verdict::Deny).then(|| i64::from(ruling.days().typical))
}

/// How the law is read, where it is not simply that of the day.
fn read_as(reading: &Reading<'_>) -> Vec<String> {
    let options = reading.options();
    let day = match options.as_of {
        AsOf::Everything => None,
        AsOf::Known(day) => Some(format!("the law as it was known on {day}")),
        AsOf::Fixed(day) => Some(format!(
            "the law of {day}, whatever the day of the transfer"
        )),
    };
    let lifted = options.without.iter().map(|id| format!("without {id}"));
    let proposed = { options.with.iter() }.map(|id| format!("with the proposal {id}"));
    let members = { options.members.iter() }
        .map(|(group, state)| format!("supposing that {state} is in {group}"));
    day.into_iter()
        .chain(lifted)
        .chain(proposed)
        .chain(members)
        .collect()
}

fn head(question: &str, scenario: Option<&Scenario>, reading: &Reading<'_>, on: Date) -> Head {
    let as_of = match reading.options().as_of {
        AsOf::Everything => on,
        AsOf::Known(day) | AsOf::Fixed(day) => day,
    };
    Head {
        question: question.into(),
        scenario: scenario.map_or(String::new(), |scenario| scenario.head().name.to_string()),
        scenario_hash: scenario.map_or(String::new(), |scenario| scenario.hash().to_string()),
        law_as_of: as_of.to_string(),
        law_hash: Some(reading.law().hash().to_string()),
        solver: None,
        status: "answered".into(),
        objective: None,
        objective_unit: String::new(),
        seconds: None,
        currency: "USD".into(),
        remarks: { read_as(reading).into_iter() }
            .chain([darsena_law::NO_ADVICE.into()])
            .collect(),
    }
}

fn joined(words: impl Iterator<Item = String>) -> String {
    let mut kept: Vec<String> = Vec::new();
    for word in words {
        if !kept.contains(&word) {
            kept.push(word);
        }
    }
    kept.join("; ")
}

fn label(question: &Question) -> String {
    let goods = &question.goods;
    match (goods.id.is_empty(), goods.name.is_empty()) {
        (false, _) => goods.id.clone(),
        (true, false) => goods.name.clone(),
        (true, true) => joined(goods.classes.iter().map(|class| class.code.clone())),
    }
}

/// The rules a verdict rests on.
fn deciding(ruling: &Ruling) -> impl Iterator<Item = &Cited> {
    ruling.rules.iter().filter(|rule| rule.decides)
}

fn regimes(ruling: &Ruling) -> Table {
    let all = &ruling.regimes;
    Table::new("regimes", "What one regime says of one leg.")
        .text("regime", all.iter().map(|one| one.regime.clone()))
        .text("state", all.iter().map(|one| one.state.clone()))
        .text("from", all.iter().map(|one| one.leg.0.clone()))
        .text("to", all.iter().map(|one| one.leg.1.clone()))
        .text("verdict", all.iter().map(|one| one.verdict.as_str()))
        .text("rules", all.iter().map(|one| one.rules.join("; ")))
        .text("approvals", all.iter().map(|one| one.approvals.join("; ")))
        .text("missing", all.iter().map(|one| one.missing.join("; ")))
}

fn approvals(ruling: &Ruling) -> Table {
    let listed = [
        (&ruling.approvals, "needed"),
        (&ruling.granted, "granted"),
        (&ruling.refused, "refused"),
    ];
    let all: Vec<(&Approval, &'static str)> = listed
        .iter()
        .flat_map(|(list, word)| list.iter().map(move |one| (one, *word)))
        .collect();
    let status = |(one, word): &(&Approval, &'static str)| match (*word, one.certain, &one.record) {
        ("needed", _, Some(_)) => "pending",
        ("needed", false, None) => "perhaps",
        (word, ..) => word,
    };
    Table::new(
        "approvals",
        "An approval: who gives it, how long it takes, what comes before.",
    )
    .text("approval", all.iter().map(|(one, _)| one.id.clone()))
    .text("grantor", all.iter().map(|(one, _)| one.grantor.clone()))
    .text("body", all.iter().map(|(one, _)| one.body.clone()))
    .text("name", all.iter().map(|(one, _)| one.name.clone()))
    .text("status", all.iter().map(status))
    .whole(
        "min",
        "days",
        all.iter().map(|(one, _)| i64::from(one.days.min)),
    )
    .whole(
        "typical",
        "days",
        all.iter().map(|(one, _)| i64::from(one.days.typical)),
    )
    .whole(
        "max",
        "days",
        all.iter().map(|(one, _)| one.days.max.map(i64::from)),
    )
    .text("after", all.iter().map(|(one, _)| one.after.join("; ")))
    .text("rules", all.iter().map(|(one, _)| one.rules.join("; ")))
    .text(
        "confidence",
        all.iter().map(|(one, _)| one.confidence.as_str()),
    )
    .text(
        "days_confidence",
        all.iter().map(|(one, _)| one.days_confidence.as_str()),
    )
}

fn rules(ruling: &Ruling) -> Table {
    let all = &ruling.rules;
    Table::new("rules", "A rule that holds; those that decide first.")
        .text("rule", all.iter().map(|one| one.id.clone()))
        .text("policy", all.iter().map(|one| one.policy.clone()))
        .text("regime", all.iter().map(|one| one.regime.clone()))
        .text("kind", all.iter().map(|one| one.kind.as_str()))
        .flag("decides", all.iter().map(|one| one.decides))
        .flag("certain", all.iter().map(|one| one.certain))
        .text("confidence", all.iter().map(|one| one.confidence.as_str()))
        .text("citation", all.iter().map(|one| one.citation.clone()))
        .text(
            "url",
            all.iter().map(|one| one.url.clone().unwrap_or_default()),
        )
        .text("plain", all.iter().map(|one| one.plain.clone()))
}

fn missing(ruling: &Ruling) -> Table {
    Table::new("missing", "A fact the answer turns on.")
        .text("fact", ruling.missing.iter().map(|(fact, _)| fact.clone()))
        .text(
            "plain",
            ruling.missing.iter().map(|(_, plain)| plain.clone()),
        )
}

fn assumed(ruling: &Ruling) -> Table {
    let all = &ruling.assumed;
    let otherwise = |one: &Assumed| {
        joined(
            { one.otherwise.iter() }.map(|(told, verdict)| format!("{told}: {}", verdict.as_str())),
        )
    };
    Table::new(
        "assumed",
        "A fact nobody told that is assumed, and on which the answer rests.",
    )
    .text("fact", all.iter().map(|one| one.fact.clone()))
    .text("value", all.iter().map(|one| one.value.to_string()))
    .text("otherwise", all.iter().map(otherwise))
    .text("plain", all.iter().map(|one| one.plain.clone()))
}

/// Which assumptions carry an answer, by what it would be without them: the worst first.
fn rests(ruling: &Ruling) -> Vec<(Verdict, String)> {
    let mut by: std::collections::BTreeMap<Verdict, Vec<String>> = Default::default();
    for one in &ruling.assumed {
        let worst = one.otherwise.iter().map(|(_, verdict)| *verdict).max();
        by.entry(worst.unwrap_or(ruling.overall))
            .or_default()
            .push(format!("{}={}", one.fact, one.value));
    }
    let by = by.into_iter().rev();
    by.map(|(verdict, facts)| (verdict, facts.join(", ")))
        .collect()
}

fn path_table(paths: &[Path]) -> Table {
    Table::new(
        "paths",
        "A way to a lawful transfer: what would have to be true, and the approvals then needed.",
    )
    .text(
        "changes",
        paths
            .iter()
            .map(|path| joined(path.changes.iter().map(ToString::to_string))),
    )
    .text("verdict", paths.iter().map(|path| path.verdict.as_str()))
    .text(
        "approvals",
        paths.iter().map(|path| path.approvals.join("; ")),
    )
    .whole(
        "min",
        "days",
        paths.iter().map(|path| i64::from(path.days.min)),
    )
    .whole(
        "typical",
        "days",
        paths.iter().map(|path| i64::from(path.days.typical)),
    )
    .whole(
        "max",
        "days",
        paths.iter().map(|path| path.days.max.map(i64::from)),
    )
}

/// Records told with the question that no approval asked for looks at.
fn unheard<'a>(question: &'a Question, ruling: &'a Ruling) -> impl Iterator<Item = &'a str> {
    let told = question.records.iter().map(|record| record.id.as_str());
    told.filter(|id| {
        let lists = [&ruling.approvals, &ruling.granted, &ruling.refused];
        let mut heard = lists.into_iter().flatten();
        let denied = ruling.overall == Verdict::Deny;
        id.starts_with("record-")
            && !denied
            && !heard.any(|one| {
                one.grants.iter().any(|grant| grant == id)
                    || one.record.as_ref().is_some_and(|(one, _)| one == id)
            })
    })
}

fn needs(ruling: &Ruling, shortest: Option<&Path>) -> String {
    let all = ruling.days();
    let count = counted(ruling.approvals.len(), "approval");
    match shortest.map(|path| path.days) {
        Some(least) if least != all => format!(
            "NEEDS up to {count}; {least} days (min/typical/max) the shortest way, {all} if all were needed"
        ),
        Some(_) => format!("NEEDS up to {count}; {all} days in all (min/typical/max)"),
        None => format!("NEEDS {count}; {all} days in all (min/typical/max)"),
    }
}

/// Why no answer can be given.
fn unknown(ruling: &Ruling) -> String {
    let later = |(fact, _): &(String, String)| law_begins(fact).is_some();
    let why = match ruling.missing.as_slice() {
        _ if !ruling.faults.is_empty() => "the law has a flaw, told below, and cannot be applied",
        [] => "the law held here does not settle it",
        missing if missing.iter().all(later) => "the day is before the law that is held here",
        _ => "the answer turns on facts that are missing",
    };
    format!("UNKNOWN: {why}")
}

/// One ruling for reading; with `why`, in the words of the rules and with their text. `shortest` is the
/// shortest way there is where some approvals turn on what is missing: alternatives are not added up.
pub fn readable(
    reading: &Reading<'_>,
    question: &Question,
    ruling: &Ruling,
    shortest: Option<&Path>,
    paths: Option<&[Path]>,
    why: bool,
) -> String {
    let law = reading.law();
    let mut text = String::new();
    let mut line = |words: String| {
        text.push_str(words.trim_end());
        text.push('\n');
    };
    let stops: Vec<&str> = std::iter::once(&question.from)
        .chain(&question.via)
        .chain([&question.to])
        .map(String::as_str)
        .collect();
    line(format!(
        "{} of {}, {}, on {}",
        question.act.as_str(),
        label(question),
        stops.join(" to "),
        question.on
    ));
    for words in read_as(reading) {
        line(words);
    }
    let said = match ruling.overall {
        Verdict::Allow => "ALLOW: nothing further is needed".to_string(),
        Verdict::Needs => needs(ruling, shortest),
        Verdict::Policy => "POLICY: a political act with no rule behind it".to_string(),
        Verdict::Unknown => unknown(ruling),
        Verdict::Deny => match ruling.opens {
            Some(day) => format!("DENY; a route opens on {day}"),
            None => "DENY; no day is known on which a route opens".to_string(),
        },
    };
    line(said);
    if !ruling.approvals.is_empty() {
        line("\napprovals".into());
        for one in &ruling.approvals {
            let after = if one.after.is_empty() {
                String::new()
            } else {
                format!(", after {}", one.after.join(" and "))
            };
            let sure = match (&one.record, one.certain) {
                (Some((id, _)), _) => format!(", pending ({id})"),
                (None, false) => ", perhaps: it turns on what is missing".to_string(),
                (None, true) => String::new(),
            };
            line(format!(
                "  {:<22} {}: {}, {}, {} days [{}]{after}{sure}",
                one.id,
                one.grantor,
                one.body,
                one.name,
                one.days,
                one.days_confidence.as_str()
            ));
        }
    }
    for (title, list) in [
        ("granted by record", &ruling.granted),
        ("refused by record", &ruling.refused),
    ] {
        if !list.is_empty() {
            line(format!("\n{title}"));
        }
        for one in list {
            let record = one.record.as_ref().map_or("", |(id, _)| id.as_str());
            line(format!("  {:<22} {} ({record})", one.id, one.body));
        }
    }
    for record in unheard(question, ruling) {
        line(format!("\n{record} answers nothing that is asked for"));
    }
    line("\nregimes".into());
    for one in &ruling.regimes {
        let leg = format!("{} to {}", one.leg.0, one.leg.1);
        let name = if one.regime == "xx" {
            format!("{} ({})", one.regime, one.state)
        } else {
            one.regime.clone()
        };
        line(format!(
            "  {:<14} {:<10} {:<8} {}",
            name,
            leg,
            one.verdict.as_str(),
            one.rules.join(", ")
        ));
    }
    let decides = |rule: &Cited| rule.decides && rule.kind != RuleKind::Note;
    // What is noted of a rule that decides belongs to it.
    let noted = |rule: &Cited| {
        let of = |other: &Cited| decides(other) && other.id == rule.id;
        rule.kind == RuleKind::Note && ruling.rules.iter().any(of)
    };
    let shown: Vec<&Cited> = { ruling.rules.iter() }
        .filter(|rule| why || decides(rule) || noted(rule))
        .collect();
    if !shown.is_empty() {
        line("\nrules".into());
    }
    for rule in shown {
        let perhaps = if rule.certain { "" } else { ", perhaps" };
        line(format!(
            "  {:<14} {:<6} {}: {} [{}{perhaps}]",
            rule.policy,
            rule.kind.as_str(),
            rule.citation,
            rule.plain,
            rule.confidence.as_str()
        ));
        if why {
            if let Some(url) = &rule.url {
                line(format!("                 {url}"));
            }
            if let Some(policy) = law.rules().iter().find(|one| one.policy == rule.policy) {
                let body = policy.text.lines().filter(|line| !line.starts_with('@'));
                body.for_each(|body| line(format!("      | {body}")));
            }
        }
    }
    let (later, missing): (Vec<_>, Vec<_>) =
        { ruling.missing.iter() }.partition(|(fact, _)| law_begins(fact).is_some());
    if !missing.is_empty() {
        line("\nmissing: tell with --fact NAME=VALUE".into());
        for (fact, plain) in missing {
            let own = match fact.as_str() {
                "origins" => ": --origins STATE",
                "made_in" => ": --made-in STATE",
                _ => "",
            };
            line(format!("  {fact:<22} {plain}{own}"));
        }
    }
    if !later.is_empty() {
        line("\nnot held here".into());
        for (_, plain) in later {
            line(format!("  {plain}"));
        }
    }
    if !ruling.assumed.is_empty() {
        line("\nassumed, as nobody tells it; otherwise".into());
        for (verdict, facts) in rests(ruling) {
            let other = if verdict == ruling.overall {
                "other approvals"
            } else {
                verdict.as_str()
            };
            line(format!("  {other:<15} {facts}"));
        }
    }
    for fault in &ruling.faults {
        line(format!("\nflaw of the law: {fault}"));
    }
    if let Some(paths) = paths {
        line("\nwhat would have to be true".into());
        if paths.is_empty() {
            line("  no one change or pair of changes makes it lawful".into());
        }
        for path in paths {
            let changes = joined(path.changes.iter().map(ToString::to_string));
            let changes = if changes.is_empty() {
                "nothing: it is lawful".to_string()
            } else {
                changes
            };
            let then = match path.verdict {
                Verdict::Allow => "allow".to_string(),
                _ => format!("needs {} ({} days)", path.approvals.join(", "), path.days),
            };
            line(format!("  {changes}: then {then}"));
        }
    }
    let confidence = ruling.confidence();
    line(format!(
        "\nrests on {}confidence {} ({}); law {}",
        match ruling
            .assumed
            .iter()
            .any(|one| one.may_worsen(ruling.overall))
        {
            true => "what is assumed, and on rules of ",
            false => "rules of ",
        },
        confidence.as_str(),
        confidence.plain(),
        &law.hash()[..12]
    ));
    line(darsena_law::NO_ADVICE.into());
    text
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
