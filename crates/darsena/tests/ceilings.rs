//! What an authorization covers is drawn down by what it answers: worked by hand.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use darsena::law::{AsOf, Law};
use darsena::milp::Watch;
use darsena::plan::check::check;
use darsena::plan::{Arcs, Cause, Options, Plan};
use darsena::scenario::{Scenario, read_memory};
use darsena::{checked_plan, permitted};

const HEAD: &str = r#"{"name": "ceilings", "darsena": {"format": 1, "start": "2024-07-01", "period": "month",
"periods": 8, "currency": "MUSD", "law_as_of": "2024-06-30"}, "resources": ["#;

/// Missiles in stock at an American plant, ten due in Poland from July on; they pass a port at home and one
/// abroad. Another table takes the place of one of these.
fn scenario(changed: &[(&str, &str)]) -> Scenario {
    let mut tables = BTreeMap::from([
        (
            "parties",
            "party,name,kind,state\nus,Us,state,us\npl,Pl,state,pl\njp,Jp,state,jp\n",
        ),
        (
            "sites",
            "site,name,state,party,kind\nplant,Plant,us,us,plant\nharbour,Harbour,us,us,port\n\
            gdansk,Gdansk,pl,pl,port\nwarsaw,Warsaw,pl,pl,store\n",
        ),
        (
            "classes",
            "class,regime,code,flags\nmissile,us,USML IV,weapon;sme;mde\n",
        ),
        (
            "items",
            "item,name,class,origins,value\nround,Round,missile,us,2\n",
        ),
        (
            "lanes",
            "lane,from_site,to_site,transit_days\nhome,plant,harbour,0\nsea,harbour,gdansk,0\n\
            rail,gdansk,warsaw,0\n",
        ),
        (
            "stockpiles",
            "site,item,quantity,made_in\nplant,round,100,us\n",
        ),
        (
            "demands",
            "demand,party,site,item,due,quantity,priority,tardiness_cost\nwanted,pl,warsaw,round,2024-07-31,10,1,1\n",
        ),
        ("authorizations", ""),
    ]);
    tables.extend(changed.iter().copied());
    let rows: Vec<String> = tables
        .keys()
        .map(|name| format!(r#"{{"name": "{name}", "path": "{name}.csv"}}"#))
        .collect();
    let mut files: BTreeMap<String, Vec<u8>> = { tables.iter() }
        .map(|(name, text)| (format!("{name}.csv"), text.as_bytes().to_vec()))
        .collect();
    let head = format!("{HEAD}{}]}}", rows.join(","));
    files.insert("datapackage.json".into(), head.into_bytes());
    let checked = read_memory(&files).check();
    checked
        .scenario
        .unwrap_or_else(|| panic!("{:?}", checked.findings))
}

/// Sales by the government of the United States, each with its columns from `until` on.
fn sales(rows: &[&str]) -> String {
    let head =
        "authorization,kind,grantor,item,from_state,to_state,decision,date,until,quantity,value\n";
    let rows = rows.iter().map(|row| {
        let (id, rest) = row.split_once(',').unwrap();
        format!("{id},sale-notice,us,round,us,pl,granted,{rest}\n")
    });
    head.to_string() + &rows.collect::<String>()
}

fn planned(scenario: &Scenario) -> (Arcs, Plan) {
    let law = Law::embedded();
    let arcs = permitted(scenario, &law, AsOf::Known(scenario.head().law_as_of), 1);
    let plan = checked_plan(scenario, &arcs, &Options::default(), &mut Watch::nobody());
    (arcs, plan.unwrap())
}

/// Units handed over by period.
fn handed(plan: &Plan) -> Vec<(usize, f64)> {
    let mut units: BTreeMap<usize, f64> = BTreeMap::new();
    for deliver in &plan.deliver {
        *units.entry(deliver.period).or_default() += deliver.quantity;
    }
    units.into_iter().map(|(t, x)| (t, x.round())).collect()
}

#[test]
fn a_quantity_binds_once_for_a_unit_that_passes_several_lanes() {
    let scenario = scenario(&[("authorizations", &sales(&["sale,2024-01-01,,6,"]))]);
    let (arcs, plan) = planned(&scenario);
    assert_eq!(handed(&plan), [(0, 6.0)]);
    let [ceiling] = &arcs.ceilings[..] else {
        panic!("{:?}", arcs.ceilings)
    };
    assert_eq!((ceiling.id.as_str(), ceiling.most), ("sale", 6.0));
    // Of the three lanes only that over the border draws.
    assert_eq!(ceiling.counts.len(), 1);
    let reasons = &plan.demands[0].reasons;
    assert!(
        { reasons.iter() }.any(|r| r.cause == Cause::Ceiling { ceiling: 0 }),
        "{reasons:?}"
    );
    let answer = darsena::plan_answer::readable(&scenario, &plan);
    assert!(
        answer.contains("authorization `sale` allows no more"),
        "{answer}"
    );
    let mut more = plan.clone();
    more.ship.iter_mut().for_each(|ship| ship.quantity *= 2.0);
    let breaches = check(&scenario, &arcs, &more).breaches;
    assert!(breaches.iter().any(|breach| breach.rule == "ceiling"));
}

#[test]
fn a_value_binds_in_the_currency_of_the_scenario() {
    // Eight million at two million each.
    let scenario = scenario(&[("authorizations", &sales(&["sale,2024-01-01,,9,8"]))]);
    assert_eq!(handed(&planned(&scenario).1), [(0, 4.0)]);
}

#[test]
fn records_for_the_same_arcs_add_up() {
    let rows = ["first,2018-01-01,,4,", "second,2023-01-01,,3,"];
    let two = scenario(&[("authorizations", &sales(&rows))]);
    let (arcs, plan) = planned(&two);
    assert_eq!(handed(&plan), [(0, 7.0)]);
    assert_eq!(arcs.ceilings[0].id, "first;second");
    let answer = darsena::plan_answer::readable(&two, &plan);
    assert!(
        answer.contains("authorizations `first`, `second` allow no more"),
        "{answer}"
    );
    // One without a number covers all.
    let rows = ["first,2018-01-01,,4,", "second,2023-01-01,,,"];
    let open = scenario(&[("authorizations", &sales(&rows))]);
    assert_eq!(handed(&planned(&open).1), [(0, 10.0)]);
}

#[test]
fn a_record_that_ends_limits_what_is_done_before() {
    // Applied for on the first day, a new sale takes 105 days and opens on 14 October, in force from November.
    let rows = ["sale,2024-01-01,2024-09-01,6,"];
    let one = scenario(&[("authorizations", &sales(&rows))]);
    assert_eq!(handed(&planned(&one).1), [(0, 6.0), (4, 4.0)]);
    // Two that overlap: three until September, five in all by the other from August on, which cannot carry more.
    let rows = ["early,2024-01-01,2024-09-01,3,", "late,2024-08-01,,5,"];
    let two = scenario(&[("authorizations", &sales(&rows))]);
    assert_eq!(handed(&planned(&two).1), [(0, 3.0), (1, 5.0)]);
    // Nobody needs any before September: then the late one alone counts.
    let (arcs, plan) = {
        let demands = "demand,party,site,item,due,quantity,priority,made_in\nwanted,pl,warsaw,round,2024-09-30,10,1,us\n";
        let stock = "site,item,date,quantity,made_in\nplant,round,2024-09-01,100,us\n";
        let tables = [
            ("authorizations", sales(&rows)),
            ("demands", demands.to_string()),
            ("receipts", stock.to_string()),
            ("stockpiles", "site,item,quantity\n".to_string()),
        ];
        let tables: Vec<(&str, &str)> = tables.iter().map(|(n, t)| (*n, t.as_str())).collect();
        planned(&scenario(&tables))
    };
    assert_eq!(handed(&plan), [(2, 5.0)], "{:?}", arcs.ceilings);
}

#[test]
fn a_licence_to_make_draws_by_the_unit_made() {
    let agreement = "authorization,kind,grantor,item,from_state,to_state,decision,date,until,quantity,value\n\
        licence,mla,us,round,us,jp,granted,2020-01-01,,5,\nnotice,congress-notice,us,round,us,jp,granted,2020-01-01,,,\n";
    let scenario = scenario(&[
        ("authorizations", agreement),
        (
            "sites",
            "site,name,state,party,kind\nkoba,Koba,jp,jp,plant\n",
        ),
        (
            "recipes",
            "recipe,site,item,quantity,lead_time_days\npair,koba,round,2,0\n",
        ),
        ("lanes", "lane,from_site,to_site,transit_days\n"),
        ("stockpiles", "site,item,quantity\n"),
        (
            "demands",
            "demand,party,site,item,due,quantity,priority\nwanted,jp,koba,round,2024-07-31,10,1\n",
        ),
    ]);
    let (arcs, plan) = planned(&scenario);
    // Five units are two and a half runs of two.
    let made: f64 = plan.make.iter().map(|make| make.runs).sum();
    assert!((made - 2.5).abs() < 1e-6, "{made}");
    assert_eq!(arcs.ceilings[0].runs, BTreeMap::from([(0, 2.0)]));
    let mut more = plan.clone();
    more.make.iter_mut().for_each(|make| make.runs *= 2.0);
    let breaches = check(&scenario, &arcs, &more).breaches;
    assert!(breaches.iter().any(|breach| breach.rule == "ceiling"));
}

#[test]
fn a_hand_over_across_a_border_draws() {
    // Poland takes over in the American harbour.
    let scenario = scenario(&[
        ("authorizations", &sales(&["sale,2024-01-01,,6,"])),
        (
            "demands",
            "demand,party,site,item,due,quantity,priority\none,pl,harbour,round,2024-07-31,5,1\n\
            two,pl,harbour,round,2024-08-31,5,1\n",
        ),
    ]);
    let (arcs, plan) = planned(&scenario);
    assert_eq!(handed(&plan).iter().map(|x| x.1).sum::<f64>(), 6.0);
    assert_eq!(arcs.ceilings[0].handed.len(), 2);
}
