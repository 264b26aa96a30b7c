//! brief
pub mod chart;
pub mod number;
pub(crate) mod text;
