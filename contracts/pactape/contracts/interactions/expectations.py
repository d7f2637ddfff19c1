"""From evidence to interactions: what the consumer asks, and what it needs of the answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pactape.contracts.inference.rules import expect
from pactape.contracts.interactions.expected_request import expected_request
from pactape.contracts.interactions.interaction import Content, ExpectedResponse, Interaction
from pactape.http_bodies import is_json, media_type, strings_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts.grouping.evidence import Evidence
    from pactape.contracts.inference.rules import Expectation
    from pactape.contracts.samples.sample import Sample
    from pactape.settings import ProviderSettings

__all__ = ["TYPED_OPTIONALS", "interactions_of"]

#: What is added to the description of an interaction that says of what type optional fields are.
TYPED_OPTIONALS = " (optional fields)"
_WHY_TWICE = (
    "Types the optional fields of the interaction of the same name, and asks for none; the field '!' is only there "
    "for Pact's engine."
)


def interactions_of(
    evidence: Evidence, provider: ProviderSettings, *, description: str, typed_optionals: bool = False
) -> Iterator[Interaction]:
    """The interaction that the evidence supports, and a second one that types optional fields, if that is wanted.

    Args:
        evidence: Of one group.
        provider: The provider that it is with.
        description: A phrase.
        typed_optionals: Whether to give a second interaction where there are optional fields: Pact can't say both
            in one.
    """
    expectation = _expectation(evidence, optionals=False)
    yield _interaction(evidence, provider, description, expectation, notes=_notes(evidence))
    if typed_optionals and expectation is not None and expectation.optionals:
        typed = _expectation(evidence, optionals=True)
        notes = (*_notes(evidence), _WHY_TWICE)
        yield _interaction(evidence, provider, f"{description}{TYPED_OPTIONALS}", typed, notes=notes)


def _interaction(
    evidence: Evidence,
    provider: ProviderSettings,
    description: str,
    expectation: Expectation | None,
    *,
    notes: tuple[str, ...],
) -> Interaction:
    provenance = evidence.first.exchange.provenance
    return Interaction(
        description=description,
        states=provenance.states if provenance else (),
        request=expected_request(evidence.first, provider),
        response=_response(evidence, expectation),
        tests=(evidence.test,) if evidence.test else (),
        cassettes=evidence.cassettes,
        notes=notes,
        recorded=evidence.first.exchange.response,
    )


def _notes(evidence: Evidence) -> tuple[str, ...]:
    return tuple(
        f"The path's segment {place + 1} is what an earlier answer brought, {where}"
        for place, where in sorted(evidence.first.sources.earlier.items())
    )


def _expectation(evidence: Evidence, *, optionals: bool) -> Expectation | None:
    if evidence.shape is None:
        return None
    first = evidence.first
    return expect(evidence.shape, first.answer, evidence.fields, known=_known(first), optionals=optionals)


def _response(evidence: Evidence, expectation: Expectation | None) -> ExpectedResponse:
    response = evidence.first.exchange.response
    media = media_type(response)
    return ExpectedResponse(
        status=response.status,
        headers={"Content-Type": media} if media else {},
        body=_content(media, expectation) if media and is_json(media) and expectation else None,
    )


def _content(media: str, expectation: Expectation) -> Content:
    return Content(
        media_type=media, example=expectation.example, rules=dict(sorted(expectation.rules.items()))
    )


def _known(sample: Sample) -> frozenset[str]:
    """The texts that the consumer sent, or that its provider states name."""
    exchange = sample.exchange
    sent = re.split(r"[/?&=]", unquote(exchange.request.url))
    sent += strings_in(sample.sent)
    if exchange.provenance is not None:
        sent += [text for state in exchange.provenance.states for text in strings_in(state.parameters)]
    return frozenset(sent)
