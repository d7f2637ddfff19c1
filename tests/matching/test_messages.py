"""Requests, responses and messages as wholes: paths, queries, headers, statuses, content types."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from pactape.exchange import Request, Response
from pactape.matching import Message, MessageMatcher, RequestMatcher, ResponseMatcher
from pactape.matching.reading import body_to_send

JSON = ("Content-Type", "application/json")


def request(url: str = "/a", *headers: tuple[str, str], method: str = "GET", body: bytes = b"") -> Request:
    return Request(method=method, url=f"http://api.example{url}", headers=headers, body=body)


def response(*headers: tuple[str, str], status: int = 200, body: bytes = b"") -> Response:
    return Response(status=status, headers=headers, body=body)


def rule(**attributes: Any) -> dict[str, Any]:
    return {"matchers": [attributes]}


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("x=1&x=2&y=", True),
        ("y=&x=1&x=2", True),
        ("x=2&x=1&y=", False),
        ("x=1&x=2", False),
        ("x=1&x=2&y=&z=1", False),
    ],
)
def test_a_query_is_matched_by_name_in_any_order_and_nothing_may_be_more(
    query: str, *, matches: bool
) -> None:
    matcher = RequestMatcher({"path": "/a", "query": {"x": ["1", "2"], "y": [""]}})
    assert (matcher.mismatches(request(f"/a?{query}")) == []) is matches


def test_a_query_may_be_written_as_text_as_in_version_2() -> None:
    assert RequestMatcher({"path": "/a", "query": "x=1&y=a%20b"}, 2).mismatches(request("/a?y=a+b&x=1")) == []


def test_a_rule_for_a_query_parameter_holds_for_each_of_its_values() -> None:
    rules = {"query": {"x": rule(match="regex", regex=r"\d+")}}
    matcher = RequestMatcher({"path": "/a", "query": {"x": ["1"]}, "matchingRules": rules})
    mismatches = matcher.mismatches(request("/a?x=1&x=b"))
    assert [(mismatch.path, mismatch.actual) for mismatch in mismatches] == [("x", "b")]


def test_a_path_is_equal_or_keeps_its_rule() -> None:
    matcher = RequestMatcher(
        {"path": "/u/1", "matchingRules": {"path": rule(match="regex", regex=r"/u/\d+")}}
    )
    assert [matcher.mismatches(request(path)) == [] for path in ("/u/77", "/u/x")] == [True, False]


def test_methods_are_the_same_in_any_case() -> None:
    assert RequestMatcher({"method": "get", "path": "/a"}).mismatches(request()) == []


def test_a_request_with_a_key_that_isnt_expected_is_refused() -> None:
    matcher = RequestMatcher({"method": "POST", "path": "/a", "body": {"content": {"a": 1}}})
    mismatches = matcher.mismatches(request("/a", JSON, method="POST", body=b'{"a": 1, "b": 2}'))
    assert [(mismatch.path, mismatch.reason) for mismatch in mismatches] == [("$.b", "is not expected")]


@pytest.mark.parametrize(
    ("expected", "actual", "matches"),
    [
        ("application/json", "application/json; charset=utf-8", True),
        ("application/json; charset=UTF-8", "application/json;charset=utf-8", True),
        ("application/json; charset=utf-8", "application/json", False),
        ("application/json", "text/plain", False),
    ],
)
def test_a_content_type_needs_the_examples_parameters_only(
    expected: str, actual: str, *, matches: bool
) -> None:
    matcher = ResponseMatcher({"headers": {"Content-Type": [expected]}})
    assert (matcher.mismatches(response(("content-type", actual))) == []) is matches


def test_lists_in_headers_have_white_space_after_their_commas_or_not() -> None:
    assert ResponseMatcher({"headers": {"X-List": "a,b"}}).mismatches(response(("x-list", "a, b"))) == []


def test_a_missing_header_is_a_mismatch_and_one_more_is_none() -> None:
    matcher = ResponseMatcher({"headers": {"ETag": "1"}})
    assert [mismatch.path for mismatch in matcher.mismatches(response(("X-More", "1")))] == ["ETag"]


@pytest.mark.parametrize(
    ("status_class", "accepted"),
    [
        ("success", [200, 204]),
        ("clientError", [404]),
        ("nonError", [200, 204, 301]),
        ([404, 500], [404, 500]),
    ],
    ids=str,
)
def test_status_codes_come_in_classes(status_class: Any, accepted: list[int]) -> None:
    rules = {"status": {"$": rule(match="statusCode", status=status_class)}}
    matcher = ResponseMatcher({"status": 200, "matchingRules": rules})
    statuses = (200, 204, 301, 404, 500)
    assert [status for status in statuses if not matcher.mismatches(response(status=status))] == accepted


def test_a_body_of_another_content_type_isnt_compared() -> None:
    matcher = ResponseMatcher({"headers": {"Content-Type": "application/json"}, "body": {"a": 1}}, 3)
    mismatches = matcher.mismatches(response(("Content-Type", "text/html"), body=b"<html>"))
    assert [(mismatch.part.value, mismatch.rule) for mismatch in mismatches] == [
        ("header", "equality"),
        ("body", "content type"),
    ]


def test_a_form_is_matched_by_its_fields() -> None:
    expected_request = {
        "method": "POST",
        "path": "/a",
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        "body": {"content": "a=1&b=x", "contentType": "application/x-www-form-urlencoded"},
        "matchingRules": {"body": {"$.a": rule(match="integer")}},
    }
    form = ("Content-Type", "application/x-www-form-urlencoded")
    matcher = RequestMatcher(expected_request)
    answers = [
        matcher.mismatches(request("/a", form, method="POST", body=data)) == []
        for data in (b"b=x&a=7", b"a=7")
    ]
    assert answers == [True, False]


def test_plain_text_is_equal_or_keeps_the_rule_of_its_root() -> None:
    rules = {"body": {"$": rule(match="regex", regex="hello .*")}}
    expected_response = {
        "body": {"content": "hello you", "contentType": "text/plain"},
        "matchingRules": rules,
    }
    plain = ("Content-Type", "text/plain")
    answers = [
        ResponseMatcher(expected_response).mismatches(response(plain, body=data)) == []
        for data in (b"hello all", b"bye")
    ]
    assert answers == [True, False]


def test_binary_bodies_are_matched_by_how_they_begin() -> None:
    rules = {"body": {"$": rule(match="contentType", value="image/png")}}
    content = {"content": "iVBORw0KGgo=", "encoded": "base64", "contentType": "image/png"}
    matcher = ResponseMatcher({"body": content, "matchingRules": rules})
    png = ("Content-Type", "image/png")
    answers = [
        matcher.mismatches(response(png, body=data)) == [] for data in (b"\x89PNG\r\n\x1a\n...", b"GIF89a")
    ]
    assert answers == [True, False]


def test_xml_is_matched_by_elements_attributes_and_text() -> None:
    expected_response = {
        "body": {"content": '<u id="1"><n>Ada</n></u>', "contentType": "application/xml"},
        "matchingRules": {
            "body": {"$.u['@id']": rule(match="regex", regex=r"\d+"), "$.u.n.#text": rule(match="type")}
        },
    }
    xml = ("Content-Type", "application/xml")
    bodies = (b'<u id="7"><n>Bob</n><m/></u>', b'<u id="x"><n>Bob</n></u>', b'<u id="7"/>')
    answers = [
        ResponseMatcher(expected_response).mismatches(response(xml, body=body)) == [] for body in bodies
    ]
    assert answers == [True, False, False]


def multipart(image: bytes, note: bytes) -> bytes:
    return (
        b'--B\r\nContent-Disposition: form-data; name="note"\r\n\r\n' + note + b"\r\n"
        b'--B\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
        + image
        + b"\r\n--B--\r\n"
    )


def test_multipart_bodies_are_matched_part_by_part() -> None:
    png = b"\x89PNG\r\n\x1a\n"
    rules = {"body": {"$.image": rule(match="contentType", value="image/png"), "$.note": rule(match="type")}}
    kind = "multipart/form-data; boundary=B"
    expected_request = {
        "headers": {"Content-Type": kind},
        "body": {"content": multipart(png, b"x").decode("latin-1"), "contentType": kind},
        "matchingRules": rules,
    }
    matcher = ResponseMatcher({**expected_request, "body": _base64(multipart(png, b"x"), kind)})
    bodies = (multipart(png + b"more", b"y"), multipart(b"GIF89a", b"y"))
    assert [matcher.mismatches(response(("Content-Type", kind), body=body)) == [] for body in bodies] == [
        True,
        False,
    ]


def _base64(data: bytes, kind: str) -> dict[str, str]:
    return {"content": base64.b64encode(data).decode(), "encoded": "base64", "contentType": kind}


def test_messages_are_matched_by_contents_and_metadata() -> None:
    expected_message = {
        "contents": {"content": {"id": 1}, "contentType": "application/json"},
        "metadata": {"contentType": "application/json", "topic": "users"},
        "matchingRules": {"body": {"$.id": rule(match="integer")}, "metadata": {"topic": rule(match="type")}},
    }
    matcher = MessageMatcher(expected_message)
    metadata = {"contentType": "application/json", "topic": "others", "more": 1}
    path_lists = [
        matcher.mismatches(Message(contents=b'{"id": 2}', metadata=metadata)),
        [
            mismatch.path
            for mismatch in matcher.mismatches(Message(contents=b'{"id": "x"}', metadata=metadata))
        ],
        [mismatch.path for mismatch in matcher.mismatches(Message(contents=b'{"id": 2}', metadata={}))],
    ]
    assert path_lists == [[], ["$.id"], ["contentType", "topic"]]


@pytest.mark.parametrize("kind", ["application/cloudevents+json", "text/plain", "application/xml"])
def test_contents_of_another_type_are_one_mismatch_though_the_suffix_is_the_expected_type(kind: str) -> None:
    matcher = MessageMatcher({"contents": {"content": {"id": 1}, "contentType": "application/json"}})
    (mismatch,) = matcher.mismatches(Message(contents=b'{"id": 1}', metadata={"contentType": kind}))
    assert mismatch.rule == "content type"


def test_an_example_of_version_2_without_content_type_is_what_its_first_bytes_look_like() -> None:
    expected_response = {
        "status": 200,
        "body": {"@odata.context": "x"},
        "matchingRules": {"$.body": {"match": "type"}},
    }
    matcher = ResponseMatcher(expected_response, version=2)
    response = Response(
        status=200, headers=(("Content-Type", "application/json"),), body=b'{"@odata.context": "y"}'
    )
    (mismatch,) = matcher.mismatches(response)
    assert (mismatch.rule, mismatch.expected) == ("content type", "text/plain")


@pytest.mark.parametrize(
    ("document", "version", "kind", "expected_data"),
    [
        ({"body": None}, 3, "application/json", b"null"),
        ({"body": None}, 4, "application/vnd.api+json", b"null"),
        ({"body": {"content": None, "contentType": "application/json"}}, 4, "application/json", b"null"),
        ({"body": None}, 3, None, b""),
        ({"body": {"content": None, "contentType": "application/json"}}, 4, "text/plain", b""),
        ({"body": {"content": 1}}, 4, "application/json", b"1"),
        ({}, 4, "application/json", None),
    ],
)
def test_a_null_body_is_sent_where_the_headers_say_json(
    document: dict[str, Any], version: int, kind: str | None, expected_data: bytes | None
) -> None:
    assert body_to_send(document, version, content_type=kind).data == expected_data
