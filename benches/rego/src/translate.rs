//! Cedar policies as Rego rules.
//!
//! # The same truth
//! Cedar knows three outcomes of a test: yes, no, and an error where a fact is missing; it reads from left to
//! right and stops when it knows. Rego knows two: a statement holds, or it is undefined. So every policy is
//! written twice: as a rule of `permits` or `forbids`, which says that it holds, and as rules of `asks`, one for
//! each place where Cedar would stop at a missing fact.
//!
//! ```text
//! forbids contains "JP-20/request" if { input.category != "civil"; input.exporting == true; ... }
//! asks contains [1, "JP-20/request", "exporting"] if { input.missing.exporting; input.category != "civil" }
//! ```
//!
//! `holds` is read only when nothing is asked, so it may test in any order and take an absent fact for
//! either; conditions of `asks` are exact.
//!
//! # Limits
//! What the law's policies use is translated, and nothing else: anything more is an error that names the
//! policy and the operator.

use std::collections::{BTreeMap, BTreeSet};

use darsena_law::{Law, Rule, RuleKind, policy_json};
use serde_json::Value;

/// Rules that are in force together, as Rego.
#[derive(Debug)]
pub struct Book {
    /// The module: `data.law.holds` and `data.law.asks`.
    pub text: String,
    /// Facts its rules read.
    pub facts: BTreeSet<String>,
}

/// Names of the input that are no facts.
const RESERVED: [&str; 6] = ["principal", "act", "acts", "groups", "approvals", "missing"];

/// The rules at `places` as Rego.
///
/// # Errors
/// Names the policy and what of it has no translation.
pub fn book(law: &Law, places: &[usize]) -> Result<Book, String> {
    let mut writer = Writer::default();
    let mut sets: BTreeMap<&str, String> = ["permits", "opened", "forbids", "asks"]
        .into_iter()
        .map(|set| (set, String::new()))
        .collect();
    let mut facts = BTreeSet::new();
    for place in places {
        let rule = &law.rules()[*place];
        let test = policy(rule).map_err(|why| format!("{}: {why}", rule.policy))?;
        let (pass, set) = if forbids(rule) {
            (1, "forbids")
        } else {
            (0, "permits")
        };
        let body = writer.body(&when(&test, true, false));
        sets.entry(set).or_default().push_str(&format!(
            "{set} contains {:?} if {{ {body} }}\n",
            rule.policy
        ));
        if pass == 0 && rule.kind != RuleKind::Note {
            sets.entry("opened").or_default().push_str(&format!(
                "opened contains {:?} if permits[{:?}]\n",
                rule.id(),
                rule.policy
            ));
        }
        for (fact, reached) in asks(&test, Vec::new(), &BTreeSet::new()) {
            if RESERVED.contains(&fact.as_str()) {
                return Err(format!(
                    "{}: fact `{fact}` has a reserved name",
                    rule.policy
                ));
            }
            facts.insert(fact.clone());
            if !may_be_missing(law, &fact) {
                continue;
            }
            let mut body = vec![Formula::Statement(format!("input.missing.{fact}"))];
            body.extend(reached);
            let body = writer.body(&Formula::All(body));
            sets.entry("asks").or_default().push_str(&format!(
                "asks contains [{pass}, {:?}, {fact:?}] if {{ {body} }}\n",
                rule.policy
            ));
        }
    }
    let mut text = String::from("package law\n\nimport rego.v1\n\nholds := permits | forbids\n");
    for (set, rules) in &sets {
        if rules.is_empty() {
            text.push_str(&format!("{set} := set()\n"));
        } else {
            text.push_str(rules);
        }
    }
    text.push_str(&writer.rules);
    Ok(Book { text, facts })
}

/// Whether a fact is ever missing: one that follows from the question or has a default is not.
pub(crate) fn may_be_missing(law: &Law, fact: &str) -> bool {
    law.fact(fact)
        .is_none_or(|fact| !fact.derived && fact.default.is_none())
}

/// Whether the policy is a `forbid`.
pub(crate) fn forbids(rule: &Rule) -> bool {
    matches!(
        rule.kind,
        RuleKind::Needs | RuleKind::Deny | RuleKind::Policy
    )
}

/// A condition as Cedar reads it.
enum Test {
    /// One comparison: statements that hold when it is true, and when it is false; and the fact it reads.
    One {
        yes: String,
        no: String,
        fact: Option<String>,
        /// Whether `no` holds for a missing fact as well.
        open: bool,
    },
    Not(Box<Test>),
    And(Box<Test>, Box<Test>),
    Or(Box<Test>, Box<Test>),
    Always,
}

