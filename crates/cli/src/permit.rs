//! `darsena permit` and `darsena laws`.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use darsena::law::arcs::{goods_of, is_government, records_of};
use darsena::law::{
    Act, AsOf, FactKind, Goods, Law, LawError, Question, Reading, ReadingOptions, Record, Told,
    Verdict, receipt, replay,
};
use darsena::scenario::{AuthorizationDecision, Finding, Scenario};
use jiff::civil::Date;

use crate::ask::{self, Format, Output, RulesWanted, Unasked};
use crate::terminal::{self, Answered};

/// May it be done, under which rule, with whose approval, by when?
///
/// Judges a transfer, release, repair or licence by the law of every state with a say: the exporter, the
/// states of design, the state of manufacture, and whoever handed it on before. Nothing is legal advice.
#[derive(Args)]
#[command(after_help = "\
Examples:
  darsena permit --act export --class jp-w,us-mde --origins us --made-in jp --from jp --to us --on 2023-12-22
  darsena permit scenarios/us-japan-2024 --act export --item pac3-mse --made-in jp --from jp --to us --on 2024-03-01
  darsena permit --act transfer --class jp-w --origins us --made-in jp --from jp --via us --to ua --on 2024-02-01 --why
  darsena permit --act export --class jp-w --origins jp --from jp --to ca --on 2026-05-01 --why-not
  darsena permit --act export --class jp-w --origins jp --from jp --to ae --timeline
  darsena permit --act repair --class ship --from us --to jp --on 2024-06-11 --fact home_port=us
  darsena permit scenarios/us-japan-2024 --matrix --act export --from jp --to us,de,ua --on 2023-12-21,2023-12-22,2024-03-26 --format csv
  darsena permit --act export --class jp-w --origins jp --from jp --to au --on 2026-05-01 --receipt r.json
  darsena permit --replay r.json

