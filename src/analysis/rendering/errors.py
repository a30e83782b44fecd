"""What can be wrong with a report; each message is one line and names the place and the cure."""

from __future__ import annotations


class ExportError(ValueError):
    """A report cannot be shown as it is."""


class MissingAlt(ExportError):
    """A report shows an image without a text for those who cannot see it."""

    def __init__(self, where: str, mime: str = "image") -> None:
        super().__init__(
            f"{where}: {mime} output without alternative text; cure: "
            'display(figure, metadata={"alt": "what it shows, with the main numbers"})'
        )
