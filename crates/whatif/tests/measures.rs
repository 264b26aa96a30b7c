//! The static measures: by hand, against programs solved from nothing, and against each other.

mod drawn;

use std::sync::Arc;

use darsena_milp::{Stop, Watch};
use darsena_plan::Arcs;
use darsena_plan::steady::Steady;
use darsena_scenario::{Change, ChangeKind, Edit, Scenario, Span, TableName};
use darsena_whatif::{Every, Failure, Static, every, static_measures};
use drawn::{scenario, scenario_of};
use proptest::prelude::*;

fn measured(scenario: &Scenario, failures: &[Failure], threads: usize) -> Static {
    let open = |scenario: &Scenario, _: Option<&_>| Arc::new(Arcs::open(scenario));
    let found = static_measures(
        scenario,
        &open,
        failures,
        false,
        threads,
        &Stop::new(),
        &|_, _| (),
    );
    found.expect("it can be solved").expect("nobody stops it")
}

/// Parts from `a` (6 a month) and `b` (2 a month) become wholes at `c` (5 a month), of which 3 a month are asked for.
/// In stock: 2 parts and 6 wholes.
///
/// - Without `c` there are the 6 wholes: 2 months; in 4 months 12 - 6 = 6 units are lost.
/// - Without `a` there are the 6 wholes, the 2 parts and 2 a month: 3 t <= 8 + 2 t, so 8 months; in 10 months 30 - 28 = 2
///   units are lost.
/// - Without `b` nothing is lost: `a` alone makes more than is asked for.
#[test]
fn by_hand() {
    let tables = [
        ("parties", "party,name,kind,state\nus,US,state,us\n"),
        ("sites", "site,name,state\na,A,us\nb,B,us\nc,C,us\n"),
        ("items", "item,name\npart,Part\nwhole,Whole\n"),
        (
            "recipes",
            "recipe,site,item,lead_time_days,resource\npart-a,a,part,30,part-a\npart-b,b,part,60,part-b\nwhole-c,c,whole,30,line-c\n",
        ),
        ("recipe_inputs", "recipe,item,quantity\nwhole-c,part,1\n"),
        ("resources", "resource,site\npart-a,a\npart-b,b\nline-c,c\n"),
        (
            "capacity",
            "resource,from,capacity\npart-a,2024-01-01,6\npart-b,2024-01-01,2\nline-c,2024-01-01,5\n",
        ),
        (
            "lanes",
            "lane,from_site,to_site,transit_days\nac,a,c,0\nbc,b,c,30\n",
        ),
        ("stockpiles", "site,item,quantity\nc,part,2\nc,whole,6\n"),
        (
            "demands",
            "demand,party,item,site,quantity,due,priority,unmet_cost\none,us,whole,c,12,2024-05-01,1,2\ntwo,us,whole,c,24,2024-11-01,1,2\n",
        ),
    ];
    let scenario = scenario_of(&tables.map(|(name, text)| (name, text.to_string())));
    // Of the year's 366 days: 122 are 4 periods, 305 are 10.
    let first = scenario.head().start;
    for (days, site, units, survives) in [
        (122, "c", None, 0.0),
        (122, "a", Some(0.0), 8.0),
        (305, "a", Some(2.0), 8.0),
        (305, "b", Some(0.0), 12.0),
    ] {
        let failures: Vec<Failure> = every(&scenario, Every::Site, first, days)
            .into_iter()
            .filter(|failure| failure.change.id == site)
            .collect();
        let found = measured(&scenario, &failures, 1);
        let one = &found.fates[0];
        // A site that is out hands nothing over: with `c` nothing at all is served.
        let units = units.unwrap_or(12.0);
        assert!((one.measured.units - units).abs() < 1e-9, "{site}: {one:?}");
        assert!(
            (one.measured.loss - 2.0 * units).abs() < 1e-9,
            "{site}: {one:?}"
        );
        assert!(
            (one.measured.survives - survives).abs() < 1e-9,
            "{site}: {one:?}"
        );
    }
    // The recipe alone leaves the wholes that are there.
    let recipe = every(&scenario, Every::Recipe, first, 122);
    let found = measured(&scenario, &recipe, 1);
    assert_eq!(recipe[found.fates[0].failure].change.id, "whole-c");
    assert!((found.fates[0].measured.units - 6.0).abs() < 1e-9);
    assert!((found.fates[0].measured.survives - 2.0).abs() < 1e-9);
    assert_eq!(found.steady.short().count(), 0);
}

