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
use crate::table::{Row, SHAPES, Shape, list, records};

/// Most groups the rules of a regime may read, so that those of all regimes of a state fit a word of 48 bits.
const MOST_GROUPS: usize = 12;

/// Reads and checks law files; `flaws` are those met before, of files that could not be read as text.
pub(crate) fn read(
    files: &BTreeMap<String, String>,
    flaws: Vec<Finding>,
    strict: bool,
) -> Result<Law, Vec<Finding>> {
    let mut hasher = blake3::Hasher::new();
    for (name, text) in files {
        for part in [name, text] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    let mut reader = Reader {
        findings: flaws,
        ..Reader::default()
    };
    let rows: [ReadRow; SHAPES.len()] = [
        Reader::state,
        Reader::fact,
        Reader::regime,
        Reader::approval,
        Reader::source,
        Reader::group,
        Reader::class,
        Reader::revision,
        Reader::member,
    ];
    for (shape, read) in SHAPES.iter().zip(rows) {
        reader.tables(files, shape, read);
    }
    for (name, text) in files {
        let plain = plain(name);
        if plain.ends_with(".cedar") {
            reader.policies(name, plain, text);
        } else if !SHAPES.iter().any(|shape| is_table(plain, shape)) {
            let names = SHAPES.iter().map(|shape| shape.file);
            let help = match nearest(plain, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "the tables are facts, regimes, approvals, classes, groups, states, sources, revisions and members/*".into(),
            };
            reader.flaw(
                name,
                None,
                "unknown-table",
                format!("`{plain}` is no table of the law"),
                help,
            );
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
    // Of facts with flaws no schema can be made.
    if strict && !findings.iter().any(|one| one.file == "facts.csv") {
        findings.extend(crate::engine::validate(&draft));
    }
    if findings.is_empty() {
        Ok(draft)
    } else {
        findings.sort_by(|a, b| (&a.file, a.row).cmp(&(&b.file, b.row)));
        Err(findings)
    }
}

/// The path of a file without the mark of what was added.
fn plain(name: &str) -> &str {
    name.strip_prefix("+/").unwrap_or(name)
}

fn is_table(plain: &str, shape: &Shape) -> bool {
    let inside = shape.file.ends_with('/') && plain.starts_with(shape.file);
    plain.ends_with(".csv") && (plain == shape.file || inside)
}

/// What is done with a row of one table.
type ReadRow = fn(&mut Reader, &Row<'_>);

#[derive(Default)]
struct Reader {
    law: Law,
    findings: Vec<Finding>,
    /// Where each id stands, by name of its table: file and line.
    places: BTreeMap<&'static str, BTreeMap<String, (String, u32)>>,
    /// Tables that could not be read as a whole: what they lack is told once, there.
    unread: BTreeSet<&'static str>,
    /// States by the words that tell them.
    state_words: BTreeMap<String, String>,
    policy_lines: BTreeMap<String, (String, u32)>,
    /// Regimes with a policy, sound or not.
    policied: BTreeSet<usize>,
    /// Groups that some row of members names, and those said to be empty.
    with_members: BTreeSet<String>,
    empty_groups: BTreeSet<String>,
    /// What facts presume of others: where it stands, the fact, its option, what is presumed, and of which fact.
    presumed: Vec<(String, u32, [String; 4])>,
    /// Where each membership stands, in order.
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
            file: plain(file).to_string(),
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

    /// A flaw of one cell.
    fn cell(
        &mut self,
        (file, line): (&str, u32),
        (column, found): (&str, &str),
        code: &'static str,
        message: String,
        help: String,
    ) {
        self.flaw(file, Some(line), code, message, help);
        if let Some(last) = self.findings.last_mut() {
            last.column = Some(column.to_string());
            last.found = found.to_string();
        }
    }

    /// Whether a table has the id, or cannot say.
    fn knows(&self, table: &str, id: &str) -> bool {
        let ids = self.places.get(table);
        self.unread.contains(table) || ids.is_some_and(|ids| ids.contains_key(id))
    }

    /// What to do about an id that a table does not have.
    fn instead(&self, table: &str, id: &str) -> String {
        let ids = self.places.get(table).into_iter().flatten();
        let near = nearest(&id.to_lowercase(), ids.map(|(id, _)| id.as_str()));
        near.map_or(format!("name it in {table}.csv"), |near| {
            format!("did you mean `{near}`?")
        })
    }

    /// Checks that a table has the id that stands in a cell.
    fn refer(&mut self, at: (&str, u32), column: &str, table: &'static str, id: &str) {
        if !self.knows(table, id) {
            let help = self.instead(table, id);
            let message = format!("`{id}` is not in {table}");
            self.cell(at, (column, id), unknown(table), message, help);
        }
    }

    /// The id of a row; none where it is blank or stands twice.
    fn id(&mut self, row: &Row<'_>, table: &'static str, column: &str) -> Option<String> {
        let id = row.get(column).to_string();
        if id.is_empty() {
            self.cell(
                (row.file, row.line),
                (column, ""),
                "blank",
                "the cell is blank".into(),
                "give the row an id".into(),
            );
            return None;
        }
        let ids = self.places.entry(table).or_default();
        if let Some((file, line)) = ids.get(&id) {
            let whose = match (row.file.starts_with("+/"), file.starts_with("+/")) {
                (true, false) => " of the law of the program",
                _ => "",
            };
            let help = format!(
                "keep one row; the other is at {}:{line}{whose}",
                plain(file)
            );
            self.cell(
                (row.file, row.line),
                (column, &id),
                "double-key",
                format!("`{id}` stands twice"),
                help,
            );
            return None;
        }
        ids.insert(id.clone(), (row.file.to_string(), row.line));
        Some(id)
    }

    /// Checks that a cell says something.
    fn filled(&mut self, row: &Row<'_>, column: &str, help: &str) {
        if row.get(column).is_empty() {
            self.cell(
                (row.file, row.line),
                (column, ""),
                "blank",
                "the cell is blank".into(),
                help.into(),
            );
        }
    }

    /// Reads all files of one table: those of the program first, then what was added.
    fn tables(&mut self, files: &BTreeMap<String, String>, shape: &'static Shape, read: ReadRow) {
        let unread = |finding: &Finding| is_table(&finding.file, shape);
        let flawed = self.findings.iter().any(unread);
        let mut mine: Vec<_> = { files.iter() }
            .filter(|(name, _)| is_table(plain(name), shape))
            .collect();
        mine.sort_by_key(|(name, _)| (name.starts_with("+/"), *name));
        if mine.is_empty() && !flawed && !shape.file.ends_with('/') {
            self.flaw(
                shape.file,
                None,
                "missing-table",
                "the table is not in the folder".into(),
                format!(
                    "a law of its own has it, with the columns {}",
                    shape.columns.join(", ")
                ),
            );
        }
        if flawed || (mine.is_empty() && !shape.file.ends_with('/')) {
            self.unread.insert(shape.name);
        }
        for (name, text) in mine {
            self.table(name, text, shape, read);
        }
    }

    fn table(&mut self, file: &str, text: &str, shape: &'static Shape, read: ReadRow) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (records, stray) = records(text);
        for line in stray {
            self.unread.insert(shape.name);
            self.flaw(
                file,
                Some(line),
                "stray-quote",
                "a quote stands inside a cell or never ends, and swallows what follows".into(),
                "put the whole cell in quotes, and double each quote inside it".into(),
            );
        }
        let mut records = records.into_iter();
        let Some((line, header)) = records.next() else {
            self.unread.insert(shape.name);
            self.flaw(
                file,
                None,
                "empty-table",
                "the table is empty".into(),
                format!("give it the header {}", shape.columns.join(",")),
            );
            return;
        };
        let Some(header) = self.header(file, line, header, shape) else {
            self.unread.insert(shape.name);
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

    /// The header with misspelt columns put right, so that the rows can be looked at too; none where a column is
    /// not there. Every column that is not known, stands twice or is not there is a finding.
    fn header(
        &mut self,
        file: &str,
        line: u32,
        mut header: Vec<String>,
        shape: &Shape,
    ) -> Option<Vec<String>> {
        let known =
            |name: &String| { shape.columns.iter().chain(shape.more) }.any(|one| one == name);
        for n in 0..header.len() {
            let name = header[n].clone();
            if known(&name) {
                if header[..n].contains(&name) {
                    self.flaw(
                        file,
                        Some(line),
                        "double-column",
                        format!("column `{name}` stands twice"),
                        "keep one".into(),
                    );
                }
                continue;
            }
            let columns = shape.columns.iter().chain(shape.more).copied();
            let open = columns.filter(|one| !header.iter().any(|name| name == one));
            let near = nearest(&name.to_lowercase(), open);
            let help = near.map_or(
                format!("its columns are {}", shape.columns.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            if let Some(near) = near {
                header[n] = near.to_string();
            }
            self.flaw(
                file,
                Some(line),
                "unknown-column",
                format!("column `{name}` is not known"),
                help,
            );
        }
        let before = self.findings.len();
        for column in shape.columns {
            if !header.iter().any(|name| name == column) {
                self.flaw(
                    file,
                    Some(line),
                    "missing-column",
                    format!("column `{column}` is not there"),
                    format!("its columns are {}", shape.columns.join(", ")),
                );
            }
        }
        (self.findings.len() == before).then_some(header)
    }

    fn date(&mut self, row: &Row<'_>, column: &str) -> Option<Date> {
        let text = row.get(column);
        if text.is_empty() {
            return None;
        }
        let date = text.parse().ok();
        if date.is_none() {
            self.cell(
                (row.file, row.line),
                (column, text),
                "not-a-date",
                format!("`{text}` is no date"),
                "write `YYYY-MM-DD`, such as `2026-04-21`".into(),
            );
        }
        date
    }

    /// Checks that a word is one of those a column may hold.
    fn one_of(
        &mut self,
        row: &Row<'_>,
        column: &str,
        word: &str,
        code: &'static str,
        words: &[&str],
    ) {
        if !words.contains(&word) {
            let all: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            let help = match nearest(&word.to_lowercase(), words.iter().copied()) {
                Some(near) if !word.is_empty() => format!("did you mean `{near}`?"),
                _ => format!("one of {}", all.join(", ")),
            };
            self.cell(
                (row.file, row.line),
                (column, word),
                code,
                format!("`{word}` is none"),
                help,
            );
        }
    }

    fn confidence(&mut self, row: &Row<'_>) -> Confidence {
        let text = row.get("confidence");
        Confidence::from_text(text).unwrap_or_else(|| {
            self.cell(
                (row.file, row.line),
                ("confidence", text),
                "not-a-confidence",
                format!("`{text}` is none"),
                "one of `S`, `s`, `M`, `I`".into(),
            );
            Confidence::Inferred
        })
    }

    /// Sources of a row; each must be in the table of sources.
    fn sources(&mut self, row: &Row<'_>) -> Vec<String> {
        let sources = row.list("source");
        for source in &sources {
            self.refer((row.file, row.line), "source", "sources", source);
        }
        sources
    }

    fn fact(&mut self, row: &Row<'_>) {
        let Some(name) = self.id(row, "facts", "fact") else {
            return;
        };
        let at = (row.file, row.line);
        let options = row.list("options");
        self.one_of(
            row,
            "type",
            row.get("type"),
            "not-a-type",
            &["flag", "word", "number", "state"],
        );
        self.one_of(
            row,
            "origin",
            row.get("origin"),
            "not-an-origin",
            &["asked", "derived"],
        );
        self.one_of(row, "of", row.get("of"), "not-of", &["item", "transfer"]);
        let kind = match row.get("type") {
            "word" => FactKind::Word,
            "number" => FactKind::Number,
            "state" => FactKind::State,
            _ => FactKind::Flag,
        };
        let mut flags = Vec::new();
        for part in row.list("flags") {
            let (option, told) = match part.split_once(':') {
                Some((option, told)) => (option.trim().to_string(), list(told, '|')),
                None => ("yes".to_string(), list(&part, '|')),
            };
            if let Some(flag) = told.iter().find(|flag| **flag != flag.to_lowercase()) {
                let help = format!("write `{}`", flag.to_lowercase());
                let message =
                    format!("flag `{flag}` is not in lower case, and would never be heard");
                self.cell(at, ("flags", flag), "letters", message, help);
            }
            flags.push((option, told));
        }
        let mut presumed = Vec::new();
        for part in row.list("presumed") {
            let read = part.split_once(':').and_then(|(condition, then)| {
                let (fact, option) = condition.split_once('=')?;
                Some([fact, option, then].map(|part| part.trim().to_string()))
            });
            let Some([fact, option, then]) = read else {
                let message = format!("`{part}` cannot be read");
                let help = "write `fact=option:then`, `*` for any option";
                self.cell(
                    at,
                    ("presumed", &part),
                    "not-presumed",
                    message,
                    help.into(),
                );
                continue;
            };
            let whole = [&name, &fact, &option, &then].map(String::clone);
            self.presumed.push((row.file.to_string(), row.line, whole));
            presumed.push((fact, option, then));
        }
        let some = |column: &str| Some(row.get(column).to_string()).filter(|text| !text.is_empty());
        let fact = Fact {
            name: name.clone(),
            kind,
            derived: row.get("origin") == "derived",
            of_item: row.get("of") == "item",
            options,
            default: some("default"),
            flags,
            closed_by: some("closed_by"),
            presumed,
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
        if kind == FactKind::State {
            for option in &fact.options {
                self.refer(at, "options", "states", option);
            }
        }
        let told = fact.flags.iter().map(|(option, _)| ("flags", option));
        let told = told.chain(fact.default.iter().map(|option| ("default", option)));
        let wrong: Vec<_> = told.filter(|(_, option)| !takes(&fact, option)).collect();
        for (column, option) in wrong {
            let message = format!("fact `{}` is never `{option}`", fact.name);
            let help = never(&fact);
            self.cell(at, (column, option), "unknown-word", message, help);
        }
        if let Some(by) = fact.closed_by.as_deref().filter(|by| *by != "*") {
            self.refer(at, "closed_by", "states", by);
        }
        if let Some(by) = fact.closed_by.as_deref().filter(|_| kind != FactKind::Flag) {
            let message = format!("fact `{}` is no flag, and is never `no`", fact.name);
            let help = "leave the cell blank".to_string();
            self.cell(at, ("closed_by", by), "odd-use", message, help);
        }
        self.law.fact_places.insert(name, self.law.facts.len());
        self.law.facts.push(fact);
    }

    fn regime(&mut self, row: &Row<'_>) {
        let Some(id) = self.id(row, "regimes", "regime") else {
            return;
        };
        let at = (row.file, row.line);
        let mut known = Vec::new();
        self.filled(row, "acts", "without an act it has no say on anything");
        for act in row.list("acts") {
            match Act::from_text(&act) {
                Some(act) => known.push(act),
                None => {
                    let near = nearest(&act.to_lowercase(), Act::ALL.map(Act::as_str));
                    let help = near.map_or("see `darsena permit --help`".to_string(), |near| {
                        format!("did you mean `{near}`?")
                    });
                    let message = format!("`{act}` is no act");
                    self.cell(at, ("acts", &act), "unknown-act", message, help);
                }
            }
        }
        self.filled(
            row,
            "roles",
            "without a role it has no say on anything; an agreement of states has `any`",
        );
        for column in ["roles", "generic"] {
            for role in row.list(column) {
                self.one_of(
                    row,
                    column,
                    &role,
                    "unknown-role",
                    &[
                        "exporter",
                        "origin",
                        "maker",
                        "holder",
                        "destination",
                        "any",
                    ],
                );
            }
        }
        let state = row.get("state");
        if !["", "*"].contains(&state) {
            self.refer(at, "state", "states", state);
        }
        let flag = row.get("flag");
        if !flag.is_empty() {
            self.refer(at, "flag", "facts", flag);
            if self
                .law
                .fact(flag)
                .is_some_and(|fact| fact.kind != FactKind::Flag)
            {
                let message = format!("fact `{flag}` is no flag");
                let help = "name a fact that is `yes` or `no`".to_string();
                self.cell(at, ("flag", flag), "odd-use", message, help);
            }
            if !state.is_empty() {
                let message = "only an agreement of states speaks where a flag holds".to_string();
                let help = "leave `state` or `flag` blank".to_string();
                self.cell(at, ("flag", flag), "odd-use", message, help);
            }
        }
        self.law.regimes.push(Regime {
            id,
            name: row.get("name").to_string(),
            state: state.to_string(),
            roles: row.list("roles"),
            acts: known,
            flag: Some(flag.to_string()).filter(|flag| !flag.is_empty()),
            generic: row.list("generic"),
            about: row.get("about").to_string(),
            together: OnceLock::new(),
        });
    }

    fn approval(&mut self, row: &Row<'_>) {
        let Some(id) = self.id(row, "approvals", "approval") else {
            return;
        };
        let grantor = row.get("grantor");
        if !["*", "to"].contains(&grantor) {
            self.refer((row.file, row.line), "grantor", "states", grantor);
        }
        self.law.approvals.push(ApprovalKind {
            id,
            grantor: grantor.to_string(),
            body: row.get("body").to_string(),
            name: row.get("name").to_string(),
            after: row.list("after"),
            kinds: row.list("kinds"),
        });
    }

    fn class(&mut self, row: &Row<'_>) {
        let Some(id) = self.id(row, "classes", "class") else {
            return;
        };
        let at = (row.file, row.line);
        let regime = row.get("regime");
        if !self.knows("regimes", regime) && !self.knows("states", regime) {
            let message = format!("`{regime}` is in neither regimes nor states");
            let help = self.instead("regimes", regime);
            self.cell(at, ("regime", regime), "unknown-regime", message, help);
        }
        let flags = row.list("flags");
        for flag in &flags {
            let facts = &self.law.facts;
            let mut heard = facts.iter().flat_map(|fact| &fact.flags);
            let known = heard.any(|(_, told)| told.contains(flag));
            if !known && !self.unread.contains("facts") {
                let all = facts.iter().flat_map(|fact| &fact.flags);
                let all = all.flat_map(|(_, told)| told).map(String::as_str);
                let near = nearest(&flag.to_lowercase(), all);
                let help = near.map_or("name it in column `flags` of facts.csv".into(), |near| {
                    format!("did you mean `{near}`?")
                });
                let message = format!("flag `{flag}` tells no fact");
                self.cell(at, ("flags", flag), "unknown-flag", message, help);
            }
        }
        let class = Classed {
            regime: regime.to_string(),
            code: row.get("code").to_string(),
            flags: flags.into_iter().collect(),
        };
        self.law
            .classes
            .insert(id.to_lowercase(), (class, row.get("plain").to_string()));
    }

    fn group(&mut self, row: &Row<'_>) {
        let Some(id) = self.id(row, "groups", "group") else {
            return;
        };
        let empty = row.get("empty");
        if !empty.is_empty() {
            self.one_of(row, "empty", empty, "not-a-flag", &["yes", "no"]);
        }
        if empty == "yes" {
            self.empty_groups.insert(id.clone());
        }
        let text = (row.get("name").to_string(), row.get("plain").to_string());
        self.law.groups.insert(id, text);
    }

    fn state(&mut self, row: &Row<'_>) {
        let Some(id) = self.id(row, "states", "state") else {
            return;
        };
        let at = (row.file, row.line);
        let aliases = row.list("aliases");
        let ids = aliases.iter().map(|alias| ("aliases", alias));
        for (column, word) in std::iter::once(("state", &id)).chain(ids) {
            let lower = word.to_lowercase();
            if *word != lower {
                let message = format!("`{word}` is not in lower case, and would never be found");
                let help = format!("write `{lower}`");
                self.cell(at, (column, word), "letters", message, help);
            }
        }
        let name = row.get("name").to_string();
        // A state is told by any of these words, so each is of one state.
        let words = [("state", &id), ("name", &name)].into_iter();
        let words: Vec<_> = words
            .chain(aliases.iter().map(|alias| ("aliases", alias)))
            .collect();
        for (column, word) in words {
            let lower = word.to_lowercase();
            match self.state_words.get(&lower) {
                Some(other) if *other != id => {
                    let message = format!("`{word}` is a name of state `{other}`");
                    let help = "keep it for one of the two".to_string();
                    self.cell(at, (column, word), "double-key", message, help);
                }
                Some(_) => {}
                None => {
                    self.state_words.insert(lower, id.clone());
                }
            }
        }
        self.law.states.insert(id, (name, aliases));
    }

    fn source(&mut self, row: &Row<'_>) {
        let Some(id) = self.id(row, "sources", "source") else {
            return;
        };
        let text = (row.get("url").to_string(), row.get("note").to_string());
        self.law.sources.insert(id, text);
    }

    fn revision(&mut self, row: &Row<'_>) {
        let Some(id) = self.id(row, "revisions", "revision") else {
            return;
        };
        self.refer((row.file, row.line), "regime", "regimes", row.get("regime"));
        self.sources(row);
        self.filled(row, "from", "a revision begins on a day");
        let Some(from) = self.date(row, "from") else {
            return;
        };
        self.law.revisions.push(Revision {
            id,
            regime: row.get("regime").to_string(),
            from,
            name: row.get("name").to_string(),
        });
    }

    fn member(&mut self, row: &Row<'_>) {
        let at = (row.file, row.line);
        let (from, until) = (self.date(row, "from"), self.date(row, "until"));
        let confidence = self.confidence(row);
        let (group, state) = (row.get("group").to_string(), row.get("state").to_string());
        self.with_members.insert(group.clone());
        self.refer(at, "group", "groups", &group);
        self.refer(at, "state", "states", &state);
        let sources = self.sources(row);
        if self.empty_groups.contains(&group) {
            let message = format!("`{group}` is said to have no member");
            let help = "clear its cell in column `empty` of groups.csv".to_string();
            self.cell(at, ("group", &group), "not-empty", message, help);
        }
        self.filled(row, "from", "a membership begins on a day");
        let Some(from) = from else {
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
                &format!("the other is at {}:{line}", plain(&file)),
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
            sources,
            confidence,
            note: row.get("note").to_string(),
        });
    }

    fn policies(&mut self, file: &str, plain: &str, text: &str) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let folder = plain.split('/').next().unwrap_or_default();
        let Some(regime) = self
            .law
            .regimes
            .iter()
            .position(|regime| regime.id == folder)
        else {
            if self.knows("regimes", folder) {
                return;
            }
            let near = nearest(
                &folder.to_lowercase(),
                self.law.regimes.iter().map(|regime| regime.id.as_str()),
            );
            let help = near.map_or(
                "its folder is the id of a regime in regimes.csv".to_string(),
                |near| {
                    format!(
                        "its folder is the id of a regime in regimes.csv: did you mean `{near}`?"
                    )
                },
            );
            return self.flaw(
                file,
                None,
                "unknown-regime",
                format!("`{folder}` is not in regimes"),
                help,
            );
        };
        let (policies, flaws) = policy_text::split(text);
        if !policies.is_empty() || !flaws.is_empty() {
            self.policied.insert(regime);
        }
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
            if self.knows("approvals", approval) {
                continue;
            }
            // A general approval is one of the state in its id, as in `de-licence`.
            let (message, help) = match self.law.approval(approval, "*") {
                None => (
                    format!("approval `{approval}` is not in approvals"),
                    self.instead("approvals", approval),
                ),
                Some((_, state)) if state != "*" && !self.knows("states", &state) => (
                    format!(
                        "approval `{approval}` is one of state `{state}`, which is not in states"
                    ),
                    self.instead("states", &state),
                ),
                Some(_) => continue,
            };
            self.flaw(
                file,
                Some(at("approver")),
                "unknown-approval",
                message,
                help,
            );
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
                None if self.unread.contains("facts") => {}
                None => {
                    let help = self.instead("facts", name);
                    let message = format!("fact `{name}` is not in facts");
                    self.flaw(file, line, "unknown-fact", message, help);
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
        for (table, what, ids) in [
            ("groups", "group", &reads.groups),
            ("states", "state", &reads.states),
        ] {
            for id in ids
                .iter()
                .filter(|id| !self.knows(table, id))
                .cloned()
                .collect::<Vec<_>>()
            {
                let help = self.instead(table, &id);
                let message = format!("{what} `{id}` is not in {table}");
                self.flaw(file, line, unknown(table), message, help);
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
        self.presumptions();
        self.sequences();
        self.links();
        self.silences();
    }

    /// What facts presume of one another.
    fn presumptions(&mut self) {
        for (file, line, [name, other, option, then]) in std::mem::take(&mut self.presumed) {
            let at = (file.as_str(), line);
            self.refer(at, "presumed", "facts", &other);
            let never = |fact: Option<&Fact>, option: &str| {
                let fact = fact.filter(|fact| !takes(fact, option))?;
                let message = format!("fact `{}` is never `{option}`", fact.name);
                Some((message, never(fact)))
            };
            let other = self.law.fact(&other).filter(|_| option != "*");
            let flaws = [(other, &option), (self.law.fact(&name), &then)];
            let flaws = flaws.map(|(fact, option)| never(fact, option).zip(Some(option)));
            for ((message, help), option) in flaws.into_iter().flatten() {
                self.cell(at, ("presumed", option), "unknown-word", message, help);
            }
        }
    }

    /// Which approval comes before which.
    fn sequences(&mut self) {
        let approvals = std::mem::take(&mut self.law.approvals);
        for kind in &approvals {
            let at = self.places["approvals"][&kind.id].clone();
            let at = (at.0.as_str(), at.1);
            for before in &kind.after {
                self.refer(at, "after", "approvals", before);
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
                let help = "take it out of `after`, here or in a row it names".to_string();
                self.flaw(at.0, Some(at.1), "circle", message, help);
            }
        }
        self.law.approvals = approvals;
    }

    /// Rules and sources that a rule names, and how many groups fit.
    fn links(&mut self) {
        let mut flaws = Vec::new();
        let ids: BTreeSet<&str> = self.policy_lines.keys().map(String::as_str).collect();
        let ids: BTreeSet<&str> = { ids.iter() }
            .map(|policy| policy.split('/').next().unwrap_or(policy))
            .collect();
        for rule in &self.law.rules {
            for opened in &rule.reads.opened {
                if !ids.contains(opened.as_str()) {
                    let near = nearest(opened, ids.iter().copied());
                    let help = near.map_or("correct the id, or add the rule".into(), |near| {
                        format!("did you mean `{near}`?")
                    });
                    let message = format!("rule `{opened}` is not there");
                    flaws.push((
                        rule.file.clone(),
                        rule.body_line,
                        "unknown-rule",
                        message,
                        help,
                    ));
                }
            }
            for source in rule.sources.iter().filter(|id| !self.knows("sources", id)) {
                let message = format!("source `{source}` is not in sources");
                let help = self.instead("sources", source);
                flaws.push((
                    rule.file.clone(),
                    rule.line,
                    "unknown-source",
                    message,
                    help,
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
                let help = "write some of them as one group".to_string();
                let (file, line) = self.places["regimes"][&regime.id].clone();
                flaws.push((file, line, "groups", message, help));
            }
        }
        for (file, line, code, message, help) in flaws {
            self.flaw(&file, Some(line), code, message, help);
        }
    }

    /// What would let a rule fall silent: a regime without policies, a group without members, no regime at all.
    fn silences(&mut self) {
        if self.law.regimes.is_empty() && !self.unread.contains("regimes") {
            let message = "there is no regime: everything would be lawful".to_string();
            let help = "give it a row for each regime".to_string();
            self.flaw("regimes.csv", None, "no-regime", message, help);
        }
        let unread: BTreeSet<String> = { self.findings.iter() }
            .filter(|one| one.code == "not-utf8")
            .filter_map(|one| Some(one.file.split_once('/')?.0.to_string()))
            .collect();
        let silent: Vec<String> = { self.law.regimes.iter().enumerate() }
            .filter(|(n, regime)| !self.policied.contains(n) && !unread.contains(&regime.id))
            .map(|(_, regime)| regime.id.clone())
            .collect();
        for id in silent {
            let (file, line) = self.places["regimes"][&id].clone();
            let message = format!("regime `{id}` has no policy");
            let help = format!("put its policies into `{id}/`, in files that end in `.cedar`");
            self.cell((&file, line), ("regime", &id), "no-policy", message, help);
        }
        if self.unread.contains("members") {
            return;
        }
        let mut empty: BTreeMap<String, String> = BTreeMap::new();
        for rule in &self.law.rules {
            for group in &rule.reads.groups {
                let told = self.with_members.contains(group) || self.empty_groups.contains(group);
                if !told && self.law.groups.contains_key(group) {
                    empty.entry(group.clone()).or_insert(rule.policy.clone());
                }
            }
        }
        for (group, policy) in empty {
            let (file, line) = self.places["groups"][&group].clone();
            let message = format!("group `{group}` has no member, and policy `{policy}` reads it");
            let help = "add its members to a table in `members/`, or say `yes` in a column `empty`";
            self.cell(
                (&file, line),
                ("group", &group),
                "no-member",
                message,
                help.into(),
            );
        }
    }
}

/// Whether a fact may be this.
fn takes(fact: &Fact, option: &str) -> bool {
    match fact.kind {
        FactKind::Flag => ["yes", "no"].contains(&option),
        FactKind::Number => option.parse::<i64>().is_ok(),
        FactKind::Word | FactKind::State => fact.options.iter().any(|one| one == option),
    }
}

/// What to write where a fact is never what it is said to be.
fn never(fact: &Fact) -> String {
    match fact.kind {
        FactKind::Flag => "a flag is `yes` or `no`".into(),
        FactKind::Number => "write a whole number".into(),
        FactKind::Word | FactKind::State => format!("one of {}", fact.options.join(", ")),
    }
}

/// The code of a finding on an id that a table does not have.
fn unknown(table: &str) -> &'static str {
    match table {
        "states" => "unknown-state",
        "facts" => "unknown-fact",
        "regimes" => "unknown-regime",
        "approvals" => "unknown-approval",
        "sources" => "unknown-source",
        "groups" => "unknown-group",
        _ => "unknown-id",
    }
}
