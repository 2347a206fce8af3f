"""Messages between two processes: plain data in frames on a socket, nothing that can be executed.

A frame is its length in eight bytes and then msgpack: None, booleans, numbers, text, bytes, lists and dicts.
Whoever reads a frame gets data, whatever the sender intended.
"""

from __future__ import annotations

import array
import contextlib
import os
import select
import socket
import struct
import time
from collections.abc import Iterator
from typing import Any

import msgpack

LENGTH = struct.Struct(">Q")
MEGABYTE = 1 << 20
MOST = 2_000_000  # values in a frame; what is long in a few values, such as a tensor's bytes, may be longer


class Ended(Exception):
    """The other process has ended, or closed its end."""


class OutOfTime(Exception):
    """The other process did not answer in time."""


class Garbled(Exception):
    """The other process sent what is no message."""


class Channel:
    """One end of a conversation.

    Args:
        end: a connected stream socket.
        largest: bytes of the largest frame that is accepted.
    """

    def __init__(self, end: socket.socket, largest: int = 256 * MEGABYTE) -> None:
        self.end = end
        self.largest = largest
        self.deadline: float | None = None

    def send(self, message: Any, descriptors: tuple[int, ...] = ()) -> None:
        """Send plain data, and open files with it.

        Raises:
            Ended, OutOfTime.
        """
        body = msgpack.packb(message, use_bin_type=True, unicode_errors="replace")
        frame = memoryview(LENGTH.pack(len(body)) + body)
        try:
            if descriptors:
                self.wait()
                rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors).tobytes())]
                frame = frame[self.end.sendmsg([frame], rights) :]
            while frame:
                self.wait()
                frame = frame[self.end.send(frame) :]
        except TimeoutError:
            raise OutOfTime from None
        except OSError:
            raise Ended from None

    def receive(self) -> Any:
        """The next message.

        Raises:
            Ended, OutOfTime, Garbled.
        """
        (size,) = LENGTH.unpack(self.read(LENGTH.size))
        if size > self.largest:
            raise Garbled(f"a message of {size / MEGABYTE:.0f} MB; at most {self.largest // MEGABYTE} MB")
        try:
            return unpack(self.read(size))
        except (ValueError, TypeError, msgpack.UnpackException, RecursionError, MemoryError) as error:
            raise Garbled(str(error)) from None

    def receive_channel(self) -> Channel:
        """The channel that comes with the next message.

        Raises:
            Ended: there is none any more.
        """
        _, given = self.receive_with_descriptor()
        if given is None:
            raise Ended
        return from_descriptor(given)

    def receive_with_descriptor(self) -> tuple[Any, int | None]:
        """The next message, and the open file that came with it, if one did."""
        try:
            head, rights, _, _ = self.end.recvmsg(LENGTH.size, socket.CMSG_SPACE(array.array("i").itemsize))
        except OSError:
            raise Ended from None
        if len(head) < LENGTH.size:
            raise Ended
        message = unpack(self.read(LENGTH.unpack(head)[0]))
        given = array.array("i")
        for _, kind, data in rights:
            if kind == socket.SCM_RIGHTS:
                given.frombytes(data[: len(data) - len(data) % given.itemsize])
        return message, given[0] if given else None

    def read(self, size: int) -> bytearray:
        """Exactly ``size`` bytes."""
        got = bytearray()
        try:
            while len(got) < size:
                self.wait()
                part = self.end.recv(min(size - len(got), MEGABYTE))
                if not part:
                    raise Ended
                got += part
        except TimeoutError:
            raise OutOfTime from None
        except OSError:
            raise Ended from None
        return got

    def wait(self) -> None:
        """Let the socket wait no longer than the deadline."""
        if self.deadline is None:
            self.end.settimeout(None)
            return
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise OutOfTime
        self.end.settimeout(left)

    def close(self) -> None:
        self.end.close()


def unpack(frame: bytearray) -> Any:
    """The data in a frame of msgpack; of each value its head alone is read before their number is known.

    Raises:
        ValueError: it holds more than ``MOST`` values, or what is no plain data, or is cut short.
    """
    if len(frame) > MOST:  # otherwise it cannot hold more: each value takes a byte
        check_number(frame)
    most = min(MOST, len(frame))  # or a head alone would take memory for values that are not there
    return msgpack.unpackb(
        frame,
        raw=False,
        strict_map_key=False,
        max_array_len=most,
        max_map_len=most,
        max_ext_len=0,
        ext_hook=refuse_extension,
    )


def check_number(frame: bytearray) -> None:
    """Raise a ValueError when a frame holds more than ``MOST`` values."""
    place, number = 0, 0
    while place < len(frame):
        number += 1
        if number > MOST:
            raise ValueError(f"a message of more than {MOST} values")
        head = frame[place]
        place += SIZES[head]
        if head in COUNTED:  # bytes or text, with their length in front
            width = COUNTED[head]
            place += int.from_bytes(frame[place - width : place], "big")


def refuse_extension(kind: int, data: bytes) -> None:
    raise ValueError("a value of a kind of its own")


# Bytes of a value's head, and of its content where the head says how many, by its first byte. Of lists and
# dicts it is the head alone: their values follow. Source: the specification of msgpack.
SIZES = [1] * 256
SIZES[0xA0:0xC0] = range(1, 33)  # short text
for first, sizes in {
    0xC4: (2, 3, 5),  # bytes
    0xC7: (3, 4, 6),  # extensions
    0xCA: (5, 9),  # floats
    0xCC: (2, 3, 5, 9),  # whole numbers
    0xD0: (2, 3, 5, 9),  # with a sign
    0xD4: (3, 4, 6, 10, 18),  # extensions
    0xD9: (2, 3, 5),  # text
    0xDC: (3, 5),  # lists
    0xDE: (3, 5),  # dicts
}.items():
    SIZES[first : first + len(sizes)] = sizes
COUNTED = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}


def pair() -> tuple[socket.socket, socket.socket]:
    """Two connected sockets; neither survives ``exec`` unless it is passed on."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)


def from_descriptor(descriptor: int, largest: int = 256 * MEGABYTE) -> Channel:
    """The channel on an inherited socket."""
    os.set_inheritable(descriptor, False)
    return Channel(socket.socket(fileno=descriptor), largest)


@contextlib.contextmanager
def ending_with(channel: Channel) -> Iterator[None]:
    """Meanwhile this process ends as soon as the other end of ``channel`` is closed: it is busy for seconds,
    and would hear of that only afterwards. The other end sends nothing meanwhile."""
    import fcntl  # there is none on Windows

    descriptor = channel.end.fileno()
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    fcntl.fcntl(descriptor, fcntl.F_SETOWN, os.getpid())
    # the kernel tells of the closing by SIGIO, which ends a process, whatever it is doing
    fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_ASYNC)
    try:
        if select.select([descriptor], [], [], 0)[0]:
            os._exit(1)  # it was closed before that
        yield
    finally:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags)
