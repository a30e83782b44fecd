"""Readers: whatever file a text comes in becomes lines of text, its metadata, and a record of what was left out."""

from .read import MOST_BYTES, Reading, read_bytes, read_file, read_standard_input

__all__ = ["MOST_BYTES", "Reading", "read_bytes", "read_file", "read_standard_input"]
