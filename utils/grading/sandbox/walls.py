"""The walls that this machine can put up, and the command that starts a program behind them."""

from __future__ import annotations

import functools
import os
import shutil
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import utils
from utils.common import torchtext_files
from utils.grading.packages import Offer

PACKAGES = ("site-packages", "dist-packages")  # names of the folders that hold them
INSIDE = "inside "  # COURSE_WALLS of a program behind walls begins so; what they are follows


@dataclass(frozen=True)
class Walls:
    """What this machine can do, as it was found by trying.

    Attributes:
        bubblewrap: a program can be started inside bubblewrap.
        namespaces: inside it, a forked child gets namespaces of its own.
        seccomp: system calls can be filtered.
    """

    bubblewrap: bool = False
    namespaces: bool = False
    seccomp: bool = False

    @property
    def name(self) -> str:
        """``"bubblewrap"`` when everything holds, ``"limits"`` otherwise."""
        return "bubblewrap" if self.bubblewrap and self.namespaces and self.seccomp else "limits"

    @property
    def sentence(self) -> str:
        """What is promised, or what is not."""
        if self.name == "bubblewrap":
            return "Submissions run inside bubblewrap, without network, each alone."
        if self.bubblewrap:
            return (
                "Submissions run inside bubblewrap, without network, but not each alone: what one leaves in "
                "/tmp, the next one of the same job can read."
            )
        sentence = (
            "Submissions run with resource limits alone: they can read and write every file that you can, "
            "other submissions, solutions and the gradebook included, "
        )
        if self.seccomp:
            return sentence + "but they cannot open a connection or start a program."
        return sentence + "and they can use the network, start programs and leave them running."


def find_walls() -> Walls:
    """What this machine can do. It is tried once, by starting two small programs.

    The environment variable ``COURSE_WALLS=limits`` leaves bubblewrap out.
    """
    return _find_walls(os.environ.get("COURSE_WALLS", ""))


@functools.cache
def _find_walls(told: str) -> Walls:
    if told.startswith(INSIDE):
        found = told[len(INSIDE) :].split()
    else:
        found = _try(Walls())
        if told != "limits" and sys.platform == "linux" and shutil.which("bwrap"):
            found += _try(Walls(bubblewrap=True))
    return Walls(*(wall in found for wall in ("bubblewrap", "namespaces", "seccomp")))


def _try(walls: Walls) -> list[str]:
    """The names of the walls that stand in a program started behind ``walls``.

    Raises:
        RuntimeError: the program failed where nothing is in its way; that no wall stands would be a guess.
    """
    report = "from utils.grading.sandbox import enclose; enclose.report()"
    argv = command([sys.executable, "-c", report], walls)
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    if done.returncode and not walls.bubblewrap:
        raise RuntimeError(f"what keeps students' code in cannot be tried: {done.stderr.strip()}")
    return done.stdout.split()


def command(
    argv: Sequence[str],
    walls: Walls,
    readable: Iterable[Path] = (),
    hidden: Iterable[Path] = (),
    offer: Offer | None = None,
) -> list[str]:
    """The command that runs ``argv``, a Python program, behind ``walls``. It gets a short environment.

    With bubblewrap it sees the system's programs and libraries, this Python with its packages, and the
    package ``utils``; of the rest of the machine nothing, of the network nothing. It ends with the *thread*
    that starts it, and files named in ``pass_fds`` stay open.

    Args:
        readable: more files and folders that it may read, such as data.
        hidden: folders that it may not see even where they lie inside one that it sees.
        offer: the packages, and parts of ``utils``, that it sees; without, all.
    """
    line = ["/usr/bin/env", "-i", *(f"{name}={value}" for name, value in environment(walls).items())]
    if not walls.bubblewrap:
        return [*line, *argv]
    line += [shutil.which("bwrap") or "bwrap", "--die-with-parent", "--new-session", "--hostname", "course"]
    line += ["--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"]
    line += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    for folder in ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"):
        if Path(folder).is_symlink():
            line += ["--symlink", str(Path(folder).readlink()), folder]
        else:
            line += ["--ro-bind-try", folder, folder]
    line += ["--tmpfs", "/tmp", "--dir", "/dev/shm", "--proc", "/proc"]
    visible, covered = _visible(readable), _hidden(hidden)
    if offer is not None:
        homes = {Path(site) for site in offer.sites} | {_package(), _package().resolve()}
        covered |= homes
        visible = visible - homes | {Path(place) for place in (*offer.entries, *offer.course)}
    line += [part for options in _mounts(visible, covered).values() for part in options]
    for device in ("null", "zero", "full", "random", "urandom"):
        line += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    return [*line, "--remount-ro", "/", "--chdir", "/tmp", *argv]


