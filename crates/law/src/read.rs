//! Law files to a [`Law`]: tables first, then policies, then what must hold between them.
//!
//! Every flaw is a finding with file, line and remedy; none hides another, and a law with findings is no law.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use darsena_scenario::{Finding, Severity, nearest};
use jiff::civil::Date;

use crate::library::{
    ApprovalKind, Confidence, Days, Fact, FactKind, Law, Member, Regime, Revision, Rule, RuleKind,
};
use crate::policy_text::{self, Reads};
use crate::question::{Act, Classed};

/// Most groups the rules of a regime may read, so that those of all regimes of a state fit a word of 48 bits.
const MOST_GROUPS: usize = 12;

/// Reads and checks law files.
pub(crate) fn read(files: &BTreeMap<String, String>, strict: bool) -> Result<Law, Vec<Finding>> {
    let mut reader = Reader::default();
    let mut hasher = blake3::Hasher::new();
    for (name, text) in files {
        for part in [name, text] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    let tables: [(&str, ReadRow); 9] = [
        ("facts.csv", Reader::fact),
        ("regimes.csv", Reader::regime),
        ("approvals.csv", Reader::approval),
        ("classes.csv", Reader::class),
        ("groups.csv", Reader::group),
        ("states.csv", Reader::state),
        ("sources.csv", Reader::source),
        ("revisions.csv", Reader::revision),
        ("members/", Reader::member),
    ];
    for (table, read) in tables {
        for (name, text) in files {
            let plain = name.strip_prefix("+/").unwrap_or(name);
            let fits = plain == table || (table.ends_with('/') && plain.starts_with(table));
            if fits && plain.ends_with(".csv") {
                reader.table(name, text, read);
            }
        }
    }
    for (name, text) in files {
        let plain = name.strip_prefix("+/").unwrap_or(name);
        if plain.ends_with(".cedar") {
            reader.policies(name, plain, text);
        } else if !tables
            .iter()
            .any(|(table, _)| plain == *table || plain.starts_with("members/"))
        {
            reader.flaw(name, None, "unknown-table", format!("`{plain}` is no table of the law"), "the tables are facts, regimes, approvals, classes, groups, states, sources, revisions and members/*".into());
        }
    }
    reader.cross();
    let Reader {
        law: mut draft,
        mut findings,
        ..
    } = reader;
    draft.begins = (0..draft.regimes.len())
        .map(|regime| {
            let mine = draft.rules.iter().filter(|rule| rule.regime == regime);
            mine.filter(|rule| rule.kind.forbids())
                .filter_map(|rule| rule.from)
                .min()
        })
        .collect();
    draft.hash = hasher.finalize().to_hex().to_string();
    if strict && findings.is_empty() {
        findings.extend(crate::engine::validate(&draft));
    }
    if findings.is_empty() {
        Ok(draft)
    } else {
        findings.sort_by(|a, b| (&a.file, a.row).cmp(&(&b.file, b.row)));
        Err(findings)
    }
}

/// What is done with a row of one table.
type ReadRow = fn(&mut Reader, &Row<'_>);

/// A row of a table, with where it stands.
struct Row<'a> {
    file: &'a str,
    line: u32,
    header: &'a [String],
    cells: &'a [String],
}

impl Row<'_> {
    fn get(&self, column: &str) -> &str {
        let place = self.header.iter().position(|name| name == column);
        place
            .and_then(|n| self.cells.get(n))
            .map_or("", String::as_str)
    }

    fn list(&self, column: &str) -> Vec<String> {
        list(self.get(column), ';')
    }
}

fn list(text: &str, by: char) -> Vec<String> {
    let parts = text.split(by).map(|part| part.trim().to_string());
    parts.filter(|part| !part.is_empty()).collect()
}

#[derive(Default)]
struct Reader {
    law: Law,
    findings: Vec<Finding>,
    policy_lines: BTreeMap<String, (String, u32)>,
    /// Where each approval and each membership stands, in order.
    approval_lines: Vec<(String, u32)>,
    member_lines: Vec<(String, u32)>,
}

impl Reader {
    fn flaw(
        &mut self,
        file: &str,
        line: Option<u32>,
        code: &'static str,
        message: String,
        help: String,
    ) {
        self.findings.push(Finding {
            severity: Severity::Error,
            code,
            file: file.strip_prefix("+/").unwrap_or(file).to_string(),
            row: line,
            column: None,
            found: String::new(),
            message,
            help: (!help.is_empty()).then_some(help),
        });
    }

