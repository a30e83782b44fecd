"""Indicators: the figures that report or promise an indicator of data/reference/indicators.yml, on a common footing.

`load_indicators` reads the dictionary, `harmonise` makes the table `indicators` of one document. A figure belongs to an
indicator when one of its terms stands before the number with nothing between them but words of change, level, time and
comparison, or when the noun behind the number ends with the term. Scope, constraint and the choice of the row that
stands for a text follow written rules; each has its table in the modules.
"""

from .dictionary import Indicator, Indicators, load_indicators
from .tabulate import harmonise

__all__ = ["Indicator", "Indicators", "harmonise", "load_indicators"]
