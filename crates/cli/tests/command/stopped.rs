//! Limits and Ctrl-C: what is known by then is the answer, checked like any other, and its status says so.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::{darsena, workplace};

/// A scenario whose plan in whole units takes far longer than any test: batches of odd sizes share two
/// resources, each with a fixed cost and a least number of runs.
fn long(folder: &Path) {
    const ITEMS: u64 = 14;
    const PERIODS: u64 = 48;
    let mut state: u64 = 7;
    let mut odd = |least: u64, span: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        least + (state >> 33) % span
    };
    let mut tables = [
        (
            "parties",
            "party,name,kind,state\nus,US,state,us\njp,JP,state,jp\n".to_string(),
        ),
        (
            "sites",
            "site,name,state\nplant,Plant,us\nbase,Base,jp\n".to_string(),
        ),
        ("items", "item,name,value,holding_cost\n".to_string()),
        (
            "resources",
            "resource,site\nline,plant\ntest,plant\n".to_string(),
        ),
        (
            "capacity",
            "resource,from,capacity\nline,2024-07-01,259\ntest,2024-07-01,203\n".to_string(),
        ),
        (
            "recipes",
            "recipe,site,item,quantity,lead_time_days,cost,fixed_cost,minimum_run\n".to_string(),
        ),
        ("recipe_resources", "recipe,resource,usage\n".to_string()),
        (
            "lanes",
            "lane,from_site,to_site,transit_days,cost,capacity\nout,plant,base,7,1,42\n"
                .to_string(),
        ),
        (
            "demands",
            "demand,party,site,item,due,quantity,priority,tardiness_cost,unmet_cost\n".to_string(),
        ),
    ];
    let mut row =
        |table: usize, text: String| writeln!(tables[table].1, "{text}").expect("it fits");
    for i in 0..ITEMS {
        row(2, format!("i{i},Item,{},{}", odd(10, 50), odd(1, 3)));
        row(
            5,
            format!(
                "r{i},plant,i{i},{},7,{},{},{}",
                odd(3, 5),
                odd(5, 9),
                odd(200, 300),
                odd(5, 9)
            ),
        );
        row(6, format!("r{i},line,{}", odd(7, 17)));
        row(6, format!("r{i},test,{}", odd(5, 19)));
        for week in (3..PERIODS - 1).step_by(3) {
            let month = week * 7 / 31;
            let due = format!(
                "{}-{:02}-{:02}",
                2024 + (6 + month) / 12,
                (6 + month) % 12 + 1,
                1 + week % 28
            );
            let (quantity, late, unmet) = (odd(3, 20), odd(3, 11), odd(100, 100));
            row(
                8,
                format!("d{i}-{week},jp,base,i{i},{due},{quantity},1,{late},{unmet}"),
            );
        }
    }
    fs::create_dir(folder).expect("there is room");
    let mut list = Vec::new();
    for (name, text) in &tables {
        fs::write(folder.join(format!("{name}.csv")), text).expect("there is room");
        list.push(format!(r#"{{"name":"{name}","path":"{name}.csv"}}"#));
    }
    let descriptor = format!(
        r#"{{"name":"long","darsena":{{"format":1,"start":"2024-07-01","period":"week","periods":{PERIODS},"currency":"USD","law_as_of":"2024-07-01","objective":"weighted"}},"resources":[{}]}}"#,
        list.join(",")
    );
    fs::write(folder.join("datapackage.json"), descriptor).expect("there is room");
}

#[test]
fn no_time_at_all_still_gives_an_answer() {
    let (place, _) = workplace();
    for limit in ["--time-limit", "--cpu-limit"] {
        let answer = darsena(
            place.path(),
            &["plan", "starter", limit, "0", "--format", "json"],
        )
        .json();
        assert_eq!(answer["status"], "time-limit", "{limit}");
        assert!(answer["gap"].as_f64().is_some_and(|gap| gap > 0.0));
        assert!(
            answer["tables"]["make"]
                .as_array()
                .is_some_and(|made| !made.is_empty()),
            "what can be made by hand is"
        );
        let delivered = answer["tables"]["deliver"].as_array().expect("a table");
        assert!(!delivered.is_empty(), "what is at hand is handed over");
    }
    let brief = darsena(
        place.path(),
        &["brief", "starter", "--time-limit", "0", "-o", "brief.html"],
    );
    assert_eq!(brief.code, 0, "{brief:?}");
}

#[test]
fn a_time_limit_ends_a_long_job() {
    let place = tempfile::tempdir().expect("there is room");
    long(&place.path().join("long"));
    assert_eq!(darsena(place.path(), &["check", "long"]).code, 0);
    let started = std::time::Instant::now();
    let answer = darsena(
        place.path(),
        &[
            "plan",
            "long",
            "--whole",
            "--time-limit",
            "3",
            "--format",
            "json",
        ],
    )
    .json();
    assert_eq!(answer["status"], "time-limit");
    assert!(started.elapsed().as_secs() < 30, "it ended in time");
}

#[cfg(unix)]
#[test]
fn an_interrupt_gives_the_best_plan_so_far() {
    use std::process::{Command, Stdio};
    use std::thread::sleep;
    use std::time::Duration;

    let place = tempfile::tempdir().expect("there is room");
    long(&place.path().join("long"));
    let child = crate::command(
        place.path(),
        &["plan", "long", "--whole", "--format", "json", "--quiet"],
    )
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .expect("it can be run");
    sleep(Duration::from_secs(4));
    let interrupted = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(
        interrupted.expect("there is a `kill`").success(),
        "it is still at work"
    );
    let came = crate::Came::of(child.wait_with_output().expect("it ends"));
    assert!(
        came.err.contains("the best answer so far follows"),
        "{}",
        came.err
    );
    let answer = came.json();
    assert_eq!(answer["status"], "stopped");
    let (objective, bound) = (answer["objective"].as_f64(), answer["bound"].as_f64());
    assert!(
        bound <= objective,
        "{bound:?} bounds {objective:?} from below"
    );
}
