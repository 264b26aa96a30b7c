//! One program after another: changes, bases, rows that come and go, and what a row is worth.

use darsena_milp::{
    Column, Label, Options, Program, Row, SolveError, Solver, Status, Watch, certify,
};

const ANY: f64 = f64::INFINITY;

/// Stock over `periods`: make[t] <= 10 at cost 1 + t/7, hold[t] at 0.1, demand 3 + (5t mod 11).
fn stock(periods: u32) -> Program {
    let mut program = Program::new();
    let balance: Vec<Row> = (0..periods)
        .map(|t| {
            let need = f64::from(3 + 5 * t % 11);
            program.add_row(Label::new("balance", &[t]), need, need)
        })
        .collect();
    for t in 0..periods {
        let now = balance[t as usize];
        program.add_column(
            Label::new("make", &[t]),
            1.0 + f64::from(t) / 7.0,
            0.0,
            10.0,
            &[(now, 1.0)],
        );
        let mut hold = vec![(now, -1.0)];
        if t + 1 < periods {
            hold.push((balance[t as usize + 1], 1.0));
        }
        program.add_column(Label::new("hold", &[t]), 0.1, 0.0, ANY, &hold);
        program.add_column(Label::new("unmet", &[t]), 50.0, 0.0, ANY, &[(now, 1.0)]);
    }
    program
}

fn best(solver: &mut Solver, options: &Options) -> darsena_milp::Outcome {
    let outcome = solver
        .solve(options, &mut Watch::nobody())
        .expect("it is solved");
    assert_eq!(outcome.status, Status::Optimal);
    let certificate = certify(solver.program(), &outcome);
    assert!(certificate.holds(1e-7), "{certificate:?}");
    outcome
}

#[test]
fn a_warm_solve_agrees_with_a_cold_one_and_takes_fewer_steps() {
    let mut solver = Solver::new(stock(60)).expect("numbers are good");
    let cold_options = Options {
        method: darsena_milp::Method::DualSimplex,
        ..Options::warm()
    };
    let first = best(&mut solver, &cold_options);
    assert!(first.iterations > 20);
    for t in 0..20 {
        solver
            .set_column_bounds(Column(3 * t), 0.0, 4.0)
            .expect("bounds are good");
        let warm = best(&mut solver, &Options::warm());
        let mut anew = Solver::new(solver.program().clone()).expect("numbers are good");
        let cold = best(&mut anew, &Options::default());
        assert!((warm.objective - cold.objective).abs() < 1e-9 * cold.objective.abs());
        assert!(
            warm.iterations < first.iterations / 2,
            "{} steps",
            warm.iterations
        );
        solver
            .set_column_bounds(Column(3 * t), 0.0, 10.0)
            .expect("bounds are good");
    }
}

#[test]
fn a_basis_can_be_put_back() {
    let mut solver = Solver::new(stock(40)).expect("numbers are good");
    let first = best(&mut solver, &Options::default());
    let basis = first.basis.expect("a vertex was found");
    solver
        .set_row_bounds(Row(7), 60.0, 60.0)
        .expect("bounds are good");
    best(&mut solver, &Options::warm());
    solver
        .set_row_bounds(Row(7), 3.0 + f64::from(35 % 11), 3.0 + f64::from(35 % 11))
        .expect("bounds");
    solver.set_basis(&basis).expect("it fits");
    let again = best(&mut solver, &Options::warm());
    assert_eq!((again.iterations, again.objective), (0, first.objective));
    assert_eq!(again.basis, Some(basis.clone()));

    let mut other = Solver::new(stock(39)).expect("numbers are good");
    assert!(matches!(
        other.set_basis(&basis),
        Err(SolveError::Size { .. })
    ));
    // A basis handed to a new solver of the same program serves as well.
    let mut twin = Solver::new(stock(40)).expect("numbers are good");
    twin.set_basis(&basis).expect("it fits");
    assert_eq!(best(&mut twin, &Options::warm()).iterations, 0);
}

#[test]
fn a_solver_that_forgets_is_as_good_as_new() {
    let unscaled = Options {
        set: vec![("simplex_scale_strategy".into(), "0".into())],
        ..Options::warm()
    };
    let mut first = Solver::new(stock(40)).expect("numbers are good");
    let basis = best(&mut first, &unscaled).basis.expect("a vertex");
    let changed = |solver: &mut Solver| {
        solver.set_basis(&basis).expect("it fits");
        solver
            .set_row_bounds(Row(7), 30.0, 30.0)
            .expect("bounds are good");
        let outcome = best(solver, &unscaled);
        let same = stock(40).row_bounds(Row(7));
        solver.set_row_bounds(Row(7), same.0, same.1).expect("good");
        (outcome.iterations, outcome.values, outcome.duals)
    };
    let mut used = Solver::new(stock(40)).expect("numbers are good");
    for t in [3, 30] {
        // Entries of other sizes, a row more, and another method.
        let entries = [(Row(t), 4e5), (Row(t + 1), 1e-3)];
        let label = Label::new("more", &[]);
        let column = used.add_column(label, 1.0, 0.0, 9.0, &entries);
        let both = [(column.expect("good"), 1.0), (Column(0), 7e3)];
        used.add_row_over(label, -ANY, 5.0, &both).expect("good");
        let primal = Options {
            method: darsena_milp::Method::PrimalSimplex,
            ..unscaled.clone()
        };
        best(&mut used, &primal);
        used.truncate(120, 40).expect("it goes");
        used.clear();
        let mut new = Solver::new(stock(40)).expect("numbers are good");
        assert_eq!(changed(&mut used), changed(&mut new));
        used.clear();
    }
}

