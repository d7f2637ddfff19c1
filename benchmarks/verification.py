"""Verification in this process against the official verifier, on the same application and the same contracts."""

from __future__ import annotations

import compileall
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import pactape
from _timing import show
from pactape.verification import verify_in_process

from storefront.server import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["run"]

_MANY, _FEW, _MORE = 1_000, 200, 2_000
_ROUNDS = 7
_PROCESSES = 15
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
        times = {
            "official verifier": _process(_official(pact, url), folder)[0],
            "pactape verify": _process(_pactape(pact, url), folder)[0],
        }
    times["pactape, in process"] = _seconds(pact)
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
    taken_per_count = {f"one of {count}": median(taken) for count, taken in times.items()}
    show("one interaction", taken_per_count, base=f"one of {_FEW}")
    return {
        "contracts.verify.growth": round(
            taken_per_count[f"one of {_MORE}"] / taken_per_count[f"one of {_FEW}"], 2
        )
    }


def _one(folder: Path) -> dict[str, float]:
    """One interaction by whole processes: `pactape verify` and the official command, on the same file, in turns.

    The best of several rounds: what other processes take of the machine only adds. Pactape's modules are compiled
    first, as those of an installed package are.
    """
    compileall.compile_dir(Path(pactape.__file__).parent, quiet=1)
    pact = _pact(folder, 1)
    with running(_app) as url:
        commands = {"pact verifier": _official(pact, url), "pactape verify": _pactape(pact, url)}
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(_PROCESSES):
            for name, command in commands.items():
                times[name].append(_process(command, folder))
    seconds = {name: min(wall for wall, _ in taken) for name, taken in times.items()}
    processor = {name: min(cpu for _, cpu in taken) for name, taken in times.items()}
    show("one interaction, whole processes", seconds, base="pact verifier")
    show("one interaction, whole processes, processor time", processor, base="pact verifier")
    return {"verification.one.over_official": round(seconds["pactape verify"] / seconds["pact verifier"], 2)}


def _official(pact: Path, url: str) -> list[str]:
    port = url.rpartition(":")[2]
    program = str(Path(sys.executable).with_name("pact"))
    return [program, "verifier", "--file", str(pact), "--hostname", "127.0.0.1", "--port", port]


def _pactape(pact: Path, url: str) -> list[str]:
    return [str(Path(sys.executable).with_name("pactape")), "verify", str(pact), "--url", url]


def _process(command: list[str], folder: Path) -> tuple[float, float]:
    """Wall and processor seconds of a command."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603 -- the programs of this environment
    wall, after = perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _seconds(pact: Path) -> float:
    return median(_once(pact) for _ in range(_ROUNDS))


def _once(pact: Path) -> float:
    begin = perf_counter()
    result = verify_in_process([pact], app=_app, states={})
    seconds = perf_counter() - begin
    assert result.passed
    return seconds


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