/// Every failure of one thing, and pairs of them.
fn failures(scenario: &Scenario, days: u32) -> Vec<Failure> {
    let first = scenario.head().start;
    let all = [Every::Site, Every::Recipe, Every::Resource, Every::Lane];
    let mut failures: Vec<Failure> = all
        .into_iter()
        .flat_map(|what| every(scenario, what, first, days))
        .collect();
    for n in 1..failures.len() {
        let mut both = failures[n].clone();
        both.change.id = format!("{}+{}", failures[n - 1].change.id, both.change.id);
        both.change
            .edits
            .extend(failures[n - 1].change.edits.clone());
        failures.push(both);
    }
    failures
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_shortcut_says_what_solving_from_nothing_says(
        numbers in prop::collection::vec(0u32..1000, 8),
        days in prop::sample::select(vec![30u32, 100, 250]),
    ) {
        let scenario = scenario(&numbers);
        let failures = failures(&scenario, days);
        let found = measured(&scenario, &failures, 2);
        prop_assert!(found.complete);
        prop_assert_eq!(&found.fates, &measured(&scenario, &failures, 1).fates);
        for fate in &found.fates {
            let edits = failures[fate.failure].change.edits.iter().cloned();
            let always = edits.map(|edit| match edit {
                Edit::Out { table, id, .. } => Edit::Out { table, id, span: Span::ALWAYS },
                other => other,
            });
            let changed = scenario.with(&always.collect::<Vec<_>>()).unwrap();
            let arcs = Arcs::open(&changed);
            let anew = found.steady.measured_anew(&changed, &arcs, false, fate.length, &mut Watch::nobody());
            let anew = anew.unwrap().unwrap();
            prop_assert!((anew.loss - fate.measured.loss).abs() < 1e-6 * anew.loss.max(1.0), "{anew:?} {fate:?}");
            prop_assert!((anew.survives - fate.measured.survives).abs() < 1e-6, "{anew:?} {fate:?}");
        }
    }

    /// Nothing is lost up to the time to survive, and something beyond it.
    #[test]
    fn the_two_measures_agree(numbers in prop::collection::vec(0u32..1000, 8)) {
        let scenario = scenario(&numbers);
        let steady = Steady::new(&scenario, &Arcs::open(&scenario), false, &mut Watch::nobody()).unwrap().unwrap();
        let mut measurer = steady.measurer().unwrap();
        let watch = &mut Watch::nobody();
        for failure in failures(&scenario, 30) {
            let shut = steady.shut(&scenario, &failure.change.edits).unwrap();
            let survives = measurer.survives(&shut, watch).unwrap().unwrap();
            let (until, _) = measurer.loss(&shut, survives, watch).unwrap().unwrap();
            prop_assert!(until < 1e-6, "{until} {failure:?}");
            if survives < 12.0 - 1e-6 {
                let (beyond, _) = measurer.loss(&shut, survives + 0.5, watch).unwrap().unwrap();
                prop_assert!(beyond > 1e-6, "{survives} {failure:?}");
            }
        }
    }
}

/// A change that is more than something out of use is formulated anew.
#[test]
fn other_changes_are_measured_as_well() {
    let scenario = scenario(&[5, 3, 5, 11, 4, 1, 1, 1]);
    let first = scenario.head().start;
    let failure = |edit| Failure {
        change: Change {
            id: "x".into(),
            kind: ChangeKind::Disruption,
            edits: vec![edit],
            cost: 0.0,
        },
        from: first,
    };
    let out = Edit::Out {
        table: TableName::Resources,
        id: "line-c".into(),
        span: Span::ALWAYS,
    };
    let scaled = Edit::Scale {
        resource: "line-c".into(),
        times: 0.0,
        span: Span::ALWAYS,
    };
    let found = measured(&scenario, &[failure(out), failure(scaled)], 1);
    let [one, other] = &found.fates[..] else {
        panic!("two failures")
    };
    assert!(one.measured.loss > 0.0);
    assert!((one.measured.loss - other.measured.loss).abs() < 1e-6);
    assert!((one.measured.survives - other.measured.survives).abs() < 1e-6);
}
