//! Stops, limits, progress, threads: what does not change an outcome, and what cuts it short.

use darsena_milp::{
    Clock, Column, Label, Method, Options, Program, Progress, Row, SolveError, Solver, Status,
    Stop, Watch, certify,
};

/// Numbers between 0 and 1 that look random and are the same everywhere.
fn scatter(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as f64) / f64::from(1u32 << 31)
    }
}

/// Cover `rows` needs by `columns` offers, each of which serves about `per` of them.
fn cover(rows: u32, columns: u32, per: u32, whole: bool) -> Program {
    let mut next = scatter(7);
    let mut program = Program::new();
    for row in 0..rows {
        program.add_row(
            Label::new("need", &[row]),
            1.0 + (3.0 * next()).floor(),
            f64::INFINITY,
        );
    }
    for column in 0..columns {
        let entries: Vec<(Row, f64)> = (0..per)
            .map(|_| (Row((next() * f64::from(rows)) as u32), 1.0 + next()))
            .collect();
        let offer = program.add_column(
            Label::new("offer", &[column]),
            1.0 + next(),
            0.0,
            4.0,
            &entries,
        );
        if whole {
            program.set_integer(offer);
        }
    }
    program
}

fn methods() -> [Options; 3] {
    let with = |method| Options {
        method,
        presolve: false,
        ..Options::default()
    };
    [
        with(Method::DualSimplex),
        with(Method::PrimalSimplex),
        with(Method::InteriorPoint),
    ]
}

#[test]
fn a_flag_set_before_the_start_stops_at_once() {
    let stop = Stop::new();
    stop.stop();
    let mut solver = Solver::new(cover(30, 60, 4, false)).expect("numbers are good");
    for options in methods() {
        let outcome = solver
            .solve(&options, &mut Watch::until(&stop))
            .expect("it stops");
        assert_eq!((outcome.status, outcome.iterations), (Status::Stopped, 0));
        assert!(outcome.values.is_empty());
        assert!(
            certify(solver.program(), &outcome).holds(0.0),
            "a stop claims nothing"
        );
    }
}

#[test]
fn a_flag_set_on_the_way_stops_and_the_solve_can_go_on() {
    for options in methods() {
        let mut solver = Solver::new(cover(300, 900, 6, false)).expect("numbers are good");
        let stop = Stop::new();
        let pull = stop.clone();
        let mut told = 0;
        let mut tell = |_: &Progress| {
            told += 1;
            pull.stop();
        };
        let mut watch = Watch {
            stop,
            progress: Some(&mut tell),
        };
        let outcome = solver.solve(&options, &mut watch).expect("it stops");
        assert_eq!((outcome.status, told), (Status::Stopped, 1), "{options:?}");
        assert!(
            certify(solver.program(), &outcome).holds(1e-6),
            "{:?}",
            outcome.status
        );
        let outcome = solver
            .solve(&options, &mut Watch::nobody())
            .expect("it is solved");
        assert_eq!(outcome.status, Status::Optimal);
        assert!(certify(solver.program(), &outcome).holds(1e-6));
    }
}

#[test]
fn a_stopped_search_keeps_the_best_values_it_has() {
    let mut solver = Solver::new(cover(60, 200, 5, true)).expect("numbers are good");
    let stop = Stop::new();
    let pull = stop.clone();
    let mut last = None;
    let mut tell = |progress: &Progress| {
        if progress.objective.is_finite() {
            pull.stop();
        }
        last = Some(progress.clone());
    };
    let options = Options {
        relative_gap: 0.0,
        ..Options::default()
    };
    let outcome = solver
        .solve(
            &options,
            &mut Watch {
                stop,
                progress: Some(&mut tell),
            },
        )
        .expect("it stops");
    assert_eq!(
        last.expect("it told its progress").phase,
        "branch and bound"
    );
    if outcome.status == Status::Stopped {
        assert!(!outcome.values.is_empty() && outcome.bound <= outcome.objective);
    }
    assert!(certify(solver.program(), &outcome).holds(1e-6));
}

#[test]
fn limits_of_both_clocks_end_a_solve() {
    let mut solver = Solver::new(cover(150, 600, 8, true)).expect("numbers are good");
    for options in [
        Options {
            time_limit: Some(0.3),
            relative_gap: 0.0,
            ..Options::default()
        },
        Options {
            cpu_limit: Some(0.3),
            relative_gap: 0.0,
            ..Options::default()
        },
    ] {
        let began = std::time::Instant::now();
        let outcome = solver
            .solve(&options, &mut Watch::nobody())
            .expect("it ends");
        assert_eq!(outcome.status, Status::TimeLimit, "{options:?}");
        assert!(began.elapsed().as_secs() < 30);
        assert!(outcome.bound <= outcome.objective);
        assert!(certify(solver.program(), &outcome).holds(1e-6));
    }
    let none = Options {
        time_limit: Some(0.0),
        ..Options::default()
    };
    let outcome = solver.solve(&none, &mut Watch::nobody()).expect("it ends");
    assert_eq!(outcome.status, Status::TimeLimit);
    // The clock starts anew with every solve.
    solver.relax_integers().expect("it can");
    for _ in 0..3 {
        let options = Options {
            time_limit: Some(5.0),
            ..Options::default()
        };
        let outcome = solver
            .solve(&options, &mut Watch::nobody())
            .expect("it is solved");
        assert_eq!(outcome.status, Status::Optimal);
    }
}

