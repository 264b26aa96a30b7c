//! Scenarios written down in a test, and what every plan of one must stand up to.

use std::collections::BTreeMap;

use darsena_milp::Watch;
use darsena_plan::check::check;
use darsena_plan::{Arcs, Options, Plan, PlanError, Reasons, plan};
use darsena_scenario::{Checked, Objective, Scenario, read_memory};

/// A scenario as the text of its tables.
#[derive(Debug, Clone)]
pub(crate) struct Tables {
    pub(crate) head: String,
    /// Header and rows of each table.
    pub(crate) tables: BTreeMap<&'static str, (String, Vec<String>)>,
}

impl Tables {
    /// Weeks from 1 July 2024, a state `us`, and nothing else.
    pub(crate) fn weeks(periods: usize) -> Self {
        let head = format!(
            r#"{{"format": 1, "start": "2024-07-01", "period": "week", "periods": {periods}, "currency": "USD", "law_as_of": "2024-07-01"}}"#
        );
        let tables = Tables {
            head,
            tables: BTreeMap::new(),
        };
        tables.with(
            "parties",
            "party,name,kind,state",
            &["us,United States,state,us", "jp,Japan,state,jp"],
        )
    }

    /// The same with the rows of one more table.
    pub(crate) fn with(mut self, table: &'static str, header: &str, rows: &[&str]) -> Self {
        self.tables.insert(
            table,
            (
                header.to_string(),
                rows.iter().map(ToString::to_string).collect(),
            ),
        );
        self
    }

    /// Rows of a table, to change.
    pub(crate) fn rows(&mut self, table: &str) -> &mut Vec<String> {
        &mut self
            .tables
            .get_mut(table)
            .expect("a table of this scenario")
            .1
    }

    /// The same with one cell set: column by name, row by place.
    pub(crate) fn set(&mut self, table: &str, row: usize, column: &str, value: impl ToString) {
        let (header, rows) = self
            .tables
            .get_mut(table)
            .expect("a table of this scenario");
        let place = header
            .split(',')
            .position(|name| name == column)
            .expect("a column of the table");
        let mut cells: Vec<String> = rows[row].split(',').map(ToString::to_string).collect();
        cells[place] = value.to_string();
        rows[row] = cells.join(",");
    }

    /// Reads and checks it.
    pub(crate) fn scenario(&self) -> Scenario {
        let mut files = BTreeMap::new();
        let mut resources = Vec::new();
        for (name, (header, rows)) in &self.tables {
            let text = format!("{header}\n{}\n", rows.join("\n"));
            files.insert(format!("{name}.csv"), text.into_bytes());
            resources.push(format!(r#"{{"name": "{name}", "path": "{name}.csv"}}"#));
        }
        let descriptor = format!(
            r#"{{"name": "test", "darsena": {}, "resources": [{}]}}"#,
            self.head,
            resources.join(", ")
        );
        files.insert("datapackage.json".into(), descriptor.into_bytes());
        sound(read_memory(&files).check())
    }
}

/// The scenario of a check that found nothing wrong.
pub(crate) fn sound(checked: Checked) -> Scenario {
    let findings: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
    checked
        .scenario
        .unwrap_or_else(|| panic!("{}", findings.join("\n")))
}

/// Options for `objective` that prove every reason.
pub(crate) fn asked(objective: Objective) -> Options {
    let mut options = Options {
        objective: Some(objective),
        reasons: Reasons::All,
        ..Options::default()
    };
    options.solver.relative_gap = 0.0;
    options
}

/// Plans without leave to stop early and checks the plan.
pub(crate) fn planned(scenario: &Scenario, options: &Options) -> Result<Plan, PlanError> {
    let arcs = Arcs::open(scenario);
    let plan = plan(scenario, &arcs, options, &mut Watch::default())?;
    let verdict = check(scenario, &arcs, &plan);
    assert!(verdict.holds(), "{:#?}", verdict.breaches);
    assert!(verdict.checked > 0);
    for level in &plan.levels {
        assert!(
            level.bound <= level.value + 1e-6 * level.value.abs().max(1.0),
            "{level:?}"
        );
    }
    Ok(plan)
}
