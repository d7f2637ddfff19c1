"""What the consumer asks: exact where it decides, typed where a value comes from the provider or the moment."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from pactape.cassettes.scrubbing.placeholders import is_mask
from pactape.contracts.inference.rules import all_of, matches_regex
from pactape.contracts.interactions.interaction import Content, ExpectedRequest
from pactape.contracts.interactions.multipart_body import stable_multipart_body
from pactape.contracts.interactions.request_headers import SOMETHING, header_rules, request_headers
from pactape.contracts.participants import path_below
from pactape.contracts.samples.graphql_documents import document_pattern
from pactape.http_bodies import is_json, json_body, media_type
from pactape.pactfile.json_paths import below, can_be_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts.inference.rules import Rule
    from pactape.contracts.interactions.interaction import Generator
    from pactape.contracts.samples.sample import Sample
    from pactape.exchange import Request
    from pactape.settings import ProviderSettings

__all__ = ["expected_request"]

_JSON = "application/json"
_UNKNOWN = "application/octet-stream"


def expected_request(sample: Sample, provider: ProviderSettings) -> ExpectedRequest:
    """What the consumer asks: of credentials only the scheme counts, of other secrets that they are there.

    A value that a provider state's parameter has is generated from the state while the provider is verified, so
    that its handlers may choose another one; a handler that gives none leaves the recorded one.
    """
    request = sample.exchange.request
    headers = request_headers(request)
    query = parse_qs(urlsplit(request.url).query, keep_blank_values=True)
    return ExpectedRequest(
        method=request.method,
        path=path_below(sample.exchange, provider),
        query=query,
        query_rules={
            name: matches_regex(SOMETHING) for name, values in query.items() if any(map(is_mask, values))
        },
        headers=headers,
        header_rules=header_rules(headers),
        body=_content(sample),
        generators=_generators(sample, provider),
    )


def _content(sample: Sample) -> Content | None:
    request = sample.exchange.request
    media = media_type(request)
    if not request.body:
        return None
    if media is None:
        return _untyped(request)
    if not is_json(media):
        return _bytes(request, media)
    rules = dict(_placeholder_rules(sample.sent, "$"))
    pattern = document_pattern(sample.document) if sample.document else None
    if pattern is not None:
        rules["$.query"] = matches_regex(pattern)
    return Content(media_type=media, example=sample.sent, rules=rules)


def _untyped(request: Request) -> Content:
    """A body that no content type describes, as what it looks like; a JSON scalar is a text."""
    try:
        value = json_body(request)
    except ValueError:
        return _bytes(request, "text/plain")
    if not isinstance(value, dict | list):
        return _bytes(request, "text/plain")
    return Content(media_type=_JSON, example=value, rules=dict(_placeholder_rules(value, "$")))


def _bytes(request: Request, media: str) -> Content:
    """A body that is not JSON: its text, or, of one that is no text, its bytes."""
    body = stable_multipart_body(request)
    try:
        return Content(media_type=media, example=body.decode())
    except UnicodeDecodeError:
        kind = _UNKNOWN if media == "text/plain" else media
        return Content(media_type=kind, example=base64.b64encode(body).decode(), is_base64=True)


def _placeholder_rules(value: Any, path: str) -> Iterator[tuple[str, Rule]]:
    """A rule for each place of a JSON value that holds a placeholder: any text will do there."""
    if isinstance(value, dict):
        for key, each in value.items():
            if can_be_named(key):
                yield from _placeholder_rules(each, below(path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _placeholder_rules(each, f"{path}[{index}]")
    elif is_mask(value):
        yield path, all_of({"match": "type"})


def _generators(sample: Sample, provider: ProviderSettings) -> dict[str, Any]:
    sources = sample.sources
    states = sample.exchange.provenance.states if sample.exchange.provenance else ()
    if not states:
        return {}
    path = _path_expression(sample, provider)
    found: dict[str, Any] = {
        "path": _from_state(path) if path else {},
        "query": {name: _from_state(f"${{{key}}}") for name, key in sources.query.items()},
        "body": {place: _from_state(f"${{{key}}}", kind) for place, (key, kind) in sources.body.items()},
    }
    return {part: generators for part, generators in found.items() if generators}


def _path_expression(sample: Sample, provider: ProviderSettings) -> str:
    """The path with "${name}" for each segment that a state's parameter gives; empty when none does."""
    below_base = path_below(sample.exchange, provider).split("/")[1:]
    skipped = len(urlsplit(sample.exchange.request.url).path.split("/")[1:]) - len(below_base)
    names = {place - skipped: key for place, key in sample.sources.path.items() if place >= skipped}
    if not names:
        return ""
    return "/" + "/".join(
        f"${{{names[place]}}}" if place in names else each for place, each in enumerate(below_base)
    )


def _from_state(expression: str, kind: str = "STRING") -> Generator:
    return {"type": "ProviderState", "expression": expression, "dataType": kind}