#[test]
fn rows_and_columns_come_and_go() {
    let mut solver = Solver::new(stock(30)).expect("numbers are good");
    let first = best(&mut solver, &Options::default());
    let (columns, rows) = (solver.program().columns(), solver.program().rows());
    for round in 0..5 {
        let makes: Vec<(Column, f64)> = (0..30).map(|t| (Column(3 * t), 1.0)).collect();
        let limit = solver
            .add_row_over(
                Label::new("budget", &[round]),
                f64::NEG_INFINITY,
                150.0,
                &makes,
            )
            .expect("numbers are good");
        let tighter = best(&mut solver, &Options::warm());
        assert!(tighter.objective > first.objective && tighter.duals[limit.index()] < 0.0);
        let extra = solver
            .add_column(
                Label::new("buy", &[round]),
                20.0,
                0.0,
                5.0,
                &[(Row(3), 1.0), (limit, 0.0)],
            )
            .expect("numbers are good");
        let bought = best(&mut solver, &Options::warm());
        assert!((bought.value(extra).expect("there are values") - 5.0).abs() < 1e-9);
        assert!(bought.objective < tighter.objective);
        let mut anew = Solver::new(solver.program().clone()).expect("numbers are good");
        assert!((best(&mut anew, &Options::default()).objective - bought.objective).abs() < 1e-9);
        solver.truncate(columns, rows).expect("it can");
        assert_eq!(
            (solver.program().columns(), solver.program().rows()),
            (columns, rows)
        );
        let back = best(&mut solver, &Options::warm());
        assert!((back.objective - first.objective).abs() < 1e-9);
    }
}

#[test]
fn what_a_row_is_worth_agrees_with_duals_and_with_small_moves() {
    for options in [Options::default(), Options::warm()] {
        let mut solver = Solver::new(stock(25)).expect("numbers are good");
        let outcome = best(&mut solver, &options);
        let costs = solver.program().costs().to_vec();
        let duals = solver.row_duals_of(&costs).expect("there is a basis");
        for (row, dual) in outcome.duals.iter().enumerate() {
            assert!(
                (duals[row] - dual).abs() < 1e-9,
                "row {row}: {} and {dual}",
                duals[row]
            );
        }
        // Other costs: what is held in all. Moves small enough keep the basis.
        let held: Vec<f64> = (0..75).map(|at| f64::from(u8::from(at % 3 == 1))).collect();
        let worth = solver.row_duals_of(&held).expect("there is a basis");
        let sum = |values: &[f64]| values.iter().zip(&held).map(|(x, c)| x * c).sum::<f64>();
        let basis = outcome.basis.clone().expect("a vertex was found");
        for row in 0..25 {
            let (need, _) = solver.program().row_bounds(Row(row));
            solver
                .set_row_bounds(Row(row), need + 1e-3, need + 1e-3)
                .expect("bounds are good");
            solver.set_basis(&basis).expect("it fits");
            let moved = best(&mut solver, &Options::warm());
            if moved.iterations == 0 {
                let slope = (sum(&moved.values) - sum(&outcome.values)) / 1e-3;
                assert!(
                    (slope - worth[row as usize]).abs() < 1e-6,
                    "row {row}: {slope} {}",
                    worth[row as usize]
                );
            }
            solver
                .set_row_bounds(Row(row), need, need)
                .expect("bounds are good");
        }
        solver.set_basis(&basis).expect("it fits");
        assert_eq!(
            solver.row_duals_of(&held).expect("there is a basis").len(),
            25
        );
        solver.clear();
        assert_eq!(solver.row_duals_of(&held), Err(SolveError::NoBasis));
    }
}

#[test]
fn a_row_that_is_not_binding_is_worth_nothing() {
    let mut program = Program::new();
    let wide = program.add_row(Label::new("wide", &[]), f64::NEG_INFINITY, 100.0);
    let least = program.add_row(Label::new("least", &[]), 2.0, ANY);
    let x = program.add_column(
        Label::new("x", &[]),
        3.0,
        0.0,
        ANY,
        &[(wide, 1.0), (least, 2.0)],
    );
    let mut solver = Solver::new(program).expect("numbers are good");
    best(&mut solver, &Options::warm());
    assert_eq!(solver.row_duals_of(&[3.0]), Ok(vec![0.0, 1.5]));
    assert_eq!(solver.row_duals_of(&[10.0]), Ok(vec![0.0, 5.0]));
    assert!(solver.row_duals_of(&[]).is_err());
    // Costs may change without losing the vertex.
    solver.set_cost(x, 8.0).expect("a good cost");
    assert_eq!(best(&mut solver, &Options::warm()).dual(least), Some(4.0));
}

#[test]
fn the_program_keeps_step() {
    let mut solver = Solver::new(stock(5)).expect("numbers are good");
    solver.set_cost(Column(0), 9.0).expect("a good cost");
    solver
        .set_column_bounds(Column(1), 1.0, 2.0)
        .expect("bounds are good");
    solver.set_integer(Column(2)).expect("it can");
    let row = solver
        .add_row_over(
            Label::new("pair", &[1, 2]),
            0.0,
            1.0,
            &[(Column(4), 2.0), (Column(0), 1.0), (Column(4), 3.0)],
        )
        .expect("numbers are good");
    let program = solver.into_program();
    assert_eq!(
        (program.cost(Column(0)), program.bounds(Column(1))),
        (9.0, (1.0, 2.0))
    );
    assert!(program.is_integer(Column(2)) && program.integers() == 1);
    assert_eq!(program.entries(Column(4)).last(), Some((row, 5.0)));
    assert_eq!(program.label_of_row(row).to_string(), "pair[1,2]");
}
