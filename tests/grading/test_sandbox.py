"""Real children of a real warm parent try to get out; what they reached is what is tested.

The probes are in ``sandbox_probes.py``. Most run twice: inside bubblewrap, and with limits alone.
"""

import json
import os
import platform
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import utils
from utils.grading.sandbox import enclose
from utils.grading.sandbox.walls import Walls, command, find_walls

HERE = Path(__file__).parent
PROBES = HERE / "sandbox_probes.py"
linux = pytest.mark.skipif(sys.platform != "linux", reason="the filter for system calls is Linux's")


class WarmParent:
    """One started program, asked to fork a child per probe."""

    def __init__(self, behind: Walls, folder: Path) -> None:
        self.walls, self.folder = behind, folder
        self.data = folder / "data.txt"
        self.data.write_text("ninety")
        self.wire, other = socket.socketpair()
        argv = [sys.executable, str(PROBES), str(other.fileno())]
        readable = [PROBES, self.data]
        self.program = subprocess.Popen(
            command(argv, behind, readable), pass_fds=[other.fileno()], start_new_session=True
        )
        other.close()
        self.wire.settimeout(60)
        self.lines = self.wire.makefile("r")

    def __call__(self, probe: str, *arguments, **settings) -> dict:
        folder = None if self.walls.namespaces else str(self.folder)
        request = {"probe": probe, "arguments": arguments, "folder": folder, **settings}
        self.wire.sendall(json.dumps(request).encode() + b"\n")
        return json.loads(self.lines.readline())

    def close(self) -> None:
        self.wire.close()
        self.lines.close()
        self.program.kill()
        self.program.wait()


def start(name: str, folder: Path) -> WarmParent:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_WALLS", "limits" if name == "limits" else "")
        patch.setenv("COURSE_SECRET", "the gradebook's password")
        found = find_walls()
        if found.name != name:
            pytest.skip("bubblewrap cannot be started on this machine; install the package bubblewrap")
        return WarmParent(found, folder)


@pytest.fixture(scope="module", params=["bubblewrap", "limits"])
def warm(request, tmp_path_factory):
    """A warm parent behind each kind of walls."""
    parent = start(request.param, tmp_path_factory.mktemp(request.param))
    yield parent
    parent.close()


@pytest.fixture(scope="module")
def inside(tmp_path_factory):
    """A warm parent inside bubblewrap."""
    parent = start("bubblewrap", tmp_path_factory.mktemp("inside"))
    yield parent
    parent.close()


# ---------------------------------------------------------------------------------- what work needs


def test_an_lstm_is_trained_and_a_plot_drawn(warm):
    answer = warm("lstm_and_plot")
    assert answer["value"]["gradient"] > 0
    assert answer["value"]["png"] > 1000
    assert answer["ended"] == "it ended Python (exit code 0)"


def test_threads_work(warm):
    assert warm("threads")["value"] == {"answers": [0, 1, 2, 3], "product": 600.0}


def test_the_package_is_there(warm):
    assert warm("read_package")["value"] is True


def test_data_that_was_named_can_be_read(warm):
    assert warm("read", str(warm.data))["value"] == "ninety"


def test_what_a_child_starts_with(warm):
    facts = warm("facts")["value"]
    assert facts["folder"] == facts["temporary"]
    capabilities = facts["capabilities"]
    bounding = capabilities.pop("bounding")
    assert capabilities == {"effective": 0, "permitted": 0, "inheritable": 0}
    assert facts["no new privileges"] == 1
    # without a namespace of users, root alone may empty this set; without new privileges, nothing comes of it
    assert bounding == 0 or (os.getuid() != 0 and not warm.walls.namespaces)
    assert facts["standard"] == [True, True, True]
    assert facts["secret"] is None
    if warm.walls.namespaces:
        assert (facts["process"], facts["folder"]) == (1, "/tmp")


def test_only_the_files_that_are_kept_are_open(warm):
    assert len(warm("open_files")["value"]) == 1  # the pipe that the answer comes by


# ------------------------------------------------------------------------- seeing, inside bubblewrap


@pytest.mark.parametrize(
    "path",
    [
        HERE / "test_sandbox.py",
        Path(utils.__file__).parents[1] / "pyproject.toml",
        Path(utils.__file__).parents[1] / "solutions",
        Path.home() / ".bashrc",
        Path("/etc/passwd"),
        Path("/etc/shadow"),
        Path("/proc/1/environ"),
        Path("/proc/self/mem"),
        Path("/proc/meminfo"),
        Path("/run"),
        Path("/var"),
        Path("/dev/tty"),
        Path("/dev/kmsg"),
    ],
    ids=str,
)
def test_nothing_else_can_be_read(inside, path):
    assert inside("read", str(path)).get("error") in ("FileNotFoundError", "PermissionError")