Facts and classes: `darsena laws --facts`, `darsena laws --classes`.
Exit codes: 0 allow, needs or policy; 1 deny or unknown; 2 could not be carried out, so too where law or scenario have findings.
With a scenario the law is what was known on its `law_as_of`; `--law DATE` asks another.")]
pub(crate) struct PermitArguments {
    /// Scenario: its items, parties and authorizations; without it tell `--class` and `--origins`.
    scenario: Option<PathBuf>,
    /// What is to be done: make, release, export, reexport, retransfer, transfer, repair, consent, build.
    #[arg(long, value_parser = act)]
    act: Option<Act>,
    /// Item of the scenario, or without one any name; several with `--matrix`, all without.
    #[arg(long, value_delimiter = ',', value_name = "ITEM")]
    item: Vec<String>,
    /// Classes of the item, such as `jp-w` or `us-mde`.
    #[arg(long, value_delimiter = ',', value_name = "CLASS")]
    class: Vec<String>,
    /// States of design or licence, whose law follows the item.
    #[arg(long, value_delimiter = ',', value_name = "STATE")]
    origins: Vec<String>,
    /// Further properties of the item, such as `ammunition` or `gcap`.
    #[arg(long, value_delimiter = ',', value_name = "FLAG")]
    flags: Vec<String>,
    /// State of manufacture; not told, it is made where it leaves, or where it was designed or is listed: unknown where
    /// the answer turns on it.
    #[arg(long, value_name = "STATE")]
    made_in: Option<String>,
    /// State it leaves.
    #[arg(long, value_delimiter = ',', value_name = "STATE")]
    from: Vec<String>,
    /// State it enters in the end.
    #[arg(long, value_delimiter = ',', value_name = "STATE")]
    to: Vec<String>,
    /// State it goes through; may be repeated, in order.
    #[arg(long, value_delimiter = ',', value_name = "STATE")]
    via: Vec<String>,
    /// State that handed it on before and kept a consent; may be repeated.
    #[arg(long, value_delimiter = ',', value_name = "STATE")]
    holder: Vec<String>,
    /// End user: a state, its forces or ministry, or a party of the scenario; any other name tells nothing.
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Purpose, in words for the reader; no rule hears them.
    #[arg(long, default_value = "", value_name = "TEXT")]
    purpose: String,
    /// Worth in whole US dollars.
    #[arg(long, value_name = "DOLLARS", value_parser = dollars, allow_negative_numbers = true)]
    value: Option<i64>,
    /// Units.
    #[arg(long, value_name = "UNITS", value_parser = units, allow_negative_numbers = true)]
    quantity: Option<f64>,
    /// Day of the transfer; several with `--matrix`.
    #[arg(long, value_delimiter = ',', value_name = "DATE", value_parser = ask::day)]
    on: Vec<Date>,
    /// A fact, e.g. `government_user=yes`; may be repeated.
    #[arg(long, value_name = "NAME=VALUE")]
    fact: Vec<String>,
    /// A decision, e.g. `de:consent:refused:2022-01-21`; may be repeated.
    #[arg(long, value_name = "STATE:KIND:DECISION[:DATE]")]
    record: Vec<String>,
    /// The days on which the answer changes, and why.
    #[arg(long, conflicts_with_all = ["matrix", "why_not"])]
    timeline: bool,
    /// First day of the timeline.
    #[arg(long, default_value = "2010-01-01", value_name = "DATE", value_parser = ask::day)]
    since: Date,
    /// First day after the timeline.
    #[arg(long, default_value = "2030-01-01", value_name = "DATE", value_parser = ask::day)]
    until: Date,
    /// Every item on every route on every day.
    #[arg(long)]
    matrix: bool,
    /// Show every rule that holds, with its text.
    #[arg(long)]
    why: bool,
    /// Show the shortest legal path, or what would have to be true.
    #[arg(long)]
    why_not: bool,
    /// Judge by the law of this day, whatever the day of the transfer.
    #[arg(long, value_name = "DATE", value_parser = ask::day)]
    law: Option<Date>,
    #[command(flatten)]
    rules: RulesWanted,
    /// Folder of law that adds to the one of the program, or with all facts stands in its place.
    #[arg(long, value_name = "FOLDER")]
    laws: Option<PathBuf>,
    /// Write question, hashes and ruling to this file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["timeline", "matrix"])]
    receipt: Option<PathBuf>,
    /// Ask the question of a receipt again, and no other; exit code 0 only if every byte is the same.
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "scenario", "act", "item", "class", "origins", "flags", "made_in", "from", "to", "via", "holder", "user", "purpose",
        "value", "quantity", "on", "fact", "record", "timeline", "since", "until", "matrix", "why", "why_not", "law",
        "without", "with", "receipt", "threads", "format", "out", "table",
    ])]
    replay: Option<PathBuf>,
    /// Threads for a matrix; as many as there are cores without it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,
    #[command(flatten)]
    output: Output,
}

fn unasked<T>(why: impl Into<String>, help: impl Into<String>) -> Result<T, Box<dyn Error>> {
    Err(Box::new(Unasked::new(why, help)))
}

fn twice<T>(what: &str) -> Result<T, Box<dyn Error>> {
    unasked(
        format!("`--{what}` is told more than once"),
        "tell one, or ask for all with `--matrix`",
    )
}

fn dollars(text: &str) -> Result<i64, String> {
    match text.parse() {
        Ok(dollars) if dollars >= 0 => Ok(dollars),
        _ => Err("expected whole US dollars; must be at least 0".into()),
    }
}

fn units(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(units) if units.is_finite() && units > 0.0 => Ok(units),
        _ => Err("expected a number of units; must be more than 0".into()),
    }
}

fn act(text: &str) -> Result<Act, String> {
    Act::from_text(text).ok_or_else(|| {
        let words: Vec<&str> = Act::ALL.iter().map(|act| act.as_str()).collect();
        format!("expected one of {}", words.join(", "))
    })
}

