//! The checker is no check that cannot fail: whatever is changed in a good plan, or in the tables under
//! it, breaks the rule that speaks of it and no other.

use std::collections::BTreeSet;

use darsena_plan::check::check;
use darsena_plan::{Arcs, Hold, Measure, Opening, Plan, Shortfall, Unmet};
use darsena_scenario::{Objective, Scenario};
use jiff::civil::date;

use crate::tables::{Tables, asked, planned};

/// Two plants in two states, a base that packs, and something of everything.
fn pact() -> Tables {
    Tables::weeks(6)
        .with(
            "sites",
            "site,name,state,kind",
            &[
                "forge,Forge,us,plant",
                "koba,Koba,jp,plant",
                "base,Base,us,base",
            ],
        )
        .with(
            "items",
            "item,name,holding_cost",
            &["round,Round,0", "motor,Motor,0", "kit,Kit,0.5"],
        )
        .with(
            "resources",
            "resource,site,overtime_cost",
            &["line-us,forge,4", "line-jp,koba,0", "bench,base,0"],
        )
        .with(
            "capacity",
            "resource,from,until,capacity,overtime",
            &[
                "line-us,2024-07-01,,3,1",
                "line-jp,2024-07-01,,3,0",
                "bench,2024-07-01,,2,0",
            ],
        )
        .with(
            "recipes",
            "recipe,site,item,lead_time_days,cost,resource,fixed_cost,minimum_run,from",
            &[
                "make-us,forge,round,7,2,line-us,0,0,",
                "make-jp,koba,round,7,1,line-jp,0,0,",
                "pack,base,kit,0,0,bench,10,1,",
            ],
        )
        .with(
            "recipe_inputs",
            "recipe,item,quantity",
            &["make-us,motor,1", "make-jp,motor,1", "pack,round,1"],
        )
        .with(
            "lanes",
            "lane,from_site,to_site,transit_days,item,cost,capacity,until",
            &["home,forge,base,0,round,1,4,", "sea,koba,base,7,,2,,"],
        )
        .with(
            "stockpiles",
            "site,item,quantity,made_in,floor,floor_cost",
            &[
                "forge,motor,20,,0,",
                "koba,motor,20,,0,",
                "base,round,3,us,1,",
                "base,kit,0,us,2,1",
            ],
        )
        .with(
            "receipts",
            "site,item,date,quantity,made_in,firm",
            &["base,round,2024-07-08,3,jp,yes"],
        )
        .with(
            "priorities",
            "party,from,until,priority",
            &["jp,2024-07-15,2024-07-22,1"],
        )
        .with(
            "closures",
            "what,id,from,until",
            &["resource,line-jp,2024-07-29,2024-08-05"],
        )
        .with(
            "demands",
            "demand,party,site,item,due,quantity,priority,tardiness_cost,made_in,deadline",
            &[
                "d-own,us,base,round,2024-07-08,9,1,5,us,",
                "d-any,jp,base,round,2024-07-08,8,2,3,,",
                "d-kit,us,base,kit,2024-07-15,3,3,1,,2024-08-10",
            ],
        )
}

/// The good plan of [`pact`].
fn good(scenario: &Scenario) -> Plan {
    planned(scenario, &asked(Objective::Lexicographic)).unwrap()
}

type Change = fn(&mut Tables, &mut Arcs, &mut Plan);

