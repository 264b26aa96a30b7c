//! `darsena check`, `describe`, `convert`, `diff`, `new`, `manual`: the scenario itself.

use std::path::PathBuf;

use clap::Args;

use crate::terminal::Answered;

/// Is the scenario sound?
#[derive(Args)]
pub(crate) struct CheckArguments {
    /// Scenario: a folder, its datapackage.json, or a workbook.
    scenario: PathBuf,
}

/// Prints every finding; says so when there is none.
pub(crate) fn check(arguments: &CheckArguments) -> Answered {
    let checked = darsena::scenario::load(&arguments.scenario)?;
    for finding in &checked.findings {
        println!("{finding}");
    }
    Ok(if checked.scenario.is_some() { 0.into() } else { 1.into() })
}
