"""From evidence to interactions: what the consumer asks, and what it needs of the answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pactape.contracts.inference.rules import expect, matches_regex
from pactape.contracts.interactions.expected_request import expected_request
from pactape.contracts.interactions.interaction import Content, ExpectedResponse, Interaction
from pactape.contracts.interactions.request_headers import spelling
from pactape.http_bodies import header, header_values, media_type, parse_content_type, strings_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts.grouping.evidence import Evidence
    from pactape.contracts.inference.rules import Expectation, Rule
    from pactape.contracts.inference.shape import Shape
    from pactape.contracts.samples.sample import Sample
    from pactape.exchange import Response
    from pactape.settings import ProviderSettings

__all__ = ["TYPED_OPTIONALS", "interactions_of"]

#: What is added to the description of an interaction that says of what type optional fields are.
TYPED_OPTIONALS = " (optional fields)"
_WHY_TWICE = (
    "Types the optional fields of the interaction of the same name, and asks for none; the field '!' is only there "
    "for Pact's engine."
)


def interactions_of(
    evidence: Evidence,
    provider: ProviderSettings,
    *,
    description: str,
    typed_optionals: bool = False,
    enumerations: bool = False,
) -> Iterator[Interaction]:
    """Yield the interaction that the evidence supports, and if wanted a second one that types optional fields.

    Args:
        evidence: Of one group.
        provider: The provider that it is with.
        description: A phrase.
        typed_optionals: Whether to give a second interaction where there are optional fields: Pact can't say both
            in one.
        enumerations: Whether a few texts that were seen in at least five distinct answers are all that may come.
    """
    expectation = _expectation(evidence, optionals=False, enumerations=enumerations)
    yield _interaction(evidence, provider, description, expectation, notes=_notes(evidence))
    if typed_optionals and expectation is not None and expectation.optionals:
        typed = _expectation(evidence, optionals=True, enumerations=enumerations)
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


def _expectation(evidence: Evidence, *, optionals: bool, enumerations: bool) -> Expectation | None:
    """What is expected of the body; None when nothing can be, or none of it was read."""
    shape, fields = evidence.shape, evidence.fields
    if shape is None or fields.is_nothing or not _can_be_example(shape):
        return None
    first = evidence.first
    return expect(
        shape,
        first.answer,
        fields,
        known=_known(first),
        sent=evidence.sent,
        optionals=optionals,
        enumerations=enumerations,
    )


def _can_be_example(shape: Shape) -> bool:
    """Whether a body has an example: where null or values of several kinds come, the engine takes it for none."""
    return "null" not in shape.kinds and (
        len(shape.kinds) == 1 or shape.kinds.keys().isdisjoint({"object", "array"})
    )


def _response(evidence: Evidence, expectation: Expectation | None) -> ExpectedResponse:
    response = evidence.first.exchange.response
    media = _stated_type(response)
    headers = {"Content-Type": media} if media and not evidence.fields.is_nothing else {}
    read = {name: value for name in evidence.headers_read if (value := header(response.headers, name))}
    return ExpectedResponse(
        status=response.status,
        headers=headers | {spelling(name): value for name, value in sorted(read.items())},
        header_rules={spelling(name): _header_rule(value) for name, value in sorted(read.items())},
        body=_content(media, expectation) if media and expectation else None,
    )


def _stated_type(response: Response) -> str | None:
    """The media type, if there is a body with one: servers that send two are read in different ways."""
    declared = header_values(response.headers, "content-type")
    media = media_type(response)
    return media if len(declared) == 1 and parse_content_type(media).known else None


def _header_rule(value: str) -> Rule:
    """A header that was read has to be there; one that is a number stays one."""
    return matches_regex(r"^[0-9]+$" if value.isdecimal() else r"^[\s\S]+$")


def _content(media: str, expectation: Expectation) -> Content:
    rules = dict(sorted(expectation.rules.items()))
    return Content(media_type=media, example=expectation.example, rules=rules)


def _known(sample: Sample) -> frozenset[str]:
    """The texts that the consumer sent, or that its provider states name."""
    exchange = sample.exchange
    sent = re.split(r"[/?&=]", unquote(exchange.request.url))
    sent += strings_in(sample.sent)
    if exchange.provenance is not None:
        sent += [text for state in exchange.provenance.states for text in strings_in(state.parameters)]
    return frozenset(sent)