impl Test {
    fn and(self, other: Test) -> Test {
        match self {
            Test::Always => other,
            first => Test::And(Box::new(first), Box::new(other)),
        }
    }

    fn or(self, other: Test) -> Test {
        Test::Or(Box::new(self), Box::new(other))
    }
}

/// A condition as Rego reads it.
#[derive(Clone)]
enum Formula {
    Statement(String),
    All(Vec<Formula>),
    Any(Vec<Formula>),
}

/// When a test is true, or with `wanted` false when it is false; `exact`: neither where a fact it reaches is missing.
fn when(test: &Test, wanted: bool, exact: bool) -> Formula {
    let branch = |first: &Test, second: &Test| {
        let second = when(second, wanted, exact);
        Formula::Any(vec![
            when(first, wanted, exact),
            if exact {
                Formula::All(vec![when(first, !wanted, exact), second])
            } else {
                second
            },
        ])
    };
    match (test, wanted) {
        (Test::Always, true) => Formula::All(Vec::new()),
        (Test::Always, false) => Formula::Any(Vec::new()),
        (Test::One { yes, .. }, true) => Formula::Statement(yes.clone()),
        (Test::One { no, fact, open, .. }, false) => {
            let told = fact
                .iter()
                .filter(|_| exact && *open)
                .map(|fact| format!("not input.missing.{fact}"));
            let statements = told.chain([no.clone()]);
            Formula::All(statements.map(Formula::Statement).collect())
        }
        (Test::Not(inner), _) => when(inner, !wanted, exact),
        (Test::And(a, b), true) | (Test::Or(a, b), false) => {
            Formula::All(vec![when(a, wanted, exact), when(b, wanted, exact)])
        }
        (Test::And(a, b), false) | (Test::Or(a, b), true) => branch(a, b),
    }
}

/// Facts at which Cedar would stop, each with what must hold for it to get there.
fn asks(
    test: &Test,
    reached: Vec<Formula>,
    read: &BTreeSet<String>,
) -> Vec<(String, Vec<Formula>)> {
    match test {
        Test::Always => Vec::new(),
        Test::One { fact, .. } => fact
            .iter()
            .filter(|fact| !read.contains(*fact))
            .map(|fact| (fact.clone(), reached.clone()))
            .collect(),
        Test::Not(inner) => asks(inner, reached, read),
        Test::And(a, b) | Test::Or(a, b) => {
            // The second is read when the first leaves it open.
            let wanted = matches!(test, Test::And(..));
            let mut all = asks(a, reached.clone(), read);
            let mut reached = reached;
            reached.push(when(a, wanted, true));
            let mut read = read.clone();
            surely_read(a, wanted, &mut read);
            all.extend(asks(b, reached, &read));
            all
        }
    }
}

/// Facts that were read for certain when `test` came out as `wanted`.
fn surely_read(test: &Test, wanted: bool, read: &mut BTreeSet<String>) {
    match test {
        Test::Always => {}
        Test::One { fact, .. } => read.extend(fact.clone()),
        Test::Not(inner) => surely_read(inner, !wanted, read),
        Test::And(a, b) | Test::Or(a, b) => {
            let both = wanted == matches!(test, Test::And(..));
            if both {
                surely_read(a, wanted, read);
                surely_read(b, wanted, read);
            } else if let Some(first) = first_fact(a) {
                read.insert(first);
            }
        }
    }
}

/// The fact a test reads before any other.
fn first_fact(test: &Test) -> Option<String> {
    match test {
        Test::Always => None,
        Test::One { fact, .. } => fact.clone(),
        Test::Not(inner) | Test::And(inner, _) | Test::Or(inner, _) => first_fact(inner),
    }
}

/// Writes formulas as bodies; every `or` becomes a rule of its own, written once.
#[derive(Default)]
struct Writer {
    rules: String,
    names: BTreeMap<String, String>,
}

impl Writer {
    fn body(&mut self, formula: &Formula) -> String {
        let mut statements = Vec::new();
        self.statements(formula, &mut statements);
        if statements.is_empty() {
            statements.push("true".into());
        }
        statements.join("; ")
    }

