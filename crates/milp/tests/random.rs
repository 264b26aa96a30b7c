//! Random small programs: every answer is certified, and tiny whole ones are enumerated.

use darsena_milp::{Column, Label, Method, Options, Program, Row, Solver, Status, Watch, certify};
use proptest::prelude::*;

#[derive(Clone, Debug)]
struct Case {
    rows: Vec<(f64, f64)>,
    columns: Vec<(f64, f64, f64, Vec<f64>)>,
}

fn bounds() -> impl Strategy<Value = (f64, f64)> {
    let number = || (-9i32..=9).prop_map(f64::from);
    prop_oneof![
        (number(), 0i32..9).prop_map(|(low, width)| (low, low + f64::from(width))),
        number().prop_map(|low| (low, f64::INFINITY)),
        number().prop_map(|high| (f64::NEG_INFINITY, high)),
        Just((f64::NEG_INFINITY, f64::INFINITY)),
        Just((0.0, f64::INFINITY)),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    (0usize..6, 0usize..7).prop_flat_map(|(rows, columns)| {
        let entry = prop_oneof![2 => Just(0.0), 3 => (-6i32..=6).prop_map(|x| f64::from(x) / 2.0)];
        let entries = proptest::collection::vec(entry, rows);
        let column = ((-5i32..=9).prop_map(f64::from), bounds(), entries)
            .prop_map(|(cost, (lower, upper), entries)| (cost, lower, upper, entries));
        (
            proptest::collection::vec(bounds(), rows),
            proptest::collection::vec(column, columns),
        )
            .prop_map(|(rows, columns)| Case { rows, columns })
    })
}

fn program(case: &Case) -> Program {
    let mut program = Program::new();
    let rows: Vec<Row> = (0..)
        .zip(&case.rows)
        .map(|(at, &(lower, upper))| program.add_row(Label::new("row", &[at]), lower, upper))
        .collect();
    for (at, (cost, lower, upper, entries)) in (0..).zip(&case.columns) {
        let entries: Vec<(Row, f64)> = rows.iter().copied().zip(entries.iter().copied()).collect();
        program.add_column(Label::new("column", &[at]), *cost, *lower, *upper, &entries);
    }
    program
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn answers_are_certified_and_agree(case in case()) {
        let mut found: Option<(Status, f64)> = None;
        for options in [
            Options::default(),
            Options::warm(),
            Options { method: Method::PrimalSimplex, ..Options::warm() },
            Options { method: Method::InteriorPoint, ..Options::default() },
        ] {
            let mut solver = Solver::new(program(&case)).expect("numbers are good");
            let outcome = solver.solve(&options, &mut Watch::nobody()).expect("it is solved");
            if outcome.status == Status::Optimal {
                let certificate = certify(solver.program(), &outcome);
                prop_assert!(certificate.holds(1e-6), "{:?} {:?}", certificate, outcome);
                if outcome.basis.is_some() {
                    let costs = solver.program().costs().to_vec();
                    let worth = solver.row_duals_of(&costs).expect("there is a basis");
                    for (a, b) in worth.iter().zip(&outcome.duals) {
                        prop_assert!((a - b).abs() < 1e-6, "{worth:?} {:?}", outcome.duals);
                    }
                }
            }
            if let Some((status, objective)) = found {
                prop_assert_eq!(status, outcome.status, "{:?}", options);
                prop_assert!(
                    objective == outcome.objective
                        || (objective - outcome.objective).abs() < 1e-6 * (1.0 + objective.abs())
                );
            }
            found = Some((outcome.status, outcome.objective));
        }
    }

    #[test]
    fn a_chain_of_changes_ends_where_a_new_solver_begins(
        case in case(),
        changes in proptest::collection::vec((0usize..5, 0u32..8, bounds()), 1..12),
    ) {
        let mut solver = Solver::new(program(&case)).expect("numbers are good");
        for (kind, at, (lower, upper)) in changes {
            let (columns, rows) = (solver.program().columns() as u32, solver.program().rows() as u32);
            match kind {
                0 if columns > 0 => solver.set_column_bounds(Column(at % columns), lower, upper),
                1 if rows > 0 => solver.set_row_bounds(Row(at % rows), lower, upper),
                2 => {
                    let entries: Vec<(Column, f64)> =
                        (0..columns).map(|c| (Column(c), f64::from((c * 3 + at) % 4))).collect();
                    solver.add_row_over(Label::new("later", &[at]), lower, upper, &entries).map(|_| ())
                }
                3 => {
                    let entries: Vec<(Row, f64)> =
                        (0..rows).map(|r| (Row(r), f64::from((r * 5 + at) % 3) - 1.0)).collect();
                    solver.add_column(Label::new("late", &[at]), 1.0, lower, upper, &entries).map(|_| ())
                }
                4 => solver.truncate((columns * 4 / 5) as usize, (rows * 4 / 5) as usize),
                _ => Ok(()),
            }.expect("changes are good");
            let warm = solver.solve(&Options::warm(), &mut Watch::nobody()).expect("it is solved");
            let mut anew = Solver::new(solver.program().clone()).expect("numbers are good");
            let cold = anew.solve(&Options::default(), &mut Watch::nobody()).expect("it is solved");
            prop_assert_eq!(warm.status, cold.status);
            if warm.status == Status::Optimal {
                prop_assert!((warm.objective - cold.objective).abs() < 1e-6 * (1.0 + cold.objective.abs()));
                prop_assert!(certify(solver.program(), &warm).holds(1e-6));
            }
        }
    }

    #[test]
    fn tiny_whole_programs_agree_with_enumeration(
        costs in proptest::collection::vec(-9i32..=9, 1..5),
        rows in proptest::collection::vec((proptest::collection::vec(-4i32..=4, 5), -6i32..=12), 0..4),
        width in 1i32..4,
    ) {
        let mut program = Program::new();
        for (at, (_, high)) in (0..).zip(&rows) {
            program.add_row(Label::new("row", &[at]), f64::NEG_INFINITY, f64::from(*high));
        }
        for (at, cost) in costs.iter().enumerate() {
            let entries: Vec<(Row, f64)> =
                (0..).zip(&rows).map(|(r, (entries, _))| (Row(r), f64::from(entries[at]))).collect();
            let column = program.add_column(Label::new("n", &[at as u32]), f64::from(*cost), 0.0, f64::from(width), &entries);
            program.set_integer(column);
        }
        let mut best: Option<i32> = None;
        let mut values = vec![0i32; costs.len()];
        loop {
            let weigh = |weights: &[i32]| weights.iter().zip(&values).map(|(a, b)| a * b).sum::<i32>();
            if rows.iter().all(|(entries, high)| weigh(&entries[..costs.len()]) <= *high) {
                best = Some(best.map_or(weigh(&costs), |best| best.min(weigh(&costs))));
            }
            let Some(at) = values.iter().position(|&value| value < width) else { break };
            values[..at].fill(0);
            values[at] += 1;
        }
        let mut solver = Solver::new(program).expect("numbers are good");
        let outcome = solver.solve(&Options::default(), &mut Watch::nobody()).expect("it is solved");
        match best {
            None => prop_assert_eq!(outcome.status, Status::Infeasible),
            Some(best) => {
                prop_assert_eq!(outcome.status, Status::Optimal);
                prop_assert!((outcome.objective - f64::from(best)).abs() < 1e-6);
                prop_assert!(outcome.gap <= 1e-4 && certify(solver.program(), &outcome).holds(1e-6));
            }
        }
    }
}
