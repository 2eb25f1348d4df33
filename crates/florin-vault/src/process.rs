//! Keeps secrets in memory out of core dumps and debuggers.
//!
//! Linux only for the dump flag; other systems get an error that the caller may report and go on with. Deliberately absent:
//! locking memory against swap, which needs limits that the operator sets.

#![allow(unsafe_code)]

use std::io;

/// Forbids core dumps of this process and tracing by processes of the same user. It cannot be undone.
///
/// # Errors
/// The operating system's, or `Unsupported` where there is no such flag.
pub fn forbid_dumps() -> io::Result<()> {
    ask_kernel(Question::ForbidCore)?;
    ask_kernel(Question::ForbidDump).map(|_| ())
}

/// Whether the operating system would dump this process.
///
/// # Errors
/// The operating system's, or `Unsupported` where there is no such flag.
pub fn is_dumpable() -> io::Result<bool> {
    ask_kernel(Question::IsDumpable).map(|answer| answer != 0)
}

enum Question {
    ForbidCore,
    ForbidDump,
    IsDumpable,
}

/// The one place that calls the C library.
#[cfg(target_os = "linux")]
fn ask_kernel(question: Question) -> io::Result<i32> {
    const UNUSED: libc::c_ulong = 0;
    let no_core = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `setrlimit` reads `no_core`, which lives until it returns, and both `prctl` options take integers only, all five
    // of which are given in the width that the kernel reads. None of them touches memory of this program.
    let answer = unsafe {
        match question {
            Question::ForbidCore => libc::setrlimit(libc::RLIMIT_CORE, &no_core),
            Question::ForbidDump => {
                libc::prctl(libc::PR_SET_DUMPABLE, UNUSED, UNUSED, UNUSED, UNUSED)
            }
            Question::IsDumpable => {
                libc::prctl(libc::PR_GET_DUMPABLE, UNUSED, UNUSED, UNUSED, UNUSED)
            }
        }
    };
    if answer < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(answer)
    }
}

#[cfg(not(target_os = "linux"))]
fn ask_kernel(_: Question) -> io::Result<i32> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}
