//! Checks a scenario and says what is in it: `cargo run --release --example check -- FOLDER`.

use std::path::Path;
use std::time::Instant;

use darsena_scenario::{Severity, describe, load};

fn main() -> Result<(), darsena_scenario::LoadError> {
    let path = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let clock = Instant::now();
    let checked = load(Path::new(&path))?;
    let seconds = clock.elapsed().as_secs_f64();
    for finding in checked
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
    {
        println!("{finding}");
    }
    let warnings = checked
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Warning);
    println!(
        "{} warnings; read and checked in {seconds:.3} s",
        warnings.count()
    );
    if let Some(scenario) = &checked.scenario {
        let description = describe(scenario);
        print!("{description}");
    }
    Ok(())
}
