//! The plan on one screen or two.

use std::collections::BTreeMap;

use darsena_milp::Status;
use darsena_plan::{Plan, Priced, Worth};
use darsena_scenario::{Objective, Scenario};

use super::flows::{levels, lines};
use super::late::{cause, sentence};
use super::worth::{Thing, binding, priced};
use super::{Names, currency};
use crate::answer::{Answer, Table};
use crate::write::{number, text};

/// The plan on one screen or two: how it ended, who waits and why, what binds.
pub fn readable(scenario: &Scenario, plan: &Plan) -> String {
    let names = Names { scenario, plan };
    let horizon = scenario.head().horizon();
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    line(format!(
        "plan of `{}`: {} ({}), {} to {}, {} periods",
        scenario.head().name,
        plan.status.as_str(),
        if plan.objective == Objective::Lexicographic {
            "lexicographic"
        } else {
            "weighted"
        },
        scenario.head().start,
        horizon.start_of(horizon.len()),
        horizon.len()
    ));
    for remark in &plan.remarks {
        line(format!("note: {remark}"));
    }
    line(String::new());
    line(text(&levels(&names)));
    line("Who gets what (units; months and weeks are periods of the scenario)".into());
    line(text(&by_party(&names)));
    if let Some(worth) = plan.worths.first() {
        line(binds_most(&names, worth));
        line(String::new());
        let known = plan.worths.iter().filter(|worth| worth.gain.is_some());
        let (few, all) = (known.count().clamp(1, 12), plan.worths.len());
        line(text(&head_of(&binding(&names), few)));
        if all > few {
            line(format!(
                "... and {} more in `--table binding`; of all that have a shadow price `--reasons all` tells what one more gains\n",
                all - few
            ));
        }
    }
    let waiting = waiting(&names);
    if !waiting.is_empty() {
        let tried = plan.demands.iter().any(|answer| !answer.reasons.is_empty());
        line(match (tried, plan.status) {
            (true, _) => {
                "Who waits, and why (each proved by relaxing it alone and planning again)".into()
            }
            (false, Status::Optimal) => "Who waits (no reasons were tried)".into(),
            (false, _) => "Who waits (of a plan that was cut short no reasons are tried)".into(),
        });
        line(text(&waiting));
    }
    let shut = lines(&names);
    if !plan.lines.is_empty() {
        line("Lines that open or stay shut".into());
        line(text(&shut));
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// The limit of which one more gains most, in words.
fn binds_most(names: &Names<'_>, worth: &Worth) -> String {
    let Thing { kind, id, site, .. } = priced(names, worth.what);
    let at = if site.is_empty() {
        site
    } else {
        format!(" at {site}")
    };
    let when = match &worth.periods[..] {
        [] => String::new(),
        [only] => format!(", {}", names.day(*only)),
        [first, .., last] => format!(", {} to {}", names.day(*first), names.day(*last)),
    };
    let Some(gain) = worth.gain else {
        return format!(
            "What binds: {kind} `{id}`{at}{when}. What one more unit gains is not known: `--reasons all` plans again with it."
        );
    };
    let period = match worth.what {
        Priced::Ceiling(_) => "",
        _ => " in every period",
    };
    let (money, sign) = (
        gain.money.abs(),
        if gain.money < 0.0 {
            "more spent"
        } else {
            "saved"
        },
    );
    format!(
        "What binds most: {kind} `{id}`{at}{when}. One more unit{period}, planned again: {} more delivered, {} open unit-periods less, {} {} {sign}.",
        number(gain.deliveries),
        number(gain.late_unit_periods),
        number(money),
        currency(names.scenario)
    )
}

fn head_of(table: &Table, rows: usize) -> Table {
    let mut table = table.clone();
    table.keep_rows(|n| n < rows);
    table
}

#[derive(Default, Clone, Copy)]
struct Fare {
    quantity: f64,
    on_time: f64,
    delivered: f64,
    unmet: f64,
    late: f64,
}

/// Demands of one item by party, summed.
fn fares(names: &Names<'_>) -> BTreeMap<(String, String), Fare> {
    let mut fares: BTreeMap<(String, String), Fare> = BTreeMap::new();
    for answer in &names.plan.demands {
        let demand = names.demand(answer.demand);
        let fare = fares
            .entry((demand.item.to_string(), demand.party.to_string()))
            .or_default();
        fare.quantity += demand.quantity;
        fare.on_time += answer.on_time;
        fare.delivered += answer.delivered;
        fare.unmet += answer.unmet;
        fare.late += answer.late_unit_periods;
    }
    fares
}

fn by_party(names: &Names<'_>) -> Table {
    let fares = fares(names);
    Table::new("parties", "demands of one party for one item, summed")
        .text("item", fares.keys().map(|k| k.0.clone()))
        .text("party", fares.keys().map(|k| k.1.clone()))
        .number("due", "", fares.values().map(|f| f.quantity))
        .number("on time", "", fares.values().map(|f| f.on_time))
        .number("late", "", fares.values().map(|f| f.delivered - f.on_time))
        .number("unmet", "", fares.values().map(|f| f.unmet))
        .number(
            "periods open per unit due",
            "",
            fares
                .values()
                .map(|f| f.late / f.quantity.max(f64::MIN_POSITIVE)),
        )
}

/// Per party and item that waits: when it waits most, and the strongest reasons with summed gains.
fn waiting(names: &Names<'_>) -> Table {
    // Per party and item, per sort of cause and sentence, what it would save.
    type Gains = BTreeMap<(&'static str, String), f64>;
    let mut causes: BTreeMap<(String, String), Gains> = BTreeMap::new();
    let mut late: BTreeMap<(String, String), (f64, f64)> = BTreeMap::new();
    for answer in names
        .plan
        .demands
        .iter()
        .filter(|d| d.late_unit_periods > 0.0)
    {
        let demand = names.demand(answer.demand);
        let key = (demand.item.to_string(), demand.party.to_string());
        let sum = late.entry(key.clone()).or_default();
        sum.0 += answer.late_unit_periods;
        sum.1 += answer.unmet;
        let of = causes.entry(key).or_default();
        for reason in &answer.reasons {
            let (sort, _) = cause(names, &reason.cause);
            *of.entry((sort, sentence(names, reason))).or_default() += reason.gain_unit_periods;
        }
    }
    // The strongest of each sort, so that a full line does not hide a slow one.
    let strongest = |key: &(String, String)| {
        let mut of: Vec<(&(&str, String), &f64)> = causes[key].iter().collect();
        // Some demands of the party may have reasons where others have none.
        if of.iter().any(|(_, gain)| **gain > 0.0) {
            of.retain(|(_, gain)| **gain > 0.0);
        }
        of.sort_by(|a, b| b.1.total_cmp(a.1).then(a.0.cmp(b.0)));
        let mut seen = Vec::new();
        of.retain(|((sort, _), _)| {
            !seen.contains(sort) && {
                seen.push(sort);
                true
            }
        });
        let told = |((_, words), gain): (&(&str, String), &f64)| match *gain {
            gain if gain >= 10.0 => format!("{words} ({})", number(gain.round())),
            gain if gain > 0.0 => format!("{words} ({})", number((gain * 10.0).ceil() / 10.0)),
            _ => words.clone(),
        };
        of.into_iter()
            .take(3)
            .map(told)
            .collect::<Vec<_>>()
            .join("; ")
    };
    Table::new("waiting", "who waits and why")
        .text("item", late.keys().map(|k| k.0.clone()))
        .text("party", late.keys().map(|k| k.1.clone()))
        .number("open unit-periods", "", late.values().map(|v| v.0))
        .number("unmet", "", late.values().map(|v| v.1))
        .text(
            "reasons (unit-periods each alone would save)",
            late.keys().map(strongest),
        )
}

/// Every table of an answer for reading, one under the other.
pub fn readable_tables(answer: &Answer) -> String {
    let mut out = String::new();
    for remark in &answer.head.remarks {
        out.push_str(&format!("note: {remark}\n"));
    }
    for table in &answer.tables {
        out.push_str(&format!("\n{}: {}\n", table.name, table.about));
        out.push_str(&if table.is_empty() {
            "none\n".into()
        } else {
            text(table)
        });
    }
    out
}
