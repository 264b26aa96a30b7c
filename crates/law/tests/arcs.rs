//! The law of a real scenario's recipes, lanes and demands.

use std::path::Path;

use darsena_law::arcs::{ArcOptions, Ruled, What, rulings_for};
use darsena_law::{AsOf, Law, ReadingOptions, Verdict};
use darsena_scenario::Scenario;
use jiff::civil::date;

fn scenario() -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/us-japan-2024");
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
