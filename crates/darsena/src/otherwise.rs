//! A question asked otherwise than things stand: changes the scenario tells, rules lifted, proposals in force.

use std::collections::BTreeSet;

use darsena_law::{AsOf, Law, ReadingOptions, Rule};
use darsena_scenario::{Change, ChangeKind, Edit, Finding, Scenario, nearest};

use crate::answer::Table;
use crate::write::number;

/// What is otherwise.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Otherwise {
    /// Changes of the scenario's table `changes`, each a row or a group of rows.
    pub changes: Vec<Change>,
    /// Rules that are lifted, by id of the rule or of one policy.
    pub without: BTreeSet<String>,
    /// Proposals that are taken as in force, by id.
    pub with: BTreeSet<String>,
}

/// Why a question cannot be asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OtherwiseError {
    /// The table tells no such change.
    #[error("no change `{id}` in the table `changes`{}", near.as_ref().map_or_else(String::new, |near| format!("; did you mean `{near}`?")))]
    UnknownChange {
        /// What was asked for.
        id: String,
        /// The nearest id there is.
        near: Option<String>,
    },
    /// The row is one of a group.
    #[error("`{0}` is one row of the group `{1}`, which is taken together: ask for `{1}`")]
    OneOfGroup(String, String),
    /// The change cannot be made.
    #[error("the change `{0}` cannot be made: {1}")]
    Refused(String, Box<Finding>),
}

impl Otherwise {
    /// The changes of a scenario by id, each once, in the order asked for.
    ///
    /// # Errors
    /// Fails where there is no such change, or where it is one row of a group.
    pub fn changes(scenario: &Scenario, ids: &[String]) -> Result<Vec<Change>, OtherwiseError> {
        let told = Change::told(scenario);
        let mut changes: Vec<Change> = Vec::new();
        for id in ids {
            if let Some(change) = told.iter().find(|change| change.id == *id) {
                if !changes.contains(change) {
                    changes.push(change.clone());
                }
                continue;
            }
            let mut rows = scenario.changes().iter();
            let group = rows.find(|row| row.change.as_str() == id);
            return Err(match group.and_then(|row| row.group.as_ref()) {
                Some(group) => OtherwiseError::OneOfGroup(id.clone(), group.to_string()),
                None => OtherwiseError::UnknownChange {
                    id: id.clone(),
                    near: nearest(id, told.iter().map(|change| change.id.as_str()))
                        .map(ToString::to_string),
                },
            });
        }
        Ok(changes)
    }

