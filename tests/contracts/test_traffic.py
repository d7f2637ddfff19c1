"""Captured traffic says what is optional, tests say what is used; a window forgets the old."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import yaml
from click.testing import CliRunner
from pactape import Exchange, Provenance, ProviderState, Request, Response
from pactape.checking import check_project
from pactape.cli import command
from pactape.contracts import ContractParties, derive
from pactape.contracts.digests import DigestCombiner
from pactape.contracts.explain import explain
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.contracts import Derivation
    from pactape.settings import Settings

ADA = {"id": 1, "name": "Ada", "nick": "ad", "age": 36}


def project(root: Path) -> Settings:
    text = '[project]\nname = "web"\n[tool.pactape]\nrecordings = ["production"]\n'
    (root / "pyproject.toml").write_text(text, encoding="utf-8")
    return load_settings(root)


def record(
    root: Path, body: Any = ADA, *, path: str = "/users/1", reads: list[str] | None = None, state: str = ""
) -> None:
    """The cassette of a test that reads some fields."""
    response = {
        "status": {"code": 200, "message": "OK"},
        "headers": {"Content-Type": ["application/json"]},
        "body": {"string": json.dumps(body)},
    }
    request: dict[str, Any] = {"method": "GET", "uri": f"https://api.test{path}", "body": None, "headers": {}}
    key: dict[str, Any] = {"version": 1, "calls": [None], "test": f"t::{path}", "description": "reads a user"}
    key["reads"] = [["id", "name", "nick"] if reads is None else reads]
    if state:
        key["states"] = [{"name": state, "parameters": {}}]
    folder = root / "cassettes"
    folder.mkdir(exist_ok=True)
    document = {"interactions": [{"request": request, "response": response}], "version": 1, "pactape": key}
    (folder / f"{path.strip('/').replace('/', '-')}{state}.yaml").write_text(
        yaml.safe_dump(document), "utf-8"
    )


def captured(root: Path, *answers: tuple[str, int, Any], name: str = "day.ndjson", **more: Any) -> None:
    lines = [
        {
            "request": {"method": "GET", "url": f"https://api.test{path}"},
            "response": {
                "status": status,
                "headers": {"Content-Type": "application/json"},
                "body": json.dumps(body),
            },
            **more,
        }
        for path, status, body in answers
    ]
    (root / "production").mkdir(exist_ok=True)
    (root / "production" / name).write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")


def required_fields(derivation: Derivation) -> dict[str, list[str]]:
    """The names in the example of each interaction's response body."""
    (contract,) = derivation.contracts
    (data,) = contract.encode().values()
    return {
        interaction["description"]: sorted(interaction["response"].get("body", {}).get("content", ()))
        for interaction in json.loads(data)["interactions"]
    }


def test_a_field_that_production_lacks_is_not_required(tmp_path: Path) -> None:
    settings = project(tmp_path)
    record(tmp_path)
    alone = required_fields(derive(settings))
    captured(tmp_path, ("/users/7", 200, {"id": 7, "name": "Bob", "age": 3}))
    assert (alone, required_fields(derive(settings))) == (
        {"reads a user": ["id", "name", "nick"]},
        {"reads a user": ["id", "name"]},
    )


def test_a_field_that_only_production_has_is_not_required(tmp_path: Path) -> None:
    settings = project(tmp_path)
    record(tmp_path, reads=["id"])
    captured(tmp_path, ("/users/7", 200, {**ADA, "internal": True}))
    assert required_fields(derive(settings)) == {"reads a user": ["id"]}


def test_null_in_production_is_allowed_by_the_contract(tmp_path: Path) -> None:
    settings = project(tmp_path)
    record(tmp_path)
    captured(tmp_path, ("/users/7", 200, {**ADA, "name": None}))
    (contract,) = derive(settings).contracts
    assert "name" not in required_fields(derive(settings))["reads a user"] or b'"null"' in b"".join(
        contract.encode().values()
    )


