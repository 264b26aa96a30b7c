//! The schedule on one screen or two.

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
    line(format!(
        "repair in `{}`: {}, {} jobs, cost {} {currency}, no schedule below {} (gap {:.2} %)",
        scenario.head().name,
        outcome.status.as_str(),
        scenario.jobs().len(),
        number(outcome.cost.total()),
        number(outcome.bound),
        100.0 * outcome.gap(),
    ));
    for remark in &answer.head.remarks {
        line(format!("note: {remark}"));
    }
    let (away, late) = days_of(&repair.problem, outcome);
    line(String::new());
    line(format!("{away} days not ready, {late} days late in sum"));
    if let Some(quo) = &repair.status_quo {
        let (old, old_late) = days_of(&quo.problem, &quo.outcome);
        line(format!(
            "status quo, no work by other states: {old} days not ready, {old_late} days late, cost {} {currency} (gap {:.2} %)",
            number(quo.outcome.cost.total()),
            100.0 * quo.outcome.gap(),
        ));
        line(format!(
            "regained: {} days not ready; freed at home: {} dock-days, {} units of trades times days",
            quo.regained.days(),
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
        let paid = numbers(&costs, "cost");
        let old = numbers(&costs, "status_quo");
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

fn numbers(table: &Table, name: &str) -> Vec<Option<f64>> {
    let column = table.columns.iter().find(|column| column.name == name);
    match column.map(|column| &column.values) {
        Some(Values::Number(values)) => values.clone(),
        _ => vec![None; table.len()],
    }
}
