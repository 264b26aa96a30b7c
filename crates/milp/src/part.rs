//! Programs that fall apart: columns and rows that no entry joins to the rest can be solved alone.
//!
//! An objective is a sum over columns, so the best of the whole is the best of each part, and a basis
//! of the whole is, cut to a part, a basis of that part.

use crate::outcome::Basis;
use crate::program::{Column, Program, Row};

/// Which part of a program each row and column belongs to.
#[derive(Debug, Clone)]
pub struct Parts {
    of_row: Vec<u32>,
    /// A column without entries belongs to none.
    of_column: Vec<Option<u32>>,
}

impl Parts {
    /// The part of a row.
    pub fn of_row(&self, row: Row) -> u32 {
        self.of_row[row.index()]
    }

    /// The part of a column; none if it has no entries.
    pub fn of_column(&self, column: Column) -> Option<u32> {
        self.of_column[column.index()]
    }
}

/// Some parts of a program as a program of their own.
#[derive(Debug, Clone)]
pub struct Part {
    program: Program,
    columns: Vec<Column>,
    rows: Vec<Row>,
    column_at: Vec<u32>,
    row_at: Vec<u32>,
}

const NOT_HERE: u32 = u32::MAX;

impl Program {
    /// Tells the parts of a program apart; they are numbered by their first row.
    pub fn parts(&self) -> Parts {
        let mut leader: Vec<u32> = (0..).take(self.rows()).collect();
        let mut first: Vec<Option<u32>> = vec![None; self.columns()];
        self.each_entry(|row, column, _| match first[column.index()] {
            None => first[column.index()] = Some(row.0),
            Some(other) => join(&mut leader, other, row.0),
        });
        let of_row: Vec<u32> = (0..leader.len() as u32)
            .map(|row| find(&mut leader, row))
            .collect();
        let of_column = first
            .into_iter()
            .map(|row| row.map(|row| of_row[row as usize]))
            .collect();
        Parts { of_row, of_column }
    }

    /// The program of some parts, everything in the order it has in the whole.
    pub fn part(&self, parts: &Parts, wanted: &[u32]) -> Part {
        let mut program = Program::new();
        let mut row_at = vec![NOT_HERE; self.rows()];
        let mut column_at = vec![NOT_HERE; self.columns()];
        let (mut rows, mut columns) = (Vec::new(), Vec::new());
        for row in (0..self.rows() as u32).map(Row) {
            if wanted.contains(&parts.of_row(row)) {
                let (lower, upper) = self.row_bounds(row);
                row_at[row.index()] = program.add_row(self.label_of_row(row), lower, upper).0;
                rows.push(row);
            }
        }
        let mut entries = Vec::new();
        for column in (0..self.columns() as u32).map(Column) {
            if !parts
                .of_column(column)
                .is_some_and(|part| wanted.contains(&part))
            {
                continue;
            }
            entries.clear();
            let here = self.entries(column);
            entries.extend(here.map(|(row, value)| (Row(row_at[row.index()]), value)));
            let (lower, upper) = self.bounds(column);
            let label = self.label_of_column(column);
            let cost = self.cost(column);
            column_at[column.index()] = program.add_column(label, cost, lower, upper, &entries).0;
            if self.integer()[column.index()] {
                program.set_integer(Column(column_at[column.index()]));
            }
            columns.push(column);
        }
        Part {
            program,
            columns,
            rows,
            column_at,
            row_at,
        }
    }
}

impl Part {
    /// The program of the part.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The columns of the whole that are in the part, in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The rows of the whole that are in the part, in order.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Where a column of the whole stands in the part.
    pub fn column(&self, whole: Column) -> Option<Column> {
        let at = self.column_at[whole.index()];
        (at != NOT_HERE).then_some(Column(at))
    }

    /// Where a row of the whole stands in the part.
    pub fn row(&self, whole: Row) -> Option<Row> {
        let at = self.row_at[whole.index()];
        (at != NOT_HERE).then_some(Row(at))
    }

    /// What a vector over the columns of the whole says about those of the part.
    pub fn of_columns(&self, whole: &[f64]) -> Vec<f64> {
        self.columns.iter().map(|c| whole[c.index()]).collect()
    }

    /// A basis of the whole, cut to the part.
    pub fn basis(&self, whole: &Basis) -> Basis {
        Basis {
            columns: self.columns.iter().map(|c| whole.column(*c)).collect(),
            rows: self.rows.iter().map(|r| whole.row(*r)).collect(),
        }
    }
}

fn find(leader: &mut [u32], mut row: u32) -> u32 {
    while leader[row as usize] != row {
        let up = leader[leader[row as usize] as usize];
        leader[row as usize] = up;
        row = up;
    }
    row
}

fn join(leader: &mut [u32], a: u32, b: u32) {
    let (a, b) = (find(leader, a), find(leader, b));
    // The first row leads, whatever the order of entries.
    leader[a.max(b) as usize] = a.min(b);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Label, Method, Options, Solver, Watch};

    /// Two blocks of one row and two columns, and a column of its own.
    fn two_blocks() -> Program {
        let mut program = Program::new();
        let label = |family| Label::new(family, &[]);
        let a = program.add_row(label("a"), 1.0, f64::INFINITY);
        let b = program.add_row(label("b"), 2.0, f64::INFINITY);
        let any = f64::INFINITY;
        program.add_column(label("x"), 3.0, 0.0, any, &[(a, 1.0)]);
        program.add_column(label("y"), 2.0, 0.0, any, &[(b, 1.0)]);
        program.add_column(label("alone"), 1.0, 0.0, any, &[]);
        program.add_column(label("z"), 1.0, 0.0, 0.5, &[(a, 1.0)]);
        program
    }

    #[test]
    fn parts_are_what_entries_join() {
        let program = two_blocks();
        let parts = program.parts();
        assert_eq!((parts.of_row(Row(0)), parts.of_row(Row(1))), (0, 1));
        let of: Vec<_> = (0..4).map(|c| parts.of_column(Column(c))).collect();
        assert_eq!(of, [Some(0), Some(1), None, Some(0)]);
        let mut joined = program.clone();
        joined.add_row_over(
            Label::new("c", &[]),
            0.0,
            9.0,
            &[(Column(1), 1.0), (Column(3), 1.0)],
        );
        let parts = joined.parts();
        assert!((0..3).all(|row| parts.of_row(Row(row)) == 0));
    }

    #[test]
    fn the_best_of_a_part_is_its_share_of_the_best() {
        let program = two_blocks();
        let parts = program.parts();
        let mut solver = Solver::new(program.clone()).unwrap();
        let whole = solver
            .solve(&Options::default(), &mut Watch::nobody())
            .unwrap();
        let basis = whole.basis.unwrap();
        let mut sum = 0.0;
        for n in [0, 1] {
            let part = program.part(&parts, &[n]);
            let mut solver = Solver::new(part.program().clone()).unwrap();
            solver.set_basis(&part.basis(&basis)).unwrap();
            let options = Options {
                method: Method::PrimalSimplex,
                ..Options::warm()
            };
            let outcome = solver.solve(&options, &mut Watch::nobody()).unwrap();
            assert_eq!(outcome.iterations, 0, "the basis is optimal already");
            assert_eq!(outcome.values, part.of_columns(&whole.values));
            sum += outcome.objective;
        }
        assert_eq!(sum, whole.objective);
        let part = program.part(&parts, &[0]);
        assert_eq!(part.column(Column(3)), Some(Column(1)));
        assert_eq!((part.column(Column(1)), part.row(Row(1))), (None, None));
    }
}
