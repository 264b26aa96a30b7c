//! Small scenarios: what levers are worth is what planning every set of them from nothing says.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod drawn;

use std::sync::Arc;

use darsena_milp::{Status, Stop, Watch};
use darsena_plan::{Arcs, Measure, Options, Plan, Reasons};
use darsena_scenario::{Change, ChangeKind, Edit, Objective, Scenario, Span, TableName};
use darsena_whatif::levers::{
    Lever, LeverOptions, Levers, Limits, Set, levers, money, states_of_demands, steps,
};
use darsena_whatif::{Every, every};
use drawn::scenario;
use proptest::prelude::*;

fn set(table: TableName, id: &str, column: &str, value: &str) -> Edit {
    Edit::Set {
        table,
        id: id.into(),
        column: column.into(),
        value: value.into(),
        span: Span::ALWAYS,
    }
}

fn lever(id: &str, cost: f64, steps: u32, state: &str, edits: Vec<Edit>) -> Lever {
    Lever {
        change: Change {
            id: id.into(),
            kind: ChangeKind::Lever,
            edits,
            cost,
        },
        steps,
        states: vec![state.into()],
    }
}

/// Parts, a line, a stock that costs its keep, a quicker sea, and a line that shrinks and is cheaper.
fn five() -> Vec<Lever> {
    use TableName::{Capacity, Lanes, Recipes, Stockpiles};
    let shrink = vec![
        set(Capacity, "part-b", "capacity", "0.5"),
        set(Recipes, "part-b", "cost", "0.5"),
    ];
    vec![
        lever(
            "line",
            40.0,
            0,
            "us",
            vec![set(Capacity, "line-c", "capacity", "9")],
        ),
        lever(
            "part",
            30.0,
            1,
            "us",
            vec![set(Capacity, "part-a", "capacity", "8")],
        ),
        lever(
            "sea",
            20.0,
            1,
            "jp",
            vec![set(Lanes, "cd", "transit_days", "0")],
        ),
        lever("shrink", 5.0, 0, "jp", shrink),
        lever(
            "stock",
            10.0,
            0,
            "jp",
            vec![set(Stockpiles, "d", "quantity", "9")],
        ),
    ]
}

fn options(objective: Objective, limits: Limits) -> LeverOptions {
    LeverOptions {
        plan: Options {
            objective: Some(objective),
            reasons: Reasons::None,
            prices: false,
            threads: 2,
            ..Options::default()
        },
        limits,
        orders: 50,
        seed: 0,
        failures: 0,
    }
}

fn open(scenario: &Scenario, _: Option<&Change>) -> Arc<Arcs> {
    Arc::new(Arcs::open(scenario))
}

fn found(scenario: &Scenario, all: &[Lever], options: &LeverOptions) -> Levers {
    levers(scenario, &open, all, &[], options, &Stop::new(), &|_, _| ()).unwrap()
}

/// Every set planned from nothing.
fn by_hand(scenario: &Scenario, all: &[Lever], options: &Options) -> Vec<Plan> {
    let plan = |set: Set| {
        let chosen = all.iter().enumerate().filter(|(n, _)| set >> n & 1 == 1);
        let edits: Vec<Edit> = chosen
            .flat_map(|(_, lever)| lever.change.edits.clone())
            .collect();
        let changed = scenario.with(&edits).unwrap();
        darsena_plan::plan(
            &changed,
            &Arcs::open(&changed),
            options,
            &mut Watch::nobody(),
        )
        .unwrap()
    };
    (0..1 << all.len()).map(plan).collect()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-5 * a.abs().max(b.abs()).max(1.0)
}

fn order(a: &Plan, b: &Plan) -> std::cmp::Ordering {
    let mut pairs = a.levels.iter().zip(&b.levels);
    let apart = pairs.find(|(a, b)| !near(a.value, b.value));
    apart.map_or(std::cmp::Ordering::Equal, |(a, b)| {
        a.value.total_cmp(&b.value)
    })
}

fn scalar(plan: &Plan) -> f64 {
    let late = |level: &&darsena_plan::Level| matches!(level.measure, Measure::Late { .. });
    if plan.levels.iter().any(|level| late(&level)) {
        plan.levels
            .iter()
            .filter(late)
            .map(|level| level.value)
            .sum()
    } else {
        plan.levels.last().unwrap().value
    }
}

fn every_limit() -> Vec<Limits> {
    let budgets = [None, Some(0.0), Some(35.0), Some(60.0)];
    let steps = [None, Some(0), Some(1)];
    let pairs = budgets.iter().flat_map(|b| steps.iter().map(|s| (*b, *s)));
    pairs
        .map(|(budget, steps)| Limits { budget, steps })
        .collect()
}

