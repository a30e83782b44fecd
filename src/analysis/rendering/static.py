"""Still pictures of interactive charts, where the programs that draw them are installed."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from .images import SVG, Image

LOG = logging.getLogger(__name__)
PLOTLY = "application/vnd.plotly.v1+json"
VEGA = "application/vnd.vega"


def static_picture(mime: str, data: Any) -> Image | None:
    """Return a chart of plotly (by kaleido) or Vega (by vl-convert) as SVG; None where it cannot be drawn here."""
    if not isinstance(data, Mapping) or not (mime == PLOTLY or mime.startswith(VEGA)):
        return None
    try:
        return Image(SVG, _plotly(data) if mime == PLOTLY else _vega(mime, data))
    except ImportError:
        return None
    except Exception as error:  # their programs fail in many ways of their own
        LOG.warning("a still picture of %s cannot be drawn: %s", mime, str(error).split("\n")[0][:200])
        return None


def _plotly(data: Mapping[str, Any]) -> bytes:
    import kaleido  # noqa: F401  # plotly says so late, and in many words, if it is not there
    from plotly.io import to_image

    figure = {"data": data.get("data") or [], "layout": data.get("layout") or {}}
    return bytes(to_image(figure, format="svg", validate=False))


def _vega(mime: str, data: Mapping[str, Any]) -> bytes:
    import vl_convert

    convert = vl_convert.vegalite_to_svg if "vegalite" in mime else vl_convert.vega_to_svg
    return str(convert(json.dumps(data))).encode()
