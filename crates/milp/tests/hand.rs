//! Small programs worked out by hand.

use darsena_milp::{
    Label, Method, Options, Outcome, Program, Quantity, SolveError, Solver, Status, Watch, certify,
};

const NONE: f64 = f64::NEG_INFINITY;
const ANY: f64 = f64::INFINITY;

fn label(family: &'static str) -> Label {
    Label::new(family, &[])
}

fn solve(program: Program, options: &Options) -> (Program, Outcome) {
    let mut solver = Solver::new(program).expect("numbers are good");
    let outcome = solver
        .solve(options, &mut Watch::nobody())
        .expect("it is solved");
    (solver.into_program(), outcome)
}

fn every_way() -> Vec<Options> {
    let with = |method, presolve| Options {
        method,
        presolve,
        ..Options::default()
    };
    vec![
        Options::default(),
        Options::warm(),
        with(Method::PrimalSimplex, false),
        with(Method::PrimalSimplex, true),
        with(Method::InteriorPoint, true),
        with(Method::InteriorPoint, false),
    ]
}

/// Two crops on 4 fields with 6 days of work: x + y <= 4, x + 3y <= 6, x <= 3; earn 3 and 2.
/// The best corner is x = 3, y = 1: fields and the bound of x bind, earning 11. A field more lets
/// y grow by 1 (+2); a day more is worth nothing... both bind there: 3 + 3*1 = 6, so it is a
/// degenerate corner as well.
fn crops() -> Program {
    let mut program = Program::new();
    let fields = program.add_row(label("fields"), NONE, 4.0);
    let days = program.add_row(label("days"), NONE, 6.0);
    program.add_column(label("x"), -3.0, 0.0, 3.0, &[(fields, 1.0), (days, 1.0)]);
    program.add_column(label("y"), -2.0, 0.0, ANY, &[(fields, 1.0), (days, 3.0)]);
    program
}

#[test]
fn a_degenerate_corner_is_found_and_proved_every_way() {
    for options in every_way() {
        let (program, outcome) = solve(crops(), &options);
        assert_eq!(outcome.status, Status::Optimal, "{options:?}");
        assert!((outcome.objective + 11.0).abs() < 1e-9);
        assert_eq!((outcome.bound, outcome.gap), (outcome.objective, 0.0));
        assert!(
            certify(&program, &outcome).holds(1e-9),
            "{:?}",
            certify(&program, &outcome)
        );
        assert!(outcome.basis.is_some());
    }
}

#[test]
fn duals_and_reduced_costs_have_the_signs_of_the_contract() {
    // minimise 2a + 5b, a + b >= 10, a <= 4: the tenth unit comes from b, a saves 3 a unit.
    let mut program = Program::new();
    let need = program.add_row(label("need"), 10.0, ANY);
    let loose = program.add_row(label("loose"), NONE, 100.0);
    program.add_column(label("a"), 2.0, 0.0, 4.0, &[(need, 1.0), (loose, 1.0)]);
    program.add_column(label("b"), 5.0, 0.0, ANY, &[(need, 1.0)]);
    for options in every_way() {
        let (_, outcome) = solve(program.clone(), &options);
        let near = |found: &[f64], wanted: &[f64]| {
            found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-7)
        };
        assert!(
            near(&outcome.values, &[4.0, 6.0]),
            "{options:?} {outcome:?}"
        );
        assert!(near(&outcome.activities, &[10.0, 4.0]));
        assert!(near(&outcome.duals, &[5.0, 0.0]), "{options:?} {outcome:?}");
        assert!(near(&outcome.reduced_costs, &[-3.0, 0.0]));
        assert_eq!(outcome.dual(need), Some(outcome.duals[0]));
    }
}

#[test]
fn what_has_no_solution_is_told_apart() {
    let mut infeasible = crops();
    infeasible.add_row_over(label("more"), 5.0, ANY, &[(darsena_milp::Column(0), 1.0)]);
    let mut unbounded = Program::new();
    let row = unbounded.add_row(label("row"), NONE, 4.0);
    unbounded.add_column(label("up"), -1.0, 0.0, ANY, &[(row, -1.0)]);
    let mut crossed = crops();
    crossed.set_column_bounds(darsena_milp::Column(0), 2.0, 1.0);
    for whole in [false, true] {
        for options in every_way() {
            for (program, status) in [
                (&infeasible, Status::Infeasible),
                (&unbounded, Status::Unbounded),
                (&crossed, Status::Infeasible),
            ] {
                let mut program = program.clone();
                if whole {
                    program.set_integer(darsena_milp::Column(0));
                }
                let (_, outcome) = solve(program, &options);
                assert_eq!(outcome.status, status, "whole {whole} {options:?}");
                assert!(outcome.values.is_empty() && outcome.duals.is_empty());
            }
        }
    }
}

#[test]
fn programs_may_be_empty() {
    for options in every_way() {
        let (_, outcome) = solve(Program::new(), &options);
        assert_eq!(
            (outcome.status, outcome.objective, outcome.gap),
            (Status::Optimal, 0.0, 0.0)
        );

        let mut rows = Program::new();
        rows.add_row(label("slack"), -1.0, 1.0);
        let (rows, outcome) = solve(rows, &options);
        assert_eq!(
            (outcome.status, outcome.activities.as_slice()),
            (Status::Optimal, &[0.0][..])
        );
        assert!(certify(&rows, &outcome).holds(0.0));

        let mut never = Program::new();
        never.add_row(label("need"), 1.0, ANY);
        assert_eq!(solve(never, &options).1.status, Status::Infeasible);

        let mut columns = Program::new();
        columns.add_column(label("low"), 2.0, -1.0, 5.0, &[]);
        columns.add_column(label("high"), -3.0, 0.0, 5.0, &[]);
        columns.add_column(label("free"), 0.0, NONE, ANY, &[]);
        let (columns, outcome) = solve(columns, &options);
        assert_eq!(
            (outcome.status, outcome.objective),
            (Status::Optimal, -17.0),
            "{options:?}"
        );
        assert!(certify(&columns, &outcome).holds(1e-9));
    }
}