/// Begins to read the law, and to parse its policies, on a second core; a folder of law is read at once. With findings
/// that forbid it, prints them and returns none. The law lives as long as the process.
fn law(folder: Option<&Path>) -> Result<Option<impl FnOnce() -> &'static Law>, Box<dyn Error>> {
    let told: Option<&'static Law> = match folder.map(Law::load) {
        None => None,
        Some(Ok(law)) => Some(Box::leak(Box::new(law))),
        Some(Err(LawError::Findings(findings))) => {
            show(&findings);
            return Ok(None);
        }
        Some(Err(error)) => return Err(error.into()),
    };
    let law = move || told.unwrap_or_else(ask::law);
    drop(std::thread::Builder::new().spawn(move || law().parse_ahead()));
    Ok(Some(law))
}

fn show(findings: &[Finding]) {
    for finding in findings {
        eprintln!("{finding}");
    }
    eprintln!(
        "{}; no law was read",
        ask::counted(findings.len(), "finding")
    );
}

/// Answers `darsena permit`.
pub(crate) fn run(arguments: &PermitArguments) -> Answered {
    // A question that could not be asked must not look like one that was denied.
    let unanswered = ExitCode::from(2);
    let Some(law) = law(arguments.laws.as_deref())? else {
        return Ok(unanswered);
    };
    if let Some(path) = &arguments.replay {
        return replayed(law(), path);
    }
    let scenario: Option<&'static Scenario> = match &arguments.scenario {
        Some(path) => match ask::load(path, arguments.output.quiet)? {
            Ok(scenario) => Some(Box::leak(Box::new(scenario))),
            Err(_) => return Ok(unanswered),
        },
        None => None,
    };
    let law = law();
    // The answer names the scenario by its hash, which takes a while as well.
    if let Some(scenario) = scenario {
        drop(std::thread::Builder::new().spawn(|| scenario.hash()));
    }
    let as_of = match (arguments.law, &scenario) {
        (Some(day), _) => AsOf::Fixed(day),
        (None, Some(scenario)) => AsOf::Known(scenario.head().law_as_of),
        (None, None) => AsOf::Everything,
    };
    let options = ReadingOptions {
        as_of,
        without: arguments.rules.without(law)?,
        with: arguments.rules.with(law)?,
        members: BTreeSet::new(),
    };
    let reading = law.read(options);
    let asking = Asking {
        law,
        scenario,
        arguments,
    };
    if arguments.matrix {
        return asking.matrix(&reading);
    }
    let one = |list: &[String], what: &str| match list {
        [one] => Ok(one.clone()),
        [] => unasked(
            format!("`--{what}` is missing"),
            format!("name a state, such as `--{what} jp`"),
        ),
        _ => twice(what),
    };
    let from = asking.state(&one(&arguments.from, "from")?)?;
    let to = asking.state(&one(&arguments.to, "to")?)?;
    let on = match (arguments.on.as_slice(), arguments.timeline) {
        ([day], _) => *day,
        ([], true) => arguments.since,
        ([], false) => {
            return unasked(
                "`--on` is missing",
                "tell the day as YYYY-MM-DD, such as `--on 2026-05-01`, or ask for all days with `--timeline`",
            );
        }
        _ => return twice("on"),
    };
    let item = match arguments.item.as_slice() {
        [] => None,
        [one] => Some(one.as_str()),
        _ => return twice("item"),
    };
    let question = asking.question(item, &from, &to, on)?;
    if question.from == question.to
        && question.via.is_empty()
        && matches!(question.act, Act::Export | Act::Reexport)
    {
        return unasked(
            format!(
                "`--from` and `--to` are both `{}`, and an {} leaves the state",
                question.from,
                question.act.as_str()
            ),
            "a new user inside it is `--act retransfer`",
        );
    }
    let output = &arguments.output;
    if arguments.timeline && arguments.until <= arguments.since {
        return unasked(
            format!(
                "`--until {}` is not after `--since {}`",
                arguments.until, arguments.since
            ),
            "`--until` is the first day after the timeline",
        );
    }
    if arguments.timeline {
        let turns = reading.timeline(&question, arguments.since, arguments.until);
        let answer = darsena::permit_answer::timeline(scenario, &reading, &question, &turns);
        return output.write(&answer, &darsena::plan_answer::readable_tables);
    }
    // Of alternatives one is gone: what is missing says which.
    let (ruling, shortest) = reading.rule_soon(&question, output.format == Format::Table);
    let paths = arguments.why_not.then(|| reading.paths(&question, 12));
    if let Some(path) = &arguments.receipt {
        let of = scenario
            .as_ref()
            .map(|scenario| (scenario.head().name.as_str(), scenario.hash()));
        let text = receipt(&reading, &question, &ruling, of);
        darsena::write::whole_file(path, text.as_bytes())?;
    }
    let answer =
        darsena::permit_answer::answer(scenario, &reading, &question, &ruling, paths.as_deref());
    output.write(&answer, &|_| {
        let paths = paths.as_deref();
        darsena::permit_answer::readable(
            &reading,
            &question,
            &ruling,
            shortest.as_ref(),
            paths,
            arguments.why,
        )
    })?;
    let no = matches!(ruling.overall, Verdict::Deny | Verdict::Unknown);
    Ok(ExitCode::from(u8::from(no)))
}

