"""A run that is cut off, by whatever, and begun again: the gradebook is the undisturbed one, cell by cell."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from gradebook_course import address, state
from postgres import Cluster, cluster  # noqa: F401
from test_class_run import course, submissions  # noqa: F401

from utils.common.errors import UserError
from utils.grading.class_run import Class
from utils.grading.submission import Submission

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("COURSE_KILLS", 8))  # random moments; half of them with two workers
LOCKED = float(os.environ.get("COURSE_LOCKED", 5))  # seconds
KINDS = ("right", "wrong", "raises", "cut", "shouts", "edited", "exits", "absent", "syntax", "last")
RUN = """
import sys
from pathlib import Path
from utils.grading.class_run import Class
from utils.grading.submission import Submission

source, handed_in, to, jobs = sys.argv[1:]
work = [Submission.read(folder.name, folder) for folder in sorted(Path(handed_in).iterdir())]
Class(Path(source), Path(to), timeout=5).grade(
    work, progress=lambda result, unchanged: print(result.student, unchanged, flush=True), jobs=int(jobs)
)
"""


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory, submissions) -> Path:  # noqa: F811
    """The folders of ten students."""
    folder = tmp_path_factory.mktemp("handed_in")
    for number, kind in enumerate(KINDS):
        (folder / f"s{number}-{kind}").mkdir()
        for name, content in submissions[kind].files.items():
            (folder / f"s{number}-{kind}" / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def work(handed_in) -> list[Submission]:
    return [Submission.read(folder.name, folder) for folder in sorted(handed_in.iterdir())]


@pytest.fixture(scope="module")
def source(course) -> Path:  # noqa: F811
    return course / "source" / "01-tiny"


@pytest.fixture(scope="module")
def calm(source, work, tmp_path_factory) -> dict:
    """The gradebook of a run that nothing disturbs."""
    to = tmp_path_factory.mktemp("calm")
    Class(source, to, timeout=5).grade(work)
    return state(address(to))


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run."""
    living = []
    for process in processes:
        try:
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                living.append(process)
        except psutil.NoSuchProcess:
            continue
    return living


def run_and_kill(command: list[str], after: int, seconds: float) -> list[str]:
    """Kill a run some seconds after its so-manieth result; the students it had told of. All that it had
    started must end within ten seconds."""
    run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    told = [run.stdout.readline() for _ in range(after)]
    time.sleep(seconds)
    try:
        family = psutil.Process(run.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    run.kill()
    run.wait()
    deadline = time.monotonic() + 10
    while (left := alive(family)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left, [process.cmdline() for process in left]
    return [line.split()[0] for line in told if line.strip()]


def test_a_kill_while_the_workers_are_still_importing_leaves_nothing(tmp_path):
    begun = tmp_path / "begun"
    (tmp_path / "long_import.py").write_text(
        f"import pathlib, time\npathlib.Path({str(begun)!r}).touch()\ntime.sleep(120)\n"
    )
    program = "from utils.grading.processes.bench import Bench; Bench(['long_import']).begin()"
    path = os.pathsep.join([str(tmp_path), str(Path.cwd())])
    run = subprocess.Popen([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": path})
    while not begun.exists():
        assert run.poll() is None
        time.sleep(0.05)
    family = psutil.Process(run.pid).children(recursive=True)
    assert family
    run.kill()
    run.wait()
    deadline = time.monotonic() + 10  # the import would take 120
    while (left := alive(family)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left, [process.cmdline() for process in left]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_kill_at_a_random_moment_loses_nothing_and_leaves_nothing(source, handed_in, calm, tmp_path, jobs):
    chance = random.Random(jobs)
    kills = 0
    while kills < KILLS // 2:
        to = tmp_path / f"class-{kills}"
        command = [sys.executable, "-c", RUN, str(source), str(handed_in), str(to), str(jobs)]
        done: set[str] = set()
        for _ in range(min(4, KILLS // 2 - kills)):
            unchanged = len(done)  # these are told of first
            done |= set(run_and_kill(command, unchanged + chance.randrange(3), chance.uniform(0, 1.5)))
            kills += 1
        last = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        told = dict(line.split() for line in last.splitlines())
        assert set(told) == {folder.name for folder in handed_in.iterdir()}
        assert all(told[student] == "True" for student in done), "what was told of was graded again"
        assert state(address(to)) == calm


def test_a_full_disk_stops_the_run_and_a_rerun_goes_on(source, work, calm, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if os.getuid() != 0 or not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only an administrator can make a small disk")
    try:
        graded = Class(source, disk / "class", timeout=5)
        graded.grade(work[:3])
        ballast = disk / "ballast"
        room = os.statvfs(disk)
        ballast.write_bytes(bytes((room.f_bavail - 12) * room.f_frsize))
        with pytest.raises(UserError, match="full; make room and run again"):
            graded.grade(work)
        ballast.unlink()
        stood = []
        graded.grade(work, progress=lambda result, unchanged: stood.append(unchanged))
        assert sum(stood) >= 3
        assert state(address(disk / "class")) == calm
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_gradebook_that_another_program_locks_is_waited_for(source, work, calm, tmp_path):
    said: list[str] = []

    def lock(result, unchanged) -> None:
        if result.student == work[2].student:
            other = sqlite3.connect(
                tmp_path / "class/gradebook.db", isolation_level=None, check_same_thread=False
            )
            other.execute("BEGIN EXCLUSIVE")
            threading.Timer(LOCKED, lambda: other.execute("ROLLBACK")).start()

    Class(source, tmp_path / "class", timeout=5).grade(work, progress=lock, tell=said.append)
    assert "gradebook.db is in use by another program; waiting" in said[0]
    assert state(address(tmp_path / "class")) == calm


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_postgresql_may_be_restarted_in_mid_run(
    cluster: Cluster,  # noqa: F811
    source,
    work,
    calm,
    tmp_path,
    mode,
):
    url = cluster.create(f"restarted_{mode}")
    starting = []

    def restart(result, unchanged) -> None:
        if result.student == work[2].student:
            cluster.stop(mode)
            starting.append(threading.Timer(3, cluster.start))
            starting[0].start()

    Class(source, tmp_path / "class", timeout=5, db_url=url).grade(work, progress=restart)
    starting[0].join()
    assert state(url.replace("postgresql:", "postgresql+psycopg:")) == calm
