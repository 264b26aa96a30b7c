//! Was standard output closed before the command began?
//!
//! Rust opens the null device in place of a closed standard stream before `main` runs, so that an answer
//! printed afterwards vanishes and nobody is told. On Linux a function that runs earlier looks whether the stream is there; elsewhere,
//! and where there is no `/proc`, it counts as open.

use std::sync::atomic::{AtomicBool, Ordering};

static CLOSED: AtomicBool = AtomicBool::new(false);

/// Whether standard output was closed when the process began.
pub(crate) fn standard_output() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

#[cfg(target_os = "linux")]
extern "C" fn look() {
    let there = |path: &str| std::fs::symlink_metadata(path).is_ok();
    let closed = there("/proc/self/fd") && !there("/proc/self/fd/1");
    CLOSED.store(closed, Ordering::Relaxed);
}

#[cfg(target_os = "linux")]
#[used]
#[allow(
    unsafe_code,
    reason = "only what stands in this section runs before the standard library fills closed streams"
)]
#[unsafe(link_section = ".init_array")]
static LOOK: extern "C" fn() = look;
