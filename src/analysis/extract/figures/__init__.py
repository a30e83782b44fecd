"""Figures: every quantity of the cleaned passages as a row with value, unit, period, status and its characters."""

from .expressions import reference
from .mentions import Mention, find_mentions
from .tabulate import tabulate
from .units import Units

__all__ = ["Mention", "Units", "find_mentions", "reference", "tabulate"]
