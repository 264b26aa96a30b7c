//! From the proof of a solver to one that is short and in order.
//!
//! # Question
//! Which steps of a proof does its conclusion rest on, and in which order do they follow from one another?
//!
//! # Why
//! Pumpkin logs every inference it has looked at, most of them for nothing, and names inferences of a deduction in an
//! order in which not each one follows from those before it. So each deduction is made again from all that
//! was inferred for it, in rounds until a variable has no value left; what led there is kept, in the order in which
//! it was applied. Then deductions nobody refers to are left out, from the last one backwards.
//!
//! Nothing here needs to be trusted: what comes out goes to [`check_proof`](crate::check_proof).

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, BufRead, Write};

use crate::drcp::{Atom, Inference, Is, Label, Step, Steps};
use crate::model::Model;

/// A deduction with the inferences it rests on, in order.
struct Deduction {
    id: u32,
    premises: Vec<Atom>,
    because: Vec<Inference>,
}

/// Why a proof could not be made shorter.
#[derive(Debug)]
pub(crate) enum Untrimmed {
    /// It is none, or a deduction of it does not follow from what was inferred for it.
    Gap(String),
    /// More atoms than may be held.
    TooLarge,
    /// Somebody asked to stop, or time was up.
    Stopped,
    /// It could not be written.
    Unwritable(io::Error),
}

/// Reads a proof about the model and writes what its conclusion rests on.
pub(crate) fn trim(
    model: &Model,
    proof: impl BufRead,
    most_atoms: usize,
    stop: &mut dyn FnMut() -> bool,
    out: &mut dyn Write,
) -> Result<(), Untrimmed> {
    let names: HashMap<String, u32> = (0u32..)
        .zip(&model.variables)
        .map(|(place, variable)| (variable.name.clone(), place))
        .collect();
    let mut steps = Steps::new(proof, &names);
    let mut made: Vec<Deduction> = Vec::new();
    let mut at: HashMap<u32, usize> = HashMap::new();
    let mut inferred: Vec<(u32, Inference)> = Vec::new();
    let (mut pending, mut held) = (0usize, 0usize);
    let mut trail = Trail::new(model.variables.len());
    loop {
        let step = steps
            .next()
            .map_err(|refusal| Untrimmed::Gap(refusal.to_string()))?;
        match step {
            None => return Err(Untrimmed::Gap("the solver's proof has no end".into())),
            Some(Step::Inference(id, inference)) => {
                pending += inference.premises.len() + 1;
                inferred.push((id, inference));
            }
            Some(Step::Deduction {
                id,
                premises,
                sequence,
            }) => {
                let order = ordered(&sequence, &inferred);
                let Some(because) = trail.because(&premises, &order, &inferred) else {
                    return Err(Untrimmed::Gap(format!(
                        "deduction {id} of the solver's proof does not follow"
                    )));
                };
                let because: Vec<Inference> =
                    because.into_iter().map(|n| inferred[n].1.clone()).collect();
                let last = premises.is_empty();
                held += premises.len() + 1;
                held += because
                    .iter()
                    .map(|one| one.premises.len() + 2)
                    .sum::<usize>();
                at.insert(id, made.len());
                made.push(Deduction {
                    id,
                    premises,
                    because,
                });
                inferred.clear();
                pending = 0;
                if last {
                    break;
                }
            }
            Some(Step::Unsatisfiable) => {
                return Err(Untrimmed::Gap("the solver's proof deduces nothing".into()));
            }
        }
        if held + pending > most_atoms {
            return Err(Untrimmed::TooLarge);
        }
        if stop() {
            return Err(Untrimmed::Stopped);
        }
    }
    // From the last one backwards: who is referred to.
    let mut needed = vec![false; made.len()];
    if let Some(last) = needed.last_mut() {
        *last = true;
    }
    for n in (0..made.len()).rev() {
        if needed[n] {
            for inference in &made[n].because {
                if inference.label == Label::Nogood
                    && let Some(&by) = inference.by.and_then(|by| at.get(&by))
                {
                    needed[by] = true;
                }
            }
        }
    }
    let kept = made
        .into_iter()
        .zip(needed)
        .filter_map(|(one, needed)| needed.then_some(one));
    write(model, kept, out).map_err(Untrimmed::Unwritable)
}

/// The places of the inferences in the order the proof names them; then the others, latest first.
fn ordered(sequence: &[u32], inferred: &[(u32, Inference)]) -> Vec<usize> {
    let places: HashMap<u32, usize> = inferred
        .iter()
        .enumerate()
        .map(|(n, (id, _))| (*id, n))
        .collect();
    let mut named = vec![false; inferred.len()];
    let mut order = Vec::with_capacity(inferred.len());
    let named_first = sequence.iter().filter_map(|id| places.get(id).copied());
    for n in named_first.chain((0..inferred.len()).rev()) {
        if !std::mem::replace(&mut named[n], true) {
            order.push(n);
        }
    }
    order
}