#[test]
fn whole_columns_are_whole() {
    // A knapsack of 10: worth 10, 13, 7 for weights 5, 6, 4. Fractions reach 21.67; whole 20.
    let mut program = Program::new();
    let weight = program.add_row(label("weight"), NONE, 10.0);
    for (worth, kilos) in [(10.0, 5.0), (13.0, 6.0), (7.0, 4.0)] {
        let item = program.add_column(label("take"), -worth, 0.0, 1.0, &[(weight, kilos)]);
        program.set_integer(item);
    }
    let mut solver = Solver::new(program).expect("numbers are good");
    for options in every_way() {
        let outcome = solver
            .solve(&options, &mut Watch::nobody())
            .expect("it is solved");
        assert_eq!(
            (outcome.status, outcome.objective),
            (Status::Optimal, -20.0)
        );
        assert!((outcome.bound + 20.0).abs() < 1e-6 && outcome.gap < 1e-6);
        assert!(outcome.duals.is_empty() && outcome.basis.is_none());
        assert!(certify(solver.program(), &outcome).holds(1e-9));
    }
    assert_eq!(solver.row_duals_of(&[0.0; 3]), Err(SolveError::NoBasis));
    solver.set_start(&[1.0, 0.0, 1.0]).expect("three values");
    let outcome = solver
        .solve(&Options::default(), &mut Watch::nobody())
        .expect("it is solved");
    assert_eq!(outcome.objective, -20.0);
    solver.relax_integers().expect("it can");
    let outcome = solver
        .solve(&Options::default(), &mut Watch::nobody())
        .expect("it is solved");
    assert!(
        (outcome.objective + 13.0 + 8.0).abs() < 1e-9,
        "{}",
        outcome.objective
    );
}

#[test]
fn numbers_that_cannot_be_solved_with_are_named() {
    let bad = |cost: f64, lower: f64, upper: f64, entry: f64| {
        let mut program = Program::new();
        let row = program.add_row(label("row"), NONE, ANY);
        program.add_column(
            Label::new("make", &[3, 1]),
            cost,
            lower,
            upper,
            &[(row, entry)],
        );
        match Solver::new(program) {
            Err(SolveError::Number {
                label, quantity, ..
            }) => (label.to_string(), quantity),
            other => panic!("{other:?}"),
        }
    };
    let name = || "make[3,1]".to_owned();
    assert_eq!(bad(f64::NAN, 0.0, 1.0, 1.0), (name(), Quantity::Cost));
    assert_eq!(bad(1e20, 0.0, 1.0, 1.0), (name(), Quantity::Cost));
    assert_eq!(bad(1.0, ANY, ANY, 1.0), (name(), Quantity::Lower));
    assert_eq!(bad(1.0, NONE, NONE, 1.0), (name(), Quantity::Upper));
    assert_eq!(bad(1.0, f64::NAN, 1.0, 1.0), (name(), Quantity::Lower));
    assert_eq!(bad(1.0, 0.0, 1.0, f64::INFINITY), (name(), Quantity::Entry));

    let mut solver = Solver::new(crops()).expect("numbers are good");
    let row = darsena_milp::Row(0);
    assert!(
        solver
            .add_column(label("z"), 1.0, 0.0, 1.0, &[(row, f64::NAN)])
            .is_err()
    );
    assert!(solver.set_row_bounds(row, f64::NAN, 1.0).is_err());
    assert_eq!(
        solver.set_costs(&[1.0]),
        Err(SolveError::Size {
            expected: 2,
            found: 1
        })
    );
    let outcome = solver
        .solve(&Options::default(), &mut Watch::nobody())
        .expect("it is solved");
    assert_eq!(outcome.objective, -11.0, "a refused change changes nothing");
}

#[test]
fn options_that_do_not_exist_are_refused() {
    let mut solver = Solver::new(crops()).expect("numbers are good");
    for (name, value) in [
        ("no_such_option", "1"),
        ("random_seed", "many"),
        ("presolve", "maybe"),
        ("a\0", "1"),
    ] {
        let options = Options {
            set: vec![(name.to_owned(), value.to_owned())],
            ..Options::default()
        };
        let refused = solver.solve(&options, &mut Watch::nobody());
        let expected = SolveError::Option {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        assert_eq!(refused.err(), Some(expected));
    }
    let options = Options {
        set: vec![("simplex_iteration_limit".to_owned(), "0".to_owned())],
        ..Options::warm()
    };
    let refused = solver.solve(&options, &mut Watch::nobody());
    assert!(
        matches!(refused, Err(SolveError::Undecided(_)))
            || refused.is_ok_and(|o| o.status == Status::Feasible)
    );
    let outcome = solver
        .solve(&Options::warm(), &mut Watch::nobody())
        .expect("options are reset");
    assert_eq!(outcome.status, Status::Optimal);
}
