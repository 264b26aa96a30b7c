//! Planning again when something has changed.
//!
//! A [`Base`] is a plan that stands, with its program at hand. A [`Replanner`] plans a changed scenario from it:
//!
//! - *Unused.* Where the change only takes away, and the base keeps to what is left, the base is still the best:
//!   whatever is possible then was possible before. Nothing is solved.
//! - *Warm.* Where the program has the rows and columns of the base or fewer, the bounds and costs that differ are told to the
//!   solver, which goes on from the basis of the base. A few lines are decided anew by branching from there.
//! - *Cold.* Where rows or columns come, or many lines or whole units are decided anew, it is planned from nothing.
//!
//! # Foreseen or not
//! With a day of decision ([`Again::decided`]) everything that the base starts, sends, hands over, or works in
//! overtime before that period stays as it is, and so do lines that open or stay shut: the change was not
//! foreseen. What was sent before arrives even where nothing may arrive any more, and what was started is finished.
//! Without a day the change was known from the start.
//!
//! Limits of time count from the start of the base.

use darsena_milp::{Basis, Column, Label, Program, Row, Solver, Status, Watch};
use darsena_scenario::{Objective, Scenario};

use crate::arcs::Arcs;
use crate::formulate::{self, Layout};
use crate::network::Network;
use crate::plan::{Level, Measure, Plan};
use crate::solve::{self, Bounds, Clock};
use crate::{Options, PlanError, Standing, blank, countables, extract};

