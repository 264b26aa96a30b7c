//! Small scenarios: what a failure costs is what planning the closed scenario from nothing says.

use std::collections::BTreeMap;
use std::sync::Arc;

use darsena_milp::{Stop, Watch};
use darsena_plan::again::Way;
use darsena_plan::{Arcs, Options, Reasons};
use darsena_scenario::{Edit, Scenario, read_memory};
use darsena_whatif::{Every, StressOptions, every, stress};
use proptest::prelude::*;

/// Two plants of a part and one of the whole, stores on both sides of a sea, three customers of two ranks.
fn scenario(numbers: &[u32]) -> Scenario {
    let at = |n: usize| numbers[n % numbers.len()];
    let mut files = BTreeMap::new();
    let mut file = |name: &str, text: String| {
        files.insert(name.to_string(), text.into_bytes());
    };
    let tables = [
        "parties",
        "sites",
        "items",
        "recipes",
        "recipe_inputs",
        "resources",
        "capacity",
        "lanes",
        "stockpiles",
        "demands",
    ];
    let resources: Vec<String> = tables
        .iter()
        .map(|t| format!(r#"{{ "name": "{t}", "path": "{t}.csv" }}"#))
        .collect();
    file(
        "datapackage.json",
        format!(
            r#"{{ "name": "drawn", "darsena": {{ "format": 1, "start": "2024-01-01", "period": "month",
            "periods": 12, "currency": "USD", "law_as_of": "2024-01-01" }}, "resources": [{}] }}"#,
            resources.join(", ")
        ),
    );
    let mut file = |name: &str, text: String| {
        files.insert(format!("{name}.csv"), text.into_bytes());
    };
    file(
        "parties",
        "party,name,kind,state\nus,US,state,us\njp,Japan,state,jp\n".into(),
    );
    file(
        "sites",
        "site,name,state\na,A,us\nb,B,jp\nc,C,us\nd,D,jp\n".into(),
    );
    file(
        "items",
        "item,name,holding_cost\npart,Part,0.01\nwhole,Whole,0.02\n".into(),
    );
    file(
        "recipes",
        "recipe,site,item,lead_time_days,cost,resource\n\
         part-a,a,part,30,1,part-a\npart-b,b,part,60,2,part-b\nwhole-c,c,whole,30,5,line-c\n"
            .into(),
    );
    file(
        "recipe_inputs",
        "recipe,item,quantity\nwhole-c,part,1\n".into(),
    );
    file(
        "resources",
        "resource,site\npart-a,a\npart-b,b\nline-c,c\n".into(),
    );
    file(
        "capacity",
        format!(
            "resource,from,capacity\npart-a,2024-01-01,{}\npart-b,2024-01-01,{}\nline-c,2024-01-01,{}\n",
            2 + at(0) % 6,
            1 + at(1) % 4,
            3 + at(2) % 6
        ),
    );
    file(
        "lanes",
        "lane,from_site,to_site,transit_days,cost\nac,a,c,0,0.1\nbc,b,c,30,0.5\ncd,c,d,30,0.3\n"
            .into(),
    );
    file(
        "stockpiles",
        format!(
            "site,item,quantity\nc,part,{}\nd,whole,{}\n",
            at(3) % 12,
            at(4) % 5
        ),
    );
    file(
        "demands",
        format!(
            "demand,party,item,site,quantity,due,priority,tardiness_cost,unmet_cost\n\
             one,us,whole,c,{},2024-05-01,1,10,50\ntwo,jp,whole,d,{},2024-07-01,1,8,60\n\
             three,jp,whole,d,{},2024-09-01,2,5,40\n",
            5 + at(5) % 12,
            4 + at(6) % 9,
            6 + at(7) % 12
        ),
    );
    let checked = read_memory(&files).check();
    let findings: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
    checked.scenario.unwrap_or_else(|| panic!("{findings:#?}"))
}

