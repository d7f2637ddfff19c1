"""Converting: what is written in any form is read back the same, and no secret is in it."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pactape.cassettes.contents import read_any
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.converting.bodies import as_base64
from pactape.converting.convert import FORMATS, convert, sanitized_har
from pactape.converting.har_sanitizer import sanitize_har
from pactape.converting.har_writer import write_har
from pactape.converting.ndjson_writer import write_ndjson
from pactape.exchange import Exchange, Provenance

from tests.converting.helpers.exchanges import SECRETS, exchange, secret_exchange
from tests.helpers.examples import examples

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


def seen(recorded: Exchange) -> tuple[Any, ...]:
    """Return what has to survive a conversion: names of headers in lower case."""
    request, response = recorded.request, recorded.response
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
@examples(60)
def test_what_is_converted_is_read_back_the_same(
    tmp_path: Path, form: str, exchanges: list[Exchange]
) -> None:
    source = tmp_path / "traffic.ndjson"
    source.write_bytes(write_ndjson(exchanges))
    target = tmp_path / f"converted{SUFFIXES[form]}"
    convert([source], target, to=form)
    assert [seen(exchange) for exchange in read_any(target).exchanges] == [
        seen(exchange) for exchange in exchanges
    ]


@pytest.mark.parametrize("form", ["har", "ndjson", "vcr-ruby"])
def test_the_time_of_recording_is_kept(tmp_path: Path, form: str) -> None:
    line = json.loads(write_ndjson([exchange("/")]))
    line["recorded_at"] = "2026-01-31T12:00:00Z"
    source, target = tmp_path / "a.ndjson", tmp_path / f"b{SUFFIXES[form]}"
    source.write_text(json.dumps(line), encoding="utf-8")
    convert([source], target, to=form)
    assert [exchange.recorded_at for exchange in read_any(target).exchanges] == [
        datetime(2026, 1, 31, 12, tzinfo=UTC)
    ]


def test_equal_requests_become_a_scenario_of_wiremock(tmp_path: Path) -> None:
    source, target = tmp_path / "a.ndjson", tmp_path / "b.json"
    source.write_bytes(write_ndjson([exchange("/", received=data) for data in (b"1", b"2", b"3")]))
    convert([source], target, to="wiremock")
    mappings = json.loads(target.read_bytes())["mappings"]
    states = [(mapping["requiredScenarioState"], mapping.get("newScenarioState")) for mapping in mappings]
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


@pytest.mark.parametrize("form", FORMATS)
def test_no_secret_is_written_in_any_form(tmp_path: Path, form: str) -> None:
    source, target = tmp_path / "a.ndjson", tmp_path / f"b{SUFFIXES[form]}"
    source.write_bytes(write_ndjson([secret_exchange()]))
    convert([source], target, to=form, scrubber=Scrubber())
    data = target.read_text(encoding="utf-8")
    assert ([secret for secret in SECRETS if secret in data], "login" in data) == ([], True)


@pytest.mark.parametrize("form", FORMATS)
def test_a_secret_is_also_removed_from_what_was_recorded_before(tmp_path: Path, form: str) -> None:
    source, target = tmp_path / "a.ndjson", tmp_path / f"b{SUFFIXES[form]}"
    early = exchange(f"/items/{SECRETS[3]}", received=SECRETS[3].encode())
    source.write_bytes(write_ndjson([early, secret_exchange()]))
    convert([source], target, to=form, scrubber=Scrubber())
    assert SECRETS[3] not in target.read_text(encoding="utf-8")


def test_a_secret_is_also_removed_from_earlier_entries_of_a_har_file() -> None:
    early = exchange(f"/items/{SECRETS[3]}", received=SECRETS[3].encode())
    document = json.loads(write_har([early, secret_exchange()]))
    assert SECRETS[3] not in json.dumps(sanitize_har(document, Scrubber()))


def test_a_har_file_is_sanitized_and_otherwise_stays_unchanged(tmp_path: Path) -> None:
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
    assert [secret for secret in SECRETS if secret in clean.decode()] == []
    clean_entry = json.loads(clean)["log"]["entries"][0]
    assert (
        clean_entry["timings"],
        clean_entry["response"]["status"],
        '"id": 7' in clean_entry["response"]["content"]["text"],
    ) == (
        {"wait": 12.5},
        200,
        True,
    )


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
    text = json.dumps(clean)
    decoded = base64.b64decode(clean["log"]["entries"][0]["request"]["postData"]["text"]).decode()
    assert [secret for secret in SECRETS if secret in text or secret in decoded] == []
    assert (clean["log"]["entries"][1], clean["log"]["pages"][2]) == (7, {"id": 1})


def test_an_exchange_whose_body_cannot_be_read_is_skipped_rather_than_written_with_its_secrets(
    tmp_path: Path,
) -> None:
    source, target = tmp_path / "a.yaml", tmp_path / "b.har"
    source.write_text(DAMAGED, encoding="utf-8")
    conversion = convert([source], target, to="har", scrubber=Scrubber())
    ((_, skipped),) = conversion.skipped
    assert (conversion.count, "can't be read and therefore can't be scrubbed" in skipped.reason) == (1, True)
    assert SECRETS[0] not in target.read_text(encoding="utf-8")


def test_the_test_that_recorded_and_what_was_not_recorded_are_written_in_lines() -> None:
    recorded = msgspec.structs.replace(
        exchange("/"),
        provenance=Provenance(test="test_a.py::test_b", description="b"),
        unrecorded=("response body",),
    )
    line = json.loads(write_ndjson([recorded]))
    assert (line["test"], line["unrecorded"]) == ("test_a.py::test_b", ["response body"])
