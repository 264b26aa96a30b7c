//! milp