def test_examples_and_counts_are_those_of_tests_and_all_are_counted(tmp_path: Path) -> None:
    settings = project(tmp_path)
    record(tmp_path)
    captured(
        tmp_path, *[(f"/users/{number}", 200, {**ADA, "id": number}) for number in range(5, 9)], name="a"
    )
    (tmp_path / "production" / "a").rename(tmp_path / "production" / "a.ndjson")
    derivation = derive(settings)
    (contract,) = derivation.contracts
    (data,) = contract.encode().values()
    (interaction,) = json.loads(data)["interactions"]
    assert (interaction["request"]["path"], contract.summary.exchanges, contract.summary.observed) == (
        "/users/1",
        5,
        5,
    )


def test_traffic_joins_every_state_and_every_set_of_parameters_of_the_operation(tmp_path: Path) -> None:
    settings = project(tmp_path)
    record(tmp_path, state="a user exists")
    record(tmp_path, path="/users/1?full=1", state="another")
    captured(tmp_path, ("/users/7?trace=9", 200, {"id": 7, "name": "Bob"}))
    derivation = derive(settings)
    assert list(required_fields(derivation).values()) == [["id", "name"], ["id", "name"]]
    assert derivation.recordings == 3


def test_what_no_test_expects_of_a_tested_operation_is_skipped_and_reported(tmp_path: Path) -> None:
    settings = project(tmp_path)
    record(tmp_path)
    captured(tmp_path, ("/users/7", 503, {"error": "down"}), ("/users/8", 503, {"error": "down"}))
    derivation = derive(settings)
    assert [(exclusion.reason, exclusion.count) for exclusion in derivation.exclusions] == [
        ("captured traffic: no test expects 503 from GET /users/{id}", 2)
    ]
    assert (list(required_fields(derivation)), derivation.recordings) == (["reads a user"], 3)


def test_what_no_test_asks_stays_in_the_contract_unless_it_failed(tmp_path: Path) -> None:
    settings = project(tmp_path)
    record(tmp_path)
    captured(tmp_path, ("/orders", 200, [{"id": 1}]), ("/carts", 500, {"error": "down"}))
    derivation = derive(settings)
    assert sorted(required_fields(derivation)) == ["GET /orders → 200", "reads a user"]
    assert [exclusion.reason for exclusion in derivation.exclusions] == [
        "captured traffic: no test expects 500 from GET /carts"
    ]


def test_traffic_alone_gives_the_contract_of_everything(tmp_path: Path) -> None:
    settings = project(tmp_path)
    captured(tmp_path, ("/users/7", 200, ADA), ("/users/8", 404, {"error": "no such user"}))
    assert required_fields(derive(settings)) == {
        "GET /users/{id} → 200": ["age", "id", "name", "nick"],
        "GET /users/{id} → 404": ["error"],
    }


def test_an_exchange_that_names_its_test_is_not_traffic(tmp_path: Path) -> None:
    settings = project(tmp_path)
    record(tmp_path, reads=["id"])
    captured(tmp_path, ("/users/7", 200, ADA), test="tests/test_it.py::test_it")
    assert required_fields(derive(settings)) == {"reads a user": ["age", "id", "name", "nick"]}


def test_check_and_explain_agree_with_the_contract(tmp_path: Path) -> None:
    settings = project(tmp_path)
    record(tmp_path)
    captured(tmp_path, ("/users/7", 200, {"id": 7, "name": "Bob"}), ("/users/8", 503, {"error": "down"}))
    result = CliRunner().invoke(command, ["derive", "--project", str(tmp_path)])
    assert (result.exit_code, "1 recording skipped: captured traffic" in result.output) == (0, True)
    assert [
        str(finding) for finding in check_project(settings).findings if finding.severity.name == "BREAKING"
    ] == []
    explanations = explain(settings, ContractParties("web", "api.test"))
    assert [explanation.description for explanation in explanations] == ["reads a user"]


def exchange(body: Any, *, index: int, **more: Any) -> Exchange:
    return Exchange(
        request=Request(method="GET", url=f"https://api.test/users/{index}"),
        response=Response(
            status=200, headers=(("Content-Type", "application/json"),), body=json.dumps(body).encode()
        ),
        cassette="x",
        index=index,
        **more,
    )


