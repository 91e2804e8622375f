"""What all tests share."""

from hypothesis import settings

# A busy machine is slow without being wrong.
settings.register_profile("default", deadline=None)
settings.load_profile("default")
