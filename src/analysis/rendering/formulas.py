"""Formulas in TeX: what is one, what encloses it, and the same in MathML and in Typst's math."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from xml.etree import ElementTree

from .text import HAN, names

TEX_WRAP = re.compile(
    r"\s*(?:\$\$(?P<a>.*)\$\$|\$(?P<b>.*)\$|\\\[(?P<c>.*)\\\]|\\\((?P<d>.*)\\\)"
    r"|\\begin\{(?P<env>equation|displaymath|math)\*?\}(?P<e>.*)\\end\{(?P=env)\*?\})\s*",
    re.DOTALL,
)


def is_formula(tex: str) -> bool:
    """Tell a formula from prose between two dollar signs: no Chinese words, no mere amount of money."""
    if not tex.strip():
        return False
    chinese = HAN.search(re.sub(r"\\(?:text|mathrm|mbox)\w*\{[^{}]*\}", "", tex))
    amount = tex[0].isdigit() and not re.search(r"[\\^_=+*/<>{]|^\d*[A-Za-z]?$", tex)
    return not amount and not (chinese and "\\" not in tex)


def bare_tex(latex: str) -> str:
    """Return a formula without the signs that enclose it: `$$x$$`, `\\[x\\]`, `$\\displaystyle x$` all become `x`."""
    match = TEX_WRAP.fullmatch(latex)
    inner = latex if match is None else next(part for part in match.group("a", "b", "c", "d", "e") if part is not None)
    inner = re.sub(r"\\(?:label|tag)\{[^{}]*\}|\\(?:nonumber|notag)\b", "", inner)
    inner = re.sub(r"\\(begin|end)\{(?:align|gather|eqnarray|multline|split)\*?\}", r"\\\1{aligned}", inner)
    return inner.strip().removeprefix(r"\displaystyle").strip()


# --- MathML -----------------------------------------------------------------------------------------------------

MATHML = "{http://www.w3.org/1998/Math/MathML}"
MATHML_TAGS = names(
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts "
    "mprescripts none mtable mtr mlabeledtr mtd mstyle mpadded mphantom menclose mfenced"
)
MATHML_ATTRIBUTES = names(
    "display displaystyle scriptlevel mathvariant mathcolor mathsize stretchy fence form separator lspace rspace "
    "largeop movablelimits symmetric minsize maxsize accent accentunder linethickness columnalign rowalign "
    "columnspacing rowspacing columnlines rowlines width height depth voffset notation open close separators"
)


def mathml(latex: str, display: bool = False) -> str:
    """Return MathML for a TeX formula; the formula as code when it cannot be read."""
    from latex2mathml.converter import convert as tex_to_mathml

    tex = bare_tex(latex)
    known = tex.replace("{aligned}", "{align}")  # the converter knows the other name only
    # The converter raises many kinds of errors and copies the text of \text{...} unescaped, hence the reparse.
    try:
        tree = ElementTree.fromstring(tex_to_mathml(known, display="block" if display else "inline"))
        _check_mathml(tree)
    except Exception:
        code = f"<code>{html.escape(tex)}</code>"
        return f"<p>{code}</p>" if display else code
    tree.set("alttext", tex)
    return ElementTree.tostring(tree, encoding="unicode")


def _check_mathml(tree: ElementTree.Element) -> None:
    """Raise ValueError for an element that is not MathML; take away namespaces and what is not layout."""
    for element in tree.iter():
        element.tag = element.tag.removeprefix(MATHML)
        if element.tag not in MATHML_TAGS:
            raise ValueError(f"not MathML: {element.tag}")
        for name in set(element.attrib) - MATHML_ATTRIBUTES:
            del element.attrib[name]


# --- Typst ------------------------------------------------------------------------------------------------------

# What the translator does not know, in words that it does; the second half only guides TeX's spacing and sizes.
TEX_WORDS = [
    (re.compile(pattern), other)
    for pattern, other in (
        (r"\\(?:mbox|textbf|textit|textrm|textsf|textnormal)(?=\s*\{)", r"\\text"),
        (r"\\[cdt]frac(?![a-zA-Z])", r"\\frac"),
        (r"\\stackrel(?![a-zA-Z])", r"\\overset"),
        (r"\\xrightarrow\s*\{([^{}]*)\}", r"\\overset{\1}{\\longrightarrow}"),
        (r"\\xleftarrow\s*\{([^{}]*)\}", r"\\overset{\1}{\\longleftarrow}"),
        (r"\\arg(min|max)(?![a-zA-Z])", r"\\operatorname{arg\1}"),
        (r"\\begin\{array\}\s*\{[^{}]*\}", r"\\begin{matrix}"),
        (r"\\end\{array\}", r"\\end{matrix}"),
        (r"\\[lr]Vert(?![a-zA-Z])", r"\\Vert "),
        (r"\\[lr]vert(?![a-zA-Z])", r"\\vert "),
        (r"(?<=[\w})])'{2,3}(?!')", lambda primes: "^{" + r"\prime" * len(primes[0]) + "}"),
        (r"\\(?:no)?limits(?![a-zA-Z])|\\(?:text|script)style(?![a-zA-Z])|\\!", ""),
        (r"\\[bB]igg?[lrm]?(?![a-zA-Z])", ""),
        (r"\\hspace\*?\{[^{}]*\}", r"\\quad "),
    )
]


@lru_cache(maxsize=512)
def typst_formula(tex: str) -> str | None:
    """Return a bare TeX formula as Typst math, or None where it cannot be translated or would run code."""
    if not tex or len(tex) > 4000 or len(re.findall(r"(?<!\\)\{", tex)) != len(re.findall(r"(?<!\\)\}", tex)):
        return None
    from tex2typst import tex2typst

    for pattern, other in TEX_WORDS:
        tex = pattern.sub(other, tex)
    if re.search(r"\\(?:left|right)\s*\.", tex):
        tex = re.sub(r"\\(?:left|right)(?:\s*\.|(?![a-zA-Z]))", "", tex)
    try:
        result = tex2typst(tex)
    except (ValueError, RuntimeError):
        return None
    if re.search(r"(?<!\\)#(?!none\b)|//|/\*|\bstd\b", result):
        return None
    return result if result.strip() else None
