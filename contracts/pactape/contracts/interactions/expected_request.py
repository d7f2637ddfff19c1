"""Builds expected requests: exact, except that values from the provider or the clock are typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from pactape.cassettes.replay.request_keys.match_rules import EXACT
from pactape.cassettes.scrubbing.replacing.placeholders import is_mask
from pactape.contracts.inference.rules import all_of, matches_regex
from pactape.contracts.interactions.interaction import ExpectedRequest
from pactape.contracts.interactions.request_body import expected_body
from pactape.contracts.interactions.request_headers import SOMETHING, header_rules, request_headers
from pactape.contracts.participants import path_below

if TYPE_CHECKING:
    from pactape.cassettes.replay.request_keys.match_rules import HostRules
    from pactape.contracts.inference.rules import Rule
    from pactape.contracts.interactions.interaction import Generator
    from pactape.contracts.samples.sample import Sample
    from pactape.settings import ProviderSettings

__all__ = ["expected_request"]


def expected_request(
    sample: Sample, provider: ProviderSettings, ignored: HostRules = EXACT
) -> ExpectedRequest:
    """Return the expected request; only the scheme of credentials and the presence of other secrets count.

    A value that equals a provider state's parameter is generated from the state during verification, so that a
    state handler may return another value; if it returns none, the recorded value is used.

    Args:
        sample: Any sample.
        provider: The provider that answered.
        ignored: The parts that the settings or the test ignore: any value of the same type is accepted there.
    """
    request = sample.exchange.request
    headers = request_headers(request)
    query = parse_qs(urlsplit(request.url).query, keep_blank_values=True)
    return ExpectedRequest(
        method=request.method,
        path=path_below(sample.exchange, provider),
        query=query,
        query_rules=_query_rules(query, ignored),
        headers=headers,
        header_rules=header_rules(headers, ignored),
        body=expected_body(sample, ignored),
        generators=_generators(sample, provider),
    )


def _query_rules(query: dict[str, list[str]], ignored: HostRules = EXACT) -> dict[str, Rule]:
    rules = {name: matches_regex(SOMETHING) for name, values in query.items() if any(map(is_mask, values))}
    return rules | {name: all_of({"match": "type"}) for name in query if name in ignored.parameters}


def _generators(sample: Sample, provider: ProviderSettings) -> dict[str, Any]:
    sources = sample.sources
    states = sample.exchange.provenance.states if sample.exchange.provenance else ()
    if not states:
        return {}
    path = _path_expression(sample, provider)
    by_part: dict[str, Any] = {
        "path": _from_state(path) if path else {},
        "query": {name: _from_state(f"${{{key}}}") for name, key in sources.query.items()},
        "body": {path: _from_state(f"${{{key}}}", kind) for path, (key, kind) in sources.body.items()},
    }
    return {part: generators for part, generators in by_part.items() if generators}


def _path_expression(sample: Sample, provider: ProviderSettings) -> str:
    """Return the path with "${name}" for each segment that comes from a state's parameter; empty if none does."""
    below_base = path_below(sample.exchange, provider).split("/")[1:]
    skipped = len(urlsplit(sample.exchange.request.url).path.split("/")[1:]) - len(below_base)
    names = {index - skipped: key for index, key in sample.sources.path.items() if index >= skipped}
    if not names:
        return ""
    return "/" + "/".join(
        f"${{{names[index]}}}" if index in names else segment for index, segment in enumerate(below_base)
    )


def _from_state(expression: str, kind: str = "STRING") -> Generator:
    return {"type": "ProviderState", "expression": expression, "dataType": kind}