def test_the_repository_shows_only_the_package(inside):
    root = Path(utils.__file__).parents[1]
    expected = {"utils", "tests"} | {".venv"} & {
        path.name for path in root.iterdir()
    }  # tests: for the probes
    assert set(inside("list_folder", str(root))["value"]) <= expected
    assert inside("list_folder", str(HERE))["value"] == ["sandbox_probes.py"]


@pytest.mark.parametrize(
    "folder", ["/", "/home", "/root", "/opt", "/srv", "/mnt", "/media", Path.home()], ids=str
)
def test_of_other_folders_only_the_way_to_what_is_shown(inside, folder):
    """The project or its Python may lie there. Then this is a folder inside, with that one name in it."""
    shown = [Path(word) for word in command([], inside.walls, [PROBES, inside.data]) if word.startswith("/")]
    names = {path.relative_to(folder).parts[:1] for path in shown if path.is_relative_to(folder)} - {()}
    listed = inside("list_folder", str(folder))
    assert {(name,) for name in listed.get("value", [])} <= names
    assert listed.get("error", "FileNotFoundError") == "FileNotFoundError"


def test_processes_are_out_of_sight(inside):
    assert inside("list_folder", "/proc")["value"] == []


def test_another_childs_files_are_out_of_sight(inside):
    assert inside("leave_files")["value"] is None  # it could write both
    assert "left" not in inside("facts")["value"]["files"]
    assert inside("list_folder", "/dev/shm")["value"] == []


def test_only_its_own_folders_can_be_written(inside):
    written = inside("write_everywhere", ["/proc"])["value"]
    assert [folder for folder in written if not folder.startswith(("/tmp", "/dev/shm"))] == []
    assert "/tmp" in written


def test_data_that_was_named_cannot_be_changed(inside):
    assert inside("write", str(inside.data)).get("error") in ("OSError", "PermissionError")
    assert inside.data.read_text() == "ninety"


# --------------------------------------------------------------------------------------- attacks


@linux
def test_no_network(warm):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        assert warm("connect", *server.getsockname())["error"] == "PermissionError"


@linux
def test_no_processes(warm):
    assert warm("fork_bomb")["value"] == {"started": 0, "error": "PermissionError"}
    if platform.machine() == "x86_64":
        assert warm("fork_by_number")["value"] == ["PermissionError"] * 3 + ["OSError"]


@linux
def test_no_programs(warm):
    started = warm("start_programs")["value"]
    assert started.pop("system") != 0
    assert started == dict.fromkeys(["subprocess", "posix_spawn", "exec"], "PermissionError")


@linux
def test_no_signal_reaches_another_process(warm):
    outcome = warm("kill_others", [os.getpid(), warm("warm")["value"]])["value"]
    assert [name for name, result in outcome.items() if result == "done"] == []
    assert warm("facts")["value"]


@linux
def test_no_other_process_can_be_looked_into(warm):
    outcome = warm("look_into", warm("warm")["value"])["value"]
    assert [name for name, result in outcome.items() if result == "done"] == []


@linux
def test_the_walls_cannot_be_left(warm):
    outcome = warm("leave_the_walls")["value"]
    assert {name: result for name, result in outcome.items() if result != "PermissionError"} == {}


@linux
def test_no_memory_that_others_could_attach(warm):
    assert warm("change_shared_memory")["value"] == ["PermissionError", "PermissionError"]


@linux
def test_calls_that_came_to_linux_later_do_not_exist(warm):
    assert warm("a_newer_call")["error"] == "OSError"


@linux
@pytest.mark.skipif(platform.machine() != "x86_64", reason="x86-64 has the calls of a second kind")
def test_calls_of_another_kind_end_the_process(warm):
    assert warm("x32_call")["ended"] == f"it was killed by signal {signal.SIGSYS} (bad system call)"


def test_without_the_filter_the_namespaces_still_hold(inside):
    """Each wall is tried with the other taken away; above, the filter spoke first."""
    without = {"without": ["seccomp"]}
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        assert inside("connect", *server.getsockname(), **without)["error"] == "OSError"  # unreachable
    killed = inside("kill_others", [os.getpid(), 2], **without)["value"]
    assert killed[f"kill {os.getpid()}"] == killed["kill 2"] == "ProcessLookupError"
    looked = inside("look_into", 2, **without)["value"]
    assert [name for name, result in looked.items() if result == "done"] == []
    left = inside("leave_the_walls", **without)["value"]
    assert [name for name in ("setns", "mount", "umount", "chroot") if left[name] == "done"] == []


