//! HiGHS, held behind one type. This is the only file that talks to the solver.
//!
//! # What is kept
//! A [`Solver`] owns a program and an instance of HiGHS in step with it: every change goes through
//! the solver to both. What HiGHS learnt from one solve, a basis and its factors, serves the next
//! one when that next one is asked to start from it ([`Options::presolve`] off).
//!
//! # What is not
//! Outcomes do not depend on what was solved before, except through the basis a solve without
//! presolve starts from: a solve with presolve, and every solve with integer columns, first
//! forgets, as [`Solver::clear`] does. Forgetting leaves the factors by which HiGHS scales a program: they are those
//! of the first program it solved, unless `simplex_scale_strategy` in [`Options::set`] is 0. HiGHS prints nothing, and writes no file unless an option in [`Options::set`] says so;
//! but version 1.15 has one line it always prints, in the postsolve of duplicate columns without a
//! lower bound. Programs whose columns are bounded below never reach it.
//!
//! # Solving again
//! What a solve costs after a small change, from `benches/warm.rs`, in milliseconds of processor time
//! on one core of an Intel Xeon. The program is a random staircase; each change is undone and the
//! first basis put back before the next. In brackets with steepest edge, HiGHS's own choice.
//!
//! ```text
//! rows x columns                        8,000 x 20,000     19,800 x 55,800
//! handing the program over                      2                  5
//! cold, interior point with crossover       1,200              5,300
//! cold, dual simplex                        3,800            190,000
//! nothing changed                               3                 10
//! nothing changed, basis put back               6                 22
//! one bound moved                               9   (37)         114   (238)
//! one item shut for 4 periods                  14   (44)         310   (358)
//! one resource shut for 4 periods              22   (71)       1,600 (1,400)
//! row_duals_of                                  0.12               0.5
//! ```
//!
//! What the fixed cost is made of, and what was done about it:
//!
//! - Steepest edge needs a weight for each row, and computes them anew for every basis that was put
//!   back, one solve with the factors a row: 65 ms of 80 at 8,000 rows, 400 at 20,000, before the
//!   first pivot. A solve that starts from a basis therefore uses Devex weights, which begin at
//!   one. It takes up to twice the pivots; where thousands are needed steepest edge wins back 15 %
//!   (`simplex_dual_edge_weight_strategy` in [`Options::set`], `-1` or `2`).
//! - HiGHS reads that option, and the seed, only when simplex begins with a program, and silently
//!   goes on with the old ones after that. The solver sees to it that they are read.
//! - Putting a basis back costs two factorizations, one to check it and one to begin: half of the
//!   6 ms. Going on from the last basis instead saves them, and pays twice the pivots.
//! - The other 3 ms are passes over all columns and entries: random vectors, row-wise copy, primal
//!   and dual values, and a check of the answer. No option turns them off.
//! - Handing options over costs nothing that can be measured; they are told only when they change.
//!   Without scaling nothing is faster. Without cost perturbation single bounds take a sixth of
//!   the pivots, larger changes as many; it stays on, for it guards against stalling.

#![allow(unsafe_code)]

use std::any::Any;
use std::cell::Cell;
use std::ffi::{CString, c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::{NonNull, null, null_mut};
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use highs_sys as ffi;
use highs_sys::HighsInt;

use crate::outcome::{Basis, Outcome, Position, Status, relative_gap};
use crate::program::{Column, Label, Program, Row};
use crate::solve::{Method, Options, Progress, Quantity, SolveError, Watch};

/// Costs from here on are infinite to HiGHS.
const COST_LIMIT: f64 = 1e20;
/// Entries from here on are refused by HiGHS.
const ENTRY_LIMIT: f64 = 1e15;
/// How often the processor clock is read, and how often progress is told.
const LOOK_EVERY: Duration = Duration::from_millis(5);
const TELL_EVERY: Duration = Duration::from_millis(100);
/// Options by which HiGHS would call back from other threads than the one that runs it.
const OF_THREADS: [&str; 2] = ["threads", "parallel"];

/// The solver and its version, as answers print it: `HiGHS 1.15.0`.
pub fn name_and_version() -> String {
    // SAFETY: three functions without arguments that return constants.
    let (major, minor, patch) = unsafe {
        (
            ffi::Highs_versionMajor(),
            ffi::Highs_versionMinor(),
            ffi::Highs_versionPatch(),
        )
    };
    format!("HiGHS {major}.{minor}.{patch}")
}

/// A program and the solver that holds it.
///
/// # Example
/// ```
/// use darsena_milp::{Label, Options, Program, Solver, Status, Watch};
/// // minimise -3x - 2y subject to x + y <= 4, 0 <= x <= 3, y >= 0
/// let mut program = Program::new();
/// let sum = program.add_row(Label::new("sum", &[]), f64::NEG_INFINITY, 4.0);
/// let x = program.add_column(Label::new("x", &[]), -3.0, 0.0, 3.0, &[(sum, 1.0)]);
/// program.add_column(Label::new("y", &[]), -2.0, 0.0, f64::INFINITY, &[(sum, 1.0)]);
///
/// let mut solver = Solver::new(program)?;
/// let outcome = solver.solve(&Options::default(), &mut Watch::nobody())?;
/// assert_eq!((outcome.status, outcome.objective), (Status::Optimal, -11.0));
/// assert_eq!(outcome.duals, [-2.0]);
///
/// solver.set_column_bounds(x, 0.0, 1.0)?;
/// let outcome = solver.solve(&Options::warm(), &mut Watch::nobody())?;
/// assert_eq!(outcome.objective, -9.0);
/// # Ok::<(), darsena_milp::SolveError>(())
/// ```
pub struct Solver {
    highs: NonNull<c_void>,
    program: Program,
    /// What HiGHS was last told, to spare telling it again.
    told: Option<Told>,
    /// Values from which the next mixed integer solve begins.
    start: Option<Vec<f64>>,
    held: Held,
    /// Where a callback finds the handler of the run that is going on. In a box, since HiGHS keeps
    /// its address; null between runs.
    running: Box<Cell<*mut c_void>>,
}

/// What HiGHS holds to start from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    Nothing,
    /// A basis from before columns or rows came or went; HiGHS completes it at the next solve.
    Stale,
    /// A basis of the columns and rows as they are.
    Vertex,
}

