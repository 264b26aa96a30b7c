//! The schedule on one screen or two.

use std::collections::BTreeMap;

use darsena_repair::Day;
use darsena_repair::regain::Regained;
use darsena_scenario::Scenario;

use super::tables::Told;
use crate::answer::{Answer, Table, Values};
use crate::repair::{Repair, days_of};
use crate::write::{number, text};

/// Jobs shown with their reasons; all of them are in the table `jobs`.
const SHOWN: usize = 25;

/// The schedule on one screen or two: how it ended, what is regained, who waits and why.
#[must_use]
pub fn readable(scenario: &Scenario, repair: &Repair, answer: &Answer) -> String {
    let outcome = &repair.outcome;
    let currency = &scenario.head().currency;
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    let found = match outcome.cost.unplaced {
        0 => format!(
            "cost {} {currency}, no schedule below {} (gap {:.2} %)",
            number(outcome.cost.total()),
            number(outcome.bound),
            100.0 * outcome.gap(),
        ),
        without => format!("{without} of them must be done and have no place"),
    };
    line(format!(
        "repair in `{}`: {}, {} jobs, {found}",
        scenario.head().name,
        outcome.status.as_str(),
        scenario.jobs().len(),
    ));
    for remark in &answer.head.remarks {
        line(format!("note: {remark}"));
    }
    let (away, late) = days_of(&repair.problem, outcome);
    line(String::new());
    line(format!("{away} days not ready, {late} days late in sum"));
    if let Some(schedules) = answer.table("schedules") {
        line(beside(answer, schedules, currency));
    }
    if let Some(quo) = &repair.status_quo {
        let (old, old_late) = days_of(&quo.problem, &quo.outcome);
        line(format!(
            "status quo, no work by other states: {old} days not ready, {old_late} days late, cost {} {currency} (gap {:.2} %)",
            number(quo.outcome.cost.total()),
            100.0 * quo.outcome.gap(),
        ));
        let (out_before, out_now) = quo.regained.left_out();
        if out_before + out_now > 0 {
            line(format!(
                "left out: {out_before} jobs in the status quo, {out_now} in this schedule; days are compared of jobs that both do"
            ));
        }
        line(format!(
            "regained: {} days not ready{}; freed at home: {} dock-days, {} units of trades times days",
            quo.regained.days(),
            by_kind(scenario, &quo.regained),
            number(quo.regained.home_dock_days()),
            number(quo.regained.home_work()),
        ));
        if let Some(growth) = &quo.growth {
            line(format!(
                "on time when work grows: {:.0} % of jobs in the status quo, late ones by {:.0} days",
                100.0 * growth.on_time,
                growth.late_days
            ));
        }
    }
    if let Some(growth) = &repair.growth {
        line(format!(
            "on time when work grows: {:.0} % of jobs in this schedule, late ones by {:.0} days",
            100.0 * growth.on_time,
            growth.late_days
        ));
    }
    let table = |name: &str| answer.table(name).filter(|table| !table.is_empty());
    if let Some(costs) = table("costs") {
        line(String::new());
        line("What is paid for".into());
        let mut costs = costs.clone();
        if repair.status_quo.is_none() {
            costs = costs.only_columns(&["part", "cost", "unchanged"]);
        }
        let paid = numbers(&costs, "cost");
        let before = if repair.status_quo.is_none() {
            "unchanged"
        } else {
            "status_quo"
        };
        let old = numbers(&costs, before);
        costs.keep_rows(|n| paid[n].unwrap_or(0.0) != 0.0 || old[n].unwrap_or(0.0) != 0.0);
        line(text(&costs));
    }
    let told = Told { scenario, repair };
    if let Some(jobs) = table("jobs") {
        line("Jobs that wait, or cost more than alone, dearest reason first".into());
        let mut gain = vec![0.0f64; scenario.jobs().len()];
        for reason in &repair.reasons {
            gain[reason.job] = gain[reason.job].max(reason.gain);
        }
        let mut order: Vec<usize> = (0..gain.len()).filter(|job| gain[*job] > 0.0).collect();
        order.sort_by(|a, b| gain[*b].total_cmp(&gain[*a]).then(a.cmp(b)));
        let waiting = order.len();
        order.truncate(SHOWN);
        if order.is_empty() {
            line("None: every job is where it would be alone.".into());
        } else {
            let keep = [
                "job",
                "asset",
                "sites",
                "out",
                "back",
                "due",
                "days_not_ready",
                "days_late",
                "back_p80",
            ];
            let mut few = jobs.only_columns(&keep);
            few.keep_rows(|n| order.contains(&n));
            line(text(&few));
            for job in &order {
                let first = repair
                    .reasons
                    .iter()
                    .filter(|reason| reason.job == *job)
                    .take(2);
                let words: Vec<String> = first.map(|reason| told.sentence(reason)).collect();
                line(format!(
                    "  {}: {}",
                    scenario.jobs()[*job].job,
                    words.join("; ")
                ));
            }
        }
        if waiting > SHOWN {
            line(format!("  and {} more: `--table jobs`", waiting - SHOWN));
        }
    }
    if let Some(conflicts) = table("conflicts") {
        let mut likely = conflicts.clone();
        let odds = numbers(&likely, "probability");
        likely.keep_rows(|n| n < 10 && odds[n].unwrap_or(0.0) >= 0.05);
        if !likely.is_empty() {
            line(String::new());
            line("Docks where the next ship most likely waits".into());
            line(text(&likely));
        }
    }
    if let Some(rules) = table("rules") {
        line(String::new());
        line("What lifting each rule alone would win".into());
        line(text(&rules.only_columns(&[
            "rule",
            "modes",
            "days_regained",
            "days_less_late",
            "worth",
            "most",
            "confidence",
            "citation",
        ])));
    }
    line(
        "Tables: ".to_string()
            + &answer
                .tables
                .iter()
                .map(|table| table.name)
                .collect::<Vec<_>>()
                .join(", "),
    );
    out
}

