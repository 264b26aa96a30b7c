//! Draws a large scenario of repair, writes it to a folder, reads it again and schedules it, with times and memory.
//!
//! ```text
//! cargo run --release --package darsena-repair --example large -- FOLDER [SHIPS DOCKS YEARS SECONDS]
//! ```
//!
//! Yards of two states; each ship is due for a docking every two to three years and pier work in between; each task can be
//! done in some yards, at home or abroad; trades are short; some docks are closed for a while, some ships are based abroad.

#![allow(clippy::print_stdout, reason = "a program that tells")]

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs};

use darsena_repair::check::check;
use darsena_repair::growth::{GrowthOptions, grow};
use darsena_repair::reasons::reasons;
use darsena_repair::{Modes, Options, Problem, Progress, Schedule, Watch, Windows, schedule};
use darsena_scenario::load;
use jiff::ToSpan;
use jiff::civil::{Date, date};

struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % most
    }

    fn from_to(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }
}

fn day(n: u64) -> Date {
    date(2025, 1, 1).saturating_add(i64::try_from(n).unwrap_or(0).days())
}

/// Length, beam and draft of a class, days of a docking, and its trades.
const CLASSES: [(&str, u64, u64, u64, u64, u64); 5] = [
    ("carrier", 330, 41, 12, 300, 60),
    ("amphib", 250, 32, 9, 240, 40),
    ("destroyer", 155, 20, 10, 150, 25),
    ("frigate", 140, 16, 8, 110, 18),
    ("auxiliary", 200, 32, 11, 90, 12),
];

