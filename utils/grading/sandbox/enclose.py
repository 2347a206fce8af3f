"""What a forked child does before it runs a submission: it shuts itself in, behind the walls of ``walls.py``.

With bubblewrap, one warm parent runs in a bubblewrap of its own (no network, nothing of this machine but what
Python needs), and each child that it forks goes on alone: own processes, own memory-backed /tmp, no
capabilities, limits, a filter for system calls. Elsewhere only the limits hold, and the filter on Linux.

    walls = find_walls()
    subprocess.Popen(command([sys.executable, "-m", ...], walls), pass_fds=[wire])   # the warm parent

    if (child := os.fork()) == 0:                                                    # inside it
        enclose(Limits(), walls, keep=[wire])
        ...                                                                          # the submission
    _, status = os.waitpid(child, 0)
    how_it_ended(status)
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from utils.grading.sandbox import namespaces, seccomp
from utils.grading.sandbox.walls import Walls, command, find_walls

__all__ = ["Limits", "Walls", "command", "enclose", "find_walls", "guard", "how_it_ended", "report"]

KILLED = "it was killed (signal 9)"  # never by what a submission did inside namespaces of its own


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes:
        cpu_seconds: processor time, all threads together.
        memory: bytes of address space beyond what the warm parent has.
        disk: bytes in its private /tmp (without namespaces: not limited).
        files: files in its private /tmp (without namespaces: not limited).
        file_size: bytes in one file.
        open_files: files open at once.
        threads: threads at once. Where the grader is root, only Linux 6.14 and later hold it to that number.
    """

    cpu_seconds: int = 300
    memory: int = 4 << 30
    disk: int = 64 << 20
    files: int = 2000
    file_size: int = 64 << 20
    open_files: int = 256
    threads: int = 400


def enclose(
    limits: Limits,
    walls: Walls,
    keep: Iterable[int] = (),
    folder: Path | None = None,
    hidden: Iterable[Path] = (),
) -> None:
    """Shut this process in, for good. A forked child calls it first, while it has one thread.

    With namespaces, what returns is a fork of the caller: process 1 of a process namespace, alone in it. The
    caller itself waits, ends as its fork ends, and takes the fork along when it is killed or the warm parent
    ends. Afterwards: /tmp is private, empty, the working folder, and the only place to write (with /dev/shm);
    /proc is empty; no network, no capabilities, no new processes; every file is closed but ``keep``, and
    0, 1 and 2 are /dev/null.

    Args:
        keep: numbers of the open files that stay open.
        folder: without namespaces, the working folder; the caller makes it, and removes it at the end.
        hidden: with namespaces, files and folders that it does not see.

    Raises:
        OSError: the kernel refuses a part. The submission must not be run then.
    """
    os.setsid()  # no terminal
    if sys.platform == "linux":
        parent = os.getppid()
        if walls.namespaces:
            namespaces.enter_new_namespaces()
        namespaces.die_with_parent()
        if os.getppid() != parent:
            os._exit(1)
    address_space = _address_space()
    threads = _threads()
    if walls.namespaces:
        _go_on_in_fork(limits)
        os.setsid()  # a group of its own: its signals to the group do not reach the process that waits
        with contextlib.suppress(OSError):
            namespaces.limit_threads(limits.threads)
        namespaces.keep_mounts_to_ourselves()
        namespaces.make_private("/tmp", limits.disk, limits.files)
        namespaces.make_private("/dev/shm", limits.disk, limits.files)
        for path in hidden:
            namespaces.hide(str(path))
        namespaces.hide("/proc")
        folder = Path("/tmp")
    _close_files({0, 1, 2, *keep})
    if folder is not None:
        os.chdir(folder)
        os.environ["HOME"] = os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    _set_limits(limits, address_space, threads)
    if sys.platform == "linux":
        namespaces.drop_capabilities()
        namespaces.set_dumpable(False)
    if walls.seccomp:
        seccomp.install()


def guard() -> None:
    """Keep other processes of the same user out of this one's memory; for the warm parent, at its start."""
    if sys.platform == "linux":
        namespaces.set_dumpable(False)