fn replayed(law: &Law, path: &Path) -> Answered {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            return unasked(
                format!("cannot read `{}`: {error}", path.display()),
                "name a file that `darsena permit --receipt FILE` has written",
            );
        }
    };
    let replay = replay(law, &text)?;
    if replay.same {
        return terminal::print("the same, byte for byte\n");
    }
    if replay.altered {
        eprintln!("the receipt was changed after it was made");
    }
    if replay.other_law {
        eprintln!("the receipt was made with another law");
    }
    let lines = text
        .lines()
        .zip(replay.text.lines())
        .filter(|(old, new)| old != new);
    for (old, new) in lines.take(10) {
        eprintln!("- {}\n+ {}", old.trim(), new.trim());
    }
    eprintln!("not the same");
    Ok(ExitCode::from(1))
}

/// What a question is put together from.
struct Asking<'a> {
    law: &'a Law,
    scenario: Option<&'a Scenario>,
    arguments: &'a PermitArguments,
}

impl Asking<'_> {
    fn state(&self, text: &str) -> Result<String, Box<dyn Error>> {
        if let Some(state) = self.law.state(text) {
            return Ok(state.to_string());
        }
        let party = |row: &&darsena::scenario::Party| row.party.as_str() == text;
        if let Some(row) = self
            .scenario
            .and_then(|scenario| scenario.parties().iter().find(party))
        {
            return Ok(row.state.to_string());
        }
        let names: Vec<String> = { self.law.states() }
            .flat_map(|(id, name)| [id.to_string(), name.to_lowercase()])
            .collect();
        let parties = self.scenario.map_or(&[][..], Scenario::parties);
        let parties = parties.iter().map(|row| row.party.as_str());
        Err(Box::new(Unasked::unknown(
            format!("no state `{text}`"),
            text,
            names.iter().map(String::as_str).chain(parties),
            "tell its id of two letters, such as `jp`, or its English name",
        )))
    }

    fn states(&self, list: &[String]) -> Result<Vec<String>, Box<dyn Error>> {
        list.iter().map(|text| self.state(text)).collect()
    }

    fn goods(&self, item: Option<&str>) -> Result<Goods, Box<dyn Error>> {
        let arguments = self.arguments;
        let mut goods = match (self.scenario, item) {
            (Some(scenario), Some(item)) => match goods_of(scenario, item) {
                Some(goods) => goods,
                None => {
                    return Err(Box::new(Unasked::unknown(
                        format!("no item `{item}` in the scenario"),
                        item,
                        scenario.items().iter().map(|row| row.item.as_str()),
                        "its table `items` lists them",
                    )));
                }
            },
            (None, item) => Goods {
                name: item.unwrap_or_default().to_string(),
                ..Goods::default()
            },
            (Some(_), None) => Goods::default(),
        };
        for id in &arguments.class {
            let row = self.scenario.and_then(|scenario| {
                let row = scenario
                    .classes()
                    .iter()
                    .find(|row| row.class.as_str() == id)?;
                Some(darsena::law::Classed {
                    regime: row.regime.to_string(),
                    code: row.code.to_string(),
                    flags: row.flags.iter().map(ToString::to_string).collect(),
                })
            });
            match row.or_else(|| self.law.class(id).cloned()) {
                Some(class) => goods.classes.push(class),
                None => {
                    return Err(Box::new(Unasked::unknown(
                        format!("no class `{id}`"),
                        id,
                        self.law.classes().map(|(id, ..)| id),
                        "`darsena laws --classes` lists them",
                    )));
                }
            }
        }
        for flag in arguments.flags.iter().map(|flag| flag.to_lowercase()) {
            let told = self.scenario.is_some_and(|scenario| {
                let mut rows = scenario.classes().iter();
                rows.any(|row| row.flags.iter().any(|one| *one == flag))
            });
            if !told && !self.law.has_flag(&flag) {
                return Err(Box::new(Unasked::unknown(
                    format!("no rule knows the flag `{flag}`"),
                    &flag,
                    self.law.flags(),
                    "`darsena laws --facts` lists the facts, which `--fact NAME=VALUE` tells",
                )));
            }
        }
        goods
            .flags
            .extend(arguments.flags.iter().map(|flag| flag.to_lowercase()));
        goods.origins.extend(self.states(&arguments.origins)?);
        if goods.classes.is_empty()
            && goods.flags.is_empty()
            && goods.id.is_empty()
            && goods.name.is_empty()
        {
            return unasked(
                "what it is is not told",
                "tell `--item` of a scenario, or `--class`, or `--flags`; `darsena laws --classes` lists the classes",
            );
        }
        Ok(goods)
    }

    fn question(
        &self,
        item: Option<&str>,
        from: &str,
        to: &str,
        on: Date,
    ) -> Result<Question, Box<dyn Error>> {
        let arguments = self.arguments;
        let act = arguments.act.unwrap_or(Act::Transfer);
        let mut question = Question::new(act, self.goods(item)?, from, to, on);
        question.made_in = arguments
            .made_in
            .as_deref()
            .map(|state| self.state(state))
            .transpose()?;
        question.via = self.states(&arguments.via)?;
        question.holders = self.states(&arguments.holder)?.into_iter().collect();
        question.purpose = arguments.purpose.clone();
        question.value = arguments.value;
        question.quantity = arguments.quantity;
        // By fact, how it was told: nothing may be told in two ways.
        let mut how: BTreeMap<String, String> = BTreeMap::new();
        if let Some(value) = arguments.value {
            how.insert("value".into(), format!("--value {value}"));
        }
        let worth = arguments.value.map(Told::Number);
        if let Some(user) = &arguments.user {
            if let Some(government) = self.government(user) {
                let told = Told::Flag(government);
                question.facts.insert("government_user".into(), told);
                how.insert("government_user".into(), format!("--user {user}"));
            }
            question.purpose = format!("{} {user}", question.purpose).trim().to_string();
        }
        for text in &arguments.fact {
            let (name, told) = self.fact(text)?;
            let before = match name.as_str() {
                "value" => question.facts.get(&name).or(worth.as_ref()),
                _ => question.facts.get(&name),
            };
            let clash = match before {
                Some(before) if *before != told => how.get(&name).cloned(),
                Some(_) => None,
                None => self.flag_against(&name, &told),
            };
            if let Some(other) = clash {
                return unasked(
                    format!("`{other}` and `--fact {text}` contradict each other"),
                    "leave out the one that is not so",
                );
            }
            how.insert(name.clone(), format!("--fact {text}"));
            question.facts.insert(name, told);
        }
        if let Some(scenario) = self.scenario {
            question.records = records_of(scenario);
        }
        for (n, record) in arguments.record.iter().enumerate() {
            question.records.push(self.record(n, record)?);
        }
        Ok(question)
    }

    /// Whether an end user is a government, where the scenario or the whole of its name says so: a state, its
    /// forces or a ministry. A name with any other word in it tells nothing.
    fn government(&self, user: &str) -> Option<bool> {
        const FORCES: [&str; 12] = [
            "government",
            "ministry",
            "department",
            "mod",
            "forces",
            "force",
            "army",
            "navy",
            "marine",
            "marines",
            "corps",
            "guard",
        ];
        const BESIDE: [&str; 8] = [
            "of", "the", "defense", "defence", "armed", "self", "air", "coast",
        ];
        let row = self.scenario.and_then(|scenario| {
            scenario
                .parties()
                .iter()
                .find(|row| row.party.as_str() == user)
        });
        if let Some(row) = row {
            return is_government(row.kind);
        }
        let lower = user.to_lowercase();
        let words: Vec<&str> = lower
            .split(|letter: char| !letter.is_alphanumeric())
            .collect();
        let known = |word: &&str| {
            FORCES.contains(word) || BESIDE.contains(word) || self.law.state(word).is_some()
        };
        let forces = words.iter().any(|word| FORCES.contains(word)) && words.iter().all(known);
        (forces || self.law.state(user).is_some()).then_some(true)
    }

    /// A flag told of the item that tells another value of a fact, where no flag tells this one.
    fn flag_against(&self, name: &str, value: &Told) -> Option<String> {
        let fact = self.law.fact(name)?;
        let flags = { self.arguments.flags.iter() }.map(|flag| flag.to_lowercase());
        let told: Vec<(String, Told)> = flags
            .flat_map(|flag| {
                let all = fact.told_by(&flag).collect::<Vec<_>>();
                all.into_iter().map(move |told| (flag.clone(), told))
            })
            .collect();
        let agrees = told.iter().any(|(_, told)| told == value);
        let (flag, _) = told.into_iter().next().filter(|_| !agrees)?;
        Some(format!("--flags {flag}"))
    }

    fn fact(&self, text: &str) -> Result<(String, Told), Box<dyn Error>> {
        let Some((name, value)) = text.split_once('=') else {
            return unasked(
                format!("`{text}` is no fact"),
                "write NAME=VALUE, such as `government_user=yes`",
            );
        };
        let Some(fact) = self.law.fact(name) else {
            return Err(Box::new(Unasked::unknown(
                format!("no fact `{name}`"),
                name,
                self.law.facts().iter().map(|fact| fact.name.as_str()),
                "`darsena laws --facts` lists them",
            )));
        };
        if fact.derived {
            return unasked(
                format!("`{name}` follows from the question and is not told"),
                "leave it out; `darsena laws --facts` lists those that are told",
            );
        }
        let told = match fact.kind {
            FactKind::Flag => match value {
                "yes" | "true" => Told::Flag(true),
                "no" | "false" => Told::Flag(false),
                _ => {
                    return unasked(
                        format!("fact `{name}` is `yes` or `no`, not `{value}`"),
                        format!("write `{name}=yes` or `{name}=no`"),
                    );
                }
            },
            FactKind::Number => match value.parse() {
                Ok(number) => Told::Number(number),
                Err(_) => {
                    return unasked(
                        format!("fact `{name}` is a whole number, not `{value}`"),
                        format!("write it in digits, such as `{name}=12`"),
                    );
                }
            },
            FactKind::State => Told::Word(self.state(value)?),
            FactKind::Word if fact.options.iter().any(|option| option == value) => {
                Told::Word(value.to_string())
            }
            FactKind::Word => {
                return unasked(
                    format!("fact `{name}` is never `{value}`"),
                    format!("it is one of {}", fact.options.join(", ")),
                );
            }
        };
        Ok((name.to_string(), told))
    }

    fn record(&self, n: usize, text: &str) -> Result<Record, Box<dyn Error>> {
        let parts: Vec<&str> = text.split(':').collect();
        let (state, kind, decision, date) = match parts.as_slice() {
            [state, kind, decision] => (*state, *kind, *decision, None),
            [state, kind, decision, date] => match date.parse() {
                Ok(day) => (*state, *kind, *decision, Some(day)),
                Err(_) => {
                    return unasked(
                        format!("`{date}` of the record `{text}` is no day"),
                        "write it as YYYY-MM-DD, such as 2022-01-21",
                    );
                }
            },
            _ => {
                return unasked(
                    format!("`{text}` is no record"),
                    "write STATE:KIND:DECISION or STATE:KIND:DECISION:DATE, such as `de:consent:refused:2022-01-21`",
                );
            }
        };
        let decision = match decision {
            "granted" => AuthorizationDecision::Granted,
            "refused" => AuthorizationDecision::Refused,
            "pending" => AuthorizationDecision::Pending,
            _ => {
                return unasked(
                    format!("`{decision}` is no decision"),
                    "a decision is `granted`, `refused` or `pending`",
                );
            }
        };
        // A generic kind has the state that grants in its place: `pl-licence`.
        let answers = |one: &str| {
            let rest = one.strip_prefix('*');
            one == kind || rest.is_some_and(|rest| kind.get(2..) == Some(rest))
        };
        let known = kind == "any" || { self.law.approvals() }
            .any(|one| answers(&one.id) || one.kinds.iter().any(|word| word == kind));
        if !known {
            let words = { self.law.approvals() }.flat_map(|one| {
                one.kinds
                    .iter()
                    .map(String::as_str)
                    .chain([one.id.as_str()])
            });
            return Err(Box::new(Unasked::unknown(
                format!("no approval is answered by a record of kind `{kind}`"),
                kind,
                words,
                "`darsena laws --approvals` lists the kinds",
            )));
        }
        Ok(Record {
            id: format!("record-{}", n + 1),
            kind: kind.to_string(),
            grantor: self.state(state)?,
            item: None,
            from: None,
            to: None,
            decision,
            date,
            until: None,
            quantity: None,
            value: None,
        })
    }

    fn matrix(&self, reading: &Reading<'_>) -> Answered {
        let arguments = self.arguments;
        if arguments.on.is_empty() {
            return unasked(
                "`--on` is missing",
                "tell one day or several as YYYY-MM-DD, `,` between",
            );
        }
        let all = || -> Vec<String> {
            let parties = self.scenario.map_or(&[][..], Scenario::parties);
            parties
                .iter()
                .filter(|row| row.party.as_str() == row.state.as_str())
                .map(|row| row.state.to_string())
                .collect()
        };
        let ends = |told: &[String]| {
            if told.is_empty() {
                Ok(all())
            } else {
                self.states(told)
            }
        };
        let (from, to) = (ends(&arguments.from)?, ends(&arguments.to)?);
        if from.is_empty() || to.is_empty() {
            return unasked(
                "`--from` and `--to` are missing, and without a scenario there are no states to take",
                "name states, `,` between, such as `--from jp --to us,au`",
            );
        }
        let items: Vec<Option<String>> = match (self.scenario, arguments.item.is_empty()) {
            (_, false) => arguments.item.iter().cloned().map(Some).collect(),
            (Some(scenario), true) if arguments.class.is_empty() => scenario
                .items()
                .iter()
                .map(|row| Some(row.item.to_string()))
                .collect(),
            (_, true) => vec![None],
        };
        let mut questions = Vec::new();
        for item in &items {
            for from in &from {
                for to in to.iter().filter(|to| *to != from) {
                    questions.push(self.question(item.as_deref(), from, to, arguments.on[0])?);
                }
            }
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = arguments.threads.map_or(cores, |n| n as usize);
        let answer = darsena::permit_answer::matrix(
            self.scenario,
            reading,
            &questions,
            &arguments.on,
            threads,
        );
        arguments
            .output
            .write(&answer, &darsena::plan_answer::readable_tables)
    }
}