/// Jobs shown of those that are back later, and of those that are back sooner.
const MOVED: usize = 10;

/// What is otherwise than in the schedule as things stand.
fn beside(answer: &Answer, schedules: &Table, currency: &str) -> String {
    let pair = |values: Vec<Option<f64>>| match values[..] {
        [Some(one), Some(two)] => (one, two),
        _ => (0.0, 0.0),
    };
    let days = |name: &str| pair(wholes(schedules, name));
    let money = |name: &str| pair(numbers(schedules, name));
    let (away, late, left_out) = (days("days_not_ready"), days("days_late"), days("left_out"));
    let (cost, bound) = (money("cost"), money("bound"));
    let mut out = format!(
        "as things stand: {} days not ready, {} days late, cost {} {currency}, no schedule below {}\n",
        away.0,
        late.0,
        number(cost.0),
        number(bound.0),
    );
    let parts = [
        (away, "days not ready"),
        (late, "days late"),
        (left_out, "jobs left out"),
        (cost, currency),
    ];
    let parts: Vec<String> = { parts.iter() }
        .filter(|((before, now), _)| before != now)
        .map(|((before, now), what)| {
            let word = if now > before { "more" } else { "less" };
            format!("{} {what} {word}", number((before - now).abs()))
        })
        .collect();
    out.push_str(&match parts.as_slice() {
        [] => "difference: none\n".to_string(),
        parts => format!("difference: {}\n", parts.join(", ")),
    });
    if let Some(classes) = answer.table("classes") {
        let mut classes = classes.clone();
        let pairs = [
            ("days_not_ready", "unchanged"),
            ("days_late", "days_late_unchanged"),
            ("left_out", "left_out_unchanged"),
        ];
        let differ = pairs.map(|(now, before)| (wholes(&classes, now), wholes(&classes, before)));
        classes.keep_rows(|n| differ.iter().any(|(now, before)| now[n] != before[n]));
        if !classes.is_empty() {
            out.push_str("\nBy class\n");
            out.push_str(&text(&classes));
        }
    }
    if let Some(moved) = answer.table("differences") {
        out.push_str(&moves(moved));
    }
    out
}

