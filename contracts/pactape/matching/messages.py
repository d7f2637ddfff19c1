"""Matchers for whole messages: HTTP requests, HTTP responses, and messages of queues; each is reusable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from pactape.http_bodies import guess_content_type, parse_content_type
from pactape.matching.bodies.body import Body
from pactape.matching.bodies.body_matcher import BodyMatcher
from pactape.matching.bodies.json_bodies import UnexpectedKeys
from pactape.matching.headers import Headers, headers_of, mismatches_of_header, mismatches_of_headers
from pactape.matching.mismatch import Mismatch, Part
from pactape.matching.numbers import equal_json
from pactape.matching.queries import mismatches_of_parameters, parameters_of
from pactape.matching.reading import read_body, read_headers, read_query
from pactape.matching.rules import Rule, StatusCode
from pactape.matching.rules_by_path.rule_parsing import NONE, Category, load_rules
from pactape.matching.value_lists import mismatch_of, mismatches_of_text

if TYPE_CHECKING:
    from pactape.exchange import Request, Response

__all__ = ["Message", "MessageMatcher", "RequestMatcher", "ResponseMatcher"]

_V4 = 4
_TYPE = "content-type"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message of a queue or a topic.

    Args:
        contents: Its bytes.
        metadata: JSON values by name; "contentType" is the type of the contents.
    """

    contents: bytes
    metadata: dict[str, Any] = {}


class RequestMatcher:
    """Matches requests against a contract's, strictly: a provider may reject anything not in the contract.

    Args:
        written: The request in the contract's JSON.
        version: The specification's major version: 2, 3 or 4.

    Raises:
        RuleError: A matching rule can't be read.
    """

    def __init__(self, document: dict[str, Any], version: int = _V4) -> None:
        rules = load_rules(document.get("matchingRules"))
        self.method = str(document.get("method", "GET")).upper()
        self.path = str(document.get("path", "/"))
        self.query = read_query(document.get("query"))
        self.headers = read_headers(document.get("headers"))
        body = read_body(document, version, content_type=_content_type(headers_of(_pairs(self.headers))))
        self.body = BodyMatcher(body, rules.get("body", NONE), UnexpectedKeys.REFUSED)
        self._path_rules = rules.get("path", NONE)
        self._query_rules = rules.get("query", NONE)
        self._header_rules = rules.get("header", NONE)

    def mismatches(self, request: Request) -> list[Mismatch]:
        """Return the mismatches of `request`; empty when it matches."""
        parts = urlsplit(request.url)
        headers = headers_of(request.headers)
        return [
            *self._method(request.method),
            *mismatches_of_text(Part.PATH, "", self.path, parts.path, _of_part(self._path_rules)),
            *mismatches_of_parameters(
                self.query, parameters_of(parts.query), self._query_rules, part=Part.QUERY
            ),
            *mismatches_of_headers(self.headers, headers, self._header_rules),
            *_mismatches_of_body(self.body, request.body, headers, self._header_rules),
        ]

    def _method(self, method: str) -> list[Mismatch]:
        if method.upper() == self.method:
            return []
        reason = "is another method"
        return [mismatch_of(Part.METHOD, "", "equality", expected=self.method, actual=method, reason=reason)]


class ResponseMatcher:
    """Matches responses against a contract's, leniently: a consumer ignores what it doesn't expect.

    Args:
        written: The response in the contract's JSON.
        version: The specification's major version: 2, 3 or 4.

    Raises:
        RuleError: A matching rule can't be read.

    Example:
        >>> from pactape.exchange import Response
        >>> matcher = ResponseMatcher({"status": 200, "body": {"id": 1}}, version=3)
        >>> response = Response(status=200, headers=(("Content-Type", "application/json"),), body=b'{"id": 2}')
        >>> [str(mismatch) for mismatch in matcher.mismatches(response)]
        ['body $.id: 2 is not equal to the example (rule: equality; example: 1)']
    """

    def __init__(self, written: dict[str, Any], version: int = _V4) -> None:
        rules = load_rules(written.get("matchingRules"))
        self.status = int(written.get("status", 200))
        self.headers = read_headers(written.get("headers"))
        body = read_body(written, version, content_type=_content_type(headers_of(_pairs(self.headers))))
        self.body = BodyMatcher(body, rules.get("body", NONE), UnexpectedKeys.ALLOWED)
        self._status_rules = rules.get("status", NONE)
        self._header_rules = rules.get("header", NONE)

    def mismatches(self, response: Response) -> list[Mismatch]:
        """Return the mismatches of `response`; empty when it matches."""
        headers = headers_of(response.headers)
        return [
            *self._status(response.status),
            *mismatches_of_headers(self.headers, headers, self._header_rules),
            *_mismatches_of_body(self.body, response.body, headers, self._header_rules),
        ]

    def _status(self, actual: int) -> list[Mismatch]:
        rules = _of_part(self._status_rules)
        if rules is None:
            failures: list[tuple[object, str]] = (
                [] if actual == self.status else [("equality", "is another status")]
            )
        else:
            failures = list(
                rules.broken([_why_not_status(rule, self.status, actual) for rule in rules.rules])
            )
        return [
            mismatch_of(Part.STATUS, "", rule, expected=self.status, actual=actual, reason=reason)
            for rule, reason in failures
        ]


