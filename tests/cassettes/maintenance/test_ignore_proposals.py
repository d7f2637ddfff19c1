"""Two recordings of the same test show what each run makes anew."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest
import requests
from pactape.cassettes import RecordMode, use_cassette
from pactape.cassettes.maintenance.ignore_proposals import propose_ignores
from pactape.cassettes.replay.request_keys.lookup_options import LookupOptions
from pactape.cassettes.replay.request_keys.match_rules import MatchRules

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cassettes.conftest import Provider

    Send = Callable[[str, int], object]

UUIDS = ("6f9619ff-8b86-4d01-b42d-00c04fc964ff", "7a0619ff-8b86-4d01-b42d-00c04fc964aa")
TIMES = ("2026-01-31T10:00:00Z", "2026-02-01T11:30:00Z")
RANDOM = ("a91f3bc27d54e8f60b1c", "0c44e1aa93b75d2f8e61")
NAMES = ("Ada", "Bob")


def record(tmp_path: Path, provider: Provider, send: Send) -> tuple[Path, Path]:
    paths = tmp_path / "one" / "a.yaml", tmp_path / "two" / "a.yaml"
    for run, path in enumerate(paths):
        with use_cassette(path, mode=RecordMode.ALL):
            send(provider.url, run)
    return paths


def propose(
    paths: tuple[Path, Path], rules: MatchRules | None = None
) -> tuple[list[str], list[str], dict[str, int]]:
    proposals = propose_ignores([paths], LookupOptions(rules=rules or MatchRules()))
    counts = {name: count for name, count in proposals.counts.items() if count}
    return [entry.entry for entry in proposals.entries], list(proposals.undecided), counts


@pytest.mark.parametrize(
    ("send", "entry"),
    [
        (lambda url, run: requests.post(url, json={"a": [{"id": UUIDS[run]}]}, timeout=5), "$.a[*].id"),
        (lambda url, run: requests.post(url, json={"a.b": TIMES[run]}, timeout=5), "$['a.b']"),
        (
            lambda url, run: requests.post(url, json={"it's": TIMES[run]}, timeout=5),
            """$["it's"]""",
        ),
        (lambda url, run: requests.post(url, data={"nonce": RANDOM[run]}, timeout=5), "form.nonce"),
        (
            lambda url, run: requests.post(url, files={"f": b"x"}, data={"at": TIMES[run]}, timeout=5),
            "form.at",
        ),
        (lambda url, run: requests.get(url, params={"ts": 1751371200 + run}, timeout=5), "query.ts"),
        (lambda url, run: requests.get(url, headers={"X-Call": UUIDS[run]}, timeout=5), "headers.x-call"),
    ],
)
def test_a_field_that_each_run_makes_anew_is_proposed_and_the_entry_cures_it(
    tmp_path: Path, provider: Provider, send: Send, entry: str
) -> None:
    paths = record(tmp_path, provider, send)
    entries, undecided, _ = propose(paths)
    assert (entries, undecided) == ([entry], [])
    assert propose(paths, MatchRules().adding(entries)) == ([], [], {"equal": 1})


def test_what_a_response_brought_needs_no_entry(tmp_path: Path, provider: Provider) -> None:
    answers = iter([{"id": UUIDS[0], "n": 7}, {"id": UUIDS[1], "n": 8}])
    provider.routes["/orders"] = lambda _: (200, {}, json.dumps(next(answers)).encode())

    def send(url: str, _run: int) -> None:
        order = requests.post(f"{url}/orders", timeout=5).json()
        requests.get(f"{url}/orders/{order['id']}", params={"n": order["n"]}, timeout=5)

    assert propose(record(tmp_path, provider, send)) == ([], [], {"equal": 1, "brought": 1})


def test_what_differs_and_does_not_look_made_anew_is_undecided(tmp_path: Path, provider: Provider) -> None:
    def send(url: str, run: int) -> None:
        requests.post(url, json={"id": UUIDS[run], "name": NAMES[run], "tags": ["a"] * (run + 1)}, timeout=5)
        requests.get(f"{url}/{NAMES[run]}", timeout=5)
        requests.post(f"{url}/raw", data=NAMES[run], timeout=5)
        if run:
            requests.get(f"{url}/only/here", timeout=5)

    entries, undecided, counts = propose(record(tmp_path, provider, send))
    assert entries == ["$.id"]
    assert counts == {"different": 3, "alone": 1}
    texts = "\n".join(undecided)
    assert "$.name differs, but does not look generated" in texts
    assert "$.tags[*] has 1 and 2 values in the two recordings" in texts
    assert "path segment 1 differs, and a path can't be ignored" in texts
    assert "the body differs outside its fields" in texts
    assert "/only/here: only one recording has this request" in texts
    assert not any(name in texts.replace("/Ada", "") for name in NAMES)


def test_requests_in_another_order_are_paired_by_what_they_share(tmp_path: Path, provider: Provider) -> None:
    def send(url: str, run: int) -> None:
        for name in NAMES[:: 1 - 2 * run]:
            requests.post(url, json={"id": UUIDS[run], "name": name}, timeout=5)

    assert propose(record(tmp_path, provider, send)) == (["$.id"], [], {"ignored": 2})


def test_an_entry_is_for_one_host_where_another_host_has_the_field(
    tmp_path: Path, provider: Provider
) -> None:
    other = provider.url.replace("127.0.0.1", "localhost")

    def send(url: str, run: int) -> None:
        requests.post(url, json={"id": UUIDS[run]}, timeout=5)
        requests.post(other, json={"id": 7}, timeout=5)

    paths = record(tmp_path, provider, send)
    (entry,) = propose_ignores([paths], LookupOptions()).entries
    assert (entry.entry, f"http://{entry.host}") == ("$.id", provider.url)
    assert propose(paths)[2] == {"equal": 1, "ignored": 1}


def command(*arguments: object) -> tuple[int, str]:
    result = subprocess.run(
        [sys.executable, "-m", "pactape", "propose-ignores", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout + result.stderr


def test_the_command_prints_the_settings_with_the_present_entries(tmp_path: Path, provider: Provider) -> None:
    other = provider.url.replace("127.0.0.1", "localhost")

    def send(url: str, run: int) -> None:
        requests.post(url, json={"id": UUIDS[run]}, params={"t": TIMES[run]}, timeout=5)
        requests.post(other, json={"id": 7}, timeout=5)

    record(tmp_path, provider, send)
    (tmp_path / "pyproject.toml").write_text('[tool.pactape.match]\nignore = ["query.x"]\n')
    code, output = command(tmp_path / "one", tmp_path / "two", "--project", tmp_path)
    tables = tomllib.loads("\n".join(output.split("\n\n")[1:-1]))
    match = tables["tool"]["pactape"]["match"]
    assert match["ignore"] == ["query.x", "query.t"]
    assert match["hosts"] == {provider.url.removeprefix("http://"): {"ignore": ["$.id"]}}
    assert "1 equal, 1 equal with the proposed entries" in output
    assert code == 0


@pytest.mark.long
def test_the_exit_code_says_whether_all_requests_are_found(tmp_path: Path, provider: Provider) -> None:
    one, two = record(tmp_path, provider, lambda url, run: requests.get(f"{url}/{NAMES[run]}", timeout=5))
    assert (command(one, one)[0], command(one, two)[0]) == (0, 1)


@pytest.mark.long
def test_what_cannot_be_compared_is_said_by_the_exit_code(tmp_path: Path, provider: Provider) -> None:
    one, two = record(tmp_path, provider, lambda url, run: requests.get(f"{url}/{NAMES[run]}", timeout=5))
    two.rename(two.with_name("b.yaml"))
    code, output = command(one.parent, two.parent)
    assert (code, "no cassette of the same name" in output) == (2, True)
    assert command(one, two.parent)[0] == 2
    (two.parent / "a.yaml").write_text("interactions:")
    assert command(one.parent, two.parent)[0] == 2
    (two.parent / "a.yaml").write_bytes(one.read_bytes())
    code, output = command(one.parent, two.parent)
    assert (code, "not compared: b.yaml is only in one of the folders" in output) == (1, True)