fn write(
    model: &Model,
    deductions: impl Iterator<Item = Deduction>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut codes: HashMap<Atom, u32> = HashMap::new();
    let mut renamed: HashMap<u32, u32> = HashMap::new();
    let mut next = model.constraints.len() as u32;
    let mut line = String::new();
    let mut coded = |atom: Atom, out: &mut dyn Write| -> io::Result<i64> {
        // One code for an atom and its opposite.
        let negative = matches!(atom.is, Is::AtMost | Is::Not);
        let plain = if negative { atom.opposite() } else { atom };
        let fresh = codes.len() as u32 + 1;
        let code = *codes.entry(plain).or_insert(fresh);
        if code == fresh {
            let name = &model.variables[plain.variable as usize].name;
            let is = if plain.is == Is::Just { "==" } else { ">=" };
            writeln!(out, "a {code} [{name} {is} {}]", plain.value)?;
        }
        let code = i64::from(code);
        Ok(if negative { -code } else { code })
    };
    for deduction in deductions {
        let mut sequence = String::new();
        for inference in deduction.because {
            next += 1;
            line.clear();
            let _ = write!(line, "i {next}");
            for &premise in &inference.premises {
                let _ = write!(line, " {}", coded(premise, out)?);
            }
            line.push_str(" 0");
            if let Some(consequent) = inference.consequent {
                let _ = write!(line, " {}", coded(consequent, out)?);
            }
            if let Some(by) = inference.by {
                let by = if inference.label == Label::Nogood {
                    renamed.get(&by).copied().unwrap_or(by)
                } else {
                    by
                };
                let _ = write!(line, " c:{by}");
            }
            writeln!(out, "{line} l:{}", inference.label.as_str())?;
            let _ = write!(sequence, " {next}");
        }
        next += 1;
        renamed.insert(deduction.id, next);
        line.clear();
        let _ = write!(line, "n {next}");
        for &premise in &deduction.premises {
            let _ = write!(line, " {}", coded(premise, out)?);
        }
        writeln!(out, "{line} 0{sequence}")?;
    }
    writeln!(out, "c UNSAT")
}

/// A bound and what it rests on: places of inferences on the trail.
struct Bound {
    value: i64,
    why: Vec<u32>,
}

/// What is known of each variable while a deduction is made again, and since when.
struct Trail {
    low: Vec<Vec<Bound>>,
    high: Vec<Vec<Bound>>,
    holes: Vec<Vec<(i64, Option<u32>)>>,
    touched: Vec<u32>,
}

impl Trail {
    fn new(variables: usize) -> Self {
        let none = || (0..variables).map(|_| Vec::new()).collect();
        Self {
            low: none(),
            high: none(),
            holes: (0..variables).map(|_| Vec::new()).collect(),
            touched: Vec::new(),
        }
    }

