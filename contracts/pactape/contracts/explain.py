"""Explaining a contract: for each rule its evidence, how many samples and which recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.cassettes.finder import find_cassettes
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.contracts.grouping.evidence import evidence_of
from pactape.contracts.grouping.message_evidence import MessageKey, evidence_of_messages, message_key
from pactape.contracts.grouping.sample_groups import group_samples
from pactape.contracts.inference.rules import Rule, expect
from pactape.contracts.inference.shape import Shape, shape_of
from pactape.contracts.inference.shape_paths import places
from pactape.contracts.interactions.descriptions import descriptions
from pactape.contracts.samples.scrubbed_cache import ScrubbedCache
from pactape.http_bodies import is_json, media_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts.grouping.evidence import Evidence
    from pactape.contracts.grouping.operations import GroupKey
    from pactape.contracts.participants import ContractParties
    from pactape.contracts.samples.sample import Sample
    from pactape.exchange import RecordedMessage
    from pactape.settings import Settings

__all__ = ["Explanation", "RuleEvidence", "explain"]


class RuleEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """What one place of the answers is expected to be, and why.

    Args:
        path: The path expression.
        rule: The matching rule; None when nothing is expected there.
        samples: How many values were seen there, by JSON kind.
        parents: How many objects could have had it; None where it is not a key of an object.
        texts: How often each text was seen, where there were few different ones.
        cassettes: The recordings that have it, "path#index", sorted.
    """

    path: str
    rule: Rule | None
    samples: dict[str, int]
    parents: int | None
    texts: dict[str, int]
    cassettes: tuple[str, ...]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Where an interaction comes from.

    Args:
        description: Its description.
        operation: Its operation, "GET /users/{id}"; "message" for a message.
        status: The answer's status; None for a message.
        cassettes: All recordings of it, "path#index", sorted.
        evidence: One for each place of the answer or the message that was seen, by path.
    """

    description: str
    operation: str
    status: int | None
    cassettes: tuple[str, ...]
    evidence: tuple[RuleEvidence, ...]


def explain(settings: Settings, parties: ContractParties) -> list[Explanation]:
    """The evidence of every interaction that the recordings give for one contract.

    It keeps what every sample shows apart, so it takes more memory than deriving.

    Args:
        settings: The project's settings.
        parties: The consumer and the provider.

    Raises:
        CassetteFormatError: There is no cassette, or one can't be read.
    """
    rules = ScrubRules.from_settings(settings.scrub)
    cache = ScrubbedCache(settings.cache_folder, rules)
    found = group_samples(find_cassettes(settings), settings, cache=cache)
    members = found.groups.get(parties, {})
    evidence = {key: evidence_of(samples) for key, samples in members.items()}
    phrases = descriptions(evidence)
    return [
        *(_explained(key, phrases[key], members[key], evidence[key]) for key in sorted(members)),
        *_explained_messages(found.messages.get(parties, [])),
    ]


def _explained_messages(messages: list[RecordedMessage]) -> Iterator[Explanation]:
    groups: dict[MessageKey, list[RecordedMessage]] = {}
    for message in messages:
        groups.setdefault(message_key(message), []).append(message)
    for _, members in sorted(groups.items(), key=lambda each: each[0]):
        evidence = evidence_of_messages(members)
        first = evidence.first
        rules = expect(evidence.shape, first.content, evidence.fields).rules
        values = [(each.content, each.place) for each in members]
        yield Explanation(
            description=first.description,
            operation="message",
            status=None,
            cassettes=tuple(each.place for each in members),
            evidence=tuple(_rule_evidence_of(evidence.shape, rules, values)),
        )


def _explained(key: GroupKey, description: str, samples: list[Sample], evidence: Evidence) -> Explanation:
    return Explanation(
        description=description,
        operation=f"{key.operation}, {key.variant}" if key.variant else key.operation,
        status=key.status,
        cassettes=tuple(_reference(each) for each in samples),
        evidence=tuple(_rule_evidence(samples, evidence)) if evidence.shape is not None else (),
    )


def _rule_evidence(samples: list[Sample], evidence: Evidence) -> list[RuleEvidence]:
    whole = evidence.shape or Shape()
    rules = expect(whole, evidence.first.answer, evidence.fields).rules
    values = [
        (each.answer, _reference(each)) for each in samples if is_json(media_type(each.exchange.response))
    ]
    return _rule_evidence_of(whole, rules, values)


def _rule_evidence_of(
    whole: Shape, rules: dict[str, Rule], values: list[tuple[Any, str]]
) -> list[RuleEvidence]:
    """The evidence of the rules of a shape, with the values that it has seen and where they stand."""
    seen: dict[str, list[str]] = {}
    for value, place in values:
        for path in places(shape_of([value]), like=whole):
            seen.setdefault(path, []).append(place)
    return [
        RuleEvidence(
            path=path,
            rule=rules.get(path),
            samples={str(kind): count for kind, count in sorted(place.shape.kinds.items())},
            parents=place.parents,
            texts=dict(sorted((place.shape.values or {}).items())),
            cassettes=tuple(seen.get(path, ())),
        )
        for path, place in sorted(places(whole, like=whole).items())
    ]


def _reference(sample: Sample) -> str:
    return f"{sample.exchange.cassette}#{sample.exchange.index}"
