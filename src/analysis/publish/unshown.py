"""Characters of the texts that no font of the reports shows; their code points stand in their places."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from ..build import store
from ..project.folders import Project

#: So many characters are named one by one.
NAMED = 20


def unshown(project: Project, cities: Iterable[str]) -> list[str]:
    """A line for each character in the texts of `cities` that no font shows, with document and passage of its first
    use; after `NAMED` of them one line that counts the rest.
    """
    from ..rendering.typst.glyphs import Glyphs

    wanted = set(cities)
    listed = [row for row in store.document_list(project) if row["city"] in wanted]
    glyphs = Glyphs("zh")
    for row in listed:
        glyphs.missing(row["title"], f"title of {row['document']}")
    passages = store.read_table(project, "passages", [row["document"] for row in listed])
    for document, passage, text in zip(passages["document"], passages["passage"], passages["text"], strict=True):
        glyphs.missing(text, f"{document}, passage {passage}")
    lines = [
        f"warning: {where}: no font shows U+{ord(char):04X}; its code point stands in its place"
        for char, where in islice(glyphs.lost.items(), NAMED)
    ]
    rest = len(glyphs.lost) - NAMED
    return [*lines, f"warning: and {rest} more characters that no font shows"] if rest > 0 else lines
