"""Explains a contract: the evidence of each rule, with its samples and recordings."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.cassettes.finder import find_cassettes
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.contracts.grouping.evidence.message_evidence import MessageKey, evidence_of_messages, message_key
from pactape.contracts.grouping.evidence.sample_evidence import evidence_of, paths_read
from pactape.contracts.grouping.sample_groups import group_samples
from pactape.contracts.inference.joined_shape import MOST_VALUES, response_id, shape_of
from pactape.contracts.inference.rules import Rule
from pactape.contracts.inference.shape_paths import occurrences
from pactape.contracts.interactions.descriptions import descriptions
from pactape.contracts.interactions.expectations import body_expectation
from pactape.contracts.interactions.messages import content_expectation
from pactape.contracts.samples.scrubbed_cache import ScrubbedCache
from pactape.http_bodies import is_json, media_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts.grouping.evidence.operations import GroupKey
    from pactape.contracts.grouping.evidence.sample_evidence import Evidence
    from pactape.contracts.grouping.sample_groups import GroupedSamples
    from pactape.contracts.inference.joined_shape import Shape
    from pactape.contracts.participants import ContractParties
    from pactape.contracts.samples.sample import Sample
    from pactape.exchange import Provenance, RecordedMessage
    from pactape.settings import Settings

__all__ = ["Explanation", "RuleEvidence", "explain"]


#: What a field path says about a model, apart from keys.
_NOTATION = re.compile(r"\|null|\?|=.*|\{\}")


class RuleEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected at one path of the responses, and why.

    Args:
        path: The path expression.
        rule: The matching rule; None when nothing is expected.
        samples: How many values distinct responses had there, by JSON kind.
        parents: How many objects could have had the key; None where the path is not a key of an object.
        texts: How often each text was seen, if only a few different texts were seen (the sampled vocabulary).
        cassettes: The recordings that have a value there, as "path#index", sorted.
        tests: The node ids of the tests that read it, sorted.
    """

    path: str
    rule: Rule | None
    samples: dict[str, int]
    parents: int | None
    texts: dict[str, int]
    cassettes: tuple[str, ...]
    tests: tuple[str, ...] = ()


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The recordings and the evidence of an interaction.

    Args:
        description: Its description.
        operation: Its operation, "GET /users/{id}"; "message" for a message.
        status: The response's status; None for a message.
        cassettes: All recordings of it, as "path#index", sorted.
        evidence: One entry for each path of the responses or messages.
    """

    description: str
    operation: str
    status: int | None
    cassettes: tuple[str, ...]
    evidence: tuple[RuleEvidence, ...]


def explain(settings: Settings, parties: ContractParties) -> list[Explanation]:
    """Return the evidence of every interaction of one contract.

    All samples are kept in memory, so this takes more memory than deriving.

    Args:
        settings: The project's settings.
        parties: The consumer and the provider.

    Raises:
        CassetteFormatError: No cassette exists, or one can't be read.
    """
    rules = ScrubRules.from_settings(settings.scrub)
    cache = ScrubbedCache(settings.cache_folder, rules)
    contents = group_samples(find_cassettes(settings), settings, cache=cache)
    members = contents.groups.get(parties, {})
    evidence = {key: evidence_of(samples) for key, samples in members.items()}
    phrases = descriptions(evidence)
    return [
        *(
            _explain_interaction(
                key,
                phrases[key],
                members[key],
                evidence[key],
                _rules(evidence[key], contents, parties, settings),
            )
            for key in sorted(members)
        ),
        *_explain_messages(contents.messages.get(parties, [])),
    ]


def _explain_messages(messages: list[RecordedMessage]) -> Iterator[Explanation]:
    groups: dict[MessageKey, list[RecordedMessage]] = {}
    for message in messages:
        groups.setdefault(message_key(message), []).append(message)
    for _, members in sorted(groups.items(), key=lambda item: item[0]):
        evidence = evidence_of_messages(members)
        first = evidence.first
        expectation = content_expectation(evidence)
        rules = {} if expectation is None else expectation.rules
        reads = [
            _ReadValue(member.content, member.reference, _test(member.provenance), member.reads)
            for member in members
        ]
        yield Explanation(
            description=first.description,
            operation="message",
            status=None,
            cassettes=tuple(member.reference for member in members),
            evidence=tuple(_ValueCounts(evidence.shape, rules).of(reads)),
        )


def _rules(
    evidence: Evidence, contents: GroupedSamples, parties: ContractParties, settings: Settings
) -> dict[str, Rule]:
    """Return the rules that the contract has for the body of an operation."""
    provider, enumerations = contents.providers[parties], settings.sampled_enumerations
    expectation = body_expectation(evidence, provider, enumerations=enumerations)
    return {} if expectation is None else expectation.rules


def _explain_interaction(
    key: GroupKey, description: str, samples: list[Sample], evidence: Evidence, rules: dict[str, Rule]
) -> Explanation:
    return Explanation(
        description=description,
        operation=f"{key.operation}, {key.variant}" if key.variant else key.operation,
        status=key.status,
        cassettes=tuple(sample.reference for sample in samples),
        evidence=tuple(_rule_evidence(samples, evidence.shape, rules)) if evidence.shape is not None else (),
    )


def _rule_evidence(samples: list[Sample], whole: Shape, rules: dict[str, Rule]) -> list[RuleEvidence]:
    reads = [
        _ReadValue(sample.received, sample.reference, _test(sample.exchange.provenance), paths_read(sample))
        for sample in samples
        if is_json(media_type(sample.exchange.response))
    ]
    return _ValueCounts(whole, rules).of(reads)


def _test(provenance: Provenance | None) -> str:
    return provenance.test if provenance else ""


class _ReadValue(msgspec.Struct, frozen=True):
    """A JSON value, its location, the test that recorded it, and the fields that the test read."""

    value: Any
    reference: str
    test: str
    paths: tuple[str, ...] | None


class _ValueCounts:
    """Counts the values at each path of a shape, once for each distinct response.

    Args:
        whole: The shape of all responses.
        rules: The matching rules by path.
    """

    def __init__(self, whole: Shape, rules: dict[str, Rule]) -> None:
        self._whole = whole
        self._rules = rules
        self._kinds: dict[str, Counter[str]] = {}
        self._texts: dict[str, Counter[str]] = {}
        self._objects: Counter[str] = Counter()
        self._parents: dict[str, str] = {}
        self._references: dict[str, dict[str, None]] = {}
        self._tests: dict[str, set[str]] = {}

    def of(self, reads: list[_ReadValue]) -> list[RuleEvidence]:
        """Return the evidence of every path, sorted."""
        counted: set[int] = set()
        for read in reads:
            identity = response_id(read.value)
            self._add_references(read)
            if identity not in counted:
                counted.add(identity)
                self._count(read.value)
        return [self._evidence(path) for path in sorted(self._kinds)]

    def _add_references(self, sample: _ReadValue) -> None:
        for path in {occurrence.path for occurrence in occurrences(sample.value, shape=self._whole)}:
            self._references.setdefault(path, {})[sample.reference] = None
            if (
                sample.test
                and sample.paths is not None
                and path in self._rules
                and _reads(sample.paths, path)
            ):
                self._tests.setdefault(path, set()).add(sample.test)

    def _count(self, value: Any) -> None:
        for occurrence in occurrences(value, shape=self._whole):
            kind = shape_of([occurrence.value]).kinds
            self._kinds.setdefault(occurrence.path, Counter()).update(map(str, kind))
            if isinstance(occurrence.value, str):
                self._texts.setdefault(occurrence.path, Counter())[occurrence.value] += 1
            if isinstance(occurrence.value, dict):
                self._objects[occurrence.path] += 1
            if occurrence.parent:
                self._parents[occurrence.path] = occurrence.parent

    def _evidence(self, path: str) -> RuleEvidence:
        texts = self._texts.get(path, Counter[str]())
        parent = self._parents.get(path)
        return RuleEvidence(
            path=path,
            rule=self._rules.get(path),
            samples=dict(sorted(self._kinds[path].items())),
            parents=self._objects[parent] if parent else None,
            texts=dict(sorted(texts.items())) if len(texts) <= MOST_VALUES else {},
            cassettes=tuple(self._references[path]),
            tests=tuple(sorted(self._tests.get(path, ()))),
        )


def _reads(paths: tuple[str, ...], expression: str) -> bool:
    """Return whether one of the field paths leads to a path expression, or through it."""
    plain = expression.removeprefix("$").removeprefix(".").replace("[*]", "[]")
    return any(
        field == plain
        or field.startswith((f"{plain}.", f"{plain}[", f"{plain}{{"))
        or plain.startswith(field)
        for field in (_NOTATION.sub("", path) for path in paths)
    )
