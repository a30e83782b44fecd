"""Notebook → one HTML page."""
