"""A warm parent for the tests of the sandbox, and what its children try. Run as a program:

    python sandbox_probes.py FD      FD: one end of a socket pair

Each line that comes in is JSON: the name of a probe below, its arguments, the limits, the walls to leave out.
Each line that goes out: what the probe returned, the error that it raised, and how its process ended.
"""

import ctypes
import json
import os
import socket
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import matplotlib
import torch

from utils.grading.sandbox.enclose import Limits, enclose, find_walls, guard, how_it_ended

matplotlib.use("agg")
from matplotlib import pyplot as plt

torch.set_num_threads(1)
libc = ctypes.CDLL(None, use_errno=True)
WARM_PARENT = os.getpid()


def call(name: str, *arguments: int) -> None:
    """A function of the C library, and ``OSError`` when it fails."""
    check(getattr(libc, name)(*arguments))


def system_call(number: int, *arguments: int) -> None:
    """By its number on x86-64, past the C library."""
    check(libc.syscall(number, *arguments))


def check(result: int) -> None:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


# ---------------------------------------------------------------------------------- what work needs


def facts():
    null = Path("/dev/null").stat().st_rdev
    return {
        "process": os.getpid(),
        "folder": str(Path.cwd()),
        "temporary": tempfile.gettempdir(),
        "files": list_folder("."),
        "capabilities": capabilities(),
        "no new privileges": libc.prctl(39, 0, 0, 0, 0),  # PR_GET_NO_NEW_PRIVS
        "standard": [os.fstat(number).st_rdev == null for number in (0, 1, 2)],
        "secret": os.environ.get("COURSE_SECRET"),
    }


def capabilities():
    """How many this process has, by set."""
    header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()  # version 3, this process
    check(libc.capget(header, sets))
    counts = {
        name: sets[at].bit_count() + sets[at + 3].bit_count()
        for at, name in enumerate(("effective", "permitted", "inheritable"))
    }
    return counts | {"bounding": sum(libc.prctl(23, number, 0, 0, 0) == 1 for number in range(64))}


def lstm_and_plot():
    lstm = torch.nn.LSTM(4, 8)
    outputs, _ = lstm(torch.ones(5, 2, 4))
    outputs.sum().backward()
    figure, axes = plt.subplots()
    axes.plot([0, 1], [0, 1], label="$h_t$")
    axes.legend()
    figure.savefig("plot.png")
    return {"gradient": lstm.weight_hh_l0.grad.abs().sum().item(), "png": Path("plot.png").stat().st_size}


