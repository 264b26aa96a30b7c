//! Every answer as named tables: the only wire format.
//!
//! An [`Answer`] is a head (what was asked, of which scenario, how sure the answer is) and tables
//! of typed columns with units. JSON, CSV, Parquet, Excel and the readable table are written from
//! it, so they can't say different things. The JSON form carries `"schema": "darsena-answer-1"`;
//! a change that could break a reader raises that number.

use serde_json::{Map, Value, json};

/// Name and version of the JSON form.
pub const SCHEMA: &str = "darsena-answer-1";

/// An answer to one question about one scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What was asked, how it ended, how sure it is.
    pub head: Head,
    /// Tables in the order in which they are shown.
    pub tables: Vec<Table>,
    /// Anything that is a tree rather than a table, by name.
    pub trees: Vec<(String, Value)>,
}

/// What stands above every answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// The command, e.g. `plan`.
    pub question: String,
    /// Name of the scenario; blank if it has none that can be read.
    pub scenario: String,
    /// Content hash of the scenario; blank where findings forbid it.
    pub scenario_hash: String,
    /// Date of the law the answer rests on; blank if it cannot be read.
    pub law_as_of: String,
    /// Content hash of the law; none where no law was applied.
    pub law_hash: Option<String>,
    /// Name of the solver; none where nothing was solved.
    pub solver: Option<(String, String)>,
    /// `optimal`, `feasible`, `infeasible`, `time-limit`, `stopped`, or `answered` where nothing was solved.
    pub status: String,
    /// Value, bound and relative gap of the last stage of the objective.
    pub objective: Option<(f64, f64, f64)>,
    /// Unit of the objective; blank where there is none.
    pub objective_unit: String,
    /// Wall seconds; left blank unless asked for, because equal questions have equal answers.
    pub seconds: Option<f64>,
    /// Currency of all money; blank if it cannot be read.
    pub currency: String,
    /// What a reader must know, a sentence each.
    pub remarks: Vec<String>,
}

/// A named table with typed columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Name: the key in JSON, the sheet, the file.
    pub name: &'static str,
    /// One sentence on what a row is.
    pub about: &'static str,
    /// Columns of equal length.
    pub columns: Vec<Column>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Name.
    pub name: &'static str,
    /// Unit of its numbers, blank for ids and words.
    pub unit: String,
    /// The values.
    pub values: Values,
}

/// Values of one column.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Ids and words.
    Text(Vec<Option<String>>),
    /// Measured numbers.
    Number(Vec<Option<f64>>),
    /// Counted numbers.
    Whole(Vec<Option<i64>>),
    /// Yes or no.
    Flag(Vec<Option<bool>>),
    /// Days, ISO.
    Day(Vec<Option<jiff::civil::Date>>),
    /// Lists of objects: JSON as they are, elsewhere their `sentence`s.
    Lists(Vec<Vec<Value>>),
}

impl Values {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Values::Text(v) => v.len(),
            Values::Number(v) => v.len(),
            Values::Whole(v) => v.len(),
            Values::Flag(v) => v.len(),
            Values::Day(v) => v.len(),
            Values::Lists(v) => v.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn keep(&mut self, keep: &dyn Fn(usize) -> bool) {
        fn only<T>(values: &mut Vec<T>, keep: &dyn Fn(usize) -> bool) {
            let mut n = 0..;
            values.retain(|_| n.next().is_some_and(keep));
        }
        match self {
            Values::Text(v) => only(v, keep),
            Values::Number(v) => only(v, keep),
            Values::Whole(v) => only(v, keep),
            Values::Flag(v) => only(v, keep),
            Values::Day(v) => only(v, keep),
            Values::Lists(v) => only(v, keep),
        }
    }

    /// Row `n` as JSON.
    fn json(&self, n: usize) -> Value {
        match self {
            Values::Text(v) => json!(v[n]),
            Values::Number(v) => json!(v[n].map(settled)),
            Values::Whole(v) => json!(v[n]),
            Values::Flag(v) => json!(v[n]),
            Values::Day(v) => json!(v[n].map(|d| d.to_string())),
            Values::Lists(v) => json!(v[n]),
        }
    }

    /// Row `n` as text; blank for nothing.
    pub fn text(&self, n: usize) -> String {
        match self {
            Values::Text(v) => v[n].clone().unwrap_or_default(),
            Values::Number(v) => v[n].map(|x| settled(x).to_string()).unwrap_or_default(),
            Values::Whole(v) => v[n].map(|x| x.to_string()).unwrap_or_default(),
            Values::Flag(v) => v[n]
                .map(|x| if x { "yes" } else { "no" }.to_string())
                .unwrap_or_default(),
            Values::Day(v) => v[n].map(|x| x.to_string()).unwrap_or_default(),
            Values::Lists(v) => {
                let sentence = |x: &Value| {
                    x.get("sentence")
                        .and_then(Value::as_str)
                        .map(str::to_string)
                };
                v[n].iter()
                    .filter_map(sentence)
                    .collect::<Vec<_>>()
                    .join("; ")
            }
        }
    }
}

/// A number with the noise of its last digits cut: 12 significant digits.
pub fn settled(x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        0.0 + x
    } else {
        format!("{x:.11e}").parse().unwrap_or(x)
    }
}

