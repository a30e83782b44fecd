"""Charts for reports: each says its finding in the title, can be read in grey print, and goes out through `save_chart`.

Every chart function takes a tidy table and words that are already in the reader's language, and returns a matplotlib
`Figure`; `save_chart` checks it and turns it into a `Chart` that a notebook shows as SVG with alternative text:

    save_chart(dot_plot(table, "city", "share", title="…", axis="…"), alt="…", caption="…", note="…")

What all chart functions share: `title` (the finding), `subtitle` (measure, unit, period), `note` (source, edition,
n), `axis` (label of the value axis), `names` (key in the table → words; a key without a name stands as it is), `empty`
(what a chart without data says). Sizes are in inches, text in points; widths of labels are measured before anything is
drawn, so that margins fit the words of either language.
"""

from ..palette import PALETTE, city_colour
from .cloud import word_cloud
from .comparison import change_chart, distance_map
from .dots import density_chart, dot_plot, profile_comparison, status_bars, theme_chart, theme_comparison
from .face import (
    accuracy,
    change,
    confusion,
    density,
    distances,
    heat_map,
    keyness,
    moves,
    profile_dots,
    share_dots,
    share_panels,
    targets,
    timeline,
)
from .keyness import keyness_chart
from .labels import Labels, Palette
from .save import Chart, movable, problems, save_chart, self_explaining
from .style import MARKERS, city_marker, decimal, integer, percent, rc, style
from .targets import target_chart
from .text import text_width, wrap
from .timeline import timeline_chart
from .validation import accuracy_chart, confusion_chart, moves_chart, signed_points

__all__ = [
    "Chart",
    "Labels",
    "MARKERS",
    "PALETTE",
    "Palette",
    "accuracy",
    "accuracy_chart",
    "change",
    "change_chart",
    "city_colour",
    "city_marker",
    "confusion",
    "confusion_chart",
    "decimal",
    "density",
    "density_chart",
    "distance_map",
    "distances",
    "dot_plot",
    "heat_map",
    "integer",
    "keyness",
    "keyness_chart",
    "movable",
    "moves",
    "moves_chart",
    "percent",
    "problems",
    "profile_comparison",
    "profile_dots",
    "rc",
    "save_chart",
    "self_explaining",
    "share_dots",
    "share_panels",
    "signed_points",
    "status_bars",
    "style",
    "target_chart",
    "targets",
    "text_width",
    "theme_chart",
    "theme_comparison",
    "timeline",
    "timeline_chart",
    "word_cloud",
    "wrap",
]
