//! Draws a network of three tiers, as large as the published one, and measures 1,500 failures without time.
//!
//! ```text
//! cargo run --release --workspace --example measures -- [FOLDER [THREADS [SEED]]]
//! ```
//!
//! 200 plants make a product of eight parts each; 500 sites make the parts, of four materials each; 1,000 sites make
//! these. A part or material in five has two sources. Every site of the two lower tiers fails for six of 52 weeks. One line
//! of JSON tells how long it took. With FOLDER both programs, the failures and what came of them are written there, for
//! `benches/static/peer.py`.

#![allow(clippy::print_stdout, reason = "a program that tells")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use std::{env, fs};

use cpu_time::ProcessTime;
use darsena_milp::{Column, Program, Stop, Watch};
use darsena_plan::Arcs;
use darsena_plan::steady::Steady;
use darsena_scenario::{Scenario, read_memory};
use darsena_whatif::{Every, Failure, every, static_measures};

const TIERS: [usize; 3] = [200, 500, 1_000];
const PARTS: [usize; 2] = [8, 4];
const WEEKS: usize = 52;

struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % most as u64).unwrap_or(0)
    }
}

/// Who makes which item of a tier: of the sites, one in six shares the item of the site before.
fn items(tier: usize, dice: &mut Dice) -> Vec<usize> {
    let mut items = Vec::new();
    let mut item = 0;
    for n in 0..TIERS[tier] {
        if n > 0
            && (tier == 0 || dice.below(6) > 0 || items.len() >= 2 && items[n - 1] == items[n - 2])
        {
            item += 1;
        }
        items.push(item);
    }
    items
}

