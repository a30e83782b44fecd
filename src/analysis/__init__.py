"""Compare how China's resource-based cities say they will transform.

The public face: `from analysis import open_corpus, compare, charts, page`; docs/api.md says what may be called.
"""

from importlib import import_module
from typing import Any

_FACE = {
    "open_corpus": "analysis.build.corpus",
    "compare": "analysis.compare",
    "charts": "analysis.present.charts",
    "page": "analysis.present.page",
}

__all__ = ["charts", "compare", "open_corpus", "page"]  # noqa: F822 - loaded when first asked for


def __getattr__(name: str) -> Any:
    """Load a part of the face when it is first asked for: the command must start at once."""
    if name not in _FACE:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    module = import_module(_FACE[name])
    if name == "charts":
        module.set_defaults()
    return getattr(module, name) if hasattr(module, name) and name == "open_corpus" else module
