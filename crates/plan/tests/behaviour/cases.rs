//! Small cases worked out by hand, a folder each in `cases/`: tables, a README with the arithmetic,
//! and `expected.csv` with one expected thing a row.
//!
//! | what | which | value |
//! |---|---|---|
//! | `status`, `error` | | of the plan, or why there is none |
//! | `level` | `floors`, `share-1`, `late-1`, `cost` ... | what the stage comes to |
//! | `delivered`, `on-time`, `late`, `unmet` | demand | units, or unit-periods for `late` |
//! | `runs` | recipe | over the horizon |
//! | `shipped`, `overtime` | lane, resource | over the horizon |
//! | `shortfall`, `drawn` | site item | over the horizon |
//! | `capacity` | resource date | regular capacity of the period that starts then |
//! | `open` | recipe | whether the line opens |
//! | `reason` | demand cause | gain in unit-periods; blank: any |
//! | `no-reason` | demand cause | |
//! | `price` | thing date measure | per unit, in `money`, `deliveries` or `late` |
//!
//! The run is the objective, with `whole`, `fair` or `unconfirmed` after it.

use std::fs;
use std::path::{Path, PathBuf};

use darsena_plan::{Cause, Measure, Plan, Price, Priced};
use darsena_scenario::{Objective, Scenario, load};

use crate::tables::{asked, planned, sound};