/// Options, and what else decides the settings HiGHS is given.
#[derive(Clone, PartialEq)]
struct Told {
    options: Options,
    whole: bool,
    warm: bool,
}

// SAFETY: an instance of HiGHS is owned by its Solver alone and holds nothing tied to a thread, and
// the cell it finds handlers by is empty unless a run is going on in the thread that holds it; the
// pool of threads it runs tasks on belongs to the calling thread and is looked up at every run.
unsafe impl Send for Solver {}

impl Drop for Solver {
    fn drop(&mut self) {
        // SAFETY: `highs` came from Highs_create and is destroyed once, here.
        unsafe { ffi::Highs_destroy(self.highs.as_ptr()) }
    }
}

impl std::fmt::Debug for Solver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Solver")
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

impl Solver {
    /// Hands a program to HiGHS, in one call. Entries of less than 1e-9 count as zero there.
    ///
    /// # Errors
    /// Fails when a number is not one HiGHS takes, or there are more than it can count.
    pub fn new(program: Program) -> Result<Self, SolveError> {
        check_numbers(&program)?;
        let largest = program
            .rows()
            .max(program.columns())
            .max(program.nonzeros());
        if HighsInt::try_from(largest).is_err() {
            return Err(SolveError::TooLarge(largest));
        }
        // SAFETY: no arguments; a null pointer is caught below.
        let highs = NonNull::new(unsafe { ffi::Highs_create() })
            .ok_or(SolveError::Failed("no memory for an instance"))?;
        let solver = Self {
            highs,
            program,
            told: None,
            start: None,
            held: Held::Nothing,
            running: Box::new(Cell::new(null_mut())),
        };
        // SAFETY: a live instance and a constant string; done first, so that nothing is printed.
        unsafe { ffi::Highs_setBoolOptionValue(highs.as_ptr(), c"output_flag".as_ptr(), 0) };
        solver.be_called();
        solver.pass()?;
        Ok(solver)
    }

    /// Asks HiGHS to call between steps. Done before it has any column: at every call HiGHS copies
    /// a vector with one number for each column there was when it was asked, which in an interior
    /// point solve of 40,000 columns took 9 % of the time.
    fn be_called(&self) {
        let highs = self.highs.as_ptr();
        let data = std::ptr::from_ref(&*self.running).cast_mut().cast();
        // SAFETY: a live instance, and a cell that lives in its box as long as the instance.
        unsafe {
            ffi::Highs_setCallback(highs, Some(on_callback), data);
            for kind in [
                ffi::kHighsCallbackSimplexInterrupt,
                ffi::kHighsCallbackIpmInterrupt,
                ffi::kHighsCallbackMipInterrupt,
            ] {
                ffi::Highs_startCallback(highs, kind);
            }
        }
    }

    fn pass(&self) -> Result<(), SolveError> {
        let program = &self.program;
        let entries = program.columnwise();
        let integrality: Vec<HighsInt> = if program.integers() == 0 {
            Vec::new()
        } else {
            program
                .integer()
                .iter()
                .map(|&integer| HighsInt::from(integer))
                .collect()
        };
        let pass = if integrality.is_empty() {
            null()
        } else {
            integrality.as_ptr()
        };
        // SAFETY: all arrays live through the call and have the lengths given: costs and bounds one
        // for each column or row, `start` one more than columns, indices and values one for each
        // entry. Starts are u32 and Row a transparent u32, all below 2^31, as `new` checked, so they read
        // as HighsInt.
        let status = unsafe {
            ffi::Highs_passMip(
                self.highs.as_ptr(),
                program.columns() as HighsInt,
                program.rows() as HighsInt,
                program.nonzeros() as HighsInt,
                ffi::kHighsMatrixFormatColwise,
                ffi::kHighsObjSenseMinimize,
                0.0,
                program.costs().as_ptr(),
                program.lower().as_ptr(),
                program.upper().as_ptr(),
                program.row_lower().as_ptr(),
                program.row_upper().as_ptr(),
                entries.start.as_ptr().cast::<HighsInt>(),
                entries.index.as_ptr().cast::<HighsInt>(),
                entries.value.as_ptr(),
                pass,
            )
        };
        accepted(status, "it refuses the program")
    }

    /// The program, with every change made so far.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Gives the program back.
    pub fn into_program(mut self) -> Program {
        std::mem::take(&mut self.program)
    }

    /// Sets the cost of a column.
    ///
    /// # Errors
    /// Fails when the cost is not finite.
    pub fn set_cost(&mut self, column: Column, cost: f64) -> Result<(), SolveError> {
        check_cost(cost, || self.program.label_of_column(column))?;
        self.program.set_cost(column, cost);
        // SAFETY: a live instance; the column exists, or the line above had panicked.
        let status =
            unsafe { ffi::Highs_changeColCost(self.highs.as_ptr(), column.0 as HighsInt, cost) };
        accepted(status, "it refuses a cost")
    }