def test_a_process_left_behind_is_gone(inside):
    assert inside("start_sleeper", without=["seccomp"])["processes"] == 2  # bubblewrap and the warm parent


def test_bubblewrap_without_namespaces_inside_it(inside):
    """As where the system lets bubblewrap have them and nobody else: the filter and the limits hold."""
    partly = {"without": ["namespaces"], "folder": "/tmp"}
    assert inside("facts", **partly)["value"]["folder"] == "/tmp"
    outcome = inside("kill_others", [1, inside("warm")["value"]], **partly)["value"]
    assert [name for name, result in outcome.items() if result == "done"] == []
    assert inside("connect", "127.0.0.1", 80, **partly)["error"] == "PermissionError"


def test_another_system(warm):
    """macOS-like: no call of Linux is made, and the limits of every Unix hold."""
    settings = {"without": ["namespaces", "seccomp"], "platform": "darwin"}
    settings["folder"] = "/tmp" if warm.walls.namespaces else str(warm.folder)
    answer = warm("fill_file", 100, limits={"file_size": 5 << 20}, **settings)
    assert answer["error"] == "OSError"
    assert warm("spin", limits={"cpu_seconds": 1}, **settings)["ended"] == enclose.how_it_ended(9)


# ----------------------------------------------------------------------------------- using it all up


@linux
def test_more_memory_than_there_may_be(warm):
    answer = warm("allocate", 100)
    assert answer["value"] == {"torch": True, "then": [2.0, 2.0, 2.0]}


@linux
def test_the_memory_limit_is_the_one_given(warm):
    assert warm("allocate", 1, limits={"memory": 1 << 29})["value"]["torch"] is True
    assert warm("allocate", 1, limits={"memory": 3 << 30})["value"] is None  # it got both


def test_one_large_file(warm):
    answer = warm("fill_file", 1000, limits={"disk": 1 << 30, "file_size": 5 << 20})
    assert answer["error"] == "OSError"
    (warm.folder / "big").unlink(missing_ok=True)


def test_many_large_files(inside):
    assert inside("fill_disk", 50, limits={"disk": 10 << 20})["value"] <= 10


def test_a_million_files(inside):
    assert inside("many_files", 10**6)["value"] in range(1900, 2001)  # a few are the folders above the data


def test_many_threads(inside):
    release = [int(part) for part in re.findall(r"\d+", platform.release())[:2]]
    if os.getuid() == 0 and release < [6, 14]:
        pytest.skip("root's threads are limited by Linux 6.14 and later")
    assert (
        inside("thread_bomb", limits={"threads": 350})["value"] <= 350 + (os.getuid() != 0) * count_threads()
    )


def count_threads() -> int:
    """On this machine: what a user's limit leaves room for, as it counts all that the user has."""
    return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])


def test_a_loop_that_ignores_signals(warm):
    answer = warm("spin", limits={"cpu_seconds": 1})
    assert answer["ended"] == ("its time was up" if warm.walls.namespaces else enclose.how_it_ended(9))
    assert answer["seconds"] < 30


# ------------------------------------------------------------------------------------- how it ended


def test_a_segmentation_fault_is_told(warm):
    assert warm("segfault")["ended"] == "it was killed by signal 11 (segmentation fault)"


def test_the_end_of_the_stack_is_told(warm):
    answer = warm("recurse")
    if answer.get("value") != "RecursionError" or sys.version_info < (3, 12):
        assert answer["ended"] == "it was killed by signal 11 (segmentation fault)"


def test_an_exit_code_is_told(warm):
    assert warm("leave_python", 3)["ended"] == "it ended Python (exit code 3)"


def test_stopped_from_outside(warm):
    answer = warm("wait", 60, stop=True)
    assert "stopped from outside" in answer["ended"]
    assert answer["seconds"] < 30
    assert answer["processes"] in (0, 2)  # what ran in it went along


@pytest.mark.parametrize("name", ["bubblewrap", pytest.param("limits", marks=linux)])
def test_a_child_ends_with_the_warm_parent(name, tmp_path):
    parent = start(name, tmp_path)
    parent.wire.settimeout(20)
    request = {"probe": "hold_the_wire", "arguments": [90], "hold": True, "folder": str(tmp_path)}
    parent.wire.sendall(json.dumps(request).encode() + b"\n")
    assert parent.lines.readline() == "held\n"
    parent.program.kill()
    parent.program.wait()
    assert parent.lines.readline() == ""  # nobody holds the other end
    parent.close()
