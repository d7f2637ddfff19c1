"""WireMock: stub mappings from its recorder, one per file or several in `mappings`, and its request journal.

Format: https://wiremock.org/docs/stubbing/. Only stubs of exactly one request become exchanges. The journal,
`/__admin/requests`, contains the requests and responses.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from pactape.recorders.formats.wiremock_bodies import response_body
from pactape.recorders.formats.wiremock_scenarios import scenario_steps
from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.sequences import in_order
from pactape.recorders.values import (
    base64_bytes,
    compact_json,
    mapping,
    query_url,
    status_code,
    text_bytes,
    timestamp,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["WIREMOCK"]

#: What makes the value of a body's matcher a pattern.
_PLACEHOLDERS = {"equalToJson": b"${json-unit.", "equalToXml": b"${xmlunit."}
_PARAMETER = re.compile(r"\{([^{}]+)\}")
#: WireMock's own hosts, which don't show the API's host.
_LOCAL = re.compile(r"https?://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?(?=[/?]|$)")


def _stubs(source: Source) -> list[Any]:
    many = source.member("mappings")
    return many if isinstance(many, list) else [source.json]


def _is_wiremock(source: Source) -> bool:
    return _is_journal(source) or _has_stubs(source)


def _is_journal(source: Source) -> bool:
    requests = source.member("requests")
    return isinstance(requests, list) and source.member("requestJournalDisabled") is not None


def _has_stubs(source: Source) -> bool:
    return source.json is not None and any(
        isinstance(stub, dict)
        and isinstance(stub.get("request"), dict)
        and isinstance(stub.get("response"), dict)
        for stub in _stubs(source)
    )


def _entries(source: Source) -> Iterable[Entry]:
    if _is_journal(source):  # the latest first
        numbered = list(enumerate(source.member("requests")))
        for index, value in sorted(numbered, key=lambda item: _moment(item[1])):
            yield Entry(location=f"requests[{index}]", value=value)
        return
    stubs = _stubs(source)
    steps = scenario_steps(stubs)
    for index in in_order(stubs, lambda stub: steps.get(id(stub))):
        yield Entry(location=f"mappings[{index}]", value=stubs[index])


def _moment(value: Any) -> float:
    """Return when a request of the journal arrived, in milliseconds; 0 if unknown."""
    request = value.get("request", value) if isinstance(value, dict) else {}
    moment = request.get("loggedDate") if isinstance(request, dict) else None
    return float(moment) if isinstance(moment, int | float) else 0.0


def _pair(entry: Entry, source: Source) -> RecordedPair:
    return _served_pair(entry.value, source) if _is_journal(source) else _stubbed_pair(entry, source)


def _served_pair(value: Any, source: Source) -> RecordedPair:
    """Return the request and response of a served request in the journal."""
    request = mapping(value, "request")
    response = mapping(value, "response" if "response" in value else "responseDefinition")
    if value.get("wasMatched") is False:
        raise SkipEntryError("matched no stub: the response is WireMock's own")
    url = str(request.get("absoluteUrl") or request.get("url") or "")
    is_proxied = request.get("browserProxyRequest") is True
    moment = _moment(value)
    return RecordedPair(
        method=str(request.get("method", "")),
        url=url if is_proxied else _LOCAL.sub("", url),
        request_headers=request.get("headers") or {},
        request_body=_served_body(request),
        status=status_code(response.get("status")),
        response_headers=response.get("headers") or {},
        response_body=_served_body(response) or response_body(response, source),
        recorded_at=timestamp(moment / 1000) if moment else None,
    )


def _served_body(message: dict[str, Any]) -> bytes:
    coded = message.get("bodyAsBase64")
    return base64_bytes(coded) if coded else text_bytes(message.get("body"))


def _stubbed_pair(entry: Entry, source: Source) -> RecordedPair:
    request, response = mapping(entry.value, "request"), mapping(entry.value, "response")
    _require_recorded(response)
    _require_one_request(request)
    headers = _exact_values(request.get("headers"), "the header")
    headers += _credentials(request.get("basicAuth") or request.get("basicAuthCredentials"))
    cookies = _exact_values(request.get("cookies"), "the cookie")
    if cookies:
        headers.append(("Cookie", "; ".join(f"{name}={value}" for name, value in cookies)))
    return RecordedPair(
        method=_method(request),
        url=_url(request),
        request_headers=headers,
        request_body=_form(request) or _request_body(request.get("bodyPatterns") or []),
        status=status_code(response.get("status", 200)),
        response_headers=response.get("headers") or {},
        response_body=response_body(response, source),
        unrecorded=() if headers else ("request headers",),
    )


def _credentials(member: Any) -> list[tuple[str, str]]:
    if not isinstance(member, dict):
        return []
    plain = f"{member.get('username', '')}:{member.get('password', '')}"
    return [("Authorization", f"Basic {base64.b64encode(plain.encode()).decode()}")]


def _require_recorded(response: dict[str, Any]) -> None:
    for name in ("proxyBaseUrl", "fault"):
        if name in response:
            raise SkipEntryError(f"has {name} and no recorded response")
    if "response-template" in (response.get("transformers") or ()):
        raise SkipEntryError("has a templated response")


def _require_one_request(request: dict[str, Any]) -> None:
    for name in ("customMatcher", "multipartPatterns"):
        if request.get(name):
            raise SkipEntryError(f"has {name}, which is not one value")


def _method(request: dict[str, Any]) -> str:
    method = str(request.get("method") or "ANY")
    if method == "ANY":
        raise SkipEntryError("matches any method")
    return method


def _url(request: dict[str, Any]) -> str:
    """Return path and query, with scheme, host and port if the stub has them."""
    path = request.get("url") or request.get("urlPath") or _fill_template(request)
    if not path:
        raise SkipEntryError("matches a pattern of URLs, not one value")
    url = query_url(str(path), _exact_values(request.get("queryParameters"), "the query parameter"))
    host = request.get("host")
    if isinstance(host, dict) and "equalTo" in host:
        port = f":{request['port']}" if request.get("port") else ""
        return f"{request.get('scheme') or 'https'}://{host['equalTo']}{port}{url}"
    return url


def _fill_template(request: dict[str, Any]) -> str | None:
    """Return a path template filled in with its parameters, which must all be matched exactly."""
    values = dict(_exact_values(request.get("pathParameters"), "the path parameter"))
    template = str(request.get("urlPathTemplate") or "")
    if not set(_PARAMETER.findall(template)) <= values.keys():
        return None
    return _PARAMETER.sub(lambda match: quote(values[match[1]], safe=""), template)


def _exact_values(matchers: Any, name: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, matcher in (matchers or {}).items():
        if not isinstance(matcher, dict):
            continue
        if matcher.get("absent") is True:
            continue
        many = matcher.get("hasExactly")
        for exact in many if isinstance(many, list) else [matcher]:
            if "equalTo" not in exact:
                raise SkipEntryError(f"matches a pattern of {name} {key}, not one value")
            pairs.append((key, str(exact["equalTo"])))
    return pairs


def _form(request: dict[str, Any]) -> bytes:
    return urlencode(_exact_values(request.get("formParameters"), "the form parameter")).encode()


def _request_body(patterns: list[Any]) -> bytes:
    if not patterns:
        return b""
    matcher = patterns[0] if len(patterns) == 1 and isinstance(patterns[0], dict) else {}
    for name in ("equalToJson", "equalTo", "equalToXml"):
        if name in matcher:
            value = matcher[name]
            text = text_bytes(value) if isinstance(value, str) else compact_json(value)
            if _PLACEHOLDERS.get(name, b"\n\0") in text:
                break
            return text
    if "binaryEqualTo" in matcher:
        return base64_bytes(matcher["binaryEqualTo"])
    raise SkipEntryError("matches a pattern of bodies, not one value")


WIREMOCK = Reader(
    tool="WireMock",
    key="wiremock",
    markers=(b'"request"', b'"response"', b'"method"'),
    recognizes=_is_wiremock,
    entries=_entries,
    pair=_pair,
    early_markers=(
        b'"request"',
        rb'"(?:mappings|url(?:Path)?(?:Pattern|Template)?|bodyPatterns|equalTo\w*|scenarioName|uuid)"',
        rb'\A(?![\s\S]*"(?:interactions|http_interactions|entries|item|pairs|scope)")',
    ),
    unrecorded=("host", "time"),
)