/// Which rules are in force; is a folder of law sound?
#[derive(Args)]
#[command(after_help = "\
Examples:
  darsena laws --on 2026-04-21 --regime jp
  darsena laws --laws my-laws          every finding, with file and line
  darsena laws --facts                 what a rule may ask
  darsena laws --classes               standard classes of items
  darsena laws --approvals             what a row of `authorizations` may answer, and with which kind")]
pub(crate) struct LawsArguments {
    /// Day; without it the last day anything changes.
    #[arg(long, value_name = "DATE", value_parser = ask::day, conflicts_with_all = ["facts", "classes", "approvals"])]
    on: Option<Date>,
    /// Only this regime.
    #[arg(long, value_name = "REGIME", conflicts_with_all = ["facts", "classes", "approvals"])]
    regime: Option<String>,
    /// Folder of law that adds to the one of the program, or with all facts stands in its place.
    #[arg(long, value_name = "FOLDER")]
    laws: Option<PathBuf>,
    /// List the facts a rule may ask.
    #[arg(long)]
    facts: bool,
    /// List the standard classes of items.
    #[arg(long, conflicts_with = "facts")]
    classes: bool,
    /// List the approvals rules ask for: who gives them, and the kinds of authorizations that answer them.
    #[arg(long, conflicts_with_all = ["facts", "classes"])]
    approvals: bool,
    #[command(flatten)]
    output: Output,
}

