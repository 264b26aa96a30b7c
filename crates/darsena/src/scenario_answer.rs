//! `check`, `describe`, `diff`: the scenario itself, as tables.

use darsena_scenario::{
    Checked, Description, Difference, Finding, Package, Scenario, Severity, StepKind, describe,
};
use serde_json::json;

use crate::answer::{Answer, Head, Table};

/// The answer `check`: the findings of a scenario, those that forbid it and warnings alike.
///
/// Beside the tables stands `sound`: whether no finding forbids the scenario. `warnings` says whether warnings are told.
pub fn findings(package: &Package, checked: &Checked, warnings: bool) -> Answer {
    let rows: Vec<&Finding> = checked
        .findings
        .iter()
        .filter(|finding| warnings || finding.severity == Severity::Error)
        .collect();
    let table = Table::new("findings", "a flaw of the tables, and what would be right")
        .text("severity", rows.iter().map(|f| f.severity.as_str()))
        .text("code", rows.iter().map(|f| f.code))
        .text("file", rows.iter().map(|f| f.file.clone()))
        .whole("row", "", rows.iter().map(|f| f.row.map(i64::from)))
        .text(
            "column",
            rows.iter().map(|f| f.column.clone().unwrap_or_default()),
        )
        .text("found", rows.iter().map(|f| f.found.clone()))
        .text("message", rows.iter().map(|f| f.message.clone()))
        .text(
            "help",
            rows.iter().map(|f| f.help.clone().unwrap_or_default()),
        );
    Answer {
        head: head("check", package, checked.scenario.as_ref()),
        tables: vec![table],
        trees: vec![("sound".into(), json!(checked.scenario.is_some()))],
    }
}

/// The answer `describe`: what is in a scenario.
pub fn description(scenario: &Scenario) -> Answer {
    let told = describe(scenario);
    let one = |text: String| [text];
    let path = told.longest_path.as_ref();
    let overview = Table::new("overview", "the scenario as a whole: one row")
        .text("title", one(told.title.clone()))
        .day("start", [told.start])
        .day("until", [told.end])
        .text("period", one(told.period.to_string()))
        .whole("periods", "periods", [i64::from(told.periods)])
        .whole("items_not_wanted", "items", [count(told.items_not_wanted)])
        .whole(
            "longest_days",
            "days",
            [path.map(|path| i64::try_from(path.days).unwrap_or(i64::MAX))],
        )
        .text(
            "longest_item",
            one(path.map_or(String::new(), |p| p.item.to_string())),
        )
        .text(
            "longest_site",
            one(path.map_or(String::new(), |p| p.site.to_string())),
        );
    let mut tables = vec![overview];
    tables.extend(counts(&told));
    tables.push(steps(&told));
    Answer {
        head: Head {
            scenario: told.name.clone(),
            scenario_hash: told.hash.clone(),
            law_as_of: scenario.head().law_as_of.to_string(),
            currency: told.currency.clone(),
            ..blank("describe")
        },
        tables,
        trees: Vec::new(),
    }
}

fn counts(told: &Description) -> Vec<Table> {
    let currency = &told.currency;
    vec![
        Table::new("tables", "a table that has rows")
            .text("table", told.tables.iter().map(|t| t.0.as_str()))
            .whole("rows", "rows", told.tables.iter().map(|t| count(t.1))),
        Table::new("states", "what a state has and wants")
            .text("state", told.states.iter().map(|s| s.state.to_string()))
            .text("name", told.states.iter().map(|s| s.name.clone()))
            .whole("sites", "sites", told.states.iter().map(|s| count(s.sites)))
            .whole(
                "recipes",
                "recipes",
                told.states.iter().map(|s| count(s.recipes)),
            )
            .whole(
                "demands",
                "demands",
                told.states.iter().map(|s| count(s.demands)),
            )
            .number(
                "demanded",
                "units of the items",
                told.states.iter().map(|s| s.demanded),
            ),
        Table::new(
            "echelons",
            "items that are so many recipes away from a demand",
        )
        .whole(
            "recipes_away",
            "recipes",
            (0..told.echelons.len()).map(count),
        )
        .whole(
            "items",
            "items",
            told.echelons.iter().map(|items| count(*items)),
        ),
        Table::new("priorities", "the demands of one priority")
            .whole(
                "priority",
                "",
                told.priorities.iter().map(|p| i64::from(p.priority)),
            )
            .whole(
                "demands",
                "demands",
                told.priorities.iter().map(|p| count(p.demands)),
            )
            .number(
                "demanded",
                "units of the items",
                told.priorities.iter().map(|p| p.demanded),
            )
            .number("value", currency, told.priorities.iter().map(|p| p.value)),
        Table::new("items", "an item that is demanded")
            .text("item", told.items.iter().map(|i| i.item.to_string()))
            .whole(
                "demands",
                "demands",
                told.items.iter().map(|i| count(i.demands)),
            )
            .number(
                "demanded",
                "unit of the item",
                told.items.iter().map(|i| i.demanded),
            )
            .number(
                "in_stock",
                "unit of the item",
                told.items.iter().map(|i| i.in_stock),
            )
            .number(
                "floor",
                "unit of the item",
                told.items.iter().map(|i| i.floor),
            )
            .number(
                "receipts",
                "unit of the item",
                told.items.iter().map(|i| i.receipts),
            ),
        Table::new("resources", "capacity of a resource over the horizon")
            .text(
                "resource",
                told.resources.iter().map(|r| r.resource.to_string()),
            )
            .text("site", told.resources.iter().map(|r| r.site.to_string()))
            .number(
                "capacity",
                "capacity",
                told.resources.iter().map(|r| r.capacity),
            )
            .number(
                "overtime",
                "capacity",
                told.resources.iter().map(|r| r.overtime),
            ),
    ]
}

