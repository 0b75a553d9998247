"""Spectral clustering of layered graphs, and the null models it is held against."""
