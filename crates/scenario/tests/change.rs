//! Changes of a scenario: what is edited is what a file with that cell would say, and nothing else moves.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use darsena_scenario::{
    Change, ClosureWhat, Edit, Scenario, Severity, Span, TableName, read_memory,
};
use jiff::civil::{Date, date};
use proptest::prelude::*;

fn files() -> BTreeMap<String, Vec<u8>> {
    let folder = std::fs::read_dir(PathBuf::from("tests/base")).unwrap();
    folder
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect()
}

fn scenario() -> Scenario {
    sound(&files())
}

fn sound(files: &BTreeMap<String, Vec<u8>>) -> Scenario {
    let checked = read_memory(files).check();
    let errors = checked.findings.iter();
    let errors: Vec<_> = { errors }
        .filter(|finding| finding.severity == Severity::Error)
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    checked.scenario.unwrap()
}

fn set(table: TableName, id: &str, column: &str, value: &str, span: Span) -> Edit {
    Edit::Set {
        table,
        id: id.into(),
        column: column.into(),
        value: value.into(),
        span,
    }
}

fn out(table: TableName, id: &str, span: Span) -> Edit {
    Edit::Out {
        table,
        id: id.into(),
        span,
    }
}

#[test]
fn an_edited_cell_is_as_if_the_file_said_so() {
    for (file, table, id, column, was, value) in [
        (
            "recipes.csv",
            TableName::Recipes,
            "make-seeker",
            "lead_time_days",
            ",14,",
            "28",
        ),
        (
            "recipes.csv",
            TableName::Recipes,
            "make-rocket",
            "cost",
            ",90,",
            "91.5",
        ),
        (
            "demands.csv",
            TableName::Demands,
            "want-1",
            "due",
            "2024-08-05",
            "2024-08-12",
        ),
        (
            "demands.csv",
            TableName::Demands,
            "want-2",
            "priority",
            ",20,2,",
            "3",
        ),
    ] {
        let mut files = files();
        let text = String::from_utf8(files[file].clone()).unwrap();
        let line = text.lines().find(|line| line.starts_with(id)).unwrap();
        let new = match (column, was) {
            ("priority", _) => line.replacen(",20,2,", ",20,3,", 1),
            (_, was) if was.starts_with(',') => line.replacen(was, &format!(",{value},"), 1),
            (_, was) => line.replacen(was, value, 1),
        };
        assert_ne!(line, new);
        files.insert(file.into(), text.replace(line, &new).into_bytes());
        let edited = scenario()
            .with(&[set(table, id, column, value, Span::ALWAYS)])
            .unwrap();
        let read = sound(&files);
        assert_eq!(edited, read, "{id} {column}");
        assert_eq!(edited.hash(), read.hash());
        assert_ne!(edited.hash(), scenario().hash());
    }
}

#[test]
fn what_is_out_of_use_is_closed_for_that_time() {
    let scenario = scenario();
    let span = Span::days(date(2024, 8, 1), date(2024, 9, 1));
    for (table, id, what) in [
        (TableName::Sites, "plant", ClosureWhat::Site),
        (TableName::Recipes, "make-seeker", ClosureWhat::Recipe),
        (TableName::Resources, "line", ClosureWhat::Resource),
        (TableName::Docks, "dock-1", ClosureWhat::Dock),
    ] {
        let changed = scenario.with(&[out(table, id, span)]).unwrap();
        let closed: Vec<_> = { changed.closures().iter() }
            .filter(|row| row.what == what && row.id == id && row.from == date(2024, 8, 1))
            .collect();
        assert_eq!(closed.len(), 1);
        assert_eq!(closed[0].until, date(2024, 9, 1));
        assert_eq!(changed.closures().len(), scenario.closures().len() + 1);
    }
    let nothing = scenario
        .with(&[out(TableName::Demands, "want-1", Span::ALWAYS)])
        .unwrap();
    let quantity = |s: &Scenario| s.demands()[s.find_demand("want-1").unwrap()].quantity;
    assert_eq!((quantity(&scenario), quantity(&nothing)), (10.0, 0.0));
}

#[test]
fn what_cannot_be_done_is_said() {
    let scenario = scenario();
    let span = Span::days(date(2024, 8, 1), date(2024, 9, 1));
    for (edit, code) in [
        (out(TableName::Sites, "plnt", span), "unknown-id"),
        (
            out(TableName::Parties, "jp", Span::ALWAYS),
            "change-of-table",
        ),
        (out(TableName::Demands, "want-1", span), "change-for-a-time"),
        (
            set(TableName::Recipes, "make-seeker", "cost", "7", span),
            "change-for-a-time",
        ),
        (
            set(TableName::Recipes, "make-seeker", "cst", "7", Span::ALWAYS),
            "unknown-column",
        ),
        (
            set(TableName::Recipes, "make-seker", "cost", "7", Span::ALWAYS),
            "unknown-id",
        ),
        (
            set(
                TableName::Recipes,
                "make-seeker",
                "cost",
                "-7",
                Span::ALWAYS,
            ),
            "negative",
        ),
        (
            set(TableName::Capacity, "lin", "capacity", "7", span),
            "unknown-id",
        ),
    ] {
        let finding = scenario.with(std::slice::from_ref(&edit)).unwrap_err();
        assert_eq!(finding.code, code, "{edit}: {finding}");
    }
}

