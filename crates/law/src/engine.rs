//! The policy engine: the only file that talks to Cedar.
//!
//! A rule goes to Cedar with its window and its approvals taken from the annotations: rules outside
//! their window are left out of the set, and a `needs` rule gets the clause
//!
//! ```text
//! unless { context.approvals.contains("its approval") }
//! ```
//!
//! so no rule can look at approvals in any other way, and an approval can only ever lift. A set is run
//! in two passes. First the permits say which routes and exemptions are open; then the forbids, which
//! may look at `context.opened`, say what is missing or denied.
//!
//! Cedar skips a policy that errs, so a forbid that errs would fail open. Here every fact is required
//! by the schema, policies are validated strictly, and a fact nobody told is left out of the context:
//! the rule that reads it errs, and [`Outcome::Missing`] says so. An error of any other sort is an
//! [`Outcome::Fault`]. Neither is ever taken for a yes.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::LazyLock;

use cedar_policy::{
    AuthorizationError, Authorizer, Context, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    Policy, PolicyId, PolicySet, Request, RestrictedExpression, Schema, ValidationMode, Validator,
};
use darsena_scenario::{Finding, Severity};
use jiff::civil::Date;

use crate::library::{FactKind, Law, Rule, RuleKind};
use crate::question::{Act, Told};

/// A rule as the engine holds it, alone in its set, or why it does not.
pub(crate) type Parsed = Result<PolicySet, String>;

/// What one rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// It holds.
    Holds,
    /// It does not.
    Silent,
    /// It asks this fact, by place, and nobody told it.
    Asks(usize),
    /// It failed for another reason: a flaw of the law.
    Fault(String),
}

impl Said {
    /// The fact it asks for.
    pub(crate) fn asks(&self) -> Option<usize> {
        match self {
            Said::Asks(fact) => Some(*fact),
            _ => None,
        }
    }

    /// Why it failed.
    pub(crate) fn fault(&self) -> Option<&str> {
        match self {
            Said::Fault(why) => Some(why),
            _ => None,
        }
    }
}

/// The rules of one regime that are in force together, ready to run.
#[derive(Debug)]
pub(crate) struct Book {
    permits: PolicySet,
    forbids: PolicySet,
    /// Places of its rules by id of the policy.
    places: BTreeMap<String, usize>,
}

/// What a run came to.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The rules that hold, by place: routes, exemptions and notes first, then what forbids.
    Holds(Vec<usize>),
    /// A rule asks this fact, and nobody told it.
    Missing(String),
    /// A rule failed for another reason: a flaw of the law.
    Fault(String),
}

/// Kinds of entities.
struct Kinds {
    state: EntityTypeName,
    group: EntityTypeName,
    action: EntityTypeName,
    item: EntityTypeName,
}

/// Made once: Cedar parses each name.
static KINDS: LazyLock<Kinds> = LazyLock::new(|| {
    let kind = |name| EntityTypeName::from_str(name).expect("the types are plain words");
    Kinds {
        state: kind("State"),
        group: kind("Group"),
        action: kind("Action"),
        item: kind("Item"),
    }
});

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

/// The rule as Cedar reads it: its body, and the clause its approvals lift it by.
fn source(rule: &Rule) -> String {
    if rule.kind != RuleKind::Needs {
        return format!("{};", rule.body);
    }
    let list: Vec<String> = rule.approvals.iter().map(|id| format!("{id:?}")).collect();
    format!(
        "{}\nunless {{ context.approvals.containsAll([{}]) }};",
        rule.body,
        list.join(", ")
    )
}

/// A rule, parsed with all others of its regime where none of them is yet: Cedar prepares its lexer anew for each text,
/// which takes longer than to read a rule.
pub(crate) fn parsed<'l>(law: &Law, rule: &'l Rule) -> &'l Parsed {
    let together = &law.regimes[rule.regime].together;
    together.get_or_init(|| parse_together(law, rule.regime));
    parsed_alone(rule)
}

fn parsed_alone(rule: &Rule) -> &Parsed {
    rule.parsed.get_or_init(|| {
        let id = PolicyId::new(&rule.policy);
        let policy = Policy::parse(Some(id), source(rule)).map_err(|errors| errors.to_string())?;
        PolicySet::from_policies([policy]).map_err(|error| error.to_string())
    })
}

