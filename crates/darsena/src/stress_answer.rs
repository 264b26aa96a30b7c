//! What is lost with each failure, as tables and on one screen.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use darsena_law::{AsOf, Law, ReadingOptions};
use darsena_milp::Status;
use darsena_plan::Arcs;
use darsena_scenario::{Change, Edit, Scenario, TableName};
use darsena_whatif::{Failure, Fate, PairFate, Stress};

use crate::answer::{Answer, Table};
use crate::otherwise::of_law;
use crate::permitted::open_arcs;
use crate::plan_answer::head;
use crate::write::text;

/// Whether the law has to be asked anew after an edit.
fn asks_anew(edit: &Edit) -> bool {
    match edit {
        Edit::Lifted { .. } | Edit::Sooner { .. } | Edit::LawOf { .. } => true,
        Edit::Out {
            table: TableName::Sites,
            ..
        }
        | Edit::Scale { .. } => false,
        Edit::Out { table, .. } | Edit::Set { table, .. } => matches!(
            table,
            TableName::Authorizations
                | TableName::Classes
                | TableName::Items
                | TableName::Parties
                | TableName::Sites
        ),
    }
}

/// Says which arcs changed scenarios have: those of the base, unless a change is one of the law or of what it asks. What
/// was asked once is remembered.
pub struct ArcsAsked<'a> {
    base: Arc<Arcs>,
    law: Option<(&'a Law, AsOf)>,
    /// By the edits for which the law was asked.
    asked: Mutex<BTreeMap<Vec<String>, Arc<Arcs>>>,
}

impl<'a> ArcsAsked<'a> {
    /// Asks `law` as of a day; none where no law is asked.
    #[must_use]
    pub fn new(base: Arcs, law: Option<(&'a Law, AsOf)>) -> Self {
        ArcsAsked {
            base: Arc::new(base),
            law,
            asked: Mutex::default(),
        }
    }

    /// The arcs of a scenario with a change made.
    #[must_use]
    pub fn of(&self, scenario: &Scenario, change: Option<&Change>) -> Arc<Arcs> {
        let edits = change.map_or(&[][..], |change| &change.edits);
        let anew: Vec<&Edit> = edits.iter().filter(|edit| asks_anew(edit)).collect();
        let Some((law, as_of)) = self.law.clone().filter(|_| !anew.is_empty()) else {
            return self.base.clone();
        };
        let key: Vec<String> = anew.iter().map(ToString::to_string).collect();
        let known = || self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(arcs) = known().get(&key) {
            return arcs.clone();
        }
        let (as_of, lifted) = of_law(edits.iter(), as_of);
        let options = ReadingOptions {
            as_of,
            ..ReadingOptions::default()
        };
        let sooner = edits.iter().filter_map(|edit| match edit {
            Edit::Sooner { approval, times } => Some((approval.as_str(), *times)),
            _ => None,
        });
        let sooner: Vec<(&str, f64)> = sooner.collect();
        let reading = law.read(options).lifting(&lifted);
        let arcs = Arc::new(open_arcs(scenario, reading, &sooner));
        known().insert(key, arcs.clone());
        arcs
    }
}

/// The answer `stress` of `scenario`, with so many of the worst pairs where they were looked at.
#[must_use]
pub fn answer(
    scenario: &Scenario,
    failures: &[Failure],
    stress: &Stress,
    foreseen: bool,
    pairs: Option<usize>,
    seconds: Option<f64>,
) -> Answer {
    let mut head = head(scenario, &stress.base, seconds);
    head.question = "stress".into();
    let of_two = stress.pairs.iter().map(|pair| &pair.fate);
    let proved = { stress.fates.iter().chain(of_two) }.all(|fate| fate.status == Status::Optimal);
    let all_pairs = failures.len() * failures.len().saturating_sub(1) / 2;
    if !stress.complete {
        head.status = Status::Stopped.as_str().into();
        head.remarks.push(format!(
            "{} of {} failures were looked at; of the others nothing is said",
            stress.fates.len(),
            failures.len()
        ));
        if pairs.is_some() {
            head.remarks.push(format!(
                "{} of {all_pairs} pairs were looked at: another may be worse",
                stress.pairs.len()
            ));
        }
    } else if !proved {
        head.status = Status::Feasible.as_str().into();
    }
    head.remarks.push(if foreseen {
        "failures are known from the first day".into()
    } else {
        "failures are not foreseen: what was decided for earlier periods stays, and from its first day on the length of a failure is known".into()
    });
    head.remarks.push("who of several equals waits is told of the one best plan that was found; what is lost by priority is the same in all of them".into());
    if let Some(most) = pairs.filter(|_| stress.complete) {
        head.remarks.push(format!(
            "all {all_pairs} pairs were planned again; none that is not told is worse than the {} told",
            most.min(all_pairs)
        ));
    }
    let told = Told {
        scenario,
        failures,
        stress,
    };
    let mut tables = vec![
        told.failures(),
        told.priorities(),
        told.losses(),
        told.exposure(),
    ];
    tables.extend(pairs.map(|most| told.pairs(most)));
    Answer {
        head,
        tables,
        trees: Vec::new(),
    }
}

/// The worst failures on one screen.
#[must_use]
pub fn readable(scenario: &Scenario, stress: &Stress, answer: &Answer) -> String {
    let mut out = format!(
        "failures in `{}`: {}, {} looked at\n",
        scenario.head().name,
        answer.head.status,
        stress.fates.len()
    );
    for remark in &answer.head.remarks {
        out.push_str(&format!("note: {remark}\n"));
    }
    let table = answer.table("failures").expect("the answer has it");
    let keep = [
        "failure",
        "what",
        "late",
        "first_priority",
        "unmet",
        "cost",
        "catch_up",
        "survives",
    ];
    let mut worst = table.only_columns(&keep);
    let hurts =
        |fate: &Fate| fate.by_priority.iter().any(|(_, more)| *more > 0.0) || fate.cost > 1e-6;
    worst.keep_rows(|n| hurts(&stress.fates[n]));
    let silent = stress.fates.len() - worst.len();
    if worst.is_empty() {
        out.push_str("\nNo failure costs anything.\n");
    } else {
        out.push_str("\nWhat each failure costs, the worst first\n");
        out.push_str(&text(&worst));
    }
    if silent > 0 && !worst.is_empty() {
        out.push_str(&format!(
            "\n{silent} other failures cost nothing: `--table failures`\n"
        ));
    }
    if let Some(pairs) = answer.table("pairs") {
        out.push_str("\nTwo together, the worst first (beyond: more than both alone)\n");
        out.push_str(&text(&pairs.only_columns(&[
            "first",
            "second",
            "late",
            "first_alone",
            "second_alone",
            "beyond",
            "unmet",
            "cost",
        ])));
    }
    out
}

struct Told<'a> {
    scenario: &'a Scenario,
    failures: &'a [Failure],
    stress: &'a Stress,
}

