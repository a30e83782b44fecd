"""Texts → the tables of data/processed."""
