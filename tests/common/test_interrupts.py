"""Ctrl-C is heard wherever it finds Python, and the command answers with one sentence."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from utils.common.interrupts import kept

pytestmark = pytest.mark.usefixtures("interruptible")

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}

# Each drops an object in a place where Python cannot raise, and Ctrl-C comes just there.
DEAF = {
    "weak reference": """
        class Thing:
            pass
        thing = Thing()
        reference = weakref.ref(thing, lambda _: press())
        del thing
    """,
    "__del__": """
        class Thing:
            def __del__(self):
                press()
        thing = Thing()
        del thing
    """,
}
# and then it waits, as grading does: asleep, for a lock, or for a socket
WAITS = {
    "sleep": "time.sleep(60)",
    "lock": "lock = threading.Lock(); lock.acquire(); lock.acquire()",
    "socket": "pair = socket.socketpair(); pair[0].recv(1)",
}


def run(program: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", program], env=ENVIRONMENT, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("wait", WAITS)
@pytest.mark.parametrize("where", DEAF)
def test_ctrl_c_is_not_lost_where_python_cannot_raise(where, wait):
    program = f"""
import os, signal, socket, threading, time, weakref
from utils.common.interrupts import kept

def press():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0)

try:
    with kept():
{textwrap.indent(textwrap.dedent(DEAF[where]), " " * 8)}
        print("here", flush=True)
        {WAITS[wait]}
except KeyboardInterrupt:
    print("heard")
"""
    done = run(program)
    assert (done.stdout, done.stderr) == ("here\nheard\n", "")


def test_other_exceptions_that_cannot_be_raised_are_told_as_before(monkeypatch):
    told = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)

    class Thing:
        def __del__(self):
            raise ValueError("a flaw")

    before = sys.unraisablehook
    with kept():
        thing = Thing()
        del thing
    assert [unraisable.exc_type for unraisable in told] == [ValueError]
    assert sys.unraisablehook == before


def test_ctrl_c_that_was_answered_does_not_end_the_process_by_the_signal(tmp_path):
    """Without `kept`, Python says -2 here (3.10 to 3.12)."""
    (tmp_path / "program.py").write_text(
        "import sys\n"
        "from utils.common.interrupts import kept\n"
        "with kept():\n"
        "    try:\n"
        "        exec('raise KeyboardInterrupt')\n"
        "    except KeyboardInterrupt:\n"
        "        pass\n"
        "sys.exit(1)\n"
    )
    argv = [sys.executable, "-m", "program"]
    assert subprocess.run(argv, cwd=tmp_path, env=ENVIRONMENT, timeout=60).returncode == 1


@pytest.mark.parametrize("command", [["release", "--check"], ["where"]])
def test_a_command_that_is_stopped_says_one_sentence(command):
    program = f"""
import sys
from utils.cli import main

def stopped():
    raise KeyboardInterrupt

main.find_root = stopped
sys.argv = ["course", *{command!r}]
main.main()
"""
    done = run(program)
    assert done.returncode == 1
    assert done.stderr == "course: stopped; the same command can be run again\n"


def test_grading_that_is_stopped_before_it_begins_says_one_sentence(tmp_path):
    argv = [sys.executable, "-c", PROGRAM, str(tmp_path / "begun")]
    run = subprocess.Popen(argv, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while not (tmp_path / "begun").exists():
        assert run.poll() is None
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGINT)
    error = run.communicate(timeout=30)[1]
    assert run.returncode == 1
    assert error == "course: stopped; the same command can be run again\n"


PROGRAM = """
import sys, time
from pathlib import Path
from utils.cli import grade, main

def slow_disk():
    Path(begun).touch()
    time.sleep(60)

begun = sys.argv[1]
grade.find_root = slow_disk
sys.argv = ["course", "grade", "1", "class"]
main.main()
"""
