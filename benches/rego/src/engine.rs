//! regorus in Cedar's place: the only file that talks to it.
//!
//! Every book is translated and compiled once, and kept. A run sets the input and reads `asks`, if a fact is
//! missing at all, and then `holds`. Words are made into values once. So no time goes into what a careful user
//! of regorus would spare.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use darsena_law::{Act, FactKind, Law, Outcome, Run, StandIn, Told};
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::{Engine, Rc, Value};

use crate::translate::{self, forbids, may_be_missing};

const HOLDS: &str = "data.law.holds";
const ASKS: &str = "data.law.asks";

/// How regorus runs a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By its interpreter, `Engine::eval_rule`.
    Interpreter,
    /// By its register machine, from a compiled program.
    Machine,
}

enum Engines {
    Interpreter(Box<Engine>),
    Machine(Box<RegoVM>),
}

/// A book ready to run.
struct Ready {
    engines: Engines,
    facts: BTreeSet<String>,
    places: HashMap<String, usize>,
}

/// What a reading keeps: books by number, words as values.
#[derive(Default)]
struct Kept {
    books: HashMap<(usize, usize), Result<Ready, String>>,
    words: HashMap<String, Value>,
}

/// An engine for one reading of `law` that judges by the same rules in Rego.
#[must_use]
pub fn stand_in(law: &Law, way: Way) -> Box<StandIn<'_>> {
    let kept = Mutex::new(Kept::default());
    Box::new(move |run| {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { books, words } = &mut *kept;
        let book = books
            .entry(run.number)
            .or_insert_with(|| ready(law, run.places, way));
        let outcome = match book {
            Ok(book) => judge(law, book, words, run),
            Err(why) => Err(why.clone()),
        };
        outcome.unwrap_or_else(Outcome::Fault)
    })
}

fn ready(law: &Law, places: &[usize], way: Way) -> Result<Ready, String> {
    let book = translate::book(law, places)?;
    let mut engine = Engine::new();
    let engines = (|| {
        engine.add_policy("law.rego".into(), book.text.clone())?;
        Ok(match way {
            Way::Interpreter => Engines::Interpreter(Box::new(engine)),
            Way::Machine => {
                let policy = engine.compile_with_entrypoint(&Rc::from(HOLDS))?;
                let program = Compiler::compile_from_policy(&policy, &[HOLDS, ASKS])?;
                let mut machine = RegoVM::new_with_policy(policy);
                machine.load_program(program);
                machine.set_max_instructions(usize::MAX);
                machine.set_data(Value::new_object())?;
                Engines::Machine(Box::new(machine))
            }
        })
    })();
    let named = |place: &usize| (law.rules()[*place].policy.clone(), *place);
    Ok(Ready {
        engines: engines.map_err(|error: Box<dyn std::error::Error>| error.to_string())?,
        facts: book.facts,
        places: places.iter().map(named).collect(),
    })
}

impl Ready {
    fn set_input(&mut self, input: Value) {
        match &mut self.engines {
            Engines::Interpreter(engine) => engine.set_input(input),
            Engines::Machine(machine) => machine.set_input(input),
        }
    }

    fn read(&mut self, rule: &str) -> Result<Value, String> {
        match &mut self.engines {
            Engines::Interpreter(engine) => engine
                .eval_rule(rule.into())
                .map_err(|error| error.to_string()),
            Engines::Machine(machine) => machine
                .execute_entry_point_by_name(rule)
                .map_err(|error| error.to_string()),
        }
    }
}

fn judge(
    law: &Law,
    book: &mut Ready,
    words: &mut HashMap<String, Value>,
    run: &Run<'_>,
) -> Result<Outcome, String> {
    let missing: Vec<&String> = book
        .facts
        .iter()
        .filter(|fact| run.facts.iter().all(|(name, ..)| name != fact))
        .collect();
    if let Some(fact) = missing.iter().find(|fact| !may_be_missing(law, fact)) {
        return Err(format!("fact `{fact}` is missing, which never is"));
    }
    let open = !missing.is_empty();
    let input = input(words, run, &missing)?;
    book.set_input(input);
    if open {
        // The first in order of pass and policy, as Cedar's first error.
        let asks = book.read(ASKS)?;
        if let Some(first) = asks.as_set().map_err(|e| e.to_string())?.first() {
            return match &first[2usize] {
                Value::String(fact) => Ok(Outcome::Missing(fact.to_string())),
                other => Err(format!("asks {other}")),
            };
        }
    }
    let holds = book.read(HOLDS)?;
    let mut found = Vec::new();
    for policy in holds.as_set().map_err(|e| e.to_string())?.iter() {
        let policy: &str = policy.as_string().map_err(|e| e.to_string())?;
        let place = book.places.get(policy);
        found.push(*place.ok_or_else(|| format!("`{policy}` holds and is not in the book"))?);
    }
    found.sort_unstable_by_key(|place| (forbids(&law.rules()[*place]), *place));
    Ok(Outcome::Holds(found))
}

/// The input: facts by name, and beside them who acts, the groups each state is in, and what is missing.
fn input(
    words: &mut HashMap<String, Value>,
    run: &Run<'_>,
    missing: &[&String],
) -> Result<Value, String> {
    let mut word = |text: &str| match words.get(text) {
        Some(word) => word.clone(),
        None => {
            let word = Value::from(text);
            words.insert(text.into(), word.clone());
            word
        }
    };
    let mut input = BTreeMap::new();
    let mut groups = BTreeMap::new();
    let mut member = |word: &mut dyn FnMut(&str) -> Value, name: &str, state: &str| {
        let of: BTreeSet<Value> = (run.groups)(state).iter().map(|one| word(one)).collect();
        groups.insert(word(name), Value::from(of));
    };
    member(&mut word, "principal", run.principal);
    for (name, told, kind) in run.facts {
        let value = match (told, kind) {
            (Told::Flag(flag), FactKind::Flag) => Value::from(*flag),
            (Told::Number(number), FactKind::Number) => Value::from(*number),
            (Told::Word(text), FactKind::Word) => word(text),
            (Told::Word(state), FactKind::State) => {
                member(&mut word, name, state);
                word(state)
            }
            _ => return Err(format!("fact `{name}` is told as {told:?}")),
        };
        input.insert(word(name), value);
    }
    let transfer = matches!(
        run.act,
        Act::Export | Act::Reexport | Act::Retransfer | Act::Consent
    );
    let mut acts = BTreeSet::from([word(run.act.as_str())]);
    if transfer {
        acts.insert(word("transfer"));
    }
    let approvals: BTreeSet<Value> = run.approvals.iter().map(|one| word(one)).collect();
    let missing: BTreeSet<Value> = missing.iter().map(|fact| word(fact)).collect();
    for (name, value) in [
        ("principal", word(run.principal)),
        ("act", word(run.act.as_str())),
        ("acts", Value::from(acts)),
        ("groups", Value::from(groups)),
        ("approvals", Value::from(approvals)),
        ("missing", Value::from(missing)),
    ] {
        input.insert(word(name), value);
    }
    Ok(Value::from(input))
}
