"""Entities: the named things that a text speaks of, and the industries (see `tabulate`)."""

from .industries import Industries, load_industries
from .tabulate import entities
from .vocabulary import KINDS, Vocabulary, load_vocabulary

__all__ = ["KINDS", "Industries", "Vocabulary", "entities", "load_industries", "load_vocabulary"]
