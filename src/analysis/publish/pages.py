"""What the pages beside the reports share: their templates, and what cities are called."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from ..project.folders import Project


@functools.cache
def _templates() -> Any:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=jinja2.select_autoescape(["html"]),
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def fill(template: str, **values: Any) -> str:
    """A template of this package (templates/…) with its values; in HTML each of them is escaped."""
    return _templates().get_template(template).render(values)


def city_facts(project: Project, lang: str) -> dict[str, dict[str, str]]:
    """City → `name`, `class` and `resource` in a language, from data/reference/cities.yml; "" where it has none."""
    from ..present.language import Words
    from ..texts.cities import read_cities

    words, found = Words(lang), {}
    for key, city in read_cities(project).items():
        kind = str(city.get("class") or "")
        resource = str(city.get(f"resource_{lang}") or city.get("resource") or "")
        name = words(f"class_{kind}") if words.has(f"class_{kind}") else kind
        found[key] = {"name": city[f"name_{lang}"], "class": name, "resource": resource}
    return found
