"""A Node provider verifies our contracts with its stock library: the how-to page's text, run as it stands."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from pactape.broker import running_broker
from pactape.pact_cli.command import run_broker

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "verify-in-other-languages.md").read_text(encoding="utf-8")
MODULES = ROOT / "build" / "node" / "node_modules"
SECONDS = 180

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
    pytest.mark.skipif(not MODULES.is_dir(), reason="the Node packages are missing: make setup-node"),
]


def contract(interaction: dict[str, Any]) -> dict[str, Any]:
    return {
        "consumer": {"name": "web"},
        "provider": {"name": "node-users"},
        "interactions": [interaction],
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }


TYPED = {"combine": "AND", "matchers": [{"match": "type"}]}
CONTENT = {"content": {"id": 1, "name": "Bob"}, "contentType": "application/json", "encoded": False}
RULES = {"body": {"$.id": TYPED, "$.name": TYPED}}
REQUEST = contract(
    {
        "type": "Synchronous/HTTP",
        "description": "reads a user",
        "providerStates": [{"name": "a user exists", "params": {"id": 7}}],
        "request": {"method": "GET", "path": "/users/7"},
        "response": {"status": 200, "body": CONTENT, "matchingRules": RULES},
    }
)
MESSAGE = contract(
    {
        "type": "Asynchronous/Messages",
        "description": "a user was created",
        "contents": CONTENT,
        "matchingRules": RULES,
    }
)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    """A broker with a contract on requests and one on messages, each of a consumer's main branch."""
    with running_broker(tmp_path / "broker.sqlite") as url:
        for consumer, document in (("web", REQUEST), ("mailer", MESSAGE)):
            path = tmp_path / f"{consumer}.json"
            path.write_text(json.dumps({**document, "consumer": {"name": consumer}}), encoding="utf-8")
            arguments = ["publish", str(path), "--consumer-app-version", "1", "--branch", "main"]
            assert run_broker(url, arguments, retries=0).code == 0
        yield url


def verify(
    folder: Path, broker: str, *, version: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the page's text beside the provider."""
    (text,) = re.findall(r"^```js\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (folder / "verify.js").write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "tests" / "other_languages" / "node" / "provider.js", folder)
    (folder / "node_modules").unlink(missing_ok=True)
    (folder / "node_modules").symlink_to(MODULES)
    variables = {"PACT_BROKER_BASE_URL": broker, "PROVIDER_VERSION": version, "PACT_DO_NOT_TRACK": "true"}
    return subprocess.run(
        ["node", "verify.js"],  # noqa: S607 -- the user's own node
        cwd=folder,
        env={**os.environ, **variables, **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def results(broker: str, version: str) -> dict[str, bool]:
    """The results at the broker for a version of the provider, by consumer."""
    results = {}
    for consumer in ("web", "mailer"):
        query = (
            f"q[][pacticipant]={consumer}&q[][version]=1&q[][pacticipant]=node-users&q[][version]={version}"
        )
        for row in requests.get(f"{broker}/matrix?{query}", timeout=30).json()["matrix"]:
            if row["verificationResult"] is not None:
                results[consumer] = row["verificationResult"]["success"]
    return results


def test_requests_and_messages_are_verified_and_their_results_published(broker: str, tmp_path: Path) -> None:
    result = verify(tmp_path, broker, version="p1")
    assert result.returncode == 0, result.stdout + result.stderr
    assert results(broker, "p1") == {"web": True, "mailer": True}


def test_a_missing_field_is_pending_first_and_fails_once_the_contracts_were_verified(
    broker: str, tmp_path: Path
) -> None:
    pending = verify(tmp_path, broker, version="p0", BREAK="1")
    verified = verify(tmp_path, broker, version="p1")
    broken = verify(tmp_path, broker, version="p2", BREAK="1")
    assert (pending.returncode, verified.returncode, broken.returncode) == (0, 0, 1), broken.stdout
    assert "name" in broken.stdout + broken.stderr
    assert [results(broker, version) for version in ("p0", "p2")] == [
        {"web": False, "mailer": False},
        {"web": False, "mailer": False},
    ]
