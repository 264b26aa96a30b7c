//! The law of a real scenario's recipes, lanes and demands.

use std::collections::BTreeSet;
use std::path::PathBuf;

use darsena_law::arcs::{ArcOptions, Ruled, What, rulings_for, rulings_lifting};
use darsena_law::{AsOf, Law, ReadingOptions, Verdict};
use darsena_scenario::Scenario;
use jiff::civil::date;

fn scenario() -> Scenario {
    let path = PathBuf::from("../../scenarios/us-japan-2024");
    darsena_scenario::load(&path)
        .expect("it can be read")
        .scenario
        .expect("it has no findings")
}

fn ruled(scenario: &Scenario, as_of: AsOf) -> Vec<Ruled> {
    let law = Law::embedded();
    let reading = law.read(ReadingOptions {
        as_of,
        ..ReadingOptions::default()
    });
    rulings_for(scenario, &reading, &ArcOptions::default())
}

#[test]
fn licensed_units_go_home_after_their_approvals() {
    let scenario = scenario();
    let ruled = ruled(&scenario, AsOf::Known(scenario.head().law_as_of));
    let one = |id: &str, maker: &str| {
        ruled
            .iter()
            .find(|one| one.id == id && one.made_in.as_deref() == Some(maker))
            .expect("the arc is there")
    };
    let home = one("komaki-guam-pac3-mse", "jp");
    assert_eq!(home.timeline[0].ruling.overall, Verdict::Needs);
    assert!(home.opens().is_some_and(|day| day > date(2024, 7, 1)));
    assert!(
        home.timeline[0]
            .ruling
            .rules
            .iter()
            .any(|rule| rule.id == "JP-20")
    );
    // The decision of the council is on record for the older missiles.
    let older = one("jp-store-guam-patriot-older", "jp");
    assert!(
        older.timeline[0]
            .ruling
            .granted
            .iter()
            .any(|one| one.id == "jp-nsc")
    );
    assert_eq!(
        home.states.iter().map(String::as_str).collect::<Vec<_>>(),
        ["jp", "us"]
    );
}

/// What the page of the scenario says of its law.
#[test]
fn what_ran_in_mid_2024_is_open_and_what_was_not_agreed_waits_or_is_shut() {
    let scenario = scenario();
    let ruled = ruled(&scenario, AsOf::Known(scenario.head().law_as_of));
    let start = scenario.head().horizon().start();
    let opens = |id: &str, maker: &str| {
        let one = ruled
            .iter()
            .find(|one| one.id == id && one.made_in.as_deref() == Some(maker));
        one.expect("the arc is there").opens()
    };
    for (id, maker) in [
        ("pac3-komaki", "jp"),
        ("f35a-nagoya", "jp"),
        ("f35-depot", "jp"),
        ("gemt-germany", "de"),
        ("amraam-motor-raufoss", "no"),
        ("raufoss-tucson-amraam-motor", "no"),
        ("komaki-huntsville-raytheon-sm3-jp-section", "jp"),
        ("huntsville-boeing-komaki-pac3-seeker", "us"),
        ("cn-source-huntsville-boeing-gallium", "cn"),
        ("cn-source-tucson-germanium", "cn"),
        ("camden-lockheed-ua-store-pac3-mse", "us"),
        ("camden-lockheed-tw-store-pac3-mse", "us"),
        ("camden-lockheed-ch-store-pac3-mse", "us"),
        ("norfolk-jp-store-tomahawk-iv", "us"),
    ] {
        assert_eq!(opens(id, maker), Some(start), "{id}");
    }
    for (id, maker, day) in [
        ("jp-store-guam-patriot-older", "jp", date(2024, 8, 30)),
        ("f35-depot-us-2026-12", "jp", date(2024, 8, 30)),
        ("schrobenhausen-ro-store-gemt", "de", date(2024, 9, 29)),
        ("tucson-jp-store-amraam", "us", date(2024, 10, 14)),
        ("komaki-guam-pac3-mse", "jp", date(2024, 10, 29)),
        ("guam-ua-store-patriot-older", "us", date(2024, 11, 18)),
    ] {
        assert_eq!(opens(id, maker), Some(day), "{id}");
    }
    for (id, maker) in [
        ("camden-lockheed-ua-store-pac3-mse", "jp"),
        ("guam-ua-store-patriot-older", "jp"),
    ] {
        assert_eq!(opens(id, maker), None, "{id}");
    }
}