/// Best portfolio, values and shares, each against all sets planned from nothing.
fn assert_by_hand(scenario: &Scenario, all: &[Lever], objective: Objective) {
    let asked = options(objective, Limits::default());
    let plans = by_hand(scenario, all, &asked.plan);
    let whole = plans.len() - 1;
    let price = |set: usize| (money(all, set as Set), steps(all, set as Set));
    for limits in every_limit() {
        let found = found(scenario, all, &options(objective, limits));
        assert_eq!(found.status, Status::Optimal);
        assert!(found.every && found.best.proved);
        let allowed = (0..plans.len()).filter(|set| {
            let (money, steps) = price(*set);
            limits.allow(money, steps)
        });
        let best = allowed.min_by(|a, b| {
            let (m, s) = price(*a);
            let (n, t) = price(*b);
            order(&plans[*a], &plans[*b])
                .then(m.total_cmp(&n))
                .then(s.cmp(&t))
        });
        let best = best.unwrap();
        let set = usize::try_from(found.best.set).unwrap();
        assert!(
            order(&plans[set], &plans[best]).is_eq(),
            "{limits:?}: {set:b} for {best:b}"
        );
        assert_eq!(price(set), price(best), "{limits:?}: {set:b} for {best:b}");
        assert_eq!(found.best.bound.as_ref(), Some(&found.best.worth));
    }
    let found = found(scenario, all, &asked);
    let gain = |set: usize| scalar(&plans[0]) - scalar(&plans[set]);
    for n in 0..all.len() {
        for (worth, set) in [
            (&found.alone[n], 1 << n),
            (&found.without[n], whole & !(1 << n)),
        ] {
            let worth = worth.as_ref().unwrap();
            for (value, level) in worth.stages.iter().zip(&plans[set].levels) {
                assert!(near(*value, level.value), "{set:b}: {worth:?}");
            }
        }
        // The mean over all orders, by how many others come before.
        let mut share = 0.0;
        for set in (0..plans.len()).filter(|set| set >> n & 1 == 0) {
            let (size, others) = (set.count_ones(), all.len() as u32 - 1);
            let orders: f64 = (1..=size).map(f64::from).product::<f64>()
                * (1..=others - size).map(f64::from).product::<f64>();
            let all: f64 = (1..=others + 1).map(f64::from).product();
            share += orders / all * (gain(set | 1 << n) - gain(set));
        }
        let shares = found.shares.as_ref().unwrap();
        assert!(
            (shares[n].share - share).abs() < 1e-3,
            "{n}: {shares:?} for {share}"
        );
        assert_eq!(shares[n].error, None);
    }
    assert_front(scenario, all, &plans, &found);
}

/// No row of the front is beaten by another, and in the values of the objective, money and steps none by any set planned
/// from nothing. (Which of several equals gains is free in a plan: against plans from nothing the front of states is held
/// where every state has one demand of a rank of its own.)
fn assert_front(scenario: &Scenario, all: &[Lever], plans: &[Plan], found: &Levers) {
    let (names, places) = states_of_demands(scenario);
    let gains = |late: &[f64]| {
        let mut gains = vec![0.0; names.len()];
        for (d, &state) in places.iter().enumerate() {
            gains[state] += found.none.late[d] - late[d];
        }
        gains
    };
    let late = |plan: &Plan| -> Vec<f64> {
        let mut late = vec![0.0; scenario.demands().len()];
        for row in &plan.unmet {
            late[row.demand] += row.quantity;
        }
        late
    };
    let price = |set: Set| (money(all, set), steps(all, set));
    let beats = |(a, gain): (Set, &[f64]), (b, other): (Set, &[f64])| {
        let ((m, s), (n, t)) = (price(a), price(b));
        let mut pairs = gain.iter().zip(other);
        let as_good = m <= n && s <= t && pairs.all(|(a, b)| *a >= b - 1e-3);
        let more = gain.iter().zip(other).any(|(a, b)| *a > b + 1e-3);
        as_good && (m < n || s < t || more)
    };
    let front: Vec<(Set, Vec<f64>)> = found
        .front
        .iter()
        .map(|(set, worth)| (*set, gains(&worth.late)))
        .collect();
    for (a, gain) in &front {
        for (b, other) in &front {
            assert!(
                a == b || !beats((*a, gain), (*b, other)),
                "{a:b} beats {b:b}"
            );
        }
    }
    let one_each = names.len() == scenario.demands().len();
    if one_each {
        let sets: Vec<(Set, Vec<f64>)> = (0..)
            .zip(plans)
            .map(|(set, plan)| (set, gains(&late(plan))))
            .collect();
        for (set, gain) in &sets {
            let beaten = sets
                .iter()
                .any(|(other, gains)| beats((*other, gains), (*set, gain)));
            let on = front.iter().any(|(other, gains)| {
                let same = price(*other) == price(*set);
                let mut pairs = gains.iter().zip(gain);
                same && pairs.all(|(a, b)| (a - b).abs() < 1e-2)
            });
            assert_eq!(!beaten, on, "{set:b} of {front:?}");
        }
    }
}

