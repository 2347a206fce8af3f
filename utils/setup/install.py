"""Installs the course into .venv: run by the system's Python, before anything is installed.

    python3 -m utils.setup.install                      what `make venv` does
    python3 -m utils.setup.install --extras dev book    with what tests and authors need
    python3 -m utils.setup.install --torch cuda         with another torch: cpu, cuda or installed

Each step says in one line what it takes; what pip says goes to .venv/install.log. A second run does only what
has changed. Nothing but the standard library is imported here.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from utils.common.errors import about_file
from utils.setup.torch_build import Failed, Torch, choose, no_cpu

VENV = Path(".venv")
LOG = VENV / "install.log"
# what students' code imports where it can write nothing, and so could never compile
COMPILED = "torch, matplotlib.pyplot, IPython, ipywidgets, tqdm.auto"
DONE = VENV / "installed.json"  # what the last run that came to its end has installed
PACKAGES = "235 MB to download, 0.8 GB on disk"
MORE = "and what tests and authors need: 375 MB to download, 1.2 GB on disk"


def main() -> None:
    """Read the command line and install what is missing; a failure is a few lines and exit code 1."""
    parser = argparse.ArgumentParser(
        prog="python3 -m utils.setup.install", description="Installs the course."
    )
    parser.add_argument("--torch", default="", choices=["", "cpu", "cuda", "installed"])
    parser.add_argument("--extras", nargs="+", default=["book"], metavar="EXTRA", help="of pyproject.toml")
    parser.add_argument("--python", default=sys.executable, help="the Python that makes .venv")
    options = parser.parse_args()
    try:
        install(options.torch, options.extras, options.python)
    except Failed as error:
        sys.exit(f"install: {error}")
    except OSError as error:
        sys.exit(f"install: {about_file(error)}")
    except KeyboardInterrupt:
        sys.exit("\ninstall: stopped; the same command goes on from there")


def install(wanted: str, extras: list[str], outside: str) -> None:
    """Bring .venv to what is asked for.

    Args:
        wanted: a torch, or "" for the one of the last time, or else for what suits this machine.
        extras: of pyproject.toml, with those of the last time.
        outside: the Python that makes .venv.
    """
    last = read_done()
    files = b"".join(Path(name).read_bytes() for name in ("requirements.txt", "pyproject.toml"))
    state = {
        "folder": str(Path.cwd()),  # the commands in .venv hold its path
        "files": hashlib.sha256(files).hexdigest(),
        "torch": wanted or last.get("torch", ""),
        "extras": sorted({*extras, *last.get("extras", [])}),
    }
    inside = python_in(VENV)
    if state == last and inside.exists():
        return
    DONE.unlink(missing_ok=True)
    if state["folder"] != last.get("folder", state["folder"]) or not has_pip(inside):
        with step(f"Python and pip into {VENV}"):
            make_venv(outside)
    LOG.write_text("", encoding="utf-8")
    constraints = put_torch(str(state["torch"]), inside, outside)
    authors = "dev" in state["extras"]
    with step(f"The course and its packages{', ' + MORE if authors else ': ' + PACKAGES}") as progress:
        run_pip(
            inside,
            ["--constraint", str(constraints), "--editable", f".[{','.join(state['extras'])}]"],
            progress,
        )
        run([str(inside), "-m", "utils.common.torchtext_files"])
        run([str(inside), "-c", f"import {COMPILED}"])
    DONE.write_text(json.dumps(state), encoding="utf-8")


def read_done() -> dict:
    """What the last run installed; empty if there was none."""
    try:
        return json.loads(DONE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def python_in(venv: Path) -> Path:
    """The Python of a virtual environment."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def has_pip(python: Path) -> bool:
    """Whether ``python`` runs and has pip."""
    try:
        return subprocess.run([str(python), "-c", "import pip"], capture_output=True).returncode == 0
    except OSError:
        return False


