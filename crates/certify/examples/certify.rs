//! Certificates for published project files whose makespan is proved: `certify FOLDER SECONDS FILE...`.
//!
//! Prints, for each file, the makespan, processor seconds for the schedule and for the certificate, Pumpkin's steps, steps of the proof, and
//! bytes of the proof, or why there is none.

use std::path::{Path, PathBuf};

use cpu_time::ProcessTime;
use darsena_certify::{Options, Outcome, certify};
use darsena_schedule::{Options as Search, Status, Watch, psplib, solve};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("FOLDER SECONDS FILE...")?);
    let seconds: f64 = arguments.next().ok_or("FOLDER SECONDS FILE...")?.parse()?;
    println!("file,makespan,schedule_s,certificate_s,steps,inferences,deductions,bytes,why_not");
    for path in arguments {
        let bytes = std::fs::read(&path)?;
        let file = Path::new(&path)
            .file_name()
            .ok_or("a file")?
            .to_string_lossy();
        let begun = ProcessTime::now();
        let search = Search {
            threads: 1,
            cpu_limit: Some(seconds),
            ..Search::default()
        };
        let outcome = solve(&psplib::read(&bytes)?, &search, &mut Watch::nobody())?;
        let took = begun.elapsed().as_secs_f64();
        let (Status::Optimal, Some(schedule)) = (outcome.status, &outcome.schedule) else {
            println!(
                "{file},{:?},{took:.2},,,,,,{}",
                outcome.makespan,
                outcome.status.as_str()
            );
            continue;
        };
        let begun = ProcessTime::now();
        let options = Options {
            cpu_limit: Some(seconds),
            ..Options::default()
        };
        let given = certify(&file, &bytes, schedule, &options, &|| false, &folder)?;
        let certified = begun.elapsed().as_secs_f64();
        match given {
            Outcome::Given(of) => println!(
                "{file},{},{took:.2},{certified:.2},{},{},{},{},",
                of.makespan, of.steps, of.checked.inferences, of.checked.deductions, of.bytes
            ),
            Outcome::Withheld(why) => {
                println!(
                    "{file},{:?},{took:.2},{certified:.2},,,,,{why}",
                    outcome.makespan
                );
            }
        }
    }
    Ok(())
}
