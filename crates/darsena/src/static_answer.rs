//! The static measures of failures, as tables and on one screen.

use darsena_milp::Status;
use darsena_scenario::Scenario;
use darsena_whatif::{Failure, Static, StaticFate};

use crate::answer::{Answer, Table};
use crate::plan_answer::head_without_plan;
use crate::write::text;

/// The answer `stress --static` of `scenario`.
#[must_use]
pub fn answer(
    scenario: &Scenario,
    failures: &[Failure],
    found: &Static,
    seconds: Option<f64>,
) -> Answer {
    let mut head = head_without_plan("stress --static", scenario, seconds);
    head.status = Status::Optimal.as_str().into();
    if !found.complete {
        head.status = Status::Stopped.as_str().into();
        head.remarks.push(format!(
            "{} of {} failures were looked at; of the others nothing is said",
            found.fates.len(),
            failures.len()
        ));
    }
    head.remarks.push(
        "static: no lead time, no date and no priority; every demand asks for its mean in each period, and stock at hand is all that ties periods together"
            .into(),
    );
    let told = Told {
        scenario,
        failures,
        found,
    };
    let short = told.short();
    if !short.is_empty() {
        head.remarks.push(format!(
            "of {} kinds of demand less is served than asked for even with nothing failed (`--table short`); losses count from what is served",
            short.len()
        ));
    }
    Answer {
        head,
        tables: vec![told.failures(), short],
        trees: Vec::new(),
    }
}

/// The worst failures on one screen.
#[must_use]
pub fn readable(scenario: &Scenario, found: &Static, answer: &Answer) -> String {
    let mut out = format!(
        "failures in `{}` without time: {}, {} looked at\n",
        scenario.head().name,
        answer.head.status,
        found.fates.len()
    );
    for remark in &answer.head.remarks {
        out.push_str(&format!("note: {remark}\n"));
    }
    let mut worst = answer
        .table("failures")
        .expect("the answer has it")
        .only_columns(&["failure", "what", "length", "loss", "units", "survives"]);
    #[allow(clippy::cast_precision_loss)]
    let most = found.steady.periods() as f64;
    let hurts =
        |fate: &StaticFate| fate.measured.loss > 1e-9 || fate.measured.survives < most - 1e-9;
    worst.keep_rows(|n| hurts(&found.fates[n]));
    let silent = found.fates.len() - worst.len();
    if worst.is_empty() {
        out.push_str("\nNo failure costs anything.\n");
    } else {
        out.push_str(
            "\nWhat each failure costs, the worst first, and how long it would cost nothing\n",
        );
        out.push_str(&text(&worst));
        if silent > 0 {
            out.push_str(&format!(
                "\n{silent} other failures cost nothing over the whole horizon: `--table failures`\n"
            ));
        }
    }
    out
}

struct Told<'a> {
    scenario: &'a Scenario,
    failures: &'a [Failure],
    found: &'a Static,
}

impl Told<'_> {
    fn failures(&self) -> Table {
        let rows = &self.found.fates;
        let change = |fate: &StaticFate| &self.failures[fate.failure].change;
        let what = |fate: &StaticFate| {
            let edits = change(fate).edits.iter();
            edits
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("; ")
        };
        let unit = if self.found.steady.is_weighted() {
            self.scenario.head().currency.as_str()
        } else {
            "unit of the item"
        };
        Table::new("failures", "one failure without time, the worst first")
            .whole("rank", "", (1i64..).take(rows.len()))
            .text("failure", rows.iter().map(|fate| change(fate).id.clone()))
            .text("what", rows.iter().map(what))
            .number("length", "periods", rows.iter().map(|fate| fate.length))
            .number("loss", unit, rows.iter().map(|fate| fate.measured.loss))
            .number(
                "units",
                "unit of the item",
                rows.iter().map(|fate| fate.measured.units),
            )
            .number(
                "survives",
                "periods",
                rows.iter().map(|fate| fate.measured.survives),
            )
    }

    fn short(&self) -> Table {
        let demands = self.scenario.demands();
        let rows: Vec<_> = self.found.steady.short().collect();
        let first = |row: &(&[usize], f64, f64)| &demands[row.0[0]];
        Table::new(
            "short",
            "demands alike of which less is served than asked for even with nothing failed",
        )
        .text(
            "demand",
            rows.iter().map(|row| first(row).demand.to_string()),
        )
        .text("party", rows.iter().map(|row| first(row).party.to_string()))
        .text("item", rows.iter().map(|row| first(row).item.to_string()))
        .number("asked", "units per period", rows.iter().map(|row| row.1))
        .number("served", "units per period", rows.iter().map(|row| row.2))
    }
}
