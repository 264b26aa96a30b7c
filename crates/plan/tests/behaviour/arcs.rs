//! What the law says of units made in a state: the plan splits them only where it matters, keeps to
//! it, and names it as a reason.

use std::collections::BTreeMap;

use darsena_plan::check::check;
use darsena_plan::{Arc, Arcs, Cause, Ceiling, Obstacle, Opening, Plan, Priced};
use darsena_scenario::{Objective, Scenario};
use jiff::civil::date;

use crate::tables::{Tables, asked};

/// Two makers of 3 a week; one base hands out at home, one abroad. Week 0 to 3.
fn back_fill() -> Tables {
    Tables::weeks(4)
        .with(
            "parties",
            "party,name,kind,state",
            &["us,Us,state,us", "jp,Jp,state,jp", "ua,Ua,state,ua"],
        )
        .with(
            "sites",
            "site,name,state,kind",
            &[
                "forge,Forge,us,plant",
                "koba,Koba,jp,plant",
                "base,Base,us,base",
                "front,Front,ua,base",
            ],
        )
        .with("items", "item,name", &["round,Round"])
        .with(
            "resources",
            "resource,site",
            &["line-us,forge", "line-jp,koba"],
        )
        .with(
            "capacity",
            "resource,from,capacity",
            &["line-us,2024-07-01,3", "line-jp,2024-07-01,3"],
        )
        .with(
            "recipes",
            "recipe,site,item,lead_time_days,resource",
            &[
                "make-jp,koba,round,0,line-jp",
                "make-us,forge,round,0,line-us",
            ],
        )
        .with(
            "lanes",
            "lane,from_site,to_site,transit_days,item",
            &[
                "forge-base,forge,base,0,round",
                "base-front,base,front,0,round",
                "koba-base,koba,base,0,round",
            ],
        )
        .with(
            "demands",
            "demand,party,site,item,due,quantity,priority",
            &[
                "d-front,ua,front,round,2024-07-01,12,1",
                "d-own,us,base,round,2024-07-01,12,2",
            ],
        )
}

const FRONT: usize = 0;
const JP: &str = "jp";

fn lane(scenario: &Scenario, id: &str) -> usize {
    scenario.find_lane(id).unwrap()
}

/// Units made in Japan may not go on to the front.
fn denied(scenario: &Scenario) -> Arcs {
    let mut arcs = Arcs::open(scenario);
    arcs.set_ship(lane(scenario, "base-front"), 0, JP, Opening::never());
    arcs
}

fn planned(scenario: &Scenario, arcs: &Arcs) -> Plan {
    let options = asked(Objective::Lexicographic);
    let plan =
        darsena_plan::plan(scenario, arcs, &options, &mut darsena_milp::Watch::nobody()).unwrap();
    let verdict = check(scenario, arcs, &plan);
    assert!(verdict.holds(), "{:#?}", verdict.breaches);
    plan
}

fn late(plan: &Plan, demand: usize) -> f64 {
    plan.demands[demand].late_unit_periods
}

#[test]
fn units_that_may_not_go_on_free_those_that_may() {
    let scenario = back_fill().scenario();
    let open = planned(&scenario, &Arcs::open(&scenario));
    // Six a week: open 6 + 0 for the front.
    assert_eq!((open.kinds.len(), late(&open, FRONT).round()), (1, 6.0));
    let plan = planned(&scenario, &denied(&scenario));
    // Three a week: open 9 + 6 + 3; all of them made in the United States, all of Japan's stay.
    assert_eq!((plan.kinds.len(), late(&plan, FRONT).round()), (2, 18.0));
    for deliver in &plan.deliver {
        let made_in = plan.kinds[deliver.kind].states.join(";");
        assert_eq!(made_in, if deliver.demand == FRONT { "us" } else { JP });
    }
}

#[test]
fn an_arc_that_opens_and_closes_is_used_in_between() {
    let scenario = back_fill().scenario();
    let mut arcs = Arcs::open(&scenario);
    let open = Opening::During(vec![(date(2024, 7, 3), date(2024, 7, 15))]);
    arcs.set_ship(lane(&scenario, "base-front"), 0, JP, open);
    // Week 1 alone starts inside: then all six of Japan go with the three of that week. Open 9 + 0.
    assert_eq!(late(&planned(&scenario, &arcs), FRONT).round(), 9.0);
}

