//! What it costs to read a scenario, make its program and hand it to the solver, without solving.
//!
//! ```text
//! cargo run --release -p darsena --example build -- FOLDER
//! ```
//!
//! One JSON line: rows, columns and nonzeros of the program, processor seconds of each step, and
//! the most memory the process held.

use std::error::Error;
use std::path::PathBuf;

use cpu_time::ProcessTime;
use darsena::milp::Solver;
use darsena::plan::{Arcs, Options};
use serde_json::json;

/// The allocator of the program.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let started = ProcessTime::now();
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or("usage: build FOLDER")?;
    let loaded = darsena::scenario::load(&folder)?;
    let scenario = loaded.scenario.ok_or("the scenario has findings")?;
    let read = ProcessTime::now();
    let program = darsena::plan::program(&scenario, &Arcs::open(&scenario), &Options::default());
    let made = ProcessTime::now();
    let solver = Solver::new(program)?;
    let handed = ProcessTime::now();
    let program = solver.program();
    let line = json!({
        "folder": folder.display().to_string(),
        "rows": program.rows(),
        "cols": program.columns(),
        "nonzeros": program.nonzeros(),
        "read_cpu_s": seconds(started, read),
        "make_cpu_s": seconds(read, made),
        "hand_over_cpu_s": seconds(made, handed),
        "build_cpu_s": seconds(started, handed),
        "peak_mb": peak_megabytes(),
    });
    println!("{line}");
    Ok(())
}

/// Processor seconds of this process between two moments.
fn seconds(from: ProcessTime, until: ProcessTime) -> f64 {
    until.duration_since(from).as_secs_f64()
}

/// The most memory this process held, as Linux tells it; none elsewhere.
fn peak_megabytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}
