//! The law in the plan: units made in Japan under licence go where the law lets them, and nowhere else.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use darsena::law::{AsOf, Law};
use darsena::milp::Watch;
use darsena::plan::{Arc, Arcs, Opening, Options, Reasons};
use darsena::scenario::Scenario;
use darsena::{checked_plan, permitted};
use jiff::civil::date;

fn scenario() -> Scenario {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/us-japan-2024");
    darsena::scenario::load(&folder).unwrap().scenario.unwrap()
}

#[test]
fn what_is_made_in_japan_under_licence_never_reaches_a_country_at_war() {
    let scenario = scenario();
    let arcs = permitted(&scenario, &Law::embedded(), AsOf::Fixed(date(2024, 6, 30)));
    let item = scenario.find_item("pac3-mse").unwrap();
    let to_ukraine: Vec<usize> = (0..scenario.lanes().len())
        .filter(|&l| {
            let lane = &scenario.lanes()[l];
            let site = scenario.find_site(&lane.to_site).unwrap();
            scenario.sites()[site].state.as_str() == "ua"
                && lane.item.as_ref().is_some_and(|i| i.as_str() == "pac3-mse")
        })
        .collect();
    assert!(!to_ukraine.is_empty());
    for &lane in &to_ukraine {
        assert_eq!(arcs.shipping(lane, item, "jp"), Opening::never());
        assert_ne!(arcs.shipping(lane, item, "us"), Opening::never());
    }
    let rule = arcs.obstacles.iter().find(|o| o.id == "JP-21").unwrap();
    let lifted = Arc::Ship(to_ukraine[0], item, "jp".into());
    assert_ne!(rule.lifts[&lifted], Opening::never());
    let options = Options {
        reasons: Reasons::None,
        prices: false,
        ..Options::default()
    };
    let plan = checked_plan(&scenario, &arcs, &options, &mut Watch::nobody()).unwrap();
    let freely = checked_plan(
        &scenario,
        &Arcs::open(&scenario),
        &options,
        &mut Watch::nobody(),
    );
    let freely = freely.unwrap();
    // No law, no fewer deliveries: in the order of the priorities the first that differs is better.
    let pairs = freely.levels.iter().zip(&plan.levels);
    let differ = { pairs }.find(|(a, b)| (a.value - b.value).abs() > 1e-5 * b.value.max(1.0));
    assert!(differ.is_none_or(|(free, held)| free.value < held.value));
}
