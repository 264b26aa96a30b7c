//! The law of every recipe, lane and demand of a scenario:
//! `cargo run --release -p darsena-law --example arcs -- scenarios/us-japan-2024`.

use std::error::Error;
use std::time::Instant;

use darsena_law::arcs::{ArcOptions, rulings_for};
use darsena_law::{AsOf, Law, ReadingOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("name a scenario")?;
    let scenario = darsena_scenario::load(path.as_ref())?
        .scenario
        .ok_or("the scenario has findings")?;
    let begun = Instant::now();
    let law = Law::embedded();
    let as_of = AsOf::Known(scenario.head().law_as_of);
    let reading = law.read(ReadingOptions {
        as_of,
        ..ReadingOptions::default()
    });
    let ruled = rulings_for(&scenario, &reading, &ArcOptions::default());
    let seconds = begun.elapsed().as_secs_f64();
    for one in ruled.iter().filter(|one| one.question.is_some()) {
        let ruling = &one.timeline[0].ruling;
        let rules: Vec<&str> = ruling
            .rules
            .iter()
            .filter(|rule| rule.decides)
            .map(|rule| rule.policy.as_str())
            .collect();
        let missing: Vec<&str> = ruling
            .missing
            .iter()
            .map(|(fact, _)| fact.as_str())
            .collect();
        println!(
            "{:?} {} {} made in {}: {}, {} days, opens {}, {rules:?}, missing {missing:?}",
            one.what,
            one.id,
            one.item,
            one.made_in.as_deref().unwrap_or("-"),
            ruling.overall,
            ruling.days(),
            one.opens().map_or("never".into(), |day| day.to_string()),
        );
    }
    let asked = ruled.iter().filter(|one| one.question.is_some()).count();
    println!(
        "{} arcs, {asked} across states, {} judgements, {:.0} ms",
        ruled.len(),
        reading.judgements(),
        seconds * 1e3
    );
    Ok(())
}
