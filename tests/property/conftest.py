"""How many examples: ``pytest tests/property --hypothesis-profile=nightly`` tries many more."""

from hypothesis import HealthCheck, settings

# Every example makes a project on disk: its time says nothing about the test.
COMMON = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("quick", COMMON, max_examples=60)
settings.register_profile("nightly", COMMON, max_examples=5_000)
settings.load_profile("quick")