def test_digests_of_production_join_with_those_of_tests_in_any_order(tmp_path: Path) -> None:
    verbs = DigestCombiner(project(tmp_path))
    state = ProviderState(name="a user exists")
    provenance = Provenance(test="t::a", description="reads a user", states=(state,))
    tests = [exchange(ADA, index=1, reads=("id", "nick"), provenance=provenance)]
    production = [exchange({"id": number}, index=number) for number in (2, 3)]
    for order in (tests + production, production + tests, [production[0], *tests, production[1]]):
        digest = verbs.merge(verbs.add(verbs.create(), sample) for sample in order)
        derivation = verbs.extract(digest)
        assert (required_fields(derivation), derivation.recordings) == ({"reads a user": ["id"]}, 3)


def test_traffic_joined_to_tests_in_one_group_leaves_reads_and_first_sample_to_them(tmp_path: Path) -> None:
    verbs = DigestCombiner(project(tmp_path))
    provenance = Provenance(test="t::a", description="reads a user")
    tests = [exchange(ADA, index=number, reads=("id",), provenance=provenance) for number in (8, 9)]
    production = [exchange({"id": number}, index=number) for number in (2, 3)]
    digest = verbs.create()
    for recorded in (*production, *tests):
        verbs.add(digest, recorded)
    (contract,) = verbs.extract(digest).contracts
    (data,) = contract.encode().values()
    assert json.loads(data)["interactions"][0]["request"]["path"] == "/users/8"


NOW = datetime.now(UTC)


def line(number: int, body: Any, moment: datetime | None, *, date: str = "") -> str:
    headers = {"Content-Type": "application/json", **({"Date": date} if date else {})}
    request = {"method": "GET", "url": f"https://api.test/users/{number}"}
    response = {"status": 200, "headers": headers, "body": json.dumps(body)}
    time = {} if moment is None else {"recorded_at": moment.isoformat()}
    return json.dumps({"request": request, "response": response, **time})


def test_a_window_forgets_the_old_and_keeps_what_has_no_time(tmp_path: Path) -> None:
    settings = project(tmp_path)
    old = datetime(2020, 1, 1, tzinfo=UTC)
    lines = [
        line(1, {"id": 1, "gone": 1}, old),
        line(2, {"id": 2, "gone": 1}, None, date="Wed, 01 Jan 2020 00:00:00 GMT"),
        line(3, {"id": 3}, NOW),
        line(4, {"id": 4}, None),
    ]
    (tmp_path / "production").mkdir()
    (tmp_path / "production" / "a.ndjson").write_text("\n".join(lines), encoding="utf-8")
    since = msgspec.structs.replace(settings, since=datetime(2020, 1, 2, tzinfo=UTC))
    derivation = derive(since)
    assert [exclusion.reason for exclusion in derivation.exclusions] == [
        "recorded before 2020-01-02T00:00:00+00:00"
    ] * 2
    assert (derivation.contracts[0].exchanges, derivation.recordings) == (2, 4)
    assert derive(settings).contracts[0].exchanges == 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2020-01-02", 2), ("2020-01-02T00:00:00+01:00", 2), ("30d", 2), ("2019-12-31", 3)],
)
def test_the_window_is_a_date_a_time_or_an_age(tmp_path: Path, text: str, expected: int) -> None:
    project(tmp_path)
    lines = [
        line(1, {"id": 1}, datetime(2020, 1, 1, tzinfo=UTC)),
        line(3, {"id": 3}, NOW),
        line(4, {"id": 4}, NOW - timedelta(days=3)),
    ]
    (tmp_path / "production").mkdir()
    (tmp_path / "production" / "a.ndjson").write_text("\n".join(lines), encoding="utf-8")
    result = CliRunner().invoke(command, ["derive", "--project", str(tmp_path), "--since", text])
    assert (result.exit_code, f"from {expected} exchanges" in result.output) == (0, True)


def test_a_window_that_is_not_a_date_is_an_error(tmp_path: Path) -> None:
    project(tmp_path)
    result = CliRunner().invoke(command, ["derive", "--project", str(tmp_path), "--since", "lately"])
    assert (result.exit_code, "'lately' is not a date. Fix:" in result.output) == (2, True)