impl Table {
    /// An empty table.
    pub fn new(name: &'static str, about: &'static str) -> Self {
        Table {
            name,
            about,
            columns: Vec::new(),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |c| c.values.len())
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a column of ids or words.
    pub fn text<S: Into<String>>(
        mut self,
        name: &'static str,
        values: impl IntoIterator<Item = S>,
    ) -> Self {
        let values = Values::Text(
            values
                .into_iter()
                .map(|v| Some(v.into()).filter(|v| !v.is_empty()))
                .collect(),
        );
        self.columns.push(Column {
            name,
            unit: String::new(),
            values,
        });
        self
    }

    /// Adds a column of measured numbers.
    pub fn number<N: Into<Option<f64>>>(
        mut self,
        name: &'static str,
        unit: &str,
        values: impl IntoIterator<Item = N>,
    ) -> Self {
        let values = Values::Number(values.into_iter().map(Into::into).collect());
        self.columns.push(Column {
            name,
            unit: unit.into(),
            values,
        });
        self
    }

    /// Adds a column of counted numbers.
    pub fn whole<N: Into<Option<i64>>>(
        mut self,
        name: &'static str,
        unit: &str,
        values: impl IntoIterator<Item = N>,
    ) -> Self {
        let values = Values::Whole(values.into_iter().map(Into::into).collect());
        self.columns.push(Column {
            name,
            unit: unit.into(),
            values,
        });
        self
    }

    /// Adds a column of days.
    pub fn day<D: Into<Option<jiff::civil::Date>>>(
        mut self,
        name: &'static str,
        values: impl IntoIterator<Item = D>,
    ) -> Self {
        let values = Values::Day(values.into_iter().map(Into::into).collect());
        self.columns.push(Column {
            name,
            unit: "date".into(),
            values,
        });
        self
    }

    /// Adds a column of yes and no.
    pub fn flag(mut self, name: &'static str, values: impl IntoIterator<Item = bool>) -> Self {
        let values = Values::Flag(values.into_iter().map(Some).collect());
        self.columns.push(Column {
            name,
            unit: String::new(),
            values,
        });
        self
    }

    /// Adds a column of lists of objects.
    pub fn lists(
        mut self,
        name: &'static str,
        values: impl IntoIterator<Item = Vec<Value>>,
    ) -> Self {
        self.columns.push(Column {
            name,
            unit: String::new(),
            values: Values::Lists(values.into_iter().collect()),
        });
        self
    }

    /// Only the columns of these names, in their order.
    #[must_use]
    pub fn only_columns(&self, names: &[&str]) -> Self {
        let named = names
            .iter()
            .filter_map(|name| self.columns.iter().find(|c| c.name == *name));
        Table {
            columns: named.cloned().collect(),
            ..Table::new(self.name, self.about)
        }
    }

    /// Leaves out every row that `keep` does not want.
    pub fn keep_rows(&mut self, keep: impl Fn(usize) -> bool) {
        for column in &mut self.columns {
            column.values.keep(&keep);
        }
    }

    fn rows(&self) -> Value {
        let row = |n: usize| {
            let cells = self
                .columns
                .iter()
                .map(|c| (c.name.to_string(), c.values.json(n)));
            Value::Object(cells.collect::<Map<_, _>>())
        };
        Value::Array((0..self.len()).map(row).collect())
    }
}

impl Answer {
    /// The table of that name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|t| t.name == name)
    }

    /// The answer as JSON, keys in a fixed order.
    pub fn json(&self) -> Value {
        let head = &self.head;
        let (objective, bound, gap) = match head.objective {
            Some((o, b, g)) => (json!(settled(o)), json!(settled(b)), json!(settled(g))),
            None => (Value::Null, Value::Null, Value::Null),
        };
        let mut all = Map::new();
        let mut put = |key: &str, value: Value| all.insert(key.to_string(), value);
        put("schema", json!(SCHEMA));
        put("question", json!(head.question));
        let known = |text: &str| match text {
            "" => Value::Null,
            text => json!(text),
        };
        put(
            "scenario",
            json!({ "name": known(&head.scenario), "hash": known(&head.scenario_hash) }),
        );
        put(
            "law",
            json!({ "as_of": known(&head.law_as_of), "hash": head.law_hash }),
        );
        put(
            "solver",
            match &head.solver {
                Some((name, version)) => json!({ "name": name, "version": version }),
                None => Value::Null,
            },
        );
        put("status", json!(head.status));
        put("objective", objective);
        put("bound", bound);
        put("gap", gap);
        put("objective_unit", known(&head.objective_unit));
        put("seconds", json!(head.seconds));
        put("currency", known(&head.currency));
        put("remarks", json!(head.remarks));
        let mut units = Map::new();
        for table in &self.tables {
            let named = table.columns.iter().filter(|c| !c.unit.is_empty());
            let named: Map<_, _> = named.map(|c| (c.name.to_string(), json!(c.unit))).collect();
            units.insert(table.name.to_string(), Value::Object(named));
        }
        put("units", Value::Object(units));
        let tables: Map<_, _> = self
            .tables
            .iter()
            .map(|t| (t.name.to_string(), t.rows()))
            .collect();
        put("tables", Value::Object(tables));
        for (name, tree) in &self.trees {
            put(name, tree.clone());
        }
        Value::Object(all)
    }
}