fn scenario(seed: u64) -> Scenario {
    let mut dice = Dice(seed);
    let made: Vec<Vec<usize>> = (0..3).map(|tier| items(tier, &mut dice)).collect();
    let kinds: Vec<usize> = made
        .iter()
        .map(|items| items.last().map_or(0, |n| n + 1))
        .collect();
    let mut tables: BTreeMap<&str, String> = BTreeMap::from([
        (
            "parties",
            "party,name,kind,state\nus,US,state,us\n".to_string(),
        ),
        ("sites", "site,name,state\n".into()),
        ("items", "item,name\n".into()),
        (
            "recipes",
            "recipe,site,item,lead_time_days,resource\n".into(),
        ),
        ("recipe_inputs", "recipe,item,quantity\n".into()),
        ("resources", "resource,site\n".into()),
        ("capacity", "resource,from,capacity\n".into()),
        ("lanes", "lane,from_site,to_site,transit_days,item\n".into()),
        ("stockpiles", "site,item,quantity\n".into()),
        (
            "demands",
            "demand,party,item,site,quantity,due,priority,unmet_cost\n".into(),
        ),
    ]);
    let mut row = |table: &'static str, text: String| {
        writeln!(tables.entry(table).or_default(), "{text}").expect("text takes text");
    };
    for (tier, kinds) in kinds.iter().enumerate() {
        for item in 0..*kinds {
            row("items", format!("i{tier}-{item:04},Item"));
        }
    }
    // Units of each item that are needed in a week, from the top down.
    let mut need: Vec<Vec<f64>> = kinds.iter().map(|n| vec![0.0; *n]).collect();
    let mut parts: Vec<Vec<Vec<usize>>> = Vec::new();
    for tier in 0..3 {
        let mut of_tier = Vec::new();
        for item in 0..kinds[tier] {
            if tier == 0 {
                let units = 10 + dice.below(40);
                #[allow(clippy::cast_precision_loss)]
                let weekly = units as f64;
                need[0][item] = weekly;
                let worth = 1 + dice.below(20);
                let all = units * WEEKS;
                row(
                    "demands",
                    format!("d{item:04},us,i0-{item:04},s0-{item:04},{all},2024-06-03,1,{worth}"),
                );
            }
            let mut mine: Vec<usize> = Vec::new();
            while tier < 2 && mine.len() < PARTS[tier] {
                // Once through all, so that each is of use; then any.
                let turn = item * PARTS[tier] + mine.len();
                let part = if turn < kinds[tier + 1] {
                    turn
                } else {
                    dice.below(kinds[tier + 1])
                };
                if !mine.contains(&part) {
                    mine.push(part);
                    let weekly = need[tier][item];
                    need[tier + 1][part] += weekly;
                }
            }
            of_tier.push(mine);
        }
        parts.push(of_tier);
    }
    for tier in 0..3 {
        for (n, &item) in made[tier].iter().enumerate() {
            let site = format!("s{tier}-{n:04}");
            row("sites", format!("{site},Site,us"));
            row("resources", format!("q{tier}-{n:04},{site}"));
            row(
                "recipes",
                format!("r{tier}-{n:04},{site},i{tier}-{item:04},7,q{tier}-{n:04}"),
            );
            let sources = made[tier].iter().filter(|one| **one == item).count();
            #[allow(clippy::cast_precision_loss)]
            let (share, slack) = (need[tier][item] / sources as f64, dice.below(100) as f64);
            row(
                "capacity",
                format!(
                    "q{tier}-{n:04},2024-01-01,{:.2}",
                    share * (1.05 + slack / 100.0)
                ),
            );
            #[allow(clippy::cast_precision_loss)]
            let weeks = dice.below(9) as f64;
            if weeks > 0.0 {
                row(
                    "stockpiles",
                    format!("{site},i{tier}-{item:04},{:.2}", share * weeks),
                );
            }
            for part in &parts[tier][item] {
                row(
                    "recipe_inputs",
                    format!("r{tier}-{n:04},i{}-{part:04},1", tier + 1),
                );
                for (m, _) in made[tier + 1]
                    .iter()
                    .enumerate()
                    .filter(|(_, one)| *one == part)
                {
                    let (from, item) = (
                        format!("s{}-{m:04}", tier + 1),
                        format!("i{}-{part:04}", tier + 1),
                    );
                    row("lanes", format!("{from}-{site},{from},{site},7,{item}"));
                }
            }
        }
    }
    let named: Vec<String> = tables
        .keys()
        .map(|name| format!(r#"{{ "name": "{name}", "path": "{name}.csv" }}"#))
        .collect();
    let head = format!(
        r#"{{ "name": "tiers", "darsena": {{ "format": 1, "start": "2024-01-01", "period": "week",
        "periods": {WEEKS}, "currency": "USD", "law_as_of": "2024-01-01" }}, "resources": [{}] }}"#,
        named.join(", ")
    );
    let mut files = BTreeMap::from([("datapackage.json".to_string(), head.into_bytes())]);
    files.extend(
        tables
            .into_iter()
            .map(|(name, text)| (format!("{name}.csv"), text.into_bytes())),
    );
    let checked = read_memory(&files).check();
    let findings: Vec<String> = checked
        .findings
        .iter()
        .take(5)
        .map(ToString::to_string)
        .collect();
    checked.scenario.unwrap_or_else(|| panic!("{findings:#?}"))
}

fn numbers(values: impl Iterator<Item = f64>) -> String {
    let text = |x: f64| {
        if x == f64::INFINITY {
            "1e30".to_string()
        } else if x == f64::NEG_INFINITY {
            "-1e30".to_string()
        } else {
            format!("{x}")
        }
    };
    format!("[{}]", values.map(text).collect::<Vec<_>>().join(","))
}

fn program(program: &Program) -> String {
    let columns = || (0u32..).map(Column).take(program.columns());
    let rows = || (0u32..).map(darsena_milp::Row).take(program.rows());
    let (mut starts, mut index, mut value) = (vec![0usize], Vec::new(), Vec::new());
    for column in columns() {
        for (row, entry) in program.entries(column) {
            index.push(row.index());
            value.push(entry);
        }
        starts.push(index.len());
    }
    format!(
        r#"{{"cost":{},"lower":{},"upper":{},"row_lower":{},"row_upper":{},"starts":{starts:?},"index":{index:?},"value":{}}}"#,
        numbers(program.costs().iter().copied()),
        numbers(columns().map(|c| program.bounds(c).0)),
        numbers(columns().map(|c| program.bounds(c).1)),
        numbers(rows().map(|r| program.row_bounds(r).0)),
        numbers(rows().map(|r| program.row_bounds(r).1)),
        numbers(value.into_iter()),
    )
}