#[test]
fn a_demand_may_refuse_units_by_law_for_a_while() {
    let scenario = back_fill().scenario();
    let mut arcs = Arcs::open(&scenario);
    arcs.set_deliver(FRONT, 0, JP, Opening::from_day(date(2024, 7, 15)));
    // 3 in weeks 0 and 1; in week 2 the six that are left: open 9 + 6 + 0.
    assert_eq!(late(&planned(&scenario, &arcs), FRONT).round(), 15.0);
}

#[test]
fn what_the_law_holds_back_is_a_reason_that_was_proved() {
    let scenario = back_fill().scenario();
    let mut arcs = denied(&scenario);
    let arc = Arc::Ship(lane(&scenario, "base-front"), 0, JP.into());
    arcs.obstacles.push(Obstacle {
        id: "rule-1".into(),
        says: "denied by rule-1".into(),
        lifts: BTreeMap::from([(arc, Opening::Always)]),
    });
    let plan = planned(&scenario, &arcs);
    assert_eq!(plan.obstacles[0].0, "rule-1");
    let reasons = &plan.demands[FRONT].reasons;
    let law = reasons
        .iter()
        .find(|r| r.cause == Cause::Law { obstacle: 0 })
        .unwrap();
    assert_eq!(law.gain_unit_periods.round(), 12.0);
}

#[test]
fn a_ceiling_holds_and_has_a_price() {
    let scenario = back_fill().scenario();
    let mut arcs = Arcs::open(&scenario);
    let counted = |state: &str| ((lane(&scenario, "base-front"), 0, state.to_owned()), 2.0);
    arcs.ceilings.push(Ceiling {
        id: "licence".into(),
        most: 10.0,
        counts: BTreeMap::from([counted("us"), counted(JP)]),
        ..Ceiling::default()
    });
    let plan = planned(&scenario, &arcs);
    // Five units at two each, all in week 0: open 7 in four weeks.
    assert_eq!(late(&plan, FRONT).round(), 28.0);
    let price = plan
        .prices
        .iter()
        .find(|p| p.what == Priced::Ceiling(0))
        .unwrap();
    assert_eq!(price.deliveries, Some(0.5));
    let reasons = &plan.demands[FRONT].reasons;
    assert!(
        reasons
            .iter()
            .any(|r| r.cause == Cause::Ceiling { ceiling: 0 })
    );
    let mut more = plan.clone();
    more.ship.iter_mut().for_each(|ship| ship.quantity *= 2.0);
    let verdict = check(&scenario, &arcs, &more);
    assert!(verdict.breaches.iter().any(|b| b.rule == "ceiling"));
}

/// What is made under a licence, or handed over, has a limit as well, which is a reason where it is in the way.
#[test]
fn a_ceiling_on_runs_or_hand_overs_is_a_reason() {
    let scenario = back_fill().scenario();
    let recipes = scenario.recipes();
    let recipe = |id: &str| {
        recipes
            .iter()
            .position(|r| r.recipe.as_str() == id)
            .unwrap()
    };
    let runs = Ceiling {
        id: "licence".into(),
        most: 2.0,
        runs: BTreeMap::from([(recipe("make-us"), 1.0), (recipe("make-jp"), 1.0)]),
        ..Ceiling::default()
    };
    let handed = |state: &str| ((FRONT, 0, state.to_owned()), 1.0);
    let handed = Ceiling {
        id: "offer".into(),
        most: 2.0,
        handed: BTreeMap::from([handed("us"), handed(JP)]),
        ..Ceiling::default()
    };
    for ceiling in [runs, handed] {
        let mut arcs = Arcs::open(&scenario);
        arcs.ceilings.push(ceiling);
        let plan = planned(&scenario, &arcs);
        // Two in week 0, ten open for four weeks.
        assert_eq!(late(&plan, FRONT).round(), 40.0);
        let reasons = &plan.demands[FRONT].reasons;
        let found = reasons
            .iter()
            .find(|r| r.cause == Cause::Ceiling { ceiling: 0 });
        // Six a week then: the rest in week 1.
        assert_eq!(found.map(|r| r.gain_unit_periods.round()), Some(34.0));
    }
}
