"""What a notebook shows: language, tables, charts."""
