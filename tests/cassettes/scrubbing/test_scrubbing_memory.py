"""Scrubbing takes little memory: a few times the body, whatever is in it."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from pactape.cassettes.scrubbing.scrubber import Scrubber

from tests.helpers.measuring import unmeasured

SECRET = "q8Zr1LmX0vTy7PbK"
SIZE = 600_000
LARGE: dict[str, str] = {
    "a string of escapes": '"' + "\\u0041" * (SIZE // 6) + '"',
    "a member of escapes beside a secret": f'{{"password":"{SECRET}","a":"' + "\\u0041" * (SIZE // 6) + '"}',
    "numbers": json.dumps(list(range(SIZE // 8))),
    "objects": json.dumps([{"id": at, "url": f"https://example.com/{at}"} for at in range(SIZE // 50)]),
    "objects in an object beside a secret": json.dumps(
        {
            "password": SECRET,
            "data": {"items": [{"id": at, "name": "Ada " * 60} for at in range(SIZE // 260)]},
        }
    ),
    "numbers in lists beside a secret": json.dumps(
        {"password": SECRET, "points": [list(range(at, at + 50)) for at in range(SIZE // 300)]}
    ),
    "short strings": json.dumps([f"{at:x}" for at in range(SIZE // 9)]),
    "nested lists": "[" * (SIZE // 2) + "]" * (SIZE // 2),
    "prose": "the quick brown fox jumps over the lazy dog. " * (SIZE // 45),
    "prose with a secret": f"password={SECRET} "
    + "the quick brown fox jumps over the lazy dog. " * (SIZE // 45),
    "a form": "&".join(f"a{at}=b{at}" for at in range(SIZE // 12)),
    "elements": "<a>" + "<b>x</b>" * (SIZE // 8) + "</a>",
    "lines": "".join(f"title{at}: text {at}\n" for at in range(SIZE // 22)),
    "documents on lines": "".join(f'{{"id": {at}, "name": "n{at}"}}\n' for at in range(SIZE // 27)),
}
#: Tens of thousands of secrets.
SECRETS: dict[str, str] = {
    "in objects": json.dumps([{"password": f"{at:07x}z"} for at in range(SIZE // 26)]),
    "in a table": "id,password\n" + "".join(f"{at},{at:07x}z\n" for at in range(SIZE // 15)),
    "in lines": "".join(f"- password: {at:07x}z\n" for at in range(SIZE // 21)),
}


QUICK = {"a member of escapes beside a secret", "objects", "prose with a secret", "lines"}


@pytest.mark.long
@pytest.mark.parametrize("name", SECRETS)
def test_many_secrets_take_at_most_eight_times_the_body(name: str) -> None:
    assert _peak(SECRETS[name].encode()) <= 8


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in LARGE]
)
def test_scrubbing_takes_at_most_four_times_the_body(name: str) -> None:
    assert _peak(LARGE[name].encode()) <= 4


def _peak(body: bytes) -> float:
    """The memory that scrubbing takes at most, in sizes of the body."""
    Scrubber().body(body[: SIZE // 8] + b'"}', "")  # what is compiled and remembered once
    scrubber = Scrubber()
    tracemalloc.start()
    try:
        with unmeasured():  # to trace memory and coverage at once takes ten times as long
            scrubber.body(body, "")
        return tracemalloc.get_traced_memory()[1] / len(body)
    finally:
        tracemalloc.stop()
