"""`pactape explain`: for each rule how many samples, and which recordings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner
from pactape.cli import command
from pactape.errors import PactFormatError

from tests.contracts.helpers.projects import Project, interaction

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


def explained(pact: Path, *options: str) -> list[str]:
    arguments = ["explain", str(pact), *options, "--project", str(pact.parent.parent)]
    return CliRunner().invoke(command, arguments, catch_exceptions=False).output.splitlines()


def test_an_interaction_names_its_operation_and_recordings(pact: Path) -> None:
    _, _, description, origin, *_ = explained(pact)
    assert (description, origin) == (
        "GET /users/{id} → 200",
        "  GET /users/{id} → 200, from cassettes/1.yaml#0, cassettes/2.yaml#0, cassettes/3.yaml#0",
    )


@pytest.mark.parametrize(
    "line",
    [
        f"  $.id  number; 3 integer; {ALL}",
        f'  $.name  type or null; 1 null, 2 string ("Ada" 2 times); {ALL}',
        "  $.nick  optional: not required; 1 string in 1 of 3 objects; from cassettes/1.yaml#0",
    ],
)
def test_each_rule_has_its_samples_and_recordings(pact: Path, line: str) -> None:
    assert line in explained(pact)


def test_many_recordings_are_counted(pact: Path) -> None:
    for number in range(4, 10):
        copy = pact.parent.parent / "cassettes" / f"{number}.yaml"
        copy.write_bytes((pact.parent.parent / "cassettes" / "1.yaml").read_bytes())
    assert next(line for line in explained(pact) if "$.id" in line).endswith("5.yaml#0 and 4 more")


def test_what_no_recording_gives_is_reported(pact: Path) -> None:
    document = json.loads(pact.read_bytes())
    document["interactions"][0]["description"] = "by hand"
    pact.write_text(json.dumps(document), encoding="utf-8")
    assert "  not supported by a recording: handwritten, or out of date" in explained(pact)


@pytest.mark.parametrize("text", ["{", "{}", None])
def test_a_file_that_is_not_a_pact_is_refused(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "x.json"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(PactFormatError, match=r"is not a pact file|can't be read"):
        CliRunner().invoke(
            command, ["explain", str(file), "--project", str(tmp_path)], catch_exceptions=False
        )


def test_the_first_line_sums_the_contract_up(pact: Path) -> None:
    assert explained(pact)[0] == "web → users: 1 interaction, 1 of them from recordings"


def test_a_summary_has_one_line_for_each_interaction(pact: Path) -> None:
    assert explained(pact, "--summary")[1:] == ["GET /users/{id} → 200: 2 rules from 3 recordings"]


@pytest.mark.parametrize(("text", "count"), [("users/{ID}", 1), ("orders", 0)])
def test_interactions_are_chosen_by_their_description(pact: Path, text: str, count: int) -> None:
    assert len(explained(pact, "--summary", "--interaction", text)[1:]) == count


def test_a_filter_that_fits_no_interaction_is_named(pact: Path) -> None:
    assert explained(pact, "--interaction", "nothing")[-1].endswith(
        "no description or operation contains 'nothing'"
    )


def test_rules_are_chosen_by_their_path(pact: Path) -> None:
    assert [line.split()[0] for line in explained(pact, "--path", "$.n")[4:]] == ["$.name", "$.nick"]


def test_the_machine_form_has_every_rule_with_its_evidence(pact: Path) -> None:
    (interaction,) = json.loads("\n".join(explained(pact, "--json", "--path", "$.id")))
    (rule,) = interaction["evidence"]
    assert (interaction["operation"], rule["path"], rule["samples"]) == (
        "GET /users/{id}",
        "$.id",
        {"integer": 3},
    )


def test_an_interaction_without_recordings_is_in_the_machine_form(pact: Path) -> None:
    document = json.loads(pact.read_bytes())
    document["interactions"][0]["description"] = "by hand"
    pact.write_text(json.dumps(document), encoding="utf-8")
    assert json.loads("\n".join(explained(pact, "--json"))) == [{"description": "by hand", "cassettes": []}]


def test_a_rule_names_the_test_that_read_its_field(pact: Path) -> None:
    path = pact.parent.parent / "cassettes" / "1.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["pactape"] = {
        "version": 1,
        "calls": [None],
        "reads": [["id"]],
        "test": "t.py::test_a",
        "description": "a",
    }
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    root = str(pact.parent.parent)
    CliRunner().invoke(command, ["derive", "--project", root], catch_exceptions=False)
    assert any("$.id  number; 3 integer; read by t.py::test_a" in line for line in explained(pact))


def test_the_items_of_lists_and_the_values_of_maps_are_explained(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.record("a", interaction(answer={"tags": [{"x": 1}], "days": {"2026-01-31": 5}}))
    CliRunner().invoke(command, ["derive", "--project", str(tmp_path)], catch_exceptions=False)
    lines = [line.split()[0] for line in explained(tmp_path / "pacts" / "web-users.json")[4:]]
    assert lines == ["$", "$.days", "$.days.*", "$.tags", "$.tags[*]", "$.tags[*].x"]


def test_a_page_has_every_interaction_and_every_rule_and_no_markup_of_the_recordings(pact: Path) -> None:
    document = json.loads(pact.read_bytes())
    document["interactions"].append(
        {**document["interactions"][0], "description": "<script>by hand</script>"}
    )
    pact.write_text(json.dumps(document), encoding="utf-8")
    page = pact.parent / "page.html"
    assert explained(pact, "--format", "html", "--output", str(page)) == []
    text = page.read_text(encoding="utf-8")
    assert ("<script" in text, "&lt;script&gt;by hand" in text) == (False, True)
    assert "<code>$.name</code><td>type or null<td>1 null, 2 string" in text
    assert text.count("<h2") == 2


def test_an_interaction_that_says_more_of_a_request_is_explained_by_its_recordings(pact: Path) -> None:
    document = json.loads(pact.read_bytes())
    description = f"{document['interactions'][0]['description']} (no other fields)"
    document["interactions"].append({**document["interactions"][0], "description": description})
    pact.write_text(json.dumps(document), encoding="utf-8")
    assert explained(pact)[0].endswith("2 interactions, 2 of them from recordings")


def test_the_machine_form_can_be_written_to_a_file(pact: Path) -> None:
    file = pact.parent / "evidence.json"
    assert explained(pact, "--json", "--output", str(file)) == []
    assert json.loads(file.read_bytes())[0]["status"] == 200


def _explained_rules(root: Path) -> dict[str, Any]:
    """The rules that `explain` shows of the one interaction of a project, by path."""
    (explained_interaction,) = json.loads("\n".join(explained(root / "pacts" / "web-users.json", "--json")))
    return {rule["path"]: rule["rule"] for rule in explained_interaction["evidence"] if rule["rule"]}


def _contract_rules(project: Project) -> dict[str, Any]:
    (derived,) = project.interactions()
    rules = dict(derived["response"].get("matchingRules", {}).get("body", {}))
    return {
        path: rule
        for path, rule in rules.items()
        if rule["matchers"] != [{"match": "regex", "regex": "[\\s\\S]*"}]
    }


def _record_states(project: Project, answers: list[Any]) -> None:
    for number, answer in enumerate(answers):
        project.record(str(number), interaction(url=f"http://users.test/users/{number + 1}", answer=answer))


def test_a_sampled_enumeration_is_explained_as_the_contract_states_it(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.settings(
        '[project]\nname = "web"\n[tool.pactape]\nsampled_enumerations = true\n'
        '[tool.pactape.providers.users]\nurl = "http://users.test"\n'
    )
    _record_states(project, [{"id": number, "state": "ab"[number % 2]} for number in range(12)])
    stated = _contract_rules(project)
    assert ("regex" in str(stated["$.state"]), _explained_rules(tmp_path)) == (True, stated)


def test_a_closed_set_of_the_provider_is_explained_as_the_contract_states_it(tmp_path: Path) -> None:
    project = Project(tmp_path)
    schema = {"type": "object", "properties": {"state": {"enum": ["on", "off"]}}}
    content = {"application/json": {"schema": schema}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Users", "version": "1"},
        "paths": {"/users/{id}": {"get": {"responses": {"200": {"description": "", "content": content}}}}},
    }
    (tmp_path / "users.json").write_text(json.dumps(document), encoding="utf-8")
    project.settings(
        '[project]\nname = "web"\n[tool.pactape.providers.users]\nurl = "http://users.test"\n'
        'openapi = "users.json"\n'
    )
    _record_states(project, [{"state": "on"}, {"state": "off"}])
    stated = _contract_rules(project)
    assert ("regex" in str(stated["$.state"]), _explained_rules(tmp_path)) == (True, stated)


def test_nothing_is_said_to_be_required_of_bodies_that_the_contract_does_not_state(tmp_path: Path) -> None:
    project = Project(tmp_path)
    _record_states(project, [{"state": "on"}, None])
    assert (_contract_rules(project), _explained_rules(tmp_path)) == ({}, {})