def environment(walls: Walls) -> dict[str, str]:
    """The environment of a program behind ``walls``: of the caller's only where Python finds things."""
    threads = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    passed_on = ("TZ", "LD_LIBRARY_PATH", "COURSE_SOURCE", "COURSE_DATA")
    inside = [wall for wall in ("bubblewrap", "namespaces", "seccomp") if getattr(walls, wall)]
    variables = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "USER": "student",
        "LOGNAME": "student",
        "PYTHONPATH": os.pathsep.join(_not_found_alone()),
        "PYTHONSAFEPATH": "1",  # nothing is imported from the working folder
        "PYTHONDONTWRITEBYTECODE": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "COURSE_WALLS": INSIDE + " ".join(inside),
        **dict.fromkeys(threads, "1"),
        **{name: os.environ[name] for name in passed_on if name in os.environ},
    }
    if site.ENABLE_USER_SITE:
        variables["PYTHONUSERBASE"] = site.getuserbase()
    if walls.bubblewrap:
        return variables | {"HOME": "/tmp", "TMPDIR": "/tmp", "MPLCONFIGDIR": "/tmp/matplotlib"}
    return variables | {"HOME": os.environ.get("HOME", "/"), "TMPDIR": tempfile.gettempdir()}


def _package() -> Path:
    """The folder of the package ``utils``, in the repository or among the installed packages."""
    return Path(utils.__file__ or "").absolute().parent


def _installed() -> bool:
    return _package().parent.name in PACKAGES


def _not_found_alone() -> list[str]:
    """The folders with packages that this Python does not find by itself."""
    folders = [None if _installed() else _package().parent, torchtext_files.find()]
    return [str(folder) for folder in folders if folder is not None]


def _visible(readable: Iterable[Path]) -> set[Path]:
    """What a program inside bubblewrap sees of this machine."""
    paths = [Path("/usr"), Path("/sys/devices/system/cpu"), _package()]
    paths += [Path("/etc", name) for name in ("ld.so.cache", "fonts", "alternatives", "localtime")]
    for prefix in (Path(sys.prefix), Path(sys.base_prefix)):
        paths += [prefix / part for part in ("bin", "lib", "lib64", "share", "pyvenv.cfg")]
    # the packages of another environment, too, where a .pth file of this one names them
    paths += [Path(entry) for entry in sys.path if Path(entry).name in PACKAGES]
    torchtext = torchtext_files.find()
    paths += [] if torchtext is None else [torchtext]
    paths += [path.absolute() for path in readable]
    hop = Path(sys.executable)
    while hop.is_symlink():  # .venv/bin/python names another Python, maybe by way of a third
        hop = Path(os.path.normpath(hop.parent / hop.readlink()))
        paths += [hop]
    return {each for path in paths if path.exists() for each in (path, path.resolve())}


def _hidden(hidden: Iterable[Path]) -> set[Path]:
    """What must stay out of sight: what was named, and the repository around the package ``utils``."""
    repository = set() if _installed() else {_package().parent}
    named = {each for path in hidden for each in (path.absolute(), path.resolve()) if path.is_dir()}
    return named | repository


def _mounts(visible: set[Path], hidden: set[Path]) -> dict[Path, list[str]]:
    """Options for bubblewrap: show what is visible, cover what is hidden, from the outside in."""
    mounts: dict[Path, list[str]] = {}
    for path in sorted(visible | hidden, key=lambda path: (len(path.parts), path)):
        nearest = next((folder for folder in (path, *path.parents) if folder in mounts), None)
        shown = nearest is not None and nearest not in hidden
        if path in hidden and shown:
            mounts[path] = ["--tmpfs", str(path)]
        elif path in visible and path not in hidden and not shown:
            mounts[path] = ["--ro-bind", str(path.resolve()), str(path)]
    return mounts
