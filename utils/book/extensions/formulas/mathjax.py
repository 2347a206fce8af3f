"""MathJax in a process of its own: reads formulas in TeX, a line of JSON each, and writes their MathML.

It runs in an engine for JavaScript that comes with a Python package: no browser and no Node.js is needed.
The engine has threads that would outlive a build that is interrupted; this process ends with its input.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
from pathlib import Path

PARTS = ("loader.js", "core.js", "adaptors/liteDOM.js", "input/tex-full.js")
READ_TEX = """
const {STATE} = MathJax._.core.MathItem;
MathJax._.handlers.html_ts.RegisterHTMLHandler(MathJax._.adaptors.liteAdaptor.liteAdaptor());
const InputJax = new MathJax._.input.tex_ts.TeX({packages: ['base', 'ams', 'newcommand', 'boldsymbol']});
const formulas = MathJax._.mathjax.mathjax.document('', {InputJax});
const writer = new MathJax._.core.MmlTree.SerializedMmlVisitor.SerializedMmlVisitor();
const readTeX = (tex, display) => writer.visitTree(formulas.convert(tex, {display, end: STATE.CONVERT}));
"""


def main() -> None:
    from py_mini_racer import MiniRacer

    files = importlib.metadata.files("sphinx-mathjax-offline") or []
    folder = next(Path(str(file.locate())).parent for file in files if file.name == PARTS[0])
    with MiniRacer() as engine:
        engine.eval("var global = globalThis, MathJax = {};")
        for part in PARTS:
            engine.eval(folder.joinpath(part).read_text(encoding="utf-8"))
        engine.eval(READ_TEX)
        for line in sys.stdin:
            print(json.dumps(engine.call("readTeX", *json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