    /// Sets the costs of all columns.
    ///
    /// # Errors
    /// Fails when there is not one for each column, or one is not finite.
    pub fn set_costs(&mut self, costs: &[f64]) -> Result<(), SolveError> {
        check_size(costs.len(), self.program.columns())?;
        for (at, &cost) in costs.iter().enumerate() {
            check_cost(cost, || self.program.label_of_column(Column(at as u32)))?;
        }
        self.program.set_costs(costs);
        if costs.is_empty() {
            return Ok(());
        }
        // SAFETY: a live instance; the range covers all columns and there is a cost for each.
        let status = unsafe {
            let last = costs.len() as HighsInt - 1;
            ffi::Highs_changeColsCostByRange(self.highs.as_ptr(), 0, last, costs.as_ptr())
        };
        accepted(status, "it refuses the costs")
    }

    /// Sets the bounds of a column. Bounds that cross make the program infeasible.
    ///
    /// # Errors
    /// Fails when a bound is not a number, or infinite on the wrong side.
    pub fn set_column_bounds(
        &mut self,
        column: Column,
        lower: f64,
        upper: f64,
    ) -> Result<(), SolveError> {
        check_bounds(lower, upper, || self.program.label_of_column(column))?;
        self.program.set_column_bounds(column, lower, upper);
        // SAFETY: a live instance; the column exists, or the line above had panicked.
        let status = unsafe {
            ffi::Highs_changeColBounds(self.highs.as_ptr(), column.0 as HighsInt, lower, upper)
        };
        accepted(status, "it refuses the bounds of a column")
    }

    /// Sets the bounds of a row. Bounds that cross make the program infeasible.
    ///
    /// # Errors
    /// Fails when a bound is not a number, or infinite on the wrong side.
    pub fn set_row_bounds(&mut self, row: Row, lower: f64, upper: f64) -> Result<(), SolveError> {
        check_bounds(lower, upper, || self.program.label_of_row(row))?;
        self.program.set_row_bounds(row, lower, upper);
        // SAFETY: a live instance; the row exists, or the line above had panicked.
        let status = unsafe {
            ffi::Highs_changeRowBounds(self.highs.as_ptr(), row.0 as HighsInt, lower, upper)
        };
        accepted(status, "it refuses the bounds of a row")
    }

    /// Adds a column with its entries; the basis stays, with the new column at a bound.
    ///
    /// # Errors
    /// Fails when a number is not one HiGHS takes.
    pub fn add_column(
        &mut self,
        label: Label,
        cost: f64,
        lower: f64,
        upper: f64,
        entries: &[(Row, f64)],
    ) -> Result<Column, SolveError> {
        check_cost(cost, || label)?;
        check_bounds(lower, upper, || label)?;
        entries
            .iter()
            .try_for_each(|&(_, value)| check_entry(value, || label))?;
        self.came_or_went();
        let column = self.program.add_column(label, cost, lower, upper, entries);
        let (rows, values) = self.program.last_column();
        // SAFETY: a live instance; indices and values have the length given and name existing rows.
        let status = unsafe {
            ffi::Highs_addCol(
                self.highs.as_ptr(),
                cost,
                lower,
                upper,
                rows.len() as HighsInt,
                rows.as_ptr().cast::<HighsInt>(),
                values.as_ptr(),
            )
        };
        if status == ffi::kHighsStatusError {
            self.program.truncate(column.index(), self.program.rows());
        }
        accepted(status, "it refuses a column").map(|()| column)
    }

    /// Adds a row over columns that are there; the basis stays, with the new row in it.
    ///
    /// # Errors
    /// Fails when a number is not one HiGHS takes.
    pub fn add_row_over(
        &mut self,
        label: Label,
        lower: f64,
        upper: f64,
        entries: &[(Column, f64)],
    ) -> Result<Row, SolveError> {
        check_bounds(lower, upper, || label)?;
        entries
            .iter()
            .try_for_each(|&(_, value)| check_entry(value, || label))?;
        self.came_or_went();
        let row = self.program.add_row_over(label, lower, upper, entries);
        let (columns, values) = self.program.last_row_over();
        // SAFETY: a live instance; indices and values have the length given, columns exist.
        let status = unsafe {
            ffi::Highs_addRow(
                self.highs.as_ptr(),
                lower,
                upper,
                columns.len() as HighsInt,
                columns.as_ptr().cast::<HighsInt>(),
                values.as_ptr(),
            )
        };
        if status == ffi::kHighsStatusError {
            self.program.truncate(self.program.columns(), row.index());
        }
        accepted(status, "it refuses a row").map(|()| row)
    }

    /// Takes away every column and row after the first so many. The basis stays where what is left
    /// of it can still serve.
    ///
    /// # Errors
    /// Fails when HiGHS does.
    pub fn truncate(&mut self, columns: usize, rows: usize) -> Result<(), SolveError> {
        let (had_columns, had_rows) = (self.program.columns(), self.program.rows());
        self.program.truncate(columns, rows);
        self.came_or_went();
        let highs = self.highs.as_ptr();
        if rows < had_rows {
            // SAFETY: a live instance and a range of rows it has.
            let status = unsafe {
                ffi::Highs_deleteRowsByRange(highs, rows as HighsInt, had_rows as HighsInt - 1)
            };
            accepted(status, "it keeps rows that were taken away")?;
        }
        if columns < had_columns {
            // SAFETY: a live instance and a range of columns it has.
            let status = unsafe {
                ffi::Highs_deleteColsByRange(
                    highs,
                    columns as HighsInt,
                    had_columns as HighsInt - 1,
                )
            };
            accepted(status, "it keeps columns that were taken away")?;
        }
        Ok(())
    }

