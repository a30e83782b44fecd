"""Passages → figures, formulas, indicators, codes, terms."""
