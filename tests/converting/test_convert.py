"""Converting: what is written in any form is read back the same, and no secret is in it."""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pactape.cassettes.contents import read_any
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.cli import command
from pactape.converting.bodies import as_base64
from pactape.converting.convert import FORMATS, convert, read_exchanges, sanitized_har
from pactape.converting.har_sanitizer import sanitize_har
from pactape.converting.ndjson_writer import write_ndjson
from pactape.exchange import Exchange, Provenance, Request, Response

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = {"cassette": ".yaml", "har": ".har", "ndjson": ".ndjson", "vcr-ruby": ".yml", "wiremock": ".json"}
BODIES = st.one_of(
    st.just(b""),
    st.binary(min_size=1, max_size=60),
    st.text(min_size=1, max_size=40).map(lambda text: text.encode("utf-8", "replace")),
    st.sampled_from(
        [b'{"id": 7}', b" ", b"\n", b"null", b"a: b\n- c", b"'\"", b"\xef\xbb\xbf{}", "Zoë".encode()]
    ),
)
TYPES = st.sampled_from(["application/json", "text/plain; charset=utf-8", "application/octet-stream"])
PATHS = st.sampled_from(["/", "/users/7", "/a%2Fb//c", "/q?x=1&x=2&y=", "/q?a=%C3%A9+b", "/search?q=a%26b"])


def exchange(
    path: str, sent: bytes = b"", received: bytes = b"", kind: str = "text/plain", **more: Any
) -> Exchange:
    headers = (("Content-Type", kind), ("X-Request", "a, b"))
    return Exchange(
        request=Request(
            method=more.get("method", "POST"),
            url=f"{more.get('origin', 'https://api.example.com')}{path}",
            headers=headers if sent else headers[1:],
            body=sent,
        ),
        response=Response(
            status=more.get("status", 200),
            headers=(("Content-Type", kind), ("X-Reply", "c")) if received else (("X-Reply", "c"),),
            body=received,
        ),
        cassette="traffic.ndjson",
        index=0,
    )


def seen(each: Exchange) -> tuple[Any, ...]:
    """Return what has to survive a conversion: names of headers in lower case."""
    request, response = each.request, each.response
    return (
        request.method,
        request.url,
        sorted((name.lower(), value) for name, value in request.headers),
        request.body,
        response.status,
        sorted((name.lower(), value) for name, value in response.headers),
        response.body,
    )