/// Where the text as a whole cannot be read, or holds another number of policies, each rule is left to say what is wrong
/// with it.
fn parse_together(law: &Law, regime: usize) {
    let rules: Vec<&Rule> = { law.rules.iter() }
        .filter(|rule| rule.regime == regime)
        .collect();
    let sources: Vec<String> = rules.iter().map(|rule| source(rule)).collect();
    let Ok(all) = PolicySet::from_str(&sources.join("\n")) else {
        return;
    };
    if all.policies().count() != rules.len() {
        return;
    }
    for (n, rule) in rules.into_iter().enumerate() {
        // Cedar numbers the policies of a text.
        let Some(policy) = all.policy(&PolicyId::new(format!("policy{n}"))) else {
            continue;
        };
        let policy = policy.new_id(PolicyId::new(&rule.policy));
        let alone = PolicySet::from_policies([policy]).map_err(|error| error.to_string());
        let _ = rule.parsed.set(alone);
    }
}

impl Book {
    /// The book of the rules at `places`.
    ///
    /// # Errors
    /// Names the rule that Cedar cannot read; a law that was validated has none.
    pub(crate) fn new(law: &Law, places: &[usize]) -> Result<Self, String> {
        let mut book = Book {
            permits: PolicySet::new(),
            forbids: PolicySet::new(),
            places: BTreeMap::new(),
        };
        // With one broad permit a run of the forbids always says which of them hold.
        let broad = Policy::parse(
            Some(PolicyId::new("")),
            "permit (principal, action, resource);",
        );
        let broad = broad.map_err(|errors| errors.to_string())?;
        book.forbids.add(broad).map_err(|error| error.to_string())?;
        for &place in places {
            let rule = &law.rules[place];
            let alone =
                { parsed(law, rule).as_ref() }.map_err(|why| format!("{}: {why}", rule.policy))?;
            let set = if rule.kind.forbids() {
                &mut book.forbids
            } else {
                &mut book.permits
            };
            for policy in alone.policies() {
                set.add(policy.clone())
                    .map_err(|error| format!("{}: {error}", rule.policy))?;
            }
            book.places.insert(rule.policy.clone(), place);
        }
        Ok(book)
    }
}

/// What a run is given.
#[doc(hidden)]
pub struct Run<'a> {
    /// Number of the book: within one reading, the same rules.
    pub number: (usize, usize),
    /// Places of its rules.
    pub places: &'a [usize],
    /// What is to be done.
    pub act: Act,
    /// Who does it.
    pub principal: &'a str,
    /// Told facts by name; those that are missing are left out.
    pub facts: &'a [(&'a str, Told, FactKind)],
    /// Groups each state is in, of those its rules read.
    pub groups: &'a dyn Fn(&str) -> Vec<String>,
    /// Approvals granted.
    pub approvals: &'a [String],
}

/// Another engine in Cedar's place, for benchmarks and tests that compare the two.
#[doc(hidden)]
pub type StandIn<'law> = dyn Fn(&Run<'_>) -> Outcome + Send + Sync + 'law;

/// The rule as Cedar reads it, in Cedar's own JSON: what a stand-in takes its rules from.
///
/// # Errors
/// Fails when Cedar cannot read it; a law that was validated has no such rule.
#[doc(hidden)]
pub fn policy_json(rule: &Rule) -> Result<serde_json::Value, String> {
    let mut alone = parsed_alone(rule)
        .as_ref()
        .map_err(Clone::clone)?
        .policies();
    let policy = alone.next().expect("a rule is one policy");
    policy.to_json().map_err(|error| error.to_string())
}

/// Runs a book.
pub(crate) fn run(law: &Law, book: &Book, run: &Run<'_>) -> Outcome {
    in_two_passes(law, book, run).unwrap_or_else(Outcome::Fault)
}

fn in_two_passes(law: &Law, book: &Book, run: &Run<'_>) -> Result<Outcome, String> {
    let entities = entities(run)?;
    let mut holds = Vec::new();
    let mut opened: Vec<&str> = Vec::new();
    for (pass, set) in [&book.permits, &book.forbids].into_iter().enumerate() {
        let response = Authorizer::new().is_authorized(&request(run, &opened)?, set, &entities);
        if let Some(outcome) = first_error(response.diagnostics().errors(), run.facts) {
            return Ok(outcome);
        }
        let mut found: Vec<usize> = response
            .diagnostics()
            .reason()
            .filter_map(|id| book.places.get(AsRef::<str>::as_ref(id)).copied())
            .collect();
        found.sort_unstable();
        for place in &found {
            if pass == 0 && law.rules[*place].kind != RuleKind::Note {
                opened.push(law.rules[*place].id());
            }
        }
        holds.extend(found);
    }
    Ok(Outcome::Holds(holds))
}

