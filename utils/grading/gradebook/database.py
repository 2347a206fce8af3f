"""The gradebook's database: SQLite by default, PostgreSQL by address, always with nbgrader's schema.

Every piece of work is one transaction. One that meets a lock, or a server that is being restarted, is
rolled back and repeated, so work must be a function that may run twice.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sql
from alembic.script import ScriptDirectory
from nbgrader.api import Base, Course
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from utils.common.errors import UserError

PATIENCE = 120.0  # seconds to wait for somebody else's lock, or for a server to come back
COURSE = "default_course"  # what nbgrader calls a course that has no name
Answer = TypeVar("Answer")


def read_address(course: Path, db_url: str | None) -> URL:
    """Where the gradebook of ``course`` is: at ``db_url``, or else in its file ``gradebook.db``.

    Raises:
        UserError: ``db_url`` is no address of SQLite or PostgreSQL. The sentence does not show it: it may
            hold a password.
    """
    if not db_url:
        return URL.create("sqlite", database=str(course.resolve() / "gradebook.db"))
    try:
        url = make_url(db_url)
    except ArgumentError:
        raise UserError("the gradebook's address is not like postgresql://user:password@host/name") from None
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername.partition("+")[0] not in ("sqlite", "postgresql"):
        raise UserError(f"a gradebook is kept by SQLite or PostgreSQL, not by {url.drivername}")
    return url


class Waiting:
    """Patience with somebody else: naps, now and then a sentence, and in the end a ``UserError``."""

    def __init__(self, patience: float, progress: Callable[[str], None]) -> None:
        self.patience, self.progress = patience, progress
        self.start: float | None = None
        self.told = 0.0

    def nap(self, reason: str) -> None:
        """Sleep a little, or give up because of ``reason``."""
        now = time.monotonic()
        self.start = now if self.start is None else self.start
        waited = now - self.start
        if waited >= self.patience:
            raise UserError(
                f"{reason}, and still after {waited:.0f} s; end what keeps it and run again: nothing is lost"
            )
        if not self.told or now - self.told >= 10:
            self.progress(f"{reason}; waiting ({waited:.0f} of {self.patience:.0f} s)")
            self.told = now
        time.sleep(min(0.2, max(0.0, self.patience - waited)))


class Database:
    """A connection to the gradebook's database, made with nbgrader's schema where it is empty.

    Args:
        progress: called with a sentence now and then while it waits.

    Raises:
        UserError: it cannot be reached, or was made by another version of nbgrader.
    """

    def __init__(self, url: URL, patience: float, progress: Callable[[str], None]) -> None:
        self.url, self.patience, self.progress = url, patience, progress
        self.sqlite = url.drivername.startswith("sqlite")
        self.name = Path(url.database or "").name if self.sqlite else f"the gradebook on {url.host}"
        self.open = False
        self.engine = self.make_engine()
        try:
            if not self.transaction(self.has_schema, read=True):
                self.transaction(make_schema)
        except BaseException:
            self.close()
            raise
        self.open = True

    def make_engine(self) -> sql.Engine:
        # short waits in the database itself: the long one is ours, and tells what it waits for
        if self.sqlite:
            engine = sql.create_engine(self.url, connect_args={"timeout": 1.0})
            sql.event.listen(engine, "connect", leave_transactions_to_us)
            sql.event.listen(engine, "begin", begin_at_once)
            return engine
        try:
            options = {"options": "-c lock_timeout=1000", "connect_timeout": 5, "client_encoding": "utf8"}
            return sql.create_engine(self.url, connect_args=options)
        except (ModuleNotFoundError, NoSuchModuleError):
            raise UserError(
                "a gradebook on PostgreSQL needs the package psycopg; "
                "install recurrent-networks-course[postgresql]"
            ) from None

    def has_schema(self, connection: Connection) -> bool:
        """Whether the tables are there, as this nbgrader makes them."""
        if not sql.inspect(connection).has_table("assignment"):
            return False
        try:
            with connection.begin_nested():
                version = connection.scalar(sql.text("SELECT version_num FROM alembic_version"))
        except DBAPIError as error:
            if self.passing(error):
                raise
            version = None
        if version != newest_schema():
            raise UserError(
                f"{self.name} was made by another version of nbgrader; keep a copy of it and run "
                "`nbgrader db upgrade` in its folder"
            )
        return True

    def transaction(self, work: Callable[[Connection], Answer], read: bool = False) -> Answer:
        """What ``work`` returns, done in one transaction: all of it, or nothing.

        Raises:
            UserError: the lock of another program outlasted the patience, the disk is full, or the
                database refuses. Nothing was written.
        """
        waiting = Waiting(self.patience, self.progress)
        while True:
            try:
                with self.engine.connect() as connection:
                    connection.execution_options(course_reads=read)
                    with connection.begin():
                        return work(connection)
            except DBAPIError as error:
                reason = self.passing(error)
                if not reason:
                    raise UserError(self.refusal(error)) from error
            waiting.nap(reason)

    def passing(self, error: DBAPIError) -> str:
        """What to wait for; empty when waiting will not help."""
        text, state = str(error.orig), getattr(error.orig, "sqlstate", None) or ""
        if self.sqlite:
            return f"{self.name} is in use by another program" if "locked" in text else ""
        if state in ("55P03", "40001", "40P01"):  # a lock, and what PostgreSQL asks to be repeated
            return f"{self.name} is in use by another program"
        if "starting up" in text or "shutting down" in text:
            return f"{self.name} is being restarted"
        lost = error.connection_invalidated or isinstance(error, sql.exc.OperationalError)
        final = not self.open or state[:2] in ("28", "3D", "53")  # who, where, and out of resources
        return f"{self.name} does not answer" if lost and not final else ""

    def refusal(self, error: DBAPIError) -> str:
        """One sentence for what the database will not do, without the password."""
        text = str(error.orig).strip().splitlines()[0]
        if "disk is full" in text or getattr(error.orig, "sqlstate", None) == "53100":
            return f"the disk that holds {self.name} is full; make room and run again: nothing is lost"
        if self.url.password:
            text = text.replace(str(self.url.password), "***")
        return f"{self.name} cannot be used: {text}"

    def copy_to(self, connection: Connection, path: Path) -> None:
        """Keep the whole gradebook, as ``connection`` sees it, as an SQLite file at ``path``."""
        unfinished = path.with_name("gradebook.unfinished")
        unfinished.unlink(missing_ok=True)
        engine = sql.create_engine(URL.create("sqlite", database=str(unfinished)))
        try:
            with engine.begin() as copy:
                make_schema(copy)
                copy.execute(Course.__table__.delete())
                for table in Base.metadata.sorted_tables:
                    for rows in connection.execute(sql.select(table)).mappings().partitions(1000):
                        copy.execute(table.insert(), [dict(row) for row in rows])
        except DBAPIError as error:
            unfinished.unlink(missing_ok=True)
            raise UserError(f"the old gradebook could not be kept as {path.name}: {error.orig}") from error
        finally:
            engine.dispose()
        unfinished.replace(path)

    def close(self) -> None:
        self.engine.dispose()


def unused_name(course: Path) -> Path:
    """Where to keep the old gradebook; never in place of one that is kept already."""
    name, number = time.strftime("gradebook-%Y%m%d-%H%M%S"), 1
    while (path := course / f"{name}{f'-{number}' if number > 1 else ''}.db").exists():
        number += 1
    return path


@functools.cache
def newest_schema() -> str | None:
    """The version of the schema that this nbgrader makes."""
    return ScriptDirectory(ALEMBIC_DIR).get_current_head()


def make_schema(connection: Connection) -> None:
    """nbgrader's tables, and the version that its ``nbgrader db upgrade`` looks for.

    ``nbgrader.api.Gradebook`` makes the same, in several transactions and with a second process.
    """
    Base.metadata.create_all(connection)
    connection.execute(sql.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    connection.execute(
        sql.text("INSERT INTO alembic_version (version_num) VALUES (:version)"), {"version": newest_schema()}
    )
    connection.execute(sql.insert(Course).values(id=COURSE))


def make_gradebook(path: Path) -> None:
    """An empty gradebook of nbgrader's at ``path``, where nothing is yet."""
    if not path.exists():
        engine = sql.create_engine(f"sqlite:///{path}")
        with engine.begin() as connection:
            make_schema(connection)
        engine.dispose()


def leave_transactions_to_us(connection, record) -> None:
    """Python's sqlite3 begins transactions by rules of its own, and would leave reads outside of them."""
    connection.isolation_level = None


def begin_at_once(connection: Connection) -> None:
    """Take SQLite's one write lock first: a read that turns into a write can fail in a way that waiting
    does not mend."""
    reads = connection.get_execution_options().get("course_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
