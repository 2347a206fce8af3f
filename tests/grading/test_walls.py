"""What a machine is found to do, and the command that is made of it."""

import dataclasses
import json
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import utils
from utils.grading.packages import offer
from utils.grading.sandbox import walls
from utils.grading.sandbox.walls import Walls, command, find_walls

NO_BUBBLEWRAP = "bubblewrap cannot be started on this machine; install the package bubblewrap"


def test_limits_alone_say_what_they_do_not_promise(monkeypatch):
    monkeypatch.setenv("COURSE_WALLS", "limits")
    found = find_walls()
    assert (found.name, found.bubblewrap) == ("limits", False)
    assert "read and write every file" in found.sentence
    assert Walls(True, True, False).name == Walls(True, False, True).name == "limits"
    assert Walls(True, True, True).name == "bubblewrap"


@pytest.mark.parametrize("found", [None, "/bin/false"])
def test_a_machine_without_bubblewrap(monkeypatch, found):
    """It is not on PATH; or it is, and cannot start, as where user namespaces are switched off."""
    monkeypatch.delenv("COURSE_WALLS", raising=False)
    monkeypatch.setattr(walls.shutil, "which", lambda name: found)
    found = walls._find_walls.__wrapped__("")
    assert (found.bubblewrap, found.namespaces, found.name) == (False, False, "limits")


def test_a_repository_inside_what_is_shown_is_covered(tmp_path):
    """As when it lies in /usr: the folder is covered, what it must show is shown on top."""
    shown, repository = Path("/usr"), Path("/usr/src/course")
    package, data = repository / "utils", repository / "data"
    mounts = walls._mounts({shown, package, data, Path("/usr/lib")}, {repository, Path("/home/me/course")})
    assert list(mounts) == [shown, repository, data, package]
    assert mounts[repository][0] == "--tmpfs"


def test_folders_that_were_named_are_hidden(tmp_path):
    if find_walls().name != "bubblewrap":
        pytest.skip(NO_BUBBLEWRAP)
    for name in ("shown", "shown/gradebook"):
        (tmp_path / name).mkdir()
    (tmp_path / "shown" / "gradebook" / "marks").write_text("100")
    code = f"import os; print(os.listdir({str(tmp_path / 'shown' / 'gradebook')!r}))"
    argv = command(
        [sys.executable, "-c", code],
        find_walls(),
        readable=[tmp_path / "shown"],
        hidden=[tmp_path / "shown" / "gradebook"],
    )
    assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout == "[]\n"


IN_A_CHILD = """
import os, sys
from pathlib import Path
from utils.grading.sandbox import enclose
child = os.fork()
if child == 0:
    enclose.enclose(enclose.Limits(), enclose.find_walls())
    file = Path(sys.argv[1])
    os._exit(0 if file.read_text() == "answer = 42" and os.listdir(file.parent) == ["alone.py"] else 1)
print(os.waitpid(child, 0)[1])
"""


def test_packages_in_tmp_are_there_for_a_submission(tmp_path, monkeypatch):
    """As where somebody has cloned the course to /tmp: each submission has a /tmp of its own."""
    monkeypatch.setenv("COURSE_WALLS", "")
    if not find_walls().namespaces:
        pytest.skip(NO_BUBBLEWRAP)
    environment = Path(tempfile.mkdtemp(dir="/tmp"))
    packages = environment / "site-packages"
    try:
        packages.mkdir()
        for name in ("alone.py", "another.py"):
            (packages / name).write_text("answer = 42")
        alone = str(packages / "alone.py")
        offered = dataclasses.replace(offer([]), sites=(str(packages),), entries=(alone,))
        argv = [sys.executable, "-c", IN_A_CHILD, alone]
        line = command(argv, find_walls(), readable=[environment], offer=offered)
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        assert (done.stdout, done.stderr) == ("0\n", "")
    finally:
        shutil.rmtree(environment)


def test_the_repository_is_hidden_even_where_the_folder_around_it_is_shown(monkeypatch):
    monkeypatch.setenv("COURSE_WALLS", "")
    if find_walls().name != "bubblewrap":
        pytest.skip(NO_BUBBLEWRAP)
    root = Path(utils.__file__).parents[1]
    code = f"import os; print('pyproject.toml' in os.listdir({str(root)!r}))"
    argv = command([sys.executable, "-c", code], find_walls(), readable=[root.parent])
    assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout == "False\n"


@pytest.mark.parametrize("name", ["bubblewrap", "limits"])
def test_torchtexts_files_are_found_in_the_users_cache(name, monkeypatch, tmp_path):
    """And so are the packages of an environment that this one borrows from."""
    monkeypatch.setenv("COURSE_WALLS", "limits" if name == "limits" else "")
    found = find_walls()
    if found.name != name:
        pytest.skip("bubblewrap cannot be started on this machine")
    files, borrowed = tmp_path / "torchtext-0.18.0", tmp_path / "site-packages"
    for folder in (files, borrowed):
        folder.mkdir()
        (folder / "thing.py").write_text("")
    monkeypatch.setattr(walls.torchtext_files, "find", lambda: files)
    monkeypatch.syspath_prepend(borrowed)
    code = f"import os, thing; print(thing.__file__, os.listdir({str(borrowed)!r}))"
    argv = command([sys.executable, "-c", code], found)
    printed = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert printed == f"{files / 'thing.py'} ['thing.py']\n"


@pytest.mark.parametrize("name", ["bubblewrap", "limits"])
def test_of_the_environment_little_goes_along(name, monkeypatch):
    monkeypatch.setenv("COURSE_WALLS", "limits" if name == "limits" else "")
    monkeypatch.setenv("PGPASSWORD", "secret")
    found = find_walls()
    if found.name != name:
        pytest.skip(NO_BUBBLEWRAP)
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    printed = subprocess.run(
        command([sys.executable, "-c", code], found), capture_output=True, text=True, check=True
    )
    inside = json.loads(printed.stdout)
    assert "PGPASSWORD" not in inside
    assert inside["OMP_NUM_THREADS"] == "1"
    assert inside["COURSE_WALLS"].startswith("inside")


def test_a_program_inside_bubblewrap_has_no_network(monkeypatch):
    """The program itself, whose children have a network namespace of their own besides."""
    monkeypatch.setenv("COURSE_WALLS", "")
    if find_walls().name != "bubblewrap":
        pytest.skip(NO_BUBBLEWRAP)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        code = f"import socket; print(socket.socket().connect_ex({server.getsockname()!r}))"
        argv = command([sys.executable, "-c", code], find_walls())
        assert int(subprocess.run(argv, capture_output=True, text=True, check=True).stdout) != 0


def test_walls_that_cannot_be_tried_are_no_guess(monkeypatch):
    """A fault in the program that tries them would otherwise let a class run without any."""
    monkeypatch.setenv("COURSE_WALLS", "limits of this test")  # a value that no cache holds
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(RuntimeError, match="cannot be tried"):
        find_walls()


@pytest.mark.skipif(sys.platform != "linux", reason="a setting of Linux's")
def test_a_guarded_process_cannot_be_looked_into():
    code = (
        "import ctypes; from utils.grading.sandbox import enclose; enclose.guard(); "
        "print(ctypes.CDLL(None).prctl(3))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert printed.stdout == "0\n"  # PR_GET_DUMPABLE


def test_inside_the_walls_are_those_that_were_put_up(monkeypatch):
    monkeypatch.setenv("COURSE_WALLS", "inside bubblewrap seccomp")
    assert find_walls() == Walls(bubblewrap=True, namespaces=False, seccomp=True)
    assert "not each alone" in find_walls().sentence
