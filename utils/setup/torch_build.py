"""Which torch :mod:`utils.setup.install` puts into .venv, and from where.

The package index's torch for Linux is built for CUDA and many times as large as the one for CPUs, which lies
in an index of PyTorch's own. Where no NVIDIA driver answers, that one is taken, if its index answers.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
OLDEST = (2, 3)
WAIT = 5  # seconds for one answer of the index
LONGEST = 15  # seconds for all of them
CPU_SIZE = "190 MB to download, 0.7 GB on disk"
CUDA_SIZE = "2.7 GB to download, 5 GB on disk"


class Failed(Exception):
    """The installation cannot go on; the message says why and what to do."""


@dataclass(frozen=True)
class Torch:
    """What is to be done about torch.

    Attributes:
        version: the one that the course's other packages are chosen for.
        options: of ``pip install``; empty if there is nothing to install.
        what: a few words on it and its size.
        folder: the other environment's folder of packages that it is used from.
        instead: if ``options`` fail, this is tried.
    """

    version: str
    options: tuple[str, ...] = ()
    what: str = ""
    folder: str = ""
    instead: Torch | None = None


def choose(wanted: str, pinned: str, inside: Path, outside: str) -> tuple[Torch, str]:
    """What to do about torch, and a sentence for the person at the keyboard (or "").

    Args:
        wanted: "cpu", "cuda", "installed", or "" for what suits this machine.
        pinned: the version in requirements.txt.
        inside: the Python in .venv.
        outside: the Python that .venv was made with, whose torch ``"installed"`` means.

    Raises Failed if what is wanted cannot be had.
    """
    if wanted == "installed":
        return surrounding(outside), ""
    there = installed(inside)
    separate = sys.platform == "linux"  # elsewhere the package index has no CUDA builds
    if there.partition("+")[0] == pinned and (
        not wanted or not separate or (wanted == "cpu") == there.endswith("+cpu")
    ):
        return Torch(pinned), ""
    # 2.13.0+cpu would pass for 2.13.0
    again = ("--force-reinstall",) if there.partition("+")[0] == pinned else ()
    plain = Torch(pinned, (*again, f"torch=={pinned}"), f"torch {pinned} for CPU: {CPU_SIZE}")
    if not separate:
        return plain, ""
    cuda = Torch(pinned, plain.options, f"torch {pinned} for CUDA: {CUDA_SIZE}")
    if wanted == "cuda":
        return cuda, ""
    if not wanted and nvidia_driver():
        return (
            cuda,
            "An NVIDIA driver answers, so torch comes for CUDA; TORCH=cpu takes the small one instead.",
        )
    index = os.environ.get("TORCH_INDEX") or CPU_INDEX
    try:
        version = offered(index, pinned, inside)
    except Failed as error:
        if wanted:
            raise Failed(
                f"{error}; without TORCH=cpu, the package index's torch is taken: {CUDA_SIZE}"
            ) from None
        return cuda, no_cpu(str(error))
    options = (*again, "--no-deps", "--index-url", index, f"torch=={version}")
    return Torch(pinned, options, plain.what, instead=None if wanted else cuda), ""


def no_cpu(why: str) -> str:
    """The sentence for torch from the package index."""
    return (
        f"{why}: torch comes from the package index instead, built for CUDA, with {CUDA_SIZE} instead of "
        f"{CPU_SIZE}. Ctrl-C stops it; TORCH=cpu insists on the small one."
    )


def surrounding(python: str) -> Torch:
    """The torch of another environment.

    Raises Failed if it has none, or one that is too old.
    """
    code = "import json, torch; print(json.dumps([torch.__version__, torch.__file__]))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{python} has no torch that can be imported; without TORCH=installed, one is installed")
    version, file = json.loads(done.stdout.splitlines()[-1])
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < OLDEST:
        raise Failed(
            f"the torch of {python} is {version}, and the course needs 2.3 or later: leave TORCH away"
        )
    return Torch(version, what=f"torch {version} of {python}", folder=str(Path(file).parents[1]))


def installed(python: Path) -> str:
    """The version of the torch that is installed for ``python`` itself; "" if there is none."""
    code = (
        "import importlib.metadata as m, sysconfig\n"
        "for d in m.distributions(name='torch', path=[sysconfig.get_path('platlib')]): print(d.version)"
    )
    done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False)
    return (done.stdout.split() or [""])[0]


def nvidia_driver() -> bool:
    """Whether an NVIDIA driver answers."""
    if Path("/proc/driver/nvidia/version").exists():
        return True
    program = shutil.which("nvidia-smi") or shutil.which("nvidia-smi", path="/usr/lib/wsl/lib")
    try:
        return (
            program is not None and subprocess.run([program], capture_output=True, timeout=20).returncode == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def offered(index: str, version: str, python: Path) -> str:
    """The full name of ``version`` in ``index`` (such as 2.13.0+cpu), if ``python`` can have it from there.

    pip asks, with the certificates and the proxy that are set for it; it may take ``LONGEST`` seconds.

    Raises Failed with half a sentence if the index does not answer, or has no such torch.
    """
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    command = [
        *pip,
        "index",
        "versions",
        "torch",
        "--index-url",
        index,
        "--timeout",
        str(WAIT),
        "--retries",
        "0",
    ]
    with tempfile.TemporaryDirectory() as empty:  # instead of other sources that pip is told to look in
        sources = {"PIP_FIND_LINKS": empty, "PIP_EXTRA_INDEX_URL": Path(empty).as_uri()}
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=LONGEST,
                env={**os.environ, **sources, "PIP_CONSTRAINT": ""},
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Failed(f"{index} did not answer in {LONGEST} seconds") from None
    found = re.search(r"^Available versions: (.*)$", done.stdout, re.MULTILINE)
    for each in found[1].split(", ") if found else ():
        if each.partition("+")[0] == version:
            return each
    python_version = ".".join(platform.python_version_tuple()[:2])
    raise Failed(f"{index} cannot be reached, or has no torch {version} for Python {python_version}")
