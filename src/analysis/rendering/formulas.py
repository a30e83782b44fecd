"""Formulas in TeX: what is one, what encloses it, and the same in MathML and in Typst's math."""

from __future__ import annotations

import re
from functools import lru_cache
from xml.etree import ElementTree

from .text import HAN, names

TEX_WRAP = re.compile(
    r"\s*(?:\$\$(?P<a>.*)\$\$|\$(?P<b>.*)\$|\\\[(?P<c>.*)\\\]|\\\((?P<d>.*)\\\)"
    r"|\\begin\{(?P<env>equation|displaymath|math)\*?\}(?P<e>.*)\\end\{(?P=env)\*?\})\s*",
    re.DOTALL,
)
NO_FORMULAS = names(
    "abstract center description document enumerate figure flushleft flushright itemize longtable minipage quote "
    "table tabular thebibliography verbatim"
)
ENVIRONMENT = re.compile(r"\\begin\{(?P<name>[a-zA-Z]+)\*?\}")
PLAIN_SYMBOLS = re.compile(r"\s*(?=.*[A-Za-z])[A-Za-z0-9']+(?:\s*[-+*/=<>,()|]\s*[A-Za-z0-9'()]+)*\s*")


def is_formula(tex: str) -> bool:
    """Tell a formula from prose between two dollar signs: no Chinese words, no mere amount of money.

    As in MathJax blanks may stand at its ends, but then it has to look like one.
    """
    if not tex.strip() or any(match["name"] in NO_FORMULAS for match in ENVIRONMENT.finditer(tex)):
        return False
    if tex != tex.strip() and not re.search(r"[\\^_{=]", tex) and not PLAIN_SYMBOLS.fullmatch(tex):
        return False
    chinese = HAN.search(re.sub(r"\\(?:text|mathrm|mbox)\w*\{[^{}]*\}", "", tex))
    amount = tex.lstrip()[0].isdigit() and not re.search(r"[\\^_+*/<>{]|=|^\s*\d*[A-Za-z]?\s*$", tex)
    return not amount and not (chinese and "\\" not in tex)


def bare_tex(latex: str) -> str:
    """Return a formula without the signs that enclose it: `$$x$$`, `\\[x\\]`, `$\\displaystyle x$` all become `x`."""
    match = TEX_WRAP.fullmatch(latex)
    inner = latex if match is None else next(part for part in match.group("a", "b", "c", "d", "e") if part is not None)
    inner = re.sub(r"(?<!\\)%.*\n|\\label\s*\{[^{}]*\}|\\(?:nonumber|notag)\b", "", inner)
    inner = re.sub(r"(?<!\\)%", r"\\%", inner)
    inner = re.sub(r"\\tag\*?\s*\{([^{}]*)\}", r"\\qquad\\text{(\1)}", inner)
    inner = re.sub(r"\\begin\{(?:alignat|alignedat)\*?\}\s*\{\d+\}", r"\\begin{aligned}", inner)
    multi = "align|alignat|alignedat|gather|gathered|eqnarray|multline|split|flalign"
    inner = re.sub(rf"\\(begin|end)\{{(?:{multi})\*?\}}", r"\\\1{aligned}", inner)
    return modern(inner.strip().removeprefix(r"\displaystyle").strip())


OLD_STYLES = {"rm": "mathrm", "bf": "mathbf", "it": "mathit", "cal": "mathcal", "sf": "mathsf", "tt": "mathtt"}
OLD_STYLE = re.compile(r"\\(rm|bf|it|cal|sf|tt)(?![a-zA-Z])\s*")
GROUP_SIGN = re.compile(
    r"(?P<parts>\\\\|&)|(?P<opens>\\begin\s*\{\w+\*?\}|\\left(?![a-zA-Z])\s*(?:\\[a-zA-Z]+|\\?.)|\{)"
    r"|(?P<closes>\\end(?![a-zA-Z])|\\right(?![a-zA-Z])|\})|\\."
)
INFIX = re.compile(r"\\(over|choose|atop)(?![a-zA-Z])")
INFIXES = {"over": r"\frac{%s}{%s}", "choose": r"\binom{%s}{%s}", "atop": r"\substack{%s\\%s}"}


def modern(tex: str) -> str:
    """Return TeX with the old commands that act on the rest of their group as commands with arguments."""
    for _ in range(50):
        old = OLD_STYLE.search(tex)
        found = old or INFIX.search(tex)
        if found is None:
            break
        start, end = _group_around(tex, found.start())
        if old:
            rest = tex[old.end() : end]
            tex = f"{tex[: old.start()]}\\{OLD_STYLES[old[1]]}{{{rest}}}{tex[end:]}"
        else:
            parts = tex[start : found.start()].strip(), tex[found.end() : end].strip()
            tex = tex[:start] + INFIXES[found[1]] % parts + tex[end:]
    return tex