    fn statements(&mut self, formula: &Formula, into: &mut Vec<String>) {
        match formula {
            Formula::Statement(text) => {
                if !into.contains(text) {
                    into.push(text.clone());
                }
            }
            Formula::All(parts) => {
                for part in parts {
                    self.statements(part, into);
                }
            }
            Formula::Any(_) => {
                let mut bodies = Vec::new();
                self.alternatives(formula, &mut bodies);
                let key = bodies.join("\n");
                let name = match self.names.get(&key) {
                    Some(name) => name.clone(),
                    None => {
                        let name = format!("any_{}", self.names.len());
                        for body in &bodies {
                            self.rules.push_str(&format!("{name} if {{ {body} }}\n"));
                        }
                        if bodies.is_empty() {
                            self.rules.push_str(&format!("{name} if {{ false }}\n"));
                        }
                        self.names.insert(key, name.clone());
                        name
                    }
                };
                into.push(name);
            }
        }
    }

    fn alternatives(&mut self, formula: &Formula, into: &mut Vec<String>) {
        match formula {
            Formula::Any(parts) => {
                for part in parts {
                    self.alternatives(part, into);
                }
            }
            other => into.push(self.body(other)),
        }
    }
}

/// The whole condition of a policy: its scope, then its clauses in order.
fn policy(rule: &Rule) -> Result<Test, String> {
    let json = policy_json(rule)?;
    let effect = if forbids(rule) { "forbid" } else { "permit" };
    if json["effect"] != effect {
        return Err(format!("its kind asks for `{effect}`"));
    }
    let mut test = Test::Always;
    for part in ["principal", "action", "resource"] {
        test = test.and(scope(part, &json[part])?);
    }
    for condition in json["conditions"].as_array().ok_or("no conditions")? {
        let body = clause(&condition["body"])?;
        test = test.and(match condition["kind"].as_str() {
            Some("when") => body,
            Some("unless") => Test::Not(Box::new(body)),
            other => return Err(format!("clause {other:?}")),
        });
    }
    Ok(test)
}

/// What a scope asks: `action in Action::"transfer"` and the like.
fn scope(part: &str, json: &Value) -> Result<Test, String> {
    let odd = || format!("scope of {part}: {json}");
    match (json["op"].as_str().ok_or_else(odd)?, part) {
        ("All", _) => Ok(Test::Always),
        ("==", "action") => Ok(told(format!(
            "input.act == {:?}",
            entity(&json["entity"], "Action")?
        ))),
        ("in", "action") => {
            let list = match json["entities"].as_array() {
                Some(list) => list.clone(),
                None => vec![json["entity"].clone()],
            };
            let each = list
                .iter()
                .map(|one| Ok(told(format!("input.acts[{:?}]", entity(one, "Action")?))));
            any(each.collect::<Result<_, String>>()?).ok_or_else(odd)
        }
        _ => Err(odd()),
    }
}

/// A test of something that is never missing.
fn told(yes: String) -> Test {
    Test::One {
        no: format!("not {yes}"),
        yes,
        fact: None,
        open: false,
    }
}

fn any(tests: Vec<Test>) -> Option<Test> {
    tests.into_iter().reduce(Test::or)
}

/// The id of an entity of that type.
fn entity<'a>(json: &'a Value, kind: &str) -> Result<&'a str, String> {
    let json = json.get("__entity").unwrap_or(json);
    match (json["type"].as_str(), json["id"].as_str()) {
        (Some(found), Some(id)) if found == kind => Ok(id),
        _ => Err(format!("{json} where a {kind} is expected")),
    }
}

