//! The numbers on the page of the real scenario are those of the product: `expected/answers.csv` beside its tables says what comes of which
//! change, and which words of the page rest on it.
//!
//! Run with `DARSENA_BLESS=1` to write down what is measured now, and then mend the page.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{env, fs};

use darsena::law::{AsOf, Law};
use darsena::milp::Watch;
use darsena::plan::{Options, Plan, Reasons};
use darsena::scenario::{Scenario, read_memory};
use darsena::{checked_plan, permitted};

type Files = BTreeMap<String, Vec<u8>>;

/// A row of a table by column.
type Row = BTreeMap<String, String>;

fn here() -> PathBuf {
    PathBuf::from("../../scenarios/us-japan-2024")
}

fn tables() -> Files {
    let entries = fs::read_dir(here()).expect("the scenario is there");
    entries
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.expect("names are plain").to_string();
            (name, fs::read(&path).expect("it can be read"))
        })
        .collect()
}

/// Changes every row of a table; rows for which `change` is false are taken out.
fn edit(files: &mut Files, table: &str, change: impl Fn(&mut Row) -> bool) {
    let bytes = files
        .get_mut(&format!("{table}.csv"))
        .expect("there is such a table");
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let names = reader.headers().expect("a header").clone();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&names).expect("memory takes it");
    let mut changed = false;
    for record in reader.records() {
        let record = record.expect("a row");
        let cells = names.iter().map(str::to_string);
        let before: Row = cells.zip(record.iter().map(str::to_string)).collect();
        let mut row = before.clone();
        let kept = change(&mut row);
        changed |= !kept || row != before;
        if kept {
            writer
                .write_record(names.iter().map(|name| &row[name]))
                .expect("memory takes it");
        }
    }
    assert!(changed, "nothing of `{table}` is changed");
    *bytes = writer.into_inner().expect("memory takes it");
}

fn scale(files: &mut Files, resource: &str, factor: f64) {
    edit(files, "capacity", |row| {
        if row["resource"] == resource {
            for column in ["capacity", "ramp_to"] {
                if let Ok(value) = row[column].parse::<f64>() {
                    row.insert(column.into(), (value * factor).to_string());
                }
            }
        }
        true
    });
}

/// The tables with one change, named as in the table of answers.
fn changed(change: &str) -> Files {
    let mut files = tables();
    let drop = |files: &mut Files, table, column: &'static str, id: &'static str| {
        edit(files, table, |row| !row[column].starts_with(id));
    };
    match change {
        "none" => {}
        law if law.starts_with("law of ") => {}
        "seeker plant a year later" => edit(&mut files, "capacity", |row| {
            for column in ["from", "until"] {
                if row["resource"] == "seeker-line" && row[column] == "2027-01-01" {
                    row.insert(column.into(), "2028-01-01".into());
                }
            }
            true
        }),
        "10 percent more seekers" => scale(&mut files, "seeker-line", 1.1),
        "15 percent fewer seekers" => scale(&mut files, "seeker-line", 0.85),
        "10 percent more assembly in camden" => scale(&mut files, "camden-line", 1.1),
        "no new japanese plant" => {
            for table in ["recipes", "recipe_inputs"] {
                drop(&mut files, table, "recipe", "pac3-komaki-new");
            }
            for table in ["resources", "capacity"] {
                drop(&mut files, table, "resource", "komaki-new-line");
            }
        }
        "japan's extra ranked 3" => edit(&mut files, "demands", |row| {
            if row["demand"].starts_with("pac3-japan-more") {
                row.insert("priority".into(), "3".into());
            }
            true
        }),
        "no missiles for ukraine" => drop(&mut files, "demands", "demand", "pac3-ukraine"),
        "only named customers" => drop(&mut files, "demands", "demand", "pac3-unnamed"),
        "no priorities" => edit(&mut files, "priorities", |_| false),
        "no priority for ukraine" => drop(&mut files, "priorities", "party", "ua"),
        other => panic!("no change is called `{other}`"),
    }
    files
}

