"""Runs the cells of a notebook in this process, and keeps what they show as a notebook's outputs."""

from __future__ import annotations

import ast
import contextlib
import io
import sys
import traceback
from collections.abc import Iterator
from types import CodeType
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from traitlets import Type

from utils.grading.processes.commands import NoCommands
from utils.grading.symbols import compiles

# what a page of feedback shows; anything else could be made to act in a browser
SHOWN = ("text/plain", "image/png")
DEEPEST = 100  # frames of a traceback that is shown in full
LONGEST = 100_000  # characters of one cell's output


class Outputs:
    """The outputs of one cell, in their order, up to a length."""

    def __init__(self, longest: int) -> None:
        self.longest = longest
        self.clear()

    def clear(self) -> None:
        self.made: list[dict] = []
        self.left = self.longest

    def text(self, name: str, text: str) -> None:
        if self.left <= 0 or not text:
            return
        if len(text) > self.left:
            text = text[: self.left] + "\n… the rest of the output was cut.\n"
        self.left -= len(text)
        if self.made and self.made[-1].get("name") == name:
            self.made[-1]["text"] += text
        else:
            self.made.append({"output_type": "stream", "name": name, "text": text})

    def data(self, kind: str, data: dict, **more: Any) -> None:
        shown = {mime: str(data[mime]) for mime in SHOWN if mime in data}
        size = sum(map(len, shown.values()))
        if size > 20 * self.longest or self.left <= 0:
            return
        self.left -= size // 20
        self.made.append({"output_type": kind, "data": shown, "metadata": {}, **more})

    def error(self, name: str, text: str, lines: list) -> None:
        traceback = [str(line)[: self.longest] for line in lines]
        self.made.append(
            {"output_type": "error", "ename": name, "evalue": text[: self.longest], "traceback": traceback}
        )


class Stream(io.TextIOBase):
    """Standard output or standard error of the cells."""

    encoding = "utf-8"

    def __init__(self, outputs: Outputs, name: str) -> None:
        self.outputs = outputs
        self.name_of_stream = name

    def write(self, text: str) -> int:
        self.outputs.text(self.name_of_stream, str(text))
        return len(text)

    def writable(self) -> bool:
        return True


class Publisher(DisplayPublisher):
    outputs: Outputs

    def publish(self, data: dict, *args: Any, **kwargs: Any) -> None:
        self.outputs.data("display_data", data)

    def clear_output(self, wait: bool = False) -> None:
        self.outputs.clear()


class Hook(DisplayHook):
    outputs: Outputs

    silent = False  # the cell ends in a semicolon

    def __call__(self, result: Any = None) -> None:
        if result is None or self.silent:
            return
        self.fill_exec_result(result)
        self.update_user_ns(result)
        data, _ = self.compute_format_data(result)
        self.outputs.data("execute_result", data, execution_count=1)


class Compiler(CachingCompiler):
    """IPython's compiler, which finds that a prepared cell needs none."""

    def __init__(self) -> None:
        super().__init__()
        self.prepared: dict[str, list[CodeType]] = {}  # by the name of the cell

    def ast_parse(self, source: Any, filename: str = "<unknown>", symbol: str = "exec") -> ast.AST:
        if filename in self.prepared:
            return ast.Module([], [])
        return super().ast_parse(source, filename, symbol)


