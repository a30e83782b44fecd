"""Coding: what a sentence speaks of under each scheme, and which policy domain a figure belongs to.

A coding scheme is a dictionary in YAML that a researcher edits: codes, their definitions and their terms. Matching
works on the raw text: the longest term that agrees with its words wins, from left to right, without overlap. There are
three schemes: policy domains (`theme`), pathways of transformation (`pathway`) and policy instruments (`instrument`).
"""

from .codebook import codebook
from .codes import HINT, Evidence, code_sentences, spoken
from .figure_themes import FALLBACK, Place, themes_at
from .scheme import Entry, Scheme
from .scheme_file import SCHEMES, load_scheme, load_schemes

__all__ = [
    "FALLBACK",
    "HINT",
    "SCHEMES",
    "Entry",
    "Evidence",
    "Place",
    "Scheme",
    "code_sentences",
    "codebook",
    "load_scheme",
    "load_schemes",
    "spoken",
    "themes_at",
]
