"""What is not one recorded exchange is skipped with its reason, and a file that is no recording is an error."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from pactape.errors import CassetteFormatError
from pactape.recorders import read_recording

from tests.recorders.helpers.forms import (
    BASE,
    FLY,
    OLD_FLY,
    PLAIN_FLY,
    exact,
    har,
    hoverfly,
    mock,
    nock,
    postman,
    read,
    wiremock,
)

if TYPE_CHECKING:
    from pathlib import Path


SKIPPED: list[tuple[Any, str]] = [
    (hoverfly({**PLAIN_FLY, "requestType": "template"}, version="v1"), "is a template"),
    (hoverfly({**PLAIN_FLY, "path": "/a/*"}, version="v1"), "glob of paths"),
    (hoverfly(FLY, {"templated": True}), "templated response"),
    (hoverfly({**FLY, "path": exact("/a.*", "regex")}), "a pattern of path"),
    (hoverfly({**OLD_FLY, "path": {"globMatch": "/a*"}}, version="v2"), "a pattern of path"),
    (hoverfly({**FLY, "method": []}), "matches any method"),
    (hoverfly(FLY, {"bodyFile": "gone.json"}), "which is missing"),
    ([{"httpRequest": {"path": "/a"}, "httpForward": {}}], "has httpForward and no httpResponse"),
    ([{"httpRequest": {"path": "/a"}, "id": "x", "times": {}}], "has no httpResponse"),
    (mock({"path": "/a.*"}), "a pattern of path"),
    (mock({"method": ""}), "matches any method"),
    (mock({"queryStringParameters": {"x": ["[a-z]+"]}}), "a pattern of a query parameter"),
    (mock({"body": {"not": True, "type": "STRING", "string": "a"}}), "a negated body"),
    (mock({"body": {"type": "REGEX", "regex": "a.*"}}), "a body of type REGEX"),
    (mock({}, {"body": {"type": "FILE", "filePath": "gone.json"}}), "which is missing"),
    (postman({"url": f"{BASE}/{{{{id}}}}"}), "uses the variable {{id}}"),
    (postman({"url": f"{BASE}/:id"}), "uses the path variable :id"),
    (postman({"url": BASE, "body": {"mode": "formdata", "formdata": [{"key": "a"}]}}), "of mode formdata"),
    (postman({"url": BASE}, {"code": None}), "has no response"),
    (nock(status=0), "has no response"),
    (nock(response="zz", responseIsBinary=True), "is not hex"),
    ([*nock(), {"other": 1}], "has no scope and path"),
    (wiremock({}, {"fault": "EMPTY_RESPONSE"}), "has fault"),
    (wiremock({}, {"proxyBaseUrl": BASE}), "has proxyBaseUrl"),
    (wiremock({}, {"transformers": ["response-template"]}), "templated response"),
    (wiremock({"method": "ANY"}), "any method"),
    (wiremock({"headers": {"A": {"contains": "b"}}}), "a pattern of the header A"),
    (wiremock({"bodyPatterns": [{"contains": "a"}]}), "a pattern of bodies"),
    (wiremock({}, {"bodyFileName": "gone.json"}), "which is missing"),
    (wiremock({}, {"base64Body": "!", "body": None}), "not valid base64"),
    (har({"url": "chrome://settings"}), "is not HTTP"),
    (har({"url": ""}), "has no absolute URL"),
    (har({"method": "G T"}), "which is not a method"),
    (har(response={"content": {"_file": "gone.txt"}}), "which is missing"),
    (
        har(
            response={
                "headers": [{"name": "Content-Encoding", "value": "br"}],
                "content": {"text": "/////w==", "encoding": "base64"},
            }
        ),
        "can't be decoded",
    ),
    ({"responses": [{"response": {"method": "GET", "url": "", "status": 200}}]}, "has no URL"),
    ({"responses": [{"response": {"method": "", "url": BASE, "status": 200}}]}, "has no method"),
    ({"http_interactions": [{"request": 1, "response": {}}]}, "has no request"),
]


@pytest.mark.parametrize(("document", "reason"), SKIPPED)
def test_what_is_not_one_recorded_exchange_is_skipped_with_the_reason(
    tmp_path: Path, document: Any, reason: str
) -> None:
    (skipped,) = read(tmp_path, document).skipped
    assert reason in skipped.reason


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b'{"log": {"entries": [', "is a damaged file of HAR .*line 1, column"),
        (b"http_interactions:\n- request: {recorded_at: [\n", "is a damaged file of VCR"),
        (b"hello", "is not a recording in a known format"),
        (b'{"log": {"entries": 7}}', "is a damaged file of HAR .*lacks a part"),
        (b"\x1f\x8b\x08\x00broken", "is compressed and damaged"),
        # files of other tools, with the words of a recorder
        (b'{"scope": "read write", "path": "/x"}', "is not a recording"),
        (b'{"text": "a HAR has a \\"log\\"", "keys": ["log", "entries"]}', "is not a recording"),
        (b'{"info": {"title": "API"}, "components": {"schemas": {"item": {}}}}', "is not a recording"),
        (
            b'{"response": {"config": {"url": "https://a.test"}, "status": 403, "request": {}}}',
            "is not a rec",
        ),
        (b'{"interactions": [{"request": {"method": "GET"}, "response": {}}]}', "is not a recording"),
        (b'{"request": "./a", "response": "b", "method": "c", "url": "http://a"}', "is not a recording"),
    ],
)
def test_a_file_that_is_not_a_recording_or_damaged_is_reported(
    tmp_path: Path, data: bytes, problem: str
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(data)
    with pytest.raises(CassetteFormatError, match=problem):
        read_recording(path)


def test_a_file_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CassetteFormatError, match="doesn't exist"):
        read_recording(tmp_path / "gone.har")


def test_a_body_file_outside_of_the_recordings_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    folder = tmp_path / "inner"
    folder.mkdir()
    (skipped,) = read(folder, har(response={"content": {"_file": "../secret.txt"}})).skipped
    assert "which is missing" in skipped.reason


def test_an_archive_without_a_recording_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(CassetteFormatError, match="is not a recording"):
        read_recording(path)