def limit_memory(more: int) -> None:
    """Let this process have ``more`` bytes of address space beyond what it has, where that can be limited."""
    address_space = _address_space()
    if address_space is not None:
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        wanted = address_space + more
        resource.setrlimit(resource.RLIMIT_AS, (wanted if most == -1 else min(wanted, most), most))


def _go_on_in_fork(limits: Limits) -> None:
    """Fork. The fork returns; this process waits for it, and ends as it ends."""
    alive, alive_here = os.pipe()  # open at the other end for as long as this process lives
    child = os.fork()
    if child == 0:
        namespaces.die_with_parent()
        os.close(alive_here)
        os.set_blocking(alive, False)
        try:
            os.read(alive, 1)  # at its end if the other process ended before the line above
            os._exit(1)
        except BlockingIOError:
            os.close(alive)
            return
    _close_files({alive_here})
    _, status, usage = os.wait4(child, 0)
    if os.WIFEXITED(status):
        os._exit(os.WEXITSTATUS(status))
    number = os.WTERMSIG(status)
    if number == signal.SIGKILL and usage.ru_utime + usage.ru_stime >= limits.cpu_seconds:
        number = signal.SIGXCPU  # process 1 is not sent this one, only the killing that follows
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    os._exit(128 + number)  # a signal that does not end a process


def _close_files(keep: set[int]) -> None:
    """Close every file but ``keep``; 0, 1 and 2 become /dev/null."""
    null = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    start = 3
    for number in [*sorted(number for number in keep if number > 2), os.sysconf("SC_OPEN_MAX")]:
        os.closerange(start, number)
        start = number + 1


def _address_space() -> int | None:
    """Bytes of address space that this process has; None where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return None


def _threads() -> int | None:
    """Threads on the whole machine; None where the system does not tell."""
    try:
        return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])
    except OSError:
        return None


def _set_limits(limits: Limits, address_space: int | None, threads: int | None) -> None:
    wanted = {
        resource.RLIMIT_CPU: (limits.cpu_seconds, limits.cpu_seconds + 1),
        resource.RLIMIT_FSIZE: (limits.file_size, limits.file_size),
        resource.RLIMIT_NOFILE: (limits.open_files, limits.open_files),
        resource.RLIMIT_CORE: (0, 0),
    }
    if address_space is not None:
        wanted[resource.RLIMIT_AS] = (address_space + limits.memory,) * 2
    if threads is not None:  # the limit counts all that the user has, up to all that there are
        wanted[resource.RLIMIT_NPROC] = (threads + limits.threads,) * 2
    if sys.platform == "darwin":
        wanted[resource.RLIMIT_NPROC] = (1, 1)  # it counts processes there, and not threads
    for kind, (soft, hard) in wanted.items():
        _, most = resource.getrlimit(kind)
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        resource.setrlimit(kind, (soft, hard))


def how_it_ended(status: int) -> str:
    """How an enclosed child ended, from what ``os.waitpid`` returned for it."""
    if os.WIFEXITED(status):
        return f"it ended Python (exit code {os.WEXITSTATUS(status)})"
    number = os.WTERMSIG(status)
    if number == signal.SIGXCPU:
        return "its time was up"
    if number == signal.SIGKILL:
        return f"{KILLED}: it was stopped from outside, or the machine ran out of memory"
    name = signal.strsignal(number) or "unknown"
    return f"it was killed by signal {number} ({name.lower()})"


def report() -> None:
    """Print which walls stand around a child of this process. (`find_walls` starts a program for this.)"""
    inside = find_walls().bubblewrap
    filters = sys.platform == "linux" and _survives(_try_filter)
    print("bubblewrap" * inside, "seccomp" * filters)
    if inside and _survives(lambda: enclose(Limits(), Walls(inside, True, filters))):
        print("namespaces")


def _try_filter() -> None:
    seccomp.install()
    try:
        os.kill(os.getppid(), 0)  # harmless, and refused by a filter that works
    except PermissionError:
        return
    raise OSError("the filter lets kill through")


def _survives(what: Callable[[], None]) -> bool:
    """Whether ``what()`` runs to its end in a child of this process."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            what()
            code = 0
        except (OSError, ValueError):
            pass
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] == 0
