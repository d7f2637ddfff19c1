"""The broker with years of history over one with a hundredth of it: answers must not grow."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
from _broker_history import History, make_history
from _timing import medians, show
from pactape.broker.store.database.opening import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["run"]

#: 200 pacticipants, 100,000 versions, 300,000 publications, 2 million results; and a hundredth of that.
_MUCH = History()
_LITTLE = History(versions=5, contents=1, results=7, features=1)
_ROUNDS = 15


def run() -> dict[str, float]:
    """The figures of the broker at size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, history in (("little.sqlite", _LITTLE), ("much.sqlite", _MUCH)):
            database = open_database(folder / file)
            make_history(database, history)
            database.close()
        with _serving(folder / "little.sqlite") as little, _serving(folder / "much.sqlite") as much:
            growth = {name: _growth(name, little, much) for name in _questions(_MUCH)}
    return {"broker.size.growth_max": max(growth.values())}


def _growth(name: str, little: str, much: str) -> float:
    with requests.Session() as session:
        times = medians(
            {
                "a hundredth of the history": lambda: _ask(session, little, _questions(_LITTLE)[name]),
                "all of it": lambda: _ask(session, much, _questions(_MUCH)[name]),
            },
            rounds=_ROUNDS,
        )
    show(name, times, base="a hundredth of the history")
    return round(times["all of it"] / times["a hundredth of the history"], 2)


def _questions(history: History) -> dict[str, tuple[str, str, dict[str, Any] | None, str]]:
    between = "/pacts/provider/service-002/consumer/service-001"
    hal, html = "application/hal+json", "text/html"
    deploy = f"/can-i-deploy?pacticipant=service-001&version={history.versions}.0.0&environment=production"
    selectors = {"providerVersionBranch": "main", "consumerVersionSelectors": [{"mainBranch": True}]}
    return {
        "latest": ("GET", f"{between}/latest", None, hal),
        "badge": ("GET", f"{between}/latest/badge.svg", None, hal),
        "for-verification": ("POST", "/pacts/provider/service-002/for-verification", selectors, hal),
        "can-i-deploy": ("GET", deploy, None, hal),
        "index page": ("GET", "/", None, html),
    }


def _ask(session: requests.Session, url: str, question: tuple[str, str, dict[str, Any] | None, str]) -> None:
    method, path, body, accept = question
    answer = session.request(method, url + path, json=body, headers={"Accept": accept}, timeout=60)
    answer.raise_for_status()


@contextmanager
def _serving(database: Path) -> Iterator[str]:
    command = [sys.executable, "-u", "-m", "pactape", "broker", "--port", "0"]
    with subprocess.Popen(  # noqa: S603 -- our own command
        [*command, "--database", str(database)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[3].rstrip(",")
        process.kill()