    /// Whether things are asked about as they stand.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.changes.is_empty() && self.without.is_empty() && self.with.is_empty()
    }

    /// The scenario with the changes, one after the other.
    ///
    /// # Errors
    /// Fails where one of them cannot be made.
    pub fn scenario(&self, scenario: &Scenario) -> Result<Scenario, OtherwiseError> {
        let mut changed = scenario.clone();
        for change in &self.changes {
            changed = { changed.with(&change.edits) }
                .map_err(|finding| OtherwiseError::Refused(change.id.clone(), finding))?;
        }
        Ok(changed)
    }

    /// How the law is read that is `as_of` without this.
    #[must_use]
    pub fn reading(&self, as_of: AsOf) -> ReadingOptions {
        let edits = self.changes.iter().flat_map(|change| &change.edits);
        let (as_of, lifted) = of_law(edits, as_of);
        ReadingOptions {
            as_of,
            without: self.without.iter().cloned().chain(lifted).collect(),
            with: self.with.clone(),
            ..ReadingOptions::default()
        }
    }

    /// Each thing that is otherwise, alone.
    #[must_use]
    pub fn each(&self) -> Vec<(String, Otherwise)> {
        let one = |id: &String, otherwise: Otherwise| (id.clone(), otherwise);
        let without = self.without.iter().map(|id| {
            let without = BTreeSet::from([id.clone()]);
            one(
                id,
                Otherwise {
                    without,
                    ..Otherwise::default()
                },
            )
        });
        let with = self.with.iter().map(|id| {
            let with = BTreeSet::from([id.clone()]);
            one(
                id,
                Otherwise {
                    with,
                    ..Otherwise::default()
                },
            )
        });
        let changes = self.changes.iter().map(|change| {
            let changes = vec![change.clone()];
            one(
                &change.id,
                Otherwise {
                    changes,
                    ..Otherwise::default()
                },
            )
        });
        without.chain(with).chain(changes).collect()
    }

    /// What is otherwise, a row each; `unnoticed` are those that alone touch nothing the question looks at.
    #[must_use]
    pub fn table(&self, scenario: &Scenario, law: &Law, unnoticed: &BTreeSet<String>) -> Table {
        let rows = self.rows(scenario, law);
        let currency = scenario.head().currency.to_string();
        Table::new(
            "otherwise",
            "What is otherwise than things stand: a rule lifted, a proposal in force, a change of the table `changes`.",
        )
        .text("what", rows.iter().map(|row| row.what))
        .text("id", rows.iter().map(|row| row.id.clone()))
        .text("edits", rows.iter().map(|row| row.edits.clone()))
        .text("citation", rows.iter().map(|row| row.citation.clone()))
        .text("words", rows.iter().map(|row| row.words.clone()))
        .number("cost", &currency, rows.iter().map(|row| row.cost))
        .flag("noticed", rows.iter().map(|row| !unnoticed.contains(&row.id)))
    }

    /// The same as sentences for the head of an answer.
    #[must_use]
    pub fn remarks(
        &self,
        scenario: &Scenario,
        law: &Law,
        unnoticed: &BTreeSet<String>,
    ) -> Vec<String> {
        let currency = &scenario.head().currency;
        let rows = self.rows(scenario, law).into_iter();
        let sentence = |row: Row| {
            let cost = row
                .cost
                .filter(|cost| *cost > 0.0)
                .map_or_else(String::new, |cost| {
                    format!(
                        "; it costs {} {currency}, which is in no cost of the schedule",
                        number(cost)
                    )
                });
            let unnoticed = if unnoticed.contains(&row.id) {
                "; alone it changes nothing that could be scheduled"
            } else {
                ""
            };
            let words = row.words.trim_end_matches('.');
            let about = match (row.edits.as_str(), words) {
                ("", words) => words.to_string(),
                (edits, "") => edits.to_string(),
                (edits, words) => format!("{edits} ({words})"),
            };
            let id = match row.citation.as_str() {
                "" => format!("`{}`", row.id),
                citation => format!("{} ({citation})", row.id),
            };
            format!("{} {id}: {about}{cost}{unnoticed}", row.what)
        };
        let mut remarks: Vec<String> = rows.map(sentence).collect();
        if !self.changes.is_empty() {
            remarks.push(
                "a change is known from the first day: work planned before it may move as well"
                    .into(),
            );
        }
        remarks
    }

    fn rows(&self, scenario: &Scenario, law: &Law) -> Vec<Row> {
        let of_rules = |what: &'static str, ids: &BTreeSet<String>| -> Vec<Row> {
            let row = |id: &String| rule(law, what, id);
            ids.iter().map(row).collect()
        };
        let changes = self.changes.iter();
        of_rules("without", &self.without)
            .into_iter()
            .chain(of_rules("with the proposal", &self.with))
            .chain(changes.map(|change| changed(scenario, change)))
            .collect()
    }
}

struct Row {
    what: &'static str,
    id: String,
    edits: String,
    citation: String,
    words: String,
    cost: Option<f64>,
}

/// A rule in the words of its policy; several policies of one id in those of the first.
fn rule(law: &Law, what: &'static str, id: &str) -> Row {
    let named = |rule: &&Rule| rule.policy == id || rule.id() == id;
    let rule = law.rules().iter().find(named);
    Row {
        what,
        id: id.to_string(),
        edits: String::new(),
        citation: rule.map_or_else(String::new, |rule| rule.citation.clone()),
        words: rule.map_or_else(String::new, |rule| rule.plain.clone()),
        cost: None,
    }
}

/// A change in its edits and the notes of its rows.
fn changed(scenario: &Scenario, change: &Change) -> Row {
    let edits = change.edits.iter().map(ToString::to_string);
    let rows = { scenario.changes().iter() }
        .filter(|row| row.group.as_deref().unwrap_or(&row.change) == change.id);
    let mut words: Vec<&str> = Vec::new();
    for row in rows {
        if !row.note.is_empty() && !words.contains(&row.note.as_str()) {
            words.push(&row.note);
        }
    }
    Row {
        what: match change.kind {
            ChangeKind::Disruption => "disruption",
            ChangeKind::Lever => "lever",
        },
        id: change.id.clone(),
        edits: edits.collect::<Vec<_>>().join("; "),
        citation: String::new(),
        words: words.join("; "),
        cost: Some(change.cost),
    }
}

/// What edits say of the law: as of when, the last one holding, and which rules are lifted.
pub(crate) fn of_law<'a>(
    edits: impl Iterator<Item = &'a Edit>,
    as_of: AsOf,
) -> (AsOf, BTreeSet<String>) {
    edits.fold((as_of, BTreeSet::new()), |(as_of, mut lifted), edit| {
        let as_of = match edit {
            Edit::LawOf { day } => AsOf::Fixed(*day),
            _ => as_of,
        };
        if let Edit::Lifted { rule } = edit {
            lifted.insert(rule.clone());
        }
        (as_of, lifted)
    })
}
