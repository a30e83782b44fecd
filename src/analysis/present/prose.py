"""Prose: the templates of a language, which take tables and say what is in them.

strings/zh.yml and strings/en.yml hold words (one text a key) and sections (a mapping a key: heading, title, subtitle,
axis, alt, reading, caption, note …). The texts of sections are Jinja2 templates. A table stands in them as its rows,
`{{ t[0].code|code }}`; what is missing in it is `none`. Every value is escaped by the environment: text of documents is
never markup. Lines of a template are joined, in Chinese without a space.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import SimpleNamespace
from typing import Any, overload

import pandas as pd
from jinja2 import Environment, StrictUndefined, Template, TemplateSyntaxError
from markupsafe import Markup

from ..project.errors import InputError, closest
from .language import sections

#: A text that is its own template and no key.
_TEMPLATE = re.compile(r"[{\s。，.,!?！？]")


#: Spaces that no language puts: before a mark, and beside a Chinese one.
_SPACES = re.compile(r" (?=\\?[,.;:!?)](?:\s|$))|(?<=[，。；：、（）]) | (?=[，。；：、（）])")


def literal(text: str) -> str:
    """Document text as Markdown that shows it character by character."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$&])", r"\\\1", text)


def _grouped(rows: Iterable[Any], column: str) -> list[tuple[Any, list[Any]]]:
    """The rows of each value of a column, in the order in which the values appear."""
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, column), []).append(row)
    return list(found.items())


