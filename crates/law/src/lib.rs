//! May it be done, under which rule, with whose approval, by when?
//!
//! # Question
//! A [`Question`] says who does what with which item, from where to where, on which day. The law is data:
//! dated policies and tables under `laws/`, read as a [`Law`]. A [`Reading`] of it answers with a
//! [`Ruling`]: a verdict per regime and overall, the rules it rests on with citation and confidence, the
//! approvals still needed and how long they take, the facts that are missing, and for a denial the day
//! on which a route opens.
//!
//! ```
//! use darsena_law::{Act, Goods, Law, Question, ReadingOptions, Verdict};
//! use jiff::civil::date;
//!
//! let law = Law::embedded();
//! let class = |id: &str| law.class(id).cloned().expect("a standard class");
//! let goods = Goods {
//!     name: "PAC-3 interceptor".into(),
//!     classes: vec![class("jp-w"), class("us-mde")],
//!     origins: ["us".to_string()].into(),
//!     ..Goods::default()
//! };
//! let reading = law.read(ReadingOptions::default());
//! let mut question = Question::new(Act::Export, goods, "jp", "us", date(2023, 12, 21));
//! question.made_in = Some("jp".into());
//! let before = reading.rule(&question);
//! assert_eq!(before.overall, Verdict::Deny);
//! assert_eq!(before.opens, Some(date(2023, 12, 22)));
//! question.on = date(2023, 12, 22);
//! assert_eq!(reading.rule(&question).overall, Verdict::Needs);
//! ```
//!
//! # How it is judged
//! A way with several stops is judged leg by leg. On each leg the regimes with a say are those of the
//! exporter, of every state of design, of the state of manufacture and of everyone who handed the thing
//! on before. The overall verdict is the worst. Approvals of one state come one after the other, those of
//! different states run side by side.
//!
//! A fact nobody told is tried in every way it can turn out. If all ways come to the same verdict that is
//! the verdict; if not, it is unknown, and the facts it turns on are named. So leaving a fact out never
//! makes something lawful that was not.
//!
//! # Limits
//! Nothing here is legal advice. A veto is never foretold: where a state must consent the answer is
//! `needs`, until a record of its decision is given.

pub mod arcs;
mod engine;
mod library;
mod policy_text;
mod question;
mod read;
mod reading;
mod receipt;
mod ruling;
mod table;
mod timeline;
mod view;
mod why;

#[doc(hidden)]
pub use engine::{Outcome, Run, StandIn, policy_json};
pub use library::{
    ApprovalKind, Confidence, Days, Fact, FactKind, Law, LawError, Member, Regime, Revision, Rule,
    RuleKind,
};
pub use question::{Act, Classed, Goods, Leg, Question, Record, Told};
#[doc(hidden)]
pub use reading::plain_judgement;
pub use reading::{AsOf, Reading, ReadingOptions};
pub use receipt::{RECEIPT, ReceiptError, Replay, question_json, receipt, replay};
pub use ruling::{Approval, Assumed, Cited, NO_ADVICE, RegimeRuling, Ruling, Verdict, law_begins};
pub use timeline::{Cause, Turn};
pub use why::{Change, Path};