def _group_around(tex: str, place: int) -> tuple[int, int]:
    """Return where the group that holds `place` begins and ends, a cell of a table being one."""
    open_groups = [0]
    later = 0
    for match in GROUP_SIGN.finditer(tex):
        opens, closes = match["opens"], match["closes"]
        if match.start() < place:
            if opens:
                open_groups.append(match.end())
            elif closes and len(open_groups) > 1:
                open_groups.pop()
            elif match["parts"]:
                open_groups[-1] = match.end()
        elif not later and (closes or match["parts"]):
            return open_groups[-1], match.start()
        else:
            later += bool(opens) - bool(closes)
    return open_groups[-1], len(tex)


# --- macros ---------------------------------------------------------------------------------------------------------

DEFINITION = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand)\*?\s*\{?\s*\\(?P<name>[a-zA-Z]+)\s*\}?"
    r"\s*(?:\[(?P<count>\d)\])?\s*(?:\[(?P<default>[^\]]*)\])?\s*(?=\{)"
    r"|\\def\s*\\(?P<def>[a-zA-Z]+)\s*(?P<marks>(?:#\d)*)\s*(?=\{)"
    r"|\\DeclareMathOperator(?P<star>\*?)\s*\{?\s*\\(?P<operator>[a-zA-Z]+)\s*\}?\s*(?=\{)"
)


