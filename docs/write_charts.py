"""Draw the pictures of docs/charts.md anew from the code in it.

usage: python docs/write_charts.py
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

HERE = Path(__file__).resolve().parent
BLOCK = re.compile(r"^```python\n(.*?)^```\n+(?:!\[[^\]]*\]\((charts/[\w-]+\.png)\))?", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[tuple[str, str]]:
    """The blocks of code of a page, each with the picture below it, or ""."""
    return [(code, name) for code, name in BLOCK.findall(page)]


def drawn(thing: Any) -> Image.Image:
    """What a figure, a plot of seaborn's objects or a word cloud looks like."""
    if hasattr(thing, "to_image"):
        return thing.to_image()
    out = io.BytesIO()
    save = thing.savefig if hasattr(thing, "savefig") else thing.save
    save(out, format="png", dpi=96, bbox_inches="tight")
    return Image.open(out)


def pictures(page: str) -> Iterator[tuple[str, Image.Image]]:
    """Run the blocks of a page one after the other, as cells of one notebook; name and image of each picture."""
    names: dict[str, Any] = {}
    for code, name in blocks(page):
        tree = ast.parse(code)
        last = tree.body.pop() if name else None
        exec(compile(tree, "docs/charts.md", "exec"), names)
        if isinstance(last, ast.Expr):
            yield name, drawn(eval(compile(ast.Expression(last.value), "docs/charts.md", "eval"), names))


if __name__ == "__main__":
    for name, image in pictures((HERE / "charts.md").read_text(encoding="utf-8")):
        image.convert("RGB").quantize(64).save(HERE / name, optimize=True)
        print(name, (HERE / name).stat().st_size)
