//! How cheap is it to solve a program again after a small change?
//!
//! A random staircase program (120 items over 50 periods, 40 shared resources; about 8,000 rows and
//! 20,000 columns) is solved once, then again after single changes, each time from the first basis:
//! nothing changed, one bound moved, one item shut for four periods, one resource shut for four.
//! Printed are pivots and milliseconds of processor time. Beside the tests a small one runs.

use std::time::Duration;

use cpu_time::ProcessTime;
use darsena_milp::{
    Basis, Column, Label, Method, Options, Program, Row, Solver, Status, Watch, certify,
};

/// Numbers from 0 to 1 that look random and are the same everywhere.
struct Scatter(u64);

impl Scatter {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as f64) / f64::from(1u32 << 31)
    }

    fn below(&mut self, count: u32) -> u32 {
        ((self.next() * f64::from(count)) as u32).min(count - 1)
    }
}

struct Staircase {
    program: Program,
    make: Vec<Vec<Column>>,
    resource: Vec<Vec<Row>>,
}

/// Items in four echelons: each is made from up to three of the echelon before, after a lead time,
/// on one resource; the last echelon is demanded; what is not served waits at a cost.
fn staircase(items: u32, periods: u32, resources: u32) -> Staircase {
    let mut random = Scatter(20_240_630);
    let mut program = Program::with_capacity(
        ((items + resources) * periods) as usize,
        ((3 * items + resources) * periods) as usize,
        0,
    );
    let echelon = items / 4;
    let balance: Vec<Vec<Row>> = (0..items)
        .map(|k| {
            (0..periods)
                .map(|t| {
                    let asked = k >= items - echelon && t > 8 && random.next() < 0.7;
                    let due = if asked {
                        (40.0 * random.next()).round()
                    } else {
                        0.0
                    };
                    let stock = if t == 0 { 20.0 } else { 0.0 };
                    program.add_row(Label::new("balance", &[k, t]), due - stock, due - stock)
                })
                .collect()
        })
        .collect();
    let resource: Vec<Vec<Row>> = (0..resources)
        .map(|q| {
            (0..periods)
                .map(|t| {
                    let capacity = 60.0 + (50.0 * random.next()).round();
                    program.add_row(Label::new("capacity", &[q, t]), f64::NEG_INFINITY, capacity)
                })
                .collect()
        })
        .collect();
    let mut make = Vec::new();
    for k in 0..items {
        let lead = 1 + random.below(3);
        let on = random.below(resources) as usize;
        let usage = 0.5 + random.next();
        let cost = 1.0 + 9.0 * random.next();
        let inputs: Vec<(usize, f64)> = if k < echelon {
            Vec::new()
        } else {
            let before = (k / echelon - 1) * echelon;
            (0..1 + random.below(3))
                .map(|_| {
                    (
                        (before + random.below(echelon)) as usize,
                        f64::from(1 + random.below(2)),
                    )
                })
                .collect()
        };
        make.push(Vec::new());
        for t in 0..periods {
            let now = t as usize;
            let mut entries = vec![(resource[on][now], usage)];
            entries.extend(
                inputs
                    .iter()
                    .map(|&(input, quantity)| (balance[input][now], -quantity)),
            );
            if let Some(&row) = balance[k as usize].get((t + lead) as usize) {
                entries.push((row, 1.0));
            }
            let column = program.add_column(
                Label::new("make", &[k, t]),
                cost,
                0.0,
                f64::INFINITY,
                &entries,
            );
            make[k as usize].push(column);
        }
        let row = |t: u32| balance[k as usize][t as usize];
        for t in 0..periods {
            let mut hold = vec![(row(t), -1.0)];
            let mut owe = vec![(row(t), 1.0)];
            if t + 1 < periods {
                hold.push((row(t + 1), 1.0));
                owe.push((row(t + 1), -1.0));
            }
            let none = if k >= items - echelon {
                f64::INFINITY
            } else {
                0.0
            };
            program.add_column(Label::new("hold", &[k, t]), 0.05, 0.0, f64::INFINITY, &hold);
            program.add_column(
                Label::new("owe", &[k, t]),
                30.0 + f64::from(k % 7),
                0.0,
                none,
                &owe,
            );
        }
    }
    for (q, rows) in resource.iter().enumerate() {
        for (t, &row) in rows.iter().enumerate() {
            let label = Label::new("overtime", &[q as u32, t as u32]);
            program.add_column(label, 6.0, 0.0, 20.0, &[(row, -1.0)]);
        }
    }
    Staircase {
        program,
        make,
        resource,
    }
}

fn solve(solver: &mut Solver, options: &Options) -> (darsena_milp::Outcome, Duration) {
    let clock = ProcessTime::now();
    let outcome = solver
        .solve(options, &mut Watch::nobody())
        .expect("the program is solved");
    let spent = clock.elapsed();
    assert_eq!(outcome.status, Status::Optimal);
    (outcome, spent)
}

fn milliseconds(time: Duration) -> f64 {
    1e3 * time.as_secs_f64()
}