EXCHANGES = st.lists(
    st.builds(
        exchange,
        PATHS,
        BODIES,
        BODIES,
        TYPES,
        method=st.sampled_from(["POST", "PUT"]),
        status=st.sampled_from([200, 201, 404, 503]),
        origin=st.sampled_from(["https://api.example.com", "http://127.0.0.1:8080", "http://[::1]:81"]),
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("form", FORMATS)
@given(exchanges=EXCHANGES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_converted_is_read_back_the_same(
    tmp_path: Path, form: str, exchanges: list[Exchange]
) -> None:
    source = tmp_path / "traffic.ndjson"
    source.write_bytes(write_ndjson(exchanges))
    target = tmp_path / f"converted{SUFFIXES[form]}"
    convert([source], target, to=form)
    assert [seen(each) for each in read_any(target).exchanges] == [seen(each) for each in exchanges]


@pytest.mark.parametrize("form", ["har", "ndjson", "vcr-ruby"])
def test_the_time_of_recording_is_kept(tmp_path: Path, form: str) -> None:
    line = json.loads(write_ndjson([exchange("/")]))
    line["recorded_at"] = "2026-01-31T12:00:00Z"
    source, target = tmp_path / "a.ndjson", tmp_path / f"b{SUFFIXES[form]}"
    source.write_text(json.dumps(line), encoding="utf-8")
    convert([source], target, to=form)
    assert [each.recorded_at for each in read_any(target).exchanges] == [
        datetime(2026, 1, 31, 12, tzinfo=UTC)
    ]


def test_equal_requests_become_a_scenario_of_wiremock(tmp_path: Path) -> None:
    source, target = tmp_path / "a.ndjson", tmp_path / "b.json"
    source.write_bytes(write_ndjson([exchange("/", received=each) for each in (b"1", b"2", b"3")]))
    convert([source], target, to="wiremock")
    mappings = json.loads(target.read_bytes())["mappings"]
    states = [(each["requiredScenarioState"], each.get("newScenarioState")) for each in mappings]
    assert states == [("Started", "response 2"), ("response 2", "response 3"), ("response 3", None)]


#: The second body is compressed, and cut off.
DAMAGED = f"""interactions:
- request: {{body: null, headers: {{}}, method: GET, uri: 'http://a.test/'}}
  response: {{body: {{string: ok}}, headers: {{}}, status: {{code: 200, message: OK}}}}
- request: {{body: null, headers: {{}}, method: GET, uri: 'http://a.test/b'}}
  response:
    body: {{string: !!binary {as_base64(gzip.compress(b"token=RAWTOKENabc987x" * 9)[:-12])}}}
    headers: {{Content-Encoding: [gzip]}}
    status: {{code: 200, message: OK}}
version: 1
"""
SECRETS = ("RAWTOKENabc987x", "BODYSECRETq1w2e3", "QUERYSECRETr4t5", "ANSWERSECRETz6u7")


def secret_exchange() -> Exchange:
    return Exchange(
        request=Request(
            method="POST",
            url=f"https://api.example.com/login?api_key={SECRETS[2]}",
            headers=(("Authorization", f"Bearer {SECRETS[0]}"), ("Content-Type", "application/json")),
            body=json.dumps({"password": SECRETS[1]}).encode(),
        ),
        response=Response(
            status=200,
            headers=(("Content-Type", "application/json"),),
            body=json.dumps({"access_token": SECRETS[3], "id": 7}).encode(),
        ),
        cassette="a",
        index=0,
    )


@pytest.mark.parametrize("form", FORMATS)
def test_no_secret_is_written_in_any_form(tmp_path: Path, form: str) -> None:
    source, target = tmp_path / "a.ndjson", tmp_path / f"b{SUFFIXES[form]}"
    source.write_bytes(write_ndjson([secret_exchange()]))
    convert([source], target, to=form, scrubber=Scrubber())
    data = target.read_text(encoding="utf-8")
    assert ([each for each in SECRETS if each in data], "login" in data) == ([], True)


def test_a_har_file_is_sanitized_and_otherwise_stays_as_it_is(tmp_path: Path) -> None:
    source, har = tmp_path / "a.ndjson", tmp_path / "b.har"
    source.write_bytes(write_ndjson([secret_exchange()]))
    convert([source], har, to="har")
    document = json.loads(har.read_bytes())
    entry = document["log"]["entries"][0]
    entry["timings"] = {"wait": 12.5}
    entry["request"]["cookies"] = [{"name": "session", "value": SECRETS[0]}]
    har.write_text(json.dumps(document), encoding="utf-8")
    clean = sanitized_har(har, Scrubber())
    assert clean is not None
    assert [each for each in SECRETS if each in clean.decode()] == []
    kept = json.loads(clean)["log"]["entries"][0]
    assert (
        kept["timings"],
        kept["response"]["status"],
        '"id": 7' in kept["response"]["content"]["text"],
    ) == (
        {"wait": 12.5},
        200,
        True,
    )


def pactape(*arguments: str, cwd: Path, given_input: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-P", "-m", "pactape", "convert", *arguments]
    return subprocess.run(command, cwd=cwd, input=given_input, capture_output=True, check=False, timeout=60)


def test_the_command_reads_the_standard_input_and_writes_the_standard_output(tmp_path: Path) -> None:
    done = pactape("-", "--to", "har", cwd=tmp_path, given_input=write_ndjson([exchange("/users/7")]))
    assert (done.returncode, json.loads(done.stdout)["log"]["entries"][0]["request"]["url"]) == (
        0,
        "https://api.example.com/users/7",
    )


def test_the_command_joins_files_and_takes_the_form_from_the_suffix(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.ndjson").write_bytes(write_ndjson([exchange(f"/{name}")]))
    done = pactape("a.ndjson", "b.ndjson", "all.har", cwd=tmp_path)
    urls = [each.request.url for each in read_exchanges([tmp_path / "all.har"]).exchanges]
    assert (done.returncode, urls) == (0, ["https://api.example.com/a", "https://api.example.com/b"])


def test_skipped_entries_are_named_and_end_with_1(tmp_path: Path) -> None:
    har = {"log": {"entries": [{"request": {"method": "GET", "url": "http://a.test/", "headers": []}}]}}
    (tmp_path / "a.har").write_text(json.dumps(har), encoding="utf-8")
    done = pactape("a.har", "b.ndjson", cwd=tmp_path)
    assert (done.returncode, b"skipped: a.har" in done.stderr) == (1, True)


def test_a_file_that_is_no_recording_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello", encoding="utf-8")
    done = pactape("a.txt", "b.har", cwd=tmp_path)
    assert (done.returncode, b"a.txt: " in done.stderr, (tmp_path / "b.har").exists()) == (2, True, False)


def test_a_har_file_loses_the_secrets_of_titles_headers_parameters_and_encoded_bodies() -> None:
    message = {
        "url": "https://api.example.com/",
        "headers": [
            {"name": ":path", "value": f"/login?api_key={SECRETS[0]}"},
            {"name": "X-Api-Key", "value": [SECRETS[1]]},
        ],
        "queryString": [{"name": "api_key", "value": SECRETS[2]}],
        "postData": {
            "mimeType": "application/x-www-form-urlencoded",
            "params": [{"name": "password", "value": SECRETS[3]}],
            "text": as_base64(f"password={SECRETS[3]}".encode()),
            "encoding": "base64",
        },
    }
    pages = [
        {"title": f"https://api.example.com/?api_key={SECRETS[0]}"},
        {"title": f"Bearer {SECRETS[0]}"},
        {"id": 1},
    ]
    document = {"log": {"entries": [{"request": message, "response": {}}, 7], "pages": pages}}
    clean = sanitize_har(document, Scrubber())
    written = json.dumps(clean)
    decoded = base64.b64decode(clean["log"]["entries"][0]["request"]["postData"]["text"]).decode()
    assert [each for each in SECRETS if each in written or each in decoded] == []
    assert (clean["log"]["entries"][1], clean["log"]["pages"][2]) == (7, {"id": 1})


def test_an_exchange_whose_body_cannot_be_read_is_skipped_rather_than_written_with_its_secrets(
    tmp_path: Path,
) -> None:
    source, target = tmp_path / "a.yaml", tmp_path / "b.har"
    source.write_text(DAMAGED, encoding="utf-8")
    found = convert([source], target, to="har", scrubber=Scrubber())
    ((_, skipped),) = found.skipped
    assert (len(found.exchanges), "can't be read, and so not be scrubbed" in skipped.reason) == (1, True)
    assert SECRETS[0] not in target.read_text(encoding="utf-8")


def test_the_test_that_recorded_and_what_was_not_recorded_are_written_in_lines() -> None:
    each = msgspec.structs.replace(
        exchange("/"),
        provenance=Provenance(test="test_a.py::test_b", description="b"),
        unrecorded=("response body",),
    )
    line = json.loads(write_ndjson([each]))
    assert (line["test"], line["unrecorded"]) == ("test_a.py::test_b", ["response body"])


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["a.ndjson", "b.txt"], "--to is missing: the suffix of b.txt"),
        (["a.ndjson", "-"], "--to is missing"),
        (["a.ndjson"], "name OUT, or another form with --to"),
        (["a.ndjson", "-", "--to", "cassette"], "name OUT, or another form with --to"),
    ],
)
def test_a_form_that_is_not_told_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], problem: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.ndjson").write_bytes(write_ndjson([exchange("/")]))
    done = CliRunner().invoke(command, ["convert", *arguments])
    assert (done.exit_code, problem in done.output) == (2, True), done.output


def test_one_har_file_without_more_is_written_without_its_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.ndjson").write_bytes(write_ndjson([secret_exchange()]))
    convert([tmp_path / "a.ndjson"], tmp_path / "a.har", to="har")
    done = CliRunner().invoke(command, ["convert", "a.har"])
    assert (done.exit_code, "login" in done.output) == (0, True)
    assert [each for each in SECRETS if each in done.output] == []


def test_secrets_are_kept_only_on_demand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.ndjson").write_bytes(write_ndjson([secret_exchange()]))
    done = CliRunner().invoke(command, ["convert", "a.ndjson", "b.har", "--keep-secrets"])
    assert done.exit_code == 0
    assert SECRETS[1] in (tmp_path / "b.har").read_text(encoding="utf-8")
