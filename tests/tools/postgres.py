"""A PostgreSQL server of the tests' own, in a temporary folder, where PostgreSQL is installed."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

PASSWORD = "correct-horse"
# Debian's packages put the server's programs here, where no shell looks
OFF_PATH = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)


def find(program: str) -> str | None:
    """Where a program is."""
    return shutil.which(program, path=os.pathsep.join([os.environ["PATH"], *OFF_PATH]))


class Cluster:
    """A server that can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        secret = folder / "password"
        secret.write_text(PASSWORD)
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            for path in (folder, secret):
                shutil.chown(path, "nobody")
        self.run(
            "initdb", "-E", "UTF8", "-U", "grader", "-A", "scram-sha-256", f"--pwfile={secret}", "--no-sync"
        )
        self.start()

    def run(self, program: str, *arguments: str) -> None:
        as_nobody = ["setpriv", "--reuid=nobody", "--clear-groups"] if os.getuid() == 0 else []
        command = [*as_nobody, find(program) or program, "-D", str(self.folder / "data"), *arguments]
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        subprocess.run(
            command, check=True, cwd=self.folder, env=environment, stdout=subprocess.DEVNULL, timeout=60
        )

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self.run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        self.run("pg_ctl", "-w", "-m", mode, "stop")

    def create(self, name: str) -> str:
        """A new database; its address."""
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql://grader:{PASSWORD}@127.0.0.1:{self.port}/{name}"


def missing() -> str:
    """Why there can be no server here; empty when there can."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "psycopg is not installed; install the extra postgresql"
    programs = ["postgres", "initdb", "pg_ctl"] + (["setpriv"] if os.getuid() == 0 else [])
    absent = [program for program in programs if not find(program)]
    return (
        f"there is no {' or '.join(absent)} on this machine; install the package postgresql" if absent else ""
    )


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running server; skips where PostgreSQL is not installed."""
    if reason := missing():
        pytest.skip(reason)
    # not pytest's own temporary folder, which another user may not enter
    folder = Path(tempfile.mkdtemp(prefix="course-postgres-"))
    server = None
    try:
        server = Cluster(folder)
        yield server
    finally:
        if server:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
