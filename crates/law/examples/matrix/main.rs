//! A million rulings, side by side with a plain loop of engine calls: `cargo run --release --example matrix`.

mod questions;

use std::time::Instant;

use darsena_law::{Law, ReadingOptions, plain_judgement};

fn main() {
    let begun = Instant::now();
    let law = Law::embedded();
    let read = begun.elapsed();
    let (questions, days) = questions::questions(&law);
    for threads in [1, 2] {
        let reading = law.read(ReadingOptions::default());
        let begun = Instant::now();
        let rulings = reading.matrix(&questions, &days, threads);
        let seconds = begun.elapsed().as_secs_f64();
        let count: usize = rulings.iter().map(Vec::len).sum();
        let mut verdicts = std::collections::BTreeMap::new();
        let mut citations = 0;
        for ruling in rulings.iter().flatten() {
            *verdicts.entry(ruling.overall.as_str()).or_insert(0) += 1;
            citations += ruling.rules.len();
        }
        println!(
            "{count} rulings on {} questions, {} days with {threads} threads: {seconds:.2} s, {} judgements, {citations} citations, {verdicts:?}",
            questions.len(),
            days.len(),
            reading.judgements()
        );
    }
    // The same by a plain loop: one call of the engine for each say and way, nothing remembered.
    let reading = law.read(ReadingOptions::default());
    let (some, begun) = (2_000, Instant::now());
    for n in 0..some {
        let mut question = questions[n * 7919 % questions.len()].clone();
        question.on = days[n * 104_729 % days.len()];
        let _ = plain_judgement(&reading, &question);
    }
    let each = begun.elapsed().as_secs_f64() / some as f64;
    let all = each * (questions.len() * days.len()) as f64;
    println!(
        "plain loop of engine calls: {:.0} µs a ruling, so {all:.0} s for all of them (measured on {some})",
        each * 1e6
    );
    println!("reading the law: {:.1} ms", read.as_secs_f64() * 1e3);
}
