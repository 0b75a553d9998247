"""The study's figures, one module a family. Functions take data and return a ``Figure``."""
