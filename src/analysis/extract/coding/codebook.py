"""A page on coding schemes, in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from .scheme import Scheme

WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "title": "Coding schemes",
        "rule": "A sentence may carry several codes of a scheme. The first is its main one: that whose terms say most, "
        "counted in characters times weight; among equals the one that comes first.",
        "theme": "Policy domains",
        "pathway": "Pathways of transformation",
        "instrument": "Policy instruments",
        "head": ("Code", "Name", "Group", "Definition", "Examples", "Counter-examples", "Terms"),
        "joint": "; ",
        "none": "no code",
    },
    "zh": {
        "title": "编码体系",
        "rule": "一句话可以有同一体系的几个编码。排在第一的是主编码：其词语的字数乘以权重之和最大；"
        "相等时取在句中先出现的。",
        "theme": "政策领域",
        "pathway": "转型路径",
        "instrument": "政策工具",
        "head": ("编码", "名称", "类别", "定义", "例子", "反例", "词语数"),
        "joint": "；",
        "none": "无编码",
    },
}


def codebook(schemes: Mapping[str, Scheme], lang: str = "en") -> str:
    """A Markdown page on `schemes` (name → scheme) in `lang` (`en` or `zh`), one table for each.

    Each code has its name, group (where the scheme has groups), definition, examples, counter-examples with the code
    that they have instead, and number of terms.
    """
    words = WORDS[lang]
    pages = [f"# {words['title']}", words["rule"]]
    for name, scheme in schemes.items():
        pages.append(f"## {words.get(name, name)} (`{name}`)")
        sizes = Counter(entry.code for entry in scheme.entries.values())
        rows = [tuple(words["head"]), ("---",) * 7]
        for code, about in scheme.codes.items():
            group = scheme.group(code)
            counter = [_counter_example(str(example), scheme, words, lang) for example in about["counter_examples"]]
            rows.append(
                (
                    f"`{code}`",
                    _cell(scheme.name(code, lang)),
                    _cell(scheme.name(group, lang)) if group else "",
                    _cell(str(about[f"definition_{lang}"])),
                    _cell(words["joint"].join(about["examples"])),
                    _cell(words["joint"].join(counter)),
                    str(sizes[code]),
                )
            )
        shown = [row if scheme.groups else (*row[:2], *row[3:]) for row in rows]
        pages.append("\n".join(f"| {' | '.join(row)} |" for row in shown))
    return "\n\n".join(pages) + "\n"


def _counter_example(example: str, scheme: Scheme, words: Mapping[str, Any], lang: str) -> str:
    """`词 (code)` with the name of the code."""
    phrase, bracket, code = example.removesuffix(")").rpartition(" (")
    if not bracket:
        return example
    named = scheme.name(code, lang) if code in scheme.codes else str(words["none"] if code == "none" else code)
    return f"{phrase} → {named}"


def _cell(text: str) -> str:
    """`text` as the content of a cell of a Markdown table."""
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").split())