    /// Demands that a column is whole.
    ///
    /// # Errors
    /// Fails when HiGHS does.
    pub fn set_integer(&mut self, column: Column) -> Result<(), SolveError> {
        self.program.set_integer(column);
        // SAFETY: a live instance; the column exists, or the line above had panicked.
        let status = unsafe {
            ffi::Highs_changeColIntegrality(
                self.highs.as_ptr(),
                column.0 as HighsInt,
                ffi::kHighsVarTypeInteger,
            )
        };
        accepted(status, "it refuses an integer column")
    }

    /// Lets every column take fractions again.
    ///
    /// # Errors
    /// Fails when HiGHS does.
    pub fn relax_integers(&mut self) -> Result<(), SolveError> {
        self.program.relax_integers();
        // SAFETY: a live instance.
        let status = unsafe { ffi::Highs_clearIntegrality(self.highs.as_ptr()) };
        accepted(status, "it keeps integer columns")
    }

    /// Sets the basis from which the next solve without presolve starts.
    ///
    /// # Errors
    /// Fails when the basis is of another size, or does not determine a vertex.
    pub fn set_basis(&mut self, basis: &Basis) -> Result<(), SolveError> {
        check_size(basis.columns.len(), self.program.columns())?;
        check_size(basis.rows.len(), self.program.rows())?;
        let columns: Vec<HighsInt> = basis.columns.iter().copied().map(position_code).collect();
        let rows: Vec<HighsInt> = basis.rows.iter().copied().map(position_code).collect();
        // SAFETY: a live instance and a position for each of its columns and rows.
        let status =
            unsafe { ffi::Highs_setBasis(self.highs.as_ptr(), columns.as_ptr(), rows.as_ptr()) };
        if status != ffi::kHighsStatusError {
            self.held = Held::Vertex;
            Ok(())
        } else {
            Err(SolveError::Basis)
        }
    }

    /// Sets the values from which the next solve with integer columns begins: where they satisfy
    /// every constraint, or can be completed to values that do, nothing worse will be returned.
    ///
    /// # Errors
    /// Fails when there is not one value for each column.
    pub fn set_start(&mut self, values: &[f64]) -> Result<(), SolveError> {
        check_size(values.len(), self.program.columns())?;
        self.start = Some(values.to_vec());
        Ok(())
    }

    /// Forgets basis and factors, so that the next solve starts anew.
    pub fn clear(&mut self) {
        self.start = None;
        self.held = Held::Nothing;
        // SAFETY: a live instance. The call cannot fail: it drops data.
        unsafe { ffi::Highs_clearSolver(self.highs.as_ptr()) };
    }
}

impl Solver {
    /// Solves the program as it stands.
    ///
    /// # Errors
    /// Fails when an option is refused, or HiGHS ends without an answer. An infeasible or unbounded
    /// program, a used-up limit and a stop are outcomes.
    ///
    /// # Panics
    /// Passes on a panic of the function that is told the progress.
    pub fn solve(&mut self, options: &Options, watch: &mut Watch) -> Result<Outcome, SolveError> {
        let start = self.start.take();
        if watch.stop.stopped() {
            return Ok(Outcome::without_values(Status::Stopped));
        }
        if self.program.columns() == 0 {
            return Ok(without_columns(
                &self.program,
                options.feasibility_tolerance,
            ));
        }
        self.tell(options)?;
        let whole = self.program.integers() > 0;
        if options.presolve || whole {
            // SAFETY: a live instance.
            unsafe { ffi::Highs_clearSolver(self.highs.as_ptr()) };
        }
        if let (true, Some(values)) = (whole, &start) {
            check_size(values.len(), self.program.columns())?;
            // SAFETY: a live instance and a value for each column; null stands for what is not given.
            let status = unsafe {
                ffi::Highs_setSolution(self.highs.as_ptr(), values.as_ptr(), null(), null(), null())
            };
            accepted(status, "it refuses values to begin from")?;
        }
        self.held = Held::Nothing;
        let mut handler = Handler::new(watch, options);
        let mut ended = self.run(&mut handler)?;
        if ended == ffi::kHighsModelStatusUnknown {
            ended = self.run_anew(options, &mut handler)?;
        }
        if matches!(
            ended,
            ffi::kHighsModelStatusInfeasible | ffi::kHighsModelStatusUnboundedOrInfeasible
        ) {
            ended = self.tell_infeasible_from_unbounded(ended, options, &mut handler)?;
        }
        self.outcome(ended, handler.reason, whole)
    }

    /// What one more unit of each row is worth in other costs, at the vertex the solver is at.
    ///
    /// With B the basic columns (and rows) and `costs` in place of the program's costs, the answer y
    /// solves
    ///
    /// ```text
    /// B' y = costs_B        (a basic row costs nothing)
    /// ```
    ///
    /// so `y[r]` is the change of costs'x per unit by which the bound that binds in row r
    /// moves while the basis stays. With the program's own costs y is the duals. One solve with
    /// the factors at hand: it costs far less than a solve of the program.
    ///
    /// # Errors
    /// Fails when there is no basis, or not one cost for each column.
    pub fn row_duals_of(&mut self, costs: &[f64]) -> Result<Vec<f64>, SolveError> {
        check_size(costs.len(), self.program.columns())?;
        let rows = self.program.rows();
        let highs = self.highs.as_ptr();
        if self.program.columns() == 0 || rows == 0 {
            return Ok(vec![0.0; rows]);
        }
        if self.held != Held::Vertex {
            return Err(SolveError::NoBasis);
        }
        let mut duals = vec![0.0; rows];
        if !self.transpose_solve(&vec![0.0; rows], &mut duals) {
            // No factors yet. HiGHS may mark a basis it made itself, in presolve or without simplex,
            // as one to be checked first, and would then list basic columns without having any:
            // handing it the same basis has it checked.
            self.set_basis(&self.basis())?;
        }
        let mut basic: Vec<HighsInt> = vec![0; rows];
        // SAFETY: a live instance and room for a number for each row.
        let status = unsafe { ffi::Highs_getBasicVariables(highs, basic.as_mut_ptr()) };
        if status == ffi::kHighsStatusError {
            return Err(SolveError::NoBasis);
        }
        // A negative number stands for a row.
        let right: Vec<f64> = basic
            .iter()
            .map(|&at| usize::try_from(at).map_or(0.0, |at| costs[at]))
            .collect();
        if self.transpose_solve(&right, &mut duals) {
            Ok(duals)
        } else {
            Err(SolveError::NoBasis)
        }
    }

