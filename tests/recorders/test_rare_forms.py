"""Forms that few files of a recorder have: other encoders, other folders, other names."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from pactape.recorders import ReadOptions, read_recording

from tests.recorders.helpers.forms import BASE, har, nock, read, saved, wiremock

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.exchange import Exchange

GO = {
    "Version": 2,
    "Interactions": [
        {
            "ID": 0,
            "Request": {"Body": "", "URL": f"{BASE}/a", "Method": "GET", "Headers": {}},
            "Response": {"Body": "x", "Headers": {}, "Status": "200 OK", "Code": 200},
        }
    ],
}
KEPLOY: dict[str, Any] = {
    "version": "api.keploy.io/v1beta1",
    "kind": "Http",
    "name": "t",
    "spec": {
        "req": {"method": "GET", "url": f"{BASE}/a", "header": {}},
        "resp": {"status_code": 200, "header": {}, "body": "x"},
        "created": 1,
    },
}
TOML = (
    f'[[responses]]\n\n[responses.response]\nmethod = "GET"\nurl = "{BASE}/a"\nbody = "x"\nstatus = 200\n'
    'content_type = "text/plain"\nauto_calculate_content_length = false\n'
)
VCR = (
    "---\nhttp_interactions:\n- request:\n    method: get\n    uri: {uri}\n    headers: {{}}\n"
    "  response:\n    status: {{code: 200}}\n    headers: {{}}\n    body:\n      encoding: UTF-8\n"
    "      string: !ruby/string:Text\n        str: x\n        '@safe': true\n"
    "  recorded_at: Sat, 31 Jan 2026 12:00:00 GMT\nrecorded_with: VCR 6.1.0\n"
)
FORMS: list[tuple[str, str, str]] = [
    ("go-vcr", "a.json", json.dumps(GO)),
    ("Keploy", "a.json", json.dumps(KEPLOY)),
    ("Keploy", "mocks.json", f"{json.dumps(KEPLOY)}\n"),
    ("responses", "a.toml", TOML),
    ("VCR (Ruby)", "a.yml", VCR.format(uri=f"{BASE}/a")),
]


def seen(exchange: Exchange) -> tuple[str, int, bytes]:
    return exchange.request.url, exchange.response.status, exchange.response.body


@pytest.mark.parametrize(("tool", "name", "text"), FORMS)
def test_a_rare_form_is_read_like_the_usual_one(tmp_path: Path, tool: str, name: str, text: str) -> None:
    recording = read(tmp_path, text, name)
    assert (recording.tool, [seen(exchange) for exchange in recording.exchanges]) == (
        tool,
        [(f"{BASE}/a", 200, b"x")],
    )


def test_keploy_s_mocks_in_json_are_one_a_line(tmp_path: Path) -> None:
    other = {**KEPLOY, "kind": "Postgres"}
    recording = read(tmp_path, f"{json.dumps(KEPLOY)}\n{json.dumps(other)}\n", "mocks.json")
    assert (len(recording.exchanges), [entry.location for entry in recording.skipped]) == (1, ["document 2"])


def test_a_body_that_keploy_keeps_elsewhere_was_not_recorded(tmp_path: Path) -> None:
    request = {**KEPLOY["spec"]["req"], "body": "", "body_ref": {"path": "assets/1", "size": 2000000}}
    document = {**KEPLOY, "spec": {**KEPLOY["spec"], "req": request}}
    (exchange,) = read(tmp_path, document).exchanges
    assert exchange.unrecorded == ("request body",)


def test_a_url_with_a_template_of_ruby_is_skipped(tmp_path: Path) -> None:
    (skipped,) = read(tmp_path, VCR.format(uri=f"{BASE}/<%= id %>"), "a.yml").skipped
    assert "template (ERB)" in skipped.reason


@pytest.mark.parametrize("folder", ["mappings", "mappings/users", "mappings/users/v1/admin"])
def test_body_files_are_found_from_nested_folders_of_mappings(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "__files").mkdir()
    (tmp_path / "__files" / "a.txt").write_text("x", encoding="utf-8")
    document = wiremock({}, {"body": None, "bodyFileName": "a.txt"})
    (exchange,) = read(tmp_path / folder, document).exchanges
    assert exchange.response.body == b"x"


def test_cookies_of_a_stub_are_the_header_that_was_sent(tmp_path: Path) -> None:
    document = wiremock({"cookies": {"a": {"equalTo": "1"}, "b": {"equalTo": "2"}}})
    (exchange,) = read(tmp_path, document).exchanges
    assert exchange.request.headers == (("Cookie", "a=1; b=2"),)


def test_a_star_that_a_filter_of_nock_put_is_not_the_body(tmp_path: Path) -> None:
    (exchange,) = read(tmp_path, nock(method="POST", body="*")).exchanges
    assert (exchange.request.body, exchange.unrecorded) == (b"", ("request headers", "request body"))


def test_headers_of_a_har_may_be_a_mapping(tmp_path: Path) -> None:
    (exchange,) = read(tmp_path, har({"headers": {"Accept": "a/b"}})).exchanges
    assert exchange.request.headers == (("Accept", "a/b"),)


def test_a_header_of_postman_whose_variable_has_no_value_is_left_out(tmp_path: Path) -> None:
    header = [{"key": "Accept", "value": "a/b"}, {"key": "Authorization", "value": "Bearer {{token}}"}]
    (exchange,) = read(tmp_path, saved(f"{BASE}/a", request={"header": header})).exchanges
    assert (exchange.request.headers, exchange.unrecorded) == ((("Accept", "a/b"),), ("request headers",))


def test_white_space_of_json_does_not_end_a_line_of_ndjson(tmp_path: Path) -> None:
    line = f'{{"request": {{"method": "GET", "url": "{BASE}/a"}},\r "response": {{"status": 200}}}}\n'
    path = tmp_path / "a.ndjson"
    path.write_bytes(line.encode() * 2)
    recording = read_recording(path)
    assert (len(recording.exchanges), recording.skipped) == (2, ())


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        (None, "http://api.example.com/a"),
        (BASE, f"{BASE}/a"),
        ("https://other.test", "http://api.example.com/a"),
    ],
)
def test_a_host_without_a_scheme_has_that_of_the_base_url(
    tmp_path: Path, base_url: str | None, url: str
) -> None:
    request = {"method": "GET", "url": "/a", "header": {"Host": "api.example.com"}}
    path = tmp_path / "mocks.json"
    path.write_text(json.dumps({**KEPLOY, "spec": {**KEPLOY["spec"], "req": request}}), encoding="utf-8")
    (exchange,) = read_recording(path, ReadOptions(base_url=base_url)).exchanges
    assert exchange.request.url == url


def archive(path: Path, files: dict[str, str]) -> Path:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for name, text in files.items():
            file.writestr(name, text)
    path.write_bytes(data.getvalue())
    return path


def test_bodies_of_an_archive_lie_beside_its_recording(tmp_path: Path) -> None:
    document = json.dumps(har(response={"content": {"_file": "a.txt"}}))
    path = archive(tmp_path / "a.zip", {"net/a.har": document, "net/a.txt": "x", "__MACOSX/._a.har": "?"})
    (exchange,) = read_recording(path).exchanges
    assert exchange.response.body == b"x"


def test_further_recordings_of_an_archive_are_named(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"a.har": json.dumps(har()), "b.har": json.dumps(har())})
    (skipped,) = read_recording(path).skipped
    assert (skipped.location, "unpack the archive" in skipped.reason) == ("b.har", True)
