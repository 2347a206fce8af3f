"""The filter for system calls, against Linux's own list of them and run by hand for both machines."""

import errno
import platform
import re
import struct
from pathlib import Path

import pytest

from utils.grading.sandbox import seccomp

REFUSED, UNKNOWN = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
ALLOWED, KILLED = 0x7FFF0000, 0x80000000
PROCESS = 7


def answer(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """What the filter of process 7 answers to a call, by running it as the kernel would."""
    kind = seccomp.MACHINES[machine][1] if architecture is None else architecture
    data = struct.pack("=IIQ6Q", number, kind, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    code = seccomp.program(machine, PROCESS)
    accumulator, at = 0, 0
    while True:
        operation, if_true, if_false, value = struct.unpack_from("=HBBI", code, 8 * at)
        at += 1
        if operation == 0x20:  # load a word
            (accumulator,) = struct.unpack_from("=I", data, value)
        elif operation == 0x06:  # return
            return value
        else:
            holds = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: accumulator & value != 0}
            at += if_true if holds[operation] else if_false


@pytest.mark.parametrize(
    ("machine", "write", "clone", "kill", "socket", "prctl", "prlimit"),
    [("x86_64", 1, 56, 62, 41, 157, 302), ("aarch64", 64, 220, 129, 198, 167, 261)],
)
def test_answers(machine, write, clone, kill, socket, prctl, prlimit):
    assert answer(machine, write) == ALLOWED
    assert answer(machine, socket, 2, 1, 0) == REFUSED
    assert answer(machine, clone, 17) == REFUSED  # what fork() asks for: SIGCHLD
    assert answer(machine, clone, 0x003D0F00) == ALLOWED  # what pthread_create() asks for
    assert answer(machine, 435) == UNKNOWN  # clone3
    assert answer(machine, kill, PROCESS, 9) == ALLOWED
    assert [answer(machine, kill, other, 9) for other in (0, 1, 8, 2**32 - 1)] == [REFUSED] * 4
    assert [answer(machine, prctl, option) for option in (1, 4, 15)] == [REFUSED, REFUSED, ALLOWED]
    assert [answer(machine, prlimit, process) for process in (0, 1)] == [ALLOWED, REFUSED]
    assert answer(machine, 700) == UNKNOWN
    assert answer(machine, write, architecture=0x40000003) == KILLED  # 32-bit


def test_x32_calls_are_killed():
    assert answer("x86_64", 0x40000000 + 1) == KILLED


@pytest.mark.parametrize(
    ("machine", "header"),
    [
        ("x86_64", f"/usr/include/{platform.machine()}-linux-gnu/asm/unistd_64.h"),
        ("aarch64", "/usr/include/asm-generic/unistd.h"),
    ],
)
def test_the_numbers_of_calls_are_linuxs(machine, header):
    if not Path(header).is_file():
        pytest.skip(f"{header} is not installed")
    text = Path(header).read_text()
    numbers = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    column = seccomp.MACHINES[machine][0]
    calls = {name: both[column] for name, both in seccomp.REFUSED.items()}
    for name in ("clone", "clone3", "kill", "tgkill", "prlimit64", "prctl", "ioctl", "fcntl"):
        calls[name] = getattr(seccomp, name.removesuffix("64").upper())[column]
    calls["rt_sigqueueinfo"], calls["rt_tgsigqueueinfo"] = (
        seccomp.QUEUE_SIGNAL[column],
        seccomp.QUEUE_THREAD_SIGNAL[column],
    )
    assert {name: number for name, number in calls.items() if number != numbers.get(name, number)} == {}
    assert all(number in numbers.values() for number in calls.values() if number is not None)


def test_a_machine_whose_numbers_are_not_known():
    with pytest.raises(ValueError, match=r"no table of system calls for riscv64; there is one for x86_64"):
        seccomp.program("riscv64", 1)