/// Each of three states asks once, each at a rank of its own: then every gain is the same in all best plans.
fn one_demand_a_state(numbers: &[u32]) -> Scenario {
    let tables = [
        ("parties", "party,name,kind,state\nus,US,state,us\njp,JP,state,jp\nau,AU,state,au\n".to_string()),
        ("sites", "site,name,state\na,A,us\nb,B,jp\nc,C,us\nd,D,jp\n".into()),
        ("items", "item,name,holding_cost\npart,Part,0.01\nwhole,Whole,0.02\n".into()),
        (
            "recipes",
            "recipe,site,item,lead_time_days,cost,resource,fixed_cost,minimum_run\n\
             part-a,a,part,30,1,part-a,,\npart-b,b,part,60,2,part-b,,\nwhole-c,c,whole,30,5,line-c,,\n\
             whole-new,c,whole,60,5,line-new,7,6\n"
                .into(),
        ),
        ("recipe_inputs", "recipe,item,quantity\nwhole-c,part,1\nwhole-new,part,1\n".into()),
        ("resources", "resource,site\npart-a,a\npart-b,b\nline-c,c\nline-new,c\n".into()),
        (
            "capacity",
            format!(
                "resource,from,capacity\npart-a,2024-01-01,{}\npart-b,2024-01-01,1\nline-c,2024-01-01,3\n\
                 line-new,2024-03-01,2\n",
                2 + numbers[0] % 4
            ),
        ),
        ("lanes", "lane,from_site,to_site,transit_days,cost\nac,a,c,0,0.1\nbc,b,c,30,0.5\ncd,c,d,30,0.3\n".into()),
        ("stockpiles", format!("site,item,quantity\nc,part,{}\nd,whole,2\n", numbers[1] % 6)),
        (
            "demands",
            format!(
                "demand,party,item,site,quantity,due,priority,tardiness_cost,unmet_cost\n\
                 one,us,whole,c,{},2024-05-01,1,10,50\ntwo,jp,whole,d,9,2024-06-01,2,8,60\n\
                 three,au,whole,d,{},2024-07-01,3,5,40\n",
                8 + numbers[2] % 8,
                6 + numbers[3] % 8
            ),
        ),
    ];
    drawn::scenario_of(&tables)
}

#[test]
fn three_scenarios_are_those_of_every_set_planned_from_nothing() {
    for numbers in [
        [1, 2, 3, 4, 5, 6, 7, 8],
        [17, 5, 99, 3, 0, 11, 8, 4],
        [4, 3, 2, 9, 4, 10, 5, 11],
    ] {
        assert_by_hand(&scenario(&numbers), &five(), Objective::Lexicographic);
    }
    assert_by_hand(
        &scenario(&[5, 1, 0, 3, 2, 9, 8, 7]),
        &five(),
        Objective::Weighted,
    );
}

#[test]
fn the_front_is_that_of_every_set_planned_from_nothing() {
    for numbers in [[0, 0, 7, 7], [1, 5, 3, 2], [3, 2, 6, 4]] {
        assert_by_hand(
            &one_demand_a_state(&numbers),
            &five(),
            Objective::Lexicographic,
        );
    }
}

#[test]
fn what_only_adds_is_told_from_what_may_harm() {
    let found = found(
        &scenario(&[1, 2, 3, 4, 5, 6, 7, 8]),
        &five(),
        &options(Objective::Lexicographic, Limits::default()),
    );
    // The stock costs its keep; what shrinks takes away; a quicker sea is another program.
    assert_eq!(found.adds & 0b00011, 0b00011, "{:b}", found.adds);
    assert_eq!(found.adds & 0b11000, 0, "{:b}", found.adds);
}

#[test]
fn two_levers_of_one_cell_stand_for_nobody() {
    let cell = |value: &str| vec![set(TableName::Capacity, "line-c", "capacity", value)];
    let two = [
        lever("a", 1.0, 0, "us", cell("9")),
        lever("b", 1.0, 0, "us", cell("8")),
    ];
    let scenario = scenario(&[1, 2, 3, 4, 5, 6, 7, 8]);
    let asked = options(Objective::Lexicographic, Limits::default());
    assert_eq!(found(&scenario, &two, &asked).adds, 0);
    assert_by_hand(&scenario, &two, Objective::Lexicographic);
}

