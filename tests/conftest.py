"""What all tests share."""

from hypothesis import settings

# How long an example takes says nothing on a busy machine, or where a function is compiled first.
settings.register_profile("study", deadline=None)
settings.load_profile("study")
