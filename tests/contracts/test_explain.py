"""`pactape explain`: for each rule how many samples, and which recordings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner
from pactape.cli import command
from pactape.errors import PactFormatError

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = '[project]\nname = "web"\n[tool.pactape.providers.users]\nurl = "http://users.test"\n'
ALL = "from cassettes/1.yaml#0, cassettes/2.yaml#0, cassettes/3.yaml#0"
ANSWERS: list[Any] = [
    {"id": 1, "name": "Ada", "nick": "a"},
    {"id": 2, "name": None},
    {"id": 3, "name": "Ada", "tags": []},
]


@pytest.fixture
def pact(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "cassettes").mkdir()
    for answer in ANSWERS:
        interaction = {
            "request": {
                "method": "GET",
                "uri": f"http://users.test/users/{answer['id']}",
                "body": None,
                "headers": {},
            },
            "response": {
                "status": {"code": 200, "message": ""},
                "headers": {"Content-Type": ["application/json"]},
                "body": {"string": json.dumps(answer)},
            },
        }
        path = tmp_path / "cassettes" / f"{answer['id']}.yaml"
        path.write_text(yaml.safe_dump({"interactions": [interaction], "version": 1}), encoding="utf-8")
    CliRunner().invoke(command, ["derive", "--project", str(tmp_path)], catch_exceptions=False)
    return tmp_path / "pacts" / "web-users.json"


def explained(pact: Path) -> list[str]:
    arguments = ["explain", str(pact), "--project", str(pact.parent.parent)]
    return CliRunner().invoke(command, arguments, catch_exceptions=False).output.splitlines()


def test_an_interaction_names_its_operation_and_recordings(pact: Path) -> None:
    _, description, origin, *_ = explained(pact)
    assert (description, origin) == (
        "GET /users/{id} → 200",
        "  GET /users/{id} → 200, from cassettes/1.yaml#0, cassettes/2.yaml#0, cassettes/3.yaml#0",
    )


@pytest.mark.parametrize(
    "line",
    [
        f"  $.id  number; 3 integer; {ALL}",
        f"  $.name  type or null; 1 null, 2 string ('Ada' 2 times); {ALL}",
        "  $.nick  not always there: not demanded; 1 string in 1 of 3 objects; from cassettes/1.yaml#0",
    ],
)
def test_each_rule_has_its_samples_and_recordings(pact: Path, line: str) -> None:
    assert line in explained(pact)


def test_many_recordings_are_counted(pact: Path) -> None:
    for number in range(4, 10):
        copy = pact.parent.parent / "cassettes" / f"{number}.yaml"
        copy.write_bytes((pact.parent.parent / "cassettes" / "1.yaml").read_bytes())
    assert next(line for line in explained(pact) if "$.id" in line).endswith("5.yaml#0 and 4 more")


def test_what_no_recording_gives_is_said_to_be_so(pact: Path) -> None:
    document = json.loads(pact.read_bytes())
    document["interactions"][0]["description"] = "by hand"
    pact.write_text(json.dumps(document), encoding="utf-8")
    assert "  no recording gives it: it is written by hand, or out of date" in explained(pact)


@pytest.mark.parametrize("text", ["{", "{}", None])
def test_a_file_that_is_no_pact_is_refused(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "x.json"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(PactFormatError, match=r"is not a pact file|cannot be read"):
        CliRunner().invoke(
            command, ["explain", str(file), "--project", str(tmp_path)], catch_exceptions=False
        )
