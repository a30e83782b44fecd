"""Notebooks to HTML and PDF: generic, it knows nothing of the subject."""
