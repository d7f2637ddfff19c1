"""Hostile texts: scrubbing takes time linear in the size, for any input, and never fails."""

from __future__ import annotations

import json
import time
from urllib.parse import quote

import pytest
from pactape.cassettes.scrubbing.quick_checks.checks import quick_checks
from pactape.cassettes.scrubbing.scrubber import Scrubber

from tests.cassettes.scrubbing.helpers.hostile_texts import HOSTILE_TEXTS

TYPE_WRAPPERS = (
    "",
    "application/x-www-form-urlencoded",
    "application/graphql",
    "application/yaml",
    "multipart/form-data",
)
SIZE = 70_000
SECRET = "q8Zr1LmX0vTy7PbK"
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


def _growth(name: str, kind: str, size: int) -> float:
    """How many times as long twice the text takes: the least of up to four measurements."""
    once, twice = (HOSTILE_TEXTS[name](length) for length in (size, 2 * size))
    least = float("inf")
    for _ in range(4):
        ratio = max(SHORTEST, _seconds(twice, kind)) / max(SHORTEST, _seconds(once, kind))
        least = min(least, ratio)
        if least <= MOST:
            break
    return least


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_no_text_is_too_much_for_the_scrubber(name: str) -> None:
    text = HOSTILE_TEXTS[name](3000)
    scrubber = Scrubber()
    for kind in TYPE_WRAPPERS:
        scrubber.body(text.encode(), kind)
    scrubber.header("X-Text", text)
    scrubber.url(f"https://example.com/{text}")
    scrubber.value({"text": text})


@pytest.mark.long
@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_twice_the_text_takes_twice_the_time(name: str) -> None:
    """The time may make one step, where caches are full or large documents are checked in another way."""
    for kind in TYPE_WRAPPERS[:-1]:
        assert _growth(name, kind, SIZE) <= MOST or _growth(name, kind, 2 * SIZE) <= MOST, kind


def _nested_parameters(levels: int, number: int) -> str:
    text = "password=tulips"
    for _ in range(levels):
        text = f"a{number}={quote(text, safe='')}"
    return text


@pytest.mark.long
@pytest.mark.parametrize(
    "before",
    [
        pytest.param("\n".join(f"see {at} {_nested_parameters(10, at)}" for at in range(800)), id="levels"),
        pytest.param(
            "\n".join(f"https://a.test/?u=https%3A%2F%2Fb.test%2F%3Ftoken%3Dx{at}y7k" for at in range(9000)),
            id="URLs in URLs",
        ),
    ],
)
def test_no_text_is_so_costly_that_a_secret_behind_it_stays(before: str) -> None:
    text = f"{before}\nsee https://a.test/?password={SECRET}"
    clean = Scrubber().body(json.dumps([*text.split("\n"), text]).encode(), "application/json")
    assert SECRET.encode() not in clean


def test_what_is_in_too_many_levels_goes_as_a_whole() -> None:
    text = f"password={SECRET}"
    for _ in range(40):
        text = f"a={quote(text, safe='')}"
    assert SECRET.encode() not in Scrubber().body(text.encode(), "")
