"""What the exporters for nbconvert have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nbconvert.exporters import Exporter
from traitlets import Bool, Int

from .notebook import Notebook, read

KINDS = ("input", "output", "markdown", "raw", "code_cell")


class NotebookExporter(Exporter):
    """An exporter that heeds nbconvert's switches for what is left out (--no-input and the like)."""

    exclude_input = Bool(
        None, allow_none=True, help="Leave out the code; by default reports leave it out or fold it, others show it."
    ).tag(config=True)

    max_lines = Int(
        1000, help="How many lines of a printed text, traceback or cell of code are shown; 0 shows all."
    ).tag(config=True)

    def list_unread(self, formulas: Sequence[str]) -> None:
        """Say which formulas could not be read and are shown as they were written."""
        for formula in dict.fromkeys(formulas):
            self.log.warning("%s: this formula cannot be read and is shown as its source", formula)

    def read(self, nb: Any, resources: dict[str, Any]) -> Notebook:
        """Return what is to be shown of a notebook."""
        about = resources.get("metadata") or {}
        return read(nb, str(about.get("name") or ""), about.get("path") or None, self._left_out(), self.max_lines)

    def asked_for_input(self) -> bool | None:
        """Return whether code was asked for or refused here, else by nbconvert's own switch, else nothing."""
        general = self.config.get("TemplateExporter", {}).get("exclude_input")
        asked = self.exclude_input if self.exclude_input is not None else general
        return not asked if isinstance(asked, bool) else None

    def _left_out(self) -> set[str]:
        """Return the kinds of content that are not wanted."""
        general = self.config.get("TemplateExporter", {})
        kinds = {kind for kind in KINDS if general.get(f"exclude_{kind}") is True} - {"input"}
        return kinds | ({"input"} if self.asked_for_input() is False else set())
