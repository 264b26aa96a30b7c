//! Is a proof one? Read from the published forms alone: FlatZinc for the model, DRCP for the proof.
//!
//! # Question
//! Does no assignment keep to all constraints of this model, if every step of this proof is looked at?
//!
//! # Rule
//! An inference holds when its premises and the opposite of its consequent contradict its constraint, by one argument:
//!
//! ```text
//! initial_domain   the consequent holds for the whole domain of its variable
//! linear_bounds    the least the sum can be exceeds the limit
//! time_table       a task alone, or tasks that surely run at one moment, use more than there is; or every start left to
//!                  the task of the consequent meets a moment at which the others surely leave too little
//! nogood           all atoms of a deduction made before hold
//! ```
//!
//! A deduction holds when its atoms, and the consequents of its inferences applied in the order named as far as their
//! premises hold by then, leave some variable without a value. Afterwards the inferences are forgotten. The end is a
//! deduction without atoms.
//!
//! # Limits
//! What makes proofs (`prove`, `trim`) is not used here, nor Pumpkin. That the model is the project is
//! another question: see [`check_folder`](crate::check_folder).

use std::collections::HashMap;
use std::io::BufRead;

use crate::drcp::{Atom, Inference, Is, Label, Step, Steps};
use crate::model::{Constraint, Model, Start, User, Variable};
use crate::refusal::Refusal;

/// Most atoms of deductions that are remembered.
const MOST_ATOMS: usize = 100_000_000;
const NEVER: i64 = i64::MAX / 4;

/// What an accepted proof consists of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Checked {
    /// Constraints of the model.
    pub constraints: u64,
    /// Steps that follow from one constraint.
    pub inferences: u64,
    /// Steps that follow from several inferences.
    pub deductions: u64,
}

/// Reads a model in FlatZinc and a proof in DRCP, and accepts it when it proves that the model has no solution.
///
/// # Errors
/// The first flaw.
pub fn check_proof(model: &str, proof: impl BufRead) -> Result<Checked, Refusal> {
    let model = read_model(model)?;
    let names: HashMap<String, u32> = (0u32..)
        .zip(&model.variables)
        .map(|(place, variable)| (variable.name.clone(), place))
        .collect();
    let mut steps = Steps::new(proof, &names);
    let mut counted = Checked {
        constraints: model.constraints.len() as u64,
        ..Checked::default()
    };
    let mut domains = Domains::new(model.variables.len());
    let mut deduced: HashMap<u32, Vec<Atom>> = HashMap::new();
    let mut remembered = 0usize;
    let mut pending = 0usize;
    let mut impossible = false;
    let mut inferred: HashMap<u32, Inference> = HashMap::new();
    while let Some(step) = steps.next()? {
        let line = steps.line();
        match step {
            Step::Inference(id, inference) => {
                if !follows(&model, &deduced, &inference, &mut domains) {
                    return Err(Refusal::Inference { line, id });
                }
                counted.inferences += 1;
                pending += inference.premises.len() + 1;
                if remembered + pending > MOST_ATOMS {
                    return Err(Refusal::TooLarge { line });
                }
                inferred.insert(id, inference);
            }
            Step::Deduction {
                id,
                premises,
                sequence,
            } => {
                let known = id as usize <= model.constraints.len() || deduced.contains_key(&id);
                if known || !contradicts(&premises, &sequence, &inferred, &mut domains) {
                    return Err(Refusal::Deduction { line, id });
                }
                counted.deductions += 1;
                impossible |= premises.is_empty();
                remembered += premises.len() + 1;
                pending = 0;
                inferred.clear();
                deduced.insert(id, premises);
            }
            Step::Unsatisfiable => {
                if !impossible {
                    return Err(Refusal::Conclusion { line });
                }
                return match steps.next()? {
                    None => Ok(counted),
                    Some(_) => Err(Refusal::NoConclusion { line: steps.line() }),
                };
            }
        }
    }
    Err(Refusal::NoConclusion { line: steps.line() })
}

