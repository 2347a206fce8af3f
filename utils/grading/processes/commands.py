"""Notebook commands that start a program do not run while grading: they say so, and the cell goes on.

Behind the walls they would fail anyway, for reasons that mean nothing to a student. Magics that start none,
such as ``%matplotlib inline`` and ``%time``, run.
"""

from __future__ import annotations

import contextlib
import re
import shlex
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magics.script import ScriptMagics
from IPython.utils.text import LSString, SList

from utils.grading.symbols import compiles

PROGRAMS = {"pip", "conda", "mamba", "micromamba", "uv", "system", "sx", "!", "!!"}
SCRIPTS = {"script", "cmd", *ScriptMagics().script_magics}  # cells of another language
FRONT_END = {  # what a notebook's window does, and a kernel's own magics for it
    "autosave",
    "clear",
    "cls",
    "connect_info",
    "ed",
    "edit",
    "less",
    "man",
    "more",
    "notebook",
    "qtconsole",
}
WINDOWS = {"matplotlib", "pylab"}  # magics that choose where figures are drawn: here always below the cell
# windows that it can name; %matplotlib also takes `inline`, and backends that draw into files
BACKENDS = {"auto", "ipympl", "nbagg", "notebook", "widget", "gtk", "gtk3", "gtk4", "osx", "tk", "wx"}
BACKENDS |= {"qt", "qt4", "qt5", "qt6"}
EXTENSIONS = {"load_ext", "reload_ext"}
LONGEST = 100  # characters of a command that is shown
NOT_FOUND = 127  # a shell's exit code for a program that is not there


class NoCommands(InteractiveShell):
    """A shell in which ``!command`` and its relatives print why they do not run, and return nothing."""

    def system(self, cmd: str) -> None:
        self.refuse(f"!{cmd}")

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        self.refuse(f"!{cmd}")
        return SList() if split else LSString()

    def refuse(self, command: str) -> None:
        if make_folders(command):
            self.user_ns["_exit_code"] = 0
            return
        first = (command.strip().splitlines() or [""])[0]
        shown = first if len(first) <= LONGEST else first[:LONGEST] + "…"
        print(f"{shown} was not run: programs are not started while grading.")
        self.user_ns["_exit_code"] = NOT_FOUND

    def ask_exit(self) -> None:
        print("exit does nothing while grading.")

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        if magic_name in PROGRAMS:
            self.refuse(f"%{magic_name} {line}")
            return SList() if magic_name in ("system", "sx", "!", "!!") else None
        if magic_name in FRONT_END:
            print(f"%{magic_name} does nothing while grading.")
            return None
        if self.find_line_magic(magic_name) is None:  # of an extension that the student's machine has
            print(f"%{magic_name} does nothing while grading: there is no such magic here.")
            return None
        if magic_name in WINDOWS:
            line = " ".join("inline" if word in BACKENDS else word for word in line.split())
        try:
            return super().run_line_magic(magic_name, line, _stack_depth + 1)
        except ImportError as error:
            if magic_name not in EXTENSIONS:
                raise
            print(f"%{magic_name} {line} did nothing: {error}.")
            return None

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        if magic_name in PROGRAMS | SCRIPTS:
            self.refuse(f"%%{magic_name} {line}")
            for name in re.findall(r"--(?:out|err)[ =](\w+)", line):  # a script's output, as a variable
                self.user_ns[name] = ""
            return None
        if self.find_cell_magic(magic_name) is None:
            print(f"%%{magic_name} does nothing while grading: there is no such magic here.")
            return self.ex(cell) if compiles(cell) else None
        return super().run_cell_magic(magic_name, line, cell)


def make_folders(command: str) -> bool:
    """Do what ``!mkdir NAME`` asks for, which needs no program; False for any other command."""
    with contextlib.suppress(ValueError, OSError):
        program, *names = shlex.split(command)
        if program == "!mkdir" and [name for name in names if name != "-p"]:
            for name in names:
                if name != "-p":
                    Path(name).mkdir(parents="-p" in names, exist_ok="-p" in names)
            return True
    return False