/// Asks one rule, told the facts it reads, where these routes are open.
pub(crate) fn say(law: &Law, rule: &Rule, run: &Run<'_>, opened: &[&str]) -> Said {
    alone(law, rule, run, opened)
        .unwrap_or_else(|why| Said::Fault(format!("{}: {why}", rule.policy)))
}

fn alone(law: &Law, rule: &Rule, run: &Run<'_>, opened: &[&str]) -> Result<Said, String> {
    let set = parsed(law, rule).as_ref().map_err(Clone::clone)?;
    let request = request(run, opened)?;
    let response = Authorizer::new().is_authorized(&request, set, &entities(run)?);
    let said = response.diagnostics();
    match first_error(said.errors(), run.facts) {
        Some(Outcome::Missing(name)) => { law.fact_places.get(&name).copied() }
            .map(Said::Asks)
            .ok_or_else(|| format!("asks `{name}`, which is no fact")),
        Some(Outcome::Fault(why)) => Ok(Said::Fault(why)),
        _ if said.reason().next().is_some() => Ok(Said::Holds),
        _ => Ok(Said::Silent),
    }
}

/// Acts, each with those above it.
static ACTS: LazyLock<Vec<(Act, Entities)>> = LazyLock::new(|| {
    let of = |act: Act| {
        let transfer = matches!(
            act,
            Act::Export | Act::Reexport | Act::Retransfer | Act::Consent
        );
        let above = transfer.then(|| uid(&KINDS.action, "transfer"));
        let uid = uid(&KINDS.action, act.as_str());
        let entity = Entity::new_no_attrs(uid, above.into_iter().collect());
        let entities = Entities::from_entities([entity], None);
        (act, entities.expect("an act is above none"))
    };
    Act::ALL.into_iter().map(of).collect()
});

/// The act, and exporter and states told with the groups they are in. Of a state in none nothing is to be said.
fn entities(run: &Run<'_>) -> Result<Entities, String> {
    let mut states: Vec<&str> = vec![run.principal];
    for (_, told, kind) in run.facts {
        if let (Told::Word(state), FactKind::State) = (told, kind) {
            states.push(state);
        }
    }
    states.sort_unstable();
    states.dedup();
    let states = states.into_iter().filter_map(|state| {
        let groups = (run.groups)(state);
        let parents = groups.iter().map(|group| uid(&KINDS.group, group));
        let entity = || Entity::new_no_attrs(uid(&KINDS.state, state), parents.collect());
        (!groups.is_empty()).then(entity)
    });
    let states: Vec<Entity> = states.collect();
    let acts = ACTS.iter().find(|(act, _)| *act == run.act);
    let acts = acts.map_or_else(Entities::empty, |(_, acts)| acts.clone());
    if states.is_empty() {
        return Ok(acts);
    }
    { acts.add_entities(states, None) }.map_err(|error| error.to_string())
}

/// What is asked: who acts, which act, what is told, granted and open.
fn request(run: &Run<'_>, opened: &[&str]) -> Result<Request, String> {
    let facts = run.facts.iter();
    let facts = facts.map(|(name, told, kind)| (name.to_string(), expression(told, *kind)));
    let approvals = texts(run.approvals.iter().map(String::as_str));
    let opened = texts(opened.iter().copied());
    let rest = [("approvals".into(), approvals), ("opened".into(), opened)];
    let context = Context::from_pairs(facts.chain(rest)).map_err(|error| error.to_string())?;
    let (principal, action) = (
        uid(&KINDS.state, run.principal),
        uid(&KINDS.action, run.act.as_str()),
    );
    Request::new(principal, action, uid(&KINDS.item, "item"), context, None)
        .map_err(|error| error.to_string())
}

fn texts<'a>(list: impl Iterator<Item = &'a str>) -> RestrictedExpression {
    let texts = list.map(|text| RestrictedExpression::new_string(text.to_string()));
    RestrictedExpression::new_set(texts)
}

