"""Measurements as tables."""
