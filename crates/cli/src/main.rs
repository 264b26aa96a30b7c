//! The `darsena` command.
fn main() {}