fn expression(told: &Told, kind: FactKind) -> RestrictedExpression {
    match (told, kind) {
        (Told::Flag(flag), _) => RestrictedExpression::new_bool(*flag),
        (Told::Number(number), _) => RestrictedExpression::new_long(*number),
        (Told::Word(state), FactKind::State) => {
            RestrictedExpression::new_entity_uid(uid(&KINDS.state, state))
        }
        (Told::Word(word), _) => RestrictedExpression::new_string(word.clone()),
    }
}

/// The first error in order of the policies' ids: a missing fact by name, or a fault.
fn first_error<'a>(
    errors: impl Iterator<Item = &'a AuthorizationError>,
    told: &[(&str, Told, FactKind)],
) -> Option<Outcome> {
    let mut missing: Option<(String, String)> = None;
    for error in errors {
        let AuthorizationError::PolicyEvaluationError(error) = error;
        let (policy, why) = (error.policy_id().to_string(), error.inner().to_string());
        // "record does not have the attribute `value`": a fact nobody told.
        let mut parts = why.rsplit('`');
        let name = parts.nth(1).unwrap_or_default().to_string();
        let asked = why.contains("does not have the attribute");
        if !asked || told.iter().any(|(known, ..)| *known == name) {
            return Some(Outcome::Fault(format!("{policy}: {why}")));
        }
        if missing.as_ref().is_none_or(|(first, _)| policy < *first) {
            missing = Some((policy, name));
        }
    }
    missing.map(|(_, name)| Outcome::Missing(name))
}

/// The schema the facts make: every fact is required, so a rule may read it without a guard.
pub(crate) fn schema(law: &Law) -> String {
    let mut text =
        String::from("entity Group;\nentity State in [Group];\nentity Item;\ntype Facts = {\n");
    for fact in &law.facts {
        let kind = match fact.kind {
            FactKind::Flag => "Bool",
            FactKind::Number => "Long",
            FactKind::Word => "String",
            FactKind::State => "State",
        };
        text.push_str(&format!("  {:?}: {kind},\n", fact.name));
    }
    text.push_str("  \"approvals\": Set<String>,\n  \"opened\": Set<String>,\n};\n");
    for act in Act::ALL {
        let above = match act {
            Act::Export | Act::Reexport | Act::Retransfer | Act::Consent => " in [\"transfer\"]",
            _ => "",
        };
        let word = act.as_str();
        text.push_str(&format!(
            "action \"{word}\"{above} appliesTo {{ principal: [State], resource: [Item], context: Facts }};\n"
        ));
    }
    text
}

/// Validates every rule strictly against the schema; a finding for each that does not hold.
pub(crate) fn validate(law: &Law) -> Vec<Finding> {
    let finding = |rule: &Rule, message: String| Finding {
        severity: Severity::Error,
        code: "invalid-policy",
        file: rule.file.clone(),
        row: Some(rule.body_line),
        column: None,
        found: rule.policy.clone(),
        message: format!("policy `{}`: {}", rule.policy, message.replace('\n', " ")),
        help: Some(
            "facts and their types are in facts.csv, acts in the manual page of `permit`".into(),
        ),
    };
    let schema = match Schema::from_cedarschema_str(&schema(law)) {
        Ok((schema, _)) => schema,
        Err(error) => {
            let whole = |rule| finding(rule, format!("facts.csv makes no schema: {error}"));
            return law.rules.first().map(whole).into_iter().collect();
        }
    };
    let validator = Validator::new(schema);
    let mut findings = Vec::new();
    for rule in &law.rules {
        let set = match parsed(law, rule) {
            Ok(set) => set,
            Err(why) => {
                findings.push(finding(rule, why.clone()));
                continue;
            }
        };
        let result = validator.validate(set, ValidationMode::Strict);
        for error in result.validation_errors() {
            findings.push(finding(rule, error.to_string()));
        }
        for warning in result.validation_warnings() {
            findings.push(finding(rule, warning.to_string()));
        }
    }
    findings
}

/// Groups by state as of a date, only those asked for.
pub(crate) fn groups_of(law: &Law, state: &str, date: Date, asked: &[String]) -> Vec<String> {
    let held = law.memberships(state).filter(|member| member.holds(date));
    let mut groups: Vec<String> = held
        .filter(|member| asked.contains(&member.group))
        .map(|member| member.group.clone())
        .collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}
