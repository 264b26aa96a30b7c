//! From a conflict to a clause: the first unique implication point over bounds.

use super::{Engine, Lit, NONE, Reason};

pub(crate) struct Learning {
    /// By view: the value needed, where it is needed.
    need: Vec<i32>,
    /// By view: the trail entry that brought it; NONE where nothing is needed.
    place: Vec<u32>,
    views: Vec<u32>,
    buffer: Vec<Lit>,
    /// By trail entry: 1 redundant, 2 not; good for one conflict.
    memo: Vec<u8>,
    memo_used: Vec<u32>,
    clause_increment: f32,
    levels: Vec<u32>,
}

impl Learning {
    pub(crate) fn new(views: usize) -> Self {
        Self {
            need: vec![0; views],
            place: vec![NONE; views],
            views: Vec::new(),
            buffer: Vec::new(),
            memo: Vec::new(),
            memo_used: Vec::new(),
            clause_increment: 1.0,
            levels: Vec::new(),
        }
    }
}

impl Engine<'_> {
    /// The trail entry by which a literal holds, looking at entries before `k`; NONE at the root.
    fn entry_of(&self, lit: Lit, k: u32) -> u32 {
        if self.root[lit.view as usize] >= lit.value {
            return NONE;
        }
        let mut at = self.last[lit.view as usize];
        let mut found = NONE;
        while at != NONE {
            let entry = &self.trail[at as usize];
            if entry.value < lit.value {
                break;
            }
            if at < k {
                found = at;
            }
            at = entry.previous;
        }
        // The earliest entry that reaches the value is the one that brought it.
        found
    }

    /// Notes a literal as needed. Returns whether one more entry of this level is.
    fn require(&mut self, lit: Lit, k: u32, level: u32) -> bool {
        let at = self.entry_of(lit, k);
        if at == NONE || self.trail[at as usize].level == 0 {
            return false;
        }
        self.bump(lit);
        let view = lit.view as usize;
        let old = self.learning.place[view];
        let now_here = self.trail[at as usize].level == level;
        if old == NONE {
            self.learning.need[view] = lit.value;
            self.learning.place[view] = at;
            self.learning.views.push(lit.view);
            return now_here;
        }
        if lit.value <= self.learning.need[view] {
            return false;
        }
        let was_here = self.trail[old as usize].level == level;
        self.learning.need[view] = lit.value;
        self.learning.place[view] = at;
        now_here && !was_here
    }

    /// Learns from the conflict at hand and jumps back. False when there is nothing left to try.
    pub(super) fn learn(&mut self) -> bool {
        let conflict = std::mem::take(&mut self.conflict);
        let top = conflict
            .iter()
            .map(|&lit| {
                let at = self.entry_of(lit, u32::MAX);
                if at == NONE {
                    0
                } else {
                    self.trail[at as usize].level
                }
            })
            .max()
            .unwrap_or(0);
        if top == 0 {
            return false;
        }
        self.back_to(top);
        let level = top;
        let mut here = 0i32;
        for &lit in &conflict {
            here += i32::from(self.require(lit, u32::MAX, level));
        }
        self.conflict = conflict;
        let mut at = self.trail.len() as u32;
        let uip = loop {
            at -= 1;
            let entry = self.trail[at as usize];
            let view = entry.view as usize;
            if self.learning.place[view] != at {
                continue;
            }
            let lit = Lit {
                view: entry.view,
                value: self.learning.need[view],
            };
            if here == 1 {
                break lit;
            }
            here -= 1;
            self.learning.place[view] = NONE;
            if let Reason::Clause(clause) = entry.reason {
                self.use_clause(clause);
            }
            let mut buffer = std::mem::take(&mut self.learning.buffer);
            buffer.clear();
            self.explain(entry.reason, lit, at, &mut buffer);
            for &lit in &buffer {
                here += i32::from(self.require(lit, at, level));
            }
            self.learning.buffer = buffer;
        };
        // What is left is needed; leave out what follows from the rest.
        let mut clause = vec![uip.not()];
        let mut views = std::mem::take(&mut self.learning.views);
        views.sort_unstable();
        views.dedup();
        if self.learning.memo.len() < self.trail.len() {
            self.learning.memo.resize(self.trail.len(), 0);
        }
        let mut kept: Vec<(u32, Lit)> = Vec::new();
        for &view in &views {
            let place = self.learning.place[view as usize];
            if place == NONE || view == uip.view {
                continue;
            }
            let lit = Lit {
                view,
                value: self.learning.need[view as usize],
            };
            let redundant = !matches!(self.trail[place as usize].reason, Reason::Choice)
                && self.follows(place, lit, 0);
            if !redundant {
                kept.push((place, lit));
            }
        }
        for at in std::mem::take(&mut self.learning.memo_used) {
            self.learning.memo[at as usize] = 0;
        }
        for &view in &views {
            self.learning.place[view as usize] = NONE;
        }
        self.learning.views = views;
        self.learning.views.clear();

        kept.sort_by_key(|&(place, _)| std::cmp::Reverse(place));
        self.learning.levels.clear();
        for &(place, lit) in &kept {
            clause.push(lit.not());
            let level = self.trail[place as usize].level;
            if self.learning.levels.last() != Some(&level) {
                self.learning.levels.push(level);
            }
        }
        let levels = self.learning.levels.len() as u32 + 1;
        let back = kept
            .first()
            .map_or(0, |&(place, _)| self.trail[place as usize].level);
        self.back_to(back);
        self.decay();
        let first = clause[0];
        if clause.len() == 1 {
            return self.push(first.view, first.value, Reason::Choice);
        }
        let place = self.add_clause(&clause, levels);
        self.clauses[place as usize].activity = self.learning.clause_increment;
        self.push(first.view, first.value, Reason::Clause(place))
    }

    fn use_clause(&mut self, clause: u32) {
        let increment = self.learning.clause_increment;
        let clause = &mut self.clauses[clause as usize];
        if clause.levels > 0 {
            clause.activity += increment;
            if clause.activity > 1e20 {
                for other in &mut self.clauses {
                    other.activity *= 1e-20;
                }
                self.learning.clause_increment *= 1e-20;
            }
        }
    }

    fn decay(&mut self) {
        self.learning.clause_increment /= 0.999;
        self.guide.decay();
    }

    /// Whether the entry at a place, asked for as `lit`, follows from other needed literals before it.
    fn follows(&mut self, place: u32, lit: Lit, depth: u32) -> bool {
        match self.learning.memo[place as usize] {
            1 => return true,
            2 => return false,
            _ => {}
        }
        let entry = self.trail[place as usize];
        if matches!(entry.reason, Reason::Choice) {
            return false;
        }
        let mut buffer = Vec::new();
        // A memo must hold for every value the entry brought.
        let asked = if depth == 0 {
            lit
        } else {
            Lit {
                view: entry.view,
                value: entry.value,
            }
        };
        self.explain(entry.reason, asked, place, &mut buffer);
        let mut all = true;
        for &other in &buffer {
            let at = self.entry_of(other, place);
            if at == NONE || self.trail[at as usize].level == 0 {
                continue;
            }
            let needed = self.learning.place[other.view as usize];
            if needed != NONE
                && needed < place
                && self.learning.need[other.view as usize] >= other.value
            {
                continue;
            }
            if depth >= 8 || !self.follows(at, other, depth + 1) {
                all = false;
                break;
            }
        }
        if depth > 0 || !all {
            self.learning.memo[place as usize] = if all { 1 } else { 2 };
            self.learning.memo_used.push(place);
        }
        all
    }

    /// Forgets the clauses of least use. At the root only.
    pub(super) fn forget(&mut self) {
        let mut learned: Vec<u32> = (0..self.clauses.len() as u32)
            .filter(|&c| self.clauses[c as usize].levels > 2)
            .collect();
        learned.sort_by(|&a, &b| {
            let (a, b) = (&self.clauses[a as usize], &self.clauses[b as usize]);
            a.activity
                .total_cmp(&b.activity)
                .then(b.levels.cmp(&a.levels))
                .then(a.from.cmp(&b.from))
        });
        let mut gone = vec![false; self.clauses.len()];
        for &clause in &learned[..learned.len() / 2] {
            gone[clause as usize] = true;
        }
        let clauses = std::mem::take(&mut self.clauses);
        let lits = std::mem::take(&mut self.lits);
        for list in &mut self.watches {
            list.clear();
        }
        for (k, clause) in clauses.iter().enumerate() {
            let mine = &lits[clause.from as usize..(clause.from + clause.length) as usize];
            if gone[k] || mine.iter().any(|&lit| self.is_true(lit)) {
                continue;
            }
            let open: Vec<Lit> = mine
                .iter()
                .copied()
                .filter(|&lit| !self.is_false(lit))
                .collect();
            if open.len() < 2 {
                continue;
            }
            let place = self.add_clause(&open, clause.levels);
            self.clauses[place as usize].activity = clause.activity;
        }
    }
}
