"""Runs of an experiment, several at a time, each kept in a file as soon as it is done."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

Run = Callable[[], Any]  # can be pickled: a function of a module, or functools.partial of one


def parser(what: str, to: Path) -> argparse.ArgumentParser:
    """The options that every experiment has: --size, --workers and --to."""
    options = argparse.ArgumentParser(description=what.splitlines()[0])
    sizes = ("tiny", "default", "full")
    options.add_argument(
        "--size", choices=sizes, default="default", help="full is meant for a GPU or a night"
    )
    options.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="how many runs at a time")
    options.add_argument("--to", type=Path, default=to, help="what it holds already is not run again")
    return options


def measure(runs: Mapping[str, Run], to: Path, workers: int = 1, size: str = "") -> dict[str, Any]:
    """The result of each run, by name; what the file ``to`` holds already is not run again.

    ``to`` is written whenever a run is done: ``{"made": {machine, versions, date}, "runs": {name: result}}``.
    A run that fails stops no other: it is told at the end, by SystemExit. After Ctrl-C the next call goes on.
    ``size`` is kept beside the runs, where their names do not say it: a file with runs of another is refused.
    """
    content = json.loads(to.read_text(encoding="utf-8")) if to.exists() else {"made": {}, "runs": {}}
    if size and content.setdefault("size", size) != size:
        sys.exit(f"{to} holds runs of size {content['size']}, not {size}: name another file with --to.")
    done, failed = content["runs"], {}
    missing = {name: run for name, run in runs.items() if name not in done}
    if missing:
        with ProcessPoolExecutor(workers, get_context("spawn"), _one_thread) as pool:
            names = {pool.submit(run): name for name, run in missing.items()}
            with tqdm(total=len(runs), initial=len(runs) - len(missing), unit="run", file=sys.stderr) as bar:
                try:
                    for future in as_completed(names):
                        name = names[future]
                        bar.update()
                        if error := future.exception():
                            failed[name] = error
                            continue
                        done[name], content["made"] = future.result(), made()
                        _write(content, to)
                        tqdm.write(f"{name}: {done[name]}")
                except KeyboardInterrupt:
                    pool.shutdown(wait=False, cancel_futures=True)
                    sys.exit(f"Stopped. {len(done)} runs are in {to}; the same command goes on from there.")
    if failed:
        sys.exit(
            "\n".join(f"{name} failed: {type(error).__name__}: {error}" for name, error in failed.items())
        )
    return {name: done[name] for name in runs}


def made() -> dict[str, str]:
    """Where and with what a measurement was made."""
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {device}"
    return {
        "machine": machine,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "date": f"{date.today()}",
    }


def _one_thread() -> None:
    torch.set_num_threads(1)


def _write(content: dict[str, Any], to: Path) -> None:
    """Write beside ``to``, and exchange: whoever stops the command never leaves half a file."""
    to.parent.mkdir(parents=True, exist_ok=True)
    beside = to.with_suffix(".new")
    beside.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    beside.replace(to)