/// An expression that is true or false.
fn clause(json: &Value) -> Result<Test, String> {
    let object = json.as_object().filter(|object| object.len() == 1);
    let (operator, of) = object
        .and_then(|object| object.iter().next())
        .ok_or_else(|| format!("expression {json}"))?;
    let sides = || (&of["left"], &of["right"]);
    match operator.as_str() {
        "!" => Ok(Test::Not(Box::new(clause(&of["arg"])?))),
        "&&" => Ok(clause(&of["left"])?.and(clause(&of["right"])?)),
        "||" => Ok(clause(&of["left"])?.or(clause(&of["right"])?)),
        "." => {
            let (name, fact) = operand(json)?;
            Ok(Test::One {
                yes: format!("input.{name} == true"),
                no: format!("input.{name} == false"),
                fact,
                open: false,
            })
        }
        "==" => compare(sides(), "==", "!="),
        "!=" => compare(sides(), "!=", "=="),
        "<" => compare(sides(), "<", ">="),
        "<=" => compare(sides(), "<=", ">"),
        ">" => compare(sides(), ">", "<="),
        ">=" => compare(sides(), ">=", "<"),
        "in" => {
            let (name, fact) = operand(&of["left"])?;
            if name == "act" {
                return Ok(told(format!(
                    "input.acts[{:?}]",
                    entity(value(&of["right"])?, "Action")?
                )));
            }
            let group = entity(value(&of["right"])?, "Group")?;
            let yes = format!("input.groups.{name}[{group:?}]");
            Ok(Test::One {
                no: format!("not {yes}"),
                yes,
                fact,
                open: true,
            })
        }
        "contains" | "containsAny" | "containsAll" => {
            let set = match &of["left"]["."] {
                left if left["left"]["Var"] != "context" => None,
                left if left["attr"] == "opened" => Some("opened"),
                left if left["attr"] == "approvals" => Some("input.approvals"),
                _ => None,
            };
            let set = set.ok_or_else(|| format!("`{operator}` of {}", of["left"]))?;
            let list = match of["right"].get("Set") {
                Some(list) => list.as_array().cloned().unwrap_or_default(),
                None => vec![of["right"].clone()],
            };
            let each = list.iter().map(|one| {
                let word = value(one)?.as_str();
                let word = word.ok_or_else(|| format!("`{operator}` with {one}"))?;
                Ok(told(format!("{set}[{word:?}]")))
            });
            let each: Vec<Test> = each.collect::<Result<_, String>>()?;
            let joined = match operator.as_str() {
                "containsAny" => any(each),
                _ => each.into_iter().reduce(Test::and),
            };
            joined.ok_or_else(|| format!("`{operator}` with nothing"))
        }
        other => Err(format!("operator `{other}`")),
    }
}

/// A fact, the principal or the act, compared with something written out; `no` is the sign of the opposite.
fn compare((left, right): (&Value, &Value), yes: &str, no: &str) -> Result<Test, String> {
    let (name, fact) = operand(left)?;
    let right = value(right)?;
    let equality = yes == "==" || yes == "!=";
    let written = match right {
        Value::Number(number) if number.is_i64() => number.to_string(),
        Value::String(word) if equality => format!("{word:?}"),
        Value::Object(_) if equality => {
            let kind = if name == "act" { "Action" } else { "State" };
            format!("{:?}", entity(right, kind)?)
        }
        other => return Err(format!("`{yes}` with {other}")),
    };
    Ok(Test::One {
        yes: format!("input.{name} {yes} {written}"),
        no: format!("input.{name} {no} {written}"),
        fact,
        open: false,
    })
}

/// What stands on the left: its name in the input, and the fact it is, if it is one.
fn operand(json: &Value) -> Result<(String, Option<String>), String> {
    match json["Var"].as_str() {
        Some("principal") => return Ok(("principal".into(), None)),
        Some("action") => return Ok(("act".into(), None)),
        _ => {}
    }
    match (&json["."]["left"]["Var"], json["."]["attr"].as_str()) {
        (Value::String(variable), Some(fact)) if variable == "context" => {
            Ok((fact.into(), Some(fact.into())))
        }
        _ => Err(format!("operand {json}")),
    }
}

fn value(json: &Value) -> Result<&Value, String> {
    json.get("Value").ok_or_else(|| format!("value {json}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_policy_is_written_as_what_holds_and_what_is_asked() {
        let law = Law::embedded();
        let place = law.rules().iter().position(|rule| rule.policy == "US-19");
        let book = book(&law, &[place.expect("a rule of the law")]).expect("a translation");
        let line = |set: &str| {
            book.text
                .lines()
                .filter(|line| line.starts_with(set))
                .count()
        };
        assert!(book.text.contains(
            "forbids contains \"US-19\" if { input.acts[\"transfer\"]; input.exporting == true; \
             input.fms_only == true; input.own_forces == false; input.channel == \"commercial\" }"
        ));
        // `exporting` follows from the question and `fms_only` has a default: neither is ever missing.
        assert_eq!(
            (line("asks contains"), line("forbids contains")),
            (1, 1),
            "{}",
            book.text
        );
        assert!(book.text.contains("permits := set()"));
    }

    #[test]
    fn an_operator_without_translation_is_named() {
        let value = json!({".": {"left": {"Var": "context"}, "attr": "value"}});
        let sum = json!({"+": {"left": value, "right": {"Value": 1}}});
        assert_eq!(clause(&sum).err(), Some("operator `+`".to_string()));
        let compared = json!({"<": {"left": sum, "right": {"Value": 2}}});
        assert!(
            clause(&compared)
                .err()
                .is_some_and(|why| why.starts_with("operand"))
        );
    }
}
