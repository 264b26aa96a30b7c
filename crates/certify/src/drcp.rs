//! The steps of a proof, as the published form DRCP spells them.
//!
//! ```text
//! a 1 [start4 >= 12]           atom 1; -1 is its opposite
//! i 70 1 -3 0 5 c:8 l:time_table   inference 70: atoms 1 and not 3 imply atom 5, by constraint 8
//! n 71 1 2 0 70 69             deduction 71: atoms 1 and 2 can't both hold, by inferences 70 and 69 in this order
//! c UNSAT                      nothing holds
//! ```
//!
//! Written from the description of the form; no line of Pumpkin is used.

use std::collections::HashMap;
use std::io::{self, BufRead, Read};

use crate::refusal::Refusal;

/// Most bytes of a line that is read.
const MOST_LINE: u64 = 64 << 20;

/// How an atom compares.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Is {
    AtLeast,
    AtMost,
    Just,
    Not,
}

/// A variable, by its place in the model, compared with a number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Atom {
    pub(crate) variable: u32,
    pub(crate) is: Is,
    pub(crate) value: i64,
}

impl Atom {
    /// What holds just when this one does not.
    pub(crate) fn opposite(self) -> Self {
        let (is, value) = match self.is {
            Is::AtLeast => (Is::AtMost, self.value - 1),
            Is::AtMost => (Is::AtLeast, self.value + 1),
            Is::Just => (Is::Not, self.value),
            Is::Not => (Is::Just, self.value),
        };
        Self { is, value, ..self }
    }
}

/// By which argument an inference follows from its constraint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Label {
    InitialDomain,
    LinearBounds,
    TimeTable,
    Nogood,
}

impl Label {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::InitialDomain => "initial_domain",
            Self::LinearBounds => "linear_bounds",
            Self::TimeTable => "time_table",
            Self::Nogood => "nogood",
        }
    }
}

/// All premises together imply the consequent; without one, that they can't hold together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Inference {
    pub(crate) premises: Vec<Atom>,
    pub(crate) consequent: Option<Atom>,
    pub(crate) by: Option<u32>,
    pub(crate) label: Label,
}

/// A line of a proof that is more than the name of an atom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    Inference(u32, Inference),
    Deduction {
        id: u32,
        premises: Vec<Atom>,
        sequence: Vec<u32>,
    },
    Unsatisfiable,
}

/// Reads steps one after the other.
pub(crate) struct Steps<'a, R> {
    source: R,
    variables: &'a HashMap<String, u32>,
    atoms: HashMap<u32, Atom>,
    line: u64,
    text: Vec<u8>,
}

impl<'a, R: BufRead> Steps<'a, R> {
    /// The variables are the names of the model with their places.
    pub(crate) fn new(source: R, variables: &'a HashMap<String, u32>) -> Self {
        Self {
            source,
            variables,
            atoms: HashMap::new(),
            line: 0,
            text: Vec::new(),
        }
    }

    /// The line read last, counted from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// The next step; none at the end of the file.
    pub(crate) fn next(&mut self) -> Result<Option<Step>, Refusal> {
        loop {
            self.text.clear();
            let read = (&mut self.source)
                .take(MOST_LINE)
                .read_until(b'\n', &mut self.text)
                .map_err(|error| self.unreadable(&error))?;
            if read == 0 {
                return Ok(None);
            }
            self.line += 1;
            let text = std::mem::take(&mut self.text);
            let step = str::from_utf8(&text)
                .ok()
                .filter(|text| text.ends_with('\n'))
                .and_then(|text| self.step(text.trim_end()));
            self.text = text;
            match step {
                None => return Err(Refusal::NoStep { line: self.line }),
                Some(None) => {}
                Some(Some(step)) => return Ok(Some(step)),
            }
        }
    }

    fn unreadable(&self, error: &io::Error) -> Refusal {
        Refusal::Unreadable {
            line: self.line + 1,
            why: error.to_string(),
        }
    }

    /// What a line says: outer none where it is no line of a proof, inner none where it names an atom.
    fn step(&mut self, text: &str) -> Option<Option<Step>> {
        let (kind, rest) = text.split_once(' ')?;
        let mut words = rest.split(' ');
        let step = match kind {
            "a" => {
                let code: u32 = words.next()?.parse().ok()?;
                let atom = self.atom(&mut words)?;
                if code == 0 || words.next().is_some() {
                    return None;
                }
                // A second meaning would let a line mean what it did not when it was written.
                if self.atoms.insert(code, atom).is_some_and(|old| old != atom) {
                    return None;
                }
                return Some(None);
            }
            "i" => {
                let id = id(words.next()?)?;
                let premises = self.atoms_until_zero(&mut words)?;
                let (mut consequent, mut by, mut label) = (None, None, None);
                for word in words {
                    if let Some(number) = word.strip_prefix("c:") {
                        if by.replace(self::id(number)?).is_some() {
                            return None;
                        }
                    } else if let Some(word) = word.strip_prefix("l:") {
                        let known = [
                            Label::InitialDomain,
                            Label::LinearBounds,
                            Label::TimeTable,
                            Label::Nogood,
                        ];
                        let known = known.into_iter().find(|label| label.as_str() == word)?;
                        if label.replace(known).is_some() {
                            return None;
                        }
                    } else if consequent.replace(self.coded(word)?).is_some() {
                        return None;
                    }
                }
                Step::Inference(
                    id,
                    Inference {
                        premises,
                        consequent,
                        by,
                        label: label?,
                    },
                )
            }
            "n" => {
                let id = id(words.next()?)?;
                let premises = self.atoms_until_zero(&mut words)?;
                let sequence = words.map(self::id).collect::<Option<_>>()?;
                Step::Deduction {
                    id,
                    premises,
                    sequence,
                }
            }
            "c" if rest == "UNSAT" => Step::Unsatisfiable,
            _ => return None,
        };
        Some(Some(step))
    }

    /// `[name >= 3]`.
    fn atom<'w>(&self, words: &mut impl Iterator<Item = &'w str>) -> Option<Atom> {
        let variable = *self.variables.get(words.next()?.strip_prefix('[')?)?;
        let is = match words.next()? {
            ">=" => Is::AtLeast,
            "<=" => Is::AtMost,
            "==" => Is::Just,
            "!=" => Is::Not,
            _ => return None,
        };
        let value: i32 = words.next()?.strip_suffix(']')?.parse().ok()?;
        Some(Atom {
            variable,
            is,
            value: i64::from(value),
        })
    }

    fn atoms_until_zero<'w>(&self, words: &mut impl Iterator<Item = &'w str>) -> Option<Vec<Atom>> {
        let mut atoms = Vec::new();
        loop {
            match words.next()? {
                "0" => return Some(atoms),
                word => atoms.push(self.coded(word)?),
            }
        }
    }

    fn coded(&self, word: &str) -> Option<Atom> {
        let code: i32 = word.parse().ok()?;
        let atom = *self.atoms.get(&code.unsigned_abs())?;
        Some(if code < 0 { atom.opposite() } else { atom })
    }
}

fn id(word: &str) -> Option<u32> {
    word.parse().ok().filter(|&id| id > 0)
}
