//! Why a certificate is not accepted.

/// Why a certificate is not accepted: the first flaw found.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The model is not in the form that is read.
    #[error("model, line {line}: expected {expected}")]
    NoModel {
        /// The line, from 1.
        line: usize,
        /// What would be right.
        expected: &'static str,
    },
    /// The proof can't be read on.
    #[error("proof, line {line}: {why}")]
    Unreadable {
        /// The line, from 1.
        line: u64,
        /// What the file said.
        why: String,
    },
    /// A line of the proof is no step, or names what was not defined before.
    #[error("proof, line {line}: no step of a proof")]
    NoStep {
        /// The line, from 1.
        line: u64,
    },
    /// An inference does not follow from the constraint it names.
    #[error("proof, line {line}: inference {id} does not follow")]
    Inference {
        /// The line, from 1.
        line: u64,
        /// Its number.
        id: u32,
    },
    /// A deduction does not follow from its inferences.
    #[error("proof, line {line}: deduction {id} does not follow")]
    Deduction {
        /// The line, from 1.
        line: u64,
        /// Its number.
        id: u32,
    },
    /// The proof ends before it has concluded anything, or goes on afterwards.
    #[error("proof, line {line}: no conclusion at the end")]
    NoConclusion {
        /// The line, from 1.
        line: u64,
    },
    /// The conclusion was not deduced.
    #[error("proof, line {line}: what is concluded was not deduced")]
    Conclusion {
        /// The line, from 1.
        line: u64,
    },
    /// More is to be remembered than is remembered.
    #[error("proof, line {line}: more than is checked")]
    TooLarge {
        /// The line, from 1.
        line: u64,
    },
    /// A file is missing or can't be read.
    #[error("cannot read `{0}`: {1}")]
    File(String, String),
    /// The project file is no project of PSPLIB or MMLIB.
    #[error("`{0}` is no project file: {1}")]
    NoProject(String, String),
    /// The schedule is not one of the project.
    #[error("the schedule does not hold: {0}")]
    Schedule(String),
    /// The model is not that of the project and of a makespan one below that of the schedule.
    #[error("`model.fzn` does not say that the project ends before {0}")]
    OtherModel(u64),
}
