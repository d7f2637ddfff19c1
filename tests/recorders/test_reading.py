"""Other recorders' files give the exchanges that were recorded."""

from __future__ import annotations

import base64
import gzip
import io
import json
import sys
import zipfile
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from pactape.errors import CassetteFormatError
from pactape.http_bodies import header
from pactape.recorders import ReadOptions, read_recording

from tests.recorders.helpers.samples import BASE_URL, CREATED, READ_BODY, SAMPLES, SENT

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.exchange import Exchange
    from pactape.recorders import Recording

_OPTIONS = ReadOptions(base_url=BASE_URL)
#: Formats whose first half is a whole recording.
_BY_PARTS = frozenset({"ndjson", "keploy", "go-vcr"})


def _read(folder: Path, data: str | bytes, name: str = "recording") -> Recording:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_recording(path, _OPTIONS)


def _har(folder: Path, *, request: dict[str, Any] | None = None, **response: Any) -> Recording:
    entry = {
        "request": {"method": "GET", "url": f"{BASE_URL}/a", "headers": []} | (request or {}),
        "response": {"status": 200, "headers": [], "content": {}} | response,
    }
    return _read(folder, json.dumps({"log": {"entries": [entry]}}))


def _summary(exchange: Exchange) -> tuple[Any, ...]:
    request, response = exchange.request, exchange.response
    return (
        request.method,
        request.url,
        header(request.headers, "content-type" if request.body else "accept"),
        request.body,
        response.status,
        header(response.headers, "content-type"),
        response.body,
    )


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_format_gives_the_same_exchanges(tmp_path: Path, sample: str) -> None:
    recording = _read(tmp_path, SAMPLES[sample])
    json_type = "application/json"
    assert [_summary(exchange) for exchange in recording.exchanges] == [
        ("POST", f"{BASE_URL}/users", json_type, SENT, 201, json_type, CREATED),
        ("GET", f"{BASE_URL}/users/7?full=true", json_type, b"", 200, json_type, READ_BODY),
    ]


