"""Notebook → Typst → PDF."""
