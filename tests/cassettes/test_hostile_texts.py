"""Hostile texts: scrubbing takes time linear in the size, for any input, and never fails."""

from __future__ import annotations

import time

import pytest
from pactape.cassettes.scrubbing.quick_checks import quick_checks
from pactape.cassettes.scrubbing.scrubber import Scrubber

from tests.cassettes.helpers.hostile_texts import HOSTILE_TEXTS

TYPES = (
    "",
    "application/x-www-form-urlencoded",
    "application/graphql",
    "application/yaml",
    "multipart/form-data",
)
#: Larger bodies than 65,536 bytes are read in another way, so both sizes are.
SIZE = 70_000
#: Shorter times say nothing about how they grow.
SHORTEST = 0.02
MOST = 2.5


def _seconds(text: str, kind: str) -> float:
    """CPU time, the best of three."""
    times = []
    for _ in range(3):
        quick_checks.cache_clear()
        scrubber, began = Scrubber(), time.process_time()
        scrubber.body(text.encode(), kind)
        times.append(time.process_time() - began)
    return min(times)


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_no_text_is_too_much_for_the_scrubber(name: str) -> None:
    text = HOSTILE_TEXTS[name](3000)
    scrubber = Scrubber()
    for kind in TYPES:
        scrubber.body(text.encode(), kind)
    scrubber.header("X-Text", text)
    scrubber.url(f"https://example.com/{text}")
    scrubber.value({"text": text})


@pytest.mark.long
@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_twice_the_text_takes_twice_the_time(name: str) -> None:
    for kind in TYPES[:-1]:
        once, twice = (HOSTILE_TEXTS[name](size) for size in (SIZE, 2 * SIZE))
        ratios = []
        for _ in range(4):
            ratios.append(max(SHORTEST, _seconds(twice, kind)) / max(SHORTEST, _seconds(once, kind)))
            if ratios[-1] <= MOST:
                break
        assert min(ratios) <= MOST, kind
