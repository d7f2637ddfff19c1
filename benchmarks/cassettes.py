"""Cassettes against vcrpy, a stub adapter and a peer: loading, replaying, growing, and doing nothing.

CORPUS names a folder of recorded cassettes; without it the row about them is skipped.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cassetter
import requests
import vcr
from _one_test import one_test
from _timing import medians, show
from cassetter.cli import convert_file
from pactape.cassettes import RecordMode, read_cassette, use_cassette
from pactape.cassettes.replay.cassette import open_cassette
from pactape.cassettes.replay.request_keys.lookup_options import LookupOptions
from pactape.cassettes.scrubbing.quick_checks.checks import quick_checks
from requests.adapters import BaseAdapter
from vcr.request import Request as VcrRequest
from vcr.serialize import deserialize, serialize
from vcr.serializers import yamlserializer

if TYPE_CHECKING:
    from collections.abc import Callable

_TURNS = 15
MATCH_ON = ["method", "scheme", "host", "port", "path", "query", "body"]
BODY = '{"id": %d, "name": "Ada", "posts": [' + ", ".join(['{"title": "a post", "likes": 12}'] * 28) + "]}"


def run() -> dict[str, float]:
    """Measure, print and return the figures."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        figures = loading(here) | replaying(here) | growing(here) | testing(here) | idling(here)
        figures |= recording(here) | one_test(here, cassette=lambda name: written(here, 1, name=name))
    return figures | corpus()


def written(here: Path, count: int, name: str = "cassette") -> Path:
    """A cassette of distinct interactions, as vcrpy writes it."""
    requests_ = [VcrRequest("GET", url(number), None, {"Accept": "*/*"}) for number in range(count)]
    responses = [
        {
            "status": {"code": 200, "message": "OK"},
            "headers": {"Content-Type": ["application/json"], "Server": ["bench"], "X-Request-Id": ["1"]},
            "body": {"string": (BODY % number).encode()},
        }
        for number in range(count)
    ]
    path = here / f"{name}-{count}.yaml"
    path.write_text(serialize({"requests": requests_, "responses": responses}, yamlserializer))
    return path


def url(number: int) -> str:
    """The address of an interaction."""
    return f"http://api.example.com/users/{number}?page={number}"


def loading(here: Path) -> dict[str, float]:
    """Load 1,000 interactions, ready to replay: vcrpy, ours cold, ours parsed before."""
    path, cache = written(here, 1_000), here / "cache"

    def load(options: LookupOptions) -> None:
        open_cassette(path, mode=RecordMode.NONE, options=options).player.load()

    def by_vcrpy() -> None:
        with vcr.use_cassette(str(path), match_on=MATCH_ON, record_mode="none") as cassette:
            assert len(cassette)

    load(LookupOptions(cache=cache))
    times = medians(
        {
            "vcrpy": by_vcrpy,
            "pactape, cold": lambda: load(LookupOptions()),
            "pactape, parsed before": lambda: load(LookupOptions(cache=cache)),
        },
        rounds=7,
    )
    show("load 1,000 interactions", times, base="vcrpy")
    return {
        "cassettes.load_1000.speedup_vs_vcrpy": times["vcrpy"] / times["pactape, parsed before"],
        "cassettes.load_1000_cold.speedup_vs_vcrpy": times["vcrpy"] / times["pactape, cold"],
    }


def ask_all(count: int, *, session: requests.Session | None = None) -> None:
    """Ask for each interaction once."""
    with session or requests.Session() as asking:
        for number in range(count):
            assert asking.get(url(number), timeout=5).status_code == 200  # noqa: PLR2004 -- OK


def replaying(here: Path) -> dict[str, float]:
    """Load and replay 1,000 distinct requests."""
    path, cache = written(here, 1_000), here / "cache"

    def by_vcrpy() -> None:
        with vcr.use_cassette(str(path), match_on=MATCH_ON, record_mode="none"):
            ask_all(1_000)

    def by_pactape() -> None:
        with use_cassette(path, cache=cache):
            ask_all(1_000)

    by_pactape()
    times = medians({"vcrpy": by_vcrpy, "pactape": by_pactape}, rounds=1)
    show("load and replay 1,000 distinct requests", times, base="vcrpy")
    return {"cassettes.replay_1000.speedup_vs_vcrpy": times["vcrpy"] / times["pactape"]}


def growing(here: Path) -> dict[str, float]:
    """The time of a request in a cassette of 10,000 over that in one of 100, loading aside, in turns."""
    few, many = 100, 10_000
    cache = here / "cache"
    paths = {count: written(here, count) for count in (few, many)}

    def each(count: int) -> float:
        with use_cassette(paths[count], cache=cache) as cassette, requests.Session() as session:
            cassette.player.load()
            session.get(url(0), timeout=5)
            begin = time.perf_counter()
            for number in range(1, count, count // few):
                session.get(url(number), timeout=5)
            return (time.perf_counter() - begin) / (few - 1)

    each(many)
    turns = [(each(few), each(many)) for _ in range(_TURNS)]
    times = {
        "of 100": statistics.median(one for one, _ in turns),
        "of 10,000": statistics.median(other for _, other in turns),
    }
    show("a request in a cassette", times, base="of 100")
    return {"cassettes.replay.growth": times["of 10,000"] / times["of 100"]}


class Stub(BaseAdapter):
    """Answers at once: what `requests` costs by itself."""

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]  # only the request matters
        """An empty answer."""
        response = requests.Response()
        response.status_code, response.url, response.request = 200, str(request.url), request
        response._content = b"{}"  # noqa: SLF001 -- the way requests' own tests do it
        return response

    def close(self) -> None:
        """Nothing to close."""


