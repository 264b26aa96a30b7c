//! Planning again when something has changed.
//!
//! A [`Base`] is a plan that stands, with its program at hand. A [`Replanner`] plans a changed scenario from it:
//!
//! - *Unused.* Where the change only takes away, and the base keeps to what is left, the base is still the best:
//!   whatever is possible then was possible before. Nothing is solved.
//! - *Warm.* Where the program has the same rows and columns, the bounds and costs that differ are told to the
//!   solver, which goes on from the basis of the base.
//! - *Cold.* Where rows or columns come or go, or lines are decided anew, it is planned from nothing.
//!
//! # Foreseen or not
//! With a day of decision ([`Again::decided`]) everything that the base starts, sends, hands over, or works in
//! overtime before that period stays as it is, and so do lines that open or stay shut: the change was not
//! foreseen. What was sent before arrives even where nothing may arrive any more, and what was started is finished.
//! Without a day the change was known from the start.

use darsena_milp::{Basis, Column, Label, Program, Row, Solver, Status, Watch};
use darsena_scenario::{Objective, Scenario};

use crate::arcs::Arcs;
use crate::formulate::{self, Layout};
use crate::network::{self, Network};
use crate::plan::{Level, Measure, Plan};
use crate::solve::{self, Bounds, Clock};
use crate::{Options, PlanError, Standing, blank, countables, extract};

/// A plan that stands, to be planned again from.
pub struct Base {
    options: Options,
    objective: Objective,
    fair: bool,
    measures: Vec<Measure>,
    network: Network,
    /// As it was formulated.
    program: Program,
    /// Lines that open or stay shut, as the base decided.
    lines: Vec<(Column, f64)>,
    values: Vec<f64>,
    near: Option<Basis>,
    levels: Vec<Level>,
    plan: Plan,
}

/// How a changed scenario was planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The base is still the best.
    Unused,
    /// From the basis of the base.
    Warm,
    /// From nothing.
    Cold,
}

impl Way {
    /// `unused`, `warm` or `cold`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Way::Unused => "unused",
            Way::Warm => "warm",
            Way::Cold => "cold",
        }
    }
}

/// A changed scenario, and when the change became known.
#[derive(Debug, Clone, Copy)]
pub struct Again<'a> {
    /// The scenario with the change.
    pub scenario: &'a Scenario,
    /// Its arcs.
    pub arcs: &'a Arcs,
    /// What was decided for earlier periods stays; without it the change was known from the start.
    pub decided: Option<usize>,
}

impl Base {
    /// Plans `scenario` as [`crate::plan`] does, without reasons and prices.
    ///
    /// # Errors
    /// As [`crate::plan`].
    pub fn new(
        scenario: &Scenario,
        arcs: &Arcs,
        options: &Options,
        watch: &mut Watch<'_>,
    ) -> Result<Self, PlanError> {
        let Standing {
            network,
            layout,
            original,
            mut solver,
            solved,
            measures,
            objective,
            fair,
            ..
        } = Standing::new(scenario, arcs, options, watch)?;
        let mut plan = blank(&network, arcs, objective, options);
        (plan.status, plan.levels) = (solved.status, solved.levels.clone());
        plan.remarks.extend(solved.remarks);
        extract::extract(scenario, &network, &layout, &solved.values, &mut plan);
        original.restore(&mut solver)?;
        let open = layout.open.iter().flatten();
        let lines = open.map(|&line| (line, solved.values[line.index()].round()));
        Ok(Base {
            options: options.clone(),
            objective,
            fair,
            measures,
            lines: lines.collect(),
            network,
            program: solver.into_program(),
            values: solved.values,
            near: solved.near.or(solved.basis),
            levels: solved.levels,
            plan,
        })
    }

    /// The plan that stands.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Returns what plans changed scenarios from this plan, one after the other. Each thread takes its own.
    ///
    /// # Errors
    /// Fails when the solver does.
    pub fn replanner(&self) -> Result<Replanner<'_>, PlanError> {
        let mut solver = Solver::new(self.program.clone())?;
        solver.relax_integers()?;
        for &(line, open) in &self.lines {
            solver.set_column_bounds(line, open, open)?;
        }
        let bounds = Bounds::of(solver.program());
        Ok(Replanner {
            base: self,
            solver,
            bounds,
        })
    }
}

/// Plans changed scenarios from a base.
pub struct Replanner<'b> {
    base: &'b Base,
    /// The program of the base, its lines decided.
    solver: Solver,
    bounds: Bounds,
}