    fn at(&mut self, row: &Row<'_>, code: &'static str, message: String, help: &str) {
        self.flaw(row.file, Some(row.line), code, message, help.to_string());
    }

    fn table(&mut self, file: &str, text: &str, read: ReadRow) {
        let mut records = records(text).into_iter();
        let Some((_, header)) = records.next() else {
            self.flaw(
                file,
                None,
                "empty-table",
                "the table is empty".into(),
                "give it a header".into(),
            );
            return;
        };
        for (line, cells) in records {
            if cells.len() != header.len() {
                let message = format!(
                    "{} cells where the header has {}",
                    cells.len(),
                    header.len()
                );
                self.flaw(
                    file,
                    Some(line),
                    "row-length",
                    message,
                    "quote cells that hold commas".into(),
                );
                continue;
            }
            read(
                self,
                &Row {
                    file,
                    line,
                    header: &header,
                    cells: &cells,
                },
            );
        }
    }

    fn date(&mut self, row: &Row<'_>, column: &str) -> Option<Date> {
        let text = row.get(column);
        if text.is_empty() {
            return None;
        }
        let date = text.parse().ok();
        if date.is_none() {
            self.at(
                row,
                "not-a-date",
                format!("column `{column}`: `{text}` is no date"),
                "write `2026-04-21`",
            );
        }
        date
    }

    fn confidence(&mut self, row: &Row<'_>) -> Confidence {
        let text = row.get("confidence");
        Confidence::from_text(text).unwrap_or_else(|| {
            self.at(
                row,
                "not-a-confidence",
                format!("column `confidence`: `{text}` is none"),
                "one of `S`, `s`, `M`, `I`",
            );
            Confidence::Inferred
        })
    }

    fn fact(&mut self, row: &Row<'_>) {
        let kind = match row.get("type") {
            "flag" => FactKind::Flag,
            "word" => FactKind::Word,
            "number" => FactKind::Number,
            "state" => FactKind::State,
            other => {
                return self.at(
                    row,
                    "not-a-type",
                    format!("column `type`: `{other}` is none"),
                    "one of `flag`, `word`, `number`, `state`",
                );
            }
        };
        let said = |column: &str| {
            let by_option = |part: &String| match part.split_once(':') {
                Some((option, words)) => (option.to_string(), list(words, '|')),
                None => ("yes".to_string(), list(part, '|')),
            };
            let parts = row.list(column);
            parts.iter().map(by_option).collect::<Vec<_>>()
        };
        let presumed = row.list("presumed");
        let presumed = presumed.iter().filter_map(|part| {
            let (condition, then) = part.split_once(':')?;
            let (fact, option) = condition.split_once('=')?;
            Some((fact.to_string(), option.to_string(), then.to_string()))
        });
        let some = |column: &str| Some(row.get(column).to_string()).filter(|text| !text.is_empty());
        let fact = Fact {
            name: row.get("fact").to_string(),
            kind,
            derived: row.get("origin") == "derived",
            of_item: row.get("of") == "item",
            options: row.list("options"),
            default: some("default"),
            flags: said("flags"),
            closed_by: some("closed_by"),
            presumed: presumed.collect(),
            plain: row.get("plain").to_string(),
        };
        if matches!(kind, FactKind::Word | FactKind::State)
            && !fact.derived
            && fact.options.is_empty()
        {
            self.at(
                row,
                "no-options",
                format!("fact `{}` has no options", fact.name),
                "list the words it may take, `;` between",
            );
        }
        if self.law.fact_places.contains_key(&fact.name) {
            return self.at(
                row,
                "double-key",
                format!("fact `{}` stands twice", fact.name),
                "keep one row",
            );
        }
        self.law
            .fact_places
            .insert(fact.name.clone(), self.law.facts.len());
        self.law.facts.push(fact);
    }

