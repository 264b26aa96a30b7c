//! Every sentence of the brief, in one place.

/// What flows to a demand.
pub(crate) const END_ITEMS: &str = "end items";
/// What flows into another recipe.
pub(crate) const PARTS: &str = "parts";
