"""Every dialect of cassettes is read; what can't be read says where and why; nothing is executed."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pactape.cassettes import read_cassette
from pactape.errors import CassetteFormatError
from pactape.exchange import Call, Exchange
from vcr.request import Request as VcrRequest
from vcr.serialize import serialize
from vcr.serializers import jsonserializer, yamlserializer

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = """\
interactions:
- request: {method: GET, uri: 'http://api.example.com/a', body: null, headers: {Accept: ['*/*']}}
  response: {status: {code: 200, message: OK}, headers: {A: [b]}, body: {string: text}}
version: 1
"""


def read(path: Path, text: str | bytes) -> Exchange:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    (exchange,) = read_cassette(path)
    return exchange


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    return tmp_path / "tape.yaml"


@pytest.mark.parametrize("name", ["tape.yaml", "tape.yml", "tape", "tape.test_it"])
def test_a_name_needs_no_extension(tmp_path: Path, name: str) -> None:
    assert read(tmp_path / name, PLAIN).response.body == b"text"


@pytest.mark.parametrize("name", ["tape.json", "tape.yaml", "tape"])
def test_json_is_read_under_any_name(tmp_path: Path, name: str) -> None:
    request = VcrRequest("GET", "http://api.example.com/\U0001f600", None, {})
    response = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "\U0001f600"}}
    text = serialize({"requests": [request], "responses": [response]}, jsonserializer)
    assert read(tmp_path / name, text).response.body == "\U0001f600".encode()


def test_a_cassette_needs_no_version(tape: Path) -> None:
    assert read(tape, PLAIN.replace("version: 1\n", "")).request.url == "http://api.example.com/a"


def test_headers_may_be_single_values(tape: Path) -> None:
    assert read(tape, PLAIN.replace("[b]", "b")).response.headers == (("A", "b"),)


def test_a_header_that_comes_twice_stays_twice(tape: Path) -> None:
    both = (("A", "b"), ("A", "c"))
    assert read(tape, PLAIN.replace("[b]", "[b, c]")).response.headers == both
    assert read(tape, PLAIN.replace("Accept: ['*/*']", "A: [b, c]")).request.headers == both


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("!!python/unicode 'text'", b"text"),
        ("!!python/str 'text'", b"text"),
        ("!!binary AAH/", b"\x00\x01\xff"),
        ("!!python/object/new:_io.BytesIO {state: !!python/tuple [!!binary AAH/, 0, null]}", b"\x00\x01\xff"),
        ("!!python/object/apply:builtins.iter {args: [[!!binary YQ==, !!binary Yg==]]}", b"ab"),
        ("{a: [1, null]}", b'{"a": [1, null]}'),
    ],
)
def test_old_request_bodies_are_read(tape: Path, body: str, expected: bytes) -> None:
    assert read(tape, PLAIN.replace("body: null", f"body: {body}")).request.body == expected


def test_a_parsed_body_is_read_as_json(tape: Path) -> None:
    exchange = read(tape, PLAIN.replace("body: {string: text}", "parsed_body: {a: [1, null]}"))
    assert json.loads(exchange.response.body) == {"a": [1, None]}


@pytest.mark.parametrize("content", [b"text", gzip.compress(b"text")], ids=["decoded", "encoded"])
def test_the_old_form_of_httpx_is_read(tape: Path, content: bytes) -> None:
    response = {"status_code": 201, "headers": {"content-encoding": ["gzip"]}, "content": content}
    request = {"method": "GET", "uri": "http://api.example.com/", "body": "", "headers": {}}
    text = yamlserializer.serialize({"interactions": [{"request": request, "response": response}]})
    exchange = read(tape, text)
    assert (exchange.response.status, exchange.response.body) == (201, b"text")


def test_a_response_without_a_body_has_an_empty_one(tape: Path) -> None:
    assert read(tape, PLAIN.replace("{string: text}", "{}")).response.body == b""


def test_a_content_encoding_stays_on(tape: Path) -> None:
    data = gzip.compress(b"text", mtime=0)
    request: dict[str, Any] = {"method": "GET", "uri": "http://api.example.com/", "body": None, "headers": {}}
    response = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": data}}
    text = yamlserializer.serialize({"interactions": [{"request": request, "response": response}]})
    assert read(tape, text).response.body == data


def test_the_key_pactape_gives_provenance_and_calls(tape: Path) -> None:
    notes = "pactape: {version: 1, test: t.py::a, description: a, calls: [{operation: GET /a, path: /a}]}\n"
    exchange = read(tape, PLAIN + notes)
    assert exchange.call == Call(operation="GET /a", path="/a")
    assert exchange.provenance is not None
    assert exchange.provenance.test == "t.py::a"


@given(st.binary(), st.binary(), st.integers(100, 599))
def test_what_vcrpy_writes_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, sent: bytes, received: bytes, status: int
) -> None:
    request = VcrRequest("POST", "http://api.example.com/", sent, {})
    response = {"status": {"code": status, "message": ""}, "headers": {}, "body": {"string": received}}
    text = serialize({"requests": [request], "responses": [response]}, yamlserializer)
    exchange = read(tmp_path_factory.mktemp("tape") / "tape.yaml", text)
    assert exchange.request.body == sent
    assert (exchange.response.status, exchange.response.body) == (status, received)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("interactions:\n- {a: b\n", r"tape\.yaml:3: is not YAML"),
        ("", r"tape\.yaml: has no list of interactions"),
        ("- request: {}\n", r"tape\.yaml: has no list of interactions"),
        ("interactions: [1]", r"interactions\[0\] is not a mapping"),
        ("interactions: [{request: {method: GET}, response: {}}]", r"interactions\[0\]\.request has no uri"),
        (
            PLAIN.replace("status: {code: 200, message: OK}, ", ""),
            r"interactions\[0\]\.response has no status",
        ),
        (PLAIN.replace("code: 200", "code: fine"), r"interactions\[0\] can't be understood"),
        (b"interactions:\n- \xff", r"tape\.yaml:2: is not UTF-8"),
        ('{"interactions": [}', r"tape\.yaml:1: is not JSON"),
        (PLAIN + "pactape: {version: 1, calls: [null, null]}\n", "tells of 2 calls, but there are 1"),
        (PLAIN + "pactape: {version: 2}\n", "version 2"),
        ("[" * 20_000, "nested too deep|is not YAML"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(tape: Path, text: str | bytes, place: str) -> None:
    with pytest.raises(CassetteFormatError, match=place):
        read(tape, text)


def test_a_missing_file_is_named(tape: Path) -> None:
    with pytest.raises(CassetteFormatError, match=r"tape\.yaml: can't be read"):
        read_cassette(tape)


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.mkdir ['{made}']",
        "!!python/object/new:os.mkdir ['{made}']",
        "!!python/object/apply:subprocess.check_call [['mkdir', '{made}']]",
        "!!python/object/apply:builtins.eval [\"__import__('os').mkdir('{made}')\"]",
        "!!python/name:os.mkdir",
        "!!python/module:os",
        "!!python/object:os.mkdir {{}}",
    ],
)
def test_nothing_in_a_cassette_is_executed(tmp_path: Path, tape: Path, tag: str) -> None:
    made = tmp_path / "made"
    with pytest.raises(CassetteFormatError):
        read(tape, PLAIN.replace("body: null", f"body: {tag.format(made=made)}"))
    assert not made.exists()
