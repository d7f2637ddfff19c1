"""Chooses the request headers that a contract states, and how exactly they must match."""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pactape.cassettes.replay.request_keys.match_rules import EXACT
from pactape.cassettes.scrubbing.replacing.placeholders import PLACEHOLDER, is_mask
from pactape.contracts.inference.rules import matches_regex
from pactape.contracts.interactions.body_digests import is_body_digest, is_digest_of
from pactape.contracts.interactions.multipart_body import BOUNDARY, multipart_boundary
from pactape.pactfile.patterns import escaped

if TYPE_CHECKING:
    from pactape.cassettes.replay.request_keys.match_rules import HostRules
    from pactape.contracts.inference.rules import Rule
    from pactape.exchange import Request

__all__ = ["SOMETHING", "canonical_name", "header_rules", "request_headers"]

#: Request headers that the HTTP library, the clock or a proxy decides, not the consumer.
_VOLATILE = frozenset(
    """
    accept-encoding accept-charset b3 baggage cache-control connection content-length cookie date expect forwarded
    host keep-alive newrelic origin pragma priority proxy-authorization proxy-connection referer request-id
    sentry-trace te traceparent tracestate transfer-encoding upgrade user-agent via x-amz-content-sha256 x-amz-date
    x-amzn-trace-id x-client-request-id x-client-trace-id x-cloud-trace-context x-correlation-id x-date
    x-forwarded-for x-forwarded-host x-forwarded-proto x-nonce x-real-ip x-request-id x-request-start
    x-request-time x-timestamp x-trace-id x-transaction-id x-goog-api-client x-ms-client-request-id x-ms-date
    x-goog-request-params x-ms-return-client-request-id
    """.split()  # noqa: SIM905 -- a long list reads better as words
)
#: Parts of header names that SDKs use for their version and the attempt, and tracers for their ids.
_VOLATILE_NAMES = re.compile(
    r"^(amz-sdk|x-amz-sdk|x-stainless|x-b3|x-datadog|x-sentry|x-newrelic|x-instana|x-ot-span|x-goog-gcs|sec-|uber-"
    r"|x-forwarded|x-envoy)"
    r"|user-agent|(^|-)sdk(-|$)|(client|library|lib|platform|runtime|package|python|os)-(version|name|info|os)$"
    r"|(app|application|plugin|extension|browser|build|release|device)-version$"
    r"|(^|-)(timestamp|nonce|trace-?id|span-?id|invocation-id|retry-count|retry-attempt|attempt|attempt-count)$"
)
#: Conditions (RFC 9110, section 13): their value comes from an earlier response, so any value is accepted.
_CONDITIONS = frozenset({"if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range"})
#: The name and version of a program, as in a User-Agent: "python-requests/2.32 linux/6.1" (RFC 9110, section
#: 10.1.5).
_PRODUCTS = re.compile(r"[A-Za-z][\w.-]*/v?[0-9]+(\.[0-9]+)+([ ;(][^,]*)?")
_KEEPS_SLASHES = frozenset({"accept", "content-type"})
SOMETHING = r"^\S.*$"
_IDEMPOTENCY_KEY = "Idempotency-Key"


def request_headers(request: Request) -> dict[str, str]:
    """Return the headers that a contract states, by canonical name.

    A random UUID as idempotency key is replaced with one computed from the request, and the random boundary of a
    multipart body with a constant one. A digest is omitted if it doesn't belong to the recorded body, in which
    secrets are replaced.
    """
    headers: dict[str, str] = {}
    for name, value in request.headers:
        lower = name.lower()
        if lower in _VOLATILE or _VOLATILE_NAMES.search(lower) or (lower == "accept" and value == "*/*"):
            continue
        if lower not in _KEEPS_SLASHES and _PRODUCTS.fullmatch(value):
            continue
        if is_body_digest(lower) and not is_digest_of(lower, value, request.body):
            continue
        headers[canonical_name(lower)] = value
    if _IDEMPOTENCY_KEY in headers:
        headers[_IDEMPOTENCY_KEY] = _stable_key(headers[_IDEMPOTENCY_KEY], request)
    boundary = multipart_boundary(request)
    if boundary is not None:
        headers["Content-Type"] = headers["Content-Type"].replace(boundary, BOUNDARY)
    return headers


def header_rules(headers: dict[str, str], ignored: HostRules = EXACT) -> dict[str, Rule]:
    """Return a rule for each header that may have any value, or any secret.

    In a header with a placeholder, only the scheme in front of it counts. An idempotency key or a condition must be
    present; the boundary in a multipart content type doesn't count.

    Args:
        headers: The headers that the contract states.
        ignored: The parts that the settings ignore: only the presence of such a header counts.
    """
    rules: dict[str, Rule] = {}
    for name, value in headers.items():
        scheme, separator, secret = value.rpartition(" ")
        if name.lower() in _CONDITIONS | ignored.headers | {_IDEMPOTENCY_KEY.lower()} or _may_differ(
            name, ignored
        ):
            rules[name] = matches_regex(SOMETHING)
        elif name == "Content-Type" and BOUNDARY in value:
            media = escaped(value.partition(";")[0].strip())
            rules[name] = matches_regex(rf"^{media};.*boundary=.+$")
        elif is_mask(secret):
            rules[name] = matches_regex(rf"^{escaped(scheme)} \S+$" if separator else SOMETHING)
        elif PLACEHOLDER in value:
            rules[name] = matches_regex(SOMETHING)
    return rules


def _may_differ(name: str, ignored: HostRules) -> bool:
    """Return whether a header is a digest of a body with ignored parts."""
    return is_body_digest(name.lower()) and (ignored.ignore_body or bool(ignored.ignore))


def _stable_key(key: str, request: Request) -> str:
    """Return the key; a random UUID is replaced with one computed from the request, as keys must be unique."""
    try:
        uuid.UUID(key)
    except ValueError:
        return key
    identity = f"{request.method} {urlsplit(request.url).path} ".encode() + request.body
    return str(uuid.uuid5(uuid.NAMESPACE_OID, hashlib.sha256(identity).hexdigest()))


def canonical_name(lower: str) -> str:
    """Return the canonical spelling of a header's name."""
    return "-".join(part.capitalize() for part in lower.split("-"))
