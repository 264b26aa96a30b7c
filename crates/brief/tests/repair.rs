//! The repair sections: every number from the schedule, nothing where there are no jobs.

use std::collections::BTreeMap;

use darsena_brief::{BeforePage, GanttBy, Options, RepairPage, RepairRuleRow, gantt_svg, html};
use darsena_milp::Watch;
use darsena_plan::{Arcs, Plan};
use darsena_repair::growth::{Growth, GrowthOptions, grow};
use darsena_repair::reasons::{Reason, reasons};
use darsena_repair::regain::{Regained, regained};
use darsena_repair::{Modes, Outcome, Problem, Windows, schedule};
use darsena_scenario::{Scenario, read_memory};

/// A name that would break a page that does not escape.
const NASTY: &str = "<script>alert(1)</script> & 'Co'";

/// Three ships at one home with one dock, and a yard of another state; without `jobs`, the ships alone.
fn scenario(jobs: bool) -> Scenario {
    let mut files = BTreeMap::new();
    let mut names = Vec::new();
    let mut table = |name: &'static str, text: &str| {
        names.push(name);
        files.insert(format!("{name}.csv"), text.as_bytes().to_vec());
    };
    table("sources", "source,title,grade\nown,Own estimate,E\n");
    table(
        "parties",
        "party,name,kind,state\nus,United States,state,us\njp,Japan,state,jp\nnavy,US Navy,force,us\nyard-co,Yard Company,firm,jp\n",
    );
    table(
        "sites",
        &format!(
            "site,name,state,party,kind,latitude,longitude\nhome-port,\"Fleet base, Home Port\",us,navy,port,32.7,-117.1\nfar-yard,\"{NASTY}\",jp,yard-co,yard,35.3,139.7\n"
        ),
    );
    table("items", "item,name,unit\nkit,Service kit,kit\n");
    table(
        "resources",
        "resource,site,name,overtime_cost\nhome-hull,home-port,\"Home Port, hull\",0.1\nfar-hull,far-yard,Far hull,0.1\n",
    );
    table(
        "capacity",
        "resource,from,until,capacity,overtime\nhome-hull,2024-07-01,,600,300\nfar-hull,2024-07-01,,600,0\n",
    );
    table(
        "docks",
        "dock,site,length_m,ships,set_up_days,source\nhome-port-dock-1,home-port,200,1,10,own\nfar-yard-dock,far-yard,200,2,7,own\n",
    );
    table(
        "closures",
        "what,id,from,until,source\ndock,home-port-dock-1,2025-03-01,2025-06-01,own\n",
    );
    table(
        "assets",
        &format!(
            "asset,name,class,kind,party,home_site,length_m\nddg1,USS First (DDG-1),ddg,ship,navy,home-port,150\nddg2,USS Second (DDG-2),ddg,ship,navy,home-port,150\nddg3,{NASTY},ddg,ship,navy,home-port,150\n"
        ),
    );
    if jobs {
        let (mut job, mut task, mut mode, mut usage) = (
            "job,asset,kind,release,due,tardiness_cost,not_ready_cost,source\n".to_owned(),
            "task,job,name,after\n".to_owned(),
            "task,mode,site,days,dock,cost,growth,growth_spread\n".to_owned(),
            "task,mode,resource,usage\n".to_owned(),
        );
        for n in 1..=3 {
            job += &format!("dsra-{n},ddg{n},dsra,2024-08-0{n},2024-12-20,2,1,own\n");
            task += &format!(
                "dsra-{n}-pier,dsra-{n},Pier,\ndsra-{n}-dock,dsra-{n},Dock,dsra-{n}-pier\ndsra-{n}-trials,dsra-{n},Trials,dsra-{n}-dock\n"
            );
            task += &format!("dsra-{n}-work-up,dsra-{n},Work-up,dsra-{n}-trials\n");
            for site in ["home", "far"] {
                let (place, cost) = if site == "home" {
                    ("home-port", 5)
                } else {
                    ("far-yard", 6)
                };
                mode += &format!(
                    "dsra-{n}-pier,{site},{place},30,,{cost},1.1,0.2\ndsra-{n}-dock,{site},{place},70,any,{cost},1.1,0.2\n"
                );
                usage += &format!(
                    "dsra-{n}-pier,{site},{site}-hull,8\ndsra-{n}-dock,{site},{site}-hull,16\n"
                );
            }
            mode += &format!(
                "dsra-{n}-trials,home,home-port,5,,0,1,0\ndsra-{n}-work-up,home,home-port,14,,0,1,0\n"
            );
        }
        table("jobs", &job);
        table("tasks", &task);
        table("modes", &mode);
        table("mode_usage", &usage);
    }
    let listed: Vec<String> = names
        .iter()
        .map(|name| format!(r#"{{ "name": "{name}", "path": "{name}.csv" }}"#))
        .collect();
    let package = format!(
        r#"{{ "name": "yards", "title": "Yards", "darsena": {{ "format": 1, "start": "2024-07-01", "period": "month", "periods": 24, "currency": "MUSD", "law_as_of": "2024-06-30" }}, "resources": [{}] }}"#,
        listed.join(", ")
    );
    files.insert("datapackage.json".to_owned(), package.into_bytes());
    let checked = read_memory(&files).check();
    checked
        .scenario
        .unwrap_or_else(|| panic!("{:?}", checked.findings))
}

/// Everything a page is made of.
struct Made {
    scenario: Scenario,
    plan: Plan,
    windows: Windows,
    problem: Problem,
    outcome: Outcome,
    reasons: Vec<Reason>,
    growth: Growth,
    before: (Problem, Outcome, Growth),
    regained: Regained,
}

impl Made {
    fn new() -> Self {
        let scenario = scenario(true);
        let plan = darsena_plan::plan(
            &scenario,
            &Arcs::open(&scenario),
            &darsena_plan::Options::default(),
            &mut Watch::nobody(),
        )
        .expect("nothing is asked of it");
        let windows = Windows::open(&scenario);
        let options = darsena_repair::Options {
            rounds: 3,
            ..Default::default()
        };
        let solve = |modes| {
            let problem = Problem::new(&scenario, &windows, modes);
            let outcome = schedule(
                &problem,
                &options,
                &mut darsena_repair::Watch {
                    stop: &|| false,
                    progress: &mut |_| {},
                },
            );
            let growth = grow(
                &problem,
                &outcome.visits,
                GrowthOptions {
                    seed: 1,
                    draws: 200,
                },
            );
            (problem, outcome, growth)
        };
        let (problem, outcome, growth) = solve(Modes::All);
        let before = solve(Modes::Home);
        let regained = regained(&scenario, (&before.0, &before.1), (&problem, &outcome));
        let reasons = reasons(&problem, &outcome.visits, &[]);
        Made {
            scenario,
            plan,
            windows,
            problem,
            outcome,
            reasons,
            growth,
            before,
            regained,
        }
    }

    fn told(&self) -> RepairPage<'_> {
        RepairPage {
            problem: &self.problem,
            outcome: &self.outcome,
            windows: &self.windows,
            reasons: &self.reasons,
            growth: Some(&self.growth),
            status_quo: Some(BeforePage {
                problem: &self.before.0,
                outcome: &self.before.1,
                growth: Some(&self.before.2),
                regained: &self.regained,
            }),
            rules: vec![RepairRuleRow {
                rule: "US-30".into(),
                plain: format!("No work abroad. {NASTY}"),
                citation: "10 USC 8680".into(),
                url: Some("https://example.org/8680".into()),
                confidence: "stated in a source seen".into(),
                days_regained: 31,
                days_less_late: 7,
                worth: 12.5,
                most: 14.25,
            }],
        }
    }

    fn page(&self) -> String {
        html(
            &self.scenario,
            &self.plan,
            &Options {
                repair: Some(self.told()),
                ..Options::default()
            },
        )
    }
}

fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    let from = tag
        .find(&format!(" {name}=\""))
        .unwrap_or_else(|| panic!("`{name}` in `{tag}`"))
        + name.len()
        + 3;
    tag[from..].split('"').next().unwrap_or_default()
}

fn section<'a>(page: &'a str, id: &str) -> &'a str {
    let from = page
        .find(&format!("<section id=\"{id}\""))
        .unwrap_or_else(|| panic!("section `{id}`"));
    page[from..].split("</section>").next().unwrap_or_default()
}

/// What a figure must be, read off the schedule by the words of its binding alone.
fn recomputed(made: &Made, table: &str, row: &str, column: &str) -> f64 {
    let visits = |problem: &Problem, outcome: &Outcome| -> Vec<(f64, f64)> {
        let pairs = problem.jobs.iter().zip(&outcome.visits);
        let done = pairs.filter_map(|(job, visit)| visit.as_ref().map(|visit| (job, visit)));
        done.map(|(job, visit)| {
            (
                f64::from(visit.back - visit.out),
                f64::from((visit.back - job.due).max(0)),
            )
        })
        .collect()
    };
    let now = visits(&made.problem, &made.outcome);
    let before = visits(&made.before.0, &made.before.1);
    let away = |all: &[(f64, f64)]| all.iter().map(|one| one.0).sum::<f64>();
    let late = |all: &[(f64, f64)]| all.iter().map(|one| one.1).sum::<f64>();
    let freed = |docks: bool| {
        let all = if docks {
            &made.regained.docks
        } else {
            &made.regained.resources
        };
        all.iter()
            .filter(|one| one.home)
            .map(|one| one.before - one.now)
            .sum::<f64>()
            .abs()
    };
    match (table, row, column) {
        ("repair.jobs", "status=done", "job") => now.len() as f64,
        ("repair.jobs", "*", "days_not_ready") => away(&now),
        ("repair.jobs", "*", "jobs_late") => now.iter().filter(|one| one.1 > 0.0).count() as f64,
        ("repair.jobs", "*", "days_late") | ("repair.regained", "*", "days_late") => late(&now),
        ("repair.regained", "*", "days_regained") => (away(&before) - away(&now)).abs(),
        ("repair.regained", "*", "days_late_status_quo") => late(&before),
        ("repair.freed", "what=dock;home=true", "freed") => freed(true),
        ("repair.freed", "what=resource;home=true", "freed") => freed(false),
        ("repair.growth", "schedule", "on_time") => made.growth.on_time,
        ("repair.growth", "schedule", "late_days") => made.growth.late_days,
        ("repair.growth", "status quo", "on_time") => made.before.2.on_time,
        ("repair.costs", "all", "cost") => made.outcome.cost.total(),
        ("repair.head", "*", "bound") => made.outcome.bound,
        ("repair.head", "*", "gap") => made.outcome.gap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_number_of_the_headline_comes_from_the_schedule() {
    let made = Made::new();
    let page = made.page();
    let mut figures = 0;
    for tag in section(&page, "repair").split("<data ").skip(1) {
        let tag = format!(" {tag}");
        let (table, row, column) = (
            attribute(&tag, "data-table"),
            attribute(&tag, "data-row"),
            attribute(&tag, "data-column"),
        );
        let value: f64 = attribute(&tag, "value").parse().expect("a number");
        let expected = recomputed(&made, table, row, column);
        assert!(
            (value - expected).abs() < 1e-9,
            "{table} {row} {column}: {value}, the schedule says {expected}"
        );
        figures += 1;
    }
    assert!(figures >= 13, "{figures} figures");
    // The front page says the same two sentences.
    let front = section(&page, "front");
    assert!(front.contains("repair.jobs") && front.contains("repair.regained"));
}

#[test]
fn every_task_is_in_both_charts_and_their_tables() {
    let made = Made::new();
    let page = made.page();
    let (docks, ships) = (
        section(&page, "repair-docks"),
        section(&page, "repair-ships"),
    );
    for job in &made.problem.jobs {
        for task in &job.tasks {
            let row = format!("data-row=\"{}\"", task.id);
            assert!(
                ships.matches(&row).count() >= 2,
                "{} is drawn and told",
                task.id
            );
            assert_eq!(
                docks.contains(&row),
                task.id.ends_with("-dock"),
                "{}",
                task.id
            );
        }
    }
    assert!(
        docks.contains("class=\"g-shut\"")
            && docks.contains("class=\"g-set-up\"")
            && ships.contains("class=\"g-due\"")
    );
    let foreign = made
        .outcome
        .visits
        .iter()
        .flatten()
        .zip(&made.problem.jobs)
        .any(|(visit, job)| {
            visit
                .tasks
                .iter()
                .zip(&job.tasks)
                .any(|((option, _), task)| task.options[*option].foreign)
        });
    assert!(foreign, "the other yard is used");
    assert!(
        docks.contains("g-abroad") && docks.contains("class=\"g-foreign\""),
        "and told apart without colour"
    );
}

#[test]
fn whoever_waits_and_what_can_be_promised_is_told() {
    let made = Made::new();
    let page = made.page();
    let waits = section(&page, "repair-waits");
    for reason in &made.reasons {
        assert!(waits.contains(&format!(
            "data-row=\"{}\"",
            made.problem.jobs[reason.job].id
        )));
    }
    for promise in &made.growth.jobs {
        for day in [promise.p50, promise.p80] {
            assert!(waits.contains(&format!("datetime=\"{}\"", made.problem.date(day))));
        }
    }
    assert!(
        waits.contains("href=\"https://example.org/8680\"")
            && waits.contains("value=\"12.5\"")
            && waits.contains("value=\"14.25\"")
    );
}

#[test]
fn the_months_of_a_yard_add_up() {
    let made = Made::new();
    let page = made.page();
    let ports = section(&page, "repair-ports");
    for (dock, data) in made.problem.docks.iter().enumerate() {
        let days: i32 = { made.problem.jobs.iter().zip(&made.outcome.visits) }
            .flat_map(|(job, visit)| {
                job.tasks
                    .iter()
                    .zip(visit.iter().flat_map(|visit| &visit.tasks))
            })
            .map(|(task, (option, _))| &task.options[*option])
            .filter(|option| option.dock == Some(dock))
            .map(|option| option.days)
            .sum();
        if days > 0 {
            let told = format!(
                "value=\"{days}\" data-table=\"repair.docks\" data-row=\"dock={}\" data-column=\"days_taken\"",
                data.id
            );
            assert!(ports.contains(&told), "{told}");
        }
    }
}

#[test]
fn a_page_without_a_schedule_says_nothing_of_it() {
    let made = Made::new();
    let with = made.page();
    let without = html(&made.scenario, &made.plan, &Options::default());
    for word in ["repair", "gantt", "g-hatch", "--foreign"] {
        assert!(with.contains(word) && !without.contains(word), "`{word}`");
    }
    // What is added is added: every other line stands as it was.
    let sections = |page: &str| page.matches("<section id=\"").count();
    assert_eq!(sections(&with), sections(&without) + 5);
    let bare = scenario(false);
    let plan = darsena_plan::plan(
        &bare,
        &Arcs::open(&bare),
        &darsena_plan::Options::default(),
        &mut Watch::nobody(),
    )
    .expect("nothing is asked of it");
    assert!(!html(&bare, &plan, &Options::default()).contains("repair"));
}

#[test]
fn names_are_escaped_and_ids_stand_once() {
    let made = Made::new();
    let page = made.page();
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;"));
    let mut seen = std::collections::BTreeSet::new();
    for part in page.split(" id=\"").skip(1) {
        let id = part.split('"').next().unwrap_or_default();
        assert!(seen.insert(id), "`{id}` twice");
    }
    for part in page.split("href=\"#").skip(1) {
        assert!(seen.contains(part.split('"').next().unwrap_or_default()));
    }
    assert_eq!(page, Made::new().page(), "same input, same bytes");
}

/// Every tag that opens closes, in order; there is no markup that is not XML.
fn well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    for part in svg.split('<').skip(1) {
        let (tag, text) = part.split_once('>').expect("a tag ends");
        assert!(
            !text.contains('&')
                || text
                    .split('&')
                    .skip(1)
                    .all(|rest| ["amp;", "lt;", "gt;", "quot;", "#39;"]
                        .iter()
                        .any(|name| rest.starts_with(name))),
            "{text}"
        );
        let name = tag.split([' ', '\n']).next().unwrap_or_default();
        if let Some(name) = name.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn docks_and_ships_go_by_their_names() {
    let page = Made::new().page();
    for (name, id) in [
        ("Home Port dock 1", "home-port-dock-1"),
        ("Far Yard dock", "far-yard-dock"),
    ] {
        assert!(
            page.contains(&format!("data-row=\"{id}\">{name}<")),
            "{name}"
        );
        assert!(!page.contains(&format!(">{id}<")), "{id}");
    }
    assert!(page.contains(">USS First (DDG-1)") && !page.contains(">ddg1<"));
}

#[test]
fn a_drawing_of_its_own_needs_nothing_else() {
    let made = Made::new();
    for by in [GanttBy::Dock, GanttBy::Ship] {
        let svg = gantt_svg(&made.scenario, &made.told(), by);
        well_formed(&svg);
        assert!(svg.starts_with("<svg ") && svg.contains("xmlns=\"http://www.w3.org/2000/svg\""));
        assert!(
            !svg.contains("var(--") && !svg.contains("<script"),
            "colours are written out"
        );
        assert!(
            svg.contains("prefers-color-scheme: dark")
                && svg.contains("#1c4f82")
                && svg.contains("#84b6e6")
        );
        for part in svg.split("url(").skip(1) {
            assert!(part.starts_with("#g-hatch"));
        }
        assert_eq!(
            svg.matches("<g data-table=\"repair.schedule\"").count(),
            if by == GanttBy::Dock { 3 } else { 12 }
        );
    }
}
