//! Write then read gives the same scenario, in all three formats; the order of rows and columns and the
//! spelling of numbers say nothing.

use std::collections::BTreeMap;

use darsena_scenario::{Package, Severity, WriteOptions, diff, read_memory, read_workbook};
use proptest::prelude::*;

type Files = BTreeMap<String, Vec<u8>>;

/// One item, its recipe, stock and demand, with cells people might write.
#[derive(Debug, Clone)]
struct Line {
    value: f64,
    lead: u32,
    stock: f64,
    week: u8,
    wanted: f64,
    priority: u32,
    firm: bool,
    note: String,
}

prop_compose! {
    fn line()(
        value in prop_oneof![0.0..1e6, Just(0.1 + 0.2), Just(1e12), Just(1e-9)],
        lead in 0_u32..60,
        stock in 0.0..1e4,
        week in 0_u8..12,
        wanted in 0.5..1e4,
        priority in 1_u32..5,
        firm in any::<bool>(),
        note in prop_oneof![
            "[ -~]{0,30}",
            "[\\PC\n\r\t\"',;]{0,20}",
            Just("=1+1".to_string()), Just("_x0041_".to_string()), Just("1e5".to_string()),
            Just("2024-04".to_string()), Just("yes".to_string()), Just("東京 ドック".to_string()),
        ],
    ) -> Line {
        Line { value, lead, stock, week, wanted, priority, firm, note }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// The files of a scenario; `plain` numbers are spelled as short as they can be.
fn files(lines: &[Line], plain: bool) -> Files {
    let number = |value: f64| {
        if plain {
            value.to_string()
        } else {
            format!("{value:e}")
        }
    };
    let mut tables: BTreeMap<&str, String> = BTreeMap::from([
        (
            "parties",
            "party,name,kind,state\nus,US,state,us\njp,日本,state,jp\n".into(),
        ),
        (
            "sites",
            "site,name,state,latitude,longitude\nworks,Works,us,-34.5,100\n".into(),
        ),
        (
            "items",
            "item,name,value,holding_cost,origins,note\n".into(),
        ),
        (
            "recipes",
            "recipe,site,item,lead_time_days,cost,from\n".into(),
        ),
        ("stockpiles", "site,item,quantity,made_in\n".into()),
        ("receipts", "site,item,date,quantity,firm\n".into()),
        (
            "demands",
            "demand,party,site,item,due,quantity,priority,made_in\n".into(),
        ),
    ]);
    let mut add = |table: &str, row: String| {
        let text = tables.get_mut(table).expect("it is listed");
        text.push_str(&row);
        text.push('\n');
    };
    for (n, line) in lines.iter().enumerate() {
        let day = jiff::civil::date(2024, 7, 1)
            .saturating_add(jiff::Span::new().days(7 * i64::from(line.week)));
        let value = number(line.value);
        let origins = ["", "us", "jp;us", "us;jp"][n % 4];
        add(
            "items",
            format!(
                "item-{n},{},{value},{},{origins},{}",
                quoted(&format!("Item {n}")),
                if plain { "" } else { "0.0" },
                quoted(&line.note)
            ),
        );
        add(
            "recipes",
            format!(
                "make-{n},works,item-{n},{},{},{}",
                line.lead,
                number(line.stock),
                if n % 2 == 0 { "2024-07-08" } else { "" }
            ),
        );
        add(
            "stockpiles",
            format!("works,item-{n},{},us", number(line.stock)),
        );
        add(
            "receipts",
            format!(
                "works,item-{n},{day},{},{}",
                number(line.wanted),
                if line.firm { "yes" } else { "no" }
            ),
        );
        add(
            "demands",
            format!(
                "want-{n},jp,works,item-{n},{day},{},{},us;jp",
                number(line.wanted),
                line.priority
            ),
        );
    }
    let listed: Vec<String> = tables
        .keys()
        .map(|name| format!(r#"{{ "name": "{name}", "path": "{name}.csv" }}"#))
        .collect();
    let descriptor = format!(
        r#"{{ "name": "made", "title": "Made, \"quoted\" 東京", "licenses": [{{ "name": "CC0-1.0" }}], "version": "1.0",
            "darsena": {{ "format": 1, "start": "2024-07-01", "period": "week", "periods": 12, "currency": "USD",
            "law_as_of": "2024-07-01", "objective": "weighted" }}, "resources": [{}] }}"#,
        listed.join(", ")
    );
    let mut files: Files = tables
        .into_iter()
        .map(|(name, text)| (format!("{name}.csv"), text.into_bytes()))
        .collect();
    files.insert("datapackage.json".into(), descriptor.into_bytes());
    files
}

fn hash(package: &Package) -> String {
    let checked = package.check();
    let errors: Vec<_> = checked
        .findings
        .iter()
        .filter(|f| f.severity == Severity::Error)
        .collect();
    checked
        .scenario
        .unwrap_or_else(|| panic!("{errors:#?}"))
        .hash()
        .to_string()
}

/// The same tables with their rows and columns in another order.
fn shuffled(files: &Files, seed: usize) -> Files {
    let mut files = files.clone();
    for (name, bytes) in &mut files {
        if name.ends_with(".csv") {
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .from_reader(bytes.as_slice());
            let mut rows: Vec<Vec<String>> = reader
                .records()
                .map(|row| {
                    row.expect("rows are even")
                        .iter()
                        .map(str::to_string)
                        .collect()
                })
                .collect();
            let count = rows.len() - 1;
            if count > 0 {
                rows[1..].rotate_left(seed % count);
                rows[1..].reverse();
            }
            let width = rows[0].len();
            rows.iter_mut()
                .for_each(|row| row.rotate_left(seed % width));
            let mut writer = csv::Writer::from_writer(Vec::new());
            rows.iter()
                .for_each(|row| writer.write_record(row).expect("memory takes it"));
            *bytes = writer.into_inner().expect("memory takes it");
        }
    }
    files
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn nothing_is_lost(lines in prop::collection::vec(line(), 1..8), seed in 0_usize..100) {
        let package = read_memory(&files(&lines, true));
        let expected = hash(&package);

        let folder = package.to_files(&WriteOptions::default()).expect("it can be written");
        let again = read_memory(&folder);
        prop_assert_eq!(hash(&again), expected.clone());
        prop_assert!(diff(&package, &again).is_empty(), "{}", diff(&package, &again));
        prop_assert_eq!(again.to_files(&WriteOptions::default()).expect("as before"), folder);

        let parquet = WriteOptions { parquet_from_rows: Some(0), ..WriteOptions::default() };
        let columns = package.to_files(&parquet).expect("it can be written");
        let again = read_memory(&columns);
        prop_assert_eq!(hash(&again), expected.clone());
        prop_assert!(diff(&package, &again).is_empty(), "{}", diff(&package, &again));

        let book = package.to_workbook().expect("it can be written");
        prop_assert_eq!(&package.to_workbook().expect("as before"), &book);
        let again = read_workbook("book.xlsx", &book);
        prop_assert_eq!(hash(&again), expected.clone());
        prop_assert!(diff(&package, &again).is_empty(), "{}", diff(&package, &again));

        let other = read_memory(&shuffled(&files(&lines, false), seed));
        prop_assert_eq!(hash(&other), expected);
        prop_assert!(diff(&package, &other).is_empty(), "{}", diff(&package, &other));
    }
}

#[test]
fn the_starter_survives_every_format() {
    let package = read_memory(&darsena_scenario::starter());
    let expected = hash(&package);
    for rows in [None, Some(0), Some(3)] {
        let options = WriteOptions {
            parquet_from_rows: rows,
            ..WriteOptions::default()
        };
        assert_eq!(
            hash(&read_memory(&package.to_files(&options).expect("sound"))),
            expected
        );
    }
    let book = read_workbook("book.xlsx", &package.to_workbook().expect("sound"));
    assert_eq!(hash(&book), expected);
    let back = read_memory(&book.to_files(&WriteOptions::default()).expect("sound"));
    assert_eq!(hash(&back), expected);
    assert!(
        diff(&package, &back).is_empty(),
        "{}",
        diff(&package, &back)
    );
}

#[test]
fn a_difference_names_rows_and_cells() {
    let old = darsena_scenario::starter();
    let mut new = old.clone();
    let edit = |files: &mut Files, file: &str, from: &str, to: &str| {
        let text = String::from_utf8(files[file].clone()).expect("it is text");
        assert!(text.contains(from), "{file} has {from}");
        files.insert(file.into(), text.replacen(from, to, 1).into_bytes());
    };
    edit(
        &mut new,
        "datapackage.json",
        "\"periods\": 24",
        "\"periods\": 36",
    );
    edit(&mut new, "items.csv", "700000,1500", "700000.0,1600");
    edit(
        &mut new,
        "lanes.csv",
        "works-port,north-works,north-port,,3,1000,,,,example,Blank item: carries any\n",
        "",
    );
    edit(&mut new, "receipts.csv", "2025-02-15,8", "2025-02-15,9");
    edit(
        &mut new,
        "parties.csv",
        "south-air,",
        "south-sea,Navy of Southland,force,south,example,\nsouth-air,",
    );
    let difference = diff(&read_memory(&old), &read_memory(&new));
    assert_eq!(
        difference.to_string(),
        "\
darsena.periods: 24 -> 36
parties: 1 added, 0 removed, 0 changed
  + party south-sea, name Navy of Southland, kind force, state south, source example
items: 0 added, 0 removed, 1 changed
  ~ seeker
      holding_cost: 1500 -> 1600
lanes: 0 added, 1 removed, 0 changed
  - lane works-port, from_site north-works, to_site north-port, transit_days 3, cost 1000, source example, note Blank item: carries any
receipts: 1 added, 1 removed, 0 changed
  + site north-works, item seeker, date 2025-02-15, quantity 9, made_in north, source example, note Work in progress arrives by itself
  - site north-works, item seeker, date 2025-02-15, quantity 8, made_in north, source example, note Work in progress arrives by itself
"
    );
    assert!(diff(&read_memory(&new), &read_memory(&new)).is_empty());
}

#[test]
fn what_is_said_of_a_table_goes_through_a_workbook() {
    let mut all = files(&[], true);
    let descriptor = String::from_utf8(all["datapackage.json"].clone()).expect("text");
    let more =
        r#""name": "items", "title": "What is made", "x-owner": { "office": "planning" }, "path""#;
    let descriptor = descriptor.replacen(r#""name": "items", "path""#, more, 1);
    all.insert("datapackage.json".into(), descriptor.into_bytes());
    let package = read_memory(&all);
    let folder = package
        .to_files(&WriteOptions::default())
        .expect("it can be written");
    let book = package.to_workbook().expect("it can be written");
    let again = read_workbook("book.xlsx", &book);
    let back = again
        .to_files(&WriteOptions::default())
        .expect("it can be written");
    let resources = |files: &Files| {
        let all: serde_json::Value =
            serde_json::from_slice(&files["datapackage.json"]).expect("JSON");
        all["resources"].clone()
    };
    assert_eq!(resources(&back), resources(&folder));
    let items = &resources(&back)[2];
    assert_eq!(items["title"], "What is made");
    assert_eq!(items["x-owner"]["office"], "planning");
}
