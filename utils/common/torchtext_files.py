"""torchtext's Python files where it has no wheel: fetched once, checked, and kept.

torchtext 0.18.0, its last release, has wheels for Python 3.8 to 3.12 on three kinds of machine, and no
source. Its Python files are the same in all of them and run everywhere. Where this environment has no
torchtext, they are taken out of one wheel, with its licence and without its compiled parts, and put beside
the environment's other data, or where that cannot be written into the user's cache. pip, or uv, fetches the
wheel from wherever it fetches everything else, and refuses another file than the one with the hash below.

    python -m utils.common.torchtext_files     # fetches them beforehand
"""

from __future__ import annotations

import importlib.machinery
import importlib.metadata
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable
from pathlib import Path

from utils.common.errors import UserError, about_file
from utils.common.layout import COURSE, course_cache

VERSION = "0.18.0"
HASH = "sha256:eeebf2ec950c9f9d3b276faf6948e763836c215747354f0340746b32512d11f6"  # Python 3.12, Linux
PIP = [
    "--python-version",
    "3.12",
    "--implementation",
    "cp",
    "--abi",
    "cp312",
    "--platform",
    "manylinux1_x86_64",
]
UV = ["--python-version", "3.12", "--python-platform", "x86_64-unknown-linux-gnu"]
LONGEST = 120  # seconds that fetching may take


class NoTorchtext(UserError, ImportError):
    """torchtext is not here and cannot be fetched; the message says what to do."""


def find() -> Path | None:
    """The folder that holds the files; None where they are not needed, or not here."""
    if not _needed():
        return None
    return next((folder for folder in _places() if folder.is_dir()), None)


def provide() -> Path | None:
    """The folder to import torchtext from, fetched if need be; None where the environment has torchtext.

    Raises NoTorchtext if the files are not here and cannot be fetched.
    """
    if not _needed():
        return None
    return find() or _fetch()


def provide_for(modules: Iterable[str]) -> None:
    """:func:`provide` if one of ``modules`` imports torchtext."""
    if any(f"{module}.".startswith("utils.text.") for module in modules):
        provide()


def _needed() -> bool:
    """Whether torchtext is to be found nowhere but in the folders of this module."""
    places = _places()
    elsewhere = [entry for entry in sys.path if Path(entry) not in places]
    return importlib.machinery.PathFinder.find_spec("torchtext", elsewhere) is None


def _places() -> list[Path]:
    """Where the files may lie; the first one that can be written gets them."""
    name = f"torchtext-{VERSION}"
    places = [Path(sysconfig.get_path("data"), "share", COURSE, name)]
    cache = course_cache()
    return places if cache is None else [*places, cache / name]


def _fetch() -> Path:
    with tempfile.TemporaryDirectory() as scratch:
        fetched = Path(scratch, "fetched")
        _download(fetched)
        refused: list[str] = []
        for place in _places():
            try:
                return _keep(fetched, place)
            except OSError as error:
                refused.append(about_file(error, place))
    raise NoTorchtext(f"torchtext's Python files cannot be kept anywhere: {'; '.join(refused)}")


def _has_pip() -> bool:
    """Not by find_spec: setuptools hears of it, and can no longer be imported after that."""
    return [*importlib.metadata.distributions(name="pip")] != []


def _download(folder: Path) -> None:
    """Let pip or uv unpack the wheel into ``folder``."""
    requirement = folder.with_suffix(".txt")
    requirement.write_text(f"torchtext=={VERSION} --hash={HASH}\n", encoding="utf-8")
    options = ["--target", str(folder), "--no-deps", "--require-hashes", "--requirement", str(requirement)]
    uv = shutil.which("uv")
    if _has_pip():
        wait = ["--timeout", "10", "--retries", "1", "--no-compile", "--disable-pip-version-check"]
        command = [sys.executable, "-m", "pip", "install", "--only-binary=:all:", *options, *PIP, *wait]
    elif uv is not None:
        command = [uv, "pip", "install", "--python", sys.executable, "--only-binary=:all:", *options, *UV]
    else:
        raise NoTorchtext(_sentence("there is neither pip nor uv to fetch them with: install one"))
    # settings that pip refuses together with --target, or outside a virtual environment
    environment = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            env=environment,
            timeout=LONGEST,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise NoTorchtext(_sentence(f"no answer in {LONGEST} seconds")) from None
    except OSError as error:
        raise NoTorchtext(
            _sentence(f"{Path(command[0]).name} cannot be started: {error.strerror}")
        ) from error
    if done.returncode != 0:
        raise NoTorchtext(_sentence(_reason(done.stderr)))


def _reason(stderr: str) -> str:
    """The first line that says why pip or uv gave up."""
    if "do not match the hashes" in stderr.lower() or "hash mismatch" in stderr.lower():
        return "the file that was offered is another one than torchtext's own: its hash is wrong"
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    found = next((line for line in lines if line.lower().startswith(("error", "×"))), "")
    return found.partition(":")[2].strip() or found or "it did not say why"


def _sentence(why: str) -> str:
    return (
        f"torchtext has no wheel for this Python, and its Python files could not be fetched ({why}): "
        f"run `{sys.executable} -m utils.common.torchtext_files` once with a network"
    )


def _keep(fetched: Path, place: Path) -> Path:
    """Copy the Python files and the licence to ``place``, whole or not at all."""
    from filelock import FileLock

    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.with_name(f".{place.name}.lock")):
        if not place.is_dir():
            part = place.with_name(f".{place.name}.part")
            shutil.rmtree(part, ignore_errors=True)
            for path in [*fetched.glob("torchtext/**/*.py"), *fetched.glob("torchtext-*.dist-info/*")]:
                copy = part / path.relative_to(fetched)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
            part.rename(place)
    return place


if __name__ == "__main__":
    try:
        print(f"torchtext: {provide() or 'a package of this environment'}")
    except UserError as error:
        sys.exit(f"torchtext: {error}")