    /// Solves B'y = right; false when HiGHS holds no factors of B.
    fn transpose_solve(&self, right: &[f64], y: &mut [f64]) -> bool {
        // SAFETY: a live instance, and both sides have a number for each row; null asks for no
        // list of nonzeros.
        let status = unsafe {
            ffi::Highs_getBasisTransposeSolve(
                self.highs.as_ptr(),
                right.as_ptr(),
                y.as_mut_ptr(),
                null_mut(),
                null_mut(),
            )
        };
        status != ffi::kHighsStatusError
    }

    fn came_or_went(&mut self) {
        if self.held == Held::Vertex {
            self.held = Held::Stale;
        }
    }

    /// Tells HiGHS the options, unless they are what it was told last.
    fn tell(&mut self, options: &Options) -> Result<(), SolveError> {
        for (name, _) in &options.set {
            if OF_THREADS.contains(&name.as_str()) {
                return Err(SolveError::Threads(name.clone()));
            }
        }
        let whole = self.program.integers() > 0;
        let warm = !options.presolve && self.held != Held::Nothing;
        let telling = Told {
            options: options.clone(),
            whole,
            warm,
        };
        if self.told.as_ref() == Some(&telling) {
            return Ok(());
        }
        let before = self.told.take();
        // SAFETY: a live instance.
        unsafe { ffi::Highs_resetOptions(self.highs.as_ptr()) };
        let on_off = |on: bool| if on { "on" } else { "off" };
        let tolerance = options.feasibility_tolerance.to_string();
        self.tell_one("output_flag", "false")?;
        let (solver, strategy) = match options.method {
            // With integer columns any other word would only draw a warning.
            _ if whole => ("choose", "1"),
            Method::Choose => ("choose", "1"),
            Method::DualSimplex => ("simplex", "1"),
            Method::PrimalSimplex => ("simplex", "4"),
            Method::InteriorPoint => ("ipx", "1"),
            Method::FirstOrder => ("pdlp", "1"),
        };
        self.tell_one("solver", solver)?;
        self.tell_one("simplex_strategy", strategy)?;
        self.tell_one("run_crossover", on_off(options.crossover))?;
        self.tell_one("presolve", on_off(options.presolve))?;
        self.tell_one("threads", &options.threads.to_string())?;
        self.tell_one("random_seed", &options.seed.to_string())?;
        self.tell_one("mip_rel_gap", &options.relative_gap.to_string())?;
        self.tell_one("primal_feasibility_tolerance", &tolerance)?;
        self.tell_one("dual_feasibility_tolerance", &tolerance)?;
        if warm {
            self.tell_one("simplex_dual_edge_weight_strategy", "1")?;
            // What is left to do is a few pivots; taking bounds back that were moved costs more.
            self.tell_one("primal_simplex_bound_perturbation_multiplier", "0")?;
        }
        if let Some(seconds) = options.time_limit.filter(|seconds| seconds.is_finite()) {
            self.tell_one("time_limit", &seconds.max(0.0).to_string())?;
        }
        for (name, value) in &options.set {
            self.tell_one(name, value)?;
        }
        let kept = |told: &Told| {
            (told.warm, told.options.seed, &told.options.set) == (warm, options.seed, &options.set)
        };
        if warm && !before.as_ref().is_some_and(kept) {
            self.begin_again_from_basis()?;
        }
        self.told = Some(telling);
        Ok(())
    }

    /// Makes simplex read its settings: it does so only when it begins with a program, and else
    /// goes on with those it had.
    fn begin_again_from_basis(&mut self) -> Result<(), SolveError> {
        let basis = self.basis();
        // SAFETY: a live instance.
        unsafe { ffi::Highs_clearSolver(self.highs.as_ptr()) };
        self.set_basis(&basis)
    }