    fn regime(&mut self, row: &Row<'_>) {
        let acts = row.list("acts");
        let mut known = Vec::new();
        for act in &acts {
            match Act::from_text(act) {
                Some(act) => known.push(act),
                None => self.at(
                    row,
                    "unknown-act",
                    format!("column `acts`: `{act}` is no act"),
                    "see `darsena permit --help`",
                ),
            }
        }
        for role in row.list("roles").iter().chain(&row.list("generic")) {
            if ![
                "exporter",
                "origin",
                "maker",
                "holder",
                "destination",
                "any",
            ]
            .contains(&role.as_str())
            {
                self.at(
                    row,
                    "unknown-role",
                    format!("`{role}` is no role"),
                    "one of `exporter`, `origin`, `maker`, `holder`, `destination`, `any`",
                );
            }
        }
        let id = row.get("regime").to_string();
        if self.law.regimes.iter().any(|regime| regime.id == id) {
            return self.at(
                row,
                "double-key",
                format!("regime `{id}` stands twice"),
                "keep one row",
            );
        }
        self.law.regimes.push(Regime {
            id,
            name: row.get("name").to_string(),
            state: row.get("state").to_string(),
            roles: row.list("roles"),
            acts: known,
            flag: Some(row.get("flag").to_string()).filter(|flag| !flag.is_empty()),
            generic: row.list("generic"),
            about: row.get("about").to_string(),
        });
    }

    fn approval(&mut self, row: &Row<'_>) {
        let id = row.get("approval");
        if self.law.approvals.iter().any(|one| one.id == id) {
            return self.at(
                row,
                "double-key",
                format!("approval `{id}` stands twice"),
                "keep one row",
            );
        }
        self.approval_lines.push((row.file.to_string(), row.line));
        self.law.approvals.push(ApprovalKind {
            id: row.get("approval").to_string(),
            grantor: row.get("grantor").to_string(),
            body: row.get("body").to_string(),
            name: row.get("name").to_string(),
            after: row.list("after"),
            kinds: row.list("kinds"),
        });
    }

    fn class(&mut self, row: &Row<'_>) {
        let class = Classed {
            regime: row.get("regime").to_string(),
            code: row.get("code").to_string(),
            flags: row.list("flags").into_iter().collect(),
        };
        let id = row.get("class").to_lowercase();
        self.law
            .classes
            .insert(id, (class, row.get("plain").to_string()));
    }

    fn group(&mut self, row: &Row<'_>) {
        let text = (row.get("name").to_string(), row.get("plain").to_string());
        self.law.groups.insert(row.get("group").to_string(), text);
    }

    fn state(&mut self, row: &Row<'_>) {
        let text = (row.get("name").to_string(), row.list("aliases"));
        self.law.states.insert(row.get("state").to_string(), text);
    }

    fn source(&mut self, row: &Row<'_>) {
        let text = (row.get("url").to_string(), row.get("note").to_string());
        self.law.sources.insert(row.get("source").to_string(), text);
    }

    fn revision(&mut self, row: &Row<'_>) {
        let Some(from) = self.date(row, "from") else {
            return;
        };
        self.law.revisions.push(Revision {
            id: row.get("revision").to_string(),
            regime: row.get("regime").to_string(),
            from,
            name: row.get("name").to_string(),
        });
    }

    fn member(&mut self, row: &Row<'_>) {
        let (from, until) = (self.date(row, "from"), self.date(row, "until"));
        let confidence = self.confidence(row);
        let (group, state) = (row.get("group").to_string(), row.get("state").to_string());
        if !self.law.groups.contains_key(&group) {
            let near = nearest(&group, self.law.groups.keys().map(String::as_str));
            let help = near.map_or("name it in groups.csv".to_string(), |near| {
                format!("did you mean `{near}`?")
            });
            self.at(
                row,
                "unknown-group",
                format!("group `{group}` is not in groups"),
                &help,
            );
        }
        if !self.law.states.contains_key(&state) {
            self.at(
                row,
                "unknown-state",
                format!("state `{state}` is not in states"),
                "add it to states.csv",
            );
        }
        let Some(from) = from else {
            if row.get("from").is_empty() {
                self.at(
                    row,
                    "no-date",
                    "column `from` is blank".into(),
                    "a membership begins on a day",
                );
            }
            return;
        };
        if until.is_some_and(|until| until <= from) {
            self.at(
                row,
                "empty-interval",
                "`until` is not after `from`".into(),
                "`until` is the first day outside",
            );
        }
        let ends = |until: Option<Date>| until.unwrap_or(Date::MAX);
        let overlaps = |other: &Member| {
            (&other.group, &other.state) == (&group, &state)
                && from < ends(other.until)
                && other.from < ends(until)
        };
        if let Some(n) = self.law.members.iter().position(overlaps) {
            let (file, line) = self.member_lines[n].clone();
            self.at(
                row,
                "overlap",
                format!("`{state}` is in `{group}` by another row at the same time"),
                &format!("the other is at {}:{line}", file.trim_start_matches("+/")),
            );
        }
        self.member_lines.push((row.file.to_string(), row.line));
        self.law
            .member_places
            .entry(state.clone())
            .or_default()
            .push(self.law.members.len());
        self.law.members.push(Member {
            group,
            state,
            from,
            until,
            sources: row.list("source"),
            confidence,
            note: row.get("note").to_string(),
        });
    }

