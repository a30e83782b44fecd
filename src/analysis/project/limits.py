"""What this process may use of the machine, asked before work begins that would end half-way for want of it."""

from __future__ import annotations

from .errors import InputError

#: Bytes of address space below which libraries end the process without a word, and open files that a report needs.
MEMORY, OPEN_FILES = 800_000_000, 64


def check_limits(open_files: int = 0) -> None:
    """Raises InputError where the limits of this process (ulimit) are too low for memory or so many open files.

    A soft limit of open files that may be raised is raised.
    """
    try:
        import resource
    except ImportError:  # not on Windows, which has no such limits
        return
    memory = resource.getrlimit(resource.RLIMIT_AS)[0]
    if memory != resource.RLIM_INFINITY and memory < MEMORY:
        raise InputError(
            f"only {memory // 1_000_000} MB of memory are allowed here, {MEMORY // 1_000_000} are needed",
            cure="raise the limit (ulimit -v)",
        )
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= open_files:
        return
    if hard != resource.RLIM_INFINITY and hard < open_files:
        raise InputError(
            f"only {hard} open files are allowed here, {open_files} are needed", cure="raise the limit (ulimit -n)"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, hard))
