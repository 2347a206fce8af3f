"""How formulas look: a style sheet, and of the font STIX Two Math the characters that they may need."""

from __future__ import annotations

import base64
import importlib.metadata
import shutil
from pathlib import Path

STYLE = "formulas.css"
FONT = "stix-two-math.woff"
# from the Latin letters to the slanted Greek ones; the whole font is ten times as large
CHARACTERS = (
    *(range(0x20, 0x7F), range(0xA0, 0x100), range(0x391, 0x3F6), range(0x2010, 0x2062)),
    *(range(0x210A, 0x2135), range(0x2190, 0x2300), range(0x2308, 0x230C), range(0x27E8, 0x27EA)),
    *(range(0x2C6, 0x2DE), range(0x300, 0x30D), range(0x1D434, 0x1D468), range(0x1D6E2, 0x1D71C), [0x1D7D9]),
)


def write_style(folder: Path) -> None:
    """Put both into a folder."""
    from fontTools import subset

    files = importlib.metadata.files("ziamath") or []
    whole = next(str(file.locate()) for file in files if file.suffix == ".ttf")
    options = subset.Options(flavor="woff", hinting=False, layout_features=["ssty"])
    font = subset.load_font(whole, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for block in CHARACTERS for code in block])
    subsetter.subset(font)
    folder.mkdir(parents=True, exist_ok=True)
    subset.save_font(font, str(folder / FONT), options)
    shutil.copyfile(Path(__file__).with_name(STYLE), folder / STYLE)


def whole_style(folder: Path) -> str:
    """The style sheet that was put into ``folder``, with its font inside, for a file that stands alone."""
    font = base64.b64encode((folder / FONT).read_bytes()).decode()
    style = (folder / STYLE).read_text(encoding="utf-8")
    return style.replace(f"url({FONT})", f"url(data:font/woff;base64,{font})")