/// Whether an inference follows from the constraint it names.
fn follows(
    model: &Model,
    deduced: &HashMap<u32, Vec<Atom>>,
    inference: &Inference,
    domains: &mut Domains,
) -> bool {
    let Inference {
        premises,
        consequent,
        by,
        label,
    } = inference;
    domains.clear();
    if *label == Label::InitialDomain {
        let Some(atom) = consequent else { return false };
        let Variable { low, high, .. } = &model.variables[atom.variable as usize];
        let whole = |is, value| Atom { is, value, ..*atom };
        return premises.is_empty()
            && domains.assume(whole(Is::AtLeast, *low))
            && domains.assume(whole(Is::AtMost, *high))
            && domains.holds(*atom);
    }
    let against = consequent.map(Atom::opposite);
    if !premises
        .iter()
        .chain(&against)
        .all(|&atom| domains.assume(atom))
    {
        return false;
    }
    let Some(by) = *by else { return false };
    let constraint = model.constraints.get(by as usize - 1);
    match (label, constraint) {
        (Label::LinearBounds, Some(Constraint::Sum { terms, limit })) => {
            let least = terms.iter().try_fold(0i64, |sum, &(factor, v)| {
                let bound = if factor > 0 {
                    domains.low[v]
                } else {
                    domains.high[v]
                };
                if bound.abs() >= NEVER {
                    return None;
                }
                sum.checked_add(factor.checked_mul(bound)?)
            });
            least.is_some_and(|least| least > *limit)
        }
        (Label::TimeTable, Some(Constraint::Cumulative { users, capacity })) => overfull(
            users,
            *capacity,
            consequent.map(|atom| atom.variable),
            domains,
        ),
        (Label::Nogood, None) => deduced
            .get(&by)
            .is_some_and(|atoms| atoms.iter().all(|&atom| domains.holds(atom))),
        _ => false,
    }
}

/// Whether users of a resource need more than there is, as far as domains are known.
fn overfull(users: &[User], capacity: i64, of: Option<u32>, domains: &Domains) -> bool {
    if users
        .iter()
        .any(|user| user.duration > 0 && user.usage > capacity)
    {
        return true;
    }
    let bounds = |user: &User| match user.start {
        Start::At(at) => (at, at),
        Start::Of(v) => (domains.low[v], domains.high[v]),
    };
    // What surely runs, as changes of what is used.
    let changes = |without: Option<usize>| -> Vec<(i64, i64)> {
        let mut changes = Vec::new();
        for (n, user) in users.iter().enumerate() {
            let (low, high) = bounds(user);
            if Some(n) != without && low > -NEVER && high < NEVER && high < low + user.duration {
                changes.push((high, user.usage));
                changes.push((low + user.duration, -user.usage));
            }
        }
        // What ends goes before what begins.
        changes.sort_unstable();
        changes
    };
    let mut used = 0;
    if changes(None).iter().any(|change| {
        used += change.1;
        used > capacity
    }) {
        return true;
    }
    let Some(of) = of else { return false };
    let its = |user: &User| matches!(user.start, Start::Of(v) if v == of as usize);
    users.iter().enumerate().any(|(n, user)| {
        let (mut start, high) = bounds(user);
        if !its(user) || user.duration <= 0 || start <= -NEVER || high >= NEVER {
            return false;
        }
        // Intervals at which the others leave too little, in order of time.
        let changes = changes(Some(n));
        let mut used = 0;
        let mut places = changes.windows(2).filter_map(|pair| {
            used += pair[0].1;
            let shut = used + user.usage > capacity && pair[0].0 < pair[1].0;
            shut.then_some((pair[0].0, pair[1].0))
        });
        let mut shut = places.next();
        while start <= high {
            if domains.holes[of as usize].contains(&start) {
                start += 1;
                continue;
            }
            match shut {
                Some((_, until)) if until <= start => shut = places.next(),
                Some((from, until)) if from < start + user.duration => start = until,
                // A start that meets nothing shut.
                _ => return false,
            }
        }
        true
    })
}

/// Whether atoms and inferences, applied in the order of the sequence, leave some variable without a value.
fn contradicts(
    premises: &[Atom],
    sequence: &[u32],
    inferred: &HashMap<u32, Inference>,
    domains: &mut Domains,
) -> bool {
    domains.clear();
    if !premises.iter().all(|&atom| domains.assume(atom)) {
        return true;
    }
    for id in sequence {
        let Some(inference) = inferred.get(id) else {
            return false;
        };
        if inference.premises.iter().all(|&atom| domains.holds(atom)) {
            match inference.consequent {
                None => return true,
                Some(atom) => {
                    if !domains.assume(atom) {
                        return true;
                    }
                }
            }
        }
    }
    false
}

/// What values are left to each variable; at first all whole numbers.
struct Domains {
    low: Vec<i64>,
    high: Vec<i64>,
    holes: Vec<Vec<i64>>,
    touched: Vec<u32>,
}

impl Domains {
    fn new(variables: usize) -> Self {
        Self {
            low: vec![-NEVER; variables],
            high: vec![NEVER; variables],
            holes: vec![Vec::new(); variables],
            touched: Vec::new(),
        }
    }

    fn clear(&mut self) {
        for v in self.touched.drain(..) {
            let v = v as usize;
            self.low[v] = -NEVER;
            self.high[v] = NEVER;
            self.holes[v].clear();
        }
    }