@pytest.mark.parametrize("sample", [sample for sample in SAMPLES if sample not in _BY_PARTS])
def test_a_truncated_file_is_an_error_that_names_the_file(tmp_path: Path, sample: str) -> None:
    with pytest.raises(CassetteFormatError, match="recording"):
        _read(tmp_path, SAMPLES[sample][: len(SAMPLES[sample]) // 2])


def test_a_truncated_last_line_of_ndjson_is_skipped_and_the_others_are_read(tmp_path: Path) -> None:
    recording = _read(tmp_path, SAMPLES["ndjson"].strip()[:-3])
    assert len(recording.exchanges) == 1
    assert recording.skipped[0].location == "line 3"


def test_a_damaged_file_of_a_known_tool_names_the_tool_and_the_place(tmp_path: Path) -> None:
    with pytest.raises(CassetteFormatError, match=r"damaged file of HAR \(line 1, column \d+"):
        _read(tmp_path, SAMPLES["har"][:-4])


def test_a_file_of_an_unknown_format_names_the_formats_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(CassetteFormatError, match=r"not a recording in a known format.*HAR.*nock"):
        _read(tmp_path, "just: text")


def test_the_time_of_recording_is_kept(tmp_path: Path) -> None:
    times = {
        name: _read(tmp_path, SAMPLES[name]).exchanges[0].recorded_at
        for name in ("har", "vcr-ruby", "keploy")
    }
    assert {name: time and time.replace(microsecond=0) for name, time in times.items()} == dict.fromkeys(
        times, datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
    )


def test_the_test_that_recorded_is_kept(tmp_path: Path) -> None:
    provenance = _read(tmp_path, SAMPLES["polly"]).exchanges[0].provenance
    assert provenance is not None
    assert provenance.test == "users/reads a user"


def test_a_path_without_a_host_is_skipped_with_the_option_that_helps(tmp_path: Path) -> None:
    path = tmp_path / "stubs.json"
    path.write_text(SAMPLES["wiremock"])
    recording = read_recording(path)
    assert not recording.exchanges
    assert {entry.reason for entry in recording.skipped} == {
        "has a path but no host: pass --base-url, or set base_url in [tool.pactape] recordings"
    }


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_body_that_is_still_compressed_is_decoded(tmp_path: Path, coding: str) -> None:
    packed = gzip.compress(CREATED) if coding == "gzip" else zlib.compress(CREATED)
    value = {
        "http_interactions": [
            {
                "request": {"method": "get", "uri": f"{BASE_URL}/a", "body": {"string": ""}},
                "response": {
                    "status": {"code": 200},
                    "headers": {"Content-Encoding": [coding], "Content-Length": [str(len(packed))]},
                    "body": {
                        "encoding": "UTF-8",
                        "base64_string": base64.b64encode(packed).decode(),
                    },
                },
            }
        ]
    }
    response = _read(tmp_path, json.dumps(value)).exchanges[0].response
    assert (response.headers, response.body) == ((), CREATED)


def test_a_label_over_decoded_text_does_not_hide_the_text(tmp_path: Path) -> None:
    recording = _har(
        tmp_path,
        headers=[{"name": "content-encoding", "value": "gzip"}],
        content={"text": CREATED.decode(), "size": len(CREATED)},
    )
    assert recording.exchanges[0].response.body == CREATED


def test_a_compressed_body_of_polly_is_read_from_its_hex_strings(tmp_path: Path) -> None:
    value = json.loads(SAMPLES["polly"])
    response = value["log"]["entries"][0]["response"]
    response["headers"].append({"name": "content-encoding", "value": "gzip"})
    response["content"]["text"] = json.dumps([gzip.compress(CREATED).hex()])
    assert _read(tmp_path, json.dumps(value)).exchanges[0].response.body == CREATED


def test_a_json_list_of_strings_is_not_hex_in_other_har_files(tmp_path: Path) -> None:
    recording = _har(tmp_path, content={"text": '["abcd","00ff"]', "size": 15})
    assert recording.exchanges[0].response.body == b'["abcd","00ff"]'


def test_a_compressed_body_of_nock_is_read_from_its_hex_strings(tmp_path: Path) -> None:
    value = json.loads(SAMPLES["nock"])[:1]
    value[0] |= {
        "response": [gzip.compress(CREATED).hex()],
        "rawHeaders": ["Content-Encoding", "gzip", "Content-Type", "application/json"],
    }
    assert _read(tmp_path, json.dumps(value)).exchanges[0].response.body == CREATED


def test_a_body_that_the_recorder_did_not_save_is_reported_as_unrecorded(tmp_path: Path) -> None:
    exchange = _har(tmp_path, content={"size": 512, "mimeType": "text/html"}).exchanges[0]
    assert exchange.unrecorded == ("response body",)


@pytest.mark.parametrize(
    ("url", "reason"),
    [("wss://api.example.com/live", "is not HTTP: 'wss'"), ("data:text/plain,a", "is not HTTP: 'data'")],
)
def test_an_entry_that_is_not_http_is_skipped(tmp_path: Path, url: str, reason: str) -> None:
    recording = _har(tmp_path, request={"url": url})
    assert [(entry.location, entry.reason) for entry in recording.skipped] == [("log.entries[0]", reason)]


def test_an_entry_without_a_response_is_skipped(tmp_path: Path) -> None:
    assert _har(tmp_path, status=0).skipped[0].reason == "has no response"


def test_pseudo_headers_of_http_2_are_dropped(tmp_path: Path) -> None:
    headers = [{"name": ":authority", "value": "api.example.com"}, {"name": "accept", "value": "*/*"}]
    assert _har(tmp_path, request={"headers": headers}).exchanges[0].request.headers == (("accept", "*/*"),)


def test_multipart_parameters_become_the_same_body_each_time(tmp_path: Path) -> None:
    data = {"mimeType": "multipart/form-data", "params": [{"name": "title", "value": "Report"}]}
    first, second = (
        _har(tmp_path, request={"method": "POST", "postData": data}).exchanges[0] for _ in range(2)
    )
    assert b'name="title"\r\n\r\nReport\r\n' in first.request.body
    assert first.request == second.request


def test_a_zip_archive_gives_its_har_with_the_bodies_beside_it(tmp_path: Path) -> None:
    value = json.loads(SAMPLES["har"])
    value["log"]["entries"][0]["response"]["content"] = {"_file": "body.json", "mimeType": "application/json"}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("har.har", json.dumps(value))
        archive.writestr("body.json", CREATED)
    assert _read(tmp_path, buffer.getvalue(), "trace.zip").exchanges[0].response.body == CREATED


def test_a_compressed_file_is_unpacked(tmp_path: Path) -> None:
    assert len(_read(tmp_path, zlib.compress(SAMPLES["har"].encode())).exchanges) == 2


def test_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    assert len(_read(tmp_path, b"\xef\xbb\xbf" + SAMPLES["har"].encode()).exchanges) == 2


def test_a_body_file_outside_of_the_recording_s_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("private")
    folder = tmp_path / "recordings"
    folder.mkdir()
    recording = _har(folder, content={"_file": "../secret.txt"})
    assert recording.skipped[0].reason == "its body is in the file '../secret.txt', which is missing"


def test_a_tag_in_yaml_is_dropped_and_nothing_is_executed(tmp_path: Path) -> None:
    marker = tmp_path / "executed"
    text = SAMPLES["go-vcr"].replace(
        "duration: 12ms", f'duration: !!python/object/apply:os.system ["touch {marker}"]'
    )
    assert len(_read(tmp_path, text).exchanges) == 2
    assert not marker.exists()


@pytest.mark.parametrize(
    ("sample", "change", "reason"),
    [
        ("wiremock", ('"url": "/users"', '"urlPattern": "/users/.*"'), "matches a pattern of URLs, not one value"),
        ("wiremock", ('"method": "POST"', '"method": "ANY"'), "matches any method"),
        ("wiremock", ('"equalToJson"', '"matchesJsonPath"'), "matches a pattern of bodies, not one value"),
        ("hoverfly", ('"exact", "value": "/users"', '"glob", "value": "/u*"'), "matches a pattern of path"),
        ("mockserver", ('"path": "/users"', '"path": "/users/.*"'), "matches a pattern of path"),
        ("mockserver", ('"httpResponse"', '"httpForward"'), "has httpForward and no httpResponse"),
        ("postman", ("{{host}}/users", "{{host}}/{{kind}}"), "uses the variable {{kind}}, which has no value"),
        ("keploy", ("kind: Http", "kind: Postgres"), "is not HTTP: kind Postgres"),
        ("bruno", ("mode: json", "mode: multipartForm"), "has a request body of mode multipartForm"),
    ],
)  # fmt: skip
def test_what_is_not_one_recorded_exchange_is_skipped_with_its_reason(
    tmp_path: Path, sample: str, change: tuple[str, str], reason: str
) -> None:
    recording = _read(tmp_path, SAMPLES[sample].replace(*change, 1))
    (skipped,) = recording.skipped
    assert skipped.reason.startswith(reason)


def test_server_sent_events_that_keploy_keeps_as_a_list_become_a_stream(tmp_path: Path) -> None:
    events = "\n            - data: {event: tick, data: '1'}\n            - data: {event: tick, data: '2'}"
    text = SAMPLES["keploy"].replace(f"body: '{READ_BODY.decode()}'", f"body:{events}")
    body = _read(tmp_path, text).exchanges[1].response.body
    assert body == b"event: tick\ndata: 1\n\nevent: tick\ndata: 2\n\n"


def test_a_mitmproxy_dump_without_mitmproxy_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mitmproxy.exceptions", None)
    with pytest.raises(Exception, match="pip install mitmproxy"):
        _read(tmp_path, b"40:8:response;0:~7:version;2:21#1:a;1:b,}")
