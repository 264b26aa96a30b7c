//! A million rulings, side by side with a plain loop of engine calls: `cargo run --release --example matrix`.

use std::time::Instant;

use darsena_law::{Act, Goods, Law, Question, ReadingOptions, Told, plain_judgement};
use jiff::ToSpan;
use jiff::civil::{Date, date};

fn main() {
    let begun = Instant::now();
    let law = Law::embedded();
    let read = begun.elapsed();
    let class = |id: &str| law.class(id).cloned().expect("a standard class");
    let item = |name: &str, classes: &[&str], origins: &[&str], flags: &[&str]| Goods {
        id: name.to_lowercase(),
        name: name.into(),
        classes: classes.iter().map(|id| class(id)).collect(),
        flags: flags.iter().map(ToString::to_string).collect(),
        origins: origins.iter().map(ToString::to_string).collect(),
    };
    let items = [
        item("Interceptor", &["jp-w", "us-mde"], &["us"], &[]),
        item(
            "Interceptor part",
            &["jp-c", "us-u"],
            &["us"],
            &["component"],
        ),
        item("Joint missile", &["jp-w", "us-mde"], &["jp", "us"], &[]),
        item("Radar", &["jp-nw"], &["jp"], &["radar"]),
        item("Fighter", &["jp-w"], &["gb", "it", "jp"], &["gcap"]),
        item("Aircraft part", &["us-6"], &["us"], &[]),
        item("Tank", &["oth"], &["de"], &[]),
        item("Gun ammunition", &["oth"], &["ch"], &["ammunition"]),
        item("Service", &["jp-s"], &["us"], &["service"]),
    ];
    let states: Vec<&str> = law
        .states()
        .map(|(id, _)| id)
        .filter(|id| *id != "gu")
        .collect();
    let mut routes = Vec::new();
    'all: for from in [
        "jp", "us", "de", "gb", "kr", "pl", "au", "ch", "it", "nl", "fr", "se", "no", "ee",
    ] {
        for to in states.iter().filter(|to| **to != from) {
            routes.push((from, *to));
            if routes.len() == 1_000 {
                break 'all;
            }
        }
    }
    let mut questions = Vec::new();
    for goods in &items {
        for (n, (from, to)) in routes.iter().enumerate() {
            let mut question =
                Question::new(Act::Transfer, goods.clone(), from, to, date(2019, 1, 1));
            question.made_in = Some(["jp", "us"][n % 2].into());
            question.value = Some([5_000_000, 30_000_000, 200_000_000][n % 3]);
            question
                .facts
                .insert("government_user".into(), Told::Flag(n % 5 != 0));
            questions.push(question);
        }
    }
    let first = date(2018, 1, 1);
    let days: Vec<Date> = (0..120).map(|n| first.saturating_add(n.months())).collect();
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
            "{count} rulings on {} routes, {} items, {} days with {threads} threads: {seconds:.2} s, {} judgements, {citations} citations, {verdicts:?}",
            routes.len(),
            items.len(),
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
