"""Verification in this process against the official verifier, on the same application and the same contracts."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from _timing import show
from pactape.verification import verify_in_process, verify_provider

from storefront.server import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["run"]

_MANY, _FEW, _MORE = 1_000, 200, 2_000
_ROUNDS = 7
_FIELDS = {
    "id": 1,
    "name": "Ada",
    "email": "ada@example.com",
    "tags": ["a", "b"],
    "address": {"city": "London"},
}
_RULES = {
    "$.id": "integer",
    "$.name": "type",
    "$.email": "type",
    "$.tags": "type",
    "$.tags[*]": "type",
    "$.address.city": "type",
}


def run() -> dict[str, float]:
    """The figures of verification."""
    with tempfile.TemporaryDirectory(prefix="pactape-") as name:
        folder = Path(name)
        return _against_official(folder) | _growth(folder) | _one(folder)


def _against_official(folder: Path) -> dict[str, float]:
    pact = _pact(folder, _MANY)
    with running(_app) as url:
        begin = perf_counter()
        official = verify_provider([pact], url=url, states={})
        times = {"official verifier": perf_counter() - begin}
    times["pactape, in process"] = _seconds(pact)
    assert official.passed
    assert len(official.results) == _MANY
    show(f"{_MANY} interactions, all of which pass", times, base="pactape, in process")
    speedup = times["official verifier"] / times["pactape, in process"]
    return {"contracts.verify_1000.speedup_vs_official": round(speedup, 1)}


def _growth(folder: Path) -> dict[str, float]:
    """Processor time per interaction of many over that of few: the median of several rounds, taken in turns.

    It all happens in this process; what other processes take of the machine hits long rounds more than short ones.
    """
    pacts = {count: _pact(folder, count) for count in (_FEW, _MORE)}
    times: dict[int, list[float]] = {count: [] for count in pacts}
    for _ in range(_ROUNDS):
        for count, pact in pacts.items():
            begin = process_time()
            _once(pact)
            times[count].append((process_time() - begin) / count)
    each = {f"one of {count}": median(taken) for count, taken in times.items()}
    show("one interaction", each, base=f"one of {_FEW}")
    return {"contracts.verify.growth": round(each[f"one of {_MORE}"] / each[f"one of {_FEW}"], 2)}


def _one(folder: Path) -> dict[str, float]:
    """One interaction by whole processes: `pactape verify` and the official command, on the same file."""
    pact = _pact(folder, 1)
    programs = Path(sys.executable).parent
    with running(_app) as url:
        port = url.rpartition(":")[2]
        official = [str(programs / "pact"), "verifier", "--file", str(pact), "--hostname", "127.0.0.1"]
        commands = {
            "pact verifier": [*official, "--port", port, "--provider-name", "users"],
            "pactape verify": [str(programs / "pactape"), "verify", str(pact), "--url", url],
        }
        times = {
            name: median(_process(command, folder) for _ in range(_ROUNDS))
            for name, command in commands.items()
        }
    show("one interaction, whole processes", times, base="pact verifier")
    return {"verification.one.over_official": round(times["pactape verify"] / times["pact verifier"], 2)}


def _process(command: list[str], folder: Path) -> float:
    begin = perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603 -- the programs of this environment
    return perf_counter() - begin


def _seconds(pact: Path) -> float:
    return median(_once(pact) for _ in range(_ROUNDS))


def _once(pact: Path) -> float:
    begin = perf_counter()
    result = verify_in_process([pact], app=_app, states={})
    taken = perf_counter() - begin
    assert result.passed
    return taken


def _app(_environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({**_FIELDS, "more": True}).encode()]


def _pact(folder: Path, count: int) -> Path:
    rules = {path: {"combine": "AND", "matchers": [{"match": kind}]} for path, kind in _RULES.items()}
    content = {"content": _FIELDS, "contentType": "application/json", "encoded": False}
    interactions = [
        {
            "type": "Synchronous/HTTP",
            "description": f"gets user {number}",
            "request": {
                "method": "GET",
                "path": f"/users/{number}",
                "headers": {"Accept": ["application/json"]},
            },
            "response": {
                "status": 200,
                "headers": {"Content-Type": ["application/json"]},
                "body": content,
                "matchingRules": {"body": rules},
            },
        }
        for number in range(count)
    ]
    document = {
        "consumer": {"name": "web"},
        "provider": {"name": "users"},
        "interactions": interactions,
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }
    path = folder / f"{count}.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
