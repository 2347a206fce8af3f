"""The writer of the gradebook against everything that can interrupt it."""

import errno
import os
import random
import signal
import sqlite3
import subprocess
import threading
import time
from pathlib import Path

import pytest
from gradebook_course import (
    DUE,
    EARLY,
    TINY,
    address,
    enter,
    files,
    fill,
    hand_in,
    newest,
    rows,
    state,
)

from utils.common.errors import UserError
from utils.grading.gradebook.writer import Gradebook


def in_child(work) -> int:
    """Run ``work`` in a fork of this process; its wait status."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def compare_with_undisturbed(course: Path, source: Path, students: list[str], tmp_path: Path) -> None:
    calm = tmp_path / "calm"
    if not calm.exists():
        fill(calm, source, None, students)
    assert state(address(course)) == state(address(calm))
    assert files(course) == files(calm)
    whole = {student: (result.status, result.scores) for student, result in newest(course).items()}
    assert whole == {student: (result.status, result.scores) for student, result in newest(calm).items()}


@pytest.mark.slow
def test_a_kill_at_every_step_of_the_writing_loses_nothing(source, tmp_path):
    """Killed before and after each file that is synced, moved or committed, in turn."""
    students = ["ada", "emmy"]
    moments = 0
    for fatal in range(1000):
        course = tmp_path / f"class{fatal}"

        def run(course=course, fatal=fatal):
            steps = iter(range(fatal, -1, -1))

            def step():
                if next(steps) == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

            def fatally(function):
                def wrapped(*arguments, **named):
                    step()
                    answer = function(*arguments, **named)
                    step()
                    return answer

                return wrapped

            for owner, name in (
                (os, "fsync"),
                (Path, "replace"),
                (Gradebook, "record"),
                (Gradebook, "bring_in"),
            ):
                setattr(owner, name, fatally(getattr(owner, name)))
            fill(course, source, None, students)

        status = os.waitpid(in_child(run), 0)[1]
        if not os.WIFSIGNALED(status):
            assert status == 0
            break
        moments += 1
        results = newest(course)
        if results:
            seen = state(address(course))
            assert all(seen[TINY, student][2] == result.score for student, result in results.items())
        fill(course, source, None, students)
        compare_with_undisturbed(course, source, students, tmp_path)
    assert moments > 30


@pytest.mark.slow
def test_a_kill_at_any_moment_loses_nothing(source, tmp_path):
    """Thirty random moments, several in the life of one gradebook."""
    students = [f"{letter}{number}" for letter in "abcdef" for number in range(5)]
    start = time.monotonic()
    fill(tmp_path / "calm", source, None, students)
    lasts = time.monotonic() - start
    random.seed(5)
    kills = 0
    while kills < 30:
        course = tmp_path / f"class{kills}"
        for _ in range(4):
            child = in_child(lambda course=course: fill(course, source, None, students))
            time.sleep(random.uniform(0, lasts))
            os.kill(child, signal.SIGKILL)
            kills += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        fill(course, source, None, students)
        compare_with_undisturbed(course, source, students, tmp_path)


@pytest.mark.parametrize("holds", [1.5, None], ids=["for a while", "for ever"])
def test_a_locked_gradebook_is_waited_for(course, source, holds):
    said: list[str] = []
    with Gradebook(course, patience=1.0 if holds is None else 30, progress=said.append) as gradebook:
        enter(gradebook, source, DUE)
        gradebook.write(*hand_in(course, "ada"))
        other = sqlite3.connect(course / "gradebook.db", isolation_level=None, check_same_thread=False)
        other.execute("BEGIN EXCLUSIVE")
        before = files(course)
        if holds is None:
            with pytest.raises(UserError, match=r"gradebook\.db is in use .* nothing is lost"):
                gradebook.write(*hand_in(course, "alan"))
            assert files(course) == before and set(newest(course)) == {"ada"}
            other.execute("ROLLBACK")
        else:
            threading.Timer(holds, lambda: other.execute("ROLLBACK")).start()
        gradebook.write(*hand_in(course, "alan"))
        assert "in use by another program; waiting" in said[0]
    assert set(newest(course)) == {"ada", "alan"}
    assert state(address(course))[TINY, "alan"][2] == 2.5


def test_a_second_writer_waits_for_the_first(course, source):
    with Gradebook(course) as first:
        enter(first, source)

        def second():
            with (
                Gradebook(course, patience=0.3) as gradebook,
                pytest.raises(UserError, match="another process"),
            ):
                enter(gradebook, source)

        assert os.waitpid(in_child(second), 0)[1] == 0
        with Gradebook(course) as reader:  # who only reads need not wait
            assert rows(reader) == [] and reader.read_results(TINY) == {}


def test_a_full_disk_is_told_and_leaves_nothing_half_written(course, source, monkeypatch):
    with Gradebook(course) as gradebook:
        enter(gradebook, source, DUE)
        gradebook.write(*hand_in(course, "ada"))
        really = os.fsync
        for good in range(20):
            before, there = state(address(course)), files(course)
            calls = iter(range(good, -1, -1))

            def full(handle, calls=calls):
                if next(calls, 1) == 0:
                    raise OSError(errno.ENOSPC, "No space left on device")
                really(handle)

            monkeypatch.setattr(os, "fsync", full)
            try:
                gradebook.write(*hand_in(course, f"s{good}"))
            except UserError as error:
                assert "is full; make room and run again" in str(error)
                if state(address(course)) == before:
                    assert files(course) == there
                assert f"s{good}" not in newest(course)
            else:
                assert good > 3
                break
            finally:
                monkeypatch.setattr(os, "fsync", really)
            gradebook.write(*hand_in(course, f"s{good}"))
            assert rows(gradebook)[-1]["score"] == 2.5 and f"s{good}" in newest(course)
        else:
            raise AssertionError("the writer never wrote")


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root may mount a small disk")
def test_a_disk_that_is_really_full(source, tmp_path):
    """From no room at all upwards, so that each of the files is the one that finds none."""
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        course = small / "class"
        students = [f"s{number}" for number in range(14)]
        refused = 0
        with Gradebook(course) as gradebook:
            enter(gradebook, source, DUE)
            for number, student in enumerate(students):
                before, there = state(address(course)), files(course)
                room = os.statvfs(small)
                ballast = small / "ballast"
                ballast.write_bytes(b"x" * (room.f_bavail * room.f_frsize - number * 4096))
                try:
                    gradebook.write(*hand_in(course, student, when=EARLY))
                except UserError as error:
                    refused += 1
                    assert "full; make room and run again" in str(error)
                    if state(address(course)) == before:
                        assert files(course) == there
                    assert student not in newest(course)
                ballast.unlink()
                gradebook.write(*hand_in(course, student, when=EARLY))
        assert refused > 3
        calm = tmp_path / "calm"
        with Gradebook(calm) as gradebook:
            enter(gradebook, source, DUE)
            for student in students:
                gradebook.write(*hand_in(calm, student, when=EARLY))
        compare_with_undisturbed(course, source, students, tmp_path)
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)
