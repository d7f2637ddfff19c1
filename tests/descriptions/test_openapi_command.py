"""`pactape openapi`: what is written, compared, left out and refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest
import yaml
from click.testing import CliRunner
from pactape.cli import command
from pactape.converting.ndjson_writer import write_ndjson
from pactape.errors import BadInputError

from tests.descriptions.helpers.traffic import EXCHANGES, SETTINGS, api_of, exchange

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def openapi(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, ["openapi", "--project", str(root), *arguments])


def error_of(root: Path, *arguments: str) -> str:
    error = openapi(root, *arguments).exception
    assert isinstance(error, BadInputError)
    return str(error)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    api_of(tmp_path, EXCHANGES)
    return tmp_path


def test_a_document_agrees_with_its_recordings_and_a_changed_one_is_contradicted(project: Path) -> None:
    yaml_file, json_file = project / "api.yaml", project / "api.json"
    openapi(project, "-o", str(yaml_file))
    document = yaml.safe_load(yaml_file.read_text(encoding="utf-8"))
    response = document["paths"]["/users/{id}"]["get"]["responses"]["200"]
    response["content"]["application/json"]["schema"]["properties"]["id"] = {"type": "string"}
    json_file.write_text(json.dumps(document), encoding="utf-8")
    same, other = (openapi(project, "--against", str(document)) for document in (yaml_file, json_file))
    assert (same.exit_code, other.exit_code, other.output.splitlines()[-1]) == (
        0,
        1,
        "1 contradicted, 0 undocumented, 0 never seen",
    )


def test_the_document_goes_to_the_output_as_yaml_and_to_a_file_in_the_form_of_its_suffix(
    project: Path,
) -> None:
    output = openapi(project).output
    openapi(project, "-o", str(project / "api.json"))
    assert yaml.safe_load(output) == json.loads((project / "api.json").read_text(encoding="utf-8"))


def test_merging_keeps_what_a_document_says(project: Path) -> None:
    (project / "old.yaml").write_text("openapi: 3.0.3\ninfo: {title: Shop}\n", encoding="utf-8")
    document = yaml.safe_load(openapi(project, "--merge", str(project / "old.yaml")).output)
    assert (document["openapi"], document["info"], list(document["paths"])) == (
        "3.0.3",
        {"title": "Shop"},
        ["/users", "/users/{id}"],
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("swagger: '2.0'\n", "is not an OpenAPI 3 document"),
        ("[1]\n", "is not an OpenAPI 3 document"),
        ("a: [\n", "can't be read"),
    ],
)
def test_a_document_that_cannot_be_used_is_named_with_the_problem(
    project: Path, text: str, problem: str
) -> None:
    (project / "old.yaml").write_text(text, encoding="utf-8")
    message = error_of(project, "--against", str(project / "old.yaml"))
    assert ("old.yaml" in message, problem in message) == (True, True)


def test_of_several_providers_one_has_to_be_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        SETTINGS.format("https://api.example.com/v1")
        + '[tool.pactape.providers.stock]\nname = "stock-service"\nurl = "https://stock.example.com"\n',
        encoding="utf-8",
    )
    other = json.loads(write_ndjson([exchange("/items", {"id": 1})]))
    other["request"]["url"] = "https://stock.example.com/items"
    (tmp_path / "traffic.ndjson").write_bytes(
        write_ndjson([exchange("/users", [{"id": 1}])]) + json.dumps(other).encode() + b"\n"
    )
    by_name = yaml.safe_load(openapi(tmp_path, "--provider", "stock-service").output)
    by_key = yaml.safe_load(openapi(tmp_path, "--provider", "shop").output)
    assert (list(by_name["paths"]), list(by_key["paths"])) == (["/items"], ["/users"])
    assert "several providers were recorded. Fix: name one with --provider: shop, stock-service" in error_of(
        tmp_path
    )
    assert "no exchange was recorded with this provider" in error_of(tmp_path, "--provider", "mail")


def test_named_recordings_are_read_instead_of_the_project_s_and_what_is_skipped_is_named(
    project: Path,
) -> None:
    more = project / "more.har"
    entry = {
        "request": {"method": "GET", "url": "https://api.example.com/v1/orders/1", "headers": []},
        "response": {"status": 103, "headers": [], "content": {}},
    }
    readable_entry = {
        "request": {"method": "GET", "url": "https://api.example.com/v1/orders", "headers": []},
        "response": {
            "status": 200,
            "headers": [],
            "content": {"mimeType": "application/json", "text": '{"a": "\\ud800"}'},
        },
    }
    more.write_text(json.dumps({"log": {"entries": [entry, readable_entry]}}), encoding="utf-8")
    result = openapi(project, str(more), "-o", str(project / "more.json"))
    document = json.loads((project / "more.json").read_text(encoding="utf-8"))
    assert (list(document["paths"]), "skipped: " in result.stderr) == (["/orders"], True)


@pytest.mark.parametrize(
    ("status", "headers"), [(401, ()), (302, (("Location", "/users"),)), (304, ()), (412, ())]
)
def test_responses_that_no_contract_can_demand_are_described(
    tmp_path: Path, status: int, headers: tuple[tuple[str, str], ...]
) -> None:
    recorded = exchange("/users/7")
    response = msgspec.structs.replace(recorded.response, status=status, headers=headers, body=b"")
    api_of(tmp_path, [msgspec.structs.replace(recorded, response=response)])
    (operations,) = yaml.safe_load(openapi(tmp_path).output)["paths"].values()
    assert list(operations["get"]["responses"]) == [str(status)]


@pytest.mark.parametrize(
    ("recorded", "servers"),
    [
        (["http"], ["http://localhost:3000"]),
        (["https"], ["https://localhost:3000"]),
        (["http", "https"], ["https://localhost:3000", "http://localhost:3000"]),
    ],
)
def test_servers_have_the_schemes_by_which_they_were_recorded(
    tmp_path: Path, recorded: list[str], servers: list[str]
) -> None:
    exchanges = [
        msgspec.structs.replace(
            EXCHANGES[0],
            request=msgspec.structs.replace(EXCHANGES[0].request, url=f"{scheme}://localhost:3000/users/17"),
        )
        for scheme in recorded
    ]
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "web"\n[tool.pactape]\nrecordings = ["*.ndjson"]\n', encoding="utf-8"
    )
    (tmp_path / "traffic.ndjson").write_bytes(write_ndjson(exchanges))
    document = yaml.safe_load(openapi(tmp_path).output)
    assert [server["url"] for server in document["servers"]] == servers


def test_a_skipped_entry_is_named_by_its_place(project: Path) -> None:
    (recording,) = project.glob("*.ndjson")
    recording.write_text(f"{recording.read_text(encoding='utf-8')}{{x\n", encoding="utf-8")
    (skipped,) = (line for line in openapi(project).output.splitlines() if line.startswith("skipped: "))
    assert (f"{recording.name}: line " in skipped, "#-1" in skipped) == (True, False)