/// Answers `darsena laws`.
pub(crate) fn laws(arguments: &LawsArguments) -> Answered {
    let Some(law) = law(arguments.laws.as_deref())? else {
        // Findings are what was asked for.
        return Ok(ExitCode::from(1));
    };
    let law = law();
    let output = &arguments.output;
    if arguments.facts {
        let answer = darsena::permit_answer::facts(law);
        return output.write(&answer, &|_| facts(law));
    }
    if arguments.classes {
        let answer = darsena::permit_answer::classes(law);
        return output.write(&answer, &|_| classes(law));
    }
    if arguments.approvals {
        let answer = darsena::permit_answer::approvals_listed(law);
        return output.write(&answer, &|_| approvals(law));
    }
    if let Some(id) = &arguments.regime
        && !law.regimes().iter().any(|regime| regime.id == *id)
    {
        let ids: Vec<&str> = law
            .regimes()
            .iter()
            .map(|regime| regime.id.as_str())
            .collect();
        return Err(Box::new(Unasked::unknown(
            format!("no regime `{id}`"),
            id,
            ids.iter().copied(),
            &format!("one of {}", ids.join(", ")),
        )));
    }
    let on = arguments.on.unwrap_or(law.last_change());
    let answer = darsena::permit_answer::laws(law, on, arguments.regime.as_deref());
    output.write(&answer, &darsena::plan_answer::readable_tables)
}

fn facts(law: &Law) -> String {
    let fact = |fact: &darsena::law::Fact| {
        let kind = if fact.options.is_empty() {
            fact.kind.as_str().to_string()
        } else {
            fact.options.join("|")
        };
        format!("{:<26} {:<28} {}\n", fact.name, kind, fact.plain)
    };
    let asked = law.facts().iter().filter(|fact| !fact.derived);
    asked.map(fact).collect()
}

fn classes(law: &Law) -> String {
    let class = |(id, class, plain): (&str, &darsena::law::Classed, &str)| {
        format!("{id:<10} {:<12} {plain}\n", class.code)
    };
    law.classes().map(class).collect()
}

fn approvals(law: &Law) -> String {
    let approval = |one: &darsena::law::ApprovalKind| {
        let by = match one.grantor.as_str() {
            "to" => "recipient",
            "*" => "any state",
            state => state,
        };
        let kinds = [&one.id].into_iter().chain(&one.kinds);
        let kinds: Vec<&str> = kinds.map(String::as_str).collect();
        format!("{by:<10} {:<62} {}\n", kinds.join(" "), one.name)
    };
    law.approvals().map(approval).collect()
}
