"""Handwritten consumer tests beside recordings: one contract of both, and no contradictions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from pact import Pact, match
from pactape.contracts import derive, write_contracts
from pactape.errors import ContradictionError, PactFormatError
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """[tool.pactape]
consumer = "web"
handwritten = "written"
{more}
[tool.pactape.providers.users]
url = "http://users.test"
"""
USER = {"id": 7, "name": "Ada", "active": True}


def record(root: Path, *paths: str, answer: Any = USER) -> None:
    json_type = {"Content-Type": ["application/json"]}
    interactions = [
        {
            "request": {"method": "GET", "uri": f"http://users.test{path}", "body": None, "headers": {}},
            "response": {
                "status": {"code": 200, "message": ""},
                "headers": json_type,
                "body": {"string": json.dumps(answer)},
            },
        }
        for path in paths
    ]
    (root / "cassettes").mkdir(exist_ok=True)
    document = {"interactions": interactions, "version": 1}
    (root / "cassettes" / "a.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")


def write(
    root: Path, description: str, path: str, *, body: Any, status: int = 200, where: str = "written"
) -> None:
    """A pact file as pact-python's DSL writes it."""
    pact = Pact("web", "users").with_specification("V4" if "old" not in where else "V3")
    interaction = pact.upon_receiving(description).with_request("GET", path)
    interaction.will_respond_with(status).with_body(body, "application/json")
    pact.write_file(root / where)


def contract(root: Path, more: str = "") -> list[dict[str, Any]]:
    (root / "pyproject.toml").write_text(SETTINGS.format(more=more), encoding="utf-8")
    (path,) = write_contracts(derive(load_settings(root)), root / "pacts")
    return list(json.loads(path.read_bytes())["interactions"])


def refusal(root: Path) -> str:
    with pytest.raises(ContradictionError) as error:
        contract(root)
    return str(error.value)


def test_both_make_one_contract(tmp_path: Path) -> None:
    record(tmp_path, "/users/7")
    write(tmp_path, "lists users", "/users", body=[])
    assert [interaction["description"] for interaction in contract(tmp_path)] == [
        "GET /users/{id} → 200",
        "lists users",
    ]


def test_a_hand_written_interaction_wins_over_a_derived_one_of_the_same_meaning(tmp_path: Path) -> None:
    record(tmp_path, "/users/7", "/users")
    write(tmp_path, "gets a user", "/users/7", body={"id": match.int(1)})
    assert [interaction["description"] for interaction in contract(tmp_path)] == [
        "GET /users → 200",
        "gets a user",
    ]


def test_what_is_written_as_v3_counts_as_well(tmp_path: Path) -> None:
    record(tmp_path, "/users/7")
    write(tmp_path, "gets a user", "/users/7", body={"id": match.int(1)}, where="written/old")
    (interaction,) = contract(tmp_path)
    assert (interaction["type"], interaction["response"]["body"]["content"]) == (
        "Synchronous/HTTP",
        {"id": 1},
    )


@pytest.mark.parametrize(
    ("body", "status", "what"),
    [
        ({"id": match.str("7")}, 200, r"body $.id"),
        ({"nick": match.str("a")}, 200, "nick"),
        ({"id": match.int(7)}, 404, "status: 200 is another status"),
    ],
)
def test_a_contradiction_names_both_and_what_differs(
    tmp_path: Path, body: Any, status: int, what: str
) -> None:
    record(tmp_path, "/users/7")
    write(tmp_path, "gets a user", "/users/7", body=body, status=status)
    message = refusal(tmp_path)
    names = ("written/web-users.json", "'gets a user'", "'GET /users/{id} → 200'", "cassettes/a.yaml#0", what)
    assert [name for name in names if name not in message] == []


def test_hand_written_interactions_that_contradict_one_another_are_refused(tmp_path: Path) -> None:
    record(tmp_path, "/users/7")
    write(tmp_path, "lists users", "/users", body=[], where="written/one")
    write(tmp_path, "lists users", "/users", body={}, where="written/two")
    message = refusal(tmp_path)
    assert ("written/one/web-users.json" in message, "written/two/web-users.json" in message) == (True, True)


def test_one_interaction_in_many_files_counts_once(tmp_path: Path) -> None:
    record(tmp_path, "/users/7")
    for worker in ("gw0", "gw1"):
        write(tmp_path, "lists users", "/users", body=[], where=f"written/{worker}")
    assert len(contract(tmp_path)) == 2


def test_a_derived_interaction_that_shares_a_description_gets_another(tmp_path: Path) -> None:
    record(tmp_path, "/users/7")
    write(tmp_path, "GET /users/{id} → 200", "/people", body=[])
    assert [interaction["description"] for interaction in contract(tmp_path)] == [
        "GET /users/{id} → 200",
        "GET /users/{id} → 200 (recorded)",
    ]


def test_a_contract_may_be_all_hand_written(tmp_path: Path) -> None:
    record(tmp_path, "/users/7")
    (tmp_path / "pyproject.toml").write_text(SETTINGS.format(more=""), encoding="utf-8")
    pact = Pact("web", "orders")
    pact.upon_receiving("lists orders").with_request("GET", "/orders").will_respond_with(200)
    pact.write_file(tmp_path / "written")
    names = [contract.file_name for contract in derive(load_settings(tmp_path)).contracts]
    assert names == ["web-orders.json", "web-users.json"]


@pytest.mark.parametrize("text", ["{", "[]", '{"consumer": {"name": "a"}, "provider": {"name": "b"}}'])
def test_a_file_that_is_not_a_pact_is_refused(tmp_path: Path, text: str) -> None:
    record(tmp_path, "/users/7")
    (tmp_path / "written").mkdir()
    (tmp_path / "written" / "x.json").write_text(text, encoding="utf-8")
    with pytest.raises(PactFormatError, match=r"written/x\.json: is not a pact file"):
        contract(tmp_path)


def write_as(root: Path, more: str) -> list[Path]:
    (root / "pyproject.toml").write_text(SETTINGS.format(more=more), encoding="utf-8")
    settings = load_settings(root)
    return write_contracts(
        derive(settings),
        settings.pacts,
        specification=settings.specification,
        largest=settings.interactions_per_file,
    )


def test_a_v3_contract_has_v3_s_form_and_rules(tmp_path: Path) -> None:
    record(tmp_path, "/users/7")
    (path,) = write_as(tmp_path, 'specification = "V3"')
    document = json.loads(path.read_bytes())
    (interaction,) = document["interactions"]
    response = interaction["response"]
    assert (
        document["metadata"],
        sorted(interaction),
        response["headers"],
        response["body"],
        response["matchingRules"]["body"]["$.active"]["matchers"],
    ) == (
        {"pactSpecification": {"version": "3.0.0"}},
        ["description", "providerStates", "request", "response"],
        {"Content-Type": "application/json"},
        USER,
        [{"match": "regex", "regex": "^(true|false)$"}],
    )


def test_a_contract_is_split_into_files_and_joined_again(tmp_path: Path) -> None:
    record(tmp_path, "/a", "/b", "/c")
    split = {path.name for path in write_as(tmp_path, "interactions_per_file = 2")}
    write_as(tmp_path, "")
    joined = {path.name for path in (tmp_path / "pacts").iterdir()}
    assert (split, joined) == ({"web-users.json", "web-users.2.json"}, {"web-users.json"})
