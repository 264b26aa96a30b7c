//! The published schema and the answers agree: every answer is valid, and the schema is strict enough to
//! notice when one changes.

use std::path::PathBuf;

use darsena::law::{Act, AsOf, Law, Question, ReadingOptions};
use darsena::milp::{Stop, Watch};
use darsena::plan::{Arcs, Options, Plan, Reasons};
use darsena::rule_prices::{self, PriceOptions, rule_prices};
use darsena::scenario::{Scenario, load, read_memory, starter};
use darsena::whatif::levers::{LeverOptions, Limits};
use darsena::whatif::{Every, StressOptions, stress};
use darsena::{
    SCHEMA_TEXT, answer, checked_plan, law, levers_answer, permit_answer, permitted, plan_answer,
    scenario_answer,
};
use darsena::{static_answer, stress_answer, sweep};
use jiff::civil::date;
use jsonschema::Validator;
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(SCHEMA_TEXT).expect("the schema is JSON")
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema()).expect("the schema is a schema")
}

#[track_caller]
fn assert_valid(answer: &Value) {
    let faults: Vec<String> = validator()
        .iter_errors(answer)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .map(|fault| fault.chars().take(400).collect())
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

fn small() -> Scenario {
    read_memory(&starter())
        .check()
        .scenario
        .expect("the starter is sound")
}

fn real() -> Scenario {
    let folder = PathBuf::from("../../scenarios/us-japan-2024");
    let checked = load(&folder).expect("it can be read");
    checked.scenario.expect("it is sound")
}

fn planned(scenario: &Scenario, options: &Options) -> Plan {
    checked_plan(
        scenario,
        &Arcs::open(scenario),
        options,
        &mut Watch::nobody(),
    )
    .expect("there is a plan")
}

/// Valid answers of every sort: `plan`, one table of it, `plan --peg`, `plan --against`.
fn assert_answers_valid(scenario: &Scenario, other: &Scenario) {
    let plan = planned(scenario, &Options::default());
    let whole = plan_answer::answer(scenario, &plan, Some(0.25));
    assert_valid(&whole.json());
    for table in &whole.tables {
        let only = answer::Answer {
            tables: vec![table.clone()],
            ..whole.clone()
        };
        assert_valid(&only.json());
    }
    for demand in [
        0,
        scenario.demands().len() / 2,
        scenario.demands().len() - 1,
    ] {
        assert_valid(&plan_answer::peg(scenario, &plan, demand, None).json());
    }
    let second = planned(
        other,
        &Options {
            reasons: Reasons::None,
            ..Options::default()
        },
    );
    assert_valid(&plan_answer::difference((scenario, &plan), (other, &second), None).json());
}

#[test]
fn answers_on_the_starter_are_valid() {
    assert_answers_valid(&small(), &small());
}

#[test]
fn answers_on_the_real_scenario_are_valid() {
    assert_answers_valid(&real(), &small());
}

#[test]
fn plans_without_prices_or_cut_short_are_valid() {
    let scenario = small();
    let bare = Options {
        prices: false,
        reasons: Reasons::None,
        ..Options::default()
    };
    assert_valid(&plan_answer::answer(&scenario, &planned(&scenario, &bare), None).json());
    let solver = darsena::milp::Options {
        time_limit: Some(0.0),
        ..Default::default()
    };
    let cut = planned(
        &scenario,
        &Options {
            solver,
            ..Options::default()
        },
    );
    assert_valid(&plan_answer::answer(&scenario, &cut, None).json());
}

#[test]
fn the_schema_describes_every_table_and_column() {
    let scenario = small();
    let answer = plan_answer::answer(&scenario, &planned(&scenario, &Options::default()), None);
    assert_columns(&schema()["$defs"]["plan"], &answer);
}

#[test]
fn prices_of_rules_and_comparisons_of_law_are_valid() {
    let (scenario, law) = (real(), Law::embedded());
    let days = [date(2022, 6, 30), date(2024, 6, 30)];
    let [before, after] = days.map(|day| {
        let arcs = permitted(&scenario, &law, AsOf::Fixed(day), 1);
        let options = Options {
            reasons: Reasons::None,
            prices: false,
            ..Options::default()
        };
        let plan = checked_plan(&scenario, &arcs, &options, &mut Watch::nobody());
        (day, arcs, plan.expect("there is a plan"))
    });
    let answer = plan_answer::law_difference(
        &scenario,
        (before.0, &before.1, &before.2),
        (after.0, &after.1, &after.2),
        None,
    );
    assert_valid(&answer.json());
    assert_columns(&schema()["$defs"]["law_fares"], &answer);
    let options = PriceOptions {
        plan: Options::default(),
        rules: ["JP-27", "US-23"].map(String::from).into(),
        pairs: true,
    };
    let prices = rule_prices(
        &scenario,
        &law,
        AsOf::Fixed(after.0),
        &options,
        &Stop::new(),
        &|_, _| {},
    );
    let answer = rule_prices::answer(&scenario, &prices.expect("there are prices"), None);
    assert_valid(&answer.json());
    assert_columns(&schema()["$defs"]["prices"], &answer);
}

#[test]
fn answers_of_stress_are_valid() {
    let scenario = small();
    let failures = darsena::whatif::every(&scenario, Every::Site, scenario.head().start, 90);
    let options = StressOptions {
        plan: Options {
            reasons: Reasons::None,
            prices: false,
            ..Options::default()
        },
        foreseen: false,
        survive: true,
        pairs: true,
    };
    let arcs = std::sync::Arc::new(Arcs::open(&scenario));
    let open = |_: &Scenario, _: Option<&_>| arcs.clone();
    let stress = stress(
        &scenario,
        &open,
        &failures,
        &options,
        &Stop::new(),
        &|_, _| {},
    );
    let stress = stress.expect("there are plans");
    assert!(stress.complete && stress.fates.iter().any(|fate| !fate.losses.is_empty()));
    let answer = stress_answer::answer(&scenario, &failures, &stress, false, Some(3), None);
    assert_valid(&answer.json());
    assert_columns(&schema()["$defs"]["stress"], &answer);
}

#[test]
fn answers_of_a_sweep_are_valid() {
    let scenario = small();
    let arcs = std::sync::Arc::new(Arcs::open(&scenario));
    let open = |_: &Scenario, _: Option<&_>| arcs.clone();
    let cases = darsena::whatif::cases(&scenario);
    let left: Vec<usize> = (0..cases.len()).collect();
    let outcomes = std::sync::Mutex::new(std::collections::BTreeMap::new());
    let keep = |fate: &darsena::whatif::Fate| {
        let mut outcomes = outcomes.lock().expect("nobody panicked");
        outcomes.insert(fate.failure, sweep::Outcome::of(fate));
        Ok(())
    };
    let options = Options {
        reasons: Reasons::None,
        prices: false,
        ..Options::default()
    };
    let stop = Stop::new();
    let how = (&options, false);
    darsena::whatif::sweep(&scenario, &open, &cases, &left, how, &stop, &keep).expect("swept");
    let outcomes = outcomes.into_inner().expect("nobody panicked");
    assert!(outcomes.len() == cases.len() && !cases.is_empty());
    let answer = sweep::answer(&scenario, &cases, &outcomes, cases.len(), false);
    assert_valid(&answer.json());
    assert_columns(&schema()["$defs"]["sweep"], &answer);
}

#[test]
fn answers_of_levers_are_valid() {
    let scenario = small();
    let law = Law::embedded();
    let (levers, of_repair) = levers_answer::told(&scenario, &law);
    assert_eq!((levers.len(), of_repair.len()), (1, 0));
    let failures = darsena::whatif::every(&scenario, Every::Site, scenario.head().start, 90);
    for budget in [None, Some(0.0)] {
        let limits = Limits {
            budget,
            steps: None,
        };
        let options = LeverOptions {
            plan: Options {
                reasons: Reasons::None,
                prices: false,
                ..Options::default()
            },
            limits,
            orders: 8,
            seed: 0,
            failures: 2,
        };
        let open = |scenario: &Scenario, _: Option<&_>| std::sync::Arc::new(Arcs::open(scenario));
        let own: Vec<_> = levers.iter().map(|told| told.lever.clone()).collect();
        let found = darsena::whatif::levers::levers(
            &scenario,
            &open,
            &own,
            &failures,
            &options,
            &Stop::new(),
            &|_, _| {},
        );
        let found = found.expect("there are plans");
        assert!(found.every && !found.under.is_empty());
        let answer = levers_answer::answer(&scenario, &levers, &failures, &found, limits, None);
        assert_valid(&answer.json());
        assert_columns(&schema()["$defs"]["levers"], &answer);
    }
}

#[test]
fn answers_of_static_measures_are_valid() {
    let scenario = small();
    let failures = darsena::whatif::every(&scenario, Every::Site, scenario.head().start, 90);
    let arcs = std::sync::Arc::new(Arcs::open(&scenario));
    let open = |_: &Scenario, _: Option<&_>| arcs.clone();
    let found = darsena::whatif::static_measures(
        &scenario,
        &open,
        &failures,
        false,
        2,
        &Stop::new(),
        &|_, _| {},
    );
    let found = found.expect("it is solved").expect("nobody stops it");
    assert!(found.complete && found.fates.iter().any(|fate| fate.measured.loss > 0.0));
    let answer = static_answer::answer(&scenario, &failures, &found, None);
    assert_valid(&answer.json());
    assert_columns(&schema()["$defs"]["static"], &answer);
}

#[test]
fn answers_of_permit_are_valid() {
    let (scenario, law) = (real(), Law::embedded());
    let reading = law.read(ReadingOptions::default());
    let goods = law::arcs::goods_of(&scenario, "pac3-mse").expect("it is there");
    for (from, to) in [("jp", "us"), ("jp", "ua"), ("us", "jp"), ("jp", "jp")] {
        let question = Question::new(Act::Transfer, goods.clone(), from, to, date(2024, 8, 1));
        let ruling = reading.rule(&question);
        let answer =
            permit_answer::answer(Some(&scenario), &reading, &question, &ruling, Some(&[]));
        assert_valid(&answer.json());
        let turns = reading.timeline(&question, date(2014, 1, 1), date(2027, 1, 1));
        let answer = permit_answer::timeline(Some(&scenario), &reading, &question, &turns);
        assert_valid(&answer.json());
        assert_columns(&schema()["$defs"]["timeline"], &answer);
        let days = [date(2023, 12, 21), date(2026, 5, 1)];
        let answer = permit_answer::matrix(Some(&scenario), &reading, &[question], &days, 1);
        assert_valid(&answer.json());
        assert_columns(&schema()["$defs"]["matrix"], &answer);
    }
}

#[test]
fn what_the_law_lists_is_valid() {
    let law = darsena::law::Law::embedded();
    for (name, answer) in [
        (
            "laws",
            permit_answer::laws(&law, date(2026, 5, 1), Some("jp")),
        ),
        ("laws_facts", permit_answer::facts(&law)),
        ("laws_classes", permit_answer::classes(&law)),
        ("laws_approvals", permit_answer::approvals_listed(&law)),
    ] {
        assert!(!answer.tables[0].is_empty());
        assert_valid(&answer.json());
        assert_columns(&schema()["$defs"][name], &answer);
    }
}

/// The schema names every table and column of the answer, in their order, and says what each is.
#[track_caller]
fn assert_columns(schema: &Value, answer: &answer::Answer) {
    let tables = schema["properties"].as_object().expect("tables");
    let names: Vec<&str> = answer.tables.iter().map(|table| table.name).collect();
    assert_eq!(tables.keys().collect::<Vec<_>>(), names);
    for table in &answer.tables {
        let columns = tables[table.name]["items"]["properties"]
            .as_object()
            .expect("columns");
        let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        assert_eq!(
            columns.keys().collect::<Vec<_>>(),
            names,
            "of `{}`",
            table.name
        );
        for (name, column) in columns {
            assert!(
                column["description"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{}.{name}",
                table.name
            );
        }
    }
}

#[test]
fn the_schema_is_strict() {
    let scenario = small();
    let plan = planned(
        &scenario,
        &Options {
            reasons: Reasons::None,
            ..Options::default()
        },
    );
    let answer = plan_answer::answer(&scenario, &plan, None).json();
    assert_valid(&answer);
    let validator = validator();
    let refuses = |what: &str, change: &dyn Fn(&mut Value)| {
        let mut other = answer.clone();
        change(&mut other);
        assert!(!validator.is_valid(&other), "{what} is not noticed");
    };
    refuses("another number of the form", &|a| {
        a["schema"] = json!("darsena-answer-2")
    });
    refuses("a missing status", &|a| {
        drop(a.as_object_mut().and_then(|a| a.remove("status")))
    });
    refuses("an unknown status", &|a| a["status"] = json!("fine"));
    refuses("an unknown key", &|a| a["extra"] = json!(1));
    refuses("an unknown table", &|a| a["tables"]["extra"] = json!([]));
    refuses("a missing column", &|a| {
        drop(
            a["tables"]["make"][0]
                .as_object_mut()
                .and_then(|row| row.remove("runs")),
        )
    });
    refuses("an unknown column", &|a| {
        a["tables"]["make"][0]["extra"] = json!(1)
    });
    refuses("a number as text", &|a| {
        a["tables"]["make"][0]["runs"] = json!("3")
    });
    refuses("a negative amount", &|a| {
        a["tables"]["make"][0]["runs"] = json!(-3)
    });
    refuses("a date of another form", &|a| {
        a["tables"]["make"][0]["starts"] = json!("1 July 2024")
    });
    refuses("pegs of a plan that was not pegged", &|a| {
        a["peg"] = json!([])
    });
    refuses("a plan of which nothing was solved", &|a| {
        a["status"] = json!("answered")
    });
    refuses("a plan of no scenario", &|a| {
        a["scenario"]["hash"] = Value::Null
    });
    refuses("a plan without a solver", &|a| a["solver"] = Value::Null);
    refuses("a tree that is missing", &|a| {
        a["question"] = json!("plan --peg")
    });
}

fn damaged() -> darsena::scenario::Package {
    let mut files = starter();
    files.insert("demands.csv".into(), b"demand\n".to_vec());
    files.insert("datapackage.json".into(), b"{ \"name\": 3 }".to_vec());
    read_memory(&files)
}

/// Answers about the scenario itself: `check`, `describe`, `diff`.
fn told() -> Vec<answer::Answer> {
    let sound = read_memory(&starter());
    let mut files = starter();
    let demands = String::from_utf8(files["demands.csv"].clone()).expect("text");
    let rows = demands
        .replace("navy-2025,", "navy-2030,")
        .replace(",100,", ",101,");
    files.insert("demands.csv".into(), rows.into_bytes());
    let other = read_memory(&files);
    let broken = damaged();
    let check = |package: &darsena::scenario::Package| {
        scenario_answer::findings(package, &package.check(), true)
    };
    let compare = |a: &darsena::scenario::Package, b: &darsena::scenario::Package| {
        scenario_answer::difference(a, b, &darsena::scenario::diff(a, b))
    };
    vec![
        check(&sound),
        check(&broken),
        scenario_answer::description(&small()),
        scenario_answer::description(&real()),
        compare(&sound, &other),
        compare(&sound, &sound),
        compare(&other, &broken),
    ]
}

#[test]
fn answers_about_the_scenario_itself_are_valid() {
    for answer in told() {
        assert_valid(&answer.json());
        for table in &answer.tables {
            let only = answer::Answer {
                tables: vec![table.clone()],
                ..answer.clone()
            };
            assert_valid(&only.json());
        }
    }
    let broken = scenario_answer::findings(&damaged(), &damaged().check(), true).json();
    assert_eq!(
        (&broken["sound"], &broken["scenario"]["hash"]),
        (&json!(false), &Value::Null)
    );
    assert!(
        broken["tables"]["findings"]
            .as_array()
            .is_some_and(|all| all.len() > 2)
    );
}

#[test]
fn the_schema_describes_the_tables_about_the_scenario_itself() {
    let schema = schema();
    for answer in told() {
        let name = match answer.head.question.as_str() {
            "check" => "findings",
            "describe" => "description",
            _ => "difference",
        };
        assert_columns(&schema["$defs"][name], &answer);
    }
}

#[test]
fn answers_of_repair_are_valid() {
    use darsena::emergency::{Damage, emergency};
    use darsena::repair::{RepairOptions, repair};

    let folder = PathBuf::from("../../scenarios/us-japan-2024");
    let package = darsena::scenario::read(&folder).expect("it can be read");
    let scenario = package.check().scenario.expect("it is sound");
    let law = Law::embedded();
    let reading = ReadingOptions {
        as_of: AsOf::Known(scenario.head().law_as_of),
        ..ReadingOptions::default()
    };
    let options = RepairOptions {
        search: darsena::schedule::Options {
            rounds: 1,
            ..Default::default()
        },
        rules: true,
        ..RepairOptions::default()
    };
    let asked = || Some((&law, reading.clone()));
    let never = || false;
    let repaired =
        repair(&scenario, asked(), &options, &never, &mut |_, _| {}).expect("there is a schedule");
    let answer = darsena::repair_answer::answer(&scenario, &repaired, None);
    assert_valid(&answer.json());
    for table in [
        "jobs",
        "schedule",
        "reasons",
        "regained",
        "freed",
        "conflicts",
        "rules",
    ] {
        assert!(
            !answer.table(table).expect("it is there").is_empty(),
            "{table}"
        );
    }
    // A yard with a master agreement may begin at once, one without waits for it.
    let opens = |site: &str| {
        let mode = scenario.modes().iter().position(|mode| {
            mode.site.as_str() == site && mode.task.as_str() == "ddg83-dsra-2026-dock"
        });
        repaired
            .windows
            .of(mode.expect("it has one"))
            .expect("it opens")[0]
            .0
    };
    assert_eq!(opens("oppama"), scenario.head().start);
    assert_eq!(opens("isogo"), date(2025, 8, 25));
    // What the status quo is calibrated to: three of ten jobs on time.
    let quo = repaired.status_quo.as_ref().expect("it was asked for");
    let on_time = quo.growth.as_ref().expect("it was asked for").on_time;
    assert!((0.25..=0.35).contains(&on_time), "{on_time}");
    let damage = Damage {
        asset: "ddg83".into(),
        kind: "dsra".into(),
        day: date(2025, 3, 1),
    };
    let emergent = emergency(
        &package,
        &scenario,
        asked(),
        &repaired,
        &damage,
        &options.search,
        &never,
        &mut |_, _| {},
    );
    assert_valid(
        &emergent
            .expect("it can be answered")
            .answer(Some(1.5))
            .json(),
    );
    let text = darsena::schedule::xer::write(&scenario, &repaired.problem, &repaired.schedule);
    let package = darsena::schedule::xer::read(&text).expect("it reads what it writes");
    assert_eq!(package.lost, [""; 0]);
    let tasks: usize = { repaired.schedule.jobs.iter() }
        .map(|job| job.tasks.len())
        .sum();
    assert_eq!(package.tasks.len(), tasks);
    // Every dock survives, by its id.
    let docked = { repaired.schedule.jobs.iter() }
        .flat_map(|job| &job.tasks)
        .map(|task| task.dock.clone());
    assert!(docked.clone().flatten().next().is_some());
    assert!(docked.eq(package.tasks.iter().map(|task| task.dock.clone())));
    assert_valid(&darsena::work_package::answer(&package, "job", "yard").json());
}

#[test]
fn answers_of_repair_asked_otherwise_are_valid() {
    use darsena::otherwise::Otherwise;
    use darsena::repair::{RepairOptions, repair_beside, unnoticed};
    use darsena::repair_answer::{answer, compare, tell};

    let stands = real();
    let law = Law::embedded();
    let as_of = AsOf::Known(stands.head().law_as_of);
    let ids = ["yokosuka-dock-5-lost", "ssk-dock-3", "seeker-line-stop"].map(String::from);
    let otherwise = Otherwise {
        changes: Otherwise::changes(&stands, &ids).expect("it tells them"),
        with: ["US-49".to_string()].into(),
        ..Otherwise::default()
    };
    let scenario = otherwise.scenario(&stands).expect("they can be made");
    let options = RepairOptions {
        search: darsena::schedule::Options {
            rounds: 1,
            ..Default::default()
        },
        status_quo: false,
        ..RepairOptions::default()
    };
    let (unchanged, repaired) = repair_beside(
        (
            &stands,
            Some((&law, Otherwise::default().reading(as_of.clone()))),
        ),
        (&scenario, Some((&law, otherwise.reading(as_of.clone())))),
        &options,
        &|| false,
        &mut |_, _| {},
    )
    .expect("there are schedules");
    let mut answer = answer(&scenario, &repaired, None);
    compare(&mut answer, &stands, &unchanged, &repaired);
    let unnoticed = unnoticed(&stands, Some((&law, as_of)), &otherwise, options.modes)
        .expect("each can be made alone");
    // Repair reads nothing of a line of production.
    assert_eq!(unnoticed, ["seeker-line-stop".to_string()].into());
    tell(&mut answer, &stands, &law, &otherwise, &unnoticed);
    assert_valid(&answer.json());
    assert_eq!(answer.head.scenario_hash, stands.hash().to_string());
    for table in ["otherwise", "schedules", "classes", "differences"] {
        assert!(
            !answer.table(table).expect("it is there").is_empty(),
            "{table}"
        );
    }
}

#[test]
fn certificates_are_valid_and_described() {
    let bytes = include_bytes!("../../schedule/tests/instances/j601_8.sm");
    let place = tempfile::tempdir().expect("there is room");
    let mut scheduled = darsena::project_answer::schedule(
        "j601_8.sm",
        bytes,
        &darsena::project::Options::default(),
        &mut darsena::project::Watch::nobody(),
    )
    .expect("it is a project");
    let options = darsena::certify::Options::default();
    let given = scheduled.certify(bytes, &options, &|| false, place.path());
    assert!(given.expect("it can be written"));
    let answer = darsena::project_answer::answer(&[scheduled], None);
    assert_valid(&answer.json());
    let folder = place.path().join("j601_8.sm");
    let checked = ["j601_8.sm", "none"].map(|name| {
        let folder = folder.with_file_name(name);
        (name.to_string(), darsena::certify::check_folder(&folder))
    });
    let answer = darsena::certificate_answer::answer(&checked, Some(0.5));
    assert_valid(&answer.json());
    let described = &schema()["$defs"]["certificates"]["items"]["properties"];
    let described: Vec<&String> = described.as_object().expect("columns").keys().collect();
    let columns = answer.tables[0].columns.iter().map(|column| column.name);
    assert_eq!(described, columns.collect::<Vec<_>>());
}
