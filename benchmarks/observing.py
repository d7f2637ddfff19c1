"""Observing what tests read: what it adds to a test that replays five answers."""

from __future__ import annotations

import json
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
from _timing import medians, show
from pactape.cassettes import use_cassette
from pactape.observing import recording_usage

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["run"]

_ANSWERS, _ITEMS = 5, 20
_ROUNDS = 201


def run() -> dict[str, float]:
    """The figure of observing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "users.yaml"
        path.write_text(_cassette(), encoding="utf-8")
        _replay(path, recording_usage)  # what there is to write is written
        ways: dict[str, Callable[[], object]] = {
            "replay": lambda: _replay(path, lambda _tape: nullcontext()),
            "replay, observing": lambda: _replay(path, recording_usage),
        }
        times = medians(ways, rounds=_ROUNDS)
    show(f"a test that reads {_ANSWERS} answers of {_ITEMS} items", times, base="replay")
    return {"contracts.observe.overhead": round(times["replay, observing"] / times["replay"], 2)}


def _replay(path: Path, observe: Callable[[Any], Any]) -> None:
    with (
        use_cassette(path, cache=path.parent / "copies") as cassette,
        observe(cassette),
        requests.Session() as session,
    ):
        for number in range(_ANSWERS):
            answer = session.get(f"http://users.test/pages/{number}", timeout=5).json()
            assert [item["name"] for item in answer["items"] if item["id"]]


def _cassette() -> str:
    items = [{"id": number + 1, "name": f"N{number}", "note": "…", "tags": ["a"]} for number in range(_ITEMS)]
    body = json.dumps({"items": items, "next": None})
    interactions = [
        {
            "request": {
                "method": "GET",
                "uri": f"http://users.test/pages/{number}",
                "headers": {},
                "body": None,
            },
            "response": {
                "status": {"code": 200, "message": "OK"},
                "headers": {"Content-Type": ["application/json"]},
                "body": {"string": body},
            },
        }
        for number in range(_ANSWERS)
    ]
    return json.dumps({"interactions": interactions, "version": 1})
