"""How formulas look: a style sheet, and of the font STIX Two Math the characters that they need."""

from __future__ import annotations

import base64
import html
import importlib.metadata
import re
import shutil
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

STYLE = "formulas.css"
FONT = "stix-two-math.woff"
ROOT = "√"  # is drawn, and stands in no text
SLANTED = (*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C), 0x210E)  # how browsers show a single letter


def characters(site: Path) -> set[str]:
    """The characters of all formulas of a site."""
    found: set[str] = set()
    for page in site.rglob("*.html"):
        for formula in re.findall(r"<math .*?</math>", page.read_text(encoding="utf-8"), re.DOTALL):
            found.update(html.unescape(re.sub(r"<[^>]+>", "", formula)))
    return found


def write_style(folder: Path, shown: set[str]) -> None:
    """Put both into a folder; the font has the characters that are ``shown``, and the sign of a root."""
    from fontTools import subset

    files = importlib.metadata.files("ziamath") or []
    whole = next(str(file.locate()) for file in files if file.suffix == ".ttf")
    options = subset.Options(flavor="woff", hinting=False, layout_features=[])
    font = subset.load_font(whole, options)
    subsetter = subset.Subsetter(options)
    slanted = [code for code in SLANTED if unicodedata.normalize("NFKC", chr(code)) in shown]
    subsetter.populate(unicodes=[ord(ROOT), *map(ord, shown), *slanted])
    subsetter.subset(font)
    set_as_tex(font)
    folder.mkdir(parents=True, exist_ok=True)
    subset.save_font(font, str(folder / FONT), options)
    shutil.copyfile(Path(__file__).with_name(STYLE), folder / STYLE)


def set_as_tex(font: TTFont) -> None:
    """Set an index as deep after y as after x, an exponent as high after ) as after x, roots without a gap.

    A browser gives a root the width of the widest of its signs, so all get that of the narrowest.
    """
    math = font["MATH"].table
    math.MathConstants.SubscriptBaselineDropMin.Value = 0
    math.MathConstants.SuperscriptBaselineDropMax.Value = 386
    root = font.getBestCmap()[ord(ROOT)]
    signs = math.MathVariants.VertGlyphConstruction[math.MathVariants.VertGlyphCoverage.glyphs.index(root)]
    names = {sign.VariantGlyph for sign in signs.MathGlyphVariantRecord}
    names |= {part.glyph for part in signs.GlyphAssembly.PartRecords}
    width, _ = font["hmtx"][root]
    for name in names:
        glyph, (wide, left) = font["glyf"][name], font["hmtx"][name]
        glyph.coordinates.scale((width / wide, 1))
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (width, round(left * width / wide))


def whole_style(folder: Path) -> str:
    """The style sheet that was put into ``folder``, with its font inside, for a file that stands alone."""
    font = base64.b64encode((folder / FONT).read_bytes()).decode()
    style = (folder / STYLE).read_text(encoding="utf-8")
    return style.replace(f"url({FONT})", f"url(data:font/woff;base64,{font})")
