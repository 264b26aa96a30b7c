//! Prices of rules against brute force: every rule of the law lifted, every pair lifted, each planned from
//! nothing. The law is that of the project; the scenarios are drawn small, with a line that opens or stays
//! shut, so that lifting a rule may also open a line.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use darsena::law::{AsOf, Law, ReadingOptions};
use darsena::milp::{Stop, Watch};
use darsena::plan::{Level, Options, Reasons};
use darsena::rule_prices::{Gain, PriceOptions, Prices, rule_prices};
use darsena::scenario::{Scenario, read_memory};
use darsena::{checked_plan, open_arcs};
use jiff::civil::{Date, date};

/// Scenarios that are drawn.
const SEEDS: u64 = 3;

/// Numbers that look drawn, the same for the same seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// Plants in the United States and Japan, a missile of both and its motor, customers in five states.
fn scenario(seed: u64) -> Scenario {
    let mut draw = Draw(seed);
    let mut tables: BTreeMap<&str, String> = BTreeMap::new();
    tables.insert(
        "parties",
        "party,name,kind,state\nus,Us,state,us\njp,Jp,state,jp\nua,Ua,state,ua\nde,De,state,de\nau,Au,state,au\n".into(),
    );
    tables.insert(
        "sites",
        "site,name,state,kind,party\nforge,Forge,us,plant,\nkoba,Koba,jp,plant,\nbase,Base,us,base,us\n\
         store-jp,Store,jp,base,jp\nstore-ua,Store,ua,base,ua\nstore-de,Store,de,base,de\nstore-au,Store,au,base,au\n".into(),
    );
    tables.insert(
        "classes",
        "class,regime,code,flags\nus-m,us,USML IV,weapon;sme;mde\nus-p,us,USML IV(h),component\njp-w,jp,JP-W,weapon\njp-c,jp,JP-C,component\n".into(),
    );
    tables.insert(
        "items",
        "item,name,class,origins,value\nround,Round,us-m;jp-w,us,4\nmotor,Motor,us-p;jp-c,us,0.4\n"
            .into(),
    );
    let capacity = |draw: &mut Draw| 1 + draw.below(4);
    tables.insert(
        "resources",
        "resource,site\nline-us,forge\nline-jp,koba\nmotors,koba\n".into(),
    );
    tables.insert(
        "capacity",
        format!(
            "resource,from,capacity\nline-us,2024-07-01,{}\nline-jp,2024-07-01,{}\nmotors,2024-07-01,{}\n",
            capacity(&mut draw),
            capacity(&mut draw),
            2 + draw.below(6)
        ),
    );
    tables.insert(
        "recipes",
        format!(
            "recipe,site,item,lead_time_days,resource,cost,fixed_cost,minimum_run\n\
             make-us,forge,round,0,line-us,4,0,0\nmake-jp,koba,round,0,line-jp,{},{},{}\nmake-motor,koba,motor,0,motors,1,0,0\n",
            3 + draw.below(3),
            20 * draw.below(3),
            3 * draw.below(3)
        ),
    );
    tables.insert(
        "recipe_inputs",
        "recipe,item,quantity\nmake-us,motor,1\nmake-jp,motor,1\n".into(),
    );
    tables.insert(
        "stockpiles",
        format!(
            "site,item,quantity,made_in\nforge,motor,{},us\nbase,round,{},us\n",
            draw.below(12),
            draw.below(6)
        ),
    );
    let mut lanes = String::from("lane,from_site,to_site,item,transit_days,cost\n");
    let ends = [
        ("forge", "base", "round"),
        ("koba", "store-jp", "round"),
        ("base", "store-ua", "round"),
        ("forge", "store-de", "round"),
        ("base", "store-au", "round"),
        ("koba", "forge", "motor"),
        ("forge", "koba", "motor"),
        ("koba", "base", "round"),
        ("koba", "store-de", "round"),
        ("koba", "store-au", "round"),
        ("base", "store-jp", "round"),
    ];
    // The first five reach every customer.
    for (n, (from, to, item)) in ends.into_iter().enumerate() {
        if n < 5 || draw.below(5) > 0 {
            lanes += &format!(
                "{from}-{to}-{item},{from},{to},{item},{},{}\n",
                30 * draw.below(2),
                1 + draw.below(3)
            );
        }
    }
    tables.insert("lanes", lanes);
    let mut demands =
        String::from("demand,party,site,item,due,quantity,priority,tardiness_cost,unmet_cost\n");
    let customers = [
        ("us", "base"),
        ("jp", "store-jp"),
        ("ua", "store-ua"),
        ("de", "store-de"),
        ("au", "store-au"),
    ];
    for (party, site) in customers {
        if draw.below(4) > 0 {
            demands += &format!(
                "d-{party},{party},{site},round,2024-{:02}-01,{},{},3,9\n",
                8 + draw.below(3),
                1 + draw.below(9),
                1 + draw.below(3)
            );
        }
    }
    demands += "d-more,us,base,round,2024-09-01,2,2,3,9\n";
    tables.insert("demands", demands);
    if draw.below(2) > 0 {
        tables.insert(
            "authorizations",
            format!(
                "authorization,kind,grantor,holder,item,from_state,to_state,decision,date,until,quantity,value\n\
                 offer,us-fms-offer,us,de,round,us,de,granted,2024-01-01,,{},\n\
                 notice,us-congress,us,de,round,us,de,granted,2024-01-01,,,{}\n",
                1 + draw.below(3),
                4 + draw.below(12)
            ),
        );
    }
    let resources: Vec<String> = { tables.keys() }
        .map(|name| format!(r#"{{"name": "{name}", "path": "{name}.csv"}}"#))
        .collect();
    let mut files: BTreeMap<String, Vec<u8>> = { tables.iter() }
        .map(|(name, text)| (format!("{name}.csv"), text.clone().into_bytes()))
        .collect();
    let descriptor = format!(
        r#"{{"name": "drawn", "darsena": {{"format": 1, "start": "2024-07-01", "period": "month", "periods": 14, "currency": "MUSD", "law_as_of": "2024-06-30"}}, "resources": [{}]}}"#,
        resources.join(", ")
    );
    files.insert("datapackage.json".into(), descriptor.into_bytes());
    let checked = read_memory(&files).check();
    let findings: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
    checked
        .scenario
        .unwrap_or_else(|| panic!("{}", findings.join("\n")))
}

/// The best plan with some rules lifted: every question asked again, every arc set, planned from nothing.
fn brute(scenario: &Scenario, law: &Law, day: Date, lifted: &BTreeSet<String>) -> Vec<Level> {
    let reading = law.read(ReadingOptions {
        as_of: AsOf::Fixed(day),
        ..ReadingOptions::default()
    });
    let arcs = open_arcs(scenario, reading.lifting(lifted), &[]);
    let options = Options {
        reasons: Reasons::None,
        prices: false,
        ..Options::default()
    };
    checked_plan(scenario, &arcs, &options, &mut Watch::nobody())
        .unwrap()
        .levels
}

fn priced(scenario: &Scenario, law: &Law, day: Date, threads: usize) -> Prices {
    let options = PriceOptions {
        plan: Options {
            threads,
            ..Options::default()
        },
        rules: BTreeSet::new(),
        pairs: true,
    };
    rule_prices(
        scenario,
        law,
        AsOf::Fixed(day),
        &options,
        &Stop::new(),
        &|_, _| {},
    )
    .unwrap()
}

fn falls(base: &[Level], then: &[Level]) -> Vec<f64> {
    base.iter()
        .zip(then)
        .map(|(a, b)| a.value - b.value)
        .collect()
}

#[track_caller]
fn same(told: &[f64], found: &[f64], base: &[Level], what: &str) {
    assert_eq!(told.len(), found.len(), "{what}");
    for ((told, found), level) in told.iter().zip(found).zip(base) {
        let near = 3e-6 * level.value.abs().max(1.0);
        assert!(
            (told - found).abs() <= near,
            "{what}: {} falls by {found}, told {told}",
            level.measure
        );
    }
}

#[test]
fn every_price_is_what_planning_from_nothing_gives() {
    let law = Law::embedded();
    let day = date(2024, 6, 30);
    let (mut gained, mut by_duals, mut paired) = (0, 0, 0);
    for seed in 0..SEEDS {
        let scenario = scenario(seed);
        let base = brute(&scenario, &law, day, &BTreeSet::new());
        let prices = priced(&scenario, &law, day, 1);
        same(
            &vec![0.0; base.len()],
            &falls(&base, &prices.base.levels),
            &base,
            "under the law",
        );
        let told: BTreeMap<&str, &Gain> = { prices.rules.iter() }
            .map(|one| (one.rule.id.as_str(), &one.gain))
            .collect();
        let ids: BTreeSet<&str> = law.rules().iter().map(|rule| rule.id()).collect();
        let mut alone: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for id in ids {
            let fell = falls(
                &base,
                &brute(&scenario, &law, day, &BTreeSet::from([id.to_string()])),
            );
            // No rule lifted makes anything worse: the first stage that changes falls.
            let first = fell
                .iter()
                .zip(&base)
                .find(|(f, l)| f.abs() > 3e-6 * l.value.abs().max(1.0));
            assert!(
                first.is_none_or(|(fall, _)| *fall > 0.0),
                "seed {seed}: {id} {fell:?}"
            );
            let said = told
                .get(id)
                .map_or_else(|| vec![0.0; base.len()], |gain| gain.falls(base.len()));
            same(&said, &fell, &base, &format!("seed {seed}: {id}"));
            gained += usize::from(first.is_some());
            by_duals += usize::from(told.get(id).is_some_and(|gain| **gain == Gain::ByDuals));
            if told.contains_key(id) {
                alone.insert(id, fell);
            }
        }
        let pairs: BTreeMap<(&str, &str), &Vec<f64>> = { prices.pairs.iter() }
            .map(|pair| {
                (
                    (pair.rules.0.as_str(), pair.rules.1.as_str()),
                    &pair.together,
                )
            })
            .collect();
        for (n, (a, falls_a)) in alone.iter().enumerate() {
            for (b, falls_b) in alone.iter().skip(n + 1) {
                let both = BTreeSet::from([(*a).to_string(), (*b).to_string()]);
                let fell = falls(&base, &brute(&scenario, &law, day, &both));
                let alone = falls_a.iter().zip(falls_b);
                let more: Vec<f64> = fell
                    .iter()
                    .zip(alone)
                    .map(|(both, (a, b))| both - a - b)
                    .collect();
                let first = more
                    .iter()
                    .zip(&base)
                    .find(|(m, l)| m.abs() > 1e-5 * l.value.abs().max(1.0));
                let together = first.is_some_and(|(more, _)| *more > 0.0);
                let what = format!("seed {seed}: {a} and {b}");
                match pairs.get(&(*a, *b)) {
                    Some(told) => same(told, &more, &base, &what),
                    None => assert!(!together, "{what} give {more:?} together, and are not told"),
                }
                paired += usize::from(together);
            }
        }
    }
    // The scenarios are such that all of it happens.
    assert!(
        gained > 8 && by_duals > 8 && paired > 1,
        "{gained} {by_duals} {paired}"
    );
}

#[test]
fn the_number_of_threads_changes_no_price() {
    let law = Law::embedded();
    let scenario = scenario(3);
    let told = |threads| {
        let prices = priced(&scenario, &law, date(2024, 6, 30), threads);
        darsena::rule_prices::answer(&scenario, &prices, None)
            .json()
            .to_string()
    };
    assert_eq!(told(1), told(3));
}

#[test]
fn a_price_that_is_stopped_says_so() {
    let law = Law::embedded();
    let scenario = scenario(1);
    let stop = Stop::new();
    stop.stop();
    let options = PriceOptions {
        plan: Options::default(),
        rules: BTreeSet::new(),
        pairs: true,
    };
    let prices = rule_prices(
        &scenario,
        &law,
        AsOf::Fixed(date(2024, 6, 30)),
        &options,
        &stop,
        &|_, _| {},
    )
    .unwrap();
    assert_ne!(prices.status.as_str(), "optimal");
    assert!(
        prices
            .rules
            .iter()
            .all(|one| one.gain == Gain::Unknown || one.arcs == 0)
    );
}

/// What the page of the real scenario says of the law.
#[test]
fn the_law_of_the_freeze_costs_nothing_and_that_before_costs_what_one_rule_costs() {
    let folder = PathBuf::from("../../scenarios/us-japan-2024");
    let scenario = darsena::scenario::load(&folder).unwrap().scenario.unwrap();
    let law = Law::embedded();
    let priced = |as_of, rules: &[&str]| {
        let options = PriceOptions {
            plan: Options::default(),
            rules: rules.iter().map(ToString::to_string).collect(),
            pairs: false,
        };
        rule_prices(&scenario, &law, as_of, &options, &Stop::new(), &|_, _| {}).unwrap()
    };
    let freeze = priced(AsOf::Known(scenario.head().law_as_of), &[]);
    assert_eq!((freeze.whole.first(), freeze.plans), (None, 2));
    assert!(freeze.rules.len() > 10 && freeze.rules.iter().all(|rule| rule.gain == Gain::ByNoLaw));
    let before = priced(AsOf::Fixed(date(2023, 12, 21)), &["JP-27", "JP-07"]);
    let delivered = |gain: &Gain| match gain {
        Gain::Planned(planned) => planned.delivered.iter().sum::<f64>().round(),
        _ => 0.0,
    };
    let of = |id: &str| {
        before
            .rules
            .iter()
            .find(|one| one.rule.id == id)
            .map(|one| delivered(&one.gain))
    };
    assert_eq!((delivered(&before.whole), of("JP-27")), (36.0, Some(36.0)));
    assert_eq!(of("JP-07").unwrap_or(0.0), 0.0);
}
