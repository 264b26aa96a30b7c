//! The law room beside a plain loop of Cedar calls and a plain loop of regorus evaluations, on the same questions:
//! `cargo run --release -- [SAMPLE] [SEED]`.
//!
//! The law room answers all 1,080,000 questions. The loops remember nothing and answer a seeded sample of them.
//! All must come to the same rulings, and so must the whole million judged by regorus under the law room's
//! memory. Times are processor time, the least of three rounds; the loops parse and compile their rules before.

#[path = "../../../crates/law/examples/matrix/questions.rs"]
mod questions;

use std::process::ExitCode;
use std::sync::Arc;

use cpu_time::ProcessTime;
use darsena_bench_rego::{Way, stand_in};
use darsena_law::{Law, Question, Reading, ReadingOptions, Ruling, plain_judgement};
use jiff::civil::Date;

fn main() -> ExitCode {
    let numbers: Result<Vec<u64>, _> = std::env::args().skip(1).map(|a| a.parse()).collect();
    let (sample, seed) = match numbers.as_deref() {
        Ok([]) => (2_000, 1),
        Ok([sample]) => (*sample, 1),
        Ok([sample, seed]) => (*sample, *seed),
        _ => {
            eprintln!("usage: darsena-bench-rego [SAMPLE] [SEED]");
            return ExitCode::from(2);
        }
    };
    match compare(sample.max(1), seed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// Engines by name, and how each judges.
const ENGINES: [(&str, Option<Way>); 3] = [
    ("Cedar", None),
    ("regorus, its interpreter", Some(Way::Interpreter)),
    ("regorus, its register machine", Some(Way::Machine)),
];

const ROUNDS: usize = 3;

fn compare(sample: u64, seed: u64) -> Result<(), String> {
    let law = Law::embedded();
    let (questions, days) = questions::questions(&law);
    let all = questions.len() * days.len();
    let picked = pick(&questions, &days, sample, seed);
    println!(
        "{all} questions, {} of them asked of the loops, seed {seed}; processor time, least of {ROUNDS} rounds",
        picked.len()
    );
    println!(
        "{:<50} {:>12} {:>9} {:>12}",
        "", "a ruling", "ratio", "all of them"
    );

    // The million by the law room. What Cedar finds is what the others must find.
    let mut expected: Option<Vec<Vec<Arc<Ruling>>>> = None;
    let mut room = 0.0;
    for (name, way) in ENGINES {
        let mut least = f64::INFINITY;
        for _ in 0..ROUNDS {
            // A reading remembers, so each round has its own.
            let reading = read(&law, way);
            let begun = ProcessTime::now();
            let found = reading.matrix(&questions, &days, 1);
            least = least.min(begun.elapsed().as_secs_f64() / all as f64);
            let Some(expected) = &expected else {
                expected = Some(found);
                continue;
            };
            for ((question, expected), found) in questions.iter().zip(expected).zip(&found) {
                for (expected, found) in expected.iter().zip(found) {
                    same(name, expected, found, question)?;
                }
            }
        }
        if way.is_none() {
            room = least;
        }
        row(&format!("law room over {name}"), least, room, all, true);
    }
    let expected = expected.unwrap_or_default();

    for (name, way) in ENGINES {
        let reading = read(&law, way);
        let mut least = f64::INFINITY;
        // The round before the first parses and compiles.
        for round in 0..=ROUNDS {
            let begun = ProcessTime::now();
            let ruled =
                |(_, _, question): &(usize, usize, Question)| plain_judgement(&reading, question);
            let found: Vec<Ruling> = picked.iter().map(ruled).collect();
            if round > 0 {
                least = least.min(begun.elapsed().as_secs_f64() / picked.len() as f64);
            }
            for ((q, d, question), found) in picked.iter().zip(&found) {
                same(name, &expected[*q][*d], found, question)?;
            }
        }
        row(&format!("plain loop over {name}"), least, room, all, false);
    }
    println!("every ruling the same by all");
    Ok(())
}

/// A line of the table: seconds a ruling, beside the law room's, and for all questions.
fn row(name: &str, each: f64, room: f64, all: usize, measured: bool) {
    println!(
        "{name:<50} {:>9.2} µs {:>8.1}x {:>10.1} s {}",
        each * 1e6,
        each / room,
        each * all as f64,
        if measured { "measured" } else { "extrapolated" }
    );
}

/// The law judged by Cedar, or by regorus.
fn read(law: &Law, way: Option<Way>) -> Reading<'_> {
    match way {
        None => law.read(ReadingOptions::default()),
        Some(way) => law.read_by(ReadingOptions::default(), stand_in(law, way)),
    }
}

/// The ruling with every rule that holds, every approval, and every fact it turns on.
fn same(name: &str, expected: &Ruling, found: &Ruling, question: &Question) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    Err(format!(
        "{name} differs from the law room on {question:#?}\nlaw room: {expected:#?}\n{name}: {found:#?}"
    ))
}

/// A seeded sample: place of the question, place of the day, and the question of that day.
fn pick(
    questions: &[Question],
    days: &[Date],
    sample: u64,
    seed: u64,
) -> Vec<(usize, usize, Question)> {
    let mut state = seed;
    let mut draw = |below: usize| {
        // splitmix64
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % below as u64) as usize
    };
    let one = |_| {
        let (q, d) = (draw(questions.len()), draw(days.len()));
        let mut question = questions[q].clone();
        question.on = days[d];
        (q, d, question)
    };
    (0..sample).map(one).collect()
}