/// A row that answers nothing is a slip: its kind, its grantor or its states fit no approval.
#[test]
fn every_authorization_on_record_answers_something() {
    let scenario = scenario();
    let ruled = ruled(&scenario, AsOf::Known(scenario.head().law_as_of));
    let turns = ruled.iter().flat_map(|one| &one.timeline);
    let granted = turns.flat_map(|turn| &turn.ruling.granted);
    let used: BTreeSet<&String> = granted.flat_map(|one| &one.grants).collect();
    // Agreements with yards answer what is asked of repair.
    let arcs = |row: &&darsena_scenario::Authorization| row.kind.as_str() != "msra";
    for row in scenario.authorizations().iter().filter(arcs) {
        let id = row.authorization.to_string();
        assert!(used.contains(&id), "{id} answers nothing");
        let frozen = scenario.head().law_as_of;
        assert!(
            row.date.is_none_or(|date| date <= frozen),
            "{id} is later than the freeze"
        );
    }
}

/// A reading that lifts a rule says what a reading made without it would.
#[test]
fn lifting_a_prohibition_is_reading_without_it() {
    let scenario = scenario();
    let law = Law::embedded();
    let as_of = AsOf::Known(scenario.head().law_as_of);
    let options = ArcOptions::default();
    let of = |without: &[&str]| ReadingOptions {
        as_of: as_of.clone(),
        without: without.iter().map(ToString::to_string).collect(),
        ..ReadingOptions::default()
    };
    let reading = law.read(of(&[]));
    let ruled = rulings_for(&scenario, &reading, &options);
    for rule in [
        "JP-21", "JP-27", "JP-05", "JP-07", "US-15b", "US-23", "US-03",
    ] {
        let anew = rulings_for(&scenario, &law.read(of(&[rule])), &options);
        let one = [rule.to_string()].into();
        let lifted = rulings_lifting(&one, &ruled, &reading, &options);
        let lifted: Vec<Ruled> = lifted.into_values().collect();
        assert!(!lifted.is_empty(), "{rule}");
        let find = |all: &[Ruled], one: &Ruled| {
            let same = |other: &&Ruled| other.what == one.what && other.item == one.item;
            let mut found = all.iter().filter(same);
            found.find(|other| other.made_in == one.made_in).cloned()
        };
        for one in &anew {
            let now = find(&lifted, one).or_else(|| find(&ruled, one));
            let now = now.expect("the arc is there");
            assert_eq!(now.open, one.open, "{rule} {}", one.id);
            let overall = |one: &Ruled| one.timeline.iter().map(|t| t.ruling.overall).max();
            assert_eq!(overall(&now), overall(one), "{rule} {}", one.id);
        }
    }
}

#[test]
fn inside_a_state_nothing_is_asked_and_every_row_is_ruled() {
    let scenario = scenario();
    let ruled = ruled(&scenario, AsOf::Known(scenario.head().law_as_of));
    for one in &ruled {
        assert_eq!(
            one.question.is_none(),
            one.timeline.is_empty(),
            "{}",
            one.id
        );
        if one.question.is_none() {
            assert_eq!(one.open.len(), 1, "{}", one.id);
        }
    }
    let makes = ruled
        .iter()
        .filter(|one| matches!(one.what, What::Make(_)))
        .count();
    assert_eq!(makes, scenario.recipes().len());
    for n in 0..scenario.lanes().len() {
        assert!(ruled.iter().any(|one| one.what == What::Ship(n)));
    }
}

#[test]
fn the_law_of_another_day_gives_other_arcs() {
    let scenario = scenario();
    let before = ruled(&scenario, AsOf::Fixed(date(2023, 12, 21)));
    let home = |ruled: &[Ruled]| {
        let found = ruled
            .iter()
            .find(|one| one.id == "komaki-guam-pac3-mse" && one.made_in.as_deref() == Some("jp"));
        found.expect("the arc is there").clone()
    };
    let shut = home(&before);
    assert!(shut.open.is_empty());
    let reason = shut.reason(date(2025, 1, 1)).expect("it is shut");
    assert_eq!(
        reason
            .rules()
            .map(|rule| rule.id.as_str())
            .collect::<Vec<_>>(),
        ["JP-27"]
    );
    assert!(
        !home(&ruled(&scenario, AsOf::Fixed(date(2026, 4, 21))))
            .open
            .is_empty()
    );
}