class Interpreter(NoCommands):
    """IPython's shell without what a notebook's cells do not need."""

    compiler_class = Type(Compiler)
    compile: Compiler

    def transform_cell(self, raw_cell: str) -> str:
        # IPython looks for magics line by line; what is Python as it stands has none, but a word such as `ls`
        word = raw_cell.strip()
        python = compiles(raw_cell) and not (word.isidentifier() and word not in self.user_ns)
        return f"{raw_cell}\n" if python else super().transform_cell(raw_cell)

    def should_run_async(self, raw_cell: str, **more: Any) -> bool:
        return "await" in raw_cell and super().should_run_async(raw_cell, **more)

    async def run_ast_nodes(
        self,
        nodelist: list,
        cell_name: str,
        interactivity: Any = "last_expr",
        compiler: Any = compile,
        result: Any = None,
    ) -> Any:
        if cell_name not in self.compile.prepared:
            return await super().run_ast_nodes(nodelist, cell_name, interactivity, compiler, result)
        for code in self.compile.prepared[cell_name]:
            if await self.run_code(code, result):
                return True
        return False

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window system to start, which ``%matplotlib inline`` asks for and does without."""


class Shell:
    """An IPython shell without a front end.

    Args:
        name: of the file that tracebacks name.
    """

    def __init__(self) -> None:
        from traitlets.config import Config

        settings = Config()
        settings.HistoryManager.enabled = False
        settings.InteractiveShell.colors = "NoColor"
        settings.InteractiveShell.display_page = True
        settings.InteractiveShell.autoindent = False
        self.ipython = Interpreter.instance(
            config=settings,
            displayhook_class=Hook,
            display_pub_class=Publisher,
        )
        extensions: Any = self.ipython.extension_manager
        extensions.load_extension("storemagic")  # as a notebook's kernel does
        # %matplotlib asks for it, also where there is none
        self.ipython.enable_gui = lambda gui=None: None  # type: ignore[method-assign]
        self.outputs = Outputs(LONGEST)
        hook: Any = self.ipython.displayhook
        publisher: Any = self.ipython.display_pub
        hook.outputs = publisher.outputs = self.outputs
        self.hook = hook
        self.namespace: dict[str, Any] = self.ipython.user_ns
        self.namespace["input"] = self.namespace["raw_input"] = no_input
        use_inline_plots(self.ipython)

    def run(self, source: str, number: int = 1) -> list[dict]:
        """Run a cell; its outputs.

        Args:
            number: of the cell, by which tracebacks name it.
        """
        self.ipython.execution_count = number
        self.outputs.clear()
        self.hook.silent = source.rstrip().endswith(";")
        # IPython drops a handler for good in which anything goes wrong, if only the time runs out in it
        self.ipython.set_custom_exc((BaseException,), keep_traceback(self.outputs))
        with streams(self.outputs):
            ended = self.ipython.run_cell(source, store_history=False, silent=False)
        error = ended.error_before_exec or ended.error_in_exec
        if error is not None and not self.failed:  # a cell that failed never looks like one that passed
            name = type(error).__name__
            self.outputs.error(name, str(error), [f"{name}: the cell ended here."])
        return self.outputs.made

    def prepare(self, source: str, number: int, transformer: ast.NodeTransformer) -> None:
        """Compile a cell for later: it and all forks of this process then run it without parsing it again.

        Args:
            transformer: of its syntax tree.
        """
        compiler: Any = self.ipython.compile
        cell = self.ipython.transform_cell(source)
        name = compiler.cache(cell, number, raw_code=source)
        if name in compiler.prepared or "await" in source:
            return
        try:
            tree = ast.fix_missing_locations(transformer.visit(compiler.ast_parse(cell, name)))
            shown = tree.body[-1:] if tree.body and isinstance(tree.body[-1], ast.Expr) else []
            before = tree.body[: len(tree.body) - len(shown)]
            codes = [compiler(ast.Module(before, []), name, "exec")] if before else []
            codes += [compiler(ast.Interactive(shown), name, "single")] if shown else []
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return  # it will say so when it is run
        compiler.prepared[name] = codes

    @property
    def failed(self) -> bool:
        return any(output["output_type"] == "error" for output in self.outputs.made)

    @contextlib.contextmanager
    def listening(self) -> Iterator[Outputs]:
        """Keep what is printed in the block, outside a cell."""
        self.outputs.clear()
        with streams(self.outputs):
            yield self.outputs


@contextlib.contextmanager
def streams(outputs: Outputs) -> Iterator[None]:
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Stream(outputs, "stdout"), Stream(outputs, "stderr")  # type: ignore[assignment]
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def keep_traceback(outputs: Outputs) -> Any:
    """A handler that makes an exception an output, as a kernel does."""

    def handler(shell: Any, kind: type, error: BaseException, trace: Any, tb_offset: Any = None) -> list[str]:
        lines = explain(shell, kind, error, trace)
        try:
            text = str(error)
        except Exception:
            text = ""
        outputs.error(kind.__name__, text, lines)
        return lines

    return handler


def explain(shell: Any, kind: type, error: BaseException, trace: Any) -> list[str]:
    """The traceback of an error, frame by frame: ours left out, those of the other process put in."""
    try:
        if hasattr(error, "_render_traceback_"):
            return list(error._render_traceback_())
        if sum(1 for _ in traceback.walk_tb(trace)) > DEEPEST:  # a recursion: IPython takes seconds for it
            return traceback.format_exception(kind, error, trace, limit=-3, chain=False)
        frames = shell.InteractiveTB.structured_traceback(kind, error, trace)
        own = [str(frame) for frame in frames if "utils/grading/" not in str(frame)]
        there = getattr(error, "student_traceback", [])
        return [*own[:-1], *there, *own[-1:]] if there else own
    except Exception:
        return [kind.__name__]


def no_input(prompt: str = "") -> str:
    raise RuntimeError("input() has nobody to ask when a notebook is graded: give the value in the code.")


def use_inline_plots(ipython: Any) -> None:
    """Figures become outputs of the cell that draws them."""
    try:
        import matplotlib

        matplotlib.use("module://matplotlib_inline.backend_inline")
        matplotlib.interactive(True)  # a figure is shown when its cell ends
        from matplotlib_inline.backend_inline import configure_inline_support

        configure_inline_support(ipython, "inline")
    except ImportError:
        return
