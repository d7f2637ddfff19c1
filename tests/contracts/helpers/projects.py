"""Test helpers: a project with recordings, and its contracts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml
from pactape.contracts import derive, write_contracts
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.contracts import Derivation


ADA = {"id": "0190a6f0-4d5e-7abc-8def-0123456789ab", "name": "Ada", "locale": "en"}


def interaction(
    *,
    method: str = "GET",
    url: str = "http://users.test/users/7",
    sent: Any = None,
    headers: dict[str, str] | None = None,
    status: int = 200,
    answer: Any = ADA,
    media: str = "application/json",
) -> dict[str, Any]:
    """An interaction as a cassette holds it."""
    json_sent = {"Content-Type": "application/json"} if sent is not None else {}
    return {
        "request": {
            "method": method,
            "uri": url,
            "body": json.dumps(sent) if sent is not None else None,
            "headers": {name: [value] for name, value in {**json_sent, **(headers or {})}.items()},
        },
        "response": {
            "status": {"code": status, "message": ""},
            "headers": {"Content-Type": [media], "Date": ["today"]},
            "body": {"string": json.dumps(answer)},
        },
    }


class Project:
    """A project with cassettes, and what is derived from it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "cassettes").mkdir()
        self.settings('[project]\nname = "web"\n[tool.pactape.providers.users]\nurl = "http://users.test"\n')

    def settings(self, text: str) -> None:
        (self.root / "pyproject.toml").write_text(text, encoding="utf-8")

    def record(self, name: str, *interactions: dict[str, Any], **notes: Any) -> None:
        document: dict[str, Any] = {"interactions": list(interactions), "version": 1}
        if notes:
            document["pactape"] = {"version": 1, **notes}
        (self.root / "cassettes" / f"{name}.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")

    def derive(self) -> Derivation:
        return derive(load_settings(self.root))

    def pact(self) -> dict[str, Any]:
        (path,) = write_contracts(self.derive(), self.root / "pacts")
        return dict(json.loads(path.read_bytes()))

    def interactions(self) -> list[dict[str, Any]]:
        return list(self.pact()["interactions"])


TEST = {"test": "tests/test_users.py::test_gets_a_user", "description": "gets a user"}