fn options(objective: darsena_scenario::Objective, foreseen: bool) -> StressOptions {
    StressOptions {
        plan: Options {
            objective: Some(objective),
            reasons: Reasons::None,
            prices: false,
            threads: 2,
            ..Options::default()
        },
        foreseen,
        survive: false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_shortcut_says_what_planning_from_nothing_says(
        numbers in prop::collection::vec(0u32..1000, 8),
        month in 1u32..9,
        days in prop::sample::select(vec![31u32, 62, 120]),
        weighted in any::<bool>(),
    ) {
        use darsena_scenario::Objective::{Lexicographic, Weighted};
        let scenario = scenario(&numbers);
        let objective = if weighted { Weighted } else { Lexicographic };
        let from = jiff::civil::date(2024, i8::try_from(month).unwrap(), 1);
        let mut failures = every(&scenario, Every::Site, from, days);
        failures.extend(every(&scenario, Every::Resource, from, days));
        failures.extend(every(&scenario, Every::Lane, from, days));
        failures.extend(every(&scenario, Every::Recipe, from, days));
        let options = options(objective, true);
        let open = |scenario: &Scenario, _: Option<&_>| Arc::new(Arcs::open(scenario));
        let found = stress(&scenario, &open, &failures, &options, &Stop::new(), &|_, _| ()).unwrap();
        prop_assert!(found.complete);
        for fate in &found.fates {
            let changed = scenario.with(&failures[fate.failure].change.edits).unwrap();
            let cold = darsena_plan::plan(&changed, &Arcs::open(&changed), &options.plan, &mut Watch::nobody()).unwrap();
            prop_assert!(fate.way != Way::Cold);
            let base = &found.base.levels;
            for ((level, base), more) in cold.levels.iter().zip(base).zip(&fate.by_priority) {
                if !weighted {
                    prop_assert!((level.value - base.value - more.1).abs() < 1e-5, "{:?} {:?}", fate, cold.levels);
                }
            }
            let cost = cold.levels.last().unwrap().value - base.last().unwrap().value;
            prop_assert!((cost - fate.cost).abs() < 1e-5 * cost.abs().max(100.0), "{cost} {fate:?}");
        }
    }

    #[test]
    fn what_was_decided_stands_and_foresight_never_costs(
        numbers in prop::collection::vec(0u32..1000, 8),
        month in 2u32..9,
    ) {
        let scenario = scenario(&numbers);
        let from = jiff::civil::date(2024, i8::try_from(month).unwrap(), 1);
        let failures = every(&scenario, Every::Site, from, 90);
        let open = |scenario: &Scenario, _: Option<&_>| Arc::new(Arcs::open(scenario));
        let of = |foreseen| {
            let options = options(darsena_scenario::Objective::Weighted, foreseen);
            stress(&scenario, &open, &failures, &options, &Stop::new(), &|_, _| ()).unwrap()
        };
        let (known, struck) = (of(true), of(false));
        for fate in &struck.fates {
            let before = known.fates.iter().find(|other| other.failure == fate.failure).unwrap();
            prop_assert!(before.cost <= fate.cost + 1e-6, "{before:?} {fate:?}");
            prop_assert!(fate.cost >= -1e-6);
        }
    }
}

#[test]
fn the_time_to_survive_is_the_longest_failure_without_loss() {
    let scenario = scenario(&[5, 3, 5, 11, 4, 1, 1, 1]);
    let from = jiff::civil::date(2024, 3, 1);
    let failures = every(&scenario, Every::Site, from, 30);
    let open = |scenario: &Scenario, _: Option<&_>| Arc::new(Arcs::open(scenario));
    let options = StressOptions {
        survive: true,
        ..options(darsena_scenario::Objective::Lexicographic, false)
    };
    let found = stress(
        &scenario,
        &open,
        &failures,
        &options,
        &Stop::new(),
        &|_, _| (),
    )
    .unwrap();
    for fate in &found.fates {
        let survives = fate.survives.unwrap();
        let periods = scenario.head().horizon().len() - 2;
        for length in [survives, survives + 1] {
            if length == 0 || length > periods {
                continue;
            }
            let until = if length < periods {
                scenario.head().horizon().start_of(2 + length)
            } else {
                scenario.head().horizon().end()
            };
            let mut failure = failures[fate.failure].clone();
            for edit in &mut failure.change.edits {
                if let Edit::Out { span, .. } = edit {
                    span.until = Some(until);
                }
            }
            let options = StressOptions {
                survive: false,
                ..options.clone()
            };
            let again = stress(
                &scenario,
                &open,
                &[failure],
                &options,
                &Stop::new(),
                &|_, _| (),
            )
            .unwrap();
            let harmless = again.fates[0]
                .by_priority
                .iter()
                .all(|(_, more)| *more <= 1e-6);
            assert_eq!(harmless, length == survives, "{fate:?} for {length}");
        }
    }
}
