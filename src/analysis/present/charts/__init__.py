"""Charts: a tidy table with the suite's column names and a dict of words in, a matplotlib figure out.

    figure = charts.share_dots(themes, **page.labels("themes", t=themes))
    figure.axes[0].axvline(0.1)          # anyone may change it before it is shown
    page.show(figure, "themes", t=themes)

Every chart takes the words of `Labels` (`title`, `subtitle`, `axis`, `names`, `cities`, `city`, `columns`, `empty`, …),
`order` (which rows or panels, in which order) and, where it has colours, `palette` (key → colour, one colour, or the
name of a palette of seaborn). seaborn draws dots, panels and cells; margins are measured before anything is drawn, so
that they fit the words of either language. `save_chart` is the one way out: it refuses what cannot be read.
"""

from ..palette import PALETTE, city_colour
from .labels import Labels, Palette
from .look import city_marker, decimal, integer, percent, signed_points, style
from .maps import confusion, cross_map, heat_map, industry_map
from .own import set_defaults
from .panels import distances, profile_dots, share_panels
from .plans import targets
from .rows import accuracy, change, density, moves, share_dots
from .save import Chart, movable, problems, save_chart, self_explaining
from .words import keyness, word_cloud
from .years import timeline

__all__ = [
    "PALETTE",
    "Chart",
    "Labels",
    "Palette",
    "accuracy",
    "change",
    "city_colour",
    "city_marker",
    "confusion",
    "decimal",
    "density",
    "distances",
    "heat_map",
    "cross_map",
    "industry_map",
    "integer",
    "keyness",
    "movable",
    "moves",
    "percent",
    "problems",
    "profile_dots",
    "save_chart",
    "self_explaining",
    "set_defaults",
    "share_dots",
    "share_panels",
    "signed_points",
    "style",
    "targets",
    "timeline",
    "word_cloud",
]
