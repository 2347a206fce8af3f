"""The calls into Linux that Python has no name for: namespaces, mounts, capabilities, ``prctl``.

Each raises ``OSError`` when the kernel refuses. Nothing here exists on other systems; `enclose` asks first.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
from pathlib import Path

NEW_MOUNTS = 0x00020000
NEW_CGROUPS = 0x02000000
NEW_HOST_NAME = 0x04000000
NEW_IPC = 0x08000000
NEW_USERS = 0x10000000
NEW_PROCESSES = 0x20000000
NEW_NETWORK = 0x40000000
NEW_EVERYTHING = NEW_MOUNTS | NEW_CGROUPS | NEW_HOST_NAME | NEW_IPC | NEW_USERS | NEW_PROCESSES | NEW_NETWORK

READ_ONLY, NO_SETUID, NO_DEVICES, NO_PROGRAMS = 1, 2, 4, 8  # flags of a mount
BIND, BELOW, PRIVATE = 1 << 12, 1 << 14, 1 << 18

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38

libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def prctl(option: int, *values: int) -> None:
    """``prctl(2)`` with up to four numbers."""
    padded = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    _check(libc.prctl(option, *padded), f"prctl {option}")


def die_with_parent() -> None:
    """Be killed when the thread that forked this process ends."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def set_dumpable(yes: bool) -> None:
    """Whether processes of the same user may look into this one's memory and files in ``/proc``."""
    prctl(PR_SET_DUMPABLE, int(yes))


def enter_new_namespaces() -> None:
    """Leave all of the parent's namespaces. The new process namespace begins with the next fork.

    The user keeps its number. It has every capability over the new namespaces, none outside of them.
    """
    user, group = os.geteuid(), os.getegid()
    set_dumpable(True)  # otherwise root owns the files below
    _check(libc.unshare(NEW_EVERYTHING), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    with contextlib.suppress(OSError):  # no namespaces inside these; the filter refuses them too
        Path("/proc/sys/user/max_user_namespaces").write_text("0")


def limit_threads(most: int) -> bool:
    """Let this process namespace hold ``most`` threads; False where Linux has no such limit (before 6.14).

    There the file would be the whole machine's.
    """
    version = re.match(r"(\d+)\.(\d+)", os.uname().release)
    if version is None or (int(version[1]), int(version[2])) < (6, 14):
        return False
    Path("/proc/sys/kernel/pid_max").write_text(str(max(most + 1, 301)))  # Linux takes no less
    return True


def keep_mounts_to_ourselves() -> None:
    """From here on, no mount is seen by another namespace."""
    _mount("none", "/", "", PRIVATE | BELOW)


def make_private(folder: str, size: int, files: int) -> None:
    """Put an empty file system in memory over ``folder``, with ``size`` bytes and ``files`` files at most.

    It ends with the namespace. What was mounted below ``folder`` can still be seen there.
    """
    below = [(place, os.open(place, os.O_PATH)) for place in mounts_below(folder)]
    _mount_memory(folder, size, files, 0)
    for place, opened in below:
        if Path(f"/proc/self/fd/{opened}").is_dir():
            Path(place).mkdir(parents=True, exist_ok=True)
        else:
            Path(place).parent.mkdir(parents=True, exist_ok=True)
            Path(place).touch()
        _mount(f"/proc/self/fd/{opened}", place, "", BIND | BELOW)  # with what is mounted inside of it
        os.close(opened)


def hide(place: str) -> None:
    """Make a folder, or a file, empty, for reading only."""
    if Path(place).is_dir():
        _mount_memory(place, 4096, 1, READ_ONLY)
    else:
        _mount("/dev/null", place, "", BIND)


def _mount_memory(folder: str, size: int, files: int, flags: int) -> None:
    options = f"size={size},nr_inodes={files + 1},mode=700".encode()  # the folder itself is a file too
    _mount("tmpfs", folder, "tmpfs", flags | NO_SETUID | NO_DEVICES | NO_PROGRAMS, options)


def mounts_below(folder: str) -> list[str]:
    """The places below ``folder`` where something is mounted; not those inside of one of them."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    places = {Path(_plain(line.split()[4])) for line in lines}
    below = {place for place in places if Path(folder) in place.parents}
    return sorted(str(place) for place in below if below.isdisjoint(place.parents))


def _plain(place: str) -> str:
    """A path as it is; the kernel writes a blank as ``\\040``."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), place)


def _mount(source: str, place: str, kind: str, flags: int, options: bytes | None = None) -> None:
    what = source.encode(), place.encode(), kind.encode()
    _check(libc.mount(*what, ctypes.c_ulong(flags), options), f"mount over {place}")


def drop_capabilities() -> None:
    """Give up every capability, for good: nothing that is started can have one either."""
    for number in range(64):
        if libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(number), 0, 0, 0) != 0:
            break  # past the last, or there was none to give up
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3, this process
    _check(libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")
    prctl(PR_SET_NO_NEW_PRIVS, 1)