    fn policies(&mut self, file: &str, plain: &str, text: &str) {
        let folder = plain.split('/').next().unwrap_or_default();
        let Some(regime) = self
            .law
            .regimes
            .iter()
            .position(|regime| regime.id == folder)
        else {
            let help = "its folder is the id of a regime in regimes.csv".to_string();
            return self.flaw(
                file,
                None,
                "unknown-regime",
                format!("`{folder}` is not in regimes"),
                help,
            );
        };
        let (policies, flaws) = policy_text::split(text);
        for flaw in flaws {
            self.flaw(
                file,
                Some(flaw.line),
                "unreadable-policy",
                flaw.message,
                flaw.help.into(),
            );
        }
        for policy in policies {
            self.policy(file, regime, policy);
        }
    }

    fn policy(&mut self, file: &str, regime: usize, policy: policy_text::PolicyText) {
        const KNOWN: [&str; 12] = [
            "id",
            "kind",
            "from",
            "until",
            "approver",
            "days",
            "days_confidence",
            "cite",
            "source",
            "confidence",
            "plain",
            "after",
        ];
        let line = policy.line;
        let before = self.findings.len();
        for (name, (_, at)) in &policy.annotations {
            if !KNOWN.contains(&name.as_str()) {
                let near = nearest(name, KNOWN);
                let help = near.map_or(format!("one of {}", KNOWN.join(", ")), |near| {
                    format!("did you mean `{near}`?")
                });
                self.flaw(
                    file,
                    Some(*at),
                    "unknown-annotation",
                    format!("annotation `{name}` is not known"),
                    help,
                );
            }
        }
        let get = |name: &str| policy.annotations.get(name).map(|(text, _)| text.as_str());
        let at = |name: &str| policy.annotations.get(name).map_or(line, |(_, at)| *at);
        for name in ["id", "kind", "from", "cite", "confidence", "plain"] {
            if get(name).is_none_or(|text| text.trim().is_empty()) {
                self.flaw(
                    file,
                    Some(line),
                    "no-annotation",
                    format!("a policy has no `@{name}`"),
                    format!("write `@{name}(\"...\")` before it"),
                );
            }
        }
        let kind = RuleKind::from_text(get("kind").unwrap_or("note"));
        if kind.is_none() {
            self.flaw(
                file,
                Some(at("kind")),
                "unknown-kind",
                format!("`@kind`: `{}` is none", get("kind").unwrap_or_default()),
                "one of route, allow, needs, deny, policy, note".into(),
            );
        }
        let mut date = |name: &str| {
            let text = get(name)?;
            let date = text.parse::<Date>().ok();
            if date.is_none() && !(name == "from" && text == "proposed") {
                self.flaw(
                    file,
                    Some(at(name)),
                    "not-a-date",
                    format!("`@{name}`: `{text}` is no date"),
                    "write `2026-04-21`; a proposal has `@from(\"proposed\")`".into(),
                );
            }
            date
        };
        let (from, until) = (date("from"), date("until"));
        if from.zip(until).is_some_and(|(from, until)| until <= from) {
            self.flaw(
                file,
                Some(at("until")),
                "empty-interval",
                "`@until` is not after `@from`".into(),
                "`until` is the first day it no longer holds".into(),
            );
        }
        let mut confidence = |name: &str| {
            let text = get(name).unwrap_or("S");
            Confidence::from_text(text).unwrap_or_else(|| {
                self.flaw(
                    file,
                    Some(at(name)),
                    "not-a-confidence",
                    format!("`@{name}`: `{text}` is none"),
                    "one of `S`, `s`, `M`, `I`".into(),
                );
                Confidence::Inferred
            })
        };
        let trusted = confidence("confidence");
        // Days are trusted as far as the rule that names them, unless it says how far.
        let days_confidence = match get("days_confidence") {
            Some(_) => confidence("days_confidence"),
            None => trusted,
        };
        let approvals = list(get("approver").unwrap_or_default(), ';');
        let days = get("days").map(|text| (text, Days::from_text(text)));
        let needs = kind == Some(RuleKind::Needs);
        if let Some((text, None)) = days {
            self.flaw(
                file,
                Some(at("days")),
                "not-days",
                format!("`@days`: `{text}` is not `min/typical/max`"),
                "write `30/60/90`, `-` for a max nobody can say".into(),
            );
        }
        if needs == approvals.is_empty() || needs != days.is_some() {
            self.flaw(
                file,
                Some(line),
                "approver",
                "`@approver` and `@days` go with `@kind(\"needs\")`, and with it alone".into(),
                "name who approves and how long it takes".into(),
            );
        }
        for approval in &approvals {
            if self.law.approval(approval, "*").is_none() {
                self.flaw(
                    file,
                    Some(at("approver")),
                    "unknown-approval",
                    format!("approval `{approval}` is not in approvals"),
                    "add it to approvals.csv".into(),
                );
            }
        }
        let effect = if policy.body.starts_with("forbid") {
            Some(true)
        } else if policy.body.starts_with("permit") {
            Some(false)
        } else {
            None
        };
        if effect.is_none() || kind.is_some_and(|kind| Some(kind.forbids()) != effect) {
            self.flaw(
                file,
                Some(policy.body_line),
                "effect",
                "the effect does not fit the kind".into(),
                "needs, deny and policy are `forbid`; route, allow and note are `permit`".into(),
            );
        }
        let reads = policy_text::reads(&policy.body);
        self.vocabulary(file, &policy, &reads, effect == Some(false));
        let id = get("id").unwrap_or_default().to_string();
        if let Some((other, there)) = self
            .policy_lines
            .insert(id.clone(), (file.to_string(), line))
        {
            // What was added is what is to be mended.
            let here = (file.to_string(), at("id"));
            let there = (other, there);
            let added = |(file, _): &(String, u32)| file.starts_with("+/");
            let (mend, keep) = if added(&there) && !added(&here) {
                (there, here)
            } else {
                (here, there)
            };
            let other = keep.0.trim_start_matches("+/");
            self.flaw(
                &mend.0,
                Some(mend.1),
                "double-key",
                format!("policy `{id}` stands twice"),
                format!("the other is at {other}:{}", keep.1),
            );
        }
        let Some(kind) = kind.filter(|_| self.findings.len() == before) else {
            return;
        };
        self.law.rules.push(Rule {
            policy: id,
            regime,
            kind,
            from,
            until,
            approvals,
            days: days.and_then(|(_, days)| days).unwrap_or_default(),
            days_confidence,
            citation: get("cite").unwrap_or_default().to_string(),
            sources: list(get("source").unwrap_or_default(), ';'),
            confidence: trusted,
            plain: get("plain").unwrap_or_default().to_string(),
            text: policy.whole.clone(),
            file: file.strip_prefix("+/").unwrap_or(file).to_string(),
            line,
            body: policy.body,
            body_line: policy.body_line,
            // A fact that is not in the table is a finding already.
            asks: { reads.facts.iter() }
                .filter_map(|name| self.law.fact_places.get(name).copied())
                .collect(),
            reads,
            parsed: OnceLock::new(),
        });
    }

