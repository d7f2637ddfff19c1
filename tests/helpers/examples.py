"""Test helpers: how many examples a property test takes, in `make test` and in `make test-long`."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

__all__ = ["FULL", "QUICK", "examples", "register_profiles"]

QUICK, FULL = "quick", "full"
_DEFAULT = 100
_SHARE = 4
_FEWEST = 10


def register_profiles() -> None:
    """Register both profiles and load the quick one; `--hypothesis-profile` chooses the other.

    No test depends on how busy a machine is. CI draws the same examples for the same code; a developer's run draws
    new ones each time, and finds what CI's examples don't hold.
    """
    in_ci = "PACTAPE_REQUIRE_SERVICES" in os.environ
    for name, count in ((QUICK, _DEFAULT // _SHARE), (FULL, _DEFAULT)):
        settings.register_profile(name, max_examples=count, deadline=None, derandomize=in_ci)
    settings.load_profile(QUICK)


def examples(count: int) -> settings:
    """Take `count` examples, or a quarter of them in the quick profile; they share the fixtures of a test."""
    number = count if settings.get_current_profile_name() == FULL else max(count // _SHARE, _FEWEST)
    return settings(max_examples=number, suppress_health_check=[HealthCheck.function_scoped_fixture])
