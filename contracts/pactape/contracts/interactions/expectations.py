"""Builds interactions from evidence: the consumer's request, and the response that it needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pactape.cassettes.replay.request_keys.match_rules import EXACT
from pactape.contracts.inference.closing import close
from pactape.contracts.inference.rules import expect, matches_regex
from pactape.contracts.interactions.expected_request import expected_request
from pactape.contracts.interactions.interaction import (
    Content,
    ExpectedRequest,
    ExpectedResponse,
    Interaction,
)
from pactape.contracts.interactions.request_headers import canonical_name
from pactape.contracts.interactions.text_content import text_content
from pactape.contracts.vocabulary.closed_sets import closed_sets
from pactape.http_bodies import header, header_values, media_type, parse_content_type, strings_in
from pactape.pactfile.patterns import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.cassettes.replay.request_keys.match_rules import HostRules
    from pactape.contracts.grouping.evidence.sample_evidence import Evidence
    from pactape.contracts.inference.rules import Expectation, Rule
    from pactape.contracts.samples.sample import Sample
    from pactape.exchange import Response
    from pactape.settings import ProviderSettings

__all__ = ["NO_OTHER_FIELDS", "TYPED_OPTIONALS", "body_expectation", "interactions_of"]

#: Added to the description of an interaction that states the types of optional fields.
TYPED_OPTIONALS = " (optional fields)"
#: Added to the description of an interaction whose response has only the fields of the consumer's model.
NO_OTHER_FIELDS = " (no other fields)"
_WHY_CLOSED = (
    "The consumer's model rejects other fields, and so does this interaction; the one of the same name "
    "requires the fields."
)
#: No Content, Reset Content, Not Modified.
_WITHOUT_BODY = frozenset({204, 205, 304})
_WHY_TWICE = (
    "States the types of the optional fields of the interaction of the same name, and requires none; the "
    "field '!' only exists for Pact's engine."
)


def interactions_of(
    evidence: Evidence,
    provider: ProviderSettings,
    *,
    description: str,
    ignored: HostRules = EXACT,
    typed_optionals: bool = False,
    enumerations: bool = False,
) -> Iterator[Interaction]:
    """Yield the interaction that the evidence supports, and further ones for what one interaction can't state.

    If the settings enable it, one states the types of optional fields. If the consumer's model rejects other
    fields, another one rejects them, too.

    Args:
        evidence: The evidence of one group.
        provider: The provider that answered.
        description: A phrase.
        ignored: The parts of the request that don't count.
        typed_optionals: Whether to add an interaction for optional fields: Pact can't require some fields and type
            optional ones in one interaction.
        enumerations: Whether to state a few texts, seen in at least five distinct responses, as an enumeration.
    """
    expectation = body_expectation(evidence, provider, enumerations=enumerations)
    request = expected_request(evidence.first, provider, ignored)
    yield _interaction(evidence, request, description, expectation, notes=_notes(evidence))
    if typed_optionals and expectation is not None and expectation.optionals:
        typed = body_expectation(evidence, provider, optionals=True, enumerations=enumerations)
        notes = (*_notes(evidence), _WHY_TWICE)
        yield _interaction(evidence, request, f"{description}{TYPED_OPTIONALS}", typed, notes=notes)
    closed = close(expectation, evidence.shape, evidence.fields) if expectation and evidence.shape else None
    if closed is not None:
        notes = (*_notes(evidence), _WHY_CLOSED)
        yield _interaction(evidence, request, f"{description}{NO_OTHER_FIELDS}", closed, notes=notes)


def _interaction(
    evidence: Evidence,
    request: ExpectedRequest,
    description: str,
    expectation: Expectation | None,
    *,
    notes: tuple[str, ...],
) -> Interaction:
    provenance = evidence.first.exchange.provenance
    return Interaction(
        description=description,
        states=provenance.states if provenance else (),
        request=request,
        response=_response(evidence, expectation),
        tests=(evidence.test,) if evidence.test else (),
        cassettes=evidence.cassettes,
        notes=notes,
        recorded=evidence.first.exchange.response,
    )


def _notes(evidence: Evidence) -> tuple[str, ...]:
    return tuple(
        f"The path's segment {index + 1} comes from an earlier response, {where}"
        for index, where in sorted(evidence.first.sources.earlier.items())
    )


def body_expectation(
    evidence: Evidence, provider: ProviderSettings, *, optionals: bool = False, enumerations: bool = False
) -> Expectation | None:
    """Return the expectation of a JSON body; None if no field was read, or nothing can be stated.

    Args:
        evidence: The evidence of one group.
        provider: The provider that answered.
        optionals: Whether to state the types of optional fields, and therefore to require none.
        enumerations: Whether to state a few texts, seen in at least five distinct responses, as an enumeration.
    """
    shape, fields = evidence.shape, evidence.fields
    if shape is None or fields.is_nothing or not shape.can_be_example or _is_without_body(evidence.first):
        return None
    first = evidence.first
    return expect(
        shape,
        first.received,
        fields,
        consumer_texts=_sent_texts(first),
        request_texts=evidence.sent,
        vocabulary=closed_sets(first, provider),
        optionals=optionals,
        enumerations=enumerations,
    )


def _response(evidence: Evidence, expectation: Expectation | None) -> ExpectedResponse:
    response = evidence.first.exchange.response
    media = _stated_type(response)
    headers = {"Content-Type": media} if media and not evidence.fields.is_nothing else {}
    rules = {"Content-Type": _any_case(media)} if media and _has_capitals(response) else {}
    headers_read = {
        name: value for name in evidence.headers_read if (value := header(response.headers, name))
    }
    return ExpectedResponse(
        status=response.status,
        headers=headers | {canonical_name(name): value for name, value in sorted(headers_read.items())},
        header_rules=rules
        | {canonical_name(name): _header_rule(value) for name, value in sorted(headers_read.items())},
        body=_body(evidence, media, expectation) if media and not _is_without_body(evidence.first) else None,
    )


def _is_without_body(sample: Sample) -> bool:
    """Return whether HTTP gives a response no body, whatever was recorded (RFC 9110, section 6.4.1)."""
    return (
        sample.exchange.response.status in _WITHOUT_BODY or sample.exchange.request.method.upper() == "HEAD"
    )


def _stated_type(response: Response) -> str | None:
    """Return the media type of a body, if it has exactly one: clients read two in different ways."""
    values = header_values(response.headers, "content-type")
    media = media_type(response)
    return media if len(values) == 1 and parse_content_type(media).is_known else None


def _has_capitals(response: Response) -> bool:
    """Return whether the media type has capitals, which have no meaning (RFC 9110, section 8.3.1)."""
    media = (header(response.headers, "content-type") or "").partition(";")[0]
    return media != media.lower()


def _any_case(media: str) -> Rule:
    """Return a rule for a media type in any case, with or without parameters."""
    letters = (
        f"[{character}{character.upper()}]" if character.isalpha() else escaped(character)
        for character in media
    )
    return matches_regex(rf"^{''.join(letters)}(\s*;.*)?$")


def _header_rule(value: str) -> Rule:
    """Return the rule of a header that was read: it must be present, and a number stays a number."""
    return matches_regex(r"^[0-9]+$" if value.isdecimal() else r"^[\s\S]+$")


def _body(evidence: Evidence, media: str, expectation: Expectation | None) -> Content | None:
    """Return the stated body: its JSON, or else the parts of its text."""
    if expectation is None:
        response, parts = evidence.first.exchange.response, frozenset(evidence.parts or ())
        return None if evidence.fields.is_nothing else text_content(response, parts, evidence.fields)
    rules = dict(sorted(expectation.rules.items()))
    return Content(media_type=media, example=expectation.example, rules=rules)


def _sent_texts(sample: Sample) -> frozenset[str]:
    """Return the texts that the consumer sent, or that provider states contain."""
    exchange = sample.exchange
    texts = re.split(r"[/?&=]", unquote(exchange.request.url))
    texts += strings_in(sample.sent)
    if exchange.provenance is not None:
        texts += [text for state in exchange.provenance.states for text in strings_in(state.parameters)]
    return frozenset(texts)