class MessageMatcher:
    """Matches messages against a contract's.

    Args:
        written: The interaction (or a part of a synchronous one) with "contents" and "metadata".
        version: The specification's major version: 3 or 4.

    Raises:
        RuleError: A matching rule can't be read.
    """

    def __init__(self, written: dict[str, Any], version: int = _V4) -> None:
        rules = load_rules(written.get("matchingRules"))
        self.metadata = dict(written.get("metadata") or written.get("metaData") or {})
        body = read_body(written, version, key="contents", content_type=_type_of(self.metadata))
        self.body = BodyMatcher(body, rules.get("body", NONE), UnexpectedKeys.ALLOWED)
        self._metadata_rules = rules.get("metadata", NONE)

    def mismatches(self, message: Message) -> list[Mismatch]:
        """Return the mismatches of `message`; empty when it matches."""
        content_type = parse_content_type(_type_of(message.metadata))
        body = Body(
            message.contents, content_type if content_type.is_known else guess_content_type(message.contents)
        )
        metadata_mismatches = self._metadata(message.metadata)
        expected = self.body.expected
        if expected.data and body.data and not self.body.accepts_message_type(body.content_type):
            return [*metadata_mismatches, self.body.type_mismatch(body)]
        return [*metadata_mismatches, *self.body.mismatches(body)]

    def _metadata(self, actual: dict[str, Any]) -> list[Mismatch]:
        mismatches = []
        for name, value in self.metadata.items():
            if name not in actual:
                mismatches.append(
                    mismatch_of(Part.METADATA, name, "keys", expected=value, actual=None, reason="is missing")
                )
            else:
                mismatches += self._metadata_value(name, value, actual[name])
        return mismatches

    def _metadata_value(self, name: str, expected: Any, actual: Any) -> list[Mismatch]:
        rules = self._metadata_rules.named(name)
        if rules is not None:
            failures = rules.broken([rule.value(expected, actual) for rule in rules.rules])
            return [
                mismatch_of(Part.METADATA, name, rule, expected=expected, actual=actual, reason=reason)
                for rule, reason in failures
            ]
        if name.lower().replace("-", "") == "contenttype":
            equal = not mismatches_of_header(_TYPE, str(expected), str(actual), None)
        else:
            equal = equal_json(expected, actual)
        reason = "is not equal to the example"
        return (
            []
            if equal
            else [
                mismatch_of(Part.METADATA, name, "equality", expected=expected, actual=actual, reason=reason)
            ]
        )


def _of_part(rules: Category) -> Any:
    """The rules of a path or a status; some contracts have them under an empty path."""
    return rules.everywhere or rules.by_path.get(()) or next(iter(rules.by_path.values()), None)


def _why_not_status(rule: Rule, expected: int, actual: int) -> str | None:
    return rule.status(actual) if isinstance(rule, StatusCode) else rule.value(expected, actual)


def _mismatches_of_body(
    matcher: BodyMatcher, data: bytes, headers: Headers, rules: Category
) -> list[Mismatch]:
    content_type = parse_content_type(_content_type(headers))
    body = Body(data, content_type if content_type.is_known or not data else guess_content_type(data))
    if matcher.accepts_type(body.content_type) or _type_matches(matcher, body, rules):
        return matcher.mismatches(body)
    return [matcher.type_mismatch(body)] if matcher.expected.data else matcher.mismatches(body)


def _type_matches(matcher: BodyMatcher, body: Body, rules: Category) -> bool:
    """Whether a rule for the content type accepts a body of another type."""
    which = rules.named(_TYPE)
    expected = str(matcher.expected.content_type)
    return which is not None and not mismatches_of_header(_TYPE, expected, str(body.content_type), which)


def _content_type(headers: Headers) -> str | None:
    values = headers.get(_TYPE)
    return values[0] if values else None


def _type_of(metadata: dict[str, Any]) -> str | None:
    return next(
        (str(value) for name, value in metadata.items() if name.lower().replace("-", "") == "contenttype"),
        None,
    )


def _pairs(headers: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in headers.items() for value in values]
