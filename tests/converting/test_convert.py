"""Converting: what is written in any form is read back the same, and no secret is in it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pactape.cassettes.contents import read_any
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.converting.convert import FORMATS, convert, read_exchanges, sanitized_har
from pactape.converting.ndjson_writer import write_ndjson
from pactape.exchange import Exchange, Request, Response

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
