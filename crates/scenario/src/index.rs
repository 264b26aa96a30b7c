//! Where an id stands among the rows of a table.
//!
//! Half of what a check and a plan ask of a scenario is which row an id belongs to. A hash table of
//! row numbers answers in one step where a search through sorted ids takes a dozen comparisons.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// A row that is known by one id.
pub(crate) trait Known {
    fn id(&self) -> &str;
}

/// Numbers of the rows of one table, found by id. The rows themselves are given at each question.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    hasher: DefaultHashBuilder,
    rows: HashTable<u32>,
}

impl Index {
    pub(crate) fn new<R: Known>(rows: &[R]) -> Self {
        let mut index = Index {
            hasher: DefaultHashBuilder::default(),
            rows: HashTable::with_capacity(rows.len()),
        };
        let hash = |hasher: &DefaultHashBuilder, row: &R| hasher.hash_one(row.id());
        for (n, row) in rows.iter().enumerate() {
            // Rows stand in order of their id, so those with the same one are neighbours.
            if n > 0 && rows[n - 1].id() == row.id() {
                continue;
            }
            let n = u32::try_from(n).expect("a table has less than 4,000,000 rows");
            index.rows.insert_unique(hash(&index.hasher, row), n, |&n| {
                hash(&index.hasher, &rows[n as usize])
            });
        }
        index
    }

    /// The row with this id; of rows with the same id the first.
    pub(crate) fn find<R: Known>(&self, rows: &[R], id: &str) -> Option<usize> {
        let found = self.rows.find(self.hasher.hash_one(id), |&n| {
            rows.get(n as usize).is_some_and(|row| row.id() == id)
        });
        found.map(|&n| n as usize)
    }
}