#[test]
fn a_panic_of_the_watcher_goes_on_behind_the_solver() {
    let mut solver = Solver::new(cover(100, 300, 5, false)).expect("numbers are good");
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut tell = |_: &Progress| panic!("enough");
        let mut watch = Watch {
            stop: Stop::new(),
            progress: Some(&mut tell),
        };
        solver.solve(&Options::warm(), &mut watch)
    }));
    let word = caught.expect_err("it panicked");
    assert_eq!(word.downcast_ref::<&str>(), Some(&"enough"));
    let outcome = solver
        .solve(&Options::warm(), &mut Watch::nobody())
        .expect("it is solved");
    assert_eq!(outcome.status, Status::Optimal);
}

#[test]
fn threads_do_not_change_an_outcome() {
    for whole in [false, true] {
        for method in [Method::Choose, Method::DualSimplex, Method::InteriorPoint] {
            let mut outcomes = Vec::new();
            for threads in [1, 2, 1] {
                let options = Options {
                    method,
                    threads,
                    ..Options::default()
                };
                let mut solver = Solver::new(cover(
                    if whole { 12 } else { 120 },
                    if whole { 30 } else { 400 },
                    5,
                    whole,
                ))
                .expect("numbers are good");
                outcomes.push(
                    solver
                        .solve(&options, &mut Watch::nobody())
                        .expect("it is solved"),
                );
            }
            for other in &outcomes[1..] {
                let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                assert_eq!(
                    bits(&outcomes[0].values),
                    bits(&other.values),
                    "{method:?} {whole}"
                );
                assert_eq!(bits(&outcomes[0].duals), bits(&other.duals));
                assert_eq!(outcomes[0].bound.to_bits(), other.bound.to_bits());
            }
        }
    }
}

#[test]
fn programs_are_solved_side_by_side() {
    let alone: Vec<f64> = (20..24)
        .map(|rows| {
            let mut solver = Solver::new(cover(rows, 80, 4, false)).expect("numbers are good");
            solver
                .solve(&Options::default(), &mut Watch::nobody())
                .expect("solved")
                .objective
        })
        .collect();
    // A solver made here and used there.
    let solvers: Vec<Solver> = (20..24)
        .map(|rows| Solver::new(cover(rows, 80, 4, false)).expect("numbers are good"))
        .collect();
    let together: Vec<f64> = std::thread::scope(|scope| {
        let threads: Vec<_> = solvers
            .into_iter()
            .map(|mut solver| {
                scope.spawn(move || {
                    let outcome = solver
                        .solve(&Options::default(), &mut Watch::nobody())
                        .expect("solved");
                    let costs = solver.program().costs().to_vec();
                    solver.row_duals_of(&costs).expect("there is a basis");
                    outcome.objective
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .collect()
    });
    assert_eq!(alone, together);
}

#[test]
fn what_was_solved_before_does_not_show() {
    let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    for method in [Method::DualSimplex, Method::InteriorPoint] {
        let options = Options {
            method,
            ..Options::default()
        };
        let mut solver = Solver::new(cover(300, 900, 6, false)).expect("numbers are good");
        let first = solver
            .solve(&options, &mut Watch::nobody())
            .expect("it is solved");
        // Solves from a basis, with other weights, another seed, another method.
        let other = Options {
            seed: 5,
            ..Options::warm()
        };
        for between in [Options::warm(), other, methods()[1].clone()] {
            solver.set_cost(Column(3), 0.1).expect("a good cost");
            solver
                .solve(&between, &mut Watch::nobody())
                .expect("it is solved");
            let cost = cover(300, 900, 6, false).cost(Column(3));
            solver.set_cost(Column(3), cost).expect("a good cost");
            let again = solver
                .solve(&options, &mut Watch::nobody())
                .expect("it is solved");
            assert_eq!(again.iterations, first.iterations);
            assert_eq!(bits(&again.values), bits(&first.values));
            assert_eq!(bits(&again.duals), bits(&first.duals));
            assert_eq!(again.basis, first.basis);
        }
    }
}

#[test]
fn a_job_of_several_solves_keeps_to_the_limits_of_all() {
    let limits = Options {
        time_limit: Some(0.4),
        cpu_limit: Some(0.4),
        relative_gap: 0.0,
        ..Options::default()
    };
    let mut solver = Solver::new(cover(150, 600, 8, true)).expect("numbers are good");
    let (clock, began) = (Clock::start(), std::time::Instant::now());
    for _ in 0..5 {
        let outcome = solver
            .solve(&clock.left(&limits), &mut Watch::nobody())
            .expect("it ends");
        assert_eq!(outcome.status, Status::TimeLimit);
    }
    assert!(began.elapsed().as_secs_f64() < 1.6, "{:?}", began.elapsed());
    let left = clock.left(&limits);
    assert!(
        left.time_limit < Some(0.2) && left.cpu_limit < Some(0.4),
        "{left:?}"
    );
    let spent = Options {
        cpu_limit: Some(0.0),
        ..Options::default()
    };
    assert_eq!(clock.left(&spent).time_limit, Some(0.0));
    // What is not limited stays so.
    let left = clock.left(&Options::default());
    assert_eq!((left.time_limit, left.cpu_limit), (None, None));
}

#[test]
fn options_of_threads_are_refused() {
    for name in ["threads", "parallel"] {
        let mut solver = Solver::new(cover(12, 30, 5, false)).expect("numbers are good");
        let options = Options {
            set: vec![(name.into(), "2".into())],
            ..Options::default()
        };
        let refused = solver.solve(&options, &mut Watch::nobody());
        assert_eq!(
            refused.expect_err("it is refused"),
            SolveError::Threads(name.into())
        );
    }
}
