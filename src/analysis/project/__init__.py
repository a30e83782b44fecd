"""The ground: folders, files, registry of tables, errors, progress."""