def _by_cassetter(paths: list[Path]) -> Callable[[], None]:
    for path in paths:
        convert_file(path, path.with_suffix(".toml"))

    def run() -> None:
        for path in paths:
            with cassetter.use_cassette(str(path.with_suffix(".toml")), record_mode="none"):
                ask_all(5)

    return run


def testing(here: Path) -> dict[str, float]:
    """A test with five interactions and a session of its own."""
    cache = here / "cache"
    paths = [written(here, 5, name=f"test-{number}") for number in range(20)]

    def floor() -> None:
        for _ in paths:
            session = requests.Session()
            session.mount("http://", Stub())
            ask_all(5, session=session)

    def by_vcrpy() -> None:
        for path in paths:
            with vcr.use_cassette(str(path), match_on=MATCH_ON, record_mode="none"):
                ask_all(5)

    def by_pactape() -> None:
        for path in paths:
            with use_cassette(path, cache=cache):
                ask_all(5)

    ways: dict[str, Callable[[], object]] = {
        "stub": floor,
        "vcrpy": by_vcrpy,
        "cassetter, TOML": _by_cassetter(paths),
        "pactape": by_pactape,
    }
    by_pactape()
    times = medians(ways, rounds=15)
    show("20 tests of 5 interactions each", times, base="stub")
    return {
        "cassettes.per_test.over_floor": times["pactape"] / times["stub"],
        "cassettes.per_test.cassetter_over_floor": times["cassetter, TOML"] / times["stub"],
    }


def idling(here: Path) -> dict[str, float]:
    """Enter and leave a cassette without a request."""
    path, cache = written(here, 5), here / "cache"

    def by_vcrpy() -> None:
        with vcr.use_cassette(str(path), match_on=MATCH_ON, record_mode="none"):
            pass

    def by_pactape() -> None:
        with use_cassette(path, cache=cache):
            pass

    times = medians({"vcrpy": by_vcrpy, "pactape": by_pactape}, rounds=200)
    show("enter and leave a cassette", times, base="vcrpy")
    return {"cassettes.idle.speedup_vs_vcrpy": times["vcrpy"] / times["pactape"]}


def recording(here: Path) -> dict[str, float]:
    """Record one JSON response of 10 MB, as if for the first time, from a server in another process: CPU time."""
    command = [sys.executable, str(Path(__file__).with_name("_large_response.py"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 -- our own
        assert server.stdout is not None
        address = f"http://127.0.0.1:{server.stdout.readline().strip()}/"

        def by_vcrpy() -> None:
            (here / "large-vcrpy.yaml").unlink(missing_ok=True)
            with vcr.use_cassette(str(here / "large-vcrpy.yaml")):
                requests.get(address, timeout=60)

        def by_pactape() -> None:
            quick_checks.cache_clear()  # they remember the body of the round before
            with use_cassette(here / "large.yaml", mode=RecordMode.ALL):
                requests.get(address, timeout=60)

        times = medians({"vcrpy": by_vcrpy, "pactape": by_pactape}, rounds=3, clock=time.process_time)
        server.terminate()
    show("record a JSON response of 10 MB", times, base="vcrpy")
    return {"cassettes.record_large.over_vcrpy": times["pactape"] / times["vcrpy"]}


def corpus() -> dict[str, float]:
    """How many recorded cassettes that vcrpy reads are read, with as many interactions."""
    folder = os.environ.get("CORPUS")
    if not folder:
        return {}
    paths = [path for path in sorted(Path(folder).rglob("*")) if path.is_file()]
    same = sum(
        len(deserialize(path.read_text("utf-8"), yamlserializer)[0]) == len(read_cassette(path))
        for path in paths
    )
    print(f"corpus: {same} of {len(paths)} cassettes read with the same interactions")
    return {
        "cassettes.corpus.read": same / len(paths),
        "cassettes.corpus.files": float(len(paths)),
        "cassettes.read_corpus.over_vcrpy_worst": max(map(reading, _projects(Path(folder)))),
    }


def _projects(folder: Path) -> list[Path]:
    """The corpus has a folder for each project."""
    return [path for path in sorted(folder.iterdir()) if path.is_dir()]


def reading(project: Path) -> float:
    """The CPU time of reading all cassettes of a project, over vcrpy's."""
    paths = [path for path in sorted(project.rglob("*")) if path.is_file()]
    times = medians(
        {
            "vcrpy": lambda: [deserialize(path.read_text("utf-8"), yamlserializer) for path in paths],
            "pactape": lambda: [read_cassette(path) for path in paths],
        },
        rounds=5,
        clock=time.process_time,
    )
    show(f"read {len(paths)} cassettes of {project.name}", times, base="vcrpy")
    return times["pactape"] / times["vcrpy"]