    fn tell_one(&self, name: &str, value: &str) -> Result<(), SolveError> {
        let refused = || SolveError::Option {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        let c_name = CString::new(name).map_err(|_| refused())?;
        let c_value = CString::new(value).map_err(|_| refused())?;
        // SAFETY: a live instance and two strings that end in a zero. HiGHS reads the string as
        // whatever type the option has.
        let status = unsafe {
            ffi::Highs_setStringOptionValue(self.highs.as_ptr(), c_name.as_ptr(), c_value.as_ptr())
        };
        if status == ffi::kHighsStatusOk {
            Ok(())
        } else {
            Err(refused())
        }
    }

    /// Runs HiGHS once, watched, and returns its status.
    fn run(&self, handler: &mut Handler) -> Result<HighsInt, SolveError> {
        self.use_threads();
        let highs = self.highs.as_ptr();
        self.running.set(std::ptr::from_mut(handler).cast());
        // SAFETY: a live instance. The handler outlives the run, and its pointer is taken back right
        // after it; meanwhile nobody else touches the handler.
        let status = unsafe {
            ffi::Highs_zeroAllClocks(highs);
            ffi::Highs_run(highs)
        };
        self.running.set(null_mut());
        if let Some(panic) = handler.panic.take() {
            resume_unwind(panic);
        }
        if status == ffi::kHighsStatusError {
            return Err(SolveError::Failed("an error inside a run"));
        }
        // SAFETY: a live instance.
        Ok(unsafe { ffi::Highs_getModelStatus(highs) })
    }

    /// Sees to it that this thread's pool has the threads asked for: HiGHS keeps one pool for each
    /// thread that calls it, and refuses to run with another number.
    fn use_threads(&self) {
        thread_local!(static POOL: Cell<Option<u32>> = const { Cell::new(None) });
        let wanted = self.told.as_ref().map_or(1, |told| told.options.threads);
        if POOL.get().is_some_and(|threads| threads != wanted) {
            // SAFETY: no run is going on in this thread; the pool is built anew by the next one.
            unsafe { ffi::Highs_resetGlobalScheduler(1) };
        }
        POOL.set(Some(wanted));
    }

    fn outcome(
        &mut self,
        ended: HighsInt,
        reason: Option<Status>,
        whole: bool,
    ) -> Result<Outcome, SolveError> {
        let feasible =
            self.info_int(c"primal_solution_status") == ffi::kHighsSolutionStatusFeasible;
        let undecided = |why| {
            if feasible {
                Ok(Status::Feasible)
            } else {
                Err(SolveError::Undecided(why))
            }
        };
        let status = match ended {
            ffi::kHighsModelStatusOptimal => Status::Optimal,
            ffi::kHighsModelStatusInfeasible => Status::Infeasible,
            ffi::kHighsModelStatusUnbounded => Status::Unbounded,
            ffi::kHighsModelStatusTimeLimit => Status::TimeLimit,
            ffi::kHighsModelStatusInterrupt => reason.unwrap_or(Status::Stopped),
            ffi::kHighsModelStatusObjectiveBound => undecided("objective bound")?,
            ffi::kHighsModelStatusObjectiveTarget => undecided("objective target")?,
            ffi::kHighsModelStatusIterationLimit => undecided("limit on iterations")?,
            ffi::kHighsModelStatusSolutionLimit => undecided("limit on solutions or nodes")?,
            ffi::kHighsModelStatusUnknown => undecided("numbers too hard for the method")?,
            _ => return Err(SolveError::Failed("a status without meaning here")),
        };
        let mut outcome = Outcome::without_values(status);
        outcome.iterations = self.iterations();
        if !whole && self.info_int(c"basis_validity") == ffi::kHighsBasisValidityValid {
            self.held = Held::Vertex;
        }
        if matches!(status, Status::Infeasible | Status::Unbounded) {
            return Ok(outcome);
        }
        if self.held == Held::Vertex {
            outcome.basis = Some(self.basis());
        }
        if whole {
            outcome.bound = self
                .info_double(c"mip_dual_bound")
                .unwrap_or(f64::NEG_INFINITY);
        }
        if !(feasible || status == Status::Optimal) {
            return Ok(outcome);
        }
        self.read_values(&mut outcome);
        outcome.objective = self.program.objective_of(&outcome.values);
        if whole {
            outcome.bound = outcome.bound.min(outcome.objective);
        } else if status == Status::Optimal {
            outcome.bound = outcome.objective;
        }
        outcome.gap = relative_gap(outcome.objective, outcome.bound);
        if whole || status != Status::Optimal {
            outcome.duals.clear();
            outcome.reduced_costs.clear();
        }
        Ok(outcome)
    }

    fn read_values(&self, outcome: &mut Outcome) {
        let (columns, rows) = (self.program.columns(), self.program.rows());
        outcome.values = vec![0.0; columns];
        outcome.reduced_costs = vec![0.0; columns];
        outcome.activities = vec![0.0; rows];
        outcome.duals = vec![0.0; rows];
        // SAFETY: a live instance and room for a number for each of its columns and rows.
        unsafe {
            ffi::Highs_getSolution(
                self.highs.as_ptr(),
                outcome.values.as_mut_ptr(),
                outcome.reduced_costs.as_mut_ptr(),
                outcome.activities.as_mut_ptr(),
                outcome.duals.as_mut_ptr(),
            )
        };
    }

    fn basis(&self) -> Basis {
        let mut columns: Vec<HighsInt> = vec![0; self.program.columns()];
        let mut rows: Vec<HighsInt> = vec![0; self.program.rows()];
        // SAFETY: a live instance and room for a position for each of its columns and rows.
        unsafe {
            ffi::Highs_getBasis(self.highs.as_ptr(), columns.as_mut_ptr(), rows.as_mut_ptr())
        };
        let place = |code: HighsInt, lower: f64, upper: f64| match code {
            ffi::kHighsBasisStatusLower => Position::Lower,
            ffi::kHighsBasisStatusBasic => Position::Basic,
            ffi::kHighsBasisStatusUpper => Position::Upper,
            // Not basic, and not said where.
            ffi::kHighsBasisStatusNonbasic if lower.is_finite() => Position::Lower,
            ffi::kHighsBasisStatusNonbasic if upper.is_finite() => Position::Upper,
            _ => Position::Zero,
        };
        let all = |codes: &[HighsInt], lower: &[f64], upper: &[f64]| {
            let bounds = lower.iter().zip(upper);
            codes
                .iter()
                .zip(bounds)
                .map(|(&code, (&lower, &upper))| place(code, lower, upper))
                .collect()
        };
        Basis {
            columns: all(&columns, self.program.lower(), self.program.upper()),
            rows: all(&rows, self.program.row_lower(), self.program.row_upper()),
        }
    }

    /// Tries once more where a method lost its way, as a warm start from an unbounded program may:
    /// first without what was learnt before, then with presolve the other way round.
    fn run_anew(
        &mut self,
        options: &Options,
        handler: &mut Handler,
    ) -> Result<HighsInt, SolveError> {
        // SAFETY: a live instance.
        unsafe { ffi::Highs_clearSolver(self.highs.as_ptr()) };
        let ended = self.run(handler)?;
        if ended != ffi::kHighsModelStatusUnknown {
            return Ok(ended);
        }
        self.tell(&Options {
            presolve: !options.presolve,
            ..options.clone()
        })?;
        // SAFETY: a live instance.
        unsafe { ffi::Highs_clearSolver(self.highs.as_ptr()) };
        self.run(handler)
    }

    /// Answers for certain whether a program is infeasible or unbounded.
    ///
    /// Presolve, and the search with integer columns, may know only that it is one of the two; and
    /// presolve of HiGHS 1.15 makes some unbounded programs infeasible, by reductions that take a
    /// finite optimum for granted. Without costs nothing is unbounded, so the program is solved
    /// without: one that is infeasible even then is infeasible.
    fn tell_infeasible_from_unbounded(
        &mut self,
        ended: HighsInt,
        options: &Options,
        handler: &mut Handler,
    ) -> Result<HighsInt, SolveError> {
        let infeasible = ended == ffi::kHighsModelStatusInfeasible;
        let costs = self.program.costs().to_vec();
        if infeasible && (!options.presolve || costs.iter().all(|&cost| cost == 0.0)) {
            return Ok(ended);
        }
        self.set_costs(&vec![0.0; costs.len()])?;
        let feasible = self.run(handler);
        self.set_costs(&costs)?;
        match feasible? {
            ffi::kHighsModelStatusOptimal if infeasible => {
                // Infeasible it is not; what it is, the simplex method finds without presolve.
                self.tell(&Options {
                    presolve: false,
                    ..options.clone()
                })?;
                self.run(handler)
            }
            ffi::kHighsModelStatusOptimal => Ok(ffi::kHighsModelStatusUnbounded),
            other => Ok(other),
        }
    }

    /// Steps of all methods in the last run.
    fn iterations(&self) -> u64 {
        [
            c"simplex_iteration_count",
            c"ipm_iteration_count",
            c"crossover_iteration_count",
            c"pdlp_iteration_count",
        ]
        .into_iter()
        .map(|name| u64::try_from(self.info_int(name)).unwrap_or(0))
        .sum()
    }

    fn info_int(&self, name: &std::ffi::CStr) -> HighsInt {
        let mut value: HighsInt = 0;
        // SAFETY: a live instance, a string that ends in a zero, room for one number.
        unsafe { ffi::Highs_getIntInfoValue(self.highs.as_ptr(), name.as_ptr(), &mut value) };
        value
    }

    fn info_double(&self, name: &std::ffi::CStr) -> Option<f64> {
        let mut value = 0.0;
        // SAFETY: a live instance, a string that ends in a zero, room for one number.
        let status = unsafe {
            ffi::Highs_getDoubleInfoValue(self.highs.as_ptr(), name.as_ptr(), &mut value)
        };
        (status == ffi::kHighsStatusOk).then_some(value)
    }
}

/// What a run carries along: whom to tell, when to stop, and why it stopped.
struct Handler<'a, 'w> {
    watch: &'a mut Watch<'w>,
    began: Instant,
    /// HiGHS keeps its own clock and looks at it too seldom: with integer columns it may go on for
    /// many times the limit.
    wall: Option<Duration>,
    cpu: Option<(ProcessTime, Duration)>,
    looked: Instant,
    told: Option<Instant>,
    reason: Option<Status>,
    panic: Option<Box<dyn Any + Send>>,
    iterations: u64,
}

impl<'a, 'w> Handler<'a, 'w> {
    fn new(watch: &'a mut Watch<'w>, options: &Options) -> Self {
        let began = Instant::now();
        let limit = |seconds: f64| Duration::try_from_secs_f64(seconds.max(0.0)).ok();
        Self {
            watch,
            began,
            // A limit beyond all durations, or none at all, is no limit.
            wall: options.time_limit.and_then(limit),
            cpu: options
                .cpu_limit
                .and_then(limit)
                .map(|limit| (ProcessTime::now(), limit)),
            looked: began,
            told: None,
            reason: None,
            panic: None,
            iterations: 0,
        }
    }

