//! Scenarios written down in a test, and what every schedule of one must stand up to.

use std::collections::BTreeMap;

use darsena_repair::check::{Breach, check};
use darsena_repair::{Modes, Options, Outcome, Problem, Schedule, Watch, Windows, schedule};
use darsena_scenario::{Checked, Scenario, read_memory};

/// A scenario as the text of its tables.
#[derive(Debug, Clone)]
pub(crate) struct Tables {
    pub(crate) head: String,
    /// Header and rows of each table.
    pub(crate) tables: BTreeMap<&'static str, (String, Vec<String>)>,
}

impl Tables {
    /// Days from 1 July 2024, states `us` and `jp`, a port of the first, a yard of the second, two days apart.
    pub(crate) fn days(periods: usize) -> Self {
        let head = format!(
            r#"{{"format": 1, "start": "2024-07-01", "period": "day", "periods": {periods}, "currency": "USD", "law_as_of": "2024-07-01"}}"#
        );
        let tables = Tables {
            head,
            tables: BTreeMap::new(),
        };
        tables
            .with(
                "parties",
                "party,name,kind,state",
                &["us,United States,state,us", "jp,Japan,state,jp"],
            )
            .with(
                "sites",
                "site,name,state,party",
                &["port,Port,us,us", "yard,Yard,jp,jp"],
            )
            .with("items", "item,name", &["work,Work"])
            .with("transits", "from_site,to_site,days", &["port,yard,2"])
    }

    /// One ship, one job of one task of so many days, no dock needed.
    pub(crate) fn one_ship(days: u32) -> Self {
        Tables::days(60)
            .with("assets", "asset,name,class,kind,party,home_site,length_m", &["alpha,Alpha,k,ship,us,port,100"])
            .with(
                "jobs",
                "job,asset,kind,release,due,deadline,tardiness_cost,not_ready_cost,deferral_cost,group",
                &["a,alpha,refit,2024-07-01,2024-07-11,,100,10,,"],
            )
            .with("tasks", "task,job,after", &["a1,a,"])
            .with("modes", "task,mode,site,days,dock,cost,growth,growth_spread", &[&format!("a1,m,port,{days},,0,1,0")])
    }

    /// The same with the rows of one more table.
    pub(crate) fn with<T: AsRef<str>>(
        mut self,
        table: &'static str,
        header: &str,
        rows: &[T],
    ) -> Self {
        let rows = rows.iter().map(|row| row.as_ref().to_string()).collect();
        self.tables.insert(table, (header.to_string(), rows));
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

    /// The same with one row more.
    pub(crate) fn and(mut self, table: &str, row: &str) -> Self {
        self.rows(table).push(row.into());
        self
    }

    /// Sets one cell: column by name, row by place.
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
            r#"{{"name": "test", "title": "Test", "darsena": {}, "resources": [{}]}}"#,
            self.head,
            resources.join(", ")
        );
        files.insert("datapackage.json".into(), descriptor.into_bytes());
        sound(read_memory(&files).check())
    }
}

/// The scenario of what was checked; its findings where there is none.
pub(crate) fn sound(checked: Checked) -> Scenario {
    let findings: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
    checked
        .scenario
        .unwrap_or_else(|| panic!("{}", findings.join("\n")))
}

/// Options of a search to the end.
pub(crate) fn to_the_end(rounds: u32) -> Options {
    Options {
        rounds,
        gap: 0.0,
        threads: 1,
        ..Options::default()
    }
}

pub(crate) fn searched(problem: &Problem, options: &Options) -> Outcome {
    schedule(
        problem,
        options,
        &mut Watch {
            stop: &|| false,
            progress: &mut |_| {},
        },
    )
}

/// What the checker finds in an outcome.
pub(crate) fn breaches(
    scenario: &Scenario,
    windows: &Windows,
    problem: &Problem,
    outcome: &Outcome,
) -> Vec<Breach> {
    check(
        scenario,
        windows,
        &Schedule::of(problem, &outcome.visits),
        &outcome.cost,
    )
}

/// A schedule without law, checked.
pub(crate) fn scheduled(tables: &Tables) -> (Scenario, Problem, Outcome) {
    let scenario = tables.scenario();
    let windows = Windows::open(&scenario);
    let problem = Problem::new(&scenario, &windows, Modes::All);
    let outcome = searched(&problem, &to_the_end(20));
    let found = breaches(&scenario, &windows, &problem, &outcome);
    assert!(found.is_empty(), "{found:#?}\n{:#?}", outcome.visits);
    assert!(outcome.bound <= outcome.cost.total() + 1e-6);
    (scenario, problem, outcome)
}