def threads():
    answers = []
    started = [threading.Thread(target=answers.append, args=[number]) for number in range(4)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    torch.set_num_threads(2)
    product = torch.ones(600, 600) @ torch.ones(600, 600)
    return {"answers": sorted(answers), "product": product[0, 0].item()}


def read_package():
    import utils.models  # not yet imported by the warm parent

    return Path(utils.models.__file__).is_file()


# --------------------------------------------------------------------------------- seeing and writing


def read(path):
    return Path(path).read_text()[:100]


def list_folder(path):
    return sorted(each.name for each in Path(path).iterdir())


def write(path):
    Path(path).write_text("x")


def write_everywhere(skip):
    """Where a file can be made: folders found from the root on, without those in ``skip``."""
    written = []
    for folder, below, _ in os.walk("/"):
        below[:] = [name for name in below if str(Path(folder, name)) not in skip]
        try:
            Path(folder, "left-behind").write_text("x")
        except OSError:
            continue
        written.append(folder)
    return written


def leave_files():
    Path("/tmp/left").write_text("x")
    Path("/dev/shm/left").write_text("x")


def change_shared_memory():
    """Both ways of memory with a name: System V's, and a file that only a descriptor names."""
    return attempt(lambda: call("shmget", 7, 4096, 0o1600)), attempt(lambda: os.memfd_create("x"))


def open_files():
    return [number for number in range(3, 200) if attempt(lambda n=number: os.fstat(n)) == "done"]


# --------------------------------------------------------------------------------------- attacks


def attempt(what):
    """``"done"``, or the name of the error."""
    try:
        what()
    except OSError as error:
        return type(error).__name__
    return "done"


def connect(address, port):
    with socket.socket() as connection:
        connection.settimeout(2)
        connection.connect((address, port))


def fork_bomb():
    """How many processes can be started, of 50."""
    started = 0
    for _ in range(50):
        try:
            if os.fork() == 0:
                time.sleep(20)
                os._exit(0)
        except OSError as error:
            return {"started": started, "error": type(error).__name__}
        started += 1
    return {"started": started}


def fork_by_number():
    """Past the C library: fork, vfork, clone without threads, clone3; none may make a process."""
    numbers = [(57,), (58,), (56, 17, 0, 0, 0, 0), (435, 0, 0)]
    return [attempt(lambda number=number: system_call(*number)) for number in numbers]


def start_programs():
    import subprocess

    return {
        "system": os.system("true"),
        "subprocess": attempt(lambda: subprocess.run(["true"], check=True)),
        "posix_spawn": attempt(lambda: os.posix_spawn("/bin/true", ["true"], {})),
        "exec": attempt(lambda: os.execv("/bin/true", ["true"])),
    }


def kill_others(numbers):
    """Signals to processes, to groups and to all, by every call that sends one."""
    calls = {f"kill {number}": (lambda n=number: os.kill(n, 9)) for number in [*numbers, os.getppid(), -1, 0]}
    calls["tgkill"] = lambda: call("tgkill", WARM_PARENT, WARM_PARENT, 9)
    calls["queue"] = lambda: call("sigqueue", WARM_PARENT, 9, 0)
    calls["pidfd"] = lambda: os.pidfd_open(WARM_PARENT)
    calls["prlimit"] = lambda: __import__("resource").prlimit(WARM_PARENT, 0, (0, 0))
    calls["owner of a file's signals"] = lambda: __import__("fcntl").fcntl(0, 8, WARM_PARENT)
    return {name: attempt(way) for name, way in calls.items()}


def look_into(process):
    """The memory, environment and files of a process, by every way there is."""
    space = ctypes.create_string_buffer(8)
    piece = (ctypes.c_size_t * 2)(ctypes.addressof(space), 8)  # the same address in a process that forked
    ways = {
        "ptrace": lambda: call("ptrace", 16, process, 0, 0),
        "process_vm_readv": lambda: call("process_vm_readv", process, piece, 1, piece, 1, 0),
        "memory": lambda: os.open(f"/proc/{process}/mem", os.O_RDONLY),
        "environment": lambda: Path(f"/proc/{process}/environ").read_bytes(),
        "file": lambda: Path(f"/proc/{process}/fd/0").readlink(),
    }
    return {name: attempt(call) for name, call in ways.items()}


def leave_the_walls():
    new_users, new_mounts = 0x10000000, 0x00020000
    ways = {
        "unshare": lambda: call("unshare", new_users | new_mounts),
        "setns": lambda: call("setns", 0, 0),
        "mount": lambda: call("mount", 0, b"/tmp", 0, 32, 0),
        "umount": lambda: call("umount2", b"/tmp", 2),
        "chroot": lambda: os.chroot("/"),
        "io_uring": lambda: system_call(425, 1, 0),
        "terminal": lambda: __import__("fcntl").ioctl(0, 0x5412, b"x"),
        "outlive the parent": lambda: call("prctl", 1, 0, 0, 0, 0),
        "be looked into": lambda: call("prctl", 4, 1, 0, 0, 0),
    }
    return {name: attempt(call) for name, call in ways.items()}


def a_newer_call():
    system_call(700)


def x32_call():
    system_call(0x40000000 + 39)


# ----------------------------------------------------------------------------------- using it all up


def allocate(gigabytes):
    try:
        torch.empty(gigabytes << 30, dtype=torch.uint8)
    except RuntimeError:
        torch_refused = True
    try:
        bytearray(gigabytes << 30)
    except MemoryError:
        return {"torch": torch_refused, "then": (torch.ones(3) + 1).tolist()}


def fill_file(megabytes):
    block = bytes(1 << 20)
    with Path("big").open("wb") as file:
        for _ in range(megabytes):
            file.write(block)


def fill_disk(megabytes):
    """Megabytes that could be written, in files of one each."""
    for number in range(megabytes):
        try:
            Path(f"part-{number}").write_bytes(bytes(1 << 20))
        except OSError:
            return number
    return megabytes


def many_files(count):
    """Files that could be made, of ``count``."""
    for number in range(count):
        try:
            Path(f"file-{number}").touch()
        except OSError:
            return number
    return count


def thread_bomb():
    """Threads that could be started, of 600, each with a small stack."""
    threading.stack_size(1 << 16)
    stop = threading.Event()
    started = 0
    while started < 600:
        try:
            threading.Thread(target=stop.wait, daemon=True).start()
        except RuntimeError:
            break
        started += 1
    stop.set()
    return started


def spin():
    import signal

    signal.signal(signal.SIGXCPU, signal.SIG_IGN)  # and asking does not help
    while True:
        pass


def recurse():
    sys.setrecursionlimit(10**9)

    class Deep:
        def __repr__(self):
            return repr(self)  # through C, whose stack is the one that ends

    try:
        return repr(Deep())
    except RecursionError:  # from Python 3.12 on it sees to this stack, too
        return "RecursionError"


def hold_the_wire(seconds):
    """Say so, and hold it open."""
    os.write(int(sys.argv[1]), b"held\n")
    time.sleep(seconds)


def wait(seconds):
    time.sleep(seconds)


def segfault():
    ctypes.string_at(0)


def leave_python(code):
    os._exit(code)


def start_sleeper():
    """A process left behind (where the filter is left out)."""
    if os.fork() == 0:
        os.setsid()
        time.sleep(60)
        os._exit(0)


# ------------------------------------------------------------------------------------ the warm parent


def child(request: dict, answers: int, keep: list[int]) -> None:
    """The forked child: shut in, run the probe, write what came of it."""
    walls = replace(find_walls(), **dict.fromkeys(request.get("without", []), False))
    folder = Path(request["folder"]) if request.get("folder") else None
    sys.platform = request.get("platform", sys.platform)
    enclose(Limits(**request.get("limits", {})), walls, keep=[answers, *keep], folder=folder)
    try:
        outcome = {"value": globals()[request["probe"]](*request.get("arguments", []))}
    except BaseException as error:
        outcome = {"error": type(error).__name__}
    os.write(answers, json.dumps(outcome).encode())


def run(request: dict, wire: socket.socket) -> dict:
    answers, write_end = os.pipe()
    started = time.perf_counter()
    process = os.fork()
    if process == 0:
        try:
            child(request, write_end, [wire.fileno()] if request.get("hold") else [])
        finally:
            os._exit(0)
    os.close(write_end)
    if request.get("stop"):
        time.sleep(0.3)
        os.kill(process, 9)
    text = b""
    while part := os.read(answers, 1 << 16):
        text += part
    os.close(answers)
    _, status = os.waitpid(process, 0)
    return {
        **json.loads(text or b"{}"),
        "ended": how_it_ended(status),
        "seconds": time.perf_counter() - started,
        "processes": count_processes(),
    }


def count_processes() -> int:
    """Processes that the warm parent sees, once those that are ending are gone; 0 with limits alone."""
    if not find_walls().bubblewrap:
        return 0
    for _ in range(100):
        count = sum(name.isdecimal() for name in list_folder("/proc"))
        if count <= 2:
            break
        time.sleep(0.02)
    return count


def main() -> None:
    guard()
    wire = socket.socket(fileno=int(sys.argv[1]))
    lines = wire.makefile("r")
    for line in lines:
        request = json.loads(line)
        answer = {"value": os.getpid()} if request["probe"] == "warm" else run(request, wire)
        wire.sendall(json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    main()
