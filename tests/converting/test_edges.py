"""Converting at its edges: bodies that are not text, unrecorded parts, damaged codings, HAR files of all forms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.cli import command
from pactape.converting.convert import RecordingParts, sanitized_har
from pactape.converting.har_sanitizer import sanitize_har
from pactape.converting.ndjson_writer import write_ndjson
from pactape.converting.wiremock_writer import write_wiremock
from pactape.exchange import Exchange, Provenance, Request, Response

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "SECRETq1w2e3r4t5"
URL = "https://api.example.com/a"


def exchange(**more: Any) -> Exchange:
    request = Request(method="GET", url=URL, headers=more.pop("headers", ()), body=more.pop("sent", b""))
    response = Response(status=200, headers=more.pop("answered", ()), body=b"x")
    return Exchange(request=request, response=response, cassette="c", index=0, **more)


def test_a_line_keeps_the_test_and_what_was_not_recorded(tmp_path: Path) -> None:
    line = exchange(provenance=Provenance(test="t::a", description=""), unrecorded=("request headers",))
    path = tmp_path / "a.ndjson"
    path.write_bytes(write_ndjson([line]))
    (read,) = RecordingParts([path], base_url=None, scrubber=None)
    assert read.provenance is not None
    assert (read.provenance.test, read.unrecorded) == ("t::a", ("request headers",))


@pytest.mark.parametrize("form", ["har", "ndjson", "vcr-ruby"])
def test_a_placeholder_for_the_host_is_kept_or_replaced_by_the_base_url(tmp_path: Path, form: str) -> None:
    path = tmp_path / "a.yml"
    path.write_text(
        "http_interactions:\n- request: {method: get, uri: <API_HOST>/users}\n"
        "  response: {status: {code: 204}}\n  recorded_at: 2026-01-31\nrecorded_with: VCR 6.1.0\n"
    )
    out = tmp_path / "out"
    assert CliRunner().invoke(command, ["convert", str(path), str(out), "--to", form]).exit_code == 0
    urls = [
        [exchange.request.url for exchange in RecordingParts([out], base_url=base, scrubber=None)]
        for base in (None, "https://api.example.com")
    ]
    assert urls == [["<API_HOST>/users"], ["https://api.example.com/users"]]


def test_several_values_of_a_header_are_one_in_a_stub_of_wiremock() -> None:
    headers = (("A", "1"), ("A", "2"), ("Host", "x"))
    stub = json.loads(write_wiremock([exchange(headers=headers, answered=(("B", "1"), ("B", "2")))]))[
        "mappings"
    ][0]
    assert (stub["request"]["headers"], stub["response"]["headers"]) == (
        {"A": {"equalTo": "1, 2"}},
        {"B": ["1", "2"]},
    )


def test_an_exchange_whose_body_can_not_be_scrubbed_is_skipped_and_named(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    interaction = {
        "request": {"method": "GET", "uri": URL, "headers": {}, "body": None},
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": {"Content-Encoding": ["br"]},
            "body": {"string": "\ufffe\x00"},
        },
    }
    path.write_text(json.dumps({"interactions": [interaction], "version": 1}), encoding="utf-8")
    parts = RecordingParts([path], base_url=None, scrubber=Scrubber())
    assert (list(parts), [entry.reason for _, entry in parts.skipped] != []) == ([], True)


def har(**entry: Any) -> dict[str, Any]:
    usual = {
        "request": {"method": "GET", "url": URL, "headers": []},
        "response": {"status": 200, "content": {}},
    }
    return {"log": {"version": "1.2", "entries": [{**usual, **entry}]}}


@pytest.mark.parametrize(
    "document",
    [
        har(
            request={"url": f"{URL}?api_key={SECRET}", "queryString": [{"name": "api_key", "value": SECRET}]}
        ),
        har(request={"headers": [{"name": ":path", "value": f"/a?api_key={SECRET}"}]}),
        har(request={"headers": [{"name": "Authorization", "value": [f"Bearer {SECRET}"]}]}),
        har(request={"cookies": [{"name": "session", "value": SECRET}]}),
        har(
            request={
                "postData": {
                    "mimeType": "application/x-www-form-urlencoded",
                    "params": [{"name": "password", "value": SECRET}],
                }
            }
        ),
        har(request={"postData": {"mimeType": "application/json", "text": json.dumps({"password": SECRET})}}),
        har(response={"redirectURL": f"{URL}?access_token={SECRET}"}),
        har(response={"content": {"mimeType": "application/json", "text": json.dumps({"password": SECRET})}}),
        har(
            response={
                "content": {
                    "mimeType": "application/json",
                    "encoding": "base64",
                    "text": "eyJwYXNzd29yZCI6ICJTRUNSRVRxMXcyZTNyNHQ1In0=",
                }
            }
        ),
        {"log": {"entries": [], "pages": [{"title": f"{URL}?api_key={SECRET}"}, {"title": 7}]}},
    ],
)
def test_every_part_of_a_har_file_loses_its_secrets(document: dict[str, Any]) -> None:
    clean = json.dumps(sanitize_har(document, Scrubber()))
    assert SECRET not in clean
    assert "U0VDUkVUcTF3MmUzcjR0NS" not in clean


def test_entries_and_titles_of_other_forms_stay() -> None:
    document = {"log": {"entries": ["odd", {"request": 7}], "pages": [{"title": "Home"}]}}
    assert sanitize_har(document, Scrubber()) == document


def test_only_a_plain_har_file_is_sanitized_as_such(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(write_ndjson([exchange()]))
    assert sanitized_har(path, Scrubber()) is None


def run(root: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, ["convert", "--project", str(root), *arguments])
    return result.exit_code, result.output


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a.ndjson").write_bytes(write_ndjson([exchange()]))
    (tmp_path / "b.har").write_text(json.dumps(har()), encoding="utf-8")
    return tmp_path


def test_the_command_writes_a_file_in_the_form_of_its_suffix(root: Path) -> None:
    code, output = run(root, str(root / "a.ndjson"), str(root / "out.har"))
    assert (code, "1 exchange of NDJSON written to" in output) == (0, True)


def test_one_har_file_alone_is_sanitized_to_the_output(root: Path) -> None:
    code, output = run(root, str(root / "b.har"))
    assert (code, json.loads(output)["log"]["version"]) == (0, "1.2")


def test_another_form_goes_to_the_output_when_it_is_named(root: Path) -> None:
    code, output = run(root, "--to", "ndjson", "--scrub", str(root / "a.ndjson"))
    assert (code, URL in output) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["a.ndjson"], "name OUT"),
        (["--to", "cassette", "a.ndjson"], "name OUT"),
        (["a.ndjson", "out.txt"], "--to is missing"),
        (["a.ndjson", "out.yaml.gz"], "A cassette isn't compressed"),
        (["a.ndjson", "out.YAML.GZ"], "A cassette isn't compressed"),
    ],
)
def test_a_form_that_is_missing_is_refused(root: Path, arguments: list[str], problem: str) -> None:
    paths = [str(root / argument) if "." in argument else argument for argument in arguments]
    code, output = run(root, *paths)
    assert (code, problem in output) == (2, True)