    /// Looks at flag and clock, tells the progress; false ends the run.
    fn look(&mut self, kind: c_int, data: &ffi::HighsCallbackDataOut) -> bool {
        if self.reason.is_some() {
            return false;
        }
        if self.watch.stop.stopped() {
            self.reason = Some(Status::Stopped);
            return false;
        }
        let now = Instant::now();
        if (self.wall).is_some_and(|limit| now.duration_since(self.began) >= limit) {
            self.reason = Some(Status::TimeLimit);
            return false;
        }
        if let Some((from, limit)) = self.cpu
            && now.duration_since(self.looked) >= LOOK_EVERY
        {
            self.looked = now;
            if from.elapsed() >= limit {
                self.reason = Some(Status::TimeLimit);
                return false;
            }
        }
        if self
            .told
            .is_none_or(|told| now.duration_since(told) >= TELL_EVERY)
        {
            self.told = Some(now);
            self.tell(kind, data, now);
        }
        true
    }

    fn tell(&mut self, kind: c_int, data: &ffi::HighsCallbackDataOut, now: Instant) {
        let Some(tell) = self.watch.progress.as_deref_mut() else {
            return;
        };
        let (phase, iterations) = match kind {
            ffi::kHighsCallbackSimplexInterrupt => {
                ("simplex", i64::from(data.simplex_iteration_count))
            }
            ffi::kHighsCallbackIpmInterrupt => {
                ("interior point", i64::from(data.ipm_iteration_count))
            }
            _ => ("branch and bound", data.mip_total_lp_iterations),
        };
        // Some calls come from inside a step and bring no count, or a negative one.
        self.iterations = u64::try_from(iterations).unwrap_or(self.iterations);
        let (objective, bound) = if kind == ffi::kHighsCallbackMipInterrupt {
            (data.mip_primal_bound, data.mip_dual_bound)
        } else {
            (f64::INFINITY, f64::NEG_INFINITY)
        };
        tell(&Progress {
            phase,
            iterations: self.iterations,
            objective,
            bound,
            gap: relative_gap(objective, bound),
            seconds: now.duration_since(self.began).as_secs_f64(),
        });
    }
}

/// Called by HiGHS between steps. A panic ends the run here and goes on behind it.
unsafe extern "C" fn on_callback(
    kind: c_int,
    _message: *const c_char,
    data: *const ffi::HighsCallbackDataOut,
    answer: *mut ffi::HighsCallbackDataIn,
    running: *mut c_void,
) {
    // SAFETY: `be_called` passed a cell that lives as long as the instance.
    let handler = unsafe { &*running.cast::<Cell<*mut c_void>>() }.get();
    // SAFETY: `run` put a handler there that lives through the run, and HiGHS calls back from the
    // thread that runs it, one call at a time: calls from parallel parts are held back by its lock.
    let Some(handler) = (unsafe { handler.cast::<Handler>().as_mut() }) else {
        return;
    };
    // SAFETY: HiGHS passes a structure that lives through the call.
    let data = unsafe { &*data };
    let go_on =
        catch_unwind(AssertUnwindSafe(|| handler.look(kind, data))).unwrap_or_else(|panic| {
            handler.panic = Some(panic);
            handler.reason = Some(Status::Stopped);
            false
        });
    if !answer.is_null() {
        // Written both ways: HiGHS keeps the last answer, and a stop must not stop the next run.
        // SAFETY: not null, and lives through the call.
        unsafe { (*answer).user_interrupt = HighsInt::from(!go_on) };
    }
}

/// A program without columns: all sums are zero, so the rows allow that or they do not.
fn without_columns(program: &Program, tolerance: f64) -> Outcome {
    let allowed = |(lower, upper): (&f64, &f64)| *lower <= tolerance && *upper >= -tolerance;
    if !program
        .row_lower()
        .iter()
        .zip(program.row_upper())
        .all(allowed)
    {
        return Outcome::without_values(Status::Infeasible);
    }
    let mut outcome = Outcome::without_values(Status::Optimal);
    (outcome.objective, outcome.bound, outcome.gap) = (0.0, 0.0, 0.0);
    outcome.activities = vec![0.0; program.rows()];
    outcome.duals = vec![0.0; program.rows()];
    outcome.basis = Some(Basis {
        columns: Vec::new(),
        rows: vec![Position::Basic; program.rows()],
    });
    outcome
}

fn position_code(position: Position) -> HighsInt {
    match position {
        Position::Lower => ffi::kHighsBasisStatusLower,
        Position::Basic => ffi::kHighsBasisStatusBasic,
        Position::Upper => ffi::kHighsBasisStatusUpper,
        Position::Zero => ffi::kHighsBasisStatusZero,
    }
}

fn accepted(status: HighsInt, failure: &'static str) -> Result<(), SolveError> {
    if status == ffi::kHighsStatusError {
        Err(SolveError::Failed(failure))
    } else {
        Ok(())
    }
}

fn check_size(found: usize, expected: usize) -> Result<(), SolveError> {
    if found == expected {
        Ok(())
    } else {
        Err(SolveError::Size { expected, found })
    }
}

fn check_numbers(program: &Program) -> Result<(), SolveError> {
    for at in 0..program.columns() {
        let column = Column(at as u32);
        let label = || program.label_of_column(column);
        check_cost(program.cost(column), label)?;
        check_bounds(program.lower()[at], program.upper()[at], label)?;
    }
    for at in 0..program.rows() {
        let label = || program.label_of_row(Row(at as u32));
        check_bounds(program.row_lower()[at], program.row_upper()[at], label)?;
    }
    let mut checked = Ok(());
    if program.entries_below(ENTRY_LIMIT) {
        return checked;
    }
    program.each_entry(|_, column, value| {
        if checked.is_ok() {
            checked = check_entry(value, || program.label_of_column(column));
        }
    });
    checked
}

fn check_cost(value: f64, label: impl Fn() -> Label) -> Result<(), SolveError> {
    check(value.abs() < COST_LIMIT, Quantity::Cost, value, label)
}

fn check_entry(value: f64, label: impl Fn() -> Label) -> Result<(), SolveError> {
    check(value.abs() < ENTRY_LIMIT, Quantity::Entry, value, label)
}

fn check_bounds(lower: f64, upper: f64, label: impl Fn() -> Label) -> Result<(), SolveError> {
    check(lower < f64::INFINITY, Quantity::Lower, lower, &label)?;
    check(upper > f64::NEG_INFINITY, Quantity::Upper, upper, label)
}

/// Comparisons with NaN are false, so a NaN is refused like a number that is too large.
fn check(
    good: bool,
    quantity: Quantity,
    value: f64,
    label: impl Fn() -> Label,
) -> Result<(), SolveError> {
    if good {
        Ok(())
    } else {
        Err(SolveError::Number {
            label: label(),
            quantity,
            value,
        })
    }
}