#[test]
fn cases_come_out_as_worked_by_hand() {
    let mut folders: Vec<PathBuf> = fs::read_dir(PathBuf::from("cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("expected.csv").is_file())
        .collect();
    folders.sort();
    assert!(!folders.is_empty());
    let wrong: Vec<String> = folders
        .iter()
        .flat_map(|folder| differences(folder))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One row of `expected.csv`.
struct Expected<'a> {
    what: &'a str,
    which: &'a str,
    value: &'a str,
}

/// Everything in which the plans of a case differ from what is expected.
fn differences(folder: &Path) -> Vec<String> {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    assert!(
        folder.join("README.md").is_file(),
        "{name} is not worked out"
    );
    let text = fs::read_to_string(folder.join("expected.csv")).unwrap();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect())
        .collect();
    assert!(
        rows.iter().all(|row| row.len() == 4),
        "{name}: four cells a row"
    );
    let mut runs: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    runs.dedup();
    let scenario = sound(load(folder).unwrap());
    let mut wrong = Vec::new();
    for run in runs {
        let of_run = rows.iter().filter(|row| row[0] == run);
        let expected: Vec<Expected<'_>> = of_run
            .map(|row| Expected {
                what: row[1],
                which: row[2],
                value: row[3],
            })
            .collect();
        for difference in differences_of_run(&scenario, run, &expected) {
            wrong.push(format!("{name}: {run}: {difference}"));
        }
    }
    wrong
}

fn differences_of_run(scenario: &Scenario, run: &str, expected: &[Expected<'_>]) -> Vec<String> {
    let objective = if run.starts_with("weighted") {
        Objective::Weighted
    } else {
        Objective::Lexicographic
    };
    let mut options = asked(objective);
    options.whole = run.contains("whole");
    options.include_unconfirmed = run.contains("unconfirmed");
    options.fair = run.contains("fair");
    let plan = match planned(scenario, &options) {
        Ok(plan) => plan,
        Err(error) => {
            let said = error.to_string();
            let foreseen = expected
                .iter()
                .any(|e| e.what == "error" && !e.value.is_empty());
            return if foreseen { vec![] } else { vec![said] };
        }
    };
    let mut wrong = Vec::new();
    for Expected { what, which, value } in expected {
        let found = found(scenario, &plan, what, which);
        let as_expected = match (&found, value.parse::<f64>()) {
            (Some(found), _) if value.is_empty() => !found.is_empty(),
            (Some(found), Ok(number)) => found
                .parse::<f64>()
                .is_ok_and(|found| (found - number).abs() <= 1e-6 * number.abs().max(1.0)),
            (Some(found), Err(_)) => found == value,
            (None, _) => *what == "no-reason",
        };
        if !as_expected {
            let found = found.unwrap_or_else(|| "none".into());
            wrong.push(format!("{what} {which}: expected {value}, found {found}"));
            if what.ends_with("reason") {
                let demand = demand(scenario, which.split(' ').next().unwrap());
                wrong.extend(plan.demands[demand].reasons.iter().map(|r| {
                    format!(
                        "    {} {}",
                        cause(scenario, &plan, &r.cause),
                        r.gain_unit_periods
                    )
                }));
            }
        }
    }
    wrong
}

/// What the plan has for a row of `expected.csv`, as text; none where it has nothing.
fn found(scenario: &Scenario, plan: &Plan, what: &str, which: &str) -> Option<String> {
    let words: Vec<&str> = which.split(' ').collect();
    let answer = || &plan.demands[demand(scenario, which)];
    let number = match what {
        "status" => return Some(plan.status.as_str().into()),
        "level" => {
            plan.levels
                .iter()
                .find(|l| measure(l.measure) == which)?
                .value
        }
        "delivered" => answer().delivered,
        "on-time" => answer().on_time,
        "late" => answer().late_unit_periods,
        "unmet" => answer().unmet,
        "runs" => {
            let own = plan
                .make
                .iter()
                .filter(|m| scenario.recipes()[m.recipe].recipe.as_str() == which);
            own.map(|m| m.runs).sum()
        }
        "shipped" => {
            let own = plan
                .ship
                .iter()
                .filter(|s| scenario.lanes()[s.lane].lane.as_str() == which);
            own.map(|s| s.quantity).sum()
        }
        "overtime" => {
            let own = plan
                .overtime
                .iter()
                .filter(|o| scenario.resources()[o.resource].resource.as_str() == which);
            own.map(|o| o.quantity).sum()
        }
        "shortfall" => plan
            .shortfall
            .iter()
            .filter(|s| place(scenario, s.site, s.item) == which)
            .map(|s| s.quantity)
            .sum(),
        "drawn" => plan
            .draw
            .iter()
            .filter(|d| place(scenario, d.site, d.item) == which)
            .map(|d| d.quantity)
            .sum(),
        "capacity" => {
            let own = plan.utilisation.iter().find(|u| {
                scenario.resources()[u.resource].resource.as_str() == words[0]
                    && day(scenario, u.period) == words[1]
            });
            own?.capacity
        }
        "open" => {
            let line = plan
                .lines
                .iter()
                .find(|l| scenario.recipes()[l.recipe].recipe.as_str() == which)?;
            return Some(if line.open { "yes" } else { "no" }.into());
        }
        "reason" | "no-reason" => {
            let reasons = &plan.demands[demand(scenario, words[0])].reasons;
            reasons
                .iter()
                .find(|r| cause(scenario, plan, &r.cause) == words[1..].join(" "))?
                .gain_unit_periods
        }
        "price" => {
            let thing = words[..words.len() - 2].join(" ");
            let date = words[words.len() - 2];
            let price = plan
                .prices
                .iter()
                .find(|p| priced(scenario, plan, p) == thing && day(scenario, p.period) == date)?;
            match words[words.len() - 1] {
                "money" => price.money,
                "deliveries" => price.deliveries?,
                "late" => price.late_unit_periods?,
                other => panic!("a price in {other}"),
            }
        }
        other => panic!("nothing is known of `{other}`"),
    };
    if what == "no-reason" {
        return Some(format!("a gain of {number}"));
    }
    Some(number.to_string())
}

fn demand(scenario: &Scenario, id: &str) -> usize {
    scenario
        .demands()
        .iter()
        .position(|d| d.demand.as_str() == id)
        .expect("a demand of the case")
}

fn day(scenario: &Scenario, period: usize) -> String {
    scenario.head().horizon().start_of(period).to_string()
}

fn place(scenario: &Scenario, site: usize, item: usize) -> String {
    format!(
        "{} {}",
        scenario.sites()[site].site,
        scenario.items()[item].item
    )
}

fn measure(measure: Measure) -> String {
    match measure {
        Measure::Floors => "floors".into(),
        Measure::Late { priority } => format!("late-{priority}"),
        Measure::Share { priority } => format!("share-{priority}"),
        Measure::Cost => "cost".into(),
        other => format!("{other:?}"),
    }
}

fn priced(scenario: &Scenario, plan: &Plan, price: &Price) -> String {
    match price.what {
        Priced::Capacity(q) => format!("capacity {}", scenario.resources()[q].resource),
        Priced::Material(site, kind) => {
            let kind = &plan.kinds[kind];
            let made_in: String = kind
                .states
                .iter()
                .map(|state| format!(" {state}"))
                .collect();
            format!("material {}{made_in}", place(scenario, site, kind.item))
        }
        Priced::Ceiling(c) => format!("ceiling {}", plan.ceilings[c]),
        Priced::Lane(l) => format!("lane {}", scenario.lanes()[l].lane),
    }
}

fn cause(scenario: &Scenario, plan: &Plan, cause: &Cause) -> String {
    match *cause {
        Cause::Capacity { resource } => {
            format!("capacity {}", scenario.resources()[resource].resource)
        }
        Cause::Material { item } => format!("material {}", scenario.items()[item].item),
        Cause::LeadTime { recipe } => format!("lead-time {}", scenario.recipes()[recipe].recipe),
        Cause::Transit { lane } => format!("transit {}", scenario.lanes()[lane].lane),
        Cause::Lane { lane } => format!("lane {}", scenario.lanes()[lane].lane),
        Cause::LaneDates { lane } => format!("lane-dates {}", scenario.lanes()[lane].lane),
        Cause::RecipeDates { recipe } => {
            format!("recipe-dates {}", scenario.recipes()[recipe].recipe)
        }
        Cause::LineShut { recipe } => format!("line-shut {}", scenario.recipes()[recipe].recipe),
        Cause::Priority { party } => format!("priority {}", scenario.parties()[party].party),
        Cause::Floor { site, item } => format!("floor {}", place(scenario, site, item)),
        Cause::MadeIn => "made-in".into(),
        Cause::Untried => "untried".into(),
        Cause::Law { obstacle } => format!("law {}", plan.obstacles[obstacle].0),
        Cause::Ceiling { ceiling } => format!("ceiling {}", plan.ceilings[ceiling]),
        Cause::Cost => "cost".into(),
        Cause::Several => "several".into(),
        ref other => format!("{other:?}"),
    }
}
