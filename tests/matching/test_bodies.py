"""Bodies of every kind: what is accepted, and the one mismatch that names what isn't."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from pactape.exchange import Request, Response
from pactape.matching import RequestMatcher, ResponseMatcher

Written = dict[str, Any]


def reasons(
    expected_response: Written, body: bytes, kind: str = "application/json", *, version: int = 4
) -> list[str]:
    """The mismatches of a response as texts."""
    response = Response(status=200, headers=(("Content-Type", kind),) if kind else (), body=body)
    return [str(mismatch) for mismatch in ResponseMatcher(expected_response, version).mismatches(response)]


def body(content: Any, kind: str = "application/json", rules: Written | None = None, **more: Any) -> Written:
    document: Written = {"body": {"content": content, "contentType": kind, **more}}
    if rules:
        document["matchingRules"] = {"body": {path: {"matchers": [rule]} for path, rule in rules.items()}}
    return document


BINARY = "application/x-a"


def custom(rules: Written) -> Written:
    """A body of a type that nobody knows, with rules."""
    return body("a", BINARY, rules)


@pytest.mark.parametrize(
    ("document", "version", "actual_body", "kind"),
    [
        ({"body": None}, 3, b"", "text/plain"),
        ({"body": {"id": 1}}, 3, b'{"id": 1}', "application/json"),
        ({"body": "plain"}, 3, b"plain", "text/plain"),
        (
            {"body": "plain", "headers": {"Content-Type": "application/json"}},
            3,
            b'"plain"',
            "application/json",
        ),
        (
            {"body": '{"id":1}', "headers": {"Content-Type": "application/json"}},
            3,
            b'{"id": 1}',
            "application/json",
        ),
        ({"body": None}, 4, b"", "text/plain"),
        ({"body": [1]}, 4, b"[1]", "application/json"),
        ({"body": {"contentType": "text/plain"}}, 4, b"anything", "text/plain"),
        (
            body(base64.b64encode(b"\x00\x01").decode(), "application/x-custom", encoded="base64"),
            4,
            b"\x00\x01",
            "application/x-custom",
        ),
        (body("not base64!", "text/plain", encoded="base64"), 4, b"not base64!", "text/plain"),
        (body({"a": 1}, "text/plain", encoded=False), 4, b'{"a":1}', "text/plain"),
        (body(2**70, "application/json"), 4, str(2**70).encode(), "application/json"),
    ],
)
def test_an_expected_body_is_read_in_the_form_of_its_version(
    document: Written, version: int, actual_body: bytes, kind: str
) -> None:
    assert reasons({"status": 200, **document}, actual_body, kind, version=version) == []


@pytest.mark.parametrize(
    ("document", "actual_body", "kind", "reason"),
    [
        (body(None), b"x", "application/json", "should be empty"),
        (body({"a": 1}), b"", "application/json", "is missing"),
        (body({"a": 1}), b"{", "application/json", "is not JSON"),
        (body({"a": 1}), b'{"a": 1e999}', "application/json", "out of range"),
        (body({"a": 1}), b'{"a": NaN}', "application/json", "is not JSON"),
        (body("a", "text/plain"), b"b", "text/plain", "is another text"),
        (
            body("a", "text/plain", {"$": {"match": "regex", "regex": "a"}}),
            b"\xff",
            "text/plain",
            "is not UTF-8",
        ),
        (
            body("AAE=", BINARY, encoded="base64"),
            b"\x00",
            "application/x-a",
            "is not equal to the example",
        ),
        (
            body("a", BINARY, {"$": {"match": "regex", "regex": "a+"}}),
            b"\xff",
            "application/x-a",
            "is not UTF-8",
        ),
        (
            body("a", BINARY, {"$": {"match": "include", "value": "b"}}),
            b"a",
            "application/x-a",
            "doesn't include",
        ),
        (custom({"$": {"match": "notEmpty"}}), b"", BINARY, "is missing"),
        (
            body("a", BINARY, {"$": {"match": "integer"}}),
            b"1",
            "application/x-a",
            "doesn't apply to bytes",
        ),
        (
            body("a", BINARY, {"$": {"match": "contentType", "value": "image/png"}}),
            b"GIF89a",
            "application/x-a",
            "looks like image/gif",
        ),
    ],
)
def test_a_body_that_differs_is_a_mismatch_with_its_reason(
    document: Written, actual_body: bytes, kind: str, reason: str
) -> None:
    mismatches = reasons({"status": 200, **document}, actual_body, kind)
    assert len(mismatches) == 1
    assert reason in mismatches[0]


@pytest.mark.parametrize(
    ("rule", "actual_body"),
    [
        ({"match": "type"}, b"\x01\x02"),
        ({"match": "notEmpty"}, b"\x01"),
        ({"match": "regex", "regex": "[ab]+"}, b"abba"),
        ({"match": "include", "value": "b"}, b"abc"),
        ({"match": "contentType", "value": "image/png"}, b"\x89PNG\r\n\x1a\n\x00"),
    ],
)
def test_rules_hold_for_bytes(rule: Written, actual_body: bytes) -> None:
    assert reasons({"status": 200, **body("a", BINARY, {"$": rule})}, actual_body, BINARY) == []


def test_an_example_that_is_not_json_can_not_be_compared() -> None:
    expected_response = {"status": 200, **body("{", "application/json", encoded="text")}
    (reason,) = reasons(expected_response, b"{}")
    assert "the example is not JSON" in reason


def test_json_that_nests_too_deeply_is_one_mismatch() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    (reason,) = reasons({"status": 200, **body([[]])}, deep.encode())
    assert "is nested too deeply" in reason or "is not JSON" in reason


def multipart(*parts: str, boundary: str = "b") -> bytes:
    return "".join(f"--{boundary}\r\n{part}\r\n" for part in parts).encode() + f"--{boundary}--\r\n".encode()


def field(name: str, text: str = "x", more: str = "", head: str = "") -> str:
    return f'Content-Disposition: form-data; name="{name}"{more}\r\n{head}\r\n{text}'


KIND = "multipart/form-data; boundary=b"
FILE = '; filename="a.json"'
JSON_HEAD = "Content-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("expected", "actual", "reason"),
    [
        ([field("a")], [field("b")], "lacks the part 'a'"),
        ([field("a")], [field("a", more=FILE)], "but not as a field"),
        ([field("a", more=FILE)], [field("a")], "but not as a file"),
        (
            [field("a", '{"x": 1}', FILE, JSON_HEAD)],
            [field("a", '{"x": 2}', FILE, JSON_HEAD)],
            "$.a.x: 2 is not equal",
        ),
        (
            [field("a", "{}", FILE, JSON_HEAD)],
            [field("a", "{}", FILE, "Content-Type: text/plain\r\n")],
            "is another content type",
        ),
    ],
)
def test_parts_are_compared_by_name_and_kind(expected: list[str], actual: list[str], reason: str) -> None:
    expected_response = {"status": 200, **body(multipart(*expected).decode(), KIND)}
    (mismatch,) = reasons(expected_response, multipart(*actual), KIND)
    assert reason in mismatch


def test_a_body_without_its_boundary_is_not_multipart() -> None:
    expected_response = {"status": 200, **body(multipart(field("a")).decode(), KIND)}
    (mismatch,) = reasons(expected_response, b"plain", KIND)
    assert "multipart" in mismatch


ELEMENT = {"status": 200, **body('<a id="1"><b>x</b><b>y</b></a>', "application/xml")}


@pytest.mark.parametrize(
    ("actual_body", "reason"),
    [
        (b"<c/>", "is another element"),
        (b"<a><b>x</b><b>y</b></a>", "is missing"),
        (b'<a id="1"><b>x</b></a>', "is missing"),
        (b'<a id="2"><b>x</b><b>y</b></a>', "is not equal"),
        (b'<a id="1"><c/></a>', "is missing"),
        (b'<a id="1">', "is not valid XML"),
        (b"\xff", "is not valid XML"),
    ],
)
def test_xml_that_differs_is_a_mismatch_with_its_reason(actual_body: bytes, reason: str) -> None:
    mismatches = reasons(ELEMENT, actual_body, "application/xml")
    assert any(reason in mismatch for mismatch in mismatches)


def test_in_requests_xml_may_have_nothing_more() -> None:
    matcher = RequestMatcher({"path": "/", **body("<a><b>x</b></a>", "application/xml")})
    actual_body = b'<a new="1"><b>x</b><b>z</b><c/><!-- no element --></a>'
    request = Request(
        method="GET", url="http://a.test/", headers=(("Content-Type", "application/xml"),), body=actual_body
    )
    paths = [mismatch.path for mismatch in matcher.mismatches(request)]
    assert sorted(paths) == sorted(["$.a['@new']", "$.a.b", "$.a.c"])


@pytest.mark.parametrize(
    ("rule", "actual_body", "fits"),
    [
        ({"match": "type", "min": 2}, b"<a><b>x</b><b>z</b></a>", True),
        ({"match": "type", "min": 4}, b"<a><b>x</b></a>", False),
        ({"match": "integer"}, b"<a><b>x</b></a>", False),
    ],
)
def test_rules_on_elements_look_at_name_and_content(rule: Written, actual_body: bytes, *, fits: bool) -> None:
    expected_response = {"status": 200, **body("<a><b>x</b></a>", "application/xml", {"$.a": rule})}
    assert (reasons(expected_response, actual_body, "application/xml") == []) is fits


def test_a_long_value_is_cut_in_a_mismatch() -> None:
    (reason,) = reasons({"status": 200, **body({"a": "x"})}, b'{"a": "' + b"y" * 1000 + b'"}')
    assert (len(reason) < 500, "…" in reason) == (True, True)
