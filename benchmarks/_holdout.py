"""How contracts of real recordings do on recordings that they have not seen: false alarms, and mutations caught.

Half of a project's cassettes give the expectation of an operation, from 3, 10 or 20 distinct answers; the distinct
answers of the other half judge it. The cassettes are halved in twenty ways, since a few of them decide one halving.
An answer that is refused is a false alarm. Then accepted answers are broken in ways that break a consumer, and each
mutation should be refused.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pactape.cassettes.finder import find_cassettes
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.contracts.grouping.evidence.sample_evidence import has_statable_json
from pactape.contracts.grouping.sample_groups import group_samples
from pactape.contracts.inference.formats import formats_of
from pactape.contracts.inference.joined_shape import response_id, shape_of
from pactape.contracts.inference.rules import expect
from pactape.contracts.samples.scrubbed_cache import ScrubbedCache
from pactape.exchange import Response
from pactape.matching import ResponseMatcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pactape.contracts.samples.sample import Sample
    from pactape.matching import Mismatch
    from pactape.settings import Settings

__all__ = ["Holdout"]

_FEWEST_RECORDINGS = 10
_MOST_PATHS = 40
_HALVINGS = 20
_JSON = "application/json"
#: Formats that a text has for a reason: a text without them is a break of format.
_TELLING = frozenset({"uuid", "date-time", "timestamp", "date", "email", "uri"})


class Holdout:
    """The hold-out of several projects.

    Attributes:
        judged: By the number of distinct answers, how many answers were judged and how many were refused.
        broken: By the number of distinct answers, how many mutations were made and how many were caught.
        missed: The kinds of mutations that were not caught, with their number.
        refusals: The operation and the reason of each false alarm.
    """

    def __init__(self) -> None:
        self.judged: dict[int, list[int]] = {}
        self.broken: dict[int, list[int]] = {}
        self.missed: Counter[str] = Counter()
        self.refusals: list[str] = []

    def add(self, settings: Settings, counts: tuple[int, ...]) -> None:
        """Judge the operations of a project that have at least ten recordings."""
        cache = ScrubbedCache(settings.cache_folder, ScrubRules.from_settings(settings.scrub))
        grouping = group_samples(find_cassettes(settings), settings, cache=cache)
        for groups in grouping.groups.values():
            for key, samples in groups.items():
                if sum(map(has_statable_json, samples)) >= _FEWEST_RECORDINGS:
                    for halving in range(_HALVINGS):
                        one, other = _halves(samples, halving)
                        self._operation(key.operation, one, other, counts)
                        self._operation(key.operation, other, one, counts)

    def _operation(
        self, name: str, deriving: dict[int, Any], judging: dict[int, Any], counts: tuple[int, ...]
    ) -> None:
        fresh = [value for received, value in judging.items() if received not in deriving]
        for count in counts:
            if len(deriving) >= count and fresh:
                seen = list(deriving.values())[:count]
                self._judge(name, seen, fresh, [*deriving.values(), *judging.values()])

    def _judge(self, name: str, seen: list[Any], fresh: list[Any], everything: list[Any]) -> None:
        judge = _Judge(seen)
        refused = [response for response in fresh if not judge.accepts(response)]
        self.refusals += [f"{name} ({len(seen)}): {judge.reason(response)}" for response in refused]
        judged = self.judged.setdefault(len(seen), [0, 0])
        judged[0] += len(fresh)
        judged[1] += len(refused)
        accepted = next((response for response in fresh if response not in refused), None)
        if accepted is not None:
            self._break(judge, len(seen), accepted, everything)

    def _break(self, judge: _Judge, count: int, accepted: Any, everything: list[Any]) -> None:
        verdicts = [(kind, judge.accepts(mutant)) for kind, mutant in _mutants(accepted, everything)]
        verdicts += [
            ("status", judge.accepts(accepted, status=500)),
            ("type", judge.accepts(accepted, media="text/html")),
        ]
        broken = self.broken.setdefault(count, [0, 0])
        broken[0] += len(verdicts)
        broken[1] += sum(not accepted for _, accepted in verdicts)
        self.missed.update(f"{kind} ({count})" for kind, accepted in verdicts if accepted)


def _halves(samples: list[Sample], halving: int) -> tuple[dict[int, Any], dict[int, Any]]:
    """The distinct JSON answers by half of the cassettes, in an order that has nothing to do with their places."""
    halves: tuple[dict[int, Any], dict[int, Any]] = ({}, {})
    statable = filter(has_statable_json, samples)
    for sample in sorted(statable, key=lambda sample: _random_bytes(sample.reference, halving)):
        half = _random_bytes(Path(sample.exchange.cassette).name, halving)[0] % 2
        halves[half][response_id(sample.received)] = sample.received
    return halves


def _random_bytes(name: str, halving: int) -> bytes:
    """Bytes that look random and are the same each time."""
    return hashlib.sha256(f"{halving} {name}".encode()).digest()


class _Judge:
    """What a contract of some answers accepts, by our own matcher."""

    def __init__(self, seen: list[Any]) -> None:
        shape = shape_of(seen)
        expected: dict[str, Any] = {"status": 200, "headers": {"Content-Type": [_JSON]}}
        if shape.can_be_example:  # as `pactape derive` has it: of others only status and type are stated
            expectation = expect(shape, seen[0])
            body = {"content": expectation.example, "contentType": _JSON, "encoded": False}
            expected |= {"body": body, "matchingRules": {"body": expectation.rules}}
        self._matcher = ResponseMatcher(expected)

    def accepts(self, value: Any, *, status: int = 200, media: str = _JSON) -> bool:
        """Whether an answer keeps the contract."""
        return not self._mismatches(value, status, media)

    def reason(self, value: Any) -> str:
        """Why an answer doesn't keep it."""
        return str(self._mismatches(value, 200, _JSON)[0])[:150]

    def _mismatches(self, value: Any, status: int, media: str) -> list[Mismatch]:
        body = json.dumps(value).encode()
        response = Response(status=status, headers=(("Content-Type", media),), body=body)
        return self._matcher.mismatches(response)