/// `on time`, `delivered`, `months late`, `first`, `last` or `by DAY`, of the demands whose ids begin with one of the words after `:`.
fn measure(scenario: &Scenario, plan: &Plan, measure: &str) -> String {
    let (what, ids) = measure.split_once(": ").expect("a measure and ids");
    let of = |demand: usize| {
        let id = scenario.demands()[demand].demand.as_str();
        ids.split(' ').any(|start| id.starts_with(start))
    };
    let answers: Vec<_> = plan.demands.iter().filter(|a| of(a.demand)).collect();
    let rounded = |x: f64| ((x * 10.0).round() / 10.0 + 0.0).to_string();
    let day = |t: usize| scenario.head().horizon().start_of(t);
    let days = plan
        .deliver
        .iter()
        .filter(|d| of(d.demand) && d.quantity > 1e-6)
        .map(|d| (day(d.period), d.quantity));
    let month = |day: Option<jiff::civil::Date>| {
        day.map_or("never".into(), |day| day.strftime("%B %Y").to_string())
    };
    match what {
        "on time" => rounded(answers.iter().map(|a| a.on_time).sum()),
        "delivered" => rounded(answers.iter().map(|a| a.delivered).sum()),
        "months late" => {
            let wanted: f64 = answers
                .iter()
                .map(|a| scenario.demands()[a.demand].quantity)
                .sum();
            rounded(answers.iter().map(|a| a.late_unit_periods).sum::<f64>() / wanted)
        }
        "first" => month(days.map(|d| d.0).min()),
        "last" => month(days.map(|d| d.0).max()),
        by => {
            let until: jiff::civil::Date = by
                .strip_prefix("before ")
                .and_then(|day| day.parse().ok())
                .unwrap_or_else(|| panic!("no measure is called `{by}`"));
            rounded(days.filter(|d| d.0 < until).map(|d| d.1).sum())
        }
    }
}