/// Jobs that are done elsewhere or at another time, those that are moved most first.
fn moves(moved: &Table) -> String {
    let later = wholes(moved, "days_later");
    let before = known(moved, "back");
    let now = known(moved, "back_second");
    let why = words(moved, "why");
    let one = |is: bool| f64::from(u8::from(is));
    let by = |n: usize| {
        if why[n].is_none() {
            later[n].unwrap_or(0.0)
        } else {
            0.0
        }
    };
    let is = |n: usize, word: &str| one(before[n] && now[n] && why[n].as_deref() == Some(word));
    let all: [(&str, &dyn Fn(usize) -> f64); 6] = [
        ("left out", &|n| one(before[n] && !now[n])),
        ("done, and left out as things stand", &|n| {
            one(!before[n] && now[n])
        }),
        ("done where or when it is shut as things stand", &|n| {
            is(n, "opened")
        }),
        ("cannot stay where or when it is", &|n| is(n, "shut")),
        ("back later because of others", &by),
        ("back sooner because of others", &|n| -by(n)),
    ];
    let mut counts = Vec::new();
    let mut tables = String::new();
    for (what, key) in all {
        let mut order: Vec<usize> = (0..moved.len()).filter(|n| key(*n) > 0.0).collect();
        if order.is_empty() {
            continue;
        }
        order.sort_by(|a, b| key(*b).total_cmp(&key(*a)).then(a.cmp(b)));
        counts.push(format!("{} {what}", order.len()));
        let keep = [
            "job",
            "back",
            "modes",
            "back_second",
            "modes_second",
            "days_later",
            "days_more_not_ready",
        ];
        let more = order.len().saturating_sub(MOVED);
        order.truncate(MOVED);
        let mut few = moved.only_columns(&keep);
        few.keep_rows(|n| order.contains(&n));
        tables.push_str(&format!("\n{}\n{}", capital(what), text(&few)));
        if more > 0 {
            tables.push_str(&format!("  and {more} more: `--table differences`\n"));
        }
    }
    match moved.len() {
        0 => "\nNo job is done elsewhere or at another time.\n".into(),
        n => format!(
            "\n{n} {} done elsewhere or at another time: {}\n{tables}",
            if n == 1 { "job is" } else { "jobs are" },
            counts.join(", ")
        ),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn words(table: &Table, name: &str) -> Vec<Option<String>> {
    let column = table.columns.iter().find(|column| column.name == name);
    match column.map(|column| &column.values) {
        Some(Values::Text(values)) => values.clone(),
        _ => vec![None; table.len()],
    }
}

fn known(table: &Table, name: &str) -> Vec<bool> {
    let column = table.columns.iter().find(|column| column.name == name);
    match column.map(|column| &column.values) {
        Some(Values::Day(values)) => values.iter().map(Option::is_some).collect(),
        _ => vec![false; table.len()],
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of days and jobs are small"
)]
fn wholes(table: &Table, name: &str) -> Vec<Option<f64>> {
    let column = table.columns.iter().find(|column| column.name == name);
    match column.map(|column| &column.values) {
        Some(Values::Whole(values)) => values
            .iter()
            .map(|value| value.map(|value| value as f64))
            .collect(),
        _ => vec![None; table.len()],
    }
}

fn numbers(table: &Table, name: &str) -> Vec<Option<f64>> {
    let column = table.columns.iter().find(|column| column.name == name);
    match column.map(|column| &column.values) {
        Some(Values::Number(values)) => values.clone(),
        _ => vec![None; table.len()],
    }
}

/// Days regained by kind of asset, where there are several.
fn by_kind(scenario: &Scenario, regained: &Regained) -> String {
    let mut kinds: BTreeMap<&str, Day> = BTreeMap::new();
    for one in &regained.assets {
        let kind = scenario.assets()[one.asset]
            .kind
            .map_or("other", |kind| kind.as_str());
        *kinds.entry(kind).or_default() += one.before - one.now;
    }
    if kinds.len() < 2 {
        return String::new();
    }
    let told = kinds.iter().map(|(kind, days)| format!("{kind} {days}"));
    format!(" ({})", told.collect::<Vec<_>>().join(", "))
}
