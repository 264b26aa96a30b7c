//! The law pages of the book, made from policies, tables and cases. `DARSENA_BLESS=1` writes them.

#[allow(dead_code, reason = "each test uses a part of the cases")]
mod casebook;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use casebook::Case;
use darsena_law::{Law, Rule, Told};

#[test]
fn the_pages_are_those_of_the_files() {
    let law = Law::embedded();
    let folder = PathBuf::from("../../docs/law");
    let cases = casebook::cases(&law);
    let mut hits: BTreeMap<String, Vec<&Case>> = BTreeMap::new();
    for (case, ruling) in cases.iter().zip(casebook::answers(&law, &cases)) {
        for rule in ruling.rules {
            let listed = case.rules.contains(&rule.policy) || case.rules.contains(&rule.id);
            if rule.decides || listed {
                hits.entry(rule.policy).or_default().push(case);
            }
        }
    }
    let mut pages = vec![
        ("index.md".to_string(), index(&law, &cases)),
        ("members.md".to_string(), members(&law)),
        ("coverage.md".to_string(), coverage(&law, &cases)),
    ];
    for regime in law.regimes() {
        pages.push((format!("{}.md", regime.id), page(&law, &regime.id, &hits)));
    }
    let mut old = Vec::new();
    for (name, text) in pages {
        let path = folder.join(&name);
        if std::env::var_os("DARSENA_BLESS").is_some() {
            std::fs::write(&path, &text).expect("it can be written");
        }
        if std::fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            old.push(name);
        }
    }
    assert!(
        old.is_empty(),
        "old: {old:?}; refresh with `DARSENA_BLESS=1 cargo test --release -p darsena-law --test pages`"
    );
}

fn index(law: &Law, cases: &[Case]) -> String {
    let mut text = String::from(
        "# The law as data\n\nEvery rule `permit` applies stands in a file under `laws/`: a dated policy with its citation. These pages are made from \
        the files. Nothing here is legal advice.\n\nConfidence: **S** stated in a source seen; **s** stated by a weak source, or only partly seen; \
        **M** from general knowledge, no source found; **I** our inference. A ruling that rests on M or I says so.\n\n| regime | what | policies |\n| --- | --- | --- |\n",
    );
    for regime in law.regimes() {
        let count = law
            .rules()
            .iter()
            .filter(|rule| law.regime_of(rule).id == regime.id)
            .count();
        let _ = writeln!(
            text,
            "| [{}]({}.md) | {}. {} | {count} |",
            regime.id, regime.id, regime.name, regime.about
        );
    }
    text.push_str("\n## Revisions\n\n| from | regime | what |\n| --- | --- | --- |\n");
    for one in law.revisions() {
        let _ = writeln!(text, "| {} | {} | {} |", one.from, one.regime, one.name);
    }
    let happened = cases
        .iter()
        .filter(|case| case.kind == "H" && !case.id.contains('/'))
        .count();
    let _ = writeln!(
        text,
        "\n## Cases\n\n{} questions with what is expected, {happened} of which happened. They stand in `laws/cases`; a test asks all of them, that exactly the approvals listed are asked for, that the rule named first decides, and that every rule is hit by one. \
        Where a worked case is held to say something else than the rules, it says why:\n",
        cases.len()
    );
    for case in cases
        .iter()
        .filter(|case| !case.held.is_empty() && !case.id.contains('/'))
    {
        let _ = writeln!(text, "- {}: {}.", case.id, case.held);
    }
    text
}

fn members(law: &Law) -> String {
    let mut text = String::from(
        "# Memberships\n\nWhich state is in which group, from when to when. Rules read them as of the day of the question.\n",
    );
    let mut groups: BTreeMap<&str, Vec<&darsena_law::Member>> = BTreeMap::new();
    for member in law.members() {
        groups.entry(&member.group).or_default().push(member);
    }
    for (group, members) in groups {
        let (name, plain) = law.group(group).expect("a group that is named");
        let _ = write!(
            text,
            "\n## {name}\n\n`{group}`: {plain}.\n\n| state | from | until | confidence | sources | note |\n| --- | --- | --- | --- | --- | --- |\n"
        );
        for one in members {
            let until = one.until.map_or(String::new(), |day| day.to_string());
            let _ = writeln!(
                text,
                "| {} | {} | {until} | {} | {} | {} |",
                one.state,
                one.from,
                one.confidence.as_str(),
                sources(law, &one.sources),
                one.note
            );
        }
    }
    text
}