fn main() {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next();
    let threads = arguments
        .next()
        .map_or(2, |n| n.parse().expect("a number of threads"));
    let seed = arguments.next().map_or(1, |n| n.parse().expect("a seed"));
    let scenario = scenario(seed);
    let failures: Vec<Failure> =
        { every(&scenario, Every::Site, scenario.head().start, 42).into_iter() }
            .filter(|failure| !failure.change.id.starts_with("s0"))
            .collect();
    let arcs = Arc::new(Arcs::open(&scenario));
    let (wall, processor) = (Instant::now(), ProcessTime::now());
    let steady = Steady::new(&scenario, &arcs, false, &mut Watch::nobody())
        .expect("it is solved")
        .expect("nobody stops it");
    let built = wall.elapsed().as_secs_f64();
    let shut: Vec<Vec<Column>> = { failures.iter() }
        .map(|failure| {
            steady
                .shut(&scenario, &failure.change.edits)
                .expect("sites are shut")
        })
        .collect();
    // Each measure on its own, for the clock; then both as the command asks for them.
    let timed =
        |what: &(dyn Fn(&mut darsena_plan::steady::Measurer<'_>, &[Column]) -> f64 + Sync)| {
            let (wall, processor) = (Instant::now(), ProcessTime::now());
            let next = std::sync::atomic::AtomicUsize::new(0);
            let found = std::sync::Mutex::new(vec![0.0; shut.len()]);
            std::thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| {
                        let mut measurer = steady.measurer().expect("it is solved");
                        loop {
                            let n = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                            let Some(shut) = shut.get(n) else { break };
                            let value = what(&mut measurer, shut);
                            found.lock().expect("no thread panics")[n] = value;
                        }
                    });
                }
            });
            let seconds = (
                wall.elapsed().as_secs_f64(),
                processor.elapsed().as_secs_f64(),
            );
            (found.into_inner().expect("no thread panics"), seconds)
        };
    let watch = || Watch::nobody();
    let (loss, ttr) = timed(&|measurer, shut| {
        measurer
            .loss(shut, 6.0, &mut watch())
            .expect("solved")
            .expect("nobody stops it")
            .0
    });
    let (survives, tts) = timed(&|measurer, shut| {
        measurer
            .survives(shut, &mut watch())
            .expect("solved")
            .expect("nobody stops it")
    });
    let open = |_: &Scenario, _: Option<&_>| arcs.clone();
    let whole = Instant::now();
    let all = static_measures(
        &scenario,
        &open,
        &failures,
        false,
        threads,
        &Stop::new(),
        &|_, _| (),
    );
    let all = all.expect("it is solved").expect("nobody stops it");
    assert_eq!(all.fates.len(), failures.len());
    let hurt = loss.iter().filter(|loss| **loss > 1e-9).count();
    let shorter = survives.iter().filter(|time| **time < 52.0 - 1e-9).count();
    println!(
        r#"{{"sites":{},"failures":{},"rows":{},"columns":{},"threads":{threads},"base_s":{built:.3},"ttr_s":{:.3},"ttr_cpu_s":{:.3},"tts_s":{:.3},"tts_cpu_s":{:.3},"both_s":{:.3},"with_loss":{hurt},"survive_less_than_all":{shorter},"cpu_s":{:.2}}}"#,
        scenario.sites().len(),
        failures.len(),
        steady.program_of_survival().rows(),
        steady.program_of_survival().columns(),
        ttr.0,
        ttr.1,
        tts.0,
        tts.1,
        whole.elapsed().as_secs_f64(),
        processor.elapsed().as_secs_f64(),
    );
    let Some(folder) = folder else { return };
    let folder = Path::new(&folder);
    fs::create_dir_all(folder).expect("a folder can be made");
    let write =
        |name: &str, text: String| fs::write(folder.join(name), text).expect("it can be written");
    write("loss.json", program(&steady.program_of_loss(6.0)));
    write("survival.json", program(steady.program_of_survival()));
    let places: Vec<Vec<usize>> = shut
        .iter()
        .map(|shut| shut.iter().map(|c| c.index()).collect())
        .collect();
    write(
        "failures.json",
        format!(
            r#"{{"shut":{places:?},"loss":{},"survives":{}}}"#,
            numbers(loss.into_iter()),
            numbers(survives.into_iter())
        ),
    );
}