#[test]
fn drawn_shares_are_near_the_exact_ones_and_tell_their_error() {
    // Thirteen levers: five that count, eight that do not.
    let scenario = scenario(&[1, 2, 3, 4, 5, 6, 7, 8]);
    let asked = options(Objective::Lexicographic, Limits::default());
    let exact = found(&scenario, &five(), &asked).shares.unwrap();
    let idle = |n: usize| {
        let edits = vec![set(TableName::Sites, "a", "name", &format!("A{n}"))];
        lever(&format!("idle-{n}"), 1.0, 0, "us", edits)
    };
    let many: Vec<Lever> = five().into_iter().chain((0..8).map(idle)).collect();
    let drawn = found(&scenario, &many, &asked);
    let shares = drawn.shares.as_ref().unwrap();
    let total = drawn.none.scalar() - drawn.all.scalar();
    let sum: f64 = shares.iter().map(|share| share.share).sum();
    assert!((sum - total).abs() < 1e-4, "{sum} for {total}");
    for (n, exact) in exact.iter().enumerate() {
        let (share, error) = (shares[n].share, shares[n].error.unwrap());
        assert!(
            (share - exact.share).abs() <= 5.0 * error + 1e-6,
            "{n}: {shares:?}"
        );
    }
}

#[test]
fn a_lever_is_worth_what_less_a_failure_costs_with_it() {
    let scenario = scenario(&[1, 2, 3, 4, 5, 6, 7, 8]);
    let from = jiff::civil::date(2024, 3, 1);
    let failures = every(&scenario, Every::Site, from, 90);
    let asked = LeverOptions {
        failures: 2,
        ..options(Objective::Lexicographic, Limits::default())
    };
    let all = five();
    let found = levers(
        &scenario,
        &open,
        &all,
        &failures,
        &asked,
        &Stop::new(),
        &|_, _| (),
    )
    .unwrap();
    assert!(found.failures_complete);
    let plain: Vec<_> = found
        .under
        .iter()
        .filter(|row| row.lever.is_none())
        .collect();
    assert_eq!(plain.len(), 2);
    assert_eq!(found.under.len(), 2 * (1 + all.len()));
    for row in found.under.iter().filter(|row| row.lever.is_some()) {
        let n = row.lever.unwrap();
        let before = plain
            .iter()
            .find(|other| other.failure == row.failure)
            .unwrap();
        let alone = found.none.late() - found.alone[n].as_ref().unwrap().late();
        assert!(
            (row.value - (alone + before.lost - row.lost)).abs() < 1e-4,
            "{row:?}"
        );
    }
}

#[test]
fn what_is_stopped_has_the_best_so_far() {
    let stop = Stop::new();
    let (calls, asked) = (
        std::sync::atomic::AtomicUsize::new(0),
        options(Objective::Lexicographic, Limits::default()),
    );
    let watch = |_: usize, _: usize| {
        if calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 3 {
            stop.stop();
        }
    };
    let scenario = scenario(&[1, 2, 3, 4, 5, 6, 7, 8]);
    let found = levers(&scenario, &open, &five(), &[], &asked, &stop, &watch).unwrap();
    assert_eq!(found.status, Status::Stopped);
    assert!(!found.every && found.shares.is_none());
    assert!(found.alone.iter().any(Option::is_none));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn more_money_or_steps_never_hurt_and_shares_sum_to_the_gain(
        numbers in prop::collection::vec(0u32..1000, 8),
        budget in 0.0f64..100.0,
        more in 0.0f64..50.0,
        steps in 0u32..2,
    ) {
        let scenario = scenario(&numbers);
        let of = |budget: f64, steps: u32| {
            let limits = Limits { budget: Some(budget), steps: Some(steps) };
            found(&scenario, &five(), &options(Objective::Lexicographic, limits))
        };
        let (less, richer, freer) = (of(budget, steps), of(budget + more, steps), of(budget, steps + 1));
        prop_assert!(richer.best.worth.order(&less.best.worth).is_le());
        prop_assert!(freer.best.worth.order(&less.best.worth).is_le());
        prop_assert!(money(&five(), less.best.set) <= budget);
        let gain = less.none.scalar() - less.all.scalar();
        for shares in [
            less.shares.as_ref().unwrap().iter().map(|share| share.share).sum::<f64>(),
            less.states.as_ref().unwrap().iter().map(|(_, share)| share.share).sum(),
        ] {
            prop_assert!((shares - gain).abs() < 1e-4, "{shares} for {gain}");
        }
        // With one thread or two, the same.
        let asked = options(Objective::Lexicographic, Limits::default());
        let one = LeverOptions { plan: Options { threads: 1, ..asked.plan.clone() }, ..asked.clone() };
        let (a, b) = (found(&scenario, &five(), &asked), found(&scenario, &five(), &one));
        prop_assert_eq!((a.front, a.best, a.shares, a.planned), (b.front, b.best, b.shares, b.planned));
    }
}
