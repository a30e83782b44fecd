"""Raw texts → passages and removals."""
