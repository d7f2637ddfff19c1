"""Clients in other languages, recorded by the proxy and replayed at the same address: what the how-to shows."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pactape.cassettes import read_cassette

from tests.helpers.apis import json_response, serving_api

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "record-other-clients.md"
pytestmark = pytest.mark.long


@contextmanager
def api() -> Iterator[str]:
    with serving_api(lambda _: json_response({"id": 7, "name": "Ada Lovelace"})) as served:
        yield served.url


@contextmanager
def pactape(root: Path, *arguments: str) -> Iterator[str]:
    """Run a command that serves, and give its address; it is stopped as Ctrl-C does."""
    command = [sys.executable, "-P", "-u", "-m", "pactape", *arguments, "--port", "0"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        yield child.stdout.readline().split()[-1]
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=30)


def run(root: Path, command: list[str], **environment: str) -> str:
    result = subprocess.run(
        command,
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_curl_is_recorded_and_replayed(tmp_path: Path) -> None:
    curl = shutil.which("curl") or pytest.skip("curl is not installed")
    (example,) = re.findall(r"\$ (curl .*)", PAGE.read_text(encoding="utf-8"))
    headers = ["-H", "Pactape-Test: gets a user", "-H", 'Pactape-States: ["a user exists"]']
    assert all(header in example for header in headers)
    with api() as upstream, pactape(tmp_path, "record", "--upstream", upstream) as url:
        recorded = run(tmp_path, [curl, "-s", *headers, f"{url}/users/7"])
    with pactape(tmp_path, "replay-server", "cassettes") as url:
        replayed = run(tmp_path, [curl, "-s", f"{url}/users/7"])
    (exchange,) = read_cassette(tmp_path / "cassettes" / "gets-a-user.yaml")
    assert exchange.provenance is not None
    assert (replayed, [state.name for state in exchange.provenance.states]) == (recorded, ["a user exists"])


def test_a_test_suite_of_node_is_recorded_and_replayed(tmp_path: Path) -> None:
    node = shutil.which("node") or pytest.skip("node is not installed")
    (program,) = re.findall(r"```javascript\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "users.test.mjs").write_text(program, encoding="utf-8")
    command = [node, "--test", "users.test.mjs"]
    with api() as upstream, pactape(tmp_path, "record", "--upstream", upstream) as url:
        run(tmp_path, command, API=url, RECORDING="1")
    with pactape(tmp_path, "replay-server", "cassettes") as url:
        run(tmp_path, command, API=url, RECORDING="0")
    assert len(read_cassette(tmp_path / "cassettes" / "gets-a-user.yaml")) == 1