#[test]
fn every_change_of_the_real_scenario_can_be_made() {
    let folder = std::path::Path::new("../../scenarios/us-japan-2024");
    let checked = darsena_scenario::load(folder).expect("it can be read");
    let scenario = checked.scenario.expect("it is sound");
    let mut of_repair = Vec::new();
    for change in Change::told(&scenario) {
        if let Err(finding) = scenario.with(&change.edits) {
            panic!("{}: {finding}", change.id);
        }
        if !change.touches_production(&scenario) {
            of_repair.push(change.id);
        }
    }
    assert_eq!(
        of_repair,
        [
            "geoje-agreement",
            "isogo-agreement",
            "nagoya-fighter-bay",
            "oppama-second-team",
            "san-diego-dock-1-lost",
            "sasebo-second-barge",
            "ssk-dock-3",
            "ulsan-agreement",
            "waiver-ddg65",
            "waiver-ddg69",
            "yokosuka-dock-5-lost",
            "yokosuka-half-crew",
            "yokosuka-hiring",
        ]
    );
}

#[test]
fn the_table_of_changes_is_read_with_groups_and_lead_times() {
    let mut files = files();
    files.insert(
        "changes.csv".into(),
        "change,kind,table,id,column,value,from,until,cost,lead_time_days,group\n\
         more,lever,capacity,line,capacity,30,2024-07-15,,5,42,\n\
         a,disruption,sites,plant,,,2024-08-01,2024-09-01,,,both\n\
         b,disruption,resources,team,,,,,,,both\n\
         old,disruption,law,2023-12-21,,,,,,,\n\
         free,lever,rules,jp-27,,,,,,,\n"
            .into(),
    );
    let told = Change::told(&sound(&files));
    let lines: Vec<String> = { told.iter() }
        .flat_map(|change| {
            change
                .edits
                .iter()
                .map(move |edit| format!("{}: {edit}", change.id))
        })
        .collect();
    assert_eq!(
        lines,
        [
            "both: - sites plant, 2024-08-01 to 2024-09-01",
            "both: - resources team",
            "free: + rule JP-27 lifted",
            // Decided on the first day, it holds 42 days later.
            "more: ~ capacity line: capacity = 30, from 2024-08-12",
            "old: ~ law of 2023-12-21",
        ]
    );
    assert_eq!(told[2].cost, 5.0);
    for (row, code) in [
        ("x,disruption,law,2023-13-21,,,,,,,", "bad-date"),
        (
            "x,disruption,law,2023-12-21,,,2024-08-01,,,,",
            "change-for-a-time",
        ),
        ("x,lever,rules,jp-27,cost,3,,,,,", "change-for-a-time"),
    ] {
        let text = format!(
            "change,kind,table,id,column,value,from,until,cost,lead_time_days,group\n{row}\n"
        );
        files.insert("changes.csv".into(), text.into_bytes());
        let findings = read_memory(&files).check().findings;
        let found = findings.iter().find(|finding| finding.code == code);
        assert!(
            found.is_some_and(|finding| finding.help.is_some()),
            "{findings:?}"
        );
    }
}

/// Regular capacity of a resource on a day; nothing where no row holds.
fn capacity(scenario: &Scenario, resource: &str, day: Date) -> f64 {
    let mut rows = scenario.capacity().iter();
    let row = rows.find(|row| {
        row.resource.as_str() == resource
            && row.from <= day
            && row.until.is_none_or(|until| day < until)
    });
    row.map_or(0.0, |row| row.capacity_on(day))
}

proptest! {
    #[test]
    fn a_capacity_changes_on_its_days_and_on_no_other(
        from in 0i32..120,
        days in 1i32..90,
        until in any::<bool>(),
        times in 0.0f64..3.0,
        scale in any::<bool>(),
        team in any::<bool>(),
    ) {
        use jiff::ToSpan;
        let scenario = scenario();
        let resource = if team { "team" } else { "line" };
        let first = date(2024, 6, 20).checked_add(from.days()).unwrap();
        let end = first.checked_add(days.days()).unwrap();
        let span = Span { from: Some(first), until: until.then_some(end) };
        let edit = if scale {
            Edit::Scale { resource: resource.into(), times, span }
        } else {
            Edit::Set {
                table: TableName::Capacity,
                id: resource.into(),
                column: "capacity".into(),
                value: "7".into(),
                span,
            }
        };
        let changed = scenario.with(&[edit]).unwrap();
        for n in 0..150 {
            let day = date(2024, 6, 20).checked_add(n.days()).unwrap();
            let was = capacity(&scenario, resource, day);
            let is = capacity(&changed, resource, day);
            let inside = first <= day && (!until || day < end);
            let there = was != 0.0;
            if !inside {
                prop_assert!((is - was).abs() < 1e-9, "{day}: {was} {is}");
            } else if scale {
                prop_assert!((is - times * was).abs() < 1e-9, "{day}: {was} {is}");
            } else if there {
                // A ramp goes on from the new capacity to where it led.
                prop_assert!(is >= 7.0 - 1e-9 && is <= was.max(30.0), "{day}: {was} {is}");
            }
            let other = if team { "line" } else { "team" };
            prop_assert_eq!(capacity(&scenario, other, day), capacity(&changed, other, day));
        }
    }
}

#[test]
fn approvals_take_a_share_of_their_days_for_good() {
    let mut files = files();
    let rows = b"change,kind,table,id,column,value,cost,lead_time_days\nquick,lever,approvals,all,,0.5,3,90\n";
    files.insert("changes.csv".into(), rows.to_vec());
    let scenario = sound(&files);
    let told = Change::told(&scenario);
    let half = Edit::Sooner {
        approval: "all".into(),
        times: 0.5,
    };
    assert_eq!((told[0].edits.as_slice(), told[0].cost), (&[half][..], 3.0));
    assert_eq!(
        told[0].edits[0].to_string(),
        "~ approvals all: 0.5 times their days"
    );
    assert!(told[0].touches_production(&scenario));
    assert!(scenario.with(&told[0].edits).is_ok());
}