    /// Facts, words, groups and states a policy names must be known, and be used as the tables allow.
    fn vocabulary(
        &mut self,
        file: &str,
        policy: &policy_text::PolicyText,
        reads: &Reads,
        permits: bool,
    ) {
        let line = Some(policy.body_line);
        for name in &reads.facts {
            match self.law.fact(name) {
                None => {
                    let near = nearest(name, self.law.facts.iter().map(|fact| fact.name.as_str()));
                    let help = near.map_or("name it in facts.csv".to_string(), |near| {
                        format!("did you mean `{near}`?")
                    });
                    self.flaw(
                        file,
                        line,
                        "unknown-fact",
                        format!("fact `{name}` is not in facts"),
                        help,
                    );
                }
                Some(fact) => {
                    let numbers = reads.numbers.iter().any(|(read, _)| read == name);
                    if (fact.kind == FactKind::Number && !numbers) || reads.odd.contains(name) {
                        self.flaw(file, line, "odd-use", format!("fact `{name}` is compared with something that is not written out"), "compare numbers with numbers, words with words, states with `State::` or `Group::`".into());
                    }
                }
            }
        }
        for (name, word) in &reads.words {
            let known = self
                .law
                .fact(name)
                .is_none_or(|fact| fact.options.contains(word));
            if !known {
                self.flaw(
                    file,
                    line,
                    "unknown-word",
                    format!("fact `{name}` is never `{word}`"),
                    "take one of its options in facts.csv".into(),
                );
            }
        }
        for group in &reads.groups {
            if !self.law.groups.contains_key(group) {
                let near = nearest(group, self.law.groups.keys().map(String::as_str));
                let help = near.map_or("name it in groups.csv".to_string(), |near| {
                    format!("did you mean `{near}`?")
                });
                self.flaw(
                    file,
                    line,
                    "unknown-group",
                    format!("group `{group}` is not in groups"),
                    help,
                );
            }
        }
        for state in &reads.states {
            if !self.law.states.contains_key(state) {
                self.flaw(
                    file,
                    line,
                    "unknown-state",
                    format!("state `{state}` is not in states"),
                    "add it to states.csv".into(),
                );
            }
        }
        if reads.approvals {
            self.flaw(
                file,
                line,
                "approvals",
                "a policy looks at approvals".into(),
                "leave it to `@approver`: so no approval can ever create a denial".into(),
            );
        }
        if permits && !reads.opened.is_empty() {
            self.flaw(
                file,
                line,
                "opened",
                "a route or exemption looks at what others open".into(),
                "only `forbid` may say `context.opened`".into(),
            );
        }
    }

