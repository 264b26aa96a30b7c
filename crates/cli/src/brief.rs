//! `darsena brief`.
