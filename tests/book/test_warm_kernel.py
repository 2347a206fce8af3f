"""Pages that are executed by processes with everything imported: each has a kernel of its own."""

import json
import multiprocessing
import subprocess
import sys
import time
from pathlib import Path

import pytest

from utils.book import warm_kernel
from utils.book.executing import execute_pages, unexecuted
from utils.book.warm_kernel import ALWAYS, context, imports_of, wait_and_run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux alone")

HEAD = """---
kernelspec: {display_name: Python 3, language: python, name: python3}
jupytext: {text_representation: {extension: .md, format_name: myst}}
---
# A page

```{code-cell} ipython3
"""
FIRST = """import os, sys, torch
assert "torch._dynamo" in sys.modules  # which torch.optim wants: imported before there was a page
assert torch.get_num_threads() == int(os.environ["OMP_NUM_THREADS"])
assert os.getcwd().endswith("pages") and __name__ == "__main__"
left_behind = torch.rand(3)
os.environ["LEFT_BEHIND"] = "yes"
print(left_behind)
"""
SECOND = """import os, torch
assert "left_behind" not in globals() and "LEFT_BEHIND" not in os.environ
from matplotlib import pyplot
pyplot.plot(torch.rand(3))
print(pyplot.get_backend())
"""
CRASH = "import os\nos._exit(3)\n"
EXECUTE = """import json, sys
from pathlib import Path
from utils.book.executing import execute_pages
if __name__ == "__main__":
    told = []
    execute_pages([Path(page) for page in sys.argv[2:]], Path(sys.argv[1]), 60, told.append)
    print(json.dumps(told))
"""


def write_page(path: Path, code: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{HEAD}{code}```\n", encoding="utf-8")
    return path


def test_what_no_page_speaks_of_is_not_imported_for_them(tmp_path):
    tiny = write_page(tmp_path / "pages" / "tiny.md", "1 + 1\n")
    drawn = write_page(tmp_path / "pages" / "drawn.md", SECOND)
    assert imports_of([tiny]) == [*ALWAYS]
    assert imports_of([tiny, drawn]) == [*ALWAYS, "torch", "matplotlib.pyplot"]


def test_pages_share_nothing_and_one_that_crashes_stops_no_other(tmp_path):
    codes = {"first": FIRST, "crash": CRASH, "second": SECOND, "third": FIRST}
    pages = [write_page(tmp_path / "pages" / f"{name}.md", code) for name, code in codes.items()]
    # in a process of its own: what its first pages want decides what warm kernels have imported
    program = tmp_path / "program.py"
    program.write_text(EXECUTE, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, program, tmp_path / "kept", *pages], stdout=subprocess.PIPE, text=True, check=True
    )
    told = json.loads(ended.stdout)
    assert sorted(line.partition(":")[0] for line in told) == [
        "pages/crash",
        "pages/first",
        "pages/second",
        "pages/third",
    ]
    assert [page.stem for page in unexecuted(pages, tmp_path / "kept")] == ["crash"]
    texts = {
        path: path.read_text(encoding="utf-8")
        for path in Path(tmp_path / "kept" / "executed").glob("*/*.ipynb")
    }
    drawn = [text for text in texts.values() if "image/png" in text]
    assert len(drawn) == 1 and "matplotlib_inline" in drawn[0]


def test_where_forking_is_not_safe_pages_are_executed_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(warm_kernel, "context", lambda _: multiprocessing.get_context("spawn"))
    page = write_page(tmp_path / "pages" / "only.md", 'import sys\nassert "torch" not in sys.modules\n')
    execute_pages([page], tmp_path / "kept", 60, print)
    assert unexecuted([page], tmp_path / "kept") == []


def test_a_kernel_ends_when_nobody_can_send_it_orders():
    ours, orders = context().Pipe()
    kernel = context().Process(target=wait_and_run, args=(ours,))
    kernel.start()
    ours.close()
    time.sleep(0.1)
    assert kernel.is_alive()
    orders.close()
    kernel.join(timeout=60)
    assert kernel.exitcode == 0