/// A plan that stands, to be planned again from.
pub struct Base {
    options: Options,
    started: darsena_milp::Clock,
    objective: Objective,
    fair: bool,
    measures: Vec<Measure>,
    network: Network,
    layout: Layout,
    /// As it was formulated, but for columns that must be whole.
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

/// Whether every plan of `narrow` is one of `wide` as well, and counts for the same there: each program has the columns
/// and rows of the other or more, none of its bounds is tighter, and what it alone has may be nothing.
#[must_use]
pub fn widens(narrow: (&Scenario, &Arcs), wide: (&Scenario, &Arcs), options: &Options) -> bool {
    let [narrow, wide] = [narrow, wide].map(|(scenario, arcs)| {
        let network = crate::network_of(scenario, arcs, options);
        let whole = options.whole.then(|| countables(scenario));
        let fair = crate::fair(scenario, options);
        let (program, layout) = formulate::formulate(&network, whole.as_deref(), fair);
        let measures = crate::measures(&network, crate::objective(scenario, options), fair);
        let costs: Vec<Vec<f64>> = { measures.iter() }
            .map(|&measure| formulate::costs_of(&network, &program, &layout, measure))
            .collect();
        (network, program, measures, costs)
    });
    let ((a, narrow, narrow_measures, narrow_costs), (b, wide, wide_measures, wide_costs)) =
        (narrow, wide);
    let counts_alike = |there: &[Column]| {
        let stages = narrow_costs.iter().zip(&wide_costs);
        stages.into_iter().all(|(narrow, wide)| {
            let mut pairs = narrow.iter().zip(there);
            pairs.all(|(cost, there)| *cost == wide[there.index()])
        })
    };
    narrow_measures == wide_measures && a.periods == b.periods && { wide.widens(&narrow) }
        .is_some_and(|there| counts_alike(&there))
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
            clock,
            ..
        } = Standing::new(scenario, arcs, options, watch)?;
        let mut plan = blank(&network, arcs, objective, options);
        (plan.status, plan.levels) = (solved.status, solved.levels.clone());
        plan.remarks.extend(solved.remarks);
        extract::extract(scenario, &network, &layout, &solved.values, &mut plan);
        original.restore(&mut solver)?;
        solver.relax_integers()?;
        let open = layout.open.iter().flatten();
        let lines = open.map(|&line| (line, solved.values[line.index()].round()));
        Ok(Base {
            options: options.clone(),
            started: clock.started,
            objective,
            fair,
            measures,
            lines: lines.collect(),
            network,
            layout,
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
        let network = crate::network_of(scenario, arcs, options);
        let whole = options.whole.then(|| countables(scenario));
        let (program, layout) = formulate::formulate(&network, whole.as_deref(), base.fair);
        let measures = crate::measures(&network, base.objective, base.fair);
        let known = base.plan.status == Status::Optimal;
        let alike = known
            && measures == base.measures
            && network.periods == base.network.periods
            && stages_alike(&network, &base.network);
        // Lines may be between open and shut here as they are there: who decides them does so himself.
        let mut relaxed = program.clone();
        relaxed.relax_integers();
        let places = alike.then(|| Places::of(&relaxed, &base.program));
        let places = places.flatten();
        let lines_anew = decided.is_none() && !base.lines.is_empty();
        let (Some(places), Some(near)) = (places, &base.near) else {
            return self.cold(again, (network, program, layout), &measures, watch);
        };
        let told = Told::new(&program, base, &places);
        // Of the columns that are there now.
        let here = |values: &[f64]| {
            let mut here = vec![0.0; program.columns()];
            for (place, value) in places.columns.iter().zip(values) {
                if let Some(place) = place {
                    here[place.index()] = *value;
                }
            }
            here
        };
        if told.keeps(base) {
            let mut plan = blank(&network, arcs, base.objective, options);
            (plan.status, plan.decided) = (Status::Optimal, decided);
            plan.levels.clone_from(&base.levels);
            let values = here(&base.values);
            extract::extract(scenario, &network, &layout, &values, &mut plan);
            return Ok((plan, Way::Unused));
        }
        let warm = !lines_anew || solve::decides_lines(&base.layout, &measures);
        if options.whole || !warm {
            return self.cold(again, (network, program, layout), &measures, watch);
        }
        let clock = self.clock();
        self.bounds.restore(&mut self.solver)?;
        self.tell(&told, decided, lines_anew)?;
        // Rows, columns and what they stand for are those of the base.
        let mut solved = solve::again(
            &base.network,
            &base.layout,
            &mut self.solver,
            &measures,
            &clock,
            Some(near),
            watch,
        )?;
        self.solver.clear();
        solved.values = here(&solved.values);
        let plan = plan_of(again, base, &network, &layout, solved);
        Ok((plan, Way::Warm))
    }

    fn clock(&self) -> Clock {
        Clock {
            started: self.base.started,
            options: self.base.options.solver.clone(),
        }
    }

    /// Tells the solver costs and bounds, and what is decided.
    fn tell(
        &mut self,
        told: &Told,
        decided: Option<usize>,
        lines_anew: bool,
    ) -> Result<(), PlanError> {
        let base = self.base;
        for (c, &bounds) in (0u32..).map(Column).zip(&told.columns) {
            let (lower, upper) = if is_decided(base.program.label_of_column(c), decided) {
                let value = base.values[c.index()];
                (value, value)
            } else if !lines_anew && base.lines.iter().any(|(line, _)| *line == c) {
                continue;
            } else {
                bounds
            };
            if self.solver.program().bounds(c) != (lower, upper) {
                self.solver.set_column_bounds(c, lower, upper)?;
            }
        }
        for (r, &(lower, upper)) in (0u32..).map(Row).zip(&told.rows) {
            if self.solver.program().row_bounds(r) != (lower, upper) {
                self.solver.set_row_bounds(r, lower, upper)?;
            }
        }
        self.solver.set_costs(&told.costs)?;
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

/// Where each column and row of the base stands in a changed program; none where it does not.
struct Places {
    columns: Vec<Option<Column>>,
    rows: Vec<Option<Row>>,
}

impl Places {
    /// None unless the changed program is the base with some columns and rows left out.
    fn of(program: &Program, base: &Program) -> Option<Self> {
        let same = |columns| Places {
            columns,
            rows: (0u32..).map(|r| Some(Row(r))).take(base.rows()).collect(),
        };
        let found = program.places_of(base).map(same);
        found.or_else(|| {
            let (columns, rows) = base.embeds(program)?;
            let mut places = Places {
                columns: vec![None; base.columns()],
                rows: vec![None; base.rows()],
            };
            for (c, at) in (0u32..).map(Column).zip(columns) {
                places.columns[at.index()] = Some(c);
            }
            for (r, at) in (0u32..).map(Row).zip(rows) {
                places.rows[at.index()] = Some(r);
            }
            Some(places)
        })
    }
}

/// Costs and bounds of a changed program, for the rows and columns of the base.
struct Told {
    costs: Vec<f64>,
    columns: Vec<(f64, f64)>,
    rows: Vec<(f64, f64)>,
}

impl Told {
    fn new(program: &Program, base: &Base, places: &Places) -> Self {
        let there = (0u32..).map(Column).zip(&places.columns);
        let rows = (0u32..).map(Row).zip(&places.rows);
        Told {
            costs: { there.clone() }
                .map(|(c, place)| place.map_or(base.program.cost(c), |here| program.cost(here)))
                .collect(),
            columns: there
                .map(|(_, place)| place.map_or((0.0, 0.0), |here| program.bounds(here)))
                .collect(),
            // A row that is not there has no column that is.
            rows: rows
                .map(|(r, place)| {
                    place.map_or(base.program.row_bounds(r), |here| program.row_bounds(here))
                })
                .collect(),
        }
    }

    /// Whether the base keeps to these bounds, and whatever does keeps to those of the base.
    fn keeps(&self, base: &Base) -> bool {
        let tighter = |(lower, upper): (f64, f64), (a, b): (f64, f64)| a <= lower && upper <= b;
        let holds = |(lower, upper): (f64, f64), value: f64| lower <= value && value <= upper;
        if self.costs != base.program.costs() {
            return false;
        }
        let columns = (0u32..).map(Column).zip(&self.columns);
        let mut columns = columns.filter(|(c, now)| **now != base.program.bounds(*c));
        let kept = |(c, now): (Column, &(f64, f64))| {
            tighter(*now, base.program.bounds(c)) && holds(*now, base.values[c.index()])
        };
        if !columns.all(kept) {
            return false;
        }
        let rows = (0u32..).map(Row).zip(&self.rows);
        let mut rows = rows.filter(|(r, now)| **now != base.program.row_bounds(*r));
        let Some(first) = rows.next() else {
            return true;
        };
        let sums = base.program.activity(&base.values);
        let kept = |(r, now): (Row, &(f64, f64))| {
            tighter(*now, base.program.row_bounds(r)) && holds(*now, sums[r.index()])
        };
        kept(first) && rows.all(kept)
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
