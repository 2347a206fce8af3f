"""A filter for system calls: what a student's process may not ask of Linux.

The filter is a program for the kernel's classic BPF machine, `seccomp(2)`. It can read the number of a
call and its arguments as plain numbers, but nothing that they point to. Everything that is not refused here
is allowed: the walls are the namespaces, and this closes what they leave open. Threads can be started,
processes cannot.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

from utils.grading.sandbox.namespaces import (
    PR_SET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    libc,
    prctl,
)

# Numbers of the calls: on x86-64, on 64-bit ARM (None where it has no such call).
REFUSED = {
    # another process, or another program in this one; `clone` and `clone3` are dealt with below
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
    # a new socket; those that are open go on working
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "listen": (50, 201), "accept": (43, 202), "accept4": (288, 242),
    # into other processes; `kill` and `tgkill` are dealt with below
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    "tkill": (200, 130), "migrate_pages": (256, 238), "move_pages": (279, 239),
    "setpriority": (141, 140), "ioprio_set": (251, 30),
    "sched_setscheduler": (144, 119), "sched_setparam": (142, 118), "sched_setattr": (314, 274),
    # namespaces and mounts
    "unshare": (272, 97), "setns": (308, 268), "chroot": (161, 51), "pivot_root": (155, 41),
    "mount": (165, 40), "umount2": (166, 39), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "quotactl": (179, 60), "quotactl_fd": (443, 443), "fanotify_init": (300, 262),
    # memory that no limit on address space counts, and that other processes could attach
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "shmat": (30, 196),
    "shmctl": (31, 195), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    # parts of the kernel with a history of holes, and none that an answer needs
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "personality": (135, 92), "modify_ldt": (154, None),
    # the machine itself
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "iopl": (172, None), "ioperm": (173, None), "acct": (163, 89), "syslog": (103, 116),
    "swapon": (167, 224), "swapoff": (168, 225), "vhangup": (153, 58),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266),
    "adjtimex": (159, 171), "sethostname": (170, 161), "setdomainname": (171, 162),
}  # fmt: skip
CLONE, CLONE3 = (56, 220), (435, 435)
KILL, TGKILL = (62, 129), (234, 131)
QUEUE_SIGNAL, QUEUE_THREAD_SIGNAL = (129, 138), (297, 240)
PRLIMIT, PRCTL, IOCTL, FCNTL = (302, 261), (157, 167), (16, 29), (72, 25)
FIRST_UNKNOWN = 463  # on both: what was added to Linux later does not exist here

CLONE_THREAD = 0x00010000
PR_SET_PTRACER = 0x59616D61
# ioctl: typing into a terminal (TIOCSTI, TIOCLINUX), and whom a file's signals go to
TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP = 0x5412, 0x541C, 0x8901, 0x8902
F_SETOWN, F_SETSIG, F_SETOWN_EX = 8, 10, 15  # fcntl: the same by another way

# Instructions of the machine, and the kernel's answers.
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL_PROCESS = 0x7FFF0000, 0x80000000
NUMBER_AT, ARCHITECTURE_AT, ARGUMENTS_AT = 0, 4, 16
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, name in the kernel


def refuse(error: int) -> int:
    """The answer that makes a call fail with this error."""
    return 0x00050000 | error


def instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """One instruction; ``if_true`` and ``if_false`` say how many of the next ones are skipped."""
    return struct.pack("=HBBI", code, if_true, if_false, value)


def on_number(number: int, answer: int) -> bytes:
    """Answer call ``number`` so."""
    return instruction(EQUAL, number, 0, 1) + instruction(RETURN, answer)


def on_argument(number: int, argument: int, test: int, value: int, then: int, otherwise: int | None) -> bytes:
    """Answer call ``number`` by the lower half of an argument; go on where ``otherwise`` is None."""
    last = [] if otherwise is None else [instruction(RETURN, otherwise)]
    inside = [
        instruction(LOAD, ARGUMENTS_AT + 8 * argument),
        instruction(test, value, 0, 1),
        instruction(RETURN, then),
        *last,
    ]
    return b"".join([
        instruction(LOAD, NUMBER_AT),
        instruction(EQUAL, number, 0, len(inside)),
        *inside,
        instruction(LOAD, NUMBER_AT),
    ])  # fmt: skip


def program(machine: str, process: int) -> bytes:
    """The filter for ``process`` on this kind of machine.

    Raises:
        ValueError: the numbers of this machine's calls are not known here.
    """
    if machine not in MACHINES:
        raise ValueError(f"no table of system calls for {machine}; there is one for {', '.join(MACHINES)}")
    column, architecture = MACHINES[machine]
    no = refuse(errno.EPERM)
    parts = [
        instruction(LOAD, ARCHITECTURE_AT),
        instruction(EQUAL, architecture, 1, 0),
        instruction(RETURN, KILL_PROCESS),
        instruction(LOAD, NUMBER_AT),
    ]
    if machine == "x86_64":  # the x32 calls: the same kernel by other numbers
        parts += [instruction(AT_LEAST, 0x40000000, 0, 1), instruction(RETURN, KILL_PROCESS)]
    parts += [instruction(AT_LEAST, FIRST_UNKNOWN, 0, 1), instruction(RETURN, refuse(errno.ENOSYS))]
    numbers = [both[column] for both in REFUSED.values()]
    parts += [on_number(number, no) for number in numbers if number is not None]
    # clone3 hides its flags behind a pointer. Told that it does not exist, the C library takes clone.
    parts += [on_number(CLONE3[column], refuse(errno.ENOSYS))]
    parts += [on_argument(CLONE[column], 0, ANY_BIT, CLONE_THREAD, ALLOW, no)]
    for call in (KILL, TGKILL, QUEUE_SIGNAL, QUEUE_THREAD_SIGNAL):
        parts += [on_argument(call[column], 0, EQUAL, process, ALLOW, no)]
    parts += [on_argument(PRLIMIT[column], 0, EQUAL, 0, ALLOW, no)]
    for option in (PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_PTRACER):
        parts += [on_argument(PRCTL[column], 0, EQUAL, option, no, None)]
    for request in (TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP):
        parts += [on_argument(IOCTL[column], 1, EQUAL, request, no, None)]
    for command in (F_SETOWN, F_SETSIG, F_SETOWN_EX):
        parts += [on_argument(FCNTL[column], 1, EQUAL, command, no, None)]
    return b"".join([*parts, instruction(RETURN, ALLOW)])


class _Program(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def install() -> None:
    """Put this process, and every thread that it starts, behind the filter. There is no way back.

    Raises:
        OSError: the kernel refuses, or has no seccomp.
        ValueError: the numbers of this machine's calls are not known here.
    """
    code = program(platform.machine(), os.getpid())
    prctl(PR_SET_NO_NEW_PRIVS, 1)  # without it, only the administrator may install a filter
    filter_program = _Program(len(code) // 8, code)
    if libc.prctl(22, ctypes.c_ulong(2), ctypes.byref(filter_program), 0, 0) != 0:  # PR_SET_SECCOMP, filter
        error = ctypes.get_errno()
        raise OSError(error, f"seccomp: {os.strerror(error)}")
