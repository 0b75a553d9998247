"""Lesions of sub-modules, alone and in pairs, and what they tell."""