impl Replanner<'_> {
    /// Returns the best plan of a changed scenario, without reasons and prices, and how it was found. It does not
    /// depend on what was planned before.
    ///
    /// # Errors
    /// As [`crate::plan`].
    pub fn plan(
        &mut self,
        again: Again<'_>,
        watch: &mut Watch<'_>,
    ) -> Result<(Plan, Way), PlanError> {
        let base = self.base;
        let Again {
            scenario,
            arcs,
            decided,
        } = again;
        let options = &base.options;
        let network = network::network(scenario, arcs, options.include_unconfirmed);
        let whole = options.whole.then(|| countables(scenario));
        let (program, layout) = formulate::formulate(&network, whole.as_deref(), base.fair);
        let measures = crate::measures(&network, base.objective, base.fair);
        let known = base.plan.status == Status::Optimal;
        let alike = known
            && measures == base.measures
            && network.periods == base.network.periods
            && stages_alike(&network, &base.network)
            && program.same_entries(&base.program);
        if alike && self.keeps_to(&program) {
            let mut plan = blank(&network, arcs, base.objective, options);
            (plan.status, plan.decided) = (Status::Optimal, decided);
            plan.levels.clone_from(&base.levels);
            extract::extract(scenario, &network, &layout, &base.values, &mut plan);
            return Ok((plan, Way::Unused));
        }
        let lines_anew = decided.is_none() && !base.lines.is_empty();
        if options.whole || lines_anew || !alike || base.near.is_none() {
            return self.cold(again, (network, program, layout), &measures, watch);
        }
        let clock = self.clock();
        self.bounds.restore(&mut self.solver)?;
        self.tell(&program, decided)?;
        let near = base.near.as_ref().expect("looked at above");
        let solved = solve::again(
            &network,
            &layout,
            &mut self.solver,
            &measures,
            &clock,
            Some(near),
            watch,
        )?;
        self.solver.clear();
        let plan = plan_of(again, base, &network, &layout, solved);
        Ok((plan, Way::Warm))
    }

    fn clock(&self) -> Clock {
        Clock {
            started: darsena_milp::Clock::start(),
            options: self.base.options.solver.clone(),
        }
    }

    /// Whether the base is a plan of `program`, and every plan of `program` one of the base's.
    fn keeps_to(&self, program: &Program) -> bool {
        let base = &self.base.program;
        let values = &self.base.values;
        let within = |(lower, upper): (f64, f64), (a, b): (f64, f64)| a <= lower && upper <= b;
        let columns = (0u32..).map(Column).zip(values);
        let mut columns = columns.filter(|(c, _)| program.bounds(*c) != base.bounds(*c));
        let rows = (0u32..).map(Row).take(program.rows());
        let mut rows = rows.filter(|r| program.row_bounds(*r) != base.row_bounds(*r));
        program.costs() == base.costs()
            && columns.all(|(c, value)| {
                let (lower, upper) = program.bounds(c);
                within((lower, upper), base.bounds(c)) && lower <= *value && *value <= upper
            })
            && {
                let changed: Vec<Row> = rows.by_ref().collect();
                let tighter = |r: &Row| within(program.row_bounds(*r), base.row_bounds(*r));
                changed.iter().all(tighter) && {
                    let activity = program.activity(values);
                    changed.iter().all(|r| {
                        let (lower, upper) = program.row_bounds(*r);
                        let sum = activity[r.index()];
                        lower <= sum && sum <= upper
                    })
                }
            }
    }

    /// Tells the solver the bounds of a program with the same entries, and what is decided.
    fn tell(&mut self, program: &Program, decided: Option<usize>) -> Result<(), PlanError> {
        let base = self.base;
        for c in (0u32..).map(Column).take(program.columns()) {
            let (lower, upper) = if is_decided(program.label_of_column(c), decided) {
                let value = base.values[c.index()];
                (value, value)
            } else if base.lines.iter().any(|(line, _)| *line == c) {
                continue;
            } else {
                program.bounds(c)
            };
            if self.solver.program().bounds(c) != (lower, upper) {
                self.solver.set_column_bounds(c, lower, upper)?;
            }
        }
        for r in (0u32..).map(Row).take(program.rows()) {
            let (lower, upper) = program.row_bounds(r);
            if self.solver.program().row_bounds(r) != (lower, upper) {
                self.solver.set_row_bounds(r, lower, upper)?;
            }
        }
        self.solver.set_costs(program.costs())?;
        Ok(())
    }

    /// Plans from nothing, with what is decided.
    fn cold(
        &self,
        again: Again<'_>,
        (network, mut program, layout): (Network, Program, Layout),
        measures: &[Measure],
        watch: &mut Watch<'_>,
    ) -> Result<(Plan, Way), PlanError> {
        let base = self.base;
        if again.decided.is_some() {
            let columns = (0u32..).map(Column).zip(&base.values);
            let labelled = columns.map(|(c, value)| (base.program.label_of_column(c), *value));
            let values: std::collections::HashMap<Label, f64> = labelled.collect();
            for c in (0u32..).map(Column).take(program.columns()) {
                let label = program.label_of_column(c);
                let decided = is_decided(label, again.decided) || label.family == "open";
                // What was not there before was not decided.
                if let Some(&value) = values.get(&label).filter(|_| decided) {
                    let value = if label.family == "open" {
                        value.round()
                    } else {
                        value
                    };
                    program.set_column_bounds(c, value, value);
                }
            }
        }
        let free = Bounds::of(&program);
        let mut solver = Solver::new(program)?;
        let clock = self.clock();
        let solved = solve::solve(
            &network,
            &layout,
            &mut solver,
            measures,
            &base.options,
            &free,
            &clock,
            watch,
        )?;
        Ok((plan_of(again, base, &network, &layout, solved), Way::Cold))
    }
}

fn plan_of(
    again: Again<'_>,
    base: &Base,
    network: &Network,
    layout: &Layout,
    solved: solve::Solved,
) -> Plan {
    let mut plan = blank(network, again.arcs, base.objective, &base.options);
    (plan.status, plan.levels) = (solved.status, solved.levels);
    plan.decided = again.decided;
    plan.remarks.extend(solved.remarks);
    extract::extract(again.scenario, network, layout, &solved.values, &mut plan);
    plan
}

/// Whether the open units of every period count in the same stages.
fn stages_alike(a: &Network, b: &Network) -> bool {
    let mut pairs = a.streams.iter().zip(&b.streams);
    a.streams.len() == b.streams.len() && pairs.all(|(a, b)| a.priority == b.priority)
}

/// Whether a column is a decision of a period before `decided`.
fn is_decided(label: Label, decided: Option<usize>) -> bool {
    let place = match label.family {
        "make" | "overtime" => 1,
        "ship" | "deliver" | "draw" => 2,
        _ => return false,
    };
    decided.is_some_and(|decided| (label.index[place] as usize) < decided)
}
