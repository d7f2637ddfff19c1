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


def exchange_in(path: Path, text: str | bytes) -> Exchange:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    (exchange,) = read_cassette(path)
    return exchange


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    return tmp_path / "cassette.yaml"


@pytest.mark.parametrize("name", ["cassette.yaml", "cassette.yml", "cassette", "cassette.test_it"])
def test_a_name_needs_no_extension(tmp_path: Path, name: str) -> None:
    assert exchange_in(tmp_path / name, PLAIN).response.body == b"text"


@pytest.mark.parametrize("name", ["cassette.json", "cassette.yaml", "cassette"])
def test_json_is_read_under_any_name(tmp_path: Path, name: str) -> None:
    request = VcrRequest("GET", "http://api.example.com/\U0001f600", None, {})
    response = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "\U0001f600"}}
    text = serialize({"requests": [request], "responses": [response]}, jsonserializer)
    assert exchange_in(tmp_path / name, text).response.body == "\U0001f600".encode()


def test_a_cassette_needs_no_version(cassette: Path) -> None:
    assert exchange_in(cassette, PLAIN.replace("version: 1\n", "")).request.url == "http://api.example.com/a"


def test_headers_may_be_single_values(cassette: Path) -> None:
    assert exchange_in(cassette, PLAIN.replace("[b]", "b")).response.headers == (("A", "b"),)


def test_a_header_that_comes_twice_stays_twice(cassette: Path) -> None:
    both = (("A", "b"), ("A", "c"))
    assert exchange_in(cassette, PLAIN.replace("[b]", "[b, c]")).response.headers == both
    assert exchange_in(cassette, PLAIN.replace("Accept: ['*/*']", "A: [b, c]")).request.headers == both


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
def test_old_request_bodies_are_read(cassette: Path, body: str, expected: bytes) -> None:
    assert exchange_in(cassette, PLAIN.replace("body: null", f"body: {body}")).request.body == expected


def test_a_parsed_body_is_read_as_json(cassette: Path) -> None:
    exchange = exchange_in(cassette, PLAIN.replace("body: {string: text}", "parsed_body: {a: [1, null]}"))
    assert json.loads(exchange.response.body) == {"a": [1, None]}


@pytest.mark.parametrize("content", [b"text", gzip.compress(b"text")], ids=["decoded", "encoded"])
def test_the_old_form_of_httpx_is_read(cassette: Path, content: bytes) -> None:
    response = {"status_code": 201, "headers": {"content-encoding": ["gzip"]}, "content": content}
    request = {"method": "GET", "uri": "http://api.example.com/", "body": "", "headers": {}}
    text = yamlserializer.serialize({"interactions": [{"request": request, "response": response}]})
    exchange = exchange_in(cassette, text)
    assert (exchange.response.status, exchange.response.body) == (201, b"text")


def test_a_response_without_a_body_has_an_empty_one(cassette: Path) -> None:
    assert exchange_in(cassette, PLAIN.replace("{string: text}", "{}")).response.body == b""


def test_a_content_encoding_stays_on(cassette: Path) -> None:
    data = gzip.compress(b"text", mtime=0)
    request: dict[str, Any] = {"method": "GET", "uri": "http://api.example.com/", "body": None, "headers": {}}
    response = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": data}}
    text = yamlserializer.serialize({"interactions": [{"request": request, "response": response}]})
    assert exchange_in(cassette, text).response.body == data


def test_the_key_pactape_gives_provenance_and_calls(cassette: Path) -> None:
    metadata = (
        "pactape: {version: 1, test: t.py::a, description: a, calls: [{operation: GET /a, path: /a}]}\n"
    )
    exchange = exchange_in(cassette, PLAIN + metadata)
    assert exchange.call == Call(operation="GET /a", path="/a")
    assert exchange.provenance is not None
    assert exchange.provenance.test == "t.py::a"


@given(st.binary(), st.binary(), st.integers(100, 599))
def test_what_vcrpy_writes_is_read_unchanged(
    tmp_path_factory: pytest.TempPathFactory, request_body: bytes, response_body: bytes, status: int
) -> None:
    request = VcrRequest("POST", "http://api.example.com/", request_body, {})
    response = {"status": {"code": status, "message": ""}, "headers": {}, "body": {"string": response_body}}
    text = serialize({"requests": [request], "responses": [response]}, yamlserializer)
    exchange = exchange_in(tmp_path_factory.mktemp("cassette") / "cassette.yaml", text)
    assert exchange.request.body == request_body
    assert (exchange.response.status, exchange.response.body) == (status, response_body)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("interactions:\n- {a: b\n", r"cassette\.yaml:3: is not valid YAML"),
        ("", r"cassette\.yaml: is empty"),
        ("- request: {}\n", r"cassette\.yaml: has no list of interactions"),
        ("interactions: [1]", r"interactions\[0\] is not a mapping"),
        ("interactions: [{request: {method: GET}, response: {}}]", r"interactions\[0\]\.request has no uri"),
        (
            PLAIN.replace("status: {code: 200, message: OK}, ", ""),
            r"interactions\[0\]\.response has no status",
        ),
        (PLAIN.replace("code: 200", "code: fine"), r"interactions\[0\] can't be read"),
        (b"interactions:\n- \xff", r"cassette\.yaml:2: is not UTF-8"),
        ('{"interactions": [}', r"cassette\.yaml:1: is not valid JSON"),
        (PLAIN + "pactape: {version: 1, calls: [null, null]}\n", "has 2 calls for 1 interactions"),
        (PLAIN + "pactape: {version: 2}\n", "version 2"),
        (PLAIN + PLAIN, "has the key 'interactions' 2 times"),
        (PLAIN + "---\n" + PLAIN, "is not valid YAML"),
        ('{"interactions": [], "version": 1, "interactions": []}', "has the key 'interactions' 2 times"),
        ("[" * 20_000, "nested too deeply|is not valid YAML"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(cassette: Path, text: str | bytes, place: str) -> None:
    with pytest.raises(CassetteFormatError, match=place):
        exchange_in(cassette, text)


def test_a_missing_file_is_named(cassette: Path) -> None:
    with pytest.raises(CassetteFormatError, match=r"cassette\.yaml: can't be read"):
        read_cassette(cassette)


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
def test_nothing_in_a_cassette_is_executed(tmp_path: Path, cassette: Path, tag: str) -> None:
    marker = tmp_path / "made"
    with pytest.raises(CassetteFormatError):
        exchange_in(cassette, PLAIN.replace("body: null", f"body: {tag.format(made=marker)}"))
    assert not marker.exists()
