//! Plans a scenario folder and writes its brief to standard output:
//! `cargo run --release -p darsena-brief --example brief -- FOLDER > brief.html`.

use std::path::Path;
use std::process::ExitCode;

use darsena_brief::{Options, html};

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("usage: brief FOLDER");
        return ExitCode::from(2);
    };
    let checked = match darsena_scenario::load(Path::new(&folder)) {
        Ok(checked) => checked,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let Some(scenario) = checked.scenario else {
        for finding in checked.findings {
            eprintln!("{finding}");
        }
        return ExitCode::from(1);
    };
    let plan = darsena_plan::plan(
        &scenario,
        &darsena_plan::Arcs::open(&scenario),
        &darsena_plan::Options::default(),
        &mut darsena_milp::Watch::nobody(),
    );
    match plan {
        Ok(plan) => {
            print!("{}", html(&scenario, &plan, &Options::default()));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