impl Told<'_> {
    fn id(&self, fate: &Fate) -> String {
        self.failures[fate.failure].change.id.clone()
    }

    fn failures(&self) -> Table {
        let rows = &self.stress.fates;
        let what = |fate: &Fate| {
            let edits = self.failures[fate.failure].change.edits.iter();
            edits
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("; ")
        };
        let first = |fate: &Fate| {
            let mut worse = fate.by_priority.iter().filter(|(_, more)| *more > 0.0);
            worse.find_map(|(priority, _)| *priority).map(i64::from)
        };
        let whole = |n: Option<usize>| n.and_then(|n| i64::try_from(n).ok());
        Table::new("failures", "one failure, the worst first")
            .whole("rank", "", (1i64..).take(rows.len()))
            .text("failure", rows.iter().map(|fate| self.id(fate)))
            .text("what", rows.iter().map(what))
            .day(
                "known",
                rows.iter().map(|fate| self.failures[fate.failure].from),
            )
            .number(
                "late",
                "unit-periods",
                rows.iter().map(|fate| fate.late_unit_periods),
            )
            .whole("first_priority", "", rows.iter().map(first))
            .number(
                "unmet",
                "unit of the item",
                rows.iter().map(|fate| fate.unmet),
            )
            .number(
                "cost",
                self.scenario.head().currency.as_str(),
                rows.iter().map(|fate| fate.cost),
            )
            .whole(
                "catch_up",
                "periods",
                rows.iter().map(|fate| whole(fate.caught_up)),
            )
            .whole(
                "survives",
                "periods",
                rows.iter().map(|fate| whole(fate.survives)),
            )
            .text("status", rows.iter().map(|fate| fate.status.as_str()))
            .text("way", rows.iter().map(|fate| fate.way.as_str()))
    }

    /// The worst of all pairs, and what they cost beyond what each costs alone.
    fn pairs(&self, most: usize) -> Table {
        let rows = &self.stress.pairs[..most.min(self.stress.pairs.len())];
        let alone: BTreeMap<usize, &Fate> = { self.stress.fates.iter() }
            .map(|fate| (fate.failure, fate))
            .collect();
        let id = |row: &PairFate, n: usize| self.failures[row.failures[n]].change.id.clone();
        let late = |row: &PairFate, n: usize| {
            alone
                .get(&row.failures[n])
                .map(|fate| fate.late_unit_periods)
        };
        let beyond = |row: &PairFate| {
            let beyond = row.fate.late_unit_periods - late(row, 0)? - late(row, 1)?;
            // A difference of near numbers has no more digits than that.
            Some((beyond * 1e6).round() / 1e6 + 0.0)
        };
        Table::new("pairs", "two failures together, the worst first")
            .whole("rank", "", (1i64..).take(rows.len()))
            .text("first", rows.iter().map(|row| id(row, 0)))
            .text("second", rows.iter().map(|row| id(row, 1)))
            .number(
                "late",
                "unit-periods",
                rows.iter().map(|row| row.fate.late_unit_periods),
            )
            .number(
                "first_alone",
                "unit-periods",
                rows.iter().map(|row| late(row, 0)),
            )
            .number(
                "second_alone",
                "unit-periods",
                rows.iter().map(|row| late(row, 1)),
            )
            .number("beyond", "unit-periods", rows.iter().map(beyond))
            .number(
                "unmet",
                "unit of the item",
                rows.iter().map(|row| row.fate.unmet),
            )
            .number(
                "cost",
                self.scenario.head().currency.as_str(),
                rows.iter().map(|row| row.fate.cost),
            )
            .text("status", rows.iter().map(|row| row.fate.status.as_str()))
            .text("way", rows.iter().map(|row| row.fate.way.as_str()))
    }

    fn priorities(&self) -> Table {
        let rows: Vec<_> = { self.stress.fates.iter() }
            .flat_map(|fate| fate.by_priority.iter().map(move |row| (fate, row)))
            .filter(|(_, (priority, more))| priority.is_some() && *more != 0.0)
            .collect();
        Table::new(
            "priorities",
            "late unit-periods that a failure adds under one priority",
        )
        .text("failure", rows.iter().map(|(fate, _)| self.id(fate)))
        .whole(
            "priority",
            "",
            rows.iter().map(|(_, (p, _))| p.map(i64::from)),
        )
        .number(
            "late",
            "unit-periods",
            rows.iter().map(|(_, (_, more))| *more),
        )
    }

    fn losses(&self) -> Table {
        let rows: Vec<_> = { self.stress.fates.iter() }
            .flat_map(|fate| fate.losses.iter().map(move |loss| (fate, loss)))
            .collect();
        let demands = self.scenario.demands();
        Table::new("losses", "what one demand loses or gains with a failure")
            .text("failure", rows.iter().map(|(fate, _)| self.id(fate)))
            .text(
                "demand",
                rows.iter()
                    .map(|(_, l)| demands[l.demand].demand.to_string()),
            )
            .text(
                "party",
                rows.iter()
                    .map(|(_, l)| demands[l.demand].party.to_string()),
            )
            .text(
                "item",
                rows.iter().map(|(_, l)| demands[l.demand].item.to_string()),
            )
            .number(
                "late",
                "unit-periods",
                rows.iter().map(|(_, l)| l.late_unit_periods),
            )
            .number(
                "unmet",
                "unit of the item",
                rows.iter().map(|(_, l)| l.unmet),
            )
    }

    /// The largest loss of a failure of each site against what the base plan spends there.
    fn exposure(&self) -> Table {
        let mut spent: BTreeMap<&str, f64> = BTreeMap::new();
        for make in &self.stress.base.make {
            let recipe = &self.scenario.recipes()[make.recipe];
            *spent.entry(recipe.site.as_str()).or_default() += make.runs * recipe.cost;
        }
        let mut largest: BTreeMap<&str, &Fate> = BTreeMap::new();
        for fate in &self.stress.fates {
            if let [
                Edit::Out {
                    table: TableName::Sites,
                    id,
                    ..
                },
            ] = &self.failures[fate.failure].change.edits[..]
            {
                // The worst stand first.
                largest.entry(id).or_insert(fate);
            }
        }
        let rows: Vec<_> = largest.into_iter().collect();
        Table::new(
            "exposure",
            "a site: the most its failure alone costs, against what the plan spends there",
        )
        .text("site", rows.iter().map(|(site, _)| *site))
        .text("failure", rows.iter().map(|(_, fate)| self.id(fate)))
        .number(
            "late",
            "unit-periods",
            rows.iter().map(|(_, fate)| fate.late_unit_periods),
        )
        .number(
            "cost",
            self.scenario.head().currency.as_str(),
            rows.iter().map(|(_, fate)| fate.cost),
        )
        .number(
            "spent",
            self.scenario.head().currency.as_str(),
            rows.iter()
                .map(|(site, _)| spent.get(site).copied().unwrap_or(0.0)),
        )
    }
}