#[test]
fn the_page_says_what_the_product_answers() {
    let page = fs::read_to_string(here().join("README.md")).expect("the page is there");
    let place = here().join("expected/answers.csv");
    let mut reader = csv::Reader::from_path(&place).expect("it is there");
    let header = reader.headers().expect("a header").clone();
    assert_eq!(header, vec!["change", "measure", "value", "page"]);
    let rows: Vec<csv::StringRecord> = reader
        .records()
        .map(|row| row.expect("four cells"))
        .collect();
    let mut plans: BTreeMap<String, (Scenario, Plan)> = BTreeMap::new();
    let law = Law::embedded();
    let options = Options {
        reasons: Reasons::None,
        prices: false,
        ..Options::default()
    };
    let (mut wrong, mut fresh) = (Vec::new(), csv::Writer::from_writer(Vec::new()));
    fresh.write_record(&header).expect("memory takes it");
    for row in &rows {
        let (scenario, plan) = plans.entry(row[0].to_string()).or_insert_with(|| {
            let checked = read_memory(&changed(&row[0])).check();
            let scenario = checked.scenario.expect("a change leaves it sound");
            // The command plans under the law the scenario knows, `--law` under that of another day.
            let as_of = match row[0].strip_prefix("law of ") {
                Some(day) => AsOf::Fixed(day.parse().expect("a day")),
                None => AsOf::Known(scenario.head().law_as_of),
            };
            let arcs = permitted(&scenario, &law, as_of, 2);
            let plan = checked_plan(&scenario, &arcs, &options, &mut Watch::nobody());
            (scenario, plan.expect("there is a plan"))
        });
        let value = measure(scenario, plan, &row[1]);
        if value != row[2] {
            wrong.push(format!(
                "{}, {}: {} is now {value}",
                &row[0], &row[1], &row[2]
            ));
        }
        if !page.contains(&row[3]) {
            wrong.push(format!("the page does not say `{}`", &row[3]));
        }
        let now = [&row[0], &row[1], value.as_str(), &row[3]];
        fresh.write_record(now).expect("memory takes it");
    }
    if env::var_os("DARSENA_BLESS").is_some() {
        let bytes = fresh.into_inner().expect("memory takes it");
        fs::write(&place, bytes).expect("it can be written");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The rows of a table as cells by column.
fn rows_of(bytes: &[u8]) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(bytes);
    let names = reader.headers().expect("a header").clone();
    let row = |record: csv::StringRecord| {
        let cells = names.iter().map(str::to_string);
        cells.zip(record.iter().map(str::to_string)).collect()
    };
    { reader.records() }
        .map(|record| row(record.expect("a row")))
        .collect()
}

/// Months of a text, written as `2024-07`, that begin after the day of the freeze; ends told as `before 2025-04` are none.
fn months_after(freeze: jiff::civil::Date, text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let month = |at: usize| {
        let month = text.get(at..at + 7)?;
        let begins: jiff::civil::Date = format!("{month}-01").parse().ok()?;
        let within = at > 0 && bytes[at - 1].is_ascii_digit();
        let ends = text[..at].trim_end().ends_with("before");
        (begins > freeze && !within && !ends).then(|| month.to_string())
    };
    (0..text.len()).filter_map(month).collect()
}

/// What rests on sources printed after the freeze says only what was so before it: a later month in such a figure
/// or row is an estimate of ours, and says so. A figure that somebody announced before the freeze may name later months.
#[test]
fn nothing_that_happened_after_the_freeze_is_used() {
    let files = tables();
    let checked = read_memory(&files).check();
    let scenario = checked.scenario.expect("it is sound");
    let freeze = scenario.head().law_as_of;
    // What was so on the day of the freeze holds from the first day planned.
    let first = scenario.head().start.to_string();
    let late: Vec<String> = rows_of(&files["sources.csv"])
        .into_iter()
        .filter(|row| {
            let date = &row["date"];
            date.len() == 4 && **date > *freeze.year().to_string()
                || !months_after(freeze, date).is_empty()
        })
        .map(|row| row["source"].clone())
        .collect();
    assert!(late.len() > 10, "{late:?}");
    let only_late = |sources: &[&str]| {
        let mut public = sources.iter().filter(|source| **source != "own").peekable();
        public.peek().is_some() && public.all(|source| late.iter().any(|late| late == source))
    };
    let mut wrong = Vec::new();
    let figures = fs::read_to_string(here().join("figures.md")).expect("it is there");
    for line in figures.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, id, what, value, _, period, kind, sources, note, _] = cells.as_slice() else {
            continue;
        };
        let sources: Vec<&str> = sources.split(' ').collect();
        let months = months_after(freeze, &format!("{what} {value} {period} {note}"));
        if *kind != "estimate" && only_late(&sources) && !months.is_empty() {
            wrong.push(format!("figure {id}: {months:?} from {sources:?}"));
        }
        if *kind != "estimate" && note.contains("after the freeze") {
            wrong.push(format!("figure {id}: {note}"));
        }
    }
    for (file, bytes) in files.iter().filter(|(file, _)| file.ends_with(".csv")) {
        for row in rows_of(bytes) {
            let Some(sources) = row.get("source").filter(|_| file != "sources.csv") else {
                continue;
            };
            let sources: Vec<&str> = sources.split(';').collect();
            let cells =
                { row.iter() }.filter(|(column, cell)| *column != "source" && **cell != first);
            let cells: Vec<&str> = cells.map(|(_, cell)| cell.as_str()).collect();
            let months = months_after(freeze, &cells.join(" "));
            if only_late(&sources) && !sources.contains(&"own") && !months.is_empty() {
                wrong.push(format!("{file}: {months:?} from {sources:?}: {cells:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A row that rests on nothing but what we chose says why.
#[test]
fn what_we_chose_ourselves_has_a_note() {
    let mut bare = Vec::new();
    for (file, bytes) in tables().iter().filter(|(file, _)| file.ends_with(".csv")) {
        for row in rows_of(bytes) {
            let own = row
                .get("source")
                .is_some_and(|s| s.split(';').any(|s| s == "own"));
            if file != "sources.csv" && own && row["note"].is_empty() {
                bare.push(format!("{file}: {row:?}"));
            }
        }
    }
    assert!(bare.is_empty(), "{bare:#?}");
}