fn write(folder: &Path, ships: u64, docks: u64, years: u64) -> std::io::Result<()> {
    let mut dice = Dice(1);
    let mut tables: Vec<(&str, String)> = Vec::new();
    tables.push((
        "parties",
        "party,name,kind,state\nus,United States,state,us\njp,Japan,state,jp\n".into(),
    ));
    tables.push(("items", "item,name\nwork,Work\n".into()));
    let yards = (docks / 5).max(2);
    let mut sites = String::from("site,name,state,party,kind,latitude,longitude\n");
    let mut dock_rows = String::from("dock,site,length_m,beam_m,draft_m,ships,set_up_days\n");
    let mut resources = String::from("resource,site,overtime_cost,peak_cost\n");
    let mut capacity = String::from("resource,from,until,capacity,overtime\n");
    let mut closures = String::from("what,id,from,until\n");
    let state = |yard: u64| if yard % 5 == 4 { "jp" } else { "us" };
    for yard in 0..yards {
        let (latitude, longitude) = match state(yard) {
            "jp" => (
                31 + dice.below(8),
                129 + i64::try_from(dice.below(11)).unwrap_or(0),
            ),
            _ => (
                30 + dice.below(18),
                -(76 + i64::try_from(dice.below(48)).unwrap_or(0)),
            ),
        };
        let _ = writeln!(
            sites,
            "y{yard:02},Yard {yard},{0},{0},yard,{latitude},{longitude}",
            state(yard)
        );
        for (trade, units) in [("hull", 160), ("electric", 90), ("engine", 120)] {
            let _ = writeln!(
                resources,
                "y{yard:02}-{trade},y{yard:02},1500,{}",
                if trade == "hull" { 20000 } else { 0 }
            );
            let month = units * 30;
            let turn = day(dice.from_to(300, 2000));
            let _ = writeln!(
                capacity,
                "y{yard:02}-{trade},2025-01-01,{turn},{month},{}",
                month / 5
            );
            let _ = writeln!(
                capacity,
                "y{yard:02}-{trade},{turn},,{},{}",
                month * 11 / 10,
                month / 5
            );
        }
    }
    for dock in 0..docks {
        let (length, beam, draft) = match dock % 5 {
            0 => (340, 45, 13),
            1 | 2 => (260, 36, 12),
            _ => (180, 33, 12),
        };
        let ships = if dock % 7 == 0 { 2 } else { 1 };
        let _ = writeln!(
            dock_rows,
            "d{dock:02},y{:02},{length},{beam},{draft},{ships},{}",
            dock % yards,
            dice.from_to(2, 10)
        );
        if dice.below(2) == 0 {
            let from = dice.below(years * 300);
            let _ = writeln!(
                closures,
                "dock,d{dock:02},{},{}",
                day(from),
                day(from + dice.from_to(60, 400))
            );
        }
    }
    let mut assets =
        String::from("asset,name,class,kind,party,home_site,length_m,beam_m,draft_m\n");
    let mut jobs = String::from(
        "job,asset,kind,release,due,tardiness_cost,not_ready_cost,deferral_cost,group\n",
    );
    let mut tasks = String::from("task,job,after\n");
    let mut modes = String::from("task,mode,site,days,dock,cost,growth,growth_spread\n");
    let mut usage = String::from("task,mode,resource,usage\n");
    let mut agreed = String::from("task,mode,start,move_cost,change_cost\n");
    let mut groups = String::from("group,span_cost\n");
    let groups_in_all = 9;
    for group in 0..groups_in_all {
        let _ = writeln!(groups, "g{group:02},20000");
    }
    for ship in 0..ships {
        let (class, length, beam, draft, docking, crew) = match dice.below(20) {
            0 => CLASSES[0],
            1..=3 => CLASSES[1],
            4..=12 => CLASSES[2],
            13..=16 => CLASSES[3],
            _ => CLASSES[4],
        };
        let home = dice.below(yards);
        let _ = writeln!(
            assets,
            "s{ship:03},Ship {ship},{class},ship,us,y{home:02},{length},{beam},{draft}"
        );
        let mut release = dice.below(500);
        let mut number = 0;
        while release < years * 365 - 30 {
            let docked = number % 2 == 0;
            let work = if docked { docking } else { docking / 3 };
            let work = work * dice.from_to(80, 140) / 100;
            let due = release + work * 3 / 2 + 40;
            let id = format!("s{ship:03}-{number}");
            let ready = 20000 + 10000 * (length / 100);
            let deferral = if docked {
                String::new()
            } else {
                (ready * work * 4).to_string()
            };
            // Ships that are due within two months of each other.
            let group = if number == 0 && ship < ships / 2 {
                format!("g{:02}", (release / 60).min(groups_in_all - 1))
            } else {
                String::new()
            };
            let kind = if docked { "docking" } else { "pier" };
            let _ = writeln!(
                jobs,
                "{id},s{ship:03},{kind},{},{},{},{ready},{deferral},{group}",
                day(release),
                day(due),
                ready / 2
            );
            let parts: &[(&str, u64, bool)] = if docked {
                &[
                    ("pier", 15, false),
                    ("dock", 60, true),
                    ("fit", 20, false),
                    ("trials", 5, false),
                ]
            } else {
                &[("pier", 90, false), ("trials", 10, false)]
            };
            let mut before = String::new();
            for (part, share, in_dock) in parts {
                let task = format!("{id}-{part}");
                let _ = writeln!(tasks, "{task},{id},{before}");
                let days = (work * share / 100).max(3);
                if *part == "trials" {
                    let _ = writeln!(modes, "{task},home,y{home:02},{days},,0,1,0.1");
                } else {
                    for (n, yard) in [
                        home,
                        (home + 1) % yards,
                        (home + 4) % yards,
                        (home + 9 - home % 5) % yards,
                    ]
                    .iter()
                    .enumerate()
                    {
                        let dock = if *in_dock { "any" } else { "" };
                        let slow = if n == 0 {
                            100
                        } else {
                            95 + 5 * u64::try_from(n).unwrap_or(0)
                        };
                        let cost =
                            days * crew * 900 * (100 + 8 * u64::try_from(n).unwrap_or(0)) / 100;
                        let _ = writeln!(
                            modes,
                            "{task},m{n},y{yard:02},{},{dock},{cost},1.15,0.2",
                            days * slow / 100
                        );
                        for (trade, of) in [("hull", 100), ("electric", 50), ("engine", 60)] {
                            let _ = writeln!(
                                usage,
                                "{task},m{n},y{yard:02}-{trade},{}",
                                crew * of / 100
                            );
                        }
                    }
                }
                if number == 0 && *part == "pier" && dice.below(3) == 0 {
                    let _ = writeln!(
                        agreed,
                        "{task},m0,{},2000,20000",
                        day(release + dice.below(20))
                    );
                }
                before = task;
            }
            number += 1;
            release += dice.from_to(550, 950);
        }
    }
    let fleet = "class,home_site,from,until,minimum,shortage_cost\n".to_string()
        + &(0..yards).fold(String::new(), |mut rows, yard| {
            let _ = writeln!(rows, "destroyer,y{yard:02},2025-01-01,,4,40000");
            rows
        });
    tables.extend([
        ("sites", sites),
        ("docks", dock_rows),
        ("resources", resources),
        ("capacity", capacity),
        ("closures", closures),
        ("assets", assets),
        ("jobs", jobs),
        ("tasks", tasks),
        ("modes", modes),
        ("mode_usage", usage),
        ("agreed", agreed),
        ("groups", groups),
        ("ready_fleet", fleet),
    ]);
    fs::create_dir_all(folder)?;
    let mut parts = Vec::new();
    for (name, text) in tables {
        fs::write(folder.join(format!("{name}.csv")), text)?;
        parts.push(format!(r#"{{"name": "{name}", "path": "{name}.csv"}}"#));
    }
    let months = years * 12;
    let head = format!(
        r#"{{"format": 1, "start": "2025-01-01", "period": "month", "periods": {months}, "currency": "USD", "law_as_of": "2025-01-01"}}"#
    );
    let descriptor = format!(
        r#"{{"name": "large", "title": "Drawn", "darsena": {head}, "resources": [{}]}}"#,
        parts.join(", ")
    );
    fs::write(folder.join("datapackage.json"), descriptor)
}

/// Highest memory so far, in MiB, where the system tells.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let folder = Path::new(
        arguments
            .first()
            .ok_or("a folder, then ships, docks, years, seconds")?,
    );
    let number = |n: usize, default: u64| {
        arguments
            .get(n)
            .map_or(Ok(default), |text| text.parse::<u64>())
    };
    let seconds = number(4, 60)?;
    write(folder, number(1, 300)?, number(2, 60)?, number(3, 10)?)?;
    let begun = Instant::now();
    let checked = load(folder)?;
    for finding in checked.findings.iter().take(5) {
        println!("{finding}");
    }
    let scenario = checked.scenario.ok_or("there are findings")?;
    println!("read      {:.2} s", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let windows = Windows::open(&scenario);
    let problem = Problem::new(&scenario, &windows, Modes::All);
    println!(
        "problem   {:.2} s, {} jobs, {} days",
        begun.elapsed().as_secs_f64(),
        problem.jobs.len(),
        problem.days
    );
    let begun = Instant::now();
    let mut progress = |at: Progress| {
        if at.round.is_power_of_two() || at.round % 32 == 0 {
            println!(
                "round {:4} {:7.2} s  cost {:.0}  bound {:.0}  gap {:.2} %",
                at.round,
                begun.elapsed().as_secs_f64(),
                at.cost,
                at.bound,
                100.0 * (at.cost - at.bound) / at.cost
            );
        }
    };
    let options = Options {
        rounds: 1_000_000,
        time_limit: Some(Duration::from_secs(seconds)),
        ..Options::default()
    };
    let outcome = schedule(
        &problem,
        &options,
        &mut Watch {
            stop: &|| false,
            progress: &mut progress,
        },
    );
    println!("first     {:.2} s", outcome.first_after.as_secs_f64());
    println!(
        "best      {:.0}, bound {:.0}, gap {:.2} %, {} rounds, {} without a place",
        outcome.cost.total(),
        outcome.bound,
        100.0 * outcome.gap(),
        outcome.rounds,
        outcome.cost.unplaced
    );
    println!("{:?}", outcome.cost);
    let timed = Instant::now();
    let breaches = check(
        &scenario,
        &windows,
        &Schedule::of(&problem, &outcome.visits),
        &outcome.cost,
    );
    println!(
        "checked   {:.2} s, {} breaches {:?}",
        timed.elapsed().as_secs_f64(),
        breaches.len(),
        breaches.first()
    );
    let timed = Instant::now();
    println!(
        "reasons   {}, {:.2} s",
        reasons(&problem, &outcome.visits, &[]).len(),
        timed.elapsed().as_secs_f64()
    );
    let timed = Instant::now();
    let growth = grow(&problem, &outcome.visits, GrowthOptions::default());
    println!(
        "growth    {:.2} s, on time {:.0} %",
        timed.elapsed().as_secs_f64(),
        100.0 * growth.on_time
    );
    println!("memory    {} MiB", memory());
    Ok(())
}
