//! Jobs side by side, each thread with a solver of its own.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::solve::Stop;

/// Does the jobs `0..count` on up to `threads` threads and returns what came of each, in order: none of a job that
/// nothing came of, or that `stop` came before.
///
/// Each thread makes what its jobs share with `begin`, a solver for example, and takes the next job when it is done with
/// one. So an answer that does not depend on what was solved before does not depend on `threads`.
///
/// # Errors
/// With the error of the first job that has one; no further job begins then.
///
/// # Panics
/// Passes on a panic of a job.
///
/// # Example
/// ```
/// use darsena_milp::{Stop, side_by_side};
/// let squares = side_by_side(4, 2, &Stop::new(), || Ok::<_, ()>(()), |(), n| Ok(Some(n * n)));
/// assert_eq!(squares, Ok(vec![Some(0), Some(1), Some(4), Some(9)]));
/// ```
pub fn side_by_side<S, T: Send, E: Send>(
    count: usize,
    threads: usize,
    stop: &Stop,
    begin: impl Fn() -> Result<S, E> + Sync,
    job: impl Fn(&mut S, usize) -> Result<Option<T>, E> + Sync,
) -> Result<Vec<Option<T>>, E> {
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let work = || {
        let mut done: Vec<(usize, T)> = Vec::new();
        let mut state = None;
        while !stop.stopped() && !failed.load(Ordering::Relaxed) {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if n >= count {
                break;
            }
            let came = match &mut state {
                Some(state) => job(state, n),
                None => begin().and_then(|begun| job(state.insert(begun), n)),
            };
            match came {
                Ok(came) => done.extend(came.map(|came| (n, came))),
                Err(error) => {
                    failed.store(true, Ordering::Relaxed);
                    return (done, Some((n, error)));
                }
            }
        }
        (done, None)
    };
    let parts = std::thread::scope(|scope| {
        let threads = threads.clamp(1, count.max(1));
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut parts = vec![work()];
        parts.extend(others.into_iter().map(|other| {
            let part = other.join();
            part.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        }));
        parts
    });
    let mut came: Vec<Option<T>> = std::iter::repeat_with(|| None).take(count).collect();
    let mut errors = Vec::new();
    for (done, error) in parts {
        errors.extend(error);
        for (n, one) in done {
            came[n] = Some(one);
        }
    }
    match errors.into_iter().min_by_key(|(n, _)| *n) {
        Some((_, error)) => Err(error),
        None => Ok(came),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_ends_all_and_a_stop_leaves_the_rest_out() {
        let stop = Stop::new();
        let found = side_by_side(
            100,
            3,
            &stop,
            || Ok(()),
            |(), n| {
                if n % 10 == 7 { Err(n) } else { Ok(Some(n)) }
            },
        );
        assert!(matches!(found, Err(n) if n % 10 == 7));
        let found = side_by_side(
            100,
            1,
            &stop,
            || Ok::<_, ()>(0),
            |begun, n| {
                *begun += 1;
                if *begun == 3 {
                    stop.stop();
                }
                Ok((n != 1).then_some(n))
            },
        );
        let found = found.unwrap();
        assert_eq!(found[..4], [Some(0), None, Some(2), None]);
        assert!(found[4..].iter().all(Option::is_none));
    }
}