class Rows(Sequence[Any]):
    """The rows of a table for a template: each with its columns as attributes, `none` where a cell is missing."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table

    @cached_property
    def _rows(self) -> list[SimpleNamespace]:
        cells = self.table.astype(object).where(self.table.notna(), None)
        return [SimpleNamespace(**dict(zip(map(str, cells.columns), row, strict=True))) for row in cells.to_numpy()]

    def __len__(self) -> int:
        return len(self.table)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    @overload
    def __getitem__(self, at: int) -> Any: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Any]: ...
    def __getitem__(self, at: int | slice) -> Any:
        return self._rows[at]


def _shown(value: Any) -> Any:
    """What a template sees of a value that was given to it."""
    if isinstance(value, pd.DataFrame):
        return Rows(value)
    if isinstance(value, pd.Series):
        return Rows(value.to_frame().T)[0]
    return value


#: What templates were compiled to, by language, kind and text: a process that makes many reports compiles each once.
_COMPILED: dict[tuple[str, bool, str], Any] = {}


class Prose:
    """The sections of one language: `text` for charts and captions, `markdown` for sentences of the report.

    `filters` maps names to functions of a value; those in `marked` also take whether Markdown is wanted and give
    Markdown of their own.
    """

    def __init__(
        self, lang: str, filters: Mapping[str, Callable[..., Any]], marked: Mapping[str, Callable[..., Any]]
    ) -> None:
        self.lang, self.sections = lang, sections(lang)
        self._environments = {on: self._environment(on, filters, marked) for on in (True, False)}
        self._macros: dict[bool, Any] = {}

    def _environment(
        self, markdown: bool, filters: Mapping[str, Callable[..., Any]], marked: Mapping[str, Callable[..., Any]]
    ) -> Environment:
        def escaped(value: Any) -> Markup:
            if isinstance(value, Markup):
                return value
            if value is None:
                return Markup("–")
            return Markup(literal(str(value)) if markdown else str(value))

        def listed(items: Iterable[Any], last: bool = True) -> Markup:
            """`a、b和c` / `a, b and c`; without `last`, `a；b；c` / `a; b; c`."""
            words = [escaped(item) for item in items]
            comma, end = {True: ("、", "和"), False: ("；", "；")}[last] if self.lang == "zh" else (", ", " and ")
            if self.lang != "zh" and not last:
                comma = end = "; "
            head = Markup(comma).join(words[:-1])
            return Markup(end).join(filter(None, [head, *words[-1:]]))

        # Nothing is HTML here: all that is put in goes through `escaped`, which leaves nothing for autoescape to do.
        environment = Environment(undefined=StrictUndefined, autoescape=True, finalize=escaped, optimized=False)  # noqa: S701
        environment.filters |= {**filters, "listed": listed, "groupby": _grouped}
        for name, function in marked.items():
            environment.filters[name] = _bound(function, markdown, escaped)
        return environment

    def has(self, key: str, part: str = "reading") -> bool:
        """Whether the section `key` says something under `part`."""
        return part in self.sections.get(key, {})

    def known(self, key: str) -> None:
        """Raises InputError where `key` is neither a section nor a template of one's own."""
        if key not in self.sections and not _TEMPLATE.search(key):
            raise InputError(
                f"strings/{self.lang}.yml has no section '{key}'{closest(key, self.sections)}",
                cure="name a section of it, or write the text itself",
            )

    def part(self, key: str, part: str) -> Any:
        """What stands under `part` of a section; `key` itself where it is a template. Raises KeyError for neither."""
        if key not in self.sections:
            if _TEMPLATE.search(key):
                return key
            raise KeyError(f"strings/{self.lang}.yml has no section '{key}'")
        if part not in self.sections[key]:
            raise KeyError(f"strings/{self.lang}.yml has no '{part}' in the section '{key}'")
        return self.sections[key][part]

    def text(self, template: str, values: Mapping[str, Any]) -> str:
        """A template filled in as plain text."""
        return self._filled(False, template, values)

    def markdown(self, template: str, values: Mapping[str, Any]) -> str:
        """A template filled in as Markdown, in which every value is literal."""
        return self._filled(True, template, values)

    def _shared(self, markdown: bool) -> Any:
        """The macros that all templates may use, as `m`."""
        if markdown not in self._macros:
            self._macros[markdown] = (
                self._environments[markdown].from_string(self._joined(self.sections["macros"]["all"])).module
            )
        return self._macros[markdown]

    def _filled(self, markdown: bool, template: str, values: Mapping[str, Any]) -> str:
        shown = {name: _shown(value) for name, value in values.items()}
        words = self._template(markdown, template).render(shown, m=self._shared(markdown))
        words = re.sub(
            r" (?=\\?[,.;:!?)](?:\s|$))| ?(?<=[，。；：、（）]) | (?=[，。；：、（）])", "", re.sub(r"\s+", " ", words)
        )
        # The first letter, behind the mark of a link or a quotation.
        return re.sub(r"^([\[“\"]*)([a-z])(?! ?[(=（＝])", lambda found: found[1] + found[2].upper(), words.strip())

    def _template(self, markdown: bool, template: str) -> Template:
        """A template in its environment, which is where its filters are looked up."""
        environment, key = self._environments[markdown], (self.lang, markdown, str(template))
        if key not in _COMPILED:
            try:
                _COMPILED[key] = environment.compile(self._joined(template))
            except TemplateSyntaxError as error:
                said = (error.message or "").rstrip(".")
                name = re.search("filter named '(.*)'", said)
                said += closest(name[1], environment.filters) if name else ""
                raise InputError(
                    f"the text '{str(template).strip()[:60]}' is no template: {said}",
                    cure=f"mend it where it stands, in strings/{self.lang}.yml or in the notebook",
                ) from None
        return Template.from_code(environment, _COMPILED[key], environment.globals)

    def compile(self) -> None:
        """Compile every template of the language, for processes that are forked from this one."""
        for section in self.sections.values():
            for part, words in section.items():
                texts = words.values() if isinstance(words, dict) else words if isinstance(words, list) else [words]
                for text in texts:
                    self._template(part in ("reading", "method"), text)
        self._template(True, self.sections["macros"]["all"])

    def _joined(self, template: str) -> str:
        """The lines of a template as one."""
        return ("" if self.lang == "zh" else " ").join(line.strip() for line in str(template).splitlines())


def _bound(function: Callable[..., Any], markdown: bool, escaped: Callable[[Any], Markup]) -> Callable[..., Any]:
    """A filter that knows whether Markdown is wanted and how values are escaped."""
    return lambda value, *more, **named: function(
        escaped(value) if markdown else Markup(str(value)), markdown, *more, **named
    )
