"""What a Chinese character is, and how wide text is where each character takes one column or two."""

from __future__ import annotations

import re

#: The Chinese characters, as the inside of a character class: `re.compile(f"[{HAN}]")`. 〇 is one, as in 二〇二四.
HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff〇"


_WIDE = re.compile("[\u2e80-\U0010ffff]")


def text_columns(text: str) -> int:
    """Columns that `text` takes on a terminal or in a spreadsheet: Chinese characters and marks take two."""
    return len(text) + len(_WIDE.findall(text))