/// Prints mean, median and largest of pivots and milliseconds.
fn report(what: &str, mut pivots: Vec<u64>, mut times: Vec<f64>) {
    pivots.sort_unstable();
    times.sort_by(f64::total_cmp);
    let count = times.len();
    println!(
        "{what:<34} {count:>3} solves   pivots: median {:>5}, largest {:>5}   ms: mean {:>8.2}, median {:>8.2}, largest {:>8.2}",
        pivots[count / 2],
        pivots[count - 1],
        times.iter().sum::<f64>() / count as f64,
        times[count / 2],
        times[count - 1],
    );
}

/// Makes a change, solves from `basis`, takes the change back, `count` times.
fn again(
    what: &str,
    solver: &mut Solver,
    options: &Options,
    basis: Option<&Basis>,
    count: u32,
    mut change: impl FnMut(&mut Solver, u32, bool),
) {
    let (mut pivots, mut times) = (Vec::new(), Vec::new());
    for at in 0..count {
        let clock = ProcessTime::now();
        change(solver, at, true);
        if let Some(basis) = basis {
            solver
                .set_basis(basis)
                .expect("it is a basis of this program");
        }
        let changed = clock.elapsed();
        let (outcome, spent) = solve(solver, options);
        pivots.push(outcome.iterations);
        times.push(milliseconds(changed + spent));
        change(solver, at, false);
    }
    report(what, pivots, times);
}

fn main() {
    // Cargo runs benchmarks once with the tests, and passes `--bench` only when asked to measure.
    let measure = std::env::args().any(|argument| argument == "--bench");
    let (items, periods, resources) = if measure { (120, 50, 40) } else { (16, 12, 6) };
    let Staircase {
        program,
        make,
        resource,
    } = staircase(items, periods, resources);
    println!(
        "{}: {} rows, {} columns, {} entries",
        darsena_milp::name_and_version(),
        program.rows(),
        program.columns(),
        program.nonzeros()
    );
    let clock = ProcessTime::now();
    let mut solver = Solver::new(program).expect("the numbers are good");
    println!("hand over {:.1} ms", milliseconds(clock.elapsed()));
    for method in [Method::InteriorPoint, Method::DualSimplex] {
        let (outcome, spent) = solve(
            &mut solver,
            &Options {
                method,
                ..Options::default()
            },
        );
        println!(
            "cold {:<14} {:>6} steps, {:>8.1} ms, objective {:.6}",
            method.as_str(),
            outcome.iterations,
            milliseconds(spent),
            outcome.objective
        );
    }
    let (first, _) = solve(&mut solver, &Options::default());
    let certificate = certify(solver.program(), &first);
    assert!(certificate.holds(1e-6), "{certificate:?}");
    let basis = first.basis.clone().expect("a vertex was found");
    let warm = Options::warm();
    let count = if measure { 30 } else { 3 };

    again(
        "nothing changed",
        &mut solver,
        &warm,
        None,
        count,
        |_, _, _| {},
    );
    again(
        "nothing changed, basis put back",
        &mut solver,
        &warm,
        Some(&basis),
        count,
        |_, _, _| {},
    );

    let mut random = Scatter(7);
    let picks: Vec<(u32, u32)> = (0..count)
        .map(|_| (random.below(items), random.below(periods - 4)))
        .collect();
    let shut = |solver: &mut Solver, at: u32, shut: bool, length: u32| {
        let (k, from) = picks[at as usize];
        for t in from..from + length {
            let upper = if shut { 0.0 } else { f64::INFINITY };
            let column = make[k as usize][t as usize];
            solver
                .set_column_bounds(column, 0.0, upper)
                .expect("the bounds are good");
        }
    };
    again(
        "one bound",
        &mut solver,
        &warm,
        None,
        count,
        |solver, at, on| shut(solver, at, on, 1),
    );
    solver
        .set_basis(&basis)
        .expect("it is a basis of this program");
    again(
        "one bound, from the first basis",
        &mut solver,
        &warm,
        Some(&basis),
        count,
        |solver, at, on| {
            shut(solver, at, on, 1);
        },
    );
    again(
        "one item, 4 periods",
        &mut solver,
        &warm,
        Some(&basis),
        count,
        |solver, at, on| {
            shut(solver, at, on, 4);
        },
    );
    let mut kept = Vec::new();
    again(
        "one resource, 4 periods",
        &mut solver,
        &warm,
        Some(&basis),
        count,
        |solver, at, on| {
            let (k, from) = picks[at as usize];
            for t in from..from + 4 {
                let row = resource[(k % resources) as usize][t as usize];
                let upper = if on {
                    kept.push(solver.program().row_bounds(row).1);
                    0.0
                } else {
                    kept.remove(0)
                };
                solver
                    .set_row_bounds(row, f64::NEG_INFINITY, upper)
                    .expect("the bounds are good");
            }
        },
    );

    solver
        .set_basis(&basis)
        .expect("it is a basis of this program");
    let (_, _) = solve(&mut solver, &warm);
    let costs = solver.program().costs().to_vec();
    let clock = ProcessTime::now();
    for _ in 0..count {
        solver.row_duals_of(&costs).expect("there is a basis");
    }
    println!(
        "row_duals_of {:.3} ms",
        milliseconds(clock.elapsed()) / f64::from(count)
    );
}