/// What is changed, and the rules that then do not hold.
const CHANGES: &[(&str, &[&str], Change)] = &[
    // Amounts.
    ("a negative amount", &["amount"], |_, _, plan| {
        let hold = plan.hold[0].clone();
        plan.hold.push(Hold {
            quantity: -1.0,
            ..hold.clone()
        });
        plan.hold.push(Hold {
            quantity: 1.0,
            ..hold
        });
    }),
    (
        "no number",
        &["amount", "balance", "objective"],
        |_, _, plan| {
            let hold = plan.hold.iter().position(|h| h.item == 1).unwrap();
            plan.hold[hold].quantity = f64::NAN;
        },
    ),
    ("a period after the end", &["amount"], |_, _, plan| {
        plan.hold[0].period = 6
    }),
    ("runs that end after the end", &["amount"], |_, _, plan| {
        plan.make[0].done = 6
    }),
    ("a place that is not there", &["amount"], |_, _, plan| {
        plan.deliver[0].kind = 99
    }),
    // Kinds.
    ("units named as another item", &["kind"], |_, _, plan| {
        let hold = plan.hold.iter().position(|h| h.item == 1).unwrap();
        plan.hold[hold].item = 2;
        plan.levels.iter_mut().for_each(|l| l.gap = 0.0);
    }),
    ("a state in two kinds", &["demand", "kind"], |_, _, plan| {
        let kinds: Vec<usize> = of_round(plan);
        plan.kinds[kinds[1]].states.insert(0, "jp".into());
    }),
    (
        "kinds not told apart",
        &["kind", "balance"],
        |_, _, plan| {
            let kinds: Vec<usize> = of_round(plan);
            kinds.iter().for_each(|&k| plan.kinds[k].states.clear());
        },
    ),
    // Dates, lead and transit times.
    ("a longer lead time", &["window"], |tables, _, _| {
        tables.set("recipes", 0, "lead_time_days", 8)
    }),
    ("a longer way", &["window"], |tables, _, _| {
        tables.set("lanes", 1, "transit_days", 8)
    }),
    ("a recipe that starts later", &["window"], |tables, _, _| {
        tables.set("recipes", 0, "from", "2024-07-02")
    }),
    ("a lane that ends earlier", &["window"], |tables, _, _| {
        tables.set("lanes", 0, "until", "2024-07-15")
    }),
    ("a recipe not permitted", &["window"], |_, arcs, _| {
        arcs.make[0] = Opening::never()
    }),
    ("a lane permitted later", &["window"], |_, arcs, _| {
        arcs.ship[0] = Opening::from_day(date(2024, 7, 16))
    }),
    (
        "output that is not runs times quantity",
        &["window"],
        |_, _, plan| plan.make[0].quantity += 0.5,
    ),
    // Balances.
    ("less stock", &["balance"], |tables, _, _| {
        tables.set("stockpiles", 1, "quantity", 19)
    }),
    ("less that is received", &["balance"], |tables, _, _| {
        tables.set("receipts", 0, "quantity", 0.5)
    }),
    ("a later receipt", &["balance"], |tables, _, _| {
        tables.set("receipts", 0, "date", "2024-07-09")
    }),
    (
        "a receipt that is not firm",
        &["balance"],
        |tables, _, _| tables.set("receipts", 0, "firm", "no"),
    ),
    ("a receipt of another make", &["balance"], |tables, _, _| {
        tables.set("receipts", 0, "made_in", "us")
    }),
    ("more of an input", &["balance"], |tables, _, _| {
        tables.set("recipe_inputs", 0, "quantity", 1.5)
    }),
    ("more drawn by runs", &["balance"], |tables, _, _| {
        tables.set("recipe_inputs", 2, "quantity", 1.5)
    }),
    ("units from nowhere", &["balance"], |_, _, plan| {
        let hold = plan.hold.iter().position(|h| h.item == 1).unwrap();
        plan.hold[hold].quantity += 0.01;
    }),
    ("another kind drawn", &["balance"], |_, _, plan| {
        let kinds = of_round(plan);
        let draw = &mut plan.draw[0];
        draw.kind = if draw.kind == kinds[0] {
            kinds[1]
        } else {
            kinds[0]
        };
    }),
    ("another kind under way", &["balance"], |_, _, plan| {
        let kinds = of_round(plan);
        let ship = plan.ship.iter().position(|s| s.lane == 0).unwrap();
        plan.ship[ship].kind = if plan.ship[ship].kind == kinds[0] {
            kinds[1]
        } else {
            kinds[0]
        };
    }),
    // Capacity.
    ("less capacity", &["answer", "capacity"], |tables, _, _| {
        tables.set("capacity", 0, "capacity", 2.5)
    }),
    ("less overtime", &["answer", "capacity"], |tables, _, _| {
        tables.set("capacity", 0, "overtime", 0.5)
    }),
    (
        "a closed resource",
        &["answer", "capacity"],
        |tables, _, _| {
            tables
                .rows("closures")
                .push("resource,bench,2024-07-15,2024-08-05".into());
        },
    ),
    (
        "a run that takes more",
        &["answer", "capacity"],
        |tables, _, _| {
            let (header, rows) = &tables.tables["recipes"];
            let (header, mut rows) = (format!("{header},usage"), rows.clone());
            rows.iter_mut().for_each(|row| row.push_str(",1.1"));
            tables.tables.insert("recipes", (header, rows));
        },
    ),
    (
        "overtime that is not worked",
        &["capacity", "objective"],
        |_, _, plan| plan.overtime.clear(),
    ),
    // Lanes.
    ("a smaller lane", &["lane"], |tables, _, _| {
        tables.set("lanes", 0, "capacity", 3.5)
    }),
    ("a closed lane", &["lane"], |tables, _, _| {
        tables
            .rows("closures")
            .push("lane,sea,2024-07-08,2024-07-15".into());
    }),
    // Lines.
    ("a larger minimum run", &["line"], |tables, _, _| {
        tables.set("recipes", 2, "minimum_run", 20)
    }),
    (
        "a line that runs while shut",
        &["line", "objective"],
        |_, _, plan| plan.lines[0].open = false,
    ),
    // Demands.
    ("a deadline", &["demand"], |tables, _, _| {
        tables.set("demands", 0, "deadline", "2024-07-15")
    }),
    ("a demand not permitted", &["demand"], |_, arcs, _| {
        arcs.deliver[0] = Opening::never()
    }),
    (
        "units of a make that is refused",
        &["demand"],
        |_, _, plan| {
            // A delivery of each demand in one period, of two kinds, changed for each other.
            let kinds = of_round(plan);
            let (own, any) = (demand_of(plan, 2), demand_of(plan, 0));
            let pair = own.iter().find_map(|&a| {
                let same = |b: &&usize| {
                    plan.deliver[**b].period == plan.deliver[a].period
                        && plan.deliver[**b].kind == kinds[0]
                };
                any.iter().find(same).map(|&b| (a, b))
            });
            let (a, b) = pair.expect("both are served in some period");
            let part = f64::min(plan.deliver[a].quantity, plan.deliver[b].quantity);
            let (mut more_a, mut more_b) = (plan.deliver[a].clone(), plan.deliver[b].clone());
            (more_a.kind, more_b.kind) = (more_b.kind, more_a.kind);
            for (row, more) in [(a, &mut more_a), (b, &mut more_b)] {
                plan.deliver[row].quantity -= part;
                more.quantity = part;
            }
            plan.deliver.extend([more_a, more_b]);
        },
    ),
    ("open units left unsaid", &["demand"], |_, _, plan| {
        plan.unmet.remove(0);
    }),
    ("open units said twice", &["demand"], |_, _, plan| {
        let first = plan.unmet[0].clone();
        plan.unmet.push(first);
    }),
    (
        "open units before they are due",
        &["demand"],
        |_, _, plan| {
            plan.unmet.push(Unmet {
                demand: 0,
                period: 0,
                quantity: 1.0,
            });
        },
    ),
    (
        "less wanted than delivered",
        &["answer", "demand", "objective"],
        |tables, _, _| {
            tables.set("demands", 0, "quantity", 5);
        },
    ),
    (
        "a demand due later",
        &["answer", "demand", "objective"],
        |tables, _, _| {
            tables.set("demands", 0, "due", "2024-07-15");
        },
    ),
    // Floors.
    ("a higher floor", &["floor"], |tables, _, _| {
        tables.set("stockpiles", 2, "floor", 2)
    }),
    (
        "a floor missed in silence",
        &["floor", "objective"],
        |_, _, plan| plan.shortfall.clear(),
    ),
    ("a floor that is none", &["floor"], |_, _, plan| {
        plan.shortfall.push(Shortfall {
            site: 0,
            item: 1,
            period: 0,
            quantity: 1.0,
        });
    }),
    // The objective.
    ("a level too low", &["objective"], |_, _, plan| {
        let level = plan.levels.last_mut().unwrap();
        (level.value, level.bound) = (level.value - 0.01, level.bound - 0.01);
    }),
    (
        "open units of a priority too low",
        &["objective"],
        |_, _, plan| {
            let level = &mut plan.levels[1];
            (level.value, level.bound) = (level.value - 0.01, level.bound - 0.01);
        },
    ),
    ("a bound above its value", &["objective"], |_, _, plan| {
        plan.levels[1].bound += 0.01
    }),
    ("a gap that is left", &["objective"], |_, _, plan| {
        let level = plan.levels.last_mut().unwrap();
        level.bound = 0.5 * level.value;
        level.gap = (level.value - level.bound) / level.value.max(1.0);
    }),
    ("a gap that is none", &["objective"], |_, _, plan| {
        plan.levels[1].gap = 0.01
    }),
    ("a level twice", &["objective"], |_, _, plan| {
        let level = plan.levels[1].clone();
        plan.levels.insert(1, level);
    }),
    ("no cost", &["objective"], |_, _, plan| {
        plan.levels.pop();
    }),
    ("no level for a priority", &["objective"], |_, _, plan| {
        plan.levels
            .retain(|l| l.measure != Measure::Late { priority: 1 });
    }),
    ("dearer runs", &["objective"], |tables, _, _| {
        tables.set("recipes", 0, "cost", 3)
    }),
    ("dearer shipments", &["objective"], |tables, _, _| {
        tables.set("lanes", 1, "cost", 3)
    }),
    ("dearer stock", &["objective"], |tables, _, _| {
        tables.set("items", 1, "holding_cost", 1)
    }),
    ("dearer overtime", &["objective"], |tables, _, _| {
        tables.set("resources", 0, "overtime_cost", 5)
    }),
    ("a dearer line", &["objective"], |tables, _, _| {
        tables.set("recipes", 2, "fixed_cost", 11)
    }),
    ("a dearer floor", &["objective"], |tables, _, _| {
        tables.set("stockpiles", 3, "floor_cost", 2)
    }),
    ("dearer lateness", &["objective"], |tables, _, _| {
        tables.set("demands", 0, "tardiness_cost", 6)
    }),
    ("another priority", &["objective"], |tables, _, _| {
        tables.set("priorities", 0, "priority", 3)
    }),
    // What is said of it.
    ("more said to be delivered", &["answer"], |_, _, plan| {
        plan.demands[0].delivered += 0.01
    }),
    ("more said to be in time", &["answer"], |_, _, plan| {
        plan.demands[0].on_time += 0.01
    }),
    ("another first delivery", &["answer"], |_, _, plan| {
        plan.demands[0].first = Some(5)
    }),
    ("said to be complete", &["answer"], |_, _, plan| {
        plan.demands[0].complete = Some(0)
    }),
    ("another use of a resource", &["answer"], |_, _, plan| {
        plan.utilisation[0].used += 0.1
    }),
    ("other runs of a line", &["answer"], |_, _, plan| {
        plan.lines[0].runs += 1.0
    }),
    ("a demand without an answer", &["answer"], |_, _, plan| {
        plan.demands.pop();
    }),
];