    /// Takes away what the atom excludes; whether something is left.
    fn assume(&mut self, atom: Atom) -> bool {
        let v = atom.variable as usize;
        self.touched.push(atom.variable);
        match atom.is {
            Is::AtLeast => self.low[v] = self.low[v].max(atom.value),
            Is::AtMost => self.high[v] = self.high[v].min(atom.value),
            Is::Just => {
                self.low[v] = self.low[v].max(atom.value);
                self.high[v] = self.high[v].min(atom.value);
            }
            Is::Not => self.holes[v].push(atom.value),
        }
        while self.holes[v].contains(&self.low[v]) {
            self.low[v] += 1;
        }
        while self.holes[v].contains(&self.high[v]) {
            self.high[v] -= 1;
        }
        self.low[v] <= self.high[v]
    }

    fn holds(&self, atom: Atom) -> bool {
        let v = atom.variable as usize;
        let (low, high) = (self.low[v], self.high[v]);
        match atom.is {
            Is::AtLeast => low >= atom.value,
            Is::AtMost => high <= atom.value,
            Is::Just => low >= atom.value && high <= atom.value,
            Is::Not => low > atom.value || high < atom.value || self.holes[v].contains(&atom.value),
        }
    }
}

/// Reads the part of FlatZinc that models of projects are written in.
fn read_model(text: &str) -> Result<Model, Refusal> {
    let mut model = Model::default();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut solve = false;
    for (n, line) in text.lines().enumerate() {
        let fail = |expected| {
            Err(Refusal::NoModel {
                line: n + 1,
                expected,
            })
        };
        let line = line.trim();
        if line.is_empty() || line.starts_with('%') {
            continue;
        }
        if solve {
            return fail("nothing after `solve satisfy;`");
        }
        if line == "solve satisfy;" {
            solve = true;
        } else if let Some(rest) = line.strip_prefix("var ") {
            let Some((variable, name)) = read_variable(rest) else {
                return fail("`var LOW..HIGH: NAME;`");
            };
            if places.insert(name, model.variables.len()).is_some() {
                return fail("another name: this one is taken");
            }
            model.variables.push(variable);
        } else if let Some(rest) = line.strip_prefix("constraint ") {
            let Some(constraint) = read_constraint(rest, &places) else {
                return fail(
                    "`int_lin_le` or `pumpkin_cumulative` of known variables and whole numbers",
                );
            };
            model.constraints.push(constraint);
        } else {
            return fail("`var`, `constraint` or `solve satisfy;`");
        }
    }
    if solve {
        Ok(model)
    } else {
        Err(Refusal::NoModel {
            line: text.lines().count().max(1),
            expected: "`solve satisfy;` at the end",
        })
    }
}

fn read_variable(rest: &str) -> Option<(Variable, &str)> {
    let (domain, name) = rest.strip_suffix(';')?.split_once(": ")?;
    let (low, high) = domain.split_once("..")?;
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (low, high): (i32, i32) = (low.parse().ok()?, high.parse().ok()?);
    let fine = low <= high && name.starts_with(|c: char| c.is_ascii_alphabetic());
    (fine && name.chars().all(word)).then(|| {
        let variable = Variable {
            name: name.to_owned(),
            low: low.into(),
            high: high.into(),
        };
        (variable, name)
    })
}

fn read_constraint(rest: &str, places: &HashMap<&str, usize>) -> Option<Constraint> {
    let (name, rest) = rest.strip_suffix(");")?.split_once('(')?;
    let mut rest = rest;
    let mut list = || -> Option<Vec<&str>> {
        let (items, after) = rest.strip_prefix('[')?.split_once("],")?;
        rest = after;
        Some(items.split(',').map(str::trim).collect())
    };
    let number = |word: &str| word.parse::<i32>().ok().map(i64::from);
    let numbers = |words: &[&str]| {
        words
            .iter()
            .map(|word| number(word))
            .collect::<Option<Vec<_>>>()
    };
    match name {
        "int_lin_le" => {
            let factors = numbers(&list()?)?;
            let variables = list()?;
            let limit = number(rest)?;
            if factors.len() != variables.len() || factors.contains(&0) {
                return None;
            }
            let terms = factors
                .into_iter()
                .zip(variables)
                .map(|(factor, name)| Some((factor, *places.get(name)?)))
                .collect::<Option<_>>()?;
            Some(Constraint::Sum { terms, limit })
        }
        "pumpkin_cumulative" => {
            let starts = list()?;
            let (durations, usages) = (numbers(&list()?)?, numbers(&list()?)?);
            let capacity = number(rest)?;
            if starts.len() != durations.len() || starts.len() != usages.len() {
                return None;
            }
            let users = starts
                .into_iter()
                .zip(durations.into_iter().zip(usages))
                .map(|(start, (duration, usage))| {
                    let start = match places.get(start) {
                        Some(&v) => Start::Of(v),
                        None => Start::At(number(start)?),
                    };
                    (duration >= 0 && usage >= 0).then_some(User {
                        start,
                        duration,
                        usage,
                    })
                })
                .collect::<Option<_>>()?;
            Some(Constraint::Cumulative { users, capacity })
        }
        _ => None,
    }
}
