//! Schedules files of PSPLIB and MMLIB: `solve [--cpu SECONDS] [--time SECONDS] [--steps N] [--threads N] [--seed N] FILE...`
//! prints one line of JSON a file.

use std::time::Instant;

use darsena_schedule::{Options, Watch, check, psplib, solve};

fn main() {
    let mut options = Options {
        threads: 2,
        ..Options::default()
    };
    let mut files = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || -> f64 {
            arguments
                .next()
                .and_then(|text| text.parse().ok())
                .unwrap_or_else(|| panic!("a number after `{argument}`"))
        };
        match argument.as_str() {
            "--cpu" => options.cpu_limit = Some(number()),
            "--time" => options.time_limit = Some(number()),
            "--steps" => options.step_limit = Some(number() as u64),
            "--threads" => options.threads = number() as u32,
            "--seed" => options.seed = number() as u64,
            _ => files.push(argument),
        }
    }
    for file in files {
        let bytes = match std::fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) => {
                eprintln!("{file}: {error}");
                std::process::exit(2);
            }
        };
        let project = match psplib::read(&bytes) {
            Ok(project) => project,
            Err(error) => {
                eprintln!("{file}: {error}");
                std::process::exit(1);
            }
        };
        let (clock, processor) = (Instant::now(), cpu_time::ProcessTime::now());
        let outcome = match solve(&project, &options, &mut Watch::nobody()) {
            Ok(outcome) => outcome,
            Err(error) => {
                eprintln!("{file}: {error}");
                std::process::exit(1);
            }
        };
        let violations = outcome
            .schedule
            .as_ref()
            .map_or(0, |schedule| check(&project, schedule).len());
        println!(
            "{{\"file\":\"{}\",\"status\":\"{}\",\"makespan\":{},\"bound\":{},\"violations\":{},\"steps\":{},\"cpu_s\":{:.2},\"wall_s\":{:.2}}}",
            file.rsplit('/').next().unwrap_or(&file),
            outcome.status,
            outcome
                .makespan
                .map_or("null".to_owned(), |makespan| makespan.to_string()),
            outcome.bound,
            violations,
            outcome.steps,
            processor.elapsed().as_secs_f64(),
            clock.elapsed().as_secs_f64(),
        );
    }
}