class Macros:
    """The commands that a notebook defines; each holds from its definition to the end of the notebook."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[int, str | None, str]] = {}

    def expanded(self, tex: str) -> str:
        """Return a formula without definitions, which are kept, and with all commands known so far written out."""
        while match := DEFINITION.search(tex):
            body, end = _argument(tex, match.end())
            if match["operator"]:
                self.known[match["operator"]] = 0, None, rf"\operatorname{match['star']}{{{body}}}"
            elif match["def"]:
                self.known[match["def"]] = len(match["marks"]) // 2, None, body
            else:
                self.known[match["name"]] = int(match["count"] or 0), match["default"], body
            tex = tex[: match.start()] + tex[end:]
        for _ in range(200):  # a command may hold others, and hostile ones themselves
            if not self.known or len(tex) > 20000 or not (use := self._first_use(tex)):
                break
            tex = self._written_out(tex, use)
        return tex

    def _first_use(self, tex: str) -> re.Match[str] | None:
        known = "|".join(sorted(self.known, key=len, reverse=True))
        return re.search(rf"\\({known})(?![a-zA-Z])", tex)

    def _written_out(self, tex: str, use: re.Match[str]) -> str:
        count, default, body = self.known[use[1]]
        place, values = use.end(), []
        if count and default is not None:
            given = re.compile(r"\s*\[([^\]]*)\]").match(tex, place)
            values.append(given[1] if given else default)
            place = given.end() if given else place
        while len(values) < count:
            value, place = _argument(tex, place)
            values.append(value)
        text = re.sub(r"#(\d)", lambda mark: values[int(mark[1]) - 1] if 0 < int(mark[1]) <= count else "", body)
        return f"{tex[: use.start()]}{{{text}}}{tex[place:]}" if text.strip() else tex[: use.start()] + tex[place:]


def _argument(tex: str, place: int) -> tuple[str, int]:
    """Return the argument of a command that begins at `place`, and where it ends."""
    match = re.compile(r"\s*(\\[a-zA-Z]+|\\.|[^{\s])").match(tex, place)
    if match:
        return match[1], match.end()
    start = tex.find("{", place)
    depth = 0
    for sign in re.compile(r"\\.|[{}]", re.DOTALL).finditer(tex, max(start, 0)) if start >= 0 else ():
        depth += {"{": 1, "}": -1}.get(sign[0], 0)
        if not depth:
            return tex[start + 1 : sign.start()], sign.end()
    return "", len(tex)


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


def mathml(tex: str, display: bool = False) -> str | None:
    """Return MathML for a bare TeX formula; None when it cannot be read."""
    from latex2mathml.converter import convert as tex_to_mathml

    if not tex:
        return None
    # The converter knows the formulas of several lines by one name only, and does not end a line anywhere else.
    known = tex.replace("{aligned}", "{align*}")
    known = rf"\begin{{align*}}{tex}\end{{align*}}" if r"\\" in tex and r"\begin" not in tex else known
    known = re.sub(r"\\middle(?![a-zA-Z])", "", known).replace("&=&", "&=")
    # The converter raises many kinds of errors and copies the text of \text{...} unescaped, hence the reparse.
    try:
        tree = ElementTree.fromstring(tex_to_mathml(known, display="block" if display else "inline"))
        _check_mathml(tree)
    except Exception:
        return None
    tree.set("alttext", tex)
    return ElementTree.tostring(tree, encoding="unicode")


def _check_mathml(tree: ElementTree.Element) -> None:
    """Raise ValueError for what is not MathML and for a command left as it was; take away all that is not layout."""
    for element in tree.iter():
        element.tag = element.tag.removeprefix(MATHML)
        if element.tag not in MATHML_TAGS:
            raise ValueError(f"not MathML: {element.tag}")
        if re.match(r"\\[a-zA-Z]", element.text or ""):
            raise ValueError(f"not known: {element.text}")
        for name in set(element.attrib) - MATHML_ATTRIBUTES:
            del element.attrib[name]


# --- Typst ------------------------------------------------------------------------------------------------------

ACCENTS = {
    "check": r"\overset{ˇ}",
    "breve": r"\overset{˘}",
    "acute": r"\overset{´}",
    "grave": r"\overset{ˋ}",
    "overleftrightarrow": r"\overset{\leftrightarrow}",
    "overparen": r"\overset{\frown}",
}
SIGNS = {
    **{"lnot": "¬", "wp": "℘", "square": "□", "Box": "□", "blacksquare": "■", "lozenge": "◊", "Diamond": "◇"},
    **{"surd": "√", "ldotp": ".", "eth": "ð", "digamma": "ϝ", "beth": "ℶ", "gimel": "ℷ", "amalg": "⨿", "owns": "∋"},
    **{"bowtie": "⋈", "thicksim": "∼", "thickapprox": "≈", "subsetneqq": "⫋", "impliedby": "⟸", "Bbbk": r"\mathbb{k}"},
}
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
        (r"(\\(?:left|right)\s*)\\[lr]?Vert(?![a-zA-Z])", r"\1\\|"),
        (r"(\\(?:left|right)\s*)\\[lr]?vert(?![a-zA-Z])", r"\1|"),
        (r"\\[lr]Vert(?![a-zA-Z])", r"\\Vert "),
        (r"\\[lr]vert(?![a-zA-Z])", r"\\vert "),
        (r"\\(max|min|sup|inf|limsup|liminf|det|gcd|Pr)(?![a-zA-Z])", r"\\operatorname*{\1}"),
        (r"\\(arc(?:sin|cos|tan)|(?:sin|cos|tan|cot)h|exp|lg|dim|ker|hom|deg)(?![a-zA-Z])", r"\\operatorname{\1}"),
        (r"\\(?:var)?(inj|proj)lim(?![a-zA-Z])", r"\\operatorname*{\1\\,lim}"),
        (r"\\varlim(sup|inf)(?![a-zA-Z])", r"\\operatorname*{lim\1}"),
        (r"\\(check|breve|acute|grave|overleftrightarrow|overparen)(?![a-zA-Z])", lambda name: ACCENTS[name[1]]),
        (r"\\dots[bcimo](?![a-zA-Z])", r"\\dots "),
        (r"\\[bx]cancel(?![a-zA-Z])", r"\\cancel"),
        (r"\\(?:mathord|mathinner|ensuremath)(?![a-zA-Z])", ""),
        (rf"\\({'|'.join(SIGNS)})(?![a-zA-Z])", lambda name: SIGNS[name[1]]),
        (r"\\texttt(?=\s*\{)", r"\\mathtt"),
        (r"\\hbox(?=\s*\{)", r"\\text"),
        (r"\\(?:smash|boxed)\s*\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}", r"{\1}"),
        (r"\\(?:coloneqq|vcentcolon=)(?![a-zA-Z])", ":="),
        (r"\\hslash(?![a-zA-Z])", r"\\hbar "),
        (r"\\degree(?![a-zA-Z])", r"{}^{\\circ}"),
        (r"(?<=[\w})])'{2,3}(?!')", lambda primes: "^{" + r"\prime" * len(primes[0]) + "}"),
        (r"\\(?:no)?limits(?![a-zA-Z])|\\(?:text|script)style(?![a-zA-Z])|\\!", ""),
        (r"\\[bB]igg?[lrm]?(?![a-zA-Z])", ""),
        (r"\\[hv]space\*?\{[^{}]*\}|\\[hv]?phantom\{[^{}]*\}|\\hfill(?![a-zA-Z])", r"\\quad "),
        (r"\\(?:text)?color\s*\{[^{}]*\}|\\(?:middle|hline)(?![a-zA-Z])", ""),
        (r"\\begin\{smallmatrix\}", r"\\begin{matrix}"),
        (r"\\end\{smallmatrix\}", r"\\end{matrix}"),
        (r"\\mathring(?![a-zA-Z])", r"\\dot"),
        (r"\\(?:mathds|mathbbm|Bbb)(?![a-zA-Z])", r"\\mathbb"),
        (r"\\bm(?![a-zA-Z])", r"\\boldsymbol"),
        (r"\\arg(?![a-zA-Z])", r"\\operatorname{arg}"),
        (r"(\\operatorname\*?\{)([^{}]*)\}", lambda name: name[1] + re.sub(r"\\[,;:! ]", " ", name[2]) + "}"),
        (r"&(\s*(?:=|\\[a-z]+|[<>])\s*)&", r"&\1"),
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
        result = tex2typst(tex, non_strict=False)
    except (ValueError, RuntimeError):
        return None
    if re.search(r"(?<!\\)#(?!(?:none|true|false|left|center|right|\d)\b)|//|/\*|\bstd\b", result):
        return None
    return result if result.strip() else None
