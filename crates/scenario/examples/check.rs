//! Checks a scenario and prints what was found: `cargo run --release --example check -- FOLDER`.

use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), darsena_scenario::LoadError> {
    let path = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let clock = Instant::now();
    let checked = darsena_scenario::load(Path::new(&path))?;
    let seconds = clock.elapsed().as_secs_f64();
    for finding in &checked.findings {
        println!("{}: {finding}", finding.severity.as_str());
    }
    if let Some(scenario) = &checked.scenario {
        println!("{} {}", scenario.head().name, scenario.hash());
    }
    println!("{seconds:.3} s");
    Ok(())
}
