"""Published numbers, our own, and their comparison."""