/// Places of the kinds of `round`, that of Japan first.
fn of_round(plan: &Plan) -> Vec<usize> {
    let states: Vec<&[String]> = plan.kinds.iter().map(|k| &k.states[..]).collect();
    let of = |state: &str| {
        states
            .iter()
            .position(|s| s.iter().any(|x| x == state))
            .unwrap()
    };
    vec![of("jp"), of("us")]
}

/// Places of the deliveries to a demand.
fn demand_of(plan: &Plan, demand: usize) -> Vec<usize> {
    (0..plan.deliver.len())
        .filter(|&n| plan.deliver[n].demand == demand)
        .collect()
}

#[test]
fn every_change_breaks_the_rule_that_speaks_of_it() {
    let tables = pact();
    let scenario = tables.scenario();
    let good = good(&scenario);
    let mut rules = BTreeSet::new();
    let mut wrong = Vec::new();
    for (name, expected, change) in CHANGES {
        let (mut tables, mut plan, mut arcs) =
            (tables.clone(), good.clone(), Arcs::open(&scenario));
        change(&mut tables, &mut arcs, &mut plan);
        let verdict = check(&tables.scenario(), &arcs, &plan);
        let broken: BTreeSet<&str> = verdict.breaches.iter().map(|b| b.rule).collect();
        let expected: BTreeSet<&str> = expected.iter().copied().collect();
        if broken != expected {
            wrong.push(format!(
                "{name}: expected {expected:?}, broken {broken:?}\n{:#?}",
                verdict.breaches
            ));
        }
        rules.extend(expected);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let all = [
        "amount",
        "answer",
        "balance",
        "capacity",
        "demand",
        "floor",
        "kind",
        "lane",
        "line",
        "objective",
        "window",
    ];
    assert_eq!(rules.into_iter().collect::<Vec<_>>(), all);
}

#[test]
fn nothing_starts_leaves_arrives_or_is_handed_over_at_a_closed_site() {
    // A kiln, a depot it sends to in a week, and a shop that takes from the depot at once.
    let tables = |closed: &str| {
        let closures: Vec<String> = match closed {
            "" => vec![],
            site => vec![format!("site,{site},2024-07-08,2024-07-15")],
        };
        let closures: Vec<&str> = closures.iter().map(String::as_str).collect();
        Tables::weeks(4)
            .with(
                "sites",
                "site,name,state,kind",
                &[
                    "kiln,Kiln,us,plant",
                    "depot,Depot,us,base",
                    "shop,Shop,us,base",
                ],
            )
            .with("items", "item,name", &["brick,Brick"])
            .with(
                "recipes",
                "recipe,site,item,lead_time_days",
                &["fire,kiln,brick,7"],
            )
            .with(
                "lanes",
                "lane,from_site,to_site,transit_days",
                &["cart,kiln,depot,0", "van,depot,shop,0"],
            )
            .with(
                "demands",
                "demand,party,site,item,due,quantity,priority",
                &["wall,us,shop,brick,2024-07-08,5,1"],
            )
            .with("closures", "what,id,from,until", &closures)
    };
    // Fired in week 0, and all the way in week 1.
    let open = tables("").scenario();
    let good = good(&open);
    assert_eq!(good.levels[0].value, 0.0);
    for (site, rules) in [
        ("kiln", &["lane"][..]),
        ("depot", &["lane"][..]),
        ("shop", &["demand", "lane"][..]),
    ] {
        let shut = tables(site).scenario();
        let verdict = check(&shut, &Arcs::open(&shut), &good);
        let broken: BTreeSet<&str> = verdict.breaches.iter().map(|b| b.rule).collect();
        assert_eq!(broken.into_iter().collect::<Vec<_>>(), rules, "{site}");
        // All wait for a week until it opens again.
        let plan = planned(&shut, &asked(Objective::Lexicographic)).unwrap();
        assert_eq!(plan.levels[0].value, 5.0, "{site}");
    }
}

#[test]
fn halves_of_what_is_counted_are_found_where_whole_units_were_asked_for() {
    let mut tables = pact();
    tables.set("capacity", 0, "capacity", 2.5);
    let scenario = tables.scenario();
    let mut plan = good(&scenario);
    assert!(check(&scenario, &Arcs::open(&scenario), &plan).holds());
    plan.whole = true;
    let verdict = check(&scenario, &Arcs::open(&scenario), &plan);
    let broken: BTreeSet<&str> = verdict.breaches.iter().map(|b| b.rule).collect();
    assert_eq!(broken.into_iter().collect::<Vec<_>>(), ["whole"]);
}