    /// The places of the inferences that contradict the premises, in the order in which they are applied; none
    /// when they do not.
    fn because(
        &mut self,
        premises: &[Atom],
        order: &[usize],
        inferred: &[(u32, Inference)],
    ) -> Option<Vec<usize>> {
        for v in self.touched.drain(..) {
            let v = v as usize;
            self.low[v].clear();
            self.high[v].clear();
            self.holes[v].clear();
        }
        for &premise in premises {
            if self.assume(premise, None).is_err() {
                return Some(Vec::new());
            }
        }
        let mut applied: Vec<usize> = Vec::new();
        let mut open: Vec<usize> = order.to_vec();
        let why = 'contradiction: loop {
            let before = applied.len();
            let mut left = Vec::new();
            for n in open {
                let inference = &inferred[n].1;
                if !inference.premises.iter().all(|&atom| self.holds(atom)) {
                    left.push(n);
                    continue;
                }
                let place = applied.len() as u32;
                match inference.consequent {
                    None => {
                        applied.push(n);
                        break 'contradiction vec![place];
                    }
                    Some(atom) if self.holds(atom) => {}
                    Some(atom) => {
                        applied.push(n);
                        if let Err(why) = self.assume(atom, Some(place)) {
                            break 'contradiction why;
                        }
                    }
                }
            }
            if applied.len() == before {
                return None;
            }
            open = left;
        };
        let mut needed = vec![false; applied.len()];
        for place in why {
            needed[place as usize] = true;
        }
        for place in (0..applied.len()).rev() {
            if needed[place] {
                for &premise in &inferred[applied[place]].1.premises {
                    for place in self.why(premise, place as u32) {
                        needed[place as usize] = true;
                    }
                }
            }
        }
        Some(
            applied
                .into_iter()
                .zip(needed)
                .filter_map(|(n, needed)| needed.then_some(n))
                .collect(),
        )
    }

    fn bounds(&self, v: usize) -> (i64, i64) {
        let low = self.low[v].last().map_or(i64::MIN, |bound| bound.value);
        let high = self.high[v].last().map_or(i64::MAX, |bound| bound.value);
        (low, high)
    }

    fn holds(&self, atom: Atom) -> bool {
        let v = atom.variable as usize;
        let (low, high) = self.bounds(v);
        match atom.is {
            Is::AtLeast => low >= atom.value,
            Is::AtMost => high <= atom.value,
            Is::Just => low >= atom.value && high <= atom.value,
            Is::Not => {
                low > atom.value
                    || high < atom.value
                    || self.holes[v].iter().any(|hole| hole.0 == atom.value)
            }
        }
    }

    /// Takes away what the atom excludes; what it rests on that nothing is left, where nothing is.
    fn assume(&mut self, atom: Atom, place: Option<u32>) -> Result<(), Vec<u32>> {
        let v = atom.variable as usize;
        self.touched.push(atom.variable);
        let why: Vec<u32> = place.into_iter().collect();
        let (low, high) = self.bounds(v);
        let bound = |value| Bound {
            value,
            why: why.clone(),
        };
        if matches!(atom.is, Is::AtLeast | Is::Just) && atom.value > low {
            self.low[v].push(bound(atom.value));
        }
        if matches!(atom.is, Is::AtMost | Is::Just) && atom.value < high {
            self.high[v].push(bound(atom.value));
        }
        if atom.is == Is::Not {
            self.holes[v].push((atom.value, place));
        }
        // A hole at a bound moves it.
        while let Some(bound) = self.low[v].last()
            && let Some(hole) = self.holes[v].iter().find(|hole| hole.0 == bound.value)
        {
            let mut why = bound.why.clone();
            why.extend(hole.1);
            let value = bound.value + 1;
            self.low[v].push(Bound { value, why });
        }
        while let Some(bound) = self.high[v].last()
            && let Some(hole) = self.holes[v].iter().find(|hole| hole.0 == bound.value)
        {
            let mut why = bound.why.clone();
            why.extend(hole.1);
            let value = bound.value - 1;
            self.high[v].push(Bound { value, why });
        }
        let (low, high) = self.bounds(v);
        if low <= high {
            return Ok(());
        }
        // Just what was assumed and what stood against it: the weakest bounds that do not meet.
        let mut both = Vec::new();
        both.extend(self.first(v, Is::AtLeast, low));
        both.extend(self.first(v, Is::AtMost, low - 1));
        Err(both)
    }

    /// What the first bound rests on that is at least this strong.
    fn first(&self, v: usize, is: Is, value: i64) -> Vec<u32> {
        let bounds = if is == Is::AtLeast {
            &self.low[v]
        } else {
            &self.high[v]
        };
        let strong = |bound: &&Bound| {
            if is == Is::AtLeast {
                bound.value >= value
            } else {
                bound.value <= value
            }
        };
        bounds
            .iter()
            .find(strong)
            .map_or_else(Vec::new, |bound| bound.why.clone())
    }

    /// What an atom rests on that held before `place`.
    fn why(&self, atom: Atom, place: u32) -> Vec<u32> {
        let v = atom.variable as usize;
        match atom.is {
            Is::AtLeast | Is::AtMost => self.first(v, atom.is, atom.value),
            Is::Just => {
                let mut both = self.first(v, Is::AtLeast, atom.value);
                both.extend(self.first(v, Is::AtMost, atom.value));
                both
            }
            Is::Not => {
                let early = |why: &Vec<u32>| why.iter().all(|&one| one < place);
                let hole = self.holes[v]
                    .iter()
                    .find(|hole| hole.0 == atom.value && hole.1.is_none_or(|one| one < place));
                if let Some(hole) = hole {
                    return hole.1.into_iter().collect();
                }
                let (low, high) = self.bounds(v);
                let above = (low > atom.value)
                    .then(|| self.first(v, Is::AtLeast, atom.value + 1))
                    .filter(early);
                above
                    .or_else(|| {
                        (high < atom.value).then(|| self.first(v, Is::AtMost, atom.value - 1))
                    })
                    .unwrap_or_default()
            }
        }
    }
}
