//! Can somebody else check that no schedule is shorter?
//!
//! # Question
//! The room `schedule` proves that a schedule is the shortest, and its proof stays inside. Here the same claim gets a
//! **certificate**: files from which anybody can see, with a program that shares nothing with darsena,
//! that the project has a schedule of makespan M and none that ends by M - 1.
//!
//! # What is in a folder
//! | file | what |
//! |---|---|
//! | `project.psplib` | the project file, byte by byte |
//! | `schedule.csv` | a schedule of makespan M: task, mode, start |
//! | `model.fzn` | the project and "all ends by M - 1", in FlatZinc |
//! | `proof.drcp.gz` | a proof in DRCP that the model has no solution |
//! | `README.md` | what is claimed, and how to check it |
//!
//! # How it is made
//! [`certify`] asks Pumpkin, an engine that logs its proofs, for a solution of the model (`prove`), keeps of the log what the
//! conclusion rests on (`trim`), checks the files as anybody would (`check`), and only then moves the folder into its
//! place: whole or not at all. Equal project, schedule, seed and steps give equal bytes.
//!
//! # Order of reading
//! `model`, [`check_proof`], [`check_folder`], [`certify`].
//!
//! # Limits
//! Pumpkin proves less than the engine of `schedule` does: it knows no chains and no prices on resources. Many an optimum
//! that is proved gets no certificate within the limits; [`Withheld`] says why. A proof that a schedule is the shortest is a
//! proof about the model: who doubts that the model is the project has to read the model, or make it again.

mod check;
mod drcp;
mod folder;
mod model;
mod prove;
mod refusal;
mod trim;

#[cfg(test)]
mod tests;

pub use check::{Checked, check_proof};
pub use folder::{
    Certificate, CertifyError, Options, Outcome, Withheld, certificates, certify, check_folder,
    places,
};
pub use refusal::Refusal;
