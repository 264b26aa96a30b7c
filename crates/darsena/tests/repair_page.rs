//! The repair sections of the page of the real scenario say what the answer to `repair` says.

use std::path::PathBuf;

use darsena::answer::{Table, Values};
use darsena::brief::{GanttBy, gantt_svg, html};
use darsena::law::{AsOf, Law};
use darsena::milp::Watch;
use darsena::otherwise::Otherwise;
use darsena::plan::Arcs;
use darsena::repair::{RepairOptions, repair};
use darsena::repair_answer::answer;
use darsena::schedule::growth::GrowthOptions;

/// The values of a column, blanks as none.
fn numbers(table: &Table, name: &str) -> Vec<Option<f64>> {
    let column = table.columns.iter().find(|column| column.name == name);
    let column = column.unwrap_or_else(|| panic!("`{}` has no column `{name}`", table.name));
    match &column.values {
        Values::Number(values) => values.clone(),
        Values::Whole(values) => values
            .iter()
            .map(|value| value.map(|value| value as f64))
            .collect(),
        _ => panic!("`{name}` holds no numbers"),
    }
}

/// The cells of a column as text.
fn words(table: &Table, name: &str) -> Vec<String> {
    let column = table.columns.iter().find(|column| column.name == name);
    let column = column.unwrap_or_else(|| panic!("`{}` has no column `{name}`", table.name));
    (0..table.len()).map(|n| column.values.text(n)).collect()
}

fn sum(values: &[Option<f64>]) -> f64 {
    values.iter().flatten().sum()
}

#[test]
fn the_page_says_what_the_answer_says() {
    let folder = PathBuf::from("../../scenarios/us-japan-2024");
    let scenario = darsena::scenario::load(&folder)
        .expect("it can be read")
        .scenario
        .expect("it is sound");
    let law = Law::embedded();
    let options = RepairOptions {
        search: darsena::schedule::Options {
            rounds: 1,
            ..Default::default()
        },
        growth: GrowthOptions { seed: 1, draws: 50 },
        ..RepairOptions::default()
    };
    let as_of = AsOf::Known(scenario.head().law_as_of);
    let asked = Some((&law, Otherwise::default().reading(as_of)));
    let repaired =
        repair(&scenario, asked, &options, &|| false, &mut |_, _| {}).expect("there is a schedule");
    let answer = answer(&scenario, &repaired, None);
    let table = |name: &str| {
        answer
            .table(name)
            .unwrap_or_else(|| panic!("table `{name}`"))
    };
    // The plan is of no account here.
    let few = darsena::plan::Options {
        prices: false,
        reasons: darsena::plan::Reasons::None,
        ..darsena::plan::Options::default()
    };
    let plan = darsena::plan::plan(
        &scenario,
        &Arcs::open(&scenario),
        &few,
        &mut Watch::nobody(),
    )
    .expect("there is a plan");
    let page = html(
        &scenario,
        &plan,
        &darsena::brief::Options {
            repair: Some(repaired.page()),
            ..Default::default()
        },
    );

    let jobs = table("jobs");
    let home = |what: &str| {
        let freed = table("freed");
        let rows = words(freed, "what")
            .into_iter()
            .zip(words(freed, "home"))
            .zip(numbers(freed, "freed"));
        rows.filter(|((kind, home), _)| kind == what && home == "yes")
            .filter_map(|(_, freed)| freed)
            .sum::<f64>()
    };
    let (objective, bound, gap) = answer.head.objective.expect("a schedule has a cost");
    let said = |value: f64, table: &str, row: &str, column: &str| {
        let tag = format!("data-table=\"{table}\" data-row=\"{row}\" data-column=\"{column}\"");
        let found = page.split("<data value=\"").skip(1).find(|part| {
            part.split('>')
                .next()
                .is_some_and(|start| start.contains(&tag))
        });
        let found = found.unwrap_or_else(|| panic!("{tag} is on the page"));
        let told: f64 = found
            .split('"')
            .next()
            .and_then(|text| text.parse().ok())
            .expect("a number");
        assert!(
            (told - value).abs() <= 1e-9 * value.abs().max(1.0),
            "{tag}: the page {told}, the answer {value}"
        );
    };
    said(
        sum(&numbers(jobs, "days_not_ready")),
        "repair.jobs",
        "*",
        "days_not_ready",
    );
    said(
        sum(&numbers(jobs, "days_late")),
        "repair.jobs",
        "*",
        "days_late",
    );
    said(
        sum(&numbers(table("regained"), "days_regained")).abs(),
        "repair.regained",
        "*",
        "days_regained",
    );
    said(
        home("dock").abs(),
        "repair.freed",
        "what=dock;home=true",
        "freed",
    );
    said(
        home("resource").abs(),
        "repair.freed",
        "what=resource;home=true",
        "freed",
    );
    said(objective, "repair.costs", "all", "cost");
    said(bound, "repair.head", "*", "bound");
    said(gap, "repair.head", "*", "gap");
    for (n, name) in words(table("growth"), "schedule").iter().enumerate() {
        said(
            numbers(table("growth"), "on_time")[n].expect("a share"),
            "repair.growth",
            name,
            "on_time",
        );
    }
    // Loads: sums over the months of each dock and trade.
    for (name, key, column, bound) in [
        ("docks", "dock", "days_taken", "repair.docks"),
        ("resources", "resource", "used", "repair.resources"),
    ] {
        let loads = table(name);
        let (ids, used) = (words(loads, key), numbers(loads, column));
        for id in &ids {
            let total: f64 = ids
                .iter()
                .zip(&used)
                .filter(|(other, _)| *other == id)
                .filter_map(|(_, used)| *used)
                .sum();
            said(total, bound, &format!("{key}={id}"), column);
        }
    }
    // Every task of the schedule is drawn and told; promises stand with their job.
    let drawing = gantt_svg(&scenario, &repaired.page(), GanttBy::Ship);
    for task in words(table("schedule"), "task") {
        let row = format!("data-table=\"repair.schedule\" data-row=\"{task}\"");
        assert!(page.contains(&row) && drawing.contains(&row), "{task}");
    }
    for (job, day) in words(jobs, "job")
        .iter()
        .zip(words(jobs, "back_p80"))
        .filter(|(_, day)| !day.is_empty())
    {
        let told = page
            .split(&format!(
                "<tr data-table=\"repair.jobs\" data-row=\"{job}\""
            ))
            .nth(1)
            .and_then(|rest| rest.split("</tr>").next());
        assert!(
            told.is_some_and(|row| row.contains(&format!("datetime=\"{day}\""))),
            "{job}: {day}"
        );
    }
}
