//! Small scenarios drawn from a seed, with everything in them that the tables can say: divided docks with measures, places of
//! them closed, teams that travel and damaged assets too.

use darsena_repair::Windows;
use darsena_scenario::Scenario;
use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::tables::Tables;

/// Numbers by chance that are the same everywhere (SplitMix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % most
    }

    /// A number from `least` to `most`.
    pub(crate) fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    /// Whether it happens, once in so many times.
    pub(crate) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

pub(crate) fn day(n: u64) -> Date {
    date(2024, 7, 1).saturating_add(i64::try_from(n).unwrap().days())
}

/// What is drawn: whether jobs are chains of tasks alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Jobs {
    Chains,
    Any,
}

/// A small scenario: two or three jobs, two ports, few docks, few days.
pub(crate) fn drawn(seed: u64, jobs: Jobs) -> Tables {
    let mut dice = Dice(seed);
    let sites = ["north", "south", "yard"];
    let mut tables = Tables::days(14).with(
        "sites",
        "site,name,state",
        &["north,North,us", "south,South,us", "yard,Yard,jp"],
    );
    let mut rows = Vec::new();
    for (n, from) in sites.iter().enumerate() {
        for to in &sites[n + 1..] {
            rows.push(format!("{from},{to},{}", dice.below(4)));
            if dice.once_in(3) {
                rows.push(format!("{to},{from},{}", dice.below(4)));
            }
        }
    }
    tables = tables.with("transits", "from_site,to_site,days", &rows);
    let mut rows = Vec::new();
    let mut docks = Vec::new();
    for (n, site) in ["north", "yard", "north", "south"]
        .iter()
        .enumerate()
        .take(usize::try_from(dice.between(1, 4)).unwrap())
    {
        let until = if dice.once_in(6) {
            day(dice.between(8, 20)).to_string()
        } else {
            String::new()
        };
        let from = if dice.once_in(6) {
            day(dice.between(1, 5)).to_string()
        } else {
            String::new()
        };
        let ships = if dice.once_in(4) { 2 } else { 1 };
        let length = if dice.once_in(4) { "90" } else { "" };
        rows.push((
            format!(
                "d{n},{site},{length},{ships},{},{from},{until}",
                dice.below(3)
            ),
            ships,
        ));
        docks.push((format!("d{n}"), *site));
    }
    let places: Vec<u32> = rows.iter().map(|row| row.1).collect();
    // What came later is drawn by dice of its own: all else stays as it was.
    let mut later = Dice(seed ^ 0x5EED);
    let rows: Vec<String> = { rows.into_iter() }
        .map(|(row, ships)| match ships {
            2 if later.once_in(2) => {
                let cells: Vec<&str> = row.split(',').collect();
                let (length, beam) = (later.between(8, 20) * 10, later.between(2, 5) * 10);
                let rest = cells[4..].join(",");
                format!(
                    "{},{},{length},{},{rest},{beam}",
                    cells[0],
                    cells[1],
                    later.between(2, 3)
                )
            }
            _ => format!("{row},"),
        })
        .collect();
    tables = tables.with(
        "docks",
        "dock,site,length_m,ships,set_up_days,from,until,beam_m",
        &rows,
    );
    let mut rows = Vec::new();
    let mut capacity = Vec::new();
    let mobile = later.once_in(3);
    for (crew, site) in [("crew-n", "north"), ("crew-y", "yard")] {
        let peak = if dice.once_in(3) {
            dice.between(1, 20)
        } else {
            0
        };
        let travels = if mobile && crew == "crew-y" {
            "yes"
        } else {
            ""
        };
        rows.push(format!(
            "{crew},{site},{},{peak},{travels}",
            dice.below(4) * 3
        ));
        let turn = day(dice.between(2, 12));
        capacity.push(format!(
            "{crew},2024-07-01,{turn},{},{}",
            dice.between(1, 4),
            dice.below(3)
        ));
        capacity.push(format!(
            "{crew},{turn},,{},{}",
            dice.between(2, 4),
            dice.below(3)
        ));
    }
    tables = tables
        .with(
            "resources",
            "resource,site,overtime_cost,peak_cost,mobile",
            &rows,
        )
        .with(
            "capacity",
            "resource,from,until,capacity,overtime",
            &capacity,
        );
    let mut rows = Vec::new();
    if dice.once_in(2) {
        let from = dice.below(10);
        rows.push(format!(
            "dock,d0,{},{}",
            day(from),
            day(from + dice.between(1, 5))
        ));
    }
    if dice.once_in(4) {
        let from = dice.below(10);
        rows.push(format!(
            "site,north,{},{}",
            day(from),
            day(from + dice.between(1, 3))
        ));
    }
    if dice.once_in(4) {
        let from = dice.below(10);
        rows.push(format!(
            "resource,crew-n,{},{}",
            day(from),
            day(from + dice.between(1, 3))
        ));
    }
    let mut rows: Vec<String> = rows.into_iter().map(|row| format!("{row},,")).collect();
    if let Some(n) = places.iter().position(|ships| *ships > 1)
        && later.once_in(2)
    {
        let from = later.below(12);
        let length = if later.once_in(2) { "10" } else { "" };
        let (from, until) = (day(from), day(from + later.between(1, 6)));
        rows.push(format!("dock,d{n},{from},{until},1,{length}"));
    }
    tables = tables.with("closures", "what,id,from,until,ships,length_m", &rows);
    let assets = dice.between(2, 3);
    let rows: Vec<String> = (0..assets)
        .map(|n| {
            let home = if dice.once_in(4) { "south" } else { "north" };
            let length = if dice.once_in(3) { 100 } else { 80 };
            format!("s{n},S,k,us,{home},{length},{}", later.between(1, 3) * 10)
        })
        .collect();
    tables = tables.with(
        "assets",
        "asset,name,class,party,home_site,length_m,beam_m",
        &rows,
    );
    let groups = dice.once_in(4);
    if groups {
        tables = tables.with(
            "groups",
            "group,span_cost",
            &[format!("g,{}", dice.between(1, 6))],
        );
    }
    let count = dice.between(2, 3);
    let (mut rows, mut tasks, mut modes, mut usage, mut agreed) =
        (vec![], vec![], vec![], vec![], vec![]);
    for j in 0..count {
        let asset = if dice.once_in(4) {
            0
        } else {
            j.min(assets - 1)
        };
        let release = dice.below(5);
        let due = release + dice.between(1, 9);
        let deadline = if dice.once_in(5) {
            day(due + dice.between(2, 9)).to_string()
        } else {
            String::new()
        };
        let deferral = if dice.once_in(4) {
            dice.between(10, 120).to_string()
        } else {
            String::new()
        };
        let group = if groups && dice.once_in(2) { "g" } else { "" };
        let late = if dice.once_in(4) {
            0
        } else {
            dice.between(1, 15)
        };
        let damaged = if later.once_in(6) { "yes" } else { "" };
        rows.push(format!(
            "j{j},s{asset},refit,{},{},{deadline},{late},{},{deferral},{group},{damaged}",
            day(release),
            day(due),
            dice.below(6)
        ));
        for k in 0..dice.between(1, 3) {
            let task = format!("j{j}k{k}");
            let after = match (k, jobs) {
                (0, _) => String::new(),
                (_, Jobs::Any) if dice.once_in(2) => String::new(),
                (2, _) if dice.once_in(2) => format!("j{j}k0;j{j}k1"),
                _ => format!("j{j}k{}", k - 1),
            };
            tasks.push(format!("{task},j{j},{after}"));
            let many = dice.between(1, 2);
            for m in 0..many {
                let site = sites[usize::try_from(dice.below(3)).unwrap()];
                let here: Vec<&String> = { docks.iter() }
                    .filter(|(_, there)| *there == site)
                    .map(|(dock, _)| dock)
                    .collect();
                let dock = match dice.below(3) {
                    _ if here.is_empty() => "",
                    0 => "",
                    1 => "any",
                    _ => here[0].as_str(),
                };
                let days = if dice.once_in(8) {
                    0
                } else {
                    dice.between(1, 5)
                };
                modes.push(format!(
                    "{task},m{m},{site},{days},{dock},{}",
                    dice.below(20)
                ));
                let crew = match site {
                    "north" => "crew-n",
                    "yard" => "crew-y",
                    _ => continue,
                };
                if !dice.once_in(3) {
                    usage.push(format!("{task},m{m},{crew},{}", dice.between(1, 2)));
                }
                // The crew of the yard is one pool for both, where it travels.
                if mobile && crew == "crew-n" && later.once_in(3) {
                    usage.push(format!("{task},m{m},crew-y,1"));
                }
            }
            if dice.once_in(8) {
                agreed.push(format!(
                    "{task},m0,{},{},{}",
                    day(dice.below(14)),
                    dice.below(4),
                    dice.below(10)
                ));
            }
        }
    }
    if dice.once_in(3) {
        let least = dice.between(1, assets + 1);
        let row = format!(
            "k,north,{},{},{least},{}",
            day(dice.below(5)),
            day(dice.between(6, 14)),
            dice.between(1, 9)
        );
        tables = tables.with(
            "ready_fleet",
            "class,home_site,from,until,minimum,shortage_cost",
            &[row],
        );
    }
    tables = tables
        .with(
            "jobs",
            "job,asset,kind,release,due,deadline,tardiness_cost,not_ready_cost,deferral_cost,group,damaged",
            &rows,
        )
        .with("tasks", "task,job,after", &tasks)
        .with("modes", "task,mode,site,days,dock,cost", &modes)
        .with("mode_usage", "task,mode,resource,usage", &usage);
    if !agreed.is_empty() {
        tables = tables.with("agreed", "task,mode,start,move_cost,change_cost", &agreed);
    }
    tables
}

/// Days on which modes may begin, for some of them.
pub(crate) fn drawn_windows(seed: u64, scenario: &Scenario) -> Windows {
    let mut dice = Dice(seed ^ 0xABCD);
    let each = scenario.modes().iter().map(|_| {
        if !dice.once_in(3) {
            return vec![(day(0), None)];
        }
        let from = dice.below(10);
        let until = dice.once_in(2).then(|| day(from + dice.between(1, 6)));
        let mut open = vec![(day(from), until)];
        if until.is_some() && dice.once_in(2) {
            open.push((day(from + 9), None));
        }
        open
    });
    Windows::given(each.collect())
}
