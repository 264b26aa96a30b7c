//! What the law does to the plan, as the brief is told: the brief asks no law itself.

use jiff::civil::Date;

/// The law page: rules that hold something back, what each costs, and what is waited for.
#[derive(Debug, Clone, PartialEq)]
pub struct LawPage {
    /// The day whose law the plan keeps to.
    pub as_of: Date,
    /// Content hash of the law.
    pub hash: String,
    /// That it is no legal advice.
    pub advice: String,
    /// What a plan that asks no law would gain.
    pub whole: Worth,
    /// Rules that shut or delay something, the dearest first.
    pub rules: Vec<RuleRow>,
    /// Pairs that hold back more together than one by one.
    pub pairs: Vec<PairRow>,
    /// Approvals that are waited for.
    pub approvals: Vec<ApprovalRow>,
}

/// A rule, lifted alone.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleRow {
    /// Id.
    pub rule: String,
    /// What it does: `denies`.
    pub kind: String,
    /// In plain words.
    pub plain: String,
    /// Act, section, date.
    pub citation: String,
    /// Address of its first source.
    pub url: Option<String>,
    /// How far it can be trusted, in words.
    pub confidence: String,
    /// Makes, moves and hand-overs that open, or open sooner, without it.
    pub arcs: usize,
    /// What it costs.
    pub worth: Worth,
}

/// Two rules, both lifted.
#[derive(Debug, Clone, PartialEq)]
pub struct PairRow {
    /// Ids of both.
    pub rules: (String, String),
    /// What both cost.
    pub worth: Worth,
    /// Of it, unit-months that neither gives alone.
    pub together: f64,
}

/// An approval, a month sooner.
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovalRow {
    /// Id.
    pub approval: String,
    /// State that grants it.
    pub grantor: String,
    /// Who there.
    pub body: String,
    /// Typical days from application to decision.
    pub typical_days: u32,
    /// What a month less is worth.
    pub worth: Worth,
}

/// What would be gained. `None` where it is not known in the time given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Worth {
    /// Units delivered more within the horizon.
    pub deliveries: Option<f64>,
    /// Unit-months less waiting.
    pub unit_months: Option<f64>,
    /// Most urgent priority that gains.
    pub first_priority: Option<u32>,
}