    /// Checks across files.
    fn cross(&mut self) {
        let ids: BTreeSet<String> = self
            .law
            .rules
            .iter()
            .map(|rule| rule.id().to_string())
            .collect();
        let mut flaws = Vec::new();
        let approvals = &self.law.approvals;
        for (kind, (file, line)) in approvals.iter().zip(&self.approval_lines) {
            for before in &kind.after {
                if !approvals.iter().any(|one| one.id == *before) {
                    let message = format!("approval `{before}` is not in approvals");
                    flaws.push((file.clone(), *line, message));
                }
            }
            // Everything that comes before it, and before that.
            let mut before: Vec<&str> = kind.after.iter().map(String::as_str).collect();
            let mut n = 0;
            while let Some(id) = before.get(n).copied() {
                let of = approvals.iter().find(|one| one.id == id);
                for id in of.into_iter().flat_map(|one| &one.after) {
                    if !before.contains(&id.as_str()) {
                        before.push(id);
                    }
                }
                n += 1;
            }
            if before.contains(&kind.id.as_str()) {
                let message = format!("approval `{}` comes before itself", kind.id);
                flaws.push((file.clone(), *line, message));
            }
        }
        for rule in &self.law.rules {
            for opened in rule.reads.opened.iter().filter(|id| !ids.contains(*id)) {
                flaws.push((
                    rule.file.clone(),
                    rule.body_line,
                    format!("rule `{opened}` is not there"),
                ));
            }
            for source in rule
                .sources
                .iter()
                .filter(|id| !self.law.sources.contains_key(*id))
            {
                flaws.push((
                    rule.file.clone(),
                    rule.line,
                    format!("source `{source}` is not in sources"),
                ));
            }
        }
        for (n, regime) in self.law.regimes.iter().enumerate() {
            let mine = self.law.rules.iter().filter(|rule| rule.regime == n);
            let groups: BTreeSet<&String> = mine.flat_map(|rule| &rule.reads.groups).collect();
            if groups.len() > MOST_GROUPS {
                let message = format!(
                    "the rules of `{}` read {} groups; at most {MOST_GROUPS} fit",
                    regime.id,
                    groups.len()
                );
                flaws.push(("regimes.csv".into(), 1, message));
            }
        }
        for (file, line, message) in flaws {
            self.flaw(
                &file,
                Some(line),
                "unknown-id",
                message,
                "correct the id, or add what it names".into(),
            );
        }
    }
}

/// Records of a CSV text with the line each begins on; blank lines are left out.
fn records(text: &str) -> Vec<(u32, Vec<String>)> {
    let (mut records, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut start, mut quoted) = (1, 1, false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell).trim().to_string()),
            '\r' if !quoted => {}
            '\n' => {
                line += 1;
                if quoted {
                    cell.push('\n');
                } else {
                    cells.push(std::mem::take(&mut cell).trim().to_string());
                    if cells.len() > 1 || !cells[0].is_empty() {
                        records.push((start, std::mem::take(&mut cells)));
                    }
                    cells.clear();
                    start = line;
                }
            }
            _ => cell.push(letter),
        }
    }
    if !cell.is_empty() || !cells.is_empty() {
        cells.push(cell.trim().to_string());
        records.push((start, cells));
    }
    records
}