def make_venv(python: str) -> None:
    """Make .venv anew."""
    done = subprocess.run([python, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True)
    if done.returncode != 0:
        said = f"{done.stdout}{done.stderr}".strip()
        if "ensurepip" in said:
            raise Failed(
                "this Python lacks venv; install it (on Debian and Ubuntu: apt install python3-venv)"
            )
        if not os.access(Path.cwd(), os.W_OK):
            raise Failed(f"you may not write in {Path.cwd()}; copy the course into a folder of your own")
        raise Failed(f"{VENV} could not be made: {said}")


def put_torch(wanted: str, inside: Path, outside: str) -> Path:
    """Install torch, or let .venv see another environment's; the file with what goes with it."""
    pinned = re.search(
        r"^torch==([\d.]+)", Path("requirements.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert pinned is not None
    torch, sentence = choose(wanted, pinned[1], inside, outside)
    if sentence:
        print(sentence, flush=True)
    constraints = write_constraints(torch)
    also = ("--constraint", str(constraints))
    if torch.options:
        try:
            with step(torch.what) as progress:
                run_pip(inside, (*torch.options, *also), progress)
        except Failed:
            if torch.instead is None:
                raise
            print(no_cpu("fetching PyTorch's build for CPUs failed"), flush=True)
            torch = torch.instead
            with step(torch.what) as progress:
                run_pip(inside, (*torch.options, *also), progress)
    elif torch.what:
        print(f"{torch.what} is used", flush=True)
    see_packages(torch.folder, inside)
    return constraints


def see_packages(folder: str, inside: Path) -> None:
    """Let .venv see the packages in ``folder``, behind its own; with "", in its own alone."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    done = subprocess.run([str(inside), "-c", code], capture_output=True, text=True, check=True)
    names = Path(done.stdout.strip(), "surrounding.pth")
    names.unlink(missing_ok=True)
    if folder:
        names.write_text(f"{folder}\n", encoding="utf-8")


def write_constraints(torch: Torch) -> Path:
    """requirements.txt with the torch that is there, whatever it was built for."""
    pins = Path("requirements.txt").read_text(encoding="utf-8").splitlines()
    kept = [pin for pin in pins if pin[:1].isalnum() and not pin.startswith("torch==")]
    constraints = VENV / "constraints.txt"
    constraints.write_text(
        "\n".join([*kept, f"torch=={torch.version.partition('+')[0]}", ""]), encoding="utf-8"
    )
    return constraints


def run_pip(python: Path, options: Sequence[str], progress: Callable[[str], None]) -> None:
    """``pip install`` with ``options``.

    Python compiles a module when it is first imported; pip would compile all, of which most are never used.
    Where Python is told to keep nothing that it compiles, each process would compile torch again.
    """
    compiled = "--compile" if os.environ.get("PYTHONDONTWRITEBYTECODE") else "--no-compile"
    code = "import pip; print(pip.__version__)"
    version = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False).stdout
    bar = "raw" if tuple(map(int, re.findall(r"\d+", version)[:2])) >= (24, 1) else "off"
    quiet = ("--no-input", compiled, "--progress-bar", bar)
    run([str(python), "-m", "pip", "install", *quiet, *options], progress)


def run(command: list[str], progress: Callable[[str], None] = lambda news: None) -> None:
    """Run ``command`` with its output in the log.

    Raises Failed, with the log's last lines, if it fails.
    """
    # PIP_USER=1 does not go together with a virtual environment
    environment = {
        **os.environ,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_USER": "0",
        "PYTHONUNBUFFERED": "1",
    }
    said: list[str] = []
    with (
        LOG.open("a", encoding="utf-8") as log,
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=environment,
        ) as process,
    ):
        assert process.stdout is not None
        print("$", *command, file=log)
        what = ""
        for line in process.stdout:
            if bytes_so_far := re.match(r"Progress (\d+) of (\d+)$", line):
                there, all_of_it = (int(number) / 1e6 for number in bytes_so_far.groups())
                progress(f"{what} {there:.0f} of {all_of_it:.0f} MB")
                continue
            log.write(line)
            said.append(line.rstrip())
            if line.split()[:1] in (["Collecting"], ["Downloading"], ["Installing"]):
                what = line.strip()[:60]
                progress(what)
    if process.returncode != 0:
        last = [line for line in said if line][-6:]
        raise Failed(
            "\n  ".join(["this failed:", *last, f"Everything that was said is in {LOG}; run it again."])
        )


@contextlib.contextmanager
def step(what: str) -> Iterator[Callable[[str], None]]:
    """One line for what is done inside: ``what``, how far it is (on a terminal), how long it took."""
    terminal, start = sys.stdout.isatty(), time.monotonic()
    print(f"{what} …", end="", flush=True)

    def tell(news: str, end: str = "") -> None:
        line = f"{what} … {news}"
        if not end:  # a line that is to be written over must not be wrapped
            line = line[: shutil.get_terminal_size().columns - 1]
        print(f"\r\033[K{line}" if terminal else f" {news}", end=end, flush=True)

    try:
        yield tell if terminal else lambda news: None
    except BaseException:
        print(flush=True)
        raise
    tell(f"{time.monotonic() - start:.0f} s", end="\n")


if __name__ == "__main__":
    main()