/// The steps of the longest lead-time path.
fn steps(told: &Description) -> Table {
    let steps = told
        .longest_path
        .as_ref()
        .map_or(&[][..], |path| &path.steps);
    Table::new(
        "longest_path",
        "a step of the slowest way from nothing to a demand, first to last",
    )
    .text(
        "what",
        steps.iter().map(|step| match step.what {
            StepKind::Held => "held",
            StepKind::Made(_) => "made",
            StepKind::Sent(_) => "sent",
        }),
    )
    .text(
        "id",
        steps.iter().map(|step| match &step.what {
            StepKind::Held => String::new(),
            StepKind::Made(recipe) => recipe.to_string(),
            StepKind::Sent(lane) => lane.to_string(),
        }),
    )
    .text("item", steps.iter().map(|step| step.item.to_string()))
    .text("site", steps.iter().map(|step| step.site.to_string()))
    .whole(
        "days",
        "days",
        steps.iter().map(|step| i64::from(step.days)),
    )
}

/// The answer `diff`: rows added, removed and changed from `before` to `after`.
pub fn difference(before: &Package, after: &Package, difference: &Difference) -> Answer {
    let heads = Table::new(
        "head",
        "a value of the descriptor that differs: one side is blank where it has none",
    )
    .text("key", difference.head.iter().map(|c| c.column.clone()))
    .text("before", difference.head.iter().map(|c| c.old.clone()))
    .text("after", difference.head.iter().map(|c| c.new.clone()));
    let of = &difference.tables;
    let tables = Table::new("tables", "a table that differs")
        .text("table", of.iter().map(|t| t.table.as_str()))
        .whole("added", "rows", of.iter().map(|t| count(t.added.len())))
        .whole("removed", "rows", of.iter().map(|t| count(t.removed.len())))
        .whole("changed", "rows", of.iter().map(|t| count(t.changed.len())));
    struct Cell<'a> {
        table: &'static str,
        row: usize,
        change: &'static str,
        key: String,
        column: &'a str,
        before: &'a str,
        after: &'a str,
    }
    let mut cells: Vec<Cell<'_>> = Vec::new();
    for table in of {
        let name = table.table.as_str();
        let mut row = 0;
        for (change, rows) in [("added", &table.added), ("removed", &table.removed)] {
            for text in rows {
                row += 1;
                cells.extend(text.cells.iter().map(|(column, value)| {
                    let (before, after) = match change {
                        "added" => ("", value.as_str()),
                        _ => (value.as_str(), ""),
                    };
                    let key = text.key.join(" ").trim().to_string();
                    Cell {
                        table: name,
                        row,
                        change,
                        key,
                        column,
                        before,
                        after,
                    }
                }));
            }
        }
        for text in &table.changed {
            row += 1;
            cells.extend(text.cells.iter().map(|cell| Cell {
                table: name,
                row,
                change: "changed",
                key: text.key.join(" ").trim().to_string(),
                column: &cell.column,
                before: &cell.old,
                after: &cell.new,
            }));
        }
    }
    let cells = Table::new("cells", "a cell of a row that is added, removed or changed")
        .text("table", cells.iter().map(|c| c.table))
        .whole("row", "", cells.iter().map(|c| count(c.row)))
        .text("change", cells.iter().map(|c| c.change))
        .text("key", cells.iter().map(|c| c.key.clone()))
        .text("column", cells.iter().map(|c| c.column))
        .text("before", cells.iter().map(|c| c.before))
        .text("after", cells.iter().map(|c| c.after));
    let (old, new) = (before.check().scenario, after.check().scenario);
    let mut head = head("diff", after, new.as_ref());
    let hash = old.map_or("with findings".into(), |s| s.hash().to_string());
    head.remarks
        .push(format!("before: {} ({hash})", before.name()));
    Answer {
        head,
        tables: vec![heads, tables, cells],
        trees: Vec::new(),
    }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The head of an answer for which nothing was solved; what is not known of an unsound scenario stays blank.
fn head(question: &str, package: &Package, scenario: Option<&Scenario>) -> Head {
    Head {
        scenario: package.name().to_string(),
        scenario_hash: scenario.map_or(String::new(), |s| s.hash().to_string()),
        law_as_of: package
            .head()
            .map_or(String::new(), |head| head.law_as_of.to_string()),
        currency: package
            .head()
            .map_or(String::new(), |head| head.currency.clone()),
        ..blank(question)
    }
}

/// The head of an answer that rests on no scenario and needs no solver.
pub(crate) fn blank(question: &str) -> Head {
    Head {
        question: question.into(),
        scenario: String::new(),
        scenario_hash: String::new(),
        law_as_of: String::new(),
        law_hash: None,
        solver: None,
        status: "answered".into(),
        objective: None,
        objective_unit: String::new(),
        seconds: None,
        currency: String::new(),
        remarks: Vec::new(),
    }
}
