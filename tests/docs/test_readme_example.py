"""README's example, copied and pasted: it records, replays offline, and yields a contract."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.helpers.apis import Api, json_response, serving_api
from tests.helpers.commands import run_command

if TYPE_CHECKING:
    from collections.abc import Iterator

PLUGIN = ("-p", "pactape.plugin")
README = Path(__file__).resolve().parents[2] / "README.md"
ADA = {"id": 7, "name": "Ada Lovelace", "email": "ada@example.com"}


@pytest.fixture
def api() -> Iterator[Api]:
    with serving_api(lambda _: json_response(ADA)) as served:
        yield served


@pytest.fixture(autouse=True)
def only_the_plugin_that_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other plugins take seconds to start; and what the example runs is measured by other tests."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


@pytest.fixture
def project(pytester: pytest.Pytester, api: Api) -> pytest.Pytester:
    """A project that holds README's example and nothing else; the API it names is a server of ours."""
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    pytester.makepyfile(test_users=example.replace("https://api.example.com", api.url))
    return pytester


def test_the_example_records_once_and_replays_offline_ever_after(project: pytest.Pytester, api: Api) -> None:
    recorded = project.runpytest_subprocess(*PLUGIN, "--pactape-record", "once")
    api.server_close()
    replayed = project.runpytest_subprocess(*PLUGIN)
    recorded.assert_outcomes(passed=1)
    replayed.assert_outcomes(passed=1)


def test_the_example_yields_a_contract(project: pytest.Pytester) -> None:
    project.runpytest_subprocess(*PLUGIN, "--pactape-record", "once")
    derived = run_command(project.path, "derive")
    (pact,) = (project.path / "pacts").glob("*.json")
    (interaction,) = json.loads(pact.read_bytes())["interactions"]
    assert (derived.returncode, interaction["description"]) == (0, "reads a user")
    assert interaction["response"]["body"]["content"].keys() == {"name"}
