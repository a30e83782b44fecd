"""Promises and questions: what a text commits itself to, and what the press asked and was told.

`commitments(…)` and `questions(…)` return the tables of these names of the registry.
"""

from .agenda import questions
from .tabulate import commitments
from .wording import STRENGTHS

__all__ = ["STRENGTHS", "commitments", "questions"]