/// How many cases each policy decides or holds in, and which of them stand on its first or last day.
fn coverage(law: &Law, cases: &[Case]) -> String {
    let mut text = String::from(
        "# Coverage\n\nEvery policy with the number of questions of `laws/cases` in which it holds, the number in which it decides, and what shows it on the first and on the last day \
        of its window. A test demands at least one of these days for every policy, and that none holds on the day before the first or after the last.\n\n\
        | policy | holds | decides | first day | last day |\n| --- | --- | --- | --- | --- |\n",
    );
    let rulings = casebook::answers(law, cases);
    let reading = law.read(darsena_law::ReadingOptions::default());
    for rule in law.rules() {
        let held = rulings
            .iter()
            .map(|ruling| ruling.rules.iter().find(|one| one.policy == rule.policy));
        let (mut holds, mut decides) = (0, 0);
        for cited in held.flatten() {
            holds += 1;
            decides += usize::from(cited.decides);
        }
        let names = |case: &&Case| {
            case.rules.contains(&rule.policy) || case.rules.iter().any(|id| id == rule.id())
        };
        let shown = |day: Option<jiff::civil::Date>| {
            let day = day?;
            let held = |case: &&Case| casebook::holds_on(law, &reading, case, rule, day, true);
            let case = cases.iter().filter(names).find(held)?;
            Some(format!("{day}, {}", case.id))
        };
        let last = rule.until.and_then(|until| until.yesterday().ok());
        let _ = writeln!(
            text,
            "| {} | {holds} | {decides} | {} | {} |",
            rule.policy,
            shown(rule.from).unwrap_or_default(),
            shown(last).unwrap_or_default()
        );
    }
    text
}

fn sources(law: &Law, ids: &[String]) -> String {
    let link = |id: &String| match law.url(id).and_then(|urls| urls.split(' ').next()) {
        Some(url) => format!("[{id}](<{url}>)"),
        None => id.clone(),
    };
    ids.iter().map(link).collect::<Vec<_>>().join(", ")
}

fn page(law: &Law, regime: &str, hits: &BTreeMap<String, Vec<&Case>>) -> String {
    let about = law
        .regimes()
        .iter()
        .find(|one| one.id == regime)
        .expect("a regime");
    let mut text = format!("# {}\n\n{}\n", about.name, about.about);
    for rule in law
        .rules()
        .iter()
        .filter(|rule| law.regime_of(rule).id == regime)
    {
        text.push_str(&section(
            law,
            rule,
            hits.get(&rule.policy).map_or(&[], Vec::as_slice),
        ));
    }
    text
}

fn section(law: &Law, rule: &Rule, cases: &[&Case]) -> String {
    let from = rule
        .from
        .map_or("proposed, not in force".to_string(), |day| {
            format!("in force from {day}")
        });
    let until = rule
        .until
        .map_or(String::new(), |day| format!(" until {day}"));
    let mut text = format!(
        "\n## {}\n\n**{}** {}\n\n",
        rule.policy,
        rule.kind.as_str(),
        rule.plain
    );
    let _ = writeln!(text, "- {}: {from}{until}", rule.citation);
    let _ = writeln!(
        text,
        "- confidence {} ({})",
        rule.confidence.as_str(),
        rule.confidence.plain()
    );
    if !rule.sources.is_empty() {
        let _ = writeln!(text, "- sources {}", sources(law, &rule.sources));
    }
    if !rule.approvals.is_empty() {
        let _ = writeln!(
            text,
            "- lifted by {} after {} days (min/typical/max), days of confidence {}",
            rule.approvals.join(", "),
            rule.days,
            rule.days_confidence.as_str()
        );
    }
    let body: Vec<&str> = rule
        .text
        .lines()
        .filter(|line| !line.starts_with('@'))
        .collect();
    let _ = write!(text, "\n```cedar\n{}\n```\n", body.join("\n"));
    if !cases.is_empty() {
        text.push_str("\n| case | on | question | answer | what happened |\n| --- | --- | --- | --- | --- |\n");
        for case in cases.iter().take(12) {
            let question = &case.question;
            let stops: Vec<&str> = std::iter::once(&question.from)
                .chain(&question.via)
                .chain([&question.to])
                .map(String::as_str)
                .collect();
            let told: Vec<String> = question
                .facts
                .iter()
                .map(|(name, told)| match told {
                    Told::Flag(flag) => format!("{name}={}", if *flag { "yes" } else { "no" }),
                    Told::Number(number) => format!("{name}={number}"),
                    Told::Word(word) => format!("{name}={word}"),
                })
                .collect();
            let told = if told.is_empty() {
                String::new()
            } else {
                format!(" ({})", told.join(", "))
            };
            let _ = writeln!(
                text,
                "| {} {} | {} | {}, {}, {}{told} | {} | {} |",
                case.id,
                case.kind,
                question.on,
                case.title,
                case.classes.join("+"),
                stops.join(" to "),
                case.expected,
                case.decision
            );
        }
        if cases.len() > 12 {
            let _ = writeln!(text, "\nand {} more.", cases.len() - 12);
        }
    }
    text
}
