//! The law in the plan: units made in Japan under licence go where the law lets them, and nowhere else, and
//! what they free goes to those who may not have them.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use darsena::law::{AsOf, Law};
use darsena::milp::Watch;
use darsena::plan::{Arc, Arcs, Cause, Opening, Options, Plan, Reasons};
use darsena::scenario::Scenario;
use darsena::{checked_plan, permitted};
use jiff::civil::{Date, date};

/// The day before finished weapons made under licence might go home, and the day the scenario stands still.
const BEFORE: Date = date(2023, 12, 21);
const FREEZE: Date = date(2024, 6, 30);

fn planned(scenario: &Scenario, arcs: &Arcs) -> Plan {
    let options = Options {
        reasons: Reasons::None,
        prices: false,
        ..Options::default()
    };
    checked_plan(scenario, arcs, &options, &mut Watch::nobody()).unwrap()
}

fn under(scenario: &Scenario, day: Date) -> Plan {
    planned(
        scenario,
        &permitted(scenario, &Law::embedded(), AsOf::Fixed(day), 1),
    )
}

/// Units of missiles that are made in Japan too, delivered by state of the customer and of manufacture.
fn delivered(scenario: &Scenario, plan: &Plan) -> BTreeMap<(String, String), f64> {
    let mut units: BTreeMap<(String, String), f64> = BTreeMap::new();
    for deliver in &plan.deliver {
        let kind = &plan.kinds[deliver.kind];
        let item = scenario.items()[kind.item].item.as_str();
        if ["pac3-mse", "patriot-older"].contains(&item) {
            let demand = &scenario.demands()[deliver.demand];
            let party = scenario.find_party(&demand.party).unwrap();
            let to = scenario.parties()[party].state.to_string();
            let key = (to, kind.states.join(";"));
            *units.entry(key).or_default() += deliver.quantity;
        }
    }
    units
}

#[test]
fn what_japan_sends_home_frees_what_may_go_to_a_country_at_war() {
    let scenario = scenario();
    let [shut, open] = [BEFORE, FREEZE].map(|day| delivered(&scenario, &under(&scenario, day)));
    let of = |units: &BTreeMap<(String, String), f64>, to: &str, made: &str| {
        let key = (to.to_string(), made.to_string());
        units.get(&key).copied().unwrap_or(0.0).round()
    };
    // Nothing made in Japan leaves it before; then it goes to the United States and to nobody else.
    assert!(shut.keys().all(|(to, made)| made != "jp" || to == "jp"));
    assert!(
        { open.keys() }.all(|(to, made)| made != "jp" || to == "jp" || to == "us"),
        "{open:?}"
    );
    assert_eq!(
        (of(&shut, "us", "jp"), of(&open, "us", "jp")),
        (0.0, 36.0),
        "{open:?}"
    );
    // As many made in the United States come free for Ukraine, and nobody has less.
    let all = |units: &BTreeMap<(String, String), f64>, to: &str| {
        let of_state = units.iter().filter(|((state, _), _)| state == to);
        of_state.map(|(_, quantity)| quantity).sum::<f64>().round()
    };
    assert_eq!(of(&open, "ua", "us") - of(&shut, "ua", "us"), 36.0);
    for (to, _) in shut.keys() {
        assert!(all(&open, to) >= all(&shut, to), "{to}: {shut:?} {open:?}");
    }
}

#[test]
fn the_rule_that_shuts_the_way_home_is_the_reason() {
    let scenario = scenario();
    let arcs = permitted(&scenario, &Law::embedded(), AsOf::Fixed(BEFORE), 1);
    let options = Options::default();
    let plan = checked_plan(&scenario, &arcs, &options, &mut Watch::nobody()).unwrap();
    let older = |demand: usize| {
        let id = scenario.demands()[demand].demand.as_str();
        id.starts_with("patriot-older-ukraine")
    };
    let mut answers = plan.demands.iter().filter(|answer| older(answer.demand));
    let reasons = &answers.next().unwrap().reasons;
    let law = reasons.iter().find_map(|reason| match reason.cause {
        Cause::Law { obstacle } => Some((plan.obstacles[obstacle].0.as_str(), reason)),
        _ => None,
    });
    let (rule, reason) = law.unwrap();
    assert_eq!((rule, reason.gain_units.round()), ("JP-27", 36.0));
}

#[test]
fn units_are_told_apart_only_where_a_rule_does() {
    let scenario = scenario();
    let plan = under(&scenario, FREEZE);
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for kind in &plan.kinds {
        let item = scenario.items()[kind.item].item.as_str();
        *states.entry(item).or_default() += 1;
    }
    states.retain(|_, kinds| *kinds > 1);
    println!(
        "{} items, {} kinds: {states:?}",
        scenario.items().len(),
        plan.kinds.len()
    );
    assert_eq!(states.get("pac3-mse"), Some(&2));
    assert_eq!(states.get("patriot-older"), Some(&2));
    assert!(plan.kinds.len() <= scenario.items().len() + 4);
}

#[test]
fn the_law_of_the_freeze_leaves_running_programmes_alone() {
    let scenario = scenario();
    let held = permitted(
        &scenario,
        &Law::embedded(),
        AsOf::Known(scenario.head().law_as_of),
        1,
    );
    let [free, held] = [Arcs::open(&scenario), held].map(|arcs| planned(&scenario, &arcs));
    let mut late: BTreeMap<(String, String, u32), [f64; 2]> = BTreeMap::new();
    for (n, plan) in [&free, &held].into_iter().enumerate() {
        for answer in &plan.demands {
            let row = &scenario.demands()[answer.demand];
            let party = match row.party.as_str() {
                // They share a rank, and who comes first inside it is free.
                "pl" | "ro" | "se" | "de" | "es" if row.item.as_str() == "pac3-mse" => "europe",
                party => party,
            };
            let key = (party.to_string(), row.item.to_string(), row.priority);
            late.entry(key).or_default()[n] += answer.delivered;
        }
    }
    for (who, [free, held]) in late {
        assert!((free - held).abs() < 0.01, "{who:?}: {free} and {held}");
    }
}

fn scenario() -> Scenario {
    let folder = PathBuf::from("../../scenarios/us-japan-2024");
    darsena::scenario::load(&folder).unwrap().scenario.unwrap()
}

#[test]
fn what_is_made_in_japan_under_licence_never_reaches_a_country_at_war() {
    let scenario = scenario();
    let arcs = permitted(
        &scenario,
        &Law::embedded(),
        AsOf::Fixed(date(2024, 6, 30)),
        1,
    );
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
    let plan = planned(&scenario, &arcs);
    let freely = planned(&scenario, &Arcs::open(&scenario));
    // No law, no fewer deliveries: in the order of the priorities the first that differs is better.
    let pairs = freely.levels.iter().zip(&plan.levels);
    let differ = { pairs }.find(|(a, b)| (a.value - b.value).abs() > 1e-5 * b.value.max(1.0));
    assert!(differ.is_none_or(|(free, held)| free.value < held.value));
}
