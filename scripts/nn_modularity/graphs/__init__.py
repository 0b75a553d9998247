"""Networks as weighted graphs of their neurons."""
