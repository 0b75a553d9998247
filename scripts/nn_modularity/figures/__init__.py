"""The study's figures, one module a figure: `read` what it shows, `draw` it."""