def _mutants(received: Any, everything: list[Any]) -> Iterator[tuple[str, Any]]:
    """Answers that break a consumer, by the kind of break; only fields that every answer has are broken."""
    whole = shape_of(everything)
    paths = sorted(_always(whole, ()), key=lambda path: hashlib.sha256(repr(path).encode()).digest())
    for path, shape in [(path, _at(whole, path)) for path in paths[:_MOST_PATHS]]:
        if not _exists(received, path):
            continue
        yield from _of_field(received, path, shape)


def _of_field(received: Any, path: tuple[str, ...], shape: Any) -> Iterator[tuple[str, Any]]:
    yield "drop", _changed(received, path, lambda parent, key: parent.pop(key))
    yield "rename", _changed(received, path, lambda parent, key: parent.update({f"{key}_x": parent.pop(key)}))
    kinds = set(shape.kinds)
    if "null" not in kinds:
        yield "null", _put(received, path, None)
    if kinds == {"string"}:
        yield "kind", _put(received, path, 7)
        formats = frozenset.intersection(
            formats_of(str(_value(received, path))), shape.formats or frozenset()
        )
        if formats & _TELLING:
            yield "format", _put(received, path, "no such format")
    elif kinds <= {"integer", "decimal"}:
        yield "kind", _put(received, path, "seven")
    elif kinds in ({"boolean"}, {"array"}):
        yield "kind", _put(received, path, "yes")
    elif kinds == {"object"}:
        yield "kind", _put(received, path, [])


def _always(shape: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for key in shape.required():
        child = shape.keys[key]
        yield (*path, key)
        if set(child.kinds) == {"object"}:
            yield from _always(child, (*path, key))


def _at(shape: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        shape = shape.keys[key]
    return shape


def _value(received: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        received = received[key]
    return received


def _exists(received: Any, path: tuple[str, ...]) -> bool:
    try:
        _value(received, path)
    except (KeyError, TypeError):
        return False
    return True


def _put(received: Any, path: tuple[str, ...], value: Any) -> Any:
    return _changed(received, path, lambda parent, key: parent.update({key: value}))


def _changed(received: Any, path: tuple[str, ...], change: Callable[[Any, str], object]) -> Any:
    mutant = copy.deepcopy(received)
    change(_value(mutant, path[:-1]), path[-1])
    return mutant
