//! Reads a scenario and writes it again: `cargo run --release --example convert -- FROM TO`, where TO is a
//! folder or a workbook `.xlsx`.

use std::error::Error;
use std::path::PathBuf;

use darsena_scenario::{WriteOptions, diff, read};

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args().skip(1).map(PathBuf::from);
    let (Some(from), Some(to)) = (paths.next(), paths.next()) else {
        return Err("usage: convert FROM TO".into());
    };
    let package = read(&from)?;
    let options = WriteOptions::default();
    match to.extension().is_some_and(|ending| ending == "xlsx") {
        true => package.write_workbook(&to, &options)?,
        false => package.write_folder(&to, &options)?,
    }
    print!("{}", diff(&package, &read(&to)?));
    Ok(())
}
